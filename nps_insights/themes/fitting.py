"""Fit the themes of one corpus: taxonomy first, found themes for the rest, then what analysts decided."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.tables import SettingsError
from nps_insights.themes.curation.edits import Edits, entries
from nps_insights.themes.curation.lineage import lineage_table, with_stable_ids
from nps_insights.themes.curation.replay import replay_edits
from nps_insights.themes.curation.report import EditReport
from nps_insights.themes.encoders.cache import encode_cached
from nps_insights.themes.encoders.protocol import Encoder
from nps_insights.themes.fitted import FittedThemes, StatedTheme
from nps_insights.themes.guided.classifier import uncovered
from nps_insights.themes.guided.taxonomy import Examples, GuidedTheme, taxonomy_examples
from nps_insights.themes.labels.clashes import settle_clashes
from nps_insights.themes.model import ThemeModel
from nps_insights.themes.stated import refuse_edits_of_stated, refuse_shared_ids, taught, too_few_left
from nps_insights.themes.update import update_themes

# Lowest cosine with a theme where no theme has been found from which it could be learned.
_USUAL = 0.5


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
        notes: Plain sentences on what the taxonomy or the codes could not teach, and on what they leave.
    """

    fitted: FittedThemes
    edits: EditReport
    lineage: pd.DataFrame
    notes: list[str] = field(default_factory=list)


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
        SettingsError: `curation` holds both a taxonomy and examples, or starts from a fit by another encoder; or a
            stated theme has the id of a found one or of an edit's.
    """

    def encode(texts: Sequence[str]) -> np.ndarray:
        return encode_cached(encoder, list(texts), cache_folder)

    _check_start(curation, encoder)
    stated = _stated(curation)
    guided, taxonomy, notes = None, dict[str, StatedTheme](), list[str]()
    if stated is not None:
        guided, taxonomy, notes = taught(
            stated, curation.taxonomy, segments, vectors, encode, random_state=random_state
        )
    elif curation.start is not None:
        guided, taxonomy = curation.start.guided, dict(curation.start.taxonomy)
    refuse_edits_of_stated(curation.edits, taxonomy)
    left, left_vectors = segments, vectors
    if guided is not None:
        rest = uncovered(segments, guided.assign(segments, vectors))
        left, left_vectors = segments[rest], vectors[rest]
    fresh = ThemeModel(n_themes, max_themes=max_themes, min_segments=min_segments, random_state=random_state)
    found = _model(fresh, curation, left, left_vectors)
    if not found.theme_ids_:
        notes = [*notes, too_few_left(len(left), len(segments), _fewest(fresh))]
    # Seeds may be wanted even where nothing was found: their labels come of what was said.
    if len(left):
        segments, vectors = left, left_vectors
    model, report = replay_edits(
        found,
        curation.edits,
        segments,
        vectors,
        encode,
        ignore=curation.ignore,
        agreed=() if curation.start is None else curation.start.model.theme_ids_,
        random_state=random_state,
    )
    refuse_shared_ids({*model.theme_ids_, *model.parents_.values()}, taxonomy)
    before = found if entries(curation.edits) else None
    fitted = FittedThemes(encoder, model, None, guided, taxonomy, curation.ignore, before)
    if taxonomy:
        fitted = _without_clashes(fitted)
    return Fit(fitted, report, lineage_table(model), notes)


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


def _model(fresh: ThemeModel, curation: Curation, segments: pd.DataFrame, vectors: np.ndarray) -> ThemeModel:
    previous = None if curation.start is None else curation.start.before_edits or curation.start.model
    if previous is not None and previous.theme_ids_ and not curation.refit:
        if segments.empty:
            return previous
        return update_themes(previous, segments, vectors, min_segments=fresh.min_segments)
    guided = curation.taxonomy or curation.examples is not None or (curation.start and curation.start.guided)
    too_few = guided and len(segments) < _fewest(fresh)
    found = _without_themes(fresh, vectors.shape[1]) if too_few else fresh.fit(segments, vectors)
    return found if previous is None else with_stable_ids(found, previous, vectors=vectors)


def _fewest(fresh: ThemeModel) -> int:
    return max(1, fresh.min_segments or 1, fresh.n_themes or 1)


def _without_themes(fresh: ThemeModel, dimension: int) -> ThemeModel:
    """A fitted model that knows no theme."""
    # A prototype of length zero is nearest to nothing, and lets a seed have the usual threshold.
    fresh.centres_ = np.zeros((1, dimension), dtype=np.float32)
    fresh.theme_of_, fresh.threshold_, fresh.novelty_gap_ = np.array([-1]), np.array([_USUAL]), 0.0
    fresh.theme_ids_, fresh.parents_, fresh.labels_, fresh.keywords_ = [], {}, {}, {}
    fresh.owners_, fresh.lineage_ = {}, []
    return fresh


def _without_clashes(fitted: FittedThemes) -> FittedThemes:
    """Found themes give way where they bear the name of a stated one."""
    labels = settle_clashes(fitted.labels_, fitted.keywords_, keep=tuple(fitted.taxonomy))
    model = copy.copy(fitted.model)
    model.labels_ = {one: labels[one] for one in fitted.model.labels_}
    return replace(fitted, model=model)
