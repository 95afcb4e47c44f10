"""What to do next: lists with size, worth and gain, ten accounts at most, money, and what became of contacts."""

import pandas as pd
from report_watch_tables import absent, action_lists, actions, changed_to, closed_loop

from nps_insights.report.chapters.actions import MOST_NAMED, NextSteps, actions_chapter
from nps_insights.report.inputs import report_tables
from nps_insights.report.rows.action_rows import held_back


def chapter(**changed: pd.DataFrame) -> NextSteps:
    return actions_chapter(changed_to(**changed))


def test_lists_stand_in_the_order_of_urgency_with_ten_accounts_at_most() -> None:
    found = chapter()
    assert [one.heading for one in found.lists] == ["Call first", "Win over", "Ask for a reference or a review"]
    for one in found.lists:
        assert one.table is not None
        assert len(one.table.rows) == MOST_NAMED == 10
        assert "tables/actions.parquet" in one.more


def test_a_list_says_its_size_its_worth_and_what_it_brings_with_a_range() -> None:
    said = chapter().lists[0].sentences
    assert said[0].startswith("Call 23 accounts first, worth 336,000 together.")
    assert said[1] == "19,500 (likely 11,500 to 27,500): value expected to be kept by calls."
    assert "1 more account would stand on it and is left alone" in said[-1]


def test_accounts_left_alone_are_not_named() -> None:
    assert "left-alone" not in repr(chapter())


def test_a_column_that_nothing_is_known_of_is_left_out() -> None:
    calls, passives = (one.table for one in chapter().lists[:2])
    assert calls is not None
    assert passives is not None
    assert "Theme" not in calls.columns
    assert passives.rows[0][passives.columns.index("Theme")] == "late delivery (Logistics)"
    assert calls.rows[1][-1].replace("\u00a0", " ") == "contacted 20 Jun 2026"


def test_empty_lists_are_said_so() -> None:
    lists = action_lists().query("action == 'call'").assign(n=0)
    assert actions_chapter(report_tables({"action_lists": lists})).lists[0].sentences[0].startswith("Nobody")


def test_the_theme_that_holds_most_passives_back_is_named_with_its_owner() -> None:
    assert held_back(changed_to()).startswith("Logistics: “late delivery”: named by 12 of the 23 passives nearest")


def test_amounts_carry_the_currency_that_was_given_and_no_other() -> None:
    told = actions_chapter(changed_to(), currency="€")
    assert told.lists[0].sentences[0].startswith("Call 23 accounts first, worth €336,000 together.")
    assert told.money is not None
    assert told.money.rows[0][2] == "€2,400,000 (likely 2,000,000 to 2,800,000)"
    assert not set("€$£") & set(repr(chapter()))


def test_without_a_named_theme_nothing_is_held_back() -> None:
    nameless = actions().assign(theme_label=None)
    assert held_back(changed_to(actions=nameless)) == ""


def test_money_has_a_row_per_category_and_everybody_last() -> None:
    table = chapter().money
    assert table is not None
    assert table.columns == ("Customers", "How many", "Value", "At risk")
    assert [row[0] for row in table.rows] == ["Detractors", "Passives", "Promoters", "All customers"]
    assert table.rows[0][2] == "2,400,000 (likely 2,000,000 to 2,800,000)"


def test_differences_are_signed_and_associated() -> None:
    table = chapter().differences
    assert table is not None
    assert table.rows[0][1] == "+4,800 (likely +1,100 to +8,500)"
    assert table.rows[1][1] == "+2 (likely −1 to +5) percentage points"


def test_contacts_are_held_against_comparable_customers() -> None:
    loop = chapter().loops[0]
    assert "80% (likely 72 to 88%) moved up" in loop.sentence
    assert "+17 (likely +4 to +30) percentage points: more than chance" in loop.sentence
    assert loop.table.rows[1][:2] == ("Days until half were contacted", "13 (likely 12 to 14)")


def test_without_a_comparison_no_difference_is_claimed() -> None:
    rows = closed_loop()
    rows.loc[rows["metric"] == "recovered", ["estimate", "conf_low", "conf_high"]] = float("nan")
    loop = chapter(closed_loop=rows).loops[0]
    assert loop.sentence == ""
    assert loop.table.rows[-1][1] == "not known"


def test_without_the_tables_there_is_no_chapter() -> None:
    assert actions_chapter(absent()) == NextSteps()
    assert actions_chapter(absent()).is_empty
