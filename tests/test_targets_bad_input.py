"""Targets that cannot be judged, series that cannot be used, and too little to say anything: each said clearly."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from target_programmes import DUE, STORY, TARGET, measured, one, programme, story

from nps_insights.actions.targets import Target, judge_targets
from nps_insights.metrics import nps
from nps_insights.tables import SettingsError, empty


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return measured(*STORY)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target("t", 140, DUE), r"value == 140: nps lies in -100 to 100"),
        (Target("t", 40, DUE, baseline=-101), r"baseline == -101: nps lies in -100 to 100"),
        (Target("t", 80, DUE, metric="csat"), r"80 % is 0.8"),
        (Target("t", float("nan"), DUE), "must be a number"),
        (Target("t", "40", DUE), "value == '40': must be a number"),  # type: ignore[arg-type]
        (Target("t", 40, "soon"), r"date \(due_at\) == 'soon': must be a date"),
        (Target("t", 40, DUE, baseline_at="2027-01-01"), r"must lie before date \(due_at\)"),
        (Target("t", 40, DUE, by="plan"), "give both"),
        (Target(" ", 40, DUE), "no name"),
        (Target("t", 4, DUE, metric="ces"), "metric == 'ces': not measured; the series has detractor, nps"),
        (Target("t", 40, DUE, by="plan", group="Pro"), "by == 'plan': nps is not measured by it"),
    ],
)
def test_a_target_that_cannot_be_judged_is_refused(target: Target, said: str, series: pd.DataFrame) -> None:
    with pytest.raises(SettingsError, match=said):
        judge_targets([target], series, as_of=pd.Timestamp("2025-04-01"))


def test_all_problems_stand_in_one_error(series: pd.DataFrame) -> None:
    with pytest.raises(SettingsError, match=r"(?s)'a': value == 140.*'a': .*more than once.*'b': date \(due_at\)"):
        judge_targets(
            [Target("a", 140, DUE), Target("b", 4, "soon"), Target("a", 4, DUE)], series, as_of=pd.Timestamp(DUE)
        )


def test_an_unknown_group_names_those_there_are() -> None:
    answers = programme(STORY[:4]).assign(plan="Pro")
    measured = nps(answers, by="plan", per="quarter")
    with pytest.raises(SettingsError, match="group == 'pro': no such plan in the series; it has Pro"):
        judge_targets([Target("t", 4, DUE, by="plan", group="pro")], measured, as_of=pd.Timestamp("2025-04-01"))


def test_thresholds_out_of_order_and_no_moment_are_refused(series: pd.DataFrame) -> None:
    with pytest.raises(SettingsError, match="as_of == NaT"):
        judge_targets([TARGET], series, as_of=pd.NaT)
    with pytest.raises(SettingsError, match="unlikely_below"):
        judge_targets([TARGET], series, as_of=pd.Timestamp("2025-04-01"), unlikely_below=0.9)
    with pytest.raises(SettingsError, match="min_periods == 1"):
        judge_targets([TARGET], series, as_of=pd.Timestamp("2025-04-01"), min_periods=1)


def test_periods_that_overlap_and_estimates_without_periods_are_refused(series: pd.DataFrame) -> None:
    rolling = series.assign(period_start=series["period_end"] - pd.Timedelta(days=89))
    with pytest.raises(SettingsError, match="rolling windows overlap"):
        judge_targets([TARGET], rolling, as_of=pd.Timestamp("2025-04-01"))
    with pytest.raises(SettingsError, match="no periods"):
        judge_targets([TARGET], nps(programme(STORY[:2])), as_of=pd.Timestamp("2025-04-01"))
    surveys = pd.concat([series.assign(survey=name) for name in ("relational", "transactional")], ignore_index=True)
    with pytest.raises(SettingsError, match="several surveys"):
        judge_targets([TARGET], surveys, as_of=pd.Timestamp("2025-04-01"))


def test_too_little_is_not_known_with_the_reason(series: pd.DataFrame) -> None:
    def not_known(target: Target, frame: pd.DataFrame, as_of: str) -> str:
        found = one(judge_targets([target], frame, as_of=pd.Timestamp(as_of)))
        assert found["verdict"] == "not_known"
        assert np.isnan(found["probability"])
        assert found["realistic"] == "not_known"
        return found["reason"]

    assert "no finished period was measured by 1 April 2025" in not_known(TARGET, empty("estimates"), "2025-04-01")
    assert "no finished period was measured by 1 February 2023" in not_known(TARGET, series, "2023-02-01")
    assert "1 finished quarter measured so far" in not_known(TARGET, series, "2023-04-01")
    assert "nothing was measured in Q4 2021" in not_known(
        replace(TARGET, due_at="2022-01-01", baseline_at=None), series, "2025-04-01"
    )
    judged = judge_targets([], series, as_of=pd.Timestamp("2025-04-01"))
    assert judged.targets.empty
    assert judged.path.empty
    assert judged.notes == ("No targets are set.",)


def test_one_period_still_says_where_it_stands(series: pd.DataFrame) -> None:
    found = one(judge_targets([Target("t", 40, DUE)], series, as_of=pd.Timestamp("2023-04-01")))
    assert found["estimate"] == pytest.approx(20, abs=0.1)
    assert found["baseline"] == found["estimate"]
    assert found["progress"] == 0
    assert np.isnan(found["pace"])


def test_gaps_and_thin_periods_are_bridged_and_said(series: pd.DataFrame) -> None:
    starts = sorted(series["period_start"].unique())
    gap = series[series["period_start"] != starts[2]]
    thin = gap.assign(n_eff=gap["n_eff"].mask(gap["period_start"] == starts[3], 4.0))
    judged = judge_targets([TARGET], thin, as_of=pd.Timestamp("2025-04-01"))
    assert one(judged)["verdict"] != "not_known"
    assert any("2 quarters between the first and the last not measured" in note for note in judged.notes)
    assert any("1 quarter with fewer than 10 effective answers" in note for note in judged.notes)


def test_a_survey_that_stopped_and_a_far_date_are_said(series: pd.DataFrame) -> None:
    judged = judge_targets([replace(TARGET, due_at="2033-12-31")], series, as_of=pd.Timestamp("2026-10-01"))
    assert any("nothing measured since Q1 2026, 2 finished quarters ago" in note for note in judged.notes)
    assert any("31 quarters away" in note for note in judged.notes)


def test_a_baseline_nobody_measured_leaves_no_progress(series: pd.DataFrame) -> None:
    target = Target("t", 40, DUE, baseline_at="2020-01-01")
    judged = judge_targets([target], series, as_of=pd.Timestamp("2025-04-01"))
    assert np.isnan(one(judged)["progress"])
    assert any("no progress to state" in note for note in judged.notes)


def test_a_way_too_short_for_the_survey_is_said() -> None:
    judged = story("2025-04-01", n=100, target=replace(TARGET, value=23))
    assert any("cannot show a move below" in note for note in judged.notes)
    assert one(judged)["detectable"] > 3
