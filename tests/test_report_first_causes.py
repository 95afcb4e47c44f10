"""Why it moved, on the first screen: parts in whole points that add up to the change shown, at most five."""

import numpy as np
import pandas as pd
import pytest
from report_driver_tables import TOTAL, change_parts
from report_tables import changes, report_example

from nps_insights.report.first.causes import Why, why_of
from nps_insights.report.inputs import report_tables
from nps_insights.report.rows.change_rows import adding_up_to


def why(parts: pd.DataFrame, estimate: float = TOTAL) -> Why:
    moved = changes().assign(estimate=[estimate, 8.4], conf_low=-9.3, conf_high=-3.1)
    return why_of(report_tables(report_example() | {"change_parts": parts, "changes": moved}))


def points(shown: Why) -> list[float]:
    return [float(cause.points.replace("−", "-")) for cause in shown.causes]


def test_the_parts_are_named_and_add_to_the_change_that_is_shown() -> None:
    shown = why(change_parts())
    assert shown.heading == "Why it fell on Q1 2026 (parts add to −6)"
    assert sum(points(shown)) == -6
    assert shown.causes[0].label == "“late delivery” mentioned more often (10% → 17%)"
    assert (shown.causes[0].points, shown.causes[0].likely) == ("−3", "likely −4 to −3")
    assert [cause.label for cause in shown.causes[1:]] == [
        "“bill is wrong” mentioned more often (10% → 14%)",
        "another mix of customers",
    ]
    assert len(shown.causes) <= 5


def test_it_says_whom_it_rests_on_and_that_it_is_no_proof() -> None:
    note = why(change_parts()).note
    assert note.startswith("Associated, not proven causes; based on the 43% who commented (their NPS is 14")
    assert "that of silent answerers 30" in note


def test_what_those_without_a_comment_did_is_told() -> None:
    parts = change_parts()
    parts.loc[parts["part"] == "silent", ["estimate", "conf_low", "conf_high"]] = [-4.6, -6.0, -3.2]
    parts.loc[parts["part"] == "unexplained", "estimate"] += 5.0
    shown = why(parts)
    assert shown.causes[0].label == "those who wrote no comment"
    assert shown.causes[0].points == "−5"
    assert shown.causes[-1].label == "everything else, and what is not explained"
    assert sum(points(shown)) == -6
    assert "Most of it is among those who wrote no comment" in shown.note


def test_it_is_silent_where_the_change_is_not_clear_or_another_one() -> None:
    unclear = change_parts()
    unclear.loc[unclear["part"] == "total", ["conf_low", "conf_high"]] = [-13.0, 1.0]
    for parts, total in ((unclear, TOTAL), (change_parts(), -1.0)):
        assert why(parts, total) == Why()
    another = why(change_parts(before="2025Q4", after="2026Q1"))
    assert another.causes == []
    assert "“--between 2026-01-01/2026-03-31..2026-04-01/2026-06-30” does it" in another.note
    close = changes().assign(estimate=[-1.0, 1.0], conf_low=-3.0, conf_high=3.0)
    assert why_of(report_tables(report_example() | {"changes": close})) == Why()


def test_a_change_that_could_not_be_taken_apart_proposes_nothing_that_would_not_help() -> None:
    nothing = change_parts().head(0)
    shown = why(nothing)
    assert shown.heading == "Why it fell on Q1 2026"
    assert "could not be taken apart: too few answers of the two periods have a comment" in shown.note
    assert "“What was left out, and why” says which." in shown.note
    # Of the change on the year before nobody asked.
    year = changes().assign(estimate=[-1.0, 8.4], conf_low=[-4.0, 5.0], conf_high=[2.0, 11.0])
    asked = why_of(report_tables(report_example() | {"change_parts": nothing, "changes": year})).note
    assert "“--between 2025-04-01/2025-06-30..2026-04-01/2026-06-30” does it" in asked


def test_a_theme_that_weighs_otherwise_is_told_by_its_points() -> None:
    parts = change_parts()
    praise = parts.index[(parts["part"] == "rate")][0]
    parts.loc[praise, ["estimate", "conf_low", "conf_high", "q_value"]] = [-2.5, -3.5, -1.5, 0.001]
    parts.loc[parts["part"] == "unexplained", "estimate"] += 2.5
    label = parts.loc[praise, "label"]
    assert f"a mention of “{label}” goes with fewer points than before" in [one.label for one in why(parts).causes]


def test_an_edition_that_leaves_figures_out_does_not_say_that_nobody_tried() -> None:
    moved = changes().assign(estimate=[TOTAL, 8.4], conf_low=-9.3, conf_high=-3.1)
    tables = report_tables(report_example() | {"change_parts": change_parts().head(0), "changes": moved})
    assert why_of(tables).note
    assert why_of(tables, withheld=True) == Why()


@pytest.mark.parametrize("size", [0.4, 3.0, 17.0, 80.0])
def test_rounded_parts_always_add_to_the_rounded_change(size: float) -> None:
    drawn = np.random.default_rng(7)
    for n in range(1, 8):
        for _ in range(200):
            values = list(drawn.normal(0, size, n))
            total = sum(values)
            unit = 0.1 if abs(total) < 1 else 1.0
            shown = adding_up_to(values, total)
            nearest = np.sign(total) * np.floor(abs(total) / unit + 0.5) * unit
            assert sum(shown) == pytest.approx(nearest, abs=1e-9)
            assert max(abs(a - b) for a, b in zip(shown, values, strict=True)) <= unit + 1e-9


def test_themes_that_can_be_told_from_zero_only_together_are_told_together() -> None:
    parts = change_parts()
    themes = parts["part"] == "frequency"
    assert themes.sum() > 1
    parts.loc[themes, ["estimate", "conf_low", "conf_high"]] = [-1.6, -3.4, 0.2]
    shown = why(parts)
    together = [cause for cause in shown.causes if cause.label == "how often the themes are mentioned, all together"]
    assert len(together) == 1
    assert "too close to call" not in together[0].likely
    assert sum(points(shown)) == -6


def test_a_part_whose_range_holds_zero_says_so() -> None:
    parts = change_parts()
    parts.loc[parts["part"] == "silent", ["estimate", "conf_low", "conf_high"]] = [-4.6, -12.0, 2.8]
    (silent,) = [cause for cause in why(parts).causes if cause.label == "those who wrote no comment"]
    assert silent.likely == "likely −12 to +3, too close to call"
