"""Drivers as a reader meets them: one row each, with both sides of the number, and whether it can be told from zero."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nps_insights.report.languages import say

CLEAR_Q = 0.10
"""Level of Benjamini and Hochberg's rule: of the drivers listed, at most about one in ten is there by luck."""

NO_FIGURE = float("nan")

_READ = [
    "driver_id", "theme_id", "label", "level", "tone", "outcome", "method", "estimate", "conf_low", "conf_high",
    "q_value", "n", "n_present", "per_mention", "per_mention_low", "per_mention_high",
]  # fmt: skip

# Labels of themes that hold many things: nobody can act on them, so they stand in the chapters only.
# What kinds of drivers are called.
KINDS = {"theme": "theme", "code": "code", "attribute": "attribute"}
NAMELESS = ("mixed remarks", "remarks without a subject", "just “", "unnamed ")


@dataclass(frozen=True)
class Effect:
    """A figure in points with its range.

    Attributes:
        estimate: Points.
        low: Lower end of the likely range.
        high: Upper end of the likely range.
        clear: Whether it can be told from zero: by the rule for many figures, and by its own range.

    Example:
        >>> Effect(-4.0, -6.0, -2.0, clear=True).estimate
        -4.0
    """

    estimate: float
    low: float
    high: float
    clear: bool


@dataclass(frozen=True)
class Driver:
    """One driver.

    Attributes:
        driver_id: Its id.
        theme_id: The theme it is about; empty for codes and attributes.
        label: Name as it came from the data, not yet cleaned.
        level: Level of an attribute; empty for themes, codes and numeric attributes.
        total: Effect on the NPS.
        promoter: What the promoters' side adds to the total.
        detractor: What the detractors' side adds to the total: above zero where it leaves fewer detractors.
        leave_out: The leave-out figure: NPS minus NPS of the answers without it.
        per_mention: Points per response that mentions it; its range is missing where the table has none.
        n: Responses in the model.
        n_present: Responses that mention it (or are at the level).
    """

    driver_id: str
    theme_id: str
    label: str
    level: str
    total: Effect
    promoter: Effect
    detractor: Effect
    leave_out: Effect
    per_mention: Effect
    n: int
    n_present: int

    @property
    def reach(self) -> float:
        """Share (0..1) of the responses in the model that mention it."""
        return self.n_present / self.n if self.n else NO_FIGURE


def drivers_of(
    effects: pd.DataFrame,
    kind: str,
    *,
    without: frozenset[str] = frozenset(),
    no_causes: frozenset[str] = frozenset(),
) -> list[Driver]:
    """Return the drivers of one kind, from the most costly to the one that earns most.

    Args:
        effects: Table `effects` with all its columns.
        kind: theme, code or attribute.
        without: Theme ids to leave out (themes that gather others).
        no_causes: Driver ids to leave out (themes that only say again how people feel).

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> drivers_of(report_tables({})["effects"], "theme")
        []
    """
    rows = effects[(effects["kind"] == kind) & ~effects["theme_id"].isin(without)]
    rows = rows[~rows["driver_id"].isin(no_causes)]
    # Plain records, read once: asking a frame for each figure of each driver took most of a page's time.
    records: dict[str, list[dict[str, Any]]] = {}
    for record in rows[_READ].to_dict("records"):
        records.setdefault(record["driver_id"], []).append(record)
    drivers = [_driver(driver_id, records[driver_id]) for driver_id in sorted(records)]
    known = [driver for driver in drivers if math.isfinite(driver.total.estimate)]
    return sorted(known, key=lambda driver: (driver.total.estimate, driver.driver_id))


def costing(drivers: list[Driver]) -> list[Driver]:
    """Return the drivers that cost points beyond doubt, most costly first."""
    return [driver for driver in drivers if driver.total.clear and driver.total.estimate < 0]


def earning(drivers: list[Driver]) -> list[Driver]:
    """Return the drivers that earn points beyond doubt, the one that earns most first."""
    return [driver for driver in reversed(drivers) if driver.total.clear and driver.total.estimate > 0]


def unclear(drivers: list[Driver]) -> list[Driver]:
    """Return the drivers that cannot be told from zero, most mentioned first."""
    rest = [driver for driver in drivers if not driver.total.clear]
    return sorted(rest, key=lambda driver: (-driver.n_present, driver.driver_id))


def side(driver: Driver) -> str:
    """Say on which side of the number a driver acts.

    Returns:
        "delighter: ..." where only the promoters' side is clear and gains, "hygiene: ..." where only the detractors'
        side is clear and loses, and a plain sentence part for the rest.
    """
    if not driver.total.clear:
        return say("no effect of its own found")
    promoter, detractor = driver.promoter, driver.detractor
    gains = {(True, True): say("wins promoters"), (True, False): say("costs promoters")}
    losses = {(True, True): say("spares detractors"), (True, False): say("makes detractors")}
    said = [
        gains.get((promoter.clear, promoter.estimate > 0), ""),
        losses.get((detractor.clear, detractor.estimate > 0), ""),
    ]
    if all(said):
        return say("both: {gains} and {losses}", gains=said[0], losses=said[1])
    if said[0]:
        return (
            say("delighter: only {said}", said=said[0]) if promoter.estimate > 0 else say("only {said}", said=said[0])
        )
    if said[1]:
        return say("hygiene: only {said}", said=said[1]) if detractor.estimate < 0 else say("only {said}", said=said[1])
    return say("which side is not clear")


def _driver(driver_id: str, rows: Sequence[Mapping[str, Any]]) -> Driver:
    total = _row(rows, "nps", "adjusted")
    first = rows[0] if total is None else total
    return Driver(
        driver_id=driver_id,
        theme_id="" if pd.isna(first["theme_id"]) else str(first["theme_id"]),
        label=_label(first),
        level="" if pd.isna(first["level"]) else str(first["level"]),
        total=_effect(total),
        promoter=_effect(_row(rows, "promoter", "adjusted")),
        detractor=_turned(_effect(_row(rows, "detractor", "adjusted"))),
        leave_out=_effect(_row(rows, "nps", "leave_out")),
        per_mention=_per_mention(total),
        n=int(first["n"]),
        n_present=int(first["n_present"]),
    )


def _label(row: Mapping[str, Any]) -> str:
    return str(row["label"]) if pd.isna(row["tone"]) else f"{row['label']} ({row['tone']})"


def _row(rows: Sequence[Mapping[str, Any]], outcome: str, method: str) -> Mapping[str, Any] | None:
    return next((row for row in rows if row["outcome"] == outcome and row["method"] == method), None)


def _effect(row: Mapping[str, Any] | None) -> Effect:
    if row is None:
        return Effect(NO_FIGURE, NO_FIGURE, NO_FIGURE, clear=False)
    estimate, low, high = (float(row[name]) for name in ("estimate", "conf_low", "conf_high"))
    # The rule for many figures is a 10 % one, the range a 95 % one: a page that lists a driver whose own range
    # holds zero would contradict itself, so both must agree.
    clear = bool(row["q_value"] < CLEAR_Q) and (low > 0 or high < 0)
    return Effect(estimate, low, high, clear)


def _per_mention(row: Mapping[str, Any] | None) -> Effect:
    if row is None:
        return Effect(NO_FIGURE, NO_FIGURE, NO_FIGURE, clear=False)
    estimate, low, high = (float(row[name]) for name in ("per_mention", "per_mention_low", "per_mention_high"))
    return Effect(estimate, low, high, clear=low > 0 or high < 0)


def _turned(effect: Effect) -> Effect:
    """More detractors lower the NPS: turned, so that both sides add to the total."""
    return Effect(-effect.estimate, -effect.high, -effect.low, effect.clear)
