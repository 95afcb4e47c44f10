"""The table of themes: intervals that know accounts, and the quotes."""

import time

import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics import nps, share_interval
from nps_insights.tables import conform
from nps_insights.themes import ThemeModel, themes_table, with_tone


class TwoThemes(ThemeModel):
    """Two themes with names, nothing learned."""

    def __init__(self) -> None:
        super().__init__(2)
        self.theme_ids_, self.parents_, self.owners_ = ["t01", "t02"], {}, {}
        self.labels_ = self.keywords_ = {"t01": "queue", "t02": "nurse"}


def corpus(theme: np.ndarray, score: np.ndarray, account: np.ndarray | None = None):
    """Segments, mentions and responses of one segment per response."""
    ids = [f"r{number:05}" for number in range(len(theme))]
    segments = pd.DataFrame(
        {
            "segment_id": ids,
            "comment_id": ids,
            "response_id": ids,
            "position": 1,
            "text": [f"said in {one}" for one in ids],
        }
    )
    strength = 1 - np.arange(len(theme)) / len(theme)
    mentions = pd.DataFrame({"segment_id": ids, "response_id": ids, "theme_id": theme, "strength": strength})
    category = pd.cut(score, [-1, 6, 8, 10], labels=["detractor", "passive", "promoter"]).astype(str)
    responses = pd.DataFrame(
        {"response_id": ids, "score": score.astype(float), "scale_min": 0.0, "scale_max": 10.0, "category": category}
    )
    if account is not None:
        responses["account_id"] = account
    return segments, conform("mentions", mentions), conform("responses", responses)


def test_accounts_that_answer_as_one_count_as_one() -> None:
    rng = np.random.default_rng(0)
    theme, score = rng.choice(["t01", "t02"], 200, p=[0.3, 0.7]), rng.choice([3, 8, 10], 200)
    alone = themes_table(TwoThemes(), *corpus(theme, score))
    repeated = corpus(np.repeat(theme, 5), np.repeat(score, 5), np.repeat([f"a{one:03}" for one in range(200)], 5))
    known = themes_table(TwoThemes(), *repeated)
    unknown = themes_table(TwoThemes(), *repeated[:2], repeated[2].drop(columns="account_id"))
    for figure in ("share", "nps"):
        width = [table[f"{figure}_high"] - table[f"{figure}_low"] for table in (alone, known, unknown)]
        np.testing.assert_allclose(known[figure], alone[figure])
        # Where accounts repeat, the NPS has Student's interval, by some 4 % wider than that of independent answers.
        np.testing.assert_allclose(width[1], width[0], rtol=0.05)
        assert (width[2] < 0.6 * width[0]).all()


def test_theme_figures_are_those_of_the_metrics() -> None:
    rng = np.random.default_rng(1)
    account = rng.choice([f"a{one}" for one in range(60)], 300)
    theme, score = rng.choice(["t01", "t02"], 300), rng.choice([3, 8, 10], 300)
    segments, mentions, responses = corpus(theme, score, account)
    table = themes_table(TwoThemes(), segments, mentions, responses).set_index("theme_id")
    expected = nps(responses.assign(theme=theme), by="theme").query("metric == 'nps'").set_index("group")
    np.testing.assert_allclose(
        table[["nps", "nps_low", "nps_high"]], expected.loc[table.index, ["estimate", "conf_low", "conf_high"]]
    )
    # The metrics give the share of one category the same effective number, told here that a mention is a detractor.
    mark = responses.assign(category=np.where(theme == "t01", "detractor", "promoter"))
    share = nps(mark).set_index("metric").loc["detractor"]
    np.testing.assert_allclose(
        table.loc["t01", ["share", "share_low", "share_high"]].astype(float),
        share[["estimate", "conf_low", "conf_high"]].astype(float),
        # Of 60 accounts Student's interval, which the metrics give where accounts repeat, is some 2 % wider.
        rtol=0.03,
    )


def test_a_theme_that_nobody_mentions_has_the_share_zero() -> None:
    table = themes_table(TwoThemes(), *corpus(np.array(["t01"] * 40), np.arange(40) % 11)).set_index("theme_id")
    assert table.loc["t02", ["n_responses", "share", "share_low"]].tolist() == [0, 0, 0]
    assert table.loc["t02", "share_high"] == pytest.approx(float(share_interval(0, 40)[2]))
    assert np.isnan(table.loc["t02", "nps"])


def test_the_negative_example_is_the_least_happy_of_the_nearest_detractors() -> None:
    score = np.array([10, 6, 5, 5, 2, 6, 2, 4, 4, 4, 4, 0, 0])
    segments, mentions, responses = corpus(np.array(["t01"] * len(score)), score)
    segments["text"] = "a text of readable length, in which " + segments["text"]
    table = themes_table(TwoThemes(), segments, mentions, responses).set_index("theme_id")
    # Of the ten nearest detractors r00004 and r00006 gave 2, r00004 is nearer; r00011 gave 0 and is the eleventh.
    assert table.loc["t01", "example"].endswith("r00000")
    assert table.loc["t01", "example_negative"].endswith("r00004")
    shuffled = (frame.sample(frac=1, random_state=3) for frame in (segments, mentions, responses))
    pd.testing.assert_frame_equal(themes_table(TwoThemes(), *shuffled).set_index("theme_id"), table)


def test_a_sign_off_is_no_quote_where_somebody_said_more() -> None:
    segments, mentions, responses = corpus(np.array(["t01"] * 4), np.array([10, 0, 6, 9]))
    segments["text"] = [
        "a text of readable length, by a promoter",
        "Regards",
        "a text of readable length, by a detractor",
        "ok",
    ]
    table = themes_table(TwoThemes(), segments, mentions, responses).set_index("theme_id")
    assert table.loc["t01", "example_negative"] == "a text of readable length, by a detractor"


def test_forty_themes_of_ten_thousand_responses_take_well_under_a_second() -> None:
    rng = np.random.default_rng(2)
    model = TwoThemes()
    model.theme_ids_ = [f"t{one:02}" for one in range(1, 41)]
    model.labels_ = model.keywords_ = {one: one for one in model.theme_ids_}
    tables = corpus(
        rng.choice(model.theme_ids_, 10_000),
        rng.integers(0, 11, 10_000),
        rng.choice([f"a{one}" for one in range(2000)], 10_000),
    )
    start = time.perf_counter()
    themes_table(model, *tables)
    assert time.perf_counter() - start < 2


def test_tone_is_the_mean_over_the_segments_and_finds_the_negative_quote() -> None:
    score = np.array([10, 10, 0, 10, 9])
    segments, mentions, responses = corpus(np.array(["t01", "t01", "t01", "t01", "t02"]), score)
    tone = pd.Series([0.8, -0.6, -0.2, np.nan, np.nan], index=segments["segment_id"])
    table = themes_table(TwoThemes(), segments, with_tone(mentions, tone), responses).set_index("theme_id")
    assert table.loc["t01", "tone"] == pytest.approx(0.0)
    assert np.isnan(table.loc["t02", "tone"])
    # A promoter may say the most negative thing; where no segment has a tone below 0 there is no negative quote.
    assert table.loc["t01", "example_negative"] == "said in r00001"
    assert not isinstance(table.loc["t02", "example_negative"], str)
    without = themes_table(TwoThemes(), segments, with_tone(mentions, tone * np.nan), responses).set_index("theme_id")
    assert without["tone"].isna().all()
    assert without.loc["t01", "example_negative"] == "said in r00002"
    assert "tone" not in themes_table(TwoThemes(), segments, mentions, responses)
