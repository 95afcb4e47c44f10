"""Which of the shifts are beyond luck and matter, and the change of the NPS without them."""

from dataclasses import replace

import numpy as np

from nps_insights.metrics.comparability.composition import Levels
from nps_insights.metrics.comparability.findings import Finding, Limits, Sides
from nps_insights.metrics.comparability.like_for_like import LikeForLike, like_for_like, shared_answers
from nps_insights.metrics.comparability.words import CALLED, moved_level
from nps_insights.metrics.many import benjamini_hochberg


def judge(
    findings: list[Finding], sides: Sides, change: float, limits: Limits
) -> tuple[list[Finding], LikeForLike | None]:
    """Judge all questions together, and adjust the change for the shifts that matter.

    Args:
        findings: One per question, shifts with their p-values.
        sides: The answers.
        change: Of the NPS, in points.
        limits: What matters.

    Returns:
        The findings with their results and reasons, and the change like for like where it was adjusted.

    Example:
        >>> import pandas as pd
        >>> rows = pd.DataFrame({"response_id": ["a", "b"], "category": "passive"})
        >>> judge([Finding("channel", "", "same", "", p_value=0.8)], Sides.of(rows, rows), 0.0, Limits())[0][0].reason
        'The channel: no shift beyond luck.'
    """
    q_values = benjamini_hochberg([finding.p_value for finding in findings])
    is_shift = [bool(q < limits.false_rate) for q in q_values]
    judged = [
        finding if shift or np.isnan(finding.p_value) else replace(finding, result="same", clause="")
        for finding, shift in zip(findings, is_shift, strict=True)
    ]
    shifts = [finding for finding, shift in zip(judged, is_shift, strict=True) if shift]
    columns = _columns(shifts, limits)
    adjustable = {name: levels for name, levels in columns.items() if levels is not None}
    found = None
    if adjustable and shared_answers(adjustable, sides.is_after) >= limits.min_shared:
        found = like_for_like(
            sides.y, adjustable, sides.is_after, sides.accounts, confidence_level=limits.confidence_level
        )
        points = found.parts["estimate"]
        if max(points.abs().max(), abs(points.sum())) < limits.min_points:
            found = None
            # Who was asked, by what no answer tells, is left: nothing adjusts for it.
            columns = {name: levels for name, levels in columns.items() if levels is None}
    named = [_told(finding, shift, columns, found, change) for finding, shift in zip(judged, is_shift, strict=True)]
    return named, found


def _columns(shifts: list[Finding], limits: Limits) -> dict[str, Levels | None]:
    """Columns to adjust for, those that do most first; of the invited only where it could do enough to matter."""
    told = [one for one in shifts if one.check != "sampling" and one.levels is not None]
    invited = [one for one in shifts if one.check == "sampling" and abs(one.points[0]) >= limits.min_points]
    ordered = sorted(told, key=lambda one: (-abs(one.points[0]), one.check, one.group))
    columns = {one.group or one.check: one.levels for one in ordered}
    for one in sorted(invited, key=lambda one: one.group):
        columns.setdefault(one.group, one.levels)
    return columns


def _told(
    finding: Finding,
    is_shift: bool,
    columns: dict[str, Levels | None],
    found: LikeForLike | None,
    change: float,
) -> Finding:
    """The finding with its result, reason and, where it is adjusted for, its part of the change."""
    if np.isnan(finding.p_value) or finding.check == "response_rate":
        return finding
    name = finding.group or finding.check
    subject = f"{CALLED[finding.check].capitalize()}{f' ({finding.group})' if finding.group else ''}"
    if not is_shift:
        return replace(finding, reason=f"{subject}: no shift beyond luck.")
    if name not in columns:
        reason = f"{subject} shifted, but does only {finding.points[0]:+.1f} points to the change."
        return replace(finding, reason=reason)
    if found is None or columns[name] is None:
        clause = f"{CALLED[finding.check]} changed too much to adjust for"
        return replace(finding, result="changed", reason=f"{subject} shifted; nothing can undo that.", clause=clause)
    part = found.parts[found.parts["column"] == name].iloc[0]
    clause = moved_level(finding, found.levels[found.levels["column"] == name])
    told = f"{clause[0].upper()}{clause[1:]}: {part['estimate']:+.1f} of the change of {change:+.1f} points."
    points = (float(part["estimate"]), float(part["conf_low"]), float(part["conf_high"]))
    return replace(finding, result="adjusted", reason=told, clause=clause, points=points)
