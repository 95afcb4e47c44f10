"""How promoters differ from passives who are alike otherwise: in value, or in how many stayed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.account_draws import AccountDraws
from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError

Array = NDArray[np.float64]
# A level with fewer accounts is taken together with the other rare ones.
_RARE = 5


def adjusted_difference(
    outcome: pd.Series, is_promoter: pd.Series, design: Array, draws: AccountDraws
) -> tuple[float, Array]:
    """Return the mean outcome of promoters less that of passives, adjusted for `design`, and the same in each draw.

    Least squares of the outcome on being a promoter and the columns of `design`: those who are alike in these differ
    by so much. Rows whose outcome or category is missing count for nothing.

    Args:
        outcome: Of each account, missing where it is not known.
        is_promoter: True for promoters, False for passives, missing for everybody else.
        design: Columns to adjust for (n, k), without missing values.
        draws: Of the same rows.

    Example:
        >>> draws = AccountDraws(pd.Series(list("abcd")), number=50, random_state=0)
        >>> is_promoter = pd.Series([True, True, False, False], dtype="boolean")
        >>> round(adjusted_difference(pd.Series([3.0, 5.0, 1.0, 1.0]), is_promoter, np.empty((4, 0)), draws)[0], 6)
        3.0
    """
    used = (outcome.notna() & is_promoter.notna()).to_numpy()
    columns = np.column_stack([is_promoter.fillna(False).astype(float), np.ones(len(outcome)), design])
    columns = columns * used[:, None]
    y = outcome.fillna(0.0).to_numpy(dtype=float) * used
    k = columns.shape[1]
    products = np.column_stack([(columns[:, :, None] * columns[:, None, :]).reshape(-1, k * k), columns * y[:, None]])
    total, drawn = draws.sums(products)
    return float(_first_coefficient(total[None], k)[0]), _first_coefficient(drawn, k)


def design_of(accounts: pd.DataFrame, *, at: pd.Timestamp, adjust: Sequence[str]) -> tuple[Array, tuple[str, ...]]:
    """Return the columns to adjust for: years as a customer, and the levels of attributes; and what they are of.

    Args:
        accounts: Table `accounts`.
        at: When tenure is taken.
        adjust: Attributes, with or without prefix. A numeric one with more than ten values is taken as a number.

    Raises:
        SettingsError: An attribute is unknown.

    Example:
        >>> accounts = pd.DataFrame({"account_id": list("ab"), "attribute/plan": ["x", "y"]})
        >>> design_of(accounts, at=pd.Timestamp("2026-03-01"), adjust=["plan"])[1]
        ('plan',)
    """
    columns, names = [], []
    if "started_at" in accounts.columns and accounts["started_at"].notna().any():
        years = ((at - accounts["started_at"]) / pd.Timedelta(days=365.25)).clip(lower=0)
        columns += [np.log1p(years.fillna(years.median())).to_numpy(), years.isna().to_numpy(float)]
        names.append("tenure")
    for name in adjust:
        short = name.removeprefix(ATTRIBUTE_PREFIX)
        column = ATTRIBUTE_PREFIX + short if ATTRIBUTE_PREFIX + short in accounts.columns else name
        if column not in accounts.columns:
            have = ", ".join(sorted(str(one).removeprefix(ATTRIBUTE_PREFIX) for one in accounts.columns))
            raise SettingsError(f"adjust: {name!r} is no column of the accounts; they have {have}")
        columns += _levels(accounts[column])
        names.append(short)
    rows = np.column_stack(columns) if columns else np.empty((len(accounts), 0))
    return rows.astype(float), tuple(names)


def _levels(values: pd.Series) -> list[Array]:
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > 10:
        number = values.astype(float)
        return [number.fillna(number.median()).to_numpy(), number.isna().to_numpy(float)]
    text = values.astype("str").fillna("unknown")
    sizes = text.value_counts()
    text = text.mask(text.map(sizes) < _RARE, "other")
    return [(text == level).to_numpy(float) for level in sorted(text.unique())[1:]]


def _first_coefficient(products: Array, k: int) -> Array:
    """Solve each row of products for the first coefficient; where columns repeat each other, the shortest solution."""
    gram = products[:, : k * k].reshape(-1, k, k)
    # Columns of another size would make the solution depend on their unit.
    scale = np.sqrt(np.maximum(np.einsum("bkk->bk", gram), 1e-300))
    scaled = gram / (scale[:, :, None] * scale[:, None, :])
    moments = products[:, k * k :] / scale
    found = np.einsum("bk,bk->b", np.linalg.pinv(scaled, rcond=1e-10, hermitian=True)[:, 0, :], moments)
    sides = gram[:, 0, 0], gram[:, 1, 1] - gram[:, 0, 0]
    # Without promoters or without passives there is no difference.
    return np.where((sides[0] > 0.5) & (sides[1] > 0.5), found / scale[:, 0], np.nan)
