"""Scores of business customers and whose voice they are, as tables of the report."""

import re

import pandas as pd

from nps_insights.report import words
from nps_insights.report.languages import say
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.rows.watch_words import sentence

_SCORES = {
    "nps": "Every answer counts once",
    "nps_account": "Every account counts once",
    "nps_revenue": "Every account counts by its value",
}
_FACTS = {
    "account_coverage": "Accounts that answered",
    "value_coverage": "Their share of the value",
    "effective_accounts": "As many equal accounts as",
    "largest_account": "Weight of the largest account",
    "swing": "If the largest account left",
    "role_mix": "Role",
    "without_account": "Answers that name no account",
    "without_value": "Answers of accounts without a value",
}
_SCORE_NAMES = {"nps": "answers", "nps_account": "accounts", "nps_revenue": "value"}
_SCORE = re.compile(r"\bnps(?:_account|_revenue)?\b")


def scores_table(scores: pd.DataFrame, estimates: pd.DataFrame) -> TextTable | None:
    """Return the scores of all time side by side, the one of all answers first.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> tables = report_tables({})
        >>> scores_table(tables["account_scores"], tables["estimates"]) is None
        True
    """
    own = scores[(scores["by"] == "") & scores["period_start"].isna() & scores["metric"].isin(list(_SCORES))]
    if own.empty:
        return None
    rows = own.set_index("metric")
    answers = estimates[(estimates["metric"] == "nps") & (estimates["by"] == "") & estimates["period_start"].isna()]
    if len(answers):
        rows = pd.concat([answers.set_index("metric").iloc[:1], rows[rows.index != "nps"]])
    lines = []
    for metric, name in _SCORES.items():
        if metric in rows.index:
            row = rows.loc[metric]
            figure = words.with_range(row["estimate"], row["conf_low"], row["conf_high"])
            reason = sentence(row["reason"])
            lines.append((say(name), figure, words.count(row["n"]), reason or "–"))
    heads = (say("How answers are counted"), say("NPS"), say("Answers"), say("Note"))
    return TextTable(say("Scores of business customers: none of them is the right one by itself"), heads, lines)


def mix_table(mix: pd.DataFrame) -> TextTable | None:
    """Return which accounts and which of their people speak, and how much hangs on the largest one.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> mix_table(report_tables({})["account_mix"]) is None
        True
    """
    if mix.empty:
        return None
    order = {name: place for place, name in enumerate(_FACTS)}
    ordered = mix.assign(place=mix["fact"].map(order).fillna(len(order))).sort_values(["place", "fact", "group"])
    lines = [(_fact(row), _fact_figure(row), _in_words(row["reason"])) for _, row in ordered.iterrows()]
    return TextTable(say("Whose voice the number is"), (say("Fact"), say("Figure"), say("In words")), lines)


def _in_words(reason: str) -> str:
    """The reason with scores called as a reader knows them."""
    return (
        _SCORE.sub(
            lambda found: say("the NPS by {score_names}", score_names=say(_SCORE_NAMES[found.group()])),
            sentence(reason),
        )
        or "–"
    )


def _fact(row: pd.Series) -> str:
    known = _FACTS.get(row["fact"])
    name = say(known) if known else words.clean(row["fact"], most=40).replace("_", " ")
    if not row["group"]:
        return name
    if row["fact"] == "role_mix":
        return words.colon(name, words.clean(row["group"], most=60))
    return say(
        "{name}, counting {what}",
        name=name,
        what=say(_SCORE_NAMES[row["group"]]) if row["group"] in _SCORE_NAMES else words.clean(row["group"], most=40),
    )


def _fact_figure(row: pd.Series) -> str:
    ends = [float(row[name]) for name in ("estimate", "conf_low", "conf_high")]
    if pd.isna(ends[0]):
        return words.UNKNOWN
    if row["fact"] == "effective_accounts":
        return words.count(round(ends[0]))
    if row["fact"] == "swing":
        figure = words.points(ends[0], signed=True, tenths=True)
        return figure if pd.isna(ends[1]) else words.with_range(*ends, signed=True, tenths=True)
    return words.percent(ends[0]) if pd.isna(ends[1]) else words.percent_with_range(*ends)
