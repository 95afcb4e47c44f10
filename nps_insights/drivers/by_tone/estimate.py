"""Effects of themes by tone: does speaking ill of a theme go with more than sounding ill does by itself?

Tone was learned from the scores. Themes split by it look like drivers, even random ones: negative mentions are those
of detractors. What is reported is therefore the effect beyond a placebo: themes shuffled among responses that sound
alike. A theme whose mentions all sound the worst, and which nobody else sounds like, cannot be told from its tone and
gets no effect here; its effect by presence (`estimate_drivers`) is free of this and remains the first thing to read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.drivers.by_tone.placebo import BeyondPlacebo, Responses, beyond_placebo
from nps_insights.drivers.by_tone.presence import tone_presence
from nps_insights.drivers.by_tone.shuffles import placebo_control
from nps_insights.drivers.by_tone.similar import similar_responses, tone_profiles
from nps_insights.drivers.effects.fit import FittedDrivers, NotFitted, fit_drivers
from nps_insights.drivers.effects.outcomes import outcome_rows
from nps_insights.drivers.matrix.design import MIN_PRESENT, driver_design
from nps_insights.tables import SettingsError, conform, empty

_UNIT = {"estimate": "per_mention", "conf_low": "per_mention_low", "conf_high": "per_mention_high"}
_RELATIVE = (
    "Effects by tone are beyond the average theme that sounds the same: above zero, negative mentions of a theme go "
    "with less harm than others that sound as bad, which is not to say that they go with good."
)
_NOT_PASSED = (
    "Effects by tone are not to be trusted here: {share:.0%} of shuffled themes came out clear, where chance gives "
    "{expected:.0%}."
)


@dataclass(frozen=True)
class ToneEffects:
    """What goes with speaking of a theme in one tone, beyond the tone.

    Attributes:
        effects: Table `effects`, method `beyond_placebo`, themes only, with `tone`.
        left_out: Table `left_out`.
        placebo: Table `negative_controls`, its row `tone_placebo`; no row where nothing was estimated.
        notes: Plain sentences on what a reader must know.
    """

    effects: pd.DataFrame
    left_out: pd.DataFrame
    placebo: pd.DataFrame
    notes: list[str]


def effects_by_tone(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    attributes: Sequence[str] = (),
    controls: Sequence[str] = (),
    min_present: int = MIN_PRESENT,
    n_placebos: int = 40,
    random_state: int = 0,
    confidence_level: float = 0.95,
) -> ToneEffects:
    """Estimate the effects of themes by tone, beyond what the tone alone gives.

    All themes, negative and positive apart, enter one joint model with attributes and controls. The placebo deals the
    themes of a response to another that sounds alike (as many segments of each sign, similar tone), which keeps who
    is mentioned with whom. Reported is the effect less its mean over all shuffles: the figure is relative to the
    average theme that sounds the same, so that one strong theme pushes the others slightly to the other side.

    Args:
        responses: Table `responses`.
        comments: Table `comments`; only responses with a usable comment enter.
        mentions: Table `mentions` with tone (-1..1). A mention without tone counts as neither negative nor positive,
            and so does a segment in no theme, whose tone no table holds.
        themes: Table `themes`; leaves enter the model.
        attributes: Attributes that are adjusted for, as in `estimate_drivers`; they have no rows here.
        controls: Attributes that are adjusted for.
        min_present: Fewest responses with, and without, a theme in one tone.
        n_placebos: Shuffles that the estimate is checked on (`placebo`).
        random_state: Seed of the shuffles; no estimate hangs on it.
        confidence_level: Coverage of the intervals.

    Returns:
        Effects on nps, promoter, passive and detractor, total and per mention, in points. q-values are
        Benjamini-Hochberg's across all themes and tones of one outcome. Where no mention has a tone, an empty table
        and a note.

    Raises:
        SettingsError: An attribute is unknown, or `n_placebos` is below 2.

    Example:
        >>> ids = [f"r{i:03d}" for i in range(600)]
        >>> category = ["promoter", "promoter", "detractor", "detractor", "passive", "passive"] * 100
        >>> responses = pd.DataFrame({"response_id": ids, "category": category})
        >>> comments = pd.DataFrame({"response_id": ids, "says_nothing": False})
        >>> said = pd.DataFrame({"response_id": ids, "segment_id": ids, "tone": [0.5, -0.5, -0.5, -0.5, 0, 0] * 100,
        ...                      "theme_id": ["food", "food", "price", "price", "", ""] * 100})
        >>> themes = pd.DataFrame({"theme_id": ["food", "price"], "label": ["food", "price"]})
        >>> effects = effects_by_tone(responses, comments, said, themes).effects.query("outcome == 'nps'")
        >>> effects[["driver_id", "per_mention"]].round(1).values.tolist()
        [['theme/food/negative', 133.0], ['theme/food/positive', 0.0], ['theme/price/negative', -66.5]]
    """
    if n_placebos < 2:
        raise SettingsError(f"n_placebos == {n_placebos}, must be at least 2: a spread needs two shuffles")
    mentions = mentions[mentions["theme_id"].isin(themes["theme_id"])]
    if "tone" not in mentions.columns or mentions["tone"].isna().all():
        note = "No effects by tone: no mention of a theme has a tone, which is learned from scores and comments."
        return _nothing([note], empty("left_out"))
    notes = _without_tone(mentions)
    design = driver_design(
        responses,
        comments,
        tone_presence(mentions, themes),
        attributes=attributes,
        controls=controls,
        min_present=min_present,
        # The placebo already holds themes against others of comments as long.
        with_length=False,
    )
    fitted = fit_drivers(design)
    themed = fitted.design.drivers["kind"] == "theme"
    if isinstance(fitted, NotFitted) or not themed.any():
        why = fitted.why if isinstance(fitted, NotFitted) else _too_rare(min_present)
        return _nothing([*notes, why], fitted.design.left_out)
    x, alike = _arrays(fitted, mentions)
    placebo = placebo_control(
        x,
        alike,
        degrees_of_freedom=fitted.model.degrees_of_freedom,
        n_placebos=n_placebos,
        random_state=random_state,
        confidence_level=confidence_level,
    )
    notes.append(_RELATIVE)
    if not placebo["passed"].all():
        row = placebo.iloc[0]
        notes.append(_NOT_PASSED.format(share=row["estimate"], expected=row["expected"]))
    effects = _table(fitted, beyond_placebo(x, alike), confidence_level)
    return ToneEffects(effects, fitted.design.left_out, placebo, notes)


def _arrays(fitted: FittedDrivers, mentions: pd.DataFrame) -> tuple[np.ndarray, Responses]:
    """The columns of the themes (n, m), and everything else about the responses, by account."""
    model, drivers = fitted.model, fitted.drivers
    own = drivers.loc[drivers["kind"] == "theme", "driver_id"]
    position = [model.names.index(name) for name in own]
    controls = np.delete(model.x, position, axis=1)
    ids = fitted.design.matrix["response_id"].iloc[model.rows]
    groups = similar_responses(tone_profiles(ids, mentions), controls, model.y)
    return model.x[:, position], Responses(controls, model.y, model.accounts, groups)


def _table(fitted: FittedDrivers, found: BeyondPlacebo, confidence_level: float) -> pd.DataFrame:
    drivers = fitted.drivers[fitted.drivers["kind"] == "theme"].reset_index(drop=True)
    level = {"degrees_of_freedom": fitted.model.degrees_of_freedom, "confidence_level": confidence_level}
    rows = outcome_rows(drivers, found.total, found.total_variances, **level)
    units = outcome_rows(drivers, found.per_mention, found.mention_variances, **level)
    rows = rows.assign(**{new: units[old] for old, new in _UNIT.items()}, method="beyond_placebo")
    return conform("effects", rows)


def _without_tone(mentions: pd.DataFrame) -> list[str]:
    count = int((mentions["tone"].fillna(0.0) == 0).sum())
    if not count:
        return []
    return [f"{count:,} of {len(mentions):,} mentions have no tone; they count as neither negative nor positive."]


def _too_rare(min_present: int) -> str:
    return f"No effects by tone: no theme is spoken of in one tone by at least {min_present} responses."


def _nothing(notes: list[str], left_out: pd.DataFrame) -> ToneEffects:
    return ToneEffects(empty("effects"), left_out, empty("negative_controls"), notes)
