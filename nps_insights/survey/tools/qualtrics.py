"""Qualtrics, responses as CSV or TSV.

Stands on Qualtrics' support page "Understanding Your Dataset" (three header rows: internal id of the field, text of
the question, import id as JSON; Status, Progress, Finished, RecordedDate, ResponseId, DistributionChannel) and on
public exports, where the third row states the time zone of each date: {"ImportId":"recordedDate","timeZone":"..."}.

Traps: two rows of headers that look like answers; previews and generated test answers; partial answers; times in the
zone of the account; the column <question>_NPS_GROUP is the category (1 to 3, or a word), not the score; a TSV is
UTF-16.
"""

import re
from zoneinfo import ZoneInfo

import pandas as pd

from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.mapping.aliases import plain_name
from nps_insights.survey.tools.tool import Header, Rows, Tool, column_named, plain_cells, set_aside, with_known

_ZONE = re.compile(r'"+timeZone"+\s*:\s*"+([^"]+)"')
_GROUP = re.compile(r"(?i)(?:\(group\) )?(.+)_NPS_GROUP$")
_PREVIEW = "a preview of the survey, not an answer"
# The code of a status is a sum: 1 a preview, 2 a test, 8 spam.
_SET_ASIDE = {
    _PREVIEW: (1, ("survey preview", "offline survey preview", "survey preview spam")),
    "a generated test answer": (2, ("survey test",)),
    "marked as spam by Qualtrics": (8, ("spam", "imported spam", "offline spam")),
}


def _header(rows: Rows) -> Header:
    names = list(rows[0])
    labels, zones, n_rows = [""] * len(names), [""] * len(names), 1
    place = next((i for i, name in enumerate(names) if plain_name(name) == "responseid"), 0)
    for row in rows[1:3]:
        cells = [*row, *[""] * (len(names) - len(row))][: len(names)]
        if any('"ImportId' in cell for cell in cells):
            zones = [found[1] if (found := _ZONE.search(cell)) else "" for cell in cells]
        elif plain_name(cells[place]) in ("response id", "responseid"):
            labels = [" ".join(cell.split()) for cell in cells]
        else:
            break
        n_rows += 1
    said = (
        [f"its first {n_rows} rows are the header (names, wording of the questions, import ids)"] if n_rows > 1 else []
    )
    strange = sorted({zone for zone in zones if zone and not _is_zone(zone)})
    said += [f"its times are in {zone!r}, a zone that is not known here, and are taken as they are" for zone in strange]
    known = ["" if zone in strange else "UTC" if zone == "Z" else zone for zone in zones]
    return Header(names, n_rows, labels, known, tuple(said))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return name == "Z"
    return True


def _prepared(raw: RawTable) -> RawTable:
    names = list(raw.frame.columns)
    groups = {name: found[1] for name in names if (found := _GROUP.match(name))}
    scores = tuple(name for name in names if name in groups.values())
    did = [f"{name!r} is the category of {base!r}, not the score" for name, base in groups.items()]
    known = {"columns": {"score": scores}} if scores else {}
    raw = with_known(raw, did=did, never={"score": tuple(groups)}, **known)
    if status := column_named(raw, "status"):
        for reason, (bit, words) in _SET_ASIDE.items():
            said = plain_cells(raw, status)
            raw = set_aside(raw, said.isin(words) | _has_bit(said, bit), reason)
    if channel := column_named(raw, "distributionchannel"):
        raw = set_aside(raw, plain_cells(raw, channel) == "preview", _PREVIEW)
    return raw


def _has_bit(codes: pd.Series, bit: int) -> pd.Series:
    found = {
        text: text.isascii() and text.isdigit() and len(text) <= 2 and bool(int(text) & bit) for text in set(codes)
    }
    return codes.map(found).astype(bool)


TOOL = Tool(
    name="Qualtrics",
    signatures=(
        frozenset({"responseid", "recordeddate", "startdate"}),
        frozenset({"responseid", "recordeddate", "finished"}),
        frozenset({"responseid", "recordeddate", "distributionchannel"}),
    ),
    header=_header,
    prepared=_prepared,
    columns={
        "response_id": "responseid",
        "responded_at": "recordeddate|enddate",
        "language": "userlanguage",
        "complete": "finished",
        "channel": "distributionchannel",
        "contact_id": "externalreference|externaldatareference",
    },
)
