"""What a reader must know of a run of `find_themes`, in plain sentences."""

import pandas as pd

from nps_insights.themes.company import company_note, hold_nothing_else, likely_company_names
from nps_insights.themes.fitted import FittedThemes
from nps_insights.themes.tone_learning import LearnedTone

_NOT_ASKED = "Nobody was asked for a score: tone is left empty."


def nothing_to_read(comments: pd.DataFrame, segments: pd.DataFrame, ignore: tuple[str, ...]) -> str:
    """Say why there is nothing to find themes in."""
    if len(segments):
        words = ", ".join(repr(word) for word in ignore)
        return f"comments: all {len(segments):,} segments hold nothing but the words to ignore ({words}); name fewer."
    return (
        f"comments: none of {len(comments):,} comments says anything (empty, or marked as saying nothing); "
        "themes need at least one. Check which column was read as the comment."
    )


def counted(
    comments: pd.DataFrame,
    readable: pd.DataFrame,
    segments: pd.DataFrame,
    mentions: pd.DataFrame,
    fitted: FittedThemes,
    chosen: str,
) -> list[str]:
    """Say how many comments were read, how many themes there are, and how many segments fit none."""
    n_saying, n_speaking = int((~comments["says_nothing"].astype(bool)).sum()), segments["comment_id"].nunique()
    n_nowhere = len(segments) - mentions["segment_id"].nunique()
    n_tops = len(set(fitted.parents_.values()))
    n_found = len(fitted.model.theme_ids_)
    under = f" under {n_tops} top theme{'s' * (n_tops > 1)}" if n_tops else ""
    n_stated = len(fitted.taxonomy)
    stated = f"{n_stated:,} stated theme{'s' * (n_stated != 1)} and " if n_stated else ""
    how = f", {chosen}" if n_found else ""
    return [
        f"{n_saying:,} of {len(comments):,} comments say something"
        + (", the others are such as 'none' or '-'." if n_saying < len(comments) else "."),
        f"{n_speaking:,} of them were read; they hold {len(segments):,} segments.",
        f"{stated}{n_found:,} {'found ' * bool(n_stated)}theme{'s' * (n_found != 1)}{under}{how}.",
        f"{n_nowhere:,} segment{'s fit' if n_nowhere != 1 else ' fits'} nowhere ({n_nowhere / len(segments):.1%}): "
        "no theme is near enough.",
    ]


def ignored_words(segments: pd.DataFrame, mentions: pd.DataFrame, ignore: tuple[str, ...]) -> list[str]:
    """Say which words were taken out, how many segments hold nothing else, and what else may be a company's name."""
    notes = company_note(likely_company_names(segments, mentions), ignore)
    if ignore:
        bare = int(hold_nothing_else(segments["text"].tolist(), ignore).sum())
        words = ", ".join(repr(word) for word in ignore)
        notes.insert(
            0,
            f"Ignored in themes and labels: {words}; {bare:,} segment{'s say' if bare != 1 else ' says'} nothing else.",
        )
    return notes


def said_of_tone(tone: LearnedTone | None) -> list[str]:
    """Say from how many comments tone was learned, or why it was not."""
    return [_NOT_ASKED if tone is None else tone.note]
