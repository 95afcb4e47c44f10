"""Editions: the board sees no individual and no small group, analysts see numbers for accounts, the others see all."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from report_driver_tables import driver_tables
from report_tables import facts_example
from report_watch_tables import watched_example, watched_facts

from nps_insights.metrics import account_mix, nps_interval
from nps_insights.report import ReportFacts, render_report
from nps_insights.report.editions.board import AS_THEY_ARE, RULES, board_tables
from nps_insights.report.editions.edition import EDITIONS, edition_named, file_name, in_edition
from nps_insights.report.editions.small_groups import Hidden, hidden_groups
from nps_insights.report.inputs import READ, report_tables
from nps_insights.tables import TABLES, SettingsError

CANARY = "CANARY"
SMALL = 7


def marked(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The table with a canary in every text and id, where its vocabulary allows any."""
    free = {
        column.name: "".join((CANARY, f"-{name}-{column.name}-"))
        for column in TABLES[name].columns
        if column.kind in ("text", "id") and not column.vocabulary and column.name in frame
    }
    numbers = pd.Series(range(len(frame)), index=frame.index).astype("str")
    return frame.assign(**{column: (mark + numbers).where(frame[column].notna()) for column, mark in free.items()})


def planted() -> tuple[dict[str, pd.DataFrame], ReportFacts]:
    """Canaries wherever an individual or a small group can stand: whole tables, quotes, notes, texts that name them."""
    tables = watched_example() | driver_tables()
    for name in set(tables) - set(RULES) - set(AS_THEY_ARE):
        tables[name] = marked(name, tables[name])
    themes = tables["themes"].assign(example_negative=f"{CANARY} of a detractor")
    few = themes["theme_id"] == "t12"
    tables["themes"] = themes.assign(
        n_responses=themes["n_responses"].mask(few, SMALL),
        **{name: themes[name].mask(few, f"{CANARY}-{name}") for name in ("label", "keywords", "example")},
    )
    mix = tables["account_mix"]
    tables["account_mix"] = mix.assign(reason=mix["reason"].mask(mix["fact"] == "swing", f"Without account {CANARY}-1"))
    tables["estimates"] = pd.concat([tables["estimates"], small_group("plan", f"{CANARY}plan")], ignore_index=True)
    alerts = tables["alerts"]
    told = f"NPS fell; answers of plan {CANARY}plan fell most, to -60."
    tables["alerts"] = alerts.assign(reason=told)
    tables["comparability"] = tables["comparability"].assign(before=f"{CANARY}plan 0.1 %", reason=told)
    secrets = {"notes": (f"{CANARY} note",), "command": f"report {CANARY}.csv", "settings": {"input": CANARY}}
    said = {
        "2026-01-01": f"Yes, after adjusting for fewer {CANARY}plan answers (1 of the 7 points).",
        "2025-04-01": "Yes.",
    }
    return tables, dataclasses.replace(watched_facts(), comparable=said, refused_columns={CANARY: CANARY}, **secrets)


def small_group(by: str, group: str, n: int = SMALL) -> pd.DataFrame:
    value, low, high = (float(x) for x in nps_interval(1, n - 1, n))
    row = {"metric": "nps", "by": by, "group": group, "n": n, "n_eff": float(n), "too_small": True, "finished": None}
    figures = {"estimate": value, "conf_low": low, "conf_high": high, "period_start": None, "period_end": None}
    return pd.DataFrame([row | figures])


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    tables, facts = planted()
    return {name: render_report(tables, facts, edition=name) for name in ("board", "cs")}


def test_no_canary_is_on_the_boards_page_nor_in_the_data_of_its_charts(pages: dict[str, str]) -> None:
    body = pages["board"]
    found = [body[max(0, at - 60) : at + 60] for at in range(len(body)) if body.startswith(CANARY, at)]
    assert found == []


def test_the_watch_is_not_blind(pages: dict[str, str]) -> None:
    for mark in (
        f"{CANARY}-actions-account_id",
        f"{CANARY}-agents-agent_id",
        f"{CANARY}plan",
        f"{CANARY} of a detractor",
    ):
        assert mark in pages["cs"]


def test_the_board_still_has_its_number_its_targets_and_what_to_do(pages: dict[str, str]) -> None:
    for words in ("for the board", "NPS 28", "Target 40 by Dec 2027", "Do three things", "late delivery"):
        assert words in pages["board"]
    assert len(pages["board"]) < len(pages["cs"])


def test_the_board_is_told_that_small_groups_are_left_out_and_nobody_else(pages: dict[str, str]) -> None:
    told = "This edition leaves out groups and periods of fewer than ten answers"
    assert told in pages["board"]
    assert told not in pages["cs"]


def test_groups_that_are_left_out_are_not_said_to_be_absent() -> None:
    few = {
        "estimates": pd.concat([small_group("", "", n=40), small_group("plan", "Pilot"), small_group("plan", "Trial")])
    }
    whole, board = (render_report(few, facts_example(), edition=name) for name in ("analyst", "board"))
    assert "By plan" in whole
    assert "By plan" not in board
    assert "no column was named for it, or its groups are left out of this edition." in board


def test_a_large_group_that_is_left_out_for_the_sake_of_a_few_answers_is_counted() -> None:
    # Four of 1,000 answers are of no known plan: without the smallest plan nobody can compute them.
    sizes = {"Basic": 372, "Pro": 624}
    plans = [small_group("plan", name, n=n).assign(too_small=False) for name, n in sizes.items()]
    given = {"estimates": pd.concat([small_group("", "", n=1000).assign(too_small=False), *plans])}
    whole, board = (render_report(given, facts_example(), edition=name) for name in ("analyst", "board"))
    told = "1 group of ten answers or more is left out: with it, one of fewer answers, of a single account or of no"
    assert "Basic" in whole
    assert told not in whole
    assert "Basic" not in board
    assert told in board


def test_a_table_nobody_decided_on_is_not_shown_to_the_board() -> None:
    tables, _ = planted()
    shown = board_tables(report_tables(tables))
    assert set(shown) == set(READ)
    for name in set(READ) - set(RULES) - set(AS_THEY_ARE):
        assert shown[name].empty


def world(seed: int, unknown: float = 0.0) -> pd.DataFrame:
    """Estimates of groups and periods drawn so that many cells are small; everything adds up.

    Args:
        seed: Of the draw.
        unknown: Expected answers of each period whose group, and of each group whose date, nobody knows.
    """
    drawn = np.random.default_rng(seed)
    sizes = drawn.poisson(drawn.choice([3, 8, 40, 90], size=(6, 1)), size=(6, 5)) * (drawn.random((6, 5)) < 0.9)
    of_no_group, of_no_date = drawn.poisson(unknown, size=5), drawn.poisson(unknown, size=6)
    starts = pd.date_range("2025-01-01", periods=5, freq="QS")
    rows = []
    for group in range(7):
        own = sizes[group] if group < 6 else sizes.sum(axis=0) + of_no_group
        undated = of_no_date[group] if group < 6 else of_no_date.sum()
        named = {"by": "plan", "group": f"g{group}"} if group < 6 else {"by": "", "group": ""}
        cells = [(pd.NaT, own.sum() + undated), *zip(starts, own, strict=True)]
        rows += [named | {"period_start": start, "n": int(n)} for start, n in cells if n]
    frame = pd.DataFrame(rows).assign(metric="nps", estimate=10.0, conf_low=5.0, conf_high=15.0, too_small=False)
    ends = frame["period_start"] + pd.DateOffset(months=3) - pd.Timedelta(days=1)
    return frame.assign(period_end=ends, n_eff=frame["n"].astype(float), finished=True)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("unknown", [0.0, 0.5, 4.0])
def test_no_small_group_can_be_computed_from_what_is_shown(seed: int, unknown: float) -> None:
    given = world(seed, unknown)
    shown = board_tables(report_tables({"estimates": given}))["estimates"]
    assert (shown["n"] >= 10).all()
    whole = shown[shown["by"] == ""].set_index("period_start", drop=False)
    # Of each time shown, what the groups leave to all answers; of each group shown, what its periods leave to all time.
    for start, row in whole.iterrows():
        groups = shown[
            (shown["by"] != "") & (shown["period_start"].isna() if pd.isna(start) else shown["period_start"] == start)
        ]
        assert_hidden(row["n"] - groups["n"].sum(), shown_any=len(groups) > 0)
    for _, own in shown.groupby(["by", "group"]):
        periods = own[own["period_start"].notna()]
        total = own.loc[own["period_start"].isna(), "n"].sum()
        if len(periods) and total:
            assert_hidden(total - periods["n"].sum(), shown_any=True)


def assert_hidden(left: int, *, shown_any: bool) -> None:
    assert left == 0 or left >= 10 or not shown_any


@pytest.mark.parametrize("by", ["account_id", "agent_id", "Owner", "Betreuer", "plan & agent_id"])
def test_individuals_are_no_groups_for_the_board_however_many_answers_they_have(by: str) -> None:
    tables = watched_example()
    many = pd.concat([small_group(by, f"{CANARY}{one}", n=100) for one in "ab"])
    told = f"NPS fell; answers of {CANARY}a fell most."
    tables["estimates"] = pd.concat([tables["estimates"], many], ignore_index=True)
    tables["alerts"] = tables["alerts"].assign(reason=told)
    tables["traces"] = tables["traces"][:1].assign(dimension=by, part_group=f"{CANARY}a")
    facts = dataclasses.replace(watched_facts(), person_columns=("Betreuer",))
    shown, said = in_edition(report_tables(tables), facts, EDITIONS["board"])
    assert by not in set(shown["estimates"]["by"])
    assert shown["traces"].empty
    assert not [name for name, table in shown.items() if CANARY in table.to_csv()]
    assert said.person_columns == ()


@pytest.mark.parametrize(("n_answered", "shown"), [(99, False), (91, False), (90, True), (100, True), (9, False)])
def test_what_few_accounts_are_worth_cannot_be_computed_from_who_answered(n_answered: int, shown: bool) -> None:
    names = [f"a{at:03}" for at in range(100)]
    accounts = pd.DataFrame({"account_id": names, "value": np.arange(100) + 1000.0})
    answers = {"score": 9.0, "scale_min": 0.0, "scale_max": 10.0, "category": "promoter"}
    twice = pd.DataFrame({"account_id": names[:n_answered] * 2})
    responses = twice.assign(response_id=[f"r{at}" for at in range(len(twice))], **answers)
    mix = report_tables({"account_mix": account_mix(responses, accounts)})
    facts = set(board_tables(mix)["account_mix"]["fact"])
    assert ("value_coverage" in facts) == shown
    assert "account_coverage" in facts


@pytest.mark.parametrize(("accounts", "hidden"), [(["BIG"], {"Custom", "Pro"}), (["BIG", "b"], set()), ([None], set())])
def test_a_group_of_one_account_is_that_account_however_many_answers_it_gave(
    accounts: list[str | None], hidden: set[str]
) -> None:
    sizes = {"Custom": 40, "Pro": 60, "Basic": 90}
    groups = [small_group("plan", name, n=n) for name, n in sizes.items()]
    estimates = pd.concat([small_group("", "", n=190), *groups])
    others = [f"a{at}" for at in range(30)]
    given = {"score": 9.0, "scale_min": 0.0, "scale_max": 10.0, "category": "promoter"}
    rows = [
        (name, (accounts if name == "Custom" else others)[at % len(accounts if name == "Custom" else others)])
        for name, n in sizes.items()
        for at in range(n)
    ]
    responses = pd.DataFrame(rows, columns=["attribute/plan", "account_id"]).assign(**given)
    responses["response_id"] = [f"r{at}" for at in range(len(responses))]
    shown = board_tables(report_tables({"estimates": estimates, "responses": responses}))["estimates"]
    # One more is left out, from which and the total the account's figure could be computed.
    assert set(sizes) - set(shown["group"]) == hidden


def test_large_groups_stay() -> None:
    estimates = watched_example()["estimates"]
    assert hidden_groups(report_tables({"estimates": estimates})).ever == frozenset()
    hidden = hidden_groups(report_tables({"estimates": pd.concat([estimates, small_group("plan", "Pilot")])}))
    assert hidden.ever == {("plan", "Pilot"), ("plan", "Trial")}


def test_a_hidden_name_is_found_as_a_word_only() -> None:
    hidden = Hidden(by_period=frozenset({("plan", "Pro")}))
    assert hidden.tells_of("fewer Pro answers")
    assert not hidden.tells_of("Product and Promoters")


def test_analysts_see_numbers_for_accounts_the_same_on_the_whole_page() -> None:
    tables = watched_example()
    tables["actions"] = marked("actions", tables["actions"]).assign(reason="score of 3", theme_label=None)
    shown, _ = in_edition(report_tables(tables), facts_example(), EDITIONS["analyst"])
    ids = ["account_id", "account_name", "contact_id", "quote"]
    told = [shown["actions"][ids].to_csv(), shown["silent_accounts"].to_csv(), shown["account_mix"].to_csv()]
    assert not [text for text in told if CANARY in text or "silent-" in text]
    assert shown["actions"]["account_id"].is_unique


@pytest.mark.parametrize("account", ["Acme", "Acme holds Ltd", "Acme nps GmbH", "the NPS", "A. (x)", ".*", " holds"])
def test_analysts_read_nothing_of_the_largest_accounts_id(account: str) -> None:
    names = [account, "Acme", "Bolt", "Acme holds"]
    answers = {"score": 9.0, "scale_min": 0.0, "scale_max": 10.0, "category": "promoter"}
    responses = pd.DataFrame({"response_id": list("abcd"), "account_id": names}).assign(**answers)
    accounts = pd.DataFrame({"account_id": names, "value": [90.0, 4, 3, 2]}).drop_duplicates("account_id")
    mix = account_mix(responses, accounts)
    assert mix["reason"].str.contains(account, regex=False).any()
    shown, _ = in_edition(
        report_tables({"responses": responses, "account_mix": mix}), facts_example(), EDITIONS["analyst"]
    )
    reasons = shown["account_mix"].set_index(["fact", "group"])["reason"]
    share = mix.set_index(["fact", "group"])["estimate"][("largest_account", "nps_revenue")]
    assert reasons[("largest_account", "nps_revenue")] == f"Account (the largest) holds {share:.1%} of the value."
    assert reasons[("swing", "nps_revenue")].startswith("Without account (the largest) the NPS, by value, would be")
    unknown = in_edition(report_tables({"account_mix": mix}), facts_example(), EDITIONS["analyst"])[0]["account_mix"]
    assert set(unknown.loc[unknown["fact"].isin(["largest_account", "swing"]), "reason"]) == {""}
    rest = ~mix["fact"].isin(["largest_account", "swing"])
    assert unknown.loc[rest, "reason"].tolist() == mix.loc[rest, "reason"].tolist()


def test_the_first_edition_is_the_report_and_each_further_one_has_its_own_name() -> None:
    assert [file_name(("cs", "board"), name) for name in ("cs", "board")] == ["report.html", "report-board.html"]
    with pytest.raises(SettingsError, match="must be one of board, analyst, cs"):
        edition_named("press")
