"""All benchmarks, one after the other: `python -m benchmarks`."""

from benchmarks import (
    churn_leaks,
    churn_malicious,
    churn_night,
    churn_noise,
    churn_planted,
    churn_scoring,
    churn_spark,
    churn_telco,
    coverage,
    drivers,
    drivers_change,
    drivers_groups,
    drivers_movement,
    drivers_nhs,
    drivers_null_themes,
    drivers_seat,
    drivers_shares,
    drivers_speed,
    fuzz_readers,
    hostile,
    kills,
    main_job,
    monitoring,
    page,
    planted_truth,
    redaction,
    spreadsheet_formulas,
    theme_guided,
    theme_scale,
    theme_sets,
    theme_stability,
    theme_student,
    theme_time,
    theme_tone,
    themes,
    tool_exports,
)

QUICK = (coverage, planted_truth, kills, main_job)
OF_THEMES = (themes, theme_stability, theme_student, theme_sets, theme_tone, theme_guided, theme_time, theme_scale)
# The peers of `drivers_shares` need an environment of their own: PEERS_PYTHON names its Python.
OF_DRIVERS = (
    drivers,
    drivers_speed,
    drivers_shares,
    drivers_null_themes,
    drivers_change,
    drivers_groups,
    drivers_movement,
    drivers_seat,
    drivers_nhs,
)

# The peers of `churn_telco` need one too, given by its own option or variable.
OF_CHURN = (
    churn_telco,
    churn_planted,
    churn_leaks,
    churn_noise,
    churn_scoring,
    churn_spark,
    churn_night,
    churn_malicious,
)
# `fuzz_readers` needs the extra `fuzz`, and the better part of an hour.
OF_DOOR_AND_DESK = (tool_exports, redaction, hostile, page, spreadsheet_formulas, fuzz_readers)

for benchmark in (*QUICK, *OF_THEMES, *OF_DRIVERS, *OF_CHURN, monitoring, *OF_DOOR_AND_DESK):
    benchmark.main()
