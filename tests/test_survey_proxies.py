"""Twins of the score are caught under any name and in any dress; what is merely known of a customer is not."""

import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics import categorize
from nps_insights.simulate import simulate_survey
from nps_insights.survey import proxies

RNG = np.random.default_rng(5)
SCORE = pd.Series(RNG.integers(0, 11, 300).astype("float64"))
CATEGORY = categorize(SCORE)
# One answer in thirty is noted wrongly.
NOTED = CATEGORY.where(RNG.random(300) > 0.03, "passive")


@pytest.mark.parametrize(
    "twin",
    [
        SCORE * 10,
        100 - SCORE * 10 + RNG.normal(0, 5, 300),
        (SCORE / 2).round(),
        CATEGORY.map({"promoter": 100.0, "passive": 0.0, "detractor": -100.0}),
        NOTED.str.title(),
        NOTED.map({"promoter": "green", "passive": "amber", "detractor": "red"}),
        (CATEGORY == "promoter").map({True: "yes", False: "no"}),
        SCORE.map(lambda score: f"{score:g} points"),
        SCORE.mask(RNG.random(300) < 0.5) * 10,
    ],
)
def test_a_twin_is_caught_by_its_values(twin: pd.Series) -> None:
    assert list(proxies(pd.DataFrame({"q7": twin}), SCORE, CATEGORY)) == ["q7"]


@pytest.mark.parametrize(
    "name", ["score", "last score", "nps_group", "NPSGroup", "attribute/Health Score", "Would recommend"]
)
def test_a_twin_is_caught_by_its_name(name: str) -> None:
    assert list(proxies(pd.DataFrame({name: ["a", "b"]}), SCORE[:2], CATEGORY[:2])) == [name]


def test_what_is_known_of_a_customer_is_no_twin() -> None:
    known = pd.DataFrame(
        {
            "plan": np.where(RNG.random(300) < 0.2 + 0.06 * SCORE, "gold", "basic"),
            "region": RNG.choice(["north", "south", "east"], 300),
            "seats": np.exp(RNG.normal(3, 1, 300)).round(),
            "visits": RNG.poisson(2 + SCORE),
            "constant": 1.0,
            "empty": np.nan,
        }
    )
    assert proxies(known, SCORE, CATEGORY) == {}


def test_nearly_all_promoters_make_no_column_a_twin() -> None:
    score = pd.Series([10.0] * 290 + [3.0] * 10)
    region = pd.DataFrame({"region": ["north"] * 150 + ["south"] * 148 + ["islands"] * 2})
    assert proxies(region, score, categorize(score)) == {}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_simulated_survey_raises_no_alarm(seed: int) -> None:
    responses = simulate_survey(150, random_state=seed).responses
    attributes = responses[[name for name in responses if name.startswith("attribute/")]]
    assert attributes.shape[1] >= 3
    assert proxies(attributes, responses["score"], responses["category"]) == {}


@pytest.mark.parametrize(("n", "caught"), [(29, False), (30, True)])
def test_fewer_than_thirty_answers_prove_no_twin(n: int, caught: bool) -> None:
    both = pd.DataFrame({"number": SCORE[:n] * 10, "text": CATEGORY[:n].str.title()})
    assert set(proxies(both, SCORE[:n], CATEGORY[:n])) == ({"number", "text"} if caught else set())
