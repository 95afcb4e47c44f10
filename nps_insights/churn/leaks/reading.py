"""How the guard reads a column: as numbers, as dates, or as texts."""

import numpy as np
import pandas as pd

_FORMATS = ("ISO8601", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%Y%m%d", "%d-%m-%Y")
_LOOKS_DATED = r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|(?:19|20)\d{6}$"
# Texts are a date column if nearly all are dates of one form.
_NEARLY_ALL = 0.9
# Texts that are numbers are few enough to be codes up to here, and a scale above.
_MOST_CODES = 20


def as_read(values: pd.Series) -> pd.Series:
    """Return a column as floats (flags and texts that are all numbers too), dates, or texts; blanks are missing.

    Example:
        >>> as_read(pd.Series([True, None], dtype="boolean")).tolist(), as_read(pd.Series(["x", " "])).tolist()
        ([1.0, nan], ['x', nan])
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return values
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        return pd.Series(np.where(np.isfinite(numbers), numbers, np.nan), index=values.index)
    texts = values.astype("str").str.strip().where(values.notna())
    texts = texts.mask(texts == "")
    if texts.nunique() > _MOST_CODES and as_dates(texts) is None:
        numbers = pd.to_numeric(texts, errors="coerce")
        if (numbers.notna() == texts.notna()).all():
            return as_read(numbers)
    return texts


def as_dates(values: pd.Series) -> pd.Series | None:
    """Return a column as dates if it holds dates, or texts that nearly all read as dates of one form; else None.

    Days and months in an order that the column does not tell are read day first: a guard needs no more.

    Example:
        >>> as_dates(pd.Series(["31.12.2025", "01.02.2026", None])).dt.month.tolist()
        [12.0, 2.0, nan]
        >>> as_dates(pd.Series(["gold", "silver"])) is None
        True
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.tz_localize(None) if values.dt.tz is not None else values
    if pd.api.types.is_numeric_dtype(values):
        return None
    texts = values.dropna().astype("str").str.strip()
    if texts.empty or texts.str.match(_LOOKS_DATED).mean() < _NEARLY_ALL:
        return None
    for form in _FORMATS:
        dates = pd.to_datetime(texts, format=form, errors="coerce", utc=True).dt.tz_localize(None)
        if dates.notna().mean() >= _NEARLY_ALL:
            return dates.reindex(values.index)
    return None
