"""How sure the report is of its themes and its call list; where nobody checked, what would tell."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.report import words
from nps_insights.report.languages import say

_NOBODY_CHECKED = "How well themes are recognised was not checked: no person has judged any of the remarks yet."
_NO_CALLS = "Who will leave is not judged here: no list of accounts to call was given."
_CALLS_JUDGED_ELSEWHERE = (
    "Whether the call list does better than the last score alone is not judged here; the page on its training tells it."
)
_CALLS_JUDGED = (
    "How good the call list is was measured on accounts that had no part in making it; the chapter on who is about to "
    "leave tells it."
)


def how_sure(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return a sentence on the themes, and one on the call list where there are accounts to call.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> how_sure(report_tables({}))
        []
    """
    said = _themes(tables) if len(tables["themes"]) else []
    lists = tables["action_lists"]
    if len(lists):
        judged = _CALLS_JUDGED if len(tables["reliability"]) else _CALLS_JUDGED_ELSEWHERE
        said.append(say(judged if (lists["action"] == "call").any() else _NO_CALLS))
    return said


def to_be_surer(tables: Mapping[str, pd.DataFrame]) -> str:
    """Say which commands would tell what nobody has looked at, for whoever made the report; empty where all is.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> to_be_surer(report_tables({}))
        ''
    """
    said = how_sure(tables)
    ways = {
        say(_NOBODY_CHECKED): "“nps-insights themes sample” draws 100 remarks for a person to judge, and “nps-insights "
        "themes check” tells how many of them fit their theme.",
        say(_NO_CALLS): "“nps-insights churn flag” makes a list of accounts to call; its folder is given as flags in "
        "the section [input].",
        say(_CALLS_JUDGED_ELSEWHERE): "“nps-insights churn train” writes a page that tells how good the model of the "
        "call list is, and “nps-insights churn outcomes” tells whether it came true.",
    }
    return " ".join(way for sentence, way in ways.items() if sentence in said)


def _themes(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Judged by a person, by the codes that people had given, or by nobody."""
    quality = tables["theme_quality"]
    judged = quality[(quality["metric"] == "precision") & (quality["theme_id"] == "all") & quality["estimate"].notna()]
    if len(judged):
        row = judged.iloc[0]
        share = words.percent_with_range(row["estimate"], row["conf_low"], row["conf_high"])
        return [
            say(
                "Themes fit what was said in {share} of {n} remarks that a person checked.",
                share=share,
                n=words.count(row["n"]),
            )
        ]
    codes = tables["agreement"]
    matched = codes[codes["theme_id"].notna() & (codes["n_theme"] > 0)]
    if matched.empty:
        return [say(_NOBODY_CHECKED)]
    n_theme, n_both = int(matched["n_theme"].sum()), int(matched["n_both"].sum())
    return [
        say(
            "Of {n_theme} comments with a theme that matches one of the codes given with the data, "
            "{n_both} carry that code too.",
            n_theme=words.count(n_theme),
            n_both=words.percent(n_both / n_theme),
        )
    ]
