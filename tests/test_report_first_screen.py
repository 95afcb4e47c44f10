"""The first screen: what it says, what it leaves out, and that it uses no statistical term."""

import dataclasses
import re

import pandas as pd
import pytest
from report_driver_tables import TOTAL, change_parts
from report_tables import attribute_effects, code_effects, effects, facts_example, report_example, theme_effects
from report_watch_tables import watched_tables

from nps_insights.report.chapters.methods import methods_chapter
from nps_insights.report.first.screen import FirstScreen, first_screen
from nps_insights.report.inputs import report_tables
from nps_insights.tables import empty

STATISTICAL_TERMS = (
    "confidence", "interval", "significan", "p-value", "q-value", "standard error", "standard deviation", "variance",
    "regression", "coefficient", "hypothes", "bootstrap", "benjamini", "correlat", "probab", "estimate",
    "margin of error", "adjusted", "model", "sample", "null", "alpha", "CI", "n=", "±", "σ",
)  # fmt: skip


def screen(**changed: pd.DataFrame) -> FirstScreen:
    return first_screen(report_tables(report_example() | changed), facts_example())


def said(shown: FirstScreen) -> str:
    return repr(dataclasses.asdict(shown))


def test_the_number_of_the_last_finished_period_comes_first_and_that_of_all_time_beside_it() -> None:
    headline = screen().headline
    assert (headline.number, headline.likely) == ("28", "likely 21 to 34")
    assert headline.basis == (
        "from 644 answers in Q2 2026. All 5,012 answers, Q3 2024 to Q3 2026, together: 23 (likely 21 to 25)."
    )
    assert sum(width for *_, width in headline.shares) == pytest.approx(100, abs=0.02)


def test_one_line_says_period_kind_number_and_answers() -> None:
    facts = dataclasses.replace(facts_example(), survey="relational")
    asked = watched_tables()["nonresponse"].query("by == ''").assign(period_start=pd.Timestamp("2026-04-01"))
    tables = report_tables(report_example() | {"nonresponse": asked})
    assert first_screen(tables, facts).headline.line == (
        "Q2 2026 · relationship survey · NPS 28 (likely 21 to 34) · 644 answers, 29% of those asked"
    )


def test_without_time_the_number_is_that_of_all_answers() -> None:
    estimates = report_example()["estimates"]
    headline = screen(estimates=estimates[estimates["period_start"].isna()]).headline
    assert (headline.number, headline.basis) == ("23", "from 5,012 answers.")


def test_it_says_whether_the_number_moved_and_whether_that_is_real() -> None:
    moves = screen().moves
    assert moves[0] == "Up 7 on Q1 2026 (21). This is a real rise (likely +0.3 to +14)."
    assert moves[1] == "Up 8 on Q2 2025 (20): too close to call (likely −1 to +18)."


def test_costs_say_over_which_time_they_are() -> None:
    assert screen().over == ", over all periods"
    estimates = report_example()["estimates"]
    assert screen(estimates=estimates[estimates["period_start"].isna()]).over == ""


def test_what_nobody_checked_is_said_and_the_commands_that_would_tell_stand_among_the_methods() -> None:
    codes = screen().sure
    assert codes == [
        "Of 1,490 mentions of a theme that matches one of the codes given with the data, 70% carry that code too."
    ]
    (unchecked,) = screen(agreement=empty("agreement")).sure
    assert unchecked.startswith("How well themes are recognised was not checked")
    assert "nps-insights" not in unchecked
    methods = dict(
        methods_chapter(report_tables(report_example() | {"agreement": empty("agreement")}), facts_example()).paragraphs
    )
    assert "“nps-insights themes sample”" in methods["To be surer"]
    assert "To be surer" not in dict(methods_chapter(report_tables(report_example()), facts_example()).paragraphs)
    row = {"metric": "precision", "theme_id": "all", "label": "all", "n": 100, "n_eff": 90.0}
    quality = pd.DataFrame([row | {"estimate": 0.88, "conf_low": 0.8, "conf_high": 0.93}])
    (judged,) = screen(theme_quality=quality).sure
    assert judged == "Themes fit what was said in 88% (likely 80 to 93%) of 100 remarks that a person checked."


def test_three_themes_cost_and_one_earns() -> None:
    shown = screen()
    assert [line.label for line in shown.costs] == ["late delivery", "waiting on hold", "bill is wrong"]
    assert [line.label for line in shown.earns] == ["friendly staff"]
    assert shown.costs[0].points == "−7"
    assert "412 answers" in shown.costs[0].reach
    assert shown.costs_note == ""


def test_fewer_than_three_themes_are_said_to_be_all() -> None:
    few = effects("theme", [("theme/t01", "late", "t01", 400, -6.0, 0.3), ("theme/t02", "price", "t02", 300, 0.1, 0.5)])
    shown = screen(effects=few)
    assert [line.label for line in shown.costs] == ["late"]
    assert shown.costs_note == "No further theme costs points that can be told from zero."
    assert shown.earns_note == "No theme earns points that can be told from zero."


def test_themes_without_a_name_are_neither_listed_nor_warned_of() -> None:
    remarks = [
        ("theme/t01", "late", "t01", 400, -6.0, 0.3),
        ("theme/t02", "just “outages again”", "t02", 300, -9.0, 0.5),
    ]
    often = ("theme/t03", "mixed remarks (long, time)", "t03", 900, 0.1, 0.5)
    shown = screen(effects=effects("theme", [*remarks, often]))
    assert [line.label for line in shown.costs] == ["late"]
    assert shown.costs_note.startswith("No other theme that has a name costs points")
    nameless = screen(effects=effects("theme", [remarks[1], often]))
    assert nameless.costs == []
    assert nameless.costs_note.startswith("No theme that has a name costs points")
    praised = ("theme/t02", "mixed remarks (kind, help)", "t02", 300, 9.0, 0.5)
    assert screen(effects=effects("theme", [praised])).earns_note.startswith("No theme that has a name earns points")
    assert not [said for said in shown.do_not if "outages" in said or "mixed" in said]
    assert any("mending “late” brings 6 points back" in said for said in shown.do_not)


def test_what_cannot_be_told_from_zero_is_neither_cost_nor_gain() -> None:
    none = effects("theme", [("theme/t02", "price", "t02", 300, -0.4, 0.5)])
    shown = screen(effects=none)
    assert shown.costs == shown.earns == []
    assert shown.costs_note == "No theme costs points that can be told from zero."
    assert "“price” moves the number" in shown.do_not[0]


def test_codes_stand_in_where_no_theme_was_found() -> None:
    assert screen(effects=code_effects()).costs[0].label == "Delivery"
    assert screen(effects=attribute_effects()).costs == []


def test_it_warns_of_small_groups_unfinished_periods_and_causes() -> None:
    warnings = " ".join(screen().do_not)
    assert "Trial (37) and Islands (29): too few answers to judge" in warnings
    assert "Q3 2026 yet: it was not over" in warnings
    assert "not proven causes" in warnings


def test_it_says_who_is_missing() -> None:
    missing = " ".join(screen().missing)
    assert "43% of those who answered left a comment" in missing
    assert "Those who commented are unhappier than the rest" in missing


def test_where_nobody_left_a_comment_no_theme_speaks_for_anybody() -> None:
    estimates = report_example()["estimates"]
    silent = estimates.assign(estimate=estimates["estimate"].mask(estimates["metric"] == "comment_rate", 0.0))
    missing = " ".join(screen(estimates=silent).missing)
    assert "Nobody left a comment that says something" in missing
    assert "themes speak" not in missing


def test_no_list_is_longer_than_five_rows() -> None:
    shown = first_screen(report_tables(report_example()), dataclasses.replace(facts_example(), simulated=True))
    lists = (shown.do_not, shown.missing, shown.moves, shown.costs, shown.earns, shown.sure, shown.why.causes)
    assert max(len(rows) for rows in lists) <= 5


@pytest.mark.parametrize("absent", ["", "estimates", "changes", "themes", "effects"])
def test_it_uses_no_statistical_term(absent: str) -> None:
    tables = report_example() | {"change_parts": change_parts()}
    tables["changes"] = tables["changes"].assign(estimate=[TOTAL, 8.4], conf_low=-9.3, conf_high=-3.1)
    tables.pop(absent, None)
    text = said(first_screen(report_tables(tables), facts_example()))
    found = [term for term in STATISTICAL_TERMS if re.search(rf"(?<![A-Za-z]){re.escape(term)}", text)]
    assert found == []


@pytest.mark.parametrize("judged", [True, False])
@pytest.mark.parametrize("call", [True, False])
def test_how_sure_one_can_be_uses_no_statistical_term(judged: bool, call: bool) -> None:
    tables = report_example() | {"action_lists": watched_tables()["action_lists"]}
    del tables["agreement"]
    if judged:
        told = {
            "model": "model",
            "part": "out_of_time",
            "position": 0,
            "risk_low": 0.1,
            "risk_high": 0.3,
            "mean_risk": 0.2,
        }
        found_out = {"estimate": 0.2, "conf_low": 0.1, "conf_high": 0.3, "n": 50, "n_churned": 10}
        tables["reliability"] = pd.DataFrame([told | found_out])
    if not call:
        tables["action_lists"] = tables["action_lists"].query("action != 'call'")
    sure = first_screen(report_tables(tables), facts_example()).sure
    assert len(sure) == 2
    found = [term for term in STATISTICAL_TERMS if re.search(rf"(?<![A-Za-z]){re.escape(term)}", " ".join(sure))]
    assert found == []


def test_gathering_themes_are_not_counted_beside_their_leaves() -> None:
    top = effects("theme", [("theme/p01", "delivery", "p01", 796, -5.6, 0.3)])
    shown = screen(effects=pd.concat([theme_effects(), top]))
    assert "delivery" not in [line.label for line in shown.costs]


def test_top_themes_are_not_counted_beside_their_leaves_even_where_no_parents_are_named() -> None:
    themes = report_example()["themes"].drop(columns="parent_id")
    assert "delivery" not in [line.label for line in screen(themes=themes).costs]


def test_what_was_not_counted_is_missing_too() -> None:
    missing = " ".join(screen().missing)
    assert (
        "63 rows could not be used and were set aside; 30 were not counted; 99 repeat others. The reasons stand below."
        in missing
    )
