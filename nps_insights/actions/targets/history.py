"""The measured past of one figure, from the table `estimates`: finished periods, their sizes, their sampling errors."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.targets.target import SHARES, Target
from nps_insights.metrics import critical_value
from nps_insights.metrics.estimates import MIN_EFFECTIVE
from nps_insights.metrics.periods import PERIOD_STARTS, is_finished, period_starts
from nps_insights.tables import SettingsError

_RECENT = 4
_LENGTHS = {1: "day", 7: "week", 365: "year", 366: "year", **dict.fromkeys((28, 29, 30, 31), "month")}
_LENGTHS |= dict.fromkeys((90, 91, 92), "quarter")


@dataclass(frozen=True)
class History:
    """The finished, measured periods of one figure, the oldest first.

    Attributes:
        per: "day", "week", "month", "quarter" or "year"; empty where nothing was measured.
        rows: period (a pandas Period), estimate, conf_low, conf_high, n, n_eff, variance (of the estimate).
        spread: Standard deviation of one answer, over all periods together.
        left_out: Finished periods with too few answers to be used.
    """

    per: str
    rows: pd.DataFrame
    spread: float
    left_out: int

    def period_of(self, moment: pd.Timestamp) -> pd.Period:
        """Return the last period that is finished at a moment."""
        return last_finished(moment, self.per)

    def at(self, period: pd.Period) -> pd.Series | None:
        """Return the row of a period, or None where nothing was measured in it."""
        found = self.rows[self.rows["period"] == period]
        return None if found.empty else found.iloc[0]

    def until(self, period: pd.Period) -> "History":
        """Return the history up to a period, with it."""
        return History(self.per, self.rows[self.rows["period"] <= period], self.spread, self.left_out)

    def usual_n(self) -> float:
        """Return the effective number of answers of a usual recent period: the median of the last four."""
        return float(self.rows["n_eff"].tail(_RECENT).median())

    def on_a_line(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return estimates and variances, each (1, T), a column per period from the first to the last, gaps NaN."""
        position = self.positions()
        estimates, variances = np.full((2, 1, position[-1] + 1), np.nan)
        estimates[0, position] = self.rows["estimate"]
        variances[0, position] = self.rows["variance"]
        return estimates, variances

    def positions(self) -> NDArray[np.int64]:
        """Return how many periods after the first each one lies."""
        ordinals = np.array([period.ordinal for period in self.rows["period"]], dtype=np.int64)
        return ordinals - ordinals[:1]


def last_finished(moment: pd.Timestamp, per: str) -> pd.Period:
    """Return the last period that is finished at a moment; the 90 % of days of `is_finished` are enough.

    Example:
        >>> last_finished(pd.Timestamp("2026-12-31"), "quarter"), last_finished(pd.Timestamp("2026-11-01"), "quarter")
        (Period('2026Q4', 'Q-DEC'), Period('2026Q3', 'Q-DEC'))
    """
    period = pd.Period(moment, freq=PERIOD_STARTS[per])
    over = is_finished(pd.Series([period.start_time]), pd.Series([period.end_time.normalize()]), moment)
    return period if over.iloc[0] else period - 1


def last_day(period: pd.Period) -> pd.Timestamp:
    """Return the last day of a period.

    Example:
        >>> last_day(pd.Period("2026Q2", freq="Q"))
        Timestamp('2026-06-30 00:00:00')
    """
    return period.end_time.normalize()


def history_of(series: pd.DataFrame, target: Target, *, as_of: pd.Timestamp, confidence_level: float = 0.95) -> History:
    """Return what was measured of a target's figure in the periods finished at `as_of`.

    The sampling variance is that of one answer, over all periods together, divided by the period's effective number of
    answers. That of one answer: p + d - (p - d)^2 for an NPS whose shares are in the series, p (1 - p) for a share, and
    for other metrics what the width of the interval says.

    Args:
        series: Table `estimates` per period.
        target: Which figure.
        as_of: Moment of knowing; periods that are not finished then are not used.
        confidence_level: That of the intervals in `series`.

    Returns:
        The history; empty where nothing was measured yet.

    Raises:
        SettingsError: The series has no such metric or group, no periods, periods that overlap, or several surveys.

    Example:
        >>> from nps_insights.metrics import nps
        >>> days = pd.date_range("2026-01-01", "2026-03-31", periods=300)
        >>> responses = pd.DataFrame({"category": ["promoter", "passive", "detractor"] * 100, "responded_at": days})
        >>> target = Target("Company", 20, "2026-12-31")
        >>> past = history_of(nps(responses, per="month"), target, as_of=pd.Timestamp("2026-03-10"))
        >>> past.per, past.rows["estimate"].round(1).tolist()
        ('month', [0.0, 1.1])
    """
    if series.empty:
        return History("", _rows(series.head(0), "month", 1.0), 1.0, 0)
    _check_dated(series)
    figure = _figure(series, target)
    per = _per(figure)
    finished = is_finished(figure["period_start"], figure["period_end"], as_of)
    if "finished" in figure.columns:
        finished &= figure["finished"].fillna(True).astype(bool)
    figure = figure[finished].sort_values("period_start", ignore_index=True)
    usable = figure["estimate"].notna() & (figure["n_eff"] >= MIN_EFFECTIVE)
    kept = figure[usable].reset_index(drop=True)
    spread = _spread(kept, series, target, confidence_level)
    return History(per, _rows(kept, per, spread), spread, int((~usable).sum()))


def _rows(figure: pd.DataFrame, per: str, spread: float) -> pd.DataFrame:
    columns = ["estimate", "conf_low", "conf_high", "n", "n_eff"]
    rows = figure.reindex(columns=columns)
    starts = figure["period_start"] if "period_start" in figure.columns else pd.Series(dtype="datetime64[us]")
    return rows.assign(period=starts.dt.to_period(PERIOD_STARTS[per]), variance=spread**2 / rows["n_eff"])


def _check_dated(series: pd.DataFrame) -> None:
    if "period_start" not in series.columns or series["period_start"].isna().all():
        raise SettingsError(
            "the series has no periods; give the estimates per period, for example nps(..., per='month')"
        )


def _figure(series: pd.DataFrame, target: Target) -> pd.DataFrame:
    """The rows of the target's metric and group, refused with what there is where there are none."""
    dated = series[series["period_start"].notna()]
    of_metric = dated[dated["metric"] == target.metric]
    if of_metric.empty:
        raise SettingsError(f"metric == {target.metric!r}: not measured; the series has {_listed(dated['metric'])}")
    of_column = of_metric[of_metric["by"] == target.by]
    if of_column.empty:
        have = _listed(of_metric["by"].where(of_metric["by"] != "", "everybody together"))
        raise SettingsError(f"by == {target.by!r}: {target.metric} is not measured by it; the series has {have}")
    of_group = of_column[of_column["group"] == target.group]
    if of_group.empty:
        have = _listed(of_column["group"])
        raise SettingsError(f"group == {target.group!r}: no such {target.by or 'group'} in the series; it has {have}")
    if "survey" in of_group.columns and len(of_group["survey"].unique()) > 1:
        have = _listed(of_group["survey"])
        raise SettingsError(f"the series holds several surveys ({have}); give the estimates of one of them")
    return of_group


def _listed(values: pd.Series) -> str:
    return ", ".join(sorted(values.dropna().astype(str).unique()))


def _per(figure: pd.DataFrame) -> str:
    """The calendar period of the rows; their spacing tells months apart from a rolling window of 30 days."""
    days = (figure["period_end"] - figure["period_start"]).dt.days + 1
    names = {_LENGTHS.get(int(length), "") for length in days}
    per = names.pop() if len(names) == 1 else ""
    starts = figure["period_start"]
    calendar = bool(per) and bool((period_starts(starts, per) == starts).all()) and starts.is_unique
    if not calendar:
        raise SettingsError(
            "the periods of the series are not days, weeks, months, quarters or years of the calendar, all of one "
            "kind; targets need such periods: rolling windows overlap, and one answer would count several times"
        )
    return per


def _spread(kept: pd.DataFrame, series: pd.DataFrame, target: Target, confidence_level: float) -> float:
    """Standard deviation of one answer, over all periods weighted by their answers."""
    if kept.empty:
        return 1.0
    n = kept["n_eff"].to_numpy(dtype=float)
    shares = [_share(series, kept, target, name) for name in ("promoter", "detractor")]
    if target.metric == "nps" and not any(np.isnan(share).any() for share in shares):
        # 3/4 of an answer is added to both ends, so that a period of promoters alone does not count as certain.
        p, d = ((share * n + 0.75) / (n + 3) for share in shares)
        one = 100.0**2 * (p + d - (p - d) ** 2)
    elif target.metric in SHARES:
        share = (kept["estimate"].to_numpy(dtype=float) * n + 1.5) / (n + 3)
        one = share * (1 - share)
    else:
        width = (kept["conf_high"] - kept["conf_low"]).to_numpy(dtype=float)
        one = n * (width / (2 * critical_value(confidence_level))) ** 2
        n = np.where(np.isnan(one), 0.0, n)
    spread = float(np.sqrt(np.nansum(one * n) / n.sum())) if n.sum() else 0.0
    if spread <= 0:
        raise SettingsError(
            f"metric == {target.metric!r}: the series gives no interval for it, so nothing can be judged"
        )
    return spread


def _share(series: pd.DataFrame, kept: pd.DataFrame, target: Target, metric: str) -> NDArray[np.float64]:
    same = (series["metric"] == metric) & (series["by"] == target.by) & (series["group"] == target.group)
    if "survey" in series.columns and "survey" in kept.columns:
        same &= series["survey"].isin(kept["survey"].unique())
    found = series[same].set_index("period_start")["estimate"]
    return found.reindex(kept["period_start"]).to_numpy(dtype=float)
