"""The table of themes: how large each is, how those who mention it score, and what they say."""

import numpy as np
import pandas as pd

from nps_insights.metrics import nps_interval, share_interval
from nps_insights.tables import CATEGORIES, DataRefusedError, conform
from nps_insights.themes.model import ThemeModel

_READABLE = (40, 200)


def themes_table(
    model: ThemeModel,
    segments: pd.DataFrame,
    mentions: pd.DataFrame,
    responses: pd.DataFrame | None,
    *,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return table `themes`: the themes (level 2) and the top themes over them (level 1).

    A top theme is mentioned where one of its themes is. `share` is of the responses that hold a segment: the silent
    ones are in no denominator. `example` is the readable quote nearest to the theme's centre, `example_negative` the
    nearest one of another response by a detractor. Quotes are verbatim.

    Args:
        model: A fitted model.
        segments: Table `segments`.
        mentions: Table `mentions`, as `model.assign` returns it.
        responses: Table `responses`, or None where nobody was asked for a score: NPS columns stay empty.
        confidence_level: Of the intervals around share (Wilson) and NPS (score interval).

    Raises:
        DataRefusedError: Segments belong to responses that `responses` does not hold.
    """
    said = _said(model, segments, mentions, responses)
    n_commented = segments["response_id"].nunique()
    by_theme = said.groupby("theme_id", sort=True)
    ids = [*sorted(set(model.parents_.values())), *model.theme_ids_]
    table = pd.DataFrame(
        {
            "theme_id": ids,
            "parent_id": pd.Series([model.parents_.get(one) for one in ids], dtype="str"),
            "level": [1 if one in set(model.parents_.values()) else 2 for one in ids],
            "label": [model.labels_[one] for one in ids],
            "keywords": [model.keywords_[one] for one in ids],
            "n_segments": by_theme["segment_id"].nunique().reindex(ids, fill_value=0).to_numpy(),
            "n_responses": by_theme["response_id"].nunique().reindex(ids, fill_value=0).to_numpy(),
        }
    )
    table["share"], table["share_low"], table["share_high"] = share_interval(
        table["n_responses"].to_numpy(), np.full(len(ids), n_commented), confidence_level=confidence_level
    )
    table["nps"], table["nps_low"], table["nps_high"] = _nps(said, ids, confidence_level)
    example = _nearest_quote(said)
    table["example"] = pd.Series(ids).map(example["text"]).fillna("").to_numpy()
    taken = said["theme_id"].map(example["response_id"])
    negative = _nearest_quote(said[(said["category"] == "detractor") & (said["response_id"] != taken)])
    table["example_negative"] = pd.Series(ids).map(negative["text"]).astype("str").to_numpy()
    return conform("themes", table)


def _said(
    model: ThemeModel, segments: pd.DataFrame, mentions: pd.DataFrame, responses: pd.DataFrame | None
) -> pd.DataFrame:
    """One row per segment and theme or top theme, with text and category."""
    leaves = mentions[["segment_id", "theme_id", "response_id", "strength"]].merge(
        segments[["segment_id", "text"]], on="segment_id", how="inner"
    )
    tops = leaves.assign(theme_id=leaves["theme_id"].map(model.parents_)).dropna(subset=["theme_id"])
    tops = tops.sort_values("strength", ascending=False, kind="stable").drop_duplicates(["segment_id", "theme_id"])
    said = pd.concat([leaves, tops], ignore_index=True)
    if responses is None:
        return said.assign(category=pd.Series(pd.NA, index=said.index, dtype="str"))
    unknown = segments.loc[~segments["response_id"].isin(responses["response_id"]), "response_id"]
    if len(unknown):
        raise DataRefusedError(
            f"segments: {unknown.nunique()} responses are not in the table of responses (first: "
            f"{unknown.min()!r}); pass the responses from which the comments came, or None where there are no scores."
        )
    return said.merge(responses[["response_id", "category"]], on="response_id", how="left")


def _nps(said: pd.DataFrame, ids: list[str], confidence_level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    once = said.dropna(subset=["category"]).drop_duplicates(["theme_id", "response_id"])
    counts = pd.crosstab(once["theme_id"], once["category"])
    counts = counts.reindex(index=ids, columns=list(CATEGORIES), fill_value=0)
    known = counts.sum(axis=1).to_numpy()
    results = np.full((3, len(ids)), np.nan)
    if known.any():
        answered = counts[known > 0]
        results[:, known > 0] = nps_interval(
            answered["promoter"].to_numpy(),
            answered["detractor"].to_numpy(),
            known[known > 0],
            confidence_level=confidence_level,
        )
    return results[0], results[1], results[2]


def _nearest_quote(said: pd.DataFrame) -> pd.DataFrame:
    """By theme: text and response of the segment nearest to the centre, of readable length where there is one."""
    length = said["text"].str.len()
    readable = length.between(*_READABLE)
    ranked = said.assign(unreadable=~readable).sort_values(
        ["theme_id", "unreadable", "strength", "segment_id"], ascending=[True, True, False, True]
    )
    return ranked.drop_duplicates("theme_id").set_index("theme_id")[["text", "response_id"]]
