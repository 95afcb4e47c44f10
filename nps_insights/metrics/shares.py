"""What is mentioned more or less often than before: the change of each theme's share from one period to another."""

import numpy as np
import pandas as pd

from nps_insights.metrics.intervals import critical_value
from nps_insights.tables import conform, empty

THEME_SHARE = "theme_share"


def share_changes(
    presence: pd.DataFrame, commented: pd.DataFrame, change: pd.Series, *, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Return how the share of commenters who mention each theme changed between the two periods of a change.

    Test: two-sample score test of two shares. Interval: adjusted Wald, one mention and one silence added to each side
    (Agresti and Caffo 2000). Answers count as independent; many themes are judged together by whoever lists them.

    Args:
        presence: Which response mentions which theme: response_id, theme_id.
        commented: Responses whose comment was read: response_id, responded_at.
        change: A row of `period_changes`, which names the periods.
        confidence_level: Coverage of the intervals.

    Returns:
        Table `changes` with metric "theme_share" (shares 0..1), by "theme_id" and the theme's id as group; empty
        where one of the periods has no comment.

    Example:
        >>> days = pd.to_datetime(["2026-01-15"] * 50 + ["2026-02-15"] * 50)
        >>> commented = pd.DataFrame({"response_id": [f"r{i}" for i in range(100)], "responded_at": days})
        >>> presence = pd.DataFrame({"response_id": [f"r{i}" for i in range(45, 80)], "theme_id": "t01"})
        >>> starts = {"before_start": "2026-01-01", "after_start": "2026-02-01"}
        >>> ends = {"before_end": "2026-01-31", "after_end": "2026-02-28"}
        >>> share_changes(presence, commented, pd.Series(starts | ends).map(pd.Timestamp))["estimate"].round(2).tolist()
        [0.5]
    """
    from scipy.special import ndtr

    sides = [
        commented[commented["responded_at"].dt.normalize().between(change[f"{side}_start"], change[f"{side}_end"])]
        for side in ("before", "after")
    ]
    themes = sorted(presence["theme_id"].unique())
    if not themes or any(side.empty for side in sides):
        return empty("changes")
    pairs = presence[["response_id", "theme_id"]].drop_duplicates()
    counts = [
        pairs[pairs["response_id"].isin(side["response_id"])].groupby("theme_id").size().reindex(themes, fill_value=0)
        for side in sides
    ]
    (k1, n1), (k2, n2) = ((count.to_numpy(dtype=float), len(side)) for count, side in zip(counts, sides, strict=True))
    pooled = (k1 + k2) / (n1 + n2)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (k2 / n2 - k1 / n1) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    a1, a2 = (k1 + 1) / (n1 + 2), (k2 + 1) / (n2 + 2)
    half = critical_value(confidence_level) * np.sqrt(a1 * (1 - a1) / (n1 + 2) + a2 * (1 - a2) / (n2 + 2))
    periods = {f"{side}_{end}": change[f"{side}_{end}"] for side in ("before", "after") for end in ("start", "end")}
    figures = {
        "group": themes,
        "before_estimate": k1 / n1,
        "after_estimate": k2 / n2,
        "estimate": k2 / n2 - k1 / n1,
        "conf_low": a2 - a1 - half,
        "conf_high": a2 - a1 + half,
        "p_value": 2 * ndtr(-np.abs(z)),
    }
    rows = pd.DataFrame(figures).assign(metric=THEME_SHARE, by="theme_id", n_before=n1, n=n2, **periods)
    return conform("changes", rows)
