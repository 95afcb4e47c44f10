"""Settings checked before anything is read: every problem of a file or command line in one error."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from nps_insights.tables import SettingsError

Model = TypeVar("Model", bound=BaseModel)


def checked(model: type[Model], given: Mapping[str, Any]) -> Model:
    """Return settings of a job, or every problem of them in one error.

    Args:
        model: The job's settings.
        given: Sections and keys as in the TOML file.

    Raises:
        SettingsError: A key is unknown (the nearest known one is suggested), missing, or has a wrong value.

    Example:
        >>> from nps_insights.jobs.settings.sections import DateSettings
        >>> checked(DateSettings, {"format": "%d/%m/%Y"}).format
        '%d/%m/%Y'
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise SettingsError("settings: " + "; ".join(problem for _, problem in _problems(model, error))) from None


def problems_of(model: type[BaseModel], given: Mapping[str, Any]) -> list[tuple[tuple[int | str, ...], str]]:
    """Return where settings are wrong and why, in sentences; nothing where they can be used.

    Args:
        model: The job's settings.
        given: Sections and keys as in the TOML file.

    Example:
        >>> from nps_insights.jobs.settings.sections import DateSettings
        >>> problems_of(DateSettings, {"fromat": "%d/%m/%Y"})
        [(('fromat',), "fromat: unknown key; did you mean 'format'?")]
    """
    try:
        model.model_validate(given)
    except ValidationError as error:
        return _problems(model, error)
    return []


def _problems(model: type[BaseModel], error: ValidationError) -> list[tuple[tuple[int | str, ...], str]]:
    return [
        (problem["loc"], _sentence(model, problem["loc"], problem["type"], problem["msg"]))
        for problem in error.errors()
    ]


def _sentence(model: type[BaseModel], where: tuple[int | str, ...], kind: str, message: str) -> str:
    name = ".".join(str(part) for part in where)
    message = message.removeprefix("Value error, ")
    if kind != "extra_forbidden":
        return f"{name}: {message[0].lower()}{message[1:]}"
    known = sorted(_section(model, where[:-1]).model_fields)
    near = get_close_matches(str(where[-1]), known, n=1, cutoff=0.5)
    advice = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    return f"{name}: unknown key; {advice}"


def _section(model: type[BaseModel], where: tuple[int | str, ...]) -> type[BaseModel]:
    """The model of a section, read off the settings themselves; a number in `where` is a place in a list."""
    for part in where:
        if isinstance(part, str):
            model = _models_in(model.model_fields[part].annotation)[0]
    return model


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models_in(part)]
