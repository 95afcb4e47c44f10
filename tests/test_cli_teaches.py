"""The commonest mistakes of a first user: each message says what was given, what is needed, and what to do next."""

import contextlib
import json
import random
import shlex
import sys
from pathlib import Path

import pandas as pd
import pytest
from command_line import Ended, ended

from nps_insights.cli.teaching import taught
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.tables import DataRefusedError

N = 60
SAID = ["the invoice was wrong twice", "call me on anna@example.com please", "very kind staff", "", "the app crashes"]
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def ask(line: str) -> Ended:
        return ended(shlex.split(line), monkeypatch, capsys)

    return ask


def survey(name: str = "survey.csv", **columns: list) -> Path:
    chance = random.Random(0)
    usual = {
        "Response ID": [f"r{i}" for i in range(N)],
        "NPS": [chance.randint(0, 10) for _ in range(N)],
        "Comment": [SAID[i % len(SAID)] for i in range(N)],
        "Account ID": [f"a{i}" for i in range(N)],
        "Plan": ["Pro", "Basic"] * (N // 2),
    }
    pd.DataFrame(columns or usual).to_csv(name, index=False)
    return Path(name)


def odd(scale: tuple[int, int] = (0, 10)) -> Path:
    chance = random.Random(1)
    return survey(
        "odd.csv",
        **{
            "Nummer": [f"00{i}" for i in range(N)],
            "Antwort A": [*scale, *(chance.randint(*scale) for _ in range(N - 2))],
            "Angehakt": [i % 2 for i in range(N)],
            "Was denken Sie?": [SAID[i % len(SAID)] for i in range(N)],
            "Plan": ["Pro", "Basic"] * (N // 2),
        },
    )


# Line, what it is given, code, and what the message must say: what is wrong, and what to do.
MISTAKES = {
    "missing file": ("report survy.csv", 2, ["survy.csv", "no such file", "survey.csv"]),
    "a folder": ("report .", 2, ["is a folder", "five.csv"]),
    "a PDF": ("report page.pdf", 3, ["is a PDF", "CSV or Excel"]),
    "a PDF under another name": ("report page.csv", 3, ["is a PDF"]),
    "a web page under another name": ("report page.xls", 3, ["is a web page", ".xlsx"]),
    "text under the name of a workbook": ("report text.xlsx", 3, ["plain text", ".csv"]),
    "a workbook under a password": ("report locked.xlsx", 3, ["password", "Protect Workbook"]),
    "an unknown separator": ("report tilde.csv", 3, ["'~'", "semicolons"]),
    "an empty file": ("report empty.csv", 3, ["is empty", "a header and at least one row"]),
    "a header alone": ("report header.csv", 3, ["no rows", "export it again"]),
    "words instead of numbers": ("report words.csv", 3, ["write answers in words as numbers", "--columns"]),
    "another alphabet": ("report polish.csv", 3, ["its letters would come out wrong", "--encoding", "cp1250"]),
    "two score columns": ("report two.csv", 3, ["could both be it", "--columns score="]),
    "another scale": ("report five.csv", 3, ["1-5 scale", "--scale 1-5 --cuts 3,5"]),
    "a wrong group": ("report survey.csv --by Plann --dry-run", 2, ["'Plann'", "did you mean 'Plan'"]),
    "an unknown option": ("report survey.csv --atributes Plan", 2, ["--atributes", "--attributes"]),
    "an unknown command": ("reprot survey.csv", 2, ["reprot", "report"]),
    "a wrong word of an option": ("report survey.csv --edition bord", 2, ["--edition", "board"]),
    "TOML": ("run broken.toml", 2, ["no valid TOML", "line 2", "[name]"]),
    "an unknown key": ("run unknown.toml", 2, ["report.byy", "did you mean 'by'"]),
    "accounts of others": ("report survey.csv --accounts others.csv --dry-run", 3, ["none of the 60", "--columns"]),
    "a file as output": ("report survey.csv --out survey.csv --dry-run", 2, ["is a file", "--out"]),
    "another folder as output": ("report survey.csv --out . --dry-run", 2, ["is not empty", "--out"]),
    "half of a column": ("report survey.csv --columns NPS", 2, ["FIELD=COLUMN", "score=NPS"]),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mistakes")
    with contextlib.chdir(folder):
        write_mistakes()
    return folder


@pytest.fixture
def mistakes(written: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(written)
    return written


def write_mistakes() -> None:
    survey()
    for name in ("page.pdf", "page.csv"):
        Path(name).write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n")
    Path("page.xls").write_text("<html><table><tr><td>NPS</td></tr></table></html>", encoding="utf-8")
    Path("text.xlsx").write_text("id,NPS\n1,9\n", encoding="utf-8")
    Path("locked.xlsx").write_bytes(OLD_OFFICE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600)
    Path("tilde.csv").write_text("id~NPS~Comment\n" + "1~9~kind\n" * N, encoding="utf-8")
    Path("empty.csv").write_text("", encoding="utf-8")
    Path("header.csv").write_text("id,NPS,Comment\n", encoding="utf-8")
    numbers = list(range(N))
    survey("words.csv", id=numbers, NPS=["very likely", "unlikely"] * (N // 2), Comment=[SAID[0]] * N)
    polish = "id,NPS,Comment\n" + "1,9,szybka wysyłka i miła obsługa\n" * N
    Path("polish.csv").write_bytes(polish.encode("cp1250"))
    survey("two.csv", **{"id": numbers, "NPS Score": [0, 10] * (N // 2), "Recommend": [10, 0] * (N // 2)})
    survey("five.csv", id=numbers, NPS=[1, 2, 3, 4, 5] * (N // 5))
    survey("others.csv", account_id=[f"{i:05}" for i in numbers], Region=["N", "S"] * (N // 2))
    Path("broken.toml").write_text('job = "driver_report"\n[input\n', encoding="utf-8")
    Path("unknown.toml").write_text('[input]\nsurvey = "survey.csv"\n[report]\nbyy = ["Plan"]\n', encoding="utf-8")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_the_way_out(mistake: str, mistakes: Path, asked) -> None:
    line, code, parts = MISTAKES[mistake]
    before = sorted(mistakes.rglob("*"))
    said = asked(line)
    assert said.code == code
    assert said.stdout == ""
    assert [part for part in parts if part not in " ".join(said.stderr.split())] == []
    assert "Traceback" not in said.stderr
    assert sorted(mistakes.rglob("*")) == before


def test_a_file_that_may_not_be_read_is_told(folder: Path, asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    survey()
    # Not by the rights of the file: whoever runs the tests may be allowed everything.
    monkeypatch.setattr(Path, "read_bytes", refused)
    said = asked("report survey.csv")
    assert said.code == 2
    assert "may not be read" in said.stderr


def test_a_folder_that_may_not_be_written_is_told(folder: Path, asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("nps_insights.jobs.project.init_project", refused)
    said = asked("init project")
    assert said.code == 1
    assert "may not be written" in said.stderr


def next_line(said: str) -> str:
    lines = said.splitlines()
    return lines[next(place for place, line in enumerate(lines) if line.startswith("Try next")) + 1].strip()


@pytest.mark.parametrize("scale", [(0, 10), (1, 5)])
def test_the_suggested_line_is_understood(scale: tuple[int, int], folder: Path, asked) -> None:
    odd(scale)
    said = asked("report odd.csv --dry-run")
    assert said.code == 3
    assert "a suggestion" in said.stderr
    line = next_line(said.stderr)
    assert 'score="Antwort A"' in line
    assert 'comment="Was denken Sie?"' in line
    assert ("--scale" in line) == (scale != (0, 10))
    assert asked(line.removeprefix("nps-insights ")).code == 0


def test_a_suggestion_is_never_taken_unasked(folder: Path, asked) -> None:
    odd()
    assert asked("report odd.csv --out q3").code == 3
    assert [path.name for path in folder.iterdir()] == ["odd.csv"]


def test_inspect_and_report_suggest_the_same(folder: Path, asked) -> None:
    odd((1, 5))
    inspected, reported = asked("inspect odd.csv"), asked("report odd.csv")
    assert inspected.code == 0
    assert next_line(inspected.stdout) == next_line(reported.stderr)
    block = inspected.stdout[inspected.stdout.index("[columns]") :].strip()
    assert block in reported.stderr
    assert json.loads(asked("inspect odd.csv --json").stdout)["suggestion"]["columns"]["score"] == "Antwort A"


def test_a_stated_encoding_is_read_by_inspect_and_report(mistakes: Path, asked) -> None:
    inspected = asked("inspect polish.csv --encoding cp1250")
    assert inspected.code == 0
    assert "szybka wysyłka i miła obsługa" in inspected.stdout
    assert "--encoding cp1250" in next_line(inspected.stdout)
    assert '[input]\nencoding = "cp1250"\n\n[columns]' in inspected.stdout
    assert asked("report polish.csv --encoding cp1250 --dry-run").code == 0
    assert asked("nps polish.csv --encoding cp1250").code == 0
    assert "cp1999" in asked("report polish.csv --encoding cp1999").stderr


def test_the_block_to_paste_is_read_once_its_suggestions_are_confirmed(folder: Path, asked) -> None:
    odd((1, 5))
    block = asked("inspect odd.csv").stdout.split("[columns]")[1]
    confirmed = "\n".join(line.removeprefix("# ") for line in block.splitlines())
    Path("job.toml").write_text(f'[input]\nsurvey = "odd.csv"\n[columns]{confirmed}\n', encoding="utf-8")
    assert asked("run job.toml --dry-run").code == 0


def test_an_understood_file_leads_from_inspect_to_the_report(folder: Path, asked) -> None:
    survey()
    assert next_line(asked("inspect survey.csv").stdout) == "nps-insights report survey.csv"


def test_first_rows_are_shortened_and_redacted(folder: Path, asked) -> None:
    frame = pd.read_csv(odd())
    written = [f"{i} times I wrote to anna@example.com, and " + "so on " * 40 for i in range(N)]
    frame["Was denken Sie?"] = written
    frame.to_csv("odd.csv", index=False)
    said = asked("report odd.csv").stderr
    assert "anna@example.com" not in said
    assert "times I wrote to [e-mail]" in said
    assert "so on so on so on" not in said


def test_a_password_on_the_command_line_is_not_said_again(folder: Path, asked) -> None:
    odd()
    said = asked("report odd.csv --database postgresql://anna:s3cret@db/bi").stderr
    assert "s3cret" not in said


def test_what_is_refused_of_an_understood_file_stays_as_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["nps-insights", "report", "survey.csv"])
    settings = check_settings({"input": {"survey": str(survey())}})
    with pytest.raises(DataRefusedError, match="something else"), taught(settings):
        raise DataRefusedError("something else")


def test_what_is_no_table_is_refused_as_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("empty.csv").write_text("", encoding="utf-8")
    settings = check_settings({"input": {"survey": "empty.csv"}})
    with pytest.raises(DataRefusedError, match="is empty"), taught(settings):
        raise DataRefusedError("empty.csv: is empty")


def test_nobody_s_id_is_shown_where_two_files_share_none(mistakes: Path, asked) -> None:
    said = asked("report survey.csv --accounts others.csv --dry-run").stderr
    assert "written like x99 in the survey and like 99999 in the accounts" in said
    assert "a17" not in said
    assert "00017" not in said
