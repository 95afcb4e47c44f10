"""Parts of the chapter on next actions: what categories are worth, and what became of contacts."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.languages import say
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.rows.watch_words import amount_with_range, sentence

_CATEGORIES = {
    "detractor": "Detractors",
    "passive": "Passives",
    "promoter": "Promoters",
    "silent": "Those without an answer",
    "all": "All customers",
}
_AMOUNTS = {
    "value": "Value",
    "value_per_account": "Per customer",
    "revenue_at_risk": "At risk",
    "revenue_at_risk_by_fixed_shares": "At risk by fixed shares",
}
_DIFFERENCES = {
    "value_difference": "Value: a promoter against a passive",
    "retention_difference": "Staying: promoters against passives",
    "value_of_moving_passives": "Passives staying as promoters do",
}
_ACTIONS = {"call": "Calls", "convert": "Passives won over", "refer": "References asked for"}
_OF_CASES = {
    "contacted": "Contacted",
    "contacted_in_time": "Contacted in time",
    "days_to_contact": "Days until half were contacted",
    "closed": "Closed",
    "closed_in_time": "Closed in time",
    "answered_again": "Have answered again since",
    "result": "Result",
}
_MOVED = ("recovered", "became_promoter")
_SIDES = {"contacted": "contacted", "comparable": "comparable, not contacted", "difference": "difference"}


@dataclass(frozen=True)
class Loop:
    """What became of the contacts of one list: in a sentence, and as a table."""

    heading: str
    sentence: str
    table: TextTable


def money_table(money: pd.DataFrame, *, currency: str = "") -> TextTable | None:
    """Return what the categories are worth, one row each.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> money_table(report_tables({})["money"]) is None
        True
    """
    rows = money[money["metric"].isin(list(_AMOUNTS)) & money["estimate"].notna()]
    if rows.empty:
        return None
    cells = rows.set_index(["metric", "category"]).sort_index()
    metrics = [name for name in _AMOUNTS if name in set(rows["metric"])]
    lines = []
    for category, name in _CATEGORIES.items():
        own = rows[rows["category"] == category]
        if len(own):
            amounts = [_amount(cells, metric, category, currency) for metric in metrics]
            lines.append((say(name), words.count(own["n"].max()), *amounts))
    heads = (say("Customers"), say("How many"), *(say(_AMOUNTS[name]) for name in metrics))
    return TextTable(say("What the customers of each category are worth, by their latest answer"), heads, lines)


def _amount(cells: pd.DataFrame, metric: str, category: str, currency: str) -> str:
    if (metric, category) not in cells.index:
        return "–"
    row = cells.loc[(metric, category)]
    return amount_with_range(row["estimate"], row["conf_low"], row["conf_high"], currency=currency)


def money_differences(money: pd.DataFrame, *, currency: str = "") -> TextTable | None:
    """Return what goes with being a promoter rather than a passive.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> money_differences(report_tables({})["money"]) is None
        True
    """
    rows = money[money["metric"].isin(list(_DIFFERENCES)) & money["estimate"].notna()]
    if rows.empty:
        return None
    order = {name: place for place, name in enumerate(_DIFFERENCES)}
    ordered = rows.assign(place=rows["metric"].map(order)).sort_values(["place", "category"])
    lines = [
        (say(_DIFFERENCES[row["metric"]]), _difference(row, currency), words.count(row["n"]), sentence(row["reason"]))
        for _, row in ordered.iterrows()
    ]
    heads = (say("What"), say("Difference"), say("Customers"), say("In words"))
    return TextTable(say("What goes with being a promoter rather than a passive"), heads, lines)


def _difference(row: pd.Series, currency: str) -> str:
    ends = [float(row[name]) for name in ("estimate", "conf_low", "conf_high")]
    if row["metric"] == "retention_difference":
        return say("{end} percentage points", end=words.with_range(*(100 * end for end in ends), signed=True))
    return amount_with_range(*ends, signed=True, currency=currency)


def closed_loop_parts(tables: Mapping[str, pd.DataFrame]) -> list[Loop]:
    """Return what became of contacts, one part per list of actions.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> closed_loop_parts(report_tables({}))
        []
    """
    rows, found = tables["closed_loop"], []
    for action, heading in _ACTIONS.items():
        own = rows[rows["action"] == action]
        if len(own):
            found.append(Loop(say(heading), _followed(own), _loop_table(say(heading), own)))
    return found


def _followed(rows: pd.DataFrame) -> str:
    moved = rows[rows["metric"].isin(list(_MOVED)) & rows["estimate"].notna()].set_index("group")
    if not set(_SIDES) <= set(moved.index):
        return ""
    shares = [_share(moved.loc[side]) for side in ("contacted", "comparable")]
    difference = moved.loc["difference"]
    apart = words.with_range(
        *(100 * float(difference[name]) for name in ("estimate", "conf_low", "conf_high")), signed=True
    )
    clear = difference["conf_low"] > 0 or difference["conf_high"] < 0
    verdict = say("more than chance") if clear else say("too close to call")
    return say(
        "Of those contacted {contacted} moved up with their next answer; of comparable customers "
        "without a contact {others} did. The difference is {apart} percentage points: {verdict}. It "
        "goes with the contact; who is contacted was not drawn by lot.",
        contacted=shares[0],
        others=shares[1],
        apart=apart,
        verdict=verdict,
    )


def _share(row: pd.Series) -> str:
    return words.percent_with_range(row["estimate"], row["conf_low"], row["conf_high"])


def _loop_table(heading: str, rows: pd.DataFrame) -> TextTable:
    order = {name: place for place, name in enumerate((*list(_OF_CASES)[:-1], *_MOVED, "result"))}
    sides = {name: place for place, name in enumerate(_SIDES)}
    keys = rows.assign(
        place=rows["metric"].map(order).fillna(len(order)), side=rows["group"].map(sides).fillna(len(sides))
    )
    lines = [
        (_name(row), _figure(row), words.count(row["n"]), sentence(row["reason"]))
        for _, row in keys.sort_values(["place", "metric", "side", "group"]).iterrows()
    ]
    return TextTable(
        say("{heading}: what became of them", heading=heading),
        (say("What"), say("Figure"), say("Of"), say("In words")),
        lines,
    )


def _name(row: pd.Series) -> str:
    metric = str(row["metric"])
    if metric in _MOVED:
        return say("Moved up: {side}", side=say(_SIDES.get(row["group"], "")) or _plain(row["group"]))
    name = say(_OF_CASES.get(metric, "")) or _plain(metric)
    return words.colon(name, words.clean(row["group"], most=40)) if row["group"] else name


def _plain(code: str) -> str:
    """A code that has no name stands as it is."""
    return words.clean(code, most=40).replace("_", " ")


def _figure(row: pd.Series) -> str:
    ends = [float(row[name]) for name in ("estimate", "conf_low", "conf_high")]
    if pd.isna(ends[0]):
        return words.UNKNOWN
    if row["metric"] == "days_to_contact":
        return words.with_range(*ends)
    if row["group"] == "difference":
        return say("{end} percentage points", end=words.with_range(*(100 * end for end in ends), signed=True))
    return words.percent_with_range(*ends)
