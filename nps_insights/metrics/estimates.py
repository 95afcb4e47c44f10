"""NPS with its interval: overall, by group, per period, and of those who commented beside those who did not.

Answers of one account resemble each other. Where an account answered more than once, the interval is that of the
effective number of answers, `n_eff` = n x (variance if answers were independent) / (variance between accounts).
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.categories import signed
from nps_insights.metrics.intervals import nps_interval, share_interval
from nps_insights.metrics.periods import PERIOD_STARTS, is_finished, period_ends, period_starts
from nps_insights.tables import ATTRIBUTE_PREFIX, CATEGORIES, SettingsError, conform

MIN_GROUP = 30
MIN_EFFECTIVE = 10
# No column of a file can have this name: it is not a word.
COMMENTED = "(comment)"
_ANSWER = ("score", "category")


def nps(
    responses: pd.DataFrame,
    *,
    by: str = "",
    per: str = "",
    as_of: pd.Timestamp | None = None,
    confidence_level: float = 0.95,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Return NPS and the shares of the three categories, with intervals: the `estimates` table.

    Args:
        responses: Table `responses`.
        by: Column to group by, an attribute with or without its prefix; empty means all answers together.
            Answers without a value in it form no group.
        per: Period to split by: "day", "week", "month", "quarter" or "year"; empty means all time together.
            Needs `responded_at`; answers without a date belong to no period.
        as_of: Moment of knowing, which tells whether the last period is finished; the last answer if not given.
        confidence_level: Coverage of the intervals.
        min_group: Groups with fewer answers are marked `too_small`, not dropped.

    Returns:
        Table `estimates` with the metrics `nps` (points) and `promoter`, `passive`, `detractor` (shares 0..1).

    Raises:
        SettingsError: `by` is no column of the table, `per` no period, or there are no dates.

    Example:
        >>> from nps_insights.metrics import categorize
        >>> scores = pd.Series([10, 9, 8, 3] * 10)
        >>> responses = pd.DataFrame({"category": categorize(scores), "plan": ["Pro", "Free"] * 20})
        >>> nps(responses, by="plan").query("metric == 'nps'")[["group", "estimate", "n"]].values.tolist()
        [['Free', 0.0, 20], ['Pro', 50.0, 20]]
    """
    frame = _keyed(responses, by, per)
    counts = _counts(frame)
    shares = {
        name: share_interval(
            counts[name] * counts["n_eff"] / counts["n"], counts["n_eff"], confidence_level=confidence_level
        )
        for name in CATEGORIES
    }
    scale = counts["n_eff"] / counts["n"]
    points = nps_interval(
        counts["promoter"] * scale,
        counts["detractor"] * scale,
        counts["n_eff"],
        confidence_level=confidence_level,
    )
    parts = [
        counts[["group", "period_start", "n", "n_eff"]].assign(
            metric=metric,
            by=by.removeprefix(ATTRIBUTE_PREFIX),
            estimate=estimate,
            conf_low=low,
            conf_high=high,
        )
        for metric, (estimate, low, high) in {"nps": points, **shares}.items()
    ]
    estimates = pd.concat(parts, ignore_index=True)
    estimates["too_small"] = (estimates["n"] < min_group) | (estimates["n_eff"] < MIN_EFFECTIVE)
    if not per:
        return conform("estimates", estimates.drop(columns="period_start"))
    estimates["period_end"] = period_ends(estimates["period_start"], per)
    known_at = responses["responded_at"].max() if as_of is None else as_of
    estimates["finished"] = is_finished(estimates["period_start"], estimates["period_end"], known_at)
    return conform("estimates", estimates)


def nps_by(
    responses: pd.DataFrame, by: list[str], *, confidence_level: float = 0.95, min_group: int = MIN_GROUP
) -> pd.DataFrame:
    """Return the overall NPS and, for each column of `by` on its own, that of its groups.

    Args:
        responses: Table `responses`.
        by: Columns to group by, one after the other (not crossed).
        confidence_level: Coverage of the intervals.
        min_group: Groups with fewer answers are marked `too_small`.

    Returns:
        Table `estimates`; the overall rows have an empty `by` and `group`.

    Example:
        >>> responses = pd.DataFrame({"category": ["promoter", "passive"] * 20, "plan": ["Pro", "Free"] * 20})
        >>> nps_by(responses, ["plan"]).query("metric == 'nps'")["group"].tolist()
        ['', 'Free', 'Pro']
    """
    columns = ["", *dict.fromkeys(by)]
    parts = [nps(responses, by=column, confidence_level=confidence_level, min_group=min_group) for column in columns]
    return conform("estimates", pd.concat(parts, ignore_index=True))


def commented_and_silent(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    *,
    confidence_level: float = 0.95,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Return the share of answers with a usable comment, and the NPS of commenters and of the silent.

    Silence is not absence of an opinion: whoever reads theme figures must know who is missing from them.

    Args:
        responses: Table `responses`.
        comments: Table `comments`; those that say nothing do not count as a comment.
        confidence_level: Coverage of the intervals.
        min_group: Fewer answers are marked `too_small`.

    Returns:
        Table `estimates`: metric `comment_rate` (share), and under `by` "(comment)" the groups
        "commented" and "silent" with the metrics of `nps`.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["a", "b"], "category": ["promoter", "detractor"]})
        >>> comments = pd.DataFrame({"response_id": ["b"], "says_nothing": [False]})
        >>> rate = commented_and_silent(responses, comments).query("metric == 'comment_rate'")
        >>> rate["estimate"].tolist()
        [0.5]
    """
    usable = comments.loc[~comments["says_nothing"].astype(bool), "response_id"]
    commented = responses["response_id"].isin(usable)
    named = responses.assign(**{COMMENTED: np.where(commented, "commented", "silent")})
    sides = nps(named, by=COMMENTED, confidence_level=confidence_level, min_group=min_group)
    rate, low, high = share_interval(commented.sum(), len(responses), confidence_level=confidence_level)
    rate_row = pd.DataFrame(
        {
            "metric": ["comment_rate"],
            "by": "",
            "group": "",
            "estimate": [float(rate)],
            "conf_low": [float(low)],
            "conf_high": [float(high)],
            "n": len(responses),
            "n_eff": float(len(responses)),
            "too_small": len(responses) < min_group,
        }
    )
    return conform("estimates", pd.concat([sides, rate_row], ignore_index=True))


def overall(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of all answers and all time together, one per metric, indexed by metric.

    Example:
        >>> estimates = nps(pd.DataFrame({"category": ["promoter", "passive"]}))
        >>> float(overall(estimates).loc["nps", "estimate"])
        50.0
    """
    whole = (estimates["by"] == "") & (estimates["group"] == "")
    if "period_start" in estimates.columns:
        whole &= estimates["period_start"].isna()
    return estimates[whole].set_index("metric")


def group_column(responses: pd.DataFrame, by: str) -> str:
    """Return the column that `by` names: an attribute of that name, else the column as it stands.

    Raises:
        SettingsError: There is no such column, or it is the answer itself.

    Example:
        >>> group_column(pd.DataFrame({"attribute/plan": ["Pro"]}), "plan")
        'attribute/plan'
    """
    for name in (ATTRIBUTE_PREFIX + by, by):
        if name in responses.columns and name not in _ANSWER:
            return name
    if by in _ANSWER:
        raise SettingsError(f"by == {by!r}: that is the answer itself; name a column that tells customers apart")
    have = ", ".join(sorted(str(column).removeprefix(ATTRIBUTE_PREFIX) for column in responses.columns))
    raise SettingsError(f"by == {by!r}: no such column; the responses have {have}")


def _keyed(responses: pd.DataFrame, by: str, per: str) -> pd.DataFrame:
    """One row per answer with its group, period, account and +1 / 0 / -1."""
    group = group_names(responses[group_column(responses, by)]) if by else pd.Series("", index=responses.index)
    frame = pd.DataFrame({"group": group, "category": responses["category"]})
    if per:
        if per not in PERIOD_STARTS:
            raise SettingsError(f"per == {per!r}: must be one of {', '.join(PERIOD_STARTS)}")
        if "responded_at" not in responses.columns or responses["responded_at"].isna().all():
            raise SettingsError(f"per == {per!r}: needs dates; the responses have no responded_at")
        frame["period_start"] = period_starts(responses["responded_at"], per)
        frame = frame[frame["period_start"].notna()]
    else:
        frame["period_start"] = pd.NaT
    frame = frame[frame["group"].notna()]
    own = pd.Series([f"\0{row}" for row in range(len(frame))], index=frame.index)
    frame["account"] = responses["account_id"].reindex(frame.index).fillna(own) if "account_id" in responses else own
    frame["y"] = signed(frame["category"])
    return frame


def group_names(values: pd.Series) -> pd.Series:
    """Return the values of a column as a reader writes them: 10, not 10.0.

    Example:
        >>> group_names(pd.Series([10.0, 2.5])).tolist()
        ['10', '2.5']
    """
    if pd.api.types.is_float_dtype(values):
        return values.map(lambda number: f"{number:g}", na_action="ignore").astype("str")
    return values.astype("str")


def _counts(frame: pd.DataFrame) -> pd.DataFrame:
    """Counts per group and period, with the effective number of answers."""
    keys = ["group", "period_start"]
    wide = frame.assign(**{name: frame["category"] == name for name in CATEGORIES})
    cells = wide.groupby(keys, dropna=False, sort=True)
    counts = cells[[*CATEGORIES]].sum().assign(n=cells.size()).reset_index()
    accounts = frame.groupby([*keys, "account"], dropna=False, sort=True)["y"].agg(["sum", "size"]).reset_index()
    mean = frame.groupby(keys, dropna=False)["y"].mean().rename("mean").reset_index()
    accounts = accounts.merge(mean, on=keys, how="left")
    accounts["squared"] = (accounts["sum"] - accounts["size"] * accounts["mean"]) ** 2
    between = accounts.groupby(keys, dropna=False, sort=True)["squared"].agg(["sum", "size"])
    counts["n_eff"] = _effective(counts, between["sum"].to_numpy(), between["size"].to_numpy())
    return counts


def _effective(
    counts: pd.DataFrame, squared: NDArray[np.float64], n_accounts: NDArray[np.int64]
) -> NDArray[np.float64]:
    n = counts["n"].to_numpy(dtype=float)
    mean = (counts["promoter"] - counts["detractor"]).to_numpy(dtype=float) / n
    independent = (counts["promoter"] + counts["detractor"]).to_numpy(dtype=float) - n * mean**2
    with np.errstate(invalid="ignore", divide="ignore"):
        clustered = squared * n_accounts / np.maximum(n_accounts - 1, 1)
        # One account alone tells nothing of how accounts differ.
        several = (n_accounts > 1) & (n_accounts < n)
        ratio = np.where((clustered > 0) & several, independent / clustered, 1.0)
    # Luck may make accounts look more alike than chance; more than n answers' worth of knowledge is never claimed.
    return np.minimum(ratio, 1.0) * n
