"""What the last change goes with most, in one sentence for the first screen."""

import math
from collections.abc import Mapping

import pandas as pd

from nps_insights.report import words
from nps_insights.report.change_rows import Part, comparisons
from nps_insights.report.driver_rows import NAMELESS, Effect
from nps_insights.report.guard_rails import no_causes

# A smaller part of the change is not worth a busy reader's eye.
SMALLEST_WORTH = 0.1
SAME_POINTS = 0.5


def in_one_sentence(tables: Mapping[str, pd.DataFrame], since: Mapping[str, float], after: str) -> str:
    """Return what the last change goes with most, if that can be told; else nothing.

    Args:
        tables: Tables as `report_tables` returns them.
        since: The change in points on each period that the last one is compared with, by its name.
        after: Name of the last period.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> in_one_sentence(report_tables({}), {"Q1 2026": -6.0}, "Q2 2026")
        ''
    """
    # A change among some of the answers only is not the one that stands beside this sentence.
    known = [
        own
        for own in comparisons(tables)
        if not own.by and own.after == after and abs(own.total.estimate - since.get(own.before, math.inf)) < SAME_POINTS
    ]
    if not known or not known[0].total.clear:
        return ""
    comparison, without = known[0], no_causes(tables)
    counting = [part for part in comparison.parts if _counts(part, comparison.total) and part.driver_id not in without]
    if not counting:
        return ""
    part = max(counting, key=lambda own: (abs(own.points.estimate), own.driver_id))
    figure = words.with_range(part.points.estimate, part.points.low, part.points.high, signed=True)
    whole, go = words.points(comparison.total.estimate, signed=True), _goes_with(part)
    return f"Of the {whole} points since {comparison.before}, {figure} go with {go}."


def _counts(part: Part, total: Effect) -> bool:
    """A theme's or the mix's part: clear, on the side of the change, and large enough."""
    named = part.part in ("frequency", "mix") and not part.label.startswith(NAMELESS)
    return named and part.points.clear and part.points.estimate / total.estimate >= SMALLEST_WORTH


def _goes_with(part: Part) -> str:
    label = words.quoted(words.clean(part.label, most=60))
    if part.part == "mix":
        return f"another mix of customers by {label}" if part.driver_id else "a different mix of customers"
    return f"{label} being mentioned {often(part)} often" if part.shares else f"how often {label} is mentioned"


def often(part: Part) -> str:
    """Say whether a theme is mentioned more or less often.

    Example:
        >>> often(Part("frequency", "theme/t01", "price", Effect(-1.0, -2.0, -0.5, clear=True), (0.1, 0.2)))
        'more'
    """
    return "more" if part.shares[1] > part.shares[0] else "less"
