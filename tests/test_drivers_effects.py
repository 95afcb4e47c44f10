"""The arithmetic under the effects: moments, sums of coefficients, blocks, and effects on other rows."""

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nps_insights.drivers import code_presence, driver_design, fit_drivers
from nps_insights.drivers.effects.combinations import (
    Combinations,
    account_influence,
    covariance,
    side_variances,
    values,
)
from nps_insights.drivers.effects.cross_fitted import cross_fitted_effects
from nps_insights.drivers.effects.fit import FittedDrivers, NotFitted
from nps_insights.drivers.matrix import blocks
from nps_insights.simulate import planted_world

THEMES = list("ABCDEF")


def fitted_world(n: int = 900, *, accounts: int | None = None, seed: int = 0) -> FittedDrivers:
    world = planted_world(n, random_state=seed)
    responses = world[["response_id", "category"]]
    if accounts:
        responses = responses.assign(account_id=[f"a{one}" for one in np.arange(n) * 7 % accounts])
    long = world.melt(id_vars="response_id", value_vars=THEMES, var_name="code")
    comments = pd.DataFrame({"response_id": world["response_id"], "says_nothing": False})
    fitted = fit_drivers(driver_design(responses, comments, code_presence(long[long["value"].astype(bool)])))
    assert isinstance(fitted, FittedDrivers)
    return fitted


def test_errors_of_coefficients_are_hc3() -> None:
    fitted = fitted_world()
    model = fitted.model
    y = model.y[:, 0] - model.y[:, 1]
    peer = sm.OLS(y, model.x).fit(cov_type="HC3")
    n = len(y)
    errors = np.sqrt(np.diag(covariance(model, fitted.mentions)))
    np.testing.assert_allclose(errors, peer.bse[1:] * np.sqrt(n / (n - 1)), rtol=1e-9)
    sides = values(model, fitted.mentions)
    np.testing.assert_allclose(sides[:, 0] - sides[:, 1], peer.params[1:], rtol=1e-9)


@pytest.mark.parametrize("accounts", [None, 150])
def test_moments_say_what_the_influence_of_each_account_says(accounts: int | None) -> None:
    fitted = fitted_world(accounts=accounts)
    model = fitted.model
    influence = account_influence(model, fitted.effects)
    n, n_accounts = len(model.x), model.n_accounts
    assert influence.shape == (n_accounts, len(fitted.drivers))
    expected = influence.T @ influence * n_accounts / (n_accounts - 1) / n**2
    np.testing.assert_allclose(covariance(model, fitted.effects), expected, rtol=1e-9, atol=1e-15)
    variances = side_variances(model, fitted.effects)
    of_nps = variances[:, 0] + variances[:, 1] - 2 * variances[:, 2]
    np.testing.assert_allclose(of_nps, np.diag(expected), rtol=1e-9)


def test_sums_of_effects_are_effects() -> None:
    fitted = fitted_world()
    both = fitted.effects.summed(np.array([[1.0, 1.0, 0, 0, 0, 0]]))
    np.testing.assert_allclose(values(fitted.model, both)[0], values(fitted.model, fitted.effects)[:2].sum(axis=0))
    every = covariance(fitted.model, fitted.effects)
    np.testing.assert_allclose(covariance(fitted.model, both)[0, 0], every[:2, :2].sum())


@pytest.mark.usefixtures("values_unchecked")
def test_errors_are_the_spread_over_worlds() -> None:
    estimates, errors = [], []
    for seed in range(80):
        fitted = fitted_world(700, seed=seed)
        sides = values(fitted.model, fitted.effects)
        estimates.append(sides[:, 0] - sides[:, 1])
        errors.append(np.sqrt(np.diag(covariance(fitted.model, fitted.effects))))
    ratio = np.mean(errors, axis=0) / np.std(estimates, axis=0)
    assert ((ratio > 0.8) & (ratio < 1.25)).all()


def test_accounts_are_never_split_between_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "ROWS_AT_ONCE", 4)
    accounts = np.repeat(np.arange(6), [3, 5, 1, 9, 1, 2])
    found = blocks.account_blocks(accounts)
    assert next(part.start for part in found) == 0
    assert found[-1].stop == len(accounts)
    for before, after in itertools.pairwise(found):
        assert before.stop == after.start
        assert accounts[before.stop - 1] != accounts[after.start]


def test_processors_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "ROWS_AT_ONCE", 100)
    found = []
    for processors in (1, 2, 3):
        monkeypatch.setattr(blocks.os, "cpu_count", lambda n=processors: n)
        model = fitted_world(accounts=300).model
        found.append((model.coefficients, model.moments))
    for other in found[1:]:
        np.testing.assert_array_equal(other[0], found[0][0])
        np.testing.assert_array_equal(other[1], found[0][1])


def test_no_model_says_why() -> None:
    matrix = pd.DataFrame({"category": ["promoter", "detractor"] * 3})
    drivers = pd.DataFrame(columns=["driver_id", "label", "kind", "theme_id", "attribute", "level", "numeric"])
    from nps_insights.drivers import DriverDesign

    fitted = fit_drivers(DriverDesign(matrix, drivers, pd.DataFrame()))
    assert isinstance(fitted, NotFitted)
    assert "no driver is frequent enough; 6 responses have a usable comment" in fitted.why


def part(estimate: float, n: int, theme: str = "t1") -> pd.DataFrame:
    rows = [
        {
            "driver_id": f"theme/{theme}", "label": "queue", "kind": "theme", "theme_id": theme, "outcome": outcome,
            "method": "adjusted", "estimate": sign * estimate, "std_error": 1.0, "n": n, "n_present": n // 10,
        }
        for outcome, sign in (("nps", 1.0), ("promoter", 0.5), ("detractor", -0.5), ("passive", 0.0))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_cross_fitted_parts_weigh_by_their_responses() -> None:
    effects = cross_fitted_effects([part(-4.0, 300), part(-8.0, 100)]).set_index("outcome")
    assert effects.loc["nps", "estimate"] == pytest.approx(-5.0)
    assert effects.loc["nps", "std_error"] == pytest.approx(np.sqrt(0.75**2 + 0.25**2))
    assert effects.loc["nps", "n"] == 400
    np.testing.assert_allclose(
        effects.loc["nps", "estimate"], effects.loc["promoter", "estimate"] - effects.loc["detractor", "estimate"]
    )


def test_a_theme_of_one_half_stands_on_that_half() -> None:
    effects = cross_fitted_effects([part(-4.0, 300), part(-8.0, 100, theme="t2")])
    assert effects.set_index(["theme_id", "outcome"])["n"].to_dict()[("t2", "nps")] == 100
    assert cross_fitted_effects([]).empty


def test_nothing_weighed_costs_nothing() -> None:
    fitted = fitted_world()
    k = len(fitted.model.names)
    none = Combinations(np.zeros((1, k)), np.zeros((2, 1, k)))
    assert covariance(fitted.model, none)[0, 0] == 0


def talkative_world(n: int, *, seed: int, themes: int = 12) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Unhappy customers write more; every theme is mentioned at random, the likelier the more is written."""
    rng = np.random.default_rng(seed)
    category = rng.choice(["detractor", "passive", "promoter"], size=n)
    words = 4 + rng.poisson(np.where(category == "detractor", 60.0, 15.0) * rng.gamma(2.0, 0.5, size=n))
    chance = np.sqrt(words) / np.sqrt(words).mean() * 0.08
    rows, theme = np.nonzero(rng.random((n, themes)) < chance[:, None])
    ids = np.array([f"r{row:05d}" for row in range(n)])
    comments = pd.DataFrame({"response_id": ids, "text": ["word " * count for count in words], "says_nothing": False})
    codes = pd.DataFrame({"response_id": ids[rows], "code": theme.astype(str)})
    return pd.DataFrame({"response_id": ids, "category": category}), comments, codes


@pytest.mark.usefixtures("values_unchecked")
def test_themes_of_long_comments_are_compared_among_comments_of_like_length() -> None:
    scores, coefficients = [], []
    for seed in range(40):
        responses, comments, codes = talkative_world(700, seed=seed)
        for found, said in ((scores, comments), (coefficients, comments.drop(columns="text"))):
            fitted = fit_drivers(driver_design(responses, said, code_presence(codes)))
            assert isinstance(fitted, FittedDrivers)
            sides = values(fitted.model, fitted.mentions)
            errors = np.sqrt(np.diag(covariance(fitted.model, fitted.mentions)))
            found.append((sides[:, 0] - sides[:, 1]) / errors)
    assert np.mean(coefficients) < -0.8
    assert abs(np.mean(scores)) < 0.3
    assert 0.85 < np.std(scores) < 1.12
    # 480 figures: five in a hundred, and three standard errors of that.
    assert np.mean(np.abs(np.concatenate(scores)) > 1.96) <= 0.08
