import pandas as pd
import pytest
from survey_tables import raw_table

from nps_insights.survey import SurveySettings, admit_survey, inspect_survey
from nps_insights.survey.ledger import Ledger
from nps_insights.tables import DataRefusedError, SettingsError

USUAL = SurveySettings(scale=(0, 10))


def test_two_equal_rows_without_ids_are_two_responses() -> None:
    admission = admit_survey(raw_table({"nps": ["9", "9", "3"], "comment": ["good", "good", ""]}), USUAL)
    ids = admission.responses["response_id"]
    assert len(ids) == 3
    assert sorted(ids.str[-2:]) == ["-1", "-1", "-2"]
    assert admission.counts["duplicate"] == 0


def test_a_content_id_does_not_depend_on_column_order() -> None:
    cells = {"nps": ["9", "3"], "comment": ["good", "bad"]}
    turned = {"comment": cells["comment"], "nps": cells["nps"]}
    first, second = (admit_survey(raw_table(c), USUAL).responses["response_id"] for c in (cells, turned))
    assert first.tolist() == second.tolist()


def test_a_repeated_row_with_an_id_is_a_duplicate() -> None:
    raw = raw_table({"response_id": ["a", "a", "b"], "nps": ["9", "9", "9"], "comment": ["x y", "x y", "x y"]})
    admission = admit_survey(raw, USUAL)
    assert admission.counts == {"read": 3, "kept": 2, "quarantined": 0, "duplicate": 1, "filtered": 0}
    assert len(admission.comments) == 2


def test_rows_of_one_response_are_one_response_with_several_comments() -> None:
    raw = raw_table(
        {
            "response_id": ["a", "a", "a"],
            "nps": ["9", "9", ""],
            "question": ["good?", "better?", "better?"],
            "comment": ["staff", "parking", "prices"],
        }
    )
    admission = admit_survey(raw, USUAL)
    assert len(admission.responses) == 1
    assert admission.counts["kept"] == 3
    assert admission.comments[["comment_id", "text"]].to_numpy().tolist() == [
        ["a/1", "parking"],
        ["a/2", "prices"],
        ["a/3", "staff"],
    ]


def test_a_response_with_two_scores_is_refused_whole() -> None:
    admission = admit_survey(raw_table({"response_id": ["a", "a", "b"], "nps": ["9", "3", "5"]}), USUAL)
    assert admission.counts["quarantined"] == 2
    assert set(admission.quarantine["reason"]) == {"response_id 'a' has scores 3 and 9"}
    assert admission.quarantine["row_number"].tolist() == [2, 3]


def test_what_the_rows_of_a_response_disagree_on_is_left_empty_and_told() -> None:
    raw = raw_table(
        {"response_id": ["a", "a", "b"], "nps": ["9"] * 3, "date": ["2021-03-10", "2021-10-03", "2021-10-03"]}
    )
    admission = admit_survey(raw, USUAL)
    assert admission.responses["responded_at"].isna().tolist() == [True, False]
    assert "1 response differ in it" in " ".join(admission.notes)
    assert "'a'" in " ".join(admission.notes)


def test_no_answer_is_filtered_and_counted_by_its_code() -> None:
    raw = raw_table({"response_id": list("abcde"), "nps": ["9", "", "NA", "11", "99"]})
    admission = admit_survey(raw, SurveySettings(scale=(0, 10), missing_scores=("99",)))
    assert admission.counts == {"read": 5, "kept": 1, "quarantined": 1, "duplicate": 0, "filtered": 3}
    assert admission.breakdown["filtered"] == {
        "no score was given": 1,
        "the score is '99', which means no answer": 1,
        "the score is 'NA', which means no answer": 1,
    }
    assert admission.quarantine.loc[0, ["row_number", "reason", "value"]].tolist() == [5, "is outside 0-10", "11"]


def test_as_of_is_the_end_of_its_day_and_defaults_to_the_last_answer() -> None:
    raw = raw_table({"nps": ["9"] * 3, "date": ["2026-01-01 09:00", "2026-01-02 23:00", "2026-01-03 00:00"]})
    assert admit_survey(raw, USUAL).as_of == pd.Timestamp("2026-01-03")
    admission = admit_survey(raw, SurveySettings(scale=(0, 10), as_of="2026-01-02"))
    assert admission.counts["filtered"] == 1
    assert admission.breakdown["filtered"] == {"answered after 2026-01-02": 1}


def test_nothing_left_is_refused_with_the_reasons() -> None:
    with pytest.raises(DataRefusedError, match=r"none of its 2 rows.*2 quarantined: score: is outside 0-10"):
        admit_survey(raw_table({"nps": ["11", "12"]}), USUAL)


def test_codes_stand_with_their_comment_and_rubbish_is_refused() -> None:
    cells = {"id": ["a", "b", "c"], "nps": ["9"] * 3, "comment": ["cheap", "fine", ""], "price": ["1", "0", "1"]}
    settings = SurveySettings(scale=(0, 10), theme_columns=("price",))
    admission = admit_survey(raw_table(cells), settings)
    assert admission.codes.to_numpy().tolist() == [["a/1", "a", "price"]]
    with pytest.raises(DataRefusedError, match="'price': 1 cell is none of these; it looks like"):
        admit_survey(raw_table({**cells, "price": ["1", "0", "maybe"]}), settings)


def test_a_comment_column_named_as_codes_is_described_and_not_quoted() -> None:
    said = ["my secret words are here", "another secret of mine today", "and a third one to keep"]
    raw = raw_table({"nps": ["9", "3", "5"], "Open answer": said})
    with pytest.raises(DataRefusedError) as refused:
        admit_survey(raw, SurveySettings(scale=(0, 10), theme_columns=("Open answer",)))
    assert "'Open answer': 3 cells are none of these; it looks like text, about 5 words each" in str(refused.value)
    assert not any(word in str(refused.value) for word in ("secret", "third"))


def test_codes_that_are_never_used_are_still_known() -> None:
    cells = {"nps": ["9", "3"], "comment": ["cheap", "fine"], "price": ["1", "0"], "staff": ["0", "0"]}
    admission = admit_survey(raw_table(cells), SurveySettings(scale=(0, 10), theme_columns=("price..staff",)))
    assert set(admission.codes["code"]) == {"price"}
    assert admission.stated_codes == ("price", "staff")


def test_placeholders_of_customers_are_missing_not_one_big_account() -> None:
    ids = ["N/A", "-", "none", "Unknown", "null", "#N/A", "0000", "7"]
    admission = admit_survey(raw_table({"nps": ["9"] * 8, "account id": ids, "contact id": ids}), USUAL)
    assert sorted(admission.responses["account_id"].dropna()) == ["0000", "7"]
    assert sorted(admission.responses["contact_id"].dropna()) == ["0000", "7"]
    assert "account_id: 6 cells are placeholders ('#N/A', '-', 'N/A') and are read as missing" in admission.notes


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"nps": ["8", "9", "10"] * 40}, "state `--scale 1-10` (`scale` in the section [score])"),
        (
            {"nps": ["9", "0", "5"] * 9, "Later": [f"the app {word} and then it was slow" for word in "abc"] * 9},
            "'Later' holds them, say --columns comment=\"Later\" (`comment` in the section [columns])",
        ),
    ],
)
def test_a_note_names_the_setting_beside_the_option(cells: dict[str, list[str]], said: str) -> None:
    assert any(said in note for note in admit_survey(raw_table(cells), SurveySettings()).notes)


def test_an_account_that_everybody_shares_is_none() -> None:
    cells = {"nps": ["9", "3", "5"], "account_id": ["acme"] * 3}
    admission = admit_survey(raw_table(cells), USUAL)
    assert "account_id" not in admission.responses
    assert "account_id" not in admission.mapping.columns
    assert "account_id" in admission.mapping.unused
    assert "account_id: every response has the same value 'acme', so it is not used" in admission.notes
    with pytest.raises(DataRefusedError, match="same value 'acme', so accounts cannot be joined by it"):
        admit_survey(raw_table(cells), USUAL, raw_table({"account_id": ["acme"], "plan": ["gold"]}))
    several_rows = raw_table({**cells, "response_id": ["a"] * 3, "nps": ["9"] * 3, "comment": ["x y", "y z", "z x"]})
    assert admit_survey(several_rows, USUAL).responses["account_id"].tolist() == ["acme"]
    half_named = raw_table({**cells, "account_id": ["acme", "acme", ""]})
    assert "account_id" in admit_survey(half_named, USUAL).responses


def test_a_date_unlike_the_stated_format_is_left_empty_and_its_answer_kept() -> None:
    raw = raw_table({"nps": ["9", "3", "5", "7"], "date": ["31/01/2026", "01/31/2026", "", "02/01/2026"]})
    admission = admit_survey(raw, SurveySettings(scale=(0, 10), date_format="%d/%m/%Y"))
    assert admission.counts["kept"] == 4
    assert admission.responses["responded_at"].isna().sum() == 2
    expected = "responded_at: 1 of 3 dates is not day/month/year (first: row 3); it is left empty"
    assert expected in admission.notes
    mixed = raw_table({"nps": ["9", "3", "5"], "date": ["2026-01-31", "31/01/2026", "31/01/2026"]})
    with pytest.raises(DataRefusedError, match=r"date: 2 of 3 dates are not year-month-day, as .* '%Y-%m-%d' states"):
        admit_survey(mixed, SurveySettings(scale=(0, 10), date_format="%Y-%m-%d"))


def test_a_comment_id_on_two_different_rows_is_refused() -> None:
    raw = raw_table({"comment id": ["c", "c", "d"], "nps": ["9"] * 3, "comment": ["one way", "another", "third way"]})
    admission = admit_survey(raw, USUAL)
    assert admission.counts["quarantined"] == 2
    assert admission.comments["comment_id"].tolist() == ["d"]


def test_named_attributes_are_numbers_or_text_and_a_proxy_is_told() -> None:
    raw = raw_table({"nps": ["9", "3"], "visits": ["1,5", "NA"], "zip": ["01234", "99999"], "Satisfaction": ["5", "1"]})
    admission = admit_survey(raw, SurveySettings(scale=(0, 10), attributes=("visits", "zip", "satisfaction")))
    assert sorted(admission.responses["attribute/visits"].dropna()) == [1.5]
    assert sorted(admission.responses["attribute/zip"]) == ["01234", "99999"]
    assert admission.named_attributes["satisfaction"] == "attribute/Satisfaction"
    assert any("looks like the score under another name" in note for note in admission.notes)
    with pytest.raises(SettingsError, match="no column 'visit'; did you mean 'visits'"):
        admit_survey(raw, SurveySettings(scale=(0, 10), attributes=("visit",)))


def test_no_comment_reaches_a_note_or_an_error() -> None:
    secret = "my-secret-words are here"
    raw = raw_table({"response_id": ["a", "a"], "nps": ["9", "9"], "comment": [secret, secret + "!"]})
    admission = admit_survey(raw, USUAL)
    assert secret not in " ".join(admission.notes)
    with pytest.raises(DataRefusedError) as refused:
        admit_survey(raw_table({"nps": ["11"] * 2, "comment": [secret] * 2}), USUAL)
    assert secret not in str(refused.value)


def test_inspect_describes_what_admit_refuses() -> None:
    raw = raw_table({"Q1": [str(1 + i % 10) for i in range(200)], 'Why "so"?': ["because of the price"] * 200})
    blind = inspect_survey(raw, SurveySettings())
    assert not blind.ready
    assert blind.unused["column"].tolist() == ["Q1", 'Why "so"?']
    assert any('--columns score="Q1"' in warning for warning in blind.warnings)
    columns = {"score": "Q1", "comment": 'Why "so"?'}
    asked = inspect_survey(raw, SurveySettings(columns=columns))
    assert any("--scale 1-10" in warning for warning in asked.warnings)
    ready = inspect_survey(raw, SurveySettings(columns=columns, scale=(1, 10)))
    assert ready.ready
    assert ready.counts["kept"] == 200
    assert len(ready.first_rows) == 5
    assert ready.columns_block == '[columns]\nscore = "Q1"\ncomment = "Why \\"so\\"?"'
    assert inspect_survey(raw, SurveySettings(columns={"score": "absent"})).warnings


def test_a_content_id_stays_the_same_from_release_to_release() -> None:
    # Whoever joins by it has stored it: sha256 over the cells' lengths and texts, its first 16 digits and the number.
    made = admit_survey(raw_table({"nps": ["9"], "comment": ["good"]}), USUAL).responses["response_id"].item()
    assert made == "c1af45f8b87d2681-1"


def test_a_long_refused_value_is_shown_by_its_beginning() -> None:
    admission = admit_survey(raw_table({"nps": ["9", "8" * 300], "comment": ["good", "bad"]}), USUAL)
    assert admission.quarantine["value"].tolist() == ["8" * 200]


@pytest.mark.parametrize(("column", "hint"), [("Remarks on the day", True), ("Visits", False)])
def test_a_file_without_comments_says_which_column_of_text_could_hold_them(column: str, hint: bool) -> None:
    cells = ["quick and very kind", "slow and rude again", "all as it should be"] if hint else ["3", "14", "25"]
    notes = admit_survey(raw_table({"nps": ["9", "0", "10"], column: cells}), USUAL).notes
    told = next(note for note in notes if note.startswith("no column of comments is known"))
    assert (f"if {column!r} holds them" in told) is hint


def test_ids_of_digits_are_described_as_ids_and_not_as_numbers() -> None:
    raw = raw_table({"NPS": ["9", "3", "7"], "Account ID": ["000380", "999964", "000380"], "Comment": ["", "Slow", ""]})
    understood = inspect_survey(raw, SurveySettings()).understood.set_index("field")
    assert understood.loc["account_id", "looks_like"] == "2 different ids, kept as they are written"


def test_a_suggestion_follows_every_refusal_until_the_file_can_be_read() -> None:
    several = [f"a{number}" for number in range(30)]
    cells = {"Q1": list("123455") * 5, "Date": ["04/03/2026", "05/05/2026"] * 15}
    raw = raw_table({**cells, "Account ID": several, "Customer ID": several})
    found = inspect_survey(raw, SurveySettings()).suggestion
    assert found.columns == {"score": "Q1", "account_id": "Account ID"}
    assert found.options == {"date-format": "%d/%m/%Y", "scale": "1-5", "cuts": "3,5"}
    assert found.readable


def test_a_refusal_is_told_once() -> None:
    raw = raw_table({"NPS": ["9", "3"], "Account ID": ["a", "b"], "Customer ID": ["b", "a"], "Why": ["kind", "slow"]})
    told = [said for said in inspect_survey(raw, SurveySettings()).warnings if "could both be it" in said]
    assert len(told) == 1


def test_books_that_do_not_add_up_are_not_shown() -> None:
    raw = raw_table({"nps": ["9", "3"]})
    ledger = Ledger(raw)
    ledger.take_out(raw.frame["nps"] == "3", "mislaid", "nobody knows")  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match=r"rows do not add up: \{'read': 2, 'kept': 1"):
        ledger.counts()
