"""Ordinary data that is odd in one way or another: every question is answered, or says why not."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nps_insights.jobs.driving.driver_analysis import DriverInput, analyse_drivers
from nps_insights.jobs.driving.driver_questions import asked_change, asked_scenarios
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.simulate import planted_world
from nps_insights.tables import TABLES, SettingsError, conform

SETTINGS = check_settings({"input": {"survey": "x.csv"}, "drivers": {"category_model": False}})
THEMES = list("ABCDEF")


def ordinary(n: int = 600) -> DriverInput:
    """A planted world with comments of differing length, accounts that answer twice, quarters and a plan."""
    world = planted_world(n, random_state=4)
    rng = np.random.default_rng(4)
    responses = world[["response_id", "score", "category"]].assign(scale_min=0.0, scale_max=10.0)
    responses["account_id"] = [f"a{row // 2:04d}" for row in range(n)]
    responses["responded_at"] = pd.to_datetime(np.where(np.arange(n) % 2, "2026-05-10", "2026-02-10"))
    responses["attribute/Plan"] = rng.choice(["Basic", "Pro"], size=n)
    words = ["word " * (3 + 5 * count) for count in world[THEMES].sum(axis="columns") + rng.integers(3, size=n)]
    comments = pd.DataFrame(
        {"comment_id": world["response_id"], "response_id": world["response_id"], "text": words, "says_nothing": False}
    )
    long = world.melt(id_vars="response_id", value_vars=THEMES, var_name="theme_id")
    long = long[long["value"].astype(bool)].reset_index(drop=True)
    mentions = long[["response_id", "theme_id"]].assign(
        segment_id=[f"s{row}" for row in range(len(long))], strength=1.0, tone=rng.normal(0, 0.4, len(long)).clip(-1, 1)
    )
    themes = pd.DataFrame({"theme_id": THEMES, "label": [f"about {one}" for one in THEMES]})
    themes = themes.assign(level=2, keywords=themes["label"])
    return DriverInput(
        conform("responses", responses), comments, mentions, themes, None, None, [], ["Plan"], [], ["attribute/Plan"],
        pd.Timestamp("2026-06-30"),
    )  # fmt: skip


def rare_levels(given: DriverInput) -> DriverInput:
    agents = pd.Series([f"agent {row % 60:02d}" for row in range(len(given.responses))])
    responses = given.responses.assign(**{"attribute/Agent": agents.to_numpy()})
    return replace(given, responses=responses, attributes=["Plan", "Agent"])


ODD: dict[str, Callable[[DriverInput], DriverInput]] = {
    "as it is": lambda given: given,
    "all levels rare": rare_levels,
    "nobody commented": lambda given: replace(given, comments=given.comments.head(0), mentions=given.mentions.head(0)),
    "no dates": lambda given: replace(given, responses=given.responses.drop(columns="responded_at"), as_of=None),
    "no accounts": lambda given: replace(given, responses=given.responses.drop(columns="account_id")),
    "one account": lambda given: replace(given, responses=given.responses.assign(account_id="everybody")),
    "promoters alone": lambda given: replace(given, responses=given.responses.assign(category="promoter", score=10.0)),
    "no tone": lambda given: replace(given, mentions=given.mentions.drop(columns="tone")),
    "no themes": lambda given: replace(given, mentions=None, themes=None),
    "few": lambda given: replace(given, responses=given.responses.head(25), comments=given.comments.head(25)),
}


@pytest.mark.parametrize("odd", list(ODD))
def test_it_answers_or_says_why_not(odd: str) -> None:
    given = ODD[odd](ordinary())
    analysis = analyse_drivers(given, SETTINGS)
    for name, table in analysis.tables.items():
        conform(name, table)
        assert name in TABLES
    assert not any("nan" in note.split() or "nan%" in note for note in analysis.notes), analysis.notes
    if odd == "as it is":
        effects = analysis.tables["effects"].query("outcome == 'nps' and method == 'adjusted'").set_index("driver_id")
        assert effects.loc["theme/A", "conf_high"] < 0
        assert len(analysis.tables["scenarios"]) >= 3
        assert {"today"} < set(analysis.tables["scenarios"]["scenario"])
    if odd == "one account":
        assert any("All answers are of one account" in note for note in analysis.notes)
    if odd in ("nobody commented", "few"):
        assert analysis.tables["effects"].empty
        assert any("No effects were estimated" in note for note in analysis.notes)


def test_scenarios_of_several_themes_stand_where_comments_have_lengths() -> None:
    settings = check_settings(
        {
            "input": {"survey": "x.csv"},
            "drivers": {"category_model": False, "what_if": ["about A+about D=0.5", "A=0.5", "D=0.5"]},
        }
    )
    table = analyse_drivers(ordinary(), settings).tables["scenarios"].set_index("scenario")["change"]
    half = "half as many mentions of about "
    assert table[f"{half}A and about D"] == pytest.approx(table[f"{half}A"] + table[f"{half}D"])


def test_two_drivers_of_one_label_are_told_apart_by_id() -> None:
    known = pd.DataFrame({"driver_id": ["theme/t01", "theme/p01"], "label": ["Long queue", "long queue"]})
    with pytest.raises(SettingsError, match="is the label of theme/t01, theme/p01; name one by its id"):
        asked_scenarios(["Long queue=0.5"], known)
    assert asked_scenarios(["p01=0.5"], known)[0].driver_ids == ("theme/p01",)
    plus = pd.DataFrame({"driver_id": ["theme/t02"], "label": ["Wi-Fi + parking"]})
    assert asked_scenarios(["wi-fi + parking=0.5"], plus)[0].driver_ids == ("theme/t02",)


def test_groups_may_hold_colons() -> None:
    responses = pd.DataFrame({"attribute/time": ["09:00", "17:00"]})
    found = asked_change("time:09:00..17:00", responses)
    assert (found.by, found.before, found.after) == ("attribute/time", "09:00", "17:00")
