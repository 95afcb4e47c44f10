"""Pseudonyms: the same in every file, reversed with the key and the real ids alone, and the key shown nowhere."""

import hashlib
import hmac

import numpy as np
import pandas as pd
import pytest

from nps_insights.survey import (
    KEY_VARIABLE,
    PseudonymKey,
    RawTable,
    SurveySettings,
    admit_accounts,
    admit_invitations,
    admit_outcomes,
    admit_survey,
    admit_usage,
    key_from,
    pseudonyms_of,
    real_accounts,
    reversed_ids,
)
from nps_insights.tables import DataRefusedError, SettingsError

SECRET = "a secret of the tests"
KEY = PseudonymKey(SECRET.encode())
PRIVATE = SurveySettings(scale=(0, 10), pseudonym_key=KEY)
NAMES = [f"Company {letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
IDS = [f"A{number:03d}" for number in range(26)]


def raw(name: str, **cells: list[str]) -> RawTable:
    frame = pd.DataFrame(cells, dtype="str")
    return RawTable(name, frame, np.arange(2, len(frame) + 2), pd.DataFrame({"row_number": [], "reason": []}))


ACCOUNTS = raw(
    "accounts.csv",
    **{
        "Account ID": IDS,
        "Name": NAMES,
        "Owner": ["Rita Zander"] * 26,
        "Contact": [f"Person {name}" for name in NAMES],
        "Parent account": [IDS[0]] * 26,
        "Plan": ["gold", "silver"] * 13,
        "Revenue": [str(1000 + 7 * number) for number in range(26)],
    },
)


def pseudonym(text: str) -> str:
    return "p_" + hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()[:20]


def test_an_id_has_one_pseudonym_in_every_file() -> None:
    survey = raw("s.csv", id=["r1"], account_id=["A001"], contact_id=["c1"], nps=["9"], date=["2026-03-01"])
    invited = raw("i.csv", **{"invitation id": ["i1"], "account id": [" A001 "], "sent at": ["2026-02-01"]})
    used = raw("u.csv", **{"account id": ["A001"], "date": ["2026-02-01"], "logins": ["3"]})
    done = raw("o.csv", action=["call"], account_id=["A001"], proposed_at=["2026-02-01"])
    admission = admit_survey(survey, PRIVATE, ACCOUNTS)
    ids = {
        admission.responses["account_id"].iloc[0],
        admit_invitations(invited, PRIVATE).table["account_id"].iloc[0],
        admit_usage(used, PRIVATE).table["account_id"].iloc[0],
        admit_outcomes(done, PRIVATE).table["account_id"].iloc[0],
    }
    assert ids == {pseudonym("A001")}
    assert admission.responses["contact_id"].tolist() == [pseudonym("c1")]
    assert admission.responses["response_id"].tolist() == [pseudonym("r1")]
    assert admission.responses_without_account == ()


def test_the_accounts_keep_nothing_that_undoes_them() -> None:
    admission = admit_accounts(ACCOUNTS, PRIVATE)
    table = admission.accounts
    assert set(table.columns) == {"account_id", "parent_id", "attribute/Plan", "value"}
    assert set(table["account_id"]) == {pseudonym(one) for one in IDS}
    assert set(table["parent_id"]) == {pseudonym(IDS[0])}
    assert "not stored" in " ".join(admission.notes)


def test_blank_ids_placeholders_and_pseudonyms_stay() -> None:
    once = pseudonyms_of(pd.Series(["A001", "", "N/A", None], dtype="str"), KEY)
    assert once.tolist()[:3] == [pseudonym("A001"), "", "N/A"]
    assert pd.isna(once.iloc[3])
    assert pseudonyms_of(once, KEY).tolist()[:3] == once.tolist()[:3]


def test_the_key_and_the_real_ids_reverse_them_and_nothing_else_does() -> None:
    made = [pseudonym(one) for one in IDS]
    assert reversed_ids(made, IDS, KEY) == dict(zip(made, IDS, strict=True))
    assert reversed_ids(made, IDS, PseudonymKey(b"another secret key!")) == {}
    assert reversed_ids(made, ["B1"], KEY) == {}


def test_customer_success_is_told_who_it_is() -> None:
    real = real_accounts(ACCOUNTS, PRIVATE).set_index("account_id")
    row = real.loc[pseudonym("A002")]
    assert row.tolist() == ["A002", "Company c", "Rita Zander"]


@pytest.mark.parametrize(("environment", "said"), [({}, "not set"), ({KEY_VARIABLE: "short"}, "has 5 characters")])
def test_a_missing_or_short_key_is_refused(environment: dict, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refusal:
        key_from(environment)
    assert "short'" not in str(refusal.value)


def test_the_key_is_shown_nowhere() -> None:
    key = key_from({KEY_VARIABLE: SECRET})
    assert SECRET not in f"{key!r} {key} {SurveySettings(pseudonym_key=key)!r}"


def test_errors_and_refused_rows_name_pseudonyms() -> None:
    twice = raw("accounts.csv", **{"Account ID": ["A001", "A001"], "Plan": ["gold", "silver"]})
    with pytest.raises(DataRefusedError) as refusal:
        admit_accounts(twice, PRIVATE)
    assert "A001" not in str(refusal.value)
    survey = raw("s.csv", response_id=["r1", "r1", "r2"], account_id=["A1", "A1", "A2"], nps=["9", "3", "8"])
    quarantine = admit_survey(survey, PRIVATE).quarantine
    assert len(quarantine) == 2
    assert not quarantine["reason"].str.contains("'r1'").any()
    assert not quarantine["value"].eq("r1").any()
