import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import ttest_ind
from statsmodels.stats.oneway import anova_oneway

from benchmarks.drivers_groups import DIFFERENT, SAME, THEMES, figures, grouped_world
from nps_insights.drivers import code_presence
from nps_insights.drivers.groups.by_group import group_effects
from nps_insights.drivers.groups.difference import difference_p_value
from nps_insights.drivers.groups.pooling import partially_pooled
from nps_insights.metrics import nps
from nps_insights.tables import SettingsError

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def tables_of(world: pd.DataFrame) -> Tables:
    """Responses, comments and presence of a grouped world in which everybody comments."""
    comments = pd.DataFrame({"response_id": world["response_id"], "says_nothing": False})
    long = world.melt(id_vars="response_id", value_vars=list(THEMES), var_name="code")
    responses = world.drop(columns=[*THEMES, "noise", "score"])
    return responses, comments, code_presence(long[long["value"].astype(bool)])


def test_a_planted_difference_is_found_and_a_bystander_has_none() -> None:
    found = figures(DIFFERENT, n_worlds=12, n=2000)
    assert found.loc["A", "clear"] >= 0.95
    assert found.loc["B", "clear"] <= 0.2
    assert found["covered"].mean() >= 0.92


def test_without_a_difference_the_test_keeps_its_level_and_pooling_gains() -> None:
    found = figures(SAME, n_worlds=20, n=1000)
    assert found["clear"].mean() <= 0.1
    assert (found["pooled"] < 0.9 * found["alone"]).all()
    assert found["covered"].mean() >= 0.93


@pytest.mark.parametrize("n_groups", [2, 3, 6])
@pytest.mark.parametrize("tau", [0.0, 8.0, 30.0])
def test_pooled_intervals_cover_whatever_truly_differs(n_groups: int, tau: float) -> None:
    rng = np.random.default_rng([n_groups, int(tau)])
    covered = []
    for _ in range(300):
        errors = rng.uniform(4, 14, size=n_groups)
        truth = -20 + tau * rng.normal(size=n_groups)
        pooled = partially_pooled(truth + errors * rng.normal(size=n_groups), np.diag(errors**2))
        covered.append(np.abs(pooled.estimate - truth) <= 1.96 * pooled.std_error)
    assert 0.92 <= np.mean(covered) <= 0.995


def test_pooling_moves_towards_the_mean_and_never_past_it() -> None:
    estimates, covariance = np.array([-40.0, -20.0, -24.0]), np.diag([100.0, 25.0, 30.0])
    pooled = partially_pooled(estimates, covariance)
    np.testing.assert_allclose(pooled.weights.sum(axis=1), 1)
    assert -40 < pooled.estimate[0] < pooled.estimate[1:].min()
    assert (pooled.std_error < np.sqrt(np.diag(covariance))).all()
    np.testing.assert_allclose(partially_pooled(np.full(3, 7.0), covariance).estimate, 7)
    # Where the differences leave no doubt, each group keeps its own figure.
    far = np.array([-400.0, 0.0, 400.0])
    np.testing.assert_allclose(partially_pooled(far, covariance).estimate, far, rtol=0.01, atol=1)


def test_the_test_of_difference_is_welchs() -> None:
    rng = np.random.default_rng(0)
    samples = [rng.normal(mean, sd, size=n) for mean, sd, n in ((0, 1, 20), (0.5, 2, 35), (0.2, 1, 15))]
    for own in (samples[:2], samples):
        means = np.array([part.mean() for part in own])
        squares = np.diag([part.var(ddof=1) / len(part) for part in own])
        ours = difference_p_value(means, squares, np.array([len(part) - 1.0 for part in own]))
        assert ours == pytest.approx(anova_oneway(own, use_var="unequal", welch_correction=True).pvalue)
    assert difference_p_value(means[:2], squares[:2, :2], np.array([19.0, 34.0])) == pytest.approx(
        ttest_ind(samples[0], samples[1], equal_var=False).pvalue
    )


def test_identities_hold_and_row_order_changes_nothing() -> None:
    responses, comments, presence = tables_of(grouped_world(1500, DIFFERENT, random_state=2))
    table, _ = group_effects(responses, comments, presence, by="group")
    share = table["n_present"] / table["n"]
    np.testing.assert_allclose(table["estimate"], share * table["per_mention"])
    assert table.groupby("driver_id")["p_value"].nunique().eq(1).all()
    assert (table["q_value"] >= table["p_value"] - 1e-12).all()
    again, _ = group_effects(responses[::-1], comments.sample(frac=1, random_state=0), presence[::-1], by="group")
    pd.testing.assert_frame_equal(table, again)


def test_accounts_that_answer_in_two_groups_tie_their_figures() -> None:
    rng = np.random.default_rng(3)
    world = pd.concat([grouped_world(600, SAME, random_state=3)] * 2, ignore_index=True)
    # Everybody answers in both waves, much alike: what differs between the waves is known better than each of them.
    world["account_id"] = world["response_id"]
    world["wave"] = np.repeat(["first", "second"], 600)
    world["response_id"] = world["response_id"] + world["wave"]
    changed = rng.random(1200) < 0.1
    world.loc[changed, "category"] = rng.choice(["promoter", "passive", "detractor"], size=int(changed.sum()))
    responses, comments, presence = tables_of(world)
    tied, _ = group_effects(responses, comments, presence, by="wave")
    alone, _ = group_effects(responses.drop(columns="account_id"), comments, presence, by="wave")
    y = (world["category"] == "promoter").astype(float) - (world["category"] == "detractor")
    x = np.column_stack([np.ones(1200), world[list(THEMES)].astype(float)])
    second = (world["wave"] == "second").to_numpy(float)[:, None]
    fit = sm.OLS(y, np.hstack([x, x * second])).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(world["account_id"])[0]}, use_t=True
    )
    for place, theme in enumerate(THEMES):
        ours = tied.loc[tied["label"] == theme, "p_value"].iloc[0]
        theirs = fit.pvalues.iloc[len(THEMES) + 2 + place]
        assert ours == pytest.approx(theirs, abs=0.04)
    assert (alone.groupby("label")["p_value"].first() > tied.groupby("label")["p_value"].first()).mean() > 0.8


def test_groups_that_are_too_small_are_said_with_what_they_need() -> None:
    world = grouped_world(1200, SAME, random_state=4)
    world.loc[:9, "group"] = "Tiny"
    world.loc[10:14, "group"] = None
    table, notes = group_effects(*tables_of(world), by="group")
    assert set(table["group"]) == {"Basic", "Pro", "Trial"}
    assert any("Tiny (10, needs " in note for note in notes)
    assert any("5 responses with a comment have no group" in note for note in notes)


def test_one_group_cannot_be_compared() -> None:
    world = grouped_world(600, SAME, random_state=5)
    world["group"] = np.where(np.arange(600) < 3, "Pro", "Basic")
    table, notes = group_effects(*tables_of(world), by="group")
    assert table.empty
    assert notes[0] == "By group nothing can be compared: only Basic is large enough for a model."


def test_a_rare_neighbour_stays_in_the_model_and_is_not_told() -> None:
    world = grouped_world(3000, SAME, random_state=6)
    # In Trial, D is too rare to be told, always comes with E and does all the harm.
    trial = (world["group"] == "Trial").to_numpy()
    rare = trial & (np.cumsum(trial) <= 15)
    world.loc[trial, "D"] = rare[trial]
    world.loc[rare, "E"] = True
    world.loc[rare, "category"] = "detractor"
    table, _ = group_effects(*tables_of(world), by="group")
    rows = table.set_index(["label", "group"])
    assert ("D", "Trial") not in rows.index
    assert rows.loc[("E", "Trial"), "conf_low"] < 0 < rows.loc[("E", "Trial"), "conf_high"]


def test_what_cannot_name_groups_is_refused() -> None:
    world = grouped_world(200, SAME, random_state=7).assign(seats=np.arange(200.0))
    with pytest.raises(SettingsError, match=r"by == 'seats': 200 different numbers, at most 30"):
        group_effects(*tables_of(world), by="seats")
    with pytest.raises(SettingsError, match="no such column"):
        group_effects(*tables_of(world), by="colour")


@pytest.mark.parametrize("by", ["seats", "attribute/seats"])
def test_columns_and_groups_are_called_as_in_every_table_of_figures(by: str) -> None:
    # A column of numbers with a gap is one of floats: its groups are 1 and 2, and not 1.0 and 2.0.
    world = grouped_world(800, SAME, random_state=8)
    world["attribute/seats"] = np.where(np.arange(800) == 0, np.nan, 1.0 + np.arange(800) % 2)
    responses, comments, presence = tables_of(world)
    table, notes = group_effects(responses, comments, presence, by=by)
    figures_of = nps(responses, by=["seats"]).query("by != ''")
    assert set(table["by"]) == set(figures_of["by"]) == {"seats"}
    assert set(table["group"]) == {"1", "2"} <= set(figures_of["group"])
    assert any("1 responses with a comment have no seats" in note for note in notes)
