"""The number alone: estimates of a survey file, by group and period, without reading a comment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from nps_insights.jobs.admission import AdmittedSurvey, admit, known_until, notes_of
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.watching.weights import raked_to, weighted_as_asked
from nps_insights.metrics import Grouping, Raked, account_scores, estimate_notes, estimates_of, kinds_of
from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError, conform

CROSSED = "*"
Scores = Literal["respondent", "account", "revenue"]
SCORES: tuple[Scores, ...] = ("respondent", "account", "revenue")
# What a person asks for -> metric of the table.
_METRIC_OF = {"account": "nps_account", "revenue": "nps_revenue"}


@dataclass(frozen=True, eq=False)
class Numbers:
    """Estimates, and what must be said beside them.

    Attributes:
        table: Table `estimates`.
        notes: Plain sentences.
    """

    table: pd.DataFrame
    notes: list[str]


def numbers_of(
    settings: DriverReportSettings,
    *,
    metrics: Sequence[str] = ("nps",),
    scores: Sequence[Scores] = ("respondent",),
    rolling: int | None = None,
    weights: str | None = None,
    rake: str | None = None,
    as_asked: Sequence[str] = (),
    apart: bool = False,
) -> Numbers:
    """Read a survey and return the metrics of all answers, of each group and period, each with its interval.

    Args:
        settings: Of the driver report; `report.by` (a name, or several joined by "*" to cross them), `report.per`,
            `answers`, `csat` and `ces` are used.
        metrics: Of nps, csat, ces and ces_top.
        scores: Whose NPS: of respondents, of accounts, and weighted by what accounts are worth.
        rolling: Days of a rolling window that ends with each period.
        weights: Column of weights of the table, such as "weight".
        rake: File of known shares, to which the answers are weighted.
        as_asked: Columns in which the answers are weighted to be like those who were asked; needs invitations.
        apart: Relational and transactional answers beside each other.

    Raises:
        SettingsError: A setting does not fit the file.
        DataRefusedError: Something must be stated first.
    """
    chosen = settings.report
    crossed = dict.fromkeys(part.strip() for name in chosen.by for part in name.split(CROSSED))
    columns = settings.model_copy(update={"report": chosen.model_copy(update={"by": tuple(crossed)})})
    survey = admit(columns, apart=apart)
    admission = survey.admission
    by = [_grouping(name, admission.responses) for name in chosen.by]
    asked: dict[str, Any] = {"per": chosen.per or "", "rolling": rolling, "as_of": known_until(admission), "by": by}
    asked["survey"] = "apart" if apart else settings.answers.survey
    level: dict[str, Any] = {"confidence_level": chosen.confidence_level, "min_group": chosen.min_group}
    _refuse_unscaled(metrics, settings)
    raked = _raked(survey, weights, rake, as_asked)
    tables = [
        estimates_of(
            admission.responses if raked is None else _weighted_alone(admission.responses, raked),
            metrics=metrics,
            weights=weights if raked is None else raked.weights,
            csat_scale=settings.csat.read() if settings.csat else None,
            ces_scale=settings.ces.read() if settings.ces else None,
            **asked,
            **level,
        )
    ]
    named = [_METRIC_OF[score] for score in scores if score in _METRIC_OF]
    if named:
        if admission.accounts is None:
            raise SettingsError(f"scores == {tuple(scores)!r}: needs the file of accounts; name it with --accounts")
        if weights or raked:
            raise SettingsError(
                f"scores == {tuple(scores)!r}: accounts count by what they are, so answers cannot be weighted there; "
                "ask for the respondent score alone, or leave the weights out"
            )
        for kind in _kinds(admission.responses, asked["survey"]):
            found = account_scores(admission.responses, admission.accounts, **asked | {"survey": kind}, **level)
            tables.append(found[found["metric"].isin(named)])
    table = conform("estimates", pd.concat(tables, ignore_index=True))
    notes = notes_of(admission, n_responses=len(survey.all_responses), weighted=bool(weights or raked))
    raking = raked.notes if raked else []
    return Numbers(table, [*_absent(table, metrics), *notes, *raking, *estimate_notes(admission.responses, **asked)])


def _absent(table: pd.DataFrame, metrics: Sequence[str]) -> list[str]:
    """Say which metric that was asked for nobody answered: an empty screen would leave the reader to guess."""
    known = set(table.loc[table["estimate"].notna(), "metric"])
    return [
        f"{name}: none of these answers has one; it may stand in the other survey (--survey-kind) or another column "
        f"(--columns {name.removesuffix('_top')}=...)"
        for name in metrics
        if name not in known
    ]


def _refuse_unscaled(metrics: Sequence[str], settings: DriverReportSettings) -> None:
    for name, scale, example in (("csat", settings.csat, "1-5"), ("ces", settings.ces, "7-1")):
        if scale is None and any(metric.startswith(name) for metric in metrics):
            raise SettingsError(f"{name}: on which scale was it asked? State it, worst first: --{name}-scale {example}")


def _raked(survey: AdmittedSurvey, weights: str | None, rake: str | None, as_asked: Sequence[str]) -> Raked | None:
    """Weights that are made here; None where a column is used, or none is asked for."""
    if sum(map(bool, (weights, rake, as_asked))) > 1:
        raise SettingsError("--weights, --rake and --weights-as-asked: only one of them can weight the answers")
    admission = survey.admission
    if weights and weights not in admission.responses:
        raise SettingsError(f'--weights == {weights!r}: no such column; map it: --columns weight="<its header>"')
    if rake:
        return raked_to(rake, admission.responses)
    if not as_asked:
        return None
    invitations = survey.sides.tables.get("invitations")
    return weighted_as_asked(invitations, admission.responses, admission.accounts, as_asked, known_until(admission))


def _weighted_alone(responses: pd.DataFrame, raked: Raked) -> pd.DataFrame:
    """The answers that have a weight: those of nobody who was asked have none, as the notes say."""
    return responses[responses["response_id"].isin(raked.weights.index)]


def _kinds(responses: pd.DataFrame, survey: str | None) -> list[str | None]:
    return [kind for kind in kinds_of(responses) if kind] if survey == "apart" else [survey]


def checked_scores(given: Sequence[str]) -> tuple[Scores, ...]:
    """Return whose NPS is asked for.

    Raises:
        SettingsError: One is none of respondent, account and revenue.

    Example:
        >>> checked_scores(["account"])
        ('account',)
    """
    unknown = sorted(set(given) - set(SCORES))
    if unknown:
        raise SettingsError(f"score == {unknown[0]!r}: must be one of {', '.join(SCORES)}")
    return tuple(score for score in SCORES if score in given)


def _grouping(name: str, responses: pd.DataFrame) -> Grouping:
    parts = tuple(_column(part.strip(), responses) for part in name.split(CROSSED))
    return parts if len(parts) > 1 else parts[0]


def _column(name: str, responses: pd.DataFrame) -> str:
    folded = {str(one).removeprefix(ATTRIBUTE_PREFIX).casefold(): str(one) for one in responses.columns}
    if name.casefold() not in folded:
        raise SettingsError(f"by == {name!r}: no such column; the responses have {', '.join(sorted(folded))}")
    return folded[name.casefold()]


def numbers_in_words(numbers: Numbers) -> str:
    """Return the estimates as lines to read in a terminal."""
    table = numbers.table
    lines = [_line(row) for row in table[table["metric"].isin(_SHOWN)].to_dict("records")]
    return "\n".join([*lines, *(f"note     {note}" for note in numbers.notes)])


_SHOWN = {"nps": "NPS", "nps_account": "NPS of accounts", "nps_revenue": "NPS by revenue", "csat": "CSAT", "ces": "CES"}
_SHOWN |= {"ces_top": "CES top boxes"}


def _line(row: dict[str, Any]) -> str:
    share = row["metric"] in ("csat", "ces_top")
    number = "{:.0%}" if share else ("{:.2f}" if row["metric"] == "ces" else "{:.0f}")
    what = [row.get("survey"), f"{row['by']}={row['group']}" if row["by"] else "all answers"]
    if pd.notna(row.get("period_start")):
        what.append(f"{row['period_start']:%Y-%m-%d} to {row['period_end']:%Y-%m-%d}")
    likely = "no range" if pd.isna(row["conf_low"]) else f"likely {_both(number, row)}"
    marks = [
        "too few to judge" if row["too_small"] else "",
        "" if row.get("finished") in (None, True) or pd.isna(row["finished"]) else "not over yet",
        row.get("reason") if isinstance(row.get("reason"), str) else "",
    ]
    said = "; ".join(mark for mark in marks if mark)
    figure = "–" if pd.isna(row["estimate"]) else number.format(row["estimate"])
    named = ", ".join(str(one) for one in what if isinstance(one, str))
    return f"{_SHOWN[row['metric']]:<16} {figure:>5} ({likely}), n = {row['n']:,}  {named}{'  ' + said if said else ''}"


def _both(number: str, row: dict[str, Any]) -> str:
    return f"{number.format(row['conf_low'])} to {number.format(row['conf_high'])}"
