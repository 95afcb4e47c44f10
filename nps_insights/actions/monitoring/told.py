"""What was told of each figure, and when: so that it is told once, and again only where it goes further."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.monitoring.cells import Cells, Flags

Array = NDArray[np.float64]
_FIGURE = ["metric", "by", "group"]
# What was told as a part of another alert was told too.
TOLD = ("raised", "part")
_LONG_AGO = -(10**6)


@dataclass
class Told:
    """What was told of each of f figures in t periods, up to a period.

    Attributes:
        since: Period in which the level that was told of began (f,); 0 where nothing was told.
        when: Period in which it was told (f,).
        sign: Which way (f,); 0 where nothing was told.
        before: Which periods it was compared with (f, t).
    """

    since: NDArray[np.int64]
    when: NDArray[np.int64]
    sign: Array
    before: Flags

    def remember(self, figure: int, t: int, sign: float, before: Flags, since: int) -> None:
        """Note that a figure was told of in period t."""
        self.since[figure], self.when[figure], self.sign[figure], self.before[figure] = since, t, sign, before

    def level(self, usable: Flags) -> Flags:
        """Return the periods in which the level that was told of was seen: from its beginning to when it was told."""
        period = np.arange(usable.shape[1])
        return np.asarray(usable & (period >= self.since[:, None]) & (period <= self.when[:, None]))

    def take_over(self, cells: Cells, alerts: pd.DataFrame | None, t: int) -> None:
        """Note what the alerts of an earlier issue told of in period t."""
        if alerts is None or alerts.empty:
            return
        here = alerts[(alerts["after_end"] == cells.ends.iloc[t]) & alerts["status"].isin(TOLD)]
        for row in here.itertuples():
            own = (cells.figures[_FIGURE] == [row.metric, row.by, row.group]).all(axis=1).to_numpy()
            if not own.any():
                continue
            figure = int(np.flatnonzero(own)[0])
            inside = (cells.starts >= row.before_start) & (cells.ends <= row.before_end)
            before = cells.usable[figure] & inside.to_numpy()
            self.remember(figure, t, np.sign(row.estimate), before, int(cells.starts.searchsorted(row.after_start)))


def nothing_told(cells: Cells) -> Told:
    """Return that nothing was told of any figure.

    Example:
        >>> from nps_insights.actions.monitoring.cells import Cells
        >>> one, periods = np.array([[1.0, 3.0]]), pd.Series([0, 1])
        >>> cells = Cells(pd.DataFrame({"metric": ["ces"]}), periods, periods, one, one, one, one, one, one, one)
        >>> nothing_told(cells).sign.tolist()
        [0.0]
    """
    f, t = cells.usable.shape
    return Told(np.zeros(f, np.int64), np.full(f, _LONG_AGO), np.zeros(f), np.zeros((f, t), bool))


def issued_until(alerts: pd.DataFrame | None, watched_until: pd.Timestamp | None) -> pd.Timestamp | None:
    """Return the last day up to which earlier issues told what there was; None where none is known.

    Args:
        alerts: Table `alerts` of earlier issues, or None.
        watched_until: Last day of the last period that an earlier issue judged, or None; alerts tell it where there
            are some, but an issue may have had none.

    Example:
        >>> issued_until(None, None) is None
        True
    """
    days = [] if alerts is None or alerts.empty else [pd.Timestamp(alerts["after_end"].max())]
    days += [] if watched_until is None else [pd.Timestamp(watched_until)]
    if days:
        return max(days)
    return None if alerts is None else pd.Timestamp.min


def already_told(rows: pd.DataFrame, alerts: pd.DataFrame | None, effect: float) -> Flags:
    """Return which alerts an earlier issue told of in the same period, and that go no further today.

    Args:
        rows: Alerts of the last period: metric, by, group, after_end, estimate, status.
        alerts: Table `alerts` of earlier issues, or None.
        effect: The effect that matters: that much further, and it is told again.

    Example:
        >>> rows = pd.DataFrame({"metric": ["nps"], "by": "", "group": "", "estimate": -9.0, "status": "raised"})
        >>> rows["after_end"] = pd.Timestamp("2026-07-31")
        >>> already_told(rows, rows.assign(estimate=-8.0), 3.0).tolist()
        [True]
    """
    if alerts is None or alerts.empty or rows.empty:
        return np.zeros(len(rows), dtype=bool)
    earlier = alerts[alerts["status"].isin(TOLD)].drop_duplicates([*_FIGURE, "after_end"], keep="last")
    keys = [*_FIGURE, "after_end"]
    was = rows[keys].merge(earlier[[*keys, "estimate"]], on=keys, how="left")["estimate"].to_numpy(dtype=float)
    now = rows["estimate"].to_numpy(dtype=float)
    same_way = np.sign(was) == np.sign(now)
    told = same_way & (np.abs(now) - np.abs(was) < effect) & (rows["status"] == "raised").to_numpy()
    return np.asarray(told)
