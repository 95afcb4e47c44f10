"""Groups of answers: the column that tells customers apart, its values as people write them, and their codes."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError

Grouping = str | tuple[str, ...]

_ANSWER = ("score", "category")
_AND = " & "


def group_column(responses: pd.DataFrame, by: str) -> str:
    """Return the column that `by` names: an attribute of that name, else the column as it stands.

    Raises:
        SettingsError: There is no such column, or it is the answer itself.

    Example:
        >>> group_column(pd.DataFrame({"attribute/plan": ["Pro"]}), "plan")
        'attribute/plan'
    """
    for name in (ATTRIBUTE_PREFIX + by, by):
        if name in responses.columns and name not in _ANSWER:
            return name
    if by in _ANSWER:
        raise SettingsError(f"by == {by!r}: that is the answer itself; name a column that tells customers apart")
    have = ", ".join(sorted(str(column).removeprefix(ATTRIBUTE_PREFIX) for column in responses.columns))
    raise SettingsError(f"by == {by!r}: no such column; the responses have {have}")


def group_names(values: pd.Series) -> pd.Series:
    """Return the values of a column as a reader writes them: 10, not 10.0.

    Example:
        >>> group_names(pd.Series([10.0, 2.5])).tolist()
        ['10', '2.5']
    """
    if pd.api.types.is_float_dtype(values):
        return values.map(lambda number: f"{number:g}", na_action="ignore").astype("str")
    return values.astype("str")


def grouping_name(grouping: Grouping) -> str:
    """Return how a grouping is called in a table: "plan", or "plan & region" for columns that are crossed.

    Example:
        >>> grouping_name(("attribute/plan", "region"))
        'plan & region'
    """
    columns = (grouping,) if isinstance(grouping, str) else grouping
    return _AND.join(column.removeprefix(ATTRIBUTE_PREFIX) for column in columns)


def group_codes(responses: pd.DataFrame, grouping: Grouping) -> tuple[NDArray[np.int32], list[str]]:
    """Return the number of each answer's group (-1 where it has none) and the groups' names.

    Args:
        responses: Table `responses`.
        grouping: A column, columns to be crossed, or "" for all answers together.

    Raises:
        SettingsError: There is no such column, or two crossed groups read the same.

    Example:
        >>> codes, names = group_codes(pd.DataFrame({"plan": ["Pro", None, "Free", "Pro"]}), "plan")
        >>> codes.tolist(), names
        ([0, -1, 1, 0], ['Pro', 'Free'])
    """
    if isinstance(grouping, str):
        return _column_codes(responses, grouping) if grouping else (np.zeros(len(responses), dtype=np.int32), [""])
    if not grouping:
        raise SettingsError("by: an empty tuple was given to be crossed; name the columns")
    columns, names = zip(*(_column_codes(responses, column) for column in grouping), strict=True)
    inside = np.all([codes >= 0 for codes in columns], axis=0)
    shape = [max(len(one), 1) for one in names]
    codes = np.full(len(responses), -1, dtype=np.int32)
    codes[inside], present = pd.factorize(np.ravel_multi_index([one[inside] for one in columns], shape))
    levels = zip(*np.unravel_index(present, shape), strict=True)
    found = [_AND.join(one[level] for one, level in zip(names, each, strict=True)) for each in levels]
    if len(set(found)) < len(found):
        raise SettingsError(f"by == {grouping!r}: two groups read the same when their names are joined by '{_AND}'")
    return codes, found


def _column_codes(responses: pd.DataFrame, column: str) -> tuple[NDArray[np.int32], list[str]]:
    codes, values = pd.factorize(responses[group_column(responses, column)])
    # Two values may read alike (1 and "1"): a group is what is read.
    alike, names = pd.factorize(group_names(pd.Series(values)))
    renumbered = np.append(alike, -1).astype(np.int32)
    return renumbered[codes], [str(name) for name in names]
