import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nps_insights.drivers import code_presence, driver_design, estimate_drivers
from nps_insights.drivers.effects.fit import fit_drivers
from nps_insights.drivers.effects.influence import residuals_without_own_account
from nps_insights.drivers.effects.tables import adjusted_table
from nps_insights.metrics import categorize
from nps_insights.simulate.planted import PLANTED_CONTRIBUTIONS, planted_world
from nps_insights.tables import SettingsError, empty

THEMES = list(PLANTED_CONTRIBUTIONS)


def tables_of(world: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Responses, comments and codes of a planted world in which everybody comments."""
    responses = world[["response_id", "category"]]
    comments = pd.DataFrame({"response_id": world["response_id"], "says_nothing": False})
    long = world.melt(id_vars="response_id", value_vars=THEMES, var_name="code")
    return responses, comments, long[long["value"].astype(bool)]


def effects_of(world: pd.DataFrame, **settings: object) -> pd.DataFrame:
    responses, comments, codes = tables_of(world)
    return estimate_drivers(responses, comments, codes=codes, **settings).effects


def picked(effects: pd.DataFrame, outcome: str = "nps", method: str = "adjusted") -> pd.DataFrame:
    rows = effects[(effects["outcome"] == outcome) & (effects["method"] == method)]
    return rows.set_index(rows["driver_id"].str.removeprefix("code/"))


def picked_fast(
    responses: pd.DataFrame, comments: pd.DataFrame, codes: pd.DataFrame | None = None, **settings: object
) -> pd.DataFrame:
    """The adjusted effects on the NPS that `estimate_drivers` gives, and nothing else, for hundreds of worlds."""
    presence = code_presence(empty("codes") if codes is None else codes)
    fitted = fit_drivers(driver_design(responses, comments, presence, **settings), None)
    return picked(adjusted_table(fitted, 0.95))


def test_the_quick_way_gives_the_same_effects() -> None:
    tables = tables_of(planted_world(800, random_state=1000))
    columns = ["estimate", "conf_low", "conf_high", "p_value"]
    whole = picked(estimate_drivers(*tables[:2], codes=tables[2]).effects)
    pd.testing.assert_frame_equal(picked_fast(*tables)[columns].sort_index(), whole[columns].sort_index())


@pytest.mark.usefixtures("values_unchecked")
def test_the_planted_world_is_recovered() -> None:
    truth = pd.Series(PLANTED_CONTRIBUTIONS)
    estimates = pd.DataFrame(
        {seed: picked_fast(*tables_of(planted_world(5000, random_state=seed)))["estimate"] for seed in range(20)}
    )
    assert (estimates.sub(truth, axis="index")).abs().to_numpy().mean() <= 0.45
    assert abs(estimates.loc["B"].mean()) <= 0.2


def test_the_trades_figure_blames_the_bystander_and_ours_does_not() -> None:
    effects = effects_of(planted_world(20_000, random_state=1))
    assert picked(effects, method="leave_out").loc["B", "estimate"] < -8
    assert abs(picked(effects).loc["B", "estimate"]) < 1


@pytest.mark.usefixtures("values_unchecked")
def test_intervals_cover_the_truth() -> None:
    truth = pd.Series(PLANTED_CONTRIBUTIONS)
    hits = []
    for seed in range(100):
        rows = picked_fast(*tables_of(planted_world(800, random_state=1000 + seed)))
        hits.append((rows["conf_low"] <= truth) & (rows["conf_high"] >= truth))
    assert 0.93 <= np.mean(hits) <= 0.97


def test_identities_hold() -> None:
    effects = effects_of(planted_world(1000, random_state=3))
    for method in ("adjusted", "leave_out"):
        nps, promoter, passive, detractor = (
            picked(effects, outcome, method)["estimate"] for outcome in ("nps", "promoter", "passive", "detractor")
        )
        np.testing.assert_allclose(nps, promoter - detractor, rtol=0, atol=1e-12)
        np.testing.assert_allclose(promoter + passive + detractor, 0, atol=1e-12)
    rows = picked(effects)
    np.testing.assert_allclose(rows["estimate"], rows["per_mention"] * rows["n_present"] / rows["n"])


def test_errors_agree_with_statsmodels() -> None:
    world = planted_world(600, random_state=4)
    responses, comments, codes = tables_of(world)
    accounts = pd.Series([f"a{i % 200}" for i in range(600)])
    y = (world["category"] == "promoter").astype(float) - (world["category"] == "detractor")
    fit = sm.OLS(y, sm.add_constant(world[THEMES].astype(float))).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(accounts)[0]}
    )
    effects = estimate_drivers(responses.assign(account_id=accounts), comments, codes=codes).effects
    rows = picked(effects)
    np.testing.assert_allclose(rows["per_mention"], 100 * fit.params[THEMES], rtol=1e-9)
    # Ours adds the uncertainty of the share, and leaves each account out of its own residuals.
    share = rows["n_present"] / rows["n"]
    of_the_share = (fit.params[THEMES] * 100) ** 2 * share * (1 - share) / rows["n"]
    expected = np.sqrt((100 * fit.bse[THEMES] * share) ** 2 + of_the_share)
    assert (rows["std_error"] / expected).between(0.95, 1.1).all()


def test_row_order_and_names_of_accounts_change_nothing() -> None:
    responses, comments, codes = tables_of(planted_world(500, random_state=5))
    shuffled = estimate_drivers(responses[::-1], comments.sample(frac=1, random_state=0), codes=codes[::-1])
    pd.testing.assert_frame_equal(estimate_drivers(responses, comments, codes=codes).effects, shuffled.effects)


def test_silence_is_not_absence() -> None:
    world = planted_world(4000, random_state=6)
    responses, comments, codes = tables_of(world)
    spoke = np.random.default_rng(0).random(4000) < np.where(world["category"] == "detractor", 0.7, 0.25)
    speakers = set(world.loc[spoke, "response_id"])
    estimates = estimate_drivers(responses, comments[spoke], codes=codes[codes["response_id"].isin(speakers)])
    assert estimates.n_responses == spoke.sum()
    assert abs(picked(estimates.effects).loc["E", "per_mention"]) < 10


def with_plans(n: int = 3000) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(7)
    plan = rng.choice(["Basic", "Pro", "Trial"], size=n, p=[0.5, 0.4, 0.1])
    seats = rng.normal(50, 10, size=n)
    score = 7.5 + 1.5 * (plan == "Pro") - 1.5 * (plan == "Trial") + 0.05 * (seats - 50) + rng.normal(0, 1.6, size=n)
    ids = [f"r{i:05d}" for i in range(n)]
    category = categorize(pd.Series(np.clip(np.round(score), 0, 10)))
    responses = pd.DataFrame(
        {"response_id": ids, "category": category, "attribute/plan": plan, "attribute/seats": seats}
    )
    return responses, pd.DataFrame({"response_id": ids, "says_nothing": False})


def test_a_levels_effect_is_against_todays_mix() -> None:
    responses, comments = with_plans()
    effects = picked(estimate_drivers(responses, comments, attributes=["plan", "seats"]).effects)
    levels = effects[effects["level"] != ""].set_index("level")
    assert set(levels.index) == {"Basic", "Pro", "Trial"}
    # At today's mix the levels' effects cancel out: an identity of the definition.
    assert np.average(levels["estimate"], weights=levels["n_present"]) == pytest.approx(0, abs=1e-9)
    assert levels.loc["Pro", "conf_low"] > 0 > levels.loc["Trial", "conf_high"]
    assert effects.loc["attribute/seats", "conf_low"] > 0


def test_an_id_and_a_constant_are_no_drivers() -> None:
    responses, comments = with_plans(400)
    responses["attribute/email"] = responses["response_id"] + "@example.com"
    responses["attribute/country"] = "NO"
    estimates = estimate_drivers(responses, comments, attributes=["plan", "email", "country"])
    reasons = estimates.left_out.set_index("driver_id")["reason"]
    assert "it looks like an id" in reasons["attribute/email"]
    assert "the same value everywhere" in reasons["attribute/country"]


def test_rare_themes_are_left_out_and_listed() -> None:
    responses, comments, codes = tables_of(planted_world(500, random_state=8))
    rare = pd.DataFrame({"response_id": ["r001"], "code": ["Elevator"]})
    estimates = estimate_drivers(responses, comments, codes=pd.concat([codes, rare]))
    row = estimates.left_out.set_index("driver_id").loc["code/Elevator"]
    assert row["reason"] == "mentioned by 1 responses, at least 20 are needed"


def test_twins_cannot_be_told_apart_and_are_said() -> None:
    responses, comments, codes = tables_of(planted_world(500, random_state=9))
    twin = codes[codes["code"] == "A"].assign(code="Z, always with A")
    estimates = estimate_drivers(responses, comments, codes=pd.concat([codes, twin]))
    assert "code/Z, always with A" not in set(estimates.effects["driver_id"])
    assert "cannot be told apart" in estimates.left_out.set_index("driver_id").loc["code/Z, always with A", "reason"]


def test_the_question_asked_is_a_control() -> None:
    responses, comments, codes = tables_of(planted_world(500, random_state=10))
    asked = comments.assign(question=np.where(np.arange(len(comments)) % 2, "What was good?", "What could be better?"))
    design = driver_design(responses, asked, code_presence(codes))
    assert "control/question/What was good?" in design.matrix.columns
    assert estimate_drivers(responses, asked, codes=codes).controls == ["question"]


def test_too_few_responses_give_no_effects_and_say_so() -> None:
    responses, comments, codes = tables_of(planted_world(60, random_state=11))
    tiny = estimate_drivers(responses[:8], comments[:8], codes=codes, min_present=1)
    assert tiny.effects.empty
    assert "No effects were estimated" in tiny.notes[0]


def test_one_account_is_no_account() -> None:
    responses, comments, codes = tables_of(planted_world(400, random_state=13))
    alone = estimate_drivers(responses, comments, codes=codes)
    one = estimate_drivers(responses.assign(account_id="everybody"), comments, codes=codes)
    pd.testing.assert_frame_equal(one.effects, alone.effects)


def test_few_accounts_are_said() -> None:
    responses, comments, codes = tables_of(planted_world(400, random_state=13))
    few = responses.assign(account_id=[f"a{i % 4}" for i in range(400)])
    assert "Only 4 accounts" in estimate_drivers(few, comments, codes=codes).notes[0]


def test_a_column_under_another_name_is_left_out_as_a_whole() -> None:
    responses, comments = with_plans()
    responses["attribute/tier"] = "tier " + responses["attribute/plan"]
    estimates = estimate_drivers(responses, comments, attributes=["plan", "tier"])
    plain = estimate_drivers(responses, comments, attributes=["plan"])
    pd.testing.assert_frame_equal(estimates.effects, plain.effects)
    assert estimates.left_out["driver_id"].str.startswith("attribute/tier/").sum() == 3


def test_customers_unknown_in_two_attributes_leave_both_standing() -> None:
    responses, comments = with_plans()
    responses["attribute/region"] = np.random.default_rng(5).choice(["North", "South"], size=len(responses))
    responses.loc[:40, ["attribute/plan", "attribute/region"]] = None
    estimates = estimate_drivers(responses, comments, attributes=["plan", "region"])
    assert {"attribute/plan/Pro", "attribute/region/North", "attribute/region/South"} <= set(
        estimates.effects["driver_id"]
    )
    assert estimates.left_out.empty


def test_what_a_nested_attribute_is_called_changes_nothing() -> None:
    responses, comments = with_plans()
    rng = np.random.default_rng(3)
    region = rng.choice(["r1", "r2", "s1", "s2"], size=len(responses))
    responses["attribute/country"] = np.where(np.char.startswith(region, "r"), "R", "S")
    found = []
    for renamed in ("r1", "z1"):
        responses["attribute/region"] = np.where(region == "r1", renamed, region)
        effects = picked(estimate_drivers(responses, comments, attributes=["country", "region"]).effects)
        found.append(effects.loc["attribute/country/R", ["estimate", "std_error"]].astype(float))
    pd.testing.assert_series_equal(found[0], found[1])


def test_a_slash_in_a_name_keeps_attributes_apart() -> None:
    responses, comments = with_plans()
    city = np.random.default_rng(4).choice(["North", "South"], size=len(responses))
    responses["attribute/plan/Pro"] = city
    effects = picked(estimate_drivers(responses, comments, attributes=["plan", "plan/Pro"]).effects)
    assert effects.loc["attribute/plan/Pro", "conf_low"] > 0
    null = effects.loc[["attribute/plan%2FPro/North", "attribute/plan%2FPro/South"]]
    assert (null["estimate"].abs() < 5).all()


def test_a_control_that_adds_nothing_is_not_called_a_control() -> None:
    responses, comments = with_plans()
    responses["attribute/tier"] = "tier " + responses["attribute/plan"]
    assert estimate_drivers(responses, comments, attributes=["plan"], controls=["tier"]).controls == []


def test_a_code_that_nobody_uses_is_listed() -> None:
    responses, comments, codes = tables_of(planted_world(400, random_state=14))
    left_out = estimate_drivers(responses, comments, codes=codes, code_names=["A", "Elevator"]).left_out
    assert left_out["driver_id"].tolist() == ["code/Elevator"]
    assert left_out["reason"].tolist() == ["no comment carries it"]


def test_a_parents_effect_is_that_of_its_leaves_together() -> None:
    responses, comments, codes = tables_of(planted_world(1500, random_state=15))
    mentions = codes.assign(theme_id="t" + codes["code"])
    themes = pd.DataFrame(
        {
            "theme_id": ["p1", "p2", *("t" + name for name in THEMES)],
            "parent_id": [None, None, "p1", "p1", "p1", "p2", "p2", "p2"],
            "label": ["first", "second", *THEMES],
        }
    )
    effects = picked(estimate_drivers(responses, comments, mentions=mentions, themes=themes).effects)
    first, leaves = effects.loc["theme/p1"], effects.loc[["theme/tA", "theme/tB", "theme/tC"]]
    assert first["estimate"] == pytest.approx(leaves["estimate"].sum())
    mentioned = codes.loc[codes["code"].isin(["A", "B", "C"]), "response_id"].nunique()
    assert first["n_present"] == mentioned
    assert first["conf_low"] < first["estimate"] < first["conf_high"]


def test_an_unknown_attribute_is_refused() -> None:
    responses, comments = with_plans(100)
    with pytest.raises(SettingsError, match=r"attribute 'region': no such column; the responses have plan, seats"):
        estimate_drivers(responses, comments, attributes=["region"])
    with pytest.raises(SettingsError, match="named as attribute and as control"):
        estimate_drivers(responses, comments, attributes=["plan"], controls=["plan"])


def test_the_jackknife_is_what_refitting_without_each_account_gives() -> None:
    rng = np.random.default_rng(12)
    x = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    y = rng.normal(size=(60, 1))
    accounts = np.sort(rng.integers(12, size=60))
    accounts = pd.factorize(accounts)[0]
    inverse = np.linalg.inv(x.T @ x)
    coefficients = inverse @ x.T @ y
    refitted = residuals_without_own_account(x, inverse, y - x @ coefficients, accounts)
    for account in range(accounts.max() + 1):
        own = accounts == account
        without = np.linalg.lstsq(x[~own], y[~own], rcond=None)[0]
        np.testing.assert_allclose(refitted[own], y[own] - x[own] @ without, atol=1e-10)


def test_an_account_with_many_answers_costs_no_more_than_its_columns() -> None:
    rng = np.random.default_rng(16)
    x = np.column_stack([np.ones(300), rng.normal(size=(300, 2))])
    y = rng.normal(size=(300, 1))
    accounts = np.repeat([0, 1, 2], [5, 15, 280])
    inverse = np.linalg.inv(x.T @ x)
    adjusted = residuals_without_own_account(x, inverse, y - x @ (inverse @ x.T @ y), accounts)
    without = np.linalg.lstsq(x[accounts != 2], y[accounts != 2], rcond=None)[0]
    np.testing.assert_allclose(adjusted[accounts == 2], y[accounts == 2] - x[accounts == 2] @ without, atol=1e-9)


@pytest.mark.usefixtures("values_unchecked")
def test_levels_of_few_accounts_are_not_trusted_too_much() -> None:
    false_alarms = []
    for seed in range(120):
        rng = np.random.default_rng(2000 + seed)
        industry = rng.choice(["A", "B", "C", "D"], size=60, p=[0.55, 0.25, 0.12, 0.08])
        account = rng.integers(60, size=400)
        score = 7.5 + rng.normal(size=60)[account] + 1.5 * rng.normal(size=400)
        ids = [f"r{i:03d}" for i in range(400)]
        responses = pd.DataFrame(
            {
                "response_id": ids,
                "account_id": [f"a{i}" for i in account],
                "category": categorize(pd.Series(np.clip(np.round(score), 0, 10))),
                "attribute/industry": industry[account],
            }
        )
        comments = pd.DataFrame({"response_id": ids, "says_nothing": False})
        effects = picked_fast(responses, comments, attributes=["industry"], min_present=5)
        false_alarms.append((effects["p_value"] < 0.05).mean())
    assert np.mean(false_alarms) <= 0.08
