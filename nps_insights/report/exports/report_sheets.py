"""The report as a workbook: the same tables, in the report's order, behind a sheet of contents."""

from collections.abc import Mapping
from io import BytesIO

import pandas as pd

from nps_insights.metrics import THEME_SHARE
from nps_insights.report import words
from nps_insights.report.exports.headings import heading, in_words, number_formats
from nps_insights.report.exports.workbook import MOST_ROWS, Sheet, write_workbook
from nps_insights.report.facts import ReportFacts, title_of
from nps_insights.report.inputs import report_tables
from nps_insights.report.rows.action_rows import in_order_of_work
from nps_insights.tables import TABLES

# Table -> name of its sheet, in the order of the chapters; Excel allows 31 characters.
SHEETS = {
    "estimates": "The number",
    "changes": "Did it move",
    "account_scores": "Number by account",
    "comparability": "Comparable",
    "restatements": "Restated figures",
    "alerts": "Alerts",
    "change_points": "New levels",
    "traces": "Where moves come from",
    "period_events": "Events",
    "series": "Watched figures",
    "targets": "Targets",
    "target_path": "Way to the targets",
    "themes": "Themes",
    "possible_themes": "Possible themes",
    "languages": "Languages",
    "effects": "What moves it",
    "driver_sides": "Delighters and dissatisfiers",
    "agreement": "Codes and themes",
    "theme_quality": "How sure the themes are",
    "left_out": "Drivers left out",
    "change_parts": "Why it moved",
    "scenarios": "What if",
    "movement": "Who moved",
    "movers": "How many moved",
    "movement_effects": "What moves customers",
    "group_effects": "Where it differs",
    "action_lists": "Lists of actions",
    "actions": "What to do next",
    "money": "Money",
    "closed_loop": "What became of contacts",
    "leaving": "Who is about to leave",
    "churn_scores": "How sure the risks are",
    "churn_gains": "What the risks add",
    "reliability": "Foreseen and come",
    "gain_curve": "Leavers reached",
    "nonresponse": "Who answered",
    "silent_accounts": "Who stayed silent",
    "invitation_audit": "How invitations were sent",
    "account_mix": "Which accounts speak",
    "agents": "Agents",
    "quarantine": "Rows left out",
    "explained_shares": "Shares of the explained",
    "driver_checks": "Checks of drivers",
    "negative_controls": "Themes that cannot matter",
    "category_scores": "How well scores are foretold",
}
# Single customers who were not chosen for a list, what each customer answered and said, and values of refused rows stay
# in the run folder.
KEPT_BACK = ("closest", "responses", "comments", "mentions")
_COLUMNS_KEPT_BACK = {"quarantine": ["value"]}
CONTENTS, ABOUT = "Contents", "About"


def report_workbook(tables: Mapping[str, pd.DataFrame], facts: ReportFacts, *, most_rows: int = MOST_ROWS - 1) -> bytes:
    """Return the report's tables as an Excel workbook; the same tables and facts give the same bytes.

    Args:
        tables: Tables by name, as the page shows them: after the rule of its edition.
        facts: What stands in no table.
        most_rows: Rows that a sheet holds; what is cut is said in the contents.

    Returns:
        The bytes of an .xlsx file.

    Raises:
        SchemaError: A table breaks its contract.

    Example:
        >>> report_workbook({}, ReportFacts(title="T", source_name="s.csv"))[:2]
        b'PK'
    """
    buffer = BytesIO()
    write_workbook(buffer, report_sheets(tables, facts, most_rows=most_rows))
    return buffer.getvalue()


def report_sheets(
    tables: Mapping[str, pd.DataFrame], facts: ReportFacts, *, most_rows: int = MOST_ROWS - 1
) -> list[Sheet]:
    """Return the sheets of the report: contents, facts of the run, then a sheet per table that has rows.

    Args:
        tables: Tables by name.
        facts: What stands in no table.
        most_rows: Rows that a sheet holds.

    Example:
        >>> [sheet.name for sheet in report_sheets({}, ReportFacts(title="T", source_name="s.csv"))]
        ['Contents', 'About']
    """
    whole = report_tables(tables)
    whole["actions"] = in_order_of_work(whole["actions"])
    names = list(SHEETS)
    labels = dict(zip(whole["themes"]["theme_id"], whole["themes"]["label"], strict=True))
    sheets = [_sheet(name, whole[name].head(most_rows), labels) for name in names if len(whole[name])]
    return [_contents(names, whole, most_rows), _about(facts), *sheets]


def _title(name: str) -> str:
    return SHEETS[name]


def _sheet(name: str, table: pd.DataFrame, labels: Mapping[str, str]) -> Sheet:
    # Columns of the contract that this run has no word for would be empty ones to scroll past.
    shared = table.drop(columns=_COLUMNS_KEPT_BACK.get(name, []))
    filled = shared.loc[:, [column for column in shared.columns if shared[column].notna().any()]]
    shown = in_words(name, _with_labels(filled, labels))
    return Sheet(
        name=_title(name),
        table=shown,
        headings={column: heading(column, name) for column in shown.columns},
        formats=number_formats(name, filled),
        filters=True,
    )


def _with_labels(table: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """A theme's figures stand under its id; a reader looks for its name."""
    if not {"metric", "by", "group"} <= set(table.columns):
        return table
    of_theme = table["metric"] == THEME_SHARE
    named = table["group"].map(lambda one: f"{labels[one]} ({one})" if one in labels else one)
    return table.assign(
        by=table["by"].mask(of_theme, "theme"), group=table["group"].where(~of_theme, named).astype("object")
    )


def _contents(names: list[str], whole: Mapping[str, pd.DataFrame], most_rows: int) -> Sheet:
    rows = [
        {
            "Sheet": _title(name) if len(whole[name]) else "",
            "Table": name,
            "One row is": TABLES[name].row,
            "Rows": len(whole[name]),
            "To know": _to_know(name, len(whole[name]), most_rows),
        }
        for name in names
    ]
    return Sheet(CONTENTS, pd.DataFrame(rows), formats={"Rows": "#,##0"}, filters=True)


def _to_know(name: str, n_rows: int, most_rows: int) -> str:
    if n_rows == 0:
        return "This report has none, so there is no sheet."
    if n_rows <= most_rows:
        return ""
    rest = f"all of them stand in tables/{name}.parquet of the run folder"
    return f"A sheet of Excel holds {most_rows:,} rows below its header: the first stand here, {rest}."


def _about(facts: ReportFacts) -> Sheet:
    told = {
        "Title": words.clean(title_of(facts)),
        "Read from": words.clean(facts.source_name),
        "Answers": facts.n_responses,
        "As of": words.day(facts.as_of) if facts.as_of else words.UNKNOWN,
        "Score": words.clean(facts.scale, most=400),
        "Likely from, likely to": f"the range that holds the true figure in about "
        f"{round(100 * facts.confidence_level)} of 100 such surveys",
        "Too small to judge": f"fewer than {facts.min_group_size} answers",
        "Cause": "Figures of drivers say what goes together with the number: associated, not proven causes.",
        "Practice data": "These answers were generated for practice." if facts.simulated else "",
        "Run": words.clean(facts.run_id, nothing=""),
        "Version": words.clean(facts.version, nothing=""),
    }
    rows = [{"What": what, "Told": value} for what, value in told.items() if value not in ("", None)]
    return Sheet(ABOUT, pd.DataFrame(rows, columns=["What", "Told"], dtype="object"))
