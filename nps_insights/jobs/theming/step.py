"""Find the themes of a job: who reads, what people decided, and from which fit it starts."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nps_insights.jobs.settings.driver_report import FROM_CODES, SCRATCH, DriverReportSettings, SurveyJobSettings
from nps_insights.jobs.settings.sections import ThemeSettings
from nps_insights.survey import Admission
from nps_insights.tables import SettingsError
from nps_insights.themes import (
    Curation,
    Encoder,
    Examples,
    FoundThemes,
    Progress,
    find_themes,
    load_encoder,
    read_edits,
    read_taxonomy,
    taxonomy_from_codes,
)
from nps_insights.themes.curation.file import EDITS_FILE
from nps_insights.themes.encoders.transformer import file_sha256
from nps_insights.tracking import load_theme_version

# Folder of the fit in the run folder of `themes fit`.
MODEL = "model"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Guidance:
    """What people decided, and the files it came from.

    Attributes:
        curation: For `find_themes`.
        inputs: Name -> name and sha256 of each file, and of the fit it starts from, for the manifest.
    """

    curation: Curation
    inputs: dict[str, dict[str, str]]


def guidance(settings: ThemeSettings, tracking_uri: str, examples: Examples | None = None) -> Guidance:
    """Read the edits, the taxonomy and the fit to start from.

    Args:
        settings: Section `[themes]`.
        tracking_uri: Where stored fits are.
        examples: Learned from codes, where the settings ask for that.

    Raises:
        SettingsError: A named file or version does not exist, or cannot be read.
        DataRefusedError: A stored fit is damaged.
    """
    if settings.taxonomy == FROM_CODES and examples is None:
        raise SettingsError(
            "themes.taxonomy == 'codes': a file of comments holds no codes; give the name of a taxonomy file, or run "
            "`nps-insights report` with --theme-columns."
        )
    inputs: dict[str, dict[str, str]] = {}
    edits = _edits_file(settings)
    if edits is not None:
        inputs["edits"] = {"name": edits.name, "sha256": file_sha256(edits)}
    taxonomy = None
    if settings.taxonomy not in (None, FROM_CODES):
        taxonomy = Path(str(settings.taxonomy))
    read = read_taxonomy(taxonomy) if taxonomy else ()
    if taxonomy:
        inputs["taxonomy"] = {"name": taxonomy.name, "sha256": file_sha256(taxonomy)}
    start = None
    if settings.start != SCRATCH:
        start, fingerprint = load_theme_version(tracking_uri, model_of(settings.start))
        inputs["themes"] = {"name": settings.start, "sha256": fingerprint}
    elif settings.refit:
        raise SettingsError("themes.refit: needs themes.start, the fit whose ids are kept; such as start = 'themes@3'.")
    curation = Curation(
        edits=read_edits(edits) if edits else Curation().edits,
        taxonomy=read,
        examples=examples,
        ignore=settings.ignore,
        start=start,
        refit=settings.refit,
    )
    return Guidance(curation, inputs)


def themes_of(
    admission: Admission, settings: DriverReportSettings, tracking_uri: str, progress: Progress | None = None
) -> tuple[FoundThemes | None, dict[str, dict[str, str]]]:
    """Find the themes of the comments (None where none says anything) and the files that guided it."""
    usable = int((~admission.comments["says_nothing"].astype(bool)).sum())
    chosen = settings.themes
    guided = guidance(chosen, tracking_uri, _examples(admission, chosen))
    if usable == 0:
        return None, guided.inputs
    _log.info("finding themes in %d comments with the %s encoder", usable, chosen.encoder)
    found = find_themes(
        admission.comments,
        admission.responses,
        encoder=encoder_of(chosen, guided.curation),
        tier=chosen.tier,
        n_themes=chosen.n_themes,
        curation=guided.curation,
        cache_folder=cache_folder(settings),
        random_state=chosen.random_state,
        confidence_level=settings.report.confidence_level,
        progress=progress,
    )
    return found, guided.inputs


def encoder_of(settings: ThemeSettings, curation: Curation) -> Encoder:
    """Return the encoder that reads: that of the fit to start from, or the one that the settings name.

    Raises:
        SettingsError: Another one is named than that of the fit to start from.
    """
    if curation.start is None:
        return load_encoder(settings.encoder, precision=settings.precision)
    own = curation.start.encoder
    name = getattr(own, "teacher_name", own.name)
    if settings.encoder not in (ThemeSettings().encoder, name):
        raise SettingsError(
            f"themes.encoder == {settings.encoder!r} beside themes.start == {settings.start!r}, which was read by "
            f"{name!r}: its themes lie among those vectors; leave the encoder out or start from scratch."
        )
    return own


def model_of(named: str) -> str:
    """Return where a fit is stored: the `model/` of a run of `themes fit`, anything else as it is named.

    Example:
        >>> model_of("themes@3")
        'themes@3'
    """
    return str(Path(named) / MODEL) if (Path(named) / MODEL).is_dir() else named


def cache_folder(settings: SurveyJobSettings) -> Path:
    """Return where encoded texts are kept: as stated, or `.cache/vectors` beside a local tracking database."""
    if settings.themes.cache:
        return Path(settings.themes.cache)
    uri = settings.tracking.uri or ""
    beside = Path(uri.removeprefix("sqlite:///")).parent if uri.startswith("sqlite:///") else Path.cwd()
    return beside / ".cache" / "vectors"


def fit_facts(found: FoundThemes, inputs: dict[str, Any], stored: str | None) -> dict[str, Any]:
    """Return what the manifest tells of the themes: who read, what guided the fit, and where it is stored."""
    tone = found.fitted.tone
    return {
        **found.chosen.facts(),
        "guided_by": inputs,
        "tone": None if tone is None else {"questions": tone.questions_},
        "stored_as": stored,
    }


def _edits_file(settings: ThemeSettings) -> Path | None:
    path = Path(settings.edits or EDITS_FILE)
    if path.is_file():
        return path
    if settings.edits:
        raise SettingsError(f"themes.edits: {path}: no such file; `nps-insights themes rename ...` writes one")
    return None


def _examples(admission: Admission, settings: ThemeSettings) -> Examples | None:
    if settings.taxonomy != FROM_CODES:
        return None
    if admission.codes.empty:
        raise SettingsError(
            "themes.taxonomy == 'codes': no comment carries a code; name their 0/1 columns with --theme-columns, "
            "or give a taxonomy file."
        )
    return taxonomy_from_codes(admission.codes, admission.comments, random_state=settings.random_state)
