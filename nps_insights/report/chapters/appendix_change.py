"""Appendix: every part of each change, and how many moved if answers were more or less reliable."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.report import words
from nps_insights.report.page.blocks import Section, TextTable
from nps_insights.report.rows.change_rows import Comparison, comparisons

_PARTS = {
    "silence": "how many gave a reason",
    "silent": "those who gave none",
    "mix": "mix of customers",
    "frequency": "how often it is mentioned",
    "rate": "what a mention goes with",
    "unexplained": "not explained",
}


def change_sections(tables: Mapping[str, pd.DataFrame]) -> list[Section]:
    """Return the sections that have something to show: the parts of each change, then movers by reliability.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> change_sections(report_tables({}))
        []
    """
    found = [*(_all_parts(comparison) for comparison in comparisons(tables)), _movers(tables)]
    return [section for section in found if section is not None]


def _all_parts(comparison: Comparison) -> Section:
    order = list(_PARTS)
    parts = sorted(comparison.parts, key=lambda own: (order.index(own.part), own.points.estimate, own.driver_id))
    rows = [
        (
            words.clean(part.label, nothing="All of them"),
            _PARTS[part.part],
            words.with_range(part.points.estimate, part.points.low, part.points.high, signed=True, tenths=True),
            "yes" if part.points.clear else "no",
        )
        for part in parts
    ]
    before, after = (words.clean(name, most=40) for name in (comparison.before, comparison.after))
    return Section(
        f"Every part of the change from {before} to {after}",
        [
            "How often a theme is mentioned counts at its mean weight of both sides, what a mention goes with at its "
            "mean share (Oaxaca, Blinder; Reimers 1983), so that the parts add up exactly; what did not comment is "
            "split off as Kitagawa does."
        ],
        TextTable("All parts of the change", ("Of what", "Part", "Points", "Told from zero"), rows),
        "All other parts",
    )


def _movers(tables: Mapping[str, pd.DataFrame]) -> Section | None:
    rows = tables["movers"]
    rows = rows[rows["estimate"].notna()].sort_values("reliability", ascending=False)
    if rows.empty:
        return None
    lines = [
        (
            "1 (as counted)" if row["reliability"] == 1 else f"{row['reliability']:.2f}",
            words.percent_with_range(row["estimate"], row["conf_low"], row["conf_high"]),
            words.count(row["n"]),
        )
        for _, row in rows.iterrows()
    ]
    return Section(
        "How many moved, by how reliable answers are",
        ["The less an answer repeats itself without any change, the fewer moves are real."],
        TextTable("Share in another category at the next answer", ("Reliability", "Moved", "Pairs of answers"), lines),
        numeric=(2,),
    )
