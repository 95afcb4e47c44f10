"""How R2 divides among players: what each adds, averaged over all orders (Lindeman, Merenda and Gold; Shapley).

With y last in a permuted correlation matrix, the squares of the last row of its Cholesky factor are what each column
adds in that order. Few players are averaged over all orders exactly; for many, orders are drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nps_insights.drivers.explained.exact import exact_parts
from nps_insights.drivers.explained.game import Game, game_of
from nps_insights.drivers.explained.orders import ORDERS_PER_DRAW, added, drawn_orders
from nps_insights.drivers.matrix.blocks import in_order

Array = NDArray[np.float64]

MOST_EXACT = 15
TOLERANCE = 0.001
MOST_ORDERS = 20_000
# Fewer draws would not tell how far they differ.
_FEWEST_DRAWS = 32
# Numbers in the matrices of one block of orders: they then lie in the processor's cache.
_NUMBERS_AT_ONCE = 500_000


@dataclass(frozen=True)
class Parts:
    """How R2 divides.

    Attributes:
        parts: Part of R2 of each player (m,); they sum to what all players add to the fixed columns.
        errors: Standard error of each part from drawing orders (m,); zeros where all orders were tried.
        n_orders: Orders drawn; 0 where all were tried.
    """

    parts: Array
    errors: Array
    n_orders: int

    @property
    def r_squared(self) -> float:
        """What all players together add to R2."""
        return float(self.parts.sum())


def lmg(
    cross: Array,
    players: Sequence[Sequence[int]],
    fixed: Sequence[int] = (),
    *,
    most_exact: int = MOST_EXACT,
    tolerance: float = TOLERANCE,
    most_orders: int = MOST_ORDERS,
    random_state: int = 0,
) -> Parts:
    """Return each player's part of R2.

    Args:
        cross: Covariance (or centred cross products) of all columns and, last, y (all + 1, all + 1).
        players: Columns of each player: one, or the levels of an attribute.
        fixed: Columns that stand first in every order; what they explain is nobody's part.
        most_exact: Up to so many players all orders are tried.
        tolerance: Orders are drawn until the largest standard error is below this part of R2.
        most_orders: Or until there are so many.
        random_state: Seed of the orders.

    Raises:
        SettingsError: A player has no column, or a column belongs to two.

    Example:
        >>> lmg(np.array([[1.0, 0.5, 0.6], [0.5, 1.0, 0.3], [0.6, 0.3, 1.0]]), [[0], [1]]).parts.round(3).tolist()
        [0.315, 0.045]
    """
    return parts_of(
        game_of(cross, players, fixed),
        most_exact=most_exact,
        tolerance=tolerance,
        most_orders=most_orders,
        random_state=random_state,
    )


def parts_of(
    game: Game,
    *,
    most_exact: int = MOST_EXACT,
    tolerance: float = TOLERANCE,
    most_orders: int = MOST_ORDERS,
    random_state: int = 0,
) -> Parts:
    """Return each player's part of R2 in a game; arguments as of `lmg`."""
    if game.n_players <= most_exact:
        parts = exact_parts(game)
        return Parts(parts, np.zeros_like(parts), 0)
    rng = np.random.default_rng(random_state)
    most = max(most_orders // ORDERS_PER_DRAW, 2)
    found = np.empty((0, game.n_players))
    wanted = min(_FEWEST_DRAWS, most)
    while True:
        found = np.concatenate([found, _of_draws(game, rng, wanted - len(found))])
        errors = found.std(axis=0, ddof=1) / np.sqrt(len(found))
        parts = found.mean(axis=0)
        still = float(errors.max()) / max(tolerance * float(parts.sum()), np.finfo(float).tiny)
        if still <= 1 or len(found) >= most:
            return Parts(parts, errors, len(found) * ORDERS_PER_DRAW)
        # As many as the error so far asks for, yet not more than twice those there are: it is uncertain itself.
        wanted = min(most, int(np.ceil(len(found) * min(1.05 * still**2 if still < 2 else 2.0, 2.0))))


def _of_draws(game: Game, rng: np.random.Generator, draws: int) -> Array:
    """What each player adds on average in each of so many sets of orders (draws, m)."""
    orders = drawn_orders(rng, draws, game.n_players)
    at_once = max(1, _NUMBERS_AT_ONCE // (ORDERS_PER_DRAW * len(game.matrix) ** 2))
    blocks = [slice(start, start + at_once) for start in range(0, draws, at_once)]

    def of_block(rows: slice) -> Array:
        own = orders[rows]
        each = added(game, own.reshape(-1, game.n_players))
        return np.asarray(each.reshape(own.shape).mean(axis=1))

    return np.concatenate(list(in_order(of_block, blocks)))
