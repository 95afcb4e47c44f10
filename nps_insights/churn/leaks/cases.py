"""Whom the leak guard compares: every account once, those who left against those who stayed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.churn.panel import ChurnPanel
from nps_insights.metrics import fold_of, hashed

FOLDS = 5
# Of each side. More do not change a verdict: at 20,000 the interval of a share is a third of a point wide.
_MOST = 20_000


@dataclass(frozen=True, eq=False)
class Cases:
    """Accounts, each once.

    Attributes:
        rows: Rows of the panel, one per account: the last one before it left, else one that its id draws.
        left: Whether the account left (n,).
        unit: Number of what folds and intervals must not split (n,).
        fold: Fold of that unit (n,).
    """

    rows: pd.DataFrame
    left: NDArray[np.bool_]
    unit: NDArray[np.int64]
    fold: NDArray[np.int64]

    def some(self, mark: NDArray[np.bool_]) -> "Cases":
        """The marked accounts."""
        return Cases(self.rows[mark].reset_index(drop=True), self.left[mark], self.unit[mark], self.fold[mark])

    def n_units(self, left: bool) -> int:
        """How many units left, or stayed."""
        return len(np.unique(self.unit[self.left == left]))


def cases_of(panel: ChurnPanel) -> Cases:
    """Return each account of the panel once.

    An account that left stands at its last date, when whoever sets a field at the exit has set it; one that stayed
    at a date that a hash of its id draws, so that both sides spread over the dates.

    Example:
        >>> from nps_insights.churn.features.spec import FeatureSpec
        >>> dates = pd.to_datetime(["2026-01-01", "2026-04-01", "2026-04-01"])
        >>> rows = pd.DataFrame({"account_id": ["a", "a", "b"], "as_of": dates, "unit": ["a", "a", "b"]})
        >>> cases_of(ChurnPanel(rows.assign(churned=[False, True, False]), FeatureSpec(()), 90)).left.tolist()
        [True, False]
    """
    rows = panel.rows.sort_values(["account_id", "as_of"], kind="stable", ignore_index=True)
    left = rows.groupby("account_id")["churned"].transform("any").to_numpy(dtype=bool)
    churned = rows["churned"].to_numpy(dtype=bool)
    last = rows[churned].groupby("account_id").tail(1)
    stayed = _sampled(rows[~left])
    position = stayed.groupby("account_id").cumcount()
    size = stayed.groupby("account_id")["account_id"].transform("size")
    drawn = stayed["account_id"].map({name: hashed(f"date {name}") % 2**32 for name in stayed["account_id"].unique()})
    chosen = pd.concat([_sampled(last), stayed[position == drawn % size]]).sort_values("account_id", ignore_index=True)
    unit, names = pd.factorize(chosen["unit"])
    folds = fold_of(names, folds=FOLDS)
    return Cases(chosen, chosen["churned"].to_numpy(dtype=bool), unit.astype(np.int64), folds[unit])


def _sampled(rows: pd.DataFrame) -> pd.DataFrame:
    """At most `_MOST` accounts: those whose hash is smallest, whatever else is in the table."""
    names = pd.Series(rows["account_id"].unique())
    if len(names) <= _MOST:
        return rows
    kept = names.iloc[names.map(hashed).sort_values(kind="stable").index[:_MOST]]
    return rows[rows["account_id"].isin(set(kept))]
