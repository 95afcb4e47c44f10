"""`config show`: every setting with its value and its origin; nothing secret, nothing wrong hidden."""

import json
from pathlib import Path

import pytest
from command_line import ended

from nps_insights.jobs.settings.config_show import config_in_words, settings_shown
from nps_insights.jobs.settings.pipeline import read_pipeline
from nps_insights.jobs.settings.toml_lines import leaves, setting_lines
from nps_insights.tables import SettingsError

SHIPPED = sorted((Path(__file__).parents[1] / "pipelines").glob("*.toml"))
SECRETS = ("s3cret", "T1/A1/token", "of-the-key")


def written(folder: Path, text: str) -> Path:
    path = folder / "job.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("pipeline", SHIPPED, ids=lambda path: path.stem)
def test_the_values_are_those_of_the_job(pipeline: Path) -> None:
    settings = leaves(read_pipeline(pipeline).model_dump())
    shown = {one.name: one for one in settings_shown(pipeline)}
    assert not any(one.problem for one in shown.values())
    assert set(shown) == {".".join(map(str, path)) for path in settings}
    for path, value in settings.items():
        told = shown[".".join(map(str, path))].value
        assert told == (list(value) if isinstance(value, tuple) else value)


@pytest.mark.parametrize("pipeline", SHIPPED, ids=lambda path: path.stem)
def test_a_line_is_the_line_on_which_the_key_stands(pipeline: Path) -> None:
    lines = pipeline.read_text(encoding="utf-8").splitlines()
    of_file = [one for one in settings_shown(pipeline) if one.origin.startswith("line ")]
    assert of_file
    for one in of_file:
        line = lines[int(one.origin.removeprefix("line ")) - 1]
        assert line.startswith(one.name.rpartition(".")[2])


@pytest.mark.parametrize("between", [[], [""], ["# a comment"], ["", "  ", "# [themes]", ""]])
@pytest.mark.parametrize("n_breaks", range(3))
def test_blank_lines_and_comments_move_lines_and_nothing_else(between: list[str], n_breaks: int) -> None:
    text = "\n".join([*between, "[report]", *between, "by = [" + "\n" * n_breaks + '"a", "b"]', "title = 't'"])
    lines = text.split("\n")
    found = setting_lines(text)
    assert set(found) == {("report", "by"), ("report", "title")}
    assert all(lines[line - 1].startswith(path[-1]) for path, line in found.items())


def test_tables_of_a_list_are_told_apart(tmp_path: Path) -> None:
    text = '[input]\nsurvey = "s.csv"\n[[target]]\nvalue = 40\ndate = "2027-12-31"\n[[target]]\nvalue = 5\n'
    text += 'date = "2027-12-31"\nmetric = "detractor"\n'
    shown = {one.name: one for one in settings_shown(written(tmp_path, text))}
    assert (shown["target.0.value"].value, shown["target.0.value"].origin) == (40, "line 4")
    assert (shown["target.1.metric"].value, shown["target.1.metric"].origin) == ("detractor", "line 9")
    assert shown["target.0.metric"].origin == "default"


def test_every_unknown_and_wrong_key_is_named_with_its_line_and_the_rest_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '[input]\nsurvey = "s.csv"\n[report]\nbyy = ["Plan"]\nper = "fortnight"\n[themes]\ntier = "student"\n'
    said = ended(["config", "show", written(tmp_path, text)], monkeypatch, capsys)
    assert said.code == 2
    assert "report.byy: unknown key; did you mean 'by'? (line 4)" in said.stdout
    assert "report.per: " in said.stdout
    assert "(line 5)" in said.stdout
    assert '"student"' in said.stdout


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    shown = settings_shown(written(tmp_path, 'job = "churn_scoring"\n[input]\nsurvey = "s.csv"\n'))
    assert [one.name for one in shown if one.problem] == ["input.accounts"]


def test_secrets_are_shown_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        '[input]\nsurvey = "postgresql://anna:s3cret@db/crm"\nquery = "SELECT 1"\n[privacy]\npseudonyms = true\n'
        '[output]\ndatabase = "env:BI_DATABASE"\n[delivery]\nto = ["slack://T1/A1/token", "env:NPS_CHAT"]\n'
    )
    monkeypatch.setenv("BI_DATABASE", "postgresql://anna:s3cret@bi/x")
    monkeypatch.delenv("NPS_CHAT", raising=False)
    monkeypatch.setenv("NPS_INSIGHTS_KEY", "of-the-key" * 8)
    for arguments in (["config", "show"], ["config", "show", "--json"]):
        said = ended([*arguments, written(tmp_path, text)], monkeypatch, capsys)
        assert said.code == 0
        assert not any(secret in said.stdout + said.stderr for secret in SECRETS)
    shown = {one["name"]: one for one in json.loads(said.stdout)}
    assert shown["input.survey"]["value"] == "postgresql://anna:***@db/crm"
    assert shown["output.database"]["origin"] == "line 7, from the environment: BI_DATABASE is set"
    assert shown["delivery.to"]["origin"] == "line 9, from the environment: NPS_CHAT is not set"
    assert shown["privacy.key"]["value"] == "***"


@pytest.mark.parametrize(
    ("job", "setting", "section"),
    [
        ("driver_report", "input.survey", "[input]\nsurvey"),
        ("churn_training", "input.survey", "[input]\naccounts = 'a.csv'\nsurvey"),
        ("churn_scoring", "input.survey", "[input]\naccounts = 'a.csv'\nsurvey"),
        ("churn_scoring", "output.sql", "[input]\nsurvey = 's.csv'\naccounts = 'a.csv'\n[output]\nsql"),
    ],
)
def test_a_database_is_shown_as_the_variable_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str, setting: str, section: str
) -> None:
    monkeypatch.setenv("CRM_DATABASE", "postgresql://anna:s3cret@db/crm")
    shown = settings_shown(written(tmp_path, f'job = "{job}"\n{section} = "env:CRM_DATABASE"\n'))
    (found,) = (one for one in shown if one.name == setting)
    assert found.value == "env:CRM_DATABASE"
    assert found.origin.endswith(", from the environment: CRM_DATABASE is set")


def test_a_key_that_is_not_there_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NPS_INSIGHTS_KEY", raising=False)
    shown = settings_shown(written(tmp_path, '[input]\nsurvey = "s.csv"\n[privacy]\npseudonyms = true\n'))
    assert [one.name for one in shown if one.problem] == ["privacy.key"]


def test_an_option_is_an_origin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = ended(["config", "show", "--job", "churn_scoring", "--as-of", "2026-06-30", "--json"], monkeypatch, capsys)
    shown = {one["name"]: one for one in json.loads(said.stdout)}
    assert shown["scoring.as_of"]["origin"] == "option --as-of"


def test_without_a_file_every_section_shows_its_defaults() -> None:
    shown = settings_shown(None)
    assert {one.origin for one in shown} == {"default"}
    words = config_in_words(shown)
    assert all(f"[{section}]" in words for section in ("input", "report", "themes", "drivers", "output"))


def test_a_file_that_is_no_toml_is_refused_with_a_rule(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"is no valid TOML: .*line 1.*texts and paths stand in quotes"):
        settings_shown(written(tmp_path, "survey = data/s.csv\n"))
