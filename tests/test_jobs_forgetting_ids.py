"""Ids that look alike, ids that stand nowhere, and projects that are not in order, when a person is forgotten."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from test_jobs_forget import SALT, holding, written_run
from typer.testing import CliRunner

from nps_insights.churn.decisions.answers import cut
from nps_insights.cli.main import app
from nps_insights.jobs.forgetting.forget import forget
from nps_insights.jobs.forgetting.tombstones import read_tombstones, tombstones_file
from nps_insights.survey import PseudonymKey, pseudonym
from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.tracking import tracked_run

SAID = "The purple elevator sings"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("NPS_INSIGHTS_KEY", raising=False)
    (tmp_path / "data").mkdir()
    return tmp_path


def run_with(project: Path, *others: tuple[str, str, str], contact: str = "C-1001") -> Path:
    run = project / "runs" / "a"
    written_run(run, [("R-1001", contact, SAID), *others])
    return run


def told_of(run: Path, table: str = "responses") -> pd.DataFrame:
    return pd.read_parquet(run / "tables" / f"{table}.parquet")


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("C-1001", "C-1001-B"),
        ("C-1001", "my-C-1001"),
        ("jo@example.com", "mary-jo@example.com"),
        ("jo@example.com", "jo@example.com.au"),
    ],
)
def test_an_id_that_stands_in_another_customer_s_id_leaves_that_one_whole(
    project: Path, asked: str, other: str
) -> None:
    run = run_with(project, ("R-1001-2", other, f"{other} and nobody else"), contact=asked)
    (run / "note.txt").write_text(f"asked {asked}, and {other}", encoding="utf-8")
    (run / "list.json").write_text(json.dumps([{"contact_id": other}, {"contact_id": asked}]), encoding="utf-8")
    pd.DataFrame({"contact_id": [asked, other]}).to_csv(run / "list.csv", index=False)
    with pd.ExcelWriter(run / "list.xlsx", engine="xlsxwriter") as workbook:
        pd.DataFrame({"contact_id": [other]}).to_excel(workbook, index=False)
    assert forget([asked], project=project, salt=SALT).deleted == []
    assert told_of(run)[["response_id", "contact_id"]].to_numpy().tolist() == [["R-1001-2", other]]
    assert told_of(run, "comments")[["comment_id", "text"]].to_numpy().tolist() == [
        ["R-1001-2/c", f"{other} and nobody else"]
    ]
    assert (run / "note.txt").read_text(encoding="utf-8") == f"asked [forgotten], and {other}"
    assert json.loads((run / "list.json").read_text(encoding="utf-8")) == [{"contact_id": other}]
    assert pd.read_csv(run / "list.csv")["contact_id"].tolist() == [other]


def test_a_sentence_of_theirs_that_names_another_goes_whole(project: Path) -> None:
    run = run_with(project, ("R-2002", "C-1001-B", "All is well"), ("R-1003", "C-1001", "C-1001-B never calls back"))
    (run / "note.txt").write_text("C-1001-B never calls back. So C-1001", encoding="utf-8")
    forget(["C-1001"], project=project, salt=SALT)
    assert (run / "note.txt").read_text(encoding="utf-8") == "[forgotten]. So [forgotten]"
    assert holding(project, [SAID, "never calls"]) == []


def test_who_is_unknown_is_forgotten_twice_and_under_one_kind_after_all(project: Path) -> None:
    run = run_with(project)
    assert not forget(["C-4004"], project=project, salt=SALT).known_before
    assert forget(["C-4004"], project=project, salt=SALT).known_before
    # A copy from before is put back.
    shutil.rmtree(run)
    run_with(project, ("R-4", "C-4004", "A voice from a backup"))
    forget(["C-4004"], project=project, salt=SALT)
    assert told_of(run)["contact_id"].tolist() == ["C-1001"]


def test_one_id_of_two_kinds_of_which_one_was_forgotten_is_still_asked_about(project: Path) -> None:
    run_with(project, ("R-2", "R-1001", "A contact called like an answer"))
    forget(["R-1001"], project=project, salt=SALT, kind="response_id")
    with pytest.raises(SettingsError, match="may be two people"):
        forget(["R-1001"], project=project, salt=SALT)


@pytest.mark.parametrize("asked", ["c-1001", "C1001", "00C-1001"])
def test_an_id_that_is_nearly_one_of_the_runs_is_not_passed_over(project: Path, asked: str) -> None:
    run_with(project)
    done = forget([asked], project=project, salt=SALT, dry_run=True)
    assert not done.changed
    assert [told for told in done.hints if "1 id of the runs" in told and "letter by letter" in told]
    assert "1001" not in str(done.hints), "no id is told"


def test_an_id_is_found_whatever_stands_unseen_around_it(project: Path) -> None:
    run_with(project)
    done = forget(["\u200bC-1001\ufeff "], project=project, salt=SALT, dry_run=True)
    assert (len(done.changed), done.hints) == (1, [])


def test_the_wrong_key_is_told_from_somebody_who_is_not_there(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = PseudonymKey(b"the right key of the runs")
    run_with(project, contact=pseudonym("C-1001", right))
    monkeypatch.setenv("NPS_INSIGHTS_KEY", "another key than the runs had")
    done = forget(["C-1001"], project=project, salt=SALT, dry_run=True)
    assert not done.changed
    assert [told for told in done.hints if "NPS_INSIGHTS_KEY" in told]
    monkeypatch.setenv("NPS_INSIGHTS_KEY", right.secret.decode())
    done = forget(["C-1001"], project=project, salt=SALT, dry_run=True)
    assert (len(done.changed), done.hints) == (1, [])


def test_a_run_that_keeps_the_fingerprint_of_its_key_tells_another_one(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, other = PseudonymKey(b"the right key of the runs"), PseudonymKey(b"a key of earlier runs")
    for name, key in {"a": right, "b": other}.items():
        run = project / "runs" / name
        written_run(run, [("R-1001", pseudonym("C-1001", key), SAID)])
        told = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
        told["pseudonym_key"] = key.fingerprint
        (run / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setenv("NPS_INSIGHTS_KEY", "neither of the two keys")
    with pytest.raises(SettingsError, match=r"NPS_INSIGHTS_KEY: holds another key than 2 runs here had.*set the key"):
        forget(["C-1001"], project=project, salt=SALT)
    assert len(forget([pseudonym("C-1001", other)], project=project, salt=SALT, dry_run=True).changed) == 1
    monkeypatch.setenv("NPS_INSIGHTS_KEY", right.secret.decode())
    done = forget(["C-1001"], project=project, salt=SALT)
    assert [path for path in done.changed if str(project / "runs" / "b") in path] == []
    assert [told for told in done.hints if "1 run here had another key" in told and str(project / "runs" / "b") in told]


def test_the_command_says_what_to_look_at(project: Path) -> None:
    run_with(project)
    said = CliRunner().invoke(app, ["forget", "--id", "c-1001", "--project", str(project), "--dry-run"])
    assert said.exit_code == 0
    assert "nothing of them was found here" in said.stdout
    assert "letter by letter" in said.stdout
    assert "left to you" not in said.stdout


def test_files_of_no_run_do_not_hide_that_nothing_was_found(project: Path) -> None:
    (project / "customers.csv").write_text("customer,score\nC-4711,3\n", encoding="utf-8")
    said = CliRunner().invoke(app, ["forget", "--id", "C-4711", "--project", str(project), "--dry-run"]).stdout
    lines = said.splitlines()
    assert lines[0] == "nothing of them was found here"
    assert [line.partition(":")[0] for line in lines if line.startswith("left to you ")] == [
        f"left to you    {project / 'customers.csv'}"
    ]
    assert "What is left to you holds the id" in said


def test_the_same_number_as_an_id_of_another_kind_stays(project: Path) -> None:
    run = run_with(project, ("R-2", "104233", "Of the contact"), ("R-3", "C-3", "Of the account"))
    path = run / "tables" / "responses.parquet"
    told_of(run).assign(account_id=["A-1", "A-2", "104233"], parent_id=["", "104233", ""]).to_parquet(path)
    told_of(run).to_csv(run / "list.csv", index=False)
    (run / "list.json").write_text('[{"account_id": "104233", "contact_id": "C-3"}]', encoding="utf-8")
    forget(["104233"], project=project, salt=SALT, kind="contact_id")
    assert told_of(run)["account_id"].tolist() == ["A-1", "104233"]
    assert pd.read_csv(run / "list.csv", dtype="str")["account_id"].tolist() == ["A-1", "104233"]
    assert json.loads((run / "list.json").read_text(encoding="utf-8"))[0]["account_id"] == "104233"
    forget(["C-1001"], project=project, salt=SALT)
    forget(["104233"], project=project, salt=SALT, kind="account_id")
    assert told_of(run).empty


def test_the_parent_of_another_account_is_emptied(project: Path) -> None:
    run = run_with(project, ("R-2", "C-2", "Of the daughter"))
    path = run / "tables" / "responses.parquet"
    told_of(run).assign(account_id=["A-1001", "A-2"], parent_id=[None, "A-1001"]).to_parquet(path)
    forget(["A-1001"], project=project, salt=SALT)
    assert told_of(run)[["account_id", "parent_id"]].to_numpy().tolist() == [["A-2", "[forgotten]"]]


LONG = "The purple elevator\nsings all night, " + "and the doors never close " * 12


def test_a_quote_on_one_line_or_cut_short_is_theirs_in_tables_lists_and_databases(project: Path) -> None:
    quotes = [cut("Nobody\nwrote back"), cut(LONG), "Other words"]
    run = project / "runs" / "a"
    written_run(run, [("R-1", "C-1001", "Nobody\nwrote back"), ("R-2", "C-1001", LONG), ("R-3", "C-3", "Other words")])
    # The row names who answered last; who is quoted may be another contact of the account.
    flags = pd.DataFrame({"account_id": ["A-1", "A-2", "A-3"], "contact_id": "C-9", "quote": quotes})
    flags.to_csv(run / "call_list.csv", index=False)
    flags.to_parquet(run / "tables" / "flags.parquet")
    (run / "list.json").write_text(json.dumps(quotes), encoding="utf-8")
    url = f"sqlite:///{project}/flags.db"
    with closing(sqlite3.connect(project / "flags.db")) as connection:
        flags.to_sql("churn_flags", connection, index=False)
    done = forget(["C-1001"], project=project, salt=SALT, databases=[(url, "churn_flags")])
    assert "table churn_flags of a database: 2 rows" in done.changed
    with closing(sqlite3.connect(project / "flags.db")) as connection:
        left = connection.execute("SELECT account_id, quote FROM churn_flags ORDER BY account_id").fetchall()
    assert left == [("A-1", None), ("A-2", None), ("A-3", "Other words")]
    assert told_of(run, "flags")["quote"].dropna().tolist() == ["Other words"]
    assert pd.read_csv(run / "call_list.csv")["quote"].dropna().tolist() == ["Other words"]
    assert holding(project, ["wrote back", "purple", "doors never"]) == []


# SQLite takes no password; it stands for a server that does.
@pytest.mark.filterwarnings("ignore:Query string argument")
def test_a_named_database_is_searched_in_the_table_that_its_runs_say(project: Path) -> None:
    run = run_with(project)
    told = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    url = f"sqlite:///{project}/team.db?password=***"
    told["settings"] = {"output": {"sql": url, "sql_table": "team_flags"}}
    (run / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    with closing(sqlite3.connect(project / "team.db")) as connection:
        flags = pd.DataFrame({"account_id": ["A-1"], "contact_id": ["C-1001"], "quote": [SAID]})
        flags.to_sql("team_flags", connection, index=False)
    proposed = forget(["C-1001"], project=project, salt=SALT, dry_run=True).left_to_you
    assert [one for one in proposed if "again with --database env:NAME" in one]
    named = (url.replace("***", "x1"), "churn_flags")
    done = forget(["C-1001"], project=project, salt=SALT, databases=[named], dry_run=True)
    assert "table team_flags of a database: 1 rows" in done.changed


def test_a_database_that_is_not_there_is_not_made(project: Path) -> None:
    run_with(project)
    url = f"sqlite:///{project}/flagz.db"
    with pytest.raises(SettingsError, match=r"--database .*flagz\.db.*there is no such file"):
        forget(["C-1001"], project=project, salt=SALT, databases=[(url, "churn_flags")])
    pipeline = project / "pipelines" / "driver_report.toml"
    pipeline.parent.mkdir()
    pipeline.write_text(f'job = "driver_report"\n[input]\nsurvey = "s.csv"\n[output]\ndatabase = "{url}"\n', "utf-8")
    assert forget(["C-1001"], project=project, salt=SALT).changed, "the report has not run yet"
    assert not (project / "flagz.db").exists()


def test_a_table_that_is_no_list_of_flags_is_refused_by_its_name(project: Path) -> None:
    run_with(project)
    with closing(sqlite3.connect(project / "crm.db")) as connection:
        pd.DataFrame({"account_id": ["A-1"], "name": ["x"]}).to_sql("customers", connection, index=False)
    with pytest.raises(SettingsError, match=r"table customers lacks contact_id, quote.*--table"):
        forget(["C-1001"], project=project, salt=SALT, databases=[(f"sqlite:///{project}/crm.db", "customers")])
    assert not (project / "models").exists(), "refused before anything is written"


def test_databases_that_lie_in_the_project_are_found_wherever_the_command_starts(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_with(project)
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    manifest["settings"] = {"tracking": {"uri": "sqlite:///tracked.db"}}
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (project / "pipelines").mkdir()
    for job, more in (("driver_report", 'database = "sqlite:///bi.db"'), ("churn_scoring", 'sql = "sqlite:///bi.db"')):
        given = 'survey = "s.csv"\naccounts = "a.csv"\n'
        told = f'job = "{job}"\n[input]\n{given}[output]\n{more}\n'
        (project / "pipelines" / f"{job}.toml").write_text(told, encoding="utf-8")
    with closing(sqlite3.connect(project / "bi.db")) as connection:
        pd.DataFrame({"label": [SAID]}).to_sql("nps_themes", connection, index=False)
        flags = pd.DataFrame({"account_id": ["A-1"], "contact_id": ["C-1001"], "quote": [SAID]})
        flags.to_sql("churn_flags", connection, index=False)
    with tracked_run(f"sqlite:///{project}/tracked.db", "an experiment", run_name="C-1001"):
        pass
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    forget(["C-1001"], project=project, salt=SALT)
    assert list(elsewhere.iterdir()) == []
    assert holding(project, ["C-1001", SAID]) == []


@pytest.mark.parametrize("told", ['{"job":', "[1]", "\ufffe"])
def test_a_damaged_manifest_is_refused_by_its_name_before_anything_is_written(project: Path, told: str) -> None:
    manifest = run_with(project) / "manifest.json"
    manifest.write_text(told, encoding="utf-8")
    with pytest.raises(DataRefusedError, match=r"manifest\.json: is damaged"):
        forget(["C-1001"], project=project, salt=SALT)
    assert not (project / "models").exists()


@pytest.mark.parametrize("place", ["data", "runs/a", "models", "mlartifacts"])
def test_a_link_that_leads_nowhere_stops_nobody(project: Path, place: str) -> None:
    run = run_with(project)
    for name in ("gone.csv", "gone.md", "gone.toml"):
        (project / place).mkdir(exist_ok=True)
        (project / place / name).symlink_to(project / "nowhere" / name)
    forget(["C-1001"], project=project, salt=SALT)
    assert told_of(run).empty


def test_a_folder_behind_a_link_is_not_passed_over(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    run = run_with(project)
    (project / "runs").rename(elsewhere / "runs")
    (project / "runs").symlink_to(elsewhere / "runs")
    (project / "again").symlink_to(project / "data")
    done = forget(["C-1001"], project=project, salt=SALT, dry_run=True)
    assert [told for told in done.left_to_you if f"--folder {elsewhere / 'runs'}" in told]
    assert str(project / "again") not in str(done.left_to_you), "what lies in the project is looked into anyway"
    done = forget(["C-1001"], project=project, salt=SALT, folders=[elsewhere / "runs"])
    assert done.left_to_you == []
    assert told_of(run).empty


def test_a_damaged_tracking_database_is_left_to_you_and_the_rest_is_done(project: Path) -> None:
    run = run_with(project)
    (project / "mlflow.db").write_bytes(b"no database" * 99)
    done = forget(["C-1001"], project=project, salt=SALT)
    assert [told for told in done.left_to_you if "mlflow.db: could not be looked into" in told]
    assert told_of(run).empty


def test_a_decision_that_is_no_text_is_named(project: Path) -> None:
    run_with(project)
    (project / "models").mkdir()
    (project / "models" / "edits.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(SettingsError, match=r"edits\.toml: is no valid TOML"):
        forget(["C-1001"], project=project, salt=SALT)


@pytest.mark.parametrize(("contact", "answer"), [("c7", "r1"), ("7", "1")])
def test_a_short_id_that_a_reason_cites_is_taken_out(project: Path, contact: str, answer: str) -> None:
    run = project / "runs" / "a"
    written_run(run, [(answer, contact, SAID), (f"{answer}0", "c8", "All is well")])
    cited = f"response_id '{answer}' has scores 3 and 9"
    other = f"response_id '{answer}0' has scores 3 and 1"
    rows = [("s.csv", 2, "score", cited, answer), ("s.csv", 3, "score", other, f"{answer}0")]
    pd.DataFrame(rows, columns=["source", "row_number", "field", "reason", "value"]).to_csv(
        run / "quarantine.csv", index=False
    )
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    (run / "manifest.json").write_text(json.dumps(manifest | {"notes": [cited, other]}), encoding="utf-8")
    forget([contact], project=project, salt=SALT, kind="contact_id")
    left = pd.read_csv(run / "quarantine.csv")
    assert left["reason"].tolist() == ["response_id '[forgotten]' has scores 3 and 9", other]
    notes = json.loads((run / "manifest.json").read_text(encoding="utf-8"))["notes"]
    assert notes[:2] == ["response_id '[forgotten]' has scores 3 and 9", other]


def test_refused_cells_in_words_name_nobody_and_are_left_to_you(project: Path) -> None:
    run = run_with(project)
    rows = [("s.csv", 2, "score", "is not a number", "my dog Rex bit him"), ("s.csv", 3, "score", "is outside", "11")]
    pd.DataFrame(rows, columns=["source", "row_number", "field", "reason", "value"]).to_csv(
        run / "quarantine.csv", index=False
    )
    told = forget(["C-1001"], project=project, salt=SALT).left_to_you
    assert [one.partition(": ")[0] for one in told] == [str(run / "quarantine.csv")]
    assert "1 refused cell in words" in told[0]
    assert "Rex" not in told[0]


@pytest.mark.parametrize("written", ["104233.0", '="104233"', "\u2060104233", "10\u00ad4233", "'104233"])
def test_nobody_comes_back_by_another_writing_of_the_same_id(project: Path, written: str) -> None:
    forget(["104233"], project=project, salt=SALT, kind="contact_id")
    known = read_tombstones(tombstones_file(project / "models"))
    asked = pd.Series([written, "1042330", "0104233", "104233.5"])
    assert known.holds("contact_id", asked).tolist() == [True, False, False, False]


def test_a_run_that_wrote_an_id_otherwise_is_cleaned_too(project: Path) -> None:
    run = run_with(project, ("R-2", "C-2", "All is well"), contact='="104233"')
    forget(["104233"], project=project, salt=SALT)
    assert told_of(run)["contact_id"].tolist() == ["C-2"]


def test_a_folder_without_runs_is_not_taken_for_a_clean_project(project: Path) -> None:
    done = forget(["C-1001"], project=project, salt=SALT, dry_run=True)
    assert [
        told for told in done.hints if told.startswith(f"no run folder stands below {project}") and "--project" in told
    ]
    run_with(project)
    assert forget(["C-1001"], project=project, salt=SALT, dry_run=True).hints == []


def test_a_run_that_does_not_tell_its_key_and_one_in_clear_are_looked_into(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, silent = PseudonymKey(b"the key that a run tells"), PseudonymKey(b"the key of an earlier version")
    for name, contact in {"a": pseudonym("C-1001", named), "b": pseudonym("C-1001", silent), "c": "C-1001"}.items():
        written_run(project / "runs" / name, [("R-1001", contact, SAID)])
        manifest = project / "runs" / name / "manifest.json"
        told = json.loads(manifest.read_text(encoding="utf-8"))
        told["settings"] = (told.get("settings") or {}) | {"privacy": {"pseudonyms": name != "c"}}
        told |= {"pseudonym_key": named.fingerprint} if name == "a" else {}
        manifest.write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setenv("NPS_INSIGHTS_KEY", silent.secret.decode())
    done = forget(["C-1001"], project=project, salt=SALT, dry_run=True)
    assert {name for name in "abc" if any(f"/runs/{name}" in path for path in done.changed)} == {"b", "c"}
    assert [hint for hint in done.hints if "1 run here had another key" in hint and "/runs/a" in hint]
    assert [hint for hint in done.hints if "1 run here does not tell the key" in hint and "/runs/b" in hint]
    monkeypatch.setenv("NPS_INSIGHTS_KEY", "neither of the two keys")
    shown = forget([pseudonym("C-1001", named)], project=project, salt=SALT, dry_run=True)
    assert [hint for hint in shown.hints if "key" in hint] == [], "a pseudonym is found under every key"


def test_a_database_that_only_an_old_run_names_keeps_nobody_from_being_forgotten(project: Path) -> None:
    run_with(project)
    manifest = next((project / "runs").rglob("manifest.json"))
    told = json.loads(manifest.read_text(encoding="utf-8"))
    told["settings"] = (told.get("settings") or {}) | {
        "output": {"sql": "postgresql+nodriver://gone.example/crm", "sql_table": "flags"}
    }
    manifest.write_text(json.dumps(told), encoding="utf-8")
    done = forget(["C-1001"], project=project, salt=SALT)
    assert done.changed
    assert [one for one in done.left_to_you if "only earlier runs name" in one and "nodriver" in one]
    (project / "pipelines").mkdir(exist_ok=True)
    (project / "pipelines" / "nightly.toml").write_text(
        'job = "churn_scoring"\n[input]\nsurvey = "a.csv"\naccounts = "b.csv"\n'
        '[output]\nsql = "postgresql+nodriver://gone.example/crm"\nsql_table = "flags"\n',
        encoding="utf-8",
    )
    with pytest.raises(SettingsError, match="nobody can be forgotten there"):
        forget(["C-1001"], project=project, salt=SALT)
