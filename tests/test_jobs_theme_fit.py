"""`themes fit` and `themes assign` as their users run them, on good files and on bad ones."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from small_comments import COMMENTS, SUBJECT_OF, nps_insights

COLUMNS = ("--columns", "comment=text,response_id=id")


def written(path: Path, texts: list[str]) -> Path:
    ids = [f"r{number:05}" for number in range(len(texts))]
    table = pd.DataFrame({"id": ids, "key": [one.replace("r", "k") for one in ids], "text": texts})
    table.to_parquet(path, index=False) if path.suffix == ".parquet" else table.to_csv(path, index=False)
    return path


def table(run: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(run / "tables" / f"{name}.parquet")


def manifest(run: Path) -> dict:
    return json.loads((run / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("theme_fit")


@pytest.fixture(autouse=True)
def _in_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One folder for all: what is encoded once is read from .cache/vectors.
    monkeypatch.chdir(folder)


@pytest.fixture(scope="module")
def run(folder: Path) -> Path:
    """A fit on all comments, three empty ones, and two rows that share a key."""
    path = written(folder / "said.csv", [*COMMENTS, "", " ", "", "too late", "too early"])
    rows = pd.read_csv(path, keep_default_na=False)
    rows.loc[len(rows) - 1, "key"] = rows["key"].iloc[-2]
    rows.to_csv(path, index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        given = ["--columns", "comment=text,response_id=id,comment_id=key", "--n-themes", "3", "--out", "fitted"]
        code, told = nps_insights("themes", "fit", path, *given)
    assert code == 0, told
    return folder / "fitted"


class TestFitAndAssign:
    def test_the_folder_is_whole(self, run: Path) -> None:
        assert {one.name for one in run.iterdir()} == {"tables", "quarantine.csv", "manifest.json", "model"}
        tables = {one.stem for one in (run / "tables").iterdir()}
        assert {"comments", "segments", "themes", "mentions", "languages", "theme_edits", "lineage"} <= tables
        assert "tone" not in table(run, "mentions").dropna(axis=1, how="all")

    def test_the_manifest_adds_up(self, run: Path) -> None:
        facts = manifest(run)
        counts = facts["counts"]
        assert counts == {"read": 86, "kept": 81, "quarantined": 2, "duplicate": 0, "filtered": 3}
        assert counts["kept"] == len(table(run, "comments"))
        assert counts["quarantined"] == len(table(run, "quarantine"))
        assert table(run, "quarantine")["row_number"].tolist() == [86, 87]
        assert facts["rows"] == {one.stem: len(pd.read_parquet(one)) for one in (run / "tables").iterdir()}
        assert len(facts["inputs"]["comments"]["sha256"]) == 64
        assert not any(text in json.dumps(facts) for text in COMMENTS)

    def test_the_planted_subjects_are_found(self, run: Path) -> None:
        mentions = table(run, "mentions").set_index("response_id")["theme_id"]
        subject = pd.Series(SUBJECT_OF, index=[f"r{number:05}" for number in range(len(COMMENTS))])
        pairs = pd.crosstab(subject.reindex(mentions.index), mentions)
        assert pairs.max(axis=1).sum() >= 0.9 * len(mentions)
        assert set(pairs.idxmax(axis=1)) == {"t01", "t02", "t03"}

    def test_assigned_again_the_same_file_has_the_same_mentions(self, run: Path, folder: Path) -> None:
        shuffled = pd.read_csv(folder / "said.csv", dtype=str, keep_default_na=False).sample(frac=1, random_state=0)
        shuffled.to_csv(folder / "shuffled.csv", index=False)
        given = ["--columns", "comment=text,response_id=id,comment_id=key"]
        for named, source in ((run, "said.csv"), (run / "model", "shuffled.csv")):
            code, told = nps_insights("themes", "assign", named, source, *given, "--out", f"assigned_{source}")
            assert code == 0, told
            for name in ("comments", "segments", "mentions"):
                pd.testing.assert_frame_equal(table(folder / f"assigned_{source}", name), table(run, name))
        facts = manifest(folder / "assigned_said.csv")
        assert facts["counts"] == manifest(run)["counts"]
        assert len(facts["inputs"]["themes"]["sha256"]) == 64

    def test_an_update_starts_from_the_folder_of_a_fit(self, run: Path, folder: Path) -> None:
        given = [*COLUMNS, "--start", run, "--out", "updated"]
        code, told = nps_insights("themes", "fit", written(folder / "more.csv", COMMENTS[:60]), *given)
        assert code == 0, told
        assert set(table(folder / "updated", "lineage")["relation"]) == {"kept"}
        assert manifest(folder / "updated")["themes"]["guided_by"]["themes"]["name"] == str(run)


MIXED = COMMENTS[::2]
ARABIC = ["الانتظار في الطابور كان طويلا جدا", "الموظفون كانوا لطفاء جدا معي", "الأسعار مرتفعة للغاية"]
GERMAN = ["Die Wartezeit am Telefon war viel zu lang für mich", "Das Personal war sehr freundlich zu uns"]
CONTROLS = [text.replace(" ", "\x00 \x07", 1) + "\x1b[31m" for text in MIXED]


class TestUnusualComments:
    """What can be read gives a clear result; what cannot is counted in the notes."""

    @pytest.mark.parametrize(
        ("texts", "expected"),
        [
            (["slow", "good", "queue"] * 10, "Encoder 'english' read each of 3 different segments"),
            (["slow"], "1 of 1 comments say something"),
            ([*MIXED, "the queue was far too long and the staff were rude. " * 2_000], "42 of 42 comments"),
            ([*MIXED, "x" * 100_000], "42 of 42 comments say something"),
            ([*MIXED, "😀😀", "👍🏽"], "41 of 43 comments say something"),
            ([*MIXED, *ARABIC], "3 comments are in ar (3), which the encoder 'english' cannot read"),
            ([*MIXED, GERMAN[0]], "1 comment is in de (1), which the encoder 'english' cannot read"),
            ([MIXED[0]] * 5_000, "5,000 of them were read; they hold 5,000 segments"),
            (COMMENTS[:30], "30 of them were read; they hold 30 segments"),
            (CONTROLS, "41 NUL characters were removed while reading"),
        ],
        ids=["words", "one", "repeated", "100KB", "emoji", "rtl", "german", "same", "thirty", "controls"],
    )
    def test_the_result_is_clear(self, texts: list[str], expected: str) -> None:
        code, told = nps_insights("themes", "fit", written(Path("odd.csv"), texts), *COLUMNS, "--out", "odd")
        assert code == 0, told
        assert expected in told
        assert len(table(Path("odd"), "themes")) >= 1
        counts = manifest(Path("odd"))["counts"]
        assert counts["read"] == counts["kept"] + counts["quarantined"] + counts["filtered"] == len(texts)

    def test_the_same_text_has_one_theme(self) -> None:
        written(Path("odd.csv"), [*COMMENTS, *[COMMENTS[0]] * 300])
        assert nps_insights("themes", "fit", "odd.csv", *COLUMNS, "--out", "odd")[0] == 0
        mentions = table(Path("odd"), "mentions").merge(table(Path("odd"), "segments"), on="segment_id")
        given = mentions.loc[mentions["text"] == COMMENTS[0], "theme_id"]
        assert len(given) == 301
        assert len(set(given)) == 1

    def test_controls_of_a_parquet_file_are_gone(self) -> None:
        code, told = nps_insights("themes", "fit", written(Path("odd.parquet"), CONTROLS), *COLUMNS, "--out", "odd")
        assert code == 0, told
        assert not table(Path("odd"), "segments")["text"].str.contains(r"[\x00\x07\x1b]", regex=True).any()

    @pytest.mark.parametrize(
        ("texts", "expected"),
        [
            (["", "  ", "\t"], "holds none of use in 3 rows (3 empty"),
            (["n/a", "-", "none"] * 5, "none of 15 comments says anything"),
            (["😀😀", "👍", "🎉🎉🎉"] * 10, "none of 30 comments says anything"),
            (ARABIC * 10, "are in ar (30), which the encoder 'english' cannot read; name one that can, for example "),
            (GERMAN * 10, "are in de (20), which the encoder 'english' cannot read; name one that can, for example "),
        ],
        ids=["empty", "nothing", "emoji", "arabic", "german"],
    )
    def test_what_cannot_be_read_is_refused(self, texts: list[str], expected: str, run: Path) -> None:
        written(Path("bad.csv"), texts)
        code, told = nps_insights("themes", "fit", "bad.csv", *COLUMNS, "--out", "bad")
        assert (code, expected in told) == (3, True), told
        assert not Path("bad").exists()
        code, told = nps_insights("themes", "assign", run, "bad.csv", *COLUMNS, "--out", "assigned")
        # To assign learns nothing, so it has a result where nothing is said; it cannot read what the fit could not.
        says_nothing = "says anything" in expected
        assert code == (0 if says_nothing else 3), told
        assert (f"0 of {len(texts)} comments say something" if says_nothing else expected) in told

    def test_comments_of_nothing_but_ignored_words(self) -> None:
        written(Path("bad.csv"), ["Acme", "Acme!"] * 10)
        code, told = nps_insights("themes", "fit", "bad.csv", *COLUMNS, "--ignore", "Acme", "--out", "bad")
        assert (code, "hold nothing but the words to ignore ('Acme')" in told) == (3, True), told


def edits_file(*entries: str) -> Path:
    path = Path("given.toml")
    path.write_text("".join(f"[[edit]]\n{entry}\n" for entry in entries), encoding="utf-8")
    return path


class TestEditsOfAFit:
    def test_unknown_themes_are_told_and_the_rest_is_done(self) -> None:
        edits = edits_file(
            'kind = "rename"\ntheme = "t77"\nlabel = "Lost"',
            'kind = "rename"\ntheme = "t01"\nlabel = "First"',
            'kind = "merge"\nthemes = ["t88", "t99"]',
        )
        code, told = nps_insights("themes", "fit", "said.csv", *COLUMNS, "--edits", edits, "--out", "edited")
        assert code == 0, told
        assert "edit 1 (rename t77 to 'Lost') was not applied: no theme has the id or label 't77'" in told
        assert "edit 3 (merge t88, t99 into the largest) was not applied" in told
        assert table(Path("edited"), "theme_edits")["status"].tolist() == ["not_applied", "applied", "not_applied"]
        assert "First" in set(table(Path("edited"), "themes")["label"])

    def test_every_circle_is_named_at_once(self) -> None:
        circle = ('kind = "merge"\nthemes = ["t01", "t02"]', 'kind = "merge"\nthemes = ["t02", "t01"]')
        other = ('kind = "merge"\nthemes = ["t05", "t06"]', 'kind = "merge"\nthemes = ["t06", "t05"]')
        edits = edits_file(*circle, *other)
        code, told = nps_insights("themes", "fit", "said.csv", *COLUMNS, "--edits", edits, "--out", "bad")
        assert code == 2
        assert "edit 2: merges 't02' and 't01' in a circle" in told
        assert "edit 4: merges 't06' and 't05' in a circle" in told

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            (("--edits", "nowhere.toml"), "nowhere.toml: no such file"),
            (("--taxonomy", "nowhere.toml"), "nowhere.toml: no such file; it needs [[theme]] tables"),
            (("--taxonomy", "codes"), "a file of comments holds no codes"),
            (("--start", "themes@7"), "there is no tracking database"),
            (("--start", "nowhere"), "is no folder here and no stored version such as 'themes@3'"),
            (("--refit",), "needs themes.start"),
            (("--n-themes", "500"), "must be at most"),
            (("--tier", "student"), "must be at least 200"),
            (("--encoder", "nowhere"), "is neither 'english' nor 'multilingual'"),
        ],
        ids=lambda given: given[0] if isinstance(given, tuple) else "",
    )
    def test_what_does_not_exist_is_said(self, given: tuple[str, ...], expected: str) -> None:
        code, told = nps_insights("themes", "fit", "said.csv", *COLUMNS, *given, "--out", "bad")
        assert (code, expected in told) == (2, True), told
        assert not Path("bad").exists()
        assert not Path("mlflow.db").exists()


class TestDamagedModels:
    @pytest.mark.parametrize("name", ["themes.safetensors", "themes.json", "sha256.json"])
    @pytest.mark.parametrize("harm", ["cut", "gone", "changed"])
    def test_a_damaged_model_is_refused(self, run: Path, tmp_path: Path, name: str, harm: str) -> None:
        damaged = Path(shutil.copytree(run, tmp_path / "damaged"))
        path = damaged / "model" / name
        whole = path.read_bytes()
        if harm == "gone":
            path.unlink()
        else:
            path.write_bytes(whole[: len(whole) // 2] if harm == "cut" else whole.replace(b'"', b"'") + b" ")
        for given in (("assign", damaged, "said.csv"), ("fit", "said.csv", "--start", damaged)):
            code, told = nps_insights("themes", *given, *COLUMNS, "--out", tmp_path / "out")
            assert code == 3, told
            assert name in told
            assert not (tmp_path / "out").exists()

    def test_a_folder_without_a_model_is_refused(self, tmp_path: Path) -> None:
        code, told = nps_insights("themes", "assign", tmp_path, "said.csv", *COLUMNS, "--out", "bad")
        assert (code, "name a folder that `themes fit`" in told) == (3, True), told
        code, told = nps_insights("themes", "assign", "themes@3", "said.csv", *COLUMNS, "--out", "bad")
        assert (code, "there is no tracking database" in told) == (2, True), told
