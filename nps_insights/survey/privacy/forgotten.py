"""People who asked to be forgotten, as marks that name nobody."""

import hashlib
import hmac
import re
from dataclasses import dataclass

import pandas as pd

from nps_insights.survey.ids.salesforce_ids import one_writing
from nps_insights.tables import visible

_WRAPPED = re.compile(r'\A(?:="(.*)"|(\d+)\.0+|\'?(.*))\Z', re.DOTALL)


def mark_of(field: str, text: str, salt: str) -> str:
    """Return the mark of an id: HMAC-SHA256 (RFC 2104) of field and id under the project's salt.

    Writings that no two customers tell apart have one mark: 007, '007 and ="007"; 7 and 7.0; with or without characters
    that cannot be seen. Who holds the salt can ask whether a given id was forgotten, as the door does; nobody can read
    an id off a mark.

    Example:
        >>> mark_of("account_id", "007", "salt") == mark_of("contact_id", "007", "salt")
        False
    """
    said = f"{field}\0{one_writing(_plainly(text))}"
    return hmac.new(salt.encode("utf-8"), said.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _plainly(text: str) -> str:
    """An id without what spreadsheets and programs write around it: ="007", '007, 7.0, and what cannot be seen."""
    return _WRAPPED.sub(lambda found: found[found.lastindex or 0], visible(text).strip(), count=1)


@dataclass(frozen=True)
class Forgotten:
    """Who was forgotten in a project.

    Attributes:
        salt: The project's own; the same for all marks.
        marks: As `mark_of` makes them.
        beside: Who was forgotten in further projects, each under a salt of its own.

    Example:
        >>> known = Forgotten("salt", frozenset({mark_of("contact_id", "c7", "salt")}))
        >>> known.holds("contact_id", pd.Series(["c7 ", "c8", None])).tolist()
        [True, False, False]
    """

    salt: str = ""
    marks: frozenset[str] = frozenset()
    beside: tuple["Forgotten", ...] = ()

    @property
    def anybody(self) -> bool:
        """Whether anybody was forgotten."""
        return bool(self.marks) or any(one.anybody for one in self.beside)

    def holds(self, field: str, ids: pd.Series) -> pd.Series:
        """Return which ids were forgotten.

        Args:
            field: account_id, contact_id or response_id.
            ids: Ids as text; missing and blank ones are nobody's.

        Returns:
            bool, same index.
        """
        if not self.anybody:
            return pd.Series(False, index=ids.index)
        texts = ids.fillna("").astype("str").str.strip()
        return texts.isin([text for text in texts.unique() if text and self._knows(field, text)])

    def _knows(self, field: str, text: str) -> bool:
        own = bool(self.marks) and mark_of(field, text, self.salt) in self.marks
        return own or any(one._knows(field, text) for one in self.beside)
