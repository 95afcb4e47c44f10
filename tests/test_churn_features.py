"""Features of accounts: by hand, whatever the order and partition, and blind to everything at or after as_of."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from churn_tables import AS_OF, answers_of, random_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from nps_insights.churn.features import FeatureSpec, account_features, learn_feature_spec, schema_changes
from nps_insights.churn.features.answers import latest_category
from nps_insights.simulate import simulate_survey
from nps_insights.tables import DataRefusedError, SettingsError

Tables = dict[str, pd.DataFrame]


def built(
    names: list[str], accounts: pd.DataFrame | list[str], responses: pd.DataFrame | None, **given
) -> pd.DataFrame:
    spec = given.pop("spec", FeatureSpec(names=tuple(names)))
    frame = accounts if isinstance(accounts, pd.DataFrame) else pd.DataFrame({"account_id": accounts})
    return account_features(frame, responses, as_of=AS_OF, spec=spec, **given).set_index("account_id")[names]


def learned(tables: Tables, **given) -> FeatureSpec:
    return learn_feature_spec(as_of=AS_OF, min_accounts=3, renewal_months=12, **tables, **given)


def features_of(tables: Tables, spec: FeatureSpec) -> pd.DataFrame:
    return account_features(as_of=AS_OF, spec=spec, **tables)


def test_score_features_by_hand() -> None:
    responses = answers_of(
        [
            ("a", "2025-07-05", 8),
            ("a", "2025-12-31 23:59", 2),
            ("a", "2025-10-03", 5),
            ("b", "2025-12-01", 9),
            ("a", "2024-12-31", 0),
            ("a", "2026-01-01", 10),
            ("c", None, 3),
        ]
    )
    names = ["last", "mean", "min", "change", "volatility", "detractor_share"]
    found = built([f"score/{name}" for name in names], ["a", "b", "c"], responses)
    assert found.loc["a"].tolist() == pytest.approx([2, 5, 2, -3, 3, 2 / 3])
    assert found.loc["b"].tolist() == pytest.approx([9, 9, 9, np.nan, np.nan, 0], nan_ok=True)
    assert found.loc["c"].isna().all()


def test_the_trend_is_a_least_squares_slope_per_90_days() -> None:
    days = [300, 250, 100, 40, 3]
    scores = np.array([9.0, 8, 4, 5, 1])
    rows = [("a", AS_OF - pd.Timedelta(days=day), score) for day, score in zip(days, scores, strict=True)]
    rows += [("b", "2025-12-20", 9), ("b", "2025-12-30", 2)]
    found = built(["score/trend"], ["a", "b"], answers_of(rows))["score/trend"]
    assert found["a"] == pytest.approx(np.polyfit(-np.array(days) / 90, scores, 1)[0])
    # Ten days tell no trend.
    assert np.isnan(found["b"])


def test_scores_of_any_scale_are_read_on_0_to_10() -> None:
    responses = answers_of([("a", "2025-12-01", 3)]).assign(scale_min=1.0, scale_max=5.0)
    assert built(["score/last"], ["a"], responses).iloc[0, 0] == 5.0


def test_answers_contacts_and_silence() -> None:
    responses = answers_of([("a", "2025-12-22", 8), ("a", "2025-12-12", 8), ("a", "2026-01-02", 8)])
    responses["contact_id"] = ["x", "x", "y"]
    comments = pd.DataFrame({"response_id": ["r0", "r1", "r2"], "says_nothing": [False, True, False]})
    invitations = pd.DataFrame(
        {
            "sent_at": pd.to_datetime(["2025-12-11", "2025-12-20", "2025-12-21", "2026-01-01", "2024-11-01"]),
            "account_id": ["a", "a", None, "a", "a"],
            "contact_id": [None, "x", "x", "x", "x"],
            "response_id": ["r1", "r2", None, None, None],
        }
    )
    names = ["count", "contacts", "days_since", "comment_share", "invited", "unanswered"]
    given = {"comments": comments, "invitations": invitations}
    found = built([f"answers/{name}" for name in names], ["a", "b"], responses, **given)
    # The answer r2 to the second invitation came too late to be known.
    assert found.loc["a"].tolist() == pytest.approx([2, 1, 10, 0.5, 3, 2 / 3])
    assert found.loc["b"].tolist() == pytest.approx([0, 0, np.nan, np.nan, 0, np.nan], nan_ok=True)
    given["invitations"] = invitations.drop(columns="response_id")
    assert built(["answers/unanswered"], ["a"], responses, **given).iloc[0, 0] == pytest.approx(1 / 3)


def test_silence_is_not_absence_of_a_theme() -> None:
    responses = answers_of(
        [
            ("a", "2025-12-01", 8),
            ("a", "2025-12-02", 8),
            ("b", "2025-12-01", 8),
            ("c", "2025-12-01", 8),
            ("a", "2025-12-03", 8),
            ("d", "2024-06-01", 8),
        ]
    )
    comments = pd.DataFrame(
        {"response_id": ["r0", "r1", "r2", "r3", "r5"], "says_nothing": [False, False, False, True, False]}
    )
    mentions = pd.DataFrame({"theme_id": ["t1", "t1", "t1", "t2", "t1"], "response_id": ["r0", "r0", "r1", "r0", "r5"]})
    spec = FeatureSpec(names=("theme/t1", "theme/t1/last", "theme/t2/last"), themes={"t1": "outages", "t2": "price"})
    given = {"mentions": mentions, "comments": comments, "spec": spec}
    found = built(list(spec.names), ["a", "b", "c", "d"], responses, **given)
    assert found.loc["a"].tolist() == [2, 1, 0]
    assert found.loc["b"].tolist() == [0, 0, 0]
    assert found.loc[["c", "d"]].isna().all(axis=None)
    # Without comments a mention is all that shows that somebody wrote.
    given["comments"] = None
    assert built(["theme/t1"], ["a", "b"], responses, **given)["theme/t1"].isna().tolist() == [False, True]


def test_attributes_levels_and_account_facts() -> None:
    accounts = pd.DataFrame(
        {
            "account_id": ["a", "b", "c"],
            "started_at": pd.to_datetime(["2025-12-22", None, "2020-01-01"]),
            "renewal_at": pd.to_datetime(["2027-01-31", None, "2025-12-31"]),
            "value": [5.0, None, 1.0],
            "attribute/plan": ["Pro ", None, "New"],
            "attribute/seats": pd.array([3, None, 4], dtype="Int64"),
            "attribute/vip": pd.array([True, None, False], dtype="boolean"),
        }
    )
    names = ["attribute/plan=Pro", "attribute/plan=other", "attribute/seats", "attribute/vip", "attribute/gone"]
    names += ["account/tenure_days", "account/days_to_renewal", "account/value"]
    spec = FeatureSpec(
        names=tuple(names), levels={"plan": ("Pro",)}, numbers=("seats", "vip", "gone"), renewal_months=12
    )
    found = built(names, accounts, None, spec=spec)
    assert found.loc["a"].tolist() == pytest.approx([1, 0, 3, 1, np.nan, 10, 30, 5], nan_ok=True)
    assert found.loc["b"].isna().all()
    assert found.loc["c"].tolist()[:4] == [0, 1, 4, 0]
    assert found.loc["c", "account/days_to_renewal"] == 364
    as_it_stands = built(["account/days_to_renewal"], accounts, None)["account/days_to_renewal"]
    assert as_it_stands.tolist() == pytest.approx([395, np.nan, np.nan], nan_ok=True)


def test_usage_by_hand() -> None:
    usage = pd.DataFrame(
        {
            "account_id": ["a", "a", "a", "b", "a"],
            "used_at": pd.to_datetime(["2025-10-03", "2025-12-31", "2025-12-30", "2024-01-01", "2026-01-01"]),
            "usage/logins": [10.0, 4.0, np.nan, 3.0, 99.0],
        }
    )
    spec = FeatureSpec(names=("usage/days", "usage/days_since"), usage=("logins",))
    spec = replace(
        spec, names=(*spec.names, *(f"usage/logins/{part}" for part in ("sum", "mean", "trend", "days_since")))
    )
    found = built(list(spec.names), ["a", "b", "c"], None, usage=usage, spec=spec)
    assert found.loc["a"].tolist() == pytest.approx([3, 1, 14, 7, -6 / 89 * 90, 1])
    assert found.loc["b"].tolist() == pytest.approx([0, np.nan, 0, np.nan, np.nan, np.nan], nan_ok=True)
    assert found.loc["c"].isna().all()
    assert built(list(spec.names), ["a"], None, spec=spec).isna().all(axis=None)


def test_siblings_are_the_others_under_the_same_top_parent() -> None:
    accounts = pd.DataFrame({"account_id": list("abcd"), "parent_id": ["p", "b2", "p", None]})
    accounts = pd.concat([accounts, pd.DataFrame({"account_id": ["b2"], "parent_id": ["p"]})], ignore_index=True)
    responses = answers_of(
        [("a", "2025-12-01", 2), ("b", "2025-12-01", 6), ("b", "2025-12-02", 10), ("d", "2025-12-01", 1)]
    )
    found = built(["parent/mean", "parent/answers"], accounts, responses)
    assert found["parent/mean"].to_dict() == pytest.approx({"a": 8, "b": 2, "b2": 6, "c": 6, "d": np.nan}, nan_ok=True)
    assert found["parent/answers"].tolist() == [2, 1, 3, 3, 0]


def test_rows_are_customers_and_columns_are_the_spec() -> None:
    tables = random_tables(1)
    spec = learned(tables)
    found = features_of(tables, spec)
    assert list(found.columns) == ["account_id", "as_of", *spec.names]
    assert (found[list(spec.names)].dtypes == "float64").all()
    accounts = tables["accounts"]
    there = ~(accounts["started_at"] >= AS_OF) & ~(accounts["ended_at"] <= AS_OF)
    assert found["account_id"].tolist() == sorted(accounts.loc[there, "account_id"])
    assert not {"ended_at", "ended_reason", "churned"} & set(found.columns)


def test_neither_the_order_of_rows_nor_other_accounts_change_a_bit() -> None:
    tables = random_tables(2)
    # Two answers at one moment: their ids decide, not their rows.
    twin = tables["responses"].iloc[[0, 1, 2]].assign(response_id=["z1", "z2", "z3"], score=[0.0, 3.0, 9.0])
    tables["responses"] = pd.concat([tables["responses"], twin], ignore_index=True)
    spec = learned(tables)
    whole = features_of(tables, spec)
    shuffled = {name: frame.sample(frac=1, random_state=4, ignore_index=True) for name, frame in tables.items()}
    pd.testing.assert_frame_equal(features_of(shuffled, spec), whole, check_exact=True)
    assert learned(shuffled) == spec
    alone = replace(spec, names=tuple(name for name in spec.names if not name.startswith("parent/")))
    half = tables | {"accounts": tables["accounts"].iloc[::2]}
    own = features_of(half, alone)
    expected = whole[whole["account_id"].isin(half["accounts"]["account_id"])][own.columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, expected, check_exact=True)


def later_edited(tables: Tables, seed: int) -> Tables:
    """Edit, delete and add at random what is dated at or after AS_OF, and nothing else."""
    rng = np.random.default_rng(seed)
    edited = {name: frame.copy() for name, frame in tables.items()}
    for name, column in {"responses": "responded_at", "usage": "used_at", "invitations": "sent_at"}.items():
        frame = edited[name]
        late = frame[frame[column] >= AS_OF]
        late = late[rng.random(len(late)) < 0.7]
        late = late.assign(**{column: AS_OF + pd.to_timedelta(rng.integers(0, 90, len(late)), unit="D")})
        late["account_id"] = rng.choice(tables["accounts"]["account_id"], len(late))
        for number in ("score", "usage/logins"):
            if number in late:
                late[number] = rng.integers(0, 11, len(late)).astype(float)
        more = late.head(5).copy()
        for key in ("response_id", "invitation_id"):
            if key in more:
                more[key] = [f"new{row}" for row in range(len(more))]
        edited[name] = pd.concat([late, frame[frame[column] < AS_OF], more], ignore_index=True)
    before = set(tables["responses"].loc[tables["responses"]["responded_at"] < AS_OF, "response_id"])
    later = edited["responses"].loc[~edited["responses"]["response_id"].isin(before), "response_id"]
    for name in ("comments", "mentions"):
        kept = edited[name][edited[name]["response_id"].isin(before)]
        added = kept.sample(len(later), replace=True, random_state=seed).assign(response_id=later.to_numpy())
        edited[name] = pd.concat([added, kept], ignore_index=True)
    edited["mentions"].loc[edited["mentions"]["response_id"].isin(set(later)), "theme_id"] = "t1"
    accounts = edited["accounts"]
    late = (accounts["ended_at"] > AS_OF) | accounts["ended_at"].isna()
    days = pd.Series(pd.to_timedelta(rng.integers(1, 300, len(accounts)), unit="D"))
    accounts["ended_at"] = accounts["ended_at"].where(~late, (AS_OF + days).where(rng.random(len(accounts)) < 0.5))
    accounts["ended_reason"] = rng.choice(["a", "b"], len(accounts))
    accounts["churned"] = rng.random(len(accounts)) < 0.5
    return edited


@settings(max_examples=12, deadline=None, derandomize=True)
@given(world=st.integers(0, 1_000), edit=st.integers(0, 1_000_000))
def test_nothing_at_or_after_as_of_moves_a_bit(world: int, edit: int) -> None:
    tables = random_tables(world, n_accounts=20, n_rows=80)
    edited = later_edited(tables, edit)
    spec = learned(tables)
    assert learned(edited) == spec
    pd.testing.assert_frame_equal(features_of(edited, spec), features_of(tables, spec), check_exact=True)
    category = [latest_category(one["accounts"], one["responses"], as_of=AS_OF) for one in (tables, edited)]
    pd.testing.assert_series_equal(*category)


def test_what_comes_before_as_of_does_move_features() -> None:
    tables = random_tables(5)
    spec = learned(tables)
    moved = tables | {"responses": tables["responses"].assign(score=10.0 - tables["responses"]["score"])}
    assert not features_of(moved, spec).equals(features_of(tables, spec))


def test_a_spec_keeps_what_enough_accounts_bear() -> None:
    tables = random_tables(6, n_accounts=60, n_rows=400)
    accounts = tables["accounts"].assign(
        **{"attribute/name": [f"n{row}" for row in range(60)], "attribute/same": 1.0, "attribute/day": AS_OF}
    )
    tables["accounts"] = accounts
    themes = pd.DataFrame({"theme_id": ["t1", "t2"], "label": ["outages", "price"]})
    spec = learn_feature_spec(as_of=AS_OF, themes=themes, themes_version="churn_themes@1", **tables)
    assert spec.themes == {"t1": "outages", "t2": "price"}
    assert spec.levels == {"plan": ("Pro", "Free")} or spec.levels == {"plan": ("Free", "Pro")}
    assert "attribute/plan=other" in spec.names
    assert spec.numbers == ("seats",)
    assert FeatureSpec.from_json(spec.to_json()) == spec
    assert not any("renewal" in name for name in spec.names)
    assert "account/days_to_renewal" in learn_feature_spec(as_of=AS_OF, renewal_months=12, **tables).names
    few = learn_feature_spec(as_of=AS_OF, attributes=["seats"], max_levels=1, **tables)
    assert [name for name in few.names if name.startswith("attribute/")] == ["attribute/seats"]
    assert learn_feature_spec(as_of="2020-01-01", **tables).names == ()
    with pytest.raises(SettingsError, match=r"attributes: plam: .*plan"):
        learn_feature_spec(as_of=AS_OF, attributes=["plam"], **tables)
    with pytest.raises(SettingsError, match="min_accounts == 0"):
        learn_feature_spec(as_of=AS_OF, min_accounts=0, **tables)


def test_schema_changes_are_named() -> None:
    tables = random_tables(7, n_accounts=60, n_rows=400)
    spec = learn_feature_spec(as_of=AS_OF, **tables)
    accounts, usage = tables["accounts"], tables["usage"]
    # A level that was seen and is too rare for a feature is nothing new.
    assert (accounts["attribute/plan"] == "Old").any()
    assert schema_changes(accounts, usage, spec) == []
    plans = accounts["attribute/plan"].astype(object)
    plans.iloc[:3] = ["Max", "Max", "Ultra"]
    changed = accounts.assign(**{"attribute/plan": plans, "attribute/seats": "many"}).drop(
        columns=["value", "parent_id"]
    )
    found = schema_changes(changed, usage.drop(columns="usage/logins"), spec)
    assert [change.name for change in found] == [
        "parent_id",
        "value",
        "attribute/seats",
        "attribute/plan",
        "usage/logins",
    ]
    assert "2 levels are new since training (Max, Ultra; 3 of 60 accounts)" in found[3].sentence
    assert [change.level for change in found] == ["error", "error", "error", "warn", "error"]
    assert all(change.sentence.startswith(change.name + ":") for change in found)
    built_anyway = account_features(changed, tables["responses"], as_of=AS_OF, spec=spec)
    assert list(built_anyway.columns[2:]) == list(spec.names)
    assert built_anyway[["attribute/seats", "account/value"]].isna().all(axis=None)
    gone = schema_changes(accounts.drop(columns="attribute/plan").assign(**{"attribute/seats": np.nan}), None, spec)
    assert [change.name for change in gone] == ["attribute/seats", "attribute/plan", "usage"]
    texts = schema_changes(accounts.assign(**{"attribute/seats": "12", "attribute/plan": 1.0}), usage, spec)
    assert [(change.name, change.level) for change in texts] == [
        ("attribute/seats", "warn"),
        ("attribute/plan", "warn"),
    ]


def test_what_cannot_be_read_is_refused() -> None:
    tables = random_tables(8)
    spec = FeatureSpec(names=("score/last", "theme/t9"))
    with pytest.raises(SettingsError, match="theme/t9"):
        features_of(tables, spec)
    twice = tables | {"accounts": pd.concat([tables["accounts"]] * 2)}
    with pytest.raises(DataRefusedError, match="account_id 'a00' stands there more than once"):
        features_of(twice, FeatureSpec(names=("score/last",)))
    texts = tables | {"responses": tables["responses"].assign(responded_at="2025-01-01")}
    with pytest.raises(DataRefusedError, match="responded_at: must hold dates"):
        features_of(texts, FeatureSpec(names=("score/last",)))


def test_no_account_and_no_answer_is_no_error() -> None:
    tables = random_tables(9)
    spec = learned(tables)
    nobody = features_of(tables | {"accounts": tables["accounts"].iloc[:0]}, spec)
    assert len(nobody) == 0
    assert list(nobody.columns[2:]) == list(spec.names)
    silent = {name: frame if name == "accounts" else frame.iloc[:0] for name, frame in tables.items()}
    found = features_of(silent, spec)
    assert found.filter(like="score/").isna().all(axis=None)
    assert (found["answers/count"] == 0).all()


def test_a_simulated_survey_agrees_with_plain_groupby() -> None:
    survey = simulate_survey(300, random_state=2)
    mentions = survey.codes.rename(columns={"code": "theme_id", "comment_id": "segment_id"})
    day = pd.Timestamp("2025-10-01")
    given = {"comments": survey.comments, "mentions": mentions}
    spec = learn_feature_spec(survey.accounts, survey.responses, as_of=day, **given)
    found = account_features(survey.accounts, survey.responses, as_of=day, spec=spec, **given).set_index("account_id")
    known = survey.responses[
        survey.responses["responded_at"].between(day - pd.Timedelta(days=365), day, inclusive="left")
    ]
    known = known[known["account_id"].isin(found.index)].sort_values("responded_at")
    groups = known.groupby("account_id")["score"]
    for name, values in {
        "mean": groups.mean(),
        "last": groups.last(),
        "volatility": groups.std(),
        "min": groups.min(),
    }.items():
        expected = values.reindex(found.index).to_numpy()
        np.testing.assert_allclose(found[f"score/{name}"], expected, rtol=1e-9, atol=1e-12)
    usable = survey.comments.loc[~survey.comments["says_nothing"], "response_id"]
    written = known[known["response_id"].isin(usable)]
    joined = mentions.merge(written, on="response_id").drop_duplicates(["response_id", "theme_id"])
    counts = pd.crosstab(joined["account_id"], joined["theme_id"])
    counts = counts.reindex(written["account_id"].unique(), fill_value=0).reindex(found.index)
    for theme in spec.themes:
        if f"theme/{theme}" in spec.names:
            np.testing.assert_array_equal(found[f"theme/{theme}"], counts[theme])
