"""Themes over time: shares with intervals, and planted changes that are found while stable themes stay quiet."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.theme_time import planted, rates
from nps_insights.metrics import share_interval, theme_changes, theme_trend
from nps_insights.tables import TABLES, SettingsError

AS_OF = pd.Timestamp("2026-03-31")


def responses(n: int, months: int = 2, answers_per_account: int = 0) -> pd.DataFrame:
    starts = pd.date_range("2026-01-01", periods=months, freq="MS") + pd.Timedelta(days=14)
    frame = pd.DataFrame({"response_id": [f"r{row:05d}" for row in range(n * months)]})
    frame["responded_at"] = np.repeat(starts.to_numpy(), n)
    if answers_per_account:
        frame["account_id"] = [f"a{row // answers_per_account:05d}" for row in range(n * months)]
    return frame


def test_shares_per_period_are_those_of_wilson_and_of_those_who_commented() -> None:
    answers = responses(100)
    said = pd.DataFrame({"response_id": answers["response_id"].iloc[[*range(10), 100, 101]], "theme_id": "t01"})
    trend = theme_trend(pd.concat([said, said]), answers, per="month", as_of=AS_OF, parents={"t01": "p01"})
    assert trend["group"].tolist() == ["p01", "p01", "t01", "t01"]
    leaf = trend.query("group == 't01'")
    expected = np.array(share_interval([10, 2], [100, 100])).T
    np.testing.assert_allclose(leaf[["estimate", "conf_low", "conf_high"]], expected)
    assert trend["finished"].tolist() == [True] * 4
    assert list(trend["metric"].unique()) == ["theme_share"]


def test_answers_of_one_account_count_as_fewer() -> None:
    alone = responses(200)
    repeated = responses(200, answers_per_account=4)
    said = pd.DataFrame({"response_id": alone["response_id"].iloc[:40], "theme_id": "t01"})
    said = pd.concat([said, pd.DataFrame({"response_id": alone["response_id"].iloc[200:280], "theme_id": "t01"})])
    for table in (theme_trend, theme_changes):
        one, many = (table(said, frame, per="month", as_of=AS_OF) for frame in (alone, repeated))
        np.testing.assert_allclose(one["estimate"], many["estimate"])
        width = [(frame["conf_high"] - frame["conf_low"]).to_numpy() for frame in (one, many)]
        np.testing.assert_allclose(width[1], 2 * width[0], rtol=0.05)


def test_row_order_is_no_information() -> None:
    answers, said = planted(200, shares=np.full(10, 0.05), doubled=2, periods=3, seed=1)
    for table in (theme_trend, theme_changes):
        shuffled = table(said.sample(frac=1, random_state=1), answers.sample(frac=1, random_state=2), per="month")
        pd.testing.assert_frame_equal(table(said, answers, per="month"), shuffled)


def test_a_theme_that_grows_emerges_and_one_that_shrinks_fades() -> None:
    answers = responses(300, months=3)
    rng = np.random.default_rng(0)
    share = {"t01": [0.05, 0.05, 0.3], "t02": [0.3, 0.3, 0.05], "t03": [0.2, 0.2, 0.2]}
    said = pd.concat(
        pd.DataFrame({"response_id": answers["response_id"][rng.random(900) < np.repeat(ways, 300)], "theme_id": theme})
        for theme, ways in share.items()
    )
    changes = theme_changes(said, answers, per="month", as_of=AS_OF, parents={"t01": "p01", "t02": "p01", "t03": "p02"})
    reason = changes.set_index("group")["reason"]
    assert reason[["t01", "t02", "t03"]].tolist() == ["emerging", "fading", "steady"]
    assert changes["before_start"].dt.strftime("%Y-%m").unique().tolist() == ["2026-01"]
    assert changes["n_before"].unique().tolist() == [600]
    truth = changes.set_index("group").loc["t01"]
    assert truth["conf_low"] <= 0.25 <= truth["conf_high"]


def test_planted_truth_is_found_at_the_rates_that_were_measured() -> None:
    found = rates(n=1000, worlds=12, periods=1, stable=20, doubled=20)
    assert found["power"] >= 0.95
    assert found["false alerts per 100 themes"] <= 6
    quiet = rates(n=500, worlds=25, periods=1, stable=100, doubled=0)
    assert quiet["false alerts per 100 themes"] <= 0.6


@pytest.mark.parametrize("per", ["decade", ""])
def test_unknown_periods_are_refused(per: str) -> None:
    for table in (theme_trend, theme_changes):
        with pytest.raises(SettingsError, match="must be one of"):
            table(pd.DataFrame({"response_id": [], "theme_id": []}), responses(3), per=per)


def test_thin_data_gives_empty_tables_of_the_right_form() -> None:
    said = pd.DataFrame({"response_id": ["r00001"], "theme_id": ["t01"]})
    undated = responses(50).drop(columns="responded_at")
    required = {column.name for column in TABLES["changes"].columns if column.required}
    for frame in (undated, responses(50, months=1), responses(5)):
        changes = theme_changes(said, frame, per="month", as_of=AS_OF)
        assert changes.empty
        assert required <= set(changes.columns)
    assert theme_trend(said, undated, per="month").empty
    assert theme_trend(said, responses(5), per="month", as_of=AS_OF)["too_small"].all()
    with pytest.raises(SettingsError, match="1 or more"):
        theme_changes(said, responses(5), per="month", last=0)


def test_a_period_that_is_not_over_is_no_period_to_judge() -> None:
    answers = responses(100)
    said = pd.DataFrame({"response_id": answers["response_id"].iloc[:60], "theme_id": "t01"})
    assert theme_changes(said, answers, per="month", as_of=pd.Timestamp("2026-02-16")).empty
