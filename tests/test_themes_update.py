import numpy as np
import pandas as pd
import pytest
from test_themes_model import planted, theme_of
from threadpoolctl import threadpool_limits

from nps_insights.tables import DataRefusedError
from nps_insights.themes import ThemeModel, update_themes


def without(theme: int):
    segments, vectors, truth = planted()
    known = truth != theme
    return segments, vectors, truth, ThemeModel().fit(segments[known], vectors[known])


def test_what_was_withheld_appears_as_its_own_theme_and_nothing_else_moves() -> None:
    segments, vectors, truth, before = without(3)
    after = update_themes(before, segments, vectors)
    assert [one for one in after.theme_ids_ if one not in before.theme_ids_] == ["t08"]
    known = truth != 3
    pd.testing.assert_series_equal(
        theme_of(after, segments[known], vectors[known]), theme_of(before, segments[known], vectors[known])
    )
    assert (theme_of(after, segments[~known], vectors[~known]) == "t08").mean() > 0.95
    assert {one: after.labels_[one] for one in before.labels_} == before.labels_
    assert "cheap price" in after.labels_["t08"]


def test_an_update_on_the_same_segments_or_most_of_them_changes_nothing() -> None:
    segments, vectors, _ = planted()
    before = ThemeModel().fit(segments, vectors)
    for rows in (np.arange(len(segments)), np.arange(0, len(segments), 2)):
        after = update_themes(before, segments.iloc[rows], vectors[rows])
        assert after.theme_ids_ == before.theme_ids_
        np.testing.assert_array_equal(after.centres_, before.centres_)


def test_a_number_once_used_never_comes_back() -> None:
    segments, vectors, _, before = without(3)
    before.lineage_ = [{"theme_id": "t11", "previous_theme_id": None, "relation": "gone"}]
    assert update_themes(before, segments, vectors).theme_ids_[-1] == "t12"


def test_a_few_strange_segments_make_no_theme() -> None:
    segments, vectors, truth, before = without(3)
    few = (truth != 3) | (np.cumsum(truth == 3) <= 5)
    assert update_themes(before, segments[few], vectors[few]).theme_ids_ == before.theme_ids_


def test_row_order_and_threads_change_nothing() -> None:
    segments, vectors, _, before = without(5)
    first = update_themes(before, segments, vectors)
    order = np.random.default_rng(1).permutation(len(segments))
    with threadpool_limits(2):
        again = update_themes(before, segments.iloc[order], vectors[order])
    np.testing.assert_array_equal(again.centres_, first.centres_)
    np.testing.assert_array_equal(again.threshold_, first.threshold_)
    assert (again.labels_, again.parents_, again.lineage_) == (first.labels_, first.parents_, first.lineage_)


def test_an_update_needs_segments() -> None:
    segments, vectors, _, before = without(3)
    with pytest.raises(DataRefusedError, match="no segment"):
        update_themes(before, segments.iloc[:0], vectors[:0])
