"""Closing the loop: contacts that do nothing show no recovery, and a planted one is found."""

import numpy as np
import pandas as pd
import pytest
from contacted_world import AS_OF, World, contacted_world

from nps_insights.actions.closed_loop import closed_loop
from nps_insights.actions.known_answers import answers_before
from nps_insights.actions.recovery import Recovery, likeness, recovery, steps_around
from nps_insights.actions.waiting import median_days
from nps_insights.tables import DataRefusedError, SettingsError


def recovered(world: World) -> Recovery:
    contacts = world.outcomes.set_index("account_id")["contacted_at"].dropna()
    steps = steps_around(answers_before(world.responses, as_of=AS_OF), contacts, contacts, category="detractor")
    levels = likeness(steps, world.accounts.set_index("account_id"), match=("plan",))
    return recovery(steps, levels, reached=("passive", "promoter"))


def figure(table: pd.DataFrame, metric: str, group: str = "") -> pd.Series:
    return table[(table["metric"] == metric) & (table["group"] == group)].iloc[0]


@pytest.mark.parametrize("effect", [0.0, 0.15])
def test_a_contact_is_seen_for_what_it_does_and_its_interval_covers(effect: float) -> None:
    n_worlds, level = 24, 0.95
    found = [recovered(contacted_world(900, effect=effect, seed=seed)) for seed in range(n_worlds)]
    covered = np.mean([low <= effect <= high for _, low, high in (one.difference for one in found)])
    assert covered >= level - 3 * np.sqrt(level * (1 - level) / n_worlds)
    gaps = np.array([one.difference[0] for one in found])
    # A bias that an interval of one programme would not show is below two points.
    assert abs(gaps.mean() - effect) < 0.02 + 2 * gaps.std() / np.sqrt(n_worlds)
    if effect:
        assert np.mean([one.difference[1] > 0 for one in found]) > 0.6
    else:
        # Many look recovered all the same: that is what a comparison is for.
        assert np.mean([one.contacted[0] for one in found]) > 0.25


def test_all_customers_without_a_contact_are_no_comparison() -> None:
    """Who stays without a contact is a detractor again and again: beside all of them anything looks like help."""
    raw, weighted = [], []
    for seed in range(6):
        world = contacted_world(900, seed=seed)
        found = recovered(world)
        contacts = world.outcomes.set_index("account_id")["contacted_at"].dropna()
        steps = steps_around(answers_before(world.responses, as_of=AS_OF), contacts, contacts, category="detractor")
        raw.append(found.contacted[0] - (steps.others["to_category"] != "detractor").mean())
        weighted.append(found.difference[0])
    assert np.mean(raw) > 0.03
    assert abs(np.mean(weighted)) < np.mean(raw) / 2 + 0.01


def test_the_table_tells_the_programme() -> None:
    world = contacted_world(600, effect=0.3, seed=3)
    cases = world.outcomes[world.outcomes["proposed_at"] < AS_OF]
    table = closed_loop(world.outcomes, world.responses, world.accounts, as_of=AS_OF, match=["plan"], contact_within=10)
    contacted = cases["contacted_at"] < AS_OF
    assert figure(table, "contacted")["estimate"] == pytest.approx(contacted.mean())
    in_time = contacted & ((cases["contacted_at"] - cases["proposed_at"]).dt.days < 10)
    assert figure(table, "contacted_in_time")["estimate"] == pytest.approx(in_time.mean(), abs=0.01)
    known = table.dropna(subset="conf_low")
    assert (known["conf_low"] <= known["estimate"]).all()
    gap = figure(table, "recovered", "difference")
    sides = [figure(table, "recovered", side)["estimate"] for side in ("contacted", "comparable")]
    assert gap["estimate"] == pytest.approx(sides[0] - sides[1])
    assert "Associated" in gap["reason"]
    assert "plan" in figure(table, "recovered", "comparable")["reason"]
    assert figure(table, "answered_again")["estimate"] <= 1


def test_neither_row_order_nor_what_came_later_moves_a_figure() -> None:
    world = contacted_world(300, seed=5)
    early = AS_OF - pd.Timedelta(days=150)
    table = closed_loop(world.outcomes, world.responses, world.accounts, as_of=early)
    turned = closed_loop(world.outcomes.iloc[::-1], world.responses.iloc[::-1], world.accounts.iloc[::-1], as_of=early)
    pd.testing.assert_frame_equal(table, turned)
    before = world.responses["responded_at"] < early
    changed = world.responses.assign(category=world.responses["category"].where(before, "promoter"))
    cases = world.outcomes[world.outcomes["proposed_at"] < early]
    cases = cases.assign(contacted_at=cases["contacted_at"].where(cases["contacted_at"] < early))
    less = closed_loop(cases, changed, world.accounts, as_of=early)
    # That there are cases of later is said, and is all that they change.
    contacted = table["metric"] == "contacted"
    reason = table["reason"].mask(contacted, table["reason"].str.replace(r" \d+ of \d+ outcomes .*", "", regex=True))
    assert (reason != table["reason"]).sum() == 1
    pd.testing.assert_frame_equal(table.assign(reason=reason), less)


def test_too_few_to_compare_is_said_and_not_computed() -> None:
    world = contacted_world(60, seed=1)
    table = closed_loop(world.outcomes, world.responses, world.accounts, as_of=AS_OF)
    rows = table[table["metric"] == "recovered"]
    assert rows["estimate"].isna().all()
    assert rows["reason"].str.contains("it takes 20 and 50").all()
    undated = closed_loop(world.outcomes, world.responses.drop(columns="responded_at"), as_of=AS_OF)
    assert undated.loc[undated["metric"] == "recovered", "reason"].str.contains("no dates").all()
    assert closed_loop(world.outcomes.iloc[:0], world.responses, as_of=AS_OF).empty


def test_results_of_asking_are_counted() -> None:
    day = pd.Timestamp("2026-01-01")
    cases = pd.DataFrame(
        {
            "action": "refer",
            "account_id": [f"a{i}" for i in range(8)],
            "proposed_at": day,
            "contacted_at": [day + pd.Timedelta(days=1)] * 6 + [pd.NaT] * 2,
            "closed_at": pd.NaT,
            "result": ["agreed", "agreed", "agreed", "refused", None, None, None, None],
        }
    )
    responses = contacted_world(20).responses
    table = closed_loop(cases, responses, as_of="2026-03-01")
    agreed = figure(table, "result", "agreed")
    assert (agreed["estimate"], agreed["n"]) == (0.75, 4)
    assert "recovered" not in set(table["metric"])


def asked(**days: list[str | None]) -> pd.DataFrame:
    """Promoters that were asked, all of whom agreed, with these dates."""
    n = len(next(iter(days.values())))
    dates = {"proposed_at": ["2026-01-01"] * n, "contacted_at": ["2026-01-02"] * n, "closed_at": [None] * n} | days
    cases = pd.DataFrame({name: pd.to_datetime(column) for name, column in dates.items()})
    return cases.assign(action="refer", account_id=[f"a{i}" for i in range(n)], result="agreed")


def test_a_result_is_not_known_before_its_case_was_closed() -> None:
    responses = contacted_world(20).responses
    closed: list[str | None] = ["2026-02-28", "2026-03-01", "2026-03-05", None]
    cases = asked(closed_at=closed)
    assert figure(closed_loop(cases, responses, as_of="2026-03-01"), "result", "agreed")["n"] == 2
    later = closed_loop(cases, responses, as_of="2026-03-06")
    assert figure(later, "result", "agreed")["n"] == 4
    # What the others will turn out to be moves nothing before.
    turned = cases.assign(result=["agreed", "refused", "refused", "agreed"])
    pd.testing.assert_frame_equal(
        closed_loop(cases, responses, as_of="2026-03-01"), closed_loop(turned, responses, as_of="2026-03-01")
    )


def test_cases_of_later_are_counted_and_not_used() -> None:
    responses = contacted_world(20).responses
    cases = asked(
        proposed_at=["2026-01-01", "2026-03-01", "2026-03-02"], contacted_at=["2026-01-02", "2026-03-02", "2026-03-03"]
    )
    row = figure(closed_loop(cases, responses, as_of="2026-03-01"), "contacted")
    assert row["n"] == 1
    told = "2 of 3 outcomes were proposed on or after 2026-03-01, the moment of knowing, and are not used; "
    assert told + "state a later as_of" in row["reason"]
    assert "not used" not in figure(closed_loop(cases, responses, as_of="2026-04-01"), "contacted")["reason"]
    nothing = closed_loop(cases, responses, as_of="2025-12-01")
    assert nothing["metric"].tolist() == ["contacted"]
    assert np.isnan(nothing["estimate"].iloc[0])
    assert "3 of 3 outcomes were proposed on or after 2025-12-01" in nothing["reason"].iloc[0]


def test_the_median_wait_counts_who_still_waits() -> None:
    rng = np.random.default_rng(0)
    truth, hits, naive = 10.0, 0, []
    for _ in range(200):
        start = pd.Series(pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.uniform(0, 20, 150), unit="D"))
        end = start + pd.to_timedelta(rng.exponential(truth / np.log(2), 150), unit="D")
        as_of = pd.Timestamp("2026-01-25")
        seen = end.where(end < as_of)
        _, low, high = median_days(start, seen, as_of=as_of)
        hits += low <= truth and (np.isnan(high) or truth <= high)
        naive.append(((seen - start) / pd.Timedelta(days=1)).median())
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200) <= hits / 200
    assert np.mean(naive) < 0.7 * truth


def test_a_wait_that_too_few_have_ended_has_no_median() -> None:
    start = pd.Series(pd.Timestamp("2026-01-01"), index=range(10))
    end = pd.Series([pd.Timestamp("2026-01-03")] * 2 + [pd.NaT] * 8)
    assert np.isnan(median_days(start, end, as_of=pd.Timestamp("2026-02-01"))[0])
    everybody = median_days(start, start + pd.Timedelta(days=2), as_of=pd.Timestamp("2026-02-01"))
    assert everybody == (2.0, 2.0, 2.0)


def test_dates_that_cannot_be_are_refused() -> None:
    world = contacted_world(30)
    wrong = world.outcomes.assign(contacted_at=world.outcomes["proposed_at"] - pd.Timedelta(days=9))
    with pytest.raises(DataRefusedError, match="contacted before proposed_at"):
        closed_loop(wrong, world.responses, as_of=AS_OF)
    with pytest.raises(SettingsError, match="contact_within == 0"):
        closed_loop(world.outcomes, world.responses, as_of=AS_OF, contact_within=0)
    with pytest.raises(SettingsError, match="'size' is no column of the accounts"):
        closed_loop(
            world.outcomes, world.responses, world.accounts, as_of=AS_OF, match=["size"],
            min_contacted=1, min_comparable=1,
        )  # fmt: skip
