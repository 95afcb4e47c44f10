import pandas as pd
import pytest

from nps_insights.churn.decisions import DecisionSettings, decide, list_in_words
from nps_insights.churn.decisions.answers import cut
from nps_insights.tables import SettingsError, empty
from tests.churn_decision_world import DAY, EVERYBODY, TOP, called, run, world


def test_refusals_in_words() -> None:
    accounts = pd.DataFrame(
        {
            "account_id": list("abc"),
            "ended_at": pd.to_datetime(["2026-01-31", None, None]),
            "started_at": pd.to_datetime([None, "2026-03-01", None]),
            "churned": pd.array([pd.NA, pd.NA, True], dtype="boolean"),
        }
    )
    responses = pd.DataFrame({"response_id": ["r"], "account_id": "a", "score": 2.0, "category": "detractor"})
    flags = decide(None, accounts, responses, as_of=DAY, settings=TOP).flags
    assert flags["refused_because"].tolist() == [
        "ended on 2026-01-31",
        "not started; starts on 2026-03-01",
        "has left; no outcome date",
    ]


def test_a_quote_is_the_accounts_own_usable_and_of_before() -> None:
    tables = world()
    rows = called(run(tables, DecisionSettings(capacity=100)))
    quoted = rows[rows["quote"].notna()]
    assert len(quoted) > 50
    said = quoted["quote"].str.extract(r"said by (?P<account_id>\w+) in (?P<response_id>\w+)")
    assert (said["account_id"] == quoted["account_id"]).all()
    source = tables["responses"].set_index("response_id").loc[said["response_id"]]
    assert (source["responded_at"] < DAY).all()
    nothing = tables["comments"].set_index("response_id").loc[said["response_id"], "says_nothing"]
    assert not nothing.any()
    assert quoted["quote"].str.len().max() <= 160


@pytest.mark.parametrize("text", ["a " * 200, "a" * 400, "short", "", "line\none  two"])
def test_a_cut_text_is_no_longer_than_asked(text: str) -> None:
    assert len(cut(text)) <= 160
    assert cut(text).removesuffix(" …") in " ".join(text.split())


def test_next_steps_follow_plain_rules() -> None:
    accounts = pd.DataFrame(
        {"account_id": list("abcd"), "renewal_at": pd.to_datetime(["2026-04-01", None, None, "2026-12-01"])}
    )
    responses = pd.DataFrame(
        {
            "response_id": ["r1", "r2", "r3"],
            "account_id": ["a", "b", "d"],
            "score": [2.0, 3.0, 4.0],
            "category": "detractor",
            "responded_at": pd.to_datetime(["2026-01-10", "2025-03-01", "2026-01-10"]),
        }
    )
    risk = pd.DataFrame({"account_id": list("abcd"), "as_of": DAY, "risk": 0.5})
    reasons = pd.DataFrame({"account_id": ["d"], "as_of": DAY, "position": 1, "reason": "mentioned outages twice"})
    settings = DecisionSettings(capacity=9, categories=EVERYBODY)
    flags = decide(risk, accounts, responses, as_of=DAY, settings=settings, reasons=reasons).flags
    assert flags["next_step"].tolist() == [
        "Talk before the renewal on 2026-04-01 about: their answer of 2",
        "Ask how things are; no answer for 365 days",
        "Ask how things are; no answer yet",
        "Call about: mentioned outages twice",
    ]
    assert flags["due_at"].dropna().tolist() == [pd.Timestamp("2026-04-01")]


def test_the_list_in_words() -> None:
    told = " ".join(list_in_words(run(world())))
    assert told.startswith("20 accounts to call, worth ")
    assert "of high risk are not on the list" in told
    assert "Not called: 28 left alone (11 opted out, 10 contacted, 7 open complaint); 36 not customers on " in told
    assert "on that day (21 ended, 15 not started)." in told
    nobody = run(world(), DecisionSettings(threshold=1.0))
    assert list_in_words(nobody)[0].startswith(("No account to call", f"{len(called(nobody))} account"))


def test_fresh_answers_are_due_in_48_hours_and_stay_until_then() -> None:
    tables = world()
    tables["responses"] = tables["responses"][tables["responses"]["responded_at"] < DAY - pd.Timedelta("3D")]
    free = run(tables, DecisionSettings(capacity=1)).flags.query("status == 'not_flagged' and category == 'promoter'")
    one = free["account_id"].iloc[0]
    answers = pd.DataFrame(
        {
            "response_id": ["x1", "x2", "x3"],
            "account_id": one,
            "contact_id": ["p1", "p2", "p3"],
            "contact_role": ["user", "boss", "user"],
            "score": [4.0, 1.0, 10.0],
            "category": ["detractor", "detractor", "promoter"],
            "responded_at": DAY - pd.to_timedelta([20, 30, 1], unit="h"),
        }
    )
    tables["responses"] = pd.concat([tables["responses"], answers])
    tables["risk"].loc[tables["risk"]["account_id"] == one, "risk"] = 0.0
    decided = run(tables, DecisionSettings(capacity=1), last_run=DAY - pd.Timedelta("10h"))
    assert called(decided)["account_id"].tolist() == [one]
    row = called(decided).iloc[0]
    assert (row["lane"], row["last_score"], row["contact_role"], row["category"]) == ("fresh", 1.0, "boss", "detractor")
    assert row["due_at"] == DAY + pd.Timedelta("18h")
    assert row["next_step"] == "Call back within 48 hours about: their answer of 1"
    tables["accounts"].loc[tables["accounts"]["account_id"] == one, "contacted_at"] = DAY - pd.Timedelta("5h")
    settings = DecisionSettings(capacity=1, quiet_days=0)
    assert called(run(tables, settings, last_run=DAY - pd.Timedelta("10h")), "fresh").empty
    with pytest.raises(SettingsError, match=r"last_run == 2026-03-01 00:00: must be earlier"):
        run(tables, last_run=DAY)


def test_more_fresh_answers_than_places_are_all_called() -> None:
    decided = run(world(2_000), DecisionSettings(capacity=2))
    assert set(called(decided)["lane"]) == {"fresh"}
    assert len(called(decided)) > 2
    assert any("more than the capacity of 2" in note for note in decided.notes)


def test_without_a_model_a_rule_speaks_and_says_so() -> None:
    tables = world()
    decided = decide(None, tables["accounts"], tables["responses"], as_of=DAY, settings=DecisionSettings(capacity=40))
    rows = called(decided, "rule")
    assert len(called(decided)) == 40
    assert rows["risk"].isna().all()
    assert rows["reason_1"].str.startswith("rule, not a probability: last answer ").all()
    assert rows["last_score"].is_monotonic_increasing
    for _, alike in rows.groupby("last_score"):
        assert alike["value"].fillna(-1).is_monotonic_decreasing
    assert decided.overlooked.empty
    assert any("no probability" in note for note in decided.notes)


def test_who_is_left_alone_and_why() -> None:
    day = pd.to_datetime(["2026-02-25", "2026-02-10", None, None, "2026-02-25", None])
    accounts = pd.DataFrame(
        {
            "account_id": list("abcdef"),
            "contacted_at": day,
            "open_complaint": pd.array([False, False, True, False, True, pd.NA], dtype="boolean"),
            "opted_out": [False, False, False, True, True, False],
        }
    )
    risk = pd.DataFrame({"account_id": list("abcdef"), "as_of": DAY, "risk": 0.9})
    settings = DecisionSettings(capacity=9, categories=["silent"], quiet_days=14)
    flags = decide(risk, accounts, empty("responses"), as_of=DAY, settings=settings).flags
    assert flags["suppressed_because"].fillna("").tolist() == [
        "contacted on 2026-02-25, less than 14 days before",
        "",
        "open complaint",
        "opted out",
        "opted out",
        "",
    ]
    assert flags["status"].tolist().count("flagged") == 2
