"""Which response speaks of which theme, for the better or for the worse."""

import numpy as np
import pandas as pd

TONES = ("negative", "positive")


def tone_presence(mentions: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    """Return which response mentions which leaf theme with a negative, or with a positive tone.

    A mention without tone, or with a tone of exactly 0, counts as neither. A response may mention a theme both ways.

    Args:
        mentions: Table `mentions` with tone.
        themes: Table `themes`.

    Returns:
        response_id, driver_id (`theme/<id>/negative`), label, kind, theme_id and tone.

    Example:
        >>> mentions = pd.DataFrame({"response_id": ["r1", "r2"], "theme_id": "t01", "tone": [-0.4, 0.2]})
        >>> themes = pd.DataFrame({"theme_id": ["t01"], "label": ["food"]})
        >>> tone_presence(mentions, themes)[["response_id", "driver_id", "label"]].values.tolist()
        [['r1', 'theme/t01/negative', 'food: negative'], ['r2', 'theme/t01/positive', 'food: positive']]
    """
    speaking = mentions[mentions["tone"].fillna(0.0) != 0]
    tone = pd.Series(np.where(speaking["tone"] < 0, *TONES), index=speaking.index, dtype="str")
    pairs = speaking[["response_id", "theme_id"]].assign(tone=tone).drop_duplicates()
    named = pairs.merge(themes[["theme_id", "label"]], on="theme_id", how="left", validate="many_to_one")
    return named.assign(
        driver_id="theme/" + named["theme_id"] + "/" + named["tone"],
        label=named["label"] + ": " + named["tone"],
        kind="theme",
    )
