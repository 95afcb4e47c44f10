import numpy as np
import pytest

from nps_insights.metrics import exact_coverage, nps_interval, share_interval
from nps_insights.tables import SettingsError


@pytest.mark.parametrize("n", [*range(5, 10)])
def test_exact_coverage_of_tiny_samples(n: int) -> None:
    assert exact_coverage(n).min() >= 0.85


@pytest.mark.parametrize("n", [*range(10, 31), 40, 51, 60, 80])
def test_exact_coverage_from_ten_answers_on(n: int) -> None:
    assert exact_coverage(n).min() >= 0.92


def test_bounds_hold_the_estimate_and_stay_on_the_scale() -> None:
    n = 12
    promoters, detractors = (grid.ravel() for grid in np.meshgrid(range(n + 1), range(n + 1)))
    possible = promoters + detractors <= n
    estimate, low, high = nps_interval(promoters[possible], detractors[possible], n)
    assert np.all((low <= estimate) & (estimate <= high))
    assert low.min() >= -100
    assert high.max() <= 100


def test_swapping_promoters_and_detractors_mirrors_the_interval() -> None:
    estimate, low, high = nps_interval(37, 12, 80)
    mirrored, mirrored_low, mirrored_high = nps_interval(12, 37, 80)
    assert (mirrored, mirrored_low, mirrored_high) == pytest.approx((-estimate, -high, -low))


def test_all_promoters_do_not_prove_a_perfect_score() -> None:
    _, low, high = nps_interval(20, 0, 20)
    assert high == 100
    assert 50 < low < 95


def test_no_answers_give_no_figure() -> None:
    assert np.isnan(nps_interval(0, 0, 0)).all()


def test_large_samples_agree_with_the_normal_interval() -> None:
    estimate, low, high = nps_interval(50_000, 20_000, 100_000)
    half = 196 * np.sqrt((0.7 - 0.3**2) / 100_000)
    assert (low, high) == pytest.approx((estimate - half, estimate + half), abs=0.01)


def test_share_interval_covers() -> None:
    rng = np.random.default_rng(0)
    _, low, high = share_interval(rng.binomial(40, 0.1, size=20_000), 40)
    assert np.mean((low <= 0.1) & (high >= 0.1)) >= 0.93


def test_a_confidence_level_outside_its_range_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"confidence_level == 95: must lie between 0 and 1"):
        nps_interval(5, 5, 10, confidence_level=95)
