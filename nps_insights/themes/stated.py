"""The stated themes of a fit: taught by a taxonomy or by codes, under ids that no found theme and no edit uses."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd

from nps_insights.tables import SettingsError
from nps_insights.themes.curation.edits import Edits, Pin, Seed, entries, slug
from nps_insights.themes.curation.replay import Encode
from nps_insights.themes.fitted import StatedTheme
from nps_insights.themes.guided.classifier import GuidedClassifier
from nps_insights.themes.guided.taxonomy import Examples, GuidedTheme, stated_ids


def taught(
    examples: Examples,
    taxonomy: tuple[GuidedTheme, ...],
    segments: pd.DataFrame,
    vectors: np.ndarray,
    encode: Encode,
    *,
    random_state: int,
) -> tuple[GuidedClassifier, dict[str, StatedTheme], list[str]]:
    """Teach the classifier of a taxonomy or of codes.

    Args:
        examples: What it learns from.
        taxonomy: The themes of the taxonomy, for owners and parents; empty for codes.
        segments: The corpus around the examples: response_id, text.
        vectors: Unit vectors of the segments (n, d).
        encode: From texts to unit vectors (n, d), the encoder that made `vectors`.
        random_state: Seed of the classifier's samples.

    Returns:
        The classifier, the themes that it knows by theme id, and notes on what it could not learn.
    """
    ids = stated_ids(examples.names)
    classifier = GuidedClassifier(picked=examples.picked, complete=examples.complete, random_state=random_state).fit(
        examples.texts,
        encode(examples.texts),
        examples.labels,
        ids,
        segments["text"].tolist(),
        vectors,
        name_vectors=encode(examples.names),
        speakers=examples.speakers,
        corpus_speakers=segments["response_id"].tolist(),
    )
    told = {theme.name: theme for theme in taxonomy}
    themes = {
        one: StatedTheme(name, told[name].owner, told[name].parent) if name in told else StatedTheme(name)
        for one, name in zip(ids, examples.names, strict=True)
        if one in classifier.theme_ids_
    }
    names = dict(zip(ids, examples.names, strict=True))
    return classifier, themes, code_notes(classifier.held_out_f1_, classifier.theme_ids_, names)


def code_notes(f1: Mapping[str, float], kept: Collection[str], names: Mapping[str, str]) -> list[str]:
    """Say how well codes are told by what comments say, and which ones are left out.

    Example:
        >>> names = {"cost": "Cost", "coin": "Coin"}
        >>> code_notes({"cost": 0.9, "coin": 0.2}, ["cost"], names)[1]
        "Codes left out, since comments do not tell them better than chance does: 'Coin' (F1 0.20)."
    """
    if not f1:
        return []
    known = sorted(f1[one] for one in kept)
    notes = [
        f"{len(known)} code{'s' * (len(known) > 1)} taught the themes; on comments held out from learning F1 is "
        + (f"{known[0]:.2f}." if len(known) == 1 else f"{known[0]:.2f} to {known[-1]:.2f}.")
    ]
    lost = [f"{names[one]!r} (F1 {f1[one]:.2f})" for one in f1 if one not in set(kept)]
    if lost:
        notes.append(f"Codes left out, since comments do not tell them better than chance does: {', '.join(lost)}.")
    return notes


def refuse_edits_of_stated(edits: Edits, themes: Mapping[str, StatedTheme]) -> None:
    """Refuse seeds, and pins to a name, that mean a theme of the taxonomy: its id would stand for two themes.

    Raises:
        SettingsError: There is such an entry.
    """
    ids = ids_of(themes)
    named = [
        (place, entry.name if isinstance(entry, Seed) else entry.theme)
        for place, entry in entries(edits)
        if isinstance(entry, Seed | Pin)
    ]
    shared = [f"{place} names {name!r}" for place, name in named if slug(name) in ids]
    if shared:
        raise SettingsError(
            f"edits of themes: {'; '.join(shared)}, which the taxonomy states; give the phrases there as examples and "
            "drop the edit."
        )


def refuse_shared_ids(found: Iterable[str], themes: Mapping[str, StatedTheme]) -> None:
    """Refuse found themes, or those that edits made, whose id is also that of a stated theme.

    Raises:
        SettingsError: There is one.
    """
    shared = sorted(ids_of(themes) & set(found))
    if shared:
        raise SettingsError(
            f"taxonomy: {', '.join(map(repr, shared))} is also the id of another theme of this fit; give the theme "
            "another name in the taxonomy."
        )


def ids_of(themes: Mapping[str, StatedTheme]) -> set[str]:
    """Return the ids of stated themes and of the top themes over them."""
    return {*themes, *(slug(theme.parent) for theme in themes.values() if theme.parent)}


def too_few_left(n_left: int, n_segments: int, least: int) -> str:
    """Say why no theme is found beside the stated ones.

    Example:
        >>> too_few_left(0, 600, 10)
        'The stated themes cover all 600 segments: nothing is left to find themes in.'
    """
    if n_left == 0:
        return f"The stated themes cover all {n_segments:,} segments: nothing is left to find themes in."
    return (
        f"The stated themes leave {n_left:,} of {n_segments:,} segments; a theme needs {least:,}, so none is found in "
        "them."
    )
