"""When a verdict is final, when a target is still open though its period is nearly over, and when nobody answers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from target_programmes import DUE, STORY, TARGET, measured, one, programme

from nps_insights.actions.targets import Target, history_of, judge_targets
from nps_insights.actions.targets.outlook import JudgeSettings, outlook_of
from nps_insights.actions.targets.realism import check_benchmark
from nps_insights.actions.targets.standing import standing_of
from nps_insights.metrics import nps
from nps_insights.tables import SettingsError

# Period, first days of periods, the first period, date of the target, a day at which 90 % of its period are over.
NEARLY = {
    "month": ("MS", "2025-12-01", "2026-06-30", "2026-06-28"),
    "quarter": ("QS", "2024-10-01", "2026-06-30", "2026-06-22"),
    "year": ("YS", "2020-01-01", "2026-12-31", "2026-12-01"),
}
LEVELS = [30.0, 31, 30, 32, 33, 34, 35]


def judged(per: str, as_of: str, value: float, due: str | None = None) -> pd.Series:
    """Seven periods up to the one that is judged, with the answers known at `as_of`; and three more after it."""
    freq, first, date, _ = NEARLY[per]
    answers = programme([*LEVELS, 60, 60, 60], first=first, per=freq)
    # Promoters would come before detractors within each period, and the figure so far would not be that of the whole.
    starts = answers["responded_at"].dt.to_period(freq[0])
    mixed = answers.sample(frac=1, random_state=1).groupby(starts)["category"].agg(list)
    answers["category"] = [name for names in mixed for name in names]
    known = answers[answers["responded_at"] <= pd.Timestamp(as_of)]
    series = nps(known, per=per, as_of=pd.Timestamp(as_of))
    found = judge_targets([Target("t", value, due or date, baseline=30)], series, as_of=pd.Timestamp(as_of))
    assert not found.path[["name", "period_start"]].duplicated().any()
    return one(found)


@pytest.mark.parametrize("per", list(NEARLY))
def test_no_verdict_is_final_before_the_last_day_of_its_period(per: str) -> None:
    _, _, date, nearly = NEARLY[per]
    day_before = f"{pd.Timestamp(date) - pd.Timedelta(days=1):%Y-%m-%d}"
    for as_of in (nearly, day_before):
        high, low = (judged(per, as_of, value) for value in (50, 20))
        near = judged(per, as_of, high["estimate"])
        assert [row["verdict"] for row in (high, near, low)] == ["unlikely", "open", "on_track"]
        assert high["probability"] < 0.01
        assert near["probability"] == pytest.approx(0.5)
        assert low["probability"] > 0.99
        for row in (high, near, low):
            assert "so far" in row["reason"]
            assert "is not over before" in row["reason"]
            assert "is over" not in row["realistic_because"]
            assert np.isnan(row["needed_pace"])
            assert row["expected_low"] < row["expected"] < row["expected_high"]
        assert (high["realistic"], low["realistic"]) == ("no", "yes")
    assert judged(per, date, 50)["verdict"] == "missed"
    assert judged(per, date, 20)["verdict"] == "reached"
    after = f"{pd.Timestamp(date) + pd.Timedelta(days=40):%Y-%m-%d}"
    assert judged(per, after, 50)["verdict"] == "missed"


def test_the_period_is_what_counts_and_not_the_date_within_it() -> None:
    """A target of 25 June is judged by the quarter that ends on the 30th, and so is one of 15 August."""
    assert judged("quarter", "2026-06-26", 50, "2026-06-25")["verdict"] == "unlikely"
    assert judged("quarter", "2026-06-30", 50, "2026-06-25")["verdict"] == "missed"
    assert judged("quarter", "2026-07-02", 50, "2026-08-15")["verdict"] == "missed"


def test_the_chance_of_a_period_so_far_is_what_happens() -> None:
    """The rest of a quarter is drawn again and again: as many chances come true as were stated."""
    rng, as_of, n, rest = np.random.default_rng(3), pd.Timestamp("2026-06-22"), 900, 99
    series = nps(programme([30.0] * 5, n=n + rest, first="2025-04-01"), per="quarter", as_of=as_of)
    target = Target("t", 30, "2026-06-30")
    history = history_of(series, target, as_of=as_of)
    known, to_come = (rng.multinomial(size, [0.5, 0.3, 0.2], 400) @ np.array([100, 0, -100]) for size in (n, rest))
    stated = []
    for total in known:
        rows = history.rows.astype({"n_eff": float})
        rows.loc[4, ["estimate", "n_eff", "variance"]] = total / n, n, history.spread**2 / n
        standing = standing_of(target, replace(history, rows=rows), as_of=as_of)
        stated.append(outlook_of(standing, JudgeSettings(4, 0.75, 0.25, 0.95, check_benchmark(None))).probability)
    chances, happened = np.array(stated), (known + to_come) / (n + rest) >= 30
    for low, high in ((0.0, 0.2), (0.2, 0.8), (0.8, 1.0)):
        own = (chances >= low) & (chances <= high)
        assert own.sum() > 40
        assert abs(chances[own].mean() - happened[own].mean()) < 0.03 + 3 * np.sqrt(
            np.mean(chances[own] * (1 - chances[own])) / own.sum()
        )


def test_a_last_period_that_is_not_over_is_named_so() -> None:
    row = judged("quarter", "2026-06-22", 50, "2026-12-31")
    assert "in Q2 2026 so far" in row["reason"]
    assert "is not over before" not in row["reason"]
    assert "so far" not in judged("quarter", "2026-06-30", 50, "2026-12-31")["reason"]


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return measured(*STORY)


def test_a_group_that_stopped_answering_is_not_known(series: pd.DataFrame) -> None:
    target = replace(TARGET, due_at="2028-12-31")

    def at(as_of: str, **more: object) -> pd.Series:
        return one(judge_targets([target], series, as_of=pd.Timestamp(as_of), **more))  # type: ignore[arg-type]

    assert at("2026-10-01")["verdict"] != "not_known"
    stopped = at("2027-01-01")
    assert stopped["verdict"] == "not_known"
    assert np.isnan(stopped["probability"])
    assert stopped["realistic"] == "not_known"
    assert "nothing was measured since Q1 2026, 3 finished quarters ago" in stopped["reason"]
    assert "nothing was measured since Q1 2026" in stopped["realistic_because"]
    assert at("2027-01-01", behind=3)["verdict"] != "not_known"
    assert at("2026-10-01", behind=1)["verdict"] == "not_known"
    usual = pd.DataFrame([{"metric": "nps", "group": "", "low": 10.0, "high": 60.0, "source": "our panel"}])
    assert at("2027-01-01", own_benchmark=usual)["realistic"] == "not_known"
    with pytest.raises(SettingsError, match="behind == -1"):
        at("2027-01-01", behind=-1)


def test_once_the_period_was_measured_silence_afterwards_changes_nothing(series: pd.DataFrame) -> None:
    assert one(judge_targets([TARGET], series, as_of=pd.Timestamp("2029-01-01")))["verdict"] == "reached"


def test_where_nothing_was_measured_there_is_no_talk_of_what_was_reached(series: pd.DataFrame) -> None:
    early, late = (replace(TARGET, due_at=due, baseline_at=None) for due in ("2022-01-01", DUE))
    nothing = one(judge_targets([early], series, as_of=pd.Timestamp("2027-01-01")))
    assert (nothing["verdict"], nothing["realistic"]) == ("not_known", "not_known")
    assert "what was reached" not in nothing["realistic_because"]
    assert (
        "what was reached" in one(judge_targets([late], series, as_of=pd.Timestamp("2027-01-01")))["realistic_because"]
    )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target("t", 40, "someday"), r"date \(due_at\) == 'someday': must be a date"),
        (Target("t", 40, DUE, baseline_at="long ago"), r"baseline_date \(baseline_at\) == 'long ago': must be a date"),
        (Target("t", 40, DUE, baseline_at="2027-01-01"), r"must lie before date \(due_at\), 2026-03-31"),
    ],
)
def test_a_wrong_date_is_named_as_in_the_file_and_as_in_the_program(
    target: Target, said: str, series: pd.DataFrame
) -> None:
    with pytest.raises(SettingsError, match=said):
        judge_targets([target], series, as_of=pd.Timestamp("2025-04-01"))
