"""The drivers at their edges: too little to fit, tables that belong together, and what is said of it."""

import numpy as np
import pandas as pd
import pytest
from test_drivers_checks import fitted_of

from benchmarks.drivers_change import BETWEEN, two_sides
from nps_insights.drivers import estimate_drivers
from nps_insights.drivers.category.card import _words
from nps_insights.drivers.category.cross_fit import TrainingRows
from nps_insights.drivers.category.fit import _of_the_words
from nps_insights.drivers.change.between import Comparison
from nps_insights.drivers.change.change_parts import change_parts
from nps_insights.drivers.checks.negative_controls import negative_controls
from nps_insights.drivers.explained import exact
from nps_insights.drivers.matrix.levels import _number
from nps_insights.drivers.movement.estimate import _measured_said
from nps_insights.drivers.movement.repeats import repeat_answers
from nps_insights.drivers.movement.scale import answer_scale
from nps_insights.drivers.movement.transition import movement
from nps_insights.jobs.driving.driver_words import _change, _changes, _movement, _scenarios
from nps_insights.metrics import categorize
from nps_insights.simulate import planted_world
from nps_insights.tables import SettingsError, empty


def repeated(scores: list[tuple[float, float]]) -> pd.DataFrame:
    """Each contact answers in January and in April."""
    rows = [
        (f"c{who}", day, score) for who, two in enumerate(scores) for day, score in zip(("01", "04"), two, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["contact_id", "month", "score"])
    table["responded_at"] = pd.to_datetime("2026-" + table["month"] + "-05")
    table["category"] = categorize(table["score"])
    return table.assign(response_id=[f"r{n}" for n in range(len(table))], account_id=table["contact_id"])


class TestMovement:
    def test_a_few_who_answered_twice_are_no_movement(self) -> None:
        found = repeat_answers(repeated([(9, 3), (2, 8)]))
        assert movement(found).equals(empty("movement"))

    def test_categories_that_overlap_in_score_are_a_scale_of_their_own(self) -> None:
        # The cuts differed between the waves: 7 was a promoter once and a detractor later.
        steps = pd.DataFrame({"from_score": [7.0, 2.0, 9.0, 0.0], "to_score": [7.0, 8.0, 3.0, 10.0]})
        steps["from_category"] = ["promoter", "detractor", "promoter", "detractor"]
        steps["to_category"] = ["detractor", "passive", "detractor", "promoter"]
        assert answer_scale(steps).categories_alone
        assert answer_scale(steps).levels.tolist() == [-1.0, 0.0, 1.0]
        steps["to_category"] = categorize(steps["to_score"])
        steps["from_category"] = categorize(steps["from_score"])
        assert answer_scale(steps).levels.tolist() == list(range(11))

    def test_a_measured_reliability_is_told_as_measured(self) -> None:
        measured = pd.Series({"estimate": 0.7, "conf_low": 0.6, "conf_high": 0.78, "n": 120})
        (said,) = _measured_said(measured, 0.7, assumed=False)
        assert said.startswith("The reliability was measured on 120 customers who answered twice within 30 days (0.70")
        (other,) = _measured_said(measured, 0.8, assumed=True)
        assert "below the assumed 0.8" in other


class TestChange:
    def test_two_sides_of_a_few_answers_are_not_taken_apart(self) -> None:
        responses, comments, presence = two_sides("more frequent", 100, random_state=1)
        chance, names = np.random.default_rng(0), [f"a{n}" for n in range(40)]
        responses = responses.assign(**{f"attribute/{one}": chance.normal(size=len(responses)) for one in names})
        found = change_parts(responses, comments, presence, between=BETWEEN, attributes=names)
        assert any("responses with a comment in both together, not" in note for note in found.notes)

    def test_two_periods_need_dates(self) -> None:
        responses, comments, presence = two_sides("nothing", 60, random_state=1)
        days = [pd.Timestamp(day) for day in ("2026-01-01", "2026-03-31", "2026-04-01", "2026-06-30")]
        periods = Comparison("period", "Q1", "Q2", periods=((days[0], days[1]), (days[2], days[3])))
        with pytest.raises(SettingsError, match="two periods need dates; the responses have no responded_at"):
            change_parts(responses, comments, presence, between=periods)


class TestEstimates:
    def test_mentions_without_their_themes_are_refused(self) -> None:
        with pytest.raises(SettingsError, match="mentions and themes belong together: give both tables or neither"):
            estimate_drivers(empty("responses"), empty("comments"), mentions=empty("mentions"))

    def test_no_draw_is_no_control(self) -> None:
        fitted = fitted_of(planted_world(300, random_state=1))
        with pytest.raises(SettingsError, match="n_draws == 0: must be at least 1"):
            negative_controls(fitted, n_draws=0, random_state=0)

    def test_a_number_that_is_missing_is_a_driver_of_its_own_and_counts_as_the_mean(self) -> None:
        known = _number("seats", pd.Series([10.0, 30.0]))
        assert list(known) == ["attribute/seats"]
        partly = _number("seats", pd.Series([10.0, None, 30.0]))
        first, second = partly.values()
        assert first.tolist() == [10.0, 20.0, 30.0]
        assert second.tolist() == [0.0, 1.0, 0.0]

    def test_sets_that_are_worked_off_in_halves_give_the_same_shares(self, monkeypatch: pytest.MonkeyPatch) -> None:
        chance = np.random.default_rng(0)
        drawn = chance.normal(size=(6, 40, 4))
        left = np.einsum("sni,snj->sij", drawn, drawn)
        whole = exact._of_sets(left, [1, 2])
        monkeypatch.setattr(exact, "_LARGEST", left.size)
        assert exact._of_sets(left, [1, 2]) == pytest.approx(whole, abs=0)


class TestCategory:
    def test_comments_of_signs_alone_are_no_baseline_of_words(self) -> None:
        texts = pd.Series(["+++", "!!!", "?", "good"])
        n = np.arange(4)
        predicted, notes = _of_the_words(
            TrainingRows(texts, np.array(["promoter"] * 4), pd.Series(n.astype(str)), n), texts, 100
        )
        assert np.isnan(predicted).all()
        assert notes == ["The words alone were not tried as a baseline: most comments hold no word."]

    def test_words_that_tell_more_than_the_model_are_admitted(self) -> None:
        gains = pd.DataFrame({"model": ["text"], "estimate": [-0.123], "conf_high": [-0.05]})
        (said,) = _words(gains)
        assert "log-loss lower by 0.123" in said
        assert _words(gains.assign(conf_high=0.02)) == []


class TestInWords:
    def test_what_was_not_asked_or_found_is_not_told(self) -> None:
        nothing = empty("change_parts")
        assert (_changes(nothing, [], asked=False), _movement(empty("movement"))) == (([], ""), [])
        rows = pd.DataFrame({"scenario": ["half of price"], "estimate": [4.0], "conf_low": [1.0], "conf_high": [7.0]})
        assert _scenarios(rows)[0][0] == "half of price"

    def test_a_change_of_few_parts_has_no_line_for_the_smaller_ones(self) -> None:
        parts = pd.DataFrame({"part": ["total", "frequency", "rate"], "label": ["all", "price", "staff"]})
        parts = parts.assign(
            estimate=[-5.0, -1.0, -4.0], conf_low=-9.0, conf_high=2.0, share_before=0.1, share_after=0.3
        )
        assert [label for label, *_ in _change(parts)] == [
            "all", "staff, goes with other points per mention", "price, mentioned more often",
        ]  # fmt: skip
        assert sum(one for _, one, *_ in _change(parts)[1:]) == -5
