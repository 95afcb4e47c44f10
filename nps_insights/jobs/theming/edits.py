"""What the commands under `nps-insights themes` do: list, edit and export themes."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.jobs.outputs.for_people import write_for_people
from nps_insights.jobs.theming.tables import ThemeTables, read_theme_tables
from nps_insights.tables import SettingsError
from nps_insights.themes.curation.edits import LOOKS_LIKE_ID, Edits, entries, given_words
from nps_insights.themes.curation.file import add_entry, read_edits

_QUOTES = ["example", "example_negative"]


def record_edit(edits_file: Path, run: Path | None, entry: Mapping[str, Any]) -> str:
    """Add one edit to the edits file, with what its themes are called now, and say what it will do.

    Args:
        edits_file: Usually `models/themes/edits.toml`; made where absent.
        run: Run folder whose themes are meant; the latest one if None.
        entry: kind and its keys; themes by id or label.

    Raises:
        SettingsError: A theme is not among those of the run (the nearest ones are named), or the entry is wrong or
            contradicts another, or a theme is stated in a taxonomy or by codes; nothing is written then.
    """
    tables = read_theme_tables(run)
    known, written = tables.themes, dict(entry)
    one_theme = "theme" in entry
    named = [entry["theme"]] if one_theme else list(entry["themes"])
    ids = {one: _theme_id(known, one, tables.folder, new=entry["kind"] == "pin") for one in named}
    _refuse_stated(known, [one for one in ids.values() if one is not None])
    if one_theme:
        written["theme"] = ids[entry["theme"]] or entry["theme"]
    else:
        written["themes"] = _largest_first(known, [str(ids[one]) for one in named])
        # The larger theme may be the smaller one next month; the id that stays must not hang on that.
        written["keep"] = _theme_id(known, entry["keep"], tables.folder) if entry.get("keep") else written["themes"][0]
    written["was"] = {one: _was(known, one) for one in ids.values() if one is not None}
    edits = add_entry(edits_file, "edit", written)
    return _told(known, written, edits, edits_file)


def themes_listed(edits_file: Path, run: Path | None) -> dict[str, Any]:
    """Return the themes of a run as plain data: folder, themes (one dict each) and notes on edits.

    Notes say which edits the run could not apply, and how many wait for the next one.
    """
    tables = read_theme_tables(run)
    names = ["theme_id", "parent_id", "label", "n_responses", "share", "nps", "owner"]
    frame = tables.themes.reindex(columns=names)
    rows = frame.astype("object").where(frame.notna(), None).to_dict("records")
    return {"run": str(tables.folder), "themes": rows, "notes": _edit_notes(tables, read_edits(edits_file), edits_file)}


def list_in_words(listed: Mapping[str, Any]) -> str:
    """Return what `themes_listed` found as a table to read, the themes under their top themes."""
    rows = listed["themes"]
    tops = {row["parent_id"] for row in rows} - {None}
    width = max(len(row["label"]) + 2 for row in rows)
    lines = [f"{'id':<10} {'label':<{width}} {'responses':>9} {'share':>6} {'NPS':>5}  owner"]
    for row in [one for one in rows if one["parent_id"] is None]:
        lines.append(_line(row, width, indent=""))
        below = [one for one in rows if one["parent_id"] == row["theme_id"] and row["theme_id"] in tops]
        lines += [_line(one, width, indent="  ") for one in sorted(below, key=lambda one: -one["n_responses"])]
    legend = ["", "p.. are top themes, t.. the themes under them; edits take either id."] if tops else [""]
    return "\n".join([*lines, *legend, f"from {listed['run']}", *listed["notes"]])


def export_themes(run: Path | None, out: Path, *, quotes: bool = False) -> list[Path]:
    """Write table `themes` of a run as CSV, Excel or JSON; customers' sentences only where `quotes` asks for them."""
    themes = read_theme_tables(run).themes
    kept = themes if quotes else themes.drop(columns=_QUOTES, errors="ignore")
    return write_for_people(out, {"themes": kept})


def _theme_id(themes: pd.DataFrame, named: str, folder: Path, *, new: bool = False) -> str | None:
    """Id of a theme that is named by id or label; None for the name of a new one."""
    by_id = themes.loc[themes["theme_id"].str.casefold() == named.strip().casefold(), "theme_id"]
    by_label = themes.loc[themes["label"].str.casefold() == named.strip().casefold(), "theme_id"]
    for found in (by_id, by_label):
        if len(found) == 1:
            return str(found.iloc[0])
    if new and not LOOKS_LIKE_ID.fullmatch(named.strip().casefold()):
        return None
    label = {one.casefold(): one for one in [*themes["theme_id"], *themes["label"]]}
    near = [label[one] for one in get_close_matches(named.casefold(), label, n=3, cutoff=0.4)]
    shown = [one if one in set(themes["label"]) else f"{one} {_label(themes, one)!r}" for one in near]
    advice = f"the nearest are {', '.join(shown)}" if near else "`nps-insights themes list` shows them all"
    raise SettingsError(f"theme {named!r}: the run {folder} has no theme with this id or label; {advice}")


def _refuse_stated(themes: pd.DataFrame, ids: Sequence[str]) -> None:
    """A taxonomy is read anew at every fit: an edit of its themes would be undone by it."""
    if "stated" not in themes:
        return
    stated = set(themes.loc[themes["stated"].astype(bool), "theme_id"])
    shown = [_shown(themes, one) for one in ids if one in stated]
    if shown:
        raise SettingsError(
            f"theme {', '.join(shown)}: is stated, not found, and edits change found themes only; change its name, "
            "examples, owner or parent in the taxonomy file, or the column of its code, and run again"
        )


def _label(themes: pd.DataFrame, theme_id: str) -> str:
    return str(themes.set_index("theme_id").loc[theme_id, "label"])


def _largest_first(themes: pd.DataFrame, ids: Sequence[str]) -> list[str]:
    size = themes.set_index("theme_id")["n_segments"]
    return sorted(ids, key=lambda one: -int(size[one]))


def _was(themes: pd.DataFrame, theme_id: str) -> dict[str, str]:
    row = themes.set_index("theme_id").loc[theme_id]
    return {"label": str(row["label"]), "keywords": str(row["keywords"])}


def _told(themes: pd.DataFrame, entry: Mapping[str, Any], edits: Edits, path: Path) -> str:
    """What an edit will do at the next run, and where it stands."""
    where = f"written to {path} as edit {len(edits.edit)}; the next run applies it"
    kind = entry["kind"]
    if kind == "merge":
        names = " and ".join(_shown(themes, one) for one in entry["themes"])
        label = f", called {entry['label']!r}" if entry.get("label") else ", named by its words"
        return f"{names} will be one theme, {entry['keep']}{label}\n{where}"
    new = entry["theme"] not in set(themes["theme_id"])
    theme = repr(entry["theme"]) if new else _shown(themes, entry["theme"])
    count = len(entry.get("phrases") or ())
    phrases = f"{count} phrase{'s' * (count > 1)}"
    parts = entry.get("into") or len(entry.get("parts") or ())
    into = [f"{entry['theme']}{letter}" for letter in "ab"] + ["..."] * (parts > 2)
    told = {
        "rename": f"{theme} will be called {entry.get('label')!r}",
        "split": f"{theme} will be split into {parts} themes, {', '.join(into)}",
        "delete": f"{theme} will be gone; its {_segments(themes, entry['theme'])} segments will fit nowhere",
        "pin": f"a new theme {theme} will begin with {phrases}" if new else f"{phrases} will belong to {theme}",
        "owner": f"{entry.get('owner')} will answer for {theme}",
    }
    return f"{told[kind]}\n{where}"


def _shown(themes: pd.DataFrame, theme_id: str) -> str:
    return f"{theme_id} {_label(themes, theme_id)!r}"


def _segments(themes: pd.DataFrame, theme_id: str) -> str:
    return (
        ""
        if theme_id not in set(themes["theme_id"])
        else f"{themes.set_index('theme_id').loc[theme_id, 'n_segments']:,}"
    )


def _line(row: Mapping[str, Any], width: int, *, indent: str) -> str:
    nps = "" if row["nps"] is None else f"{row['nps']:.0f}"
    label = indent + row["label"]
    line = f"{row['theme_id']:<10} {label:<{width}} {row['n_responses']:>9,} {row['share']:>6.1%} {nps:>5}  "
    return (line + (row["owner"] or "")).rstrip()


def _edit_notes(tables: ThemeTables, edits: Edits, path: Path) -> list[str]:
    before = tables.edits
    known = set() if before is None else set(before["given"])
    waiting = [place for place, entry in entries(edits) if given_words(entry) not in known]
    notes = []
    if before is not None:
        failed = before[before["status"] == "not_applied"]
        notes += [f"{row.entry} ({row.given}) was not applied: {row.why}" for row in failed.itertuples()]
    if waiting:
        wait = "waits" if len(waiting) == 1 else "wait"
        notes.append(f"{path}: {', '.join(waiting)} {wait} for the next run")
    return notes
