"""The measures of a model on a sample and its groups, for the rows as they are and for each draw of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nps_insights.churn.economics import ContactEconomics
from nps_insights.churn.evaluation.calibration import bin_gaps, bin_starts
from nps_insights.churn.evaluation.calls import called
from nps_insights.churn.evaluation.ranking import Ranking, auc, average_precision, captured, ranking_of, reached
from nps_insights.churn.evaluation.rows import Floats, Sample
from nps_insights.metrics import group_names

SILENT = "silent"
# By bin, what the calibration error is made of; no measure by itself.
GAPS = "gaps"
OF_CALLS = ("precision_at_capacity", "capture_at_capacity")
# Calls of which the two shares are taken; no measure by itself.
CALLS = "calls"
_TOP = np.array([0.1])


@dataclass(frozen=True, eq=False)
class Group:
    """Rows that are measured together, with all that does not change from draw to draw.

    Attributes:
        by: Column that tells the group; empty for everyone.
        name: Its value in the group.
        which: Which rows of the whole sample these are.
        sample: The rows.
        ranking: Their ranking.
        bins: Places at which its bins start.
        losses: Measures that are means over rows, by name: one figure per row.
    """

    by: str
    name: str
    which: NDArray[np.bool_]
    sample: Sample
    ranking: Ranking
    bins: NDArray[np.int64]
    losses: dict[str, Floats]

    def part(self, arrays: Floats) -> Floats:
        """Return the group's columns of arrays (d, rows)."""
        return arrays if self.which.all() else arrays[:, self.which]


def groups_of(sample: Sample, by: Sequence[str], economics: ContactEconomics | None) -> Iterator[Group]:
    """Yield everyone, then each value of each column, in the order of their names."""
    yield _group("", "", np.ones(len(sample.unit), dtype=bool), sample, economics)
    for column in by:
        names = group_names(sample.rows[column])
        names = names.fillna(SILENT) if column == "category" else names
        for name in sorted(names.dropna().unique()):
            yield _group(column, name, (names == name).to_numpy(dtype=bool), sample, economics)


def _group(by: str, name: str, which: NDArray[np.bool_], sample: Sample, economics: ContactEconomics | None) -> Group:
    own = sample.taken(which) if by else sample
    ranking = ranking_of(own.risk)
    losses = {"brier": (own.churned - own.risk) ** 2, "log_loss": log_losses(own.churned, own.risk)}
    if economics is not None:
        losses["expected_profit"] = profits(own.risk, own.churned, own.value, economics)
    return Group(by, name, which, own, ranking, bin_starts(ranking), losses)


def log_losses(churned: Floats, risk: Floats) -> Floats:
    """Return the log-loss of each row in nats, risks kept a rounding error away from 0 and 1 as scikit-learn does.

    Example:
        >>> log_losses(np.array([1.0, 0.0]), np.array([0.5, 0.5])).round(3).tolist()
        [0.693, 0.693]
    """
    eps = np.finfo(float).eps
    kept = np.clip(risk, eps, 1 - eps)
    return np.asarray(-np.where(churned > 0, np.log(kept), np.log1p(-kept)))


def profits(risk: Floats, churned: Floats, value: Floats, economics: ContactEconomics) -> Floats:
    """Return what the contact rule makes of each row, given who left; NaN where no row has a value.

    A contact yields g (v - d) - f of one who left and -d - f of one who stayed: the mean over those who accept.

    Example:
        >>> economics = ContactEconomics(offer_cost=50, contact_cost=10, acceptance=0.3)
        >>> profits(np.array([0.5, 0.1]), np.array([1.0, 1.0]), np.array([1e3, 1e3]), economics).tolist()
        [275.0, 0.0]
    """
    if np.isnan(value).all():
        return np.full(len(value), np.nan)
    contacted = risk > economics.threshold(value)
    return np.where(contacted, economics.expected_gain(churned, value), 0.0)


def figures(groups: Sequence[Group], sample: Sample, capacity: int | None, weights: Floats) -> list[dict[str, Floats]]:
    """Return, per group, each measure (d,) under weights of the whole sample's rows (d, rows)."""
    found = [_measures(group, group.part(weights)) for group in groups]
    if capacity is not None:
        rows, taken = called(sample.risk, sample.date, weights, capacity)
        for group, measures in zip(groups, found, strict=True):
            own = group.which[rows]
            left = group.part(weights)[:, group.sample.churned > 0].sum(axis=1)
            measures |= _of_calls(taken[:, own], sample.churned[rows[own]], left)
    return found


def _measures(group: Group, weights: Floats) -> dict[str, Floats]:
    churned = group.sample.churned
    curve = reached(group.ranking, churned, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = {name: np.einsum("dn,n->d", weights, loss) / curve.rows for name, loss in group.losses.items()}
    return {
        "auc": auc(curve),
        "average_precision": average_precision(curve),
        "top_decile_lift": captured(curve, _TOP)[:, 0] / _TOP[0],
        GAPS: bin_gaps(group.bins, weights, churned - group.sample.risk),
        **means,
    }


def _of_calls(taken: Floats, churned: Floats, n_churned: Floats) -> dict[str, Floats]:
    """Shares of the calls (d, rows called) and of all who left (d,); `churned` (rows called,) is 1 for who left."""
    calls, hits = taken.sum(axis=1), np.einsum("dn,n->d", taken, churned)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = (hits / calls, hits / n_churned)
    return dict(zip(OF_CALLS, shares, strict=True)) | {CALLS: calls}
