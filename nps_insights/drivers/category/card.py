"""What a category model is, in two texts: `spec.toml` for programs and version control, `card.md` for people."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from nps_insights.drivers.category.cross_fit import FEWEST_ACCOUNTS, FEWEST_RESPONSES
from nps_insights.drivers.category.fit import FittedCategory
from nps_insights.drivers.category.folds import FOLDS
from nps_insights.tables import CATEGORIES, SettingsError
from nps_insights.tables.card_text import listed, toml_text, wrapped

_MODELS = {
    "themes_and_attributes": "**this model**: themes and attributes",
    "themes": "themes alone",
    "attributes": "attributes alone",
    "text": "the words themselves (TF-IDF of words and pairs)",
    "base_rate": "everybody gets the shares of the categories",
}
_METRICS = {
    "log_loss": "log-loss (lower is better)",
    "macro_f1": "macro-F1",
    "weighted_kappa": "weighted kappa",
    "calibration_error": "calibration error (lower is better)",
}
_FIGURE = "{:.3f} ({:.3f} to {:.3f})"


@dataclass(frozen=True)
class CategoryCard:
    """The texts of a model folder.

    Attributes:
        spec_toml: What was trained, on what, how good it is.
        card_md: The same for people, with what the model is for and what it is not.
    """

    spec_toml: str
    card_md: str


def category_card(
    fitted: FittedCategory,
    responses: pd.DataFrame,
    *,
    version: str,
    source: str,
    themes_version: str = "",
    simulated: bool = False,
    confidence_level: float = 0.95,
) -> CategoryCard:
    """Return the card of a fitted category model.

    Args:
        fitted: What `fit_category_model` returned.
        responses: Table `responses` it was fitted on, for the days of the answers.
        version: Name and version in MLflow, such as `nps_category@3`.
        source: What the answers were read from, as a reader would call it (a file name, not a path).
        themes_version: The theme model whose themes it reads, such as `themes@3`; empty for given codes.
        simulated: Whether the answers were generated rather than given by people.
        confidence_level: Of the intervals in `fitted`.

    Raises:
        SettingsError: No model was fitted.

    Example:
        >>> ids = [f"r{i:03d}" for i in range(200)]
        >>> category = ["promoter", "passive"] * 50 + ["detractor"] * 100
        >>> responses = pd.DataFrame({"response_id": ids, "category": category})
        >>> comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "text": "well", "says_nothing": False})
        >>> presence = pd.DataFrame({"response_id": ids[80:], "driver_id": "code/Price", "label": "Price"})
        >>> from nps_insights.drivers.category.fit import fit_category_model
        >>> fit = fit_category_model(responses, comments, presence.assign(kind="code", theme_id=None), n_draws=50)
        >>> print(category_card(fit, responses, version="nps_category@1", source="survey.csv").card_md[:14])
        # nps_category
    """
    if fitted.pipeline is None:
        raise SettingsError(f"a card needs a fitted model, and there is none: {fitted.notes[0]}")
    spec = _spec(fitted, responses, version, source, themes_version, simulated, confidence_level)
    return CategoryCard(toml_text(spec), _markdown(fitted, spec))


def _spec(
    fitted: FittedCategory,
    responses: pd.DataFrame,
    version: str,
    source: str,
    themes_version: str,
    simulated: bool,
    confidence_level: float,
) -> dict[str, Any]:
    judged = fitted.probabilities
    counts = judged["category"].value_counts()
    return {
        "model": {
            "name": version.partition("@")[0],
            "version": version,
            "predicts": list(CATEGORIES),
            "reads_themes_of": themes_version,
        },
        "data": {
            "source": source,
            "simulated": simulated,
            **_days(responses, judged),
            "n_responses": len(judged),
            "n_accounts": int(judged["account_id"].nunique()),
            **{f"n_{name}s": int(counts[name]) for name in CATEGORIES},
        },
        "columns": {
            "themes": dict(zip(fitted.drivers["driver_id"], fitted.drivers["label"], strict=True)),
            "texts": list(fitted.columns.texts),
            "numbers": list(fitted.columns.numbers),
        },
        "training": {
            "model": "multinomial logistic regression, calibrated by another on its out-of-fold decision values",
            "folds": FOLDS,
            "folds_by": "account",
            "fewest_responses_per_category": FEWEST_RESPONSES,
            "fewest_accounts_per_category": FEWEST_ACCOUNTS,
        },
        "confidence_level": confidence_level,
        "scores": _scores(fitted.scores),
    }


def _days(responses: pd.DataFrame, judged: pd.DataFrame) -> dict[str, Any]:
    if "responded_at" not in responses.columns:
        return {}
    days = responses.loc[responses["response_id"].isin(judged["response_id"]), "responded_at"].dropna()
    return {} if days.empty else {"first_answer": days.min().date(), "last_answer": days.max().date()}


def _scores(scores: pd.DataFrame) -> dict[str, dict[str, list[float]]]:
    """Model -> metric -> estimate, conf_low, conf_high."""
    named = scores.set_index(["model", "metric"])[["estimate", "conf_low", "conf_high"]].round(4)
    models = [name for name in _MODELS if name in set(scores["model"])]
    return {model: {metric: named.loc[(model, metric)].tolist() for metric in _METRICS} for model in models}


def _markdown(fitted: FittedCategory, spec: dict[str, Any]) -> str:
    data = spec["data"]
    days = f", {data['first_answer']} to {data['last_answer']}" if "first_answer" in data else ""
    counts = ", ".join(f"{data[f'n_{name}s']:,} {name}s" for name in CATEGORIES)
    by = f" from {data['n_accounts']:,} accounts" if data["n_accounts"] else ""
    themes = ", ".join(f"{label} (`{driver}`)" for driver, label in spec["columns"]["themes"].items()) or "none"
    attributes = ", ".join([*fitted.columns.texts, *fitted.columns.numbers]) or "none"
    of = f" of `{spec['model']['reads_themes_of']}`" if spec["model"]["reads_themes_of"] else ""
    simulated = (
        "**These answers are simulated.** This is the card of a model trained on the sample that comes with "
        "nps-insights; it shows what a card says. Training on your survey writes yours over it."
    )
    return "\n\n".join(
        [
            f"# {spec['model']['name']}",
            *([wrapped(simulated)] if data["simulated"] else []),
            wrapped(
                "How likely is the customer who wrote a comment a detractor, a passive or a promoter? Read from which "
                "themes the comment mentions and from the customer's attributes. Stored in MLflow as "
                f"`{spec['model']['version']}`; `spec.toml` says the same for programs."
            ),
            "## Trained on",
            wrapped(
                f"{data['source']}{days}: {data['n_responses']:,} responses with a usable comment{by} ({counts}). "
                "Responses without a comment are not in it: silence is not absence of a theme."
            ),
            listed([f"Themes{of}, mentioned or not: {themes}.", f"Attributes: {attributes}."]),
            _quality(fitted, spec),
            _USE,
        ]
    )


def _quality(fitted: FittedCategory, spec: dict[str, Any]) -> str:
    level = f"{spec['confidence_level']:.0%}"
    table = [
        f"| model | {' | '.join(_METRICS.values())} |",
        f"|---|{'---|' * len(_METRICS)}",
        *(
            f"| {_MODELS[model]} | {' | '.join(_FIGURE.format(*figures[metric]) for metric in _METRICS)} |"
            for model, figures in spec["scores"].items()
        ),
    ]
    return "\n\n".join(
        [
            "## How good it is",
            wrapped(
                f"On customers it has not seen: {spec['training']['folds']} folds that split no account. In brackets "
                f"{level} intervals: accounts drawn again, the fits kept."
            ),
            "\n".join(table),
            wrapped(
                "log-loss: mean of -log P(actual category). macro-F1: of the likeliest category. weighted kappa: "
                "agreement beyond chance, where taking a detractor for a promoter counts four times taking one for a "
                "passive. calibration error: how far predicted probabilities are from observed shares, less what "
                "chance adds."
            ),
            listed([*fitted.notes, *_words(fitted.gains)]),
        ]
    )


def _words(gains: pd.DataFrame) -> list[str]:
    text = gains[gains["model"] == "text"]
    if text.empty or text["conf_high"].iloc[0] >= 0:
        return []
    by = -text["estimate"].iloc[0]
    return [
        f"The words themselves tell more (log-loss lower by {by:.3f}): they also say how pleased the customer is, "
        "which a theme merely mentioned does not. This model is for reading which themes and attributes go with a "
        "category, not for guessing the score from the text."
    ]


_USE = """## What it is for
- To see how far themes and attributes tell categories apart at all, before reading their effects.
- To list passives who sound like promoters, and promoters who do not.

## What it must not be used for
- To judge or pay employees, or to decide alone what one customer gets.
- To say what causes what: the effects, with their intervals and checks, are the table for that, and they too are
  associations.
- For customers who wrote nothing, for answers on another scale or to another question, or for themes of another theme
  model: the same number may then mean another theme.
- To forecast the next answer, or who will leave: it was not trained to.
"""
