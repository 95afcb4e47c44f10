"""Mean, spread and effective number of answers of many groups and periods at once, by integer codes.

Millions of answers are summed block by block into as many cells as there are groups and periods; no copy of the
answers is sorted or held, except where accounts answered several times.

The variance of a weighted mean is the sandwich sum over accounts of (sum of w (y - mean)) squared / (sum of w) squared,
times G / (G - 1) for G accounts; `n_eff` is the number of independent answers with that variance.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.int32] | NDArray[np.int64]
Accounts = NDArray[np.int32]

_BLOCK = 1 << 18
# So far from zero is more than the rounding of sums.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Moments:
    """What the answers of each of c cells tell of their mean.

    Attributes:
        n: Answers (c,).
        mean: Weighted mean (c,); missing where nobody answered.
        second: Weighted mean of the squares (c,).
        spread: Weighted variance of one answer (c,).
        n_accounts: Accounts among the answers (c,); as many as answers where each stands alone.
        n_eff: Effective number of answers (c,), never more than n.
        freedom: Degrees of freedom of the variance (c,): Kish's effective number of accounts, (sum of M)^2 / (sum of
            M^2) with M the weight or the number of an account's answers, less one; infinite where no account repeats
            and nothing is weighted, and where all answers are of one account.
    """

    n: NDArray[np.int64]
    mean: Array
    second: Array
    spread: Array
    n_accounts: NDArray[np.int64]
    n_eff: Array
    freedom: Array


def cell_moments(
    cell: Codes,
    n_cells: int,
    y: NDArray[np.int8] | Array,
    *,
    weight: Array | None = None,
    account: Accounts | None = None,
) -> Moments:
    """Return the moments of y in each cell.

    Args:
        cell: Cell of each answer, 0 to `n_cells` - 1; -1 for none.
        n_cells: Number of cells.
        y: Figure of each answer.
        weight: Weight of each answer, above 0.
        account: Number of each answer's account; None where every answer stands alone.

    Example:
        >>> found = cell_moments(np.array([0, 0, 1], dtype=np.int32), 2, np.array([1, 0, -1], dtype=np.int8))
        >>> found.n.tolist(), found.mean.tolist()
        ([2, 1], [0.5, -1.0])
    """
    n, total, first, second, squared = _sums(cell, n_cells, y, weight)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, second = first / total, second / total
        spread = np.maximum(second - mean**2, 0.0)
        n_eff = np.minimum(total**2 / squared, n)
    n_accounts, freedom = n, np.full(n_cells, np.inf)
    if account is not None or weight is not None:
        n_accounts, yy, ym, mm = _between(cell, n_cells, y, weight, account)
        with np.errstate(invalid="ignore", divide="ignore"):
            sandwich = (yy - 2 * mean * ym + mean**2 * mm) * n_accounts / np.maximum(n_accounts - 1, 1)
            # One account alone tells nothing of how accounts differ.
            several = (n_accounts > 1) & ((n_accounts < n) | (weight is not None))
            known = several & (sandwich > _ROUNDING * mm) & (spread > _ROUNDING)
            # Luck may make accounts look more alike than chance; more than n answers' worth is never claimed.
            n_eff = np.where(known, np.minimum(spread * total**2 / sandwich, n), n_eff)
            freedom = np.where(several, total**2 / mm - 1, freedom)
    return Moments(n.astype(np.int64), mean, second, spread, n_accounts.astype(np.int64), n_eff, freedom)


def _sums(
    cell: Codes, n_cells: int, y: NDArray[np.int8] | Array, weight: Array | None
) -> tuple[Array, Array, Array, Array, Array]:
    """By cell: number, sum of w, of wy, of wy squared (w once), and of w squared."""
    sums = np.zeros((5, n_cells + 1))
    block = max(_BLOCK, n_cells)
    for start in range(0, len(cell), block):
        part = slice(start, start + block)
        inside, figure = np.where(cell[part] < 0, n_cells, cell[part]).astype(np.intp), y[part].astype(float)
        sums[0] += np.bincount(inside, minlength=n_cells + 1)
        if weight is None:
            added = [figure, figure**2]
        else:
            w = weight[part]
            added = [w, w * figure, w * figure**2, w**2]
        for row, values in zip(sums[2:] if weight is None else sums[1:], added, strict=False):
            row += np.bincount(inside, weights=values, minlength=n_cells + 1)
    if weight is None:
        sums[1] = sums[4] = sums[0]
    n, total, first, second, squared = sums[:, :n_cells]
    return n, total, first, second, squared


def _between(
    cell: Codes,
    n_cells: int,
    y: NDArray[np.int8] | Array,
    weight: Array | None,
    account: Accounts | None,
) -> tuple[Array, Array, Array, Array]:
    """By cell: number of accounts, and sums over accounts of U^2, U x M and M^2, with U = sum wy and M = sum w.

    Multiplied out, so that whole numbers add up exactly in whatever order the accounts come.
    """
    if not (cell >= 0).any():
        nothing = np.zeros(n_cells)
        return nothing, nothing, nothing, nothing
    if weight is None and account is not None and y.dtype == np.int8:
        of_cell, u, m = _packed_runs(cell, y.astype(np.int8, copy=False), account)
    else:
        of_cell, u, m = _ordered_runs(cell, y, weight, account)
    counted = np.bincount(of_cell, minlength=n_cells).astype(float)
    yy, ym, mm = (np.bincount(of_cell, weights=one, minlength=n_cells).astype(float) for one in (u * u, u * m, m * m))
    return counted, yy, ym, mm


def _packed_runs(cell: Codes, y: NDArray[np.int8], account: Accounts) -> tuple[NDArray[np.intp], Array, Array]:
    """Cell, sum of y and number of answers of each account in each cell, for y of -1, 0 and 1.

    Cell, account and y in one number each, sorted in place: half the memory, a third of the time of an order.
    """
    n_accounts = int(account.max()) + 1
    packed = cell.astype(np.int64)
    packed *= n_accounts
    packed += account
    packed <<= 2
    packed += y + 1
    if (cell < 0).any():
        packed = packed[cell >= 0]
    packed.sort()
    figure = (packed & 3).astype(np.int8) - np.int8(1)
    packed >>= 2
    starts = np.flatnonzero(np.append(True, packed[1:] != packed[:-1]))
    of_cell = packed[starts] // n_accounts
    del packed
    u = np.add.reduceat(figure, starts, dtype=np.int32).astype(float)
    return of_cell, u, np.diff(starts, append=len(figure)).astype(float)


def _ordered_runs(
    cell: Codes, y: NDArray[np.int8] | Array, weight: Array | None, account: Accounts | None
) -> tuple[NDArray[np.intp], Array, Array]:
    """Cell, sum of wy and sum of w of each account in each cell; in the order of the rows within an account."""
    inside = np.flatnonzero(cell >= 0)
    starts = np.arange(len(inside))
    if account is not None:
        key = cell[inside].astype(np.int64) * (int(account.max()) + 1) + account[inside]
        order = np.argsort(key, kind="stable")
        inside, key = inside[order], key[order]
        starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    w = np.ones(len(inside)) if weight is None else weight[inside]
    return cell[inside[starts]].astype(np.intp), np.add.reduceat(w * y[inside], starts), np.add.reduceat(w, starts)


def account_numbers(responses: pd.DataFrame) -> Accounts | None:
    """Return a number per answer that is the same within an account; None where no account answered twice.

    Example:
        >>> account_numbers(pd.DataFrame({"account_id": ["a", "b", None, "a"]})).tolist()
        [0, 1, 2, 0]
    """
    if "account_id" not in responses.columns:
        return None
    codes, names = pd.factorize(responses["account_id"])
    numbers = codes.astype(np.int32)
    unknown = numbers < 0
    n_unknown = int(unknown.sum())
    if len(names) + n_unknown == len(numbers):
        return None
    if n_unknown:
        numbers[unknown] = np.arange(len(names), len(names) + n_unknown)
    return numbers
