"""A small version of the benchmark of the monitoring table."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks import monitoring_estimates as benchmark


@pytest.mark.parametrize("design", benchmark.DESIGNS)
def test_the_interval_covers_where_the_naive_one_fails(design: str) -> None:
    found = benchmark.coverage(n=200, design=design, worlds=1_500)
    low, high = benchmark.WANTED
    assert low - 0.01 <= found["ours"] <= high + 0.01
    assert found["naive"] < 0.9


@pytest.mark.parametrize("few", benchmark.FEW)
def test_the_interval_of_few_accounts_covers_too(few: tuple[int, float, float]) -> None:
    found = benchmark.few_coverage(*few, worlds=1_500)
    assert 0.93 <= found["ours"] <= 0.985
    assert found["naive"] < 0.8


def test_five_accounts_are_marked() -> None:
    assert benchmark.few_coverage(5, 1.0, 0.0, worlds=100)["too_small"] == 1.0


def test_both_make_the_same_table(tmp_path: Path) -> None:
    benchmark.write_answers(tmp_path / "responses.parquet", 60_000)
    responses = pd.read_parquet(tmp_path / "responses.parquet")
    ours = benchmark.ours(responses).query("metric == 'nps'").reset_index(drop=True)
    peer = benchmark.plain_pandas_clustered(responses).rename(columns={"store": "group"})
    peer["period_start"] = peer["period"].dt.start_time
    peer = peer.sort_values(["group", "period_start"], ignore_index=True)
    assert ours["n"].tolist() == peer["n"].tolist()
    assert ours["estimate"].to_numpy() == pytest.approx(peer["estimate"].to_numpy())


def test_the_table_costs_no_more_time_and_memory_than_pandas_groupby() -> None:
    names = ("nps-insights", "pandas groupby")
    ours, peer = benchmark.cost(600_000, repeated=3, names=names).values()
    assert ours["rows"] == 4 * peer["rows"]
    assert ours["seconds"] < peer["seconds"]
    assert ours["above_mib"] < peer["above_mib"]
