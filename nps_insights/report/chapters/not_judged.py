"""What nobody has judged yet of a run's themes and calls, and which command would tell it."""

from collections.abc import Mapping
from typing import Literal

import pandas as pd

Open = Literal["themes", "calls", "call_list"]

_WAYS: dict[Open, str] = {
    "themes": "“nps-insights themes sample” draws 100 remarks for a person to judge, and “nps-insights themes check” "
    "tells how many of them fit their theme.",
    "calls": "“nps-insights churn flag” makes a list of accounts to call; its folder is given as flags in the section "
    "[input].",
    "call_list": "“nps-insights churn train” writes a page that tells how good the model of the call list is, and "
    "“nps-insights churn outcomes” tells whether it came true.",
}


def not_judged(tables: Mapping[str, pd.DataFrame]) -> set[Open]:
    """Return what is open: the themes, who should be called, or how good the list of calls is.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> not_judged(report_tables({}))
        set()
    """
    found: set[Open] = set()
    if len(tables["themes"]) and judged_by_people(tables).empty and matching_codes(tables).empty:
        found.add("themes")
    lists = tables["action_lists"]
    if len(lists) and not (lists["action"] == "call").any():
        found.add("calls")
    elif len(lists) and tables["reliability"].empty:
        found.add("call_list")
    return found


def judged_by_people(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the row of `theme_quality` that tells how many remarks fit their theme; none where nobody looked."""
    quality = tables["theme_quality"]
    whole = (quality["metric"] == "precision") & (quality["theme_id"] == "all")
    return quality[whole & quality["estimate"].notna()]


def matching_codes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of `agreement` of codes, given with the data, that a theme matches."""
    codes = tables["agreement"]
    return codes[codes["theme_id"].notna() & (codes["n_theme"] > 0)]


def to_be_surer(tables: Mapping[str, pd.DataFrame]) -> str:
    """Say which commands would tell what is open, for whoever made the report; empty where nothing is.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> to_be_surer(report_tables({}))
        ''
    """
    found = not_judged(tables)
    return " ".join(way for name, way in _WAYS.items() if name in found)
