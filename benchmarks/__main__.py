"""All benchmarks, one after the other: `python -m benchmarks`."""

from benchmarks import coverage, kills, main_job, planted_truth, themes

for benchmark in (coverage, planted_truth, kills, main_job, themes):
    benchmark.main()
