"""Was the same thing asked: the scale and its cuts, the wording, and which survey it was."""

import pandas as pd

from nps_insights.metrics.comparability.composition import Levels, described
from nps_insights.metrics.comparability.findings import Finding, Limits, Sides
from nps_insights.metrics.comparability.shifts import shifted
from nps_insights.metrics.mix import NOT_KNOWN

_CALLED = {"wording": "the wording of the question", "survey": "the kind of survey"}
_SCALE = ["scale_min", "scale_max"]


def scale(sides: Sides, limits: Limits) -> Finding:
    """Say whether both periods were asked on one scale, and cut into categories alike.

    Example:
        >>> before = pd.DataFrame({"response_id": ["a"], "score": 9, "scale_min": 0, "scale_max": 10})
        >>> after = before.assign(response_id="b", scale_max=5, score=5)
        >>> sides = Sides.of(*(side.assign(category="promoter") for side in (before, after)))
        >>> scale(sides, Limits()).result
        'changed'
    """
    rows = sides.rows
    if not set(_SCALE).issubset(rows.columns) or rows[_SCALE].isna().any(axis=None):
        return Finding("scale", "", "not_known", "The answers do not say on which scale they were given.")
    pairs = rows.groupby(_SCALE).ngroup()
    texts = [f"{low:g} to {high:g}" for low, high in rows.groupby(_SCALE).size().index]
    names = pairs.map(dict(enumerate(texts))).astype("str")
    before, after = described(Levels.of(names), sides.is_after)
    unshared = _unshared(names, sides)
    if max(unshared) > limits.max_unshared:
        reason = f"The scale was {before} and is {after}; an NPS of one scale says nothing of one of another."
        return Finding("scale", "", "changed", reason, before, after, clause="the scale changed")
    cuts = rows.assign(after=sides.is_after).groupby([*_SCALE, "score"])["category"].nunique()
    if (cuts > 1).any():
        score = cuts.index[cuts > 1][0][-1]
        reason = f"A score of {score:g} counts as another category than before: the cuts of the categories changed."
        return Finding("scale", "", "changed", reason, before, after, clause="the cuts of the categories changed")
    if len(names.unique()) == 1:
        return Finding(
            "scale", "", "same", f"All scores were given from {after.removesuffix(' 100 %')}.", before, after
        )
    return shifted("scale", "", names, sides, limits)


def asked_alike(check: str, sides: Sides, limits: Limits) -> Finding:
    """Say whether the wording, or the kind of survey, of one period is also that of the other.

    Several side by side, as in several languages, are compared like a channel: a shift between them can be
    adjusted for, one that only one period knows cannot.

    Args:
        check: "wording" or "survey", the column of the answers.
        sides: The answers.
        limits: What matters.

    Example:
        >>> before = pd.DataFrame({"response_id": ["a"], "category": "passive", "wording": "How likely ...?"})
        >>> sides = Sides.of(before, before.assign(response_id="b", wording="Would you ...?"))
        >>> asked_alike("wording", sides, Limits()).clause
        'the wording of the question changed'
    """
    called = _CALLED[check]
    if check not in sides.rows.columns or sides.rows[check].isna().all():
        return Finding(check, "", "not_known", f"No answer carries {called}.")
    values = sides.rows[check].astype("str")
    missing = [float(values[side].isna().mean()) for side in (~sides.is_after, sides.is_after)]
    if max(missing) > limits.max_unshared:
        reason = f"{100 * max(missing):.0f} % of the answers of one period do not carry {called}."
        return Finding(check, "", "not_known", reason)
    before, after = described(Levels.of(values.fillna(NOT_KNOWN)), sides.is_after)
    if max(_unshared(values, sides)) > limits.max_unshared:
        reason = f"{called.capitalize()} was: {before}; it is: {after}. No adjustment can undo that."
        return Finding(check, "", "changed", reason, before, after, clause=f"{called} changed")
    if len(values.unique()) == 1:
        return Finding(check, "", "same", f"{called.capitalize()} is the same in both periods.", before, after)
    return shifted(check, "", values, sides, limits)


def _unshared(values: pd.Series, sides: Sides) -> list[float]:
    """Share of each period's answers whose value the other period does not have."""
    known = values.notna().to_numpy()
    levels = Levels.of(values.fillna(""))
    counts = [levels.counts(known & side) for side in (~sides.is_after, sides.is_after)]
    return [own[other == 0].sum() / max(own.sum(), 1) for own, other in zip(counts, counts[::-1], strict=True)]
