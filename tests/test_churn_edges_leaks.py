"""Leaks, invitations and notes of the churn room where there is much, little or nothing to look at."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from churn_tables import AS_OF, answers_of
from test_churn_features import built
from test_churn_leaks import panel

from nps_insights.churn.decisions.words import _why
from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.leaks import cases
from nps_insights.churn.leaks.cases import cases_of
from nps_insights.churn.leaks.one_column import told_by
from nps_insights.churn.panel_notes import _not_read, _outcomes
from nps_insights.churn.reasons.reasons import _date_of
from nps_insights.tables import SchemaError

INVITED = ["answers/invited", "answers/unanswered"]


class TestInvitations:
    def test_those_that_name_contacts_alone_belong_to_whom_the_contact_answered_for(self) -> None:
        answers = answers_of([("a", "2025-10-01", 9), ("b", "2025-11-01", 3)]).assign(contact_id=["ann", "bob"])
        sent = pd.DataFrame({"contact_id": ["ann", "ann", "bob", "new"], "sent_at": pd.Timestamp("2025-09-20")})
        sent["response_id"] = ["r0", None, "r1", None]
        found = built(INVITED, ["a", "b"], answers, invitations=sent)
        assert found["answers/invited"].tolist() == [2, 1]
        assert found["answers/unanswered"].tolist() == [0.5, 0]

    def test_contacts_of_whom_answers_tell_nothing_leave_accounts_alone(self) -> None:
        answers = answers_of([("a", "2025-10-01", 9)])
        sent = pd.DataFrame(
            {"account_id": ["a", None], "contact_id": ["ann", "bob"], "sent_at": pd.Timestamp("2025-09-20")}
        )
        assert built(INVITED, ["a"], answers, invitations=sent)["answers/invited"].tolist() == [1]


class TestLeaks:
    def test_of_very_many_accounts_the_same_are_looked_at_whatever_stands_beside_them(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cases, "_MOST", 50)
        given = panel(200)
        chosen = cases_of(given)
        # 40 have left, fewer than are looked at; of the 160 that stayed 50 are drawn.
        assert (chosen.left.sum(), (~chosen.left).sum()) == (40, 50)
        fewer = given.rows[given.rows["churned"] | given.rows["account_id"].isin(chosen.rows["account_id"])]
        again = cases_of(replace(given, rows=fewer.sample(frac=1, random_state=1)))
        assert again.rows["account_id"].tolist() == chosen.rows["account_id"].tolist()

    def test_a_column_that_is_known_of_one_fold_alone_tells_nothing(self) -> None:
        given = cases_of(panel(100))
        nothing = told_by(pd.Series(np.nan, index=range(100)), given, confidence_level=0.95)
        assert nothing.n == 100
        assert nothing.auc == pytest.approx(0.5)


class TestNotes:
    def test_dates_of_accounts_are_no_features_and_it_is_said(self) -> None:
        accounts = pd.DataFrame({"attribute/signed": pd.to_datetime(["2026-01-01"]), "attribute/plan": ["Pro"]})
        assert _not_read(accounts, FeatureSpec(())) == [
            "attribute/signed: hold dates, and dates of accounts have no feature."
        ]

    def test_a_panel_without_features_says_so(self) -> None:
        rows = pd.DataFrame({"account_id": ["a", "b"], "as_of": AS_OF, "unit": ["a", "b"], "churned": [True, False]})
        rows = rows.assign(category=None, value=np.nan)
        said = "The spec names no feature: too little was known when it was learned."
        assert _outcomes(rows, {}) == [said]
        assert _outcomes(rows.assign(**{"account/tenure_days": 5.0}), {}) == []

    def test_accounts_that_were_left_alone_for_no_stated_reason_are_counted(self) -> None:
        flags = pd.DataFrame({"status": ["suppressed", "flagged"], "suppressed_because": [None, None]})
        assert _why(flags, "suppressed", "left alone") == "1 left alone"
        flags["suppressed_because"] = ["contacted on 2026-02-20", None]
        assert _why(flags, "suppressed", "left alone") == "1 left alone (1 contacted)"

    def test_features_without_account_or_date_are_refused_with_both_named(self) -> None:
        with pytest.raises(SchemaError, match=r"(?s)account_id: the column is missing.*as_of: the column is missing"):
            _date_of(pd.DataFrame({"score/last": [1.0]}), None)
