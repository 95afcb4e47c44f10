"""Who was asked, who answered and which answers count: every rule on both sides of its bound."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import t as student
from scipy.stats import ttest_ind

from nps_insights.metrics.asked.agent_patterns import agent_patterns, last_answer_before
from nps_insights.metrics.asked.answer_rules import answers_by_rule
from nps_insights.metrics.asked.invitation_audit import invitation_audit
from nps_insights.metrics.asked.matching import asked_again, asked_and_answered, last_date
from nps_insights.metrics.asked.nonresponse import nonresponse_weights, silent_accounts
from nps_insights.metrics.asked.response_rates import group_of_asked, response_rates
from nps_insights.metrics.intervals import share_interval
from nps_insights.tables import DataRefusedError, SettingsError

JUNE = pd.Timestamp("2026-06-01")
MARCH = pd.Timestamp("2026-03-02 15:00")


def table(days: str, **columns: object) -> pd.DataFrame:
    """A table with one column of dates, named first."""
    frame = pd.DataFrame(columns)
    frame[days] = pd.to_datetime(frame[days], format="ISO8601")
    return frame


def answered(ids: str, **columns: object) -> pd.DataFrame:
    given = {"category": "passive", "responded_at": "2026-03-05"} | columns
    return table("responded_at", response_id=list(ids), **given)


def invited(ids: str, **columns: object) -> pd.DataFrame:
    return table("sent_at", invitation_id=list(ids), **({"sent_at": MARCH} | columns))


# Which answers count.


@pytest.mark.parametrize(
    ("internal", "complete", "kept", "notes"),
    [
        ([True, False, None, None], [True] * 4, "bcd", ["internal is blank in 2", "1 of 4 answers are of employees"]),
        ([False] * 4, [True, None, False, False], "ab", ["complete is blank in 1", "2 of 4 answers are partial"]),
        ([False] * 4, [True] * 4, "abcd", []),
        ([True, False, False, False], [False] * 4, "", ["1 of 4 answers are of", "3 of 4 answers are partial"]),
    ],
)
def test_a_blank_flag_sets_nobody_aside_and_is_told(
    internal: list[bool | None], complete: list[bool | None], kept: str, notes: list[str]
) -> None:
    flags = {name: pd.array(one, dtype="boolean") for name, one in (("internal", internal), ("complete", complete))}
    ruled = answers_by_rule(answered("abcd").assign(**flags), partial="drop")
    assert ruled.responses["response_id"].tolist() == list(kept)
    assert [note[: len(begins)] for note, begins in zip(ruled.notes, notes, strict=True)] == notes


def test_what_a_blank_flag_means_is_said_word_for_word() -> None:
    flags = pd.array([True, None], dtype="boolean")
    rows = answered("ab").assign(internal=flags, complete=flags)
    assert answers_by_rule(rows, partial="drop").notes == [
        "internal is blank in 1 of 2 answers; they are not counted as of employees or tests.",
        "complete is blank in 1 of 2 answers; they are not counted as partial.",
        "1 of 2 answers are of employees or tests and were set aside.",
    ]


def test_rules_that_are_not_asked_for_are_not_applied() -> None:
    rows = answered("abc", internal=True, complete=False, contact_id="c")
    ruled = answers_by_rule(rows, internal="keep")
    assert ruled.responses["response_id"].tolist() == ["a", "b", "c"]
    assert ruled.notes == []
    assert answers_by_rule(rows.drop(columns="internal"), internal="keep").notes == []


@pytest.mark.parametrize(("as_of", "kept"), [("2026-03-04", 0), ("2026-03-05", 2), ("2026-03-06", 2)])
def test_an_answer_of_the_moment_itself_is_known(as_of: str, kept: int) -> None:
    rows = answered("ab", internal=False)
    assert len(answers_by_rule(rows, as_of=pd.Timestamp(as_of)).responses) == kept
    undated = rows.drop(columns="responded_at")
    assert len(answers_by_rule(undated, as_of=pd.Timestamp(as_of)).responses) == 2


@pytest.mark.parametrize(
    ("unit", "kept"),
    # The account x spoke last in d; b is of the contact p alone; e and f are of nobody known.
    [("contact", ["c", "d", "e", "f"]), ("account", ["b", "d", "e", "f"])],
)
def test_the_latest_of_a_contact_or_an_account_falls_back_on_the_other(unit: str, kept: list[str]) -> None:
    rows = answered(
        "abcdef",
        internal=False,
        account_id=["x", None, "x", "x", None, None],
        contact_id=["p", "p", "p", None, None, None],
        responded_at=["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"],
    )
    assert answers_by_rule(rows, repeated="latest", unit=unit).responses["response_id"].tolist() == kept


@pytest.mark.parametrize(
    ("unit", "per", "said"),
    [
        ("contact", "", "1 of 2 answers were followed by a later one of the same contact and were set aside."),
        ("account", "month", "1 of 2 answers were followed by a later one of the same account and month"),
    ],
)
def test_what_was_repeated_is_said_with_unit_and_period(unit: str, per: str, said: str) -> None:
    rows = answered("ab", internal=False, account_id="x", contact_id="p")
    ruled = answers_by_rule(rows, repeated="latest", unit=unit, per=per)
    # Of two answers of one moment the one with the later id stays.
    assert ruled.responses["response_id"].tolist() == ["b"]
    assert len(ruled.notes) == 1
    assert ruled.notes[0].startswith(said)


@pytest.mark.parametrize(
    ("per", "kept", "note"),
    [
        ("", ["d", "e"], "2 answers have no date; they count as older than any dated one."),
        ("month", ["b", "d", "e"], "2 answers have no date; they are compared among themselves."),
    ],
)
def test_answers_without_a_date_are_the_oldest_or_a_period_of_their_own(per: str, kept: list[str], note: str) -> None:
    days = [None, None, "2026-03-05", "2026-03-06", None]
    rows = answered("abcde", contact_id=["p", "p", "p", "p", "q"], responded_at=days)
    rows["internal"] = [False, False, False, False, True]
    ruled = answers_by_rule(rows, repeated="latest", per=per, internal="keep")
    assert ruled.responses["response_id"].tolist() == kept
    assert "3 answers have no date" in ruled.notes[0]
    # Who does not count has no say in what is told either.
    ruled = answers_by_rule(rows, repeated="latest", per=per)
    assert ruled.responses["response_id"].tolist() == kept[:-1]
    assert ruled.notes[0] == note


def test_surveys_are_told_apart_and_an_unnamed_one_is_one() -> None:
    rows = answered("abcd", internal=False, contact_id="p", survey=["one", None, None, "two"])
    assert answers_by_rule(rows, repeated="latest").responses["response_id"].tolist() == ["a", "c", "d"]
    assert answers_by_rule(rows.drop(columns="survey"), repeated="latest").counts["repeated"] == 3


def test_the_latest_needs_dates_and_says_what_is_missing() -> None:
    rows = answered("ab", contact_id="p")
    with pytest.raises(SettingsError, match="the responses have no responded_at"):
        answers_by_rule(rows.drop(columns="responded_at"), repeated="latest")
    with pytest.raises(SettingsError, match="the responses have no account_id or contact_id"):
        answers_by_rule(rows.drop(columns="contact_id"), repeated="latest")
    with pytest.raises(SettingsError, match="partial == 'maybe': must be one of keep, drop"):
        answers_by_rule(rows, partial="maybe")
    with pytest.raises(SettingsError, match="internal == 'maybe': must be one of drop, keep"):
        answers_by_rule(rows, internal="maybe")


def test_nobody_at_all_is_an_empty_table() -> None:
    ruled = answers_by_rule(answered("", contact_id=[], internal=[], responded_at=[]), repeated="latest")
    assert ruled.counts == {"read": 0, "kept": 0, "later": 0, "internal": 0, "partial": 0, "repeated": 0}
    assert ruled.notes == []


# Which answer is to which invitation.


@pytest.mark.parametrize(
    ("as_of", "n_sent", "n_answered"),
    [
        ("2026-03-02 14:59", None, None),
        ("2026-03-02 15:00", 1, 0),
        ("2026-03-04 23:59", 1, 0),
        ("2026-03-05", 1, 1),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_what_was_sent_or_answered_at_the_moment_itself_is_known(
    as_of: str, n_sent: int | None, n_answered: int | None, named: bool
) -> None:
    invitations = invited("i", contact_id="c", **({"response_id": "r"} if named else {}))
    responses = answered("r", contact_id="c")
    if n_sent is None:
        with pytest.raises(DataRefusedError, match=r"none of 1 was sent by as_of == 2026-03-02"):
            asked_and_answered(invitations, responses, as_of=pd.Timestamp(as_of))
        return
    asked = asked_and_answered(invitations, responses, as_of=pd.Timestamp(as_of))
    assert (len(asked), asked["answered"].sum()) == (n_sent, n_answered)
    assert asked["answered_at"].notna().sum() == n_answered
    assert asked["answer_category"].notna().sum() == n_answered


def test_an_answer_that_two_invitations_name_is_to_the_first_and_an_unknown_one_is_none() -> None:
    invitations = invited("ijkl", response_id=["r", "r", "nobody", None], sent_at=["2026-03-02", "2026-03-01"] * 2)
    asked = asked_and_answered(invitations, answered("rs"), as_of=JUNE).set_index("invitation_id")
    assert asked["answer_id"].dropna().to_dict() == {"j": "r"}
    assert asked["answered"].tolist() == [False, True, False, False]
    # Nobody is named, so every invitation is to a person of its own, and no account is known.
    assert asked["invitation_number"].tolist() == [1, 1, 1, 1]
    assert asked["account_id"].isna().all()


def test_a_column_that_names_no_answer_leaves_it_to_who_and_when() -> None:
    invitations = invited("i", contact_id="c").assign(response_id=None)
    assert asked_and_answered(invitations, answered("r", contact_id="c"), as_of=JUNE)["answered"].tolist() == [True]
    # Where there are no answers, no invitation is answered, whatever there is to match by.
    nobody = answered("", category=[], responded_at=[])
    assert asked_and_answered(invitations, nobody, as_of=JUNE)["answered"].tolist() == [False]
    with pytest.raises(DataRefusedError, match="give response_id in the invitations"):
        asked_and_answered(invitations, answered("r"), as_of=JUNE)
    with pytest.raises(DataRefusedError, match="and responded_at in the responses"):
        asked_and_answered(invitations, answered("r", contact_id="c").drop(columns="responded_at"), as_of=JUNE)


def test_answers_without_dates_may_be_named_and_have_no_delay() -> None:
    asked = asked_and_answered(
        invited("i", response_id="r"), answered("r").drop(columns="responded_at"), as_of=pd.Timestamp("2026-03-03")
    )
    assert asked["answered"].tolist() == [True]
    assert asked["answered_at"].isna().all()


@pytest.mark.parametrize(
    ("asked_of", "answered_by", "found"),
    [
        # A contact who was asked is not answered for by another contact of the account.
        ({"account_id": ["a"], "contact_id": ["x"]}, {"account_id": ["a"], "contact_id": ["y"]}, None),
        ({"account_id": ["a"], "contact_id": ["x"]}, {"account_id": ["a"], "contact_id": ["x"]}, "r"),
        # The contact goes first, whatever the account says.
        ({"account_id": ["a"], "contact_id": ["x"]}, {"account_id": ["b"], "contact_id": ["x"]}, "r"),
        ({"account_id": ["a"], "contact_id": ["x"]}, {"account_id": ["a"], "contact_id": [None]}, "r"),
        ({"account_id": ["a"], "contact_id": [None]}, {"account_id": ["a"], "contact_id": ["x"]}, "r"),
        ({"account_id": ["a"], "contact_id": [None]}, {"account_id": ["a"], "contact_id": [None]}, "r"),
        ({"account_id": ["a"], "contact_id": [None]}, {"account_id": ["b"], "contact_id": [None]}, None),
        ({"account_id": [None], "contact_id": [None]}, {"account_id": [None], "contact_id": [None]}, None),
        # One side has no such column at all.
        ({"account_id": ["a"]}, {"account_id": ["a"], "contact_id": ["x"]}, "r"),
        ({"account_id": ["a"], "contact_id": ["x"]}, {"account_id": ["a"]}, "r"),
        ({"contact_id": ["x"]}, {"account_id": ["a"], "contact_id": ["x"]}, "r"),
        ({"contact_id": ["x"]}, {"account_id": ["a"], "contact_id": ["y"]}, None),
        ({"account_id": ["a"]}, {"account_id": ["a"]}, "r"),
    ],
)
def test_contacts_go_first_and_accounts_where_a_side_names_no_contact(
    asked_of: dict[str, list[str | None]], answered_by: dict[str, list[str | None]], found: str | None
) -> None:
    who, whose = (pd.DataFrame(one).astype("str") for one in (asked_of, answered_by))
    asked = asked_and_answered(invited("i").join(who), answered("r").join(whose), as_of=JUNE)
    assert asked["answer_id"].fillna("nothing").tolist() == [found or "nothing"]


def test_an_answer_is_given_away_once_and_an_invitation_is_answered_once() -> None:
    invitations = invited(
        "ijk", account_id="a", contact_id=["x", None, None], sent_at=[MARCH, "2026-03-03", "2026-03-04"]
    )
    responses = answered("rst", account_id="a", contact_id=["x", None, "y"])
    responses["responded_at"] = pd.to_datetime(["2026-03-05", "2026-03-03", "2026-03-06"])
    asked = asked_and_answered(invitations, responses, as_of=JUNE).set_index("invitation_id")
    # r is of x; s names nobody and came on the day of j; t is another contact's, and k is the last for the account.
    assert asked["answer_id"].to_dict() == {"i": "r", "j": "s", "k": "t"}


@pytest.mark.parametrize(
    ("sent", "came", "found"),
    [
        ("2026-03-02 15:00", "2026-03-01 23:59", False),
        ("2026-03-02 15:00", "2026-03-02", True),
        ("2026-03-02 15:00", "2026-03-02 16:00", True),
        ("2026-03-02", "2026-05-31", True),
        ("2026-03-02", None, False),
    ],
)
def test_an_answer_is_to_an_invitation_of_its_day_or_before(sent: str, came: str | None, found: bool) -> None:
    responses = answered("r", contact_id="c", responded_at=[came])
    asked = asked_and_answered(invited("i", contact_id="c", sent_at=sent), responses, as_of=JUNE)
    assert asked["answered"].tolist() == [found]


@pytest.mark.parametrize(
    ("asked_in", "answered_in", "found"),
    [
        (["one", "two"], ["one"], {"i": "r"}),
        (["one", "two"], ["two"], {"j": "r"}),
        (["one", "two"], ["three"], {}),
        # Where a survey is not named, the latest invitation has the answer.
        (["one", None], ["one"], {"j": "r"}),
        (["one", "two"], [None], {"j": "r"}),
    ],
)
def test_surveys_tell_answers_apart_where_both_sides_name_theirs(
    asked_in: list[str | None], answered_in: list[str | None], found: dict[str, str]
) -> None:
    invitations = invited("ij", contact_id="c", sent_at=["2026-03-01", "2026-03-02"])
    invitations["survey"] = pd.Series(asked_in, dtype="str")
    responses = answered("r", contact_id="c").assign(survey=pd.Series(answered_in, dtype="str"))
    asked = asked_and_answered(invitations, responses, as_of=JUNE).set_index("invitation_id")
    assert asked["answer_id"].dropna().to_dict() == found
    asked = asked_and_answered(invitations, responses.drop(columns="survey"), as_of=JUNE)
    assert asked["answered"].tolist() == [False, True]


def test_persons_are_numbered_in_the_order_of_their_invitations() -> None:
    invitations = invited(
        "ijklm",
        contact_id=["x", "x", None, None, None],
        account_id=["a", "x", "a", "a", None],
        sent_at=["2026-03-02", "2026-03-01", "2026-03-01", "2026-03-01", "2026-03-01"],
    )
    asked = asked_and_answered(invitations, answered("r", contact_id="z"), as_of=JUNE)
    assert asked["invitation_id"].tolist() == list("ijklm")
    assert asked["invitation_number"].tolist() == [2, 1, 1, 2, 1]
    assert asked["person"].nunique() == 3


@pytest.mark.parametrize(
    ("asked_with", "answered_with", "account"),
    [
        (["a", None], None, ["a", "a"]),
        (["a", "b"], None, ["a", "b"]),
        ([None, None], ["b"], ["b", "b"]),
        (["a", None], ["b"], ["a", None]),
        (["a", None], [None], ["a", "a"]),
        (None, ["b"], ["b", "b"]),
        (None, None, [None, None]),
    ],
)
def test_a_contact_has_the_only_account_it_is_known_with(
    asked_with: list[str | None] | None, answered_with: list[str | None] | None, account: list[str | None]
) -> None:
    invitations, responses = invited("ij", contact_id="c"), answered("r", contact_id="c")
    if asked_with is not None:
        invitations["account_id"] = pd.Series(asked_with, dtype="str")
    if answered_with is not None:
        responses["account_id"] = pd.Series(answered_with, dtype="str")
    found = asked_and_answered(invitations, responses, as_of=JUNE)["account_id"]
    assert [None if pd.isna(one) else one for one in found] == account


def test_the_last_date_is_that_of_either_side() -> None:
    invitations = invited("ij", sent_at=["2026-03-01", "2026-03-09"])
    assert last_date(invitations, answered("r", responded_at="2026-03-10")) == pd.Timestamp("2026-03-10")
    assert last_date(invitations, answered("r", responded_at="2026-03-08")) == pd.Timestamp("2026-03-09")
    assert last_date(invitations, answered("rs", responded_at=[None, "2026-03-10"])) == pd.Timestamp("2026-03-10")
    assert last_date(invitations, answered("r", responded_at=[None])) == pd.Timestamp("2026-03-09")


def test_nobody_is_asked_again_by_what_was_sent_to_somebody_else() -> None:
    asked = table(
        "sent_at",
        person=["p", "q", "p", "q"],
        invitation_number=[2, 1, 1, 2],
        sent_at=["2026-03-11 08:00", "2026-03-01", "2026-03-01 20:00", "2026-03-12"],
    )
    # Ten days by the calendar, whatever the hour, are not within ten.
    assert asked_again(asked, 10).tolist() == [False, False, False, False]
    assert asked_again(asked, 11).tolist() == [True, False, False, False]
    assert asked_again(asked, 12).tolist() == [True, False, False, True]


# Rates, and what to do about the silent.


def world(n: int, n_answered: int, **columns: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Invitations of which the first `n_answered` name their answers, all passive, and those answers."""
    ids = [f"{one:03d}" for one in range(n)]
    invitations = table("sent_at", invitation_id=ids, **({"sent_at": MARCH} | columns))
    invitations["response_id"] = [f"r{one}" if at < n_answered else None for at, one in enumerate(ids)]
    responses = pd.DataFrame({"response_id": invitations["response_id"].dropna(), "category": "passive"})
    return invitations, responses.assign(responded_at=pd.Timestamp("2026-03-05")).reset_index(drop=True)


@pytest.mark.parametrize(("open_days", "n"), [(0, 3), (1, 2), (2, 1), (3, None)])
def test_an_invitation_has_been_open_from_its_last_day_on(open_days: int, n: int | None) -> None:
    invitations, responses = world(3, 1, sent_at=["2026-03-08", "2026-03-09", "2026-03-10"])
    options = {"as_of": pd.Timestamp("2026-03-10"), "open_days": open_days}
    if n is None:
        with pytest.raises(DataRefusedError, match="open_days == 3: all 3 invitations are younger"):
            response_rates(invitations, responses, **options)
        return
    assert response_rates(invitations, responses, **options)["n_invited"].tolist() == [n]


@pytest.mark.parametrize(("n", "too_small"), [(29, True), (30, False), (31, False)])
def test_a_group_is_too_small_below_thirty_invitations(n: int, too_small: bool) -> None:
    assert response_rates(*world(n, 3), as_of=JUNE)["too_small"].tolist() == [too_small]
    assert response_rates(*world(n, 3), as_of=JUNE, min_group=n)["too_small"].tolist() == [False]


def test_periods_have_an_end_and_all_time_has_neither() -> None:
    invitations, responses = world(4, 2, sent_at=["2026-01-31", "2026-02-01", "2026-02-28", "2026-04-01"])
    plain = response_rates(invitations, responses, as_of=JUNE)
    assert not {"period_start", "period_end"} & set(plain.columns)
    months = response_rates(invitations, responses, as_of=JUNE, per="month")
    assert months["period_start"].dt.strftime("%m-%d").tolist() == ["01-01", "02-01", "04-01"]
    assert months["period_end"].dt.strftime("%m-%d").tolist() == ["01-31", "02-28", "04-30"]
    assert months[["n_invited", "n"]].to_numpy().tolist() == [[1, 1], [2, 1], [1, 0]]


def test_rates_and_bounds_are_those_of_the_counts() -> None:
    # Ten were asked; two promoters, one passive and a detractor answered.
    invitations, responses = world(10, 4, account_id=[f"a{one}" for one in range(10)])
    responses["category"] = ["promoter", "promoter", "passive", "detractor"]
    row = response_rates(invitations, responses, as_of=JUNE).iloc[0]
    assert row[["estimate", "nps", "bound_low", "bound_high", "n_invited", "n"]].tolist() == [0.4, 25, -50, 70, 10, 4]
    _, low, high = share_interval(4, 10)
    assert row[["conf_low", "conf_high"]].tolist() == pytest.approx([float(low), float(high)])
    narrow = response_rates(invitations, responses, as_of=JUNE, confidence_level=0.5).iloc[0]
    assert float(low) < narrow["conf_low"] < 0.4 < narrow["conf_high"] < float(high)


def test_groups_are_read_from_the_invitations_first_and_gaps_are_a_group() -> None:
    invitations, responses = world(3, 1, account_id=["a", "b", None], plan=["Free", None, "Pro"])
    accounts = pd.DataFrame({"account_id": ["a", "b"], "attribute/plan": "Old", "size": ["big", "big"]})
    found = response_rates(invitations, responses, accounts=accounts, by=["plan", "size", "plan"], as_of=JUNE)
    rows = found.set_index(["by", "group"])["n_invited"]
    assert rows["plan"].to_dict() == {"(not known)": 1, "Free": 1, "Pro": 1}
    assert rows["size"].to_dict() == {"(not known)": 1, "big": 2}
    assert rows["", ""] == 3
    of_accounts = response_rates(invitations, responses, accounts=accounts, by=["attribute/plan"], as_of=JUNE)
    assert of_accounts.set_index(["by", "group"])["n_invited"]["plan"].to_dict() == {"(not known)": 1, "Old": 2}


def test_a_column_that_neither_table_has_is_refused_with_those_there_are() -> None:
    asked = pd.DataFrame({"account_id": ["a"], "attribute/plan": "Free"})
    with pytest.raises(SettingsError, match=r"they have account_id, plan; no accounts were given$"):
        group_of_asked(asked, "mood")
    accounts = pd.DataFrame({"account_id": ["a"], "size": ["big"]})
    with pytest.raises(SettingsError, match=r"by == 'mood': .*; they have account_id, plan, size$"):
        group_of_asked(asked, "mood", accounts)
    assert group_of_asked(asked, "plan", accounts).tolist() == ["Free"]


def test_weights_are_those_of_the_asked_over_the_answered_and_the_rest_is_told() -> None:
    plans = ["Free"] * 6 + ["Pro"] * 3 + ["Gone"] * 2 + ["Lost"]
    invitations, responses = world(12, 12, plan=plans, region=(["N", "S"] * 6))
    silent = invitations.index[[2, 3, 4, 5, 9, 10, 11]]
    invitations.loc[silent, "response_id"] = None
    responses = responses[responses["response_id"].isin(invitations["response_id"])]
    raked = nonresponse_weights(invitations, responses, None, by=["plan", "plan"])
    # Five answers speak for nine: two for six, three for three.
    assert raked.weights.tolist() == pytest.approx([5 / 3] * 2 + [5 / 9] * 3)
    assert raked.weights.index.tolist() == ["r000", "r001", "r006", "r007", "r008"]
    assert raked.margins["wanted"].tolist() == pytest.approx([6 / 9, 3 / 9])
    assert raked.notes == [
        "plan: nobody answered of Gone, Lost (3 of 12 invitations); no weight can speak for them, and the weighted "
        "figures are without them."
    ]
    more = pd.concat([responses, responses.head(1).assign(response_id="stranger")], ignore_index=True)
    told = nonresponse_weights(invitations, more, None, by=["attribute/plan"]).notes
    assert told == [
        *raked.notes,
        "1 of 6 answers belong to no invitation known by then; they have no weight.",
    ]
    crossed = nonresponse_weights(invitations, responses, None, by=["plan", "region"], crossed=True)
    assert crossed.margins[["margin", "level", "n"]].to_numpy().tolist() == [
        ["plan x region", "Free x N", 1],
        ["plan x region", "Free x S", 1],
        ["plan x region", "Pro x N", 2],
        ["plan x region", "Pro x S", 1],
    ]
    assert len(nonresponse_weights(invitations, responses, None, by=["plan", "region"]).margins) == 4


def test_the_heaviest_weight_may_be_cut_and_what_came_later_is_not_read() -> None:
    invitations, responses = world(10, 10, plan=["Free"] * 8 + ["Pro"] * 2)
    invitations.loc[1:7, "response_id"] = None
    responses = responses[responses["response_id"].isin(invitations["response_id"])]
    whole = nonresponse_weights(invitations, responses, None, by=["plan"])
    assert whole.weights["r000"] == pytest.approx(2.4)
    assert nonresponse_weights(invitations, responses, None, by=["plan"], most=1.5).weights["r000"] <= 1.5
    with pytest.raises(DataRefusedError, match="none answers one of the 10 invitations"):
        nonresponse_weights(invitations, responses, None, by=["plan"], as_of=pd.Timestamp("2026-03-04"))


@pytest.mark.parametrize(
    ("came", "silent"),
    [
        ("2026-03-01 23:59", True),
        ("2026-03-02", False),
        ("2026-03-02 16:00", False),
        ("2026-06-01 00:01", True),
        (None, True),
    ],
)
def test_an_account_has_spoken_from_the_day_of_its_first_invitation_on(came: str | None, silent: bool) -> None:
    invitations = invited("ij", account_id="a", sent_at=[MARCH, "2026-03-20"]).assign(response_id=["other", None])
    stranger = answered("rs", account_id=["a", None], responded_at=[came, "2026-03-09"])
    found = silent_accounts(invitations, stranger, as_of=JUNE)
    assert found["account_id"].tolist() == (["a"] if silent else [])
    for column in ("account_id", "responded_at"):
        assert len(silent_accounts(invitations, stranger.drop(columns=column), as_of=JUNE)) == 1


@pytest.mark.parametrize(
    ("since", "found"),
    [(None, {"a": 2, "b": 1}), ("2026-03-01", {"a": 2, "b": 1}), ("2026-03-02", {"a": 1, "b": 1}), ("2026-03-03", {})],
)
def test_invitations_count_from_the_first_day_looked_at(since: str | None, found: dict[str, int]) -> None:
    invitations = invited("ijk", account_id=["a", "a", "b"], sent_at=["2026-03-01", "2026-03-02", "2026-03-02"])
    moment = None if since is None else pd.Timestamp(since)
    listed = silent_accounts(invitations, answered("r", account_id="z"), as_of=JUNE, since=moment)
    assert dict(zip(listed["account_id"], listed["n_invited"], strict=True)) == found
    if found:
        assert set(listed["last_sent_at"]) == {pd.Timestamp("2026-03-02")}


def test_the_most_valuable_silent_account_is_first_ties_by_id_and_those_without_value_last() -> None:
    invitations = invited("ijklmn", account_id=["e", "d", "c", "b", "a", None])
    accounts = pd.DataFrame({"account_id": ["b", "c", "d", "e", "gone"], "value": [5.0, 9.0, 9.0, np.nan, 99.0]})
    accounts["account_name"] = ["Bee", "Cee", "Dee", "Eee", "Gone"]
    found = silent_accounts(invitations, answered("r", account_id="z"), accounts, as_of=JUNE).sort_values("rank")
    assert found["account_id"].tolist() == ["c", "d", "b", "a", "e"]
    assert found["account_name"].fillna("").tolist() == ["Cee", "Dee", "Bee", "", "Eee"]
    assert set(found.columns) == {"account_id", "rank", "value", "n_invited", "last_sent_at", "account_name"}
    ended = accounts.assign(ended_at=pd.to_datetime([None, "2026-06-01", "2026-06-02", None, None]))
    left = silent_accounts(invitations, answered("r", account_id="z"), ended, as_of=JUNE)
    assert sorted(left["account_id"]) == ["a", "b", "d", "e"]


# Questions put to the invitations.


def audited(invitations: pd.DataFrame, responses: pd.DataFrame, **options: object) -> pd.DataFrame:
    return invitation_audit(invitations, responses, **options).set_index(["check", "group"])


@pytest.mark.parametrize(
    ("option", "value", "refused"),
    [
        ("repeat_days", 0, True),
        ("repeat_days", 1, False),
        ("tolerated", -0.01, True),
        ("tolerated", 0, False),
        ("tolerated", 1, True),
        ("false_discoveries", 0, True),
        ("false_discoveries", 0.999, False),
        ("false_discoveries", 1, True),
    ],
)
def test_settings_of_the_audit_are_taken_up_to_their_bounds(option: str, value: float, refused: bool) -> None:
    tables = invited("ij", contact_id=["c", "d"]), answered("r", contact_id="c")
    if refused:
        with pytest.raises(SettingsError, match=f"{option} == {value}"):
            invitation_audit(*tables, **{option: value})
    else:
        assert len(invitation_audit(*tables, **{option: value}))


def test_what_nobody_did_is_no_concern_even_where_nothing_is_tolerated() -> None:
    rows = audited(invited("ij", contact_id=["c", "d"]), answered("r", contact_id="c", internal=False), tolerated=0)
    assert rows.loc[["asked_again", "not_invited", "internal"], "conf_low"].tolist() == [0, 0, 0]
    assert not rows["suspicious"].any()


def test_the_shares_of_the_audit_are_counted_and_said() -> None:
    invitations = invited("ijkl", contact_id=["c", "c", "d", "e"], sent_at=["2026-01-02", MARCH, MARCH, MARCH])
    responses = answered(
        "rstuv",
        contact_id=["c", "d", "e", "z", "z"],
        responded_at=["2026-03-02", "2026-03-01", "2026-03-09", "2026-03-09", "2026-03-09"],
    )
    invitations["response_id"] = [None, "r", "s", "t"]
    responses["internal"] = pd.array([True, None, False, False, None], dtype="boolean")
    rows = audited(invitations, responses)
    wanted = {
        "asked_again": (1 / 3, 3, "1 of 3 people were asked again within 90 days"),
        "not_invited": (2 / 5, 5, "2 of 5 answers belong to no invitation"),
        "internal": (1 / 5, 5, "1 of 5 answers are of employees or tests"),
        "answered_before_asked": (1 / 3, 3, "1 of 3 answers are older than their invitation"),
    }
    for check, (share, n, said) in wanted.items():
        row = rows.loc[check, ""]
        assert (row["estimate"], row["n"], row["reason"]) == (pytest.approx(share), n, said)
        _, low, high = share_interval(share * n, n)
        assert [row["conf_low"], row["conf_high"]] == pytest.approx([float(low), float(high)])
        assert row["suspicious"] == (row["conf_low"] > 0.01)
        assert np.isnan(row["q_value"])
    by_account = audited(invitations.drop(columns="contact_id").assign(account_id=["c", "c", "d", "e"]), responses)
    assert by_account.loc[("asked_again", ""), "reason"].startswith("1 of 3 accounts (no contact is named) were asked")


@pytest.mark.parametrize(("n_accounts", "wider"), [(2, True), (30, False)])
def test_shares_of_the_audit_are_clustered_by_account(n_accounts: int, wider: bool) -> None:
    invitations = invited("i", contact_id="c")
    rows = [f"r{one:02}" for one in range(30)]
    responses = table("responded_at", response_id=rows, responded_at="2026-03-05", category="passive", contact_id=rows)
    responses["account_id"] = [f"a{one * n_accounts // 30}" for one in range(30)]
    responses["internal"] = [True] * 15 + [False] * 15
    # Answers are not sorted by their ids, and the accounts go with them all the same.
    row = audited(invitations, responses.iloc[::-1]).loc["internal", ""]
    _, low, high = share_interval(15, 30)
    assert bool(row["conf_low"] < float(low) - 0.1) is wider
    assert wider or [row["conf_low"], row["conf_high"]] == pytest.approx([float(low), float(high)])


def test_delays_are_ranked_days_with_the_interval_of_their_rank() -> None:
    ids = "abcdefghij"
    invitations = invited(ids, response_id=list(ids), sent_at="2026-03-01")
    responses = answered(ids, responded_at=[f"2026-03-{one:02}" for one in range(2, 12)])
    rows = audited(invitations, responses).loc["answer_delay"]
    rows = rows.loc[["median", "90 % within"]]
    # Wilson's bounds of 5 and 9 of 10 are .24 to .76 and .60 to .98: of ten, the third to the eighth, the sixth on.
    assert rows[["estimate", "conf_low", "conf_high"]].to_numpy().tolist() == [[5, 3, 8], [9, 6, 10]]
    assert rows["n"].tolist() == [10, 10]
    assert rows["by"].tolist() == ["quantile", "quantile"]
    assert rows["reason"].tolist() == [
        "50 % of 10 answers came within 5.0 days",
        "90 % of 10 answers came within 9.0 days",
    ]
    assert not rows["suspicious"].any()


def test_one_answer_alone_is_every_quantile_and_one_of_the_same_day_took_no_time() -> None:
    rows = audited(invited("i", response_id="r"), answered("r", responded_at="2026-03-02"))
    assert rows.loc["answer_delay", ["estimate", "conf_low", "conf_high"]].to_numpy().tolist() == [[0, 0, 0]] * 2
    assert rows.loc[("answered_before_asked", ""), "estimate"] == 0
    rows = audited(invited("i", response_id="r"), answered("r", responded_at="2026-03-02 21:00"))
    assert rows.loc["answer_delay", "estimate"].tolist() == [0.25, 0.25]
    # An answer from before its invitation has no delay, and without any other there is none to tell.
    rows = audited(invited("i", response_id="r"), answered("r", responded_at="2026-03-01"))
    assert rows.loc[("answer_delay", ""), "reason"] == "not known: no answer to an invitation has a date"
    assert rows.loc[("answered_before_asked", ""), "estimate"] == 1


def test_what_is_not_known_is_a_row_of_nothing_that_nobody_suspects() -> None:
    responses = answered("r").drop(columns="responded_at")
    audit = invitation_audit(invited("i", response_id="r"), responses)
    unknown = audit[audit["reason"].str.startswith("not known: ")]
    assert (
        unknown["check"].tolist() == sorted(["internal", "answered_before_asked", "answer_delay", "agents"])
        or len(unknown) == 4
    )
    assert (unknown["n"] == 0).all()
    assert (unknown["group"] == "").all()
    assert unknown[["estimate", "conf_low", "conf_high", "q_value"]].isna().all(axis=None)
    assert not unknown["suspicious"].any()


def numbered(n_first: int, n_second: int, yes_first: int, yes_second: int, **options: object) -> pd.DataFrame:
    """First and second invitations by number of people who answered."""
    people = [f"c{one:03}" for one in range(n_first)]
    again = people[:n_second]
    sent = ["2026-01-02"] * n_first + ["2026-05-02"] * n_second
    named = [f"r{one}" if one < yes_first else None for one in range(n_first)]
    named += [f"s{one}" if one < yes_second else None for one in range(n_second)]
    invitations = table("sent_at", sent_at=sent, contact_id=[*people, *again], response_id=named)
    invitations["invitation_id"] = [f"{at:04}" for at in range(len(sent))]
    responses = pd.DataFrame({"response_id": [one for one in named if one], "category": "passive"})
    return audited(invitations, responses, **options).loc["response_rate"]


def test_a_rate_is_suspicious_below_the_share_of_false_ones_and_not_at_it() -> None:
    q = numbered(40, 40, 20, 8).loc["2", "q_value"]
    assert numbered(40, 40, 20, 8, false_discoveries=q)["suspicious"].tolist() == [False, False]
    assert numbered(40, 40, 20, 8, false_discoveries=1.001 * q)["suspicious"].tolist() == [False, True]
    # Thirteen of forty after twenty have a q of .11, twelve one of .07.
    assert [numbered(40, 40, 20, yes).loc["2", "suspicious"] for yes in (13, 12)] == [False, True]


@pytest.mark.parametrize(("n", "judged"), [(29, False), (30, True), (31, True)])
def test_thirty_second_invitations_are_judged_as_two_samples_are(n: int, judged: bool) -> None:
    rows = numbered(n, n, 20, 8)
    assert rows["estimate"].tolist() == [20 / n, 8 / n]
    assert rows["n"].tolist() == [n, n]
    assert np.isnan(rows.loc["1", "q_value"])
    p = ttest_ind([1] * 8 + [0] * (n - 8), [1] * 20 + [0] * (n - 20)).pvalue
    assert rows.loc["2", "q_value"] == (pytest.approx(p, rel=1e-6) if judged else pytest.approx(np.nan, nan_ok=True))
    assert rows["suspicious"].tolist() == [False, judged]
    assert rows.loc["2", "reason"] == f"{100 * 8 / n:.1f} % of {n} were answered" + (
        ", fewer than of first invitations" if judged else ""
    )


def test_second_invitations_that_are_answered_more_often_or_all_alike_are_no_concern() -> None:
    more = numbered(40, 40, 10, 30)
    assert more.loc["2", "q_value"] < 0.01
    assert not more["suspicious"].any()
    alike = numbered(40, 40, 40, 40)
    assert np.isnan(alike.loc["2", "q_value"])
    assert alike["conf_high"].tolist() == [1, 1]


def test_what_an_account_did_is_one_thing_and_not_many() -> None:
    # Sixty people of three accounts: two answered the first time, one the second.
    people = [f"c{one:02}" for one in range(60)]
    invitations = table("sent_at", sent_at=["2026-01-02"] * 60 + ["2026-05-02"] * 60, contact_id=people * 2)
    invitations["account_id"] = [f"a{one % 3}" for one in range(60)] * 2
    said = invitations["account_id"].eq("a0") | (invitations["account_id"].eq("a1") & (invitations.index < 60))
    invitations["invitation_id"] = [f"{one:03}" for one in range(120)]
    invitations["response_id"] = ("r" + invitations["invitation_id"]).where(said)
    responses = pd.DataFrame({"response_id": invitations["response_id"].dropna(), "category": "passive"})
    rows = audited(invitations, responses).loc["response_rate"]
    assert rows["estimate"].tolist() == pytest.approx([2 / 3, 1 / 3])
    # Of three accounts one changed. CR2 leaves 2/3 of each variance; each third differs by (0, 1, 0) less the mean 1/3.
    parts = (np.array([0, 1, 0]) - 1 / 3) / 3 / np.sqrt(2 / 3)
    z = (1 / 3) / np.sqrt((parts**2).sum())
    assert rows.loc["2", "q_value"] == pytest.approx(2 * student.sf(z, 2))


# Patterns of agents.


def of_agents(counts: dict[str, tuple[int, int]], **columns: object) -> pd.DataFrame:
    """What was asked, by agent: how many, and how many of them answered, all passive."""
    rows = [(agent, at < yes) for agent, (n, yes) in counts.items() for at in range(n)]
    asked = pd.DataFrame(rows, columns=["agent_id", "answered"]).assign(**columns)
    asked["invitation_id"] = [f"i{at:05}" for at in range(len(asked))]
    asked["answer_category"] = pd.Series("passive", index=asked.index).where(asked["answered"])
    return asked.assign(person=asked["invitation_id"], invitation_number=1, sent_at=MARCH)


def judged(asked: pd.DataFrame, check: str, **options: object) -> pd.DataFrame:
    nothing = pd.DataFrame({"response_id": [], "category": []})
    found = agent_patterns(asked, nothing, **options)
    return found[found["check"] == check].set_index("group")


TEN = {f"a{one}": (40, yes) for one, yes in enumerate([20, 18, 22, 19, 21, 17, 23, 20, 16, 36])}


def beyond_the_usual(difference: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Distance of each agent from the median, the spread found by a root instead of by halving."""
    apart = difference - np.median(difference)

    def excess(spread: float) -> float:
        return float(np.minimum(apart**2 / (variance + spread), 1.5**2).mean() - 0.7785)

    spread = brentq(excess, 0.0, 100.0, xtol=1e-16, rtol=1e-14) if excess(0.0) > 0 else 0.0
    return apart / np.sqrt(variance + spread)


@pytest.mark.parametrize(
    "counts",
    [
        TEN,
        {f"a{one:02}": (40 + one, 20) for one in range(12)},
        # Agents who differ far beyond chance, so that the spread between them is not nothing.
        {f"a{one:02}": (100 + one, 20 + 5 * one) for one in range(12)},
    ],
)
def test_agents_are_held_against_the_others_and_the_spread_between_all(counts: dict[str, tuple[int, int]]) -> None:
    n, yes = (np.array(one, dtype=float) for one in zip(*counts.values(), strict=True))
    others, said = n.sum() - n, yes.sum() - yes
    share = yes.sum() / n.sum()
    difference, variance = yes / n - said / others, share * (1 - share) * (1 / n + 1 / others)
    p = 2 * student.sf(np.abs(beyond_the_usual(difference, variance)), 0.725 * len(n))
    rows = judged(of_agents(counts), "agent_response_rate", confidence_level=0.9)
    assert rows["estimate"].tolist() == pytest.approx(difference.tolist())
    assert (rows["conf_high"] - rows["estimate"]).tolist() == pytest.approx((1.6448536 * np.sqrt(variance)).tolist())
    assert (rows["estimate"] - rows["conf_low"]).tolist() == pytest.approx((1.6448536 * np.sqrt(variance)).tolist())
    # Benjamini and Hochberg among the agents; the other patterns are too rare to be judged.
    q = [min(1.0, *(p[p >= one] * len(p) / np.array([(p <= other).sum() for other in p[p >= one]]))) for one in p]
    assert rows["q_value"].tolist() == pytest.approx(q, rel=1e-6)
    assert rows["n"].tolist() == n.tolist()


def test_an_agent_is_suspicious_below_the_share_of_false_ones_and_not_at_it() -> None:
    rows = judged(of_agents(TEN), "agent_response_rate")
    q = rows["q_value"].min()
    assert rows["q_value"].idxmin() == "a9"
    for at, suspicious in ((q, False), (q * 1.001, True)):
        found = judged(of_agents(TEN), "agent_response_rate", false_discoveries=at)
        assert found["suspicious"].sum() == suspicious
        assert found.loc["a9", "reason"].endswith("; beyond the usual spread between agents") is suspicious
        assert found.loc["a9", "reason"].startswith(
            "+41 percentage points in the response rate against other agents (n = 40)"
        )


@pytest.mark.parametrize(("of_forty", "suspicious"), [(30, False), (31, True)])
def test_one_false_agent_in_ten_is_what_is_taken_where_nothing_is_said(of_forty: int, suspicious: bool) -> None:
    row = judged(of_agents(TEN | {"a9": (40, of_forty)}), "agent_response_rate").loc["a9"]
    assert 0.05 < row["q_value"] < 0.15
    assert row["suspicious"] == suspicious == (row["q_value"] < 0.1)


@pytest.mark.parametrize(("n_agents", "is_judged"), [(9, False), (10, True), (11, True)])
def test_ten_agents_have_a_usual_spread_and_nine_have_none(n_agents: int, is_judged: bool) -> None:
    counts = {f"a{one:02}": (40, 15 + one) for one in range(n_agents)} | {"zz": (29, 10)}
    rows = judged(of_agents(counts), "agent_response_rate")
    assert rows["q_value"].notna().tolist() == [is_judged] * n_agents + [False]
    assert rows["estimate"].notna().all()
    said = "percentage points in the response rate against other agents (n = 40)"
    not_said = "not judged: fewer than 10 agents with enough"
    assert all((said if is_judged else not_said) in reason for reason in rows["reason"].iloc[:-1])
    assert rows.loc["zz", "reason"] == "not judged: fewer than 30 to compare"


@pytest.mark.parametrize(("n", "is_judged"), [(29, False), (30, True), (31, True)])
def test_thirty_invitations_of_an_agent_are_judged(n: int, is_judged: bool) -> None:
    rows = judged(of_agents(TEN | {"zz": (n, 15)}), "agent_response_rate")
    assert (~np.isnan(rows.loc["zz", "q_value"])) == is_judged
    assert rows.loc["zz", "reason"].startswith("not judged: fewer than 30") is not is_judged
    fewer = judged(of_agents(TEN | {"zz": (n, 15)}), "agent_response_rate", min_agent=n)
    assert not np.isnan(fewer.loc["zz", "q_value"])


@pytest.mark.parametrize(("yes", "is_judged"), [(49, False), (50, True), (350, True), (351, False)])
def test_five_expected_of_either_answer_are_enough(yes: int, is_judged: bool) -> None:
    # Of forty invitations as many are expected to be answered as of the four hundred of the others.
    others = {f"a{one}": (40, yes // 10 + (one < yes % 10)) for one in range(10)}
    row = judged(of_agents(others | {"zz": (40, 20)}), "agent_response_rate").loc["zz"]
    assert (~np.isnan(row["q_value"])) == is_judged
    assert (row["reason"] == "not judged: too rare, or nothing to compare with") is not is_judged


@pytest.mark.parametrize(("n_others", "compared"), [(29, 0), (30, 40), (31, 40)])
def test_thirty_of_the_others_are_something_to_compare_with(n_others: int, compared: int) -> None:
    asked = of_agents({"zz": (40, 20), "aa": (n_others, 10)})
    row = judged(asked, "agent_response_rate").loc["zz"]
    assert row["n"] == compared
    assert np.isnan(row["estimate"]) == (compared == 0)


def test_all_who_answer_alike_leave_nothing_to_compare() -> None:
    rows = judged(of_agents({f"a{one:02}": (40, 40) for one in range(11)}), "agent_response_rate")
    assert rows[["estimate", "conf_low", "q_value"]].isna().all(axis=None)
    assert set(rows["reason"]) == {"not judged: too rare, or nothing to compare with"}


@pytest.mark.parametrize("columns", [["touchpoint"], ["channel"], ["touchpoint", "channel"]])
def test_agents_are_compared_within_what_they_serve(columns: list[str]) -> None:
    asked = of_agents({"zz": (60, 30), "aa": (200, 100)})
    # Where it is known, the shop: half of them answer; elsewhere those come first who answered.
    place = pd.Series(["shop"] * 20 + [None] * 40 + ["shop"] * 120 + [None] * 80, dtype="str")
    yes = [1] * 15 + [0] * 5 + [1] * 15 + [0] * 25 + [1] * 60 + [0] * 60 + [1] * 20 + [0] * 60
    asked = asked.assign(answered=np.array(yes, dtype=bool), **dict.fromkeys(columns, place))
    row = judged(asked, "agent_response_rate").loc["zz"]
    within = 20 / 60 * (15 / 20 - 60 / 120) + 40 / 60 * (15 / 40 - 20 / 80)
    assert row["estimate"] == pytest.approx(within)
    spread = [75 / 140 * 65 / 140, 35 / 120 * 85 / 120]
    variance = (20 / 60) ** 2 * spread[0] * (1 / 20 + 1 / 120) + (40 / 60) ** 2 * spread[1] * (1 / 40 + 1 / 80)
    assert row["conf_high"] - row["estimate"] == pytest.approx(1.959964 * np.sqrt(variance))
    # Where there are too few others, those invitations are not compared.
    alone = asked.assign(**{columns[-1]: place.mask((place == "shop") & (asked["agent_id"] == "zz"), "stall")})
    row = judged(alone, "agent_response_rate").loc["zz"]
    assert (row["n"], row["estimate"]) == (40, pytest.approx(15 / 40 - 20 / 80))


def test_what_answers_say_is_told_in_points_and_only_too_good_is_odd() -> None:
    asked = of_agents(dict.fromkeys([f"a{one:02}" for one in range(11)], (40, 40)))
    agent = asked["agent_id"].str[1:].astype(int)
    at = asked.groupby("agent_id").cumcount()
    happy = np.where(agent == 0, 40, np.where(agent == 1, 0, 18 + agent % 3))
    asked["answer_category"] = np.where(at < happy, "promoter", "detractor")
    rows = judged(asked, "agent_answers")
    points = 200 * happy[::40] / 40 - 100
    others = (points.sum() - points) / 10
    assert rows["estimate"].tolist() == pytest.approx((points - others).tolist())
    assert rows["suspicious"].tolist() == [True] + [False] * 10
    assert rows.loc["a01", "q_value"] > 0.9
    assert rows.loc["a00", "reason"] == (
        f"{points[0] - others[0]:+.0f} points in the answers against other agents (n = 40)"
        "; beyond the usual spread between agents"
    )


def test_who_asks_the_same_people_again_and_again_is_seen() -> None:
    asked = of_agents(dict.fromkeys([f"a{one:02}" for one in range(11)], (60, 30)))
    agent, at = asked["agent_id"].str[1:].astype(int), asked.groupby("agent_id").cumcount()
    # Everybody asks some twice: the invitations from the fortieth on go to people who were asked already.
    again = (at >= np.where(agent == 0, 30, 48 - agent % 3)) & (at < 60)
    asked["person"] = asked["agent_id"] + (at - 30 * again).astype(str)
    asked["invitation_number"] = 1 + again.astype(int)
    asked["sent_at"] = MARCH + pd.to_timedelta(20 * again, unit="D")
    rows = judged(asked, "agent_asked_again")
    share = again.groupby(asked["agent_id"]).mean()
    assert rows.loc["a00", "estimate"] == pytest.approx(share["a00"] - share.drop("a00").mean())
    assert rows["suspicious"].tolist() == [True] + [False] * 10
    soon = judged(asked, "agent_asked_again", repeat_days=20)
    assert set(soon["reason"]) == {"not judged: too rare, or nothing to compare with"}


def test_each_person_counts_once_for_an_agent_by_the_answer_before_its_first_invitation() -> None:
    asked = of_agents({"zz": (2, 0), "aa": (40, 0)})
    asked["contact_id"] = ["p", "p", *[f"q{one:02}" for one in range(40)]]
    asked["person"] = asked["contact_id"]
    asked["sent_at"] = pd.to_datetime(["2026-05-01", "2026-03-01"] + ["2026-03-01"] * 40)
    known = ["p", "p", *asked["contact_id"].iloc[2:]]
    before = table("responded_at", contact_id=known, responded_at=["2026-02-01", "2026-04-01"] + ["2026-02-01"] * 40)
    before["response_id"], before["category"] = [f"r{one:02}" for one in range(42)], "passive"
    before.loc[[0, 1], "category"] = ["promoter", "detractor"]
    found = agent_patterns(asked, before, min_agent=1)
    row = found[(found["check"] == "agent_prior_nps") & (found["group"] == "zz")].iloc[0]
    assert (row["n"], row["estimate"]) == (1, pytest.approx(100))


@pytest.mark.parametrize("agents", [None, [None] * 40])
def test_invitations_without_agents_are_one_row_that_says_so(agents: list[None] | None) -> None:
    asked = of_agents({"zz": (40, 20)}).drop(columns="agent_id")
    found = agent_patterns(asked if agents is None else asked.assign(agent_id=agents), answered("r"))
    assert found["reason"].tolist() == ["not known: the invitations do not name the agent (column agent_id)"]
    assert (found["check"].item(), found["by"].item(), found["group"].item(), found["n"].item()) == (
        "agents",
        "agent_id",
        "",
        0,
    )
    assert not found["suspicious"].item()
    assert found[["estimate", "conf_low", "conf_high", "q_value"]].isna().all(axis=None)


def test_invitations_that_name_no_agent_are_of_no_agent() -> None:
    asked = of_agents(TEN | {"zz": (40, 40)})
    asked["agent_id"] = asked["agent_id"].where(asked["agent_id"] != "zz")
    pd.testing.assert_frame_equal(judged(asked, "agent_response_rate"), judged(of_agents(TEN), "agent_response_rate"))


def test_the_answer_before_is_looked_up_by_a_column_of_both_tables() -> None:
    asked = invited("ij", agent_id="x", account_id=["a", None])
    answers = answered(
        "rs", responded_at=["2026-02-01", "2026-03-01"], account_id="a", category=["promoter", "passive"]
    )
    assert last_answer_before(asked, answers).fillna("").tolist() == ["passive", ""]
    # A contact that one side alone names is nothing to look it up by.
    assert last_answer_before(asked.assign(contact_id="c"), answers).fillna("").tolist() == ["passive", ""]
    assert last_answer_before(asked, answers.assign(contact_id="c")).fillna("").tolist() == ["passive", ""]
    both = asked.assign(contact_id=["c", "d"]), answers.assign(contact_id=["c", "d"])
    assert last_answer_before(*both).fillna("").tolist() == ["promoter", "passive"]
    for nothing in (
        answers.drop(columns="account_id"),
        answers.drop(columns="responded_at"),
        answers.assign(account_id=None),
    ):
        assert last_answer_before(asked, nothing).isna().tolist() == [True, True]
    undated = answers.assign(responded_at=[pd.Timestamp("2026-02-01"), pd.NaT])
    assert last_answer_before(asked, undated).fillna("").tolist() == ["promoter", ""]


def test_of_answers_of_one_moment_the_later_id_is_the_last_and_none_before_a_run_is_none() -> None:
    asked = invited("ijk", agent_id=["x", "y", "z"], contact_id="c")
    answers = answered("srt", contact_id="c", agent_id=["x", "y", "x"], responded_at="2026-03-01")
    answers["category"] = ["promoter", "detractor", "passive"]
    # In the order of their ids: r on y, s and t on x.
    assert last_answer_before(asked, answers).tolist() == ["detractor", "passive", "passive"]
    first = answers[answers["agent_id"] == "x"]
    assert last_answer_before(asked, first).fillna("").tolist() == ["", "passive", "passive"]
    # The answer of another person before the run is not this person's.
    other = pd.concat([first, answered("q", contact_id="b", agent_id="y", responded_at="2026-02-01")])
    assert last_answer_before(asked, other).fillna("").tolist() == ["", "passive", "passive"]


def test_a_column_of_the_invitations_and_of_the_accounts_of_one_name_is_told_once() -> None:
    invitations, responses = world(6, 3, account_id=list("aabbcc"), plan="Pro")
    accounts = pd.DataFrame({"account_id": list("abc"), "attribute/plan": ["Basic", "Pro", "Pro"]})
    found = response_rates(invitations, responses, accounts=accounts, as_of=JUNE, by=["plan", "attribute/plan"])
    assert found["by"].tolist() == ["", "plan"]
