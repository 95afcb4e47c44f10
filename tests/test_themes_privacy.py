"""A label or keyword never gives away what one person wrote: labels travel to MLflow, comments do not."""

import numpy as np
import pandas as pd
import pytest

from nps_insights.themes import ThemeModel
from nps_insights.themes.labels.labels import label_themes

SIX = [
    "Refund never came",
    "delivery late again",
    "Ask for Mr Whitcombe at the depot",
    "late delivery",
    "My refund is late",
    "Rude driver",
]


def named(texts: list[str], themes: list[str] | None = None, speakers: list[str] | None = None) -> list[str]:
    """Every label and every keyword."""
    rows = [str(row) for row in range(len(texts))]
    labels, keywords = label_themes(texts, [1.0] * len(texts), themes or ["t01"] * len(texts), {}, speakers or rows)
    return [*labels.values(), *(one for words in keywords.values() for one in words.split(", "))]


def plain(text: str) -> str:
    return " ".join("".join(one if one.isalnum() else " " for one in text.lower()).split())


@pytest.mark.parametrize("themes", [["t01"] * 6, ["t01", "t02"] * 3, [f"t0{number}" for number in range(1, 7)]])
def test_no_label_is_a_whole_comment_of_a_small_survey(themes: list[str]) -> None:
    found = named(SIX, themes)
    assert not {plain(one) for one in found} & {plain(text) for text in SIX}
    assert "whitcombe" not in " ".join(found).lower()


def test_a_phrase_needs_three_people_and_three_texts() -> None:
    said = ["the parcel lay in the hedge", "parcel lay in the hedge again", "my parcel lay in the hedge"]
    other = ["kind nurse", "nurse", "a nurse"]
    themes = ["t01"] * 3 + ["t02"] * 3
    assert any(" " in one and "/" not in one for one in named(said + other, themes))
    for fewer in (["r1", "r2", "r2"], ["r1", "r1", "r1"]):
        assert not any(" in " in one for one in named(said + other, themes, [*fewer, "r4", "r5", "r6"]))


def test_a_theme_without_phrases_is_named_by_its_words_and_without_words_by_its_number() -> None:
    same = ["refund and delivery", "delivery then refund"]
    assert named(same * 2, ["t01"] * 2 + ["t02"] * 2)[0] == "delivery, refund"
    assert named(["rude driver", "cold soup", "queue"], ["t01", "t02", "t03"])[:3] == [
        "unnamed theme 1",
        "unnamed theme 2",
        "unnamed theme 3",
    ]


def test_one_response_that_repeats_itself_names_nothing() -> None:
    texts = ["Ask for Mr Whitcombe"] * 12
    ids = [f"s{number:02}" for number in range(12)]
    segments = pd.DataFrame({"segment_id": ids, "response_id": "r1", "text": texts})
    model = ThemeModel().fit(segments, np.eye(4, dtype=np.float32)[[0] * 12])
    assert model.labels_ == {"t01": "unnamed theme 1"}
