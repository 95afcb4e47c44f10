"""The chance against brute force and against what happens; what a survey of a size can see; the pace."""

import numpy as np
import pandas as pd
import pytest
from target_programmes import STORY, TARGET, measured

from benchmarks import monitoring_targets
from benchmarks.monitoring_target_worlds import FAR, KINDS, simulated
from nps_insights.actions.targets import (
    Target,
    answers_needed,
    detectable_change,
    history_of,
    level_model,
    predict_measured,
)
from nps_insights.actions.targets.standing import standing_of
from nps_insights.metrics import nps_interval


def exact_chance(measured: np.ndarray, variance: float, steps: int, spread: float, n: float, target: float) -> float:
    """The same model without a filter: all figures at once as one normal vector, differences to the first."""
    from scipy.stats import multivariate_normal, norm

    luck, noise, drift, fading, prior = level_model._grid()
    unit = spread / level_model.ANSWER_UNITS
    length = len(measured) + steps
    logs, chances = [], []
    for q, r, tau, phi in unit * np.array([luck, noise, drift, fading / unit]).T:
        before = np.tril(np.ones((length, length)), -1)
        lag = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
        level = before @ (tau**2 * phi**lag + q**2 * np.eye(length)) @ before.T
        errors = np.full(length, variance + r**2)
        errors[-1] = spread**2 / n + r**2
        seen = [*np.flatnonzero(~np.isnan(measured)), length - 1]
        to_first = np.eye(len(seen)) - np.eye(len(seen))[0]
        full = to_first[1:] @ (level + np.diag(errors))[np.ix_(seen, seen)] @ to_first[1:].T
        figures = measured[seen[1:-1]] - measured[seen[0]]
        known, cross = full[:-1, :-1], full[-1, :-1]
        weights = np.linalg.solve(known, cross)
        logs.append(multivariate_normal.logpdf(figures, cov=known))
        mean, sd = weights @ figures + measured[seen[0]], np.sqrt(full[-1, -1] - weights @ cross)
        chances.append(norm.sf((target - mean) / sd))
    weight = prior * np.exp(np.array(logs) - max(logs))
    return float(weight @ chances / weight.sum())


@pytest.mark.parametrize("steps", [1, 5])
def test_the_filter_gives_what_the_joint_normal_distribution_gives(steps: int) -> None:
    measured = np.array([20.0, 24, np.nan, 23, 30, np.nan, 33])
    filtered = predict_measured(
        measured[None], np.full((1, 7), 9.0), np.array([steps]), np.array([80.0]), np.array([700.0])
    )
    expected = exact_chance(measured, 9.0, steps, 80.0, 700.0, 38.0)
    assert filtered.chance_of(np.array([38.0]))[0] == pytest.approx(expected, abs=1e-9)


def test_periods_before_the_first_and_the_unit_change_nothing() -> None:
    measured, steps, value = np.array([[20.0, 24, 23, 30, 33]]), np.array([3]), np.array([38.0])
    plain = predict_measured(measured, np.full((1, 5), 9.0), steps, np.array([80.0]), np.array([700.0]))
    padded = predict_measured(
        np.concatenate([np.full((1, 4), np.nan), measured], axis=1),
        np.full((1, 9), 9.0),
        steps,
        np.array([80.0]),
        np.array([700.0]),
    )
    hundredths = predict_measured(measured / 100, np.full((1, 5), 9e-4), steps, np.array([0.8]), np.array([700.0]))
    assert padded.chance_of(value)[0] == pytest.approx(plain.chance_of(value)[0], abs=1e-12)
    assert hundredths.chance_of(value / 100)[0] == pytest.approx(plain.chance_of(value)[0], abs=1e-9)


def test_the_chance_falls_with_the_target_and_its_quantile_turns_it_round() -> None:
    measured = np.repeat([[20.0, 24, 23, 30, 33]], 9, axis=0)
    count = np.full(9, 700.0)
    predicted = predict_measured(measured, np.full((9, 5), 9.0), np.full(9, 4), np.full(9, 80.0), count)
    values = np.linspace(-20, 80, 9)
    assert (np.diff(predicted.chance_of(values)) < 0).all()
    np.testing.assert_allclose(predicted.weight.sum(axis=1), 1)
    np.testing.assert_allclose(predicted.chance_of(predicted.quantile(0.3)), 0.7, atol=1e-9)


def test_stated_chances_are_what_happens_and_better_than_a_straight_line() -> None:
    programmes = simulated(2_100, random_state=7)
    ours, held = monitoring_targets.predicted(programmes)
    # So few programmes leave luck of some points in a tenth; the benchmark has 20,000.
    for _, n, stated, seen in monitoring_targets.by_tenth(ours, programmes.reached):
        assert abs(seen - stated) < 0.05 + 2.5 * np.sqrt(stated * (1 - stated) / n)
    assert abs(ours.mean() - programmes.reached.mean()) < 0.03
    assert 0.93 < held.mean() < 0.985
    line = monitoring_targets.line_chances(programmes)
    assert np.mean((ours - programmes.reached) ** 2) < np.mean((line - programmes.reached) ** 2)
    assert sum(n for _, n, _, _ in monitoring_targets.by_tenth(ours, programmes.reached)) == 2_100
    printed = "\n".join(monitoring_targets.found(programmes, ours, held, 1.0))
    assert all(kind in printed for kind in KINDS)


@pytest.mark.parametrize("settings", [{"ahead": FAR}, {"others": True}])
def test_chances_far_ahead_and_of_other_shapes_are_right_too(settings: dict) -> None:
    programmes = simulated(1_400, random_state=8, **settings)
    ours, held = monitoring_targets.predicted(programmes)
    assert abs(ours.mean() - programmes.reached.mean()) < 0.04
    assert held.mean() > 0.93
    assert monitoring_targets.in_short("of a kind", programmes).startswith("1,400 programmes of a kind: furthest off")


def test_five_points_need_3831_answers_a_group() -> None:
    spread = 100 * np.sqrt(0.5 + 0.2 - (0.5 - 0.2) ** 2)
    assert detectable_change(spread, 3828, 3828) == pytest.approx(5, abs=0.01)
    assert detectable_change(spread, np.inf, 400) < detectable_change(spread, 400, 400)


def test_the_answers_needed_give_the_power_promised() -> None:
    n = answers_needed(78.1, 10, 0)
    assert answers_needed(78.1, 10, 200) == n - 200
    assert answers_needed(78.1, 10, n + 50) == 0
    assert np.isnan(answers_needed(78.1, 0, 100))
    assert np.isnan(answers_needed(78.1, 0.01, 100))
    assert detectable_change(78.1, np.inf, n) == pytest.approx(10, abs=0.03)
    rng = np.random.default_rng(0)
    p, d = 0.5, 0.2
    counts = rng.multinomial(int(n), [p, d, 1 - p - d], size=4000)
    shares = (counts + np.array([0.75, 0.75, 1.5])) / (n + 3)
    gap = 100 * (shares[:, 0] - shares[:, 1]) - 20
    sd = 100 * np.sqrt((shares[:, 0] + shares[:, 1] - (shares[:, 0] - shares[:, 1]) ** 2) / (n + 3))
    assert np.mean(np.abs(gap) > 1.96 * sd) == pytest.approx(0.80, abs=0.03)


def test_the_interval_of_the_pace_covers_the_planted_pace() -> None:
    rng = np.random.default_rng(0)
    level = (10 + 2.0 * np.arange(8)) / 100
    shares = np.stack([0.35 + level / 2, 0.35 - level / 2, np.full(8, 0.3)], axis=1)
    answers = rng.multinomial(200, shares, size=(60, 8))
    estimates, lows, highs = nps_interval(answers[..., 0], answers[..., 1], 200)
    covered = []
    for estimate, low, high in zip(estimates, lows, highs, strict=True):
        starts = pd.date_range("2025-01-01", periods=8, freq="MS")
        rows = pd.DataFrame(
            {
                "period_start": starts,
                "period_end": starts + pd.offsets.MonthEnd(),
                "estimate": estimate,
                "conf_low": low,
            }
        ).assign(metric="nps", by="", group="", conf_high=high, n=200, n_eff=200.0)
        target, as_of = Target("t", 40, "2026-06-30"), pd.Timestamp("2026-01-01")
        _, pace_low, pace_high = standing_of(target, history_of(rows, target, as_of=as_of), as_of=as_of).pace(0.95)
        covered.append(pace_low <= 2.0 <= pace_high)
    assert np.mean(covered) > 0.89


def test_the_spread_of_one_answer_comes_from_the_shares_or_from_the_interval() -> None:
    series, moment = measured(*STORY), pd.Timestamp("2026-04-01")
    by_shares = history_of(series, TARGET, as_of=moment)
    by_interval = history_of(series[series["metric"] == "nps"], TARGET, as_of=moment)
    assert by_shares.spread == pytest.approx(by_interval.spread, rel=0.02)
