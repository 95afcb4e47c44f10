"""The verb of this room: from tables to effects in NPS points, each with its interval and its q-value."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nps_insights.drivers.effects.fit import FittedDrivers, NotFitted, fit_drivers
from nps_insights.drivers.effects.joint_model import JointModel
from nps_insights.drivers.effects.tables import adjusted_table, leave_out_table
from nps_insights.drivers.matrix.design import MIN_PRESENT, DriverDesign, driver_design
from nps_insights.drivers.matrix.presence import code_presence, theme_presence
from nps_insights.tables import SettingsError, conform, empty

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
        fitted: The model of each family that could be fitted, themes before codes: what scenarios, checks, shares and
            changes are computed from.
    """

    effects: pd.DataFrame
    left_out: pd.DataFrame
    n_responses: int
    controls: list[str]
    notes: list[str]
    fitted: list[FittedDrivers]


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
        fitted=[model for part in parts for model in part.fitted],
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
    fitted = fit_drivers(design, themes)
    if isinstance(fitted, NotFitted):
        design = fitted.design
        return DriverEstimates(
            empty("effects"), design.left_out, len(design.matrix), list(design.controls), [fitted.why], []
        )
    effects = pd.concat(
        [adjusted_table(fitted, confidence_level), leave_out_table(fitted, confidence_level)], ignore_index=True
    )
    design, model = fitted.design, fitted.model
    return DriverEstimates(
        conform("effects", effects),
        design.left_out,
        len(design.matrix),
        list(design.controls),
        _few_accounts(design, model),
        [fitted],
    )


def _few_accounts(design: DriverDesign, model: JointModel) -> list[str]:
    known = design.matrix["account_id"].nunique() if "account_id" in design.matrix.columns else 0
    if known == 1:
        return ["All answers are of one account: each counts by itself, and how accounts differ is not known."]
    if model.n_accounts >= _MANY_ACCOUNTS:
        return []
    few = f"Only {model.n_accounts} accounts wrote a comment"
    return [f"{few}: how accounts differ is hardly known, and ranges are rough."]
