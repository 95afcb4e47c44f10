from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from test_themes_student import CROWD, Planted

from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.themes import ThemeModel, encode_cached, load_encoder
from nps_insights.themes.encoders import precision as precision_module
from nps_insights.themes.encoders.precision import bf16_in_processor, settled_precision
from nps_insights.themes.encoders.tiers import choose_encoder
from nps_insights.themes.fitted import FittedThemes
from nps_insights.themes.stream import fitting_rows, vectors_by_part


class Counting(Planted):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def encode(self, texts, *, progress=None) -> np.ndarray:
        self.seen += texts
        return super().encode(texts)


def crowd_segments() -> pd.DataFrame:
    ids = [f"s{number:04}" for number in range(len(CROWD))]
    return pd.DataFrame({"segment_id": ids, "response_id": ids, "text": CROWD})


def test_few_texts_are_read_in_full_many_by_a_student_and_both_say_so() -> None:
    full = choose_encoder(Planted(), CROWD * 3)
    assert (full.tier, full.n_texts, full.n_encoded, full.fidelity) == ("full", len(CROWD), len(CROWD), None)
    assert "576 different segments in full" in full.notes[0]
    encoder = Counting()
    many = choose_encoder(encoder, CROWD, most_encoded=500)
    assert many.tier == "student"
    assert len(encoder.seen) == many.n_encoded == many.fidelity.n_rows + many.fidelity.n_taught
    assert f"mean cosine of {many.fidelity.cosine:.2f}" in many.notes[1]
    assert many.facts()["fidelity"]["n_rows"] == many.fidelity.n_rows
    assert many.facts()["encoder_fingerprint"] == many.encoder.fingerprint != encoder.fingerprint
    assert choose_encoder(Planted(), CROWD, most_encoded=500, tier="full").tier == "full"
    assert choose_encoder(Planted(), CROWD, tier="student").tier == "student"


def test_fidelity_is_measured_on_rows_that_were_not_taught() -> None:
    encoder = Counting()
    chosen = choose_encoder(encoder, CROWD, tier="student")
    assert len(set(encoder.seen)) == chosen.n_encoded == len(CROWD)
    assert chosen.fidelity.n_rows == len(CROWD) // 5


def test_the_choice_does_not_depend_on_the_order_of_texts() -> None:
    one, other = (choose_encoder(Planted(), texts, tier="student") for texts in (CROWD, CROWD[::-1] * 2))
    assert one.facts() == other.facts()
    np.testing.assert_array_equal(one.encoder.encode(CROWD), other.encoder.encode(CROWD))


def test_a_student_that_learned_too_little_is_refused_with_the_remedy() -> None:
    class Whim(Planted):
        def encode(self, texts, *, progress=None) -> np.ndarray:
            noise = [np.random.default_rng(crc32(text.encode())).normal(size=self.dimension) for text in texts]
            return np.array([one / np.linalg.norm(one) for one in noise], dtype=np.float32)

    with pytest.raises(DataRefusedError, match=r"fidelity .* --tier full"):
        choose_encoder(Whim(), CROWD, tier="student")


def test_impossible_tiers_are_refused() -> None:
    with pytest.raises(SettingsError, match="auto, full or student"):
        choose_encoder(Planted(), CROWD, tier="fast")
    with pytest.raises(SettingsError, match="at least 200"):
        choose_encoder(Planted(), CROWD[:50], tier="student")


def test_a_fitted_student_is_taken_as_it_is_and_leaves_nothing_on_disk(tmp_path: Path) -> None:
    chosen = choose_encoder(Planted(), CROWD, tier="student", cache_folder=tmp_path / "teacher")
    again = choose_encoder(chosen.encoder, CROWD[:10])
    assert again.encoder is chosen.encoder
    assert (again.tier, again.n_encoded, again.fidelity) == ("student", 0, chosen.fidelity)
    encode_cached(chosen.encoder, CROWD, tmp_path / "student")
    assert not (tmp_path / "student").exists()


def test_streamed_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    segments, encoder = crowd_segments(), choose_encoder(Planted(), CROWD, tier="student").encoder
    vectors = encoder.encode(CROWD)
    model = ThemeModel(n_themes=8).fit(segments, vectors)
    whole = model.assign(segments, vectors)
    fitted = FittedThemes(encoder, model)
    for rows_at_once in (1, 97, 5000):
        part = segments.head(20) if rows_at_once == 1 else segments
        monkeypatch.setattr("nps_insights.themes.fitted.ROWS_AT_ONCE", rows_at_once)
        streamed = fitted.assign_segments(part)
        expected = whole[whole["segment_id"].isin(part["segment_id"])]
        pd.testing.assert_frame_equal(streamed.reset_index(drop=True), expected.reset_index(drop=True))
    assert fitted.assign_segments(segments.head(0)).empty
    seen: list[tuple[int, int]] = []
    parts = vectors_by_part(encoder, segments, rows_at_once=100, progress=lambda *both: seen.append(both))
    np.testing.assert_array_equal(np.vstack([vectors for _, vectors in parts]), vectors)
    assert seen[-1] == (len(segments), len(segments))


def test_a_sample_to_fit_on_keeps_all_repeats_and_ignores_the_order() -> None:
    segments = pd.concat([crowd_segments(), crowd_segments().assign(text=CROWD[::-1])], ignore_index=True)
    rows = fitting_rows(segments, most_texts=100)
    assert segments.loc[rows, "text"].nunique() == 100
    assert not segments.loc[~rows, "text"].isin(segments.loc[rows, "text"]).any()
    turned = segments.iloc[::-1]
    np.testing.assert_array_equal(fitting_rows(turned, most_texts=100), rows[::-1])
    assert fitting_rows(segments).all()


def test_bf16_needs_a_processor_that_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flags = tmp_path / "cpuinfo"
    flags.write_text("flags : fpu avx512f avx512_vnni\n")
    assert not bf16_in_processor(flags)
    flags.write_text("flags : fpu avx512f avx512_bf16\n")
    assert bf16_in_processor(flags)
    monkeypatch.setattr(precision_module, "bf16_in_processor", lambda: False)
    assert load_encoder("english", precision="auto").fingerprint == load_encoder("english").fingerprint
    with pytest.raises(SettingsError, match="no bf16 instructions"):
        load_encoder("english", precision="bf16")
    with pytest.raises(SettingsError, match="fp32, bf16, auto"):
        load_encoder("english", precision="fp8")


def test_bf16_is_taken_only_where_vectors_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision_module, "bf16_in_processor", lambda: True)
    same, far = {"fp32": np.eye(2), "bf16": np.eye(2)}, {"fp32": np.eye(2), "bf16": np.eye(2)[::-1]}
    assert settled_precision("auto", same.__getitem__) == settled_precision("bf16", same.__getitem__) == "bf16"
    assert settled_precision("auto", far.__getitem__) == "fp32"
    with pytest.raises(SettingsError, match="agree with fp32 only"):
        settled_precision("bf16", far.__getitem__)


def test_a_real_encoder_in_bf16_has_its_own_fingerprint_and_nearly_the_same_vectors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(precision_module, "bf16_in_processor", lambda: True)
    full, half = load_encoder("english"), load_encoder("english", precision="bf16")
    assert half.precision == "bf16"
    assert half.fingerprint != full.fingerprint
    one, other = full.encode(CROWD[:4]), half.encode(CROWD[:4])
    assert other.dtype == np.float32
    assert 0.999 < (one * other).sum(axis=1).min() < (one * other).sum(axis=1).max() <= 1.00001
    assert not np.array_equal(one, other)
