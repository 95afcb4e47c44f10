import numpy as np
import pandas as pd
import pytest
from compared_periods import period

from nps_insights.metrics import nps
from nps_insights.metrics.issued.issued_answers import answers_at, issue_answers
from nps_insights.metrics.issued.published import freeze
from nps_insights.metrics.issued.restatements import PARTS, restatements
from nps_insights.tables import DataRefusedError, conform

JULY, AUGUST = pd.Timestamp("2026-07-05"), pd.Timestamp("2026-08-05")


def figures(answers: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([nps(answers, by=by, per="quarter") for by in ("", "plan")], ignore_index=True)


def frozen(answers: pd.DataFrame, settings: str = "one", themes_version: str = "") -> pd.DataFrame:
    return freeze(figures(answers), published_at=JULY, run_id="7f3a", settings=settings, themes_version=themes_version)


def score(answers: pd.DataFrame) -> float:
    return float(figures(answers).query("metric == 'nps' and by == ''")["estimate"].iloc[0])


def headline(found: pd.DataFrame) -> pd.Series:
    return found.query("metric == 'nps' and by == ''").iloc[0]


def assert_adds(found: pd.DataFrame) -> None:
    np.testing.assert_allclose(found[list(PARTS)].sum(axis=1), found["difference"], atol=1e-9)


def test_nothing_new_restates_nothing() -> None:
    answers = period(0, 1)
    issued = issue_answers(None, answers, published_at=JULY)
    assert restatements(frozen(answers), figures(answers), answers, settings="one", issued=issued).empty


def test_late_answers_are_told_apart() -> None:
    answers = period(0, 1)
    known = answers[60:]
    issued = issue_answers(None, known, published_at=JULY)
    found = restatements(frozen(known), figures(answers), answers, settings="one", issued=issued)
    assert_adds(found)
    row = headline(found)
    assert row["late_answers"] == pytest.approx(score(answers) - score(known))
    assert (row["n_late"], row["n_changed"]) == (60, 0)
    assert "60 late answers" in row["reason"]
    of_plan = found.query("metric == 'nps' and by == 'plan' and group == 'Pro'")
    if len(of_plan):
        assert of_plan["n_late"].item() == (answers["attribute/plan"][:60] == "Pro").sum()


def test_settings_and_late_answers_split_exactly() -> None:
    answers = period(0, 1)
    known = answers[60:]
    # The rules of then left the web out; today's do not.
    then = known[known["channel"] != "SMS"]
    issued = issue_answers(None, known, published_at=JULY)
    found = restatements(frozen(then, "without SMS"), figures(answers), answers, settings="all", issued=issued)
    assert_adds(found)
    row = headline(found)
    assert row["late_answers"] == pytest.approx(score(answers) - score(known))
    assert row["settings"] == pytest.approx(score(known) - score(then))
    assert row["unexplained"] == 0


def test_corrected_and_removed_answers_have_a_part_of_their_own() -> None:
    then = period(0, 1)
    now = then[20:].copy()
    now.loc[now.index[:15], ["score", "category"]] = [9.0, "promoter"]
    issued = issue_answers(None, then, published_at=JULY)
    found = restatements(frozen(then), figures(now), now, settings="one", issued=issued)
    assert_adds(found)
    row = headline(found)
    assert row["changed_answers"] == pytest.approx(score(now) - score(then))
    assert row["late_answers"] == row["settings"] == row["unexplained"] == 0
    corrected = (then.loc[now.index[:15], "category"] != "promoter").sum()
    assert row["n_changed"] == 20 + corrected


def theme_figures(share: float, answers: pd.DataFrame) -> pd.DataFrame:
    n = len(answers)
    row = {"metric": ["theme_share"], "by": "theme_id", "group": "t01", "period_start": pd.Timestamp("2026-04-01")}
    row |= {"period_end": pd.Timestamp("2026-06-30"), "estimate": share * n / 500, "conf_low": 0.0, "conf_high": 1.0}
    return conform("estimates", pd.DataFrame(row | {"n": n, "n_eff": float(n), "too_small": False}))


@pytest.mark.parametrize(("settings", "part"), [("one", "theme_edits"), ("other", None)])
def test_theme_edits(settings: str, part: str | None) -> None:
    answers = period(0, 1)
    known = answers[50:]
    published = freeze(theme_figures(0.2, known), published_at=JULY, run_id="7f3a", settings="one", themes_version="t1")
    found = restatements(
        published,
        theme_figures(0.3, answers),
        answers,
        settings=settings,
        themes_version="t2",
        issued=issue_answers(None, known, published_at=JULY),
        estimator=lambda rows: theme_figures(0.3, rows),
    )
    assert_adds(found)
    row = found.iloc[0]
    assert row["late_answers"] == pytest.approx(0.3 - 0.27)
    assert row[part or "unexplained"] == pytest.approx(0.27 - 0.18)


def test_theme_edits_and_settings_both_changed_are_split_with_the_themes_of_then() -> None:
    answers = period(0, 1)
    published = freeze(
        theme_figures(0.2, answers), published_at=JULY, run_id="7f3a", settings="one", themes_version="t1"
    )
    found = restatements(
        published,
        theme_figures(0.3, answers),
        answers,
        settings="other",
        themes_version="t2",
        issued=issue_answers(None, answers, published_at=JULY),
        estimator=lambda rows: theme_figures(0.3, rows),
        old_themes=lambda rows: theme_figures(0.22, rows),
    )
    assert_adds(found)
    assert found["theme_edits"].item() == pytest.approx(0.08)
    assert found["settings"].item() == pytest.approx(0.02)


def test_theme_edits_move_no_figure_without_themes() -> None:
    answers = period(0, 1)
    known = answers[60:]
    found = restatements(
        frozen(known, themes_version="t1"),
        figures(answers),
        answers,
        settings="one",
        themes_version="t2",
        issued=issue_answers(None, known, published_at=JULY),
    )
    assert_adds(found)
    assert (found["theme_edits"] == 0).all()


def test_without_the_answers_of_then_late_ones_are_a_guess_only_where_nothing_else_changed() -> None:
    answers = period(0, 1)
    known = answers[60:]
    same = headline(restatements(frozen(known), figures(answers), answers, settings="one"))
    assert same["late_answers"] == pytest.approx(same["difference"])
    assert same["n_late"] == 60
    other = headline(restatements(frozen(known), figures(answers), answers, settings="other"))
    assert other["unexplained"] == pytest.approx(other["difference"])
    assert "not explained" in other["reason"]


def test_a_figure_that_is_gone_is_said() -> None:
    answers = period(0, 1)
    now = answers[answers["attribute/plan"] != "Trial"]
    issued = issue_answers(None, answers, published_at=JULY)
    found = restatements(frozen(answers), figures(now), now, settings="one", issued=issued)
    gone = found.query("group == 'Trial' and metric == 'nps'").iloc[0]
    assert np.isnan(gone["now"])
    assert gone["reason"].endswith("there is no such figure today.")


def test_the_latest_issue_is_the_one_restated() -> None:
    answers = period(0, 1)
    history = pd.concat([frozen(answers[60:]), frozen(answers).assign(published_at=AUGUST)])
    issued = issue_answers(None, answers[60:], published_at=JULY)
    issued = issue_answers(issued, answers, published_at=AUGUST)
    assert restatements(history, figures(answers), answers, settings="one", issued=issued).empty


def test_row_order_is_no_information() -> None:
    answers = period(0, 1)
    issued = issue_answers(None, answers[60:], published_at=JULY)
    found = [
        restatements(frozen(answers[60:]), figures(rows), rows, settings="one", issued=ledger)
        for rows, ledger in ((answers, issued), (answers.sample(frac=1, random_state=1), issued.sample(frac=1)))
    ]
    pd.testing.assert_frame_equal(*found)


def test_issued_answers_give_back_every_issue() -> None:
    first = period(0, 1)
    second = pd.concat([first[10:], period(1, 1)], ignore_index=True)
    second.loc[5, "category"] = "passive" if second.loc[5, "category"] != "passive" else "promoter"
    issued = issue_answers(None, first, published_at=JULY)
    issued = issue_answers(issued, second, published_at=AUGUST)
    assert len(issued) == len(first) + len(period(1, 1)) + 1 + 10
    for moment, answers in ((JULY, first), (AUGUST, second)):
        known = answers_at(issued, moment).sort_values("response_id", ignore_index=True)
        pd.testing.assert_frame_equal(known, conform("responses", answers)[known.columns], check_dtype=False)


def test_an_issue_made_twice_adds_nothing() -> None:
    answers = period(0, 1)
    issued = issue_answers(None, answers, published_at=JULY)
    pd.testing.assert_frame_equal(issue_answers(issued, answers, published_at=JULY), issued)
    pd.testing.assert_frame_equal(issue_answers(issued, answers, published_at=AUGUST), issued)


def test_issued_answers_are_never_rewritten() -> None:
    answers = period(0, 1)
    issued = issue_answers(None, answers, published_at=AUGUST)
    with pytest.raises(DataRefusedError, match="never put between"):
        issue_answers(issued, answers, published_at=JULY)
    with pytest.raises(DataRefusedError, match="made already"):
        issue_answers(issued, answers.assign(category="passive"), published_at=AUGUST)


def test_only_the_columns_asked_for_are_kept() -> None:
    issued = issue_answers(None, period(0, 1), published_at=JULY, columns=["category", "responded_at"])
    assert set(issued.columns) == {"response_id", "published_at", "gone", "category", "responded_at"}
