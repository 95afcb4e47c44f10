"""A sample of mentions on a sheet for a person to judge, drawn so that precision and recall can be estimated."""

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError, SettingsError

NOWHERE = "(none)"
# What a person fills in.
CORRECT, MISSED = "correct", "missed"
SHEET_COLUMNS = (
    "row",
    "segment",
    "comment",
    "theme",
    "also_in",
    CORRECT,
    MISSED,
    "theme_id",
    "segment_id",
    "stratum",
    "weight",
    "n_offered",
)
FEWEST_ROWS = 4
_SHARE_NOWHERE = 0.25
_FEWEST_PER_STRATUM = 2
_SMALLER = "smaller themes"
_SEPARATOR = "; "


def sample_sheet(
    segments: pd.DataFrame,
    mentions: pd.DataFrame,
    themes: pd.DataFrame,
    comments: pd.DataFrame,
    *,
    n: int = 100,
    random_state: int = 0,
) -> pd.DataFrame:
    """Return a sheet of about `n` rows for a person to judge.

    Three quarters of the rows are mentions, at least two of each theme and more of the larger ones (in proportion to
    the root of their number, Bankier 1988, Am. Stat. 42(3): a compromise between judging each theme and all of them);
    where n is too small for that, the smallest themes are drawn from together. One quarter are segments that fit
    nowhere, if there are so many: they tell what was missed. `weight` is how many each row stands for.

    Args:
        segments: Table `segments`.
        mentions: Table `mentions`.
        themes: Table `themes`.
        comments: Table `comments`, for the whole comment beside the segment.
        n: Number of rows wanted; fewer come where there are fewer mentions.
        random_state: Seed: the same seed draws the same rows.

    Returns:
        row (from 1), segment, comment, theme (label offered, "(none)" where none was), also_in (further themes of the
        segment), correct and missed (empty), theme_id, segment_id, stratum, weight, n_offered (themes of the segment).

    Raises:
        SettingsError: n is below 4.
        DataRefusedError: There is no segment.

    Example:
        >>> ids = [f"s{number}" for number in range(9)]
        >>> segments = pd.DataFrame({"segment_id": ids, "comment_id": "c1", "response_id": "r1", "text": "late"})
        >>> mentions = pd.DataFrame({"segment_id": ids[:6], "theme_id": ["t01"] * 4 + ["t02"] * 2})
        >>> themes = pd.DataFrame({"theme_id": ["t01", "t02"], "label": ["Delay", "Price"]})
        >>> comments = pd.DataFrame({"comment_id": ["c1"], "text": ["late, and dear"]})
        >>> sample_sheet(segments, mentions, themes, comments, n=6)[["theme", "weight"]].values.tolist()[::2]
        [['Delay', 2.0], ['Price', 1.0], ['(none)', 1.5]]
    """
    if n < FEWEST_ROWS:
        raise SettingsError(f"n == {n}: must be {FEWEST_ROWS} or more; 100 takes a person about half an hour")
    if segments.empty:
        raise DataRefusedError("segments: the run holds none; there is nothing to sample")
    rng = np.random.default_rng(random_state)
    frame = _frame(segments, mentions)
    sizes = _strata(frame, n)
    drawn = []
    for stratum, count in sizes.items():
        inside = frame[frame["stratum"] == stratum]
        rows = inside.iloc[np.sort(rng.choice(len(inside), count, replace=False))]
        drawn.append(rows.assign(weight=len(inside) / count))
    return _readable(pd.concat(drawn, ignore_index=True), frame, segments, themes, comments)


def theme_list(themes: pd.DataFrame) -> pd.DataFrame:
    """Return the themes that a sheet may name under `missed`: theme_id, label, keywords, in the order of their size.

    Top themes are not among them: what is said of one is said of a theme under it.
    """
    tops = set(themes["parent_id"].dropna()) if "parent_id" in themes else set()
    leaves = themes[~themes["theme_id"].isin(tops)]
    return leaves.sort_values(["n_segments", "theme_id"], ascending=[False, True])[["theme_id", "label", "keywords"]]


def _frame(segments: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """All that can be drawn: every mention, and every segment without one, in a fixed order."""
    nowhere = segments.loc[~segments["segment_id"].isin(mentions["segment_id"]), ["segment_id"]]
    frame = pd.concat([mentions[["segment_id", "theme_id"]], nowhere.assign(theme_id=NOWHERE)], ignore_index=True)
    offered = mentions.groupby("segment_id").size()
    frame["n_offered"] = frame["segment_id"].map(offered).fillna(0).astype("int64")
    frame["stratum"] = frame["theme_id"]
    return frame.sort_values(["theme_id", "segment_id"], ignore_index=True)


def _strata(frame: pd.DataFrame, n: int) -> dict[str, int]:
    """Rows to draw by stratum; sets `stratum` of the smallest themes to one where there are too many for n."""
    counts = frame["theme_id"].value_counts()
    there = int(counts.get(NOWHERE, 0))
    n_nowhere = min(there, max(_FEWEST_PER_STRATUM, round(_SHARE_NOWHERE * n)))
    n_mentions = min(n - n_nowhere, len(frame) - there)
    sizes = counts.drop(NOWHERE, errors="ignore").sort_index().sort_values(ascending=False, kind="stable")
    room = n_mentions // _FEWEST_PER_STRATUM
    if len(sizes) > room:
        small = sizes.index[max(room - 1, 0) :]
        frame["stratum"] = frame["stratum"].where(~frame["theme_id"].isin(small), _SMALLER)
        sizes = pd.concat([sizes.drop(small), pd.Series({_SMALLER: sizes[small].sum()})])
    drawn = _allotted(sizes, n_mentions)
    return drawn | ({NOWHERE: n_nowhere} if n_nowhere else {})


def _allotted(sizes: pd.Series, n: int) -> dict[str, int]:
    """Two rows for each stratum, then one after the other to where the root of its size is least served."""
    drawn = {str(one): min(_FEWEST_PER_STRATUM, int(size)) for one, size in sizes.items()}
    while sum(drawn.values()) < n:
        open_ones = [one for one in drawn if drawn[one] < sizes[one]]
        drawn[max(open_ones, key=lambda one: sizes[one] ** 0.5 / (drawn[one] + 1))] += 1
    return drawn


def _readable(
    drawn: pd.DataFrame, frame: pd.DataFrame, segments: pd.DataFrame, themes: pd.DataFrame, comments: pd.DataFrame
) -> pd.DataFrame:
    label = dict(zip(themes["theme_id"], themes["label"], strict=True)) | {NOWHERE: NOWHERE}
    at = segments.set_index("segment_id").loc[drawn["segment_id"]]
    offered = frame[frame["segment_id"].isin(drawn["segment_id"])].groupby("segment_id")["theme_id"].agg(list)
    also = [
        _SEPARATOR.join(label[one] for one in offered[segment] if one != theme)
        for segment, theme in drawn[["segment_id", "theme_id"]].itertuples(index=False)
    ]
    told = drawn.assign(
        segment=at["text"].to_numpy(),
        comment=at["comment_id"].map(comments.set_index("comment_id")["text"]).fillna("").to_numpy(),
        theme=drawn["theme_id"].map(label),
        also_in=also,
        **{CORRECT: "", MISSED: ""},
    )
    order = {one: place for place, one in enumerate(themes["theme_id"])} | {NOWHERE: len(themes)}
    told = told.sort_values("theme_id", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)
    told["row"] = np.arange(1, len(told) + 1)
    return told[list(SHEET_COLUMNS)]
