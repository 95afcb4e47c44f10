"""published.csv: the issued figures in a file that people open, and that must survive it."""

import csv
import io
import os
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.metrics.issued.published import conform_published, unseen, with_published
from nps_insights.tables import (
    TABLES,
    DataRefusedError,
    SchemaError,
    SettingsError,
    as_it_was,
    not_a_formula,
    replace_file,
)

_COLUMNS = {column.name: column.kind for column in TABLES["published"].columns}
_MAY_BE_EMPTY = ("survey", "period_start", "period_end", "estimate", "conf_low", "conf_high")
_SHOWN = 5
_MEND = "restore the file from a copy; it is written by nps-insights alone and is not for editing"


def append_published(path: str | os.PathLike[str], new: pd.DataFrame) -> pd.DataFrame:
    """Append an issue to published.csv and return the whole history.

    What stands in the file is read and checked first and stays byte for byte; the file appears whole or not at all.
    Text that a spreadsheet would run as a formula gets a quote before it, which reading takes off again. Two runs
    that append at once wait for each other.

    Args:
        path: The file; it is made where it is missing.
        new: Table `published` of the issue, as `freeze` gives it.

    Raises:
        DataRefusedError: The file is damaged, or the issue would rewrite a figure.
        SettingsError: The file cannot be written there.

    Example:
        >>> from nps_insights.metrics import nps
        >>> from nps_insights.metrics.issued.published import freeze
        >>> estimates = nps(pd.DataFrame({"category": ["promoter", "passive"]}))
        >>> issue = freeze(estimates, published_at=pd.Timestamp("2026-07-05"), run_id="7f3a", settings="")
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     history = append_published(Path(folder) / "published.csv", issue)
        ...     len(history), read_published(Path(folder) / "published.csv").equals(history)
        (4, True)
    """
    import filelock

    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(target.with_name(f".{target.name}.lock"), mode=0o644):
            old = read_published(target) if target.exists() else None
            fresh = unseen(old, new)
            if len(fresh) or old is None:
                replace_file(target, _appended(target, fresh))
            return with_published(old, fresh)
    except OSError as error:
        raise SettingsError(f"{target}: cannot be written ({error.strerror}); name another file") from None


def read_published(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read published.csv and check all of it.

    Returns:
        Table `published`.

    Raises:
        DataRefusedError: The file is no published.csv, was cut off or was changed by another program; all problems
            are in one error, the first ones with their lines.
        SettingsError: There is no such file.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = (Path(folder) / "published.csv").write_text("metric;estimate")
        ...     try:
        ...         read_published(Path(folder) / "published.csv")
        ...     except DataRefusedError as error:
        ...         print("first line" in str(error))
        True
    """
    target = Path(path)
    try:
        content = target.read_bytes()
    except OSError as error:
        raise SettingsError(f"{target}: cannot be read ({error.strerror}); name the file that runs append to") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataRefusedError(f"{target}: byte {error.start} is not UTF-8; {_MEND}") from None
    rows, lines = _rows(target, text)
    problems = [] if text.endswith("\n") else ["the last line has no end: the file was cut off"]
    columns: dict[str, pd.Series] = {}
    for place, (name, kind) in enumerate(_COLUMNS.items()):
        columns[name], wrong = _column(name, kind, [row[place] for row in rows], lines)
        problems += wrong
    if problems:
        raise _damaged(target, problems)
    try:
        return conform_published(pd.DataFrame(columns))
    except SchemaError as error:
        raise DataRefusedError(f"{target}: {error}\n{_MEND}") from None


def _rows(target: Path, text: str) -> tuple[list[list[str]], list[int]]:
    """Fields of each row, and the line that it ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines, wrong = [], [], []
    try:
        head = next(reader, [])
        if head != list(_COLUMNS):
            raise DataRefusedError(
                f"{target}: the first line is {','.join(head)[:80]!r}, it must be {','.join(_COLUMNS)!r}; {_MEND}"
            )
        for row in reader:
            if len(row) != len(_COLUMNS):
                wrong.append(f"line {reader.line_num}: {len(row)} fields, must be {len(_COLUMNS)}")
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise DataRefusedError(f"{target}: line {reader.line_num}: {error}; {_MEND}") from None
    if wrong:
        raise _damaged(target, wrong)
    return rows, lines


def _column(name: str, kind: str, texts: list[str], lines: list[int]) -> tuple[pd.Series, list[str]]:
    """A column with its type, and what is wrong with it."""
    values = pd.Series(texts, dtype="str")
    if kind == "text":
        return values.map(as_it_was).astype("str"), []
    given = values != ""
    if kind == "date":
        parsed = pd.to_datetime(values.where(given), format="ISO8601", errors="coerce")
    else:
        parsed = pd.to_numeric(values.where(given), errors="coerce")
        parsed = parsed.where(np.isfinite(parsed.astype("float64")))
    bad = given & parsed.isna()
    if kind == "integer":
        bad |= given & parsed.notna() & (parsed % 1 != 0)
    if name not in _MAY_BE_EMPTY:
        bad |= ~given
    must = {"date": "a date like 2026-07-05", "integer": "a whole number"}.get(kind, "a number")
    wrong = [f"line {lines[row]}: {name} is {texts[row]!r}, must be {must}" for row in np.flatnonzero(bad)]
    return parsed, wrong


def _appended(target: Path, fresh: pd.DataFrame) -> bytes:
    """What the file holds, as it is, and the new rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    old = target.read_bytes() if target.exists() else b""
    if not old:
        writer.writerow(_COLUMNS)
    for row in fresh[list(_COLUMNS)].itertuples(index=False):
        writer.writerow([_written(value, kind) for value, kind in zip(row, _COLUMNS.values(), strict=True)])
    return old + out.getvalue().encode("utf-8")


def _written(value: object, kind: str) -> str:
    if pd.isna(value):
        return ""
    if kind == "text":
        return not_a_formula(str(value))
    if kind == "date":
        moment = pd.Timestamp(str(value))
        return moment.strftime("%Y-%m-%d") if moment == moment.normalize() else moment.isoformat()
    return str(int(str(value))) if kind == "integer" else repr(float(str(value)))


def _damaged(target: Path, problems: list[str]) -> DataRefusedError:
    more = f"\n  - and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    told = "\n".join(f"  - {problem}" for problem in problems[:_SHOWN])
    return DataRefusedError(f"{target} is not as it was written:\n{told}{more}\n{_MEND}")
