"""Two runs held against each other: nothing is said where nothing differs, and what was changed is found."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from report_tables import report_example
from report_watch_tables import watched_tables
from typer.testing import CliRunner

from nps_insights.cli.main import app
from nps_insights.jobs.comparing.run_diff import NOTHING, RunDifferences, compare_runs, differences_in_words
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.tables import SettingsError, conform, empty

N = 200


def answers() -> pd.DataFrame:
    scores = np.arange(N) % 11
    return pd.DataFrame(
        {
            "response_id": [f"r{at:03}" for at in range(N)],
            "score": scores.astype(float),
            "scale_min": 0.0,
            "scale_max": 10.0,
            "category": np.where(scores >= 9, "promoter", np.where(scores >= 7, "passive", "detractor")),
            "responded_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(N), unit="D"),
        }
    )


@cache
def made() -> dict[str, pd.DataFrame]:
    empties = ("comments", "segments", "mentions", "lineage")
    own = {"responses": answers(), **{name: empty(name) for name in empties}}
    kept = ("estimates", "themes", "effects")
    watched = {name: table for name, table in watched_tables().items() if name in ("alerts", "targets")}
    given = own | {name: report_example()[name] for name in kept} | watched
    return {name: conform(name, table) for name, table in given.items()}


def tables() -> dict[str, pd.DataFrame]:
    return {name: table.copy() for name, table in made().items()}


def manifest() -> dict[str, Any]:
    settings = check_settings({"input": {"survey": "q2.csv"}, "report": {"by": ["plan"]}})
    return {
        "run_id": "0a1b2c3d4e5f",
        "drivers": {},
        "settings": settings.model_dump(mode="json"),
        "inputs": {"survey": {"name": "q2.csv", "sha256": "aa" * 32}},
        "counts": {"read": 210, "kept": N, "quarantined": 6, "duplicate": 4, "filtered": 0},
        "side_counts": {},
        "as_of": "2026-06-30 00:00:00",
        "themes": {"stored_as": "themes@1"},
        "versions": {"nps-insights": "0.1.0", "numpy": "2.4.6"},
    }


def write(folder: Path, told: dict[str, Any], given: dict[str, pd.DataFrame]) -> Path:
    (folder / "tables").mkdir(parents=True)
    for name, table in given.items():
        table.to_parquet(folder / "tables" / f"{name}.parquet", index=False)
    (folder / "manifest.json").write_text(json.dumps(told, default=str), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("runs") / "first", manifest(), tables())


@pytest.fixture
def told() -> dict[str, Any]:
    return copy.deepcopy(manifest())


def compared(first: Path, tmp_path: Path, told: dict[str, Any], **changed: pd.DataFrame) -> RunDifferences:
    return compare_runs(first, write(tmp_path / "second", told, tables() | changed))


def findings(found: RunDifferences, area: str) -> list[str]:
    return found.table.loc[found.table["area"] == area, "finding"].tolist()


def with_theme_ids(given: dict[str, pd.DataFrame], renamed: dict[str, str]) -> dict[str, pd.DataFrame]:
    themes, effects, alerts = given["themes"], given["effects"], given["alerts"]
    drivers = effects["driver_id"].str.removeprefix("theme/")
    return {
        "themes": themes.assign(theme_id=themes["theme_id"].replace(renamed)),
        "alerts": alerts.assign(group=alerts["group"].replace(renamed)),
        "effects": effects.assign(
            driver_id=effects["driver_id"].where(~drivers.isin(renamed), "theme/" + drivers.replace(renamed)),
            theme_id=effects["theme_id"].replace(renamed),
        ),
    }


def lineage(rows: list[tuple[str, str | None, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["theme_id", "previous_theme_id", "relation"])
    return conform("lineage", frame.assign(similarity=np.nan, shared=np.nan))


def test_of_the_same_input_and_settings_nothing_differs(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    told |= {"run_id": "ffff", "command": "another", "notes": ["another"]}
    told["settings"]["output"] = {"folder": "elsewhere", "excel": True}
    told["settings"]["tracking"]["experiment"] = "another"
    shuffled = {name: table.sample(frac=1, random_state=0) for name, table in tables().items()}
    found = compared(first, tmp_path, told, **shuffled)
    assert found.table.empty
    assert differences_in_words(found)[-1] == NOTHING


def test_what_differs_in_the_data_is_named(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    told["inputs"]["survey"] = {"name": "q2.csv", "sha256": "bb" * 32}
    told["inputs"]["invitations"] = {"name": "asked.csv", "sha256": "cc" * 32}
    told["counts"] |= {"read": 215, "quarantined": 11}
    responses = answers().iloc[5:].reset_index(drop=True)
    responses.loc[[0, 1, 2], "score"] += 0.5
    more = responses.tail(1).assign(response_id="r999", responded_at=pd.Timestamp("2026-12-24"))
    found = compared(first, tmp_path, told, responses=pd.concat([responses, more], ignore_index=True))
    said = findings(found, "data")
    assert "survey: another content, q2.csv (aaaaaaaa) → q2.csv (bbbbbbbb)" in said
    assert "invitations: file: new, asked.csv (cccccccc)" in said
    assert "survey: rows quarantined: 6 → 11" in said
    assert "answers that only the second run has: 1" in said
    assert "answers that only the first run has: 5" in said
    assert "answers with another score: 3" in said
    assert "last answer: 2026-07-19 → 2026-12-24" in said
    assert not findings(found, "settings")


def test_what_differs_in_settings_and_versions_is_named(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    told["settings"]["report"] |= {"by": ["plan", "region"], "confidence_level": 0.9}
    told["settings"]["input"]["survey"] = "moved/q2.csv"
    told["versions"]["numpy"] = "2.5.0"
    found = compared(first, tmp_path, told)
    assert findings(found, "settings") == ["report.by: plan → plan, region", "report.confidence_level: 0.95 → 0.9"]
    assert findings(found, "versions") == ["numpy: 2.4.6 → 2.5.0"]
    assert not findings(found, "data"), "the same file elsewhere is the same data"


def test_a_figure_beyond_both_ranges_is_told_from_one_within(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    estimates, effects = tables()["estimates"], tables()["effects"]
    overall = (estimates["by"] == "") & estimates["period_start"].isna()
    ranged = ["estimate", "conf_low", "conf_high"]
    estimates.loc[overall & (estimates["metric"] == "nps"), ranged] -= 40
    estimates.loc[overall & (estimates["metric"] == "promoter"), ranged] += 0.001
    main = (effects["outcome"] == "nps") & (effects["method"] == "adjusted")
    effects.loc[main & (effects["driver_id"] == "theme/t01"), ranged] += 30
    found = compared(first, tmp_path, told, estimates=estimates, effects=effects)
    rows = found.table.set_index("item")
    assert rows.loc["NPS", "beyond"]
    assert rows.loc["NPS", "after_estimate"] - rows.loc["NPS", "before_estimate"] == pytest.approx(-40)
    assert not rows.loc["Promoters", "beyond"]
    assert rows.loc["driver “late delivery”, theme/t01", "beyond"]
    assert len(rows) == 3
    said = differences_in_words(found)
    assert said.index(next(line for line in said if line.startswith("  NPS: "))) < said.index(
        next(line for line in said if line.startswith("  Promoters: "))
    ), "what is beyond chance stands first"


def test_themes_of_one_fit_are_renamed_and_their_shares_move(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    themes = tables()["themes"].set_index("theme_id")
    themes.loc["t03", "label"] = "quick delivery"
    themes.loc["t05", ["share", "share_low", "share_high"]] += [0.2, 0.2, 0.2]
    found = compared(first, tmp_path, told, themes=themes.reset_index())
    said = findings(found, "themes")
    assert "“fast delivery” is called “quick delivery” now (t03)" in said
    (moved,) = [one for one in said if one.startswith("“friendly staff”")]
    assert moved.endswith("beyond both ranges")
    assert len(said) == 2


def test_an_id_of_another_fit_is_another_theme(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    themes, effects = tables()["themes"], tables()["effects"]
    themes = themes.assign(keywords=themes["keywords"] + ", anew")
    effects.loc[effects["driver_id"].str.startswith("theme/"), ["estimate", "conf_low", "conf_high"]] += 50
    told["themes"] = {"stored_as": "themes@2"}
    found = compared(first, tmp_path, told, themes=themes, effects=effects)
    (said,) = findings(found, "themes")
    assert said.startswith("Found anew: 12 themes before, 12 themes now")
    assert not findings(found, "results"), "effects of themes that are not the same are not compared"


def test_themes_go_on_where_one_run_starts_from_the_other(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    changed = with_theme_ids(tables(), {"t01": "t20", "t12": "t13"})
    changed["themes"] = changed["themes"].assign(keywords=changed["themes"]["keywords"] + ", anew")
    kept = [(f"t{at:02}", f"t{at:02}", "kept") for at in range(2, 12)]
    told["settings"]["themes"]["start"] = "themes@1"
    told["themes"] = {"stored_as": "themes@2"}
    rows = [("t20", "t01", "kept"), ("t13", None, "new"), ("t12", "t12", "gone"), *kept]
    found = compared(first, tmp_path, told, lineage=lineage(rows), **changed)
    assert "goes on from themes@1" in found.themes
    said = findings(found, "themes")
    assert [one for one in said if one.endswith("is gone")] == [one for one in said if "(t12)" in one]
    assert [one for one in said if one.endswith("is new")] == [one for one in said if "(t13)" in one]
    results = findings(found, "results")
    assert not any("late delivery" in one for one in results), "the theme has another id and the same effect"
    # The same tables, but the registry is another one: version 1 there is another fit.
    told["settings"]["tracking"]["uri"] = "sqlite:///elsewhere.db"
    assert compare_runs(first, write(tmp_path / "third", told, tables() | changed)).themes.startswith("neither run")


def test_alerts_and_targets_that_came_or_went(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    alerts, targets = tables()["alerts"], tables()["targets"]
    raised = alerts[alerts["status"] == "raised"]
    targets.loc[targets["name"] == "Company", "verdict"] = "on_track"
    found = compared(
        first,
        tmp_path,
        told,
        alerts=alerts.drop(index=raised.index[0]),
        targets=targets.iloc[1:].reset_index(drop=True),
    )
    said = findings(found, "results")
    assert sum(one.startswith("no alert any more") for one in said) == 1
    assert sum(one.startswith("target ") and ": gone, was " in one for one in said) == 1


def test_the_command_prints_writes_and_ends_as_asked(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    told["versions"]["numpy"] = "2.5.0"
    second = write(tmp_path / "second", told, tables())
    call = CliRunner().invoke
    assert call(app, ["diff", str(first), str(second)]).exit_code == 0
    assert call(app, ["diff", str(first), str(second), "--exit-code"]).exit_code == 1
    same = call(app, ["diff", str(first), str(first), "--exit-code"])
    assert same.exit_code == 0
    assert NOTHING in same.stdout
    shown = json.loads(call(app, ["diff", str(first), str(second), "--json"]).stdout)
    assert shown["differs"] is True
    assert shown["areas"]["versions"] == len(shown["differences"]) == 1
    call(app, ["diff", str(first), str(second), "--out", str(tmp_path / "differences.csv")])
    assert pd.read_csv(tmp_path / "differences.csv")["finding"].tolist() == ["numpy: 2.4.6 → 2.5.0"]


def test_another_key_of_the_pseudonyms_is_named_where_both_runs_tell_theirs(
    first: Path, tmp_path: Path, told: dict[str, Any]
) -> None:
    def findings(before: Path, after: Path) -> list[str]:
        return compare_runs(before, after).table["finding"].tolist()

    keyed = write(tmp_path / "keyed", told | {"pseudonym_key": "aaaaaaaaaaaa"}, tables())
    other = write(tmp_path / "other", told | {"pseudonym_key": "bbbbbbbbbbbb"}, tables())
    without = write(tmp_path / "without", told | {"pseudonym_key": None}, tables())
    assert findings(keyed, other) == ["key of the pseudonyms: aaaaaaaaaaaa → bbbbbbbbbbbb"]
    assert len(findings(without, keyed)) == 1
    # The first run is of a version that did not tell.
    assert findings(first, keyed) == []


def test_text_of_the_data_cannot_steer_the_terminal(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    told["versions"] = told["versions"] | {"pandas": "3\x1b[2J\u202e"}
    second = write(tmp_path / "second", told, tables())
    said = CliRunner().invoke(app, ["diff", str(first), str(second)]).stdout
    assert "[2J" in said
    assert not {"\x1b", "\u202e"} & set(said)


def test_what_is_no_report_is_refused(first: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"holds no manifest\.json"):
        compare_runs(first, tmp_path)
    with pytest.raises(SettingsError, match="nowhere: there is no such folder"):
        compare_runs(first, tmp_path / "nowhere")
