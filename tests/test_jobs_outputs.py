"""What a report leaves beside its page: files in the folder, figures in a database, a message to a real receiver."""

import base64
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from report_driver_tables import driver_tables
from report_watch_tables import watched_example, watched_facts

from nps_insights.jobs.outputs.aggregate_store import RUNS
from nps_insights.jobs.outputs.beside_the_page import hand_out, issue_of, refuse_unready_outputs, write_outputs
from nps_insights.jobs.settings.driver_report import DriverReportSettings, check_settings
from nps_insights.jobs.settings.pipeline import in_project
from nps_insights.report import USUAL_TITLE
from nps_insights.tables import SettingsError, conform

NOBODY = "json://127.0.0.1:9/secret-token"
LINK = "https://intranet.example/nps/q2.html"


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return {name: conform(name, table) for name, table in (watched_example() | driver_tables()).items()}


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A service that takes messages: its URL for apprise, and what it got."""
    got: list[dict[str, Any]] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # The name that http.server asks for.
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"json://127.0.0.1:{server.server_port}/", got
        server.shutdown()
        thread.join()


def settings(**sections: dict[str, Any]) -> DriverReportSettings:
    return check_settings({"input": {"survey": "q2.csv"}, **sections})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run = tmp_path / "q2"
    run.mkdir()
    (run / "report.html").write_text("<!doctype html><title>NPS</title>", encoding="utf-8")
    return run


def test_files_are_written_where_they_are_asked_for(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    write_outputs(folder, tables, watched_facts(), settings())
    assert [path.name for path in folder.iterdir()] == ["report.html"]
    write_outputs(folder, tables, watched_facts(), settings(output={"excel": True, "markdown": True}))
    assert {path.name for path in folder.iterdir()} == {"report.html", "report.md", "report.xlsx"}
    assert (folder / "report.xlsx").read_bytes()[:2] == b"PK"
    assert "**Did it move?**" in (folder / "report.md").read_text(encoding="utf-8")


def test_files_of_the_board_hold_no_single_customer(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    import zipfile

    output = {"excel": True, "markdown": True}
    write_outputs(folder, tables, watched_facts(), settings(output=output, report={"edition": ["board"]}))
    with zipfile.ZipFile(folder / "report.xlsx") as book:
        everything = "".join(book.read(name).decode("utf-8") for name in book.namelist())
    everything += (folder / "report.md").read_text(encoding="utf-8")
    for single in ("call-01", "silent-01", "Firm 1", "secret"):
        assert single not in everything, single


def test_the_message_arrives_with_link_and_page(
    tables: dict[str, pd.DataFrame], folder: Path, receiver: tuple[str, list[dict[str, Any]]]
) -> None:
    url, got = receiver
    delivery = {"to": [url, url], "attach": True, "link": LINK}
    assert hand_out(folder, tables, watched_facts(), settings(delivery=delivery)) == []
    assert len(got) == 2
    assert got[0]["title"] == watched_facts().title
    assert LINK in got[0]["message"]
    assert "late delivery" in got[0]["message"]
    (attached,) = got[0]["attachments"]
    assert attached["filename"] == "report.html"
    assert base64.b64decode(attached["base64"]) == (folder / "report.html").read_bytes()


def test_the_subject_is_the_title_as_the_page_shows_it(
    tables: dict[str, pd.DataFrame], folder: Path, receiver: tuple[str, list[dict[str, Any]]]
) -> None:
    url, got = receiver
    for title in (USUAL_TITLE, "Acme"):
        facts = replace(watched_facts(), title=title)
        hand_out(folder, tables, facts, settings(delivery={"to": [url]}, report={"language": "de"}))
    assert [one["title"] for one in got] == ["Kundenloyalität", "Acme"]


def test_a_failed_delivery_is_owed_and_the_others_arrive(
    tables: dict[str, pd.DataFrame],
    folder: Path,
    receiver: tuple[str, list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url, got = receiver
    monkeypatch.setenv("NPS_TEST_CHAT", NOBODY)
    delivery = {"to": [NOBODY, "env:NPS_TEST_CHAT", url]}
    (owed,) = hand_out(folder, tables, watched_facts(), settings(delivery=delivery))
    assert "2 of 3 services (json://***, env:NPS_TEST_CHAT)" in owed
    assert len(got) == 1
    assert "attachments" not in got[0] or got[0]["attachments"] == []
    assert (folder / "report.html").is_file()
    assert "secret-token" not in owed + caplog.text


def test_the_figures_stand_in_the_database_under_survey_and_period(
    tables: dict[str, pd.DataFrame], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPS_TEST_DATABASE", f"sqlite:///{tmp_path}/bi.db")
    asked = settings(output={"database": "env:NPS_TEST_DATABASE"})
    for _ in range(2):
        assert hand_out(folder, tables, watched_facts(), asked) == []
    with sqlite3.connect(tmp_path / "bi.db") as database:
        (run,) = database.execute(f"select run_survey, run_period, run_id, n from {RUNS}").fetchall()
    assert run == ("q2", "2026-04-01/2026-06-30", watched_facts().run_id, 5012)
    named = settings(output={"database": "env:NPS_TEST_DATABASE", "database_name": "Router customers"})
    assert issue_of(tables, watched_facts(), named, folder).survey == "Router customers"


def test_a_database_that_breaks_at_the_end_is_owed(
    tables: dict[str, pd.DataFrame], folder: Path, tmp_path: Path
) -> None:
    asked = settings(output={"database": f"sqlite:///{tmp_path}/gone/bi.db"})
    (owed,) = hand_out(folder, tables, watched_facts(), asked)
    assert "The run is complete" in owed


def test_what_could_not_be_served_at_the_end_is_refused_at_the_beginning(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"output\.database .*cannot be reached"):
        refuse_unready_outputs(settings(output={"database": f"sqlite:///{tmp_path}/gone/bi.db"}))
    with pytest.raises(SettingsError, match="environment variable NPS_TEST_ABSENT is not there"):
        refuse_unready_outputs(settings(delivery={"to": ["env:NPS_TEST_ABSENT"]}))
    with pytest.raises(SettingsError, match=r"delivery\.to: 'nowhere://\.\.\.' is no URL that apprise knows"):
        refuse_unready_outputs(settings(delivery={"to": ["nowhere://secret-token"]}))
    for link in ("javascript:alert(1)", "https://a.example/x) [y](z", "intranet/nps"):
        with pytest.raises(SettingsError, match=r"delivery\.link"):
            settings(delivery={"link": link})


def test_no_dump_of_the_settings_holds_a_token() -> None:
    asked = settings(delivery={"to": [NOBODY, "env:CHAT"]}, output={"database": "postgresql://a:s3cret@db/bi"})
    assert "secret-token" not in json.dumps(asked.model_dump(mode="json"))
    assert asked.delivery.to[0] == NOBODY


def test_a_file_of_sqlite_lies_in_the_project(tmp_path: Path) -> None:
    for given, found in (
        ("sqlite:///bi.db", f"sqlite:///{tmp_path}/bi.db"),
        ("sqlite:////data/bi.db", "sqlite:////data/bi.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql+psycopg://warehouse/bi", "postgresql+psycopg://warehouse/bi"),
        ("env:BI", "env:BI"),
    ):
        asked = in_project(settings(output={"database": given}), tmp_path, name="q2")
        assert isinstance(asked, DriverReportSettings)
        assert asked.output.database == found
