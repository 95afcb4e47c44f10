import pandas as pd
import pytest
from test_themes_find import ByWord, survey
from test_themes_model import planted

from nps_insights.tables import SettingsError
from nps_insights.themes import Curation, ThemeModel, check_edits, find_themes, update_themes
from nps_insights.themes.stream import fitting_rows


@pytest.fixture(scope="module")
def first():
    comments, responses = survey()
    dated = responses.assign(responded_at=pd.Timestamp("2026-03-01"))
    return find_themes(comments, dated, encoder=ByWord(), n_themes=3, curation=Curation(ignore=("today",)))


def test_what_the_earlier_fit_knew_goes_on_and_is_said(first) -> None:
    comments, _ = survey(60)
    found = find_themes(comments, None, encoder=ByWord(), curation=Curation(start=first.fitted))
    assert found.fitted.ignore[0] == "today"
    assert found.fitted.tone is first.fitted.tone
    assert found.mentions["tone"].notna().any()
    assert found.fitted.seen_until == "2026-03-01"
    assert any("Still ignored" in note and "'today'" in note for note in found.notes)
    assert "Tone is that of the fit it started from." in found.notes
    assert any("going on from an earlier fit" in note for note in found.notes)


def test_what_cannot_be_chosen_beside_an_earlier_fit_is_refused(first) -> None:
    comments, _ = survey(60)
    with pytest.raises(SettingsError, match="tier == 'student' beside a fit to start from"):
        find_themes(comments, None, encoder=ByWord(), tier="student", curation=Curation(start=first.fitted))
    with pytest.raises(SettingsError, match="n_themes == 5 beside a fit to start from"):
        find_themes(comments, None, encoder=ByWord(), n_themes=5, curation=Curation(start=first.fitted))


def test_edits_that_are_no_longer_given_are_said(first) -> None:
    comments, responses = survey()
    edits = check_edits({"edit": [{"kind": "delete", "theme": "t01"}]})
    with_edits = find_themes(comments, responses, encoder=ByWord(), n_themes=3, curation=Curation(edits=edits))
    without = find_themes(comments, responses, encoder=ByWord(), curation=Curation(start=with_edits.fitted))
    assert any("held edits of themes, and none are given now" in note for note in without.notes)
    assert without.fitted.model.theme_ids_ == ["t01", "t02", "t03"]


def test_a_deleted_theme_is_counted_and_is_no_possible_new_theme() -> None:
    comments, responses = survey()
    edits = check_edits({"edit": [{"kind": "delete", "theme": "t01"}]})
    found = find_themes(comments, responses, encoder=ByWord(), n_themes=3, curation=Curation(edits=edits))
    assert found.possible.table.empty
    assert any("belong to deleted themes" in note for note in found.notes)


def test_a_word_that_nearly_every_segment_holds_is_ignored_and_said() -> None:
    comments, responses = survey()
    said = comments.assign(text=comments["text"].str.replace(r"([.!])", r" at calderwick\1", regex=True))
    found = find_themes(said, responses, encoder=ByWord(), n_themes=3)
    assert "calderwick" in found.fitted.ignore
    assert any("Nearly every segment holds" in note and "'calderwick'" in note for note in found.notes)
    assert not any("calderwick" in label.lower() for label in found.fitted.labels_.values())


def test_the_fewest_segments_of_a_theme_go_by_what_was_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nps_insights.themes.find.fitting_rows", lambda rows, **_: fitting_rows(rows, most_texts=30))
    comments, responses = survey(3000)
    found = find_themes(comments, responses, encoder=ByWord(), n_themes=None)
    # Half a percent of the 30 fitted ones and not of all 3,000, which no theme of the sample could reach.
    assert found.fitted.model.min_segments == 10


def test_a_sample_hangs_on_each_text_alone() -> None:
    segments = pd.DataFrame({"text": [f"remark number {number}" for number in range(5000)]})
    whole = set(segments.loc[fitting_rows(segments, most_texts=1000), "text"])
    fewer = segments.iloc[50:]
    again = set(fewer.loc[fitting_rows(fewer, most_texts=1000), "text"])
    assert len(whole & again) >= 985


def test_a_new_theme_far_from_all_gets_a_top_theme_of_its_own() -> None:
    segments, vectors, truth = planted(16, 60)
    known = truth != 3
    before = ThemeModel().fit(segments[known], vectors[known])
    assert before.parents_
    after = update_themes(before, segments, vectors)
    new = [one for one in after.theme_ids_ if one not in before.theme_ids_]
    # Planted directions are at random: the new one is as far from the others as they are from each other.
    tops = {after.parents_[one] for one in new}
    assert len(new) == 1
    assert set(after.labels_) == {*after.theme_ids_, *after.parents_.values()}
    assert len(set(after.labels_.values())) == len(after.labels_)
    assert tops <= set(after.labels_)
