"""The verb of this part: who moves, how many of the moves are noise, and what goes with moving."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nps_insights.drivers.matrix.design import MIN_PRESENT
from nps_insights.drivers.movement.effects import movement_effects
from nps_insights.drivers.movement.reliability import retest_reliability
from nps_insights.drivers.movement.repeats import CHURNED, RepeatAnswers, Steps, repeat_answers
from nps_insights.drivers.movement.scale import answer_scale
from nps_insights.drivers.movement.transition import (
    MIN_STEPS,
    RELIABILITIES,
    check_settings,
    corrected_moves,
    movement_table,
    movers_table,
)
from nps_insights.metrics import critical_value
from nps_insights.tables import CATEGORIES, empty

# Width either way at which a transition share tells something.
_WANTED_RANGE = 0.10
# Of one answer's score; what it is where nobody answered twice within days.
ASSUMED = 0.8
_ENOUGH_PAIRS = 100


@dataclass(frozen=True)
class Movement:
    """How customers move between categories, and what goes with it.

    Attributes:
        movement: Table `movement`, as counted and corrected.
        movers: Table `movers`: share of movers at several reliabilities; at 1, as counted.
        effects: Table `movement_effects`.
        left_out: Table `left_out`: drivers that are not in the effects.
        steps: The steps behind all of it, of `repeat_answers`.
        counts: How many pairs, exits, open customers, answers left aside.
        notes: Plain sentences on what a reader must know.
    """

    movement: pd.DataFrame
    movers: pd.DataFrame
    effects: pd.DataFrame
    left_out: pd.DataFrame
    steps: pd.DataFrame
    counts: dict[str, int]
    notes: list[str]


def estimate_movement(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    presence: pd.DataFrame,
    *,
    accounts: pd.DataFrame | None = None,
    attributes: Sequence[str] = (),
    controls: Sequence[str] = (),
    reliability: float | None = None,
    steps: Steps = "every",
    as_of: str | pd.Timestamp | None = None,
    min_present: int = MIN_PRESENT,
    n_bootstraps: int = 200,
    confidence_level: float = 0.95,
    random_state: int = 0,
) -> Movement:
    """Estimate how customers who answered more than once move between categories, and what goes with it.

    Args:
        responses: Table `responses`.
        comments: Table `comments`.
        presence: Which response mentions what, of `theme_presence` or `code_presence`.
        accounts: Table `accounts` with `ended_at`, for customers who left.
        attributes: Attributes that are drivers.
        controls: Attributes that are adjusted for and not reported.
        reliability: Correlation of two answers of customers for whom nothing changed; 1 corrects nothing. If not
            given, it is measured on customers who answered twice within 30 days (`retest_reliability`) where there are
            100 of them, and taken to be 0.8 otherwise.
        steps: "every" step of a customer, or the "last" of each (see `repeat_answers`).
        as_of: Day after which nothing is known yet.
        min_present: Fewest later answers with, and without, a driver.
        n_bootstraps: Draws of accounts for the intervals of the corrected figures.
        confidence_level: Coverage of the intervals.
        random_state: Seed of the draws.

    Returns:
        Tables `movement`, `movers` and `movement_effects`, with counts and sentences on what a reader must know.

    Raises:
        SettingsError: A setting is out of bounds, or an attribute is unknown.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["r1", "r2"], "contact_id": "c", "score": [9.0, 3.0],
        ...     "category": ["promoter", "detractor"], "responded_at": pd.to_datetime(["2026-01-05", "2026-04-05"])})
        >>> comments = pd.DataFrame({"response_id": ["r1"], "says_nothing": False})
        >>> presence = pd.DataFrame(columns=["response_id", "driver_id", "label", "kind", "theme_id"])
        >>> estimate_movement(responses, comments, presence).notes[2]
        'No movement table: it takes at least 30 steps of customers who answered again, and there is 1.'
    """
    known = responses
    if as_of is not None and "responded_at" in responses.columns:
        known = responses[~(responses["responded_at"] > pd.Timestamp(as_of))]
    measured = retest_reliability(known, confidence_level=confidence_level).iloc[0]
    assumed = reliability is not None or not _is_enough(measured)
    if reliability is None:
        reliability = ASSUMED if assumed else round(float(measured["estimate"]), 2)
    check_settings(reliability, n_bootstraps)
    repeats = repeat_answers(responses, accounts, as_of=as_of, steps=steps)
    if repeats.counts["customers"] == 0:
        return _nobody_followed(repeats)
    table, movers, notes = _tables(
        repeats, reliability, float(measured["estimate"]), n_bootstraps, confidence_level, random_state
    )
    effects = movement_effects(
        repeats,
        responses,
        comments,
        presence,
        attributes=attributes,
        controls=controls,
        min_present=min_present,
        confidence_level=confidence_level,
    )
    return Movement(
        movement=table,
        movers=movers,
        effects=effects.effects,
        left_out=effects.left_out,
        steps=repeats.steps,
        counts=repeats.counts,
        notes=[*repeats.notes, *notes, *_measured_said(measured, reliability, assumed), *effects.notes],
    )


def _nobody_followed(repeats: RepeatAnswers) -> Movement:
    note = (
        "Who moved cannot be told: no answer has a day and a contact or an account by which the same customer could be "
        "recognised."
    )
    return Movement(
        movement=empty("movement"),
        movers=empty("movers"),
        effects=empty("movement_effects"),
        left_out=empty("left_out"),
        steps=repeats.steps,
        counts=repeats.counts,
        notes=[note],
    )


def _tables(
    repeats: RepeatAnswers,
    reliability: float,
    measured: float,
    n_bootstraps: int,
    confidence_level: float,
    random_state: int,
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    n = repeats.counts["pairs"]
    if n < MIN_STEPS:
        why = f"No movement table: it takes at least {MIN_STEPS} steps of customers who answered again, "
        return empty("movement"), empty("movers"), [f"{why}and there {'is' if n == 1 else 'are'} {n or 'none'}."]
    # A reliability near 0 explains any movement, and one near 1 none.
    own = {round(measured, 2)} if 0.1 <= measured <= 0.99 else set()
    tried = sorted({reliability, *RELIABILITIES, *own})
    moves = {of: corrected_moves(repeats, of, n_bootstraps, random_state) for of in tried if of < 1}
    table = movement_table(repeats, moves.get(reliability), reliability=reliability, confidence_level=confidence_level)
    movers = movers_table(repeats, moves, tried, confidence_level=confidence_level)
    notes = [_noise_said(movers, reliability), *_few_said(repeats, confidence_level)]
    if answer_scale(repeats.steps).categories_alone:
        notes.append("Scores of repeated answers cannot be compared: the correction rests on the categories alone.")
    return table, movers, notes


def _noise_said(movers: pd.DataFrame, reliability: float) -> str:
    share = movers.set_index("reliability")["estimate"]
    others = ", ".join(f"{share[of]:.0%} at {of:g}" for of in share.index if of not in (reliability, 1.0))
    return (
        f"{share[1.0]:.0%} of answers are in another category than the customer's answer before. Answers vary without "
        f"any change: if their reliability is {reliability:g}, {share[reliability]:.0%} truly moved ({others}). "
        "A drift across a border by less than the noise of one answer is mostly not counted."
    )


def _is_enough(measured: pd.Series) -> bool:
    return bool(measured["n"] >= _ENOUGH_PAIRS and measured["conf_low"] > 0)


def _measured_said(measured: pd.Series, reliability: float, assumed: bool) -> list[str]:
    """Whether answers that came shortly after another agree with the reliability that is assumed."""
    if pd.isna(measured["estimate"]):
        return ["The reliability is assumed: too few customers answered twice within 30 days to measure it."]
    low, high = measured["conf_low"], measured["conf_high"]
    if not assumed:
        return [
            f"The reliability was measured on {measured['n']:.0f} customers who answered twice within 30 days "
            f"({measured['estimate']:.2f}, {low:.2f} to {high:.2f}). What truly changed in those days counts as noise: "
            "the corrected figures are rather too small than too large."
        ]
    verdict = "below" if high < reliability else "above" if low > reliability else "in agreement with"
    advice = (
        ""
        if low <= reliability <= high
        else " Unless much truly changes within 30 days, set the reliability to what was measured."
    )
    return [
        f"{measured['n']:.0f} customers answered twice within 30 days; their answers correlate "
        f"{measured['estimate']:.2f} ({low:.2f} to {high:.2f}), {verdict} the assumed {reliability:g}.{advice}"
    ]


def _few_said(repeats: RepeatAnswers, confidence_level: float) -> list[str]:
    """Which categories have too few steps for a share of one half to be known to within the wanted range."""
    needed = int(-(-(critical_value(confidence_level) ** 2) * 0.25 // _WANTED_RANGE**2))
    sizes = repeats.steps["from_category"].value_counts()
    few = [f"{int(sizes.get(name, 0))} from {name}" for name in CATEGORIES if sizes.get(name, 0) < needed]
    if not few:
        return []
    end = " or to " + CHURNED if repeats.follows_exits else ""
    return [
        f"Only {', '.join(few)}: shares between categories{end} are known to within "
        f"{100 * _WANTED_RANGE:.0f} points with {needed} steps from each, before any correction."
    ]
