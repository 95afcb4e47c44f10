"""What spark-submit runs: `spark-submit ... pipelines/schedules/run_on_spark.py run pipelines/churn_scoring.toml`."""

from nps_insights.cli.main import main

if __name__ == "__main__":
    main()
