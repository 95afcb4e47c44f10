"""Money beside the number: value per category, revenue at risk, and what goes with being a promoter."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.account_draws import AccountDraws, middle
from nps_insights.actions.known_answers import answers_before, moment_of, of_accounts, one_row_per_account
from nps_insights.actions.lists.standing import standing
from nps_insights.actions.promoters_and_passives import adjusted_difference, design_of
from nps_insights.tables import CATEGORIES, DataRefusedError, SettingsError, conform, counted, empty

Array = NDArray[np.float64]
Drawn = tuple[float, Array]
SILENT, EVERYBODY = "silent", "all"
_GROUPS = (*CATEGORIES, SILENT, EVERYBODY)
# With fewer accounts a bootstrap knows too little of how they differ.
_ENOUGH = 10


def money(
    responses: pd.DataFrame,
    accounts: pd.DataFrame,
    *,
    as_of: str | pd.Timestamp,
    risk: pd.DataFrame | None = None,
    horizon_days: int = 180,
    adjust: Sequence[str] = (),
    fixed_shares: Mapping[str, float] | None = None,
    n_draws: int = 1_000,
    confidence_level: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """Return what the categories are worth, what is at risk, and what goes with being a promoter instead of a passive.

    An account's category is that of its latest answer before as_of; without one it is silent. Metrics, each with the
    interval of a bootstrap over accounts (over parents where accounts have one):

    - `value`, `value_per_account`: of the accounts that are customers at as_of, by category, `silent` and `all`;
    - `revenue_at_risk`: sum of risk x value, from the calibrated probabilities of table `risk`;
    - `revenue_at_risk_by_fixed_shares`: the same by a share per category, if one is given, for comparison only;
    - `value_difference`: mean value of promoters less passives, adjusted for tenure and `adjust`;
    - `retention_difference`: share of promoters less share of passives that stayed over the last `horizon_days`,
      by the answer before them, adjusted likewise (needs `ended_at`);
    - `value_of_moving_passives`: value of all passives x that difference: what would be kept besides, over the
      horizon, were passives to stay as promoters do. These go together; whether moving one makes it stay is not known.

    Args:
        responses: Table `responses`.
        accounts: Table `accounts` with `value`.
        as_of: The moment of knowing.
        risk: Table `risk`, of one moment or several; the latest up to as_of counts.
        horizon_days: Days over which staying is looked at.
        adjust: Attributes of the accounts to adjust for.
        fixed_shares: Share of the value taken to be at risk, by category.
        n_draws: Bootstrap samples.
        confidence_level: Coverage of the intervals.
        random_state: Seed.

    Returns:
        Table `money`, in the currency of `value`; empty without values. A figure that cannot be told is missing.

    Raises:
        SettingsError: A setting is out of its bounds, or an attribute is unknown.
        DataRefusedError: An account stands twice, or a risk is of a later moment.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["r1"], "account_id": "a", "score": 9.0, "category": "promoter",
        ...                           "responded_at": pd.Timestamp("2026-02-01")})
        >>> accounts = pd.DataFrame({"account_id": ["a", "b"], "value": [100.0, 40.0]})
        >>> table = money(responses, accounts, as_of="2026-03-01")
        >>> table[table["metric"] == "value"].set_index("category")["estimate"].to_dict()
        {'all': 140.0, 'detractor': 0.0, 'passive': 0.0, 'promoter': 100.0, 'silent': 40.0}
    """
    from threadpoolctl import threadpool_limits

    moment = moment_of(as_of)
    _check(horizon_days, n_draws, fixed_shares)
    if "value" not in accounts.columns or accounts["value"].isna().all():
        return empty("money")
    rows = one_row_per_account(accounts).reset_index()
    here = standing(rows["account_id"], accounts, None, as_of=moment, quiet_days=0)
    is_here = of_accounts(here["is_customer"], rows["account_id"]).to_numpy(dtype=bool)
    rows = rows.assign(category=_category(responses, rows["account_id"], moment), is_here=is_here)
    units = rows["account_id"] if "parent_id" not in rows else rows["parent_id"].fillna(rows["account_id"])
    draws = AccountDraws(units, number=n_draws, random_state=random_state)
    # More threads would cost the last bits.
    with threadpool_limits(limits=1):
        found = _values(rows, draws)
        if risk is not None:
            found += _at_risk(rows.assign(risk=_risk(risk, rows["account_id"], moment)), draws)
        if fixed_shares is not None:
            found += _at_fixed_shares(rows, fixed_shares, draws)
        found += _value_difference(rows, moment, adjust, draws)
        if "ended_at" in rows.columns:
            found += _retention(rows, responses, moment, horizon_days, adjust, draws)
    return conform("money", pd.DataFrame([_row(*one, confidence_level) for one in found]))


def _check(horizon_days: int, n_draws: int, fixed_shares: Mapping[str, float] | None) -> None:
    if horizon_days < 1:
        raise SettingsError(f"horizon_days == {horizon_days}: must be at least 1")
    if n_draws < 100:
        raise SettingsError(f"n_draws == {n_draws}: must be at least 100, for example 1000")
    known = (*CATEGORIES, SILENT)
    for name, share in (fixed_shares or {}).items():
        if name not in known or not 0 <= share <= 1:
            raise SettingsError(
                f"fixed_shares: {name!r} == {share}: must name {', '.join(known)}, with shares of 0 to 1"
            )


def _category(responses: pd.DataFrame, account_ids: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    latest = answers_before(responses, as_of=as_of).latest()["category"]
    return of_accounts(latest, account_ids).astype("str").fillna(SILENT)


def _risk(risk: pd.DataFrame, account_ids: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    late = risk["as_of"] > as_of
    if late.any():
        raise DataRefusedError(
            f"risk: {int(late.sum()):,} rows are of a moment after as_of == {as_of:%Y-%m-%d} (first: account_id "
            f"{min(risk.loc[late, 'account_id'])!r}); give risks that were known by then"
        )
    if risk.empty or "risk" not in risk.columns:
        return pd.Series(np.nan, index=account_ids.index)
    last = risk[risk["as_of"] == risk["as_of"].max()]
    return of_accounts(one_row_per_account(last)["risk"].astype(float), account_ids)


Found = tuple[str, str, Drawn, int, str]


def _members(rows: pd.DataFrame, group: str) -> NDArray[np.bool_]:
    inside = rows["is_here"].to_numpy() & rows["value"].notna().to_numpy()
    return inside if group == EVERYBODY else inside & (rows["category"] == group).to_numpy()


def _summed(rows: pd.DataFrame, amount: pd.Series, groups: Sequence[str], draws: AccountDraws) -> list[Drawn]:
    """Sum of an amount over the customers of each group, and the same in each draw."""
    known = amount.fillna(0.0).to_numpy(dtype=float)
    total, drawn = draws.sums(np.column_stack([known * _members(rows, group) for group in groups]))
    return [(float(one), drawn[:, i]) for i, one in enumerate(total)]


def _values(rows: pd.DataFrame, draws: AccountDraws) -> list[Found]:
    sums = _summed(rows, rows["value"], _GROUPS, draws)
    sizes = _summed(rows, pd.Series(1.0, index=rows.index), _GROUPS, draws)
    found: list[Found] = []
    for group, value, size in zip(_GROUPS, sums, sizes, strict=True):
        who = rows["is_here"] if group == EVERYBODY else rows["is_here"] & (rows["category"] == group)
        missing = int((who & rows["value"].isna()).sum())
        told = f" {missing:,} of {int(who.sum()):,} have no value and are not in it." if missing else ""
        n = int(size[0])
        found.append(("value", group, value, n, f"Value of the customers.{told}"))
        mean = value[0] / n if n else np.nan, _ratio(value[1], size[1])
        found.append(("value_per_account", group, mean, n, f"Mean value of a customer.{told}"))
    return found


def _at_risk(rows: pd.DataFrame, draws: AccountDraws) -> list[Found]:
    found: list[Found] = []
    for group, figure in zip(_GROUPS, _summed(rows, rows["risk"] * rows["value"], _GROUPS, draws), strict=True):
        members = _members(rows, group)
        known = members & rows["risk"].notna().to_numpy()
        missing = int(members.sum() - known.sum())
        told = "Sum of risk x value: what is expected to leave within the horizon of the risks, if they are calibrated."
        without = counted(missing, "customer without a risk is", "customers without a risk are")
        told += f" {without} not in it." if missing else ""
        unknown = np.nan, np.full_like(figure[1], np.nan)
        found.append(("revenue_at_risk", group, figure if known.any() else unknown, int(known.sum()), told))
    return found


def _at_fixed_shares(rows: pd.DataFrame, shares: Mapping[str, float], draws: AccountDraws) -> list[Found]:
    amount = rows["value"] * rows["category"].map(dict(shares)).astype(float).fillna(0.0)
    groups = [*(name for name in (*CATEGORIES, SILENT) if name in shares), EVERYBODY]
    told = "A fixed share of the value of each category, as given: for comparison, it knows nothing of the customers."
    return [
        ("revenue_at_risk_by_fixed_shares", group, figure, int(_members(rows, group).sum()), told)
        for group, figure in zip(groups, _summed(rows, amount, groups, draws), strict=True)
    ]


def _value_difference(
    rows: pd.DataFrame, as_of: pd.Timestamp, adjust: Sequence[str], draws: AccountDraws
) -> list[Found]:
    """Promoters less passives in value, among the customers of today."""
    design, names = design_of(rows, at=as_of, adjust=adjust)
    value = rows["value"].where(rows["is_here"])
    is_promoter = _promoter_or_passive(rows["category"])
    gap = adjusted_difference(value, is_promoter, design, draws)
    n = int((value.notna() & is_promoter.notna()).sum())
    told = f"Promoters less passives, {_alike(names)}; associated with the answer, not caused by it."
    return [("value_difference", "promoter", gap, n, told)]


def _retention(
    rows: pd.DataFrame,
    responses: pd.DataFrame,
    as_of: pd.Timestamp,
    horizon_days: int,
    adjust: Sequence[str],
    draws: AccountDraws,
) -> list[Found]:
    """Promoters less passives in staying over the last horizon, and what that is worth over the passives of today."""
    then = as_of - pd.Timedelta(days=horizon_days)
    design, names = design_of(rows, at=then, adjust=adjust)
    was_here = ~(rows["ended_at"] <= then)
    if "started_at" in rows.columns:
        was_here &= ~(rows["started_at"] >= then)
    stayed = (~(rows["ended_at"] <= as_of)).astype(float).where(was_here)
    before = _promoter_or_passive(_category(responses, rows["account_id"], then))
    gap = adjusted_difference(stayed, before, design, draws)
    n = int((stayed.notna() & before.notna()).sum())
    days = f"over {horizon_days:,} days from {then:%Y-%m-%d}"
    told = f"Share of promoters less share of passives that stayed {days}, {_alike(names)}; associated with the "
    passives = _summed(rows, rows["value"], ["passive"], draws)[0]
    moved = passives[0] * gap[0], passives[1] * gap[1]
    worth = f"Value of all passives x the difference in staying {days}: associated with being a promoter, "
    worth += f"{_alike(names)}; whether moving a passive makes it stay is not known."
    n_passives = min(int(_members(rows, "passive").sum()), n)
    return [
        ("retention_difference", "promoter", gap, n, told + "answer before, not caused by it."),
        ("value_of_moving_passives", "passive", moved, n_passives, worth),
    ]


def _alike(names: Sequence[str]) -> str:
    return f"alike in {', '.join(names)}" if names else "not adjusted for anything: neither tenure nor attributes"


def _promoter_or_passive(category: pd.Series) -> pd.Series:
    return pd.Series((category == "promoter").astype("boolean")).where(category.isin(["promoter", "passive"]))


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _row(metric: str, category: str, figure: Drawn, n: int, reason: str, confidence_level: float) -> dict[str, object]:
    estimate, drawn = figure
    low, high = middle(drawn, confidence_level) if n >= _ENOUGH else (np.nan, np.nan)
    if n < _ENOUGH:
        reason += f" {n:,} accounts are too few for an interval."
    return {
        "metric": metric,
        "category": category,
        "estimate": estimate,
        "conf_low": low,
        "conf_high": high,
        "n": n,
        "reason": reason,
    }
