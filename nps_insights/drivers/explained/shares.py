"""How the R2 of a fitted family of drivers divides among them, with intervals."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.effects.fit import FittedDrivers
from nps_insights.drivers.explained.game import Game, game_of
from nps_insights.drivers.explained.gradients import part_gradients
from nps_insights.drivers.explained.intervals import part_intervals
from nps_insights.drivers.explained.lmg import MOST_EXACT, MOST_ORDERS, TOLERANCE, Parts, parts_of
from nps_insights.drivers.explained.moments import grouped_products
from nps_insights.drivers.matrix.levels import driver_id
from nps_insights.tables import conform, empty

Array = NDArray[np.float64]

# Groups whose matrices are turned at once.
_GROUPS_AT_ONCE = 32


@dataclass(frozen=True)
class ExplainedShares:
    """What each driver explains.

    Attributes:
        shares: Table `explained_shares`; empty where there is nothing to explain.
        r_squared: Part of the variance of the answers that all drivers explain beyond the controls (0..1).
        r_squared_low: Lower end of its interval.
        r_squared_high: Upper end of its interval.
        by_controls: Part of the variance that the controls explain by themselves.
        n_orders: Orders of the drivers that were drawn; 0 where all were tried.
        notes: Plain sentences on what a reader must know.
    """

    shares: pd.DataFrame
    r_squared: float
    r_squared_low: float
    r_squared_high: float
    by_controls: float
    n_orders: int
    notes: list[str]


def explained_shares(
    fitted: FittedDrivers,
    *,
    random_state: int = 0,
    confidence_level: float = 0.95,
    most_exact: int = MOST_EXACT,
    tolerance: float = TOLERANCE,
    most_orders: int = MOST_ORDERS,
) -> ExplainedShares:
    """Return each driver's part of the R2 of promoter +1, passive 0, detractor -1 on all drivers.

    A driver's part is what it adds to R2, averaged over all orders in which drivers can enter, controls first. The
    parts sum to R2 and are never negative: they carry no sign. The levels of an attribute enter together.

    Args:
        fitted: What `fit_drivers` returned.
        random_state: Seed of the orders that are drawn.
        confidence_level: Coverage of the intervals.
        most_exact: Up to so many drivers all orders are tried.
        tolerance: Orders are drawn until the largest sampling error is below this part of R2.
        most_orders: Or until there are so many.

    Returns:
        Table `explained_shares` with notes. `std_error` and the interval cover both the data (clustered by account)
        and the drawing of orders; `sampling_error` is the latter alone.

    Example:
        >>> from nps_insights.drivers import DriverDesign, fit_drivers
        >>> matrix = pd.DataFrame({"category": ["promoter", "promoter", "passive", "detractor"] * 10,
        ...                        "code/Price": [0.0, 0.0, 1.0, 1.0] * 10, "code/Staff": [0.0, 1.0] * 20})
        >>> drivers = pd.DataFrame({"driver_id": ["code/Price", "code/Staff"], "label": ["Price", "Staff"]})
        >>> drivers = drivers.assign(kind="code", theme_id=None, attribute="", level="", numeric=False)
        >>> explained = explained_shares(fit_drivers(DriverDesign(matrix, drivers, pd.DataFrame())))
        >>> explained.shares[["driver_id", "estimate", "share"]].round(3).values.tolist()
        [['code/Price', 0.818, 0.9], ['code/Staff', 0.091, 0.1]]
    """
    names, players = _players(fitted)
    products = grouped_products(fitted.model)
    total = products.sum(axis=0)
    n = len(fitted.model.x)
    if total[-1, -1] <= 0:
        note = f"All {n:,} answers are of one category: there is nothing that drivers could explain."
        return ExplainedShares(empty("explained_shares"), 0.0, 0.0, 0.0, 0.0, 0, [note])
    named = {column for player in players for column in player}
    fixed = [column for column in range(len(total) - 1) if column not in named]
    game = game_of(total, players, fixed)
    found = parts_of(
        game, most_exact=most_exact, tolerance=tolerance, most_orders=most_orders, random_state=random_state
    )
    errors = _errors(game, found, products, part_gradients(game, random_state=random_state))
    columns = np.bincount(game.owner)
    low, high = part_intervals(
        np.r_[found.parts, found.r_squared],
        errors,
        np.r_[columns, columns.sum()],
        degrees_of_freedom=max(len(products) - 1, 1),
        confidence_level=confidence_level,
    )
    shares = names.assign(
        estimate=found.parts,
        std_error=errors[:-1],
        conf_low=low[:-1],
        conf_high=high[:-1],
        sampling_error=found.errors,
        share=found.parts / max(found.r_squared, np.finfo(float).tiny),
        n=n,
    )
    by_controls = float(1 - game.matrix[-1, -1]) if fixed else 0.0
    ends = float(low[-1]), float(high[-1])
    notes = [*_of_all(fitted, found, ends, by_controls, confidence_level), *_of_orders(found)]
    return ExplainedShares(
        conform("explained_shares", shares), found.r_squared, *ends, by_controls, found.n_orders, notes
    )


def _players(fitted: FittedDrivers) -> tuple[pd.DataFrame, list[list[int]]]:
    """Names of the players, and their columns in the covariance, which has no intercept."""
    position = {name: place - 1 for place, name in enumerate(fitted.model.names) if place}
    drivers = fitted.design.drivers
    mentions = drivers[drivers["kind"] != "attribute"][["driver_id", "label", "kind"]]
    players = [[position[name]] for name in mentions["driver_id"]]
    # An attribute whose levels are all rare has no column of its own: there is nothing that it could explain.
    attributes = {
        name: own for name, own in fitted.design.attributes.items() if any(column in position for column in own)
    }
    players += [[position[name] for name in own if name in position] for own in attributes.values()]
    joined = pd.DataFrame(
        {"driver_id": [driver_id(name) for name in attributes], "label": list(attributes), "kind": "attribute"}
    )
    return pd.concat([mentions, joined], ignore_index=True), players


def _errors(game: Game, found: Parts, products: Array, gradients: Array) -> Array:
    """Standard errors of the parts and, last, of R2: of the data and of drawing orders together.

    Those of the data are the spread among groups of accounts of what each group moves a part by.
    """
    flat = gradients.reshape(len(gradients), -1).T
    variance = products[:, -1, -1].sum()
    influence = []
    for start in range(0, len(products), _GROUPS_AT_ONCE):
        own = products[start : start + _GROUPS_AT_ONCE]
        turned = game.turn @ own @ game.turn.T
        # A part is measured in units of the variance of the answers, which every account moves too.
        influence.append(turned.reshape(len(own), -1) @ flat - np.outer(own[:, -1, -1] / variance, found.parts))
    moved = np.concatenate(influence)
    moved = np.column_stack([moved, moved.sum(axis=1)])
    of_data = np.sqrt((moved**2).sum(axis=0) * len(moved) / max(len(moved) - 1, 1))
    return np.hypot(of_data, np.r_[found.errors, 0.0])


def _of_all(
    fitted: FittedDrivers, found: Parts, ends: tuple[float, float], by_controls: float, confidence_level: float
) -> Iterator[str]:
    low, high = (f"{100 * end:.1f}" for end in ends)
    controls = ", ".join(fitted.design.controls)
    beyond = f" beyond the {100 * by_controls:.1f} % that the controls ({controls}) explain" if controls else ""
    yield (
        f"All drivers together explain {100 * found.r_squared:.1f} % of the variance of the answers (promoter 1, "
        f"passive 0, detractor -1; {100 * confidence_level:g} % interval {low} to {high} %){beyond}."
    )


def _of_orders(found: Parts) -> Iterator[str]:
    if found.n_orders:
        largest = 100 * float(found.errors.max()) / found.r_squared
        yield (
            f"{found.n_orders:,} orders of {len(found.parts)} drivers were drawn, as all cannot be tried: "
            f"the largest sampling error is {largest:.2f} % of what is explained."
        )
