"""What is looked into when a person is forgotten, and what is said where nobody can look."""

import gzip
import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_jobs_forget import SALT, written_run

from nps_insights.jobs.churn.settings import ChurnScoringSettings
from nps_insights.jobs.forgetting.forget import forget
from nps_insights.jobs.forgetting.models import holds_their_text
from nps_insights.jobs.forgetting.person import Person
from nps_insights.jobs.forgetting.search import holds
from nps_insights.jobs.forgetting.tombstones import add_marks, read_tombstones, tombstones_file, tombstones_near
from nps_insights.jobs.manifest import write_manifest
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.jobs.settings.sections import ThemeSettings
from nps_insights.jobs.theming.fit import fit_comments
from nps_insights.survey import RawTable
from nps_insights.survey.privacy.forgotten_rows import without_forgotten
from nps_insights.tables import DataRefusedError, SettingsError

BROKEN = {
    "old.zip": b"PK\x03\x04broken",
    "old.csv.gz": b"\x1f\x8bbroken",
    "old.parquet": b"PAR1broken",
    "cut.csv.gz": gzip.compress(b"contact_id,score\nC-1001,3\n" * 50)[:-12],
    "bomb.csv.gz": gzip.compress(b"0" * (64 * 2**20)),
    "old.7z": b"7z\xbc\xaf\x27\x1cpacked",
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("NPS_INSIGHTS_KEY", raising=False)
    (tmp_path / "data").mkdir()
    return tmp_path


def run_of(project: Path, contact: str, **facts: object) -> Path:
    run = project / "runs" / "a"
    written_run(run, [("R-1", contact, "The purple elevator sings"), ("R-2", "C-9", "All is well")])
    write_manifest(run, json.loads((run / "manifest.json").read_text(encoding="utf-8")) | facts)
    return run


def workbook(path: Path, cell: object) -> None:
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        pd.DataFrame({"Contact": [cell], "name": ["Jo"]}).to_excel(book, index=False)


@pytest.mark.parametrize(
    ("contact", "cell"), [("C104233", "C104233"), ("104233", "104233"), ("104233", 104233), ("007", "007")]
)
def test_an_id_is_found_in_the_cells_of_workbooks_and_lists(small: Path, contact: str, cell: object) -> None:
    run = run_of(small, contact)
    workbook(run / "list.xlsx", cell)
    workbook(small / "data" / "customers.xlsx", cell)
    (small / "data" / "export.csv").write_text(f'name;contact\n"Jo";"{contact}"\n', encoding="utf-8")
    (small / "data" / "other.csv").write_text("contact,score\n9104233,1042330\nC-007x,3\n", encoding="utf-8")
    pd.DataFrame({"contact": [cell, cell]}).to_parquet(small / "data" / "other.parquet")
    done = forget([contact], project=small, salt=SALT)
    assert done.deleted == [str(run / "list.xlsx")]
    told = sorted(Path(one.partition(":")[0]).name for one in done.left_to_you)
    assert told == ["customers.xlsx", "export.csv", "other.parquet"]


def test_a_file_that_holds_a_number_like_their_id_may_name_them(small: Path) -> None:
    run = run_of(small, "104233")
    (run / "page.html").write_text("<p>we asked 104233 again</p>", encoding="utf-8")
    (small / "data" / "notes.txt").write_text("call 104233 back", encoding="utf-8")
    (small / "data" / "far.txt").write_text("figure 0.104233, and 1042331", encoding="utf-8")
    done = forget(["104233"], project=small, salt=SALT)
    assert [one.partition(": ")[::2] for one in done.left_to_you] == [
        (str(run / "page.html"), "may name them; a number in it is their id"),
        (str(small / "data" / "notes.txt"), "may name them; a number in it is their id"),
    ]


def test_of_a_short_number_it_is_said_that_files_were_not_searched(small: Path) -> None:
    run_of(small, "77")
    (small / "data" / "export.csv").write_text("contact,score\n77,3\n", encoding="utf-8")
    assert any("too short" in one for one in forget(["77"], project=small, salt=SALT).left_to_you)


def survey_in(project: Path) -> Path:
    file = project / "data" / "s.csv"
    file.write_text("id,nps,why\n" + "".join(f"r{i},{i % 11},fine {i}\n" for i in range(40)), encoding="utf-8")
    (project / "pipelines").mkdir()
    return file


@pytest.mark.parametrize("place", ["project", "below", "elsewhere"])
@pytest.mark.parametrize("models", [None, "descriptions"])
def test_marks_hold_wherever_a_command_starts(
    small: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, place: str, models: str
) -> None:
    file = survey_in(small)
    done = forget(["r3"], project=small, salt=SALT, kind="response_id")
    assert done.marks == str(small / "models" / "forgotten.toml")
    folders = {"project": small, "below": small / "data", "elsewhere": tmp_path_factory.mktemp("elsewhere")}
    monkeypatch.chdir(folders[place])
    settings = check_settings({"input": {"survey": str(file)}, "output": {"models": models} if models else {}})
    assert settings.for_survey().forgotten.holds("response_id", pd.Series(["r3", "r4"])).tolist() == [True, False]


def test_marks_are_found_beside_the_tracking_database_and_the_accounts(
    small: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    forget(["A-1"], project=small, salt=SALT, kind="account_id")
    asked = pd.Series(["A-1"])
    tracked = {"input": {"survey": "/nowhere/s.csv"}, "tracking": {"uri": f"sqlite:///{small}/mlflow.db"}}
    assert check_settings(tracked).for_survey().forgotten.holds("account_id", asked).all()
    night = ChurnScoringSettings.model_validate(
        {"input": {"survey": "/nowhere/s.csv", "accounts": str(small / "data" / "accounts.csv")}}
    )
    assert night.read_as().forgotten.holds("account_id", asked).all()


def test_a_file_of_comments_is_read_with_the_marks_of_its_project(
    small: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    forget(["r1"], project=small, salt=SALT, kind="response_id")
    file = small / "data" / "comments.csv"
    file.write_text("response_id,comment\nr1,It never works\n", encoding="utf-8")
    with pytest.raises(DataRefusedError, match="in 0 rows"):
        fit_comments(
            str(file), {"comment": "comment", "response_id": "response_id"}, elsewhere / "run", ThemeSettings()
        )
    assert tombstones_near(str(file)).holds("response_id", pd.Series(["r1"])).all()


def test_marks_of_several_projects_are_joined(tmp_path: Path) -> None:
    for name, salt in (("a", "one"), ("b", "two")):
        add_marks(tombstones_file(tmp_path / name / "models"), [("contact_id", name)], salt=salt)
    found = tombstones_near(tmp_path / "a" / "s.csv", tmp_path / "b" / "data" / "t.csv")
    assert found.holds("contact_id", pd.Series(["a", "b", "c"])).tolist() == [True, True, False]


def test_two_at_once_both_leave_their_marks(tmp_path: Path) -> None:
    file = tombstones_file(tmp_path / "models")
    code = (
        "import sys; from pathlib import Path; from nps_insights.jobs.forgetting.tombstones import add_marks\n"
        "for n in range(60): add_marks(Path(sys.argv[1]), [('contact_id', f'{sys.argv[2]}{n}')], salt=sys.argv[2])"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(file), one]) for one in ("a", "b")]
    assert [one.wait() for one in both] == [0, 0]
    asked = pd.Series([f"{one}{n}" for one in "ab" for n in range(60)])
    assert read_tombstones(file).holds("contact_id", asked).all()


def test_a_mark_that_came_between_stays(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_of(small, "C-1001")
    file = tombstones_file(small / "models")
    from nps_insights.jobs.forgetting import forget as module

    def meanwhile(*given: object) -> Person:
        add_marks(file, [("contact_id", "C-2002")], salt="of the other")
        return person_in(*given)

    person_in = module.person_in
    monkeypatch.setattr(module, "person_in", meanwhile)
    forget(["C-1001"], project=small, salt=SALT)
    assert read_tombstones(file).holds("contact_id", pd.Series(["C-1001", "C-2002"])).all()


def encrypted() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "C-1001")
    data = bytearray(packed.getvalue())
    # The bit that says "needs a password", in the head and in the list at the end.
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize("name", [*BROKEN, "locked.zip"])
@pytest.mark.parametrize("place", ["data", "runs/a"])
def test_what_cannot_be_unpacked_is_left_to_you(small: Path, name: str, place: str) -> None:
    run_of(small, "C-1001")
    file = small / place / (name if place == "data" else name.replace(".parquet", ".pq"))
    file.write_bytes(BROKEN.get(name) or encrypted())
    done = forget(["C-1001"], project=small, salt=SALT)
    assert [one for one in done.left_to_you if one.startswith(f"{file}: could not be looked into")]
    assert "C-1001" not in str(done)
    rows = pd.read_parquet(small / "runs" / "a" / "tables" / "responses.parquet")
    assert rows["contact_id"].tolist() == ["C-9"]


def test_a_damaged_table_of_a_run_is_refused_by_its_name(small: Path) -> None:
    table = run_of(small, "C-1001") / "tables" / "old.parquet"
    table.write_bytes(BROKEN["old.parquet"])
    with pytest.raises(DataRefusedError, match=r"old\.parquet: is damaged"):
        forget(["C-1001"], project=small, salt=SALT)


def test_archives_in_archives_are_looked_into(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("old/survey.csv.gz", gzip.compress(b"C-1001,3"))
    assert holds(packed.getvalue(), ["C-1001"], "old.zip")


@pytest.mark.parametrize("told", [{"settings": {"privacy": {"pseudonyms": True}}}, {}])
def test_runs_with_pseudonyms_need_the_key(small: Path, monkeypatch: pytest.MonkeyPatch, told: dict) -> None:
    known = "p_66e3099046344605017e"
    run_of(small, known, **told)
    with pytest.raises(SettingsError, match="NPS_INSIGHTS_KEY"):
        forget(["007"], project=small, salt=SALT)
    assert not tombstones_file(small / "models").exists()
    assert forget([known], project=small, salt=SALT, dry_run=True).changed, "a pseudonym needs no key"
    monkeypatch.setenv("NPS_INSIGHTS_KEY", "sixteen letters and more")
    assert forget(["007"], project=small, salt=SALT, dry_run=True).changed


@pytest.mark.parametrize(("n", "said"), [(1, "looking into 1 run folder"), (2, "looking into 2 run folders")])
def test_it_is_said_how_many_runs_are_looked_into(
    small: Path, caplog: pytest.LogCaptureFixture, n: int, said: str
) -> None:
    run = run_of(small, "C-1001")
    for further in range(1, n):
        shutil.copytree(run, run.with_name(f"further-{further}"))
    with caplog.at_level("INFO", "nps_insights"):
        forget(["C-1001"], project=small, salt=SALT, dry_run=True)
    assert said in caplog.messages


@pytest.mark.parametrize("setting", ["database", "sql"])
def test_a_database_with_a_password_is_not_passed_over(small: Path, setting: str) -> None:
    run_of(small, "C-1001", settings={"output": {setting: "postgresql://bi:***@db.example/crm"}})
    told = [one for one in forget(["C-1001"], project=small, salt=SALT).left_to_you if "--database env:NAME" in one]
    assert len(told) == 1
    assert "postgresql://bi:***@db.example/crm" in told[0]


@pytest.mark.parametrize("stated", ["pipeline", "option"])
def test_figures_are_found_by_the_pipeline_or_the_option(small: Path, stated: str) -> None:
    from sqlalchemy import create_engine, text

    run_of(small, "C-1001", settings={"output": {"database": "sqlite:///file?password=***"}})
    url = f"sqlite:///{small}/figures.db?password=secret"
    url = url.partition("?")[0]
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE nps_themes (label VARCHAR(99))"))
        connection.execute(text("INSERT INTO nps_themes VALUES ('The purple elevator sings')"))
    engine.dispose()
    (small / "pipelines").mkdir()
    if stated == "pipeline":
        told = f'job = "driver_report"\n[input]\nsurvey = "s.csv"\n[output]\ndatabase = "{url}"\n'
        (small / "pipelines" / "a.toml").write_text(told, encoding="utf-8")
    databases = [(url, "churn_flags")] if stated == "option" else []
    done = forget(["C-1001"], project=small, salt=SALT, databases=databases)
    assert "a database of figures: 1 texts" in done.changed


@pytest.fixture(scope="module")
def plain_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import skops.io
    from sklearn.linear_model import LogisticRegression

    folder = tmp_path_factory.mktemp("plain")
    skops.io.dump(LogisticRegression().fit(np.arange(10).reshape(-1, 1), [0, 1] * 5), folder / "model.skops")
    return folder


@pytest.fixture(scope="module")
def text_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import skops.io
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    folder = tmp_path_factory.mktemp("text")
    said = ["the zebrafinch sang", "no signal, Größe"]
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression()).fit(said, ["a", "b"])
    skops.io.dump(model, folder / "model.skops")
    return folder


@pytest.mark.parametrize("word", ["protocol", "type", "shape", "content", "penalty", "intercept", "random", "version"])
def test_words_of_the_format_are_nobodys(plain_model: Path, text_model: Path, word: str) -> None:
    person = Person(words=frozenset({word}))
    assert not holds_their_text(plain_model, person)
    assert not holds_their_text(text_model, person)


@pytest.mark.parametrize("word", ["zebrafinch", "größe", "signal"])
def test_words_of_the_vocabulary_are_theirs(text_model: Path, word: str) -> None:
    assert holds_their_text(text_model, Person(words=frozenset({word})))


def test_names_of_fields_are_nobodys_and_values_may_be_theirs(tmp_path: Path) -> None:
    (tmp_path / "themes.json").write_text('{"label": {"words": ["Zebrafinch here"]}}', encoding="utf-8")
    assert not holds_their_text(tmp_path, Person(words=frozenset({"label", "words"})))
    assert holds_their_text(tmp_path, Person(words=frozenset({"zebrafinch"})))


def test_another_survey_that_numbers_its_answers_alike_keeps_them(small: Path) -> None:
    run_of(small, "C-1001")
    other, unnamed = small / "runs" / "b", small / "runs" / "c"
    written_run(other, [("R-1", "C-7777", "Nothing to complain about"), ("R-5", "C-9", "All is well")])
    written_run(unnamed, [("R-1", "", "The purple elevator sings"), ("R-5", "", "All is well")])
    before = {path: path.read_bytes() for path in other.rglob("*") if path.is_file()}
    done = forget(["C-1001"], project=small, salt=SALT)
    assert {path: path.read_bytes() for path in other.rglob("*") if path.is_file()} == before
    assert not [told for told in [*done.changed, *done.deleted, *done.left_to_you] if str(other) in told]
    # Who wrote an answer of that number is not said there: it may be theirs, and goes.
    assert pd.read_parquet(unnamed / "tables" / "comments.parquet")["response_id"].tolist() == ["R-5"]


def test_at_the_door_an_answer_s_number_is_theirs_unless_its_row_names_another(small: Path) -> None:
    run_of(small, "C-1001")
    forget(["C-1001"], project=small, salt=SALT)
    known = read_tombstones(tombstones_file(small / "models"))
    rows = pd.DataFrame({"id": ["R-1", "R-1", "R-1", "R-2"], "who": ["C-7777", "", "C-1001", "C-9"]}, dtype="str")
    raw = RawTable("again.csv", rows, np.arange(2, 6), pd.DataFrame())
    left = without_forgotten(raw, {"response_id": "id", "contact_id": "who"}, known)
    assert left.frame["who"].tolist() == ["C-7777", "C-9"]
    assert without_forgotten(raw, {"response_id": "id"}, known).frame["id"].tolist() == ["R-2"]
