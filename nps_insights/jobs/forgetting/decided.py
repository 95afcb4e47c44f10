"""Take a person's sentences out of what analysts decided: phrases of edits and examples of taxonomies."""

from pathlib import Path
from typing import Any

from nps_insights.jobs.forgetting.person import Person, words_of
from nps_insights.tables import SettingsError

_KEYWORDS = "keywords"
# Fewer words in a row are found in many people's comments.
_QUOTED_WORDS = 4


def decided_without(path: Path, person: Person) -> str:
    """Return a TOML file without the phrases that quote a person; an entry whose phrases are all gone goes too.

    What else stands in the file, remarks of analysts included, stays as it is.

    Args:
        path: Such as `models/themes/edits.toml`.
        person: Who is forgotten.

    Raises:
        SettingsError: The file is no TOML.
    """
    import tomlkit
    from tomlkit.exceptions import ParseError

    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
    except (ParseError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is no valid TOML ({error}); mend it, and run the same command again") from None
    _tidy(document, person)
    return person.out_of(tomlkit.dumps(document))


def _tidy(table: Any, person: Person) -> bool:
    """Take quotes out of a table, in place; return whether a list of phrases in it is empty now."""
    emptied = False
    for key in list(table):
        value = table[key]
        if isinstance(value, list) and value and isinstance(value[0], str):
            for place in reversed([n for n, one in enumerate(value) if _quotes(str(one), person)]):
                del value[place]
            emptied |= not value
        elif isinstance(value, list):
            for place in reversed([n for n, one in enumerate(value) if isinstance(one, dict) and _tidy(one, person)]):
                del value[place]
        elif isinstance(value, dict):
            _tidy(value, person)
        elif key == _KEYWORDS:
            left = person.out_of_keywords(str(value))
            if left != value:
                table[key] = left
    return emptied


def _quotes(phrase: str, person: Person) -> bool:
    if person.out_of(phrase) != phrase or words_of(phrase) & person.words:
        return True
    said = phrase.casefold().strip()
    return len(said.split()) >= _QUOTED_WORDS and any(said in text.casefold() for text in person.texts)
