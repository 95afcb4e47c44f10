"""The message for a chat: short, complete in itself, and deaf to whatever the data try to say to the chat."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report_driver_tables import driver_tables
from report_watch_tables import watched_example, watched_facts

from nps_insights.report import report_markdown
from nps_insights.report.exports.markdown import MOST_CHARACTERS, inert
from nps_insights.report.first.screen import FirstScreen, first_screen
from nps_insights.report.inputs import report_tables

LINK = "https://intranet.example/nps_report/q2.html"
PAYLOADS = (
    "[click](https://evil.example/)",
    "![x](https://evil.example/p.png)",
    "<https://evil.example/>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "https://evil.example/a?b=c",
    "www.evil.example",
    "mail me: a.b@evil.example",
    "@channel @everyone <!here> <@U12345>",
    "**bold** _italic_ ~~gone~~ `code` ||spoiler||",
    "# heading",
    "> quote",
    "- item",
    "1. item",
    "---",
    "```\ncode\n```",
    "&lt;script&gt; &#60;b&#62; &amp;",
    "[ref]: https://evil.example/ 'x'",
    "[^1] $x^2$ {{ template }} | a | b |",
    ":smile: \\[escaped\\](https://evil.example/)",
    "javascript:alert(1)",
    "late\u202e\u200b\x07 delivery\r\n\r\n# heading",
)
ACTIVE = re.compile(r"<(?!/?(p|strong|ul|li)\b)")


@cache
def example() -> Mapping[str, pd.DataFrame]:
    return report_tables(watched_example() | driver_tables())


@cache
def screen() -> FirstScreen:
    return first_screen(dict(example()), watched_facts())


@cache
def renderers() -> tuple[MarkdownIt, ...]:
    return (MarkdownIt("commonmark", {"html": True}), MarkdownIt("js-default", {"html": True}))


def rendered(text: str) -> list[str]:
    return [one.render(text) for one in renderers()]


def harmed(payload: str) -> str:
    """The message where the payload stands in every text that may come from the data."""
    first = screen()
    line = replace(first.costs[0], label=payload)
    return report_markdown(
        replace(
            first,
            moves=[payload],
            costs=[line],
            earns=[line],
            targets=[payload],
            alerts=[("critical", payload)],
            proposals=[replace(first.proposals[0], label=payload, basis=payload)],
            do_not=[payload],
            missing=[payload],
            beside={payload: payload},
        ),
        replace(watched_facts(), title=payload, source_name=payload),
    )


def test_the_message_says_what_the_first_screen_says_and_is_short() -> None:
    message = report_markdown(screen(), watched_facts(), link=LINK)
    assert len(message) <= MOST_CHARACTERS
    for said in (screen().headline.number, screen().headline.likely, "late delivery", "Do not conclude"):
        assert said in message, said
    assert message.count("](") == 1
    for page in rendered(message):
        assert f'<a href="{LINK}">' in page
        assert not ACTIVE.search(page.replace(f'<a href="{LINK}">', "").replace("</a>", ""))


def test_without_tables_it_says_that_nothing_is_known() -> None:
    message = report_markdown(first_screen(report_tables({}), watched_facts()), watched_facts())
    assert "no answers" in message
    assert "](" not in message


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_data_make_no_link_no_mention_and_no_markup(payload: str) -> None:
    message = harmed(payload)
    for page in rendered(message):
        assert not ACTIVE.search(page), page
        assert "&lt;" not in page, "a second reader of HTML would see a tag"
    assert "://" not in message
    assert "@" not in message
    assert not re.search(r"\w\.[a-z]{2}", message)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab1.:/@#*_~`[]()<>!|\\&;-+= \n\t{}$^")), max_size=40))
def test_any_text_of_marks_stays_one_line_of_text(text: str) -> None:
    shown = inert(text)
    assert "\n" not in shown
    for page in rendered(f"- {shown}\n"):
        assert not ACTIVE.search(page), (text, shown, page)


def test_ordinary_words_stay_as_they_are() -> None:
    for text in ("Up 7 on Q1 2026 (likely +0.3 to +14): a real rise.", "“late delivery”, 19% & more", "+1 415 555"):
        assert inert(text) == text


def test_a_long_message_loses_the_least_important_first() -> None:
    whole, short = (report_markdown(screen(), watched_facts(), link=LINK, most=most) for most in (9_000, 1_200))
    assert len(short) <= 1_200 < len(whole)
    assert "Did it move?" in short
    assert "Who is missing" not in short
    assert "More on the page." in short
    assert short.rstrip().splitlines()[-1].startswith(f"[The report]({LINK})")
