"""Who is missing: the first screen's sentences on those whom the number does not hold."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.metrics import COMMENTED
from nps_insights.report import words
from nps_insights.report.chapters.who_was_asked import asked_in_all, silent_in_all
from nps_insights.report.facts import ReportFacts
from nps_insights.report.inputs import groups, overall_figure
from nps_insights.report.languages import say, say_count


def who_is_missing(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> list[str]:
    """Return what must be known of those who left no comment, did not answer, or were not counted.

    Args:
        tables: Tables as `report_tables` returns them.
        facts: Facts of the run.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> who_is_missing(report_tables({}), ReportFacts(title="T", source_name="s.csv"))
        ['How many people were asked and did not answer is not in the data.']
    """
    estimates, sentences = tables["estimates"], []
    rate = overall_figure(estimates, "comment_rate")
    if rate is not None and rate["estimate"] == 0:
        sentences.append(say("Nobody left a comment that says something: there are no themes, and no reasons."))
    elif rate is not None:
        silent = 1 - float(rate["estimate"])
        sentences.append(
            say(
                "{share} of those who answered left a comment that says something; themes speak for them "
                "alone. {silent} gave a score and no reason.",
                share=words.percent(rate["estimate"]),
                silent=words.percent(silent),
            )
        )
    sides = groups(estimates, COMMENTED).set_index("group")
    if {"commented", "silent"} <= set(sides.index):
        sentences.append(_sides(sides.loc["commented"], sides.loc["silent"]))
    sentences += _silent(tables, facts)
    unused = _unused(facts)
    if unused:
        sentences.append(say("{unused}. The reasons stand below.", unused=unused))
    return sentences


def _silent(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> list[str]:
    """How many were asked and did not answer, where it is known."""
    asked = asked_in_all(tables["nonresponse"])
    if not asked:
        unknown = say("How many people were asked and did not answer is not in the data.")
        return [] if facts.withheld else [unknown]
    accounts = silent_in_all(tables["silent_accounts"], currency=facts.currency)
    return [asked, *([accounts] if accounts else [])]


def _unused(facts: ReportFacts) -> str:
    set_aside, not_counted = facts.counts.get("quarantined", 0), facts.counts.get("filtered", 0)
    parts = []
    if set_aside:
        one, many = "{n} row could not be used and was set aside", "{n} rows could not be used and were set aside"
        parts.append(say_count(set_aside, one, many, n=words.count(set_aside)))
    if not_counted:
        noun = words.count(not_counted) if set_aside else words.plural(not_counted, "row")
        parts.append(say_count(not_counted, "{rows} was not counted", "{rows} were not counted", rows=noun))
    if repeated := facts.counts.get("duplicate", 0):
        noun = words.count(repeated) if parts else words.plural(repeated, "row")
        parts.append(say_count(repeated, "{rows} repeats another", "{rows} repeat others", rows=noun))
    return words.apart(parts)


def _sides(commented: pd.Series, silent: pd.Series) -> str:
    if commented["too_small"] or silent["too_small"]:
        return say("Too few answers to compare those who commented with the silent.")
    shown = [words.with_range(row["estimate"], row["conf_low"], row["conf_high"]) for row in (commented, silent)]
    apart = commented["conf_low"] > silent["conf_high"] or commented["conf_high"] < silent["conf_low"]
    if not apart:
        word = say("Whether the two differ is too close to call.")
    else:
        happier = commented["estimate"] > silent["estimate"]
        word = (
            say("Those who commented are happier than the rest.")
            if happier
            else say("Those who commented are unhappier than the rest.")
        )
    return say(
        "The number is {commented} among those who commented and {silent} among the silent. {word}",
        commented=shown[0],
        silent=shown[1],
        word=word,
    )
