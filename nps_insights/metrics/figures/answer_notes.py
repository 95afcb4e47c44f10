"""What a reader of the figures must know of the answers behind them, in plain sentences."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nps_insights.metrics.figures.groups import Grouping, group_codes, grouping_name
from nps_insights.metrics.figures.surveys import POOLED, kinds_of
from nps_insights.metrics.figures.windows import dates_of, moment, rolling_ends, windows_of
from nps_insights.tables import SettingsError

# Of more groups or gaps than these, the first are named and the others counted.
_NAMED = 5


def estimate_notes(
    responses: pd.DataFrame,
    *,
    by: Sequence[Grouping] = (),
    per: str = "",
    rolling: int | None = None,
    survey: str | None = None,
    as_of: pd.Timestamp | None = None,
) -> list[str]:
    """Return what must be said beside the figures of `estimates_of` with the same arguments.

    Said are: surveys that were pooled, or answers that do not say of which they are; a scale that changes; no dates,
    missing dates, dates after `as_of`, a time zone; a single period, periods without answers; groups that appear or
    die midway; rolling windows that are not full.

    Args:
        responses: Table `responses`, as given to `estimates_of`.
        by: Its groupings.
        per: Its period.
        rolling: Its days of a rolling window.
        survey: Its survey.
        as_of: Its moment of knowing.

    Raises:
        SettingsError: An unknown column or period.
        DataRefusedError: Dates mix time zones.

    Example:
        >>> days = pd.to_datetime(["2026-01-05", "2026-03-20", None])
        >>> estimate_notes(pd.DataFrame({"responded_at": days}), per="month")
        ['1 of 3 answers have no date and belong to no period', 'no answers in 1 month: 2026-02-01']
    """
    notes = [*_survey_notes(responses, survey), *_scale_notes(responses)]
    if not per and rolling is None and as_of is None:
        return notes
    if "responded_at" not in responses.columns or responses["responded_at"].isna().all():
        return [*notes, "the answers have no dates: nothing can be said per period, and every answer counts as known"]
    dates = dates_of(responses, "notes")
    notes += _date_notes(responses, dates, bool(per or rolling), as_of)
    known = pd.Series(dates).le(moment(as_of)).to_numpy() if as_of is not None else ~np.isnat(dates)
    inside = responses[known]
    if inside.empty:
        return [*notes, "no dated answer is left"]
    if rolling is not None:
        return notes + _rolling_notes(dates[known], per, rolling, as_of)
    if per:
        notes += _period_notes(inside, per, by)
    return notes


def _survey_notes(responses: pd.DataFrame, survey: str | None) -> list[str]:
    counts = kinds_of(responses)
    unsaid = counts.pop("", 0)
    if survey == POOLED and len(counts) > 1:
        found = " and ".join(f"{n:,} {kind}" for kind, n in counts.items())
        return [f"{found} answers are taken together, as was asked; who is asked after an event differs from the rest"]
    if unsaid and counts:
        taken = "are left out" if survey is not None and survey != POOLED else f"count as {'/'.join(counts)}"
        return [f"{unsaid:,} of {len(responses):,} answers do not say of which survey they are; they {taken}"]
    return []


def _scale_notes(responses: pd.DataFrame) -> list[str]:
    if not {"scale_min", "scale_max"} <= set(responses.columns):
        return []
    scales = responses.groupby(["scale_min", "scale_max"], sort=True)
    if scales.ngroups < 2:
        return []
    dated = "responded_at" in responses.columns
    parts = []
    for (low, high), rows in scales:
        first = rows["responded_at"].min() if dated else pd.NaT
        since = "" if pd.isna(first) else f" since {first:%Y-%m-%d}"
        parts.append(f"{low:g} to {high:g} ({len(rows):,} answers{since})")
    return [
        f"the score was asked on {len(scales)} scales: {', '.join(parts)}; a change of the figures from one scale to "
        f"another may be that of the scale"
    ]


def _date_notes(responses: pd.DataFrame, dates: np.ndarray, split: bool, as_of: pd.Timestamp | None) -> list[str]:
    notes = []
    n, n_undated = len(dates), int(np.isnat(dates).sum())
    if n_undated and split:
        notes.append(f"{n_undated:,} of {n:,} answers have no date and belong to no period")
    if isinstance(responses["responded_at"].dtype, pd.DatetimeTZDtype):
        zone = responses["responded_at"].dt.tz
        notes.append(f"dates carry the time zone {zone} and were turned to UTC; periods begin at midnight UTC")
    if as_of is not None:
        later = dates > moment(as_of).to_datetime64()
        if later.any():
            last = pd.Timestamp(dates[later].max())
            notes.append(
                f"{int(later.sum()):,} of {n:,} answers are dated after {moment(as_of):%Y-%m-%d %H:%M}, the last on "
                f"{last:%Y-%m-%d}; they are left out"
            )
    return notes


def _period_notes(responses: pd.DataFrame, per: str, by: Sequence[Grouping]) -> list[str]:
    windows = next(windows_of(responses, per=per))
    starts = windows.starts
    if len(starts) == 1:
        return [f"all answers lie in one {per}, {starts[0]}: nothing can be compared"]
    ends = rolling_ends(starts[0], windows.ends[-1], per)
    held = np.isin(ends, windows.ends)
    gaps = [str(day) for day in (np.append(starts[0], ends[:-1] + np.timedelta64(1, "D")))[~held]]
    notes = [f"no answers in {len(gaps):,} {per}{'s' if len(gaps) > 1 else ''}: {_listed(gaps)}"] if gaps else []
    for grouping in by:
        codes, names = group_codes(responses, grouping)
        place = pd.Series(windows.codes[codes >= 0]).groupby(codes[codes >= 0])
        first, last = place.min(), place.max()
        for said, which in (("appear", first[first > 0]), ("have no answers after", last[last < len(starts) - 1])):
            found = [f"{names[code]} ({starts[window]})" for code, window in which.items()]
            if found:
                verb = "appear midway, first in" if said == "appear" else "died midway, last seen in"
                notes.append(f"{grouping_name(grouping)}: groups that {verb} the {per} from {_listed(sorted(found))}")
    return notes


def _rolling_notes(dates: np.ndarray, per: str, rolling: int, as_of: pd.Timestamp | None) -> list[str]:
    if rolling < 1:
        raise SettingsError(f"rolling == {rolling}: must be a number of days, 1 or more")
    first = dates.min().astype("datetime64[D]")
    last = (dates.max() if as_of is None else moment(as_of).to_datetime64()).astype("datetime64[D]")
    ends = rolling_ends(first, last, per)
    short = ends - np.timedelta64(rolling - 1, "D") < first
    if short.all():
        return [
            f"the answers span {(last - first).astype(int) + 1} days, fewer than one window of {rolling}: no figure"
        ]
    notes = (
        [f"windows of {rolling} days overlap where they follow each other sooner: they share answers"] if per else []
    )
    if short.any():
        left = int(short.sum())
        notes.append(f"{left} window{'s' if left > 1 else ''} of {rolling} days that begin before {first} are left out")
    return notes


def _listed(found: Sequence[str]) -> str:
    rest = len(found) - _NAMED
    return ", ".join(found[:_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
