"""Chapter: what was left out, and why. Counts and reasons only; no refused value is ever shown."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.blocks import TextTable
from nps_insights.report.facts import ReportFacts

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
        columns=_pairs("Columns refused as drivers", ("Column", "Why"), facts.refused_columns),
        accounts=_counted("Joining the accounts", ("What", "Count"), facts.account_counts),
        comments=_comments(facts),
        notes=tuple(words.clean(note, most=400) for note in facts.notes),
    )


def _flow(facts: ReportFacts) -> str:
    if "read" not in facts.counts:
        return ""
    parts = [
        f"{words.count(facts.counts[name])} {said}"
        for name, said in _FATES
        if facts.counts.get(name, 0) or name == "kept"
    ]
    was = "was" if facts.counts["read"] == 1 else "were"
    return f"{words.plural(facts.counts['read'], 'row')} {was} read: {', '.join(parts)}."


def _reasons(quarantine: pd.DataFrame, facts: ReportFacts) -> TextTable | None:
    reasons = facts.reasons or quarantine["reason"].value_counts().to_dict()
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    rows = [(words.clean(reason, most=160), words.count(n)) for reason, n in ordered]
    return TextTable("Rows left out, by reason", ("Reason", "Rows"), rows) if rows else None


def _drivers(left_out: pd.DataFrame) -> TextTable | None:
    ordered = left_out.sort_values(["kind", "n_present", "driver_id"], ascending=[True, False, True])
    rows = [
        (words.clean(row["label"]), row["kind"], words.count(row["n_present"]), words.clean(row["reason"], most=160))
        for _, row in ordered.iterrows()
    ]
    columns = ("Name", "Kind", "Answers", "Why")
    return TextTable("Themes and attributes that were not judged", columns, rows) if rows else None


def _comments(facts: ReportFacts) -> str:
    if not facts.n_segments:
        return ""
    without = facts.n_without_theme
    sentence = (
        f"The comments hold {words.plural(facts.n_segments, 'clause or sentence', 'clauses and sentences')}; "
        f"{words.count(without)} of them ({words.percent(without / facts.n_segments)}) come near no theme."
    )
    if facts.n_says_nothing:
        says = "says" if facts.n_says_nothing == 1 else "say"
        sentence += f" {words.plural(facts.n_says_nothing, 'comment')} {says} nothing (such as “none” or “-”)."
    return sentence


def _pairs(caption: str, columns: tuple[str, str], values: Mapping[str, str]) -> TextTable | None:
    rows = [(words.clean(name), words.clean(why, most=200)) for name, why in sorted(values.items())]
    return TextTable(caption, columns, rows) if rows else None


def _counted(caption: str, columns: tuple[str, str], values: Mapping[str, int]) -> TextTable | None:
    rows = [(words.clean(name, most=160), words.count(n)) for name, n in values.items()]
    return TextTable(caption, columns, rows) if rows else None
