"""Which themes of two runs are the same, and what became of them; an id means something only where it goes on."""

from dataclasses import dataclass

import pandas as pd

from nps_insights.jobs.comparing.inputs import ReadRun
from nps_insights.jobs.comparing.rows import Row, difference, lie_apart, of_figures, same
from nps_insights.jobs.settings.driver_report import SCRATCH
from nps_insights.report import words

_SHARE = ["share", "share_low", "share_high"]


@dataclass(frozen=True)
class SameThemes:
    """Which theme of the first run is which of the second.

    Attributes:
        ids: Id in the first run -> id in the second; None where ids do not go on from one to the other.
        why: Why they do, or do not.

    Example:
        >>> SameThemes({"t01": "t01"}, "the same fit").ids["t01"]
        't01'
    """

    ids: dict[str, str] | None
    why: str


def same_themes(before: ReadRun, after: ReadRun) -> SameThemes:
    """Return which themes are the same: those of one fit, or those that a fit took over from the other's.

    Args:
        before: The first run.
        after: The second run.
    """
    old, new = before.tables["themes"], after.tables["themes"]
    if _fit_of(old) == _fit_of(new):
        return SameThemes({one: one for one in old["theme_id"]}, "the themes are of the same fit")
    starts = [str(run.manifest["settings"]["themes"].get("start", SCRATCH)) for run in (before, after)]
    stored = [(run.manifest.get("themes") or {}).get("stored_as") for run in (before, after)]
    registries = [(run.manifest["settings"].get("tracking") or {}).get("uri") for run in (before, after)]
    if registries[0] == registries[1]:
        if stored[0] and starts[1] == stored[0]:
            return SameThemes(_kept(after), f"the second run goes on from {stored[0]}, which the first one stored")
        if stored[1] and starts[0] == stored[1]:
            back = {now: was for was, now in _kept(before).items()}
            return SameThemes(back, f"the first run goes on from {stored[1]}, which the second one stored")
        if starts[0] == starts[1] != SCRATCH:
            was, now = _kept(before), _kept(after)
            both = {was[one]: now[one] for one in was if one in now}
            return SameThemes(both, f"both runs go on from {starts[0]}")
    return SameThemes(None, "neither run goes on from the other's themes, so their ids and shares cannot be compared")


def theme_differences(before: ReadRun, after: ReadRun, known: SameThemes) -> list[Row]:
    """Return which themes are new, gone or renamed, and whose share moved."""
    old, new = (run.tables["themes"].set_index("theme_id") for run in (before, after))
    if known.ids is None:
        return _found_anew(old, new, known.why)
    # Where ids are matched one by one, top themes are not: they have no lineage.
    if set(known.ids) != set(old.index):
        old, new = (one[one["level"] != 1] for one in (old, new))
    pairs = {was: now for was, now in known.ids.items() if was in old.index and now in new.index}
    rows = [row for was, now in pairs.items() for row in _of_pair(was, old.loc[was], now, new.loc[now])]
    gone = [one for one in old.index if one not in pairs]
    came = [one for one in new.index if one not in set(pairs.values())]
    rows += [_listed(one, old.loc[one], "gone") for one in gone]
    return rows + [_listed(one, new.loc[one], "added") for one in came]


def _fit_of(themes: pd.DataFrame) -> list[tuple[str, str]]:
    """What tells a fit from another one: ids with the words that set each theme apart, whatever it is called."""
    return sorted(zip(themes["theme_id"].astype("str"), themes["keywords"].astype("str"), strict=True))


def _kept(run: ReadRun) -> dict[str, str]:
    lineage = run.tables.get("lineage")
    if lineage is None:
        return {}
    kept = lineage[lineage["relation"] == "kept"]
    return dict(zip(kept["previous_theme_id"], kept["theme_id"], strict=True))


def _of_pair(was: str, old: pd.Series, now: str, new: pd.Series) -> list[Row]:
    rows = []
    names = [words.clean(one["label"], most=60) for one in (old, new)]
    item = f"{names[1]} ({now})" if was == now else f"{names[1]} ({was}, now {now})"
    if names[0] != names[1]:
        said = f"{words.quoted(names[0])} is called {words.quoted(names[1])} now ({now})"
        rows.append(difference("themes", item, names[0], names[1], change="renamed", finding=said))
    shares = [[float(one[name]) for name in _SHARE] for one in (old, new)]
    if not same(*shares):
        texts = [words.percent_with_range(*one) for one in shares]
        said = f"{words.quoted(names[1])}: mentioned by {texts[0]} before, {texts[1]} now{_verdict(shares)}"
        rows.append(of_figures(difference("themes", item, *texts, finding=said), *shares))
    return rows


def _verdict(shares: list[list[float]]) -> str:
    return ", beyond both ranges" if lie_apart(*shares) else ""


def _listed(theme_id: str, row: pd.Series, change: str) -> Row:
    label = words.clean(row["label"], most=60)
    said = f"{words.quoted(label)} ({theme_id}) is {'new' if change == 'added' else 'gone'}"
    texts = (None, label) if change == "added" else (label, None)
    return difference("themes", f"{label} ({theme_id})", *texts, change=change, finding=said)


def _found_anew(old: pd.DataFrame, new: pd.DataFrame, why: str) -> list[Row]:
    """Other fits: how many themes, and how many are called the same, which proves nothing."""
    names = [set(one.loc[one["level"] != 1, "label"]) for one in (old, new)]
    counts = [words.plural(len(one), "theme") for one in names]
    said = (
        f"Found anew: {counts[0]} before, {counts[1]} now, {len(names[0] & names[1])} of them called the same; {why}."
    )
    return [difference("themes", "the fit", *counts, finding=said)]
