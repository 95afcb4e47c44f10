"""Each kind of edit, done to a model."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from nps_insights.themes.cluster import unit
from nps_insights.themes.curation.coincide import claim_prototypes, coinciding_theme
from nps_insights.themes.curation.edits import (
    LOOKS_LIKE_ID,
    Delete,
    Edit,
    Merge,
    Owner,
    Pin,
    Rename,
    Seed,
    Split,
    slug,
)
from nps_insights.themes.curation.find_again import Found, find_theme
from nps_insights.themes.curation.prototypes import DELETED, add_prototypes, hand_over
from nps_insights.themes.curation.said import Said, nearest_theme, theme_sizes
from nps_insights.themes.curation.split import split_theme
from nps_insights.themes.model import ThemeModel


@dataclass(frozen=True)
class Outcome:
    """What became of one edit: its status, and why where that is not plain."""

    status: Literal["applied", "adapted", "not_applied"]
    why: str = ""


@dataclass(frozen=True, eq=False)
class Bench:
    """What a replay works on; `model`, `moved`, `stated` and `touched` change as edits are done.

    Attributes:
        model: The copy that is edited.
        said: The unique texts of the fit.
        rows: Unit vectors of all segments, for counts.
        vectors: Unit vector of each text that an entry holds.
        moved: What became of merged themes: id -> id.
        stated: Labels that people gave, by theme id.
        touched: Themes whose texts an edit changed.
        random_state: Seed of splits.
        agreed: Ids of the edited fit that this one goes on from: of merged themes, one of these stays.
    """

    model: ThemeModel
    said: Said
    rows: np.ndarray
    vectors: Mapping[str, np.ndarray]
    moved: dict[str, str]
    random_state: int
    agreed: Collection[str] = ()
    stated: dict[str, str] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)


def apply_edit(bench: Bench, entry: Edit, mark: str) -> Outcome:
    """Do one edit; `mark` stands for it in the model's lineage, so that a replay does it once."""
    if isinstance(entry, Merge):
        return _merge(bench, entry, mark)
    if isinstance(entry, Pin):
        return _pin(bench, entry, mark)
    found = _find(bench, entry, entry.theme)
    if found.theme_id is None:
        return Outcome("not_applied", found.why)
    if isinstance(entry, Rename):
        bench.stated[found.theme_id] = entry.label
    elif isinstance(entry, Owner):
        _own(bench.model, found.theme_id, entry.owner)
    elif found.theme_id not in bench.model.theme_ids_:
        return Outcome("not_applied", f"{found.theme_id} is a top theme; name the themes under it")
    elif isinstance(entry, Delete):
        return _delete(bench, found, mark)
    else:
        return _split(bench, entry, found, mark)
    return _done(found)


def seed_theme(bench: Bench, seed: Seed, mark: str) -> Outcome:
    """Make a theme of a seed's name and examples, or let it take over the found theme that it coincides with.

    Its prototypes are the examples, the name, their mean, and the found prototypes that are nearer to that mean than
    to the centre of any theme.
    """
    theme_id = slug(seed.name)
    examples = np.stack([bench.vectors[text] for text in seed.examples])
    every = np.concatenate([examples, bench.vectors[seed.name][None]])
    mean = unit(every.astype(np.float64).mean(axis=0, keepdims=True)).astype(np.float32)
    taken = coinciding_theme(bench.model, bench.said, examples, mean[0])
    if taken is None:
        claim_prototypes(bench.model, theme_id, mean[0])
    else:
        hand_over(bench.model, [taken], theme_id)
        bench.moved[taken] = theme_id
    add_prototypes(bench.model, theme_id, np.concatenate([every, mean]))
    _remember(bench.model, mark, theme_id, taken, "merged_from" if taken else "new")
    bench.stated[theme_id] = seed.name
    bench.touched.add(theme_id)
    if seed.owner:
        _own(bench.model, theme_id, seed.owner)
    return Outcome("applied", f"it coincides with the found theme {taken} and took it over" if taken else "")


def _merge(bench: Bench, entry: Merge, mark: str) -> Outcome:
    found = {one: _find(bench, entry, one) for one in entry.themes}
    why = "; ".join(one.why for one in found.values() if one.why)
    ids = [one.theme_id for one in found.values() if one.theme_id in bench.model.theme_ids_]
    parts = [one for one in dict.fromkeys(ids) if one is not None]
    tops = [one.theme_id for one in found.values() if one.theme_id and one.theme_id not in bench.model.theme_ids_]
    if tops:
        return Outcome("not_applied", f"{', '.join(tops)}: top themes cannot be merged; name the themes under them")
    if len(parts) < 2:
        return Outcome("not_applied", why or "its themes are one theme already")
    sizes = theme_sizes(bench.model, bench.said)
    kept = found[entry.keep].theme_id if entry.keep else None
    # Sizes change from fit to fit; an id that people know stays theirs.
    kept = kept or min(parts, key=lambda one: (one not in bench.agreed, -sizes[one], one))
    owner = next((bench.model.owners_[one] for one in [kept, *parts] if one in bench.model.owners_), None)
    hand_over(bench.model, parts, kept)
    if owner:
        bench.model.owners_[kept] = owner
    for one in parts:
        if one != kept:
            bench.moved[one] = kept
            _remember(bench.model, mark, kept, one, "merged_from")
    bench.touched.add(kept)
    if entry.label:
        bench.stated[kept] = entry.label
    return Outcome("adapted" if why else "applied", why)


def _split(bench: Bench, entry: Split, found: Found, mark: str) -> Outcome:
    theme_id, parent = str(found.theme_id), bench.model.parents_.get(str(found.theme_id))
    owner = bench.model.owners_.get(theme_id)
    # A top theme loses its name with its only theme; its parts bring it back.
    named_above = {name: getattr(bench.model, name).get(parent) for name in ("labels_", "keywords_", "owners_")}
    named = [np.stack([bench.vectors[text] for text in (one.label, *one.phrases)]) for one in entry.parts or ()]
    parts, why = split_theme(
        bench.model, bench.said, theme_id, into=entry.into, named=named, random_state=bench.random_state
    )
    if not parts:
        return Outcome("not_applied", why)
    for number, part in enumerate(parts):
        _remember(bench.model, mark, part, theme_id, "split_from")
        bench.touched.add(part)
        bench.model.parents_ |= {part: parent} if parent else {}
        bench.model.owners_ |= {part: owner} if owner else {}
        if entry.parts:
            bench.stated[part] = entry.parts[number].label
    for name, words in named_above.items():
        if parent and words:
            getattr(bench.model, name).setdefault(parent, words)
    bench.stated.pop(theme_id, None)
    return _done(found)


def _delete(bench: Bench, found: Found, mark: str) -> Outcome:
    theme_id = str(found.theme_id)
    count = int((nearest_theme(bench.model, bench.rows) == bench.model.theme_ids_.index(theme_id)).sum())
    hand_over(bench.model, [theme_id], DELETED)
    bench.stated.pop(theme_id, None)
    _remember(bench.model, mark, theme_id, None, "gone")
    told = f"{count:,} segments fit nowhere now"
    return Outcome("adapted", f"{found.why}; {told}") if found.why else Outcome("applied", told)


def _pin(bench: Bench, entry: Pin, mark: str) -> Outcome:
    found = _find(bench, entry, entry.theme)
    if found.theme_id is not None and found.theme_id not in bench.model.theme_ids_:
        return Outcome("not_applied", f"{found.theme_id} is a top theme; name a theme under it")
    if found.theme_id is None and (entry.theme in entry.was or LOOKS_LIKE_ID.fullmatch(entry.theme)):
        return Outcome("not_applied", found.why)
    if found.theme_id is None:
        outcome = seed_theme(bench, Seed(name=entry.theme, examples=entry.phrases), mark)
        return Outcome(outcome.status, outcome.why or f"a new theme, {slug(entry.theme)}, begins with them")
    add_prototypes(bench.model, found.theme_id, np.stack([bench.vectors[text] for text in entry.phrases]))
    _remember(bench.model, mark, found.theme_id, found.theme_id, "kept")
    return _done(found)


def _own(model: ThemeModel, theme_id: str, owner: str) -> None:
    """Name the department of a theme; of a top theme, for every theme under it too."""
    below = [leaf for leaf, top in model.parents_.items() if top == theme_id]
    model.owners_ |= dict.fromkeys([theme_id, *below], owner)


def _find(bench: Bench, entry: Edit, named: str) -> Found:
    found = find_theme(bench.model, named, entry.was.get(named), bench.vectors, bench.moved)
    if found.theme_id is not None or entry.was.get(named) is not None:
        return found
    # A label that an entry before has stated counts as the theme's label.
    stated = [one for one, label in bench.stated.items() if label.casefold() == named.casefold()]
    return Found(stated[0]) if len(stated) == 1 else found


def _done(found: Found) -> Outcome:
    return Outcome("adapted" if found.why else "applied", found.why)


def _remember(model: ThemeModel, mark: str, theme_id: str, previous: str | None, relation: str) -> None:
    model.lineage_.append(
        {
            "theme_id": theme_id,
            "previous_theme_id": previous,
            "relation": relation,
            "similarity": None,
            "shared": None,
            "edit": mark,
        }
    )
