"""Which themes and attributes go with moving up or down: the category now, given the category before."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nps_insights.drivers.effects.fit import FittedDrivers, NotFitted, fit_drivers
from nps_insights.drivers.effects.tables import adjusted_table
from nps_insights.drivers.matrix.design import MIN_PRESENT, driver_design
from nps_insights.drivers.movement.repeats import RepeatAnswers
from nps_insights.tables import ATTRIBUTE_PREFIX, conform, empty

BEFORE = "category before"
SCORE_BEFORE = "score before"


@dataclass(frozen=True)
class MovementEffects:
    """What goes with moving up or down.

    Attributes:
        effects: Table `movement_effects`.
        left_out: Table `left_out`.
        fitted: The model, where it could be fitted.
        notes: Plain sentences on what a reader must know.
    """

    effects: pd.DataFrame
    left_out: pd.DataFrame
    fitted: FittedDrivers | None
    notes: list[str]


def movement_effects(
    repeats: RepeatAnswers,
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    presence: pd.DataFrame,
    *,
    attributes: Sequence[str] = (),
    controls: Sequence[str] = (),
    min_present: int = MIN_PRESENT,
    confidence_level: float = 0.95,
) -> MovementEffects:
    """Estimate which themes and attributes go with the category of an answer, given the customer's answer before.

    The joint model of the effects, on the later answer of each step; the category before, and the score before where
    scores can be compared, are controls. Themes are those of the later comment. Without the answer before, a theme
    that unhappy customers raise at all times would seem to make them fall. One answer is a noisy record of where a
    customer stood, though: some of that remains, the more the lower the reliability.

    Args:
        repeats: What `repeat_answers` found.
        responses: Table `responses`.
        comments: Table `comments`; only later answers with a usable comment enter.
        presence: Which response mentions what, of `theme_presence` or `code_presence`.
        attributes: Attributes that are drivers.
        controls: Attributes that are adjusted for and not reported.
        min_present: Fewest of these responses with, and without, a driver.
        confidence_level: Coverage of the intervals.

    Returns:
        The effects on nps, promoter, passive and detractor, adjusted method only; empty with a note where too few.

    Raises:
        SettingsError: An attribute is unknown.

    Example:
        >>> from nps_insights.drivers.movement.repeats import repeat_answers
        >>> before = pd.DataFrame({"response_id": [f"a{i:02d}" for i in range(80)], "score": [9.0, 7.0] * 40,
        ...     "category": ["promoter", "passive"] * 40, "contact_id": [f"c{i}" for i in range(80)],
        ...     "responded_at": pd.Timestamp("2026-01-05")})
        >>> after = before.assign(response_id="b" + before["response_id"], responded_at=pd.Timestamp("2026-04-05"))
        >>> after.loc[:39, ["category", "score"]] = ["detractor", 5.0]
        >>> responses = pd.concat([before, after], ignore_index=True)
        >>> comments = pd.DataFrame({"response_id": responses["response_id"], "says_nothing": False})
        >>> price = after.loc[:39, ["response_id"]].assign(driver_id="code/Price", label="Price", kind="code",
        ...                                                 theme_id=None)
        >>> found = movement_effects(repeat_answers(responses), responses, comments, price).effects
        >>> found.query("outcome == 'detractor'")["per_mention"].round(6).tolist()
        [100.0]
    """
    pairs = repeats.steps[repeats.steps["next_response_id"].notna()].set_index("next_response_id")
    before, score = ATTRIBUTE_PREFIX + BEFORE, ATTRIBUTE_PREFIX + SCORE_BEFORE
    later = responses[responses["response_id"].isin(pairs.index)]
    later = later.assign(
        **{
            before: later["response_id"].map(pairs["from_category"]),
            score: later["response_id"].map(pairs["from_score"]),
        }
    )
    known = [BEFORE, SCORE_BEFORE] if later[score].notna().any() else [BEFORE]
    design = driver_design(
        later, comments, presence, attributes=attributes, controls=[*controls, *known], min_present=min_present
    )
    fitted = fit_drivers(design)
    if isinstance(fitted, NotFitted):
        note = f"{len(pairs):,} answers have one of the same customer before them. {fitted.why}"
        return MovementEffects(empty("movement_effects"), fitted.design.left_out, None, [note])
    effects = conform("movement_effects", adjusted_table(fitted, confidence_level).drop(columns="method"))
    notes = [
        f"What goes with moving: {len(fitted.design.matrix):,} answers with a comment and an answer of the same "
        f"customer before, adjusted for {', '.join(fitted.design.controls)}. Customers who left wrote nothing when "
        "they did: what goes with leaving is another model's question.",
        "One answer before is a noisy record of where a customer stood: a theme that goes with being unhappy at all "
        "times keeps some of that here.",
    ]
    return MovementEffects(effects, fitted.design.left_out, fitted, notes)
