"""Sums, means and slopes per account: rows are added in their order, so that other accounts change no bit."""

import numpy as np

# Two answers of one week would make a slope of hundreds of points.
FEWEST_DAYS_OF_A_TREND = 14.0
DAYS_OF_A_TREND = 90.0


def counted(code: np.ndarray, n: int) -> np.ndarray:
    """Return the number of rows of each account, (n,) float.

    Example:
        >>> counted(np.array([0, 2, 2]), 3).tolist()
        [1.0, 0.0, 2.0]
    """
    return np.bincount(code, minlength=n).astype(float)


def summed(code: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    """Return the sum of each account's values, (n,)."""
    return np.bincount(code, weights=values, minlength=n).astype(float)


def distinct(numbers: np.ndarray) -> np.ndarray:
    """Return whole numbers ascending, each once.

    Example:
        >>> distinct(np.array([3, 1, 3])).tolist()
        [1, 3]
    """
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def divided(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    """Return a quotient, NaN where the divisor is 0.

    Example:
        >>> divided(np.array([1.0, 1.0]), np.array([2.0, 0.0])).tolist()
        [0.5, nan]
    """
    return np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)


def ends(code: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and the last row of each account, -1 where it has none; `code` must be sorted.

    Example:
        >>> [rows.tolist() for rows in ends(np.array([0, 2, 2]), 3)]
        [[0, -1, 1], [0, -1, 2]]
    """
    first, last = np.full(n, -1), np.full(n, -1)
    if len(code):
        breaks = np.flatnonzero(code[1:] != code[:-1])
        starts, stops = np.append(0, breaks + 1), np.append(breaks, len(code) - 1)
        first[code[starts]], last[code[stops]] = starts, stops
    return first, last


def picked(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the values of some rows as floats, NaN for row -1."""
    found = np.full(len(rows), np.nan)
    found[rows >= 0] = values[rows[rows >= 0]]
    return found


def slopes(code: np.ndarray, age: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    """Return the least-squares slope of each account's values in time, per 90 days.

    Args:
        code: Account of each row, sorted; within an account rows are in the order of time.
        age: Days before as_of, (m,); NaN where not known.
        values: (m,).
        n: Number of accounts.

    Returns:
        (n,); NaN with fewer than two rows, or where they span fewer than 14 days.

    Example:
        >>> slopes(np.array([0, 0]), np.array([45.0, 0.0]), np.array([8.0, 6.0]), 1).tolist()
        [-4.0]
    """
    rows = counted(code, n)
    late = -age / DAYS_OF_A_TREND
    centre = divided(summed(code, late, n), rows)
    middle = divided(summed(code, values, n), rows)
    apart = late - centre[code]
    square = summed(code, apart * apart, n)
    joint = summed(code, apart * (values - middle[code]), n)
    first, last = ends(code, n)
    long_enough = picked(age, first) - picked(age, last) >= FEWEST_DAYS_OF_A_TREND
    return np.where(long_enough, divided(joint, np.where(long_enough, square, 0.0)), np.nan)
