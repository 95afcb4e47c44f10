"""Chapter: what to do next: whom to call, win over and ask, what that is worth, and what became of contacts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapters.worth_and_contacts import Loop, closed_loop_parts, money_differences, money_table
from nps_insights.report.languages import say, say_count
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.rows.action_rows import gain_figure, held_back, lists_in_order, task
from nps_insights.report.rows.watch_words import amount, sentence, short_day, where_more

MOST_NAMED = 10
_WHY = {
    "call": "The order is that of the call list.",
    "convert": "Those who answer most like promoters come first.",
    "refer": "Those who spoke best of us of late; who complained of late is not asked.",
}
_HEADINGS = {"call": "Call first", "convert": "Win over", "refer": "Ask for a reference or a review"}


@dataclass(frozen=True)
class ActionList:
    """One list: what it asks for, its size, worth and gain in sentences, and its first accounts."""

    heading: str
    sentences: list[str]
    table: TextTable | None
    more: str


@dataclass(frozen=True)
class NextSteps:
    """The lists, the money beside them, and what became of earlier contacts."""

    lists: list[ActionList] = field(default_factory=list)
    money: TextTable | None = None
    differences: TextTable | None = None
    loops: list[Loop] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do, no money and no contact."""
        return not (self.lists or self.money or self.differences or self.loops)


def actions_chapter(
    tables: Mapping[str, pd.DataFrame], *, currency: str = "", most_named: int = MOST_NAMED
) -> NextSteps:
    """Return the chapter; without its tables it is empty and does not appear.

    Args:
        tables: Tables as `report_tables` returns them.
        currency: What amounts are in, as it was given.
        most_named: How many accounts of a list are named.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> actions_chapter(report_tables({})).is_empty
        True
    """
    actions = tables["actions"]
    lists = []
    for name, own in lists_in_order(tables):
        said = _sentences(name, own, tables, currency)
        rows = actions[(actions["action"] == name) & actions["rank"].notna()].sort_values(["rank", "account_id"])
        table = _table(name, rows.head(most_named), len(rows), currency) if len(rows) and most_named else None
        more = where_more("actions") if int(own["n"].iloc[0]) else ""
        lists.append(ActionList(say(_HEADINGS[name]), said, table, more))
    money = tables["money"]
    return NextSteps(
        lists,
        money_table(money, currency=currency),
        money_differences(money, currency=currency),
        closed_loop_parts(tables),
    )


def _sentences(action: str, totals: pd.DataFrame, tables: Mapping[str, pd.DataFrame], currency: str) -> list[str]:
    first = totals.iloc[0]
    n, left_alone = int(first["n"]), int(first["n_suppressed"])
    value = (
        ""
        if pd.isna(first["value"])
        else say(", worth {value} together", value=amount(float(first["value"]), currency=currency))
    )
    said = [f"{task(action, n)}{value}. {say(_WHY[action])}" if n else say("Nobody stands on this list.")]
    for _, row in totals.iterrows():
        figure, reason = gain_figure(row, currency=currency), sentence(row["reason"])
        said.append(words.colon(figure, f"{reason[:1].lower()}{reason[1:]}") if figure and reason else figure or reason)
    theme = held_back(tables, currency=currency) if action == "convert" else ""
    if theme:
        said.append(theme)
    if left_alone:
        said.append(
            say_count(
                left_alone,
                "{n} more account would stand on it and is left alone (contacted of late, opted out, an open "
                "complaint, or on another list).",
                "{n} more accounts would stand on it and are left alone (contacted of late, opted out, an open "
                "complaint, or on another list).",
                n=words.count(left_alone),
            )
        )
    return [one for one in said if one]


def _table(action: str, rows: pd.DataFrame, n_listed: int, currency: str) -> TextTable:
    """The first accounts; a column that nothing is known of is left out."""
    is_money, money = action == "call", partial(amount, currency=currency)
    columns = {
        say("Account"): [_account(row) for _, row in rows.iterrows()],
        say("Why"): [sentence(row["reason"], most=240) or "–" for _, row in rows.iterrows()],
        say("They said"): [words.clean(row["quote"], most=160, nothing="–") for _, row in rows.iterrows()],
        say("Theme"): [_theme(row) for _, row in rows.iterrows()],
        say("Value"): [_known(row["value"], money) for _, row in rows.iterrows()],
        say("Expected gain") if is_money else say("Chance"): [
            _known(row["expected_gain"], money if is_money else words.percent) for _, row in rows.iterrows()
        ],
        say("Whose"): [words.clean(row["owner"], most=40, nothing="–") for _, row in rows.iterrows()],
        say("Until"): [_known(row["due_at"], short_day) for _, row in rows.iterrows()],
        say("So far"): [_so_far(row) for _, row in rows.iterrows()],
    }
    kept = {name: cells for name, cells in columns.items() if name == say("Account") or set(cells) != {"–"}}
    lines = list(zip(*kept.values(), strict=True))
    shown = (
        say("all {rows}", rows=words.count(len(rows)))
        if len(rows) == n_listed
        else say("the first {rows}", rows=words.count(len(rows)))
    )
    return TextTable(words.colon(say(_HEADINGS[action]), shown), tuple(kept), lines)


def _known(value: Any, form: Callable[[Any], str]) -> str:
    return "–" if pd.isna(value) else form(value)


def _account(row: pd.Series) -> str:
    name = words.clean(row["account_name"], most=60, nothing="")
    ident = words.clean(row["account_id"], most=60)
    return f"{name} ({ident})" if name else ident


def _theme(row: pd.Series) -> str:
    label = words.clean(row["theme_label"], most=60, nothing="–")
    owner = words.clean(row["theme_owner"], most=40, nothing="")
    return f"{label} ({owner})" if owner and label != "–" else label


def _so_far(row: pd.Series) -> str:
    if pd.notna(row["closed_at"]):
        return say("closed {short_day}", short_day=short_day(row["closed_at"]))
    return (
        say("contacted {short_day}", short_day=short_day(row["contacted_at"])) if pd.notna(row["contacted_at"]) else "–"
    )
