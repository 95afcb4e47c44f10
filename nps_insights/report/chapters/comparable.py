"""Chapter: whether the last period can be held against an earlier one, question by question."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.report import words
from nps_insights.report.facts import ReportFacts
from nps_insights.report.languages import ENGLISH, language_spoken, say
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.rows.watch_words import sentence

_QUESTIONS = {
    "scale": "Scale",
    "wording": "Wording",
    "survey": "Kind of survey",
    "channel": "Channel",
    "touchpoint": "Touchpoint",
    "trigger": "Trigger",
    "customer_mix": "Customer mix",
    "sampling": "Who was asked",
    "response_rate": "Response rate",
}
# What stands in the way comes first, what was found alike last.
_RESULTS = {
    "changed": "changed",
    "adjusted": "shifted, taken out",
    "not_known": "not known",
    "same": "alike",
}


@dataclass(frozen=True)
class Pair:
    """Two periods: the question, its answer in a sentence, what was not found alike, and what was."""

    question: str
    answer: str
    unlike: TextTable | None
    alike: TextTable | None


@dataclass(frozen=True)
class Comparable:
    """Every earlier period that the last one is held against, the latest first."""

    pairs: list[Pair] = field(default_factory=list)


def comparable_chapter(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> Comparable:
    """Return the chapter; without table `comparability` it has no pairs and does not appear.

    Args:
        tables: Tables as `report_tables` returns them.
        facts: Facts of the run; `comparable` answers each question in a sentence.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> comparable_chapter(report_tables({}), ReportFacts(title="T", source_name="s.csv")).pairs
        []
    """
    rows = tables["comparability"]
    starts = sorted(rows["before_start"].dropna().unique(), reverse=True)
    return Comparable([_pair(rows[rows["before_start"] == start], facts) for start in starts])


def comparable_with(row: pd.Series, tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> str:
    """Return question and answer on one earlier period, for the first screen; nothing where it was not looked at.

    Args:
        row: Row of table `changes`; `before_start` and `before_end` name the earlier period.
        tables: Tables as `report_tables` returns them.
        facts: Facts of the run; `comparable` answers each question in a sentence.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> facts = ReportFacts(title="T", source_name="s.csv", comparable={"2026-04-01": "Yes."})
        >>> period = pd.Series({"before_start": pd.Timestamp("2026-04-01"), "before_end": pd.Timestamp("2026-06-30")})
        >>> comparable_with(period, report_tables({}), facts)
        'Comparable with Q2 2026? Yes.'
    """
    rows = tables["comparability"]
    said = _answer(row["before_start"], rows[rows["before_start"] == row["before_start"]], facts, most=400)
    return f"{_question(row['before_start'], row['before_end'])} {said}" if said else ""


def _answer(start: pd.Timestamp, rows: pd.DataFrame, facts: ReportFacts, *, most: int) -> str:
    """The answer as the analysis words it, in English; in another language what it found, question by question."""
    written = sentence(facts.comparable.get(f"{start:%Y-%m-%d}", ""), most=most)
    if not written or language_spoken() == ENGLISH:
        return written
    found = {result: _questions_found(rows, result) for result in _RESULTS}
    named = {result: " · ".join(questions) for result, questions in found.items()}
    unknown = say(" Not known: {questions}.", questions=named["not_known"]) if named["not_known"] else ""
    if named["changed"]:
        return say("No. Changed: {questions}.", questions=named["changed"])
    if named["adjusted"]:
        return say("Yes, after adjusting. Shifted and taken out: {questions}.", questions=named["adjusted"]) + unknown
    if not named["same"]:
        return say("Not known: the answers tell nothing of how they were collected.")
    if len(found["not_known"]) > len(found["same"]):
        return say("Only partly known. Alike: {questions}.", questions=named["same"]) + unknown
    return say("Yes, as far as known.") + unknown if unknown else say("Yes.")


def _questions_found(rows: pd.DataFrame, result: str) -> list[str]:
    asked = set(rows.loc[rows["result"] == result, "check"])
    return [say(name) for check, name in _QUESTIONS.items() if check in asked]


def _question(start: pd.Timestamp, end: pd.Timestamp) -> str:
    return say("Comparable with {period}?", period=words.period(start, end))


def _pair(rows: pd.DataFrame, facts: ReportFacts) -> Pair:
    first = rows.iloc[0]
    names = [words.period(first[f"{side}_start"], first[f"{side}_end"]) for side in ("before", "after")]
    order = {name: place for place, name in enumerate(_RESULTS)}
    asked = {name: place for place, name in enumerate(_QUESTIONS)}
    ordered = rows.assign(
        found=rows["result"].map(order), asked=rows["check"].map(asked).fillna(len(asked))
    ).sort_values(["found", "asked", "check", "group"])
    is_alike = ordered["result"] == "same"
    unlike, alike = (_table(own, names) for own in (ordered[~is_alike], ordered[is_alike]))
    question = _question(first["before_start"], first["before_end"])
    return Pair(question, _answer(first["before_start"], rows, facts, most=600), unlike, alike)


def _table(rows: pd.DataFrame, names: list[str]) -> TextTable | None:
    if rows.empty:
        return None
    lines = [
        (
            _name(row),
            say(_RESULTS[row["result"]]),
            words.clean(row["before"], most=160, nothing="–"),
            words.clean(row["after"], most=160, nothing="–"),
            sentence(row["reason"], most=600),
        )
        for _, row in rows.iterrows()
    ]
    alike = "What was found alike, {before} against {after}"
    unlike = "What was not found alike, {before} against {after}"
    caption = say(alike if (rows["result"] == "same").all() else unlike, before=names[0], after=names[1])
    return TextTable(caption, (say("Question"), say("Found"), names[0], names[1], say("In words")), lines)


def _name(row: pd.Series) -> str:
    known = _QUESTIONS.get(row["check"])
    name = say(known) if known else words.clean(row["check"], most=40)
    return words.colon(name, words.clean(row["group"], most=40).replace("_", " ")) if row["group"] else name
