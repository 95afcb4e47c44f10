"""The rows of what is told: which figure, between which periods, how loud, and whether it is raised."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.monitoring.cells import Cells, Flags
from nps_insights.actions.monitoring.settings import AlertSettings
from nps_insights.actions.monitoring.told import Told

# Scores of which more is better; whether more mentions of a theme are good or bad, a share does not tell.
BETTER_HIGH = ("nps", "csat", "ces")
NO_ROWS = ("figure", "before", "at", "why", "status", "estimate")


def picked(found: pd.DataFrame, which: Flags, before: Flags, at: NDArray[np.int64], why: str) -> pd.DataFrame:
    """Return the moves of some figures with what they were compared with and since when.

    Args:
        found: A row per figure, as of `moves` (f).
        which: Which figures (f,).
        before: Periods they were compared with (f, t).
        at: Period from which the new level counts (f,).
        why: Why they are told: "moved", "level", "stays" or "further".

    Example:
        >>> picked(pd.DataFrame({"estimate": [1.0]}), np.array([True]), np.ones((1, 2)), np.zeros(1), "moved").shape
        (1, 5)
    """
    chosen = np.flatnonzero(which)
    return found.iloc[chosen].assign(figure=chosen, before=[before[one] for one in chosen], at=at[chosen], why=why)


def described(rows: pd.DataFrame, cells: Cells, t: int) -> pd.DataFrame:
    """Return the rows with the names of their figures and their periods; `NO_ROWS` where there are none.

    Example:
        >>> described(pd.DataFrame(), None, 0).columns.tolist() == list(NO_ROWS)
        True
    """
    if rows.empty:
        return pd.DataFrame(columns=list(NO_ROWS))
    named = cells.figures.iloc[rows["figure"]].reset_index(drop=True)
    rows = pd.concat([named, rows.reset_index(drop=True)], axis=1)
    edges = [np.flatnonzero(mask)[[0, -1]] for mask in rows["before"]]
    rows["before_start"] = cells.starts.iloc[[first for first, _ in edges]].to_numpy()
    rows["before_end"] = cells.ends.iloc[[last for _, last in edges]].to_numpy()
    rows["after_start"] = cells.starts.iloc[rows["at"]].to_numpy()
    rows["after_end"] = cells.ends.iloc[t]
    rows["direction"] = np.where(rows["estimate"] > 0, "rise", "drop")
    return rows.astype({"n_before": "int64", "n": "int64"})


def with_status(
    rows: pd.DataFrame, cells: Cells, settings: AlertSettings, told: Told, further: Flags, t: int
) -> pd.DataFrame:
    """Return the rows with severity, status, and since when a known level is known; known ones too small are left out.

    Args:
        rows: As `described` returns them.
        cells: Figures by period.
        settings: What counts.
        told: What was told before period t.
        further: Which figures went clearly further than the level that was told of, by what matters (f,).
        t: The period that is judged.
    """
    if rows.empty:
        return rows
    matters = settings.effect_that_matters(str(cells.figures["metric"].iloc[0]))
    rows["severity"] = severity(rows, settings)
    small = (rows["estimate"].abs() < matters).to_numpy()
    figure = rows["figure"].to_numpy(dtype=np.int64)
    same_way = (np.sign(rows["estimate"]) == told.sign[figure]).to_numpy()
    again = same_way & (t - told.when[figure] <= settings.quiet_periods) & ~further[figure]
    no_further = again & rows["why"].isin(["moved", "level"]).to_numpy()
    rows.loc[no_further, "why"] = "no further"
    known = rows["why"].isin(["stays", "no further"]).to_numpy()
    quiet = small | is_quiet(cells, settings, t)
    rows["status"] = np.select([known, quiet], ["known", "quiet"], "raised")
    since = pd.Series(cells.starts.iloc[told.since[figure]].to_numpy(), index=rows.index)
    rows["known_since"] = since.where(known | (rows["why"] == "further").to_numpy())
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


def is_quiet(cells: Cells, settings: AlertSettings, t: int) -> bool:
    """Return whether period t touches days that are set to quiet."""
    start, end = cells.starts.iloc[t], cells.ends.iloc[t]
    return any(start <= pd.Timestamp(last) and end >= pd.Timestamp(first) for first, last in settings.quiet)
