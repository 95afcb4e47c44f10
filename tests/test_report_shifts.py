import pandas as pd
from report_tables import facts_example, report_example

from nps_insights.metrics import THEME_SHARE
from nps_insights.report import render_report
from nps_insights.report.first.screen import first_screen
from nps_insights.report.inputs import report_tables, shifted_themes
from nps_insights.tables import conform


def with_shifts(p_values: list[float]) -> dict[str, pd.DataFrame]:
    """The example's tables, with shares of its first leaves before and after."""
    tables = dict(report_example())
    leaves = tables["themes"].query("level == 2")["theme_id"].head(len(p_values)).tolist()
    last = tables["changes"].sort_values(["after_start", "before_start"]).iloc[-1]
    periods = {name: last[name] for name in ("before_start", "before_end", "after_start", "after_end")}
    shares = pd.DataFrame(
        {
            "metric": THEME_SHARE,
            "by": "theme_id",
            "group": leaves,
            "before_estimate": 0.08,
            "after_estimate": [0.27, 0.02, *[0.09] * (len(leaves) - 2)],
            "conf_low": 0.0,
            "conf_high": 0.1,
            "p_value": p_values,
            "n_before": 400,
            "n": 400,
            **periods,
        }
    )
    shares["estimate"] = shares["after_estimate"] - shares["before_estimate"]
    tables["changes"] = conform("changes", pd.concat([tables["changes"], shares], ignore_index=True))
    return tables


def test_only_shifts_beyond_luck_are_listed_largest_first() -> None:
    tables = report_tables(with_shifts([1e-9, 1e-4, 0.6, 0.9]))
    assert shifted_themes(tables)["after_estimate"].tolist() == [0.27, 0.02]


def test_the_first_screen_names_what_is_mentioned_more_often() -> None:
    tables = report_tables(with_shifts([1e-9, 1e-4, 0.6]))
    (sentence,) = [one for one in first_screen(tables, facts_example()).moves if "more often" in one]
    assert "8% → 27%" in sentence
    assert "2%" not in sentence.replace("27%", "")


def test_without_a_shift_nothing_is_said() -> None:
    tables = report_tables(with_shifts([0.5, 0.5, 0.6]))
    assert not any("more often" in one for one in first_screen(tables, facts_example()).moves)


def test_the_page_has_a_table_of_shifts() -> None:
    assert "What people mention more, or less" in render_report(with_shifts([1e-9, 1e-4]), facts_example())
    assert "What people mention more, or less" not in render_report(report_example(), facts_example())
