"""Drivers as rows: who is listed, on which side they act, and that sides add up."""

import pandas as pd
import pytest
from report_tables import LEAVES, code_effects, effects, theme_effects

from nps_insights.report.inputs import report_tables
from nps_insights.report.rows.driver_rows import CLEAR_Q, costing, drivers_of, earning, side, unclear


def whole(frame: pd.DataFrame) -> pd.DataFrame:
    return report_tables({"effects": frame})["effects"]


def test_every_driver_costs_earns_or_is_unclear() -> None:
    drivers = drivers_of(whole(theme_effects()), "theme")
    parts = [costing(drivers), earning(drivers), unclear(drivers)]
    assert sorted(d.driver_id for part in parts for d in part) == sorted(f"theme/{leaf}" for leaf in LEAVES)


def test_the_sides_add_up_to_the_total() -> None:
    for driver in drivers_of(whole(theme_effects()), "theme"):
        assert driver.promoter.estimate + driver.detractor.estimate == pytest.approx(driver.total.estimate)
        assert driver.detractor.low <= driver.detractor.estimate <= driver.detractor.high


def test_orders_begin_with_what_matters_most() -> None:
    drivers = drivers_of(whole(theme_effects()), "theme")
    assert [d.label for d in costing(drivers)][:3] == ["late delivery", "waiting on hold", "bill is wrong"]
    assert earning(drivers)[0].label == "friendly staff"
    assert unclear(drivers)[0].label == "price went up"


@pytest.mark.parametrize(("q_value", "low", "listed"), [(0.01, 0.4, 1), (CLEAR_Q, 0.4, 0), (0.01, -0.1, 0)])
def test_only_drivers_told_from_zero_by_both_checks_are_listed(q_value: float, low: float, listed: int) -> None:
    frame = effects("theme", [("theme/t01", "staff", "t01", 300, 3.0, 0.5)]).assign(q_value=q_value, conf_low=low)
    assert len(earning(drivers_of(whole(frame), "theme"))) == listed


def test_a_driver_without_a_figure_is_not_listed() -> None:
    frame = effects("theme", [("theme/t01", "staff", "t01", 300, 3.0, 0.5)]).assign(estimate=float("nan"))
    assert drivers_of(whole(frame), "theme") == []


@pytest.mark.parametrize(
    ("total", "share", "said"),
    [
        (6.0, 0.98, "delighter: only wins promoters"),
        (-6.0, 0.02, "hygiene: only makes detractors"),
        (6.0, 0.5, "both: wins promoters and spares detractors"),
        (-6.0, 0.5, "both: costs promoters and makes detractors"),
        (-6.0, 0.98, "only costs promoters"),
        (6.0, 0.02, "only spares detractors"),
        (0.01, 0.5, "no effect of its own found"),
    ],
)
def test_sides_in_words(total: float, share: float, said: str) -> None:
    (driver,) = drivers_of(whole(effects("code", [("code/a", "a", None, 400, total, share)])), "code")
    assert side(driver) == said


def test_kinds_stay_apart_and_gathering_themes_are_left_out() -> None:
    frame = whole(pd.concat([theme_effects(), code_effects()]))
    assert len(drivers_of(frame, "code")) == 3
    assert "t01" not in {
        d.driver_id.removeprefix("theme/") for d in drivers_of(frame, "theme", without=frozenset({"t01"}))
    }
