"""What a board could compute: whoever subtracts what is shown from what is shown finds no group of fewer than ten."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from report_driver_tables import change_parts, driver_tables
from report_tables import effects, facts_example, report_example
from report_watch_tables import comparability, target_path, targets, watched_example, watched_facts

from nps_insights.metrics import COMMENTED
from nps_insights.report import render_report
from nps_insights.report.editions.board import board_tables
from nps_insights.report.editions.edition import EDITIONS, in_edition
from nps_insights.report.inputs import report_tables


def figure(n: int, by: str = "", group: str = "", start: str = "", months: int = 3) -> dict[str, object]:
    first = pd.Timestamp(start) if start else pd.NaT
    last = first + pd.DateOffset(months=months) - pd.Timedelta(days=1) if start else pd.NaT
    figures = {"metric": "nps", "estimate": 10.0, "conf_low": 5.0, "conf_high": 15.0, "n_eff": float(n)}
    named = {"by": by, "group": group, "n": n, "too_small": False, "finished": True}
    return figures | named | {"period_start": first, "period_end": last}


def figures(*rows: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in ("period_start", "period_end")})


def quarters(*sizes: int) -> pd.DataFrame:
    starts = pd.date_range("2025-07-01", periods=len(sizes), freq="QS")
    dated = [figure(n, start=f"{start:%Y-%m-%d}") for start, n in zip(starts, sizes, strict=True)]
    return figures(figure(sum(sizes)), *dated)


def shown_periods(tables: dict[str, pd.DataFrame]) -> set[int]:
    kept = tables["estimates"]
    return set(kept.loc[kept["period_start"].notna(), "n"])


def board(**tables: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return board_tables(report_tables(tables))


@pytest.mark.parametrize("with_changes", [False, True])
def test_a_table_of_two_periods_does_not_make_up_answers_without_a_date(with_changes: bool) -> None:
    estimates = quarters(4, 500, 480, 120)
    last = {"metric": "nps", "by": "", "group": "", "before_start": "2026-01-01", "before_end": "2026-03-31"}
    last |= {"after_start": "2026-04-01", "after_end": "2026-06-30", "n_before": 480, "n": 120}
    points = {"before_estimate": 9.0, "after_estimate": 4.0, "estimate": -5.0, "conf_low": -9.0, "conf_high": -1.0}
    changes = pd.DataFrame([last | points | {"p_value": 0.01}])
    changes = changes.assign(**{one: pd.to_datetime(changes[one]) for one in changes if one.endswith(("start", "end"))})
    shown = board(estimates=estimates, **({"changes": changes} if with_changes else {}))
    assert shown_periods(shown) == {500, 480}
    assert shown["changes"].empty


def months_within(seed: int) -> dict[str, pd.DataFrame]:
    """Quarters among the estimates and their months among the series, many of them small."""
    drawn = np.random.default_rng(seed)
    sizes = drawn.poisson(drawn.choice([3, 9, 45], size=12))
    starts = pd.date_range("2025-07-01", periods=12, freq="MS")
    months = [figure(int(n), start=f"{at:%Y-%m-%d}", months=1) for at, n in zip(starts, sizes, strict=True) if n]
    return {"estimates": quarters(*(int(n) for n in sizes.reshape(4, 3).sum(axis=1))), "series": figures(*months)}


def left_by(shown: dict[str, pd.DataFrame]) -> Iterator[int]:
    """What shown periods leave of each shown longer one, by the longest that lie in it."""
    rows = pd.concat([shown["estimates"], shown["series"]], ignore_index=True)
    ends = [
        (pd.Timestamp.min, pd.Timestamp.max) if pd.isna(first) else (first, last)
        for first, last in zip(rows["period_start"], rows["period_end"], strict=True)
    ]
    inside = {
        a: [b for b in range(len(ends)) if a != b and ends[a][0] <= ends[b][0] and ends[b][1] <= ends[a][1]]
        for a in range(len(ends))
    }
    for a, within in inside.items():
        longest = [b for b in within if not any(b in inside[c] for c in within)]
        if longest:
            yield int(rows["n"][a] - rows["n"][longest].sum())


@pytest.mark.parametrize("seed", range(20))
def test_months_and_quarters_tell_no_small_period_of_one_another(seed: int) -> None:
    shown = board(**months_within(seed))
    rest = list(left_by(shown))
    assert rest
    assert not [n for n in rest if 0 < n < 10]
    assert (pd.concat([shown["estimates"], shown["series"]])["n"] >= 10).all()


def test_windows_that_overlap_in_part_are_not_shown_beside_one_another() -> None:
    rolling = figures(*(figure(100, start=f"2025-{month}-01") for month in ("07", "08", "09")))
    shown = board(estimates=quarters(300, 300), series=rolling)["series"]
    assert shown["period_start"].dt.strftime("%m").tolist() == ["07"]


def test_crossed_columns_are_not_shown_as_their_groups_add_up_to_others() -> None:
    plans = [figure(105, "plan", "Pro"), figure(106, "plan", "Basic")]
    crossed = [figure(100, "plan & region", "Pro & South"), figure(100, "plan & region", "Basic & South")]
    few = [figure(5, "plan & region", "Pro & North"), figure(6, "plan & region", "Basic & North")]
    shown = board(estimates=figures(figure(211), *plans, *crossed, *few))["estimates"]
    assert set(shown["by"]) == {"", "plan"}


@pytest.mark.parametrize("one_account", [True, False])
def test_a_period_that_one_account_answered_alone_is_that_accounts(one_account: bool) -> None:
    sizes = {
        ("Pro", "2025-07-01"): 40,
        ("Pro", "2025-10-01"): 40,
        ("Basic", "2025-07-01"): 60,
        ("Basic", "2025-10-01"): 70,
    }
    dated = [figure(n, "plan", plan, start) for (plan, start), n in sizes.items()]
    whole = [figure(80, "plan", "Pro"), figure(130, "plan", "Basic")]
    everyone = [figure(210), figure(100, start="2025-07-01"), figure(110, start="2025-10-01")]
    rows = [
        (plan, pd.Timestamp(start), "BIG" if one_account and (plan, start) == ("Pro", "2025-10-01") else f"a{at}")
        for (plan, start), n in sizes.items()
        for at in range(n)
    ]
    responses = pd.DataFrame(rows, columns=["attribute/plan", "responded_at", "account_id"])
    given = {"score": 9.0, "scale_min": 0.0, "scale_max": 10.0, "category": "promoter"}
    responses = responses.assign(response_id=[f"r{at}" for at in range(len(rows))], **given)
    shown = board(estimates=figures(*everyone, *whole, *dated), responses=responses)["estimates"]
    of_a_period = shown[(shown["by"] == "plan") & shown["period_start"].notna()]
    assert of_a_period.empty == one_account


def test_of_fewer_than_ten_answers_in_all_nothing_is_shown() -> None:
    few = {"estimates": figures(figure(9))}
    shown, _ = in_edition(report_tables(few), facts_example(), EDITIONS["board"])
    assert shown["estimates"].empty
    page = render_report(few, facts_example(), edition="board")
    assert "This edition shows no figure of fewer than ten answers." in page


@pytest.mark.parametrize(("leaf", "shown"), [(25, {"t01"}), (20, {"p01", "t01"}), (30, {"p01", "t01"})])
def test_a_theme_that_holds_others_is_left_out_where_it_would_tell_a_few(leaf: int, shown: set[str]) -> None:
    themes = report_example()["themes"].head(2)
    own = themes.assign(theme_id=["p01", "t01"], parent_id=[None, "p01"], n_responses=[30, leaf], label=["all", "one"])
    assert set(board(themes=own)["themes"]["theme_id"]) == shown


def test_a_theme_that_all_but_a_few_mention_is_left_out() -> None:
    themes = report_example()["themes"].head(1).assign(theme_id="t01", parent_id=None, n_responses=95)
    commented = figures(figure(300), figure(100, COMMENTED, "commented"), figure(200, COMMENTED, "silent"))
    assert board(themes=themes, estimates=commented)["themes"].empty
    of_95 = effects("theme", [("theme/t01", "late", "t01", 95, -6.0, 0.3)]).assign(n=100)
    assert board(effects=of_95)["effects"].empty


def test_a_target_tells_no_period_that_is_hidden() -> None:
    company, path = targets().head(1), target_path()
    safe = board(estimates=figures(figure(900)), targets=company, target_path=path)
    assert len(safe["targets"]) == 1
    starts = ["2025-01-01", "2025-04-01", "2026-01-01", "2026-04-01"]
    for sizes in ([4, 500, 480, 120], [500, 480, 120, 4]):
        dated = [figure(n, start=start) for start, n in zip(starts, sizes, strict=True)]
        shown = board(estimates=figures(figure(sum(sizes)), *dated), targets=company, target_path=path)
        assert shown["targets"].empty
        assert shown["target_path"].empty


def test_comparability_tells_no_period_that_is_hidden() -> None:
    said = {"2026-01-01": "Yes, after adjusting for fewer sms answers (60 of the 67 points)."}
    tables = {"estimates": quarters(300, 500, 480, 8), "comparability": comparability()}
    facts = dataclasses.replace(watched_facts(), comparable=said)
    shown, told = in_edition(report_tables(tables), facts, EDITIONS["board"])
    assert shown["comparability"].empty
    assert told.comparable == {}
    large = in_edition(report_tables(tables | {"estimates": quarters(300, 500, 480, 90)}), facts, EDITIONS["board"])
    assert len(large[0]["comparability"]) == len(comparability())
    assert large[1].comparable == said


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_verdict_that_rests_on_what_is_left_out_is_not_told_without_it(language: str) -> None:
    said = {"2026-01-01": "No: hardly any owner stands in both.", "2025-04-01": "Yes."}
    rows = comparability()
    owner = rows["group"].where(rows.index != rows.index[rows["before_start"] == "2026-01-01"][-1], "owner")
    tables = {"estimates": quarters(300, 500, 480, 90), "comparability": rows.assign(group=owner)}
    facts = dataclasses.replace(watched_facts(), comparable=said)
    shown, told = in_edition(report_tables(tables), facts, EDITIONS["board"])
    assert "2026-01-01" not in told.comparable
    assert set(shown["comparability"]["before_start"].dt.strftime("%Y-%m-%d")) <= {"2025-04-01"}
    page = render_report(tables | {"changes": report_example()["changes"]}, facts, edition="board", language=language)
    asked = {"en": "Comparable with Q1 2026?", "de": "Vergleichbar mit Q1 2026?", "fr": "Comparable à T1 2026"}
    assert asked[language] not in page


def test_a_condition_stays_where_what_it_rests_on_is_a_small_group() -> None:
    said = {"2026-01-01": "Yes, after adjusting for fewer Pilot answers (3 of the 7 points)."}
    facts = dataclasses.replace(watched_facts(), comparable=said)
    groups = figures(figure(400), figure(3, "plan", "Pilot"), figure(197, "plan", "Pro"), figure(200, "plan", "Basic"))
    _, told = in_edition(report_tables({"estimates": groups}), facts, EDITIONS["board"])
    assert told.comparable == {"2026-01-01": "Yes, after adjusting."}


def test_a_change_is_left_out_alone_and_with_a_hidden_side() -> None:
    small = change_parts(before="2025Q2").assign(n_before=8)
    both = pd.concat([change_parts(), small], ignore_index=True)
    assert set(board(change_parts=both)["change_parts"]["before"]) == {"2026Q1"}
    assert board(change_parts=change_parts(), estimates=quarters(300, 500, 480, 8))["change_parts"].empty


def test_how_many_mention_a_theme_is_counted_among_those_who_commented() -> None:
    parts = change_parts().assign(n_before=300, n=300)
    silent = parts["part"] == "silent"
    parts = parts.assign(n_before=parts["n_before"].mask(silent, 210), n=parts["n"].mask(silent, 210))
    theme = parts.index[parts["part"] == "frequency"][0]
    parts.loc[theme, ["share_before", "share_after"]] = [0.05, 0.3]
    shown = board(change_parts=parts)["change_parts"].loc[theme]
    # Of 90 with a comment, 5 % are fewer than ten.
    assert pd.isna(shown["share_before"])


def test_what_if_is_told_of_themes_that_are_told() -> None:
    tables = report_tables(watched_example() | driver_tables())
    whole = tables["scenarios"]
    assert len(board_tables(tables)["scenarios"]) == len(whole)
    few = tables["effects"].assign(n_present=4)
    assert board_tables(tables | {"effects": few})["scenarios"]["driver_ids"].tolist() == [""]
    assert board_tables(tables | {"scenarios": whole.assign(n=4)})["scenarios"].empty


def test_a_theme_keeps_its_name_though_a_small_group_is_called_by_a_word_of_it() -> None:
    tables = watched_example()
    channel = pd.concat([tables["estimates"], figures(figure(4, "channel", "delivery"))], ignore_index=True)
    labels = board_tables(report_tables(tables | {"estimates": channel}))["effects"]["label"]
    assert "late delivery" in set(labels)


def test_the_board_is_not_told_that_nobody_looked_where_figures_are_left_out() -> None:
    # Its edition shows no table of what people judged, and no list of fewer than ten.
    few = figures(figure(22), figure(5, start="2026-01-01"), figure(17, start="2026-04-01"))
    tables = watched_example() | {"estimates": few, "changes": report_example()["changes"].head(0)}
    whole, page = (render_report(tables, watched_facts(), edition=name) for name in ("cs", "board"))
    assert "no person has judged" not in page
    for said in ("this edition shows no two periods that can be compared", "No period is shown"):
        assert said in page
        assert said not in whole
    dateless = tables | {"estimates": figures(figure(22))}
    assert "the answers have no dates, or they were not split by time" in render_report(
        dateless, watched_facts(), edition="board"
    )


def test_a_group_of_one_account_is_not_called_left_out_for_the_sake_of_smaller_ones() -> None:
    sizes = {"Custom": 40, "Pro": 60, "Basic": 90}
    rows = [(name, "BIG" if name == "Custom" else f"a{at}") for name, n in sizes.items() for at in range(n)]
    given = {"score": 9.0, "scale_min": 0.0, "scale_max": 10.0, "category": "promoter"}
    responses = pd.DataFrame(rows, columns=["attribute/plan", "account_id"]).assign(**given)
    responses = responses.assign(response_id=[f"r{at}" for at in range(len(rows))])
    estimates = figures(figure(190), *(figure(n, "plan", name) for name, n in sizes.items()))
    tables = report_tables({"estimates": estimates, "responses": responses})
    shown, facts = in_edition(tables, facts_example(), EDITIONS["board"])
    assert set(shown["estimates"]["group"]) == {"", "Basic"}
    # Pro alone: with it the account's answers could be computed.
    assert facts.left_out_groups == {"plan": 1}


@pytest.mark.parametrize(("values", "shown"), [(30, False), (4, True)])
def test_numbers_by_which_answers_are_grouped_are_names_like_any_other(values: int, shown: bool) -> None:
    # Each number was given by answers of several of 40 accounts.
    at = pd.Series(range(240))
    given = {"score": 9.0, "scale_min": 0.0, "scale_max": 10.0, "category": "promoter"}
    responses = pd.DataFrame({"attribute/handler": 1000 + at % values, "account_id": "a" + (at % 40).astype("str")})
    responses = responses.assign(response_id="r" + at.astype("str"), **given)
    estimates = figures(figure(240), *(figure(240 // values, "handler", str(1000 + one)) for one in range(values)))
    estimates = estimates.assign(n=estimates["n"].clip(lower=12))
    tables = report_tables({"estimates": estimates, "responses": responses})
    assert ("handler" in set(board_tables(tables)["estimates"]["by"])) is shown


def test_parts_of_a_change_are_told_of_columns_whose_groups_are_known() -> None:
    tables = report_tables(watched_example())
    known = set(tables["estimates"]["by"])
    told = set(board_tables(tables)["traces"]["dimension"])
    assert told <= {"theme", *known}
    assert "theme" in told
    unknown = tables["traces"].assign(dimension="handler")
    assert board_tables(tables | {"traces": unknown})["traces"].empty


@pytest.mark.parametrize(("language", "account"), [("en", "account 1"), ("de", "Kunde 1"), ("fr", "compte 1")])
def test_accounts_are_numbered_in_the_language_of_the_page(language: str, account: str) -> None:
    assert account in render_report(watched_example(), watched_facts(), edition="analyst", language=language)
