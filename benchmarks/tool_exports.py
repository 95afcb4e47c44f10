"""Exports of survey tools in five encodings: are score, comment, id and date read right, or is the file refused?

`python -m benchmarks.tool_exports` prints the table of outcomes. The exports lie in tests/tool_exports; all of them
hold the same planted answers, each in the way of its tool and among its traps.
"""

import csv
import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.survey import SurveySettings, admit_accounts, admit_survey, read_source
from nps_insights.tables import DataRefusedError

FOLDER = Path(__file__).parents[1] / "tests" / "tool_exports"


@dataclass(frozen=True)
class Export:
    """What must come out of an export.

    Attributes:
        tool: Name of the tool.
        file: Its file, or the folder of the files of a ZIP.
        score: Column of the score; "" where the file must be refused.
        comment: Column of the comment.
        response_id: Column of the id; "" where there is none.
        responded_at: Column of the date.
        ids: How the id of answer n is written.
        filtered: Rows that are no answers to the recommendation question.
        rows_each: Rows of the file per answer.
        account_ids: Of a list of accounts, the ids.
        refusal: What the refusal says.
    """

    tool: str
    file: str
    score: str = ""
    comment: str = ""
    response_id: str = ""
    responded_at: str = ""
    ids: str = ""
    filtered: int = 0
    rows_each: int = 1
    account_ids: tuple[str, ...] = ()
    refusal: str = ""


_ASKED = "How likely are you to recommend Acme to a friend or colleague?"
_WHY = "What is the main reason for your score?"
EXPORTS = (
    Export("Qualtrics", "qualtrics.csv", "Q1", "Q2", "ResponseId", "RecordedDate", "R_answer{}", 3),
    Export(
        "SurveyMonkey",
        "surveymonkey.csv",
        "How likely is it that you would recommend Acme to a friend or colleague?",
        _WHY,
        "Respondent ID",
        "End Date",
        "11843656198{}",
    ),
    Export(
        "Typeform",
        "typeform.csv",
        _ASKED,
        "What is the main reason for your score , …?",
        "#",
        "Submit Date (UTC)",
        "tf0{}k3x9",
        1,
    ),
    Export("Delighted", "delighted.csv", "score", "comment", "id", "created_at", "4710{}", 2),
    Export("AskNicely", "asknicely.csv", "answer", "comment", "response_id", "responded", "71{}", 2),
    Export("Wootric (InMoment)", "wootric.csv", "score", "text", "id", "created_at", "1518151{}", 1),
    Export("Google Forms", "google_forms.csv", _ASKED, "Why did you give this score?", "", "Timestamp"),
    Export("HubSpot feedback", "hubspot_feedback.csv", "Rating", "Response", "Record ID", "Date", "88012{}", 2),
    Export("Help Scout", "help_scout.csv", "value", "comment", "", "timestamp", "", 1),
    Export("Intercom", "intercom", _ASKED, _WHY, "receipt_id", "answered_at", "rc-{}", 1, 2),
    Export(
        "a warehouse (one row per answer)",
        "warehouse_long.csv",
        _ASKED,
        _WHY,
        "response_id",
        "submitted_at",
        "w-{}",
        1,
        3,
    ),
    Export(
        "Salesforce accounts",
        "salesforce_accounts.csv",
        filtered=6,
        account_ids=("0013000000ABCde", "0013000000abcDE", "001D000000IqhSL", "001D000000Iqhsl"),
    ),
    Export("HubSpot companies", "hubspot_companies.csv", account_ids=tuple(f"9051234567{place}" for place in range(4))),
    Export("Zendesk satisfaction", "zendesk.csv", refusal="good or bad ratings"),
)


def _encoded(encoding: str) -> Callable[[str], bytes]:
    return lambda text: text.encode(encoding)


def _western(text: str) -> bytes:
    """Without the characters that cp1252 lacks, as an export in it would be."""
    return text.replace(" 🎉", "").encode("cp1252")


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": _encoded("utf-8"),
    "UTF-8 BOM": _encoded("utf-8-sig"),
    "UTF-16": _encoded("utf-16"),
    "cp1252": _western,
    "CRLF": lambda text: text.replace("\n", "\r\n").encode("utf-8"),
}


def planted() -> pd.DataFrame:
    """Return the planted answers: n, score, comment, answered_at (UTC)."""
    with (FOLDER / "planted.csv").open(encoding="utf-8", newline="") as file:
        found = pd.DataFrame(csv.DictReader(file))
    return found.assign(score=found["score"].astype(float), answered_at=pd.to_datetime(found["answered_at"]))


def written(export: Export, encoding: str, folder: Path) -> Path:
    """Write an export in an encoding into a folder, and return its path."""
    source, encode = FOLDER / export.file, ENCODINGS[encoding]
    if source.is_file():
        target = folder / source.name
        target.write_bytes(encode(source.read_text(encoding="utf-8")))
        return target
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(source.iterdir()):
            archive.writestr(part.name, encode(part.read_text(encoding="utf-8")))
    target = folder / f"{source.name}.zip"
    target.write_bytes(packed.getvalue())
    return target


def mistakes(export: Export, path: Path, encoding: str = "") -> list[str]:
    """Return what was read wrong of an export, in words; a refusal where it must be read is told as one.

    Args:
        export: What must come out.
        path: The file.
        encoding: How it was written; cp1252 has no emoji.
    """
    try:
        raw = read_source(path)
        if export.account_ids:
            return _account_mistakes(export, admit_accounts(raw, SurveySettings()))
        admission = admit_survey(raw, SurveySettings())
    except DataRefusedError as error:
        said = str(error).partition("\n")[0]
        return [] if export.refusal and export.refusal in said else [f"refused: {said}"]
    if export.refusal:
        return ["is read, and must be refused"]
    found = [] if raw.tool and raw.tool.tool == export.tool else [f"tool: {raw.tool and raw.tool.tool}"]
    for name in ("score", "comment", "response_id", "responded_at"):
        wanted, column = getattr(export, name), admission.mapping.one(name) or ""
        found += [] if column == wanted else [f"{name}: {column!r} instead of {wanted!r}"]
    return found + _count_mistakes(export, admission.counts) + _answer_mistakes(export, admission, encoding)


def _count_mistakes(export: Export, counts: dict[str, int]) -> list[str]:
    kept = len(planted()) * export.rows_each - (export.filtered if export.rows_each > 1 else 0)
    wanted = {"kept": kept, "quarantined": 0, "duplicate": 0, "filtered": export.filtered}
    return [f"{name}: {counts[name]} rows instead of {n}" for name, n in wanted.items() if counts[name] != n]


def _answer_mistakes(export: Export, admission: object, encoding: str) -> list[str]:
    truth, responses, comments = planted(), admission.responses, admission.comments  # type: ignore[attr-defined]
    if encoding == "cp1252":
        truth["comment"] = truth["comment"].str.replace(" 🎉", "")
    texts = comments.set_index("response_id")["text"]
    read = responses.assign(comment=responses["response_id"].map(texts).fillna(""))
    truth = truth.sort_values("answered_at", ignore_index=True)
    read = read.sort_values("responded_at", ignore_index=True)
    if len(read) != len(truth):
        return [f"{len(read)} answers instead of {len(truth)}"]
    found = [f"the {name} of {int((read[name] != truth[name]).sum())} answers" for name in ("score", "comment")]
    found = [text for text in found if " of 0 " not in text]
    if (read["responded_at"] != truth["answered_at"]).any():
        found.append("the dates")
    if export.ids and read["response_id"].tolist() != [export.ids.format(n) for n in truth["n"]]:
        found.append("the ids")
    return found


def _account_mistakes(export: Export, admission: object) -> list[str]:
    accounts, counts = admission.accounts, admission.counts  # type: ignore[attr-defined]
    found = [] if sorted(accounts["account_id"]) == sorted(export.account_ids) else ["the ids"]
    names = {"Müller & Söhne", "Café Étoile", "Größer AG", "Plain Ltd"}
    found += [] if set(accounts["account_name"]) == names else ["the names"]
    found += ["the value is the customer's own revenue"] if "value" in accounts else []
    right = {"kept": len(export.account_ids), "quarantined": 0, "duplicate": 0, "filtered": export.filtered}
    return found + [f"{name}: {counts[name]} rows instead of {n}" for name, n in right.items() if counts[name] != n]


def outcomes() -> list[list[str]]:
    """Return one row per tool: its name and the outcome in each encoding."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for export in EXPORTS:
            row = [export.tool]
            for encoding in ENCODINGS:
                wrong = mistakes(export, written(export, encoding, Path(folder)), encoding)
                right = "refused, as it must be" if export.refusal else "right"
                row.append("; ".join(wrong) or right)
            rows.append(row)
    return rows


def main() -> None:
    """Print the table, and write it to the results."""
    lines = markdown_table(["tool", *ENCODINGS], outcomes())
    print("\n".join(lines))
    write_section(
        "Exports of survey tools", command="python -m benchmarks.tool_exports", packages=["pandas"], lines=lines
    )


if __name__ == "__main__":
    main()
