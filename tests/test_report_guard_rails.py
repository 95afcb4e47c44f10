"""Guard rails on the page: what only says the feeling again is no cause anywhere, and findings have footnotes."""

from report_driver_tables import driver_checks, driver_sides
from report_tables import facts_example, report_example

from nps_insights.report.chapters.drivers import theme_drivers
from nps_insights.report.chapters.themes import theme_chapter
from nps_insights.report.first.screen import first_screen
from nps_insights.report.inputs import report_tables
from nps_insights.report.rows.guard_rails import no_causes

FEELING = "theme/t05"


def tables() -> dict:
    checks = driver_checks().replace(
        {"driver_id": {"theme/t08": FEELING}, "label": {"good value for money": "friendly staff"}}
    )
    return report_tables(report_example() | {"driver_checks": checks.drop_duplicates(["driver_id", "check"])})


def test_what_only_says_the_feeling_again_is_no_cause_in_body_and_first_screen() -> None:
    assert no_causes(tables()) == {FEELING}
    part = theme_drivers(tables())
    assert part.table is not None
    assert part.rest is not None
    assert "friendly staff" not in [row[0] for row in (*part.table.rows, *part.rest.rows)]
    assert part.footnotes[-1].startswith("“friendly staff” only says again how people feel")
    screen = first_screen(tables(), facts_example())
    assert screen.earns[0].label == "fast delivery"


def test_the_themes_chapter_reads_no_points_into_it() -> None:
    tops = theme_chapter(tables(), min_group_size=30).tops
    said = {leaf.label: leaf.effect for top in tops for leaf in top.leaves}
    assert said["friendly staff"] == "It only says again how people feel; no points are read into it."
    assert said["late delivery"].startswith("Of its own it costs")
    assert next(top for top in tops if top.label == "staff and hotline").together == ""


def test_findings_are_footnotes_of_what_is_shown() -> None:
    notes = " ".join(theme_drivers(tables()).footnotes)
    assert "“waiting on hold”: hardly to be told apart from other themes or attributes" in notes
    assert "“bill is wrong”: nearly all of those behind it gave the same kind of answer" in notes


def test_a_driver_that_passes_has_no_footnote() -> None:
    checks = driver_checks().assign(passed=True)
    assert theme_drivers(report_tables(report_example() | {"driver_checks": checks})).footnotes == []


def test_the_side_is_said_in_the_words_of_its_table() -> None:
    part = theme_drivers(report_tables(report_example() | {"driver_sides": driver_sides()}))
    assert part.table is not None
    said = {row[0]: row[-1] for row in part.table.rows}
    assert said["late delivery"] == "only makes detractors"
    assert said["waiting on hold"] == "hygiene: only makes detractors"
