"""Effects per group of customers: "price costs us more on the Basic plan", with a test of the difference."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.groups.difference import difference_p_value
from nps_insights.drivers.groups.fits import GroupFit, fit_groups
from nps_insights.drivers.groups.pooling import partially_pooled
from nps_insights.drivers.matrix.design import MIN_PRESENT, driver_design
from nps_insights.metrics import benjamini_hochberg, group_column, group_names
from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError, conform, empty

Array = NDArray[np.float64]
MOST_NUMBERS = 30


def group_effects(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    presence: pd.DataFrame,
    *,
    by: str,
    attributes: Sequence[str] = (),
    controls: Sequence[str] = (),
    min_present: int = MIN_PRESENT,
    confidence_level: float = 0.95,
) -> tuple[pd.DataFrame, list[str]]:
    """Estimate what each theme or code does in each group, and test whether the groups differ.

    Each group has a joint model of its own with all drivers and controls: were only one driver let vary, it would take
    on the differences of the drivers that it is mentioned with. Points per mention are then partially pooled, and the
    total is the group's own share of mentions times those.

    Args:
        responses: Table `responses`.
        comments: Table `comments`; only responses with a usable comment enter.
        presence: Which response mentions what, of `theme_presence` or `code_presence`.
        by: Attribute (without prefix) or column of the responses that names the group.
        attributes: Attributes to adjust for; `by` itself is not one of them.
        controls: More attributes to adjust for.
        min_present: A driver is told in a group where so many responses mention it and so many do not.
        confidence_level: Coverage of the intervals.

    Returns:
        Table `group_effects` (q-values by Benjamini and Hochberg's rule across drivers), and plain sentences on what
        could not be told.

    Raises:
        SettingsError: There is no column `by`, or it is a number with many values.

    Example:
        >>> n = 400
        >>> ids = [f"r{i:03d}" for i in range(n)]
        >>> category = ["promoter", "detractor", "promoter", "promoter"] * 100
        >>> responses = pd.DataFrame({"response_id": ids, "category": category})
        >>> responses["attribute/plan"] = ["Basic"] * 200 + ["Pro"] * 200
        >>> comments = pd.DataFrame({"response_id": ids, "says_nothing": False})
        >>> price = pd.DataFrame({"response_id": ids[1:200:4] + ids[202::4], "driver_id": "code/Price"})
        >>> price = price.assign(label="Price", kind="code", theme_id=None)
        >>> table, notes = group_effects(responses, comments, price, by="plan")
        >>> table[["group", "unpooled"]].round(1).values.tolist()
        [['Basic', -200.0], ['Pro', 66.7]]
    """
    from threadpoolctl import threadpool_limits

    column = group_column(responses, by)
    by = column.removeprefix(ATTRIBUTE_PREFIX)
    _refuse_numbers(responses[column], by)
    adjusted = [name for name in dict.fromkeys([*attributes, *controls]) if ATTRIBUTE_PREFIX + name != column]
    design = driver_design(responses, comments, presence, controls=adjusted, min_present=min_present)
    group_of = responses.set_index("response_id")[column]
    groups = group_names(group_of.reindex(design.matrix["response_id"]).reset_index(drop=True))
    # Several processors would add up in another order.
    with threadpool_limits(limits=1):
        fits, notes = fit_groups(design, groups)
    if groups.isna().any():
        notes.append(f"{int(groups.isna().sum()):,} responses with a comment have no {by} and are in no group.")
    if len(fits) < 2:
        which = "no group is" if not fits else f"only {fits[0].group} is"
        return empty("group_effects"), [f"By {by} nothing can be compared: {which} large enough for a model.", *notes]
    rows = [
        row
        for driver in design.drivers.itertuples()
        for row in _of_driver(driver.driver_id, fits, min_present, confidence_level)
    ]
    if not rows:
        return empty("group_effects"), [*notes, f"No driver is mentioned by {min_present} responses in any group."]
    table = pd.DataFrame(rows).merge(design.drivers[["driver_id", "label", "kind"]], on="driver_id")
    tested = table.drop_duplicates("driver_id")
    q_value = pd.Series(benjamini_hochberg(tested["p_value"]), index=tested["driver_id"])
    table = table.assign(by=by, q_value=table["driver_id"].map(q_value))
    table = table.sort_values(["driver_id", "group"], ignore_index=True)
    return conform("group_effects", table), notes


def _refuse_numbers(values: pd.Series, by: str) -> None:
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > MOST_NUMBERS:
        raise SettingsError(
            f"by == {by!r}: {values.nunique()} different numbers, at most {MOST_NUMBERS} can be groups; "
            "cut them into a few ranges first"
        )


def _of_driver(
    driver_id: str, fits: Sequence[GroupFit], min_present: int, confidence_level: float
) -> list[dict[str, object]]:
    """Rows of one driver: the groups in which it is frequent enough."""
    told = [(fit, row) for fit in fits for row in _told(driver_id, fit, min_present)]
    if not told:
        return []
    k = len(told)
    per_mention = np.array([fit.per_mention[row] for fit, row in told])
    spread = _spread(told)
    degrees = np.array([max(int(fit.n_fewest[row]) - 1, 1) for fit, row in told], dtype=float)
    p_value = difference_p_value(per_mention, spread[:k, :k], degrees)
    intervals = _intervals(told, per_mention, spread, confidence_level)
    return [
        {
            "driver_id": driver_id,
            "group": fit.group,
            **{name: float(figure[position]) for name, figure in intervals.items()},
            "unpooled": 100 * float(per_mention[position]),
            "n": len(fit.fitted.model.x),
            "n_present": int(fit.n_present[row]),
            "p_value": p_value,
        }
        for position, (fit, row) in enumerate(told)
    ]


def _told(driver_id: str, fit: GroupFit, min_present: int) -> list[int]:
    """The driver's row in a group's figures; none where it is too rare, or where all answers are the same."""
    return [
        int(row)
        for row in np.flatnonzero((fit.fitted.drivers["driver_id"] == driver_id).to_numpy())
        if min_present <= fit.n_present[row] <= len(fit.fitted.model.x) - min_present and fit.spread[row, row] > 0
    ]


def _intervals(
    told: Sequence[tuple[GroupFit, int]], per_mention: Array, spread: Array, confidence_level: float
) -> dict[str, Array]:
    """Pooled points per mention, and in total: the group's share of mentions times those, by the delta method."""
    k = len(told)
    pooled = partially_pooled(per_mention, spread[:k, :k])
    share = np.array([fit.share[row] for fit, row in told])
    variance = (
        (share * pooled.std_error) ** 2
        + pooled.estimate**2 * np.diag(spread[k:, k:])
        + 2 * share * pooled.estimate * np.diag(pooled.weights @ spread[:k, k:])
    )
    return _figures(
        {
            "": (pooled.estimate * share, np.sqrt(np.maximum(variance, 0))),
            "per_mention": (pooled.estimate, pooled.std_error),
        },
        np.array([fit.fitted.model.degrees_of_freedom for fit, _ in told], dtype=float),
        confidence_level,
    )


def _spread(told: Sequence[tuple[GroupFit, int]]) -> Array:
    """Covariance of per mention and share across groups (2K, 2K): accounts that answered in two groups tie them."""
    k = len(told)
    spread = np.zeros((2 * k, 2 * k))
    for a, (fit, row) in enumerate(told):
        own = [row, row + len(fit.share)]
        spread[np.ix_([a, a + k], [a, a + k])] = fit.spread[np.ix_(own, own)]
        for b in range(a):
            other, other_row = told[b]
            _, ours, others = np.intersect1d(fit.tied, other.tied, return_indices=True)
            theirs = [other_row, other_row + len(other.share)]
            both = fit.tied_influence[ours][:, own].T @ other.tied_influence[others][:, theirs]
            spread[np.ix_([a, a + k], [b, b + k])] = both
            spread[np.ix_([b, b + k], [a, a + k])] = both.T
    return spread


def _figures(
    figures: dict[str, tuple[Array, Array]], degrees_of_freedom: Array, confidence_level: float
) -> dict[str, Array]:
    from scipy.stats import t

    quantile = t.ppf(0.5 + confidence_level / 2, degrees_of_freedom)
    columns = {}
    for name, (estimate, error) in figures.items():
        columns[name or "estimate"] = 100 * estimate
        columns[f"{name}_low" if name else "conf_low"] = 100 * (estimate - quantile * error)
        columns[f"{name}_high" if name else "conf_high"] = 100 * (estimate + quantile * error)
    return columns
