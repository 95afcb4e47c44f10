"""Attributes as columns of the driver matrix: one 0/1 column per level of a text, one column per number."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError

MOST_LEVELS = 30
MISSING = "(not known)"
OTHER = "(other)"


@dataclass(frozen=True)
class Encoded:
    """Attributes encoded for a model.

    Attributes:
        columns: 0/1 columns `attribute/<name>/<level>` (all levels: the model drops one as reference) and numeric
            columns `attribute/<name>`.
        drivers: The columns that are reported: driver_id, label, kind, theme_id, attribute, level, numeric.
        left_out: Rows of table `left_out`.
        parts: Attribute -> its columns.
    """

    columns: pd.DataFrame
    drivers: pd.DataFrame
    left_out: pd.DataFrame
    parts: dict[str, list[str]]


def encode_attributes(rows: pd.DataFrame, names: Sequence[str], *, min_present: int) -> Encoded:
    """Return attributes as model columns.

    A level that fewer than `min_present` responses have joins "(other)", and a missing text is the level
    "(not known)"; both are adjusted for and not reported. A missing number becomes the mean, with a 0/1 column
    beside it that says so.

    Args:
        rows: Responses with columns `attribute/<name>`.
        names: Attributes, without prefix.
        min_present: Fewest responses of a level.

    Raises:
        SettingsError: An attribute is no column of the responses.

    Example:
        >>> rows = pd.DataFrame({"attribute/plan": ["Pro", "Free"]})
        >>> encode_attributes(rows, ["plan"], min_present=1).columns.columns.tolist()
        ['attribute/plan/Free', 'attribute/plan/Pro']
    """
    columns: dict[str, pd.Series] = {}
    parts: dict[str, list[str]] = {}
    drivers: list[dict[str, object]] = []
    left_out: list[dict[str, object]] = []
    for name in dict.fromkeys(names):
        column = ATTRIBUTE_PREFIX + name
        if column not in rows.columns:
            have = ", ".join(c.removeprefix(ATTRIBUTE_PREFIX) for c in rows.columns if c.startswith(ATTRIBUTE_PREFIX))
            raise SettingsError(f"attribute {name!r}: no such column; the responses have {have or 'no attributes'}")
        values = rows[column]
        reason = _unusable(values)
        if reason:
            left_out.append(_left_out(name, "", int(values.notna().sum()), reason))
        elif pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            own = _number(name, values)
            columns, parts[name] = columns | own, list(own)
            drivers.append(_driver(name, "", numeric=True))
        else:
            levels, rare = _levels(values, min_present)
            own = {driver_id(name, level): column for level, column in levels.items()}
            columns, parts[name] = columns | own, list(own)
            drivers += [_driver(name, level) for level in levels if level not in (MISSING, OTHER)]
            left_out += [
                _left_out(name, level, n, f"{n:,} responses have this level, at least {min_present} are needed")
                for level, n in rare.items()
            ]
    frame = pd.DataFrame(columns, index=rows.index) if columns else pd.DataFrame(index=rows.index)
    return Encoded(frame, pd.DataFrame(drivers), pd.DataFrame(left_out), parts)


def _unusable(values: pd.Series) -> str:
    known = values.dropna()
    if known.nunique() < 2:
        return "the same value everywhere: nothing to compare"
    if not pd.api.types.is_numeric_dtype(known) and known.nunique() > MOST_LEVELS:
        return f"{known.nunique()} different texts, at most {MOST_LEVELS} can be compared: it looks like an id"
    return ""


def driver_id(attribute: str, level: str = "") -> str:
    """Return the id of a number, or of a level of a text; a slash within a name is written %2F.

    Example:
        >>> driver_id("plan", "Pro"), driver_id("n/a rate")
        ('attribute/plan/Pro', 'attribute/n%2Fa rate')
    """
    parts = [part.replace("%", "%25").replace("/", "%2F") for part in (attribute, level) if part]
    return ATTRIBUTE_PREFIX + "/".join(parts)


def _number(name: str, values: pd.Series) -> dict[str, pd.Series]:
    numbers = values.astype(float)
    filled = {driver_id(name): numbers.fillna(numbers.mean())}
    if numbers.isna().any():
        filled[driver_id(name, MISSING)] = numbers.isna().astype(float)
    return filled


def _levels(values: pd.Series, min_present: int) -> tuple[dict[str, pd.Series], dict[str, int]]:
    texts = values.astype("str").fillna(MISSING)
    sizes = texts.value_counts()
    rare = {level: int(n) for level, n in sorted(sizes.items()) if n < min_present and level != MISSING}
    texts = texts.where(~texts.isin(list(rare)), OTHER)
    return {level: (texts == level).astype(float) for level in sorted(texts.unique())}, rare


def _driver(name: str, level: str, *, numeric: bool = False) -> dict[str, object]:
    return {
        "driver_id": driver_id(name, level),
        "label": name if numeric else f"{name}: {level}",
        "kind": "attribute",
        "theme_id": None,
        "attribute": name,
        "level": level,
        "numeric": numeric,
    }


def _left_out(name: str, level: str, n_present: int, reason: str) -> dict[str, object]:
    return {
        "driver_id": driver_id(name, level),
        "label": f"{name}: {level}" if level else name,
        "kind": "attribute",
        "n_present": n_present,
        "reason": reason,
    }
