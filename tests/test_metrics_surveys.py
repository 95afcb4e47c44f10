import pandas as pd
import pytest

from nps_insights.metrics.estimates import estimates_of, nps, nps_by
from nps_insights.metrics.figures.surveys import kinds_of, one_survey
from nps_insights.tables import DataRefusedError, SettingsError

BOTH = pd.DataFrame(
    {
        "response_id": [f"r{i:03}" for i in range(100)],
        "category": ["promoter"] * 60 + ["detractor"] * 40,
        "survey": ["relational"] * 60 + ["transactional"] * 40,
        "plan": ["Free", "Pro"] * 50,
    }
)


def points(estimates: pd.DataFrame) -> dict[tuple[str, str], float]:
    rows = estimates[(estimates["metric"] == "nps") & (estimates["by"] == "")]
    return {(row.survey, row.group): row.estimate for row in rows.itertuples()}


def test_two_surveys_are_never_pooled_silently() -> None:
    for figure in (lambda: nps(BOTH), lambda: nps_by(BOTH, ["plan"]), lambda: estimates_of(BOTH)):
        with pytest.raises(DataRefusedError, match=r"60 relational, 40 transactional.*not pooled unless asked"):
            figure()


def test_each_survey_has_its_own_figure_and_the_pooled_one_says_so() -> None:
    assert points(estimates_of(BOTH, survey="relational")) == {("relational", ""): 100.0}
    assert points(estimates_of(BOTH, survey="transactional")) == {("transactional", ""): -100.0}
    assert points(estimates_of(BOTH, survey="pooled")) == {("pooled", ""): pytest.approx(20.0)}
    apart = estimates_of(BOTH, survey="apart", by=["plan"])
    assert points(apart) == {("relational", ""): 100.0, ("transactional", ""): -100.0}
    assert len(apart) == 2 * 3 * 4


def test_groups_by_survey_pool_nothing() -> None:
    found = nps(BOTH, by="survey").query("metric == 'nps'").set_index("group")["estimate"]
    assert found.to_dict() == {"relational": 100.0, "transactional": -100.0}


def test_answers_of_one_survey_need_no_word() -> None:
    one = BOTH.head(60)
    assert points(estimates_of(one)) == {("relational", ""): 100.0}
    assert "survey" not in estimates_of(one.drop(columns="survey")).columns


def test_answers_that_do_not_say_join_the_one_survey_there_is() -> None:
    torn = BOTH.head(60).assign(survey=["relational"] * 50 + [None] * 10)
    assert kinds_of(torn) == {"relational": 50, "": 10}
    assert len(one_survey(torn)) == 60
    assert len(one_survey(torn, "relational")) == 50


def test_a_survey_that_nobody_answered_is_refused() -> None:
    with pytest.raises(DataRefusedError, match=r"no answer is of this survey .*60 relational"):
        one_survey(BOTH.head(60), "transactional")


def test_an_unknown_survey_is_refused() -> None:
    with pytest.raises(SettingsError, match="survey == 'pulse'"):
        one_survey(BOTH, "pulse")
