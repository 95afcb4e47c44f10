"""What a churn model is, in two texts: `spec.toml` for programs and version control, `card.md` for people."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from nps_insights.churn.card_words import card_markdown
from nps_insights.churn.leaks.result import Leaks
from nps_insights.churn.training.result import ChurnTraining
from nps_insights.tables.card_text import toml_text

_INTERVAL = ["estimate", "conf_low", "conf_high"]


@dataclass(frozen=True)
class ChurnCard:
    """The texts of a model folder.

    Attributes:
        spec_toml: What was trained, on what, how good it is out of time.
        card_md: The same for people, with what the model is for and what it is not.
    """

    spec_toml: str
    card_md: str


def churn_card(
    training: ChurnTraining,
    *,
    version: str,
    source: str,
    simulated: bool,
    themes_version: str = "",
    promotion: str = "",
    leaks: Leaks | None = None,
    capacity: int | None = None,
    currency: str = "",
    confidence_level: float = 0.95,
) -> ChurnCard:
    """Return the card of a trained churn model.

    Args:
        training: What `train_churn_model` returned.
        version: Name and version in MLflow, such as `churn_risk@3`.
        source: What accounts and answers were read from, as a reader would call it (a file name, not a path).
        simulated: Whether the accounts were generated.
        themes_version: The theme model whose themes it reads, where the model's own spec does not say.
        promotion: Why it is champion, or why not, in a sentence.
        leaks: What the leak guard found; not looked for where not given.
        capacity: Calls per date with which the scores were measured, where they were.
        currency: Of `value`, such as `EUR`.
        confidence_level: Of the intervals in `training`.

    Example:
        >>> import numpy as np
        >>> from nps_insights.churn.features.spec import FeatureSpec
        >>> from nps_insights.churn.panel import ChurnPanel
        >>> from nps_insights.churn.training.train import train_churn_model
        >>> ids, left = [f"a{number:03d}" for number in range(200)], np.arange(200) % 4 == 0
        >>> known = {"account_id": ids, "unit": ids, "churned": left, "category": None, "value": None}
        >>> rows = pd.DataFrame(known | {"as_of": pd.NaT, "score/last": np.where(left, 4.0, 8.0) + np.arange(200) % 3})
        >>> panel = ChurnPanel(rows, FeatureSpec(("score/last",)), horizon_days=90, dated=False)
        >>> training = train_churn_model(panel, n_draws=50)
        >>> print(churn_card(training, version="churn_risk@1", source="crm.csv", simulated=False).card_md[:12])
        # churn_risk
    """
    spec = _spec(training, version, source, simulated, themes_version, promotion, confidence_level)
    if leaks is not None:
        spec["leaks"] = _leaks(leaks)
    return ChurnCard(toml_text(spec), card_markdown(training, spec, leaks, capacity=capacity, currency=currency))


def _spec(
    training: ChurnTraining,
    version: str,
    source: str,
    simulated: bool,
    themes_version: str,
    promotion: str,
    confidence_level: float,
) -> dict[str, Any]:
    model, features = training.model, training.model.spec
    part = model.about["evaluated_by"]
    counted = ("trained_at", "n", "n_churned", "n_units", "base_rate", "evaluated_by", "evaluated_on")
    return {
        "model": {
            "name": version.partition("@")[0],
            "version": version,
            "predicts": f"the account leaves within {model.horizon_days} days"
            if model.horizon_days
            else "the account has left",
            "horizon_days": model.horizon_days,
            "kind": model.kind,
            "beats_baselines": training.beats_baselines,
            "promotion": promotion,
            "reads_themes_of": features.themes_version or themes_version,
        },
        "data": {
            "source": source,
            "simulated": simulated,
            "dated": model.dated,
            **{name: model.about[name] for name in counted if name in model.about},
        },
        "training": {
            "settings": {name: value for name, value in model.about.items() if name not in counted},
            "dates": _dates(training.folds),
        },
        "features": {
            "names": list(features.names),
            "lookback_days": features.lookback_days,
            "numbers": list(features.numbers),
            "usage": list(features.usage),
            "themes": dict(features.themes),
            "levels": {name: list(levels) for name, levels in features.levels.items()},
        },
        "confidence_level": confidence_level,
        "scores": _figures(training.scores[training.scores["by"] == ""], part, "metric"),
        "gains": _figures(training.gains.assign(metric="log_loss"), part, "metric"),
    }


def _dates(folds: pd.DataFrame) -> list[str]:
    """Dates at which it was judged; none of an undated snapshot."""
    return sorted({str(day.date()) for day in folds["as_of"].dropna()})


def _figures(table: pd.DataFrame, part: str, by: str) -> dict[str, dict[str, list[float]]]:
    """Model -> what is measured -> estimate, conf_low, conf_high, on the part that judges the model."""
    found: dict[str, dict[str, list[float]]] = {}
    for row in table[table["part"] == part].dropna(subset=_INTERVAL).to_dict("records"):
        found.setdefault(row["model"], {})[row[by]] = [round(float(row[end]), 4) for end in _INTERVAL]
    return found


def _leaks(leaks: Leaks) -> dict[str, Any]:
    found = leaks.table
    return {
        "left_out": list(leaks.refused),
        "allowed": sorted(set(found.loc[found["allowed"].astype(bool), "name"])),
        "responses_announcing": len(leaks.announcing),
    }
