"""Appendix: the drivers by other reckonings: the trade's, on other rows, by tone, as shares of what is explained."""

import math
from collections.abc import Mapping

import pandas as pd

from nps_insights.report import words
from nps_insights.report.inputs import top_themes
from nps_insights.report.page.blocks import Section, TextTable
from nps_insights.report.rows.driver_rows import CLEAR_Q, Driver, drivers_of


def figure_sections(tables: Mapping[str, pd.DataFrame]) -> list[Section]:
    """Return the sections that have something to show, in a fixed order.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> figure_sections(report_tables({}))
        []
    """
    found = [_both_figures(tables), _cross_fitted(tables), _by_tone(tables), _shares(tables)]
    return [section for section in found if section is not None]


def _both_figures(tables: Mapping[str, pd.DataFrame]) -> Section | None:
    themes = drivers_of(tables["effects"], "theme", without=frozenset(top_themes(tables["themes"])))
    drivers = [own for own in themes or drivers_of(tables["effects"], "code") if math.isfinite(own.leave_out.estimate)]
    if not drivers:
        return None
    rows = [(words.clean(own.label), _ranged(own.total), _ranged(own.leave_out)) for own in drivers]
    ours, theirs = (_sum(drivers, name) for name in ("total", "leave_out"))
    rows.insert(0, ("All added up", ours, theirs))
    sentence = (
        "Many tools report the NPS minus the NPS of the answers without the theme; added up, that gives "
        f"{theirs.partition(' ')[0]} points here and the figures of this report {ours.partition(' ')[0]}, because an "
        "answer that mentions two themes counts for both of them there, which blames a theme for what it merely "
        "stands beside."
    )
    columns = ("Theme", "Points in this report (adjusted)", "Leave-out figure")
    table = TextTable("The trade’s usual figure beside this report’s", columns, rows)
    note = "Ranges of the sums are the widest they can be."
    return Section("The usual figure, and this one", [sentence, note], table, "Both figures of all other themes")


def _sum(drivers: list[Driver], name: str) -> str:
    figures = [getattr(driver, name) for driver in drivers]
    estimate, low, high = (sum(getattr(own, end) for own in figures) for end in ("estimate", "low", "high"))
    return words.with_range(estimate, low, high, signed=True)


def _ranged(effect: object) -> str:
    estimate, low, high = (float(getattr(effect, name)) for name in ("estimate", "low", "high"))
    return words.with_range(estimate, low, high, signed=True)


def _of_row(row: pd.Series) -> str:
    return words.with_range(row["estimate"], row["conf_low"], row["conf_high"], signed=True)


def _cross_fitted(tables: Mapping[str, pd.DataFrame]) -> Section | None:
    effects, tops = tables["effects"], top_themes(tables["themes"])
    rows = effects[(effects["outcome"] == "nps") & ~effects["theme_id"].isin(tops)]
    crossed = rows[(rows["method"] == "cross_fitted") & rows["estimate"].notna()]
    if crossed.empty:
        return None
    same = rows[rows["method"] == "adjusted"].set_index("driver_id")
    ordered = crossed.sort_values(["estimate", "driver_id"])
    lines = [
        (
            words.clean(row["label"]),
            _of_row(same.loc[row["driver_id"]]) if row["driver_id"] in same.index else "–",
            _of_row(row),
            words.count(row["n_present"]),
        )
        for _, row in ordered.iterrows()
    ]
    columns = ("Theme", "Found and judged on the same answers", "Found on some, judged on others", "Answers")
    return Section(
        "Themes found on some answers and judged on others",
        [
            "Themes that are found in the same answers they are judged on can flatter themselves. Here each part of "
            "the customers was read by themes that were found on the others (cross-fitting); where both columns agree, "
            "the figures of this report are not made by the way the themes were found."
        ],
        TextTable("Points on the same answers and on others", columns, lines),
        "All other themes",
        numeric=(3,),
    )


def _by_tone(tables: Mapping[str, pd.DataFrame]) -> Section | None:
    effects = tables["effects"]
    rows = effects[
        (effects["method"] == "beyond_placebo") & (effects["outcome"] == "nps") & effects["estimate"].notna()
    ]
    if rows.empty:
        return None
    ordered = rows.sort_values(["estimate", "driver_id"])
    lines = [
        (
            words.clean(row["label"] if pd.isna(row["tone"]) else f"{row['label']} ({row['tone']})"),
            _of_row(row),
            words.count(row["n_present"]),
            "yes" if row["q_value"] < CLEAR_Q and (row["conf_low"] > 0 or row["conf_high"] < 0) else "no",
        )
        for _, row in ordered.iterrows()
    ]
    columns = ("Theme and tone", "Points beyond the placebo", "Answers", "Told from zero")
    return Section(
        "By tone, beyond a placebo",
        [
            "Tone was learned from the scores, so any theme looks costly once only its negative mentions are taken; "
            "these points are what is left beyond themes shuffled among remarks that sound the same."
        ],
        TextTable("Points of themes by tone, beyond shuffled themes of the same tone", columns, lines),
        "All other themes by tone",
        numeric=(2,),
    )


def _shares(tables: Mapping[str, pd.DataFrame]) -> Section | None:
    rows = tables["explained_shares"]
    rows = rows[rows["estimate"].notna()]
    if rows.empty:
        return None
    ordered = rows.sort_values(["estimate", "driver_id"], ascending=[False, True])
    lines = [
        (words.clean(row["label"]), words.percent(row["share"]), _part_of_all(row)) for _, row in ordered.iterrows()
    ]
    whole = float(rows["estimate"].sum())
    drawn = rows["sampling_error"].max() > 0
    how = " Orders of drivers were drawn, not all tried; the ranges hold that too." if drawn else ""
    return Section(
        "Shares of what is explained",
        [
            f"All drivers together explain {words.percent(whole)} of the differences between answers (R² "
            f"{whole:.2f}); each driver’s part is what it adds, on average over every order in which drivers could "
            f"enter (LMG, Shapley). A share has no sign: it stands beside the points, never in their place.{how}"
        ],
        TextTable(
            "Each driver’s part of what is explained",
            ("Driver", "Share of what is explained", "Of all differences (R²)"),
            lines,
        ),
        "All other drivers",
        numeric=(1,),
    )


def _part_of_all(row: pd.Series) -> str:
    """A part of R2 cannot be negative; the range of a small one may reach below by its formula."""
    return words.percent_with_range(row["estimate"], max(float(row["conf_low"]), 0.0), float(row["conf_high"]))
