"""What the shares are computed from: drivers as players, controls taken out, everything in correlations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nps_insights.tables import SettingsError

Array = NDArray[np.float64]

# Columns that are sums of others would leave a pivot of rounding errors: each gets this much variance of its own.
_LEAST_EIGENVALUE = 1e-10


@dataclass(frozen=True)
class Game:
    """Columns of the players and y, without what the fixed columns explain.

    Attributes:
        matrix: Their covariance (k + 1, k + 1), y last; columns scaled to variance 1, y so that its variance before
            the fixed columns are taken out is 1. The part of R2 of a regression is then in units of y.
        owner: Player of each column (k,).
        turn: What each row of `matrix` is, as a sum of the given columns and y (k + 1, all + 1).
    """

    matrix: Array
    owner: NDArray[np.int64]
    turn: Array

    @property
    def n_players(self) -> int:
        """Number of players."""
        return int(self.owner.max()) + 1


def game_of(cross: Array, players: Sequence[Sequence[int]], fixed: Sequence[int] = ()) -> Game:
    """Return the game of some columns, fixed ones standing first in every order.

    Args:
        cross: Covariance (or centred cross products) of all columns and, last, y; y varies.
        players: Columns of each player.
        fixed: Columns that are in every regression; their part of R2 is nobody's.

    Raises:
        SettingsError: A player has no column, or a column belongs to two.

    Example:
        >>> game_of(np.array([[4.0, 1.0], [1.0, 1.0]]), [[0]]).matrix.tolist()
        [[1.0, 0.5], [0.5, 1.0]]
    """
    own = [column for player in players for column in player]
    named = [*own, *fixed]
    if not players or min(len(player) for player in players) == 0 or len(set(named)) < len(named):
        raise SettingsError(
            f"players {list(map(list, players))}, fixed {list(fixed)}: every player needs columns, and a column has "
            "one place"
        )
    last = len(cross) - 1
    kept, held = [*own, last], list(fixed)
    turn = np.zeros((len(kept), len(cross)))
    turn[np.arange(len(kept)), kept] = 1.0
    if held:
        # The least-squares solution, as controls may be sums of each other.
        turn[:, held] = -np.linalg.lstsq(cross[np.ix_(held, held)], cross[np.ix_(held, kept)], rcond=None)[0].T
    variances = np.einsum("ij,jk,ik->i", turn, cross, turn)
    # What is left of a column that the fixed ones explain is rounding error; it stays next to nothing.
    least = _LEAST_EIGENVALUE * np.diag(cross)[kept]
    scale = 1 / np.sqrt(np.maximum(variances, np.where(least > 0, least, 1.0)))
    scale[-1] = 1 / np.sqrt(cross[last, last])
    turn *= scale[:, None]
    owner = np.repeat(np.arange(len(players)), [len(player) for player in players])
    return Game(_separable(turn @ cross @ turn.T), owner, turn)


def _separable(matrix: Array) -> Array:
    """The matrix with columns of which none is quite a sum of the others."""
    columns = matrix[:-1, :-1]
    missing = _LEAST_EIGENVALUE - float(np.linalg.eigvalsh(columns)[0])
    matrix = (matrix + matrix.T) / 2
    if missing > 0:
        matrix[np.arange(len(columns)), np.arange(len(columns))] += missing
    return matrix
