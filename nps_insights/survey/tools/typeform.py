"""Typeform, results as CSV or XLSX.

Stands on public exports: a column "#" with the id of the response, a column per question, then Response Type,
Start Date (UTC), Stage Date (UTC), Submit Date (UTC), Network ID, Tags; older ones without Response Type and Tags.

Traps: all times are UTC; "#" is an id and no row number; Response Type tells partial answers; the wording of a
question carries what the editor put in: *bold*, <b>HTML</b>, {{field:...}} for an earlier answer.
"""

import re

from nps_insights.survey.tools.tool import Header, Rows, Tool, told_apart

_HTML = re.compile(r"</?[a-zA-Z][^<>]*>")
_RECALL = re.compile(r"\{\{[^{}]*\}\}")
_STARS = re.compile(r"(\*{1,2}|(?<!\w)_{1,2})(?=\S)(.+?)(?<=\S)\1(?!\w)")


def _header(rows: Rows) -> Header:
    names = [_plain(cell) for cell in rows[0]]
    changed = sum(name != " ".join(cell.split()) for name, cell in zip(names, rows[0], strict=True))
    did = (f"marks of the editor (bold, HTML, earlier answers) left out of {changed} questions",) if changed else ()
    return Header(told_apart(names), did=did)


def _plain(cell: str) -> str:
    text = _STARS.sub(r"\2", _RECALL.sub("…", _HTML.sub(" ", cell)))
    return " ".join(text.split()) or " ".join(cell.split())


TOOL = Tool(
    name="Typeform",
    signatures=(
        frozenset({"submit date utc", "network id"}),
        frozenset({"submit date utc", "start date utc"}),
    ),
    header=_header,
    columns={"response_id": "#", "responded_at": "submit date utc", "complete": "response type"},
    notes=("its times are UTC",),
)
