"""Who of the accounts in order is called, and who would be but is held out."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.churn.decisions.settings import DecisionSettings
from nps_insights.metrics import hashed

Flags = NDArray[np.bool_]


def held_out(account_ids: pd.Series, settings: DecisionSettings) -> Flags:
    """Return which accounts would not be called even if their turn came: a hash of the id, the same every night.

    Example:
        >>> settings = DecisionSettings(capacity=1, holdout=0.5, holdout_exempt=["a"])
        >>> bool(held_out(pd.Series(["a"]), settings)[0])
        False
    """
    if not settings.holdout:
        return np.zeros(len(account_ids), dtype=bool)
    bound = int(settings.holdout * 2**64)
    drawn = np.array([hashed(f"{settings.holdout_salt}\0{one}") < bound for one in account_ids], dtype=bool)
    return np.asarray(drawn & ~account_ids.isin(settings.holdout_exempt).to_numpy())


def worth_a_call(rows: pd.DataFrame, was_on: Flags, settings: DecisionSettings) -> Flags:
    """Return which rows pass the threshold and the costs; who was on the last list passes a lower bound.

    Lane rule has no risk, so neither applies to it.

    Args:
        rows: lane, risk and expected_gain.
        was_on: Who was on the last list.
        settings: threshold, exit_threshold, slack and costs.

    Example:
        >>> rows = pd.DataFrame({"lane": "model", "risk": [0.28, 0.28, 0.4], "expected_gain": np.nan})
        >>> worth_a_call(rows, np.array([True, False, False]), DecisionSettings(threshold=0.3)).tolist()
        [True, False, True]
    """
    passed = np.ones(len(rows), dtype=bool)
    if settings.threshold is not None and settings.leaves_below is not None:
        passed &= rows["risk"].to_numpy() >= np.where(was_on, settings.leaves_below, settings.threshold)
    if economics := settings.economics:
        leaves_at = -settings.slack * (economics.offer_cost + economics.contact_cost)
        passed &= rows["expected_gain"].to_numpy() > np.where(was_on, leaves_at, 0.0)
    return np.asarray(passed | (rows["lane"] == "rule").to_numpy())


def reached(
    owners: pd.Series,
    held: Flags,
    was_on: Flags,
    settings: DecisionSettings,
    *,
    called_already: Collection[str] = (),
) -> Flags:
    """Return which rows, in order, are reached before the places are given out.

    A held-out account takes no place. Where places are scarce, rows ranked within (1 - slack) of the capacity come
    first, then those of the last list ranked within (1 + slack) of it, then the others: so a list does not change by
    tiny changes of risk, and a clear newcomer always enters.

    Args:
        owners: Owner of each row, in the order of calling; missing counts as one owner.
        held: Rows that are held out.
        was_on: Rows of the last list.
        settings: capacity, capacity_per_owner and slack.
        called_already: Owner of each account that is called whatever the model says: they have taken places.

    Example:
        >>> none = np.zeros(3, dtype=bool)
        >>> reached(pd.Series(["x", "x", "y"]), none, none, DecisionSettings(capacity=9, capacity_per_owner=1)).tolist()
        [True, False, True]
    """
    codes, names = pd.factorize(owners.fillna("\0"))
    places, places_of = _places(names, settings, called_already)
    takes = ~held
    tier = _tiers(codes, takes, was_on, places, places_of, settings.slack)
    order = np.argsort(tier, kind="stable")
    kept = np.zeros(len(codes), dtype=bool)
    within = _before(codes[order], takes[order]) < places_of[codes[order]]
    candidates = order[within]
    taken_before = np.cumsum(takes[candidates]) - takes[candidates]
    kept[candidates[taken_before < places]] = True
    return kept


def _places(names: pd.Index, settings: DecisionSettings, called: Collection[str]) -> tuple[float, NDArray[np.float64]]:
    """How many places are left in all, and of each owner."""
    given = pd.Series(list(called), dtype="str").fillna("\0").value_counts()
    total = np.inf if settings.capacity is None else max(settings.capacity - len(called), 0)
    if settings.capacity_per_owner is None:
        return total, np.full(len(names), np.inf)
    left = settings.capacity_per_owner - given.reindex(names).fillna(0).to_numpy(dtype=float)
    return total, np.maximum(left, 0)


def _tiers(
    codes: NDArray[np.intp],
    takes: Flags,
    was_on: Flags,
    places: float,
    places_of: NDArray[np.float64],
    slack: float,
) -> NDArray[np.int64]:
    rank = np.cumsum(takes) - takes + 1
    rank_of_owner = _before(codes, takes) + 1
    own = places_of[codes]
    enters = (rank <= places * (1 - slack)) & (rank_of_owner <= own * (1 - slack))
    stays = was_on & (rank <= places * (1 + slack)) & (rank_of_owner <= own * (1 + slack))
    return np.where(enters, 0, np.where(stays, 1, 2))


def _before(codes: NDArray[np.intp], takes: Flags) -> NDArray[np.int64]:
    """How many places rows of the same owner took before each row."""
    taken = pd.Series(takes.astype(np.int64))
    return np.asarray(taken.groupby(codes).cumsum().to_numpy() - taken.to_numpy())
