import time
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from nps_insights.churn.decisions import DecisionSettings, decide
from nps_insights.jobs.churn.settings import DecisionSection
from nps_insights.metrics import hashed
from nps_insights.tables import DataRefusedError, SettingsError
from tests.churn_decision_world import DAY, EVERYBODY, TOP, called, run, world


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


def test_a_pipeline_file_can_say_all_of_it_and_means_the_same() -> None:
    section = {name: field.default for name, field in DecisionSection.model_fields.items()}
    assert section == {one.name: one.default for one in fields(DecisionSettings)}
