"""Two runs held against each other: which themes go on, in either direction, and what is told first."""

from pathlib import Path
from typing import Any

import pandas as pd
from test_jobs_run_diff import answers, compared, findings, first, lineage, tables, told, with_theme_ids, write

from nps_insights.jobs.comparing.run_diff import _read, compare_runs, differences_in_words
from nps_insights.jobs.comparing.themes import same_themes

__all__ = ["first", "told"]


def test_themes_go_back_where_the_earlier_folder_starts_from_the_later_one(
    first: Path, tmp_path: Path, told: dict[str, Any]
) -> None:
    changed = with_theme_ids(tables(), {"t01": "t20"})
    changed["themes"] = changed["themes"].assign(keywords=changed["themes"]["keywords"] + ", anew")
    told["settings"]["themes"]["start"] = "themes@1"
    told["themes"] = {"stored_as": "themes@2"}
    kept = [("t20" if one == "t01" else one, one, "kept") for one in tables()["themes"]["theme_id"]]
    later = write(tmp_path / "later", told, tables() | changed | {"lineage": lineage(kept)})
    found = compare_runs(later, first)
    assert found.themes == "the first run goes on from themes@1, which the second one stored"
    assert not findings(found, "results"), "the renumbered theme is found again, on the way back too"


def test_two_runs_from_one_fit_share_the_themes_that_both_kept(tmp_path: Path, told: dict[str, Any]) -> None:
    told["settings"]["themes"]["start"] = "themes@7"
    runs = []
    for name, renamed, gone in (("one", "t20", "t12"), ("two", "t30", "t11")):
        changed = with_theme_ids(tables(), {"t01": renamed})
        changed["themes"] = changed["themes"].assign(keywords=changed["themes"]["keywords"] + f", {name}")
        kept = [(renamed, "t01", "kept")] + [(f"t{at:02}", f"t{at:02}", "kept") for at in range(2, 13)]
        rows = [row if row[1] != gone else (gone, gone, "gone") for row in kept]
        own = told | {"themes": {"stored_as": f"themes@{name}"}}
        runs.append(write(tmp_path / name, own, tables() | changed | {"lineage": lineage(rows)}))
    before, after = map(_read, runs)
    found = same_themes(before, after)
    assert found.why == "both runs go on from themes@7"
    assert found.ids is not None
    assert found.ids["t20"] == "t30"
    assert not {"t11", "t12"} & set(found.ids)


def test_a_run_without_a_lineage_kept_no_theme(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    changed = tables()
    changed["themes"] = changed["themes"].assign(keywords=changed["themes"]["keywords"] + ", anew")
    del changed["lineage"]
    told["settings"]["themes"]["start"] = "themes@1"
    found = same_themes(_read(first), _read(write(tmp_path / "second", told, changed)))
    assert found.ids == {}


def test_a_long_list_is_cut_and_says_how_to_see_all_of_it(first: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    told["settings"]["report"] |= {"by": ["region"], "confidence_level": 0.9, "min_group": 50}
    said = differences_in_words(compared(first, tmp_path, told), most=1)
    assert "  and 2 more; --json or --out lists all of them" in said


def test_a_target_that_turned_stands_before_figures_of_groups(
    first: Path, tmp_path: Path, told: dict[str, Any]
) -> None:
    estimates, targets = tables()["estimates"], tables()["targets"]
    targets["verdict"] = targets["verdict"].map(lambda one: "missed" if one != "missed" else "reached")
    grouped = estimates["by"] != ""
    estimates.loc[grouped, ["estimate", "conf_low", "conf_high"]] += 0.001
    said = differences_in_words(compared(first, tmp_path, told, estimates=estimates, targets=targets), most=500)
    results = said[said.index("results:") + 1 :]
    assert results[0].startswith("  target ")
    assert any(not line.startswith("  target ") for line in results)


def test_a_figure_of_a_period_names_it_and_answers_without_dates_have_no_first_day(
    first: Path, tmp_path: Path, told: dict[str, Any]
) -> None:
    estimates = tables()["estimates"]
    monthly = estimates[(estimates["metric"] == "nps") & (estimates["by"] == "")].head(1).copy()
    monthly[["period_start", "period_end"]] = pd.Timestamp("2026-03-01"), pd.Timestamp("2026-03-31")
    undated = answers().drop(columns="responded_at")
    found = compared(
        first, tmp_path, told, estimates=pd.concat([estimates, monthly], ignore_index=True), responses=undated
    )
    assert any("March 2026" in one for one in findings(found, "results"))
    assert any(one.startswith("first answer") for one in findings(found, "data"))
