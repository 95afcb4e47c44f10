"""Which notes of a run a terminal shows: those that ask for something; the others stand in the report."""

from collections.abc import Iterable

# What a note names that asks its reader to do something: an option, a command, a section of a pipeline file.
_ASKS = ("--", "`", "[")


def asking(notes: Iterable[str]) -> list[str]:
    """Return the notes that name what to do next: an option, a command or a setting.

    Example:
        >>> asking(["9 comments were read.", "2 are in German: `--encoder multilingual` reads them."])
        ['2 are in German: `--encoder multilingual` reads them.']
    """
    return [note for note in notes if any(sign in note for sign in _ASKS)]


def noted(notes: Iterable[str], *, where: str) -> list[str]:
    """Return the notes that a terminal shows, and how many others can be read elsewhere.

    Args:
        notes: All of them.
        where: Where the others are read.

    Example:
        >>> noted(["9 comments were read.", "8 of them twice."], where="--json")
        ['2 further notes on what was read and how: --json']
    """
    every = list(notes)
    shown = asking(every)
    n = len(every) - len(shown)
    return shown if not n else [*shown, f"{n} further note{'s' * (n > 1)} on what was read and how: {where}"]
