"""What the accounts file and the usage log say of an account."""

from collections.abc import Mapping, Sequence
from numbers import Number

import numpy as np
import pandas as pd

from nps_insights.churn.families import units
from nps_insights.churn.features.answers import Answers
from nps_insights.churn.features.sums import DAYS_OF_A_TREND, counted, divided, ends, picked, slopes, summed
from nps_insights.churn.lookup import places
from nps_insights.churn.moments import dates_of, days_between
from nps_insights.churn.renewals import next_renewals
from nps_insights.tables import ATTRIBUTE_PREFIX, USAGE_PREFIX

OTHER = "other"
USAGE_PARTS = ("sum", "mean", "trend", "change", "days_since")


def is_number(column: pd.Series) -> bool:
    """Return whether a column holds numbers or flags, and nothing else.

    Example:
        >>> is_number(pd.Series([True, None], dtype=object)), is_number(pd.Series(["1"]))
        (True, False)
    """
    if pd.api.types.is_numeric_dtype(column):
        return True
    known = column.dropna()
    return column.dtype == object and len(known) > 0 and all(isinstance(one, Number | np.bool_) for one in known)


def is_date(column: pd.Series) -> bool:
    """Return whether a column holds dates."""
    return bool(pd.api.types.is_datetime64_any_dtype(column))


def as_numbers(column: pd.Series) -> np.ndarray:
    """Return floats, NaN where a value is missing, infinite or no number.

    Example:
        >>> as_numbers(pd.Series(["1", "x", None])).tolist()
        [1.0, nan, nan]
    """
    if is_date(column):
        return np.full(len(column), np.nan)
    values = pd.to_numeric(column, errors="coerce").astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def as_levels(column: pd.Series) -> pd.Series:
    """Return the level of each account as text without outer spaces; whole numbers without decimals.

    Example:
        >>> as_levels(pd.Series([1.0, None])).tolist(), as_levels(pd.Series([" Pro", " "])).tolist()
        (['1', nan], ['Pro', nan])
    """
    if is_number(column):
        known = [str(int(one)) if isinstance(one, float) and one.is_integer() else str(one) for one in column.dropna()]
        texts = pd.Series(known, index=column.index[column.notna()], dtype="str").reindex(column.index)
    else:
        texts = column.astype("str").where(column.notna())
    stripped = texts.str.strip()
    return stripped.mask(stripped == "")


def attribute_features(
    accounts: pd.DataFrame, numbers: Sequence[str], levels: Mapping[str, tuple[str, ...]]
) -> dict[str, np.ndarray]:
    """Return attributes of numbers as they are, and a 0/1 per level; NaN where missing, levels without one as other."""
    found: dict[str, np.ndarray] = {}
    n = len(accounts)
    for name in numbers:
        column = ATTRIBUTE_PREFIX + name
        found[column] = as_numbers(accounts[column]) if column in accounts.columns else np.full(n, np.nan)
    for name, own in levels.items():
        column = ATTRIBUTE_PREFIX + name
        given = as_levels(accounts[column]) if column in accounts.columns else pd.Series(np.nan, range(n), dtype="str")
        place, missing = pd.Index(own, dtype="str").get_indexer(given), given.isna().to_numpy()
        for number, level in enumerate((*own, OTHER)):
            # get_indexer gives -1 to every level without a feature of its own.
            mark = place == (number if number < len(own) else -1)
            found[f"{column}={level}"] = np.where(missing, np.nan, mark.astype(float))
    return found


def account_facts(accounts: pd.DataFrame, as_of: np.ndarray, *, renewal_months: int | None) -> dict[str, np.ndarray]:
    """Return tenure, days to the next renewal and value; NaN where not known."""
    started = dates_of(accounts, "started_at")
    tenure = np.where(started < as_of, days_between(started, as_of), np.nan)
    renewal = next_renewals(dates_of(accounts, "renewal_at"), as_of, months=renewal_months)
    value = as_numbers(accounts["value"]) if "value" in accounts.columns else np.full(len(accounts), np.nan)
    return {
        "account/tenure_days": tenure,
        "account/days_to_renewal": days_between(as_of, renewal),
        "account/value": value,
    }


def parent_features(accounts: pd.DataFrame, answers: Answers) -> dict[str, np.ndarray]:
    """Return the mean score and the number of answers of the other accounts under the same top parent."""
    family, _ = pd.factorize(units(accounts))
    n = answers.n_accounts
    own, score = counted(answers.code, n), summed(answers.code, answers.score, n)
    others = summed(family, own, n)[family] - own
    total = summed(family, score, n)[family] - score
    return {"parent/mean": divided(total, others), "parent/answers": others}


def usage_features(
    accounts: pd.DataFrame,
    usage: pd.DataFrame | None,
    as_of: np.ndarray,
    *,
    lookback_days: float,
    columns: Sequence[str],
) -> dict[str, np.ndarray]:
    """Return days in use, and by column of usage its sum, mean, slope per 90 days, recent change and days since.

    The change compares the sum of the last 90 days with that of the 90 days before, as their difference over their sum:
    -1 is a stop, -1/3 a halving, 0 no change, 1 a start. A slope over the whole lookback sees a recent fall late.

    An account that was used before, but not within the lookback, has sums of 0; one that never was has NaN.

    Args:
        accounts: Table `accounts`.
        usage: Table `usage`; None gives NaN.
        as_of: datetime64[us], (n_accounts,).
        lookback_days: How far back rows are read.
        columns: Columns of usage, without prefix.

    Returns:
        `usage/days`, `usage/days_since` and `usage/<column>/sum`, `/mean`, `/trend`, `/change`, `/days_since`.
    """
    n = len(accounts)
    parts = USAGE_PARTS
    names = ["usage/days", "usage/days_since", *(f"{USAGE_PREFIX}{name}/{part}" for name in columns for part in parts)]
    if usage is None or not n:
        return {name: np.full(n, np.nan) for name in names}
    used = dates_of(usage, "used_at")
    rows = np.flatnonzero(used < as_of.max())
    code = places(accounts["account_id"], usage["account_id"].iloc[rows], table="accounts")
    rows, code = rows[code >= 0], code[code >= 0]
    rows, code = rows[used[rows] < as_of[code]], code[used[rows] < as_of[code]]
    order = np.lexsort((used[rows], code))
    rows, code = rows[order], code[order]
    age, ever = days_between(used[rows], as_of[code]), counted(code, n) > 0
    recent = age <= lookback_days
    rows, code, age = rows[recent], code[recent], age[recent]
    found = {
        "usage/days": np.where(ever, counted(code, n), np.nan),
        "usage/days_since": picked(age, ends(code, n)[1]),
    }
    for name in columns:
        absent = USAGE_PREFIX + name not in usage.columns
        values = np.full(len(rows), np.nan) if absent else as_numbers(usage[USAGE_PREFIX + name].iloc[rows])
        known = ~np.isnan(values)
        course = _course(code[known], age[known], values[known], ever & (not absent))
        found |= {f"{USAGE_PREFIX}{name}/{part}": course[part] for part in parts}
    return found


def _change(code: np.ndarray, age: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    """Difference over sum of the last 90 days and the 90 before; NaN without any use in them, or of negative values."""
    late = age <= DAYS_OF_A_TREND
    early = ~late & (age <= 2 * DAYS_OF_A_TREND)
    now, before = (summed(code[part], values[part], n) for part in (late, early))
    return divided(now - before, now + before)


def _course(code: np.ndarray, age: np.ndarray, values: np.ndarray, ever: np.ndarray) -> dict[str, np.ndarray]:
    n = len(ever)
    total, rows = summed(code, values, n), counted(code, n)
    return {
        "sum": np.where(ever, total, np.nan),
        "mean": divided(total, rows),
        "trend": slopes(code, age, values, n),
        "change": _change(code, age, values, n),
        "days_since": picked(age, ends(code, n)[1]),
    }
