"""Chapter: customers who answered more than once: from which category to which, and what goes with it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.inputs import top_themes
from nps_insights.report.languages import say
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.page.charts import GAINS, LOSES, Chart, Mark, described, range_chart
from nps_insights.report.rows.driver_rows import Driver, costing, drivers_of, earning
from nps_insights.report.rows.guard_rails import no_causes
from nps_insights.tables import CATEGORIES

MOST_A_SIDE = 5
_KINDS = ("theme", "code", "attribute")
_CHURNED = "churned"
_HEADS = {"detractor": "Detractor", "passive": "Passive", "promoter": "Promoter", _CHURNED: "Left us"}
# The list is cut at its longest, so that its length says nothing of how many there are.
_CLOSE = {
    ("passive", "promoter"): "who answer most like promoters",
    ("promoter", "passive"): "who answer least like promoters",
    ("promoter", "detractor"): "who answer most like detractors",
    ("passive", "detractor"): "who answer most like detractors",
    ("detractor", "passive"): "who answer most like passives",
    ("detractor", "promoter"): "who answer most like promoters",
}


@dataclass(frozen=True)
class WhoMoved:
    """From which category to which, what goes with moving, and how many are close to another category."""

    movers: str = ""
    correction: str = ""
    table: TextTable | None = None
    effects_chart: Chart | None = None
    effects_table: TextTable | None = None
    effects_note: str = ""
    close: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of movement."""
        return self.table is None and not self.effects_note and not self.close


def who_moved(tables: Mapping[str, pd.DataFrame]) -> WhoMoved:
    """Return the chapter; without movement, effects on it and close customers it is empty and does not appear.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> who_moved(report_tables({})).is_empty
        True
    """
    movement = tables["movement"]
    chart, table, note = _effects(tables)
    return WhoMoved(
        movers=_movers(tables),
        correction=_correction(movement),
        table=_table(movement),
        effects_chart=chart,
        effects_table=table,
        effects_note=note,
        close=_close(tables["closest"]),
    )


def _table(movement: pd.DataFrame) -> TextTable | None:
    """Before down, now across; the corrected share first in each cell, the counted one under it."""
    if movement.empty:
        return None
    cells = movement.set_index(["method", "from_category", "to_category"]).sort_index()
    known = set(movement["to_category"])
    across = [name for name in (*CATEGORIES, _CHURNED) if name in known]
    down = [name for name in CATEGORIES if name in set(movement["from_category"])]
    rows = []
    for before in down:
        n = int(movement.loc[movement["from_category"] == before, "n"].max())
        texts = [_cell(cells, before, now) for now in across]
        rows.append((say("{category} before ({n})", category=say(_HEADS[before]), n=words.count(n)), *texts))
    heads = (
        say("Of every"),
        *(
            say("{category} now", category=say(_HEADS[name])) if name != _CHURNED else say(_HEADS[name])
            for name in across
        ),
    )
    return TextTable(say("Where customers who answered more than once went, from one answer to the next"), heads, rows)


def _cell(cells: pd.DataFrame, before: str, now: str) -> str:
    said = []
    for method in ("corrected", "raw"):
        if (method, before, now) in cells.index:
            row = cells.loc[(method, before, now)]
            if pd.notna(row["estimate"]):
                figure = words.percent_with_range(row["estimate"], row["conf_low"], row["conf_high"])
                said.append(figure if method == "corrected" else say("as counted: {figure}", figure=figure))
    return "\n".join(said) or "–"


def _movers(tables: Mapping[str, pd.DataFrame]) -> str:
    """How many changed category: corrected first, as counted beside it."""
    movers, known = tables["movers"], _reliability(tables["movement"])
    rows = {
        float(row["reliability"]): words.percent_with_range(row["estimate"], row["conf_low"], row["conf_high"])
        for _, row in movers[movers["estimate"].notna()].iterrows()
    }
    counted, corrected = rows.get(1.0), rows.get(known) if known is not None and known < 1 else None
    if corrected and counted:
        return say(
            "From one answer to the next, {corrected} of answers really are in another category; as "
            "counted it looks like {counted}.",
            corrected=corrected,
            counted=counted,
        )
    return (
        say("From one answer to the next, {counted} of answers are in another category, as counted.", counted=counted)
        if counted
        else ""
    )


def _reliability(movement: pd.DataFrame) -> float | None:
    known = movement.loc[movement["method"] == "corrected", "reliability"].dropna()
    return float(known.iloc[0]) if len(known) else None


def _correction(movement: pd.DataFrame) -> str:
    if not (movement["method"] == "corrected").any():
        return ""
    known = _reliability(movement)
    how = (
        say(" (here an answer is taken to repeat itself to {known})", known=words.percent(known))
        if known is not None
        else ""
    )
    return say(
        "Asked twice, people do not answer quite the same even where nothing has changed{how}; the "
        "corrected figures take out the moves that this alone would make.",
        how=how,
    )


def _effects(tables: Mapping[str, pd.DataFrame]) -> tuple[Chart | None, TextTable | None, str]:
    frame = tables["movement_effects"]
    if frame.empty:
        return None, None, ""
    rows = frame.assign(method="adjusted", tone=None)
    tops, feelings = frozenset(top_themes(tables["themes"])), no_causes(tables)
    every = [own for kind in _KINDS for own in drivers_of(rows, kind, without=tops, no_causes=feelings)]
    every.sort(key=lambda driver: (driver.total.estimate, driver.driver_id))
    down, up = costing(every), earning(every)
    shown = down[:MOST_A_SIDE] + up[:MOST_A_SIDE][::-1]
    if not shown:
        return None, None, say("What goes with moving up or down cannot be told: nothing stands out from chance.")
    marks = [_mark(driver) for driver in shown]
    what = say("what goes with moving down or up, in points, with likely ranges")
    chart = range_chart(
        "chart-movement",
        described(what, marks, signed=True),
        marks,
        axis=say("Points of the NPS"),
        reference=0.0,
        bars=True,
    )
    lines = [
        (
            _name(driver),
            _figure(driver),
            words.count(driver.n_present),
            say("up") if driver.total.estimate > 0 else say("down"),
        )
        for driver in shown
    ]
    heads = (say("Theme or attribute"), say("Points now"), say("Answers"), say("Goes with moving"))
    note = say(
        "Among customers of the same category before: how far the number now would differ without "
        "it. Associated, not proven causes."
    )
    return chart, TextTable(say("What goes with moving down or up"), heads, lines), note


def _name(driver: Driver) -> str:
    return words.clean(driver.label)


def _figure(driver: Driver) -> str:
    return words.with_range(driver.total.estimate, driver.total.low, driver.total.high, signed=True)


def _mark(driver: Driver) -> Mark:
    total = driver.total
    colour = GAINS if total.estimate > 0 else LOSES
    return Mark(
        _name(driver), total.estimate, total.low, total.high, colour, words.colon(_name(driver), _figure(driver))
    )


def _close(closest: pd.DataFrame) -> str:
    """How many are listed as close to another category; who they are stays in the run folder."""
    counts = closest.groupby(["category", "towards"]).size()
    named = [
        say("the {customers} {how}", customers=words.plural(int(counts[pair]), pair[0]), how=say(how))
        for pair, how in _CLOSE.items()
        if pair in counts.index
    ]
    if not named:
        return ""
    return say(
        "Listed in the table “closest” of the run folder, and not on this page: {named}.", named=words.listed(named)
    )
