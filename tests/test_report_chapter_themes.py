"""The chapter of themes: small themes show no figure, and what themes of one kind do together."""

import pandas as pd
import pytest
from report_outline import Outline
from report_tables import LEAVES, TOPS, effects, facts_example, report_example

from nps_insights.report import render_report
from nps_insights.report.chapters.drivers import theme_drivers
from nps_insights.report.chapters.themes import ThemeChapter, theme_chapter
from nps_insights.report.inputs import report_tables


def chapter(**changed: pd.DataFrame) -> ThemeChapter:
    return theme_chapter(report_tables(report_example() | changed), min_group_size=30)


def smaller(*theme_ids: str, n_responses: int) -> pd.DataFrame:
    themes = report_example()["themes"]
    return themes.assign(n_responses=themes["n_responses"].where(~themes["theme_id"].isin(theme_ids), n_responses))


@pytest.mark.parametrize(("n_responses", "judged"), [(29, False), (30, True)])
def test_a_theme_of_few_answers_shows_size_and_quote_but_no_figure(n_responses: int, judged: bool) -> None:
    shown = chapter(themes=smaller("p04", "t12", n_responses=n_responses))
    (top,) = [top for top in shown.tops if top.label == "app and website"]
    leaf = top.leaves[-1]
    assert top.size.startswith(f"{n_responses} answers")
    assert leaf.quote
    assert shown.table is not None
    row = next(row for row in shown.table.rows if row[0] == "app and website")
    for figure in (top.nps, leaf.nps, row[-1]):
        assert (figure == "too few to judge") != judged
    assert shown.chart is not None
    assert len(shown.chart.figure["data"][0]["x"]) == (4 if judged else 3)
    assert ("2 themes with fewer than 30 answers show no NPS" in shown.note) != judged


def test_what_unhappy_people_say_is_called_that() -> None:
    page = render_report(report_example(), facts_example())
    assert "<figcaption>from a detractor</figcaption>" in page
    assert "most negative" not in page


def test_the_line_of_a_top_theme_says_what_its_themes_do_together() -> None:
    said = {top.label: top.together for top in chapter().tops}
    assert said["delivery"] == "Together its themes cost 6 points (likely −7 to −4)."
    assert said["staff and hotline"].startswith("Together its themes: too close to call (likely −2 to ")


def test_tops_of_themes_without_an_effect_or_without_figures_say_so_or_nothing() -> None:
    weak = [(f"theme/{name}", "x", name, 300, 0.01, 0.5) for name in ("p01", *LEAVES)]
    said = {top.label: top.together for top in chapter(effects=effects("theme", weak)).tops}
    assert said == dict.fromkeys(TOPS.values(), "") | {"delivery": "Together its themes: no effect of their own found."}


def test_one_theme_alone_is_not_called_together() -> None:
    themes = report_example()["themes"].query("theme_id in ('p01', 't01')")
    (top,) = chapter(themes=themes).tops
    assert top.together.startswith("Its one theme costs 6 points")


def test_tops_stand_in_no_list_of_drivers() -> None:
    tables = report_tables(report_example())
    without_parents = report_tables(report_example() | {"themes": report_example()["themes"].drop(columns="parent_id")})
    for part in (theme_drivers(tables), theme_drivers(without_parents)):
        assert part.n == len(LEAVES)
        assert part.table is not None
        assert part.rest is not None
        assert not {row[0] for row in [*part.table.rows, *part.rest.rows]} & set(TOPS.values())


def test_the_page_shows_what_is_together_on_the_summary_line() -> None:
    seen = Outline(render_report(report_example(), facts_example()))
    assert "Together its themes cost 6 points (likely −7 to −4)." in seen.text
