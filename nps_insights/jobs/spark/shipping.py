"""A saved model on its way to the workers: its files' bytes, checked there and read once per worker process.

The bytes travel as a Spark broadcast, which works on every cluster and leaves no file behind. No model object is
pickled: each worker writes the files to a folder of its own, compares their hash and reads them as this machine would.
"""

import gc
import hashlib
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from nps_insights.tables import DataRefusedError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

T = TypeVar("T")
Files = dict[str, bytes]
# One entry per task: the worker process that ran it, and how many models it had to read for it.
Visits = list[tuple[str, int]]

# Of this process alone: what it has read already, by what it is, with the hash of the files.
_READ: dict[str, tuple[str, Any]] = {}


class VisitsParam:
    """How Spark adds up what tasks say of themselves: the lists are joined."""

    def zero(self, value: Visits) -> Visits:
        """Return a list without visits."""
        del value
        return []

    def addInPlace(self, first: Visits, second: Visits) -> Visits:  # noqa: N802
        """Join two lists; the name is Spark's."""
        return first + second


@dataclass(frozen=True)
class Shipped:
    """A saved model's files, within reach of every worker.

    Attributes:
        kind: What it is; a worker keeps one of each kind.
        sha256: Over the names and bytes of all files.
        files: Spark's broadcast of the files.
        visits: Spark's accumulator of what tasks say of themselves.
    """

    kind: str
    sha256: str
    files: Any
    visits: Any

    @property
    def n_workers(self) -> int:
        """Number of worker processes that have run a task."""
        return len({worker for worker, _ in self.visits.value})

    @property
    def n_loads(self) -> int:
        """How often the model was read, by all workers together."""
        return sum(loads for _, loads in self.visits.value)


@contextmanager
def shipped(session: "SparkSession", folder: Path, kind: str) -> Iterator[Shipped]:
    """Bring a saved model's folder within reach of the workers for the time of the block.

    Raises:
        DataRefusedError: There is no such folder, or it holds no file.
    """
    files = files_of(folder, kind)
    context = session.sparkContext
    broadcast = context.broadcast(files)
    yield Shipped(kind, sha256_of(files), broadcast, context.accumulator([], VisitsParam()))
    # After a failure tasks may still be reading it; then it goes with the session.
    broadcast.destroy()


def read_once(model: Shipped, read: Callable[[Path], T]) -> T:
    """Return the model on a worker, read at the first call of this process; say so to the driver.

    Args:
        model: As `shipped` gave it to the driver.
        read: Reads a folder; called at most once per process and model.

    Raises:
        DataRefusedError: The files that arrived are not those that were sent.
    """
    worker = f"{socket.gethostname()}:{os.getpid()}"
    held = _READ.get(model.kind)
    if held is not None and held[0] == model.sha256:
        model.visits.add([(worker, 0)])
        return held[1]
    files: Files = model.files.value
    found = sha256_of(files)
    if found != model.sha256:
        raise DataRefusedError(
            f"{model.kind}: worker {worker} got files of sha256 {found[:12]}, sent were {model.sha256[:12]}; run again."
        )
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        made = read(Path(folder))
    _READ[model.kind] = model.sha256, made
    # Spark collects garbage after every task, and would look through the model and all libraries each time.
    gc.collect()
    gc.freeze()
    model.visits.add([(worker, 1)])
    return made


def files_of(folder: Path, kind: str) -> Files:
    """Return the bytes of all files under `folder`, by name.

    Raises:
        DataRefusedError: There is no such folder, or it holds no file.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if not paths:
        raise DataRefusedError(f"{kind}: {folder} is no folder with files in it; name the folder of a saved model.")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def sha256_of(files: Files) -> str:
    """Return one sha256 over names and contents.

    Example:
        >>> sha256_of({"a": b"1"}) == sha256_of({"a": b"1"}), sha256_of({"a": b"1"}) == sha256_of({"b": b"1"})
        (True, False)
    """
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        total.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(content).digest())
    return total.hexdigest()
