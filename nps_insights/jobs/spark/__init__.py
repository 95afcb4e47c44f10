"""The churn job's heavy parts on Spark: risk of accounts and themes of comments, bit for bit those of one machine."""

from nps_insights.jobs.spark.scoring import SparkRisk, score_with_spark
from nps_insights.jobs.spark.session import spark_session
from nps_insights.jobs.spark.text import SparkThemes, mentions_with_spark

__all__ = ["SparkRisk", "SparkThemes", "mentions_with_spark", "score_with_spark", "spark_session"]
