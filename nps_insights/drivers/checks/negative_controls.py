"""Themes that cannot matter, put through the same model: it should call one in twenty clear, no more."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.effects.combinations import NPS
from nps_insights.drivers.effects.fit import FittedDrivers
from nps_insights.drivers.effects.influence import residuals_without_own_account
from nps_insights.drivers.effects.joint_model import JointModel
from nps_insights.drivers.matrix.blocks import cross_products, summed_within
from nps_insights.metrics import account_codes, share_interval
from nps_insights.tables import SettingsError, conform, empty

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

LEVEL = 0.05
"""p-values below it are counted; of themes that cannot matter so many fall below by chance."""

ENOUGH = 400
"""Added themes of each kind, about; the share below `LEVEL` is then known to two points in a hundred."""

# Rates up to this are of no consequence; a check of many draws would find them.
HIGHEST_RATE = 0.075
_CELLS_AT_ONCE = 20_000_000
_FEWEST_ACCOUNTS = 10


def negative_controls(
    fitted: FittedDrivers, *, n_draws: int | None = None, random_state: int, accounts: pd.Series | None = None
) -> pd.DataFrame:
    """Add themes that cannot matter to the model, one at a time, and count how often it calls them clear.

    permuted: a theme's mentions are dealt out anew. Whole accounts swap their mentions with accounts of as many
    answers, and a mention stays with an answer to the same questions, so that a theme that some accounts repeat stays
    one: only so are errors tested that overlook how much alike an account's answers are.
    random: as many mentions as the theme has, drawn for each response by itself.

    Each column joins the model as it is, so that all that is known stays adjusted for. Its coefficient and error are
    what `fit_joint_model` would give with one column more, by the formulas for a column added to a regression.

    Args:
        fitted: A fitted family of drivers.
        n_draws: Times that each theme is drawn anew; as often as gives about `ENOUGH` added themes if not given.
        random_state: Seed.
        accounts: Account of each response, by response_id; those of the design if not given. The errors are always
            the model's own.

    Returns:
        Table `negative_controls`: share of p-values below `LEVEL` with its interval (Wilson's, of the effective number:
        themes of one draw are alike), the largest effect in points either way, and passed: the share is not clearly
        above `HIGHEST_RATE`. `n` counts added themes. Empty where the family has no themes or codes.
    """
    model = fitted.model
    names = fitted.drivers.loc[fitted.drivers["kind"] != "attribute", "driver_id"].tolist()
    if not names:
        return empty("negative_controls")
    draws = max(2, math.ceil(ENOUGH / len(names))) if n_draws is None else n_draws
    if draws < 1:
        raise SettingsError(f"n_draws == {draws}: must be at least 1")
    marks = model.x[:, [model.names.index(name) for name in names]]
    matrix = fitted.design.matrix.iloc[model.rows]
    if accounts is not None:
        matrix = matrix.assign(account_id=accounts.reindex(matrix["response_id"]).to_numpy())
    groups, codes = _alike(fitted, matrix)
    rng = np.random.default_rng(random_state)
    kinds = {"permuted": lambda: _dealt(marks, groups, codes, rng), "random": lambda: rng.permuted(marks, axis=0)}
    from threadpoolctl import threadpool_limits

    # Several processors would add up in another order.
    with threadpool_limits(limits=1):
        rows = [
            {
                "control": control,
                **_counted([added_columns(model, part) for part in _batches(draw, draws, marks.size)], draws),
            }
            for control, draw in kinds.items()
        ]
    return conform("negative_controls", pd.DataFrame(rows))


def added_columns(model: JointModel, columns: Array) -> tuple[Array, Array]:
    """Return p-value and total effect in points (m,) of columns that join a fitted model, each by itself.

    Formula: z is the column less what the model's columns tell of it (Frisch, Waugh and Lovell), c = z'r / z'z with
    residuals r. Residuals without the own account follow from the model's by Sherman and Morrison's formula, as the
    column adds z_g z_g' / z'z to the account's leverage.

    Args:
        model: The fitted model.
        columns: 0/1 columns (n, m), rows as the model's.
    """
    from scipy.stats import t

    sides = np.array(NPS)
    z = columns - model.x @ (model.inverse @ cross_products(model.x, columns))
    size = np.einsum("nm,nm->m", z, z)
    left = model.y @ sides - model.x @ (model.coefficients @ sides)
    with np.errstate(divide="ignore", invalid="ignore"):
        coefficient = z.T @ left / size
        own = residuals_without_own_account(model.x, model.inverse, z, model.accounts)
        moved = summed_within(z * ((model.residuals @ sides)[:, None] - coefficient * own), model.accounts)
        leverage = summed_within(z * own, model.accounts) / size
        score = moved / np.maximum(1 - leverage, 1e-8)
        variance = np.einsum("gm,gm->m", score, score) / size**2
    variance *= model.n_accounts / max(model.n_accounts - 1, 1)
    # A column that the model already tells has no coefficient of its own.
    known = (size > 1e-8 * len(z)) & (variance > 0)
    degrees = max(min(model.n_accounts - 1, len(z) - len(model.names) - 1), 1)
    statistic = np.divide(coefficient, np.sqrt(variance), out=np.zeros_like(size), where=known)
    p_value = np.where(known, 2 * t.sf(np.abs(statistic), degrees), np.nan)
    return p_value, np.where(known, 100 * coefficient * columns.mean(axis=0), np.nan)


def _alike(fitted: FittedDrivers, matrix: pd.DataFrame) -> tuple[Integers, Integers]:
    """Group of each row within which mentions are dealt out, and its account."""
    codes = account_codes(matrix)
    answers = np.bincount(codes)
    # Accounts of a number of answers that few have would find nobody to swap with: they swap among themselves.
    common = np.bincount(answers, minlength=answers.max() + 1) >= _FEWEST_ACCOUNTS
    size = np.where(common[answers], answers, 0)[codes]
    asked = matrix[fitted.design.controls.get("question", [])]
    pattern = asked.groupby(list(asked.columns)).ngroup() if len(asked.columns) else pd.Series(0, index=matrix.index)
    return size * (int(pattern.max()) + 1) + pattern.to_numpy(dtype=np.int64), codes


def _dealt(marks: Array, groups: Integers, codes: Integers, rng: np.random.Generator) -> Array:
    """The mentions of accounts in a new order, one after the other, within each group."""
    place = rng.permutation(int(codes.max()) + 1)
    drawn = np.empty_like(marks)
    drawn[np.lexsort((codes, groups))] = marks[np.lexsort((place[codes], groups))]
    return drawn


def _batches(draw: Callable[[], Array], draws: int, cells: int) -> Iterator[Array]:
    """All drawn columns, as many at once as fit: much of the work is the same for any number of columns."""
    at_once = max(1, _CELLS_AT_ONCE // cells)
    for first in range(0, draws, at_once):
        columns = np.hstack([draw() for _ in range(min(at_once, draws - first))])
        parts = math.ceil(columns.size / _CELLS_AT_ONCE)
        yield from np.array_split(columns, min(parts, columns.shape[1]), axis=1)


def _counted(found: list[tuple[Array, Array]], n_draws: int) -> dict[str, object]:
    p_values = np.concatenate([p for p, _ in found]).reshape(n_draws, -1)
    points = np.concatenate([effect for _, effect in found])
    known = ~np.isnan(p_values)
    n = int(known.sum())
    below = np.where(known, p_values < LEVEL, False).sum(axis=1)
    share = below.sum() / n if n else np.nan
    alone = share * (1 - share) * n / n_draws
    alike = max(1.0, float(below.var(ddof=1)) / alone) if n_draws > 1 and alone > 0 else 1.0
    estimate, low, high = (float(figure) for figure in share_interval(below.sum() / alike, n / alike))
    return {
        "estimate": estimate,
        "conf_low": low,
        "conf_high": high,
        "expected": LEVEL,
        "largest": float(np.nanmax(np.abs(points))) if n else np.nan,
        "passed": not low > HIGHEST_RATE,
        "n": n,
    }
