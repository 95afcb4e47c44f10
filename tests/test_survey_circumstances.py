"""How an answer came about: kind of survey, trigger, event, wording, employees, broken off answers, other scales."""

import numpy as np
import pandas as pd
import pytest
from survey_tables import raw_table

from nps_insights.survey import RawTable, SurveySettings, admit_survey, survey_kinds
from nps_insights.survey.mapping.aliases import is_alias, is_question
from nps_insights.tables import DataRefusedError, SettingsError

USUAL = SurveySettings(scale=(0, 10))


def admitted(cells: dict[str, list[str]], /, **settings: object):
    return admit_survey(raw_table(cells), SurveySettings(scale=(0, 10), **settings))


def noted(admission, words: str) -> bool:
    return any(words in note for note in admission.notes)


def test_all_of_it_is_found_by_its_name_and_flows_through() -> None:
    found = admitted(
        {
            "id": ["r1", "r2", "r3"],
            "NPS": ["9", "3", "10"],
            "Date": ["2026-03-05", "2026-03-06", "2026-03-07"],
            "Survey type": ["rNPS", "Transactional", "t-NPS"],
            "Trigger": ["", "case closed", "order completed"],
            "Event date": ["", "2026-03-04", "2026-03-07"],
            "NPS question": ["Would you recommend us?"] * 3,
            "Employee": ["no", "No", "YES"],
            "Finished": ["True", "False", ""],
            "Kontaktpunkt": ["", "Hotline", "Montage"],
            "Kanal": ["Mail", "SMS", "Mail"],
            "Bearbeiter": ["", "A7", "A8"],
        }
    ).responses
    assert found["survey"].tolist() == ["relational", "transactional", "transactional"]
    assert found["trigger"].fillna("").tolist() == ["", "case closed", "order completed"]
    assert found["event_at"].dropna().tolist() == [pd.Timestamp("2026-03-04"), pd.Timestamp("2026-03-07")]
    assert found["wording"].unique().tolist() == ["Would you recommend us?"]
    assert found["internal"].tolist() == [False, False, True]
    assert found["complete"].tolist() == [True, False, pd.NA]
    assert found["touchpoint"].fillna("").tolist() == ["", "Hotline", "Montage"]
    assert found["channel"].tolist() == ["Mail", "SMS", "Mail"]
    assert found["agent_id"].fillna("").tolist() == ["", "A7", "A8"]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Point de contact", "touchpoint"),
        ("Punto de contacto", "touchpoint"),
        ("Canal", "channel"),
        ("Conseiller", "agent_id"),
        ("Umfragetyp", "survey"),
        ("Auslöser", "trigger"),
        ("Date de l'événement", "event_at"),
        ("Libellé de la question", "wording"),
        ("Mitarbeiter", "internal"),
        ("Vollständig", "complete"),
    ],
)
def test_names_in_other_languages_are_known(name: str, field: str) -> None:
    assert is_alias(name, field)


def test_kinds_are_mapped_whatever_the_spelling() -> None:
    texts = pd.Series(["RELATIONAL", "Relationship NPS", " rnps ", "tNPS", "Transactionnelle", "pulse", ""])
    assert survey_kinds(texts).fillna("?").tolist() == ["relational"] * 3 + ["transactional"] * 2 + ["?"] * 2


def test_a_strange_kind_is_refused_where_the_column_is_stated_and_left_out_where_it_is_not() -> None:
    columns = {"id": ["r1", "r2", "r3"], "NPS": ["9", "3", "8"], "Survey type": ["rNPS", "pulse", ""]}
    by_name = admitted(columns)
    assert "survey" not in by_name.responses
    assert by_name.counts["kept"] == 3
    assert noted(by_name, "it holds 'pulse', neither relational nor transactional")
    stated = admitted(columns, columns={"survey": "Survey type"})
    assert stated.responses["survey"].fillna("").tolist() == ["relational", ""]
    assert stated.counts["quarantined"] == 1
    assert stated.quarantine[["field", "reason", "value"]].to_numpy().tolist() == [
        ["survey", "is neither relational nor transactional", "pulse"]
    ]


def test_ratings_outside_a_stated_scale_are_quarantined_and_counted() -> None:
    columns = {
        "id": ["r1", "r2", "r3", "r4", "r5"],
        "NPS": ["9"] * 5,
        "CSAT": ["5", "6", "very good", "", "4 - good"],
        "CES": ["7", "1", "1", "N/A", "2"],
    }
    found = admitted(columns, csat_scale=(1, 5), ces_scale=(7, 1))
    assert found.counts == {"read": 5, "kept": 3, "quarantined": 2, "duplicate": 0, "filtered": 0}
    assert found.quarantine[["field", "reason"]].to_numpy().tolist() == [
        ["csat", "is outside 1-5"],
        ["csat", "is not a number"],
    ]
    assert found.breakdown["quarantined"] == {"csat: is not a number": 1, "csat: is outside 1-5": 1}
    assert found.responses["csat"].fillna(-1).tolist() == [5, -1, 4]
    # A scale from 7 to 1 says that 7 is the worst; it is turned so that high is good.
    assert found.responses["ces"].fillna(-1).tolist() == [1, -1, 6]


def test_ratings_without_a_stated_scale_are_kept_and_said() -> None:
    found = admitted({"id": ["r1", "r2"], "NPS": ["9", "3"], "CSAT": ["5", "80"]})
    assert found.responses["csat"].tolist() == [5, 80]
    assert noted(found, "csat: the answers run from 5 to 80 and no scale is stated")
    with pytest.raises(SettingsError, match="csat_scale: 5-5 is no scale"):
        SurveySettings(csat_scale=(5, 5))


def test_a_header_that_is_the_whole_question_is_the_wording() -> None:
    asked = "How likely are you to recommend us to a friend or colleague?"
    found = admitted({"id": ["r1", "r2"], asked: ["9", "3"]})
    assert found.responses["wording"].unique().tolist() == [asked]
    assert noted(found, "the question asked is taken from the header")
    short = admitted({"id": ["r1", "r2"], "Would you recommend": ["9", "3"]})
    assert "wording" not in short.responses
    own = admitted({"id": ["r1", "r2"], asked: ["9", "3"], "Wording": ["v1", "v2"]})
    assert own.responses["wording"].tolist() == ["v1", "v2"]
    assert noted(own, "asked in 2 wordings")
    assert not is_question("NPS?")


def test_a_column_of_names_is_no_flag_and_of_labels_no_date() -> None:
    columns = {
        "id": ["r1", "r2"],
        "NPS": ["9", "3"],
        "Employee": ["Ada", "Grace"],
        "Completed": ["2026-03-01", "2026-03-02"],
        "Event date": ["spring", "autumn"],
    }
    found = admitted(columns)
    assert not {"internal", "complete", "event_at"} & set(found.responses)
    for words in ("named like internal", "named like complete", "named like event_at"):
        assert noted(found, words)


def test_flags_are_kept_counted_and_left_empty_where_they_are_not_understood() -> None:
    columns = {
        "id": [f"r{i}" for i in range(5)],
        "NPS": ["9", "3", "8", "8", "8"],
        "Internal": ["employee", "customer", "test", "?", ""],
        "Complete": ["partial", "complete", "Finished", "abandoned", "yes"],
    }
    found = admitted(columns)
    assert found.responses["internal"].tolist() == [True, False, True, pd.NA, pd.NA]
    assert found.responses["complete"].tolist() == [False, True, True, False, True]
    assert noted(found, "internal: 1 cell was not understood and is left empty")
    assert noted(found, "internal: 2 rows are of employees or tests")
    assert noted(found, "complete: 2 rows were broken off")


def test_a_doubt_about_what_stands_beside_is_no_reason_to_refuse_an_export() -> None:
    columns = {"id": ["r1", "r2"], "NPS": ["9", "3"], "Channel": ["web", "sms"], "Survey channel": ["a", "b"]}
    found = admitted(columns)
    assert "channel" not in found.responses
    assert noted(found, "could all be channel")
    open_days = {"id": ["r1", "r2"], "NPS": ["9", "3"], "Event date": ["03/04/2026", "05/06/2026"]}
    assert "event_at" not in admitted(open_days).responses
    with pytest.raises(DataRefusedError, match="may be day 3 of month 4"):
        admitted(open_days, columns={"event_at": "Event date"})
    assert admitted(open_days, date_format="%d/%m/%Y").responses["event_at"].notna().all()


def test_an_event_after_its_answer_is_said_and_left_empty() -> None:
    columns = {
        "id": ["r1", "r2"],
        "NPS": ["9", "3"],
        "Date": ["2026-03-05 08:00", "2026-03-05 08:00"],
        "Event date": ["2026-03-05 09:30", "2026-03-06 00:00"],
    }
    found = admitted(columns)
    assert found.responses["event_at"].isna().tolist() == [False, True]
    assert noted(found, "1 answer is dated before the event that it is about; it is left empty")


def test_answers_after_the_moment_of_knowing_are_filtered_and_said() -> None:
    columns = {"id": ["r1", "r2"], "NPS": ["9", "3"], "Date": ["2026-03-05", "2026-05-01"]}
    found = admitted(columns, as_of="2026-03-31")
    assert found.counts["filtered"] == 1
    assert noted(found, "1 row is dated after 2026-03-31, the moment of knowing (the last 2026-05-01); it is left out")


def test_a_slip_of_the_pen_far_ahead_is_refused_and_moves_no_moment_of_knowing() -> None:
    days = pd.date_range("2026-01-01", periods=200).strftime("%Y-%m-%d").tolist()
    columns = {"id": [f"r{i}" for i in range(201)], "NPS": ["9"] * 201, "Date": [*days, "2062-03-01"]}
    found = admitted(columns)
    assert found.as_of == pd.Timestamp(days[-1])
    assert found.counts["quarantined"] == 1
    assert found.quarantine["reason"].tolist() == ["lies implausibly long after nearly all others"]
    assert noted(found, "1 row is dated implausibly long after nearly all others (the last 2062-03-01")
    stated = admitted(columns, as_of="2062-12-31")
    assert stated.counts["kept"] == 201
    columns["Date"][-1] = "2026-08-01"
    assert admitted(columns).counts["quarantined"] == 0


def test_a_survey_that_rested_for_a_while_is_doubted_and_kept() -> None:
    days = pd.date_range("2020-01-01", periods=900, freq="2D").strftime("%Y-%m-%d").tolist()
    columns = {"id": [f"r{i}" for i in range(901)], "NPS": ["9"] * 901, "Date": [*days, "2026-12-01"]}
    found = admitted(columns)
    assert found.as_of == pd.Timestamp("2026-12-01")
    assert noted(found, "1 row is dated more than a year after nearly all others (the last 2026-12-01")
    assert not noted(admitted({name: cells[:900] for name, cells in columns.items()}), "more than a year")


def test_mixed_time_zones_are_named() -> None:
    columns = {
        "id": ["r1", "r2", "r3"],
        "NPS": ["9", "3", "8"],
        "Date": ["2026-03-05 08:00+01:00", "2026-03-05 08:00-0500", "2026-03-05 08:00"],
    }
    found = admitted(columns)
    assert noted(found, "2 dates carry a time zone (2 different ones: -05:00, +01:00) and were turned to UTC")
    assert noted(found, "the other 1 are taken as UTC")
    assert found.responses["responded_at"].dt.hour.tolist() == [7, 13, 8]


def test_row_order_is_no_information() -> None:
    rng = np.random.default_rng(0)
    n = 60
    columns = {
        "id": [f"r{i:02d}" for i in range(n)],
        "NPS": rng.integers(0, 11, n).astype(str).tolist(),
        "Date": pd.date_range("2026-01-01", periods=n).strftime("%Y-%m-%d").tolist(),
        "Survey type": rng.choice(["rNPS", "tNPS", ""], n).tolist(),
        "Internal": rng.choice(["yes", "no", "?", ""], n, p=[0.2, 0.5, 0.1, 0.2]).tolist(),
        "CSAT": rng.integers(1, 7, n).astype(str).tolist(),
    }
    raw = raw_table(columns)
    order = rng.permutation(n)
    turned = RawTable(raw.name, raw.frame.iloc[order].reset_index(drop=True), raw.row_numbers[order], raw.broken)
    settings = SurveySettings(scale=(0, 10), csat_scale=(1, 5))
    one, two = admit_survey(raw, settings), admit_survey(turned, settings)
    pd.testing.assert_frame_equal(one.responses, two.responses)
    pd.testing.assert_frame_equal(one.quarantine, two.quarantine)
    assert one.notes == two.notes
    assert one.counts["quarantined"] > 0
