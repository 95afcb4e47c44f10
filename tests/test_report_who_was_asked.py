"""Who was asked: response rates and bounds, silent accounts, the audit, scores of accounts, and agents unranked."""

import pandas as pd
from report_tables import estimates
from report_watch_tables import absent, agents, changed_to, nonresponse

from nps_insights.report.chapters.who_was_asked import WhoWasAsked, asked_in_all, who_was_asked
from nps_insights.report.inputs import report_tables


def chapter(**changed: pd.DataFrame) -> WhoWasAsked:
    return who_was_asked(changed_to(**changed))


def test_the_lead_says_how_many_answered_and_how_far_the_silent_could_carry_the_number() -> None:
    assert chapter().lead == (
        "Of 9,879 invitations 29% (likely 28 to 30%) were answered. What the others would have said nobody knows: were "
        "they all detractors the number of everybody asked would be −63, were they all promoters 79."
    )
    assert asked_in_all(report_tables({"nonresponse": nonresponse().query("by != ''")})["nonresponse"]) == ""


def test_everybody_stands_before_groups_and_small_groups_show_no_number() -> None:
    table = chapter().rates
    assert table is not None
    assert [row[0] for row in table.rows] == ["Everybody", "plan: Pro", "plan: Trial"]
    assert table.rows[2][3] == "too few to judge"


def test_ten_silent_accounts_are_named_the_most_valuable_first() -> None:
    found = chapter()
    assert found.silent is not None
    assert [row[0] for row in found.silent.rows] == [f"Ltd {at} (silent-{at:02})" for at in range(1, 11)]
    assert found.silent_note.startswith("33 accounts were asked and have not answered, worth ")
    assert "tables/silent_accounts.parquet" in found.silent_more


def test_the_audit_names_agents_only_where_they_stand_out() -> None:
    found = chapter()
    assert found.audit is not None
    assert [row[3] for row in found.audit.rows] == ["look here", "look here", "–", "–"]
    assert "AG2" not in repr(found.audit)
    assert found.audit_note == "2 findings call for a look; none of them proves an intention. Of 2 agents 1 stand out."


def test_scores_stand_side_by_side_each_with_how_it_counts() -> None:
    table = chapter(estimates=estimates()).scores
    assert table is not None
    assert [row[0] for row in table.rows] == [
        "Every answer counts once",
        "Every account counts once",
        "Every account counts by its value",
    ]
    assert table.rows[2][-1] == "18 accounts have no value."


def test_facts_on_accounts_have_units_of_their_own() -> None:
    table = chapter().mix
    assert table is not None
    figures = {row[0]: row[1] for row in table.rows}
    assert figures["As many equal accounts as, counting value"] == "41"
    assert figures["If the largest account left, counting value"].startswith("−6.4")
    assert "the NPS by value would be 30.6" in repr(table.rows)
    assert figures["Role: Owner"] == "18% (likely 16 to 20%)"


def test_agents_are_not_ranked_and_the_raw_figure_is_not_shown() -> None:
    found = who_was_asked(report_tables({"agents": agents().sample(frac=1, random_state=1)}))
    assert found.agents is not None
    assert [row[0] for row in found.agents.rows] == ["AG2", "AG1", "AG3"]
    assert found.agents.rows[2][1:] == ("–", "12", "12 answers; at least 30 are needed")
    assert "61" not in repr(found.agents)
    assert "99" not in repr(found)
    assert "They are no ranking." in found.agents_note


def test_without_the_tables_there_is_no_chapter() -> None:
    assert who_was_asked(absent()) == WhoWasAsked()
