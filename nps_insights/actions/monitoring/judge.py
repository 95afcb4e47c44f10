"""Which figures moved in the last period, told once: the history is gone through period by period.

An alert of an earlier period is either handed in (`previous_alerts`) or found again by the same rule from what was
known then; either way a figure is compared with the level it has had since it was last told of.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.monitoring.alert_rows import described, is_quiet, picked, with_status
from nps_insights.actions.monitoring.cells import Cells, Flags, moves
from nps_insights.actions.monitoring.settings import AlertSettings
from nps_insights.actions.monitoring.told import Told, already_told, issued_until, nothing_told
from nps_insights.metrics.many import benjamini_hochberg

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """What came of judging one period.

    Attributes:
        t: Which period, counted from 0.
        rows: Columns of table `alerts` without `reason`, and beside them `why`: "moved" from one period to the next,
            "level" (a change point), "stays" (the level told of), "further" than it, "no further", or "told" of
            in the same period by an earlier issue.
        n_judged: How many figures had enough answers in the period and earlier ones to compare them with.
    """

    t: int
    rows: pd.DataFrame
    n_judged: int


def judge(
    cells: Cells,
    change_points: pd.DataFrame,
    settings: AlertSettings,
    *,
    previous_alerts: pd.DataFrame | None = None,
    watched_until: pd.Timestamp | None = None,
    family: Mapping[tuple[str, str], str] | None = None,
    confidence_level: float = 0.95,
) -> Judged:
    """Return what is told of the figures in the last period of the cells.

    Args:
        cells: Figures of one metric by period.
        change_points: Table `change_points` of the same figures.
        settings: What counts.
        previous_alerts: Table `alerts` of earlier periods; of periods up to its last one nothing else was told. If not
            given, the same rule says what would have been told.
        watched_until: Last day of the last period that was judged before, where that one had no alert.
        family: Which figures (by, group) are judged together; all of them if not given.
        confidence_level: Of the intervals.

    Example:
        >>> from nps_insights.actions.monitoring.cells import cells_of
        >>> starts = pd.date_range("2026-01-01", periods=6, freq="MS")
        >>> series = pd.DataFrame({"metric": "csat", "by": "", "group": "", "period_start": starts, "n": 400})
        >>> series = series.assign(period_end=starts + pd.offsets.MonthEnd(1), n_eff=400.0, too_small=False)
        >>> series["estimate"] = [0.80, 0.82, 0.79, 0.81, 0.80, 0.60]
        >>> series = series.assign(conf_low=series["estimate"] - 0.04, conf_high=series["estimate"] + 0.04)
        >>> cells = cells_of(series, "csat", confidence_level=0.95)
        >>> found = judge(cells, pd.DataFrame(columns=["found_at"]), AlertSettings())
        >>> found.rows[["why", "direction", "status", "severity"]].values.tolist(), found.n_judged
        ([['moved', 'drop', 'raised', 'critical']], 1)
    """
    every = replayed(
        cells, change_points, settings,
        previous_alerts=previous_alerts, watched_until=watched_until, family=family, confidence_level=confidence_level,
    )  # fmt: skip
    return [Judged(0, pd.DataFrame(), 0), *every][-1]


def replayed(
    cells: Cells,
    change_points: pd.DataFrame,
    settings: AlertSettings,
    *,
    previous_alerts: pd.DataFrame | None = None,
    watched_until: pd.Timestamp | None = None,
    family: Mapping[tuple[str, str], str] | None = None,
    confidence_level: float = 0.95,
) -> Iterator[Judged]:
    """Yield what was told in each period but the first, as known then: later periods and groups do not change it.

    Arguments as of `judge`; periods that `previous_alerts` speak of are passed over, except the last one of the cells.

    Example:
        >>> from nps_insights.actions.monitoring.cells import cells_of
        >>> starts = pd.date_range("2026-01-01", periods=4, freq="MS")
        >>> series = pd.DataFrame({"metric": "csat", "by": "", "group": "", "period_start": starts, "n": 400})
        >>> series = series.assign(period_end=starts + pd.offsets.MonthEnd(1), n_eff=400.0, too_small=False)
        >>> series = series.assign(estimate=[0.8, 0.8, 0.6, 0.6], conf_low=0.5, conf_high=0.9)
        >>> cells = cells_of(series.assign(conf_low=series["estimate"] - 0.04), "csat", confidence_level=0.95)
        >>> history = replayed(cells, pd.DataFrame(columns=["found_at"]), AlertSettings())
        >>> [(one.t, one.rows["status"].tolist()) for one in history]
        [(1, []), (2, ['raised']), (3, ['known'])]
    """
    shape = cells.usable.shape
    told = nothing_told(cells)
    families = _families(cells, family)
    known_until = issued_until(previous_alerts, watched_until)
    for t in range(1, shape[1]):
        is_last = t == shape[1] - 1
        if not is_last and known_until is not None and cells.ends.iloc[t] <= known_until:
            told.take_over(cells, previous_alerts, t)
            continue
        judged = _of_period(cells, change_points, settings, told, families, t, confidence_level)
        for row in judged.rows[judged.rows["status"] == "raised"].itertuples():
            told.remember(row.figure, t, np.sign(row.estimate), row.before, row.at)
        yield _without_told(judged, cells, previous_alerts, settings) if is_last else judged


def _of_period(
    cells: Cells,
    change_points: pd.DataFrame,
    settings: AlertSettings,
    told: Told,
    families: NDArray[np.int64],
    t: int,
    confidence_level: float,
) -> Judged:
    """What is told of every figure in period t: at most one row each."""
    before, after = _compared(cells, settings, told, t), _only(cells, t)
    spread = cells.spread(t)
    tested = after.any(axis=1) & before.any(axis=1)
    found = moves(cells, before, after, spread, confidence_level=confidence_level)
    found.loc[~tested, "p_value"] = np.nan
    q_value = np.full(len(found), np.nan)
    for one in np.unique(families):
        q_value[families == one] = benjamini_hochberg(found["p_value"].to_numpy()[families == one])
    found["q_value"] = q_value
    clear = (found["p_value"] < settings.most_false) & (found["q_value"] < settings.false_share)
    here = np.full(len(found), t)
    parts = [picked(found, clear.to_numpy(), before, here, "moved")]
    # A level that was told of and stays, held against the level before it.
    recent = (t - told.when <= settings.still_told) & after.any(axis=1)
    old = moves(cells, told.before, after, spread, confidence_level=confidence_level)
    stays = recent & ~clear.to_numpy() & (old["p_value"] < 0.05).to_numpy()
    stays &= (np.sign(old["estimate"]) == told.sign).to_numpy()
    parts.append(picked(old.assign(q_value=np.nan), stays, told.before, here, "stays"))
    parts.append(_new_levels(cells, change_points, told, clear.to_numpy(), t, spread, confidence_level))
    # The level that was told of is no longer the level: it went on the same way, by as much as matters.
    level = told.level(cells.usable) & (recent & (told.sign != 0))[:, None]
    beyond = moves(cells, level, after, spread, confidence_level=confidence_level)
    matters = settings.effect_that_matters(str(cells.figures["metric"].iloc[0]))
    further = recent & (beyond["p_value"] < settings.most_false).to_numpy()
    further &= (beyond["estimate"] * told.sign >= matters).to_numpy()
    parts.append(picked(beyond.assign(q_value=np.nan), further & ~clear.to_numpy(), level, here, "further"))
    rows = pd.concat([part for part in parts if len(part)], ignore_index=True) if any(map(len, parts)) else parts[0]
    rows = rows.drop_duplicates("figure", keep="last") if len(rows) else rows
    judged = tested | (recent & told.before.any(axis=1))
    return Judged(t, with_status(described(rows, cells, t), cells, settings, told, further, t), int(judged.sum()))


def _without_told(judged: Judged, cells: Cells, previous: pd.DataFrame | None, settings: AlertSettings) -> Judged:
    """What an earlier issue told of in the same period is known, unless it is further today."""
    rows = judged.rows
    repeated = already_told(rows, previous, settings.effect_that_matters(str(cells.figures["metric"].iloc[0])))
    if not repeated.any():
        return judged
    rows = rows.assign(
        status=np.where(repeated, "known", rows["status"]),
        why=np.where(repeated, "told", rows["why"]),
        known_since=rows["known_since"].mask(repeated, rows["after_start"]),
    )
    return replace(judged, rows=rows)


def _new_levels(
    cells: Cells,
    change_points: pd.DataFrame,
    told: Told,
    clear: Flags,
    t: int,
    spread: Array,
    confidence_level: float,
) -> pd.DataFrame:
    """Change points found in period t of figures that did not move clearly in it and were not told of since."""
    parts = []
    here = change_points[change_points["found_at"] == cells.starts.iloc[t]]
    for point in here.itertuples():
        own = (cells.figures["by"] == point.by) & (cells.figures["group"] == point.group)
        figure = int(np.flatnonzero(own)[0])
        at = int(cells.starts.searchsorted(point.at))
        same_way = told.sign[figure] == (1.0 if point.direction == "rise" else -1.0)
        if clear[figure] or (told.when[figure] >= at and same_way):
            continue
        period = np.arange(len(cells.starts))
        usable = cells.usable & own.to_numpy()[:, None]
        before = usable & (period < at) & (period >= max(told.since[figure], at - 24))
        if not before.any():
            continue
        after = usable & (period >= at) & (period <= t)
        found = moves(cells, before, after, spread, confidence_level=confidence_level)
        found = found.assign(p_value=np.nan, q_value=np.nan)
        parts.append(picked(found, own.to_numpy(), before, np.full(len(found), at), "level"))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _compared(cells: Cells, settings: AlertSettings, told: Told, t: int) -> Flags:
    """The last `earlier` usable periods before t in which the figure has had the level it was last told of."""
    period = np.arange(len(cells.starts))
    quiet = np.array([is_quiet(cells, settings, int(one)) for one in period])
    open_ = cells.usable & (period < t) & (period >= told.since[:, None]) & ~quiet
    # How many open periods lie between this one and t, itself included.
    back = np.cumsum(open_[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(open_ & (back <= settings.earlier))


def _only(cells: Cells, t: int) -> Flags:
    return np.asarray(cells.usable & (np.arange(len(cells.starts)) == t))


def _families(cells: Cells, family: Mapping[tuple[str, str], str] | None) -> NDArray[np.int64]:
    keys = list(zip(cells.figures["by"], cells.figures["group"], strict=True))
    codes, _ = pd.factorize(np.array([(family or {}).get(key, "") for key in keys], dtype=object))
    return np.asarray(codes, dtype=np.int64)
