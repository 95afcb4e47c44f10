"""Alerts in the order in which a reader should meet them."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.report import words
from nps_insights.report.languages import say
from nps_insights.report.rows.watch_words import change_with_range, figure_name

LOUDNESS = ("critical", "warning", "notice")
_STANDINGS = {"part": "part of another", "known": "known already", "quiet": "kept quiet"}
FIGURE = ["metric", "by", "group"]
# A score says more than a theme, and the company's own score says most.
_METRICS = ("nps", "nps_account", "nps_revenue", "csat", "ces", "ces_top")


def alerts_in_order(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the alerts: raised ones first, the loudest first, of all customers before groups before themes.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> len(alerts_in_order(report_tables({})))
        0
    """
    rows = tables["alerts"]
    places = {name: place for place, name in enumerate(_METRICS)}
    keys = rows.assign(
        is_kept=rows["status"] != "raised",
        loud=rows["severity"].map({name: place for place, name in enumerate(LOUDNESS)}),
        of_group=rows["by"] != "",
        place=rows["metric"].map(places).fillna(len(places)),
        size=-rows["estimate"].abs(),
    )
    ordered = keys.sort_values(["is_kept", "loud", "place", "of_group", "size", *FIGURE, "after_start"])
    return ordered[rows.columns].reset_index(drop=True)


def raised(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the alerts that were raised, the loudest first.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> len(raised(report_tables({})))
        0
    """
    rows = alerts_in_order(tables)
    return rows[rows["status"] == "raised"].reset_index(drop=True)


def standing(row: pd.Series) -> str:
    """Say how loud an alert is, or why it is not raised.

    Example:
        >>> standing(pd.Series({"status": "known", "severity": "critical"}))
        'known already'
        >>> standing(pd.Series({"status": "known", "known_since": pd.Timestamp("2026-04-01")}))
        'known since April 2026'
    """
    since = row.get("known_since")
    if row["status"] == "known" and pd.notna(since):
        return say("known since {month}", month=words.whole_month(since))
    return say(_STANDINGS.get(str(row["status"]), "")) or loudness(str(row["severity"]))


def loudness(severity: str) -> str:
    """Say how loud an alert is.

    Example:
        >>> loudness("notice")
        'notice'
    """
    return say(LOUDNESS[LOUDNESS.index(severity)])


def in_brief(row: pd.Series) -> str:
    """Say what moved and how far, in one line.

    Example:
        >>> row = pd.Series({"metric": "nps", "by": "", "group": "", "estimate": -9.0, "conf_low": -13.0})
        >>> in_brief(pd.concat([row, pd.Series({"conf_high": -5.0})]))
        'NPS −9 (likely −13 to −5)'
    """
    return f"{figure_name(row)} {change_with_range(str(row['metric']), row)}"


def span(row: pd.Series, side: str) -> str:
    """Name the periods of one side of a change.

    Example:
        >>> days = {"after_start": pd.Timestamp("2026-05-01"), "after_end": pd.Timestamp("2026-05-31")}
        >>> span(pd.Series(days), "after")
        'May 2026'
    """
    return words.period(row[f"{side}_start"], row[f"{side}_end"])
