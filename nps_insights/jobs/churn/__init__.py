"""The jobs of churn: training, the nightly list, what became of it."""
