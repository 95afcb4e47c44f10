"""The watched world: what is planted is in the tables, and nothing else moves."""

import numpy as np
import pandas as pd
import pytest

from nps_insights.simulate import STORIES, WatchedSurvey, watched_survey
from nps_insights.tables import SettingsError, conform

TABLES = ("responses", "comments", "mentions", "themes", "accounts", "invitations", "outcomes", "events")
POINTS = {"promoter": 100.0, "passive": 0.0, "detractor": -100.0}
PRODUCT = "attribute/Product"


@pytest.fixture(scope="module")
def drop() -> WatchedSurvey:
    return watched_survey("product_drop", n_per_period=240, random_state=5)


@pytest.fixture(scope="module")
def reached() -> WatchedSurvey:
    return watched_survey("target_reached", n_per_period=240, comment_rate=0.1, random_state=5)


def observed(world: WatchedSurvey, by: str = "") -> pd.DataFrame:
    """Each survey, month and group with its NPS as it came out, beside the truth."""
    responses = world.responses
    rows = pd.DataFrame(
        {
            "survey": responses["survey"],
            "group": responses[by] if by else "",
            "period_start": responses["responded_at"].dt.to_period("M").dt.start_time.astype("datetime64[us]"),
            "points": responses["category"].map(POINTS).astype(float),
        }
    )
    found = rows.groupby(["survey", "group", "period_start"])["points"].agg(["mean", "std", "size"]).reset_index()
    truth = world.truth.periods
    return truth[truth["by"] == by].merge(found, on=["survey", "group", "period_start"])


@pytest.mark.parametrize("name", TABLES)
def test_tables_keep_the_contract(drop: WatchedSurvey, name: str) -> None:
    table = getattr(drop, name)
    pd.testing.assert_frame_equal(conform(name, table), table)
    assert len(table)


@pytest.mark.parametrize("by", ["", PRODUCT])
def test_each_period_is_near_what_is_expected_and_planned(drop: WatchedSurvey, reached: WatchedSurvey, by: str) -> None:
    for world in (drop, reached):
        table = observed(world, by)
        assert (table["size"] == table["n"]).all()
        z = (table["mean"] - table["expected"]) / table["mood"]
        assert z.abs().max() < 4.5
        assert abs((z**2).mean() - 1) < 4 * np.sqrt(2 / len(z))
        assert (table["mood"] < table["std"] / np.sqrt(table["n"])).all()
        if by:
            np.testing.assert_allclose(table["expected"], table["planned"], atol=1e-6)
        else:
            # Which products happen to answer moves the whole a little.
            assert (table["expected"] - table["planned"]).abs().max() < 6


def test_a_month_has_as_many_answers_as_asked_for(drop: WatchedSurvey) -> None:
    n = observed(drop).groupby("survey")["n"].agg(["min", "max"])
    assert n.to_numpy().tolist() == [[240, 240], [120, 120]]
    assert drop.truth.periods["period_start"].nunique() == 24
    assert drop.responses["responded_at"].max() < drop.as_of == pd.Timestamp("2026-07-01")


def test_one_product_drops_and_comes_back_and_no_other(drop: WatchedSurvey) -> None:
    fall, rise = drop.truth.changes.to_dict("records")
    assert (fall["kind"], fall["points"], rise["kind"], rise["points"]) == ("drop", -20, "recovery", 20)
    truth = drop.truth.periods[drop.truth.periods["survey"] == "relational"]
    broken = truth["period_start"].between(fall["at"], rise["at"], inclusive="left")
    for group, rows in truth[truth["by"] == PRODUCT].groupby("group"):
        change = rows.loc[broken, "planned"].mean() - rows.loc[~broken, "planned"].mean()
        assert change == pytest.approx(-50 if group == fall["group"] else 0)
    table = observed(drop)
    table = table[table["survey"] == "relational"].set_index("period_start")
    before, during, after = (
        table.loc[part, "mean"].mean()
        for part in (
            table.index < fall["at"],
            (table.index >= fall["at"]) & (table.index < rise["at"]),
            table.index >= rise["at"],
        )
    )
    assert during - before == pytest.approx(-20, abs=7)
    assert after - during == pytest.approx(20, abs=8)


def test_one_theme_rises_where_the_product_is_broken(drop: WatchedSurvey) -> None:
    fall, rise = drop.truth.changes.to_dict("records")
    written = drop.comments.loc[~drop.comments["says_nothing"], "response_id"]
    answers = drop.responses[drop.responses["response_id"].isin(written)]
    during = answers["responded_at"].between(fall["at"], rise["at"], inclusive="left")
    held = {
        theme: answers["response_id"].isin(drop.mentions.loc[drop.mentions["theme_id"] == theme, "response_id"])
        for theme in drop.themes["theme_id"]
    }
    hit = answers[PRODUCT] == fall["group"]
    rises = {theme: says[hit & during].mean() - says[hit & ~during].mean() for theme, says in held.items()}
    assert max(rises, key=lambda theme: rises[theme]) == fall["theme_id"]
    assert rises[fall["theme_id"]] > 0.25
    elsewhere = held[fall["theme_id"]]
    assert abs(elsewhere[~hit & during].mean() - elsewhere[~hit & ~during].mean()) < 0.08
    shares = drop.truth.shares.groupby(["product", "theme_code"])["share"].agg(["min", "max"])
    changed = shares.index[shares["max"] > shares["min"]].tolist()
    assert changed == [(fall["group"], fall["theme_code"])]


def test_the_words_tell_the_theme(drop: WatchedSurvey) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    said = drop.comments[~drop.comments["says_nothing"] & (drop.comments["language"] == "en")]
    for theme in ("t01", "t03", "t06"):
        held = said["response_id"].isin(drop.mentions.loc[drop.mentions["theme_id"] == theme, "response_id"])
        words = TfidfVectorizer(max_features=800).fit_transform(said["text"])
        half = len(said) // 2
        model = LogisticRegression(max_iter=300).fit(words[:half], held[:half])
        assert roc_auc_score(held[half:], model.predict_proba(words[half:])[:, 1]) > 0.93


def test_the_target_is_reached(reached: WatchedSurvey) -> None:
    target = reached.truth.target.iloc[0]
    assert (target["baseline"], target["value"], target["reached"]) == (20, 40, 42)
    assert target["due_at"] - target["baseline_at"] == pd.Timedelta(days=729)
    table = observed(reached)
    table = table[table["survey"] == "relational"]
    assert table["planned"].iloc[0] == pytest.approx(20)
    assert table["planned"].iloc[-1] == pytest.approx(42)
    assert (np.diff(table["planned"]) > -1e-9).all()
    assert table["mean"].iloc[:3].mean() == pytest.approx(20, abs=8)
    assert table["mean"].iloc[-3:].mean() == pytest.approx(42, abs=8)


def test_nothing_happens_in_the_stable_story() -> None:
    world = watched_survey("stable", n_per_period=60, comment_rate=0.0, random_state=2)
    truth = world.truth.periods
    assert truth[truth["by"] == PRODUCT].groupby(["survey", "group"])["planned"].nunique().eq(1).all()
    assert world.truth.changes.empty
    assert world.truth.target.empty
    assert world.comments.empty
    assert world.mentions.empty
    assert len(world.events)


def test_invitations_hold_the_answers_and_the_silent(drop: WatchedSurvey) -> None:
    invitations, responses = drop.invitations, drop.responses.set_index("response_id")
    answered = invitations[invitations["response_id"].notna()].set_index("response_id")
    assert set(answered.index) == set(responses.index)
    assert answered.index.is_unique
    for name in ("account_id", "contact_id", "survey", "touchpoint", "channel", "agent_id"):
        told, said = answered[name].fillna(""), responses[name].fillna("").reindex(answered.index)
        assert (told == said).all()
    assert (answered["sent_at"] < responses["responded_at"].reindex(answered.index)).all()
    rate = len(answered) / len(invitations)
    assert 0.2 < rate < 0.4
    n_asked = drop.truth.periods.loc[drop.truth.periods["by"] == "", "n_asked"].sum()
    assert n_asked == len(invitations)
    # The unhappy answer a little less often, so those who answer look better than all who were asked.
    truth = drop.truth.periods[drop.truth.periods["by"] == ""]
    assert 0 < (truth["expected"] - truth["everyone"]).mean() < 12


def test_relational_surveys_keep_their_distance_and_transactional_ones_follow_an_event(drop: WatchedSurvey) -> None:
    invitations = drop.invitations.sort_values("sent_at")
    relational = invitations[invitations["survey"] == "relational"]
    gaps = relational.groupby("contact_id")["sent_at"].diff().dropna()
    assert gaps.min() > pd.Timedelta(days=90)
    answers = drop.responses
    case = answers["survey"] == "transactional"
    for name in ("touchpoint", "trigger", "event_at", "csat", "ces"):
        assert (answers[name].notna() == case).all()
    assert (answers["event_at"][case] <= answers["responded_at"][case]).all()
    assert answers["csat"].dropna().isin(range(1, 6)).all()
    assert answers["ces"].dropna().isin(range(1, 8)).all()
    assert answers.loc[answers["touchpoint"] == "Invoice", "agent_id"].isna().all()
    assert (answers.loc[answers["category"] == "promoter", "csat"].mean() - 3.5) > 0
    level = drop.truth.periods.query("by == ''").groupby("survey")["planned"].mean()
    assert level["transactional"] - level["relational"] == pytest.approx(8)


def test_agents_have_a_known_effect_and_one_asks_only_the_happy(drop: WatchedSurvey) -> None:
    agents = drop.truth.agents
    assert np.corrcoef(agents["effect"], agents["points"])[0, 1] > 0.95
    hider = agents["asks_only_the_happy"]
    asked = drop.invitations["agent_id"].value_counts().reindex(agents["agent_id"]).to_numpy()
    team = agents["product"] == agents.loc[hider, "product"].iloc[0]
    assert asked[hider].item() < 0.75 * np.median(asked[team & ~hider])
    assert agents.loc[hider, "expected"].item() > agents.loc[team & ~hider, "expected"].mean() + 10


def test_calls_are_a_draw_and_help(drop: WatchedSurvey) -> None:
    outcomes = drop.outcomes
    assert outcomes["contacted_at"].notna().mean() == pytest.approx(0.5, abs=0.06)
    assert not (outcomes["closed_at"] < outcomes["contacted_at"]).any()
    assert not (outcomes["contacted_at"] < outcomes["proposed_at"]).any()
    assert outcomes["closed_at"].max() < drop.as_of
    assert (outcomes["result"].notna() == outcomes["closed_at"].notna()).all()
    detractors = drop.responses.query("category == 'detractor' and survey == 'relational'")
    assert set(outcomes["account_id"]) <= set(detractors["account_id"])
    recovery = drop.truth.recovery.iloc[0]
    assert 10 < recovery["points"] < 40
    assert recovery["n"] > 100


def test_several_contacts_with_roles_and_accounts_with_values(drop: WatchedSurvey) -> None:
    assert drop.responses.groupby("account_id")["contact_id"].nunique().max() >= 3
    assert drop.responses["contact_role"].nunique() == 4
    assert (drop.accounts["value"] > 0).all()
    assert set(drop.responses["account_id"]) < set(drop.accounts["account_id"])
    ended = drop.responses.merge(drop.accounts[["account_id", "ended_at"]], on="account_id")
    assert not (ended["responded_at"] >= ended["ended_at"]).any()


def test_the_same_seed_gives_the_same_world_and_another_another() -> None:
    given = {"n_per_period": 30, "n_periods": 8}
    one, same, other = (watched_survey("product_drop", random_state=seed, **given) for seed in (1, 1, 2))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(same, name))
    for name in ("periods", "shares", "changes", "target", "agents", "recovery"):
        pd.testing.assert_frame_equal(getattr(one.truth, name), getattr(same.truth, name))
    assert not one.responses.equals(other.responses)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"story": "boom"}, f"'boom' is none; it must be one of {', '.join(STORIES)}"),
        ({"n_per_period": 5}, "at least 10 relational answers"),
        ({"n_per_period": 20, "n_transactional": 30}, "from 0 up to as many transactional ones"),
        ({"n_periods": 3}, "n_periods == 3: must be at least 6 months"),
        ({"n_periods": -3}, "must be at least 6 months"),
        ({"comment_rate": 0.9}, "must be 0 to 0.75"),
        ({"end": "soon"}, "must be a date"),
    ],
)
def test_what_is_out_of_bounds_is_refused(given: dict, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        watched_survey(**given)
