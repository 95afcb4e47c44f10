"""Accounts of similar risk, and how many of them left."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.churn.evaluation.calibration import N_BINS, bin_starts
from nps_insights.churn.evaluation.draws import row_weights, unit_draws
from nps_insights.churn.evaluation.ranking import ranking_of
from nps_insights.churn.evaluation.rows import Floats, Sample, samples
from nps_insights.metrics import share_interval
from nps_insights.tables import conform, empty


def reliability(
    predictions: pd.DataFrame,
    *,
    n_bins: int = N_BINS,
    confidence_level: float = 0.95,
    n_draws: int = 1000,
    random_state: int = 0,
) -> pd.DataFrame:
    """Return mean risk beside the share that left, in bins of about equal count; rows of one risk stay together.

    Intervals: Wilson's for a share, of as many accounts as the units are worth: the count over the design effect
    (variance of a bootstrap over units over that of independent rows) where that is above 1.

    Args:
        predictions: As for `churn_scores`.
        n_bins: Bins at most.
        confidence_level: Coverage of each interval.
        n_draws: Bootstrap draws for the design effect, fewer on large data as in `churn_scores`.
        random_state: Seed.

    Returns:
        Table `reliability`: per model and part, bins from the lowest risk (position 1) up.

    Raises:
        DataRefusedError: The predictions cannot be measured (see the message).

    Example:
        >>> rows = pd.DataFrame({"account_id": list("abcd"), "churned": [True, False, False, False]})
        >>> rows = rows.assign(model="chosen", part="out_of_time", as_of=pd.Timestamp("2026-01-01"))
        >>> reliability(rows.assign(risk=[0.8, 0.8, 0.1, 0.1]))[["mean_risk", "estimate", "n"]].to_numpy().tolist()
        [[0.1, 0.0, 2.0], [0.8, 0.5, 2.0]]
    """
    tables = []
    for sample in samples(predictions):
        starts = bin_starts(ranking_of(sample.risk), n_bins)
        drawn = unit_draws(sample.n_units, len(sample.unit), n_draws=n_draws, random_state=random_state)
        tables.append(_bins(sample, starts, _effects(sample, starts, drawn), confidence_level))
    return conform("reliability", pd.concat(tables)) if tables else empty("reliability")


def _bins(sample: Sample, starts: NDArray[np.int64], effects: Floats, confidence_level: float) -> pd.DataFrame:
    stacked = np.stack([np.ones(len(sample.risk)), sample.churned, sample.risk])
    size, left, risk = np.add.reduceat(stacked, starts, axis=1)
    _, low, high = share_interval(left / effects, size / effects, confidence_level=confidence_level)
    lowest, highest = sample.risk[np.append(starts[1:], len(sample.risk)) - 1], sample.risk[starts]
    bins = {
        "risk_low": lowest,
        "risk_high": highest,
        # Rounding must not take a mean out of its bin.
        "mean_risk": np.clip(risk / size, lowest, highest),
        "estimate": left / size,
        "conf_low": low,
        "conf_high": high,
        "n": size,
        "n_churned": left,
    }
    ascending = pd.DataFrame(bins)[::-1].reset_index(drop=True)
    return ascending.assign(model=sample.model, part=sample.part, position=np.arange(1, len(starts) + 1))


def _effects(sample: Sample, starts: NDArray[np.int64], drawn: NDArray[np.uint8]) -> Floats:
    """Design effect of each bin's share, at least 1."""
    shares = []
    for weights in row_weights(drawn, sample.unit):
        size, left = (np.add.reduceat(one, starts, axis=1) for one in (weights, weights * sample.churned))
        shares.append(np.divide(left, size, out=np.full_like(left, np.nan), where=size > 0))
    size, left = np.add.reduceat(np.stack([np.ones(len(sample.risk)), sample.churned]), starts, axis=1)
    independent = left / size * (1 - left / size) / size
    known = np.concatenate(shares)
    # A bin that some draw leaves empty is too small to tell.
    variance = np.where(np.isnan(known).any(axis=0), 0.0, np.nan_to_num(known).var(axis=0))
    return np.maximum(np.divide(variance, independent, out=np.ones_like(size), where=independent > 0), 1.0)
