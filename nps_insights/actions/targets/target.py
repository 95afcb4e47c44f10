"""What a target is, and what is wrong with one that cannot be judged."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from numbers import Real
from typing import TypeAlias

import pandas as pd

from nps_insights.tables import SettingsError

Day: TypeAlias = str | date | pd.Timestamp

POINTS = ("nps", "nps_account", "nps_revenue")
SHARES = ("promoter", "passive", "detractor", "csat", "ces_top", "theme_share", "comment_rate")
# Of these less is better whatever the baseline; of those not named here and not in _RISING the baseline tells.
_FALLING = ("detractor",)
_RISING = (*POINTS, "promoter", "csat", "ces_top")
# A file and the command line name them otherwise than this class: both readers find theirs.
_DUE, _SINCE = "date (due_at)", "baseline_date (baseline_at)"


@dataclass(frozen=True)
class Target:
    """A figure that shall be reached by a date.

    It counts as reached when the figure **as measured in the last period finished by `due_at`** is at the target or
    beyond it. With quarters, a target due on 31 December, or on 15 January, is judged by the fourth quarter; the
    verdict stands from the last day of that quarter on.

    Attributes:
        name: Name of the target; no two targets share one.
        value: The figure to reach, in the unit of the metric: points for an NPS, 0..1 for a share.
        due_at: The day by which it shall be reached.
        metric: Metric of the table `estimates`, such as "nps", "csat" or "detractor".
        by: Column of the group, without its prefix; empty for everybody.
        group: The group; empty for everybody.
        baseline: The figure it starts from, taken as known; if missing, the one measured at `baseline_at`.
        baseline_at: The day on which it starts; if missing, and no baseline is given, the first measured period.

    Example:
        >>> Target("Company", 40, "2026-12-31", baseline=20).lower_is_better
        False
        >>> Target("Fewer detractors", 0.10, "2026-12-31", metric="detractor").lower_is_better
        True
    """

    name: str
    value: float
    due_at: Day
    metric: str = "nps"
    by: str = ""
    group: str = ""
    baseline: float | None = None
    baseline_at: Day | None = None

    @property
    def lower_is_better(self) -> bool:
        """Whether the figure shall fall: detractors always, an NPS never, others where the baseline lies above."""
        if self.metric in _FALLING:
            return True
        return self.metric not in _RISING and self.baseline is not None and self.value < self.baseline

    def reached_by(self, figure: float) -> bool:
        """Whether a measured figure is at the target or beyond it; sums of floats may miss it by their last bits."""
        distance = figure - self.value
        return (-distance if self.lower_is_better else distance) >= -1e-9 * max(1.0, abs(self.value))


def check_targets(targets: Sequence[Target]) -> None:
    """Refuse targets that cannot be judged, all their problems in one error.

    Raises:
        SettingsError: No name or one given twice, a value or baseline that is no number or off the metric's scale, no
            date, a baseline later than the date, a group without its column.

    Example:
        >>> check_targets([Target("Company", 140, "2026-12-31")])
        Traceback (most recent call last):
        ...
        nps_insights.tables.errors.SettingsError: target 'Company': value == 140: nps lies in -100 to 100
    """
    problems = []
    names = [target.name for target in targets]
    for target in targets:
        found = _problems(target)
        if names.count(target.name) > 1:
            found.append("the name is given more than once; each target needs its own")
        problems += [f"target {target.name!r}: {problem}" for problem in found]
    if problems:
        raise SettingsError("\n".join(dict.fromkeys(problems)))


def day(value: Day) -> pd.Timestamp:
    """Return a date as the tables hold it: without zone, in UTC where it had one.

    Example:
        >>> day("2026-12-31")
        Timestamp('2026-12-31 00:00:00')
    """
    stamp = pd.Timestamp(value)
    return stamp if stamp.tz is None else stamp.tz_convert("UTC").tz_localize(None)


def scale_of(metric: str) -> tuple[float, float]:
    """Return the ends of a metric's scale; infinite where a metric's scale is not known here.

    Example:
        >>> scale_of("nps"), scale_of("csat")
        ((-100.0, 100.0), (0.0, 1.0))
    """
    if metric in POINTS:
        return -100.0, 100.0
    return (0.0, 1.0) if metric in SHARES else (-math.inf, math.inf)


def _problems(target: Target) -> list[str]:
    problems = [] if target.name.strip() else ["it has no name; give one"]
    for field, value in (("value", target.value), ("baseline", target.baseline)):
        if value is not None:
            problems += _off_scale(target.metric, field, value)
    if bool(target.by) != bool(target.group):
        problems.append(f"by == {target.by!r}, group == {target.group!r}: give both, or neither for everybody")
    due_at, due_problem = _read_day(_DUE, target.due_at)
    problems += due_problem
    if target.baseline_at is not None:
        baseline_at, baseline_problem = _read_day(_SINCE, target.baseline_at)
        problems += baseline_problem
        if not problems and baseline_at >= due_at:
            problems.append(f"{_SINCE} == {baseline_at:%Y-%m-%d}: must lie before {_DUE}, {due_at:%Y-%m-%d}")
    return problems


def _off_scale(metric: str, field: str, value: float) -> list[str]:
    if not isinstance(value, Real) or not math.isfinite(value):
        return [f"{field} == {value!r}: must be a number"]
    low, high = scale_of(metric)
    if low <= value <= high:
        return []
    unit = " is a share and lies in 0 to 1; 80 % is 0.8" if metric in SHARES else f" lies in {low:g} to {high:g}"
    return [f"{field} == {value:g}: {metric}{unit}"]


def _read_day(field: str, value: Day) -> tuple[pd.Timestamp, list[str]]:
    try:
        stamp = day(value)
    except (ValueError, TypeError):
        stamp = pd.NaT
    return stamp, [f"{field} == {value!r}: must be a date such as 2026-12-31"] if pd.isna(stamp) else []
