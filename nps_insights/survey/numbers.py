"""Numbers as people write them: 1.5, 1,5, 1 234,50, € 12."""

import pandas as pd

# What statistics programs write for "missing"; in a column of numbers it cannot be a value.
MISSING_NUMBERS = frozenset({"", "na", "n/a", "nan", "null", "none", "#n/a", "-"})
_MONEY = r"(?i)^(?:[$€£]|eur|usd|gbp|chf)\s*|\s*(?:[$€£]|eur|usd|gbp|chf|%)$"


def parse_numbers(texts: pd.Series) -> pd.Series:
    """Return texts as numbers, missing where a text is no number.

    Understands decimal points and commas, thousands separated by spaces, apostrophes or the other sign, and
    a currency or percent sign at either end. "1,234" alone is read as one and a bit, like "1,5": where a column
    mixes both signs the last one is the decimal sign.

    Args:
        texts: Any texts.

    Returns:
        float64, same index.

    Example:
        >>> parse_numbers(pd.Series(["1,5", "1.234,50", "€ 12", "n/a"])).tolist()
        [1.5, 1234.5, 12.0, nan]
    """
    unique = pd.Series(texts.unique(), dtype="str")
    text = unique.str.normalize("NFKC").str.strip().str.replace(_MONEY, "", regex=True)
    text = text.str.replace(r"[\s'’](?=\d{3}(?:\D|$))", "", regex=True)
    both = text.str.contains(".", regex=False) & text.str.contains(",", regex=False)
    comma_last = text.str.rfind(",") > text.str.rfind(".")
    text = text.mask(both & comma_last, text.str.replace(".", "", regex=False))
    text = text.mask(both & ~comma_last, text.str.replace(",", "", regex=False))
    text = text.str.replace(",", ".", regex=False)
    plain = text.str.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?").astype(bool)
    values = pd.to_numeric(text.where(plain), errors="coerce").astype("float64")
    values = values.where(values.abs() < 1e300)
    return texts.map(dict(zip(unique, values, strict=True))).astype("float64")


def is_missing(texts: pd.Series) -> pd.Series:
    """Return where a text stands for "no number": blank, NA, n/a, null.

    Example:
        >>> is_missing(pd.Series(["NA", " ", "0"])).tolist()
        [True, True, False]
    """
    return texts.str.strip().str.lower().isin(MISSING_NUMBERS)


def as_numbers_if_all(texts: pd.Series) -> pd.Series | None:
    """Return a column as numbers if every value given is one, else None.

    A column with leading zeros holds codes (007, 01234), not numbers.

    Example:
        >>> as_numbers_if_all(pd.Series(["3", "", "4,5"])).tolist()
        [3.0, nan, 4.5]
        >>> as_numbers_if_all(pd.Series(["01234", "99"])) is None
        True
    """
    given = texts[~is_missing(texts)]
    if given.empty or given.str.strip().str.match(r"[+-]?0\d").any():
        return None
    if parse_numbers(given).isna().any():
        return None
    return parse_numbers(texts).mask(is_missing(texts))
