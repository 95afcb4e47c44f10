"""Small versions of the figures on alerts."""

import pytest

from benchmarks.monitoring_alerts import drops, theme_alerts


def test_stable_themes_stay_quiet_even_where_they_move_by_themselves() -> None:
    for spread in (0.0, 0.2):
        found = theme_alerts(1000, seeds=range(6), spread=spread)
        assert found["ours_false"] <= 1.0
        assert found["peer_false"] > 8


@pytest.mark.parametrize(("n", "least"), [(500, 0.70), (2000, 0.95)])
def test_doubled_themes_are_found(n: int, least: float) -> None:
    assert theme_alerts(n, seeds=range(4), n_moving=5)["ours_power"] >= least


def test_a_drop_is_found_within_two_periods() -> None:
    found = drops(n_worlds=40, watched=30)
    assert found["ours_found"] >= 0.8
    assert found["ours_every"] >= 35
