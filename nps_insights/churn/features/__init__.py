"""What is known of an account strictly before a date."""

from nps_insights.churn.features.answers import latest_category
from nps_insights.churn.features.build import account_features
from nps_insights.churn.features.learn import learn_feature_spec
from nps_insights.churn.features.schema import SchemaChange, schema_changes
from nps_insights.churn.features.spec import FeatureSpec

__all__ = ["FeatureSpec", "SchemaChange", "account_features", "latest_category", "learn_feature_spec", "schema_changes"]
