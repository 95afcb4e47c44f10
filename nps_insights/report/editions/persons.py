"""Columns that tell single persons or accounts: what is grouped by them leaves no house and stands before no board."""

import re
from collections.abc import Collection, Iterable, Mapping

import pandas as pd

from nps_insights.report.editions.nested_periods import ALL_TIME, Span
from nps_insights.tables import ATTRIBUTE_PREFIX

# Fields of the tables, whatever the file called them.
PERSON_FIELDS = frozenset(
    {"account_id", "contact_id", "agent_id", "response_id", "comment_id", "owner", "account_name", "parent_id"}
)
# As reports are written without anybody who says which column of the file became which field.
_SAID_SO = frozenset(
    {
        *("account", "account name", "account number", "account owner", "account manager", "agent", "agent name"),
        *("client", "client id", "client name", "company", "company id", "company name", "company owner", "contact"),
        *("contact name", "contact owner", "csm", "customer", "customer id", "customer name", "customer number"),
        *("customer success manager", "e mail", "email", "full name", "key account manager", "mail", "name"),
        *("kunde", "kundenname", "kundennummer", "person", "phone", "record id", "sales rep", "user", "user id"),
    }
)
# As for drivers: more values than this, and more than half as many as there are accounts.
_MOST_VALUES, _MOST_SHARE = 20, 0.5
_AND = " & "


def person_columns(tables: Mapping[str, pd.DataFrame], stated: Collection[str] = ()) -> frozenset[str]:
    """Return the columns, by which the tables are grouped, that tell persons or accounts.

    A column does where it is one of the fields that name somebody, came from a column of the file that was read as one,
    is called like one, or holds another value for nearly every account (every answer where there are no accounts). Of
    columns that are crossed ("plan & owner") one is enough.

    Args:
        tables: Tables of a run; `responses` may be among them.
        stated: Columns of the files that were read as such fields.

    Example:
        >>> groups = pd.DataFrame({"by": ["plan", "Owner", "Betreuer", "plan & agent_id"], "group": list("abcd")})
        >>> sorted(person_columns({"estimates": groups}, ["Betreuer"]))
        ['Betreuer', 'Owner', 'plan & agent_id']
    """
    columns = [table[name] for table in tables.values() for name in ("by", "dimension") if name in table]
    # Its groups are the columns by which answers were held against each other.
    columns += [tables[name]["group"] for name in ("comparability",) if name in tables]
    grouped = {str(name) for column in columns for name in column.dropna().unique()}
    drivers = [table["driver_id"].map(attribute_of) for table in tables.values() if "driver_id" in table]
    found = grouped | {str(name) for column in drivers for name in column.unique()}
    known = {_plain(name) for name in (*PERSON_FIELDS, *stated)} | _SAID_SO
    responses = tables.get("responses", pd.DataFrame())
    return frozenset(
        name
        for name in found - {""}
        if any(_plain(one) in known or _tells_each(one, responses, name in grouped) for one in name.split(_AND))
    )


def crossed_columns(tables: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """Return the columns, by which the tables are grouped, that are several at once, such as "plan & region".

    Their groups add up to those of each of their columns: a small one could be computed from a large group and the
    others.

    Example:
        >>> sorted(crossed_columns({"estimates": pd.DataFrame({"by": ["plan", "plan & region"]})}))
        ['plan & region']
    """
    names = [table["by"].dropna() for table in tables.values() if "by" in table]
    return frozenset(str(name) for column in names for name in column.unique() if _AND in str(name))


def cells_of_one(tables: Mapping[str, pd.DataFrame], spans: Iterable[Span]) -> frozenset[tuple[str, str, Span]]:
    """Return the (column, group, period) all of whose answers one account gave: its figure is that account's.

    Args:
        tables: Tables of a run; nothing is found without `responses`, or where these name no accounts.
        spans: Periods to look at; a period of all answers is one of the column "" and the group "".

    Example:
        >>> groups = pd.DataFrame({"by": ["plan", "plan"], "group": ["Pro", "Custom"]})
        >>> answers = {"account_id": ["a", "b", "c", "c"], "attribute/plan": ["Pro", "Pro", "Custom", "Custom"]}
        >>> [cell[:2] for cell in cells_of_one({"estimates": groups, "responses": pd.DataFrame(answers)}, [ALL_TIME])]
        [('plan', 'Custom')]
    """
    responses = tables.get("responses", pd.DataFrame())
    if "account_id" not in responses or responses["account_id"].nunique() < 2:
        return frozenset()
    columns = {str(name) for table in tables.values() if "by" in table for name in table["by"].dropna().unique()}
    found: set[tuple[str, str, Span]] = set()
    for span in spans:
        own = responses if span == ALL_TIME else _within(responses, span)
        for name in columns:
            column = _column_of(name, own) if name else None
            if name and (column is None or column == "account_id"):
                continue
            groups = own[column] if column else pd.Series("", index=own.index)
            # Answers without an account may be of anybody.
            accounts = own["account_id"].groupby(groups).agg(["nunique", "count", "size"])
            alone = accounts[(accounts["nunique"] == 1) & (accounts["count"] == accounts["size"])]
            found |= {(name, str(group), span) for group in alone.index}
    return frozenset(found)


def attribute_of(driver_id: str) -> str:
    """Return the column of a driver that is an attribute, "" for any other.

    Example:
        >>> attribute_of("attribute/plan/Pro"), attribute_of("attribute/years"), attribute_of("theme/t01")
        ('plan', 'years', '')
    """
    kind, _, rest = driver_id.partition("/")
    return rest.partition("/")[0] if kind == ATTRIBUTE_PREFIX.rstrip("/") else ""


def _within(responses: pd.DataFrame, span: Span) -> pd.DataFrame:
    if "responded_at" not in responses:
        return responses.head(0)
    return responses[responses["responded_at"].dt.normalize().between(*span)]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.removeprefix(ATTRIBUTE_PREFIX)).strip().casefold()


def _column_of(name: str, responses: pd.DataFrame) -> str | None:
    return next((one for one in (ATTRIBUTE_PREFIX + name, name) if one in responses), None)


def _tells_each(name: str, responses: pd.DataFrame, is_grouped: bool) -> bool:
    column = _column_of(name, responses)
    if column is None:
        return False
    # A figure such as years is told per step of it; as groups, numbers are names like any other.
    if not is_grouped and pd.api.types.is_numeric_dtype(responses[column].dtype):
        return False
    given = responses[responses[column].notna()]
    n_values = given[column].nunique()
    accounts = given["account_id"].nunique() if "account_id" in given else 0
    return bool(n_values > max(_MOST_VALUES, _MOST_SHARE * (accounts or len(given))))
