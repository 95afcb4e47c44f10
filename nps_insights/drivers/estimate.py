"""The verb of this room: from tables to effects in NPS points, each with its interval and its q-value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.drivers.adjusted import JointModel, adjusted_effects, fit_joint_model
from nps_insights.drivers.design import (
    MIN_PRESENT,
    DriverDesign,
    code_presence,
    control_names,
    driver_design,
    theme_presence,
)
from nps_insights.drivers.influence import clustered_errors
from nps_insights.drivers.leave_out import leave_out_effects
from nps_insights.metrics import benjamini_hochberg
from nps_insights.tables import SettingsError, conform, empty

# Fewer responses per model column leave intervals that no normal approximation describes.
_RESPONSES_PER_COLUMN = 5


@dataclass(frozen=True)
class DriverEstimates:
    """What moves the NPS.

    Attributes:
        effects: Table `effects`.
        left_out: Table `left_out`.
        n_responses: Responses with a usable comment, on which the model was fitted.
        controls: What the model adjusts for beside the drivers, by name.
        notes: Plain sentences on what a reader must know.
    """

    effects: pd.DataFrame
    left_out: pd.DataFrame
    n_responses: int
    controls: list[str]
    notes: list[str]


def estimate_drivers(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    *,
    mentions: pd.DataFrame | None = None,
    themes: pd.DataFrame | None = None,
    codes: pd.DataFrame | None = None,
    attributes: Sequence[str] = (),
    controls: Sequence[str] = (),
    min_present: int = MIN_PRESENT,
    confidence_level: float = 0.95,
) -> DriverEstimates:
    """Estimate what moves customers between detractor, passive and promoter.

    Discovered themes and attributes enter one joint model. Given codes enter a second one, with the same attributes:
    a code and a theme that mean the same would halve each other's effect in one model.

    Args:
        responses: Table `responses`.
        comments: Table `comments`; only responses with a usable comment enter.
        mentions: Table `mentions` of discovered themes (with `themes`).
        themes: Table `themes`; leaves enter the model.
        codes: Table `codes`.
        attributes: Attributes that are drivers.
        controls: Attributes that are adjusted for and not reported.
        min_present: Fewest responses with, and without, a driver.
        confidence_level: Coverage of the intervals.

    Returns:
        The effects on nps, promoter, passive and detractor, by the adjusted and the leave_out method. q-values are
        Benjamini-Hochberg's across the drivers of one model, outcome and method.

    Raises:
        SettingsError: An attribute is unknown, or mentions come without themes.

    Example:
        >>> ids = [f"r{i:03d}" for i in range(200)]
        >>> category = ["promoter", "passive"] * 50 + ["detractor"] * 100
        >>> responses = pd.DataFrame({"response_id": ids, "category": category})
        >>> comments = pd.DataFrame({"response_id": ids, "says_nothing": False})
        >>> codes = pd.DataFrame({"response_id": ids[80:], "code": "Price"})
        >>> effects = estimate_drivers(responses, comments, codes=codes).effects
        >>> effects.query("outcome == 'nps' and method == 'adjusted'")["estimate"].round(1).tolist()
        [-75.0]
    """
    if (mentions is None) != (themes is None):
        raise SettingsError("mentions and themes belong together: give both tables or neither")
    families: list[pd.DataFrame] = []
    if mentions is not None and themes is not None:
        families.append(theme_presence(mentions, themes))
    if codes is not None and len(codes):
        families.append(code_presence(codes))
    if not families:
        families.append(code_presence(empty("codes")))

    parts = [
        _estimate_family(
            driver_design(
                responses, comments, presence, attributes=attributes, controls=controls, min_present=min_present
            ),
            confidence_level,
        )
        for presence in families
    ]
    first = parts[0]
    # Attributes are reported once, from the model with the discovered themes.
    effects = [first.effects, *(part.effects[part.effects["kind"] != "attribute"] for part in parts[1:])]
    left_out = [first.left_out, *(part.left_out[part.left_out["kind"] != "attribute"] for part in parts[1:])]
    return DriverEstimates(
        effects=conform("effects", pd.concat(effects, ignore_index=True)),
        left_out=conform("left_out", pd.concat(left_out, ignore_index=True)),
        n_responses=first.n_responses,
        controls=first.controls,
        notes=list(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _estimate_family(design: DriverDesign, confidence_level: float) -> DriverEstimates:
    n, n_columns = len(design.matrix), design.matrix.shape[1]
    controls = control_names(design)
    needed = _RESPONSES_PER_COLUMN * n_columns
    if design.drivers.empty or n < needed:
        why = "no driver is frequent enough" if design.drivers.empty else f"{n_columns} columns need {needed} responses"
        note = f"No effects were estimated: {why}; {n} responses have a usable comment."
        return DriverEstimates(empty("effects"), design.left_out, n, controls, [note])
    model = fit_joint_model(design)
    separable, inseparable = _separable(design, model)
    design = DriverDesign(design.matrix, separable, pd.concat([design.left_out, inseparable], ignore_index=True))
    methods = {"adjusted": adjusted_effects(design, model), "leave_out": leave_out_effects(design)}
    parts = [
        _with_intervals(_all_outcomes(sides), model, confidence_level).assign(method=method)
        for method, sides in methods.items()
        if len(sides)
    ]
    names = design.drivers.drop(columns=["attribute", "numeric"])
    effects = pd.concat(parts, ignore_index=True).merge(names, on="driver_id", validate="many_to_one").assign(n=n)
    return DriverEstimates(conform("effects", effects), conform("left_out", design.left_out), n, controls, [])


def _separable(design: DriverDesign, model: JointModel) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Drivers with an effect of their own, and those that always come together with others."""
    drivers = design.drivers
    dropped = drivers["driver_id"].isin(model.inseparable)
    # One level of each attribute is always a sum of the others: it is the reference, and its effect is known.
    levels = drivers[dropped & (drivers["level"] != "")]
    references = levels.drop_duplicates("attribute", keep="last")["driver_id"]
    lost = drivers[dropped & ~drivers["driver_id"].isin(references)]
    left_out = pd.DataFrame(
        {
            "driver_id": lost["driver_id"],
            "label": lost["label"],
            "kind": lost["kind"],
            "n_present": [int((design.matrix[name] > 0).sum()) for name in lost["driver_id"]],
            "reason": "cannot be told apart from other drivers: it always comes together with them",
        }
    )
    return drivers[~drivers["driver_id"].isin(lost["driver_id"])].reset_index(drop=True), left_out


def _all_outcomes(sides: pd.DataFrame) -> pd.DataFrame:
    """Add nps = promoter - detractor and passive = -(promoter + detractor), estimate and influence alike."""
    promoter = sides[sides["outcome"] == "promoter"].reset_index(drop=True)
    detractor = sides[sides["outcome"] == "detractor"].reset_index(drop=True)
    figures = ["estimate", "per_mention", "influence"]
    nps, passive = promoter.assign(outcome="nps"), promoter.assign(outcome="passive")
    for figure in figures:
        nps[figure] = promoter[figure] - detractor[figure]
        passive[figure] = -(promoter[figure] + detractor[figure])
    return pd.concat([nps, promoter, passive, detractor], ignore_index=True)


def _with_intervals(effects: pd.DataFrame, model: JointModel, confidence_level: float) -> pd.DataFrame:
    from scipy.stats import t

    errors = clustered_errors(np.column_stack(effects["influence"].tolist()), model.accounts)
    n_accounts = int(model.accounts.max()) + 1
    freedom = max(min(n_accounts - 1, len(model.accounts) - len(model.names)), 1)
    half = float(t.ppf(0.5 + confidence_level / 2, freedom)) * errors
    with np.errstate(invalid="ignore", divide="ignore"):
        p_values = 2 * t.sf(np.abs(effects["estimate"].to_numpy()) / errors, freedom)
    result = effects.drop(columns="influence").assign(
        std_error=errors,
        conf_low=effects["estimate"] - half,
        conf_high=effects["estimate"] + half,
        p_value=np.where(errors > 0, p_values, np.nan),
    )
    result["q_value"] = result.groupby("outcome")["p_value"].transform(benjamini_hochberg)
    return result
