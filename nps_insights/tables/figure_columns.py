"""Columns that the tables of the watched number share."""

from nps_insights.tables.columns import Column

# What a figure is of: metric, column and value of the group.
FIGURE = (Column("metric", "text"), Column("by", "text"), Column("group", "text"))
# The periods that are held against each other.
BEFORE_AND_AFTER = (
    Column("before_start", "date"),
    Column("before_end", "date"),
    Column("after_start", "date"),
    Column("after_end", "date"),
)
