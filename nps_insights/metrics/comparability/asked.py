"""Who was asked in each period, and what share of them answered."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.accounts import account_codes
from nps_insights.metrics.asked.matching import asked_and_answered
from nps_insights.metrics.categories import signed
from nps_insights.metrics.comparability.composition import Levels, described, levels_of, shift_p_value
from nps_insights.metrics.comparability.findings import Finding, Limits, Sides, Span
from nps_insights.metrics.intervals import critical_value
from nps_insights.metrics.mix import clustered_errors
from nps_insights.tables import ATTRIBUTE_PREFIX

_OF_INVITATIONS = ("survey", "touchpoint", "channel")
_ANSWERED = ("sampling", "response_rate")

_FARTHEST = 200.0


@dataclass(frozen=True)
class Asked:
    """The invitations of both periods, with whether they were answered in their own period.

    Attributes:
        rows: Invitations (m rows) with `answered`, `answer_category`, `answered_at`, what they carry, and what is
            known of their accounts.
        is_after: Whether each was sent in the later period (m,).
        accounts: Number of each one's account (m,).
    """

    rows: pd.DataFrame
    is_after: NDArray[np.bool_]
    accounts: NDArray[np.int64]


def asked_in(
    invitations: pd.DataFrame | None,
    sides: tuple[pd.DataFrame, pd.DataFrame],
    spans: tuple[Span, Span] | None,
) -> "Asked | str":
    """Return the invitations sent in each period with their answers, or why that is not known.

    An answer counts where it came in the period of its invitation, on both sides alike: a period that has just ended
    is not held against one that had a year for late answers.

    Example:
        >>> asked_in(None, (pd.DataFrame(), pd.DataFrame()), None)
        'no invitations were given'
    """
    if invitations is None:
        return "no invitations were given"
    if spans is None:
        return "the answers have no dates, so that invitations belong to no period"
    day = invitations["sent_at"].dt.normalize()
    parts = []
    for when, side, (start, end) in zip(("before", "after"), sides, spans, strict=True):
        sent = invitations[day.between(start, end)]
        if sent.empty:
            return f"no invitation was sent in the period {when} ({start:%Y-%m-%d} to {end:%Y-%m-%d})"
        if not _joinable(sent, side):
            return "nothing says which answer belongs to which invitation"
        last_moment = end + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)
        parts.append(asked_and_answered(sent, side, as_of=last_moment).assign(is_after=when == "after"))
    rows = pd.concat(parts, ignore_index=True)
    return Asked(rows.drop(columns="is_after"), rows["is_after"].to_numpy(dtype=bool), account_codes(rows))


def _joinable(sent: pd.DataFrame, side: pd.DataFrame) -> bool:
    if "response_id" in sent.columns and sent["response_id"].notna().any():
        return True
    keys = {"contact_id", "account_id"} & set(sent.columns) & set(side.columns)
    return bool(keys) and "responded_at" in side.columns


def not_known(why: str) -> list[Finding]:
    """Return the findings where it is not known who was asked."""
    return [Finding(check, "", "not_known", f"{why[0].upper()}{why[1:]}.") for check in _ANSWERED]


def sampling(asked: Asked, accounts: pd.DataFrame | None, sides: Sides, limits: Limits) -> list[Finding]:
    """Return, for each column known of the invited, whether its values shifted, and what that could do.

    What it could do: sum over values of (share invited after - before) x NPS of their answers; values of which
    nobody answered count as the mean.
    """
    rows = asked.rows
    if accounts is not None and "account_id" in rows.columns:
        known = [name for name in accounts.columns if name.startswith(ATTRIBUTE_PREFIX) and name not in rows.columns]
        rows = rows.merge(accounts[["account_id", *known]], on="account_id", how="left")
    names = [name for name in rows.columns if name in _OF_INVITATIONS or name.startswith(ATTRIBUTE_PREFIX)]
    usable = [name for name in sorted(names) if len(rows[name].dropna().unique()) > 1]
    n = [int((~asked.is_after).sum()), int(asked.is_after.sum())]
    if not usable:
        reason = f"{n[0]:,} invitations before and {n[1]:,} after; nothing else is known of whom they went to."
        return [Finding("sampling", "", "not_known", reason, f"{n[0]:,} invited", f"{n[1]:,} invited")]
    return [_sampled(name, rows, asked, sides, limits) for name in usable]


def _sampled(name: str, rows: pd.DataFrame, asked: Asked, sides: Sides, limits: Limits) -> Finding:
    levels = levels_of(rows[name])
    before, after = described(levels, asked.is_after)
    p_value = shift_p_value(levels, asked.is_after, asked.accounts)
    points = _could_do(levels, rows["answer_category"], asked, limits.confidence_level)
    answered = sides.rows[name] if name in sides.rows.columns else None
    known = answered is not None and answered.notna().any()
    own = levels_of(answered) if known and answered is not None else None
    group = name.removeprefix(ATTRIBUTE_PREFIX)
    return Finding("sampling", group, "same", "", before, after, points, p_value, levels=own)


def _could_do(
    levels: Levels, categories: pd.Series, asked: Asked, confidence_level: float
) -> tuple[float, float, float]:
    answered = categories.notna().to_numpy()
    if not answered.any():
        return (np.nan, np.nan, np.nan)
    y, codes = signed(categories[answered]).astype(float), levels.codes[answered]
    size = np.bincount(codes, minlength=len(levels.names))
    means = np.bincount(codes, weights=y, minlength=len(size)) / np.maximum(size, 1)
    means = np.where(size > 0, means, y.mean())
    spread = np.bincount(codes, weights=(y - means[codes]) ** 2, minlength=len(size)) / np.maximum(size - 1, 1)
    mean = means[levels.codes]
    influence = np.zeros(len(mean))
    for side, sign in ((~asked.is_after, -1.0), (asked.is_after, 1.0)):
        influence[side] = sign * (mean[side] - mean[side].mean()) / side.sum()
    moved = (
        levels.counts(asked.is_after) / asked.is_after.sum() - levels.counts(~asked.is_after) / (~asked.is_after).sum()
    )
    estimate = float(moved @ means)
    of_means = float((moved**2 * spread / np.maximum(size, 1)).sum())
    error = float(np.sqrt(clustered_errors(influence[:, None], asked.accounts)[0] ** 2 + of_means))
    half = critical_value(confidence_level) * error
    return (100 * estimate, 100 * (estimate - half), 100 * (estimate + half))


def response_rate(asked: Asked, sides: Sides, limits: Limits) -> Finding:
    """Return whether another share of those asked answered, and what those who fell silent could do.

    Nobody knows what they would have said. If they differ from those who answered by D points, the NPS is off by
    f x D, with f the share of answers that the lower rate lacks; so a whole change is theirs at D = change / f. Where
    the delay of answers is known, f x (NPS of the slowest f of the answers - NPS of the rest) of the period with the
    higher rate is an estimate (late answers stand for missing ones; Armstrong and Overton 1977).
    """
    answered = asked.rows["answered"].to_numpy(dtype=bool)
    n = [int(side.sum()) for side in (~asked.is_after, asked.is_after)]
    rates = [float(answered[side].mean()) for side in (~asked.is_after, asked.is_after)]
    before, after = (f"{100 * rate:.0f} % of {size:,} asked" for rate, size in zip(rates, n, strict=True))
    levels = Levels(answered.astype(np.int64), ["silent", "answered"])
    p_value = shift_p_value(levels, asked.is_after, asked.accounts)
    lacking = 1 - min(rates) / max(rates) if max(rates) > 0 else 0.0
    points = _late_stand_in(asked, lacking, limits.confidence_level) if lacking > 0 else (0.0, 0.0, 0.0)
    change = 100 * (sides.y[sides.is_after].mean() - sides.y[~sides.is_after].mean())
    moved = "fell" if rates[1] < rates[0] else "rose"
    shown = [f"{100 * rate:.0f} %" for rate in rates]
    told = f"The response rate {moved} from {shown[0]} to {shown[1]}"
    told = told if shown[0] != shown[1] else f"The response rate stayed at {shown[0]}"
    result = "changed" if lacking >= limits.rate_fall else "same"
    reason = told + ". " + _what_it_could_do(lacking, change, points, moved)
    clause = told[0].lower() + told[1:] if result == "changed" else ""
    return Finding("response_rate", "", result, reason, before, after, points, p_value, clause=clause)


def _what_it_could_do(lacking: float, change: float, points: tuple[float, float, float], moved: str) -> str:
    if lacking == 0:
        return "That moves nothing."
    who = "those who fell silent" if moved == "fell" else "those who answer only now"
    told = (
        f"If {who} ({100 * lacking:.0f} % of the answers of the higher rate) differ by 10 points from the others, the "
        f"NPS moves by {10 * lacking:.1f}"
    )
    needed = abs(change) / lacking
    # Two NPS differ by 200 at most.
    if needed <= _FARTHEST:
        told += f"; the whole change of {change:+.0f} would be theirs if they differed by {needed:.0f} points."
    else:
        told += f"; no difference of theirs could make the whole change of {change:+.0f}."
    if not np.isnan(points[0]):
        told += f" Late answers, the nearest to silent ones, suggest {points[0]:+.1f}."
    return told


def _late_stand_in(asked: Asked, lacking: float, confidence_level: float) -> tuple[float, float, float]:
    """What the lack of the slowest answers does to the change; missing where delays are not known."""
    rows = asked.rows
    rates = [rows["answered"][side].mean() for side in (~asked.is_after, asked.is_after)]
    higher = asked.is_after if rates[1] > rates[0] else ~asked.is_after
    known = higher & rows["answered"].to_numpy(dtype=bool) & rows["answered_at"].notna().to_numpy()
    delay = (rows["answered_at"] - rows["sent_at"])[known].dt.total_seconds().to_numpy()
    n_late = round(lacking * len(delay))
    if n_late < 10 or len(delay) - n_late < 10 or delay.min() == delay.max():
        return (np.nan, np.nan, np.nan)
    y = signed(rows.loc[known, "answer_category"]).astype(float)
    # Answers of equal delay share what is late: nothing depends on their order.
    cut = np.sort(delay)[-n_late]
    tied = delay == cut
    late = np.where(delay > cut, 1.0, 0.0)
    late[tied] = (n_late - late.sum()) / tied.sum()
    means = [(weight @ y) / weight.sum() for weight in (late, 1 - late)]
    sign = 1.0 if rates[1] > rates[0] else -1.0
    influence = late * (y - means[0]) / late.sum() - (1 - late) * (y - means[1]) / (1 - late).sum()
    codes = pd.factorize(asked.accounts[known])[0]
    error = float(clustered_errors(influence[:, None], codes)[0])
    estimate, half = sign * lacking * (means[0] - means[1]), lacking * critical_value(confidence_level) * error
    return (100 * estimate, 100 * (estimate - half), 100 * (estimate + half))
