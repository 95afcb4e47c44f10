"""The columns of every table: the contract in which the rooms meet.

Ids are strings. Shares lie in 0..1; NPS figures and effects are in points (-100..100).
Columns under the prefix `attribute/` hold what is known of a customer beside the answer (plan, region, ...).
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "number", "integer", "share", "points", "date", "flag"]

CATEGORIES = ("detractor", "passive", "promoter")
OUTCOMES = ("nps", "promoter", "passive", "detractor")
ATTRIBUTE_PREFIX = "attribute/"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: Column name.
        kind: `id` and `text` are strings, `number`, `share` (0..1) and `points` (-100..100) floats,
            `integer` int64, `date` a datetime without zone (UTC where the source had one), `flag` a bool.
        required: Whether the column must be there.
        nullable: Whether it may hold missing values.
        vocabulary: The only values allowed, where the column has a fixed vocabulary.
    """

    name: str
    kind: Kind
    required: bool = True
    nullable: bool = False
    vocabulary: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Table:
    """One table of the contract.

    Attributes:
        name: Name of the table, and of its parquet file in a run folder.
        row: What one row is.
        key: Columns that together name a row, unique and in this order the table's sort order.
        columns: The columns, in the order in which they are written.
        open_prefixes: Prefixes under which further columns are allowed.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    open_prefixes: tuple[str, ...] = ()


def _optional(name: str, kind: Kind, vocabulary: tuple[str, ...] | None = None) -> Column:
    return Column(name, kind, required=False, nullable=True, vocabulary=vocabulary)


def _empty_allowed(name: str, kind: Kind, vocabulary: tuple[str, ...] | None = None) -> Column:
    return Column(name, kind, required=True, nullable=True, vocabulary=vocabulary)


_INTERVAL = (
    _empty_allowed("estimate", "number"),
    _empty_allowed("conf_low", "number"),
    _empty_allowed("conf_high", "number"),
)

_TABLES = (
    Table(
        name="responses",
        row="one answered survey",
        key=("response_id",),
        columns=(
            Column("response_id", "id"),
            Column("score", "number"),
            Column("scale_min", "number"),
            Column("scale_max", "number"),
            Column("category", "text", vocabulary=CATEGORIES),
            _optional("account_id", "id"),
            _optional("contact_id", "id"),
            _optional("responded_at", "date"),
            _optional("survey", "text", vocabulary=("relational", "transactional")),
            _optional("touchpoint", "text"),
            _optional("channel", "text"),
            _optional("agent_id", "id"),
            _optional("weight", "number"),
            _optional("csat", "number"),
            _optional("ces", "number"),
        ),
        open_prefixes=(ATTRIBUTE_PREFIX,),
    ),
    Table(
        name="comments",
        row="one answer to one open question",
        key=("comment_id",),
        columns=(
            Column("comment_id", "id"),
            Column("response_id", "id"),
            _optional("question", "text"),
            Column("text", "text"),
            _optional("language", "text"),
            Column("says_nothing", "flag"),
        ),
    ),
    Table(
        name="codes",
        row="one comment that already carries one code, given by a human or another tool",
        key=("comment_id", "code"),
        columns=(Column("comment_id", "id"), Column("response_id", "id"), Column("code", "text")),
    ),
    Table(
        name="quarantine",
        row="one refused input row",
        key=("source", "row_number", "field", "reason"),
        columns=(
            Column("source", "text"),
            Column("row_number", "integer"),
            Column("field", "text"),
            Column("reason", "text"),
            _empty_allowed("value", "text"),
        ),
    ),
    Table(
        name="segments",
        row="a clause or sentence of a comment",
        key=("segment_id",),
        columns=(
            Column("segment_id", "id"),
            Column("comment_id", "id"),
            Column("response_id", "id"),
            _optional("question", "text"),
            Column("position", "integer"),
            Column("text", "text"),
        ),
    ),
    Table(
        name="themes",
        row="one theme",
        key=("theme_id",),
        columns=(
            Column("theme_id", "id"),
            _optional("parent_id", "id"),
            Column("level", "integer"),
            Column("label", "text"),
            Column("keywords", "text"),
            Column("n_segments", "integer"),
            Column("n_responses", "integer"),
            Column("share", "share"),
            Column("share_low", "share"),
            Column("share_high", "share"),
            _empty_allowed("nps", "points"),
            _empty_allowed("nps_low", "points"),
            _empty_allowed("nps_high", "points"),
            _optional("tone", "number"),
            Column("example", "text"),
            _optional("example_negative", "text"),
            _optional("owner", "text"),
            # Named in a taxonomy or by codes; absent where nothing was stated.
            _optional("stated", "flag"),
        ),
    ),
    Table(
        name="mentions",
        row="one segment in one theme",
        key=("segment_id", "theme_id"),
        columns=(
            Column("segment_id", "id"),
            Column("theme_id", "id"),
            Column("response_id", "id"),
            Column("strength", "number"),
            _optional("tone", "number"),
        ),
    ),
    Table(
        name="theme_edits",
        row="one edit of the themes that an analyst asked for, and what became of it",
        key=("position",),
        columns=(
            Column("position", "integer"),
            Column("entry", "text"),
            Column("kind", "text"),
            Column("given", "text"),
            Column("status", "text", vocabulary=("applied", "adapted", "not_applied")),
            _empty_allowed("why", "text"),
        ),
    ),
    Table(
        name="lineage",
        row="one theme and the theme of the model before that it continues, comes from, or that is gone",
        key=("theme_id", "previous_theme_id"),
        columns=(
            Column("theme_id", "id"),
            _empty_allowed("previous_theme_id", "id"),
            Column("relation", "text", vocabulary=("kept", "new", "merged_from", "split_from", "gone")),
            _empty_allowed("similarity", "number"),
            _empty_allowed("shared", "share"),
            _optional("edit", "text"),
        ),
    ),
    Table(
        name="theme_quality",
        row="precision or recall of one theme, or of all, as people judged a sample",
        key=("metric", "theme_id"),
        columns=(
            Column("metric", "text", vocabulary=("precision", "recall")),
            Column("theme_id", "id"),
            Column("label", "text"),
            *_INTERVAL,
            Column("n", "integer"),
            Column("n_eff", "number"),
        ),
    ),
    Table(
        name="effects",
        row="one driver on one outcome by one method",
        key=("driver_id", "outcome", "method"),
        columns=(
            Column("driver_id", "id"),
            Column("label", "text"),
            Column("kind", "text", vocabulary=("theme", "code", "attribute")),
            _optional("theme_id", "id"),
            _optional("tone", "text"),
            _optional("level", "text"),
            Column("outcome", "text", vocabulary=OUTCOMES),
            Column("method", "text", vocabulary=("adjusted", "leave_out")),
            *_INTERVAL,
            _empty_allowed("std_error", "number"),
            _empty_allowed("p_value", "number"),
            _empty_allowed("q_value", "number"),
            Column("n", "integer"),
            Column("n_present", "integer"),
            _empty_allowed("per_mention", "number"),
        ),
    ),
    Table(
        name="left_out",
        row="one driver that did not enter the model, and why",
        key=("driver_id",),
        columns=(
            Column("driver_id", "id"),
            Column("label", "text"),
            Column("kind", "text", vocabulary=("theme", "code", "attribute")),
            Column("n_present", "integer"),
            Column("reason", "text"),
        ),
    ),
    Table(
        name="agreement",
        row="one given code and the discovered theme that matches it best",
        key=("code",),
        columns=(
            Column("code", "text"),
            Column("n_code", "integer"),
            _optional("theme_id", "id"),
            _optional("label", "text"),
            Column("n_theme", "integer"),
            Column("n_both", "integer"),
            _empty_allowed("precision", "share"),
            _empty_allowed("recall", "share"),
            _empty_allowed("f1", "share"),
        ),
    ),
    Table(
        name="estimates",
        row="one metric of one group and period",
        key=("metric", "by", "group", "period_start"),
        columns=(
            Column("metric", "text"),
            Column("by", "text"),
            Column("group", "text"),
            _optional("period_start", "date"),
            _optional("period_end", "date"),
            *_INTERVAL,
            Column("n", "integer"),
            Column("n_eff", "number"),
            Column("too_small", "flag"),
            _optional("finished", "flag"),
        ),
    ),
    Table(
        name="changes",
        row="one change of a metric from one period to another",
        key=("metric", "by", "group", "before_start", "after_start"),
        columns=(
            Column("metric", "text"),
            Column("by", "text"),
            Column("group", "text"),
            Column("before_start", "date"),
            Column("before_end", "date"),
            Column("after_start", "date"),
            Column("after_end", "date"),
            Column("before_estimate", "number"),
            Column("after_estimate", "number"),
            *_INTERVAL,
            _empty_allowed("p_value", "number"),
            Column("n_before", "integer"),
            Column("n", "integer"),
            _optional("q_value", "number"),
            _optional("reason", "text", vocabulary=("emerging", "fading", "steady")),
        ),
    ),
    Table(
        name="languages",
        row="one language of the comments that say something, and whether the encoder reads it",
        key=("language",),
        columns=(
            Column("language", "text"),
            Column("n_comments", "integer"),
            Column("share", "share"),
            Column("is_read", "flag"),
        ),
    ),
    Table(
        name="possible_themes",
        row="one group of segments that fit no theme and resemble each other",
        key=("group_id",),
        columns=(
            Column("group_id", "id"),
            Column("label", "text"),
            Column("keywords", "text"),
            Column("n_segments", "integer"),
            Column("n_responses", "integer"),
            Column("share", "share"),
            Column("cohesion", "number"),
            Column("example", "text"),
            _optional("first_seen", "date"),
            _optional("last_seen", "date"),
        ),
    ),
    Table(
        name="unmatched_accounts",
        row="one account_id that stands in only one of the two files",
        key=("found_in", "account_id"),
        columns=(Column("account_id", "id"), Column("found_in", "text", vocabulary=("accounts", "survey"))),
    ),
    Table(
        name="accounts",
        row="one account",
        key=("account_id",),
        columns=(
            Column("account_id", "id"),
            _optional("started_at", "date"),
            _optional("ended_at", "date"),
            _optional("ended_reason", "text"),
            _optional("churned", "flag"),
            _optional("snapshot_at", "date"),
            _optional("renewal_at", "date"),
            _optional("value", "number"),
            _optional("owner", "text"),
            _optional("account_name", "text"),
            _optional("parent_id", "id"),
        ),
        open_prefixes=(ATTRIBUTE_PREFIX,),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
