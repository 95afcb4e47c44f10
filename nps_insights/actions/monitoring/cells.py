"""A table of estimates as arrays: one row per figure, one column per period."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.change_points import figures_by_period, usable_periods
from nps_insights.metrics.few_accounts import student_quantile, two_sided_p
from nps_insights.metrics.own_movement import own_movement, own_units
from nps_insights.metrics.periods import nps_differences

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
# What follows from another figure of the table, or says who spoke; never told of by itself.
NOT_WATCHED = ("promoter", "passive", "detractor", "comment_rate")
_SHARES = ("csat", "ces_top", "theme_share")
_FIGURE = ["metric", "by", "group"]


@dataclass(frozen=True)
class Cells:
    """Figures of one metric and one or more columns by period: f figures, t periods.

    Attributes:
        figures: metric, by, group (f rows).
        starts: First days of the periods (t,).
        ends: Last days (t,).
        n: Answers (f, t), 0 where the period cannot be used.
        n_eff: Effective number of answers (f, t), missing where it cannot be used, like all below.
        estimate: The figure (f, t).
        of_one: Variance of one answer (f, t).
        degrees: Degrees of freedom of n_eff (f, t), where it was learned from accounts; infinite elsewhere.
        promoter: Share of promoters (f, t); missing for metrics that have none.
        detractor: Share of detractors (f, t).
    """

    figures: pd.DataFrame
    starts: pd.Series
    ends: pd.Series
    n: Array
    n_eff: Array
    estimate: Array
    of_one: Array
    degrees: Array
    promoter: Array
    detractor: Array

    @property
    def usable(self) -> Flags:
        """Which figures are known in which period (f, t)."""
        return np.asarray(np.isfinite(self.estimate))

    def spread(self, t: int) -> Array:
        """Return how far each figure moves by itself, as known before period t (f,), in units of the figure.

        Columns divide the same answers in several ways, so the one with the most groups by then speaks for all.
        Neither later periods nor groups that appear in them change it.
        """
        estimate, n_eff, of_one = (values[:, :t] for values in (self.estimate, self.n_eff, self.of_one))
        known = self.usable[:, :t].any(axis=1)
        if not known.any():
            return np.zeros(len(self.figures))
        with np.errstate(invalid="ignore", divide="ignore"):
            one = np.nansum(of_one * n_eff, axis=1) / np.nansum(n_eff, axis=1)
            sampling = one[:, None] / n_eff
        scale = own_units(self.figures["metric"], estimate, n_eff)
        by = self.figures["by"]
        most = by.to_numpy() == by[known].value_counts().sort_index().idxmax()
        return own_movement(estimate[most], sampling[most], scale[most]) * scale


def cells_of(series: pd.DataFrame, metric: str, *, confidence_level: float) -> Cells | None:
    """Return the figures of one metric by period, or None where no period of any can be used.

    Args:
        series: Table `estimates` per period.
        metric: Which metric.
        confidence_level: Of the intervals of `series`.

    Example:
        >>> cells_of(pd.DataFrame({"metric": []}), "nps", confidence_level=0.95) is None
        True
    """
    own = series[series["metric"] == metric]
    usable = usable_periods(own) if len(own) else own
    if usable.empty:
        return None
    free = usable["degrees"].to_numpy(dtype=float) if "degrees" in usable.columns else np.full(len(usable), np.nan)
    # The interval is Student's: what one answer varies by is told without it, and it is asked for again in `moves`.
    half = student_quantile(free, confidence_level=confidence_level)
    figures, layers, starts = figures_by_period(usable, half)
    row = {key: place for place, key in enumerate(figures[_FIGURE[1:]].itertuples(index=False, name=None))}
    ends = usable.drop_duplicates("period_start").set_index("period_start")["period_end"]
    at = starts.searchsorted(usable["period_start"])
    where = np.array([row[key] for key in zip(usable["by"], usable["group"], strict=True)])
    n = np.zeros(layers.shape[1:])
    n[where, at] = usable["n"]
    degrees = np.full(n.shape, np.inf)
    degrees[where, at] = np.where(np.isnan(free), np.inf, free)
    promoter, detractor = (_shares(series, name, row, starts, n.shape) for name in ("promoter", "detractor"))
    if metric != "nps":
        promoter, detractor = np.full(n.shape, np.nan), np.full(n.shape, np.nan)
    n_eff, estimate, of_one = layers[1], layers[0], layers[2]
    return Cells(figures, starts, starts.map(ends), n, n_eff, estimate, of_one, degrees, promoter, detractor)


def _shares(
    series: pd.DataFrame, metric: str, row: dict[tuple[str, str], int], starts: pd.Series, shape: tuple[int, ...]
) -> Array:
    shares = np.full(shape, np.nan)
    rows = series[(series["metric"] == metric) & series["period_start"].isin(starts)]
    where = np.array([row.get(key, -1) for key in zip(rows["by"], rows["group"], strict=True)], dtype=int)
    known = where >= 0
    shares[where[known], starts.searchsorted(rows["period_start"])[known]] = rows["estimate"].to_numpy()[known]
    return shares


def moves(cells: Cells, before: Flags, after: Flags, spread: Array, *, confidence_level: float) -> pd.DataFrame:
    """Return how far each figure moved between two sets of periods, each taken together.

    NPS: `nps_differences`. Shares: two-sample score test, interval of Agresti and Caffo (2000). Means: normal, by the
    standard errors that their intervals tell. All with the effective number of answers, so that several answers of
    one account count as what they are worth, and against Student's t where that number was learned from few accounts,
    by Welch over all periods of both sides. What an account says on both sides would make the difference surer yet.

    Args:
        cells: Figures by period.
        before: Which periods are compared with (f, t).
        after: Which are judged (f, t).
        spread: How far each figure moves from period to period by itself (f,).
        confidence_level: Of the intervals, the cells' and these.

    Returns:
        before_estimate, after_estimate, estimate, conf_low, conf_high, p_value, n_before, n: a row per figure, missing
        where one of the sides has no periods.

    Example:
        >>> import numpy as np
        >>> one, on = np.array([[1.0, 3.0]]), np.array([[True, False]])
        >>> periods, figures = pd.Series([0, 1]), pd.DataFrame({"metric": ["ces"]})
        >>> cells = Cells(figures, periods, periods, one, one * 100, one, one, np.full((1, 2), np.inf), one, one)
        >>> moves(cells, on, ~on, np.zeros(1), confidence_level=0.95)["estimate"].tolist()
        [2.0]
    """
    sides = [_side(cells, mask) for mask in (before, after)]
    extra = spread**2 * (sides[0]["squares"] + sides[1]["squares"])
    metric = str(cells.figures["metric"].iloc[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        degrees = _welch(sides)
        if metric == "nps" and np.isfinite(sides[1]["promoter"]).any():
            counts = [(side["promoter"] * side["n_eff"], side["detractor"] * side["n_eff"], side["n_eff"])
                      for side in sides]  # fmt: skip
            found = nps_differences(
                *counts, extra_variance=extra, most_degrees=degrees, confidence_level=confidence_level
            )
        else:
            found = _plain(sides, extra, degrees, is_share=metric in _SHARES, confidence_level=confidence_level)
    low, high = ("conf_low", "conf_high")
    return pd.DataFrame(
        {
            "before_estimate": sides[0]["estimate"],
            "after_estimate": sides[1]["estimate"],
            "estimate": sides[1]["estimate"] - sides[0]["estimate"],
            low: found[low],
            high: found[high],
            "p_value": found["p_value"],
            "n_before": sides[0]["n"],
            "n": sides[1]["n"],
        }
    )


def _side(cells: Cells, mask: Flags) -> dict[str, Array]:
    """Figures of several periods together, weighted by their answers."""
    with np.errstate(invalid="ignore", divide="ignore"):
        n = np.where(mask, cells.n, 0.0)
        weight = n / n.sum(axis=1, keepdims=True)
        squares = weight**2
        known = np.where(mask, squares / cells.n_eff, 0.0)
        n_eff = 1 / np.nansum(known, axis=1)
        uncertain = np.nansum(known**2 / cells.degrees, axis=1)
        together = {
            name: np.where(mask, weight * getattr(cells, name), 0.0).sum(axis=1)
            for name in ("estimate", "of_one", "promoter", "detractor")
        }
    none = ~mask.any(axis=1)
    for name in together:
        together[name] = np.where(none, np.nan, together[name])
    sums = {"n": n.sum(axis=1), "squares": squares.sum(axis=1), "uncertain": uncertain}
    return together | sums | {"n_eff": np.where(none, np.nan, n_eff)}


def _welch(sides: list[dict[str, Array]]) -> Array:
    """Degrees of freedom of a difference (f,): (sum of variances)^2 / sum of (variance^2 / its degrees)."""
    variances = [np.where(side["of_one"] > 0, side["of_one"], 0.0) for side in sides]
    total = sum(one / side["n_eff"] for one, side in zip(variances, sides, strict=True))
    uncertain = sum(one**2 * side["uncertain"] for one, side in zip(variances, sides, strict=True))
    return np.asarray(np.where(uncertain > 0, np.maximum(total**2 / uncertain, 1.0), np.inf))


def _plain(
    sides: list[dict[str, Array]], extra: Array, degrees: Array, *, is_share: bool, confidence_level: float
) -> dict[str, Array]:
    (a, b), (m, n) = [side["estimate"] for side in sides], [side["n_eff"] for side in sides]
    centre = b - a
    if is_share:
        pooled = (a * m + b * n) / (m + n)
        under_none = pooled * (1 - pooled) * (1 / m + 1 / n) + extra
        low, high = (a * m + 1) / (m + 2), (b * n + 1) / (n + 2)
        variance = low * (1 - low) / (m + 2) + high * (1 - high) / (n + 2) + extra
        centre = high - low
    else:
        variance = sides[0]["of_one"] / m + sides[1]["of_one"] / n + extra
        under_none = variance
    half = student_quantile(degrees, confidence_level=confidence_level) * np.sqrt(variance)
    p_value = two_sided_p((b - a) / np.sqrt(under_none), degrees)
    return {"conf_low": centre - half, "conf_high": centre + half, "p_value": p_value}
