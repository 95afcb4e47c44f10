"""Yes or no, as columns say it that tell employees from customers and whole answers from broken off ones."""

import pandas as pd

from nps_insights.survey.mapping.aliases import plain_name
from nps_insights.survey.sides.attributes import flags_stated

FLAGS = ("internal", "complete")
_WORDS = {
    "internal": {
        True: "employee|employees|staff|internal|test|tester|mitarbeiter|intern|interne|employe|interno|empleado",
        False: "customer|external|real|live|kunde|extern|externe|client|externo|cliente",
    },
    "complete": {
        True: "complete|completed|finished|full|vollstandig|abgeschlossen|complet|complete|termine|completo|completa",
        False: "partial|incomplete|in progress|abandoned|started|unfinished|teilweise|unvollstandig|abgebrochen|"
        "partiel|incomplet|abandonne|parcial|incompleto",
    },
}


def flags_of(name: str, texts: pd.Series) -> pd.Series:
    """Return yes or no for each cell of internal or complete, missing where it says neither.

    Args:
        name: internal or complete.
        texts: The cells.

    Example:
        >>> flags_of("internal", pd.Series(["Employee", "no", "?"])).tolist()
        [True, False, <NA>]
        >>> flags_of("complete", pd.Series(["Partial", "1"])).tolist()
        [False, True]
    """
    known = {word: value for value, words in _WORDS[name].items() for word in words.split("|")}
    said = {text: known.get(plain_name(str(text)), pd.NA) for text in texts.unique()}
    worded = pd.Series([said[text] for text in texts], index=texts.index, dtype="boolean")
    return flags_stated(texts).fillna(worded)
