"""Rows of the table `estimates`: each metric in each group and window of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.business.small_clusters import MIN_ACCOUNTS, MIN_EFFECTIVE_ACCOUNTS
from nps_insights.metrics.figures.cells import Codes, Moments, account_numbers, cell_moments
from nps_insights.metrics.figures.groups import Grouping, group_codes, grouping_name
from nps_insights.metrics.figures.measures import Measure, figures_of
from nps_insights.metrics.figures.windows import Windows, dates_of, finished, windows_of

MIN_GROUP = 30
MIN_EFFECTIVE = 10


@dataclass(frozen=True)
class Wanted:
    """What is asked of the answers.

    Attributes:
        per: Period, as for `windows_of`.
        rolling: Days of a rolling window.
        as_of: Moment of knowing.
        weight: Weight of each answer.
        confidence_level: Coverage of the intervals.
        min_group: Fewer answers are marked `too_small`.
    """

    per: str = ""
    rolling: int | None = None
    as_of: pd.Timestamp | None = None
    weight: NDArray[np.float64] | None = None
    confidence_level: float = 0.95
    min_group: int = MIN_GROUP


def estimate_rows(
    responses: pd.DataFrame, measures: Sequence[Measure], groupings: Sequence[Grouping], wanted: Wanted
) -> pd.DataFrame:
    """Return rows of the table `estimates`, not yet in order, with `reason`.

    Args:
        responses: Table `responses`, the answers that count.
        measures: What is measured of them.
        groupings: Columns to group by, "" for all answers together.
        wanted: Windows of time, weights, and how sure.

    Example:
        >>> responses = pd.DataFrame({"category": ["promoter", "passive"]})
        >>> measures = [Measure("nps", np.array([1, 0], dtype=np.int8))]
        >>> estimate_rows(responses, measures, [""], Wanted()).loc[0, "estimate"].item()
        50.0
    """
    windows = list(windows_of(responses, per=wanted.per, rolling=wanted.rolling, as_of=wanted.as_of))
    account = account_numbers(responses)
    parts = [_no_rows()]
    for grouping in groupings:
        codes, names = group_codes(responses, grouping)
        for measure in measures:
            found = [_filled(measure, codes, len(names), one, account, wanted.weight) for one in windows]
            rows = _rows(measure, found, names, wanted) if found else []
            parts += [one.assign(by=grouping_name(grouping)) for one in rows]
    table = pd.concat(parts, ignore_index=True)
    small = (table["n"] < wanted.min_group) | (table["n_eff"] < MIN_EFFECTIVE)
    table["too_small"] = small | table.pop("few_accounts")
    if table["degrees"].isna().all():
        table = table.drop(columns="degrees")
    if not wanted.per and wanted.rolling is None:
        return table.drop(columns=["period_start", "period_end"])
    dates = dates_of(responses, "finished")
    table["finished"] = finished(table["period_start"], table["period_end"], wanted.as_of, dates)
    return table


@dataclass(frozen=True)
class _Filled:
    """The cells of some windows that hold answers: their group, first and last day, and moments."""

    group: NDArray[np.int64]
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    moments: Moments


def _filled(
    measure: Measure,
    codes: NDArray[np.int32],
    n_groups: int,
    windows: Windows,
    account: NDArray[np.int32] | None,
    weight: NDArray[np.float64] | None,
) -> _Filled:
    rows = slice(None) if windows.rows is None else windows.rows
    cell, cells = _crossed(codes[rows], windows.codes, n_groups, len(windows.starts))
    moments = cell_moments(
        cell if measure.answered is None else np.where(measure.answered[rows], cell, -1),
        len(cells),
        measure.y[rows],
        weight=None if weight is None else weight[rows],
        account=None if account is None else account[rows],
    )
    filled = moments.n > 0
    group, window = np.divmod(cells[filled], max(len(windows.starts), 1))
    kept = Moments(**{name: values[filled] for name, values in vars(moments).items()})
    return _Filled(group, windows.starts[window], windows.ends[window], kept)


def _rows(measure: Measure, found: Sequence[_Filled], names: list[str], wanted: Wanted) -> list[pd.DataFrame]:
    """One frame per figure of the measure, with a row for each cell that holds answers."""
    moments = Moments(
        **{name: np.concatenate([getattr(one.moments, name) for one in found]) for name in vars(found[0].moments)}
    )
    cells = {
        "group": np.asarray(names, dtype=object)[np.concatenate([one.group for one in found])],
        "period_start": np.concatenate([one.start for one in found]).astype("datetime64[us]"),
        "period_end": np.concatenate([one.end for one in found]).astype("datetime64[us]"),
        "n": moments.n,
        "n_eff": moments.n_eff,
        "degrees": np.where(np.isinf(moments.freedom), np.nan, moments.freedom),
    }
    few = _few_accounts(moments)
    cells["few_accounts"] = (few != "").astype(bool)
    figures = figures_of(measure, moments, confidence_level=wanted.confidence_level)
    parts = [pd.DataFrame({**vars(figure), **cells}) for figure in figures]
    return [one.assign(reason=one["reason"].where(one["reason"] != "", few)) for one in parts]


def _few_accounts(moments: Moments) -> NDArray[np.object_]:
    """By cell: why its accounts, which repeat, are too few; "" where they are enough, or each answer stands alone."""
    n_accounts, effective = moments.n_accounts, moments.freedom + 1
    reasons = np.full(len(n_accounts), "", dtype=object)
    # Grouped by account, or by a part of one: a group then tells of that account, and its answers are the units.
    if (n_accounts <= 1).all():
        return reasons
    repeat = n_accounts < moments.n
    few, unequal = repeat & (n_accounts < MIN_ACCOUNTS), repeat & (effective < MIN_EFFECTIVE_ACCOUNTS)
    for i in np.flatnonzero(few | unequal):
        said = f"{moments.n[i]:,} answers of {n_accounts[i]} account{'s' if n_accounts[i] > 1 else ''}"
        least = f"at least {MIN_ACCOUNTS} are needed where accounts answer more than once"
        if not few[i]:
            said += f", which count as {effective[i]:.1f} of equal size"
            least = f"at least {MIN_EFFECTIVE_ACCOUNTS:g} of equal size are needed"
        reasons[i] = f"{said}; {least}"
    return reasons


def _crossed(
    codes: NDArray[np.int32], windows: NDArray[np.int32], n_groups: int, n_windows: int
) -> tuple[Codes, NDArray[np.int64]]:
    """Cell of each answer, -1 for none, and group x number of windows + window of each cell."""
    n_cells = n_groups * n_windows
    dense = n_cells <= max(len(codes) // 4, 1024)
    cell: NDArray[Any] = codes.astype(np.int32 if dense else np.int64)
    np.multiply(cell, n_windows, out=cell)
    np.add(cell, windows, out=cell)
    cell[(codes < 0) | (windows < 0)] = -1
    if dense:
        return cell, np.arange(n_cells, dtype=np.int64)
    # More cells than can be full: only those that hold one are numbered.
    cells, numbered = np.unique(cell, return_inverse=True)
    none = int(len(cells) > 0 and cells[0] < 0)
    return numbered.ravel() - none, cells[none:]


def _no_rows() -> pd.DataFrame:
    """So that a table without rows has its columns too."""
    columns = {"metric": "str", "group": "str", "by": "str", "reason": "str"}
    columns |= dict.fromkeys(("estimate", "conf_low", "conf_high", "n_eff", "degrees"), "float64")
    columns |= {"few_accounts": "bool"}
    columns |= {"n": "int64", "period_start": "datetime64[us]", "period_end": "datetime64[us]"}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})
