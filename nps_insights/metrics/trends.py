"""Themes over time: their shares per period, and which of them emerge or fade."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nps_insights.metrics.accounts import account_of
from nps_insights.metrics.business.small_clusters import MIN_ACCOUNTS, MIN_EFFECTIVE_ACCOUNTS
from nps_insights.metrics.estimates import MIN_EFFECTIVE, MIN_GROUP
from nps_insights.metrics.many import benjamini_hochberg
from nps_insights.metrics.periods import PERIOD_STARTS, is_finished, period_ends, period_starts
from nps_insights.metrics.shares import THEME_SHARE, clustered_shares, share_changes
from nps_insights.tables import SettingsError, conform, empty

# Of the themes said to emerge or to fade, at most about one in ten does so by luck.
CHANGE_Q = 0.10
_EARLIER_PERIODS = 4


def theme_trend(
    mentions: pd.DataFrame,
    commented: pd.DataFrame,
    *,
    per: str,
    as_of: pd.Timestamp | None = None,
    parents: Mapping[str, str] | None = None,
    confidence_level: float = 0.95,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Return the share of commenting responses that mention each theme, per period, with intervals.

    The silent are in no denominator. Interval: Wilson's, of the effective number of answers where accounts answered
    several times, and Student's of the effective number of accounts (`clustered_shares`).

    Args:
        mentions: Table `mentions`.
        commented: Responses whose comment was read: response_id, responded_at, account_id where known. Those without
            a date belong to no period.
        per: "day", "week", "month", "quarter" or "year".
        as_of: Moment of knowing, which tells whether the last period is finished; the last answer if not given.
        parents: Top theme of each theme id; a top theme is mentioned where one of its themes is.
        confidence_level: Coverage of the intervals.
        min_group: Periods with fewer commenting responses are marked `too_small`, not dropped; so are those of few
            accounts, as in `estimates_of`.

    Returns:
        Table `estimates` with metric "theme_share", by "theme_id", the theme's id as group; empty without dates.

    Example:
        >>> commented = pd.DataFrame({"response_id": ["r1", "r2"],
        ...                           "responded_at": pd.to_datetime(["2026-01-15", "2026-02-15"])})
        >>> mentions = pd.DataFrame({"response_id": ["r2"], "theme_id": ["t01"]})
        >>> theme_trend(mentions, commented, per="month")["estimate"].tolist()
        [0.0, 1.0]
    """
    dated = _dated(commented, per)
    pairs = mentioned_pairs(mentions, parents)
    themes = sorted(pairs["theme_id"].unique())
    if dated.empty or not themes:
        return empty("estimates")
    parts = []
    for start, inside in dated.groupby("period_start"):
        accounts = account_of(inside)
        shares = clustered_shares(pairs, accounts, themes, confidence_level=confidence_level)
        shares["few"] = _too_few(accounts, float(shares["degrees"].iloc[0]))
        parts.append(shares.rename(columns={"theme_id": "group"}).assign(period_start=start))
    rows = pd.concat(parts).assign(metric=THEME_SHARE, by="theme_id")
    rows["period_end"] = period_ends(rows["period_start"], per)
    known_at = dated["responded_at"].max() if as_of is None else as_of
    rows["finished"] = is_finished(rows["period_start"], rows["period_end"], known_at)
    rows["too_small"] = (rows["n"] < min_group) | (rows["n_eff"] < MIN_EFFECTIVE) | rows.pop("few")
    if rows["degrees"].isna().all():
        rows = rows.drop(columns="degrees")
    return conform("estimates", rows)


def theme_changes(
    mentions: pd.DataFrame,
    commented: pd.DataFrame,
    *,
    per: str,
    as_of: pd.Timestamp | None = None,
    parents: Mapping[str, str] | None = None,
    last: int = 1,
    before: int = _EARLIER_PERIODS,
    confidence_level: float = 0.95,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Return which themes are mentioned more or less often in the last finished period(s) than in those before.

    Two-sample score test of two shares (`share_changes`), judged together by Benjamini and Hochberg's rule at 10 %:
    themes as one family, top themes, which repeat them, as another.

    Args:
        mentions: Table `mentions`.
        commented: As for `theme_trend`.
        per: The period.
        as_of: Moment of knowing; the last answer if not given.
        parents: Top theme of each theme id.
        last: How many of the last finished periods are looked at, taken together.
        before: With how many finished periods before those they are compared, taken together; fewer where there are
            fewer. Periods with fewer than `min_group` commenting responses are in neither.
        confidence_level: Coverage of the intervals.
        min_group: The fewest commenting responses of a period.

    Returns:
        Table `changes` with metric "theme_share", `q_value`, and as `reason` "emerging", "fading" or "steady";
        empty where there are no two periods to compare.

    Raises:
        SettingsError: `last` or `before` is below 1.

    Example:
        >>> days = pd.to_datetime(["2026-01-15"] * 50 + ["2026-02-28"] * 50)
        >>> commented = pd.DataFrame({"response_id": [f"r{i:03}" for i in range(100)], "responded_at": days})
        >>> mentions = pd.DataFrame({"response_id": [f"r{i:03}" for i in range(45, 80)], "theme_id": "t01"})
        >>> theme_changes(mentions, commented, per="month")["reason"].tolist()
        ['emerging']
    """
    if last < 1 or before < 1:
        raise SettingsError(f"last == {last}, before == {before}: both must be 1 or more periods")
    dated = _dated(commented, per)
    pairs = mentioned_pairs(mentions, parents)
    periods = _usable_periods(dated, per, as_of, min_group)
    if len(periods) <= last or pairs.empty:
        return empty("changes")
    after, earlier = periods.tail(last), periods.head(-last).tail(before)
    compared = dated[dated["period_start"].isin(pd.concat([after, earlier])["period_start"])]
    change = pd.Series(
        {
            "before_start": earlier["period_start"].iloc[0],
            "before_end": earlier["period_end"].iloc[-1],
            "after_start": after["period_start"].iloc[0],
            "after_end": after["period_end"].iloc[-1],
        }
    )
    changes = share_changes(pairs, compared, change, confidence_level=confidence_level)
    is_top = changes["group"].isin(set((parents or {}).values())).to_numpy()
    q_value = np.full(len(changes), np.nan)
    for level in (is_top, ~is_top):
        q_value[level] = benjamini_hochberg(changes["p_value"].to_numpy()[level])
    moved = np.where(changes["estimate"] > 0, "emerging", "fading")
    return conform("changes", changes.assign(q_value=q_value, reason=np.where(q_value < CHANGE_Q, moved, "steady")))


def mentioned_pairs(mentions: pd.DataFrame, parents: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return which response mentions which theme or top theme, each pair once: response_id, theme_id.

    Example:
        >>> mentions = pd.DataFrame({"response_id": ["r1", "r1"], "theme_id": ["t01", "t02"]})
        >>> mentioned_pairs(mentions, {"t01": "p01", "t02": "p01"})["theme_id"].tolist()
        ['p01', 't01', 't02']
    """
    leaves = mentions[["response_id", "theme_id"]]
    tops = leaves.assign(theme_id=leaves["theme_id"].map(parents or {})).dropna(subset=["theme_id"])
    both = pd.concat([leaves, tops.astype({"theme_id": "str"})], ignore_index=True).drop_duplicates()
    return both.sort_values(["theme_id", "response_id"], ignore_index=True)


def _too_few(accounts: pd.Series, degrees: float) -> bool:
    """Whether the accounts of a period repeat and are too few to tell how accounts differ."""
    n_accounts = accounts.nunique()
    unequal = degrees + 1 < MIN_EFFECTIVE_ACCOUNTS
    return bool(n_accounts < len(accounts) and (n_accounts < MIN_ACCOUNTS or unequal))


def _dated(commented: pd.DataFrame, per: str) -> pd.DataFrame:
    """The responses with a date, each once, with the first day of their period."""
    if per not in PERIOD_STARTS:
        raise SettingsError(f"per == {per!r}: must be one of {', '.join(PERIOD_STARTS)}")
    if "responded_at" not in commented.columns:
        return commented.head(0).assign(responded_at=pd.NaT, period_start=pd.NaT)
    dated = commented[commented["responded_at"].notna()].drop_duplicates("response_id")
    return dated.assign(period_start=period_starts(dated["responded_at"], per))


def _usable_periods(dated: pd.DataFrame, per: str, as_of: pd.Timestamp | None, min_group: int) -> pd.DataFrame:
    """Finished periods with enough commenting responses, in order: period_start, period_end."""
    if dated.empty:
        return pd.DataFrame(columns=["period_start", "period_end"])
    sizes = dated.groupby("period_start").size()
    periods = pd.DataFrame({"period_start": sizes.index, "n": sizes.to_numpy()})
    periods["period_end"] = period_ends(periods["period_start"], per)
    known_at = dated["responded_at"].max() if as_of is None else as_of
    over = is_finished(periods["period_start"], periods["period_end"], known_at)
    return periods[over & (periods["n"] >= min_group)].sort_values("period_start", ignore_index=True)
