import numpy as np
import pandas as pd
import pytest
from invited_world import AS_OF, invited_world

from nps_insights.metrics.asked.invitation_audit import invitation_audit
from nps_insights.metrics.asked.matching import asked_again
from nps_insights.tables import SettingsError


def repeated_world(seed: int, *, fatigue: float, n: int = 400) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People asked one to four times, 60 or 120 days apart; the chance to answer falls by `fatigue` each time."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(n), rng.integers(1, 5, n))
    number = pd.Series(person).groupby(person).cumcount().to_numpy()
    gap = np.where(rng.random(n) < 0.25, 60, 120)[person]
    invitations = pd.DataFrame({"contact_id": [f"c{one:04d}" for one in person]})
    invitations["account_id"] = [f"a{one // 3:04d}" for one in person]
    invitations["sent_at"] = pd.Timestamp("2025-01-10") + pd.to_timedelta(number * gap, unit="D")
    invitations["invitation_id"] = [f"i{one:05d}" for one in range(len(person))]
    willing = rng.normal(0, 0.1, n)[person]
    answered = rng.random(len(person)) < 0.5 + willing - fatigue * number
    responses = invitations[answered].drop(columns=["sent_at", "invitation_id"]).reset_index(drop=True)
    delay = rng.exponential(4, len(person))
    responses["responded_at"] = (invitations["sent_at"] + pd.to_timedelta(delay, unit="D"))[answered].to_numpy()
    responses["response_id"] = "r" + invitations["invitation_id"][answered].to_numpy()
    responses["category"] = rng.choice(["promoter", "passive", "detractor"], len(responses))
    invitations["response_id"] = ("r" + invitations["invitation_id"]).where(answered)
    responses["internal"] = rng.random(len(responses)) < 0.06
    return invitations, responses


def checked(audit: pd.DataFrame, check: str) -> pd.DataFrame:
    return audit[audit["check"] == check].reset_index(drop=True)


def test_fatigue_is_found_and_its_absence_is_not() -> None:
    tired, fresh = [], []
    for seed in range(4):
        rates = checked(invitation_audit(*repeated_world(seed, fatigue=0.08)), "response_rate")
        assert rates["group"].tolist() == ["1", "2", "3", "4"]
        np.testing.assert_allclose(rates["estimate"], 0.5 - 0.08 * np.arange(4), atol=0.15)
        tired.append(rates["suspicious"].iloc[3])
        fresh.append(checked(invitation_audit(*repeated_world(seed, fatigue=0)), "response_rate")["suspicious"].any())
    assert np.mean(tired) >= 0.9
    assert sum(fresh) <= 1


def test_shares_are_counted_and_judged() -> None:
    invitations, responses = repeated_world(1, fatigue=0)
    stranger = responses.head(40).assign(response_id=[f"s{one}" for one in range(40)])
    audit = invitation_audit(invitations, pd.concat([responses, stranger])).set_index("check")
    rows = invitations.sort_values(["contact_id", "sent_at"])
    soon = rows.groupby("contact_id")["sent_at"].diff().dt.days < 90
    again = soon.groupby(rows["contact_id"]).any()
    assert audit.loc["asked_again", "estimate"] == pytest.approx(again.mean())
    assert audit.loc["asked_again", "n"] == invitations["contact_id"].nunique()
    assert audit.loc["not_invited", "estimate"] == pytest.approx(40 / (len(responses) + 40))
    assert audit.loc["internal", "reason"].endswith("answers are of employees or tests")
    assert audit.loc["answered_before_asked", "estimate"] == 0
    judged = audit.loc[["asked_again", "not_invited", "internal", "answered_before_asked"], "suspicious"]
    assert judged.tolist() == [True, True, True, False]
    assert (audit["conf_low"].dropna() <= audit["estimate"].dropna()).all()
    assert not invitation_audit(invitations, responses, tolerated=0.9)["suspicious"][:4].any()


def test_the_delay_is_that_of_the_planted_answers() -> None:
    delays = checked(invitation_audit(*repeated_world(2, fatigue=0, n=1500)), "answer_delay").set_index("group")
    truth = pd.Series({"median": 4 * np.log(2), "90 % within": 4 * np.log(10)})
    assert (delays["conf_low"] <= truth[delays.index]).all()
    assert (delays["conf_high"] >= truth[delays.index]).all()


def test_an_answer_older_than_its_invitation_is_seen_and_one_of_the_same_day_is_not() -> None:
    invitations = pd.DataFrame({"invitation_id": ["1", "2"], "response_id": ["r1", "r2"], "contact_id": ["a", "b"]})
    invitations["sent_at"] = pd.Timestamp("2026-03-02 15:00")
    responses = pd.DataFrame({"response_id": ["r1", "r2"], "category": "passive"})
    responses["responded_at"] = pd.to_datetime(["2026-03-02", "2026-03-01"])
    audit = invitation_audit(invitations, responses).set_index("check")
    assert audit.loc["answered_before_asked", "reason"] == "1 of 2 answers are older than their invitation"
    assert audit.loc["answer_delay", "n"].tolist() == [1, 1]


def test_what_cannot_be_known_is_said() -> None:
    invitations, responses = repeated_world(3, fatigue=0, n=40)
    audit = invitation_audit(invitations, responses[["response_id", "category"]]).set_index("check")
    unknown = audit[audit["reason"].str.startswith("not known")]
    assert set(unknown.index) == {"agents", "answer_delay", "answered_before_asked", "internal"}
    assert unknown["estimate"].isna().all()
    assert not unknown["suspicious"].any()


def test_row_order_and_what_comes_after_as_of_move_nothing() -> None:
    invitations, responses = invited_world(5, n_agents=12, n_served=60, cheats=1)
    moment = pd.Timestamp("2026-05-10")
    plain = invitation_audit(invitations, responses, as_of=moment)
    mixed = invitations.sample(frac=1, random_state=1), responses.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(plain, invitation_audit(*mixed, as_of=moment), check_exact=True)
    late = responses["responded_at"] > moment
    edited = responses.assign(category=responses["category"].mask(late, "detractor"))
    asked_late = invitations["sent_at"] > moment
    invitations = invitations.assign(contact_id=invitations["contact_id"].mask(asked_late, "somebody"))
    pd.testing.assert_frame_equal(plain, invitation_audit(invitations, edited, as_of=moment))


def test_agents_are_part_of_the_audit_and_one_family() -> None:
    audit = invitation_audit(*invited_world(2, n_agents=15, n_served=200, cheats=1), as_of=AS_OF)
    agents = audit[audit["by"] == "agent_id"]
    assert set(agents["check"]) == {"agent_prior_nps", "agent_response_rate", "agent_asked_again", "agent_answers"}
    assert agents.groupby("check").size().eq(15).all()


def test_asked_again_counts_from_the_last_time() -> None:
    dates = pd.to_datetime(["2026-01-01", "2026-01-01", "2026-04-01", "2026-06-29"])
    asked = pd.DataFrame({"person": "p", "invitation_number": [1, 2, 3, 4], "sent_at": dates})
    assert asked_again(asked, 90).tolist() == [False, True, False, True]


def test_settings_out_of_range_are_refused() -> None:
    invitations, responses = repeated_world(1, fatigue=0, n=20)
    with pytest.raises(SettingsError, match="repeat_days == 0"):
        invitation_audit(invitations, responses, repeat_days=0)


@pytest.mark.parametrize(("asked", "last"), [(4, "4"), (5, "5 or later"), (6, "5 or later")])
def test_invitations_from_the_fifth_on_are_counted_together(asked: int, last: str) -> None:
    sent = [pd.Timestamp("2025-01-10") + pd.Timedelta(days=60 * at) for at in range(asked)]
    invitations = pd.DataFrame(
        {"invitation_id": [f"i{at}" for at in range(asked)], "sent_at": sent, "contact_id": "c1"}
    )
    invitations["account_id"], invitations["response_id"] = "a1", ["r1", *[None] * (asked - 1)]
    responses = pd.DataFrame({"response_id": ["r1"], "category": ["passive"], "contact_id": ["c1"]})
    responses = responses.assign(account_id="a1", responded_at=sent[:1])
    rates = checked(invitation_audit(invitations, responses), "response_rate")
    assert rates["group"].iloc[-1] == last
    assert rates["n"].sum() == asked
