"""All benchmarks, one after the other: `python -m benchmarks`."""

from benchmarks import (
    coverage,
    kills,
    main_job,
    planted_truth,
    theme_guided,
    theme_scale,
    theme_sets,
    theme_stability,
    theme_student,
    theme_time,
    theme_tone,
    themes,
)

QUICK = (coverage, planted_truth, kills, main_job)
OF_THEMES = (themes, theme_stability, theme_student, theme_sets, theme_tone, theme_guided, theme_time, theme_scale)

for benchmark in (*QUICK, *OF_THEMES):
    benchmark.main()
