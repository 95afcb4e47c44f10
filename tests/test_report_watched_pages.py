"""The page with the watched number: first screen in plain words, nothing planted lives, thin tables leave no gap."""

import itertools
import json
import re
from collections.abc import Mapping
from functools import cache

import pandas as pd
import pytest
from report_outline import Outline
from report_tables import facts_example, report_example
from report_watch_tables import absent, conformed, watched_example, watched_facts, watched_tables
from test_report_first_screen import STATISTICAL_TERMS, said
from test_report_page import PAYLOADS, chart_texts

from nps_insights.report import render_report
from nps_insights.report.chapters.actions import actions_chapter
from nps_insights.report.chapters.comparable import comparable_chapter
from nps_insights.report.chapters.targets import targets_chapter
from nps_insights.report.chapters.watch import watch_chapter
from nps_insights.report.chapters.who_was_asked import who_was_asked
from nps_insights.report.first.screen import FirstScreen, first_screen
from nps_insights.report.inputs import report_tables
from nps_insights.tables import empty

CHAPTERS = ("comparable", "watch", "targets", "next", "asked")
TEXTS = {
    "alerts": ("by", "label", "reason"),
    "traces": ("label",),
    "period_events": ("label", "kind"),
    "comparability": ("before", "after", "reason", "group"),
    "targets": ("reason", "realistic_because", "name"),
    "nonresponse": ("by",),
    "invitation_audit": ("reason",),
    "silent_accounts": ("account_id", "account_name", "owner"),
    "account_mix": ("reason",),
    "agents": ("agent_id", "reason"),
    "actions": ("account_id", "account_name", "owner", "reason", "theme_label", "theme_owner"),
    "action_lists": ("reason",),
    "money": ("reason",),
    "closed_loop": ("reason",),
}


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(watched_example(), watched_facts())


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


@cache
def example() -> Mapping[str, pd.DataFrame]:
    return report_tables(watched_example())


def screen(headline: str = "nps", *without: str) -> FirstScreen:
    return first_screen(dict(example()) | {name: absent()[name] for name in without}, watched_facts(headline))


def test_every_chapter_is_there_and_linked(outline: Outline) -> None:
    sections = [attrs["id"] for tag, attrs in outline.tags if tag == "section"]
    links = {attrs["href"] for tag, attrs in outline.tags if tag == "a"}
    assert [own for own in sections if own in CHAPTERS] == list(CHAPTERS)
    assert {f"#{own}" for own in CHAPTERS} <= links


def test_every_chart_has_data_a_description_and_a_table(outline: Outline) -> None:
    boxes = [attrs for _, attrs in outline.tags if (attrs.get("class") or "") == "chart"]
    charts = json.loads(next(text for text in outline.scripts if text.startswith('{"chart-')))
    assert sorted(charts) == sorted(str(box["id"]) for box in boxes)
    assert {"chart-trace-0", "chart-target-0", "chart-agents"} <= set(charts)
    assert outline.count("caption") == outline.count("table")


def test_headings_descend_one_step_at_a_time(outline: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_beside_each_change_stands_whether_it_can_be_compared() -> None:
    shown = screen()
    assert shown.beside[shown.moves[0]].startswith("Comparable with Q1 2026? Yes, after adjusting")
    assert shown.beside[shown.moves[1]] == "Comparable with Q2 2025? Yes."


def test_the_first_screen_has_targets_alerts_and_what_to_do() -> None:
    shown = screen()
    assert shown.targets[0] == "Target 40 by Dec 2027: 22% likely at today’s pace."
    assert shown.targets[-1] == "1 more target below."
    assert [severity for severity, _ in shown.alerts] == ["critical"] * 3
    assert shown.alerts[1][1] == "NPS, product: Router −27 (likely −31 to −23)."
    assert shown.alerts_more == "2 more alerts below."
    assert len(shown.proposals) == 3


def test_who_is_missing_knows_the_response_rate() -> None:
    missing = " ".join(screen().missing)
    assert "Of 9,879 invitations 29%" in missing
    assert "33 accounts were asked and have not answered" in missing
    assert "is not in the data" not in missing


def test_no_list_of_the_first_screen_is_longer_than_five_rows() -> None:
    shown = screen()
    lists = (shown.moves, shown.do_not, shown.missing, shown.targets, shown.alerts, shown.proposals)
    assert max(len(rows) for rows in lists) <= 5


@pytest.mark.parametrize("headline", ["nps", "nps_account", "nps_revenue"])
def test_the_first_screen_uses_no_statistical_term(headline: str) -> None:
    text = said(screen(headline))
    assert [term for term in STATISTICAL_TERMS if re.search(rf"(?<![A-Za-z]){re.escape(term)}", text)] == []


def test_the_named_score_stands_above_and_the_usual_one_beside_it() -> None:
    shown = screen("nps_account")
    assert shown.headline.number == "20"
    assert shown.headline.title == "Net Promoter Score, every account counting once"
    assert shown.headline.basis.startswith("from 600 answers in Q2 2026. Over all periods it is 12 (likely 7 to 17).")
    assert "Counting every answer once it is 23 (likely 21 to 25)" in shown.headline.basis
    assert shown.headline.shares == ()
    assert shown.moves[0].startswith("Counting every answer once: Up 7")
    # Beside a change of another score the line says whose way it draws.
    assert shown.spark_title == shown.headline.title
    assert screen("nps").spark_title == ""
    assert shown.spark_ends[1] == "Q2 2026: 20"


def test_a_named_score_without_periods_is_that_of_all_time() -> None:
    headline = screen("nps_account", "series", "estimates").headline
    assert (headline.number, headline.basis) == ("12", "Every account counts once; from 4,800 answers.")


def test_a_named_score_that_is_not_known_gives_way_to_the_usual_one() -> None:
    shown = screen("nps_revenue", "account_scores")
    assert (shown.headline.number, shown.headline.title) == ("28", "Net Promoter Score")
    assert shown.moves[0].startswith("Up 7")


def test_at_most_ten_accounts_of_a_list_are_named(outline: Outline) -> None:
    start = outline.text.index("What to do next", outline.text.index("Call first") - 60)
    assert len(re.findall(r"account \d+", outline.text[start : outline.text.index("Win over", start + 1)])) == 10


def test_customer_success_sees_ids_and_names_before_all_chapters() -> None:
    seen = Outline(render_report(watched_example(), watched_facts(), edition="cs"))
    sections = [attrs["id"] for tag, attrs in seen.tags if tag == "section"]
    assert sections[:3] == ["first-screen", "next", "number"]
    for name in ("call", "convert", "refer"):
        assert len(set(re.findall(rf"{name}-\d\d", seen.text))) == 23
    assert "Firm 7 (call-07)" in seen.text


def test_it_speaks_of_association_and_not_of_causes(outline: Outline) -> None:
    start = outline.text.index("Can the periods be compared?")
    body = outline.text[start : outline.text.index("What people talk about", start)]
    assert not re.search(r"(?<!proven )\bcauses?\b", body)


def test_the_same_input_gives_the_same_bytes_whatever_the_row_order(page: str) -> None:
    shuffled = {name: table.sample(frac=1, random_state=5) for name, table in watched_example().items()}
    assert render_report(shuffled, watched_facts()) == page


def test_data_stays_data(outline: Outline) -> None:
    tables, payloads = watched_example(), itertools.cycle(PAYLOADS)
    for name, columns in TEXTS.items():
        for column in columns:
            known = tables[name][column].notna()
            values = tables[name][column].astype("str").where(known)
            planted = {one: f"{next(payloads)}{one}" if one else "" for one in sorted(set(values[known]))}
            tables[name] = tables[name].assign(**{column: values.map(planted)})
    seen = Outline(render_report(tables, watched_facts()))
    assert seen.count("script") == outline.count("script") == 4
    assert not {tag for tag, _ in seen.tags} - {tag for tag, _ in outline.tags}
    assert not [name for _, attrs in seen.tags for name in attrs if name.startswith("on") or name == "srcdoc"]
    figures = json.loads(next(text for text in seen.scripts if text.startswith('{"chart-')))
    assert not [text for text in chart_texts(figures) if re.search(r"<(?!br>)", text)]


@pytest.mark.parametrize("name", sorted(watched_tables()))
def test_an_empty_table_leaves_its_part_out_without_a_gap(name: str) -> None:
    tables, facts = dict(conformed()) | {name: absent()[name]}, watched_facts()
    parts = (watch_chapter(tables), targets_chapter(tables), actions_chapter(tables), who_was_asked(tables))
    told = repr((*parts, comparable_chapter(tables, facts), first_screen(tables, facts)))
    assert not re.search(r"\bnan\b|<NA>|NaT", told)


def test_missing_figures_are_said_and_not_shown_as_numbers() -> None:
    tables = watched_example()
    for name, table in watched_tables().items():
        figures = [column for column in ("estimate", "conf_low", "conf_high", "value") if column in table]
        optional = [one for one in figures if name not in ("series", "change_points", "alerts")]
        tables[name] = table.assign(**{one: table[one].where(table.index % 2 == 0) for one in optional})
    seen = Outline(render_report(tables, watched_facts()))
    assert not re.search(r"\b(nan|None|NaT|<NA>)\b", seen.text)


def test_without_any_of_them_the_page_is_the_one_of_before() -> None:
    plain = render_report(report_example(), facts_example())
    assert render_report(report_example() | {name: empty(name) for name in watched_tables()}, facts_example()) == plain
    seen = Outline(plain)
    assert not set(CHAPTERS) & {attrs["id"] for tag, attrs in seen.tags if tag == "section"}
