from typing import Any

import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics.estimates import estimates_of
from nps_insights.metrics.figures.satisfaction import Scale
from nps_insights.metrics.intervals import share_interval
from nps_insights.tables import DataRefusedError, SettingsError

FIVE, SEVEN = Scale(1, 5), Scale(1, 7)


def answers(n: int = 400, *, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "response_id": [f"r{i:04}" for i in range(n)],
            "category": rng.choice(["promoter", "passive", "detractor"], size=n),
            "csat": rng.integers(1, 6, size=n).astype(float),
            "ces": rng.integers(1, 8, size=n).astype(float),
            "responded_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.sort(rng.uniform(0, 180, n)), unit="D"),
        }
    )


def row(estimates: pd.DataFrame, metric: str) -> pd.Series:
    return estimates.set_index("metric").loc[metric]


def test_csat_is_the_share_of_top_boxes_with_wilsons_interval() -> None:
    responses = answers()
    found = row(estimates_of(responses, metrics=["csat"], csat_scale=FIVE), "csat")
    share, low, high = share_interval((responses["csat"] >= 4).sum(), 400)
    assert [found["estimate"], found["conf_low"], found["conf_high"]] == pytest.approx([share, low, high])


def test_ces_is_the_mean_with_students_interval() -> None:
    from scipy.stats import t

    responses = answers(50)
    found = row(estimates_of(responses, metrics=["ces"], ces_scale=SEVEN), "ces")
    low, high = t.interval(0.95, 49, loc=responses["ces"].mean(), scale=responses["ces"].sem())
    assert [found["estimate"], found["conf_low"], found["conf_high"]] == pytest.approx(
        [responses["ces"].mean(), low, high]
    )


def test_top_boxes_follow_the_good_end_of_the_scale() -> None:
    responses = answers()
    easy = row(estimates_of(responses, metrics=["ces_top"], ces_scale=Scale(1, 7, top=3)), "ces_top")
    effort = Scale(1, 7, top=3, low_is_good=True)
    hard = row(estimates_of(responses, metrics=["ces_top"], ces_scale=effort), "ces_top")
    assert easy["estimate"] == (responses["ces"] >= 5).mean()
    assert hard["estimate"] == (responses["ces"] <= 3).mean()


def test_only_those_who_answered_the_question_count() -> None:
    responses = answers()
    responses.loc[:99, "csat"] = np.nan
    found = estimates_of(responses, metrics=["nps", "csat"], csat_scale=FIVE)
    assert row(found, "csat")["n"] == 300
    assert row(found, "nps")["n"] == 400
    assert row(found, "csat")["estimate"] == (responses["csat"].dropna() >= 4).mean()


def test_the_mean_of_clustered_weighted_answers_covers() -> None:
    rng = np.random.default_rng(1)
    worlds, accounts, each = 1500, 40, 5
    mood = rng.normal(size=(worlds, accounts, 1)) + rng.normal(size=(worlds, accounts, each))
    kind = np.broadcast_to(rng.random((worlds, accounts, 1)) < 0.5, mood.shape)
    ces = np.clip(np.round(4 + mood + kind), 1, 7)
    large = np.clip(np.round(4 + rng.normal(size=10**6) * np.sqrt(2) + (rng.random(10**6) < 0.25)), 1, 7).mean()
    responses = pd.DataFrame(
        {
            "response_id": np.arange(ces.size),
            "world": np.repeat(np.arange(worlds), accounts * each),
            "account_id": np.repeat(np.arange(worlds * accounts), each),
            "ces": ces.ravel(),
            "weight": np.where(kind, 0.5, 1.5).ravel(),
        }
    )
    found = estimates_of(responses, metrics=["ces"], ces_scale=SEVEN, by=["world"], weights="weight")
    found = found[found["by"] == "world"]
    assert 0.93 <= ((found["conf_low"] <= large) & (large <= found["conf_high"])).mean() <= 0.97


def test_answers_all_alike_or_alone_have_no_interval_and_the_reason() -> None:
    responses = answers(12).assign(ces=5.0, plan=["Free"] * 11 + ["Pro"])
    found = estimates_of(responses, metrics=["ces"], ces_scale=SEVEN, by=["plan"]).set_index("group")
    assert found["conf_low"].isna().all()
    assert found.loc["Free", "reason"] == "all 11 answers are the same, which does not tell how answers differ"
    assert found.loc["Pro", "reason"] == "one answer alone does not tell how answers differ"


def test_intervals_stay_on_the_scale() -> None:
    responses = answers(5).assign(ces=[7.0, 7, 7, 7, 6])
    found = row(estimates_of(responses, metrics=["ces"], ces_scale=SEVEN), "ces")
    assert found["conf_high"] == 7


def test_a_scale_change_midway_is_said_with_its_day() -> None:
    responses = answers()
    responses.loc[200:, "csat"] = responses.loc[200:, "csat"] * 2
    with pytest.raises(
        DataRefusedError, match=r"lie beyond the scale 1 to 5 \(from 6 to 10\), the first on 2026-\d\d-\d\d"
    ):
        estimates_of(responses, metrics=["csat"], csat_scale=FIVE)


@pytest.mark.parametrize("metric", ["csat", "ces", "ces_top"])
def test_a_metric_without_its_scale_or_column_is_refused(metric: str) -> None:
    column = metric.removesuffix("_top")
    with pytest.raises(SettingsError, match=f"{column}: its scale must be given"):
        estimates_of(answers(), metrics=[metric])
    with pytest.raises(SettingsError, match=f"no column '{column}'"):
        estimates_of(answers().drop(columns=column), metrics=[metric], csat_scale=FIVE, ces_scale=SEVEN)


@pytest.mark.parametrize(
    "given", [{"low": 5, "high": 1}, {"low": 1, "high": 5, "top": 5}, {"low": 1, "high": 5, "top": 0}]
)
def test_a_scale_that_is_none_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="Scale"):
        Scale(**given)
