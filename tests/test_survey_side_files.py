"""Files beside the survey: invitations with their kind, outcomes of contacts, events, the user's own benchmark."""

import numpy as np
import pandas as pd
import pytest
from survey_tables import raw_table

from nps_insights.survey import (
    RawTable,
    SurveySettings,
    admit_benchmark,
    admit_events,
    admit_invitations,
    admit_outcomes,
)
from nps_insights.tables import DataRefusedError, SettingsError, conform

INVITATIONS = {
    "id": ["i1", "i2", "i3"],
    "Account": ["007", "008", "009"],
    "Sent at": ["2026-03-01", "2026-03-02", "2026-04-02"],
    "Survey type": ["rNPS", "Transactional", "tNPS"],
    "Touchpoint": ["", "Hotline", "Hotline"],
    "Kanal": ["Mail", "SMS", ""],
    "Agent": ["", "A7", "A8"],
}
OUTCOMES = {
    "Aktion": ["Call", "call", "call back", "refer", "sing", "call", "call", "call", "", "call"],
    "Account ID": ["007", "008", "009", "010", "011", "", "012", "013", "", "008"],
    "Proposed at": [*["2026-03-01"] * 6, "2026-03-05", "soon", "", "2026-03-01"],
    "Contacted at": ["2026-03-01", "", "2026-03-09", "", "", "", "2026-03-04", "", "", ""],
    "Closed at": ["2026-03-03", "", "2026-03-02", "", "", "", "", "", "", ""],
    "Result": ["solved", "", "", "", "", "", "", "", "", ""],
}
EVENTS = {
    "date": ["2026-03-01", "2026-04-01", "2026-05-01", "", "2026-03-01"],
    "until": ["2026-03-04", "", "2026-04-01", "", "2026-03-04"],
    "label": ["Outage", "", "Release", "What", "Outage"],
    "kind": ["outage", "", "", "", "outage"],
}
BENCHMARK = {
    "Metric": ["NPS", "Net Promoter Score", "csat", "nps", "nps", "profit", "NPS"],
    "Segment": ["", "All", "Basic", "", "", "", ""],
    "Low": ["15", "10", "3.5", "60", "20", "1", "-120"],
    "High": ["45", "20", "4.5", "30", "50", "2", "40"],
    "Source": ["2023", "2022", "own", "own", "", "own", "own"],
}
EVERY = [
    (admit_invitations, INVITATIONS, "invitations"),
    (admit_outcomes, OUTCOMES, "outcomes"),
    (admit_events, EVENTS, "events"),
    (admit_benchmark, BENCHMARK, "benchmark"),
]


@pytest.mark.parametrize(("admit", "columns", "name"), EVERY)
def test_the_books_add_up_and_row_order_is_no_information(admit, columns: dict[str, list[str]], name: str) -> None:
    raw = raw_table(columns, f"{name}.csv")
    order = np.random.default_rng(3).permutation(len(raw.frame))
    turned = RawTable(raw.name, raw.frame.iloc[order].reset_index(drop=True), raw.row_numbers[order], raw.broken)
    one, two = admit(raw), admit(turned)
    pd.testing.assert_frame_equal(one.table, two.table)
    pd.testing.assert_frame_equal(one.table, conform(name, one.table))
    assert one.counts == two.counts
    assert one.counts["read"] == sum(one.counts.values()) - one.counts["read"] == len(raw.frame)
    assert len(one.table) == one.counts["kept"]
    assert one.quarantine["row_number"].nunique() == one.counts["quarantined"]


@pytest.mark.parametrize(("admit", "columns", "name"), EVERY)
def test_a_strange_field_and_an_empty_file_are_refused(admit, columns: dict[str, list[str]], name: str) -> None:
    option = "invitation_columns" if name == "invitations" else f"{name.rstrip('s')}_columns"
    with pytest.raises(SettingsError, match=f"{option}: 'nothing' is no field"):
        admit(raw_table(columns), columns={"nothing": "Low"})
    with pytest.raises(DataRefusedError, match=f"no row of {name} is left"):
        admit(raw_table({column: [""] for column in columns}))


def test_invitations_tell_kind_touchpoint_channel_and_agent() -> None:
    found = admit_invitations(raw_table(INVITATIONS)).table
    assert found["survey"].tolist() == ["relational", "transactional", "transactional"]
    assert found["touchpoint"].fillna("").tolist() == ["", "Hotline", "Hotline"]
    assert found["channel"].fillna("").tolist() == ["Mail", "SMS", ""]
    assert found["agent_id"].fillna("").tolist() == ["", "A7", "A8"]


def test_a_strange_kind_of_invitation_is_said() -> None:
    columns = {**INVITATIONS, "Survey type": ["rNPS", "exit", ""]}
    by_name = admit_invitations(raw_table(columns))
    assert "survey" not in by_name.table
    assert by_name.counts["kept"] == 3
    assert any("it holds 'exit'" in note for note in by_name.notes)
    stated = admit_invitations(raw_table(columns), columns={"survey": "Survey type"})
    assert stated.table["survey"].fillna("").tolist() == ["relational", ""]
    assert stated.quarantine["reason"].tolist() == ["is neither relational nor transactional"]


def test_invitations_after_the_moment_of_knowing_are_filtered_and_said() -> None:
    found = admit_invitations(raw_table(INVITATIONS), SurveySettings(as_of="2026-03-31"))
    assert found.counts == {"read": 3, "kept": 2, "quarantined": 0, "duplicate": 0, "filtered": 1}
    assert any("sent_at: 1 row is dated after 2026-03-31" in note for note in found.notes)


def test_outcomes_name_what_they_refuse() -> None:
    found = admit_outcomes(raw_table(OUTCOMES))
    assert found.table[["action", "account_id"]].to_numpy().tolist() == [
        ["call", "007"],
        ["call", "008"],
        ["refer", "010"],
    ]
    assert found.counts == {"read": 10, "kept": 3, "quarantined": 5, "duplicate": 1, "filtered": 1}
    reasons = found.quarantine.set_index("row_number")["reason"].to_dict()
    assert reasons == {
        4: "is before contacted_at",
        6: "is none of call, convert, refer",
        7: "is blank",
        8: "is before proposed_at",
        9: reasons[9],
    }
    assert "is not a date" in reasons[9]
    assert found.table["result"].fillna("").tolist() == ["solved", "", ""]


def test_outcomes_know_nothing_after_the_moment_of_knowing() -> None:
    columns = {
        "action": ["call"] * 3,
        "account_id": ["a", "b", "c"],
        "proposed_at": ["2026-03-01", "2026-03-01", "2026-05-01"],
        "contacted_at": ["2026-03-05", "2026-04-05", "2026-05-05"],
        "closed_at": ["2026-04-02", "2026-04-09", ""],
    }
    found = admit_outcomes(raw_table(columns), SurveySettings(as_of="2026-03-31"))
    assert found.counts["filtered"] == 1
    assert found.table["contacted_at"].notna().tolist() == [True, False]
    assert found.table["closed_at"].isna().all()
    assert any("closed_at: 2 dates lie after 2026-03-31" in note for note in found.notes)
    # Changing what lies after the moment changes nothing.
    later = {**columns, "contacted_at": ["2026-03-05", "2026-06-05", "2026-05-06"], "closed_at": ["", "", ""]}
    again = admit_outcomes(raw_table(later), SurveySettings(as_of="2026-03-31"))
    pd.testing.assert_frame_equal(found.table, again.table)


def test_who_was_left_alone_was_not_proposed_unless_contacted_all_the_same() -> None:
    columns = {
        "action": ["call", "call", "call"],
        "account_id": ["a", "b", "c"],
        "proposed_at": ["2026-03-01"] * 3,
        "contacted_at": ["", "", "2026-03-02"],
        "suppressed_because": ["", "opted out", "open complaint"],
    }
    found = admit_outcomes(raw_table(columns))
    assert found.table["account_id"].tolist() == ["a", "c"]
    assert found.breakdown["filtered"] == {"was left alone, not proposed": 1}


def test_two_rows_of_one_contact_are_refused() -> None:
    columns = {
        "action": ["call", "call"],
        "account_id": ["a", "a"],
        "proposed_at": ["2026-03-01"] * 2,
        "contacted_at": ["2026-03-02", ""],
    }
    with pytest.raises(DataRefusedError, match="several different rows have this action, account_id and proposed_at"):
        admit_outcomes(raw_table(columns))


def test_events_keep_planned_ones_and_refuse_those_that_end_before_they_start() -> None:
    found = admit_events(raw_table(EVENTS), SurveySettings(as_of="2026-02-01"))
    assert found.table["label"].tolist() == ["Outage"]
    assert found.table["ended_at"].tolist() == [pd.Timestamp("2026-03-04")]
    assert sorted(found.quarantine["reason"]) == ["is before event_at", "is blank", "is blank"]
    assert found.counts["duplicate"] == 1
    assert any("event_at: " in note and "events lie after 2026-02-01" in note for note in found.notes)
    with pytest.raises(DataRefusedError, match=r"label: export\.csv has no column known to hold it"):
        admit_events(raw_table({"date": ["2026-03-01"]}))


def test_a_benchmark_names_its_source_and_possible_figures() -> None:
    found = admit_benchmark(raw_table(BENCHMARK))
    assert found.table[["metric", "group", "low", "high"]].to_numpy().tolist() == [
        ["csat", "Basic", 3.5, 4.5],
        ["nps", "", 10.0, 20.0],
        ["nps", "", 15.0, 45.0],
    ]
    assert sorted(found.quarantine["reason"]) == [
        "is above high",
        "is blank: say where the range is from",
        "is no NPS, which lies in -100 to 100",
        "is none of nps, csat, ces",
    ]
