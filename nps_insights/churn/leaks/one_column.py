"""What a single column tells of the outcome: a model of that column alone, judged on accounts it has not seen."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.churn.leaks.cases import FOLDS, Cases
from nps_insights.metrics import share_interval

# Cuts between numbers: at quantiles of those who left and of those who stayed, so that few leavers still get their own.
_QUANTILES = np.linspace(0, 1, 11)
# A number that so many accounts share (zero, 999, a flat fee) stands for itself and not for a place on a scale.
_SPECIAL_SHARE, _FEWEST_SPECIAL = 0.02, 5
# A level is "pure" where so large a share of those at it left.
_PURE = 0.95
_FEWEST_PURE = 3
# Accounts by which the outcome of a group is drawn to the average.
_SHRINKAGE = 2.0
_ELSE, _MISSING = "(any infrequent one)", "(none)"


@dataclass(frozen=True)
class Told:
    """How well one column tells who left, out of fold; intervals hold for all columns tested together.

    Attributes:
        n: Accounts compared.
        auc, auc_low, auc_high: Of a random leaver standing above a random stayer.
        found: Share of those who left whose value speaks for leaving.
        blamed: Share of those who stayed whose value speaks for leaving.
        apart_low: Lower bound of `found - blamed` (Youden's J).
        pure: Values that hardly anyone but leavers has, the most frequent first.
        pure_found: Share of the leavers at values that were pure among the other folds.
        pure_share: Share of leavers among all accounts at such values.
        pure_low: Its lower bound.
        n_pure: Accounts at such values.
    """

    n: int
    auc: float
    auc_low: float
    auc_high: float
    found: float
    blamed: float
    apart_low: float
    pure: tuple[str, ...] = ()
    pure_found: float = 0.0
    pure_share: float = 0.0
    pure_low: float = 0.0
    n_pure: int = 0


def told_by(values: pd.Series, cases: Cases, *, confidence_level: float) -> Told:
    """Return how well one column tells who left.

    In the training folds each level, or range between quantiles, gets the odds of leaving over the odds of all; the
    fold left out is judged by them. Odds above 1 speak for leaving, which is the cut with the greatest Youden's J.

    Args:
        values: Numbers or texts, one per case in the same order; missing is a value of its own.
        cases: Who left; none of the two sides may be empty.
        confidence_level: Of each bound by itself: see `many_at_once`.

    Example:
        >>> rows = pd.DataFrame({"account_id": [f"a{number}" for number in range(200)]})
        >>> half = np.arange(200) < 100
        >>> cases = Cases(rows, half, np.arange(200), np.arange(200) % 5)
        >>> told = told_by(pd.Series(np.where(half, "gone", "here")), cases, confidence_level=0.95)
        >>> told.auc, told.found, told.blamed, told.pure
        (1.0, 1.0, 0.0, ('gone',))
    """
    odds = np.zeros(len(values))
    pure = np.zeros(len(values), dtype=bool)
    levels = None if pd.api.types.is_numeric_dtype(values) else pd.factorize(values, use_na_sentinel=False)[0]
    states, names = _states(values)
    for fold in range(FOLDS):
        own = cases.fold == fold
        if not own.any() or len(np.unique(cases.left[~own])) < 2:
            continue
        groups = _ranges(values.to_numpy(dtype=float), ~own, cases.left) if levels is None else levels
        odds[own] = _log_odds(groups, cases.left, own)
        pure[own] = _at_pure(states, cases.left, own)
    auc = auc_interval(odds, cases.left, cases.unit, confidence_level=confidence_level)
    found, blamed, apart_low = _apart(odds > 0, cases, confidence_level)
    told = Told(len(values), *auc, found, blamed, apart_low)
    return replace(told, **_held(pure, states, names, cases, confidence_level)) if pure.any() else told


def _held(
    pure: NDArray[np.bool_], states: NDArray[np.int64], names: pd.Index, cases: Cases, confidence_level: float
) -> dict[str, Any]:
    """What accounts at pure states make up, by the fields of `Told`; counts are of units."""
    n_left = len(np.unique(cases.unit[pure & cases.left]))
    n = len(np.unique(cases.unit[pure & ~cases.left])) + n_left
    share, low, _ = share_interval(n_left, n, confidence_level=confidence_level)
    counts = np.bincount(states[pure & cases.left], minlength=len(names))
    named = tuple(names[place] for place in np.argsort(-counts, kind="stable") if counts[place])
    found = float(pure[cases.left].mean())
    return {"pure": named, "pure_found": found, "pure_share": float(share), "pure_low": float(low), "n_pure": n}


def many_at_once(confidence_level: float, n_tests: int) -> float:
    """Return the confidence of each two-sided interval for which all lower bounds hold together (Bonferroni).

    Example:
        >>> round(many_at_once(0.95, 100), 4)
        0.999
    """
    return 1 - 2 * (1 - confidence_level) / max(n_tests, 2)


def auc_interval(
    scores: NDArray[np.float64], left: NDArray[np.bool_], unit: NDArray[np.int64], *, confidence_level: float
) -> tuple[float, float, float]:
    """Return the AUC with an interval over units.

    Its variance is that of the placement values (DeLong et al. 1988), summed within units (Obuchowski 1997). The
    interval is the score interval of a share of as many trials as have that variance, which unlike a Wald interval
    does not shrink to a point at an AUC of 1; there, trials are the units of the smaller side.

    Args:
        scores: Higher speaks for leaving (n,).
        left: Who left (n,).
        unit: What hangs together (n,).
        confidence_level: Coverage wanted.

    Example:
        >>> left = np.array([False, False, True, True])
        >>> [round(one, 2) for one in auc_interval(np.arange(4.0), left, np.arange(4), confidence_level=0.95)]
        [1.0, 0.34, 1.0]
    """
    ones, zeros = np.sort(scores[left]), np.sort(scores[~left])
    placed = np.empty(len(scores))
    for here, others, sign in ((left, zeros, 1), (~left, ones, -1)):
        below, upto = np.searchsorted(others, scores[here], "left"), np.searchsorted(others, scores[here], "right")
        share = (below + upto) / (2 * len(others))
        placed[here] = share if sign == 1 else 1 - share
    auc = float(placed[left].mean())
    parts = np.where(left, (placed - auc) / len(ones), (placed - auc) / len(zeros))
    sums = np.bincount(unit, weights=parts)
    variance = float((sums**2).sum())
    smaller = min(len(np.unique(unit[left])), len(np.unique(unit[~left])))
    trials = auc * (1 - auc) / variance if variance > 0 and 0 < auc < 1 else smaller
    _, low, high = share_interval(auc * trials, trials, confidence_level=confidence_level)
    return auc, float(low), float(high)


def _apart(speaks: NDArray[np.bool_], cases: Cases, confidence_level: float) -> tuple[float, float, float]:
    """Shares of leavers and of stayers that a mark is on, and the lower bound of their difference.

    Two score intervals squared and added (Newcombe 1998, method 10), with units as trials.
    """
    found, blamed = float(speaks[cases.left].mean()), float(speaks[~cases.left].mean())
    n_left, n_stayed = cases.n_units(left=True), cases.n_units(left=False)
    _, low, _ = share_interval(found * n_left, n_left, confidence_level=confidence_level)
    _, _, high = share_interval(blamed * n_stayed, n_stayed, confidence_level=confidence_level)
    return found, blamed, float(found - blamed - np.hypot(found - low, high - blamed))


def _ranges(numbers: NDArray[np.float64], train: NDArray[np.bool_], left: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Number of the range between quantiles of the training folds, of each number; frequent ones stand alone."""
    missing = np.isnan(numbers)
    there = train & ~missing
    if not there.any():
        return missing.astype(np.int64)
    distinct, counts = np.unique(numbers[there], return_counts=True)
    edges = [np.quantile(numbers[there & side], _QUANTILES) for side in (left, ~left) if (there & side).any()]
    # Half-way to the next value seen, so that a cut never lies on a value; one beyond the largest seen, too.
    at = np.searchsorted(distinct, np.concatenate([*edges, np.nextafter(edges[0][-1:], np.inf)]))
    cuts = np.unique((distinct[np.clip(at - 1, 0, None)] + distinct[np.clip(at, 0, len(distinct) - 1)]) / 2)
    groups = np.searchsorted(cuts, numbers)
    special = distinct[counts >= max(_SPECIAL_SHARE * train.sum(), _FEWEST_SPECIAL)]
    hit = np.isin(numbers, special)
    groups[hit] = len(cuts) + 1 + np.searchsorted(special, numbers[hit])
    groups[missing] = len(cuts) + len(special) + 2
    return np.asarray(groups, dtype=np.int64)


def _log_odds(groups: NDArray[np.int64], left: NDArray[np.bool_], own: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Log odds of leaving in each group, of the other folds, less those of all of them; for the fold left out."""
    base = float(left[~own].mean())
    size = groups.max() + 1
    n = np.bincount(groups[~own], minlength=size)
    n_left = np.bincount(groups[~own], weights=left[~own], minlength=size)
    rate = (n_left + _SHRINKAGE * base) / (n + _SHRINKAGE)
    logit = np.log(rate / (1 - rate)) - np.log(base / (1 - base))
    return np.asarray(logit[groups[own]])


def _states(values: pd.Series) -> tuple[NDArray[np.int64], pd.Index]:
    """Level of each account, as number and by name; of a number whether it is missing, a frequent one, or else."""
    missing = values.isna()
    if pd.api.types.is_numeric_dtype(values):
        counts = values.value_counts()
        frequent = counts.index[counts >= max(_SPECIAL_SHARE * len(values), _FEWEST_SPECIAL)]
        place = pd.Index(frequent).get_indexer(values)
        names = pd.Index([*(f"{number:g}" for number in frequent), _ELSE, _MISSING])
        return np.where(missing, len(frequent) + 1, np.where(place < 0, len(frequent), place)), names
    codes, levels = pd.factorize(values, sort=True)
    return np.where(missing, len(levels), codes), pd.Index([*levels.astype("str"), _MISSING])


def _at_pure(states: NDArray[np.int64], left: NDArray[np.bool_], own: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which accounts of a fold are at a state that, in the other folds, hardly anyone but leavers is at."""
    n = np.bincount(states[~own], minlength=states.max() + 1)
    n_left = np.bincount(states[~own & left], minlength=states.max() + 1)
    return np.asarray(((n_left >= _FEWEST_PURE) & (n_left >= _PURE * n))[states[own]])
