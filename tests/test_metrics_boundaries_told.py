"""What the metrics say of their figures, word for word and number for number, at the bounds of each case."""

import numpy as np
import pandas as pd
import pytest
from compared_periods import period
from invited_world import AS_OF, invited_world

from nps_insights.metrics import account_mix, nps, nps_by, period_changes
from nps_insights.metrics.asked.agent_patterns import agent_patterns
from nps_insights.metrics.asked.matching import asked_and_answered
from nps_insights.metrics.comparability.asked import _what_it_could_do
from nps_insights.metrics.figures.surveys import kinds_of
from nps_insights.metrics.issued.published import freeze, with_published
from nps_insights.tables import DataRefusedError

JULY = pd.Timestamp("2026-07-05")
UNKNOWN = (np.nan, np.nan, np.nan)


def test_figures_that_would_be_rewritten_are_named_with_group_and_period() -> None:
    def issue(answers: pd.DataFrame) -> pd.DataFrame:
        estimates = pd.concat([nps(answers, per="quarter"), nps_by(answers, ["plan"])], ignore_index=True)
        whole = (estimates["metric"] == "nps") & estimates["group"].isin(["", estimates["group"].max()])
        return freeze(estimates[whole], published_at=JULY, run_id="7f3a", settings={})

    with pytest.raises(DataRefusedError) as refused:
        with_published(issue(period(0, 1)), issue(period(0, 2)))
    said = str(refused.value)
    assert "nps of plan " in said
    assert "nps of  " not in said
    assert "nps from 20" in said


@pytest.mark.parametrize(
    ("change", "lacking", "said"),
    [
        (20.0, 0.1, "theirs if they differed by 200 points."),
        (20.1, 0.1, "no difference of theirs could make the whole change of +20."),
        (-5.0, 0.1, "theirs if they differed by 50 points."),
    ],
)
def test_silent_people_explain_a_change_up_to_the_widest_difference_there_is(
    change: float, lacking: float, said: str
) -> None:
    assert _what_it_could_do(lacking, change, UNKNOWN, "fell").endswith(said)


@pytest.mark.parametrize(
    ("answers", "counted"),
    [
        (pd.DataFrame({"score": [9, 8]}), {"": 2}),
        (pd.DataFrame({"score": []}), {}),
        (pd.DataFrame({"survey": ["relational", None]}), {"relational": 1, "": 1}),
        (pd.DataFrame({"survey": ["transactional"]}), {"transactional": 1}),
    ],
)
def test_answers_are_counted_by_survey_and_nobody_is_counted_where_nobody_is(
    answers: pd.DataFrame, counted: dict[str, int]
) -> None:
    assert kinds_of(answers) == counted


@pytest.mark.parametrize(("per", "months"), [("quarter", 3), ("month", 1)])
def test_a_period_is_held_against_the_one_before_and_the_same_a_year_ago(per: str, months: int) -> None:
    starts = pd.date_range("2024-01-01", periods=24 // months + 1, freq=pd.DateOffset(months=months))
    days = [start + pd.DateOffset(days=day) for start in starts[:-1] for day in range(28)] * 4
    answers = pd.DataFrame({"responded_at": days, "category": ["promoter", "passive"] * (len(days) // 2)})
    found = period_changes(answers, nps(answers, per=per), per=per)
    last = starts[-2] if found["after_start"].iloc[0] == starts[-2] else starts[-3]
    wanted = [last - pd.DateOffset(years=1), last - pd.DateOffset(months=months)]
    assert sorted(found["before_start"]) == wanted


@pytest.mark.parametrize(("as_of", "n_active"), [(None, 2), (pd.Timestamp("2026-05-01"), 3)])
def test_accounts_that_came_after_the_last_answer_are_not_among_those_who_could_have(
    as_of: pd.Timestamp | None, n_active: int
) -> None:
    accounts = pd.DataFrame({"account_id": ["a", "b", "c"], "value": [10.0, 20.0, 30.0]})
    accounts["started_at"] = pd.to_datetime(["2025-01-01", "2026-03-01", "2026-04-15"])
    answers = pd.DataFrame({"response_id": ["r1"], "account_id": ["a"], "category": ["promoter"]})
    answers["responded_at"] = pd.Timestamp("2026-04-01")
    facts = account_mix(answers, accounts, as_of=as_of).set_index("fact")
    assert facts.loc["account_coverage", "n"] == n_active
    assert facts.loc["account_coverage", "estimate"] == pytest.approx(1 / n_active)
    assert facts.loc["account_coverage", "reason"] == f"1 of {n_active} active accounts answered."


def test_what_is_told_of_an_agent_is_the_figure_of_its_row() -> None:
    invitations, responses = invited_world(3, n_agents=12, n_served=200, cheats=1)
    table = agent_patterns(asked_and_answered(invitations, responses, as_of=AS_OF), responses)
    told = table[table["reason"].str.contains("percentage points", na=False) & table["estimate"].notna()]
    assert len(told) > 10
    for row in told.itertuples():
        scale = 100 if abs(row.estimate) <= 1 else 1
        assert row.reason.startswith(f"{scale * row.estimate:+.0f} percentage points ")
        assert f"(n = {row.n})" in row.reason
