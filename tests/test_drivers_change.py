import numpy as np
import pandas as pd
import pytest

from benchmarks.drivers_change import BETWEEN, TRUE_PART, figures, taken_apart, two_sides
from nps_insights.drivers.change.between import Comparison, last_two_periods, two_groups, two_periods
from nps_insights.drivers.change.change_parts import change_parts
from nps_insights.metrics import nps, period_changes
from nps_insights.tables import SettingsError

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def points(responses: pd.DataFrame) -> float:
    return float(nps(responses).set_index("metric").loc["nps", "estimate"])


def without_total(parts: pd.DataFrame) -> pd.DataFrame:
    return parts[parts["part"] != "total"]


def total(parts: pd.DataFrame) -> pd.Series:
    return parts[parts["part"] == "total"].iloc[0]


def dated(tables: Tables) -> Tables:
    responses, comments, presence = tables
    day = responses["wave"].map({"before": pd.Timestamp("2026-02-10 09:30"), "after": pd.Timestamp("2026-05-10 23:59")})
    last = pd.Series(day.to_numpy(copy=True), index=responses.index)
    last.iloc[-1] = pd.Timestamp("2026-06-29")
    return responses.assign(responded_at=last), comments, presence


@pytest.mark.parametrize("spread", [0.3, 0.9])
def test_an_attribute_in_which_the_sides_hardly_overlap_is_named(spread: float) -> None:
    responses, comments, presence = two_sides("nothing", 300, random_state=5)
    chance, after = np.random.default_rng(5), responses["wave"] == "after"
    seats = np.where(after, 100.0, 10.0) * chance.uniform(1 - spread, 1 + spread, len(responses))
    responses = responses.assign(**{"attribute/Seats": seats, "attribute/Age": chance.normal(size=len(responses))})
    found = change_parts(responses, comments, presence, between=BETWEEN, attributes=["Seats", "Age"])
    (note,) = [one for one in found.notes if "hardly overlap" in one]
    assert note.startswith("before and after hardly overlap in Seats: its part and the unexplained one")
    widths = (found.parts["conf_high"] - found.parts["conf_low"]).groupby(found.parts["part"]).max()
    alone = change_parts(responses, comments, presence, between=BETWEEN, attributes=["Age"])
    assert not [one for one in alone.notes if "overlap" in one]
    narrow = (alone.parts["conf_high"] - alone.parts["conf_low"]).groupby(alone.parts["part"]).max()
    assert widths["unexplained"] > 2 * narrow["unexplained"]


@pytest.mark.parametrize("min_rate", [20, 10_000])
@pytest.mark.parametrize("among", ["everyone", "commenters"])
def test_parts_sum_to_the_change_of_two_groups(min_rate: int, among: str) -> None:
    responses, comments, presence = two_sides("more frequent", 600, random_state=1)
    parts = change_parts(
        responses, comments, presence, between=BETWEEN, attributes=["plan"], among=among, min_rate=min_rate
    ).parts
    asked = responses if among == "everyone" else responses[responses["response_id"].isin(comments["response_id"])]
    change = points(asked[asked["wave"] == "after"]) - points(asked[asked["wave"] == "before"])
    assert total(parts)["estimate"] == pytest.approx(change, abs=1e-9)
    assert without_total(parts)["estimate"].sum() == pytest.approx(change, abs=1e-9)
    assert ("silent" in set(parts["part"])) == (among == "everyone")


def test_parts_sum_to_the_change_of_the_last_two_periods() -> None:
    tables = dated(two_sides("weighs more", 500, random_state=2))
    found = change_parts(*tables, per="quarter")
    change = period_changes(tables[0], nps(tables[0], per="quarter"), per="quarter").iloc[0]
    whole = total(found.parts)
    assert (whole["before"], whole["after"]) == ("2026Q1", "2026Q2")
    for name in ("estimate", "conf_low", "conf_high", "p_value"):
        assert whole[name] == pytest.approx(change[name], abs=1e-9)
    assert without_total(found.parts)["estimate"].sum() == pytest.approx(change["estimate"], abs=1e-9)


def test_periods_by_date_are_those_chosen() -> None:
    tables = dated(two_sides("nothing", 300, random_state=3))
    days = map(pd.Timestamp, ["2026-01-01", "2026-03-31", "2026-04-01", "2026-06-30"])
    asked = change_parts(*tables, between=two_periods(*days)).parts.drop(columns=["before", "after"])
    pd.testing.assert_frame_equal(asked, change_parts(*tables, per="quarter").parts.drop(columns=["before", "after"]))


@pytest.mark.parametrize("planted", list(TRUE_PART))
def test_the_planted_reason_has_the_change_among_commenters(planted: str) -> None:
    tables = two_sides(planted, 6000, random_state=4)
    parts = change_parts(*tables, between=BETWEEN, attributes=["plan"], among="commenters").parts
    found = parts.set_index(["part", "driver_id"]).loc[TRUE_PART[planted]]
    change = total(parts)["estimate"]
    # What weighs more makes more of those who hold it comment: that part is its frequency.
    own = without_total(parts).loc[lambda rows: rows["driver_id"] == TRUE_PART[planted][1], "estimate"]
    assert own.sum() == pytest.approx(change, abs=3)
    assert found["conf_low"] > 0 or found["conf_high"] < 0
    others = without_total(parts).set_index(["part", "driver_id"])["estimate"].drop(TRUE_PART[planted])
    assert others.abs().max() < abs(change) / 4


def test_a_weight_that_too_few_can_tell_is_shared_and_said() -> None:
    tables = two_sides("weighs more", 300, random_state=5)
    found = change_parts(*tables, between=BETWEEN, attributes=["plan"])
    assert "rate" not in set(found.parts["part"])
    assert "is taken as the same in before and after" in found.notes[0]
    assert "at least 100 responses" in found.notes[0]


def test_intervals_cover_the_truth_with_customers_on_both_sides() -> None:
    rows = figures("more frequent", 500, range(40), own=False, n_truth=40_000)
    assert rows["sum_error"].max() < 1e-9
    # Where a theme neither changed nor weighs, the range of the product is too wide: B always holds the truth.
    rows = rows[rows["driver_id"] != "code/B"]
    assert 0.91 <= rows["covered"].mean() <= 0.985
    assert (rows["estimate"] - rows["truth"]).abs().max() < 1.5


def test_accounts_on_both_sides_are_paired() -> None:
    responses, comments, presence = two_sides("nothing", 800, random_state=6, again=1.0)
    settings = {"between": BETWEEN, "attributes": ["plan"]}
    paired = total(change_parts(responses, comments, presence, **settings).parts)
    apart = change_parts(responses.drop(columns="account_id"), comments, presence, **settings).parts
    assert paired["std_error"] < total(apart)["std_error"]


def test_row_order_changes_nothing() -> None:
    responses, comments, presence = two_sides("nothing", 300, random_state=7)
    settings = {"between": BETWEEN, "attributes": ["plan"], "min_rate": 20}
    plain = change_parts(responses, comments, presence, **settings)
    shuffled = change_parts(responses[::-1], comments.sample(frac=1, random_state=0), presence[::-1], **settings)
    pd.testing.assert_frame_equal(plain.parts, shuffled.parts, check_exact=True)
    assert plain.notes == shuffled.notes


def test_the_reference_level_has_no_say() -> None:
    responses, comments, presence = two_sides("other customers", 900, random_state=8)
    renamed = responses.assign(
        **{"attribute/plan": responses["attribute/plan"].map("z {}".format).replace("z Pro", "a")}
    )
    settings = {"between": BETWEEN, "attributes": ["plan"], "min_rate": 20}
    plain, other = (change_parts(one, comments, presence, **settings).parts for one in (responses, renamed))
    pd.testing.assert_frame_equal(plain, other, check_exact=False, rtol=1e-7, atol=1e-9)


def test_a_theme_absent_on_one_side_has_a_frequency_and_no_rate() -> None:
    responses, comments, presence = two_sides("nothing", 600, random_state=9)
    later = responses.loc[responses["wave"] == "after", "response_id"]
    parts = change_parts(
        responses,
        comments,
        presence[(presence["label"] != "A") | presence["response_id"].isin(later)],
        between=BETWEEN,
        min_rate=20,
    ).parts
    rows = parts[parts["driver_id"] == "code/A"].set_index("part")
    assert rows.loc["frequency", "share_before"] == 0
    assert rows.loc["frequency", "conf_high"] < 0
    assert "rate" not in rows.index
    assert without_total(parts)["estimate"].sum() == pytest.approx(total(parts)["estimate"], abs=1e-9)


def test_everybody_commenting_leaves_no_silence() -> None:
    responses, comments, presence = two_sides("nothing", 400, random_state=10)
    spoke = responses["response_id"].isin(comments["response_id"])
    parts = change_parts(responses[spoke], comments, presence, between=BETWEEN).parts
    assert not {"silence", "silent"} & set(parts["part"])


def test_the_column_of_the_groups_is_no_attribute_of_them() -> None:
    tables = two_sides("nothing", 900, random_state=11)
    found = change_parts(*tables, between=two_groups("plan", "Basic", "Pro"), attributes=["plan"])
    assert "mix" not in set(found.parts["part"])
    assert without_total(found.parts)["estimate"].sum() == pytest.approx(total(found.parts)["estimate"], abs=1e-9)


def test_an_attribute_that_says_the_same_as_the_groups_gives_way() -> None:
    responses, comments, presence = two_sides("nothing", 500, random_state=12)
    responses["attribute/contract"] = "of " + responses["wave"]
    settings = {"between": BETWEEN, "attributes": ["plan", "contract"]}
    parts = change_parts(responses, comments, presence, **settings).parts
    plain = change_parts(responses, comments, presence, between=BETWEEN, attributes=["plan"]).parts
    pd.testing.assert_frame_equal(parts, plain)


def test_too_few_are_no_error_and_said() -> None:
    found = change_parts(*two_sides("nothing", 60, random_state=13), between=BETWEEN)
    assert found.parts.empty
    assert "each needs at least 50" in found.notes[0]
    assert "not two finished periods" in change_parts(*two_sides("nothing", 60, random_state=13)).notes[0]


def test_no_theme_and_no_attribute_are_said() -> None:
    responses, comments, presence = two_sides("nothing", 300, random_state=14)
    found = change_parts(responses, comments, presence.head(0), between=BETWEEN)
    assert found.parts.empty
    assert "no driver is frequent enough" in found.notes[0]


@pytest.mark.parametrize(
    ("between", "message"),
    [
        (two_groups("plan", "Basic", "Gold"), "no group 'Gold'; it has Basic, Pro, Trial"),
        (two_groups("plan", "Basic", "Basic"), "compared with itself"),
        (two_periods(*map(pd.Timestamp, ["2026-01-01", "2026-03-31", "2026-03-31", "2026-06-30"])), "overlap"),
    ],
)
def test_wrong_comparisons_are_refused(between: Comparison, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        change_parts(*dated(two_sides("nothing", 200, random_state=15)), between=between)


def test_among_is_one_of_two() -> None:
    with pytest.raises(SettingsError, match="must be everyone or commenters"):
        change_parts(*two_sides("nothing", 200, random_state=15), between=BETWEEN, among="nobody")


def test_without_dates_there_are_no_periods() -> None:
    assert last_two_periods(two_sides("nothing", 50, random_state=16)[0]) is None


def test_chance_alone_is_rarely_called_a_reason() -> None:
    clear = [
        (taken_apart("nothing", 400, random_state=seed, own=False).parts["q_value"] < 0.1).any() for seed in range(12)
    ]
    assert np.sum(clear) <= 3
