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
    driver_design,
    theme_presence,
)
from nps_insights.drivers.influence import clustered_errors
from nps_insights.drivers.leave_out import leave_out_effects
from nps_insights.drivers.parents import parent_adjusted, parent_leave_out, with_parents
from nps_insights.drivers.separable import without_inseparable
from nps_insights.metrics import benjamini_hochberg
from nps_insights.tables import SettingsError, conform, empty

# Fewer responses per model column leave intervals that no normal approximation describes.
_RESPONSES_PER_COLUMN = 5
_MANY_ACCOUNTS = 10


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
    code_names: Sequence[str] = (),
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
        code_names: All codes that there are; one that no comment carries is listed in `left_out`.
        attributes: Attributes that are drivers.
        controls: Attributes that are adjusted for and not reported.
        min_present: Fewest responses with, and without, a driver.
        confidence_level: Coverage of the intervals.

    Returns:
        The effects on nps, promoter, passive and detractor, by the adjusted and the leave_out method. A parent's
        effect is that of its leaves set absent together. q-values are Benjamini-Hochberg's across the drivers of
        one model, outcome and method, parents apart.

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
    families: list[tuple[pd.DataFrame, pd.DataFrame | None]] = []
    if mentions is not None and themes is not None:
        families.append((theme_presence(mentions, themes), themes))
    if (codes is not None and len(codes)) or not families:
        families.append((code_presence(empty("codes") if codes is None else codes), None))

    parts = [
        _estimate_family(
            driver_design(
                responses, comments, presence, attributes=attributes, controls=controls, min_present=min_present
            ),
            themes,
            confidence_level,
        )
        for presence, themes in families
    ]
    first = parts[0]
    # Attributes are reported once, from the model with the discovered themes.
    effects = [first.effects, *(part.effects[part.effects["kind"] != "attribute"] for part in parts[1:])]
    left_out = [first.left_out, *(part.left_out[part.left_out["kind"] != "attribute"] for part in parts[1:])]
    left_out.append(_never_used(code_names, codes))
    return DriverEstimates(
        effects=conform("effects", pd.concat(effects, ignore_index=True)),
        left_out=conform("left_out", pd.concat(left_out, ignore_index=True)),
        n_responses=first.n_responses,
        controls=first.controls,
        notes=list(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _never_used(code_names: Sequence[str], codes: pd.DataFrame | None) -> pd.DataFrame:
    used = set() if codes is None else set(codes["code"])
    names = [name for name in dict.fromkeys(code_names) if name not in used]
    return pd.DataFrame(
        {
            "driver_id": [f"code/{name}" for name in names],
            "label": names,
            "kind": "code",
            "n_present": 0,
            "reason": "no comment carries it",
        }
    )


def _estimate_family(design: DriverDesign, themes: pd.DataFrame | None, confidence_level: float) -> DriverEstimates:
    design = without_inseparable(design)
    n, needed, controls = len(design.matrix), _RESPONSES_PER_COLUMN * len(design.columns), list(design.controls)
    if design.drivers.empty or n < needed:
        why = (
            "no driver is frequent enough"
            if design.drivers.empty
            else f"{len(design.columns)} columns need {needed} responses"
        )
        note = f"No effects were estimated: {why}; {n} responses have a usable comment."
        return DriverEstimates(empty("effects"), design.left_out, n, controls, [note])
    model = fit_joint_model(design)
    adjusted = adjusted_effects(design, model)
    sides = {"adjusted": [adjusted], "leave_out": [leave_out_effects(design)]}
    names = design.drivers
    if themes is not None:
        sides["adjusted"].append(parent_adjusted(design, adjusted, themes))
        sides["leave_out"].append(parent_leave_out(design, themes))
        names = pd.concat([names, with_parents(design, themes).drivers], ignore_index=True)
    # Parents repeat their leaves: they are judged among themselves.
    parts = [
        _with_intervals(_all_outcomes(part), model, confidence_level).assign(method=method)
        for method, both in sides.items()
        for part in both
        if len(part)
    ]
    named = names.drop(columns=["attribute", "numeric"])
    effects = pd.concat(parts, ignore_index=True).merge(named, on="driver_id", validate="many_to_one").assign(n=n)
    return DriverEstimates(conform("effects", effects), design.left_out, n, controls, _few_accounts(model))


def _few_accounts(model: JointModel) -> list[str]:
    n_accounts = int(model.accounts.max()) + 1
    if n_accounts >= _MANY_ACCOUNTS:
        return []
    return [f"Only {n_accounts} accounts wrote a comment: how accounts differ is hardly known, and ranges are rough."]


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
