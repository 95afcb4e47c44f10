"""Appendix: what the drivers were held against: robustness, findings, negative controls, the model of the category."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.report import words
from nps_insights.report.facts import ReportFacts
from nps_insights.report.page.blocks import Section, TextTable

_CHECKS = {
    "sentiment_only": "only says again how people feel",
    "collinear": "cannot be told apart from others",
    "separation": "one kind of answer only",
}
_CONTROLS = {
    "permuted": "Real themes, dealt to other answers",
    "random": "Themes that a dice made",
    "tone_placebo": "Themes shuffled among remarks of the same tone",
}
# Model -> name, from the one that knows least to the one that knows most.
_MODELS = {
    "base_rate": "Nothing: how many there are of each",
    "attributes": "What is known of each customer",
    "themes": "Themes",
    "themes_and_attributes": "Themes and what is known",
    "text": "The words themselves",
}
_METRICS = {
    "log_loss": "Log-loss (low is good)",
    "macro_f1": "Macro-F1 (high is good)",
    "weighted_kappa": "Weighted kappa (high is good)",
    "calibration_error": "Calibration error (low is good)",
}
_MOST_FINDING = 300


def check_sections(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> list[Section]:
    """Return the sections that have something to show, in a fixed order.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> check_sections(report_tables({}), ReportFacts(title="T", source_name="s.csv"))
        []
    """
    checks = tables["driver_checks"]
    found = [
        _findings(checks),
        _robustness(checks),
        _negative_controls(tables["negative_controls"]),
        _category_model(tables["category_scores"]),
        _in_and_out(tables, facts),
    ]
    return [section for section in found if section is not None]


def _findings(checks: pd.DataFrame) -> Section | None:
    rows = checks[~checks["passed"].astype(bool) & checks["check"].isin(_CHECKS)]
    judged = checks[checks["check"].isin(_CHECKS)]
    if judged.empty:
        return None
    many = words.plural(judged["driver_id"].nunique(), "driver")
    looked = "whether a driver only says again how people feel, cannot be told apart from others, or stands with one "
    looked += "kind of answer only"
    if rows.empty:
        return Section("What the checks found", [f"Looked for in {many}: {looked}. Nothing was found."])
    rows = rows.assign(_order=rows["check"].map(list(_CHECKS).index))
    ordered = rows.sort_values(["_order", "driver_id"])
    lines = [
        (words.clean(row["label"]), _CHECKS[row["check"]], words.clean(row["finding"], most=_MOST_FINDING))
        for _, row in ordered.iterrows()
    ]
    return Section(
        "What the checks found",
        [f"Looked for in {many}: {looked}. What only says the feeling again is in no list of this report."],
        TextTable("Drivers with a finding", ("Driver", "In short", "Finding"), lines),
        "All other findings",
    )


def _robustness(checks: pd.DataFrame) -> Section | None:
    rows = checks[(checks["check"] == "robustness") & checks["value"].notna()]
    if rows.empty:
        return None
    ordered = rows.sort_values(["value", "driver_id"], ascending=[False, True])
    lines = [
        (
            words.clean(row["label"]),
            words.percent(row["value"]),
            words.clean(row["finding"], most=_MOST_FINDING, nothing=""),
        )
        for _, row in ordered.iterrows()
    ]
    return Section(
        "How much it would take to explain a driver away",
        [
            "The robustness value is how much of what is left in both, in who mentions a driver and in the score, "
            "something that is not in the model would have to explain to bring the driver’s points to zero (Cinelli "
            "and Hazlett). At 20% it would have to be strong; at 2% nearly anything would do."
        ],
        TextTable("Robustness of each driver", ("Driver", "Robustness value", "In words"), lines),
        "All other drivers",
        numeric=(1,),
    )


def _negative_controls(controls: pd.DataFrame) -> Section | None:
    if controls.empty:
        return None
    lines = [
        (
            _CONTROLS[row["control"]],
            words.percent_with_range(row["estimate"], row["conf_low"], row["conf_high"]),
            words.percent(row["expected"]),
            words.points(abs(row["largest"])),
            words.count(row["n"]),
            "as chance gives" if row["passed"] else "more than chance gives",
        )
        for _, row in controls.iterrows()
    ]
    columns = ("Themes that cannot matter", "Called clear", "By chance", "Largest, in points", "Tried", "Verdict")
    failing = not controls["passed"].astype(bool).all()
    warning = " Here it did find more than chance gives: read the drivers with care." if failing else ""
    return Section(
        "Themes that cannot matter, put through the same model",
        [f"A model that finds something in themes without meaning finds too much everywhere.{warning}"],
        TextTable("Negative controls", columns, lines),
        numeric=(4,),
    )


def _category_model(scores: pd.DataFrame) -> Section | None:
    if scores.empty:
        return None
    cells = {(row["model"], row["metric"]): _score(row) for _, row in scores.iterrows()}
    metrics = [metric for metric in _METRICS if any(own == metric for _, own in cells)]
    models = [model for model in _MODELS if any(own == model for own, _ in cells)]
    lines = [(_MODELS[model], *(cells.get((model, metric), "–") for metric in metrics)) for model in models]
    answers = words.plural(int(scores["n"].max()), "answer")
    return Section(
        "How well the category can be told",
        [
            f"Detractor, passive or promoter, told for {answers} by models that had not seen the customer. What the "
            "words themselves tell beyond the themes is what the themes miss."
        ],
        TextTable("What the model knows, and how well it tells", ("It knows", *(_METRICS[m] for m in metrics)), lines),
    )


def _score(row: pd.Series) -> str:
    estimate, low, high = (float(row[name]) for name in ("estimate", "conf_low", "conf_high"))
    if estimate != estimate:
        return words.UNKNOWN
    known = low == low and high == high
    written = [f"{value:.3f}".replace("-", words.MINUS) for value in (estimate, low, high)]
    return f"{written[0]} (likely {written[1]} to {written[2]})" if known else f"{written[0]} (range not known)"


def _in_and_out(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> Section | None:
    left_out = tables["left_out"]
    if tables["effects"].empty or not (facts.controls or len(left_out)):
        return None
    said = []
    if facts.controls:
        named = words.listed([words.clean(name, most=40) for name in facts.controls])
        said.append(f"Adjusted for, without being drivers: {named}.")
    if len(left_out):
        n = words.plural(len(left_out), "theme or attribute", "themes and attributes")
        said.append(
            f"{n} {'was' if len(left_out) == 1 else 'were'} not judged; “What was left out, and why” names them."
        )
    return Section("What stood in the model", said)
