"""Predictions as arrays: one sample per model and part, in an order that does not depend on that of the rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.tables import DataRefusedError

PREDICTED = ("model", "part", "account_id", "as_of", "churned", "risk")
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sample:
    """Predictions of one model in one part, from the highest risk down, then by unit, account and date: n rows.

    Attributes:
        model: Name of the model.
        part: Part of the evaluation.
        unit: Code of each row's unit, 0 to n_units - 1.
        n_units: Number of units.
        date: Code of each row's as_of.
        churned: 1.0 where the account left.
        risk: Probability of leaving.
        value: Value of the account, NaN where not known.
        rows: The rows themselves, in this order.
    """

    model: str
    part: str
    unit: NDArray[np.int64]
    n_units: int
    date: NDArray[np.int64]
    churned: Floats
    risk: Floats
    value: Floats
    rows: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Rows and those that left, as the tables want them."""
        return {"n": len(self.churned), "n_churned": int(self.churned.sum())}

    def taken(self, which: NDArray[np.bool_]) -> "Sample":
        """Return the rows marked in `which`; codes stay as they are."""
        arrays = (self.unit[which], self.n_units, self.date[which], self.churned[which], self.risk[which])
        return Sample(self.model, self.part, *arrays, self.value[which], self.rows[which])


def samples(predictions: pd.DataFrame) -> Iterator[Sample]:
    """Yield one sample per model and part, in the order of their names.

    Raises:
        DataRefusedError: A column is missing, a risk is missing or outside 0..1, an outcome is missing, or a model has
            an account at a date twice.
    """
    _refuse(predictions)
    for (model, part), rows in predictions.groupby(["model", "part"], sort=True):
        unit = rows["unit"] if "unit" in rows else rows["account_id"]
        # The order that the rankings want: sorting once here spares sorting the weights of every draw.
        ordered = rows.assign(unit=unit, risk=rows["risk"].astype(float)).sort_values(
            ["risk", "unit", "account_id", "as_of"], ascending=[False, True, True, True], ignore_index=True
        )
        codes, names = pd.factorize(ordered["unit"], sort=True)
        value = ordered["value"] if "value" in ordered else pd.Series(np.nan, index=ordered.index)
        yield Sample(
            model=str(model),
            part=str(part),
            unit=codes,
            n_units=len(names),
            date=pd.factorize(ordered["as_of"], sort=True, use_na_sentinel=False)[0],
            churned=ordered["churned"].to_numpy(dtype=float),
            risk=ordered["risk"].to_numpy(dtype=float),
            value=value.to_numpy(dtype=float, na_value=np.nan),
            rows=ordered,
        )


def _refuse(predictions: pd.DataFrame) -> None:
    missing = [name for name in PREDICTED if name not in predictions.columns]
    if missing:
        raise DataRefusedError(f"predictions: lack {', '.join(missing)}; they need {', '.join(PREDICTED)}.")
    risk = predictions["risk"].to_numpy(dtype=float, na_value=np.nan)
    wrong = ~((risk >= 0) & (risk <= 1))
    if wrong.any():
        first = predictions.loc[wrong, "account_id"].iloc[0]
        raise DataRefusedError(
            f"predictions: risk of {wrong.sum():,} of {len(risk):,} rows is missing or outside 0-1 (first: account "
            f"{first!r}); leave rows without a risk out."
        )
    if predictions["churned"].isna().any():
        raise DataRefusedError("predictions: churned is missing in some rows; leave out whose outcome is not known.")
    key = ["model", "part", "account_id", "as_of"]
    twice = predictions.duplicated(key)
    if twice.any():
        first = predictions.loc[twice, "account_id"].iloc[0]
        raise DataRefusedError(
            f"predictions: {twice.sum()} rows repeat {', '.join(key)} (first: account {first!r}); keep one each."
        )
