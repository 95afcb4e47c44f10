"""The contract of tables and the characters of texts at their bounds: one below, at, and one above."""

import unicodedata

import pandas as pd
import pytest

from nps_insights.tables import SchemaError, conform, not_a_formula, visible
from nps_insights.tables.card_text import listed, wrapped

NON_JOINER = "\u200c"
# Blocks of the Unicode standard whose letters change beside others, as (first, last) of those that it calls letters or
# marks: Arabic to Arabic Extended-A, Devanagari to Sinhala, Tibetan and Myanmar, Khmer and Mongolian, Phags-pa to
# Devanagari Extended, Arabic presentation forms.
JOINED = {
    "Arabic": (0x0610, 0x08FF),
    "India": (0x0900, 0x0DF3),
    "Tibetan and Myanmar": (0x0F00, 0x109D),
    "Khmer and Mongolian": (0x1780, 0x18AA),
    "Phags-pa to Devanagari Extended": (0xA840, 0xA8FF),
    "Arabic forms": (0xFB50, 0xFEFC),
}
# The nearest letters outside of the blocks, on either side.
NOT_JOINED = (0x05F2, 0x0E01, 0x0EDF, 0x10A0, 0x1776, 0x18B0, 0xA833, 0xFB4F, 0xFF21)


def languages(share: float = 0.5, name: str = "de", n: int = 1) -> pd.DataFrame:
    return pd.DataFrame({"language": [name], "n_comments": [n], "share": [share], "is_read": [True]})


class TestConform:
    @pytest.mark.parametrize("share", [0.0, 1.0, -1e-10, 1 + 1e-10])
    def test_a_share_at_its_bounds_is_let_in_and_so_is_what_rounding_adds(self, share: float) -> None:
        assert conform("languages", languages(share))["share"].tolist() == [share]

    @pytest.mark.parametrize("share", [-1e-8, 1 + 1e-8, -1.0, 2.0])
    def test_a_share_beyond_them_is_refused(self, share: float) -> None:
        with pytest.raises(SchemaError, match=r"share: 1 of 1 rows: must lie in 0 to 1 \(first: language 'de' has "):
            conform("languages", languages(share))

    def test_rows_are_numbered_anew_in_the_order_of_their_key(self) -> None:
        rows = pd.concat([languages(name="fr"), languages(name="de")]).set_axis([7, 3])
        shaped = conform("languages", rows)
        assert shaped["language"].tolist() == ["de", "fr"]
        assert shaped.index.tolist() == [0, 1]

    def test_broken_rules_count_their_rows_and_name_the_first(self) -> None:
        rows = pd.concat([languages(0.1, "de"), languages(1.5, "en"), languages(-2.0, "fr")], ignore_index=True)
        with pytest.raises(SchemaError) as refused:
            conform("languages", rows)
        assert refused.value.problems == [
            "share: 2 of 3 rows: must lie in 0 to 1 (first: language 'en' has np.float64(1.5))"
        ]

    def test_a_repeated_key_counts_every_row_that_has_it(self) -> None:
        rows = pd.concat([languages(name="de"), languages(name="de"), languages(name="en")], ignore_index=True)
        with pytest.raises(SchemaError, match=r"language: 2 of 3 rows: must be unique \(first: language 'de'\)"):
            conform("languages", rows)

    def test_a_blank_id_is_refused_and_a_missing_one_where_none_may_be_missing(self) -> None:
        codes = pd.DataFrame({"comment_id": ["", "c1"], "response_id": ["r1", "r2"], "code": ["price", "price"]})
        with pytest.raises(SchemaError, match=r"comment_id: 1 of 2 rows: must not be empty text"):
            conform("codes", codes)
        with pytest.raises(SchemaError, match=r"comment_id: 1 of 2 rows: must not be missing"):
            conform("codes", codes.assign(comment_id=[None, "c1"]))

    def test_words_of_a_list_are_those_of_the_list(self) -> None:
        row = {"theme_id": ["t01"], "previous_theme_id": ["t02"], "relation": ["cousin"], "similarity": [0.5]}
        with pytest.raises(SchemaError, match=r"relation: 1 of 1 rows: must be one of .* has 'cousin'\)"):
            conform("lineage", pd.DataFrame(row | {"shared": [0.5], "edit": [None]}))


class TestVisible:
    @pytest.mark.parametrize("block", JOINED)
    def test_letters_at_both_ends_of_a_block_keep_what_parts_them(self, block: str) -> None:
        for letter in map(chr, JOINED[block]):
            assert unicodedata.category(letter)[0] in "LM"
            assert visible(letter + NON_JOINER + letter) == letter + NON_JOINER + letter

    @pytest.mark.parametrize("code", NOT_JOINED)
    def test_letters_beside_the_blocks_do_not(self, code: int) -> None:
        assert visible(chr(code) + NON_JOINER + chr(code)) == chr(code) * 2

    @pytest.mark.parametrize("tone", ["\U0001f3fb", "\U0001f3ff"])
    def test_every_tone_of_skin_holds_an_emoji_together(self, tone: str) -> None:
        text = f"\U0001f469{tone}\u200d\U0001f4bb"
        assert visible(text) == text

    @pytest.mark.parametrize("first", ["\x20", "\x7e"])
    def test_plain_text_is_plain_from_the_space_to_the_tilde(self, first: str) -> None:
        assert visible(first) == first
        assert visible(f"{first}\x7f") == first


class TestTexts:
    @pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])  # fmt: skip
    def test_every_sign_that_begins_a_formula_gets_its_apostrophe(self, sign: str) -> None:
        assert not_a_formula(f"{sign}A1") == f"'{sign}A1"
        assert not_a_formula(f"a{sign}A1") == f"a{sign}A1"

    def test_lines_of_a_card_hold_118_characters(self) -> None:
        words = "word " * 60
        assert max(map(len, wrapped(words).split("\n"))) == 114
        assert max(map(len, wrapped("x" * 118 + " y").split("\n"))) == 118
        assert wrapped("x" * 117 + " y z").split("\n") == ["x" * 117, "y z"]
        first, second = listed(["word " * 30]).split("\n")
        assert first.startswith("- word")
        assert second.startswith("  word")
