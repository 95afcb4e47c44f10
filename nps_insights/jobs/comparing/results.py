"""What two runs found: figures, drivers, alerts and targets, and whether they differ by more than their ranges."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from nps_insights.jobs.comparing.inputs import ReadRun
from nps_insights.jobs.comparing.rows import Row, difference, lie_apart, of_figures, same
from nps_insights.jobs.comparing.themes import SameThemes
from nps_insights.metrics import THEME_SHARE
from nps_insights.report import words
from nps_insights.report.rows.watch_words import chance, change_with_range, figure_name, level_with_range
from nps_insights.tables import empty

_RANGED = ["estimate", "conf_low", "conf_high"]
_FIGURE = ("survey", "metric", "by", "group", "period_start")
_THEME_DRIVER = "theme/"
Key = tuple[object, ...]
Writer = Callable[[pd.Series], str]


def result_differences(before: ReadRun, after: ReadRun, known: SameThemes) -> list[Row]:
    """Return in what the results differ; figures of themes only where the themes go on."""
    return [
        *_figures(before, after, known),
        *_drivers(before, after, known),
        *_alerts(before, after, known),
        *_targets(before, after),
    ]


def _figures(before: ReadRun, after: ReadRun, known: SameThemes) -> list[Row]:
    labels = _labels(before, after, known.ids or {})
    old, new = (
        table.assign(label=table["group"].map(labels))
        for table in (
            _without_lost(_table(before, "estimates"), known.ids, "before"),
            _without_lost(_table(after, "estimates"), known.ids, "after"),
        )
    )
    return _compared(old, new, _FIGURE, _figure_in_words, lambda row: level_with_range(str(row["metric"]), row))


def _drivers(before: ReadRun, after: ReadRun, known: SameThemes) -> list[Row]:
    old, new = (_main_effects(run) for run in (before, after))
    ids = known.ids or {}
    old = old.assign(driver_id=[_renamed(one, ids) for one in old["driver_id"]])
    old = old[old["driver_id"] != ""]
    if known.ids is None:
        new = new[~new["driver_id"].str.startswith(_THEME_DRIVER)]
    return _compared(
        old,
        new,
        ("driver_id",),
        lambda row: f"driver {words.quoted(words.clean(row['label'], most=60))}, {row['driver_id']}",
        lambda row: words.with_range(*row[_RANGED].astype(float), signed=True, tenths=True) + " points",
    )


def _alerts(before: ReadRun, after: ReadRun, known: SameThemes) -> list[Row]:
    names = ("metric", "by", "group", "after_start")
    frames = [
        _without_lost(_table(run, "alerts"), known.ids, side) for run, side in ((before, "before"), (after, "after"))
    ]
    old, new = (_rows_by(one[one["status"] == "raised"], names) for one in frames)
    rows = []
    for key in sorted({*old, *new}, key=str):
        row = new[key] if key in new else old[key]
        texts = [None if key not in one else f"{one[key]['severity']}" for one in (old, new)]
        if texts[0] == texts[1]:
            continue
        change = "changed" if None not in texts else "added" if texts[0] is None else "gone"
        moved = change_with_range(str(row["metric"]), row)
        said = {
            "added": f"new alert ({texts[1]}): {figure_name(row)} {moved}",
            "gone": f"no alert any more: {figure_name(row)} {moved}",
            "changed": f"alert {texts[0]} → {texts[1]}: {figure_name(row)} {moved}",
        }[change]
        item = f"alert: {figure_name(row)}, {row['after_start']:%Y-%m-%d}"
        rows.append(difference("results", item, *texts, change=change, finding=said))
    return rows


def _targets(before: ReadRun, after: ReadRun) -> list[Row]:
    old, new = (_rows_by(_table(run, "targets"), ("name",)) for run in (before, after))
    rows = []
    for key in sorted({*old, *new}, key=str):
        texts = [_standing(one[key]) if key in one else None for one in (old, new)]
        if texts[0] != texts[1]:
            change = "changed" if None not in texts else "added" if texts[0] is None else "gone"
            rows.append(difference("results", f"target {words.clean(str(key[0]))}", *texts, change=change))
    return rows


def _standing(row: pd.Series) -> str:
    """How a target stands: what is asked by when, the verdict, and the chance."""
    likely = "" if pd.isna(row["probability"]) else f", {chance(float(row['probability']))} likely"
    return f"{row['target']:g} by {row['due_at']:%Y-%m-%d}: {str(row['verdict']).replace('_', ' ')}{likely}"


def _compared(old: pd.DataFrame, new: pd.DataFrame, names: Sequence[str], named: Writer, written: Writer) -> list[Row]:
    """Rows of the figures that are others, new or gone; `named` says of what a figure is, `written` the figure."""
    places = [_places(side, names) for side in (old, new)]
    figures = [side[_RANGED].to_numpy(dtype=float) for side in (old, new)]
    rows = []
    for key in sorted({*places[0], *places[1]}, key=str):
        at = [side.get(key) for side in places]
        if at[0] is None or at[1] is None:
            side, place = (new, at[1]) if at[0] is None else (old, at[0])
            row = side.iloc[place]
            texts = (None, written(row)) if at[0] is None else (written(row), None)
            rows.append(difference("results", named(row), *texts, change="added" if at[0] is None else "gone"))
        elif not same(figures[0][at[0]], figures[1][at[1]]):
            rows.append(_moved(old.iloc[at[0]], new.iloc[at[1]], named, written))
    return rows


def _moved(old: pd.Series, new: pd.Series, named: Writer, written: Writer) -> Row:
    before, after = ([float(one[name]) for name in _RANGED] for one in (old, new))
    verdict = {True: "beyond both ranges", False: "within the ranges", None: "ranges not known"}[
        lie_apart(before, after)
    ]
    item, texts = named(new), (written(old), written(new))
    said = f"{item}: {texts[0]} → {texts[1]}, {verdict}"
    return of_figures(difference("results", item, *texts, finding=said), before, after)


def _figure_in_words(row: pd.Series) -> str:
    kind = row.get("survey")
    of_survey = f", {kind}" if isinstance(kind, str) and kind else ""
    if pd.isna(row.get("period_start")):
        return figure_name(row) + of_survey
    return f"{figure_name(row)}{of_survey}, {words.period(row['period_start'], row['period_end'])}"


def _table(run: ReadRun, name: str) -> pd.DataFrame:
    table = run.tables.get(name)
    return empty(name) if table is None else table


def _labels(before: ReadRun, after: ReadRun, ids: Mapping[str, str]) -> dict[str, str]:
    """What each theme is called, by its id in the second run."""
    old, new = (
        dict(zip(run.tables["themes"]["theme_id"], run.tables["themes"]["label"], strict=True))
        for run in (before, after)
    )
    return {ids[one]: label for one, label in old.items() if one in ids} | new


def _main_effects(run: ReadRun) -> pd.DataFrame:
    effects = _table(run, "effects")
    return effects[(effects["outcome"] == "nps") & (effects["method"] == "adjusted")]


def _renamed(driver_id: str, ids: Mapping[str, str]) -> str:
    """The driver's id in the second run; empty where its theme does not go on."""
    if not driver_id.startswith(_THEME_DRIVER):
        return driver_id
    theme, slash, tone = driver_id.removeprefix(_THEME_DRIVER).partition("/")
    return f"{_THEME_DRIVER}{ids[theme]}{slash}{tone}" if theme in ids else ""


def _without_lost(table: pd.DataFrame, ids: Mapping[str, str] | None, side: str) -> pd.DataFrame:
    """A table whose theme figures stand under the ids of the second run; those of themes that do not go on are out."""
    of_theme = table["metric"] == THEME_SHARE
    if ids is None:
        return table[~of_theme]
    known = {one: one for one in ids.values()} if side == "after" else dict(ids)
    group = table["group"].astype("object").where(~of_theme, table["group"].map(known))
    return table.assign(group=group)[~of_theme | group.notna()]


def _places(table: pd.DataFrame, names: Sequence[str]) -> dict[Key, int]:
    """Where each figure stands, by what it is of."""
    columns = [table[name].astype("object").where(table[name].notna(), "") for name in names if name in table.columns]
    return {key: place for place, key in enumerate(zip(*columns, strict=True))}


def _rows_by(table: pd.DataFrame, names: Sequence[str]) -> dict[Key, pd.Series]:
    return {key: table.iloc[place] for key, place in _places(table, names).items()}
