"""A small version of the benchmarks of the drivers; their full runs stand in `benchmarks/RESULTS.md`."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import drivers, drivers_nhs, drivers_seat, drivers_speed
from nps_insights.drivers import estimate_drivers, fit_drivers
from nps_insights.simulate.planted import PLANTED_CONTRIBUTIONS, PLANTED_THEMES, planted_contributions, planted_world


class WordCounts:
    """An encoder of words by their spelling alone: the benchmarks' own reads a hundred times slower."""

    name, fingerprint, dimension, languages = "word counts", "0" * 64, 128, None

    def encode(self, texts: list[str], *, progress: object = None) -> np.ndarray:
        from sklearn.feature_extraction.text import HashingVectorizer

        del progress
        return (
            HashingVectorizer(n_features=self.dimension, stop_words="english").transform(texts).toarray().astype("f4")
        )


def estimated(world: pd.DataFrame) -> pd.DataFrame:
    """Table `effects` of a world by the public verb, from responses, comments and codes."""
    width = len(str(len(world)))
    responses = world.assign(response_id=[f"r{row:0{width}d}" for row in range(len(world))])
    long = responses.melt(id_vars="response_id", value_vars=list(PLANTED_THEMES), var_name="code")
    comments = pd.DataFrame({"response_id": responses["response_id"], "says_nothing": False})
    keys = [name for name in ("response_id", "account_id", "category") if name in responses]
    return estimate_drivers(responses[keys], comments, codes=long[long["value"] > 0], min_present=1).effects


@pytest.mark.parametrize("draw", [planted_world, drivers.clustered_world])
def test_the_short_way_gives_the_table_of_effects(draw: object) -> None:
    world = draw(400, random_state=1)
    found, effects = drivers.found_in(world), estimated(world)
    for place, method in enumerate(drivers.METHODS):
        for row, outcome in enumerate(drivers.OUTCOMES):
            table = effects[(effects["method"] == method) & (effects["outcome"] == outcome)].sort_values("driver_id")
            np.testing.assert_allclose(found.estimate[place, row], table["estimate"], atol=1e-9)
            np.testing.assert_allclose(found.low[place, row], table["conf_low"], atol=1e-9)
            np.testing.assert_allclose(found.high[place, row], table["conf_high"], atol=1e-9)


def test_the_truth_by_enumeration_is_that_of_many_responses() -> None:
    truth = drivers.truth()
    assert drivers.theme_sets()[1].sum() == pytest.approx(1)
    pd.testing.assert_series_equal(
        truth.loc[("adjusted", "nps")], pd.Series(PLANTED_CONTRIBUTIONS), atol=0.06, rtol=0, check_names=False
    )
    np.testing.assert_allclose(
        truth.loc[("adjusted", "nps")], planted_contributions(planted_world(400_000, random_state=0)), atol=0.2
    )
    for draw in (planted_world, drivers.clustered_world):
        many = drivers.found_in(draw(200_000, random_state=1))
        np.testing.assert_allclose(many.estimate[1], truth.loc["leave_out"].loc[list(drivers.OUTCOMES)], atol=0.6)
        np.testing.assert_allclose(many.estimate[0], truth.loc["adjusted"].loc[list(drivers.OUTCOMES)], atol=0.6)


def test_ours_is_nearer_to_the_truth_than_the_trades_figure() -> None:
    found = drivers.errors(5000, worlds=10)
    assert found["adjusted"]["error"] < 0.6
    assert found["leave_out"]["error"] > 2
    assert abs(found["adjusted"]["bystander"]) < 0.8
    assert found["leave_out"]["bystander"] < -9
    assert found["adjusted"]["top_two"] > found["leave_out"]["top_two"]


@pytest.mark.parametrize("clustered", [False, True])
def test_intervals_hold_the_truth(clustered: bool) -> None:
    shares = drivers.coverage(300, worlds=40, clustered=clustered)
    assert shares.shape == (6, 6)
    assert shares.mean(axis=1).between(0.88, 0.99).all()


def test_silence_counted_as_absence_makes_a_harmless_theme_costly() -> None:
    points = drivers.silence(2000, worlds=10).set_index(["model", "theme"])["estimate"]
    assert abs(points[drivers.OURS_OF_SILENCE, "E"]) < 5
    assert points["silence counted as absence", "E"] < -8
    assert points["silence counted as absence, one theme at a time", "E"] < -25
    assert drivers.commented(planted_world(20_000, random_state=0), random_state=1).mean() == pytest.approx(
        0.4, abs=0.02
    )


def test_errors_are_those_of_statsmodels() -> None:
    own, hc3, hc1 = (
        drivers_speed.measured(method, 20_000, 30)
        for method in (drivers_speed.OURS, "statsmodels OLS, HC3", "statsmodels OLS, HC1")
    )
    assert max(drivers_speed.differences(own, hc3)) < 1e-8
    # HC1 is another quantity, and near on so many rows.
    assert 1e-8 < drivers_speed.differences(own, hc1)[1] < 0.02
    assert own["effects"] == 4 * 30
    methods = {drivers_speed.OURS: own, "statsmodels OLS, HC3": hc3}
    assert len(drivers_speed.lines_of(methods, 20_000, 30)) == 6


def test_a_run_in_its_own_process_gives_the_same() -> None:
    alone = drivers_speed.in_own_process(drivers_speed.OURS, 2000, 5)
    here = drivers_speed.measured(drivers_speed.OURS, 2000, 5)
    assert drivers_speed.differences(alone, here) == (0, 0)


def rated(n: int = 800) -> drivers_seat.Reviews:
    """Reviews in which themes come up for better and worse, and the first three ratings alone matter."""
    rng = np.random.default_rng(0)
    ratings = rng.integers(1, 6, size=(n, 7)).astype(float)
    weight = np.array([0.9, 0.6, 0.3, 0.0, 0.0, 0.0, 0.0])
    answer = np.sign(np.round((ratings - 3) @ weight + rng.normal(0, 0.5, n)))
    said = rng.random((n, 7)) < 0.5
    good, bad = said & (ratings > 3), said & (ratings < 3)
    ratings[rng.random((n, 7)) < 0.1] = np.nan
    return drivers_seat.Reviews(answer, ratings, said.astype(float), good.astype(float), bad.astype(float))


def test_the_swing_between_tones_ranks_as_the_ratings_do_and_presence_cannot() -> None:
    found = drivers_seat.compared(rated(), times=20)
    assert found.ratings["matters"].tolist() == [True] * 3 + [False] * 4
    assert found.ratings["importance"][:3].is_monotonic_decreasing
    agreement = found.agreement.set_index(["method", "reading", "ratings"])
    swing = agreement.loc[("adjusted", "swing", "all seven")]
    assert swing["low"] <= swing["spearman"] <= swing["high"]
    assert swing["above"] == 1
    lines = drivers_seat.lines_of(found, rated())
    assert sum(line.startswith("| ") for line in lines) == 1 + 7 + 1 + len(agreement)


def test_seat_reviews_are_read_and_their_themes_found(shared_data: Path, tmp_path: Path) -> None:
    responses, comments, ratings = drivers_seat.seat_reviews(shared_data)
    assert len(responses) == 1257
    assert ratings.min().min() == 1
    assert ratings.notna().all(axis="columns").sum() == 60
    # Every fifth review, read by a small encoder: the whole set is the benchmark's.
    some = slice(None, None, 5)
    read, design = drivers_seat.reviews(
        responses[some].reset_index(drop=True),
        comments[some].reset_index(drop=True),
        ratings[some].reset_index(drop=True),
        encoder=WordCounts(),
        cache=tmp_path,
    )
    fit = fit_drivers(design)
    ids = [drivers_seat.driver_ids(design)[name] for name in drivers_seat.NAMES]
    effects = fit.mentions.weights @ fit.model.coefficients @ [1.0, -1.0]
    ours = pd.Series(100 * effects, index=fit.drivers["driver_id"]).loc[ids]
    np.testing.assert_allclose(drivers_seat.figures(read)["adjusted", "per mention"], ours, atol=1e-8)


def test_codes_and_found_themes_are_paired(shared_data: Path, tmp_path: Path) -> None:
    survey = drivers_nhs.admitted(shared_data)
    kept = survey.responses["response_id"].iloc[::10]
    tables = (table[table["response_id"].isin(kept)] for table in (survey.responses, survey.comments, survey.codes))
    found = drivers_nhs.compared(*tables, encoder=WordCounts(), cache=tmp_path)
    assert found.codes["estimate"].is_monotonic_increasing
    assert not set(found.codes["label"]) & set(drivers_nhs.MARKS)
    assert found.pairs["f1"].min() >= drivers_nhs.NEAR
    assert 0 <= drivers_nhs.agreement(found.pairs)["same_sign"] <= 1
    assert sum(line.startswith(("| costs", "| earns")) for line in drivers_nhs.lines_of(found)) == 10
