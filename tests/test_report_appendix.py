"""The appendix: every check in its section, the double count in one sentence, and nothing where there is nothing."""

import dataclasses

import pandas as pd
from report_driver_tables import negative_controls, whole_example
from report_tables import LEAVES, facts_example

from nps_insights.report.chapters.appendix import appendix
from nps_insights.report.inputs import report_tables
from nps_insights.report.page.blocks import Section


def sections(**changed: pd.DataFrame) -> dict[str, Section]:
    tables = report_tables(whole_example() | changed)
    return {section.heading: section for section in appendix(tables, facts_example())}


def test_every_check_has_its_section() -> None:
    assert list(sections()) == [
        "The usual figure, and this one",
        "Themes found on some answers and judged on others",
        "By tone, beyond a placebo",
        "Shares of what is explained",
        "What the checks found",
        "How much it would take to explain a driver away",
        "Themes that cannot matter, put through the same model",
        "How well the category can be told",
        "What stood in the model",
        "Every part of the change from Q1 2026 to Q2 2026",
        "How many moved, by how reliable answers are",
    ]


def test_the_double_count_is_one_sentence_with_both_sums() -> None:
    section = sections()["The usual figure, and this one"]
    assert section.table is not None
    assert section.paragraphs[0].count(".") == 1
    assert "gives −14 points here and the figures of this report −9" in section.paragraphs[0]
    # Top themes would count their leaves twice.
    assert len(section.table.rows) == len(LEAVES) + 1
    assert section.table.rows[0][0] == "All added up"


def test_shares_say_how_much_all_explain_and_never_fall_below_zero() -> None:
    section = sections()["Shares of what is explained"]
    assert section.table is not None
    assert "R² 0.40" in section.paragraphs[0]
    assert section.table.rows[0][1:] == ("8%", "3% (likely 0 to 6%)")


def test_what_only_says_the_feeling_again_stands_here_with_its_reason() -> None:
    table = sections()["What the checks found"].table
    assert table is not None
    assert table.rows[0] == ("good value for money", "only says again how people feel", "its words are praise alone")


def test_a_failed_negative_control_is_a_warning() -> None:
    heading = "Themes that cannot matter, put through the same model"
    assert "with care" not in sections()[heading].paragraphs[0]
    failed = negative_controls().assign(passed=False)
    assert "with care" in sections(negative_controls=failed)[heading].paragraphs[0]


def test_models_of_the_category_stand_from_the_least_to_the_most_knowing() -> None:
    table = sections()["How well the category can be told"].table
    assert table is not None
    assert [row[0] for row in table.rows] == ["Nothing: how many there are of each", "Themes"]
    assert table.rows[1][1] == "0.910 (likely 0.890 to 0.930)"


def test_controls_and_the_left_out_are_named_or_pointed_to() -> None:
    said = " ".join(sections()["What stood in the model"].paragraphs)
    assert "Adjusted for, without being drivers: channel and question." in said
    assert "2 themes and attributes were not judged" in said


def test_without_tables_there_is_no_appendix() -> None:
    bare = dataclasses.replace(facts_example(), controls=("channel",))
    assert appendix(report_tables({}), bare) == []
