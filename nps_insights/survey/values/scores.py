"""Read scores: what a person plainly means is understood, everything else is refused with its reason."""

import re
import unicodedata

import numpy as np
import pandas as pd

_NUMBER = r"[+-]?\d{1,6}(?:\.\d{1,9}|,\d{1,2})?"
_LABEL = r"[^\d]*"
# A word that joins numbers or opens a range says that the number before it is not the whole answer.
_OPEN = r"(?:or|to|and|till|bis|oder|und|ou|et|à|o|y|plus|more|less|mehr|%|\+|/|,|\.|-$|–$)"
_PLAIN = re.compile(rf"({_NUMBER})")
_OUT_OF = re.compile(rf"({_NUMBER})\s*(?:/|out of|of|von|sur|de|su)\s*(\d{{1,6}})", re.IGNORECASE)
_LABELLED = re.compile(rf"({_NUMBER})\s*(?:[-–—:=.]\s+|[:=]|\()\s*(?!{_OPEN}\b){_LABEL}", re.IGNORECASE)
_WITH_WORDS = re.compile(rf"({_NUMBER})\s+(?!{_OPEN})[^\W\d]{_LABEL}", re.IGNORECASE)
_LABEL_FIRST = re.compile(r"[^\W\d][^\d]*(?:\s[-–—]\s+|:\s*|\()(\d{1,6})\)?")


def parse_scores(
    texts: pd.Series, *, low: pd.Series | float | None = None, high: pd.Series | float | None = None
) -> pd.DataFrame:
    """Return the score that each text states, or the reason why it states none.

    Understood are 9, " 9 ", ９, 10.0, 9,0, 10/10, "9 out of 10", "9 - Very likely", "Very likely (9)". A text
    with two numbers, a word without number, a decimal such as 7.5 and a number outside the scale are refused.

    Args:
        texts: Score cells.
        low: Lowest score of the scale, for all rows or per row; None: no bound.
        high: Highest score of the scale, likewise; "10/10" must name it.

    Returns:
        One row per text, same index: `score` (float, missing where refused), `reason` ("" where understood;
        a blank text is "blank").

    Example:
        >>> parse_scores(pd.Series(["11", "7.5", "9 or 10", "Promoter"]), low=0, high=10)["reason"].tolist()
        ['is outside 0-10', 'is not a whole number', 'is not a number by itself', 'is not a number']
        >>> parse_scores(pd.Series(["9 - Very likely", "10/10", "9,0"]), low=0, high=10)["score"].tolist()
        [9.0, 10.0, 9.0]
    """
    codes, unique = pd.factorize(texts)
    read = [_understood(str(text)) for text in unique]
    number = np.array([value for value, _, _ in read] or [np.nan], dtype="float64")[codes]
    out_of = np.array([top for _, top, _ in read] or [np.nan], dtype="float64")[codes]
    reason = np.array([why for _, _, why in read] or [""], dtype=object)[codes]
    lowest = np.broadcast_to(np.asarray(-np.inf if low is None else low, dtype="float64"), number.shape)
    highest = np.broadcast_to(np.asarray(np.inf if high is None else high, dtype="float64"), number.shape)
    understood = reason == ""
    other_scale = understood & np.isfinite(highest) & ~np.isnan(out_of) & (out_of != highest)
    reason[other_scale] = [
        f"is out of {top:g}, and the scale ends at {end:g}"
        for top, end in zip(out_of[other_scale], highest[other_scale], strict=True)
    ]
    outside = understood & ~other_scale & ((number < lowest) | (number > highest))
    reason[outside] = [f"is outside {a:g}-{b:g}" for a, b in zip(lowest[outside], highest[outside], strict=True)]
    decimal = understood & ~other_scale & ~outside & (number != np.floor(number))
    reason[decimal] = "is not a whole number"
    score = pd.Series(np.where(reason == "", number, np.nan), index=texts.index, name="score")
    return pd.DataFrame({"score": score, "reason": pd.Series(reason, index=texts.index, dtype="str")})


def numbers_stated(texts: pd.Series) -> pd.Series:
    """Return the number that each text states on any scale, decimals included; missing where it states none.

    Example:
        >>> numbers_stated(pd.Series(["4 - good", "7.5", "none"])).tolist()
        [4.0, 7.5, nan]
    """
    codes, unique = pd.factorize(texts)
    numbers = np.array([_understood(str(text))[0] for text in unique] or [np.nan], dtype="float64")
    return pd.Series(numbers[codes], index=texts.index)


def _understood(text: str) -> tuple[float, float, str]:
    """Number, the top of its scale where the text names one, and why not."""
    plain = " ".join(unicodedata.normalize("NFKC", text).replace("−", "-").split())
    if not plain:
        return np.nan, np.nan, "blank"
    # A superscript becomes a plain digit when normalised: 7² is not 72.
    superscript = any(c.isdigit() and not c.isdecimal() for c in text)
    if superscript or len(plain) > 200 or not plain.isprintable():
        return np.nan, np.nan, "is not a number by itself"
    if found := _PLAIN.fullmatch(plain):
        return _value(found[1]), np.nan, ""
    if found := _OUT_OF.fullmatch(plain):
        return _value(found[1]), float(found[2]), ""
    for pattern in (_LABELLED, _WITH_WORDS, _LABEL_FIRST):
        if found := pattern.fullmatch(plain):
            return _value(found[1]), np.nan, ""
    reason = "is not a number by itself" if any(c.isdigit() for c in plain) else "is not a number"
    return np.nan, np.nan, reason


def _value(text: str) -> float:
    return float(text.replace(",", "."))
