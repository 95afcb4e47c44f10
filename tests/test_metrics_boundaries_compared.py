"""Two periods at the bounds of being alike: values kept, values banded, shares tested and shares told."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, f

from nps_insights.metrics.comparability.asked import Asked, asked_in, sampling
from nps_insights.metrics.comparability.composition import Levels, described, levels_of, shift_p_value
from nps_insights.metrics.comparability.findings import Limits, Sides


@pytest.mark.parametrize(
    ("rows", "names"),
    [(19, ["(others)", "app", "web"]), (20, ["app", "fax", "web"]), (21, ["app", "fax", "web"])],
)
def test_a_value_stands_for_itself_from_twenty_rows_on(rows: int, names: list[str]) -> None:
    assert levels_of(pd.Series(["web"] * 30 + ["app"] * 30 + ["fax"] * rows)).names == names


@pytest.mark.parametrize(("n_values", "kept"), [(11, 11), (12, 12), (13, 11), (14, 11)])
def test_of_more_than_twelve_values_the_eleven_most_frequent_stay_and_the_others_go_together(
    n_values: int, kept: int
) -> None:
    values = [f"v{number:02}" for number in range(n_values)]
    levels = levels_of(pd.Series(np.repeat(values, 20 + np.arange(n_values)[::-1])))
    assert levels.names == [*(["(others)"] if kept < n_values else []), *values[:kept]]


@pytest.mark.parametrize(("n_values", "n_names"), [(12, 12), (13, 4)])
def test_more_than_twelve_numbers_are_compared_in_four_bands(n_values: int, n_names: int) -> None:
    assert len(levels_of(pd.Series(np.repeat(np.arange(n_values), 20))).names) == n_names


def test_a_number_at_a_cut_belongs_to_the_lower_band_and_a_missing_one_to_none() -> None:
    levels = levels_of(pd.Series([*np.repeat(np.arange(1.0, 14.0), 20), np.nan, np.nan]))
    found = dict(zip(levels.names, np.bincount(levels.codes).tolist(), strict=True))
    # Quartiles of 1 to 13 are 4, 7 and 10: four numbers up to 4, then three, three and three.
    assert found == {"up to 4": 80, "4 to 7": 60, "7 to 10": 60, "over 10": 60, "(not known)": 2}


def _shift(values: list[str], accounts: np.ndarray, n_before: int) -> float:
    is_after = np.arange(len(values)) >= n_before
    return shift_p_value(Levels.of(pd.Series(values)), is_after, accounts)


@pytest.mark.parametrize(
    ("before", "after"),
    [((30, 20), (40, 60)), ((10, 20, 30), (25, 25, 30)), ((1, 0), (0, 1)), ((5, 5, 0, 3), (2, 9, 4, 0))],
)
def test_the_shift_of_answers_that_stand_alone_is_pearsons_against_f(
    before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    values = np.repeat([f"v{at}" for at in range(len(before))] * 2, [*before, *after]).tolist()
    statistic = chi2_contingency([before, after], correction=False).statistic
    k, g = len(before), sum(before) + sum(after)
    expected = f.sf(statistic / (k - 1), k - 1, (k - 1) * (g - 1))
    assert _shift(values, np.arange(g), sum(before)) == pytest.approx(expected)


def test_of_two_values_the_shift_of_clustered_answers_is_that_of_the_sandwich() -> None:
    rng = np.random.default_rng(4)
    accounts = np.repeat(np.arange(12), 5)
    is_web = (rng.random(12) < 0.5)[accounts] ^ (rng.random(60) < 0.1)
    is_after = np.arange(60) >= 25
    share = is_web.mean()
    weight = np.where(is_after, 1 / 35, -1 / 25)
    off = np.bincount(accounts, weights=weight * (is_web - share))
    variance = (off**2).sum() * 12 / 11
    plain = share * (1 - share) * (1 / 25 + 1 / 35)
    shift = is_web[is_after].mean() - is_web[~is_after].mean()
    expected = f.sf(shift**2 / max(variance, plain), 1, 11)
    assert variance > plain
    found = _shift(np.where(is_web, "web", "app").tolist(), accounts, 25)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(("values", "expected"), [(["web"] * 4, 1.0), (["web", "web", "app", "app"], f.sf(1.0, 1, 1))])
def test_one_value_cannot_shift_and_one_account_gives_one_degree(values: list[str], expected: float) -> None:
    # By hand: X^2 = 1 / (1/4 x (1/2 + 1/2)) = 4; each of two accounts moves by -1/4 - 1/4, so that the sandwich is
    # 2 x (1/4 + 1/4) = 1 where independent answers give 1/4: a design effect of 4.
    assert _shift(values, np.array([0, 1, 0, 1]), 2) == pytest.approx(expected)


@pytest.mark.parametrize(("n_values", "shown"), [(3, 3), (4, 4), (5, 4), (6, 4)])
def test_the_four_values_that_moved_most_are_told(n_values: int, shown: int) -> None:
    # Value i has 10 rows before and 10 + i^2 after, but for the last, which makes both sides 200.
    before = np.array([10] * (n_values - 1) + [200 - 10 * (n_values - 1)])
    after = before + np.arange(n_values) ** 2
    after[-1] = 200 - after[:-1].sum()
    names = [f"v{at}" for at in range(n_values)]
    values = pd.Series([*np.repeat(names, before), *np.repeat(names, after)])
    told = described(Levels.of(values), np.arange(400) >= 200)
    for side, counts in zip(told, (before, after), strict=True):
        shares = list(zip(names, counts, strict=True))
        assert side == ", ".join(f"{name} {100 * n / 200:.0f} %" for name, n in shares[-shown:])


SPANS = tuple((pd.Timestamp(f"2026-{at}-01"), pd.Timestamp(f"2026-{at}-28")) for at in ("02", "03"))


def _invited(**columns: object) -> pd.DataFrame:
    sent = pd.to_datetime(["2026-02-01 09:00", "2026-02-28 23:59", "2026-03-01 00:00", "2026-03-28 12:00"])
    return pd.DataFrame({"invitation_id": ["i1", "i2", "i3", "i4"], "sent_at": sent, **columns})


def _answers() -> tuple[pd.DataFrame, pd.DataFrame]:
    days = pd.to_datetime(["2026-02-03", "2026-03-03"])
    rows = pd.DataFrame({"response_id": ["r1", "r3"], "account_id": ["a", "b"], "responded_at": days})
    rows["category"] = ["promoter", "passive"]
    return rows.head(1), rows.tail(1)


@pytest.mark.parametrize(
    ("columns", "known"),
    [
        ({}, False),
        ({"response_id": [None] * 4}, False),
        ({"contact_id": ["p", "q", "p", "q"]}, False),  # the answers name no contact
        ({"account_id": ["a", "b", "a", "b"]}, True),
        ({"response_id": ["r1", None, "r3", None]}, True),
    ],
)
def test_invitations_are_joined_by_response_or_by_a_key_that_both_have(columns: dict[str, object], known: bool) -> None:
    found = asked_in(_invited(**columns), _answers(), SPANS)
    if not known:
        assert found == "nothing says which answer belongs to which invitation"
        return
    assert isinstance(found, Asked)
    assert found.is_after.tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("carried", "before", "after"),
    [
        ({"attribute/plan": ["free", "free", "paid", "paid"]}, "free 100 %, paid 0 %", "free 0 %, paid 100 %"),
        ({}, "new 50 %, old 50 %", "new 50 %, old 50 %"),
    ],
)
def test_what_an_invitation_carried_goes_before_what_is_known_of_its_account_now(
    carried: dict[str, list[str]], before: str, after: str
) -> None:
    invitations = pd.concat([_invited(account_id=["a", "b", "a", "b"], **carried)] * 20, ignore_index=True)
    invitations["invitation_id"] = [f"i{row}" for row in range(80)]
    asked = asked_in(invitations, _answers(), SPANS)
    assert isinstance(asked, Asked)
    accounts = pd.DataFrame({"account_id": ["a", "b"], "attribute/plan": ["old", "new"]})
    (found,) = sampling(asked, accounts, Sides.of(*_answers()), Limits())
    assert (found.group, found.before, found.after) == ("plan", before, after)


def test_where_nothing_is_known_of_the_invited_their_numbers_are_told_by_period() -> None:
    asked = asked_in(_invited(response_id=["r1", None, "r3", None]).drop(index=3), _answers(), SPANS)
    assert isinstance(asked, Asked)
    (found,) = sampling(asked, None, Sides.of(*_answers()), Limits())
    assert (found.result, found.before, found.after) == ("not_known", "2 invited", "1 invited")
    assert found.reason == "2 invitations before and 1 after; nothing else is known of whom they went to."


def test_a_large_value_that_did_not_move_is_not_told_before_small_ones_that_did() -> None:
    names, before, after = ["a", "b", "c", "d", "most"], [5, 10, 15, 10, 60], [10, 5, 10, 15, 60]
    values = pd.Series([*np.repeat(names, before), *np.repeat(names, after)])
    told = described(Levels.of(values), np.arange(200) >= 100)
    assert told == ("a 5 %, b 10 %, c 15 %, d 10 %", "a 10 %, b 5 %, c 10 %, d 15 %")
