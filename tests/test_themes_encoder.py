import shutil
import socket
import sqlite3
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

from nps_insights.tables import DataRefusedError, MissingExtraError, SettingsError
from nps_insights.themes import encode_cached, load_encoder
from nps_insights.themes.encoders import english as english_module
from nps_insights.themes.encoders import multilingual as multilingual_module

SUBJECTS = ("the queue", "a nurse", "parking")
VERDICTS = ("was slow", "helped me", "costs too much", "!")
TEXTS = [
    f"{subject} {verdict} {'really ' * (9 * row + column)}"
    for row, subject in enumerate(SUBJECTS)
    for column, verdict in enumerate(VERDICTS)
]


@pytest.fixture(scope="module")
def english():
    return load_encoder("english")


@pytest.mark.parametrize("name", ["english", "multilingual"])
def test_a_vector_depends_on_its_text_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def no_network(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    encoder = load_encoder(name)
    told: list[tuple[int, int]] = []
    together = encoder.encode(TEXTS, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (len(TEXTS), len(TEXTS))
    assert together.dtype == np.float32
    assert together.shape == (len(TEXTS), encoder.dimension)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(np.vstack([encoder.encode([text]) for text in TEXTS]), together)
    np.testing.assert_array_equal(encoder.encode(TEXTS[::-1] * 2)[: len(TEXTS)], together[::-1])
    threads = torch.get_num_threads()
    try:
        for number in (1, 2):
            torch.set_num_threads(number)
            np.testing.assert_array_equal(encoder.encode(TEXTS), together)
    finally:
        torch.set_num_threads(threads)


def test_nearness_follows_meaning(english) -> None:
    queue, line, nurse = english.encode(["The queue was long.", "We had to wait in line.", "The nurse was kind."])
    assert queue @ line > queue @ nurse


def test_progress_ends_at_the_number_of_unique_texts(english) -> None:
    seen: list[tuple[int, int]] = []
    english.encode(["one", "two", "one"], progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)


def test_no_text_gives_no_vector(english) -> None:
    assert english.encode([]).shape == (0, 384)


def test_changed_weights_are_refused(tmp_path: Path, english) -> None:
    for name in ("model.safetensors", "tokenizer.json"):
        shutil.copy(english.folder / name, tmp_path / name)
    english_module.verify_weights(tmp_path)
    with (tmp_path / "model.safetensors").open("ab") as file:
        file.write(b"!")
    with pytest.raises(DataRefusedError, match=r"model\.safetensors has sha256"):
        english_module.verify_weights(tmp_path)


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [(english_module, "english", "offline"), (multilingual_module, "multilingual", "multilingual")],
)
def test_a_missing_extra_is_named(module, name: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(package: str) -> None:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(module, "files", absent)
    with pytest.raises(MissingExtraError, match=rf"nps-insights\[{extra}\]"):
        load_encoder(name)


def test_a_folder_is_an_encoder_and_an_unknown_name_is_none(english) -> None:
    assert load_encoder(str(english.folder)).fingerprint == english.fingerprint
    with pytest.raises(SettingsError, match="no/such"):
        load_encoder("no/such")


def test_a_folder_without_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(DataRefusedError, match="safetensors"):
        load_encoder(str(tmp_path))


class Counting:
    name, fingerprint, dimension = "counting", "0" * 64, 3

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts, *, progress=None) -> np.ndarray:
        self.seen += texts
        return np.array([[len(text), text.count("a"), 1] for text in texts], dtype=np.float32).reshape(-1, 3)


def test_cache_encodes_each_text_once_and_returns_the_same_bits(tmp_path: Path) -> None:
    texts = ["ab", "a", "ab", "naïve \ud800"]
    encoder = Counting()
    first = encode_cached(encoder, texts, tmp_path)
    second = encode_cached(encoder, [*texts, "new"], tmp_path)
    assert sorted(encoder.seen) == sorted(["a", "ab", "naïve \ud800", "new"])
    np.testing.assert_array_equal(first, second[:4])
    np.testing.assert_array_equal(first, encode_cached(Counting(), texts, None))


def test_cache_holds_no_text_and_a_damaged_file_is_named(tmp_path: Path) -> None:
    encode_cached(Counting(), ["a very private remark"], tmp_path)
    (path,) = tmp_path.glob("*.sqlite")
    assert b"private" not in path.read_bytes()
    path.write_bytes(b"this is not a database, not even nearly " * 50)
    with pytest.raises(DataRefusedError, match=path.name):
        encode_cached(Counting(), ["a"], tmp_path)


def test_a_stopped_run_keeps_what_was_encoded(tmp_path: Path) -> None:
    class Stopping(Counting):
        def encode(self, texts, *, progress=None) -> np.ndarray:
            if self.seen:
                raise KeyboardInterrupt
            return super().encode(texts)

    texts = [f"text {number:05}" for number in range(3000)]
    with pytest.raises(KeyboardInterrupt):
        encode_cached(Stopping(), texts, tmp_path)
    with sqlite3.connect(next(tmp_path.glob("*.sqlite"))) as connection:
        kept = connection.execute("SELECT count(*) FROM vectors").fetchone()[0]
    connection.close()
    encoder = Counting()
    encode_cached(encoder, texts, tmp_path)
    assert 0 < kept == len(texts) - len(encoder.seen)
