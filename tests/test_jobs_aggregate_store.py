"""The figures in a database: one issue per survey and period, whole, whoever writes or dies at the same time."""

import os
import pickle
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from report_driver_tables import driver_tables
from report_tables import report_example
from report_watch_tables import watched_example

from nps_insights.jobs.outputs.aggregate_store import RUNS, Issue, write_aggregates
from nps_insights.jobs.outputs.aggregate_tables import AGGREGATES, aggregates, shared_contract
from nps_insights.tables import SettingsError, conform, empty

QUARTER = {"period_start": pd.Timestamp("2026-04-01"), "period_end": pd.Timestamp("2026-06-30")}
WRITER = """
import pickle, sys
from nps_insights.jobs.outputs.aggregate_store import write_aggregates
url, given, run_ids, rounds = sys.argv[1], sys.argv[2], sys.argv[3].split(","), int(sys.argv[4])
tables, issues = pickle.load(open(given, "rb"))
print("ready", flush=True)
for number in range(rounds):
    write_aggregates(tables, url, issues[run_ids[number % len(run_ids)]])
"""


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    given = report_example() | watched_example() | driver_tables()
    return aggregates({name: conform(name, table) for name, table in given.items()})


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


def rows_of(file: Path, statement: str) -> list[tuple]:
    with sqlite3.connect(file) as database:
        return database.execute(statement).fetchall()


def counted(file: Path) -> dict[str, int]:
    return {name: rows_of(file, f"select count(*) from nps_{name}")[0][0] for name in AGGREGATES}


def test_every_figure_arrives_as_it_is(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    file = tmp_path / "bi.db"
    written = write_aggregates(tables, url_of(file), Issue("r1", "shop", **QUARTER, n=5012, nps=31.0))
    assert counted(file) == {name: len(table) for name, table in tables.items()}
    assert written == {f"nps_{name}": len(table) for name, table in tables.items()}
    for name in ("estimates", "effects", "alerts", "targets", "money"):
        table = tables[name]
        with sqlite3.connect(file) as database:
            read = pd.read_sql(f"select * from nps_{name} order by run_row", database)
        assert set(read["run_period"]) == {"2026-04-01/2026-06-30"}
        assert read["estimate"].tolist() == pytest.approx(table["estimate"].tolist(), nan_ok=True)
        assert read["n"].tolist() == table["n"].tolist()
    assert rows_of(file, f"select run_survey, run_id, n, nps from {RUNS}") == [("shop", "r1", 5012, 31.0)]


def test_nothing_of_single_people_leaves_the_house(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    file = tmp_path / "bi.db"
    write_aggregates(tables, url_of(file), Issue("r1", "shop"))
    everything = file.read_bytes()
    for secret in (b"secret-account", b"secret-value", b"call-01", b"silent-01", b"AG1", b"forty minutes", b"no fuss"):
        assert secret not in everything, secret
    assert not {"responses", "comments", "agents", "actions", "silent_accounts", "closest", "quarantine"} & set(
        AGGREGATES
    )
    for name in AGGREGATES:
        assert not {"example", "example_negative", "owner", "account_name"} & {
            column.name for column in shared_contract(name).columns
        }


def test_a_group_of_few_is_left_out_and_all_customers_never() -> None:
    row = {"metric": "nps", "estimate": 1.0, "conf_low": 0.0, "conf_high": 2.0, "too_small": True}
    groups = [("", "", 4), ("plan", "Pro", 9), ("plan", "Old", 3), ("plan", "Basic", 10), ("agent_id", "A1", 500)]
    given = pd.DataFrame([row | {"by": by, "group": group, "n": n, "n_eff": float(n)} for by, group, n in groups])
    shared = aggregates({"estimates": given})["estimates"]
    assert shared["group"].tolist() == ["", "Basic"]


@pytest.mark.parametrize("by", ["Owner", "Account ID", "account_id", "Betreuer", "plan & Owner", "Mail address"])
def test_individuals_are_no_groups_whatever_the_file_calls_them(by: str) -> None:
    shared = aggregates(grouped_by(by), ("Betreuer",))
    assert set(shared["estimates"]["by"]) == set(shared["changes"]["by"]) == {"plan"}
    assert shared["effects"]["driver_id"].tolist() == ["attribute/plan/Old", "attribute/plan/Pro"]
    assert len(shared["alerts"]) == 1
    assert not [name for name, table in shared.items() if "Anna Koch" in table.to_csv()]


def grouped_by(by: str) -> dict[str, pd.DataFrame]:
    """Figures of forty answers each, by plan and by the column; as many mail addresses as there are accounts."""
    groups = [("plan", "Pro"), ("plan", "Old"), (by, "Anna Koch"), (by, "Bo Li")]
    frame = pd.DataFrame(groups, columns=["by", "group"])
    figures = {"metric": "nps", "estimate": 1.0, "conf_low": 0.0, "conf_high": 2.0, "n": 40}
    times = {"before_start": "2026-01-01", "before_end": "2026-03-31", "after_start": "2026-04-01"}
    times = {name: pd.Timestamp(day) for name, day in (times | {"after_end": "2026-06-30"}).items()}
    moved = frame.assign(**figures, **times, before_estimate=0.0, after_estimate=1.0, p_value=0.5, n_before=40)
    told = {
        "label": "",
        "direction": "rise",
        "severity": "notice",
        "status": "raised",
        "reason": "Anna Koch rose most.",
    }
    drivers = (frame["by"] + "/" + frame["group"]).radd("attribute/")
    effects = {"kind": "attribute", "label": "x", "outcome": "nps", "method": "adjusted", "n": 80, "n_present": 40}
    blank = {"std_error": None, "p_value": None, "q_value": None, "per_mention": None}
    people = pd.DataFrame(
        {
            "response_id": [f"r{i}" for i in range(80)],
            "score": 8.0,
            "category": "passive",
            "scale_min": 0,
            "scale_max": 10,
        }
    )
    people["attribute/Mail address"] = people["response_id"] + "@example.com"
    return {
        "estimates": conform("estimates", frame.assign(**figures, n_eff=40.0, too_small=False)),
        "changes": conform("changes", moved),
        "alerts": conform("alerts", moved[:1].assign(**told, q_value=0.01, known_since=pd.Timestamp("2026-07-01"))),
        "effects": conform(
            "effects",
            frame.assign(driver_id=drivers, **figures | effects | blank)[
                [
                    "driver_id",
                    "kind",
                    "label",
                    "outcome",
                    "method",
                    "estimate",
                    "conf_low",
                    "conf_high",
                    "n",
                    "n_present",
                    *blank,
                ]
            ],
        ),
        "responses": people,
    }


def test_ten_answers_hold_on_both_sides_for_themes_and_for_what_others_would_tell() -> None:
    tables = grouped_by("region")
    changes = tables["changes"].assign(n_before=[1, 40, 40, 40])
    tables["changes"] = changes[changes["by"] == "plan"]
    shared = aggregates(tables)
    # What is left of a column of two groups would tell the one that is hidden.
    assert shared["changes"].empty
    tables = grouped_by("region")
    rows = tables["effects"].assign(n_present=[3, 77, 40, 40])
    assert aggregates(tables | {"effects": rows})["effects"]["driver_id"].str.contains("region").all()
    few = watched_example()["themes"].assign(
        n_responses=lambda rows: rows["n_responses"].mask(rows["theme_id"] == "t12", 7)
    )
    shared = aggregates(watched_example() | driver_tables() | {"themes": few})
    assert "t12" not in set(shared["themes"]["theme_id"])
    for name in ("effects", "driver_sides", "explained_shares", "group_effects", "movement_effects"):
        assert "theme/t12" not in set(shared[name]["driver_id"]), name
    parts = driver_tables()["change_parts"].assign(n_before=6)
    assert aggregates(driver_tables() | {"change_parts": parts})["change_parts"].empty


def test_written_again_the_rows_stand_there_once(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    file = tmp_path / "bi.db"
    issue = Issue("r1", "shop", **QUARTER)
    write_aggregates(tables, url_of(file), issue)
    first = [rows_of(file, f"select * from nps_{name} order by run_row") for name in AGGREGATES]
    write_aggregates(tables, url_of(file), issue)
    assert [rows_of(file, f"select * from nps_{name} order by run_row") for name in AGGREGATES] == first
    # The same period read again: another run takes its place, and what it no longer has is gone.
    write_aggregates(tables | {"targets": empty("targets")}, url_of(file), Issue("r2", "shop", **QUARTER))
    assert {run for (run,) in rows_of(file, "select run_id from nps_estimates")} == {"r2"}
    assert counted(file)["targets"] == 0
    assert rows_of(file, f"select run_id from {RUNS}") == [("r2",)]


def test_other_surveys_and_periods_are_left_alone(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    file = tmp_path / "bi.db"
    write_aggregates(tables, url_of(file), Issue("r1", "shop", **QUARTER))
    write_aggregates(tables, url_of(file), Issue("r2", "hotline", **QUARTER))
    write_aggregates(tables, url_of(file), Issue("r3", "shop"))
    assert rows_of(file, f"select run_survey, run_period, run_id from {RUNS} order by run_id") == [
        ("shop", "2026-04-01/2026-06-30", "r1"),
        ("hotline", "2026-04-01/2026-06-30", "r2"),
        ("shop", "all", "r3"),
    ]
    assert counted(file)["effects"] == 3 * len(tables["effects"])
    # A run that is issued under another name moves there.
    write_aggregates(tables, url_of(file), Issue("r3", "shop north"))
    assert counted(file)["effects"] == 3 * len(tables["effects"])


def test_a_table_of_an_older_version_grows_and_a_strangers_column_stays(
    tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    file = tmp_path / "bi.db"
    write_aggregates(tables, url_of(file), Issue("r1", "shop"))
    with sqlite3.connect(file) as database:
        database.execute("alter table nps_effects drop column per_mention")
        database.execute("alter table nps_effects add column remark text")
        database.execute("update nps_effects set remark = 'ours'")
        database.execute("drop table nps_money")
        database.execute(f"alter table {RUNS} drop column simulated")
    write_aggregates(tables, url_of(file), Issue("r2", "shop", **QUARTER))
    assert counted(file)["money"] == len(tables["money"])
    found = rows_of(file, "select run_id, remark, count(per_mention) from nps_effects group by 1, 2 order by 1")
    assert found == [("r1", "ours", 0), ("r2", None, tables["effects"]["per_mention"].notna().sum())]


def test_a_database_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"output\.database == .*cannot be written there: .*unable to open"):
        write_aggregates(aggregates({}), url_of(tmp_path / "no such folder" / "bi.db"), Issue("r1", "shop"))


@pytest.fixture
def writer(tables: dict[str, pd.DataFrame], tmp_path: Path) -> list[str]:
    """A command that writes to `bi.db`, with enough rows that a kill can come between them."""
    many = pd.concat([tables["estimates"]] * 30, ignore_index=True)
    given = tmp_path / "given.pickle"
    issues = {name: Issue(name, "shop", **QUARTER) for name in ("old", "new", "one", "two")}
    given.write_bytes(pickle.dumps((tables | {"estimates": many}, issues)))
    return [sys.executable, "-c", WRITER, url_of(tmp_path / "bi.db"), str(given)]


def is_whole(file: Path) -> str:
    """The run whose rows stand there; fails where they are of two runs or not all of one."""
    (run,) = {run for (run,) in rows_of(file, "select run_id from nps_estimates union select run_id from nps_money")}
    assert rows_of(file, f"select run_id from {RUNS}") == [(run,)]
    return str(run)


def test_of_two_writers_one_waits(writer: list[str], tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    both = [subprocess.Popen([*writer, name, "6"], stdout=subprocess.DEVNULL) for name in ("one", "two")]
    assert [process.wait(60) for process in both] == [0, 0]
    assert is_whole(tmp_path / "bi.db") in ("one", "two")
    assert counted(tmp_path / "bi.db")["estimates"] == 30 * len(tables["estimates"])


def test_killed_the_old_rows_stand_or_the_new(
    writer: list[str], tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    file, rng = tmp_path / "bi.db", random.Random(0)
    write_aggregates(tables, url_of(file), Issue("first", "shop", **QUARTER))
    for _ in range(3):
        with subprocess.Popen([*writer, "old,new", "1000"], stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            time.sleep(rng.uniform(0.1, 0.6))
            os.kill(process.pid, signal.SIGKILL)
        run = is_whole(file)
        n_rows = len(tables["estimates"]) * (1 if run == "first" else 30)
        assert counted(file)["estimates"] == n_rows
