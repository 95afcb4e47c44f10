"""Numbers as people write them: 1.5, 1,5, 1 234,50, € 12."""

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError, counted

# What statistics programs write for "missing"; in a column of numbers it cannot be a value.
MISSING_NUMBERS = frozenset({"", "na", "n/a", "nan", "null", "none", "#n/a", "-"})
_MONEY = r"(?i)^(?:[$€£]|eur|usd|gbp|chf)\s*|\s*(?:[$€£]|eur|usd|gbp|chf|%)$"
_DIGITS = r"[+-]?[\d.,]*\d[\d.,]*(?:[eE][+-]?\d{1,3})?"
# One sign before exactly three digits: a thousand or a decimal.
_UNDECIDED = r"[+-]?[1-9]\d{0,2}[.,]\d{3}"
_PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"


def parse_numbers(texts: pd.Series, column: str) -> pd.Series:
    """Return texts as numbers, missing where a text is no number.

    Understands decimal points and commas, thousands separated by spaces, apostrophes or the other sign, and
    a currency or percent sign at either end. "1,234" is a thousand or a decimal, whichever another value of the
    column proves ("1,5", "1,234.50", "1,234,567").

    Args:
        texts: Cells of one column.
        column: Its name, for the message.

    Returns:
        float64, same index.

    Raises:
        DataRefusedError: A value can be read in two ways, and no other value decides.

    Example:
        >>> parse_numbers(pd.Series(["1,234", "0.5", "€ 12", "n/a"]), "value").tolist()
        [1234.0, 0.5, 12.0, nan]
        >>> parse_numbers(pd.Series(["1,234", "0,5"]), "value").tolist()
        [1.234, 0.5]
    """
    numbers, undecided = read_numbers(texts)
    if undecided:
        plain = undecided.replace(",", ".")
        raise DataRefusedError(
            f"{column!r}: {undecided} may be {plain.replace('.', '')} or {plain}, and no value of the column decides; "
            "write the numbers without thousands separators (or, where they are decimals, one with another number "
            "of digits after the sign)"
        )
    return numbers


def read_numbers(texts: pd.Series) -> tuple[pd.Series, str]:
    """Return texts as numbers, and a number that can be read in two ways where nothing decides, else "".

    Args:
        texts: Cells of one column.

    Returns:
        float64, same index; undecided ones are read as decimals.

    Example:
        >>> read_numbers(pd.Series(["1.234", "500"]))[1]
        '1.234'
    """
    unique = pd.Series(texts.unique(), dtype="str")
    text = unique.str.normalize("NFKC").str.strip().str.replace(_MONEY, "", regex=True)
    text = text.str.replace(r"[\s'’](?=\d{3}(?:\D|$))", "", regex=True)
    sign = _decimal_signs(text)
    proven, open_ = set(sign.unique()) & {".", ","}, sign == "?"
    undecided = str(text[open_].str.lstrip("+-").min()) if open_.any() and len(proven) != 1 else ""
    column_sign = proven.pop() if len(proven) == 1 else ""
    sign = sign.mask(open_, column_sign or text.str.extract(r"([.,])", expand=False))
    # A sign that is not the decimal one only groups digits.
    pointed, with_comma = text.str.replace(",", "", regex=False), text.str.replace(".", "", regex=False)
    text = pointed.mask(sign == ",", with_comma.str.replace(",", ".", regex=False))
    plain = text.str.fullmatch(_PLAIN).astype(bool) & (sign != "no")
    values = pd.to_numeric(text.where(plain), errors="coerce").astype("float64")
    values = values.where(values.abs() < 1e300)
    return texts.map(dict(zip(unique, values, strict=True))).astype("float64"), undecided


def _decimal_signs(text: pd.Series) -> pd.Series:
    """The decimal sign that each text proves: "." or ",", "" where it has no sign, "?" open, "no" for no number."""
    commas, points = text.str.count(","), text.str.count(r"\.")
    last = np.where(text.str.rfind(",") > text.str.rfind("."), ",", ".")
    rules = {
        "no": ~text.str.fullmatch(_DIGITS).astype(bool),
        "": (commas == 0) & (points == 0),
        "?": text.str.fullmatch(_UNDECIDED).astype(bool),
        ".": (commas > 1) & (points == 0),
        ",": (points > 1) & (commas == 0),
    }
    found = np.select([rule.to_numpy() for rule in rules.values()], list(rules), last)
    return pd.Series(found, index=text.index, dtype="str")


def is_missing(texts: pd.Series) -> pd.Series:
    """Return where a text stands for "no number": blank, NA, n/a, null.

    Example:
        >>> is_missing(pd.Series(["NA", " ", "0"])).tolist()
        [True, True, False]
    """
    return texts.str.strip().str.lower().isin(MISSING_NUMBERS)


def cells_lost(n: int) -> str:
    """Return what a note says of cells whose text was not understood.

    Example:
        >>> cells_lost(2)
        '2 cells were not understood and are left empty'
    """
    return counted(n, "cell was not understood and is left empty", "cells were not understood and are left empty")


def as_numbers_if_all(texts: pd.Series, column: str) -> pd.Series | None:
    """Return a column as numbers if every value given is one, else None.

    A column with leading zeros holds codes (007, 01234), not numbers.

    Args:
        texts: Cells of one column.
        column: Its name, for the message.

    Raises:
        DataRefusedError: All are numbers, and nothing tells thousands from decimals.

    Example:
        >>> as_numbers_if_all(pd.Series(["3", "", "4,5"]), "visits").tolist()
        [3.0, nan, 4.5]
        >>> as_numbers_if_all(pd.Series(["01234", "99"]), "zip") is None
        True
    """
    given = texts[~is_missing(texts)]
    if given.empty or given.str.strip().str.match(r"[+-]?0\d").any():
        return None
    if read_numbers(given)[0].isna().any():
        return None
    return parse_numbers(texts.mask(is_missing(texts), ""), column)
