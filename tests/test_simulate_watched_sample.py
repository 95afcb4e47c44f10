"""The sample of the watched survey: the door reads every file whole, and what comes out is the world."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from nps_insights.cli.main import app
from nps_insights.simulate import WatchedSurvey, watched_survey, write_watched_sample
from nps_insights.survey import (
    Admission,
    SurveySettings,
    admit_benchmark,
    admit_events,
    admit_invitations,
    admit_outcomes,
    admit_survey,
    read_source,
)
from nps_insights.tables import SettingsError

SIDES = {
    "invitations": admit_invitations,
    "outcomes": admit_outcomes,
    "events": admit_events,
    "benchmark": admit_benchmark,
}
# The comments name account managers, whose names would be taken out.
SETTINGS = SurveySettings(csat_scale=(1, 5), ces_scale=(1, 7), redact=False)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_watched_sample(tmp_path_factory.mktemp("sample") / "demo", 600, random_state=7)


@pytest.fixture(scope="module")
def world() -> WatchedSurvey:
    return watched_survey("product_drop", n_per_period=40, random_state=7)


@pytest.fixture(scope="module")
def admission(sample: dict[str, Path]) -> Admission:
    return admit_survey(read_source(str(sample["survey"])), SETTINGS, read_source(str(sample["accounts"])))


def test_every_row_is_accounted_for(sample: dict[str, Path], admission: Admission) -> None:
    counts = admission.counts
    assert counts["read"] == sum(counts[name] for name in ("kept", "quarantined", "duplicate", "filtered"))
    assert f"{counts['read']:,} rows in survey.csv" in sample["README"].read_text(encoding="utf-8")
    assert counts["quarantined"] == (admission.quarantine["field"] == "score").sum() > 0
    assert counts["duplicate"] > 0
    assert counts["filtered"] > 0
    assert admission.account_counts["kept"] == admission.account_counts["read"]


def test_the_answers_that_come_out_are_those_of_the_world(admission: Admission, world: WatchedSurvey) -> None:
    responses = admission.responses
    internal = responses["internal"].fillna(False)
    assert internal.sum() == 48
    assert (responses.loc[internal, "score"] == 10).all()
    kept = responses[~internal].reset_index(drop=True)
    same = ["response_id", "score", "category", "account_id", "contact_id", "contact_role", "responded_at", "survey"]
    same += ["touchpoint", "channel", "agent_id", "trigger", "event_at", "wording", "csat", "ces"]
    pd.testing.assert_frame_equal(kept[same], world.responses[same])
    assert (kept["attribute/Product"] == world.responses["attribute/Product"]).all()
    assert (~kept["complete"]).sum() > 0
    pd.testing.assert_frame_equal(
        admission.comments[["response_id", "text"]].sort_values("response_id", ignore_index=True),
        world.comments[["response_id", "text"]].sort_values("response_id", ignore_index=True),
    )


@pytest.mark.parametrize("name", list(SIDES))
def test_the_files_beside_it_are_read_whole(sample: dict[str, Path], world: WatchedSurvey, name: str) -> None:
    found = SIDES[name](read_source(str(sample[name])))
    assert found.counts["read"] == found.counts["kept"] == len(found.table)
    assert found.notes == ()
    if name != "benchmark":
        pd.testing.assert_frame_equal(found.table, getattr(world, name), check_dtype=False)


def test_accounts_come_out_as_they_are(admission: Admission, world: WatchedSurvey) -> None:
    assert admission.accounts is not None
    same = ["account_id", "started_at", "ended_at", "value", "owner", "account_name", "attribute/Product"]
    pd.testing.assert_frame_equal(admission.accounts[same], world.accounts[same], check_exact=False, rtol=1e-5)


def test_true_themes_belong_to_written_comments(sample: dict[str, Path], world: WatchedSurvey) -> None:
    themes = pd.read_csv(sample["truth_themes"], dtype={"Response ID": "str"})
    usable = world.comments.loc[~world.comments["says_nothing"], "response_id"]
    assert set(themes["Response ID"]) == set(usable)
    assert themes.drop(columns="Response ID").to_numpy().sum() == len(world.mentions)


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_watched_sample(tmp_path / name, 300, story="target_reached", random_state=3)
    one, two = ({p.name: p.read_bytes() for p in sorted((tmp_path / name).iterdir())} for name in ("a", "b"))
    assert one == two
    assert "+42 was reached" in one["README.txt"].decode("utf-8")


def test_the_command_writes_it(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    run = CliRunner().invoke(app, ["sample", str(folder), "--watch", "--accounts", "300", "--story", "stable"])
    assert run.exit_code == 0, run.output
    assert "Nothing happens" in (folder / "README.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--watch", "--churn"], "two samples"),
        (["--story", "stable"], "add --watch"),
        (["--watch", "--story", "boom"], "'boom' is none"),
        (["--watch", "--accounts", "50"], "at least 300"),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path: Path, options: list[str], message: str) -> None:
    run = CliRunner().invoke(app, ["sample", str(tmp_path / "demo"), *options])
    assert run.exit_code != 0
    assert message in " ".join((run.output + str(run.exception)).split())
    assert not (tmp_path / "demo").exists()


def test_too_few_accounts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="at least 300"):
        write_watched_sample(tmp_path / "demo", 299)
