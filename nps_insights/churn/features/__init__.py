"""What is known of an account strictly before a date."""

from nps_insights.churn.features.build import account_features
from nps_insights.churn.features.learn import learn_feature_spec
from nps_insights.churn.features.schema import schema_changes
from nps_insights.churn.features.spec import FeatureSpec

__all__ = ["FeatureSpec", "account_features", "learn_feature_spec", "schema_changes"]
