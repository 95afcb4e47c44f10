"""The words: segments, encoders, the theme model, labels, and agreement with codes that people gave."""

from nps_insights.themes.agreement import Agreement, code_agreement
from nps_insights.themes.describe import themes_table
from nps_insights.themes.encoders.cache import encode_cached
from nps_insights.themes.encoders.load import load_encoder
from nps_insights.themes.encoders.protocol import Encoder, Progress
from nps_insights.themes.find import FoundThemes, find_themes
from nps_insights.themes.model import ThemeModel
from nps_insights.themes.segments import split_comments
from nps_insights.themes.topic_model import as_bertopic
from nps_insights.themes.update import update_themes

__all__ = [
    "Agreement",
    "Encoder",
    "FoundThemes",
    "Progress",
    "ThemeModel",
    "as_bertopic",
    "code_agreement",
    "encode_cached",
    "find_themes",
    "load_encoder",
    "split_comments",
    "themes_table",
    "update_themes",
]
