"""The tables of the who: labels, features, risk, reasons, flags, how good the model is and whether it still holds."""

from nps_insights.tables.columns import CATEGORIES, INTERVAL, Column, Table, may_be_empty, optional

LANES = ("fresh", "model", "rule")
STATUSES = ("flagged", "not_flagged", "holdout", "suppressed", "refused")
LIST_CHANGES = ("new", "still", "returned", "dropped")
LABEL_REASONS = ("churned", "stayed", "open", "excluded", "competing")
# "rolling": origins that roll forward through time; "out_of_time": the last period, looked at once;
# "cross_validation": accounts of one undated snapshot.
EVALUATION_PARTS = ("rolling", "out_of_time", "cross_validation")
LEVELS = ("ok", "warn", "error")

CHURN_TABLES = (
    Table(
        name="usage",
        row="what one account did on one day",
        key=("account_id", "used_at"),
        columns=(Column("account_id", "id"), Column("used_at", "date")),
        open_prefixes=("usage/",),
    ),
    Table(
        name="churn_labels",
        row="what became of one account within the horizon after one date",
        key=("account_id", "as_of"),
        columns=(
            Column("account_id", "id"),
            # Empty for a snapshot that carries no date.
            may_be_empty("as_of", "date"),
            may_be_empty("churned", "flag"),
            Column("reason", "text", vocabulary=LABEL_REASONS),
            optional("ended_at", "date"),
        ),
    ),
    Table(
        name="features",
        row="what was known of one account strictly before one date",
        key=("account_id", "as_of"),
        columns=(Column("account_id", "id"), Column("as_of", "date")),
        open_prefixes=("score/", "answers/", "theme/", "attribute/", "account/", "usage/", "parent/"),
    ),
    Table(
        name="churn_folds",
        row="one date at which accounts were looked at, and what it was used for",
        key=("part", "fold", "as_of"),
        columns=(
            Column("part", "text", vocabulary=EVALUATION_PARTS),
            Column("fold", "integer"),
            optional("as_of", "date"),
            Column("n_train", "integer"),
            Column("n_train_churned", "integer"),
            Column("n", "integer"),
            Column("n_churned", "integer"),
        ),
    ),
    Table(
        name="churn_scores",
        row="one measure of one model on accounts that it had not seen",
        key=("model", "part", "by", "group", "metric"),
        columns=(
            Column("model", "text"),
            Column("part", "text", vocabulary=EVALUATION_PARTS),
            Column("by", "text"),
            Column("group", "text"),
            Column("metric", "text"),
            *INTERVAL,
            Column("n", "integer"),
            Column("n_churned", "integer"),
        ),
    ),
    Table(
        name="churn_gains",
        row="by how much the model's log-loss is below that of one simpler model, on the same accounts",
        key=("model", "part"),
        columns=(
            Column("model", "text"),
            Column("part", "text", vocabulary=EVALUATION_PARTS),
            *INTERVAL,
            Column("n", "integer"),
            Column("n_churned", "integer"),
        ),
    ),
    Table(
        name="reliability",
        row="accounts of similar risk, and how many of them left",
        key=("model", "part", "position"),
        columns=(
            Column("model", "text"),
            Column("part", "text", vocabulary=EVALUATION_PARTS),
            Column("position", "integer"),
            Column("risk_low", "share"),
            Column("risk_high", "share"),
            Column("mean_risk", "share"),
            *INTERVAL,
            Column("n", "integer"),
            Column("n_churned", "integer"),
        ),
    ),
    Table(
        name="gain_curve",
        row="what the riskiest share of the accounts holds",
        key=("model", "part", "position"),
        columns=(
            Column("model", "text"),
            Column("part", "text", vocabulary=EVALUATION_PARTS),
            Column("position", "integer"),
            Column("contacted", "share"),
            Column("captured", "share"),
            Column("captured_low", "share"),
            Column("captured_high", "share"),
            Column("lift", "number"),
            optional("profit", "number"),
            Column("n", "integer"),
        ),
    ),
    Table(
        name="leaks",
        row="one column or text that may know the outcome",
        key=("name", "kind"),
        columns=(
            Column("name", "text"),
            Column(
                "kind",
                "text",
                vocabulary=("too_good", "outcome_name", "dated_after", "id_order", "set_at_exit", "announced"),
            ),
            may_be_empty("auc", "share"),
            may_be_empty("auc_low", "share"),
            may_be_empty("auc_high", "share"),
            Column("n", "integer"),
            Column("reason", "text"),
            Column("allowed", "flag"),
        ),
    ),
    Table(
        name="risk",
        row="one account at one date",
        key=("account_id", "as_of"),
        columns=(
            Column("account_id", "id"),
            Column("as_of", "date"),
            optional("risk", "share"),
            optional("category", "text", vocabulary=CATEGORIES),
        ),
    ),
    Table(
        name="reasons",
        row="one reason for the risk of one account",
        key=("account_id", "as_of", "position"),
        columns=(
            Column("account_id", "id"),
            Column("as_of", "date"),
            Column("position", "integer"),
            Column("about", "text"),
            Column("contribution", "number"),
            Column("reason", "text"),
        ),
    ),
    Table(
        name="flags",
        row="one account at one date: whether to call it, and what a caller needs",
        key=("account_id", "as_of"),
        columns=(
            Column("account_id", "id"),
            Column("as_of", "date"),
            Column("lane", "text", vocabulary=LANES),
            Column("status", "text", vocabulary=STATUSES),
            optional("rank", "integer"),
            optional("risk", "share"),
            optional("value_at_risk", "number"),
            optional("expected_gain", "number"),
            optional("category", "text", vocabulary=CATEGORIES),
            optional("reason_1", "text"),
            optional("reason_2", "text"),
            optional("reason_3", "text"),
            optional("next_step", "text"),
            optional("due_at", "date"),
            optional("change", "text", vocabulary=LIST_CHANGES),
            optional("suppressed_because", "text"),
            optional("refused_because", "text"),
            optional("account_name", "text"),
            optional("owner", "text"),
            optional("contact_id", "id"),
            optional("contact_role", "text"),
            optional("last_score", "number"),
            optional("answered_at", "date"),
            optional("quote", "text"),
            optional("value", "number"),
            optional("renewal_at", "date"),
        ),
    ),
    Table(
        name="overlooked",
        row="accounts of high risk and one category that the list leaves out",
        key=("category",),
        columns=(
            Column("category", "text", vocabulary=(*CATEGORIES, "silent")),
            Column("n", "integer"),
            optional("value", "number"),
            optional("value_at_risk", "number"),
        ),
    ),
    Table(
        name="drift",
        row="one thing that may have moved since the model was trained",
        key=("name", "kind"),
        columns=(
            Column("name", "text"),
            Column("kind", "text", vocabulary=("psi", "model_age", "input_age", "schema")),
            may_be_empty("estimate", "number"),
            Column("level", "text", vocabulary=LEVELS),
            Column("reason", "text"),
        ),
    ),
    Table(
        name="flag_outcomes",
        row="what became of one group of listed accounts, and how the groups differ",
        key=("arm", "metric"),
        columns=(
            Column("arm", "text", vocabulary=("flagged", "holdout", "not_flagged", "difference")),
            Column("metric", "text", vocabulary=("churned", "value_lost", "mean_risk")),
            *INTERVAL,
            may_be_empty("p_value", "number"),
            Column("n", "integer"),
            Column("n_churned", "integer"),
        ),
    ),
)
