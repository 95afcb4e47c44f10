"""The covariance of drivers, controls and answer, and that of groups of accounts apart."""

import numpy as np
from numpy.typing import NDArray

from nps_insights.drivers.effects.joint_model import JointModel
from nps_insights.drivers.matrix.blocks import in_order

Array = NDArray[np.float64]

# The spread among so many groups of accounts tells a standard error to 5 % of its size.
_MOST_GROUPS = 200
_GROUPS_AT_ONCE = 10
_ROWS_AT_ONCE = 8192


def grouped_products(model: JointModel) -> Array:
    """Return the centred cross products of all columns but the intercept, and of the answer last, in each group.

    Up to 200 accounts, each is a group. More are dealt to 200 groups in turn, as cards are: a trend over the ids is
    then in all of them alike.

    Args:
        model: The fitted model; the answer is its promoter less its detractor indicator.

    Returns:
        (groups, k, k), where the model has k columns with its intercept.
    """
    n_groups = min(model.n_accounts, _MOST_GROUPS)
    group = model.accounts % n_groups
    rows = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[rows], np.arange(n_groups + 1))
    answer = model.y[:, 0] - model.y[:, 1]
    centre = np.r_[model.means[1:], answer.mean()]

    def of_groups(groups: slice) -> Array:
        return np.stack([of_rows(rows[starts[one] : starts[one + 1]]) for one in range(groups.start, groups.stop)])

    def of_rows(own: NDArray[np.int64]) -> Array:
        total = np.zeros((len(centre), len(centre)))
        for start in range(0, len(own), _ROWS_AT_ONCE):
            some = own[start : start + _ROWS_AT_ONCE]
            centred = np.column_stack([model.x[some, 1:], answer[some]]) - centre
            total += centred.T @ centred
        return total

    blocks = [slice(first, min(first + _GROUPS_AT_ONCE, n_groups)) for first in range(0, n_groups, _GROUPS_AT_ONCE)]
    return np.concatenate(list(in_order(of_groups, blocks)))
