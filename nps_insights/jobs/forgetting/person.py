"""Who is to be forgotten: their ids, their answers, and what they wrote, gathered from the runs that hold them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from nps_insights.jobs.finished import columns_there
from nps_insights.survey import FORGOTTEN_BY, ON_THEIR_ROWS, Forgotten

GONE = "[forgotten]"
_WORD = re.compile(r"\w{4,}")
# Shorter ids and texts stand in other places by chance: they are found only where they are all of a cell.
_LONG_ENOUGH = 5
_LONG_ENOUGH_TEXT = 8
_ELLIPSIS = "…"


@dataclass(frozen=True, eq=False)
class Person:
    """Who is forgotten, and what is known of them. It is never written anywhere.

    Attributes:
        ids: account_id, contact_id, response_id -> ids; real ones and pseudonyms.
        texts: Comments and segments that only they wrote, as they stand in the tables.
        words: Words that only they wrote, in small letters.
        labels: Labels of themes with such a word: these ask for two answers, which may both be theirs.
        marks: (kind, id) of what stood on their rows, for the marks that stop a re-import.
        strangers: Run folder -> numbers of their answers that are there the answers of other customers: two surveys may
            number alike.
        others: Ids of others in which an id of theirs stands, as "C-1001" does in "C-1001-B": these stay whole.
    """

    ids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    marks: frozenset[tuple[str, str]] = frozenset()
    strangers: Mapping[Path, frozenset[str]] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    def in_run(self, folder: Path) -> "Person":
        """Return the person as a run folder knows them: without the numbers that are other people's answers there."""
        return self._without(self.strangers.get(folder, frozenset()))

    def anywhere(self) -> "Person":
        """Return the person as a file of no run may name them: by nothing that other people bear elsewhere."""
        return self._without(frozenset[str]().union(*self.strangers.values()))

    def _without(self, numbers: frozenset[str]) -> "Person":
        if not numbers:
            return self
        return replace(self, ids={**self.ids, "response_id": self.ids["response_id"] - numbers})

    @property
    def all_ids(self) -> frozenset[str]:
        """Ids of every kind."""
        return frozenset[str]().union(*self.ids.values())

    @cached_property
    def lines(self) -> frozenset[str]:
        """Their texts as lists quote them: on one line."""
        return frozenset(" ".join(text.split()) for text in self.texts)

    @cached_property
    def needles(self) -> list[str]:
        """Ids and texts that cannot stand anywhere by chance, the longest first."""
        ids = [one for one in self.all_ids if len(one) >= _LONG_ENOUGH]
        texts = [one for one in self.texts | self.lines if len(one) >= _LONG_ENOUGH_TEXT]
        return sorted({*ids, *texts, *self.labels}, key=lambda one: (-len(one), one))

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Finds ids and texts inside other text, where no letter or digit goes on."""
        if not self.needles:
            return None
        # The longest first: a sentence of theirs that names somebody else goes whole.
        listed = sorted({*self.needles, *self.others}, key=lambda one: (-len(one), one))
        # A number goes on behind a point: "001926" does not stand in "0.001926".
        return re.compile(r"(?<!\w)(?<!\d\.)(?:" + "|".join(map(re.escape, listed)) + r")(?!\w|\.\d)")

    @cached_property
    def cited(self) -> re.Pattern[str] | None:
        """Finds their short ids where a reason or note cites them: "response_id 'r1' has scores 3 and 9"."""
        listed = [
            rf"(?<={name} ')(?:{'|'.join(map(re.escape, ids))})(?=')"
            for name, known in self.ids.items()
            if (ids := sorted(known.difference(self.needles)))
        ]
        return re.compile("|".join(listed)) if listed else None

    @cached_property
    def unmistakable(self) -> list[str]:
        """Needles that no figure of a page or workbook can be by chance: all but ids of digits alone."""
        return [one for one in self.needles if not one.isdigit()]

    @cached_property
    def numbers(self) -> list[str]:
        """Ids that a figure may be by chance: digits alone, long enough that few are."""
        return [one for one in self.needles if one.isdigit()]

    @cached_property
    def short(self) -> list[str]:
        """Ids too short to be found inside a text, which no count or score is written like: "c7", "007"."""
        return sorted(one for one in self.all_ids if one not in self.needles and not _like_a_count(one))

    @property
    def counts(self) -> bool:
        """Whether an id is a short number, such as stands in any file."""
        return any(_like_a_count(one) for one in self.all_ids if one not in self.needles)

    def said(self, quote: str) -> bool:
        r"""Return whether a quote is a text of theirs, as it is, on one line, or cut short.

        Example:
            >>> Person(texts=frozenset({"Late\nagain, and nobody called"})).said("Late again, and …")
            True
        """
        line = " ".join(quote.split())
        begun = line.removesuffix(_ELLIPSIS).rstrip()
        if begun == line or len(begun) < _LONG_ENOUGH_TEXT:
            return line in self.lines
        return any(text.startswith(begun) for text in self.lines)

    def out_of(self, text: str) -> str:
        """Return a text in which their ids and sentences are gone.

        Example:
            >>> Person({"contact_id": frozenset({"C-1001"})}).out_of("asked C-1001, not C-10012")
            'asked [forgotten], not C-10012'
            >>> Person({"contact_id": frozenset({"C-1001"})}, others=frozenset({"C-1001-B"})).out_of("C-1001-B")
            'C-1001-B'
        """
        if text in self.all_ids or self.said(text):
            return GONE
        if self.cited is not None:
            text = self.cited.sub(GONE, text)
        if self.pattern is None:
            return text
        return self.pattern.sub(lambda found: found[0] if found[0] in self.others else GONE, text)

    def out_of_keywords(self, listed: str) -> str:
        """Return words listed with commas, less those that only they wrote.

        Example:
            >>> Person(words=frozenset({"zebra"})).out_of_keywords("zebra, stable")
            'stable'
        """
        left = [one for one in listed.split(", ") if not words_of(one) & self.words]
        return ", ".join(left) or GONE


def tables_in(folder: Path) -> list[Path]:
    """Return the parquet files of a run folder."""
    return sorted(folder.rglob("*.parquet"))


def person_in(folders: Sequence[Path], asked: Iterable[tuple[str, str]], forgotten: Forgotten) -> Person:
    """Return what the runs know of a person.

    Args:
        folders: Run folders.
        asked: (kind, id) of the person.
        forgotten: Marks; whoever bears one is forgotten too, wherever a row of theirs is left.
    """
    stated: dict[str, set[str]] = {name: set() for name in FORGOTTEN_BY}
    for name, one in asked:
        stated[name].add(one)
    ids = {name: set(known) for name, known in stated.items()}
    beside: dict[str, set[str]] = {name: set() for name in FORGOTTEN_BY}
    everybody: set[str] = set()
    for folder in folders:
        for path in tables_in(folder):
            _gather_ids(path, stated, ids, beside, everybody, forgotten)
    strangers = {folder: _strangers(folder, stated, ids, beside) for folder in folders}
    said: Counter[str] = Counter()
    own: set[str] = set()
    for folder in folders:
        for path in tables_in(folder):
            _gather_texts(path, ids["response_id"] - strangers[folder], own, said)
    texts = frozenset(text for text in own if not said[text])
    others = {word for text in said for word in words_of(text)}
    words = frozenset(word for text in own for word in words_of(text) if word not in others)
    named = (label for folder in folders for path in tables_in(folder) for label in _labels(path))
    labels = frozenset(label for label in named if words_of(label) & words)
    # What they were asked for by, and customers with a mark, have marks of their own.
    there = {name: beside[name] - ids[name] for name in FORGOTTEN_BY} | {
        "response_id": ids["response_id"] - stated["response_id"]
    }
    marks = frozenset((kind, one) for name, kind in ON_THEIR_ROWS.items() for one in there[name])
    apart = {folder: numbers for folder, numbers in strangers.items() if numbers}
    theirs = {name: frozenset(known) for name, known in ids.items()}
    return Person(theirs, texts, words, labels, marks, apart, _that_hold_one(everybody, Person(theirs)))


def words_of(text: str) -> set[str]:
    """Return the words of a text, in small letters.

    Example:
        >>> sorted(words_of("The Zebra, the zebra!"))
        ['zebra']
    """
    return set(_WORD.findall(text.casefold()))


def _that_hold_one(everybody: set[str], person: Person) -> frozenset[str]:
    """Return the ids of others in which an id of the person stands."""
    if person.pattern is None:
        return frozenset()
    shortest = len(person.needles[-1])
    longer = (one for one in everybody if len(one) > shortest and one not in person.all_ids)
    return frozenset(one for one in longer if person.pattern.search(one))


def _like_a_count(text: str) -> bool:
    return text.isdigit() and not text.startswith("0")


def _gather_ids(
    path: Path,
    stated: Mapping[str, set[str]],
    ids: dict[str, set[str]],
    beside: dict[str, set[str]],
    everybody: set[str],
    forgotten: Forgotten,
) -> None:
    """Add ids with a mark, the person's answers, `beside`: customers on their rows, and everybody's ids."""
    found = columns_there(path, FORGOTTEN_BY)
    theirs = pd.Series(False, index=next(iter(found.values())).index) if found else pd.Series(dtype=bool)
    for name, values in found.items():
        # Not by the numbers of their answers elsewhere: in another survey these may be other people's.
        held = values.isin(stated[name]) | forgotten.holds(name, values)
        ids[name] |= set(values[held])
        everybody |= set(values.dropna())
        theirs |= held
    for name, values in found.items():
        (ids if name == "response_id" else beside)[name] |= set(values[theirs].dropna())


def _strangers(
    folder: Path, stated: Mapping[str, set[str]], ids: Mapping[str, set[str]], beside: Mapping[str, set[str]]
) -> frozenset[str]:
    """Return the person's answers by number whose rows name, in this folder, nobody but other customers."""
    of_others, theirs = set[str](), set(stated["response_id"])
    for found in (columns_there(path, FORGOTTEN_BY) for path in tables_in(folder)):
        if "response_id" not in found or len(found) < 2:
            continue
        numbers = found["response_id"]
        held, named = (pd.Series(False, index=numbers.index) for _ in range(2))
        for name in (one for one in found if one != "response_id"):
            held |= found[name].isin(ids[name])
            named |= found[name].fillna("").ne("") & ~found[name].isin(ids[name] | beside[name])
        of_others |= set(numbers[named & ~held & numbers.isin(ids["response_id"])])
        theirs |= set(numbers[held])
    return frozenset(of_others - theirs)


def _gather_texts(path: Path, answers: set[str], own: set[str], said: Counter[str]) -> None:
    """Sort the texts of comments and segments into theirs and those of others."""
    found = columns_there(path, ("response_id", "text"))
    if len(found) < 2:
        return
    theirs = found["response_id"].isin(answers)
    texts = found["text"].str.strip()
    own |= set(texts[theirs].dropna())
    said.update(texts[~theirs].dropna())


def _labels(path: Path) -> list[str]:
    found = columns_there(path, ("theme_id", "label"))
    return list(found["label"].dropna().unique()) if len(found) == 2 else []
