"""Which response mentions what: from mentions or given codes to pairs of response and driver."""

import numpy as np
import pandas as pd


def theme_presence(mentions: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    """Return which response mentions which leaf theme: response_id, driver_id, label, kind, theme_id.

    Args:
        mentions: Table `mentions`.
        themes: Table `themes`, for labels.

    Example:
        >>> mentions = pd.DataFrame({"response_id": ["r1", "r1"], "theme_id": ["t01", "t01"]})
        >>> themes = pd.DataFrame({"theme_id": ["t01"], "label": ["late delivery"]})
        >>> theme_presence(mentions, themes)[["response_id", "driver_id", "label"]].values.tolist()
        [['r1', 'theme/t01', 'late delivery']]
    """
    pairs = mentions[["response_id", "theme_id"]].drop_duplicates()
    named = pairs.merge(themes[["theme_id", "label"]], on="theme_id", how="left", validate="many_to_one")
    return named.assign(driver_id="theme/" + named["theme_id"], kind="theme")


def code_presence(codes: pd.DataFrame) -> pd.DataFrame:
    """Return which response carries which given code: response_id, driver_id, label, kind, theme_id (missing).

    Args:
        codes: Table `codes`: response_id, code.

    Example:
        >>> codes = pd.DataFrame({"response_id": ["r1"], "code": ["Parking"]})
        >>> code_presence(codes)[["response_id", "driver_id"]].values.tolist()
        [['r1', 'code/Parking']]
    """
    pairs = codes[["response_id", "code"]].drop_duplicates()
    return pd.DataFrame(
        {
            "response_id": pairs["response_id"],
            "theme_id": pd.Series(np.nan, index=pairs.index, dtype="str"),
            "label": pairs["code"],
            "driver_id": "code/" + pairs["code"],
            "kind": "code",
        }
    )
