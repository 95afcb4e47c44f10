"""What is gained by contacting the riskiest share of the accounts."""

import numpy as np
import pandas as pd

from nps_insights.churn.economics import ContactEconomics
from nps_insights.churn.evaluation.draws import percentiles, row_weights, unit_draws
from nps_insights.churn.evaluation.ranking import captured, ranking_of, reached
from nps_insights.churn.evaluation.rows import Sample, samples
from nps_insights.tables import conform, empty

SHARES = (0.01, 0.02, *(round(0.05 * step, 2) for step in range(1, 21)))


def gain_curve(
    predictions: pd.DataFrame,
    *,
    economics: ContactEconomics | None = None,
    confidence_level: float = 0.95,
    n_draws: int = 1000,
    random_state: int = 0,
) -> pd.DataFrame:
    """Return, for 1, 2, 5, 10, 15, ..., 100 % of the accounts from the highest risk down, what they hold.

    Equal risks share what their place holds, so that the curve of one risk for all is the diagonal.

    Args:
        predictions: As for `churn_scores`.
        economics: What a contact costs and how often it helps; then `profit` is there.
        confidence_level: Coverage of each interval, by a bootstrap over units.
        n_draws: Bootstrap draws, fewer on large data as in `churn_scores`.
        random_state: Seed.

    Returns:
        Table `gain_curve` per model and part: `contacted` (share of the accounts), `captured` (share of those who left
        among them), `lift` (captured / contacted), `profit` (of contacting all of these, given who left, per account
        and date, whether contacted or not; missing without values). Without anybody leaving it has no rows.

    Raises:
        DataRefusedError: The predictions cannot be measured (see the message).

    Example:
        >>> rows = pd.DataFrame({"account_id": list("abcd"), "churned": [True, False, False, False]})
        >>> rows = rows.assign(model="chosen", part="out_of_time", as_of=pd.Timestamp("2026-01-01"))
        >>> curve = gain_curve(rows.assign(risk=[0.8, 0.8, 0.1, 0.1])).set_index("contacted")
        >>> curve.loc[[0.25, 0.5, 1.0], "captured"].tolist()
        [0.5, 1.0, 1.0]
    """
    tables = [
        _curve(sample, economics, confidence_level, n_draws, random_state)
        for sample in samples(predictions)
        if sample.churned.any()
    ]
    return conform("gain_curve", pd.concat(tables)) if tables else empty("gain_curve")


def _curve(
    sample: Sample, economics: ContactEconomics | None, confidence_level: float, n_draws: int, random_state: int
) -> pd.DataFrame:
    ranking, shares = ranking_of(sample.risk), np.array(SHARES)

    def held(weights: np.ndarray) -> np.ndarray:
        return captured(reached(ranking, sample.churned, weights), shares)

    drawn = unit_draws(sample.n_units, len(sample.unit), n_draws=n_draws, random_state=random_state)
    low, high = percentiles(
        np.concatenate([held(weights) for weights in row_weights(drawn, sample.unit)]), confidence_level
    )
    estimate = held(np.ones((1, len(sample.unit))))[0]
    curve = {
        "model": sample.model,
        "part": sample.part,
        "position": np.arange(1, len(shares) + 1),
        "contacted": shares,
        "captured": estimate,
        "captured_low": np.fmin(low, estimate),
        "captured_high": np.fmax(high, estimate),
        "lift": estimate / shares,
        "n": len(sample.unit),
    }
    if economics is not None and not np.isnan(sample.value).all():
        # Nobody can be offered anything for an account of unknown value.
        gain = np.nan_to_num(economics.expected_gain(sample.churned, sample.value))
        places, sums = np.append(0, ranking.ends), np.append(0, np.cumsum(gain)[ranking.ends - 1])
        curve["profit"] = np.interp(shares * len(gain), places, sums) / len(gain)
    return pd.DataFrame(curve)
