"""What goes with each alert: the change taken apart, and the sentence that names it."""

from dataclasses import dataclass

import pandas as pd

from nps_insights.actions.monitoring.events_apart import figure_key, told_apart
from nps_insights.actions.monitoring.sentences import (
    THEME_SHARE,
    explained,
    figure_name,
    kept_quiet,
    moved,
    parents_of,
    theme_labels,
    with_it,
)
from nps_insights.actions.monitoring.settings import AlertSettings
from nps_insights.actions.monitoring.traces import clearest, traced
from nps_insights.metrics.figures.groups import group_column, group_names
from nps_insights.metrics.many import benjamini_hochberg
from nps_insights.metrics.occurrences import annotated, event_words
from nps_insights.metrics.shares import share_changes
from nps_insights.tables import ATTRIBUTE_PREFIX, TABLES, conform, empty

_LOUDNESS = {"critical": 0, "warning": 1, "notice": 2}
_CLEAR = 0.10


@dataclass(frozen=True)
class Answers:
    """What alerts are taken apart by.

    Attributes:
        responses: Dated responses up to the moment of knowing.
        commented: Those whose comment was read, or None.
        mentions: Table `mentions`, or None.
        themes: Table `themes`, or None.
        by: Columns to take changes apart by.
        events: Table `events`, or None.
        per: The period.
        confidence_level: Of the intervals.
    """

    responses: pd.DataFrame
    commented: pd.DataFrame | None
    mentions: pd.DataFrame | None
    themes: pd.DataFrame | None
    by: tuple[str, ...]
    events: pd.DataFrame | None
    per: str
    confidence_level: float


def reasons_and_traces(
    found: pd.DataFrame, answers: Answers, settings: AlertSettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return table `alerts` with a reason each, and table `traces` of those that were raised and of the company's.

    Alerts of one event are told apart first (`told_apart`): the parts name the alert that they belong to.

    Args:
        found: As `judge` returns them, of all metrics.
        answers: What they are taken apart by.
        settings: What counts.

    Example:
        >>> nothing = Answers(pd.DataFrame(), None, None, None, (), None, "month", 0.95)
        >>> [len(table) for table in reasons_and_traces(pd.DataFrame(), nothing, AlertSettings())]
        [0, 0]
    """
    if found.empty:
        return empty("alerts"), empty("traces")
    found = told_apart(
        found.reset_index(drop=True),
        answers.responses,
        fewest=settings.min_answers,
        commented=answers.commented,
        mentions=answers.mentions,
        parents=parents_of(answers.themes),
    )
    loud = found.assign(order=found["severity"].map(_LOUDNESS)).sort_values(["order", "metric", "by", "group"])
    asked = (loud["status"] == "raised") | ((loud["status"] == "part") & (loud["metric"] == "nps") & (loud["by"] == ""))
    raised = list(loud.index[asked])
    labels = theme_labels(answers.themes)
    names = [figure_name(row, labels.get(row["group"], "")) for _, row in found.iterrows()]
    reasons, traces = {}, []
    for place, row in found.iterrows():
        is_theme = row["metric"] == THEME_SHARE
        label = labels.get(row["group"], row["group"]) if is_theme else ""
        told = moved(row, per=answers.per, label=label, share=_share(row, answers.responses))
        if place in raised[: settings.traced]:
            parts, words = _taken_apart(row, answers)
            traces += [parts] if len(parts) else []
            told += words
        told += with_it([names[one] for one in loud.index if found.loc[one, "part_of"] == place])
        if row["part_of"] >= 0:
            told += f"; a part of what happened to {names[row['part_of']]}"
        in_quiet = abs(row["estimate"]) >= settings.effect_that_matters(row["metric"])
        told += kept_quiet(row, settings, per=answers.per, in_quiet=in_quiet)
        reasons[place] = told + "." + _events(row, answers.events)
    keys = {place: figure_key(row) for place, row in found.iterrows()}
    alerts = found.assign(reason=pd.Series(reasons), part_of=found["part_of"].map(keys))
    columns = [column.name for column in TABLES["alerts"].columns]
    theme = alerts["metric"] == THEME_SHARE
    alerts["label"] = alerts["group"].where(~theme, alerts["group"].map(lambda one: labels.get(one, one)))
    tables = pd.concat(traces, ignore_index=True) if traces else None
    return conform("alerts", alerts[columns]), empty("traces") if tables is None else conform("traces", tables)


def _taken_apart(row: pd.Series, answers: Answers) -> tuple[pd.DataFrame, str]:
    """Traces of one alert, and the words on the clearest part."""
    is_theme = row["metric"] == THEME_SHARE
    if row["metric"] != "nps" and not is_theme:
        return empty("traces"), ""
    of_whom = answers.commented if is_theme else answers.responses
    dimensions = [one for one in answers.by if one.removeprefix(ATTRIBUTE_PREFIX) != row["by"]]
    mentions = answers.mentions
    if of_whom is None or (not dimensions and (mentions is None or is_theme)):
        return empty("traces"), ""
    sides = _sides(of_whom, row)
    parts = traced(
        *sides,
        dimensions=dimensions,
        mentions=mentions,
        themes=answers.themes,
        commented=answers.commented,
        figure=row.to_dict(),
        theme_id=row["group"] if is_theme else "",
        confidence_level=answers.confidence_level,
    )
    part = clearest(parts, float(row["estimate"]), [one.removeprefix(ATTRIBUTE_PREFIX) for one in dimensions])
    theme = None if is_theme else _theme_within(row, part, parts, answers)
    return parts, explained(part, theme, metric=row["metric"])


def _share(row: pd.Series, responses: pd.DataFrame) -> float | None:
    """Share of the answers of the later periods that a group gave."""
    if not row["by"] or row["metric"] == THEME_SHARE:
        return None
    days = responses["responded_at"].dt.normalize()
    n = int(days.between(row["after_start"], row["after_end"]).sum())
    return len(_sides(responses, row)[1]) / n if n else None


def _sides(responses: pd.DataFrame, row: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    own = responses
    if row["by"] and row["metric"] != THEME_SHARE:
        own = _of_group(responses, row["by"], row["group"])
    days = own["responded_at"].dt.normalize()
    before, after = (own[days.between(row[f"{side}_start"], row[f"{side}_end"])] for side in ("before", "after"))
    return before, after


def _of_group(responses: pd.DataFrame, by: str, group: str) -> pd.DataFrame:
    return responses[(group_names(responses[group_column(responses, by)]) == group).to_numpy(dtype=bool)]


def _theme_within(row: pd.Series, part: pd.Series | None, parts: pd.DataFrame, answers: Answers) -> pd.Series | None:
    """The theme whose mentions changed most clearly where the part lies, if the change goes the way of the figure."""
    if answers.mentions is None or answers.commented is None:
        return None
    inside = pd.concat(_sides(answers.commented, row))
    if part is not None and part["part"] == "rate":
        inside = _of_group(inside, str(part["dimension"]), str(part["part_group"]))
    ways = parts[(parts["dimension"] == "theme") & (parts["part"] == "mix")].set_index("part_group")["estimate"]
    known = answers.mentions[answers.mentions["theme_id"].isin(ways.index)]
    if inside.empty or known.empty:
        return None
    shares = share_changes(known, inside, row, confidence_level=answers.confidence_level)
    if shares.empty:
        return None
    shares["q_value"] = benjamini_hochberg(shares["p_value"])
    same_way = shares["group"].map(ways) * row["estimate"] > 0
    clear = shares[same_way & (shares["q_value"] < _CLEAR)]
    if clear.empty:
        return None
    labels = theme_labels(answers.themes)
    best = clear.assign(way=-(clear["group"].map(ways).abs())).sort_values(["way", "group"]).iloc[0]
    return pd.Series({**best.to_dict(), "label": labels.get(best["group"], best["group"])})


def _events(row: pd.Series, events: pd.DataFrame | None) -> str:
    if events is None:
        return ""
    span = pd.DataFrame({"period_start": [row["after_start"]], "period_end": [row["after_end"]]})
    words = event_words(annotated(span, events), row["after_start"])
    return f" {words}" if words else ""
