"""Watch the number: every metric, group and theme per period, what moved, what moved with it, and whom to tell."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nps_insights.actions.monitoring.cells import NOT_WATCHED, Cells, cells_of
from nps_insights.actions.monitoring.judge import judge
from nps_insights.actions.monitoring.reasons import Answers, reasons_and_traces
from nps_insights.actions.monitoring.sentences import THEME_SHARE, parents_of
from nps_insights.actions.monitoring.settings import AlertSettings
from nps_insights.actions.monitoring.watch_notes import notes_on
from nps_insights.metrics.change_points import change_points
from nps_insights.metrics.estimates import estimates_of
from nps_insights.metrics.figures.satisfaction import Scale
from nps_insights.metrics.figures.windows import dates_of, moment
from nps_insights.metrics.periods import PERIOD_STARTS
from nps_insights.metrics.trends import theme_trend
from nps_insights.tables import SettingsError, conform, empty


@dataclass(frozen=True)
class Watched:
    """What came of watching.

    Attributes:
        series: Table `estimates`: every metric, group and theme per period.
        change_points: Table `change_points`: from when on a figure lies on another level, over the whole history.
        alerts: Table `alerts` of the last finished period.
        traces: Table `traces` of the raised alerts.
        notes: Plain sentences: what could not be watched, and why.
        n_judged: How many figures of the last finished period could be judged: enough answers in it and in an earlier
            one. 0 where none could: then that there are no alerts does not say that nothing moved.
    """

    series: pd.DataFrame
    change_points: pd.DataFrame
    alerts: pd.DataFrame
    traces: pd.DataFrame
    notes: list[str]
    n_judged: int


def watch(
    responses: pd.DataFrame,
    *,
    per: str,
    by: Sequence[str] = (),
    metrics: Sequence[str] = ("nps",),
    mentions: pd.DataFrame | None = None,
    themes: pd.DataFrame | None = None,
    commented: pd.DataFrame | None = None,
    also: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    previous_alerts: pd.DataFrame | None = None,
    watched_until: pd.Timestamp | None = None,
    not_remembered: Collection[str] = (),
    moods: Collection[str] = (),
    settings: AlertSettings | None = None,
    survey: str | None = None,
    csat_scale: Scale | None = None,
    ces_scale: Scale | None = None,
    as_of: pd.Timestamp | None = None,
    confidence_level: float = 0.95,
) -> Watched:
    """Return every figure per period, and what is worth a word in the last finished one.

    Each figure of the last finished period is held against its last six periods (`AlertSettings.earlier`) taken
    together, or as many as there are since it was last told of; figures of one metric are judged together under
    false-discovery control, themes and top themes each among themselves. Slow moves are found as change points. How
    far figures of a kind move by themselves is learned from their own history and taken off (`own_movement`).

    Args:
        responses: Table `responses` with `responded_at`.
        per: "day", "week", "month", "quarter" or "year".
        by: Columns whose groups are watched and by which a change is taken apart.
        metrics: As in `estimates_of`.
        mentions: Table `mentions`; every theme's share of the commented answers is watched.
        themes: Table `themes`, for labels and top themes.
        commented: Responses whose comment was read: response_id; needed with `mentions`.
        also: Further rows of table `estimates` per period to be watched, such as the scores by account.
        events: Table `events`; those of the period stand beside the reason, as no explanation.
        previous_alerts: Table `alerts` of earlier periods; if not given, the same rule says what would have been told.
        watched_until: Last day of the last period that was judged before, where that one had no alert.
        not_remembered: Metrics whose earlier alerts nobody knows, such as shares of themes that are found anew.
        moods: Ids of themes that only say how people feel: their shares are shown, and no alert is of them.
        settings: What counts as an alert.
        survey: Which survey, as in `estimates_of`.
        csat_scale: Of `csat`.
        ces_scale: Of `ces`.
        as_of: Moment of knowing; later answers are left out. The last answer if not given.
        confidence_level: Coverage of the intervals.

    Raises:
        SettingsError: `per` is no period, a column of `by` does not exist, or `commented` is missing.
        DataRefusedError: Dates mix time zones, or the answers are of two surveys and nobody said which.

    Example:
        >>> days = pd.date_range("2026-01-01", "2026-08-31", periods=4000)
        >>> responses = pd.DataFrame({"response_id": [f"r{i:04}" for i in range(4000)], "responded_at": days})
        >>> responses["category"] = ["promoter", "promoter", "passive", "detractor"] * 1000
        >>> responses.loc[(days > "2026-08-01") & (responses["category"] == "promoter"), "category"] = "passive"
        >>> watch(responses, per="month").alerts[["direction", "status"]].values.tolist()
        [['drop', 'raised']]
    """
    if per not in PERIOD_STARTS:
        raise SettingsError(f"per == {per!r}: must be one of {', '.join(PERIOD_STARTS)}")
    if mentions is not None and commented is None:
        raise SettingsError("commented: needed with mentions; give the responses whose comment was read (response_id)")
    chosen = settings or AlertSettings()
    dated = responses.get("responded_at")
    if dated is None or dated.isna().all():
        note = "The answers carry no dates: nothing can be watched; map a column to responded_at."
        return Watched(empty("estimates"), empty("change_points"), empty("alerts"), empty("traces"), [note], 0)
    every = responses.assign(responded_at=dates_of(responses, "watch"))
    known_at = every["responded_at"].max() if as_of is None else moment(as_of)
    answers = every[every["responded_at"] <= known_at].sort_values("response_id", ignore_index=True)
    series = estimates_of(
        answers, metrics=metrics, by=by, per=per, survey=survey, csat_scale=csat_scale, ces_scale=ces_scale,
        as_of=known_at, confidence_level=confidence_level, min_group=chosen.min_answers,
    )  # fmt: skip
    read = None
    parents = parents_of(themes)
    if mentions is not None and commented is not None:
        read = answers[answers["response_id"].isin(commented["response_id"])]
        shares = theme_trend(
            mentions, read, per=per, as_of=known_at, parents=parents,
            confidence_level=confidence_level, min_group=chosen.min_answers,
        )  # fmt: skip
        series = conform("estimates", pd.concat([series, shares], ignore_index=True)) if len(shares) else series
    if also is not None and len(also):
        series = conform("estimates", pd.concat([series, also], ignore_index=True))
    is_mood = (series["metric"] == THEME_SHARE) & series["group"].isin(list(moods))
    told_of = series[~is_mood]
    points = change_points(
        told_of[~told_of["metric"].isin(NOT_WATCHED)],
        false_alarm_every=chosen.false_alarm_every,
        confidence_level=confidence_level,
    )
    earlier = _Earlier(previous_alerts, watched_until, frozenset(not_remembered))
    found, n_judged = _judged(told_of, points, chosen, earlier, parents, confidence_level)
    texts = Answers(answers, read, mentions, themes, tuple(by), events, per, confidence_level)
    alerts, traces = reasons_and_traces(found, texts, chosen)
    notes = notes_on(every, series, alerts, n_judged=n_judged, per=per, as_of=known_at, settings=chosen)
    return Watched(series, points, alerts, traces, notes, n_judged)


@dataclass(frozen=True)
class _Earlier:
    """What earlier issues told, and up to when."""

    alerts: pd.DataFrame | None
    until: pd.Timestamp | None
    not_remembered: frozenset[str]


def _judged(
    series: pd.DataFrame,
    points: pd.DataFrame,
    settings: AlertSettings,
    earlier: _Earlier,
    parents: dict[str, str],
    confidence_level: float,
) -> tuple[pd.DataFrame, int]:
    """What is told of all metrics in the last finished period, and how many figures were judged for it."""
    finished = series[series["finished"].fillna(False).astype(bool)]
    parts = []
    for metric in sorted(set(series["metric"]) - set(NOT_WATCHED)):
        cells = cells_of(finished, metric, confidence_level=confidence_level)
        # Where the last period cannot be judged, the one before is not told of a second time.
        if cells is None or cells.starts.iloc[-1] < finished["period_start"].max():
            continue
        own = points[points["metric"] == metric]
        family = _families(cells, parents) if metric == THEME_SHARE else None
        known: dict[str, Any] = {"family": family, "confidence_level": confidence_level}
        if metric not in earlier.not_remembered:
            known |= {"previous_alerts": earlier.alerts, "watched_until": earlier.until}
        parts.append(judge(cells, own, settings, **known))
    told = [part.rows for part in parts if len(part.rows)]
    return pd.concat(told, ignore_index=True) if told else pd.DataFrame(), sum(part.n_judged for part in parts)


def _families(cells: Cells, parents: dict[str, str]) -> dict[tuple[str, str], str]:
    tops = set(parents.values())
    return {("theme_id", group): "top" if group in tops else "leaf" for group in cells.figures["group"]}
