"""Accounts, their money and their agents: every rule on both sides of its bound, and sums worked out another way."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from nps_insights.metrics.accounts import account_codes, account_of, fold_of, has_left
from nps_insights.metrics.business.account_mix import account_mix, active_accounts
from nps_insights.metrics.business.account_scores import (
    account_answers,
    account_rows,
    account_scores,
    account_values,
    scores_of,
)
from nps_insights.metrics.business.agents import adjusted_agents
from nps_insights.metrics.business.shrinkage import shrunken
from nps_insights.metrics.business.small_clusters import cluster_scores
from nps_insights.metrics.intervals import nps_interval
from nps_insights.tables import DataRefusedError, SettingsError

JUNE = pd.Timestamp("2026-06-30")
NAMES = {"p": "promoter", "n": "passive", "d": "detractor"}
FIGURES = ["estimate", "conf_low", "conf_high", "reliability"]


def answers(given: dict[str, str], **columns: object) -> pd.DataFrame:
    """Answers by account: promoters (p), passives (n) and detractors (d)."""
    rows = [(account, NAMES[one]) for account, own in given.items() for one in own]
    frame = pd.DataFrame(rows, columns=["account_id", "category"]).assign(**columns)
    return frame.assign(response_id=[f"r{at:04}" for at in range(len(rows))])


def valued(**values: float | None) -> pd.DataFrame:
    return pd.DataFrame(
        {"account_id": list(values), "value": [np.nan if one is None else one for one in values.values()]}
    )


# Accounts.


@pytest.mark.parametrize(
    ("given", "as_of", "left"),
    [
        ({"churned": [True, False, None]}, JUNE, [True, False, False]),
        ({"churned": [True, False, None]}, None, [True, False, False]),
        ({"ended_at": ["2026-06-30", "2026-07-01", None]}, JUNE, [True, False, False]),
        ({"ended_at": ["2026-06-30", "2026-07-01", None]}, None, [True, True, False]),
        ({"ended_at": ["2026-07-01", None, None], "churned": [True, True, None]}, JUNE, [False, True, False]),
        (
            {"ended_at": [None] * 3, "churned": [True] * 3, "snapshot_at": ["2026-06-30", "2026-07-01", None]},
            JUNE,
            [True, False, True],
        ),
        (
            {"ended_at": [None] * 3, "churned": [True] * 3, "snapshot_at": ["2026-06-30", "2026-07-01", None]},
            None,
            [True] * 3,
        ),
        ({}, JUNE, [False] * 3),
        ({}, None, [False] * 3),
    ],
)
def test_who_has_left_is_told_by_the_end_else_by_the_flag_of_a_snapshot(
    given: dict[str, list[object]], as_of: pd.Timestamp | None, left: list[bool]
) -> None:
    accounts = pd.DataFrame({"account_id": ["a", "b", "c"]})
    for name, values in given.items():
        accounts[name] = pd.array(values, dtype="boolean") if name == "churned" else pd.to_datetime(values)
    assert has_left(accounts, as_of).tolist() == left
    begun = accounts.assign(started_at=pd.to_datetime(["2026-06-30", "2026-07-01", None]))
    active = [name for name, gone in zip("abc", left, strict=True) if not gone and (as_of is None or name != "b")]
    assert active_accounts(begun, as_of)["account_id"].tolist() == active


def test_answers_without_an_account_are_accounts_of_their_own() -> None:
    rows = pd.DataFrame({"response_id": list("rstu"), "account_id": ["a", None, "a", None]})
    found = account_of(rows)
    assert found["r"] == found["t"] == "a"
    assert found.nunique() == 3
    assert account_of(rows.drop(columns="account_id")).nunique() == 4
    assert account_codes(rows).tolist() == [0, 1, 0, 2]
    assert account_codes(rows.drop(columns="account_id")).tolist() == [0, 1, 2, 3]
    # Of one account alone nothing is known of how accounts differ.
    assert account_codes(rows.iloc[[0, 2]]).tolist() == [0, 1]
    assert account_codes(rows.iloc[[0, 2, 1]]).tolist() == [0, 0, 1]


def test_an_account_stays_in_its_fold_whoever_else_is_there() -> None:
    many = [f"a{one}" for one in range(200)]
    assert fold_of(many[::-1]).tolist() == fold_of(many).tolist()[::-1]
    assert fold_of(["a7", "a3", "a7"]).tolist() == [fold_of(many)[7], fold_of(many)[3], fold_of(many)[7]]
    for folds in (1, 2, 5):
        assert sorted(set(fold_of(many, folds=folds))) == list(range(folds))


# Scores of accounts.


@pytest.mark.parametrize("values", [{"a": 0.0}, {"a": None}, {"a": 5.0}])
def test_values_are_zero_or_more_or_missing(values: dict[str, float | None]) -> None:
    assert account_values(valued(**values)).index.tolist() == ["a"]


@pytest.mark.parametrize(("value", "said"), [(-0.5, "'b' has -0.5"), (np.inf, "'b' has inf")])
def test_a_value_that_would_turn_a_score_is_refused(value: float, said: str) -> None:
    with pytest.raises(DataRefusedError, match=f"value: 2 of 3 are below zero or without end .*{said}"):
        account_values(valued(c=value, a=1.0, b=value))


@pytest.mark.parametrize(
    ("n", "values", "reason"),
    [
        (1, None, "No interval: 1 account; at least 10 are needed."),
        (9, None, "No interval: 9 accounts; at least 10 are needed."),
        (10, None, "Interval for few accounts: 10 weigh as much as 10.0 equal ones."),
        (49, None, "Interval for few accounts: 49 weigh as much as 49.0 equal ones."),
        (50, None, ""),
        (20, [1000.0] * 4 + [0.0] * 16, "No interval: 4 accounts; at least 10 are needed."),
        (20, [1000.0] * 4 + [1e-9] * 16, "Interval for few accounts: 20 weigh as much as 4.0 equal ones."),
        (
            20,
            [1000.0] * 3 + [1.0] * 17,
            "No interval: 20 accounts weigh as much as 3.0 equal ones, the largest 33%; at least 4 equal ones are "
            "needed.",
        ),
    ],
)
def test_accounts_are_enough_for_an_interval_or_it_is_said_why_not(
    n: int, values: list[float] | None, reason: str
) -> None:
    ids = [f"a{one:02}" for one in range(n)]
    accounts = pd.DataFrame({"account_id": ids, "value": values or [7.0] * n})
    rows = answers({one: "pnd"[at % 3] + "p" for at, one in enumerate(ids)})
    found = account_scores(rows, accounts).set_index("metric")
    assert found.loc["nps_revenue", "reason"] == reason
    assert np.isnan(found.loc["nps_revenue", "conf_low"]) == reason.startswith("No interval")
    assert found["n"].tolist() == [2 * n] * 3 if values is None or min(values) > 0 else True
    fewer = account_scores(rows, accounts, min_accounts=1).set_index("metric")
    assert np.isnan(fewer.loc["nps_account", "conf_low"]) == (n < 4)


@pytest.mark.parametrize(("n", "too_small"), [(29, True), (30, False), (31, False)])
def test_thirty_answers_that_have_an_interval_are_enough(n: int, too_small: bool) -> None:
    ids = [f"a{one:02}" for one in range(n)]
    rows = answers(dict.fromkeys(ids, "p"))
    found = account_scores(rows, pd.DataFrame({"account_id": ids, "value": 1.0}))
    assert found["too_small"].tolist() == [too_small] * 3
    assert account_scores(rows, pd.DataFrame({"account_id": ids, "value": 1.0}), min_group=n)["too_small"].sum() == 0
    one = account_scores(rows.assign(account_id="a"), valued(a=1.0))
    assert one["too_small"].all()


def test_what_does_not_count_is_counted_by_group() -> None:
    rows = answers({"a": "pp", "b": "d", "c": "ppp", "z": "n"}, plan=["x", "x", "x", "y", "y", "y", "y"])
    rows["account_id"] = rows["account_id"].where(rows["account_id"] != "z")
    found = account_scores(rows, valued(a=2.0, b=None), by=["plan"]).set_index(["by", "group", "metric"])
    nobody, unvalued = "1 answers without an account do not count.", "accounts without a value"
    assert nobody in found.loc[("", "", "nps_account"), "reason"]
    assert found.loc[("", "", "nps_revenue"), "reason"].endswith(f"{nobody} 2 {unvalued} (4 answers) do not count.")
    assert found.loc[("plan", "x", "nps_revenue"), "reason"].endswith(f"needed. 1 {unvalued} (1 answers) do not count.")
    assert found.loc[("plan", "y", "nps_revenue"), "reason"].endswith(
        f"{nobody} 1 {unvalued} (3 answers) do not count."
    )
    assert found.loc[("plan", "x", "nps_account"), "reason"] == "No interval: 2 accounts; at least 10 are needed."
    assert "do not count" not in found.loc[("", "", "nps"), "reason"]
    assert found.xs("nps_revenue", level="metric")["n"].to_dict() == {("", ""): 2, ("plan", "x"): 2, ("plan", "y"): 0}
    assert np.isnan(found.loc[("plan", "y", "nps_revenue"), "estimate"])


def test_answers_without_a_group_or_a_date_are_in_none() -> None:
    days = pd.to_datetime(["2026-01-05", None, "2026-02-05", "2026-02-06"])
    rows = answers({"a": "pp", "b": "dn"}, responded_at=days, plan=["x", "x", None, "y"])
    found = account_scores(rows, valued(a=1.0, b=1.0), per="month", by=["plan"], as_of=pd.Timestamp("2026-02-20"))
    of_people = found[found["metric"] == "nps"]
    shown = of_people[["by", "group", "n", "estimate"]].to_numpy().tolist()
    assert shown == [["", "", 1, 100], ["", "", 2, -50], ["plan", "x", 1, 100], ["plan", "y", 1, 0]]
    assert of_people["finished"].tolist() == [True, False, True, False]
    assert "survey" not in found.columns
    assert set(account_scores(rows.assign(survey="relational"), valued(a=1.0), survey="relational")["survey"]) == {
        "relational"
    }


def test_each_contact_counts_once_in_its_account_and_one_unnamed_by_itself() -> None:
    rows = answers({"a": "ppd", "b": "nd"}, contact_id=["x", "x", None, "x", "x"])
    found = account_scores(rows, valued(a=3.0, b=1.0)).set_index("metric")["estimate"]
    # In a: x is +1, the unnamed one -1; in b, x is the mean of 0 and -1.
    assert found.to_dict() == pytest.approx({"nps": 0, "nps_account": -25, "nps_revenue": -12.5})
    unnamed = account_scores(rows.drop(columns="contact_id"), valued(a=3.0, b=1.0)).set_index("metric")["estimate"]
    assert unnamed["nps_account"] == pytest.approx(100 * (1 / 3 - 1 / 2) / 2)


def test_rows_of_no_group_are_one_score() -> None:
    rows = account_rows(account_answers(answers({"a": "p", "b": "d"}), valued(a=3.0, b=1.0)), "nps_revenue")
    assert scores_of(rows).estimate.tolist() == [50]


# A weighted score of few accounts.


def by_matrices(w: np.ndarray, p: np.ndarray, d: np.ndarray, m: np.ndarray) -> tuple[float, float]:
    """Effective answers and degrees of freedom, written as projections instead of sums."""
    n, y, a = len(w), p - d, w / w.sum()
    effective = 1 / float(a @ a)
    # CR2: the residual of account i is row i of I - 1 a', whose length says what is left of its variance.
    residual = np.eye(n) - np.outer(np.ones(n), a)
    left = (residual**2).sum(axis=1)
    parts = a * (residual @ y) / np.sqrt(left)
    sandwich = float(parts @ parts)
    rows = residual * (a / np.sqrt(left))[:, None]
    crossed = rows @ rows.T
    degrees = np.trace(crossed) ** 2 / (crossed**2).sum()
    promoter, detractor = ((effective * float(a @ one) + 0.75) / (effective + 3) for one in (p, d))
    spread = promoter + detractor - (promoter - detractor) ** 2
    # Likeness: the variance between accounts beyond luck over all, each with two accounts of 1/4 added.
    within, free = float((m * (p + d - y**2)).sum()), float((m - 1).sum())
    luck = within / free * float((1 / m).mean()) if free else 0.0
    real = (max(float(y.var(ddof=1)) - luck, 0.0) * (n - 1) + 0.5) / (n + 1)
    alike = real / (real + (within + 0.5) / (free + 2))
    implied = spread * float((a**2 * (alike + (1 - alike) / m)).sum())
    n_eff = min(spread / ((sandwich + implied) / 2), 1 / float((a**2 / m).sum()))
    return n_eff, 2 * float(degrees)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("most", [1, 4, 12])
def test_few_accounts_have_the_interval_of_their_projections(seed: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    n = 12 + 3 * seed
    w, m = rng.lognormal(0, 0.7, n), rng.integers(1, most + 1, n)
    counts = np.array([rng.multinomial(one, rng.dirichlet([1.5, 1, 1])) for one in m])
    p, d = counts[:, 0] / m, counts[:, 1] / m
    found = cluster_scores(np.zeros(n), w, p, d, m, confidence_level=0.9)
    n_eff, degrees = by_matrices(w, p, d, m.astype(float))
    assert found.n_eff[0] == pytest.approx(n_eff)
    assert found.degrees[0] == pytest.approx(degrees)
    a = w / w.sum()
    assert found.effective_accounts[0] == pytest.approx(1 / (a**2).sum())
    assert found.largest_share[0] == pytest.approx(a.max())
    size = n_eff * (norm.ppf(0.95) / t.ppf(0.95, degrees)) ** 2
    step = 0.5 / (a**2).sum() / n
    wanted = nps_interval(size * (a @ p), size * (a @ d), size, confidence_level=0.9, continuity=step)
    assert [found.conf_low[0], found.conf_high[0]] == pytest.approx([float(one) for one in wanted[1:]])


@pytest.mark.parametrize("most", [1, 3])
def test_many_accounts_have_the_interval_of_the_spread_between_them(most: int) -> None:
    rng = np.random.default_rng(most)
    n = 80
    m, w = rng.integers(1, most + 1, n), rng.uniform(1, 2, n)
    p = rng.integers(0, 2, n).astype(float)
    found = cluster_scores(np.zeros(n), w, p, 1 - p, m)
    a, y = w / w.sum(), 2 * p - 1
    between = (a**2 * (y - a @ y) ** 2).sum() * n / (n - 1)
    n_eff = min((1 - (a @ y) ** 2) / between, 1 / (a**2 / m).sum()) if most > 1 else 1 / (a**2).sum()
    assert found.n_eff[0] == pytest.approx(n_eff)
    assert found.degrees[0] == pytest.approx(1 / (a**2).sum() - 1)


def test_a_cell_of_one_account_or_of_none_has_no_interval() -> None:
    found = cluster_scores([0, 2], [5.0, 0.0], [1.0, 1.0], [0.0, 0.0], [3, 3], n_cells=3, min_accounts=1)
    assert found.estimate[0] == 100
    assert np.isnan(found.estimate[1:]).all()
    assert np.isnan(found.conf_low).all()
    assert np.isnan(found.degrees[1:]).all()
    assert found.n_eff.tolist() == [1, 0, 0]
    assert found.n_accounts.tolist() == [1, 0, 0]
    assert found.effective_accounts.tolist() == [1, 0, 0]
    assert found.largest_share.tolist() == [1, 0, 0]


# Which accounts speak.


def facts_of(rows: pd.DataFrame, accounts: pd.DataFrame, **options: object) -> pd.DataFrame:
    return account_mix(rows, accounts, **options).set_index(["fact", "group"])


@pytest.mark.parametrize(
    ("days", "as_of", "n_active"),
    [
        (["2026-03-01", "2026-04-01"], None, 2),
        (["2026-03-01", "2026-04-02"], None, 3),
        ([None, None], None, 3),
        (None, None, 3),
        (None, pd.Timestamp("2026-03-31"), 1),
        (None, pd.Timestamp("2026-04-01"), 2),
    ],
)
def test_active_are_those_at_the_last_answer_or_the_moment_or_ever(
    days: list[str | None] | None, as_of: pd.Timestamp | None, n_active: int
) -> None:
    rows = answers({"a": "p", "b": "d"})
    if days is not None:
        rows["responded_at"] = pd.to_datetime(days)
    accounts = valued(a=6.0, b=3.0, c=1.0)
    accounts["started_at"] = pd.to_datetime(["2026-01-01", "2026-04-01", "2026-04-02"])
    row = facts_of(rows, accounts, as_of=as_of).loc[("account_coverage", "")]
    assert row["n"] == n_active
    assert row["reason"] == f"{min(n_active, 2)} of {n_active} active accounts answered."


def test_coverage_of_value_leaves_out_accounts_without_one() -> None:
    rows = answers({"a": "p", "b": "d", "x": "p"})
    row = facts_of(rows, valued(a=6.0, b=None, c=2.0, d=None)).loc[("value_coverage", "")]
    assert (row["estimate"], row["n"]) == (0.75, 2)
    assert row["reason"] == "Accounts worth 6 of 8 answered; 2 active ones have no value."
    for worthless in (valued(a=0.0, b=0.0), valued(a=None, b=None), valued(a=1.0).assign(churned=True)):
        row = facts_of(rows, worthless).loc[("value_coverage", "")]
        assert np.isnan(row["estimate"])
        assert row["reason"] == "The active accounts have no value."
    nobody = facts_of(rows, valued(a=1.0).assign(churned=True)).loc[("account_coverage", "")]
    assert np.isnan(nobody["estimate"])
    assert nobody["reason"] == "0 of 0 active accounts answered."


def test_answers_that_name_no_account_or_a_worthless_one_are_shares_of_all() -> None:
    rows = answers({"a": "pp", "b": "d", "x": "p", "y": "pp"})
    rows["account_id"] = rows["account_id"].where(rows["account_id"] != "y")
    found = facts_of(rows, valued(a=6.0, b=None))
    assert found.loc[("without_account", ""), ["estimate", "n"]].tolist() == [pytest.approx(2 / 6), 6]
    assert found.loc[("without_value", ""), ["estimate", "n"]].tolist() == [pytest.approx(2 / 6), 6]
    assert found.loc[("without_account", ""), "reason"].startswith("2 of 6 answers name no account and count in")
    assert found.loc[("without_value", ""), "reason"].startswith("2 of 6 answers are of 2 accounts without a value")


def test_roles_are_shares_of_the_answers_and_none_are_told_where_none_is_known() -> None:
    rows = answers({f"a{one}": "p" for one in range(10)})
    roles = ["buyer"] * 4 + ["user"] * 5 + [None]
    found = facts_of(rows.assign(contact_role=roles), valued(a0=1.0)).loc["role_mix"]
    assert found["estimate"].to_dict() == pytest.approx({"(not known)": 0.1, "buyer": 0.4, "user": 0.5})
    assert found.loc["buyer", ["n", "reason"]].tolist() == [10, "4 of 10 answers."]
    assert found.loc["buyer", ["conf_low", "conf_high"]].tolist() == pytest.approx([0.168180, 0.687326], abs=1e-5)
    for silent in (rows, rows.assign(contact_role=None)):
        assert "role_mix" not in facts_of(silent, valued(a0=1.0)).index


@pytest.mark.parametrize(
    ("given", "values", "largest"),
    [
        # All weigh the same: the one that is worth most, then that of more answers, then the first by its id.
        (
            {"a": "p", "b": "d", "c": "d"},
            {"a": 1.0, "b": 2.0, "c": None},
            {"nps": "b", "nps_account": "b", "nps_revenue": "b"},
        ),
        (
            {"a": "p", "b": "d", "c": "dd"},
            {"a": 2.0, "b": 2.0, "c": 2.0},
            {"nps": "c", "nps_account": "c", "nps_revenue": "c"},
        ),
        (
            {"a": "p", "b": "d", "c": "d"},
            {"a": 2.0, "b": 2.0, "c": 2.0},
            {"nps": "a", "nps_account": "a", "nps_revenue": "a"},
        ),
        (
            {"a": "ppp", "b": "d", "c": "d"},
            {"a": 1.0, "b": 2.0, "c": 9.0},
            {"nps": "a", "nps_account": "c", "nps_revenue": "c"},
        ),
        (
            {"a": "ppp", "b": "d", "c": "d"},
            {"a": 0.0, "b": 2.0, "c": 1.0},
            {"nps": "a", "nps_account": "b", "nps_revenue": "b"},
        ),
    ],
)
def test_the_largest_account_is_that_of_the_most_weight_value_answers_and_first_id(
    given: dict[str, str], values: dict[str, float | None], largest: dict[str, str]
) -> None:
    found = facts_of(answers(given), valued(**values)).loc["largest_account"]
    named = {metric: said.split()[1] for metric, said in found["reason"].items()}
    assert named == largest


def test_an_answer_without_an_account_may_be_the_largest_and_one_account_has_no_swing() -> None:
    rows = answers({"": "pd"}).assign(account_id=None)
    said = facts_of(rows, valued(a=1.0)).loc[("largest_account", "nps"), "reason"]
    assert said == "Account (an answer without an account) holds 50.0% of the answers."
    alone = facts_of(answers({"a": "pd", "b": "p"}), valued(a=4.0, b=0.0))
    assert alone.loc[("effective_accounts", "nps_revenue"), ["estimate", "n"]].tolist() == [1, 1]
    assert ("swing", "nps_revenue") not in alone.index
    assert ("largest_account", "nps_revenue") not in alone.index
    assert alone.loc[("effective_accounts", "nps"), "reason"] == "2 accounts weigh as much as 2 equal ones."
    assert alone.loc[("largest_account", "nps"), "reason"] == "Account a holds 66.7% of the answers."
    none = facts_of(answers({"a": "pd", "b": "p"}), valued(a=0.0, b=0.0))
    assert none.loc[("effective_accounts", "nps_revenue"), "reason"] == "No account counts here."
    assert np.isnan(none.loc[("effective_accounts", "nps_revenue"), "estimate"])


@pytest.mark.parametrize(("n_others", "has_interval"), [(9, False), (10, True)])
def test_the_swing_has_the_interval_of_both_scores(n_others: int, has_interval: bool) -> None:
    given = {"big": "ppdddd", **{f"a{one:02}": "ppn"[one % 3 :] for one in range(n_others)}}
    values = {"big": 50.0, **{f"a{one:02}": 1.0 + one for one in range(n_others)}}
    row = facts_of(answers(given), valued(**values), confidence_level=0.9).loc[("swing", "nps_revenue")]
    rest = (
        account_scores(
            answers({name: own for name, own in given.items() if name != "big"}), valued(**values), confidence_level=0.9
        )
        .set_index("metric")
        .loc["nps_revenue"]
    )
    own, low, high = (float(one) for one in nps_interval(2, 4, 6, confidence_level=0.9))
    share, gap = 50 / sum(values.values()), rest["estimate"] - own
    assert row["estimate"] == pytest.approx(share * gap)
    assert row["n"] == n_others + 1
    said = f"would be {rest['estimate']:.1f} instead of {rest['estimate'] - share * gap:.1f}."
    assert row["reason"].startswith(f"Without account big the NPS, by value, {said}")
    if not has_interval:
        assert np.isnan(row["conf_low"])
        assert row["reason"].endswith("No interval: 9 accounts; at least 10 are needed.")
        return
    assert row["reason"].endswith(said)
    below, above = rest["estimate"] - rest["conf_low"], rest["conf_high"] - rest["estimate"]
    assert row["conf_low"] == pytest.approx(share * (gap - np.hypot(below, high - own)))
    assert row["conf_high"] == pytest.approx(share * (gap + np.hypot(above, own - low)))


# Agents.


def served(n: int, **columns: object) -> pd.DataFrame:
    """Answers of four agents who take turns, of whom the second is better."""
    rng = np.random.default_rng(5)
    category = rng.choice(["promoter", "passive", "detractor"], n)
    frame = pd.DataFrame({"agent_id": [f"a{one % 4}" for one in range(n)], "category": category})
    frame.loc[(frame["agent_id"] == "a1") & (rng.random(n) < 0.5), "category"] = "promoter"
    return frame.assign(response_id=[f"r{one:03}" for one in range(n)], **columns)


def test_the_unit_of_a_number_moves_no_agent() -> None:
    rng = np.random.default_rng(3)
    rows = served(200, hours=rng.gamma(2.0, 3.0, 200), touchpoint=rng.choice(["shop", "phone"], 200))
    found = [
        adjusted_agents(rows.assign(hours=unit * rows["hours"]), case_mix=["hours", "touchpoint"])
        for unit in (1.0, 3.6e6, 1e-6)
    ]
    for other in found[1:]:
        np.testing.assert_allclose(other[FIGURES], found[0][FIGURES], atol=1e-6)
    without = adjusted_agents(rows, case_mix=["hours"])
    assert not np.allclose(found[0]["estimate"], without["estimate"], atol=1e-3)


@pytest.mark.parametrize(("n", "own_level"), [(29, False), (30, True), (31, True)])
def test_a_value_of_thirty_answers_stands_for_itself(n: int, own_level: bool) -> None:
    rng = np.random.default_rng(8)
    kind = np.array(["fax"] * n + ["wire"] * 10 + ["phone"] * (200 - n - 10), dtype=object)
    rows = served(200, channel=rng.permutation(kind))
    together = rows.assign(
        channel=rows["channel"].replace({"fax": "rest", "wire": "rest"} if not own_level else {"wire": "rest"})
    )
    found, merged = (adjusted_agents(one, case_mix=["channel"]) for one in (rows, together))
    np.testing.assert_allclose(found[FIGURES], merged[FIGURES], atol=1e-9)
    other = rows.assign(
        channel=rows["channel"].replace({"wire": "rest"} if not own_level else {"fax": "rest", "wire": "rest"})
    )
    split = adjusted_agents(other, case_mix=["channel"])
    assert np.allclose(found[FIGURES], split[FIGURES], atol=1e-4) is (not own_level)


@pytest.mark.parametrize(("n_values", "is_line"), [(12, False), (13, True)])
def test_a_number_of_more_than_twelve_values_is_a_line(n_values: int, is_line: bool) -> None:
    rng = np.random.default_rng(2)
    size = rng.permutation(np.arange(13 * 40) % n_values).astype(float)
    rows = served(13 * 40, size=size)
    found = adjusted_agents(rows, case_mix=["size"])
    as_words = adjusted_agents(rows.assign(size=[f"{one:02.0f}" for one in size]), case_mix=["size"])
    assert np.allclose(found[FIGURES], as_words[FIGURES], atol=1e-6) is not is_line


@pytest.mark.parametrize("by", ["csat", "ces", "agent_id", "response_id"])
def test_what_came_of_a_case_is_no_case(by: str) -> None:
    with pytest.raises(SettingsError, match=f"case_mix == '{by}': that is what came of a case"):
        adjusted_agents(served(160, csat=1.0, ces=2.0), case_mix=[by])


def test_cases_named_twice_or_missing_are_one_more_value() -> None:
    rng = np.random.default_rng(4)
    rows = served(160, channel=rng.choice(["phone", "mail", None], 160))
    once, twice = (adjusted_agents(rows, case_mix=names) for names in (["channel"], ["channel", "channel"]))
    pd.testing.assert_frame_equal(once, twice)
    named = adjusted_agents(rows.assign(channel=rows["channel"].fillna("none")), case_mix=["channel"])
    np.testing.assert_allclose(once[FIGURES], named[FIGURES], atol=1e-9)
    nobody = pd.concat([rows, served(9).assign(agent_id=None, response_id=list("abcdefghi"))])
    pd.testing.assert_frame_equal(once, adjusted_agents(nobody, case_mix=["channel"]))
    assert once["n"].tolist() == [40] * 4


@pytest.mark.parametrize(
    ("errors", "said"), [([1.0, 1.0, 0.0], "error 0"), ([1.0, 1.0], "2 figures"), ([], "0 figures")]
)
def test_what_cannot_be_shrunken_is_refused(errors: list[float], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        shrunken([10.0, 20.0, 30.0][: len(errors)], errors)
    assert len(shrunken([10.0, 20.0, 30.0], [1.0, 1.0, 1e-6]).estimate) == 3


def test_figures_all_alike_are_all_luck_and_no_spread_passes_the_largest() -> None:
    alike = shrunken([20.0] * 5, [10.0] * 5)
    assert alike.estimate.tolist() == pytest.approx([20.0] * 5)
    assert alike.p_value.tolist() == pytest.approx([1.0] * 5)
    assert alike.mean == pytest.approx(20)
    apart = [shrunken([-90.0, 0.0, 90.0], [5.0] * 3, largest_spread=largest) for largest in (10.0, 50.0, 100.0)]
    assert [found.spread < largest for found, largest in zip(apart, (10.0, 50.0, 100.0), strict=True)] == [True] * 3
    assert (np.diff([found.spread for found in apart]) > 0).all()
    narrow, wide = (shrunken([0.0, 30.0, 60.0], [9.0] * 3, confidence_level=level) for level in (0.5, 0.99))
    assert (wide.conf_low < narrow.conf_low).all()
    assert (narrow.conf_high < wide.conf_high).all()
