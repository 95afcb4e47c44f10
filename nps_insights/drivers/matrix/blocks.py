"""Rows in blocks of one size, several at once: sums come in one order, whatever the number of processors."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

Result = TypeVar("Result")
# A block of a hundred columns then lies in the processor's cache.
ROWS_AT_ONCE = 4096


def account_blocks(accounts: NDArray[np.int64]) -> list[slice]:
    """Return slices of rows, about `ROWS_AT_ONCE` each, that split no account.

    Args:
        accounts: Account number of each row, ascending (n,).

    Example:
        >>> account_blocks(np.array([0, 0, 1, 2]))
        [slice(0, 4, None)]
    """
    starts = np.flatnonzero(np.r_[True, accounts[1:] != accounts[:-1]])
    wanted = np.arange(0, len(accounts), ROWS_AT_ONCE)
    cuts = np.unique(starts[np.searchsorted(starts, wanted, side="right") - 1])
    return [slice(int(a), int(b)) for a, b in zip(cuts, [*cuts[1:], len(accounts)], strict=True)]


def in_order(work: Callable[[slice], Result], blocks: list[slice]) -> Iterator[Result]:
    """Yield `work(block)` of every block in the order of the blocks, computed on all processors.

    Each block is computed by one thread: sums in another order would differ in their last bits.

    Example:
        >>> list(in_order(lambda rows: rows.stop - rows.start, [slice(0, 3), slice(3, 4)]))
        [3, 1]
    """
    workers = os.cpu_count() or 1
    if len(blocks) == 1:
        with _libraries().limit(limits=1):
            yield work(blocks[0])
        return
    with _libraries().limit(limits=1), ThreadPoolExecutor(workers) as pool:
        # A few blocks at a time: their results are dropped before the next are computed.
        for first in range(0, len(blocks), 4 * workers):
            yield from pool.map(work, blocks[first : first + 4 * workers])


def summed_within(rows: NDArray[np.float64], accounts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sum of the rows of each account, which stand together.

    Example:
        >>> summed_within(np.array([1.0, 2.0, 4.0]), np.array([3, 3, 5])).tolist()
        [3.0, 4.0]
    """
    starts = np.r_[True, accounts[1:] != accounts[:-1]]
    if starts.all():
        return rows
    from scipy.sparse import csr_array

    # Several times as fast as np.add.reduceat, and in the same order.
    ends = np.r_[np.flatnonzero(starts), len(rows)]
    members = csr_array((np.ones(len(rows)), np.arange(len(rows)), ends), shape=(len(ends) - 1, len(rows)))
    return np.asarray(members @ rows)


@cache
def _libraries() -> "ThreadpoolController":
    """What numpy computes with; looked up once, as that takes longer than a small fit."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def cross_products(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return x'y, the same bits on any number of processors.

    Example:
        >>> cross_products(np.ones((3, 1)), np.array([[1.0], [2.0], [3.0]])).tolist()
        [[6.0]]
    """
    blocks = [slice(start, start + ROWS_AT_ONCE) for start in range(0, len(x), ROWS_AT_ONCE)]
    total = np.zeros((x.shape[1], y.shape[1]))
    for part in in_order(lambda rows: x[rows].T @ y[rows], blocks):
        total += part
    return total
