"""`nps-insights churn` and `run` in one process: input is checked without a model, and options reach the job."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from command_line import ended
from fresh_tracking import tracking_in
from typer.testing import CliRunner, Result

from nps_insights.cli.main import app
from nps_insights.jobs.churn.inputs import admit_customers, without_columns
from nps_insights.jobs.churn.nightly import nights_of, sweep_leftovers
from nps_insights.jobs.churn.panels import dates_of, known_until
from nps_insights.jobs.churn.settings import ChurnTrainingSettings
from nps_insights.jobs.churn.text import text_before
from nps_insights.jobs.settings.checked import checked
from nps_insights.tables import SettingsError


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten accounts that answered once, of which two have left, and what they used."""
    folder = tmp_path_factory.mktemp("customers")
    ids = [f"a{n}" for n in range(10)]
    answers = pd.DataFrame({"account_id": ids, "response_id": [f"r{n}" for n in range(10)], "score": range(10)})
    answers.assign(responded_at="2026-03-10").to_csv(folder / "survey.csv", index=False)
    accounts = pd.DataFrame({"account_id": ids, "plan": "Pro", "ended_at": ["2026-02-01"] * 2 + [None] * 8})
    accounts.to_csv(folder / "accounts.csv", index=False)
    usage = pd.DataFrame({"account_id": ids, "used_at": "2026-03-01", "logins": range(10)})
    usage.to_csv(folder / "usage.csv", index=False)
    return folder


def settings(folder: Path, *files: str, **churn: object) -> ChurnTrainingSettings:
    named = {name: str(folder / f"{name}.csv") for name in ("survey", "accounts", *files)}
    return checked(ChurnTrainingSettings, {"input": named, "churn": churn})


class TestDryRun:
    @pytest.mark.parametrize("job", ["train", "flag"])
    def test_it_counts_the_input_and_writes_nothing(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        given = (folder / "survey.csv", "--accounts", folder / "accounts.csv", "--capacity", "5", "--dry-run")
        done = call("churn", job, *given, "--json")
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        rows = "read 10, kept 10, quarantined 0, duplicate 0, filtered 0"
        assert (told["survey"], told["accounts"]) == (rows, rows)
        lines = call("churn", job, *given).stdout.splitlines()
        note = "note         no column of comments is known; only the score is read"
        assert lines == [f"survey       {rows}", f"accounts     {rows}", note]
        assert list(tmp_path.iterdir()) == []

    def test_costs_that_contradict_themselves_are_refused_without_a_model(self, folder: Path) -> None:
        refused = call(
            "churn", "flag", folder / "survey.csv", "--accounts", folder / "accounts.csv", "--dry-run",
            "--offer-cost", "20", "--spark", "local[1]",
        )  # fmt: skip
        assert isinstance(refused.exception, SettingsError)
        assert "contact_cost" in str(refused.exception)

    def test_a_training_pipeline_is_checked_as_the_command_is(self, folder: Path, tmp_path: Path) -> None:
        file = tmp_path / "pipelines" / "train.toml"
        file.parent.mkdir()
        named = "\n".join(f"{name} = '{folder / name}.csv'" for name in ("survey", "accounts"))
        file.write_text(f'job = "churn_training"\n[input]\n{named}\n', encoding="utf-8")
        told = json.loads(call("run", file, "--dry-run", "--json").stdout)
        given = (folder / "survey.csv", "--accounts", folder / "accounts.csv")
        assert told == json.loads(call("churn", "train", *given, "--dry-run", "--json").stdout)
        refused = call("run", file, "--as-of", "2026-03-31")
        assert isinstance(refused.exception, SettingsError)
        assert "is no scoring job; set it in the file where its job has one" in str(refused.exception)


@pytest.fixture
def project(folder: Path, tmp_path: Path) -> Path:
    """A project whose answers stand in a database, with a pipeline for each job."""
    with closing(sqlite3.connect(tmp_path / "crm.db")) as database:
        pd.read_csv(folder / "survey.csv").to_sql("answers", database, index=False)
    (tmp_path / "pipelines").mkdir()
    for job in ("driver_report", "churn_training", "churn_scoring"):
        lines = [
            f'job = "{job}"\n[input]\nsurvey = "env:CRM"\nquery = "SELECT * FROM answers"',
            f"accounts = '{folder / 'accounts.csv'}'\n[tracking]\nuri = '{tracking_in(tmp_path)}'",
            '[output]\nsql = "env:FLAGS"\n' if job == "churn_scoring" else "",
        ]
        (tmp_path / "pipelines" / f"{job}.toml").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


class TestDatabasesFromTheEnvironment:
    @pytest.mark.parametrize("job", ["driver_report", "churn_training", "churn_scoring"])
    def test_the_survey_of_every_job_is_read_where_the_environment_says(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], job: str
    ) -> None:
        asked: list[str | Path] = ["run", project / "pipelines" / f"{job}.toml", "--dry-run", "--json"]
        monkeypatch.setenv("CRM", f"sqlite:///{project}/crm.db")
        done = ended(asked, monkeypatch, capsys)
        assert done.code == 0, done.stderr
        assert "10" in done.stdout
        monkeypatch.delenv("CRM")
        refused = ended(asked, monkeypatch, capsys)
        assert refused.code == 2
        assert "input.survey: 'env:CRM': the environment variable CRM is not there; set it" in refused.stderr

    def test_the_list_is_written_there_and_the_manifest_names_the_variable_alone(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("CRM", f"sqlite:///{project}/crm.db")
        monkeypatch.setenv("FLAGS", f"sqlite:///{project}/flags.db")
        pipeline = project / "pipelines" / "churn_scoring.toml"
        done = ended(["run", pipeline, "--as-of", "2026-03-31"], monkeypatch, capsys)
        assert done.code == 0, done.stderr
        with closing(sqlite3.connect(project / "flags.db")) as database:
            assert database.execute("SELECT count(*) FROM churn_flags").fetchone() == (10,)
        (night,) = nights_of(project / "runs" / "churn_scoring")
        told = (night.folder / "manifest.json").read_text(encoding="utf-8")
        assert json.loads(told)["settings"]["output"]["sql"] == "env:FLAGS"
        assert json.loads(told)["settings"]["input"]["survey"] == "env:CRM"
        assert f"{project}/crm.db" not in told
        forgotten = ended(["forget", "--id", "a3", "--project", project, "--dry-run"], monkeypatch, capsys)
        assert forgotten.code == 0, forgotten.stderr
        assert "table churn_flags of a database: 1 rows" in forgotten.stdout

    @pytest.mark.parametrize("said", ["by the pipeline", "by the run"])
    def test_a_list_whose_variable_is_not_set_is_named_to_who_forgets(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: str
    ) -> None:
        monkeypatch.setenv("CRM", f"sqlite:///{project}/crm.db")
        monkeypatch.setenv("FLAGS", f"sqlite:///{project}/flags.db")
        pipeline = project / "pipelines" / "churn_scoring.toml"
        if said == "by the run":
            assert ended(["run", pipeline, "--as-of", "2026-03-31"], monkeypatch, capsys).code == 0
            pipeline.unlink()
        monkeypatch.delenv("FLAGS")
        told = ended(["forget", "--id", "a3", "--project", project, "--dry-run"], monkeypatch, capsys)
        assert told.code == 0, told.stderr
        said_so = "a list of flags was not looked into (output.sql: 'env:FLAGS': the environment variable FLAGS is "
        assert f"{said_so}not there" in told.stdout
        monkeypatch.setenv("FLAGS", " ")
        empty = ended(["forget", "--id", "a3", "--project", project, "--dry-run"], monkeypatch, capsys)
        assert f"{said_so}empty" in empty.stdout

    def test_an_empty_variable_is_no_night_without_a_database(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("CRM", f"sqlite:///{project}/crm.db")
        monkeypatch.setenv("FLAGS", "")
        asked: list[str | Path] = ["run", project / "pipelines" / "churn_scoring.toml", "--as-of", "2026-03-31"]
        refused = ended(asked, monkeypatch, capsys)
        assert refused.code == 2
        assert "output.sql: 'env:FLAGS': the environment variable FLAGS is empty; set it" in refused.stderr
        assert not (project / "runs").exists()

    def test_under_another_key_a_night_is_another_one(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("CRM", f"sqlite:///{project}/crm.db")
        monkeypatch.setenv("FLAGS", f"sqlite:///{project}/flags.db")
        pipeline = project / "pipelines" / "churn_scoring.toml"
        stated = pipeline.read_text(encoding="utf-8") + "[privacy]\npseudonyms = true\n"
        pipeline.write_text(stated, encoding="utf-8")
        keys, told = [], []
        for key in ("the key that leaked to many", "the key that leaked to many", "the key that follows it"):
            monkeypatch.setenv("NPS_INSIGHTS_KEY", key)
            done = ended(["run", pipeline, "--as-of", "2026-03-31"], monkeypatch, capsys)
            assert done.code == 0, done.stderr
            (night,) = nights_of(project / "runs" / "churn_scoring")
            told.append("An equal run is there already" in done.stdout)
            keys.append(json.loads((night.folder / "manifest.json").read_text(encoding="utf-8"))["pseudonym_key"])
        assert told == [False, True, False]
        assert keys[0] == keys[1] != keys[2]

    def test_a_file_of_sqlite_lies_in_the_project(
        self, project: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("CRM", f"sqlite:///{project}/crm.db")
        monkeypatch.chdir(folder)
        pipeline = project / "pipelines" / "churn_scoring.toml"
        stated = pipeline.read_text(encoding="utf-8").replace("env:FLAGS", "sqlite:///flags.db")
        pipeline.write_text(stated, encoding="utf-8")
        assert ended(["run", pipeline, "--as-of", "2026-03-31"], monkeypatch, capsys).code == 0
        assert (project / "flags.db").is_file()

    def test_a_database_that_breaks_at_the_end_is_owed_and_the_list_stands(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("CRM", f"sqlite:///{project}/crm.db")
        monkeypatch.setenv("FLAGS", f"sqlite:///{project}/flags.db")
        with closing(sqlite3.connect(project / "flags.db")) as database:
            database.execute("CREATE TABLE churn_flags (somebody_elses TEXT)")
        asked: list[str | Path] = ["run", project / "pipelines" / "churn_scoring.toml", "--as-of", "2026-03-31"]
        broken = ended(asked, monkeypatch, capsys)
        assert broken.code == 1, broken.stderr
        assert "owed         output.sql" in broken.stdout
        assert "The list is complete; the next run writes the rows." in broken.stdout
        assert (project / "runs" / "churn_scoring" / "2026-03-31" / "call_list.csv").is_file()
        with closing(sqlite3.connect(project / "flags.db")) as database:
            database.execute("DROP TABLE churn_flags")
        mended = ended(asked, monkeypatch, capsys)
        assert mended.code == 0, mended.stderr
        assert "owed" not in mended.stdout

    def test_a_database_that_cannot_be_reached_is_refused_before_anything_is_written(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("CRM", f"sqlite:///{project}/crm.db")
        monkeypatch.setenv("FLAGS", f"sqlite:///{project}/nowhere/flags.db")
        asked: list[str | Path] = ["run", project / "pipelines" / "churn_scoring.toml", "--as-of", "2026-03-31"]
        refused = ended(asked, monkeypatch, capsys)
        assert refused.code == 2
        assert "cannot be reached" in refused.stderr
        assert not (project / "runs").exists()


class TestTheListOfAReport:
    @pytest.fixture
    def nights(self, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
        """Lists of three nights; the last answer is of 2026-03-10."""
        monkeypatch.setenv("CRM", f"sqlite:///{project}/crm.db")
        monkeypatch.setenv("FLAGS", f"sqlite:///{project}/flags.db")
        for day in ("2026-03-10", "2026-03-11", "2026-03-12"):
            done = ended(["run", project / "pipelines" / "churn_scoring.toml", "--as-of", day], monkeypatch, capsys)
            assert done.code == 0, done.stderr
        return project / "runs" / "churn_scoring"

    def by(self, project: Path, flags: str, as_of: str = "") -> Path:
        pipeline = project / "pipelines" / "driver_report.toml"
        stated = pipeline.read_text(encoding="utf-8").replace("[input]\n", f'[input]\nflags = "{flags}"\n')
        stated += f'[report]\nas_of = "{as_of}"\n' if as_of else ""
        pipeline.write_text(stated, encoding="utf-8")
        return pipeline

    def test_of_all_nights_it_is_the_latest_not_later_than_the_report(
        self, project: Path, nights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        done = ended(["run", self.by(project, "runs/churn_scoring")], monkeypatch, capsys)
        assert done.code == 0, done.stderr
        told = json.loads((project / "runs" / "driver_report" / "manifest.json").read_text(encoding="utf-8"))
        assert told["settings"]["input"]["flags"] == str(nights / "2026-03-11")
        assert any("by the churn scoring of 2026-03-11, the latest in " in note for note in told["notes"])
        lists = ended(["actions", project / "runs" / "driver_report"], monkeypatch, capsys).stdout
        assert lists.count("Accounts to call: ") == 1
        report = project / "runs" / "driver_report"
        newest = ended(["actions", report, "--flags", nights], monkeypatch, capsys).stdout
        assert "by the churn scoring of 2026-03-12, the latest in " in newest
        of_that_day = ended(["actions", report, "--flags", nights, "--as-of", "2026-03-11"], monkeypatch, capsys).stdout
        assert "by the churn scoring of 2026-03-11, the latest in " in of_that_day
        too_early = ended(["actions", report, "--flags", nights, "--as-of", "2026-03-01"], monkeypatch, capsys)
        assert too_early.code == 2
        assert "the earliest list there is of 2026-03-10; name the folder of a night" in too_early.stderr

    @pytest.mark.parametrize(
        ("flags", "as_of", "said"),
        [
            ("runs/churn_scoring", "2026-03-12", "by the churn scoring of 2026-03-12"),
            ("runs/churn_scoring/2026-03-12", "", ""),
        ],
    )
    def test_a_stated_day_moves_it_and_a_named_night_stays(
        self,
        project: Path,
        nights: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        flags: str,
        as_of: str,
        said: str,
    ) -> None:
        done = ended(["run", self.by(project, flags, as_of), "--dry-run"], monkeypatch, capsys)
        assert done.code == 0, done.stderr
        assert said in done.stdout
        assert ("Whom to call" in done.stdout) == bool(said)

    def test_a_list_that_is_being_written_is_none(
        self, project: Path, nights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (nights / "2026-03-11").rename(nights / ".2026-03-11.partial-7")
        done = ended(["run", self.by(project, "runs/churn_scoring"), "--dry-run"], monkeypatch, capsys)
        assert "by the churn scoring of 2026-03-10" in done.stdout

    @pytest.mark.parametrize(
        ("flags", "why"),
        [
            (
                "runs/churn_scoring",
                "what happened before 2026-03-11, and the earliest list there is of 2026-03-12",
            ),
            ("runs", "holds no flags.parquet; name the folder of a finished churn scoring"),
        ],
    )
    def test_without_such_a_night_the_report_is_refused(
        self,
        project: Path,
        nights: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        flags: str,
        why: str,
    ) -> None:
        for early in ("2026-03-10", "2026-03-11"):
            shutil.rmtree(nights / early)
        refused = ended(["run", self.by(project, flags), "--dry-run"], monkeypatch, capsys)
        assert (refused.code, why in refused.stderr) == (2, True), refused.stderr


class TestCustomers:
    def test_columns_of_usage_are_left_out_by_name(self, folder: Path) -> None:
        customers = admit_customers(settings(folder, "usage"))
        assert customers.usage is not None
        kept = without_columns(customers, ["plan", "logins"])
        assert kept.usage is not None
        assert "usage/logins" in customers.usage
        assert "usage/logins" not in kept.usage
        assert "attribute/plan" not in kept.accounts
        with pytest.raises(SettingsError, match=r"'login' is no attribute.*; did you mean 'usage/logins'"):
            without_columns(customers, ["login"])

    def test_without_a_file_of_usage_only_attributes_are_known(self, folder: Path) -> None:
        with pytest.raises(SettingsError, match=r"'logins' is no attribute of the accounts.*; there are plan"):
            without_columns(admit_customers(settings(folder)), ["logins"])

    def test_a_snapshot_has_no_dates_and_a_stated_day_holds(self, folder: Path) -> None:
        customers = admit_customers(settings(folder))
        assert dates_of(customers, settings(folder, event="snapshot")) == []
        assert known_until(customers, settings(folder, known_until="2026-05-01")) == pd.Timestamp("2026-05-01")
        assert known_until(customers, settings(folder)) == pd.Timestamp("2026-03-11")
        with pytest.raises(SettingsError, match=r"churn\.known_until.*soon"):
            known_until(customers, settings(folder, known_until="soon"))


class TestText:
    def test_too_few_comments_are_not_read_and_how_few_is_said(self, folder: Path) -> None:
        chosen, first = settings(folder), pd.Timestamp("2026-01-01")
        read = text_before(admit_customers(chosen), first, chosen, "sqlite:///never.db")
        assert read.fitted is None
        assert (len(read.mentions), len(read.themes)) == (0, 0)
        assert read.notes[0].startswith(
            "Themes are not read: 0 comments written before 2026-01-01, the first date in training, say something;"
        )
        assert read.notes[0].endswith("needed to learn themes that did not see the future.")

    def test_answers_without_dates_were_written_before_no_day(self, folder: Path) -> None:
        rows = pd.read_csv(folder / "survey.csv").drop(columns="responded_at").assign(comment="much too slow")
        rows.to_csv(folder / "undated.csv", index=False)
        named = {"survey": str(folder / "undated.csv"), "accounts": str(folder / "accounts.csv")}
        chosen = checked(ChurnTrainingSettings, {"input": named})
        customers = admit_customers(chosen)
        assert len(customers.comments) == 10
        read = text_before(customers, pd.Timestamp("2026-01-01"), chosen, "sqlite:///never.db")
        assert read.notes[0].startswith("Themes are not read: 0 comments written before")


def test_what_a_killed_night_left_is_swept_and_other_jobs_are_no_nights(tmp_path: Path) -> None:
    (tmp_path / ".2026-03-31.partial-ab12").mkdir()
    (tmp_path / ".2026-03-31.partial-ab12" / "half").write_text("x")
    for name, job in (("report", "driver_report"), ("2026-03-31", "churn_scoring")):
        (tmp_path / name).mkdir()
        told = {"job": job, "as_of": "2026-03-31", "fingerprint": "f", "model": "churn_risk@1"}
        (tmp_path / name / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    sweep_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-03-31", "report"]
    assert [night.folder.name for night in nights_of(tmp_path)] == ["2026-03-31"]
