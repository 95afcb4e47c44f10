"""Chapter: what was left out, and why. Counts and reasons only; no refused value is ever shown."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.facts import ReportFacts
from nps_insights.report.languages import say, say_count
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.rows.driver_rows import KINDS

_FATES = (
    ("kept", "kept"),
    ("quarantined", "set aside"),
    ("duplicate", "repeats of another row"),
    ("filtered", "not counted"),
)


@dataclass(frozen=True)
class LeftOutChapter:
    """What was left out."""

    flow: str
    reasons: TextTable | None
    drivers: TextTable | None
    columns: TextTable | None
    accounts: TextTable | None
    comments: str
    notes: tuple[str, ...]


def left_out_chapter(tables: dict[str, pd.DataFrame], facts: ReportFacts) -> LeftOutChapter:
    """Return the chapter.

    Args:
        tables: Tables as `report_tables` returns them.
        facts: Facts of the run.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> facts = ReportFacts(title="T", source_name="s", counts={"read": 3, "kept": 2, "quarantined": 1})
        >>> left_out_chapter(report_tables({}), facts).flow
        '3 rows were read: 2 kept, 1 set aside.'
    """
    return LeftOutChapter(
        flow=_flow(facts),
        reasons=_reasons(tables["quarantine"], facts),
        drivers=_drivers(tables["left_out"]),
        columns=_pairs(say("Columns refused as drivers"), (say("Column"), say("Why")), facts.refused_columns),
        accounts=_counted(say("Joining the accounts"), (say("What"), say("Count")), facts.account_counts),
        comments=_comments(facts),
        notes=tuple(words.clean(note, most=400) for note in facts.notes),
    )


def _flow(facts: ReportFacts) -> str:
    if "read" not in facts.counts:
        return ""
    parts = [
        f"{words.count(facts.counts[name])} {say(said)}"
        for name, said in _FATES
        if facts.counts.get(name, 0) or name == "kept"
    ]
    n = facts.counts["read"]
    return say_count(
        n, "{n} row was read: {fates}.", "{n} rows were read: {fates}.", n=words.count(n), fates=", ".join(parts)
    )


def _reasons(quarantine: pd.DataFrame, facts: ReportFacts) -> TextTable | None:
    reasons = facts.reasons or quarantine["reason"].value_counts().to_dict()
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    rows = [(words.clean(reason, most=160), words.count(n)) for reason, n in ordered]
    return TextTable(say("Rows left out, by reason"), (say("Reason"), say("Rows")), rows) if rows else None


def _drivers(left_out: pd.DataFrame) -> TextTable | None:
    ordered = left_out.sort_values(["kind", "n_present", "driver_id"], ascending=[True, False, True])
    rows = [
        (
            words.clean(row["label"]),
            say(KINDS[row["kind"]]),
            words.count(row["n_present"]),
            words.clean(row["reason"], most=160),
        )
        for _, row in ordered.iterrows()
    ]
    columns = (say("Name"), say("Kind"), say("Answers"), say("Why"))
    return TextTable(say("Themes and attributes that were not judged"), columns, rows) if rows else None


def _comments(facts: ReportFacts) -> str:
    if not facts.n_segments:
        return ""
    without = facts.n_without_theme
    sentence = say(
        "The comments hold {segments}; {n} of them ({share}) come near no theme.",
        segments=words.plural(facts.n_segments, "clause or sentence", "clauses and sentences"),
        n=words.count(without),
        share=words.percent(without / facts.n_segments),
    )
    if facts.n_says_nothing:
        sentence += say_count(
            facts.n_says_nothing,
            " {n} comment says nothing (such as “none” or “-”).",
            " {n} comments say nothing (such as “none” or “-”).",
            n=words.count(facts.n_says_nothing),
        )
    return sentence


def _pairs(caption: str, columns: tuple[str, str], values: Mapping[str, str]) -> TextTable | None:
    rows = [(words.clean(name), words.clean(why, most=200)) for name, why in sorted(values.items())]
    return TextTable(caption, columns, rows) if rows else None


def _counted(caption: str, columns: tuple[str, str], values: Mapping[str, int]) -> TextTable | None:
    rows = [(words.clean(name, most=160), words.count(n)) for name, n in values.items()]
    return TextTable(caption, columns, rows) if rows else None
