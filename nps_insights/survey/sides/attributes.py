"""What is known of a customer beside the answer: numbers and texts, and which of them cannot explain a score."""

import re

import pandas as pd

from nps_insights.survey.mapping.aliases import plain_name
from nps_insights.survey.values.numbers import as_numbers_if_all, is_missing
from nps_insights.tables import ATTRIBUTE_PREFIX, DataRefusedError

_OUTCOME_NAME = re.compile(
    r"\b(?:churn\w*|cancel\w*|ended|terminat\w*|attrition|kundig\w*|gekundigt|resili\w*|reason for leaving)\b"
)


def attribute_column(texts: pd.Series, column: str) -> pd.Series:
    """Return a column as numbers if every value given is one, else as text with blanks missing.

    Args:
        texts: The cells.
        column: Its name, for the message.

    Raises:
        DataRefusedError: All are numbers, and nothing tells thousands from decimals.

    Example:
        >>> attribute_column(pd.Series(["1,5", "NA"]), "visits").tolist()
        [1.5, nan]
        >>> attribute_column(pd.Series(["NA", " gold "]), "plan").tolist()
        ['NA', 'gold']
    """
    numbers = as_numbers_if_all(texts, column)
    if numbers is not None:
        return numbers
    stripped = texts.str.strip()
    return stripped.mask(stripped == "")


def attribute_columns(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of a frame as attributes, named `attribute/<column>`.

    Raises:
        DataRefusedError: Nothing tells thousands from decimals in some columns; the message holds all of them.

    Example:
        >>> attribute_columns(pd.DataFrame({"plan": ["gold"]}, dtype="str")).columns.tolist()
        ['attribute/plan']
    """
    made, problems = {}, []
    for name in cells.columns:
        try:
            made[ATTRIBUTE_PREFIX + name] = attribute_column(cells[name], name)
        except DataRefusedError as error:
            problems.append(str(error))
    if problems:
        raise DataRefusedError("\n".join(problems))
    return pd.DataFrame(made, index=cells.index)


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
