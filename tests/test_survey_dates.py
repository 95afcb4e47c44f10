import pandas as pd
import pytest

from nps_insights.survey import parse_dates
from nps_insights.survey.values.dates import looks_like_dates
from nps_insights.tables import DataRefusedError, SettingsError


def days(texts: list[str], **stated: object) -> list[str]:
    found = parse_dates(pd.Series(texts, dtype="str"), "Date", **stated)  # type: ignore[arg-type]
    return found.dates.dt.strftime("%Y-%m-%d").fillna("").tolist()


@pytest.mark.parametrize(
    "texts",
    [
        ["2026-03-04", "2026-12-31"],
        ["2026-03-04 10:11:12", "2026-12-31T01:02"],
        ["2026/03/04", "2026/12/31"],
        ["04.03.2026", "31.12.2026"],
        ["4.3.26", "31.12.26"],
        ["04/03/2026", "31/12/2026"],
        ["03/04/2026", "12/31/2026"],
        ["3/4/2026 11:59 PM", "12/31/2026 12:00 am"],
        ["04-03-2026", "31-12-2026"],
        ["4 March 2026", "31 Dec 2026"],
        ["4-Mar-26", "31-Dec-26"],
        ["March 4, 2026", "Dec 31, 2026"],
        ["20260304", "20261231"],
        ["1772582400", "1798675200"],
        ["1772582400000", "1798675200000"],
    ],
)
def test_every_way_of_writing_gives_the_same_two_days(texts: list[str]) -> None:
    assert days(texts) == ["2026-03-04", "2026-12-31"]


def test_one_deciding_row_decides_for_the_column() -> None:
    assert days(["01/02/2026", "13/02/2026"])[0] == "2026-02-01"
    assert days(["01/02/2026", "02/13/2026"])[0] == "2026-01-02"


def test_an_ambiguous_column_shows_both_readings_and_asks() -> None:
    with pytest.raises(DataRefusedError, match=r"day 4 of month 3 or day 3 of month 4.*%d/%m/%Y.*%m/%d/%Y"):
        days(["04/03/2026", "05/05/2026"])
    assert days(["04/03/2026"], date_format="%m/%d/%Y") == ["2026-04-03"]


def test_a_column_that_mixes_orders_or_ways_is_refused() -> None:
    with pytest.raises(DataRefusedError, match="mixes both"):
        days(["13/01/2026", "01/14/2026"])
    with pytest.raises(DataRefusedError, match="mixes two ways"):
        days(["2026-01-01", "2026-01-02", "13.01.2026"])
    with pytest.raises(DataRefusedError, match="no one way"):
        days(["soon", "later"])


def test_a_lone_stranger_is_refused_with_its_reason() -> None:
    found = parse_dates(pd.Series(["2026-01-01"] * 99 + ["yesterday"]), "Date")
    assert found.reasons.iloc[-1] == "is not a date written as Y-m-d"
    assert (found.reasons != "").sum() == 1


def test_impossible_days_and_years_are_refused_not_bent() -> None:
    found = parse_dates(pd.Series(["2026-02-30", "0001-01-01", "2026-01-01 25:00"]), "Date")
    assert found.dates.isna().all()
    assert (found.reasons != "").all()


def test_zones_turn_to_utc_and_are_noted() -> None:
    found = parse_dates(pd.Series(["2026-03-04T00:30:00+02:00", "2026-03-04T00:30:00Z"]), "Date")
    assert found.dates.astype(str).tolist() == ["2026-03-03 22:30:00", "2026-03-04 00:30:00"]
    assert "turned to UTC" in found.notes[0]


def test_dates_that_mean_unknown_are_counted_and_not_refused() -> None:
    found = parse_dates(pd.Series(["1970-01-01", "2026-01-01", "never"]), "Date", missing=("1970-01-01", "never"))
    assert found.n_missing == 2
    assert found.dates.notna().tolist() == [False, True, False]
    assert (found.reasons == "").all()


def test_a_suspicious_1970_is_said() -> None:
    assert "often means" in parse_dates(pd.Series(["1970-01-01", "2026-01-01"]), "Date").notes[0]


@pytest.mark.parametrize("wrong", ["d/m/Y", "%", "%Q"])
def test_a_format_that_is_none_is_a_settings_error(wrong: str) -> None:
    with pytest.raises(SettingsError, match="date_format"):
        days(["2026-01-01"], date_format=wrong)


def test_blank_cells_do_not_look_like_dates() -> None:
    assert not looks_like_dates(pd.Series(["", "  "], dtype="str"))
    assert looks_like_dates(pd.Series(["", "4.3.2026"], dtype="str"))
