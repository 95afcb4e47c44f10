"""What if: the NPS among commenters, were a part of the mentions of some themes not there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.effects.combinations import NPS, Combinations, covariance, values
from nps_insights.drivers.effects.fit import FittedDrivers
from nps_insights.drivers.effects.parents import leaves_of
from nps_insights.drivers.effects.sides import clear_rows
from nps_insights.tables import SettingsError, conform

TODAY = "today"
MOST_SCENARIOS = 3
CAVEAT = (
    "What if: figures are of customers who wrote a comment, as if nothing else changed. They follow what is associated "
    "with the mentions; they are not a promise."
)


@dataclass(frozen=True)
class Scenario:
    """Some mentions go away.

    Attributes:
        name: What a reader calls it.
        driver_ids: Themes, top themes or codes whose mentions go away.
        part_removed: Which part of their mentions, 0..1; which ones is left to chance.

    Example:
        >>> Scenario("half as many about price", ("theme/t01",), 0.5).part_removed
        0.5
    """

    name: str
    driver_ids: tuple[str, ...]
    part_removed: float


def what_if(
    fitted: FittedDrivers,
    scenarios: Sequence[Scenario],
    *,
    target: float | None = None,
    confidence_level: float = 0.95,
) -> tuple[pd.DataFrame, list[str]]:
    """Return the NPS of commenters today and in each scenario.

    Formula: NPS - part x sum of the drivers' total effects. The NPS today and the effects are sums of the same model's
    coefficients, so the errors of the new NPS and of the change follow from their joint covariance (delta method).

    Args:
        fitted: A fitted family of drivers.
        scenarios: What to compare; their order is kept, after the row "today".
        target: NPS to reach, in points.
        confidence_level: Coverage of the intervals.

    Returns:
        Table `scenarios`, and the sentences that belong beside it. `driver_ids` are joined by "; ". `reaches_target`
        is the probability that the NPS of all such commenters is at or above the target, by Student's t around the
        estimate.

    Raises:
        SettingsError: A scenario names a driver that is not in the model, that is an attribute, or that is within
            another of its drivers; its part is not within 0..1; two scenarios have one name; the target is not
            within -100..100.

    Example:
        >>> from nps_insights.drivers import DriverDesign, fit_drivers
        >>> category = ["promoter", "promoter", "passive", "detractor"] * 10
        >>> matrix = pd.DataFrame({"category": category, "code/Price": [0.0, 0.0, 1.0, 1.0] * 10})
        >>> drivers = pd.DataFrame({"driver_id": ["code/Price"], "label": "Price", "kind": "code", "theme_id": None,
        ...                         "attribute": "", "level": "", "numeric": False})
        >>> fitted = fit_drivers(DriverDesign(matrix, drivers, pd.DataFrame()))
        >>> table, notes = what_if(fitted, [Scenario("half of price", ("code/Price",), 0.5)], target=50)
        >>> table[["scenario", "estimate", "change"]].round(1).values.tolist()
        [['today', 25.0, 0.0], ['half of price', 62.5, 37.5]]
    """
    from scipy.stats import t

    if target is not None and not -100 <= target <= 100:
        raise SettingsError(f"target == {target}: an NPS is within -100 and 100 points")
    _refuse_same_names(scenarios)
    every, names = _all_effects(fitted)
    removed = np.array([_weights(scenario, names, fitted) for scenario in scenarios]).reshape(
        len(scenarios), len(names)
    )
    changes = every.summed(np.vstack([np.zeros(len(names)), -removed]))
    new = _today(fitted, len(changes.weights)) + changes
    both = _added(new, len(changes.weights))
    estimate, error = _points(fitted, both)
    change, change_error = _points(fitted, changes)
    freedom = fitted.model.degrees_of_freedom
    half = float(t.ppf(0.5 + confidence_level / 2, freedom))
    table = pd.DataFrame(
        {
            "position": range(len(scenarios) + 1),
            "scenario": [TODAY, *(scenario.name for scenario in scenarios)],
            "driver_ids": ["", *("; ".join(scenario.driver_ids) for scenario in scenarios)],
            "part_removed": [0.0, *(float(scenario.part_removed) for scenario in scenarios)],
            "estimate": estimate,
            "conf_low": estimate - half * error,
            "conf_high": estimate + half * error,
            "change": change,
            "change_low": change - half * change_error,
            "change_high": change + half * change_error,
            "n": len(fitted.model.x),
        }
    )
    if target is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            reached = np.where(error > 0, t.cdf((estimate - target) / error, freedom), estimate >= target)
        table = table.assign(target=float(target), reaches_target=reached)
    return conform("scenarios", table), [CAVEAT]


def default_scenarios(fitted: FittedDrivers, effects: pd.DataFrame) -> list[Scenario]:
    """Return half of the mentions of each of the three most costly clear drivers, and of all of them together.

    Args:
        fitted: A fitted family of drivers.
        effects: Table `effects`.

    Returns:
        At most four scenarios; none where no driver clearly costs points.
    """
    rows = effects[(effects["outcome"] == "nps") & (effects["method"] == "adjusted") & (effects["kind"] != "attribute")]
    rows = rows[rows["driver_id"].isin(fitted.drivers["driver_id"]) & (rows["estimate"] < 0)]
    rows = rows[clear_rows(rows)].sort_values(["estimate", "driver_id"]).head(MOST_SCENARIOS)
    each = [Scenario(scenario_name([name], 0.5, fitted.drivers), (name,), 0.5) for name in rows["driver_id"]]
    if len(each) < 2:
        return each
    together = {2: "both", 3: "all three"}[len(each)]
    return [*each, Scenario(f"half as many mentions of {together}", tuple(rows["driver_id"]), 0.5)]


def scenario_name(driver_ids: Sequence[str], part_removed: float, drivers: pd.DataFrame) -> str:
    """Return what a scenario is called that nobody gave a name: what goes away.

    Args:
        driver_ids: Whose mentions go away.
        part_removed: Which part of them, 0..1.
        drivers: Columns driver_id, label; two of one label are told apart by their ids.

    Example:
        >>> drivers = pd.DataFrame({"driver_id": ["theme/t01", "theme/t02"], "label": ["price", "queues"]})
        >>> scenario_name(["theme/t01"], 0.5, drivers), scenario_name(["theme/t01", "theme/t02"], 0.25, drivers)
        ('half as many mentions of price', '25 % fewer mentions of price and queues')
    """
    named = dict(zip(drivers["driver_id"], drivers["label"], strict=True))
    labels = list(named.values())
    *first, last = [f"{named[one]} ({one})" if labels.count(named[one]) > 1 else str(named[one]) for one in driver_ids]
    how = {0.5: "half as many", 1.0: "no"}.get(part_removed, f"{100 * part_removed:g} % fewer")
    return f"{how} mentions of " + (f"{', '.join(first)} and {last}" if first else last)


def _all_effects(fitted: FittedDrivers) -> tuple[Combinations, list[str]]:
    names = [*fitted.drivers["driver_id"], *fitted.parents["driver_id"]]
    return fitted.effects + fitted.parent_effects, [str(name) for name in names]


def _today(fitted: FittedDrivers, copies: int) -> Combinations:
    """The NPS as a sum of coefficients: the model's prediction at the means, which is the mean of the answers."""
    model = fitted.model
    weights = np.tile(model.means, (copies, 1))
    by_mean = np.stack([np.tile(model.coefficients[:, side], (copies, 1)) for side in range(2)])
    return Combinations(weights, by_mean)


def _added(combinations: Combinations, m: int) -> Combinations:
    """The first m sums plus the last m, one by one."""
    return combinations.summed(np.hstack([np.eye(m), np.eye(m)]))


def _points(fitted: FittedDrivers, sums: Combinations) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    estimate = values(fitted.model, sums) @ np.array(NPS)
    variance = np.diag(covariance(fitted.model, sums))
    return 100 * estimate, 100 * np.sqrt(np.maximum(variance, 0))


def _weights(scenario: Scenario, names: Sequence[str], fitted: FittedDrivers) -> NDArray[np.float64]:
    part = scenario.part_removed
    if not (math.isfinite(part) and 0 <= part <= 1):
        raise SettingsError(f"scenario {scenario.name!r}: part_removed == {part}, must be within 0 and 1")
    kinds = dict(zip(fitted.drivers["driver_id"], fitted.drivers["kind"], strict=True))
    for name in scenario.driver_ids:
        if name not in names:
            raise SettingsError(
                f"scenario {scenario.name!r}: {name!r} is no driver of this model; there are {', '.join(names)}"
            )
        if kinds.get(name) == "attribute":
            raise SettingsError(
                f"scenario {scenario.name!r}: {name!r} is an attribute; only mentions of themes or codes can go away"
            )
    members = np.zeros(len(names))
    members[[names.index(name) for name in scenario.driver_ids]] = part
    _refuse_overlap(scenario, fitted)
    return members


def _refuse_overlap(scenario: Scenario, fitted: FittedDrivers) -> None:
    """A top theme holds its leaves: the same mentions cannot go away twice."""
    under = {} if fitted.themes is None else leaves_of(fitted.design, fitted.themes)
    leaves = [leaf for name in scenario.driver_ids for leaf in under.get(name.removeprefix("theme/"), [name])]
    if len(leaves) > len(set(leaves)):
        raise SettingsError(
            f"scenario {scenario.name!r}: {', '.join(scenario.driver_ids)} share mentions; name a top theme or its "
            "themes, and each of them once"
        )


def _refuse_same_names(scenarios: Sequence[Scenario]) -> None:
    names = [TODAY, *(scenario.name for scenario in scenarios)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingsError(f"scenarios: {', '.join(twice)} is named twice; each needs a name of its own")
