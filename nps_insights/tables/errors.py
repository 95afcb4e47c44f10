"""The errors that users may meet; each message says what was given, what is required, what to do next."""


class NpsInsightsError(Exception):
    """The parent of every error that nps-insights raises on purpose."""


class SettingsError(NpsInsightsError):
    """A setting, option or argument cannot be used as given."""


class DataRefusedError(NpsInsightsError):
    """The input was read, but computing from it would mislead: something must be stated or mended first."""


class SchemaError(DataRefusedError):
    """A table breaks its contract; the message lists every problem of the table, not the first one.

    Attributes:
        table: Name of the table.
        problems: One sentence per problem.
    """

    def __init__(self, table: str, problems: list[str]) -> None:
        self.table = table
        self.problems = problems
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"table {table!r} breaks its contract:\n{lines}")


class MissingExtraError(NpsInsightsError):
    """An optional part of nps-insights is needed and not installed; the message names the extra."""


class BusyFolderError(NpsInsightsError):
    """Another run holds the output folder."""
