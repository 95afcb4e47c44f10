"""From comments to themes in one call."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nps_insights.tables import DataRefusedError
from nps_insights.themes.describe import themes_table
from nps_insights.themes.encoders.cache import encode_cached
from nps_insights.themes.encoders.protocol import Encoder, Progress
from nps_insights.themes.model import ThemeModel
from nps_insights.themes.readable import readable_comments, unreadable_note
from nps_insights.themes.segments import split_comments

_MAX_THEMES = 40
_SMALLEST, _SMALLEST_SHARE = 10, 0.005


@dataclass(frozen=True)
class FoundThemes:
    """The themes of one set of comments.

    Attributes:
        model: The fitted model; `model.assign` gives new segments their themes.
        comments: Table `comments`: those that say something in a language that the encoder reads.
        segments: Table `segments`.
        mentions: Table `mentions`.
        themes: Table `themes`, both levels.
        notes: Plain sentences on what was counted and left out.
        encoder: What turned the segments into vectors.
    """

    model: ThemeModel
    comments: pd.DataFrame
    segments: pd.DataFrame
    mentions: pd.DataFrame
    themes: pd.DataFrame
    notes: list[str]
    encoder: Encoder


def find_themes(
    comments: pd.DataFrame,
    responses: pd.DataFrame | None,
    *,
    encoder: Encoder,
    n_themes: int | None = None,
    max_themes: int | None = _MAX_THEMES,
    cache_folder: Path | None = None,
    random_state: int = 0,
    confidence_level: float = 0.95,
    progress: Progress | None = None,
) -> FoundThemes:
    """Split comments, encode the segments, learn themes and describe them.

    For a report a theme needs at least 10 segments and 0.5 % of all; the data choose at most `max_themes` themes
    (None: as many as they hold), unless `n_themes` states the number.

    Args:
        comments: Table `comments`.
        responses: Table `responses`; None for comments without scores.
        encoder: As `load_encoder` returns it.
        n_themes: Number of themes, chosen from the data when None.
        max_themes: The most themes that the data may choose; a report stays readable up to about 40.
        cache_folder: Where vectors are kept between runs; None keeps none.
        random_state: Seed of the clustering.
        confidence_level: Of the intervals in table `themes`.
        progress: Called with (texts done, texts to encode).

    Raises:
        DataRefusedError: No comment says anything, or most are in languages that the encoder cannot read.

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
    readable = readable_comments(comments, encoder)
    segments = split_comments(readable)
    if segments.empty:
        raise DataRefusedError(
            f"comments: none of {len(comments)} comments says anything (empty, or marked as saying nothing); "
            "themes need at least one. Check which column was read as the comment."
        )
    vectors = encode_cached(encoder, segments["text"].tolist(), cache_folder, progress=progress)
    smallest = max(_SMALLEST, int(_SMALLEST_SHARE * len(segments)))
    model = ThemeModel(n_themes, max_themes=max_themes, min_segments=smallest, random_state=random_state)
    mentions = model.fit(segments, vectors).assign(segments, vectors)
    themes = themes_table(model, segments, mentions, responses, confidence_level=confidence_level)
    notes = _notes(comments, readable, segments, mentions, model, encoder, n_themes)
    return FoundThemes(model, readable, segments, mentions, themes, notes, encoder)


def _notes(
    comments: pd.DataFrame,
    readable: pd.DataFrame,
    segments: pd.DataFrame,
    mentions: pd.DataFrame,
    model: ThemeModel,
    encoder: Encoder,
    n_themes: int | None,
) -> list[str]:
    n_saying, n_speaking = int((~comments["says_nothing"].astype(bool)).sum()), segments["comment_id"].nunique()
    n_nowhere = len(segments) - mentions["segment_id"].nunique()
    n_tops = len(set(model.parents_.values()))
    chosen = "as asked" if n_themes is not None else "chosen from the data"
    under = f" under {n_tops} top themes" if n_tops else ""
    notes = [
        f"{n_saying:,} of {len(comments):,} comments say something, the others are such as 'none' or '-'.",
        f"{n_speaking:,} of them were read; they hold {len(segments):,} segments.",
        f"{len(model.theme_ids_):,} themes{under}, {chosen} (encoder {encoder.name!r}).",
        f"{n_nowhere:,} segments ({n_nowhere / len(segments):.1%}) fit nowhere: no theme is near enough.",
    ]
    return notes + unreadable_note(comments, readable, encoder)
