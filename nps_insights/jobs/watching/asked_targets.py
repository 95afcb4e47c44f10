"""Targets as people write them, turned into what is judged."""

from collections.abc import Sequence

import pandas as pd

from nps_insights.actions import Target
from nps_insights.jobs.driving.driver_questions import column_named
from nps_insights.jobs.watching.watch_settings import TargetSettings
from nps_insights.metrics import group_names
from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError


def targets_of(asked: Sequence[TargetSettings], responses: pd.DataFrame) -> list[Target]:
    """Return the targets as they are judged.

    Raises:
        SettingsError: A group is not written as "Plan=Pro", or there is no such column or group.

    Example:
        >>> targets_of([TargetSettings(value=40, date="2027-12-31")], pd.DataFrame())[0].name
        'nps 40 by 2027-12-31'
    """
    found = []
    for one in asked:
        by, group = _group(one.group, responses)
        shown = f"{one.value:g}" if one.metric.startswith("nps") else f"{one.value:.0%}"
        name = one.name or " ".join(part for part in (one.metric, group, shown, f"by {one.date}") if part)
        found.append(Target(name, one.value, one.date, one.metric, by, group, one.baseline, one.baseline_date))
    return found


def _group(text: str | None, responses: pd.DataFrame) -> tuple[str, str]:
    if text is None:
        return "", ""
    name, equals, group = text.partition("=")
    if not equals:
        raise SettingsError(f'target.group == {text!r}: must name a column and a group, such as "Plan=Pro"')
    column = column_named(name.strip(), responses)
    known = sorted(group_names(responses[column].dropna()).unique())
    if group.strip() not in known:
        raise SettingsError(f"target.group == {text!r}: {name} has no such group; it has {', '.join(known[:20])}")
    return column.removeprefix(ATTRIBUTE_PREFIX), group.strip()
