"""Comparable?, and the targets: what is in the way comes first, chances claim no certainty, paths have a table."""

import pandas as pd
import pytest
from report_watch_tables import absent, changed_to, targets, watched_facts

from nps_insights.report.chapters.comparable import comparable_chapter, comparable_with
from nps_insights.report.chapters.targets import Targets, target_line, targets_chapter, targets_in_order
from nps_insights.report.inputs import report_tables
from nps_insights.report.languages import spoken


def test_each_earlier_period_has_its_question_the_latest_first() -> None:
    found = comparable_chapter(changed_to(), watched_facts())
    assert [pair.question for pair in found.pairs] == ["Comparable with Q1 2026?", "Comparable with Q2 2025?"]
    assert found.pairs[0].answer.startswith("Yes, after adjusting")


def test_what_is_not_alike_stands_open_and_what_is_alike_is_folded() -> None:
    pair = comparable_chapter(changed_to(), watched_facts()).pairs[0]
    assert pair.unlike is not None
    assert pair.alike is not None
    assert [row[:2] for row in pair.unlike.rows] == [("Channel", "shifted, taken out"), ("Trigger", "not known")]
    assert [row[0] for row in pair.alike.rows] == ["Wording", "Customer mix: plan"]
    assert "−2.0 of −7.1" in pair.unlike.rows[0][-1]


def held_against(start: str) -> pd.Series:
    return pd.Series({"before_start": pd.Timestamp(start), "before_end": pd.Timestamp("2026-03-31")})


def test_the_first_screen_line_is_there_only_where_it_was_asked() -> None:
    said = comparable_with(held_against("2026-01-01"), changed_to(), watched_facts())
    assert said.startswith("Comparable with Q1 2026? Yes, after")
    assert comparable_with(held_against("2026-03-31"), changed_to(), watched_facts()) == ""


@pytest.mark.parametrize(
    ("found", "german"),
    [
        ({"scale": "same", "wording": "same"}, "Ja."),
        ({"scale": "same", "wording": "not_known"}, "Ja, soweit bekannt. Nicht bekannt: Wortlaut."),
        (
            {"scale": "same", "wording": "not_known", "sampling": "not_known"},
            "Nur teilweise bekannt. Gleich: Skala. Nicht bekannt: Wortlaut · Wer befragt wurde.",
        ),
        (
            {"scale": "same", "channel": "adjusted", "wording": "not_known"},
            "Ja, nach Bereinigung. Verschoben und herausgerechnet: Kanal. Nicht bekannt: Wortlaut.",
        ),
        ({"scale": "changed", "channel": "adjusted", "wording": "not_known"}, "Nein. Geändert: Skala."),
        ({"scale": "not_known"}, "Nicht bekannt: Die Antworten sagen nichts darüber, wie sie erhoben wurden."),
    ],
)
def test_a_page_in_another_language_answers_in_it(found: dict[str, str], german: str) -> None:
    row = held_against("2026-01-01")
    rows = pd.DataFrame({"check": list(found), "result": list(found.values()), "before_start": row["before_start"]})
    tables = report_tables({}) | {"comparability": rows}
    with spoken("de"):
        assert comparable_with(row, tables, watched_facts()) == f"Vergleichbar mit Q1 2026? {german}"


def test_targets_of_everybody_come_first_and_what_is_undecided() -> None:
    tables = report_tables({"targets": targets().sample(frac=1, random_state=1)})
    assert targets_in_order(tables)["name"].tolist() == ["Company", "Plan Basic", "Fewer detractors"]


def test_a_target_is_one_line() -> None:
    lines = {row["name"]: target_line(row) for _, row in targets().iterrows()}
    assert lines["Company"] == "Target 40 by Dec 2027: 22% likely at today’s pace."
    assert lines["Fewer detractors"] == (
        "Detractors, plan: Pro: target 10% by Dec 2027: reached, with 8% (likely 6 to 10%)."
    )
    assert lines["Plan Basic"] == "NPS, plan: Basic: target 40 by Dec 2027: how likely cannot be said yet."


@pytest.mark.parametrize(("probability", "said"), [(0.0, "under 1%"), (1.0, "over 99%"), (0.504, "50%")])
def test_no_chance_is_certain(probability: float, said: str) -> None:
    assert said in target_line(
        targets().iloc[0].copy().pipe(lambda row: row.where(row.index != "probability", probability))
    )


def test_the_path_is_measured_then_expected_with_the_plan_through_both() -> None:
    found = targets_chapter(changed_to())
    company = found.each[0]
    assert company.chart is not None
    assert company.path is not None
    measured, expected, planned = company.chart.figure["data"]
    assert (len(measured["x"]), expected["x"][0], len(planned["x"])) == (6, 6, 12)
    assert len(company.path.rows) == 12
    assert found.each[1].chart is None


def test_a_share_is_told_in_percent_and_its_pace_in_percentage_points() -> None:
    found = targets_chapter(changed_to())
    figures = next(one.figures for one in found.each if one.title == "Fewer detractors")
    assert "percentage points" in figures.caption
    assert ("Measured last", "8% (likely 6 to 10%)", "from 644 answers") in figures.rows
    assert not [row for row in figures.rows if row[0] == "Expected at the end"]


def test_a_way_that_starts_beyond_its_end_has_no_share_done() -> None:
    found = targets_chapter(report_tables({"targets": targets().assign(baseline=45.0)}))
    assert not [row for row in found.each[0].figures.rows if row[0] == "Way done"]


def test_without_the_tables_there_are_no_chapters() -> None:
    assert targets_chapter(absent()) == Targets()
    assert comparable_chapter(absent(), watched_facts()).pairs == []
