"""What the answers and invitations of two periods may lack, and what is then said of their comparability."""

import numpy as np
import pandas as pd
import pytest
from compared_periods import invited, period

from nps_insights.metrics.comparability import comparable
from nps_insights.metrics.comparability.composition import Levels, levels_of
from nps_insights.metrics.comparability.like_for_like import like_for_like
from nps_insights.tables import DataRefusedError

BEFORE, AFTER = period(0, 1), period(1, 1)
INVITATIONS = pd.concat([invited(BEFORE, 0.2, 1), invited(AFTER, 0.2, 2)], ignore_index=True)


def row_of(table: pd.DataFrame, check: str, group: str = "") -> pd.Series:
    return table[(table["check"] == check) & (table["group"] == group)].iloc[0]


def test_invitations_that_no_answer_can_be_joined_to_are_not_known() -> None:
    unjoined = INVITATIONS.drop(columns=["response_id", "account_id"])
    found = comparable(BEFORE, AFTER, invitations=unjoined).table
    for check in ("sampling", "response_rate"):
        assert row_of(found, check)["result"] == "not_known"
        assert row_of(found, check)["reason"] == "Nothing says which answer belongs to which invitation."


def test_invitations_of_which_nothing_else_is_known_say_how_many_there_were() -> None:
    found = row_of(comparable(BEFORE, AFTER, invitations=INVITATIONS.drop(columns="channel")).table, "sampling")
    assert found["result"] == "not_known"
    assert found["reason"] == "2,500 invitations before and 2,500 after; nothing else is known of whom they went to."


def test_what_other_invitations_could_do_is_not_known_where_nobody_invited_answered() -> None:
    silent = INVITATIONS.assign(response_id=None, account_id="x" + INVITATIONS["account_id"])
    silent.loc[silent["sent_at"] > pd.Timestamp("2026-06-30"), "channel"] = "SMS"
    table = comparable(BEFORE, AFTER, invitations=silent).table
    assert row_of(table, "sampling", "channel")[["estimate", "conf_low", "conf_high"]].isna().all()
    assert row_of(table, "response_rate")["reason"] == "The response rate stayed at 0 %. That moves nothing."


def test_a_rate_of_everybody_in_both_periods_is_the_same() -> None:
    answered = INVITATIONS[INVITATIONS["response_id"].notna()]
    found = row_of(comparable(BEFORE, AFTER, invitations=answered).table, "response_rate")
    assert (found["result"], found["reason"]) == ("same", "The response rate stayed at 100 %. That moves nothing.")


def test_a_column_that_one_period_lacks_is_not_known_and_says_which() -> None:
    found = row_of(comparable(BEFORE.assign(channel=None), AFTER).table, "channel")
    assert (found["result"], found["reason"]) == ("not_known", "The answers before carry no channel.")


def test_a_date_of_the_customer_is_not_held_against_the_mix() -> None:
    sides = [side.assign(**{"attribute/since": side["responded_at"]}) for side in (BEFORE, AFTER)]
    found = comparable(*sides)
    assert "since was not held against the customer mix: a date moves on with time." in found.notes
    assert "since" not in set(found.table["group"])


def test_events_that_one_period_lacks_are_not_compared() -> None:
    sides = [side.assign(survey="transactional", trigger="purchase") for side in (BEFORE, AFTER)]
    sides[1]["event_at"] = sides[1]["responded_at"] - pd.Timedelta(days=2)
    table = comparable(*sides).table
    assert row_of(table, "trigger")["result"] == "same"
    assert "days since the event" not in set(table["group"])


def test_two_scales_that_both_periods_have_alike_are_no_change_of_scale() -> None:
    def mixed(side: pd.DataFrame) -> pd.DataFrame:
        of_five = np.arange(len(side)) % 2 == 0
        shorter = side["score"].map({9.0: 5.0, 8.0: 4.0, 3.0: 1.0})
        return side.assign(score=side["score"].mask(of_five, shorter), scale_max=np.where(of_five, 5.0, 10.0))

    found = row_of(comparable(mixed(BEFORE), mixed(AFTER)).table, "scale")
    assert found["result"] == "same"
    assert "0 to 5 50 %" in found["before"]
    assert "0 to 10 50 %" in found["after"]


def test_few_different_numbers_are_values_and_many_are_bands() -> None:
    assert levels_of(pd.Series([1.0, 2.0, 5.0] * 30)).names == ["1", "2", "5"]
    assert len(levels_of(pd.Series(np.arange(90.0))).names) == 4


def test_columns_that_only_share_values_one_by_one_are_refused() -> None:
    is_after = np.repeat([False, True], 80)
    channel = Levels.of(pd.Series((["email"] * 40 + ["SMS"] * 40) * 2))
    region = Levels.of(pd.Series(["N"] * 40 + ["S"] * 40 + ["S"] * 40 + ["N"] * 40))
    y = np.tile([1.0, -1.0], 80)
    assert like_for_like(y, {"channel": channel}, is_after, np.arange(160)).parts["estimate"].tolist() == [0.0]
    plan = Levels.of(pd.Series(["A"] * 40 + ["B"] * 40 + ["C"] * 80))
    with pytest.raises(DataRefusedError, match="plan: hardly any answers of both periods share a value"):
        like_for_like(y, {"channel": channel, "plan": plan}, is_after, np.arange(160))
    assert like_for_like(y, {"channel": channel, "region": region}, is_after, np.arange(160)).shared.tolist() == [1, 1]


def test_a_column_under_two_names_counts_once() -> None:
    channel = Levels.of(pd.Series(["email"] * 30 + ["sms"] * 10 + ["email"] * 10 + ["sms"] * 30))
    y = np.where(channel.codes == 1, -1.0, 1.0)
    is_after = np.repeat([False, True], 40)
    found = like_for_like(y, {"channel": channel, "way": channel}, is_after, np.arange(80))
    assert found.parts["estimate"].tolist() == pytest.approx([-100, 0])
    assert found.adjusted["estimate"] == pytest.approx(0)
