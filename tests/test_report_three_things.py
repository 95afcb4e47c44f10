"""Three things to do: who, what and how many; the theme, the list, and what to leave alone."""

import dataclasses

import pandas as pd
import pytest
from report_driver_tables import TOTAL, change_parts
from report_tables import changes, effects, facts_example, report_example
from report_watch_tables import action_lists, watched_example

from nps_insights.report.first.drivers import main_drivers
from nps_insights.report.first.three_things import Proposal, amounts_note, three_things, to_mend
from nps_insights.report.inputs import report_tables


def things(tables: dict[str, pd.DataFrame], currency: str = "") -> list[Proposal]:
    whole = report_tables(tables)
    return three_things(whole, main_drivers(whole), currency=currency)


def with_harmless(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """One theme that costs much, and one that many mention and that surely costs little."""
    drivers = [
        ("theme/t01", "late delivery", "t01", 412, -7.4, 0.3),
        ("theme/t04", "waiting on hold", "t04", 351, -0.1, 0.5),
    ]
    return tables | {"effects": effects("theme", drivers)}


def test_the_theme_and_its_owner_come_first_then_the_list_then_what_to_leave_alone() -> None:
    found = things(with_harmless(watched_example()))
    assert [one.label for one in found] == [
        "Logistics: mend “late delivery”",
        "Customer success: call 23 accounts first",
        "Leave “waiting on hold” alone for now",
    ]
    assert found[0].basis.startswith("412 answers mention it; it goes with −7 (likely −8 to −6) points")
    assert found[1].basis == "worth 336,000 together; expected to bring 19,500 (likely 11,500 to 27,500), less costs"
    assert "no effect of its own was found" in found[2].basis


def test_without_a_harmless_theme_the_next_list_is_the_third() -> None:
    only = effects("theme", [("theme/t01", "late delivery", "t01", 412, -7.4, 0.3)])
    found = things(watched_example() | {"effects": only})
    assert found[2].label == "Customer success: win over 23 passives who answer most like promoters"


def test_passives_are_no_forecast() -> None:
    assert not [one for one in things(watched_example()) if "would be" in one.label + one.basis]


def test_the_owner_named_in_the_themes_goes_first() -> None:
    tables = watched_example()
    tables["themes"] = tables["themes"].assign(owner=tables["themes"]["theme_id"].map({"t01": "Dispatch"}))
    assert things(tables)[0].label == "Dispatch: mend “late delivery”"


def test_what_pulled_the_last_change_down_is_mended_before_what_costs_most() -> None:
    parts = change_parts()
    parts = parts[~((parts["driver_id"] == "theme/t01") & parts["part"].isin(["frequency", "rate"]))]
    fell = changes().assign(estimate=[TOTAL, 8.4], conf_low=-9.3, conf_high=-3.1)
    whole = report_tables(report_example() | {"change_parts": parts, "changes": fell})
    chosen = to_mend(whole, main_drivers(whole))
    assert chosen is not None
    assert chosen.label == "bill is wrong"
    # Why it stands before what costs more is said beside it.
    assert three_things(whole, main_drivers(whole))[0].basis.endswith(" it is among what the last fall goes with")
    assert "last fall" not in things(watched_example())[0].basis


@pytest.mark.parametrize(("before", "after"), [("2025Q4", "2026Q1"), ("2026-05", "2026-06")])
def test_what_pulled_another_change_down_is_not_among_what_the_last_fall_goes_with(before: str, after: str) -> None:
    fell = changes().assign(estimate=[TOTAL, 8.4], conf_low=-9.3, conf_high=-3.1)
    asked = {"change_parts": change_parts(before=before, after=after), "changes": fell}
    whole = report_tables(report_example() | asked)
    assert not any("last fall" in one.basis for one in three_things(whole, main_drivers(whole)))


def test_what_is_mentioned_more_often_is_mended_before_what_costs_most_over_all_time() -> None:
    tables = report_example() | {"change_parts": change_parts().iloc[:0]}
    risen = (
        tables["changes"]
        .iloc[[0]]
        .assign(metric="theme_share", by="theme_id", group="t02", estimate=0.2, p_value=0.001, reason="emerging")
    )
    whole = report_tables(tables)
    first = to_mend(whole, main_drivers(whole))
    whole["changes"] = pd.concat([whole["changes"], risen], ignore_index=True)
    chosen = to_mend(whole, main_drivers(whole))
    assert first is not None
    assert chosen is not None
    assert (first.theme_id, chosen.theme_id) == ("t01", "t02")
    assert three_things(whole, main_drivers(whole))[0].basis.endswith(", and it is mentioned more often than before")


def test_empty_lists_and_unknown_gains_are_said_so() -> None:
    lists = action_lists().query("action == 'call'").assign(estimate=None, conf_low=None, conf_high=None, value=None)
    assert things({"action_lists": lists})[0].basis == "what it brings is not known"
    assert things({"action_lists": lists.assign(n=0)}) == []


def test_what_amounts_are_is_said_where_there_are_any() -> None:
    whole = report_tables(watched_example())
    facts = dataclasses.replace(facts_example(), value_column="Yearly value")
    said = "Amounts are sums of the column “Yearly value” of the accounts"
    assert amounts_note(whole, facts) == f"{said}; no currency was given."
    assert amounts_note(whole, dataclasses.replace(facts, currency="EUR")) == f"{said}."
    assert amounts_note(report_tables({}), facts) == ""


def test_amounts_are_in_the_currency_that_was_given() -> None:
    assert "worth €336,000 together" in things(watched_example(), "€")[1].basis
