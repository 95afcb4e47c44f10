"""How each part of R2 moves with the covariance of the data: what errors of shares are computed from.

What a column adds in one order is the drop of the residual variance of y, and a response moves a residual variance by
its own squared residual (the coefficients stand at their best, so their errors count for nothing at first order). A
response z thus moves a part by the mean over orders of e_before^2 - e_after^2 = z' G z: G is a matrix per player.
"""

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from nps_insights.drivers.explained.game import Game
from nps_insights.drivers.explained.orders import Orders, column_orders, drawn_orders, factors
from nps_insights.drivers.matrix.blocks import in_order

Array = NDArray[np.float64]

# A standard error needs fewer orders than the part itself: 1 % of it is plenty.
_DRAWS = 32
_MOST_TRIED = 5
_DRAWS_AT_ONCE = 8


def part_gradients(game: Game, *, random_state: int = 0) -> Array:
    """Return G of each player (m, k + 1, k + 1); over all players they sum to the gradient of R2.

    Up to 5 players all orders are tried, for more 256 are drawn.

    Args:
        game: The players.
        random_state: Seed of the orders.

    Example:
        >>> from nps_insights.drivers.explained.game import game_of
        >>> game = game_of(np.array([[1.0, 0.6], [0.6, 1.0]]), [[0]])
        >>> part_gradients(game)[0].round(2).tolist()
        [[-0.36, 0.6], [0.6, 0.0]]
    """
    m = game.n_players
    if m <= _MOST_TRIED:
        return _of_orders(game, np.array(list(permutations(range(m)))))
    orders = drawn_orders(np.random.default_rng(random_state), _DRAWS, m)
    blocks = [slice(start, start + _DRAWS_AT_ONCE) for start in range(0, _DRAWS, _DRAWS_AT_ONCE)]
    total = np.zeros((m, *game.matrix.shape))
    for part in in_order(lambda rows: _of_orders(game, orders[rows].reshape(-1, m)), blocks):
        total += part
    return total / len(blocks)


def _of_orders(game: Game, orders: Orders) -> Array:
    k = len(game.owner)
    columns = column_orders(game, orders)
    lower = factors(game, columns)
    # Row i of the inverse is column i less what earlier ones say of it, scaled to variance 1.
    own = lower[:, -1, :-1, None] * np.linalg.inv(lower[:, :-1, :-1])
    taken = np.zeros((len(orders), k, k + 1))
    np.put_along_axis(taken, np.broadcast_to(columns[:, None, :], own.shape), own, axis=2)
    # e_before - e_after = taken, and e_before + e_after = 2 y - what has been taken before and with it.
    both = taken - 2 * np.cumsum(taken, axis=1)
    both[:, :, k] += 2
    place = np.argsort(columns, axis=1)[:, :, None]
    taken, both = (np.take_along_axis(rows, place, axis=1) for rows in (taken, both))
    by_column = taken.transpose(1, 2, 0) @ both.transpose(1, 0, 2) / len(orders)
    starts = np.flatnonzero(np.diff(game.owner, prepend=-1))
    summed = np.add.reduceat(by_column, starts, axis=0)
    return np.asarray((summed + summed.transpose(0, 2, 1)) / 2)
