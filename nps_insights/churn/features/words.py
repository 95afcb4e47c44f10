"""What the comments of an account were about, and whether it says anything at all."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nps_insights.churn.features.answers import Answers
from nps_insights.churn.features.sums import counted, distinct, divided, ends, summed
from nps_insights.churn.lookup import places


def usable_comments(answers: Answers, comments: pd.DataFrame | None, mentions: pd.DataFrame | None) -> np.ndarray:
    """Return whether each answer has a comment that says something.

    Without comments an answer with a mention has one: that is as much as mentions tell.
    """
    if not len(answers.code):
        return np.zeros(0, dtype=bool)
    if comments is not None:
        ids = comments.loc[~comments["says_nothing"].astype(bool), "response_id"]
    elif mentions is not None:
        ids = mentions["response_id"]
    else:
        return np.zeros(len(answers.code), dtype=bool)
    usable = np.zeros(len(answers.code), dtype=bool)
    places = answers.places(ids)
    usable[places[places >= 0]] = True
    return usable


def comment_features(answers: Answers, usable: np.ndarray) -> dict[str, np.ndarray]:
    """Return the share of answers with a usable comment, NaN where nobody answered."""
    n = answers.n_accounts
    share = divided(summed(answers.code, usable.astype(float), n), counted(answers.code, n))
    return {"answers/comment_share": share}


def theme_features(
    answers: Answers, usable: np.ndarray, mentions: pd.DataFrame | None, themes: Mapping[str, str]
) -> dict[str, np.ndarray]:
    """Return by theme how many answers mention it, and whether the last commented answer does.

    NaN where an account wrote no usable comment: silence is not absence.

    Args:
        answers: Answers within the lookback.
        usable: Whether each has a usable comment.
        mentions: response_id and theme_id; None for none.
        themes: Label by theme id.

    Returns:
        `theme/<id>` and `theme/<id>/last`, (n_accounts,) each.
    """
    n = answers.n_accounts
    said = np.flatnonzero(usable)
    _, place = ends(answers.code[said], n)
    last = np.where(place >= 0, said[place], -1) if len(said) else place
    silent = last < 0
    found: dict[str, np.ndarray] = {}
    for theme, answer in _mentioned(answers, usable, mentions, themes).items():
        code = answers.code[answer]
        mentions_last = counted(code[last[code] == answer], n)
        found[f"theme/{theme}"] = np.where(silent, np.nan, counted(code, n))
        found[f"theme/{theme}/last"] = np.where(silent, np.nan, mentions_last)
    return found


def _mentioned(
    answers: Answers, usable: np.ndarray, mentions: pd.DataFrame | None, themes: Mapping[str, str]
) -> dict[str, np.ndarray]:
    """By theme, which answers with a usable comment mention it, each once and in their order."""
    n = len(answers.code)
    if mentions is None or not n:
        return dict.fromkeys(themes, np.zeros(0, dtype=np.int64))
    theme = places(pd.Series(list(themes), dtype="str"), mentions["theme_id"], table="themes")
    wanted = np.flatnonzero(theme >= 0)
    answer = answers.places(mentions["response_id"].iloc[wanted])
    kept = (answer >= 0) & usable[answer]
    pairs = distinct(theme[wanted][kept].astype(np.int64) * n + answer[kept])
    cuts = np.searchsorted(pairs, np.arange(len(themes) + 1) * n)
    return {name: pairs[cuts[k] : cuts[k + 1]] % n for k, name in enumerate(themes)}
