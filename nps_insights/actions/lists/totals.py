"""Size, value and expected gain of each list, and the gain of each row of it."""

import numpy as np
import pandas as pd

from nps_insights.actions.lists.gains import Draws, Gain, net_gain, new_promoters, value_at_risk, willing_promoters
from nps_insights.actions.lists.settings import ActionSettings
from nps_insights.metrics import share_interval
from nps_insights.tables import conform, empty

Willing = float | tuple[int, int] | None


def list_totals(
    lists: dict[str, pd.DataFrame],
    settings: ActionSettings,
    outcomes: pd.DataFrame | None,
    *,
    draws: Draws,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return table `action_lists`, and the lists with the gain of every row.

    Args:
        lists: Rows of table `actions` by action, with rank, value and suppressed_because.
        settings: Costs, and which share of promoters agrees.
        outcomes: Outcomes known by now, which may show that share.
        draws: How their ranges are drawn.
    """
    rows, found = [], {}
    for action, listed in lists.items():
        on_list = listed[listed["rank"].notna()]
        if action == "call":
            gains = [value_at_risk(on_list, draws=draws), net_gain(on_list, settings, draws=draws)]
            found[action] = listed
        elif action == "convert":
            gains, found[action] = [new_promoters(on_list, draws=draws)], listed
        else:
            willing, source = _willing(settings, outcomes)
            gains = [willing_promoters(len(on_list), willing, source=source, draws=draws)]
            found[action] = _with_share(listed, willing, draws.confidence_level)
        rows += [_row(action, gain, listed, on_list) for gain in gains]
    return (conform("action_lists", pd.DataFrame(rows)) if rows else empty("action_lists")), found


def _row(action: str, gain: Gain, listed: pd.DataFrame, on_list: pd.DataFrame) -> dict[str, object]:
    value = on_list["value"].astype(float)
    unknown = int(value.isna().sum())
    told = f" The value of {unknown:,} of {len(on_list):,} accounts is not known." if unknown else ""
    return {
        "action": action,
        "unit": gain.unit,
        "n": len(on_list),
        "n_suppressed": int((listed["suppressed_because"] != "").sum()),
        "value": float(value.sum()) if value.notna().any() else np.nan,
        "estimate": gain.estimate,
        "conf_low": gain.conf_low,
        "conf_high": gain.conf_high,
        "reason": gain.reason + told,
    }


def _willing(settings: ActionSettings, outcomes: pd.DataFrame | None) -> tuple[Willing, str]:
    """The share of promoters who agree: as stated, else as earlier outcomes show it; never a number of our own."""
    if settings.willing is not None:
        return settings.willing, "As stated"
    if outcomes is None or not settings.agreed_results or "result" not in outcomes.columns:
        return None, ""
    asked = outcomes[(outcomes["action"] == "refer") & outcomes["contacted_at"].notna() & outcomes["result"].notna()]
    if asked.empty:
        return None, ""
    agreed = int(asked["result"].isin(list(settings.agreed_results)).sum())
    of_them = f"{len(asked):,} promoter{'s' if len(asked) != 1 else ''}"
    return (agreed, len(asked)), f"Of {of_them} asked before, {agreed:,} agreed"


def _with_share(rows: pd.DataFrame, willing: Willing, confidence_level: float) -> pd.DataFrame:
    if willing is None:
        return rows.assign(expected_gain=np.nan)
    if not isinstance(willing, tuple):
        return rows.assign(expected_gain=willing)
    share, low, high = (float(one) for one in share_interval(*willing, confidence_level=confidence_level))
    return rows.assign(expected_gain=share, gain_low=low, gain_high=high)
