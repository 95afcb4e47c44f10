"""What to do next, as a step of the driver report: whom to call, win over and ask, and what became of contacts."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.actions import action_lists, closed_loop, money
from nps_insights.jobs.admission import AdmittedSurvey
from nps_insights.jobs.churn.nightly import FLAGS
from nps_insights.jobs.driving.driver_analysis import DriverAnalysis
from nps_insights.jobs.finished import read_table
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.watching.leaving import leaving_accounts
from nps_insights.tables import SettingsError, conform
from nps_insights.themes import FoundThemes

_RISK = ("account_id", "as_of", "risk")


@dataclass(frozen=True, eq=False)
class NextActions:
    """Lists, money and outcomes.

    Attributes:
        tables: Tables by name; those that nothing was known for are absent.
        notes: Plain sentences on what could not be told, and why.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def next_actions(
    survey: AdmittedSurvey, found: FoundThemes | None, drivers: DriverAnalysis, settings: DriverReportSettings
) -> NextActions:
    """Return the lists of actions, what categories are worth, and what became of earlier contacts.

    Nothing where the answers carry no dates or no account: nobody could be named.

    Args:
        survey: What was let in.
        found: Its themes, or None.
        drivers: The drivers: who is close to another category, and what themes do.
        settings: Checked settings; `input.flags` names the folder of a churn scoring.

    Raises:
        SettingsError: A setting is out of its bounds, or the folder holds no flags.
        DataRefusedError: The flags are of a later day than the answers.
    """
    responses, admission = survey.admission.responses, survey.admission
    flags = read_flags(settings.input.flags)
    if "account_id" not in responses or admission.as_of is None:
        if flags is not None:
            raise SettingsError("input.flags: the answers have no account_id or no dates, so no list can be made of it")
        return NextActions()
    moment = day_after(admission.as_of, flags)
    asked = settings.actions.checked()
    outcomes = survey.sides.tables.get("outcomes")
    themes = {"mentions": found.mentions, "themes": found.themes} if found else {}
    proposed = action_lists(
        responses,
        admission.accounts,
        as_of=moment,
        flags=flags,
        closest=drivers.tables.get("closest"),
        effects=drivers.tables["effects"],
        moods=moods_of(drivers.tables["driver_checks"]),
        comments=admission.comments,
        outcomes=outcomes,
        settings=asked,
        confidence_level=settings.report.confidence_level,
        random_state=settings.drivers.random_state,
        **themes,
    )
    tables = {"actions": proposed.actions, "action_lists": proposed.action_lists}
    level: dict[str, Any] = {"as_of": moment, "confidence_level": settings.report.confidence_level}
    if admission.accounts is not None and "value" in admission.accounts:
        valued = settings.money
        tables["money"] = money(
            responses,
            admission.accounts,
            risk=_risk(flags),
            horizon_days=valued.horizon_days,
            adjust=valued.adjust,
            fixed_shares=valued.fixed_shares or None,
            **level,
        )
    if outcomes is not None:
        tables["outcomes"] = outcomes
        tables["closed_loop"] = closed_loop(
            outcomes,
            responses,
            admission.accounts,
            contact_within=settings.contacts.within,
            close_within=settings.contacts.close_within,
            match=settings.contacts.match,
            **level,
        )
    leaving = leaving_accounts(
        flags,
        proposed.actions,
        flags_folder=settings.input.flags,
        training_folder=settings.input.churn_training,
        confidence_level=settings.report.confidence_level,
    )
    return NextActions(tables | leaving.tables, [*proposed.notes, *leaving.notes])


def read_flags(folder: str | None) -> pd.DataFrame | None:
    """Return table `flags` of a finished churn scoring; None where no folder is named.

    Raises:
        SettingsError: The folder holds no flags.
    """
    if folder is None:
        return None
    file = Path(folder) / FLAGS
    if not file.is_file():
        raise SettingsError(f"input.flags == {folder!r}: holds no {FLAGS}; name the folder of a finished churn scoring")
    return conform("flags", read_table(file))


def moods_of(checks: pd.DataFrame) -> list[str]:
    """Return the theme_ids of themes that only say how people feel: praise and blame tell nobody what to mend.

    Args:
        checks: Table `driver_checks`.

    Example:
        >>> moods_of(pd.DataFrame({"driver_id": ["theme/t1", "theme/t2"], "check": "sentiment_only",
        ...                        "passed": [True, False]}))
        ['t2']
    """
    failed = checks.loc[(checks["check"] == "sentiment_only") & ~checks["passed"].astype(bool), "driver_id"]
    return sorted({one.split("/")[1] for one in failed if one.startswith("theme/")})


def day_after(as_of: pd.Timestamp, flags: pd.DataFrame | None) -> pd.Timestamp:
    """Return the day after the last answer, so that it counts as known; that of the flags where they are later.

    Example:
        >>> day_after(pd.Timestamp("2026-06-30 16:40"), None)
        Timestamp('2026-07-01 00:00:00')
    """
    after = pd.Timestamp(as_of).normalize() + pd.Timedelta(days=1)
    return after if flags is None or flags.empty else max(after, flags["as_of"].max())


def _risk(flags: pd.DataFrame | None) -> pd.DataFrame | None:
    """The calibrated risks of the list; a rule has none."""
    if flags is None or "risk" not in flags:
        return None
    known = flags[flags["risk"].notna()]
    return None if known.empty else conform("risk", known[[*_RISK, *([] if "category" not in known else ["category"])]])
