"""A person who asked to be forgotten: no byte is left of them, and they do not come back."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from canary_project import FORGOTTEN, FORGOTTEN_ANSWERS, OWN_WORDS, CanaryProject
from typer.testing import CliRunner

from nps_insights.cli.main import app
from nps_insights.jobs.admission import admit
from nps_insights.jobs.forgetting.forget import Forgetting, forget
from nps_insights.jobs.forgetting.person import GONE
from nps_insights.jobs.forgetting.search import contents_of
from nps_insights.jobs.forgetting.tombstones import read_tombstones, tombstones_file
from nps_insights.jobs.manifest import write_manifest
from nps_insights.jobs.settings.pipeline import read_pipeline
from nps_insights.survey import PseudonymKey, pseudonym
from nps_insights.tables import DataRefusedError, SettingsError, conform

SALT = "a salt of the tests"
TEXTS = [FORGOTTEN, *FORGOTTEN_ANSWERS, *OWN_WORDS]


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


@pytest.fixture(scope="module")
def project(canary_project: CanaryProject) -> CanaryProject:
    return canary_project


@pytest.fixture(scope="module")
def environment(project: CanaryProject) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patched:
        for name in ("NPS_INSIGHTS_KEY", "CANARY_DATABASE", "CANARY_DELIVERY"):
            patched.setenv(name, project.environment[name])
        yield patched


@pytest.fixture(scope="module")
def pseudonyms(project: CanaryProject) -> list[str]:
    key = PseudonymKey(project.environment["NPS_INSIGHTS_KEY"].encode())
    return [pseudonym(one, key) for one in (FORGOTTEN, *FORGOTTEN_ANSWERS)]


@pytest.fixture(scope="module")
def forgotten(
    project: CanaryProject, environment: pytest.MonkeyPatch, pseudonyms: list[str]
) -> tuple[Forgetting, Forgetting, list[str]]:
    before = holding(project.folder, [*TEXTS, *pseudonyms])
    seen = state(project.folder / "runs")
    dry = forget([FORGOTTEN], project=project.folder, salt=SALT, dry_run=True)
    assert state(project.folder / "runs") == seen, "a dry run writes nothing"
    assert not tombstones_file(project.folder / "models").exists()
    return dry, forget([FORGOTTEN], project=project.folder, salt=SALT), before


class TestAProjectWithItsRuns:
    def test_they_stood_in_tables_pages_lists_models_and_databases(self, forgotten: tuple) -> None:
        before = " ".join(forgotten[2])
        for part in ("comments.parquet", "report.html", "themes.json", "edits.toml", "flags.db", "answers.parquet"):
            assert part in before

    def test_no_byte_is_left(self, project: CanaryProject, forgotten: tuple, pseudonyms: list[str]) -> None:
        assert holding(project.folder, [*TEXTS, *pseudonyms]) == []

    def test_what_is_done_is_what_the_dry_run_says(self, forgotten: tuple) -> None:
        dry, done, _ = forgotten
        assert (dry.changed, dry.deleted, dry.models) == (done.changed, done.deleted, done.models)

    def test_the_model_that_held_their_words_is_gone_and_named(self, project: CanaryProject, forgotten: tuple) -> None:
        assert forgotten[1].models == ["themes@1"]
        assert not list((project.folder / "mlartifacts").rglob("themes.safetensors"))

    def test_their_vectors_are_gone_and_no_others(self, project: CanaryProject, forgotten: tuple) -> None:
        told = next(one for one in forgotten[1].changed if ".cache" in one)
        assert "7 encoded texts" in told

    def test_the_export_is_left_to_its_owner(self, project: CanaryProject, forgotten: tuple) -> None:
        assert forgotten[1].left_to_you == [str(project.folder / "data" / "survey.csv")]

    def test_the_result_names_nobody(self, forgotten: tuple, pseudonyms: list[str]) -> None:
        said = json.dumps([forgotten[0].__dict__, forgotten[1].__dict__])
        assert [one for one in [*TEXTS, *pseudonyms] if one in said] == []

    def test_others_stay_and_the_pages_are_whole(self, project: CanaryProject, forgotten: tuple) -> None:
        run = project.folder / "runs" / "driver_report"
        manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["forgotten"]["rows"]["responses"] == len(FORGOTTEN_ANSWERS)
        left = pd.read_parquet(run / "tables" / "responses.parquet")
        assert len(left) == manifest["rows"]["responses"] == manifest["counts"]["kept"] - len(FORGOTTEN_ANSWERS)
        for name in ("report.html", "report-cs.html", "report.md", "report.xlsx"):
            assert (run / name).stat().st_size > 500
        assert "asked to be forgotten" in (run / "report.html").read_text(encoding="utf-8")
        for path in sorted((run / "tables").glob("*.parquet")):
            conform(path.stem, pd.read_parquet(path))

    def test_the_accounts_row_stays_on_the_list_of_the_night(self, project: CanaryProject, forgotten: tuple) -> None:
        night = project.folder / "runs" / "churn_scoring" / "2026-07-01"
        flags = conform("flags", pd.read_parquet(night / "flags.parquet"))
        manifest = json.loads((night / "manifest.json").read_text(encoding="utf-8"))
        assert len(flags) == manifest["accounts"]
        with closing(sqlite3.connect(project.folder / "flags.db")) as connection:
            assert connection.execute("SELECT COUNT(*) FROM churn_flags").fetchone()[0] == len(flags)

    def test_again_changes_no_byte(self, project: CanaryProject, forgotten: tuple) -> None:
        before = state(project.folder / "runs") | state(project.folder / "models")
        again = forget([FORGOTTEN], project=project.folder, salt="another")
        assert again.known_before
        assert (again.changed, again.deleted, again.models) == ([], [], [])
        assert state(project.folder / "runs") | state(project.folder / "models") == before

    def test_a_new_import_turns_them_away_and_counts_them(self, project: CanaryProject, forgotten: tuple) -> None:
        settings = read_pipeline(project.folder / "pipelines" / "driver_report.toml")
        admission = admit(settings).admission
        n = len(FORGOTTEN_ANSWERS)
        assert admission.breakdown["filtered"]["is of somebody who was forgotten"] == n
        assert admission.counts["filtered"] >= n
        assert not admission.comments["text"].str.contains("|".join(OWN_WORDS)).any()

    def test_nor_do_they_come_back_without_the_column_of_contacts(
        self, project: CanaryProject, forgotten: tuple, tmp_path: Path
    ) -> None:
        rows = pd.read_csv(project.folder / "data" / "survey.csv", dtype="str", keep_default_na=False)
        rows.drop(columns="Contact ID").to_csv(tmp_path / "survey.csv", index=False)
        settings = read_pipeline(project.folder / "pipelines" / "driver_report.toml")
        given = settings.input.model_copy(update={"survey": str(tmp_path / "survey.csv")})
        admission = admit(settings.model_copy(update={"input": given})).admission
        assert admission.breakdown["filtered"]["is of somebody who was forgotten"] == len(FORGOTTEN_ANSWERS)

    def test_a_copy_that_is_put_back_is_cleaned_by_the_next_call(
        self, project: CanaryProject, forgotten: tuple, pseudonyms: list[str]
    ) -> None:
        run = project.folder / "runs" / "old"
        written_run(run, [(pseudonyms[1], pseudonyms[0], "a sentence that nobody cleaned")])
        forget(["nobody-at-all"], project=project.folder, salt=SALT)
        assert holding(run, [*pseudonyms, "nobody cleaned"]) == []
        shutil.rmtree(run)


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
    assert holding(small, ["C-1001", "R-1001", "purple"]) == []


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
