"""Top themes: the effect of a parent is that of its leaves set absent together."""

from dataclasses import replace

import numpy as np
import pandas as pd

from nps_insights.drivers.design import DriverDesign
from nps_insights.drivers.leave_out import leave_out_effects


def with_parents(design: DriverDesign, themes: pd.DataFrame) -> DriverDesign:
    """Return a design whose drivers are the parents of the leaf themes in `design`, 1 where any leaf is mentioned.

    Args:
        design: The driver matrix of leaf themes.
        themes: Table `themes` with `parent_id`.
    """
    matrix, drivers = design.matrix[["response_id", *_kept(design, "account_id"), "category"]].copy(), []
    for parent, leaves in leaves_of(design, themes).items():
        driver_id = f"theme/{parent}"
        matrix[driver_id] = design.matrix[leaves].max(axis="columns")
        label = themes.loc[themes["theme_id"] == parent, "label"].iloc[0]
        drivers.append({"driver_id": driver_id, "label": label, "kind": "theme", "theme_id": parent})
    named = pd.DataFrame(drivers, columns=["driver_id", "label", "kind", "theme_id"])
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


def parent_adjusted(design: DriverDesign, leaf_effects: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    """Return the parents' rows of `adjusted_effects`: sums over the leaves, as the model is linear."""
    rows = []
    for parent, leaves in leaves_of(design, themes).items():
        n_present = int(design.matrix[leaves].max(axis="columns").sum())
        for outcome, own in leaf_effects[leaf_effects["driver_id"].isin(leaves)].groupby("outcome", sort=False):
            estimate = own["estimate"].sum()
            rows.append(
                {
                    "driver_id": f"theme/{parent}",
                    "outcome": outcome,
                    "estimate": estimate,
                    "per_mention": estimate * len(design.matrix) / n_present,
                    "n_present": n_present,
                    "influence": np.sum(own["influence"].tolist(), axis=0),
                }
            )
    return pd.DataFrame(rows)


def parent_leave_out(design: DriverDesign, themes: pd.DataFrame) -> pd.DataFrame:
    """Return the parents' rows of `leave_out_effects`; a parent that everybody mentions has none."""
    parents = with_parents(design, themes)
    some_without = [name for name in parents.drivers["driver_id"] if (parents.matrix[name] == 0).any()]
    kept = parents.drivers[parents.drivers["driver_id"].isin(some_without)]
    return leave_out_effects(replace(parents, drivers=kept))


def _kept(design: DriverDesign, name: str) -> list[str]:
    return [name] if name in design.matrix.columns else []
