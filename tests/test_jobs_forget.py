"""A person who asked to be forgotten: no byte is left of them, and they do not come back."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from nps_insights.cli.main import app
from nps_insights.jobs.forgetting.forget import forget
from nps_insights.jobs.forgetting.person import GONE
from nps_insights.jobs.forgetting.search import contents_of
from nps_insights.jobs.forgetting.tombstones import read_tombstones, tombstones_file
from nps_insights.jobs.manifest import write_manifest
from nps_insights.tables import DataRefusedError, SettingsError

SALT = "a salt of the tests"


def holding(folder: Path, texts: list[str], *, but: str = "data") -> list[str]:
    """Files below a folder in whose bytes, unpacked, one of the texts stands."""
    coded = [text.encode(one).lower() for text in texts for one in ("utf-8", "utf-16-le", "utf-16-be")]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.relative_to(folder).parts[0] != but]
    return [
        path.relative_to(folder).as_posix()
        for path in files
        if any(one in content.lower() for content in contents_of(path.read_bytes(), path.name) for one in coded)
    ]


def state(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def written_run(folder: Path, answers: list[tuple[str, str, str]]) -> None:
    """A run folder of comments alone."""
    (folder / "tables").mkdir(parents=True)
    rows = pd.DataFrame(answers, columns=["response_id", "contact_id", "text"])
    rows = rows.assign(comment_id=rows["response_id"] + "/c", score=3.0)
    rows[["response_id", "contact_id", "score"]].to_parquet(folder / "tables" / "responses.parquet")
    rows[["comment_id", "response_id", "text"]].to_parquet(folder / "tables" / "comments.parquet")
    n = len(rows)
    counts = {"read": n, "kept": n, "quarantined": 0, "duplicate": 0, "filtered": 0}
    write_manifest(folder, {"job": "themes_assign", "counts": counts, "rows": {"responses": n, "comments": n}})


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("NPS_INSIGHTS_KEY", raising=False)
    answers = [
        ("R-1001", "C-1001", "The purple elevator sings"),
        ("R-1002", "C-1002", "All is well"),
        ("R-1003", "R-1001", "A contact called like an answer"),
    ]
    written_run(tmp_path / "runs" / "a", answers)
    return tmp_path


def test_an_id_of_two_kinds_is_refused_until_it_is_said_which(small: Path) -> None:
    with pytest.raises(SettingsError, match=r"contact_id and as response_id.*--as contact_id") as refused:
        forget(["R-1001"], project=small, salt=SALT)
    assert "R-1001" not in str(refused.value)
    forget(["R-1001"], project=small, salt=SALT, kind="response_id")
    left = pd.read_parquet(small / "runs" / "a" / "tables" / "responses.parquet")
    assert left["response_id"].tolist() == ["R-1002", "R-1003"]


def test_lists_and_files_in_the_run_folder(small: Path) -> None:
    run = small / "runs" / "a"
    said = pd.DataFrame({"account_id": ["A", "B"], "quote": ["The purple elevator …", "All is well"]})
    said.to_csv(run / "list.csv", index=False, encoding="utf-8-sig")
    (run / "list.json").write_text('[{"contact_id": "C-1001"}, {"contact_id": "C-1002"}]', encoding="utf-8")
    (run / "note.txt").write_text("C-1001 said: The purple elevator sings. C-10012 did not.", encoding="utf-8")
    with pd.ExcelWriter(run / "list.xlsx", engine="xlsxwriter") as workbook:
        said.assign(quote="The purple elevator sings").to_excel(workbook, index=False)
    done = forget(["C-1001"], project=small, salt=SALT)
    assert done.deleted == [str(run / "list.xlsx")], "a workbook goes whole"
    assert pd.read_csv(run / "list.csv", keep_default_na=False)["quote"].tolist() == ["", "All is well"]
    assert json.loads((run / "list.json").read_text(encoding="utf-8")) == [{"contact_id": "C-1002"}]
    assert (run / "note.txt").read_text(encoding="utf-8") == f"{GONE} said: {GONE}. C-10012 did not."


def test_a_kill_before_the_run_folder_is_mended_by_the_same_command(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(small / "runs")
    with monkeypatch.context() as broken:
        broken.setattr("nps_insights.jobs.folder._put_in_place", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            forget(["C-1001"], project=small, salt=SALT)
    kept = {path: data for path, data in state(small / "runs").items() if not path.endswith(".lock")}
    assert kept == before, "the old folder stands"
    assert read_tombstones(tombstones_file(small / "models")).holds("contact_id", pd.Series(["C-1001"])).all()
    # What a killed process leaves, with everything in it.
    shutil.copytree(small / "runs" / "a", small / "runs" / ".a.partial-1")
    forget(["C-1001"], project=small, salt=SALT)
    assert holding(small, ["C-1001", "purple"]) == []
    left = pd.read_parquet(small / "runs" / "a" / "tables" / "responses.parquet")
    assert left["contact_id"].tolist() == ["C-1002", "R-1001"], "a contact called like their answer is somebody else"


def test_the_marks_name_nobody_and_a_damaged_file_is_refused(small: Path) -> None:
    forget(["C-1001"], project=small, salt=SALT)
    file = tombstones_file(small / "models")
    assert "1001" not in file.read_text(encoding="utf-8")
    assert len(read_tombstones(file).marks) == 2, "the person and their answer"
    file.write_text("salt = ", encoding="utf-8")
    with pytest.raises(DataRefusedError, match="is damaged"):
        forget(["C-1002"], project=small, salt=SALT)


def test_the_command_says_what_it_would_do(small: Path) -> None:
    said = CliRunner().invoke(app, ["forget", "--id", "C-1001", "--project", str(small), "--dry-run"])
    assert said.exit_code == 0
    assert "Nothing was written." in said.stdout
    assert "would be without them" in said.stdout
    assert "C-1001" not in said.stdout
    nobody = CliRunner().invoke(app, ["forget", "--id", "C-9999", "--project", str(small), "--dry-run"])
    assert "nothing of them was found here" in nobody.stdout
