"""The verb of this shelf: from tables to the parts of a change, each with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from nps_insights.drivers.change.between import Comparison, last_two_periods, sides
from nps_insights.drivers.change.everyone import Parts, of_everyone
from nps_insights.drivers.change.notes import said
from nps_insights.drivers.change.parts import commenter_parts
from nps_insights.drivers.change.two_sided import MIN_RATE, fit_two_sided
from nps_insights.drivers.effects.outcomes import with_interval
from nps_insights.drivers.matrix.design import MIN_PRESENT, driver_design
from nps_insights.metrics import account_codes, benjamini_hochberg, clustered_errors, group_column, nps_difference
from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError, conform, empty

Among = Literal["everyone", "commenters"]
# Fewer responses with a comment on one side leave shares that no normal approximation describes.
MIN_SIDE = 50
# How the note begins that says why there are no parts.
NOT_TAKEN_APART = "The change of the NPS was not taken apart"


@dataclass(frozen=True)
class ChangeParts:
    """Why the NPS changed.

    Attributes:
        parts: Table `change_parts`; the rows but `total` sum to `total`.
        notes: Plain sentences on what a reader must know.
    """

    parts: pd.DataFrame
    notes: list[str]


def change_parts(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    presence: pd.DataFrame,
    *,
    between: Comparison | None = None,
    per: str = "",
    as_of: pd.Timestamp | None = None,
    attributes: Sequence[str] = (),
    controls: Sequence[str] = (),
    among: Among = "everyone",
    min_present: int = MIN_PRESENT,
    min_rate: int = MIN_RATE,
    confidence_level: float = 0.95,
) -> ChangeParts:
    """Return the parts of the change of the NPS between two periods or two groups; they add up to it exactly.

    The NPS of everybody is c x NPS of those who commented + (1 - c) x NPS of the silent, with c the share who
    commented. What a change of c adds is `silence`, what the silent's own NPS adds is `silent` (Kitagawa's mix and
    rate); nobody knows what moved those who wrote nothing. The rest is c x the change among those who commented, in
    parts by a joint model of both sides (`commenter_parts` derives them):

    - `mix`: other customers, a row per attribute, and one for all controls;
    - `frequency`: a theme is mentioned more or less often, at its mean weight per mention;
    - `rate`: a mention of the theme goes with more or less than before, at its mean share; a row for each theme that
      `min_rate` responses of each side mention. The others' weight is taken as the same on both, and its change, if
      any, is with the unexplained;
    - `unexplained`: what none of these explains: the answers of customers alike in all of them.

    Errors hold the sampling of shares and of coefficients, by the delta method, clustered by account across both
    sides: a customer who answered in both counts once. The total's interval is that of `period_changes`.

    Args:
        responses: Table `responses`.
        comments: Table `comments`.
        presence: Which response mentions what, of `theme_presence` or `code_presence`.
        between: What is compared (`two_periods`, `two_groups`); if not given, the last finished period and the one
            before, as `period_changes` chooses them.
        per: Period to choose by, if `between` is not given; `choose_period` if empty.
        as_of: Moment of knowing, which tells whether the last period is finished; the last answer if not given.
        attributes: Attributes that are drivers. The column that is compared by is left aside.
        controls: Attributes that are adjusted for; their mix is one row together.
        among: "everyone", or "commenters" for the change among those who commented alone.
        min_present: Fewest responses with, and without, a driver, on both sides together.
        min_rate: Fewest responses of each side with, and without, a theme that has a row `rate`.
        confidence_level: Coverage of the intervals.

    Raises:
        SettingsError: The periods overlap, a group or attribute is unknown, or `among` is neither.

    Example:
        >>> ids = [f"r{i:03d}" for i in range(400)]
        >>> responses = pd.DataFrame({"response_id": ids, "category": (["detractor"] * 50 + ["passive"] * 150) * 2})
        >>> responses["wave"] = ["first"] * 200 + ["second"] * 200
        >>> responses.loc[250:299, "category"] = "detractor"
        >>> comments = pd.DataFrame({"response_id": ids, "says_nothing": False})
        >>> price = pd.DataFrame({"response_id": ids[:50] + ids[200:300], "driver_id": "code/Price"})
        >>> found = change_parts(responses, comments, price.assign(label="Price", kind="code"),
        ...                      between=Comparison("wave", "first", "second"))
        >>> found.parts.set_index("part")["estimate"].round(1).to_dict()
        {'frequency': -25.0, 'total': -25.0, 'unexplained': 0.0}
    """
    if among not in ("everyone", "commenters"):
        raise SettingsError(f"among == {among!r}: must be everyone or commenters")
    between = between or last_two_periods(responses, per=per, as_of=as_of)
    if between is None:
        return _nothing("there are not two finished periods with enough answers to compare")
    from threadpoolctl import threadpool_limits

    before, after = sides(responses, between)
    both = pd.concat([before, after], ignore_index=True).sort_values("response_id")
    is_after, both = both.index.to_numpy() >= len(before), both.reset_index(drop=True)
    design = driver_design(
        both,
        comments,
        presence,
        attributes=_without_by(attributes, both, between),
        controls=_without_by(controls, both, between),
        min_present=min_present,
        # Themes that are mentioned more often make comments longer: length would take their part of the change.
        with_length=False,
    )
    commented = both["response_id"].isin(design.matrix["response_id"]).to_numpy()
    if among == "commenters":
        both, is_after, commented = both[commented].reset_index(drop=True), is_after[commented], commented[commented]
    n = [int(np.sum(commented & (is_after == side))) for side in (False, True)]
    if min(n) < MIN_SIDE:
        counts = f"{between.before} has {n[0]} responses with a comment and {between.after} has {n[1]}"
        return _nothing(f"{counts}; each needs at least {MIN_SIDE}")
    two = fit_two_sided(design, is_after[commented], min_present=min_present, min_rate=min_rate)
    if isinstance(two, str):
        return _nothing(two)
    with threadpool_limits(limits=1):
        parts = of_everyone(both, is_after, commented, commenter_parts(two))
    rows = _with_intervals(parts, both, two.model.degrees_of_freedom, confidence_level)
    change = nps_difference(both[~is_after], both[is_after], confidence_level=confidence_level)
    rows.loc[rows["part"] == "total", list(change)] = list(change.values())
    rows = rows.assign(by=between.by.removeprefix(ATTRIBUTE_PREFIX), before=between.before, after=between.after)
    return ChangeParts(conform("change_parts", rows), said(two, rows, between))


def _with_intervals(parts: Parts, responses: pd.DataFrame, degrees_of_freedom: int, level: float) -> pd.DataFrame:
    accounts = account_codes(responses)
    rows = with_interval(
        parts.names,
        100 * parts.estimate,
        100 * clustered_errors(parts.influence, accounts),
        degrees_of_freedom=max(min(int(accounts.max()), degrees_of_freedom), 1),
        confidence_level=level,
    )
    return rows.assign(q_value=benjamini_hochberg(rows["p_value"].where(rows["driver_id"] != "")))


def _without_by(names: Sequence[str], responses: pd.DataFrame, between: Comparison) -> list[str]:
    """The names less the column that the two groups are groups of: it says the same as the comparison itself."""
    own = "" if between.periods else group_column(responses, between.by)
    return [name for name in names if ATTRIBUTE_PREFIX + name != own]


def _nothing(why: str) -> ChangeParts:
    return ChangeParts(empty("change_parts"), [f"{NOT_TAKEN_APART}: {why}."])
