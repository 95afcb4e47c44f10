"""What stands in a finished run folder, read again: its manifest and its tables."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.jobs.folder import MANIFEST
from nps_insights.tables import TABLES, DataRefusedError


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run folder that holds one.

    Raises:
        DataRefusedError: It is damaged.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> (folder / MANIFEST).write_text('{"job": "driver_report"}')
        24
        >>> read_manifest(folder)["job"]
        'driver_report'
    """
    file = folder / MANIFEST
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _damaged(file, error) from None
    if not isinstance(told, dict):
        raise _damaged(file, f"it holds a {type(told).__name__}")
    return told


def read_table(file: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a table of a run folder, or some of its columns.

    Raises:
        DataRefusedError: The file is damaged, or lacks a column that every table of its name has.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "labels.parquet"
        >>> pd.DataFrame({"theme_id": ["t01"]}).to_parquet(file)
        >>> read_table(file)["theme_id"].tolist()
        ['t01']
    """
    table = _read(file, columns)
    known = TABLES.get(file.stem)
    # Some columns were asked for by name, and pyarrow gives no table without them.
    needed = [column.name for column in known.columns if column.required] if known and columns is None else []
    if absent := [name for name in needed if name not in table]:
        raise _damaged(file, f"it has no column {', '.join(absent)}, or another version wrote it")
    return table


def columns_there(file: Path, names: Iterable[str]) -> dict[str, pd.Series]:
    """Return those columns of a stored table that it has, as text.

    Args:
        file: A Parquet file of a run.
        names: Columns.

    Raises:
        DataRefusedError: The file is damaged.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "labels.parquet"
        >>> pd.DataFrame({"theme_id": ["t01"], "n": [7]}).to_parquet(file)
        >>> {name: list(column) for name, column in columns_there(file, ["n", "label"]).items()}
        {'n': ['7']}
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        kept = set(pq.read_schema(file).names)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error) from None
    there = [name for name in names if name in kept]
    read = _read(file, there) if there else pd.DataFrame()
    return {str(name): column.astype("str") for name, column in read.items()}


def _read(file: Path, columns: Sequence[str] | None) -> pd.DataFrame:
    import pyarrow as pa

    try:
        return pd.read_parquet(file, columns=None if columns is None else list(columns))
    except (FileNotFoundError, PermissionError):
        raise
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error) from None


def _damaged(file: Path, error: object) -> DataRefusedError:
    said = str(error).splitlines()[0]
    return DataRefusedError(f"{file}: is damaged ({said}); restore the folder from a copy, or make the run again")
