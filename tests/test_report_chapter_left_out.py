"""The chapter of what was left out: every reason, every count, and nobody blamed for a filter they did not set."""

import dataclasses

from report_tables import facts_example, report_example

from nps_insights.report.chapters.left_out import LeftOutChapter, left_out_chapter
from nps_insights.report.inputs import report_tables


def chapter(**facts: object) -> LeftOutChapter:
    changed = dataclasses.replace(facts_example(), **facts)  # type: ignore[arg-type]
    return left_out_chapter(report_tables(report_example()), changed)


def test_rows_not_counted_are_not_said_to_be_filtered_on_request() -> None:
    shown = chapter(counts={"read": 10, "kept": 4, "filtered": 6}, reasons={"no score was given": 6})
    assert shown.flow == "10 rows were read: 4 kept, 6 not counted."
    assert shown.reasons is not None
    assert shown.reasons.rows == [("no score was given", "6")]


def test_every_reason_is_listed_with_its_rows() -> None:
    reasons = {f"accounts: reason {at}": 40 - at for at in range(30)}
    table = chapter(reasons=reasons).reasons
    assert table is not None
    assert [row[0] for row in table.rows] == list(reasons)


def test_joining_the_accounts_is_told_in_words_and_in_the_order_given() -> None:
    table = chapter().accounts
    assert table is not None
    assert table.rows == [
        ("accounts in the file", "1,900"),
        ("accounts with an answer", "1,640"),
        ("accounts without an answer", "260"),
        ("answers whose account is not in the file", "31"),
    ]
    assert chapter(account_counts={}).accounts is None
