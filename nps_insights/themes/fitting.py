"""Fit the themes of one corpus: taxonomy first, found themes for the rest, then what analysts decided."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.tables import SettingsError
from nps_insights.themes.curation.edits import Edits, entries, slug
from nps_insights.themes.curation.lineage import lineage_table, with_stable_ids
from nps_insights.themes.curation.replay import Encode, replay_edits
from nps_insights.themes.curation.report import EditReport
from nps_insights.themes.encoders.cache import encode_cached
from nps_insights.themes.encoders.protocol import Encoder
from nps_insights.themes.fitted import FittedThemes, StatedTheme
from nps_insights.themes.guided.classifier import GuidedClassifier
from nps_insights.themes.guided.taxonomy import Examples, GuidedTheme, taxonomy_examples
from nps_insights.themes.labels.clashes import settle_clashes
from nps_insights.themes.model import ThemeModel
from nps_insights.themes.update import update_themes


@dataclass(frozen=True)
class Curation:
    """What people decided before the fit.

    Attributes:
        edits: The analysts' edits, as `read_edits` returns them.
        taxonomy: Themes that people want to see, as `read_taxonomy` returns them.
        examples: Texts that already carry codes, as `taxonomy_from_codes` returns them; not beside `taxonomy`.
        ignore: Words that make no theme and no label, such as the company's own name.
        start: An earlier fit to go on from; None fits from scratch.
        refit: With `start`: fit anew and keep the ids of themes that go on, instead of keeping the themes as they are.
    """

    edits: Edits = field(default_factory=Edits)
    taxonomy: tuple[GuidedTheme, ...] = ()
    examples: Examples | None = None
    ignore: tuple[str, ...] = ()
    start: FittedThemes | None = None
    refit: bool = False


@dataclass(frozen=True)
class Fit:
    """What a fit gives.

    Attributes:
        fitted: Gives any comment its themes.
        edits: What became of each edit.
        lineage: Table `lineage`: what each theme was in the fit it started from; empty from scratch.
    """

    fitted: FittedThemes
    edits: EditReport
    lineage: pd.DataFrame


def fit_themes(
    segments: pd.DataFrame,
    vectors: np.ndarray,
    *,
    encoder: Encoder,
    curation: Curation,
    n_themes: int | None = None,
    max_themes: int | None = None,
    min_segments: int | None = None,
    cache_folder: Path | None = None,
    random_state: int = 0,
) -> Fit:
    """Fit themes to segments and their vectors, without tone.

    Args:
        segments: segment_id, response_id, text as the encoder read it.
        vectors: Their unit vectors (n, d), row for row.
        encoder: What made the vectors.
        curation: What people decided.
        n_themes: Number of themes; chosen from the data when None.
        max_themes: The most themes that the data may choose.
        min_segments: The fewest segments of a theme.
        cache_folder: Where the encoder's vectors are kept.
        random_state: Seed of the clustering and the splits.

    Raises:
        SettingsError: `curation` holds both a taxonomy and examples, or starts from a fit by another encoder.
    """

    def encode(texts: Sequence[str]) -> np.ndarray:
        return encode_cached(encoder, list(texts), cache_folder)

    _check_start(curation, encoder)
    stated = _stated(curation)
    guided, taxonomy = None, dict[str, StatedTheme]()
    if stated is not None:
        guided, taxonomy = _guide(stated, curation.taxonomy, segments, vectors, encode, random_state)
        rest = ~segments["segment_id"].isin(guided.assign(segments, vectors)["segment_id"]).to_numpy()
        # Where the taxonomy covers everything, the found themes still need something to be learned from.
        if rest.any():
            segments, vectors = segments[rest], vectors[rest]
    fresh = ThemeModel(n_themes, max_themes=max_themes, min_segments=min_segments, random_state=random_state)
    found = _model(fresh, curation, segments, vectors)
    model, report = replay_edits(
        found, curation.edits, segments, vectors, encode, ignore=curation.ignore, random_state=random_state
    )
    before = found if entries(curation.edits) else None
    fitted = FittedThemes(encoder, model, None, guided, taxonomy, curation.ignore, before)
    if taxonomy:
        fitted = _without_clashes(fitted)
    return Fit(fitted, report, lineage_table(model))


def _check_start(curation: Curation, encoder: Encoder) -> None:
    if curation.taxonomy and curation.examples is not None:
        raise SettingsError("themes: a taxonomy and codes are both given as guide; give one of them.")
    if curation.start is not None and curation.start.encoder.fingerprint != encoder.fingerprint:
        raise SettingsError(
            f"themes start: that fit was read by encoder {curation.start.encoder.name!r} "
            f"({curation.start.encoder.fingerprint[:12]}), this run by {encoder.name!r} ({encoder.fingerprint[:12]}); "
            "use the same encoder, or start from scratch."
        )


def _stated(curation: Curation) -> Examples | None:
    return taxonomy_examples(curation.taxonomy) if curation.taxonomy else curation.examples


def _guide(
    examples: Examples,
    taxonomy: tuple[GuidedTheme, ...],
    segments: pd.DataFrame,
    vectors: np.ndarray,
    encode: Encode,
    random_state: int,
) -> tuple[GuidedClassifier, dict[str, StatedTheme]]:
    """Teach the classifier of a taxonomy on its examples and the corpus around them."""
    ids = [slug(name) for name in examples.names]
    if len(set(ids)) < len(ids):
        raise SettingsError(f"taxonomy: two names give the same id among {', '.join(sorted(ids))}; rename one of them.")
    classifier = GuidedClassifier(picked=examples.picked, random_state=random_state).fit(
        examples.texts,
        encode(examples.texts),
        examples.labels,
        ids,
        segments["text"].tolist(),
        vectors,
        name_vectors=encode(examples.names),
    )
    told = {theme.name: theme for theme in taxonomy}
    themes = {
        one: StatedTheme(name, told[name].owner, told[name].parent) if name in told else StatedTheme(name)
        for one, name in zip(ids, examples.names, strict=True)
    }
    return classifier, themes


def _model(fresh: ThemeModel, curation: Curation, segments: pd.DataFrame, vectors: np.ndarray) -> ThemeModel:
    if curation.start is None:
        return fresh.fit(segments, vectors)
    previous = curation.start.before_edits or curation.start.model
    if curation.refit:
        return with_stable_ids(fresh.fit(segments, vectors), previous, vectors=vectors)
    return update_themes(previous, segments, vectors)


def _without_clashes(fitted: FittedThemes) -> FittedThemes:
    """Found themes give way where they bear the name of a stated one."""
    labels = settle_clashes(fitted.labels_, fitted.keywords_, keep=tuple(fitted.taxonomy))
    model = copy.copy(fitted.model)
    model.labels_ = {one: labels[one] for one in fitted.model.labels_}
    return replace(fitted, model=model)
