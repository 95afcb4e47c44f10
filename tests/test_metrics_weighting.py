import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics.estimates import estimates_of
from nps_insights.metrics.figures.weighting import checked_weights, effective_n, rake
from nps_insights.tables import DataRefusedError, SettingsError

MARGINS = {"plan": {"Free": 0.7, "Pro": 0.3}, "region": {"EU": 0.5, "US": 0.5}}


def rows(n: int = 1000, *, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "response_id": [f"r{i:05}" for i in range(n)],
            "attribute/plan": rng.choice(["Free", "Pro"], p=[0.3, 0.7], size=n),
            "attribute/region": rng.choice(["EU", "US"], p=[0.6, 0.4], size=n),
            "category": rng.choice(["promoter", "passive", "detractor"], size=n),
        }
    )


def test_every_known_share_is_reached_and_the_mean_weight_is_one() -> None:
    raked = rake(rows(), MARGINS)
    assert raked.weights.mean() == pytest.approx(1)
    assert raked.margins["reached"].to_numpy() == pytest.approx(raked.margins["wanted"].to_numpy(), abs=1e-9)
    by_hand = raked.weights[rows()["attribute/plan"].eq("Free").to_numpy()].sum() / raked.weights.sum()
    assert by_hand == pytest.approx(0.7)
    assert raked.notes == []


def test_shares_already_right_leave_equal_weights() -> None:
    even = pd.DataFrame({"plan": ["Free", "Pro"] * 50, "region": ["EU", "EU", "US", "US"] * 25})
    raked = rake(even, {"plan": {"Free": 0.5, "Pro": 0.5}, "region": {"EU": 0.5, "US": 0.5}})
    assert raked.weights.to_numpy() == pytest.approx(1)
    assert raked.n_eff == pytest.approx(100)
    assert raked.design_effect == pytest.approx(1)


def test_numbers_of_customers_are_as_good_as_shares() -> None:
    counted = {"plan": {"Free": 7000, "Pro": 3000}, "region": {"EU": 12, "US": 12}}
    pd.testing.assert_series_equal(rake(rows(), counted).weights, rake(rows(), MARGINS).weights)


def test_row_order_changes_no_bit() -> None:
    base = pd.Series(np.random.default_rng(5).lognormal(size=1000), index=rows()["response_id"])
    shuffled = rows().sample(frac=1, random_state=1)
    for given in (None, base):
        once, again = rake(rows(), MARGINS, base=given), rake(shuffled, MARGINS, base=given)
        pd.testing.assert_series_equal(once.weights, again.weights.reindex(once.weights.index), check_exact=True)
        assert once.n_eff == again.n_eff


def test_base_weights_keep_their_ratio_within_a_level() -> None:
    base = pd.Series(np.where(np.arange(1000) % 2, 3.0, 1.0), index=rows()["response_id"])
    raked = rake(rows(), {"plan": MARGINS["plan"]}, base=base)
    free = rows()["attribute/plan"].eq("Free").to_numpy()
    assert np.unique(np.round(raked.weights[free] / base[free], 10)).size == 1


def test_no_weight_passes_the_cut_and_what_it_cost_is_said() -> None:
    rare = pd.DataFrame({"plan": ["Pro"] * 5 + ["Free"] * 995})
    raked = rake(rare, {"plan": {"Pro": 0.5, "Free": 0.5}}, most=5.0)
    assert raked.weights.max() <= 5.0 + 1e-9
    assert raked.weights.mean() == pytest.approx(1)
    reached = raked.margins.set_index("level")["reached"]
    assert reached["Pro"] == pytest.approx(5 * 5 / 1000)
    assert "5 of 1,000 weights were cut at 5 times the mean" in raked.notes
    assert any("'Pro' reached a share of 0.025 instead of 0.500" in note for note in raked.notes)


def test_a_cut_that_leaves_room_still_reaches_the_shares() -> None:
    skewed = rows().assign(**{"attribute/region": ["EU"] * 900 + ["US"] * 100})
    raked = rake(skewed, MARGINS, most=8.0)
    assert raked.weights.max() == pytest.approx(8.0)
    assert raked.margins["reached"].to_numpy() == pytest.approx(raked.margins["wanted"].to_numpy(), abs=1e-4)


def test_the_effective_number_is_kishs() -> None:
    weights = np.random.default_rng(0).lognormal(size=500)
    assert effective_n(weights) == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert effective_n(np.ones(7)) == 7
    assert effective_n([]) == 0


def test_raking_recovers_the_nps_of_customers_who_answer_unevenly() -> None:
    rng = np.random.default_rng(3)
    n = 40_000
    plan = rng.choice(["Free", "Pro"], p=[0.7, 0.3], size=n)
    happy = rng.random(n) < np.where(plan == "Free", 0.3, 0.7)
    people = pd.DataFrame({"plan": plan, "category": np.where(happy, "promoter", "detractor")})
    answered = people[rng.random(n) < np.where(plan == "Free", 0.1, 0.5)].reset_index(drop=True)
    answered["response_id"] = [f"r{i:05}" for i in range(len(answered))]
    truth = 100 * (2 * happy.mean() - 1)
    raked = rake(answered, {"plan": people["plan"].value_counts(normalize=True).to_dict()})
    found = estimates_of(answered, weights=raked.weights).set_index("metric").loc["nps"]
    raw = estimates_of(answered).set_index("metric").loc["nps"]
    assert found["conf_low"] <= truth <= found["conf_high"]
    assert raw["conf_low"] > truth
    assert found["n_eff"] < found["n"]


@pytest.mark.parametrize(
    ("margins", "said"),
    [
        ({}, "none was given"),
        ({"plan": {"Free": 0.6, "Pro": 0.3}}, r"shares add to 0\.9; they must add to 1"),
        ({"plan": {"Free": 1.2, "Pro": -0.2}}, "shares of 0 or more"),
        ({"country": {"DE": 1.0}}, "country"),
    ],
)
def test_margins_that_cannot_be_are_refused(margins: dict[str, dict[str, float]], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        rake(rows(), margins)


def test_every_problem_of_the_rows_is_said_at_once() -> None:
    torn = rows().astype({"attribute/plan": object})
    torn.loc[:4, "attribute/plan"] = None
    torn.loc[5:6, "attribute/plan"] = "Team"
    with pytest.raises(DataRefusedError) as refused:
        rake(torn, {"plan": {"Free": 0.6, "Pro": 0.3, "Enterprise": 0.1}})
    said = str(refused.value)
    assert "plan: 5 of 1,000 rows have no value" in said
    assert "'Team' (2 rows) has no known share" in said
    assert "no row is of 'Enterprise' (wanted: 0.1)" in said


def test_a_cut_at_or_below_the_mean_is_refused() -> None:
    with pytest.raises(SettingsError, match="most == 1"):
        rake(rows(), MARGINS, most=1.0)


@pytest.mark.parametrize(("bad", "said"), [(0.0, "1 zero"), (-2.0, "1 negative"), (np.nan, "1 missing")])
def test_weights_of_zero_or_less_and_missing_ones_are_refused(bad: float, said: str) -> None:
    responses = rows(10).assign(weight=[1.0] * 9 + [bad])
    with pytest.raises(
        DataRefusedError, match=rf"1 of 10 weights are not above 0 \({said}; first: response_id 'r00009'"
    ):
        estimates_of(responses, weights="weight")
    with pytest.raises(DataRefusedError, match="response_id 'r00009'"):
        checked_weights(responses, responses.set_index("response_id")["weight"])


def test_a_response_without_a_weight_in_the_series_is_refused() -> None:
    with pytest.raises(DataRefusedError, match="1 missing"):
        estimates_of(rows(10), weights=pd.Series(1.0, index=[f"r{i:05}" for i in range(9)]))


def test_a_response_with_two_weights_is_refused() -> None:
    with pytest.raises(SettingsError, match="'a' has more than one weight"):
        checked_weights(pd.DataFrame({"response_id": ["a"]}), pd.Series([1.0, 2.0], index=["a", "a"]))
