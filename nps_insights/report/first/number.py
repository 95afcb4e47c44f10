"""The first screen's number: the last finished period's, its likely range, what it rests on, and the way it came."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.facts import ReportFacts
from nps_insights.report.first.watched_headline import USUAL, headline_title, named_basis, named_score
from nps_insights.report.inputs import overall_figure, periods
from nps_insights.report.languages import say
from nps_insights.report.rows.change_rows import adding_up_to

_CATEGORIES = {"detractor": "detractors", "passive": "passives", "promoter": "promoters"}
_SURVEYS = {
    "relational": "relationship survey",
    "transactional": "survey after an event",
    "pooled": "relationship and event surveys together",
}


@dataclass(frozen=True)
class Headline:
    """The number: what it is, its likely range, and what it is made of.

    Attributes:
        number: The NPS; a dash where there is none.
        likely: Its range.
        basis: What it rests on, as a sentence.
        shares: Category, share, and where its bar begins and how wide it is, both in percent of a bar.
        title: How the number is called.
        line: Period, kind of survey, number, range and answers in one line.
    """

    number: str
    likely: str
    basis: str
    shares: tuple[tuple[str, str, float, float], ...] = ()
    title: str = headline_title(USUAL)
    line: str = ""


def headline_of(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> Headline:
    """Return the number of the last finished period, or of all answers where they were not split by time.

    Args:
        tables: Tables as `report_tables` returns them.
        facts: Facts of the run; `headline` names the score.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> headline_of(report_tables({}), ReportFacts(title="T", source_name="s.csv")).number
        '–'
    """
    whole = overall_figure(tables["estimates"], USUAL)
    named = named_score(tables, facts.headline)
    # A named score that nobody followed over time is told as it is over all of it.
    row = _last(watched_periods(tables, facts)) if named is None or len(_series(tables, facts)) else named
    row = row if row is not None else named if named is not None else whole
    if row is None:
        nothing = (
            say("This edition shows no figure of fewer than ten answers.")
            if facts.withheld
            else say("There are no answers from which a number could be computed.")
        )
        return Headline("–", "", nothing, title=headline_title(USUAL))
    number, likely = words.points(row["estimate"]), words.likely(row["conf_low"], row["conf_high"])
    return Headline(
        number,
        likely,
        _basis(row, named, whole, tables["estimates"], facts),
        _shares(tables["estimates"], row) if named is None else (),
        headline_title(USUAL if named is None else facts.headline),
        _line(row, f"NPS {number} ({likely})", tables, facts),
    )


def watched_periods(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> pd.DataFrame:
    """Return the periods of the number at the top, in order of time: finished ones with enough answers.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> len(watched_periods(report_tables({}), ReportFacts(title="T", source_name="s.csv")))
        0
    """
    own = _series(tables, facts)
    rows = periods(own.assign(metric=USUAL) if _is_named_drawn(tables, facts) else tables["estimates"])
    return rows[~rows["too_small"] & rows["estimate"].notna() & rows["finished"].fillna(True).astype(bool)]


def drawn_score(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> str:
    """Return how the score of `watched_periods` is called where it is not the usual one; empty where it is.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> drawn_score(report_tables({}), ReportFacts(title="T", source_name="s.csv", headline="nps_revenue"))
        ''
    """
    return headline_title(facts.headline) if _is_named_drawn(tables, facts) else ""


def _is_named_drawn(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> bool:
    return named_score(tables, facts.headline) is not None and len(_series(tables, facts)) > 0


def way_of(rows: pd.DataFrame) -> tuple[tuple[str, str], list[tuple[float, float]]]:
    """Return the ends of a number's way in words, and the way as points of a 0..100 by 0..100 drawing.

    Args:
        rows: Periods as `watched_periods` returns them.

    Example:
        >>> days = pd.to_datetime(["2026-01-01", "2026-03-31", "2026-04-01", "2026-06-30"])
        >>> way_of(pd.DataFrame({"period_start": days[::2], "period_end": days[1::2], "estimate": [20.0, 30.0]}))
        (('Q1 2026: 20', 'Q2 2026: 30'), [(0.0, 90.0), (100.0, 10.0)])
    """
    if len(rows) < 2:
        return ("", ""), []
    low, high = float(rows["estimate"].min()), float(rows["estimate"].max())
    span = max(high - low, 10.0)
    line = [
        (round(100 * at / (len(rows) - 1), 2), round(50 - 80 * (float(value) - (low + high) / 2) / span, 2))
        for at, value in enumerate(rows["estimate"])
    ]
    first, last = (words.colon(_period(row), words.points(row["estimate"])) for _, row in rows.iloc[[0, -1]].iterrows())
    return (first, last), line


def span_of(estimates: pd.DataFrame) -> str:
    """Name the time from the first period to the last: "Q3 2024 to Q2 2026"; empty where there is no time.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> span_of(report_tables({})["estimates"])
        ''
    """
    rows = periods(estimates)
    if rows.empty:
        return ""
    first, last = (_period(row) for _, row in rows.iloc[[0, -1]].iterrows())
    return words.from_to(first, last)


def category_names() -> dict[str, str]:
    """Return what the people of each category are called, below the bar of their shares.

    Example:
        >>> category_names()["passive"]
        'passives'
    """
    return {name: say(called) for name, called in _CATEGORIES.items()}


def _series(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> pd.DataFrame:
    series = tables["series"]
    return series[(series["metric"] == facts.headline) & (series["by"] == "") & series["estimate"].notna()]


def _last(rows: pd.DataFrame) -> pd.Series | None:
    return rows.iloc[-1] if len(rows) else None


def _period(row: pd.Series) -> str:
    return words.period(row["period_start"], row["period_end"])


def _is_period(row: pd.Series) -> bool:
    return "period_start" in row.index and pd.notna(row["period_start"])


def _basis(
    row: pd.Series, named: pd.Series | None, whole: pd.Series | None, estimates: pd.DataFrame, facts: ReportFacts
) -> str:
    """What the number rests on, and what it is over all time."""
    few = (
        say(" That is few: read everything on this page as a first hint.")
        if row["n"] < 4 * facts.min_group_size
        else ""
    )
    span = span_of(estimates)
    if not _is_period(row):
        one = len(periods(estimates)) == 1
        over = "" if not span else say(" in {span}", span=span) if one else f", {span}"
        return (
            named_basis(row, whole)
            if named is not None
            else say("from {answers}{over}.{few}", answers=words.plural(row["n"], "answer"), over=over, few=few)
        )
    said = say(
        "from {answers} in {period}.{few}", answers=words.plural(row["n"], "answer"), period=_period(row), few=few
    )
    if named is not None:
        figure = words.with_range(named["estimate"], named["conf_low"], named["conf_high"])
        return say(
            "{said} Over all periods it is {figure}. {named_basis}",
            said=said,
            figure=figure,
            named_basis=named_basis(named, whole),
        )
    if whole is None or int(whole["n"]) == int(row["n"]):
        return said
    figure = words.with_range(whole["estimate"], whole["conf_low"], whole["conf_high"])
    return say(
        "{said} All {answers}, {span}, together: {figure}.",
        said=said,
        answers=words.plural(whole["n"], "answer"),
        span=span,
        figure=figure,
    )


def _shares(estimates: pd.DataFrame, of: pd.Series) -> tuple[tuple[str, str, float, float], ...]:
    """Categories of the same period as bars; none where one of them is not known for it."""
    own = estimates[(estimates["by"] == "") & estimates["estimate"].notna()]
    moment = own["period_start"] == of["period_start"] if _is_period(of) else own["period_start"].isna()
    rows = own[moment].drop_duplicates("metric").set_index("metric")["estimate"]
    if not set(_CATEGORIES) <= set(rows.index):
        return ()
    shares, start = [], 0.0
    widths = [float(rows[name]) for name in _CATEGORIES]
    # In whole percent that add up to a hundred.
    shown = adding_up_to([100 * width for width in widths], 100.0)
    for name, width, percent in zip(_CATEGORIES, widths, shown, strict=True):
        shares.append(
            (name, words.percent(percent / 100 if percent else width), round(100 * start, 2), round(100 * width, 2))
        )
        start += width
    return tuple(shares)


def _line(row: pd.Series, figure: str, tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> str:
    when = _period(row) if _is_period(row) else span_of(tables["estimates"])
    asked = _asked(row, tables["nonresponse"])
    answers = words.plural(row["n"], "answer") + (say(", {asked} of those asked", asked=asked) if asked else "")
    return " · ".join(part for part in (when, say(_SURVEYS.get(facts.survey, "")), figure, answers) if part)


def _asked(row: pd.Series, rates: pd.DataFrame) -> str:
    """Share of the invitations of the same time that were answered; empty where it is not known for that time."""
    own = rates[(rates["by"] == "") & rates["estimate"].notna()]
    moment = own["period_start"] == row["period_start"] if _is_period(row) else own["period_start"].isna()
    return words.percent(float(own.loc[moment, "estimate"].iloc[0])) if moment.any() else ""
