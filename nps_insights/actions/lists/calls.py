"""Whom to call first: the flags, with what became of earlier calls."""

from collections.abc import Sequence

import pandas as pd

from nps_insights.tables import CATEGORIES, DataRefusedError

_CALLED, _LEFT_ALONE = "flagged", "suppressed"
_OF_ACCOUNTS = ["left_alone", "value", "account_name", "owner"]
_REASONS = ("reason_1", "reason_2", "reason_3")


def flags_of_moment(flags: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the flags of the latest night up to as_of.

    Raises:
        DataRefusedError: A flag is of a later moment, or an account stands there twice.

    Example:
        >>> days = pd.to_datetime(["2026-02-28", "2026-03-01"])
        >>> flags = pd.DataFrame({"account_id": ["a", "a"], "as_of": days, "status": "flagged"})
        >>> flags_of_moment(flags, as_of=pd.Timestamp("2026-03-01"))["as_of"].dt.day.tolist()
        [1]
    """
    late = flags["as_of"] > as_of
    if late.any():
        raise DataRefusedError(
            f"flags: {int(late.sum()):,} rows are of a moment after as_of == {as_of:%Y-%m-%d %H:%M} (first: account_id "
            f"{min(flags.loc[late, 'account_id'])!r}); give flags that were decided by then"
        )
    rows = flags[flags["as_of"] == flags["as_of"].max()]
    if rows["account_id"].duplicated().any():
        twice = min(rows.loc[rows["account_id"].duplicated(), "account_id"])
        raise DataRefusedError(f"flags: account_id {twice!r} stands twice in one night; give each night once")
    return rows.sort_values("account_id", ignore_index=True)


def calls(flags: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """Return who is to be called, in the order of the flags, and who would be but is left alone.

    Who was suppressed counts where it is of a category that the list holds, and no less at risk than the last account
    that the model put there: others would not have been called either. An account that was contacted since the night of
    the flags is left alone too.

    Args:
        flags: Flags of one moment.
        standing: Of these accounts.

    Returns:
        One row per account: columns of table `actions`, and risk; first is the order.

    Example:
        >>> flags = pd.DataFrame({"account_id": ["a", "b"], "status": ["flagged", "suppressed"], "rank": [1, None],
        ...     "category": "detractor", "suppressed_because": [None, "opted out"], "reason_1": ["said: slow", None]})
        >>> here = pd.DataFrame({"left_alone": "", "value": 100.0}, index=["a", "b"])
        >>> calls(flags, here)[["account_id", "reason", "suppressed_because"]].values.tolist()
        [['a', 'said: slow', ''], ['b', '', 'opted out']]
    """
    on_list = flags["status"] == _CALLED
    category = _column(flags, "category")
    wanted = {*category[on_list].dropna(), CATEGORIES[0]}
    left_alone = (flags["status"] == _LEFT_ALONE) & category.isin(list(wanted)) & _as_urgent(flags, on_list)
    rows = flags[on_list | left_alone]
    here = standing.reindex(rows["account_id"]).reindex(columns=_OF_ACCOUNTS).set_axis(rows.index)
    because = _column(rows, "suppressed_because").fillna("left alone by the flags")
    found = pd.DataFrame(
        {
            "action": "call",
            "account_id": rows["account_id"],
            "category": _column(rows, "category"),
            "reason": _reasons(rows, (*_REASONS, "next_step")),
            "value": _column(rows, "value", "float64").fillna(here["value"]),
            **{name: _column(rows, name).fillna(here[name].astype("str")) for name in ("account_name", "owner")},
            **{name: _column(rows, name) for name in ("contact_id", "quote")},
            "risk": _column(rows, "risk", "float64"),
            "expected_gain": _column(rows, "expected_gain", "float64"),
            "due_at": _column(rows, "due_at", "datetime64[us]"),
            "suppressed_because": because.where(rows["status"] == _LEFT_ALONE, here["left_alone"].fillna("")),
            "first": _column(rows, "rank", "float64"),
        }
    )
    return found.sort_values(["first", "account_id"], ignore_index=True)


def _as_urgent(flags: pd.DataFrame, on_list: pd.Series) -> pd.Series:
    """Who gains as much by a call (without gains: is at such risk) as the last whom the model put on the list."""
    by_model = on_list & (_column(flags, "lane") == "model")
    for name in ("expected_gain", "risk"):
        amount = _column(flags, name, "float64")
        if amount[by_model].notna().any():
            return ~(amount < amount[by_model].min())
    return pd.Series(True, index=flags.index)


def _reasons(rows: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    told = [_column(rows, name).fillna("") for name in names]
    joined = told[0]
    for more in told[1:]:
        joined = joined + ("; " + more).where((joined != "") & (more != ""), more)
    return joined


def _column(rows: pd.DataFrame, name: str, kind: str = "str") -> pd.Series:
    if name in rows.columns:
        return rows[name].astype(kind)
    return pd.Series(pd.NaT if kind.startswith("datetime") else float("nan"), index=rows.index, dtype=kind)
