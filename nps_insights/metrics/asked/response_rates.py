"""Who did not answer: response rates, and how far the silent could move the NPS.

Nothing is assumed of the silent in the bounds: all of them detractors, or all of them promoters.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.accounts import account_codes
from nps_insights.metrics.asked.matching import asked_and_answered
from nps_insights.metrics.categories import signed
from nps_insights.metrics.estimates import MIN_GROUP
from nps_insights.metrics.figures.cell_shares import cell_shares
from nps_insights.metrics.figures.groups import group_names
from nps_insights.metrics.mix import NOT_KNOWN
from nps_insights.metrics.periods import PERIOD_STARTS, period_ends, period_starts
from nps_insights.tables import ATTRIBUTE_PREFIX, DataRefusedError, SettingsError, conform

Array = NDArray[np.float64]


def response_rates(
    invitations: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    accounts: pd.DataFrame | None = None,
    by: Iterable[str] = (),
    per: str = "",
    as_of: pd.Timestamp,
    open_days: int = 0,
    confidence_level: float = 0.95,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Return the response rate by group and period, and the worst-case bounds of the NPS of all who were asked.

    Bounds: r x NPS -+ (1 - r) in points, r the response rate: the NPS of everybody asked if all the silent were
    detractors, and if all were promoters. They hold for those asked, with certainty; no chance is in them.

    Args:
        invitations: Table `invitations`; one row is one time that somebody was asked.
        responses: Table `responses`; answers that belong to no invitation are not read.
        accounts: Table `accounts`, where groups are to be told by its columns.
        by: Columns to group by, one after the other (not crossed): of the invitations, else of the accounts; what is
            known only of those who answered cannot tell who did not. Values that are missing form "(not known)".
        per: Period to split by, of the day of the invitation; empty means all time together.
        as_of: Moment of knowing: what was sent or answered after it is not read.
        open_days: Invitations younger than this many days at `as_of` are left out, as answers to them still come in.
        confidence_level: Coverage of the interval of the rate: clustered by account (`cell_shares`), as the people of
            one account answer alike.
        min_group: Groups with fewer invitations are marked `too_small`.

    Returns:
        Table `nonresponse`: estimate, conf_low, conf_high (response rate, 0..1), n_invited, n (answered), nps (points,
        of those who answered), bound_low, bound_high. The rows of all who were asked have an empty `by` and `group`.

    Raises:
        SettingsError: `by` is no column of either table, or `per` no period.
        DataRefusedError: Nobody was asked by `as_of`, everybody within `open_days`, or nothing says which answer is
            to which invitation.

    Example:
        >>> invitations = pd.DataFrame({"invitation_id": list("abcd"), "sent_at": pd.Timestamp("2026-03-01")})
        >>> invitations["response_id"] = ["r1", None, None, "r2"]
        >>> responses = pd.DataFrame({"response_id": ["r1", "r2"], "category": ["promoter", "passive"]})
        >>> rates = response_rates(invitations, responses, as_of=pd.Timestamp("2026-04-01"))
        >>> rates[["estimate", "nps", "bound_low", "bound_high"]].values.tolist()
        [[0.5, 50.0, -25.0, 75.0]]
    """
    if per and per not in PERIOD_STARTS:
        raise SettingsError(
            f"per == {per!r}: must be one of {', '.join(PERIOD_STARTS)}, or empty for all time together"
        )
    if open_days < 0:
        raise SettingsError(f"open_days == {open_days}: must be 0 or more days")
    asked = asked_and_answered(invitations, responses, as_of=as_of)
    ripe = asked["sent_at"] <= pd.Timestamp(as_of) - pd.Timedelta(days=open_days)
    if not ripe.any():
        raise DataRefusedError(
            f"open_days == {open_days}: all {len(asked):,} invitations are younger at as_of == "
            f"{pd.Timestamp(as_of).date()}; give fewer open_days or a later as_of"
        )
    asked = asked[ripe].reset_index(drop=True)
    starts = period_starts(asked["sent_at"], per) if per else pd.Series(pd.NaT, index=asked.index)
    parts, columns = [], dict[str, str]()
    for column in ("", *by):
        columns.setdefault(column.removeprefix(ATTRIBUTE_PREFIX), column)
    for name, column in columns.items():
        groups = group_of_asked(asked, column, accounts) if column else pd.Series("", index=asked.index)
        rates = _rates(asked, groups, starts, confidence_level)
        parts.append(rates.assign(by=name))
    table = pd.concat(parts, ignore_index=True)
    table["too_small"] = table["n_invited"] < min_group
    if not per:
        return conform("nonresponse", table.drop(columns="period_start"))
    return conform("nonresponse", table.assign(period_end=period_ends(table["period_start"], per)))


def group_of_asked(asked: pd.DataFrame, by: str, accounts: pd.DataFrame | None = None) -> pd.Series:
    """Return the group of each invitation, told by a column of the invitations, else of their accounts.

    Args:
        asked: What `asked_and_answered` returns.
        by: The column, an attribute with or without its prefix.
        accounts: Table `accounts`.

    Raises:
        SettingsError: Neither table has the column.

    Example:
        >>> asked = pd.DataFrame({"account_id": ["a", "b"]})
        >>> group_of_asked(asked, "plan", pd.DataFrame({"account_id": ["a"], "attribute/plan": ["Pro"]})).tolist()
        ['Pro', '(not known)']
    """
    tables = {"invitations": asked, "accounts": accounts}
    for table in (table for table in tables.values() if table is not None):
        name = next((name for name in (ATTRIBUTE_PREFIX + by, by) if name in table.columns), None)
        if name is not None and table is asked:
            return group_names(asked[name]).fillna(NOT_KNOWN)
        if name is not None:
            values = asked["account_id"].map(table.set_index("account_id")[name])
            return group_names(values).fillna(NOT_KNOWN)
    have = sorted(
        {str(name).removeprefix(ATTRIBUTE_PREFIX) for table in tables.values() if table is not None for name in table}
    )
    raise SettingsError(
        f"by == {by!r}: must be a column of the invitations or of the accounts, as it must be known of the silent too; "
        f"they have {', '.join(have)}" + ("" if accounts is not None else "; no accounts were given")
    )


def _rates(asked: pd.DataFrame, groups: pd.Series, starts: pd.Series, confidence_level: float) -> pd.DataFrame:
    keys = pd.DataFrame({"group": groups, "period_start": starts})
    cells = keys.groupby(["group", "period_start"], dropna=False, sort=True)
    code, size = cells.ngroup().to_numpy(), cells.ngroups
    names = cells.size().rename("n_invited").reset_index()
    yes = asked["answered"].to_numpy(dtype=float)
    n = np.bincount(code, minlength=size).astype(float)
    k = np.bincount(code, weights=yes, minlength=size)
    points = np.bincount(code, weights=signed(asked["answer_category"]), minlength=size)
    rate = cell_shares(code, size, yes > 0, account_codes(asked), confidence_level=confidence_level)
    with np.errstate(invalid="ignore", divide="ignore"):
        nps = 100 * points / k
    figures = {"estimate": rate.estimate, "conf_low": rate.conf_low, "conf_high": rate.conf_high, "nps": nps}
    bounds = {"bound_low": 100 * (points - (n - k)) / n, "bound_high": 100 * (points + (n - k)) / n}
    return names.assign(**figures, **bounds, n=k.astype(np.int64))
