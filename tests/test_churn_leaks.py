"""The leak guard: planted leaks are found, honest columns pass, and comments that announce the end are named."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.churn_leaks import LEAKING, caught_and_blocked, clean_columns, guarded, panel_of, probes, with_leaks
from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.leaks import announces_leaving, find_leaks, refuse_leaks
from nps_insights.churn.leaks.cases import Cases, cases_of
from nps_insights.churn.leaks.ids import is_id
from nps_insights.churn.leaks.names import named_like_outcome
from nps_insights.churn.leaks.one_column import auc_interval, told_by
from nps_insights.churn.leaks.reading import as_dates
from nps_insights.churn.panel import ChurnPanel
from nps_insights.simulate.churn_world import planted_churn
from nps_insights.tables import DataRefusedError, SettingsError

AS_OF = pd.Timestamp("2026-01-01")


def panel(n: int, *, every: int = 5, dated: bool = True, **features: np.ndarray) -> ChurnPanel:
    """Accounts at one date, of which one in `every` leaves."""
    ids = np.array([f"a{number * 7919 % 100_003:06d}" for number in range(n)])
    rows = pd.DataFrame({"account_id": ids, "as_of": AS_OF if dated else pd.NaT, "unit": ids})
    rows["churned"] = np.arange(n) % every == 0
    return ChurnPanel(rows.assign(**features), FeatureSpec(tuple(features)), 90, dated=dated)


def accounts_of(given: ChurnPanel, **attributes: object) -> pd.DataFrame:
    table = pd.DataFrame({"account_id": given.rows["account_id"]})
    return table.assign(**{f"attribute/{name}": values for name, values in attributes.items()})


def kinds(table: pd.DataFrame, name: str) -> set[str]:
    return set(table.loc[table["name"] == name, "kind"])


@pytest.fixture(scope="module")
def planted() -> tuple:
    return guarded(1000, random_state=3)[:2]


def test_all_eight_planted_leaks_are_caught_and_hardly_a_clean_column_is_blocked(planted: tuple) -> None:
    caught, blocked = caught_and_blocked(planted[1])
    assert caught == LEAKING
    assert len(blocked) <= 5


def test_each_leak_is_named_for_what_it_is(planted: tuple) -> None:
    table = planted[1].table
    wanted = {
        "attribute/renamed": "too_good",
        "attribute/nearly_renamed": "too_good",
        "attribute/letter_of": "dated_after",
        "attribute/days_of_term": "dated_after",
        "attribute/file_number": "id_order",
        "attribute/service_code": "set_at_exit",
        "attribute/last_invoice": "set_at_exit",
        "comments": "announced",
    }
    assert {name: kind for name, kind in wanted.items() if kind not in kinds(table, name)} == {}


def test_announcing_are_all_comments_with_a_phrase_whatever_their_date_and_outcome(planted: tuple) -> None:
    world, leaks = planted
    _, comments = with_leaks(world, random_state=3)
    told = set(comments.loc[comments["text"].ne(world.comments["text"]), "response_id"])
    phrased = set(comments.loc[announces_leaving(comments["text"]), "response_id"])
    assert set(leaks.announcing) == phrased
    assert phrased <= told
    panel_without = replace(panel_of(world), rows=panel_of(world).rows.assign(churned=False))
    other = find_leaks(panel_without, world.accounts, world.responses, comments=comments)
    assert other.announcing == leaks.announcing, "what is left out must not depend on who left"


def test_few_leavers_block_nothing_clean() -> None:
    world = planted_churn(450, n_dates=1, random_state=5)
    accounts = pd.concat([world.accounts, clean_columns(world.accounts, random_state=5)], axis="columns")
    given = panel_of(world)
    assert 20 <= given.rows["churned"].sum() <= 50
    found = find_leaks(given, accounts, world.responses, comments=world.comments)
    assert (found.refused, found.announcing) == ((), ())


def test_a_copy_of_the_outcome_is_caught_with_thirty_leavers() -> None:
    given = panel(300, every=10)
    table = find_leaks(given, accounts_of(given, copied=given.rows["churned"].to_numpy())).table
    assert "too_good" in kinds(table, "attribute/copied")


def test_a_field_filled_for_leavers_alone_is_caught_in_numbers_texts_and_dates() -> None:
    given = panel(1000)
    rng, left = np.random.default_rng(0), given.rows["churned"].to_numpy()
    mark = left & (rng.random(1000) < 0.5)
    number = pd.Series(rng.normal(size=1000)).where(mark)
    day = (AS_OF - pd.to_timedelta(pd.Series(rng.integers(1, 900, 1000)), unit="D")).dt.strftime("%Y-%m-%d").where(mark)
    found = find_leaks(given, accounts_of(given, fee=number, letter=day, note=pd.Series("x", range(1000)).where(mark)))
    assert found.refused == ("attribute/fee", "attribute/letter", "attribute/note")
    assert all("set_at_exit" in kinds(found.table, name) for name in found.refused)


def test_features_are_judged_at_their_date_and_days_to_renewal_may_part() -> None:
    left = panel(600).rows["churned"].to_numpy()
    days = np.where(left, 20.0, 200.0) + np.random.default_rng(1).uniform(0, 50, 600)
    given = panel(600, **{"usage/logins/last": -days, "account/days_to_renewal": days})
    found = find_leaks(given, accounts_of(given))
    assert found.refused == ("usage/logins/last",)


def test_accounts_that_left_outside_every_horizon_do_not_hide_a_status_code() -> None:
    given = panel(1000)
    later = np.arange(1000) % 5 == 1
    left = given.rows["churned"].to_numpy()
    accounts = accounts_of(given, state=np.where(left | later, "closed", "open"))
    accounts["ended_at"] = (AS_OF + pd.to_timedelta(pd.Series(np.where(left, 30, 300)), unit="D")).where(left | later)
    assert find_leaks(given, accounts).refused == ("attribute/state",)


def test_a_joining_date_passes_even_where_all_leave_after_a_year() -> None:
    given = panel(500)
    left = pd.Series(given.rows["churned"].to_numpy())
    started = AS_OF - pd.to_timedelta(pd.Series(np.random.default_rng(2).integers(300, 365, 500)), unit="D")
    accounts = accounts_of(given, customer_since=started.dt.strftime("%Y-%m-%d"))
    accounts = accounts.assign(started_at=started, ended_at=(started + pd.Timedelta(days=366)).where(left))
    assert find_leaks(given, accounts).refused == ()


def test_names_are_refused_whatever_they_hold() -> None:
    given = panel(100)
    found = find_leaks(given, accounts_of(given, CancelDate="none", extended_warranty="yes"))
    assert found.refused == ("attribute/CancelDate",)
    assert found.table["auc"].notna().all()


@pytest.mark.parametrize(
    ("name", "tells"),
    [
        ("churn", True),
        ("is_churned", True),
        ("Cancellation reason", True),
        ("Kündigungsdatum", True),
        ("kuendigung_am", True),
        ("résiliation", True),
        ("fecha_baja", True),
        ("accountClosed", True),
        ("attended", False),
        ("extended_warranty", False),
        ("contract_date", False),
        ("closed_tickets", False),
        ("terms", False),
    ],
)
def test_names_of_outcomes(name: str, tells: bool) -> None:
    assert named_like_outcome(f"attribute/{name}") is tells


def test_allowed_names_stand_in_the_table_and_are_not_refused(planted: tuple) -> None:
    world, before = planted
    accounts, comments = with_leaks(world, random_state=3)
    allowed = ["attribute/renamed", "comments"]
    found = find_leaks(panel_of(world), accounts, world.responses, comments=comments, allowed=allowed)
    assert set(found.refused) == set(before.refused) & set(LEAKING) - {"attribute/renamed"}
    assert found.announcing == ()
    assert set(found.table.loc[found.table["allowed"], "name"]) == set(allowed)


def test_an_unknown_allowed_name_is_an_error() -> None:
    given = panel(50)
    with pytest.raises(SettingsError, match=r"allow: attribute/plam: no such column was looked at"):
        find_leaks(given, accounts_of(given, plan="x"), allowed=["attribute/plam"])


def test_refusing_names_every_column_with_its_figure_and_what_to_do(planted: tuple) -> None:
    with pytest.raises(DataRefusedError) as raised:
        refuse_leaks(planted[1])
    message = str(raised.value)
    assert all(name in message for name in planted[1].refused)
    assert "attribute/service_code: " in message
    assert "[churn] leave_out" in message
    assert "[churn] allow" in message
    refuse_leaks(replace(planted[1], refused=()))


def test_row_order_is_no_information() -> None:
    world = planted_churn(400, n_dates=3, random_state=1)
    accounts, comments = with_leaks(world, random_state=1)
    given = panel_of(world)
    rng = np.random.default_rng(0)
    mixed = [frame.iloc[rng.permutation(len(frame))] for frame in (given.rows, accounts, world.responses, comments)]
    one = find_leaks(given, accounts, world.responses, comments=comments)
    other = find_leaks(replace(given, rows=mixed[0]), mixed[1], mixed[2], comments=mixed[3])
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)
    assert (one.refused, one.announcing, one.notes) == (other.refused, other.announcing, other.notes)


def test_comments_from_as_of_on_say_nothing() -> None:
    given = panel(200)
    left = given.rows["churned"].to_numpy()
    ids = given.rows["account_id"].to_numpy()
    responses = pd.DataFrame({"response_id": ids, "account_id": ids, "responded_at": AS_OF})
    texts = np.where(left, "we have cancelled our contract", "all is well")
    comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "text": texts})
    later = find_leaks(given, accounts_of(given), responses, comments=comments)
    assert later.table.empty
    earlier = responses.assign(responded_at=AS_OF - pd.Timedelta(days=1))
    found = find_leaks(given, accounts_of(given), earlier, comments=comments)
    assert kinds(found.table, "comments") == {"announced"}
    assert set(found.announcing) == set(later.announcing) == set(ids[left])


def test_words_that_no_phrase_knows_are_learned() -> None:
    given = panel(1000)
    left, ids = given.rows["churned"].to_numpy(), given.rows["account_id"].to_numpy()
    rng = np.random.default_rng(4)
    words = rng.choice(["slow", "kind", "dear", "cheap", "late", "fine"], (1000, 3))
    texts = pd.Series([" ".join(row) for row in words])
    told = left & (rng.random(1000) < 0.5)
    texts = texts.where(~told, texts + ", last parcel came")
    assert not announces_leaving(texts).any()
    comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "text": texts})
    responses = pd.DataFrame({"response_id": ids, "account_id": ids, "responded_at": AS_OF - pd.Timedelta(days=9)})
    found = find_leaks(given, accounts_of(given), responses, comments=comments)
    assert kinds(found.table, "comments") == {"announced"}
    assert found.announcing == (), "leaving comments out by who left would tell who left"
    learned = [int(note.split()[0]) for note in found.notes if "without a phrase" in note]
    assert 0.9 * told.sum() < learned[0] <= told.sum()
    unrelated = find_leaks(given, accounts_of(given), responses, comments=comments.assign(text=rng.permutation(texts)))
    assert unrelated.table.empty


def test_comments_without_responses_are_refused() -> None:
    given = panel(50)
    comments = pd.DataFrame({"comment_id": ["c"], "response_id": ["r"], "text": ["x"]})
    with pytest.raises(SettingsError, match="comments were given without responses"):
        find_leaks(given, accounts_of(given), comments=comments)


def test_too_few_leavers_are_a_note() -> None:
    given = panel(50)
    found = find_leaks(given, accounts_of(given, churn_code="x", state=given.rows["churned"].to_numpy()))
    assert found.refused == ("attribute/churn_code",)
    assert found.notes[0].startswith("10 accounts left and 40 stayed; with fewer than 20")


def test_an_undated_snapshot_is_held_against_its_day() -> None:
    given = panel(400, dated=False)
    accounts = accounts_of(given, visit=["2026-02-01", "2025-02-01"] * 200).assign(snapshot_at=AS_OF)
    assert kinds(find_leaks(given, accounts).table, "attribute/visit") == {"dated_after"}


def test_an_account_id_that_tells_is_reported_but_nothing_reads_it() -> None:
    given = panel(400)
    rows = given.rows.sort_values("churned", kind="stable", ignore_index=True)
    ids = [f"K{number:05d}" for number in range(400)]
    sorted_ids = replace(given, rows=rows.assign(account_id=ids, unit=ids))
    found = find_leaks(sorted_ids, accounts_of(sorted_ids))
    assert kinds(found.table, "account_id") == {"id_order"}
    assert found.refused == ()


def test_an_id_with_another_prefix_for_leavers_is_caught() -> None:
    given = panel(400)
    left = given.rows["churned"].to_numpy()
    order = np.random.default_rng(0).permutation(400)
    made = [f"{'X' if gone else 'C'}{number:05d}" for gone, number in zip(left, order, strict=True)]
    assert kinds(find_leaks(given, accounts_of(given, contract=made)).table, "attribute/contract") == {"id_order"}


def test_a_measure_is_no_id() -> None:
    revenue = pd.Series(np.random.default_rng(0).choice(10**6, 1000, replace=False))
    assert not is_id("attribute/revenue", revenue)
    assert is_id("attribute/Kundennummer", revenue)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%Y-%m-%dT%H:%M:%S"])
def test_dates_are_read_in_the_forms_of_exports(form: str) -> None:
    days = pd.Series(pd.date_range("2025-01-01", periods=40, freq="9D"))
    read = as_dates(days.dt.strftime(form))
    assert read is not None
    assert (read == days).all()


@pytest.mark.parametrize(
    "text",
    [
        "We are leaving at the end of the month",
        "I'm switching to another provider.",
        "Please note that our subscription has been cancelled",
        "we will not renew",
        "Ich habe den Vertrag gekündigt",
        "Wir wechseln zur Konkurrenz",
        "Nous allons résilier le contrat",
        "je pars à la concurrence",
        "vamos a cancelar el contrato",
        "Abbiamo dato disdetta",
        "Ik heb mijn abonnement opgezegd",
    ],
)
def test_phrases_of_leaving_in_six_languages(text: str) -> None:
    assert announces_leaving([text, text.upper()]).all()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I would never leave you",
        "You cannot leave a message",
        "They cancelled the appointment twice",
        "No plans to cancel anything",
        "Ich bin Kunde seit 2012 und zufrieden",
        "Wir werden nicht kündigen",
        "Kundendienst war freundlich",
        "Je suis content du service",
        "Left-hand menu is confusing",
    ],
)
def test_phrases_leave_others_alone(text: str) -> None:
    assert not announces_leaving([text]).any()


def test_auc_is_the_usual_one_and_its_interval_covers_with_clusters() -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    truth, covered = 0.76025, []  # Phi(1 / sqrt(2))
    for _ in range(200):
        unit = np.arange(150) // 3
        left = np.repeat(rng.random(50) < 0.4, 3)
        own = np.sqrt(0.7) * np.repeat(rng.normal(size=50), 3) + np.sqrt(0.3) * rng.normal(size=150)
        scores = own + left
        auc, low, high = auc_interval(scores, left, unit, confidence_level=0.95)
        covered.append(low <= truth <= high)
        assert auc == pytest.approx(roc_auc_score(left, scores))
    assert np.mean(covered) >= 0.9


def test_a_monotone_change_of_a_number_changes_nothing_and_noise_tells_nothing() -> None:
    rng = np.random.default_rng(1)
    left = rng.random(2000) < 0.2
    cases = Cases(pd.DataFrame(index=range(2000)), left, np.arange(2000), np.arange(2000) % 5)
    numbers = pd.Series(rng.integers(0, 500, 2000) + 40.0 * left)
    told = told_by(numbers, cases, confidence_level=0.95)
    changed = told_by(numbers * 3 + 2, cases, confidence_level=0.95)
    assert (told.auc, told.found, told.blamed) == (changed.auc, changed.found, changed.blamed)
    noise = [told_by(pd.Series(rng.normal(size=2000)), cases, confidence_level=0.95) for _ in range(40)]
    assert np.mean([one.apart_low > 0.05 for one in noise]) <= 0.1
    assert np.mean([one.auc for one in noise]) == pytest.approx(0.5, abs=0.02)


def test_each_account_stands_once_and_leavers_at_their_last_date() -> None:
    world = planted_churn(300, n_dates=4, random_state=2)
    given = panel_of(world)
    cases = cases_of(given)
    assert cases.rows["account_id"].is_unique
    assert set(cases.rows["account_id"]) == set(given.rows["account_id"])
    gone = given.rows[given.rows["churned"]].set_index("account_id")["as_of"]
    assert (cases.rows[cases.left].set_index("account_id")["as_of"] == gone.groupby(level=0).max()).all()
    assert cases.rows.loc[~cases.left, "as_of"].nunique() == 4


def test_the_probe_reads_public_messages_at_least_as_well_as_wanted(shared_data: Path) -> None:
    for language, wanted in (("EN", 0.80), ("DE", 0.72)):
        found = probes(language, draws=1, data=shared_data)
        assert found["guard's probe"] >= wanted
