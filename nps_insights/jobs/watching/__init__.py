"""The watched number as a step of the jobs: issued figures, alerts, targets, lists."""
