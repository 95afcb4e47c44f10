import pandas as pd
import pytest
from survey_tables import raw_table

from nps_insights.survey import SurveySettings, admit_accounts, admit_survey
from nps_insights.survey.files import records
from nps_insights.survey.files.delimited import Delimited
from nps_insights.tables import DataRefusedError, SettingsError

USUAL = SurveySettings(scale=(0, 10))
SURVEY = {"response_id": ["r1", "r2", "r3"], "account_id": ["007", "007", "x"], "nps": ["9", "3", "5"]}
ACCOUNTS = {
    "Account ID": ["007", "008"],
    "Plan": ["gold", "basic"],
    "Seats": ["12", "3"],
    "MRR": ["€ 1.200,50", "300"],
    "Churn date": ["", "2026-01-31"],
    "Would recommend": ["1", "0"],
}


def test_accounts_are_joined_and_the_unmatched_are_listed() -> None:
    admission = admit_survey(raw_table(SURVEY), USUAL, raw_table(ACCOUNTS, "accounts.csv"))
    assert admission.responses["attribute/Plan"].fillna("").tolist() == ["gold", "gold", ""]
    assert admission.responses["attribute/Seats"].dropna().tolist() == [12.0, 12.0]
    assert admission.accounts_without_response == ("008",)
    assert admission.responses_without_account == ("x",)
    assert len(admission.responses) == 3
    assert admission.account_counts == {"read": 2, "kept": 2, "quarantined": 0, "duplicate": 0, "filtered": 0}


def test_outcomes_and_proxies_never_become_attributes() -> None:
    admission = admit_survey(raw_table(SURVEY), USUAL, raw_table({**ACCOUNTS, "Churn risk": ["0.1", "0.9"]}))
    assert sorted(admission.refused_attributes) == ["attribute/Churn risk", "attribute/Would recommend"]
    joined = [name for name in admission.responses if name.startswith("attribute/")]
    assert joined == ["attribute/Plan", "attribute/Seats"]
    named = SurveySettings(scale=(0, 10), attributes=("Would recommend",))
    told = admit_survey(raw_table(SURVEY), named, raw_table(ACCOUNTS))
    assert "attribute/Would recommend" in told.responses
    assert any("named, so used" in note for note in told.notes)
    with pytest.raises(SettingsError, match="known only after the answers"):
        admit_survey(raw_table(SURVEY), SurveySettings(scale=(0, 10), by=("churn date",)), raw_table(ACCOUNTS))


def test_a_proxy_that_only_groups_is_joined_and_is_no_driver() -> None:
    settings = SurveySettings(scale=(0, 10), by=("Would recommend", "Plan"))
    admission = admit_survey(raw_table(SURVEY), settings, raw_table(ACCOUNTS))
    assert "attribute/Would recommend" in admission.responses
    assert admission.driver_attributes == ("Plan", "Seats")
    assert any("'Would recommend': grouped by, and not taken as a driver" in note for note in admission.notes)


def test_drivers_are_those_named_then_the_accounts_own_less_the_controls() -> None:
    survey = {**SURVEY, "visits": ["1", "2", "3"], "branch": ["a", "b", "a"], "week": ["1", "1", "2"]}
    settings = SurveySettings(scale=(0, 10), attributes=("seats", "visits"), controls=("plan", "branch"), by=("week",))
    admission = admit_survey(raw_table(survey), settings, raw_table({**ACCOUNTS, "Region": ["n", "s"]}))
    assert admission.driver_attributes == ("Seats", "visits", "Region")
    named = SurveySettings(scale=(0, 10), attributes=("Would recommend",), by=("Would recommend",))
    told = admit_survey(raw_table(SURVEY), named, raw_table(ACCOUNTS))
    assert told.driver_attributes == ("Would recommend", "Plan", "Seats")
    assert admit_survey(raw_table(survey), SurveySettings(scale=(0, 10), by=("week",))).driver_attributes == ()


def test_a_placeholder_is_no_account() -> None:
    admission = admit_accounts(raw_table({"account_id": ["a", "N/A"], "plan": ["gold", "basic"]}), SurveySettings())
    assert admission.accounts["account_id"].tolist() == ["a"]
    assert admission.quarantine["reason"].tolist() == ["is a placeholder and names no account"]


def test_known_columns_are_parsed() -> None:
    accounts = admit_accounts(raw_table(ACCOUNTS), SurveySettings()).accounts
    assert accounts["value"].tolist() == [1200.5, 300.0]
    assert accounts["ended_at"].tolist()[1] == pd.Timestamp("2026-01-31")
    assert accounts["ended_at"].isna().tolist() == [True, False]


def test_a_known_column_can_be_a_group() -> None:
    settings = SurveySettings(scale=(0, 10), by=("mrr",))
    admission = admit_survey(raw_table(SURVEY), settings, raw_table(ACCOUNTS))
    assert admission.named_attributes == {"mrr": "attribute/MRR"}
    assert admission.responses["attribute/MRR"].dropna().tolist() == [1200.5, 1200.5]


def test_an_account_with_two_different_rows_is_refused_with_its_key() -> None:
    twice = {"account_id": ["007", "007"], "plan": ["gold", "basic"]}
    with pytest.raises(DataRefusedError, match=r"1 accounts stand in accounts\.csv more than once.*'007'"):
        admit_survey(raw_table(SURVEY), USUAL, raw_table(twice, "accounts.csv"))


def test_equal_rows_of_accounts_are_duplicates_and_bad_ones_quarantined() -> None:
    raw = raw_table(
        {
            "account_id": ["a", "a", "b", "", "c"],
            "value": ["1", "1", "lots", "3", ""],
            "churned": ["yes", "yes", "no", "no", ""],
        }
    )
    admission = admit_accounts(raw, SurveySettings())
    assert admission.counts == {"read": 5, "kept": 2, "quarantined": 2, "duplicate": 1, "filtered": 0}
    assert admission.accounts["churned"].tolist() == [True, pd.NA]


def test_accounts_need_an_id_on_both_sides() -> None:
    with pytest.raises(DataRefusedError, match="--columns account_id="):
        admit_survey(raw_table({"nps": ["9"]}), USUAL, raw_table(ACCOUNTS))
    with pytest.raises(DataRefusedError, match=r"account_id: export\.csv has no column"):
        admit_accounts(raw_table({"plan": ["gold"]}), SurveySettings())
    stated = SurveySettings(account_columns={"account_id": "Konto"})
    assert admit_accounts(raw_table({"Konto": ["1"]}), stated).accounts["account_id"].tolist() == ["1"]


def test_what_keeps_a_call_from_an_account_is_read() -> None:
    raw = raw_table(
        {
            "account_id": ["a", "b", "c", "d"],
            "Open complaint": ["yes", "no", "", "perhaps"],
            "Do not contact": ["0", "1", "", "0"],
            "Last contact": ["2026-02-01", "", "2026-03-01", "2026-03-01"],
        }
    )
    admission = admit_accounts(raw, SurveySettings())
    assert admission.accounts["open_complaint"].tolist() == [True, False, pd.NA]
    assert admission.accounts["opted_out"].tolist() == [False, True, pd.NA]
    assert admission.accounts["contacted_at"].dropna().tolist() == [
        pd.Timestamp("2026-02-01"),
        pd.Timestamp("2026-03-01"),
    ]
    assert admission.quarantine[["field", "reason"]].to_numpy().tolist() == [
        ["open_complaint", "is neither yes nor no"]
    ]
    assert [name for name in admission.accounts if name.startswith("attribute/")] == []


def test_a_blank_row_is_filtered_and_a_row_without_account_is_refused() -> None:
    accounts = {"Account ID": ["007", "", ""], "Plan": ["gold", " ", "basic"]}
    found = admit_accounts(raw_table(accounts, "accounts.csv"), USUAL)
    assert found.counts == {"read": 3, "kept": 1, "quarantined": 1, "duplicate": 0, "filtered": 1}
    assert found.quarantine["row_number"].tolist() == [4]


def test_an_empty_column_of_the_accounts_is_refused_and_says_so() -> None:
    accounts = raw_table({"Account ID": ["007", "008"], "Plan": ["gold", "basic"], "Region": ["", ""]}, "accounts.csv")
    assert admit_survey(raw_table(SURVEY), USUAL, accounts).refused_attributes == {"attribute/Region": "it is empty"}


def test_a_list_without_a_single_account_is_refused_with_the_reasons() -> None:
    nobody = raw_table({"Account ID": ["N/A", "", ""], "Plan": ["gold", "basic", ""]}, "accounts.csv")
    with pytest.raises(DataRefusedError, match=r"accounts\.csv: no account is left; .*1 filtered \(the row is blank\)"):
        admit_accounts(nobody, USUAL)


def test_a_text_that_nearly_every_account_has_to_itself_is_no_driver() -> None:
    many = [f"{number:03}" for number in range(60)]
    survey = raw_table({"account_id": many, "nps": ["9", "3", "7"] * 20})
    street = {"Account ID": many, "Street": [f"{one} High Street" for one in many], "Plan": ["gold", "basic"] * 30}
    found = admit_survey(survey, USUAL, raw_table(street, "accounts.csv"))
    assert found.refused_attributes == {
        "attribute/Street": "nearly every account has another text in it, so it is a name or an id"
    }
    assert found.driver_attributes == ("Plan",)


def test_of_two_columns_of_an_id_the_one_called_so_is_taken_and_of_a_value_none() -> None:
    accounts = {"id": ["x", "y"], "account_id": ["007", "008"], "MRR": ["1", "2"], "ARR": ["12", "24"]}
    found = admit_accounts(raw_table(accounts, "accounts.csv"), USUAL)
    assert found.accounts["account_id"].tolist() == ["007", "008"]
    assert "accounts.csv: 'MRR' and 'ARR' could all be value; none is taken as it" in found.notes
    assert "value" not in found.accounts
    with pytest.raises(
        DataRefusedError, match=r"account_id: 'Account' and 'Client ID' of .* could both be it; state one"
    ):
        admit_accounts(raw_table({"Account": ["1"], "Client ID": ["2"]}), USUAL)


def test_a_column_that_is_stated_wins_over_the_one_its_tool_is_known_for() -> None:
    rows = [["Account ID", "Account Name", "Account Owner", "Label"], ["001D000000IqhSL", "Acme AG", "J. Ray", "Acme"]]
    raw = records.raw_table("accounts.csv", Delimited(rows, [1, 2], ","), "")
    assert admit_accounts(raw, SurveySettings()).accounts["account_name"].tolist() == ["Acme AG"]
    stated = SurveySettings(account_columns={"account_name": "Label"})
    assert admit_accounts(raw, stated).accounts["account_name"].tolist() == ["Acme"]
