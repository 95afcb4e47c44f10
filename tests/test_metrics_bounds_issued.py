"""What was issued: kept as it was, read back as it is, and told apart from what is known today, at every bound."""

import csv
import io
import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics import nps
from nps_insights.metrics.issued.issued_answers import answers_at, issue_answers
from nps_insights.metrics.issued.published import conform_published, freeze, latest, unseen, with_published
from nps_insights.metrics.issued.published_file import append_published, read_published
from nps_insights.metrics.issued.restatements import restatements
from nps_insights.tables import DataRefusedError

JULY, AUGUST, SEPTEMBER = pd.Timestamp("2026-07-05"), pd.Timestamp("2026-08-05"), pd.Timestamp("2026-09-05")
PARTS = ["late_answers", "changed_answers", "theme_edits", "settings", "unexplained"]
NAMES = {"p": "promoter", "n": "passive", "d": "detractor"}


def answers(categories: str, **columns: object) -> pd.DataFrame:
    """Answers r0, r1, ... of promoters (p), passives (n) and detractors (d)."""
    rows = {"response_id": [f"r{at}" for at in range(len(categories))], "category": [NAMES[one] for one in categories]}
    return pd.DataFrame(rows | columns)


def figures(*rows: dict[str, object]) -> pd.DataFrame:
    """Table `estimates`, each row an NPS of 100 answers unless it says otherwise."""
    plain = {"metric": "nps", "by": "", "group": "", "estimate": 10.0, "conf_low": 0.0, "conf_high": 20.0, "n": 100}
    return pd.DataFrame([plain | {"n_eff": 100.0, "too_small": False, "reason": ""} | row for row in rows])


def issue(*rows: dict[str, object], at: pd.Timestamp = JULY, settings: str = "", themes: str = "") -> pd.DataFrame:
    return freeze(figures(*rows), published_at=at, run_id="7f3a", settings=settings, themes_version=themes)


# The answers of an issue.


@pytest.mark.parametrize(
    ("then", "now", "is_new"),
    [
        (9.0, 9.0, False),
        (9.0, 3.0, True),
        (9.0, None, True),
        (None, 9.0, True),
        (None, None, False),
    ],
)
def test_an_answer_is_added_when_it_differs_and_a_gap_equals_a_gap_alone(
    then: float | None, now: float | None, is_new: bool
) -> None:
    first = issue_answers(None, answers("pp", score=[then, 8.0]), published_at=JULY)
    second = issue_answers(first, answers("pp", score=[now, 8.0]), published_at=AUGUST)
    assert second["response_id"].tolist() == (["r0", "r0", "r1"] if is_new else ["r0", "r1"])
    assert second["gone"].sum() == 0


@pytest.mark.parametrize(("plan", "n_rows"), [([None, None], 2), (["Pro", None], 3), (["Pro", "Free"], 4)])
def test_a_column_that_is_new_differs_where_it_says_something(plan: list[str | None], n_rows: int) -> None:
    first = issue_answers(None, answers("pn"), published_at=JULY)
    named = answers("pn").assign(**{"attribute/plan": pd.Series(plan, dtype="str")})
    second = issue_answers(first, named, published_at=AUGUST)
    assert len(second) == n_rows
    # A column that is no longer there is no difference.
    assert len(issue_answers(second, answers("pn"), published_at=SEPTEMBER)) == n_rows


def test_answers_that_went_and_came_back_are_known_at_every_moment() -> None:
    issued = None
    for moment, known in ((JULY, answers("pnd")), (AUGUST, answers("pn")), (SEPTEMBER, answers("pnd"))):
        issued = issue_answers(issued, known, published_at=moment)
        assert answers_at(issued, moment)["response_id"].tolist() == known["response_id"].tolist()
    assert issued["gone"].sum() == 1
    assert len(issued) == 5
    assert answers_at(issued, JULY - pd.Timedelta(seconds=1)).empty
    at_july = answers_at(issued.iloc[::-1], JULY)
    assert at_july.index.tolist() == [0, 1, 2]
    assert not {"published_at", "gone"} & set(at_july.columns)
    assert at_july["category"].tolist() == ["promoter", "passive", "detractor"]


def test_the_columns_of_an_issue_are_those_of_the_table_those_asked_for_and_attributes() -> None:
    rows = answers("p", comment="x", channel="web", **{"attribute/plan": "Pro"})
    held = issue_answers(None, rows, published_at=JULY)
    assert set(held.columns) == {"response_id", "published_at", "gone", "category", "channel", "attribute/plan"}
    some = issue_answers(None, rows, published_at=JULY, columns=["channel", "comment", "score"])
    assert set(some.columns) == {"response_id", "published_at", "gone", "channel"}


def test_an_issue_of_the_same_moment_is_the_same_issue_or_refused() -> None:
    issued = issue_answers(None, answers("pnd"), published_at=AUGUST)
    # More answers of the same moment may be added, as long as none is another than it was.
    more = issue_answers(issued, answers("pndp"), published_at=AUGUST)
    assert more["response_id"].tolist() == ["r0", "r1", "r2", "r3"]
    with pytest.raises(DataRefusedError, match="with other values for 2 answers; give the moment of this issue"):
        issue_answers(issued, answers("ppp"), published_at=AUGUST)
    with pytest.raises(DataRefusedError, match="with other values for 1 answers"):
        issue_answers(issued, answers("pn"), published_at=AUGUST)
    with pytest.raises(DataRefusedError, match=r"already hold an issue of 2026-08-05 00:00:00; .* never put between"):
        issue_answers(issued, answers("pnd"), published_at=AUGUST - pd.Timedelta(seconds=1))
    assert issue_answers(None, answers(""), published_at=JULY).empty


# The figures of an issue.


def test_what_has_no_estimate_is_not_issued_and_what_is_not_named_is_empty() -> None:
    frozen = issue({}, {"group": "x", "by": "plan", "estimate": np.nan}, settings="s", themes="t")
    assert frozen["group"].tolist() == [""]
    row = frozen.iloc[0]
    assert (row["run_id"], row["settings"], row["themes_version"]) == ("7f3a", "s", "t")
    assert pd.isna(row["period_start"])
    assert pd.isna(row["period_end"])
    assert conform_published(frozen)["survey"].tolist() == [""]
    surveys = issue({"survey": "relational"}, {"survey": None})
    assert sorted(surveys["survey"]) == ["", "relational"]
    months = issue({"period_start": pd.Timestamp("2026-06-01"), "period_end": pd.Timestamp("2026-06-30")})
    assert months[["period_start", "period_end"]].astype("str").to_numpy().tolist() == [["2026-06-01", "2026-06-30"]]


def test_the_settings_of_a_mapping_are_written_in_one_order_whatever_they_are() -> None:
    written = freeze(figures({}), published_at=JULY, run_id="1", settings={"b": pd.Timestamp("2026-01-01"), "a": [1]})
    assert written["settings"].item() == '{"a": [1], "b": "2026-01-01 00:00:00"}'


def test_a_figure_is_rewritten_where_it_is_another_one_and_was_one() -> None:
    first = issue({}, {"metric": "csat", "estimate": 0.5})
    assert unseen(first, first).empty
    new = unseen(first, issue({}, {"metric": "ces"}))
    assert new["metric"].tolist() == ["ces"]
    assert new.index.tolist() == [0]
    with pytest.raises(DataRefusedError) as refused:
        unseen(first, issue({"estimate": 11.5}, {"metric": "csat", "estimate": 0.5}))
    assert "1 figures issued at 2026-07-05 00:00:00 would be rewritten (nps: 10, now 11.5); an issued" in str(
        refused.value
    )
    # A figure that stood there empty has not been issued.
    assert unseen(first.assign(estimate=np.nan), first).empty


@pytest.mark.parametrize("n", [3, 4])
def test_three_rewritten_figures_are_shown_and_all_are_counted(n: int) -> None:
    rows = [{"by": "plan", "group": f"g{one}", "period_start": pd.Timestamp("2026-06-01")} for one in range(n)]
    with pytest.raises(DataRefusedError) as refused:
        unseen(issue(*rows), issue(*({**row, "estimate": 0.0} for row in rows)))
    said = str(refused.value)
    assert f"published: {n} figures issued" in said
    assert said.count("nps of plan g") == 3
    assert "nps of plan g0 from 2026-06-01: 10, now 0; nps of plan g1" in said


def test_an_issue_between_two_others_is_refused_for_the_figures_that_have_a_later_one() -> None:
    history = with_published(issue({}, {"metric": "csat"}), issue({}, at=SEPTEMBER))
    assert with_published(history, issue({"metric": "csat"}, at=AUGUST))["published_at"].max() == SEPTEMBER
    with pytest.raises(DataRefusedError) as refused:
        with_published(history, issue({"metric": "csat"}, {}, at=AUGUST))
    assert str(refused.value) == (
        "published: 1 figures of the issue of 2026-08-05 00:00:00 already have a later one, of 2026-09-05 00:00:00 "
        "(first: nps); history is appended, never put between"
    )
    # The issue of July stands there: to give it once more is no issue between others.
    assert len(with_published(history, issue({}))) == len(history)


def test_the_latest_issue_of_each_figure_is_the_last_one_of_its_survey() -> None:
    history = pd.concat([issue({"survey": "one", "estimate": 3.0}, at=AUGUST), issue({"estimate": 2.0}, at=AUGUST)])
    history = pd.concat([history, issue({"estimate": 1.0}), issue({"survey": "one", "estimate": 4.0})])
    found = latest(history)
    assert found["estimate"].tolist() == [2, 3]
    assert found.index.tolist() == [0, 1]
    assert "index" not in found.columns
    assert latest(history.iloc[:0]).empty


# The file of the figures.


def file_of(path: Path, **given: str) -> Path:
    """A file with one good row in which some fields read as given."""
    append_published(path, issue({"survey": "one"}, settings="s"))
    head, row = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    values = [given.get(name, value) for name, value in zip(head, row, strict=True)]
    path.write_text(",".join(head) + "\r\n" + ",".join(values) + "\r\n", encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("n", "100.5", "line 2: n is '100.5', must be a whole number"),
        ("n", "", "line 2: n is '', must be a whole number"),
        ("n", "100", ""),
        ("n", "100.0", ""),
        ("published_at", "", "line 2: published_at is '', must be a date like 2026-07-05"),
        ("published_at", "soon", "line 2: published_at is 'soon', must be a date like 2026-07-05"),
        ("period_start", "", ""),
        ("period_start", "June", "line 2: period_start is 'June', must be a date like 2026-07-05"),
        ("estimate", "ten", "line 2: estimate is 'ten', must be a number"),
        ("conf_low", "", ""),
        ("conf_high", "high", "line 2: conf_high is 'high', must be a number"),
        ("survey", "", ""),
        ("settings", "", ""),
    ],
)
def test_every_field_is_checked_for_what_it_must_be(tmp_path: Path, field: str, text: str, said: str) -> None:
    path = file_of(tmp_path / "published.csv", **{field: text})
    if not said:
        assert len(read_published(path)) == 1
        return
    with pytest.raises(DataRefusedError) as refused:
        read_published(path)
    assert said in str(refused.value)


def test_moments_keep_their_hour_and_days_have_none(tmp_path: Path) -> None:
    path = tmp_path / "published.csv"
    append_published(path, issue({"period_start": pd.Timestamp("2026-06-01"), "conf_low": np.nan}))
    hour = JULY + pd.Timedelta(hours=6, minutes=30)
    history = append_published(path, issue({"estimate": 1 / 3}, at=hour))
    days, moments = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    assert (days["published_at"], days["period_start"], days["period_end"]) == ("2026-07-05", "2026-06-01", "")
    assert (days["conf_low"], days["n"]) == ("", "100")
    assert moments["published_at"] == "2026-07-05T06:30:00"
    assert moments["estimate"] == repr(1 / 3)
    assert sorted(history["published_at"]) == [JULY, hour]
    assert len(append_published(path, issue({"estimate": 1 / 3}, at=hour))) == 2


def test_an_issue_of_no_figure_makes_the_file_with_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "published.csv"
    assert append_published(path, issue({"estimate": np.nan})).empty
    assert path.read_text(encoding="utf-8").startswith("published_at,survey,metric,by,group,")
    assert read_published(path).empty
    append_published(path, issue({}))
    assert path.read_text(encoding="utf-8").count("published_at") == 1
    assert len(read_published(path)) == 1


def test_the_lock_beside_the_file_is_no_program(tmp_path: Path) -> None:
    append_published(tmp_path / "published.csv", issue({}))
    lock = tmp_path / ".published.csv.lock"
    assert not lock.exists() or not stat.S_IMODE(lock.stat().st_mode) & 0o111


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "the first line is ''"),
        ("x" * 90, f"the first line is '{'x' * 80}', it must be 'published_at,survey,"),
        ("a,b\n", "the first line is 'a,b', it must be 'published_at,survey,"),
    ],
)
def test_a_file_of_something_else_is_named_by_its_first_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "published.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataRefusedError) as refused:
        read_published(path)
    assert said in str(refused.value)


def test_a_file_that_was_cut_off_after_a_whole_row_is_seen(tmp_path: Path) -> None:
    path = file_of(tmp_path / "published.csv")
    path.write_bytes(path.read_bytes().rstrip())
    with pytest.raises(DataRefusedError, match="the last line has no end: the file was cut off"):
        read_published(path)
    path = file_of(tmp_path / "other.csv")
    path.write_bytes(path.read_bytes().replace(b"one", b"\xff"))
    with pytest.raises(DataRefusedError, match=r"byte \d+ is not UTF-8"):
        read_published(path)


def test_a_field_of_several_lines_counts_them_all(tmp_path: Path) -> None:
    path = file_of(tmp_path / "published.csv", settings='"a\nb"')
    row = path.read_text(encoding="utf-8").partition("\n")[2]
    path.write_text(path.read_text(encoding="utf-8") + row.replace("2026-07-05", "soon"), encoding="utf-8")
    with pytest.raises(DataRefusedError, match="line 5: published_at is 'soon'"):
        read_published(path)


# What became of the figures.


def told(published: pd.DataFrame, now: pd.DataFrame, rows: pd.DataFrame, **options: object) -> pd.Series:
    found = restatements(published, now, rows, **({"settings": ""} | options))
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize(
    ("difference", "is_restated"), [(0.0, False), (1.0, False), (1.5, True), (-1.0, False), (-1.5, True)]
)
def test_a_difference_is_a_restatement_beyond_the_smallest_that_counts(difference: float, is_restated: bool) -> None:
    found = restatements(
        issue({}), figures({"estimate": 10 + difference}), answers("p"), settings="", min_difference=1.0
    )
    assert len(found) == is_restated


def test_figures_of_other_metrics_surveys_or_kinds_of_period_are_not_looked_at() -> None:
    dated = {"period_start": pd.Timestamp("2026-04-01"), "period_end": pd.Timestamp("2026-06-30")}
    published = issue({}, {"metric": "csat"}, {"by": "plan", "group": "Pro"}, {"survey": "one"}, dated)
    now = figures({"estimate": 20.0})
    found = restatements(published, now, answers("p"), settings="")
    assert found[["metric", "by", "survey"]].to_numpy().tolist() == [["nps", "", ""]]
    assert found["period_start"].isna().all()
    both = restatements(published, figures({"estimate": 20.0}, dated | {"estimate": 30.0}), answers("p"), settings="")
    assert sorted(both["difference"]) == [10, 20]


@pytest.mark.parametrize(
    ("more", "settings", "part"),
    [(1, "", "late_answers"), (0, "", "unexplained"), (-1, "", "unexplained"), (1, "other", "unexplained")],
)
def test_without_the_answers_of_then_more_answers_and_nothing_else_are_late_ones(
    more: int, settings: str, part: str
) -> None:
    row = told(issue({}), figures({"estimate": 12.0, "n": 100 + more}), answers("p"), settings=settings)
    assert row[part] == pytest.approx(2)
    assert row[PARTS].drop(part).tolist() == [0, 0, 0, 0]
    assert pd.isna(row["n_changed"])
    assert (None if pd.isna(row["n_late"]) else row["n_late"]) == (more if part == "late_answers" else None)


@pytest.mark.parametrize(
    ("figure", "part"),
    [
        ({}, "late_answers"),
        ({"metric": "theme_share"}, "unexplained"),
        ({"by": "theme_id", "group": "t1"}, "unexplained"),
    ],
)
def test_without_the_answers_of_then_edited_themes_leave_figures_of_themes_unexplained(
    figure: dict[str, object], part: str
) -> None:
    now = figures(figure | {"estimate": 12.0, "n": 101})
    assert told(issue(figure, themes="t1"), now, answers("p"), themes_version="t2")[part] == pytest.approx(2)
    assert told(issue(figure, themes="t1"), now, answers("p"), themes_version="t1")["late_answers"] == pytest.approx(2)


@pytest.mark.parametrize("per", ["", "month"])
def test_the_rules_of_the_estimates_are_those_of_their_columns_and_periods(per: str) -> None:
    days = pd.to_datetime(["2026-05-04"] * 6 + ["2026-06-08"] * 6)
    now = answers("ppndpp" + "pdddnp", responded_at=days, plan=["Pro", "Free"] * 6)
    then = now[2:]

    def rules(rows: pd.DataFrame) -> pd.DataFrame:
        kinds = ["", per] if per else [""]
        return pd.concat([nps(rows, by=by, per=kind) for by in ("", "plan") for kind in kinds], ignore_index=True)

    published = freeze(rules(then), published_at=JULY, run_id="1", settings="")
    issued = issue_answers(None, then, published_at=JULY, columns=["category", "responded_at"])
    found = restatements(published, rules(now), now, settings="", issued=issued)
    assert len(found)
    assert found["late_answers"].tolist() == pytest.approx(found["difference"].tolist())
    whole = found[found["period_start"].isna() & (found["by"] == "") & (found["metric"] == "nps")].iloc[0]
    assert (whole["n_late"], whole["n_changed"]) == (2, 0)


def test_corrected_and_removed_answers_are_put_back_one_row_each() -> None:
    then = answers("ppnd", score=[9.0, 9.0, None, 3.0])
    now = answers("pdn", score=[9.0, 3.0, None]).assign(channel="web")
    now = pd.concat([now, pd.DataFrame({"response_id": ["r4"], "category": ["passive"]})])
    seen: list[pd.DataFrame] = []

    def rules(rows: pd.DataFrame) -> pd.DataFrame:
        seen.append(rows)
        return nps(rows)

    issued = issue_answers(None, then, published_at=JULY)
    published = freeze(nps(then), published_at=JULY, run_id="1", settings="")
    found = restatements(published, nps(now), now, settings="", issued=issued, estimator=rules)
    row = found[found["metric"] == "nps"].iloc[0]
    # r1 was corrected and r3 removed; r4 came late and is passive.
    assert (row["n_late"], row["n_changed"]) == (1, 2)
    assert (row["published"], row["now"], row["late_answers"], row["changed_answers"]) == (25, 0, 0, -25)
    assert row["reason"] == "nps: 25.0 as published on 2026-07-05, 0 now: answers corrected or removed -25.0."
    known, put_back = seen
    assert known["response_id"].tolist() == ["r0", "r1", "r2"]
    assert put_back.sort_values("response_id")["category"].tolist() == then["category"].tolist()
    assert put_back.index.is_unique
    # What the issue did not keep is that of today, where the answer is still there.
    assert put_back.sort_values("response_id")["channel"].fillna("").tolist() == ["web", "web", "web", ""]


@pytest.mark.parametrize(
    ("by", "group", "n_changed"),
    [("", "", 3), ("plan", "Pro", 2), ("plan", "Free", 1), ("channel", "web", 3), ("region", "North", 3)],
)
def test_corrected_answers_are_counted_in_the_group_and_period_they_were_in(
    by: str, group: str, n_changed: int
) -> None:
    days = pd.to_datetime(
        ["2026-04-01", "2026-06-30 23:00", "2026-05-05", "2026-07-01", "2026-03-31"], format="ISO8601"
    )
    then = answers(
        "ppppp", responded_at=days, channel="web", **{"attribute/plan": ["Pro", "Pro", "Free", "Pro", "Pro"]}
    )
    quarter = {"period_start": pd.Timestamp("2026-04-01"), "period_end": pd.Timestamp("2026-06-30")}
    figure = {"by": by, "group": group} | quarter
    row = told(
        issue(figure),
        figures(figure | {"estimate": 4.0}),
        then.assign(category="passive"),
        issued=issue_answers(None, then, published_at=JULY),
        estimator=lambda rows: figures(figure | {"estimate": 4.0 if rows["category"].eq("passive").any() else 10.0}),
    )
    # A region is not kept: all answers of the period may have been in it.
    assert row["n_changed"] == n_changed
    assert (row["changed_answers"], row["late_answers"], row["n_late"]) == (-6, 0, 0)
    assert row["reason"].startswith(f"nps of {by} {group} from 2026-04-01: " if by else "nps from 2026-04-01: ")


def test_a_figure_that_is_gone_has_no_parts() -> None:
    plan, issued = {"by": "plan", "group": "Pro"}, issue_answers(None, answers("pp"), published_at=JULY)
    now = figures(plan | {"group": "Free"})
    gone = told(issue(plan), now, answers("ppd"), issued=issued, estimator=lambda _: now)
    assert gone[["now", "difference", *PARTS, "n_late", "n_changed"]].isna().all()
    assert gone["reason"] == "nps of plan Pro: 10.0 as published on 2026-07-05; there is no such figure today."


@pytest.mark.parametrize(("ids", "n_late"), [(["r0", "r1"], 1), (["x", "y"], 3)])
def test_answers_that_an_issue_did_not_know_are_late_even_where_it_knew_none_of_them(
    ids: list[str], n_late: int
) -> None:
    row = told(
        issue({}),
        figures({"estimate": 40.0, "n": 3}),
        answers("ppd"),
        issued=issue_answers(None, answers("pp").assign(response_id=ids), published_at=JULY),
        estimator=lambda rows: figures({"estimate": 10.0, "n": len(rows)}),
    )
    assert (row["n_late"], row["late_answers"]) == (n_late, 30)
    assert row["reason"].endswith(f"40.0 now: {n_late} late answers +30.0.")


@pytest.mark.parametrize(
    ("settings", "themes", "metric", "old_themes", "parts"),
    [
        ("one", "t1", "nps", False, {"unexplained": 5}),
        ("two", "t1", "nps", False, {"settings": 5}),
        ("one", "t2", "nps", False, {"unexplained": 5}),
        ("one", "t2", "theme_share", False, {"theme_edits": 5}),
        ("two", "t2", "nps", False, {"settings": 5}),
        ("two", "t2", "nps", True, {"settings": 5}),
        ("two", "t2", "theme_share", False, {"unexplained": 5}),
        ("two", "t2", "theme_share", True, {"theme_edits": 3, "settings": 2}),
        ("one", "t2", "theme_share", True, {"theme_edits": 5}),
        ("two", "t1", "theme_share", True, {"settings": 5}),
    ],
)
def test_what_the_answers_do_not_explain_is_the_settings_or_the_themes_or_neither(
    settings: str, themes: str, metric: str, old_themes: bool, parts: dict[str, float]
) -> None:
    rows, figure = answers("pp"), {"metric": metric}
    row = told(
        issue(figure, settings="one", themes="t1"),
        figures(figure | {"estimate": 15.0}),
        rows,
        settings=settings,
        themes_version=themes,
        issued=issue_answers(None, rows, published_at=JULY),
        estimator=lambda _: figures(figure | {"estimate": 15.0}),
        old_themes=(lambda _: figures(figure | {"estimate": 12.0})) if old_themes else None,
    )
    assert row[PARTS].to_dict() == pytest.approx(dict.fromkeys(PARTS, 0) | parts)


def test_some_figures_of_an_issue_are_of_themes_and_some_are_not() -> None:
    rows, both = answers("pp"), [{}, {"metric": "theme_share"}]
    now = figures(*({**one, "estimate": 15.0} for one in both))
    found = restatements(
        issue(*both, settings="one", themes="t1"),
        now,
        rows,
        settings="two",
        themes_version="t2",
        issued=issue_answers(None, rows, published_at=JULY),
        estimator=lambda _: now,
        old_themes=lambda _: figures(*({**one, "estimate": 12.0} for one in both)),
    ).set_index("metric")
    assert found["theme_edits"].to_dict() == {"nps": 0, "theme_share": 3}
    assert found["settings"].to_dict() == {"nps": 5, "theme_share": 2}


@pytest.mark.parametrize(
    ("metric", "was", "now", "said"),
    [
        ("nps", 10.0, 11.0, "10.0 as published on 2026-07-05, 11.0 now: not explained +1.0."),
        ("nps", 10.0, 9.5, "10.0 as published on 2026-07-05, 9.5 now: not explained -0.5."),
        ("nps_revenue", -1.0, 0.25, "-1.0 as published on 2026-07-05, 0.25 now: not explained +1.2."),
        ("ces", 5.0, 6.5, "5.0 as published on 2026-07-05, 6.5 now: not explained +1.5."),
        ("csat", 0.5, 0.25, "50.0 % as published on 2026-07-05, 25.0 % now: not explained -25.0 %."),
        ("csat", 0.01, 0.005, "1.0 % as published on 2026-07-05, 0.5 % now: not explained -0.5 %."),
    ],
)
def test_small_numbers_keep_two_digits_and_shares_are_told_in_percent(
    metric: str, was: float, now: float, said: str
) -> None:
    row = told(issue({"metric": metric, "estimate": was}), figures({"metric": metric, "estimate": now}), answers("p"))
    assert row["reason"] == f"{metric}: {said}"


def test_each_issue_is_split_by_the_answers_it_knew() -> None:
    first, second = answers("p"), answers("ppp")
    issued = issue_answers(issue_answers(None, first, published_at=JULY), second, published_at=AUGUST)
    published = with_published(issue({}), issue({"metric": "nps_account"}, at=AUGUST))
    now = figures({"estimate": 20.0, "n": 4}, {"metric": "nps_account", "estimate": 20.0, "n": 4})

    def rules(rows: pd.DataFrame) -> pd.DataFrame:
        return now.assign(estimate=10.0, n=len(rows))

    found = restatements(published, now, answers("pppp"), settings="", issued=issued, estimator=rules)
    assert found.set_index("metric")["n_late"].to_dict() == {"nps": 3, "nps_account": 1}
    assert found["late_answers"].tolist() == [10, 10]
