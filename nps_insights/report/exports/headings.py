"""Columns of the contract as a reader of a spreadsheet meets them: headings, number formats, and codes in words."""

import pandas as pd

from nps_insights.report import words
from nps_insights.report.exports.workbook import DAY, MOMENT
from nps_insights.report.rows.watch_words import is_share, metric_name
from nps_insights.tables import TABLES, Column

PERCENT, POINTS, COUNT, NUMBER, FINE = "0.0%", "0.0", "#,##0", "#,##0.00", "0.000"
_HEADINGS = {
    "by": "Grouped by",
    "conf_high": "Likely to",
    "conf_low": "Likely from",
    "difference": "Difference",
    "estimate": "Figure",
    "gain_high": "Gain, likely to",
    "gain_low": "Gain, likely from",
    "label": "Name",
    "n": "Answers",
    "n_before": "Answers before",
    "n_both": "Comments with both",
    "n_code": "Comments with the code",
    "n_comments": "Comments",
    "n_eff": "Answers, as many as they are worth",
    "n_invited": "Asked",
    "n_moved": "Moved",
    "n_present": "Answers that mention it",
    "n_responses": "Answers",
    "n_segments": "Clauses",
    "n_suppressed": "Left off the list",
    "n_theme": "Comments with the theme",
    "nps": "NPS",
    "nps_high": "NPS, likely to",
    "nps_low": "NPS, likely from",
    "p_value": "Chance of seeing this by luck (p)",
    "per_mention": "Points per mention",
    "per_mention_high": "Points per mention, likely to",
    "per_mention_low": "Points per mention, likely from",
    "q_value": "The same, many looked at (q)",
    "share_after": "Share after",
    "share_before": "Share before",
    "share_high": "Share, likely to",
    "share_low": "Share, likely from",
    "std_error": "Standard error",
    "unpooled": "Points per mention, this group alone",
}
# Where `n` counts no answers.
_IN_TABLE = {
    ("action_lists", "n"): "On the list",
    ("closed_loop", "n"): "Cases",
    ("money", "n"): "Customers",
    ("account_mix", "n"): "Counted",
    ("invitation_audit", "n"): "Counted",
    ("movement", "n"): "Customers",
    ("movers", "n"): "Steps from one answer to the next",
    ("theme_quality", "n"): "Checked by hand",
    ("nonresponse", "estimate"): "Share that answered",
}
# Codes without a fixed vocabulary.
_CODES = {"check", "fact", "unit"}
_FINE = {"p_value", "q_value", "reliability", "f1", "similarity", "cohesion"}
_COUNTED = {"n_eff", "n_moved", "responses_needed"}
# Tables whose plain numbers are all of one kind.
_NUMBERS = {
    "effects": POINTS,
    "movement_effects": POINTS,
    "group_effects": POINTS,
    "change_parts": POINTS,
    "scenarios": POINTS,
    "driver_sides": POINTS,
    "movement": PERCENT,
    "movers": PERCENT,
    "nonresponse": PERCENT,
    "negative_controls": PERCENT,
    "explained_shares": PERCENT,
    "theme_quality": PERCENT,
    "category_scores": FINE,
    "driver_checks": FINE,
}
_OF_METRICS = {
    "estimates",
    "series",
    "account_scores",
    "changes",
    "change_points",
    "alerts",
    "traces",
    "targets",
    "restatements",
}
_SHARES_ANYWAY = {"progress", "progress_low", "progress_high", "share", "part_removed"}


def heading(column: str, table: str = "") -> str:
    """Return the heading of a column.

    Args:
        column: Its name in the contract.
        table: Of which table, where a name means different things.

    Example:
        >>> heading("conf_low"), heading("expected_gain"), heading("due_at"), heading("n", "money")
        ('Likely from', 'Expected gain', 'Due on', 'Customers')
    """
    named = _IN_TABLE.get((table, column)) or _HEADINGS.get(column)
    if named:
        return named
    dated = "on" if column == "at" else column.removesuffix("_at") + (" on" if column.endswith("_at") else "")
    plain = words.clean(dated.replace("_", " "), most=60)
    return plain[:1].upper() + plain[1:]


def number_formats(name: str, table: pd.DataFrame) -> dict[str, str | list[str]]:
    """Return Excel's number format of each column of a table that holds numbers or dates.

    Args:
        name: Name of the table in the contract.
        table: Its rows; where they are of several metrics each row has the format of its own.

    Example:
        >>> frame = pd.DataFrame({"metric": ["nps", "promoter"], "estimate": [31.0, 0.5], "n": [10, 10]})
        >>> number_formats("estimates", frame)
        {'estimate': ['0.0', '0.0%'], 'n': '#,##0'}
    """
    known = {column.name: column for column in TABLES[name].columns}
    return {
        one: found for one in table.columns if one in known and (found := _format_of(known[one], name, table)) != ""
    }


def _format_of(column: Column, name: str, table: pd.DataFrame) -> str | list[str]:
    if column.name in _FINE:
        return FINE
    if column.kind == "integer" or column.name in _COUNTED:
        return COUNT
    if column.kind == "share" or column.name in _SHARES_ANYWAY:
        return PERCENT
    if column.kind == "points":
        return POINTS
    if column.kind == "date":
        moments = table[column.name].dropna()
        return DAY if bool((moments == moments.dt.normalize()).all()) else MOMENT
    if column.kind != "number":
        return ""
    if "metric" in table.columns and name in _OF_METRICS:
        return [PERCENT if is_share(metric) else POINTS for metric in table["metric"].astype("str")]
    return _NUMBERS.get(name, NUMBER)


def in_words(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose codes are words and whose texts are fit to be shown; ids stay as they are.

    Args:
        name: Name of the table in the contract.
        table: Its rows.

    Example:
        >>> in_words("changes", pd.DataFrame({"metric": ["theme_share"], "by": [""]})).iloc[0].tolist()
        ['Mentions', '(all)']
    """
    known = {column.name: column for column in TABLES[name].columns}
    shown = {one: _shown(table[one], known.get(one)) for one in table.columns}
    return pd.DataFrame(shown, index=table.index)


def _shown(values: pd.Series, column: Column | None) -> pd.Series:
    kind = column.kind if column else "text"
    if kind == "flag":
        return values.map({True: "yes", False: "no"}).astype("object")
    if kind not in ("text", "id"):
        return values
    if values.name == "metric":
        return values.astype("object").map(metric_name, na_action="ignore")
    is_code = values.name in _CODES or (column is not None and column.vocabulary is not None)
    nothing = "(all)" if values.name == "by" else ""

    def word(text: object) -> str:
        said = words.clean(str(text), most=16_000, nothing=nothing)
        return said.replace("_", " ") if is_code else said

    return values.astype("object").map(word, na_action="ignore")
