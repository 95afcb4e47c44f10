from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from benchmarks.monitoring_accounts import agent_world
from nps_insights.metrics.business.agents import _alike, adjusted_agents
from nps_insights.metrics.business.shrinkage import shrunken
from nps_insights.tables import SettingsError


def test_planted_effects_are_recovered_and_covered() -> None:
    held, error, raw_error = [], [], []
    for seed in range(8):
        frame, truth = agent_world(40, 10.0, random_state=100 + seed)
        found = adjusted_agents(frame, case_mix=("touchpoint",)).set_index("agent_id").query("~too_small")
        true = truth[found.index]
        held += ((found["conf_low"] <= true) & (found["conf_high"] >= true)).tolist()
        error += ((found["estimate"] - true) ** 2).tolist()
        raw_error += ((found["raw"] - true) ** 2).tolist()
    assert 0.90 <= np.mean(held) <= 0.99
    assert np.mean(error) < 0.5 * np.mean(raw_error)


def test_the_agent_who_serves_the_angry_is_not_blamed() -> None:
    frame, _ = agent_world(30, 5.0, answers=200.0, random_state=3)
    raw = adjusted_agents(frame).set_index("agent_id")
    found = adjusted_agents(frame, case_mix=("touchpoint",)).set_index("agent_id")
    assert raw["raw"].idxmin() == "a00"
    assert raw.loc["a00", "differs"]
    assert not found.loc["a00", "differs"]
    assert abs(found.loc["a00", "estimate"] - found["estimate"].mean()) < 10


def test_a_bad_agent_is_found() -> None:
    frame, _ = agent_world(30, 5.0, answers=200.0, angry_agent=False, random_state=4)
    rng = np.random.default_rng(0)
    worse = (frame["agent_id"] == "a07") & (rng.random(len(frame)) < 0.4)
    found = adjusted_agents(
        frame.assign(category=frame["category"].mask(worse, "detractor")), case_mix=("touchpoint",)
    ).set_index("agent_id")
    assert found["estimate"].idxmin() == "a07"
    assert found.loc["a07", "differs"]


def test_where_agents_do_not_differ_none_is_said_to() -> None:
    said = [
        adjusted_agents(agent_world(30, 0.0, random_state=seed)[0], case_mix=("touchpoint",))["differs"].sum()
        for seed in range(6)
    ]
    assert sum(said) <= 2


def test_few_answers_give_no_estimate() -> None:
    frame, _ = agent_world(10, 5.0, random_state=1)
    few = frame[frame["agent_id"] == "a03"].index[29:]
    found = adjusted_agents(frame.drop(few)).set_index("agent_id")
    assert found.loc["a03", "too_small"]
    assert np.isnan(found.loc["a03", "estimate"])
    assert found.loc["a03", "reason"] == "29 answers; at least 30 are needed"
    assert not found.drop("a03")["estimate"].isna().any()


def test_an_agent_with_cases_of_its_own_cannot_be_told_from_them() -> None:
    frame, _ = agent_world(10, 5.0, random_state=2)
    alone = frame.assign(touchpoint=frame["touchpoint"].mask(frame["agent_id"] == "a04", "claims"))
    found = adjusted_agents(alone, case_mix=("touchpoint",)).set_index("agent_id")
    assert np.isnan(found.loc["a04", "estimate"])
    assert "nobody else serves" in found.loc["a04", "reason"]
    assert not found.drop("a04").query("~too_small")["estimate"].isna().any()


def test_two_agents_are_no_crowd() -> None:
    frame, _ = agent_world(2, 5.0, random_state=2)
    found = adjusted_agents(frame)
    assert found["estimate"].isna().all()
    assert found["reason"].str.contains("fewer than 3 agents").all()


def test_answers_alike_within_an_account_widen_the_interval() -> None:
    frame, _ = agent_world(12, 5.0, random_state=5)
    alike = frame.assign(account_id=frame["agent_id"] + frame["category"].str[:2] + (frame.index % 4).astype(str))
    widths = []
    for one in (frame, alike):
        found = adjusted_agents(one)
        widths.append((found["conf_high"] - found["conf_low"]).mean())
    assert widths[1] > 1.2 * widths[0]


def test_numbers_rare_values_and_gaps_may_stand_in_the_case_mix() -> None:
    frame, _ = agent_world(10, 5.0, random_state=6)
    rng = np.random.default_rng(6)
    frame["attribute/seats"] = np.where(rng.random(len(frame)) < 0.1, np.nan, rng.lognormal(2, 1, len(frame)))
    frame["channel"] = rng.choice(["phone", "mail", "fax"], len(frame), p=[0.6, 0.39, 0.01])
    frame.loc[:40, "channel"] = None
    found = adjusted_agents(frame, case_mix=("seats", "channel", "touchpoint")).query("~too_small")
    assert found["estimate"].between(found["conf_low"], found["conf_high"]).all()


def test_all_promoters_do_not_prove_perfect_agents() -> None:
    frame, _ = agent_world(6, 5.0, random_state=7)
    found = adjusted_agents(frame.assign(category="promoter"))
    assert (found["conf_low"] < 100).all()
    assert not found["differs"].any()


def test_row_order_changes_nothing() -> None:
    frame, _ = agent_world(8, 5.0, random_state=8)
    shuffled = frame.sample(frac=1, random_state=1)
    first, second = (adjusted_agents(rows, case_mix=("touchpoint",)) for rows in (frame, shuffled))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_what_cannot_be_meant_is_refused() -> None:
    frame, _ = agent_world(8, 5.0, random_state=8)
    with pytest.raises(SettingsError, match="no agent_id"):
        adjusted_agents(frame.drop(columns="agent_id"))
    with pytest.raises(SettingsError, match="csat"):
        adjusted_agents(frame.assign(csat=5.0), case_mix=("csat",))
    with pytest.raises(SettingsError, match="no such column"):
        adjusted_agents(frame, case_mix=("mood",))
    assert adjusted_agents(frame.head(0)).empty


def test_shrinking_keeps_the_order_and_pulls_to_the_mean() -> None:
    figures = np.array([-30.0, -10.0, 0.0, 5.0, 40.0])
    found = shrunken(figures, np.full(5, 10.0))
    assert (np.diff(found.estimate) > 0).all()
    assert (np.abs(found.estimate - found.mean) < np.abs(figures - found.mean)).all()
    less = shrunken(figures, np.full(5, 1.0))
    assert (less.reliability > found.reliability).all()
    assert less.estimate == pytest.approx(figures, abs=0.5)


def test_shrunken_figures_cover() -> None:
    rng = np.random.default_rng(9)
    held = []
    for _ in range(40):
        true, errors = rng.normal(20, 8, 30), rng.uniform(4, 12, 30)
        found = shrunken(rng.normal(true, errors), errors)
        held.append(np.mean((found.conf_low <= true) & (found.conf_high >= true)))
    assert 0.925 <= np.mean(held) <= 0.975


def test_too_few_figures_are_refused() -> None:
    with pytest.raises(SettingsError, match="at least 3"):
        shrunken([1.0, 2.0], [1.0, 1.0])


def test_likeness_within_accounts_is_that_of_every_pair_written_out() -> None:
    rng = np.random.default_rng(4)
    account = pd.Series(rng.integers(0, 6, 40))
    code, rest = rng.integers(0, 3, 40), rng.normal(0, 1, 40) + account.to_numpy() / 2 - 1.2
    pairs = [
        (code[one], rest[one] * rest[other])
        for one, other in permutations(range(40), 2)
        if code[one] == code[other] and account[one] == account[other]
    ]
    alike = np.mean([product for _, product in pairs]) / 2.0
    partners = np.bincount([agent for agent, _ in pairs]) / np.bincount(code)
    assert 0.05 < alike < 1
    np.testing.assert_allclose(_alike(rest, code, account, 2.0), 1 + alike * partners)
