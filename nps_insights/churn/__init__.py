"""Who will leave, why, and whom to call: labels, features, a calibrated model, reasons and decisions."""

from nps_insights.churn.build_panel import as_of_dates, snapshot_panel, training_panel
from nps_insights.churn.card import ChurnCard, churn_card
from nps_insights.churn.decisions import Decided, DecisionSettings, decide, list_in_words
from nps_insights.churn.drift import drift_table, reference_of
from nps_insights.churn.economics import ContactEconomics
from nps_insights.churn.evaluation import (
    churn_scores,
    evaluation_in_words,
    gain_curve,
    log_loss_gains,
    reliability,
)
from nps_insights.churn.expected_leavers import Leavers, expected_leavers
from nps_insights.churn.features import FeatureSpec, account_features, learn_feature_spec, schema_changes
from nps_insights.churn.labels import churn_labels
from nps_insights.churn.leaks import Leaks, find_leaks, refuse_leaks
from nps_insights.churn.model import ChurnModel
from nps_insights.churn.outcomes import flag_outcomes
from nps_insights.churn.panel import ChurnPanel
from nps_insights.churn.reasons import contributions, risk_reasons
from nps_insights.churn.scoring import RiskScorer
from nps_insights.churn.training import ChurnTraining, NotTrained, train_churn_model

__all__ = [
    "ChurnCard",
    "ChurnModel",
    "ChurnPanel",
    "ChurnTraining",
    "ContactEconomics",
    "Decided",
    "DecisionSettings",
    "FeatureSpec",
    "Leaks",
    "Leavers",
    "NotTrained",
    "RiskScorer",
    "account_features",
    "as_of_dates",
    "churn_card",
    "churn_labels",
    "churn_scores",
    "contributions",
    "decide",
    "drift_table",
    "evaluation_in_words",
    "expected_leavers",
    "find_leaks",
    "flag_outcomes",
    "gain_curve",
    "learn_feature_spec",
    "list_in_words",
    "log_loss_gains",
    "reference_of",
    "refuse_leaks",
    "reliability",
    "risk_reasons",
    "schema_changes",
    "snapshot_panel",
    "train_churn_model",
    "training_panel",
]
