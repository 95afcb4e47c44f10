"""Find ids in the cells of lists and workbooks, and numbers that may be ids anywhere else."""

import re
from collections.abc import Iterable

from nps_insights.jobs.forgetting.person import Person
from nps_insights.jobs.forgetting.search import holds, named_contents

# What is left to look at by eye: a figure may be written like an id of digits.
MAY_NAME = "may name them; a number in it is their id"
_WORKBOOKS = (".xlsx", ".xlsm", ".ods")
_LISTS = (".csv", ".tsv", ".txt")
_TABLES = (".parquet", ".pq")
# Excel writes the place of a shared text where the text would stand; the text itself is found among the shared ones.
_PLACE_OF_TEXT = re.compile(rb'<c [^>]*\bt="s"[^>]*>.*?</c>', re.DOTALL)


def in_cells(data: bytes, person: Person, name: str) -> bool:
    r"""Return whether a cell of a workbook, of a list with separators or of a Parquet file is an id of a person.

    Ids of digits and short ones are compared with whole cells: inside a text they stand by chance.

    Args:
        data: The file.
        person: Who is forgotten.
        name: Name of the file; its ending tells what it is, of a packed file that of the one inside.

    Raises:
        DataRefusedError: The file cannot be unpacked.

    Example:
        >>> person = Person({"contact_id": frozenset({"104233"})})
        >>> in_cells(b"score;contact\n3;104233\n", person, "a.csv"), in_cells(b"104233.5;3\n", person, "a.csv")
        (True, False)
    """
    if not (person.numbers or person.short):
        return False
    anywhere = _whole_cells([*person.numbers, *person.short])
    marked_up = [_between_tags(person.numbers), _text_cells([*person.numbers, *person.short])]
    for inside, content in named_contents(data, name):
        kind = inside.lower()
        if kind.endswith((*_LISTS, *_TABLES)) and any(anywhere.search(one) for one in _codings(content)):
            return True
        if name.lower().endswith(_WORKBOOKS) and any(
            one.search(_PLACE_OF_TEXT.sub(b"", content)) for one in marked_up if one is not None
        ):
            return True
    return False


def may_name(data: bytes, person: Person, name: str) -> bool:
    """Return whether a number stands in a file that is written like an id of a person.

    Raises:
        DataRefusedError: The file cannot be unpacked.

    Example:
        >>> may_name(b"call 104233 back", Person({"contact_id": frozenset({"104233"})}), "a.txt")
        True
    """
    if not holds(data, person.numbers, name, person.others):
        return False
    # A number goes on behind a point: "104233" does not stand in "0.104233".
    alone = re.compile(rb"(?<![\w.\-])(?:%s)(?!\w|\.\d)" % _either(person.numbers))
    return any(alone.search(one) for _, content in named_contents(data, name) for one in _codings(content))


def _codings(content: bytes) -> list[bytes]:
    """A text in UTF-8, whatever it is coded in: UTF-16 begins with a mark."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return [content.decode("utf-16", "replace").encode("utf-8", "surrogatepass")]
    return [content.removeprefix(b"\xef\xbb\xbf")]


def _whole_cells(ids: Iterable[str]) -> re.Pattern[bytes]:
    return re.compile(rb"(?:^|[,;\t|\"\r\n])[ ']*(?:%s)(?:\.0+)? *(?=$|[,;\t|\"\r\n])" % _either(ids))


def _between_tags(ids: list[str]) -> re.Pattern[bytes] | None:
    return re.compile(rb">\s*(?:%s)(?:\.0+)?\s*<" % _either(ids)) if ids else None


def _text_cells(ids: list[str]) -> re.Pattern[bytes]:
    return re.compile(rb"<(?:\w+:)?[tp](?: [^>]*)?>\s*(?:%s)\s*<" % _either(ids))


def _either(ids: Iterable[str]) -> bytes:
    return b"|".join(re.escape(one.encode("utf-8", "surrogatepass")) for one in ids)
