"""A project with its runs: secrets come out nowhere, nothing leaves the machine, and the forgotten are gone."""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import canary_project as planted
import network_guard
import pandas as pd
import pytest
from canary_project import (
    DATABASE_SECRET,
    FORGOTTEN,
    FORGOTTEN_ANSWERS,
    KEY,
    OWN_WORDS,
    PHRASE,
    PRIVATE,
    REAL_IDS,
    TOKEN,
    CanaryProject,
)
from test_jobs_forget import SALT, holding, state, written_run

from benchmarks.browser import PROGRAMS, find_browser
from nps_insights.jobs.admission import admit
from nps_insights.jobs.churn.flag_database import refuse_unreachable
from nps_insights.jobs.churn.settings import ChurnScoringSettings
from nps_insights.jobs.forgetting.forget import Forgetting, forget
from nps_insights.jobs.forgetting.search import contents_of
from nps_insights.jobs.forgetting.tombstones import tombstones_file
from nps_insights.jobs.settings.checked import checked
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.jobs.settings.pipeline import read_pipeline
from nps_insights.report.exports import pdf
from nps_insights.survey import PseudonymKey, pseudonym
from nps_insights.tables import NpsInsightsError, conform

# What its owner wrote: the export, and the settings with the URLs.
GIVEN = ("data", "pipelines")
NOWHERE = [*PRIVATE, DATABASE_SECRET, TOKEN, KEY, *REAL_IDS]
TELLING = ("HOST_RESOLVER_MANAGER_REQUEST", "TCP_CONNECT_ATTEMPT", "UDP_CONNECT")
ROUTE_QUESTION = "[2001:4860:4860::8888]:443"
TEXTS = [FORGOTTEN, *FORGOTTEN_ANSWERS, *OWN_WORDS]


# Its runs take longer than all tests on them together: whatever needs the project stands in this file. What changes it
# stands last.
@pytest.fixture(scope="module", name="canary_project")
def _canary_project(tmp_path_factory: pytest.TempPathFactory) -> CanaryProject:
    return planted.canary_project(tmp_path_factory.mktemp("canary"))


def stands_in(data: bytes, text: str, name: str = "") -> bool:
    codings = [text.encode(one) for one in ("utf-8", "utf-16-le", "utf-16-be")]
    return any(coded.lower() in content.lower() for content in contents_of(data, name) for coded in codings)


def written(project: CanaryProject) -> list[Path]:
    files = [path for path in sorted(project.folder.rglob("*")) if path.is_file()]
    return [path for path in files if path.relative_to(project.folder).parts[0] not in GIVEN]


def test_the_runs_did_all_they_were_asked_for(canary_project: CanaryProject) -> None:
    names = {path.name for path in written(canary_project)}
    outputs = {
        "report.html",
        "report-cs.html",
        "report.xlsx",
        "report.md",
        "published.csv",
        "flags.db",
        "call_list.csv",
    }
    assert outputs | {"mlflow.db", f"{DATABASE_SECRET}.db"} <= names
    assert canary_project.said.count("ended 1") == 2, "what is not delivered is owed"


def test_the_canary_was_read(canary_project: CanaryProject) -> None:
    comments = pd.read_parquet(canary_project.folder / "runs" / "driver_report" / "tables" / "comments.parquet")
    texts = comments.loc[comments["text"].str.contains(PHRASE), "text"]
    assert len(texts) == 1
    # Its neighbours are there, so that the rest was taken out and not overlooked.
    assert "Write to" in texts.iloc[0]
    assert "my card is" in texts.iloc[0]


@pytest.mark.parametrize("secret", NOWHERE)
def test_no_file_and_no_log_holds_it(canary_project: CanaryProject, secret: str) -> None:
    assert secret not in canary_project.said
    holding = [path for path in written(canary_project) if stands_in(path.read_bytes(), secret, path.name)]
    assert holding == []


def test_a_comment_stays_in_the_run_folder(canary_project: CanaryProject) -> None:
    assert PHRASE not in canary_project.said
    folder = canary_project.folder
    told = [folder / "mlflow.db", folder / f"{DATABASE_SECRET}.db", *folder.rglob("manifest.json")]
    told += [path for part in ("mlartifacts", "models") for path in (folder / part).rglob("*") if path.is_file()]
    told += [*folder.rglob("summary.txt"), *folder.glob("runs/published*")]
    assert len(told) > 10
    assert [path for path in told if stands_in(path.read_bytes(), PHRASE, path.name)] == []


def test_mlflow_got_the_settings_with_their_secrets_masked(canary_project: CanaryProject) -> None:
    with closing(sqlite3.connect(canary_project.folder / "mlflow.db")) as connection:
        params = dict(connection.execute("SELECT key, value FROM params").fetchall())
    assert params["delivery.to"] == "['env:CANARY_DELIVERY', 'json://***']"
    assert params["output.database"] == "env:CANARY_DATABASE"


@pytest.mark.parametrize("field", ["score", "responded_at", "response_id", "csat"])
def test_no_error_quotes_a_comment(canary_project: CanaryProject, field: str) -> None:
    given = {
        "input": {"survey": str(canary_project.folder / "data" / "survey.csv")},
        "columns": {field: "Comment", **({} if field == "score" else {"score": "NPS"})},
        "output": {"models": str(canary_project.folder / "models")},
    }
    try:
        said = " ".join(admit(check_settings(given)).admission.notes)
    except NpsInsightsError as error:
        said = str(error)
    assert [text for text in [*PRIVATE, PHRASE] if text in said] == []


def test_no_error_tells_a_password(canary_project: CanaryProject) -> None:
    url = f"postgresql+nodriver://anna:{DATABASE_SECRET}@localhost:9/crm?token={TOKEN}"
    with pytest.raises(NpsInsightsError) as refused:
        refuse_unreachable(url)
    assert DATABASE_SECRET not in str(refused.value)
    assert TOKEN not in str(refused.value)
    with pytest.raises(NpsInsightsError) as wrong:
        checked(ChurnScoringSettings, {"input": {"survey": "a", "accounts": "b"}, "output": {"sql": [url]}})
    assert DATABASE_SECRET not in str(wrong.value)


def test_a_report_and_a_night_tried_nothing(canary_project: CanaryProject) -> None:
    # That the session's guard has seen nothing of them is asserted after each test; here, that it was there to see.
    assert canary_project.environment[network_guard.ATTEMPTS] == os.environ[network_guard.ATTEMPTS]
    assert str(network_guard.GUARD.parent) in canary_project.environment["PYTHONPATH"]
    assert "may not leave this machine" not in canary_project.said


def test_chromium_prints_a_report_without_a_connection(canary_project: CanaryProject, tmp_path: Path) -> None:
    program = find_browser()
    if program is None:
        message = f"no browser: none of {', '.join(PROGRAMS)} is on the path"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    log, printed = tmp_path / "net.json", tmp_path / "report.pdf"
    flags = [*pdf._FLAGS, *pdf._as_root(), f"--user-data-dir={tmp_path}/profile", f"--log-net-log={log}"]
    page = canary_project.folder / "runs" / "driver_report" / "report.html"
    command = [program, *flags, f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert printed.stat().st_size > 10_000
    told = json.loads(log.read_text(encoding="utf-8"))
    kinds = {number: name for name, number in told["constants"]["logEventTypes"].items()}
    assert set(TELLING) <= set(kinds.values()), "what is looked for is called so in this browser"
    events = [(kinds[one["type"]], one.get("params") or {}) for one in told["events"] if kinds[one["type"]] in TELLING]
    connected = {told["address"] for _, told in events if "address" in told}
    asked = {told["host"].partition("://")[2] for _, told in events if "host" in told}
    # Its question to the kernel whether there is a route for IPv6 sends nothing.
    assert connected <= {ROUTE_QUESTION}
    # Its own services ask at every start; the rule of our flags gives each of them a name that is nowhere looked up.
    assert asked <= {"~notfound"}


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


def test_manifests_tell_under_which_key_and_not_the_key(project: CanaryProject) -> None:
    key = project.environment["NPS_INSIGHTS_KEY"]
    told = [path.read_text(encoding="utf-8") for path in sorted((project.folder / "runs").rglob("manifest.json"))]
    kept = {json.loads(text)["job"]: json.loads(text).get("pseudonym_key") for text in told}
    fingerprint = PseudonymKey(key.encode()).fingerprint
    assert {"driver_report", "churn_scoring"} <= {job for job, one in kept.items() if one == fingerprint}
    assert not [text for text in told if key in text]


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


class TestSomebodyIsForgotten:
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
