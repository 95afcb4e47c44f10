import pandas as pd
import pytest

from nps_insights.tables import TABLES, SchemaError, conform, empty


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_table_conforms_to_its_own_contract(name: str) -> None:
    assert conform(name, empty(name)).empty


def test_all_problems_of_a_table_come_in_one_error() -> None:
    frame = pd.DataFrame(
        {"response_id": ["r1", "r1"], "score": [9, 9], "scale_max": 10, "category": ["happy", "promoter"]}
    )
    with pytest.raises(SchemaError) as caught:
        conform("responses", frame.assign(mood="x"))
    message = str(caught.value)
    assert "scale_min: the column is missing" in message
    assert "mood: unknown" in message
    with pytest.raises(SchemaError) as caught:
        conform("responses", frame.assign(scale_min=0))
    assert len(caught.value.problems) == 2
    assert (
        "category: 1 of 2 rows: must be one of detractor, passive, promoter (first: response_id 'r1' has 'happy')"
        in str(caught.value)
    )
    assert "response_id: 2 of 2 rows: must be unique" in str(caught.value)


def test_rows_and_columns_come_in_the_contracts_order() -> None:
    frame = pd.DataFrame({"code": ["b", "a"], "response_id": ["r", "r"], "comment_id": ["c", "c"]})
    table = conform("codes", frame)
    assert list(table.columns) == ["comment_id", "response_id", "code"]
    assert table["code"].tolist() == ["a", "b"]


def test_attributes_are_allowed_only_under_their_prefix() -> None:
    accounts = pd.DataFrame({"account_id": ["a"], "attribute/plan": ["Pro"]})
    assert "attribute/plan" in conform("accounts", accounts)
    with pytest.raises(SchemaError, match="plan: unknown"):
        conform("accounts", accounts.rename(columns={"attribute/plan": "plan"}))


def test_values_out_of_bounds_are_named() -> None:
    frame = pd.DataFrame(
        {"code": ["x"], "n_code": [1], "n_theme": [1], "n_both": [1], "precision": [1.2], "recall": [0.5], "f1": [0.7]}
    )
    with pytest.raises(SchemaError, match=r"precision: 1 of 1 rows: must lie in 0 to 1"):
        conform("agreement", frame)
