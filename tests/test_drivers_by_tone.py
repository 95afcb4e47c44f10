import numpy as np
import pandas as pd
import pytest

from nps_insights.drivers import estimate_drivers
from nps_insights.drivers.by_tone.estimate import effects_by_tone
from nps_insights.drivers.by_tone.placebo import Responses, beyond_placebo
from nps_insights.drivers.by_tone.presence import tone_presence
from nps_insights.drivers.by_tone.shuffles import shuffled
from nps_insights.drivers.by_tone.similar import similar_responses, tone_profiles
from nps_insights.tables import SettingsError

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]
N_THEMES = 15


def toned_world(seed: int, *, n: int = 1200, whole: bool = False, cost: float = 0.0) -> Tables:
    """Responses, comments, mentions and themes; content customers write positive segments, whatever the theme.

    Themes are of random segments, or of random whole comments; the negative mentions of the first cost `cost`.
    """
    rng = np.random.default_rng(seed)
    content = rng.normal(size=n)
    response = np.repeat(np.arange(n), rng.integers(1, 5, size=n))
    tone = np.tanh(0.5 * content[response] + 0.6 * rng.normal(size=len(response)))
    frequency = rng.uniform(0.02, 0.08, size=N_THEMES)
    marks = (
        (rng.random((n, N_THEMES)) < frequency)[response] if whole else rng.random((len(tone), N_THEMES)) < frequency
    )
    segment, theme = np.nonzero(marks)
    harmed = np.unique(response[marks[:, 0] & (tone < 0)])
    content[harmed] -= cost
    felt = content + 0.8 * rng.normal(size=n)
    ids = np.array([f"r{number:06d}" for number in range(n)])
    responses = pd.DataFrame(
        {"response_id": ids, "category": np.select([felt > 0.5, felt > -0.3], ["promoter", "passive"], "detractor")}
    )
    comments = pd.DataFrame({"response_id": ids, "says_nothing": False})
    mentions = pd.DataFrame(
        {
            "segment_id": [f"s{number:06d}" for number in segment],
            "theme_id": [f"t{number:02d}" for number in theme],
            "response_id": ids[response[segment]],
            "tone": tone[segment],
        }
    )
    names = sorted(mentions["theme_id"].unique())
    return responses, comments, mentions, pd.DataFrame({"theme_id": names, "label": names})


def on_nps(tables: Tables, **settings: object) -> pd.DataFrame:
    effects = effects_by_tone(*tables, n_placebos=2, **settings).effects
    return effects[effects["outcome"] == "nps"].set_index("driver_id")


@pytest.mark.parametrize("whole", [False, True])
def test_null_themes_have_no_effect_beyond_their_tone(whole: bool) -> None:
    worlds = [on_nps(toned_world(seed, whole=whole)) for seed in range(16)]
    every = pd.concat(worlds)
    standing = every["estimate"] / every["std_error"]
    assert abs(standing.mean()) < 3 * standing.std() / np.sqrt(len(standing))
    assert (every["p_value"] < 0.05).mean() <= 0.065
    # One draw in ten lists anything at the nominal rate; above five of 16 is one chance in three hundred.
    assert sum((world["q_value"] < 0.10).any() for world in worlds) <= 5


def test_without_the_placebo_null_themes_look_like_drivers() -> None:
    responses, comments, mentions, themes = toned_world(0)
    split = tone_presence(mentions, themes)
    split = split.assign(theme_id=split["driver_id"].str.removeprefix("theme/"))
    names = split[["theme_id", "label"]].drop_duplicates()
    effects = estimate_drivers(responses, comments, mentions=split, themes=names).effects
    naive = effects[(effects["outcome"] == "nps") & (effects["method"] == "adjusted")]
    assert (naive["p_value"] < 0.05).mean() > 0.3


def test_a_cost_beyond_the_tone_is_found_and_its_interval_covers_it() -> None:
    truth = on_nps(toned_world(1, n=30_000, cost=1.0)).loc["theme/t00/negative", "per_mention"]
    assert truth < -20
    found = [on_nps(toned_world(100 + seed, n=1500, cost=1.0)).loc["theme/t00/negative"] for seed in range(24)]
    rows = pd.DataFrame(found)
    covered = (rows["per_mention_low"] <= truth) & (rows["per_mention_high"] >= truth)
    # 95 % of 24; fewer than 20 is one chance in a hundred.
    assert covered.sum() >= 20
    assert abs(rows["per_mention"].mean() - truth) < 4 * rows["per_mention"].std() / np.sqrt(len(rows))
    assert ((rows["q_value"] < 0.10) & (rows["estimate"] < 0)).mean() > 0.5


def test_identities_hold() -> None:
    effects = effects_by_tone(*toned_world(3)).effects
    wide = effects.pivot_table(index="driver_id", columns="outcome", values="estimate")
    np.testing.assert_allclose(wide["nps"], wide["promoter"] - wide["detractor"], atol=1e-12)
    np.testing.assert_allclose(wide["promoter"] + wide["passive"] + wide["detractor"], 0, atol=1e-12)
    np.testing.assert_allclose(effects["estimate"], effects["per_mention"] * effects["n_present"] / effects["n"])
    assert (effects["driver_id"] == "theme/" + effects["theme_id"] + "/" + effects["tone"]).all()
    assert set(effects["method"]) == {"beyond_placebo"}


def test_row_order_and_the_seed_move_no_estimate() -> None:
    responses, comments, mentions, themes = toned_world(4)
    first = effects_by_tone(responses, comments, mentions, themes)
    second = effects_by_tone(responses[::-1], comments[::-1], mentions.sample(frac=1, random_state=0), themes[::-1])
    pd.testing.assert_frame_equal(first.effects, second.effects, check_exact=True)
    pd.testing.assert_frame_equal(first.placebo, second.placebo, check_exact=True)
    other = effects_by_tone(responses, comments, mentions, themes, random_state=1)
    pd.testing.assert_frame_equal(first.effects, other.effects, check_exact=True)
    assert other.placebo["largest"].item() != first.placebo["largest"].item()


def test_shuffled_themes_are_called_clear_as_often_as_chance_says() -> None:
    row = effects_by_tone(*toned_world(5, cost=1.0)).placebo.iloc[0]
    assert row["control"] == "tone_placebo"
    assert row["passed"]
    assert 0.01 < row["estimate"] < 0.09


def arrays(seed: int, n: int = 400) -> tuple[np.ndarray, Responses]:
    rng = np.random.default_rng(seed)
    x = (rng.random((n, 3)) < 0.3).astype(float)
    groups = np.sort(rng.integers(n // 20, size=n))
    controls = np.column_stack([np.ones(n), rng.normal(size=n) + 0.03 * groups])
    kind = rng.random(n) + 0.02 * groups + 0.1 * x[:, 0]
    y = np.column_stack([kind > 0.9, kind < 0.4]).astype(float)
    return x, Responses(controls, y, np.arange(n), groups)


def test_the_mean_over_all_shuffles_is_what_shuffling_gives() -> None:
    x, alike = arrays(6)
    draws = []
    for one in shuffled(x, alike.groups, n_placebos=1000, random_state=0):
        w = np.column_stack([alike.controls, one])
        draws.append(np.linalg.lstsq(w, alike.y, rcond=None)[0][2:])
    spread = np.std(draws, axis=0) / np.sqrt(len(draws))
    assert (np.abs(np.mean(draws, axis=0) - beyond_placebo(x, alike).placebo) < 4 * spread).all()


def test_shuffles_keep_themes_together_and_within_their_group() -> None:
    x, alike = arrays(7)
    (dealt,) = shuffled(x, alike.groups, n_placebos=1, random_state=0)
    assert (dealt != x).any()
    for group in np.unique(alike.groups):
        own = alike.groups == group
        assert sorted(map(tuple, dealt[own])) == sorted(map(tuple, x[own]))


def test_copies_of_a_customer_add_no_certainty() -> None:
    x, alike = arrays(8)
    twice = Responses(*(np.repeat(part, 2, axis=0) for part in (alike.controls, alike.y, alike.accounts, alike.groups)))
    once, copied = beyond_placebo(x, alike), beyond_placebo(np.repeat(x, 2, axis=0), twice)
    np.testing.assert_allclose(copied.per_mention, once.per_mention, atol=1e-12)
    np.testing.assert_allclose(copied.total_variances[:, :2], once.total_variances[:, :2], rtol=0.1)


def test_responses_of_one_group_sound_alike() -> None:
    responses, _, mentions, _ = toned_world(9)
    profiles = tone_profiles(responses["response_id"], mentions)
    y = np.column_stack([responses["category"] == side for side in ("promoter", "detractor")]).astype(float)
    groups = similar_responses(profiles, np.ones((len(y), 1)), y)
    counts = profiles.groupby(groups)[["negative", "positive"]].nunique()
    assert (counts == 1).all(axis=None)
    within = (profiles["mean"] - profiles["mean"].groupby(groups).transform("mean")).var()
    assert within < 0.1 * profiles["mean"].var()


def test_mentions_without_tone_are_neither_and_counted() -> None:
    responses, comments, mentions, themes = toned_world(10)
    unknown = mentions.assign(tone=mentions["tone"].where(np.arange(len(mentions)) % 10 > 0))
    found = effects_by_tone(responses, comments, unknown, themes)
    missing = unknown["tone"].isna().sum()
    assert f"{missing} of {len(mentions):,} mentions have no tone" in found.notes[0]
    known = effects_by_tone(responses, comments, unknown.dropna(subset="tone"), themes)
    pd.testing.assert_frame_equal(found.effects, known.effects)
    for none in (mentions.assign(tone=np.nan), mentions.drop(columns="tone")):
        nothing = effects_by_tone(responses, comments, none, themes)
        assert nothing.effects.empty
        assert nothing.notes == [
            "No effects by tone: no mention of a theme has a tone, which is learned from scores and comments."
        ]


def test_attributes_are_adjusted_for_and_have_no_rows() -> None:
    responses, comments, mentions, themes = toned_world(11)
    responses["attribute/plan"] = np.where(np.arange(len(responses)) % 3, "Pro", "Free")
    found = effects_by_tone(responses, comments, mentions, themes, attributes=["plan"])
    assert set(found.effects["kind"]) == {"theme"}
    controlled = effects_by_tone(responses, comments, mentions, themes, controls=["plan"])
    np.testing.assert_allclose(found.effects["estimate"], controlled.effects["estimate"], atol=1e-9)


def test_rare_tones_are_listed_and_too_little_data_is_said() -> None:
    responses, comments, mentions, themes = toned_world(12)
    found = effects_by_tone(responses, comments, mentions, themes, min_present=40)
    listed = set(found.left_out["driver_id"])
    assert listed
    assert not listed & set(found.effects["driver_id"])
    assert len(listed) + found.effects["driver_id"].nunique() == 2 * N_THEMES
    assert "no driver is frequent enough" in effects_by_tone(responses[:30], comments, mentions, themes).notes[-1]
    with pytest.raises(SettingsError, match="n_placebos == 1, must be at least 2"):
        effects_by_tone(responses, comments, mentions, themes, n_placebos=1)


@pytest.mark.usefixtures("shared_data")
def test_the_benchmark_runs_on_a_part_of_the_data() -> None:
    from benchmarks.drivers_null_themes import patients, power, rows

    people = patients(one_in=5)
    assert len(rows(people, n_draws=1)) == 3 * 6
    assert set(power(people, n_draws=1)) == {"found", "per mention", "false share"}
