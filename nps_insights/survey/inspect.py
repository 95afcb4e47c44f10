"""Look at an export without touching it: what was understood, what was not, and what to state."""

from dataclasses import dataclass, field, replace

import pandas as pd

from nps_insights.survey.admit import Admission, admit_survey
from nps_insights.survey.files.read import RawTable
from nps_insights.survey.mapping.aliases import FIELDS
from nps_insights.survey.mapping.columns import ColumnMapping, find_columns
from nps_insights.survey.mapping.looks import look_at
from nps_insights.survey.mapping.suggestion import Suggestion, suggest
from nps_insights.survey.privacy.known_people import known_people
from nps_insights.survey.privacy.private_texts import without_private_texts
from nps_insights.survey.redaction import KnownNames
from nps_insights.survey.settings import SurveySettings
from nps_insights.tables import NpsInsightsError

_N_ROWS = 5


@dataclass(frozen=True, eq=False)
class Inspection:
    """What can be said about an export before anything is computed.

    Attributes:
        name: Name of the file.
        n_rows: Rows read, broken ones included.
        encoding: Encoding of a text file, else "".
        delimiter: What separates its cells, else "".
        understood: One row per column that plays a part: field, meaning, column, how (why it was taken), looks_like.
        unused: One row per other column: column, looks_like.
        first_rows: The first five rows as read, redacted in all cells.
        counts: Rows read, kept, quarantined, duplicate, filtered; empty while something must be stated first.
        breakdown: Fate -> reason -> rows; empty likewise.
        warnings: What must be stated, and what a reader must know.
        ready: Whether the export can be read with these settings.
        columns_block: A `[columns]` block to paste into a pipeline file.
        tool: The tool whose export it is, or "".
        recognised_by: What the tool was recognised by, or "".
        tool_did: What was done because of the tool, in sentences.
        suggestion: What could be stated next where it is not ready; a guess to judge.
    """

    name: str
    n_rows: int
    encoding: str
    delimiter: str
    understood: pd.DataFrame
    unused: pd.DataFrame
    first_rows: pd.DataFrame
    counts: dict[str, int]
    breakdown: dict[str, dict[str, int]]
    warnings: tuple[str, ...]
    ready: bool
    columns_block: str
    tool: str = ""
    recognised_by: str = ""
    tool_did: tuple[str, ...] = ()
    suggestion: Suggestion = field(default_factory=Suggestion)


def inspect_survey(raw: RawTable, settings: SurveySettings) -> Inspection:
    """Describe an export: columns, first rows, counts, warnings and a block to paste.

    Whatever stands in the way of reading it becomes a warning, not an error.

    Args:
        raw: The export as read.
        settings: What the user states so far.

    Returns:
        What `nps-insights inspect` prints, as tables and sentences.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"NPS": ["9", "0"], "Reason": ["quick and kind", ""]}, dtype="str")
        >>> raw = RawTable("export.csv", frame, np.array([2, 3]), pd.DataFrame())
        >>> print(inspect_survey(raw, SurveySettings()).columns_block)
        [columns]
        score = "NPS"
        comment = "Reason"
    """
    warnings: list[str] = []
    mapping = ColumnMapping({}, {}, unused=tuple(raw.frame.columns))
    try:
        mapping, problems = find_columns(raw, settings)
        warnings += [*problems, *mapping.notes]
    except NpsInsightsError as error:
        warnings.append(str(error))
    admission = None if warnings and "score" not in mapping.columns else _tried(raw, settings, warnings)
    if admission is not None:
        warnings += [*admission.notes, *_proxy_warning(mapping)]
    ready = admission is not None
    suggestion = Suggestion() if ready else suggest(raw, settings, mapping, lambda other: admit_survey(raw, other))
    # They have their own place, beside what the tool was recognised by.
    told = [said for said in raw.told if said not in raw.notes]
    return Inspection(
        name=raw.name,
        n_rows=raw.n_read,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        understood=_understood(raw, mapping),
        unused=pd.DataFrame(
            [(name, look_at(raw.frame[name]).words) for name in mapping.unused], columns=["column", "looks_like"]
        ),
        first_rows=_first_rows(raw, settings),
        counts={} if admission is None else admission.counts,
        breakdown={} if admission is None else admission.breakdown,
        warnings=tuple(dict.fromkeys([*raw.notes, *(said for said in warnings if said not in told)])),
        ready=ready,
        columns_block=_columns_block(mapping, suggestion),
        tool="" if raw.tool is None else raw.tool.tool,
        recognised_by="" if raw.tool is None else raw.tool.why,
        tool_did=() if raw.tool is None else raw.tool.did,
        suggestion=suggestion,
    )


def _first_rows(raw: RawTable, settings: SurveySettings) -> pd.DataFrame:
    # The names are those of the whole file: who stands in row 900 may be spoken of in row 2.
    names = known_people(raw, None, settings) if settings.redact else KnownNames()
    few = replace(raw, frame=raw.frame.head(_N_ROWS))
    return without_private_texts(few, [str(name) for name in few.frame.columns], settings, names)[0].frame


def _tried(raw: RawTable, settings: SurveySettings, warnings: list[str]) -> Admission | None:
    try:
        return admit_survey(raw, settings)
    except NpsInsightsError as error:
        if not any(warning in str(error) for warning in warnings):
            warnings.append(str(error))
        return None


def _understood(raw: RawTable, mapping: ColumnMapping) -> pd.DataFrame:
    rows = [
        (name, FIELDS[name], column, mapping.how[name], _looks(name, raw.frame[column]))
        for name, columns in mapping.columns.items()
        for column in columns
    ]
    rows += [("attribute", "attribute", c, "stated", look_at(raw.frame[c]).words) for c in mapping.attributes]
    rows += [
        ("code", "code given to the comment", c, "stated", look_at(raw.frame[c]).words) for c in mapping.theme_columns
    ]
    return pd.DataFrame(rows, columns=["field", "meaning", "column", "how", "looks_like"])


def _looks(field_name: str, texts: pd.Series) -> str:
    """What a column looks like; ids are counted: told as numbers they would seem to lose their leading zeros."""
    if not field_name.endswith("_id"):
        return look_at(texts).words
    n = texts[texts.fillna("").str.strip() != ""].nunique()
    return f"{n:,} different ids, kept as they are written" if n else look_at(texts).words


def _proxy_warning(mapping: ColumnMapping) -> list[str]:
    # Only what is named becomes an attribute; that is worth a word before a report without drivers.
    if mapping.attributes or not mapping.unused:
        return []
    return ["no column is used as an attribute; name those that may explain the score with --attributes"]


def _columns_block(mapping: ColumnMapping, suggestion: Suggestion) -> str:
    lines = ["[columns]"]
    for name, columns in mapping.columns.items():
        quoted = [_quoted(column) for column in columns]
        lines.append(f"{name} = {quoted[0] if len(quoted) == 1 else '[' + ', '.join(quoted) + ']'}")
    lines += [f"# {name} = {_quoted(column)}  # a suggestion" for name, column in suggestion.columns.items()]
    if "score" not in {**mapping.columns, **suggestion.columns}:
        lines.append('# score = "..."  # name the column with the answer to the recommendation question')
    for name, value in suggestion.options.items():
        section, key = ("dates", "format") if name == "date-format" else ("score", name)
        lines += [f"# [{section}]" * (f"# [{section}]" not in lines), f"# {key} = {_quoted(value)}  # a suggestion"]
    return "\n".join(line for line in lines if line)


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of its."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
