"""The tables of two runs held against each other."""

from nps_insights.tables.columns import Column, Table, may_be_empty

DIFFERENCE_AREAS = ("data", "settings", "versions", "themes", "results")

RUN_TABLES = (
    Table(
        name="run_differences",
        row="one thing in which two runs differ",
        key=("area", "item", "change"),
        columns=(
            Column("area", "text", vocabulary=DIFFERENCE_AREAS),
            # What differs: a file, a setting, a package, a theme, a figure; unique within its area.
            Column("item", "text"),
            Column("change", "text", vocabulary=("changed", "added", "gone", "renamed")),
            may_be_empty("before", "text"),
            may_be_empty("after", "text"),
            # Of figures: both with their ranges, in the figure's own unit (points, or a share 0..1).
            may_be_empty("before_estimate", "number"),
            may_be_empty("before_low", "number"),
            may_be_empty("before_high", "number"),
            may_be_empty("after_estimate", "number"),
            may_be_empty("after_low", "number"),
            may_be_empty("after_high", "number"),
            # Whether the two ranges have nothing in common; empty where there are none.
            may_be_empty("beyond", "flag"),
            Column("finding", "text"),
        ),
    ),
)
