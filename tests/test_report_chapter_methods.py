"""The appendix: what stood in the model, and on which scale people answered."""

import dataclasses

import pandas as pd
from report_driver_tables import change_parts
from report_tables import facts_example, report_example, theme_effects

from nps_insights.report.chapters.methods import methods_chapter
from nps_insights.report.facts import ReportFacts
from nps_insights.report.inputs import report_tables


def paragraphs(facts: ReportFacts | None = None, **changed: pd.DataFrame) -> dict[str, str]:
    tables = report_tables(report_example() | changed)
    return dict(methods_chapter(tables, facts or facts_example()).paragraphs)


def test_attributes_and_controls_of_the_model_are_named() -> None:
    said = paragraphs()["What moves the number"]
    assert (
        "adjusted for each other, for what is known of each customer (plan, region and years as a customer), "
        "and for channel and question" in said
    )


def test_what_is_added_to_a_period_is_said_as_it_is_computed() -> None:
    added = "three quarters of an answer to detractors and to promoters each, one and a half to passives"
    assert added in paragraphs()["Changes"]


def test_only_what_stood_in_the_model_is_named() -> None:
    bare = dataclasses.replace(facts_example(), controls=())
    assert (
        "adjusted for each other and for no other column"
        in paragraphs(bare, effects=theme_effects())["What moves the number"]
    )
    assert (
        "adjusted for each other, and for what is known of each customer (plan, region"
        in paragraphs(bare)["What moves the number"]
    )
    assert (
        "adjusted for each other, and for channel and question"
        in paragraphs(effects=theme_effects())["What moves the number"]
    )


def test_the_scale_is_printed_as_the_door_says_it() -> None:
    said = paragraphs()["The number"]
    assert "asked from 5 (worst) to 1 (best), turned so that high is good; detractor up to 3, promoter from 5." in said
    long = "; then ".join([facts_example().scale] * 4)
    assert long in paragraphs(dataclasses.replace(facts_example(), scale=long))["The number"]


def test_what_stands_behind_a_chapter_is_said_where_the_chapter_is() -> None:
    assert "Why it moved" not in paragraphs()
    assert "add up to the change exactly" in paragraphs(change_parts=change_parts())["Why it moved"]


def test_our_own_version_is_stated_once() -> None:
    facts = dataclasses.replace(facts_example(), versions={"nps-insights": "0.1.0", "pandas": "3.1.1"})
    names = [row[0] for row in methods_chapter(report_tables({}), facts).run.rows]
    assert names.count("nps-insights") == 1
    assert "pandas" in names
