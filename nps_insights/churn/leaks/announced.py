"""Comments that announce the end: which ones, and how much of the outcome they tell."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.churn.leaks.cases import FOLDS, Cases
from nps_insights.churn.leaks.columns import PURE_FOUND, PURE_SHARE, Row
from nps_insights.churn.leaks.one_column import auc_interval, many_at_once
from nps_insights.churn.leaks.phrases import announces_leaving
from nps_insights.churn.leaks.result import COMMENTS
from nps_insights.churn.leaks.text_probe import leaving_probe
from nps_insights.churn.panel import ChurnPanel
from nps_insights.metrics import share_interval
from nps_insights.tables import SettingsError

# Of either side, to learn words from; and comments at most, the most recent of each account first.
_FEWEST_LEFT, _MOST_COMMENTS = 20, 20_000


@dataclass(frozen=True)
class Announced:
    """What comments tell: rows of table `leaks`, responses with a phrase of leaving, sentences."""

    rows: tuple[Row, ...] = ()
    announcing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def announced_leaks(
    panel: ChurnPanel,
    cases: Cases,
    responses: pd.DataFrame | None,
    comments: pd.DataFrame | None,
    *,
    confidence_level: float,
    enough: bool,
) -> Announced:
    """Return which comments announce the end, and how much of the outcome those before as_of tell.

    Announcing are all comments with a phrase of `announces_leaving`, whatever their date and whatever became of the
    account: a choice by the outcome would tell it. For the finding, those count as well that a probe learned on the
    other accounts puts among those whose authors nearly all left; it is reported where the lower bound of the share of
    leavers among announcing accounts lies above the share among all that commented.

    Args:
        panel: For its lookback.
        cases: Who left.
        responses: Table `responses`.
        comments: Table `comments`, or None: nothing is said.
        confidence_level: Of each interval: this is one question, whatever the number of columns.
        enough: Whether enough accounts left to judge.

    Raises:
        SettingsError: Comments without responses: nobody could tell whose they are.
    """
    if comments is None:
        return Announced()
    if responses is None:
        raise SettingsError("comments were given without responses: give both, as responses say whose a comment is")
    marked = comments.assign(phrase=announces_leaving(comments["text"]))
    announcing = tuple(sorted(set(marked.loc[marked["phrase"], "response_id"])))
    said = _said(panel, cases, responses, marked)
    if said.empty:
        return Announced((), announcing, ("No comment lies before the dates at which accounts are looked at.",))
    if not enough or said.loc[said["left"], "account_id"].nunique() < _FEWEST_LEFT:
        note = "Too few of those who left commented to learn how they announce it; phrases alone were looked for."
        return Announced((), announcing, (note, *_of_phrases(said)))
    scores = _out_of_fold(said)
    learned = _among_the_sure(scores, said, many_at_once(confidence_level, len(said)))
    row, notes = _finding(said, learned, scores, confidence_level)
    return Announced((row,) if row else (), announcing, notes)


def _finding(
    said: pd.DataFrame, learned: NDArray[np.bool_], scores: NDArray[np.float64], confidence_level: float
) -> tuple[Row | None, tuple[str, ...]]:
    by_phrase = said["phrase"].to_numpy(dtype=bool)
    marks = said.assign(score=scores, announces=by_phrase | learned)
    each = marks.groupby("account_id").agg(
        left=("left", "first"), unit=("unit", "first"), score=("score", "max"), announces=("announces", "any")
    )
    left = each["left"].to_numpy(dtype=bool)
    base = float(left.mean())
    announced = each["announces"].to_numpy(dtype=bool)
    n, n_left = int(announced.sum()), int((announced & left).sum())
    share, low, _ = share_interval(n_left, n, confidence_level=confidence_level)
    if not n or low <= base:
        return None, _of_phrases(said)
    unit = pd.factorize(each["unit"])[0].astype(np.int64)
    auc = auc_interval(each["score"].to_numpy(), left, unit, confidence_level=confidence_level)
    reason = (
        f"{n_left:,} of {int(left.sum()):,} accounts that commented and left had announced it ({share:.0%} of {n:,} "
        f"announcing accounts left, of all that commented {base:.0%}); {int(marks['announces'].sum()):,} comments "
        f"announce it, {int(by_phrase.sum())} of them by a phrase"
    )
    row = {"name": COMMENTS, "kind": "announced", "n": len(each), "reason": reason}
    row |= dict(zip(("auc", "auc_low", "auc_high"), auc, strict=True))
    return row, _of_learned(int((learned & ~by_phrase).sum()))


def _said(panel: ChurnPanel, cases: Cases, responses: pd.DataFrame, comments: pd.DataFrame) -> pd.DataFrame:
    """Comments of the cases strictly before as_of and within the lookback, by comment_id, with who left."""
    whose = cases.rows[["account_id", "as_of"]].assign(left=cases.left, unit=cases.unit, fold=cases.fold)
    dated = responses.reindex(columns=["response_id", "account_id", "responded_at"])
    said = comments.loc[~comments["says_nothing"].astype(bool)] if "says_nothing" in comments.columns else comments
    said = said[["comment_id", "response_id", "text", "phrase"]].dropna(subset="text")
    said = said.merge(dated, on="response_id").merge(whose, on="account_id")
    if panel.dated:
        age = said["as_of"] - said["responded_at"]
        said = said[(age > pd.Timedelta(0)) & (age <= pd.Timedelta(days=panel.spec.lookback_days))]
    newest = said.sort_values(["responded_at", "comment_id"], ascending=[False, True], kind="stable")
    return newest.head(_MOST_COMMENTS).sort_values("comment_id", ignore_index=True)


def _out_of_fold(said: pd.DataFrame) -> NDArray[np.float64]:
    """Log odds that the author of each comment left, learned on the accounts of the other folds."""
    from threadpoolctl import threadpool_limits

    scores = np.zeros(len(said))
    fold, left, texts = said["fold"].to_numpy(), said["left"].to_numpy(dtype=bool), said["text"].to_numpy()
    for number in range(FOLDS):
        own = fold == number
        if own.any() and len(np.unique(left[~own])) == 2:
            with threadpool_limits(1):
                scores[own] = leaving_probe().fit(texts[~own], left[~own]).decision_function(texts[own])
    return scores


def _among_the_sure(scores: NDArray[np.float64], said: pd.DataFrame, confidence_level: float) -> NDArray[np.bool_]:
    """Which comments lie above the score that best parts nearly sure leavers from the rest, if there is one.

    Best, where a stayer above it costs what 19 leavers bring (at a wanted share of .95); held to the same bounds as
    values set at the exit.
    """
    each = pd.DataFrame({"account_id": said["account_id"], "score": scores, "left": said["left"]})
    each = each.groupby("account_id").agg(score=("score", "max"), left=("left", "first"))
    each = each.sort_values("score", ascending=False, kind="stable")
    left, ordered = each["left"].to_numpy(dtype=float), each["score"].to_numpy()
    n_left, n = left.cumsum(), np.arange(1, len(left) + 1)
    # Authors with one score are in or out together.
    ends = np.append(ordered[1:] < ordered[:-1], True)
    best = int(np.where(ends, n_left * (1 - PURE_SHARE) - (n - n_left) * PURE_SHARE, -np.inf).argmax())
    share, low, _ = share_interval(n_left[best], n[best], confidence_level=confidence_level)
    sure = share >= PURE_SHARE and low > (1 + left.mean()) / 2 and n_left[best] >= PURE_FOUND * left.sum()
    return scores >= (ordered[best] if sure else np.inf)


def _of_phrases(said: pd.DataFrame) -> tuple[str, ...]:
    n = int(said["phrase"].sum())
    if not n:
        return ()
    say = "comment says" if n == 1 else "comments say"
    return (f"{n:,} {say} that the customer leaves; too few for a figure of how much that tells.",)


def _of_learned(n: int) -> tuple[str, ...]:
    if not n:
        return ()
    read, stay = ("comment reads", "It stays") if n == 1 else ("comments read", "They stay")
    return (
        f"{n:,} more {read} like nobody's but leavers', without a phrase that says so. {stay} in what is read: leaving "
        "comments out by who left would itself tell who left. Look at them, and train without text if in doubt.",
    )
