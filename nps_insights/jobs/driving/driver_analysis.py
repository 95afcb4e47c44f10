"""What a run says of its drivers: effects, checks on them, groups, change, movement and scenarios, as tables."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.drivers import (
    Comparison,
    DriverEstimates,
    FittedCategory,
    change_parts,
    closest_customers,
    code_presence,
    effects_by_tone,
    estimate_drivers,
    estimate_movement,
    fit_category_model,
    group_effects,
    theme_presence,
)
from nps_insights.drivers.change.between import last_two_periods
from nps_insights.jobs.driving.driver_answers import Answers, model_answers
from nps_insights.jobs.driving.driver_questions import asked_change
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.tables import ATTRIBUTE_PREFIX, DRIVER_TABLES, conform, empty

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class DriverInput:
    """Tables of one run that its drivers are estimated from.

    Attributes:
        responses: Table `responses`.
        comments: Table `comments`: those that say something and that could be read.
        mentions: Table `mentions`; None where there are no themes.
        themes: Table `themes`; None where there are none.
        codes: Table `codes`, or None.
        accounts: Table `accounts`, or None.
        code_names: All codes that there are.
        attributes: Attributes that are drivers, without prefix.
        controls: Attributes that are adjusted for, without prefix.
        by: Columns of the responses to group by.
        as_of: Moment of knowing; None where answers have no dates.
    """

    responses: pd.DataFrame
    comments: pd.DataFrame
    mentions: pd.DataFrame | None
    themes: pd.DataFrame | None
    codes: pd.DataFrame | None
    accounts: pd.DataFrame | None
    code_names: list[str]
    attributes: list[str]
    controls: list[str]
    by: list[str]
    as_of: pd.Timestamp | None

    @property
    def presence(self) -> pd.DataFrame:
        """Which response mentions what: of the themes where there are any, of the codes otherwise."""
        if self.mentions is not None and self.themes is not None:
            return theme_presence(self.mentions, self.themes)
        return code_presence(self.codes if self.codes is not None else pd.DataFrame(columns=["response_id", "code"]))


@dataclass(frozen=True, eq=False)
class DriverAnalysis:
    """What came out.

    Attributes:
        tables: Tables by name; those with nothing to say are empty.
        controls: What the model adjusts for beside the drivers.
        notes: Plain sentences on what a reader must know.
        category: The classifier of the category, where one was asked for and could be trained.
    """

    tables: dict[str, pd.DataFrame]
    controls: list[str]
    notes: list[str]
    category: FittedCategory | None = field(default=None)


def analyse_drivers(given: DriverInput, settings: DriverReportSettings) -> DriverAnalysis:
    """Estimate the drivers of a run and everything that is asked of them.

    Raises:
        SettingsError: A group, a period or a driver is named that is not there.
    """
    _log.info("estimating drivers")
    estimates = _estimated(given, settings)
    tables = {table.name: empty(table.name) for table in DRIVER_TABLES}
    tables |= {"effects": estimates.effects, "left_out": estimates.left_out}
    notes = list(estimates.notes)
    for more, said in _questions(given, settings, estimates):
        tables |= more
        notes += said
    for name, rows in _by_tone(given, settings, notes).items():
        tables[name] = conform(name, pd.concat([tables[name], rows], ignore_index=True))
    category, more = _category(given, settings, notes)
    return DriverAnalysis(tables | more, estimates.controls, notes, category)


def _estimated(given: DriverInput, settings: DriverReportSettings) -> DriverEstimates:
    return estimate_drivers(
        given.responses,
        given.comments,
        mentions=given.mentions,
        themes=given.themes,
        codes=given.codes,
        code_names=given.code_names,
        attributes=given.attributes,
        controls=given.controls,
        min_present=settings.drivers.min_present,
        confidence_level=settings.report.confidence_level,
    )


def _questions(given: DriverInput, settings: DriverReportSettings, estimates: DriverEstimates) -> Iterator[Answers]:
    """One after the other: what each question to the fitted model says."""
    yield model_answers(estimates.fitted, estimates.effects, given.themes, given.mentions, settings)
    yield _by_group(given, settings)
    yield _change(given, settings)
    yield _movement(given, settings)


def _by_group(given: DriverInput, settings: DriverReportSettings) -> Answers:
    parts, notes = [empty("group_effects")], []
    for column in given.by:
        name = column.removeprefix(ATTRIBUTE_PREFIX)
        rows, said = group_effects(
            given.responses,
            given.comments,
            given.presence,
            by=column,
            attributes=[one for one in given.attributes if one != name],
            controls=[one for one in given.controls if one != name],
            min_present=settings.drivers.min_present,
            confidence_level=settings.report.confidence_level,
        )
        parts.append(rows)
        notes += said
    return {"group_effects": conform("group_effects", pd.concat(parts, ignore_index=True))}, notes


def _change(given: DriverInput, settings: DriverReportSettings) -> Answers:
    """What is asked, and in any case the last change: the report says why the number at its top moved."""
    asked = settings.drivers.between
    last = last_two_periods(given.responses, per=settings.report.per or "", as_of=given.as_of)
    wanted = asked_change(asked, given.responses) if asked else None
    parts, notes = _parts_of(wanted or last, given, settings)
    if wanted and last and wanted.periods != last.periods:
        further, said = _parts_of(last, given, settings)
        # That the last change cannot be taken apart is no answer to the question that was asked.
        if len(further):
            parts, notes = pd.concat([parts, further], ignore_index=True), [*notes, *said]
    return {"change_parts": conform("change_parts", parts)}, notes


def _parts_of(
    between: Comparison | None, given: DriverInput, settings: DriverReportSettings
) -> tuple[pd.DataFrame, list[str]]:
    found = change_parts(
        given.responses,
        given.comments,
        given.presence,
        between=between,
        per=settings.report.per or "",
        as_of=given.as_of,
        attributes=given.attributes,
        controls=given.controls,
        min_present=settings.drivers.min_present,
        confidence_level=settings.report.confidence_level,
    )
    return found.parts, found.notes


def _movement(given: DriverInput, settings: DriverReportSettings) -> Answers:
    found = estimate_movement(
        given.responses,
        given.comments,
        given.presence,
        accounts=given.accounts,
        as_of=given.as_of,
        attributes=given.attributes,
        controls=given.controls,
        reliability=settings.drivers.reliability,
        random_state=settings.drivers.random_state,
        confidence_level=settings.report.confidence_level,
    )
    return {"movement": found.movement, "movers": found.movers, "movement_effects": found.effects}, found.notes


def _by_tone(given: DriverInput, settings: DriverReportSettings, notes: list[str]) -> dict[str, pd.DataFrame]:
    """Rows that join the tables `effects` and `negative_controls`."""
    if not settings.drivers.by_tone or given.mentions is None or given.themes is None:
        return {}
    toned = effects_by_tone(
        given.responses,
        given.comments,
        given.mentions,
        given.themes,
        attributes=given.attributes,
        controls=given.controls,
        min_present=settings.drivers.min_present,
        random_state=settings.drivers.random_state,
        confidence_level=settings.report.confidence_level,
    )
    notes += toned.notes
    return {"effects": toned.effects, "negative_controls": toned.placebo}


def _category(
    given: DriverInput, settings: DriverReportSettings, notes: list[str]
) -> tuple[FittedCategory | None, dict[str, pd.DataFrame]]:
    if not settings.drivers.category_model:
        return None, {"closest": empty("closest"), "category_scores": empty("category_scores")}
    fitted = fit_category_model(
        given.responses,
        given.comments,
        given.presence,
        attributes=given.attributes,
        min_present=settings.drivers.min_present,
        random_state=settings.drivers.random_state,
        confidence_level=settings.report.confidence_level,
    )
    notes += fitted.notes
    # An answer of years ago tells nobody whom to win over today.
    days = pd.Timedelta(days=settings.actions.passive_days)
    since = None if given.as_of is None else given.as_of - days
    closest = closest_customers(fitted.probabilities, given.responses, since=since)
    return fitted, {"closest": closest, "category_scores": fitted.scores}
