"""The contract: columns of every table, validation, and the errors that users meet."""

from nps_insights.tables.columns import ATTRIBUTE_PREFIX, CATEGORIES, OUTCOMES, USAGE_PREFIX, Column, Table
from nps_insights.tables.conform import conform, empty
from nps_insights.tables.contract import TABLES
from nps_insights.tables.counted import counted
from nps_insights.tables.driver_tables import DRIVER_TABLES
from nps_insights.tables.errors import (
    BusyFolderError,
    DataRefusedError,
    MissingExtraError,
    NpsInsightsError,
    SchemaError,
    SettingsError,
)
from nps_insights.tables.marks import MARKS, without_marks
from nps_insights.tables.replaced_file import replace_file
from nps_insights.tables.spreadsheets import as_it_was, not_a_formula, texts_as_they_were
from nps_insights.tables.visible_text import visible

__all__ = [
    "ATTRIBUTE_PREFIX",
    "CATEGORIES",
    "DRIVER_TABLES",
    "MARKS",
    "OUTCOMES",
    "TABLES",
    "USAGE_PREFIX",
    "BusyFolderError",
    "Column",
    "DataRefusedError",
    "MissingExtraError",
    "NpsInsightsError",
    "SchemaError",
    "SettingsError",
    "Table",
    "as_it_was",
    "conform",
    "counted",
    "empty",
    "not_a_formula",
    "replace_file",
    "texts_as_they_were",
    "visible",
    "without_marks",
]
