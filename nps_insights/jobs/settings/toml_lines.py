"""On which line of a TOML file each setting stands: an answer to "where does this value come from?"."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

SettingPath = tuple[str | int, ...]


def setting_lines(text: str) -> dict[SettingPath, int]:
    r"""Return the line of every setting of a TOML file, by its path; of a list or text over several lines the first.

    A statement ends with the first line with which it can be read, so that no grammar is written here a second time.

    Args:
        text: A valid TOML file. A table in a list has its place in the path: ("target", 0, "value").

    Example:
        >>> setting_lines('job = "driver_report"\n\n[report]\nby = [\n  "plan",\n]\n[[target]]\nvalue = 40\n')
        {('job',): 1, ('report', 'by'): 4, ('target', 0, 'value'): 8}
    """
    found: dict[SettingPath, int] = {}
    places: dict[SettingPath, int] = {}
    table: SettingPath = ()
    for line, statement, given in _statements(text):
        if statement.startswith("["):
            table = _header(given, places, in_list=statement.startswith("[["))
        else:
            found |= {(*table, *path): line for path in _leaves(given)}
    return found


def leaves(given: Mapping[str, Any]) -> dict[SettingPath, Any]:
    """Return every value of nested sections, by its path; lists of plain values stay whole.

    Example:
        >>> leaves({"report": {"by": ["plan"]}, "target": [{"value": 40}]})
        {('report', 'by'): ['plan'], ('target', 0, 'value'): 40}
    """
    found: dict[SettingPath, Any] = {}
    for name, value in given.items():
        if isinstance(value, Mapping):
            found |= {(name, *path): one for path, one in leaves(value).items()}
        elif isinstance(value, list | tuple) and value and all(isinstance(one, Mapping) for one in value):
            parts = [(place, leaves(one)) for place, one in enumerate(value)]
            found |= {(name, place, *path): leaf for place, part in parts for path, leaf in part.items()}
        else:
            found[(name,)] = value
    return found


def _leaves(given: Mapping[str, Any]) -> list[SettingPath]:
    return list(leaves(given))


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Line, text and content of every statement."""
    begun, lines = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not lines and (not line.strip() or line.lstrip().startswith("#")):
            continue
        begun, lines = (begun, f"{lines}\n{line}") if lines else (number, line)
        try:
            given = tomllib.loads(lines + "\n")
        except tomllib.TOMLDecodeError:
            continue
        yield begun, lines.lstrip(), given
        lines = ""


def _header(given: Mapping[str, Any], places: dict[SettingPath, int], *, in_list: bool) -> SettingPath:
    """The path that a table's header names; tables of one list are counted."""
    path: SettingPath = ()
    inner: Any = given
    while isinstance(inner, Mapping) and inner:
        name, inner = next(iter(inner.items()))
        path = (*path, name)
        ends = not (isinstance(inner, Mapping) and inner)
        if in_list and ends:
            places[path] = places.get(path, -1) + 1
        if path in places:
            path = (*path, places[path])
    return path
