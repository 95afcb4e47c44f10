"""Top themes: the effect of a parent is that of its leaves set absent together."""

from dataclasses import replace

import numpy as np
import pandas as pd

from nps_insights.drivers.effects.combinations import Combinations
from nps_insights.drivers.matrix.design import DriverDesign


def with_parents(design: DriverDesign, themes: pd.DataFrame) -> DriverDesign:
    """Return a design whose drivers are the parents of the leaf themes in `design`, 1 where any leaf is mentioned.

    Args:
        design: The driver matrix of leaf themes.
        themes: Table `themes` with `parent_id`.
    """
    keys = [name for name in ("response_id", "account_id", "category") if name in design.matrix.columns]
    columns, drivers = {}, []
    for parent, leaves in leaves_of(design, themes).items():
        driver_id = f"theme/{parent}"
        columns[driver_id] = design.matrix[leaves].max(axis="columns")
        label = themes.loc[themes["theme_id"] == parent, "label"].iloc[0]
        drivers.append({"driver_id": driver_id, "label": label, "kind": "theme", "theme_id": parent})
    named = pd.DataFrame(drivers, columns=["driver_id", "label", "kind", "theme_id"])
    matrix = pd.concat([design.matrix[keys], pd.DataFrame(columns, index=design.matrix.index)], axis="columns")
    return replace(design, matrix=matrix, drivers=named.assign(attribute="", level="", numeric=False))


def leaves_of(design: DriverDesign, themes: pd.DataFrame) -> dict[str, list[str]]:
    """Return parent -> driver_ids of its leaves in the model, parents without any left out.

    Example:
        >>> drivers = pd.DataFrame({"driver_id": ["theme/t01"], "theme_id": ["t01"]})
        >>> themes = pd.DataFrame({"theme_id": ["p01", "t01"], "parent_id": [None, "p01"]})
        >>> leaves_of(DriverDesign(pd.DataFrame(), drivers, pd.DataFrame()), themes)
        {'p01': ['theme/t01']}
    """
    if "parent_id" not in themes.columns:
        return {}
    parent = themes.set_index("theme_id")["parent_id"]
    leaves = design.drivers[design.drivers["theme_id"].isin(parent.index)]
    over = leaves["theme_id"].map(parent)
    return {str(name): own["driver_id"].tolist() for name, own in leaves.groupby(over)}


def parent_effects(design: DriverDesign, leaf_effects: Combinations, themes: pd.DataFrame) -> Combinations:
    """Return the parents' effects: sums over the leaves, as the model is linear."""
    row = {name: position for position, name in enumerate(design.drivers["driver_id"])}
    groups = leaves_of(design, themes)
    members = np.zeros((len(groups), len(row)))
    for parent, leaves in enumerate(groups.values()):
        members[parent, [row[name] for name in leaves]] = 1.0
    return leaf_effects.summed(members)
