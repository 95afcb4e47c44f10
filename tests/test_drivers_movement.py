import numpy as np
import pandas as pd
import pytest

from benchmarks.drivers_movement import drawn_world, one_world
from nps_insights.drivers.movement.effects import movement_effects
from nps_insights.drivers.movement.estimate import estimate_movement
from nps_insights.drivers.movement.latent import noise_of_answers, true_levels
from nps_insights.drivers.movement.mixture import mixture_weights, moves_behind
from nps_insights.drivers.movement.reliability import retest_reliability
from nps_insights.drivers.movement.repeats import repeat_answers
from nps_insights.drivers.movement.scale import AnswerScale, answer_scale
from nps_insights.drivers.movement.transition import movement
from nps_insights.metrics import categorize
from nps_insights.tables import CATEGORIES, SettingsError

FIRST, SECOND, THIRD = (pd.Timestamp(day) for day in ("2026-01-05", "2026-04-05", "2026-07-05"))
NOTHING_SAID = pd.DataFrame(columns=["response_id", "driver_id", "label", "kind", "theme_id"])


def answers_of(rows: list[tuple[str | None, str | None, object, float]]) -> pd.DataFrame:
    """Responses from (account, contact, day, score)."""
    account, contact, day, score = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "response_id": [f"r{i:02d}" for i in range(len(rows))],
            "account_id": pd.Series(account, dtype="str"),
            "contact_id": pd.Series(contact, dtype="str"),
            "responded_at": pd.to_datetime(pd.Series(day)),
            "score": score,
            "category": categorize(pd.Series(score)),
        }
    )


def with_exits(n: int = 1500, *, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers of whom 30 % of the true detractors and nobody else leaves after the first answer."""
    responses, _, _ = drawn_world("nobody moves", n, reliability=0.8, random_state=seed)
    rng = np.random.default_rng(seed)
    level = rng.normal(7.7, 1.8, n)
    noise = rng.normal(0, 0.9, (2, n))
    score = np.clip(np.round(level + noise), 0, 10)
    responses = responses.assign(score=score.ravel(), category=categorize(pd.Series(score.ravel())))
    leaves = (level < 6.5) & (rng.random(n) < 0.3)
    responses["account_id"] = responses["contact_id"].str.replace("c", "a")
    gone = responses["account_id"].iloc[:n][leaves]
    ended = pd.DataFrame({"account_id": gone, "ended_at": pd.Timestamp("2026-02-01")})
    return responses[~(responses["account_id"].isin(gone) & (responses["responded_at"] == SECOND))], ended


def test_steps_go_from_answer_to_answer_and_out() -> None:
    responses = answers_of(
        [
            ("a", "x", FIRST, 5),
            ("a", "x", SECOND, 8),
            ("a", "x", THIRD, 9),
            ("a", "y", FIRST, 10),
            ("b", None, FIRST, 3),
            ("b", None, SECOND, 2),
            ("c", "z", FIRST, 8),
        ]
    )
    accounts = pd.DataFrame({"account_id": ["b", "c"], "ended_at": [pd.Timestamp("2026-05-01"), pd.NaT]})
    repeats = repeat_answers(responses, accounts)
    assert repeats.steps[["from_category", "to_category"]].to_numpy().tolist() == [
        ["detractor", "passive"],
        ["passive", "promoter"],
        ["detractor", "detractor"],
        ["detractor", "churned"],
    ]
    assert {name: repeats.counts[name] for name in ("customers", "pairs", "exits", "open")} == {
        "customers": 4,
        "pairs": 3,
        "exits": 1,
        "open": 2,
    }
    last = repeat_answers(responses, accounts, steps="last").steps
    assert last["to_category"].tolist() == ["promoter", "churned"]


def test_answers_without_date_or_customer_and_same_day_answers_are_counted() -> None:
    responses = answers_of(
        [
            ("a", "x", FIRST, 5),
            ("a", "x", FIRST + pd.Timedelta("3h"), 9),
            ("a", "x", SECOND, 8),
            ("a", "x", None, 8),
            (None, None, SECOND, 8),
            ("b", "y", FIRST, 7),
            ("b", "y", THIRD, 1),
        ]
    )
    accounts = pd.DataFrame({"account_id": ["b"], "ended_at": [SECOND]})
    repeats = repeat_answers(responses, accounts)
    assert repeats.steps[["from_category", "to_category"]].to_numpy().tolist() == [
        ["promoter", "passive"],
        ["passive", "churned"],
    ]
    assert [repeats.counts[name] for name in ("undated", "unknown", "same_day", "after_end")] == [1, 1, 1, 1]
    assert "1 have no date; 1 belong to no known customer" in repeats.notes[-1]


def test_what_happens_after_as_of_is_not_known() -> None:
    responses = answers_of([("a", "x", FIRST, 5), ("a", "x", SECOND, 8), ("b", "y", FIRST, 7)])
    accounts = pd.DataFrame({"account_id": ["b"], "ended_at": [THIRD]})
    early = repeat_answers(responses, accounts, as_of="2026-03-01")
    assert early.steps.empty
    assert early.counts["open"] == 2
    later = responses.assign(score=0.0, category="detractor").where(responses["responded_at"] > FIRST, responses)
    changed = repeat_answers(later, accounts, as_of="2026-03-01")
    pd.testing.assert_frame_equal(early.steps, changed.steps)


def test_shares_of_a_category_sum_to_one() -> None:
    responses, accounts = with_exits(400)
    table = movement(repeat_answers(responses, accounts), n_bootstraps=20)
    assert len(table) == 24
    sums = table.groupby(["method", "from_category"])["estimate"].sum()
    np.testing.assert_allclose(sums, 1)
    assert (table["conf_low"] <= table["estimate"]).all()
    assert (table["estimate"] <= table["conf_high"]).all()
    np.testing.assert_allclose(table.groupby("method")["n_moved"].sum(), len(repeat_answers(responses, accounts).steps))


def test_at_reliability_one_nothing_is_corrected() -> None:
    responses, accounts = with_exits(200)
    table = movement(repeat_answers(responses, accounts), reliability=1)
    raw, corrected = (
        table[table["method"] == method].drop(columns=["method"]).reset_index(drop=True)
        for method in ("raw", "corrected")
    )
    pd.testing.assert_frame_equal(raw, corrected)


def test_where_nobody_moves_hardly_anybody_is_said_to() -> None:
    found = pd.DataFrame(
        [one_world("nobody moves", 1000, reliability=0.8, random_state=seed, n_bootstraps=20) for seed in range(5)]
    )
    assert found["raw"].mean() == pytest.approx(0.35, abs=0.02)
    # With the reliability before rounding, as stated, and with that of the answers themselves.
    assert found["stated"].mean() <= 0.06
    assert found["measured"].mean() <= 0.03
    assert found["covered"].mean() >= 0.8


def test_planted_moves_are_found() -> None:
    found = pd.DataFrame(
        [
            one_world("to another category", 1000, reliability=0.8, random_state=seed, n_bootstraps=30)
            for seed in range(8)
        ]
    )
    assert found["raw"].mean() > 0.4
    assert (found["measured"] - found["truth"]).mean() == pytest.approx(0, abs=0.04)
    assert abs((found["plain"] - found["truth"]).mean()) > 2 * abs((found["measured"] - found["truth"]).mean())
    assert found["covered"].mean() >= 0.75


def test_moves_are_recovered_exactly_from_exact_tables() -> None:
    scale = AnswerScale(np.arange(11.0), np.array([6.5, 8.5]), False)
    answered = 1000 * np.array([1.0, 1, 2, 3, 5, 8, 12, 20, 24, 14, 10])
    levels = true_levels(answered, scale, noise_of_answers(answered, scale, 0.8))
    inside = [levels.density * (levels.category == rank) for rank in range(3)]
    planted = np.array([[0.1, 0.03, 0.02, 0.03], [0.04, 0.3, 0.06, 0], [0, 0.05, 0.35, 0.02]])
    table, out = np.zeros((11, 11)), np.zeros(11)
    for before, own in enumerate(inside):
        for after, other in enumerate(inside):
            joint = np.diag(own) / own.sum() if before == after else np.outer(own, other) / own.sum() / other.sum()
            table += planted[before, after] * levels.answers.T @ joint @ levels.answers
        out += planted[before, 3] * own @ levels.answers / own.sum()
    moves = moves_behind(1e6 * np.r_[table.ravel(), out], levels)
    np.testing.assert_allclose(moves, planted, atol=2e-3)


def test_weights_of_parts_that_are_not_there_are_zero() -> None:
    parts = np.array([[0.5, 0.5, 0.1], [0.5, 0.3, 0.1], [0.0, 0.2, 0.8]])
    weights = mixture_weights(np.array([500.0, 500.0, 0.0]), parts)
    assert weights.tolist() == [1.0, 0.0, 0.0]


def test_who_left_is_traced_back_to_where_they_truly_stood() -> None:
    responses, accounts = with_exits(4000, seed=1)
    table = movement(repeat_answers(responses, accounts), reliability=0.77, n_bootstraps=40)
    left = table[table["to_category"] == "churned"].set_index(["method", "from_category"])
    assert left.loc[("raw", "detractor"), "conf_high"] < 0.3
    assert left.loc[("corrected", "detractor"), "conf_low"] <= 0.3 <= left.loc[("corrected", "detractor"), "conf_high"]
    assert left.loc[("corrected", "promoter"), "estimate"] < 0.01


def test_without_accounts_there_is_no_column_for_those_who_left() -> None:
    responses, _ = with_exits(200)
    repeats = repeat_answers(responses)
    assert set(movement(repeats, n_bootstraps=20)["to_category"]) == set(CATEGORIES)
    assert "Who left is not known" in repeats.notes[1]


def test_scores_on_two_scales_fall_back_to_categories() -> None:
    responses, _, _ = drawn_world("nobody moves", 1000, reliability=0.8, random_state=2)
    ends = responses.assign(scale_min=0.0, scale_max=np.where(responses.index % 2, 10.0, 5.0))
    repeats = repeat_answers(ends)
    assert answer_scale(repeats.steps).categories_alone
    table = movement(repeats, n_bootstraps=20)
    stayed = table[(table["method"] == "corrected") & (table["from_category"] == table["to_category"])]
    assert stayed["n_moved"].sum() / 1000 > 0.9


def test_row_order_changes_nothing() -> None:
    responses, accounts = with_exits(200)
    straight = movement(repeat_answers(responses, accounts), n_bootstraps=20)
    shuffled = responses.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(straight, movement(repeat_answers(shuffled, accounts[::-1]), n_bootstraps=20))


def test_answers_of_one_account_do_not_count_as_many() -> None:
    responses, _, _ = drawn_world("to another category", 300, reliability=0.8, random_state=3)
    # Ten people of each account, who all answer alike.
    alike = pd.concat(
        [
            responses.assign(
                response_id=f"{i}/" + responses["response_id"],
                account_id=responses["contact_id"],
                contact_id=f"{i}/" + responses["contact_id"],
            )
            for i in range(10)
        ],
        ignore_index=True,
    )
    one, ten = (
        movement(repeat_answers(rows), n_bootstraps=40).assign(width=lambda t: t["conf_high"] - t["conf_low"])
        for rows in (responses, alike)
    )
    assert 0.7 < (ten["width"] / one["width"]).median() < 1.4


def test_reliability_is_measured_where_repeats_are_quick() -> None:
    responses, _, measured = drawn_world("nobody moves", 600, reliability=0.8, random_state=4)
    assert retest_reliability(responses)["n"].item() == 0
    row = retest_reliability(responses, within_days=100).iloc[0]
    assert row["conf_low"] < measured < row["conf_high"]
    days = responses["responded_at"].where(responses["responded_at"] == FIRST, FIRST + pd.Timedelta(days=9))
    quick = estimate_movement(
        responses.assign(responded_at=days), no_comments(), NOTHING_SAID, reliability=0.5, n_bootstraps=20
    )
    assert any("600 customers answered twice within 30 days" in note and "above" in note for note in quick.notes)
    assert round(row["estimate"], 2) in quick.movers["reliability"].round(2).tolist()


def no_comments() -> pd.DataFrame:
    return pd.DataFrame({"response_id": pd.Series(dtype="str"), "says_nothing": pd.Series(dtype=bool)})


def test_too_few_repeats_say_how_many_are_needed() -> None:
    responses, _, _ = drawn_world("nobody moves", 12, reliability=0.8, random_state=5)
    found = estimate_movement(responses, no_comments(), NOTHING_SAID)
    assert [len(table) for table in (found.movement, found.movers, found.effects)] == [0, 0, 0]
    assert any("at least 30 steps" in note and "there are 12" in note for note in found.notes)
    assert any("No effects were estimated" in note for note in found.notes)
    more, _, _ = drawn_world("nobody moves", 150, reliability=0.8, random_state=5)
    assert any(
        "within 10 points with 97 steps" in n for n in estimate_movement(more, no_comments(), NOTHING_SAID).notes
    )


def themed(n: int, *, seed: int, effect: float, by_category: bool) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Two answers each; theme Price in the later comment moves the level by `effect`.

    With `by_category` detractors of the first wave, by their noisy answer, mention it three times as often.
    """
    rng = np.random.default_rng(seed)
    level = rng.normal(7.7, 1.8, n)
    first = np.clip(np.round(level + rng.normal(0, 0.9, n)), 0, 10)
    said = rng.random(n) < np.where(by_category & (first <= 6), 0.6, 0.2)
    second = np.clip(np.round(level + effect * said + rng.normal(0, 0.9, n)), 0, 10)
    ids = np.array([f"c{i:05d}" for i in range(n)])
    waves = [
        pd.DataFrame({"response_id": f"{wave}/" + pd.Series(ids), "contact_id": ids, "score": score}).assign(
            responded_at=day, category=categorize(pd.Series(score))
        )
        for wave, (day, score) in enumerate(((FIRST, first), (SECOND, second)))
    ]
    responses = pd.concat(waves, ignore_index=True)
    comments = pd.DataFrame({"response_id": responses["response_id"], "says_nothing": False})
    presence = pd.DataFrame(
        {"response_id": [f"1/{c}" for c in ids[said]], "driver_id": "code/Price", "label": "Price", "kind": "code"}
    ).assign(theme_id=None)
    return responses, comments, presence


def test_a_theme_that_makes_customers_fall_is_found() -> None:
    responses, comments, presence = themed(1500, seed=6, effect=-1.5, by_category=True)
    found = movement_effects(repeat_answers(responses), responses, comments, presence)
    row = found.effects[found.effects["outcome"] == "nps"].iloc[0]
    assert row["conf_high"] < 0
    assert row["n"] == 1500
    by_outcome = found.effects.set_index("outcome")["estimate"]
    assert by_outcome["promoter"] - by_outcome["detractor"] == pytest.approx(by_outcome["nps"])
    assert "category before" in found.notes[0]


def test_regression_to_the_mean_is_no_effect_of_a_theme() -> None:
    hits, plain = [], []
    for seed in range(20):
        responses, comments, presence = themed(400, seed=seed, effect=0, by_category=True)
        repeats = repeat_answers(responses)
        rows = movement_effects(repeats, responses, comments, presence).effects
        row = rows[rows["outcome"] == "nps"].iloc[0]
        hits.append(row["conf_low"] <= 0 <= row["conf_high"])
        plain.append(row["per_mention"])
    assert np.mean(hits) >= 0.8
    assert abs(np.mean(plain)) < 4


def test_settings_out_of_bounds_are_refused() -> None:
    repeats = repeat_answers(answers_of([("a", "x", FIRST, 5)]))
    with pytest.raises(SettingsError, match=r"reliability == 0: must be above 0 and at most 1"):
        movement(repeats, reliability=0)
    with pytest.raises(SettingsError, match=r"n_bootstraps == 5: must be at least 20"):
        movement(repeats, n_bootstraps=5)
    with pytest.raises(SettingsError, match=r"steps == 'first'"):
        repeat_answers(answers_of([("a", "x", FIRST, 5)]), steps="first")  # type: ignore[arg-type]


def test_nobody_who_can_be_followed_is_said_in_one_sentence() -> None:
    responses = pd.DataFrame({"response_id": ["a", "b"], "score": 9.0, "category": "promoter"})
    found = estimate_movement(responses, no_comments(), NOTHING_SAID)
    assert found.movement.empty
    assert len(found.notes) == 1
    assert "no answer has a day and a contact or an account" in found.notes[0]
