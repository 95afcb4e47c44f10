"""Turn away, at the door, the rows of people who were forgotten."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from nps_insights.survey.comments import cleaned
from nps_insights.survey.files.raw import RawTable, numbered_reasons
from nps_insights.survey.privacy.forgotten import Forgotten
from nps_insights.survey.privacy.pseudonym_key import PseudonymKey
from nps_insights.survey.privacy.pseudonyms import pseudonyms_of
from nps_insights.tables import counted

# What a person can be forgotten by.
FORGOTTEN_BY = ("account_id", "contact_id", "response_id")
# Kinds of marks for what stood on the rows of a person who was forgotten by another id. Two surveys may number their
# answers alike: an answer's number alone is the person's only where its row names no other customer.
ON_THEIR_ROWS = {"account_id": "their_account", "contact_id": "their_contact", "response_id": "their_response"}
REASON = "is of somebody who was forgotten"
# Above an account that stays: the cell is emptied, as the row is of somebody else.
_PARENT = "parent_id"


def without_forgotten(
    raw: RawTable, columns: Mapping[str, str | None], forgotten: Forgotten, key: PseudonymKey | None = None
) -> RawTable:
    """Return a file without the rows of people who were forgotten; they count as read and filtered.

    Args:
        raw: The file as read, before ids become pseudonyms.
        columns: Field -> its column, or None.
        forgotten: Who was forgotten.
        key: Where ids become pseudonyms: who was forgotten by the pseudonym is known too.

    Example:
        >>> import numpy as np
        >>> from nps_insights.survey.privacy.forgotten import mark_of
        >>> raw = RawTable("a.csv", pd.DataFrame({"id": ["r1", "r2"]}, dtype="str"), np.array([2, 3]), pd.DataFrame())
        >>> known = Forgotten("salt", frozenset({mark_of("response_id", "r1", "salt")}))
        >>> left = without_forgotten(raw, {"response_id": "id"}, known)
        >>> left.frame["id"].tolist(), left.set_aside["reason"].tolist()
        (['r2'], ['is of somebody who was forgotten'])
    """
    if not forgotten.anybody:
        return raw
    frame = raw.frame
    gone = pd.Series(False, index=frame.index)
    others = pd.Series(False, index=frame.index)
    for field in FORGOTTEN_BY:
        if column := columns.get(field):
            gone |= _held(forgotten, field, frame[column], key)
            if field != "response_id":
                named = cleaned(frame[column].fillna("").astype("str")) != ""
                others |= named & ~_held(forgotten, ON_THEIR_ROWS[field], frame[column], key)
    if column := columns.get("response_id"):
        gone |= _held(forgotten, ON_THEIR_ROWS["response_id"], frame[column], key) & ~others
    if parents := columns.get(_PARENT):
        frame = frame.assign(**{parents: frame[parents].mask(_held(forgotten, "account_id", frame[parents], key), "")})
    if not gone.any():
        return replace(raw, frame=frame)
    entries = numbered_reasons([(int(number), REASON) for number in raw.row_numbers[gone.to_numpy()]])
    before = [raw.set_aside] if len(raw.set_aside) else []
    who = counted(int(gone.sum()), "row is of somebody who was", "rows are of people who were")
    told = f"{raw.name}: {who} forgotten; {'it is' if gone.sum() == 1 else 'they are'} left out"
    return replace(
        raw,
        frame=frame[~gone].reset_index(drop=True),
        row_numbers=raw.row_numbers[~gone.to_numpy()],
        set_aside=pd.concat([*before, entries]).sort_values("row_number", ignore_index=True),
        notes=(*raw.notes, told),
    )


def _held(forgotten: Forgotten, field: str, ids: pd.Series, key: PseudonymKey | None) -> pd.Series:
    texts = cleaned(ids.fillna("").astype("str"))
    held = forgotten.holds(field, texts)
    return held if key is None else held | forgotten.holds(field, pseudonyms_of(texts, key))
