"""The `[themes]` section of the main job: what guides a fit, from which version it starts, and what it leaves."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fresh_tracking import tracking_in
from small_comments import COMMENTS, SUBJECT_OF

from nps_insights.jobs.driver_report import ReportRun, run_driver_report
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.jobs.theming.step import model_of
from nps_insights.tables import SettingsError

SCORES = {"queue": [2, 5, 7], "staff": [9, 10, 8], "price": [6, 3, 9]}
CODES = ["Waiting", "Manner", "Cost"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A survey with codes; every tenth comment speaks of the company alone."""
    made = tmp_path_factory.mktemp("theming")
    texts = [f"{text}, Acme" if number % 10 == 0 else text for number, text in enumerate(COMMENTS)]
    rows = {
        "Response ID": [f"r{number:03}" for number in range(len(texts))],
        "NPS": [SCORES[subject][number % 3] for number, subject in enumerate(SUBJECT_OF)],
        "Comment": texts,
        **{name: [int(one == subject) for one in SUBJECT_OF] for name, subject in zip(CODES, SCORES, strict=True)},
    }
    pd.DataFrame(rows).to_csv(made / "survey.csv", index=False)
    return made


@pytest.fixture(autouse=True)
def _in_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def report(folder: Path, out: str, codes: bool = False, **themes: Any) -> ReportRun:
    given = {
        "input": {"survey": str(folder / "survey.csv")},
        "columns": {"score": "NPS", "comment": "Comment", "response_id": "Response ID"},
        "score": {"scale": "0-10"},
        "report": {"theme_columns": CODES} if codes else {},
        "output": {"folder": str(folder / out)},
        "tracking": {"uri": tracking_in(folder)},
        # The themes of an earlier fit are as many as they are.
        "themes": {
            "n_themes": None if "start" in themes and "refit" not in themes else 3,
            "cache": str(folder / "vectors"),
        }
        | themes,
    }
    return run_driver_report(check_settings(given))


def told(run: ReportRun) -> dict[str, Any]:
    return json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))["themes"]


def table_bytes(run: ReportRun) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (run.folder / "tables").iterdir()}


def labels(run: ReportRun) -> dict[str, str]:
    return run.tables["themes"].set_index("theme_id")["label"].to_dict()


@pytest.fixture(scope="module")
def first(folder: Path) -> ReportRun:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return report(folder, "first")


@pytest.fixture(scope="module")
def update(folder: Path, first: ReportRun) -> ReportRun:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return report(folder, "update", start="themes@1", store=False)


class TestStart:
    def test_the_first_fit_is_stored_and_nothing_guided_it(self, first: ReportRun) -> None:
        assert told(first)["stored_as"] == "themes@1"
        assert told(first)["guided_by"] == {}
        assert first.tables["lineage"].empty

    def test_a_repeated_update_has_the_same_bytes(self, folder: Path, update: ReportRun) -> None:
        again = report(folder, "again", start="themes@1", store=False)
        assert table_bytes(again) == table_bytes(update)
        assert again.notes == update.notes

    def test_an_update_names_its_version_and_hash(self, update: ReportRun, first: ReportRun) -> None:
        start = told(update)["guided_by"]["themes"]
        assert start["name"] == "themes@1"
        assert len(start["sha256"]) == 64
        assert told(update)["stored_as"] is None
        assert labels(update) == labels(first)
        # The same comments again: every one of them stays where it was.
        pd.testing.assert_frame_equal(update.tables["mentions"], first.tables["mentions"])

    def test_a_refit_keeps_the_ids(self, folder: Path, first: ReportRun) -> None:
        refit = report(folder, "refit", start="themes@1", refit=True, store=False)
        assert set(refit.tables["lineage"]["relation"]) == {"kept"}
        key = ["segment_id", "theme_id"]
        pd.testing.assert_frame_equal(refit.tables["mentions"][key], first.tables["mentions"][key])

    def test_a_version_that_is_not_there_leaves_no_run(self, folder: Path, first: ReportRun) -> None:
        with pytest.raises(SettingsError, match=r"themes@77': no such version or alias; there are themes@1"):
            report(folder, "missing", start="themes@77")
        assert not (folder / "missing").exists()


class TestEdits:
    def test_edits_are_done_told_and_leave_no_trace_once_removed(
        self, folder: Path, first: ReportRun, update: ReportRun
    ) -> None:
        largest, second, _ = first.tables["themes"].query("level == 2")["theme_id"]
        (folder / "edits.toml").write_text(
            f'[[edit]]\nkind = "rename"\ntheme = "{largest}"\nlabel = "The largest"\n'
            f'[[edit]]\nkind = "delete"\ntheme = "{second}"\n'
            '[[edit]]\nkind = "rename"\ntheme = "t55"\nlabel = "Lost"\n'
        )
        edited = report(folder, "edited", start="themes@1", edits=str(folder / "edits.toml"))
        assert edited.tables["theme_edits"]["status"].tolist() == ["applied", "applied", "not_applied"]
        assert labels(edited)[largest] == "The largest"
        assert second not in set(edited.tables["mentions"]["theme_id"])
        assert "edit 3 (rename t55 to 'Lost') was not applied: no theme has the id or label 't55'." in edited.notes
        assert told(edited)["guided_by"]["edits"]["name"] == "edits.toml"
        version = told(edited)["stored_as"]

        (folder / "edits.toml").write_text("# all taken back\n")
        cleared = report(folder, "cleared", start=version, edits=str(folder / "edits.toml"), store=False)
        assert table_bytes(cleared) == table_bytes(update)

    def test_a_named_file_that_is_missing_is_said(self, folder: Path) -> None:
        with pytest.raises(SettingsError, match=r"gone\.toml: no such file"):
            report(folder, "missing", edits="gone.toml")


class TestGuides:
    def test_words_to_ignore_are_in_no_label(self, folder: Path) -> None:
        ignoring = report(folder, "ignoring", ignore=["Acme"], store=False)
        assert any(note.startswith("Ignored in themes and labels: 'Acme'") for note in ignoring.notes)
        assert not ignoring.tables["themes"]["keywords"].str.contains("acme", case=False).any()

    def test_a_taxonomy_file_gives_its_names(self, folder: Path) -> None:
        (folder / "taxonomy.toml").write_text(
            '[[theme]]\nname = "Waiting time"\nowner = "Tills"\n'
            'examples = ["the queue was long", "we waited an hour", "a slow line at the checkout", "long queue"]\n'
            '[[theme]]\nname = "Our people"\n'
            'examples = ["friendly staff", "a kind assistant", "helpful people at the desk", "lovely staff"]\n'
        )
        guided = report(folder, "guided", taxonomy=str(folder / "taxonomy.toml"), store=False)
        themes = guided.tables["themes"].set_index("theme_id")
        assert themes.loc["waiting-time", ["label", "owner"]].tolist() == ["Waiting time", "Tills"]
        mentions = guided.tables["mentions"].set_index("response_id")["theme_id"]
        queue = [f"r{number:03}" for number, subject in enumerate(SUBJECT_OF) if subject == "queue"]
        assert (mentions.reindex(queue) == "waiting-time").mean() > 0.8
        assert told(guided)["guided_by"]["taxonomy"]["name"] == "taxonomy.toml"

    def test_codes_teach_the_themes_of_their_names(self, folder: Path) -> None:
        coded = report(folder, "coded", codes=True, taxonomy="codes", store=False)
        assert set(CODES) <= set(coded.tables["themes"]["label"])
        themes = coded.tables["themes"].set_index("label")
        assert themes.loc[CODES, "stated"].all()
        assert (themes.loc[CODES, "n_responses"] >= 20).all()
        assert themes["n_responses"].min() > 0

    def test_agreement_with_the_codes_that_taught_is_left_out_and_said(self, folder: Path) -> None:
        taught = report(folder, "taught", codes=True, taxonomy="codes", store=False)
        assert "agreement" not in taught.tables
        assert any(note.startswith("The given codes taught the themes") for note in taught.notes)
        untaught = report(folder, "untaught", codes=True, store=False)
        assert len(untaught.tables["agreement"]) == len(CODES)

    def test_codes_that_are_not_there_are_said(self, folder: Path) -> None:
        with pytest.raises(SettingsError, match="no comment carries a code"):
            report(folder, "missing", taxonomy="codes")


def test_the_folder_of_a_fit_holds_its_model(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    assert model_of(str(tmp_path)) == str(tmp_path / "model")
    assert model_of(str(tmp_path / "model")) == str(tmp_path / "model")
