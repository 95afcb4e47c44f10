"""The figure that the trade reports: NPS less the NPS of those who do not mention the theme.

It is shown beside the adjusted effect for readers who know it, never instead: it blames a harmless theme for the bad
one that it is mentioned with, and counts what two themes share twice.
"""

import numpy as np
import pandas as pd

from nps_insights.drivers.design import DriverDesign


def leave_out_effects(design: DriverDesign) -> pd.DataFrame:
    """Return NPS - NPS(without the responses that mention the driver), on promoters and detractors.

    Formula: p_t (mean of those who mention - mean of those who do not), with influence
    (y - mean) - 1[not mentioned] (y - mean of those who do not) / P(not mentioned). Numbers have no such figure.

    Returns:
        One row per driver and side: driver_id, outcome, estimate, per_mention, n_present, `influence` (n,), in points.

    Example:
        >>> category = ["promoter", "promoter", "passive", "detractor"]
        >>> matrix = pd.DataFrame({"category": category, "code/Price": [0.0, 0.0, 1.0, 1.0]})
        >>> drivers = pd.DataFrame({"driver_id": ["code/Price"], "numeric": [False]})
        >>> leave_out_effects(DriverDesign(matrix, drivers, pd.DataFrame()))["estimate"].tolist()
        [-50.0, 25.0]
    """
    category = design.matrix["category"]
    rows = []
    for driver in design.drivers.itertuples():
        if driver.numeric:
            continue
        mentioned = design.matrix[driver.driver_id].to_numpy(dtype=float) > 0
        for outcome in ("promoter", "detractor"):
            y = (category == outcome).to_numpy(dtype=float)
            without = y[~mentioned].mean()
            influence = (y - y.mean()) - np.where(mentioned, 0.0, (y - without) / (~mentioned).mean())
            estimate = y.mean() - without
            rows.append(
                {
                    "driver_id": driver.driver_id,
                    "outcome": outcome,
                    "estimate": 100 * estimate,
                    "per_mention": 100 * estimate / mentioned.mean(),
                    "n_present": int(mentioned.sum()),
                    "influence": 100 * influence,
                }
            )
    return pd.DataFrame(rows)
