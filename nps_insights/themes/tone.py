"""Tone: how customers who choose such words answer, as a model that was learned from their own scores."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError, conform
from nps_insights.themes.ngrams import NgramFeatures
from nps_insights.themes.tone_ridge import asked, raw_tone


class ToneModel:
    """The tone of any text, -1 (as detractors write) to 1 (as promoters write); 0 speaks for neither side.

    Tone is the expected category of the answer (detractor -1, passive 0, promoter 1) given its words, where the three
    categories are equally frequent: a survey of many promoters makes no word friendly by itself. A ridge on words,
    pairs of words and parts of words needs no lexicon and no language. Words may weigh differently by question:
    "nothing" is a complaint about what was good and praise where it is about what to improve.

    Attributes:
        features_: What turns texts into numbers.
        questions_: Open questions with weights of their own; the others share one set.
        weights_: Float32 of shape (1 + questions, features): what all questions share, then each question's own.
        intercept_: The ridge's intercept.
        centre_: Prediction that speaks for neither side.
        scale_: Tone per unit of prediction.
    """

    def __init__(
        self,
        features: NgramFeatures,
        questions: Sequence[str],
        weights: np.ndarray,
        *,
        intercept: float,
        centre: float,
        scale: float,
    ) -> None:
        self.features_ = features
        self.questions_ = list(questions)
        self.weights_ = weights
        self.intercept_, self.centre_, self.scale_ = intercept, centre, scale

    def predict(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> np.ndarray:
        """Return the tone of each text, float64 of shape (n,); NaN for a text of which no part was ever taught.

        Args:
            texts: Comments or segments, new ones: rows that were taught have their tone from `learn_tone`.
            questions: The open question that each text answers; None where there is none.
        """
        numbers = asked(questions, self.questions_, len(texts))
        intercepts = np.array([self.intercept_])
        raw = raw_tone(self.features_, self.weights_[np.newaxis], intercepts, texts, numbers)
        return to_tone(raw, self.centre_, self.scale_)

    def to_arrays(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return what was learned, as arrays and facts (JSON)."""
        arrays, facts = self.features_.to_arrays()
        numbers = {"intercept": self.intercept_, "centre": self.centre_, "scale": self.scale_}
        return arrays | {"weights": self.weights_}, facts | numbers | {"questions": self.questions_}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> "ToneModel":
        """Return the model that `to_arrays` wrote, bit for bit.

        Raises:
            DataRefusedError: Arrays and facts do not belong together.
        """
        features, weights = NgramFeatures.from_arrays(arrays, facts), arrays["weights"]
        needed = (1 + len(facts["questions"]), len(features.rarity_))
        if weights.shape != needed:
            raise DataRefusedError(f"tone: weights have shape {weights.shape}, must be {needed}; save the model again.")
        numbers = {name: float(facts[name]) for name in ("intercept", "centre", "scale")}
        return cls(features, facts["questions"], weights, **numbers)


def with_tone(mentions: pd.DataFrame, tone: pd.Series) -> pd.DataFrame:
    """Return table `mentions` with the tone of each segment.

    Args:
        mentions: Table `mentions`.
        tone: Tone by segment_id, as `learn_tone` or `ToneModel.predict` gives it; segments without one get none.

    Example:
        >>> mentions = pd.DataFrame({"segment_id": ["s1"], "theme_id": ["t01"], "response_id": ["r1"], "strength": [1]})
        >>> with_tone(mentions, pd.Series([-0.5], index=["s1"]))["tone"].tolist()
        [-0.5]
    """
    return conform("mentions", mentions.assign(tone=mentions["segment_id"].map(tone).astype("float64")))


def to_tone(raw: np.ndarray, centre: float, scale: float) -> np.ndarray:
    """Return predictions as tone, kept within -1..1.

    Example:
        >>> to_tone(np.array([0.5, 3.0]), centre=0.5, scale=2.0).tolist()
        [0.0, 1.0]
    """
    return np.clip((raw - centre) * scale, -1.0, 1.0)
