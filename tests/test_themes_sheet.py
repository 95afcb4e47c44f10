from typing import Any

import numpy as np
import pandas as pd
import pytest

from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.themes.curation.judged import read_judgements
from nps_insights.themes.curation.quality import theme_quality
from nps_insights.themes.curation.sheet import NOWHERE, SHEET_COLUMNS, sample_sheet, theme_list

SIZES = {"t01": 400, "t02": 150, "t03": 60, "t04": 20}
LABELS = {"t01": "Waiting", "t02": "Nurses", "t03": "=Price", "t04": "Food / drink"}


class World:
    """A run with known truth: which mentions are right, and what each segment truly speaks of beside."""

    def __init__(self, *, n_nowhere: int = 200, precision: float = 0.9, missed: float = 0.1, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        offered = np.repeat(list(SIZES), list(SIZES.values()))
        n = len(offered) + n_nowhere
        ids = np.array([f"s{number:05}" for number in range(n)])
        self.segments = pd.DataFrame(
            {"segment_id": ids, "comment_id": ids, "response_id": ids, "position": 1, "text": "words"}
        )
        self.mentions = pd.DataFrame({"segment_id": ids[: len(offered)], "theme_id": offered})
        self.comments = pd.DataFrame({"comment_id": ids, "text": "all the words"})
        self.themes = pd.DataFrame(
            {
                "theme_id": ["p01", *LABELS],
                "parent_id": [None] + ["p01"] * 4,
                "label": ["Everything", *LABELS.values()],
                "keywords": "words",
                "n_segments": [630, *SIZES.values()],
            }
        )
        self.right = dict(zip(ids, rng.random(n) < precision, strict=True))
        beside = rng.choice(list(LABELS), n)
        self.missed = {
            one: [other] if rng.random() < missed and other != own else []
            for one, other, own in zip(ids, beside, [*offered, *[""] * n_nowhere], strict=True)
        }

    @property
    def precision(self) -> float:
        return float(np.mean([self.right[one] for one in self.mentions["segment_id"]]))

    @property
    def recall(self) -> float:
        found = sum(self.right[one] for one in self.mentions["segment_id"])
        return found / (found + sum(map(len, self.missed.values())))

    def sheet(self, n: int = 100, *, random_state: int = 0) -> pd.DataFrame:
        return sample_sheet(self.segments, self.mentions, self.themes, self.comments, n=n, random_state=random_state)

    def filled(self, sheet: pd.DataFrame) -> pd.DataFrame:
        """As an honest person fills it in, and as a file gives it back: all text."""
        missed = [self.missed[one] for one in sheet["segment_id"]]
        nowhere = (sheet["theme"] == NOWHERE).to_numpy()
        right = np.where(nowhere, [not ones for ones in missed], [self.right[one] for one in sheet["segment_id"]])
        named = ["; ".join(LABELS[one].lower() for one in ones) for ones in missed]
        return sheet.assign(correct=np.where(right, "y", "N "), missed=named).astype(str)

    def quality(self, sheet: pd.DataFrame) -> pd.DataFrame:
        themes = theme_list(self.themes)
        return theme_quality(read_judgements(self.filled(sheet), themes), themes)


def figure(quality: pd.DataFrame, metric: str, theme_id: str = "all") -> pd.Series:
    return quality.set_index(["metric", "theme_id"]).loc[(metric, theme_id)]


class TestSample:
    def test_the_weights_stand_for_the_whole_run(self) -> None:
        world = World()
        sheet = world.sheet()
        assert list(sheet.columns) == list(SHEET_COLUMNS)
        assert len(sheet) == 100
        assert sheet.groupby("theme_id")["weight"].sum().to_dict() == pytest.approx(SIZES | {NOWHERE: 200})
        assert not sheet.duplicated(["segment_id", "theme_id"]).any()
        assert sheet.groupby("theme_id").size().min() >= 2

    def test_the_same_seed_draws_the_same_rows_whatever_their_order(self) -> None:
        world = World()
        first = world.sheet(random_state=3)
        for name in ("segments", "mentions", "comments"):
            setattr(world, name, getattr(world, name).sample(frac=1, random_state=1))
        pd.testing.assert_frame_equal(world.sheet(random_state=3), first)
        assert not world.sheet(random_state=4).equals(first)

    @pytest.mark.parametrize("n", [4, 6, 9, 40, 5000])
    def test_any_number_of_rows_covers_the_run(self, n: int) -> None:
        sheet = World().sheet(n)
        assert len(sheet) == min(n, 630 + round(0.25 * n) if n < 800 else 830)
        assert sheet["weight"].sum() == pytest.approx(830)
        assert (sheet["weight"] >= 1).all()

    def test_without_unassigned_segments_all_rows_are_mentions(self) -> None:
        sheet = World(n_nowhere=0).sheet(50)
        assert len(sheet) == 50
        assert NOWHERE not in set(sheet["theme"])

    def test_a_segment_with_two_themes_shows_the_other(self) -> None:
        world = World(n_nowhere=0)
        world.mentions.loc[len(world.mentions)] = ["s00000", "t04"]
        sheet = world.sheet(631)
        both = sheet[sheet["segment_id"] == "s00000"].set_index("theme_id")
        assert both["also_in"].to_dict() == {"t01": "Food / drink", "t04": "Waiting"}
        assert both["n_offered"].tolist() == [2, 2]

    def test_too_few_rows_are_refused(self) -> None:
        with pytest.raises(SettingsError, match="n == 3: must be 4 or more"):
            World().sheet(3)


class TestJudgements:
    @staticmethod
    def refused(**cells: Any) -> str:
        world = World()
        sheet = world.filled(world.sheet(40))
        for column, cell in cells.items():
            sheet.loc[0, column] = cell
        with pytest.raises(DataRefusedError) as error:
            read_judgements(sheet, theme_list(world.themes))
        return str(error.value)

    def test_a_half_filled_sheet_says_how_much_is_left(self) -> None:
        world = World()
        sheet = world.filled(world.sheet(40))
        sheet.loc[10:20, "correct"] = ""
        with pytest.raises(DataRefusedError) as error:
            read_judgements(sheet, theme_list(world.themes))
        assert "11 of 40 rows have no answer in column correct (first: row 11); write y or n in each" in str(
            error.value
        )
        assert "nothing is lost" in str(error.value)

    def test_what_cannot_be_meant_is_named(self) -> None:
        assert "row 1: correct == 'maybe', must be y or n" in self.refused(correct="maybe")
        told = self.refused(missed="nurse")
        assert "row 1: missed names 'nurse', which is no theme; did you mean 'nurses'?" in told
        assert "row 1: missed names the theme that was offered" in self.refused(missed="waiting")

    def test_a_row_without_a_theme_must_make_sense(self) -> None:
        world = World()
        sheet = world.filled(world.sheet(40))
        sheet.loc[len(sheet) - 1, ["correct", "missed"]] = ["n", ""]
        sheet.loc[len(sheet) - 2, ["correct", "missed"]] = ["y", "Nurses"]
        with pytest.raises(DataRefusedError) as error:
            read_judgements(sheet, theme_list(world.themes))
        assert "row 40: says that a theme fits (n), but names none under missed" in str(error.value)
        assert "row 39: says that no theme fits (y), yet names one under missed" in str(error.value)

    def test_another_file_is_refused(self) -> None:
        with pytest.raises(DataRefusedError, match="columns row, theme, also_in, correct"):
            read_judgements(pd.DataFrame({"a": ["b"]}), theme_list(World().themes))

    def test_labels_and_ids_are_read_however_they_are_written(self) -> None:
        world = World()
        sheet = world.filled(world.sheet(40))
        sheet.loc[0, ["correct", "missed"]] = [" YES", "'=price;T02 ; food / DRINK"]
        judged = read_judgements(sheet, theme_list(world.themes))
        assert judged["missed"].iloc[0] == ["t03", "t02", "t04"]
        assert judged["correct"].iloc[0]


class TestQuality:
    def test_a_full_sample_is_the_truth(self) -> None:
        world = World()
        quality = world.quality(world.sheet(5000))
        assert figure(quality, "precision")["estimate"] == pytest.approx(world.precision)
        assert figure(quality, "recall")["estimate"] == pytest.approx(world.recall)
        right = world.mentions["segment_id"].map(world.right)
        for theme_id, share in right.groupby(world.mentions["theme_id"]).mean().items():
            assert figure(quality, "precision", str(theme_id))["estimate"] == pytest.approx(share)

    def test_planted_precision_and_recall_are_recovered_and_covered(self) -> None:
        world = World(n_nowhere=500, precision=0.8, missed=0.2)
        found = [world.quality(world.sheet(random_state=seed)) for seed in range(20)]
        for metric, truth in (("precision", world.precision), ("recall", world.recall)):
            rows = pd.DataFrame([figure(one, metric) for one in found])
            assert rows["estimate"].mean() == pytest.approx(truth, abs=0.03)
            # Of 20 intervals at 95 % fewer than 16 hold the truth in less than one case of a hundred.
            assert rows["conf_low"].le(truth).mul(rows["conf_high"].ge(truth)).sum() >= 16

    def test_recall_of_a_theme_needs_true_mentions(self) -> None:
        quality = World().quality(World().sheet(30))
        few = quality[(quality["metric"] == "recall") & (quality["n"] < 10)]
        assert len(few)
        assert few["estimate"].isna().all()
        assert quality.loc[quality["metric"] == "precision", "estimate"].notna().all()

    def test_nothing_missed_does_not_mean_that_nothing_can_be(self) -> None:
        world = World(missed=0.0, precision=1.0)
        row = figure(world.quality(world.sheet()), "recall")
        assert row["estimate"] == row["conf_high"] == 1.0
        assert row["conf_low"] < 0.95

    def test_nothing_right_is_zero_and_no_error(self) -> None:
        world = World(precision=0.0, missed=0.5)
        quality = world.quality(world.sheet())
        assert figure(quality, "precision")["estimate"] == figure(quality, "recall")["estimate"] == 0.0
        assert figure(quality, "recall")["conf_low"] == 0.0
