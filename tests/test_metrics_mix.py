import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics import mix_and_rate, nps, period_changes
from nps_insights.tables import DataRefusedError

SHARES = ({"Basic": 0.6, "Pro": 0.3, "Trial": 0.1}, {"Basic": 0.3, "Pro": 0.5, "Trial": 0.2})
# Shares of promoter and detractor of each plan, before and after.
ANSWERS = (
    {"Basic": (0.3, 0.4), "Pro": (0.5, 0.2), "Trial": (0.4, 0.3)},
    {"Basic": (0.3, 0.4), "Pro": (0.6, 0.1), "Trial": (0.2, 0.5)},
)


def drawn(side: int, n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    plan = rng.choice(list(SHARES[side]), size=n, p=list(SHARES[side].values()))
    promoter, detractor = np.array([ANSWERS[side][name] for name in plan]).T
    luck = rng.random(n)
    category = np.where(luck < promoter, "promoter", np.where(luck > 1 - detractor, "detractor", "passive"))
    ids = [f"{'ba'[side]}{i:05d}" for i in range(n)]
    return pd.DataFrame({"response_id": ids, "category": category, "attribute/plan": plan})


def truth() -> pd.Series:
    """Kitagawa's mix and rate of the planted shares and answers, written out."""
    (s1, s2), (m1, m2) = SHARES, [{name: 100 * (p - d) for name, (p, d) in side.items()} for side in ANSWERS]
    mix = sum((s2[g] - s1[g]) * (m1[g] + m2[g]) / 2 for g in s1)
    rate = sum((m2[g] - m1[g]) * (s1[g] + s2[g]) / 2 for g in s1)
    return pd.Series({"total": mix + rate, "mix": mix, "rate": rate})


def sums(parts: pd.DataFrame) -> pd.DataFrame:
    return parts[parts["group"] == ""].set_index("part")


def test_parts_sum_to_the_change() -> None:
    before, after = drawn(0, 700, 1), drawn(1, 500, 2)
    parts = mix_and_rate(before, after, "plan").parts
    change = nps(after).loc[lambda f: f["metric"] == "nps", "estimate"].item()
    change -= nps(before).loc[lambda f: f["metric"] == "nps", "estimate"].item()
    assert parts[(parts["group"] != "")]["estimate"].sum() == pytest.approx(change, abs=1e-9)
    assert sums(parts).loc["total", "estimate"] == pytest.approx(change, abs=1e-9)
    for part in ("mix", "rate"):
        own = parts[(parts["part"] == part) & (parts["group"] != "")]
        assert own["estimate"].sum() == pytest.approx(sums(parts).loc[part, "estimate"], abs=1e-9)


def test_planted_mix_and_rate_are_recovered_and_covered() -> None:
    found = [sums(mix_and_rate(drawn(0, 400, seed), drawn(1, 300, 9000 + seed), "plan").parts) for seed in range(60)]
    mean = pd.concat([one["estimate"] for one in found], axis=1).mean(axis=1)
    np.testing.assert_allclose(mean[truth().index], truth(), atol=1.8)
    hits = [(one["conf_low"] <= truth()) & (truth() <= one["conf_high"]) for one in found]
    assert 0.90 <= np.mean(hits) <= 0.99


def test_the_total_is_that_of_period_changes() -> None:
    sides = [drawn(side, 400, side).assign(responded_at=pd.Timestamp(f"2026-0{side + 1}-27")) for side in (0, 1)]
    both = pd.concat(sides, ignore_index=True)
    change = period_changes(both, nps(both, per="month"), per="month").iloc[0]
    total = sums(mix_and_rate(*sides, "plan").parts).loc["total"]
    for name in ("estimate", "conf_low", "conf_high", "p_value", "n_before", "n"):
        assert total[name] == pytest.approx(change[name], abs=1e-9)


def test_a_group_of_one_side_alone_is_mix_and_said() -> None:
    before, after = drawn(0, 300, 3), drawn(1, 300, 4)
    before = before[before["attribute/plan"] != "Trial"]
    found = mix_and_rate(before, after, "plan")
    rows = found.parts[found.parts["group"] == "Trial"].set_index("part")
    assert rows.loc["rate", "estimate"] == 0
    assert np.isnan(rows.loc["mix", "nps_before"])
    assert "Trial answered only after" in found.notes[0]
    own = found.parts[found.parts["group"] != ""]
    assert own["estimate"].sum() == pytest.approx(sums(found.parts).loc["total", "estimate"], abs=1e-9)


def test_the_same_accounts_on_both_sides_are_paired() -> None:
    before, after = drawn(0, 400, 5), drawn(0, 400, 5).assign(response_id=lambda f: "x" + f["response_id"])
    moved = after["category"].mask(after.index < 20, "detractor")
    sides = [side.assign(account_id=before["response_id"]) for side in (before, after.assign(category=moved))]
    paired = sums(mix_and_rate(*sides, "plan").parts)["std_error"]
    apart = sums(mix_and_rate(before, after.assign(category=moved), "plan").parts)["std_error"]
    assert paired["rate"] < 0.5 * apart["rate"]


def test_row_order_changes_nothing_and_missing_values_are_a_group() -> None:
    before, after = drawn(0, 300, 6), drawn(1, 300, 7)
    before.loc[:4, "attribute/plan"] = None
    plain = mix_and_rate(before, after, "plan")
    shuffled = mix_and_rate(before.sample(frac=1, random_state=1), after[::-1], "plan")
    pd.testing.assert_frame_equal(plain.parts, shuffled.parts)
    assert "(not known)" in set(plain.parts["group"])


def test_an_empty_side_is_refused() -> None:
    with pytest.raises(DataRefusedError, match="both sides need answers"):
        mix_and_rate(drawn(0, 10, 1).head(0), drawn(1, 10, 1), "plan")


def test_groups_of_fewer_than_ten_answers_on_a_side_are_named() -> None:
    sizes = {"nine": 9, "ten": 10}
    plan = [name for name, n in sizes.items() for _ in range(n)]
    side = pd.DataFrame({"category": ["promoter", *["passive"] * 18], "attribute/plan": plan})
    sides = [side.assign(response_id=[f"{name}{at}" for at in range(19)]) for name in "ba"]
    notes = mix_and_rate(*sides, "plan").notes
    assert [note for note in notes if "rough" in note] == [
        "plan: fewer than 10 answers on one side from nine; their ranges are rough."
    ]
