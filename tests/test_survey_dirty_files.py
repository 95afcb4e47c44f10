"""Whatever file comes in: an error that says what to do, or books that add up. Never anything else.

NPS_INSIGHTS_DIRTY_FILES says how many files are tried by each test, 50 unless it is set; after a change of the door,
try 500.
"""

import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nps_insights.survey import RawTable, SurveySettings, admit_survey, inspect_survey, read_source
from nps_insights.survey.admit import Admission
from nps_insights.tables import NpsInsightsError

_SCORES = st.one_of(
    st.integers(0, 10).map(str),
    st.sampled_from(["", "NA", "11", "-1", "7.5", "9 - Very likely", "10/10", "９", "Promoter", "9 or 10", "9,0", "²"]),
    st.sampled_from(['="9"', "1e9999", "nan", "inf", "\x00", "0x9", "١٠", "9\n", "1" * 400]),
)
_DATES = st.one_of(
    st.dates(pd.Timestamp("2020-01-01").date(), pd.Timestamp("2024-12-31").date()).map(str),
    st.sampled_from(["", "1970-01-01", "31/12/2023", "12/31/2023", "2024-02-30", "1.2.24", "yesterday", "1700000000"]),
    st.sampled_from(["2024-01-01T10:00:00+02:00", "2024-01-01 25:00", "9999999999", "0001-01-01"]),
)
_TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", "N/A", "none", "-", 'she said "no"', '"open', "a,b;c", "two\nlines", "=1+1", "💩", "é" * 9]),
)
_IDS = st.one_of(st.integers(1, 12).map(str), st.sampled_from(["", "007", " 7 ", "r/1", "r/1-1"]))
_COLUMNS = {
    "id": _IDS,
    "response_id": _IDS,
    "Comment ID": _IDS,
    "account_id": _IDS,
    "nps": _SCORES,
    "NPS Score": _SCORES,
    "Date": _DATES,
    "comment": _TEXTS,
    "Reason": _TEXTS,
    "question": st.sampled_from(["Why?", "What else?", ""]),
    "csat": _SCORES,
    "weight": st.sampled_from(["1", "0,5", "-1", "", "heavy"]),
    "survey type": st.sampled_from(["relational", "Transactional", "other", ""]),
    "price": st.sampled_from(["0", "1", "", "x", "maybe"]),
    "plan": _TEXTS,
    "": _TEXTS,
}
_SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "scale": st.sampled_from([(0, 10), (1, 10), (5, 1), (0, 100), (3, 3)]),
        "cuts": st.sampled_from([(6, 9), (3, 5), (9, 6)]),
        "scales": st.sampled_from([(("2022-06-01", (1, 5), (3, 5)),), ((None, (0, 10)),)]),
        "missing_scores": st.just(("11", "Promoter")),
        "attributes": st.sampled_from([("plan",), ("plan", "Date"), ("absent",)]),
        "by": st.just(("question",)),
        "theme_columns": st.just(("price",)),
        "date_format": st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%", "%Q", "d/m/Y"]),
        "missing_dates": st.just(("1970-01-01",)),
        "as_of": st.sampled_from(["2022-01-01", "2023-03-04T05:06:07Z", "soon"]),
        "columns": st.sampled_from(
            [{"score": "nps"}, {"score": "nps", "comment": ["comment", "Reason"]}, {"scroe": "x"}]
        ),
    },
)


# Nothing in these stops a file as a whole, so that most files come through and their books are checked.
_HARMLESS = st.fixed_dictionaries(
    {"scale": st.sampled_from([(0, 10), (1, 10)]), "columns": st.just({"score": "nps"})},
    optional={
        "missing_scores": st.just(("11", "Promoter")),
        "missing_dates": st.just(("1970-01-01",)),
        "date_format": st.just("%Y-%m-%d"),
        "as_of": st.just("2022-01-01"),
    },
)
_ALIKE = {"NPS Score", "id", "response_id", "price"}


@st.composite
def dirty_files(draw: st.DrawFn, *, usable: bool = False) -> tuple[str, bytes]:
    names = draw(st.lists(st.sampled_from(sorted(_COLUMNS)), min_size=1, max_size=8, unique=True))
    if usable:
        names = [*sorted(set(names) - _ALIKE - {"nps"}), "nps", *draw(st.sampled_from([[], ["response_id"]]))]
    elif draw(st.integers(0, 9)) == 0:
        names = [*names, names[0]]
    rows = draw(st.lists(st.tuples(*(_COLUMNS[name] for name in names)), min_size=3 * usable, max_size=25))
    rows += draw(st.lists(st.sampled_from(rows), max_size=4)) if rows else []
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    lines = [delimiter.join(map(_cell, names))] + [delimiter.join(map(_cell, row)) for row in rows]
    for spoilt in draw(st.lists(st.sampled_from(["", '"', delimiter * 3, "1", '9,"x', "\x00\x01"]), max_size=3)):
        lines.insert(draw(st.integers(int(usable), len(lines))), spoilt)
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines) + draw(st.sampled_from(["", "\n"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1"]))
    data = text.encode(encoding, "replace")
    if not usable and draw(st.integers(0, 9)) == 0:
        data += draw(st.binary(max_size=30))
    packed = draw(st.booleans())
    return ("dirty.csv.gz", gzip.compress(data)) if packed else ("dirty.csv", data)


def _cell(text: str) -> str:
    if text in ('"open', '="9"'):
        return text
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',;\t|"\n\r') else text


_FILES = int(os.environ.get("NPS_INSIGHTS_DIRTY_FILES", "50"))
_MANY = settings(
    max_examples=_FILES,
    deadline=None,
    derandomize=True,
    # A failing file is small enough to read; shrinking it takes minutes.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@_MANY
@given(file=dirty_files(), stated=_SETTINGS)
def test_a_dirty_file_is_refused_with_a_reason_or_every_row_is_accounted_for(
    tmp_path: Path, file: tuple[str, bytes], stated: dict
) -> None:
    _admitted(tmp_path, file, stated)


def test_the_books_of_dirty_files_add_up_and_row_order_does_not_matter(tmp_path: Path) -> None:
    n_admitted = 0

    @_MANY
    @given(file=dirty_files(usable=True), stated=_HARMLESS)
    def admit(file: tuple[str, bytes], stated: dict) -> None:
        nonlocal n_admitted
        n_admitted += _admitted(tmp_path, file, stated)

    admit()
    # Two in three, so that the books of whole files are what is checked.
    assert n_admitted >= _FILES * 2 // 3


def _admitted(folder: Path, file: tuple[str, bytes], stated: dict) -> bool:
    path = folder / file[0]
    path.write_bytes(file[1])
    try:
        raw = read_source(path)
        chosen = SurveySettings(**stated)
    except NpsInsightsError:
        return False
    try:
        admission = admit_survey(raw, chosen)
    except NpsInsightsError:
        # Whatever is refused can be looked at.
        assert not inspect_survey(raw, chosen).ready
        return False
    _books_add_up(raw, admission)
    _order_does_not_matter(raw, chosen, admission)
    return True


def _books_add_up(raw: RawTable, admission: Admission) -> None:
    counts = admission.counts
    assert counts["read"] == len(raw.frame) + len(raw.broken)
    assert counts["read"] == counts["kept"] + counts["quarantined"] + counts["duplicate"] + counts["filtered"]
    for fate in ("quarantined", "duplicate", "filtered"):
        assert sum(admission.breakdown.get(fate, {}).values()) == counts[fate]
    assert admission.quarantine["row_number"].nunique() == counts["quarantined"]
    assert 0 < len(admission.responses) <= counts["kept"]
    assert set(admission.comments["response_id"]) <= set(admission.responses["response_id"])
    assert set(admission.codes["comment_id"]) <= set(admission.comments["comment_id"])


def _order_does_not_matter(raw: RawTable, chosen: SurveySettings, admission: Admission) -> None:
    order = np.random.default_rng(7).permutation(len(raw.frame))
    frame = raw.frame.iloc[order].reset_index(drop=True)
    shuffled = RawTable(raw.name, frame, raw.row_numbers[order], raw.broken, raw.encoding, raw.delimiter)
    again = admit_survey(shuffled, chosen)
    for name in ("responses", "comments", "codes", "quarantine"):
        pd.testing.assert_frame_equal(getattr(admission, name), getattr(again, name))
    assert again.counts == admission.counts
    assert again.notes[len(shuffled.notes) :] == admission.notes[len(raw.notes) :]
