"""The contract: columns of every table, validation, and the errors that users meet."""

from nps_insights.tables.columns import ATTRIBUTE_PREFIX, CATEGORIES, OUTCOMES, USAGE_PREFIX, Column, Table
from nps_insights.tables.conform import conform, empty
from nps_insights.tables.contract import TABLES
from nps_insights.tables.driver_tables import DRIVER_TABLES
from nps_insights.tables.errors import (
    BusyFolderError,
    DataRefusedError,
    MissingExtraError,
    NpsInsightsError,
    SchemaError,
    SettingsError,
)
from nps_insights.tables.spreadsheets import not_a_formula

__all__ = [
    "ATTRIBUTE_PREFIX",
    "CATEGORIES",
    "DRIVER_TABLES",
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
    "conform",
    "empty",
    "not_a_formula",
]
