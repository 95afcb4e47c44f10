"""The verdict on two periods: comparable, not, or after adjustment, and why."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from nps_insights.metrics.comparability.asked import asked_in, not_known, response_rate, sampling
from nps_insights.metrics.comparability.findings import Finding, Limits, Sides, Span
from nps_insights.metrics.comparability.instrument import asked_alike, scale
from nps_insights.metrics.comparability.judging import judge
from nps_insights.metrics.comparability.like_for_like import LikeForLike
from nps_insights.metrics.comparability.shifts import FEWEST_ANSWERS, column_finding, is_usable, shifted
from nps_insights.metrics.comparability.words import (
    TIMING,
    called,
    listed,
    not_known_words,
    of_the_change,
)
from nps_insights.metrics.estimates import group_column
from nps_insights.metrics.periods import nps_difference
from nps_insights.tables import ATTRIBUTE_PREFIX, DataRefusedError, conform

_ACCOUNT_VALUE = "value of the account"
_DAYS = [-np.inf, 0, 3, 7, 30, np.inf]
_DAY_NAMES = ["on the day", "1 to 3 days", "4 to 7 days", "8 to 30 days", "over 30 days"]


@dataclass(frozen=True)
class Change:
    """A change of the NPS in points, with its interval.

    Attributes:
        estimate: After minus before.
        conf_low: Low end of the interval.
        conf_high: High end.
    """

    estimate: float
    conf_low: float
    conf_high: float


@dataclass(frozen=True)
class Comparability:
    """Whether two periods can be compared.

    Attributes:
        table: Table `comparability`, one row per question.
        answer: "yes", "no", "after adjustment"; "not known" where no question could be answered.
        sentence: "Comparable: ... because ...".
        headline: The answer to "Comparable with Q2?", for a first screen.
        change: The change as it is.
        adjusted: The change like for like, where it was adjusted.
        parts: Columns adjusted for and what each adds: check, group, estimate, conf_low, conf_high (points); with
            the adjusted change they add to the change. Empty where nothing was adjusted.
        notes: Plain sentences on what was not looked at.
    """

    table: pd.DataFrame
    answer: str
    sentence: str
    headline: str
    change: Change
    adjusted: Change | None
    parts: pd.DataFrame
    notes: list[str] = field(default_factory=list)


def comparable(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    invitations: pd.DataFrame | None = None,
    accounts: pd.DataFrame | None = None,
    spans: tuple[Span, Span] | None = None,
    by: list[str] | None = None,
    limits: Limits | None = None,
    confidence_level: float = 0.95,
) -> Comparability:
    """Return whether the NPS of two periods can be compared, after which adjustment, and why.

    Looked at are scale and cuts, wording, kind of survey, channel, touchpoint, trigger and the days since the event,
    customer mix, who was asked and who answered. A wording, scale or survey that one period alone knows, another
    response rate, or customers that one period alone has: no. Shares of channels, triggers and customers that
    shifted beyond luck (Rao-Scott tests of all columns judged together by Benjamini and Hochberg's rule) and do at
    least a point to the change: after adjustment (`like_for_like`). What the tables do not carry is "not_known" and
    is named; it is never taken as the same.

    Args:
        before: Table `responses` of the earlier period.
        after: Of the later one.
        invitations: Table `invitations`, of both periods or more.
        accounts: Table `accounts`, for their attributes and value; as they are known now.
        spans: First and last day of each period; those of the answers if not given.
        by: Columns of the customer mix; every usable attribute if not given. Name them where an attribute follows
            from the answer: adjusting for it would take the change away.
        limits: What counts as a difference that matters.
        confidence_level: Coverage of the intervals.

    Raises:
        DataRefusedError: One period has no answers.
        SettingsError: `by` names no column.

    Example:
        >>> from nps_insights.metrics import categorize
        >>> scores = pd.Series([10, 9, 8, 3] * 50)
        >>> before = pd.DataFrame({"response_id": [f"a{i:03}" for i in range(200)], "score": scores,
        ...                        "scale_min": 0, "scale_max": 10, "category": categorize(scores)})
        >>> after = before.assign(response_id="b" + before["response_id"], scale_max=5)
        >>> comparable(before, after).headline
        'No: the scale changed.'
    """
    if before.empty or after.empty:
        raise DataRefusedError(
            f"comparable: {len(before):,} answers before and {len(after):,} after; both periods need answers "
            "to be compared"
        )
    limits = replace(limits or Limits(), confidence_level=confidence_level)
    spans = spans or _spans(before, after)
    sides = Sides.of(*(_with_accounts(side, accounts) for side in (before, after)))
    findings, notes = _findings(sides, by, limits)
    asked = asked_in(invitations, (before, after), spans)
    if isinstance(asked, str):
        findings += not_known(asked)
    else:
        findings += [*sampling(asked, accounts, sides, limits), response_rate(asked, sides, limits)]
    interval = nps_difference(before, after, confidence_level=confidence_level)
    estimate = 100 * float(sides.y[sides.is_after].mean() - sides.y[~sides.is_after].mean())
    change = Change(estimate, float(interval["conf_low"]), float(interval["conf_high"]))
    judged, found = judge(findings, sides, change.estimate, limits)
    return _worded(judged, found, change, spans, notes)


def _spans(before: pd.DataFrame, after: pd.DataFrame) -> tuple[Span, Span] | None:
    if any("responded_at" not in side.columns or side["responded_at"].isna().all() for side in (before, after)):
        return None
    days = [side["responded_at"].dt.normalize() for side in (before, after)]
    return (days[0].min(), days[0].max()), (days[1].min(), days[1].max())


def _with_accounts(side: pd.DataFrame, accounts: pd.DataFrame | None) -> pd.DataFrame:
    """The answers with what is known of their accounts; what the answer itself carries goes before."""
    if accounts is None or "account_id" not in side.columns:
        return side
    known = accounts.rename(columns={"value": ATTRIBUTE_PREFIX + _ACCOUNT_VALUE})
    names = [name for name in known.columns if name.startswith(ATTRIBUTE_PREFIX) and name not in side.columns]
    return side.merge(known[["account_id", *names]], on="account_id", how="left")


def _findings(sides: Sides, by: list[str] | None, limits: Limits) -> tuple[list[Finding], list[str]]:
    """What the answers themselves tell."""
    rows = sides.rows
    findings = [scale(sides, limits), asked_alike("wording", sides, limits)]
    if "survey" in rows.columns and rows["survey"].notna().any():
        findings.append(asked_alike("survey", sides, limits))
    if min(sides.is_after.sum(), (~sides.is_after).sum()) < FEWEST_ANSWERS:
        reason = f"A period has fewer than {FEWEST_ANSWERS} answers; their shares say nothing."
        names = ("channel", "trigger", "customer_mix")
        return [*findings, *(Finding(check, "", "not_known", reason) for check in names)], []
    findings.append(column_finding("channel", "channel", sides, limits))
    if "touchpoint" in rows.columns and rows["touchpoint"].notna().any():
        findings.append(column_finding("touchpoint", "touchpoint", sides, limits))
    findings += _triggers(sides, limits)
    mix, notes = _customer_mix(sides, by, limits)
    return [*findings, *mix], notes


def _triggers(sides: Sides, limits: Limits) -> list[Finding]:
    rows = sides.rows
    carried = "trigger" in rows.columns and rows["trigger"].notna().any()
    if not carried and "survey" in rows.columns and bool((rows["survey"] == "relational").all()):
        return [Finding("trigger", "", "same", "A relational survey is not triggered by an event.")]
    findings = [column_finding("trigger", "trigger", sides, limits)]
    if {"event_at", "responded_at"} <= set(rows.columns):
        days = (rows["responded_at"].dt.normalize() - rows["event_at"].dt.normalize()).dt.days
        if all(days[side].notna().any() for side in (sides.is_after, ~sides.is_after)):
            names = pd.cut(days, _DAYS, labels=_DAY_NAMES).astype("str")
            findings.append(shifted("trigger", TIMING, names, sides, limits))
    return findings


def _customer_mix(sides: Sides, by: list[str] | None, limits: Limits) -> tuple[list[Finding], list[str]]:
    if by is None:
        names = sorted(name for name in sides.rows.columns if name.startswith(ATTRIBUTE_PREFIX))
        names += ["contact_role"] if "contact_role" in sides.rows.columns else []
    else:
        names = [group_column(sides.rows, name) for name in dict.fromkeys(by)]
    findings, notes = [], []
    for name in names:
        plain = name.removeprefix(ATTRIBUTE_PREFIX)
        values = sides.rows[name]
        why_not = is_usable(values, sides) if by is None and values.notna().any() else ""
        if why_not:
            notes.append(f"{plain} was not held against the customer mix: {why_not}.")
        else:
            renamed = replace(sides, rows=sides.rows[[name]].rename(columns={name: plain}))
            findings.append(column_finding("customer_mix", plain, renamed, limits))
    if not findings:
        findings = [Finding("customer_mix", "", "not_known", "Nothing is known of the customers beside their answer.")]
    return findings, notes


def _worded(
    findings: list[Finding],
    found: LikeForLike | None,
    change: Change,
    spans: tuple[Span, Span] | None,
    notes: list[str],
) -> Comparability:
    results = {finding.result for finding in findings}
    adjusted = found if "adjusted" in results else None
    like = None if adjusted is None else Change(*adjusted.adjusted[["estimate", "conf_low", "conf_high"]].astype(float))
    if "changed" in results:
        answer = "no"
        because = listed(list(dict.fromkeys(one.clause for one in findings if one.result == "changed")))
        said = (f"Comparable: no, because {because}.", f"No: {because}.")
    elif like is not None:
        answer, said = "after adjustment", _after_adjustment(findings, change, like)
    elif results == {"not_known"}:
        answer = "not known"
        sentence = f"Comparable: not known, because the answers tell nothing of {listed(called(findings))}."
        said = (sentence, "Not known: the answers tell nothing of how they were collected.")
    else:
        answer, said = "yes", _yes(findings)
    return Comparability(_table(findings, spans), answer, *said, change, like, _parts(findings, adjusted), notes)


def _after_adjustment(findings: list[Finding], change: Change, like: Change) -> tuple[str, str]:
    """Sentence and headline."""
    because = listed(list(dict.fromkeys(_weightiest(findings))))
    part = of_the_change(change.estimate - like.estimate, change.estimate)
    unknown = not_known_words(findings, ("; ", ""))
    sentence = (
        f"Comparable: after adjustment, because there are {because} ({part}); like for like the change is "
        f"{like.estimate:+.1f} ({like.conf_low:+.1f} to {like.conf_high:+.1f}){unknown}."
    )
    return sentence, f"Yes, after adjusting for {because} ({part}){unknown}."


def _yes(findings: list[Finding]) -> tuple[str, str]:
    """Sentence and headline."""
    alike = called([one for one in findings if one.result == "same"])
    unknown = called([one for one in findings if one.result == "not_known"])
    known = "yes, as far as known" if unknown else "yes"
    found = f"{listed(alike)} {'is' if len(alike) == 1 else 'are'} alike"
    sentence = f"Comparable: {known}, because {found}{not_known_words(findings, ('; ', ''))}."
    # A "yes" would be read as one, however much behind it nobody looked at.
    if len(unknown) > len(alike):
        return sentence, f"Only partly known: {found}{not_known_words(findings, ('; ', ''))}."
    return sentence, f"{known.capitalize()}{not_known_words(findings, (' (', ')'))}."


def _weightiest(findings: list[Finding]) -> list[str]:
    """What was adjusted for and does half a point or more, the most first; the first in any case; three at most."""
    adjusted = [one for one in findings if one.result == "adjusted"]
    ordered = sorted(adjusted, key=lambda one: -abs(one.points[0]))
    return [one.clause for place, one in enumerate(ordered) if place == 0 or abs(one.points[0]) >= 0.5][:3]


def _parts(findings: list[Finding], found: LikeForLike | None) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    if found is not None:
        named = {one.group or one.check: one for one in findings[::-1] if one.result == "adjusted"}
        for _, part in found.parts.iterrows():
            one = named[part["column"]]
            rows.append((one.check, one.group, part["estimate"], part["conf_low"], part["conf_high"]))
    return pd.DataFrame(rows, columns=["check", "group", "estimate", "conf_low", "conf_high"])


def _table(findings: list[Finding], spans: tuple[Span, Span] | None) -> pd.DataFrame:
    days = (pd.NaT,) * 4 if spans is None else (*spans[0], *spans[1])
    names = ("before_start", "before_end", "after_start", "after_end")
    rows = pd.DataFrame(
        [
            {
                "check": one.check,
                "group": one.group,
                "result": one.result,
                "before": one.before,
                "after": one.after,
                "estimate": one.points[0],
                "conf_low": one.points[1],
                "conf_high": one.points[2],
                "reason": one.reason,
            }
            for one in findings
        ]
    )
    return conform("comparability", rows.assign(**dict(zip(names, days, strict=True))))
