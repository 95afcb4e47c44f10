import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nps_insights.tables import SettingsError
from nps_insights.themes.curation.checked_edits import check_edits
from nps_insights.themes.curation.edits import entries, given_words, slug
from nps_insights.themes.curation.file import HEADER, add_entry, read_edits

LABEL = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    str.strip
)


def refused(*edits: dict[str, Any], seeds: tuple[dict[str, Any], ...] = ()) -> str:
    with pytest.raises(SettingsError) as error:
        check_edits({"edit": list(edits), "seed": list(seeds)})
    return str(error.value)


class TestOneEntry:
    @pytest.mark.parametrize(
        ("edit", "said"),
        [
            ({"kind": "renam", "theme": "t01"}, "edit 1: kind 'renam' is unknown; did you mean 'rename'?"),
            ({"theme": "t01"}, "edit 1: kind is missing; known are rename, merge, split, delete, pin, owner"),
            (
                {"kind": "rename", "theme": "t01", "label": "x", "lable": "y"},
                "edit 1 (rename): lable: unknown key; did you mean 'label'?",
            ),
            ({"kind": "rename", "theme": "t01"}, "edit 1 (rename): label: is missing"),
            ({"kind": "rename", "theme": "t01", "label": " "}, "edit 1 (rename): label: must not be empty"),
            (
                {"kind": "rename", "theme": "t01", "label": "a\x00b"},
                "label: must be one line without control characters",
            ),
            ({"kind": "pin", "theme": "t01", "phrases": []}, "edit 1 (pin): phrases: needs at least 1 valid ones"),
            ({"kind": "pin", "theme": "t01", "phrases": ["a", ""]}, "edit 1 (pin): phrases 2: must not be empty"),
            ({"kind": "split", "theme": "t01"}, "edit 1 (split): needs either `into`"),
            ({"kind": "split", "theme": "t01", "into": 1}, "into: input should be greater than or equal to 2"),
            ({"kind": "merge", "themes": ["t01"]}, "edit 1 (merge): themes: needs at least 2 valid ones"),
            ({"kind": "merge", "themes": ["t01", "t01"]}, "edit 1: names a theme twice"),
            ({"kind": "merge", "themes": ["t01", "t02"], "keep": "t03"}, "keep == 't03', must be one of its themes"),
        ],
    )
    def test_a_wrong_one_is_named_with_what_is_right(self, edit: dict[str, Any], said: str) -> None:
        assert said in refused(edit)

    def test_all_problems_come_in_one_error(self) -> None:
        told = refused({"kind": "x"}, {"kind": "delete"}, seeds=({"name": "Parking", "examples": [""]},))
        assert told.count("\n  - ") == 4
        assert "seed 1: examples 1: must not be empty" in told


DELETED = {"kind": "delete", "theme": "t05"}
RENAMED = {"kind": "rename", "theme": "t05", "label": "Price"}


class TestEntriesTogether:
    def test_a_theme_is_not_used_after_its_deletion(self) -> None:
        assert "edit 2: uses theme 't05', which edit 1 deletes" in refused(DELETED, RENAMED)
        check_edits({"edit": [RENAMED, DELETED]})

    def test_a_later_theme_with_the_same_id_is_another_theme(self) -> None:
        was = {"t05": {"label": "soup", "keywords": "soup, cold"}}
        now = {"t05": {"label": "price", "keywords": "price, dear"}}
        check_edits({"edit": [{**DELETED, "was": was}, {**RENAMED, "was": now}]})

    def test_a_split_theme_is_named_by_its_parts(self) -> None:
        split = {"kind": "split", "theme": "t05", "into": 3}
        assert "name one of its parts (t05a, t05b, t05c)" in refused(split, RENAMED)

    def test_a_merge_in_a_circle_is_refused(self) -> None:
        merges = [{"kind": "merge", "themes": list(pair)} for pair in (("t1", "t2"), ("t2", "t3"), ("t3", "t1"))]
        assert "edit 3: merges 't3' and 't1' in a circle, edit 2 made them one theme already" in refused(*merges)
        check_edits({"edit": merges[:2]})

    def test_two_themes_cannot_share_a_label(self) -> None:
        other = {"kind": "rename", "theme": "t06", "label": "price"}
        assert "edit 2: label 'price' is given to another theme by edit 1" in refused(RENAMED, other)
        check_edits({"edit": [RENAMED, {**RENAMED, "label": "Cost"}, other]})

    def test_a_phrase_belongs_to_one_theme(self) -> None:
        pins = [{"kind": "pin", "theme": one, "phrases": ["Too dear"]} for one in ("t05", "t06")]
        assert "phrase 'Too dear' is in 't05' by edit 1" in refused(*pins)

    def test_seeds_have_different_names_that_look_like_no_id(self) -> None:
        seeds = [{"name": name, "examples": [name]} for name in ("Parking", "parking!", "T07")]
        told = refused(seeds=tuple(seeds))
        assert "seed 2: name 'parking!' is that of seed 1" in told
        assert "seed 3: name 'T07' looks like the id of a found theme" in told


class TestFile:
    def test_what_the_analyst_wrote_survives(self, tmp_path: Path) -> None:
        path = tmp_path / "edits.toml"
        written = '# agreed with Anna, 3 May\n[[seed]]\nname = "Parking"  # Facilities asked\nexamples = ["full"]\n'
        path.write_text(written, encoding="utf-8")
        add_entry(path, "edit", {"kind": "delete", "theme": "t11"})
        add_entry(path, "seed", {"name": "Noise", "examples": ["loud"], "owner": None})
        edits = add_entry(path, "edit", {"kind": "delete", "theme": "t12"})
        assert path.read_text(encoding="utf-8").startswith(written)
        assert [place for place, _ in entries(edits)] == ["seed 1", "seed 2", "edit 1", "edit 2"]
        assert read_edits(path) == edits

    def test_a_new_file_explains_itself_by_valid_examples(self, tmp_path: Path) -> None:
        path = tmp_path / "models" / "themes" / "edits.toml"
        add_entry(path, "edit", {"kind": "delete", "theme": "t11"})
        assert path.read_text(encoding="utf-8").startswith(HEADER)
        examples = "\n".join(line.removeprefix("# ") for line in HEADER.splitlines()[3:])
        assert len(check_edits(tomllib.loads(examples)).edit) == 6

    def test_a_wrong_entry_is_refused_and_nothing_is_written(self, tmp_path: Path) -> None:
        path = tmp_path / "edits.toml"
        add_entry(path, "edit", {"kind": "delete", "theme": "t11"})
        before = path.read_bytes()
        with pytest.raises(SettingsError, match=r"edits\.toml: edits of themes"):
            add_entry(path, "edit", {"kind": "rename", "theme": "t11", "label": "x"})
        assert path.read_bytes() == before
        assert [one.name for one in tmp_path.iterdir()] == ["edits.toml"]

    @pytest.mark.parametrize("content", [b"[[edit]\n", b"\xff\xfe"])
    def test_a_broken_file_is_named(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "edits.toml"
        path.write_bytes(content)
        with pytest.raises(SettingsError, match=r"edits\.toml"):
            read_edits(path)
        with pytest.raises(SettingsError, match=r"edits\.toml"):
            add_entry(path, "edit", {"kind": "delete", "theme": "t11"})
        assert path.read_bytes() == content

    @given(label=LABEL, theme=LABEL, keywords=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
    def test_any_text_comes_back_as_it_was(self, tmp_path_factory: Any, label: str, theme: str, keywords: str) -> None:
        path = tmp_path_factory.mktemp("edits") / "edits.toml"
        was = {theme: {"label": label, "keywords": keywords}}
        edits = add_entry(path, "edit", {"kind": "rename", "theme": theme, "label": label, "was": was})
        assert edits.edit[0].label == label.strip()
        assert edits.edit[0].was[theme].keywords == keywords


def test_different_entries_read_differently() -> None:
    edits = check_edits(
        {
            "edit": [
                {"kind": "rename", "theme": "t01", "label": "A"},
                {"kind": "merge", "themes": ["t03", "t04"]},
                {"kind": "split", "theme": "t02", "into": 2},
                {"kind": "split", "theme": "t05", "parts": [{"label": "B"}, {"label": "C", "phrases": ["c"]}]},
                {"kind": "pin", "theme": "t06", "phrases": ["d"]},
                {"kind": "owner", "theme": "t06", "owner": "E"},
                {"kind": "delete", "theme": "t07"},
            ],
            "seed": [{"name": "F", "examples": ["f"], "owner": "G"}],
        }
    )
    told = [given_words(entry) for _, entry in entries(edits)]
    assert len(set(told)) == len(told) == 8


@pytest.mark.parametrize(
    ("name", "theme_id"), [("Côté prix", "côté-prix"), ("  A & B ", "a-b"), ("!?", "!?"), ("待ち時間", "待ち時間")]
)
def test_a_name_gives_a_lasting_id(name: str, theme_id: str) -> None:
    assert slug(name) == theme_id
