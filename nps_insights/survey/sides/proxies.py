"""Which columns are the score under another name: to explain the score with them would explain nothing."""

import re

import pandas as pd

from nps_insights.survey.mapping.aliases import plain_name
from nps_insights.tables import ATTRIBUTE_PREFIX

_PROXY_NAME = re.compile(
    r"\b(?:satisf\w*|dissatisf\w*|recommend\w*|recommand\w*|rating\w*|rated|likelihood|csat|ces|nps\w*|promoter\w*|"
    r"detractor\w*|sentiment|zufrieden\w*|weiterempf\w*|bewertung\w*|note de|intention|\w*scores?)\b"
)
_MOST_RATINGS = 11
_MOST_LEVELS = 12
_ENOUGH = 30
# A few whole numbers that go with the score are a rating; a measurement that goes with it has to be a twin.
_RATING_ALIKE, _NUMBER_ALIKE = 0.6, 0.9
_RIGHT = 0.95
# Where 96 % are promoters any column "tells" the category; it must also account for most of the others.
_MOST_UNEXPLAINED, _FEWEST_OTHERS = 0.25, 5


def proxies(attributes: pd.DataFrame, score: pd.Series, category: pd.Series) -> dict[str, str]:
    """Return which columns look like the score under another name, and why.

    A column is one if

    - its name says so (satisfaction, recommended, rating, score, ...),
    - it holds few whole numbers from 0 to 10 that rise or fall with the score (rank correlation of at least .6), or
      any numbers that do so almost perfectly (.9), or
    - its few levels tell the category of the answer, or who is a promoter or detractor, for 95 of 100 responses.

    The last two need 30 rows.

    Args:
        attributes: Columns of numbers or text.
        score: The score, same index.
        category: The category, same index.

    Returns:
        Column -> reason.

    Example:
        >>> score = pd.Series([float(i % 10) for i in range(40)])
        >>> category = (score > 7).map({True: "promoter", False: "detractor"})
        >>> columns = pd.DataFrame({"seat_rating": score, "twin": score * 10, "mood": category, "plan": "gold"})
        >>> list(proxies(columns, score, category))
        ['seat_rating', 'twin', 'mood']
    """
    found = {}
    for name in attributes.columns:
        values = attributes[name]
        reason = _named(str(name)) or _moves_with(values, score) or _tells(values, category)
        if reason:
            found[name] = reason
    return found


def _named(name: str) -> str:
    says_so = _PROXY_NAME.search(plain_name(name.removeprefix(ATTRIBUTE_PREFIX)))
    return "its name says that it is a rating of the same experience" if says_so else ""


def _moves_with(values: pd.Series, score: pd.Series) -> str:
    both = values.notna() & score.notna()
    if not pd.api.types.is_numeric_dtype(values) or both.sum() < _ENOUGH:
        return ""
    given, scores = values[both], score[both]
    if given.min() == given.max() or scores.min() == scores.max():
        return ""
    few = given.nunique() <= _MOST_RATINGS and (given == given.round()).all() and given.between(0, 10).all()
    rho = given.rank().corr(scores.rank())
    if abs(rho) < (_RATING_ALIKE if few else _NUMBER_ALIKE):
        return ""
    return f"its {'few whole ' if few else ''}numbers move with the score (rank correlation {rho:.2f})"


def _tells(values: pd.Series, category: pd.Series) -> str:
    both = values.notna() & category.notna()
    levels, n = values[both], int(both.sum())
    if n < _ENOUGH or levels.nunique() not in range(2, _MOST_LEVELS + 1):
        return ""
    for answer in (category, category == "promoter", category == "detractor"):
        counts = pd.crosstab(levels, answer[both])
        wrong, others = n - int(counts.max(axis="columns").sum()), n - int(counts.sum().max())
        if others >= _FEWEST_OTHERS and wrong <= min((1 - _RIGHT) * n, _MOST_UNEXPLAINED * others):
            return f"its {levels.nunique()} levels tell the answer's category for {1 - wrong / n:.0%} of the responses"
    return ""
