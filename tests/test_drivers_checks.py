import numpy as np
import pandas as pd
import pytest

from nps_insights.drivers import FittedDrivers, code_presence, driver_design, fit_drivers
from nps_insights.drivers.checks.check_drivers import check_drivers
from nps_insights.drivers.checks.collinear import collinear_groups
from nps_insights.drivers.checks.negative_controls import added_columns, negative_controls
from nps_insights.drivers.checks.robustness import robustness_values
from nps_insights.drivers.checks.separation import separation
from nps_insights.drivers.effects.combinations import NPS, covariance
from nps_insights.metrics import categorize
from nps_insights.simulate import planted_world

THEMES = ["A", "B", "C", "D", "E", "F"]


def fitted_of(world: pd.DataFrame, themes: list[str] = THEMES, **settings: object) -> FittedDrivers:
    """The model of a world in which everybody comments; columns `attribute/...` and `account_id` are kept."""
    kept = [name for name in world.columns if name in ("account_id", "category") or "/" in name]
    responses = world[["response_id", *kept]]
    comments = pd.DataFrame({"response_id": world["response_id"], "says_nothing": False})
    long = world.melt(id_vars="response_id", value_vars=themes, var_name="code")
    presence = code_presence(long[long["value"].astype(bool)])
    found = fit_drivers(driver_design(responses, comments, presence, **settings))
    assert isinstance(found, FittedDrivers)
    return found


def clustered_world(n_accounts: int, *, random_state: int) -> pd.DataFrame:
    """Accounts of ten answers, alike in what they say and in how they score; no theme matters."""
    rng = np.random.default_rng(random_state)
    account = np.repeat(np.arange(n_accounts), 10)
    leaning = rng.normal(0, 1.6, size=n_accounts)
    score = 7.8 + leaning[account] + rng.normal(0, 1.0, size=len(account))
    habit = rng.beta(0.15, 0.6, size=(n_accounts, 4))
    marks = rng.random((len(account), 4)) < habit[account]
    world = pd.DataFrame(marks, columns=list("ABCD"))
    return world.assign(
        response_id=[f"r{row:05d}" for row in range(len(account))],
        account_id=[f"a{number:04d}" for number in account],
        category=categorize(pd.Series(np.clip(np.round(score), 0, 10))),
    )


@pytest.mark.parametrize("theme", ["A", "C", "D"])
def test_a_confounder_of_the_robustness_value_explains_the_effect_away(theme: str) -> None:
    fitted = fitted_of(planted_world(800, random_state=1))
    value = robustness_values(fitted).set_index("label").loc[theme, "value"]
    model = fitted.model
    own = model.names.index(f"code/{theme}")
    rest = np.delete(model.x, own, axis=1)
    y = model.y @ np.array(NPS)
    rng = np.random.default_rng(0)

    def unit(values: np.ndarray, *without: np.ndarray) -> np.ndarray:
        columns = np.column_stack([rest, *without])
        left = values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0]
        return left / np.linalg.norm(left)

    driver = unit(model.x[:, own])
    answer = unit(y, driver)
    noise = unit(rng.normal(size=len(y)), driver, answer)
    side = np.sign(model.coefficients[own] @ np.array(NPS))
    # So built, it tells exactly `value` of what is left of the driver, and of what is left of the answer given both.
    confounder = side * np.sqrt(value) * driver + np.sqrt(value * (1 - value)) * answer + (1 - value) * noise
    assert (unit(confounder) @ driver) ** 2 == pytest.approx(value)
    assert (unit(confounder, driver) @ answer) ** 2 == pytest.approx(value)
    with_it = np.linalg.lstsq(np.column_stack([model.x, confounder]), y, rcond=None)[0]
    assert with_it[own] == pytest.approx(0, abs=1e-8)


def test_an_effect_that_a_measured_theme_could_explain_away_does_not_pass() -> None:
    world = planted_world(4000, random_state=2)
    # A slight harm of its own, nearly always beside A, which does much more.
    rng = np.random.default_rng(2)
    world["Z"] = np.where(world["A"], rng.random(4000) < 0.8, rng.random(4000) < 0.03)
    score = np.clip(world["score"] - world["Z"] * (rng.random(4000) < 0.5), 0, 10)
    rows = robustness_values(fitted_of(world.assign(category=categorize(score)), [*THEMES, "Z"])).set_index("label")
    assert rows.loc["A", "passed"]
    assert not rows.loc["Z", "passed"]
    assert "something as strong as ‘A’ would do" in rows.loc["Z", "finding"]
    assert rows.loc["E", "finding"] == "no effect of its own found: nothing to explain away"


def test_a_theme_of_one_category_is_said() -> None:
    world = planted_world(900, random_state=3)
    world["S"] = np.arange(900) < 24
    world.loc[:23, "category"] = "detractor"
    rows = separation(fitted_of(world, [*THEMES, "S"])).set_index("label")
    assert rows.loc["S", "finding"].startswith("all 24 who mention it are detractors")
    assert rows["passed"].drop("S").all()
    world.loc[0, "category"] = "promoter"
    rows = separation(fitted_of(world, [*THEMES, "S"])).set_index("label")
    assert rows.loc["S", "finding"].startswith("23 of the 24 who mention it are detractors")


def test_twins_are_grouped_and_their_sum_is_well_known() -> None:
    world = planted_world(3000, random_state=4)
    flipped = np.random.default_rng(4).random(3000) < 0.02
    world["Twin"] = world["A"] ^ flipped
    rows = collinear_groups(fitted_of(world, [*THEMES, "Twin"])).set_index("label")
    assert rows.index[~rows["passed"]].tolist() == ["A", "Twin"]
    assert rows.loc["A", "finding"] == rows.loc["Twin", "finding"]
    assert "‘A’ and ‘Twin’ mostly come together" in rows.loc["A", "finding"]
    low, high = (float(end) for end in rows.loc["A", "finding"].split("(")[1].rstrip(")").split(" to "))
    assert low < -20 < high
    assert high - low < 6
    # The definition: one over what the other columns leave of it.
    x = world[[*THEMES, "Twin"]].astype(float)
    left = 1 / np.linalg.inv(x.corr())[0, 0]
    assert rows.loc["A", "value"] == pytest.approx(1 / left)


def test_a_theme_that_several_others_tell_is_said() -> None:
    rng = np.random.default_rng(5)
    world = planted_world(3000, random_state=5)
    world["Any"] = (world["A"] | world["C"] | world["D"]) ^ (rng.random(3000) < 0.01)
    rows = collinear_groups(fitted_of(world, [*THEMES, "Any"])).set_index("label")
    assert not rows.loc["Any", "passed"]
    assert rows.loc["E", "passed"]


@pytest.mark.parametrize("clustered", [False, True])
def test_an_added_column_is_what_a_refit_gives(clustered: bool) -> None:
    rng = np.random.default_rng(6)
    world = planted_world(400, random_state=6).assign(Z=rng.random(400) < 0.2)
    if clustered:
        world["account_id"] = [f"a{number:03d}" for number in rng.integers(150, size=400)]
    fitted = fitted_of(world)
    refitted = fitted_of(world, [*THEMES, "Z"])
    column = world["Z"].to_numpy(float)[fitted.model.rows][:, None]
    p_value, points = added_columns(fitted.model, column)
    own = refitted.model.names.index("code/Z")
    estimate = refitted.model.coefficients[own] @ np.array(NPS)
    place = refitted.drivers["driver_id"].tolist().index("code/Z")
    error = np.sqrt(np.diag(covariance(refitted.model, refitted.mentions))[place])
    from scipy.stats import t

    assert points[0] == pytest.approx(100 * estimate * column.mean())
    assert p_value[0] == pytest.approx(2 * t.sf(abs(estimate) / error, refitted.model.degrees_of_freedom))


def test_negative_controls_pass_where_errors_are_right() -> None:
    rows = negative_controls(fitted_of(planted_world(1200, random_state=7)), random_state=0, n_draws=40)
    assert rows["passed"].all()
    assert rows["estimate"].between(0.02, 0.085).all()
    assert (rows["n"] == 240).all()


def test_negative_controls_fail_where_the_model_does_not_know_the_accounts() -> None:
    world = clustered_world(150, random_state=8)
    accounts = world.set_index("response_id")["account_id"]
    blind = fitted_of(world.drop(columns="account_id"), list("ABCD"))
    shuffled = negative_controls(blind, random_state=0, n_draws=40, accounts=accounts).set_index("control")
    assert not shuffled.loc["permuted", "passed"]
    assert shuffled.loc["permuted", "conf_low"] > 0.1
    knowing = fitted_of(world, list("ABCD"))
    assert negative_controls(knowing, random_state=0, n_draws=40)["passed"].all()
    notes = check_drivers(blind, random_state=0, accounts=accounts).notes
    assert any("ranges of the effects are too narrow" in note for note in notes)


def test_mentions_are_dealt_out_among_answers_to_the_same_question() -> None:
    world = planted_world(1000, random_state=9)
    asked = np.where(np.arange(1000) % 2, "good", "better")
    # D is the whole answer to one question, so that it could be dealt out to nobody else.
    world["D"] = (asked == "good") & world["A"]
    responses = world[["response_id", "category"]]
    comments = pd.DataFrame({"response_id": world["response_id"], "says_nothing": False, "question": asked})
    long = world.melt(id_vars="response_id", value_vars=THEMES, var_name="code")
    fitted = fit_drivers(driver_design(responses, comments, code_presence(long[long["value"].astype(bool)])))
    assert isinstance(fitted, FittedDrivers)
    rows = negative_controls(fitted, random_state=1, n_draws=40).set_index("control")
    assert rows.loc["permuted", "estimate"] <= 0.09


def test_the_same_seed_gives_the_same_tables_whatever_the_row_order() -> None:
    world = clustered_world(40, random_state=10)
    first = check_drivers(fitted_of(world, list("ABCD")), random_state=3, n_draws=5)
    again = check_drivers(fitted_of(world.sample(frac=1, random_state=0), list("ABCD")), random_state=3, n_draws=5)
    pd.testing.assert_frame_equal(first.driver_checks, again.driver_checks)
    pd.testing.assert_frame_equal(first.negative_controls, again.negative_controls)
    assert first.notes == again.notes


def test_attributes_alone_have_no_shuffled_themes() -> None:
    world = planted_world(500, random_state=11)
    world["attribute/plan"] = np.where(world["A"], "Basic", "Pro")
    checks = check_drivers(fitted_of(world, [], attributes=["plan"]), random_state=0)
    assert checks.negative_controls.empty
    assert set(checks.driver_checks["check"]) == {"robustness", "separation"}
