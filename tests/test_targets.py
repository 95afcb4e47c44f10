"""Targets are judged: the story of +20 to +42, progress, path, groups, where less is better, benchmarks."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from target_programmes import DUE, STORY, TARGET, measured, one, programme, story

from nps_insights.actions.targets import Target, judge_targets
from nps_insights.metrics import nps
from nps_insights.tables import DataRefusedError, SettingsError


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return measured(*STORY)


def test_the_programme_from_20_to_42_is_judged_early_midway_and_at_the_end() -> None:
    early, midway, late, end = (one(story(day)) for day in ("2024-04-01", "2025-04-01", "2026-01-01", "2026-03-31"))
    assert early["verdict"] == "unlikely"
    assert early["realistic"] == "no"
    assert early["progress"] == pytest.approx(0.0, abs=0.01)
    assert early["needed_pace"] == pytest.approx(20 / 8, abs=0.05)
    assert midway["progress"] == pytest.approx(0.5, abs=0.02)
    assert midway["pace_low"] < midway["pace"] < midway["pace_high"]
    assert midway["pace"] == pytest.approx(2.5, abs=0.3)
    assert early["probability"] < midway["probability"] < late["probability"]
    assert late["verdict"] in ("open", "on_track")
    assert end["verdict"] == "reached"
    assert end["probability"] == 1
    assert end["estimate"] == pytest.approx(42, abs=0.1)
    assert end["progress"] == pytest.approx(1.1, abs=0.01)
    assert end["reason"].startswith(
        "Reached: +42 (likely +38 to +46) in Q1 2026 against a target of +40, coming from +20"
    )


def test_after_its_date_the_verdict_stands_whatever_follows() -> None:
    later = story("2028-01-01", levels=[*STORY, 10, 10, 10])
    assert one(later)["verdict"] == "reached"
    missed = one(story("2028-01-01", target=replace(TARGET, value=43)))
    assert missed["verdict"] == "missed"
    assert missed["probability"] == 0
    assert (
        f"leave open on which side of it the true figure lies, {missed['responses_needed']:,} more" in missed["reason"]
    )


def test_a_figure_that_rounds_to_the_target_is_shown_with_its_tenths() -> None:
    found = one(story("2026-06-01", target=replace(TARGET, value=42.3)))
    assert "+42.0" in found["reason"]
    assert "+42.3" in found["reason"]


def test_the_date_is_judged_by_the_last_period_finished_then(series: pd.DataFrame) -> None:
    def judged(due: str) -> float:
        return one(judge_targets([replace(TARGET, due_at=due)], series, as_of=pd.Timestamp("2029-01-01")))["estimate"]

    # 90 % of the days are enough, as everywhere: by 25 March the quarter counts as finished.
    assert judged("2026-03-25") == judged("2026-03-31") == judged("2026-05-01") == pytest.approx(42, abs=0.1)
    assert judged("2026-02-01") == pytest.approx(39, abs=0.1)


def test_progress_is_nothing_at_the_baseline_and_whole_at_the_target(series: pd.DataFrame) -> None:
    for value, baseline, progress in ((40, 42, np.nan), (42, 20, 1.0), (60, 42, 0.0), (31, 20, 2.0)):
        found = one(
            judge_targets(
                [Target("t", value, "2027-01-01", baseline=baseline)], series, as_of=pd.Timestamp("2026-04-01")
            )
        )
        if np.isnan(progress):
            assert found["progress"] == pytest.approx(0, abs=0.1)
        else:
            assert found["progress"] == pytest.approx(progress, abs=0.01)


def test_the_path_is_measured_then_expected_and_the_plan_ends_at_the_target(series: pd.DataFrame) -> None:
    path = judge_targets([TARGET], series, as_of=pd.Timestamp("2025-04-01")).path
    assert path["kind"].tolist() == ["measured"] * 9 + ["expected"] * 4
    assert (path["conf_low"] <= path["estimate"]).all()
    assert (path["estimate"] <= path["conf_high"]).all()
    assert path["planned"].isna().sum() == 4
    assert path["planned"].iloc[-1] == 40
    assert (path["planned"].dropna().diff().dropna() == 2.5).all()
    assert path["period_end"].iloc[-1] == pd.Timestamp(DUE)
    width = (path["conf_high"] - path["conf_low"])[path["kind"] == "expected"]
    assert width.is_monotonic_increasing


def test_the_order_of_rows_and_of_targets_changes_nothing(series: pd.DataFrame) -> None:
    targets = [TARGET, Target("Fewer", 0.1, "2026-12-31", metric="detractor")]
    plain = judge_targets(targets, series, as_of=pd.Timestamp("2025-04-01"))
    turned = judge_targets(
        targets[::-1], series.sample(frac=1, random_state=0), as_of=pd.Timestamp("2025-04-01", tz="UTC")
    )
    pd.testing.assert_frame_equal(plain.targets, turned.targets)
    pd.testing.assert_frame_equal(plain.path, turned.path)
    assert plain.notes == turned.notes


def test_nothing_after_as_of_moves_anything(series: pd.DataFrame) -> None:
    after = series["period_end"] > pd.Timestamp("2025-04-01")
    edited = series.assign(estimate=series["estimate"].mask(after, 0.0), n_eff=series["n_eff"].mask(after, 20.0))
    plain, moved, cut = (
        judge_targets([TARGET], frame, as_of=pd.Timestamp("2025-04-01")) for frame in (series, edited, series[~after])
    )
    for other in (moved, cut):
        pd.testing.assert_frame_equal(plain.targets, other.targets)
        pd.testing.assert_frame_equal(plain.path, other.path)


def test_a_share_of_detractors_shall_fall() -> None:
    rising, falling = measured(*STORY), measured(*STORY[::-1])
    target = Target("Fewer detractors", 0.2, "2026-12-31", metric="detractor")
    better, worse = (
        one(judge_targets([target], frame, as_of=pd.Timestamp("2026-04-01"))) for frame in (rising, falling)
    )
    assert better["probability"] > 0.9
    assert worse["probability"] < 0.3
    assert 0 <= worse["expected_low"] < worse["expected"] < worse["expected_high"] <= 1
    assert one(judge_targets([target], rising, as_of=pd.Timestamp("2027-02-01")))["verdict"] == "not_known"
    done = replace(target, due_at="2026-03-31")
    assert one(judge_targets([done], rising, as_of=pd.Timestamp("2027-02-01")))["verdict"] == "reached"


def test_a_group_is_judged_by_its_own_figures() -> None:
    both = pd.concat(
        [programme(STORY).assign(plan="Pro"), programme([20.0] * 13).assign(plan="Free")], ignore_index=True
    )
    measured = nps(both, by="plan", per="quarter", as_of=pd.Timestamp("2030-01-01"))
    targets = [replace(TARGET, name=plan, by="plan", group=plan) for plan in ("Pro", "Free")]
    judged = judge_targets(targets, measured, as_of=pd.Timestamp("2026-06-01"))
    assert dict(zip(judged.targets["name"], judged.targets["verdict"], strict=True)) == {
        "Pro": "reached",
        "Free": "missed",
    }


def benchmark(**changed: object) -> pd.DataFrame:
    return pd.DataFrame([{"metric": "nps", "group": None, "low": 10.0, "high": 45.0, "source": "our panel", **changed}])


def test_asked_and_shown_are_of_one_span_and_say_from_when(series: pd.DataFrame) -> None:
    as_of = pd.Timestamp("2025-04-01")
    target = replace(TARGET, baseline=None, baseline_at=None, due_at="2027-12-31")
    found = one(judge_targets([target], series, as_of=as_of))
    known = series[(series["metric"] == "nps") & (series["period_end"] < as_of)].sort_values("period_start")
    n, figures = len(known), known["estimate"].to_numpy()
    assert f"a quarter since {known['period_start'].iloc[0].to_period('Q').strftime('Q%q %Y')}" in found["reason"]
    span, left = (n - 1) // 2, 11
    way = (target.value - figures[-1]) * span / left
    best = (figures[span:] - figures[:-span]).max()
    because = found["realistic_because"].replace("\N{MINUS SIGN}", "-")
    assert f"in {left} quarters, which is {way:+.0f} in {span} quarters, the best" in because
    assert f"the best that the history shows over {span} quarters is {best:+.0f}, from Q" in because


def test_what_a_wandering_figure_neither_shows_nor_rules_out_is_not_called_realistic() -> None:
    levels = [40.0, 50, 30, 45, 20, 10, 30, 25, 31]
    found = one(story("2025-04-01", levels=levels, n=300, target=Target("t", 38, "2026-12-31")))
    assert 0.25 < found["probability"] < 0.5
    # It falls, and its range is wide enough for the target all the same.
    assert found["pace"] < 0
    assert found["expected_high"] > 38
    assert found["realistic"] == "not_known"
    assert found["realistic_because"].startswith("Not known whether it is realistic: it asks for +7 in 7 quarters")
    assert found["realistic_because"].endswith("which neither shows that it can be reached nor rules it out.")


def test_the_users_own_benchmark_tells_what_is_beyond_it(series: pd.DataFrame) -> None:
    def realistic(value: float, rows: pd.DataFrame) -> tuple[str, str]:
        target = replace(TARGET, value=value, due_at="2026-06-30")
        found = one(judge_targets([target], series, as_of=pd.Timestamp("2026-04-01"), own_benchmark=rows))
        return found["realistic"], found["realistic_because"]

    assert realistic(41, benchmark())[0] == "yes"
    answer, because = realistic(41, benchmark(high=35.0))
    assert answer == "no"
    assert "+41 is beyond the +10 to +35 of your own benchmark (our panel)" in because
    assert "your own benchmark has no figure" in realistic(41, benchmark(metric="csat"))[1]
    with pytest.raises(SettingsError, match="has no column source"):
        realistic(41, benchmark().drop(columns="source"))
    with pytest.raises(DataRefusedError, match="low <= high"):
        realistic(41, benchmark(low=50.0))
