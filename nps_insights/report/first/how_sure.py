"""How sure the report is of its themes and its call list."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapters.not_judged import judged_by_people, matching_codes, not_judged
from nps_insights.report.languages import say

_NOBODY_CHECKED = "How well themes are recognised was not checked: no person has judged any of the remarks yet."
_NO_CALLS = "Who will leave is not judged here: no list of accounts to call was given."
_CALLS_JUDGED_ELSEWHERE = (
    "Whether the call list does better than the last score alone is not judged here; where it was learned from "
    "accounts that left, the page on its training tells it."
)
_CALLS_JUDGED = (
    "How good the call list is was measured on accounts that had no part in making it; the chapter on who is about to "
    "leave tells it."
)


def how_sure(tables: Mapping[str, pd.DataFrame], *, withheld: bool = False) -> list[str]:
    """Return a sentence on the themes, and one on the call list where there are accounts to call.

    Args:
        tables: Tables as `report_tables` returns them.
        withheld: Whether an edition left figures out: then nothing is said not to have been judged.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> how_sure(report_tables({}))
        []
    """
    unjudged = not_judged(tables)
    said = []
    if len(tables["themes"]) and not (withheld and "themes" in unjudged):
        said.append(say(_NOBODY_CHECKED) if "themes" in unjudged else _themes(tables))
    if len(tables["action_lists"]) and not (withheld and unjudged & {"calls", "call_list"}):
        open_calls = {"calls": _NO_CALLS, "call_list": _CALLS_JUDGED_ELSEWHERE}
        said.append(say(next((told for name, told in open_calls.items() if name in unjudged), _CALLS_JUDGED)))
    return said


def _themes(tables: Mapping[str, pd.DataFrame]) -> str:
    """Judged by a person, or by the codes that people had given."""
    judged = judged_by_people(tables)
    if len(judged):
        row = judged.iloc[0]
        share = words.percent_with_range(row["estimate"], row["conf_low"], row["conf_high"])
        return say(
            "Themes fit what was said in {share} of {n} remarks that a person checked.",
            share=share,
            n=words.count(row["n"]),
        )
    codes = matching_codes(tables)
    n_theme, n_both = int(codes["n_theme"].sum()), int(codes["n_both"].sum())
    return say(
        "Of {n_theme} mentions of a theme that matches one of the codes given with the data, {n_both} carry that code "
        "too.",
        n_theme=words.count(n_theme),
        n_both=words.percent(n_both / n_theme),
    )
