"""The two texts of a model card: TOML for programs and version control, markdown in lines that a diff can show."""

from collections.abc import Iterable, Mapping
from textwrap import fill
from typing import Any

_WIDTH = 118


def toml_text(spec: Mapping[str, Any]) -> str:
    """Return a spec as TOML, its plain values before its tables.

    Args:
        spec: Values by name; dictionaries become tables.

    Example:
        >>> print(toml_text({"data": {"n": 3}, "confidence_level": 0.95}))
        # Written by training; the bytes of the model are in MLflow, under `version`.
        confidence_level = 0.95
        <BLANKLINE>
        [data]
        n = 3
        <BLANKLINE>
    """
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment("Written by training; the bytes of the model are in MLflow, under `version`."))
    # Plain values first: below a table's heading they would belong to the table.
    for name, part in sorted(spec.items(), key=lambda item: isinstance(item[1], dict)):
        document.add(name, part)
    return tomlkit.dumps(document)


def wrapped(text: str) -> str:
    """Return a paragraph in lines of a card's width.

    Example:
        >>> wrapped("One line,   still one.")
        'One line,   still one.'
    """
    return fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def listed(items: Iterable[str]) -> str:
    """Return a list, one item per dash.

    Example:
        >>> print(listed(["One.", "Two."]))
        - One.
        - Two.
    """
    return "\n".join(
        fill(one, _WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        for one in items
    )
