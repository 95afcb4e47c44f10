"""All benchmarks, one after the other: `python -m benchmarks`."""

from benchmarks import coverage, main_job, planted_truth, themes

for benchmark in (coverage, planted_truth, main_job, themes):
    benchmark.main()
