import numpy as np
import pytest

from benchmarks.monitoring_accounts import WORLDS, AccountWorld, agent_figures, coverage_rows, covered
from nps_insights.metrics.business.small_clusters import ClusterScores, cluster_scores
from nps_insights.metrics.intervals import nps_interval


def _scores(weight: list[float], promoter: list[float], detractor: list[float], answers: list[int]) -> ClusterScores:
    return cluster_scores(np.zeros(len(weight), dtype=int), weight, promoter, detractor, answers)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
@pytest.mark.parametrize("n_accounts", [20, 40, 100])
def test_the_revenue_weighted_interval_covers_where_values_have_heavy_tails(
    world: AccountWorld, n_accounts: int
) -> None:
    found = covered(world, n_accounts, 1.5, samples=600, random_state=n_accounts)
    assert found["ours"] >= 0.93
    assert found["ours"] > found["sandwich"] - 0.005


def test_the_benchmark_tells_of_every_world() -> None:
    rows = coverage_rows(samples=60, sizes=(20,), tails=(1.0,))
    assert [row["world"] for row in rows] == [world.name for world in WORLDS]


def test_the_usual_sandwich_fails_where_ours_holds() -> None:
    found = covered(WORLDS[1], 20, 1.5, samples=600, random_state=5)
    assert found["sandwich"] < 0.88
    assert found["ours"] >= 0.93


def test_promoters_alone_do_not_prove_a_perfect_score() -> None:
    found = _scores([float(one) for one in range(1, 21)], [1.0] * 20, [0.0] * 20, [3] * 20)
    assert found.estimate[0] == pytest.approx(100)
    assert 30 < found.conf_low[0] < 95
    assert found.conf_high[0] == 100


def test_swapping_promoters_and_detractors_mirrors_the_interval() -> None:
    rng = np.random.default_rng(1)
    weight, promoter = rng.lognormal(0, 1, 25).tolist(), rng.integers(0, 2, 25).astype(float).tolist()
    other = [1 - one for one in promoter]
    found, mirrored = _scores(weight, promoter, other, [2] * 25), _scores(weight, other, promoter, [2] * 25)
    assert mirrored.estimate == pytest.approx(-found.estimate)
    assert mirrored.conf_low == pytest.approx(-found.conf_high)


def test_only_ratios_of_weights_count() -> None:
    rng = np.random.default_rng(2)
    weight, promoter = rng.lognormal(0, 1, 25), rng.integers(0, 2, 25).astype(float).tolist()
    found = [_scores((scale * weight).tolist(), promoter, [0.0] * 25, [2] * 25) for scale in (1.0, 1e6)]
    assert found[0].conf_low == pytest.approx(found[1].conf_low)
    assert found[0].effective_accounts == pytest.approx(found[1].effective_accounts)


def test_accounts_of_one_answer_and_one_weight_have_the_plain_interval() -> None:
    promoter, detractor = [1.0] * 12 + [0.0] * 8, [0.0] * 15 + [1.0] * 5
    found = _scores([7.0] * 20, promoter, detractor, [1] * 20)
    plain = nps_interval(12, 5, 20)
    assert [found.estimate[0], found.conf_low[0], found.conf_high[0]] == pytest.approx([float(one) for one in plain])
    assert found.n_eff[0] == pytest.approx(20)


def test_too_few_accounts_have_a_score_and_no_interval() -> None:
    nine = _scores([1.0] * 9, [1.0] * 9, [0.0] * 9, [3] * 9)
    dominated = _scores([1000.0] + [1.0] * 30, [0.0] + [1.0] * 30, [1.0] + [0.0] * 30, [3] * 31)
    for found in (nine, dominated):
        assert np.isfinite(found.estimate[0])
        assert np.isnan(found.conf_low[0])
        assert np.isnan(found.conf_high[0])
    assert dominated.effective_accounts[0] < 2


def test_cells_do_not_know_of_each_other_and_empty_ones_are_missing() -> None:
    rng = np.random.default_rng(3)
    cell = np.repeat([0, 2], [15, 25])
    weight, promoter = rng.lognormal(0, 1, 40), rng.integers(0, 2, 40).astype(float)
    both = cluster_scores(cell, weight, promoter, 1 - promoter, np.full(40, 2), n_cells=3)
    alone = cluster_scores(cell[15:] - 2, weight[15:], promoter[15:], 1 - promoter[15:], np.full(25, 2))
    assert both.conf_low[2] == pytest.approx(alone.conf_low[0])
    assert np.isnan(both.estimate[1])
    assert both.n_accounts.tolist() == [15, 0, 25]


def test_accounts_without_weight_have_no_say() -> None:
    found = _scores([1.0] * 15 + [0.0] * 5, [1.0, 0.0, 0.0] * 5 + [1.0] * 5, [0.0] * 20, [2] * 20)
    assert found.n_accounts[0] == 15
    assert found.estimate[0] == pytest.approx(100 / 3)


@pytest.mark.parametrize(("n_agents", "spread"), [(40, 10.0), (40, 0.0)])
def test_agents_benchmark(n_agents: int, spread: float) -> None:
    found = agent_figures(worlds=3, n_agents=n_agents, spread=spread)
    assert found["held"] >= 0.88
    assert found["error"] < 0.7 * found["raw_error"]
    assert found["raw_worst"] == 1.0
    assert found["blamed"] <= 0.4
