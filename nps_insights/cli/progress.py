"""A progress bar for the one slow step, shown only where somebody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def encoding_progress() -> Iterator[Callable[[int, int], None] | None]:
    """Give a callback (done, total) that moves a bar on stderr, or None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("encoding comments", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
