"""Chapter: what moves the number, in points: themes, codes that people gave, and what is known of each customer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from nps_insights.report import words
from nps_insights.report.blocks import TextTable
from nps_insights.report.charts import GAINS, LOSES, Chart, Mark, described, range_chart, sides_chart
from nps_insights.report.driver_rows import Driver, Effect, costing, drivers_of, earning, side, unclear
from nps_insights.report.guard_rails import footnotes, no_causes, only_feelings
from nps_insights.report.inputs import top_themes

MOST_A_SIDE = 5
_COLUMNS = (
    "Total points",
    "Per mention",
    "Reach",
    "Promoter side",
    "Detractor side",
    "In words",
)


@dataclass(frozen=True)
class DriverPart:
    """Drivers of one kind: charts and table of those that count most, the rest apart."""

    n: int
    total_chart: Chart | None
    sides_chart: Chart | None
    table: TextTable | None
    rest: TextTable | None
    note: str
    footnotes: list[str] = field(default_factory=list)


def theme_drivers(tables: dict[str, pd.DataFrame]) -> DriverPart:
    """Return the themes found in the comments as drivers.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> theme_drivers(report_tables({})).n
        0
    """
    part = _part("theme", "Theme", tables, frozenset(top_themes(tables["themes"])))
    return replace(part, note=" ".join(said for said in (_levels(tables["themes"], part.n), part.note) if said))


def _levels(themes: pd.DataFrame, n_judged: int) -> str:
    """Why more themes stand here than in the list of the chapter before, or fewer than below it."""
    broad, narrow = (int((themes["level"] == level).sum()) for level in (1, 2))
    if not (broad and narrow and n_judged):
        return ""
    judged = "all of them" if n_judged >= narrow else f"{words.count(n_judged)} of them"
    return (
        f"The {words.plural(broad, 'broad theme')} of the chapter on themes gather{'s' if broad == 1 else ''} "
        f"{words.plural(narrow, 'narrower one')}; {judged} can be judged, and it is these that stand here."
    )


def code_drivers(tables: dict[str, pd.DataFrame]) -> DriverPart:
    """Return the given codes as drivers.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> code_drivers(report_tables({})).n
        0
    """
    return _part("code", "Given code", tables)


def attribute_drivers(tables: dict[str, pd.DataFrame]) -> DriverPart:
    """Return what is known of each customer as drivers: levels are compared with today's mix of levels.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> attribute_drivers(report_tables({})).n
        0
    """
    drivers = drivers_of(tables["effects"], "attribute", no_causes=no_causes(tables))
    shown, others = _chosen(drivers)
    columns = ("Attribute", "Points against today’s mix", "Answers", "In words")
    rows = [_attribute_row(driver) for driver in shown]
    rest = [_attribute_row(driver) for driver in others]
    return DriverPart(
        n=len(drivers),
        total_chart=_total_chart("attribute", shown, "Points of the NPS"),
        sides_chart=None,
        table=TextTable("Attributes that move the number", columns, rows) if rows else None,
        rest=TextTable("Attributes: the rest", columns, rest) if rest else None,
        note=_note(shown, "attribute"),
        footnotes=footnotes(tables, shown),
    )


def agreement_table(agreement: pd.DataFrame) -> TextTable | None:
    """Return how far given codes and found themes agree, or None where no codes were given.

    Example:
        >>> from nps_insights.tables import empty
        >>> agreement_table(empty("agreement")) is None
        True
    """
    if agreement.empty:
        return None
    ordered = agreement.sort_values(["n_code", "code"], ascending=[False, True])
    rows = [
        (
            words.clean(row["code"]),
            words.clean(row["label"], nothing="no theme matches"),
            words.count(row["n_code"]),
            words.count(row["n_theme"]),
            words.count(row["n_both"]),
            _shared(row),
        )
        for _, row in ordered.iterrows()
    ]
    columns = ("Given code", "Closest theme", "With the code", "With the theme", "With both", "Shared")
    return TextTable("How far the given codes and the themes agree (comments)", columns, rows)


def _shared(row: pd.Series) -> str:
    if pd.isna(row["recall"]) or pd.isna(row["precision"]):
        return "nothing"
    return f"{words.percent(row['recall'])} of the code, {words.percent(row['precision'])} of the theme"


def _part(
    kind: str, head: str, tables: Mapping[str, pd.DataFrame], without: frozenset[str] = frozenset()
) -> DriverPart:
    drivers = drivers_of(tables["effects"], kind, without=without, no_causes=no_causes(tables))
    shown, others = _chosen(drivers)
    findings = dict(tables["driver_sides"].set_index("driver_id")["finding"])
    rows, rest = ([_row(own, findings.get(own.driver_id, "")) for own in part] for part in (shown, others))
    feelings = only_feelings(tables, kind)
    columns = (head, *_COLUMNS)
    return DriverPart(
        n=len(drivers) or int(bool(feelings)),
        total_chart=_total_chart(kind, shown, "Points of the NPS"),
        sides_chart=_sides_chart(kind, shown),
        table=TextTable(f"{head}s that move the number", columns, rows) if rows else None,
        rest=TextTable(f"{head}s: the rest, most mentioned first", columns, rest) if rest else None,
        note=_note(shown, kind),
        footnotes=[*footnotes(tables, shown), *([feelings] if feelings else [])],
    )


def _chosen(drivers: list[Driver]) -> tuple[list[Driver], list[Driver]]:
    """The body's drivers, most costly first down to the one that earns most; and all others."""
    costs, earns = costing(drivers), earning(drivers)
    shown = costs[:MOST_A_SIDE] + earns[:MOST_A_SIDE][::-1]
    return shown, costs[MOST_A_SIDE:] + earns[MOST_A_SIDE:] + unclear(drivers)


def _note(shown: list[Driver], kind: str) -> str:
    if not shown:
        return f"No {kind} can be told from zero."
    n_costs = sum(driver.total.estimate < 0 for driver in shown)
    if n_costs == 0:
        return f"No {kind} costs points that can be told from zero."
    return f"No {kind} earns points that can be told from zero." if n_costs == len(shown) else ""


def _name(driver: Driver) -> str:
    label = words.clean(driver.label)
    return label if not driver.level or driver.level in driver.label else f"{label}: {words.clean(driver.level)}"


def _row(driver: Driver, finding: str) -> tuple[str, ...]:
    return (
        _name(driver),
        _ranged(driver.total),
        _per_mention(driver.per_mention),
        f"{words.percent(driver.reach)} ({words.count(driver.n_present)})",
        _ranged(driver.promoter),
        _ranged(driver.detractor),
        words.clean(finding, most=160, nothing="") or side(driver),
    )


def _attribute_row(driver: Driver) -> tuple[str, ...]:
    total = driver.total
    direction = ("above" if total.estimate > 0 else "below") + " today’s mix"
    if not driver.level:
        direction = "one usual step more goes with " + ("more" if total.estimate > 0 else "fewer") + " points"
    word = direction if total.clear else "cannot be told from today’s mix"
    return _name(driver), _ranged(total), words.count(driver.n_present), word


def _per_mention(effect: Effect) -> str:
    return _ranged(effect) if effect.low == effect.low else words.points(effect.estimate, signed=True)


def _ranged(effect: Effect) -> str:
    return words.with_range(effect.estimate, effect.low, effect.high, signed=True)


def _mark(driver: Driver, effect: Effect, what: str) -> Mark:
    colour = GAINS if effect.estimate > 0 else LOSES
    hover = f"{_name(driver)}: {what} {_ranged(effect)}"
    return Mark(_name(driver), effect.estimate, effect.low, effect.high, colour, hover)


def _total_chart(kind: str, drivers: list[Driver], axis: str) -> Chart | None:
    if not drivers:
        return None
    marks = [_mark(driver, driver.total, "in total") for driver in drivers]
    what = f"points that each {kind} adds to or takes from the NPS, with likely ranges"
    description = described(what, marks, signed=True)
    return range_chart(f"chart-{kind}-total", description, marks, axis=axis, reference=0.0, bars=True)


def _sides_chart(kind: str, drivers: list[Driver]) -> Chart | None:
    two_sided = [driver for driver in drivers if driver.promoter.low == driver.promoter.low]
    if not two_sided or len(two_sided) < len(drivers):
        return None
    gains = [_mark(driver, driver.promoter, "on the promoters’ side") for driver in drivers]
    losses = [_mark(driver, driver.detractor, "on the detractors’ side") for driver in drivers]
    what = f"the same points, split into the promoters’ and the detractors’ side of each {kind}"
    return sides_chart(f"chart-{kind}-sides", f"Chart: {what}.", gains, losses, axis="Points of the NPS")
