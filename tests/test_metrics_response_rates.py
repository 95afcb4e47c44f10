import numpy as np
import pandas as pd
import pytest
from asked_world import ANSWERS, AS_OF, asked_world, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from nps_insights.metrics.asked.matching import asked_and_answered
from nps_insights.metrics.asked.response_rates import response_rates
from nps_insights.metrics.categories import signed
from nps_insights.tables import DataRefusedError, SettingsError

CATEGORY = st.sampled_from(["promoter", "passive", "detractor"])


def rates(world: dict[str, pd.DataFrame], **options: object) -> pd.DataFrame:
    return response_rates(world["invitations"], world["responses"], accounts=world["accounts"], as_of=AS_OF, **options)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(CATEGORY, st.booleans(), st.sampled_from(["x", "y"])), min_size=1, max_size=40))
def test_the_bounds_hold_what_everybody_would_have_answered(people: list[tuple[str, bool, str]]) -> None:
    category, answers, plan = (list(one) for one in zip(*people, strict=True))
    everybody = pd.DataFrame({"response_id": [f"r{one}" for one in range(len(people))], "category": category})
    invitations = pd.DataFrame({"invitation_id": everybody["response_id"], "plan": plan, "sent_at": AS_OF})
    invitations["response_id"] = everybody["response_id"].where(pd.Series(answers))
    found = response_rates(invitations, everybody[answers], by=["plan"], as_of=AS_OF).set_index("group")
    truth = pd.Series(100 * signed(category)).groupby(plan).mean()
    truth[""] = 100 * signed(category).mean()
    assert (found["bound_low"] <= truth[found.index] + 1e-9).all()
    assert (found["bound_high"] >= truth[found.index] - 1e-9).all()
    width = found["bound_high"] - found["bound_low"]
    np.testing.assert_allclose(width, 200 * (1 - found["estimate"]), atol=1e-9)
    middle = (found["estimate"] * found["nps"]).fillna(0)
    np.testing.assert_allclose((found["bound_high"] + found["bound_low"]) / 2, middle, atol=1e-9)


def test_planted_response_rates_are_recovered_and_covered() -> None:
    held = []
    for seed in range(30):
        found = rates(asked_world(seed, 600), by=["plan"]).set_index("group").loc[list(ANSWERS)]
        truth = pd.Series(ANSWERS)
        held.append(((found["conf_low"] <= truth) & (truth <= found["conf_high"])).to_numpy())
    assert 0.90 <= np.mean(held) <= 0.99


def test_groups_and_periods_add_to_everybody_asked() -> None:
    world = asked_world(1)
    whole = rates(world).iloc[0]
    for options in ({"by": ["plan"]}, {"by": ["region"]}, {"per": "month"}, {"per": "week"}):
        found = rates(world, **options)
        found = found[found["by"] == "".join(options.get("by", [""]))]
        assert found["n_invited"].sum() == whole["n_invited"] == 3000
        assert found["n"].sum() == whole["n"] == len(world["responses"])
        points = (found["nps"] * found["n"]).sum() / found["n"].sum()
        assert points == pytest.approx(whole["nps"], abs=1e-9)


def test_row_order_moves_nothing() -> None:
    world = asked_world(2, 500)
    for link in ("named", "matched"):
        if link == "matched":
            world["invitations"] = world["invitations"].drop(columns="response_id")
        options = {"by": ["plan", "region"], "per": "month"}
        pd.testing.assert_frame_equal(rates(world, **options), rates(shuffled(world), **options), check_exact=True)


def test_an_answer_finds_its_invitation_without_being_named() -> None:
    world = asked_world(3, 800)
    named = rates(world, by=["plan"])
    world["invitations"] = world["invitations"].drop(columns="response_id")
    pd.testing.assert_frame_equal(named, rates(world, by=["plan"]))


def test_what_comes_after_as_of_moves_nothing() -> None:
    world, moment = asked_world(4, 500), pd.Timestamp("2026-04-01")
    before = response_rates(world["invitations"], world["responses"], as_of=moment)
    late = world["responses"]["responded_at"] > moment
    edited = world["responses"].assign(category=world["responses"]["category"].mask(late, "detractor"))
    later = world["invitations"]["sent_at"] > moment
    invitations = world["invitations"].assign(response_id=world["invitations"]["response_id"].mask(later))
    pd.testing.assert_frame_equal(before, response_rates(invitations, edited, as_of=moment))
    assert before["n_invited"].item() == (~later).sum()


def test_young_invitations_can_wait() -> None:
    world, moment = asked_world(5, 2000), pd.Timestamp("2026-04-15")
    found = [response_rates(world["invitations"], world["responses"], as_of=moment, open_days=days) for days in (0, 10)]
    truth = world["invitations"]["response_id"].notna()[world["invitations"]["sent_at"] <= "2026-04-05"].mean()
    assert found[1]["estimate"].item() == pytest.approx(truth)
    assert found[0]["estimate"].item() < found[1]["estimate"].item()


def test_the_people_of_one_account_widen_the_interval() -> None:
    world = asked_world(6, 1000)
    together = {name: frame.copy() for name, frame in world.items()}
    answered = world["invitations"]["response_id"].notna().to_numpy()
    account = np.where(answered, np.arange(1000) // 20, 1000 + np.arange(1000) // 20).astype(str)
    together["invitations"]["account_id"] = account
    width = [(one["conf_high"] - one["conf_low"]).item() for one in (rates(world), rates(together))]
    assert width[1] > 1.5 * width[0]


def asked_days(**columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    frame["sent_at"] = pd.to_datetime(frame["sent_at"], format="ISO8601")
    return frame.assign(invitation_id=[f"i{one}" for one in range(len(frame))])


def test_an_answer_belongs_to_the_latest_invitation_of_who_answered() -> None:
    invitations = asked_days(
        account_id=["a", "a", "a", "b"],
        contact_id=["x", "x", "y", None],
        sent_at=["2026-01-01", "2026-03-01T10:00", "2026-03-01", "2026-03-01"],
    )
    responses = pd.DataFrame({"response_id": ["r1", "r2", "r3", "r4"], "account_id": ["a", "a", "b", "c"]})
    responses["contact_id"] = ["x", "x", "z", "x2"]
    responses["responded_at"] = pd.to_datetime(["2026-03-01", "2026-03-04", "2026-03-05", "2026-03-05"])
    responses["category"] = ["promoter", "detractor", "passive", "passive"]
    asked = asked_and_answered(invitations, responses, as_of=AS_OF).set_index("invitation_id")
    # The first of two answers counts; a stranger's answer stands for an account of which no contact was named.
    assert asked["answer_id"].dropna().to_dict() == {"i1": "r1", "i3": "r3"}
    assert asked["invitation_number"].tolist() == [1, 2, 1, 1]


def test_two_surveys_side_by_side_do_not_take_each_others_answers() -> None:
    invitations = asked_days(contact_id=["x", "x"], sent_at=["2026-03-01", "2026-03-02"])
    invitations["survey"] = ["relational", "transactional"]
    responses = pd.DataFrame({"response_id": ["r1"], "contact_id": ["x"], "survey": ["relational"]})
    responses["responded_at"], responses["category"] = pd.Timestamp("2026-03-03"), "passive"
    asked = asked_and_answered(invitations, responses, as_of=AS_OF)
    assert asked["answered"].tolist() == [True, False]


def test_a_group_known_of_those_who_answered_alone_is_refused() -> None:
    world = asked_world(7, 100)
    responses = world["responses"].assign(mood="fine")
    with pytest.raises(SettingsError, match=r"by == 'mood': must be a column of the invitations or of the accounts"):
        response_rates(world["invitations"], responses, by=["mood"], as_of=AS_OF)
    with pytest.raises(SettingsError, match="no accounts were given"):
        response_rates(world["invitations"], responses, by=["plan"], as_of=AS_OF)
    with pytest.raises(SettingsError, match="per == 'decade'"):
        rates(world, per="decade")


def test_nothing_to_go_by_is_refused() -> None:
    world = asked_world(8, 50)
    with pytest.raises(DataRefusedError, match="none of 50 was sent by as_of == 2020-01-01"):
        response_rates(world["invitations"], world["responses"], as_of=pd.Timestamp("2020-01-01"))
    with pytest.raises(DataRefusedError, match="all 50 invitations are younger"):
        rates(world, open_days=5000)
    unnamed = world["invitations"].drop(columns=["response_id", "account_id"])
    with pytest.raises(DataRefusedError, match="nothing says which answer belongs to which invitation"):
        response_rates(unnamed, world["responses"], as_of=AS_OF)


def test_a_group_nobody_answered_has_no_nps_and_the_widest_bounds() -> None:
    world = asked_world(9, 400)
    basic = world["accounts"].loc[world["accounts"]["attribute/plan"] == "Basic", "account_id"]
    silent = world["invitations"]["account_id"].isin(basic)
    world["invitations"]["response_id"] = world["invitations"]["response_id"].mask(silent)
    row = rates(world, by=["plan"]).set_index("group").loc["Basic"]
    assert np.isnan(row["nps"])
    assert (row["estimate"], row["bound_low"], row["bound_high"]) == (0, -100, 100)
