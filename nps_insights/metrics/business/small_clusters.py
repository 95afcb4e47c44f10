"""A weighted score of few accounts, with an interval that holds where one account may carry a third of the weight.

The usual sandwich with a normal quantile knows the answers of the large accounts too well, since it has seen each of
them once: with 20 to 100 accounts and lognormal values it covers .6 to .9 instead of .95. Here the variance is the mean
of two: the sandwich with each account's part divided by what the account took from it when it pulled the mean its way
(CR2; Bell and McCaffrey 2002), and that of the answers' own spread, which the score itself implies, times the design
effect of the weights and of the likeness within accounts. As half of it is all but known, Student's t gets twice
Satterthwaite's degrees of freedom of the sandwich. The effective number of answers that follows goes into the score
interval, which knows that no score passes +-100. Chosen by simulation over tails of value, levels and likeness:
`benchmarks/monitoring_accounts.py`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nps_insights.metrics.few_accounts import student_narrowing
from nps_insights.metrics.intervals import nps_interval

Array = NDArray[np.float64]
FEW_ACCOUNTS = 50
MIN_ACCOUNTS = 10
MIN_EFFECTIVE_ACCOUNTS = 4.0
# Two accounts of spread 1/4 between and within are added: where all agree, likeness and luck are not gone.
_PRIOR, _PRIOR_SPREAD = 2.0, 0.25


@dataclass(frozen=True)
class ClusterScores:
    """Weighted scores of c cells, each of several accounts.

    Attributes:
        estimate: Weighted NPS in points (c,); missing where no account has weight.
        conf_low: Lower bound (c,); missing where there are too few accounts for one.
        conf_high: Upper bound (c,).
        n_eff: How many independent answers of equal weight would tell as much (c,).
        degrees: Degrees of freedom of `n_eff` (c,); missing where every answer stands alone.
        n_accounts: Accounts with weight (c,).
        effective_accounts: (sum of weights)^2 / (sum of squared weights) (c,), Kish's effective number.
        largest_share: Share of the weight that the largest account holds (c,).
    """

    estimate: Array
    conf_low: Array
    conf_high: Array
    n_eff: Array
    degrees: Array
    n_accounts: NDArray[np.int64]
    effective_accounts: Array
    largest_share: Array


def cluster_scores(
    cell: ArrayLike,
    weight: ArrayLike,
    promoter: ArrayLike,
    detractor: ArrayLike,
    answers: ArrayLike,
    *,
    n_cells: int = 1,
    confidence_level: float = 0.95,
    min_accounts: int = MIN_ACCOUNTS,
) -> ClusterScores:
    """Return the weighted NPS of the accounts of each cell, with an interval clustered by account.

    Args:
        cell: Cell of each account, 0 to `n_cells` - 1 (a,): a group and period, say.
        weight: Weight of each account (a,), not negative; accounts of weight 0 have no say.
        promoter: Share of promoters among the account's answers (a,).
        detractor: Share of detractors (a,).
        answers: Number of the account's answers (a,), 1 or more.
        n_cells: Number of cells c.
        confidence_level: Coverage wanted.
        min_accounts: Cells with fewer accounts have no interval, nor have those with fewer than 4 effective ones.

    Example:
        >>> scores = cluster_scores([0] * 20, [1.0] * 20, [1.0] * 12 + [0.0] * 8, [0.0] * 20, [3] * 20)
        >>> [round(float(figure[0])) for figure in (scores.estimate, scores.conf_low, scores.conf_high)]
        [60, 32, 80]
    """
    has_say = np.asarray(weight, dtype=float) > 0
    w, p, d, m = (np.asarray(one, dtype=float)[has_say] for one in (weight, promoter, detractor, answers))
    sums = _Sums(np.asarray(cell, dtype=np.int64)[has_say], n_cells)
    n = sums(np.ones(len(w)))
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = w / sums.spread_out(sums(w))
        known = _Cells(sums, shares, p, d, m, n, sums(shares * p), sums(shares * d), 1 / sums(shares**2))
        n_eff, degrees, plain = _effective_answers(known)
        size = n_eff * student_narrowing(degrees, confidence_level=confidence_level)
    given = (n >= min_accounts) & (known.effective >= MIN_EFFECTIVE_ACCOUNTS)
    # The more unequal the weights, the finer the steps in which the score moves.
    half_step = 0.5 * np.where(plain, 1.0, known.effective / np.maximum(n, 1))[given]
    counts = [known.promoter[given] * size[given], known.detractor[given] * size[given], size[given]]
    interval = np.full((2, n_cells), np.nan)
    interval[:, given] = nps_interval(
        counts[0], counts[1], counts[2], confidence_level=confidence_level, continuity=half_step
    )[1:]
    largest = np.zeros(n_cells)
    np.maximum.at(largest, sums.cell, shares)
    return ClusterScores(
        estimate=np.where(n > 0, 100 * (known.promoter - known.detractor), np.nan),
        conf_low=interval[0],
        conf_high=interval[1],
        n_eff=np.where(n > 0, n_eff, 0.0),
        degrees=np.where(n > 0, degrees, np.nan),
        n_accounts=n.astype(np.int64),
        effective_accounts=np.where(n > 0, known.effective, 0.0),
        largest_share=largest,
    )


@dataclass(frozen=True)
class _Sums:
    """Sums of accounts (a,) by cell (c,)."""

    cell: NDArray[np.int64]
    n_cells: int

    def __call__(self, values: Array) -> Array:
        return np.bincount(self.cell, values, minlength=self.n_cells).astype(float)

    def spread_out(self, by_cell: Array) -> Array:
        return np.asarray(by_cell[self.cell])


@dataclass(frozen=True)
class _Cells:
    """Accounts (a,): share of the weight, shares of promoters and detractors, answers; and cells (c,)."""

    sums: _Sums
    share: Array
    p: Array
    d: Array
    answers: Array
    n: Array
    promoter: Array
    detractor: Array
    effective: Array

    def off(self) -> Array:
        """How far each account lies from its cell's score, squared."""
        return np.asarray((self.p - self.d - self.sums.spread_out(self.promoter - self.detractor)) ** 2)


def _effective_answers(known: _Cells) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Effective answers, their degrees of freedom, and whether the interval is that of `nps` as it stands."""
    most = 1 / known.sums(known.share**2 / known.answers)
    # Every answer an account of its own, and all of one weight: nothing is clustered, nothing weighted.
    single = np.isclose(most, known.n) & (known.sums(known.answers) == known.n)
    plain = single | (known.effective >= FEW_ACCOUNTS)
    few, of_few = _few_accounts(known)
    n_eff = np.where(plain, _many_accounts(known, most), np.minimum(few, most))
    # One account alone tells nothing of how accounts differ.
    n_eff = np.where(known.n > 1, n_eff, known.effective)
    # As in `nps`: only answers that are neither clustered nor weighted keep the normal quantile.
    usual = np.where(single, np.nan, known.effective - 1)
    return n_eff, np.where(plain, usual, of_few), plain


def _many_accounts(known: _Cells, most: Array) -> Array:
    """Effective answers as in `nps`: spread of the answers over their variance between accounts."""
    between = known.sums(known.share**2 * known.off()) * known.n / (known.n - 1)
    spread = known.promoter + known.detractor - (known.promoter - known.detractor) ** 2
    n_eff = np.where((between > 0) & (known.sums(known.answers) > known.n), spread / between, most)
    return np.asarray(np.minimum(n_eff, most))


def _few_accounts(known: _Cells) -> tuple[Array, Array]:
    """Effective answers, and the degrees of freedom of Student's t that stands instead of the normal quantile."""
    total = known.effective + 3
    promoter, detractor = ((known.effective * one + 0.75) / total for one in (known.promoter, known.detractor))
    spread = promoter + detractor - (promoter - detractor) ** 2
    alike = known.sums.spread_out(_likeness(known))
    implied = spread * known.sums(known.share**2 * (alike + (1 - alike) / known.answers))
    sandwich, degrees = _bell_mccaffrey(known)
    return spread / ((sandwich + implied) / 2), 2 * degrees


def _bell_mccaffrey(known: _Cells) -> tuple[Array, Array]:
    """CR2 variance of the score, and Satterthwaite's degrees of freedom were all accounts equally uncertain.

    With a the shares of weight and S the sum of a^2, account i takes part with c_i = a_i^2 / (1 - 2 a_i + S); the
    degrees are S^2 over the sum over i, j of c_i c_j (1[i = j] - a_i - a_j + S)^2, multiplied out.
    """
    sums, a = known.sums, known.share
    squared = sums(a**2)
    left = 1 - 2 * a + sums.spread_out(squared)
    c = a**2 / left
    moments = [sums(c * a**power) for power in range(3)]
    crossed = squared**2 * moments[0] ** 2 - 4 * squared * moments[0] * moments[1]
    crossed = crossed + 2 * moments[0] * moments[2] + 2 * moments[1] ** 2
    own = sums(c**2 * (1 + 2 * sums.spread_out(squared) - 4 * a))
    return sums(c * known.off()), squared**2 / (own + crossed)


def _likeness(known: _Cells) -> Array:
    """Correlation of the answers of one account, by analysis of variance, accounts equally weighted."""
    sums, y = known.sums, known.p - known.d
    within = sums(known.answers * (known.p + known.d - y**2))
    degrees = sums(known.answers - 1)
    between = sums((y - sums.spread_out(sums(y) / known.n)) ** 2) / (known.n - 1)
    by_luck = np.where(degrees > 0, within / np.maximum(degrees, 1), 0.0) * sums(1 / known.answers) / known.n
    real = np.maximum(np.where(known.n > 1, between, 0.0) - by_luck, 0.0)
    real = (real * (known.n - 1) + _PRIOR * _PRIOR_SPREAD) / (known.n - 1 + _PRIOR)
    return np.asarray(real / (real + (within + _PRIOR * _PRIOR_SPREAD) / (degrees + _PRIOR)))
