"""The guided classifier: from a few examples per theme and an unlabelled corpus to themes of any segment."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError, conform, empty
from nps_insights.themes.guided.chance import beats_chance, held_out_f1
from nps_insights.themes.guided.ngrams import CharacterGrams
from nps_insights.themes.guided.self_training import Teaching, teaching

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# The solve costs the cube of all rows: 6,000 take some seconds.
_CORPUS_ROWS, _ALL_ROWS = 4000, 6000
_FEWEST = 2
# Names speak beside the examples, not instead of them.
_NAMES = 0.2
_ROWS_AT_ONCE = 1024


class GuidedClassifier:
    """Which themes of a taxonomy a text speaks of; none, one or several.

    A ridge on the encoder's vectors and character n-grams learns from the labelled texts and scores an unlabelled
    corpus. The scores become soft labels that match how common each theme is there (`prevalence`), and a second ridge
    learns from all rows: what the examples never say in those words is learned from comments that mean the same.

    Args:
        picked: Rows that were picked for each theme and carry all of their themes, as
            `taxonomy_from_codes(per_theme=)` picks them; None where labelled rows come as they are, or are examples
            written for one theme.
        complete: Whether the labelled texts are all that people read, each with all of its themes. They alone teach
            then, the threshold is the best one of their held-out scores, and a theme is left out where these are no
            better than chance (`beats_chance`).
        random_state: Seed of the samples: at most 4,000 different corpus texts and 6,000 rows in all are learned from.

    Attributes:
        theme_ids_: Ids of the themes, as given; with `complete` those that can be told by what texts say.
        held_out_f1_: With `complete`: F1 of held-out scores by theme id, of those left out too; else empty.
        threshold_: Score from which a theme counts as mentioned.
        prevalence_: Estimated share of corpus texts by theme, float64.
        grams_: The character n-grams.
        dense_: Weights of the vectors, float32 of shape (d, themes).
        sparse_: Weights of the n-grams, float64 of shape (n-grams, themes).
        bias_: float64 of shape (themes,).

    Example:
        >>> texts = ["long queue", "queue too long", "kind nurse", "nurse was kind"]
        >>> vectors = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
        >>> labels = np.array([[True, False]] * 2 + [[False, True]] * 2)
        >>> corpus = [f"queue at till {n}" for n in range(6)] + [f"nurse of ward {n}" for n in range(6)]
        >>> around = np.repeat(np.eye(2, dtype=np.float32), 6, axis=0)
        >>> model = GuidedClassifier().fit(texts, vectors, labels, ["g01", "g02"], corpus, around)
        >>> (model.scores(["queue at till", "nurse of ward"], np.eye(2, dtype=np.float32)) >= model.threshold_).tolist()
        [[True, False], [False, True]]
    """

    def __init__(self, *, picked: int | None = None, complete: bool = False, random_state: int = 0) -> None:
        self.picked = picked
        self.complete = complete
        self.random_state = random_state

    def fit(
        self,
        texts: Sequence[str],
        vectors: np.ndarray,
        labels: np.ndarray,
        theme_ids: Sequence[str],
        corpus_texts: Sequence[str] = (),
        corpus_vectors: np.ndarray | None = None,
        *,
        name_vectors: np.ndarray | None = None,
        speakers: Sequence[str] | None = None,
        corpus_speakers: Sequence[str] | None = None,
    ) -> "GuidedClassifier":
        """Learn from labelled texts and, where given, unlabelled ones.

        Args:
            texts: n labelled texts.
            vectors: Their unit vectors, (n, d).
            labels: bool of shape (n, themes).
            theme_ids: Ids of the themes, in the order of the columns.
            corpus_texts: Unlabelled texts, segments or comments such as will be scored; repeats count once. With
                `complete` they are not needed.
            corpus_vectors: Their unit vectors.
            name_vectors: Unit vectors of the themes' names, (themes, d): a name is a weak example.
            speakers: Who said each labelled text: spelling is learned from what three people said.
            corpus_speakers: Who said each corpus text. Labelled texts without speakers then count for nobody; without
                speakers of either, each text has its own.

        Raises:
            DataRefusedError: Shapes do not match, a theme has fewer than two different examples, or no theme of
                `complete` labels can be told from chance.
        """
        from threadpoolctl import threadpool_limits

        around = np.zeros((0, vectors.shape[1]), np.float32) if corpus_vectors is None else corpus_vectors
        labels = np.asarray(labels, dtype=bool)
        _check_rows(texts, vectors, labels, theme_ids)
        if len(corpus_texts) != len(around):
            raise DataRefusedError(f"corpus: {len(corpus_texts)} texts and {len(around)} vectors, must be as many.")
        self.theme_ids_ = list(theme_ids)
        taught, own, marks = _distinct(texts, vectors, labels)
        _check_examples(marks, self.theme_ids_)
        taught, own, marks = self._some(taught, own, marks)
        others, more = self._corpus(taught, [] if self.complete else corpus_texts, around)
        said_by = _first_speakers((texts, speakers), (corpus_texts, corpus_speakers))
        self.grams_ = CharacterGrams().fit(
            taught + others, [said_by.get(text) for text in taught + others] if said_by else None
        )
        with threadpool_limits(1):
            dense = np.vstack([own, more]).astype(np.float64)
            self._learn(dense, self.grams_.transform(taught + others), marks, name_vectors)
        return self

    def scores(self, texts: Sequence[str], vectors: np.ndarray) -> np.ndarray:
        """Return a score per text and theme, float64 of shape (n, themes), about 0 (does not speak of it) to 1.

        A text gets the same bits alone, in a batch or in another partition.
        """
        from threadpoolctl import threadpool_limits

        products = np.zeros((len(texts), len(self.theme_ids_)))
        block = np.zeros((_ROWS_AT_ONCE, self.dense_.shape[0]), dtype=np.float32)
        with threadpool_limits(1):
            for start in range(0, len(texts), _ROWS_AT_ONCE):
                rows = vectors[start : start + _ROWS_AT_ONCE]
                block[: len(rows)] = rows
                products[start : start + len(rows)] = (block @ self.dense_)[: len(rows)]
        return self.bias_ + products + np.asarray(self.grams_.transform(texts) @ self.sparse_)

    def assign(self, segments: pd.DataFrame, vectors: np.ndarray) -> pd.DataFrame:
        """Return table `mentions` of `segments` (segment_id, response_id, text) and their unit vectors (n, d).

        A segment may have several themes; `strength` is its score, cut to 0..1.
        """
        scores = self.scores(segments["text"].tolist(), vectors)
        row, theme = np.nonzero(scores >= self.threshold_)
        if not len(row):
            return empty("mentions")
        found = segments.iloc[row][["segment_id", "response_id"]]
        ids = np.array(self.theme_ids_, dtype=object)[theme]
        return conform("mentions", found.assign(theme_id=ids, strength=np.clip(scores[row, theme], 0, 1)))

    def to_arrays(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return everything learned: arrays for safetensors, facts for JSON."""
        arrays = {
            "dense": self.dense_,
            "sparse": self.sparse_,
            "bias": self.bias_,
            "idf": self.grams_.idf_,
            "prevalence": self.prevalence_,
        }
        facts = {
            "theme_ids": self.theme_ids_,
            "threshold": self.threshold_,
            "grams": self.grams_.grams_,
            "held_out_f1": self.held_out_f1_,
            "picked": self.picked,
            "complete": self.complete,
            "random_state": self.random_state,
        }
        return arrays, facts

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> "GuidedClassifier":
        """Return the classifier that `to_arrays` described."""
        model = cls(picked=facts["picked"], complete=facts["complete"], random_state=facts["random_state"])
        model.theme_ids_, model.threshold_ = list(facts["theme_ids"]), float(facts["threshold"])
        model.dense_, model.sparse_, model.bias_ = arrays["dense"], arrays["sparse"], arrays["bias"]
        model.prevalence_, model.held_out_f1_ = arrays["prevalence"], dict(facts["held_out_f1"])
        model.grams_ = CharacterGrams()
        model.grams_.grams_, model.grams_.idf_ = list(facts["grams"]), arrays["idf"]
        return model

    def _some(
        self, texts: list[str], vectors: np.ndarray, labels: np.ndarray
    ) -> tuple[list[str], np.ndarray, np.ndarray]:
        """At most so many labelled rows that the solve stays quick."""
        if len(texts) <= _ALL_ROWS:
            return texts, vectors, labels
        rows = np.sort(np.random.default_rng(self.random_state).choice(len(texts), _ALL_ROWS, replace=False))
        return [texts[row] for row in rows], vectors[rows], labels[rows]

    def _corpus(self, taught: list[str], texts: Sequence[str], vectors: np.ndarray) -> tuple[list[str], np.ndarray]:
        """Different unlabelled texts, sorted, at most so many that the solve stays quick."""
        row_of = {text: row for row, text in enumerate(texts)}
        known = set(taught)
        others = sorted(text for text in row_of if text not in known)
        most = min(_CORPUS_ROWS, _ALL_ROWS - len(taught))
        if len(others) > most:
            some = np.random.default_rng(self.random_state).choice(len(others), most, replace=False)
            others = [others[row] for row in np.sort(some)]
        return others, vectors[[row_of[text] for text in others]]

    def _learn(self, dense: np.ndarray, sparse: "csr_array", labels: np.ndarray, names: np.ndarray | None) -> None:
        kernel = (dense @ dense.T + (sparse @ sparse.T).toarray()) / 2
        hints = None
        if names is not None:
            likeness = dense @ names.T.astype(np.float64)
            hints = _NAMES * (likeness - likeness.mean(axis=0))
        taught = teaching(kernel, labels, hints=hints, picked=self.picked, complete=self.complete)
        self.held_out_f1_: dict[str, float] = {}
        if self.complete:
            taught = self._told_by_texts(taught)
        self.prevalence_, self.threshold_ = taught.calibration()
        self.bias_, weights = taught.solution(np.arange(len(taught.labels)), self.prevalence_)
        self.dense_ = (dense.T @ weights / 2).astype(np.float32)
        self.sparse_ = np.asarray(sparse.T @ weights) / 2

    def _told_by_texts(self, taught: Teaching) -> Teaching:
        """What teaches, without the themes that held-out texts do not tell."""
        held_out = taught.held_out(taught.labels.mean(axis=0))
        told = beats_chance(held_out, taught.labels)
        f1 = held_out_f1(held_out, taught.labels)
        self.held_out_f1_ = dict(zip(self.theme_ids_, f1.tolist(), strict=True))
        if not told.any():
            raise DataRefusedError(
                f"guided themes: none of {len(told)} themes ({', '.join(self.theme_ids_)}) can be told by what texts "
                "say: held-out scores are no better than chance. Check that codes stand beside their own comments."
            )
        self.theme_ids_ = [one for one, kept in zip(self.theme_ids_, told, strict=True) if kept]
        hints = None if taught.hints is None else taught.hints[:, told]
        return replace(taught, labels=taught.labels[:, told], hints=hints)


def uncovered(segments: pd.DataFrame, mentions: pd.DataFrame) -> np.ndarray:
    """Return which rows of `segments` no guided theme speaks for, bool (n,): what is left for themes to be found in.

    Example:
        >>> segments = pd.DataFrame({"segment_id": ["a#1", "a#2"]})
        >>> uncovered(segments, pd.DataFrame({"segment_id": ["a#2"]})).tolist()
        [True, False]
    """
    return ~segments["segment_id"].isin(mentions["segment_id"]).to_numpy()


def _check_rows(texts: Sequence[str], vectors: np.ndarray, labels: np.ndarray, theme_ids: Sequence[str]) -> None:
    if vectors.ndim != 2 or len(vectors) != len(texts) or labels.shape != (len(texts), len(theme_ids)):
        raise DataRefusedError(
            f"guided themes: {len(texts)} texts, vectors {vectors.shape}, labels {labels.shape}; must be n texts, "
            f"(n, d) and (n, {len(theme_ids)}), a column for each theme."
        )


def _check_examples(labels: np.ndarray, theme_ids: list[str]) -> None:
    few = [f"{theme!r} ({n})" for theme, n in zip(theme_ids, labels.sum(axis=0), strict=True) if n < _FEWEST]
    if few or not theme_ids:
        raise DataRefusedError(
            f"guided themes: {len(theme_ids)} themes, each needs {_FEWEST} or more different examples (5 to 20 are "
            f"usual); too few in: {', '.join(few) or 'no theme is given'}. Add examples or leave the theme out."
        )


def _first_speakers(*said: tuple[Sequence[str], Sequence[str] | None]) -> dict[str, str]:
    """One speaker of each different text, whatever the order of rows; texts without speakers are left out."""
    first: dict[str, str] = {}
    for texts, speakers in said:
        for text, speaker in zip(texts, speakers, strict=True) if speakers is not None else ():
            first[text] = min(speaker, first.get(text, speaker))
    return first


def _distinct(
    texts: Sequence[str], vectors: np.ndarray, labels: np.ndarray
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Different texts, sorted, with their vectors and all labels that any row of a text carries."""
    known, first, row = np.unique(np.array(texts, dtype=object), return_index=True, return_inverse=True)
    marks = np.zeros((len(known), labels.shape[1]), dtype=bool)
    np.logical_or.at(marks, row, labels)
    return known.tolist(), vectors[first], marks
