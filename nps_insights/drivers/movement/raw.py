"""The transition table as counted, with intervals: what most tools show, noise and all."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.movement.repeats import CHURNED
from nps_insights.metrics import share_interval
from nps_insights.tables import CATEGORIES


def raw_movement(
    steps: pd.DataFrame, accounts: NDArray[np.int64], *, follows_exits: bool, confidence_level: float
) -> pd.DataFrame:
    """Return counted transition shares.

    Formula: P_ij = n_ij / n_i; interval of the Dirichlet posterior under Jeffreys' prior (1/2 for each destination),
    with n_i divided by the design effect where accounts have several steps.

    Args:
        steps: `RepeatAnswers.steps`.
        accounts: Account number of each step.
        follows_exits: Whether "churned" is a destination.
        confidence_level: Coverage of the intervals.

    Returns:
        from_category, to_category, estimate, conf_low, conf_high, n_moved, n; categories nobody came from are missing
        figures.

    Example:
        >>> steps = pd.DataFrame({"from_category": ["passive"] * 4, "to_category": ["passive"] * 3 + ["promoter"]})
        >>> rows = raw_movement(steps, np.arange(4), follows_exits=False, confidence_level=0.95)
        >>> rows.query("from_category == 'passive'")["estimate"].tolist()
        [0.0, 0.75, 0.25]
    """
    from scipy.stats import beta

    to = [*CATEGORIES, CHURNED] if follows_exits else list(CATEGORIES)
    tail = (1 - confidence_level) / 2
    parts = []
    for name in CATEGORIES:
        own = (steps["from_category"] == name).to_numpy()
        went = (steps.loc[own, "to_category"].to_numpy()[:, None] == np.array(to, dtype=object)).astype(float)
        n, moved = len(went), went.sum(axis=0)
        effect = _design_effect(went, accounts[own])
        with np.errstate(invalid="ignore", divide="ignore"):
            share = moved / n
        yes, no = moved / effect + 0.5, (n - moved) / effect + 0.5 * (len(to) - 1)
        low, high = (np.where(n > 0, beta.ppf(p, yes, no), np.nan) for p in (tail, 1 - tail))
        # At 0 and n of n the posterior leaves out the share itself.
        figures = {"estimate": share, "conf_low": np.minimum(low, share), "conf_high": np.maximum(high, share)}
        parts.append(pd.DataFrame({"from_category": name, "to_category": to, **figures, "n_moved": moved, "n": n}))
    return pd.concat(parts, ignore_index=True)


def raw_movers(steps: pd.DataFrame, accounts: NDArray[np.int64], *, confidence_level: float) -> tuple[float, ...]:
    """Return the share of steps between two answers that change category, low and high: Wilson's interval."""
    pairs = (steps["to_category"] != CHURNED).to_numpy()
    moved = (steps["from_category"] != steps["to_category"]).to_numpy(dtype=float)[pairs]
    effect = _design_effect(np.column_stack([moved, 1 - moved]), accounts[pairs])
    figures = share_interval(moved.sum() / effect, len(moved) / effect, confidence_level=confidence_level)
    return tuple(float(figure) for figure in figures)


def _design_effect(went: NDArray[np.float64], accounts: NDArray[np.int64]) -> float:
    """Variance of shares with steps clustered by account, over that of steps each alone; at least 1."""
    n = len(went)
    share = went.mean(axis=0) if n else np.zeros(went.shape[1])
    alone = n * (share * (1 - share)).sum()
    if alone <= 0:
        return 1.0
    codes, own = np.unique(accounts, return_inverse=True)
    sums = np.column_stack([np.bincount(own, weights=column) for column in (went - share).T])
    return float(max((sums**2).sum() / alone * len(codes) / max(len(codes) - 1, 1), 1.0))
