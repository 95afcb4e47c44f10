"""Learn tone from the customers' own scores, and give each segment a tone that its own account had no say in."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.metrics import fold_of, hashed
from nps_insights.themes.ngrams import NgramFeatures
from nps_insights.themes.tone import ToneModel, to_tone
from nps_insights.themes.tone_ridge import (
    asked,
    by_question,
    fit_ridge,
    raw_tone,
    spaced,
)

_CATEGORY = {"detractor": -1.0, "passive": 0.0, "promoter": 1.0}
# Below, a fold holds a handful of one side and the correlation out of fold swings by +-.15 from draw to draw.
_FEWEST_OF_A_SIDE = 20
# One-sided 99 %: a correlation out of fold that chance gives once in a hundred corpora whose words say nothing.
_CLEARLY_ABOVE_CHANCE = 2.33
_FEWEST_OF_A_QUESTION = 100
_FOLDS = 5
_MOST_QUESTIONS = 8
_NOTHING_SHARED = "Tone is left empty: the comments share too few words to learn from."


@dataclass(frozen=True)
class LearnedTone:
    """Tone of one corpus.

    Attributes:
        model: For new comments; None where the scores are too few or words do not tell them.
        tone: Tone by segment_id, -1..1, of a model that saw no answer of the segment's account; NaN where `model` is
            None or no part of the segment was taught.
        correlation: Rank correlation (Spearman) of the tone of taught comments with the score, out of fold; NaN where
            nothing was learned.
        n_taught: Comments that were taught.
        note: One plain sentence about the above.
    """

    model: ToneModel | None
    tone: pd.Series
    correlation: float
    n_taught: int
    note: str


def learn_tone(
    comments: pd.DataFrame,
    segments: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    most_comments: int = 30_000,
    random_state: int = 0,
) -> LearnedTone:
    """Learn tone from whole comments and the category of their answers; give each segment its tone, out of fold.

    Folds go by account (by response where the account is not known) and by nothing else: neither row order nor the
    other rows move an account to another fold. Tone is left empty where fewer than 20 accounts of detractors or of
    promoters wrote a comment, or where the correlation out of fold is not clearly above what chance gives (one-sided
    99 %, Fisher's z over accounts).

    Args:
        comments: Table `comments`; those that say nothing are not taught.
        segments: Table `segments`; `question` is read where it is there.
        responses: Table `responses`.
        most_comments: Taught at most; of more, a sample of accounts is drawn.
        random_state: Seed of that sample.

    Example:
        >>> ids = [f"r{number:03}" for number in range(120)]
        >>> said = ["the queue was far too long", "lovely friendly people", "it was fine"]
        >>> comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "says_nothing": False, "text": said * 40})
        >>> segments = comments[["comment_id", "response_id", "text"]].assign(segment_id=ids)
        >>> responses = pd.DataFrame({"response_id": ids, "score": [2.0, 10.0, 8.0] * 40, "scale_min": 0,
        ...                           "scale_max": 10, "category": ["detractor", "promoter", "passive"] * 40})
        >>> learned = learn_tone(comments, segments, responses)
        >>> learned.model.predict(["a long queue", "such friendly people"]).round(1).tolist()
        [-0.5, 0.9]
        >>> learned.note
        'Tone was learned from 120 comments with a score; out of fold it follows the score with a rank correlation of \
0.95.'
    """
    from threadpoolctl import threadpool_limits

    speakers = _speakers(responses)
    taught = _taught(comments, speakers, most_comments, random_state)
    refusal = _too_few(taught)
    if refusal:
        return _left_empty(segments, refusal, len(taught))
    with threadpool_limits(1):
        features = NgramFeatures().fit(taught["text"], taught["account"])
        if not features.words_:
            return _left_empty(segments, _NOTHING_SHARED, len(taught))
        questions = _questions(taught)
        numbers = asked(taught["question"], questions, len(taught))
        design = by_question(features.transform(taught["text"].tolist()), numbers, len(questions))
        fold, target = fold_of(taught["account"], folds=_FOLDS), taught["target"].to_numpy()
        fits = [fit_ridge(design[fold != one], target[fold != one], len(questions)) for one in range(_FOLDS)]
        weights, intercepts = np.stack([fit[0] for fit in fits]), np.array([fit[1] for fit in fits])
        raw = raw_tone(features, weights, intercepts, taught["text"], numbers, fold)
        refusal, correlation, centre, scale = _judged(raw, taught)
        if refusal:
            return _left_empty(segments, refusal, len(taught))
        shared, intercept = fit_ridge(design, target, len(questions))
        account = segments["response_id"].map(speakers["account"]).fillna(segments["response_id"])
        numbers = asked(segments.get("question"), questions, len(segments))
        raw = raw_tone(features, weights, intercepts, segments["text"], numbers, fold_of(account, folds=_FOLDS))
    model = ToneModel(features, questions, shared, intercept=intercept, centre=centre, scale=scale)
    note = (
        f"Tone was learned from {len(taught):,} comments with a score; out of fold it follows the score with a rank "
        f"correlation of {correlation:.2f}."
    )
    tone = pd.Series(to_tone(raw, centre, scale), index=segments["segment_id"], name="tone")
    return LearnedTone(model, tone, correlation, len(taught), note)


def _speakers(responses: pd.DataFrame) -> pd.DataFrame:
    """Account (its own response where none is known), target and place on the scale (0..1) by response_id."""
    own = responses["response_id"]
    account = responses["account_id"].fillna(own) if "account_id" in responses else own
    span = responses["scale_max"] - responses["scale_min"]
    height = (responses["score"] - responses["scale_min"]) / span
    columns = {"account": account, "target": responses["category"].map(_CATEGORY), "height": height}
    return pd.DataFrame(columns).set_index(responses["response_id"])


def _taught(comments: pd.DataFrame, speakers: pd.DataFrame, most_comments: int, random_state: int) -> pd.DataFrame:
    """Comments with an answer, sorted by account; of too many, those of the accounts whose hashes come first."""
    said = comments[~comments["says_nothing"].astype(bool) & comments["response_id"].isin(speakers.index)]
    taught = said[["comment_id", "response_id", "text"]].join(speakers, on="response_id")
    taught["question"] = said["question"].astype("object") if "question" in said else None
    taught = taught.sort_values(["account", "comment_id"], ignore_index=True)
    if len(taught) <= most_comments:
        return taught
    drawn = taught["account"].map({one: hashed(f"{random_state} {one}") for one in taught["account"].unique()})
    first = taught.loc[drawn.sort_values(kind="stable").index[:most_comments]]
    return first.sort_values(["account", "comment_id"], ignore_index=True)


def _questions(taught: pd.DataFrame) -> list[str]:
    """The questions with enough comments to have weights of their own; none where there is only one."""
    counts = taught["question"].dropna().map(spaced).value_counts()
    enough = sorted((-count, name) for name, count in counts.items() if count >= _FEWEST_OF_A_QUESTION)
    chosen = sorted(name for _, name in enough[:_MOST_QUESTIONS])
    return chosen if len(counts) > 1 else []


def _too_few(taught: pd.DataFrame) -> str:
    """Why the scores are too few to learn from; empty where they are not."""
    sides = taught.drop_duplicates(["account", "target"])["target"].value_counts()
    n_low, n_high = int(sides.get(-1.0, 0)), int(sides.get(1.0, 0))
    if min(n_low, n_high) >= _FEWEST_OF_A_SIDE:
        return ""
    return (
        f"Tone is left empty: {n_low} detractors and {n_high} promoters wrote a comment with a score, at least "
        f"{_FEWEST_OF_A_SIDE} of each are needed."
    )


def _judged(raw: np.ndarray, taught: pd.DataFrame) -> tuple[str, float, float, float]:
    """Why the predictions out of fold are of no use (empty where they are), their correlation, centre and scale."""
    from scipy.stats import spearmanr

    known = ~np.isnan(raw)
    raw, target = raw[known], taught["target"].to_numpy()[known]
    n_accounts = taught.loc[known, "account"].nunique()
    if n_accounts < 2 * _FEWEST_OF_A_SIDE or np.ptp(raw) == 0:
        return _NOTHING_SHARED, np.nan, 0.0, 1.0
    correlation = float(spearmanr(raw, taught["height"].to_numpy()[known]).statistic)
    # The standard error of Spearman's correlation on Fisher's scale: Fieller, Hartley & Pearson 1957.
    above_chance = np.arctanh(min(correlation, 0.999999)) * np.sqrt((n_accounts - 3) / 1.06)
    weight = 1 / pd.Series(target).groupby(target).transform("size").to_numpy()
    centre = float(np.average(raw, weights=weight))
    spread = float(np.average((raw - centre) ** 2, weights=weight))
    scale = float(np.average((raw - centre) * target, weights=weight)) / spread
    if above_chance < _CLEARLY_ABOVE_CHANCE or scale <= 0:
        refusal = (
            "Tone is left empty: here the words do not tell the score (rank correlation out of fold "
            f"{correlation:.2f} over {n_accounts:,} accounts)."
        )
        return refusal, correlation, centre, scale
    return "", correlation, centre, scale


def _left_empty(segments: pd.DataFrame, note: str, n_taught: int) -> LearnedTone:
    tone = pd.Series(np.nan, index=segments["segment_id"], name="tone", dtype="float64")
    return LearnedTone(None, tone, np.nan, n_taught, note)
