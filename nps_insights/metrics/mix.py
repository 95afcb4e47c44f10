"""A change of the NPS by exclusive groups: other customers answered, or the same kind of customers answered otherwise.

The NPS is a sum over groups of share x NPS of the group. Kitagawa (1955) splits the change of such a sum: what the
shares add at mean NPS is mix, what the NPS of the groups adds at mean shares is rate, and both add up exactly.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.accounts import account_codes
from nps_insights.metrics.categories import signed
from nps_insights.metrics.estimates import group_column, group_names
from nps_insights.metrics.periods import nps_difference
from nps_insights.tables import ATTRIBUTE_PREFIX, DataRefusedError

Array = NDArray[np.float64]
NOT_KNOWN = "(not known)"
# A group's own spread is hardly known from fewer.
_FEW = 10


@dataclass(frozen=True)
class Kitagawa:
    """The change of a mean between two sides, by g exclusive groups, with what each of n answers adds to its error.

    Attributes:
        groups: Names (g,).
        n: Answers of each side and group (2, g).
        shares: Share of each group on each side (2, g).
        means: Mean of each group on each side (2, g); where a group stands on one side alone, both are of that side.
        mix: (share after - before) x (group's mean - mean of all), both means over the two sides (g,).
        rate: Mean share x (mean after - before) (g,).
        share_influence: Influence of each answer on the mean share of each group (n, g).
        mix_influence: On mix (n, g).
        rate_influence: On rate (n, g).
    """

    groups: list[str]
    n: NDArray[np.int64]
    shares: Array
    means: Array
    mix: Array
    rate: Array
    share_influence: Array
    mix_influence: Array
    rate_influence: Array


@dataclass(frozen=True)
class MixAndRate:
    """How a change of the NPS splits by groups.

    Attributes:
        parts: One row per part and group: part (total, mix, rate), group (empty for the sum over groups), estimate,
            std_error, conf_low, conf_high (points), p_value, share_before, share_after (0..1), nps_before, nps_after
            (points, missing where nobody of the group answered), n_before, n.
        notes: Plain sentences on what a reader must know.
    """

    parts: pd.DataFrame
    notes: list[str]


def mix_and_rate(before: pd.DataFrame, after: pd.DataFrame, by: str, *, confidence_level: float = 0.95) -> MixAndRate:
    """Return how much of the change of the NPS comes from other customers answering, and how much from other answers.

    Formula: sum over groups of (s2 - s1)(mbar_g - mbar) + sum over groups of sbar (m2 - m1) = mix + rate, with s the
    shares, m the NPS of the groups and bars for means of both sides (Kitagawa 1955). A group that answered on one side
    alone has no change of its own: all of it is mix. Answers without a value form the group "(not known)".

    Intervals by the delta method over shares and means, clustered by account across both sides; the total's is that
    of `period_changes`.

    Args:
        before: Table `responses` of the one side.
        after: Of the other side; the same accounts may have answered in both.
        by: Column of the groups, an attribute with or without its prefix.
        confidence_level: Coverage of the intervals.

    Raises:
        SettingsError: `by` is no column of the responses.
        DataRefusedError: One side has no answers.

    Example:
        >>> from nps_insights.metrics import mix_and_rate
        >>> plans, answers = ["Basic"] * 30 + ["Pro"] * 10, ["passive"] * 30 + ["promoter"] * 10
        >>> before = pd.DataFrame({"response_id": [f"a{i}" for i in range(40)], "category": answers, "plan": plans})
        >>> after = before.assign(response_id="b" + before["response_id"], category=answers[::-1], plan=plans[::-1])
        >>> parts = mix_and_rate(before, after[10:], "plan").parts
        >>> parts[parts["group"] == ""][["part", "estimate"]].round(1).values.tolist()
        [['total', -25.0], ['mix', -25.0], ['rate', 0.0]]
    """
    if before.empty or after.empty:
        raise DataRefusedError(
            f"mix_and_rate: {len(before):,} answers before and {len(after):,} after; both sides need answers "
            "to be compared"
        )
    sides = [side.sort_values("response_id") for side in (before, after)]
    rows = pd.concat(sides, ignore_index=True)
    groups = group_names(rows[group_column(rows, by)]).fillna(NOT_KNOWN)
    is_after = np.repeat([False, True], [len(side) for side in sides])
    found = kitagawa(signed(rows["category"]), groups, is_after)
    parts = _parts(found, account_codes(rows), confidence_level)
    change = nps_difference(*sides, confidence_level=confidence_level)
    parts.loc[0, list(change)] = list(change.values())
    return MixAndRate(parts, _notes(found, by.removeprefix(ATTRIBUTE_PREFIX)))


def kitagawa(y: Array, groups: pd.Series, is_after: NDArray[np.bool_]) -> Kitagawa:
    """Split the change of the mean of `y` by exclusive groups; see `mix_and_rate`.

    Args:
        y: Answers of both sides (n,).
        groups: Group of each (n,).
        is_after: Whether each is of the later side (n,); both sides have some.

    Example:
        >>> found = kitagawa(np.array([0.0, 0.0, 1.0]), pd.Series(["a", "b", "b"]), np.array([False, False, True]))
        >>> found.groups, float(found.mix.sum() + found.rate.sum())
        (['a', 'b'], 1.0)
    """
    names = sorted(groups.unique())
    member = (groups.to_numpy()[:, None] == np.array(names, dtype=object)).astype(float)
    on_side = np.stack([~is_after, is_after]).astype(float)
    totals = on_side.sum(axis=1)
    n = on_side @ member
    shares = n / totals[:, None]
    overall = (on_side @ y) / totals
    own = (on_side * y) @ member / np.where(n > 0, n, 1.0)
    means = np.where(n > 0, own, own[::-1])
    mean_share, mean, whole = shares.mean(axis=0), means.mean(axis=0), overall.mean()
    share_change, mean_change = shares[1] - shares[0], means[1] - means[0]

    at = on_side.T
    d_shares = [at[:, [t]] * (member - shares[t]) / totals[t] for t in (0, 1)]
    d_overall = [at[:, [t]] * (y - overall[t])[:, None] / totals[t] for t in (0, 1)]
    d_means = [_on_mean(y, member, at[:, [t]], n[t], own[t], overall[t]) for t in (0, 1)]
    # A group of one side alone lends its mean to the other side, error included.
    d_means = [np.where(n[t] > 0, d_means[t], d_means[1 - t]) for t in (0, 1)]
    return Kitagawa(
        groups=names,
        n=n.astype(np.int64),
        shares=shares,
        means=means,
        mix=share_change * (mean - whole),
        rate=mean_share * mean_change,
        share_influence=(d_shares[0] + d_shares[1]) / 2,
        mix_influence=(d_shares[1] - d_shares[0]) * (mean - whole)
        + share_change * (d_means[0] + d_means[1] - d_overall[0] - d_overall[1]) / 2,
        rate_influence=(d_shares[0] + d_shares[1]) / 2 * mean_change + mean_share * (d_means[1] - d_means[0]),
    )


def _on_mean(y: Array, member: Array, at: Array, n: Array, own: Array, overall: float) -> Array:
    """Influence of each answer on the mean of each group: (y - mean of the others) / n, as a group may be small."""
    others = np.where(n > 1, n / np.maximum(n - 1, 1), 1.0)
    # One answer tells nothing of its group's spread: that of all answers stands in.
    centre = np.where(n > 1, own, overall)
    return np.asarray(at * member * (y[:, None] - centre) * others / np.where(n > 0, n, 1.0))


def clustered_errors(influence: Array, accounts: NDArray[np.int64]) -> Array:
    """Return the standard errors (m,) of figures from what each answer adds to them, summed within accounts.

    Formula: sqrt(G/(G-1) sum over accounts of (sum of the account's influence)^2).

    Args:
        influence: How each answer moves each figure (n, m).
        accounts: Account number of each answer (n,), 0 to G-1.

    Example:
        >>> clustered_errors(np.array([[1.0], [1.0], [-2.0]]), np.array([0, 0, 1])).tolist()
        [4.0]
    """
    n_accounts = int(accounts.max()) + 1
    sums = np.zeros((n_accounts, influence.shape[1]))
    np.add.at(sums, accounts, influence)
    return np.asarray(np.sqrt((sums**2).sum(axis=0) * n_accounts / max(n_accounts - 1, 1)))


def _parts(found: Kitagawa, accounts: NDArray[np.int64], confidence_level: float) -> pd.DataFrame:
    from scipy.stats import t

    names = ["", *found.groups]
    sums = [(one.sum(), *one) for one in (found.mix, found.rate)]
    influence = [np.column_stack([one.sum(axis=1), one]) for one in (found.mix_influence, found.rate_influence)]
    total = influence[0][:, :1] + influence[1][:, :1]
    estimate = 100 * np.concatenate([[sums[0][0] + sums[1][0]], *sums])
    errors = 100 * clustered_errors(np.hstack([total, *influence]), accounts)
    degrees = max(int(accounts.max()), 1)
    half = float(t.ppf(0.5 + confidence_level / 2, degrees)) * errors
    with np.errstate(invalid="ignore", divide="ignore"):
        p_values = np.where(errors > 0, 2 * t.sf(np.abs(estimate) / errors, degrees), np.nan)
    frame = pd.DataFrame(
        {"part": ["total", *["mix"] * len(names), *["rate"] * len(names)], "group": ["", *names, *names]}
    )
    frame = frame.assign(estimate=estimate, std_error=errors, conf_low=estimate - half, conf_high=estimate + half)
    return frame.assign(p_value=p_values, **_described(found, frame["group"]))


def _described(found: Kitagawa, groups: pd.Series) -> dict[str, Array]:
    """Share, NPS and number of answers of each row's group on both sides; of all answers where it is empty."""
    n = pd.DataFrame(found.n, columns=found.groups)
    points = pd.DataFrame(100 * np.where(found.n > 0, found.means, np.nan), columns=found.groups)
    shares = pd.DataFrame(found.shares, columns=found.groups)
    n[""], shares[""] = n.sum(axis=1), 1.0
    points[""] = 100 * (found.shares * found.means).sum(axis=1)
    columns = {}
    for name, frame in (("share", shares), ("nps", points)):
        for side, when in enumerate(("before", "after")):
            columns[f"{name}_{when}"] = frame.loc[side, groups].to_numpy()
    return columns | {"n_before": n.loc[0, groups].to_numpy(), "n": n.loc[1, groups].to_numpy()}


def _notes(found: Kitagawa, by: str) -> list[str]:
    notes = []
    for side, when in enumerate(("before", "after")):
        alone = [name for name, n in zip(found.groups, found.n[1 - side], strict=True) if n == 0]
        if alone:
            notes.append(
                f"{by}: {', '.join(alone)} answered only {when}: there is no change of their own NPS to speak of, "
                "and all that they add counts as mix."
            )
    small = found.n.min(axis=0)
    few = [name for name, n in zip(found.groups, small, strict=True) if 0 < n < _FEW]
    if few:
        notes.append(f"{by}: fewer than {_FEW} answers on one side from {', '.join(few)}; their ranges are rough.")
    return notes
