"""Which figures moved in the last period, told once: the history is gone through period by period.

An alert of an earlier period is either handed in (`previous_alerts`) or found again by the same rule from what was
known then; either way a figure is compared with the level it has had since it was last told of.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.monitoring.cells import Cells, Flags, moves
from nps_insights.actions.monitoring.settings import AlertSettings
from nps_insights.metrics.many import benjamini_hochberg

Array = NDArray[np.float64]
# Scores of which more is better; whether more mentions of a theme are good or bad, a share does not tell.
BETTER_HIGH = ("nps", "csat", "ces")


@dataclass
class _Told:
    """What was told of each of f figures: when, which way, and which periods were compared with."""

    since: NDArray[np.int64]
    when: NDArray[np.int64]
    sign: Array
    before: Flags


@dataclass(frozen=True)
class Judged:
    """What came of judging one period.

    Attributes:
        t: Which period, counted from 0.
        rows: Columns of table `alerts` without `reason`, and beside them `why`: "moved" from one period to the next,
            "level" (a change point), "stays", "further" or "quiet".
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
        previous_alerts=previous_alerts, family=family, confidence_level=confidence_level,
    )  # fmt: skip
    return [Judged(0, pd.DataFrame(), 0), *every][-1]


def replayed(
    cells: Cells,
    change_points: pd.DataFrame,
    settings: AlertSettings,
    *,
    previous_alerts: pd.DataFrame | None = None,
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
    told = _Told(np.zeros(shape[0], np.int64), np.full(shape[0], -(10**6)), np.zeros(shape[0]), np.zeros(shape, bool))
    families = _families(cells, family)
    known_until = None if previous_alerts is None else _last_told(previous_alerts)
    for t in range(1, shape[1]):
        is_last = t == shape[1] - 1
        if not is_last and known_until is not None and cells.ends.iloc[t] <= known_until:
            _take_over(cells, told, previous_alerts, t)
            continue
        judged = _of_period(cells, change_points, settings, told, families, t, confidence_level)
        for row in judged.rows[judged.rows["status"] == "raised"].itertuples():
            _remember(told, row.figure, t, np.sign(row.estimate), row.before, row.at)
        yield judged


def _of_period(
    cells: Cells,
    change_points: pd.DataFrame,
    settings: AlertSettings,
    told: _Told,
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
    parts = [_rows(found, clear.to_numpy(), before, np.full(len(found), t), "moved")]
    # A level that was told of and stays, held against the level before it.
    recent = (t - told.when <= settings.still_told) & ~clear.to_numpy() & after.any(axis=1)
    old = moves(cells, told.before, after, spread, confidence_level=confidence_level)
    stays = recent & (old["p_value"] < 0.05).to_numpy() & (np.sign(old["estimate"]) == told.sign).to_numpy()
    parts.append(_rows(old.assign(q_value=np.nan), stays, told.before, np.full(len(found), t), "stays"))
    parts.append(_new_levels(cells, change_points, told, clear.to_numpy(), t, spread, confidence_level))
    rows = pd.concat([part for part in parts if len(part)], ignore_index=True) if any(map(len, parts)) else parts[0]
    rows = rows.drop_duplicates("figure", keep="last") if len(rows) else rows
    judged = tested | (recent & told.before.any(axis=1))
    return Judged(t, _with_status(_described(rows, cells, t), cells, settings, told, t), int(judged.sum()))


def _new_levels(
    cells: Cells,
    change_points: pd.DataFrame,
    told: _Told,
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
        parts.append(_rows(found, own.to_numpy(), before, np.full(len(found), at), "level"))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _compared(cells: Cells, settings: AlertSettings, told: _Told, t: int) -> Flags:
    """The last `earlier` usable periods before t in which the figure has had the level it was last told of."""
    period = np.arange(len(cells.starts))
    quiet = np.array([_is_quiet(cells, settings, int(one)) for one in period])
    open_ = cells.usable & (period < t) & (period >= told.since[:, None]) & ~quiet
    # How many open periods lie between this one and t, itself included.
    back = np.cumsum(open_[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(open_ & (back <= settings.earlier))


def _only(cells: Cells, t: int) -> Flags:
    return np.asarray(cells.usable & (np.arange(len(cells.starts)) == t))


def _rows(found: pd.DataFrame, which: Flags, before: Flags, at: NDArray[np.int64], why: str) -> pd.DataFrame:
    chosen = np.flatnonzero(which)
    return found.iloc[chosen].assign(figure=chosen, before=[before[one] for one in chosen], at=at[chosen], why=why)


def _described(rows: pd.DataFrame, cells: Cells, t: int) -> pd.DataFrame:
    if rows.empty:
        return pd.DataFrame(columns=["figure", "before", "at", "why", "status", "estimate"])
    named = cells.figures.iloc[rows["figure"]].reset_index(drop=True)
    rows = pd.concat([named, rows.reset_index(drop=True)], axis=1)
    edges = [np.flatnonzero(mask)[[0, -1]] for mask in rows["before"]]
    rows["before_start"] = cells.starts.iloc[[first for first, _ in edges]].to_numpy()
    rows["before_end"] = cells.ends.iloc[[last for _, last in edges]].to_numpy()
    rows["after_start"] = cells.starts.iloc[rows["at"]].to_numpy()
    rows["after_end"] = cells.ends.iloc[t]
    rows["direction"] = np.where(rows["estimate"] > 0, "rise", "drop")
    return rows.astype({"n_before": "int64", "n": "int64"})


def _with_status(rows: pd.DataFrame, cells: Cells, settings: AlertSettings, told: _Told, t: int) -> pd.DataFrame:
    if rows.empty:
        return rows
    metric = str(cells.figures["metric"].iloc[0])
    matters = settings.effect_that_matters(metric)
    at_least = nearer_end(rows)
    rows["severity"] = severity(rows, settings)
    small = (rows["estimate"].abs() < matters).to_numpy()
    figure = rows["figure"].to_numpy()
    again = (t - told.when[figure] <= settings.quiet_periods) & (
        np.sign(rows["estimate"]) == told.sign[figure]
    ).to_numpy()
    further = again & (rows["why"] != "stays").to_numpy() & (at_least < matters).to_numpy()
    rows.loc[further, "why"] = "further"
    known = (rows["why"].isin(["stays", "further"])).to_numpy()
    quiet = small | _is_quiet(cells, settings, t)
    rows["status"] = np.select([known, quiet], ["known", "quiet"], "raised")
    return rows[~(small & known)].reset_index(drop=True)


def nearer_end(rows: pd.DataFrame) -> pd.Series:
    """Return how far each figure moved at least: the end of the interval nearer to zero, 0 where zero is inside.

    Example:
        >>> nearer_end(pd.DataFrame({"conf_low": [-13.0, -2.0], "conf_high": [-5.0, 4.0]})).tolist()
        [5.0, 0.0]
    """
    outside = rows["conf_low"] * rows["conf_high"] > 0
    return rows[["conf_low", "conf_high"]].abs().min(axis=1).where(outside, 0.0)


def severity(rows: pd.DataFrame, settings: AlertSettings) -> list[str]:
    """Return how loud each alert is: the rule of `AlertSettings`.

    Example:
        >>> rows = pd.DataFrame({"metric": "nps", "estimate": [-9.0], "conf_low": [-13.0], "conf_high": [-5.0]})
        >>> severity(rows, AlertSettings())
        ['warning']
    """
    levels = []
    for metric, estimate, least in zip(rows["metric"], rows["estimate"], nearer_end(rows), strict=True):
        matters = settings.effect_that_matters(metric)
        is_good = metric.startswith(BETTER_HIGH) and estimate > 0
        loud = "critical" if least >= 3 * matters else "warning" if least >= matters else "notice"
        levels.append("notice" if is_good else loud)
    return levels


def _families(cells: Cells, family: Mapping[tuple[str, str], str] | None) -> NDArray[np.int64]:
    keys = list(zip(cells.figures["by"], cells.figures["group"], strict=True))
    codes, _ = pd.factorize(np.array([(family or {}).get(key, "") for key in keys], dtype=object))
    return np.asarray(codes, dtype=np.int64)


def _is_quiet(cells: Cells, settings: AlertSettings, t: int) -> bool:
    start, end = cells.starts.iloc[t], cells.ends.iloc[t]
    return any(start <= pd.Timestamp(last) and end >= pd.Timestamp(first) for first, last in settings.quiet)


def _last_told(alerts: pd.DataFrame) -> pd.Timestamp:
    return pd.Timestamp(alerts["after_end"].max()) if len(alerts) else pd.Timestamp.min


def _take_over(cells: Cells, told: _Told, alerts: pd.DataFrame | None, t: int) -> None:
    if alerts is None:
        return
    here = alerts[(alerts["after_end"] == cells.ends.iloc[t]) & (alerts["status"] == "raised")]
    for row in here.itertuples():
        own = (cells.figures[["metric", "by", "group"]] == [row.metric, row.by, row.group]).all(axis=1).to_numpy()
        if not own.any():
            continue
        figure = int(np.flatnonzero(own)[0])
        inside = (cells.starts >= row.before_start) & (cells.ends <= row.before_end)
        before = cells.usable[figure] & inside.to_numpy()
        _remember(told, figure, t, np.sign(row.estimate), before, int(cells.starts.searchsorted(row.after_start)))


def _remember(told: _Told, figure: int, t: int, sign: float, before: Flags, at: int) -> None:
    told.since[figure], told.when[figure], told.sign[figure], told.before[figure] = at, t, sign, before
