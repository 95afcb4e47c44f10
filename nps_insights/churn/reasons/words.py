"""A reason in words: what is known about one account and one group of its features."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan

import pandas as pd

from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.reasons.facts import Facts
from nps_insights.churn.reasons.groups import (
    COMMENT,
    PARENT,
    RENEWAL,
    SCORE,
    SILENCE,
    TENURE,
    THEME_PREFIX,
    UNMENTIONED,
    USAGE,
    VALUE,
    about,
)
from nps_insights.churn.reasons.spans import compared, day, month, number, span, times, whole
from nps_insights.tables import ATTRIBUTE_PREFIX, USAGE_PREFIX

# Attributes that read as "on plan Basic" rather than "plan is Basic".
_SUBSCRIBED = frozenset({"plan", "tariff", "package", "tier", "subscription"})
# An answer is news before that; after, its absence is.
_FRESH_DAYS = 14


@dataclass(frozen=True, eq=False)
class Case:
    """One account and one group of features that raises its risk.

    Attributes:
        account_id: The account.
        known: Its features, NaN where unknown.
        lead: The feature of the group that raises the risk most.
        spec: The features of the model.
        labels: Label by theme id.
        reference: Distribution of each feature in training.
        own: The account's attributes of text, where accounts are given.
        facts: What the tables say.
    """

    account_id: str
    known: Mapping[str, float]
    lead: str
    spec: FeatureSpec
    labels: Mapping[str, str]
    reference: Mapping[str, dict[str, list[float]]]
    own: Mapping[str, str]
    facts: Facts

    def value(self, name: str) -> float | None:
        """Return a feature, None where it is not known or not among the model's."""
        found = self.known.get(name, float("nan"))
        return None if isnan(found) else float(found)


def reason_words(group: str, case: Case) -> str:
    """Return one reason in words, never empty.

    Example:
        >>> now = pd.Timestamp("2026-01-01")
        >>> case = Case("a", {"account/tenure_days": 150.0}, "account/tenure_days", FeatureSpec(()), {}, {}, {},
        ...             Facts(now, now))
        >>> reason_words("tenure", case)
        'customer for 5 months'
    """
    if group in _PLAIN:
        return _PLAIN[group](case)
    if group == VALUE:
        return _number("value", case, "account/value")
    for prefix, words in _PREFIXED.items():
        if group.startswith(prefix):
            return words(group[len(prefix) :], case)
    return _number(_said(group.partition("/")[2] or group), case, case.lead or group)


def _score(case: Case) -> str:
    answer = case.facts.answers.get(case.account_id)
    if answer is not None and not answer["responded_at"] < case.facts.since:
        if answer["before"] > answer["score"]:
            return f"score fell from {number(answer['before'])} to {number(answer['score'])}"
        when = "" if pd.isna(answer["responded_at"]) else f", {day(answer['responded_at'], case.facts.as_of)}"
        return f"last answer was {number(answer['score'])} ({answer['category']}){when}"
    last, change, mean = (case.value(f"score/{part}") for part in ("last", "change", "mean"))
    if last is not None and change is not None and change < 0:
        return f"score fell from {number(last - change)} to {number(last)}"
    if last is not None:
        return f"last answer was {number(last)}"
    return "score" if mean is None else f"mean score is {number(mean)}"


def _silence(case: Case) -> str:
    count = case.value("answers/count") or 0.0
    lookback = f"the last {span(case.spec.lookback_days)}"
    if count > 0 and case.lead == "answers/unanswered" and case.value("answers/invited"):
        invited = whole(case.value("answers/invited") or 0.0)
        missed = whole((case.value(case.lead) or 0.0) * invited)
        return f"{missed} of {invited} invitations in {lookback} not answered"
    if count > 0 and case.lead == "answers/comment_share":
        return f"a comment in {whole(100 * (case.value(case.lead) or 0.0))} % of its answers"
    if count > 0 and case.lead in ("answers/count", "answers/contacts", "answers/invited"):
        return f"answered {times(whole(count))} in {lookback}"
    days = case.value("answers/days_since")
    answer = case.facts.answers.get(case.account_id)
    if answer is not None and not pd.isna(answer["responded_at"]):
        days = (case.facts.as_of - answer["responded_at"]) / pd.Timedelta(days=1)
    if days is not None:
        return f"no answer for {span(days)}" if days >= _FRESH_DAYS else f"last answer {span(days)} ago"
    if answer is None and case.facts.knows_answers:
        return "never answered"
    return f"no answer in {lookback}"


def _comment(case: Case) -> str:
    last = case.facts.commented_at.get(case.account_id)
    if last is None:
        return f"no comment in the last {span(case.spec.lookback_days)}"
    return f"no comment since {month(last, case.facts.as_of)}"


def _unmentioned(case: Case) -> str:
    theme = about(case.lead, case.spec)[len(THEME_PREFIX) :]
    return f"no mention of {_label(theme, case)}"


def _label(theme: str, case: Case) -> str:
    """The label, in quotes where its own commas or words in brackets would run into the sentence."""
    label = case.labels.get(theme, theme)
    return f'"{label}"' if any(mark in label for mark in ',("“') else label


def _theme(theme: str, case: Case) -> str:
    said = f"mentioned {_label(theme, case)}"
    found = case.facts.mentions.get((case.account_id, theme))
    if found is None:
        return said
    n, first, last = int(found["n"]), found["first"], found["last"]
    if pd.isna(first):
        return f"{said} {times(n)}"
    since, until = (month(moment, case.facts.as_of) for moment in (first, last))
    return f"{said} {times(n)} in {since}" if since == until else f"{said} {times(n)} since {since}"


def _tenure(case: Case) -> str:
    days = case.value("account/tenure_days")
    return "start as a customer is not known" if days is None else f"customer for {span(days)}"


def _renewal(case: Case) -> str:
    days = case.value("account/days_to_renewal")
    if days is None:
        return "no renewal date is known"
    if whole(days) == 0:
        return "renewal within a day"
    return f"renewal in {span(days)}" if days > 0 else f"renewal {span(-days)} ago"


def _parent(case: Case) -> str:
    mean = case.value("parent/mean")
    if mean is None:
        return "no answer from other accounts of its group"
    return f"other accounts of its group answer {number(mean)} on average"


def _attribute(name: str, case: Case) -> str:
    if name not in case.spec.levels:
        return _number(_said(name), case, case.lead)
    column = f"{ATTRIBUTE_PREFIX}{name}"
    level = case.own.get(column)
    if level is None:
        held = [one for one in case.known if one.startswith(f"{column}=") and (case.value(one) or 0) > 0]
        level = held[0][len(column) + 1 :] if held else None
    if level is None:
        return f"{_said(name)} is not known"
    return f"on {_said(name).lower()} {level}" if name.casefold() in _SUBSCRIBED else f"{_said(name)} is {level}"


def _use(case: Case) -> str:
    days = case.value("usage/days_since")
    if case.lead == "usage/days" and (used := case.value("usage/days")):
        most = compared(used, case.reference.get("usage/days"))
        return f"used on {whole(used):,} days in the last {span(case.spec.lookback_days)}{most}"
    return "no use on record" if days is None else f"not used for {span(days)}"


def _usage(name: str, case: Case) -> str:
    said = _said(name)
    mean, trend = (case.value(f"{USAGE_PREFIX}{name}/{part}") for part in ("mean", "trend"))
    value = case.value(case.lead)
    if value is None:
        return f"no use of {said} on record"
    part = case.lead.rpartition("/")[2]
    if part == "days_since":
        return f"no use of {said} for {span(value)}"
    if part == "change":
        return _recent(said, value)
    if part == "trend" and trend is not None:
        way = "down" if trend < 0 else "up"
        share = whole(100 * abs(trend) / mean) if mean is not None and mean > 0 else 100
        # A slope that would use up the mean within 90 days is no percentage that a reader could check.
        return f"use of {said} {way} by {share} % in 90 days" if 0 < share < 100 else f"use of {said} {way} sharply"
    most = compared(value, case.reference.get(case.lead))
    kind = "on average" if part == "mean" else f"in the last {span(case.spec.lookback_days)}"
    return f"use of {said} is {number(value)} {kind}{most}"


# Per cent by which use must have moved to be told as a movement.
_NOTICEABLE = 5


def _recent(said: str, change: float) -> str:
    """Use of the last 90 days beside the 90 before, from their difference over their sum."""
    if change <= -1:
        return f"no use of {said} in the last 90 days"
    if change >= 1:
        return f"use of {said} began in the last 90 days"
    times = (1 + change) / (1 - change)
    share = whole(100 * abs(times - 1))
    if share < _NOTICEABLE:
        return f"use of {said} hardly changed in the last 90 days"
    return f"use of {said} {'down' if times < 1 else 'up'} by {share} % against the 90 days before"


def _number(said: str, case: Case, name: str) -> str:
    value = case.value(name)
    return (
        f"{said} is not known"
        if value is None
        else f"{said} is {number(value)}{compared(value, case.reference.get(name))}"
    )


def _said(name: str) -> str:
    return name.replace("_", " ")


_PLAIN: dict[str, Callable[[Case], str]] = {
    SCORE: _score,
    SILENCE: _silence,
    COMMENT: _comment,
    UNMENTIONED: _unmentioned,
    TENURE: _tenure,
    RENEWAL: _renewal,
    PARENT: _parent,
    USAGE: _use,
}
_PREFIXED: dict[str, Callable[[str, Case], str]] = {
    THEME_PREFIX: _theme,
    ATTRIBUTE_PREFIX: _attribute,
    USAGE_PREFIX: _usage,
}
