"""Which rows a model is fitted on and which it is judged by: dates that roll forward with a gap, or folds of units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics import fold_of
from nps_insights.tables import conform

FOLDS = 5
# A model of 20 that left is weak enough; fewer, and its settings and calibration are chance.
MIN_UNITS = 20
# Fewer at the last date tell nothing.
MIN_JUDGED = 10


@dataclass(frozen=True, eq=False)
class Fold:
    """Rows that one set of models is fitted on, and rows that judge them.

    Attributes:
        part: `rolling`, `out_of_time` or `cross_validation`.
        number: From 0 on within its part.
        as_of: The date judged; NaT where folds are of units.
        train: Rows fitted on (n,).
        judged: Rows judged (n,).
    """

    part: str
    number: int
    as_of: pd.Timestamp
    train: NDArray[np.bool_]
    judged: NDArray[np.bool_]


def rolling_folds(rows: pd.DataFrame, *, known_after_days: int) -> tuple[list[Fold], str]:
    """Return folds whose origin rolls forward, the last date as the out-of-time test, or why there is none.

    At each date judged only rows of dates whose outcomes were known by that day are fitted on. The choice between
    models is made on the day of the last date, so that dates whose outcomes were not known by then have no say in it:
    their horizon reaches into the test.

    Args:
        rows: as_of, unit, churned.
        known_after_days: Days after as_of until an outcome is known (`ChurnPanel.known_after_days`).

    Returns:
        The folds, by date, the last of part `out_of_time` (the only one where no earlier date can be judged); and an
        empty sentence. No folds, and a sentence why, where time cannot be tested.

    Example:
        >>> dates = pd.to_datetime(["2025-01-01", "2025-04-01", "2025-07-01"]).repeat(60)
        >>> units = [f"a{number}" for number in range(60)] * 3
        >>> rows = pd.DataFrame({"as_of": dates, "unit": units, "churned": [True, False] * 90})
        >>> [(fold.part, int(fold.train.sum())) for fold in rolling_folds(rows, known_after_days=90)[0]]
        [('rolling', 60), ('out_of_time', 120)]
        >>> rolling_folds(rows, known_after_days=365)[1]
        'no date lies 365 days or more before the last one (2025-07-01)'
    """
    gap = pd.Timedelta(days=known_after_days)
    dates = sorted(rows["as_of"].dropna().unique())
    if not dates:
        return [], "the rows have no dates"
    last = pd.Timestamp(dates[-1])
    test = _dated("out_of_time", 0, last, rows, gap)
    if not test.train.any():
        return [], f"no date lies {known_after_days} days or more before the last one ({last.date()})"
    few = _few(rows[test.train], MIN_UNITS, f"the dates {known_after_days} days or more before the last one hold")
    few = few or _few(rows[test.judged], MIN_JUDGED, f"the last date ({last.date()}) holds")
    if few:
        return [], few
    folds: list[Fold] = []
    for one in map(pd.Timestamp, dates[:-1]):
        fold = _dated("rolling", len(folds), one, rows, gap)
        if one + gap <= last and not _few(rows[fold.train], MIN_UNITS):
            folds.append(fold)
    return [*folds, test], ""


def unit_folds(rows: pd.DataFrame) -> list[Fold]:
    """Return five folds of whole units, by a hash of the unit; at most five where units are few.

    Args:
        rows: unit.

    Example:
        >>> folds = unit_folds(pd.DataFrame({"unit": [f"a{i}" for i in range(100)]}))
        >>> len(folds), sum(int(fold.judged.sum()) for fold in folds)
        (5, 100)
    """
    numbers = fold_of(rows["unit"], folds=FOLDS)
    return [
        Fold("cross_validation", place, pd.NaT, numbers != number, numbers == number)
        for place, number in enumerate(np.unique(numbers))
    ]


def too_few(rows: pd.DataFrame) -> str:
    """Return why rows cannot train a model, in a plain sentence; empty where they can.

    Example:
        >>> too_few(pd.DataFrame({"unit": ["a", "b"], "churned": [True, False]}))
        'the rows hold 1 that left and 1 that stayed; at least 20 of each are needed (accounts, or parents where known)'
    """
    return _few(rows, MIN_UNITS, "the rows hold")


def folds_table(folds: Sequence[Fold], rows: pd.DataFrame) -> pd.DataFrame:
    """Return table `churn_folds`.

    Args:
        folds: Of `rolling_folds` or `unit_folds`.
        rows: churned.
    """
    churned = rows["churned"].to_numpy(dtype=bool)
    counts = [
        {
            "part": fold.part,
            "fold": fold.number,
            "as_of": fold.as_of,
            "n_train": int(fold.train.sum()),
            "n_train_churned": int(churned[fold.train].sum()),
            "n": int(fold.judged.sum()),
            "n_churned": int(churned[fold.judged].sum()),
        }
        for fold in folds
    ]
    return conform("churn_folds", pd.DataFrame(counts))


def _dated(part: str, number: int, date: pd.Timestamp, rows: pd.DataFrame, gap: pd.Timedelta) -> Fold:
    as_of = rows["as_of"]
    return Fold(part, number, date, (as_of + gap <= date).to_numpy(), (as_of == date).to_numpy())


def _few(rows: pd.DataFrame, least: int, where: str = "") -> str:
    left = rows.loc[rows["churned"], "unit"].nunique()
    stayed = rows.loc[~rows["churned"], "unit"].nunique()
    if min(left, stayed) >= least:
        return ""
    return (
        f"{where} {left:,} that left and {stayed:,} that stayed; at least {least} of each are needed "
        "(accounts, or parents where known)"
    )
