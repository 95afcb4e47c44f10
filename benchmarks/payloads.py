"""Thirty script payloads in every text field of a report, opened in Chromium: does one of them run, ask or offend?

Every way a text of the data can become alive is in the list: elements and their handlers, links, styles, comments,
templates, the ends of the places where data stands (script, style, title, attribute, comment, CSS string), and what
looks like it to one reader and not to another (case, entities, control characters, other scripts).
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pandas as pd

from benchmarks.browser import Browser
from nps_insights.report import ReportFacts
from nps_insights.tables import TABLES

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "</ScRiPt><sCrIpT>alert(3)</sCrIpT>",
    "<!--<script>alert(4)//-->",
    "--><script>alert(5)</script>",
    "</style><script>alert(6)</script>",
    "</title><script>alert(7)</script>",
    "]]><script>alert(8)</script>",
    '"><img src=x onerror=alert(9)>',
    "'><img src=x onerror=alert(10)>",
    "<img src=http://127.0.0.1:9/x.png>",
    "<svg/onload=alert(12)>",
    "<svg><animate onbegin=alert(13) attributeName=x dur=1s>",
    "<iframe srcdoc='<script>alert(14)</script>'>",
    "<iframe src=javascript:alert(15)>",
    '<a href="javascript:alert(16)">x</a>',
    "<a href='http://127.0.0.1:9/' ping='http://127.0.0.1:9/'>x</a>",
    '" autofocus onfocus=alert(18) x="',
    "' onmouseover='alert(19)",
    "` onclick=`alert(20)",
    "<details open ontoggle=alert(21)>",
    "<math><mtext><style><img src onerror=alert(22)>",
    "<form><button formaction=javascript:alert(23)>",
    "<base href=//127.0.0.1:9/><link rel=stylesheet href=x>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(25)'>",
    '"}; alert(26); a { background: url(//127.0.0.1:9/)',
    "{{ 7 * 7 }}{% include 'x' %}%{x}${alert(27)}",
    "\u2028alert(28)\u2029//\\u003cscript>",
    "&lt;script&gt;alert(29)&lt;/script&gt;&#60;b&#62;",
    "<span style='background:url(http://127.0.0.1:9/)'><b onclick=alert(30)>",
)
# Words that our own code writes into these columns, and asks for again.
_OUR_WORDS = frozenset(
    ("", "(comment)", "(commented)", "theme_id", "period", "theme", "emerging", "fading", "steady", "all", "quarter")
)
# Not texts of the data: names of metrics and checks, keys of themes, kinds of drivers.
_OUR_COLUMNS = frozenset(
    ("metric", "theme_id", "parent_id", "group_id", "response_id", "driver_ids", "check", "per", "fact", "category")
)
# Links and buttons are pressed, everything is hovered over, charts say what they say on hovering, and it is printed.
_TOUCH_ALL = """
(() => {
  for (const part of document.querySelectorAll("details")) part.open = true;
  for (const element of document.body.querySelectorAll("*")) {
    for (const kind of ["mouseover", "focus", "click", "toggle"]) {
      if (kind !== "click" || element.closest("a, button")) element.dispatchEvent(new Event(kind));
    }
  }
  for (const chart of document.querySelectorAll(".js-plotly-plot")) {
    chart.data.forEach((trace, curve) => (trace.y || []).forEach((_, point) => {
      Plotly.Fx.hover(chart, [{ curveNumber: curve, pointNumber: point }]);
    }));
  }
  for (const kind of ["beforeprint", "afterprint"]) window.dispatchEvent(new Event(kind));
  return new Promise((done) => setTimeout(done, 50));
})()
"""


def poisoned_tables(tables: Mapping[str, pd.DataFrame], turn: int) -> dict[str, pd.DataFrame]:
    """Return the tables of a report with a payload before every text of the data, in every column that holds one.

    Equal texts get equal payloads, so that what belongs together stays together.

    Args:
        tables: Tables by name.
        turn: Which payload each text gets; after `len(PAYLOADS)` turns every text had every payload.
    """
    theme_ids = set(tables["themes"]["theme_id"]) if "themes" in tables else set()
    texts = {name: _text_columns(name, table) for name, table in tables.items() if name in TABLES}
    said = {text for name, columns in texts.items() for column in columns for text in tables[name][column].dropna()}
    spared = _OUR_WORDS | theme_ids | {text for text in said if text.startswith("theme/")}
    given = {
        text: _with_payload(text, PAYLOADS[(number + turn) % len(PAYLOADS)])
        for number, text in enumerate(sorted(said - spared))
    }
    return {
        name: table.assign(
            **{column: table[column].map(lambda text: given.get(text, text)) for column in texts.get(name, ())}
        )
        for name, table in tables.items()
    }


def _with_payload(text: str, payload: str) -> str:
    """The payload stands first, since long texts are cut; a driver keeps its kind."""
    prefix = "attribute/"
    return f"{prefix}{payload}{text.removeprefix(prefix)}" if text.startswith(prefix) else f"{payload}{text}"


def _text_columns(name: str, table: pd.DataFrame) -> list[str]:
    return [
        column.name
        for column in TABLES[name].columns
        if column.kind in ("text", "id")
        and column.vocabulary is None
        and column.name not in _OUR_COLUMNS
        and column.name in table.columns
    ]


def poisoned_facts(facts: ReportFacts, turn: int) -> ReportFacts:
    """Return the facts of a run with a payload before every text in them: titles, notes, settings, names, versions."""
    kept = {"headline", "edition"}
    changed = {}
    for number, field in enumerate(fields(facts)):
        payload = PAYLOADS[(number + turn) % len(PAYLOADS)]
        value = getattr(facts, field.name)
        if field.name not in kept and value != _poisoned(value, payload):
            changed[field.name] = _poisoned(value, payload)
    return replace(facts, **changed)


def _poisoned(value: Any, payload: str) -> Any:
    if isinstance(value, str):
        return payload + value
    if isinstance(value, tuple):
        return tuple(_poisoned(one, payload) for one in value)
    if isinstance(value, Mapping) and value and all(isinstance(key, str) for key in value):
        # Counts of rows are asked for by name; names that come from the data are those with texts or long ones.
        own = {"read", "kept", "quarantined", "duplicate", "filtered"}
        return {key if key in own else payload + key: _poisoned(one, payload) for key, one in value.items()}
    return value


def touched(tab: Browser) -> list[str]:
    """Do everything with the opened page that a reader can do, and return what it did that it must not.

    Returns:
        Scripts executed, violations of the policy, errors and requests; empty for a page that keeps still.
    """
    tab.evaluate(_TOUCH_ALL)
    return [*tab.noticed, *(f"request: {url}" for url in tab.requests)]
