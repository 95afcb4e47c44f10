import tomllib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nps_insights.churn.card import ChurnCard, churn_card
from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.leaks.result import Leaks
from nps_insights.churn.panel import ChurnPanel
from nps_insights.churn.training import ChurnTraining, train_churn_model

DATES = pd.to_datetime(["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"])
SPEC = FeatureSpec(
    ("score/last", "theme/t01", "attribute/plan=Pro"), themes={"t01": "outages"}, levels={"plan": ("Pro",)}
)
TOLD = {"version": "churn_risk@3", "source": "crm.csv", "simulated": False, "themes_version": "churn_themes@2"}


def planted(dates: pd.DatetimeIndex, n: int = 300) -> ChurnPanel:
    rng = np.random.default_rng(0)
    ids = [f"a{number:03d}" for number in range(n)]
    rows = pd.concat([pd.DataFrame({"account_id": ids, "as_of": date}) for date in dates], ignore_index=True)
    score, outages = rng.integers(0, 11, len(rows)).astype(float), rng.integers(2, size=len(rows)).astype(float)
    rows = rows.assign(
        unit=rows["account_id"], churned=rng.random(len(rows)) < 1 / (1 + np.exp(score - 4 - 2 * outages))
    )
    known = {"score/last": score, "theme/t01": outages, "attribute/plan=Pro": rng.integers(2, size=len(rows)) * 1.0}
    notes = ("7 accounts at dates were set aside: their horizon is not over.",)
    rows = rows.assign(category=None, value=100.0, **known)
    return ChurnPanel(rows, SPEC, 90, dated=bool(rows["as_of"].notna().all()), notes=notes)


@pytest.fixture(scope="module")
def training() -> ChurnTraining:
    found = train_churn_model(planted(DATES), n_draws=100, capacity=50)
    assert isinstance(found, ChurnTraining)
    return found


@pytest.fixture(scope="module")
def card(training: ChurnTraining) -> ChurnCard:
    reason = "churn_risk@3 is champion: it beats its baselines, and there was no champion before."
    return churn_card(training, **TOLD, promotion=reason, capacity=50, leaks=leaks())


def leaks() -> Leaks:
    rows = [
        {
            "name": "attribute/code",
            "kind": "set_at_exit",
            "reason": "one cut of it finds 99 % of those who left",
            "allowed": False,
        },
        {
            "name": "attribute/status",
            "kind": "set_at_exit",
            "reason": "it is set when an account leaves",
            "allowed": True,
        },
    ]
    return Leaks(pd.DataFrame(rows), refused=("attribute/code",), announcing=("r1", "r2"), notes=("Texts were read.",))


def plain(text: str) -> str:
    return " ".join(text.split())


def test_a_manager_reads_what_it_is_and_how_good(card: ChurnCard, training: ChurnTraining) -> None:
    said = plain(card.card_md)
    assert "within 90 days" in said
    assert "**Champion or not:** churn_risk@3 is champion" in said
    assert "crm.csv: 1,200 rows of 300 customers, each an account at a date, the last as of 2025-12-31." in said
    assert "**Time was tested**: the figures are of 2025-12-31" in said
    assert "Of the 50 accounts it names each time" in said
    assert "7 accounts at dates were set aside" in said
    assert "Themes of `churn_themes@2`: outages (`t01`)." in said
    assert training.verdict in said
    assert "simulated" not in said
    assert "cause" not in said.replace("need not cause it", "").replace("suppressed_because", "")


def test_the_table_holds_each_model_with_its_intervals(card: ChurnCard, training: ChurnTraining) -> None:
    scores = training.scores[(training.scores["part"] == "out_of_time") & (training.scores["by"] == "")]
    for row in scores[scores["metric"].isin(["log_loss", "auc"])].itertuples():
        figure = f"{row.estimate:.3f} ({row.conf_low:.3f} to {row.conf_high:.3f})"
        shown = row.model in ("chosen", "base_rate", "score_only", "attributes_only", "without_text", "without_score")
        assert shown == (figure in card.card_md) or not shown
    for said in ("this model without what customers mention", "score and answers alone", "everybody gets the share"):
        assert said in card.card_md


def test_calibration_is_shown_by_bins_that_hold_every_account(card: ChurnCard) -> None:
    section = card.card_md.split("## Do the risks mean what they say?")[1].split("##")[0]
    rows = [line.split("|") for line in section.splitlines() if "%" in line and line.startswith("|")]
    assert sum(int(row[3].replace(",", "")) for row in rows) == 300


def test_leaks_are_named_with_what_was_done(card: ChurnCard, training: ChurnTraining) -> None:
    said = plain(card.card_md)
    assert "`attribute/code` (left out): one cut of it" in said
    assert "`attribute/status` (allowed by name, so it is in the model)" in said
    assert "2 comments that announce that the customer leaves: not read" in said
    none = churn_card(training, **TOLD, leaks=Leaks(pd.DataFrame(columns=["name", "reason", "allowed"])))
    assert "None was found." in none.card_md
    assert "may know the outcome" not in churn_card(training, **TOLD).card_md


def test_the_spec_says_the_same_for_programs(card: ChurnCard, training: ChurnTraining) -> None:
    spec = tomllib.loads(card.spec_toml)
    assert spec["features"]["names"] == list(SPEC.names)
    assert spec["model"]["version"] == "churn_risk@3"
    assert spec["model"]["beats_baselines"] is training.beats_baselines
    assert spec["data"]["n"] == 1200
    assert spec["data"]["evaluated_by"] == "out_of_time"
    assert spec["leaks"] == {
        "left_out": ["attribute/code"],
        "allowed": ["attribute/status"],
        "responses_announcing": 2,
    }
    gains = training.gains[training.gains["part"] == "out_of_time"].set_index("model")
    assert spec["gains"]["base_rate"]["log_loss"][0] == pytest.approx(gains.loc["base_rate", "estimate"], abs=1e-4)
    low, high = spec["scores"]["chosen"]["auc"][1:]
    assert low < spec["scores"]["chosen"]["auc"][0] < high


def test_one_that_is_no_better_says_so_and_simulated_accounts_are_called_so(training: ChurnTraining) -> None:
    weak = replace(training, beats_baselines=False, verdict="The model is no better than the baseline.")
    card = churn_card(weak, **TOLD | {"simulated": True}, promotion="churn_risk@3 is not promoted: no better.")
    assert "**These accounts are simulated.**" in card.card_md
    assert "The model is no better than the baseline." in card.card_md
    assert "**Champion or not:** churn_risk@3 is not promoted" in card.card_md
    assert tomllib.loads(card.spec_toml)["model"]["beats_baselines"] is False


def test_a_snapshot_says_that_time_was_not_tested() -> None:
    training = train_churn_model(planted(pd.DatetimeIndex([pd.NaT]), 150), n_draws=50)
    assert isinstance(training, ChurnTraining)
    card = churn_card(training, **TOLD)
    assert "**Time was not tested**" in card.card_md
    assert "of one snapshot without dates" in plain(card.card_md)
    assert tomllib.loads(card.spec_toml)["data"]["dated"] is False


def test_the_same_training_writes_the_same_card(card: ChurnCard, training: ChurnTraining) -> None:
    reason = "churn_risk@3 is champion: it beats its baselines, and there was no champion before."
    assert churn_card(training, **TOLD, promotion=reason, capacity=50, leaks=leaks()) == card
    assert all(len(line) <= 118 for line in card.card_md.splitlines() if not line.startswith("|"))
