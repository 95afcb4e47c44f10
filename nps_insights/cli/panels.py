"""Options in groups: a help with fifty of them is read by the group."""

import copy
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

Command = TypeVar("Command", bound=Callable[..., Any])


def in_panels(*panels: tuple[str, str]) -> Callable[[Command], Command]:
    """Return a decorator that puts the options of a command into groups of its help.

    Args:
        panels: Title of each group, and the names of its parameters, in one text.

    Example:
        >>> import typer
        >>> @in_panels(("Input", "accounts"))
        ... def report(accounts: Annotated[str, typer.Option(help="File of accounts.")] = "") -> None: ...
        >>> report.__annotations__["accounts"].__metadata__[0].rich_help_panel
        'Input'
    """

    def grouped(command: Command) -> Command:
        for title, names in panels:
            for name in names.split():
                command.__annotations__[name] = _in_panel(command.__annotations__[name], title)
        return command

    return grouped


def _in_panel(annotation: Any, title: str) -> Any:
    # Options are shared by several commands, which have groups of their own.
    option = copy.copy(annotation.__metadata__[0])
    option.rich_help_panel = title
    return Annotated[annotation.__origin__, option]
