"""Did it move: the first screen's sentences on the last change, the one on a year before, and what shifted."""

import math
from collections.abc import Mapping

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapters.comparable import comparable_with
from nps_insights.report.facts import ReportFacts
from nps_insights.report.first.watched_headline import named_score
from nps_insights.report.inputs import periods, shifted_themes
from nps_insights.report.languages import say

MOST_SHIFTS = 2
MOST_CHANGES = 2


def last_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the changes of the last finished period: on the period before, then on the same a year before.

    Args:
        changes: Table `changes` with all its columns.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> len(last_changes(report_tables({})["changes"]))
        0
    """
    rows = changes[(changes["metric"] == "nps") & (changes["by"] == "") & (changes["group"] == "")]
    last = rows[rows["after_start"] == rows["after_start"].max()]
    return last.sort_values("before_start", ascending=False, ignore_index=True).head(MOST_CHANGES)


def moves_of(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> tuple[list[str], dict[str, str]]:
    """Return whether the number moved, in sentences, and beside each whether the two periods can be compared.

    Args:
        tables: Tables as `report_tables` returns them.
        facts: Facts of the run; `comparable` says what can be held against what.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> moves_of(report_tables({}), ReportFacts(title="T", source_name="s.csv"))[1]
        {}
    """
    rows = last_changes(tables["changes"])
    if rows.empty:
        return [_why_no_change(tables["estimates"], facts.left_out_periods)], {}
    of_all = "" if named_score(tables, facts.headline) is None else say("Counting every answer once: ")
    sentences, beside = [], {}
    for _, row in rows.iterrows():
        sentences.append(of_all + moved(row))
        beside[sentences[-1]] = comparable_with(row, tables, facts)
    return [*sentences, *_shifts(tables)], beside


def moved(row: pd.Series) -> str:
    """Say how far the number moved from what it was, and whether that is real.

    Args:
        row: Row of table `changes`.

    Example:
        >>> days = {"before_start": pd.Timestamp("2026-04-01"), "before_end": pd.Timestamp("2026-06-30")}
        >>> figures = {"before_estimate": 37.2, "estimate": -6.0, "conf_low": -10.0, "conf_high": -2.0}
        >>> moved(pd.Series(days | figures))
        'Down 6 on Q2 2026 (37). This is a real drop (likely −10 to −2).'
        >>> moved(pd.Series(days | figures | {"conf_high": 1.0}))
        'Down 6 on Q2 2026 (37): too close to call (likely −10 to +1).'
        >>> moved(pd.Series(days | figures | {"before_estimate": 37.4, "estimate": -6.3}))
        'Down 6 on Q2 2026 (37). This is a real drop (likely −10 to −2).'
        >>> moved(pd.Series(days | figures | {"before_estimate": 37.4, "estimate": -6.6}))
        'Down 7 on Q2 2026 (37, rounded). This is a real drop (likely −10 to −2).'
    """
    since = words.period(row["before_start"], row["before_end"])
    value, low, high = (float(row[name]) for name in ("estimate", "conf_low", "conf_high"))
    if not math.isfinite(value):
        return say("The change on {since} is not known.", since=since)
    head, before = words.moved(value, since), words.points(row["before_estimate"])
    was = float(row["before_estimate"])
    if _whole(was) + _whole(value) != _whole(was + value):
        before = say("{before}, rounded", before=before)
    verdict, likely = words.verdict(low, high), words.likely(low, high, signed=True)
    told = f"{head} ({before})"
    if low > 0 or high < 0:
        return told + say(". This is {verdict}", verdict=verdict) + f" ({likely})."
    return words.colon(told, f"{verdict} ({likely}).")


def _whole(value: float) -> float:
    """The figure as a reader sees it: half is rounded away from zero."""
    return math.copysign(math.floor(abs(value) + 0.5), value)


def _shifts(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """What is mentioned more often than before, where anything is: a hint at why it moved, no proof."""
    risen = shifted_themes(tables)
    risen = risen[risen["estimate"] > 0].head(MOST_SHIFTS)
    if risen.empty:
        return []
    since = words.period(risen["before_start"].iloc[0], risen["before_end"].iloc[0])
    named = [
        f"{words.clean(label)} ({words.percent(before)} → {words.percent(after)})"
        for label, before, after in risen[["label", "before_estimate", "after_estimate"]].itertuples(index=False)
    ]
    return [
        say(
            "Mentioned more often than in {since}: {named} of those with a comment.",
            since=since,
            named=", ".join(named),
        )
    ]


def _why_no_change(estimates: pd.DataFrame, left_out_periods: int) -> str:
    if left_out_periods:
        return say("Whether it moved is not told: this edition shows no two periods that can be compared.")
    rows = periods(estimates)
    if rows.empty:
        return say("Whether it moved cannot be said: the answers have no dates, or they were not split by time.")
    if len(rows) == 1:
        return say("Whether it moved cannot be said: all answers fall into one period.")
    return say("Whether it moved cannot be said: there are no two finished periods with enough answers to compare.")
