"""Few accounts of unequal size: every share and every watched figure holds what it promises, as the NPS does."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from benchmarks.monitoring_estimates import few_accounts
from nps_insights.actions.monitoring.cells import Cells, cells_of, moves
from nps_insights.metrics import clustered_shares, estimates_of, share_changes, share_interval
from nps_insights.metrics.asked.invitation_audit import invitation_audit
from nps_insights.metrics.figures.cell_shares import cell_shares

CHANGE = pd.Series(
    {"before_start": "2026-01-01", "before_end": "2026-01-31", "after_start": "2026-02-01", "after_end": "2026-02-28"}
).map(pd.Timestamp)
# Accounts, spread of their moods, of the log of their sizes: as lopsided as those that the NPS is tried on.
WORLDS = [(10, 0.7, 0.8), (12, 1.0, 1.2), (30, 0.7, 0.8)]


def account_sizes(rng: np.random.Generator, n_accounts: int, spread: float) -> np.ndarray:
    return np.maximum(np.round(np.exp(rng.normal(np.log(20) - spread**2 / 2, spread, n_accounts))), 1).astype(int)


def said(
    rng: np.random.Generator, n_accounts: int, moods: float, sizes: float, share: float, columns: int
) -> tuple[np.ndarray, np.ndarray]:
    """Accounts of the answers, and what they said yes to: `columns` questions of the same true share."""
    account = np.repeat(np.arange(n_accounts), account_sizes(rng, n_accounts, sizes))
    mood = moods * rng.normal(size=(n_accounts, columns))
    return account, mood[account] + rng.normal(size=(len(account), columns)) < ndtri(share) * np.hypot(1, moods)


def as_pairs(ids: np.ndarray, yes: np.ndarray) -> tuple[pd.DataFrame, list[str]]:
    rows, themes = np.nonzero(yes)
    names = [f"t{one:03}" for one in range(yes.shape[1])]
    return pd.DataFrame({"response_id": ids[rows], "theme_id": np.array(names)[themes]}), names


@pytest.mark.parametrize(("world", "share"), [(WORLDS[0], 0.2), (WORLDS[1], 0.5), (WORLDS[2], 0.2)])
def test_the_interval_of_a_theme_holds_its_share(world: tuple[int, float, float], share: float) -> None:
    rng, held, normal = np.random.default_rng(5), [], []
    for _ in range(25):
        account, yes = said(rng, *world, share, 50)
        ids = np.array([f"r{one:05}" for one in range(len(account))])
        pairs, names = as_pairs(ids, yes)
        found = clustered_shares(pairs, pd.Series(account.astype(str), index=ids), names)
        held.append((found["conf_low"] <= share) & (share <= found["conf_high"]))
        _, low, high = share_interval(found["estimate"] * found["n_eff"], found["n_eff"])
        normal.append((low <= share) & (share <= high))
    assert np.mean(held) >= 0.93
    assert np.mean(normal) < np.mean(held)
    if world[0] < 30:
        assert np.mean(normal) < 0.93


@pytest.mark.parametrize(("world", "same"), [(WORLDS[0], False), (WORLDS[1], False), (WORLDS[1], True)])
def test_a_theme_that_did_not_change_is_called_changed_no_more_often_than_promised(
    world: tuple[int, float, float], same: bool
) -> None:
    rng, called = np.random.default_rng(6), []
    for _ in range(20):
        sides = [said(rng, *world, 0.2, 50) for _ in range(2)]
        account = np.concatenate([sides[0][0], sides[1][0] + (0 if same else 1000)])
        ids = np.array([f"r{one:05}" for one in range(len(account))])
        pairs, _ = as_pairs(ids, np.vstack([side[1] for side in sides]))
        days = ["2026-01-10"] * len(sides[0][0]) + ["2026-02-10"] * len(sides[1][0])
        rows = pd.DataFrame({"response_id": ids, "account_id": account.astype(str)})
        found = share_changes(pairs, rows.assign(responded_at=pd.to_datetime(days)), CHANGE)
        called.append((found["p_value"] < 0.05).mean())
    assert np.mean(called) <= 0.06


@pytest.mark.parametrize("world", WORLDS)
def test_response_rates_and_shares_of_roles_hold_too(world: tuple[int, float, float]) -> None:
    rng, share = np.random.default_rng(7), 0.3
    accounts, yes = zip(*(said(rng, *world, share, 1) for _ in range(1500)), strict=True)
    cell = np.repeat(np.arange(1500), [len(one) for one in accounts])
    account = np.concatenate(accounts) + world[0] * cell
    found = cell_shares(cell, 1500, np.concatenate(yes)[:, 0], account)
    assert np.mean((found.conf_low <= share) & (share <= found.conf_high)) >= 0.93
    _, low, high = share_interval(found.estimate * found.n_eff, found.n_eff)
    if world[0] < 30:
        assert np.mean((low <= share) & (share <= high)) < 0.93


def test_second_invitations_that_are_answered_like_first_ones_are_not_called_different() -> None:
    rng, p_values = np.random.default_rng(8), []
    for _ in range(30):
        account, yes = said(rng, 12, 0.7, 0.8, 0.3, 2)
        contact = [f"c{one:04}" for one in range(len(account))]
        asked = pd.DataFrame({"contact_id": contact * 2, "account_id": np.tile(account.astype(str), 2)})
        asked["sent_at"] = np.repeat(pd.to_datetime(["2026-01-10", "2026-06-10"]), len(account))
        asked["invitation_id"] = [f"i{one:05}" for one in range(len(asked))]
        asked["response_id"] = ("r" + asked["invitation_id"]).where(np.concatenate([yes[:, 0], yes[:, 1]]))
        answers = asked.loc[asked["response_id"].notna(), ["response_id", "contact_id", "account_id"]]
        found = invitation_audit(asked, answers.assign(category="passive"), as_of=pd.Timestamp("2026-07-01"))
        second = found[(found["check"] == "response_rate") & (found["group"] == "2")]
        # One figure is judged: its q-value is its p-value.
        p_values.append(float(second["q_value"].iloc[0]))
    assert np.mean(np.array(p_values) < 0.05) <= 0.055 + 2 * np.sqrt(0.055 * 0.945 / 30)


def watched(n_accounts: int, moods: float, sizes: float, *, periods: int, worlds: int) -> Cells:
    """NPS of worlds in which nothing changes, by month; every month has other accounts of the same kind."""
    rng = np.random.default_rng(9)
    responses, _ = few_accounts(n_accounts, moods, sizes, worlds=worlds * periods, rng=rng)
    starts = pd.date_range("2025-01-10", periods=periods, freq="MS") + pd.Timedelta(days=9)
    responses["responded_at"] = starts[responses["world"] % periods]
    responses["world"] = (responses["world"] // periods).astype(str)
    series = estimates_of(responses, by=["world"], per="month")
    series = series[series["by"] == "world"].assign(finished=True)
    found = cells_of(series, "nps", confidence_level=0.95)
    assert found is not None
    return found


@pytest.mark.parametrize("world", [(10, 1.0, 0.0), (12, 1.0, 0.8), (30, 1.0, 0.8)])
def test_a_watched_figure_that_did_not_move_is_told_of_no_more_often_than_promised(
    world: tuple[int, float, float],
) -> None:
    cells = watched(*world, periods=5, worlds=250)
    last = np.arange(len(cells.starts)) == len(cells.starts) - 1
    after, before = cells.usable & last, cells.usable & ~last
    still = np.zeros(len(cells.figures))
    p_values = moves(cells, before, after, still, confidence_level=0.95)["p_value"].dropna()
    assert len(p_values) >= 200
    assert (p_values < 0.05).mean() <= 0.055 + 2 * np.sqrt(0.055 * 0.945 / len(p_values))
    endless = Cells(**{**vars(cells), "degrees": np.full(cells.degrees.shape, np.inf)})
    by_answers = moves(endless, before, after, still, confidence_level=0.95)["p_value"].dropna()
    if world[0] < 30:
        assert (by_answers < 0.05).sum() > (p_values < 0.05).sum()
