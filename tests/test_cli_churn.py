"""`nps-insights churn` and `run` in one process: input is checked without a model, and options reach the job."""

import json
from pathlib import Path

import pandas as pd
import pytest
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
