"""The folder of a sample: written whole or not at all, and never over files that no sample wrote."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from nps_insights.tables import SettingsError

MARKER = ".nps-insights-sample"
_ROWS_AT_ONCE = 50_000


def written_whole(
    folder: str | os.PathLike[str], write: Callable[[Path], list[str]], *, replace: bool
) -> dict[str, Path]:
    """Fill a folder and put it in its place when all is there.

    Args:
        folder: Where to write; made if it is missing.
        write: Writes into the folder that it is given, and returns the names of the files.
        replace: Replace a sample written there before. Files that do not belong to it are kept.

    Returns:
        File name without its ending -> path.

    Raises:
        SettingsError: `folder` is a file, or holds something and `replace` is off, or holds no sample.
    """
    target = Path(folder).absolute()
    _check_target(target, replace)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.new-"))
    try:
        names = write(fresh)
        (fresh / MARKER).write_text("\n".join(names) + "\n", encoding="utf-8")
        fresh.chmod(0o755)
        _put_in_place(fresh, target)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return {Path(name).stem: target / name for name in names}


def write_tables(folder: Path, tables: dict[str, pd.DataFrame]) -> list[str]:
    """Write tables as CSV, the same bytes on every system; return their names."""
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, chunksize=_ROWS_AT_ONCE, lineterminator="\n", float_format="%.6g")
    return list(tables)


def everyday_names(table: pd.DataFrame, prefix: str = "\0") -> pd.DataFrame:
    """Return a table under the names that people write: "Account ID" for account_id.

    Args:
        table: A table of the contract.
        prefix: Left off where a name starts with it, such as "attribute/".
    """
    words = {name: name.removeprefix(prefix).replace("_", " ").capitalize() for name in table.columns}
    return table.rename(
        columns={name: text.replace(" id", " ID").replace("Nps", "NPS") for name, text in words.items()}
    )


def _check_target(target: Path, replace: bool) -> None:
    if target.exists() and not target.is_dir():
        raise SettingsError(f"folder: {target} is a file; name a folder that is new, empty or a former sample")
    if not target.is_dir() or not any(target.iterdir()):
        return
    if not (target / MARKER).is_file():
        raise SettingsError(
            f"folder: {target} holds files that are no sample, so it is left alone; name a new or empty folder"
        )
    if not replace:
        raise SettingsError(f"folder: {target} holds a sample already; replace it with replace=True (--replace)")


def _put_in_place(fresh: Path, target: Path) -> None:
    """Swap the new folder in; what stood in the old one and is not of the sample moves along."""
    if not target.is_dir() or not any(target.iterdir()):
        fresh.replace(target)
        return
    written = {MARKER, *(target / MARKER).read_text(encoding="utf-8").split()}
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.old-"))
    target.replace(old)
    try:
        fresh.replace(target)
    except BaseException:
        old.replace(target)
        raise
    for path in sorted(old.iterdir()):
        if path.name not in written:
            path.replace(target / path.name)
    shutil.rmtree(old)
