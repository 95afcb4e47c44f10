"""The transition table between categories, as counted and corrected for the noise of single answers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.movement.latent import noise_of_answers, true_levels
from nps_insights.drivers.movement.mixture import moves_behind
from nps_insights.drivers.movement.raw import raw_movement, raw_movers
from nps_insights.drivers.movement.repeats import CHURNED, RepeatAnswers
from nps_insights.drivers.movement.scale import answer_scale, answers, cells
from nps_insights.metrics import account_codes
from nps_insights.tables import CATEGORIES, SettingsError, conform, empty

Array = NDArray[np.float64]
# Fewer steps fill no table of nine moves.
MIN_STEPS = 30
RELIABILITIES = (0.7, 0.8, 0.9)


def movement(
    repeats: RepeatAnswers,
    *,
    reliability: float = 0.8,
    n_bootstraps: int = 200,
    confidence_level: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """Return how customers move between categories, as counted and corrected for test-retest noise.

    The corrected figures are of true categories: those of the answers a customer would give on average. Who churned
    left from a true category too, known through one noisy answer. A drift across a border by less than the noise of one
    answer cannot be told from staying, and mostly counts as that. Intervals of the corrected figures come from the
    whole estimate over accounts drawn with replacement; they hold at the stated reliability.

    Args:
        repeats: What `repeat_answers` found.
        reliability: Correlation of two answers of customers for whom nothing changed, above 0 and up to 1; at 1
            nothing is corrected. See `retest_reliability`.
        n_bootstraps: Draws of accounts for the intervals.
        confidence_level: Coverage of the intervals.
        random_state: Seed of the draws.

    Returns:
        Table `movement`; empty with fewer than `MIN_STEPS` steps. Shares of one method and from_category sum to 1.

    Raises:
        SettingsError: `reliability` is not above 0 and at most 1, or fewer than 20 draws are wanted.

    Example:
        >>> from nps_insights.drivers.movement.repeats import repeat_answers
        >>> category, score = ["passive"] * 40 + ["promoter"] * 40, [7.0] * 40 + [9.0] * 40
        >>> answers = pd.DataFrame({"category": category, "score": score, "contact_id": [f"c{i}" for i in range(80)]})
        >>> waves = [answers.assign(response_id=[f"{d}/{i}" for i in range(80)], responded_at=pd.Timestamp(d))
        ...          for d in ("2026-01-05", "2026-04-05")]
        >>> table = movement(repeat_answers(pd.concat(waves)), reliability=1)
        >>> table.query("method == 'corrected' and from_category == 'passive'")["estimate"].tolist()
        [0.0, 1.0, 0.0]
    """
    check_settings(reliability, n_bootstraps)
    if len(repeats.steps) < MIN_STEPS:
        return empty("movement")
    moves = corrected_moves(repeats, reliability, n_bootstraps, random_state) if reliability < 1 else None
    return movement_table(repeats, moves, reliability=reliability, confidence_level=confidence_level)


def check_settings(reliability: float, n_bootstraps: int) -> None:
    """Raise a SettingsError where the settings of the correction are out of bounds."""
    if not 0 < reliability <= 1:
        raise SettingsError(
            f"reliability == {reliability}: must be above 0 and at most 1, for example 0.8; 1 corrects nothing"
        )
    if n_bootstraps < 20:
        raise SettingsError(f"n_bootstraps == {n_bootstraps}: must be at least 20, for example 200")


def corrected_moves(repeats: RepeatAnswers, reliability: float, n_bootstraps: int, random_state: int) -> Array:
    """Return the true moves behind the steps (1 + n_bootstraps, 3, 4), shares of all steps; the estimate first.

    The fourth destination is out. Each draw is fitted anew, density of true levels and noise included.
    """
    from threadpoolctl import threadpool_limits

    scale = answer_scale(repeats.steps)
    k = len(scale.levels)
    cell = cells(repeats.steps, scale)
    accounts = step_accounts(repeats.steps)
    n_accounts = int(accounts.max()) + 1
    rng = np.random.default_rng(random_state)
    drawn = rng.multinomial(n_accounts, np.full(n_accounts, 1 / n_accounts), size=n_bootstraps)
    moves: list[Array] = []
    noise_share = 0.0
    # The tables are small: threads would cost time and the last bits.
    with threadpool_limits(limits=1):
        for times in np.vstack([np.ones(n_accounts), drawn]):
            counts: Array = np.bincount(cell, weights=times[accounts], minlength=k * k + k).astype(float)
            answered = answers(counts, k)
            spread = _spread(answered, scale.levels)
            # One reliability is one share of the spread: searching for the noise in every draw takes ten times as long.
            noise_share = noise_share or noise_of_answers(answered, scale, reliability) / spread
            moves.append(moves_behind(counts, true_levels(answered, scale, noise_share * spread)))
    return np.stack(moves)


def _spread(answered: Array, levels: Array) -> float:
    share = answered / answered.sum()
    return float(np.sqrt(max(share @ levels**2 - (share @ levels) ** 2, 1e-6)))


def step_accounts(steps: pd.DataFrame) -> NDArray[np.int64]:
    """Return the number of the account of each step, of the customer where the account is unknown."""
    own = steps["account_id"].fillna(steps["customer_id"])
    return account_codes(pd.DataFrame({"account_id": own}))


def movement_table(
    repeats: RepeatAnswers, moves: Array | None, *, reliability: float, confidence_level: float
) -> pd.DataFrame:
    """Return table `movement` from the steps and the true moves behind them (none: nothing is corrected)."""
    raw = raw_movement(
        repeats.steps,
        step_accounts(repeats.steps),
        follows_exits=repeats.follows_exits,
        confidence_level=confidence_level,
    )
    corrected = raw
    if moves is not None:
        to = [*CATEGORIES, CHURNED] if repeats.follows_exits else list(CATEGORIES)
        from_share = moves.sum(axis=2, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = (moves / from_share)[:, :, : len(to)]
        total = len(repeats.steps)
        corrected = pd.DataFrame(
            {
                "from_category": np.repeat(CATEGORIES, len(to)),
                "to_category": to * len(CATEGORIES),
                **_figures(shares.reshape(len(moves), -1), confidence_level),
                "n_moved": total * moves[0, :, : len(to)].ravel(),
                "n": np.repeat(np.round(total * from_share[0, :, 0]).astype(int), len(to)),
            }
        )
    parts = [raw.assign(method="raw", reliability=1.0), corrected.assign(method="corrected", reliability=reliability)]
    return conform("movement", pd.concat(parts, ignore_index=True))


def movers_table(
    repeats: RepeatAnswers, moves_at: dict[float, Array], reliabilities: Sequence[float], *, confidence_level: float
) -> pd.DataFrame:
    """Return table `movers`: the share of steps between two answers that change category, by reliability."""
    accounts = step_accounts(repeats.steps)
    raw = raw_movers(repeats.steps, accounts, confidence_level=confidence_level)
    rows = []
    for reliability in sorted({*reliabilities, 1.0}):
        row = dict(zip(("estimate", "conf_low", "conf_high"), raw, strict=True))
        if reliability < 1:
            between = moves_at[reliability][:, :, :3]
            everybody = between.sum(axis=(1, 2))
            stayed = np.trace(between, axis1=1, axis2=2)
            figures = _figures((1 - stayed / everybody)[:, None], confidence_level)
            row = {name: float(figure[0]) for name, figure in figures.items()}
        rows.append({"reliability": reliability, **row, "n": repeats.counts["pairs"]})
    return conform("movers", pd.DataFrame(rows))


def _figures(draws: Array, confidence_level: float) -> dict[str, Array]:
    """The first row as the estimate, and an interval from the others.

    Each bound is the outer one of the percentile interval and of its mirror image at the estimate: where nobody moves,
    noise can only add movers, and percentiles alone would leave out zero. Draws without such customers say nothing.
    """
    estimate = draws[0]
    tail = (1 - confidence_level) / 2
    low, high = np.full(estimate.shape, np.nan), np.full(estimate.shape, np.nan)
    for column in np.flatnonzero(np.isfinite(estimate)):
        known = draws[np.isfinite(draws[:, column]), column]
        low[column], high[column] = np.quantile(known, [tail, 1 - tail])
    mirrored_low, mirrored_high = 2 * estimate - high, 2 * estimate - low
    return {
        "estimate": estimate,
        "conf_low": np.maximum(np.minimum(low, mirrored_low), 0.0),
        "conf_high": np.minimum(np.maximum(high, mirrored_high), 1.0),
    }
