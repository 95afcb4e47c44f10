"""Agents and shrunken figures at the bounds of each case, against sums worked out another way."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from nps_insights.metrics.business.agents import adjusted_agents
from nps_insights.metrics.business.shrinkage import shrunken

FIGURES = ["estimate", "conf_low", "conf_high", "reliability"]
NAMES = {100.0: "promoter", 0.0: "passive", -100.0: "detractor"}


def _served(y: list[list[float]]) -> pd.DataFrame:
    """Answers of agents a0, a1, ...: each a list of +100, 0 and -100."""
    rows = [(f"a{at}", NAMES[one]) for at, own in enumerate(y) for one in own]
    table = pd.DataFrame(rows, columns=["agent_id", "category"])
    return table.assign(response_id=[f"r{at:03}" for at in range(len(rows))])


def test_a_shrunken_interval_holds_its_coverage_where_mean_and_spread_are_summed_over_a_plain_grid() -> None:
    raw, errors = np.array([-20.0, 5.0, 10.0, 45.0]), np.array([8.0, 15.0, 6.0, 12.0])
    spread, mean = np.linspace(0.05, 99.95, 1000)[:, None], np.linspace(-150.0, 170.0, 321)[None, :]
    log_mass = sum(norm.logpdf(y, mean, np.hypot(e, spread)) for y, e in zip(raw, errors, strict=True))
    mass = np.exp(log_mass - log_mass.max())
    mass /= mass.sum()
    found = shrunken(raw, errors)
    for at, (y, e) in enumerate(zip(raw, errors, strict=True)):
        kept = spread**2 / (spread**2 + e**2)
        centre, deviation = mean + kept * (y - mean), np.sqrt(kept) * e
        below = [(mass * norm.cdf((one[at] - centre) / deviation)).sum() for one in (found.conf_low, found.conf_high)]
        assert below == pytest.approx([0.025, 0.975], abs=5e-4)
        assert found.estimate[at] == pytest.approx((mass * centre).sum(), abs=0.02)
        assert found.reliability[at] == pytest.approx((mass * kept).sum(), abs=5e-4)
        # Twice the mass of the rarer side of the mean.
        lower = (mass * norm.cdf((mean - centre) / deviation)).sum()
        assert found.p_value[at] == pytest.approx(2 * min(lower, 1 - lower), abs=2e-3)


@pytest.mark.parametrize(
    "y",
    [
        [[100.0], [0.0], [-100.0]],
        [[100.0], [0.0, 100.0], [-100.0]],
        [[100.0, 100.0], [0.0, 100.0], [-100.0, 0.0]],
        [[100.0] * 9, [100.0, 0.0] * 4, [-100.0] * 5, [0.0] * 3],
    ],
)
def test_the_luck_of_agents_is_that_of_their_answers_and_three_more(y: list[list[float]]) -> None:
    n, mean = np.array([len(own) for own in y]), np.array([np.mean(own) for own in y])
    squares = sum(float(((np.array(own) - np.mean(own)) ** 2).sum()) for own in y)
    # One degree at least, three answers more, one and a half of them off by 100.
    variance = (squares + 1.5 * 100**2) / (max(n.sum() - len(y), 1) + 3)
    expected = shrunken(mean, np.sqrt(variance / n))
    found = adjusted_agents(_served(y), min_answers=1)
    for name in FIGURES:
        assert found[name].tolist() == pytest.approx(getattr(expected, name).clip(-100, 100).tolist())
    assert found["differs"].tolist() == (expected.p_value < 0.05).tolist()


@pytest.mark.parametrize("n_missing", [0, 1, 12])
def test_a_number_bends_by_a_line_and_where_it_is_missing_by_a_step(n_missing: int) -> None:
    rng = np.random.default_rng(6)
    y = [rng.choice([100.0, 0.0, -100.0], 30).tolist() for _ in range(4)]
    hours = rng.gamma(2.0, 3.0, 120).round(2)
    hours[rng.choice(120, n_missing, replace=False)] = np.nan
    agent, answers = np.repeat(np.arange(4), 30), np.concatenate(y)
    known = ~np.isnan(hours)
    cases = [np.where(known, hours - hours[known].mean(), 0.0), *([(~known).astype(float)] if n_missing else [])]
    # The textbook's regression: a level of each agent, a slope of the hours, a step where they are missing.
    design = np.column_stack([agent[:, None] == np.arange(4), *cases]).astype(float)
    told = np.linalg.lstsq(design, answers, rcond=None)[0]
    at_all = np.hstack([np.eye(4), np.tile(np.mean(cases, axis=1), (4, 1))])
    squares = ((answers - design @ told) ** 2).sum()
    variance = (squares + 15_000) / (len(answers) - design.shape[1] + 3)
    errors = np.sqrt(variance * np.einsum("ak,kl,al->a", at_all, np.linalg.inv(design.T @ design), at_all))
    expected = shrunken(at_all @ told, errors)
    found = adjusted_agents(_served(y).assign(**{"attribute/hours": hours}), case_mix=["hours"])
    for name in FIGURES:
        assert found[name].tolist() == pytest.approx(getattr(expected, name).tolist(), abs=1e-6)


@pytest.mark.parametrize(
    ("n", "reason"),
    [(29, "29 answers; at least 30 are needed"), (30, ""), (31, "")],
)
def test_an_agent_is_judged_from_thirty_answers_on(n: int, reason: str) -> None:
    y = [[100.0, 0.0] * 20, [0.0] * 40, [100.0, -100.0] * 20, ([100.0, 0.0] * 16)[:n]]
    last = adjusted_agents(_served(y)).iloc[-1]
    assert (last["reason"], last["too_small"], np.isnan(last["estimate"])) == (reason, bool(reason), bool(reason))


@pytest.mark.parametrize("n_agents", [2, 3])
def test_three_agents_can_be_compared_and_two_cannot(n_agents: int) -> None:
    found = adjusted_agents(_served([[100.0, 0.0] * 20] * n_agents))
    reason = "" if n_agents == 3 else "fewer than 3 agents can be compared"
    assert set(found["reason"]) == {reason}
    assert found["estimate"].isna().all() == bool(reason)
