"""From comments to themes in one call."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError
from nps_insights.themes.curation.report import EditReport
from nps_insights.themes.describe import themes_table
from nps_insights.themes.encoders.cache import encode_cached
from nps_insights.themes.encoders.protocol import Encoder, Progress
from nps_insights.themes.encoders.tiers import ChosenEncoder, choose_encoder
from nps_insights.themes.find_notes import counted, ignored_words, nothing_to_read, said_of_tone
from nps_insights.themes.fitted import FittedThemes, as_read
from nps_insights.themes.fitting import Curation, Fit, fit_themes
from nps_insights.themes.going_on import going_on, with_common_words
from nps_insights.themes.model import ThemeModel
from nps_insights.themes.possible import PossibleThemes, possible_themes
from nps_insights.themes.readable import language_counts, readable_comments, unreadable_note
from nps_insights.themes.segments import split_comments
from nps_insights.themes.stream import fitting_rows
from nps_insights.themes.tone import with_tone
from nps_insights.themes.tone_learning import learn_tone

_MAX_THEMES = 40
_SMALLEST, _SMALLEST_SHARE = 10, 0.005


@dataclass(frozen=True)
class FoundThemes:
    """The themes of one set of comments.

    Attributes:
        fitted: What was learned; `fitted.assign` gives new comments their themes.
        comments: Table `comments`: those that say something in a language that the encoder reads.
        segments: Table `segments`.
        mentions: Table `mentions`.
        themes: Table `themes`, both levels.
        languages: Table `languages`.
        possible: Groups of segments that fit nowhere and resemble each other.
        edits: What became of the analysts' edits.
        lineage: Table `lineage`; empty for a fit from scratch.
        chosen: What read the segments, and why.
        notes: Plain sentences on what was counted and left out.
    """

    fitted: FittedThemes
    comments: pd.DataFrame
    segments: pd.DataFrame
    mentions: pd.DataFrame
    themes: pd.DataFrame
    languages: pd.DataFrame
    possible: PossibleThemes
    edits: EditReport
    lineage: pd.DataFrame
    chosen: ChosenEncoder
    notes: list[str]

    @property
    def model(self) -> ThemeModel:
        """The themes that were found, without those of a taxonomy."""
        return self.fitted.model


def find_themes(
    comments: pd.DataFrame,
    responses: pd.DataFrame | None,
    *,
    encoder: Encoder,
    tier: str = "auto",
    n_themes: int | None = None,
    max_themes: int | None = _MAX_THEMES,
    curation: Curation | None = None,
    cache_folder: Path | None = None,
    random_state: int = 0,
    confidence_level: float = 0.95,
    progress: Progress | None = None,
) -> FoundThemes:
    """Split comments, encode the segments, learn themes and their tone, and describe them.

    For a report a theme needs at least 10 segments and 0.5 % of all; the data choose at most `max_themes` themes
    (None: as many as they hold), unless `n_themes` states the number.

    Args:
        comments: Table `comments`.
        responses: Table `responses`; None for comments without scores.
        encoder: As `load_encoder` returns it; with `curation.start` the encoder of that fit reads instead.
        tier: `auto`, `full` or `student`: who reads the segments, see `choose_encoder`.
        n_themes: Number of themes, chosen from the data when None.
        max_themes: The most themes that the data may choose; a report stays readable up to about 40.
        curation: What people decided: edits, a taxonomy, words to ignore, a fit to start from.
        cache_folder: Where vectors are kept between runs; None keeps none.
        random_state: Seed of the clustering.
        confidence_level: Of the intervals in table `themes`.
        progress: Called with (texts done, texts to encode).

    Returns:
        Tables of comments, segments, mentions and themes, the fit that they come from, and what was left out.

    Raises:
        DataRefusedError: No comment says anything, most are in languages that the encoder cannot read, or a student
            of the encoder cannot read such texts well enough.
        SettingsError: `tier` or `curation` cannot be used.

    Example:
        >>> import numpy as np
        >>> class Toy:
        ...     name, fingerprint, dimension, languages = "toy", "0" * 64, 2, None
        ...     def encode(self, texts, *, progress=None):
        ...         return np.array([[1.0, 0.0] if "queue" in text else [0.0, 1.0] for text in texts], np.float32)
        >>> texts = [f"a long queue, till {n}" for n in range(40)] + [f"a kind nurse, ward {n}" for n in range(20)]
        >>> ids = [f"r{n:02}" for n in range(60)]
        >>> comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "text": texts, "says_nothing": False})
        >>> found = find_themes(comments, None, encoder=Toy(), n_themes=2)
        >>> found.themes[["theme_id", "label", "n_responses"]].values.tolist()
        [['t01', 'long queue', 40], ['t02', 'kind nurse', 20]]
        >>> found.notes[1]
        '60 of them were read; they hold 60 segments.'
    """
    curation, inherited = going_on(curation or Curation(), tier, n_themes)
    encoder = curation.start.encoder if curation.start else encoder
    readable = readable_comments(comments, encoder)
    segments = split_comments(readable)
    curation, common = with_common_words(curation, segments)
    reading = as_read(segments, curation.ignore)
    if reading.empty:
        raise DataRefusedError(nothing_to_read(comments, segments, curation.ignore))
    chosen = choose_encoder(
        encoder,
        reading["text"],
        speakers=reading["response_id"],
        tier="full" if curation.start else tier,
        cache_folder=cache_folder,
        random_state=random_state,
        progress=progress,
    )
    fit, mentions = _fitted(
        reading, chosen.encoder, curation, n_themes, max_themes, cache_folder, random_state, progress
    )
    fitted, mentions, tone_notes = _with_tone(
        fit.fitted, mentions, readable, segments, responses, curation, random_state
    )
    possible, deleted = _possible(reading, mentions, responses, fitted, curation, cache_folder)
    notes = [
        *counted(comments, readable, segments, mentions, fitted, _chosen(n_themes, curation)),
        *ignored_words(segments, mentions, curation.ignore),
        *chosen.notes,
        *unreadable_note(comments, readable, encoder),
        *tone_notes,
        *inherited,
        *common,
        *fit.notes,
        *deleted,
        possible.note,
        *fit.edits.notes,
    ]
    themes = themes_table(fitted, segments, mentions, responses, confidence_level=confidence_level)
    languages = language_counts(comments, encoder)
    return FoundThemes(
        fitted, readable, segments, mentions, themes, languages, possible, fit.edits, fit.lineage, chosen, notes
    )


def _fitted(
    reading: pd.DataFrame,
    encoder: Encoder,
    curation: Curation,
    n_themes: int | None,
    max_themes: int | None,
    cache_folder: Path | None,
    random_state: int,
    progress: Progress | None,
) -> tuple[Fit, pd.DataFrame]:
    """Fit on a sample, where there are many different texts, and give every segment its themes."""
    taught = fitting_rows(reading, random_state=random_state)
    vectors = encode_cached(encoder, reading.loc[taught, "text"].tolist(), cache_folder, progress=progress)
    fit = fit_themes(
        reading[taught],
        vectors,
        encoder=encoder,
        curation=curation,
        n_themes=n_themes,
        max_themes=max_themes,
        min_segments=max(_SMALLEST, int(_SMALLEST_SHARE * taught.sum())),
        cache_folder=cache_folder,
        random_state=random_state,
    )
    if taught.all():
        return fit, fit.fitted.assign_vectors(reading, vectors)
    # What is read already has lost the words to ignore: it is read as it stands.
    return fit, replace(fit.fitted, ignore=()).assign_segments(reading, cache_folder=cache_folder)


def _with_tone(
    fitted: FittedThemes,
    mentions: pd.DataFrame,
    readable: pd.DataFrame,
    segments: pd.DataFrame,
    responses: pd.DataFrame | None,
    curation: Curation,
    random_state: int,
) -> tuple[FittedThemes, pd.DataFrame, list[str]]:
    """Learn tone from the scores, or take that of the fit to start from; give it to the mentions."""
    tone = None if responses is None else learn_tone(readable, segments, responses, random_state=random_state)
    before = curation.start
    fitted = replace(fitted, seen_until=_latest(responses) or (before.seen_until if before else ""))
    if tone is not None and tone.model is not None:
        return replace(fitted, tone=tone.model), with_tone(mentions, tone.tone), said_of_tone(tone)
    if before is None or before.tone is None:
        return fitted, mentions, said_of_tone(tone)
    fitted = replace(fitted, tone=before.tone)
    notes = [*said_of_tone(tone), "Tone is that of the fit it started from."]
    return fitted, fitted.with_learned_tone(mentions, segments), notes


def _chosen(n_themes: int | None, curation: Curation) -> str:
    if curation.start is not None and not curation.refit:
        return "going on from an earlier fit"
    return "as asked" if n_themes else "chosen from the data"


def _latest(responses: pd.DataFrame | None) -> str:
    if responses is None or "responded_at" not in responses or responses["responded_at"].isna().all():
        return ""
    return str(responses["responded_at"].max().date())


def _possible(
    reading: pd.DataFrame,
    mentions: pd.DataFrame,
    responses: pd.DataFrame | None,
    fitted: FittedThemes,
    curation: Curation,
    cache_folder: Path | None,
) -> tuple[PossibleThemes, list[str]]:
    """Groups of what fits nowhere, among new answers in an update; what belongs to deleted themes is counted apart."""
    outside = ~reading["segment_id"].isin(mentions["segment_id"]).to_numpy()
    # Only the rows outside are looked at; the others stay zeros, which take no memory until they are written.
    vectors = np.zeros((len(reading), fitted.encoder.dimension), dtype=np.float32)
    deleted = np.zeros(len(reading), dtype=bool)
    if outside.any():
        vectors[outside] = encode_cached(fitted.encoder, reading.loc[outside, "text"].tolist(), cache_folder)
        deleted[outside] = fitted.model.deleted(vectors[outside])
    since = None
    if curation.start and curation.start.seen_until and _latest(responses) > curation.start.seen_until:
        since = pd.Timestamp(curation.start.seen_until) + pd.Timedelta(days=1)
    if deleted.any():
        reading, vectors = reading[~deleted], vectors[~deleted]
    found = possible_themes(
        reading,
        vectors,
        mentions,
        responses=responses,
        since=since,
        labels=fitted.labels_,
        found_ids=fitted.model.theme_ids_,
    )
    notes = [f"{deleted.sum():,} of the segments without a theme belong to deleted themes."]
    return found, notes if deleted.any() else []
