"""The first screen as a message for a chat: short, and with data that can make no link, mention, image or markup."""

import re

from nps_insights.report import words
from nps_insights.report.facts import ReportFacts, title_of
from nps_insights.report.first.screen import FirstScreen
from nps_insights.report.languages import say
from nps_insights.report.rows.watch_rows import loudness

# Services cut longer messages, or split them.
MOST_CHARACTERS = 3_500
_LONGEST_LINE = 420
# What else is said of who is missing, and how sure themes and call list are, a chat leaves to the page.
_MOST_MISSING = 2
# Chats agree on no escape: "\\*" shows a backslash in one and stars in another. Look-alikes mean nothing in any.
_LOOKALIKES = str.maketrans(
    {
        "*": "∗",
        "_": "ˍ",
        "`": "ˋ",
        "~": "∼",
        "[": "［",
        "]": "］",
        "<": "‹",
        ">": "›",
        "|": "¦",
        "\\": "＼",
        "#": "＃",
        "$": "＄",
        "^": "ˆ",
        "{": "｛",
        "}": "｝",
    }
)
# "evil.com" becomes a link by itself in many chats; "3.5" and "e.g. this" do not.
_DOMAIN_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_EMOJI_CODE = re.compile(r":(?=[\w+-]+:)")
# What would begin a list, a rule or a heading at the start of a line.
_LINE_MARK = re.compile(r"^(?:[-+=]+(?=\s|$)|[-=]{2,})|^(\d+)[.)](?=\s|$)")


def report_markdown(first: FirstScreen, facts: ReportFacts, *, link: str = "", most: int = MOST_CHARACTERS) -> str:
    """Return the first screen as markdown for a chat.

    Args:
        first: What the first screen says; its texts hold names from the data.
        facts: Facts of the run.
        link: Where the page stands, given by whoever runs the report; the message's only link.
        most: Longest message in characters; the least important sections are left out first, and that is said.

    Returns:
        Markdown that ends in a line break.

    Example:
        >>> from nps_insights.report.first.screen import first_screen
        >>> from nps_insights.report.inputs import report_tables
        >>> facts = ReportFacts(title="Loyalty @all [now](http://x.yz)", source_name="s.csv")
        >>> report_markdown(first_screen(report_tables({}), facts), facts).splitlines()[0]
        '**Loyalty (at)all ［now］(http:∕∕x․yz)**'
    """
    head, sections, foot = _head(first, facts), _sections(first), _foot(facts, link)
    dropped = False
    while sections and len(_joined([head, *(text for _, text in sections), foot])) > most - 40:
        dropped = True
        sections.remove(max(sections, key=lambda one: one[0]))
    more = [say("More on the page.")] if dropped else []
    return _joined([head, *(text for _, text in sections), *more, foot])[:most]


def inert(text: str) -> str:
    r"""Return text from data that is shown as it stands, whatever dialect of markdown reads it.

    Example:
        >>> inert("<!channel> see [this](https://evil.example/x) *now* @here")
        '‹!channel› see ［this］(https:∕∕evil․example/x) ∗now∗ (at)here'
        >>> inert("2. +1 415 555, 3.5 %, -great")
        '2․ +1 415 555, 3.5 %, -great'
    """
    line = words.clean(text, most=_LONGEST_LINE, nothing="")
    line = _ENTITY.sub("＆", line).replace("@", "(at)").replace("＠", "(at)").translate(_LOOKALIKES)
    line = line.replace("://", ":∕∕")
    line = _EMOJI_CODE.sub("∶", _DOMAIN_DOT.sub("․", line))
    return _LINE_MARK.sub(lambda mark: f"{mark[1]}․" if mark[1] else "–", line)


def _head(first: FirstScreen, facts: ReportFacts) -> str:
    number = first.headline
    likely = f" ({inert(number.likely)})" if number.likely else ""
    practice = say("Practice data: these answers were generated.") if facts.simulated else ""
    parts = [
        f"**{inert(title_of(facts))}**",
        practice,
        f"**{inert(number.line) or inert(number.title) + ' ' + inert(number.number) + likely}**",
        inert(number.basis),
    ]
    return _joined(parts).rstrip()


def _sections(first: FirstScreen) -> list[tuple[int, str]]:
    """The sections in the order of reading, each with how soon it may be left out: the highest number first."""
    moves = [_beside(sentence, first.beside.get(sentence, "")) for sentence in first.moves]
    causes = [_driver(one.label, one.points, one.likely) for one in first.why.causes]
    costs = [_driver(one.label, one.points, one.likely, one.reach) for one in first.costs]
    earns = [_driver(one.label, one.points, one.likely, one.reach) for one in first.earns]
    found = [
        (0, _listed(say("Did it move?"), moves)),
        (3, _listed(inert(first.why.heading), [*causes, inert(first.why.note)] if causes else [])),
        (5, _listed(say("Targets"), [inert(line) for line in first.targets])),
        (2, _listed(say("Alerts"), [words.colon(loudness(loud), inert(said)) for loud, said in first.alerts])),
        (1, _listed(say("Do next"), [words.colon(inert(one.label), inert(one.basis)) for one in first.proposals])),
        (4, _listed(say("What costs most{over}", over=inert(first.over)), costs)),
        (7, _listed(say("What earns most{over}", over=inert(first.over)), earns)),
        (6, _listed(say("Do not conclude"), [inert(one) for one in first.do_not])),
        (8, _listed(say("Who is missing"), [inert(one) for one in first.missing[:_MOST_MISSING]])),
    ]
    return [(soon, text) for soon, text in found if text]


def _beside(sentence: str, comparable: str) -> str:
    return f"{inert(sentence)} {inert(comparable)}" if comparable else inert(sentence)


def _driver(label: str, points: str, likely: str, reach: str = "") -> str:
    of_range = f" ({inert(likely)})" if likely else ""
    of_reach = f", {inert(reach)}" if reach else ""
    return words.colon(inert(label), say("{figure} points", figure=inert(points)) + of_range + of_reach)


def _listed(title: str, lines: list[str]) -> str:
    shown = [f"- {line}" for line in lines if line]
    return "\n".join([f"**{title}**", "", *shown]) if shown else ""


def _foot(facts: ReportFacts, link: str) -> str:
    run = say("Run {run_id}", run_id=inert(facts.run_id)[:8]) if facts.run_id else ""
    read = say("read from {source}", source=inert(facts.source_name))
    where = f"[{say('The report')}]({link})" if link else ""
    return " · ".join(part for part in (where, read, run) if part)


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
