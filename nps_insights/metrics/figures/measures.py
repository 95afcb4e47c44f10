"""What each metric measures: a figure per answer, and from the mean of the figures the estimate with its interval."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.few_accounts import student_narrowing, student_quantile
from nps_insights.metrics.figures.cells import Moments
from nps_insights.metrics.figures.satisfaction import Scale, answers_on
from nps_insights.metrics.intervals import nps_interval, share_interval
from nps_insights.tables import CATEGORIES, DataRefusedError

Array = NDArray[np.float64]

METRICS = ("nps", "csat", "ces", "ces_top")
_SIGN = {"promoter": 1, "passive": 0, "detractor": -1}
_ALONE = "one answer alone does not tell how answers differ"
_ALIKE = "all {n} answers are the same, which does not tell how answers differ"


@dataclass(frozen=True)
class Measure:
    """One metric of n answers.

    Attributes:
        metric: One of `METRICS`.
        y: Figure of each answer (n,), whose mean is estimated; it does not count where the question was not answered.
        answered: Which answers answered the question (n,); None where all did.
        scale: The scale of the question, where it has one.
    """

    metric: str
    y: NDArray[np.int8] | Array
    answered: NDArray[np.bool_] | None = None
    scale: Scale | None = None


@dataclass(frozen=True)
class Figure:
    """Estimates of one metric in c cells, with interval and with the reason where there is none."""

    metric: str
    estimate: Array
    conf_low: Array
    conf_high: Array
    reason: list[str]


def measure_of(
    metric: str, responses: pd.DataFrame, csat_scale: Scale | None = None, ces_scale: Scale | None = None
) -> Measure:
    """Return the figure of each answer for a metric.

    Raises:
        SettingsError: The column of the metric, or its scale, is missing.
        DataRefusedError: A category is none, or an answer lies beyond its scale.

    Example:
        >>> measure_of("nps", pd.DataFrame({"category": ["promoter", "detractor"]})).y.tolist()
        [1, -1]
    """
    if metric == "nps":
        return Measure(metric, _signs(responses["category"]))
    column, scale = ("csat", csat_scale) if metric == "csat" else ("ces", ces_scale)
    answers = answers_on(responses, column, scale)
    answered = ~np.isnan(answers)
    if metric == "ces" or scale is None:
        return Measure(metric, answers, answered, scale)
    return Measure(metric, (answered & scale.good(answers)).astype(np.int8), answered, scale)


def figures_of(measure: Measure, moments: Moments, *, confidence_level: float = 0.95) -> Iterator[Figure]:
    """Yield the estimates of a metric in each cell; of the NPS also the shares of the three categories.

    Where answers are weighted or accounts repeat, the effective number of answers was itself learned from the accounts,
    and few of them need Student's t of their effective number less one: 12 accounts of unequal size cover .84 to .90 by
    the normal quantile, .95 to .97 by t (`benchmarks/monitoring_estimates.py`). Plain answers keep the normal quantile.

    Args:
        measure: The metric.
        moments: Of its figures, in each cell.
        confidence_level: Coverage of the intervals.
    """
    if measure.metric == "ces":
        yield _mean(measure, moments, confidence_level)
        return
    size = moments.n_eff * student_narrowing(moments.freedom, confidence_level=confidence_level)
    plain = [""] * len(size)
    if measure.metric != "nps":
        _, low, high = share_interval(moments.mean * size, size, confidence_level=confidence_level)
        yield Figure(measure.metric, moments.mean, low, high, plain)
        return
    # y is +1, 0 or -1: the mean of its square is the share of promoters and detractors together.
    shares = {
        "promoter": (moments.second + moments.mean) / 2,
        "passive": 1 - moments.second,
        "detractor": (moments.second - moments.mean) / 2,
    }
    shares = {name: np.clip(share, 0.0, 1.0) for name, share in shares.items()}
    counts = (shares["promoter"] * size, shares["detractor"] * size, size)
    _, low, high = nps_interval(*counts, confidence_level=confidence_level)
    yield Figure("nps", 100 * moments.mean, low, high, plain)
    for name in CATEGORIES:
        _, low, high = share_interval(shares[name] * size, size, confidence_level=confidence_level)
        yield Figure(name, shares[name], low, high, plain)


def _signs(category: pd.Series) -> NDArray[np.int8]:
    codes, names = pd.factorize(category)
    sign = np.array([_SIGN.get(str(name), 2) for name in names], dtype=np.int8)
    if (sign == 2).any() or (codes < 0).any():
        strange = sorted({str(name) for name in names} - set(_SIGN)) or ["no category"]
        raise DataRefusedError(
            f"category: every answer must be one of {', '.join(CATEGORIES)}; found {', '.join(strange)}"
        )
    return np.asarray(sign[codes])


def _mean(measure: Measure, moments: Moments, confidence_level: float) -> Figure:
    """Student's interval of a mean, within the scale."""
    usable = (moments.n_eff > 1) & (moments.spread > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = np.minimum(moments.freedom, np.maximum(moments.n - 1, 1))
        error = np.sqrt(moments.spread / (moments.n_eff - 1))
    quantile = student_quantile(freedom, confidence_level=confidence_level)
    half = np.where(usable, quantile * error, np.nan)
    low, high = (-np.inf, np.inf) if measure.scale is None else (measure.scale.low, measure.scale.high)
    reason = [
        "" if one else _ALIKE.format(n=f"{n:,}") if n > 1 else _ALONE for one, n in zip(usable, moments.n, strict=True)
    ]
    return Figure(
        "ces",
        moments.mean,
        np.where(usable, np.maximum(moments.mean - half, low), np.nan),
        np.where(usable, np.minimum(moments.mean + half, high), np.nan),
        reason,
    )
