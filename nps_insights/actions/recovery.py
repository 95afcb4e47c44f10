"""What followed a contact, beside comparable customers who were not contacted.

Detractors answer higher the next time by chance alone: 20 to 36 in 100 look recovered when nothing changed, the more
the nearer their score was to the border. So a contact is held against customers with the same category who gave the
same scores, answered again after as long, and were alike in value and plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.known_answers import KnownAnswers, of_accounts
from nps_insights.metrics import share_interval
from nps_insights.metrics.figures.weighting import effective_n, rake
from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError

Array = NDArray[np.float64]
Figure = tuple[float, float, float]

_GAPS = (30, 60, 90, 120, 180, 240, 365)
# A level with fewer in either group is taken together with its neighbour: weights on a few would speak for many.
_FEW = 5
_MOST_TIMES = 3
_MOST_WEIGHT = 10.0
# Beyond this difference of a share the groups are not called alike.
_OFF = 0.05


@dataclass(frozen=True, eq=False)
class Steps:
    """Customers with an answer of one category and the next one after it.

    Attributes:
        contacted: Steps with the account's first contact between the two answers, one per account.
        others: Steps that ended before the account was ever contacted.
        n_contacted: Contacted accounts with an answer of that category before.
        n_elsewhere: Contacted accounts without such an answer.
    """

    contacted: pd.DataFrame
    others: pd.DataFrame
    n_contacted: int
    n_elsewhere: int


@dataclass(frozen=True)
class Recovery:
    """How many moved up after a contact, and how many comparable customers did without.

    Attributes:
        contacted: Share with its interval.
        comparable: Share of the others, weighted to be like the contacted.
        difference: Contacted less comparable.
        n_contacted: Contacted customers.
        n_comparable: Others; those at a level where nobody was contacted are none.
        n_eff: As how many equally weighted others these count.
        alike: On what the two groups are alike.
        unlike: What the weights could not make alike, in words.
    """

    contacted: Figure
    comparable: Figure
    difference: Figure
    n_contacted: int
    n_comparable: int
    n_eff: float
    alike: tuple[str, ...]
    unlike: tuple[str, ...]


def steps_around(known: KnownAnswers, contacts: pd.Series, first_contacts: pd.Series, *, category: str) -> Steps:
    """Return the steps of customers from an answer of `category` to their next one.

    Of several answers of a customer on one day the last counts. Of several customers of a contacted account the one
    with the latest answer before the contact stands for it.

    Args:
        known: Answers before as_of, dated.
        contacts: When each account was first contacted by the action in question, account_id as index.
        first_contacts: The same by any action: a customer contacted for another reason is no comparison.
        category: Category of the answer before.

    Returns:
        Steps with account_id, customer_id, from_score, to_category, answered_at, days, before (mean score of the
        customer's earlier answers; missing without one), times_before (how many of them were of the category).

    Example:
        >>> from nps_insights.actions.known_answers import answers_before
        >>> days = pd.to_datetime(["2026-01-01", "2026-03-01"] * 2)
        >>> responses = pd.DataFrame({"response_id": list("abcd"), "account_id": ["x", "x", "y", "y"], "score": 5.0,
        ...     "category": ["detractor", "passive"] * 2, "responded_at": days})
        >>> contact = pd.Series(pd.to_datetime(["2026-01-10"]), index=["x"])
        >>> steps = steps_around(answers_before(responses, as_of=pd.Timestamp("2026-04-01")), contact, contact,
        ...                      category="detractor")
        >>> steps.contacted["account_id"].tolist(), steps.others["account_id"].tolist()
        (['x'], ['y'])
    """
    rows = known.rows.assign(day=known.rows["responded_at"].dt.normalize())
    rows = rows.drop_duplicates(["customer_id", "day"], keep="last")
    own = rows.groupby("customer_id", sort=False)
    rows = rows.assign(
        to_category=own["category"].shift(-1),
        next_at=own["responded_at"].shift(-1),
        before=_before(rows),
    ).rename(columns={"score": "from_score", "responded_at": "answered_at"})
    same = rows["category"] == category
    rows = rows.assign(times_before=same.groupby(rows["customer_id"]).cumsum() - same)[same]
    rows = rows.assign(days=(rows["next_at"] - rows["answered_at"]) / pd.Timedelta(days=1))
    at = of_accounts(contacts, rows["account_id"])
    around = rows[(rows["answered_at"] <= at) & (rows["next_at"].isna() | (rows["next_at"] > at))]
    around = around.sort_values(["answered_at", "response_id"]).drop_duplicates("account_id", keep="last")
    first = of_accounts(first_contacts, rows["account_id"])
    others = rows[rows["next_at"].notna() & (first.isna() | (rows["next_at"] <= first))]
    answered = around[around["next_at"].notna()]
    n_elsewhere = len(contacts) - len(around)
    # By id, so that the order of equal moments has no say.
    return Steps(
        answered.sort_values("response_id", ignore_index=True),
        others.sort_values("response_id", ignore_index=True),
        len(around),
        n_elsewhere,
    )


def likeness(steps: Steps, accounts: pd.DataFrame | None, *, match: Sequence[str] = ()) -> pd.DataFrame:
    """Return what the two groups are made alike on: one row per step, contacted first, a level per column.

    Args:
        steps: Of both groups.
        accounts: Accounts with account_id as index, for value and attributes.
        match: Attributes of the accounts, with or without prefix.

    Returns:
        Columns "score before", "time between", "answers before that", "times in the category",
        "quarter", "value" where known, and those of
        `match`; numbers whose order is the order of the levels.

    Raises:
        SettingsError: An attribute is unknown.

    Example:
        >>> step = pd.DataFrame({"from_score": [5.0], "days": [40.0], "before": [np.nan], "times_before": [0],
        ...                      "account_id": ["x"], "answered_at": pd.to_datetime(["2026-01-01"])})
        >>> likeness(Steps(step, step, 1, 0), None).shape
        (2, 5)
    """
    both = pd.concat([steps.contacted, steps.others], ignore_index=True)
    quarter = both["answered_at"].dt.year * 4 + both["answered_at"].dt.quarter
    levels = {
        "score before": both["from_score"].fillna(-1.0),
        "time between": pd.Series(np.searchsorted(_GAPS, both["days"].to_numpy()), index=both.index),
        "answers before that": np.floor(both["before"]).fillna(-1.0),
        "times in the category": both["times_before"].clip(upper=_MOST_TIMES),
        "quarter": quarter,
    }
    if accounts is not None and "value" in accounts.columns:
        value = both["account_id"].map(accounts["value"]).astype(float)
        thirds = np.nanquantile(value, [1 / 3, 2 / 3]) if value.notna().any() else [0.0]
        levels["value"] = pd.Series(np.searchsorted(thirds, value), index=both.index).where(value.notna(), -1)
    for name in match:
        column = _attribute(accounts, name)
        levels[name.removeprefix(ATTRIBUTE_PREFIX)] = both["account_id"].map(column).astype("str").fillna("unknown")
    return pd.DataFrame({name: np.unique(column, return_inverse=True)[1] for name, column in levels.items()})


def recovery(steps: Steps, levels: pd.DataFrame, *, reached: Sequence[str], confidence_level: float = 0.95) -> Recovery:
    """Return how many of the contacted moved up, beside others weighted to be like them.

    The others are raked (`metrics.rake`) until each column of `levels` has the shares of the contacted. The difference
    has Newcombe's hybrid score interval of two shares (1998, method 10), with the effective number of the others:
    weights and several steps of one account make it smaller.

    Args:
        steps: Of both groups, none empty.
        levels: What they are made alike on, of `likeness`.
        reached: Categories of the next answer that count as moved up.
        confidence_level: Coverage of the intervals.

    Example:
        >>> step = {"from_score": 5.0, "days": 40.0, "before": np.nan, "times_before": 0,
        ...         "answered_at": pd.Timestamp("2026-01-01")}
        >>> steps = Steps(pd.DataFrame({**step, "account_id": [f"a{i}" for i in range(40)],
        ...                             "to_category": ["passive"] * 20 + ["detractor"] * 20}),
        ...               pd.DataFrame({**step, "account_id": [f"b{i}" for i in range(80)],
        ...                             "to_category": ["passive"] * 20 + ["detractor"] * 60}), 40, 0)
        >>> found = recovery(steps, likeness(steps, None), reached=("passive", "promoter"))
        >>> found.contacted[0], found.comparable[0], found.difference[0]
        (0.5, 0.25, 0.25)
    """
    n = len(steps.contacted)
    up = steps.contacted["to_category"].isin(list(reached)).to_numpy(float)
    other = steps.others["to_category"].isin(list(reached)).to_numpy(float)
    weights, unlike = _weights(levels, n)
    usable = int((weights > 0).sum())
    share = float((weights * other).sum() / weights.sum()) if usable else np.nan
    n_eff = _effective(other - share, weights, steps.others["account_id"]) if usable else 0.0
    own = _figure(share_interval(up.sum(), n, confidence_level=confidence_level))
    beside = _figure(share_interval(share * n_eff, n_eff, confidence_level=confidence_level))
    gap = own[0] - beside[0]
    low = gap - float(np.hypot(own[0] - own[1], beside[2] - beside[0]))
    high = gap + float(np.hypot(own[2] - own[0], beside[0] - beside[1]))
    alike = tuple(name for name in levels.columns if (levels[name] != levels[name].iloc[0]).any())
    return Recovery(own, beside, (gap, low, high), n, usable, n_eff, alike, unlike)


def _before(rows: pd.DataFrame) -> pd.Series:
    """Mean score of a customer's answers before each; rows in the order of time."""
    own = rows.groupby("customer_id", sort=False)["score"]
    n = own.cumcount()
    return ((own.cumsum() - rows["score"]) / n).where(n > 0)


def _attribute(accounts: pd.DataFrame | None, name: str) -> pd.Series:
    if accounts is not None:
        for column in (ATTRIBUTE_PREFIX + name.removeprefix(ATTRIBUTE_PREFIX), name):
            if column in accounts.columns:
                return accounts[column]
    have = [] if accounts is None else [str(one).removeprefix(ATTRIBUTE_PREFIX) for one in accounts.columns]
    raise SettingsError(f"match: {name!r} is no column of the accounts; they have {', '.join(sorted(have)) or 'none'}")


def _weights(levels: pd.DataFrame, n: int) -> tuple[Array, tuple[str, ...]]:
    """One weight per other step, under which each column has the shares of the first n; and what stays unlike.

    A step at a level where nobody was contacted is no comparison: it weighs nothing.
    """
    kept = np.ones(len(levels), dtype=bool)
    for name in levels.columns:
        kept &= levels[name].isin(levels[name].iloc[:n]).to_numpy()
    weights = kept[n:].astype(float)
    if not weights.any():
        return weights, tuple(levels.columns)
    inside = levels[kept]
    pooled = pd.DataFrame({name: _pooled(inside[name].to_numpy(), n) for name in levels.columns}).astype("str")
    several = [name for name in pooled.columns if (pooled[name] != pooled[name].iloc[0]).any()]
    if not several:
        return weights, ()
    wanted = {name: pooled[name].iloc[:n].value_counts(normalize=True).sort_index().to_dict() for name in several}
    raked = rake(pooled.iloc[n:].reset_index(drop=True), wanted, most=_MOST_WEIGHT)
    weights[weights > 0] = raked.weights.to_numpy(dtype=float)
    off = raked.margins[(raked.margins["reached"] - raked.margins["wanted"]).abs() > _OFF]
    return weights, tuple(sorted(off["margin"].unique()))


def _pooled(levels: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Neighbouring levels taken together until each holds a few of both groups."""
    size = int(levels.max()) + 1
    counts = np.column_stack([np.bincount(part, minlength=size) for part in (levels[:n], levels[n:])])
    group, found, seen = 0, np.zeros(size, dtype=np.int64), np.zeros(2, dtype=np.int64)
    for level in range(size):
        found[level] = group
        seen = seen + counts[level]
        if (seen >= _FEW).all():
            group, seen = group + 1, np.zeros(2, dtype=np.int64)
    # What is left at the end is too few by itself.
    found[found == group] = max(group - 1, 0)
    return found[levels]


def _effective(residual: Array, weights: Array, accounts: pd.Series) -> float:
    """As how many equal and independent steps the others count: Kish's number over the design effect of accounts."""
    parts = pd.DataFrame({"account": accounts.to_numpy(), "own": weights * residual})
    by_account = parts.groupby("account")["own"].sum().to_numpy()
    alone = float((parts["own"] ** 2).sum())
    design = float((by_account**2).sum()) / alone if alone > 0 else 1.0
    return effective_n(weights) / max(design, 1.0)


def _figure(figure: Sequence[object]) -> Figure:
    estimate, low, high = (float(np.asarray(one)) for one in figure)
    return estimate, low, high
