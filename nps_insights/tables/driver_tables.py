"""The tables of the why: effects, checks on them, change, movement and scenarios."""

from nps_insights.tables.columns import CATEGORIES, INTERVAL, OUTCOMES, Column, Table, may_be_empty, optional

METHODS = ("adjusted", "leave_out", "cross_fitted", "beyond_placebo")
DRIVER_KINDS = ("theme", "code", "attribute")
SIDES = ("delighter", "hygiene", "both", "one-sided", "unclear")
CHANGE_PARTS = ("total", "silence", "silent", "mix", "frequency", "rate", "unexplained")
CHECKS = ("robustness", "separation", "collinear", "sentiment_only")

_DRIVER = (
    Column("driver_id", "id"),
    Column("label", "text"),
    Column("kind", "text", vocabulary=DRIVER_KINDS),
)
# Columns of every table that holds effects of drivers, in points.
_EFFECT = (
    *INTERVAL,
    may_be_empty("std_error", "number"),
    may_be_empty("p_value", "number"),
    may_be_empty("q_value", "number"),
    Column("n", "integer"),
    Column("n_present", "integer"),
    may_be_empty("per_mention", "number"),
    optional("per_mention_low", "number"),
    optional("per_mention_high", "number"),
)

DRIVER_TABLES = (
    Table(
        name="effects",
        row="one driver on one outcome by one method",
        key=("driver_id", "outcome", "method"),
        columns=(
            *_DRIVER,
            optional("theme_id", "id"),
            optional("tone", "text"),
            optional("level", "text"),
            Column("outcome", "text", vocabulary=OUTCOMES),
            Column("method", "text", vocabulary=METHODS),
            *_EFFECT,
        ),
    ),
    Table(
        name="movement_effects",
        row="one driver on the category now, given the category before",
        key=("driver_id", "outcome"),
        columns=(
            *_DRIVER,
            optional("theme_id", "id"),
            optional("level", "text"),
            Column("outcome", "text", vocabulary=OUTCOMES),
            *_EFFECT,
        ),
    ),
    Table(
        name="driver_sides",
        row="what one driver does on the promoters' and on the detractors' side",
        key=("driver_id",),
        columns=(
            *_DRIVER,
            Column("side", "text", vocabulary=SIDES),
            # The side in words.
            Column("finding", "text"),
            Column("promoter_points", "number"),
            Column("detractor_points", "number"),
            may_be_empty("range", "number"),
            may_be_empty("asymmetry", "number"),
            may_be_empty("asymmetry_low", "number"),
            may_be_empty("asymmetry_high", "number"),
        ),
    ),
    Table(
        name="group_effects",
        row="one driver in one group of customers",
        key=("by", "driver_id", "group"),
        columns=(
            *_DRIVER,
            Column("by", "text"),
            Column("group", "text"),
            # Total points in the group, per mention drawn towards all groups as far as chance explains the difference.
            *INTERVAL,
            may_be_empty("per_mention", "number"),
            may_be_empty("per_mention_low", "number"),
            may_be_empty("per_mention_high", "number"),
            # Points per mention of the group alone, not drawn towards the others.
            may_be_empty("unpooled", "number"),
            Column("n", "integer"),
            Column("n_present", "integer"),
            # Of the difference between the groups: the same in every row of a driver.
            may_be_empty("p_value", "number"),
            may_be_empty("q_value", "number"),
        ),
    ),
    Table(
        name="explained_shares",
        row="one driver's part of the variance that the model explains",
        key=("driver_id",),
        columns=(
            *_DRIVER,
            # Part of R2 (0..1); the parts sum to the R2 of all drivers.
            *INTERVAL,
            may_be_empty("std_error", "number"),
            # Part of the above that comes from drawing orders of drivers instead of trying all; 0 where all were tried.
            Column("sampling_error", "number"),
            Column("share", "number"),
            Column("n", "integer"),
        ),
    ),
    Table(
        name="change_parts",
        row="one part of the change of the NPS between two periods or two groups",
        key=("by", "before", "after", "part", "driver_id"),
        columns=(
            Column("by", "text"),
            Column("before", "text"),
            Column("after", "text"),
            # silence: how many commented; silent: those who did not; the rest are parts of those who did.
            Column("part", "text", vocabulary=CHANGE_PARTS),
            # Empty text where the part belongs to no driver.
            Column("driver_id", "text"),
            Column("label", "text"),
            *INTERVAL,
            may_be_empty("std_error", "number"),
            may_be_empty("p_value", "number"),
            # Benjamini-Hochberg's across the parts that belong to a driver.
            may_be_empty("q_value", "number"),
            Column("n_before", "integer"),
            Column("n", "integer"),
            # Share (0..1) of those with a comment who mention the theme.
            optional("share_before", "share"),
            optional("share_after", "share"),
        ),
    ),
    Table(
        name="movement",
        row="one move of customers between categories, as counted or corrected for noise",
        key=("method", "from_category", "to_category"),
        columns=(
            Column("method", "text", vocabulary=("raw", "corrected")),
            Column("from_category", "text", vocabulary=CATEGORIES),
            Column("to_category", "text", vocabulary=(*CATEGORIES, "churned")),
            # Share (0..1) of those who were in from_category.
            *INTERVAL,
            may_be_empty("n_moved", "number"),
            Column("n", "integer"),
            optional("reliability", "number"),
        ),
    ),
    Table(
        name="movers",
        row="share of customers who changed category from one answer to the next, if answers are so reliable",
        key=("reliability",),
        columns=(
            # At 1 as counted.
            Column("reliability", "number"),
            # Share (0..1) of steps between two answers.
            *INTERVAL,
            Column("n", "integer"),
        ),
    ),
    Table(
        name="closest",
        row="one customer close to another category: a passive near promoter, a promoter near slipping",
        key=("response_id",),
        columns=(
            Column("response_id", "id"),
            optional("account_id", "id"),
            Column("category", "text", vocabulary=CATEGORIES),
            Column("towards", "text", vocabulary=CATEGORIES),
            Column("probability", "share"),
            Column("rank", "integer"),
            Column("detractor", "share"),
            Column("passive", "share"),
            Column("promoter", "share"),
        ),
    ),
    Table(
        name="scenarios",
        row="the NPS of commenters if a part of the mentions of some drivers went away",
        key=("position",),
        columns=(
            # 0 is today; then in the order asked for.
            Column("position", "integer"),
            Column("scenario", "text"),
            Column("driver_ids", "text"),
            Column("part_removed", "share"),
            *INTERVAL,
            Column("change", "number"),
            Column("change_low", "number"),
            Column("change_high", "number"),
            optional("target", "number"),
            # Probability (0..1) that the NPS of the scenario is at or above the target.
            optional("reaches_target", "share"),
            Column("n", "integer"),
        ),
    ),
    Table(
        name="driver_checks",
        row="one guard rail held against one driver",
        key=("driver_id", "check"),
        columns=(
            *_DRIVER,
            Column("check", "text", vocabulary=CHECKS),
            may_be_empty("value", "number"),
            Column("passed", "flag"),
            Column("finding", "text"),
        ),
    ),
    Table(
        name="negative_controls",
        row="themes that cannot matter, put through the same model: how many it called clear",
        key=("control",),
        columns=(
            Column("control", "text", vocabulary=("permuted", "random", "tone_placebo")),
            # Share of their p-values below the level that chance alone would give.
            *INTERVAL,
            Column("expected", "share"),
            Column("largest", "number"),
            Column("passed", "flag"),
            Column("n", "integer"),
        ),
    ),
    Table(
        name="category_scores",
        row="one quality figure, out of fold, of one model of the category",
        key=("model", "metric"),
        columns=(
            Column("model", "text", vocabulary=("base_rate", "attributes", "themes", "themes_and_attributes", "text")),
            Column("metric", "text", vocabulary=("log_loss", "macro_f1", "weighted_kappa", "calibration_error")),
            *INTERVAL,
            Column("n", "integer"),
            Column("n_eff", "number"),
        ),
    ),
    Table(
        name="left_out",
        row="one driver that did not enter the model, and why",
        key=("driver_id",),
        columns=(
            Column("driver_id", "id"),
            Column("label", "text"),
            Column("kind", "text", vocabulary=DRIVER_KINDS),
            Column("n_present", "integer"),
            Column("reason", "text"),
        ),
    ),
)
