"""Counts that must add up at the door, and bounds on both of their sides."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from survey_tables import raw_table

from nps_insights.survey import SurveySettings, admit_survey, inspect_survey, read_source
from nps_insights.survey.files.delimited import refuse_endless_line
from nps_insights.survey.files.limits import Limits, refuse_large_table
from nps_insights.survey.ledger import Ledger
from nps_insights.survey.privacy.personal_columns import without_personal_columns
from nps_insights.survey.privacy.pseudonyms import PseudonymKey
from nps_insights.survey.redaction.cards_and_accounts import is_card
from nps_insights.survey.redaction.known import known_names
from nps_insights.survey.sides.events import admit_events
from nps_insights.tables import DataRefusedError, SettingsError


def test_rows_that_could_not_be_read_or_were_set_aside_count_once_more_and_not_less() -> None:
    raw = raw_table({"score": ["9", "8", "x"]})
    broken = pd.DataFrame({"row_number": [9, 10], "reason": ["has 3 cells", "has 5 cells"]})
    aside = pd.DataFrame({"row_number": [11], "reason": ["is a preview"]})
    ledger = Ledger(replace(raw, broken=broken, set_aside=aside))
    ledger.quarantine(raw.frame["score"] == "x", "score", "is no number", raw.frame["score"])
    assert ledger.counts() == {"read": 6, "kept": 2, "quarantined": 3, "duplicate": 0, "filtered": 1}


@pytest.mark.parametrize(
    ("rows", "columns", "setting"), [(11, 2, "rows"), (2, 11, "columns"), (7, 6, "cells"), (6, 7, "cells")]
)
def test_a_table_is_refused_above_each_limit_and_read_at_it(rows: int, columns: int, setting: str) -> None:
    limits = Limits(rows=10, columns=10, cells=40)
    with pytest.raises(DataRefusedError, match=rf"raise `{setting}` in"):
        refuse_large_table(rows, columns, "survey.csv", limits)
    for at_it in ((10, 4), (4, 10), (8, 5)):
        refuse_large_table(*at_it, "survey.csv", limits)


def test_an_event_without_a_date_that_can_be_read_is_set_aside_with_its_reason() -> None:
    raw = raw_table(
        {
            "event_at": ["2026-03-01", "soon", "", "2026-03-05"],
            "ended_at": ["2026-03-02", "", "", "2026-03-04"],
            "label": ["Outage", "Move", "Fair", "Strike"],
        }
    )
    found = admit_events(raw)
    assert found.table["label"].tolist() == ["Outage"]
    told = found.quarantine.set_index("row_number")[["field", "reason", "value"]]
    assert told.loc[3, "field"] == "event_at"
    assert told.loc[3, "value"] == "soon"
    assert told.loc[4, "reason"] == "is blank"
    assert tuple(told.loc[5]) == ("ended_at", "is before event_at", "2026-03-04")
    assert found.counts == {"read": 4, "kept": 1, "quarantined": 3, "duplicate": 0, "filtered": 0}


def test_settings_that_are_printed_hold_neither_key_nor_marks() -> None:
    printed = repr(SurveySettings(pseudonym_key=PseudonymKey("a key of thirty-two characters !!")))
    assert "pseudonym_key" not in printed
    assert "thirty-two" not in printed
    assert "forgotten" not in printed


@pytest.mark.parametrize(("n_addresses", "dropped"), [(3, True), (2, False)])
def test_a_column_mostly_of_addresses_is_dropped_and_blanks_are_no_part_of_it(n_addresses: int, dropped: bool) -> None:
    texts = [f"person{number}@example.com" for number in range(n_addresses)]
    texts += [f"called about order {'abc'[number]}" for number in range(4 - n_addresses)] + [""] * 6
    raw = raw_table({"score": ["9"] * 10, "Remark field": texts})
    left, _, notes = without_personal_columns(raw, {}, SurveySettings())
    assert ("Remark field" not in left.frame) == dropped
    assert bool(notes) == dropped


def test_a_name_of_three_words_is_known_by_its_ends_and_by_both_of_its_parts() -> None:
    names = known_names(["Anna Sofia Lindqvist"], [])
    orders = {words for own in names.whole.values() for words in own}
    assert {("anna", "lindqvist"), ("sofia", "lindqvist"), ("anna", "sofia")} <= orders
    assert ("lindqvist", "anna", "sofia") in orders
    assert ("sofia", "anna") not in orders
    assert ("a", "lindqvist") in orders


@pytest.mark.parametrize(
    ("first", "lengths"),
    [
        ("4", {16, 19}),
        ("51", {16}),
        ("55", {16}),
        ("2221", {16}),
        ("2720", {16}),
        ("34", {15}),
        ("37", {15}),
        ("300", {14, 16}),
        ("305", {14, 16}),
        ("36", {14}),
        ("38", {14, 16}),
        ("39", {14, 16}),
        ("6011", {16, 19}),
        ("644", {16, 19}),
        ("659", {16, 19}),
        ("3528", {16}),
        ("3589", {16}),
        ("62", {16, 17, 18, 19}),
        ("50", {16}),
        ("56", {16}),
        ("58", {16}),
        ("63", {16}),
        ("67", {16, 18, 19}),
        ("306", set()),
        ("2220", set()),
        ("2721", set()),
        ("3527", set()),
        ("643", set()),
        ("9", set()),
    ],
)
def test_an_issuers_numbers_are_cards_in_its_lengths_alone(first: str, lengths: set[int]) -> None:
    def with_check_digit(length: int) -> str:
        body = first + "0" * (length - len(first) - 1)
        doubled = sum(sum(divmod(2 * int(one), 10)) for one in body[::-1][::2])
        return f"{body}{(-doubled - sum(map(int, body[::-1][1::2]))) % 10}"

    assert {length for length in range(12, 21) if is_card(with_check_digit(length))} == lengths


def test_of_a_folder_five_files_are_named(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"part{number}.csv").write_text("score\n9\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"part0\.csv") as refused:
        read_source(tmp_path)
    assert "part4.csv" in str(refused.value)
    assert "part5.csv" not in str(refused.value)


def test_two_columns_that_could_be_one_field_are_named_and_neither_is_taken() -> None:
    columns = {"event_at": ["2026-03-01"], "label": ["Outage"], "ended_at": ["2026-03-02"], "Ended at": ["2026-03-03"]}
    both = admit_events(raw_table(columns))
    one = admit_events(raw_table({name: cells for name, cells in columns.items() if name != "Ended at"}))
    assert any("'ended_at' and 'Ended at' could all be ended_at; none is taken" in note for note in both.notes)
    assert "ended_at" not in both.table or both.table["ended_at"].isna().all()
    assert one.table["ended_at"].tolist() == [pd.Timestamp("2026-03-02")]
    assert not any("could all be" in note for note in one.notes)


def test_a_stated_column_of_the_wording_is_read_answer_by_answer() -> None:
    raw = raw_table({"score": ["9", "3"], "Asked as": ["Would you recommend us?", "Würden Sie uns empfehlen?"]})
    stated = SurveySettings(columns={"score": "score", "wording": "Asked as"})
    assert admit_survey(raw, stated).responses["wording"].tolist() == raw.frame["Asked as"].tolist()


def test_what_was_noticed_on_reading_is_told_by_inspect() -> None:
    raw = raw_table({"response_id": ["a", "b", "c"], "score": ["9", "12", "3"], "Would stay": ["yes", "no", "no"]})
    admission = admit_survey(raw, SurveySettings())
    assert admission.notes
    assert set(admission.notes) <= set(inspect_survey(raw, SurveySettings()).warnings)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_line_is_refused_above_the_limit_by_its_own_length_whatever_ends_it(end: bytes) -> None:
    limits = Limits(cell_characters=20)
    longest = 64 * 20
    refuse_endless_line(end.join([b"id,score", b"a" * longest, b"1,9"]), "survey.csv", limits)
    with pytest.raises(DataRefusedError, match=rf"has a line of {2 * longest:,} bytes without an end"):
        refuse_endless_line(end.join([b"id,score", b"a" * 2 * longest, b"1,9"]), "survey.csv", limits)


def test_a_file_of_one_line_may_be_as_long_as_a_line() -> None:
    limits = Limits(cell_characters=20)
    refuse_endless_line(b"a" * 64 * 20, "survey.csv", limits)
    with pytest.raises(DataRefusedError, match=r"has a line of 2,560 bytes"):
        refuse_endless_line(b"a" * 2 * 64 * 20, "survey.csv", limits)


@pytest.mark.parametrize("redact", [True, False])
def test_inspect_shows_no_name_of_anybody_in_the_file_where_it_redacts(redact: bool) -> None:
    n = 30
    raw = raw_table(
        {
            "response_id": [f"r{number}" for number in range(n)],
            "score": ["9"] * n,
            "comment": ["Ottilie Brandstetter helped me at once"] + ["quick answer on the phone"] * (n - 1),
            "contact_name": [f"Person {'abcdefghij'[number % 10]}" for number in range(n - 1)]
            + ["Ottilie Brandstetter"],
        }
    )
    shown = inspect_survey(raw, SurveySettings(redact=redact)).first_rows
    assert ("Brandstetter" in shown["comment"].iloc[0]) != redact
