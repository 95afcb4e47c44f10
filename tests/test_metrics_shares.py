import numpy as np
import pandas as pd

from nps_insights.metrics import benjamini_hochberg, share_changes
from nps_insights.metrics.few_accounts import kept_shares
from nps_insights.metrics.shares import _design_effect

CHANGE = pd.Series(
    {
        "before_start": pd.Timestamp("2026-01-01"),
        "before_end": pd.Timestamp("2026-01-31"),
        "after_start": pd.Timestamp("2026-02-01"),
        "after_end": pd.Timestamp("2026-02-28"),
    }
)


def commented(n: int) -> pd.DataFrame:
    days = [pd.Timestamp("2026-01-31 23:50")] * n + [pd.Timestamp("2026-02-28 12:00")] * n
    return pd.DataFrame({"response_id": [f"r{i:05d}" for i in range(2 * n)], "responded_at": days})


def mentioned(ids: pd.Series, shares: np.ndarray, seed: int) -> pd.DataFrame:
    said = np.random.default_rng(seed).random((len(ids), len(shares))) < shares
    rows, themes = np.nonzero(said)
    return pd.DataFrame({"response_id": ids.to_numpy()[rows], "theme_id": [f"t{theme:03d}" for theme in themes]})


def test_stable_themes_hardly_ever_cry_wolf() -> None:
    answers, alarms = commented(500), []
    for seed in range(40):
        presence = mentioned(answers["response_id"], np.linspace(0.02, 0.3, 50), seed)
        alarms.append((benjamini_hochberg(share_changes(presence, answers, CHANGE)["p_value"]) < 0.1).sum())
    assert np.mean(alarms) / 50 <= 0.01


def test_a_doubled_theme_is_found_and_its_interval_holds_the_truth() -> None:
    answers, found, held = commented(1000), [], []
    for seed in range(60):
        before = mentioned(answers["response_id"].head(1000), np.full(30, 0.05), seed)
        after = mentioned(answers["response_id"].tail(1000), np.r_[0.10, np.full(29, 0.05)], 1000 + seed)
        changes = share_changes(pd.concat([before, after]), answers, CHANGE)
        found.append(benjamini_hochberg(changes["p_value"])[0] < 0.1)
        held.append(changes["conf_low"].iloc[0] <= 0.05 <= changes["conf_high"].iloc[0])
    # By the normal approximation it is found in 87 % of samples when thirty themes are judged together.
    assert np.mean(found) >= 0.75
    assert np.mean(held) >= 0.9


def test_a_period_without_comments_gives_no_change() -> None:
    answers = commented(10).head(10)
    presence = pd.DataFrame({"response_id": ["r00001"], "theme_id": ["t01"]})
    assert share_changes(presence, answers, CHANGE).empty


def test_the_variance_between_accounts_is_that_of_every_response_written_out() -> None:
    rng = np.random.default_rng(5)
    accounts = pd.Series([f"a{at}" for at in rng.integers(0, 9, 60)], index=[f"r{at:02d}" for at in range(60)])
    pairs = mentioned(pd.Series(accounts.index), np.array([0.2, 0.5]), 6)
    pairs["theme_id"] = pairs["theme_id"].replace({"t000": "rare", "t001": "usual"})
    sides = [
        pd.DataFrame({"response_id": ids, "account_id": accounts[ids].to_numpy()})
        for ids in (accounts.index[:25], accounts.index[25:])
    ]
    found, _ = _design_effect(pairs, sides, ["rare", "usual"])
    expected = []
    for theme in ("rare", "usual"):
        clustered, independent = pd.Series(0.0, index=sorted(set(accounts))), 0.0
        for sign, side in zip((-1, 1), sides, strict=True):
            n = len(side)
            said = side["response_id"].isin(pairs.loc[pairs["theme_id"] == theme, "response_id"]).astype(float)
            own = (said - said.mean()).groupby(side["account_id"]).sum().reindex(clustered.index, fill_value=0.0)
            sizes = side["account_id"].value_counts().reindex(clustered.index, fill_value=0)
            clustered += sign * own / n / np.sqrt(kept_shares((sizes / n).to_numpy()))
            independent += said.mean() * (1 - said.mean()) / n
        expected.append(max(float((clustered**2).sum()) / independent, 1.0))
    assert max(expected) > 1
    np.testing.assert_allclose(found, expected, rtol=1e-12)
