"""The words: segments, encoders, the theme model, tone, labels, what people decide, and agreement with their codes."""

from nps_insights.themes.agreement import Agreement, code_agreement
from nps_insights.themes.company import (
    common_words,
    company_note,
    hold_nothing_else,
    likely_company_names,
    without_words,
)
from nps_insights.themes.curation.checked_edits import check_edits
from nps_insights.themes.curation.edits import Edits
from nps_insights.themes.curation.file import read_edits
from nps_insights.themes.describe import themes_table
from nps_insights.themes.encoders.cache import encode_cached
from nps_insights.themes.encoders.load import load_encoder
from nps_insights.themes.encoders.protocol import Encoder, Progress
from nps_insights.themes.find import FoundThemes, find_themes
from nps_insights.themes.fitted import FittedThemes
from nps_insights.themes.fitting import Curation
from nps_insights.themes.guided.taxonomy import Examples, check_taxonomy, read_taxonomy, taxonomy_from_codes
from nps_insights.themes.labels.clashes import clashing_labels, settle_clashes
from nps_insights.themes.model import ThemeModel
from nps_insights.themes.possible import PossibleThemes, possible_themes
from nps_insights.themes.readable import is_readable, language_counts, readable_comments
from nps_insights.themes.saved import load_themes, save_themes, themes_fingerprint
from nps_insights.themes.segments import split_comments
from nps_insights.themes.tone import ToneModel, with_tone
from nps_insights.themes.tone_learning import LearnedTone, learn_tone
from nps_insights.themes.topic_model import as_bertopic
from nps_insights.themes.update import update_themes

__all__ = [
    "Agreement",
    "Curation",
    "Edits",
    "Encoder",
    "Examples",
    "FittedThemes",
    "FoundThemes",
    "LearnedTone",
    "PossibleThemes",
    "Progress",
    "ThemeModel",
    "ToneModel",
    "as_bertopic",
    "check_edits",
    "check_taxonomy",
    "clashing_labels",
    "code_agreement",
    "common_words",
    "company_note",
    "encode_cached",
    "find_themes",
    "hold_nothing_else",
    "is_readable",
    "language_counts",
    "learn_tone",
    "likely_company_names",
    "load_encoder",
    "load_themes",
    "possible_themes",
    "read_edits",
    "read_taxonomy",
    "readable_comments",
    "save_themes",
    "settle_clashes",
    "split_comments",
    "taxonomy_from_codes",
    "themes_fingerprint",
    "themes_table",
    "update_themes",
    "with_tone",
    "without_words",
]
