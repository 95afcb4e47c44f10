import numpy as np
import pandas as pd
import pytest
from survey_tables import raw_table

from nps_insights.survey import RawTable, SurveySettings, admit_invitations, admit_survey, admit_usage
from nps_insights.tables import DataRefusedError, SettingsError

USAGE = {
    "Customer ID": ["007", "007", "008", "008", "", "N/A", "009", "010", "", "011"],
    "Day": [*["2026-03-01"] * 2, "2026-03-01", "2026-03-02", "2026-03-01", "2026-03-01", "soon", "", "", "2026-03-03"],
    "Logins": ["3", "3", "1.5", "", "2", "2", "2", "2", "", "4"],
    "Device": ["web", "web", "app", "app", "web", "web", "web", "web", "", "web"],
}
INVITATIONS = {
    "Invitation ID": ["i1", "i2", "i2", "i3", "i3", "", "", "i4", "i5"],
    "Account": ["007", "008", "008", "009", "010", "011", "011", "", "012"],
    "Sent at": [*["2026-03-01"] * 8, "never"],
    "Response ID": ["r1", "", "", "", "", "", "", "", ""],
}


def _shuffled(raw: RawTable) -> RawTable:
    order = np.random.default_rng(3).permutation(len(raw.frame))
    return RawTable(raw.name, raw.frame.iloc[order].reset_index(drop=True), raw.row_numbers[order], raw.broken)


def test_usage_keeps_the_books_and_names_what_it_refuses() -> None:
    found = admit_usage(raw_table(USAGE, "usage.csv"))
    assert found.counts == {"read": 10, "kept": 4, "quarantined": 4, "duplicate": 1, "filtered": 1}
    assert found.table["account_id"].tolist() == ["007", "008", "008", "011"]
    assert found.table["usage/Logins"].tolist()[:2] == [3.0, 1.5]
    assert found.table["usage/Logins"].isna().tolist() == [False, False, True, False]
    assert found.quarantine["row_number"].tolist() == [6, 7, 8, 9]
    assert found.quarantine["field"].tolist() == ["account_id", "account_id", "used_at", "used_at"]
    assert any("'Device' hold no numbers" in note for note in found.notes)


def test_a_number_that_can_be_read_in_two_ways_needs_a_decision() -> None:
    undecided = {"account_id": ["007", "008"], "day": ["2026-03-01"] * 2, "orders": ["1.234", "2.345"]}
    with pytest.raises(DataRefusedError, match=r"'orders': 1\.234 may be 1234 or 1\.234"):
        admit_usage(raw_table(undecided, "usage.csv"))


@pytest.mark.parametrize(("admit", "columns"), [(admit_usage, USAGE), (admit_invitations, INVITATIONS)])
def test_row_order_is_no_information(admit, columns: dict[str, list[str]]) -> None:
    raw = raw_table(columns)
    first, second = admit(raw), admit(_shuffled(raw))
    pd.testing.assert_frame_equal(first.table, second.table)
    assert first.counts == second.counts
    assert first.counts["read"] == sum(first.counts.values()) - first.counts["read"]


def test_two_rows_of_one_account_and_day_are_refused() -> None:
    twice = {"account_id": ["a", "a", "b"], "date": ["2026-03-01"] * 3, "orders": ["1", "2", "3"]}
    found = admit_usage(raw_table(twice))
    assert found.table["account_id"].tolist() == ["b"]
    assert set(found.quarantine["reason"]) == {"several different rows have this account_id and date"}


def test_a_word_among_numbers_is_refused_and_a_column_of_words_left_out() -> None:
    columns = {
        "account_id": [f"a{i}" for i in range(100)],
        "date": ["2026-03-01"] * 100,
        "orders": ["many", *["1"] * 99],
        "plan": ["1,234", *["gold"] * 99],
    }
    found = admit_usage(raw_table(columns))
    assert found.counts["kept"] == 99
    assert found.quarantine[["field", "reason", "value"]].to_numpy().tolist() == [["orders", "is not a number", "many"]]
    assert "usage/plan" not in found.table


def test_usage_needs_account_date_and_numbers() -> None:
    with pytest.raises(DataRefusedError, match=r"used_at: export\.csv has no column .*\[usage_columns\] used_at"):
        admit_usage(raw_table({"account_id": ["a"], "logins": ["1"]}))
    with pytest.raises(DataRefusedError, match="no column of numbers"):
        admit_usage(raw_table({"account_id": ["a"], "date": ["2026-03-01"], "plan": ["gold"]}))
    with pytest.raises(DataRefusedError, match=r"'day' and 'date' of export\.csv could both be it"):
        admit_usage(raw_table({"account_id": ["a"], "day": ["2026-03-01"], "date": ["2026-03-02"], "n": ["1"]}))
    with pytest.raises(SettingsError, match=r"usage_columns: 'used' is no field; did you mean 'used_at'\?"):
        admit_usage(raw_table(USAGE), columns={"used": "Day"})
    with pytest.raises(DataRefusedError, match=r"no row of usage is left; 1 quarantined \(account_id: is blank\)"):
        admit_usage(raw_table({"account_id": [""], "date": ["2026-03-01"], "n": ["1"]}))


def test_the_stated_date_format_helps_where_days_and_months_are_open() -> None:
    columns = {"account_id": ["a"], "date": ["03/04/2026"], "n": ["1"]}
    with pytest.raises(DataRefusedError, match="day 3 of month 4"):
        admit_usage(raw_table(columns))
    found = admit_usage(raw_table(columns), SurveySettings(date_format="%d/%m/%Y"))
    assert found.table["used_at"].tolist() == [pd.Timestamp("2026-04-03")]


def test_invitations_keep_the_books() -> None:
    found = admit_invitations(raw_table(INVITATIONS))
    assert found.counts == {"read": 9, "kept": 4, "quarantined": 4, "duplicate": 1, "filtered": 0}
    # Two equal rows without an id are two invitations, as two equal answers are two.
    assert found.table["account_id"].tolist().count("011") == 2
    assert found.table.set_index("invitation_id")["response_id"].dropna().to_dict() == {"i1": "r1"}
    with pytest.raises(DataRefusedError, match="who was invited"):
        admit_invitations(raw_table({"id": ["i1"], "sent at": ["2026-03-01"]}))


def test_the_role_of_a_contact_flows_into_the_responses() -> None:
    survey = {"Response ID": ["r1", "r2"], "NPS": ["9", "3"], "Contact role": ["buyer", ""]}
    admission = admit_survey(raw_table(survey), SurveySettings(scale=(0, 10)))
    assert admission.responses["contact_role"].fillna("").tolist() == ["buyer", ""]
    grouped = admit_survey(raw_table(survey), SurveySettings(scale=(0, 10), by=("Contact role",)))
    assert grouped.responses["attribute/Contact role"].fillna("").tolist() == ["buyer", ""]


def test_a_doubtful_role_is_no_reason_to_refuse_an_export() -> None:
    survey = {"id": ["r1", "r2"], "NPS": ["9", "3"], "Title": ["Mr", "Ms"], "Role": ["buyer", "user"]}
    admission = admit_survey(raw_table(survey), SurveySettings(scale=(0, 10)))
    assert "contact_role" not in admission.responses
    assert any("could all be contact_role" in note for note in admission.notes)
    stated = admit_survey(raw_table(survey), SurveySettings(scale=(0, 10), columns={"contact_role": "Role"}))
    assert stated.responses["contact_role"].tolist() == ["buyer", "user"]
    numbers = {"id": ["r1", "r2"], "NPS": ["9", "3"], "Position": ["1", "2"]}
    assert "contact_role" not in admit_survey(raw_table(numbers), SurveySettings(scale=(0, 10))).responses
