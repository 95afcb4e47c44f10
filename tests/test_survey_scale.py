import tomllib

import numpy as np
import pandas as pd
import pytest
from survey_tables import raw_table

from nps_insights.survey import SurveySettings, admit_survey, parse_cuts, parse_scale, scale_findings
from nps_insights.tables import DataRefusedError, SettingsError


def answers(low: int, high: int, n: int = 500, seed: int = 1) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).integers(low, high + 1, n).astype("float64"))


def kinds(scores: pd.Series, **more: object) -> list[tuple[str, bool]]:
    return [(f.kind, f.blocks) for f in scale_findings(scores, SurveySettings(), **more)]  # type: ignore[arg-type]


def test_answers_from_0_to_10_raise_no_question() -> None:
    for seed in range(20):
        dates = pd.Series(pd.date_range("2024-01-01", periods=500))
        assert kinds(answers(0, 10, seed=seed), dates=dates) == []


def test_other_scales_must_be_stated() -> None:
    assert kinds(answers(1, 10)) == [("one-based", True)]
    assert kinds(answers(1, 5)) == [("other scale", True)]
    assert kinds(answers(1, 7)) == [("other scale", True)]
    assert kinds(answers(0, 100)) == [("other scale", True)]
    assert kinds(answers(0, 20) / 2)[0] == ("decimals", True)


def test_a_few_decimals_are_told_and_set_aside() -> None:
    scores = answers(0, 10)
    scores[3] = 7.5
    assert kinds(scores) == [("decimals", False)]


@pytest.mark.parametrize("switch", [60, 200, 450])
@pytest.mark.parametrize(("early", "late"), [((1, 5), (1, 10)), ((0, 10), (1, 5)), ((0, 10), (0, 100))])
def test_a_change_of_scale_is_dated(switch: int, early: tuple[int, int], late: tuple[int, int]) -> None:
    scores = pd.concat([answers(*early, n=switch), answers(*late, n=500 - switch, seed=2)], ignore_index=True)
    dates = pd.Series(pd.date_range("2024-01-01", periods=500))
    order = np.random.default_rng(3).permutation(500)
    found = scale_findings(scores[order], SurveySettings(), dates=dates[order])
    assert found[0].kind == "changed"
    dated = pd.Timestamp(found[0].message.split('until = "')[1][:10])
    assert abs((dated - dates[switch]).days) <= 3
    assert f'range = "{early[0]}-{early[1]}"' in found[0].message.split("[score]")[1]
    assert f'scale = "{late[0]}-{late[1]}"' in found[0].message.split("[score]")[1]


@pytest.mark.parametrize(("early", "late"), [((1, 5), (1, 10)), ((1, 5), (0, 10)), ((0, 10), (0, 20))])
def test_both_ways_out_of_a_change_of_scale_are_toml_that_works(early: tuple[int, int], late: tuple[int, int]) -> None:
    scores = pd.concat([answers(*early, n=250), answers(*late, n=250, seed=2)], ignore_index=True)
    dates = pd.date_range("2024-01-01", periods=500).strftime("%Y-%m-%d").tolist()
    raw = raw_table({"nps": [f"{score:g}" for score in scores], "date": dates})
    with pytest.raises(DataRefusedError, match="seems to change") as refused:
        admit_survey(raw, SurveySettings())
    unchanged, changed = str(refused.value).split("without `until`:\n")[1].split("If it did, state both:\n")
    for block in (unchanged, changed):
        score = tomllib.loads(block)["score"]
        ranges = tuple(
            (r.get("until"), parse_scale(r["range"]), parse_cuts(r["cuts"]) if "cuts" in r else None)
            for r in score["scales"]
        )
        stated = SurveySettings(
            scale=parse_scale(score["scale"]) if "scale" in score else None,
            cuts=parse_cuts(score["cuts"]) if "cuts" in score else None,
            scales=ranges,
        )
        assert admit_survey(raw, stated).counts["kept"] >= 490
    assert "until" not in unchanged


def test_one_stated_scale_does_not_answer_a_change_but_stated_scales_do() -> None:
    scores = pd.concat([answers(1, 5, n=200), answers(1, 10, n=200)], ignore_index=True)
    dates = pd.Series(pd.date_range("2024-01-01", periods=400))
    assert scale_findings(scores, SurveySettings(scale=(1, 10)), dates=dates)[0].blocks
    stated = SurveySettings(scales=((None, (1, 10)),))
    assert scale_findings(scores, stated, dates=dates) == []


def test_a_reversed_scale_is_recognised_by_its_labels_its_header_ratings_and_comments() -> None:
    scores = answers(0, 10)
    labels = scores.map(lambda s: f"{s:g} very poor" if s > 8 else f"{s:g} very good" if s < 2 else f"{s:g}")
    praise = scores.map(lambda s: "excellent and friendly" if s < 4 else "rude and awful" if s > 6 else "as usual")
    assert kinds(scores, texts=labels) == [("reversed", True)]
    assert kinds(scores, header="Rating (0 = very satisfied, 10 = very dissatisfied)") == [("reversed", True)]
    assert kinds(scores, ratings=pd.DataFrame({"comfort": 10 - scores})) == [("reversed", True)]
    assert kinds(scores, comments=praise) == [("reversed", True)]
    upright = praise.map({"excellent and friendly": "rude and awful", "rude and awful": "excellent and friendly"})
    assert kinds(scores, comments=upright.fillna("as usual")) == []
    told = scale_findings(scores, SurveySettings(scale=(0, 10)), comments=praise)
    assert [finding.blocks for finding in told] == [False]


def test_a_reversed_scale_is_turned() -> None:
    raw = raw_table({"id": ["a", "b", "c"], "nps": ["1", "5", "2"]})
    admission = admit_survey(raw, SurveySettings(scale=(5, 1), cuts=(3, 5)))
    assert admission.responses["score"].tolist() == [5.0, 1.0, 4.0]
    assert admission.responses["category"].tolist() == ["promoter", "detractor", "passive"]
    assert admission.responses["scale_min"].tolist() == [1.0] * 3
    turned = "asked from 5 (worst) to 1 (best), turned so that high is good; detractor up to 3, promoter from 5"
    assert admission.scale == turned


def test_each_response_keeps_the_scale_of_its_day() -> None:
    raw = raw_table(
        {
            "id": ["a", "b", "c", "d"],
            "nps": ["5", "5", "8", "8"],
            "date": ["2015-05-31", "2015-06-01", "2015-05-31", ""],
        }
    )
    settings = SurveySettings(scale=(1, 10), scales=(("2015-06-01", (1, 5), (3, 5)),))
    admission = admit_survey(raw, settings)
    assert admission.responses["scale_max"].tolist() == [5.0, 10.0]
    assert admission.responses["category"].tolist() == ["promoter", "detractor"]
    assert admission.quarantine["reason"].tolist() == ["is outside 1-5", "is unknown, and the scale changes by date"]
    assert admission.scale == (
        "before 2015-06-01 asked from 1 (worst) to 5 (best); detractor up to 3, promoter from 5; "
        "from 2015-06-01 on asked from 1 (worst) to 10 (best); detractor up to 6, promoter from 9"
    )


def test_one_scale_without_until_holds_for_all_days() -> None:
    raw = raw_table({"nps": ["9", "1"], "date": ["2015-05-31", ""]})
    admission = admit_survey(raw, SurveySettings(scales=((None, (1, 10)),)))
    assert admission.counts["kept"] == 2
    assert admission.scale == "asked from 1 (worst) to 10 (best); detractor up to 6, promoter from 9"


def test_nothing_is_computed_before_the_scale_is_stated() -> None:
    raw = raw_table({"nps": [str(1 + i % 10) for i in range(200)]})
    with pytest.raises(DataRefusedError, match="--scale 1-10"):
        admit_survey(raw, SurveySettings())
    assert admit_survey(raw, SurveySettings(scale=(1, 10))).counts["kept"] == 200


def test_settings_are_checked_before_any_row() -> None:
    assert parse_scale("5-1") == (5.0, 1.0)
    assert parse_cuts("3,5") == (3.0, 5.0)
    for wrong, match in [
        ({"scale": (1, 5)}, "--cuts 3,5"),
        ({"scale": (3, 3)}, "is no scale"),
        ({"scale": (0, 10), "cuts": (9, 6)}, "do not fit"),
        ({"scale": (0, 10), "cuts": (6, 11)}, "do not fit"),
        ({"scales": (("2015-06-01", (1, 5), (3, 5)),)}, "which scale is used from 2015-06-01"),
        ({"scales": (("soon", (1, 5)),)}, "not a date"),
        ({"as_of": "soon"}, "as_of"),
    ]:
        with pytest.raises(SettingsError, match=match):
            SurveySettings(**wrong)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="write it as 1-10"):
        parse_scale("one to ten")


def test_a_scale_that_changes_needs_dates() -> None:
    settings = SurveySettings(scale=(1, 10), scales=(("2015-06-01", (1, 5), (3, 5)),))
    with pytest.raises(SettingsError, match="responded_at"):
        admit_survey(raw_table({"nps": ["5"]}), settings)
