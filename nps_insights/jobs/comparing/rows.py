"""Rows of table `run_differences`: how one difference is written."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from nps_insights.tables import conform, empty

Row = dict[str, Any]
_FIGURES = ("estimate", "low", "high")
# Sums of floats may differ in their last bits; that is no difference.
_CLOSE = 1e-9
_LONGEST = 200


def difference(
    area: str, item: str, before: object, after: object, *, change: str = "changed", finding: str = ""
) -> Row:
    """Return the row of something that is another, new or gone.

    Args:
        area: Data, settings, versions, themes or results.
        item: What it is.
        before: In the first run; None where it was not there.
        after: In the second run.
        change: "changed", "added", "gone" or "renamed".
        finding: The difference as a sentence; made from the others if not given.

    Example:
        >>> difference("versions", "numpy", "2.4.5", "2.4.6")["finding"]
        'numpy: 2.4.5 → 2.4.6'
        >>> difference("data", "invitations", None, "invitations.csv", change="added")["finding"]
        'invitations: new, invitations.csv'
    """
    texts = [None if one is None else _short(one) for one in (before, after)]
    made = {"added": f"{item}: new, {texts[1]}", "gone": f"{item}: gone, was {texts[0]}"}
    said = finding or made.get(change, f"{item}: {texts[0]} → {texts[1]}")
    return {"area": area, "item": item, "change": change, "before": texts[0], "after": texts[1], "finding": said}


def of_figures(row: Row, before: Sequence[float], after: Sequence[float]) -> Row:
    """Return a row with the two figures it is of, each with its range, and whether the ranges lie apart.

    Args:
        row: As `difference` returns it.
        before: Figure, lower and upper end in the first run.
        after: The same in the second run.

    Example:
        >>> row = of_figures(difference("results", "NPS", 31, 21), (31.0, 28.0, 34.0), (21.0, 18.0, 24.0))
        >>> row["beyond"]
        True
    """
    named = {f"before_{name}": value for name, value in zip(_FIGURES, before, strict=True)}
    named |= {f"after_{name}": value for name, value in zip(_FIGURES, after, strict=True)}
    return row | named | {"beyond": lie_apart(before, after)}


def lie_apart(before: Sequence[float], after: Sequence[float]) -> bool | None:
    """Return whether two ranges have nothing in common; None where one is not known.

    Example:
        >>> lie_apart((31, 28, 34), (33, 30, 36)), lie_apart((31, 28, 34), (20, float("nan"), 25))
        (False, None)
    """
    ends = [float(one) for one in (*before[1:], *after[1:])]
    if not np.isfinite(ends).all():
        return None
    return bool(ends[2] > ends[1] or ends[3] < ends[0])


def same(before: Sequence[float], after: Sequence[float]) -> bool:
    """Return whether figures are the same, but for their last bits.

    Example:
        >>> same((0.1 + 0.2, float("nan")), (0.3, float("nan")))
        True
    """
    return bool(np.allclose(before, after, rtol=_CLOSE, atol=_CLOSE, equal_nan=True))


def differing(area: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Row]:
    """Return a row per key whose values differ.

    Example:
        >>> [row["finding"] for row in differing("settings", {"report.per": "month", "a": 1}, {"a": 1})]
        ['report.per: gone, was month']
    """
    rows = []
    for item in sorted({*before, *after}):
        old, new = before.get(item), after.get(item)
        if old != new:
            change = "changed" if item in before and item in after else "added" if item in after else "gone"
            rows.append(difference(area, item, old, new, change=change))
    return rows


def flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings as `section.key` -> value.

    Example:
        >>> flat({"report": {"by": ["plan"], "per": None}, "job": "driver_report"})
        {'report.by': ['plan'], 'report.per': None, 'job': 'driver_report'}
    """
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) and value else {prefix + name: value}
    return found


def differences(rows: Sequence[Row]) -> pd.DataFrame:
    """Return table `run_differences`.

    Example:
        >>> len(differences([]))
        0
    """
    if not rows:
        return empty("run_differences")
    none = empty("run_differences")
    frame = pd.DataFrame(rows).reindex(columns=none.columns)
    return conform("run_differences", frame)


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        text = ", ".join(map(str, value)) or "nothing"
    else:
        text = "not given" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
