"""Shares of few players: the R2 of every set of them, by taking out one player after the other."""

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from nps_insights.drivers.explained.game import Game

Array = NDArray[np.float64]

# Numbers held at once: 64 MB.
_LARGEST = 8_000_000


def exact_parts(game: Game) -> Array:
    """Return each player's part of R2, the average of what it adds over all orders of the players (m,).

    A set of s of m players stands before a given other one in s! (m - s - 1)! of the m! orders.

    Example:
        >>> from nps_insights.drivers.explained.game import game_of
        >>> exact_parts(game_of(np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.3], [0.6, 0.3, 1.0]]), [[0], [1]])).round(2)
        array([0.36, 0.09])
    """
    m = game.n_players
    # Players of many columns first: what is left to compute for each set is small then.
    players = sorted(range(m), key=lambda player: (-np.count_nonzero(game.owner == player), player))
    columns = [np.flatnonzero(game.owner == player) for player in players]
    order = np.concatenate([*columns, [len(game.owner)]])
    explained = _of_sets(game.matrix[np.ix_(order, order)][None], [len(own) for own in columns])
    explained = explained.reshape((2,) * m)
    weight = _weights(m)
    parts = np.empty(m)
    for axis, player in enumerate(players):
        added = explained.take(1, axis=axis) - explained.take(0, axis=axis)
        parts[player] = float((weight * added).sum())
    return parts


def _weights(m: int) -> Array:
    """How often each set of the other players stands before a player: 1 / (m choose(m - 1, size))."""
    sizes: NDArray[np.int64] = reduce(np.add.outer, [np.arange(2)] * (m - 1), np.zeros((), dtype=np.int64))
    ways = np.ones(m)
    for size in range(1, m):
        ways[size] = ways[size - 1] * (m - size) / size
    return np.asarray(1 / (m * ways[sizes]))


def _of_sets(left: Array, sizes: list[int]) -> Array:
    """R2 of every set of the players, less that of nobody (sets so far, 2^players).

    Args:
        left: What is left of the covariance, once for each set of earlier players (sets, k + 1, k + 1), y last.
        sizes: Columns of each player that is still to come.
    """
    if not sizes:
        return np.zeros((len(left), 1))
    if left.size * 2 > _LARGEST and len(left) > 1:
        return np.concatenate([_of_sets(half, sizes) for half in np.array_split(left, 2)])
    rest = left[:, sizes[0] :, sizes[0] :]
    within = left
    for _ in range(sizes[0]):
        row = within[:, 0, 1:]
        within = within[:, 1:, 1:] - row[:, :, None] * (row / within[:, 0, :1])[:, None, :]
    added = rest[:, -1, -1] - within[:, -1, -1]
    both = _of_sets(np.concatenate([rest, within]), sizes[1:])
    without, with_it = np.split(both, 2)
    return np.concatenate([without, with_it + added[:, None]], axis=1)
