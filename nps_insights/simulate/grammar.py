"""Read the grammar files and compile their phrases, so that one phrase can be drawn in microseconds.

A phrase is text with inline choices and slots: `"the [line|internet] dropped {when}"`. Choices may nest and may be
empty; a slot is a list of phrases, of the theme's own file or of the frame's.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nps_insights.simulate.world import THEME_CODES

_FOLDER = Path(__file__).parent / "grammar"
_TOKEN = re.compile(r"\[|\]|\||\{[a-z_]+\}|[^\[\]|{}]+")
LANGUAGES = ("en", "de", "fr", "es")

# A draw is the next uniform number of a stream; phrases take as many as they need.
Draw = Callable[[], float]
# A compiled phrase: a text, a sequence of parts, or a choice among parts (a tuple of alternatives).
Part = str | list["Part"] | tuple["Part", ...]


@dataclass(frozen=True)
class Grammar:
    """The phrases of one language.

    Attributes:
        frame: Greetings, joints, feelings: name -> compiled phrases.
        themes: Theme code -> kind of phrase (short, mild, any, strong, detail) -> compiled phrases.
    """

    frame: dict[str, tuple[Part, ...]]
    themes: dict[str, dict[str, tuple[Part, ...]]]


@cache
def grammar(language: str) -> Grammar:
    """Return the compiled grammar of a language: en, de, fr or es.

    Example:
        >>> sorted(grammar("en").themes["outages"])
        ['any', 'detail', 'mild', 'short', 'strong']
    """
    if language == "en":
        frame = _read(_FOLDER / "en" / "frame.toml")
        files = {code: _read(_FOLDER / "en" / f"{code}.toml") for code in THEME_CODES}
    else:
        frame = _read(_FOLDER / f"{language}.toml")
        files = {code: frame.pop(code) for code in THEME_CODES}
    shared = frame.pop("slots")
    themes = {
        code: _compiled(lists, {**shared, **own})
        for code, lists, own in ((code, lists, lists.pop("slots", {})) for code, lists in files.items())
    }
    return Grammar(_compiled(frame, shared), themes)


def spell(part: Part, draw: Draw) -> str:
    """Return one way of saying a compiled phrase.

    Example:
        >>> spell(["the ", ("line", "internet"), " dropped"], lambda: 0.9)
        'the internet dropped'
    """
    if isinstance(part, str):
        return part
    if isinstance(part, tuple):
        return spell(part[int(draw() * len(part))], draw)
    return "".join([spell(piece, draw) for piece in part])


def phrasings(part: Part) -> Iterator[str]:
    """Yield every way of saying a compiled phrase.

    Example:
        >>> list(phrasings(["the ", ("line", "internet")]))
        ['the line', 'the internet']
    """
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for choice in part:
            yield from phrasings(choice)
    elif not part:
        yield ""
    else:
        for start in phrasings(part[0]):
            for rest in phrasings(part[1:]):
                yield start + rest


def _read(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _compiled(lists: dict[str, list[str]], slots: dict[str, list[str]]) -> dict[str, tuple[Part, ...]]:
    return {kind: tuple(compile_phrase(phrase, slots) for phrase in lines) for kind, lines in lists.items()}


def compile_phrase(phrase: str, slots: dict[str, list[str]]) -> Part:
    """Compile `phrase`; its slots are looked up in `slots` and may themselves hold choices and slots.

    Example:
        >>> compile_phrase("it [rained|snowed {when}]", {"when": ["today", "here"]})
        ['it ', ('rained', ['snowed ', ('today', 'here')])]
    """
    tokens = _TOKEN.findall(phrase)
    if "".join(tokens) != phrase or phrase.count("[") != phrase.count("]"):
        raise ValueError(f"phrase {phrase!r}: braces must name a slot, and every [ needs its ]")
    return _sequence(iter(tokens), slots)[0]


def _sequence(tokens: Iterator[str], slots: dict[str, list[str]]) -> tuple[Part, str]:
    """What stands before the next | or ] of this level, and which of them ended it."""
    parts: list[Part] = []
    for token in tokens:
        if token in ("|", "]"):
            return _tight(parts), token
        if token == "[":
            parts.append(_choice(tokens, slots))
        elif token.startswith("{"):
            parts.append(tuple(compile_phrase(line, slots) for line in slots[token[1:-1]]))
        else:
            parts.append(token)
    return _tight(parts), ""


def _tight(parts: list[Part]) -> Part:
    return parts[0] if len(parts) == 1 else parts


def _choice(tokens: Iterator[str], slots: dict[str, list[str]]) -> tuple[Part, ...]:
    alternatives, end = [], "|"
    while end == "|":
        part, end = _sequence(tokens, slots)
        alternatives.append(part)
    return tuple(alternatives)
