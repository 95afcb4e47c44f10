"""Which comments the encoder can read: one that cannot be read has themes too, but nobody knows which."""

import pandas as pd

from nps_insights.tables import DataRefusedError, conform, counted, empty
from nps_insights.themes.encoders.protocol import Encoder

_MOST_UNREADABLE = 0.5


def readable_comments(comments: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """Return the comments that say something in a language of the encoder, or in one that is not known.

    Args:
        comments: Table `comments`.
        encoder: As `load_encoder` returns it.

    Raises:
        DataRefusedError: Most comments are in languages that the encoder cannot read.

    Example:
        >>> from types import SimpleNamespace
        >>> english = SimpleNamespace(name="english", languages=frozenset({"en"}))
        >>> said = pd.DataFrame({"text": ["fine", "gut", "ok"], "language": ["en", "de", None], "says_nothing": False})
        >>> readable_comments(said, english)["text"].tolist()
        ['fine', 'ok']
    """
    speaking = comments[~comments["says_nothing"].astype(bool)]
    foreign = ~is_readable(speaking, encoder)
    if foreign.sum() > _MOST_UNREADABLE * len(speaking):
        raise DataRefusedError(
            f"comments: {foreign.sum():,} of {len(speaking):,} are in {_listed(speaking[foreign])}, which the encoder "
            f"{encoder.name!r} cannot read; name one that can, for example --encoder multilingual (`encoder` "
            "in the section [themes])"
        )
    return speaking[~foreign]


def is_readable(comments: pd.DataFrame, encoder: Encoder) -> pd.Series:
    """Return which comments are in a language of the encoder, or in one that is not known; bool, same index.

    Each comment is judged by itself, whatever stands beside it.

    Args:
        comments: `language` where it is known.
        encoder: As `load_encoder` returns it.
    """
    if encoder.languages is None or "language" not in comments.columns:
        return pd.Series(True, index=comments.index)
    return comments["language"].isna() | comments["language"].isin(sorted(encoder.languages))


def unreadable_note(comments: pd.DataFrame, readable: pd.DataFrame, encoder: Encoder) -> list[str]:
    """Say how many comments the encoder cannot read, in which languages, and what to do; nothing if there are none."""
    speaking = comments[~comments["says_nothing"].astype(bool)]
    unread = speaking[~speaking["comment_id"].isin(readable["comment_id"])]
    if unread.empty:
        return []
    n, they = counted(len(unread), "comment is", "comments are"), "it is" if len(unread) == 1 else "they are"
    which = f"{n} in {_listed(unread)}, which the encoder {encoder.name!r} cannot read"
    more = " `--encoder multilingual` (`encoder` in the section [themes]) reads 16 languages."
    return [f"{which}: {they} in no theme and in no driver." + (more if encoder.name != "multilingual" else "")]


def language_counts(comments: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """Return table `languages`: the comments that say something by language; an unknown language is an empty text.

    Args:
        comments: Table `comments`.
        encoder: As `load_encoder` returns it; one without a list of languages reads all.

    Example:
        >>> from types import SimpleNamespace
        >>> english = SimpleNamespace(name="english", languages=frozenset({"en"}))
        >>> said = pd.DataFrame({"text": ["fine", "gut", "ok"], "language": ["en", "de", None], "says_nothing": False})
        >>> language_counts(said, english)[["language", "n_comments", "is_read"]].values.tolist()
        [['', 1, True], ['de', 1, False], ['en', 1, True]]
    """
    speaking = comments[~comments["says_nothing"].astype(bool)]
    if speaking.empty or "language" not in speaking.columns:
        return empty("languages")
    sizes = speaking["language"].fillna("").value_counts()
    rows = pd.DataFrame({"language": sizes.index.astype("str"), "n_comments": sizes.to_numpy()})
    rows["share"] = rows["n_comments"] / len(speaking)
    known = encoder.languages
    rows["is_read"] = True if known is None else rows["language"].isin({"", *known})
    return conform("languages", rows)


def _listed(comments: pd.DataFrame) -> str:
    sizes = comments["language"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    shown = [f"{language} ({n:,})" for language, n in sizes.head(4).items()]
    return ", ".join(shown) + (" and others" if len(sizes) > 4 else "")
