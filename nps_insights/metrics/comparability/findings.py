"""What one question on two periods found, and the two periods themselves."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.accounts import account_codes
from nps_insights.metrics.categories import signed
from nps_insights.metrics.comparability.composition import Levels

Span = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Limits:
    """What counts as a difference that matters.

    Attributes:
        false_rate: Of all questions together, the share of findings that may be luck (Benjamini and Hochberg).
        min_points: The least that a shift must do to the change of the NPS to be adjusted for, in points.
        max_unshared: The share of answers that may be of a wording, scale or survey of one period alone.
        min_shared: The share of answers that must be of channels, triggers, customers that stand in both periods.
        rate_fall: The relative fall (or rise) of the response rate from which periods are not comparable.
        confidence_level: Coverage of the intervals.
    """

    false_rate: float = 0.05
    min_points: float = 1.0
    max_unshared: float = 0.05
    min_shared: float = 0.5
    rate_fall: float = 0.25
    confidence_level: float = 0.95


@dataclass(frozen=True)
class Sides:
    """The answers of both periods under one another, in an order of their own.

    Attributes:
        rows: Answers of both periods; n rows.
        is_after: Whether each is of the later one (n,).
        y: +1, 0 or -1 (n,).
        accounts: Number of each answer's account (n,).
    """

    rows: pd.DataFrame
    is_after: NDArray[np.bool_]
    y: NDArray[np.float64]
    accounts: NDArray[np.int64]

    @classmethod
    def of(cls, before: pd.DataFrame, after: pd.DataFrame) -> "Sides":
        """Put two periods under one another, sorted, so that row order is no information."""
        sorted_sides = [side.sort_values("response_id") for side in (before, after)]
        rows = pd.concat(sorted_sides, ignore_index=True)
        is_after = np.repeat([False, True], [len(before), len(after)])
        return cls(rows, is_after, signed(rows["category"]).astype(float), account_codes(rows))


@dataclass(frozen=True)
class Finding:
    """The answer to one question: a row of table `comparability`, and what the sentence makes of it.

    Attributes:
        check: What was looked at, for example "channel".
        group: The column, where a check looks at several.
        result: "same", "adjusted", "changed" or "not_known".
        reason: One sentence.
        before: What it was.
        after: What it is.
        points: What it does to the change of the NPS: estimate, conf_low, conf_high; missing where nobody knows.
        p_value: Of the test for a shift; missing where none was made.
        clause: What the verdict's sentence says of it, where it says something.
        levels: Value of each answer, for what can be adjusted for (n,).
    """

    check: str
    group: str
    result: str
    reason: str
    before: str = ""
    after: str = ""
    points: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    p_value: float = np.nan
    clause: str = ""
    levels: Levels | None = field(default=None, repr=False)
