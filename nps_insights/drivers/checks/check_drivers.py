"""The guard rails of one fitted family, all at once."""

from dataclasses import dataclass

import pandas as pd

from nps_insights.drivers.checks.collinear import collinear_groups
from nps_insights.drivers.checks.negative_controls import negative_controls
from nps_insights.drivers.checks.robustness import robustness_values
from nps_insights.drivers.checks.separation import separation
from nps_insights.drivers.effects.fit import FittedDrivers
from nps_insights.tables import conform


@dataclass(frozen=True)
class DriverChecks:
    """What the guard rails found.

    Attributes:
        driver_checks: Table `driver_checks`: robustness, separation and collinear drivers.
        negative_controls: Table `negative_controls`.
        notes: Plain sentences on what did not pass, and on the negative controls.
    """

    driver_checks: pd.DataFrame
    negative_controls: pd.DataFrame
    notes: list[str]


def check_drivers(
    fitted: FittedDrivers,
    *,
    n_draws: int | None = None,
    random_state: int,
    accounts: pd.Series | None = None,
    confidence_level: float = 0.95,
) -> DriverChecks:
    """Hold every guard rail against a fitted family of drivers.

    Args:
        fitted: What `fit_drivers` returned.
        n_draws: Times that each theme is shuffled, and drawn at random; enough if not given.
        random_state: Seed of the negative controls.
        accounts: Account of each response, by response_id, for the negative controls; the design's if not given.
        confidence_level: Coverage of intervals.

    Returns:
        Tables `driver_checks` and `negative_controls`, and sentences on what did not pass.

    Example:
        >>> from nps_insights.drivers import DriverDesign, fit_drivers
        >>> category = ["promoter", "promoter", "passive", "detractor"] * 20
        >>> matrix = pd.DataFrame({"category": category, "code/Price": [0.0, 0.0, 1.0, 1.0] * 20})
        >>> drivers = pd.DataFrame({"driver_id": ["code/Price"], "label": "Price", "kind": "code", "theme_id": None,
        ...                         "attribute": "", "level": "", "numeric": False})
        >>> checks = check_drivers(fit_drivers(DriverDesign(matrix, drivers, pd.DataFrame())), random_state=0)
        >>> checks.driver_checks[["check", "passed"]].values.tolist()
        [['collinear', True], ['robustness', True], ['separation', False]]
        >>> checks.notes[0]
        '‘Price’: all 40 who do not mention it are promoters: the likely range is narrower than it should be.'
    """
    from threadpoolctl import threadpool_limits

    # Several processors would add up in another order.
    with threadpool_limits(limits=1):
        found = [
            separation(fitted),
            collinear_groups(fitted, confidence_level=confidence_level),
            robustness_values(fitted, confidence_level=confidence_level),
        ]
    rows = pd.concat(found, ignore_index=True)
    controls = negative_controls(fitted, n_draws=n_draws, random_state=random_state, accounts=accounts)
    return DriverChecks(
        driver_checks=conform("driver_checks", rows),
        negative_controls=controls,
        notes=[*_findings(rows), *(control_sentence(row) for _, row in controls[~controls["passed"]].iterrows())],
    )


def _findings(rows: pd.DataFrame) -> list[str]:
    sentences = []
    for _, row in rows[~rows["passed"]].iterrows():
        # A group of drivers is named in its own sentence.
        name = "" if row["check"] == "collinear" else f"‘{row['label']}’: "
        sentences.append(f"{name}{row['finding']}.")
    return list(dict.fromkeys(sentences))


def control_sentence(row: pd.Series) -> str:
    """Return one row of table `negative_controls` as a sentence.

    Example:
        >>> row = {"control": "permuted", "estimate": 0.048, "expected": 0.05, "passed": True, "n": 500,
        ...        "largest": 1.23}
        >>> control_sentence(pd.Series(row))
        'Of 500 shuffled themes, which cannot matter, 4.8 % looked clear; chance alone gives 5 %. The largest effect \
among them is 1.2 points.'
    """
    kind = {"permuted": "shuffled", "random": "random"}.get(row["control"], str(row["control"]))
    said = (
        f"Of {row['n']} {kind} themes, which cannot matter, {100 * row['estimate']:.1f} % looked clear; "
        f"chance alone gives {100 * row['expected']:.0f} %."
    )
    if row["passed"]:
        return f"{said} The largest effect among them is {row['largest']:.1f} points."
    return f"{said} The likely ranges of the effects are too narrow: do not rely on what is only just clear."
