"""All drivers and controls in one model, so that none is blamed for its neighbours.

Model: linear probability on the promoter and on the detractor indicator. The effect on NPS is the difference of the
two, so that nps = promoter - detractor and promoter + passive + detractor = 0 hold exactly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nps_insights.drivers.effects.influence import residuals_without_own_account
from nps_insights.drivers.matrix.blocks import account_blocks, cross_products, in_order, summed_within
from nps_insights.drivers.matrix.design import DriverDesign
from nps_insights.drivers.matrix.separable import independent_columns
from nps_insights.metrics import account_codes

SIDES = ("promoter", "detractor")


@dataclass(frozen=True)
class JointModel:
    """A fitted linear probability model of promoters and detractors. Rows stand by account.

    Attributes:
        names: Model columns that could be told apart (k,), the intercept first as "".
        x: Their values (n, k).
        y: Promoter and detractor indicator (n, 2).
        coefficients: (k, 2) for promoter and detractor, per unit of the column.
        inverse: (X'X)^-1 (k, k).
        residuals: What the residuals would be had the model been fitted without the row's own account (n, 2).
        accounts: Account number of each row (n,), ascending.
        rows: Row of the driver matrix that each row is (n,).
        means: Mean of each column (k,).
        moments: Sum over accounts of z z' (3k, 3k), where z holds the account's sum of column x residual on the
            promoter side, the same on the detractor side, and of column - mean: all that errors need.
    """

    names: list[str]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    inverse: NDArray[np.float64]
    residuals: NDArray[np.float64]
    accounts: NDArray[np.int64]
    rows: NDArray[np.int64]
    means: NDArray[np.float64]
    moments: NDArray[np.float64]

    @property
    def n_accounts(self) -> int:
        """Accounts (or rows, where each stands alone) that the errors are clustered by."""
        return int(self.accounts[-1]) + 1

    @property
    def degrees_of_freedom(self) -> int:
        """Of Student's t in the intervals: accounts less one, or rows less columns, whichever is smaller."""
        return max(min(self.n_accounts - 1, len(self.x) - len(self.names)), 1)


def fit_joint_model(design: DriverDesign) -> JointModel:
    """Fit promoter and detractor on all columns of the driver matrix by least squares.

    One level of each attribute is the reference: the last, as a sum of the others, has no column of its own.

    Example:
        >>> import pandas as pd
        >>> category = ["promoter", "promoter", "passive", "detractor"]
        >>> matrix = pd.DataFrame({"category": category, "code/Price": [0.0, 0.0, 1.0, 1.0]})
        >>> model = fit_joint_model(DriverDesign(matrix, pd.DataFrame(), pd.DataFrame()))
        >>> model.coefficients.round(2).tolist()
        [[1.0, 0.0], [-1.0, 0.5]]
    """
    x, y, accounts, rows = by_account(design)
    cross = cross_products(x, x)
    kept = independent_columns(cross)
    if len(kept) < x.shape[1]:
        x, cross = x[:, kept], cross[np.ix_(kept, kept)]
    inverse = np.linalg.inv(cross).astype(np.float64)
    coefficients = inverse @ cross_products(x, y)
    residuals = residuals_without_own_account(x, inverse, y - x @ coefficients, accounts)
    means = cross[0] / len(x)
    return JointModel(
        names=[["", *design.columns][position] for position in kept],
        x=x,
        y=y,
        coefficients=coefficients,
        inverse=inverse,
        residuals=residuals,
        accounts=accounts,
        rows=rows,
        means=means,
        moments=_moments(x, residuals, means, accounts),
    )


def _moments(
    x: NDArray[np.float64],
    residuals: NDArray[np.float64],
    means: NDArray[np.float64],
    accounts: NDArray[np.int64],
) -> NDArray[np.float64]:
    def of_block(rows: slice) -> NDArray[np.float64]:
        own = x[rows]
        parts = np.hstack([own * residuals[rows, :1], own * residuals[rows, 1:], own - means])
        sums = summed_within(parts, accounts[rows])
        return np.asarray(sums.T @ sums)

    total = np.zeros((3 * x.shape[1],) * 2)
    for part in in_order(of_block, account_blocks(accounts)):
        total += part
    return total


def by_account(
    design: DriverDesign,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return columns with the intercept first (n, k + 1), indicators (n, 2), account numbers and row numbers (n,).

    Rows stand by account.
    """
    matrix = design.matrix
    x = np.column_stack([np.ones(len(matrix)), matrix[design.columns].to_numpy(dtype=float)])
    y = np.column_stack([matrix["category"] == side for side in SIDES]).astype(float)
    accounts = account_codes(matrix)
    order = np.arange(len(matrix))
    if (np.diff(accounts) < 0).any():
        order = np.argsort(accounts, kind="stable")
        x, y, accounts = x[order], y[order], accounts[order]
    return x, y, accounts, order
