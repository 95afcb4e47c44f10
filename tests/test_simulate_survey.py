import numpy as np
import pandas as pd
import pytest

from nps_insights.simulate import THEME_CODES, THEMES, SimulatedSurvey, population_truth, simulate_survey
from nps_insights.simulate.world import LEVEL_EFFECTS, LEVELS
from nps_insights.tables import SettingsError, conform

ROLE = {theme.code: theme.role for theme in THEMES}
PLANTED = [code for code in THEME_CODES if ROLE[code] in ("harmful", "helpful")]


@pytest.fixture(scope="module")
def simulated() -> SimulatedSurvey:
    return simulate_survey(1_200, random_state=11)


def overall(truth: pd.DataFrame, among: str = "commenters") -> pd.DataFrame:
    return truth.query("by == '' and among == @among").set_index("driver_id")


def joint_model(simulated: SimulatedSurvey) -> pd.DataFrame:
    """Least squares of +1/0/-1 on true labels and attributes, errors clustered by account."""
    usable = simulated.comments.loc[~simulated.comments["says_nothing"], "response_id"]
    responses = simulated.responses[simulated.responses["response_id"].isin(usable)]
    themes = simulated.opinions.set_index("response_id").loc[responses["response_id"], list(THEME_CODES)]
    levels = {
        f"{name}/{level}": (responses[f"attribute/{name.capitalize()}"] == level).to_numpy(float)
        for name in LEVELS
        for level in LEVELS[name][1:]
    }
    y = responses["category"].map({"promoter": 1.0, "passive": 0.0, "detractor": -1.0}).to_numpy(float)
    design = np.column_stack([np.ones(len(y)), themes.to_numpy(float), *levels.values()])
    bread = np.linalg.inv(design.T @ design)
    beta = bread @ design.T @ y
    account = pd.factorize(responses["account_id"])[0]
    sums = np.zeros((account.max() + 1, design.shape[1]))
    np.add.at(sums, account, design * (y - design @ beta)[:, None])
    t = beta / np.sqrt(np.diag(bread @ (sums.T @ sums) @ bread))
    names = ["intercept", *THEME_CODES, *levels]
    return pd.DataFrame({"t": t, "nps": 100.0 * beta * design.mean(axis=0)}, index=names)


def test_the_same_arguments_give_the_same_survey() -> None:
    first, second = (simulate_survey(60, random_state=4) for _ in range(2))
    for name in SimulatedSurvey.__dataclass_fields__:
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
    assert not first.survey["Comment"].equals(simulate_survey(60, random_state=5).survey["Comment"])


@pytest.mark.parametrize("n_accounts", [10, 150])
def test_every_table_keeps_the_contract(n_accounts: int) -> None:
    simulated = simulate_survey(n_accounts, random_state=1)
    for name in ("responses", "comments", "codes", "accounts"):
        table = getattr(simulated, name)
        pd.testing.assert_frame_equal(table, conform(name, table))


def test_answers_lie_between_the_start_and_the_end_of_their_account(simulated: SimulatedSurvey) -> None:
    joined = simulated.responses.merge(simulated.accounts, on="account_id", validate="many_to_one")
    assert len(joined) == len(simulated.responses)
    assert (joined["responded_at"] > joined["started_at"]).all()
    assert (joined["ended_at"].isna() | (joined["responded_at"] < joined["ended_at"])).all()
    assert joined["responded_at"].max() < pd.Timestamp("2026-07-01")


def test_unhappier_customers_comment_more_and_half_do(simulated: SimulatedSurvey) -> None:
    commented = simulated.responses["response_id"].isin(simulated.comments["response_id"])
    rates = commented.groupby(simulated.responses["category"]).mean()
    assert 0.45 <= commented.mean() <= 0.55
    assert rates["detractor"] > rates["passive"] > rates["promoter"]
    assert simulate_survey(300, comment_rate=0.2).comments["response_id"].nunique() < 0.26 * 300 * 4.6


def test_promoter_passive_and_detractor_parts_cancel(simulated: SimulatedSurvey) -> None:
    truth = simulated.truth
    assert (truth["promoter"] + truth["passive"] + truth["detractor"]).abs().max() < 1e-9
    assert (truth["nps"] - (truth["promoter"] - truth["detractor"])).abs().max() < 1e-9


def test_bystander_and_null_drivers_move_nobody(simulated: SimulatedSurvey) -> None:
    idle = simulated.truth[simulated.truth["role"].isin(["bystander", "null"])]
    assert set(idle["kind"]) == {"theme", "attribute"}
    assert (idle[["nps", "promoter", "detractor"]] == 0.0).all(axis=None)


def test_true_effects_have_the_planted_sign(simulated: SimulatedSurvey) -> None:
    truth = overall(simulated.truth)
    for theme in THEMES:
        assert np.sign(truth.loc[f"theme/{theme.code}", "nps"]) == np.sign(theme.effect)
    for name, effects in LEVEL_EFFECTS.items():
        top = max(effects, key=lambda level: abs(effects[level]), default=None)
        if top is not None:
            assert np.sign(truth.loc[f"attribute/{name.capitalize()}/{top}", "nps"]) == np.sign(effects[top])


def test_price_weighs_most_on_the_basic_plan() -> None:
    by_plan = population_truth(6_000).query("driver_id == 'theme/price' and among == 'everyone' and by == 'plan'")
    per_mention = by_plan.set_index("group")["per_mention"]
    assert per_mention["Basic"] < min(per_mention["Business"], per_mention["Enterprise"]) - 10.0


def test_the_sample_truth_lies_near_the_population_truth(simulated: SimulatedSurvey) -> None:
    difference = overall(simulated.truth)["nps"] - overall(population_truth(20_000))["nps"]
    themes = difference[difference.index.str.startswith("theme/")]
    assert themes.abs().max() < 1.6


def test_codes_are_the_opinions_of_those_who_wrote(simulated: SimulatedSurvey) -> None:
    held = simulated.opinions.melt("response_id", var_name="code", value_name="held").query("held")
    usable = simulated.comments.loc[~simulated.comments["says_nothing"], "response_id"]
    expected = held.loc[held["response_id"].isin(usable), ["response_id", "code"]]
    codes = simulated.codes[["response_id", "code"]]
    assert set(map(tuple, codes.to_numpy())) == set(map(tuple, expected.to_numpy()))


def test_a_joint_model_recovers_the_truth_at_5000_responses() -> None:
    bystander, null, errors = [], [], []
    for seed in range(6):
        simulated = simulate_survey(1_150, random_state=seed)
        assert 4_500 < len(simulated.responses) < 5_500
        fitted, truth = joint_model(simulated), overall(simulated.truth)
        true_points = np.array([truth.loc[f"theme/{code}", "nps"] for code in THEME_CODES])
        errors.append(np.abs(fitted.loc[list(THEME_CODES), "nps"].to_numpy() - true_points).mean())
        for code in PLANTED:
            assert np.sign(fitted.loc[code, "t"]) == np.sign(truth.loc[f"theme/{code}", "nps"])
            assert abs(fitted.loc[code, "t"]) > 4.0
        assert abs(fitted.loc["plan/Enterprise", "t"]) > 4.0
        bystander.append(fitted.loc["engineer_visit", "nps"])
        null.append(fitted.loc[["mobile_app", "integrations"], "nps"].to_numpy())
    assert max(errors) < 1.0
    # With six seeds the mean has a standard error of about 0.3 points.
    assert abs(np.mean(bystander)) < 0.9
    assert np.abs(np.mean(null, axis=0)).max() < 0.9


def test_the_last_quarter_drops_because_of_wrong_invoices() -> None:
    quarters = simulate_survey(1_500, random_state=2).truth_quarters.query("among == 'everyone'")
    before, last = quarters.iloc[-2], quarters.iloc[-1]
    assert last["points"] - before["points"] < -10.0
    assert last["nps"] < before["nps"] - 6.0


def test_answers_of_one_contact_resemble_each_other(simulated: SimulatedSurvey) -> None:
    responses = simulated.responses.sort_values("responded_at")
    twice = responses[responses["contact_id"].duplicated(keep=False)].groupby("contact_id")["score"]
    assert np.corrcoef(twice.first(), twice.last())[0, 1] > 0.3


def test_the_true_chance_of_leaving_is_calibrated_and_tells_accounts_apart() -> None:
    churn = simulate_survey(4_000, random_state=3).truth_churn
    assert churn["left"].mean() == pytest.approx(churn["chance"].mean(), rel=0.1)
    ranks = churn["chance"].rank()
    n_left = churn["left"].sum()
    auc = (ranks[churn["left"]].sum() - n_left * (n_left + 1) / 2) / (n_left * (len(churn) - n_left))
    assert 0.72 < auc < 0.88


def test_account_ids_and_renewals_do_not_tell_who_left(simulated: SimulatedSurvey) -> None:
    accounts = simulated.accounts
    left = accounts["ended_at"].notna()
    assert abs(accounts["account_id"].astype(int).rank().corr(left.astype(float))) < 0.08
    assert accounts["renewal_at"].notna().all()
    assert (accounts["renewal_at"] > "2026-06-30").all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_accounts": 3}, "n_accounts: must be at least 10"),
        ({"n_accounts": 20, "comment_rate": 0.9}, "comment_rate: must be above 0"),
        ({"n_accounts": 20, "end": "soon"}, "end: must be a date"),
    ],
)
def test_impossible_settings_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        simulate_survey(**arguments)
