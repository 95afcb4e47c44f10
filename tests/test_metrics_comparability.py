import numpy as np
import pandas as pd
import pytest
from compared_periods import WORDING, invited, period

from nps_insights.metrics import mix_and_rate, nps
from nps_insights.metrics.comparability import Comparability, Limits, comparable
from nps_insights.tables import DataRefusedError, SettingsError


def results(found: Comparability) -> dict[str, str]:
    table = found.table
    return dict(
        zip(table["check"] + table["group"].map(lambda group: group and f"/{group}"), table["result"], strict=True)
    )


def both_invited(
    before: pd.DataFrame, after: pd.DataFrame, rates: tuple[float, float], *, sms: float = 0.2
) -> pd.DataFrame:
    sides = [invited(before, rates[0], 1), invited(after, rates[1], 2, sms=sms)]
    return pd.concat(sides, ignore_index=True)


def test_nothing_changed_says_yes() -> None:
    answers = [comparable(period(0, seed, n=300), period(1, seed, n=300)).answer for seed in range(25)]
    assert answers.count("yes") >= 24


def test_nothing_changed_with_several_answers_an_account_says_yes() -> None:
    pairs = [[period(side, seed, n=300, answers_per_account=5) for side in (0, 1)] for seed in range(15)]
    assert sum(comparable(*pair).answer == "yes" for pair in pairs) >= 14


def test_a_shift_of_channel_alone_is_adjusted_away() -> None:
    found = [comparable(period(0, seed), period(1, seed, sms=0.55)) for seed in range(25)]
    assert {one.answer for one in found} == {"after adjustment"}
    assert np.mean([one.change.estimate for one in found]) == pytest.approx(-14, abs=2)
    assert np.mean([one.adjusted.estimate for one in found]) == pytest.approx(0, abs=2)
    assert sum(one.adjusted.conf_low <= 0 <= one.adjusted.conf_high for one in found) >= 21


def test_a_change_like_for_like_is_left_standing() -> None:
    found = [comparable(period(0, seed), period(1, seed, sms=0.55, worse=0.05)) for seed in range(15)]
    assert np.mean([one.adjusted.estimate for one in found]) == pytest.approx(-10, abs=2.5)


def test_parts_and_the_change_like_for_like_add_to_the_change() -> None:
    before, after = period(0, 1), period(1, 1, sms=0.5)
    after["attribute/plan"] = np.random.default_rng(1).choice(["Basic", "Pro", "Trial", "New"], len(after))
    found = comparable(before, after)
    assert set(found.parts["check"]) == {"channel", "customer_mix"}
    assert found.parts["estimate"].sum() + found.adjusted.estimate == pytest.approx(found.change.estimate, abs=1e-9)
    own = [nps(side).set_index("metric").loc["nps", "estimate"] for side in (before, after)]
    assert found.change.estimate == pytest.approx(own[1] - own[0], abs=1e-9)


def test_one_column_gives_mix_and_rate() -> None:
    before, after = period(0, 3), period(1, 3, sms=0.5)
    found = comparable(before, after)
    parts = mix_and_rate(before, after, "channel").parts.query("group == ''").set_index("part")
    assert found.parts["estimate"].tolist() == pytest.approx([parts.loc["mix", "estimate"]])
    assert found.adjusted.estimate == pytest.approx(parts.loc["rate", "estimate"])
    assert found.adjusted.conf_low == pytest.approx(parts.loc["rate", "conf_low"], abs=0.05)


def test_the_sentence_of_the_first_screen() -> None:
    before = period(0, 5, n=5000)
    after = period(1, 6, n=5000, sms=0.235, worse=0.025)
    invitations = both_invited(before, after, (0.2, 0.2), sms=0.235)
    found = comparable(before, after, invitations=invitations, limits=Limits(min_points=0.5))
    assert found.answer == "after adjustment"
    mix, change = (abs(round(one)) for one in (found.parts["estimate"].sum(), found.change.estimate))
    assert found.headline == f"Yes, after adjusting for more SMS answers ({mix} of the {change} points)."
    assert "not_known" not in set(found.table["result"])


@pytest.mark.parametrize(
    ("column", "value", "clause"),
    [
        ("wording", "Would you recommend us?", "the wording of the question changed"),
        ("scale_max", 5.0, "the scale changed"),
        ("survey", "transactional", "the kind of survey changed"),
    ],
)
def test_another_question_says_no(column: str, value: object, clause: str) -> None:
    after = period(1, 1)
    after.loc[after.index[200:], column] = value
    found = comparable(period(0, 1), after)
    assert found.answer == "no"
    assert found.headline == f"No: {clause}."
    assert found.sentence == f"Comparable: no, because {clause}."


def test_other_cuts_say_no() -> None:
    after = period(1, 1)
    after.loc[after["score"] == 8, "category"] = "promoter"
    assert "cuts of the categories" in comparable(period(0, 1), after).sentence


def test_a_pilot_of_a_few_answers_is_no_change_of_wording() -> None:
    after = period(1, 1)
    after.loc[after.index[:10], "wording"] = "Would you recommend us?"
    assert comparable(period(0, 1), after).answer == "yes"


def test_two_languages_side_by_side_are_a_mix() -> None:
    sides = [period(side, 4) for side in (0, 1)]
    for side, share in zip(sides, (0.2, 0.6), strict=True):
        side.loc[np.arange(len(side)) < share * len(side), "wording"] = "Wie wahrscheinlich ...?"
    found = comparable(*sides)
    assert found.answer in ("yes", "after adjustment")
    assert results(found)["wording"] in ("same", "adjusted")


def test_what_is_not_given_is_named_and_never_the_same() -> None:
    sides = [period(side, 1).drop(columns=["wording", "channel", "survey"]) for side in (0, 1)]
    found = comparable(*sides)
    for check in ("wording", "channel", "trigger", "sampling", "response_rate"):
        assert results(found)[check] == "not_known"
    assert found.answer == "yes"
    assert found.headline.startswith("Only partly known: ")
    assert found.headline.endswith(
        " alike; not known: the wording, the channel, the trigger, who was asked and the response rate."
    )


def test_where_more_is_known_than_not_it_is_a_yes_that_names_the_rest() -> None:
    found = comparable(*(period(side, 1) for side in (0, 1)))
    assert found.headline == "Yes, as far as known (not known: who was asked and the response rate)."


def test_nothing_but_categories_is_not_known() -> None:
    sides = [period(side, 1)[["response_id", "category"]] for side in (0, 1)]
    found = comparable(*sides)
    assert found.answer == "not known"
    assert set(found.table["result"]) == {"not_known"}


def test_a_wording_missing_in_one_period_is_not_known() -> None:
    found = comparable(period(0, 1).assign(wording=None), period(1, 1))
    assert results(found)["wording"] == "not_known"


def test_a_strong_fall_of_the_response_rate_says_no_and_what_it_could_do() -> None:
    before, after = period(0, 1), period(1, 2, worse=0.04)
    found = comparable(before, after, invitations=both_invited(before, after, (0.3, 0.12)))
    assert found.answer == "no"
    assert found.headline.startswith("No: the response rate fell from 30 % to 12 %")
    row = found.table.set_index("check").loc["response_rate"]
    assert "would be theirs if they differed by" in row["reason"]
    tipping = abs(found.change.estimate) / 0.6
    assert f"by {tipping:.0f} points" in row["reason"]


def test_a_response_rate_within_luck_says_yes() -> None:
    before, after = period(0, 1), period(1, 1)
    found = comparable(before, after, invitations=both_invited(before, after, (0.2, 0.198)))
    assert found.answer == "yes"
    assert results(found)["response_rate"] == "same"
    assert found.headline == "Yes."


def test_late_answers_stand_for_the_silent() -> None:
    before, after = period(0, 1, n=1000), period(1, 1, n=400)
    days = (before["responded_at"] - before["responded_at"].min()).dt.days
    # Whoever answers late is unhappier, and in the later period the late half is silent.
    before["category"] = np.where(days > 44, "detractor", "promoter")
    before["score"] = np.where(days > 44, 3.0, 9.0)
    after = after.assign(category="promoter", score=9.0)
    found = comparable(before, after, invitations=both_invited(before, after, (0.4, 0.2)))
    row = found.table.set_index("check").loc["response_rate"]
    assert row["estimate"] == pytest.approx(100, abs=5)
    assert row["conf_low"] <= row["estimate"] <= row["conf_high"]


def test_invitations_of_one_period_only_are_not_known() -> None:
    before, after = period(0, 1), period(1, 1)
    found = comparable(before, after, invitations=invited(after, 0.2, 1))
    assert results(found)["response_rate"] == "not_known"
    assert "period before" in found.table.set_index("check").loc["response_rate", "reason"]


def test_customers_of_one_period_alone_say_no() -> None:
    after = period(1, 1)
    after.loc[after.index[:350], "attribute/plan"] = "Enterprise"
    found = comparable(period(0, 1), after)
    assert found.answer == "no"
    assert results(found)["customer_mix/plan"] == "changed"


def test_a_new_channel_is_left_out_of_like_for_like() -> None:
    before = period(0, 1, sms=0.0, n=1500)
    after = period(1, 2, sms=0.3, n=1500)
    found = comparable(before, after)
    assert found.answer == "after adjustment"
    emails = nps(after[after["channel"] == "email"]).set_index("metric").loc["nps", "estimate"]
    assert found.adjusted.estimate == pytest.approx(emails - nps(before).set_index("metric").loc["nps", "estimate"])
    assert "more SMS answers" in found.headline


def test_account_attributes_are_part_of_the_customer_mix() -> None:
    sides = [period(side, 1) for side in (0, 1)]
    ids = pd.concat(sides)["account_id"]
    value = np.where(ids.str.startswith("b"), 10.0, 1000.0) + np.arange(len(ids))
    accounts = pd.DataFrame({"account_id": ids, "value": value, "attribute/tier": "A"})
    found = comparable(*sides, accounts=accounts)
    assert results(found)["customer_mix/value of the account"] != "same"


def test_an_attribute_that_tells_the_answer_is_not_adjusted_for() -> None:
    sides = [period(side, 1) for side in (0, 1)]
    sides = [side.assign(**{"attribute/mood": side["category"]}) for side in sides]
    found = comparable(*sides)
    assert "mood was not held against the customer mix: it tells the answer itself." in found.notes


def test_days_since_the_event_are_compared() -> None:
    sides = [period(side, 1).assign(survey="transactional", trigger="purchase", touchpoint="shop") for side in (0, 1)]
    for side, days in zip(sides, (1, 20), strict=True):
        lag = np.random.default_rng(1).integers(0, days + 10, len(side))
        side["event_at"] = side["responded_at"] - pd.to_timedelta(lag, unit="D")
    found = comparable(*sides)
    assert "trigger/days since the event" in results(found)


def test_row_order_is_no_information_and_nothing_is_changed() -> None:
    before, after = period(0, 1), period(1, 1, sms=0.5)
    invitations = both_invited(before, after, (0.2, 0.15))
    copies = [frame.copy() for frame in (before, after, invitations)]
    found = comparable(before, after, invitations=invitations)
    shuffled = comparable(
        *(side.sample(frac=1, random_state=1) for side in (before, after)),
        invitations=invitations.sample(frac=1, random_state=2),
    )
    pd.testing.assert_frame_equal(found.table, shuffled.table)
    assert found.sentence == shuffled.sentence
    for frame, copy in zip((before, after, invitations), copies, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_few_answers_are_said() -> None:
    found = comparable(period(0, 1, n=5), period(1, 1))
    assert results(found)["channel"] == "not_known"


def test_no_answers_are_refused() -> None:
    with pytest.raises(DataRefusedError, match="0 answers before"):
        comparable(period(0, 1).head(0), period(1, 1))


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="planet"):
        comparable(period(0, 1), period(1, 1), by=["planet"])


def test_answers_without_dates_leave_the_periods_empty() -> None:
    found = comparable(*(period(side, 1).drop(columns="responded_at") for side in (0, 1)), invitations=pd.DataFrame())
    assert found.table["before_start"].isna().all()
    assert results(found)["sampling"] == "not_known"
    assert WORDING in found.table.set_index("check").loc["wording", "before"]


def test_other_invited_whom_no_answer_tells_apart_say_no() -> None:
    before, after = period(0, 1), period(1, 1)
    invitations = both_invited(before, after, (0.2, 0.2))
    rng = np.random.default_rng(1)
    is_after = invitations["invitation_id"].str.startswith("ib")
    invitations["attribute/list"] = np.where(rng.random(len(invitations)) < np.where(is_after, 0.8, 0.2), "new", "old")
    category = invitations["response_id"].map(pd.concat([before, after]).set_index("response_id")["category"])
    invitations.loc[category == "detractor", "attribute/list"] = "new"
    found = comparable(before, after, invitations=invitations)
    assert results(found)["sampling/list"] == "changed"
    assert found.answer == "no"
