"""Where one reading of cells ends and the next begins: dates, scales, numbers, one row below and above."""

import pandas as pd
import pytest

from nps_insights.survey.settings import ScaleRange, SurveySettings
from nps_insights.survey.values.dates import implausibly_late, looks_like_dates, parse_dates
from nps_insights.survey.values.kinds import unknown_kinds
from nps_insights.survey.values.numbers import read_numbers
from nps_insights.survey.values.ratings import read_rating
from nps_insights.survey.values.reversal import reversal_hint
from nps_insights.survey.values.scale import row_scales, scale_findings
from nps_insights.survey.values.scores import parse_scores
from nps_insights.tables import DataRefusedError


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-04 23:59:59", "2026-03-04 23:59:59"),
        ("2026-03-04 24:00", None),
        ("2026-03-04 23:60", None),
        ("2026-03-04 23:59:60", None),
        ("2026-03-04 12:30 AM", "2026-03-04 00:30:00"),
        ("2026-03-04 12:30 pm", "2026-03-04 12:30:00"),
        ("2026-03-04 1:05 PM", "2026-03-04 13:05:00"),
        ("2026-03-04 07:08:09,5", "2026-03-04 07:08:09.500000"),
        ("2026-03-04 12:00 +02", "2026-03-04 10:00:00"),
        ("2026-03-04 12:00 -0230", "2026-03-04 14:30:00"),
        ("2026-03-04 12:00 UTC+1", "2026-03-04 11:00:00"),
        ("1900-01-02", "1900-01-02 00:00:00"),
        ("1899-12-31", None),
        ("2100-12-31", "2100-12-31 00:00:00"),
        ("2101-01-01", None),
        ("31.12.68", "2068-12-31 00:00:00"),
        ("31.12.69", "1969-12-31 00:00:00"),
        ("4 December 2026", "2026-12-04 00:00:00"),
        ("Jan 4, 2026", "2026-01-04 00:00:00"),
        ("1767225600", "2026-01-01 00:00:00"),
        ("1767225600500", "2026-01-01 00:00:00.500000"),
        ("9999999999999", None),
    ],
)
def test_a_date_is_read_to_the_end_of_its_hours_and_years(text: str, read: str | None) -> None:
    found = parse_dates(pd.Series([text]), "Date")
    assert found.dates.tolist() == ([pd.Timestamp(read)] if read else [pd.NaT])
    assert bool(found.reasons[0]) == (read is None)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["2026-03-04"] * 1999 + ["1970-01-01"], []),
        (["2026-03-04"] * 999 + ["1970-01-01"], ['Date: 1 row is dated 1970-01-01, which often means "unknown"; ']),
        (["2026-03-04"] * 998 + ["1900-01-01"] * 2, ['Date: 2 rows are dated 1900-01-01, which often means "unknown"']),
        (["2026-03-04 12:00Z"] * 3, ["Date: 3 dates carry a time zone and were turned to UTC"]),
        (
            ["2026-03-04 12:00+01:00"] * 3 + ["2026-03-04 12:00-03:30", "2026-03-04 13:00"],
            [
                "Date: 4 dates carry a time zone (2 different ones: -03:30, +01:00) and were turned to UTC; "
                "the other 1 are taken as UTC"
            ],
        ),
        (
            [f"2026-03-04 12:00+0{hour}:00" for hour in range(1, 5)],
            ["Date: 4 dates carry a time zone (4 different ones: +01:00, +02:00, +03:00, +04:00) and were"],
        ),
        (
            [f"2026-03-04 12:00+0{hour}:00" for hour in range(1, 6)],
            ["Date: 5 dates carry a time zone (5 different ones: +01:00, +02:00, +03:00, +04:00, ...) and were"],
        ),
    ],
)
def test_of_dates_is_told_how_many_carry_a_zone_or_may_mean_unknown(texts: list[str], told: list[str]) -> None:
    notes = parse_dates(pd.Series(texts), "Date").notes
    assert len(notes) == len(told)
    assert all(note.startswith(begin) for note, begin in zip(notes, told, strict=True))


@pytest.mark.parametrize(
    ("texts", "refused"),
    [
        (["2026-03-04"] * 5 + ["soon"] * 5, ""),
        (["2026-03-04"] * 5 + ["soon"] * 6, "no one way of writing dates fits"),
        (["2026-03-04"] * 98 + ["31.12.2026"] * 2, ""),
        (["2026-03-04"] * 97 + ["31.12.2026"] * 3, r"Y-m-d \(97 rows\) and d\.m\.Y \(3 rows\)"),
        (["31/05/2022"] * 100 + ["05/31/2022"] * 2, ""),
        (["31/05/2022"] * 100 + ["05/31/2022"] * 3, "100 rows can only be day/month/year and 3 only month/day/year"),
        (["12/12/2022", "11/11/2022"], ""),
        (["12/12/2022", "12/11/2022"], "12/11/2022 may be day 12 of month 11 or day 11 of month 12"),
        (["13/12/2022", "12/11/2022"], ""),
        (["12-13-2022", "12-11-2022"], ""),
    ],
)
def test_a_few_strangers_among_dates_are_slips_and_more_are_a_second_way(texts: list[str], refused: str) -> None:
    if refused:
        with pytest.raises(DataRefusedError, match=refused):
            parse_dates(pd.Series(texts), "Date")
    else:
        assert parse_dates(pd.Series(texts), "Date").dates.notna().any()


@pytest.mark.parametrize(("n_wrong", "refused"), [(2, False), (3, True)])
def test_a_stated_format_must_fit_at_least_half_of_the_dates(n_wrong: int, refused: bool) -> None:
    texts = pd.Series(["04.03.2026", "05.03.2026", "", ""] + ["soon"] * n_wrong)
    if refused:
        with pytest.raises(DataRefusedError, match=r"3 of 5 dates are not day\.month\.year"):
            parse_dates(texts, "Date", date_format="%d.%m.%Y")
    else:
        assert parse_dates(texts, "Date", date_format="%d.%m.%Y").dates.notna().sum() == 2


@pytest.mark.parametrize(("n", "days_later", "late"), [(98, 366, 0), (98, 367, 1), (18, 4000, 0), (19, 4000, 1)])
def test_one_date_is_late_beyond_a_year_after_nineteen_others(n: int, days_later: int, late: int) -> None:
    day = pd.Timestamp("2026-01-01")
    dates = pd.Series([day] * n + [day + pd.Timedelta(days=days_later)])
    assert implausibly_late(dates).sum() == late


@pytest.mark.parametrize(
    ("texts", "dates"),
    [(["2026-03-04"] * 4 + ["soon"], True), (["2026-03-04"] * 3 + ["soon"], False), (["", " "], False)],
)
def test_a_column_is_of_dates_from_four_in_five_on(texts: list[str], dates: bool) -> None:
    assert looks_like_dates(pd.Series(texts)) == dates


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ({5: 19}, []),
        ({5: 20}, [("other scale", True, "a 1-5 scale. State it, e.g. `--scale 1-5 --cuts 3,5` (or `--scale 5-1`")]),
        ({0: 1, 5: 19}, [("other scale", True, "`--scale 0-5 --cuts 3,5` (or `--scale 5-0` if 1 is best)")]),
        ({0: 1, 6: 19}, [("other scale", True, "none is above 7; that looks like a 0-7 scale")]),
        ({7: 20}, [("other scale", True, "`--scale 1-7 --cuts 4,6`")]),
        ({3: 20}, [("other scale", True, "nobody was happier (`scale` and `cuts` in the section [score])")]),
        ({0: 1, 8: 19}, []),
        ({0: 1, 9: 5, 50: 1}, []),
        ({0: 1, 9: 5, 50: 2}, [("other scale", True, "8 answers run from 0 to 50, 2 of them above 10;")]),
        ({0: 1, 9: 56, 11: 3}, [("other scale", True, "60 answers run from 0 to 11, 3 of them above 10;")]),
        ({0: 1, 9: 57, 11: 3}, []),
        ({1: 6, 9: 30}, []),
        ({1: 7, 9: 30}, [("one-based", True, "7 answered 1 and nobody 0")]),
        ({0: 1, 1: 7, 9: 30}, []),
        ({9: 99}, []),
        ({9: 100}, [("one-based", False, "nobody answered 0; read as 0-10")]),
        ({0: 1, 9: 8, 8.5: 1}, [("decimals", False, "1 of 10 answers is no whole number (smallest: 8.5); it")]),
        ({0: 1, 9: 2, 8.5: 2}, [("decimals", True, "2 of 5 answers are no whole numbers")]),
        ({0: 1, 9: 11, 8.5: 3}, [("decimals", True, "3 of 15 answers are no whole numbers")]),
        ({0: 1, 9: 12, 8.5: 3}, [("decimals", False, "3 of 16 answers are no whole numbers")]),
    ],
)  # fmt: skip
def test_scores_tell_of_another_scale_from_an_exact_count_on(
    counts: dict[float, int], found: list[tuple[str, bool, str]]
) -> None:
    told = scale_findings(pd.Series(counts.keys(), dtype="float64").repeat(list(counts.values())), SurveySettings())
    assert [(one.kind, one.blocks) for one in told] == [(kind, blocks) for kind, blocks, _ in found]
    assert all(words in one.message for one, (_, _, words) in zip(told, found, strict=True))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([5.0] * 20, [10.0] * 20, "the 20 answers before run from 5 to 5, the 20 from then on from 10 to 10."),
        ([5.0] * 14, [10.0] * 15, ""),
        ([5.0] * 15, [10.0] * 15, "the 15 answers before"),
        ([5.0] * 9, [10.0] * 90, ""),
        ([5.0] * 10, [10.0] * 90, "the 10 answers before"),
        ([5.0] * 99 + [10.0], [10.0] * 100, "the 100 answers before run from 5 to 5,"),
        ([5.0] * 98 + [10.0] * 2, [10.0] * 100, ""),
    ],
)
def test_a_change_of_scale_needs_ten_answers_on_both_sides_and_few_strays(
    before: list[float], after: list[float], told: str
) -> None:
    dates = pd.Series(
        pd.to_datetime(
            ["2026-01-01"] * len(before)
            + ["2026-02-01", "2026-02-02"] * (len(after) // 2)
            + ["2026-02-03"] * (len(after) % 2)
        )
    )
    found = [
        one.message
        for one in scale_findings(pd.Series(before + after), SurveySettings(), dates=dates)
        if one.kind == "changed"
    ]
    assert len(found) == bool(told)
    assert all(told in message and "change on 2026-02-01" in message for message in found)


@pytest.mark.parametrize(("n", "told"), [(39, ""), (40, "'csat' falls as the score rises (rank correlation -1.00)")])
def test_another_rating_tells_of_a_turned_scale_from_forty_answers_on(n: int, told: str) -> None:
    scores = pd.Series([float(number % 5) for number in range(n)])
    assert reversal_hint(scores, ratings=pd.DataFrame({"csat": 5 - scores})) == told


@pytest.mark.parametrize(("n", "told"), [(19, False), (20, True)])
def test_comments_tell_of_a_turned_scale_from_twenty_of_each_kind_on(n: int, told: bool) -> None:
    scores, comments = pd.Series([1.0] * n + [5.0] * n), pd.Series(["great"] * n + ["rude"] * n)
    hint = "comments with words of praise go with 1 on average, those with words of complaint with 5" if told else ""
    assert reversal_hint(scores, comments=comments) == hint
    assert not reversal_hint(6 - scores, comments=comments)


@pytest.mark.parametrize(
    ("header", "turned"),
    [
        ("NPS (1 = very good, 5 = very poor)", True),
        ("NPS (5 = very poor, 1 = very good)", True),
        ("NPS (1 = very poor, 5 = very good)", False),
        ("NPS (5 = very good, 1 = very poor)", False),
        ("NPS (1 = very good, 5 = other)", False),
        ("NPS", False),
    ],
)
def test_a_header_tells_of_a_turned_scale_by_both_of_its_ends(header: str, turned: bool) -> None:
    assert bool(reversal_hint(pd.Series([1.0, 5.0]), header=header)) == turned


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0", ""),
        ("-1", "is outside 0-10"),
        ("10", ""),
        ("11", "is outside 0-10"),
        ("10.5", "is outside 0-10"),
        ("9.5", "is not a whole number"),
        ("9/10", ""),
        ("9/5", "is out of 5, and the scale ends at 10"),
        ("9 of 11", "is out of 11, and the scale ends at 10"),
        ("7²", "is not a number by itself"),
        ("9 " + "a" * 198, ""),
        ("9 " + "a" * 199, "is not a number by itself"),
        (" ", "blank"),
    ],
)
def test_a_score_is_taken_at_both_ends_of_its_scale_and_refused_behind_them(text: str, reason: str) -> None:
    read = parse_scores(pd.Series([text]), low=0, high=10).iloc[0]
    assert read["reason"] == reason
    assert pd.isna(read["score"]) == bool(reason)


@pytest.mark.parametrize(
    ("text", "number", "undecided"),
    [
        ("1,234", 1.234, "1,234"),
        ("-1.234", -1.234, "1.234"),
        ("0,234", 0.234, ""),
        ("1,2345", 1.2345, ""),
        ("1234,567", 1234.567, ""),
        ("1,234,567", 1234567.0, ""),
        ("1.234.567", 1234567.0, ""),
        ("1,234.5", 1234.5, ""),
        ("1.234,5", 1234.5, ""),
        ("1 234", 1234.0, ""),
        ("12'345.5", 12345.5, ""),
        ("1e3", 1000.0, ""),
        ("1e299", 1e299, ""),
        ("1e300", None, ""),
        ("12 %", 12.0, ""),
    ],
)
def test_a_number_is_read_by_the_sign_that_it_proves(text: str, number: float | None, undecided: str) -> None:
    numbers, open_ = read_numbers(pd.Series([text]))
    assert numbers.tolist() == pytest.approx([float("nan") if number is None else number], nan_ok=True)
    assert open_ == undecided


@pytest.mark.parametrize(
    ("texts", "shown"),
    [(["d", "c", "b"], "'b', 'c', 'd'"), (["d", "c", "b", "a"], "'a', 'b', 'c', ..."), (["tNPS", "n/a"], "")],
)
def test_three_strange_kinds_of_survey_are_named(texts: list[str], shown: str) -> None:
    assert unknown_kinds(pd.Series(texts)) == shown


@pytest.mark.parametrize(
    ("name", "scale", "numbers"),
    [("csat", (1, 5), [1.0, 5.0]), ("ces", (7, 1), [7.0, 3.0]), ("csat", None, [1.0, 5.0])],
)
def test_a_rating_is_turned_on_a_turned_scale_alone(
    name: str, scale: tuple[int, int] | None, numbers: list[float]
) -> None:
    settings = SurveySettings(csat_scale=scale if name == "csat" else None, ces_scale=scale if name == "ces" else None)
    rating = read_rating(name, pd.Series(["1", "5", "n/a", "soon"]), settings)
    assert rating.numbers.dropna().tolist() == numbers
    lost = f"{name}: 1 cell was not understood and is left empty; the answers run from 1 to 5 and no scale"
    assert rating.note.startswith(lost if scale is None else "")
    assert bool(rating.note) == (scale is None)
    assert rating.reasons.tolist() == ["", "", "", "" if scale is None else "is not a number"]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({1: 6, 5: 5}, "State it: `--scale 5-1 --cuts 3,5` if 1 is best, `--scale 1-5 --cuts 3,5` if 5 is best"),
        ({0: 1, 7: 9}, "State it: `--scale 7-0 --cuts 4,6` if 0 is best, `--scale 0-7 --cuts 4,6` if 7 is best"),
        (
            {0: 1, 10: 9},
            "State it: `--scale 10-0` if 0 is best, `--scale 0-10` if 10 is best (`scale` in the section [score])",
        ),
        ({0: 1, 100: 1}, "State it: `--scale 100-0 --cuts 69,90` if 0 is best"),
    ],
)
def test_a_turned_scale_is_named_by_its_ends_and_before_what_does_not_block(
    counts: dict[float, int], told: str
) -> None:
    scores = pd.Series(counts.keys(), dtype="float64").repeat(list(counts.values())).reset_index(drop=True)
    header = "NPS (1 = very good, 5 = very poor)"
    (found,) = scale_findings(scores, SurveySettings(), header=header)
    assert (found.kind, found.blocks) == ("reversed", True)
    assert told in found.message
    many = pd.concat([scores, pd.Series([*range(11)] * 5, dtype="float64"), pd.Series([0.5])], ignore_index=True)
    assert [one.blocks for one in scale_findings(many, SurveySettings(), header=header)] == [True, False]
    (stated,) = scale_findings(scores, SurveySettings(scale=(0, 10)), header=header)
    assert (stated.kind, stated.blocks) == ("reversed", False)
    assert scale_findings(scores, SurveySettings(scale=(10, 0)), header=header) == []
    assert scale_findings(scores, SurveySettings(scales=(ScaleRange(None, (0, 10), None),)), header=header) == []


def test_each_row_has_the_scale_of_its_day_and_the_day_of_the_change_the_new_one() -> None:
    old = ScaleRange(pd.Timestamp("2026-02-01"), (1, 5), (3, 5))
    dates = pd.Series(pd.to_datetime(["2026-01-31", "2026-02-01", None, "2026-03-01"]))
    for settings in (
        SurveySettings(scale=(0, 10), scales=(old,)),
        SurveySettings(scales=(old, ScaleRange(None, (0, 10), None))),
    ):
        rows = row_scales(settings, dates, 4)
        assert rows.loc[0].tolist() == [1, 5, 1, 5, 3, 5]
        assert rows.loc[1].tolist() == rows.loc[3].tolist() == [0, 10, 0, 10, 6, 9]
        assert rows.loc[2].isna().all()
