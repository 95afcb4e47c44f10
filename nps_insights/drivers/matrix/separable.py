"""Leave out what cannot be told apart: two codes always given together, a region that is a sum of its countries."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.matrix.blocks import cross_products
from nps_insights.drivers.matrix.design import DriverDesign
from nps_insights.drivers.matrix.levels import MISSING, OTHER, driver_id
from nps_insights.tables import conform

# Relative size of a pivot below which a column is a sum of others.
_RANK_TOLERANCE = 1e-8


def independent_columns(cross: NDArray[np.float64]) -> list[int]:
    """Return the positions of columns that are no sum of those before them.

    Args:
        cross: X'X of the columns (k, k).

    Example:
        >>> x = np.array([[1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
        >>> independent_columns(x.T @ x)
        [0, 1]
    """
    scale = np.sqrt(np.diag(cross))
    scale = np.where(scale > 0, scale, 1)
    scaled = cross / np.outer(scale, scale)
    kept: list[int] = []
    for j in range(len(scaled)):
        own = scaled[kept, j]
        explained = float(own @ np.linalg.solve(scaled[np.ix_(kept, kept)], own)) if kept else 0.0
        if scaled[j, j] - explained > _RANK_TOLERANCE:
            kept.append(j)
    return kept


def without_inseparable(design: DriverDesign) -> DriverDesign:
    """Return the design without drivers that have no effect of their own, each listed in `left_out`.

    Earlier columns stay: themes and codes before attributes, attributes in the order they were named, controls last.
    Of an attribute's levels one is always a sum of the others and serves as the reference; where more are, another
    column says the same, and the whole attribute is left out: the figures of the rest would depend on spelling.
    """
    names = ["", *design.columns]
    x = np.column_stack([np.ones(len(design.matrix)), design.matrix[names[1:]].to_numpy(dtype=float)])
    cross = pd.DataFrame(cross_products(x, x), index=names, columns=names)
    while True:
        lost = _lost_columns(design, cross)
        gone = {name for name, columns in design.attributes.items() if _says_nothing_new(name, columns, lost)}
        mentions = design.drivers[(design.drivers["kind"] != "attribute") & design.drivers["driver_id"].isin(lost)]
        if not gone and mentions.empty:
            return replace(
                design, controls={name: own for name, own in design.controls.items() if not lost.issuperset(own)}
            )
        # The last attribute named goes first: without it the others may stand.
        last = [name for name in design.attributes if name in gone][-1:]
        design = _without(design, mentions["driver_id"].tolist(), last)


def _says_nothing_new(attribute: str, columns: list[str], lost: set[str]) -> bool:
    """Whether a number, or more levels of a text than its reference, are sums of other columns."""
    # Whoever is missing from the accounts file is unknown in all of its columns alike; that tells nothing of the rest.
    fillers = {driver_id(attribute, MISSING), driver_id(attribute, OTHER)}
    own = [name for name in columns if name not in fillers]
    return sum(name in lost for name in own) > (0 if own == [driver_id(attribute)] else 1)


def _lost_columns(design: DriverDesign, cross: pd.DataFrame) -> set[str]:
    names = ["", *design.columns]
    kept = set(independent_columns(cross.loc[names, names].to_numpy()))
    return {name for position, name in enumerate(names) if position not in kept}


def _without(design: DriverDesign, mentions: list[str], attributes: list[str]) -> DriverDesign:
    drivers = design.drivers
    gone = drivers["driver_id"].isin(mentions) | drivers["attribute"].isin(attributes)
    rows = drivers[gone]
    left_out = pd.DataFrame(
        {
            "driver_id": rows["driver_id"],
            "label": rows["label"],
            "kind": rows["kind"],
            "n_present": [int((design.matrix[name] != 0).sum()) for name in rows["driver_id"]],
            "reason": "cannot be told apart from other drivers: it always comes together with them",
        }
    )
    columns = [*mentions, *(column for name in attributes for column in design.attributes[name])]
    return replace(
        design,
        matrix=design.matrix.drop(columns=columns),
        drivers=drivers[~gone].reset_index(drop=True),
        left_out=conform("left_out", pd.concat([design.left_out, left_out], ignore_index=True)),
        attributes={name: own for name, own in design.attributes.items() if name not in attributes},
    )
