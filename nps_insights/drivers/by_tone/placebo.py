"""What themes add to the answer beyond their tone: the effect less that of themes shuffled among similar responses.

A shuffle deals the themes of a response, all at once, to another response of its group. Which themes are mentioned
together, and by how many, stays as it is; what they say of the answer beyond the tone is lost. The mean over all
shuffles needs none of them: with columns x of the themes, c of the controls, and bars for means of the group,

    b  = (W'W)^-1 W'y,                         W = [c, x]            the effects per mention
    b0 = [c'c, cbar'xbar; xbar'cbar, x'x]^-1 [c'y; xbar'ybar]        the same, mean over shuffles (but for terms of 1/n)

and b - b0 is what is left. Its influence (how each response moves it, times n) holds that of both, as the delta method
gives it; for one theme and no controls it is (x'x/n)^-1 {(x - xbar)(y - ybar) - x x (b - b0)}.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nps_insights.drivers.effects.influence import residuals_without_own_account
from nps_insights.drivers.matrix.blocks import account_blocks, cross_products, in_order, summed_within

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Responses:
    """Responses that enter, by account.

    Attributes:
        controls: Columns adjusted for, the intercept among them (n, c).
        y: Promoter and detractor indicator (n, 2).
        accounts: Account number of each row (n,), ascending.
        groups: Number of the group of responses that sound alike (n,).
    """

    controls: Array
    y: Array
    accounts: Numbers
    groups: Numbers


@dataclass(frozen=True)
class BeyondPlacebo:
    """Effects beyond the placebo, shares of responses, for promoter and detractor.

    Attributes:
        per_mention: Effect per mention (m, 2).
        total: Per mention times the share of responses that mention it (m, 2).
        mention_variances: Variance per mention of the promoter side, of the detractor side, and covariance (m, 3).
        total_variances: The same of the totals (m, 3).
        placebo: Mean effect per mention of the shuffled themes (m, 2).
    """

    per_mention: Array
    total: Array
    mention_variances: Array
    total_variances: Array
    placebo: Array


@dataclass(frozen=True)
class _Fit:
    """What the influences need of both fits.

    Attributes:
        inverse: n (W'W)^-1, the columns of the themes (c + m, m).
        residuals: Residuals of the actual fit, each account left out of its own (n, 2).
        placebo: Mean coefficients over shuffles, controls first (c + m, 2).
        placebo_inverse: The same as `inverse`, of the mean over shuffles.
        of_groups: Mean of controls, themes and y in each group.
    """

    inverse: Array
    residuals: Array
    placebo: Array
    placebo_inverse: Array
    of_groups: tuple[Array, Array, Array]


def beyond_placebo(x: Array, responses: Responses) -> BeyondPlacebo:
    """Return the effects of themes beyond the mean over all shuffles among responses that sound alike.

    Args:
        x: Whether each response mentions each theme, 0 or 1 (n, m).
        responses: Everything else about them.

    Example:
        >>> x, y = np.tile([[0.0], [1.0]], (20, 1)), np.tile([[1.0, 0.0], [0.0, 1.0]], (20, 1))
        >>> alike = Responses(np.ones((40, 1)), y, np.arange(40), np.zeros(40, dtype=int))
        >>> beyond_placebo(x, alike).per_mention.round(6).tolist()
        [[-1.0, 1.0]]
    """
    fit, coefficients = _fitted(x, responses)
    c = responses.controls.shape[1]
    per_mention, share = (coefficients - fit.placebo)[c:], x.mean(axis=0)
    variances = _variances(x, responses, fit, per_mention, share)
    return BeyondPlacebo(
        per_mention=per_mention,
        total=share[:, None] * per_mention,
        mention_variances=variances[0],
        total_variances=variances[1],
        placebo=fit.placebo[c:],
    )


def _fitted(x: Array, responses: Responses) -> tuple[_Fit, Array]:
    """Both fits, and the coefficients of the actual one (c + m, 2)."""
    n, c = len(x), responses.controls.shape[1]
    w = np.column_stack([responses.controls, x])
    cross, with_y = cross_products(w, w), cross_products(w, responses.y)
    inverse = np.linalg.inv(cross).astype(np.float64)
    coefficients = inverse @ with_y
    residuals = residuals_without_own_account(w, inverse, responses.y - w @ coefficients, responses.accounts)
    sizes = np.bincount(responses.groups).astype(float)
    of_groups = _group_means(np.column_stack([w, responses.y]), responses.groups, sizes)
    mean_c, mean_x, mean_y = of_groups[:, :c], of_groups[:, c:-2], of_groups[:, -2:]
    sums_x = mean_x.T * sizes
    cross[c:, :c] = sums_x @ mean_c
    cross[:c, c:] = cross[c:, :c].T
    with_y[c:] = sums_x @ mean_y
    placebo_inverse = np.linalg.inv(cross).astype(np.float64)
    fit = _Fit(
        inverse=n * inverse[:, c:],
        residuals=residuals,
        placebo=placebo_inverse @ with_y,
        placebo_inverse=n * placebo_inverse[:, c:],
        of_groups=(mean_c, mean_x, mean_y),
    )
    return fit, coefficients


def _group_means(columns: Array, groups: Numbers, sizes: Array) -> Array:
    from scipy.sparse import csr_array

    order = np.argsort(groups, kind="stable")
    ends = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    members = csr_array((np.ones(len(groups)), order, ends), shape=(len(sizes), len(groups)))
    return np.asarray(members @ columns) / sizes[:, None]


def _variances(x: Array, responses: Responses, fit: _Fit, per_mention: Array, share: Array) -> tuple[Array, Array]:
    """Variances (m, 3) per mention and in total, robust and clustered by account."""

    def of_block(rows: slice) -> Array:
        sides = [_influence(rows, x, responses, fit, side) for side in range(2)]
        totals = [share * own + (x[rows] - share) * per_mention[:, side] for side, own in enumerate(sides)]
        found = []
        for pair in (sides, totals):
            summed = [summed_within(own, responses.accounts[rows]) for own in pair]
            found += [np.einsum("gm,gm->m", summed[a], summed[b]) for a, b in ((0, 0), (1, 1), (0, 1))]
        return np.column_stack(found)

    squares = np.zeros((x.shape[1], 6))
    for part in in_order(of_block, account_blocks(responses.accounts)):
        squares += part
    n, n_accounts, n_groups = len(x), int(responses.accounts[-1]) + 1, int(responses.groups.max()) + 1
    # Every group has spent one response on its mean.
    scale = n_accounts / max(n_accounts - 1, 1) * n / max(n - n_groups, 1) / n**2
    return squares[:, :3] * scale, squares[:, 3:] * scale


def _influence(rows: slice, x: Array, responses: Responses, fit: _Fit, side: int) -> Array:
    """Influence of each row on each theme's effect per mention beyond the placebo, on one side (rows, m)."""
    c = responses.controls.shape[1]
    own_c, own_x, groups = responses.controls[rows], x[rows], responses.groups[rows]
    mean_c, mean_x, mean_y = (part[groups] for part in fit.of_groups)
    of_controls, of_themes = fit.placebo[:c, side], fit.placebo[c:, side]
    left, mean_left = responses.y[rows, side] - own_c @ of_controls, mean_y[:, side] - mean_c @ of_controls
    said, mean_said = own_x @ of_themes, mean_x @ of_themes
    moment_c = own_c * (left - mean_said)[:, None] - mean_c * (said - mean_said)[:, None]
    moment_x = mean_x * (left - mean_left)[:, None] + own_x * (mean_left - said)[:, None]
    placebo = moment_c @ fit.placebo_inverse[:c] + moment_x @ fit.placebo_inverse[c:]
    actual = (own_c @ fit.inverse[:c] + own_x @ fit.inverse[c:]) * fit.residuals[rows, side, None]
    return np.asarray(actual - placebo)
