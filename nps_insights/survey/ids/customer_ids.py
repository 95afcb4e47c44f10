"""Which customer answered: ids that stand for nobody are missing, not one big account."""

import dataclasses

import pandas as pd

from nps_insights.survey.mapping.columns import ColumnMapping
from nps_insights.tables import DataRefusedError

# fmt: off
_NOBODY = frozenset({
    "n/a", "na", "n.a.", "#n/a", "#na", "<na>", "nan", "none", "null", "(null)", "nil", "unknown", "undefined",
    "missing", "blank", "(blank)", "empty", "anonymous", "not available", "not applicable", "not assigned",
    "unassigned", "unbekannt", "keine", "k.a.", "anonym", "inconnu", "aucun", "anonyme",
})
# fmt: on


def names_nobody(texts: pd.Series) -> pd.Series:
    """Return where an id is a placeholder: "N/A", "-", "unknown", or anything without a letter or digit.

    Args:
        texts: Ids; blank ones are not placeholders.

    Example:
        >>> names_nobody(pd.Series(["#N/A", "-", "Unknown", "0000", ""])).tolist()
        [True, True, True, False, False]
    """
    plain = texts.str.strip().str.lower()
    return plain.isin(_NOBODY) | plain.str.fullmatch(r"[\W_]+").astype(bool)


def customer_ids(texts: pd.Series, name: str) -> tuple[pd.Series, list[str]]:
    """Return the ids of customers, missing where blank or a placeholder, and a note that counts the placeholders.

    Args:
        texts: Cells, stripped.
        name: Field, for the note.

    Example:
        >>> customer_ids(pd.Series(["007", "N/A", ""]), "account_id")[1]
        ["account_id: 1 cell is a placeholder ('N/A') and is read as missing"]
    """
    nobody = names_nobody(texts)
    ids = texts.mask(nobody | (texts == ""))
    if not nobody.any():
        return ids, []
    n, shown = int(nobody.sum()), ", ".join(map(repr, sorted(texts[nobody].unique())[:3]))
    words = "cell is a placeholder" if n == 1 else "cells are placeholders"
    return ids, [f"{name}: {n:,} {words} ({shown}) and {'is' if n == 1 else 'are'} read as missing"]


def without_lone_account(
    responses: pd.DataFrame, mapping: ColumnMapping, *, joining: bool
) -> tuple[pd.DataFrame, ColumnMapping, list[str]]:
    """Drop an account_id that is the same for all responses: it tells nothing, and would make them one cluster.

    Args:
        responses: One row per response.
        mapping: Which column is which field.
        joining: Whether accounts are to be joined by account_id.

    Returns:
        The responses and the mapping, without account_id where it is dropped, and the note that says so.

    Raises:
        DataRefusedError: Accounts are to be joined by it.

    Example:
        >>> mapping = ColumnMapping({"account_id": ("Client",)}, {"account_id": "by its name"})
        >>> same = pd.DataFrame({"response_id": ["a", "b"], "account_id": ["x", "x"]})
        >>> without_lone_account(same, mapping, joining=False)[2]
        ["account_id: every response has the same value 'x', so it is not used"]
    """
    if "account_id" not in responses or len(responses) < 2:
        return responses, mapping, []
    ids = responses["account_id"]
    if (ids != ids.iloc[0]).any():
        return responses, mapping, []
    said = f"account_id: every response has the same value {ids.iloc[0]!r}"
    if joining:
        raise DataRefusedError(
            f"{said}, so accounts cannot be joined by it; state the column that holds the account's id: "
            '--columns account_id="...", in a pipeline file under [columns]'
        )
    left = {name: columns for name, columns in mapping.columns.items() if name != "account_id"}
    unused = (*mapping.unused, *(c for c in mapping.columns["account_id"] if c not in mapping.attributes))
    changed = dataclasses.replace(mapping, columns=left, unused=unused)
    return responses.drop(columns="account_id"), changed, [f"{said}, so it is not used"]
