"""The change of the NPS were the answers of both periods composed alike.

With one column this is the rate of Kitagawa (1955); with several at once, the additive form of Oaxaca (1973) and
Blinder (1973): the NPS of each period is a sum over columns, what other shares add at mean effects is the column's
part, and what is left is the change like for like. Parts and change like for like add to the change exactly.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.comparability.composition import Levels
from nps_insights.metrics.mix import clustered_errors
from nps_insights.tables import DataRefusedError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
# With fewer on a side a value's NPS on that side is not known well enough to compare.
_FEW = 5
_DEPENDENT = 1e-8


@dataclass(frozen=True)
class LikeForLike:
    """A change of the NPS, adjusted for who answered and how.

    Attributes:
        adjusted: estimate, std_error, conf_low, conf_high (points) of the change like for like.
        parts: One row per column: column, estimate, std_error, conf_low, conf_high (points); with the adjusted
            estimate they add to the change.
        levels: One row per column and value: column, level, share_before, share_after (0..1), points.
        shared: Share of the answers of each period that are of values found in both (2,).
    """

    adjusted: pd.Series
    parts: pd.DataFrame
    levels: pd.DataFrame
    shared: Array


@dataclass(frozen=True)
class _Fit:
    """One period: mean of the columns, coefficients, and how each answer moves the coefficients."""

    at: NDArray[np.intp]
    mean: Array
    coefficients: Array
    influence: Array


def like_for_like(
    y: Array,
    columns: Mapping[str, Levels],
    is_after: Mask,
    accounts: NDArray[np.int64],
    *,
    confidence_level: float = 0.95,
) -> LikeForLike:
    """Split the change of a mean into a part per column and the change like for like.

    Values that fewer than 5 answers of a period have are left out of the comparison like for like; what they add to
    the change is their column's part. Standard errors by the delta method, clustered by account across both periods;
    residuals are divided by 1 - leverage, as values may be small.

    Args:
        y: +1, 0 or -1 of each answer of both periods (n,).
        columns: Value of each answer by column (n,) each; the order decides where two columns say the same.
        is_after: Whether each answer is of the later period (n,).
        accounts: Number of each answer's account (n,), 0 to G-1.
        confidence_level: Coverage of the intervals.

    Raises:
        DataRefusedError: No values are shared by both periods.

    Example:
        >>> channel = Levels.of(pd.Series(["email"] * 30 + ["sms"] * 10 + ["email"] * 10 + ["sms"] * 30))
        >>> y = np.where(channel.codes == 1, -1.0, 1.0)
        >>> found = like_for_like(y, {"channel": channel}, np.repeat([False, True], 40), np.arange(80))
        >>> found.parts["estimate"].round(1).tolist(), bool(abs(found.adjusted["estimate"]) < 1e-9)
        ([-100.0], True)
    """
    inside = np.ones(len(y), dtype=bool)
    unshared: dict[str, tuple[float, Array]] = {}
    for name, smaller in _narrowed(columns, is_after):
        if any((smaller & side).sum() < _FEW for side in (is_after, ~is_after)):
            raise DataRefusedError(
                f"{name}: hardly any answers of both periods share a value; nothing is like for like"
            )
        was, now = _change(y, inside, is_after), _change(y, smaller, is_after)
        unshared[name] = (was[0] - now[0], was[1] - now[1])
        inside = smaller
    design, owner, names = _design(columns, inside, is_after)
    fits = [_fitted(design, y, inside & side) for side in (~is_after, is_after)]
    centre = (fits[0].mean + fits[1].mean) / 2
    effects = (fits[0].coefficients + fits[1].coefficients) / 2
    moved = fits[1].mean - fits[0].mean
    gained = fits[1].coefficients - fits[0].coefficients
    estimates, influences = [centre @ gained], [np.zeros(len(y))]
    for fit, sign in zip(fits, (-1.0, 1.0), strict=True):
        influences[0][fit.at] += sign * fit.influence @ centre + _spread(design, fit) @ gained / 2
    for name in columns:
        own = owner == name
        influence = unshared[name][1].copy()
        for fit, sign in zip(fits, (-1.0, 1.0), strict=True):
            influence[fit.at] += sign * _spread(design, fit)[:, own] @ effects[own]
            influence[fit.at] += fit.influence[:, own] @ moved[own] / 2
        estimates.append(moved[own] @ effects[own] + unshared[name][0])
        influences.append(influence)
    figures = _figures(np.array(estimates), np.column_stack(influences), accounts, confidence_level)
    figures.insert(0, "column", ["", *columns])
    shares = np.array([inside[side].mean() for side in (~is_after, is_after)])
    levels = _levels(columns, is_after, dict(zip(zip(owner, names, strict=True), effects, strict=True)))
    return LikeForLike(figures.iloc[0].drop("column"), figures.iloc[1:].reset_index(drop=True), levels, shares)


def shared_answers(columns: Mapping[str, Levels], is_after: Mask) -> float:
    """Return the smaller period's share of answers whose values, of every column, stand in both periods.

    Example:
        >>> channel = Levels.of(pd.Series(["email"] * 10 + ["sms"] * 10 + ["email"] * 20))
        >>> shared_answers({"channel": channel}, np.repeat([False, True], 20))
        0.5
    """
    inside = np.ones(len(is_after), dtype=bool)
    for _, smaller in _narrowed(columns, is_after):
        inside = smaller
    return min(float(inside[side].mean()) for side in (~is_after, is_after))


def _narrowed(columns: Mapping[str, Levels], is_after: Mask) -> Iterator[tuple[str, Mask]]:
    """After each column: the answers whose values, of it and those before it, stand in both periods."""
    inside = np.ones(len(is_after), dtype=bool)
    for name, values in columns.items():
        inside = inside & _shared(values, is_after, inside)
        yield name, inside


def _shared(values: Levels, is_after: Mask, inside: Mask) -> Mask:
    """Which answers have a value that enough answers of both periods have."""
    counts = [values.counts(inside & side) for side in (~is_after, is_after)]
    return np.asarray(np.minimum(*counts)[values.codes] >= _FEW)


def _change(y: Array, inside: Mask, is_after: Mask) -> tuple[float, Array]:
    """The change of the mean among some answers, and what each of them adds to its error."""
    influence = np.zeros(len(y))
    means = []
    for side, sign in ((~is_after, -1.0), (is_after, 1.0)):
        at = inside & side
        means.append(y[at].mean())
        influence[at] = sign * (y[at] - means[-1]) / at.sum()
    return means[1] - means[0], influence


def _design(
    columns: Mapping[str, Levels], inside: Mask, is_after: Mask
) -> tuple[Array, NDArray[np.object_], list[str]]:
    """Ones and an indicator per value but the most frequent one of each column; without those that others imply."""
    parts, owner, names = [np.ones(len(inside))], [""], [""]
    for name, values in columns.items():
        counts = values.counts(inside)
        for level in np.argsort(-counts, kind="stable")[1 : int((counts > 0).sum())]:
            parts.append((values.codes == level).astype(float))
            owner.append(name)
            names.append(values.names[level])
    full = np.column_stack(parts)
    grams = [full[inside & side].T @ full[inside & side] for side in (~is_after, is_after)]
    kept: list[int] = []
    for column in range(full.shape[1]):
        if all(_adds(gram, kept, column) for gram in grams):
            kept.append(column)
    return full[:, kept], np.array(owner, dtype=object)[kept], [names[column] for column in kept]


def _adds(gram: Array, kept: list[int], column: int) -> bool:
    """Whether a column is more than a sum of those kept."""
    own = gram[column, column]
    if not kept or own == 0:
        return bool(own > 0)
    cross = gram[kept, column]
    left = own - cross @ np.linalg.solve(gram[np.ix_(kept, kept)], cross)
    return bool(left > _DEPENDENT * own)


def _fitted(design: Array, y: Array, at: Mask) -> _Fit:
    rows = np.flatnonzero(at)
    x = design[rows]
    inverse = np.linalg.inv(x.T @ x)
    coefficients = inverse @ (x.T @ y[rows])
    solved = x @ inverse
    leverage = np.minimum((solved * x).sum(axis=1), 0.99)
    residual = (y[rows] - x @ coefficients) / (1 - leverage)
    return _Fit(rows, x.mean(axis=0), coefficients, solved * residual[:, None])


def _spread(design: Array, fit: _Fit) -> Array:
    """How each answer of a period moves the mean of each column."""
    return np.asarray((design[fit.at] - fit.mean) / len(fit.at))


def _figures(estimates: Array, influence: Array, accounts: NDArray[np.int64], confidence_level: float) -> pd.DataFrame:
    from scipy.stats import t

    errors = 100 * clustered_errors(influence, accounts)
    half = float(t.ppf(0.5 + confidence_level / 2, max(int(accounts.max()), 1))) * errors
    points = 100 * estimates
    return pd.DataFrame(
        {"estimate": points, "std_error": errors, "conf_low": points - half, "conf_high": points + half}
    )


def _levels(columns: Mapping[str, Levels], is_after: Mask, effects: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    """Which values of a column moved, and what each adds at its mean effect beside the mean of the column."""
    parts = []
    for name, values in columns.items():
        before, after = (values.counts(side) / side.sum() for side in (~is_after, is_after))
        effect = np.array([effects.get((name, level), 0.0) for level in values.names])
        points = 100 * (after - before) * (effect - effect @ (before + after) / 2)
        own = {"level": values.names, "share_before": before, "share_after": after, "points": points}
        parts.append(pd.DataFrame({"column": name, **own}))
    return pd.concat(parts, ignore_index=True)[["column", "level", "share_before", "share_after", "points"]]
