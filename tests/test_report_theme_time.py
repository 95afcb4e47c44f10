"""The chapter of themes over time: plain sentences, lines that show what the tables say, and no part without data."""

import pandas as pd
import pytest
from report_outline import Outline
from report_tables import LEAVES, SCRIPT_LABEL, TOPS, facts_example, report_example

from nps_insights.metrics import THEME_SHARE
from nps_insights.report import render_report
from nps_insights.report.chapters.theme_time import ThemeTime, theme_time
from nps_insights.report.first.screen import first_screen
from nps_insights.report.inputs import group_columns, report_tables
from nps_insights.tables import conform

STARTS = pd.date_range("2025-04-01", periods=5, freq="QS")


def trend() -> pd.DataFrame:
    """Four finished quarters and one that is not over; every theme at 10 % but the first, which grows to 40 %."""
    rows = []
    for theme in [*LEAVES, *TOPS]:
        for at, start in enumerate(STARTS):
            share = 0.1 * (at + 1) if theme == "t01" else 0.1
            rows.append({"group": theme, "estimate": share, "period_start": start, "finished": at < 4})
    frame = pd.DataFrame(rows).assign(metric=THEME_SHARE, by="theme_id", n=400, n_eff=400.0, too_small=False)
    ends = frame["period_start"] + pd.offsets.QuarterEnd(startingMonth=12)
    return frame.assign(period_end=ends, conf_low=frame["estimate"] - 0.03, conf_high=frame["estimate"] + 0.03)


def changes(reasons: dict[str, str]) -> pd.DataFrame:
    sign = {"emerging": 1.0, "fading": -1.0, "steady": 0.1}
    frame = pd.DataFrame({"group": list(reasons), "reason": list(reasons.values())})
    frame["estimate"] = 0.06 * frame["reason"].map(sign)
    frame = frame.assign(metric=THEME_SHARE, by="theme_id", before_estimate=0.1, p_value=0.5, q_value=0.5)
    frame["after_estimate"] = frame["before_estimate"] + frame["estimate"]
    frame = frame.assign(conf_low=frame["estimate"] - 0.02, conf_high=frame["estimate"] + 0.02, n_before=1200, n=400)
    days = {"before_start": "2025-04-01", "before_end": "2025-12-31", "after_start": "2026-01-01"}
    return frame.assign(**days, after_end="2026-03-31")


def possible(label: str = "parking fee") -> pd.DataFrame:
    row = {"group_id": "new1", "label": label, "keywords": "parking, fee", "n_segments": 40, "n_responses": 31}
    row |= {"share": 0.014, "cohesion": 0.6, "example": f"The {label} is a shame.", "first_seen": "2026-03-02"}
    return pd.DataFrame([row | {"last_seen": "2026-03-30"}])


def languages() -> pd.DataFrame:
    rows = [("en", 1900, 0.95, True), ("de", 90, 0.045, False), ("", 10, 0.005, True)]
    return pd.DataFrame(rows, columns=["language", "n_comments", "share", "is_read"])


def full(reasons: dict[str, str] | None = None) -> dict[str, pd.DataFrame]:
    tables = report_example()
    moved = reasons if reasons is not None else {"t01": "emerging", "t02": "fading", "p01": "emerging", "t03": "steady"}
    tables["estimates"] = conform("estimates", pd.concat([tables["estimates"], trend()], ignore_index=True))
    tables["changes"] = conform("changes", pd.concat([tables["changes"], changes(moved)], ignore_index=True))
    return tables | {"possible_themes": possible(), "languages": languages()}


def part(**changed: pd.DataFrame) -> ThemeTime:
    return theme_time(report_tables(full() | changed))


def test_what_emerges_and_fades_is_said_with_its_range_and_top_themes_are_not_repeated() -> None:
    said = part()
    assert said.moves == [
        "“late delivery” is mentioned more often: by 16% of those with a comment, 10% before "
        "(likely 4 to 8 percentage points more).",
        "“parcel left outside” is mentioned less often: by 4% of those with a comment, 10% before "
        "(likely 4 to 8 percentage points less).",
    ]
    assert said.moves_note.startswith("Q1 2026 beside Q2 2025 to Q4 2025.")


def test_where_nothing_moved_that_is_said_in_a_sentence() -> None:
    said = theme_time(report_tables(full({"t01": "steady", "t02": "steady"})))
    assert said.moves == []
    assert said.moves_note == (
        "Q1 2026 beside Q2 2025 to Q4 2025: none of 2 themes is mentioned more or less often beyond what luck explains."
    )


def test_lines_show_finished_periods_top_themes_first() -> None:
    said = part()
    assert said.heads == ("Q2 2025", "Q1 2026")
    assert {row.label for row in said.rows} == set(TOPS.values())
    assert len(said.rest) == len(LEAVES)
    (row,) = [row for row in said.rest if row.label == "late delivery"]
    points = [tuple(map(float, point.split(","))) for point in row.line.split()]
    assert [x for x, _ in points] == pytest.approx([0, 33.33, 66.67, 100])
    assert [y for _, y in points] == pytest.approx(
        [100 * (1 - share / 0.43) for share in (0.1, 0.2, 0.3, 0.4)], abs=0.01
    )
    assert (row.first, row.last, row.verdict) == ("10%", "40% (likely 37 to 43%)", "more often")
    assert len(row.band.split()) == 8


def test_without_top_themes_the_largest_themes_are_shown() -> None:
    flat = report_example()["themes"].query("level == 2").assign(parent_id=None)
    said = part(themes=flat)
    assert len(said.rows) == 12
    assert said.rest == []


def test_shares_of_themes_are_no_groups_of_the_number() -> None:
    assert group_columns(report_tables(full())["estimates"]) == ["plan", "region"]


def test_the_first_screen_names_an_emerging_theme_by_the_tables_own_verdict() -> None:
    (sentence,) = [one for one in first_screen(report_tables(full()), facts_example()).moves if "more often" in one]
    assert "late delivery (10% → 16%)" in sentence
    assert "delivery (" not in sentence.replace("late delivery (", "")


def test_the_page_shows_every_part_and_escapes_what_comes_from_data() -> None:
    tables = full() | {"possible_themes": possible(SCRIPT_LABEL)}
    seen = Outline(render_report(tables, facts_example()))
    for words in ("Emerging and fading", "Themes over time", "Possible new themes", "Theme by theme"):
        assert words in seen.text
    assert "Comments by language" in seen.text
    assert "no: in no theme" in seen.text
    assert "German" in seen.text
    assert "not known" in seen.text
    assert "2 March 2026" in seen.text
    assert seen.count("script") == 4
    assert seen.count("polygon") == len(TOPS) + len(LEAVES)


@pytest.mark.parametrize(
    ("absent", "heading"),
    [
        ("possible_themes", "Possible new themes"),
        ("languages", "Comments by language"),
        ("changes", "Emerging and fading"),
        ("estimates", "Themes over time"),
    ],
)
def test_without_a_table_its_part_is_not_there(absent: str, heading: str) -> None:
    tables = full()
    tables.pop(absent)
    seen = Outline(render_report(tables, facts_example()))
    assert heading not in seen.text
    assert "Theme by theme" in seen.text


def test_one_period_makes_no_line() -> None:
    once = trend().query("period_start == '2025-04-01'")
    tables = full()
    tables["estimates"] = pd.concat([report_example()["estimates"], once], ignore_index=True)
    assert theme_time(report_tables(tables)).rows == []
