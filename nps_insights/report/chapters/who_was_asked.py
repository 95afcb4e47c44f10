"""Chapter: who was asked and who answered, whether asking itself bends the number, and whose voice it is."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapters.groups_over_time import column_name, group_name
from nps_insights.report.languages import say, say_count
from nps_insights.report.page.blocks import RowKey, TextTable
from nps_insights.report.page.charts import ACCENT, NEUTRAL, Chart, Mark, described, range_chart
from nps_insights.report.rows.account_rows import mix_table, scores_table
from nps_insights.report.rows.invitation_rows import audit_note, audit_table
from nps_insights.report.rows.watch_words import amount, sentence, short_day, where_more

MOST_NAMED = 10


@dataclass(frozen=True)
class WhoWasAsked:
    """Response rates and bounds, silent accounts, the audit of invitations, scores of accounts, and agents."""

    lead: str = ""
    rates: TextTable | None = None
    silent: TextTable | None = None
    silent_note: str = ""
    silent_more: str = ""
    audit: TextTable | None = None
    audit_note: str = ""
    scores: TextTable | None = None
    mix: TextTable | None = None
    agents_chart: Chart | None = None
    agents: TextTable | None = None
    agents_note: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of who was asked and whose voice it is."""
        return not (self.rates or self.silent or self.audit or self.scores or self.mix or self.agents)


def who_was_asked(tables: Mapping[str, pd.DataFrame], *, currency: str = "") -> WhoWasAsked:
    """Return the chapter; without its tables it is empty and does not appear.

    Args:
        tables: Tables as `report_tables` returns them.
        currency: What amounts are in, as it was given.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> who_was_asked(report_tables({})).is_empty
        True
    """
    agents = tables["agents"]
    chart, table = _agents(agents) if len(agents) else (None, None)
    silent = tables["silent_accounts"]
    audit = tables["invitation_audit"]
    return WhoWasAsked(
        lead=asked_in_all(tables["nonresponse"]),
        rates=_rates(tables["nonresponse"]),
        silent=_silent(silent, currency) if len(silent) else None,
        silent_note=silent_in_all(silent, currency=currency),
        silent_more=where_more("silent_accounts") if len(silent) else "",
        audit=audit_table(audit),
        audit_note=audit_note(audit),
        scores=scores_table(tables["account_scores"], tables["estimates"]),
        mix=mix_table(tables["account_mix"]),
        agents_chart=chart,
        agents=table,
        agents_note=_agents_note(agents),
    )


def asked_in_all(rates: pd.DataFrame) -> str:
    """Say how many of those who were asked answered, and how far the silent could carry the number.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> asked_in_all(report_tables({})["nonresponse"])
        ''
    """
    rows = _whole(rates)
    if rows.empty:
        return ""
    row = rows.iloc[0]
    share = words.percent_with_range(row["estimate"], row["conf_low"], row["conf_high"])
    said = say(
        "Of {invitations} {share} were answered.", invitations=words.plural(row["n_invited"], "invitation"), share=share
    )
    if pd.isna(row["bound_low"]):
        return said
    low, high = words.points(row["bound_low"]), words.points(row["bound_high"])
    return say(
        "{said} What the others would have said nobody knows: were they all detractors the number of "
        "everybody asked would be {low}, were they all promoters {high}.",
        said=said,
        low=low,
        high=high,
    )


def silent_in_all(silent: pd.DataFrame, *, currency: str = "") -> str:
    """Say how many accounts were asked and stayed silent, and what they are worth.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> silent_in_all(report_tables({})["silent_accounts"])
        ''
    """
    if silent.empty:
        return ""
    known = silent["value"].dropna()
    worth = say(", worth {value} together", value=amount(float(known.sum()), currency=currency)) if len(known) else ""
    return say_count(
        len(silent),
        "{n} account was asked and has not answered{worth}.",
        "{n} accounts were asked and have not answered{worth}.",
        n=words.count(len(silent)),
        worth=worth,
    )


def _whole(rates: pd.DataFrame) -> pd.DataFrame:
    own = rates[(rates["by"] == "") & rates["estimate"].notna()]
    return own.sort_values("period_start", ascending=False, na_position="first")


def _rates(rates: pd.DataFrame) -> TextTable | None:
    # Every group in every period would be a table that nobody reads; it stands in the run folder.
    rows = rates[rates["estimate"].notna() & ((rates["by"] == "") | rates["period_start"].isna())]
    if rows.empty:
        return None
    ordered = rows.assign(of_group=rows["by"] != "").sort_values(
        ["of_group", "by", "group", "period_start"], na_position="first"
    )
    lines = [
        (
            _asked(row),
            words.count(row["n_invited"]),
            words.percent_with_range(row["estimate"], row["conf_low"], row["conf_high"]),
            say("too few to judge") if row["too_small"] or pd.isna(row["nps"]) else words.points(row["nps"]),
            "–"
            if pd.isna(row["bound_low"])
            else say(
                "{low} to {high}",
                low=words.points(row["bound_low"]),
                high=words.points(row["bound_high"]),
            ),
        )
        for _, row in ordered.iterrows()
    ]
    heads = (say("Who"), say("Invitations"), say("Answered"), say("NPS of those"), say("NPS of all asked lies in"))
    keys = [_key(row) for _, row in ordered.iterrows()]
    return TextTable(say("Who answered, and how far the silent could carry the number"), heads, lines, keys)


def _key(row: pd.Series) -> RowKey:
    when = "" if pd.isna(row["period_start"]) else words.period(row["period_start"], row["period_end"])
    return RowKey(column_name(row["by"]), group_name(row["group"]), when) if row["by"] else RowKey(period=when)


def _asked(row: pd.Series) -> str:
    name = (
        words.colon(words.clean(row["by"], most=40), words.clean(row["group"], most=60))
        if row["by"]
        else say("Everybody")
    )
    when = "" if pd.isna(row["period_start"]) else f", {words.period(row['period_start'], row['period_end'])}"
    return name + when


def _silent(silent: pd.DataFrame, currency: str) -> TextTable:
    rows = silent.sort_values(["rank", "account_id"]).head(MOST_NAMED)
    lines = [
        (
            _account(row),
            "–" if pd.isna(row["value"]) else amount(float(row["value"]), currency=currency),
            words.count(row["n_invited"]),
            short_day(row["last_sent_at"]),
            words.clean(row["owner"], most=40, nothing="–"),
        )
        for _, row in rows.iterrows()
    ]
    heads = (say("Account"), say("Value"), say("Invitations"), say("Asked last"), say("Whose"))
    return TextTable(say("Asked and silent, the most valuable first"), heads, lines)


def _account(row: pd.Series) -> str:
    name, ident = words.clean(row["account_name"], most=60, nothing=""), words.clean(row["account_id"], most=60)
    return f"{name} ({ident})" if name else ident


def _agents(agents: pd.DataFrame) -> tuple[Chart | None, TextTable]:
    """Those who differ first, then by name: nobody is ranked."""
    differs, judged = agents["differs"].astype(bool), agents["estimate"].notna()
    keys = agents.assign(unknown=~judged, alike=~differs).sort_values(["unknown", "alike", "agent_id"])
    lines = [
        (
            words.clean(row["agent_id"], most=60),
            words.with_range(row["estimate"], row["conf_low"], row["conf_high"]) if pd.notna(row["estimate"]) else "–",
            words.count(row["n"]),
            _agent_word(row),
        )
        for _, row in keys.iterrows()
    ]
    shown = keys[keys["estimate"].notna()].head(MOST_NAMED)
    heads = (say("Agent"), say("NPS, like for like"), say("Answers"), say("In words"))
    return _agents_chart(shown), TextTable(say("Agents; those who differ first, then by name"), heads, lines)


def _agent_word(row: pd.Series) -> str:
    if pd.isna(row["estimate"]):
        return sentence(row["reason"]) or say("too few to judge")
    return say("differs from the others") if row["differs"] else say("too close to call")


def _agents_chart(rows: pd.DataFrame) -> Chart | None:
    if len(rows) < 2:
        return None
    marks = []
    for _, row in rows.iterrows():
        name = words.clean(row["agent_id"], most=60)
        estimate, low, high = (float(row[end]) for end in ("estimate", "conf_low", "conf_high"))
        colour = ACCENT if row["differs"] else NEUTRAL
        marks.append(Mark(name, estimate, low, high, colour, words.colon(name, words.with_range(estimate, low, high))))
    mean = float(rows["estimate"].mean())
    what = say("NPS of agents, like for like, with likely ranges")
    return range_chart("chart-agents", described(what, marks, signed=False), marks, axis=say("NPS"), reference=mean)


def _agents_note(agents: pd.DataFrame) -> str:
    if agents.empty:
        return ""
    judged, n_differ = int(agents["estimate"].notna().sum()), int(agents["differs"].astype(bool).sum())
    if not judged:
        return say("None of {agents} can be judged yet; the table says why.", agents=words.plural(len(agents), "agent"))
    differ = (
        say("none differs")
        if n_differ == 0
        else (
            say("{n_differ} differs", n_differ=words.count(n_differ))
            if n_differ == 1
            else say("{n_differ} differ", n_differ=words.count(n_differ))
        )
    )
    return say(
        "{judged} of {agents} can be held against each other; of these {differ} from the others "
        "beyond chance. Figures are drawn towards all agents as far as chance explains their "
        "distance, and are like for like in what the agents were given. They are no ranking.",
        judged=words.count(judged),
        agents=words.plural(len(agents), "agent"),
        differ=differ,
    )
