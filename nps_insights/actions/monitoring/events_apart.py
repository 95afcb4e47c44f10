"""One event, one alert: figures that moved because another one did are parts of its alert.

A group is blamed only where it moved otherwise than all others together. Of groups that did, the clearest comes first;
its answers are left out, and the others are held against each other again, until none differs. What no longer moves
without the causes - an overlapping group, the company's own number, a theme - is a part of their alerts. A group that
moved as all others did is a part of the company's alert; where the company's level is known already, only if the group
moved as all others did since before that level. A theme that goes up or down because one of its own themes does is a
part of that one's alert.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.monitoring.contrast import Contrast, moved_otherwise
from nps_insights.actions.monitoring.theme_events import parents_carried, themes_carried
from nps_insights.metrics.accounts import account_codes
from nps_insights.metrics.categories import signed
from nps_insights.metrics.figures.groups import group_column, group_names
from nps_insights.metrics.periods import nps_difference

Flags = NDArray[np.bool_]
NPS, THEME_SHARE = "nps", "theme_share"
# What is still there without the answers of a cause is there by itself.
CLEAR = 0.05
# Of changes of the whole company, one in a hundred is blamed on a group of a column.
BLAMED = 0.01


def figure_key(row: Mapping[str, object]) -> str:
    """Return how `part_of` names a figure.

    Example:
        >>> figure_key({"metric": "nps", "by": "region", "group": "North"}), figure_key({"metric": "nps", "by": ""})
        ('nps region=North', 'nps')
    """
    return f"{row['metric']} {row['by']}={row['group']}" if row["by"] else str(row["metric"])


@dataclass
class _Event:
    """What is known while alerts are told apart: of which other one each is a part, and the answers of the causes."""

    found: pd.DataFrame
    responses: pd.DataFrame
    fewest: int
    part_of: dict[int, int] = field(default_factory=dict)
    causes: list[int] = field(default_factory=list)
    _groups: dict[str, pd.Series] = field(default_factory=dict)

    def members(self, place: int) -> Flags:
        """Whose answers a figure is of (n,)."""
        by, group = self.found.loc[place, "by"], self.found.loc[place, "group"]
        if by not in self._groups:
            self._groups[by] = group_names(self.responses[group_column(self.responses, by)])
        return np.asarray((self._groups[by] == group).to_numpy(dtype=bool, na_value=False))

    def n_groups(self, place: int) -> int:
        """How many groups the column of a figure has."""
        self.members(place)
        return int(self._groups[self.found.loc[place, "by"]].nunique())

    def sides(self, place: int) -> tuple[Flags, Flags]:
        """Which answers are of the periods that an alert holds against each other (n,), earlier and later."""
        row, days = self.found.loc[place], self.responses["responded_at"].dt.normalize()
        before, after = (days.between(row[f"{side}_start"], row[f"{side}_end"]) for side in ("before", "after"))
        return before.to_numpy(), after.to_numpy()

    def of_causes(self) -> Flags:
        """Whose answers are of a cause found so far (n,)."""
        every = [self.members(cause) for cause in self.causes]
        return np.any(every, axis=0) if every else np.zeros(len(self.responses), dtype=bool)

    def otherwise(self, place: int) -> Contrast:
        """How much more a group moved than all others, the answers of the causes left out on both sides."""
        before, after = self.sides(place)
        kept = (before | after) & ~self.of_causes()
        member = self.members(place) & kept
        if min((member & side).sum() for side in (before, after)) < self.fewest:
            return Contrast(0.0, 1.0)
        rows = self.responses[kept]
        return moved_otherwise(signed(rows["category"]), member[kept], after[kept], account_codes(rows))

    def still_moves(self, place: int) -> bool:
        """Whether a figure moves the same way without the answers of the causes."""
        before, after = self.sides(place)
        kept = ~self.of_causes()
        if self.found.loc[place, "by"]:
            kept &= self.members(place)
        sides = [self.responses[kept & side] for side in (before, after)]
        if min(map(len, sides)) < self.fewest:
            return False
        change = np.diff([signed(side["category"]).mean() for side in sides])[0]
        same_way = change * self.found.loc[place, "estimate"] > 0
        return bool(same_way and nps_difference(*sides)["p_value"] < CLEAR)

    def nearest_cause(self, place: int) -> int:
        """The cause that shares most answers with a figure."""
        own = self.members(place)
        return max(self.causes, key=lambda cause: (int((own & self.members(cause)).sum()), -cause))


def told_apart(
    found: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    fewest: int = 30,
    commented: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    parents: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the alerts with `part_of`: the place of the alert that each is a part of, -1 for none.

    Args:
        found: Alerts as `judge` returns them, of all metrics, index 0 to m - 1.
        responses: Dated responses.
        fewest: With fewer answers left on a side nothing more is told of a figure.
        commented: Those of the responses whose comment was read, or None.
        mentions: Table `mentions`, or None.
        parents: Top theme of each theme.

    Returns:
        `found` with `part_of`; alerts that are parts have the status "part".

    Example:
        >>> told_apart(pd.DataFrame(), pd.DataFrame()).empty
        True
    """
    if found.empty:
        return found.assign(part_of=pd.Series(dtype="int64"))
    event = _Event(found, responses, fewest)
    raised = found.index[(found["status"] == "raised")]
    own = [place for place in raised if found.loc[place, "metric"] == NPS and found.loc[place, "by"]]
    company = found.index[(found["metric"] == NPS) & (found["by"] == "")]
    _groups_apart(event, own)
    _company_apart(event, own, company)
    _other_metrics(event, raised)
    if commented is not None and mentions is not None:
        themes = [place for place in raised if found.loc[place, "metric"] == THEME_SHARE]
        event.part_of |= parents_carried(found, themes, commented, mentions, parents or {})
        left = [place for place in themes if place not in event.part_of]
        if event.causes and left:
            outside = commented[~commented["response_id"].isin(responses.loc[event.of_causes(), "response_id"])]
            event.part_of |= dict.fromkeys(
                themes_carried(found, left, outside, mentions, parents or {}), event.causes[0]
            )
    return _with_parts(found, event.part_of)


def _groups_apart(event: _Event, own: list[int]) -> None:
    """Find the groups that moved otherwise than all others, the clearest first, and what is a part of them."""
    waiting, apart = list(own), set()
    while True:
        # Again after each cause: while its answers were among the others', they hid what others did by themselves.
        now = {place: event.otherwise(place) for place in waiting}
        differ = [place for place in waiting if _differs(event, place, now[place])]
        if not differ:
            break
        apart.update(differ)
        event.causes.append(min(differ, key=lambda one: (now[one].p_value, -abs(now[one].estimate), one)))
        waiting.remove(event.causes[-1])
    for place in sorted(apart.intersection(waiting)):
        cause = event.nearest_cause(place)
        # Who shares no answer with a cause, or went the other way, did not move because of it.
        if (event.members(place) & event.members(cause)).any() and _same_way(event.found, place, cause):
            event.part_of[place] = cause


def _same_way(found: pd.DataFrame, one: int, other: int) -> bool:
    return bool(found.loc[one, "estimate"] * found.loc[other, "estimate"] > 0)


def _differs(event: _Event, place: int, found: Contrast) -> bool:
    """By Bonferroni over the groups of the column: a change of all of them shall not be blamed on one by luck."""
    same_way = found.estimate * event.found.loc[place, "estimate"] > 0
    return bool(same_way and found.p_value < BLAMED / max(event.n_groups(place), 1))


def _company_apart(event: _Event, own: list[int], company: pd.Index) -> None:
    """The company's number is a part of a cause without which it rests; groups that move as it does are parts of it."""
    found = event.found
    for whole in company:
        way = np.sign(found.loc[whole, "estimate"])
        same_way = [cause for cause in event.causes if np.sign(found.loc[cause, "estimate"]) == way]
        if same_way and found.loc[whole, "status"] == "raised" and not event.still_moves(whole):
            event.part_of[whole] = same_way[0]
            # It rests without the causes: it explains no other group.
            continue
        for place in own:
            if place in event.causes or place in event.part_of or np.sign(found.loc[place, "estimate"]) != way:
                continue
            if found.loc[whole, "status"] == "raised" or _is_level_of_all(event, place, whole):
                event.part_of[place] = whole
    for place in own:
        if event.causes and place not in event.causes and place not in event.part_of and not event.still_moves(place):
            event.part_of[place] = event.nearest_cause(place)


def _is_level_of_all(event: _Event, place: int, whole: int) -> bool:
    """Whether a level of the company that is known already explains the raised alert of a group.

    It does where the level began after the group's earlier periods did, and the group moved no clearer than all others
    between the same periods. One that is kept quiet was told to nobody and explains nothing.
    """
    row, known = event.found.loc[place], event.found.loc[whole]
    if known["status"] != "known" or not row["before_start"] < known["known_since"] <= row["after_end"]:
        return False
    found = event.otherwise(place)
    return bool(found.p_value >= CLEAR or found.estimate * row["estimate"] <= 0)


def _other_metrics(event: _Event, raised: pd.Index) -> None:
    """Satisfaction and the other scores of the same people, the same way, are parts of the alert on their NPS."""
    found = event.found
    of_nps = {
        (found.loc[place, "by"], found.loc[place, "group"], np.sign(found.loc[place, "estimate"])): place
        for place in raised
        if found.loc[place, "metric"] == NPS
    }
    for place in raised:
        key = (found.loc[place, "by"], found.loc[place, "group"], np.sign(found.loc[place, "estimate"]))
        if found.loc[place, "metric"] not in (NPS, THEME_SHARE) and key in of_nps:
            event.part_of[place] = of_nps[key]


def _with_parts(found: pd.DataFrame, part_of: dict[int, int]) -> pd.DataFrame:
    """Parts of parts are parts of the alert that stands by itself."""
    roots = {}
    for place in part_of:
        root = place
        while root in part_of:
            root = part_of[root]
        roots[place] = root
    parts = pd.Series(roots, dtype="int64").reindex(found.index, fill_value=-1)
    status = found["status"].copy()
    status[list(roots)] = "part"
    return found.assign(part_of=parts, status=status)
