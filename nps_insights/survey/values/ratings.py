"""Satisfaction and effort beside the score: numbers on their own scales, refused where they lie outside."""

from dataclasses import dataclass

import pandas as pd

from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.values.numbers import cells_lost, is_missing
from nps_insights.survey.values.scores import numbers_stated, parse_scores

RATINGS = ("csat", "ces")


@dataclass(frozen=True, eq=False)
class Rating:
    """One column of ratings.

    Attributes:
        numbers: Numbers, turned so that high is good where the stated scale is reversed; missing where none is given.
        reasons: Why a cell is refused, "" where it is not; nothing is refused while the scale is not stated.
        texts: The cells.
        note: What a reader must know, or "".
    """

    numbers: pd.Series
    reasons: pd.Series
    texts: pd.Series
    note: str = ""


def read_rating(name: str, texts: pd.Series, settings: SurveySettings) -> Rating:
    """Read a column of satisfaction or effort.

    Args:
        name: csat or ces.
        texts: The cells.
        settings: `csat_scale`, `ces_scale` and `missing_scores` are used.

    Example:
        >>> texts = pd.Series(["5", "6", "N/A"])
        >>> rating = read_rating("csat", texts, SurveySettings(csat_scale=(1, 5)))
        >>> rating.numbers.tolist(), rating.reasons.tolist()
        ([5.0, nan, nan], ['', 'is outside 1-5', ''])
    """
    missing = {text.strip().lower() for text in settings.missing_scores}
    blank = is_missing(texts) | texts.str.strip().str.lower().isin(missing)
    scale = settings.csat_scale if name == "csat" else settings.ces_scale
    if scale is None:
        return _on_no_scale(name, texts, blank)
    low, high = min(scale), max(scale)
    read = parse_scores(texts, low=low, high=high)
    values = read["score"].mask(blank)
    turned = low + high - values if scale[0] > scale[1] else values
    return Rating(turned, read["reason"].mask(blank, ""), texts)


def _on_no_scale(name: str, texts: pd.Series, blank: pd.Series) -> Rating:
    values = numbers_stated(texts).mask(blank)
    n_lost = int((values.isna() & ~blank).sum())
    told = [cells_lost(n_lost)] if n_lost else []
    if values.notna().any():
        told.append(
            f"the answers run from {values.min():g} to {values.max():g} and no scale is stated, so none is refused; "
            f"state it, worst first, e.g. --{name}-scale {values.min():g}-{values.max():g} (in a file: [{name}] scale)"
        )
    return Rating(values, pd.Series("", index=texts.index, dtype="str"), texts, f"{name}: {'; '.join(told)}")
