"""Languages of the page's frame: one function that translates, and the language that is being written in.

Translations are data: `de.toml` and `fr.toml` beside this file. A message is found by its English text, so that the
code reads as the page does and an English page needs no look-up. Placeholders are named, which lets a language put
them in another order. Text from data is never a message: it only ever fills a placeholder.

What stays English in this version: the chapter on methods, the appendix, the workbook, and what the analysis itself
writes into tables (reasons, notes). A page in another language says so. A message that is not translated is an error.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from nps_insights.tables import SettingsError

ENGLISH = "en"
LANGUAGES = ("en", "de", "fr")
# As decimal contexts are: a page is written in one language throughout, and its hundreds of sentences need not be told.
_SPOKEN: ContextVar[str] = ContextVar("language", default=ENGLISH)


@dataclass(frozen=True)
class NumberForm:
    """How a language writes numbers.

    Attributes:
        decimal: Decimal mark.
        thousands: What stands between thousands.
        percent: What stands behind a percentage.
        one_below: A count below this takes the singular, zero left aside where `zero_is_many`.
        zero_is_many: Whether nothing takes the plural.

    Example:
        >>> NumberForm().percent
        '%'
    """

    decimal: str = "."
    thousands: str = ","
    percent: str = "%"
    one_below: int = 2
    zero_is_many: bool = True

    def is_one(self, n: float) -> bool:
        """Return whether a count takes the singular."""
        return int(n) < self.one_below and not (int(n) == 0 and self.zero_is_many)


def known_language(language: str) -> str:
    """Return a language by its code.

    Raises:
        SettingsError: There is no such language.

    Example:
        >>> known_language("de")
        'de'
    """
    if language not in LANGUAGES:
        raise SettingsError(f"report.language == {language!r}: must be one of {', '.join(LANGUAGES)}")
    return language


def translated(text: str, language: str, **values: object) -> str:
    """Return a message in a language, its placeholders filled.

    Args:
        text: The message in English.
        language: One of `LANGUAGES`.
        values: What fills its placeholders; without any, braces in the text mean nothing.

    Raises:
        SettingsError: There is no such language.
        LookupError: The language does not hold the message.

    Example:
        >>> translated("likely {low} to {high}", "de", low="28", high="34")
        'wahrscheinlich 28 bis 34'
    """
    if known_language(language) != ENGLISH:
        known = messages(language)
        if text not in known:
            raise LookupError(f"languages/{language}.toml does not hold {text!r}")
        text = known[text]
    return text.format_map(values) if values else text


def say(text: str, /, **values: object) -> str:
    """Return a message in the language that is being written in; an empty text stays empty.

    Example:
        >>> with spoken("fr"):
        ...     say("Targets")
        'Objectifs'
    """
    return translated(text, _SPOKEN.get(), **values) if text else ""


def say_count(n: float, one: str, many: str, /, **values: object) -> str:
    """Return the message for one, or that for several, as the language counts.

    Args:
        n: How many.
        one: The message in the singular.
        many: The message in the plural.
        values: What fills the placeholders.

    Example:
        >>> [say_count(n, "is", "are") for n in (0, 1, 2)]
        ['are', 'is', 'are']
    """
    return say(one if number_form().is_one(n) else many, **values)


def language_spoken() -> str:
    """Return the code of the language that is being written in.

    Example:
        >>> language_spoken()
        'en'
    """
    return _SPOKEN.get()


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Write in a language within the block, in this thread alone.

    Raises:
        SettingsError: There is no such language.

    Example:
        >>> with spoken("de"):
        ...     language_spoken()
        'de'
    """
    token = _SPOKEN.set(known_language(language))
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def number_form() -> NumberForm:
    """Return how the language that is being written in writes numbers.

    Example:
        >>> number_form().decimal
        '.'
    """
    return _number_form(_SPOKEN.get())


def digits(number: str) -> str:
    """Turn a number as Python writes it into one as the language does.

    Example:
        >>> with spoken("de"):
        ...     digits("1,234.5")
        '1.234,5'
    """
    form = number_form()
    return number.translate({ord(","): form.thousands, ord("."): form.decimal})


@cache
def _number_form(language: str) -> NumberForm:
    return NumberForm() if language == ENGLISH else NumberForm(**_read(language)["numbers"])


@cache
def messages(language: str) -> Mapping[str, str]:
    """Return all messages of a language: English text -> translation.

    Example:
        >>> messages("de")["Targets"]
        'Ziele'
    """
    found: dict[str, str] = {}
    for part in _read(language)["messages"].values():
        found |= part
    return found


def _read(name: str) -> dict[str, Any]:
    text = files("nps_insights.report.languages").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
