"""Intercom, message data as a ZIP of several CSV files.

Stands on Intercom's help page "Export your message data" (a ZIP with one CSV per kind of interaction) and its API
page on the export (receipts: user_id, user_external_id, company_id, email, name, content_title, receipt_id,
received_at; company_id is -1 where there is no company). From memory: the file with the answers to surveys has one row
per question, with receipt_id, question and answer.

Traps: what is known of the person stands in another file than the answers, joined by receipt_id; company -1 is nobody;
received_at is when the survey was shown; the answer's own time is taken where the file has it.
"""

from dataclasses import replace

from nps_insights.survey.files.delimited import Delimited
from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.mapping.aliases import plain_name
from nps_insights.survey.tools.tool import Tool, column_named
from nps_insights.survey.tools.warehouse import spread

_QUESTIONS = {"question", "question text"}
_ANSWERS = {"answer", "answer text", "response value", "response text"}


def one_table(tables: dict[str, Delimited]) -> tuple[Delimited, list[str]] | None:
    """Return the answers of an export with what the receipts say of each, or None where it is no such export.

    Args:
        tables: Name of the file inside the ZIP -> its records.

    Returns:
        The records of the answers, widened by the columns of the receipts, and what was done.

    Example:
        >>> answers = Delimited([["receipt_id", "question", "answer"], ["7", "NPS", "9"]], [1, 2], ",")
        >>> receipts = Delimited([["receipt_id", "email"], ["7", "a@b.example"]], [1, 2], ",")
        >>> one_table({"answers.csv": answers, "receipts.csv": receipts})[0].rows[1]
        ['7', 'NPS', '9', 'a@b.example']
    """
    headers = {name: [plain_name(cell) for cell in table.rows[0]] for name, table in tables.items() if table.rows}
    found = [n for n, h in headers.items() if "receipt id" in h and _QUESTIONS & set(h) and _ANSWERS & set(h)]
    known = [n for n, h in headers.items() if "receipt id" in h and n not in found and "receipt" in n.lower()]
    if len(found) != 1:
        return None
    answers = tables[found[0]]
    if len(known) != 1:
        return answers, [f"the answers are those of {found[0]!r}"]
    receipts, names = tables[known[0]], headers[known[0]]
    place, key = names.index("receipt id"), headers[found[0]].index("receipt id")
    extra = [i for i, name in enumerate(names) if name not in headers[found[0]]]
    by_id: dict[str, list[str]] = {}
    for row in receipts.rows[1:]:
        if len(row) == len(names):
            by_id.setdefault(row[place].strip(), [row[i] for i in extra])
    rows, lost = [[*answers.rows[0], *(receipts.rows[0][i] for i in extra)]], 0
    for row in answers.rows[1:]:
        more = by_id.get(row[key].strip()) if len(row) > key else None
        lost += bool(row) and more is None
        rows.append([*row, *(more or [""] * len(extra))] if row else row)
    told = f"the answers are those of {found[0]!r}, with what {known[0]!r} says of each receipt"
    if lost:
        told += f"; {lost:,} answer{' has' if lost == 1 else 's have'} no receipt there"
    return replace(answers, rows=rows), [told]


def _prepared(raw: RawTable) -> RawTable:
    if company := column_named(raw, "company id"):
        cells = raw.frame[company]
        raw = replace(raw, frame=raw.frame.assign(**{company: cells.mask(cells.str.strip() == "-1", "")}))
    return spread(raw)


TOOL = Tool(
    name="Intercom",
    signatures=tuple(
        frozenset({"receipt id", question, answer}) for question in sorted(_QUESTIONS) for answer in sorted(_ANSWERS)
    ),
    prepared=_prepared,
    columns={
        "response_id": "receipt id",
        "contact_id": "user external id|user id",
        "account_id": "company id",
        "responded_at": "answered at|responded at|completed at|received at",
        "touchpoint": "content title",
    },
)
