"""The measures of a churn model: identities, scikit-learn's figures, brute force, and intervals that cover."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from benchmarks import churn_planted
from nps_insights.churn.economics import ContactEconomics
from nps_insights.churn.evaluation import churn_scores, evaluation_in_words, gain_curve, log_loss_gains, reliability
from nps_insights.churn.evaluation import draws as draws_module
from nps_insights.churn.evaluation.draws import unit_draws
from nps_insights.simulate import PLANTED_HORIZON_DAYS, PlantedChurn, planted_churn
from nps_insights.tables import DataRefusedError, SettingsError, conform

ECONOMICS = ContactEconomics(offer_cost=50, contact_cost=10, acceptance=0.3)
VERBS = (churn_scores, log_loss_gains, reliability, gain_curve)


def predicted(n: int = 400, *, seed: int = 0, decimals: int = 2, n_dates: int = 2, base: float = -2.0) -> pd.DataFrame:
    """Calibrated risks with ties, of accounts looked at on several dates."""
    rng = np.random.default_rng(seed)
    risk = np.round(1 / (1 + np.exp(-rng.normal(base, 1.2, n))), decimals)
    number = np.arange(n)
    return pd.DataFrame(
        {
            "model": "chosen",
            "part": "rolling",
            "fold": 0,
            "account_id": [f"a{one // n_dates:04d}" for one in number],
            "as_of": pd.Timestamp("2025-01-01") + pd.to_timedelta(90 * (number % n_dates), unit="D"),
            "unit": [f"u{one // (2 * n_dates):04d}" for one in number],
            "churned": rng.random(n) < risk,
            "risk": risk,
            "category": pd.Series(rng.choice(["detractor", "passive", "promoter", "none"], n)).replace("none", None),
            "value": np.where(rng.random(n) < 0.9, rng.lognormal(7, 1, n), np.nan),
        }
    )


def estimates(rows: pd.DataFrame, **given: object) -> pd.Series:
    scores = churn_scores(rows, **{"n_draws": 20, **given})
    return scores[scores["by"] == ""].set_index("metric")["estimate"]


@pytest.mark.parametrize("decimals", [1, 2, 9])
def test_measures_are_those_of_scikit_learn(decimals: int) -> None:
    rows = predicted(decimals=decimals)
    found = estimates(rows)
    left, risk = rows["churned"], rows["risk"]
    assert found["auc"] == pytest.approx(roc_auc_score(left, risk), abs=1e-12)
    assert found["average_precision"] == pytest.approx(average_precision_score(left, risk), abs=1e-12)
    assert found["brier"] == pytest.approx(brier_score_loss(left, risk), abs=1e-12)
    assert found["log_loss"] == pytest.approx(log_loss(left, risk, labels=[0, 1]), abs=1e-12)


def test_certain_risks_have_a_finite_log_loss_as_in_scikit_learn() -> None:
    rows = predicted(8).assign(risk=[0, 1] * 4, churned=[True, True, False, False] * 2)
    assert estimates(rows)["log_loss"] == pytest.approx(log_loss(rows["churned"], rows["risk"], labels=[0, 1]))


def test_intervals_are_those_of_units_drawn_one_by_one() -> None:
    rows = predicted(120, decimals=1)
    own = dict(iter(rows.groupby("unit")))
    found = churn_scores(rows, n_draws=25, random_state=4).set_index("metric")
    units = sorted(rows["unit"].unique())
    drawn = []
    for counts in unit_draws(len(units), len(rows), n_draws=25, random_state=4):
        again = pd.concat([own[unit] for unit in np.repeat(units, counts)])
        left, risk = again["churned"], again["risk"]
        drawn.append([roc_auc_score(left, risk), average_precision_score(left, risk), brier_score_loss(left, risk)])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    np.testing.assert_allclose(found.loc[["auc", "average_precision", "brier"], "conf_low"], low)
    np.testing.assert_allclose(found.loc[["auc", "average_precision", "brier"], "conf_high"], high)


def test_calls_are_those_of_a_list_made_by_hand() -> None:
    rows = predicted(300, decimals=9)
    by_date = [one.nlargest(15, "risk") for _, one in rows.groupby("as_of")]
    named = pd.concat(by_date)
    found = estimates(rows, capacity=15)
    assert found["precision_at_capacity"] == pytest.approx(named["churned"].mean())
    assert found["capture_at_capacity"] == pytest.approx(named["churned"].sum() / rows["churned"].sum())
    top = rows.nlargest(30, "risk")
    assert found["top_decile_lift"] == pytest.approx(top["churned"].mean() / rows["churned"].mean())


def test_ties_are_broken_by_nobody() -> None:
    rows = predicted(301).assign(risk=0.1)
    found = estimates(rows, capacity=7)
    assert found["auc"] == 0.5
    assert found["top_decile_lift"] == pytest.approx(1)
    share = rows.groupby("as_of")["churned"].mean().mean()
    assert found["precision_at_capacity"] == pytest.approx(share)
    assert found["ece"] == pytest.approx(abs(rows["churned"].mean() - 0.1))
    curve = gain_curve(rows, n_draws=20)
    np.testing.assert_allclose(curve["captured"], curve["contacted"])


def test_a_tie_at_the_end_of_the_list_counts_in_part() -> None:
    rows = predicted(4, n_dates=1).assign(risk=[0.9, 0.5, 0.5, 0.1], churned=[False, True, False, True])
    assert estimates(rows, capacity=2)["precision_at_capacity"] == pytest.approx(0.25)


def test_profit_is_that_of_contacts_counted_one_by_one() -> None:
    rows = predicted(300)
    total = 0.0
    for row in rows.itertuples():
        if np.isnan(row.value) or row.risk <= float(ECONOMICS.threshold(row.value)):
            continue
        # A leaver accepts with chance .3 and stays for the offer; one who stays takes it all the same.
        total += (0.3 * (row.value - 50) if row.churned else -50) - 10
    assert estimates(rows, economics=ECONOMICS)["expected_profit"] == pytest.approx(total / len(rows))
    assert "expected_profit" not in estimates(rows).index
    assert np.isnan(estimates(rows.assign(value=np.nan), economics=ECONOMICS)["expected_profit"])


def test_whatever_the_order_of_the_rows_tables_are_the_same() -> None:
    rows = pd.concat([predicted(200), predicted(200).assign(model="base_rate", risk=0.1)])
    shuffled = rows.sample(frac=1, random_state=1)
    for verb in VERBS:
        pd.testing.assert_frame_equal(verb(rows, n_draws=30), verb(shuffled, n_draws=30), check_exact=True)
    given = {"by": ["category"], "capacity": 9, "economics": ECONOMICS, "n_draws": 30}
    pd.testing.assert_frame_equal(churn_scores(rows, **given), churn_scores(shuffled, **given), check_exact=True)


def test_the_size_of_a_chunk_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, given = predicted(300), {"capacity": 9, "economics": ECONOMICS, "n_draws": 30}
    whole = churn_scores(rows, **given)
    monkeypatch.setattr(draws_module, "_CHUNK", 700)
    pd.testing.assert_frame_equal(churn_scores(rows, **given), whole, rtol=1e-12)


def test_rows_repeated_within_a_unit_add_no_certainty() -> None:
    one = predicted(200, n_dates=1)
    thrice = pd.concat([one.assign(as_of=one["as_of"] + pd.Timedelta(days=90 * step)) for step in range(3)])
    columns = ["estimate", "conf_low", "conf_high"]
    metrics = ["auc", "average_precision", "brier", "log_loss", "top_decile_lift"]
    alone, together = (churn_scores(rows, n_draws=50).set_index("metric") for rows in (one, thrice))
    np.testing.assert_allclose(alone.loc[metrics, columns], together.loc[metrics, columns])
    wide, narrow = reliability(thrice), reliability(thrice.assign(unit=np.arange(600).astype(str)))
    assert (wide["conf_high"] - wide["conf_low"]).sum() > 1.4 * (narrow["conf_high"] - narrow["conf_low"]).sum()


def test_groups_are_measured_by_themselves_and_share_the_calls() -> None:
    rows = predicted(600)
    found = churn_scores(rows, by=["category"], capacity=20, n_draws=20)
    groups = found[found["by"] == "category"]
    assert set(groups["group"]) == {"detractor", "passive", "promoter", "silent"}
    own = rows[rows["category"].isna()]
    silent = groups[groups["group"] == "silent"].set_index("metric")
    assert silent.loc["auc", "estimate"] == pytest.approx(roc_auc_score(own["churned"], own["risk"]))
    captures = groups[groups["metric"] == "capture_at_capacity"]
    whole = found[(found["by"] == "") & (found["metric"] == "capture_at_capacity")].iloc[0]
    hits = captures["estimate"] @ captures["n_churned"]
    assert hits == pytest.approx(whole["estimate"] * whole["n_churned"])


def test_intervals_of_auc_and_profit_cover_the_truth() -> None:
    many = predicted(400_000, seed=99, decimals=9, n_dates=1)
    n_many = {"n_draws": 1, "economics": ECONOMICS}
    truth = estimates(many, **n_many)
    covered = {"auc": 0, "brier": 0, "expected_profit": 0}
    for seed in range(80):
        rows = predicted(400, seed=seed, decimals=9, n_dates=1)
        found = churn_scores(rows, economics=ECONOMICS, n_draws=100).set_index("metric")
        for metric in covered:
            covered[metric] += found.loc[metric, "conf_low"] <= truth[metric] <= found.loc[metric, "conf_high"]
    assert all(68 <= count <= 80 for count in covered.values()), covered


def test_calibrated_risks_show_no_more_error_than_chance_and_wrong_ones_do() -> None:
    beyond, uncovered = 0, 0
    for seed in range(60):
        rows = predicted(500, seed=seed, decimals=9, n_dates=1)
        found = churn_scores(rows, n_draws=100).set_index("metric")
        beyond += found.loc["ece", "estimate"] > found.loc["ece_if_calibrated", "conf_high"]
        uncovered += found.loc["ece", "conf_low"] > 0
    assert beyond <= 6
    assert uncovered <= 6
    rows = predicted(20_000, decimals=9)
    wrong = churn_scores(rows.assign(risk=rows["risk"] * 0.8 + 0.2 * 0.5), n_draws=50).set_index("metric")
    true_error = np.abs(0.2 * (0.5 - rows["risk"])).mean()
    assert wrong.loc["ece", "conf_low"] <= true_error <= wrong.loc["ece", "conf_high"]
    assert wrong.loc["ece", "conf_low"] > wrong.loc["ece_if_calibrated", "conf_high"]


def test_gains_are_differences_of_log_loss_row_by_row() -> None:
    chosen = predicted(500)
    base = chosen.assign(model="base_rate", risk=chosen["churned"].mean())
    same = chosen.assign(model="again")
    gains = log_loss_gains(pd.concat([base, chosen, same])).set_index("model")
    losses = [log_loss(one["churned"], one["risk"].clip(1e-12), labels=[0, 1]) for one in (base, chosen)]
    assert gains.loc["base_rate", "estimate"] == pytest.approx(losses[0] - losses[1])
    assert gains.loc["base_rate", "conf_low"] > 0
    assert (gains.loc["again", ["estimate", "conf_low", "conf_high"]] == 0).all()


def test_gains_want_the_same_rows_for_both() -> None:
    chosen = predicted(100)
    base = chosen.assign(model="base_rate", risk=0.1)
    for other in (base.iloc[1:], base.assign(churned=~base["churned"])):
        with pytest.raises(DataRefusedError, match="give every model the same accounts"):
            log_loss_gains(pd.concat([chosen, other]))
    with pytest.raises(SettingsError, match="predictions have chosen"):
        log_loss_gains(chosen, model="best")


def test_reliability_adds_up_and_rises() -> None:
    rows = predicted(1_003)
    table = reliability(rows)
    assert table["n"].sum() == len(rows)
    assert table["n_churned"].sum() == rows["churned"].sum()
    assert (table["mean_risk"].diff().dropna() > 0).all()
    assert table["mean_risk"].between(table["risk_low"], table["risk_high"]).all()
    assert (table["risk_low"].to_numpy()[1:] > table["risk_high"].to_numpy()[:-1]).all()
    assert table["estimate"].between(table["conf_low"], table["conf_high"]).all()
    assert (table["conf_high"] > table["conf_low"]).all()
    ece = (table["n"] * (table["estimate"] - table["mean_risk"]).abs()).sum() / len(rows)
    assert estimates(rows)["ece"] == pytest.approx(ece)


def test_untied_risks_fall_into_ten_equal_bins() -> None:
    assert (reliability(predicted(500, decimals=12), n_draws=20)["n"] == 50).all()


def test_the_gain_curve_rises_to_all_and_its_profit_ends_in_contacting_everybody() -> None:
    rows = predicted(800, decimals=9)
    curve = gain_curve(rows, economics=ECONOMICS, n_draws=50).set_index("contacted")
    assert curve.loc[1.0, "captured"] == 1
    assert (curve["captured"].diff().dropna() >= 0).all()
    assert curve.loc[0.1, "lift"] == pytest.approx(estimates(rows)["top_decile_lift"])
    known = rows.dropna(subset="value")
    all_contacted = ECONOMICS.expected_gain(known["churned"], known["value"]).sum() / len(rows)
    assert curve.loc[1.0, "profit"] == pytest.approx(all_contacted)
    assert "profit" not in gain_curve(rows, n_draws=5)


def test_where_nobody_left_figures_are_missing_and_wilson_speaks() -> None:
    rows = predicted(60).assign(churned=False)
    found = churn_scores(rows, capacity=10, n_draws=20).set_index("metric")
    assert found.loc[["auc", "average_precision", "top_decile_lift", "capture_at_capacity"], "estimate"].isna().all()
    calls = found.loc["precision_at_capacity"]
    assert calls["estimate"] == 0
    assert 0.1 < calls["conf_high"] < 0.2
    assert gain_curve(rows).empty


def test_undated_accounts_are_one_list() -> None:
    rows = predicted(100, n_dates=1).assign(as_of=pd.NaT, part="cross_validation", unit=np.arange(100).astype(str))
    named = rows.assign(risk=np.linspace(0, 1, 100))
    found = estimates(named, capacity=10)
    assert found["precision_at_capacity"] == named["churned"].iloc[-10:].mean()
    both = pd.concat([named, named.assign(model="base_rate", risk=0.1)])
    assert len(log_loss_gains(both, n_draws=10)) == 1


def test_without_predictions_tables_are_empty() -> None:
    for verb, name in zip(VERBS, ("churn_scores", "churn_gains", "reliability", "gain_curve"), strict=True):
        assert conform(name, verb(predicted(10).iloc[:0])).empty


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows.drop(columns="risk"), "lack risk"),
        (lambda rows: rows.assign(risk=1.5), "outside 0-1"),
        (lambda rows: rows.assign(risk=np.nan), "is missing or outside"),
        (lambda rows: rows.assign(churned=None), "churned is missing"),
        (lambda rows: pd.concat([rows, rows.iloc[:1]]), "1 rows repeat"),
    ],
)
def test_predictions_that_cannot_be_measured_are_refused(change: object, says: str) -> None:
    for verb in VERBS:
        with pytest.raises(DataRefusedError, match=says):
            verb(change(predicted(20)))


@pytest.mark.parametrize(
    "given", [{"by": ["plan"]}, {"capacity": 0}, {"n_draws": 0}, {"confidence_level": 1.0}], ids=str
)
def test_settings_out_of_bounds_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=next(iter(given))):
        churn_scores(predicted(20), **given)


def test_large_data_get_fewer_draws_but_never_too_few() -> None:
    assert len(unit_draws(5, 100, n_draws=1000, random_state=0)) == 1000
    assert len(unit_draws(5, 100_000, n_draws=1000, random_state=0)) == 500
    assert len(unit_draws(5, 10_000_000, n_draws=1000, random_state=0)) == 200
    assert len(unit_draws(5, 10_000_000, n_draws=30, random_state=0)) == 30


def test_words_say_what_the_scores_say() -> None:
    rows = predicted(2_000, decimals=9).assign(part="out_of_time")
    scores = churn_scores(rows, capacity=50, economics=ECONOMICS, n_draws=50)
    found = scores.set_index("metric")["estimate"]
    text = " ".join(evaluation_in_words(scores, capacity=50, currency="EUR"))
    assert f"Of the 50 accounts it names each time, {50 * found['precision_at_capacity']:.0f} left" in text
    assert f"calling 50 at random would find {50 * rows['churned'].mean():.1f}." in text
    assert f"{found['expected_profit']:,.2f} EUR per account" in text
    assert "last period" in text
    assert evaluation_in_words(scores, model="nobody") == []


def test_the_oracle_of_the_planted_world_is_calibrated_and_best() -> None:
    rows = oracle_of(planted_churn(6_000, n_dates=3, random_state=2))
    found = churn_scores(rows, economics=ECONOMICS, n_draws=50).set_index("metric")
    assert 0.77 < found.loc["auc", "estimate"] < 0.83
    assert found.loc["ece", "conf_low"] == 0
    rng = np.random.default_rng(0)
    blurred = 1 / (1 + np.exp(-np.log(rows["risk"] / (1 - rows["risk"])) - rng.normal(0, 0.7, len(rows))))
    gains = log_loss_gains(pd.concat([rows, rows.assign(model="blurred", risk=blurred)]), n_draws=200)
    assert gains["conf_low"].iloc[0] > 0
    assert estimates(rows.assign(risk=blurred), economics=ECONOMICS)["auc"] < found.loc["auc", "estimate"]


def test_the_oracle_of_noise_knows_nothing() -> None:
    rows = oracle_of(planted_churn(2_000, n_dates=2, noise=True, random_state=2))
    assert estimates(rows)["auc"] == 0.5
    assert (gain_curve(rows, n_draws=5)["lift"].round(9) == 1).all()


def oracle_of(world: PlantedChurn) -> pd.DataFrame:
    rows = world.truth.merge(world.accounts, on="account_id").rename(columns={"chance": "risk"})
    end = rows["as_of"] + pd.Timedelta(days=PLANTED_HORIZON_DAYS)
    churned = (rows["ended_at"] > rows["as_of"]) & (rows["ended_at"] <= end)
    return rows.assign(model="chosen", part="rolling", churned=churned)[
        ["model", "part", "account_id", "as_of", "churned", "risk", "value"]
    ]


def test_a_small_version_of_the_benchmark() -> None:
    row = churn_planted.row_of("planted", churn_planted.planted(1_500, 0, n_dates=3), 0)
    figures = dict(zip(churn_planted.HEADER, row, strict=True))
    assert figures["AUC"] > 0.7
    assert figures["ECE"] < 0.05
    assert figures["lift"] > 2.5
    assert figures["profit per account"] > figures["peer's profit"]
    lines = churn_planted.summary([row, row])
    assert {len(line) for line in lines} == {len(churn_planted.HEADER)}
