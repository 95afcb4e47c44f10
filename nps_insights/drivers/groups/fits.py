"""One joint model per group of customers, on the columns that all customers share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.effects.combinations import NPS, Combinations, account_influence, covariance, values
from nps_insights.drivers.effects.fit import RESPONSES_PER_COLUMN, FittedDrivers, NotFitted, fit_drivers
from nps_insights.drivers.matrix.blocks import summed_within
from nps_insights.drivers.matrix.design import DriverDesign
from nps_insights.metrics import account_codes

Array = NDArray[np.float64]


@dataclass(frozen=True)
class GroupFit:
    """The joint model of one group. Figures are by driver of `fitted` (m,), shares of responses.

    Attributes:
        group: Its name.
        fitted: Its model; drivers that are rare in the group stay in it, so that no neighbour is blamed for them.
        per_mention: What one mention adds to the NPS.
        share: Share of the group's responses that mention the driver.
        spread: Covariance of per_mention and share, one after the other (2m, 2m).
        n_present: Responses that mention the driver.
        n_fewest: Accounts that mention it, or that leave it out: whichever are fewer.
        tied: Accounts that answered in other groups too, by their number among all accounts, ascending (t,).
        tied_influence: How they move per_mention and share, scaled so that squares sum to `spread` (t, 2m).
    """

    group: str
    fitted: FittedDrivers
    per_mention: Array
    share: Array
    spread: Array
    n_present: NDArray[np.int64]
    n_fewest: NDArray[np.int64]
    tied: NDArray[np.int64]
    tied_influence: Array


def fit_groups(design: DriverDesign, groups: pd.Series) -> tuple[list[GroupFit], list[str]]:
    """Return the model of every group that is large enough for one, and a sentence on those that are not.

    Args:
        design: The driver matrix of all responses; attributes among its controls.
        groups: Group of each row of the matrix; missing where it is not known.
    """
    every = account_codes(design.matrix)
    several = _in_several(every, groups)
    fits, small = [], []
    for group in sorted(groups.dropna().unique()):
        inside = (groups == group).to_numpy(dtype=bool)
        if inside.sum() < RESPONSES_PER_COLUMN:
            small.append((int(inside.sum()), RESPONSES_PER_COLUMN * len(design.columns), str(group)))
            continue
        own = design_of(design, inside)
        fitted = fit_drivers(own)
        if isinstance(fitted, NotFitted):
            small.append((len(own.matrix), RESPONSES_PER_COLUMN * len(own.columns), str(group)))
        else:
            fits.append(_group_fit(str(group), fitted, every[inside], several))
    return fits, _too_small(small)


def _in_several(accounts: NDArray[np.int64], groups: pd.Series) -> NDArray[np.int64]:
    """Accounts that answered in more than one group."""
    pairs = pd.DataFrame({"account": accounts, "group": groups}).dropna().drop_duplicates()
    counts = pairs["account"].value_counts()
    return np.sort(counts.index[counts > 1].to_numpy(dtype=np.int64))


def design_of(design: DriverDesign, inside: NDArray[np.bool_]) -> DriverDesign:
    """Return the rows of one group, without the columns that are the same for all of them.

    Example:
        >>> matrix = pd.DataFrame({"category": "passive", "code/Price": [0.0, 1.0, 1.0], "code/Staff": [1.0, 0.0, 0.0]})
        >>> drivers = pd.DataFrame({"driver_id": ["code/Price", "code/Staff"]})
        >>> design_of(DriverDesign(matrix, drivers, pd.DataFrame()), np.array([True, True, False])).columns
        ['code/Price', 'code/Staff']
        >>> design_of(DriverDesign(matrix, drivers, pd.DataFrame()), np.array([False, True, True])).columns
        []
    """
    matrix = design.matrix[inside].reset_index(drop=True)
    same = [name for name in design.columns if matrix[name].nunique() < 2]
    controls = {name: [column for column in own if column not in same] for name, own in design.controls.items()}
    return replace(
        design,
        matrix=matrix.drop(columns=same),
        drivers=design.drivers[~design.drivers["driver_id"].isin(same)].reset_index(drop=True),
        controls={name: own for name, own in controls.items() if own},
    )


def _group_fit(group: str, fitted: FittedDrivers, codes: NDArray[np.int64], several: NDArray[np.int64]) -> GroupFit:
    model, figures = fitted.model, _figures(fitted)
    columns = [model.names.index(name) for name in fitted.drivers["driver_id"]]
    mentioned = (model.x[:, columns] > 0).astype(float)
    mentions = summed_within(mentioned, model.accounts)
    answers = np.bincount(model.accounts)[:, None]
    tied, tied_influence = _tied(fitted, codes[model.rows], several)
    return GroupFit(
        group=group,
        fitted=fitted,
        per_mention=values(model, fitted.mentions) @ np.array(NPS),
        share=model.means[columns],
        spread=covariance(model, figures),
        n_present=mentioned.sum(axis=0).astype(np.int64),
        n_fewest=np.minimum((mentions > 0).sum(axis=0), (mentions < answers).sum(axis=0)),
        tied=tied,
        tied_influence=tied_influence,
    )


def _tied(
    fitted: FittedDrivers, codes: NDArray[np.int64], several: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Array]:
    model = fitted.model
    starts = np.flatnonzero(np.r_[True, model.accounts[1:] != model.accounts[:-1]])
    own = codes[starts]
    inside = np.isin(own, several)
    if not inside.any():
        return np.empty(0, dtype=np.int64), np.empty((0, 2 * len(fitted.drivers)))
    scale = np.sqrt(model.n_accounts / max(model.n_accounts - 1, 1)) / len(model.x)
    moved = scale * account_influence(model, _figures(fitted))[inside]
    # In a group of a single account every row stands alone: its rows are added up again here.
    order = np.argsort(own[inside], kind="stable")
    return np.unique(own[inside]), summed_within(moved[order], own[inside][order])


def _figures(fitted: FittedDrivers) -> Combinations:
    """Per mention and share of every driver. A share is no coefficient: it only moves with its column's mean."""
    m, k = fitted.mentions.weights.shape
    by_mean = np.zeros((2, m, k))
    by_mean[0] = fitted.mentions.weights
    return fitted.mentions + Combinations(np.zeros((m, k)), by_mean)


def _too_small(small: Sequence[tuple[int, int, str]]) -> list[str]:
    named = [f"{group} ({n}, needs {needed})" for n, needed, group in sorted(small, reverse=True)]
    if not named:
        return []
    more = f" and {len(named) - 5} more" if len(named) > 5 else ""
    return [
        "Too few responses with a comment for effects of their own, the number there is and the number needed: "
        f"{', '.join(named[:5])}{more}."
    ]
