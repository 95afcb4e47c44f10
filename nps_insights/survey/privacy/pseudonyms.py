"""Pseudonyms: ids that only who holds the key can trace back, the same in every file of the house."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from nps_insights.survey.comments import cleaned
from nps_insights.survey.files.read import RawTable
from nps_insights.survey.ids.customer_ids import names_nobody
from nps_insights.survey.ids.salesforce_ids import one_writing
from nps_insights.survey.privacy.pseudonym_key import KEY_VARIABLE, PseudonymKey
from nps_insights.tables import DataRefusedError

_PREFIX, _DIGITS = "p_", 20
# Fields that name a person, a company, or an answer that the survey tool can trace to one.
_FIELDS = ("account_id", "contact_id", "response_id", "comment_id", "parent_id")


def pseudonym(text: str, key: PseudonymKey) -> str:
    """Return the pseudonym of an id: the first 80 bits of HMAC-SHA256 (RFC 2104).

    What is a pseudonym already stays: lists that come back with pseudonyms join as well as those with real ids.

    Example:
        >>> pseudonym("007", PseudonymKey(b"sixteen letters and more"))
        'p_66e3099046344605017e'
    """
    if is_pseudonym(text):
        return text
    # Salesforce writes one account with 15 or 18 characters; both must get one pseudonym.
    return _PREFIX + hmac.new(key.secret, one_writing(text).encode("utf-8"), hashlib.sha256).hexdigest()[:_DIGITS]


def is_pseudonym(text: str) -> bool:
    """Return whether an id looks like one that `pseudonym` made.

    Example:
        >>> is_pseudonym("p_66e3099046344605017e"), is_pseudonym("007")
        (True, False)
    """
    rest = text.removeprefix(_PREFIX)
    return text != rest and len(rest) == _DIGITS and all(one in "0123456789abcdef" for one in rest)


def pseudonyms_of(ids: pd.Series, key: PseudonymKey) -> pd.Series:
    """Return ids as pseudonyms; blank ones and placeholders such as "N/A" stay as they are.

    Args:
        ids: Ids as text; missing ones stay missing.
        key: The key.

    Raises:
        DataRefusedError: Two ids have one pseudonym.

    Example:
        >>> pseudonyms_of(pd.Series(["007", "N/A", ""]), PseudonymKey(b"sixteen letters and more")).tolist()
        ['p_66e3099046344605017e', 'N/A', '']
    """
    texts = cleaned(ids.fillna("").astype("str"))
    nobody = names_nobody(texts) | (texts == "")
    known = {text: pseudonym(text, key) for text in texts[~nobody].unique()}
    if len(set(known.values())) < len({one_writing(text) for text in known}):
        raise DataRefusedError(
            f"privacy.pseudonyms: two of {len(known):,} ids have the same pseudonym; choose another {KEY_VARIABLE}"
        )
    return texts.map(known).where(~nobody, texts).astype("str").where(ids.notna())


def with_pseudonyms(raw: RawTable, columns: Mapping[str, str | None], key: PseudonymKey | None) -> RawTable:
    """Return a file in which the ids of people, companies and answers are pseudonyms.

    Args:
        raw: The file as read.
        columns: Field -> its column, or None.
        key: The key; without one the file comes back as it is.

    Example:
        >>> import numpy as np
        >>> raw = RawTable("a.csv", pd.DataFrame({"Kunde": ["007"]}, dtype="str"), np.array([2]), pd.DataFrame())
        >>> with_pseudonyms(raw, {"account_id": "Kunde"}, PseudonymKey(b"sixteen letters and more")).frame.iloc[0, 0]
        'p_66e3099046344605017e'
    """
    if key is None:
        return raw
    changed = dict.fromkeys(column for name, column in columns.items() if name in _FIELDS and column)
    return replace(raw, frame=raw.frame.assign(**{one: pseudonyms_of(raw.frame[one], key) for one in changed}))


def reversed_ids(ids: Iterable[str], known_ids: Iterable[str], key: PseudonymKey) -> dict[str, str]:
    """Return pseudonym -> real id, for those of `ids` that a known id has; nothing else can reverse them.

    Args:
        ids: Pseudonyms.
        known_ids: Real ids at hand, such as those of the accounts' file.
        key: The key under which the pseudonyms were made.

    Raises:
        DataRefusedError: Two known ids have one pseudonym.

    Example:
        >>> key = PseudonymKey(b"sixteen letters and more")
        >>> reversed_ids(["p_66e3099046344605017e", "p_00000000000000000000"], ["007", "008"], key)
        {'p_66e3099046344605017e': '007'}
    """
    real = pd.Series(sorted({one.strip() for one in known_ids} - {""}), dtype="str")
    back = dict(zip(pseudonyms_of(real, key), real, strict=True))
    return {one: back[one] for one in dict.fromkeys(ids) if one in back}
