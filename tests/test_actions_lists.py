"""Next actions: who stands on which list, who is left alone and why, and what a list is expected to bring."""

import numpy as np
import pandas as pd
import pytest

from nps_insights.actions.lists import ActionSettings, action_lists
from nps_insights.actions.lists.gains import Draws, total_of_chances
from nps_insights.tables import DataRefusedError, SettingsError

AS_OF = pd.Timestamp("2026-03-01")
COSTS = {"offer_cost": 20.0, "contact_cost": 5.0, "acceptance": 0.3}


def answers(**categories: str) -> pd.DataFrame:
    """One answer per account on 2026-02-01."""
    score = {"promoter": 10.0, "passive": 8.0, "detractor": 2.0}
    return pd.DataFrame(
        {
            "response_id": [f"r-{name}" for name in categories],
            "account_id": list(categories),
            "score": [score[category] for category in categories.values()],
            "category": list(categories.values()),
            "responded_at": pd.Timestamp("2026-02-01"),
        }
    )


def near(probabilities: dict[str, float]) -> pd.DataFrame:
    """Table `closest` of the answers of these accounts."""
    return pd.DataFrame(
        {
            "response_id": [f"r-{name}" for name in probabilities],
            "category": "passive",
            "towards": "promoter",
            "probability": list(probabilities.values()),
        }
    )


def flagged(n: int = 40, *, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    risk, value = rng.beta(2, 4, n), rng.lognormal(6, 0.7, n)
    d, f, g = COSTS.values()
    return pd.DataFrame(
        {
            "account_id": [f"d{i:03d}" for i in range(n)],
            "as_of": AS_OF,
            "lane": "model",
            "status": "flagged",
            "rank": np.argsort(np.argsort(-risk)) + 1,
            "risk": risk,
            "value": value,
            "value_at_risk": risk * value,
            "expected_gain": risk * (g * (value - d) + d) - d - f,
            "category": "detractor",
            "reason_1": "said: late",
        }
    )


def on(actions: pd.DataFrame, action: str) -> list[str]:
    rows = actions[(actions["action"] == action) & actions["rank"].notna()]
    return rows.sort_values("rank")["account_id"].tolist()


def why(actions: pd.DataFrame) -> dict[str, str]:
    rows = actions[actions["suppressed_because"] != ""]
    return dict(zip(rows["account_id"], rows["suppressed_because"], strict=True))


def test_who_just_complained_is_not_asked_for_a_reference() -> None:
    names = ["good", "quiet", "open", "called", "rude", "mixed", "asked", "old", "turned"]
    responses = answers(**dict.fromkeys(names, "promoter"))
    responses.loc[responses["account_id"] == "old", "responded_at"] = pd.Timestamp("2025-06-01")
    worse = answers(mixed="detractor", turned="passive").assign(
        response_id=["x1", "x2"], contact_id=["other", None], responded_at=pd.Timestamp("2026-02-10")
    )
    responses = pd.concat([responses, worse], ignore_index=True)
    accounts = pd.DataFrame({"account_id": names, "value": 10.0})
    accounts["opted_out"] = accounts["account_id"] == "quiet"
    accounts["open_complaint"] = accounts["account_id"] == "open"
    accounts["contacted_at"] = pd.Timestamp("2026-02-25")
    accounts["contacted_at"] = accounts["contacted_at"].where(accounts["account_id"] == "called")
    mentions = pd.DataFrame(
        {"response_id": ["r-rude", "r-good"], "theme_id": "t1", "tone": [-0.5, 0.6]}
    )  # fmt: skip
    outcomes = pd.DataFrame(
        {
            "action": "refer",
            "account_id": ["asked"],
            "proposed_at": pd.Timestamp("2025-12-01"),
            "contacted_at": pd.Timestamp("2025-12-02"),
            "closed_at": pd.NaT,
            "result": "agreed",
        }
    )
    found = action_lists(responses, accounts, as_of=AS_OF, mentions=mentions, outcomes=outcomes)
    assert on(found.actions, "refer") == ["good"]
    assert why(found.actions) == {
        "quiet": "opted out",
        "open": "open complaint",
        "called": "contacted on 2026-02-25, less than 14 days before",
        "rude": "the comment speaks against us",
        "mixed": "a detractor's answer on 2026-02-10",
        "asked": "asked on 2025-12-02",
    }
    total = found.action_lists.iloc[0]
    assert (total["n"], total["n_suppressed"], total["value"]) == (1, 6, 10.0)


def test_old_answers_and_complaining_accounts_are_not_won_over() -> None:
    names = ["fresh", "old", "divided", "mended"]
    responses = answers(**dict.fromkeys(names, "passive"))
    responses.loc[responses["account_id"] == "old", "responded_at"] = pd.Timestamp("2024-06-01")
    worse = answers(divided="detractor", mended="detractor").assign(
        response_id=["x1", "x2"],
        contact_id="other",
        responded_at=pd.to_datetime(["2026-02-10", "2026-01-10"]),
    )
    closest = near(dict(zip(names, (0.4, 0.9, 0.8, 0.3), strict=True)))
    found = action_lists(pd.concat([responses, worse], ignore_index=True), None, as_of=AS_OF, closest=closest)
    # The detractor of "mended" answered before the passive did: what is known last is the passive's answer.
    assert on(found.actions, "convert") == ["fresh", "mended"]
    assert why(found.actions) == {
        "old": "answered on 2024-06-01, more than 365 days before",
        "divided": "a detractor's answer on 2026-02-10",
    }
    longer = ActionSettings(passive_days=1000)
    found = action_lists(responses, None, as_of=AS_OF, closest=closest, settings=longer)
    assert on(found.actions, "convert")[0] == "old"


def test_a_mood_holds_nobody_back_and_a_caller_sees_who_said_what() -> None:
    responses = answers(a="passive", b="promoter").assign(contact_id=["ann", "ben"])
    mentions = pd.DataFrame({"response_id": "r-a", "theme_id": ["mood", "price"], "tone": [-0.9, -0.2]})
    themes = pd.DataFrame({"theme_id": ["mood", "price"], "label": ["bad", "Price"]})
    comments = pd.DataFrame(
        {
            "comment_id": ["c1", "c2"],
            "response_id": ["r-a", "r-b"],
            "text": ["bad, and dear", "very good " * 40],
            "says_nothing": False,
        }
    )
    given = {"as_of": AS_OF, "closest": near({"a": 0.5}), "mentions": mentions, "themes": themes, "comments": comments}
    named = action_lists(responses, None, **given).actions.set_index("account_id")
    assert named.loc["a", "theme_label"] == "bad"
    rows = action_lists(responses, None, moods=["mood"], **given).actions.set_index("account_id")
    assert rows.loc["a", "theme_label"] == "Price"
    assert rows["contact_id"].to_dict() == {"a": "ann", "b": "ben"}
    assert rows.loc["a", "quote"] == "bad, and dear"
    assert len(rows.loc["b", "quote"]) <= 240
    assert rows.loc["b", "quote"].endswith("…")


def test_an_acceptance_rate_is_never_invented() -> None:
    responses = answers(**{f"p{i}": "promoter" for i in range(20)})
    found = action_lists(responses, None, as_of=AS_OF)
    row = found.action_lists.iloc[0]
    assert np.isnan(row["estimate"])
    assert "not known" in row["reason"]
    assert found.actions["expected_gain"].isna().all()
    given = action_lists(responses, None, as_of=AS_OF, settings=ActionSettings(willing=(30, 100))).action_lists.iloc[0]
    assert given["estimate"] == pytest.approx(6.0)
    assert given["conf_low"] < 6 < given["conf_high"]
    stated = action_lists(responses, None, as_of=AS_OF, settings=ActionSettings(willing=0.3)).action_lists.iloc[0]
    # A share that was counted is itself uncertain.
    assert stated["conf_high"] - stated["conf_low"] <= given["conf_high"] - given["conf_low"]


def test_outcomes_show_how_many_agree() -> None:
    responses = answers(**{f"p{i}": "promoter" for i in range(10)})
    outcomes, settings = refused_or_agreed(), ActionSettings(agreed_results=["agreed"])
    row = action_lists(responses, None, as_of=AS_OF, outcomes=outcomes, settings=settings).action_lists.iloc[0]
    assert row["estimate"] == pytest.approx(2.5)
    assert "Of 8 promoters asked before, 2 agreed" in row["reason"]


def refused_or_agreed() -> pd.DataFrame:
    """Eight promoters that were asked: two agreed, six refused."""
    return pd.DataFrame(
        {
            "action": "refer",
            "account_id": [f"q{i}" for i in range(8)],
            "proposed_at": pd.Timestamp("2025-01-01"),
            "contacted_at": pd.Timestamp("2025-01-02"),
            "closed_at": pd.NaT,
            "result": ["agreed"] * 2 + ["refused"] * 6,
        }
    )


def test_what_a_case_turns_out_to_be_after_as_of_is_not_learned_from() -> None:
    responses, settings = answers(p="promoter"), ActionSettings(agreed_results=["agreed"])
    outcomes = refused_or_agreed()
    outcomes["closed_at"] = [pd.Timestamp("2026-02-28")] * 2 + [AS_OF] * 2 + [pd.Timestamp("2026-03-09")] * 4
    outcomes["closed_at"] = outcomes["closed_at"].astype("datetime64[us]")
    row = action_lists(responses, None, as_of=AS_OF, outcomes=outcomes, settings=settings).action_lists.iloc[0]
    assert "Of 2 promoters asked before, 2 agreed" in row["reason"]
    later = action_lists(responses, None, as_of="2026-03-10", outcomes=outcomes, settings=settings).action_lists.iloc[0]
    assert "Of 8 promoters asked before, 2 agreed" in later["reason"]


def test_outcomes_of_later_are_counted_in_a_note() -> None:
    outcomes = refused_or_agreed()
    outcomes["proposed_at"] = [pd.Timestamp("2025-01-01")] * 5 + [AS_OF] * 3
    outcomes["contacted_at"] = outcomes["proposed_at"] + pd.Timedelta(days=1)
    told = "3 of 8 outcomes were proposed on or after 2026-03-01, the moment of knowing, and are not used; state a "
    found = action_lists(answers(p="promoter"), None, as_of=AS_OF, outcomes=outcomes)
    assert told + "later as_of." in found.notes
    later = action_lists(answers(p="promoter"), None, as_of="2026-03-02", outcomes=outcomes)
    assert not any("not used" in note for note in later.notes)


def test_passives_come_by_probability_with_the_theme_that_holds_them_back() -> None:
    responses = answers(a="passive", b="passive", c="passive", d="promoter")
    closest = near({"a": 0.3, "b": 0.6, "c": 0.5})
    mentions = pd.DataFrame(
        {
            "response_id": ["r-a", "r-a", "r-b", "r-b"],
            "theme_id": ["wait", "price", "wait", "staff"],
            "tone": [-0.2, -0.7, -0.3, 0.9],
        }
    )
    effects = pd.DataFrame(
        {
            "theme_id": ["wait", "price", "staff"],
            "outcome": "promoter",
            "method": "adjusted",
            "per_mention": [-30.0, -5.0, -40.0],
        }
    )
    themes = pd.DataFrame(
        {"theme_id": ["wait", "price"], "label": ["Waiting", "Price"], "owner": ["Service", "Sales"]}
    )  # fmt: skip
    found = action_lists(
        responses, None, as_of=AS_OF, closest=closest, mentions=mentions, themes=themes, effects=effects
    )
    rows = found.actions[found.actions["action"] == "convert"].set_index("account_id")
    assert on(found.actions, "convert") == ["b", "c", "a"]
    # Staff is praised, and price goes with less than waiting does.
    assert rows.loc[["a", "b"], "theme_label"].tolist() == ["Waiting", "Waiting"]
    assert rows["theme_owner"]["a"] == "Service"
    assert "no theme is mentioned negatively" in rows["reason"]["c"]
    total = found.action_lists.set_index("action").loc["convert"]
    assert total["estimate"] == pytest.approx(1.4)
    assert "no forecast" in total["reason"]
    assert "What holds the passives back most: 'Waiting' (2)." in found.notes
    blind = action_lists(
        responses, None, as_of=AS_OF, closest=closest, mentions=mentions, theme_owners={"price": "CEO"}
    )
    assert blind.actions.set_index("account_id")["theme_id"]["a"] == "price"
    assert blind.actions.set_index("account_id")["theme_owner"]["a"] == "CEO"
    assert any("Without effects" in note for note in blind.notes)


def test_an_account_stands_on_one_list_and_a_holdout_is_left_alone() -> None:
    responses = answers(a="passive", b="promoter", c="promoter", e="passive")
    flags = flagged(4).assign(account_id=["a", "b", "c", "d"], status=["flagged", "holdout", "not_flagged", "flagged"])
    found = action_lists(responses, None, as_of=AS_OF, flags=flags, closest=near({"a": 0.5, "e": 0.4}))
    free = found.actions[found.actions["rank"].notna()]
    assert not free["account_id"].duplicated().any()
    assert (on(found.actions, "convert"), on(found.actions, "refer")) == (["e"], ["c"])
    assert why(found.actions)["a"] == "on the call list"
    assert "held out" in why(found.actions)["b"]


def test_who_has_left_is_on_no_list() -> None:
    responses = answers(here="promoter", gone="promoter", unknown="promoter")
    accounts = pd.DataFrame({"account_id": ["here", "gone"], "ended_at": pd.to_datetime([None, "2026-02-15"])})
    found = action_lists(responses, accounts, as_of=AS_OF)
    assert found.actions["account_id"].tolist() == ["here"]


def test_calls_follow_the_flags_and_what_became_of_earlier_ones() -> None:
    flags = flagged(6)
    flags.loc[0, ["status", "suppressed_because"]] = ["suppressed", "opted out"]
    flags.loc[1, ["status", "category"]] = ["suppressed", "promoter"]
    flags.loc[0, ["risk", "expected_gain"]] = [0.99, 9_999.0]
    hopeless = flags.loc[[0]].assign(account_id="low", risk=0.01, expected_gain=-99.0)
    flags = pd.concat([flags, hopeless], ignore_index=True)
    outcomes = pd.DataFrame(
        {
            "action": "call",
            "account_id": ["d002", "d003"],
            "proposed_at": pd.to_datetime(["2026-02-20", "2026-01-01"]),
            "contacted_at": pd.to_datetime(["2026-02-22", "2026-01-02"]),
            "closed_at": pd.to_datetime([None, "2026-01-05"]),
            "result": None,
        }
    )
    found = action_lists(answers(z="promoter"), None, as_of=AS_OF, flags=flags, outcomes=outcomes)
    order = flags[~flags["account_id"].isin(["d000", "d001", "d002", "low"])].sort_values("rank")["account_id"].tolist()
    assert on(found.actions, "call") == order
    assert set(why(found.actions)) == {"d000", "d002"}
    cases = found.actions.set_index("account_id")
    # The case of d002 is open and goes on; that of d003 is closed, so a new one begins.
    assert cases.loc["d002", "proposed_at"] == pd.Timestamp("2026-02-20")
    assert cases.loc["d002", "contacted_at"] == pd.Timestamp("2026-02-22")
    assert cases.loc["d003", "proposed_at"] == AS_OF
    assert cases.loc["d003", ["contacted_at", "closed_at"]].isna().all()


def test_asking_a_promoter_ends_the_case() -> None:
    outcomes = pd.DataFrame(
        {
            "action": "refer",
            "account_id": ["a", "b"],
            "proposed_at": pd.Timestamp("2024-01-01"),
            "contacted_at": pd.to_datetime(["2024-01-02", None]),
            "closed_at": pd.NaT,
            "result": None,
        }
    )
    found = action_lists(answers(a="promoter", b="promoter"), None, as_of=AS_OF, outcomes=outcomes)
    cases = found.actions.set_index("account_id")
    assert cases.loc["a", "proposed_at"] == AS_OF
    assert pd.isna(cases.loc["a", "contacted_at"])
    assert cases.loc["b", "proposed_at"] == pd.Timestamp("2024-01-01")


def test_the_gain_of_calls_is_that_of_the_flags_and_its_range_holds() -> None:
    flags = flagged(60)
    found = action_lists(
        answers(z="promoter"), None, as_of=AS_OF, flags=flags, settings=ActionSettings(**COSTS)
    ).action_lists.set_index("unit")
    net, risk = found.loc["retained value less costs"], found.loc["value at risk"]
    assert net["estimate"] == pytest.approx(flags["expected_gain"].sum())
    assert risk["estimate"] == pytest.approx(flags["value_at_risk"].sum())
    d, f, g = COSTS.values()
    rng = np.random.default_rng(1)
    leaves = rng.random((4_000, 60)) < flags["risk"].to_numpy()
    accepts = rng.random(leaves.shape) < g
    saved = np.where(leaves, np.where(accepts, flags["value"].to_numpy() - d - f, -f), -d - f).sum(axis=1)
    lost = (leaves * flags["value"].to_numpy()).sum(axis=1)
    for row, totals in ((net, saved), (risk, lost)):
        assert totals.mean() == pytest.approx(row["estimate"], rel=0.05)
        covered = ((totals >= row["conf_low"]) & (totals <= row["conf_high"])).mean()
        assert covered == pytest.approx(0.95, abs=0.02)
    without = action_lists(answers(z="promoter"), None, as_of=AS_OF, flags=flags).action_lists.set_index("unit")
    assert np.isnan(without.loc["retained value less costs", "conf_low"])
    assert "No range" in without.loc["retained value less costs", "reason"]


def test_chances_add_up() -> None:
    rng = np.random.default_rng(2)
    chance, amount = rng.random(1_300), rng.random(1_300)
    estimate, low, high = total_of_chances(chance, amount, draws=Draws())
    sd = np.sqrt((chance * (1 - chance) * amount**2).sum())
    assert estimate == pytest.approx(chance @ amount)
    assert (high - low) / 2 == pytest.approx(1.96 * sd, rel=0.1)


def test_neither_row_order_nor_what_came_later_moves_a_list() -> None:
    responses = answers(a="passive", b="promoter", c="promoter", e="passive", f="promoter")
    accounts = pd.DataFrame({"account_id": list("abcef"), "value": [5.0, 4.0, 3.0, 2.0, np.nan], "owner": "ann"})
    given = {"flags": flagged(8), "closest": near({"a": 0.5, "e": 0.5})}
    settings = ActionSettings(**COSTS, willing=(1, 4), most=2)
    found = action_lists(responses, accounts, as_of=AS_OF, settings=settings, **given)
    turned = action_lists(
        responses.iloc[::-1],
        accounts.iloc[::-1],
        as_of=AS_OF,
        settings=settings,
        **{name: table.iloc[::-1] for name, table in given.items()},
    )
    late = answers(b="detractor", c="detractor").assign(response_id=["l1", "l2"], responded_at=AS_OF)
    more = action_lists(pd.concat([responses, late]), accounts, as_of=AS_OF, settings=settings, **given)
    for other in (turned, more):
        pd.testing.assert_frame_equal(found.actions, other.actions)
        pd.testing.assert_frame_equal(found.action_lists, other.action_lists)
        assert found.notes == other.notes
    assert any("1 more could stand on the list 'refer'" in note for note in found.notes)


def test_what_is_missing_is_said() -> None:
    found = action_lists(answers(a="passive").drop(columns="responded_at"), None, as_of=AS_OF)
    assert found.actions.empty
    assert found.action_lists.empty
    told = " ".join(found.notes)
    assert all(words in told for words in ("No calls", "No passives", "No promoters"))
    nobody = action_lists(answers(a="passive").drop(columns="account_id"), None, as_of=AS_OF)
    assert "No answer names an account" in nobody.notes[0]


def test_wrong_input_is_refused_in_words() -> None:
    responses = answers(a="promoter")
    with pytest.raises(DataRefusedError, match="flags: 3 rows are of a moment after as_of"):
        action_lists(responses, None, as_of="2026-02-01", flags=flagged(3))
    with pytest.raises(SettingsError, match="decided with other costs"):
        action_lists(
            responses, None, as_of=AS_OF, flags=flagged(3),
            settings=ActionSettings(offer_cost=1, contact_cost=1, acceptance=0.9),
        )  # fmt: skip
    with pytest.raises(SettingsError, match="must be stated beside it"):
        ActionSettings(offer_cost=1)
    with pytest.raises(SettingsError, match=r"willing == 1\.5"):
        ActionSettings(willing=1.5)
    with pytest.raises(SettingsError, match="most == 0"):
        ActionSettings(most=0)
