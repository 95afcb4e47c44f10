import pandas as pd
import pytest
from survey_tables import raw_table

from nps_insights.survey import SurveySettings, admit_accounts, admit_survey
from nps_insights.survey.values.numbers import parse_numbers
from nps_insights.tables import DataRefusedError


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1,234", "0.5"], [1234, 0.5]),
        (["1,234", "1,234.50"], [1234, 1234.5]),
        (["1,234", "1,234,567"], [1234, 1234567]),
        (["1,234", "2,5"], [1.234, 2.5]),
        (["1,234", "1.234,5"], [1.234, 1234.5]),
        (["1,234", "0,125"], [1.234, 0.125]),
        (["1,234", "1234,567"], [1.234, 1234.567]),
        (["1.234", "2,5"], [1234, 2.5]),
        (["1.234", "1.234.567"], [1234, 1234567]),
        (["1.234", "2.50"], [1.234, 2.5]),
        (["1,5", "2.5"], [1.5, 2.5]),
        (["€ 1.200,50", "300"], [1200.5, 300]),
        (["1 234,567", "1'000", "12 %"], [1234.567, 1000, 12]),
        (["1e3", ".5", "-3", "+4"], [1000, 0.5, -3, 4]),
        (["12", "7"], [12, 7]),
    ],
)
def test_a_column_proves_its_way_of_writing(texts: list[str], numbers: list[float]) -> None:
    assert parse_numbers(pd.Series(texts), "value").tolist() == numbers
    assert parse_numbers(pd.Series(texts[::-1]), "value").tolist() == numbers[::-1]


@pytest.mark.parametrize("texts", [["1,234", "500"], ["1.234", "500"], ["1,234", "1,5", "2.5"], ["€ -1,234"]])
def test_what_nothing_decides_shows_both_readings_and_stops(texts: list[str]) -> None:
    sign = "." if "1.234" in texts else ","
    with pytest.raises(DataRefusedError, match=rf"'MRR': 1\{sign}234 may be 1234 or 1\.234.*without thousands sep"):
        parse_numbers(pd.Series(texts), "MRR")


@pytest.mark.parametrize("texts", [["Smith, John"], ["1.2.3,4,5"], ["v1"], [","], ["1-2"]])
def test_other_texts_are_no_numbers(texts: list[str]) -> None:
    assert parse_numbers(pd.Series(texts), "value").isna().all()


def test_attributes_and_values_of_accounts_are_asked_about_together() -> None:
    accounts = {"account_id": ["a", "b"], "Seats": ["1,200", "80"], "Spend": ["3.400", ""], "Room": ["1,234", "x"]}
    with pytest.raises(DataRefusedError, match=r"'Seats': 1,200 may be(.|\n)*'Spend': 3\.400 may be"):
        admit_accounts(raw_table(accounts), SurveySettings())
    with pytest.raises(DataRefusedError, match="'MRR': 1,200 may be"):
        admit_accounts(raw_table({"account_id": ["a"], "MRR": ["1,200"]}), SurveySettings())
    survey = raw_table({"nps": ["9", "3"], "visits": ["1,234", "2,000"]})
    with pytest.raises(DataRefusedError, match="'visits': 1,234 may be"):
        admit_survey(survey, SurveySettings(scale=(0, 10), attributes=("visits",)))
    assert admit_survey(survey, SurveySettings(scale=(0, 10))).counts["kept"] == 2


def test_a_score_of_nine_comma_nought_stays_nine() -> None:
    admission = admit_survey(raw_table({"nps": ["9,0", "3"]}), SurveySettings(scale=(0, 10)))
    assert sorted(admission.responses["score"]) == [3.0, 9.0]
