"""Money beside the number: planted values, risks and differences are recovered, and covered."""

import numpy as np
import pandas as pd
import pytest

from nps_insights.actions.money import money
from nps_insights.tables import DataRefusedError, SettingsError

AS_OF = pd.Timestamp("2026-07-01")


def customers(n: int = 600, *, seed: int = 0, kept: float = 0.15) -> dict[str, pd.DataFrame]:
    """An answer each in 2025: the dearer plan is happier, and promoters stay more often than passives by `kept`."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"a{i:05d}" for i in range(n)])
    plan = rng.choice(["Free", "Pro"], n)
    category = np.where(
        rng.random(n) < np.where(plan == "Pro", 0.6, 0.3), "promoter", rng.choice(["passive", "detractor"], n)
    )
    value = np.round(100 + 100 * (plan == "Pro") + 40 * (category == "promoter") + rng.gamma(4, 20, n))
    stays = 0.75 + kept * (category == "promoter") - 0.25 * (category == "detractor")
    left = rng.random(n) > stays
    ended = np.where(left, np.datetime64("2026-04-01"), np.datetime64("NaT")).astype("M8[us]")
    accounts = pd.DataFrame(
        {
            "account_id": ids,
            "value": value,
            "attribute/plan": plan,
            "ended_at": ended,
            "started_at": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, n), unit="D"),
        }
    )
    responses = pd.DataFrame(
        {
            "response_id": [f"r{i:05d}" for i in range(n)],
            "account_id": ids,
            "score": np.select([category == "promoter", category == "passive"], [9.0, 7.0], 3.0),
            "category": category,
            "responded_at": pd.Timestamp("2025-10-01"),
        }
    )
    risk = pd.DataFrame({"account_id": ids, "as_of": AS_OF, "risk": rng.beta(1, 6, n)})
    return {"responses": responses, "accounts": accounts, "risk": risk}


def figure(table: pd.DataFrame, metric: str, category: str) -> pd.Series:
    return table[(table["metric"] == metric) & (table["category"] == category)].iloc[0]


def test_the_categories_add_to_all_and_risk_times_value_adds_up() -> None:
    given = customers()
    table = money(**given, as_of=AS_OF, n_draws=200)
    here = given["accounts"][given["accounts"]["ended_at"].isna()].merge(given["risk"])
    for metric, truth in (("value", here["value"]), ("revenue_at_risk", here["value"] * here["risk"])):
        rows = table[table["metric"] == metric].set_index("category")["estimate"]
        assert rows["all"] == pytest.approx(truth.sum())
        assert rows.drop("all").sum() == pytest.approx(rows["all"])
    known = table.dropna(subset="conf_low")
    assert (known["conf_low"] <= known["estimate"]).all()
    assert (known["estimate"] <= known["conf_high"]).all()


def test_planted_differences_and_the_expected_loss_are_covered() -> None:
    truth_value, truth_kept, wanted = 40.0, 0.15, 0.95
    # Of the beta-distributed risk and the values of everybody who is left, over many worlds.
    worlds = [customers(400, seed=seed) for seed in range(1_000, 1_030)]
    lost = []
    for world in worlds:
        here = world["accounts"][world["accounts"]["ended_at"].isna()].merge(world["risk"])
        lost.append((here["value"] * here["risk"]).mean())
    hits = {"value": [], "kept": [], "lost": []}
    for seed in range(24):
        table = money(**customers(400, seed=seed), as_of=AS_OF, n_draws=200, adjust=["plan"], horizon_days=180)
        for name, row, truth in (
            ("value", figure(table, "value_difference", "promoter"), truth_value),
            ("kept", figure(table, "retention_difference", "promoter"), truth_kept),
            ("lost", figure(table, "revenue_at_risk", "all"), None),
        ):
            expected = np.mean(lost) * row["n"] if truth is None else truth
            hits[name].append(row["conf_low"] <= expected <= row["conf_high"])
    # Three standard errors of 24 worlds below the level, and a little for percentiles of 400 accounts.
    floor = wanted - 3 * np.sqrt(wanted * (1 - wanted) / 24) - 0.02
    assert {name: np.mean(found) >= floor for name, found in hits.items()} == dict.fromkeys(hits, True)


def test_a_difference_that_the_plan_makes_is_not_the_promoters() -> None:
    raw, adjusted = [], []
    for seed in range(5):
        given = customers(600, seed=seed)
        raw.append(figure(money(**given, as_of=AS_OF, n_draws=100), "value_difference", "promoter")["estimate"])
        table = money(**given, as_of=AS_OF, n_draws=100, adjust=["plan"])
        adjusted.append(figure(table, "value_difference", "promoter")["estimate"])
    assert np.mean(raw) > 60
    assert np.mean(adjusted) == pytest.approx(40, abs=8)


def test_moving_passives_is_their_value_times_the_difference_in_staying() -> None:
    table = money(**customers(), as_of=AS_OF, n_draws=200, adjust=["plan"])
    value = figure(table, "value", "passive")["estimate"]
    gap = figure(table, "retention_difference", "promoter")
    moved = figure(table, "value_of_moving_passives", "passive")
    assert moved["estimate"] == pytest.approx(value * gap["estimate"])
    assert "not known" in moved["reason"]
    assert "associated" in gap["reason"]


def test_neither_row_order_nor_what_came_later_moves_a_figure() -> None:
    given = customers(200)
    given["accounts"]["parent_id"] = given["accounts"]["account_id"].str[:4]
    settings = {"as_of": AS_OF, "n_draws": 200, "adjust": ["plan"]}
    table = money(**given, **settings)
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in given.items()}
    pd.testing.assert_frame_equal(table, money(**turned, **settings))
    late = given["responses"].assign(
        response_id="z" + given["responses"]["response_id"], category="detractor", score=0.0, responded_at=AS_OF
    )
    more = given | {"responses": pd.concat([given["responses"], late])}
    more["accounts"] = given["accounts"].assign(
        ended_at=given["accounts"]["ended_at"].fillna(AS_OF + pd.Timedelta(days=3))
    )
    pd.testing.assert_frame_equal(table, money(**more, **settings))


def test_accounts_of_one_parent_are_drawn_together() -> None:
    given = customers(400)
    alone = figure(money(**given, as_of=AS_OF), "value", "all")
    given["accounts"] = given["accounts"].sort_values("value").assign(parent_id=[f"p{i // 20}" for i in range(400)])
    together = figure(money(**given, as_of=AS_OF), "value", "all")
    assert together["conf_high"] - together["conf_low"] > alone["conf_high"] - alone["conf_low"]


def test_fixed_shares_stand_beside_only_where_asked_for() -> None:
    given = customers()
    assert "revenue_at_risk_by_fixed_shares" not in set(money(**given, as_of=AS_OF, n_draws=100)["metric"])
    table = money(**given, as_of=AS_OF, n_draws=100, fixed_shares={"detractor": 0.5})
    fixed = figure(table, "revenue_at_risk_by_fixed_shares", "detractor")
    assert fixed["estimate"] == pytest.approx(figure(table, "value", "detractor")["estimate"] / 2)
    assert "comparison" in fixed["reason"]


def test_too_little_is_said() -> None:
    given = customers(6)
    table = money(**given, as_of=AS_OF, n_draws=100)
    assert table["conf_low"].isna().all()
    assert table["reason"].str.contains("too few").all()
    assert money(given["responses"], given["accounts"].drop(columns="value"), as_of=AS_OF).empty
    silent = money(given["responses"].iloc[:0], given["accounts"], as_of=AS_OF, n_draws=100)
    assert figure(silent, "value", "silent")["n"] == figure(silent, "value", "all")["n"]


def test_wrong_input_is_refused_in_words() -> None:
    given = customers(20)
    with pytest.raises(SettingsError, match="adjust: 'size' is no column"):
        money(**given, as_of=AS_OF, adjust=["size"])
    with pytest.raises(SettingsError, match="fixed_shares: 'unhappy'"):
        money(**given, as_of=AS_OF, fixed_shares={"unhappy": 0.5})
    with pytest.raises(SettingsError, match="as_of == 'soon'"):
        money(**given, as_of="soon")
    with pytest.raises(DataRefusedError, match="after as_of"):
        money(**given, as_of="2026-06-01")
    twice = given | {"accounts": pd.concat([given["accounts"]] * 2)}
    with pytest.raises(DataRefusedError, match="more than once"):
        money(**twice, as_of=AS_OF)
