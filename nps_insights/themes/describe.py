"""The table of themes: how large each is, how those who mention it score, and what they say."""

import numpy as np
import pandas as pd

from nps_insights.metrics import account_of, clustered_shares, nps
from nps_insights.tables import DataRefusedError, conform
from nps_insights.themes.fitted import FittedThemes
from nps_insights.themes.model import ThemeModel
from nps_insights.themes.stated import ids_of

_READABLE = (40, 200)
_NEAREST = 10


def themes_table(
    model: ThemeModel | FittedThemes,
    segments: pd.DataFrame,
    mentions: pd.DataFrame,
    responses: pd.DataFrame | None,
    *,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return table `themes`: the themes (level 2) and the top themes over them (level 1).

    A top theme is mentioned where one of its themes is. `share` is of the responses that hold a segment: the silent
    ones are in no denominator. Answers of one account resemble each other: both intervals are those of the effective
    number of answers, as everywhere (`nps_insights.metrics.nps`).

    `tone` is the mean over the theme's segments, there where `mentions` holds tone; empty where none of them has one.

    `stated` tells the themes of a taxonomy, and the top themes over them, from those that were found; there where
    the fit has a taxonomy. A top theme holds themes of one of the two kinds only, so its quotes are ranked on one
    scale: cosines with the centre for found themes, the classifier's scores for stated ones.

    `example` is the quote nearest to the theme's centre. `example_negative` is the most negative of the ten nearest
    of other responses: by tone, among the segments whose tone is below 0; without any tone by place on the scale,
    among detractors. Of equally negative ones it is the nearest, then the first by segment_id. Quotes of readable
    length go first in both; all are verbatim.

    Args:
        model: A fitted model, or a fit with a taxonomy.
        segments: Table `segments`.
        mentions: Table `mentions`, as `model.assign` or, with tone, `with_tone` returns it.
        responses: Table `responses`, or None where nobody was asked for a score: NPS columns stay empty.
        confidence_level: Of the intervals around share (Wilson) and NPS (score interval), both per effective answer.

    Raises:
        DataRefusedError: Segments belong to responses that `responses` does not hold.
    """
    said = _said(model, segments, mentions, responses)
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
    table = table.merge(_shares(said, segments, responses, ids, confidence_level), on="theme_id")
    table = table.merge(_nps(said, confidence_level), on="theme_id", how="left")
    example = _nearest_quote(said)
    table["example"] = pd.Series(ids).map(example["text"]).fillna("").to_numpy()
    others = said[said["response_id"] != said["theme_id"].map(example["response_id"])]
    table["example_negative"] = pd.Series(ids).map(_negative_quote(others)["text"]).astype("str").to_numpy()
    if model.owners_:
        table["owner"] = pd.Series([model.owners_.get(one) for one in ids], dtype="str")
    if isinstance(model, FittedThemes) and model.taxonomy:
        table["stated"] = [one in ids_of(model.taxonomy) for one in ids]
    if "tone" in mentions:
        table["tone"] = by_theme["tone"].mean().reindex(ids).to_numpy()
    return conform("themes", table)


def _said(
    model: ThemeModel | FittedThemes, segments: pd.DataFrame, mentions: pd.DataFrame, responses: pd.DataFrame | None
) -> pd.DataFrame:
    """One row per segment and theme or top theme: with text, tone, account, category, place on the scale (0..1)."""
    spoken = mentions[["segment_id", "theme_id", "response_id", "strength"]].assign(tone=mentions.get("tone", np.nan))
    leaves = spoken.merge(segments[["segment_id", "text"]], on="segment_id", how="inner")
    tops = leaves.assign(theme_id=leaves["theme_id"].map(model.parents_)).dropna(subset=["theme_id"])
    tops = tops.sort_values("strength", ascending=False, kind="stable").drop_duplicates(["segment_id", "theme_id"])
    said = pd.concat([leaves, tops], ignore_index=True)
    if responses is None:
        nothing = pd.Series(pd.NA, index=said.index, dtype="str")
        return said.assign(category=nothing, account_id=nothing, height=np.nan)
    unknown = segments.loc[~segments["response_id"].isin(responses["response_id"]), "response_id"]
    if len(unknown):
        raise DataRefusedError(
            f"segments: {unknown.nunique()} responses are not in the table of responses (first: "
            f"{unknown.min()!r}); pass the responses from which the comments came, or None where there are no scores."
        )
    known = responses[["response_id", "category"]].assign(
        account_id=responses.get("account_id", pd.Series(pd.NA, index=responses.index, dtype="str")),
        height=(responses["score"] - responses["scale_min"]) / (responses["scale_max"] - responses["scale_min"]),
    )
    return said.merge(known, on="response_id", how="left")


def _nps(said: pd.DataFrame, confidence_level: float) -> pd.DataFrame:
    """NPS of the responses that mention each theme, by theme_id."""
    once = said.dropna(subset=["category"]).drop_duplicates(["theme_id", "response_id"]).reset_index(drop=True)
    if once.empty:
        return pd.DataFrame(columns=["theme_id", "nps", "nps_low", "nps_high"], dtype="float").astype(
            {"theme_id": "str"}
        )
    estimates = nps(once, by="theme_id", confidence_level=confidence_level)
    names = {"group": "theme_id", "estimate": "nps", "conf_low": "nps_low", "conf_high": "nps_high"}
    return estimates.loc[estimates["metric"] == "nps", list(names)].rename(columns=names)


def _shares(
    said: pd.DataFrame,
    segments: pd.DataFrame,
    responses: pd.DataFrame | None,
    ids: list[str],
    confidence_level: float,
) -> pd.DataFrame:
    """Share of the responses with a segment that mention each theme, by theme_id."""
    spoke = pd.DataFrame({"response_id": segments["response_id"].unique()})
    if responses is not None and "account_id" in responses.columns:
        spoke = spoke.merge(responses[["response_id", "account_id"]], on="response_id", how="left")
    pairs = said[["response_id", "theme_id"]].drop_duplicates()
    shares = clustered_shares(pairs, account_of(spoke), ids, confidence_level=confidence_level)
    names = {"estimate": "share", "conf_low": "share_low", "conf_high": "share_high"}
    return shares[["theme_id", *names]].rename(columns=names)


def _nearest_quote(said: pd.DataFrame) -> pd.DataFrame:
    """By theme: text and response of the segment nearest to the centre, of readable length where there is one."""
    return _nearest_first(said).drop_duplicates("theme_id").set_index("theme_id")[["text", "response_id"]]


def _negative_quote(said: pd.DataFrame) -> pd.DataFrame:
    """By theme: text of the most negative among the negative segments nearest to the centre, by tone or by score."""
    by_tone = said["tone"].notna().any()
    negative = said[said["tone"] < 0] if by_tone else said[said["category"] == "detractor"]
    nearest = _nearest_first(negative).groupby("theme_id", sort=False).head(_NEAREST)
    ranked = nearest.sort_values(["unreadable", "tone" if by_tone else "height"], kind="stable")
    return ranked.drop_duplicates("theme_id").set_index("theme_id")[["text"]]


def _nearest_first(said: pd.DataFrame) -> pd.DataFrame:
    readable = said["text"].str.len().between(*_READABLE)
    return said.assign(unreadable=~readable).sort_values(
        ["theme_id", "unreadable", "strength", "segment_id"], ascending=[True, True, False, True]
    )
