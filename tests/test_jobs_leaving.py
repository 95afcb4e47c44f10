"""Who is about to leave, from the folders of a churn scoring and of its training."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nps_insights.jobs.watching.leaving import leaving_accounts, refuse_unreadable
from nps_insights.tables import SettingsError, conform

MODEL = "churn_risk@3"


def run_folder(folder: Path, **told: Any) -> str:
    (folder / "tables").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    return str(folder)


def flags() -> pd.DataFrame:
    frame = pd.DataFrame({"account_id": [f"a{at}" for at in range(6)], "risk": [0.5, 0.5, 0.25, 0.25, 0.0, None]})
    frame = frame.assign(as_of=pd.Timestamp("2026-07-01"), lane="model", status="not_flagged", value=[10.0] * 6)
    return conform("flags", frame.astype({"as_of": "datetime64[us]", "risk": float}))


def actions() -> pd.DataFrame:
    return pd.DataFrame(
        {"action": ["call", "call", "call", "refer"], "account_id": ["a0", "a1", "a2", "a3"], "rank": [1, 2, None, 1]}
    )


def test_the_numbers_are_the_sums_of_the_risks(tmp_path: Path) -> None:
    night = run_folder(tmp_path / "night", horizon=90, model=MODEL)
    found = leaving_accounts(flags(), actions(), flags_folder=night, training_folder=None)
    rows = found.tables["leaving"].set_index("group")
    assert rows["estimate"].to_dict() == {"all": 1.5, "listed": 1.0}
    assert rows["n"].to_dict() == {"all": 5, "listed": 2}
    assert rows["value"].to_dict() == {"all": 50.0, "listed": 20.0}
    assert set(rows["horizon_days"]) == {90.0}
    assert (rows.loc["listed", "conf_low"], rows.loc["listed", "conf_high"]) == (0.0, 2.0)
    assert found.notes == []


def test_a_rule_has_no_risks_and_no_scoring_has_nothing(tmp_path: Path) -> None:
    night = run_folder(tmp_path / "night", horizon=None, model="")
    ruled = leaving_accounts(flags().drop(columns="risk"), actions(), flags_folder=night, training_folder=None)
    assert ruled.tables == {}
    assert leaving_accounts(None, actions(), flags_folder=None, training_folder=None).tables == {}


def test_the_training_is_read_only_if_it_made_the_model_of_the_list(tmp_path: Path) -> None:
    night = run_folder(tmp_path / "night", horizon=90, model=MODEL)
    curve = {"model": "chosen", "part": "out_of_time", "position": 1, "contacted": 0.1, "captured": 0.4}
    curve |= {"captured_low": 0.3, "captured_high": 0.5, "lift": 4.0, "n": 300}
    for name, model in (("same", MODEL), ("other", "churn_risk@4")):
        run_folder(tmp_path / name, model=model)
        pd.DataFrame([curve]).to_parquet(tmp_path / name / "tables" / "gain_curve.parquet", index=False)
    same, other = (
        leaving_accounts(flags(), actions(), flags_folder=night, training_folder=str(tmp_path / name))
        for name in ("same", "other")
    )
    assert same.tables["gain_curve"]["captured"].tolist() == [0.4]
    assert set(other.tables) == {"leaving"}
    assert "churn_risk@4, and the call list is by churn_risk@3" in other.notes[0]


def test_folders_without_a_finished_run_are_refused(tmp_path: Path) -> None:
    night = run_folder(tmp_path / "night", horizon=90, model=MODEL)
    with pytest.raises(SettingsError, match=r"input\.churn_training == .*nowhere.*finished run"):
        refuse_unreadable(night, str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match=r"name the list.s folder as input\.flags"):
        refuse_unreadable(None, night)
