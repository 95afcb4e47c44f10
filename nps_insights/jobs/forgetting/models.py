"""Which stored models hold a person's text.

The rule: a model goes if one of its files holds an id of theirs, a sentence that only they wrote, or a word that nobody
else wrote in the runs at hand. Numbers that were learned from many people's comments, theirs among them, are no text:
such a model stays, and is named so that it can be fitted anew.
"""

import re
from pathlib import Path

from nps_insights.jobs.forgetting.person import Person
from nps_insights.jobs.forgetting.search import contents_of, holds

# What MLflow and Python say of a model, in words that a customer may use too.
_NO_TEXT = {"MLmodel", "conda.yaml", "python_env.yaml", "requirements.txt"}


def holds_their_text(folder: Path, person: Person) -> bool:
    """Return whether a file of a stored model holds an id, a sentence or an own word of a person.

    Args:
        folder: Folder of the model; one that does not exist holds nothing.
        person: Who is forgotten.
    """
    files = (path for path in sorted(folder.rglob("*")) if path.is_file()) if folder.is_dir() else ()
    return any(_file_holds(path, person) for path in files if path.name not in _NO_TEXT and path.suffix != ".py")


def _file_holds(path: Path, person: Person) -> bool:
    data = path.read_bytes()
    if holds(data, person.unmistakable, path.name):
        return True
    if not person.words:
        return False
    words = b"|".join(re.escape(word.encode("utf-8", "surrogatepass")) for word in sorted(person.words))
    own = re.compile(rb"(?<![\w\x80-\xff])(?:%s)(?![\w\x80-\xff])" % words, re.IGNORECASE)
    return any(own.search(content) for content in contents_of(data, path.name))
