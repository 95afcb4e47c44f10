"""How good a churn model is, as a page for people: the verdict first, then what the risks are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.report import words
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.page.charts import Chart, Mark, curve_chart
from nps_insights.report.page.shell import render_page
from nps_insights.tables import conform, empty

READ = ("churn_scores", "churn_gains", "reliability", "gain_curve", "churn_folds", "leaks")
_MODELS = {
    "chosen": "this model",
    "without_text": "without the themes of comments",
    "without_score": "without the scores",
    "score_only": "the scores alone",
    "attributes_only": "the attributes alone",
    "base_rate": "the same risk for everybody",
}
_METRICS = {
    "auc": "AUC (higher is better)",
    "log_loss": "log-loss (lower is better)",
    "brier": "Brier score (lower is better)",
    "ece": "calibration error (lower is better)",
    "top_decile_lift": "lift of the riskiest tenth",
}
# Within a group the riskiest tenth is no list that anybody works through.
_OF_GROUPS = ("auc", "log_loss", "brier", "ece")
_CATEGORIES = ("detractor", "passive", "promoter", "silent")
_PARTS = ("out_of_time", "cross_validation")


@dataclass(frozen=True)
class EvaluationFacts:
    """What the page must know beside the tables.

    Attributes:
        title: Title of the page.
        masthead: Where the data came from and how much there was, in a line.
        sentences: The verdict and what became of the model, most important first.
        notes: Plain sentences on what a reader must know.
        simulated: Whether the accounts were generated.
        run_id: Id of the run.
        version: Version of nps-insights.
    """

    title: str
    masthead: str
    sentences: Sequence[str]
    notes: Sequence[str] = ()
    simulated: bool = False
    run_id: str = ""
    version: str = ""


@dataclass(frozen=True)
class EvaluationSection:
    """One chapter of the page.

    Attributes:
        anchor: Id of its element.
        heading: Its heading.
        paragraphs: Finished texts.
        chart: Its chart, if any.
        table: Its table, if any.
        numeric: Columns of the table that hold plain numbers.
    """

    anchor: str
    heading: str
    paragraphs: list[str] = field(default_factory=list)
    chart: Chart | None = None
    table: TextTable | None = None
    numeric: tuple[int, ...] = ()


def render_churn_evaluation(tables: Mapping[str, pd.DataFrame], facts: EvaluationFacts) -> str:
    """Return the evaluation of a churn model as one HTML page that needs no network.

    Args:
        tables: Tables by name, those of `READ`; an absent or empty one is passed over.
        facts: What stands in no table.

    Raises:
        SchemaError: A table breaks its contract.

    Example:
        >>> page = render_churn_evaluation({}, EvaluationFacts("Who leaves <now>", "accounts.csv", ["Not trained."]))
        >>> "<title>Who leaves &lt;now&gt;</title>" in page
        True
    """
    whole = {name: conform(name, tables[name]) if name in tables else empty(name) for name in READ}
    # The first sentence is the answer; its figures come after what they mean.
    lead, _, rest = facts.sentences[0].partition(". ")
    sections = [
        _compared(whole),
        _by_category(whole),
        _calibrated(whole),
        _gained(whole),
        _folds(whole),
        _checked(whole),
    ]
    return render_page(
        "evaluation.html.j2",
        title=facts.title,
        masthead=words.clean(facts.masthead, most=200),
        simulated=facts.simulated,
        run_id=words.clean(facts.run_id, nothing=""),
        version=words.clean(facts.version, nothing=""),
        lead=lead,
        verdict=[*facts.sentences[1:], *([rest] if rest else [])],
        sections=[section for section in sections if section is not None],
        notes=list(facts.notes),
    )


def evaluation_sections(tables: Mapping[str, pd.DataFrame]) -> list[EvaluationSection]:
    """Return the chapters on how good the model is, for a page that does not judge the model alone.

    Args:
        tables: Tables by name: churn_scores, churn_gains, reliability and gain_curve, empty where not known.

    Example:
        >>> evaluation_sections({name: empty(name) for name in READ})
        []
    """
    sections = [_calibrated(tables), _gained(tables), _compared(tables)]
    return [section for section in sections if section is not None]


def _of_last_part(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that judge the model: the last period, else the cross-validation."""
    for part in _PARTS:
        if (table["part"] == part).any():
            return table[table["part"] == part]
    return table.iloc[:0]


def _compared(whole: Mapping[str, pd.DataFrame]) -> EvaluationSection | None:
    scores = _of_last_part(whole["churn_scores"])
    scores = scores[scores["by"] == ""]
    if scores.empty:
        return None
    metrics = [name for name in _METRICS if (scores["metric"] == name).any()]
    known = scores.set_index(["model", "metric"])
    rows = [
        (label, *(_figure(known, model, metric) for metric in metrics))
        for model, label in _MODELS.items()
        if (scores["model"] == model).any()
    ]
    table = TextTable("The model beside simpler ones", ("model", *(_METRICS[name] for name in metrics)), rows)
    paragraphs = ["All were judged on the same accounts, which none of them had seen.", *_gains(whole)]
    return EvaluationSection("compared", "Beside simpler models", paragraphs, table=table)


def _by_category(whole: Mapping[str, pd.DataFrame]) -> EvaluationSection | None:
    """This model among promoters, passives, detractors and those who did not answer."""
    scores = _of_last_part(whole["churn_scores"])
    scores = scores[(scores["by"] == "category") & (scores["model"] == "chosen")]
    if scores.empty:
        return None
    metrics = [name for name in _METRICS if name in _OF_GROUPS and (scores["metric"] == name).any()]
    known = scores.set_index(["group", "metric"])
    rows = []
    for group in sorted(set(scores["group"]), key=lambda name: (_rank(name), name)):
        counted = scores[scores["group"] == group].iloc[0]
        n, left = int(counted["n"]), int(counted["n_churned"])
        figures = (_figure(known, group, metric) for metric in metrics)
        rows.append((words.clean(group), f"{n:,}", f"{left:,} ({words.percent(left / n)})", *figures))
    return EvaluationSection(
        "category",
        "By category of the last answer",
        [
            "The same risks, measured within each group. Where few accounts left the ranges are wide, and where none "
            "or all did some figures do not exist."
        ],
        table=TextTable(
            "Groups of accounts", ("last answer", "accounts", "left", *(_METRICS[name] for name in metrics)), rows
        ),
        numeric=(1,),
    )


def _rank(category: str) -> int:
    return _CATEGORIES.index(category) if category in _CATEGORIES else len(_CATEGORIES)


def _figure(known: pd.DataFrame, model: str, metric: str) -> str:
    if (model, metric) not in known.index:
        return "-"
    row = known.loc[(model, metric)]
    if pd.isna(row["estimate"]):
        return "-"
    digits = 1 if metric == "top_decile_lift" else 3
    if pd.isna(row["conf_low"]):
        return f"{row['estimate']:.{digits}f}"
    return f"{row['estimate']:.{digits}f} ({row['conf_low']:.{digits}f} to {row['conf_high']:.{digits}f})"


def _gains(whole: Mapping[str, pd.DataFrame]) -> list[str]:
    gains = _of_last_part(whole["churn_gains"]).set_index("model")
    told = []
    for model, what in (("without_text", "What people say"), ("without_score", "The scores")):
        if model in gains.index:
            row = gains.loc[model]
            sure = "more than chance would" if row["conf_low"] > 0 else "no more than chance might"
            told.append(
                f"{what} lower{'' if model == 'without_score' else 's'} the log-loss by {row['estimate']:.4f} "
                f"({row['conf_low']:.4f} to {row['conf_high']:.4f}): {sure}."
            )
    return told


def _calibrated(whole: Mapping[str, pd.DataFrame]) -> EvaluationSection | None:
    table = _of_last_part(whole["reliability"])
    table = table[table["model"] == "chosen"]
    if table.empty:
        return None
    marks = [
        Mark(
            words.percent(row.mean_risk),
            100 * row.estimate,
            100 * row.conf_low,
            100 * row.conf_high,
            hover=f"said {words.percent(row.mean_risk)}; {row.n_churned:,} of {row.n:,} left",
        )
        for row in table.itertuples()
    ]
    chart = curve_chart(
        "reliability-chart",
        "Chart: the share of accounts that left against the risk that the model gave; the table holds every figure.",
        marks,
        [100 * one for one in table["mean_risk"]],
        across="risk that the model gave",
        up="share that left",
        diagonal="risks that mean exactly what they say",
    )
    rows = [
        (
            f"{100 * row.risk_low:.1f} to {100 * row.risk_high:.1f} %",
            f"{100 * row.mean_risk:.1f} %",
            words.percent_with_range(row.estimate, row.conf_low, row.conf_high),
            f"{row.n:,}",
        )
        for row in table.itertuples()
    ]
    said = "Accounts in ten groups of about equal size, by the risk that the model gave them. On the dotted line the "
    said += "risks mean exactly what they say; bars are 95 % ranges."
    return EvaluationSection(
        "reliability",
        "Do the risks mean what they say?",
        [said],
        chart,
        TextTable("Risk and what came of it", ("risk", "on average", "left", "accounts"), rows),
        (3,),
    )


def _gained(whole: Mapping[str, pd.DataFrame]) -> EvaluationSection | None:
    table = _of_last_part(whole["gain_curve"])
    table = table[table["model"] == "chosen"]
    if table.empty:
        return None
    marks = [
        Mark(words.percent(row.contacted), 100 * row.captured, 100 * row.captured_low, 100 * row.captured_high)
        for row in table.itertuples()
    ]
    chart = curve_chart(
        "gain-chart",
        "Chart: the share of leavers among the riskiest accounts; the table holds every figure.",
        marks,
        [100 * one for one in table["contacted"]],
        across="accounts called, riskiest first",
        up="leavers among them",
        diagonal="calling at random",
        joined=True,
    )
    rows = [
        (
            words.percent(row.contacted),
            words.percent_with_range(row.captured, row.captured_low, row.captured_high),
            f"{row.lift:.1f}",
        )
        for row in table.itertuples()
    ]
    return EvaluationSection(
        "gain",
        "How many leavers does a short list hold?",
        ["The dotted line is a list drawn at random."],
        chart,
        TextTable("Called, and reached", ("called", "leavers among them", "times a random list"), rows),
        (2,),
    )


def _folds(whole: Mapping[str, pd.DataFrame]) -> EvaluationSection | None:
    folds = whole["churn_folds"]
    if folds.empty:
        return None
    used = {"rolling": "to choose", "out_of_time": "to judge", "cross_validation": "to choose and to judge"}
    rows = [
        (
            used[row.part],
            "-" if "as_of" not in folds or pd.isna(row.as_of) else words.day(row.as_of.date()),
            f"{row.n_train:,} ({row.n_train_churned:,})",
            f"{row.n:,} ({row.n_churned:,})",
        )
        for row in folds.sort_values([name for name in ("as_of", "fold") if name in folds]).itertuples()
    ]
    table = TextTable("Dates and accounts", ("used", "looked at on", "learned from (left)", "tried on (left)"), rows)
    said = "A model is tried on a date only after learning from dates whose outcome was known by then."
    return EvaluationSection("folds", "What was tried on what", [said], table=table)


def _checked(whole: Mapping[str, pd.DataFrame]) -> EvaluationSection | None:
    leaks = whole["leaks"]
    if leaks.empty:
        return EvaluationSection(
            "leaks", "Does anything know the outcome?", ["No column and no comment was found that gives it away."]
        )
    rows: list[tuple[str, ...]] = [
        (words.clean(row.name), words.clean(row.reason, most=300), _done(row.kind, row.allowed))
        for row in leaks.itertuples(index=False)
    ]
    return EvaluationSection(
        "leaks",
        "Does anything know the outcome?",
        ["Columns and comments that tell the outcome too well to have been known before it."],
        table=TextTable("Suspects", ("what", "why", "what was done"), rows),
    )


def _done(kind: str, allowed: bool) -> str:
    if allowed:
        return "allowed by name"
    # Words that only leavers use stay: leaving them out would tell who left.
    return "left out where a phrase says so" if kind == "announced" else "left out"
