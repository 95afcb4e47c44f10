"""Which stored models hold a person's text.

The rule: a model goes if one of its files holds an id of theirs, a sentence that only they wrote, or a word that nobody
else wrote in the runs at hand. Numbers that were learned from many people's comments, theirs among them, are no text:
such a model stays, and is named so that it can be fitted anew. Nor are the words of a file's own format, such as "type"
and "shape": of a skops file the vocabularies are compared, of JSON the values, of arrays what follows the head.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nps_insights.jobs.forgetting.person import Person
from nps_insights.jobs.forgetting.search import holds, named_contents

# What MLflow and Python say of a model, in words that a customer may use too.
_NO_TEXT = {"MLmodel", "conda.yaml", "python_env.yaml", "requirements.txt"}
_SKOPS, _SCHEMA, _SAFETENSORS = ".skops", "schema.json", ".safetensors"
_NUMPY = b"\x93NUMPY"
_VOCABULARY = "vocabulary_"


def holds_their_text(folder: Path, person: Person) -> bool:
    """Return whether a file of a stored model holds an id, a sentence or an own word of a person.

    Args:
        folder: Folder of the model; one that does not exist holds nothing.
        person: Who is forgotten.

    Raises:
        DataRefusedError: A file cannot be unpacked.
    """
    files = (path for path in sorted(folder.rglob("*")) if path.is_file()) if folder.is_dir() else ()
    return any(_file_holds(path, person) for path in files if path.name not in _NO_TEXT and path.suffix != ".py")


def _file_holds(path: Path, person: Person) -> bool:
    data = path.read_bytes()
    if holds(data, person.unmistakable, path.name, person.others):
        return True
    if not person.words:
        return False
    words = b"|".join(re.escape(word.encode("utf-8", "surrogatepass")) for word in sorted(person.words))
    own = re.compile(rb"(?<![\w\x80-\xff])(?:%s)(?![\w\x80-\xff])" % words, re.IGNORECASE)
    return any(own.search(content) for content in _learned(data, path.name))


def _learned(data: bytes, name: str) -> Iterator[bytes]:
    """What a file says that was learned, without the words of its format: a customer may use those too."""
    for inside, content in named_contents(data, name):
        if name.endswith(_SKOPS) and inside == _SCHEMA:
            yield "\n".join(_vocabularies(_json(content))).encode("utf-8", "surrogatepass")
        elif inside.endswith(".json"):
            yield "\n".join(_values(_json(content))).encode("utf-8", "surrogatepass")
        elif inside.endswith(_SAFETENSORS):
            yield content[8 + int.from_bytes(content[:8], "little") :]
        elif content.startswith(_NUMPY):
            yield content[content.find(b"\n") + 1 :]
        elif not (name.endswith(_SKOPS) and inside == name):
            yield content


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        # Also the name of a file in an archive, which is given as a content: text that is none of ours to parse.
        return content.decode("utf-8", "replace")


def _values(told: Any) -> Iterator[str]:
    """Texts of JSON-like data; names of fields are those of the format."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict | list):
        for one in told.values() if isinstance(told, dict) else told:
            yield from _values(one)


def _vocabularies(told: Any) -> Iterator[str]:
    """Words that a vectoriser learned: the keys under `vocabulary_` in the description of a skops file."""
    if isinstance(told, str):
        return
    for key, one in told.items() if isinstance(told, dict) else enumerate(told if isinstance(told, list) else ()):
        if key == _VOCABULARY and isinstance(one, dict) and isinstance(one.get("content"), dict):
            yield from one["content"]
        else:
            yield from _vocabularies(one)
