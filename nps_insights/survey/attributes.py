"""What is known of a customer beside the answer, and which of it is the answer under another name."""

import re

import pandas as pd

from nps_insights.survey.aliases import plain_name
from nps_insights.survey.numbers import as_numbers_if_all, is_missing
from nps_insights.tables import ATTRIBUTE_PREFIX

_PROXY_NAME = re.compile(
    r"\b(?:satisf\w*|dissatisf\w*|recommend\w*|recommand\w*|rating\w*|rated|likelihood|csat|ces|nps|promoter\w*|"
    r"detractor\w*|sentiment|zufrieden\w*|weiterempf\w*|bewertung\w*|note de|intention)\b"
)
_OUTCOME_NAME = re.compile(
    r"\b(?:churn\w*|cancel\w*|ended|terminat\w*|attrition|kundig\w*|gekundigt|resili\w*|reason for leaving)\b"
)
_MOST_RATINGS = 11
_ALIKE = 0.6
_ENOUGH = 30


def attribute_column(texts: pd.Series) -> pd.Series:
    """Return a column as numbers if every value given is one, else as text with blanks missing.

    Args:
        texts: The cells.

    Example:
        >>> attribute_column(pd.Series(["1,5", "NA"])).tolist()
        [1.5, nan]
        >>> attribute_column(pd.Series(["NA", " gold "])).tolist()
        ['NA', 'gold']
    """
    numbers = as_numbers_if_all(texts)
    if numbers is not None:
        return numbers
    stripped = texts.str.strip()
    return stripped.mask(stripped == "")


def attribute_columns(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of a frame as attributes, named `attribute/<column>`.

    Example:
        >>> attribute_columns(pd.DataFrame({"plan": ["gold"]}, dtype="str")).columns.tolist()
        ['attribute/plan']
    """
    made = {ATTRIBUTE_PREFIX + name: attribute_column(cells[name]) for name in cells.columns}
    return pd.DataFrame(made, index=cells.index)


def proxies(attributes: pd.DataFrame, score: pd.Series) -> dict[str, str]:
    """Return which columns look like the score under another name, and why.

    A column is one if its name says so (satisfaction, recommended, rating, ...), or if it holds few whole numbers
    that rise or fall with the score (rank correlation of at least .6 over at least 30 rows).

    Args:
        attributes: Columns of numbers or text.
        score: The score, same index.

    Returns:
        Column -> reason.

    Example:
        >>> score = pd.Series([float(i % 10) for i in range(40)])
        >>> list(proxies(pd.DataFrame({"seat_rating": score, "twin": score // 2, "plan": "gold"}), score))
        ['seat_rating', 'twin']
    """
    found = {}
    for name in attributes.columns:
        if _PROXY_NAME.search(plain_name(name.removeprefix(ATTRIBUTE_PREFIX))):
            found[name] = "its name says that it is a rating of the same experience"
            continue
        values = attributes[name]
        if not pd.api.types.is_numeric_dtype(values):
            continue
        both = values.notna() & score.notna()
        whole = values[both]
        few = (
            len(set(whole)) in range(2, _MOST_RATINGS + 1)
            and (whole == whole.round()).all()
            and whole.between(0, 10).all()
        )
        if few and both.sum() >= _ENOUGH and score[both].min() < score[both].max():
            rho = whole.rank().corr(score[both].rank())
            if abs(rho) >= _ALIKE:
                found[name] = f"its few whole numbers move with the score (rank correlation {rho:.2f})"
    return found


def unfit_as_driver(attributes: pd.DataFrame) -> dict[str, str]:
    """Return which columns of the accounts cannot explain a score, and why: outcomes, names and ids.

    Args:
        attributes: Columns of numbers or text, one row per account.

    Example:
        >>> unfit_as_driver(pd.DataFrame({"attribute/Churn risk": [0.1, 0.9]}))
        {'attribute/Churn risk': 'it tells what became of the account'}
    """
    found = {}
    for name in attributes.columns:
        values = attributes[name].dropna()
        if _OUTCOME_NAME.search(plain_name(name.removeprefix(ATTRIBUTE_PREFIX))):
            found[name] = "it tells what became of the account"
        elif values.empty:
            found[name] = "it is empty"
        elif not pd.api.types.is_numeric_dtype(values) and values.nunique() > max(20, 0.5 * len(values)):
            found[name] = "nearly every account has another text in it, so it is a name or an id"
    return found


def flags_stated(texts: pd.Series) -> pd.Series:
    """Return yes/no cells as booleans, missing where blank or neither.

    Example:
        >>> flags_stated(pd.Series(["Yes", "0", ""])).tolist()
        [True, False, <NA>]
    """
    plain = texts.str.strip().str.lower().mask(is_missing(texts))
    yes, no = ("1", "yes", "y", "true", "oui", "ja", "x"), ("0", "no", "n", "false", "non", "nein")
    known = {**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}
    return pd.Series([known.get(str(text), pd.NA) for text in plain], index=texts.index, dtype="boolean")
