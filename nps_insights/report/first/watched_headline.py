"""What the first screen says of the watched number: its named score, its targets, its alerts."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapters.targets import target_line, targets_in_order
from nps_insights.report.languages import say
from nps_insights.report.rows.watch_rows import in_brief, raised
from nps_insights.report.rows.watch_words import sentence

MOST_TARGETS = 2
MOST_ALERTS = 3
USUAL = "nps"
_TITLES = {
    "nps_account": "Net Promoter Score, every account counting once",
    "nps_revenue": "Net Promoter Score, weighted by value",
}
_OF_OTHERS = {
    "nps_account": "Every account counts once",
    "nps_revenue": "Every account counts by its value",
}


def headline_title(metric: str) -> str:
    """Return how the number at the top is called.

    Example:
        >>> headline_title("nps")
        'Net Promoter Score'
    """
    return say(_TITLES.get(metric, "Net Promoter Score"))


def named_score(tables: Mapping[str, pd.DataFrame], metric: str) -> pd.Series | None:
    """Return the row of the score that a run named for its headline; None where it is the usual one or not known.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> named_score(report_tables({}), "nps_revenue") is None
        True
    """
    rows = tables["account_scores"]
    own = rows[(rows["metric"] == metric) & (rows["by"] == "") & rows["period_start"].isna() & rows["estimate"].notna()]
    return own.iloc[0] if metric != USUAL and len(own) else None


def named_basis(row: pd.Series, usual: pd.Series | None) -> str:
    """Say how the named score counts, what it rests on, and what the usual score is.

    Example:
        >>> row = pd.Series({"metric": "nps_account", "n": 1200, "reason": ""})
        >>> named_basis(row, None)
        'Every account counts once; from 1,200 answers.'
    """
    said = say(
        "{of_others}; from {answers}.",
        of_others=say(_OF_OTHERS[str(row["metric"])]),
        answers=words.plural(row["n"], "answer"),
    )
    if usual is not None:
        figure = words.with_range(usual["estimate"], usual["conf_low"], usual["conf_high"])
        said += say(
            " Counting every answer once it is {figure}; that score is meant wherever this page does not say.",
            figure=figure,
        )
    return said


def target_lines(tables: Mapping[str, pd.DataFrame], headline: str = USUAL) -> list[str]:
    """Return a line for each of the first targets, and one that more stand below.

    Args:
        tables: Tables as `report_tables` returns them.
        headline: Metric of the number at the top.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> target_lines(report_tables({}))
        []
    """
    rows = targets_in_order(tables)
    lines = [target_line(row, headline=headline) for _, row in rows.head(MOST_TARGETS).iterrows()]
    further = len(rows) - len(lines)
    return [*lines, *([say("{targets} below.", targets=words.plural(further, "more target"))] if further else [])]


def alert_lines(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Return the loudest alerts as (how loud, what): the first with its reason, the others in brief.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> alert_lines(report_tables({}))
        []
    """
    rows = raised(tables)
    lines = []
    for place, (_, row) in enumerate(rows.head(MOST_ALERTS).iterrows()):
        said = sentence(row["reason"], most=420) if place == 0 else f"{in_brief(row)}."
        lines.append((str(row["severity"]), said))
    return lines


def alerts_further(tables: Mapping[str, pd.DataFrame]) -> str:
    """Say how many raised alerts the first screen leaves to the chapter.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> alerts_further(report_tables({}))
        ''
    """
    further = len(raised(tables)) - MOST_ALERTS
    return say("{alerts} below.", alerts=words.plural(further, "more alert")) if further > 0 else ""
