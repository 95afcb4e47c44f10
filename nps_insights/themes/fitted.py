"""Everything that gives a comment its themes, as one fitted thing: encoder, theme model, tone and taxonomy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.tables import MARKS, conform, empty
from nps_insights.themes.company import hold_nothing_else, without_words
from nps_insights.themes.curation.edits import slug
from nps_insights.themes.encoders.protocol import Encoder, Progress
from nps_insights.themes.guided.classifier import GuidedClassifier, uncovered
from nps_insights.themes.model import ThemeModel
from nps_insights.themes.segments import split_comments
from nps_insights.themes.stream import ROWS_AT_ONCE, vectors_by_part
from nps_insights.themes.tone import ToneModel, with_tone


@dataclass(frozen=True)
class StatedTheme:
    """A theme of a taxonomy, without its examples: those may be customers' words.

    Attributes:
        name: Its name, shown as it stands.
        owner: The department that answers for it.
        parent: Name of the top theme over it.
    """

    name: str
    owner: str | None = None
    parent: str | None = None


@dataclass(frozen=True)
class FittedThemes:
    """What one fit learned; it gives any comment its themes, the same alone, in a batch or in a partition.

    Attributes:
        encoder: What turns segments into vectors: the full encoder or a student of it.
        model: The themes that were found.
        tone: The tone of words, where there were enough scores to learn it from.
        guided: The classifier of a taxonomy, where one was given; what it covers is not given to `model`.
        taxonomy: The taxonomy's themes by theme id.
        ignore: Words that are taken out before the encoder reads, such as the company's own name.
        before_edits: The found themes before the analysts' edits: the next fit starts from these, so that an edit
            that is taken back leaves no trace. None where there was no edit.
        seen_until: Day of the latest answer that the fit saw, as text; empty where answers had no dates.
    """

    encoder: Encoder
    model: ThemeModel
    tone: ToneModel | None = None
    guided: GuidedClassifier | None = None
    taxonomy: Mapping[str, StatedTheme] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    before_edits: ThemeModel | None = None
    seen_until: str = ""

    @property
    def theme_ids_(self) -> list[str]:
        """Ids of the taxonomy's themes, then of those found."""
        return [*self.taxonomy, *self.model.theme_ids_]

    @property
    def theme_centres_(self) -> np.ndarray:
        """Unit centre of each found theme, (themes, d); the taxonomy's themes have none."""
        return self.model.theme_centres_

    @property
    def parents_(self) -> dict[str, str]:
        """Id of the top theme over each theme id that has one."""
        stated = {one: slug(theme.parent) for one, theme in self.taxonomy.items() if theme.parent}
        return self.model.parents_ | stated

    @property
    def labels_(self) -> dict[str, str]:
        """Label of each theme and top theme id: the taxonomy's names as they stand."""
        return self.model.labels_ | self._stated_names()

    @property
    def keywords_(self) -> dict[str, str]:
        """Typical words of each theme and top theme id; of the taxonomy's themes their names."""
        return self.model.keywords_ | self._stated_names()

    @property
    def owners_(self) -> dict[str, str]:
        """Department that answers for a theme, by theme id, where one is named."""
        stated = {one: theme.owner for one, theme in self.taxonomy.items() if theme.owner}
        return self.model.owners_ | stated

    def assign_vectors(self, segments: pd.DataFrame, vectors: np.ndarray) -> pd.DataFrame:
        """Return table `mentions` of segments with their vectors, row for row, without tone.

        The taxonomy comes first; what it covers is not given to the found themes.
        """
        if self.guided is None:
            return self.model.assign(segments, vectors)
        stated = self.guided.assign(segments, vectors)
        rest = uncovered(segments, stated)
        return conform("mentions", pd.concat([stated, self.model.assign(segments[rest], vectors[rest])]))

    def assign_segments(
        self, segments: pd.DataFrame, *, cache_folder: Path | None = None, progress: Progress | None = None
    ) -> pd.DataFrame:
        """Return table `mentions` of a table of segments, without tone; vectors exist for one part at a time."""
        parts = vectors_by_part(
            self.encoder,
            as_read(segments, self.ignore),
            cache_folder=cache_folder,
            rows_at_once=ROWS_AT_ONCE,
            progress=progress,
        )
        found = [self.assign_vectors(part, vectors) for part, vectors in parts]
        return conform("mentions", pd.concat(found, ignore_index=True)) if found else empty("mentions")

    def assign(
        self, comments: pd.DataFrame, *, cache_folder: Path | None = None, progress: Progress | None = None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return tables `segments` and `mentions` of new comments, with tone where it was learned.

        Args:
            comments: Table `comments`.
            cache_folder: Where a full encoder's vectors are kept; None keeps none.
            progress: Called with (segments done, segments to do).

        Example:
            >>> import numpy as np
            >>> class Toy:
            ...     name, fingerprint, dimension, languages = "toy", "0" * 64, 2, None
            ...     def encode(self, texts, *, progress=None):
            ...         return np.array([[1.0, 0.0] if "queue" in text else [0.0, 1.0] for text in texts], np.float32)
            >>> said = [f"queue {n}" for n in range(20)] + [f"nurse {n}" for n in range(20)]
            >>> segments = pd.DataFrame({"segment_id": said, "response_id": said, "text": said})
            >>> model = ThemeModel(n_themes=2).fit(segments, Toy().encode(said))
            >>> new = pd.DataFrame({"comment_id": ["c1"], "response_id": ["r1"], "text": ["a queue again"],
            ...                     "says_nothing": [False]})
            >>> FittedThemes(Toy(), model).assign(new)[1]["theme_id"].tolist()
            ['t01']
        """
        segments = split_comments(comments)
        mentions = self.assign_segments(segments, cache_folder=cache_folder, progress=progress)
        return segments, self.with_learned_tone(mentions, segments)

    def with_learned_tone(self, mentions: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
        """Return `mentions` with the tone of new segments; unchanged where no tone was learned."""
        if self.tone is None or mentions.empty:
            return mentions
        said = segments[segments["segment_id"].isin(mentions["segment_id"])]
        questions = said["question"].tolist() if "question" in said.columns else None
        tone = pd.Series(self.tone.predict(said["text"].tolist(), questions), index=said["segment_id"].to_numpy())
        return with_tone(mentions, tone)

    def _stated_names(self) -> dict[str, str]:
        tops = {slug(theme.parent): theme.parent for theme in self.taxonomy.values() if theme.parent}
        return tops | {one: theme.name for one, theme in self.taxonomy.items()}


def as_read(segments: pd.DataFrame, ignore: Sequence[str]) -> pd.DataFrame:
    """Return segments as the encoder shall read them: without the words to ignore; those of nothing else are left out.

    Marks of what was taken out for privacy, such as `[e-mail]`, are always ignored: they are nobody's words.

    Example:
        >>> said = pd.DataFrame({"segment_id": ["s1", "s2"], "text": ["Acme's prices", "Acme!"]})
        >>> as_read(said, ["Acme"])["text"].tolist()
        ['prices']
    """
    marked = segments["text"].str.contains("[", regex=False).any()
    words = [*ignore, *MARKS.values()] if marked else list(ignore)
    if not words:
        return segments
    kept = segments[~hold_nothing_else(segments["text"].tolist(), words)]
    return kept.assign(text=without_words(kept["text"].tolist(), words))
