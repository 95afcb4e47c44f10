import csv
import multiprocessing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from compared_periods import period

from nps_insights.metrics import nps, nps_by
from nps_insights.metrics.issued.published import freeze, settings_text, with_published
from nps_insights.metrics.issued.published_file import append_published, read_published
from nps_insights.tables import DataRefusedError, SettingsError

JULY, OCTOBER = pd.Timestamp("2026-07-05"), pd.Timestamp("2026-10-05 06:30")


def issue(answers: pd.DataFrame, moment: pd.Timestamp, **settings: object) -> pd.DataFrame:
    estimates = pd.concat([nps(answers, per="quarter"), nps_by(answers, ["plan"])], ignore_index=True)
    return freeze(estimates, published_at=moment, run_id="7f3a", settings=settings, themes_version="t4")


def test_every_figure_is_frozen_as_it_is() -> None:
    answers = period(0, 1)
    frozen = issue(answers, JULY)
    estimates = nps_by(answers, ["plan"])
    whole = frozen[frozen["period_start"].isna()].reset_index(drop=True)
    columns = ["metric", "by", "group", "estimate", "conf_low", "conf_high", "n"]
    order = ["metric", "by", "group"]
    pd.testing.assert_frame_equal(
        whole[columns].sort_values(order, ignore_index=True),
        estimates[columns].sort_values(order, ignore_index=True),
    )


def test_equal_settings_are_equal_text() -> None:
    assert settings_text({"a": 1, "b": 2}) == settings_text({"b": 2, "a": 1})


def test_history_is_appended_and_never_repeated() -> None:
    first, second = issue(period(0, 1), JULY), issue(period(0, 1), OCTOBER)
    history = with_published(with_published(None, first), second)
    assert len(history) == len(first) + len(second)
    pd.testing.assert_frame_equal(with_published(history, second), history)


def test_an_issued_figure_is_never_rewritten() -> None:
    with pytest.raises(DataRefusedError, match=r"would be rewritten .* shown as a restatement"):
        with_published(issue(period(0, 1), JULY), issue(period(0, 2), JULY))


def test_history_is_never_put_between() -> None:
    with pytest.raises(DataRefusedError, match="never put between"):
        with_published(issue(period(0, 1), OCTOBER), issue(period(0, 1), JULY))


def test_the_file_gives_back_every_bit(tmp_path: Path) -> None:
    first, second = issue(period(0, 1), JULY, per="quarter"), issue(period(0, 2), OCTOBER, per="quarter")
    path = tmp_path / "deep" / "published.csv"
    append_published(path, first)
    history = append_published(path, second)
    read = read_published(path)
    pd.testing.assert_frame_equal(read, history)
    pd.testing.assert_frame_equal(read, with_published(first, second))


def test_what_stands_in_the_file_stays_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "published.csv"
    append_published(path, issue(period(0, 1), JULY))
    before = path.read_bytes()
    append_published(path, issue(period(0, 2), OCTOBER))
    assert path.read_bytes().startswith(before)
    after = path.read_bytes()
    append_published(path, issue(period(0, 2), OCTOBER))
    assert path.read_bytes() == after
    assert [one.name for one in tmp_path.iterdir() if not one.name.endswith(".lock")] == ["published.csv"]


@pytest.mark.parametrize(
    "group", ["=1+1", "+cmd", "-great", "@sum", "'=1+1", "'", "''x", "\t=1", "\r=1", "+1415", 'a "b", c', "a\nb", "Zoë"]
)
def test_no_text_runs_as_a_formula_and_all_text_comes_back(tmp_path: Path, group: str) -> None:
    path = tmp_path / "published.csv"
    frozen = issue(period(0, 1), JULY)
    frozen.loc[frozen["group"] == "Pro", "group"] = group
    append_published(path, frozen)
    assert group in set(read_published(path)["group"])
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for name in ("metric", "by", "group", "run_id", "settings", "themes_version"):
                text = row[name]
                assert text[:1] not in tuple("=+-@\t\r") or text[1:].isdigit() or not text


def test_numbers_of_a_group_stay_text(tmp_path: Path) -> None:
    frozen = issue(period(0, 1), JULY)
    frozen.loc[frozen["group"] == "Pro", "group"] = "007"
    append_published(tmp_path / "published.csv", frozen)
    assert "007" in set(read_published(tmp_path / "published.csv")["group"])


def damaged(content: str, how: str) -> bytes:
    lines = content.splitlines(keepends=True)
    match how:
        case "cut":
            return content[: len(content) - 20].encode()
        case "semicolons":
            return content.replace(",", ";").encode()
        case "dates":
            return content.replace("2026-07-05", "05.07.2026").encode()
        case "fields":
            return "".join([*lines[:2], "a,b\n", *lines[2:]]).encode()
        case "twice":
            return (content + lines[-1]).encode()
        case "number":
            return content.replace(lines[1].split(",")[7], "many").encode()
        case "latin":
            return content.replace("Pro", "Prö").encode("latin-1")
        case "quote":
            return (content + '"open').encode()
        case _:
            return b""


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("cut", "cut off|fields, must be"),
        ("semicolons", "the first line is"),
        ("dates", r"line 2: published_at is '05.07.2026', must be a date like 2026-07-05"),
        ("fields", "line 3: 2 fields, must be 14"),
        ("twice", "must be unique"),
        ("number", "must be a number"),
        ("latin", "is not UTF-8"),
        ("quote", "line "),
        ("empty", "the first line is"),
    ],
)
def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path, how: str, message: str) -> None:
    path = tmp_path / "published.csv"
    append_published(path, issue(period(0, 1), JULY))
    path.write_bytes(damaged(path.read_text(encoding="utf-8"), how))
    before = path.read_bytes()
    with pytest.raises(DataRefusedError, match=message) as refused:
        append_published(path, issue(period(0, 2), OCTOBER))
    assert "restore the file from a copy" in str(refused.value)
    assert path.read_bytes() == before


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "published.csv"
    history = append_published(path, issue(period(0, 1), JULY))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    pd.testing.assert_frame_equal(read_published(path), history)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_published(tmp_path / "none.csv")


def _append(path: Path, number: int) -> None:
    estimates = nps(pd.DataFrame({"category": ["promoter"] * number + ["passive"]}))
    moment = JULY + pd.Timedelta(days=number)
    named = estimates.assign(by="run", group=str(number))
    append_published(path, freeze(named, published_at=moment, run_id=str(number), settings=""))


def test_runs_that_append_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "published.csv"
    context = multiprocessing.get_context("fork")
    runs = [context.Process(target=_append, args=(path, number)) for number in (1, 2, 3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert all(run.exitcode == 0 for run in runs)
    np.testing.assert_array_equal(read_published(path).groupby("run_id").size(), [4, 4, 4])


@pytest.mark.parametrize(("how", "damage"), [("fields", lambda line: "a,b"), ("dates", lambda line: "x" + line[1:])])
def test_five_damages_are_shown_and_the_others_counted(tmp_path: Path, how: str, damage) -> None:
    path = tmp_path / "published.csv"
    append_published(path, issue(period(0, 1), JULY))
    head, line = path.read_text(encoding="utf-8").splitlines()[:2]
    for n, end in [(5, ""), (7, "\n  - and 2 more")]:
        path.write_text("\n".join([head, *[damage(line)] * n]) + "\n", encoding="utf-8")
        with pytest.raises(DataRefusedError) as refused:
            read_published(path)
        told = str(refused.value)
        assert told.count("\n  - line ") == 5
        assert ("more" in told) is bool(end)
        assert end in told
