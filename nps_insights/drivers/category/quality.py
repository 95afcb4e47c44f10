"""How good predicted categories are, out of fold, with intervals that count accounts rather than answers.

Every figure is a function of sums over rows, so that a bootstrap of accounts is a product of two matrices: how often
each account was drawn, and what each account adds to the sums. All models are held against the same draws.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.tables import CATEGORIES, conform

Array = NDArray[np.float64]
# The model that is judged; the others are what it is held against.
MODEL = "themes_and_attributes"
# Many accounts are drawn in sets of accounts: as valid, and no larger.
_MOST_SETS = 5_000
_BINS = 10
_SMALLEST = 1e-12
_K = len(CATEGORIES)


def account_sets(accounts: pd.Series) -> NDArray[np.int64]:
    """Return the number of the set of accounts that each row is drawn with; up to 5,000 accounts, each is its own set.

    Example:
        >>> account_sets(pd.Series(["b", "a", "b"])).tolist()
        [1, 0, 1]
    """
    return np.asarray(pd.factorize(accounts, sort=True)[0] % _MOST_SETS, dtype=np.int64)


def effective_number(accounts: pd.Series) -> float:
    """Return (sum of answers)^2 / sum of (answers of an account)^2, Kish's number of accounts.

    Example:
        >>> effective_number(pd.Series(["a", "b", "b"]))
        1.8
    """
    sizes = accounts.value_counts().to_numpy(dtype=float)
    return float(sizes.sum() ** 2 / (sizes**2).sum())


class Draws:
    """Accounts drawn with replacement, the same for every model.

    Args:
        sets: Set of accounts of each row (n,).
        n_draws: How many bootstrap samples.
        random_state: Seed.
    """

    def __init__(self, sets: NDArray[np.int64], *, n_draws: int, random_state: int) -> None:
        self.sets = sets
        n_sets = int(sets.max()) + 1
        rng = np.random.default_rng(random_state)
        self.counts: Array = rng.multinomial(n_sets, np.full(n_sets, 1 / n_sets), size=n_draws).astype(float)

    def sums(self, rows: Array) -> tuple[Array, Array]:
        """Return the sums of columns over all rows (m,), and over the rows of each draw (n_draws, m)."""
        by_set = np.zeros((self.counts.shape[1], rows.shape[1]))
        np.add.at(by_set, self.sets, rows)
        return rows.sum(axis=0), self.counts @ by_set


def quality(probabilities: Array, actual: NDArray[np.int64], draws: Draws) -> dict[str, tuple[float, Array]]:
    """Return each metric of one model: its value, and its value in each draw (n_draws,).

    log_loss: mean of -log P(actual), in nats. macro_f1: mean over categories of F1 of the likeliest category.
    weighted_kappa: Cohen's kappa, quadratic weights, detractor to promoter 0 to 2. calibration_error: root mean square,
    over categories and ten bins of equal number, of mean predicted less observed share, less what chance adds.

    Args:
        probabilities: (n, 3), detractor, passive, promoter.
        actual: Number of the actual category (n,).
        draws: Of the same rows.
    """
    n = len(actual)
    said = probabilities.argmax(axis=1)
    cells = np.zeros((n, _K * _K))
    cells[np.arange(n), actual * _K + said] = 1.0
    total, drawn = draws.sums(cells)
    return {
        "log_loss": log_loss(probabilities, actual, draws),
        "macro_f1": (float(_macro_f1(total)), _macro_f1(drawn)),
        "weighted_kappa": (float(_weighted_kappa(total)), _weighted_kappa(drawn)),
        "calibration_error": _calibration_error(probabilities, actual, draws),
    }


def category_scores(
    predicted: Mapping[str, Array],
    *,
    actual: NDArray[np.str_],
    accounts: pd.Series,
    n_draws: int,
    random_state: int,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return table `category_scores`: percentile intervals of draws of accounts; n_eff is Kish's number of accounts.

    Args:
        predicted: Model -> probabilities (n, 3); a row that a model did not judge is missing, and not counted.
        actual: Actual category (n,).
        accounts: Account of each row.
        n_draws: Bootstrap samples.
        random_state: Seed.
        confidence_level: Coverage of the intervals.
    """
    rows = []
    for model, probabilities in predicted.items():
        judged = ~np.isnan(probabilities).any(axis=1)
        if not judged.any():
            continue
        draws = Draws(account_sets(accounts[judged]), n_draws=n_draws, random_state=random_state)
        sizes = {"n": int(judged.sum()), "n_eff": effective_number(accounts[judged])}
        for metric, (value, drawn) in quality(probabilities[judged], _numbers(actual[judged]), draws).items():
            bounds = interval(drawn, confidence_level=confidence_level)
            rows.append({"model": model, "metric": metric, "estimate": value, **bounds, **sizes})
    return conform("category_scores", pd.DataFrame(rows))


def category_gains(
    predicted: Mapping[str, Array],
    *,
    actual: NDArray[np.str_],
    accounts: pd.Series,
    n_draws: int,
    random_state: int,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return by how much the category model's log-loss is below each baseline's, on the rows that both judged.

    Args: as in `category_scores`.

    Returns:
        model (the baseline), estimate, conf_low, conf_high (nats; above 0 where the category model is better), n.
    """
    rows = []
    for model, probabilities in predicted.items():
        judged = ~np.isnan(probabilities).any(axis=1)
        if model == MODEL or not judged.any():
            continue
        draws = Draws(account_sets(accounts[judged]), n_draws=n_draws, random_state=random_state)
        own, other = (
            log_loss(one[judged], _numbers(actual[judged]), draws) for one in (predicted[MODEL], probabilities)
        )
        bounds = interval(other[1] - own[1], confidence_level=confidence_level)
        rows.append({"model": model, "estimate": other[0] - own[0], **bounds, "n": int(judged.sum())})
    return pd.DataFrame(rows)


def log_loss(probabilities: Array, actual: NDArray[np.int64], draws: Draws) -> tuple[float, Array]:
    """Return the mean of -log P(actual), in nats, and the same in each draw."""
    chosen = np.maximum(probabilities[np.arange(len(actual)), actual], _SMALLEST)
    total, drawn = draws.sums(np.column_stack([-np.log(chosen), np.ones(len(actual))]))
    return float(total[0] / total[1]), drawn[:, 0] / drawn[:, 1]


def _numbers(category: NDArray[np.str_]) -> NDArray[np.int64]:
    return np.asarray(pd.Index(CATEGORIES).get_indexer(category), dtype=np.int64)


def interval(drawn: Array, *, confidence_level: float = 0.95) -> dict[str, float]:
    """Return conf_low and conf_high: the middle share of the draws.

    Example:
        >>> {name: round(bound, 2) for name, bound in interval(np.arange(101.0)).items()}
        {'conf_low': 2.5, 'conf_high': 97.5}
    """
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return {"conf_low": float(low), "conf_high": float(high)}


def _macro_f1(cells: Array) -> Array:
    table = cells.reshape(*cells.shape[:-1], _K, _K)
    hits = np.einsum("...kk->...k", table)
    either = table.sum(axis=-1) + table.sum(axis=-2)
    return np.divide(2 * hits, either, out=np.zeros_like(hits), where=either > 0).mean(axis=-1)


def _weighted_kappa(cells: Array) -> Array:
    table = cells.reshape(*cells.shape[:-1], _K, _K)
    place = np.arange(_K)
    apart = (place[:, None] - place) ** 2
    by_chance = table.sum(axis=-1)[..., :, None] * table.sum(axis=-2)[..., None, :]
    by_chance = by_chance / table.sum(axis=(-1, -2))[..., None, None]
    observed, expected = (table * apart).sum(axis=(-1, -2)), (by_chance * apart).sum(axis=(-1, -2))
    ratio = np.divide(observed, expected, out=np.ones_like(observed), where=expected > 0)
    return np.asarray(1 - ratio)


def _calibration_error(probabilities: Array, actual: NDArray[np.int64], draws: Draws) -> tuple[float, Array]:
    """What chance adds to the squares is what drawing the accounts again adds once more: it is taken off."""
    columns = []
    for category in range(_K):
        predicted = probabilities[:, category]
        edges = np.unique(np.quantile(predicted, np.arange(1, _BINS) / _BINS))
        bins = np.searchsorted(edges, predicted, side="right")
        inside = bins[:, None] == np.arange(len(edges) + 1)
        columns += [inside * (predicted - (actual == category))[:, None], inside.astype(float)]
    gaps, sizes = np.hstack(columns[::2]), np.hstack(columns[1::2])
    (gap, drawn_gap), (size, drawn_size) = draws.sums(gaps), draws.sums(sizes)
    square, drawn = _mean_square(gap, size), _mean_square(drawn_gap, drawn_size)
    by_chance = float(drawn.mean()) - float(square)
    estimate = np.sqrt(max(float(square) - by_chance, 0.0))
    return float(estimate), np.sqrt(np.maximum(drawn - 2 * by_chance, 0.0))


def _mean_square(gap: Array, size: Array) -> Array:
    """Sum over bins of (gap / size)^2, weighted by size; the sizes of the three categories sum to three times n."""
    squares = np.divide(gap**2, size, out=np.zeros_like(gap), where=size > 0)
    return np.asarray(squares.sum(axis=-1) / size.sum(axis=-1))
