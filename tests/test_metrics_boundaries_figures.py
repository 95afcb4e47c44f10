"""The figures at the bounds of each case: periods, effective answers, means on a scale, and own movement."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from nps_insights.metrics.figures.cells import cell_moments
from nps_insights.metrics.figures.measures import Measure, figures_of, measure_of
from nps_insights.metrics.own_movement import own_movement, own_units
from nps_insights.metrics.periods import choose_period, finest_period, nps_difference, nps_differences
from nps_insights.tables import DataRefusedError

NO_ONE_ALIKE = np.array([0.0, 3.0, 9.0, 10.0, 14.0, 21.0, 25.0, 36.0, 38.0])


def _answers(n_months: int, per_month: int) -> pd.DataFrame:
    months = pd.date_range("2024-01-15", periods=n_months, freq="MS")
    return pd.DataFrame({"responded_at": np.repeat(months, per_month)})


@pytest.mark.parametrize(
    ("n_months", "per_month", "chosen", "watched"),
    [
        (1, 100, "", ""),
        (2, 100, "month", "month"),
        (16, 100, "month", "month"),
        (17, 100, "quarter", "month"),
        (16, 99, "quarter", "quarter"),
        (17, 99, "quarter", "quarter"),
        (2, 1, "month", "month"),
        (12, 1, "year", "year"),
    ],
)
def test_a_chart_wants_100_answers_and_at_most_16_periods_and_watching_wants_the_answers_alone(
    n_months: int, per_month: int, chosen: str, watched: str
) -> None:
    responses = _answers(n_months, per_month)
    assert (choose_period(responses), finest_period(responses)) == (chosen, watched)


@pytest.mark.parametrize("named", [100, 50, 0])
def test_answers_of_accounts_that_answered_once_keep_the_degrees_of_the_answers(named: int) -> None:
    sides = [
        pd.DataFrame({"category": ["promoter"] * p + ["detractor"] * d + ["passive"] * (50 - p - d)})
        for p, d in ((30, 10), (20, 20))
    ]
    ids = pd.Series([f"a{row}" if row < named else None for row in range(100)], dtype=object)
    sides = [side.assign(account_id=ids[at : at + 50].to_numpy()) for side, at in zip(sides, (0, 50), strict=True)]
    # Each answer is a cluster of its own: the sandwich is that of 100 clusters, 100/99 of the plain variance.
    expected = nps_differences((30, 10, 50), (20, 20, 50), design_effect=100 / 99)
    found = nps_difference(*sides)
    assert found == pytest.approx({name: float(expected[name]) for name in found})


@pytest.mark.parametrize("n_steps", [8, 10, 11, 20, 21, 30])
def test_own_movement_makes_the_steps_but_the_widest_tenth_as_wide_as_chance_and_half_an_error(n_steps: int) -> None:
    steps = np.arange(1.0, n_steps + 1)
    figures = np.concatenate([[0.0], np.cumsum(steps * np.where(np.arange(n_steps) % 2, -1, 1))])
    kept = n_steps - -(-n_steps // 10)
    # The mean of z^2 within +-c, of which a share s lies: 1 - 2 c phi(c) / s.
    cut = norm.ppf(0.5 + kept / n_steps / 2)
    usual = 1 - 2 * cut * norm.pdf(cut) / (kept / n_steps)
    bound = usual * (1 + 0.5 * np.sqrt(3.8 / n_steps))
    expected = np.sqrt(((steps[:kept] ** 2).mean() / bound - 2.0) / 2)
    found = own_movement(figures[None, :], np.ones((1, n_steps + 1)), np.ones(1))
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("n_steps", "known"), [(7, False), (8, True), (9, True)])
def test_own_movement_is_learned_from_eight_steps_on(n_steps: int, known: bool) -> None:
    figures = np.where(np.arange(n_steps + 1) % 2, 30.0, 0.0)[None, :]
    assert (own_movement(figures, np.ones(figures.shape), np.ones(1)) > 0) is known


def test_own_movement_steps_over_a_period_without_a_figure_and_never_from_one_figure_to_the_next() -> None:
    shown = np.stack([NO_ONE_ALIKE, 1000.0 + NO_ONE_ALIKE])
    known = own_movement(shown, np.ones(shown.shape), np.ones(2))
    gaps = np.insert(shown, 4, np.nan, axis=1)
    certain = np.insert(np.ones(shown.shape), 4, 0.0, axis=1)
    assert own_movement(gaps, np.ones(gaps.shape), np.ones(2)) == pytest.approx(known)
    # A figure without any uncertainty is no figure to learn chance from.
    assert own_movement(np.nan_to_num(gaps, nan=500.0), certain, np.ones(2)) == pytest.approx(known)
    # In units of 2, the movement is half as many.
    assert own_movement(shown, np.ones(shown.shape), np.full(2, 2.0)) == pytest.approx(known / 2)


def test_the_unit_of_a_share_is_weighed_by_its_answers_and_is_never_nothing() -> None:
    metrics = pd.Series(["promoter", "csat", "theme_share", "ces"])
    shares = np.array([[0.2, 0.6], [0.0, 0.0], [np.nan, np.nan], [4.0, 6.0]])
    n_eff = np.array([[300.0, 100.0], [50.0, 50.0], [np.nan, np.nan], [50.0, 50.0]])
    # (0.2 x 300 + 0.6 x 100) / 400 = 0.3, and 0.3 x 0.7 = 0.21.
    assert own_units(metrics, shares, n_eff) == pytest.approx([0.21, 1e-4, 1e-4, 1.0])


def _effective(y: list[float], weight: list[float], account: list[int]) -> tuple[float, float]:
    """Effective answers and degrees, from the deviations of the accounts one by one."""
    w, values, names = np.array(weight), np.array(y), np.array(account)
    mean = (w * values).sum() / w.sum()
    spread = (w * (values - mean) ** 2).sum() / w.sum()
    off = np.array([(w * (values - mean))[names == one].sum() for one in np.unique(names)])
    share = np.array([w[names == one].sum() for one in np.unique(names)]) / w.sum()
    variance = (off**2).sum() / w.sum() ** 2 * len(off) / (len(off) - 1)
    return min(spread / variance, len(y)), 1 / (share**2).sum() - 1


@pytest.mark.parametrize(
    ("y", "weight", "account"),
    [
        ([1, 1, -1, -1, 1, 0], None, [0, 0, 1, 1, 2, 3]),
        ([1, 1, -1, -1], None, [0, 0, 1, 1]),
        ([1, 1, -1, 0, 1, 0], [1.0, 2.0, 3.0, 1.0, 1.0, 4.0], [0, 0, 1, 1, 2, 3]),
        ([1, -1, 0, 1, 1], [1.0, 2.0, 3.0, 1.0, 5.0], None),
        ([4.0, 7.0, 5.5, 1.0], None, [0, 0, 1, 2]),
    ],
)
def test_effective_answers_are_the_spread_over_the_variance_between_accounts(
    y: list[float], weight: list[float] | None, account: list[int] | None
) -> None:
    whole = np.array(y, dtype=np.int8 if all(isinstance(one, int) for one in y) else float)
    found = cell_moments(
        np.zeros(len(y), dtype=np.int32),
        1,
        whole,
        weight=None if weight is None else np.array(weight),
        account=None if account is None else np.array(account, dtype=np.int32),
    )
    n_eff, freedom = _effective(y, weight or [1.0] * len(y), account or list(range(len(y))))
    assert found.n_eff[0] == pytest.approx(n_eff)
    assert found.freedom[0] == pytest.approx(freedom)
    assert found.n_accounts[0] == len(set(account or range(len(y))))


@pytest.mark.parametrize(
    ("y", "account", "freedom"),
    [
        ([1, 1, 1, 1], [0, 0, 1, 1], 1.0),  # all alike: nothing tells how answers differ
        ([1, -1, 1, -1], [0, 0, 1, 1], 1.0),  # accounts exactly alike
        ([1, -1, 1, 0], [0, 0, 0, 0], np.inf),  # one account
        ([1, -1, 1, 0], [0, 1, 2, 3], np.inf),  # nobody answered twice
    ],
)
def test_where_accounts_do_not_tell_how_they_differ_the_answers_count_as_they_are(
    y: list[int], account: list[int], freedom: float
) -> None:
    cell, names = np.zeros(4, dtype=np.int32), np.array(account, dtype=np.int32)
    found = cell_moments(cell, 1, np.array(y, dtype=np.int8), account=names)
    assert (found.n_eff[0], found.freedom[0]) == (4.0, freedom)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([5.0], "one answer alone does not tell how answers differ"),
        ([5.0, 5.0], "all 2 answers are the same, which does not tell how answers differ"),
        ([4.0, 5.0], ""),
        ([4.0, 5.0, 7.0, 4.0], ""),
    ],
)
def test_a_mean_has_students_interval_from_two_unlike_answers_on(answers: list[float], reason: str) -> None:
    y = np.array(answers)
    figure = next(figures_of(Measure("ces", y), cell_moments(np.zeros(len(y), dtype=np.int32), 1, y)))
    assert figure.reason == [reason]
    if reason:
        assert np.isnan([figure.conf_low[0], figure.conf_high[0]]).all()
        return
    # The textbook: mean +- t(n - 1) s / sqrt(n).
    half = t.ppf(0.975, len(y) - 1) * y.std(ddof=1) / np.sqrt(len(y))
    assert [figure.conf_low[0], figure.conf_high[0]] == pytest.approx([y.mean() - half, y.mean() + half])


@pytest.mark.parametrize(
    ("categories", "found"),
    [(["promoter", None], "no category"), (["promoter", "fan"], "fan"), ([None, "fan"], "fan"), (["0"], "0")],
)
def test_a_category_that_is_none_is_refused_by_name(categories: list[str | None], found: str) -> None:
    with pytest.raises(DataRefusedError, match=f"found {found}$"):
        measure_of("nps", pd.DataFrame({"category": categories}))
