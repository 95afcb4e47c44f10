"""The test of two NPS holds its level exactly, at every size from 10 and whatever the spread on both sides."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.monitoring_alerts import type_one_errors
from benchmarks.monitoring_estimates import wrongly_called
from nps_insights.metrics.periods import nps_difference, nps_differences


def test_no_more_than_five_and_a_half_in_a_hundred() -> None:
    rows = type_one_errors(((10, 10), (10, 30), (20, 25)), step=0.1)
    for row in rows:
        assert max(row["ours_same"], row["ours_same_nps"]) <= 0.055
    assert max(row["wald_same"] for row in rows) > 0.08


def test_counts_and_rows_say_the_same() -> None:
    before = pd.DataFrame({"category": ["promoter"] * 20 + ["detractor"] * 5 + ["passive"] * 15})
    after = pd.DataFrame({"category": ["promoter"] * 10 + ["detractor"] * 25 + ["passive"] * 5})
    by_rows = nps_difference(before, after)
    by_counts = nps_differences((20, 5, 40), (10, 25, 40))
    assert all(by_rows[name] == float(by_counts[name]) for name in by_rows)
    assert by_counts["estimate"] == -75.0


def test_more_variance_makes_less_sure() -> None:
    plain = nps_differences((30, 10, 60), (20, 20, 60))
    for more in ({"design_effect": 2.0}, {"extra_variance": 25.0}):
        wider = nps_differences((30, 10, 60), (20, 20, 60), **more)
        assert wider["conf_low"] < plain["conf_low"] < plain["conf_high"] < wider["conf_high"]
        assert wider["p_value"] > plain["p_value"]


def test_accounts_that_repeat_themselves_count_once() -> None:
    rng = np.random.default_rng(2)
    one = pd.DataFrame({"category": rng.choice(["promoter", "passive", "detractor"], 60)})
    sides = [one.assign(account_id=[f"{side}{row}" for row in range(60)]) for side in "ab"]
    repeated = [pd.concat([side] * 5, ignore_index=True) for side in sides]
    low, high = (nps_difference(*pair)["conf_low"] for pair in (sides, repeated))
    assert abs(low - high) < 2.0


@pytest.mark.parametrize(("n_accounts", "sizes"), [(10, 0.0), (12, 0.8)])
def test_few_accounts_are_called_changed_no_more_often_than_promised(n_accounts: int, sizes: float) -> None:
    # Two standard errors of so few pairs above .055, which `benchmarks/monitoring_estimates.py` looks at with more.
    assert wrongly_called(n_accounts, 1.0, sizes, pairs=300) <= 0.055 + 2 * np.sqrt(0.055 * 0.945 / 300)


def test_the_same_accounts_on_both_sides_leave_as_many_degrees_as_accounts() -> None:
    rng = np.random.default_rng(3)
    mood = rng.normal(size=12)
    account = np.tile(np.arange(12), 20)
    p_values = []
    for _ in range(200):
        sides = []
        for _ in range(2):
            own = mood[account] + 0.5 * rng.normal(size=12)[account] + rng.normal(size=240)
            category = np.where(own > 0.5, "promoter", np.where(own < -0.5, "detractor", "passive"))
            sides.append(pd.DataFrame({"category": category, "account_id": account}))
        p_values.append(nps_difference(*sides)["p_value"])
    assert np.mean(np.array(p_values) < 0.05) <= 0.055 + 2 * np.sqrt(0.055 * 0.945 / 200)


def test_the_same_answers_of_the_same_accounts_differ_by_nothing() -> None:
    rows = pd.DataFrame(
        {
            "response_id": [f"r{number}" for number in range(20)],
            "category": ["promoter", "detractor", "passive", "promoter"] * 5,
            "account_id": [f"a{number % 12}" for number in range(20)],
        }
    )
    assert nps_difference(rows, rows) == {"conf_low": 0, "conf_high": 0, "p_value": 1}
