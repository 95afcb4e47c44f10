"""Settings that fit no rule, tables that lack a column or a row: what is refused, and what is said instead."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from asked_world import AS_OF, asked_world

from nps_insights.metrics import (
    account_mix,
    adjusted_agents,
    answers_by_rule,
    append_published,
    estimate_notes,
    estimates_of,
    freeze,
    invitation_audit,
    nps,
    period_changes,
    rake,
    response_rates,
    restatements,
    silent_accounts,
)
from nps_insights.metrics.accounts import has_left
from nps_insights.metrics.asked.agent_patterns import last_answer_before
from nps_insights.metrics.figures.satisfaction import Scale, answers_on
from nps_insights.metrics.figures.weighting import checked_weights
from nps_insights.metrics.issued.issued_answers import issue_answers
from nps_insights.metrics.own_movement import own_movement
from nps_insights.tables import DataRefusedError, SettingsError

DAYS = pd.date_range("2026-01-05", periods=60, freq="D")
ANSWERS = pd.DataFrame(
    {
        "response_id": [f"r{row:02}" for row in range(60)],
        "category": ["promoter", "passive", "detractor"] * 20,
        "responded_at": DAYS,
    }
)
JULY = pd.Timestamp("2026-07-05")


def test_settings_that_are_no_choice_name_the_choices() -> None:
    with pytest.raises(SettingsError, match="unit == 'company': must be one of "):
        answers_by_rule(ANSWERS, unit="company")
    with pytest.raises(SettingsError, match=r"per == 'fortnight': must be one of .*month"):
        period_changes(ANSWERS, nps(ANSWERS, per="month"), per="fortnight")
    with pytest.raises(SettingsError, match="rolling == 0: must be a number of days, 1 or more"):
        estimate_notes(ANSWERS, rolling=0)
    with pytest.raises(SettingsError, match="open_days == -1: must be 0 or more days"):
        response_rates(ANSWERS, ANSWERS, as_of=JULY, open_days=-1)
    with pytest.raises(SettingsError, match="published_at == NaT: give the moment of the issue"):
        freeze(nps(ANSWERS), published_at=pd.NaT, run_id="7f3a", settings="")
    with pytest.raises(SettingsError, match="an empty tuple was given to be crossed; name the columns"):
        estimates_of(ANSWERS, by=[()])


def test_crossed_groups_that_read_the_same_are_refused() -> None:
    rows = ANSWERS.assign(plan=["a & b", "a"] * 30, region=["c", "b & c"] * 30)
    with pytest.raises(SettingsError, match="two groups read the same when their names are joined by ' & '"):
        estimates_of(rows, by=[("plan", "region")])


def test_weights_by_response_id_need_one_and_raking_needs_rows() -> None:
    with pytest.raises(SettingsError, match="a Series is read by response_id; the responses have no response_id"):
        checked_weights(ANSWERS.drop(columns="response_id"), pd.Series([1.0], index=["r00"]))
    with pytest.raises(DataRefusedError, match="there are no rows to be weighted"):
        rake(ANSWERS.head(0).assign(plan=""), {"plan": {"Free": 1.0}})


def test_shares_that_contradict_each_other_are_missed_and_the_notes_say_so() -> None:
    rows = ANSWERS.assign(plan=["Free", "Pro"] * 30, region=["North", "South"] * 30)
    raked = rake(rows, {"plan": {"Free": 0.5, "Pro": 0.5}, "region": {"North": 0.4, "South": 0.6}})
    table = raked.margins.set_index(["margin", "level"])
    assert table.loc[("region", "North"), "reached"] == pytest.approx(0.4)
    assert table.loc[("plan", "Free"), "reached"] == pytest.approx(0.4)
    assert any("plan" in note for note in raked.notes)


def test_shares_that_are_reached_slowly_are_reached_as_far_as_anybody_reads_them() -> None:
    # Free and the North have half each, so nobody may speak for Free in the South, though people answered there.
    rows = ANSWERS.assign(plan=["Free"] * 40 + ["Pro"] * 20, region=["North"] * 20 + ["South"] * 40)
    raked = rake(rows, {"plan": {"Free": 0.5, "Pro": 0.5}, "region": {"North": 0.5, "South": 0.5}})
    assert raked.margins["reached"].tolist() == pytest.approx([0.5] * 4, abs=0.0005)
    assert raked.weights.iloc[20:40].max() < 0.001
    assert raked.notes == []


def test_a_moment_before_every_answer_leaves_none() -> None:
    assert estimate_notes(ANSWERS, per="month", as_of=pd.Timestamp("2025-01-01"))[-1] == "no dated answer is left"


def test_windows_of_a_day_leave_none_out_and_days_without_answers_have_no_figure() -> None:
    apart = ANSWERS.drop(index=range(20, 40))
    assert not any("left out" in note for note in estimate_notes(apart, per="day", rolling=1))
    found = estimates_of(apart, per="day", rolling=1).query("metric == 'nps'")
    assert found["period_start"].tolist() == apart["responded_at"].tolist()


def test_answers_beyond_the_scale_tell_of_a_day_only_where_one_began() -> None:
    told = "2 of 60 answers lie beyond the scale 1 to 5 \\(from 7 to 7\\); if the scale changed"
    from_the_first = ANSWERS.assign(csat=[7.0, 7.0, *[5.0] * 58])
    for rows in (from_the_first, from_the_first.drop(columns="responded_at")):
        with pytest.raises(DataRefusedError, match=told):
            answers_on(rows, "csat", Scale(1, 5))
    with pytest.raises(DataRefusedError, match="the first on 2026-03-05, 59 days after the first answer"):
        answers_on(ANSWERS.assign(csat=[*[5.0] * 59, 7.0]), "csat", Scale(1, 5))


def test_figures_of_periods_of_their_own_need_the_rules_that_made_them() -> None:
    months = nps(ANSWERS, per="month")
    frozen = freeze(months, published_at=JULY, run_id="7f3a", settings="")
    odd = months.assign(period_end=months["period_start"] + pd.Timedelta(days=9), estimate=months["estimate"] + 1)
    with pytest.raises(
        SettingsError, match=r"the first from 2026-01-01 to 2026-01-10\) are none of .* give estimator="
    ):
        restatements(frozen, odd, ANSWERS, settings="")


def test_a_column_that_is_gone_since_an_issue_changes_no_answer() -> None:
    then = ANSWERS.assign(account_id=[f"a{row}" for row in range(60)])
    frozen = freeze(nps(then[5:]), published_at=JULY, run_id="7f3a", settings="")
    issued = issue_answers(None, then[5:], published_at=JULY)
    found = restatements(frozen, nps(ANSWERS), ANSWERS, settings="", issued=issued).query("metric == 'nps'").iloc[0]
    assert (found["n_late"], found["n_changed"]) == (5, 0)
    assert found["late_answers"] == pytest.approx(found["difference"])


def test_published_figures_that_cannot_be_written_name_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    issue = freeze(nps(ANSWERS), published_at=JULY, run_id="7f3a", settings="")
    with pytest.raises(SettingsError, match=r"published\.csv: cannot be written \(.*\); name another file"):
        append_published(tmp_path / "taken" / "published.csv", issue)


def test_a_flag_says_nothing_of_the_time_before_its_snapshot() -> None:
    accounts = pd.DataFrame({"account_id": ["a", "b"], "churned": [True, True]})
    accounts["snapshot_at"] = pd.to_datetime(["2026-09-01", "2026-03-01"])
    assert has_left(accounts, pd.Timestamp("2026-06-30")).tolist() == [False, True]
    assert has_left(accounts, None).tolist() == [True, True]


def test_no_agent_with_enough_answers_compares_none() -> None:
    found = adjusted_agents(ANSWERS.assign(agent_id=["ann", "bob", "cas"] * 20), min_answers=30)
    assert found["reason"].tolist() == ["20 answers; at least 30 are needed"] * 3
    assert not found["differs"].any()


def test_one_account_alone_has_no_largest_and_no_swing() -> None:
    found = account_mix(ANSWERS.assign(account_id="a"), pd.DataFrame({"account_id": ["a"], "value": [60.0]}))
    effective = found[found["fact"] == "effective_accounts"].set_index("group")["estimate"]
    assert effective["nps_account"] == 1
    assert effective["nps_revenue"] == 1
    assert not found["fact"].isin(["largest_account", "swing"]).any()


def test_silent_accounts_are_listed_without_a_table_of_accounts() -> None:
    world = asked_world(3, 60)
    found = silent_accounts(world["invitations"], world["responses"], as_of=AS_OF)
    silent = world["invitations"].loc[world["invitations"]["response_id"].isna(), "account_id"]
    assert found.sort_values("rank")["account_id"].tolist() == sorted(silent)
    assert found["value"].isna().all()


def test_an_audit_without_answers_says_what_is_not_known() -> None:
    world = asked_world(3, 60)
    asked = world["invitations"].assign(response_id=None)
    audit = invitation_audit(asked, world["responses"].head(0), as_of=AS_OF).set_index("check")
    assert audit.loc["not_invited", "reason"] == "not known: there are no answers"
    assert np.isnan(audit.loc["not_invited", "estimate"])


def test_answers_of_employees_are_no_last_answer() -> None:
    asked = pd.DataFrame({"contact_id": ["c", "d"], "agent_id": "x", "sent_at": pd.to_datetime(["2026-05-01"] * 2)})
    answers = pd.DataFrame({"response_id": ["r1", "r2"], "contact_id": "c", "category": ["passive", "promoter"]})
    answers["responded_at"] = pd.to_datetime(["2026-03-01", "2026-04-01"])
    assert last_answer_before(asked, answers).fillna("").tolist() == ["promoter", ""]
    assert last_answer_before(asked, answers.assign(internal=[None, True])).fillna("").tolist() == ["passive", ""]
    assert last_answer_before(asked, answers.assign(internal=True)).isna().all()


def test_a_movement_far_beyond_chance_is_not_cut_short() -> None:
    levels = np.cumsum(np.tile([1e15, -1e15], (4, 10)), axis=1)
    assert own_movement(levels, np.full(levels.shape, 1.0), np.ones(4)) > 1e14
