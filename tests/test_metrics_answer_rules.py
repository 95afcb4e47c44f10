import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nps_insights.metrics.asked.answer_rules import answers_by_rule
from nps_insights.tables import SettingsError

AS_OF = pd.Timestamp("2026-05-01")


def answers(seed: int, n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"response_id": [f"r{one:03d}" for one in rng.permutation(n)]})
    frame["category"] = rng.choice(["promoter", "passive", "detractor"], n)
    frame["account_id"] = pd.Series(rng.choice(["a", "b", "c", None], n), dtype="str")
    frame["contact_id"] = pd.Series(rng.choice(["x", "y", "z", "w", None], n), dtype="str")
    frame["responded_at"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 150, n), unit="D")
    frame.loc[rng.random(n) < 0.1, "responded_at"] = pd.NaT
    for flag in ("internal", "complete"):
        frame[flag] = pd.array(rng.choice([True, False, None], n, p=[0.3, 0.6, 0.1]), dtype="boolean")
    frame["survey"] = rng.choice(["relational", "transactional"], n)
    return frame


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    repeated=st.sampled_from(["all", "latest"]),
    partial=st.sampled_from(["keep", "drop"]),
    internal=st.sampled_from(["keep", "drop"]),
    per=st.sampled_from(["", "month", "quarter"]),
    unit=st.sampled_from(["contact", "account"]),
)
def test_every_answer_is_kept_or_set_aside_and_row_order_moves_nothing(seed: int, **rules: str) -> None:
    frame = answers(seed)
    ruled = answers_by_rule(frame, as_of=AS_OF, **rules)
    assert ruled.counts["read"] == len(frame) == sum(ruled.counts.values()) - ruled.counts["read"]
    assert ruled.counts["kept"] == len(ruled.responses)
    again = answers_by_rule(frame.sample(frac=1, random_state=seed), as_of=AS_OF, **rules)
    pd.testing.assert_frame_equal(ruled.responses, again.responses)
    assert (ruled.counts, ruled.notes) == (again.counts, again.notes)
    assert answers_by_rule(ruled.responses, as_of=AS_OF, **rules).counts["kept"] == len(ruled.responses)


def test_the_latest_of_a_person_survey_and_period_stays() -> None:
    frame = answers(3).assign(internal=False, complete=True)
    kept = answers_by_rule(frame, repeated="latest", per="month").responses.set_index("response_id")
    who = frame["contact_id"].fillna("account " + frame["account_id"]).fillna(frame["response_id"])
    month = frame["responded_at"].dt.strftime("%Y-%m").fillna("none")
    for _, group in frame.groupby([who, frame["survey"], month]):
        last = group.sort_values(["responded_at", "response_id"], na_position="first")["response_id"].iloc[-1]
        assert kept.index.isin(group["response_id"]).sum() == 1
        assert last in kept.index


def test_an_internal_or_partial_answer_supersedes_nothing() -> None:
    days = pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03", "2026-06-01"])
    frame = pd.DataFrame({"response_id": list("pqrs"), "category": "passive", "contact_id": "c", "responded_at": days})
    frame = frame.assign(internal=[False, True, False, False], complete=[True, True, False, True])
    ruled = answers_by_rule(frame, repeated="latest", partial="drop", as_of=AS_OF)
    assert ruled.responses["response_id"].tolist() == ["p"]
    assert ruled.counts == {"read": 4, "kept": 1, "later": 1, "internal": 1, "partial": 1, "repeated": 0}
    assert ruled.notes == [
        "1 of 4 answers came after as_of and were set aside.",
        "1 of 4 answers are of employees or tests and were set aside.",
        "1 of 4 answers are partial and were set aside.",
    ]


def test_what_happens_after_as_of_moves_nothing() -> None:
    frame = answers(5)
    late = frame["responded_at"] > AS_OF
    edited = frame.assign(category=frame["category"].mask(late, "detractor"), internal=frame["internal"] & ~late)
    left, right = (answers_by_rule(one, repeated="latest", as_of=AS_OF) for one in (frame, edited))
    pd.testing.assert_frame_equal(left.responses, right.responses)


def test_rules_that_the_columns_do_not_allow_are_said() -> None:
    plain = answers(1)[["response_id", "category"]]
    ruled = answers_by_rule(plain, partial="drop")
    assert len(ruled.responses) == len(plain)
    assert "no column internal" in ruled.notes[0]
    assert "no column complete" in ruled.notes[1]
    with pytest.raises(SettingsError, match="no account_id or contact_id"):
        answers_by_rule(plain, repeated="latest")
    with pytest.raises(SettingsError, match="repeated == 'first': must be one of all, latest"):
        answers_by_rule(plain, repeated="first")
    with pytest.raises(SettingsError, match="per == 'decade'"):
        answers_by_rule(plain, per="decade")
