"""What holds before a fit: what the fit it starts from knew, and words that set nothing apart."""

from dataclasses import replace

import pandas as pd

from nps_insights.tables import SettingsError
from nps_insights.themes.company import common_words
from nps_insights.themes.curation.edits import entries
from nps_insights.themes.fitting import Curation

_NEARLY_EVERY = 0.8


def going_on(curation: Curation, tier: str, n_themes: int | None) -> tuple[Curation, list[str]]:
    """What the fit to start from knew goes on, unless something else is given; and what a reader must know of that."""
    start = curation.start
    if start is None:
        return curation, []
    if tier != "auto":
        raise SettingsError(f"tier == {tier!r} beside a fit to start from: its encoder reads; leave tier out.")
    if n_themes is not None and not curation.refit:
        raise SettingsError(
            f"n_themes == {n_themes} beside a fit to start from: its themes are kept; leave it out, or refit."
        )
    notes = []
    if start.ignore and not set(start.ignore) <= set(curation.ignore):
        notes.append(f"Still ignored, as in the fit it started from: {', '.join(map(repr, start.ignore))}.")
    if start.before_edits is not None and not entries(curation.edits):
        notes.append(
            "The fit it started from held edits of themes, and none are given now: they are no longer in effect. "
            "Name their file if that is not meant."
        )
    if start.guided is not None and not curation.taxonomy and curation.examples is None:
        notes.append("The taxonomy is that of the fit it started from.")
    return replace(curation, ignore=tuple(dict.fromkeys([*start.ignore, *curation.ignore]))), notes


def with_common_words(curation: Curation, segments: pd.DataFrame) -> tuple[Curation, list[str]]:
    """Words that nearly every segment holds set none apart: they are ignored as the company's own name is."""
    known = {word.lower() for word in curation.ignore}
    words = [one for one in common_words(segments["text"].tolist(), share=_NEARLY_EVERY) if one not in known]
    if not words:
        return curation, []
    listed = ", ".join(map(repr, words))
    note = f"Nearly every segment holds {listed}: ignored in themes and labels."
    return replace(curation, ignore=(*curation.ignore, *words)), [note]
