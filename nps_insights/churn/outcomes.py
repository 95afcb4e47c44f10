"""What became of listed accounts: who was called against who was held out, once the horizon is over."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from nps_insights.churn.labels import churn_labels
from nps_insights.churn.moments import Moment, Span
from nps_insights.metrics import share_interval
from nps_insights.tables import conform, counted, empty

Array = NDArray[np.float64]
_ARMS = ("flagged", "holdout", "not_flagged")
# Beyond this many accounts they are drawn in sets, as valid, and no larger.
_MOST_SETS = 2_000


@dataclass(frozen=True, eq=False)
class FlagOutcomes:
    """What became of listed accounts.

    Attributes:
        table: Table `flag_outcomes`.
        set_aside: Accounts that are in no arm, counted by why: open, excluded, competing, fresh, exempt, unknown.
        notes: Plain sentences.
    """

    table: pd.DataFrame
    set_aside: dict[str, int]
    notes: tuple[str, ...]


def flag_outcomes(
    flags: pd.DataFrame,
    accounts: pd.DataFrame,
    *,
    horizon: Span,
    known_until: Moment,
    confidence_level: float = 0.95,
    exempt: Collection[str] = (),
    n_draws: int = 1_000,
    random_state: int = 0,
    **label_settings: Any,
) -> FlagOutcomes:
    """Compare what became of accounts that were called, held out and not listed.

    An account counts once: at the first list that called it or held it out, whatever came later (as assigned, not as
    treated); who was never listed counts at its first row as not_flagged. Only accounts that chance could have held out
    are in the arms `flagged` and `holdout`: first listed in lane fresh, or named as exempt, they are set aside.

    Args:
        flags: Tables `flags` of one run or of several, concatenated.
        accounts: Table `accounts`, as known at `known_until`.
        horizon: Days after as_of within which leaving counts.
        known_until: When the accounts were extracted; a horizon that is not over by then is open.
        confidence_level: Coverage of the intervals.
        exempt: account_ids that were never held out.
        n_draws: Bootstrap samples for the value lost and the mean risk.
        random_state: Seed of these.
        **label_settings: Passed on to `churn_labels`: event, excluded_reasons and so on, as in training.

    Returns:
        Churned: shares with Wilson intervals, their difference with Newcombe's hybrid score interval and the two-sided
        p-value of the score test. value_lost: mean value of who left, 0 of who stayed. mean_risk: what was predicted.
        The difference is flagged less holdout: below 0 fewer of those called have left. `competing` outcomes count as
        stayed, as in the labels.

    Example:
        >>> day = pd.Timestamp("2026-01-01")
        >>> flags = pd.DataFrame({"account_id": ["a", "b"], "as_of": day, "lane": "model", "status": "flagged"})
        >>> accounts = pd.DataFrame({"account_id": ["a", "b"], "ended_at": pd.to_datetime(["2026-01-20", None])})
        >>> found = flag_outcomes(flags, accounts, horizon=30, known_until="2026-04-01")
        >>> found.table[["arm", "metric", "estimate", "n"]].values.tolist()
        [['flagged', 'churned', 0.5, 2]]
        >>> found.notes[0]
        'Nobody was held out: without a holdout nothing is known about what the calls did.'
    """
    rows, set_aside = _assigned(flags, exempt)
    labelled = _labelled(rows, accounts, horizon, known_until, label_settings)
    for reason in ("open", "excluded", "unknown"):
        set_aside[reason] = int((labelled["reason"] == reason).sum())
    known = labelled[labelled["churned"].notna()].astype({"churned": bool})
    if "value" not in known and "value" in accounts:
        known["value"] = accounts.set_index("account_id")["value"].reindex(known["account_id"]).to_numpy()
    rng = np.random.default_rng(random_state)
    found = [row for arm in _ARMS for row in _of_arm(known, arm, confidence_level, n_draws, rng)]
    found += _differences(known, found, confidence_level, n_draws, rng)
    table = conform("flag_outcomes", pd.DataFrame(found)) if found else empty("flag_outcomes")
    set_aside = {name: n for name, n in set_aside.items() if n}
    return FlagOutcomes(table, set_aside, _notes(table, set_aside))


def share_difference(
    n_yes: ArrayLike, n: ArrayLike, other_yes: ArrayLike, other_n: ArrayLike, *, confidence_level: float = 0.95
) -> tuple[Array, Array, Array, Array]:
    """Return the difference of two independent shares, its bounds, and the p-value of no difference.

    The interval is Newcombe's hybrid of the two Wilson intervals (Newcombe 1998, method 10), the p-value that of the
    two-sided score test with the pooled share.

    Args:
        n_yes: How many of the first.
        n: Size of the first.
        other_yes: How many of the other, which is taken off.
        other_n: Its size.
        confidence_level: Coverage of the interval.

    Example:
        >>> [round(float(figure), 4) for figure in share_difference(56, 70, 48, 80)]
        [0.2, 0.0524, 0.3339, 0.008]
    """
    from scipy.special import ndtr

    first, low, high = share_interval(n_yes, n, confidence_level=confidence_level)
    other, other_low, other_high = share_interval(other_yes, other_n, confidence_level=confidence_level)
    gap = first - other
    below = np.sqrt((first - low) ** 2 + (other_high - other) ** 2)
    above = np.sqrt((high - first) ** 2 + (other - other_low) ** 2)
    sizes = np.asarray(n, dtype=float), np.asarray(other_n, dtype=float)
    pooled = (np.asarray(n_yes) + np.asarray(other_yes)) / (sizes[0] + sizes[1])
    error = np.sqrt(pooled * (1 - pooled) * (1 / sizes[0] + 1 / sizes[1]))
    # Where nobody or everybody left the shares are equal, and nothing speaks against it.
    score = np.divide(np.abs(gap), error, out=np.zeros_like(gap), where=error > 0)
    return gap, gap - below, gap + above, np.asarray(2 * ndtr(-score))


def _assigned(flags: pd.DataFrame, exempt: Collection[str]) -> tuple[pd.DataFrame, dict[str, int]]:
    """One row per account, with its arm; and how many are in none."""
    rows = flags[flags["status"].isin(_ARMS)]
    rows = rows.assign(never=rows["status"] == "not_flagged").sort_values(["never", "as_of", "account_id"])
    first = rows.drop_duplicates("account_id").sort_values("account_id")
    listed = ~first["never"]
    fresh = listed & (first["lane"] == "fresh")
    named = listed & ~fresh & first["account_id"].isin(list(exempt))
    kept = first[~fresh & ~named]
    names = [name for name in ("account_id", "as_of", "status", "risk", "value") if name in kept]
    return kept[names], {"fresh": int(fresh.sum()), "exempt": int(named.sum())}


def _labelled(
    rows: pd.DataFrame, accounts: pd.DataFrame, horizon: Span, known_until: Moment, label_settings: dict[str, Any]
) -> pd.DataFrame:
    found = [
        churn_labels(accounts, as_of, horizon, known_until=known_until, **label_settings)
        for as_of in sorted(rows["as_of"].unique())
    ]
    if not found:
        return rows.assign(churned=pd.Series(dtype="boolean"), reason=pd.Series(dtype="str"))
    labels = pd.concat(found)[["account_id", "as_of", "churned", "reason"]]
    merged = rows.merge(labels, on=["account_id", "as_of"], how="left")
    return merged.assign(reason=merged["reason"].fillna("unknown"))


def _of_arm(
    known: pd.DataFrame, arm: str, confidence_level: float, n_draws: int, rng: np.random.Generator
) -> list[dict[str, Any]]:
    rows = known[known["status"] == arm]
    if rows.empty:
        return []
    n, left = len(rows), int(rows["churned"].sum())
    share, low, high = (float(x) for x in share_interval(left, n, confidence_level=confidence_level))
    found = [_row(arm, "churned", (share, low, high), rows)]
    for metric, values in _amounts(rows).items():
        drawn = _drawn_means(values, n_draws, rng)
        mean, (low, high) = float(values.mean()), _middle(drawn, confidence_level)
        # Where all values are equal the draws differ from them by rounding alone.
        figure = mean, min(low, mean), max(high, mean)
        found.append(_row(arm, metric, figure, rows) | {"drawn": drawn})
    return found


def _amounts(rows: pd.DataFrame) -> dict[str, Array]:
    """What is known of every account of an arm, in money and in chances."""
    found = {}
    if "value" in rows and rows["value"].notna().all():
        found["value_lost"] = (rows["value"] * rows["churned"]).to_numpy(dtype=float)
    if "risk" in rows and rows["risk"].notna().all():
        found["mean_risk"] = rows["risk"].to_numpy(dtype=float)
    return found


def _row(arm: str, metric: str, figure: tuple[float, ...], rows: pd.DataFrame) -> dict[str, Any]:
    names = ("estimate", "conf_low", "conf_high")
    counts = {"n": len(rows), "n_churned": int(rows["churned"].sum())}
    return {"arm": arm, "metric": metric, "p_value": np.nan} | dict(zip(names, figure, strict=True)) | counts


def _drawn_means(values: Array, n_draws: int, rng: np.random.Generator) -> Array:
    """Means of accounts drawn with replacement (n_draws,)."""
    n_sets = min(len(values), _MOST_SETS)
    sets = np.arange(len(values)) % n_sets
    sums, sizes = np.bincount(sets, values, n_sets), np.bincount(sets, minlength=n_sets)
    counts = rng.multinomial(n_sets, np.full(n_sets, 1 / n_sets), size=n_draws)
    return np.asarray((counts @ sums) / (counts @ sizes))


def _middle(drawn: Array, confidence_level: float) -> tuple[float, float]:
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def _differences(
    known: pd.DataFrame,
    found: list[dict[str, Any]],
    confidence_level: float,
    n_draws: int,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:
    by = {(row["arm"], row["metric"]): row for row in found}
    pairs = [(by.get(("flagged", metric)), by.get(("holdout", metric))) for metric in ("churned", "value_lost")]
    drawn = {key: row.pop("drawn") for key, row in by.items() if "drawn" in row}
    rows = known[known["status"].isin(("flagged", "holdout"))]
    differences = []
    for called, held in pairs:
        if called is None or held is None:
            continue
        if called["metric"] == "churned":
            counts = called["n_churned"], called["n"], held["n_churned"], held["n"]
            gap, low, high, p = (float(x) for x in share_difference(*counts, confidence_level=confidence_level))
            differences.append(_row("difference", "churned", (gap, low, high), rows) | {"p_value": p})
        else:
            bounds = _middle(drawn["flagged", "value_lost"] - drawn["holdout", "value_lost"], confidence_level)
            gap = called["estimate"] - held["estimate"]
            differences.append(_row("difference", "value_lost", (gap, *bounds), rows))
    return differences


def _notes(table: pd.DataFrame, set_aside: dict[str, int]) -> tuple[str, ...]:
    n = table[table["metric"] == "churned"].set_index("arm")["n"].to_dict()
    notes = [_told_of_calls(table, n)]
    words = {
        "open": "whose horizon is not over",
        "excluded": "whose reason for leaving is excluded",
        "fresh": "first listed for a fresh answer, which nobody is held out of",
        "exempt": "exempt from the holdout",
        "unknown": "of which the table of accounts no longer tells",
    }
    for name, n_aside in set_aside.items():
        notes.append(f"Set aside: {counted(n_aside, 'account', 'accounts')} {words[name]}.")
    if "not_flagged" in n and "flagged" in n:
        notes.append(
            "Accounts that were not flagged had another risk to begin with; they are no comparison for the calls."
        )
    return tuple(notes)


def _told_of_calls(table: pd.DataFrame, n: dict[str, int]) -> str:
    if not n:
        return "No outcome is known yet."
    if "holdout" not in n:
        return "Nobody was held out: without a holdout nothing is known about what the calls did."
    if "flagged" not in n:
        return "No called account has a known outcome, so the holdout has nothing to be compared with."
    row = table[(table["arm"] == "difference") & (table["metric"] == "churned")].iloc[0]
    told = (
        f"Of {n['flagged']:,} called and {n['holdout']:,} held-out accounts, the share that left differs by "
        f"{row['estimate']:+.1%} ({row['conf_low']:+.1%} to {row['conf_high']:+.1%})"
    )
    if row["conf_low"] <= 0 <= row["conf_high"]:
        return f"{told}: whether calling helps cannot be told apart from chance yet."
    return f"{told}: {'fewer' if row['estimate'] < 0 else 'more'} of those called have left."
