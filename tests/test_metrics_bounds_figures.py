"""Figures at their bounds: windows of time, groups, weights, scales, and what is said beside them."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from nps_insights.metrics.estimates import commented_and_silent, estimates_of, nps, nps_by
from nps_insights.metrics.figures.answer_notes import estimate_notes
from nps_insights.metrics.figures.cell_shares import cell_shares
from nps_insights.metrics.figures.cells import account_numbers, cell_moments
from nps_insights.metrics.figures.groups import group_codes, group_column, group_names, grouping_name
from nps_insights.metrics.figures.satisfaction import Scale, answers_on
from nps_insights.metrics.figures.surveys import one_survey
from nps_insights.metrics.figures.weighting import checked_weights, effective_n, rake
from nps_insights.metrics.figures.windows import dates_of, rolling_ends, windows_of
from nps_insights.metrics.intervals import nps_interval, share_interval
from nps_insights.tables import DataRefusedError, SettingsError

CYCLE = ["promoter", "passive", "detractor", "promoter"]


def on(*days: str | None, **columns: object) -> pd.DataFrame:
    rows = pd.DataFrame({"responded_at": pd.to_datetime(list(days), format="ISO8601"), "category": "promoter"})
    return rows.assign(response_id=[f"r{at:03}" for at in range(len(days))], **columns)


# ---- what is said beside the figures


@pytest.mark.parametrize(
    ("kinds", "survey", "said"),
    [
        (
            [("relational", 3), ("transactional", 2)],
            "pooled",
            "3 relational and 2 transactional answers are taken together",
        ),
        ([("relational", 3), ("transactional", 2)], None, ""),
        ([("relational", 3), ("transactional", 2)], "relational", ""),
        ([("relational", 3)], "pooled", ""),
        (
            [("relational", 3), (None, 2)],
            None,
            "2 of 5 answers do not say of which survey they are; they count as relational",
        ),
        (
            [("relational", 3), (None, 2)],
            "pooled",
            "2 of 5 answers do not say of which survey they are; they count as relational",
        ),
        (
            [("relational", 3), (None, 2)],
            "relational",
            "2 of 5 answers do not say of which survey they are; they are left out",
        ),
        ([(None, 2)], None, ""),
        (
            [("relational", 1), ("transactional", 1), (None, 3)],
            None,
            "3 of 5 answers do not say of which survey they are; they count as relational/transactional",
        ),
    ],
)
def test_what_is_said_of_the_surveys(kinds: list[tuple[str | None, int]], survey: str | None, said: str) -> None:
    rows = pd.DataFrame({"survey": [kind for kind, n in kinds for _ in range(n)], "category": "promoter"})
    notes = estimate_notes(rows, survey=survey)
    assert len(notes) == bool(said)
    assert all(note.startswith(said) for note in notes)


@pytest.mark.parametrize(
    ("highs", "said"),
    [
        ([10, 10, 10], ""),
        ([10, 10, 5], "0 to 5 (1 answers since 2026-03-01), 0 to 10 (2 answers since 2026-01-01)"),
        ([5, 10, 5], "0 to 5 (2 answers since 2026-01-01), 0 to 10 (1 answers since 2026-02-01)"),
    ],
)
@pytest.mark.parametrize("dated", [True, False])
def test_several_scales_are_told_with_the_day_each_began(highs: list[int], said: str, dated: bool) -> None:
    rows = on("2026-01-01", "2026-02-01", "2026-03-01", scale_min=0, scale_max=highs)
    notes = estimate_notes(rows if dated else rows.drop(columns="responded_at"))
    assert len(notes) == bool(said)
    if said:
        parts = said if dated else pd.Series([said]).str.replace(r" since [\d-]+", "", regex=True).iloc[0]
        assert notes[0].startswith(f"the score was asked on 2 scales: {parts}; a change")
    for lacking in ("scale_min", "scale_max"):
        assert estimate_notes(rows.drop(columns=lacking)) == []
    assert estimate_notes(rows.assign(responded_at=pd.NaT))[:1] == [
        note.replace(" since 2026-01-01", "").replace(" since 2026-02-01", "").replace(" since 2026-03-01", "")
        for note in estimate_notes(rows)
    ]


def test_answers_after_the_moment_of_knowing_are_counted_with_the_last_day() -> None:
    rows = on("2026-01-10 12:00", "2026-01-10 12:01", "2026-02-05", "2026-01-20", None)
    notes = estimate_notes(rows, as_of=pd.Timestamp("2026-01-10 12:00"))
    assert notes == ["3 of 5 answers are dated after 2026-01-10 12:00, the last on 2026-02-05; they are left out"]
    assert estimate_notes(rows, as_of=pd.Timestamp("2026-02-05")) == []
    split = estimate_notes(rows, per="month", as_of=pd.Timestamp("2026-02-05"))
    assert split == ["1 of 5 answers have no date and belong to no period"]


def test_an_answer_at_the_moment_of_knowing_is_left() -> None:
    rows = on("2026-01-10 12:00", "2026-01-11")
    assert estimate_notes(rows, per="month", as_of=pd.Timestamp("2026-01-10 12:00"))[-1] == (
        "all answers lie in one month, 2026-01-01: nothing can be compared"
    )
    assert estimate_notes(rows, per="month", as_of=pd.Timestamp("2026-01-10 11:59"))[-1] == "no dated answer is left"


@pytest.mark.parametrize("rows", [pd.DataFrame({"category": ["promoter"]}), on(None)])
def test_answers_without_dates_are_said_where_time_is_asked_for(rows: pd.DataFrame) -> None:
    said = ["the answers have no dates: nothing can be said per period, and every answer counts as known"]
    assert estimate_notes(rows) == []
    for settings in ({"per": "month"}, {"rolling": 7}, {"as_of": pd.Timestamp("2026-01-01")}):
        assert estimate_notes(rows, **settings) == said


def test_a_time_zone_is_said() -> None:
    rows = on("2026-01-10", "2026-02-10")
    rows["responded_at"] = rows["responded_at"].dt.tz_localize("Europe/Berlin")
    assert estimate_notes(rows, per="month") == [
        "dates carry the time zone Europe/Berlin and were turned to UTC; periods begin at midnight UTC"
    ]


@pytest.mark.parametrize(
    ("per", "days", "said"),
    [
        ("month", ["2026-01-31", "2026-02-01"], []),
        ("month", ["2026-01-31", "2026-03-01"], ["no answers in 1 month: 2026-02-01"]),
        ("month", ["2026-01-31", "2026-04-01"], ["no answers in 2 months: 2026-02-01, 2026-03-01"]),
        ("quarter", ["2026-01-31", "2026-07-01"], ["no answers in 1 quarter: 2026-04-01"]),
        ("year", ["2024-01-31", "2026-07-01"], ["no answers in 1 year: 2025-01-01"]),
        ("week", ["2026-01-11", "2026-01-19"], ["no answers in 1 week: 2026-01-12"]),
        ("day", ["2026-01-11", "2026-01-13"], ["no answers in 1 day: 2026-01-12"]),
        ("week", ["2026-01-12", "2026-01-18"], ["all answers lie in one week, 2026-01-12: nothing can be compared"]),
    ],
)
def test_periods_without_answers_are_named(per: str, days: list[str], said: list[str]) -> None:
    assert estimate_notes(on(*days), per=per) == said


def test_groups_that_appear_or_die_midway_are_named() -> None:
    days = [f"2026-0{month}-01" for month in (1, 2, 3)]
    plan = {"all": days, "new": days[1:], "last": days[2:], "old": days[:2], "first": days[:1], "gap": days[::2]}
    rows = on(*(day for given in plan.values() for day in given))
    rows["attribute/plan"] = [name for name, given in plan.items() for _ in given]
    rows = pd.concat([rows, on("2026-02-15")], ignore_index=True)
    assert estimate_notes(rows, per="month", by=["attribute/plan"]) == [
        "plan: groups that appear midway, first in the month from last (2026-03-01), new (2026-02-01)",
        "plan: groups that died midway, last seen in the month from first (2026-01-01), old (2026-02-01)",
    ]


@pytest.mark.parametrize(("n", "said"), [(5, ""), (6, " and 1 more"), (1_006, " and 1,001 more")])
def test_the_first_five_are_named_and_the_others_counted(n: int, said: str) -> None:
    days = pd.date_range("2020-01-01", periods=n + 2)
    (note,) = estimate_notes(on(str(days[0]), str(days[-1])), per="day")
    listed = ", ".join(f"{day:%Y-%m-%d}" for day in days[1:6])
    assert note == f"no answers in {n:,} days: {listed}{said}"


@pytest.mark.parametrize(
    ("rolling", "per", "as_of", "said"),
    [
        (10, "", None, []),
        (11, "", None, ["the answers span 10 days, fewer than one window of 11: no figure"]),
        (11, "", "2026-01-11 09:00", []),
        (
            8,
            "day",
            None,
            [
                "windows of 8 days overlap where they follow each other sooner: they share answers",
                "7 windows of 8 days that begin before 2026-01-01 are left out",
            ],
        ),
        (
            2,
            "day",
            None,
            [
                "windows of 2 days overlap where they follow each other sooner: they share answers",
                "1 window of 2 days that begin before 2026-01-01 are left out",
            ],
        ),
        (1, "day", None, ["windows of 1 days overlap where they follow each other sooner: they share answers"]),
    ],
)
def test_rolling_windows_that_are_not_full_are_said(rolling: int, per: str, as_of: str | None, said: list[str]) -> None:
    rows = on("2026-01-01 20:00", "2026-01-10 08:00")
    known_at = None if as_of is None else pd.Timestamp(as_of)
    assert estimate_notes(rows, per=per, rolling=rolling, as_of=known_at) == said


@pytest.mark.parametrize("rolling", [0, -1])
def test_a_window_of_no_day_is_refused(rolling: int) -> None:
    for call in (estimate_notes, estimates_of):
        with pytest.raises(SettingsError, match=rf"rolling == {rolling}: must be a number of days, 1 or more"):
            call(on("2026-01-01"), rolling=rolling)


# ---- windows of time


@pytest.mark.parametrize(
    ("per", "days", "starts", "ends"),
    [
        (
            "day",
            ["2026-01-01 00:00", "2026-01-01 23:59", "2026-01-03"],
            ["2026-01-01", "2026-01-03"],
            ["2026-01-01", "2026-01-03"],
        ),
        (
            "week",
            ["2026-01-04 23:59", "2026-01-05", "2026-01-11"],
            ["2025-12-29", "2026-01-05"],
            ["2026-01-04", "2026-01-11"],
        ),
        (
            "month",
            ["2026-01-31 23:59", "2026-02-01", "2026-02-28"],
            ["2026-01-01", "2026-02-01"],
            ["2026-01-31", "2026-02-28"],
        ),
        (
            "quarter",
            ["2026-03-31", "2026-04-01", "2026-06-30"],
            ["2026-01-01", "2026-04-01"],
            ["2026-03-31", "2026-06-30"],
        ),
        (
            "year",
            ["1969-12-31", "1970-01-01", "1970-12-31"],
            ["1969-01-01", "1970-01-01"],
            ["1969-12-31", "1970-12-31"],
        ),
    ],
)
def test_each_answer_falls_into_its_period(per: str, days: list[str], starts: list[str], ends: list[str]) -> None:
    (found,) = windows_of(on(*days, None), per=per)
    assert found.starts.astype("str").tolist() == starts
    assert found.ends.astype("str").tolist() == ends
    place = [0, 0, 1] if per == "day" else [0, 1, 1]
    assert found.codes.tolist() == [*place, -1]
    assert found.rows is None


@pytest.mark.parametrize(
    ("per", "ends"),
    [
        ("", ["2026-01-20"]),
        ("month", ["2026-01-20"]),
        ("week", ["2026-01-04", "2026-01-11", "2026-01-18", "2026-01-20"]),
    ],
)
def test_rolling_windows_end_with_each_period_and_on_the_last_day(per: str, ends: list[str]) -> None:
    first, last = np.datetime64("2026-01-01"), np.datetime64("2026-01-20")
    assert rolling_ends(first, last, per).astype("str").tolist() == ends


@pytest.mark.parametrize(
    ("rolling", "per", "as_of", "windows"),
    [
        (5, "", None, [("2026-01-06", "2026-01-10", [3])]),
        (10, "", None, [("2026-01-01", "2026-01-10", [0, 1, 2, 3])]),
        (11, "", None, []),
        (
            3,
            "day",
            "2026-01-05",
            [
                ("2026-01-01", "2026-01-03", [0, 1]),
                ("2026-01-02", "2026-01-04", [1]),
                ("2026-01-03", "2026-01-05", [1, 2]),
            ],
        ),
        (3, "", "2026-01-20", []),
        (4, "week", None, [("2026-01-01", "2026-01-04", [0, 1]), ("2026-01-07", "2026-01-10", [3])]),
    ],
)
def test_a_window_holds_the_answers_of_its_days_and_is_full(
    rolling: int, per: str, as_of: str | None, windows: list[tuple[str, str, list[int]]]
) -> None:
    rows = on("2026-01-01 20:00", "2026-01-03 08:00", "2026-01-05 23:59", "2026-01-10 00:00", None)
    known_at = None if as_of is None else pd.Timestamp(as_of)
    found = list(windows_of(rows, per=per, rolling=rolling, as_of=known_at))
    assert [(str(one.starts[0]), str(one.ends[0]), sorted(one.rows.tolist())) for one in found] == windows
    assert all(set(one.codes.tolist()) == {0} for one in found)


def test_no_answers_have_no_windows() -> None:
    nobody = on("2026-01-01").head(0)
    assert list(windows_of(nobody, rolling=7)) == []
    (calendar,) = windows_of(nobody, per="month")
    assert (len(calendar.codes), len(calendar.starts), len(calendar.ends)) == (0, 0, 0)
    (all_time,) = windows_of(on("2026-01-01"))
    assert (all_time.codes.tolist(), np.isnat(all_time.starts).all()) == ([0], True)


BERLIN = dt.timezone(dt.timedelta(hours=1))


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (["soon", pd.Timestamp("2026-01-01")], r"1 of 2 values are no dates \(first: 'soon'\)"),
        (
            [dt.datetime(2026, 1, 1, tzinfo=BERLIN), dt.datetime(2026, 1, 1)],
            r"mix time zones \(1 with UTC\+01:00, 1 with no",
        ),
        (
            [pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-01", tz="UTC"), None],
            r"\(1 with UTC, 1 with no time zone\)",
        ),
        ([7, "later", None], r"2 of 2 values are no dates \(first: 7\)"),
    ],
)
def test_dates_that_are_none_or_of_several_zones_are_refused(dates: list[object], said: str) -> None:
    rows = pd.DataFrame({"responded_at": pd.Series(dates, dtype=object)})
    with pytest.raises(DataRefusedError, match=said):
        dates_of(rows, "per")


@pytest.mark.parametrize("rows", [pd.DataFrame({"category": []}), on(None), pd.DataFrame({"category": ["promoter"]})])
def test_figures_by_time_need_dates(rows: pd.DataFrame) -> None:
    with pytest.raises(SettingsError, match="per == 'month': needs dates"):
        dates_of(rows, "per == 'month'")


# ---- rows of estimates


@pytest.mark.parametrize(
    ("n", "min_group", "too_small"), [(29, 30, True), (30, 30, False), (10, 10, False), (9, 1, True), (10, 1, False)]
)
def test_few_answers_or_few_effective_ones_are_too_small(n: int, min_group: int, too_small: bool) -> None:
    rows = pd.DataFrame({"category": np.resize(CYCLE, n), "plan": "A"})
    found = [
        estimates_of(rows, min_group=min_group),
        nps(rows, min_group=min_group),
        nps_by(rows, ["plan"], min_group=min_group),
    ]
    for table in found:
        assert set(table["too_small"]) == {too_small}
    assert set(estimates_of(rows)["too_small"]) == {n < 30}


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        ([4] * 9, "36 answers of 9 accounts; at least 10 are needed where accounts answer more than once"),
        ([4] * 10, ""),
        ([1] * 40, ""),
        (
            [61] + [1] * 39,
            "100 answers of 40 accounts, which count as 2.7 of equal size; at least 4 of equal size are needed",
        ),
        (
            [1061] + [1] * 39,
            "1,100 answers of 40 accounts, which count as 1.1 of equal size; at least 4 of equal size are needed",
        ),
        ([40], ""),
    ],
)
def test_accounts_that_repeat_and_are_few_or_unequal_are_too_small_and_say_why(sizes: list[int], reason: str) -> None:
    account = np.repeat([f"a{at:02}" for at in range(len(sizes))], sizes)
    rows = pd.DataFrame({"category": np.resize(CYCLE, len(account)), "account_id": account})
    found = estimates_of(rows)
    assert set(found["reason"]) == {reason}
    assert set(found["too_small"]) == {bool(reason)}
    assert ("degrees" in found) == (1 < len(sizes) < len(account))


def test_a_group_of_one_account_beside_others_is_too_small() -> None:
    rows = pd.DataFrame({"category": np.resize(CYCLE, 80), "plan": ["A"] * 40 + ["B"] * 40})
    rows["account_id"] = ["one"] * 40 + [f"a{at % 20}" for at in range(40)]
    found = estimates_of(rows, by=["plan"]).query("by == 'plan' and metric == 'nps'").set_index("group")
    assert found["reason"].tolist() == [
        "40 answers of 1 account; at least 10 are needed where accounts answer more than once",
        "",
    ]


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_figure_is_its_formula(weighted: bool, level: float) -> None:
    rng = np.random.default_rng(3)
    n = 60
    rows = pd.DataFrame({"response_id": [f"r{at:02}" for at in range(n)], "category": rng.choice(CYCLE, n)})
    rows = rows.assign(account_id=[f"a{at % 20}" for at in range(n)], w=rng.uniform(0.5, 2, n))
    w = rows["w"].to_numpy() if weighted else np.ones(n)
    y = rows["category"].map({"promoter": 1, "passive": 0, "detractor": -1}).to_numpy()
    account = np.arange(n) % 20
    mean = np.average(y, weights=w)
    between = (np.bincount(account, weights=w * (y - mean)) ** 2).sum() * 20 / 19 / w.sum() ** 2
    n_eff = min(np.average((y - mean) ** 2, weights=w) / between, n)
    sums = np.bincount(account, weights=w)
    degrees = sums.sum() ** 2 / (sums**2).sum() - 1
    size = n_eff * (norm.ppf(0.5 + level / 2) / t.ppf(0.5 + level / 2, degrees)) ** 2
    found = estimates_of(rows, weights="w" if weighted else None, confidence_level=level).set_index("metric")
    share = {name: np.average(rows["category"] == name, weights=w) for name in ("promoter", "passive", "detractor")}
    expected = {"nps": nps_interval(share["promoter"] * size, share["detractor"] * size, size, confidence_level=level)}
    expected |= {name: share_interval(p * size, size, confidence_level=level) for name, p in share.items()}
    for metric, figures in expected.items():
        row = found.loc[metric]
        assert row[["estimate", "conf_low", "conf_high"]].astype(float).tolist() == pytest.approx(
            [float(one) for one in figures]
        )
        assert (row["n"], row["n_eff"], row["degrees"]) == pytest.approx((n, n_eff, degrees))
    assert found.loc["nps", "estimate"] == pytest.approx(100 * mean)


def test_groups_and_periods_are_each_counted_alone() -> None:
    rows = on(*["2026-01-10"] * 5, *["2026-02-10"] * 3, *["2026-03-30"] * 2)
    rows["plan"] = ["A", "A", "B", None, "B", "A", "A", "A", "B", "B"]
    found = estimates_of(rows, by=["plan", "plan"], per="month").query("metric == 'nps'")
    counted = {(row.by, row.group, row.period_start.month): row.n for row in found.itertuples()}
    assert counted == {
        ("", "", 1): 5, ("", "", 2): 3, ("", "", 3): 2,
        ("plan", "A", 1): 2, ("plan", "B", 1): 2, ("plan", "A", 2): 3, ("plan", "B", 3): 2,
    }  # fmt: skip
    assert found.query("by == ''")["finished"].tolist() == [True, True, True]
    by_then = estimates_of(rows, per="month", as_of=pd.Timestamp("2026-02-15")).query("metric == 'nps'")
    assert by_then["finished"].tolist() == [True, False]


def test_many_groups_in_few_answers_have_the_figures_they_have_alone() -> None:
    # 1,100 groups in two months are more cells than are laid out at once.
    n = 1_100
    rows = on(*["2026-01-10", "2026-02-10"] * (n // 2))
    rows = rows.assign(category=np.resize(CYCLE, n), plan=[f"p{at:04}" for at in range(n)])
    rows.loc[5, "plan"] = None
    found = estimates_of(rows, by=["plan"], per="month").query("by == 'plan' and metric == 'nps'").set_index("group")
    assert len(found) == n - 1
    assert found["n"].eq(1).all()
    for at in (0, 1, 2, n - 1):
        row = found.loc[f"p{at:04}"]
        assert row["estimate"] == {"promoter": 100, "passive": 0, "detractor": -100}[CYCLE[at % 4]]
        assert row["period_start"].month == 1 + at % 2


@pytest.mark.parametrize("account", [None, [0, 0, 1, 2]])
def test_an_answer_of_no_cell_counts_in_none(account: list[int] | None) -> None:
    cell = np.array([-1, 0, 0, 1], dtype=np.int32)
    numbers = None if account is None else np.array(account, dtype=np.int32)
    for y in (np.array([1, 1, -1, 1], dtype=np.int8), np.array([1.0, 1, -1, 1])):
        found = cell_moments(cell, 3, y, account=numbers)
        assert found.n.tolist() == [2, 1, 0]
        assert found.mean[:2].tolist() == [0, 1]
        assert np.isnan(found.mean[2])
        assert found.second[:2].tolist() == [1, 1]
        assert found.spread[:2].tolist() == [1, 0]
        assert found.n_accounts.tolist() == [2, 1, 0]


def test_no_answer_in_any_cell_gives_empty_cells() -> None:
    found = cell_moments(np.full(3, -1), 2, np.ones(3), account=np.zeros(3, dtype=np.int32))
    assert found.n.tolist() == [0, 0]
    assert found.n_accounts.tolist() == [0, 0]
    assert np.isnan(found.mean).all()


@pytest.mark.parametrize(
    ("accounts", "numbers"),
    [
        (["a", "b", "c"], None),
        (["a", None, "c", None], None),
        (["a", "b", "a"], [0, 1, 0]),
        (["a", None, "a", None, "b"], [0, 2, 0, 3, 1]),
    ],
)
def test_accounts_are_numbered_only_where_one_answered_twice(
    accounts: list[str | None], numbers: list[int] | None
) -> None:
    found = account_numbers(pd.DataFrame({"account_id": accounts}))
    assert (found if found is None else found.tolist()) == numbers
    assert account_numbers(pd.DataFrame({"score": [1]})) is None


def test_shares_of_cells_have_students_interval_of_their_accounts() -> None:
    account = np.repeat(np.arange(12), [1, 2, 3] * 4)
    holds = np.resize([True, True, False, True, False], 24)
    cell = np.r_[np.zeros(24, dtype=int), 1]
    found = cell_shares(cell, 3, np.r_[holds, True], np.r_[account, 12], confidence_level=0.9)
    p = holds.mean()
    between = (np.bincount(account, weights=holds - p) ** 2).sum() * 12 / 11
    n_eff = min(24**2 * p * (1 - p) / between, 24)
    degrees = 24**2 / (np.bincount(account) ** 2).sum() - 1
    size = n_eff * (norm.ppf(0.95) / t.ppf(0.95, degrees)) ** 2
    _, low, high = share_interval(p * size, size, confidence_level=0.9)
    assert (found.estimate[0], found.n_eff[0], found.degrees[0]) == pytest.approx((p, n_eff, degrees))
    assert (found.conf_low[0], found.conf_high[0]) == pytest.approx((float(low), float(high)))
    assert found.n.tolist() == [24, 1, 0]
    assert found.estimate[1] == 1
    assert np.isnan(found.estimate[2])


@pytest.mark.parametrize(("n", "too_small"), [(29, True), (30, False)])
def test_the_share_of_commenters_is_of_all_answers(n: int, too_small: bool) -> None:
    rows = pd.DataFrame({"response_id": [f"r{at:02}" for at in range(n)], "category": np.resize(CYCLE, n)})
    comments = pd.DataFrame({"response_id": ["r00", "r01", "r02", "r02"], "says_nothing": [False, True, False, False]})
    found = commented_and_silent(rows, comments, confidence_level=0.8)
    rate = found.query("metric == 'comment_rate'").iloc[0]
    _, low, high = share_interval(2, n, confidence_level=0.8)
    assert (rate["estimate"], rate["conf_low"], rate["conf_high"]) == pytest.approx((2 / n, float(low), float(high)))
    assert (rate["n"], rate["n_eff"], rate["too_small"]) == (n, n, too_small)
    sides = found.query("metric == 'nps'").set_index("group")
    assert sides["n"].to_dict() == {"commented": 2, "silent": n - 2}
    assert not commented_and_silent(rows, comments, min_group=n).query("metric == 'comment_rate'")["too_small"].item()


# ---- satisfaction


@pytest.mark.parametrize(
    ("scale", "good"),
    [
        (Scale(1, 5), [4, 5]),
        (Scale(1, 5, top=1), [5]),
        (Scale(1, 5, top=4), [2, 3, 4, 5]),
        (Scale(1, 5, low_is_good=True), [1, 2]),
        (Scale(1, 5, top=1, low_is_good=True), [1]),
    ],
)
def test_the_boxes_at_the_good_end_count(scale: Scale, good: list[int]) -> None:
    answers = np.arange(1.0, 6.0)
    assert answers[scale.good(answers)].tolist() == good


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"low": 5, "high": 1}, r"Scale\(5, 1\): low must lie below high, for example Scale\(1, 5\)"),
        ({"low": 3, "high": 3}, r"Scale\(3, 3\): low must lie below high"),
        ({"low": 1, "high": 5, "top": 5}, r"Scale\(1, 5, top=5\): top must leave at least one box that is not good"),
        ({"low": 1, "high": 5, "top": 0}, r"Scale\(1, 5, top=0\): top must leave"),
    ],
)
def test_a_scale_that_is_none_says_why(given: dict[str, int], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Scale(**given)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (
            ["2026-01-01", "2026-01-03", "2026-01-10", "2026-01-05"],
            ", the first on 2026-01-05, 4 days after the first answer; if",
        ),
        (["2026-01-05", "2026-01-03", "2026-01-10", "2026-01-01"], r" \(from 0 to 7\); if"),
        (["2026-01-05", "2026-01-03", None, None], r" \(from 0 to 7\); if"),
        ([None] * 4, r" \(from 0 to 7\); if"),
    ],
)
def test_answers_beyond_the_scale_tell_of_the_day_they_begin(days: list[str | None], said: str) -> None:
    rows = on(*days, csat=[1.0, np.nan, 7.0, 0.0])
    for scaled in (rows, rows.assign(csat=[5.0, np.nan, 7.0, 0.0])):
        with pytest.raises(DataRefusedError, match=r"csat: 2 of 3 answers lie beyond the scale 1 to 5.*" + said):
            answers_on(scaled, "csat", Scale(1, 5))
    assert answers_on(rows.head(2), "csat", Scale(1, 5)).tolist()[0] == 1


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_satisfaction_is_of_those_who_answered_it(level: float) -> None:
    rows = pd.DataFrame({"category": "promoter", "csat": [5, 4, 3, None, 1] * 8, "ces": [None, 1, 2, 7, 4] * 8})
    found = estimates_of(
        rows,
        metrics=("csat", "ces", "ces_top"),
        csat_scale=Scale(1, 5),
        ces_scale=Scale(1, 7, low_is_good=True),
        confidence_level=level,
    ).set_index("metric")
    for metric, yes in (("csat", 16), ("ces_top", 16)):
        wanted = [float(one) for one in share_interval(yes, 32, confidence_level=level)]
        assert found.loc[metric, ["estimate", "conf_low", "conf_high"]].astype(float).tolist() == pytest.approx(wanted)
    efforts = np.resize([1, 2, 7, 4], 32)
    half = t.ppf(0.5 + level / 2, 31) * efforts.std(ddof=1) / np.sqrt(32)
    row = found.loc["ces"]
    assert (row["estimate"], row["n"], row["reason"]) == (3.5, 32, "")
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((3.5 - half, 3.5 + half))


# ---- surveys and groups


def test_a_survey_is_taken_out_alone_or_refused_with_what_there_is() -> None:
    both = pd.DataFrame({"response_id": list("abc"), "survey": ["relational", "transactional", None]})
    assert one_survey(both, "transactional")["response_id"].tolist() == ["b"]
    assert list(one_survey(both, "pooled").columns) == ["response_id"]
    with pytest.raises(DataRefusedError, match=r"\(1 relational, 1 transactional, 1 that do not say\), which are not"):
        one_survey(both)
    with pytest.raises(DataRefusedError, match=r"no answer is of this survey \(there are 1 relational\)"):
        one_survey(both.head(1), "transactional")
    with pytest.raises(DataRefusedError, match=r"\(there are no answers\)"):
        one_survey(pd.DataFrame({"response_id": []}), "relational")
    with pytest.raises(DataRefusedError, match=r"\(there are 2 that do not say\)"):
        one_survey(pd.DataFrame({"response_id": ["a", "b"]}), "relational")
    assert len(one_survey(both.tail(2))) == 2


def test_surveys_apart_stand_beside_each_other_and_nobody_asks_where_there_is_none() -> None:
    rows = pd.DataFrame({"category": np.resize(CYCLE, 80), "survey": ["relational"] * 50 + ["transactional"] * 30})
    found = estimates_of(rows, survey="apart").query("metric == 'nps'").set_index("survey")
    assert found["n"].to_dict() == {"relational": 50, "transactional": 30}
    plain = estimates_of(rows.drop(columns="survey"), survey="apart")
    assert plain["n"].unique().tolist() == [80]
    assert "survey" not in plain
    assert set(estimates_of(rows.head(50))["survey"]) == {"relational"}
    assert set(nps(rows, survey="pooled")["survey"]) == {"pooled"}
    assert set(nps_by(rows, [], survey="relational")["n"]) == {50}


@pytest.mark.parametrize(
    ("values", "codes", "names"),
    [
        ([1, "1", "2", None], [0, 0, 1, -1], ["1", "2"]),
        ([10.0, 2.5, np.nan, 10.0], [0, 1, -1, 0], ["10", "2.5"]),
        ([True, False, True, True], [0, 1, 0, 0], ["True", "False"]),
    ],
)
def test_a_group_is_what_is_read(values: list[object], codes: list[int], names: list[str]) -> None:
    assert [
        one.tolist() if isinstance(one, np.ndarray) else one
        for one in group_codes(pd.DataFrame({"plan": values}), "plan")
    ] == [codes, names]


def test_columns_that_are_crossed_leave_out_who_has_no_value_in_one() -> None:
    rows = pd.DataFrame({"attribute/a": ["x", "x", "y", None, "y"], "b": ["1", "2", "1", "1", None]})
    codes, names = group_codes(rows, ("a", "b"))
    assert codes.tolist() == [0, 1, 2, -1, -1]
    assert names == ["x & 1", "x & 2", "y & 1"]
    assert grouping_name(("attribute/a", "b")) == "a & b"
    assert group_codes(rows, "")[0].tolist() == [0] * 5
    empty = group_codes(rows.assign(b=None), ("a", "b"))
    assert (empty[0].tolist(), empty[1]) == ([-1] * 5, [])
    with pytest.raises(SettingsError, match="an empty tuple"):
        group_codes(rows, ())
    with pytest.raises(SettingsError, match=r"by == 'c': no such column; the responses have a, b"):
        group_column(rows, "c")
    assert group_names(pd.Series([1, 2])).tolist() == ["1", "2"]


# ---- weights

PLANS = pd.DataFrame({"response_id": [f"r{at:02}" for at in range(40)]}).assign(
    plan=["Free"] * 30 + ["Pro"] * 10, region=["N", "S"] * 20, w=[1.0, 3.0] * 20
)


@pytest.mark.parametrize(
    ("shares", "refused"),
    [((0.5, 0.504), False), ((0.5, 0.496), False), ((0.5, 0.507), True), ((0.5, 0.493), True), ((50, 150), False)],
)
def test_shares_may_miss_one_by_what_rounding_does(shares: tuple[float, float], refused: bool) -> None:
    margins = {"plan": dict(zip(("Free", "Pro"), shares, strict=True))}
    if refused:
        with pytest.raises(SettingsError, match=rf"the shares add to {sum(shares):g}; they must add to 1"):
            rake(PLANS, margins)
        return
    reached = rake(PLANS, margins).margins
    for column in ("wanted", "reached"):
        assert reached[column].tolist() == pytest.approx(np.array(shares) / sum(shares))


def test_the_table_of_margins_holds_each_level_before_and_after() -> None:
    margins = {"plan": {"Pro": 0.4, "Free": 0.6}, "region": {"N": 0.7, "S": 0.3}}
    found = rake(PLANS, margins, base="w")
    table = found.margins
    assert table.index.tolist() == [0, 1, 2, 3]
    assert table["margin"].tolist() == ["plan", "plan", "region", "region"]
    assert table["level"].tolist() == ["Free", "Pro", "N", "S"]
    assert table["n"].tolist() == [30, 10, 20, 20]
    assert table["before"].tolist() == pytest.approx([0.75, 0.25, 0.25, 0.75])
    assert table["wanted"].tolist() == [0.6, 0.4, 0.7, 0.3]
    assert table["reached"].tolist() == pytest.approx([0.6, 0.4, 0.7, 0.3])
    assert found.weights.mean() == pytest.approx(1)
    assert found.n_eff == pytest.approx(found.weights.sum() ** 2 / (found.weights**2).sum())
    assert found.design_effect == pytest.approx(40 / found.n_eff)
    assert found.notes == []
    assert (found.weights.index.name, found.weights.name) == ("response_id", "weight")


@pytest.mark.parametrize(
    ("most", "share", "n_cut"),
    [
        (2.0, 0.6, 10),  # a tenth part of all would need 2.4 each
        (2.5, 0.6, 0),
        (2.4, 0.6, 10),  # just at the cut
    ],
)
def test_a_cut_is_told_with_what_it_cost(most: float, share: float, n_cut: int) -> None:
    found = rake(PLANS, {"plan": {"Free": 1 - share, "Pro": share}}, most=most)
    assert found.weights.max() == pytest.approx(min(most, 4 * share))
    told = [f"10 of 40 weights were cut at {most:g} times the mean"] if n_cut else []
    missed = [
        "plan: 'Free' reached a share of 0.500 instead of 0.400",
        "plan: 'Pro' reached a share of 0.500 instead of 0.600",
    ]
    assert found.notes == told + (missed if most < 2.4 else [])


def test_what_was_cut_is_brought_back_by_the_others() -> None:
    found = rake(
        PLANS.assign(w=[9.0] * 2 + [3.0] * 4 + [1.0] * 34), {"region": {"N": 0.5, "S": 0.5}}, base="w", most=2.5
    )
    weights = found.weights.to_numpy()
    assert weights.max() == pytest.approx(2.5)
    assert weights.mean() == pytest.approx(1)
    # Those that were not cut keep their ratio.
    assert weights[6:] == pytest.approx(np.full(34, weights[6]))
    assert found.notes == [f"{int((weights > 2.499).sum())} of 40 weights were cut at 2.5 times the mean"]


@pytest.mark.parametrize(
    ("margins", "said"),
    [
        ({"plan": {}}, "needs levels with shares of 0 or more"),
        ({"plan": {"Free": -0.1, "Pro": 1.1}}, "needs levels with shares of 0 or more"),
        ({"plan": {"Free": np.inf, "Pro": 1}}, "needs levels with shares of 0 or more"),
        ({"plan": {"Free": 0, "Pro": 0}}, "the shares add to 0"),
        ({}, "margins: none was given"),
    ],
)
def test_margins_that_are_none_are_refused(margins: dict[str, dict[str, float]], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        rake(PLANS, margins)


@pytest.mark.parametrize(
    ("margins", "said"),
    [
        ({"Free": 1.0}, "plan: 'Pro' (10 rows) has no known share above 0; give it one or merge it"),
        ({"Free": 1.0, "Pro": 0.0}, "plan: 'Pro' (10 rows) has no known share above 0; give it one or merge it"),
        (
            {"Free": 0.5, "Pro": 0.3, "Team": 0.2},
            "plan: no row is of 'Team' (wanted: 0.2); merge it with a level that has rows",
        ),
    ],
)
def test_rows_that_the_margins_do_not_know_are_refused(margins: dict[str, float], said: str) -> None:
    with pytest.raises(DataRefusedError) as refused:
        rake(PLANS, {"plan": margins})
    assert str(refused.value) == f"rake: {said}"
    # A level of no share that nobody has is no problem.
    assert rake(PLANS, {"plan": {"Free": 0.5, "Pro": 0.5, "Team": 0.0}}).notes == []


def test_rows_without_a_value_are_refused_with_their_number() -> None:
    with pytest.raises(DataRefusedError, match="plan: 3 of 40 rows have no value; leave them out or name them"):
        rake(PLANS.assign(plan=PLANS["plan"].where(PLANS.index > 2)), {"plan": {"Free": 0.5, "Pro": 0.5}})


@pytest.mark.parametrize("most", [1.0, 0.5])
def test_a_cut_must_lie_above_the_mean(most: float) -> None:
    with pytest.raises(SettingsError, match="must be above 1, the mean weight"):
        rake(PLANS, {"plan": {"Free": 0.5, "Pro": 0.5}}, most=most)


def test_bad_weights_are_counted_by_kind_with_the_first() -> None:
    given = PLANS.assign(w=[1.0, np.nan, np.nan, 0.0, -1.0, -2.0, -3.0, np.inf, -np.inf] + [1.0] * 31)
    said = r"8 of 40 weights are not above 0 \(2 missing, 1 zero, 4 negative, 1 infinite; first: response_id 'r01' has"
    with pytest.raises(DataRefusedError, match=said):
        checked_weights(given, "w")
    with pytest.raises(DataRefusedError, match="first: row 1 has nan"):
        checked_weights(given.drop(columns="response_id"), "w")
    with pytest.raises(SettingsError, match="response_id 'r03' has more than one weight"):
        checked_weights(PLANS, pd.Series([1.0, 2.0, 3.0], index=["r02", "r03", "r03"]))
    with pytest.raises(SettingsError, match="the responses have no response_id"):
        checked_weights(PLANS.drop(columns="response_id"), pd.Series({"r02": 1.0}))


@pytest.mark.parametrize(("weights", "n"), [([], 0.0), ([2.0], 1.0), ([1.0, 3.0], 1.6), ([5.0] * 4, 4.0)])
def test_effective_answers_are_kishs(weights: list[float], n: float) -> None:
    assert effective_n(weights) == pytest.approx(n)


def test_weights_of_rows_without_ids_keep_their_index() -> None:
    found = rake(PLANS.drop(columns="response_id").set_axis(range(100, 140)), {"plan": {"Free": 0.5, "Pro": 0.5}})
    assert found.weights.index.tolist() == list(range(100, 140))
    assert found.weights.tolist() == pytest.approx([2 / 3] * 30 + [2.0] * 10)
