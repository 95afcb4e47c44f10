import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from nps_insights.cli.main import app, exit_code
from nps_insights.jobs.theming.tables import latest_run
from nps_insights.survey import read_source
from nps_insights.tables import DataRefusedError, NpsInsightsError, SettingsError, conform
from nps_insights.themes.curation.checked_edits import check_edits
from nps_insights.themes.curation.file import read_edits

LABELS = {"t01": "long wait / queue", "t02": "kind nurses", "t03": "=cheap price"}


def run_folder(folder: Path) -> Path:
    """A run folder as a finished job leaves it, with texts that spreadsheets would run."""
    sizes = {"t01": 12, "t02": 8, "t03": 6}
    theme = [one for one, size in sizes.items() for _ in range(size)] + [""] * 6
    ids = [f"=c{number:02}#1" for number in range(len(theme))]
    segments = pd.DataFrame(
        {
            "segment_id": ids,
            "comment_id": [one.removesuffix("#1") for one in ids],
            "response_id": ids,
            "position": 1,
            "text": [f'=HYPERLINK("http://x.example", "{number}")' for number in range(len(ids))],
        }
    )
    comments = segments[["comment_id", "response_id", "text"]].assign(says_nothing=False)
    mentions = segments[["segment_id", "response_id"]].assign(theme_id=theme, strength=0.8)
    rows = [
        {
            "theme_id": one,
            "parent_id": "p01",
            "level": 2,
            "label": LABELS[one],
            "keywords": f"{LABELS[one]}, word",
            "n": n,
        }
        for one, n in sizes.items()
    ]
    top = {"theme_id": "p01", "parent_id": None, "level": 1, "label": "care", "keywords": "care", "n": 26}
    themes = pd.DataFrame([top, *rows]).assign(share=0.2, share_low=0.1, share_high=0.3, nps=-20.0)
    themes = themes.assign(n_segments=themes["n"], n_responses=themes["n"], nps_low=-40.0, nps_high=0.0, example="said")
    tables = folder / "tables"
    tables.mkdir(parents=True)
    for name, table in {
        "segments": segments,
        "comments": comments,
        "mentions": mentions[mentions["theme_id"] != ""],
        "themes": themes.drop(columns="n"),
    }.items():
        conform(name, table).to_parquet(tables / f"{name}.parquet", index=False)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_folder(tmp_path_factory.mktemp("finished") / "q3")


@pytest.fixture
def project(tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(finished, tmp_path / "runs" / "q3")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def themes(*arguments: str | Path) -> str:
    """What the command prints; its errors are raised."""
    ended = CliRunner().invoke(app, ["themes", *map(str, arguments)], catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.output


def edits_of(project: Path) -> str:
    return (project / "models" / "themes" / "edits.toml").read_text(encoding="utf-8")


class TestEdits:
    def test_a_rename_is_written_with_what_the_theme_was(self, project: Path) -> None:
        told = themes("rename", "t01", "Waiting time")
        assert told.splitlines() == [
            "t01 'long wait / queue' will be called 'Waiting time'",
            "written to models/themes/edits.toml as edit 1; the next run applies it",
        ]
        edit = read_edits(project / "models/themes/edits.toml").edit[0]
        assert edit.was["t01"].keywords == "long wait / queue, word"

    def test_a_merge_keeps_the_id_of_the_larger(self, project: Path) -> None:
        told = themes("merge", "t03", "t01", "--label", "Delays")
        assert told.startswith("t01 'long wait / queue' and t03 '=cheap price' will be one theme, t01, called 'Delays'")
        assert 'keep = "t01"' in edits_of(project)

    def test_a_theme_may_be_named_by_its_label(self, project: Path) -> None:
        themes("owner", "Kind nurses", "Wards")
        assert 'theme = "t02"' in edits_of(project)

    def test_every_command_writes_its_edit(self, project: Path) -> None:
        told = themes("split", "t01", "--part", "Till", "--part", "Phone: on hold; nobody answers")
        assert "t01 'long wait / queue' will be split into 2 themes, t01a, t01b\n" in told
        assert "its 6 segments will fit nowhere" in themes("delete", "t03")
        assert "2 phrases will belong to t02" in themes("pin", "t02", "so kind", "so gentle")
        assert "a new theme 'Parking' will begin with 1 phrase\n" in themes("pin", "Parking", "no space")
        themes("owner", "p01", "Wards")
        edits = read_edits(project / "models/themes/edits.toml").edit
        assert [one.kind for one in edits] == ["split", "delete", "pin", "pin", "owner"]
        assert edits[0].parts[1].phrases == ("on hold", "nobody answers")

    def test_an_unknown_theme_names_the_nearest_and_writes_nothing(self, project: Path) -> None:
        with pytest.raises(SettingsError) as error:
            themes("rename", "t011", "x")
        assert "runs/q3 has no theme with this id or label; the nearest are t01 'long wait / queue'" in str(error.value)
        with pytest.raises(SettingsError, match="the nearest are kind nurses"):
            themes("delete", "nurses")
        assert not (project / "models").exists()

    def test_a_contradiction_is_refused(self, project: Path) -> None:
        themes("delete", "t03")
        with pytest.raises(SettingsError, match="which edit 1 deletes"):
            themes("rename", "t03", "Price")
        assert len(read_edits(project / "models/themes/edits.toml").edit) == 1

    def test_a_stated_theme_is_changed_where_it_is_stated(self, project: Path) -> None:
        path = project / "runs/q3/tables/themes.parquet"
        table = pd.read_parquet(path)
        conform("themes", table.assign(stated=table["theme_id"] == "t02")).to_parquet(path, index=False)
        for arguments in (("rename", "t02", "x"), ("merge", "t01", "t02"), ("owner", "kind nurses", "x")):
            with pytest.raises(SettingsError, match=r"theme t02 'kind nurses': is stated.* in the taxonomy file"):
                themes(*arguments)
        assert not (project / "models").exists()
        themes("rename", "t01", "Waiting")

    def test_without_a_run_it_says_how_to_make_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SettingsError, match="no finished run under it; name the folder of one with --run"):
            themes("list")
        with pytest.raises(SettingsError, match="nowhere: holds no table themes"):
            themes("list", "--run", "nowhere")


class TestList:
    def test_themes_stand_under_their_top_theme_with_size_and_nps(self, project: Path) -> None:
        lines = themes("list").splitlines()
        assert lines[0].split() == ["id", "label", "responses", "share", "NPS", "owner"]
        assert [line.split()[0] for line in lines[1:5]] == ["p01", "t01", "t02", "t03"]
        assert lines[2].split()[-3:] == ["12", "20.0%", "-20"]

    def test_edits_that_wait_and_edits_that_failed_are_told(self, project: Path) -> None:
        themes("rename", "t01", "Waiting")
        assert "models/themes/edits.toml: edit 1 waits for the next run" in themes("list")
        row = {"position": 1, "entry": "edit 1", "kind": "rename", "given": "rename t01 to 'Waiting'"}
        table = pd.DataFrame([{**row, "status": "not_applied", "why": "no theme is like it now"}])
        conform("theme_edits", table).to_parquet(project / "runs/q3/tables/theme_edits.parquet")
        told = themes("list")
        assert "edit 1 (rename t01 to 'Waiting') was not applied: no theme is like it now" in told
        assert "waits" not in told

    def test_json_is_json(self, project: Path) -> None:
        told = json.loads(themes("list", "--json"))
        assert [one["theme_id"] for one in told["themes"]] == ["p01", "t01", "t02", "t03"]

    def test_the_latest_run_is_meant(self, project: Path, finished: Path) -> None:
        later = shutil.copytree(finished, project / "runs" / "a")
        os.utime(later / "manifest.json", ns=(2**62, 2**62))
        assert latest_run(Path("runs")) == Path("runs/a")


class TestExport:
    @pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
    def test_themes_are_written_without_quotes(self, project: Path, ending: str) -> None:
        out = project / f"themes.{ending}"
        assert themes("export", "--out", out).strip() == str(out)
        frame = pd.DataFrame(json.loads(out.read_text())) if ending == "json" else read_source(out).frame
        assert len(frame) == 4
        assert "example" not in frame
        themes("export", "--out", out, "--quotes")
        assert {path.name for path in project.iterdir()} == {"runs", f"themes.{ending}"}

    def test_another_ending_is_refused(self, project: Path) -> None:
        with pytest.raises(SettingsError, match=r"must be \.csv, \.xlsx or \.json"):
            themes("export", "--out", "themes.doc")


class TestSampleAndCheck:
    @pytest.mark.parametrize("name", ["sheet.csv", "sheet.xlsx"])
    def test_a_filled_sheet_gives_precision_and_recall(self, project: Path, name: str) -> None:
        import python_calamine

        written = [Path(line) for line in themes("sample", "--n", "32", "--out", name).splitlines()]
        assert written[0] == Path(name)
        sheet = read_source(Path(name), sheet="sample" if name.endswith("xlsx") else None).frame
        filled = sheet.assign(correct="y", missed="")
        wrong = filled.index[filled["theme_id"] == "t01"][:3]
        filled.loc[wrong, ["correct", "missed"]] = ["n", "kind nurses"]
        if name.endswith("csv"):
            assert Path("sheet_themes.csv") in written
            assert (sheet["segment"].str[:2] == "'=").all()
            filled.to_csv(name, index=False)
        else:
            assert python_calamine.CalamineWorkbook.from_path(name).sheet_names == ["sample", "themes"]
            options = {"options": {"strings_to_formulas": False}}
            filled.to_excel(name, index=False, sheet_name="sample", engine="xlsxwriter", engine_kwargs=options)
        told = json.loads(themes("check", name, "--json"))
        found = {(one["metric"], one["theme_id"]): one["estimate"] for one in told}
        assert found["precision", "all"] == pytest.approx(23 / 26)
        assert found["recall", "t02"] == pytest.approx(8 / 11)
        words = themes("check", name, "--out", "quality.csv")
        assert words.splitlines()[1].startswith("all        all themes")
        assert Path("quality.csv").is_file()

    def test_the_same_seed_writes_the_same_file(self, project: Path) -> None:
        themes("sample", "--n", "12", "--out", "one.xlsx")
        themes("sample", "--n", "12", "--out", "other.xlsx")
        assert Path("one.xlsx").read_bytes() == Path("other.xlsx").read_bytes()

    def test_an_empty_sheet_says_what_to_fill_in(self, project: Path) -> None:
        themes("sample", "--n", "12", "--out", "sheet.xlsx")
        with pytest.raises(DataRefusedError, match="12 of 12 rows have no answer in column correct"):
            themes("check", "sheet.xlsx")

    def test_a_sheet_of_another_run_is_refused(self, project: Path) -> None:
        themes("sample", "--n", "12", "--out", "sheet.csv")
        filled = read_source(Path("sheet.csv")).frame.assign(correct="y")
        filled["segment_id"] = "other" + filled["segment_id"]
        filled.to_csv("sheet.csv", index=False)
        with pytest.raises(DataRefusedError, match="name the run that it was drawn from with --run"):
            themes("check", "sheet.csv")


def test_the_help_shows_every_command() -> None:
    told = themes("--help")
    for command in ("list", "rename", "merge", "split", "delete", "pin", "owner", "export", "sample", "check"):
        assert command in told


@pytest.mark.parametrize(("error", "code"), [(SettingsError("x"), 2), (DataRefusedError("x"), 3)])
def test_errors_have_the_usual_exit_codes(error: NpsInsightsError, code: int) -> None:
    assert exit_code(error) == code


def test_a_whole_file_of_commands_is_valid(project: Path) -> None:
    themes("rename", "t01", "Waiting")
    themes("merge", "t02", "t03")
    assert check_edits(
        {"edit": [one.model_dump(exclude_none=True) for one in read_edits(Path("models/themes/edits.toml")).edit]}
    )
