"""Find out which column of the file is which field: exact names checked against the cells, never a guess."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.ids.rounded_ids import rounded_ids
from nps_insights.survey.mapping.aliases import FIELDS, is_alias, plain_name
from nps_insights.survey.mapping.likely_columns import likely_scores, other_delimiter
from nps_insights.survey.mapping.looks import Look, look_at
from nps_insights.survey.mapping.similar_names import suggestions as suggestions
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.values.flags import FLAGS, flags_of
from nps_insights.survey.values.kinds import unknown_kinds
from nps_insights.survey.values.scores import numbers_stated
from nps_insights.tables import DataRefusedError, SettingsError


@dataclass(frozen=True)
class ColumnMapping:
    """Which column is which field.

    Attributes:
        columns: Field -> columns of the file; only comment may have several.
        how: Field -> "stated", "by its name", or the tool whose export it is.
        theme_columns: Columns with given codes, ranges resolved.
        named: Attribute, control or group column as typed -> column of this file.
        elsewhere: Named columns that this file lacks; they must be columns of the accounts.
        unused: Columns of the file that play no part.
        notes: What was decided, in sentences.
        labels: Column -> wording of its question, where the tool writes it elsewhere than in the name.
    """

    columns: dict[str, tuple[str, ...]]
    how: dict[str, str]
    theme_columns: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)
    elsewhere: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The named columns of this file, each once."""
        return tuple(dict.fromkeys(self.named.values()))

    def one(self, name: str) -> str | None:
        """Return the column of a field that has at most one.

        Example:
            >>> ColumnMapping({"score": ("NPS",)}, {"score": "stated"}).one("score")
            'NPS'
        """
        found = self.columns.get(name, ())
        return found[0] if found else None


def map_columns(raw: RawTable, settings: SurveySettings) -> ColumnMapping:
    """Find the column of every field.

    Stated columns are believed. Otherwise a column is taken if its name is exactly a known one (case, accents and
    punctuation aside) and its cells look the part. Several comment columns are allowed: each is a question.

    Args:
        raw: The export as read.
        settings: What the user states.

    Returns:
        The mapping.

    Raises:
        SettingsError: A stated column or field does not exist.
        DataRefusedError: No column or several columns could be the score, or several another field.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"NPS": ["9", "3"], "Reason": ["quick and kind", "too slow for me"]}, dtype="str")
        >>> raw = RawTable("export.csv", frame, np.array([2, 3]), pd.DataFrame())
        >>> map_columns(raw, SurveySettings()).columns
        {'score': ('NPS',), 'comment': ('Reason',)}
    """
    mapping, problems = find_columns(raw, settings)
    if problems:
        raise DataRefusedError("\n".join([*problems, *described_columns(raw)]))
    return mapping


def find_columns(raw: RawTable, settings: SurveySettings) -> tuple[ColumnMapping, list[str]]:
    """Return what can be mapped and, as sentences, what stands in the way of the rest.

    Raises:
        SettingsError: A stated column or field does not exist.
    """
    names = list(raw.frame.columns)
    found = _Found()
    for name, stated in settings.columns.items():
        _check_field(name)
        listed = (stated,) if isinstance(stated, str) else tuple(stated)
        if not listed or (len(listed) > 1 and name != "comment"):
            raise SettingsError(f"columns: {name} takes one column, got {len(listed)}; only comment takes several")
        found.columns[name] = tuple(resolve(column, names, f"columns: {name}") for column in listed)
        found.how[name] = "stated"
    themes = _theme_columns(settings.theme_columns, names)
    named = dict.fromkeys((*settings.attributes, *settings.controls, *settings.by))
    here = {name: column for name in named if (column := _match(name, names)) is not None}
    taken = {column for columns in found.columns.values() for column in columns} | set(themes) | set(here.values())
    free = [name for name in names if name not in taken]
    _by_tool(raw, free, found)
    for name in FIELDS:
        if name not in found.columns:
            _by_alias(raw, name, free, found)
    used = {column for columns in found.columns.values() for column in columns} | set(themes) | set(here.values())
    mapping = ColumnMapping(
        columns={name: found.columns[name] for name in FIELDS if name in found.columns},
        how=found.how,
        theme_columns=themes,
        named=here,
        elsewhere=tuple(name for name in named if name not in here),
        unused=tuple(name for name in names if name not in used),
        notes=tuple(found.notes),
        labels={} if raw.tool is None else {name: label for name, label in raw.tool.labels.items() if label},
    )
    return mapping, found.problems


def described_columns(raw: RawTable) -> list[str]:
    """Return one line per column: its name and what its cells look like.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"Q1": ["9", "3"]}, dtype="str")
        >>> described_columns(RawTable("export.csv", frame, np.array([2, 3]), pd.DataFrame()))
        ["  'Q1': whole numbers 3 to 9"]
    """
    return [f"  {name!r}: {look_at(raw.frame[name]).words}" for name in raw.frame.columns]


def resolve(name: str, names: Sequence[str], role: str) -> str:
    """Return the column called `name`, case and spaces aside, or refuse with the nearest names.

    Raises:
        SettingsError: There is no such column.

    Example:
        >>> resolve("nps score", ["NPS Score", "Comment"], "columns: score")
        'NPS Score'
    """
    column = _match(name, names)
    if column is None:
        near = suggestions(name, names)
        hint = f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""
        listed = ", ".join(map(repr, names[:12])) + (", ..." if len(names) > 12 else "")
        raise SettingsError(f"{role}: the file has no column {name!r}{hint}; it has {listed}")
    return column


@dataclass
class _Found:
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _check_field(name: str) -> None:
    if name not in FIELDS:
        near = suggestions(name, list(FIELDS))
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise SettingsError(f"columns: {name!r} is no field; {hint}The fields are {', '.join(FIELDS)}")


def _match(name: str, names: Sequence[str]) -> str | None:
    if name in names:
        return name
    alike = [column for column in names if plain_name(column) == plain_name(name)]
    return alike[0] if len(alike) == 1 and plain_name(name) else None


def _theme_columns(stated: Sequence[str], names: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for entry in stated:
        if ".." in entry and _match(entry, names) is None:
            first, last = (resolve(end.strip(), names, "theme_columns") for end in entry.split("..", 1))
            if names.index(first) > names.index(last):
                raise SettingsError(f"theme_columns: {first!r} stands after {last!r} in the file; turn the range round")
            found += names[names.index(first) : names.index(last) + 1]
        else:
            found.append(resolve(entry, names, "theme_columns"))
    return tuple(dict.fromkeys(found))


def _by_tool(raw: RawTable, free: list[str], found: _Found) -> None:
    """Take the columns that the export's tool is known for, unless their cells say otherwise."""
    if raw.tool is None:
        return
    for name, known in raw.tool.columns.items():
        if name not in FIELDS or name in found.columns or (name == "score" and raw.tool.no_score):
            continue
        misfits = {column: _misfit(name, column, raw.frame[column]) for column in known if column in free}
        found.notes += [
            f"{column!r} is the {name} of a {raw.tool.tool} export and was not taken: {misfit}"
            for column, misfit in misfits.items()
            if misfit and misfit != "it is empty"
        ]
        fitting = tuple(column for column, misfit in misfits.items() if not misfit)
        if len(fitting) > 1 and name != "comment":
            found.problems.append(_undecided(name, fitting))
        elif fitting:
            found.columns[name], found.how[name] = fitting, f"{raw.tool.tool} export"


def _by_alias(raw: RawTable, name: str, free: list[str], found: _Found) -> None:
    taken = {column for columns in found.columns.values() for column in columns}
    known = raw.tool
    refused = known.no_score if known is not None and name == "score" else ""
    wrong = () if known is None else known.never.get(name, ())
    if known is not None and refused:
        # Only a name that says what was asked makes a survey of an export that has none as a rule.
        wrong = (*wrong, *known.columns.get(name, ()), *(one for one in free if plain_name(one) == "score"))
    labels = {} if known is None else known.labels
    candidates = [
        column
        for column in free
        if column not in taken
        and column not in wrong
        and (is_alias(column, name) or is_alias(labels.get(column, ""), name))
    ]
    fitting = []
    for column in candidates:
        misfit = _misfit(name, column, raw.frame[column])
        if misfit:
            found.notes.append(f"{column!r} is named like {name} and was not taken: {misfit}")
        else:
            fitting.append(column)
    if name == "comment" and fitting:
        found.columns[name] = tuple(fitting)
    elif len(fitting) == 1:
        found.columns[name] = (fitting[0],)
    elif len(fitting) > 1 and name in _SIDE_FIELDS:
        found.notes.append(f"{' and '.join(map(repr, fitting))} could all be {name}; none is taken as it")
    elif len(fitting) > 1:
        found.problems.append(_undecided(name, fitting))
    elif name == "score":
        found.problems.append(refused or _no_score(raw, free, taken))
    if name in found.columns:
        found.how[name] = "by its name"


def _undecided(name: str, fitting: Sequence[str]) -> str:
    return f"{name}: {' and '.join(map(repr, fitting))} could both be it; state one: {_line(name, fitting[0])}"


def _line(name: str = "score", column: str = "...") -> str:
    return f'--columns {name}="{column}"'


def _no_score(raw: RawTable, free: list[str], taken: set[str]) -> str:
    shown = [column for column in likely_scores(raw, free) if column not in taken][:3]
    said = f"score: {raw.name} has no column that is known to hold the recommendation score"
    if len(raw.frame.columns) == 1 and (split := other_delimiter(str(raw.frame.columns[0]))):
        return (
            f"{said}: it has one column, {str(raw.frame.columns[0])[:80]!r}. If {split!r} separates its cells, save it "
            "with commas, semicolons, tabs or | between them"
        )
    if shown:
        return f"{said}; state it: {' or '.join(_line('score', column) for column in shown)}"
    return f"{said}, and none holds numbers of a scale; write answers in words as numbers, or state it: {_line()}"


def _misfit(name: str, column: str, texts: pd.Series) -> str:
    """Why the cells do not fit the field, or nothing."""
    look = look_at(texts)
    if look.kind == "empty":
        return "it is empty"
    if name in _IDS and (rounded := rounded_ids(texts)):
        return rounded
    if name in ("score", "csat", "ces"):
        n_stated = int(numbers_stated(texts).notna().sum())
        if n_stated * 2 < look.n_given:
            return f"{look.n_given - n_stated:,} of {look.n_given:,} cells state no number"
    return _misfit_of_look(name, column, look, texts)


def _misfit_of_look(name: str, column: str, look: Look, texts: pd.Series) -> str:
    if name == "comment" and look.kind in ("rating", "number", "date"):
        return f"it looks like {look.words}"
    if name == "contact_role" and look.kind in ("rating", "number", "date"):
        return f"it looks like {look.words}"
    if name == "responded_at" and look.kind != "date":
        return f"it looks like {look.words}, not like dates"
    if name == "weight" and look.kind not in ("rating", "number"):
        return f"it looks like {look.words}, not like numbers"
    if name == "survey" and (strange := unknown_kinds(texts)):
        return f"it holds {strange}, neither relational nor transactional"
    if name == "event_at" and look.kind != "date":
        return f"it looks like {look.words}, not like dates"
    if name in FLAGS and 2 * int(flags_of(name, texts).notna().sum()) < look.n_given:
        return f"it looks like {look.words}, not like yes and no"
    if name in ("trigger", "wording") and look.kind in ("rating", "number", "date"):
        return f"it looks like {look.words}"
    if name == "response_id" and plain_name(column) == "id":
        given = texts[texts.str.strip() != ""].str.strip()
        if given.duplicated().any():
            return "its values repeat, so it may be a customer's id; state it as response_id or account_id"
    return ""


_IDS = ("response_id", "account_id", "contact_id", "comment_id")
# What stands beside the answer; a doubt about it is no reason to refuse an export.
_SIDE_FIELDS = (
    *("contact_role", "survey", "touchpoint", "channel", "agent_id"),
    *("trigger", "event_at", "wording", "internal", "complete"),
)
