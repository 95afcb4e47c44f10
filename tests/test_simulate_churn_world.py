"""The planted churn world: its chances follow from its own tables, and they come true."""

import numpy as np
import pandas as pd
import pytest

from nps_insights.simulate import PLANTED_CHURN_THEMES, PLANTED_HORIZON_DAYS, PlantedChurn, planted_churn
from nps_insights.simulate import churn_world as world_module
from nps_insights.tables import SettingsError, conform

TABLES = ("accounts", "responses", "comments", "mentions", "themes", "usage")


@pytest.fixture(scope="module")
def world() -> PlantedChurn:
    return planted_churn(8_000, random_state=3)


def with_outcome(world: PlantedChurn) -> pd.DataFrame:
    rows = world.truth.merge(world.accounts, on="account_id")
    end = rows["as_of"] + pd.Timedelta(days=PLANTED_HORIZON_DAYS)
    return rows.assign(churned=(rows["ended_at"] > rows["as_of"]) & (rows["ended_at"] <= end))


@pytest.mark.parametrize("name", TABLES)
def test_tables_keep_the_contract(world: PlantedChurn, name: str) -> None:
    table = getattr(world, name)
    pd.testing.assert_frame_equal(conform(name, table), table)
    assert len(table)


def test_the_same_seed_gives_the_same_world_and_another_another() -> None:
    one, same, other = (planted_churn(60, n_dates=2, random_state=seed) for seed in (1, 1, 2))
    for name in (*TABLES, "truth"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(same, name))
    assert not one.truth.equals(other.truth)


def test_chances_are_as_spread_and_as_frequent_as_promised_and_come_true(world: PlantedChurn) -> None:
    from sklearn.metrics import roc_auc_score

    rows = with_outcome(world)
    assert 0.06 < rows["churned"].mean() < 0.08
    assert 0.78 < roc_auc_score(rows["churned"], rows["chance"]) < 0.82
    bins = rows.groupby(pd.qcut(rows["chance"], 10, labels=False))[["chance", "churned"]].agg(["mean", "size"])
    chance, share, n = bins["chance", "mean"], bins["churned", "mean"], bins["chance", "size"]
    assert (np.abs(share - chance) < 4 * np.sqrt(chance * (1 - chance) / n)).all()


def test_truth_has_the_customers_of_each_date_and_no_others(world: PlantedChurn) -> None:
    for date in world.dates:
        accounts = world.accounts
        there = (accounts["started_at"] < date) & ~(accounts["ended_at"] <= date)
        assert set(world.truth.loc[world.truth["as_of"] == date, "account_id"]) == set(
            accounts.loc[there, "account_id"]
        )


def test_the_chance_follows_from_what_stands_in_the_tables_before_the_date(world: PlantedChurn) -> None:
    date = world.dates[-2]
    truth = world.truth[world.truth["as_of"] == date].set_index("account_id")["chance"]
    accounts = world.accounts.set_index("account_id").loc[truth.index]
    seen = world.responses[world.responses["responded_at"].between(date - pd.Timedelta(days=365), date, "left")]
    answers = seen.sort_values("responded_at").groupby("account_id")["score"]
    last = answers.last().reindex(truth.index)
    fall = (answers.nth(-2).set_axis(seen.loc[answers.nth(-2).index, "account_id"]).reindex(truth.index) - last).clip(0)
    logit = world_module._INTERCEPT + world_module._PER_POINT * (last.fillna(8) - 8)
    logit = logit + world_module._PER_FALL * fall.fillna(0)
    mentions = world.mentions.merge(seen[["response_id", "account_id"]], on="response_id")
    for number, theme in enumerate(PLANTED_CHURN_THEMES, start=1):
        who = mentions.loc[mentions["theme_id"] == f"t{number:02d}", "account_id"]
        logit = logit + theme[-1] * truth.index.isin(who)
    logit = logit + accounts["attribute/plan"].map(world_module._PLANS)
    logit = logit + world_module._FIRST_YEAR * (accounts["started_at"] > date - pd.Timedelta(days=365))
    logins = [
        world.usage[world.usage["used_at"].between(date - pd.DateOffset(months=far), date - pd.DateOffset(months=near))]
        .groupby("account_id")["usage/logins"]
        .sum()
        .reindex(truth.index, fill_value=0)
        for far, near in ((3, 0), (6, 3))
    ]
    known = accounts["started_at"] < date - pd.DateOffset(months=6)
    trend = np.log((logins[0] + 1) / (logins[1] + 1)).clip(-1, 1).where(known, 0)
    logit = logit + world_module._PER_USAGE * trend
    np.testing.assert_allclose(truth, 1 / (1 + np.exp(-logit)), rtol=1e-9)


def test_nobody_answers_or_logs_in_before_the_start_or_after_the_end(world: PlantedChurn) -> None:
    for table, day in ((world.responses, "responded_at"), (world.usage, "used_at")):
        rows = table.merge(world.accounts, on="account_id")
        assert (rows[day] > rows["started_at"]).all()
        assert not (rows[day] >= rows["ended_at"]).any()


def test_data_go_on_past_the_last_outcome(world: PlantedChurn) -> None:
    over = world.dates[-1] + pd.Timedelta(days=PLANTED_HORIZON_DAYS)
    assert world.responses["responded_at"].max() > over
    assert (world.accounts["ended_at"] > over).any()


def test_a_renewal_date_does_not_tell_who_left(world: PlantedChurn) -> None:
    from sklearn.metrics import roc_auc_score

    left = world.accounts["ended_at"].notna()
    old = world.accounts["started_at"] < world.dates[0] - pd.Timedelta(days=730)
    days = (world.accounts["renewal_at"] - world.dates[-1]).dt.days
    assert abs(roc_auc_score(left[old], days[old]) - 0.5) < 0.03


def test_noise_has_one_chance_for_all() -> None:
    world = planted_churn(3_000, noise=True, random_state=1)
    rows = with_outcome(world)
    assert set(rows["chance"]) == {0.07}
    assert abs(rows["churned"].mean() - rows["chance"].mean()) < 4 * np.sqrt(0.07 * 0.93 / len(rows))
    last = world.responses[world.responses["responded_at"] < world.dates[0]].groupby("account_id")["score"].last()
    first = rows[rows["as_of"] == world.dates[0]].set_index("account_id")["churned"]
    scores = last.reindex(first.index)
    assert abs(scores[first].mean() - scores[~first].mean()) < 0.6


def test_there_are_silent_accounts_second_contacts_parents_and_reasons(world: PlantedChurn) -> None:
    assert 0.05 < 1 - world.responses["account_id"].nunique() / len(world.accounts) < 0.4
    assert world.responses.groupby("account_id")["contact_id"].nunique().max() == 2
    assert (world.accounts["parent_id"].value_counts() > 1).any()
    assert (world.accounts["ended_reason"].notna() == world.accounts["ended_at"].notna()).all()
    assert (world.accounts["value"] > 0).all()


def test_comments_name_the_themes_that_are_mentioned(world: PlantedChurn) -> None:
    labels = world.themes.set_index("theme_id")["keywords"]
    texts = world.comments.set_index("response_id")["text"]
    some = world.mentions.iloc[::50]
    assert all(labels[row.theme_id].lower() in texts[row.response_id].lower() for row in some.itertuples())
    silent = world.comments.loc[world.comments["says_nothing"], "response_id"]
    assert not world.mentions["response_id"].isin(silent).any()


@pytest.mark.parametrize("given", [{"n_accounts": 5}, {"n_accounts": 50, "n_dates": 0}])
def test_too_little_is_refused(given: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match="must be at least"):
        planted_churn(**given)
