"""The number, watched, as a step of the driver report: who was asked, what can be compared, alerts and targets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from nps_insights.actions import judge_targets, watch
from nps_insights.drivers import sentiment_only
from nps_insights.jobs.admission import AdmittedSurvey, known_until
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.watching.asked_targets import targets_of
from nps_insights.jobs.watching.issued_alerts import sent_before
from nps_insights.jobs.watching.published_figures import same_answers_since
from nps_insights.jobs.watching.watched_scope import (
    HEADLINES,
    alert_settings,
    circumstances,
    invitations_of,
    of_survey,
    refuse_unwatchable,
    watched_columns,
    watched_metrics,
    watched_period,
    with_value,
)
from nps_insights.metrics import (
    account_mix,
    account_scores,
    adjusted_agents,
    annotated,
    choose_period,
    comparable,
    estimates_of,
    invitation_audit,
    response_rates,
    silent_accounts,
    theme_trend,
)
from nps_insights.metrics.periods import is_finished, period_ends, period_starts
from nps_insights.tables import conform, empty
from nps_insights.themes import FoundThemes


@dataclass(frozen=True, eq=False)
class Watching:
    """What came of watching.

    Attributes:
        tables: Tables by name; those that nothing was known for are absent.
        comparable: First day of the earlier period -> "Comparable with Q2?", answered in a sentence.
        notes: Plain sentences on what could not be told, and why.
        n_judged: Number of figures that could be held against earlier periods.
        per: The period that was watched by; "" where nothing was.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    comparable: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    n_judged: int = 0
    per: str = ""


def watching_of(
    survey: AdmittedSurvey,
    found: FoundThemes | None,
    changes: pd.DataFrame,
    settings: DriverReportSettings,
    *,
    published_at: pd.Timestamp | None = None,
) -> Watching:
    """Return who was asked, whether periods can be compared, alerts with what changed beside them, and targets.

    Args:
        survey: What was let in.
        found: Its themes, or None.
        changes: Table `changes` of the report: the periods that are held against each other.
        settings: Checked settings.
        published_at: Moment of the issue, where issued figures and alerts are kept.

    Raises:
        SettingsError: A target, a column to watch or the headline cannot be used.
        DataRefusedError: The file of issued alerts is damaged.
    """
    refuse_unwatchable(survey, settings)
    parts = [_asked(survey, settings), _business(survey, settings), _comparable(survey, changes, settings)]
    if survey.admission.as_of is not None:
        parts.append(_watched(survey, found, settings, published_at))
    return Watching(
        {name: table for part in parts for name, table in part.tables.items()},
        {since: said for part in parts for since, said in part.comparable.items()},
        [note for part in parts for note in part.notes],
        sum(part.n_judged for part in parts),
        "".join(part.per for part in parts),
    )


def _asked(survey: AdmittedSurvey, settings: DriverReportSettings) -> Watching:
    """Who was asked and did not answer, and whether asking itself bends the number; nothing without invitations."""
    invitations, admission = invitations_of(survey, settings), survey.admission
    if invitations is None:
        return Watching()
    known: dict[str, Any] = {"as_of": known_until(admission) or invitations["sent_at"].max()}
    level: dict[str, Any] = {"confidence_level": settings.report.confidence_level}
    # What only those who answered tell (their plan, as the survey holds it) says nothing of who did not.
    columns = invitations.columns.union(pd.Index([]) if admission.accounts is None else admission.accounts.columns)
    by = [name for name in watched_columns(survey, settings) if name in columns]
    accounts, everybody = admission.accounts, of_survey(survey.all_responses, settings)
    rates = response_rates(invitations, everybody, accounts=accounts, by=by, **known, **level)
    per = settings.report.per or choose_period(admission.responses)
    if per:
        by_period = response_rates(invitations, everybody, accounts=accounts, by=by, per=per, **known, **level)
        rates = conform("nonresponse", pd.concat([rates, by_period], ignore_index=True))
    tables = {
        "invitations": invitations,
        "nonresponse": rates,
        "invitation_audit": invitation_audit(invitations, everybody, **known, **level),
    }
    if "account_id" in invitations:
        tables["silent_accounts"] = silent_accounts(invitations, survey.all_responses, accounts, **known)
    return Watching(tables)


def _business(survey: AdmittedSurvey, settings: DriverReportSettings) -> Watching:
    """Scores of accounts and of money, who speaks for them, and agents; nothing where no column tells."""
    responses, accounts, tables = survey.admission.responses, survey.admission.accounts, {}
    level: dict[str, Any] = {"confidence_level": settings.report.confidence_level}
    several = "account_id" in responses and responses["account_id"].dropna().duplicated().any()
    if accounts is not None and (several or with_value(accounts) or settings.watch.headline != "respondent"):
        scores = account_scores(responses, accounts, as_of=known_until(survey.admission), **level)
        tables["account_scores"] = scores[scores["metric"] != "nps"]
        tables["account_mix"] = account_mix(responses, accounts, as_of=known_until(survey.admission), **level)
    if "agent_id" in responses and responses["agent_id"].notna().any():
        case_mix = list(dict.fromkeys([*circumstances(responses), *survey.by]))
        tables["agents"] = adjusted_agents(responses, case_mix=case_mix, **level)
    return Watching(tables)


def _comparable(survey: AdmittedSurvey, changes: pd.DataFrame, settings: DriverReportSettings) -> Watching:
    """Whether the last period can be held against each one that the report holds it against."""
    pairs = changes[(changes["metric"] == "nps") & (changes["by"] == "")]
    responses, said, tables, notes = survey.admission.responses, {}, [], []
    for pair in pairs.to_dict("records"):
        spans = tuple((pair[f"{side}_start"], pair[f"{side}_end"]) for side in ("before", "after"))
        sides = [responses[_within(responses["responded_at"], *span)] for span in spans]
        judged = comparable(
            *sides,
            invitations=invitations_of(survey, settings),
            accounts=survey.admission.accounts,
            spans=(spans[0], spans[1]),
            by=survey.by or None,
            confidence_level=settings.report.confidence_level,
        )
        tables.append(judged.table)
        notes += judged.notes
        said[f"{pair['before_start']:%Y-%m-%d}"] = judged.headline
    table = conform("comparability", pd.concat(tables, ignore_index=True)) if tables else empty("comparability")
    return Watching({"comparability": table}, said, list(dict.fromkeys(notes)))


def _within(dates: pd.Series, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
    return (dates >= first) & (dates < last + pd.Timedelta(days=1))


def _watched(
    survey: AdmittedSurvey,
    found: FoundThemes | None,
    settings: DriverReportSettings,
    published_at: pd.Timestamp | None,
) -> Watching:
    """Every figure per period, what moved, and how far the targets are."""
    admission, chosen = survey.admission, settings.report
    per = watched_period(survey, settings)
    if not per:
        return Watching(notes=["All answers fall into one period: nothing can be watched yet."])
    headline = HEADLINES[settings.watch.headline]
    events = survey.sides.tables.get("events")
    moment = pd.Timestamp(admission.as_of) if published_at is None else published_at
    before = sent_before(
        settings,
        per=per,
        published_at=moment,
        same_since=same_answers_since(settings, admission.responses),
        until=_over_until(admission.responses, per, known_until(admission)),
    )
    watched = watch(
        admission.responses,
        per=per,
        by=watched_columns(survey, settings),
        metrics=watched_metrics(settings),
        mentions=found.mentions if found else None,
        themes=found.themes if found else None,
        commented=found.comments if found else None,
        also=None if headline == "nps" else _per_period(survey, per, headline, chosen.confidence_level),
        events=events,
        previous_alerts=before.alerts,
        watched_until=before.watched_until,
        not_remembered=before.not_remembered,
        moods=_moods(found),
        settings=alert_settings(settings),
        csat_scale=settings.csat.read() if settings.csat else None,
        ces_scale=settings.ces.read() if settings.ces else None,
        as_of=known_until(admission),
        confidence_level=chosen.confidence_level,
    )
    tables = {
        "series": watched.series,
        "change_points": watched.change_points,
        "alerts": watched.alerts,
        "traces": watched.traces,
    }
    if events is not None:
        tables["period_events"] = annotated(watched.series, events)
    judged, told = _targets(survey, watched.series, settings, per)
    notes = [*watched.notes, *_coarse(per, settings), *told]
    return Watching(tables | judged, notes=notes, n_judged=watched.n_judged, per=per)


def _over_until(responses: pd.DataFrame, per: str, known_at: pd.Timestamp | None) -> pd.Timestamp | None:
    """Last day of the last period that is over; None where none is."""
    if known_at is None:
        return None
    dates = responses["responded_at"].dropna()
    starts = period_starts(dates[dates <= known_at], per).drop_duplicates()
    ends = period_ends(starts, per)
    over = ends[is_finished(starts, ends, known_at)]
    return pd.Timestamp(over.max()) if len(over) else None


def _moods(found: FoundThemes | None) -> list[str]:
    """Themes that only say how people feel: no cause of anything, and no alert."""
    if found is None:
        return []
    checks = sentiment_only(found.themes, found.mentions)
    return list(checks.loc[~checks["passed"].astype(bool), "driver_id"].str.removeprefix("theme/"))


def _targets(
    survey: AdmittedSurvey, series: pd.DataFrame, settings: DriverReportSettings, per: str
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """How far the targets are, by the periods of the report, which may be longer than those that are watched."""
    admission, chosen = survey.admission, settings.report
    targets = targets_of(settings.target, admission.responses)
    if not targets:
        return {}, []
    of_report = chosen.per or choose_period(admission.responses)
    judged = judge_targets(
        targets,
        series if of_report == per else period_figures(survey, None, settings, of_report),
        as_of=pd.Timestamp(admission.as_of),
        own_benchmark=survey.sides.tables.get("benchmark"),
        behind=settings.watch.behind,
        confidence_level=chosen.confidence_level,
    )
    return {"targets": judged.targets, "target_path": judged.path}, list(judged.notes)


def _coarse(per: str, settings: DriverReportSettings) -> list[str]:
    """Say that a finer look is possible where the data chose long periods."""
    if settings.report.per or per == "month":
        return []
    return [
        f"Watched by {per}, since shorter periods have too few answers for a clear trend; what moves for a few months "
        "can stay unseen: `--per month` (`per` in the section [report]) looks closer."
    ]


def period_figures(
    survey: AdmittedSurvey, found: FoundThemes | None, settings: DriverReportSettings, per: str
) -> pd.DataFrame:
    """Return what a report shows per period, table `estimates`: metrics by group, the headline score, theme shares.

    Args:
        survey: What was let in.
        found: Its themes, or None.
        settings: Checked settings.
        per: The period; empty where there is none, and then no figure.
    """
    if not per:
        return empty("estimates")
    admission, chosen = survey.admission, settings.report
    level: dict[str, Any] = {
        "per": per,
        "as_of": known_until(admission),
        "confidence_level": chosen.confidence_level,
        "min_group": chosen.min_group,
    }
    parts = [
        estimates_of(
            admission.responses,
            metrics=watched_metrics(settings),
            by=watched_columns(survey, settings),
            csat_scale=settings.csat.read() if settings.csat else None,
            ces_scale=settings.ces.read() if settings.ces else None,
            **level,
        )
    ]
    headline = HEADLINES[settings.watch.headline]
    if headline != "nps":
        parts.append(_per_period(survey, per, headline, chosen.confidence_level))
    if found:
        read = admission.responses[admission.responses["response_id"].isin(found.comments["response_id"])]
        parts.append(theme_trend(found.mentions, read, parents=found.fitted.parents_, **level))
    return conform("estimates", pd.concat([part for part in parts if len(part)], ignore_index=True))


def _per_period(survey: AdmittedSurvey, per: str, headline: str, confidence_level: float) -> pd.DataFrame:
    accounts = survey.admission.accounts
    if accounts is None:
        raise AssertionError("a headline of accounts was let through without accounts")
    scores = account_scores(
        survey.admission.responses,
        accounts,
        per=per,
        as_of=known_until(survey.admission),
        confidence_level=confidence_level,
    )
    return scores[scores["metric"] == headline]


def standing_alerts(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return how many figures lie where an earlier alert saw them move to, in a sentence; empty for none.

    A first run raises none of them: an alert belongs to the period in which a figure moved.
    """
    alerts = tables.get("alerts")
    n = 0 if alerts is None else int((alerts["status"] == "known").sum())
    if not n:
        return ""
    return f"{n:,} figure{'s lie' if n != 1 else ' lies'} where an earlier change took {'them' if n != 1 else 'it'}"


def sentences_of(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the alerts and targets in sentences, the loudest first."""
    alerts, targets = tables.get("alerts"), tables.get("targets")
    loud = ("critical", "warning", "notice")
    said = []
    if alerts is not None:
        rows = alerts[alerts["status"] == "raised"]
        said += [reason for level in loud for reason in rows.loc[rows["severity"] == level, "reason"]]
    return said + ([] if targets is None else list(targets["reason"]))
