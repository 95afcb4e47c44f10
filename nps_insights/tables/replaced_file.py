"""Put a file in the place of another in one step: a kill leaves the old one or the new one, whole."""

import os
import tempfile
from pathlib import Path


def replace_file(file: Path, content: bytes) -> None:
    """Write a file beside its place, to the disk, and put it there; its rights stay those of the file that was there.

    Args:
        file: The file; folders above it that are not there yet are made.
        content: What it holds from then on.

    Raises:
        OSError: It cannot be written there.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     replace_file(Path(folder) / "new" / "a.txt", b"one")
        ...     (Path(folder) / "new" / "a.txt").read_text()
        'one'
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        # A temporary file is private; colleagues read the new one as they did the old.
        temporary.chmod(file.stat().st_mode & 0o777 if file.exists() else 0o644)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
