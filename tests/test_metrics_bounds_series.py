"""Figures by period at their bounds: what is passed over, what is found, and what each number is made of."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import norm, t

from nps_insights.metrics import mix_and_rate, period_changes, theme_changes, theme_trend
from nps_insights.metrics.change_points import bound_of, change_points, figures_by_period, usable_periods
from nps_insights.metrics.estimates import estimates_of, known_answers, nps, overall
from nps_insights.metrics.few_accounts import account_degrees, kept_shares, student_narrowing, student_quantile
from nps_insights.metrics.intervals import exact_coverage, nps_interval, share_interval
from nps_insights.metrics.own_movement import own_movement
from nps_insights.metrics.periods import is_finished, nps_differences
from nps_insights.metrics.shares import clustered_shares, share_changes
from nps_insights.metrics.trends import mentioned_pairs
from nps_insights.tables import SettingsError

Z = norm.ppf(0.975)


def efforts(*figures: list[float], n: float | list[float] = 100.0, half: float = 1.0) -> pd.DataFrame:
    """A figure per row and month, each with an interval of the same width either side."""
    months = pd.date_range("2025-01-01", periods=len(figures[0]), freq="MS")
    parts = [
        pd.DataFrame({"group": f"g{at}", "period_start": months, "estimate": values, "n_eff": n, "n": n})
        for at, values in enumerate(figures)
    ]
    rows = pd.concat(parts, ignore_index=True).assign(metric="ces", by="agent", too_small=False)
    return rows.assign(conf_low=rows["estimate"] - half, conf_high=rows["estimate"] + half)


def siegmund(every: float, allowance: float = 0.75) -> float:
    def short(b: float) -> float:
        x = 2 * allowance * b
        return float(np.expm1(x) - x - 2 * allowance**2 * every)

    return max(brentq(short, 0, 100) - 1.166, 0.0)


@pytest.mark.parametrize(("every", "allowance"), [(2, 0.75), (2, 0.3), (50, 0.75), (5_000, 0.75), (50, 0.5), (2, 0.1)])
def test_the_bound_is_siegmunds_and_never_below_nothing(every: float, allowance: float) -> None:
    assert bound_of(every, allowance=allowance) == pytest.approx(siegmund(every, allowance))


@pytest.mark.parametrize(
    ("direction", "n_figures", "ways", "history", "sign"),
    [
        ("both", 1, 2, 4, 1),
        ("both", 1, 2, 4, -1),
        ("both", 3, 2, 4, -1),
        ("drop", 1, 1, 4, -1),
        ("rise", 1, 1, 4, 1),
        ("rise", 2, 1, 1, 1),
        ("both", 1, 2, 7, 1),
    ],
)
def test_a_move_is_found_from_the_allowance_and_the_bound_on(
    direction: str, n_figures: int, ways: int, history: int, sign: int
) -> None:
    # One half of an interval is a standard error of 1 / Z; the mean of the history has its own.
    error = np.sqrt(1 + 1 / history) / Z
    just = error * (0.75 + siegmund(50 * n_figures * ways))
    for step, found in ((0.999 * just, False), (1.001 * just, True)):
        rows = efforts([0.0] * history + [sign * step], *[[0.0] * (history + 1)] * (n_figures - 1))
        points = change_points(rows, direction=direction, false_alarm_every=50, min_history=history)
        assert len(points) == found
        assert change_points(rows, direction=direction, false_alarm_every=50, min_history=history + 1).empty
        assert points["group"].tolist() == ["g0"] * found
        assert points["direction"].tolist() == [{1: "rise", -1: "drop"}[sign]] * found


def test_moves_that_alone_are_luck_add_up_to_a_change_and_figures_of_another_column_do_not_count() -> None:
    error = np.sqrt(1 + 1 / 4) / Z
    # Each month adds 1.5 standard errors less the allowance; the months of the sum are not in the mean.
    rows = efforts([0.0] * 4 + [2.25 * error] * 3)
    other = efforts([0.0] * 7).assign(by="shop")
    needed = int(np.ceil(siegmund(100) / 1.5))
    found = change_points(pd.concat([rows, other], ignore_index=True))
    assert found["by"].tolist() == ["agent"]
    assert found["at"].tolist() == [pd.Timestamp("2025-05-01")]
    assert found["found_at"].tolist() == [pd.Timestamp("2025-01-01") + pd.DateOffset(months=3 + needed)]


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_a_change_holds_the_weighted_means_of_both_levels_and_the_errors_of_both(level: float) -> None:
    sizes, values = [100.0, 300.0, 100.0, 200.0, 50.0], [1.0, 2.0, 1.5, 1.0, 9.0]
    z = norm.ppf(0.5 + level / 2)
    # Of one answer the variance is 4.
    rows = efforts(values, n=sizes, half=0.0)
    half = z * np.sqrt(4.0 / np.array(sizes))
    rows = rows.assign(conf_low=rows["estimate"] - half, conf_high=rows["estimate"] + half)
    found = change_points(rows, confidence_level=level).iloc[0]
    before = np.average(values[:4], weights=sizes[:4])
    assert found["before_estimate"] == pytest.approx(before)
    assert found["after_estimate"] == pytest.approx(9.0)
    assert found["estimate"] == pytest.approx(9.0 - before)
    wide = z * np.sqrt(4.0 / sum(sizes[:4]) + 4.0 / 50)
    assert found["conf_high"] - found["estimate"] == pytest.approx(wide)
    assert found["estimate"] - found["conf_low"] == pytest.approx(wide)
    assert (found["n_before"], found["n"]) == (700, 50)
    assert np.isnan(found["p_value"])
    assert (found["metric"], found["by"], found["group"]) == ("ces", "agent", "g0")


def test_a_gap_is_no_period_of_the_history_and_adds_no_answers() -> None:
    rows = efforts([0.0, 0.0, 0.0, 0.0, 0.0, 9.0])
    gap = rows.drop(index=2)
    assert change_points(gap, min_history=5).empty
    found = change_points(gap, min_history=4).iloc[0]
    assert (found["n_before"], found["n"]) == (400, 100)


def test_after_a_change_the_figure_is_held_against_its_new_level() -> None:
    found = change_points(efforts([0.0] * 4 + [9.0] * 4 + [0.0]))
    assert found["direction"].tolist() == ["rise", "drop"]
    assert found["at"].dt.month.tolist() == [5, 9]
    assert found["n_before"].tolist() == [400, 400]
    assert found["before_estimate"].tolist() == pytest.approx([0, 9])


def test_a_change_begins_where_it_parts_the_two_levels_best() -> None:
    error = np.sqrt(1 + 1 / 4) / Z
    # The sum begins with a small rise in May; the level moves in June.
    found = change_points(efforts([0.0] * 4 + [0.9 * error, 4 * error, 4 * error])).iloc[0]
    assert found["at"] == pd.Timestamp("2025-06-01")
    assert found["before_estimate"] == pytest.approx(0.9 * error / 5)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"finished": True}, True),
        ({"finished": False}, False),
        ({"finished": None}, False),
        ({"too_small": True}, False),
        ({"conf_low": np.nan}, False),
        ({"conf_high": np.nan}, False),
        ({"estimate": np.nan}, False),
        ({"period_start": pd.NaT}, False),
    ],
)
def test_a_period_counts_where_it_is_over_large_enough_and_has_an_interval(
    given: dict[str, object], kept: bool
) -> None:
    rows = efforts([1.0, 2.0]).iloc[::-1]
    for name, value in given.items():
        rows[name] = rows[name].astype(object) if name in rows else True
        rows[name] = pd.Series([True if name == "finished" else rows[name].iloc[0], value], index=rows.index)
    found = usable_periods(rows.astype({"too_small": bool}))
    # Rows are in order of time: the first of these was last.
    assert found["estimate"].tolist() == ([1.0, 2.0] if kept else [2.0])


def test_the_interval_of_an_nps_is_half_an_answer_wider_than_its_errors() -> None:
    rows = efforts([10.0], n=50.0, half=9.0)
    _, plain, starts = figures_by_period(rows, 2.0)
    figures, points, _ = figures_by_period(rows.assign(metric="nps"), 2.0)
    assert plain[:, 0, 0].tolist() == pytest.approx([10.0, 50.0, 4.5**2 * 50])
    assert points[:, 0, 0].tolist() == pytest.approx([10.0, 50.0, 4.0**2 * 50])
    assert figures.to_dict("records") == [{"metric": "nps", "by": "agent", "group": "g0"}]
    assert starts.tolist() == [pd.Timestamp("2025-01-01")]


def test_own_movement_of_shares_is_told_in_units_of_each_share() -> None:
    wide = np.where(np.arange(21) % 2, 0.06, 0.0)
    levels = np.stack([0.5 + wide, 0.1 + 0.36 * wide])
    scale = np.array([0.25, 0.09])
    found = own_movement(levels, np.outer([0.25, 0.09], np.full(21, 1e-4)) * scale[:, None], scale)
    kept = 36
    usual = 1 - 2 * (cut := norm.ppf(0.95)) * norm.pdf(cut) / 0.9
    bound = usual * (1 + 0.5 * np.sqrt(3.8 / 40))

    def excess(spread: float) -> float:
        squared = np.repeat([0.06**2, (0.36 * 0.06) ** 2], 20)
        variance = np.repeat([2 * 0.25**2 * 1e-4, 2 * 0.09**2 * 1e-4], 20)
        unit = np.repeat(scale**2, 20)
        return float(np.sort(squared / (variance + 2 * spread**2 * unit))[:kept].mean() - bound)

    assert found == pytest.approx(brentq(excess, 0, 10), rel=1e-6)


def test_steps_as_wide_as_chance_are_no_movement() -> None:
    assert own_movement(np.where(np.arange(21) % 2, 1.0, 0.0)[None], np.ones((1, 21)), np.ones(1)) == 0


# ---- themes by period

DAYS = {"before": pd.Timestamp("2026-01-15"), "after": pd.Timestamp("2026-02-28 23:59")}
CHANGE = pd.Series(
    {"before_start": "2026-01-01", "before_end": "2026-01-31", "after_start": "2026-02-01", "after_end": "2026-02-28"}
).map(pd.Timestamp)


def comments(n_before: int, n_after: int, n_accounts: int = 0) -> pd.DataFrame:
    n = n_before + n_after
    rows = pd.DataFrame({"response_id": [f"r{at:03}" for at in range(n)]})
    rows["responded_at"] = [DAYS["before"]] * n_before + [DAYS["after"]] * n_after
    return rows.assign(account_id=[f"a{at % n_accounts}" for at in range(n)]) if n_accounts else rows


def mentions(**themes: range) -> pd.DataFrame:
    rows = [(f"r{at:03}", theme) for theme, places in themes.items() for at in places]
    return pd.DataFrame(rows, columns=["response_id", "theme_id"])


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize(("k1", "k2"), [(6, 36), (12, 0), (0, 9), (40, 5), (20, 40)])
def test_a_change_of_a_share_is_the_score_test_with_the_range_of_agresti_and_caffo(
    k1: int, k2: int, level: float
) -> None:
    n1, n2 = 40, 80
    found = share_changes(
        mentions(t1=range(k1), t2=range(n1, n1 + k2)).assign(theme_id="t"),
        comments(n1, n2),
        CHANGE,
        confidence_level=level,
    ).iloc[0]
    pooled = (k1 + k2) / (n1 + n2)
    z = (k2 / n2 - k1 / n1) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    a1, a2 = (k1 + 1) / (n1 + 2), (k2 + 1) / (n2 + 2)
    half = norm.ppf(0.5 + level / 2) * np.sqrt(a1 * (1 - a1) / (n1 + 2) + a2 * (1 - a2) / (n2 + 2))
    assert (found["before_estimate"], found["after_estimate"]) == pytest.approx((k1 / n1, k2 / n2))
    assert found["estimate"] == pytest.approx(k2 / n2 - k1 / n1)
    assert (found["conf_low"], found["conf_high"]) == pytest.approx((a2 - a1 - half, a2 - a1 + half))
    assert found["p_value"] == pytest.approx(2 * norm.sf(abs(z)))
    assert (found["n_before"], found["n"], found["metric"], found["by"]) == (n1, n2, "theme_share", "theme_id")
    assert found[list(CHANGE.index)].tolist() == CHANGE.tolist()


@pytest.mark.parametrize("spoken", [range(40, 52), range(6), range(30, 52)])
def test_where_accounts_repeat_the_errors_are_those_between_accounts(spoken: range) -> None:
    answers = comments(40, 60, n_accounts=20)
    found = share_changes(mentions(t=spoken), answers, CHANGE).iloc[0]
    said = answers["response_id"].isin([f"r{at:03}" for at in spoken]).to_numpy(dtype=float)
    after, account = np.arange(100) >= 40, np.arange(100) % 20
    share = [said[side].mean() for side in (~after, after)]
    independent = sum(p * (1 - p) / n for p, n in zip(share, (40, 60), strict=True))
    # Every account has two answers before and three after, a twentieth of each side: it kept 1 - 2/20 + 1/20.
    own = np.where(after, (said - share[1]) / 60, -(said - share[0]) / 40)
    by_account = np.bincount(account, weights=own) / np.sqrt(1 - 1 / 20)
    effect = max((by_account**2).sum() / independent, 1.0)
    pooled = said.mean()
    z = (share[1] - share[0]) / np.sqrt(pooled * (1 - pooled) * (1 / 40 + 1 / 60) * effect)
    assert found["p_value"] == pytest.approx(2 * t.sf(abs(z), 19))
    k1, k2 = said[~after].sum(), said[after].sum()
    a1, a2 = (k1 + 1) / 42, (k2 + 1) / 62
    half = t.ppf(0.975, 19) * np.sqrt((a1 * (1 - a1) / 42 + a2 * (1 - a2) / 62) * effect)
    assert (found["conf_low"], found["conf_high"]) == pytest.approx((a2 - a1 - half, a2 - a1 + half))


@pytest.mark.parametrize("n_accounts", [0, 1, 20])
def test_a_theme_that_neither_period_mentions_did_not_change(n_accounts: int) -> None:
    spoken = pd.concat([mentions(heard=range(30, 52)), pd.DataFrame({"response_id": ["x"], "theme_id": ["unheard"]})])
    found = share_changes(spoken, comments(40, 60, n_accounts), CHANGE).set_index("group")
    silent = found.loc["unheard"]
    assert (silent["before_estimate"], silent["after_estimate"], silent["estimate"]) == (0, 0, 0)
    # One mention is added to each side: 1/62 - 1/42 and no design effect.
    spread = np.sqrt(1 / 62 * 61 / 62 / 62 + 1 / 42 * 41 / 42 / 42)
    quantile = t.ppf(0.975, 19) if n_accounts == 20 else Z
    assert silent["conf_high"] == pytest.approx(1 / 62 - 1 / 42 + quantile * spread)


def test_a_mention_written_twice_counts_once_and_days_at_the_ends_of_a_period_belong_to_it() -> None:
    ends = [pd.Timestamp(day) for day in ("2025-12-31 23:59", "2026-01-01", "2026-01-31 23:59", "2026-02-01")]
    rows = pd.DataFrame({"response_id": [f"r{at:03}" for at in range(4)], "responded_at": ends})
    found = share_changes(pd.concat([mentions(t=range(2))] * 2), rows, CHANGE).iloc[0]
    assert (found["before_estimate"], found["n_before"], found["n"]) == (0.5, 2, 1)


@pytest.mark.parametrize("spoken", [{"t": range(0)}, {}])
def test_no_theme_gives_no_change(spoken: dict[str, range]) -> None:
    assert share_changes(mentions(**spoken), comments(10, 10), CHANGE).empty


def _clustered(said: np.ndarray, account: np.ndarray) -> tuple[float, float]:
    """Effective answers and degrees of freedom, deviation by deviation."""
    n, p, sizes = len(said), said.mean(), np.bincount(account)
    off = np.bincount(account, weights=said - p)
    between = (off**2).sum() * len(sizes) / (len(sizes) - 1)
    return min(n * n * p * (1 - p) / between, n), n**2 / (sizes**2).sum() - 1


@pytest.mark.parametrize(
    ("sizes", "said_by"),
    [([5, 4, 3, 2, 1, 1, 1], [5, 0, 3, 0, 1, 0, 0]), ([2] * 10, [2, 0] * 5), ([3, 3, 4], [1, 1, 2]), ([2, 2], [2, 0])],
)
def test_the_share_of_a_theme_has_the_errors_between_its_accounts(sizes: list[int], said_by: list[int]) -> None:
    account = np.repeat(np.arange(len(sizes)), sizes)
    said = np.concatenate([np.r_[np.ones(k), np.zeros(n - k)] for n, k in zip(sizes, said_by, strict=True)])
    ids = [f"r{at:03}" for at in range(len(said))]
    pairs = pd.DataFrame({"response_id": [*np.array(ids)[said > 0], "elsewhere"], "theme_id": "t"})
    found = clustered_shares(pairs, pd.Series([f"a{at}" for at in account], index=ids), ["t", "never"]).set_index(
        "theme_id"
    )
    n_eff, degrees = _clustered(said, account)
    size = n_eff * (Z / t.ppf(0.975, max(degrees, 1))) ** 2
    _, low, high = share_interval(said.mean() * size, size)
    row = found.loc["t"]
    assert (row["estimate"], row["n"], row["n_eff"], row["degrees"]) == pytest.approx(
        (said.mean(), len(said), n_eff, degrees)
    )
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((float(low), float(high)))
    # Of a theme that nobody mentions the accounts tell nothing.
    assert found.loc["never", ["estimate", "n_eff"]].tolist() == [0.0, len(said)]


@pytest.mark.parametrize("account", [["a", "b", "c", "d"], ["a"] * 4])
def test_one_account_or_answers_that_stand_alone_have_the_plain_interval(account: list[str]) -> None:
    ids = [f"r{at}" for at in range(4)]
    found = clustered_shares(
        pd.DataFrame({"response_id": ids[:1], "theme_id": "t"}), pd.Series(account, index=ids), ["t"]
    ).iloc[0]
    assert np.isnan(found["degrees"])
    assert found["n_eff"] == 4
    _, low, high = share_interval(1, 4)
    assert (found["conf_low"], found["conf_high"]) == pytest.approx((float(low), float(high)))


@pytest.mark.parametrize(("n", "too_small"), [(29, True), (30, False)])
def test_a_period_of_a_theme_is_too_small_below_thirty_answers(n: int, too_small: bool) -> None:
    found = theme_trend(mentions(t=range(3)), comments(n, 40), per="month")
    assert found["too_small"].tolist() == [too_small, False]
    assert "degrees" not in found
    assert found["period_end"].tolist() == [pd.Timestamp("2026-01-31"), pd.Timestamp("2026-02-28")]
    assert theme_trend(mentions(t=range(3)), comments(n, 40), per="month", min_group=n)["too_small"].any() is np.False_


@pytest.mark.parametrize(
    ("sizes", "too_small"),
    [
        ([4] * 9, True),
        ([4] * 10, False),
        ([1] * 36, False),
        ([36], True),
        # 100 answers of 40 accounts; one holds 61 or 36 of them, which count as 2.7 and as 7.3 of equal size.
        ([61] + [1] * 39, True),
        ([36] + [2] * 25 + [1] * 14, False),
    ],
)
def test_a_period_of_few_or_unequal_accounts_is_too_small(sizes: list[int], too_small: bool) -> None:
    account = np.repeat(np.arange(len(sizes)), sizes)
    rows = comments(len(account), 0).assign(account_id=[f"a{at}" for at in account])
    # Mentions that are spread over the accounts leave many effective answers.
    found = theme_trend(mentions(t=range(0, len(account), 2)), rows, per="month").iloc[0]
    assert found["n_eff"] >= 10
    assert found["too_small"] == too_small


@pytest.mark.parametrize(
    ("as_of", "finished"), [(None, True), ("2026-02-26", False), ("2026-02-26 05:00", True), ("2026-03-01", True)]
)
def test_a_period_is_over_when_nine_tenths_of_its_days_are(as_of: str | None, finished: bool) -> None:
    known_at = None if as_of is None else pd.Timestamp(as_of)
    found = theme_trend(mentions(t=range(3)), comments(40, 40), per="month", as_of=known_at)
    assert found["finished"].tolist() == [True, finished]
    changes = theme_changes(mentions(t=range(3)), comments(40, 40), per="month", as_of=known_at)
    assert len(changes) == finished


@pytest.mark.parametrize(
    ("days", "at", "over"), [(30, 27, True), (30, 26.9999, False), (10, 9, True), (1, 0.9, True), (1, 0.89, False)]
)
def test_nine_tenths_to_the_moment_are_enough(days: int, at: float, over: bool) -> None:
    start = pd.Timestamp("2026-04-01")
    ends = pd.Series([start + pd.Timedelta(days=days - 1)])
    assert is_finished(pd.Series([start]), ends, start + pd.Timedelta(days=at)).tolist() == [over]


def by_month(counts: list[int], said: list[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    starts = pd.date_range("2026-01-01", periods=len(counts), freq="MS")
    ends = [start + pd.offsets.MonthEnd() for start in starts]
    ids = [[f"r{month:02}-{at:03}" for at in range(n)] for month, n in enumerate(counts)]
    rows = pd.DataFrame({"response_id": np.concatenate(ids), "responded_at": np.repeat(ends, counts)})
    spoken = [one for month, k in zip(ids, said, strict=True) for one in month[:k]]
    return pd.DataFrame({"response_id": spoken, "theme_id": "t"}), rows


@pytest.mark.parametrize(
    ("settings", "before", "after"),
    [
        ({}, (2, 5), (6, 6)),
        ({"last": 2}, (1, 4), (5, 6)),
        ({"before": 1}, (5, 5), (6, 6)),
        ({"last": 5, "before": 9}, (1, 1), (2, 6)),
        ({"last": 6}, None, None),
    ],
)
def test_the_last_periods_are_held_against_those_before(
    settings: dict[str, int], before: tuple[int, int] | None, after: tuple[int, int] | None
) -> None:
    found = theme_changes(*by_month([40] * 6, [1, 2, 3, 4, 5, 6]), per="month", **settings)
    if before is None or after is None:
        assert found.empty
        return
    row = found.iloc[0]
    shown = [row[name].month for name in ("before_start", "before_end", "after_start", "after_end")]
    assert shown == [*before, *after]
    months = [range(low, high + 1) for low, high in (before, after)]
    assert (row["n_before"], row["n"]) == tuple(40 * len(inside) for inside in months)
    assert row["before_estimate"] == pytest.approx(np.mean(months[0]) / 40)
    assert row["after_estimate"] == pytest.approx(np.mean(months[1]) / 40)


def test_a_period_of_few_answers_is_on_neither_side() -> None:
    found = theme_changes(*by_month([40, 29, 30], [1, 29, 3]), per="month").iloc[0]
    assert (found["n_before"], found["n"], found["before_estimate"]) == (40, 30, 1 / 40)


@pytest.mark.parametrize(("said", "reason"), [((2, 14), "emerging"), ((14, 2), "fading"), ((7, 8), "steady")])
def test_a_theme_emerges_fades_or_is_steady(said: tuple[int, int], reason: str) -> None:
    found = theme_changes(*by_month([50, 50], list(said)), per="month").iloc[0]
    assert found["reason"] == reason
    assert found["q_value"] == found["p_value"]


def test_themes_and_top_themes_are_judged_as_families_of_their_own() -> None:
    _, rows = by_month([50, 50], [0, 0])
    ids = rows["response_id"].to_numpy()
    said = {"a": [*ids[:2], *ids[50:62]], "b": [*ids[:5], *ids[50:55]], "c": [*ids[5:8], *ids[62:64]]}
    spoken = pd.DataFrame(
        [(one, theme) for theme, who in said.items() for one in who], columns=["response_id", "theme_id"]
    )
    found = theme_changes(spoken, rows, per="month", parents={"a": "top", "b": "top"}).set_index("group")
    assert sorted(found.index) == ["a", "b", "c", "top"]
    # One top theme alone keeps its p-value, the smallest of three is three times as large.
    assert found.loc["top", "q_value"] == found.loc["top", "p_value"]
    assert found.loc["a", "q_value"] == pytest.approx(3 * found.loc["a", "p_value"])
    # A response that mentions two themes of one top theme mentions it once.
    assert found.loc["top", "before_estimate"] == 5 / 50
    assert mentioned_pairs(spoken).groupby("theme_id").size().to_dict() == {"a": 14, "b": 10, "c": 5}


@pytest.mark.parametrize("settings", [{"last": 0}, {"before": 0}, {"last": -1}])
def test_less_than_one_period_is_refused(settings: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match="both must be 1 or more periods"):
        theme_changes(*by_month([40, 40], [1, 2]), per="month", **settings)


def test_an_answer_counts_once_and_only_where_it_has_a_date() -> None:
    spoken, rows = by_month([40, 40], [4, 8])
    undated = pd.DataFrame({"response_id": ["u"], "responded_at": pd.to_datetime([None])})
    found = theme_trend(spoken, pd.concat([rows, rows.head(5), undated], ignore_index=True), per="month")
    assert found["n"].tolist() == [40, 40]
    assert theme_trend(spoken, rows.drop(columns="responded_at"), per="month").empty
    assert theme_changes(spoken, rows.drop(columns="responded_at"), per="month").empty
    assert theme_trend(spoken.head(0), rows, per="month").empty
    assert theme_changes(spoken.head(0), rows, per="month").empty


# ---- few accounts, mix, intervals, moments of knowing


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize(
    ("degrees", "quantile"), [(np.nan, norm.ppf), (np.inf, norm.ppf), (3.5, None), (1.0, None), (0.4, None)]
)
def test_students_quantile_has_one_degree_at_least_and_is_the_normal_one_of_no_or_endless_ones(
    degrees: float, quantile: Callable[[float], float] | None, level: float
) -> None:
    upper = 0.5 + level / 2
    expected = quantile(upper) if quantile else t.ppf(upper, max(degrees, 1))
    assert student_quantile(degrees, confidence_level=level) == pytest.approx(expected)
    assert student_narrowing(degrees, confidence_level=level) == pytest.approx((norm.ppf(upper) / expected) ** 2)


@pytest.mark.parametrize(
    ("shares", "kept"),
    [
        ([1.0, 0.0], [1.0, 2.0]),  # alone on its side: nothing is left of it, and it gets 1
        ([0.5, 0.5, 0.0], [0.5, 0.5, 1.5]),
        ([0.6, 0.3, 0.1], [0.26, 0.86, 1.26]),
    ],
)
def test_an_account_has_kept_what_it_did_not_pull_to_itself(shares: list[float], kept: list[float]) -> None:
    assert kept_shares(np.array(shares)).tolist() == pytest.approx(kept)


@pytest.mark.parametrize(
    ("before", "after", "degrees"),
    [
        # Welch of 4 and 10 accounts of their own: (1/4 + 1/10)^2 / (1/16/3 + 1/100/9).
        ([0.25] * 4 + [0.0] * 10, [0.0] * 4 + [0.1] * 10, 0.35**2 / (1 / 48 + 1 / 900)),
        ([0.1] * 10, [0.1] * 10, 9.0),
        ([1.0, 0.0], [0.0, 1.0], 2.0),  # one degree of each side at least
        ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5], 1.0 / (2 * 0.25 + 2 * 0.0625)),
    ],
)
def test_degrees_of_a_difference_are_welchs_of_the_accounts(
    before: list[float], after: list[float], degrees: float
) -> None:
    assert account_degrees(np.array(before), np.array(after)) == pytest.approx(degrees)


def sides_of(*counts: dict[str, tuple[int, int, int]]) -> list[pd.DataFrame]:
    """Promoters, passives and detractors of each group, on each side."""
    sides = []
    for number, groups in enumerate(counts):
        rows = [
            (group, category)
            for group, numbers in groups.items()
            for category, n in zip(("promoter", "passive", "detractor"), numbers, strict=True)
            for _ in range(n)
        ]
        side = pd.DataFrame(rows, columns=["plan", "category"])
        sides.append(side.assign(response_id=[f"{number}-{at:03}" for at in range(len(side))]))
    return sides


def _mean_of(category: pd.Series) -> float:
    return float(category.map({"promoter": 1, "passive": 0, "detractor": -1}).mean())


def _kitagawa(before: pd.DataFrame, after: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Parts in points, as the formula says; a group of one side alone has the other side's mean."""
    sides = (before, after)
    names = sorted(set(before["plan"]) | set(after["plan"]))
    share = [[float((side["plan"] == name).mean()) for name in names] for side in sides]
    mean = [
        [
            _mean_of((side if (side["plan"] == name).any() else other).query("plan == @name")["category"])
            for name in names
        ]
        for side, other in zip(sides, sides[::-1], strict=True)
    ]
    whole = sum(_mean_of(side["category"]) for side in sides) / 2
    parts = {}
    for at, name in enumerate(names):
        parts["mix", name] = 100 * (share[1][at] - share[0][at]) * ((mean[0][at] + mean[1][at]) / 2 - whole)
        parts["rate", name] = 100 * (share[0][at] + share[1][at]) / 2 * (mean[1][at] - mean[0][at])
    for part in ("mix", "rate"):
        parts[part, ""] = sum(value for (kind, _), value in parts.items() if kind == part)
    return parts


MIXED = [
    ({"Basic": (20, 10, 10), "Pro": (12, 10, 8)}, {"Basic": (8, 8, 14), "Pro": (25, 10, 15)}),
    ({"Basic": (20, 10, 10), "Pro": (12, 10, 8)}, {"Basic": (8, 8, 14), "Pro": (25, 10, 15), "New": (10, 4, 6)}),
]


@pytest.mark.parametrize("counts", MIXED)
def test_mix_and_rate_are_kitagawas_with_the_errors_of_a_jackknife(
    counts: tuple[dict[str, tuple[int, int, int]], ...],
) -> None:
    before, after = sides_of(*counts)
    found = mix_and_rate(before, after, "plan").parts.set_index(["part", "group"])
    expected = _kitagawa(before, after)
    n, left_out = len(before) + len(after), []
    # Answers alike leave the same figures when they are left out: one of each kind, as often as it is there.
    for at, side in enumerate((before, after)):
        for _, alike in side.groupby(["plan", "category"]):
            less = [before, after]
            less[at] = side.drop(index=alike.index[0])
            left_out += [_kitagawa(*less)] * len(alike)
    for key, value in expected.items():
        one_out = np.array([parts[key] for parts in left_out])
        error = np.sqrt((n - 1) / n * ((one_out - one_out.mean()) ** 2).sum())
        row = found.loc[key]
        assert row["estimate"] == pytest.approx(value, abs=1e-9)
        assert row["std_error"] == pytest.approx(error, rel=0.06, abs=0.02)
        half = t.ppf(0.975, n - 1) * row["std_error"]
        assert (row["conf_low"], row["conf_high"]) == pytest.approx((value - half, value + half))
        if row["std_error"] > 0:
            assert row["p_value"] == pytest.approx(2 * t.sf(abs(value) / row["std_error"], n - 1))


def test_each_part_says_of_whom_it_is() -> None:
    before, after = sides_of(*MIXED[1])
    found = mix_and_rate(before, after, "plan").parts.set_index(["part", "group"])
    assert found.loc[("mix", "Pro"), ["share_before", "share_after"]].tolist() == [30 / 70, 0.5]
    assert found.loc[("rate", "Pro"), ["n_before", "n"]].tolist() == [30, 50]
    assert found.loc[("rate", "Pro"), ["nps_before", "nps_after"]].tolist() == pytest.approx([400 / 30, 20])
    assert found.loc[("mix", ""), ["share_before", "share_after", "n_before", "n"]].tolist() == [1, 1, 70, 100]
    assert found.loc[("total", ""), ["nps_before", "nps_after"]].tolist() == pytest.approx([1400 / 70, 8])
    new = found.loc[("mix", "New")]
    assert np.isnan(new["nps_before"])
    assert new["nps_after"] == pytest.approx(20)


@pytest.mark.parametrize(("n", "told"), [(9, True), (10, False), (1, True)])
def test_groups_of_fewer_than_ten_answers_of_one_side_have_rough_ranges(n: int, told: bool) -> None:
    notes = mix_and_rate(
        *sides_of({"Basic": (20, 10, 10), "Pro": (0, n, 0)}, {"Basic": (9, 9, 9), "Pro": (5, 5, 5)}), "plan"
    ).notes
    assert notes == (["plan: fewer than 10 answers on one side from Pro; their ranges are rough."] if told else [])


@pytest.mark.parametrize(("side", "when"), [(0, "before"), (1, "after")])
def test_groups_of_one_side_alone_are_named_with_that_side(side: int, when: str) -> None:
    counts = [{"Basic": (20, 10, 10)}, {"Basic": (20, 10, 10)}]
    counts[side] |= {"Pro": (20, 10, 10), "Team": (10, 10, 10)}
    (note,) = mix_and_rate(*sides_of(*counts), "plan").notes
    assert note.startswith(f"plan: Pro, Team answered only {when}: there is no change of their own NPS")


@pytest.mark.parametrize(("step", "points"), [(0.5, 6), (0.25, 15), (0.1, 66)])
def test_the_grid_of_coverage_holds_every_distribution_with_its_edges(step: float, points: int) -> None:
    assert len(exact_coverage(2, step=step)) == points


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize(("promoters", "detractors", "n"), [(5, 2, 10), (30, 10, 60), (0, 4, 20), (7, 7, 14)])
def test_both_ends_of_an_nps_lie_where_the_score_test_turns(
    promoters: int, detractors: int, n: int, level: float
) -> None:
    z = norm.ppf(0.5 + level / 2)

    def refused(difference: float) -> float:
        # The detractors' share given the difference, where the likelihood is greatest, by search.
        shares = np.linspace(max(0, -difference) + 1e-9, (1 - difference) / 2 - 1e-9, 20_001)
        passives = n - promoters - detractors
        with np.errstate(divide="ignore", invalid="ignore"):
            likelihood = (
                promoters * np.log(shares + difference)
                + detractors * np.log(shares)
                + passives * np.log(1 - 2 * shares - difference)
            )
        q = shares[np.nanargmax(likelihood)]
        variance = n * (2 * q + difference * (1 - difference))
        return float(abs(promoters - detractors - n * difference) - 0.5 - z * np.sqrt(variance))

    estimate, low, high = (float(one) / 100 for one in nps_interval(promoters, detractors, n, confidence_level=level))
    assert estimate == pytest.approx((promoters - detractors) / n)
    for end, outwards in ((low, -1), (high, 1)):
        assert refused(end - outwards * 0.002) < 0 < refused(end + outwards * 0.002)


def test_an_answer_at_the_moment_of_knowing_is_known() -> None:
    moment = pd.Timestamp("2026-03-31 12:00")
    days = [moment - pd.Timedelta(days=1), moment, moment + pd.Timedelta(microseconds=1)]
    rows = pd.DataFrame({"category": ["promoter"] * 3, "responded_at": days})
    assert len(known_answers(rows, moment)) == 2
    assert estimates_of(rows, as_of=moment)["n"].unique().tolist() == [2]
    assert len(known_answers(rows, None)) == 3
    assert len(known_answers(rows.assign(responded_at=pd.NaT), moment)) == 3
    assert len(known_answers(rows.drop(columns="responded_at"), moment)) == 3


def test_figures_of_all_answers_are_those_of_no_group_and_all_time() -> None:
    days = pd.date_range("2026-01-01", periods=60)
    rows = pd.DataFrame({"category": ["promoter", "passive"] * 30, "plan": ["A"] * 20 + ["B"] * 40})
    by_plan = estimates_of(rows, by=["plan"])
    assert overall(by_plan)["n"].tolist() == [60] * 4
    assert overall(nps(rows.assign(responded_at=days), per="month")).empty


def test_a_change_of_a_year_ago_stands_beside_that_of_the_period_before() -> None:
    months = pd.date_range("2025-01-01", periods=14, freq="MS")
    days = np.repeat([month + pd.offsets.MonthEnd() for month in months], 40)
    rows = pd.DataFrame({"responded_at": days, "category": ["promoter", "detractor", "passive", "promoter"] * 140})
    found = period_changes(rows, nps(rows, per="month"), per="month")
    assert found["before_start"].dt.strftime("%Y-%m").tolist() == ["2025-02", "2026-01"]
    assert (found["n_before"].tolist(), found["n"].tolist()) == ([40, 40], [40, 40])


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize(
    ("effect", "extra", "most"), [(1.0, 0.0, np.inf), (2.5, 9.0, np.inf), (0.5, 0.0, np.inf), (2.0, 0.0, 7.0)]
)
def test_a_difference_is_that_of_counts_with_three_answers_added_against_welchs_t(
    effect: float, extra: float, most: float, level: float
) -> None:
    sides = ((30, 4, 40), (20, 30, 60))
    found = nps_differences(
        *sides, design_effect=effect, extra_variance=extra, most_degrees=most, confidence_level=level
    )
    scores = [np.repeat([1, -1, 0], [4 * p + 3, 4 * d + 3, 4 * (n - p - d) + 6]) for p, d, n in sides]
    variances = [effect * y.var() / (n + 3) for y, (_, _, n) in zip(scores, sides, strict=True)]
    worth = [n / max(effect, 1) for _, _, n in sides]
    degrees = sum(variances) ** 2 / sum(v**2 / (n - 1) for v, n in zip(variances, worth, strict=True))
    error = np.sqrt(sum(variances) + extra / 100**2)
    difference = scores[1].mean() - scores[0].mean()
    half = t.ppf(0.5 + level / 2, min(degrees, most)) * error
    assert found["estimate"] == pytest.approx(100 * (-10 / 60 - 26 / 40))
    assert found["conf_low"] == pytest.approx(100 * (difference - half))
    assert found["conf_high"] == pytest.approx(100 * (difference + half))
    assert found["p_value"] == pytest.approx(2 * t.sf(abs(difference) / error, min(degrees, most)))
