import os
import sys
from itertools import combinations, permutations
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import drivers_shares
from nps_insights.drivers import DriverDesign, FittedDrivers, estimate_drivers, fit_drivers
from nps_insights.drivers.explained.game import game_of
from nps_insights.drivers.explained.gradients import part_gradients
from nps_insights.drivers.explained.lmg import lmg, parts_of
from nps_insights.drivers.explained.orders import drawn_orders
from nps_insights.drivers.explained.shares import explained_shares
from nps_insights.simulate.planted import PLANTED_CONTRIBUTIONS, planted_world
from nps_insights.tables import SettingsError

THEMES = list(PLANTED_CONTRIBUTIONS)
LEVELS = 5


def covariance(k: int, seed: int = 0, n: int = 400) -> np.ndarray:
    """Of k correlated columns and y."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)) @ rng.normal(size=(3, k)) + 1.5 * rng.normal(size=(n, k))
    y = x @ rng.normal(size=k) + 3 * rng.normal(size=n)
    return np.cov(np.column_stack([x, y]).T)


def r_squared(cross: np.ndarray, columns: list[int]) -> float:
    own = cross[np.ix_(columns, columns)]
    with_y = cross[columns, -1]
    return float(with_y @ np.linalg.lstsq(own, with_y, rcond=None)[0]) / cross[-1, -1] if columns else 0.0


def by_all_orders(cross: np.ndarray, players: list[list[int]], fixed: list[int]) -> np.ndarray:
    """The definition: what each player adds, one regression after the other."""
    parts = np.zeros(len(players))
    orders = list(permutations(range(len(players))))
    for order in orders:
        columns = list(fixed)
        before = r_squared(cross, columns)
        for player in order:
            columns = columns + players[player]
            after = r_squared(cross, columns)
            parts[player] += (after - before) / len(orders)
            before = after
    return parts


def each(k: int) -> list[list[int]]:
    return [[column] for column in range(k)]


def fitted(world: pd.DataFrame, level: np.ndarray | None = None, controls: list[str] | None = None) -> FittedDrivers:
    ids = [f"code/{theme}" for theme in world.columns if theme in THEMES or theme.startswith("X")]
    matrix = world[[name for name in ("response_id", "account_id", "category") if name in world]].copy()
    matrix[ids] = world[[name.removeprefix("code/") for name in ids]].to_numpy(float)
    names = pd.DataFrame({"driver_id": ids, "label": ids, "kind": "code", "attribute": "", "level": ""})
    attributes = {}
    if level is not None:
        attributes["plan"] = [f"attribute/plan/{one}" for one in range(LEVELS)]
        for one, column in enumerate(attributes["plan"]):
            matrix[column] = (level == one).astype(float)
        own = pd.DataFrame({"driver_id": attributes["plan"], "label": "plan", "kind": "attribute"})
        names = pd.concat([names, own.assign(attribute="plan", level=own["driver_id"].str[-1])], ignore_index=True)
    held = {name: [f"control/{name}"] for name in controls or []}
    for name in held:
        matrix = matrix.rename(columns={f"code/{name}": f"control/{name}"})
        names = names[names["driver_id"] != f"code/{name}"].reset_index(drop=True)
    drivers = names.assign(theme_id=None, numeric=False)
    fit = fit_drivers(DriverDesign(matrix, drivers, pd.DataFrame(), attributes=attributes, controls=held))
    assert isinstance(fit, FittedDrivers)
    return fit


# --- the core


@pytest.mark.parametrize("fixed", [[], [6, 7]])
def test_exact_parts_are_those_of_all_orders(fixed: list[int]) -> None:
    cross = covariance(8)
    players = each(6) if fixed else [[0], [1, 6, 7], [2], [3, 5], [4]]
    found = lmg(cross, players, fixed)
    np.testing.assert_allclose(found.parts, by_all_orders(cross, players, fixed), rtol=0, atol=1e-12)
    assert found.r_squared == pytest.approx(r_squared(cross, list(range(8))) - r_squared(cross, fixed), abs=1e-12)


def test_at_fifteen_players_the_parts_are_those_of_all_sets() -> None:
    k = 15
    cross = covariance(k, seed=2)
    explained = {(): 0.0}
    for size in range(1, k + 1):
        sets = np.array(list(combinations(range(k), size)))
        with_y = cross[sets, -1][:, :, None]
        own = np.linalg.solve(cross[sets[:, :, None], sets[:, None, :]], with_y)
        explained |= zip(map(tuple, sets.tolist()), (own * with_y).sum(axis=(1, 2)) / cross[-1, -1], strict=True)
    parts = np.zeros(k)
    for members, value in explained.items():
        for player in members:
            rest = tuple(one for one in members if one != player)
            parts[player] += (value - explained[rest]) / (k * comb(k - 1, len(rest)))
    np.testing.assert_allclose(lmg(cross, each(k)).parts, parts, rtol=0, atol=1e-12)


def test_sampled_parts_are_within_their_errors_of_the_exact() -> None:
    cross = covariance(14, seed=3)
    players = [*each(12), [12, 13]]
    exact = lmg(cross, players).parts
    apart = []
    for seed in range(20):
        found = lmg(cross, players, most_exact=5, tolerance=1e-9, most_orders=640, random_state=seed)
        assert found.n_orders == 640
        assert found.r_squared == pytest.approx(exact.sum(), abs=1e-12)
        apart.append((found.parts - exact) / found.errors)
    assert 0.9 < np.sqrt(np.mean(np.square(apart))) < 1.1
    assert np.mean(np.abs(apart) < 1.96) > 0.9


def test_orders_are_drawn_until_the_error_is_small() -> None:
    cross = covariance(20, seed=4)
    found = lmg(cross, each(20), tolerance=0.0005)
    assert found.errors.max() <= 0.0005 * found.r_squared
    assert found.n_orders > 256
    assert lmg(cross, each(20), tolerance=0.0005, most_orders=300).n_orders <= 300


def test_a_set_of_orders_treats_all_players_alike() -> None:
    orders = drawn_orders(np.random.default_rng(0), 50, 9)
    assert (np.sort(orders, axis=2) == np.arange(9)).all()
    place = np.argsort(orders, axis=2)
    # An order and its reverse: the mean place is the middle, and each stands before each other once in two.
    np.testing.assert_allclose(place.mean(axis=1), 4)
    before = (place[:, :, :, None] < place[:, :, None, :]).mean(axis=1)
    np.testing.assert_allclose(before + np.eye(9) / 2, 0.5)


def test_twins_share_alike_and_a_sum_of_others_is_no_accident() -> None:
    cross = covariance(5, seed=5)
    weights = np.eye(6)
    twins = (
        np.vstack([weights[:5], weights[0], weights[5]]) @ cross @ np.vstack([weights[:5], weights[0], weights[5]]).T
    )
    for most_exact in (15, 1):
        found = lmg(twins, each(6), most_exact=most_exact, tolerance=1e-9, most_orders=8000)
        assert found.parts[0] == pytest.approx(found.parts[5], abs=1e-6 + 5 * found.errors.max())
        assert found.r_squared == pytest.approx(lmg(cross, each(5)).r_squared, abs=1e-8)
    total = np.vstack([weights[:5], weights[:5].sum(axis=0), weights[5]])
    of_sum = lmg(total @ cross @ total.T, each(6))
    assert (of_sum.parts >= 0).all()
    assert of_sum.r_squared == pytest.approx(lmg(cross, each(5)).r_squared, abs=1e-8)


def test_what_the_fixed_columns_explain_is_nobodys() -> None:
    cross = covariance(4, seed=6)
    twice = np.vstack([np.eye(5)[:4], np.eye(5)[0], np.eye(5)[4]])
    found = lmg(twice @ cross @ twice.T, [[0], [1], [2]], [3, 4])
    assert found.parts[0] == pytest.approx(0, abs=1e-9)


def test_a_perfect_fit_is_shared_too() -> None:
    cross = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 2.0]])
    for most_exact in (15, 1):
        np.testing.assert_allclose(lmg(cross, each(2), most_exact=most_exact, most_orders=64).parts, 0.5)


def test_every_column_has_one_place() -> None:
    for players, fixed in (([[0], [0]], []), ([[0], [1]], [1]), ([[0], []], []), ([], [])):
        with pytest.raises(SettingsError, match="a column has one place"):
            lmg(covariance(2), players, fixed)


@pytest.mark.parametrize("players", [each(4), [[0], [1, 3], [2]]])
def test_gradients_are_what_a_small_change_of_the_data_does(players: list[list[int]]) -> None:
    cross = covariance(4, seed=7)
    game = game_of(cross, players)
    gradients = part_gradients(game)
    parts = parts_of(game).parts
    np.testing.assert_allclose(np.einsum("jab,ab->j", gradients, game.matrix), parts, atol=1e-10)
    rng = np.random.default_rng(8)
    step = rng.normal(size=game.matrix.shape) * 1e-6
    step = step + step.T
    moved = lmg(game.matrix + step, [np.flatnonzero(game.owner == one).tolist() for one in range(game.n_players)])
    # Parts are in units of the variance of y, which moves as well.
    expected = np.einsum("jab,ab->j", gradients, step) - parts * step[-1, -1]
    np.testing.assert_allclose(moved.parts - parts, expected, rtol=1e-3, atol=1e-10)


def test_drawn_gradients_sum_to_that_of_r_squared() -> None:
    game = game_of(covariance(9, seed=9), each(9))
    coefficients = np.linalg.solve(game.matrix[:-1, :-1], game.matrix[:-1, -1])
    rest = np.r_[-coefficients, 1.0]
    expected = np.diag(np.eye(10)[-1]) - np.outer(rest, rest)
    np.testing.assert_allclose(part_gradients(game).sum(axis=0), expected, atol=1e-12)


# --- from a fitted family


def test_shares_sum_to_what_all_drivers_explain() -> None:
    world = planted_world(1500, random_state=1)
    fit = fitted(world, level=np.arange(1500) % LEVELS)
    explained = explained_shares(fit)
    rows = explained.shares.set_index("driver_id")
    assert rows.index.tolist() == ["attribute/plan", *(f"code/{theme}" for theme in THEMES)]
    answer = fit.model.y[:, 0] - fit.model.y[:, 1]
    rest = answer - fit.model.x @ np.linalg.lstsq(fit.model.x, answer, rcond=None)[0]
    assert explained.r_squared == pytest.approx(1 - rest.var() / answer.var(), abs=1e-10)
    assert rows["estimate"].sum() == pytest.approx(explained.r_squared, abs=1e-12)
    assert rows["share"].sum() == pytest.approx(1, abs=1e-12)
    assert (rows["conf_low"] <= rows["estimate"]).all()
    assert (rows["estimate"] <= rows["conf_high"]).all()
    assert explained.r_squared_low < explained.r_squared < explained.r_squared_high
    assert (rows["sampling_error"] == 0).all()
    assert "All drivers together explain" in explained.notes[0]
    # A and D are planted; the bystander B has its share of what it cannot be told apart from, E and the plan nothing.
    assert rows["estimate"].idxmax() == "code/A"
    assert rows.loc[["code/E", "attribute/plan"], "share"].max() < 0.03
    assert rows.loc[["code/E", "attribute/plan"], "conf_low"].max() == 0


def test_controls_stand_first() -> None:
    world = planted_world(1500, random_state=2)
    alone, beside = explained_shares(fitted(world)), explained_shares(fitted(world, controls=["A"]))
    assert beside.by_controls + beside.r_squared == pytest.approx(alone.r_squared, abs=1e-10)
    assert "controls (A)" in beside.notes[0]
    assert "code/A" not in set(beside.shares["driver_id"])


def many_drivers(n: int = 1200, k: int = 14) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    world = planted_world(n, random_state=3)
    extra = pd.DataFrame({f"X{number:02d}": rng.random(n) < 0.2 for number in range(k)})
    return pd.concat([world, extra], axis="columns").assign(account_id=[f"a{one}" for one in rng.integers(500, size=n)])


def test_the_number_of_threads_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = fitted(many_drivers())
    found = []
    for processors in (1, 2):
        monkeypatch.setattr(os, "cpu_count", lambda processors=processors: processors)
        found.append(explained_shares(fit, tolerance=0.0005))
    assert found[0].n_orders > 0
    assert "orders of 20 drivers were drawn" in found[0].notes[-1]
    assert (found[0].shares["sampling_error"] <= 0.0005 * found[0].r_squared).all()
    pd.testing.assert_frame_equal(found[0].shares, found[1].shares, check_exact=True)
    other = explained_shares(fit, tolerance=0.0005, random_state=1).shares
    assert not other["estimate"].equals(found[0].shares["estimate"])
    # The error of the data was had from other orders too, and says about the same.
    ratio = other["std_error"] / found[0].shares["std_error"]
    assert ratio.between(0.7, 1.4).all()


def test_row_order_changes_nothing() -> None:
    world = many_drivers()
    responses = world[["response_id", "account_id", "category"]].assign(**{"attribute/plan": ["a", "b", "c"] * 400})
    comments = pd.DataFrame({"response_id": world["response_id"], "says_nothing": False})
    codes = world.melt(id_vars="response_id", value_vars=[*THEMES, "X01", "X02"], var_name="code")
    codes = codes[codes["value"].astype(bool)]
    found = [
        explained_shares(estimate_drivers(rows, comments, codes=codes, attributes=["plan"]).fitted[0])
        for rows in (responses, responses.sample(frac=1, random_state=0))
    ]
    assert "attribute/plan" in set(found[0].shares["driver_id"])
    pd.testing.assert_frame_equal(found[0].shares, found[1].shares, check_exact=True)


def test_one_category_leaves_nothing_to_explain() -> None:
    world = planted_world(300, random_state=4).assign(category="promoter")
    explained = explained_shares(fitted(world))
    assert explained.shares.empty
    assert explained.notes == ["All 300 answers are of one category: there is nothing that drivers could explain."]


@pytest.mark.parametrize("answers", [1, 4])
def test_intervals_cover_the_truth(answers: int) -> None:
    truth = drivers_shares.true_parts()
    hits, of_all = [], []
    for seed in range(80):
        fit = drivers_shares.covered_world(800, seed, answers_per_account=answers)
        explained = explained_shares(fit)
        rows = explained.shares.set_index("driver_id").loc[truth.index]
        hits.append((rows["conf_low"] <= truth) & (truth <= rows["conf_high"]))
        of_all.append(explained.r_squared_low <= truth.sum() <= explained.r_squared_high)
    assert np.mean(hits) >= 0.93
    assert np.mean(hits, axis=0).min() >= 0.88
    assert np.mean(of_all) >= 0.9


def test_the_benchmark_compares_at_equal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = drivers_shares.drawn(2000, 16)
    reference = drivers_shares.reference_parts(x, y, orders=4000)
    found = drivers_shares.ours(x, y, orders=320, seeds=range(2))
    assert drivers_shares.rms(found["parts"], reference) < 0.02
    assert found["seconds"] > 0
    with pytest.raises(RuntimeError, match="ls_spa"):
        drivers_shares.peer(Path(sys.executable), "ls_spa_missing", {"x": x, "y": y})
