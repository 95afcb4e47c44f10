"""How good the themes are, as people judge a sample: the sheet, and what it says once it is filled in."""

from pathlib import Path

import pandas as pd

from nps_insights.jobs.outputs.for_people import write_for_people
from nps_insights.jobs.theming.tables import ThemeTables, read_theme_tables
from nps_insights.survey import read_source
from nps_insights.tables import DataRefusedError, texts_as_they_were
from nps_insights.themes.curation.judged import read_judgements
from nps_insights.themes.curation.quality import ALL_THEMES, theme_quality
from nps_insights.themes.curation.sheet import CORRECT, MISSED, NOWHERE, sample_sheet, theme_list

_SHEET = "sample"


def write_sample(run: Path | None, out: Path, *, n: int = 100, random_state: int = 0) -> list[Path]:
    """Write a sheet of sampled segments for a person to judge, and the list of themes to judge by.

    Args:
        run: Run folder; the latest one if None.
        out: An .xlsx or .csv file.
        n: Number of rows wanted.
        random_state: Seed of the sample.
    """
    tables = read_theme_tables(run)
    sheet = sample_sheet(
        tables.segments, tables.mentions, tables.themes, tables.comments, n=n, random_state=random_state
    )
    return write_for_people(out, {_SHEET: sheet, "themes": theme_list(tables.themes)}, fill_in=(CORRECT, MISSED))


def check_sample(sheet: Path, run: Path | None, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Return table `theme_quality` from a sheet that a person filled in.

    Raises:
        DataRefusedError: Rows are not filled in or contradict themselves, or the sheet is of another run.
    """
    tables = read_theme_tables(run)
    workbook = sheet.suffix.lower() == ".xlsx"
    rows = read_source(sheet, sheet=_SHEET if workbook else None).frame
    rows = rows if workbook else texts_as_they_were(rows)
    themes = theme_list(tables.themes)
    judged = read_judgements(rows, themes)
    _refuse_foreign(rows, tables, sheet)
    return theme_quality(judged, themes, confidence_level=confidence_level)


def quality_in_words(quality: pd.DataFrame) -> str:
    """Return table `theme_quality` as a table to read, all themes first."""
    figures = quality.set_index(["theme_id", "metric"])
    ids = [ALL_THEMES, *sorted(set(quality["theme_id"]) - {ALL_THEMES})]
    label = quality.drop_duplicates("theme_id").set_index("theme_id")["label"]
    width = max(map(len, label))
    lines = [f"{'id':<10} {'label':<{width}} {'precision':>18} {'n':>4} {'recall':>18} {'n':>4}"]
    for one in ids:
        cells = [_cell(figures.loc[(one, metric)]) for metric in ("precision", "recall")]
        lines.append(f"{one:<10} {label[one]:<{width}} {' '.join(cells)}".rstrip())
    empty = quality.loc[(quality["metric"] == "recall") & quality["estimate"].isna(), "theme_id"]
    if len(empty):
        lines += ["", f"recall of {len(empty)} themes: too few true mentions in the sample; draw more with --n"]
    return "\n".join(lines)


def _cell(row: pd.Series) -> str:
    estimate, low, high = row["estimate"], row["conf_low"], row["conf_high"]
    figure = "" if pd.isna(estimate) else f"{estimate:.0%} ({low:.0%} to {high:.0%})"
    return f"{figure:>18} {int(row['n']):>4}"


def _refuse_foreign(rows: pd.DataFrame, tables: ThemeTables, sheet: Path) -> None:
    pairs = set(tables.mentions[["segment_id", "theme_id"]].itertuples(index=False, name=None))
    offered = rows[rows["theme_id"] != NOWHERE]
    foreign = [
        one for one in offered[["segment_id", "theme_id"]].itertuples(index=False, name=None) if one not in pairs
    ]
    if foreign:
        raise DataRefusedError(
            f"{sheet}: {len(foreign)} of its rows are no mentions of the run {tables.folder}; "
            "name the run that it was drawn from with --run"
        )
