"""What could not be watched, in plain sentences."""

import pandas as pd

from nps_insights.actions.monitoring.cells import NOT_WATCHED
from nps_insights.actions.monitoring.sentences import period_name
from nps_insights.actions.monitoring.settings import AlertSettings
from nps_insights.metrics.periods import PERIOD_STARTS, is_finished, period_ends

_MOST_NAMED = 5


def notes_on(
    responses: pd.DataFrame,
    series: pd.DataFrame,
    alerts: pd.DataFrame,
    *,
    n_judged: int,
    per: str,
    as_of: pd.Timestamp,
    settings: AlertSettings,
) -> list[str]:
    """Return what a reader must know: undated and future answers, gaps, periods and groups that are too small or gone.

    Args:
        responses: Table `responses`, all of them.
        series: Table `estimates` per period.
        alerts: Table `alerts`.
        n_judged: How many figures of the last finished period could be judged.
        per: The period.
        as_of: Moment of knowing.
        settings: What counts.

    Example:
        >>> starts = pd.to_datetime(["2026-01-01", "2026-02-01"])
        >>> series = pd.DataFrame({"metric": "nps", "by": "", "group": "", "period_start": starts, "n": [120, 40]})
        >>> series = series.assign(period_end=starts + pd.offsets.MonthEnd(1), finished=[True, False], too_small=False)
        >>> days = pd.to_datetime(["2026-01-05"] * 120 + ["2026-02-03"] * 40 + [None])
        >>> known = {"per": "month", "as_of": pd.Timestamp("2026-02-03"), "settings": AlertSettings()}
        >>> for note in notes_on(pd.DataFrame({"responded_at": days}), series, pd.DataFrame(), n_judged=0, **known):
        ...     print(note)
        1 of 161 answers carry no date and belong to no period.
        February 2026 is not finished and is not judged.
        January 2026 is the only finished month: there is none to compare it with.
    """
    notes = []
    dates = responses["responded_at"]
    for count, what in (
        (int(dates.isna().sum()), "carry no date and belong to no period"),
        (int((dates > as_of).sum()), f"are dated after {as_of:%Y-%m-%d} and are left out"),
    ):
        if count:
            notes.append(f"{count:,} of {len(responses):,} answers {what}.")
    watched = series[~series["metric"].isin(NOT_WATCHED)]
    whole = (
        watched[(watched["by"] == "") & (watched["metric"] == watched["metric"].iloc[0])] if len(watched) else watched
    )
    finished = whole[whole["finished"].fillna(False).astype(bool)].sort_values("period_start")
    if finished.empty:
        return [*notes, f"No {per} is finished yet: nothing is judged."]
    last = finished.iloc[-1]
    name = period_name(last["period_start"], last["period_end"], per)
    open_ = whole[~whole["finished"].fillna(False).astype(bool)]
    if len(open_):
        start, end = open_["period_start"].iloc[-1], open_["period_end"].iloc[-1]
        notes.append(f"{period_name(start, end, per)} is not finished and is not judged.")
    notes += _missing(finished, per, as_of)
    if last["too_small"]:
        notes.append(f"{name} has {last['n']} answers, fewer than {settings.min_answers}: all is quiet.")
    if len(finished) == 1:
        notes.append(f"{name} is the only finished {per}: there is none to compare it with.")
    notes += _groups(watched, last, name, settings)
    if len(finished) > 1 and alerts.empty and not last["too_small"]:
        notes.append(
            f"No figure of {name} moved beyond chance."
            if n_judged
            else f"No earlier {per} has {settings.min_answers} answers to compare {name} with: nothing is judged."
        )
    return notes


def _missing(finished: pd.DataFrame, per: str, as_of: pd.Timestamp) -> list[str]:
    """Periods without any answer: between others, and after the last."""
    code = PERIOD_STARTS[per]
    have = pd.PeriodIndex(finished["period_start"].dt.to_period(code))
    reach = pd.period_range(have[0], pd.Timestamp(as_of).to_period(code), freq=have.freq)
    starts = pd.Series(reach.start_time)
    over = is_finished(starts, period_ends(starts, per), as_of).to_numpy()
    gone = [one.start_time for one in reach[over].difference(have)]
    notes = []
    inside = [day for day in gone if day < have[-1].start_time]
    after = [day for day in gone if day > have[-1].start_time]
    if inside:
        notes.append(
            f"No answers in {_listed([period_name(day, day, per) for day in inside])}: compared across the gap."
        )
    if after:
        notes.append(f"No answers since {period_name(after[0], after[0], per)}: the last {per} with answers is judged.")
    return notes


def _groups(watched: pd.DataFrame, last: pd.Series, name: str, settings: AlertSettings) -> list[str]:
    notes = []
    grouped = watched[(watched["by"] != "") & (watched["metric"] != "theme_share") & watched["finished"].astype(bool)]
    for (metric, by), rows in grouped.groupby(["metric", "by"], sort=True):
        if metric != grouped["metric"].iloc[0]:
            continue
        usable = rows[~rows["too_small"]]
        here = rows[rows["period_start"] == last["period_start"]].set_index("group")
        earlier = set(usable.loc[usable["period_start"] < last["period_start"], "group"])
        told = {
            f"gave no answers in {name}, though earlier": sorted(earlier - set(here.index)),
            f"gave fewer than {settings.min_answers} answers in {name}; too few to judge": sorted(
                here.index[here["too_small"].astype(bool)]
            ),
            f"has no earlier period with {settings.min_answers} answers to compare {name} with": sorted(
                set(here.index[~here["too_small"].astype(bool)]) - earlier
            ),
        }
        notes += [f"{by}: {_listed(groups)} {what}." for what, groups in told.items() if groups]
    return notes


def _listed(names: list[str]) -> str:
    rest = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
