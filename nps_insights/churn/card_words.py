"""The card of a churn model for people: what it says, how good it was later in time, what it is for and what not."""

from typing import Any

from nps_insights.churn.evaluation.words import evaluation_in_words
from nps_insights.churn.leaks.result import Leaks
from nps_insights.churn.training.result import ChurnTraining
from nps_insights.tables import counted
from nps_insights.tables.card_text import listed, wrapped

_MODELS = {
    "chosen": "**this model**",
    "base_rate": "everybody gets the share that left",
    "score_only": "score and answers alone",
    "attributes_only": "attributes and usage alone",
    "without_text": "this model without what customers mention",
    "without_score": "this model without the score",
}
_METRICS = {
    "log_loss": "log-loss (lower is better)",
    "auc": "AUC",
    "top_decile_lift": "lift of the riskiest tenth",
    "ece": "calibration error (lower is better)",
}
_KINDS = {
    "logistic_regression": "a logistic regression",
    "hist_gradient_boosting": "gradient boosting of small trees",
}
_FAMILIES = {
    "score/": "the score",
    "answers/": "answering and silence",
    "theme/": "what was mentioned",
    "attribute/": "attributes",
    "account/": "the account",
    "usage/": "use",
    "parent/": "the parent",
}


def card_markdown(
    training: ChurnTraining, spec: dict[str, Any], leaks: Leaks | None, *, capacity: int | None, currency: str
) -> str:
    """Return the card as markdown.

    Args:
        training: What was trained.
        spec: What `spec.toml` says of it.
        leaks: What the leak guard found.
        capacity: Calls per date with which the scores were measured.
        currency: Of `value`.
    """
    parts = [
        _head(spec),
        _trained_on(spec),
        _quality(training, spec, capacity, currency),
        _calibration(training, spec),
        _leaks(leaks),
        _USE.format(
            horizon=f"{spec['model']['horizon_days']} days" if spec["model"]["horizon_days"] else "the one asked"
        ),
        "\n\n".join(["## What else to know", listed(training.notes)]) if training.notes else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(spec: dict[str, Any]) -> str:
    model = spec["model"]
    simulated = (
        "**These accounts are simulated.** This is the card of a model trained on the sample that comes with "
        "nps-insights; it shows what a card says. Training on your accounts writes yours over it."
    )
    return "\n\n".join(
        [
            f"# {model['name']}",
            *([wrapped(simulated)] if spec["data"]["simulated"] else []),
            wrapped(
                f"How likely {_leaving(model, 'is an account to leave', 'is it that an account has left')}? A "
                "probability per account, "
                f"from {_KINDS.get(model['kind'], model['kind'])} with calibrated risks, read from what was known of "
                f"the account before the day. Stored in MLflow as `{model['version']}`; `spec.toml` says the same for "
                "programs."
            ),
            *([wrapped(f"**Champion or not:** {model['promotion']}")] if model["promotion"] else []),
        ]
    )


def _leaving(model: dict[str, Any], dated: str, undated: str) -> str:
    """A snapshot without dates has no horizon, and its card claims none."""
    return f"{dated} within {model['horizon_days']} days" if model["horizon_days"] else undated


def _trained_on(spec: dict[str, Any]) -> str:
    data, features = spec["data"], spec["features"]
    until = f"the last as of {data['trained_at']}" if data["trained_at"] else "of one snapshot without dates"
    units = f" of {data['n_units']:,} customers" if "n_units" in data else ""
    families = [
        f"{said} ({count})"
        for prefix, said in _FAMILIES.items()
        if (count := sum(name.startswith(prefix) for name in features["names"]))
    ]
    of = f" of `{spec['model']['reads_themes_of']}`" if spec["model"]["reads_themes_of"] else ""
    themes = ", ".join(f"{label} (`{theme}`)" for theme, label in features["themes"].items())
    reads = f"Reads {len(features['names'])} features of the last {features['lookback_days']:,} days: "
    read = [f"{reads}{', '.join(families)}.", *([f"Themes{of}: {themes}."] if themes else [])]
    return "\n\n".join(
        [
            "## Trained on",
            wrapped(
                f"{data['source']}: {data['n']:,} rows{units}, each an account at a date, {until}. In "
                f"{data['n_churned']:,} of them ({_percent(data['base_rate'])}) the account "
                f"{_leaving(spec['model'], 'left', 'had left')}."
            ),
            listed(read),
        ]
    )


def _quality(training: ChurnTraining, spec: dict[str, Any], capacity: int | None, currency: str) -> str:
    data = spec["data"]
    tested = data["evaluated_by"] == "out_of_time"
    time = (
        f"**Time was tested**: the figures are of {data['evaluated_on']}, a date later than those trained on, looked "
        "at once."
        if tested
        else "**Time was not tested**: the figures are of accounts that the fits had not seen, at the same time. How "
        "well the model holds later is not known."
    )
    level = f"{100 * spec['confidence_level']:g} %"
    words = evaluation_in_words(training.scores, part=data["evaluated_by"], capacity=capacity, currency=currency)
    return "\n\n".join(
        [
            "## How good it is",
            wrapped(time),
            listed([training.verdict, *words, *_riskiest_tenth(training, data["evaluated_by"])]),
            wrapped(
                f"Beside simpler models on the same accounts; in brackets {level} intervals, accounts drawn again:"
            ),
            "\n".join(_comparison(spec["scores"])),
            wrapped(
                "log-loss: mean of -log P(what happened). AUC: how often an account that left has the higher risk than "
                "one that stayed. lift: how many times the usual share left among the riskiest tenth. calibration "
                "error: how far risks are from the shares that left."
            ),
            *_gains(spec["gains"]),
        ]
    )


def _riskiest_tenth(training: ChurnTraining, part: str) -> list[str]:
    curve = training.gain_curve
    found = curve[(curve["model"] == "chosen") & (curve["part"] == part) & curve["contacted"].between(0.0999, 0.1001)]
    return [
        f"The tenth of the accounts with the highest risk holds {100 * row.captured:.0f} % of all who left "
        f"({100 * row.captured_low:.0f} to {100 * row.captured_high:.0f})."
        for row in found.itertuples()
    ]


def _comparison(scores: dict[str, dict[str, list[float]]]) -> list[str]:
    measured = [name for name in _METRICS if any(name in figures for figures in scores.values())]
    rows = [
        " | ".join([_MODELS[model], *(_figure(scores[model].get(metric)) for metric in measured)])
        for model in _MODELS
        if model in scores
    ]
    header = " | ".join(["model", *(_METRICS[name] for name in measured)])
    return [f"| {header} |", f"|{'---|' * (1 + len(measured))}", *(f"| {row} |" for row in rows)]


def _figure(figures: list[float] | None) -> str:
    return "{:.3f} ({:.3f} to {:.3f})".format(*figures) if figures else ""


def _gains(gains: dict[str, dict[str, list[float]]]) -> list[str]:
    """By how much its log-loss is below each simpler model's: what text and score add is the last two."""
    rows = [
        f"| {_MODELS[model]} | {_figure(gains[model]['log_loss'])} | {_sure(gains[model]['log_loss'])} |"
        for model in _MODELS
        if model in gains
    ]
    if not rows:
        return []
    said = (
        "By how much its log-loss is lower than theirs; the two that leave something out of it show what that adds, "
        "where it is beyond noise:"
    )
    return [wrapped(said), "\n".join(["| than | log-loss lower by | beyond noise |", "|---|---|---|", *rows])]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _sure(figures: list[float]) -> str:
    return "yes" if figures[1] > 0 else "no"


def _calibration(training: ChurnTraining, spec: dict[str, Any]) -> str:
    table = training.reliability
    rows = table[(table["model"] == "chosen") & (table["part"] == spec["data"]["evaluated_by"])].sort_values("position")
    if rows.empty:
        return ""
    lines = [
        f"| {_percent(row.mean_risk)} | {_percent(row.estimate)} ({100 * row.conf_low:.1f} to "
        f"{100 * row.conf_high:.1f}) | {row.n:,} |"
        for row in rows.itertuples()
    ]
    return "\n\n".join(
        [
            "## Do the risks mean what they say?",
            wrapped("Accounts of similar risk, the riskiest last: what they were given, and how many of them left."),
            "\n".join(["| risk given | left | accounts |", "|---|---|---|", *lines]),
        ]
    )


def _leaks(leaks: Leaks | None) -> str:
    if leaks is None:
        return ""
    heading = "## Columns that may know the outcome"
    found = [f"`{row.name}`{_dealt_with(row)}: {row.reason}" for row in leaks.table.itertuples(index=False)]
    announced = len(leaks.announcing)
    if announced:
        told = counted(announced, "comment that announces", "comments that announce")
        found.append(f"{told} that the customer leaves: not read.")
    if not found:
        found = ["None was found."]
    return "\n\n".join([heading, listed([*found, *leaks.notes])])


def _dealt_with(row: Any) -> str:
    if row.allowed:
        return " (allowed by name, so it is in the model)"
    return " (left out where a phrase says so)" if row.kind == "announced" else " (left out)"


_USE = """## What it is for
- To decide whom a customer-success team calls first, with reasons per account beside the risk.
- To add up the value at risk: its risks are probabilities.

## What it must not be used for
- To say what would happen if somebody were called: it knows who leaves, not who can be kept. The holdout tells.
- To say why customers leave: what goes with leaving need not cause it.
- To refuse, price or rank customers in ways they would not expect, or to judge employees.
- For another horizon than {horizon}, for accounts of a kind it has not seen, or long after it was trained: the
  scoring job warns when its inputs have moved or the model has aged."""
