"""The rows of table `effects` of one fitted family, by the joint model and by the trade's formula."""

import numpy as np
import pandas as pd

from nps_insights.drivers.effects.combinations import side_variances, values
from nps_insights.drivers.effects.fit import FittedDrivers
from nps_insights.drivers.effects.leave_out import comparable, leave_out_effects
from nps_insights.drivers.effects.outcomes import outcome_rows
from nps_insights.drivers.effects.parents import with_parents

_UNIT = {"estimate": "per_mention", "conf_low": "per_mention_low", "conf_high": "per_mention_high"}


def adjusted_table(fitted: FittedDrivers, confidence_level: float) -> pd.DataFrame:
    """Return the adjusted effects of drivers and top themes, in points.

    A top theme's points per mention are its total over the share of responses that mention any of its leaves.
    """
    model = fitted.model
    every = fitted.effects + fitted.parent_effects + fitted.mentions
    sides = values(model, every)
    variances = side_variances(model, every)
    m, both = len(fitted.drivers), len(fitted.drivers) + len(fitted.parents)
    level = {"degrees_of_freedom": model.degrees_of_freedom, "confidence_level": confidence_level}
    leaves = outcome_rows(fitted.drivers, sides[:m], variances[:m], **level)
    units = outcome_rows(fitted.drivers, sides[both:], variances[both:], **level)
    mentioned = (leaves["kind"] != "attribute").to_numpy()
    leaves = leaves.assign(**{new: units[old].where(mentioned) for old, new in _UNIT.items()})
    if fitted.parents.empty:
        return leaves.assign(method="adjusted")
    # Parents repeat their leaves: they are judged among themselves.
    parents = _by_reach(outcome_rows(fitted.parents, sides[m:both], variances[m:both], **level))
    return pd.concat([leaves, parents], ignore_index=True).assign(method="adjusted")


def leave_out_table(fitted: FittedDrivers, confidence_level: float) -> pd.DataFrame:
    """Return the leave-out figures of drivers and top themes, in points; numbers have none."""
    leaves = fitted.drivers[~fitted.design.drivers["numeric"].to_numpy(dtype=bool)]
    parts = [_leave_out_rows(fitted, leaves, fitted.design.matrix, confidence_level)]
    if fitted.themes is not None and len(fitted.parents):
        matrix = with_parents(fitted.design, fitted.themes).matrix
        parts.append(_leave_out_rows(fitted, fitted.parents, matrix, confidence_level))
    return pd.concat(parts, ignore_index=True).assign(method="leave_out")


def _leave_out_rows(
    fitted: FittedDrivers, drivers: pd.DataFrame, matrix: pd.DataFrame, confidence_level: float
) -> pd.DataFrame:
    drivers = drivers[comparable(matrix[drivers["driver_id"].tolist()])]
    if drivers.empty:
        return pd.DataFrame()
    model = fitted.model
    marks = (matrix[drivers["driver_id"].tolist()].to_numpy(dtype=float)[fitted.model.rows] > 0).astype(float)
    sides, variances = leave_out_effects(marks, model.y, model.accounts)
    rows = outcome_rows(
        drivers,
        sides,
        variances,
        degrees_of_freedom=max(model.n_accounts - 1, 1),
        confidence_level=confidence_level,
    )
    return _by_reach(rows)


def _by_reach(rows: pd.DataFrame) -> pd.DataFrame:
    """Per mention, as total over reach: the range of the reach itself is left aside."""
    unit = rows["n"] / np.maximum(rows["n_present"], 1)
    return rows.assign(**{new: rows[old] * unit for old, new in _UNIT.items()})
