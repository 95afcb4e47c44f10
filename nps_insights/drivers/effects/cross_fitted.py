"""Effects of themes that were found on other customers: one figure of several parts that share no account."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nps_insights.drivers.effects.outcomes import with_interval
from nps_insights.tables import conform, empty

_NAMES = ["driver_id", "label", "kind", "theme_id", "outcome"]


def cross_fitted_effects(parts: Sequence[pd.DataFrame], *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Return one effect per theme from parts of the customers, each read by themes that were found on the others.

    A part's total effect is weighted by its responses. The parts hold different accounts, so their errors are
    independent; a theme that was found in one part alone has that part's effect, and `n` tells how many responses
    stand behind it.

    Args:
        parts: Tables `effects` of the parts, the theme ids of all of them those of one fit.
        confidence_level: Coverage of the intervals.

    Returns:
        Table `effects`, method `cross_fitted`, themes only.

    Example:
        >>> part = pd.DataFrame({"driver_id": ["theme/t01"], "label": "queue", "kind": "theme", "theme_id": "t01",
        ...                      "outcome": "nps", "method": "adjusted", "estimate": [-4.0], "std_error": 1.0,
        ...                      "n": 100, "n_present": 10})
        >>> both = cross_fitted_effects([part, part.assign(estimate=-6.0)])
        >>> both[["estimate", "std_error", "n"]].round(3).values.tolist()
        [[-5.0, 0.707, 200.0]]
    """
    rows = pd.concat(parts, ignore_index=True) if parts else empty("effects").assign(theme_id=None)
    rows = rows[(rows["method"] == "adjusted") & (rows["kind"] == "theme")]
    if rows.empty:
        return empty("effects")
    weighed = rows.assign(estimate=rows["estimate"] * rows["n"], variance=(rows["std_error"] * rows["n"]) ** 2)
    sums = weighed.groupby(_NAMES, sort=True)[["estimate", "variance", "n", "n_present"]].sum().reset_index()
    estimate, errors = (sums["estimate"] / sums["n"]).to_numpy(), (np.sqrt(sums["variance"]) / sums["n"]).to_numpy()
    by_outcome = [
        with_interval(
            own.drop(columns=["estimate", "variance"]),
            estimate[own.index],
            errors[own.index],
            # Both parts are large where they could be fitted at all; the parts' own degrees of freedom are not known.
            degrees_of_freedom=np.inf,
            confidence_level=confidence_level,
        )
        for _, own in sums.groupby("outcome", sort=True)
    ]
    effects = pd.concat(by_outcome, ignore_index=True)
    per_mention = effects["estimate"] * effects["n"] / effects["n_present"]
    return conform("effects", effects.assign(method="cross_fitted", per_mention=per_mention))
