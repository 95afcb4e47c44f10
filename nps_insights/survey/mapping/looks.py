"""What a column looks like, judged by its cells alone."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from nps_insights.survey.values.dates import looks_like_dates
from nps_insights.survey.values.numbers import is_missing, read_numbers
from nps_insights.survey.values.scores import numbers_stated
from nps_insights.tables import counted

LookKind = Literal["empty", "rating", "number", "date", "id", "label", "text"]
_MOST_RATINGS = 12
_MOST_SEEN = 2000


@dataclass(frozen=True)
class Look:
    """What a column looks like.

    Attributes:
        kind: empty, rating (few whole numbers), number, date, id (every value once), label (few texts), text.
        words: The same for a person, e.g. "whole numbers 0 to 10".
        n_given: Cells that are not blank.
    """

    kind: LookKind
    words: str
    n_given: int


def look_at(texts: pd.Series) -> Look:
    """Describe a column by its cells.

    Args:
        texts: The cells as read.

    Example:
        >>> look_at(pd.Series(["9", "10", "0", ""])).words
        'whole numbers 0 to 10'
        >>> look_at(pd.Series(["slow delivery again", "all fine with you", "all fine with you"])).kind
        'text'
    """
    counts = texts[~is_missing(texts)].str.strip().value_counts()
    n_given = int(counts.sum())
    if not n_given:
        return Look("empty", "empty", 0)
    once = len(counts) == n_given > 1
    values, weights = _sample(counts)
    n_seen = int(weights.sum())
    if looks_like_dates(values) and not _is_year_free_number(values):
        return Look("date", "dates", n_given)
    rating = _rating(values, weights, n_seen)
    if rating:
        return Look("rating", rating, n_given)
    numbers = read_numbers(values)[0]
    if weights[numbers.notna()].sum() >= 0.9 * n_seen:
        unique = " (each once)" if once else ""
        return Look("number", f"numbers {numbers.min():g} to {numbers.max():g}{unique}", n_given)
    n_words = float((values.str.split().str.len() * weights).sum() / n_seen)
    if once and n_words < 1.5:
        return Look("id", "a different short text in every row", n_given)
    if len(counts) <= (max(20, 0.2 * n_given) if n_words < 2.5 else 0.02 * n_given):
        return Look("label", f"{len(counts)} different labels", n_given)
    return Look("text", f"text, about {counted(max(1, round(n_words)), 'word', 'words')} each", n_given)


def _sample(counts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """At most a few thousand different texts with their counts, the same ones whatever the row order."""
    counts = counts.sort_index()
    step = -(-len(counts) // _MOST_SEEN)
    counts = counts.iloc[::step]
    values = pd.Series(counts.index.astype("str"), index=range(len(counts)), dtype="str")
    return values, pd.Series(counts.to_numpy(), index=values.index)


def _is_year_free_number(values: pd.Series) -> bool:
    """Ten digits may be a phone number or an id as well as unix seconds, and eight a date or an id."""
    return (
        bool(values.str.fullmatch(r"\d+").all()) and not values.str.fullmatch(r"(?:1[0-9]{9}(?:\d{3})?|20\d{6})").all()
    )


def _rating(values: pd.Series, weights: pd.Series, n_given: int) -> str:
    numbers = numbers_stated(values)
    stated = numbers.notna() & (numbers == numbers.round()) & numbers.between(-1, 100)
    distinct = numbers[stated].unique()
    if weights[stated].sum() < 0.8 * n_given or len(distinct) > _MOST_RATINGS:
        return ""
    rest = "" if stated.all() else f", and {counted(int(weights[~stated].sum()), 'other', 'others')}"
    labelled = " with words" if values[stated].str.contains(r"[^\W\d]", regex=True).any() else ""
    return f"whole numbers {distinct.min():g} to {distinct.max():g}{labelled}{rest}"
