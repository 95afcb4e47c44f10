"""Calendar periods, and the change of the NPS from one to the next."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from nps_insights.metrics.categories import signed
from nps_insights.metrics.few_accounts import account_degrees, kept_shares
from nps_insights.metrics.intervals import critical_value
from nps_insights.tables import SettingsError, conform, empty

PERIOD_STARTS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
_ENOUGH_PER_PERIOD = 100
_MOST_PERIODS = 16


def period_starts(dates: pd.Series, per: str) -> pd.Series:
    """Return the first day of each date's period.

    Example:
        >>> period_starts(pd.Series(pd.to_datetime(["2026-05-17"])), "quarter").dt.strftime("%Y-%m-%d").tolist()
        ['2026-04-01']
    """
    return dates.dt.to_period(PERIOD_STARTS[per]).dt.start_time.astype("datetime64[us]")


def period_ends(starts: pd.Series, per: str) -> pd.Series:
    """Return the last day of the periods that begin at `starts`.

    Example:
        >>> period_ends(pd.Series(pd.to_datetime(["2026-04-01"])), "quarter").dt.strftime("%Y-%m-%d").tolist()
        ['2026-06-30']
    """
    return starts.dt.to_period(PERIOD_STARTS[per]).dt.end_time.dt.normalize().astype("datetime64[us]")


def is_finished(starts: pd.Series, ends: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    """Return which periods, from first to last day, are over: 90 % of the days; a last answer rarely falls on the last.

    Example:
        >>> days = pd.Series(pd.to_datetime(["2026-04-01", "2026-04-30"]))
        >>> is_finished(days.head(1), days.tail(1).set_axis([0]), pd.Timestamp("2026-04-29")).tolist()
        [True]
    """
    length = ends - starts + pd.Timedelta(days=1)
    return (pd.Timestamp(as_of) - starts) >= 0.9 * length


def choose_period(responses: pd.DataFrame) -> str:
    """Return the finest of month, quarter and year that leaves enough answers in a period and few enough periods.

    Enough: a median of 100 answers (an NPS of 100 answers is known to about +-16 points). Few enough: 16 periods
    fit a chart that can be read.

    Args:
        responses: Table `responses`.

    Returns:
        "month", "quarter", "year", or "" where there are no dates or all of them lie in one year's period.

    Example:
        >>> dates = pd.date_range("2026-01-01", "2026-06-30", periods=3000)
        >>> choose_period(pd.DataFrame({"responded_at": dates}))
        'month'
    """
    if "responded_at" not in responses.columns or responses["responded_at"].notna().sum() == 0:
        return ""
    dates = responses["responded_at"].dropna()
    sizes = {per: period_starts(dates, per).value_counts() for per in ("month", "quarter", "year")}
    for per, size in sizes.items():
        if 2 <= len(size) <= _MOST_PERIODS and size.median() >= _ENOUGH_PER_PERIOD:
            return per
    several = [per for per, size in sizes.items() if len(size) >= 2]
    return several[-1] if several else ""


def finest_period(responses: pd.DataFrame) -> str:
    """Return the finest of month, quarter and year by which the answers can be watched; else that of `choose_period`.

    A chart wants few periods, watching wants to see soon and looks back over many: a median of 100 answers in a period
    (six of them together are known to about +-6 points) is enough, however many periods there are. Weeks and days move
    with mailings and weekends, and are watched where they are asked for.

    Args:
        responses: Table `responses`.

    Example:
        >>> dates = pd.date_range("2025-01-01", "2026-06-30", periods=2200)
        >>> responses = pd.DataFrame({"responded_at": dates})
        >>> choose_period(responses), finest_period(responses)
        ('quarter', 'month')
    """
    if "responded_at" not in responses.columns:
        return ""
    dates = responses["responded_at"].dropna()
    for per in ("month", "quarter", "year"):
        size = period_starts(dates, per).value_counts()
        if len(size) >= 2 and size.median() >= _ENOUGH_PER_PERIOD:
            return per
    return choose_period(responses)


def period_changes(
    responses: pd.DataFrame, estimates: pd.DataFrame, *, per: str, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Return the change of the overall NPS into the last finished period: from the one before, and from a year before.

    Only finished periods with enough answers are compared; the one before is the nearest such, wherever it lies.

    Test and interval: that of two adjusted NPS against Student's t. Where accounts answered in both periods or several
    times in one, variance and degrees of freedom are those of the accounts (`nps_difference`).

    Args:
        responses: Table `responses` with `responded_at`.
        estimates: Table `estimates` of the same responses per period (`nps(responses, per=per)`).
        per: The period.
        confidence_level: Coverage of the interval.

    Returns:
        Table `changes`; empty where there are not two periods with answers to compare.

    Raises:
        SettingsError: `per` is no period.

    Example:
        >>> from nps_insights.metrics import nps
        >>> dates = pd.to_datetime(["2026-01-15"] * 50 + ["2026-02-28"] * 50)
        >>> responses = pd.DataFrame({"category": ["promoter"] * 50 + ["passive"] * 50, "responded_at": dates})
        >>> period_changes(responses, nps(responses, per="month"), per="month")["estimate"].tolist()
        [-100.0]
    """
    if per not in PERIOD_STARTS:
        raise SettingsError(f"per == {per!r}: must be one of {', '.join(PERIOD_STARTS)}")
    rows = estimates[(estimates["metric"] == "nps") & (estimates["by"] == "") & estimates["period_start"].notna()]
    usable = rows[rows["finished"].astype(bool) & ~rows["too_small"]].sort_values("period_start")
    if len(usable) < 2:
        return empty("changes")
    last, before = usable.iloc[-1], usable.iloc[-2]
    pairs = {before["period_start"]: before}
    year_before = usable[usable["period_start"] == last["period_start"] - pd.DateOffset(years=1)]
    if len(year_before):
        pairs[year_before.iloc[0]["period_start"]] = year_before.iloc[0]
    starts = period_starts(responses["responded_at"], per)
    changes = [_change(responses, starts, earlier, last, confidence_level) for earlier in pairs.values()]
    return conform("changes", pd.DataFrame(changes))


def _change(
    responses: pd.DataFrame, starts: pd.Series, before: pd.Series, after: pd.Series, confidence_level: float
) -> dict[str, object]:
    sides = [responses[starts == row["period_start"]] for row in (before, after)]
    return {
        "metric": "nps",
        "by": "",
        "group": "",
        "before_start": before["period_start"],
        "before_end": before["period_end"],
        "after_start": after["period_start"],
        "after_end": after["period_end"],
        "before_estimate": before["estimate"],
        "after_estimate": after["estimate"],
        "estimate": after["estimate"] - before["estimate"],
        **nps_difference(*sides, confidence_level=confidence_level),
        "n_before": len(sides[0]),
        "n": len(sides[1]),
    }


def nps_difference(before: pd.DataFrame, after: pd.DataFrame, *, confidence_level: float = 0.95) -> dict[str, float]:
    """Return conf_low, conf_high (points) and p_value of NPS(after) - NPS(before), as `period_changes` gives them.

    The test is that of `nps_differences`. Where accounts answered several times or on both sides, the variance is
    clustered by account (CR2), and Student's t has no more degrees of freedom than the accounts give: by Welch, of
    Kish's effective number of accounts on each side, less one. A change of nothing is then called real in .04 to .06
    of cases at 10 to 30 accounts a side of unequal size; by the answers' degrees it was in .08 to .15.

    Args:
        before: Table `responses` of one side, at least one row.
        after: Of the other side; both may hold the same accounts.
        confidence_level: Coverage of the interval.

    Example:
        >>> sides = [pd.DataFrame({"category": [name] * 50}) for name in ("passive", "promoter")]
        >>> round(float(nps_difference(*sides)["conf_low"]), 1)
        85.3
    """
    design_effect, degrees = _clustering(before, after)
    counts = [
        [float((side["category"] == name).sum()) for name in ("promoter", "detractor")] + [float(len(side))]
        for side in (before, after)
    ]
    found = nps_differences(
        *counts, design_effect=design_effect, most_degrees=degrees, confidence_level=confidence_level
    )
    return {name: float(found[name]) for name in ("conf_low", "conf_high", "p_value")}


def nps_differences(
    before: Sequence[ArrayLike],
    after: Sequence[ArrayLike],
    *,
    design_effect: ArrayLike = 1.0,
    extra_variance: ArrayLike = 0.0,
    most_degrees: ArrayLike = np.inf,
    confidence_level: float = 0.95,
) -> dict[str, NDArray[np.float64]]:
    """Return estimate, conf_low, conf_high (points) and p_value of many differences of two NPS, from counts.

    Signed z of two NPS, each with 3 answers added (3/4 promoters, 3/4 detractors, 1.5 passives; adjusted Wald, Rocks
    2016), against Student's t with the degrees of freedom of Welch (1947). The normal quantile instead of t calls a
    change real in up to 11 % of cases without any where 10 answers meet 40.

    Args:
        before: Promoters, detractors and answers of one side, each an array (m,) or a number; none has to be whole.
        after: Of the other side.
        design_effect: Variance of the difference over its variance were answers independent.
        extra_variance: What else makes the difference vary, in points squared.
        most_degrees: Degrees of freedom of the design effect, where it was learned from few accounts; t has no more.
        confidence_level: Coverage of the interval.

    Example:
        >>> found = nps_differences((5, 2, 10), (30, 12, 60))
        >>> round(float(found["estimate"]), 1), round(float(found["p_value"]), 2)
        (0.0, 0.82)
    """
    from scipy.stats import t

    sides = [tuple(np.asarray(one, dtype=float) for one in side) for side in (before, after)]
    raw = [(promoters - detractors) / n for promoters, detractors, n in sides]
    means, variances, worth = [], [], []
    for promoters, detractors, n in sides:
        p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
        means.append(p - d)
        variances.append((p + d - (p - d) ** 2) / (n + 3) * np.asarray(design_effect, dtype=float))
        # Where answers repeat each other, so many are what is known of the spread.
        worth.append(np.maximum(n / np.maximum(np.asarray(design_effect, dtype=float), 1.0), 2.0))
    spread = sum(v**2 / (n - 1) for v, n in zip(variances, worth, strict=True))
    # The same answers of the same accounts on both sides differ by nothing, and nothing is uncertain about that.
    with np.errstate(invalid="ignore", divide="ignore"):
        degrees = np.where(spread > 0, sum(variances) ** 2 / spread, np.inf)
    degrees = np.minimum(degrees, np.asarray(most_degrees, dtype=float))
    std_error = np.sqrt(sum(variances) + np.asarray(extra_variance, dtype=float) / 100**2)
    difference = means[1] - means[0]
    critical_value(confidence_level)
    half = t.ppf(0.5 + confidence_level / 2, degrees) * std_error
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.where(difference == 0, 0.0, np.abs(difference) / std_error)
    return {
        "estimate": 100 * (raw[1] - raw[0]),
        "conf_low": 100 * (difference - half),
        "conf_high": 100 * (difference + half),
        "p_value": 2 * t.sf(apart, degrees),
    }


def _clustering(before: pd.DataFrame, after: pd.DataFrame) -> tuple[float, float]:
    """Account-clustered variance of the difference over its variance if answers were independent, and its degrees."""
    if "account_id" not in before.columns:
        return 1.0, np.inf
    parts = []
    for number, (name, side) in enumerate((("before", before), ("after", after))):
        y = signed(side["category"])
        u = (2.0 * number - 1.0) * (y - y.mean()) / len(y)
        part = pd.DataFrame({"account": side["account_id"].to_numpy(), "u": u, "before": 0.0, "after": 0.0})
        parts.append(part.assign(**{name: 1 / len(y), f"u_{name}": u}))
    both = pd.concat(parts, ignore_index=True).fillna({"u_before": 0.0, "u_after": 0.0})
    both["account"] = both["account"].fillna(pd.Series([f"\0{row}" for row in range(len(both))]))
    independent = float((both["u"] ** 2).sum())
    accounts = both.groupby("account")[["u", "u_before", "u_after", "before", "after"]].sum()
    if independent == 0 or len(accounts) < 2:
        return 1.0, np.inf
    if len(accounts) == len(both):
        return float((accounts["u"] ** 2).sum()) * len(accounts) / (len(accounts) - 1) / independent, np.inf
    shares = {name: accounts[name].to_numpy() for name in ("before", "after")}
    own = sum(accounts[f"u_{name}"] / np.sqrt(kept_shares(share)) for name, share in shares.items())
    return float((own**2).sum()) / independent, account_degrees(shares["before"], shares["after"])
