import numpy as np
import pandas as pd

from nps_insights.metrics import benjamini_hochberg, share_changes

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
