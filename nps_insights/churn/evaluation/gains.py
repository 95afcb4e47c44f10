"""By how much a model's log-loss is below that of simpler ones, on the same accounts at the same dates."""

import numpy as np
import pandas as pd

from nps_insights.churn.evaluation.draws import percentiles, row_weights, unit_draws
from nps_insights.churn.evaluation.measures import log_losses
from nps_insights.churn.evaluation.rows import Sample, samples
from nps_insights.tables import DataRefusedError, SettingsError, conform, empty

_KEY = ["account_id", "as_of"]


def log_loss_gains(
    predictions: pd.DataFrame,
    *,
    model: str = "chosen",
    confidence_level: float = 0.95,
    n_draws: int = 1000,
    random_state: int = 0,
) -> pd.DataFrame:
    """Return by how much the log-loss of `model` is below that of every other model, with intervals.

    The difference is taken row by row, so that what is hard for both does not blur it; units are drawn. The interval
    tells the chance of who left, models as they are.

    Args:
        predictions: As for `churn_scores`.
        model: The model whose gain is asked for.
        confidence_level: Coverage of the intervals.
        n_draws: Bootstrap draws, fewer on large data as in `churn_scores`.
        random_state: Seed.

    Returns:
        Table `churn_gains`: one row per other model and part; nats per account and date, positive where `model` is
        better.

    Raises:
        DataRefusedError: The models of a part were not given the same rows.
        SettingsError: The predictions have no such model.

    Example:
        >>> rows = pd.DataFrame({"account_id": list("abcd"), "churned": [True, False, True, False]})
        >>> rows = rows.assign(part="out_of_time", as_of=pd.Timestamp("2026-01-01"))
        >>> chosen = rows.assign(model="chosen", risk=[0.8, 0.3, 0.8, 0.3])
        >>> both = pd.concat([chosen, rows.assign(model="base_rate", risk=0.5)])
        >>> log_loss_gains(both)[["model", "estimate"]].round(2).to_numpy().tolist()
        [['base_rate', 0.4]]
    """
    every = list(samples(predictions))
    own = {sample.part: sample for sample in every if sample.model == model}
    if every and not own:
        raise SettingsError(f"model == {model!r}: predictions have {', '.join(sorted({one.model for one in every}))}.")
    rows = []
    for other in every:
        if other.model == model or other.part not in own:
            continue
        mine = own[other.part]
        gain = _gains(mine, other)
        drawn = unit_draws(mine.n_units, len(gain), n_draws=n_draws, random_state=random_state)
        draws = [np.einsum("dn,n->d", weights, gain) / weights.sum(axis=1) for weights in row_weights(drawn, mine.unit)]
        low, high = percentiles(np.concatenate(draws), confidence_level)
        interval = {"estimate": gain.mean(), "conf_low": float(low), "conf_high": float(high)}
        rows.append({"model": other.model, "part": other.part} | interval | mine.counts)
    return conform("churn_gains", pd.DataFrame(rows)) if rows else empty("churn_gains")


def _gains(mine: Sample, other: Sample) -> np.ndarray:
    """Log-loss of the other less that of mine, row by row in the order of mine."""
    paired = mine.rows[_KEY].merge(other.rows[[*_KEY, "churned", "risk"]], on=_KEY, how="left")
    churned, risk = (paired[name].to_numpy(dtype=float, na_value=np.nan) for name in ("churned", "risk"))
    if len(mine.rows) != len(other.rows) or np.isnan(risk).any() or (churned != mine.churned).any():
        raise DataRefusedError(
            f"predictions: {mine.model} and {other.model} have other rows in part {mine.part}; give every model the "
            "same accounts, dates and outcomes."
        )
    return log_losses(churned, risk) - log_losses(mine.churned, mine.risk)
