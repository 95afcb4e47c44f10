"""From comments to themes in one call."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError
from nps_insights.themes.company import company_note, hold_nothing_else, likely_company_names
from nps_insights.themes.curation.report import EditReport
from nps_insights.themes.describe import themes_table
from nps_insights.themes.encoders.cache import encode_cached
from nps_insights.themes.encoders.protocol import Encoder, Progress
from nps_insights.themes.encoders.tiers import ChosenEncoder, choose_encoder
from nps_insights.themes.fitted import FittedThemes, as_read
from nps_insights.themes.fitting import Curation, fit_themes
from nps_insights.themes.model import ThemeModel
from nps_insights.themes.possible import PossibleThemes, possible_themes
from nps_insights.themes.readable import language_counts, readable_comments, unreadable_note
from nps_insights.themes.segments import split_comments
from nps_insights.themes.stream import fitting_rows
from nps_insights.themes.tone import with_tone
from nps_insights.themes.tone_learning import LearnedTone, learn_tone

_MAX_THEMES = 40
_SMALLEST, _SMALLEST_SHARE = 10, 0.005
_NOT_ASKED = "Nobody was asked for a score: tone is left empty."


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
    curation = curation or Curation()
    encoder = curation.start.encoder if curation.start else encoder
    readable = readable_comments(comments, encoder)
    segments = split_comments(readable)
    reading = as_read(segments, curation.ignore)
    if reading.empty:
        raise DataRefusedError(_nothing_to_read(comments, segments, curation.ignore))
    chosen = choose_encoder(
        encoder,
        reading["text"],
        tier="full" if curation.start else tier,
        cache_folder=cache_folder,
        random_state=random_state,
        progress=progress,
    )
    taught = fitting_rows(reading, random_state=random_state)
    vectors = encode_cached(chosen.encoder, reading.loc[taught, "text"].tolist(), cache_folder, progress=progress)
    fit = fit_themes(
        reading[taught],
        vectors,
        encoder=chosen.encoder,
        curation=curation,
        n_themes=n_themes,
        max_themes=max_themes,
        min_segments=max(_SMALLEST, int(_SMALLEST_SHARE * len(reading))),
        cache_folder=cache_folder,
        random_state=random_state,
    )
    if taught.all():
        mentions = fit.fitted.assign_vectors(reading, vectors)
    else:
        mentions = fit.fitted.assign_segments(segments, cache_folder=cache_folder)
    tone = None if responses is None else learn_tone(readable, segments, responses, random_state=random_state)
    fitted = fit.fitted
    if tone is not None and tone.model is not None:
        fitted = replace(fitted, tone=tone.model)
        mentions = with_tone(mentions, tone.tone)
    possible = _possible(reading, mentions, responses, fitted, cache_folder)
    themes = themes_table(fitted, segments, mentions, responses, confidence_level=confidence_level)
    notes = [
        *_counted(comments, readable, segments, mentions, fitted, "as asked" if n_themes else "chosen from the data"),
        *_ignored(segments, mentions, curation.ignore),
        *chosen.notes,
        *unreadable_note(comments, readable, encoder),
        *_said_of_tone(tone),
        possible.note,
        *fit.edits.notes,
    ]
    languages = language_counts(comments, encoder)
    return FoundThemes(
        fitted, readable, segments, mentions, themes, languages, possible, fit.edits, fit.lineage, chosen, notes
    )


def _nothing_to_read(comments: pd.DataFrame, segments: pd.DataFrame, ignore: tuple[str, ...]) -> str:
    if len(segments):
        words = ", ".join(repr(word) for word in ignore)
        return f"comments: all {len(segments):,} segments hold nothing but the words to ignore ({words}); name fewer."
    return (
        f"comments: none of {len(comments):,} comments says anything (empty, or marked as saying nothing); "
        "themes need at least one. Check which column was read as the comment."
    )


def _possible(
    reading: pd.DataFrame,
    mentions: pd.DataFrame,
    responses: pd.DataFrame | None,
    fitted: FittedThemes,
    cache_folder: Path | None,
) -> PossibleThemes:
    outside = ~reading["segment_id"].isin(mentions["segment_id"]).to_numpy()
    # Only the rows outside are looked at; the others stay zeros, which take no memory until they are written.
    vectors = np.zeros((len(reading), fitted.encoder.dimension), dtype=np.float32)
    if outside.any():
        vectors[outside] = encode_cached(fitted.encoder, reading.loc[outside, "text"].tolist(), cache_folder)
    return possible_themes(reading, vectors, mentions, responses=responses, labels=fitted.labels_)


def _said_of_tone(tone: LearnedTone | None) -> list[str]:
    return [_NOT_ASKED if tone is None else tone.note]


def _ignored(segments: pd.DataFrame, mentions: pd.DataFrame, ignore: tuple[str, ...]) -> list[str]:
    """Say which words were taken out, how many segments hold nothing else, and what else may be a company's name."""
    notes = company_note(likely_company_names(segments, mentions), ignore)
    if ignore:
        bare = int(hold_nothing_else(segments["text"].tolist(), ignore).sum())
        words = ", ".join(repr(word) for word in ignore)
        notes.insert(0, f"Ignored in themes and labels: {words}; {bare:,} segments say nothing else.")
    return notes


def _counted(
    comments: pd.DataFrame,
    readable: pd.DataFrame,
    segments: pd.DataFrame,
    mentions: pd.DataFrame,
    fitted: FittedThemes,
    chosen: str,
) -> list[str]:
    n_saying, n_speaking = int((~comments["says_nothing"].astype(bool)).sum()), segments["comment_id"].nunique()
    n_nowhere = len(segments) - mentions["segment_id"].nunique()
    n_tops = len(set(fitted.parents_.values()))
    n_found = len(fitted.model.theme_ids_)
    under = f" under {n_tops} top theme{'s' * (n_tops > 1)}" if n_tops else ""
    stated = f"{len(fitted.taxonomy):,} themes of the taxonomy and " if fitted.taxonomy else ""
    return [
        f"{n_saying:,} of {len(comments):,} comments say something, the others are such as 'none' or '-'.",
        f"{n_speaking:,} of them were read; they hold {len(segments):,} segments.",
        f"{stated}{n_found:,} theme{'s' * (n_found != 1)}{under}, {chosen}.",
        f"{n_nowhere:,} segments ({n_nowhere / len(segments):.1%}) fit nowhere: no theme is near enough.",
    ]
