"""The drivers of a finished run, asked again: other settings, no comment read again."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fresh_tracking import tracking_in
from typer.testing import CliRunner

from nps_insights.cli.main import app
from nps_insights.drivers.category.frame import category_frame, columns_of
from nps_insights.jobs.driver_report import ReportRun, run_driver_report
from nps_insights.jobs.driving.driver_questions import asked_change, asked_scenarios, column_named
from nps_insights.jobs.driving.driver_words import drivers_in_words
from nps_insights.jobs.driving.rerun import driver_input, read_run, recompute_drivers
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.jobs.theming import step as theming
from nps_insights.simulate import write_sample
from nps_insights.tables import SettingsError
from nps_insights.tracking import load_category_model

DRIVER_TABLES = {
    "effects", "left_out", "driver_sides", "group_effects", "explained_shares", "change_parts", "movement", "movers",
    "movement_effects", "closest", "scenarios", "driver_checks", "negative_controls", "category_scores",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("drivers")
    write_sample(place / "sample", 180, random_state=5)
    return place


def run(folder: Path, name: str, **sections: Mapping[str, Any]) -> ReportRun:
    given: dict[str, Any] = {
        "input": {"survey": str(folder / "sample/survey.csv"), "accounts": str(folder / "sample/accounts.csv")},
        "report": {"by": ["Plan"]},
        "output": {"folder": str(folder / name)},
        "tracking": {"uri": tracking_in(folder)},
        "themes": {"cache": str(folder / "vectors"), "store": False},
    }
    return run_driver_report(check_settings(given | sections), command="nps-insights report survey.csv")


@pytest.fixture(scope="module")
def finished(folder: Path) -> ReportRun:
    return run(folder, "run")


@pytest.fixture
def no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a comment was read again")

    monkeypatch.setattr(theming, "load_encoder", refuse)
    monkeypatch.setattr(theming, "find_themes", refuse)


def test_every_question_is_answered_with_a_table(finished: ReportRun) -> None:
    assert set(finished.tables) >= DRIVER_TABLES
    for name in ("effects", "driver_sides", "explained_shares", "movement", "scenarios", "negative_controls"):
        assert len(finished.tables[name]), name
    methods = set(finished.tables["effects"]["method"])
    assert methods == {"adjusted", "leave_out", "beyond_placebo"}


@pytest.mark.usefixtures("no_reading")
def test_asked_nothing_new_it_says_the_same(finished: ReportRun, folder: Path) -> None:
    again, _ = recompute_drivers(
        finished.folder,
        {"drivers": {"category_model": False}},
        out=folder / "again",
        command="nps-insights drivers run",
    )
    for name in DRIVER_TABLES - {"closest", "category_scores"}:
        pd.testing.assert_frame_equal(again.tables[name], finished.tables[name])
    first, second = (json.loads((one.folder / "manifest.json").read_text()) for one in (finished, again))
    assert second["recomputed_from"] == first["run_id"] != second["run_id"]
    assert first["counts"] == second["counts"]
    assert second["command"] == "nps-insights drivers run"


@pytest.mark.usefixtures("no_reading")
def test_what_is_asked_is_answered_in_tables_and_page(finished: ReportRun, folder: Path) -> None:
    driver_id = finished.tables["scenarios"]["driver_ids"].iloc[1]
    label = driver_id.removeprefix("theme/")
    called = finished.tables["effects"].set_index("driver_id")["label"][driver_id].iloc[0]
    asked = {
        "drivers": {"what_if": [f"{label}=0.25"], "target": 40.0, "category_model": False, "by_tone": False},
        "report": {"by": ["region"], "attributes": ["plan"], "controls": ["industry"]},
    }
    again, _ = recompute_drivers(finished.folder, asked, out=folder / "asked")
    tables = again.tables
    assert tables["scenarios"]["scenario"].tolist() == ["today", f"25 % fewer mentions of {called}"]
    assert tables["scenarios"]["target"].eq(40.0).all()
    assert set(tables["group_effects"]["by"]) <= {"Region"}
    kinds = tables["effects"].query("kind == 'attribute'")["driver_id"]
    assert kinds.str.startswith("attribute/Plan/").all()
    assert "beyond_placebo" not in set(tables["effects"]["method"])
    assert f"25 % fewer mentions of {escape(called)}" in again.report.read_text(encoding="utf-8")


def test_the_run_folder_itself_is_written_anew(finished: ReportRun, folder: Path) -> None:
    own = folder / "own"
    shutil.copytree(finished.folder, own)
    recompute_drivers(own, {"drivers": {"category_model": False, "target": 10.0}})
    manifest, tables = read_run(own)
    assert tables["scenarios"]["target"].eq(10.0).all()
    # The model that the report trained still stands, with its card and its list.
    card = Path("models/nps_category/card.md")
    assert (own / card).read_bytes() == (finished.folder / card).read_bytes()
    assert len(tables["closest"]) == len(finished.tables["closest"]) > 0
    assert manifest["settings"]["drivers"]["target"] == 10.0
    assert manifest["notes"].count(manifest["drivers"]["notes"][0]) == 1


def test_the_category_model_is_stored_and_carded(finished: ReportRun) -> None:
    card = (finished.folder / "models/nps_category/card.md").read_text(encoding="utf-8")
    assert "simulated" in card
    assert "nps_category@1" in card
    pipeline = load_category_model(finished.tracking_uri, "nps_category@1")
    manifest, tables = read_run(finished.folder)
    given = driver_input(tables, manifest, check_settings(manifest["settings"]), {})
    frame = category_frame(given.responses, given.comments, given.presence, columns_of(pipeline))
    probabilities = pipeline.predict_proba(frame)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    scores = tables["category_scores"].set_index(["model", "metric"])["estimate"]
    assert scores["themes_and_attributes", "log_loss"] < scores["base_rate", "log_loss"]


def test_effects_on_other_customers_than_the_themes_were_found_on(finished: ReportRun, folder: Path) -> None:
    split = run(folder, "split", drivers={"split": "cross_fit", "category_model": False, "by_tone": False})
    effects = split.tables["effects"].query("outcome == 'nps'")
    crossed = effects[effects["method"] == "cross_fitted"].set_index("driver_id")
    same = effects[effects["method"] == "adjusted"].set_index("driver_id").loc[crossed.index]
    assert len(crossed) >= 4
    clear = same[same["q_value"] < 0.01].index
    assert (np.sign(crossed.loc[clear, "estimate"]) == np.sign(same.loc[clear, "estimate"])).mean() >= 0.8
    assert any(note.startswith("Cross-fitted effects: themes were found on one half") for note in split.notes)
    # What the report found by reading stays when the drivers are asked again.
    again, _ = recompute_drivers(split.folder, {"drivers": {"target": 5.0}}, out=folder / "split_again")
    pd.testing.assert_frame_equal(
        again.tables["effects"].query("method == 'cross_fitted'").reset_index(drop=True),
        split.tables["effects"].query("method == 'cross_fitted'").reset_index(drop=True),
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--what-if", "helicopters=0.5"], "'helicopters' is no driver of the model"),
        (["--what-if", "t01=half"], "must name drivers and the part of their mentions that goes away, 0 to 1"),
        (["--between", "last year"], "must name two periods, such as 2026Q1..2026Q2"),
        (["--between", "2026Q1..2026-04-01/soon"], "'2026-04-01/soon' is no period; write a year (2026), a quarter"),
        (["--between", "2026Q1..2026-04-01/"], "'2026-04-01/' is no period; write a year (2026), a quarter"),
        (["--between", "Plan:Basic..Gold"], "Plan has no group 'Gold'; it has Basic, Business, Enterprise"),
        (["--by", "planet"], "planet: no such column; the responses have"),
        (["--target", "200"], "drivers.target: input should be less than or equal to 100"),
    ],
)
def test_what_cannot_be_asked_is_said(finished: ReportRun, folder: Path, arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(
        app, ["drivers", str(finished.folder), "--out", str(folder / "refused"), "--no-category-model", *arguments]
    )
    assert isinstance(result.exception, SettingsError)
    assert said in str(result.exception)
    assert not (folder / "refused").exists()


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"holds no manifest.json; name the folder that `nps-insights report` wrote"
    ):
        read_run(tmp_path)
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SettingsError, match="holds no table responses"):
        read_run(tmp_path)


def test_the_command_prints_what_a_manager_asks(finished: ReportRun, folder: Path) -> None:
    result = CliRunner().invoke(
        app,
        ["drivers", str(finished.folder), "--out", str(folder / "printed"), "--no-category-model", "--target", "30"],
    )
    assert result.exit_code == 0, result.output
    for title in ("Points of the NPS, adjusted for one another", "Why it moved", "What if?", "Who moved"):
        assert title in result.output
    # As on the page, no chance is called certain.
    assert "today (30 or more: " in result.output
    assert not re.search(r"or more: (0|100) in 100|%\)", result.output)
    as_json = CliRunner().invoke(
        app, ["drivers", str(finished.folder), "--out", str(folder / "json"), "--no-category-model", "--json"]
    )
    told = json.loads(as_json.stdout)
    assert {"drivers", "change_parts", "scenarios", "movement", "nps", "report"} <= set(told)


def test_what_is_asked_this_time_stands_before_the_answers_to_earlier_questions(finished: ReportRun) -> None:
    heads = {"what_if": "What if?", "between": "Why it moved", None: "Points of the NPS"}
    for key, head in heads.items():
        said = drivers_in_words(finished, [], [key] if key else [])
        assert said.startswith(head), key
        assert all(said.count(other) == 1 for other in heads.values())


def test_a_question_about_groups_leaves_the_answer_to_why_the_number_moved(finished: ReportRun, folder: Path) -> None:
    out = ["--out", str(folder / "groups"), "--no-category-model", "--between", "Plan:Basic..Enterprise"]
    result = CliRunner().invoke(app, ["drivers", str(finished.folder), *out])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Why it differs, Basic to Enterprise (Plan): the parts add up\n")
    before = finished.tables["change_parts"]
    parts = pd.read_parquet(folder / "groups/tables/change_parts.parquet")
    moved = parts[parts["by"] == "period"].reset_index(drop=True)
    pd.testing.assert_frame_equal(moved, before.reset_index(drop=True))
    assert set(parts["by"]) == {"period", "Plan"}
    last = f"Why it moved, {before['before'].iloc[0]} to {before['after'].iloc[0]}: the parts add up\n"
    assert last in result.stdout
    assert "was not taken apart" not in (folder / "groups/report.html").read_text("utf-8")
    # Asked again for something else, the last change stands before the groups that were asked for earlier.
    again = CliRunner().invoke(app, ["drivers", str(folder / "groups"), "--no-category-model", "--target", "30"])
    assert again.exit_code == 0, again.output
    assert again.stdout.index("Why it moved") < again.stdout.index("Why it differs")


@pytest.fixture(scope="module")
def scores_alone(folder: Path) -> ReportRun:
    survey = pd.read_csv(folder / "sample/survey.csv", dtype=str)
    survey.drop(columns="Comment").to_csv(folder / "scores.csv", index=False)
    return run(folder, "scores", input={"survey": str(folder / "scores.csv")}, report={"by": []})


@pytest.mark.parametrize(
    ("asked", "first", "why"),
    [
        (["--what-if", "price=0.5"], "What if: this cannot be told", "No effects were estimated: no driver is"),
        (["--target", "30"], "What if: this cannot be told", "No effects were estimated: no driver is frequent"),
        (["--by", "Channel"], "Where it differs: this cannot be told", "By channel nothing can be compared: no group"),
        (["--between", "2026Q1..2026Q2"], "The change of the NPS was not taken apart: 2026Q1 has 0 responses", ""),
    ],
)
def test_a_question_that_cannot_be_answered_is_answered_with_why(
    scores_alone: ReportRun, folder: Path, asked: list[str], first: str, why: str
) -> None:
    out = ["--out", str(folder / "unanswered"), "--no-category-model", *asked]
    result = CliRunner().invoke(app, ["drivers", str(scores_alone.folder), *out])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(first)
    assert why in result.stdout


def test_themes_of_scores_alone_are_refused_with_what_would_help(scores_alone: ReportRun) -> None:
    result = CliRunner().invoke(app, ["themes", "list", "--run", str(scores_alone.folder)])
    assert "found no themes" in str(result.exception)
    assert "--columns comment=COLUMN" in str(result.exception)


def test_groups_among_which_nothing_differs_are_said_to_be_alike(finished: ReportRun) -> None:
    luck = finished.tables["group_effects"].assign(q_value=1.0)
    alike = replace(finished, tables=finished.tables | {"group_effects": luck})
    said = drivers_in_words(alike, [], ["by"])
    assert said.startswith("Where it differs: no theme goes with other points per mention in one group than in another")


def test_the_last_change_is_taken_apart_once_where_it_is_asked_for(finished: ReportRun, folder: Path) -> None:
    last = finished.tables["change_parts"].iloc[0]
    out = ["--out", str(folder / "last"), "--no-category-model", "--between", f"{last['before']}..{last['after']}"]
    result = CliRunner().invoke(app, ["drivers", str(finished.folder), *out])
    assert result.exit_code == 0, result.output
    assert result.stdout.count("Why it moved") == 1


def test_drivers_are_named_as_people_name_them() -> None:
    known = pd.DataFrame({"driver_id": ["theme/t01", "code/Price"], "label": ["long queue", "Price"]})
    both = asked_scenarios(["t01+price=0.5"], known)[0]
    assert both.driver_ids == ("theme/t01", "code/Price")
    assert both.part_removed == 0.5
    assert both.name == "half as many mentions of long queue and Price"
    assert asked_scenarios(["price=1", "t01=0.2"], known)[0].name == "no mentions of Price"
    alike = pd.DataFrame({"driver_id": ["theme/t01", "theme/p01"], "label": "queue"})
    assert asked_scenarios(["t01=0.2"], alike)[0].name == "20 % fewer mentions of queue (theme/t01)"
    assert column_named("PLAN", pd.DataFrame(columns=["response_id", "attribute/Plan"])) == "attribute/Plan"
    assert asked_change("2026-01-01/2026-03-31..2026-04-01/2026-06-30", pd.DataFrame()).periods == (
        asked_change("2026Q1..2026Q2", pd.DataFrame()).periods
    )
    month = asked_change("2026-02..2026-03", pd.DataFrame())
    assert [str(day.date()) for period in month.periods for day in period] == [
        "2026-02-01", "2026-02-28", "2026-03-01", "2026-03-31",
    ]  # fmt: skip
