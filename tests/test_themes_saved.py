"""What is saved of a fit gives away nobody: a name and a number that one person wrote cannot be read back from it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file
from small_encoder import small_english
from tokenizers import Tokenizer

from nps_insights.themes import find_themes, save_themes
from nps_insights.themes.curation.checked_edits import check_edits
from nps_insights.themes.find import FoundThemes
from nps_insights.themes.fitting import Curation
from nps_insights.themes.guided.taxonomy import check_taxonomy, taxonomy_from_codes

SUBJECTS = ("queue", "nurse", "parking", "menu", "bill", "garden")
GOOD = ("helped me", "is fine", "is kind and good")
BAD = ("was slow", "costs too much", "broke down")
WHERE = ("", "and the lift", "to the bank", "at the hospital", "so the doctor", "of staff", "for a ticket", "in a ward")
ASKED = [f"the {one} {verdict} {place}".strip() for one in SUBJECTS for verdict in GOOD + BAD for place in WHERE]
# One person alone says these, in several sentences and over and over.
SECRET = ("zwuxelgholm", "07349182265")
TOLD = [
    f"my doctor is Dr {SECRET[0]}, call {SECRET[1]} to ask",
    f"{SECRET[0].title()} and the bill on {SECRET[1]}",
    f"so much for {SECRET[0]} of the ward, and {SECRET[1]} is slow",
    f"{SECRET[0]} {SECRET[1]}",
    f"Dr {SECRET[0]} was slow",
]
EDITS = {
    "edit": [{"kind": "pin", "theme": "t01", "phrases": [TOLD[0], f"ask {SECRET[0]}"]}],
    "seed": [{"name": "A doctor by name", "examples": [TOLD[2], TOLD[3]]}],
}
TAXONOMY = {
    "theme": [
        {"name": "Parking", "examples": ["parking costs too much", f"parking says {SECRET[0]} of {SECRET[1]}"]},
        {"name": "Menu", "examples": ["the menu is good", f"what {SECRET[0]} said of the menu", "menu"]},
    ]
}

Saved = tuple[dict[str, Any], dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def comments() -> pd.DataFrame:
    texts = [*ASKED, ". ".join(TOLD)]
    ids = [f"c{number:03}" for number in range(len(texts))]
    return pd.DataFrame({"comment_id": ids, "response_id": ids, "text": texts, "says_nothing": False})


@pytest.fixture(scope="module", params=["taxonomy", "codes"])
def found(request: pytest.FixtureRequest, comments: pd.DataFrame, tmp_path_factory: Any) -> FoundThemes:
    """A fit of every part: student, found themes, tone, stated themes, and edits that quote that person."""
    cache = tmp_path_factory.mktemp("vectors")
    guide: dict[str, Any] = {"taxonomy": check_taxonomy(TAXONOMY)}
    if request.param == "codes":
        about = [comments[["comment_id"]][comments["text"].str.contains(one)] for one in ("parking", "menu", "ward")]
        codes = pd.concat([rows.assign(code=f"code {number}") for number, rows in enumerate(about)])
        guide = {"examples": taxonomy_from_codes(codes, comments)}
    good = comments["text"].str.contains("|".join(GOOD))
    responses = pd.DataFrame({"response_id": comments["response_id"], "score": np.where(good, 10.0, 2.0)})
    responses["category"] = np.where(good, "promoter", "detractor")
    responses[["scale_min", "scale_max"]] = 0, 10
    curation = Curation(edits=check_edits(EDITS), **guide)
    encoder = small_english(cache / "small")
    return find_themes(comments, responses, encoder=encoder, tier="student", curation=curation, cache_folder=cache)


@pytest.fixture
def saved(found: FoundThemes, tmp_path: Path) -> Saved:
    save_themes(found.fitted, tmp_path)
    return json.loads((tmp_path / "themes.json").read_text("utf-8")), load_file(tmp_path / "themes.safetensors")


def strings(facts: Any) -> Iterator[str]:
    """Every string of the facts, keys too, hashes aside."""
    if isinstance(facts, str):
        yield facts
    elif isinstance(facts, list):
        yield from (text for one in facts for text in strings(one))
    elif isinstance(facts, dict):
        yield from (text for key, one in facts.items() if "fingerprint" not in key for text in (key, *strings(one)))


def said_by(found: FoundThemes, cut: Any) -> dict[Any, set[str]]:
    """Who said each piece; `cut` gives the pieces of a text."""
    speakers: dict[Any, set[str]] = defaultdict(set)
    for text, speaker in zip(found.segments["text"], found.segments["response_id"], strict=True):
        for piece in cut(text):
            speakers[piece].add(speaker)
    return speakers


def of_few(kept: Iterable[Any], speakers: dict[Any, set[str]]) -> list[Any]:
    return [piece for piece in kept if len(speakers[piece]) < 3]


def test_no_comment_is_stored(saved: Saved, tmp_path: Path) -> None:
    stored = b"".join(path.read_bytes().lower() for path in tmp_path.iterdir())
    assert len(saved) == 2
    assert not [text for text in (*ASKED, *TOLD, *SECRET) if text.lower().encode() in stored]


def test_every_part_is_there_and_holds_no_piece_of_the_name_or_the_number(found: FoundThemes, saved: Saved) -> None:
    facts, arrays = saved
    assert {"model", "before_edits", "tone", "guided", "student"} <= set(facts)
    assert set(found.edits.table["status"]) == {"applied"}
    assert SECRET[0] in " ".join(found.edits.table["given"])
    readable = [array.tobytes().decode() for name, array in arrays.items() if name in ("tone/words", "tone/parts")]
    assert len(readable) == 2
    everything = "\n".join([*readable, *strings(facts)]).lower()
    pieces = [word[start : start + 4] for word in SECRET for start in range(len(word) - 3)]
    assert not [piece for piece in pieces if piece in everything]


def test_a_student_holds_no_pair_of_sub_words_that_fewer_than_three_said(found: FoundThemes, saved: Saved) -> None:
    _, arrays = saved
    tokenizer = Tokenizer.from_str(arrays["student/tokenizer"].tobytes().decode())
    size = tokenizer.get_vocab_size()

    def ids(text: str) -> list[int]:
        return tokenizer.encode(text).ids

    pairs = [divmod(key, size) for key in arrays["student/keys_1"].tolist()]
    speakers = said_by(found, lambda text: zip(ids(text)[:-1], ids(text)[1:], strict=True))
    assert len(pairs) > 20
    assert not [tokenizer.decode(pair) for pair in of_few(pairs, speakers)]
    alone, rarity = said_by(found, ids), arrays["student/rarity_0"]
    assert any(len(alone[one]) in (1, 2) for one in range(size))
    assert {float(rarity[one]) for one in of_few(range(size), alone)} == {float(rarity.max())}


def test_a_classifier_holds_no_run_of_characters_that_fewer_than_three_said(found: FoundThemes, saved: Saved) -> None:
    grams = saved[0]["guided"]["grams"]

    def runs(text: str) -> set[str]:
        padded = [f" {word} " for word in text.lower().split()]
        return {word[at : at + n] for word in padded for n in (3, 4, 5) for at in range(max(len(word) - n, 0) + 1)}

    assert len(grams) > 50
    assert not of_few(grams, said_by(found, runs))


def test_a_lineage_names_edits_without_their_phrases(saved: Saved) -> None:
    marks = {row["edit"].rpartition(" #")[0] for row in saved[0]["model"]["lineage_"] if row.get("edit")}
    assert marks == {"pin t01", "seed A doctor by name"}
