"""The entries of `models/themes/edits.toml`: what an analyst may decide about themes."""

import hashlib
import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_LONGEST_LABEL, _LONGEST_PHRASE, _MOST_PARTS = 120, 2000, 20
_MARK_DIGITS = 8
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_IN_IDS = re.compile(r"[\W_]+")
# What the engine itself names: t07, p02, and t02a for a part of t02.
LOOKS_LIKE_ID = re.compile(r"[tp]\d+[a-z]*")


def _one_line(text: str, longest: int) -> str:
    text = text.strip()
    if not text:
        raise ValueError("must not be empty")
    if len(text) > longest:
        raise ValueError(f"has {len(text)} characters, must have at most {longest}")
    if _CONTROL.search(text):
        raise ValueError("must be one line without control characters")
    return text


def _different(phrases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrases))


Label = Annotated[str, AfterValidator(lambda text: _one_line(text, _LONGEST_LABEL))]
Phrase = Annotated[str, AfterValidator(lambda text: _one_line(text, _LONGEST_PHRASE))]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1), AfterValidator(_different)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Was(_Entry):
    """What a theme was when the edit was made, so that it is found again after a refit.

    Attributes:
        label: Its label.
        keywords: Its typical words, with commas; no customer's own sentence.
    """

    label: str
    keywords: str = ""


class _Edit(_Entry):
    was: dict[str, Was] = {}


class Rename(_Edit):
    """Give a theme, or a top theme, another label."""

    kind: Literal["rename"] = "rename"
    theme: Label
    label: Label


class Merge(_Edit):
    """Make one theme of several; `keep` is the id that stays, the largest theme's if not given."""

    kind: Literal["merge"] = "merge"
    themes: Annotated[tuple[Label, ...], Field(min_length=2)]
    keep: Label | None = None
    label: Label | None = None


class Part(_Entry):
    """One part of a split: what is nearest to its label and phrases belongs to it."""

    label: Label
    phrases: tuple[Phrase, ...] = ()


class Split(_Edit):
    """Make several themes of one: `into` that many by likeness, or the stated `parts`."""

    kind: Literal["split"] = "split"
    theme: Label
    into: Annotated[int, Field(ge=2, le=_MOST_PARTS)] | None = None
    parts: Annotated[tuple[Part, ...], Field(min_length=2, max_length=_MOST_PARTS)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Split":
        if (self.into is None) == (self.parts is None):
            raise ValueError(
                "needs either `into` (a number) or `parts` (a label, and phrases where you like, for each)"
            )
        return self


class Delete(_Edit):
    """Drop a theme: its segments fit nowhere from then on."""

    kind: Literal["delete"] = "delete"
    theme: Label


class Pin(_Edit):
    """Say that phrases, and what is said like them, belong to a theme; an unknown name makes a new theme."""

    kind: Literal["pin"] = "pin"
    theme: Label
    phrases: Phrases


class Owner(_Edit):
    """Name the department that answers for a theme, or for all themes under a top theme."""

    kind: Literal["owner"] = "owner"
    theme: Label
    owner: Label


class Seed(_Entry):
    """A theme that shall exist, from a taxonomy: its name, a few examples, and who answers for it."""

    name: Label
    examples: Phrases
    owner: Label | None = None


Edit = Annotated[Rename | Merge | Split | Delete | Pin | Owner, Field(discriminator="kind")]
KINDS: dict[str, type[_Edit]] = {
    "rename": Rename,
    "merge": Merge,
    "split": Split,
    "delete": Delete,
    "pin": Pin,
    "owner": Owner,
}


class Edits(_Entry):
    """All entries: seeds come first, then the edits in the order of the file."""

    seed: tuple[Seed, ...] = ()
    edit: tuple[Edit, ...] = ()


def entries(edits: Edits) -> list[tuple[str, "Seed | Edit"]]:
    """Return every entry with the name by which messages speak of it, in the order in which they apply.

    Example:
        >>> entries(Edits(seed=(Seed(name="Parking", examples=("no space to park",)),)))[0][0]
        'seed 1'
    """
    seeds = [(f"seed {number}", seed) for number, seed in enumerate(edits.seed, 1)]
    return [*seeds, *((f"edit {number}", edit) for number, edit in enumerate(edits.edit, 1))]


def slug(name: str) -> str:
    """Return the id of a theme that an analyst names: it stays the same at every refit.

    Example:
        >>> slug("Queue at the till!")
        'queue-at-the-till'
    """
    return _NOT_IN_IDS.sub("-", name.casefold()).strip("-") or name


def part_ids(theme_id: str, count: int) -> list[str]:
    """Return the ids of the parts of a split theme.

    Example:
        >>> part_ids("t02", 2)
        ['t02a', 't02b']
    """
    return [f"{theme_id}{chr(ord('a') + number)}" for number in range(count)]


def given_words(entry: "Seed | Edit") -> str:
    """Return an entry in one sentence, as reports show it; equal entries read alike, others differ.

    Example:
        >>> given_words(Merge(themes=("t03", "t09"), label="Delivery"))
        "merge t03, t09 into the largest, labelled 'Delivery'"
    """
    if isinstance(entry, Seed):
        return f"seed {entry.name!r} with {_quoted(entry.examples)}" + (f", owner {entry.owner}" if entry.owner else "")
    if isinstance(entry, Merge):
        named = f", labelled {entry.label!r}" if entry.label else ""
        return f"merge {', '.join(entry.themes)} into {entry.keep or 'the largest'}" + named
    if isinstance(entry, Split):
        parts = "; ".join(f"{one.label!r}: {_quoted(one.phrases)}" for one in entry.parts or ())
        return f"split {entry.theme} into {entry.into or parts}"
    if isinstance(entry, Rename):
        return f"rename {entry.theme} to {entry.label!r}"
    if isinstance(entry, Pin):
        return f"pin to {entry.theme}: {_quoted(entry.phrases)}"
    return f"owner of {entry.theme}: {entry.owner}" if isinstance(entry, Owner) else f"delete {entry.theme}"


def edit_mark(entry: "Seed | Edit") -> str:
    """Return what marks an entry in a model's lineage: kind, themes and a short hash, since phrases may be comments.

    Equal entries have equal marks; a model is saved and logged, `given_words` stays in the run's own table.

    Example:
        >>> edit_mark(Pin(theme="t03", phrases=("ask for Mr Whitcombe",)))
        'pin t03 #bc994fba'
    """
    if isinstance(entry, Seed):
        kind, themes = "seed", entry.name
    else:
        kind, themes = entry.kind, ", ".join(entry.themes) if isinstance(entry, Merge) else entry.theme
    digest = hashlib.sha256(given_words(entry).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kind} {themes} #{digest[:_MARK_DIGITS]}"


def _quoted(phrases: Iterable[str]) -> str:
    return ", ".join(map(repr, phrases)) or "nothing but its label"
