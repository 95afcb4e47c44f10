"""Ids of Salesforce: 15 characters in which case counts, or 18 of which the last three tell the case."""

import re

import pandas as pd

_ACCOUNT = re.compile(r"001[0-9A-Za-z]{12}(?:[A-Z0-5]{3})?")
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def is_account_id(text: str) -> bool:
    """Return whether a text is written like the id of a Salesforce account; of 18 characters the last three must fit.

    Example:
        >>> is_account_id("001D000000IqhSL"), is_account_id("001D000000IqhSLIAZ"), is_account_id("001D000000IqhSLIAA")
        (True, True, False)
    """
    if not _ACCOUNT.fullmatch(text):
        return False
    return len(text) == 15 or whole_id(text[:15]) == text


def whole_id(text: str) -> str:
    """Return an id of 15 characters with the three that tell its case.

    Each of the three stands for five characters: its place among A-Z and 0-5 has a bit for every capital letter.

    Example:
        >>> whole_id("001D000000IqhSL")
        '001D000000IqhSLIAZ'
    """
    fives = [text[start : start + 5] for start in (0, 5, 10)]
    bits = [sum(1 << place for place, letter in enumerate(five) if "A" <= letter <= "Z") for five in fives]
    return text + "".join(_DIGITS[bit] for bit in bits)


def one_writing(text: str) -> str:
    """Return the id of a Salesforce account with its 18 characters, and any other text as it is.

    Only for comparing: customers of others may have ids that look alike.

    Example:
        >>> one_writing("001D000000IqhSL"), one_writing("C-1001")
        ('001D000000IqhSLIAZ', 'C-1001')
    """
    return whole_id(text) if len(text) == 15 and is_account_id(text) else text


def with_listed_ids(table: pd.DataFrame, accounts: pd.DataFrame | None) -> pd.DataFrame:
    """Return a table in which Salesforce's account ids are written as the list of accounts writes them.

    Args:
        table: Any table; without account_id it comes back as it is.
        accounts: Table `accounts`, or None.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["001D000000IqhSLIAZ"]})
        >>> with_listed_ids(pd.DataFrame({"account_id": ["001D000000IqhSL"]}), accounts)["account_id"].tolist()
        ['001D000000IqhSLIAZ']
    """
    if accounts is None or "account_id" not in table:
        return table
    return table.assign(account_id=as_listed(table["account_id"], accounts["account_id"])[0])


def as_listed(ids: pd.Series, listed: pd.Series) -> tuple[pd.Series, int]:
    """Return ids as the list of accounts writes them: 15 characters become the 18 of the same account, or the reverse.

    Only an id that the list lacks changes, and only into one that it has; no other id is touched, and none loses its
    case.

    Args:
        ids: account_id of each response; missing where unknown.
        listed: account_id of each account.

    Returns:
        The ids, same index, and how many of them changed.

    Example:
        >>> as_listed(pd.Series(["001D000000IqhSL", "x"]), pd.Series(["001D000000IqhSLIAZ"]))[0].tolist()
        ['001D000000IqhSLIAZ', 'x']
    """
    present = set(listed.dropna())
    known = {}
    for text in ids.dropna().unique():
        if text in present or not is_account_id(text):
            continue
        other = whole_id(text) if len(text) == 15 else text[:15]
        if other in present:
            known[text] = other
    if not known:
        return ids, 0
    changes = ids.isin(list(known))
    return ids.mask(changes, ids.map(known)).astype(ids.dtype), int(changes.sum())
