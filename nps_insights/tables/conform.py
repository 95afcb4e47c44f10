"""Bring a frame to its contract (columns, types, row order), or refuse it with every problem named."""

import warnings
from typing import TYPE_CHECKING, cast

from nps_insights.tables.columns import Column, Kind, Table
from nps_insights.tables.contract import TABLES
from nps_insights.tables.errors import SchemaError

# Every room and every command reads the contract; pandas is loaded by the first that holds a table against it.
if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

_DTYPES: dict[Kind, str] = {
    "id": "str",
    "text": "str",
    "number": "float64",
    "share": "float64",
    "points": "float64",
    "integer": "int64",
    "date": "datetime64[us]",
    "flag": "bool",
}
# Kinds whose plain type cannot hold a missing value.
_NULLABLE: dict[Kind, str] = {"flag": "boolean", "integer": "Int64"}
_BOUNDS: dict[Kind, tuple[float, float]] = {"share": (0.0, 1.0), "points": (-100.0, 100.0)}
# Sums of floats may pass a bound by their last bits; that is rounding, not a wrong share.
_ROUNDING = 1e-9


def empty(name: str) -> "pd.DataFrame":
    """Return table `name` without rows, with its required columns.

    Example:
        >>> list(empty("mentions").columns)
        ['segment_id', 'theme_id', 'response_id', 'strength']
    """
    import pandas as pd

    table = TABLES[name]
    columns = [column for column in table.columns if column.required]
    return pd.DataFrame({column.name: pd.Series(dtype=_dtype(column)) for column in columns})


def conform(name: str, frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return `frame` as the table `name` of the contract.

    Columns come in the contract's order (open columns after them, by name), with the contract's types,
    and rows are sorted by the key with a fresh index: row order is not information.

    Args:
        name: Name of a table in `TABLES`.
        frame: Rows in any order; columns in any order.

    Returns:
        A new frame; the input is not changed.

    Raises:
        SchemaError: Columns are missing or unknown, values are of the wrong type, out of bounds, missing
            where they must not be, or keys are repeated. All problems are listed in one error.

    Example:
        >>> import pandas as pd
        >>> conform("codes", pd.DataFrame({"code": ["price"], "comment_id": ["c1"], "response_id": ["r1"]}))
          comment_id response_id   code
        0         c1          r1  price
    """
    import pandas as pd

    table = TABLES[name]
    problems = _column_problems(table, frame)
    if problems:
        raise SchemaError(name, problems)
    known = [column for column in table.columns if column.name in frame.columns]
    open_names = sorted(set(frame.columns) - {column.name for column in known})
    shaped, problems = _with_types(frame, known)
    shaped = pd.concat([shaped, frame[open_names]], axis="columns") if open_names else shaped
    if problems or not _keeps_the_rules(table, known, shaped):
        problems += _value_problems(table, known, shaped)
    if problems:
        raise SchemaError(name, problems)
    key = [column for column in table.key if column in shaped.columns]
    return shaped.sort_values(key, kind="stable", ignore_index=True)


def _column_problems(table: Table, frame: "pd.DataFrame") -> list[str]:
    names = {column.name for column in table.columns}
    problems = [
        f"{column.name}: the column is missing; every {table.name} table needs it, with {column.kind} values"
        for column in table.columns
        if column.required and column.name not in frame.columns
    ]
    unknown = [
        name
        for name in map(str, frame.columns)
        if name not in names and not name.startswith(table.open_prefixes or "\0")
    ]
    if unknown:
        allowed = f" or start with {', '.join(table.open_prefixes)}" if table.open_prefixes else ""
        problems.append(f"{', '.join(unknown)}: unknown; columns must be one of {', '.join(sorted(names))}{allowed}")
    repeated = sorted({str(name) for name in frame.columns[frame.columns.duplicated()]})
    if repeated:
        problems.append(f"{', '.join(repeated)}: the column stands there more than once")
    return problems


def _dtype(column: Column) -> str:
    if column.nullable and column.kind in _NULLABLE:
        return _NULLABLE[column.kind]
    return _DTYPES[column.kind]


def _with_types(frame: "pd.DataFrame", columns: list[Column]) -> "tuple[pd.DataFrame, list[str]]":
    import pandas as pd

    shaped, problems = {}, []
    for column in columns:
        values = frame[column.name]
        try:
            shaped[column.name] = values.astype(_dtype(column))
        except (ValueError, TypeError, pd.errors.IntCastingNaNError) as error:
            problems.append(f"{column.name}: must hold {column.kind} values, got {values.dtype}: {error}")
            shaped[column.name] = values
    return pd.DataFrame(shaped, index=frame.index), problems


def _keeps_the_rules(table: Table, columns: list[Column], frame: "pd.DataFrame") -> bool:
    """Whether pandera would find nothing: it takes a second to import and longer for each table than most steps."""
    key = [name for name in table.key if name in frame.columns]
    if key and frame.duplicated(key).any():
        return False
    return all(_column_keeps_the_rules(column, frame[column.name]) for column in columns)


def _column_keeps_the_rules(column: Column, values: "pd.Series") -> bool:
    if not column.nullable and values.isna().any():
        return False
    if column.vocabulary is not None and not values.dropna().isin(list(column.vocabulary)).all():
        return False
    if column.kind in _BOUNDS:
        low, high = _BOUNDS[column.kind]
        if ((values < low - _ROUNDING) | (values > high + _ROUNDING)).any():
            return False
    return column.kind != "id" or not values.eq("").any()


def _value_problems(table: Table, columns: list[Column], frame: "pd.DataFrame") -> list[str]:
    with warnings.catch_warnings():
        # pandera imports PySpark where it is installed, which warns of pandas 3; no table passes through it here.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        import pandera.pandas as pa

        schema = pa.DataFrameSchema(
            {column.name: _pandera_column(column) for column in columns},
            unique=[name for name in table.key if name in frame.columns] or None,
        )
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            return _sentences(table, frame, errors.failure_cases)
    return []


def _pandera_column(column: Column) -> "pa.Column":
    import pandera.pandas as pa

    checks = []
    if column.vocabulary is not None:
        checks.append(pa.Check.isin(list(column.vocabulary), error=f"must be one of {', '.join(column.vocabulary)}"))
    if column.kind in _BOUNDS:
        low, high = _BOUNDS[column.kind]
        checks.append(pa.Check.in_range(low - _ROUNDING, high + _ROUNDING, error=f"must lie in {low:g} to {high:g}"))
    if column.kind == "id":
        checks.append(pa.Check.str_length(min_value=1, error="must not be empty text"))
    return pa.Column(checks=checks, nullable=column.nullable)


def _sentences(table: Table, frame: "pd.DataFrame", cases: "pd.DataFrame") -> list[str]:
    """One sentence per broken rule: how many rows, and the first of them by its key."""
    sentences = []
    for (column, check), rows in cases.groupby(["column", "check"], sort=True, dropna=False):
        rule = {"not_nullable": "must not be missing", "multiple_fields_uniqueness": "must be unique"}.get(check, check)
        index = rows["index"].dropna()
        first = frame.loc[index.iloc[0]] if len(index) else None
        where = "" if first is None else ", ".join(f"{key} {first[key]!r}" for key in table.key if key in frame.columns)
        name = column if column in frame.columns else " + ".join(table.key)
        n_rows = index.nunique() or len(rows)
        shown = (
            ""
            if first is None or name in table.key or name not in frame.columns
            else f" has {first[cast(str, name)]!r}"
        )
        sentences.append(f"{name}: {n_rows:,} of {len(frame):,} rows: {rule} (first: {where}{shown})")
    return sentences
