"""Chapter: who is about to leave: how many accounts, and how far the risks can be relied on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.report import words
from nps_insights.report.churn_evaluation import EvaluationSection, evaluation_sections
from nps_insights.report.languages import say
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.rows.watch_words import amount

_GROUPS = {"listed": "Accounts to call first", "all": "All accounts with a risk"}


@dataclass(frozen=True)
class LeavingChapter:
    """How many are expected to leave, and what is known of the model."""

    lead: str = ""
    table: TextTable | None = None
    sections: list[EvaluationSection] = field(default_factory=list)
    unjudged: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of who may leave."""
        return self.table is None and not self.sections


def leaving_chapter(tables: Mapping[str, pd.DataFrame], *, currency: str = "") -> LeavingChapter:
    """Return the chapter; without a call list of a churn model it is empty and does not appear.

    Args:
        tables: Tables as `report_tables` returns them.
        currency: What amounts are in, as it was given.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> leaving_chapter(report_tables({})).is_empty
        True
    """
    rows = tables["leaving"].set_index("group")
    sections = evaluation_sections(tables)
    if rows.empty:
        return LeavingChapter(sections=sections)
    lines = [
        (
            say(name),
            words.count(rows.loc[group, "n"]),
            words.with_range(*(float(rows.loc[group, end]) for end in ("estimate", "conf_low", "conf_high"))),
            "–" if pd.isna(rows.loc[group, "value"]) else amount(float(rows.loc[group, "value"]), currency=currency),
        )
        for group, name in _GROUPS.items()
        if group in rows.index
    ]
    first = rows.iloc[0]
    day = words.day(first["as_of"].date())
    heads = (say("Who"), say("Accounts"), say("Expected to leave"), say("Worth together"))
    lead = say(
        "How many are expected to leave within {days} after {day}: the risks of the accounts, added up."
        if horizon(first)
        else "How many are expected to leave at some time after {day}: the risks of the accounts, added up.",
        day=day,
        **({"days": horizon(first)} if horizon(first) else {}),
    )
    lead += say(
        " The range is that of chance alone; it holds as far as the risks mean what they say and accounts leave apart "
        "from each other."
    )
    unjudged = (
        ""
        if sections
        else say(
            "Whether the risks mean what they say is not shown here: name the folder of the training with "
            "--churn-training (`churn_training` in the section [input])."
        )
    )
    return LeavingChapter(lead, TextTable(say("Expected to leave"), heads, lines), sections, unjudged)


def horizon(row: pd.Series) -> str:
    """Say within how many days; empty where the model does not know.

    Args:
        row: A row of `leaving`.

    Example:
        >>> horizon(pd.Series({"horizon_days": 90.0}))
        '90 days'
    """
    return "" if pd.isna(row["horizon_days"]) else words.plural(int(row["horizon_days"]), "day")


def leaving_soon(tables: Mapping[str, pd.DataFrame]) -> str:
    """Say how many of the accounts to call are expected to leave; empty where nobody knows.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> leaving_soon(report_tables({}))
        ''
    """
    rows = tables["leaving"]
    listed = rows[rows["group"] == "listed"]
    if listed["estimate"].notna().sum() == 0:
        return ""
    row = listed.iloc[0]
    n = round(float(row["estimate"]))
    about = say("about {n}", n=words.count(n)) if n else say("fewer than one")
    if not horizon(row):
        return say("{about} expected to leave", about=about)
    return say("{about} expected to leave within {days}", about=about, days=horizon(row))
