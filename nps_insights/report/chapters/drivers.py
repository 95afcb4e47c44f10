"""Chapter: what moves the number, in points: themes, codes that people gave, and what is known of each customer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from nps_insights.report import words
from nps_insights.report.inputs import top_themes
from nps_insights.report.languages import say, say_count
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.page.charts import GAINS, LOSES, Chart, Mark, described, range_chart, sides_chart
from nps_insights.report.rows.driver_rows import KINDS, Driver, Effect, costing, drivers_of, earning, side, unclear
from nps_insights.report.rows.guard_rails import footnotes, no_causes, only_feelings

MOST_A_SIDE = 5
_COLUMNS = (
    "Total points",
    "Per mention",
    "Reach",
    "Promoter side",
    "Detractor side",
    "In words",
)


_HEADS = {"theme": "Theme", "code": "Given code"}
_CAPTIONS = {"theme": "Themes that move the number", "code": "Given codes that move the number"}
_RESTS = {
    "theme": "Themes: the rest, most mentioned first",
    "code": "Given codes: the rest, most mentioned first",
}


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
    part = _part("theme", tables, frozenset(top_themes(tables["themes"])))
    return replace(part, note=" ".join(said for said in (_levels(tables["themes"], part.n), part.note) if said))


def _levels(themes: pd.DataFrame, n_judged: int) -> str:
    """Why more themes stand here than in the list of the chapter before, or fewer than below it."""
    broad, narrow = (int((themes["level"] == level).sum()) for level in (1, 2))
    if not (broad and narrow and n_judged):
        return ""
    judged = say("all of them") if n_judged >= narrow else say("{n} of them", n=words.count(n_judged))
    return say_count(
        broad,
        "The {broad} of the chapter on themes gathers {narrow}; {judged} can be "
        "judged, and it is these that stand here.",
        "The {broad} of the chapter on themes gather {narrow}; {judged} can be "
        "judged, and it is these that stand here.",
        broad=words.plural(broad, "broad theme"),
        narrow=words.plural(narrow, "narrower one"),
        judged=judged,
    )


def code_drivers(tables: dict[str, pd.DataFrame]) -> DriverPart:
    """Return the given codes as drivers.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> code_drivers(report_tables({})).n
        0
    """
    return _part("code", tables)


def attribute_drivers(tables: dict[str, pd.DataFrame]) -> DriverPart:
    """Return what is known of each customer as drivers: levels are compared with today's mix of levels.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> attribute_drivers(report_tables({})).n
        0
    """
    drivers = drivers_of(tables["effects"], "attribute", no_causes=no_causes(tables))
    shown, others = _chosen(drivers)
    columns = (say("Attribute"), say("Points against today’s mix"), say("Answers"), say("In words"))
    rows = [_attribute_row(driver) for driver in shown]
    rest = [_attribute_row(driver) for driver in others]
    return DriverPart(
        n=len(drivers),
        total_chart=_total_chart("attribute", shown, say("Points of the NPS")),
        sides_chart=None,
        table=TextTable(say("Attributes that move the number"), columns, rows) if rows else None,
        rest=TextTable(say("Attributes: the rest"), columns, rest) if rest else None,
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
            words.clean(row["label"], nothing=say("no theme matches")),
            words.count(row["n_code"]),
            words.count(row["n_theme"]),
            words.count(row["n_both"]),
            _shared(row),
        )
        for _, row in ordered.iterrows()
    ]
    columns = (
        say("Given code"),
        say("Closest theme"),
        say("With the code"),
        say("With the theme"),
        say("With both"),
        say("Shared"),
    )
    return TextTable(say("How far the given codes and the themes agree (comments)"), columns, rows)


def _shared(row: pd.Series) -> str:
    if pd.isna(row["recall"]) or pd.isna(row["precision"]):
        return "nothing"
    return say(
        "{recall} of the code, {precision} of the theme",
        recall=words.percent(row["recall"]),
        precision=words.percent(row["precision"]),
    )


def _part(kind: str, tables: Mapping[str, pd.DataFrame], without: frozenset[str] = frozenset()) -> DriverPart:
    drivers = drivers_of(tables["effects"], kind, without=without, no_causes=no_causes(tables))
    shown, others = _chosen(drivers)
    findings = dict(tables["driver_sides"].set_index("driver_id")["finding"])
    rows, rest = ([_row(own, findings.get(own.driver_id, "")) for own in part] for part in (shown, others))
    feelings = only_feelings(tables, kind)
    columns = (say(_HEADS[kind]), *(say(name) for name in _COLUMNS))
    return DriverPart(
        n=len(drivers) or int(bool(feelings)),
        total_chart=_total_chart(kind, shown, say("Points of the NPS")),
        sides_chart=_sides_chart(kind, shown),
        table=TextTable(say(_CAPTIONS[kind]), columns, rows) if rows else None,
        rest=TextTable(say(_RESTS[kind]), columns, rest) if rest else None,
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
        return say("No {kind} can be told from zero.", kind=say(KINDS[kind]))
    n_costs = sum(driver.total.estimate < 0 for driver in shown)
    if n_costs == 0:
        return say("No {kind} costs points that can be told from zero.", kind=say(KINDS[kind]))
    return (
        say("No {kind} earns points that can be told from zero.", kind=say(KINDS[kind]))
        if n_costs == len(shown)
        else ""
    )


def _name(driver: Driver) -> str:
    label = words.clean(driver.label)
    return label if not driver.level or driver.level in driver.label else words.colon(label, words.clean(driver.level))


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
    if not total.clear:
        form = "cannot be told from today’s mix"
    elif driver.level:
        form = "above today’s mix" if total.estimate > 0 else "below today’s mix"
    else:
        more, fewer = "one usual step more goes with more points", "one usual step more goes with fewer points"
        form = more if total.estimate > 0 else fewer
    return _name(driver), _ranged(total), words.count(driver.n_present), say(form)


def _per_mention(effect: Effect) -> str:
    return _ranged(effect) if effect.low == effect.low else words.points(effect.estimate, signed=True)


def _ranged(effect: Effect) -> str:
    return words.with_range(effect.estimate, effect.low, effect.high, signed=True)


def _mark(driver: Driver, effect: Effect, what: str) -> Mark:
    colour = GAINS if effect.estimate > 0 else LOSES
    hover = words.colon(_name(driver), f"{what} {_ranged(effect)}")
    return Mark(_name(driver), effect.estimate, effect.low, effect.high, colour, hover)


def _total_chart(kind: str, drivers: list[Driver], axis: str) -> Chart | None:
    if not drivers:
        return None
    marks = [_mark(driver, driver.total, say("in total")) for driver in drivers]
    what = say("points that each {kind} adds to or takes from the NPS, with likely ranges", kind=say(KINDS[kind]))
    description = described(what, marks, signed=True)
    return range_chart(f"chart-{kind}-total", description, marks, axis=axis, reference=0.0, bars=True)


def _sides_chart(kind: str, drivers: list[Driver]) -> Chart | None:
    two_sided = [driver for driver in drivers if driver.promoter.low == driver.promoter.low]
    if not two_sided or len(two_sided) < len(drivers):
        return None
    gains = [_mark(driver, driver.promoter, say("on the promoters’ side")) for driver in drivers]
    losses = [_mark(driver, driver.detractor, say("on the detractors’ side")) for driver in drivers]
    what = say(
        "the same points, split into the promoters’ and the detractors’ side of each {kind}", kind=say(KINDS[kind])
    )
    return sides_chart(
        f"chart-{kind}-sides", say("Chart: {what}.", what=what), gains, losses, axis=say("Points of the NPS")
    )
