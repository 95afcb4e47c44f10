"""Drivers that mostly come together: their sum is well known, their shares in it are not."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.effects.combinations import NPS, covariance, values
from nps_insights.drivers.effects.fit import FittedDrivers

Array = NDArray[np.float64]

# The likely range is twice as wide as it would be, were the driver unrelated to all others.
LARGEST_INFLATION = 4.0
_TOGETHER = 0.7


def collinear_groups(fitted: FittedDrivers, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Return which themes and codes can hardly be told apart, and what they do together.

    Formula: variance inflation 1 / (1 - R^2), where R^2 is how well all other columns tell the driver. Drivers above
    `LARGEST_INFLATION` whose correlation, plain or given all other columns, is at least 0.7 form a group; its effect is
    the sum of theirs.

    Args:
        fitted: A fitted family of drivers.
        confidence_level: Coverage of the interval of the sum.

    Returns:
        Rows of table `driver_checks`; `value` is the variance inflation. Levels of an attribute are not judged: they
        are parts of one whole.
    """
    names = fitted.drivers[fitted.drivers["kind"] != "attribute"].reset_index(drop=True)
    inflation, correlated = _related(fitted, names["driver_id"].tolist())
    high = inflation > LARGEST_INFLATION
    groups = _connected((correlated >= _TOGETHER) & np.outer(high, high))
    finding = ["can be told apart from the others"] * len(names)
    for members in (group for group in groups if high[group[0]]):
        said = _finding(fitted, names.iloc[members], inflation[members], confidence_level)
        for member in members:
            finding[member] = said
    return names[["driver_id", "label", "kind"]].assign(
        check="collinear", value=inflation, passed=~high, finding=finding
    )


def _related(fitted: FittedDrivers, names: list[str]) -> tuple[Array, Array]:
    """Variance inflation of the drivers (m,), and how closely each two are related, plain or given the rest (m, m)."""
    model = fitted.model
    own = [model.names.index(name) for name in names]
    share = model.means[own]
    inverse = model.inverse[np.ix_(own, own)]
    # X'X is what the inverse is of; the drivers are 0 or 1, so that a column's sum of squares is its sum.
    cross = np.linalg.inv(model.inverse)[np.ix_(own, own)] / len(model.x) - np.outer(share, share)
    spread = np.sqrt(np.diag(cross))
    plain = np.abs(cross / np.outer(spread, spread))
    given_rest = np.abs(inverse / np.sqrt(np.outer(np.diag(inverse), np.diag(inverse))))
    return np.diag(inverse) * len(model.x) * spread**2, np.maximum(plain, given_rest)


def _connected(linked: NDArray[np.bool_]) -> list[list[int]]:
    """Groups of positions that are linked, directly or through others, each ascending."""
    groups: list[list[int]] = []
    seen: set[int] = set()
    for start in range(len(linked)):
        if start in seen:
            continue
        members, frontier = {start}, [start]
        while frontier:
            near = set(np.flatnonzero(linked[frontier.pop()]).tolist()) - members
            members |= near
            frontier += sorted(near)
        seen |= members
        groups.append(sorted(members))
    return groups


def _finding(fitted: FittedDrivers, members: pd.DataFrame, inflation: Array, confidence_level: float) -> str:
    labels = [f"‘{label}’" for label in members["label"]]
    if len(labels) == 1:
        return (
            f"{labels[0]} can hardly be told apart from the other drivers and controls together: its likely range is "
            f"{np.sqrt(inflation[0]):.1f} times as wide as it would be by itself"
        )
    from scipy.stats import t

    together = fitted.effects.summed(fitted.drivers["driver_id"].isin(members["driver_id"]).to_numpy(dtype=float)[None])
    points = 100 * float(values(fitted.model, together)[0] @ np.array(NPS))
    error = 100 * float(np.sqrt(covariance(fitted.model, together)[0, 0]))
    half = float(t.ppf(0.5 + confidence_level / 2, fitted.model.degrees_of_freedom)) * error
    return (
        f"{', '.join(labels[:-1])} and {labels[-1]} mostly come together, and which of them it is can hardly be told; "
        f"together {points:+.1f} points ({points - half:+.1f} to {points + half:+.1f})"
    )
