"""Weights that make the answers look like the customers: raking to known margins, trimmed, and what they cost.

Raking (iterative proportional fitting; Deming and Stephan 1940) multiplies weights until each column has its known
shares. Weights cost precision: `effective_n` says how many equally weighted answers know as much (Kish 1965).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from nps_insights.metrics.figures.groups import group_column, group_names
from nps_insights.tables import ATTRIBUTE_PREFIX, DataRefusedError, SettingsError

Array = NDArray[np.float64]

MOST = 5.0
_SWEEPS = 2_000
_STILL = 1e-12
# A margin that is off by less than this share is reached: told with three digits, both would read the same.
_REACHED = 1e-3
_SUM_TOLERANCE = 0.005


@dataclass(frozen=True)
class Raked:
    """Weights by raking.

    Attributes:
        weights: One weight per row, mean 1, by response_id (by the rows' index where they have no response_id).
        n_eff: Effective number of answers, (sum w)^2 / sum w^2.
        design_effect: Number of answers / n_eff.
        margins: One row per known share: margin, level, n, before, wanted, reached (shares 0..1).
        notes: Plain sentences: what was trimmed, and which share was not reached.
    """

    weights: pd.Series
    n_eff: float
    design_effect: float
    margins: pd.DataFrame
    notes: list[str]


def effective_n(weights: ArrayLike) -> float:
    """Return (sum w)^2 / sum w^2: as how many equally weighted answers these count (Kish 1965).

    Example:
        >>> round(effective_n([1, 1, 1, 5]), 2)
        2.29
    """
    # Sorted, so that the order of the rows has no say in the last bit.
    w = np.sort(np.asarray(weights, dtype=float))
    return float(w.sum() ** 2 / (w**2).sum()) if len(w) else 0.0


def checked_weights(responses: pd.DataFrame, weights: pd.Series | str) -> Array:
    """Return the weight of each response, in their order.

    Args:
        responses: Table `responses`.
        weights: Name of the column that holds them, or a Series by response_id.

    Raises:
        SettingsError: There is no such column, or the Series names a response twice.
        DataRefusedError: A weight is missing, zero, negative or without end.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["a", "b"]})
        >>> checked_weights(responses, pd.Series({"b": 2.0, "a": 1.0})).tolist()
        [1.0, 2.0]
    """
    if isinstance(weights, str):
        given = responses[group_column(responses, weights)]
    else:
        if "response_id" not in responses.columns:
            raise SettingsError("weights: a Series is read by response_id; the responses have no response_id")
        if weights.index.has_duplicates:
            twice = weights.index[weights.index.duplicated()][0]
            raise SettingsError(f"weights: response_id {twice!r} has more than one weight; each must have one")
        given = responses["response_id"].map(weights)
    return _usable(given, responses)


def rake(
    rows: pd.DataFrame,
    margins: Mapping[str, Mapping[str, float]],
    *,
    base: pd.Series | str | None = None,
    most: float = MOST,
) -> Raked:
    """Return weights under which each column of `margins` has its known shares.

    Each sweep multiplies, column by column, the weights of a level by wanted / reached share, and cuts those above
    `most` times the mean, until nothing moves. Where the cut forbids a share, it is missed, and the notes say by how
    much: that is the price of not letting a few answers speak for everybody.

    Args:
        rows: Table `responses`, or any rows with the columns of `margins` and, if there, response_id.
        margins: Known shares by column and level: {"plan": {"Free": 0.7, "Pro": 0.3}}; numbers of customers do too.
        base: Weights to start from (column name, or Series by response_id); equal ones if not given.
        most: Highest weight allowed, as a multiple of the mean weight.

    Raises:
        SettingsError: No margin, an unknown column, negative shares or shares that do not add to 1, `most` <= 1.
        DataRefusedError: A row has no value in a column, a level of the rows has no known share or one of 0, or a
            level with a known share has no row; base weights are missing, zero or negative.

    Example:
        >>> rows = pd.DataFrame({"response_id": list("abcd"), "plan": ["Free", "Pro", "Pro", "Pro"]})
        >>> rake(rows, {"plan": {"Free": 0.5, "Pro": 0.5}}).weights.round(2).to_dict()
        {'a': 2.0, 'b': 0.67, 'c': 0.67, 'd': 0.67}
    """
    if not most > 1:
        raise SettingsError(f"most == {most}: must be above 1, the mean weight; for example {MOST:g}")
    if not margins:
        raise SettingsError("margins: none was given; name at least one column with the shares of its levels")
    names, codes, wanted = _coded(rows, margins)
    start = np.ones(len(rows)) if base is None else checked_weights(rows, base)
    # Rows of one combination get one weight: sums over combinations do not depend on the order of the rows.
    combinations, place, count = np.unique(
        np.column_stack([*codes, start / start.max()]), axis=0, return_inverse=True, return_counts=True
    )
    levels = [column.astype(np.int64) for column in combinations.T[:-1]]
    found = _swept(combinations[:, -1], count.astype(float), levels, wanted, most)
    weights = found[place.ravel()]
    ids = pd.Index(rows["response_id"], name="response_id") if "response_id" in rows.columns else rows.index
    before, reached = (
        [_shares(one, count, level, len(share)) for level, share in zip(levels, wanted, strict=True)]
        for one in (combinations[:, -1], found)
    )
    parts = [
        pd.DataFrame(
            {
                "margin": margin,
                "level": names[i],
                "n": np.bincount(codes[i], minlength=len(names[i])),
                "before": before[i],
                "wanted": wanted[i],
                "reached": reached[i],
            }
        )
        for i, margin in enumerate(_plain(margins))
    ]
    table = pd.concat(parts, ignore_index=True)
    n_eff = effective_n(weights)
    n_cut = int(count[found >= most * (1 - 1e-9)].sum())
    return Raked(
        weights=pd.Series(weights, index=ids, name="weight"),
        n_eff=n_eff,
        design_effect=len(rows) / n_eff,
        margins=table,
        notes=_notes(table, n_cut, len(rows), most),
    )


def _plain(margins: Mapping[str, Mapping[str, float]]) -> list[str]:
    return [margin.removeprefix(ATTRIBUTE_PREFIX) for margin in margins]


def _coded(
    rows: pd.DataFrame, margins: Mapping[str, Mapping[str, float]]
) -> tuple[list[list[str]], list[NDArray[np.int64]], list[Array]]:
    """By margin: names of the levels, the level of each row, and the shares wanted; refuses what cannot be raked."""
    if rows.empty:
        raise DataRefusedError("rake: there are no rows to be weighted")
    names, codes, wanted, problems = [], [], [], []
    for margin, shares in margins.items():
        values = group_names(rows[group_column(rows, margin)])
        known = {str(level): float(share) for level, share in sorted(shares.items(), key=lambda item: str(item[0]))}
        code = pd.Index(list(known)).get_indexer(pd.Index(values))
        problems += _share_problems(margin, known) or _level_problems(margin, known, values)
        names.append(list(known))
        codes.append(np.asarray(code, dtype=np.int64))
        wanted.append(np.array(list(known.values())) / sum(known.values()))
    if problems:
        raise DataRefusedError("rake: " + "; ".join(problems))
    return names, codes, wanted


def _share_problems(margin: str, known: Mapping[str, float]) -> list[str]:
    total = sum(known.values())
    if not known or not np.isfinite(total) or min(known.values()) < 0:
        raise SettingsError(f"margins[{margin!r}]: needs levels with shares of 0 or more, got {dict(known)}")
    if total <= 0 or (max(known.values()) <= 1 and abs(total - 1) > _SUM_TOLERANCE):
        raise SettingsError(
            f"margins[{margin!r}]: the shares add to {total:g}; they must add to 1 (or be numbers of customers)"
        )
    return []


def _level_problems(margin: str, known: Mapping[str, float], values: pd.Series) -> list[str]:
    problems = []
    if n_missing := int(values.isna().sum()):
        problems.append(f"{margin}: {n_missing:,} of {len(values):,} rows have no value; leave them out or name them")
    counts = values.value_counts()
    for level, n in counts.sort_index().items():
        if not known.get(str(level), 0.0) > 0:
            problems.append(f"{margin}: {level!r} ({n:,} rows) has no known share above 0; give it one or merge it")
    for level, share in known.items():
        if share > 0 and level not in counts.index:
            problems.append(
                f"{margin}: no row is of {level!r} (wanted: {share:g}); merge it with a level that has rows"
            )
    return problems


def _swept(start: Array, count: Array, levels: list[NDArray[np.int64]], wanted: list[Array], most: float) -> Array:
    """Weights of the combinations, mean 1 over the rows."""
    weights = start
    for _ in range(_SWEEPS):
        previous = weights
        for level, share in zip(levels, wanted, strict=True):
            reached = _shares(weights, count, level, len(share))
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = np.where(reached > 0, share / reached, 1.0)
            weights = _cut(weights * ratio[level], count, most)
        if np.abs(weights - previous).max() <= _STILL:
            break
    return weights


def _cut(weights: Array, count: Array, most: float) -> Array:
    """Cut at `most` times the mean, the mean brought back to 1 by the weights that were not cut."""
    n = count.sum()
    weights = weights * n / (weights @ count)
    over = weights >= most
    # What was cut stays at `most`, so each round cuts more.
    while (weights > most).any() and not over.all():
        rest = n - most * count[over].sum()
        weights = np.where(over, most, weights * rest / (weights[~over] @ count[~over]))
        over = weights >= most
    return weights


def _shares(weights: Array, count: ArrayLike, level: NDArray[np.int64], n_levels: int) -> Array:
    total = np.bincount(level, weights=weights * np.asarray(count, dtype=float), minlength=n_levels)
    return np.asarray(total / total.sum())


def _usable(given: pd.Series, responses: pd.DataFrame) -> Array:
    weights = pd.to_numeric(given, errors="coerce").to_numpy(dtype=float)
    bad = ~(np.isfinite(weights) & (weights > 0))
    if not bad.any():
        return np.asarray(weights)
    kinds = {
        "missing": int(np.isnan(weights).sum()),
        "zero": int((weights == 0).sum()),
        "negative": int((weights < 0).sum()),
        "infinite": int(np.isposinf(weights).sum()),
    }
    row = int(np.flatnonzero(bad)[0])
    first = (
        f"response_id {responses['response_id'].iloc[row]!r}" if "response_id" in responses.columns else f"row {row}"
    )
    listed = ", ".join(f"{n:,} {kind}" for kind, n in kinds.items() if n)
    raise DataRefusedError(
        f"weight: {int(bad.sum()):,} of {len(weights):,} weights are not above 0 ({listed}; first: {first} has "
        f"{given.iloc[row]}); every answer needs a weight above 0: mend them, or leave those answers out first"
    )


def _notes(table: pd.DataFrame, n_cut: int, n: int, most: float) -> list[str]:
    notes = []
    if n_cut:
        notes.append(f"{n_cut:,} of {n:,} weights were cut at {most:g} times the mean")
    missed = table[(table["reached"] - table["wanted"]).abs() > _REACHED]
    notes += [
        f"{row.margin}: {row.level!r} reached a share of {row.reached:.3f} instead of {row.wanted:.3f}"
        for row in missed.itertuples()
    ]
    return notes
