"""Read the answers of each row: score, date and what stands beside them."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from nps_insights.metrics import categorize
from nps_insights.survey.circumstances import circumstances
from nps_insights.survey.comments import cleaned
from nps_insights.survey.files.read import RawTable
from nps_insights.survey.ids.customer_ids import customer_ids
from nps_insights.survey.ledger import Ledger
from nps_insights.survey.mapping.columns import ColumnMapping
from nps_insights.survey.mapping.looks import look_at
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.attributes import attribute_columns
from nps_insights.survey.values.dates import (
    FAR_DAYS,
    DateColumn,
    after_moment,
    format_in_words,
    implausibly_late,
    parse_dates,
)
from nps_insights.survey.values.kinds import quarantine_unknown_kinds, survey_kinds
from nps_insights.survey.values.numbers import is_missing, parse_numbers
from nps_insights.survey.values.ratings import RATINGS, Rating, read_rating
from nps_insights.survey.values.scale import ScaleFinding, row_scales, scale_findings
from nps_insights.survey.values.scores import numbers_stated, parse_scores
from nps_insights.tables import DataRefusedError, counted

_CUSTOMERS = ("account_id", "contact_id")
_TEXTS = ("contact_role", "touchpoint", "channel", "agent_id")


@dataclass(frozen=True, eq=False)
class Answers:
    """What each row of the file states.

    Attributes:
        texts: Score cells, stripped; a blank one holds its response's score from another row.
        no_answer: Where the score cell says that there is no answer.
        scored: Columns score (after turning), reason, low, high, detractor_to, promoter_from.
        dates: When it was answered; None without such a column.
        date_reasons: Why a date was refused; None without such a column.
        date_texts: Date cells; None without such a column.
        weights: Weights, None without such a column.
        bad_weights: Where a weight is no positive number.
        ratings: csat and ces, as far as there are columns.
        kinds: Cells that say which kind of survey it is, as the user stated it; None where nobody did.
        findings: What the scores say about their scale.
        notes: What was done, in sentences.
    """

    texts: pd.Series
    no_answer: pd.Series
    scored: pd.DataFrame
    dates: pd.Series | None = None
    date_reasons: pd.Series | None = None
    date_texts: pd.Series | None = None
    weights: pd.Series | None = None
    bad_weights: pd.Series | None = None
    ratings: dict[str, Rating] = field(default_factory=dict)
    kinds: pd.Series | None = None
    findings: tuple[ScaleFinding, ...] = ()
    notes: tuple[str, ...] = field(default=())


def read_answers(raw: RawTable, mapping: ColumnMapping, settings: SurveySettings) -> Answers:
    """Read score, date and weight of every row; judge nothing yet.

    Args:
        raw: The export as read.
        mapping: Which column is which field; score is there.
        settings: What the user states.

    Raises:
        SettingsError: Cuts are missing, or the date format is none.
        DataRefusedError: The dates can be read in two ways, or most of them not in the stated one.

    Example:
        >>> frame = pd.DataFrame({"nps": ["9", "7 "]}, dtype="str")
        >>> raw = RawTable("export.csv", frame, np.array([2, 3]), pd.DataFrame())
        >>> read_answers(raw, ColumnMapping({"score": ("nps",)}, {}), SurveySettings()).scored["score"].tolist()
        [9.0, 7.0]
    """
    frame = raw.frame
    texts = _filled(frame, mapping)
    missing = {text.strip().lower() for text in settings.missing_scores}
    no_answer = is_missing(texts) | texts.str.lower().isin(missing)
    dates, date_notes = _dates(raw, mapping, settings)
    values = None if dates is None else dates.dates
    # A score that another row of the response states is one answer, not two.
    own = frame[column_of(mapping, "score")].str.strip()
    findings = _findings(frame, mapping, settings, own.mask(no_answer, ""), values)
    # The findings come first: "the scale changes" tells more than "cuts are missing".
    blocked = any(finding.blocks for finding in findings)
    scored = _scored(texts, values, SurveySettings(scale=(0, 10)) if blocked else settings)
    weights = bad_weights = None
    if column := mapping.one("weight"):
        weights = parse_numbers(frame[column], column)
        bad_weights = ~is_missing(frame[column]) & ~(weights >= 0)
    ratings = {
        name: read_rating(name, frame[columns[0]], settings)
        for name, columns in mapping.columns.items()
        if name in RATINGS
    }
    return Answers(
        texts=texts,
        no_answer=no_answer,
        scored=scored,
        dates=values,
        date_reasons=None if dates is None else dates.reasons,
        date_texts=None if dates is None else frame[column_of(mapping, "responded_at")].str.strip(),
        weights=weights,
        bad_weights=bad_weights,
        ratings=ratings,
        kinds=frame[column_of(mapping, "survey")] if mapping.how.get("survey") == "stated" else None,
        findings=tuple(findings),
        notes=(*_notes(dates, findings), *date_notes, *_doubtful_dates(values, settings)),
    )


def column_of(mapping: ColumnMapping, name: str) -> str:
    """Return the column of a field that must have one.

    Raises:
        KeyError: The field has none.

    Example:
        >>> column_of(ColumnMapping({"score": ("nps",)}, {}), "score")
        'nps'
    """
    return mapping.columns[name][0]


def refuse_unstated_scale(answers: Answers) -> None:
    """Stop where the scores contradict the scale that is assumed.

    Args:
        answers: What the rows state.

    Raises:
        DataRefusedError: A finding blocks; the message holds all of them and what to state.
    """
    blocking = [finding.message for finding in answers.findings if finding.blocks]
    if blocking:
        raise DataRefusedError("\n".join(blocking))


def quarantine_bad_answers(ledger: Ledger, answers: Answers, settings: SurveySettings) -> None:
    """Take out rows without answer, with a score or date that cannot be read, and those after `as_of`.

    Args:
        ledger: Books of the file; changed.
        answers: What the rows state.
        settings: `as_of` is used.
    """
    blank = (ledger.raw.frame.apply(lambda cells: cells.str.strip()) == "").all(axis="columns")
    ledger.take_out(blank, "filtered", "the row is blank")
    stated = answers.no_answer & (answers.texts != "")
    for text in sorted(answers.texts[stated].unique()):
        ledger.take_out(answers.texts == text, "filtered", f"the score is {text!r}, which means no answer")
    ledger.take_out(answers.no_answer, "filtered", "no score was given")
    if answers.dates is not None and answers.date_reasons is not None:
        ledger.quarantine(answers.date_reasons != "", "responded_at", answers.date_reasons, answers.date_texts)
        if isinstance(settings.as_of, pd.Timestamp):
            late = after_moment(answers.dates, settings.as_of)
            ledger.take_out(late, "filtered", f"answered after {settings.as_of:%Y-%m-%d}")
        else:
            late = implausibly_late(answers.dates)
            ledger.quarantine(late, "responded_at", "lies implausibly long after nearly all others", answers.date_texts)
        undated = answers.scored["low"].isna() & answers.dates.isna()
        ledger.quarantine(undated, "responded_at", "is unknown, and the scale changes by date", answers.date_texts)
    ledger.quarantine(answers.scored["reason"] != "", "score", answers.scored["reason"], answers.texts)
    if answers.bad_weights is not None:
        ledger.quarantine(answers.bad_weights, "weight", "is not a number of at least 0", None)
    for name, rating in answers.ratings.items():
        ledger.quarantine(rating.reasons != "", name, rating.reasons, rating.texts)
    if answers.kinds is not None:
        quarantine_unknown_kinds(ledger, answers.kinds)


def response_fields(
    cells: pd.DataFrame, mapping: ColumnMapping, answers: Answers, kept: pd.Series, settings: SurveySettings
) -> tuple[pd.DataFrame, list[str]]:
    """Return the columns of the responses table for every kept row, without response_id, and notes.

    Args:
        cells: Kept rows as read.
        mapping: Which column is which field.
        answers: What the rows state.
        kept: Which rows of the file are kept.
        settings: What the user states.
    """
    scored = answers.scored[kept]
    fields: dict[str, pd.Series] = {
        "score": scored["score"],
        "scale_min": scored["low"],
        "scale_max": scored["high"],
        "category": _categories(scored),
    }
    notes = []
    for name in (name for name in _CUSTOMERS if name in mapping.columns):
        fields[name], told = customer_ids(cleaned(cells[column_of(mapping, name)]), name)
        notes += told
    for name in (name for name in _TEXTS if name in mapping.columns):
        texts = cleaned(cells[column_of(mapping, name)])
        fields[name] = texts.mask(texts == "")
    if answers.dates is not None:
        fields["responded_at"] = answers.dates[kept]
    if answers.weights is not None:
        fields["weight"] = answers.weights[kept]
    if "survey" in mapping.columns:
        fields["survey"] = survey_kinds(cells[column_of(mapping, "survey")])
    for name, rating in answers.ratings.items():
        fields[name] = rating.numbers[kept]
        notes += [rating.note] if rating.note else []
    came_about, told = circumstances(cells, mapping, fields.get("responded_at"), settings)
    fields |= came_about
    notes += told
    rows = pd.DataFrame(fields, index=cells.index)
    return pd.concat([rows, attribute_columns(cells[list(mapping.attributes)])], axis="columns"), notes


def _dates(raw: RawTable, mapping: ColumnMapping, settings: SurveySettings) -> tuple[DateColumn | None, list[str]]:
    column = mapping.one("responded_at")
    if column is None:
        return None, []
    stated = settings.date_format
    zone = "" if raw.tool is None else raw.tool.zones.get(column, "")
    found = parse_dates(raw.frame[column], column, date_format=stated, missing=settings.missing_dates, zone=zone)
    unread = found.reasons != ""
    if stated is None or not unread.any():
        return found, []
    # Who states the format knows that it does not fit all; an answer is worth keeping without its date.
    n_unread, n_given = int(unread.sum()), int(found.dates.notna().sum() + unread.sum())
    first = int(raw.row_numbers[unread.to_numpy()].min())
    are, they = ("is", "it is") if n_unread == 1 else ("are", "they are")
    note = (
        f"responded_at: {n_unread:,} of {n_given:,} dates {are} not {format_in_words(stated)} (first: row {first}); "
        f"{they} left empty"
    )
    return replace(found, reasons=found.reasons.mask(unread, "")), [note]


def _filled(frame: pd.DataFrame, mapping: ColumnMapping) -> pd.Series:
    """Score cells; a blank one takes the score that another row of its response_id states, if all agree."""
    texts = frame[column_of(mapping, "score")].str.strip()
    column = mapping.one("response_id")
    if column is None:
        return texts
    ids = frame[column].str.strip()
    stated = texts[(texts != "") & (ids != "")].groupby(ids, sort=False).agg(["first", "nunique"])
    known = stated.loc[stated["nunique"] == 1, "first"]
    borrowed = ids.map(known) if len(known) else pd.Series(np.nan, index=ids.index, dtype="str")
    return texts.mask((texts == "") & borrowed.notna(), borrowed)


def _findings(
    frame: pd.DataFrame, mapping: ColumnMapping, settings: SurveySettings, texts: pd.Series, dates: pd.Series | None
) -> list[ScaleFinding]:
    others = [name for name in mapping.unused if look_at(frame[name]).kind == "rating"]
    comments = mapping.columns.get("comment", ())
    return scale_findings(
        numbers_stated(texts),
        settings,
        dates=dates,
        texts=texts,
        header=column_of(mapping, "score"),
        comments=frame[comments[0]] if comments else None,
        ratings=pd.DataFrame({name: numbers_stated(frame[name]) for name in others}) if others else None,
    )


def _scored(texts: pd.Series, dates: pd.Series | None, settings: SurveySettings) -> pd.DataFrame:
    scales = row_scales(settings, dates, len(texts)).set_index(texts.index)
    scored = parse_scores(texts, low=scales["low"].fillna(-np.inf), high=scales["high"].fillna(np.inf))
    turned = scales["worst"] > scales["best"]
    score = scored["score"].mask(turned, scales["low"] + scales["high"] - scored["score"])
    return scales.assign(score=score, reason=scored["reason"])


def _categories(scored: pd.DataFrame) -> pd.Series:
    by_scale = scored.groupby(["detractor_to", "promoter_from"], sort=False)["score"]
    parts = [categorize(scores, detractor_to=low, promoter_from=high) for (low, high), scores in by_scale]
    return pd.concat(parts).reindex(scored.index)


def _doubtful_dates(dates: pd.Series | None, settings: SurveySettings) -> list[str]:
    """Say which dates lie after the moment of knowing or, where none is stated, far behind nearly all others.

    Those that can hardly be meant are refused (`quarantine_bad_answers`); others move the moment of knowing.
    """
    if dates is None or dates.isna().all():
        return []
    if isinstance(settings.as_of, pd.Timestamp):
        late = after_moment(dates, settings.as_of)
        n = int(late.sum())
        told = f"{counted(n, 'row is', 'rows are')} dated after {settings.as_of:%Y-%m-%d}, the moment of knowing"
        left = f"{'it is' if n == 1 else 'they are'} left out"
        return [f"responded_at: {told} (the last {dates.max():%Y-%m-%d}); {left}"] if n else []
    usual = dates.quantile(0.99, interpolation="lower")
    refused = implausibly_late(dates)
    n_far = int(((dates > usual + pd.Timedelta(days=FAR_DAYS)) & ~refused).sum())
    if n := int(refused.sum()):
        are, them = ("is", "it") if n == 1 else ("are", "them")
        return [
            f"responded_at: {counted(n, 'row is', 'rows are')} dated implausibly long after nearly all others (the "
            f"last {dates.max():%Y-%m-%d}; 99 % lie before {usual:%Y-%m-%d}) and {are} refused, since the last date is "
            f"taken as the moment of knowing; mend {them}, or state as_of to keep what is dated up to it"
        ]
    if not n_far:
        return []
    return [
        f"responded_at: {counted(n_far, 'row is', 'rows are')} dated more than a year after nearly all others (the "
        f"last {dates.max():%Y-%m-%d}; 99 % lie before {usual:%Y-%m-%d}); the last date is taken as the moment of "
        f"knowing, so if {'this is' if n_far == 1 else 'these are'} wrong, state as_of"
    ]


def _notes(dates: DateColumn | None, findings: list[ScaleFinding]) -> tuple[str, ...]:
    notes = [finding.message for finding in findings if not finding.blocks]
    if dates is not None:
        notes += dates.notes
        told = counted(dates.n_missing, "date was stated to mean", "dates were stated to mean")
        notes += [f"responded_at: {told} unknown"] if dates.n_missing else []
    return tuple(notes)
