"""The number of leavers: exact where it can be counted, and as often in its range as the range says."""

import math

import numpy as np
import pytest

from nps_insights.churn import expected_leavers
from nps_insights.tables import SettingsError


def test_equal_risks_are_a_binomial() -> None:
    n, risk = 40, 0.3
    chances = [math.comb(n, k) * risk**k * (1 - risk) ** (n - k) for k in range(n + 1)]
    up_to = np.cumsum(chances)
    found = expected_leavers([risk] * n)
    assert found.estimate == pytest.approx(n * risk)
    assert (found.low, found.high) == (int((up_to < 0.025).sum()), int((up_to < 0.975).sum()))


def test_the_range_holds_the_number_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    risks = rng.beta(0.5, 6, 700)
    found = expected_leavers(risks)
    numbers = (rng.random((4000, 700)) < risks).sum(axis=1)
    assert abs(numbers.mean() - found.estimate) < 0.5
    assert 0.95 <= ((numbers >= found.low) & (numbers <= found.high)).mean() < 0.98
    assert expected_leavers(risks[::-1]) == found
    wider = expected_leavers(risks, confidence_level=0.99)
    assert wider.low < found.low
    assert wider.high > found.high


@pytest.mark.parametrize("risks", [[0.0] * 5, [1.0] * 5])
def test_certainties_have_no_range(risks: list[float]) -> None:
    total = sum(risks)
    assert expected_leavers(risks) == (total, total, total)


@pytest.mark.parametrize("risks", [[0.2, math.nan], [1.2], [-0.1]])
def test_what_is_no_risk_is_refused(risks: list[float]) -> None:
    with pytest.raises(SettingsError, match="between 0 and 1"):
        expected_leavers(risks)


def test_a_level_outside_its_bounds_is_refused() -> None:
    with pytest.raises(SettingsError, match="confidence_level == 1"):
        expected_leavers([0.2], confidence_level=1)
