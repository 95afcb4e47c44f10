"""What makes a tool's export known, and the steps that turn it into a plain table."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from nps_insights.survey.files.raw import RawTable, Recognised, numbered_reasons
from nps_insights.survey.mapping.aliases import plain_name
from nps_insights.tables import counted

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Header:
    """The header of an export.

    Attributes:
        names: One name per column.
        n_rows: Rows that it takes.
        labels: Wording of each column's question, or ""; empty where the names are all there is.
        zones: Time zone of each column's times, or ""; empty likewise.
        did: What was done to it, in sentences.
    """

    names: list[str]
    n_rows: int = 1
    labels: list[str] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    did: tuple[str, ...] = ()


def first_row(rows: Rows) -> Header:
    """Return the header of an export that has one header row.

    Example:
        >>> first_row([["id", "score"], ["1", "9"]]).names
        ['id', 'score']
    """
    return Header(list(rows[0]))


def anything(rows: Rows) -> bool:
    """Return True: the names of the columns are proof enough.

    Example:
        >>> anything([["id"]])
        True
    """
    return True


def unchanged(raw: RawTable) -> RawTable:
    """Return an export that needs no step as it is."""
    return raw


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool whose exports are known.

    Attributes:
        name: Its name, as people say it.
        signatures: Sets of column names; an export that has all names of one set is the tool's.
        fits: Whether the rows (header first) look like the tool's too, for names that others use as well.
        header: Reads the header.
        footer: Regular expression for the lines below the rows; only a row with one cell or two can be one.
        prepared: The steps after the header: sets rows aside, finds columns that have no fixed name.
        columns: Field -> names of its column, by `|`; a name is written as `plain_name` returns it.
        never: Field -> names of columns that are named like it and hold something else, likewise.
        notes: What a reader must know of any export of the tool.
        no_score: Why its exports hold no recommendation score and what to do; "" where they hold one.
        general: Whether it is only asked where no other tool is recognised.
    """

    name: str
    signatures: tuple[frozenset[str], ...]
    fits: Callable[[Rows], bool] = anything
    header: Callable[[Rows], Header] = first_row
    footer: str = ""
    prepared: Callable[[RawTable], RawTable] = unchanged
    columns: Mapping[str, str] = field(default_factory=dict)
    never: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    no_score: str = ""
    general: bool = False

    def signature_in(self, rows: Rows) -> frozenset[str]:
        """Return the signature that the header of an export has, the longest if several; empty if none.

        Example:
            >>> Tool(name="Any", signatures=(frozenset({"id"}),)).signature_in([["ID", "Score"]])
            frozenset({'id'})
        """
        names = {plain_name(cell) for cell in rows[0]}
        found = [signature for signature in self.signatures if signature <= names]
        if not found or not self.fits(rows):
            return frozenset()
        return max(found, key=len)

    def is_footer(self, cells: Sequence[str]) -> bool:
        """Return whether a row is a line below the rows of the export.

        Example:
            >>> Tool(name="Any", signatures=(), footer="Copyright").is_footer(["Copyright (c) 2026", "", ""])
            True
        """
        given = [cell.strip() for cell in cells if cell.strip()]
        return bool(self.footer and 0 < len(given) <= 2 and re.match(self.footer, given[0], re.IGNORECASE))


def prepared(raw: RawTable, tool: Tool, header: Header, why: str) -> RawTable:
    """Return an export as a plain table with what is known of its columns.

    Args:
        raw: The export, with one header row left.
        tool: Its tool.
        header: Its header as the tool read it.
        why: What it was recognised by.
    """
    names = list(raw.frame.columns)
    footers = len(raw.set_aside)
    below = [f"{counted(footers, 'row', 'rows')} below the answers set aside: footer lines"] if footers else []
    did = [*header.did, *below]
    known = Recognised(
        tool=tool.name,
        why=why,
        did=tuple(did),
        columns=named_columns(names, tool.columns),
        never=named_columns(names, tool.never),
        labels=dict(zip(names, header.labels, strict=True)) if header.labels else {},
        zones={name: zone for name, zone in zip(names, header.zones, strict=True) if zone} if header.zones else {},
        no_score=tool.no_score,
    )
    done = tool.prepared(replace(raw, tool=known))
    assert done.tool is not None
    return replace(done, tool=replace(done.tool, did=(*done.tool.did, *tool.notes)))


def named_columns(names: Sequence[str], wanted: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return field -> the columns that have one of its names; for every field but comment the first name wins.

    Args:
        names: Columns of the file.
        wanted: Field -> plain names, by `|`.

    Example:
        >>> named_columns(["End Date", "#"], {"responded_at": "ended|end date", "response_id": "#"})
        {'responded_at': ('End Date',), 'response_id': ('#',)}
    """
    plain: dict[str, list[str]] = {}
    for name in names:
        plain.setdefault(plain_name(name) or name.strip(), []).append(name)
    found = {}
    for target, listed in wanted.items():
        hits = [plain[wording] for wording in listed.split("|") if wording in plain]
        if hits:
            found[target] = tuple(column for hit in hits for column in hit) if target == "comment" else tuple(hits[0])
    return found


def column_named(raw: RawTable, *wordings: str) -> str | None:
    """Return the first column with one of these plain names.

    Example:
        >>> raw = RawTable("a.csv", pd.DataFrame({"Survey Type": ["nps"]}), np.array([2]), numbered_reasons([]))
        >>> column_named(raw, "type", "survey type")
        'Survey Type'
    """
    found = named_columns(list(raw.frame.columns), {"any": "|".join(wordings)})
    return found["any"][0] if found else None


def plain_cells(raw: RawTable, column: str) -> pd.Series:
    """Return the cells of a column without case, accents, punctuation and doubled spaces.

    Example:
        >>> raw = RawTable("a.csv", pd.DataFrame({"Status": ["IP Address "]}), np.array([2]), numbered_reasons([]))
        >>> plain_cells(raw, "Status").tolist()
        ['ip address']
    """
    said = {text: plain_name(text) for text in raw.frame[column].unique()}
    return raw.frame[column].map(said).astype("str")


def with_known(raw: RawTable, *, did: Sequence[str] = (), **changes: object) -> RawTable:
    """Return an export of which more is known: mappings are added to, other values replaced.

    Args:
        raw: The export; its tool is recognised.
        did: Sentences to add.
        changes: Attributes of `Recognised`.
    """
    known = raw.tool
    assert known is not None
    values = {
        name: {**getattr(known, name), **value} if isinstance(value, Mapping) else value
        for name, value in changes.items()
    }
    return replace(raw, tool=replace(known, did=(*known.did, *did), **values))  # type: ignore[arg-type]


def set_aside(raw: RawTable, where: pd.Series, reason: str) -> RawTable:
    """Take rows out that are no answers; they count as read and filtered, with the reason.

    Args:
        raw: The export; its tool is recognised.
        where: Rows to take out.
        reason: Why, as the manifest shall say it.

    Example:
        >>> frame = pd.DataFrame({"Status": ["Survey Preview", "IP Address"]}, dtype="str")
        >>> raw = RawTable("a.csv", frame, np.array([2, 3]), numbered_reasons([]), tool=Recognised("Any", "by hand"))
        >>> left = set_aside(raw, frame["Status"] == "Survey Preview", "a preview of the survey")
        >>> left.frame.index.tolist(), left.set_aside["row_number"].tolist(), left.tool.did
        ([0], [2], ('1 row set aside: a preview of the survey',))
    """
    if not where.any():
        return raw
    gone = where.to_numpy(dtype=bool)
    entries = numbered_reasons([(int(number), reason) for number in raw.row_numbers[gone]])
    both = pd.concat([raw.set_aside, entries], ignore_index=True).sort_values("row_number", ignore_index=True)
    kept = replace(
        raw,
        frame=raw.frame[~gone].reset_index(drop=True),
        row_numbers=np.asarray(raw.row_numbers)[~gone],
        set_aside=both,
    )
    return with_known(kept, did=[f"{counted(int(gone.sum()), 'row', 'rows')} set aside: {reason}"])


def only_nps(raw: RawTable, column: str | None, nps: frozenset[str] = frozenset({"nps"})) -> RawTable:
    """Set aside the answers to other surveys, as the column of survey types tells them.

    Where no row is of an NPS survey nothing is set aside: that there is no recommendation score is said instead.

    Args:
        raw: The export; its tool is recognised.
        column: Column of survey types; None where the export has none.
        nps: Plain words for NPS.

    Example:
        >>> frame = pd.DataFrame({"survey_type": ["nps", "csat"], "score": ["9", "5"]}, dtype="str")
        >>> raw = RawTable("a.csv", frame, np.array([2, 3]), numbered_reasons([]), tool=Recognised("Any", "by hand"))
        >>> only_nps(raw, "survey_type").set_aside["reason"].tolist()
        ['an answer to a csat survey']
    """
    if column is None:
        return raw
    kinds = plain_cells(raw, column)
    other = ~kinds.isin(nps) & (kinds != "")
    if not kinds.isin(nps).any():
        listed = ", ".join(sorted(kinds[other].unique())[:5])
        assert raw.tool is not None
        no_score = (
            f"score: {raw.name} holds answers to {listed} surveys and none to an NPS survey ({column!r}); export the "
            f'NPS survey, or name the column to be taken as the score: --columns score="..." with --scale and --cuts'
        )
        return with_known(raw, no_score=no_score) if listed else raw
    for kind in sorted(kinds[other].unique()):
        where = plain_cells(raw, column) == kind
        raw = set_aside(raw, where, f"an answer to a {kind} survey")
    return raw


def told_apart(names: Sequence[str]) -> list[str]:
    """Return names of which each is there once: the second of a kind gets "(2)".

    Example:
        >>> told_apart(["Why?", "Why?"])
        ['Why?', 'Why? (2)']
    """
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return result
