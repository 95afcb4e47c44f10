"""From the change among those who commented to the change of everybody: who commented, and what the silent answered."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.change.parts import CommenterParts
from nps_insights.metrics import kitagawa, signed

Array = NDArray[np.float64]
_COMMENTED, _SILENT = "commented", "silent"
_TOTAL_NAME = "The whole change"
_SILENCE_NAME = "More or fewer who commented"
_SILENT_NAME = "Change among those who did not comment"


@dataclass(frozen=True)
class Parts:
    """All parts of a change, the total first.

    Attributes:
        names: One row per part: part, driver_id, label, n_before, n, share_before, share_after.
        estimate: Shares, not points (m,).
        influence: What each response adds to each (n, m).
    """

    names: pd.DataFrame
    estimate: Array
    influence: Array


def of_everyone(
    responses: pd.DataFrame, is_after: NDArray[np.bool_], commented: NDArray[np.bool_], parts: CommenterParts
) -> Parts:
    """Return the parts of the change of everybody's NPS.

    Formula: with c the share who commented and N the NPS of either side of silence,
    N_2 - N_1 = (c_2 - c_1) (Nbar_commented - Nbar_silent) + (1 - cbar) change of N_silent + cbar change of N_commented,
    the last of which is in parts already.

    Args:
        responses: Responses of both sides, by response_id.
        is_after: Whether each is of the later side (n,).
        commented: Whether each has a usable comment (n,).
        parts: Parts of the change among those, in the same order.
    """
    found = kitagawa(signed(responses["category"]), pd.Series(np.where(commented, _COMMENTED, _SILENT)), is_after)
    own = found.groups.index(_COMMENTED)
    share = float(found.shares[:, own].mean())
    influence = found.share_influence[:, [own]] * parts.estimate
    influence[commented] += share * parts.influence
    estimate, names = share * parts.estimate, parts.names.assign(n_before=found.n[0, own], n=found.n[1, own])
    n_before, n = (int(size) for size in found.n.sum(axis=1))
    if _SILENT in found.groups:
        other = found.groups.index(_SILENT)
        rows = [
            {"part": "silence", "label": _SILENCE_NAME, "n_before": n_before, "n": n},
            {"part": "silent", "label": _SILENT_NAME, "n_before": found.n[0, other], "n": found.n[1, other]},
        ]
        names = pd.concat([pd.DataFrame(rows).assign(driver_id=""), names], ignore_index=True)
        estimate = np.r_[found.mix.sum(), found.rate[other], estimate]
        influence = np.column_stack([found.mix_influence.sum(axis=1), found.rate_influence[:, other], influence])
    whole = pd.DataFrame([{"part": "total", "driver_id": "", "label": _TOTAL_NAME, "n_before": n_before, "n": n}])
    return Parts(
        names=pd.concat([whole, names], ignore_index=True),
        estimate=np.r_[(found.mix + found.rate).sum(), estimate],
        influence=np.column_stack([(found.mix_influence + found.rate_influence).sum(axis=1), influence]),
    )
