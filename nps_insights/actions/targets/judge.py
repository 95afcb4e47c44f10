"""Judge targets: progress, pace, the chance of being there by the date, and whether it was realistic to ask."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nps_insights.actions.targets.cautions import cautions
from nps_insights.actions.targets.history import history_of
from nps_insights.actions.targets.outlook import BEHIND, JudgeSettings, outlook_of
from nps_insights.actions.targets.realism import check_benchmark
from nps_insights.actions.targets.rows import path_rows, target_row
from nps_insights.actions.targets.standing import Standing, standing_of
from nps_insights.actions.targets.target import Target, check_targets, day
from nps_insights.tables import SettingsError, conform, empty

MIN_PERIODS = 4
ON_TRACK_FROM, UNLIKELY_BELOW = 0.75, 0.25


@dataclass(frozen=True)
class Judged:
    """What is known of the targets.

    Attributes:
        targets: Table `targets`, a row per target.
        path: Table `target_path`: the figure per period as measured, then as it is expected to be measured up to the
            date, each with its interval, beside the straight line from the start to the target.
        notes: Plain sentences on what could not be used or told.
    """

    targets: pd.DataFrame
    path: pd.DataFrame
    notes: tuple[str, ...]


def judge_targets(
    targets: Sequence[Target],
    series: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    own_benchmark: pd.DataFrame | None = None,
    min_periods: int = MIN_PERIODS,
    on_track_from: float = ON_TRACK_FROM,
    unlikely_below: float = UNLIKELY_BELOW,
    behind: int = BEHIND,
    confidence_level: float = 0.95,
) -> Judged:
    """Judge targets against the measured past of their figures.

    A target counts as reached when the figure as measured in the last period finished by its date is at the target or
    beyond it; that is what `probability` is the chance of (`predict_measured`). From the last day of that period on the
    verdict is "reached" or "missed", and stands; before, "on_track", "open" or "unlikely" by the chance, also where
    90 % of its days are over and it counts as measured so far. It is "not_known" where nothing was measured in that
    period, where too few periods were measured to state a chance, and where answers have stopped.

    Columns of the table: `estimate` is the last measured figure, n its answers; `progress` the share of the way from
    the baseline to the target that is done; `pace` the change per period (`per`) since the start; `needed_pace` the
    change per period still needed; `expected` the figure as it is expected to be measured; `detectable` the smallest
    change from the baseline that a period of the usual size shows with 80 % power; `responses_needed` the further
    answers in such a period that tell the last figure from the target with 80 % power, empty where over a million.

    Args:
        targets: The targets.
        series: Table `estimates` per calendar period, whole history, of all their metrics and groups.
        as_of: Moment of knowing: only periods finished then are used.
        own_benchmark: Figures the user holds usual: metric, group (empty for everybody), low, high, source.
        min_periods: The fewest measured periods for which a chance is stated, at least 2. From 4 on it is calibrated.
        on_track_from: The chance from which a target is on track.
        unlikely_below: The chance below which it is unlikely, and held unrealistic by its history.
        behind: The most finished periods since the last measured one after which a chance is stated.
        confidence_level: Coverage of the intervals, and that of the intervals in `series`.

    Returns:
        Tables and notes; both tables are empty where no targets are given.

    Raises:
        SettingsError: A target that cannot be judged (`check_targets`), a metric or group the series does not have,
            thresholds out of order. All problems of all targets stand in one error.
        DataRefusedError: The benchmark has rows without a range.

    Example:
        >>> from nps_insights.metrics import nps
        >>> days = pd.date_range("2025-01-01", "2025-12-31", periods=4800)
        >>> names = ["promoter", "promoter", "passive", "detractor"] * 1200
        >>> series = nps(pd.DataFrame({"category": names, "responded_at": days}), per="quarter")
        >>> judged = judge_targets([Target("Company", 40, "2026-12-31")], series, as_of=pd.Timestamp("2026-01-01"))
        >>> judged.targets["verdict"].tolist()
        ['unlikely']
    """
    benchmark = check_benchmark(own_benchmark)
    settings = JudgeSettings(min_periods, on_track_from, unlikely_below, confidence_level, benchmark, behind)
    check_targets(targets)
    known_at = day(as_of)
    if pd.isna(known_at):
        raise SettingsError(f"as_of == {as_of!r}: must be a date, the moment of knowing")
    rows, paths, notes = [], [], []
    for standing in _standings(targets, series, known_at, confidence_level):
        outlook = outlook_of(standing, settings)
        rows.append(target_row(standing, outlook, settings, as_of=known_at))
        paths += path_rows(standing, outlook)
        notes += cautions(standing, settings)
    if not rows:
        return Judged(empty("targets"), empty("target_path"), ("No targets are set.",))
    path = conform("target_path", pd.DataFrame(paths)) if paths else empty("target_path")
    return Judged(conform("targets", pd.DataFrame(rows)), path, tuple(notes))


def _standings(
    targets: Sequence[Target], series: pd.DataFrame, as_of: pd.Timestamp, confidence_level: float
) -> list[Standing]:
    """Where each target stands, by name; what the series does not have is refused for all of them at once."""
    found, problems = [], []
    for target in sorted(targets, key=lambda one: one.name):
        try:
            history = history_of(series, target, as_of=as_of, confidence_level=confidence_level)
        except SettingsError as error:
            problems.append(f"target {target.name!r}: {error}")
        else:
            found.append(standing_of(target, history, as_of=as_of))
    if problems:
        raise SettingsError("\n".join(problems))
    return found
