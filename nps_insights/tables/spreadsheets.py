"""Text on its way into a spreadsheet, and back: what a person wrote is shown, never run, and keeps its meaning.

In an Excel file a text is a text, whatever it begins with. A CSV file cannot say so: a program that opens one may run
a cell that begins like a formula. Such a cell gets one apostrophe before it, and nothing else does: numbers, dates and
phone numbers in groups ("+1 415 555") stay as they are, because no program takes them for a formula. Where the comma is
the decimal sign, a program takes a semicolon or a tab for the end of a cell, and a quotation mark within one for a
character; so what stands behind ; or | or a tab or at the beginning of a line is looked at as a cell of its own.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Full-width signs begin a formula where the keyboard is Japanese or Chinese.
_SIGNS = "=+\\-@＝＋－＠"
_BEGINS_LIKE_FORMULA = re.compile(rf"'*[\s\x00-\x1f\ufeff\u200b-\u200f\u2060]*[{_SIGNS}]|'*[\t\r\n]")
_NUMBER_OR_PHONE = re.compile(r"[+-]\d+(?:[.,]\d+)*%?|\+?\d+(?: \(?\d+\)?)+")
_WRITTEN = re.compile(rf"'(?={_BEGINS_LIKE_FORMULA.pattern})")
_PART = re.compile(r"(?<=[;|\t\r\n])[^;|\t\r\n]+")
_PART_LIKE_FORMULA = re.compile(rf"'*[\s\x00-\x1f\ufeff\u200b-\u200f\u2060\"]*[{_SIGNS}]")


def not_a_formula(value: str) -> str:
    """Return a value that a spreadsheet shows instead of running: one that begins like a formula gets an apostrophe.

    Args:
        value: Text of a cell of a CSV file.

    Example:
        >>> [not_a_formula(text) for text in ("=1+1", "-great", "+1-415-555", "=)", "11", "-5.5", "+1 415 555")]
        ["'=1+1", "'-great", "'+1-415-555", "'=)", '11', '-5.5', '+1 415 555']
        >>> not_a_formula("nice;=1+1")
        "nice;'=1+1"
    """
    value = _PART.sub(lambda part: "'" + part[0] if _runs(_PART_LIKE_FORMULA, part[0]) else part[0], value)
    return "'" + value if _runs(_BEGINS_LIKE_FORMULA, value) else value


def as_it_was(value: str) -> str:
    """Take the apostrophe of `not_a_formula` off again.

    Example:
        >>> [as_it_was(not_a_formula(text)) for text in ("=)", "'=)", "-great", "it's", "'quoted'", "+1 415 555")]
        ['=)', "'=)", '-great', "it's", "'quoted'", '+1 415 555']
    """
    value = value[1:] if _WRITTEN.match(value) else value
    return _PART.sub(lambda part: part[0][1:] if _is_written(part[0]) else part[0], value)


def _runs(begins: re.Pattern[str], text: str) -> bool:
    return bool(begins.match(text)) and not _NUMBER_OR_PHONE.fullmatch(text)


def _is_written(part: str) -> bool:
    return part.startswith("'") and bool(_PART_LIKE_FORMULA.match(part[1:]))


def texts_as_they_were(table: "pd.DataFrame") -> "pd.DataFrame":
    """Take the apostrophes of `not_a_formula` off every text of a table that was read from our own CSV file.

    Args:
        table: Any columns; those that hold no text stay as they are.

    Example:
        >>> import pandas as pd
        >>> texts_as_they_were(pd.DataFrame({"id": ["'-7"], "n": [1]})).to_dict("records")
        [{'id': '-7', 'n': 1}]
    """
    texts = table.select_dtypes(["object", "string"]).columns
    changed = {name: table[name].map(as_it_was, na_action="ignore") for name in texts}
    return table.assign(**changed)
