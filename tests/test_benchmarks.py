"""A small version of each benchmark, so that none of them rots and no claim is only a memory."""

from pathlib import Path

import pytest
from command_line import ended

from benchmarks import kills, main_job, results, themes


def test_killed_the_run_folder_is_old_or_new_never_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def undisturbed(arguments: list[str]) -> None:
        assert ended(arguments, monkeypatch, capsys).code == 0

    # Once, while the job writes; the many kills of the writing itself are in test_jobs_folder.
    found = kills.kill_at_random_moments(tmp_path, 1, undisturbed=undisturbed)
    assert found["half"] == 0
    assert found["old"] + found["new"] == 1


def test_every_stage_of_the_main_job_is_timed(tmp_path: Path) -> None:
    measured = main_job.stages(tmp_path, 40)
    assert measured["peak MiB"] < 4000
    parts = [seconds for stage, seconds in measured.items() if stage not in (*main_job.WHOLE, "all")]
    assert measured["all"] == pytest.approx(sum(parts))


@pytest.mark.filterwarnings("ignore")
def test_themes_match_bertopics_defaults_in_less_time(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(themes, "DATA", shared_data)
    monkeypatch.setattr(themes, "CACHE", tmp_path)
    monkeypatch.setattr(themes, "OURS_REPEATED", 1)
    monkeypatch.setattr(themes, "PEERS_REPEATED", 1)
    rows = themes.banking77().sample(2000, random_state=0).reset_index(drop=True)
    found = {cells[1]: cells for cells in themes.compare("banking77", rows, cold=False)}
    ours, peer = found["nps-insights"], found["BERTopic defaults"]
    # On a quarter of the rows the two find the gold about equally well; the whole set is the benchmark's.
    assert float(ours[3]) > float(peer[3]) - 0.02
    assert float(peer[2].split()[0]) > 2 * float(ours[2])


def test_a_section_is_replaced_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "RESULTS", tmp_path / "RESULTS.md")
    for figure in ("old figure", "new figure"):
        results.write_section("Speed", command="python -m x", packages=["numpy"], lines=[figure])
        results.write_section("Memory", command="python -m y", packages=["numpy"], lines=["other"])
    text = (tmp_path / "RESULTS.md").read_text()
    assert text.count("## Speed") == 1
    assert "new figure" in text
    assert "old figure" not in text
    assert "other" in text
