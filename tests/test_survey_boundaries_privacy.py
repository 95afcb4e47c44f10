"""What is private and what is not, at the last character, group or use that decides it."""

from collections.abc import Callable, Iterator

import pandas as pd
import pytest
from survey_tables import raw_table

from nps_insights.survey.ids.customer_ids import customer_ids
from nps_insights.survey.ids.rounded_ids import rounded_ids
from nps_insights.survey.ids.salesforce_ids import as_listed, is_account_id, one_writing, whole_id
from nps_insights.survey.privacy.personal_columns import without_personal_columns
from nps_insights.survey.privacy.private_texts import added, redaction_note
from nps_insights.survey.privacy.pseudonyms import PseudonymKey, is_pseudonym, reversed_ids, with_pseudonyms
from nps_insights.survey.redaction.cards_and_accounts import cards, ibans
from nps_insights.survey.redaction.known import known_names
from nps_insights.survey.redaction.names import names_in, words_by_use
from nps_insights.survey.redaction.phones import phones
from nps_insights.survey.redaction.redact import redactions_table
from nps_insights.survey.redaction.shadow import is_unusual, shadow_of
from nps_insights.survey.settings import SurveySettings

KEY = PseudonymKey(b"sixteen letters and more")


def parts(found: Callable[[str], Iterator[tuple[int, int]]], text: str) -> list[str]:
    return [text[start:end] for start, end in found(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+49 30 901820", ["+49 30 901820"]),
        ("+1234567", []),
        ("+12345678", ["+12345678"]),
        ("+123456789012345", ["+123456789012345"]),
        ("+1234567890123456", []),
        ("+01234567890", []),
        ("0049 30 901820", ["0049 30 901820"]),
        ("0000 30 901820", []),
        ("(020) 7946 0958", ["(020) 7946 0958"]),
        ("415-555-2671", ["415-555-2671"]),
        ("4155552671", []),
        ("call 4155552671", ["4155552671"]),
        ("415.555.267", []),
        ("order 415-555-2671", []),
        ("order +1 415 555 2671", ["+1 415 555 2671"]),
        ("415-555-2671 EUR", []),
        ("call 123456789", ["123456789"]),
        ("call 12345678", []),
        ("call 123-4567", ["123-4567"]),
        ("call 1234-5678", ["1234-5678"]),
        ("call 12-345678", []),
        ("call 123.456.789", []),
        ("call 123-456", []),
        ("31.12.2026 +49 30 901820", ["+49 30 901820"]),
        ("20.12.2026 020 7946 0958 31.12.2026", ["020 7946 0958"]),
        ("08.00-17.00 020 7946 0958", ["020 7946 0958"]),
        ("7 020 7946 0958", ["020 7946 0958"]),
        ("020 7946 0958 or 7", ["020 7946 0958"]),
        ("020 7946 0958 020 7946 0959", ["020 7946 0958", "020 7946 0959"]),
    ],
)
def test_a_phone_number_is_told_by_its_length_groups_and_neighbours(text: str, found: list[str]) -> None:
    assert parts(lambda one: phones(one, ("GB", "US")), text) == found


@pytest.mark.parametrize(
    ("region", "text"),
    [
        ("US", "415 555 2671"),
        ("US", "1 415 555 2671"),
        ("US", "1 415 5552671"),
        ("ES", "912 345 678"),
        ("ES", "912 34 56 78"),
        ("ES", "91 234 56 78"),
        ("ES", "91 234 5678"),
        ("ES", "912 345678"),
        ("DK", "32 12 34 56"),
    ],
)
def test_without_a_leading_zero_the_usual_groups_tell_a_number_and_one_run_does_not(region: str, text: str) -> None:
    def found(one: str) -> list[str]:
        return parts(lambda written: phones(written, (region,)), one)

    assert found(f"{text} please") == [text]
    assert found(f"{text.replace(' ', '')} please") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        ("41111111 11111111", ["41111111 11111111"]),
        ("411111 1111111111", []),
        ("3782 822463 10005", ["3782 822463 10005"]),
        ("4000 0000 0000 0000 006", ["4000 0000 0000 0000 006"]),
        ("4000 0000 00000002", ["4000 0000 00000002"]),
        ("670000 0000000000009", ["670000 0000000000009"]),
        ("3600 000000 0008", ["3600 000000 0008"]),
        ("12 4111111111111111", ["4111111111111111"]),
        ("4111111111111111 4111111111111111", ["4111111111111111"] * 2),
        ("4111111111111112", []),
        ("4444444444444444", []),
        ("1.4111111111111111", ["4111111111111111"]),
    ],
)
def test_a_card_is_a_run_of_the_groups_that_people_write(text: str, found: list[str]) -> None:
    assert parts(cards, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DE89370400440532013000", ["DE89370400440532013000"]),
        ("de89 3704-0044 0532 0130 00.", ["de89 3704-0044 0532 0130 00"]),
        ("DE8937040044053201300", []),
        ("DE893704004405320130000", []),
        ("DE88370400440532013000", []),
        ("DE89  370400440532013000", []),
        ("DE89 3704.0044 0532 0130 00", []),
        ("ZZ89370400440532013000", []),
        ("DE89370400440532013000 GB82WEST12345698765432", ["DE89370400440532013000", "GB82WEST12345698765432"]),
    ],
)
def test_an_iban_has_the_length_and_the_rest_of_its_country(text: str, found: list[str]) -> None:
    assert parts(ibans, text) == found


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["a fee", "the fee", "no fee"], {"fee"}),
        (["a fee", "the fee"], set()),
        (["a fee", "big fee", "some more fee"], set()),
        (["a fee", "the fee", "no fee", "ask Fee", "ask Fee"], {"fee"}),
        (["a fee", "the fee", "no fee", "ask Fee", "or Fee", "to Fee"], set()),
        (["a fee", "the fee", "no fee", "Fee asks", "Fee says", "Fee is"], {"fee"}),
        (["a fee", "the fee", "no fee", "ASK FEE", "OR FEE", "TO FEE"], {"fee"}),
        (["a fee", "a fee", "the fee"], set()),
        (["a lena", "the lena", "no lena"], set()),
    ],
)
def test_a_part_of_a_name_is_a_word_after_three_uses_with_two_articles(texts: list[str], words: set[str]) -> None:
    assert words_by_use(texts, known_names(["Lena Fee"])) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("spoke to anna koch", ["anna koch"]),
        ("spoke to Koch, Anna", ["Koch, Anna"]),
        ("Anna / Koch", ["Anna"]),
        ("Frau Koch", ["Koch"]),
        ("spoke to Will", ["Will"]),
        ("you WILL regret it", []),
        ("Will you", []),
        ("ask a Will", []),
        ("St Lindqvist", []),
        ("Mr. Lindqvist", ["Lindqvist"]),
        ("met lindqvist", ["lindqvist"]),
        ("ASK LINDQVIST", ["LINDQVIST"]),
        ("ask ned", []),
        ("ask Ned", ["Ned"]),
        ("will smith", []),
        ("Will Smith", ["Will Smith"]),
        ("", []),
    ],
)
def test_a_known_name_is_found_by_its_capitals_and_its_place(text: str, found: list[str]) -> None:
    known = known_names(["Will Smith", "Anna Koch", "Ned Lindqvist"])
    assert parts(lambda one: names_in(one, known), text) == found


@pytest.mark.parametrize(
    ("text", "shown", "first"),
    [
        ("a\u200bb", "ab", (0, 1)),
        ("Mu\u0308ller", "Müller", (0, 1)),
        ("u\u0308x", "üx", (0, 2)),
        ("１–\u00a0x", "1- x", (0, 1)),
        ("\ue000x", "\ue001x", (0, 1)),
        ("\u200bab", "ab", (1, 2)),
    ],
)
def test_the_shadow_knows_where_each_of_its_letters_stands(text: str, shown: str, first: tuple[int, int]) -> None:
    shadow = shadow_of(text)
    assert shadow.text == shown
    assert shadow.written(0, 1) == first
    assert shadow.written(0, len(shown))[1] == len(text)
    assert is_unusual(text)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("001000000000000", "001000000000000AAA"),
        ("001Z00000000000", "001Z00000000000IAA"),
        ("0010Z000000000Z", "0010Z000000000ZQAQ"),
        ("001aA0000AZZZZZ", "001aA0000AZZZZZQQ5"),
    ],
)
def test_the_last_three_of_a_salesforce_id_tell_its_case(text: str, whole: str) -> None:
    assert whole_id(text) == one_writing(text) == whole
    assert is_account_id(text)
    assert is_account_id(whole)
    assert not is_account_id(text + "ZZZ")
    assert not is_account_id(text[:-1])
    assert one_writing(text[:-1]) == text[:-1]
    for given, listed in ((text, whole), (whole, text)):
        changed, n = as_listed(pd.Series([given, given, "x", None], dtype="str"), pd.Series([listed, "y"]))
        assert changed.tolist()[:3] == [listed, listed, "x"]
        assert n == 2
    assert as_listed(pd.Series([text]), pd.Series([text, whole]))[1] == 0


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["7", "8"], []),
        (["7", "N/A", ""], ["contact_id: 1 cell is a placeholder ('N/A') and is read as missing"]),
        (
            ["d", "none", "-", "NULL", "?", "?"],
            ["contact_id: 5 cells are placeholders ('-', '?', 'NULL') and are read as missing"],
        ),
    ],
)
def test_placeholders_of_ids_are_counted_and_three_shown(texts: list[str], told: list[str]) -> None:
    assert customer_ids(pd.Series(texts), "contact_id")[1] == told


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["118", "7"], ""),
        (["1.18E+11", " ", "7"], "1 of 2 ids are in exponent form (1.18E+11)"),
        (["1,18e+11", "1E+5"], "2 of 2 ids are in exponent form (1,18e+11)"),
        (["11.8E+11", "1.18E11"], ""),
    ],
)
def test_ids_that_a_spreadsheet_rounded_are_counted_among_those_given(texts: list[str], told: str) -> None:
    found = rounded_ids(pd.Series(texts))
    assert found.startswith(told)
    assert bool(found) == bool(told)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("p_" + "0a" * 10, True),
        ("p_" + "0a" * 9 + "0", False),
        ("p_" + "0a" * 10 + "0", False),
        ("0a" * 10, False),
        ("p_" + "0g" * 10, False),
        ("p_" + "0A" * 10, False),
        ("p_", False),
    ],
)
def test_a_pseudonym_is_known_by_its_twenty_digits_and_stays(text: str, is_one: bool) -> None:
    assert is_pseudonym(text) == is_one
    kept = with_pseudonyms(raw_table({"id": [text]}), {"account_id": "id", "comment": "id"}, KEY).frame["id"][0]
    assert (kept == text) == is_one
    assert len(kept) == 22
    assert reversed_ids([kept, kept], [f" {text} ", ""], KEY) == {kept: text}
    assert with_pseudonyms(raw_table({"id": [text]}), {"score": "id"}, KEY).frame["id"][0] == text


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({}, []),
        ({"phone": 1}, ["1 phone number was removed"]),
        ({"phone": 2}, ["2 phone numbers were removed"]),
        ({"e-mail": 1, "name": 1}, ["1 e-mail address and 1 known name were removed"]),
        (
            {"e-mail": 1000, "phone": 2, "card": 1},
            ["1 card number, 1,000 e-mail addresses and 2 phone numbers were removed"],
        ),
    ],
)
def test_what_was_taken_out_is_counted_in_a_sentence(counts: dict[str, int], told: list[str]) -> None:
    table = redactions_table(counts, counts)
    notes = redaction_note(table, SurveySettings())
    assert [note.removesuffix(" from comments before anything was stored.") for note in notes] == told
    assert dict(added([table, table])[["kind", "n"]].to_numpy().tolist()) == {kind: 2 * n for kind, n in counts.items()}


@pytest.mark.parametrize(
    ("cells", "dropped"),
    [
        (["Anna Koch", "Jo Lind", "x", "y"], False),
        (["Anna Koch", "Jo Lind", "x", ""], True),
        (["Yes", "No", "Yes", "NO"], False),
        (["Anna", "Jo", "Ben", "y"], True),
        (["", "", "", ""], False),
    ],
)
def test_a_column_called_contact_is_dropped_where_most_cells_name_somebody(cells: list[str], dropped: bool) -> None:
    raw = raw_table({"id": ["1", "2", "3", "4"], "Contact": cells, "Plan": ["gold"] * 4})
    left, _, notes = without_personal_columns(raw, {"account_id": "id"}, SurveySettings())
    assert ("Contact" not in left.frame) == dropped
    assert notes == (["export.csv: 'Contact' tells who somebody is and is not stored"] if dropped else [])
    kept, _, _ = without_personal_columns(raw, {"account_id": "id"}, SurveySettings(attributes=("Contact",)))
    assert "Contact" in kept.frame


@pytest.mark.parametrize(("n_texts", "dropped"), [(20, False), (21, True)])
def test_with_pseudonyms_a_column_of_names_goes_that_its_header_does_not_tell(n_texts: int, dropped: bool) -> None:
    cells = [f"{chr(97 + number)}x" for number in range(n_texts)] + ["ax"] * (30 - n_texts)
    raw = raw_table({"id": [str(number) for number in range(30)], "Site": cells, "Name": cells})
    columns = {"account_id": "id", "account_name": "Name"}
    left, fields, notes = without_personal_columns(raw, columns, SurveySettings(pseudonym_key=KEY, redact=False))
    assert ("Site" not in left.frame) == dropped
    assert "Name" not in left.frame
    assert list(fields) == ["account_id"]
    assert len(notes) == 1
    whole, fields, notes = without_personal_columns(raw, columns, SurveySettings(redact=False))
    assert (list(whole.frame), list(fields), notes) == (["id", "Site", "Name"], ["account_id", "account_name"], [])
