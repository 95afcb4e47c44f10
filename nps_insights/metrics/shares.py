"""What is mentioned more or less often than before: the change of each theme's share from one period to another."""

import numpy as np
import pandas as pd

from nps_insights.metrics.accounts import account_of
from nps_insights.metrics.few_accounts import (
    account_degrees,
    kept_shares,
    share_of_accounts,
    student_quantile,
    two_sided_p,
)
from nps_insights.tables import conform, empty

THEME_SHARE = "theme_share"


def share_changes(
    presence: pd.DataFrame, commented: pd.DataFrame, change: pd.Series, *, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Return how the share of commenters who mention each theme changed between the two periods of a change.

    Test: two-sample score test of two shares. Interval: adjusted Wald, one mention and one silence added to each side
    (Agresti and Caffo 2000). Where accounts answered several times, both variances are scaled by the
    account-clustered one of the difference (CR2), and Student's t has as many degrees of freedom as the accounts give,
    as in `nps_difference`. Many themes are judged together by whoever lists them.

    Args:
        presence: Which response mentions which theme: response_id, theme_id.
        commented: Responses whose comment was read: response_id, responded_at, account_id where known.
        change: What names the two periods: before_start, before_end, after_start, after_end (a row of
            `period_changes`).
        confidence_level: Coverage of the intervals.

    Returns:
        Table `changes` with metric "theme_share" (shares 0..1), by "theme_id" and the theme's id as group; empty
        where one of the periods has no comment.

    Example:
        >>> days = pd.to_datetime(["2026-01-15"] * 50 + ["2026-02-15"] * 50)
        >>> commented = pd.DataFrame({"response_id": [f"r{i}" for i in range(100)], "responded_at": days})
        >>> presence = pd.DataFrame({"response_id": [f"r{i}" for i in range(45, 80)], "theme_id": "t01"})
        >>> starts = {"before_start": "2026-01-01", "after_start": "2026-02-01"}
        >>> ends = {"before_end": "2026-01-31", "after_end": "2026-02-28"}
        >>> share_changes(presence, commented, pd.Series(starts | ends).map(pd.Timestamp))["estimate"].round(2).tolist()
        [0.5]
    """
    sides = [
        commented[commented["responded_at"].dt.normalize().between(change[f"{side}_start"], change[f"{side}_end"])]
        for side in ("before", "after")
    ]
    themes = sorted(presence["theme_id"].unique())
    if not themes or any(side.empty for side in sides):
        return empty("changes")
    pairs = presence[["response_id", "theme_id"]].drop_duplicates()
    counts = [
        pairs[pairs["response_id"].isin(side["response_id"])].groupby("theme_id").size().reindex(themes, fill_value=0)
        for side in sides
    ]
    (k1, n1), (k2, n2) = ((count.to_numpy(dtype=float), len(side)) for count, side in zip(counts, sides, strict=True))
    pooled = (k1 + k2) / (n1 + n2)
    design_effect, degrees = _design_effect(pairs, sides, themes)
    spread = np.sqrt(design_effect)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (k2 / n2 - k1 / n1) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2)) / spread
    a1, a2 = (k1 + 1) / (n1 + 2), (k2 + 1) / (n2 + 2)
    std_error = np.sqrt(a1 * (1 - a1) / (n1 + 2) + a2 * (1 - a2) / (n2 + 2)) * spread
    half = student_quantile(degrees, confidence_level=confidence_level) * std_error
    periods = {f"{side}_{end}": change[f"{side}_{end}"] for side in ("before", "after") for end in ("start", "end")}
    figures = {
        "group": themes,
        "before_estimate": k1 / n1,
        "after_estimate": k2 / n2,
        "estimate": k2 / n2 - k1 / n1,
        "conf_low": a2 - a1 - half,
        "conf_high": a2 - a1 + half,
        "p_value": two_sided_p(z, degrees),
    }
    rows = pd.DataFrame(figures).assign(metric=THEME_SHARE, by="theme_id", n_before=n1, n=n2, **periods)
    return conform("changes", rows)


def clustered_shares(
    pairs: pd.DataFrame, accounts: pd.Series, themes: list[str], *, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Return the share of responses that mention each theme, with Wilson's interval of the effective number.

    Effective: n x (variance were responses independent) / (variance between accounts), as in `nps`; where accounts
    repeat the interval is Student's of their effective number less one, as there.

    Args:
        pairs: Which response mentions which theme, each pair once: response_id, theme_id.
        accounts: Account of each response of the denominator, by response_id; one of its own where none is known.
        themes: Themes to describe; those that nobody mentions have the share 0.
        confidence_level: Coverage of the interval.

    Returns:
        theme_id, estimate, conf_low, conf_high (shares 0..1), n, n_eff, degrees (of freedom of n_eff; missing where
        no account repeats).

    Example:
        >>> accounts = pd.Series(["a", "b", "c", "d"], index=["r1", "r2", "r3", "r4"])
        >>> pairs = pd.DataFrame({"response_id": ["r1"], "theme_id": ["t01"]})
        >>> clustered_shares(pairs, accounts, ["t01"])[["estimate", "n"]].values.tolist()
        [[0.25, 4.0]]
    """
    size = accounts.value_counts()
    n, n_accounts = len(accounts), len(size)
    cells = _cells(pairs, accounts)
    cells["both"] = cells["yes"] * cells["account"].map(size).astype(float)
    cells["squared"] = cells["yes"] ** 2
    sums = cells.groupby("theme_id")[["yes", "both", "squared"]].sum().reindex(themes, fill_value=0).astype(float)
    share = sums["yes"] / n
    # The sum over accounts of (yes - share x answers) squared, multiplied out: most accounts mention most themes never.
    squared = sums["squared"] - 2 * share * sums["both"] + share**2 * float((size**2).sum())
    between = squared * n_accounts / max(n_accounts - 1, 1)
    several = (between > 1e-9 * n) & (n_accounts < n)
    ratio = (n * share * (1 - share) / between.where(several)).fillna(1.0)
    # Luck may make accounts look more alike than chance; more than n answers' worth of knowledge is never claimed.
    n_eff = n * ratio.clip(upper=1.0).to_numpy()
    degrees = n**2 / float((size**2).sum()) - 1 if 1 < n_accounts < n else np.nan
    figures = share_of_accounts(share.to_numpy(), n_eff, degrees, confidence_level=confidence_level)
    named = dict(zip(("estimate", "conf_low", "conf_high"), figures, strict=True))
    return pd.DataFrame({"theme_id": themes, **named, "n": n, "n_eff": n_eff, "degrees": degrees})


def _cells(pairs: pd.DataFrame, accounts: pd.Series) -> pd.DataFrame:
    """How many responses of an account mention a theme, where any does: theme_id, account, yes."""
    inside = pairs[pairs["response_id"].isin(accounts.index)]
    account = inside["response_id"].map(accounts).rename("account")
    return inside.groupby(["theme_id", account]).size().rename("yes").astype(float).reset_index()


def _design_effect(pairs: pd.DataFrame, sides: list[pd.DataFrame], themes: list[str]) -> tuple[np.ndarray, float]:
    """By theme, account-clustered variance of the difference over its variance were responses independent, 1 at least.

    With u = +-(mention - share) / n the clustered variance is the sum over accounts of (sum of u) squared, multiplied
    out so that only accounts that mention a theme are visited; each account's part of a side is taken by what it kept
    (`kept_shares`). And the degrees of freedom of it, infinite where no account repeats.
    """
    accounts = [account_of(side) for side in sides]
    sizes = pd.concat([one.value_counts() for one in accounts], axis=1, keys=[0, 1]).fillna(0.0)
    n = [len(one) for one in accounts]
    if len(sizes) == sum(n) or len(sizes) < 2:
        return np.ones(len(themes)), np.inf
    weight = [sizes[side].to_numpy() / n[side] for side in (0, 1)]
    taken = [pd.Series(1 / np.sqrt(kept_shares(weight[side])) / n[side], index=sizes.index) for side in (0, 1)]
    cells = [
        _cells(pairs, one).set_index(["theme_id", "account"])["yes"].rename(side) for side, one in enumerate(accounts)
    ]
    yes = pd.concat(cells, axis=1).fillna(0.0)
    # A theme that neither side mentions has no variance to compare: its ratio is missing.
    totals = yes.groupby("theme_id").sum().reindex(themes)
    share = [(totals[side] / n[side]).to_numpy() for side in (0, 1)]
    whole = [(sizes[side] * taken[side]).to_numpy() for side in (0, 1)]
    everywhere = share[1] ** 2 * (whole[1] @ whole[1]) + share[0] ** 2 * (whole[0] @ whole[0])
    everywhere = everywhere - 2 * share[0] * share[1] * (whole[0] @ whole[1])
    theme, account = yes.index.get_level_values("theme_id"), yes.index.get_level_values("account")
    of_account = [taken[side].reindex(account).to_numpy() for side in (0, 1)]
    own = yes[1] * of_account[1] - yes[0] * of_account[0]
    expected = [
        pd.Series(share[side], index=themes).reindex(theme).to_numpy()
        * sizes[side].reindex(account).to_numpy()
        * of_account[side]
        for side in (0, 1)
    ]
    cross = own * (own - 2 * (expected[1] - expected[0]))
    clustered = cross.groupby("theme_id").sum().reindex(themes).to_numpy() + everywhere
    independent = share[0] * (1 - share[0]) / n[0] + share[1] * (1 - share[1]) / n[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = clustered / independent
    return np.where(np.isfinite(ratio), np.maximum(ratio, 1.0), 1.0), account_degrees(weight[0], weight[1])
