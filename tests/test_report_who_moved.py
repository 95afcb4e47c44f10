"""Who moved: corrected before counted, five rows a side of what goes with it, and counts instead of names."""

import pandas as pd
from report_driver_tables import closest, movement, movement_effects, movers

from nps_insights.report.chapters.who_moved import MOST_A_SIDE, WhoMoved, who_moved
from nps_insights.report.inputs import report_tables


def shown(**tables: pd.DataFrame) -> WhoMoved:
    return who_moved(report_tables(tables))


def test_the_corrected_figure_comes_first_and_the_counted_one_beside_it() -> None:
    table = shown(movement=movement()).table
    assert table is not None
    assert table.columns == ("Of every", "Detractor now", "Passive now", "Promoter now", "Left us")
    assert table.rows[0][0] == "Detractor before (300)"
    assert table.rows[0][1] == "80% (likely 75 to 85%)\nas counted: 62% (likely 57 to 67%)"


def test_the_share_of_movers_is_corrected_first() -> None:
    found = shown(movement=movement(), movers=movers())
    assert found.movers.startswith("From one answer to the next, 8% (likely 6 to 10%) of answers really are")
    assert "as counted it looks like 35% (likely 33 to 37%)" in found.movers
    assert "to 80%" in found.correction


def test_without_a_correction_the_counted_figures_stand_alone() -> None:
    raw = movement().query("method == 'raw'")
    found = shown(movement=raw, movers=movers())
    assert found.table is not None
    assert found.table.rows[0][1] == "as counted: 62% (likely 57 to 67%)"
    assert found.correction == ""
    assert "35%" in found.movers
    assert "8%" not in found.movers


def test_at_most_five_rows_a_side_go_with_moving_and_all_are_clear() -> None:
    table = shown(movement_effects=movement_effects()).effects_table
    assert table is not None
    assert [row[3] for row in table.rows] == ["down"] * MOST_A_SIDE + ["up"]
    assert table.rows[0][0] == "trouble 6"
    assert "price went up" not in [row[0] for row in table.rows]


def test_where_nothing_goes_with_moving_it_says_so() -> None:
    none = movement_effects().query("driver_id == 'theme/t07'")
    found = shown(movement_effects=none)
    assert found.effects_table is None
    assert found.effects_note.startswith("What goes with moving up or down cannot be told")


def test_who_is_close_is_counted_and_not_named() -> None:
    close = shown(closest=closest()).close
    assert close.endswith(
        "the 3 passives who answer most like promoters and the 2 promoters who answer least like promoters."
    )
    assert "secret" not in close


def test_without_repeats_there_is_no_chapter() -> None:
    assert shown().is_empty
