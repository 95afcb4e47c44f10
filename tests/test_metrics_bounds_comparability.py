"""Comparability at its bounds: from where on a difference is told, and what the numbers beside it are made of."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from nps_insights.metrics.comparability import Comparability, Limits, comparable
from nps_insights.metrics.comparability.asked import Asked, asked_in, response_rate, sampling
from nps_insights.metrics.comparability.composition import Levels
from nps_insights.metrics.comparability.findings import Finding, Sides
from nps_insights.metrics.comparability.like_for_like import like_for_like, shared_answers
from nps_insights.metrics.comparability.shifts import is_usable
from nps_insights.metrics.comparability.words import TIMING, called, listed, moved_level, not_known_words, of_the_change
from nps_insights.metrics.mix import clustered_errors
from nps_insights.metrics.periods import nps_difference
from nps_insights.tables import DataRefusedError

SCORES = {"promoter": 9.0, "passive": 8.0, "detractor": 3.0}
COUNTS = dict[str, tuple[int, int, int]]


def answers(side: int, column: str, counts: COUNTS, **columns: object) -> pd.DataFrame:
    """Promoters, passives and detractors of each value of a column."""
    rows = [
        (value, category)
        for value, numbers in counts.items()
        for category, n in zip(SCORES, numbers, strict=True)
        for _ in range(n)
    ]
    frame = pd.DataFrame(rows, columns=[column, "category"])
    frame = frame.assign(response_id=[f"{'ba'[side]}{at:05}" for at in range(len(frame))])
    return frame.assign(**columns)


def row_of(found: Comparability, check: str, group: str = "") -> pd.Series:
    table = found.table
    return table[(table["check"] == check) & (table["group"] == group)].iloc[0]


# 40 points of email and 0 of SMS; a tenth of the answers moves to SMS: -4 points.
SHIFT: tuple[COUNTS, COUNTS] = (
    {"SMS": (60, 80, 60), "email": (400, 320, 80)},
    {"SMS": (90, 120, 90), "email": (350, 280, 70)},
)


def shifting(**columns: object) -> list[pd.DataFrame]:
    return [answers(side, "channel", counts, **columns) for side, counts in enumerate(SHIFT)]


@pytest.mark.parametrize(("least", "adjusted"), [(3.999, True), (4.001, False)])
def test_a_shift_is_adjusted_for_from_the_least_points_on(least: float, adjusted: bool) -> None:
    found = comparable(*shifting(), limits=Limits(min_points=least))
    row = row_of(found, "channel")
    assert row["estimate"] == pytest.approx(-4)
    assert (row["before"], row["after"]) == ("SMS 20 %, email 80 %", "SMS 30 %, email 70 %")
    if adjusted:
        assert (row["result"], row["reason"]) == ("adjusted", "More SMS answers: -4.0 of the change of -4.0 points.")
        assert found.headline.startswith("Yes, after adjusting for more SMS answers (all of the 4 points); not known: ")
        like = found.adjusted
        assert found.sentence.startswith(
            "Comparable: after adjustment, because there are more SMS answers (all of the 4 points); like for like the "
            f"change is {like.estimate:+.1f} ({like.conf_low:+.1f} to {like.conf_high:+.1f}); not known: "
        )
        assert like.estimate == pytest.approx(0, abs=1e-9)
        assert found.parts[["check", "group"]].to_numpy().tolist() == [["channel", ""]]
    else:
        assert (row["result"], found.adjusted) == ("same", None)
        assert row["reason"] == "The channel shifted, but does only -4.0 points to the change."
        assert found.parts.empty


@pytest.mark.parametrize(("rate", "shift"), [(1e-12, False), (1e-3, True)])
def test_a_shift_that_may_be_luck_is_none(rate: float, shift: bool) -> None:
    row = row_of(comparable(*shifting(), limits=Limits(false_rate=rate)), "channel")
    assert (row["result"] == "adjusted") is shift
    if not shift:
        assert row["reason"] == "The channel: no shift beyond luck."


@pytest.mark.parametrize(("share", "result"), [(0.501, "changed"), (0.5, "adjusted"), (0.499, "adjusted")])
def test_half_of_the_answers_must_be_of_values_that_both_periods_have(share: float, result: str) -> None:
    # Half of the later answers came by a channel of their own.
    before = answers(0, "channel", {"email": (200, 200, 100)})
    after = answers(1, "channel", {"email": (200, 200, 100), "app": (300, 100, 100)})
    found = comparable(before, after, limits=Limits(min_shared=share))
    row = row_of(found, "channel")
    assert row["result"] == result
    if result == "changed":
        assert found.headline == "No: hardly any channel stands in both."
        assert row["reason"] == "channel: only 50 % of the answers of a period are of values that both periods have."
    else:
        assert row["estimate"] == pytest.approx(10)
        assert found.adjusted.estimate == pytest.approx(0)


@pytest.mark.parametrize(("unshared", "result"), [(0.039, "changed"), (0.041, "same")])
@pytest.mark.parametrize("new_side", [0, 1])
def test_a_pilot_of_another_wording_is_none_up_to_a_share(unshared: float, result: str, new_side: int) -> None:
    sides = [answers(side, "channel", {"email": (50, 30, 20)}, wording="How likely?") for side in (0, 1)]
    sides[new_side].loc[:3, "wording"] = "Would you?"
    found = comparable(*sides, limits=Limits(max_unshared=unshared))
    row = row_of(found, "wording")
    assert row["result"] == result
    if result == "changed":
        shown = ["How likely? 100 %, Would you? 0 %", "How likely? 96 %, Would you? 4 %"]
        assert [row["before"], row["after"]] == (shown if new_side else shown[::-1])
        assert row["reason"] == (
            f"The wording of the question was: {row['before']}; it is: {row['after']}. No adjustment can undo that."
        )


@pytest.mark.parametrize(("unshared", "result"), [(0.039, "not_known"), (0.041, "same")])
@pytest.mark.parametrize("side", [0, 1])
def test_a_wording_that_some_answers_lack_is_not_known_beyond_a_share(unshared: float, result: str, side: int) -> None:
    sides = [answers(at, "channel", {"email": (50, 30, 20)}, wording="How likely?") for at in (0, 1)]
    sides[side].loc[:3, "wording"] = None
    row = row_of(comparable(*sides, limits=Limits(max_unshared=unshared)), "wording")
    assert row["result"] == result
    if result == "not_known":
        assert row["reason"] == "4 % of the answers of one period do not carry the wording of the question."


def test_one_wording_is_the_same() -> None:
    row = row_of(comparable(*shifting(wording="How likely?")), "wording")
    assert (row["result"], row["reason"]) == ("same", "The wording of the question is the same in both periods.")


@pytest.mark.parametrize(("unshared", "result"), [(0.039, "changed"), (0.041, "same")])
def test_another_scale_of_a_few_answers_is_none_up_to_a_share(unshared: float, result: str) -> None:
    sides = [answers(at, "channel", {"email": (50, 30, 20)}, scale_min=0, scale_max=10) for at in (0, 1)]
    sides = [side.assign(score=side["category"].map(SCORES)) for side in sides]
    sides[1].loc[:3, ["scale_max", "score"]] = [5, 5]
    row = row_of(comparable(*sides, limits=Limits(max_unshared=unshared)), "scale")
    assert row["result"] == result
    if result == "changed":
        assert (row["before"], row["after"]) == ("0 to 10 100 %, 0 to 5 0 %", "0 to 10 96 %, 0 to 5 4 %")
        assert row["reason"].startswith(
            "The scale was 0 to 10 100 %, 0 to 5 0 % and is 0 to 10 96 %, 0 to 5 4 %; an NPS"
        )


@pytest.mark.parametrize("lacking", ["scale_min", "scale_max", "both", "one answer"])
def test_a_scale_that_is_not_said_is_not_known(lacking: str) -> None:
    sides = [answers(at, "channel", {"email": (50, 30, 20)}, scale_min=0.0, scale_max=10.0) for at in (0, 1)]
    sides = [side.assign(score=side["category"].map(SCORES)) for side in sides]
    assert row_of(comparable(*sides), "scale")["reason"] == "All scores were given from 0 to 10."
    if lacking == "one answer":
        sides[1].loc[0, "scale_max"] = np.nan
    else:
        sides = [side.drop(columns=["scale_min", "scale_max"] if lacking == "both" else lacking) for side in sides]
    row = row_of(comparable(*sides), "scale")
    assert (row["result"], row["reason"]) == ("not_known", "The answers do not say on which scale they were given.")


def test_other_cuts_name_the_score() -> None:
    sides = [answers(at, "channel", {"email": (50, 30, 20)}, scale_min=0, scale_max=10) for at in (0, 1)]
    sides = [side.assign(score=side["category"].map(SCORES)) for side in sides]
    sides[1].loc[sides[1]["score"] == 8, "category"] = "promoter"
    found = comparable(*sides)
    assert found.headline == "No: the cuts of the categories changed."
    assert row_of(found, "scale")["reason"].startswith("A score of 8 counts as another category than before")


@pytest.mark.parametrize(("n", "known"), [(9, False), (10, True)])
@pytest.mark.parametrize("few", [0, 1])
def test_shares_are_compared_from_ten_answers_of_each_period_on(n: int, known: bool, few: int) -> None:
    sides = [answers(at, "channel", {"email": (20, 10, 10)}) for at in (0, 1)]
    sides[few] = sides[few].head(n)
    found = comparable(*sides)
    results = [row_of(found, check)["result"] for check in ("channel", "trigger", "customer_mix")]
    assert results == (["same", "not_known", "not_known"] if known else ["not_known"] * 3)
    assert (row_of(found, "channel")["reason"].startswith("A period has fewer than 10 answers")) is not known


# ---- columns of the customer


def _sides(n: int, **columns: object) -> Sides:
    rows = pd.DataFrame({"response_id": [f"r{at:03}" for at in range(n)], "category": "passive", **columns})
    return Sides.of(rows.head(n // 2), rows.tail(n - n // 2))


@pytest.mark.parametrize(("n_values", "own"), [(25, False), (26, True)])
def test_a_text_of_which_more_than_half_of_the_answers_have_their_own_cannot_be_compared(
    n_values: int, own: bool
) -> None:
    values = pd.Series([f"v{min(at, n_values - 1)}" for at in range(50)] + [None] * 10)
    said = is_usable(values, _sides(60))
    assert said == ("nearly every answer has a value of its own" if own else "")
    # A number is put into bands.
    assert is_usable(pd.Series(np.arange(60.0)), _sides(60)) == ""
    assert is_usable(pd.Series([None] * 60, dtype=object), _sides(60)) == ""


@pytest.mark.parametrize(("flipped", "tells"), [(18, True), (20, False)])
def test_a_column_that_tells_two_fifths_of_the_answer_is_the_answer(flipped: int, tells: bool) -> None:
    # Of a hundred answers with 18 flipped it tells (1 - 2 x .18)^2 = .41, with 20 flipped .36.
    glad = np.arange(100) % 2 == 1
    category = np.where(glad, "promoter", "detractor")
    mood = np.where(glad ^ (np.arange(100) < flipped), "glad", "cross")
    assert is_usable(pd.Series(mood), _sides(100, category=category)) == ("it tells the answer itself" if tells else "")


@pytest.mark.parametrize(("n", "tells"), [(29, False), (30, True)])
def test_the_answer_itself_is_recognised_from_thirty_answers_on(n: int, tells: bool) -> None:
    # Twenty glad ones and the others, all of whom are cross.
    y = np.array(["promoter"] * 20 + ["detractor"] * (n - 20))
    said = is_usable(pd.Series(np.where(y == "promoter", "glad", "cross")), _sides(n, category=y))
    assert said == ("it tells the answer itself" if tells else "")
    # Where all answer alike nothing tells an answer.
    assert is_usable(pd.Series(np.where(y == "promoter", "glad", "cross")), _sides(n)) == ""


def test_the_mix_of_customers_is_that_of_attributes_and_roles_or_of_the_columns_that_are_named() -> None:
    extra = {
        "attribute/plan": "Pro",
        "contact_role": "buyer",
        "attribute/id": "",
        "attribute/since": pd.Timestamp("2025-01-01"),
    }
    sides = [answers(at, "channel", {"email": (50, 30, 20)}, **extra) for at in (0, 1)]
    for side in sides:
        side["attribute/id"] = side["response_id"]
    found = comparable(*sides)
    mix = found.table[found.table["check"] == "customer_mix"]
    assert sorted(mix["group"]) == ["contact_role", "plan"]
    assert found.notes == [
        "id was not held against the customer mix: nearly every answer has a value of its own.",
        "since was not held against the customer mix: a date moves on with time.",
    ]
    named = comparable(*sides, by=["plan", "id", "plan"])
    mix = named.table[named.table["check"] == "customer_mix"]
    assert mix["group"].tolist() == ["id", "plan"]
    assert (named.notes, row_of(named, "customer_mix", "id")["result"]) == ([], "same")


@pytest.mark.parametrize("lacking", [0, 1])
def test_an_attribute_of_one_period_alone_is_not_known_and_values_of_one_period_alone_may_name_it(lacking: int) -> None:
    sides = [answers(at, "attribute/wave", {f"w{at}": (50, 30, 20)}, **{"attribute/plan": "Pro"}) for at in (0, 1)]
    sides[lacking]["attribute/plan"] = None
    found = comparable(*sides)
    plan, wave = (row_of(found, "customer_mix", name) for name in ("plan", "wave"))
    assert (plan["result"], plan["reason"]) == (
        "not_known",
        f"The answers {['before', 'after'][lacking]} carry no plan.",
    )
    assert wave["result"] == "not_known"
    assert wave["reason"] == ("wave: no value stands in both periods; it may name the period rather than the customer.")


def test_nothing_known_of_the_customers_is_said() -> None:
    row = row_of(comparable(*shifting()), "customer_mix")
    assert (row["result"], row["reason"]) == ("not_known", "Nothing is known of the customers beside their answer.")


def test_what_an_answer_carries_goes_before_what_is_known_of_its_account() -> None:
    sides = [answers(at, "attribute/plan", {"Basic": (30, 10, 10), "Pro": (20, 20, 10)}) for at in (0, 1)]
    sides = [side.assign(account_id="x" + side["response_id"]) for side in sides]
    ids = pd.concat(sides)["account_id"]
    accounts = pd.DataFrame(
        {"account_id": ids, "attribute/plan": "Team", "attribute/tier": "A", "value": 5.0, "owner": "O"}
    )
    found = comparable(*sides, accounts=accounts)
    mix = found.table[found.table["check"] == "customer_mix"].set_index("group")
    assert sorted(mix.index) == ["plan", "tier", "value of the account"]
    assert mix.loc["plan", "after"] == "Basic 50 %, Pro 50 %"
    unnamed = comparable(*(side.drop(columns="account_id") for side in sides), accounts=accounts)
    assert unnamed.table.query("check == 'customer_mix'")["group"].tolist() == ["plan"]


# ---- triggers


def test_answers_fall_into_days_since_the_event() -> None:
    lags = [0, 1, 3, 4, 7, 8, 30, 31, 400]
    sides = [answers(at, "channel", {"email": (100, 50, 30)}, trigger="order") for at in (0, 1)]
    for side in sides:
        side["responded_at"] = pd.Timestamp("2026-03-01 10:00")
        # Days of the calendar, whatever the hour.
        side["event_at"] = pd.Timestamp("2026-03-01 23:00") - pd.to_timedelta(np.resize(lags, len(side)), unit="D")
    sides[1]["event_at"] = pd.Timestamp("2026-02-01")
    found = comparable(*sides)
    row = row_of(found, "trigger", TIMING)
    # Nine equal parts: 1 on the day, 2, 2, 2 and 2; of five groups the four that moved most are shown.
    assert row["before"] == "1 to 3 days 22 %, 4 to 7 days 22 %, 8 to 30 days 22 %, over 30 days 22 %"
    assert row["after"] == "1 to 3 days 0 %, 4 to 7 days 0 %, 8 to 30 days 100 %, over 30 days 0 %"


@pytest.mark.parametrize(
    ("columns", "results"),
    [
        ({"survey": "relational"}, {"survey": "same", "trigger": "same"}),
        ({"survey": "transactional"}, {"survey": "same", "trigger": "not_known"}),
        ({"survey": "relational", "trigger": "order"}, {"survey": "same", "trigger": "same"}),
        ({"touchpoint": "shop"}, {"touchpoint": "same", "trigger": "not_known"}),
        ({"touchpoint": None, "survey": None}, {"trigger": "not_known"}),
    ],
)
def test_a_relational_survey_has_no_trigger_and_what_is_not_there_is_not_asked(
    columns: dict[str, object], results: dict[str, str]
) -> None:
    found = comparable(*shifting(**columns))
    for check in ("survey", "touchpoint", "trigger"):
        rows = found.table[found.table["check"] == check]
        assert rows["result"].tolist() == ([results[check]] if check in results else [])
    if columns == {"survey": "relational"}:
        assert row_of(found, "trigger")["reason"] == "A relational survey is not triggered by an event."


# ---- the verdict


@pytest.mark.parametrize(
    ("columns", "headline"),
    [
        ({"wording": "W", "survey": "transactional"}, "Yes, as far as known (not known: the scale, the trigger, "),
        ({"wording": "W"}, "Only partly known: the wording and the channel are alike; not known: the scale, "),
        ({}, "Only partly known: the channel is alike; not known: the scale, the wording, the trigger, "),
    ],
)
def test_a_yes_of_which_more_is_unknown_than_known_is_none(columns: dict[str, object], headline: str) -> None:
    if "survey" in columns:
        columns = {**columns, "touchpoint": "shop", "attribute/plan": "Pro"}
    sides = [answers(at, "channel", {"email": (50, 30, 20)}, **columns) for at in (0, 1)]
    found = comparable(*sides)
    assert found.answer == "yes"
    assert found.headline.startswith(headline)
    assert found.sentence.startswith("Comparable: yes, as far as known, because ")


def test_where_as_much_is_unknown_as_known_it_is_a_yes() -> None:
    columns = {"wording": "W", "survey": "transactional", "attribute/plan": "Pro"}
    found = comparable(*(answers(at, "channel", {"email": (50, 30, 20)}, **columns) for at in (0, 1)))
    assert found.headline == (
        "Yes, as far as known (not known: the scale, the trigger, who was asked and the response rate)."
    )


def test_several_reasons_are_listed_once_each() -> None:
    sides = [
        answers(at, "channel", {"email": (50, 30, 20)}, wording="ab"[at], survey=("relational", "transactional")[at])
        for at in (0, 1)
    ]
    found = comparable(*sides)
    assert found.headline == "No: the wording of the question changed and the kind of survey changed."
    assert found.sentence == (
        "Comparable: no, because the wording of the question changed and the kind of survey changed."
    )


def factorial(side: int, shares: dict[str, tuple[float, float]], effects: dict[str, float], n: int) -> pd.DataFrame:
    """Every combination of columns as often as their shares say; its NPS is the sum of their effects."""
    names = list(shares)
    parts = []
    for combination in np.ndindex(*[2] * len(names)):
        at = np.array(combination)
        size = n * np.prod(
            [shares[name][side] if bit else 1 - shares[name][side] for name, bit in zip(names, at, strict=True)]
        )
        nps = sum(effects[name] * bit for name, bit in zip(names, at, strict=True))
        category = np.repeat(["promoter", "detractor"], [round(size * (1 + nps) / 2), round(size * (1 - nps) / 2)])
        columns = {f"attribute/{name}": "new" if bit else "old" for name, bit in zip(names, at, strict=True)}
        parts.append(pd.DataFrame({"category": category, **columns}))
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(response_id=[f"{'ba'[side]}{at:05}" for at in range(len(rows))])


@pytest.mark.parametrize(
    ("effects", "told"),
    [
        ({"a": 0.02, "b": 0.4, "c": 0.2}, ["b", "c"]),
        ({"a": 0.03, "b": 0.4, "c": -0.2}, ["b", "c", "a"]),
        ({"a": 0.05, "b": 0.3, "c": 0.2, "d": 0.1}, ["b", "c", "d"]),
    ],
)
def test_what_does_most_is_told_first_and_what_does_less_than_half_a_point_is_not(
    effects: dict[str, float], told: list[str]
) -> None:
    shares = dict.fromkeys(effects, (0.4, 0.6))
    found = comparable(*(factorial(side, shares, effects, 16_000) for side in (0, 1)))
    ordered = sorted(effects, key=lambda name: -abs(effects[name]))
    # Of each part one knows beforehand: a fifth more of the answers, times the effect.
    assert found.parts["group"].tolist() == ordered
    assert found.parts["estimate"].tolist() == pytest.approx([20 * effects[name] for name in ordered], abs=0.1)
    whole = found.parts["estimate"].sum()
    named, part = found.headline.removeprefix("Yes, after adjusting for ").split(" (all of the ")
    assert re.findall(r"answers from \w+ \((\w)\)", named) == told
    assert part.startswith(f"{round(whole)} points)")


def test_columns_that_alone_do_nothing_but_together_do_are_adjusted_for() -> None:
    effects = dict.fromkeys("abcd", 0.03)
    sides = [factorial(side, dict.fromkeys(effects, (0.4, 0.6)), effects, 16_000) for side in (0, 1)]
    assert comparable(*sides, limits=Limits(min_points=2.2)).answer == "after adjustment"
    assert comparable(*sides, limits=Limits(min_points=2.6)).answer == "yes"
    # Two that undo each other do something each.
    opposed = [factorial(side, dict.fromkeys("ab", (0.4, 0.6)), {"a": 0.2, "b": -0.2}, 16_000) for side in (0, 1)]
    assert comparable(*opposed, limits=Limits(min_points=3.8)).answer == "after adjustment"
    assert comparable(*opposed, limits=Limits(min_points=4.2)).answer == "yes"


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_table_and_the_change_are_those_of_the_periods(level: float) -> None:
    days = [pd.date_range(start, periods=1000, freq="h") for start in ("2026-01-01 07:00", "2026-04-01 07:00")]
    sides = [side.assign(responded_at=day) for side, day in zip(shifting(), days, strict=True)]
    found = comparable(*sides, confidence_level=level)
    row = found.table.iloc[0]
    spans = [row[name] for name in ("before_start", "before_end", "after_start", "after_end")]
    assert spans == [day.normalize() for side in days for day in (side[0], side[-1])]
    expected = nps_difference(*sides, confidence_level=level)
    assert found.change.estimate == pytest.approx(-4)
    assert (found.change.conf_low, found.change.conf_high) == pytest.approx(
        (expected["conf_low"], expected["conf_high"])
    )
    other = tuple((pd.Timestamp(f"202{year}-01-01"), pd.Timestamp(f"202{year}-12-31")) for year in (4, 5))
    given = comparable(*sides, spans=(other[0], other[1])).table.iloc[0]
    assert [given["before_start"], given["after_end"]] == [other[0][0], other[1][1]]
    for lacking in (0, 1):
        undated = list(sides)
        undated[lacking] = sides[lacking].assign(responded_at=pd.NaT)
        assert comparable(*undated).table["before_start"].isna().all()


@pytest.mark.parametrize(
    ("n", "told"), [((0, 3), "0 answers before and 3 after"), ((3, 0), "3 answers before and 0 after")]
)
def test_a_period_without_answers_is_refused_with_both_numbers(n: tuple[int, int], told: str) -> None:
    with pytest.raises(DataRefusedError, match=told):
        comparable(*(side.head(size) for side, size in zip(shifting(), n, strict=True)))


# ---- words


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        (1.4, 6.0, "1 of the 6 points"),
        (-4.6, -6.0, "5 of the 6 points"),
        (0.4, 6.0, "0 points, against a change of +6"),
        (-0.4, 6.0, "0 points, against a change of +6"),
        (5.8, 6.2, "all of the 6 points"),
        (1.2, 0.9, "the whole point"),
        (2.2, 1.8, "all of the 2 points"),
        (6.6, 6.2, "+7 points, against a change of +6"),
        (-2.0, 6.0, "-2 points, against a change of +6"),
        (2.0, 0.0, "+2 points, against a change of 0"),
        (0.2, 0.3, "0 points, against a change of 0"),
        (10.0, -20.0, "+10 points, against a change of -20"),
    ],
)
def test_a_part_is_told_of_the_change_it_is_a_part_of(part: float, change: float, said: str) -> None:
    assert of_the_change(part, change) == said


@pytest.mark.parametrize(("names", "said"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_names_are_listed_as_a_sentence_does(names: list[str], said: str) -> None:
    assert listed(names) == said


@pytest.mark.parametrize(
    ("check", "group", "said"),
    [
        ("channel", "", "more x answers"),
        ("survey", "", "more x answers"),
        ("touchpoint", "", "more answers after x"),
        ("trigger", "", "more answers after x"),
        ("trigger", TIMING, "more answers x after the event"),
        ("wording", "", "more answers to the wording “x”"),
        ("scale", "", "more answers on the scale x"),
        ("customer_mix", "plan", "more answers from x (plan)"),
        ("sampling", "plan", "more answers from x (plan)"),
        ("sampling", "channel", "more x answers"),
        ("sampling", "touchpoint", "more answers after x"),
        ("customer_mix", "channel", "more answers from x (channel)"),
    ],
)
def test_a_value_that_moved_is_told_as_its_column_is_spoken_of(check: str, group: str, said: str) -> None:
    levels = pd.DataFrame({"level": ["w", "x"], "share_before": [0.8, 0.2], "share_after": [0.5, 0.5], "points": 1.0})
    assert moved_level(Finding(check, group, "adjusted", ""), levels) == said


@pytest.mark.parametrize(
    ("points", "moved", "said"),
    [
        ([3.0, -1.0, 0.0], [-0.3, 0.2, 0.1], "fewer a answers"),
        ([-1.0, -3.0, 0.0], [-0.3, 0.2, 0.1], "more b answers"),
        ([2.0, 2.0, 0.0], [-0.2, 0.2, 0.0], "more b answers"),
        ([0.0, 0.0, 0.0], [-0.3, 0.1, 0.2], "fewer a answers"),
        ([1e-12, 0.0, 0.0], [0.1, -0.3, 0.2], "fewer b answers"),
    ],
)
def test_the_value_that_does_most_is_told_and_where_none_does_anything_the_one_that_moved_most(
    points: list[float], moved: list[float], said: str
) -> None:
    levels = pd.DataFrame({"level": list("abc"), "share_before": [0.4, 0.3, 0.3], "points": points}, index=[7, 8, 9])
    levels["share_after"] = levels["share_before"] + moved
    assert moved_level(Finding("channel", "", "adjusted", ""), levels) == said


def test_what_is_not_known_is_named_once() -> None:
    unknown = [
        Finding(check, group, "not_known", "") for check, group in (("customer_mix", "a"), ("customer_mix", "b"))
    ]
    assert (
        not_known_words([*unknown, Finding("scale", "", "same", "")], ("; ", "!")) == "; not known: the customer mix!"
    )
    assert not_known_words([Finding("scale", "", "same", "")], ("; ", "!")) == ""
    assert called([Finding("response_rate", "", "same", ""), *unknown]) == ["the response rate", "the customer mix"]


# ---- like for like


def _written_out(
    y: np.ndarray, columns: dict[str, np.ndarray], after: np.ndarray, keep: np.ndarray
) -> dict[str, float]:
    """Parts and the change like for like by least squares; values of one side alone are left out of the whole data."""
    inside, unshared, masks = np.ones(len(y), dtype=bool), {}, {}
    for name, codes in columns.items():
        counts = [np.bincount(codes[inside & side], minlength=codes.max() + 1) for side in (~after, after)]
        masks[name] = smaller = inside & (np.minimum(*counts)[codes] >= 5)
        change = [y[at & after & keep].mean() - y[at & ~after & keep].mean() for at in (inside, smaller)]
        unshared[name], inside = change[0] - change[1], smaller
    dummies = [np.ones(len(y))]
    owner = [""]
    for name, codes in columns.items():
        for level in np.unique(codes[inside])[1:]:
            # What one period has no answer of, beside the other columns, has no effect there to compare.
            if not all((codes[inside & side] == level).any() for side in (~after, after)):
                continue
            dummies.append((codes == level).astype(float))
            owner.append(name)
    x = np.column_stack(dummies)
    rows = [inside & side & keep for side in (~after, after)]
    beta = [np.linalg.lstsq(x[at], y[at], rcond=None)[0] for at in rows]
    mean = [x[at].mean(axis=0) for at in rows]
    parts = {
        name: 100 * ((mean[1] - mean[0]) * (beta[0] + beta[1]) / 2)[[one == name for one in owner]].sum()
        + 100 * unshared[name]
        for name in columns
    }
    return {"": 100 * (mean[0] + mean[1]) / 2 @ (beta[1] - beta[0]), **parts}


def _codes(*counts: int) -> np.ndarray:
    return np.repeat(np.arange(len(counts)), counts)


WORLDS = {
    "one column": {"channel": np.r_[_codes(30, 20), _codes(15, 45)]},
    "two columns": {
        "channel": np.r_[_codes(30, 20), _codes(15, 45)],
        "plan": np.r_[np.arange(50) % 3, np.arange(60) % 5 % 3],
    },
    "a value before alone": {"channel": np.r_[_codes(20, 20, 10), _codes(30, 30)]},
    "a value after alone": {"channel": np.r_[_codes(25, 25), _codes(20, 25, 15)]},
    "values of one side in two columns": {
        "channel": np.r_[_codes(20, 20, 10), _codes(30, 30)],
        "plan": np.r_[np.arange(50) % 2, np.arange(60) % 3],
    },
    "four of a value are too few": {"channel": np.r_[_codes(23, 23, 4), _codes(20, 20, 20)]},
    "a value that the other column leaves to one side": {
        "channel": np.r_[_codes(25, 20, 5), _codes(30, 20, 10)],
        "plan": np.r_[np.arange(45) % 2, np.full(5, 2), np.arange(60) % 2],
    },
    "five of a value are enough": {"channel": np.r_[_codes(22, 23, 5), _codes(20, 20, 20)]},
}


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("world", WORLDS)
def test_like_for_like_is_least_squares_with_the_errors_of_a_jackknife(world: str, level: float) -> None:
    columns, after = WORLDS[world], np.arange(110) >= 50
    y = np.random.default_rng(4).choice([-1.0, 0.0, 1.0], 110, p=[0.2, 0.3, 0.5])
    y[columns["channel"] == 1] = np.minimum(y[columns["channel"] == 1], 0)
    named = {name: Levels(codes, [f"v{at}" for at in range(codes.max() + 1)]) for name, codes in columns.items()}
    found = like_for_like(y, named, after, np.arange(110), confidence_level=level)
    everybody = np.ones(110, dtype=bool)
    expected = _written_out(y, columns, after, everybody)
    one_out = [_written_out(y, columns, after, everybody & (np.arange(110) != row)) for row in range(110)]
    rows = {"": found.adjusted, **{row["column"]: row for _, row in found.parts.iterrows()}}
    assert list(rows) == list(expected)
    for name, value in expected.items():
        left = np.array([one[name] for one in one_out])
        assert rows[name]["estimate"] == pytest.approx(value, abs=1e-9)
        assert rows[name]["std_error"] == pytest.approx(
            np.sqrt(109 / 110 * ((left - left.mean()) ** 2).sum()), rel=0.05
        )
        half = t.ppf(0.5 + level / 2, 109) * rows[name]["std_error"]
        assert (rows[name]["conf_low"], rows[name]["conf_high"]) == pytest.approx((value - half, value + half))
    assert sum(expected.values()) == pytest.approx(100 * (y[after].mean() - y[~after].mean()))
    assert shared_answers(named, after) == pytest.approx(found.shared.min())


def test_the_values_of_a_column_add_to_its_part() -> None:
    codes = np.r_[_codes(30, 15, 5), _codes(15, 25, 20)]
    after, y = np.arange(110) >= 50, np.random.default_rng(2).choice([-1.0, 0.0, 1.0], 110)
    found = like_for_like(y, {"plan": Levels(codes, ["a", "b", "c"])}, after, np.arange(110))
    levels = found.levels.set_index("level")
    before, now = (np.array([(codes[side] == at).mean() for at in range(3)]) for side in (~after, after))
    assert levels["share_before"].tolist() == pytest.approx(before)
    assert levels["share_after"].tolist() == pytest.approx(now)
    effect = np.array([np.mean([y[side & (codes == at)].mean() for side in (~after, after)]) for at in range(3)])
    assert levels["points"].tolist() == pytest.approx(100 * (now - before) * (effect - effect @ (before + now) / 2))
    assert levels["points"].sum() == pytest.approx(found.parts["estimate"].iloc[0])
    assert found.levels["column"].tolist() == ["plan"] * 3


def test_answers_of_an_account_err_together() -> None:
    rng = np.random.default_rng(1)
    influence, accounts = rng.normal(size=(40, 2)), np.repeat(np.arange(8), 5)
    sums = np.array([influence[accounts == one].sum(axis=0) for one in range(8)])
    assert clustered_errors(influence, accounts) == pytest.approx(np.sqrt(8 / 7 * (sums**2).sum(axis=0)))
    assert clustered_errors(influence, np.zeros(40, dtype=int)) == pytest.approx(np.abs(influence.sum(axis=0)))
    codes, after = np.r_[_codes(30, 20), _codes(15, 45)], np.arange(110) >= 50
    y = rng.choice([-1.0, 0.0, 1.0], 110)
    named = {"channel": Levels(codes, ["a", "b"])}
    few = like_for_like(y, named, after, np.arange(110) % 11)
    half = t.ppf(0.975, 10) * few.adjusted["std_error"]
    assert few.adjusted["conf_high"] - few.adjusted["estimate"] == pytest.approx(half)


# ---- who was asked, and who answered

SPANS = tuple(
    (pd.Timestamp(f"2026-{low}-01"), pd.Timestamp(f"2026-{high}")) for low, high in (("01", "03-31"), ("04", "06-30"))
)
Side = tuple[int, list[tuple[float, str]]]


def asked_of(*sides: Side, **columns: object) -> tuple[Asked, Sides]:
    """Of each period how many were asked, and of those who answered the delay in days and the category."""
    invitations, frames = [], []
    for side, ((n, answered), (start, _)) in enumerate(zip(sides, SPANS, strict=True)):
        ids = [f"{'ba'[side]}{at:04}" for at in range(n)]
        sent = pd.DataFrame({"invitation_id": ["i" + one for one in ids], "account_id": ids, "sent_at": start})
        sent["response_id"] = pd.Series(ids).where(np.arange(n) < len(answered))
        invitations.append(sent)
        rows = pd.DataFrame(answered, columns=["delay", "category"])
        rows["responded_at"] = start + pd.to_timedelta(rows.pop("delay"), unit="D")
        frames.append(rows.assign(response_id=ids[: len(rows)], account_id=ids[: len(rows)]))
    found = asked_in(pd.concat(invitations, ignore_index=True).assign(**columns), (frames[0], frames[1]), SPANS)
    assert isinstance(found, Asked)
    return found, Sides.of(*frames)


def alike(n: int, category: str = "promoter") -> list[tuple[float, str]]:
    return [(1.0, category)] * n


@pytest.mark.parametrize(("after", "result"), [(32, "same"), (30, "changed"), (29, "changed"), (54, "changed")])
def test_a_response_rate_that_falls_by_a_quarter_changed(after: int, result: str) -> None:
    asked, sides = asked_of((100, alike(40)), (200, alike(2 * after)))
    found = response_rate(asked, sides, Limits())
    moved = "fell" if after < 40 else "rose"
    told = f"The response rate {moved} from 40 % to {after} %"
    assert found.result == result
    assert found.reason.startswith(told + ". If ")
    assert found.clause == (f"the {told[4:]}" if result == "changed" else "")
    assert (found.before, found.after) == ("40 % of 100 asked", f"{after} % of 200 asked")
    lacking = 1 - min(after, 40) / max(after, 40)
    who = "those who fell silent" if moved == "fell" else "those who answer only now"
    assert f"If {who} ({100 * lacking:.0f} % of the answers of the higher rate)" in found.reason
    assert f"the NPS moves by {10 * lacking:.1f}; the whole change of +0 would be theirs" in found.reason
    assert np.isnan(found.points[0])
    assert "Late answers" not in found.reason


@pytest.mark.parametrize(
    ("rates", "reason"),
    [
        ((40, 40), "The response rate stayed at 40 %. That moves nothing."),
        ((400, 401), "The response rate stayed at 40 %. If "),
    ],
)
def test_a_response_rate_that_reads_the_same_stayed(rates: tuple[int, int], reason: str) -> None:
    n = 100 if rates[0] == 40 else 1000
    found = response_rate(*asked_of((n, alike(rates[0])), (n, alike(rates[1]))), Limits())
    assert found.reason.startswith(reason)
    if n == 100:
        assert found.points == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("n_promoters", "told"), [(10, "theirs if they differed by 200 points."), (11, "no difference of theirs")]
)
def test_those_who_fell_silent_can_differ_by_two_hundred_points_at_most(n_promoters: int, told: str) -> None:
    # Half of the answers are gone; a change of 100 points is theirs at a difference of 200.
    before = alike(20, "passive") if n_promoters == 10 else [*alike(19, "passive"), *alike(1, "detractor")]
    found = response_rate(*asked_of((40, before), (40, alike(10))), Limits())
    assert told in found.reason


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("rising", [False, True])
@pytest.mark.parametrize("tied", [False, True])
def test_the_slowest_answers_stand_for_those_that_are_missing(rising: bool, tied: bool, level: float) -> None:
    # Of 40 answers of the higher rate a quarter is lacking: the ten slowest, most of them detractors.
    y = np.r_[np.tile([1, 1, 0, -1, 1], 6), np.tile([-1, -1, -1, 0, 1], 2)]
    days = np.r_[np.arange(1, 31), np.arange(31, 41)].astype(float)
    late = np.where(days > 30, 1.0, 0.0)
    if tied:
        # Twelve answers of the thirtieth day share the ten places.
        days[28:] = 30.0
        late = np.where(days == 30, 10 / 12, 0.0)
    names = {1: "promoter", 0: "passive", -1: "detractor"}
    higher = (100, [(day, names[one]) for day, one in zip(days, y, strict=True)])
    lower = (100, alike(30))
    asked, sides = asked_of(*((lower, higher) if rising else (higher, lower)))
    found = response_rate(asked, sides, Limits(confidence_level=level))
    means = [np.average(y, weights=weight) for weight in (late, 1 - late)]
    sign = 1 if rising else -1
    estimate = 100 * sign * 0.25 * (means[0] - means[1])
    parts = late * (y - means[0]) / late.sum() - (1 - late) * (y - means[1]) / (1 - late).sum()
    half = 100 * 0.25 * norm.ppf(0.5 + level / 2) * np.sqrt(40 / 39 * (parts**2).sum())
    assert found.points == pytest.approx((estimate, estimate - half, estimate + half))
    assert found.reason.endswith(f"Late answers, the nearest to silent ones, suggest {estimate:+.1f}.")


@pytest.mark.parametrize(
    ("n", "lacking", "known"),
    [(40, 10, True), (40, 9, False), (40, 30, True), (40, 31, False), (20, 10, True), (19, 10, False)],
)
def test_ten_late_answers_and_ten_others_are_needed(n: int, lacking: int, known: bool) -> None:
    higher = [(float(day + 1), "promoter") for day in range(n)]
    found = response_rate(*asked_of((50, higher), (50, alike(n - lacking))), Limits())
    assert np.isfinite(found.points[0]) == known


def test_answers_of_one_delay_tell_nothing_of_late_ones() -> None:
    found = response_rate(*asked_of((50, alike(40)), (50, alike(20))), Limits())
    assert np.isnan(found.points).all()


def test_an_answer_counts_to_the_last_moment_of_the_period_of_its_invitation() -> None:
    days = (SPANS[0][1] - SPANS[0][0]).days
    last = days + 1 - 1e-6 / 86_400
    asked, _ = asked_of((3, [(1.0, "promoter"), (last, "passive"), (days + 1.0, "detractor")]), (1, alike(1)))
    assert asked.rows["answered"].tolist() == [True, True, False, True]
    assert asked.is_after.tolist() == [False, False, False, True]


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("n_c", [0, 1])
def test_other_invited_do_what_their_answers_say_times_how_many_more_they_are(level: float, n_c: int) -> None:
    # Of a hundred each, 15 were of list A and 65 of list B, then 4 and 76; of list C nobody answered, or one.
    before = [*alike(10), *alike(5, "passive"), *alike(5, "detractor")]
    after = [*alike(4), *alike(8, "passive"), *alike(12, "detractor")]
    lists = np.r_[np.repeat(["A", "B", "C"], [15, 65, 20]), np.repeat(["A", "B", "C"], [4, 76, 20])]
    # The last who answered.
    lists[123] = "C" if n_c else "B"
    asked, sides = asked_of((100, before), (100, after), **{"attribute/list": lists})
    (found,) = sampling(asked, None, sides, Limits(confidence_level=level))
    y = np.r_[np.repeat([1, 0, -1], [10, 5, 5]), np.repeat([1, 0, -1], [4, 8, 12])]
    own = np.r_[lists[:20], lists[100:124]]
    # List A has 19 rows in all: fewer than twenty, so it stands among the others.
    means = {"A": y[own == "A"].mean(), "B": y[own == "B"].mean(), "C": y[-1] if n_c else y.mean()}
    values = np.array([means[one] for one in lists])
    moved = {"A": -0.11, "B": 0.11 - n_c / 100, "C": n_c / 100}
    estimate = sum(moved[name] * means[name] for name in means)
    of_shares = sum(
        ((values[side] - values[side].mean()) ** 2).sum() / 100**2 for side in (slice(100), slice(100, 200))
    )
    of_means = sum(moved[name] ** 2 * y[own == name].var(ddof=1) / (own == name).sum() for name in ("A", "B"))
    half = norm.ppf(0.5 + level / 2) * np.sqrt(of_shares * 200 / 199 + of_means)
    assert found.points == pytest.approx((100 * estimate, 100 * (estimate - half), 100 * (estimate + half)))
    assert (found.check, found.group, found.result) == ("sampling", "list", "same")
    assert found.levels is None


def test_a_column_of_one_value_tells_nothing_of_who_was_asked_and_columns_stand_in_order() -> None:
    lists = np.repeat(["A", "B"], 100)
    asked, sides = asked_of(
        (100, alike(40)), (100, alike(40)), survey="relational", channel=lists, **{"attribute/b": lists}
    )
    assert [one.group for one in sampling(asked, None, sides, Limits())] == ["b", "channel"]
    only, _ = asked_of((100, alike(40)), (100, alike(40)), survey="relational", owner=lists)
    (found,) = sampling(only, None, sides, Limits())
    assert found.result == "not_known"
    assert found.reason == "100 invitations before and 100 after; nothing else is known of whom they went to."


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({0: "2025-12-31"}, "no invitation was sent in the period before (2026-01-01 to 2026-03-31)"),
        ({1: "2026-07-01"}, "no invitation was sent in the period after (2026-04-01 to 2026-06-30)"),
        ({0: "2026-03-31 23:59", 1: "2026-06-30 23:59"}, ""),
    ],
)
def test_days_at_the_ends_of_a_period_belong_to_it(sent: dict[int, str], said: str) -> None:
    days = [pd.Timestamp(sent.get(at, str(SPANS[at][0]))) for at in (0, 1)]
    invitations = pd.DataFrame({"invitation_id": ["i", "j"], "response_id": ["b", "a"], "sent_at": days})
    sides = [
        pd.DataFrame({"response_id": [one], "category": "passive", "responded_at": day})
        for one, day in zip("ba", days, strict=True)
    ]
    found = asked_in(invitations, (sides[0], sides[1]), SPANS)
    assert (found == said) if said else isinstance(found, Asked)
    assert asked_in(invitations, (sides[0], sides[1]), None) == (
        "the answers have no dates, so that invitations belong to no period"
    )
