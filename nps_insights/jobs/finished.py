"""What stands in a finished run folder, read again: its manifest and its tables."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.jobs.folder import MANIFEST
from nps_insights.tables import DataRefusedError


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
        DataRefusedError: The file is damaged.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "themes.parquet"
        >>> pd.DataFrame({"theme_id": ["t01"]}).to_parquet(file)
        >>> read_table(file)["theme_id"].tolist()
        ['t01']
    """
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
