"""The main job as its users run it: from files to a run folder."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fresh_tracking import tracking_in

from nps_insights.jobs.driver_report import ReportRun, run_driver_report
from nps_insights.jobs.facts import logged_parameters
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.metrics import overall
from nps_insights.simulate import write_sample
from nps_insights.tables import DataRefusedError, SettingsError, not_a_formula
from nps_insights.themes import code_agreement

HARMFUL = ["outages", "billing_errors", "support_wait", "price", "setup_delay"]
HELPFUL = ["staff", "call_quality", "account_manager"]
PLANTED = [*HARMFUL, *HELPFUL, "engineer_visit", "mobile_app", "integrations"]


def run(survey: Path, out: Path, cache: Path, **sections: Mapping[str, Any]) -> ReportRun:
    given: dict[str, Any] = {
        "input": {"survey": str(survey), "accounts": str(survey.parent / "accounts.csv")},
        "report": {"by": ["Plan"]},
        "output": {"folder": str(out)},
        "tracking": {"uri": tracking_in(out.parent)},
        "themes": {"cache": str(cache)},
        # Trained and stored in test_jobs_drivers.
        "drivers": {"category_model": False},
    }
    for name, section in sections.items():
        given[name] = {**given.get(name, {}), **section}
    return run_driver_report(check_settings(given), command="nps-insights report survey.csv")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("driver_report") / "sample"
    write_sample(folder, 220, random_state=3)
    return folder / "survey.csv"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


@pytest.fixture(scope="module")
def finished(sample: Path, cache: Path) -> ReportRun:
    return run(sample, sample.parent.parent / "report", cache)


def table_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "tables").iterdir())}


class TestDriverReport:
    def test_the_run_folder_is_whole(self, finished: ReportRun) -> None:
        names = {path.name for path in finished.folder.iterdir()}
        assert names == {"report.html", "tables", "quarantine.csv", "manifest.json"}
        tables = {path.stem for path in (finished.folder / "tables").iterdir()}
        assert {"responses", "comments", "segments", "themes", "mentions", "effects", "estimates", "changes"} <= tables
        assert "<html" in finished.report.read_text(encoding="utf-8")

    def test_the_manifest_accounts_for_every_row(self, finished: ReportRun, sample: Path) -> None:
        manifest = json.loads((finished.folder / "manifest.json").read_text(encoding="utf-8"))
        counts = manifest["counts"]
        assert counts["read"] == len(pd.read_csv(sample, dtype=str, keep_default_na=False))
        assert counts["read"] == counts["kept"] + counts["quarantined"] + counts["duplicate"] + counts["filtered"]
        assert manifest["run_id"] == finished.run_id
        assert len(manifest["inputs"]["survey"]["sha256"]) == 64
        assert manifest["rows"]["responses"] == len(finished.tables["responses"])

    def test_planted_themes_are_found_in_the_words_alone(self, finished: ReportRun, sample: Path) -> None:
        tables = finished.tables
        truth = pd.read_csv(sample.parent / "truth_themes.csv").rename(columns={"Response ID": "response_id"})
        planted = truth.merge(tables["comments"], on="response_id")
        long = planted.melt(id_vars=["comment_id", "response_id"], value_vars=PLANTED, var_name="code")
        codes = long[long["value"].astype(bool)].drop(columns="value")
        agreement = code_agreement(codes, tables["mentions"], tables["segments"], tables["themes"]).table
        matched = agreement[agreement["f1"] >= 0.5].set_index("code")
        assert len(matched) >= 7
        effects = tables["effects"]
        nps = effects[(effects["outcome"] == "nps") & (effects["method"] == "adjusted") & (effects["kind"] == "theme")]
        found = matched.join(nps.set_index("theme_id")["estimate"], on="theme_id")["estimate"]
        assert (found.reindex(HARMFUL).dropna() < 0).all()
        assert (found.reindex(HELPFUL).dropna() > 0).all()

    def test_the_same_input_gives_the_same_bytes_in_any_order(
        self, finished: ReportRun, sample: Path, cache: Path, tmp_path: Path
    ) -> None:
        rows = pd.read_csv(sample, dtype=str, keep_default_na=False)
        shuffled = tmp_path / "survey.csv"
        rows.sample(frac=1, random_state=0).to_csv(shuffled, index=False)
        (tmp_path / "accounts.csv").write_bytes((sample.parent / "accounts.csv").read_bytes())
        mixed = table_bytes(run(shuffled, tmp_path / "mixed", cache).folder)
        first = table_bytes(finished.folder)
        # row_number in the quarantine follows the file; its bytes are compared in the next test.
        assert {name: data for name, data in mixed.items() if name != "quarantine.parquet"} == {
            name: data for name, data in first.items() if name != "quarantine.parquet"
        }

    def test_one_or_two_threads_give_the_same_bytes(self, tmp_path: Path) -> None:
        sample = write_sample(tmp_path / "sample", 50, random_state=3)["survey"]

        def settings(name: str) -> dict[str, Mapping[str, Any]]:
            return {
                "input": {"survey": str(sample)},
                "output": {"folder": str(tmp_path / name)},
                "tracking": {"uri": tracking_in(tmp_path)},
                # A cache each: the vectors themselves must not depend on the number of threads.
                "themes": {"cache": str(tmp_path / f"cache of {name}")},
            }

        # This process has the one thread of conftest.py, or as many as somebody asked for.
        threads = "2" if os.environ["OMP_NUM_THREADS"] == "1" else "1"
        code = (
            "import json, sys; from nps_insights.jobs.driver_report import run_driver_report; "
            "from nps_insights.jobs.settings.driver_report import check_settings; "
            "run_driver_report(check_settings(json.loads(sys.argv[1])))"
        )
        # On busy cores two threads that wait for each other would burn most of the time.
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "OMP_WAIT_POLICY": "PASSIVE"}
        command = [sys.executable, "-c", code, json.dumps(settings("other"))]
        subprocess.run(
            command, check=True, env={**environment, "MKL_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        )
        here = run_driver_report(check_settings(settings("here")))
        assert len(here.tables["themes"])
        assert len(here.tables["effects"])
        assert table_bytes(here.folder) == table_bytes(tmp_path / "other")

    def test_mlflow_holds_figures_and_tables_and_no_comment(self, finished: ReportRun) -> None:
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=finished.tracking_uri)
        logged = client.get_run(finished.run_id)
        assert logged.info.status == "FINISHED"
        headline = overall(finished.tables["estimates"]).loc["nps", "estimate"]
        assert logged.data.metrics["nps"] == pytest.approx(headline)
        artifacts = Path(logged.info.artifact_uri.removeprefix("file://"))
        files = [path for path in artifacts.rglob("*") if path.is_file()]
        assert {path.stem for path in files} >= {"estimates", "effects", "themes"}
        assert {path.stem for path in files}.isdisjoint({"comments", "segments", "mentions", "responses", "quarantine"})
        said = [text for text in finished.tables["segments"]["text"] if len(text) > 25]
        cells = [cell for path in files for cell in pd.read_parquet(path).to_numpy().ravel() if isinstance(cell, str)]
        logged_text = " ".join(cells)
        database = Path(finished.tracking_uri.removeprefix("sqlite:///")).read_bytes()
        assert said
        assert not any(text in logged_text or text.encode() in database for text in said)

    def test_a_survey_without_comments_still_has_its_number(self, sample: Path, tmp_path: Path, cache: Path) -> None:
        rows = pd.read_csv(sample, dtype=str, keep_default_na=False).drop(columns="Comment")
        rows.to_csv(tmp_path / "survey.csv", index=False)
        (tmp_path / "accounts.csv").write_bytes((sample.parent / "accounts.csv").read_bytes())
        silent = run(tmp_path / "survey.csv", tmp_path / "silent", cache)
        assert silent.tables["themes"].empty
        assert len(silent.tables["estimates"])

    def test_refused_data_leave_no_run_behind(self, tmp_path: Path, cache: Path) -> None:
        (tmp_path / "survey.csv").write_text("NPS\n" + "\n".join(["1", "5", "3"] * 200))
        with pytest.raises(DataRefusedError):
            run_driver_report(
                check_settings(
                    {
                        "input": {"survey": str(tmp_path / "survey.csv")},
                        "output": {"folder": str(tmp_path / "out")},
                        "tracking": {"uri": f"sqlite:///{tmp_path}/mlflow.db"},
                    }
                )
            )
        assert [path.name for path in tmp_path.iterdir()] == ["survey.csv"]


def test_a_period_without_dates_is_refused_before_anything_is_encoded(sample: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(sample, dtype=str, keep_default_na=False).drop(columns="Submitted at")
    rows.to_csv(tmp_path / "survey.csv", index=False)
    settings = {"input": {"survey": str(tmp_path / "survey.csv")}, "report": {"per": "month"}}
    with pytest.raises(SettingsError, match="needs dates"):
        run_driver_report(check_settings(settings))
    assert [path.name for path in tmp_path.iterdir()] == ["survey.csv"]


def test_passwords_are_written_nowhere(tmp_path: Path, sample: Path) -> None:
    rows = pd.read_csv(sample, dtype=str, keep_default_na=False).head(60).drop(columns="Comment")
    rows.to_csv(tmp_path / "survey.csv", index=False)
    url = "postgresql://anna:SECRETPW@db/crm"
    given = {
        "input": {"survey": str(tmp_path / "survey.csv")},
        "output": {"folder": str(tmp_path / "out")},
        "tracking": {"uri": tracking_in(tmp_path)},
    }
    finished = run_driver_report(check_settings(given), command=f"nps-insights report {url} --query 'select 1'")
    texts = [path.read_bytes() for path in finished.folder.rglob("*") if path.is_file()]
    assert any(b"postgresql://anna:***@db/crm" in text for text in texts)
    assert not any(b"SECRETPW" in text for text in texts)
    logged = logged_parameters(check_settings({"input": {"survey": url}, "tracking": {"uri": url}}))
    assert "SECRETPW" not in str(logged)


def test_formulas_in_the_quarantine_become_text_and_numbers_stay() -> None:
    assert not_a_formula("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert not_a_formula("-1") == "-1"
