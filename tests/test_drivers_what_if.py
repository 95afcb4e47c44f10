import numpy as np
import pandas as pd
import pytest

from benchmarks.drivers_groups import GROUPS, categories_of, grouped_world
from nps_insights.drivers import (
    DriverEstimates,
    FittedDrivers,
    driver_design,
    estimate_drivers,
    fit_drivers,
    theme_presence,
)
from nps_insights.drivers.what_if import Scenario, default_scenarios, what_if
from nps_insights.tables import SettingsError

THEMES = ["A", "B", "C", "D", "E", "F"]
COSTS = dict.fromkeys(GROUPS, -3.0)


def tables_of(world: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Responses, comments and mentions of a planted world in which everybody comments."""
    comments = pd.DataFrame({"response_id": world["response_id"], "says_nothing": False})
    long = world.melt(id_vars="response_id", value_vars=THEMES, var_name="theme_id")
    responses = world[["response_id", "category", "group"]].rename(columns={"group": "attribute/plan"})
    return responses, comments, long.loc[long["value"].astype(bool), ["response_id", "theme_id"]]


def fitted_of(world: pd.DataFrame) -> FittedDrivers:
    responses, comments, mentions = tables_of(world)
    themes = pd.DataFrame({"theme_id": THEMES, "label": THEMES})
    found = fit_drivers(driver_design(responses, comments, theme_presence(mentions, themes)))
    assert isinstance(found, FittedDrivers)
    return found


def estimates_of(world: pd.DataFrame) -> DriverEstimates:
    """Themes of the planted world, A to C under one top theme."""
    responses, comments, mentions = tables_of(world)
    themes = pd.DataFrame({"theme_id": ["top", *THEMES], "parent_id": [None, *["top"] * 3, None, None, None]})
    themes["label"] = "about " + themes["theme_id"]
    return estimate_drivers(responses, comments, mentions=mentions, themes=themes, attributes=["plan"])


@pytest.fixture(scope="module")
def estimates() -> DriverEstimates:
    return estimates_of(grouped_world(2000, COSTS, random_state=1))


@pytest.fixture(scope="module")
def fitted(estimates: DriverEstimates) -> FittedDrivers:
    return estimates.fitted[0]


def effect(estimates: DriverEstimates, name: str) -> pd.Series:
    rows = estimates.effects.query("outcome == 'nps' and method == 'adjusted'").set_index("driver_id")
    return rows.loc[name]


def test_nothing_removed_is_today(fitted: FittedDrivers) -> None:
    table, notes = what_if(fitted, [Scenario("none", ("theme/A",), 0.0)])
    y = fitted.model.y @ np.array([100.0, -100.0])
    today, none = table.iloc[0], table.iloc[1]
    assert today["scenario"] == "today"
    assert today["estimate"] == pytest.approx(y.mean())
    figures = ["estimate", "conf_low", "conf_high", "change", "change_low", "change_high"]
    np.testing.assert_allclose(none[figures].astype(float), today[figures].astype(float))
    assert today["change"] == today["change_low"] == today["change_high"] == 0
    plain = 1.96 * y.std() / np.sqrt(len(y))
    assert (today["conf_high"] - today["conf_low"]) / 2 == pytest.approx(plain, rel=0.02)
    assert "not a promise" in notes[0]


@pytest.mark.parametrize("name", ["theme/A", "theme/B", "theme/top"])
def test_all_removed_is_the_nps_less_the_effect(estimates: DriverEstimates, fitted: FittedDrivers, name: str) -> None:
    table, _ = what_if(fitted, [Scenario("gone", (name,), 1.0)])
    own = effect(estimates, name)
    row = table.iloc[1]
    assert row["change"] == pytest.approx(-own["estimate"])
    assert row["change_low"] == pytest.approx(-own["conf_high"])
    assert row["estimate"] == pytest.approx(table["estimate"].iloc[0] - own["estimate"])


def test_changes_add_up(fitted: FittedDrivers) -> None:
    one, other, both, top = (("theme/A",), ("theme/D",), ("theme/A", "theme/D"), ("theme/top", "theme/D"))
    table, _ = what_if(fitted, [Scenario(str(ids), ids, 0.4) for ids in (one, other, both, top)])
    change = table["change"].to_numpy()
    assert change[3] == pytest.approx(change[1] + change[2])
    assert table["driver_ids"].tolist() == ["", "theme/A", "theme/D", "theme/A; theme/D", "theme/top; theme/D"]


def test_the_planted_truth_is_covered() -> None:
    rng = np.random.default_rng(0)
    large = grouped_world(200_000, COSTS, random_state=10_000)
    kept = large.assign(**{name: large[name] & (rng.random(len(large)) < 0.5) for name in ("A", "C")})
    truth_today, truth = (nps(categories_of(world, COSTS)) for world in (large, kept))
    hits = []
    for seed in range(25):
        found = fitted_of(grouped_world(800, COSTS, random_state=seed))
        row = what_if(found, [Scenario("half", ("theme/A", "theme/C"), 0.5)])[0].iloc[1]
        new = row["conf_low"] <= truth <= row["conf_high"]
        hits.append((new, row["change_low"] <= truth - truth_today <= row["change_high"]))
    assert (np.mean(hits, axis=0) >= 0.85).all()


def nps(category: pd.Series) -> float:
    return 100 * float((category == "promoter").mean() - (category == "detractor").mean())


def test_the_target_is_judged_by_probability(fitted: FittedDrivers) -> None:
    scenarios = [Scenario(f"{part:.0%} of A", ("theme/A",), part) for part in (0.25, 0.5, 1.0)]
    middle = what_if(fitted, scenarios)[0]["estimate"].iloc[2]
    table, _ = what_if(fitted, scenarios, target=float(middle))
    assert table["reaches_target"].iloc[2] == pytest.approx(0.5)
    assert table["reaches_target"].is_monotonic_increasing
    assert "reaches_target" not in what_if(fitted, scenarios)[0].dropna(axis="columns", how="all").columns


def test_usual_scenarios_are_of_the_costliest_clear_drivers(estimates: DriverEstimates, fitted: FittedDrivers) -> None:
    scenarios = default_scenarios(fitted, estimates.effects)
    assert [scenario.driver_ids for scenario in scenarios[:2]] == [("theme/A",), ("theme/D",)]
    assert scenarios[0].name == "half as many mentions of about A"
    assert set(scenarios[-1].driver_ids) == {name for scenario in scenarios[:-1] for name in scenario.driver_ids}
    assert default_scenarios(fitted, estimates.effects.assign(q_value=1.0)) == []


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (Scenario("x", ("theme/A",), 1.5), r"part_removed == 1.5, must be within 0 and 1"),
        (Scenario("x", ("theme/A",), float("nan")), "must be within 0 and 1"),
        (Scenario("x", ("theme/Z",), 0.5), r"'theme/Z' is no driver of this model; there are .*theme/A"),
        (Scenario("x", ("attribute/plan/Pro",), 0.5), "is an attribute"),
        (Scenario("x", ("theme/top", "theme/A"), 0.5), "share mentions"),
        (Scenario("x", ("theme/A", "theme/A"), 0.5), "share mentions"),
        (Scenario("today", ("theme/A",), 0.5), "today is named twice"),
    ],
)
def test_wrong_scenarios_are_refused(fitted: FittedDrivers, scenario: Scenario, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        what_if(fitted, [scenario])


def test_a_target_out_of_range_is_refused(fitted: FittedDrivers) -> None:
    with pytest.raises(SettingsError, match="target == 120"):
        what_if(fitted, [], target=120)
