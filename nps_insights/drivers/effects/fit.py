"""One family of drivers, fitted: the model and, for each driver and top theme, which sum of coefficients it is."""

from dataclasses import dataclass

import pandas as pd

from nps_insights.drivers.effects.adjusted import adjusted_effects, mention_effects, named
from nps_insights.drivers.effects.combinations import Combinations
from nps_insights.drivers.effects.joint_model import JointModel, fit_joint_model
from nps_insights.drivers.effects.parents import parent_effects, with_parents
from nps_insights.drivers.matrix.design import DriverDesign
from nps_insights.drivers.matrix.separable import without_inseparable

# Fewer responses per model column leave intervals that no normal approximation describes.
RESPONSES_PER_COLUMN = 5


@dataclass(frozen=True)
class FittedDrivers:
    """A fitted family of drivers.

    Attributes:
        design: The driver matrix, without drivers that cannot be told apart.
        model: The joint model on it.
        drivers: One row per leaf driver, in the order of `effects`: driver_id, label, kind, theme_id, level,
            n_present, n.
        effects: Total effect of each driver.
        mentions: Effect per mention of each driver; zeros for attributes.
        parents: One row per top theme, in the order of `parent_effects`, with the columns of `drivers`.
        parent_effects: Total effect of each top theme: its leaves set absent together.
        themes: Table `themes`, where the family is of themes.
    """

    design: DriverDesign
    model: JointModel
    drivers: pd.DataFrame
    effects: Combinations
    mentions: Combinations
    parents: pd.DataFrame
    parent_effects: Combinations
    themes: pd.DataFrame | None


@dataclass(frozen=True)
class NotFitted:
    """Why a family could not be fitted, and its design."""

    design: DriverDesign
    why: str


def fit_drivers(design: DriverDesign, themes: pd.DataFrame | None = None) -> FittedDrivers | NotFitted:
    """Fit the joint model of a driver matrix.

    Args:
        design: What `driver_design` returned.
        themes: Table `themes` with `parent_id`, for the effects of top themes.

    Returns:
        The fit, or why there is none: no driver is frequent enough, or fewer than `RESPONSES_PER_COLUMN` responses
        per column.

    Example:
        >>> category = ["promoter", "promoter", "passive", "detractor"] * 10
        >>> matrix = pd.DataFrame({"category": category, "code/Price": [0.0, 0.0, 1.0, 1.0] * 10})
        >>> drivers = pd.DataFrame({"driver_id": ["code/Price"], "label": "Price", "kind": "code", "theme_id": None,
        ...                         "attribute": "", "level": "", "numeric": False})
        >>> fitted = fit_drivers(DriverDesign(matrix, drivers, pd.DataFrame()))
        >>> fitted.drivers[["driver_id", "n_present", "n"]].values.tolist()
        [['code/Price', 20, 40]]
    """
    design = without_inseparable(design)
    n, needed = len(design.matrix), RESPONSES_PER_COLUMN * len(design.columns)
    if design.drivers.empty or n < needed:
        why = (
            "no driver is frequent enough"
            if design.drivers.empty
            else f"{len(design.columns)} columns need {needed} responses"
        )
        return NotFitted(design, f"No effects were estimated: {why}; {n:,} responses have a usable comment.")
    model = fit_joint_model(design)
    effects = adjusted_effects(design, model)
    over = pd.DataFrame(columns=["theme_id", "label"]) if themes is None else themes
    return FittedDrivers(
        design=design,
        model=model,
        drivers=named(design),
        effects=effects,
        mentions=mention_effects(design, model),
        parents=named(with_parents(design, over)),
        parent_effects=parent_effects(design, effects, over),
        themes=themes,
    )
