"""Accounts at dates, with what was known of them and what became of them: what a churn model is trained on."""

from dataclasses import dataclass, field

import pandas as pd

from nps_insights.churn.features.spec import FeatureSpec


@dataclass(frozen=True, eq=False)
class ChurnPanel:
    """What a churn model is trained on.

    Attributes:
        rows: One row per account and date whose outcome is known, by as_of and account_id: account_id, as_of (NaT for
            an undated snapshot), unit (what folds must not split: the parent where one is known, else the account),
            churned (bool), category (of the latest response before as_of; missing for the silent), value (missing
            where not known), then `spec.names` (float64, NaN where unknown).
        spec: The features.
        horizon_days: Days after as_of within which an account leaves.
        dated: False for one undated snapshot: time cannot be tested.
        set_aside: Accounts at dates without a usable outcome, counted by label reason (open, excluded, competing).
        notes: Plain sentences on what a reader must know.
        tolerance_days: Days after the horizon until outcomes are known: with event "renewal", those within which an
            account may still end around its renewal.
    """

    rows: pd.DataFrame
    spec: FeatureSpec
    horizon_days: int
    dated: bool = True
    set_aside: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    tolerance_days: int = 0

    @property
    def known_after_days(self) -> int:
        """Days after as_of on which an outcome is known: only dates so much earlier can be learned from."""
        return self.horizon_days + self.tolerance_days
