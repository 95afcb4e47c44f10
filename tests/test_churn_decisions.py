import time

import numpy as np
import pandas as pd
import pytest

from nps_insights.churn.decisions import Decided, DecisionSettings, decide, list_in_words
from nps_insights.churn.decisions.answers import cut
from nps_insights.metrics import categorize, hashed
from nps_insights.tables import DataRefusedError, SettingsError, empty

DAY = pd.Timestamp("2026-03-01")
TOP = DecisionSettings(capacity=20)
EVERYBODY = ("detractor", "passive", "promoter", "silent")


def world(n: int = 400, *, seed: int = 0) -> dict[str, pd.DataFrame]:
    """Accounts, answers and risks without any pattern: what is decided is what is tested."""
    rng = np.random.default_rng(seed)
    ids = pd.Series([f"a{i:05d}" for i in range(n)], dtype="str")
    none = np.datetime64("NaT")

    def on(day: str, share: float) -> pd.Series:
        return pd.Series(np.where(rng.random(n) < share, np.datetime64(day), none).astype("M8[us]"))

    accounts = pd.DataFrame(
        {
            "account_id": ids,
            "account_name": "Firm " + ids,
            "owner": pd.Series(rng.choice(["ann", "bob", "cy"], n), dtype="str"),
            "value": np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(7, 1, n).round()),
            "started_at": on("2026-04-01", 0.03),
            "ended_at": on("2026-01-15", 0.05),
            "renewal_at": DAY + pd.to_timedelta(rng.integers(-100, 300, n), unit="D"),
            "open_complaint": rng.random(n) < 0.03,
            "opted_out": rng.random(n) < 0.03,
            "contacted_at": on("2026-02-20", 0.05),
        }
    )
    of = rng.integers(0, int(n * 0.7), 2 * n)
    scores = rng.integers(0, 11, 2 * n).astype(float)
    responses = pd.DataFrame(
        {
            "response_id": [f"r{i:05d}" for i in range(2 * n)],
            "account_id": ids.to_numpy()[of],
            "contact_id": [f"c{one}" for one in of],
            "contact_role": "buyer",
            "score": scores,
            "category": categorize(pd.Series(scores)),
            "responded_at": DAY + pd.to_timedelta(rng.integers(-300 * 24, 30 * 24, 2 * n), unit="h"),
        }
    )
    comments = pd.DataFrame(
        {
            "comment_id": responses["response_id"],
            "response_id": responses["response_id"],
            "text": "said by " + responses["account_id"] + " in " + responses["response_id"] + " " + "and more " * 30,
            "says_nothing": rng.random(2 * n) < 0.3,
        }
    )
    risk = pd.DataFrame({"account_id": ids, "as_of": DAY, "risk": rng.random(n).round(2)})
    return {"risk": risk, "accounts": accounts, "responses": responses, "comments": comments}


def run(tables: dict[str, pd.DataFrame], settings: DecisionSettings = TOP, **given) -> Decided:
    return decide(
        tables["risk"],
        tables["accounts"],
        tables["responses"],
        tables["comments"],
        as_of=given.pop("as_of", DAY),
        settings=settings,
        **given,
    )


def called(decided: Decided, lane: str | None = None) -> pd.DataFrame:
    flags = decided.flags[decided.flags["status"] == "flagged"].sort_values("rank")
    return flags if lane is None else flags[flags["lane"] == lane]


@pytest.mark.parametrize(
    "settings",
    [
        TOP,
        DecisionSettings(capacity_per_owner=4, categories=EVERYBODY),
        DecisionSettings(threshold=0.6, holdout=0.3),
        DecisionSettings(capacity=9, offer_cost=20, contact_cost=5, acceptance=0.3),
    ],
)
def test_every_account_comes_out_exactly_once_and_says_why(settings: DecisionSettings) -> None:
    tables = world()
    flags = run(tables, settings).flags
    assert flags["account_id"].tolist() == sorted(tables["accounts"]["account_id"])
    refused, suppressed = flags["status"] == "refused", flags["status"] == "suppressed"
    assert (flags["refused_because"].notna() == refused).all()
    assert (flags["suppressed_because"].notna() == suppressed).all()
    on_list = flags[flags["status"] == "flagged"]
    assert sorted(on_list["rank"]) == list(range(1, len(on_list) + 1))
    assert flags.loc[flags["status"] != "flagged", ["rank", "quote", "next_step", "due_at"]].isna().all(axis=None)


def test_an_account_of_any_table_is_not_lost() -> None:
    tables = world(50)
    stranger = tables["risk"].iloc[[0]].assign(account_id="zz")
    answer = (
        tables["responses"].iloc[[0]].assign(account_id="yy", response_id="new", responded_at=DAY - pd.Timedelta("1D"))
    )
    tables["risk"] = pd.concat([tables["risk"], stranger])
    tables["responses"] = pd.concat([tables["responses"], answer])
    decided = run(tables)
    found = decided.flags.set_index("account_id").loc[["yy", "zz"]]
    assert found["refused_because"].tolist() == ["not in the table of accounts"] * 2
    assert any("2 accounts of the survey or of the risks are not in" in note for note in decided.notes)


def test_row_order_changes_nothing() -> None:
    tables = world()
    shuffled = {name: table.sample(frac=1, random_state=7) for name, table in tables.items()}
    first, second = run(tables), run(shuffled)
    pd.testing.assert_frame_equal(first.flags, second.flags)
    pd.testing.assert_frame_equal(first.overlooked, second.overlooked)
    assert first.notes == second.notes


def test_nothing_from_as_of_on_moves_the_list() -> None:
    tables = world()
    later = {name: table.copy() for name, table in tables.items()}
    after = later["responses"]["responded_at"] >= DAY
    later["responses"].loc[after, ["score", "category"]] = [0.0, "detractor"]
    of_later = later["comments"]["response_id"].isin(later["responses"].loc[after, "response_id"])
    later["comments"].loc[of_later, "text"] = "changed"
    later["accounts"]["ended_at"] = later["accounts"]["ended_at"].fillna(DAY + pd.Timedelta("1D"))
    later["accounts"]["contacted_at"] = later["accounts"]["contacted_at"].fillna(DAY)
    pd.testing.assert_frame_equal(run(tables).flags, run(later).flags)


def test_capacity_takes_the_riskiest_detractors_after_the_fresh_ones() -> None:
    decided = run(world())
    flags, fresh = decided.flags, called(decided, "fresh")
    assert 0 < len(fresh) < 20
    assert len(called(decided)) == 20
    assert called(decided)["lane"].tolist() == ["fresh"] * len(fresh) + ["model"] * (20 - len(fresh))
    others = flags[flags["status"].isin(["flagged", "not_flagged"]) & (flags["lane"] == "model")]
    ranked = others[others["category"] == "detractor"].sort_values(
        ["risk", "value", "account_id"], ascending=[False, False, True], na_position="last"
    )
    assert called(decided, "model")["account_id"].tolist() == ranked["account_id"].tolist()[: 20 - len(fresh)]


def test_capacity_per_owner_counts_fresh_calls_too() -> None:
    tables = world()
    decided = run(tables, DecisionSettings(capacity_per_owner=6))
    fresh = called(decided, "fresh")["owner"].value_counts()
    listed = called(decided)["owner"].value_counts()
    assert (listed == np.maximum(6, fresh.reindex(listed.index).fillna(0))).all()
    both = called(run(tables, DecisionSettings(capacity_per_owner=6, capacity=10)))
    assert len(both) == max(10, int(fresh.sum()))


def test_a_threshold_and_costs_bound_the_list() -> None:
    tables = world()
    by_risk = run(tables, DecisionSettings(threshold=0.7))
    settings = DecisionSettings(offer_cost=40, contact_cost=10, acceptance=0.2)
    by_gain = run(tables, settings)
    flags = by_risk.flags[(by_risk.flags["lane"] == "model") & (by_risk.flags["category"] == "detractor")]
    free = flags[flags["status"].isin(["flagged", "not_flagged"])]
    assert ((free["risk"] >= 0.7) == (free["status"] == "flagged")).all()
    flags = by_gain.flags[(by_gain.flags["lane"] == "model") & (by_gain.flags["category"] == "detractor")]
    free = flags[flags["status"].isin(["flagged", "not_flagged"])]
    assert ((free["expected_gain"] > 0) == (free["status"] == "flagged")).all()
    assert called(by_gain, "model")["expected_gain"].is_monotonic_decreasing
    assert any("accounts have no value: no gain is expected" in note for note in by_gain.notes)


def test_a_value_is_never_guessed_in_silence() -> None:
    tables = world()
    costs = {"offer_cost": 40.0, "contact_cost": 10.0, "acceptance": 0.2}
    assumed = run(tables, DecisionSettings(**costs, assumed_value=1_000.0))
    unknown = assumed.flags[assumed.flags["value"].isna() & assumed.flags["risk"].notna()]
    assert len(unknown)
    expected = DecisionSettings(**costs).economics.expected_gain(unknown["risk"], 1_000.0)
    np.testing.assert_allclose(unknown["expected_gain"], expected)
    assert any("stated assumed_value, 1,000" in note for note in assumed.notes)
    tables["accounts"] = tables["accounts"].drop(columns="value")
    with pytest.raises(DataRefusedError, match=r"no account has a value.*assumed_value"):
        run(tables, DecisionSettings(**costs))


def test_the_list_of_everybody_is_the_detractors_and_the_overlooked() -> None:
    tables = world()
    decided, everybody = run(tables), run(tables, DecisionSettings(capacity=20, categories=EVERYBODY))
    assert everybody.overlooked.empty
    flags = called(everybody, "model")
    left_out = flags.assign(category=flags["category"].fillna("silent")).query("category != 'detractor'")
    table = decided.overlooked.set_index("category")
    assert table["n"].to_dict() == left_out["category"].value_counts().reindex(table.index).fillna(0).to_dict()
    worth = left_out.groupby("category")["value_at_risk"].sum()
    np.testing.assert_allclose(table["value_at_risk"][worth.index], worth)


def test_a_holdout_is_stable_of_its_share_and_spares_the_named_and_the_fresh() -> None:
    tables = world(2_000)
    settings = DecisionSettings(capacity=200, holdout=0.3, categories=EVERYBODY)
    decided = run(tables, settings)
    held = decided.flags[decided.flags["status"] == "holdout"]
    assert len(called(decided)) == 200
    assert (held["lane"] == "model").all()
    n_model = len(called(decided, "model"))
    assert abs(len(held) / (len(held) + n_model) - 0.3) < 4 * np.sqrt(0.3 * 0.7 / (len(held) + n_model))
    assert all(hashed(f"holdout\0{one}") < 0.3 * 2**64 for one in held["account_id"])
    named = run(
        tables, DecisionSettings(capacity=200, holdout=0.3, categories=EVERYBODY, holdout_exempt=held["account_id"])
    )
    assert not (named.flags["status"] == "holdout").any()
    tomorrow = {**tables, "risk": tables["risk"].assign(as_of=DAY + pd.Timedelta("1D"))}
    again = run(tomorrow, settings, as_of=DAY + pd.Timedelta("1D"), previous=[decided.flags])
    both = set(held["account_id"]) & set(called(again, "model")["account_id"])
    assert both == set()


def test_the_list_does_not_change_by_tiny_changes_and_a_clear_newcomer_enters() -> None:
    tables = world(1_000, seed=3)
    settings = DecisionSettings(capacity=50, slack=0.2, categories=EVERYBODY)
    first = run(tables, settings)
    rng = np.random.default_rng(0)
    tomorrow = DAY + pd.Timedelta("1h")
    noise = (tables["risk"]["risk"] + rng.normal(0, 0.004, 1_000)).clip(0, 1)
    tables["risk"] = tables["risk"].assign(risk=noise, as_of=tomorrow)
    with_memory = run(tables, settings, as_of=tomorrow, previous=[first.flags])
    no_slack = DecisionSettings(capacity=50, slack=0.0, categories=EVERYBODY)
    without = run(tables, no_slack, as_of=tomorrow, previous=[first.flags])
    assert with_memory.turnover["share_changed"] < without.turnover["share_changed"]
    quiet = first.flags.query("status == 'not_flagged' and lane == 'model'")["account_id"].iloc[0]
    tables["risk"].loc[tables["risk"]["account_id"] == quiet, "risk"] = 1.0
    entered = run(tables, settings, as_of=tomorrow, previous=[first.flags])
    assert quiet in set(called(entered)["account_id"])


def test_an_account_enters_at_one_risk_and_leaves_at_a_lower_one() -> None:
    accounts = pd.DataFrame({"account_id": ["a"]})
    responses = pd.DataFrame({"response_id": ["r"], "account_id": "a", "score": 2.0, "category": "detractor"})
    settings = DecisionSettings(threshold=0.5, exit_threshold=0.4)
    lists: list[pd.DataFrame] = []
    found = []
    for night, risk in enumerate([0.45, 0.5, 0.45, 0.39, 0.45, 0.5]):
        now = DAY + pd.Timedelta(days=night)
        risks = pd.DataFrame({"account_id": ["a"], "as_of": now, "risk": risk})
        decided = decide(risks, accounts, responses, as_of=now, settings=settings, previous=lists)
        lists.append(decided.flags)
        found.append((decided.flags["status"][0], decided.flags["change"].fillna("")[0]))
    assert found == [
        ("not_flagged", ""),
        ("flagged", "new"),
        ("flagged", "still"),
        ("not_flagged", "dropped"),
        ("not_flagged", ""),
        ("flagged", "returned"),
    ]


def test_turnover_adds_up() -> None:
    tables = world()
    first = run(tables)
    tomorrow = DAY + pd.Timedelta("5D")
    tables["risk"] = world(seed=5)["risk"].assign(as_of=tomorrow)
    second = run(tables, as_of=tomorrow, previous=[first.flags])
    moved = second.turnover
    assert moved["new"] + moved["returned"] + moved["still"] == len(called(second))
    assert moved["still"] + moved["dropped"] == len(called(first))
    assert moved["share_changed"] == moved["new"] / len(called(second))
    with pytest.raises(DataRefusedError, match="is not earlier than as_of"):
        run(tables, as_of=tomorrow, previous=[second.flags])


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
    assert "left alone" in told
    assert "no customers tonight" in told
    nobody = run(world(), DecisionSettings(threshold=1.0))
    assert list_in_words(nobody)[0].startswith(("No account to call", f"{len(called(nobody))} account"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "nothing decides who is called"),
        ({"capacity": 0}, r"\[decision\] capacity == 0: must be a whole number"),
        ({"capacity": 2.5}, "must be a whole number"),
        ({"threshold": 30}, "must be a probability from 0 to 1"),
        ({"threshold": 0.3, "exit_threshold": 0.4}, r"must not be above threshold == 0\.3"),
        ({"capacity": 5, "exit_threshold": 0.4}, "needs threshold beside it"),
        ({"capacity": 5, "categories": ["unhappy"]}, "must name one or more of detractor, passive, promoter, silent"),
        ({"capacity": 5, "holdout": 1.0}, "must be a share from 0 to below 1"),
        ({"capacity": 5, "holdout_exempt": "a1"}, "must be a list of account_ids"),
        ({"offer_cost": 5}, "contact_cost and acceptance must be stated beside it"),
        ({"offer_cost": 5, "contact_cost": 1, "acceptance": 0}, "acceptance == 0"),
        ({"capacity": 5, "rank_by": "expected_gain"}, "needs offer_cost, contact_cost, acceptance"),
        ({"capacity": 5, "rank_by": "name"}, "must be one of risk, value_at_risk, expected_gain"),
        ({"capacity": 5, "assumed_value": 100}, "beside offer_cost"),
        ({"capacity": 5, "quiet_days": -1}, "must not be below 0"),
    ],
)
def test_wrong_settings_are_named(given: dict, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        DecisionSettings(**given)


def test_tables_of_another_moment_or_with_repeated_accounts_are_refused() -> None:
    tables = world(20)
    with pytest.raises(DataRefusedError, match="risk: no row is of as_of == 2026-03-02"):
        run(tables, as_of="2026-03-02")
    tables["accounts"] = pd.concat([tables["accounts"], tables["accounts"].iloc[[0]]])
    with pytest.raises(DataRefusedError, match=r"accounts: 1 accounts stand there more than once .*'a00000'"):
        run(tables)


def test_thirty_thousand_accounts_take_a_moment() -> None:
    tables = world(30_000)
    started = time.process_time()
    flags = run(tables, DecisionSettings(capacity=500, holdout=0.1)).flags
    assert len(flags) == 30_000
    assert time.process_time() - started < 5
