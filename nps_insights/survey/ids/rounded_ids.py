"""Ids that a spreadsheet rounded: 118436561982 became 1.18E+11, and thousands of ids are one."""

import pandas as pd

_EXPONENT = r"\d(?:[.,]\d+)?[eE]\+\d{1,3}"


def rounded_ids(texts: pd.Series) -> str:
    """Return what is wrong with a column of ids that a spreadsheet rounded, or "".

    Args:
        texts: The cells.

    Example:
        >>> rounded_ids(pd.Series(["1.18E+11", "1.18E+11", "7"]))[:58]
        '2 of 3 ids are in exponent form (1.18E+11): a spreadsheet '
    """
    given = texts.str.strip()
    given = given[given != ""]
    rounded = given[given.str.fullmatch(_EXPONENT)]
    if rounded.empty:
        return ""
    return (
        f"{len(rounded):,} of {len(given):,} ids are in exponent form ({rounded.iloc[0]}): a spreadsheet rounded them "
        "when it saved the file, and they no longer tell anybody apart; export the file again and do not save it "
        "from a spreadsheet"
    )
