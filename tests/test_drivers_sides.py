import numpy as np
import pandas as pd
import pytest

from nps_insights.drivers import FittedDrivers, code_presence, driver_design, estimate_drivers, fit_drivers
from nps_insights.drivers.effects.sides import asymmetries, driver_sides
from nps_insights.report.rows.driver_rows import drivers_of, side

# Chance that a mention of a theme turns a customer into a promoter, or into a detractor.
WINS = {"Delight": 0.4, "Both": 0.2, "Nothing": 0.0}
LOSES = {"Hygiene": 0.4, "Both": 0.0, "Harm": 0.3}


def planted(n: int, *, random_state: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Passives, promoters and detractors; each theme moves its mentioners along its own side alone, or along both."""
    rng = np.random.default_rng(random_state)
    names = sorted({*WINS, *LOSES})
    marks = pd.DataFrame(rng.random((n, len(names))) < 0.12, columns=names)
    promoter = 0.3 + sum(chance * marks[name] for name, chance in WINS.items()) - 0.2 * marks["Harm"]
    detractor = 0.25 + sum(chance * marks[name] for name, chance in LOSES.items()) - 0.15 * marks["Both"]
    draw = rng.random(n)
    category = np.where(draw < promoter, "promoter", np.where(draw > 1 - detractor, "detractor", "passive"))
    ids = [f"r{row:05d}" for row in range(n)]
    responses = pd.DataFrame({"response_id": ids, "category": category})
    long = marks.assign(response_id=ids).melt(id_vars="response_id", var_name="code")
    comments = pd.DataFrame({"response_id": ids, "says_nothing": False})
    return responses, comments, long.loc[long["value"], ["response_id", "code"]]


def fitted_of(n: int, random_state: int) -> FittedDrivers:
    responses, comments, codes = planted(n, random_state=random_state)
    found = fit_drivers(driver_design(responses, comments, code_presence(codes)))
    assert isinstance(found, FittedDrivers)
    return found


def test_planted_sides_are_found() -> None:
    rows = driver_sides(fitted_of(8000, 1)).set_index("label")
    expected = {"Delight": "delighter", "Hygiene": "hygiene", "Both": "both", "Harm": "both", "Nothing": "unclear"}
    assert rows["side"].to_dict() == expected
    assert rows.loc["Delight", "finding"] == "delighter: only wins promoters"
    assert rows.loc["Harm", "finding"] == "both: costs promoters and makes detractors"
    assert rows.loc["Delight", "asymmetry_low"] > 0.5
    assert rows.loc["Hygiene", "asymmetry_high"] < -0.5
    assert pd.isna(rows.loc["Nothing", "asymmetry"])


def test_sides_add_to_the_effect() -> None:
    responses, comments, codes = planted(1500, random_state=2)
    estimates = estimate_drivers(responses, comments, codes=codes)
    rows = driver_sides(estimates.fitted[0]).set_index("driver_id")
    nps = estimates.effects.query("outcome == 'nps' and method == 'adjusted'").set_index("driver_id")["estimate"]
    both = rows["promoter_points"] + rows["detractor_points"]
    np.testing.assert_allclose(both[nps.index], nps)
    np.testing.assert_allclose(rows["range"], rows["promoter_points"].abs() + rows["detractor_points"].abs())
    assert rows["asymmetry"].dropna().between(-1, 1).all()


@pytest.mark.parametrize("random_state", range(4))
def test_the_report_says_the_same(random_state: int) -> None:
    responses, comments, codes = planted(700, random_state=random_state)
    estimates = estimate_drivers(responses, comments, codes=codes)
    rows = driver_sides(estimates.fitted[0]).set_index("driver_id")["finding"]
    effects = estimates.effects.assign(tone=None)
    for driver in drivers_of(effects, "code"):
        assert rows[driver.driver_id] == side(driver)


@pytest.mark.parametrize("truth", [(8.0, 2.0), (-5.0, -5.0), (6.0, 0.0), (0.0, -4.0), (-3.0, 1.0)])
def test_the_interval_of_the_asymmetry_covers(truth: tuple[float, float]) -> None:
    rng = np.random.default_rng(3)
    covariance = np.array([[1.0, 0.4], [0.4, 0.8]])
    points = rng.multivariate_normal(truth, covariance, size=600)
    variances = np.tile([1.0, 0.8, 0.4], (600, 1))
    _, low, high = asymmetries(points, variances, 1.96)
    sizes = np.abs(truth)
    asymmetry = (sizes[0] - sizes[1]) / sizes.sum()
    # Not known is no claim: it covers.
    covered = np.isnan(low) | ((low <= asymmetry + 1e-9) & (high >= asymmetry - 1e-9))
    assert covered.mean() >= 0.94


def test_nothing_on_either_side_has_no_asymmetry() -> None:
    figures = asymmetries(np.array([[0.5, -0.3], [0.0, 0.0]]), np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]), 1.96)
    assert all(np.isnan(figure).all() for figure in figures)
