"""Nothing private passes the door: not in tables, refused rows, notes or errors; and the run counts what was taken."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nps_insights.jobs.admission import admit
from nps_insights.jobs.facts import redactions_of
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.jobs.settings.privacy import with_real_ids
from nps_insights.survey import (
    RawTable,
    SurveySettings,
    admit_accounts,
    admit_comments,
    admit_outcomes,
    admit_survey,
    inspect_survey,
)
from nps_insights.survey.comments import says_nothing
from nps_insights.survey.privacy.private_texts import private_errors
from nps_insights.tables import DataRefusedError, SchemaError, SettingsError
from nps_insights.themes.fitted import as_read
from nps_insights.themes.ngrams import NgramFeatures

CANARIES = ("jo.canary@example.com", "020 7946 0958", "4111 1111 1111 1111", "Rita Zander", "Ilse Unger")
ZERO_TEN = SurveySettings(scale=(0, 10))


def raw(name: str, **cells: list[str]) -> RawTable:
    frame = pd.DataFrame(cells, dtype="str")
    return RawTable(name, frame, np.arange(2, len(frame) + 2), pd.DataFrame({"row_number": [], "reason": []}))


SURVEY = raw(
    "survey.csv",
    id=["r1", "r2", "r3", "r4"],
    account_id=["A1", "A2", "A1", "A2"],
    nps=["9", "3", "mail jo.canary@example.com", "8"],
    comment=[
        "write to jo.canary@example.com or 020 7946 0958",
        "Rita Zander charged 4111 1111 1111 1111, ask Ilse",
        "fine",
        "order 4155552671, 10/10, 24/7",
    ],
)
ACCOUNTS = raw(
    "accounts.csv",
    **{
        "Account ID": ["A1", "A2"],
        "Owner": ["Rita Zander", "Rita Zander"],
        "Contact": ["Unger, Ilse", "Ilse Unger"],
        "E-mail": ["jo.canary@example.com", ""],
        "Remarks": ["calls from 020 7946 0958 only", "none"],
        "Plan": ["gold", "silver"],
    },
)


def everything(admission: object) -> str:
    tables = ("responses", "comments", "codes", "quarantine")
    texts = [getattr(admission, name).to_csv() for name in tables]
    return "\n".join([*texts, *admission.notes])  # type: ignore[attr-defined]


def test_tables_refused_rows_and_notes_hold_nothing_private() -> None:
    admission = admit_survey(SURVEY, ZERO_TEN, ACCOUNTS)
    assert not [one for one in CANARIES if one in everything(admission)]
    said = dict(zip(admission.comments["response_id"], admission.comments["text"], strict=True))
    assert said["r1"] == "write to [e-mail] or [phone]"
    assert said["r2"] == "[name] charged [card], ask [name]"
    assert said["r4"] == "order 4155552671, 10/10, 24/7"
    assert admission.quarantine["value"].tolist() == ["mail [e-mail]"]
    assert redactions_of(admission) == {"e-mail": 1, "phone": 1, "card": 1, "name": 2}
    assert any(
        "1 card number, 1 e-mail address, 2 known names and 1 phone" in note and "before anything was stored" in note
        for note in admission.notes
    )


def test_contact_details_of_the_accounts_are_not_stored() -> None:
    accounts = admit_survey(SURVEY, ZERO_TEN, ACCOUNTS).accounts
    assert accounts is not None
    assert not {"attribute/E-mail", "attribute/Contact"} & set(accounts.columns)
    assert accounts["attribute/Remarks"].tolist() == ["calls from [phone] only", "none"]
    assert accounts["owner"].tolist() == ["Rita Zander"] * 2


def test_it_can_be_turned_off_and_says_so() -> None:
    admission = admit_survey(SURVEY, SurveySettings(scale=(0, 10), redact=False), ACCOUNTS)
    assert CANARIES[0] in everything(admission)
    assert any("redaction was turned off" in note for note in admission.notes)


def test_errors_cite_nothing_private() -> None:
    twice = raw("s.csv", id=["r1"], account_id=["x"], nps=["5"], comment=["x"])
    accounts = raw("a.csv", **{"Account ID": ["jo.canary@example.com"] * 2, "Plan": ["gold", "silver"]})
    with pytest.raises(DataRefusedError) as refusal:
        admit_survey(twice, ZERO_TEN, accounts)
    assert "[e-mail]" in str(refusal.value)
    assert CANARIES[0] not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_the_other_doors_of_text() -> None:
    said = raw("said.csv", id=["1"], text=["ask jo.canary@example.com"])
    found = admit_comments(said, {"comment": "text", "response_id": "id"})
    assert found.comments["text"].tolist() == ["ask [e-mail]"]
    assert found.redactions["n"].tolist() == [1]
    done = raw("o.csv", action=["call"], account_id=["A1"], proposed_at=["2026-02-01"], note=["rang 020 7946 0958"])
    assert admit_outcomes(done).table["result"].tolist() == ["rang [phone]"]
    shown = inspect_survey(SURVEY, ZERO_TEN)
    assert not [one for one in CANARIES[:3] if one in shown.first_rows.to_csv() + " ".join(shown.warnings)]


def test_marks_say_nothing_and_make_no_theme() -> None:
    assert says_nothing(pd.Series(["[e-mail]", "[name], [phone]", "call [phone] again"])).tolist() == [
        True,
        True,
        False,
    ]
    segments = pd.DataFrame({"segment_id": ["1", "2"], "text": ["write to [e-mail] about bills", "[name]!"]})
    assert as_read(segments, ())["text"].tolist() == ["write to about bills"]
    assert NgramFeatures(at_least=1).fit(["[e-mail] slow", "slow [phone]"]).words_ == ["slow"]


def files(folder: Path) -> dict:
    SURVEY.frame.to_csv(folder / "survey.csv", index=False)
    ACCOUNTS.frame.to_csv(folder / "accounts.csv", index=False)
    return {"survey": str(folder / "survey.csv"), "accounts": str(folder / "accounts.csv")}


def test_settings_reach_the_door_and_the_key_reaches_no_dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPS_INSIGHTS_KEY", "a secret of the tests")
    privacy = {"pseudonyms": True, "regions": ["DE"]}
    chosen = check_settings({"input": files(tmp_path), "score": {"scale": "0-10"}, "privacy": privacy})
    survey = admit(chosen)
    ids = survey.admission.responses["account_id"]
    assert ids.str.startswith("p_").all()
    assert survey.real is not None
    assert set(survey.real["real_account_id"]) == {"A1", "A2"}
    told = pd.DataFrame({"reason": [f"Without account {ids.iloc[0]} it would be 30.", None]}, dtype="str")
    tables = {"responses": survey.admission.responses, "accounts": survey.admission.accounts, "account_scores": told}
    shown = with_real_ids(tables, survey.real)
    assert shown["account_scores"]["reason"].iloc[0] in {f"Without account A{n} it would be 30." for n in (1, 2)}
    assert set(shown["responses"]["account_id"]) == {"A1", "A2"}
    assert shown["accounts"]["owner"].tolist() == ["Rita Zander"] * 2
    assert "a secret" not in json.dumps(chosen.model_dump(mode="json"))


def test_free_text_of_accounts_and_outcomes_holds_no_known_name(tmp_path: Path) -> None:
    n = 12
    accounts = pd.DataFrame(
        {
            "Account ID": [f"A{at}" for at in range(n)],
            "Owner": ["Rita Zander"] * n,
            "Contact": ["Ilse Unger"] * n,
            "Remarks": [f"Ilse Unger wants out, says Unger {at}" for at in range(n)],
            "Sponsor": ["Unger, Ilse"] * n,
            "Plan": ["gold", "Rita"] * (n // 2),
            "Churn reason": ["Call Ilse Unger at +49 30 901820 or jo.canary@example.com", "", "too dear"] * (n // 3),
        }
    )
    accounts.to_csv(tmp_path / "accounts.csv", index=False)
    survey = pd.DataFrame(
        {"id": range(n), "account_id": accounts["Account ID"], "nps": range(n), "comment": "Ask Ilse"}
    )
    survey.assign(nps=9).to_csv(tmp_path / "survey.csv", index=False)
    done = {"action": "call", "account_id": "A1", "proposed_at": "2026-02-01", "result": "Ilse Unger was promised [5]"}
    pd.DataFrame([done]).to_csv(tmp_path / "outcomes.csv", index=False)
    event = {"date": "2026-03-01", "label": "Rita Zander took over, jo.canary@example.com"}
    pd.DataFrame([event]).to_csv(tmp_path / "events.csv", index=False)
    given = {name: str(tmp_path / f"{name}.csv") for name in ("survey", "accounts", "outcomes", "events")}
    found = admit(check_settings({"input": given, "score": {"scale": "0-10"}}))
    kept = found.admission.accounts
    assert kept is not None
    assert kept["attribute/Remarks"].iloc[0] == "[name] wants out, says [name] 0"
    assert kept["ended_reason"].dropna().unique().tolist() == ["Call [name] at [phone] or [e-mail]", "too dear"]
    assert "attribute/Sponsor" not in kept
    # One word by itself is a class, as is a plan that bears somebody's first name.
    assert kept["attribute/Plan"].unique().tolist() == ["gold", "Rita"]
    assert found.sides.tables["outcomes"]["result"].tolist() == ["[name] was promised [5]"]
    assert found.sides.tables["events"]["label"].tolist() == ["[name] took over, [e-mail]"]


def test_accounts_by_themselves_are_known_by_their_own_names() -> None:
    alone = raw("a.csv", id=["1", "2"], Contact=["Ilse Unger"] * 2, **{"Churn reason": ["says Ilse Unger", "price"]})
    assert admit_accounts(alone, SurveySettings()).accounts["ended_reason"].tolist() == ["says [name]", "price"]
    kept = admit_accounts(alone, SurveySettings(redact=False)).accounts
    assert kept["ended_reason"].tolist() == ["says Ilse Unger", "price"]


def test_names_of_a_stated_column_are_taken_out_and_a_wrong_column_is_refused() -> None:
    said = raw("s.csv", nps=["9", "3"], comment=["Zora was kind", "slow"], Chef=["Zora Nyx", "Zora Nyx"])
    stated = SurveySettings(scale=(0, 10), name_columns=("Chef",))
    assert admit_survey(said, ZERO_TEN).comments["text"].tolist()[0] == "Zora was kind"
    assert "[name] was kind" in admit_survey(said, stated).comments["text"].tolist()
    with pytest.raises(SettingsError, match=r"privacy\.name_columns: .* 'Chf' \(did you mean 'Chef'\?\)"):
        admit_survey(said, SurveySettings(scale=(0, 10), name_columns=("Chf",)))
    # Accounts read on their own need not hold the survey's columns.
    assert len(admit_accounts(ACCOUNTS, stated).accounts) == 2


def test_what_a_table_refuses_is_cited_without_what_is_private() -> None:
    with pytest.raises(SchemaError) as refused, private_errors(ZERO_TEN):
        raise SchemaError("responses", ["score: 'jo.canary@example.com' is no number"])
    assert refused.value.problems == ["score: '[e-mail]' is no number"]
    assert refused.value.table == "responses"
    assert refused.value.__suppress_context__
