"""Appendix: how each figure was computed, in plain words, and how to repeat the run."""

from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapters.methods_watched import watched_methods
from nps_insights.report.chapters.not_judged import to_be_surer
from nps_insights.report.facts import ReportFacts
from nps_insights.report.inputs import top_themes
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.rows.driver_rows import CLEAR_Q, Driver, drivers_of


@dataclass(frozen=True)
class MethodsChapter:
    """How the figures came about."""

    paragraphs: list[tuple[str, str]]
    run: TextTable
    settings: TextTable | None


def methods_chapter(tables: dict[str, pd.DataFrame], facts: ReportFacts) -> MethodsChapter:
    """Return the appendix.

    Args:
        tables: Tables as `report_tables` returns them.
        facts: Facts of the run.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> chapter = methods_chapter(report_tables({}), ReportFacts(title="T", source_name="s.csv"))
        >>> chapter.paragraphs[0][0]
        'The number'
    """
    without = frozenset(top_themes(tables["themes"]))
    found = drivers_of(tables["effects"], "theme", without=without)
    codes = drivers_of(tables["effects"], "code")
    n_model = max((driver.n for driver in found + codes), default=0)
    adjusted = _adjusted_for(drivers_of(tables["effects"], "attribute"), facts)
    return MethodsChapter(
        paragraphs=[
            *_number(facts),
            *_themes(facts),
            *_drivers(n_model, adjusted),
            *_further(tables),
            *watched_methods(tables),
            *_surer(tables, facts),
        ],
        run=TextTable("This run", ("What", "Value"), _run(facts)),
        settings=_settings(facts),
    )


def _surer(tables: dict[str, pd.DataFrame], facts: ReportFacts) -> list[tuple[str, str]]:
    # What an edition leaves out may have been judged all the same.
    ways = "" if facts.withheld else to_be_surer(tables)
    return [("To be surer", ways)] if ways else []


def _number(facts: ReportFacts) -> list[tuple[str, str]]:
    in_hundred = round(100 * facts.confidence_level)
    return [
        (
            "The number",
            f"The question and its scale: {words.clean(facts.scale, most=2000).rstrip('.')}. Whoever is neither a "
            "detractor nor a promoter is a passive. The Net Promoter Score (NPS) is the percentage of promoters minus "
            "the percentage of detractors; it runs from −100 to 100 points.",
        ),
        (
            "Likely ranges",
            f"Every range is a {in_hundred} % confidence interval: computed this way, it holds the true figure in "
            f"about {in_hundred} of 100 surveys. For the NPS it is the score interval for a difference of two shares "
            "(Tango; May and Johnson). Several answers of one account count as fewer than that many people’s. "
            f"Groups and themes with fewer than {facts.min_group_size} answers show no NPS.",
        ),
        (
            "Changes",
            "A change is called real where its likely range leaves zero out: the difference of two NPS, each with "
            "three answers added so that small periods do not boast: three quarters of an answer to detractors and to "
            "promoters each, one and a half to passives (adjusted Wald; Rocks 2016). The more changes one looks at, "
            "the more will look real by luck.",
        ),
    ]


def _themes(facts: ReportFacts) -> list[tuple[str, str]]:
    if not facts.encoder:
        return []
    return [
        (
            "Themes",
            "Comments were cut into clauses and sentences, each was turned into numbers by the language model "
            f"{words.quoted(words.clean(facts.encoder))}, and what lies close together became a theme; its name is "
            "made of people’s own words. One comment may speak of several themes. A clause that is near to no theme "
            "belongs to none.",
        ),
        (
            "How often, then and now",
            "A theme’s share is of the answers whose comment was read in that period, with a score interval (Wilson). "
            "The last finished period is held against up to four before it, by a two-sample score test; of the themes "
            "that are said to emerge or to fade, at most about one in ten does so by luck (Benjamini and Hochberg). "
            "A possible new theme is a group of remarks near to no theme that resemble each other as much as those of "
            "a loose theme do, said by ten people or more.",
        ),
    ]


def _adjusted_for(attributes: list[Driver], facts: ReportFacts) -> str:
    """What the themes share their model with: attributes that are drivers themselves, and columns that are not."""
    known = sorted({driver.label.removesuffix(f": {driver.level}") for driver in attributes})
    named = [words.listed([words.clean(name, most=40) for name in names]) for names in (known, facts.controls)]
    parts = [f"for what is known of each customer ({named[0]})"] if known else []
    parts += [f"for {named[1]}"] if facts.controls else []
    if not parts:
        return "adjusted for each other and for no other column"
    return f"adjusted for each other, {', and '.join(parts) if len(parts) > 1 else f'and {parts[0]}'}"


def _drivers(n_model: int, adjusted: str) -> list[tuple[str, str]]:
    if not n_model:
        return []
    return [
        (
            "What moves the number",
            f"All themes stand in one model together, {adjusted}. It was fitted on {words.plural(n_model, 'answer')} "
            "with a comment that says something: one linear model of being a promoter, one of being a detractor. A "
            "theme’s total is the NPS as it is minus the NPS the model gives if nobody had mentioned the theme; that "
            "of several themes together is the same for all of them at once. Points per mention is the same for one "
            "answer that mentions it. The promoters’ and the detractors’ side add up to the total. Who writes more "
            "mentions more of everything, and unhappy people write more; so themes are compared among comments of like "
            "length. Silence is not taken for contentment: answers without a comment are not in the "
            "model.",
        ),
        (
            "Told from zero",
            f"A theme is listed only where two checks agree: its likely range leaves zero out, and it passes Benjamini "
            f"and Hochberg’s rule at {CLEAR_Q:.0%}, so that at most about one listed theme in {round(1 / CLEAR_Q)} is "
            "there by luck. Themes were found in the same answers that the effects were estimated on, which makes "
            "the ranges a little too narrow. A range tells how far chance may carry the figure, not how well a theme "
            "was recognised: mentions that were missed count as not mentioned, so the points of a theme that was found "
            "in the words tend to be too small rather than too large.",
        ),
        (
            "Words about cause",
            "A figure says what goes together with the number once everything else in the model is held fixed. "
            "Something that is not in the model may stand behind both. Only a trial can prove a cause.",
        ),
    ]


def _further(tables: dict[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """What stands behind the chapters that a run may or may not have."""
    said = {
        "change_parts": (
            "Why it moved",
            "The change is taken apart by one model of both sides: who answered, how often each theme is mentioned, "
            "what a mention goes with, and what is left. The parts add up to the change exactly. Answers without a "
            "comment have parts of their own.",
        ),
        "scenarios": (
            "What if",
            "The number among those with a comment, less the removed part of the themes’ points, from the same model; "
            "its range holds the uncertainty of both and of how they hang together.",
        ),
        "movement": (
            "Who moved",
            "From each answer of a customer to the next. The corrected table takes out the moves that answers which "
            "do not quite repeat themselves would show without any change; what goes with moving compares customers "
            "of the same category before.",
        ),
        "group_effects": (
            "Where it differs",
            "Each group has a model of its own. A difference between groups is listed where it passes Benjamini and "
            f"Hochberg’s rule at {CLEAR_Q:.0%}.",
        ),
    }
    return [paragraph for name, paragraph in said.items() if len(tables[name])]


def _run(facts: ReportFacts) -> list[tuple[str, str]]:
    others = {name: version for name, version in facts.versions.items() if name != "nps-insights"}
    return [
        ("Read from", words.clean(facts.source_name)),
        ("As of", words.day(facts.as_of) if facts.as_of else "no dates in the data"),
        ("Run", words.clean(facts.run_id, nothing="not logged")),
        ("nps-insights", words.clean(facts.version, nothing="not stated")),
        *((words.clean(name), words.clean(version)) for name, version in sorted(others.items())),
        ("To repeat it", words.clean(facts.command, most=2000, nothing="with the settings below and the same file")),
    ]


def _settings(facts: ReportFacts) -> TextTable | None:
    rows = [(words.clean(name), words.clean(value, most=300)) for name, value in sorted(facts.settings.items())]
    return TextTable("Settings", ("Setting", "Value"), rows) if rows else None
