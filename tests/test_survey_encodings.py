"""A file whose encoding cannot be told for sure is refused: wrong letters would go on without a word."""

import codecs
import zipfile
from pathlib import Path

import pytest

from nps_insights.survey.files.encodings import decoded
from nps_insights.survey.files.read import read_source
from nps_insights.tables import DataRefusedError

HEAD = "id,nps,comment\n"
GERMAN = HEAD + "".join(f"{i},9,Größe zu spät für {i}\n" for i in range(20))
RUSSIAN = HEAD + "".join(f"{i},9,слишком медленно\n" for i in range(20))
POLISH = HEAD + "".join(f"{i},9,pół godziny było źle i długo\n" for i in range(20))
FRENCH = HEAD + '1,9,"UN CAFÉ», À L’ÉTÉ…"\n' * 20 + "2,3,où ça ? là, 5 m³ ¿\n" * 20
PORTUGUESE = HEAD + "1,9,NÃO É “RECLAMAÇÃO”\n" * 20


@pytest.mark.parametrize(
    "data",
    [
        GERMAN.encode() + "77,9,schön\n".encode("cp1252"),
        GERMAN.encode("cp1252") + "77,9,schön für später, à la mode\n78,9,Größe\n".encode(),
        RUSSIAN.encode() + "77,9,schön\n".encode("cp1252"),
    ],
)
def test_two_encodings_in_one_file_are_refused_with_the_row(data: bytes) -> None:
    with pytest.raises(DataRefusedError, match=r"e\.csv: is in UTF-8 but for \d+ bytes? \(the first in line \d+\)"):
        decoded(data, "e.csv")
    assert decoded(data, "e.csv", "latin-1")[1] == "latin-1", "what is stated is taken"


def test_the_line_of_the_first_wrong_byte_is_told() -> None:
    with pytest.raises(DataRefusedError, match=r"1 byte \(the first in line 22\)"):
        decoded(GERMAN.encode() + "77,9,schön\n".encode("cp1252"), "e.csv")


def test_a_file_that_is_cut_off_inside_a_letter_is_refused() -> None:
    with pytest.raises(DataRefusedError, match="ends in the middle of a letter"):
        decoded((GERMAN + "77,9,schö").encode()[:-1], "e.csv")


@pytest.mark.parametrize(
    ("text", "encoding"), [(GERMAN, "mac-roman"), (RUSSIAN, "cp1251"), (POLISH, "cp1250"), (POLISH, "iso8859-2")]
)
def test_letters_of_another_encoding_are_refused_until_it_is_stated(text: str, encoding: str) -> None:
    with pytest.raises(DataRefusedError, match=r"state its encoding \(--encoding"):
        decoded(text.encode(encoding), "e.csv")
    assert decoded(text.encode(encoding), "e.csv", encoding)[0] == text


@pytest.mark.parametrize("text", [GERMAN, FRENCH, PORTUGUESE, HEAD + "1,9,naïve Übergrößenträger, Ãœber\n"])
def test_western_letters_are_read(text: str) -> None:
    assert decoded(text.encode("cp1252"), "e.csv")[0] == text


@pytest.mark.parametrize("mark", [codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE])
def test_utf_32_is_read(mark: bytes, tmp_path: Path) -> None:
    coding = "utf-32-le" if mark == codecs.BOM_UTF32_LE else "utf-32-be"
    (tmp_path / "e.csv").write_bytes(mark + GERMAN.encode(coding))
    raw = read_source(tmp_path / "e.csv")
    assert raw.frame["comment"].iloc[0] == "Größe zu spät für 0"


def test_the_mark_of_a_file_is_believed_before_a_stated_encoding(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_bytes(codecs.BOM_UTF8 + GERMAN.encode())
    with pytest.raises(
        DataRefusedError, match=r"e\.csv: begins with the mark of utf-8-sig, so it is not cp1252; leave"
    ):
        read_source(tmp_path / "e.csv", encoding="cp1252")
    for own in ("utf-8", "utf-8-sig"):
        assert "comment" in read_source(tmp_path / "e.csv", encoding=own).frame
        assert "\ufeff" not in str(list(read_source(tmp_path / "e.csv", encoding=own).frame.columns))


def test_a_few_stray_letters_are_counted_and_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_bytes(FRENCH.replace("…", "").replace("’", "").encode("latin-1") + b"3,9,\x90tendre\n")
    raw = read_source(tmp_path / "e.csv")
    assert raw.encoding == "latin-1"
    assert any(note.startswith("1 character is no letter in the file's encoding") for note in raw.notes)


def test_stray_letters_inside_a_zip_are_counted_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("e.csv", (HEAD + "1,9,où ça\n" * 20).encode("latin-1") + b"3,9,\x90tendre\n")
    notes = read_source(tmp_path / "e.zip").notes
    assert any(note.startswith("1 character is no letter in the file's encoding") for note in notes)
