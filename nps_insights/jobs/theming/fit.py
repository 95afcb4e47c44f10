"""`themes fit` and `themes assign`: themes of comments alone, and a saved fit on new comments."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.jobs.driver_report import write_tables
from nps_insights.jobs.folder import held, published
from nps_insights.jobs.forgetting.tombstones import tombstones_near
from nps_insights.jobs.manifest import versions, write_manifest
from nps_insights.jobs.settings.privacy import PrivacySettings
from nps_insights.jobs.settings.sections import ThemeSettings
from nps_insights.jobs.theming.step import MODEL, encoder_of, fit_facts, guidance, model_of
from nps_insights.survey import CommentsAdmission, RawTable, SurveySettings, admit_comments, read_source
from nps_insights.tables import empty
from nps_insights.themes import (
    FittedThemes,
    Progress,
    find_themes,
    readable_comments,
    save_themes,
    themes_table,
)
from nps_insights.tracking import load_theme_version, local_tracking_uri


@dataclass(frozen=True)
class ThemeRun:
    """What `themes fit` or `themes assign` leaves behind.

    Attributes:
        folder: The run folder.
        tables: Its tables, by name.
        notes: Plain sentences on what a reader must know.
    """

    folder: Path
    tables: Mapping[str, pd.DataFrame]
    notes: list[str]


def fit_comments(
    source: str,
    columns: Mapping[str, str | tuple[str, ...]],
    folder: Path,
    settings: ThemeSettings,
    *,
    privacy: PrivacySettings | None = None,
    tracking_uri: str | None = None,
    command: str = "",
    progress: Progress | None = None,
) -> ThemeRun:
    """Find the themes of a file of comments; the folder appears whole or not at all.

    Args:
        source: CSV, TSV, Excel or Parquet file.
        columns: comment, and response_id, comment_id, question, language where they exist.
        folder: Gets tables/*.parquet, quarantine.csv, model/ and manifest.json.
        settings: How themes are found; codes cannot guide, as such a file holds none.
        privacy: What is kept private.
        tracking_uri: Where stored fits are, for `settings.start`.
        command: The command line that repeats the run.
        progress: Called with (texts done, texts to encode).

    Raises:
        SettingsError: A column or setting cannot be used.
        DataRefusedError: The comments cannot be used as they are.
    """
    raw = read_source(source)
    admission = admit_comments(raw, columns, _read_as(privacy, source, folder, tracking_uri))
    with held(folder):
        guided = guidance(settings, tracking_uri or local_tracking_uri(Path.cwd()))
        found = find_themes(
            admission.comments,
            None,
            encoder=encoder_of(settings, guided.curation),
            tier=settings.tier,
            n_themes=settings.n_themes,
            curation=guided.curation,
            cache_folder=Path(settings.cache) if settings.cache else Path.cwd() / ".cache" / "vectors",
            random_state=settings.random_state,
            progress=progress,
        )
        tables = {
            "comments": admission.comments,
            "quarantine": admission.quarantine,
            "redactions": admission.redactions,
            "segments": found.segments,
            "mentions": found.mentions,
            "themes": found.themes,
            "languages": found.languages,
            "possible_themes": found.possible.table,
            "theme_edits": found.edits.table,
            "lineage": found.lineage,
        }
        notes = [*admission.notes, *found.notes]
        with published(folder) as partial:
            write_tables(partial, tables)
            save_themes(found.fitted, partial / MODEL)
            facts = _facts("themes_fit", raw, admission, tables, notes, command)
            facts["settings"] = settings.model_dump(mode="json")
            facts["themes"] = fit_facts(found, guided.inputs, str(folder / MODEL))
            write_manifest(partial, facts)
    return ThemeRun(folder, tables, notes)


def assign_comments(
    named: str,
    source: str,
    columns: Mapping[str, str | tuple[str, ...]],
    folder: Path,
    *,
    privacy: PrivacySettings | None = None,
    tracking_uri: str | None = None,
    cache: str | None = None,
    command: str = "",
    progress: Progress | None = None,
) -> ThemeRun:
    """Give the comments of a file the themes of a fitted model; nothing is learned.

    Args:
        named: `themes@3`, a folder of `themes fit`, or its `model/`.
        source: CSV, TSV, Excel or Parquet file.
        columns: comment, and response_id, comment_id, question, language where they exist.
        folder: Gets tables/*.parquet, quarantine.csv and manifest.json.
        privacy: What is kept private.
        tracking_uri: Where stored fits are.
        cache: Folder of encoded texts; `.cache/vectors` if not given.
        command: The command line that repeats the run.
        progress: Called with (segments done, segments to do).

    Raises:
        SettingsError: There is no such model, or a column cannot be used.
        DataRefusedError: The model is damaged, or the comments cannot be used as they are.
    """
    fitted, fingerprint = load_theme_version(
        tracking_uri or local_tracking_uri(Path.cwd()), model_of(named), setting="the fit to assign with"
    )
    raw = read_source(source)
    admission = admit_comments(raw, columns, _read_as(privacy, source, folder, tracking_uri))
    with held(folder):
        read = readable_comments(admission.comments, fitted.encoder)
        cache_folder = Path(cache) if cache else Path.cwd() / ".cache" / "vectors"
        segments, mentions = fitted.assign(read, cache_folder=cache_folder, progress=progress)
        tables = {
            "comments": admission.comments,
            "quarantine": admission.quarantine,
            "redactions": admission.redactions,
            "segments": segments,
            "mentions": mentions,
            "themes": themes_table(fitted, segments, mentions, None) if len(segments) else empty("themes"),
        }
        notes = [*admission.notes, *_assigned(admission, read, segments, mentions, fitted)]
        with published(folder) as partial:
            write_tables(partial, tables)
            facts = _facts("themes_assign", raw, admission, tables, notes, command)
            facts["inputs"]["themes"] = {"name": named, "sha256": fingerprint}
            write_manifest(partial, facts)
    return ThemeRun(folder, tables, notes)


def _read_as(privacy: PrivacySettings | None, *near: str | Path | None) -> SurveySettings:
    return SurveySettings(forgotten=tombstones_near(*near), **(privacy or PrivacySettings()).for_door())


def _assigned(
    admission: CommentsAdmission,
    read: pd.DataFrame,
    segments: pd.DataFrame,
    mentions: pd.DataFrame,
    fitted: FittedThemes,
) -> list[str]:
    n_themed, n_with_segment = mentions["segment_id"].nunique(), segments["comment_id"].nunique()
    themed = segments[segments["segment_id"].isin(mentions["segment_id"])]["comment_id"].nunique()
    return [
        f"{len(read):,} of {len(admission.comments):,} comments say something in a language that the encoder reads.",
        f"{themed:,} of {n_with_segment:,} comments with words have one of the {len(fitted.theme_ids_)} themes; "
        f"{len(segments) - n_themed:,} of {len(segments):,} segments fit nowhere.",
    ]


def _facts(
    job: str,
    raw: RawTable,
    admission: CommentsAdmission,
    tables: Mapping[str, pd.DataFrame],
    notes: list[str],
    command: str,
) -> dict[str, Any]:
    return {
        "job": job,
        "command": command,
        "inputs": {"comments": {"name": raw.name, "sha256": raw.sha256, "encoding": raw.encoding}},
        "counts": dict(admission.counts),
        "redactions": {str(row.kind): int(row.n) for row in admission.redactions.itertuples()},
        "rows": {name: len(table) for name, table in sorted(tables.items())},
        "versions": versions(),
        "notes": notes,
    }
