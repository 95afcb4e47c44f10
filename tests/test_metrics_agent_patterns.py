import numpy as np
import pandas as pd
from invited_world import AS_OF, invited_world

from nps_insights.metrics.asked.agent_patterns import agent_patterns, last_answer_before
from nps_insights.metrics.asked.matching import asked_and_answered


def patterns(invitations: pd.DataFrame, responses: pd.DataFrame, **options: object) -> pd.DataFrame:
    return agent_patterns(asked_and_answered(invitations, responses, as_of=AS_OF), responses, **options)


def test_who_asks_only_the_happy_is_found_among_many_honest() -> None:
    found, false = [], []
    for seed in range(8):
        table = patterns(*invited_world(seed, cheats=1, n_served=300))
        odd = table[table["suspicious"]]
        found.append("agent 000" in set(odd["group"]))
        false.append(len(odd[odd["group"] != "agent 000"]) / max(len(odd), 1))
    assert np.mean(found) >= 0.8
    assert np.mean(false) <= 0.1


def test_honest_agents_of_unlike_quality_are_left_alone() -> None:
    # At a rate of one world in ten, five or more of twenty come about once in twenty-five trials.
    alarms = [
        patterns(*invited_world(seed, n_agents=25, n_served=90, quality=0.8))["suspicious"].any() for seed in range(20)
    ]
    assert sum(alarms) <= 4


def test_false_discoveries_stay_below_what_was_asked_for_over_many_honest_worlds() -> None:
    from nps_insights.metrics.asked.agent_patterns import _beyond_the_usual
    from nps_insights.metrics.many import benjamini_hochberg

    rng, alarms = np.random.default_rng(4), []
    for n_agents, between in ((12, 0.0), (12, 2.0), (40, 0.5), (100, 2.0)):
        for _ in range(150):
            variance = rng.uniform(0.5, 1.5, (4, n_agents))
            difference = rng.normal(0, np.sqrt(variance + between))
            p = [_beyond_the_usual(*one, row == 1) for row, one in enumerate(zip(difference, variance, strict=True))]
            alarms.append((benjamini_hochberg(np.concatenate(p)) < 0.1).any())
    # All are honest, so each alarm is false; six hundred worlds leave a standard error of .012.
    assert np.mean(alarms) <= 0.1


def test_the_interval_holds_the_planted_difference_of_response_rates() -> None:
    held = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        asked = pd.DataFrame({"agent_id": np.repeat([f"{one:02d}" for one in range(20)], 100)})
        asked["touchpoint"] = rng.choice(["shop", "phone"], len(asked), p=[0.3, 0.7])
        # Agent 00 serves the shop alone, where more answer: that is no merit of the agent.
        asked.loc[asked["agent_id"] == "00", "touchpoint"] = "shop"
        asked["answered"] = rng.random(len(asked)) < np.where(asked["touchpoint"] == "shop", 0.6, 0.2)
        asked = asked.assign(person=[f"p{one}" for one in range(len(asked))], invitation_number=1, sent_at=AS_OF)
        asked["answer_category"] = np.where(asked["answered"], "passive", None)
        asked["invitation_id"] = asked["person"]
        table = agent_patterns(asked, pd.DataFrame({"response_id": [], "category": []}))
        row = table[(table["check"] == "agent_response_rate") & (table["group"] == "00")].iloc[0]
        held.append(row["conf_low"] <= 0 <= row["conf_high"])
        assert row["n"] == 100
    assert np.mean(held) >= 0.85


def test_row_order_moves_nothing() -> None:
    invitations, responses = invited_world(3, n_agents=12, n_served=100, cheats=1)
    plain = patterns(invitations, responses)
    mixed = patterns(invitations.sample(frac=1, random_state=1), responses.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(plain, mixed, check_exact=True)


def test_the_answer_before_is_the_last_one_on_somebody_else() -> None:
    days = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-02-01"]
    answers = pd.DataFrame({"contact_id": ["c", "c", "c", "d", "c"], "agent_id": [None, "x", "x", "x", "y"]})
    answers["responded_at"], answers["response_id"] = pd.to_datetime(days), list("pqrst")
    answers["category"] = ["detractor", "promoter", "promoter", "passive", "passive"]
    asked = pd.DataFrame({"contact_id": ["c", "c", "c", "d", "c"], "agent_id": ["x", "z", "x", "x", "x"]})
    asked["sent_at"] = pd.to_datetime(["2026-01-10", "2026-01-03", "2026-02-09", "2026-02-09", "2026-01-01"])
    found = last_answer_before(asked, answers)
    # For z the answer of the same day does not count; d answered on x alone; nothing is known before January 1st.
    assert found.fillna("").tolist() == ["detractor", "promoter", "passive", "", ""]


def test_too_few_agents_or_answers_are_said_and_not_judged() -> None:
    few = patterns(*invited_world(1, n_agents=6))
    assert few["q_value"].isna().all()
    assert few["reason"].str.contains("fewer than 10 agents|fewer than 30|too rare").all()
    small = patterns(*invited_world(1, n_agents=12, n_served=40))
    assert small["reason"].str.contains("fewer than 30").all()
    assert not small["suspicious"].any()
