"""CSAT and CES: the scale on which they were asked, and the figure of each answer.

CSAT is the share of answers in the top boxes of the scale. CES (effort) is their mean on the scale or, as `ces_top`,
the share in the boxes of little effort.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.tables import DataRefusedError, SettingsError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """The scale of a question.

    Attributes:
        low: Lowest answer allowed.
        high: Highest answer allowed.
        top: How many boxes count as good; the two best are usual on 1 to 5.
        low_is_good: Whether the low end is the good one ("how much effort did it take?").

    Example:
        >>> Scale(1, 5).good(np.array([3.0, 4.0, 5.0])).tolist()
        [False, True, True]
    """

    low: float
    high: float
    top: int = 2
    low_is_good: bool = False

    def __post_init__(self) -> None:
        """Refuse a scale that is none."""
        if not self.low < self.high:
            raise SettingsError(f"Scale({self.low:g}, {self.high:g}): low must lie below high, for example Scale(1, 5)")
        if not 1 <= self.top <= self.high - self.low:
            raise SettingsError(
                f"Scale({self.low:g}, {self.high:g}, top={self.top}): top must leave at least one box that is not good"
            )

    def good(self, answers: Array) -> NDArray[np.bool_]:
        """Return which answers lie in the boxes that count as good."""
        return answers < self.low + self.top if self.low_is_good else answers > self.high - self.top


def answers_on(responses: pd.DataFrame, column: str, scale: Scale | None) -> Array:
    """Return the answers of a column as numbers, missing where nobody answered, all of them on the scale.

    Args:
        responses: Table `responses`.
        column: "csat" or "ces".
        scale: The scale on which the question was asked.

    Raises:
        SettingsError: There is no such column, or no scale was given.
        DataRefusedError: Answers lie beyond the scale; where they begin on a day of their own, that is said.

    Example:
        >>> answers_on(pd.DataFrame({"csat": [5, None, 2]}), "csat", Scale(1, 5)).tolist()
        [5.0, nan, 2.0]
    """
    if column not in responses.columns:
        raise SettingsError(f"{column}: the responses have no column {column!r}; map it, or leave the metric out")
    if scale is None:
        raise SettingsError(f"{column}: its scale must be given, for example {column}_scale=Scale(1, 5, top=2)")
    answers = responses[column].to_numpy(dtype=float, na_value=np.nan)
    beyond = (answers < scale.low) | (answers > scale.high)
    if beyond.any():
        raise DataRefusedError(_beyond(responses, column, scale, answers, beyond))
    return np.asarray(answers)


def _beyond(responses: pd.DataFrame, column: str, scale: Scale, answers: Array, beyond: NDArray[np.bool_]) -> str:
    n = int((~np.isnan(answers)).sum())
    found = answers[beyond]
    problem = (
        f"{column}: {int(beyond.sum()):,} of {n:,} answers lie beyond the scale {scale.low:g} to {scale.high:g} "
        f"(from {found.min():g} to {found.max():g})"
    )
    if "responded_at" in responses.columns and responses["responded_at"].notna().any():
        days = responses["responded_at"]
        first, start = days[beyond].min(), days.min()
        if pd.notna(first) and first > start:
            problem += f", the first on {first:%Y-%m-%d}, {(first - start).days} days after the first answer"
    return (
        f"{problem}; if the scale changed, give the figures of both times apart (responses before and from that day), "
        f"each with its scale; else mend the scale or those answers"
    )
