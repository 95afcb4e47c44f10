"""Check an edits file: every problem of it in one error, with the nearest thing that is known."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from nps_insights.tables import SettingsError
from nps_insights.themes.curation.consistency import contradictions
from nps_insights.themes.curation.edits import KINDS, Edits, Part, Seed, Was


def check_edits(given: Mapping[str, Any]) -> Edits:
    """Return checked edits, or every problem of them in one error.

    Args:
        given: The content of `edits.toml`: lists `seed` and `edit`.

    Raises:
        SettingsError: A kind or key is unknown (the nearest known one is suggested), a value is missing or wrong, or
            entries contradict each other (a theme deleted and used after, a merge in a circle, a label given twice).

    Example:
        >>> edits = check_edits({"edit": [{"kind": "rename", "theme": "t07", "label": "Waiting time"}]})
        >>> edits.edit[0].label
        'Waiting time'
    """
    try:
        edits = Edits.model_validate(given)
    except ValidationError as error:
        problems = [_sentence(one["loc"], one["type"], one["msg"], one.get("ctx", {})) for one in error.errors()]
        raise SettingsError(_listed(problems)) from None
    problems = list(dict.fromkeys(contradictions(edits)))
    if problems:
        raise SettingsError(_listed(problems))
    return edits


def _listed(problems: list[str]) -> str:
    return "edits of themes:\n" + "\n".join(f"  - {problem}" for problem in problems)


def _sentence(where: tuple[int | str, ...], kind: str, message: str, context: Mapping[str, Any]) -> str:
    entry = f"{where[0]} {int(where[1]) + 1}" if len(where) > 1 and isinstance(where[1], int) else ""
    tag = where[2] if len(where) > 2 and where[2] in KINDS and where[0] == "edit" else None
    path = where[3 if tag else 2 :] if entry else where
    # People count from one.
    name = " ".join(str(part + 1) if isinstance(part, int) else part for part in path)
    place = ": ".join(part for part in (f"{entry} ({tag})" if tag else entry, name) if part)
    if kind == "union_tag_not_found":
        return f"{place}: kind is missing; known are {', '.join(KINDS)}"
    if kind == "union_tag_invalid":
        return f"{place}: kind {context['tag']!r} is unknown; {_nearest(context['tag'], KINDS)}"
    if kind == "extra_forbidden":
        return f"{place}: unknown key; {_nearest(str(where[-1]), _known_keys(where))}"
    if kind == "missing":
        return f"{place}: is missing"
    if kind == "too_short":
        return f"{place}: needs at least {context['min_length']} valid ones"
    message = message.removeprefix("Value error, ")
    return f"{place}: {message[0].lower()}{message[1:]}"


def _known_keys(where: tuple[int | str, ...]) -> Iterable[str]:
    if len(where) == 1:
        return Edits.model_fields
    if "parts" in where:
        return Part.model_fields
    if "was" in where:
        return Was.model_fields
    return (Seed if where[0] == "seed" else KINDS[str(where[2])]).model_fields


def _nearest(given: str, known: Iterable[str]) -> str:
    near = get_close_matches(given, list(known), n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
