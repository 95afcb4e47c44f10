"""The board's tables: no individual, no small group, and nothing from which one could be computed.

Only what is named here is shown; a table that is added later is not, until somebody decides on it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import pandas as pd

from nps_insights.metrics import COMMENTED, THEME_SHARE
from nps_insights.report.editions.nested_periods import Span, spans_of
from nps_insights.report.editions.small_groups import SMALLEST, Hidden, hidden_groups
from nps_insights.report.facts import ReportFacts
from nps_insights.report.languages import say
from nps_insights.report.rows.change_rows import period_days
from nps_insights.report.rows.watch_rows import in_brief

_THEME = "theme"
_CHANGE = ["by", "before", "after"]
_FACTS = ("account_coverage", "value_coverage", "effective_accounts")
AS_THEY_ARE = ("period_events",)
# Labels of themes tell no figure of a group, though a group may be called like one.
_TEXTS = ("reason", "before", "after", "realistic_because")
_Rule = Callable[[pd.DataFrame, Mapping[str, pd.DataFrame], Hidden], pd.DataFrame]


def board_tables(tables: Mapping[str, pd.DataFrame], person_columns: Collection[str] = ()) -> dict[str, pd.DataFrame]:
    """Return the tables that a board may see; all others are empty.

    Args:
        tables: Tables as `report_tables` returns them.
        person_columns: Columns of the files that were read as fields that name somebody, see `persons.py`.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> len(board_tables(report_tables({}))["actions"])
        0
    """
    hidden = hidden_groups(tables, person_columns)
    found = {name: frame.head(0) for name, frame in tables.items()}
    for name in AS_THEY_ARE:
        found[name] = tables[name]
    for name, rule in RULES.items():
        found[name] = silenced(rule(tables[name], tables, hidden), hidden).reset_index(drop=True)
    return found


def board_facts(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> ReportFacts:
    """Return the facts that a board may see: no notes, no settings, no command, and no small group by its name.

    Args:
        tables: Tables as `report_tables` returns them, before any rule.
        facts: Facts of the run.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> told = ReportFacts(title="T", source_name="s.csv", command="nps-insights report secret.csv")
        >>> board_facts(report_tables({}), told).command
        ''
    """
    hidden = hidden_groups(tables, facts.person_columns)
    told = set(_comparability(tables["comparability"], tables, hidden)["before_start"].map("{:%Y-%m-%d}".format))
    comparable = {
        since: _in_short(said) if hidden.tells_of(said) else said
        for since, said in facts.comparable.items()
        if since in told or (tables["comparability"].empty and not hidden.periods)
    }
    return replace(
        facts,
        notes=(),
        settings={},
        command="",
        refused_columns={},
        versions={},
        comparable=comparable,
        controls=(),
        person_columns=(),
        left_out_groups=_large_ones_hidden(tables["estimates"], hidden),
        left_out_periods=len(hidden.periods),
        withheld=True,
    )


def _in_short(verdict: str) -> str:
    """The verdict without what it rests on, but with its condition: "Yes, after adjusting." is no plain yes."""
    said, condition, _ = verdict.partition(" for ")
    return f"{said if condition else verdict.partition(',')[0].partition(':')[0].rstrip('.')}."


def _large_ones_hidden(estimates: pd.DataFrame, hidden: Hidden) -> dict[str, int]:
    """How many groups of each column are hidden for the sake of smaller ones, or of one account."""
    whole = estimates[(estimates["metric"] == "nps") & estimates["period_start"].isna() & (estimates["n"] >= SMALLEST)]
    kept_back = [
        (by, group) for by, group in zip(whole["by"], whole["group"], strict=True) if (by, group) in hidden.ever
    ]
    return dict(Counter(by for by, group in kept_back if by not in hidden.persons and (by, group) not in hidden.alone))


def _estimates(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    shares = rows[rows["metric"] == THEME_SHARE]
    # A theme is the group of those who mention it: in no period may it be small, or it is not shown over time.
    small = set(shares.loc[shares["estimate"] * shares["n"] < SMALLEST, "group"])
    shares = hidden.shown(shares[~shares["group"].isin(small | small_themes(tables))], "period")
    return pd.concat([hidden.shown(rows[rows["metric"] != THEME_SHARE], "period"), shares]).sort_index()


def _changes(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    of_themes = rows["metric"] == THEME_SHARE
    before, after = rows["before_estimate"] * rows["n_before"], rows["after_estimate"] * rows["n"]
    large = (before >= SMALLEST) & (after >= SMALLEST) & ~rows["group"].isin(small_themes(tables))
    kept = pd.concat([of_many(rows[~of_themes]), rows[of_themes & large]]).sort_index()
    return hidden.shown(kept, "before", "after")


def _watched(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """Alerts, their traces and lasting changes: those of themes as their changes, those of groups as groups."""
    sides = [side for side in ("before", "after", "at") if {side, f"{side}_start"} & set(rows.columns)]
    kept = of_many(hidden.shown(rows, *sides))
    return kept[~((kept["by"] == "theme_id") & kept["group"].isin(small_themes(tables)))]


def _alerts(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    kept = _watched(rows, tables, hidden)
    brief = [
        f"{in_brief(row)}." if hidden.tells_of(row["reason"]) else row["reason"] for row in kept.to_dict("records")
    ]
    return kept.assign(reason=pd.Series(brief, index=kept.index, dtype="str"))


def _traces(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """A change taken apart by a column with a hidden group would let it be computed: the whole column is left out."""
    kept = _watched(rows, tables, hidden)
    # How many answers a group of any other column holds is not known.
    told = {_THEME, *tables["estimates"]["by"]} - {column for column, _ in hidden.by_period} - hidden.persons
    small = (kept["dimension"] == _THEME) & kept["part_group"].isin(small_themes(tables))
    return kept[kept["dimension"].isin(told) & ~small]


def _themes(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    # How many of a theme's people are detractors is not known, so no quote of one of them is shown.
    return rows[~rows["theme_id"].isin(small_themes(tables))].assign(example_negative=None)


def _effects(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    # Those without it are a group, too: they and those with it add up to all who commented.
    fewest = rows[["n_present"]].assign(absent=rows["n"] - rows["n_present"]).min(axis=1)
    told = ~rows["theme_id"].isin(small_themes(tables))
    return rows[rows["kind"].isin([_THEME, "code"]) & told & (fewest >= SMALLEST)]


def _checks(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """What only says again how people feel must stay out of the causes; nothing else of the checks is shown."""
    many = set(_effects(tables["effects"], tables, hidden)["driver_id"])
    return rows[(rows["check"] == "sentiment_only") & rows["driver_id"].isin(many)]


def _parts(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """The parts of changes between periods; how many mention a theme is not told where they are few."""
    kept = rows[~rows["by"].isin((set(tables["estimates"]["by"]) | hidden.persons) - {""})]
    whole = kept[kept["part"] == "total"].set_index(_CHANGE)[["n_before", "n"]]
    few = set(whole.index[whole.min(axis=1) < SMALLEST])
    changes = list(kept[_CHANGE].itertuples(index=False, name=None))
    shown = [own not in few and all(_allowed(side, hidden) for side in own[1:]) for own in changes]
    kept = kept[pd.Series(shown, index=kept.index, dtype=bool)]
    silent = kept[kept["part"] == "silent"].set_index(_CHANGE)[["n_before", "n"]]
    commented = whole.sub(silent.reindex(whole.index).fillna(0)).reindex(pd.MultiIndex.from_frame(kept[_CHANGE]))
    mentions = [(kept["share_before"], commented["n_before"]), (kept["share_after"], commented["n"])]
    rare = pd.concat([share * n.to_numpy() < SMALLEST for share, n in mentions], axis=1).any(axis=1)
    small = kept["driver_id"].isin([f"theme/{one}" for one in small_themes(tables)])
    shares = {name: kept[name].mask(rare) for name in ("share_before", "share_after")}
    return kept.assign(**shares, label=kept["label"].mask(small, say("a theme of few")))


def _allowed(side: str, hidden: Hidden) -> bool:
    """Whether a side of a change, named as a period or a group, may be told."""
    days = period_days(side)
    return days is None or hidden.allows((pd.Timestamp(days[0]), pd.Timestamp(days[1])))


def _scenarios(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """What if fewer mentioned a theme: told of themes that are told."""
    told = set(_effects(tables["effects"], tables, hidden)["driver_id"])
    of_told = [all(one in told for one in str(ids).split("; ") if one) for ids in rows["driver_ids"]]
    return of_many(rows[pd.Series(of_told, index=rows.index, dtype=bool)])


def _targets(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """Targets whose first and last figure are of periods that are shown."""
    told = hidden.shown(rows, "baseline_at") if len(rows) else rows
    path = _measured(tables["target_path"])
    last = path.sort_values("period_start").drop_duplicates("name", keep="last")
    shown = {name for name, span in zip(last["name"], spans_of(last, "period"), strict=True) if _is_shown(span, hidden)}
    of_shown = told["name"].isin(shown) | (not hidden.periods)
    return told[of_shown & (told["n"].isna() | (told["n"] >= SMALLEST))]


def _paths(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    kept = rows[rows["name"].isin(_targets(tables["targets"], tables, hidden)["name"])]
    measured = _measured(kept)
    spans = spans_of(measured, "period")
    untold = [at for at, span in zip(measured.index, spans, strict=True) if not _is_shown(span, hidden)]
    return kept.drop(untold)


def _is_shown(span: Span, hidden: Hidden) -> bool:
    return hidden.allows(span, alone=False)


def _measured(paths: pd.DataFrame) -> pd.DataFrame:
    return paths[paths["kind"] == "measured"]


def _restatements(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """A figure before and after a few late answers tells those answers."""
    few = [(rows[name] > 0) & (rows[name] < SMALLEST) for name in ("n_late", "n_changed")]
    return hidden.shown(rows[~(few[0] | few[1]) & (rows["by"] != "theme_id")], "period")


def _money(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """Categories add up to all customers: one of few would be told by the others."""
    return rows if (rows["n"] >= SMALLEST).all() else rows.head(0)


def _by_group(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    return of_many(hidden.shown(rows, "period"))


def _lists(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    kept = rows[rows["n"] >= SMALLEST]
    return kept.assign(n_suppressed=kept["n_suppressed"].where(kept["n_suppressed"] >= SMALLEST, 0))


def _leaving(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """How many leave, and how well that is known; a part of few accounts is left out with all parts beside it."""
    return rows if (rows["n"] >= SMALLEST).all() else rows.head(0)


def _mix(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """Whom the answers speak for; what few accounts are worth would be told by the value of all and of the others."""
    kept = rows[rows["fact"].isin(_FACTS) & (rows["n"] >= SMALLEST)]
    heard = kept[kept["fact"] == "account_coverage"]
    answered = (heard["estimate"] * heard["n"]).round()
    few = any(0 < side < SMALLEST for side in (*answered, *(heard["n"] - answered)))
    return kept[kept["fact"] != "value_coverage"] if few else kept


def _comparability(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """Periods of which all that was looked at may be told: without a part of it the verdict would be another one."""
    sides = [spans_of(rows, side) for side in ("before", "after")]
    told = [all(hidden.allows(span) for span in pair) for pair in zip(*sides, strict=True)]
    untold = ~pd.Series(told, index=rows.index, dtype=bool) | rows["group"].isin(hidden.persons)
    pairs = pd.Series(list(zip(*sides, strict=True)), index=rows.index, dtype=object)
    return rows[~pairs.isin(list(pairs[untold]))]


def of_many(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose every number of answers is ten or more, as far as it is known.

    Example:
        >>> len(of_many(pd.DataFrame({"n_before": [1, 40], "n": [40, 40]})))
        1
    """
    known = [name for name in ("n", "n_before", "n_invited") if name in rows]
    return rows[~(rows[known] < SMALLEST).any(axis=1)]


def small_themes(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return the ids of the themes that tell of fewer than ten answers.

    They are those that few answers mention; those that hold other themes, where what one of these leaves is few, or one
    of them is not told; and those that all but a few of the comments mention.

    Example:
        >>> parents = pd.DataFrame({"theme_id": ["p1", "t1", "t2"], "parent_id": [None, "p1", "p1"]})
        >>> sorted(small_themes({"themes": parents.assign(n_responses=[30, 25, 20]), "estimates": pd.DataFrame()}))
        ['p1']
    """
    themes = tables["themes"]
    found = set(themes.loc[themes["n_responses"] < SMALLEST, "theme_id"])
    leaves = themes[themes["parent_id"].notna()].merge(
        themes[["theme_id", "n_responses"]], left_on="parent_id", right_on="theme_id", suffixes=("", "_of_parent")
    )
    left = leaves["n_responses_of_parent"] - leaves["n_responses"]
    found |= set(leaves.loc[left.between(1, SMALLEST - 1) | leaves["theme_id"].isin(found), "parent_id"])
    estimates = tables["estimates"]
    if len(estimates):
        commented = estimates[(estimates["by"] == COMMENTED) & (estimates["group"] == "commented")]
        rest = commented.loc[commented["period_start"].isna(), "n"].max() - themes["n_responses"]
        found |= set(themes.loc[rest.between(1, SMALLEST - 1), "theme_id"])
    return found


def silenced(rows: pd.DataFrame, hidden: Hidden) -> pd.DataFrame:
    """Return rows without the texts that name a hidden group: they may tell its figure.

    Example:
        >>> rows = pd.DataFrame({"reason": ["fewer Pilot answers"]})
        >>> silenced(rows, Hidden(by_period=frozenset({("plan", "Pilot")})))["reason"].tolist()
        ['']
    """
    texts = [name for name in _TEXTS if name in rows and len(rows)]
    told = {name: rows[name].map(lambda text: "" if hidden.tells_of(text) else text).astype("str") for name in texts}
    return rows.assign(**told) if hidden.names else rows


RULES: Mapping[str, _Rule] = {
    "estimates": _estimates,
    "changes": _changes,
    "themes": _themes,
    "effects": _effects,
    "driver_checks": _checks,
    "change_parts": _parts,
    "scenarios": _scenarios,
    "series": _by_group,
    "account_scores": _by_group,
    "nonresponse": _by_group,
    "alerts": _alerts,
    "traces": _traces,
    "change_points": _watched,
    "comparability": _comparability,
    "targets": _targets,
    "target_path": _paths,
    "restatements": _restatements,
    "action_lists": _lists,
    "leaving": _leaving,
    "churn_scores": _leaving,
    "churn_gains": _leaving,
    "reliability": _leaving,
    "gain_curve": _leaving,
    "money": _money,
    "account_mix": _mix,
}
