"""What a run says about itself: to the report, to the manifest and to MLflow."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from nps_insights.jobs.admission import AdmittedSurvey
from nps_insights.jobs.driving.driver_analysis import DriverAnalysis, DriverInput
from nps_insights.jobs.manifest import versions
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.settings.secrets import masked
from nps_insights.metrics import overall
from nps_insights.report import USUAL_TITLE, ReportFacts
from nps_insights.report.editions.persons import PERSON_FIELDS
from nps_insights.survey import Admission
from nps_insights.survey.mapping.aliases import is_account_alias, is_alias
from nps_insights.survey.privacy.known_people import identifying
from nps_insights.themes import FoundThemes


def report_facts(
    settings: DriverReportSettings,
    survey: AdmittedSurvey,
    found: FoundThemes | None,
    controls: Sequence[str],
    run_id: str,
    notes: list[str],
    command: str,
) -> ReportFacts:
    """Return what the page must know beside the tables."""
    admission, installed = survey.admission, versions()
    segments = found.segments if found else pd.DataFrame(columns=["segment_id"])
    mentioned = found.mentions["segment_id"].nunique() if found else 0
    return ReportFacts(
        title=settings.report.title or USUAL_TITLE,
        source_name=survey.raw.name,
        as_of=None if admission.as_of is None else admission.as_of.date(),
        scale=admission.scale,
        counts=admission.counts,
        reasons=reasons_of(admission.breakdown) | reasons_of(admission.account_breakdown, "accounts: "),
        n_responses=len(admission.responses),
        account_counts=joined_accounts(survey),
        refused_columns=admission.refused_attributes,
        encoder=settings.themes.encoder if found else "",
        n_segments=len(segments),
        n_without_theme=len(segments) - mentioned,
        n_says_nothing=int(admission.comments["says_nothing"].sum()),
        controls=tuple(controls),
        confidence_level=settings.report.confidence_level,
        min_group_size=settings.report.min_group,
        run_id=run_id,
        version=installed["nps-insights"],
        versions=installed,
        command=masked(command),
        simulated=survey.simulated,
        settings={name: str(value) for name, value in logged_parameters(settings).items()},
        notes=tuple(notes),
        survey=_kind_of_survey(admission.responses, settings),
        currency=settings.money.currency,
        value_column=admission.account_columns.get("value", ""),
        person_columns=_person_columns(survey),
    )


def _person_columns(survey: AdmittedSurvey) -> tuple[str, ...]:
    """Columns of both files that were read as a field that names somebody, or are called like one."""
    admission, files = survey.admission, [one for one in (survey.raw, survey.accounts) if one is not None]
    found = {column for name in PERSON_FIELDS for column in admission.mapping.columns.get(name, ())}
    found |= {column for name, column in admission.account_columns.items() if name in PERSON_FIELDS}
    for column in (str(column) for file in files for column in file.frame.columns):
        named = any(is_alias(column, name) for name in ("account_id", "contact_id", "agent_id"))
        if named or identifying(column) or any(is_account_alias(column, name) for name in ("owner", "account_name")):
            found.add(column)
    return tuple(sorted(found))


def _kind_of_survey(responses: pd.DataFrame, settings: DriverReportSettings) -> str:
    """What was asked for, else what all answers say of themselves; empty where they do not."""
    if settings.answers.survey:
        return settings.answers.survey
    kinds = set(responses["survey"].dropna()) if "survey" in responses else set()
    return str(kinds.pop()) if len(kinds) == 1 else ""


def reasons_of(breakdown: Mapping[str, Mapping[str, int]], prefix: str = "") -> dict[str, int]:
    """Return reason -> rows of everything that was set aside; equal reasons of several fates are added.

    Example:
        >>> reasons_of({"duplicate": {"exact copy": 2}, "filtered": {"exact copy": 1}})
        {'exact copy': 3}
    """
    rows: Counter[str] = Counter()
    for reasons in breakdown.values():
        rows.update({prefix + reason: n for reason, n in reasons.items()})
    return dict(rows)


def joined_accounts(survey: AdmittedSurvey) -> dict[str, int]:
    """Return how the two files met, as sentence fragment -> count; empty without an accounts file."""
    admission = survey.admission
    if admission.accounts is None:
        return {}
    silent, unknown = len(admission.accounts_without_response), admission.responses_without_account
    return {
        "accounts in the file": len(admission.accounts),
        "accounts with an answer": len(admission.accounts) - silent,
        "accounts without an answer": silent,
        "answers whose account is not in the file": int(admission.responses["account_id"].isin(unknown).sum()),
    }


def manifest_facts(
    settings: DriverReportSettings,
    survey: AdmittedSurvey,
    read_by: Mapping[str, Any] | None,
    tables: Mapping[str, pd.DataFrame],
    run_id: str,
    notes: list[str],
    command: str,
) -> dict[str, Any]:
    """Return what the manifest tells."""
    admission = survey.admission
    return {
        "job": settings.job,
        "command": masked(command),
        "settings": masked(settings.model_dump(mode="json")),
        "inputs": inputs_of(survey),
        "columns": {name: list(columns) for name, columns in admission.mapping.columns.items()},
        "counts": dict(admission.counts),
        "set_aside": {fate: dict(reasons) for fate, reasons in admission.breakdown.items()},
        "account_counts": dict(admission.account_counts),
        "side_counts": survey.sides.counts,
        "redactions": redactions_of(admission),
        "pseudonym_key": settings.privacy.key_fingerprint(),
        "answers": survey.ruled,
        "as_of": admission.as_of,
        "themes": read_by,
        "random_state": settings.themes.random_state,
        "rows": {name: len(table) for name, table in sorted(tables.items())},
        "run_id": run_id,
        "versions": versions(),
        "notes": notes,
    }


def redactions_of(admission: Admission) -> dict[str, int]:
    """Return kind -> how many were taken out of the comments."""
    counts = admission.redactions
    return {str(kind): int(n) for kind, n in zip(counts["kind"], counts["n"], strict=True)}


def driver_facts(given: DriverInput, analysis: DriverAnalysis) -> dict[str, Any]:
    """Return what the manifest tells of the drivers: enough to estimate them again from the run's tables."""
    return {
        "attributes": given.attributes,
        "controls": given.controls,
        "by": given.by,
        "code_names": given.code_names,
        "notes": analysis.notes,
    }


def inputs_of(survey: AdmittedSurvey) -> dict[str, dict[str, str]]:
    """Return name, sha256 and encoding of each file that was read."""
    files = {"survey": survey.raw} | ({"accounts": survey.accounts} if survey.accounts else {})
    read = {
        role: {"name": raw.name, "sha256": raw.sha256, "encoding": raw.encoding, "delimiter": raw.delimiter}
        for role, raw in files.items()
    }
    return read | survey.sides.hashes


def logged_parameters(settings: DriverReportSettings) -> dict[str, Any]:
    """Return the settings that were stated, flat, as `section.key`."""
    stated = masked(settings.model_dump(mode="json", exclude_defaults=True))
    flat: dict[str, Any] = {}
    for section, values in stated.items():
        if isinstance(values, dict):
            flat |= {f"{section}.{key}": value for key, value in values.items()}
        else:
            flat[section] = values
    return flat


def logged_figures(tables: Mapping[str, pd.DataFrame], counts: Mapping[str, int]) -> dict[str, float]:
    """Return the figures that MLflow compares between runs."""
    figures: dict[str, float] = {f"rows_{name}": float(count) for name, count in counts.items()}
    for row in overall(tables["estimates"]).itertuples():
        figures[row.Index] = row.estimate
        figures[f"{row.Index}_low"], figures[f"{row.Index}_high"] = row.conf_low, row.conf_high
        figures["n_responses"] = float(row.n)
    themes = tables["themes"]
    return figures | {"n_themes": float((themes["level"] == 2).sum()), "n_mentions": float(len(tables["mentions"]))}
