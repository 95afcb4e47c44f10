"""The four real exports: what is known of them must come out."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from nps_insights.survey import SurveySettings, admit_survey, inspect_survey, parse_cuts, parse_scale, read_source
from nps_insights.tables import DataRefusedError

NHS = {
    "response_id": "Respondent ID",
    "comment": "FFT answer",
    "question": "FFT question",
    "score": "FFT categorical answer",
    "comment_id": "Comment ID",
}
SEAT = {"score": "overall_rating", "comment": "content"}


def test_nhs_reversed_with_codes_and_several_questions(shared_data: Path) -> None:
    raw = read_source(shared_data / "nhs_fft_themes" / "v6framework_230831.csv.gz")
    settings = SurveySettings(
        columns={**NHS, "responded_at": "Date"},
        scale=(5, 1),
        cuts=(3, 5),
        missing_scores=("6", "7"),
        by=("Service type 1",),
        theme_columns=("Not assigned..Positive experience & gratitude",),
        date_format="%d/%m/%Y",
    )
    admission = admit_survey(raw, settings)
    counts = admission.counts
    assert counts["read"] == 7908
    assert counts["filtered"] == 416 + 24
    assert counts["quarantined"] == 0
    assert counts["kept"] == counts["read"] - counts["filtered"]
    # These are dated month first, in a column that is otherwise day first: they are answers without a date.
    month_first = raw.frame["Date"].str.split("/").str[1].astype(int) > 12
    told = f"responded_at: {month_first.sum():,} of 7,908 dates are not day/month/year (first: row "
    assert any(note.startswith(told) for note in admission.notes)
    answered = raw.frame[month_first & ~raw.frame[NHS["score"]].isin(["6", "7", "NA", ""])][NHS["response_id"]]
    undated = admission.responses.loc[admission.responses["responded_at"].isna(), "response_id"]
    dated_too = raw.frame[~month_first][NHS["response_id"]]
    assert set(answered) - set(dated_too) <= set(undated)
    assert admission.comments["question"].nunique() == 6
    assert admission.comments["response_id"].value_counts().max() == 3
    assert "responses differ in it" in " ".join(admission.notes)
    assert (admission.responses["category"] == "promoter").mean() > 0.6
    praised = admission.codes.loc[admission.codes["code"] == "Positive experience & gratitude", "response_id"]
    by_id = admission.responses.set_index("response_id")["score"]
    assert by_id[praised.unique()].mean() > by_id.mean()


def test_nhs_asks_for_scale_and_dates_before_anything_is_computed(shared_data: Path) -> None:
    raw = read_source(shared_data / "nhs_fft_themes" / "v6framework_230831.csv.gz")
    with pytest.raises(DataRefusedError, match="reversed"):
        admit_survey(raw, SurveySettings(columns=NHS, date_format="%d/%m/%Y"))
    with pytest.raises(DataRefusedError, match="mixes both"):
        admit_survey(raw, SurveySettings(columns=NHS, scale=(5, 1), cuts=(3, 5)))


def test_jardinerie_is_french_latin_1_and_starts_at_1(shared_data: Path) -> None:
    raw = read_source(shared_data / "jardinerie_nps_fr" / "nps.csv.gz")
    assert raw.encoding == "latin-1"
    asked = inspect_survey(raw, SurveySettings())
    assert not asked.ready
    assert any("--scale 1-10" in warning for warning in asked.warnings)
    admission = admit_survey(raw, SurveySettings(scale=(1, 10), attributes=("NbPassageKS", "CaTicket", "t")))
    assert admission.mapping.columns["comment"] == ("explication",)
    assert admission.counts["filtered"] == 342
    assert admission.responses["attribute/CaTicket"].min() < 0
    assert admission.driver_attributes == ("NbPassageKS", "CaTicket", "t")
    assert not any("under another name" in note for note in admission.notes)
    silent = admission.comments["says_nothing"].mean()
    assert 0.70 < silent < 0.76
    assert admission.comments["text"].str.contains("é").any()


def test_seat_has_dates_that_mean_missing(shared_data: Path) -> None:
    raw = read_source(shared_data / "skytrax_lounge_seat" / "seat.csv.gz")
    unsaid = admit_survey(raw, SurveySettings(columns=SEAT, scale=(1, 10)))
    assert any('missing = ["1970-01-01"]' in note for note in unsaid.notes)
    stated = SurveySettings(columns=SEAT, scale=(1, 10), missing_dates=("1970-01-01",), attributes=("recommended",))
    admission = admit_survey(raw, stated)
    assert admission.responses["responded_at"].isna().sum() == 26
    assert admission.responses["responded_at"].min().year == 2007
    assert any("'recommended': named, so used" in note for note in admission.notes)


def test_lounge_is_refused_until_its_scales_are_stated_and_the_suggested_block_works(shared_data: Path) -> None:
    raw = read_source(shared_data / "skytrax_lounge_seat" / "lounge.csv.gz")
    for stated in (SurveySettings(columns=SEAT), SurveySettings(columns=SEAT, scale=(1, 10))):
        with pytest.raises(DataRefusedError, match="scale seems to change on 2015-06-09") as refused:
            admit_survey(raw, stated)
    block = tomllib.loads("[score]\n" + str(refused.value).split("[score]\n", 1)[1])["score"]
    ranges = tuple((r["until"], parse_scale(r["range"]), parse_cuts(r["cuts"])) for r in block["scales"])
    admission = admit_survey(raw, SurveySettings(columns=SEAT, scale=parse_scale(block["scale"]), scales=ranges))
    assert admission.counts["quarantined"] == 0
    early = admission.responses["responded_at"] < pd.Timestamp("2015-06-09")
    assert set(admission.responses.loc[early, "scale_max"]) == {5.0}
    assert set(admission.responses.loc[~early, "scale_max"]) == {10.0}
