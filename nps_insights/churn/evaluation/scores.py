"""The measures of churn models with intervals, over all accounts and by group."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from nps_insights.churn.economics import ContactEconomics
from nps_insights.churn.evaluation.calibration import ece_if_calibrated
from nps_insights.churn.evaluation.draws import percentiles, row_weights, unit_draws
from nps_insights.churn.evaluation.measures import CALLS, GAPS, OF_CALLS, Group, figures, groups_of
from nps_insights.churn.evaluation.rows import Floats, samples
from nps_insights.metrics import share_interval
from nps_insights.tables import SettingsError, conform, empty


def churn_scores(
    predictions: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    capacity: int | None = None,
    economics: ContactEconomics | None = None,
    confidence_level: float = 0.95,
    n_draws: int = 1000,
    random_state: int = 0,
) -> pd.DataFrame:
    """Return how good each model is in each part, with intervals.

    Measures: `auc`, `average_precision`, `brier`, `log_loss` as scikit-learn defines them. `ece`: expected calibration
    error over ten bins of equal count, rows of one risk together. `ece_if_calibrated`: the error that chance alone
    gives a model of that size whose risks are all true; an `ece` within its interval shows no miscalibration.
    `top_decile_lift`: the share leaving among the riskiest tenth over that of all. With `capacity`:
    `precision_at_capacity` (the share leaving among those called when the riskiest of each date are) and
    `capture_at_capacity` (the share of those leaving who are called); in a group the calls are those of the whole list
    that go to the group. With `economics`: `expected_profit` of the contact rule per account and date, given who
    left, in the currency of `value`; an account without value is not contacted. Equal risks share what their place
    holds.

    Intervals: percentiles of a bootstrap over units, models as they are (the chance of training is not in them). That
    of `ece` is its estimate +- the error's chance part, which covers at least its level (triangle inequality); those
    of shares of calls of which none or all left are Wilson's. Beyond 50 million rows x draws fewer draws are made, not
    below 200.

    Args:
        predictions: model, part, account_id, as_of (NaT where undated), churned, risk; unit (else the account),
            category and value where known; further columns that `by` names.
        by: Columns by which to measure as well, such as `category` (missing: `silent`).
        capacity: Calls per date.
        economics: What a contact costs and how often it helps.
        confidence_level: Coverage of the intervals.
        n_draws: Bootstrap draws.
        random_state: Seed; the same rows get the same draws whatever the model.

    Returns:
        Table `churn_scores`; a figure that does not exist, such as an AUC where nobody left, is missing.

    Raises:
        DataRefusedError: The predictions cannot be measured (see the message).
        SettingsError: `by` names no column, `capacity` is below 1, or a level or number of draws is out of bounds.

    Example:
        >>> rows = pd.DataFrame({"account_id": list("abcd"), "churned": [True, False, True, False]})
        >>> rows = rows.assign(model="chosen", part="out_of_time", as_of=pd.Timestamp("2026-01-01"))
        >>> found = churn_scores(rows.assign(risk=[0.9, 0.6, 0.6, 0.1]), capacity=1).set_index("metric")["estimate"]
        >>> found[["auc", "precision_at_capacity", "capture_at_capacity"]].tolist()
        [0.875, 1.0, 0.5]
    """
    absent = [name for name in by if name not in predictions.columns]
    if absent:
        raise SettingsError(f"by: predictions have no {', '.join(absent)}; they have {', '.join(predictions.columns)}.")
    if capacity is not None and capacity < 1:
        raise SettingsError(f"capacity == {capacity}, must be at least 1 call per date, or None.")
    rows: list[dict[str, object]] = []
    for sample in samples(predictions):
        groups = list(groups_of(sample, by, economics))
        drawn = unit_draws(sample.n_units, len(sample.unit), n_draws=n_draws, random_state=random_state)
        whole = figures(groups, sample, capacity, np.ones((1, len(sample.unit))))
        draws = [figures(groups, sample, capacity, weights) for weights in row_weights(drawn, sample.unit)]
        for group, estimates, *chunks in zip(groups, whole, *draws, strict=True):
            joined = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in estimates}
            for metric, estimate, low, high in _intervals(group, estimates, joined, confidence_level, random_state):
                figure = {"metric": metric, "estimate": estimate, "conf_low": low, "conf_high": high}
                keys = {"model": sample.model, "part": sample.part, "by": group.by, "group": group.name}
                rows.append(keys | figure | group.sample.counts)
    return conform("churn_scores", pd.DataFrame(rows)) if rows else empty("churn_scores")


def _intervals(
    group: Group, estimates: dict[str, Floats], draws: dict[str, Floats], confidence_level: float, random_state: int
) -> Iterator[tuple[str, float, float, float]]:
    """Yield measure, estimate, low and high."""
    for metric in estimates:
        if metric in (GAPS, CALLS):
            continue
        estimate = float(estimates[metric][0])
        low, high = (float(bound) for bound in percentiles(draws[metric], confidence_level))
        if metric in OF_CALLS and estimate in (0.0, 1.0):
            # Where none or all left every draw says the same, which is not certainty.
            size = estimates[CALLS][0] if metric == OF_CALLS[0] else group.sample.churned.sum()
            _, low, high = (
                float(one) for one in share_interval(estimate * size, size, confidence_level=confidence_level)
            )
        yield metric, estimate, low, high
    error = float(np.abs(estimates[GAPS]).sum())
    apart = np.abs(draws[GAPS] - estimates[GAPS]).sum(axis=1)
    chance = float(np.nanquantile(apart, confidence_level))
    yield "ece", error, max(error - chance, 0.0), min(error + chance, 1.0)
    by_chance = ece_if_calibrated(group.bins, group.sample.risk, random_state)
    low, high = (float(bound) for bound in percentiles(by_chance, confidence_level))
    yield "ece_if_calibrated", float(by_chance.mean()), low, high
