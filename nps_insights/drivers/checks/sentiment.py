"""A theme that only says the sentiment again: "great", "nothing to complain about".

Such a theme goes with the answer because it is the answer in words. It names nothing that anyone could change, and is
not a cause to be fixed. Themes that name how people behave ("rude staff") or what was wrong ("long wait") do.
"""

import re
import unicodedata
from functools import cache

import pandas as pd

from nps_insights.drivers.checks.sentiment_words import JUDGING, JUDGING_PHRASES, NAMING_NOTHING
from nps_insights.tables import conform, empty

# Every word of the label and three keywords in five: to call a subject empty is worse than to miss one.
_ONLY_SENTIMENT = 0.8
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_LONGEST_ENDING = 3
_ONE_SIDED = 0.8


def sentiment_only(themes: pd.DataFrame, mentions: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return for each theme whether its words name anything beside the sentiment.

    The score is the mean of two shares: of the words of the label, and of the keywords, that judge without naming
    (English, German, French, Spanish, Italian, Dutch, Portuguese); words that do neither are left aside. Where a theme
    has no keywords its label decides. In other languages no theme is recognised, and all pass.

    Args:
        themes: Table `themes`.
        mentions: Table `mentions`; its tone, where it has one, is told in the finding and decides nothing.

    Returns:
        Table `driver_checks`, check `sentiment_only`: value is the score (0..1), passed is False from 0.8 on.

    Example:
        >>> themes = pd.DataFrame({"theme_id": ["t01", "t02"], "label": ["great / thanks", "rude staff"],
        ...                        "keywords": ["great, thanks, excellent, good", "rude, staff, manner, awful"]})
        >>> sentiment_only(themes)[["driver_id", "value", "passed"]].values.tolist()
        [['theme/t01', 1.0, False], ['theme/t02', 0.125, True]]
    """
    if themes.empty:
        return empty("driver_checks")
    told = _told_by_tone(mentions)
    rows = []
    for theme_id, label, keywords in themes[["theme_id", "label", "keywords"]].itertuples(index=False):
        score = sentiment_score(label, "" if pd.isna(keywords) else keywords)
        rows.append(
            {
                "driver_id": f"theme/{theme_id}",
                "label": label,
                "kind": "theme",
                "check": "sentiment_only",
                "value": score,
                "passed": score < _ONLY_SENTIMENT,
                "finding": _finding(score, told.get(theme_id, "")),
            }
        )
    return conform("driver_checks", pd.DataFrame(rows))


def sentiment_score(label: str, keywords: str) -> float:
    """Return how much of a theme's words only judge, 0 (names its subject) to 1 (names nothing).

    Args:
        label: Label of the theme.
        keywords: Its keywords, separated by commas.

    Example:
        >>> sentiment_score("poor, terrible", "terrible, poor, awful"), sentiment_score("long wait", "wait, hours")
        (1.0, 0.0)
    """
    judged = [_judges(word) for word in _words(label) if not _names_nothing(word)]
    of_label = sum(judged) / len(judged) if judged else 0.0
    phrases = [[word for word in _words(phrase) if not _names_nothing(word)] for phrase in keywords.split(",")]
    found = [all(_judges(word) for word in phrase) for phrase in phrases if phrase]
    return (of_label + sum(found) / len(found)) / 2 if found else of_label


def _finding(score: float, told: str) -> str:
    if score < _ONLY_SENTIMENT:
        return "its words name a subject"
    return (
        "says the sentiment again and names no subject: it goes with the answer because it is the answer in words, "
        f"and tells nothing of what to change{told}"
    )


def _told_by_tone(mentions: pd.DataFrame | None) -> dict[str, str]:
    """A remark on each theme whose mentions sound one way."""
    if mentions is None or "tone" not in mentions.columns:
        return {}
    known = mentions.dropna(subset="tone")
    positive = (known["tone"] > 0).groupby(known["theme_id"]).mean()
    told = {}
    for theme_id, share in positive.items():
        side, part = ("positive", share) if share >= 0.5 else ("negative", 1 - share)
        if part >= _ONE_SIDED:
            told[str(theme_id)] = f" ({part:.0%} of its mentions sound {side})"
    return told


def _words(text: str) -> list[str]:
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    plain = bare.casefold().replace("’", "'")
    for phrase, word in JUDGING_PHRASES.items():
        plain = plain.replace(phrase, word)
    return _WORD.findall(plain)


def _names_nothing(word: str) -> bool:
    return word in _listed()[1] and not _judges(word)


def _judges(word: str) -> bool:
    judging, _, stems = _listed()
    return word in judging or any(word[:-cut] in stems for cut in range(1, _LONGEST_ENDING + 1))


@cache
def _listed() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Words that judge, words that do nothing, and stems of words that judge."""
    judging = JUDGING.split()
    stems = frozenset(word.removesuffix("*") for word in judging if word.endswith("*"))
    return frozenset(word.removesuffix("*") for word in judging), frozenset(NAMING_NOTHING.split()), stems
