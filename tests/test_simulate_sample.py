from pathlib import Path

import pandas as pd
import pytest

from nps_insights.simulate import simulate_survey, write_sample
from nps_insights.simulate.sample_folder import MARKER
from nps_insights.tables import SettingsError


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_sample(tmp_path_factory.mktemp("sample") / "demo", 300, random_state=7)


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    write_sample(tmp_path / "a", 40, random_state=3)
    write_sample(tmp_path / "b", 40, random_state=3)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_the_usable_rows_are_the_simulated_responses_each_once(sample: dict[str, Path]) -> None:
    survey = read(sample["survey"])
    simulated = simulate_survey(300, random_state=7)
    score = pd.to_numeric(survey["NPS"].str.extract(r"^(\d+)", expand=False))
    usable = survey[score.le(10)].drop_duplicates()
    assert set(usable["Response ID"]) == set(simulated.responses["response_id"])
    assert usable["Response ID"].is_unique
    repeats = int(survey.duplicated().sum())
    assert len(survey) == len(usable) + repeats + int((survey["NPS"] == "").sum()) + int((survey["NPS"] == "11").sum())
    assert f"{len(survey):,} rows in survey.csv" in sample["README"].read_text(encoding="utf-8")


def test_the_export_has_the_dirt_it_promises(sample: dict[str, Path]) -> None:
    survey, accounts = read(sample["survey"]), read(sample["accounts"])
    assert survey["NPS"].isin(["10 - extremely likely"]).any()
    assert survey["NPS"].str.fullmatch(r"\d+/10").any()
    unknown = set(survey["Account ID"]) - set(accounts["Account ID"])
    assert unknown
    assert all(account.startswith("X") for account in unknown)
    assert accounts["Account ID"].str.startswith("0").any()
    assert list(survey.columns[:5]) == ["Response ID", "Account ID", "Contact ID", "Contact role", "NPS"]
    assert survey["Submitted at"].str.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d").all()


def test_true_themes_belong_to_written_comments(sample: dict[str, Path]) -> None:
    survey, themes = read(sample["survey"]), read(sample["truth_themes"])
    wrote = set(survey.loc[survey["Comment"] != "", "Response ID"])
    assert set(themes["Response ID"]) <= wrote
    assert themes.drop(columns="Response ID").isin(["0", "1"]).all(axis=None)


def test_the_readme_says_that_it_is_simulated(sample: dict[str, Path]) -> None:
    assert sample["README"].read_text(encoding="utf-8").startswith("THIS DATA IS SIMULATED")


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    for replace in (False, True):
        with pytest.raises(SettingsError, match="left alone"):
            write_sample(tmp_path / "mine", 20, replace=replace)
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "thesis.txt"]
    with pytest.raises(SettingsError, match="is a file"):
        write_sample(tmp_path / "mine" / "thesis.txt", 20, replace=True)


def test_a_sample_is_replaced_only_on_request_and_other_files_stay(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    write_sample(folder, 20, random_state=1)
    before = contents(folder)
    (folder / "report").mkdir()
    (folder / "report" / "report.html").write_text("kept")
    with pytest.raises(SettingsError, match="replace=True"):
        write_sample(folder, 20, random_state=2)
    assert contents(folder) == before
    write_sample(folder, 20, random_state=2, replace=True)
    assert contents(folder).keys() == before.keys()
    assert contents(folder)["survey.csv"] != before["survey.csv"]
    assert (folder / "report" / "report.html").read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise OSError("no space left")

    write_sample(tmp_path / "demo", 20, random_state=1)
    before = contents(tmp_path / "demo")
    monkeypatch.setattr("nps_insights.simulate.sample.readme", fail)
    with pytest.raises(OSError, match="no space left"):
        write_sample(tmp_path / "demo", 20, random_state=2, replace=True)
    assert contents(tmp_path / "demo") == before
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert (tmp_path / "demo" / MARKER).is_file()
