"""Take a person out of a file: tables, lists and texts are written anew without them, anything else goes whole."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.jobs.forgetting.cells import in_cells
from nps_insights.jobs.forgetting.in_tables import KIND_OF, without_person
from nps_insights.jobs.forgetting.person import GONE, Person
from nps_insights.jobs.forgetting.search import holds
from nps_insights.jobs.outputs.for_people import shown
from nps_insights.tables import DataRefusedError, texts_as_they_were

_BOM = b"\xef\xbb\xbf"
_TEXTS = {".md", ".txt", ".toml"}


def rewritten(path: Path, person: Person) -> bytes | None:
    """Return a file without a person; None where it can only go whole, such as a workbook that names them.

    Args:
        path: The file. Its ending tells what it is.
        person: Who is forgotten.

    Raises:
        DataRefusedError: The file, or one that is packed in it, cannot be read.
    """
    data, kind = path.read_bytes(), path.suffix.lower()
    if kind == ".parquet":
        return _parquet(path, data, person)
    if kind == ".csv":
        left = _csv(path, data, person)
    elif kind == ".json":
        left = _json(data, person)
    elif kind in _TEXTS:
        left = _text(data, person)
    else:
        left = None if in_cells(data, person, path.name) else data
    return None if left is None or holds(left, person.unmistakable, path.name, person.others) else left


def out_of_json(value: Any, person: Person) -> Any:
    """Return JSON-like data without a person: records under their id go, and their sentences in others.

    Example:
        >>> person = Person({"account_id": frozenset({"A-1"})})
        >>> out_of_json({"flags": [{"account_id": "A-1"}, {"account_id": "A-2"}]}, person)
        {'flags': [{'account_id': 'A-2'}]}
    """
    if isinstance(value, str):
        return person.out_of(value)
    if isinstance(value, dict):
        return {key: _value(key, one, person) for key, one in value.items()}
    if isinstance(value, list):
        return [out_of_json(one, person) for one in value if not _is_theirs(one, person)]
    return value


def _value(name: str, value: Any, person: Person) -> Any:
    if name in KIND_OF and isinstance(value, str):
        return GONE if value in person.ids.get(KIND_OF[name], ()) else value
    return out_of_json(value, person)


def _is_theirs(record: Any, person: Person) -> bool:
    return isinstance(record, dict) and any(record.get(name) in known for name, known in person.ids.items())


def _parquet(path: Path, data: bytes, person: Person) -> bytes:
    import pyarrow as pa

    try:
        table = pd.read_parquet(path)
    except (pa.ArrowException, OSError) as error:
        raise DataRefusedError(f"{path.name}: cannot be read as Parquet ({type(error).__name__})") from None
    left = without_person(path.stem, table, person)
    if left.equals(table):
        return data
    written = io.BytesIO()
    left.to_parquet(written, index=False)
    return written.getvalue()


def _csv(path: Path, data: bytes, person: Person) -> bytes | None:
    try:
        text = data.decode("utf-8-sig")
        read = pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False, na_filter=False)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error):
        # Not a list of ours: it stays if nothing of the person is in it, else it goes whole.
        return data
    plain = texts_as_they_were(read)
    left = without_person(path.stem, plain, person)
    # An empty cell of a list is nothing, and no word on what was there.
    left = left.replace(GONE, "") if path.stem != "quarantine" else left
    if left.equals(plain):
        return data
    return (_BOM if data.startswith(_BOM) else b"") + shown(left).to_csv(index=False).encode("utf-8")


def _json(data: bytes, person: Person) -> bytes | None:
    try:
        told = json.loads(data.decode("utf-8"))
    except ValueError:
        return data
    left = out_of_json(told, person)
    if left == told:
        return data
    indent = 2 if b'\n  "' in data or b"\n  {" in data else None
    return (json.dumps(left, indent=indent, ensure_ascii=False) + "\n").encode("utf-8")


def _text(data: bytes, person: Person) -> bytes:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data
    return person.out_of(text).encode("utf-8")
