"""The page on a churn model: what it says, in which order, and that nothing of the data becomes markup."""

import pandas as pd
import pytest

from nps_insights.report import EvaluationFacts, render_churn_evaluation
from nps_insights.tables import SchemaError


def facts(**more: object) -> EvaluationFacts:
    return EvaluationFacts("Who leaves", "survey.csv", ["It is better. Gains 0.03.", "It is champion."], **more)


def scores() -> pd.DataFrame:
    rows = [
        (model, part, metric, value)
        for part in ("rolling", "out_of_time")
        for model, value in (("chosen", 0.8), ("base_rate", 0.5))
        for metric in ("auc", "log_loss")
    ]
    table = pd.DataFrame(rows, columns=["model", "part", "metric", "estimate"])
    return table.assign(by="", group="", conf_low=0.4, conf_high=0.9, n=100, n_churned=10)


def curve(part: str = "out_of_time") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model": "chosen", "part": part, "position": [0, 1], "risk_low": [0.0, 0.1], "risk_high": [0.1, 0.4],
            "mean_risk": [0.05, 0.2], "estimate": [0.04, 0.25], "conf_low": [0.01, 0.15], "conf_high": [0.1, 0.35],
            "n": [50, 50], "n_churned": [2, 12],
        }
    )  # fmt: skip


def test_the_answer_is_the_first_heading_and_figures_follow_what_they_mean() -> None:
    page = render_churn_evaluation({"churn_scores": scores()}, facts())
    assert "<h2>It is better.</h2>" in page
    assert page.index("It is champion.") < page.index("Gains 0.03.")


def test_only_the_part_that_judges_is_shown() -> None:
    page = render_churn_evaluation({"churn_scores": scores(), "reliability": curve()}, facts())
    assert page.count("this model") >= 1
    assert "0.800 (0.400 to 0.900)" in page
    assert "reliability-chart" in page
    none = render_churn_evaluation({"reliability": curve("rolling")}, facts())
    assert "reliability-chart" not in none


def test_this_model_is_shown_in_each_category_of_the_part_that_judges() -> None:
    whole = scores()
    grouped = [
        whole.assign(by="category", group=name, estimate=whole["estimate"] - less, n=n, n_churned=7)
        for name, less, n in (("silent", 0.05, 70), ("detractor", 0.1, 140))
    ]
    page = render_churn_evaluation({"churn_scores": pd.concat([whole, *grouped])}, facts())
    chapter = page[page.index("By category of the last answer") :]
    assert chapter.index("detractor") < chapter.index("silent")
    assert "7 (5%)" in chapter
    assert "7 (10%)" in chapter
    assert "0.700 (0.400 to 0.900)" in chapter
    assert "0.750 (0.400 to 0.900)" in chapter
    assert "0.400 (" not in chapter, "the base rate is no part of it"
    assert "By category" not in render_churn_evaluation({"churn_scores": whole}, facts())


def test_announcing_comments_are_said_to_be_left_out_by_phrase() -> None:
    leak = {"name": "comments", "kind": "announced", "auc": 0.7, "auc_low": 0.6, "auc_high": 0.8, "n": 9, "reason": "-"}
    leaks = pd.DataFrame([leak | {"allowed": False}])
    assert "left out where a phrase says so" in render_churn_evaluation({"leaks": leaks}, facts())
    assert "allowed by name" in render_churn_evaluation({"leaks": leaks.assign(allowed=True)}, facts())


def test_without_a_model_the_page_says_why_and_draws_nothing() -> None:
    page = render_churn_evaluation(
        {}, EvaluationFacts("Who leaves", "survey.csv", ["No churn model was trained: 3 left."])
    )
    assert "No churn model was trained: 3 left." in page
    assert "<script" not in page


def test_texts_of_the_data_stay_texts() -> None:
    leak = {"name": "<script>alert(1)</script>", "kind": "too_good", "auc": 0.99, "auc_low": 0.9, "auc_high": 1.0}
    leaks = pd.DataFrame([leak | {"n": 9, "reason": "knows <b>it</b>", "allowed": False}])
    page = render_churn_evaluation({"leaks": leaks}, facts(notes=["<i>note</i>"], simulated=True))
    assert "<script>alert" not in page
    assert "&lt;b&gt;it" in page
    assert "&lt;i&gt;note" in page
    assert "Practice data." in page


def test_a_table_that_breaks_its_contract_is_refused() -> None:
    with pytest.raises(SchemaError, match="reliability"):
        render_churn_evaluation({"reliability": curve().drop(columns="n")}, facts())
