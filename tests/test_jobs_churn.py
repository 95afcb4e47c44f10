"""Churn training and the nightly job, from files to a list: real files, a real registry, real kills."""

import json
import shutil
import sqlite3
from pathlib import Path

import pandas as pd
import pytest
from command_line import ended
from fresh_tracking import tracking_in

from benchmarks.churn_night import AS_OF, kill_at_random_moments, start_together, state
from nps_insights.jobs.churn.outcomes import outcomes_in_words, outcomes_of
from nps_insights.jobs.churn.promotion import promote_by_hand
from nps_insights.jobs.churn.scoring import ScoringRun, run_churn_scoring
from nps_insights.jobs.churn.settings import ChurnScoringSettings, ChurnTrainingSettings
from nps_insights.jobs.churn.training import TrainingRun, run_churn_training, training_summary
from nps_insights.jobs.settings.checked import checked
from nps_insights.simulate import write_churn_sample
from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.tracking import champion_of, load_churn_model

NIGHT = pd.Timestamp(AS_OF)
# Training where it is not its quality that counts: the fewest dates of which one can judge the other.
TWO_DATES = ("2025-07-01", "2026-01-01")


def world(folder: Path, n_accounts: int) -> dict[str, Path]:
    written = write_churn_sample(folder / "sample", n_accounts)
    return {name: written[name] for name in ("survey", "accounts", "usage")}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """As many accounts as a list needs to have all its parts."""
    return world(tmp_path_factory.mktemp("world"), 800)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """As many accounts as a model needs to be told from its baselines."""
    return world(tmp_path_factory.mktemp("many"), 2_500)


def trained(files: dict[str, Path], folder: Path, **churn: object) -> TrainingRun:
    return run_churn_training(
        checked(
            ChurnTrainingSettings,
            {
                "input": {name: str(path) for name, path in files.items()},
                "churn": {"text": False, **churn},
                "capacity": 30,
                "output": {"folder": str(folder / "training"), "models": str(folder / "models")},
                "tracking": {"uri": tracking_in(folder)},
            },
        ),
        command="nps-insights churn train",
    )


def scored(
    files: dict[str, Path],
    folder: Path,
    *,
    as_of: pd.Timestamp = NIGHT,
    out: str = "night",
    sql: str | None = None,
    engine: dict | None = None,
    **decision: object,
) -> ScoringRun:
    return run_churn_scoring(
        checked(
            ChurnScoringSettings,
            {
                "input": {name: str(path) for name, path in files.items()},
                "decision": {"capacity": 30, **decision},
                "engine": engine or {},
                "output": {"folder": str(folder / out), "sql": sql},
                "tracking": {"uri": tracking_in(folder)},
            },
        ),
        as_of=as_of,
    )


@pytest.fixture(scope="module")
def first(many: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> TrainingRun:
    return trained(many, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def home(first: TrainingRun) -> Path:
    """A folder with a registry in which a champion stands."""
    return first.folder.parent


def test_training_leaves_a_champion_its_card_and_a_page(first: TrainingRun, home: Path) -> None:
    run = first
    assert run.promotion is not None
    assert run.promotion.promoted, run.promotion.reason
    assert champion_of(run.tracking_uri) == run.stored_as == "churn_risk@1"
    assert "better than the baselines" in run.verdict
    assert (run.folder / "evaluation.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    told = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["model"] == "churn_risk@1"
    assert told["rows"] == {name: len(table) for name, table in run.tables.items()}
    for place in (run.folder / "models", home / "models"):
        assert "churn_risk@1" in (place / "churn_risk" / "card.md").read_text(encoding="utf-8")
    assert training_summary(run)["stored_as"] == "churn_risk@1"
    about = load_churn_model(run.tracking_uri, "churn_risk@champion").about
    assert about["labels"]["event"] == "ended"


def test_trained_again_on_the_same_data_the_champion_stays_until_somebody_decides(
    many: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    again = trained(many, tmp_path, dates=TWO_DATES)
    assert again.promotion is not None
    assert again.stored_as == "churn_risk@2"
    assert not again.promotion.promoted, "on the same data nothing can be better than what has seen it"
    assert "churn_risk@2" in promote_by_hand("churn_risk@2", again.tracking_uri)
    assert champion_of(again.tracking_uri) == "churn_risk@2"


def test_a_column_that_knows_the_outcome_stops_training_and_can_be_left_out(
    files: dict[str, Path], tmp_path: Path
) -> None:
    accounts = pd.read_csv(files["accounts"])
    leaking = files | {"accounts": tmp_path / "accounts.csv"}
    accounts.assign(stage=accounts["Ended at"].notna().map({True: "closed", False: "live"})).to_csv(
        leaking["accounts"], index=False
    )
    with pytest.raises(DataRefusedError, match=r'(?s)attribute/stage.*leave_out = \["attribute/stage"\]'):
        trained(leaking, tmp_path, dates=TWO_DATES)
    with pytest.raises(SettingsError, match="did you mean 'stage'"):
        trained(leaking, tmp_path, dates=TWO_DATES, leave_out=("stge",))
    run = trained(leaking, tmp_path, dates=TWO_DATES, leave_out=("stage",))
    assert run.stored_as == "churn_risk@1"
    assert not any("stage" in name for name in load_churn_model(run.tracking_uri, run.stored_as).spec.names)


def test_every_account_in_is_out_exactly_once(files: dict[str, Path], home: Path) -> None:
    run = scored(files, home, out="once")
    flags = run.tables["flags"]
    accounts = pd.read_csv(files["accounts"], dtype="str")["Account ID"]
    answered = pd.read_csv(files["survey"], dtype="str")["Account ID"].dropna()
    assert sorted(flags["account_id"]) == sorted(set(accounts) | set(answered))
    assert (flags["status"] == "flagged").sum() == 30
    assert run.model == "churn_risk@1"
    listed = flags[flags["status"] == "flagged"]
    assert listed["reason_1"].notna().all()
    assert listed.loc[listed["lane"] == "model", "risk"].notna().all()
    called = pd.read_csv(run.folder / "call_list.csv", dtype="str")
    assert called["account_id"].tolist() == listed.sort_values("rank")["account_id"].tolist()


def test_a_second_run_is_a_no_op_and_what_decides_makes_a_new_one(files: dict[str, Path], home: Path) -> None:
    first = scored(files, home, out="twice", sql=f"sqlite:///{home}/twice.db")
    before = {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")}
    again = scored(files, home, out="twice", sql=f"sqlite:///{home}/twice.db")
    assert again.already_done
    assert {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")} == before
    assert not scored(files, home, out="twice", sql=f"sqlite:///{home}/twice.db", capacity=10).already_done
    with sqlite3.connect(home / "twice.db") as database:
        rows = database.execute("select count(*), sum(status = 'flagged') from churn_flags").fetchone()
    assert rows == (len(first.tables["flags"]), 10), "the same moment stands there once, as decided last"


def test_the_database_is_mended_by_the_next_run(files: dict[str, Path], home: Path) -> None:
    url = f"sqlite:///{home}/mended.db"
    flags = scored(files, home, out="mended", sql=url).tables["flags"]
    with sqlite3.connect(home / "mended.db") as database:
        database.execute("delete from churn_flags where account_id < 'A001'")
    assert scored(files, home, out="mended", sql=url).already_done
    with sqlite3.connect(home / "mended.db") as database:
        assert database.execute("select count(*) from churn_flags").fetchone() == (len(flags),)


def test_lists_of_one_table_leave_each_other_alone(files: dict[str, Path], home: Path) -> None:
    url = f"sqlite:///{home}/shared.db"
    flags = scored(files, home, out="north", sql=url).tables["flags"]
    scored(files, home, out="south", sql=url)
    with sqlite3.connect(home / "shared.db") as database:
        rows = database.execute("select list_name, count(*) from churn_flags group by list_name order by 1").fetchall()
    assert rows == [("north", len(flags)), ("south", len(flags))]


def test_a_database_that_cannot_be_written_is_refused_before_any_work(files: dict[str, Path], home: Path) -> None:
    with pytest.raises(SettingsError, match="its driver is not installed"):
        scored(files, home, out="nowhere", sql="postgresql+psycopg://anna:s3cret@warehouse/crm")
    assert not (home / "nowhere").exists()


def test_somebody_elses_folder_is_left_alone(files: dict[str, Path], home: Path) -> None:
    mine = home / "exports" / AS_OF / "mine.xlsx"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match="no run wrote it"):
        scored(files, home, out="exports")
    assert mine.read_text(encoding="utf-8") == "mine"


def test_a_model_that_vanished_is_no_reason_to_go_by_a_rule(files: dict[str, Path], home: Path, tmp_path: Path) -> None:
    before = scored(files, home, out="before", as_of=NIGHT - pd.Timedelta(days=1))
    shutil.copytree(before.folder.parent, tmp_path / "night")
    with pytest.raises(SettingsError, match="churn_risk@1 made the list of 2026-03-31"):
        scored(files, tmp_path)


def test_accounts_refused_at_the_door_stand_on_the_list_with_the_reason(
    files: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    accounts = pd.read_csv(files["accounts"], dtype="str")
    accounts.loc[[3, 5], "Value"] = "n. v."
    accounts.to_csv(tmp_path / "accounts.csv", index=False)
    flags = scored(files | {"accounts": tmp_path / "accounts.csv"}, home, out="door").tables["flags"]
    refused = flags.set_index("account_id").loc[accounts.loc[[3, 5], "Account ID"]]
    assert refused["status"].tolist() == ["refused"] * 2
    assert (refused["refused_because"] == "value is not a number").all()


def test_who_could_not_be_told_is_told_by_the_next_run(files: dict[str, Path], home: Path) -> None:
    def night(url: str) -> ScoringRun:
        given = {
            "input": {name: str(path) for name, path in files.items()},
            "decision": {"capacity": 5},
            "output": {"folder": str(home / "told")},
            "tracking": {"uri": tracking_in(home)},
            "notify": {"urls": [url]},
        }
        return run_churn_scoring(checked(ChurnScoringSettings, given), as_of=NIGHT)

    # Nobody listens at this port.
    failed = night("json://127.0.0.1:9/secret-token")
    assert ["could not be notified" in one for one in failed.owed] == [True]
    assert (failed.folder / "call_list.csv").is_file()
    assert "secret-token" not in (failed.folder / "manifest.json").read_text(encoding="utf-8")
    again = night("json://127.0.0.1:9/secret-token")
    assert again.already_done
    assert again.owed == failed.owed
    with pytest.raises(SettingsError, match="is no URL that apprise knows"):
        night("nowhere://x")


def test_nights_remember_each_other(files: dict[str, Path], home: Path) -> None:
    scored(files, home, out="nights", as_of=NIGHT - pd.Timedelta(days=1))
    run = scored(files, home, out="nights")
    changes = run.tables["flags"]["change"].value_counts()
    assert changes.get("still", 0) > 0
    assert changes.get("new", 0) + changes.get("still", 0) + changes.get("returned", 0) == 30
    assert "still on" in run.sentences[0]


def test_without_a_champion_a_rule_speaks_and_says_so(files: dict[str, Path], tmp_path: Path) -> None:
    run = scored(files, tmp_path)
    listed = run.tables["flags"].query("status == 'flagged' and lane == 'rule'")
    assert run.model == ""
    assert len(listed)
    assert "risk" not in listed or listed["risk"].isna().all()
    assert listed["reason_1"].str.contains("rule, not a probability").all()
    assert any("No model speaks" in note for note in run.notes)


def test_what_comes_after_the_night_changes_no_byte(files: dict[str, Path], home: Path, tmp_path: Path) -> None:
    survey = pd.read_csv(files["survey"])
    later = survey["Responded at"] >= AS_OF
    assert later.any()
    shutil.copy(files["accounts"], tmp_path / "accounts.csv")
    shutil.copy(files["usage"], tmp_path / "usage.csv")
    # The same answers in another order: other customers gave them.
    survey.loc[later, "NPS"] = survey.loc[later, "NPS"].to_numpy()[::-1]
    survey.sample(frac=1, random_state=0).to_csv(tmp_path / "survey.csv", index=False)
    edited = {name: tmp_path / f"{name}.csv" for name in files}
    plain, other = scored(files, home, out="plain"), scored(edited, home, out="edited")
    for name in ("flags", "risk", "reasons", "overlooked"):
        pd.testing.assert_frame_equal(plain.tables[name], other.tables[name])


def test_outcomes_compare_those_called_with_those_held_out(many: dict[str, Path], home: Path) -> None:
    day = pd.Timestamp("2025-10-01")
    categories = ("detractor", "passive", "promoter", "silent")
    run = scored(many, home, out="holdout", as_of=day, capacity=200, holdout=0.3, categories=categories)
    found = outcomes_of([run.folder], str(many["accounts"]), known_until=NIGHT)
    arms = found.table.query("metric == 'churned'").set_index("arm")
    assert {"flagged", "holdout", "difference"} <= set(arms.index)
    assert arms.loc["flagged", "estimate"] > arms.loc["not_flagged", "estimate"]
    assert any("difference" in line for line in outcomes_in_words(found))
    with pytest.raises(SettingsError, match="holds no finished scoring"):
        outcomes_of([home], str(many["accounts"]), known_until=NIGHT)


def test_on_spark_the_list_is_the_same(files: dict[str, Path], home: Path) -> None:
    local = scored(files, home, out="local")
    spark = scored(files, home, out="spark", engine={"kind": "spark", "master": "local[2]", "partitions": 7})
    for name, table in local.tables.items():
        pd.testing.assert_frame_equal(table, spark.tables[name])


def test_killed_at_random_moments_nothing_is_half_lost_or_doubled(
    files: dict[str, Path],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def undisturbed(arguments: list[str]) -> None:
        assert ended(arguments, monkeypatch, capsys).code == 0

    # Once, where the writing is; the many kills of the writing itself are in test_jobs_folder. A process is started for
    # the one that is killed alone: the others would spend their time on imports.
    found = kill_at_random_moments(files, tmp_path, tracking_in(home), 1, undisturbed=undisturbed)
    assert found["half"] == 0
    assert found["lost or doubled"] == 0
    assert found["mended"] == 1


def test_of_two_starts_one_runs(files: dict[str, Path], tmp_path: Path) -> None:
    # Without a champion, since a rule is sooner ready to speak than a model and the folder is held in the same way.
    assert start_together(files, tmp_path, tracking_in(tmp_path), 1)["one ran"] == 1


def test_a_half_folder_is_seen(tmp_path: Path) -> None:
    (tmp_path / AS_OF).mkdir()
    assert state(tmp_path) == "half"
    assert state(tmp_path / "elsewhere") == "nothing"
