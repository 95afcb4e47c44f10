"""What entries say to each other: contradictions that no replay could resolve."""

from collections.abc import Iterator, Mapping

from nps_insights.themes.curation.edits import (
    LOOKS_LIKE_ID,
    Delete,
    Edit,
    Edits,
    Merge,
    Pin,
    Rename,
    Seed,
    Split,
    Was,
    entries,
    part_ids,
    slug,
)

_Entry = Seed | Edit
# A theme as an entry names it, with the words it had: after a refit from scratch another theme may bear the same id.
_Named = tuple[str, str | None]


def contradictions(edits: Edits) -> list[str]:
    """Return one sentence for each pair of entries that cannot both hold.

    Example:
        >>> from nps_insights.themes.curation.edits import Delete, Rename
        >>> contradictions(Edits(edit=(Delete(theme="t05"), Rename(theme="t05", label="Price"))))
        ["edit 2: uses theme 't05', which edit 1 deletes; drop one of the two, or put the deletion last"]
    """
    checks = (_used_after_their_end, _circles, _names, _shared_labels, _shared_phrases)
    return [problem for check in checks for problem in check(edits)]


def _used_after_their_end(edits: Edits) -> Iterator[str]:
    ended: dict[_Named, str] = {}
    for place, entry in entries(edits):
        for named in _themes_of(entry):
            for end, how in ended.items():
                if _same(named, end):
                    yield f"{place}: uses theme {named[0]!r}, which {how}"
        if isinstance(entry, Delete):
            ended[_named(entry.theme, entry.was)] = f"{place} deletes; drop one of the two, or put the deletion last"
        if isinstance(entry, Split):
            count = entry.into or len(entry.parts or ())
            parts = ", ".join(part_ids(entry.theme, count))
            ended[_named(entry.theme, entry.was)] = f"{place} splits; name one of its parts ({parts})"


def _circles(edits: Edits) -> Iterator[str]:
    joined: list[tuple[str, set[_Named]]] = []
    for place, entry in entries(edits):
        if not isinstance(entry, Merge):
            continue
        named = [_named(one, entry.was) for one in entry.themes]
        if len(set(entry.themes)) < len(entry.themes):
            yield f"{place}: names a theme twice; a merge needs different ones"
        if entry.keep is not None and entry.keep not in entry.themes:
            yield f"{place}: keep == {entry.keep!r}, must be one of its themes ({', '.join(entry.themes)})"
        group = set(named)
        for earlier, others in joined:
            shared = [one for one in named if any(_same(one, other) for other in others)]
            if len(shared) > 1:
                both = " and ".join(repr(one[0]) for one in shared[:2])
                yield f"{place}: merges {both} in a circle, {earlier} made them one theme already; drop one of the two"
            if shared:
                group |= others
        joined.append((place, group))


def _names(edits: Edits) -> Iterator[str]:
    seeded: dict[str, str] = {}
    for place, entry in entries(edits):
        if not isinstance(entry, Seed):
            continue
        if LOOKS_LIKE_ID.fullmatch(entry.name.casefold()):
            yield f"{place}: name {entry.name!r} looks like the id of a found theme; name it as a reader understands it"
        if slug(entry.name) in seeded:
            yield f"{place}: name {entry.name!r} is that of {seeded[slug(entry.name)]}; put its examples there"
        seeded.setdefault(slug(entry.name), place)


def _shared_labels(edits: Edits) -> Iterator[str]:
    """Two themes with one label, as the file leaves them in the end."""
    final: dict[_Named, tuple[str, str]] = {}
    for place, entry in entries(edits):
        for named in _themes_of(entry):
            if isinstance(entry, Rename | Merge | Split | Delete):
                final.pop(_known_as(named, final), None)
        for named, label in _labels_of(entry):
            final[named] = (label, place)
    first: dict[str, str] = {}
    for label, place in final.values():
        if label.casefold() in first:
            earlier = first[label.casefold()]
            yield f"{place}: label {label!r} is given to another theme by {earlier}; two themes cannot share one"
        first.setdefault(label.casefold(), place)


def _shared_phrases(edits: Edits) -> Iterator[str]:
    pinned: dict[str, tuple[str, _Named]] = {}
    for place, entry in entries(edits):
        for named, phrases in _phrases_of(entry):
            for phrase in phrases:
                earlier, theme = pinned.setdefault(phrase.casefold(), (place, named))
                if not _same(theme, named):
                    yield f"{place}: phrase {phrase!r} is in {theme[0]!r} by {earlier}, it cannot be in {named[0]!r}"


def _themes_of(entry: _Entry) -> list[_Named]:
    if isinstance(entry, Seed):
        return []
    if isinstance(entry, Merge):
        return [_named(one, entry.was) for one in entry.themes]
    return [_named(entry.theme, entry.was)]


def _labels_of(entry: _Entry) -> list[tuple[_Named, str]]:
    if isinstance(entry, Seed):
        return [((slug(entry.name), None), entry.name)]
    if isinstance(entry, Rename):
        return [(_named(entry.theme, entry.was), entry.label)]
    if isinstance(entry, Merge) and entry.label:
        return [(_named(entry.keep or entry.themes[0], entry.was), entry.label)]
    if isinstance(entry, Split) and entry.parts:
        ids = part_ids(entry.theme, len(entry.parts))
        return [((one, None), part.label) for one, part in zip(ids, entry.parts, strict=True)]
    return []


def _phrases_of(entry: _Entry) -> list[tuple[_Named, tuple[str, ...]]]:
    if isinstance(entry, Seed):
        return [((slug(entry.name), None), entry.examples)]
    if isinstance(entry, Pin):
        return [(_named(entry.theme, entry.was), entry.phrases)]
    if isinstance(entry, Split) and entry.parts:
        ids = part_ids(entry.theme, len(entry.parts))
        return [((one, None), part.phrases) for one, part in zip(ids, entry.parts, strict=True)]
    return []


def _named(theme: str, was: Mapping[str, Was]) -> _Named:
    return theme, was[theme].keywords if theme in was else None


def _same(one: _Named, other: _Named) -> bool:
    return slug(one[0]) == slug(other[0]) and (None in (one[1], other[1]) or one[1] == other[1])


def _known_as(named: _Named, labelled: Mapping[_Named, object]) -> _Named:
    return next((one for one in labelled if _same(one, named)), named)
