"""Take a person out of a table: rows of theirs go, and cells of others that quote or name them are emptied."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.jobs.forgetting.person import GONE, Person, words_of
from nps_insights.tables import TABLES

# What of an account's row tells of the one contact who answered for it.
_OF_A_CONTACT = (
    "contact_id", "contact_role", "last_score", "answered_at", "category", "quote", "reason", "reason_1", "reason_2",
    "reason_3",
)  # fmt: skip
_ROW_OF = ("response_id", "account_id")
# Columns of ids, and of which kind: the same number as an id of another kind is somebody else.
KIND_OF = {
    "response_id": "response_id",
    "account_id": "account_id",
    "contact_id": "contact_id",
    "parent_id": "account_id",
}
_KEYWORDS = "keywords"
# What themes are called, and what analysts decided about them: single words of comments stand there too.
_NAMES = ("label", "theme_label", "given")


def without_person(name: str, table: pd.DataFrame, person: Person) -> pd.DataFrame:
    """Return a table in which nothing of a person is left.

    Rows under their answers and accounts go, and so do rows under a contact, save those of a list of accounts (such as
    `flags`): there the account stays and what the contact said goes. Other cells that hold an id or a sentence of
    theirs are emptied, or say "[forgotten]" where the contract wants a value.

    Args:
        name: Name of the table, in or outside the contract.
        table: The table.
        person: Who is forgotten.

    Example:
        >>> person = Person({"response_id": frozenset({"r1"})}, frozenset({"The zebra bit me"}), frozenset({"zebra"}))
        >>> said = pd.DataFrame({"response_id": ["r1", "r2"], "text": ["The zebra bit me", "Fine"]})
        >>> without_person("comments", said, person)["text"].tolist()
        ['Fine']
        >>> themes = pd.DataFrame({"keywords": ["zebra, stable"], "example": ["The zebra bit me"]})
        >>> without_person("themes", themes, person).iloc[0].tolist()
        ['stable', '[forgotten]']
    """
    left = table[~_rows_of(table, person)]
    left = _without_contact(name, left, person)
    emptied = {}
    for column in left.select_dtypes(["object", "string"]).columns:
        told = _cells(left[column], person) if column not in KIND_OF else _ids(left[column], person)
        if column == _KEYWORDS:
            told = left[column].map(person.out_of_keywords, na_action="ignore").astype(left[column].dtype)
        elif column in _NAMES:
            told = told.map(lambda name: _name_without(name, person), na_action="ignore").astype(left[column].dtype)
        if not told.equals(left[column]):
            emptied[column] = told.mask(told == GONE) if _may_be_empty(name, str(column)) else told
    return left.assign(**emptied).reset_index(drop=True)


def with_other_examples(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return tables whose themes are shown by another sentence where theirs is gone: that of the strongest mention.

    Args:
        tables: Tables of a run, after `without_person`.
    """
    themes = tables.get("themes")
    if themes is None or "example" not in themes or not (themes["example"] == GONE).any():
        return dict(tables)
    said = tables["mentions"].merge(tables["segments"][["segment_id", "text"]], on="segment_id")
    said = said.sort_values(["strength", "segment_id"], ascending=[False, True])
    strongest = said.drop_duplicates("theme_id").set_index("theme_id")["text"]
    below = themes.dropna(subset=["parent_id"]) if "parent_id" in themes else themes.head(0)
    of_parents = below.assign(text=below["theme_id"].map(strongest)).dropna(subset=["text"])
    of_parents = of_parents.drop_duplicates("parent_id").set_index("parent_id")["text"]
    found = themes["theme_id"].map(strongest).fillna(themes["theme_id"].map(of_parents)).fillna(GONE)
    return {**tables, "themes": themes.assign(example=themes["example"].where(themes["example"] != GONE, found))}


def _rows_of(table: pd.DataFrame, person: Person) -> pd.Series:
    gone = pd.Series(False, index=table.index)
    for column in (name for name in _ROW_OF if name in table):
        gone |= table[column].astype("str").isin(person.ids.get(column, ()))
    if "contact_id" in table and not _lists_accounts(table):
        gone |= table["contact_id"].astype("str").isin(person.ids.get("contact_id", ()))
    return gone


def _lists_accounts(table: pd.DataFrame) -> bool:
    """Whether a row is an account that stays, and the contact only whom to ask for."""
    return "account_id" in table and not {"response_id", "action", "sent_at"} & set(table.columns)


def _without_contact(name: str, table: pd.DataFrame, person: Person) -> pd.DataFrame:
    if "contact_id" not in table or not _lists_accounts(table):
        return table
    theirs = table["contact_id"].astype("str").isin(person.ids.get("contact_id", ()))
    if not theirs.any():
        return table
    columns = [column for column in _OF_A_CONTACT if column in table]
    texts = [column for column in columns if not _may_be_empty(name, column)]
    return table.assign(**{one: table[one].mask(theirs, GONE if one in texts else None) for one in columns})


def _may_be_empty(name: str, column: str) -> bool:
    if name not in TABLES:
        return False
    return any(one.name == column and one.nullable for one in TABLES[name].columns)


def _cells(values: pd.Series, person: Person) -> pd.Series:
    changed = {value: person.out_of(value) for value in values.dropna().unique() if isinstance(value, str)}
    changed = {value: told for value, told in changed.items() if told != value}
    return values.map(lambda one: changed.get(one, one), na_action="ignore").astype(values.dtype) if changed else values


def _ids(values: pd.Series, person: Person) -> pd.Series:
    theirs = person.ids.get(KIND_OF[str(values.name)], frozenset())
    return values.mask(values.isin(list(theirs)), GONE)


def _name_without(name: str, person: Person) -> str:
    return GONE if words_of(name) & person.words else name
