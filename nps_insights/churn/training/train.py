"""Train a churn model: choose, calibrate, judge it on what it had not seen, and fit it anew on everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nps_insights.churn.drift import reference_of
from nps_insights.churn.economics import ContactEconomics
from nps_insights.churn.evaluation import churn_scores, gain_curve, log_loss_gains, reliability
from nps_insights.churn.model import ChurnModel
from nps_insights.churn.panel import ChurnPanel
from nps_insights.churn.training.baselines import BASE_RATE, BASELINES, CHOSEN, baseline_features
from nps_insights.churn.training.calibrated import fitted
from nps_insights.churn.training.candidates import LINEAR
from nps_insights.churn.training.folds import Fold, folds_table, rolling_folds, too_few, unit_folds
from nps_insights.churn.training.out_of_sample import (
    base_rate,
    better_kind,
    both_kinds,
    chosen_and_baselines,
    predictions_of,
)
from nps_insights.churn.training.result import ChurnTraining, NotTrained
from nps_insights.churn.training.rows import TrainingRows, ordered_rows, training_rows
from nps_insights.churn.training.verdict import beats, verdict, what_they_add
from nps_insights.tables import SettingsError

_KINDS = {"logistic_regression": "Logistic regression", "hist_gradient_boosting": "Gradient boosting"}
_CHOSEN_INSIDE = (
    "Logistic regression or gradient boosting was chosen by folds of units inside the rows that each model was fitted "
    "on, since no earlier date could be judged with outcomes known by the last date."
)
_LEFT_OUT = "{} is not among the baselines: it would read nothing, or all that the model reads."


@dataclass(frozen=True, eq=False)
class _Plan:
    """The folds, why time cannot be tested (empty where it can), and the part that the verdict is about."""

    folds: list[Fold]
    untested: str

    @property
    def part(self) -> str:
        return self.folds[-1].part

    @property
    def rolling(self) -> list[Fold]:
        return [fold for fold in self.folds if fold.part == "rolling"]


def train_churn_model(
    panel: ChurnPanel,
    *,
    random_state: int = 0,
    confidence_level: float = 0.95,
    n_draws: int = 1_000,
    economics: ContactEconomics | None = None,
    capacity: int | None = None,
    by: Sequence[str] = ("category",),
) -> ChurnTraining | NotTrained:
    """Train a model of who leaves, and say whether it is better than doing without.

    With dates: at each date a model is fitted on the dates at least a horizon earlier; logistic regression or gradient
    boosting is chosen by log-loss over these rolling dates (the regression where they cannot be told apart), and the
    last date, which had no say in that, judges the chosen one and the baselines. Accounts may stand on both sides, as
    they do when the model is used. Without dates, or where none lies a horizon before the last: five folds of whole
    units, the kind chosen inside each; notes say that time was not tested. Settings and calibration come from inner
    folds of whole units. The model returned is the same recipe fitted on all rows.

    Args:
        panel: Accounts at dates, with features and outcomes.
        random_state: Seed of the bootstrap and of the trees' bins.
        confidence_level: Coverage of the intervals.
        n_draws: Bootstrap samples of units.
        economics: For expected profit among the scores.
        capacity: Accounts that can be called, for precision and capture among the scores.
        by: Columns of the predictions by whose groups the scores are measured as well.

    Returns:
        The model and what it is worth; or why there is none (fewer than 20 units that left, or that stayed).

    Raises:
        SettingsError: The panel has no features.
        DataRefusedError: The panel's rows lack columns, repeat an account at a date, or hold infinite features.

    Example:
        >>> from nps_insights.churn.features.spec import FeatureSpec
        >>> ids = [f"a{number:03d}" for number in range(200)]
        >>> left = np.arange(200) % 4 == 0
        >>> known = {"account_id": ids, "unit": ids, "churned": left, "category": None, "value": None}
        >>> rows = pd.DataFrame(known | {"as_of": pd.NaT, "score/last": np.where(left, 4.0, 8.0) + np.arange(200) % 3})
        >>> panel = ChurnPanel(rows, FeatureSpec(("score/last",)), horizon_days=90, dated=False)
        >>> trained = train_churn_model(panel, n_draws=50)
        >>> trained.beats_baselines, trained.verdict[:54]
        (True, 'The model tells who leaves better than the baselines. ')
        >>> train_churn_model(ChurnPanel(rows[:40], panel.spec, 90, dated=False)).reason[:58]
        'No churn model was trained: the rows hold 10 that left and'
    """
    from threadpoolctl import threadpool_limits

    if not panel.spec.names:
        raise SettingsError(
            "panel.spec.names is empty: a churn model needs at least 1 feature; learn a spec with some."
        )
    rows = ordered_rows(panel)
    data = training_rows(rows[list(panel.spec.names)].astype("float64"), rows["churned"].to_numpy(), rows["unit"])
    plan = _plan(panel, rows)
    reason = too_few(rows) or _unsplittable([data, *(data.some(fold.train) for fold in plan.folds)])
    if reason:
        return NotTrained(f"No churn model was trained: {reason}.", panel.notes)
    # Sums of several threads differ in their last bits.
    with threadpool_limits(1):
        kind, predictions, said = _judged(plan, rows, data, random_state=random_state)
        model = _final(panel, rows, data, plan, kind=kind, random_state=random_state)
    draws: dict[str, Any] = {
        "confidence_level": confidence_level,
        "n_draws": n_draws,
        "random_state": random_state,
    }
    scores = churn_scores(predictions, by=by, capacity=capacity, economics=economics, **draws)
    return _with_figures(model, predictions, scores, plan, rows, [*said, *panel.notes], draws, economics)


def _plan(panel: ChurnPanel, rows: pd.DataFrame) -> _Plan:
    if not panel.dated:
        return _Plan(unit_folds(rows), "the panel is one snapshot without dates")
    folds, why = rolling_folds(rows, known_after_days=panel.known_after_days)
    return _Plan(folds or unit_folds(rows), why)


def _unsplittable(parts: list[TrainingRows]) -> str:
    for part in parts:
        for fold in np.unique(part.inner):
            rest = part.churned[part.inner != fold]
            if rest.all() or not rest.any():
                return "too few units left, or stayed, to be divided into folds for the calibration"
    return ""


def _judged(
    plan: _Plan, rows: pd.DataFrame, data: TrainingRows, *, random_state: int
) -> tuple[str, pd.DataFrame, list[str]]:
    """The kind chosen (empty: inside each fold), the predictions, and how the kind was chosen."""
    kind, risks, said = "", [], [_CHOSEN_INSIDE]
    if plan.rolling:
        risks = both_kinds(plan.rolling, data, random_state=random_state)
        kind, means = better_kind(risks, plan.rolling, data)
        said = [_chosen_by_dates(kind, means, n_dates=len(plan.rolling))]
        risks = [
            {CHOSEN: of_kinds[kind], BASE_RATE: base_rate(fold, data), **of_kinds}
            for fold, of_kinds in zip(plan.rolling, risks, strict=True)
        ]
    kinds = []
    for fold in plan.folds[len(risks) :]:
        chosen, found = chosen_and_baselines(fold, data, kind=kind, random_state=random_state)
        risks.append(found)
        kinds.append(chosen)
    # What was judged on the last date is what is fitted anew; of several folds, none alone decides.
    kind = kinds[0] if len(kinds) == 1 else kind
    return kind, predictions_of(risks, plan.folds, rows), said


def _chosen_by_dates(kind: str, means: tuple[float, float], *, n_dates: int) -> str:
    linear, trees = means
    return (
        f"{_KINDS[kind]} was chosen on {n_dates} rolling date{'s' if n_dates > 1 else ''}: log-loss {linear:.4f} of "
        f"logistic regression and {trees:.4f} of gradient boosting; the regression is kept unless the other is better "
        "by more than one standard error."
    )


def _final(
    panel: ChurnPanel, rows: pd.DataFrame, data: TrainingRows, plan: _Plan, *, kind: str, random_state: int
) -> ChurnModel:
    candidate, classifier = fitted(data, kind=kind, random_state=random_state)
    setting = {"penalty": candidate.setting} if candidate.kind == LINEAR else {"rounds": int(candidate.setting)}
    last = rows["as_of"].max()
    return ChurnModel(
        classifier=classifier,
        spec=panel.spec,
        horizon_days=panel.horizon_days,
        kind=candidate.kind,
        dated=panel.dated,
        reference=reference_of(data.features, panel.spec),
        about={
            "trained_at": "" if pd.isna(last) else str(last.date()),
            "n": len(rows),
            "n_churned": int(data.churned.sum()),
            "n_units": len(np.unique(data.units.astype(str))),
            "base_rate": float(data.churned.mean()),
            "evaluated_by": plan.part,
            "evaluated_on": "" if pd.isna(plan.folds[-1].as_of) else str(plan.folds[-1].as_of.date()),
            **setting,
        },
    )


def _with_figures(
    model: ChurnModel,
    predictions: pd.DataFrame,
    scores: pd.DataFrame,
    plan: _Plan,
    rows: pd.DataFrame,
    said: list[str],
    draws: dict[str, Any],
    economics: ContactEconomics | None,
) -> ChurnTraining:
    gains = log_loss_gains(predictions, **draws)
    judged = gains[gains["part"] == plan.part]
    level = draws["confidence_level"]
    left_out = [name for name in BASELINES[1:] if name not in baseline_features(model.spec.names)]
    notes = [
        *_about_time(plan),
        *said,
        *what_they_add(judged, confidence_level=level),
        *(_LEFT_OUT.format(name) for name in left_out),
    ]
    return ChurnTraining(
        model=model,
        predictions=predictions,
        folds=folds_table(plan.folds, rows),
        scores=scores,
        gains=gains,
        reliability=reliability(predictions, **draws),
        gain_curve=gain_curve(predictions, economics=economics, **draws),
        beats_baselines=beats(gains, plan.part),
        verdict=verdict(gains, plan.part, confidence_level=level),
        notes=tuple(notes),
    )


def _about_time(plan: _Plan) -> list[str]:
    refitted = "The model itself was then fitted by the same recipe on all rows, and has not been judged as it is."
    if plan.untested:
        return [
            f"Time was not tested: {plan.untested}. The figures are of {len(plan.folds)} folds of whole units at the "
            f"same time; how well the model holds later is not known. {refitted}"
        ]
    fold = plan.folds[-1]
    return [
        f"Judged once on the last date ({fold.as_of.date()}), by models fitted on dates at least a horizon earlier. "
        f"{refitted}"
    ]
