"""What the metrics say of their figures, word for word and number for number, at the bounds of each case."""

import numpy as np
import pandas as pd
import pytest
from compared_periods import period
from invited_world import AS_OF, invited_world

from nps_insights.metrics import account_mix, nps, nps_by, period_changes
from nps_insights.metrics.accounts import has_left
from nps_insights.metrics.asked.agent_patterns import agent_patterns
from nps_insights.metrics.asked.matching import asked_and_answered
from nps_insights.metrics.comparability.asked import _what_it_could_do
from nps_insights.metrics.few_accounts import two_sided_p
from nps_insights.metrics.figures.satisfaction import Scale
from nps_insights.metrics.figures.surveys import kinds_of
from nps_insights.metrics.issued.published import freeze, with_published
from nps_insights.metrics.shares import share_changes
from nps_insights.tables import DataRefusedError, SettingsError

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


def test_a_change_of_shares_has_the_range_of_agresti_and_caffo() -> None:
    # One success and one failure are added to each side (Agresti and Caffo 2000); every answer is of its own account.
    n1, n2, k1, k2 = 50, 80, 10, 32
    days = pd.to_datetime(["2026-01-15"] * n1 + ["2026-02-15"] * n2)
    answers = pd.DataFrame({"response_id": [f"r{n:03}" for n in range(n1 + n2)], "responded_at": days})
    said = [*range(k1), *range(n1, n1 + k2)]
    presence = pd.DataFrame({"response_id": answers["response_id"].iloc[said].tolist(), "theme_id": "t01"})
    ends = {"before_start": "2026-01-01", "before_end": "2026-01-31", "after_start": "2026-02-01"}
    change = pd.Series(ends | {"after_end": "2026-02-28"}).map(pd.Timestamp)
    row = share_changes(presence, answers, change).iloc[0]
    a1, a2 = (k1 + 1) / (n1 + 2), (k2 + 1) / (n2 + 2)
    std_error = np.sqrt(a1 * (1 - a1) / (n1 + 2) + a2 * (1 - a2) / (n2 + 2))
    assert row["estimate"] == pytest.approx(k2 / n2 - k1 / n1)
    half = (row["conf_high"] - row["conf_low"]) / 2
    assert half == pytest.approx(1.96 * std_error, rel=0.03)


@pytest.mark.parametrize(("degrees", "p"), [(np.nan, 0.0455), (np.inf, 0.0455), (9.0, 0.0766), (1.0, 0.2952)])
def test_unknown_and_endless_degrees_of_freedom_are_those_of_the_normal_law(degrees: float, p: float) -> None:
    # Student's t beyond 2, from any table.
    assert two_sided_p([2.0], [degrees])[0] == pytest.approx(p, abs=1e-4)


@pytest.mark.parametrize(("as_of", "left"), [("2026-03-30", False), ("2026-03-31", True), ("2026-04-01", True)])
def test_who_leaves_has_left_from_that_day_on(as_of: str, left: bool) -> None:
    accounts = pd.DataFrame({"account_id": ["a"], "ended_at": pd.to_datetime(["2026-03-31"])})
    assert has_left(accounts, pd.Timestamp(as_of)).tolist() == [left]


@pytest.mark.parametrize("given", [{"low": 5, "high": 1}, {"low": 3, "high": 3}, {"top": 0}, {"top": 5}])
def test_a_scale_that_is_none_is_refused(given: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match=r"low must lie below high|top must leave at least one box"):
        Scale(**({"low": 1, "high": 5} | given))
    assert Scale(1, 5, top=4).good(np.array([1.0, 2.0])).tolist() == [False, True]
    assert Scale(1, 5, top=1).good(np.array([4.0, 5.0])).tolist() == [False, True]


def test_nothing_is_put_before_the_latest_issue_of_a_figure() -> None:
    def issue(moment: str) -> pd.DataFrame:
        return freeze(nps(period(0, 1)), published_at=pd.Timestamp(moment), run_id="7f3a", settings={})

    history = with_published(issue("2026-07-05"), issue("2026-10-05"))
    with pytest.raises(DataRefusedError, match=r"of 2026-10-05 00:00:00 .*never put between"):
        with_published(history, issue("2026-08-05"))


@pytest.mark.parametrize(("n", "too_small"), [(29, True), (30, False), (31, False)])
def test_a_group_is_too_small_below_thirty_answers(n: int, too_small: bool) -> None:
    answers = pd.DataFrame({"response_id": [f"r{one}" for one in range(n)], "plan": "Pro"})
    answers["category"] = (["promoter", "passive", "detractor"] * n)[:n]
    rows = nps_by(answers, ["plan"])
    assert set(rows.loc[(rows["metric"] == "nps") & (rows["by"] == "plan"), "too_small"]) == {too_small}
