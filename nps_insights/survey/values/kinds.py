"""Which kind of survey an answer or invitation belongs to: tools write it in many ways, the tables in two."""

import pandas as pd

from nps_insights.survey.ledger import Ledger
from nps_insights.survey.mapping.aliases import plain_name
from nps_insights.survey.values.numbers import is_missing

SURVEY_KINDS = ("relational", "transactional")
_SAID = {
    "relational": "relational|relationship|relation|rnps|r nps|relational nps|relationship nps|nps relational|"
    "nps relationship|relational survey|relationship survey|relationnel|relationnelle|beziehung|relacional|"
    "relazionale|relationeel",
    "transactional": "transactional|transaction|tnps|t nps|transactional nps|transaction nps|nps transactional|"
    "transactional survey|transaction survey|transactionnel|transactionnelle|transaktional|transaktion|transaccional|"
    "transacional|transazionale|transactioneel",
}
_KIND = {word: kind for kind, words in _SAID.items() for word in words.split("|")}


def survey_kinds(texts: pd.Series) -> pd.Series:
    """Return relational or transactional for each cell, missing where it is blank or names neither.

    Args:
        texts: The cells.

    Example:
        >>> survey_kinds(pd.Series(["rNPS", "Relationship", "t-NPS", "pulse", ""])).fillna("?").tolist()
        ['relational', 'relational', 'transactional', '?', '?']
    """
    found = {text: _KIND.get(plain_name(str(text))) for text in texts.unique()}
    return texts.map(found).astype("str")


def unknown_kinds(texts: pd.Series) -> str:
    """Return the first texts that name no kind of survey, in quotes; "" if all cells do or are blank.

    Example:
        >>> unknown_kinds(pd.Series(["rNPS", "pulse", "exit", ""]))
        "'exit', 'pulse'"
    """
    strange = texts[survey_kinds(texts).isna() & ~is_missing(texts)].str.strip()
    shown = sorted(strange.unique())
    return ", ".join(map(repr, shown[:3])) + (", ..." if len(shown) > 3 else "")


def quarantine_unknown_kinds(ledger: Ledger, texts: pd.Series) -> None:
    """Refuse rows of which the column of kinds, that the user stated, names neither kind.

    They would otherwise be pooled with one of the two, and nobody could tell with which.

    Args:
        ledger: Books of the file; changed.
        texts: Cells of the column.

    Example:
        >>> import numpy as np
        >>> from nps_insights.survey.files.read import RawTable
        >>> frame = pd.DataFrame({"kind": ["rNPS", "pulse"]}, dtype="str")
        >>> ledger = Ledger(RawTable("export.csv", frame, np.array([2, 3]), pd.DataFrame()))
        >>> quarantine_unknown_kinds(ledger, frame["kind"])
        >>> ledger.quarantined_rows()["reason"].tolist()
        ['is neither relational nor transactional']
    """
    strange = survey_kinds(texts).isna() & ~is_missing(texts)
    ledger.quarantine(strange, "survey", "is neither relational nor transactional", texts)
