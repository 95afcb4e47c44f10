"""Themes found on some customers, effects estimated on the others: a check that themes do not fit their own rows."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.drivers import estimate_drivers
from nps_insights.drivers.effects.cross_fitted import cross_fitted_effects
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.metrics import account_of, hashed
from nps_insights.survey import Admission
from nps_insights.tables import DataRefusedError, empty
from nps_insights.themes import Curation, FittedThemes, FoundThemes, find_themes
from nps_insights.themes.curation.lineage import match_themes

_log = logging.getLogger(__name__)

# How the note on such effects starts.
CROSS_FITTED = "Cross-fitted effects:"
# Themes of a half that no theme of the whole continues: they are adjusted for, and not reported.
_OTHER = "other-"


def cross_fit(
    admission: Admission,
    found: FoundThemes,
    settings: DriverReportSettings,
    *,
    attributes: list[str],
    controls: list[str],
    cache_folder: Path,
) -> tuple[pd.DataFrame, list[str]]:
    """Find the themes anew on each half of the accounts, give them to the other half, and estimate effects there.

    Themes of a half bear the id of the theme of the whole that they continue (`match_themes`); a theme of a taxonomy
    is found by its examples and needs no matching.

    Returns:
        Rows of table `effects`, method `cross_fitted`, and plain sentences on what was done.
    """
    if settings.drivers.split == "none":
        return empty("effects"), []
    half = _half_of(admission.responses)
    directions = ((0, 1), (1, 0)) if settings.drivers.split == "cross_fit" else ((0, 1),)
    parts, matched = [], []
    for taught, judged in directions:
        _log.info("finding themes on one half of the accounts, estimating effects on the other")
        try:
            fitted = _found_on(found, half == taught, settings, cache_folder)
        except DataRefusedError as error:
            return empty("effects"), [f"Themes were not found on half of the accounts: {error}"]
        mentions = _mentions_by(fitted, found, half == judged, cache_folder)
        themes = pd.DataFrame({"theme_id": sorted(mentions["theme_id"].unique())})
        names = found.themes.set_index("theme_id")["label"]
        own = admission.responses[admission.responses["response_id"].map(half) == judged]
        estimates = estimate_drivers(
            own,
            found.comments,
            mentions=mentions,
            themes=themes.assign(label=themes["theme_id"].map(names).fillna("another theme of the half")),
            attributes=attributes,
            controls=controls,
            min_present=settings.drivers.min_present,
            confidence_level=settings.report.confidence_level,
        ).effects
        parts.append(estimates[~estimates["driver_id"].str.startswith(f"theme/{_OTHER}")])
        matched.append(themes["theme_id"].isin(names.index).sum())
    effects = cross_fitted_effects(parts, confidence_level=settings.report.confidence_level)
    leaves = int((found.themes["level"] == 2).sum())
    counts = " and ".join(str(n) for n in matched)
    note = (
        f"{CROSS_FITTED} themes were found on one half of the accounts and their effects estimated on the "
        f"other; {counts} of {leaves} themes were found there again, {effects['driver_id'].nunique()} of them "
        "frequent enough for an effect."
    )
    return effects, [note]


def _half_of(responses: pd.DataFrame) -> pd.Series:
    """Half (0 or 1) of each response by response_id, drawn by the account's own id."""
    accounts = account_of(responses)
    halves = {one: hashed(f"half {one}") % 2 for one in accounts.unique()}
    return pd.Series(accounts.map(halves).to_numpy(), index=responses["response_id"])


def _found_on(
    found: FoundThemes, inside: pd.Series, settings: DriverReportSettings, cache_folder: Path
) -> FittedThemes:
    comments = found.comments[found.comments["response_id"].map(inside).fillna(False).astype(bool)]
    return find_themes(
        comments,
        None,
        encoder=found.fitted.encoder,
        tier="full",
        n_themes=max(2, len(found.model.theme_ids_)),
        curation=Curation(ignore=found.fitted.ignore),
        cache_folder=cache_folder,
        random_state=settings.themes.random_state,
    ).fitted


def _mentions_by(half: FittedThemes, found: FoundThemes, inside: pd.Series, cache_folder: Path) -> pd.DataFrame:
    """Mentions of the other half by the themes of this one, under the ids of the whole."""
    reader = replace(found.fitted, model=half.model, before_edits=None)
    segments = found.segments[found.segments["response_id"].map(inside).fillna(False).astype(bool)]
    mentions = reader.assign_segments(segments, cache_folder=cache_folder)
    lineage = match_themes(found.model, half.model)
    kept = lineage[lineage["relation"] == "kept"].set_index("theme_id")["previous_theme_id"]
    stated = {one: one for one in found.fitted.taxonomy}
    ids = mentions["theme_id"].map(kept.to_dict() | stated)
    return mentions.assign(theme_id=np.where(ids.isna(), _OTHER + mentions["theme_id"], ids))
