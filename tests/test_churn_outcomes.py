import numpy as np
import pandas as pd
import pytest

from nps_insights.churn.outcomes import flag_outcomes, share_difference

DAY = pd.Timestamp("2026-01-01")
LATER = "2026-06-01"
HORIZON = 90


def planted(
    n: int, *, saved: float, holdout: float, rng: np.random.Generator, left: float = 0.3
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Listed accounts of which `left` would leave; a call saves `saved` of all of them."""
    ids = [f"a{i:05d}" for i in range(n)]
    held = rng.random(n) < holdout
    chance = np.where(held, left, left - saved)
    ends = np.where(rng.random(n) < chance, np.datetime64("2026-02-01"), np.datetime64("NaT")).astype("M8[us]")
    flags = pd.DataFrame(
        {
            "account_id": ids,
            "as_of": DAY,
            "lane": "model",
            "status": np.where(held, "holdout", "flagged"),
            "risk": left,
            "value": rng.lognormal(5, 0.5, n),
        }
    )
    return flags, pd.DataFrame({"account_id": ids, "ended_at": ends})


def figure(table: pd.DataFrame, arm: str, metric: str = "churned") -> pd.Series:
    return table[(table["arm"] == arm) & (table["metric"] == metric)].iloc[0]


@pytest.mark.parametrize(("first", "other"), [(0.1, 0.3), (0.2, 0.2), (0.02, 0.05)])
def test_the_interval_of_a_difference_covers_at_its_level(first: float, other: float) -> None:
    rng = np.random.default_rng(0)
    yes, other_yes = rng.binomial(200, first, 4_000), rng.binomial(60, other, 4_000)
    _, low, high, p = share_difference(yes, 200, other_yes, 60, confidence_level=0.9)
    covered = ((low <= first - other) & (first - other <= high)).mean()
    # Four standard errors, and up to .02 that a discrete share may miss by.
    assert 0.9 - 0.02 - 4 * np.sqrt(0.09 / 4_000) < covered < 0.96
    if first == other:
        assert (p < 0.05).mean() < 0.06


def test_a_planted_saving_is_recovered_and_covered() -> None:
    rng = np.random.default_rng(1)
    covered = []
    for _ in range(20):
        flags, accounts = planted(400, saved=0.12, holdout=0.3, rng=rng)
        found = flag_outcomes(flags, accounts, horizon=HORIZON, known_until=LATER, n_draws=50)
        row = figure(found.table, "difference")
        covered.append((row["conf_low"] <= -0.12 <= row["conf_high"], row["estimate"]))
    hits, estimates = zip(*covered, strict=True)
    assert np.mean(hits) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 20)
    assert abs(np.mean(estimates) + 0.12) < 4 * np.std(estimates) / np.sqrt(20)


def test_figures_are_those_of_the_rows() -> None:
    flags, accounts = planted(1_000, saved=0.15, holdout=0.4, rng=np.random.default_rng(2))
    found = flag_outcomes(flags, accounts, horizon=HORIZON, known_until=LATER)
    left = accounts["ended_at"].notna()
    for arm in ("flagged", "holdout"):
        rows = flags["status"] == arm
        churned, lost = figure(found.table, arm), figure(found.table, arm, "value_lost")
        assert churned["n_churned"] == int((rows & left).sum())
        assert churned["estimate"] == pytest.approx(left[rows].mean())
        assert lost["estimate"] == pytest.approx((flags["value"] * left)[rows].mean())
        assert figure(found.table, arm, "mean_risk")["estimate"] == pytest.approx(0.3)
    gap = figure(found.table, "difference")
    assert gap["estimate"] == pytest.approx(
        figure(found.table, "flagged")["estimate"] - figure(found.table, "holdout")["estimate"]
    )
    assert (found.table["conf_low"] <= found.table["estimate"]).all()
    assert (found.table["estimate"] <= found.table["conf_high"]).all()
    assert gap["p_value"] < 0.001
    assert "fewer of those called have left" in found.notes[0]


def test_row_order_changes_nothing() -> None:
    flags, accounts = planted(300, saved=0.1, holdout=0.4, rng=np.random.default_rng(3))
    first = flag_outcomes(flags, accounts, horizon=HORIZON, known_until=LATER)
    mixed = flags.sample(frac=1, random_state=1), accounts.sample(frac=1, random_state=2)
    second = flag_outcomes(*mixed, horizon=HORIZON, known_until=LATER)
    pd.testing.assert_frame_equal(first.table, second.table)


def test_without_a_holdout_nothing_is_claimed() -> None:
    flags, accounts = planted(200, saved=0.1, holdout=0.0, rng=np.random.default_rng(4))
    found = flag_outcomes(flags, accounts, horizon=HORIZON, known_until=LATER)
    assert "difference" not in set(found.table["arm"])
    assert found.notes[0] == "Nobody was held out: without a holdout nothing is known about what the calls did."


def test_open_horizons_are_set_aside_and_counted() -> None:
    flags, accounts = planted(200, saved=0.1, holdout=0.3, rng=np.random.default_rng(5))
    found = flag_outcomes(flags, accounts, horizon=HORIZON, known_until="2026-02-15")
    assert found.table.empty
    assert found.set_aside == {"open": 200}
    assert found.notes[0] == "No outcome is known yet."


def test_an_account_counts_once_as_it_was_first_listed() -> None:
    def row(account: str, night: int, status: str, lane: str = "model") -> dict[str, object]:
        return {"account_id": account, "as_of": DAY + pd.Timedelta(days=night), "lane": lane, "status": status}

    flags = pd.DataFrame(
        [
            *(row("held", night, "holdout") for night in range(3)),
            row("held", 3, "flagged", "fresh"),
            row("called", 0, "not_flagged"),
            *(row("called", night, "flagged") for night in (1, 2)),
            row("answered", 0, "flagged", "fresh"),
            row("answered", 1, "holdout"),
            row("named", 0, "flagged"),
            *(row("quiet", night, "not_flagged") for night in range(3)),
            row("away", 0, "refused"),
        ]
    )
    ids = sorted(set(flags["account_id"]))
    accounts = pd.DataFrame({"account_id": ids, "ended_at": pd.NaT}).astype({"ended_at": "datetime64[us]"})
    found = flag_outcomes(flags, accounts, horizon=HORIZON, known_until=LATER, exempt=["named"])
    n = found.table[found.table["metric"] == "churned"].set_index("arm")["n"].to_dict()
    assert n == {"difference": 2, "flagged": 1, "holdout": 1, "not_flagged": 1}
    assert found.set_aside == {"fresh": 1, "exempt": 1}
