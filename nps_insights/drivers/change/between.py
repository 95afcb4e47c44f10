"""What is compared: two periods, or two groups of one column."""

from dataclasses import dataclass

import pandas as pd

from nps_insights.metrics import choose_period, group_column, group_names, nps, period_changes
from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError

PERIOD = "period"
_SHORT = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
_MOST_NAMED = 20


@dataclass(frozen=True)
class Comparison:
    """Two periods, or two groups of one column.

    Attributes:
        by: Column of the responses, or "period".
        before: Name of the first.
        after: Name of the second.
        periods: First and last day of both periods; empty for groups.
    """

    by: str
    before: str
    after: str
    periods: tuple[tuple[pd.Timestamp, pd.Timestamp], ...] = ()


def two_groups(by: str, before: str, after: str) -> Comparison:
    """Return the comparison of two groups of one column.

    Args:
        by: Column of the groups.
        before: The group that stands first.
        after: The group that is held against it.

    Example:
        >>> two_groups("plan", "Basic", "Enterprise").after
        'Enterprise'
    """
    return Comparison(by, before, after)


def two_periods(
    before_start: pd.Timestamp, before_end: pd.Timestamp, after_start: pd.Timestamp, after_end: pd.Timestamp
) -> Comparison:
    """Return the comparison of two periods, from the first to the last day of each.

    Args:
        before_start: First day of the earlier period.
        before_end: Its last day.
        after_start: First day of the later period.
        after_end: Its last day.

    Example:
        >>> days = ["2026-01-01", "2026-03-31", "2026-04-01", "2026-06-30"]
        >>> two_periods(*map(pd.Timestamp, days)).before
        '2026-01-01/2026-03-31'
    """
    periods = ((before_start, before_end), (after_start, after_end))
    before, after = (f"{start:%Y-%m-%d}/{end:%Y-%m-%d}" for start, end in periods)
    return Comparison(PERIOD, before, after, periods)


def last_two_periods(responses: pd.DataFrame, *, per: str = "", as_of: pd.Timestamp | None = None) -> Comparison | None:
    """Return the last finished period with enough answers and the one before it, or None where there are not two.

    Args:
        responses: Table `responses`.
        per: Period; chosen by `choose_period` if empty.
        as_of: Moment of knowing, as in `nps`.

    Example:
        >>> days = pd.date_range("2026-01-01", "2026-03-31", periods=900)
        >>> last_two_periods(pd.DataFrame({"category": "passive", "responded_at": days})).before
        '2026-02'
    """
    per = per or choose_period(responses)
    if not per:
        return None
    changes = period_changes(responses, nps(responses, per=per, as_of=as_of), per=per)
    if changes.empty:
        return None
    change = changes.sort_values("before_start").iloc[-1]
    periods = tuple((change[f"{side}_start"], change[f"{side}_end"]) for side in ("before", "after"))
    before, after = (str(start.to_period(_SHORT[per])) for start, _ in periods)
    return Comparison(PERIOD, before, after, periods)


def sides(responses: pd.DataFrame, between: Comparison) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the responses of both sides of a comparison, each sorted by response_id.

    Raises:
        SettingsError: The periods overlap or there are no dates, the two groups are one, or there is no such group.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["a", "b"], "plan": ["Basic", "Pro"]})
        >>> [side["response_id"].tolist() for side in sides(responses, two_groups("plan", "Pro", "Basic"))]
        [['b'], ['a']]
    """
    masks = _in_periods(responses, between) if between.periods else _in_groups(responses, between)
    before, after = (responses[mask].sort_values("response_id", ignore_index=True) for mask in masks)
    return before, after


def _in_periods(responses: pd.DataFrame, between: Comparison) -> list[pd.Series]:
    if "responded_at" not in responses.columns:
        raise SettingsError("between: two periods need dates; the responses have no responded_at")
    (first, _), (second, _) = ends = between.periods
    if any(start > end for start, end in ends) or max(first, second) <= min(end for _, end in ends):
        raise SettingsError(
            f"between: {between.before} and {between.after} overlap, or end before they start; "
            "a response can belong to one of the two only"
        )
    days = responses["responded_at"].dt.normalize()
    return [days.between(start, end) for start, end in ends]


def _in_groups(responses: pd.DataFrame, between: Comparison) -> list[pd.Series]:
    by = between.by.removeprefix(ATTRIBUTE_PREFIX)
    names = group_names(responses[group_column(responses, between.by)])
    have = sorted(names.dropna().unique())
    for name in (between.before, between.after):
        if name not in have:
            raise SettingsError(f"between: {by} has no group {name!r}; it has {', '.join(have[:_MOST_NAMED])}")
    if between.before == between.after:
        raise SettingsError(f"between: {between.before!r} is compared with itself; name two groups of {by}")
    return [names == between.before, names == between.after]
