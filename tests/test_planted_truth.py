"""The whole promise on a simulated survey of 5,000 responses: what was planted is found, and nothing else."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.planted_truth import N_SEEDS, one_world


@pytest.fixture(scope="module")
def worlds() -> pd.DataFrame:
    return pd.concat([one_world(seed) for seed in range(N_SEEDS)], ignore_index=True)


class TestPlantedTruth:
    def test_every_planted_driver_is_significant_with_the_right_sign(self, worlds: pd.DataFrame) -> None:
        planted = worlds[worlds["role"].isin(["harmful", "helpful"])]
        assert planted.groupby("driver_id")["seed"].nunique().eq(N_SEEDS).all()
        assert (planted["q_value adjusted"] < 0.05).all()
        assert (np.sign(planted["estimate adjusted"]) == np.sign(planted["nps"])).all()

    def test_effects_are_near_the_truth(self, worlds: pd.DataFrame) -> None:
        assert (worlds["estimate adjusted"] - worlds["nps"]).abs().mean() <= 1.5

    def test_the_harmless_bystander_is_not_blamed(self, worlds: pd.DataFrame) -> None:
        assert abs(worlds.loc[worlds["role"] == "bystander", "estimate adjusted"].mean()) <= 0.5

    def test_a_null_theme_stays_null_though_the_unhappy_comment_more(self, worlds: pd.DataFrame) -> None:
        null = worlds[worlds["role"] == "null"].groupby("driver_id")["estimate adjusted"].mean()
        assert len(null) >= 1
        assert (null.abs() <= 0.5).all()
