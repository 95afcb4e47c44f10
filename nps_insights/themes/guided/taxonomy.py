"""The taxonomy: themes that people want to see, each with a name and a few examples."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.themes.curation.edits import LOOKS_LIKE_ID, slug

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class GuidedTheme(BaseModel):
    """One theme of a taxonomy.

    Attributes:
        name: Its name, unique in the taxonomy.
        examples: Texts that speak of it; 5 to 20 are usual, 2 the least.
        owner: The department that answers for it.
        parent: Name of the top theme above it, which is no theme of the list.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Text
    examples: tuple[_Text, ...] = Field(min_length=2)
    owner: _Text | None = None
    parent: _Text | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    theme: tuple[GuidedTheme, ...] = Field(min_length=1)


@dataclass(frozen=True, eq=False)
class Examples:
    """What a classifier learns from.

    Attributes:
        texts: n different texts, sorted.
        labels: Which themes each text speaks of, bool of shape (n, themes).
        names: Names of the themes.
        picked: Texts that were picked for each theme and carry all of their themes; None where texts carry only the
            themes that they are an example of, or were not picked by theme (see `GuidedClassifier.fit`).
        complete: Whether the texts are all that people read, each with all of its themes: a text without a theme then
            says that none applies.
        speakers: Response (or comment) that said each text; None for texts of an analyst's own.
    """

    texts: list[str]
    labels: np.ndarray
    names: list[str]
    picked: int | None = None
    complete: bool = False
    speakers: list[str] | None = None


def read_taxonomy(path: Path) -> tuple[GuidedTheme, ...]:
    """Return the themes of a TOML file of `[[theme]]` tables with name, examples, owner? and parent?.

    Raises:
        SettingsError: There is no such file, it is no TOML, or `check_taxonomy` finds problems.
    """
    if not path.is_file():
        raise SettingsError(f"taxonomy: {path}: no such file; it needs [[theme]] tables with name and examples")
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"taxonomy: {path}: is no valid TOML: {error}") from None
    return check_taxonomy(given)


def check_taxonomy(given: Mapping[str, Any]) -> tuple[GuidedTheme, ...]:
    """Return the checked themes of a taxonomy, or every problem of it in one error.

    An example may stand in several themes: it then speaks of all of them.

    Raises:
        SettingsError: A key is unknown (the nearest known one is suggested) or missing, a theme has fewer than two
            examples, two names give one id or one looks like the id of a found theme, or a parent is itself a theme of
            the list: a parent is a top theme, which has no examples of its own.

    Example:
        >>> [theme.name for theme in check_taxonomy({"theme": [{"name": "Queue", "examples": ["long queue", "line"]}]})]
        ['Queue']
        >>> check_taxonomy({"theme": [{"name": "Queue", "example": ["long queue"]}]})
        Traceback (most recent call last):
            ...
        nps_insights.tables.errors.SettingsError: taxonomy: theme 1 ('Queue'): examples: field required; \
theme 1 ('Queue'): example: unknown key; did you mean 'examples'?
    """
    themes: tuple[GuidedTheme, ...] = ()
    problems = []
    try:
        themes = _File.model_validate(given).theme
    except ValidationError as error:
        found = error.errors()
        inner = {problem["loc"][:-1] for problem in found} | {problem["loc"][:-2] for problem in found}
        # A faulty item is also counted as a missing one: once said is enough.
        told = [problem for problem in found if problem["type"] != "too_short" or problem["loc"] not in inner]
        problems = [_sentence(given, problem["loc"], problem["type"], problem["msg"]) for problem in told]
    problems += _problems_of_names(_named(given))
    if problems:
        raise SettingsError("taxonomy: " + "; ".join(problems))
    return themes


def taxonomy_examples(themes: tuple[GuidedTheme, ...]) -> Examples:
    """Return the examples of a checked taxonomy; one that stands in two themes carries both.

    Example:
        >>> themes = check_taxonomy({"theme": [{"name": "Queue", "examples": ["long queue", "rude and slow"]},
        ...                                    {"name": "Staff", "examples": ["rude and slow", "kind nurse"]}]})
        >>> found = taxonomy_examples(themes)
        >>> found.texts, found.labels.astype(int).tolist()
        (['kind nurse', 'long queue', 'rude and slow'], [[0, 1], [1, 0], [1, 1]])
    """
    texts = sorted({example for theme in themes for example in theme.examples})
    labels = np.array([[text in theme.examples for theme in themes] for text in texts], dtype=bool)
    return Examples(texts, labels, [theme.name for theme in themes])


def taxonomy_from_codes(
    codes: pd.DataFrame,
    comments: pd.DataFrame,
    *,
    per_theme: int | None = None,
    min_comments: int = 10,
    random_state: int = 0,
) -> Examples:
    """Return examples from codes that comments already carry.

    Every comment counts as coded: one without a code says that none of them applies.

    Args:
        codes: Table `codes`.
        comments: Table `comments`: all that the coders read; those that say nothing are skipped.
        per_theme: Comments picked at random for each code, with all of their codes; None takes every comment.
        min_comments: Codes of fewer different comments are left out.
        random_state: Seed of the picking.

    Raises:
        DataRefusedError: No code stands on `min_comments` different comments that say something.
        SettingsError: `per_theme` is below 2.

    Example:
        >>> said = ["slow", "slow, rude", "late", "rude"]
        >>> comments = pd.DataFrame({"comment_id": list("abcd"), "text": said, "says_nothing": False})
        >>> codes = pd.DataFrame({"comment_id": list("abbcd"), "code": ["time", "time", "staff", "time", "staff"]})
        >>> found = taxonomy_from_codes(codes, comments, min_comments=2)
        >>> found.names, found.texts, found.labels[2].tolist()
        (['staff', 'time'], ['late', 'rude', 'slow', 'slow, rude'], [False, True])
        >>> taxonomy_from_codes(codes.query("comment_id != 'd'"), comments, min_comments=1).labels[1].tolist()
        [False, False]
    """
    if per_theme is not None and per_theme < 2:
        raise SettingsError(f"per_theme == {per_theme}, must be 2 or more, or None to learn from every coded comment.")
    said = comments.loc[~comments["says_nothing"].astype(bool), ["comment_id", "text"]]
    coded = codes[["comment_id", "code"]].merge(said, on="comment_id")[["text", "code"]].drop_duplicates()
    counts = coded["code"].value_counts()
    names = sorted(counts.index[counts >= min_comments])
    if not names:
        raise DataRefusedError(
            f"codes: none of {codes['code'].nunique()} codes stands on {min_comments} different comments that say "
            "something; name columns with more codes, or write a taxonomy with examples."
        )
    coded = coded[coded["code"].isin(names)]
    table = pd.crosstab(coded["text"], coded["code"]).reindex(sorted(set(said["text"])), fill_value=0)[names]
    labels = table.to_numpy() > 0
    rows = np.arange(len(labels)) if per_theme is None else pick(labels, per_theme, random_state=random_state)
    texts = table.index[rows].tolist()
    speaker = "response_id" if "response_id" in comments else "comment_id"
    said_by = comments.groupby("text")[speaker].min().loc[texts].tolist()
    return Examples(texts, labels[rows], names, per_theme, complete=per_theme is None, speakers=said_by)


def stated_ids(names: Sequence[str]) -> list[str]:
    """Return the theme id of each name of a taxonomy.

    Raises:
        SettingsError: Two names give one id, or a name looks like the id of a found theme.

    Example:
        >>> stated_ids(["Queue at the till", "Staff"])
        ['queue-at-the-till', 'staff']
    """
    problems = _problems_of_ids(names)
    if problems:
        raise SettingsError("taxonomy: " + "; ".join(problems))
    return [slug(name) for name in names]


def pick(labels: np.ndarray, per_theme: int, *, random_state: int) -> np.ndarray:
    """Return sorted rows: for each theme `per_theme` random ones of those that carry it, fewer where there are fewer.

    Example:
        >>> pick(np.eye(3, dtype=bool), 1, random_state=0).tolist()
        [0, 1, 2]
    """
    rng = np.random.default_rng(random_state)
    rows: set[int] = set()
    for column in labels.T:
        carrying = np.flatnonzero(column)
        rows |= set(rng.choice(carrying, min(per_theme, len(carrying)), replace=False).tolist())
    return np.array(sorted(rows), dtype=np.int64)


def _sentence(given: Mapping[str, Any], where: tuple[int | str, ...], kind: str, message: str) -> str:
    known = sorted(_File.model_fields if len(where) < 3 else GuidedTheme.model_fields)
    field = ".".join(str(part) for part in where[2:]) or str(where[0])
    name = f"{_position(given, where[1])}: {field}" if len(where) > 1 and isinstance(where[1], int) else field
    if kind == "extra_forbidden":
        near = get_close_matches(str(where[-1]), known, n=1, cutoff=0.5)
        return f"{name}: unknown key; " + (f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}")
    if kind == "too_short":
        return f"{name}: too few; a taxonomy needs a theme, a theme at least 2 examples (5 to 20 are usual)"
    return f"{name}: {message[0].lower()}{message[1:]}"


def _position(given: Mapping[str, Any], number: int) -> str:
    theme = given["theme"][number]
    name = theme.get("name") if isinstance(theme, Mapping) else None
    return f"theme {number + 1} ({name!r})" if isinstance(name, str) else f"theme {number + 1}"


def _named(given: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Name and parent of each theme that has a name, even where something else of it is wrong."""
    themes = given.get("theme")
    rows = themes if isinstance(themes, list | tuple) else []
    return [
        (row["name"].strip(), row.get("parent"))
        for row in rows
        if isinstance(row, Mapping) and isinstance(row.get("name"), str)
    ]


def _problems_of_names(named: list[tuple[str, Any]]) -> list[str]:
    names = [name for name, _ in named]
    parents = {name: parent.strip() for name, parent in named if isinstance(parent, str)}
    problems = _problems_of_ids(names)
    listed, tops = {slug(name): name for name in names}, dict[str, str]()
    for name, parent in parents.items():
        near = get_close_matches(parent, sorted(names), n=1, cutoff=0.8)
        if slug(parent) in listed:
            problems.append(
                f"theme {name!r}: parent {parent!r} is itself a theme of the list; a parent has no examples: name "
                f"another, or give the examples of {listed[slug(parent)]!r} to the themes under it and drop its entry"
            )
        elif LOOKS_LIKE_ID.fullmatch(slug(parent)):
            problems.append(f"theme {name!r}: parent {parent!r} looks like the id of a found theme; name it otherwise")
        elif near:
            problems.append(
                f"theme {name!r}: parent {parent!r} is nearly the name of theme {near[0]!r}; name the top theme so "
                "that a reader can tell them apart"
            )
        elif tops.setdefault(slug(parent), parent) != parent:
            problems.append(f"theme {name!r}: parent {parent!r} differs from {tops[slug(parent)]!r} in spelling only")
    return problems


def _problems_of_ids(names: Sequence[str]) -> list[str]:
    problems = [
        f"name {name!r} looks like the id of a found theme; name it as a reader understands it"
        for name in names
        if LOOKS_LIKE_ID.fullmatch(slug(name))
    ]
    by_id: dict[str, list[str]] = {}
    for name in names:
        by_id.setdefault(slug(name), []).append(name)
    for alike in by_id.values():
        if len({name.casefold() for name in alike}) > 1:
            problems.append(f"names {', '.join(map(repr, alike))} give one id; a theme needs a name of its own")
        elif len(alike) > 1:
            name = alike[0].casefold()
            problems.append(f"name {name!r} stands {len(alike)} times; a theme needs a name of its own")
    return problems
