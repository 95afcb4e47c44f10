"""The rows of a panel as models read them: in one order, checked, with whose rows belong together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.churn.panel import ChurnPanel
from nps_insights.metrics import fold_of
from nps_insights.tables import DataRefusedError

# For the choice of settings and the calibration inside the rows that a model is trained on.
INNER_FOLDS = 4
_NEEDED = ("account_id", "as_of", "unit", "churned", "category", "value")


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """What models are fitted on.

    Attributes:
        features: float64, NaN where unknown.
        churned: bool (n,).
        units: What folds must not split (n,).
        inner: Fold of each row's unit inside the training rows (n,), by a hash of the unit.
    """

    features: pd.DataFrame
    churned: NDArray[np.bool_]
    units: NDArray[np.object_]
    inner: NDArray[np.int64]

    def some(self, mark: NDArray[np.bool_]) -> "TrainingRows":
        """The marked rows."""
        return TrainingRows(self.features[mark], self.churned[mark], self.units[mark], self.inner[mark])

    def for_trees(self) -> "TrainingRows":
        """The rows, where a feature that is unknown throughout some inner training part is 0: no tree splits on it.

        scikit-learn's binning takes no column without a single known value; one that is constant changes nothing.
        """
        known = self.features.notna().to_numpy()
        seen = np.array([known[self.inner != fold].any(axis=0) for fold in np.unique(self.inner)]).all(axis=0)
        names = self.features.columns[~seen]
        features = self.features.assign(**dict.fromkeys(names, 0.0)) if len(names) else self.features
        return TrainingRows(features, self.churned, self.units, self.inner)

    def only(self, names: Sequence[str]) -> "TrainingRows":
        """The named features."""
        return TrainingRows(self.features[list(names)], self.churned, self.units, self.inner)


def training_rows(features: pd.DataFrame, churned: NDArray[np.bool_], units: pd.Series) -> TrainingRows:
    """Return rows to be fitted on.

    Args:
        features: float64, NaN where unknown.
        churned: Whether each row's account left (n,).
        units: What folds must not split (n,).

    Example:
        >>> features = pd.DataFrame({"score/last": [1.0, 9.0]})
        >>> rows = training_rows(features, np.array([True, False]), pd.Series(["a", "b"]))
        >>> rows.some(rows.churned).units.tolist()
        ['a']
    """
    # Salted, so that inner folds have nothing to do with the outer ones.
    inner = fold_of(("inner/" + units.astype("str")).to_numpy(), folds=INNER_FOLDS)
    return TrainingRows(
        features.reset_index(drop=True), np.asarray(churned, dtype=bool), units.to_numpy(dtype=object), inner
    )


def ordered_rows(panel: ChurnPanel) -> pd.DataFrame:
    """Return the rows of a panel by as_of and account_id, whatever order they came in.

    Raises:
        DataRefusedError: Columns are missing, an account stands twice at a date, or a feature is infinite.

    Example:
        >>> from nps_insights.churn.features.spec import FeatureSpec
        >>> known = {"unit": ["b", "a"], "churned": [True, False], "category": None, "value": None}
        >>> rows = pd.DataFrame({"account_id": ["b", "a"], "as_of": pd.NaT, **known, "score/last": 1.0})
        >>> ordered_rows(ChurnPanel(rows, FeatureSpec(("score/last",)), 90, dated=False))["account_id"].tolist()
        ['a', 'b']
    """
    names, rows = list(panel.spec.names), panel.rows
    missing = [name for name in (*_NEEDED, *names) if name not in rows.columns]
    if missing:
        raise DataRefusedError(
            f"panel.rows lacks {', '.join(missing[:5])} ({len(missing)} columns in all); "
            "build it with training_panel or snapshot_panel, which give all columns of the spec."
        )
    twice = int(rows.duplicated(["account_id", "as_of"]).sum())
    if twice:
        raise DataRefusedError(f"panel.rows: {twice} rows repeat an account at the same date; one row each is needed.")
    rows = rows.sort_values(["as_of", "account_id"], kind="stable", ignore_index=True)
    infinite = [name for name in names if np.isinf(rows[name].to_numpy(dtype=float)).any()]
    if infinite:
        raise DataRefusedError(f"{', '.join(infinite[:5])}: infinite values; leave them empty where not known.")
    own = rows["unit"].where(rows["unit"].notna(), rows["account_id"])
    return rows.assign(unit=own, churned=rows["churned"].astype(bool), **{"value": rows["value"].astype("float64")})
