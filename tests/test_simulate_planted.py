import numpy as np
import pandas as pd
import pytest

from nps_insights.simulate import PLANTED_CONTRIBUTIONS, PLANTED_THEMES, planted_contributions, planted_world
from nps_insights.tables import SettingsError


def test_the_counterfactual_gives_the_documented_contributions() -> None:
    found = planted_contributions(planted_world(400_000, random_state=1))
    assert (found - pd.Series(PLANTED_CONTRIBUTIONS)).abs().max() < 0.3
    assert found["B"] == 0.0
    assert found["E"] == 0.0


def test_themes_come_as_often_as_planted() -> None:
    world = planted_world(200_000, random_state=2)
    expected = {"A": 0.20, "B": 0.16, "C": 0.15, "D": 0.10, "E": 0.10, "F": 0.14}
    assert world[list(PLANTED_THEMES)].mean().to_dict() == pytest.approx(expected, abs=0.005)
    assert world.loc[world["A"], "B"].mean() == pytest.approx(0.6, abs=0.01)


def test_a_joint_model_clears_the_bystander_and_leave_out_does_not() -> None:
    world = planted_world(50_000, random_state=3)
    y = 100.0 * ((world["score"] >= 9).astype(float) - (world["score"] <= 6)).to_numpy()
    design = np.column_stack([np.ones(len(y)), world[list(PLANTED_THEMES)].to_numpy(float)])
    coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
    bystander = coefficients[2] * world["B"].mean()
    assert abs(bystander) < 0.8
    assert y.mean() - y[~world["B"].to_numpy()].mean() < -8.0


def test_the_same_seed_gives_the_same_world() -> None:
    pd.testing.assert_frame_equal(planted_world(300, random_state=5), planted_world(300, random_state=5))
    assert not planted_world(300, random_state=5)["score"].equals(planted_world(300, random_state=6)["score"])


def test_no_responses_are_refused() -> None:
    with pytest.raises(SettingsError, match="n: must be at least 1"):
        planted_world(0, random_state=0)
