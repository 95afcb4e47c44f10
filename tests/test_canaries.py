"""Secrets and personal data that went in come out nowhere: not in logs, MLflow, manifests, settings or errors."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from canary_project import DATABASE_SECRET, KEY, PHRASE, PRIVATE, REAL_IDS, TOKEN, CanaryProject

from nps_insights.jobs.admission import admit
from nps_insights.jobs.churn.flag_database import refuse_unreachable
from nps_insights.jobs.churn.settings import ChurnScoringSettings
from nps_insights.jobs.forgetting.search import contents_of
from nps_insights.jobs.settings.checked import checked
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.tables import NpsInsightsError

# What its owner wrote: the export, and the settings with the URLs.
GIVEN = ("data", "pipelines")
NOWHERE = [*PRIVATE, DATABASE_SECRET, TOKEN, KEY, *REAL_IDS]


def stands_in(data: bytes, text: str, name: str = "") -> bool:
    codings = [text.encode(one) for one in ("utf-8", "utf-16-le", "utf-16-be")]
    return any(coded.lower() in content.lower() for content in contents_of(data, name) for coded in codings)


def written(project: CanaryProject) -> list[Path]:
    files = [path for path in sorted(project.folder.rglob("*")) if path.is_file()]
    return [path for path in files if path.relative_to(project.folder).parts[0] not in GIVEN]


def test_the_runs_did_all_they_were_asked_for(canary_project: CanaryProject) -> None:
    names = {path.name for path in written(canary_project)}
    outputs = {
        "report.html",
        "report-cs.html",
        "report.xlsx",
        "report.md",
        "published.csv",
        "flags.db",
        "call_list.csv",
    }
    assert outputs | {"mlflow.db", f"{DATABASE_SECRET}.db"} <= names
    assert canary_project.said.count("ended 1") == 2, "what is not delivered is owed"


def test_the_canary_was_read(canary_project: CanaryProject) -> None:
    comments = pd.read_parquet(canary_project.folder / "runs" / "driver_report" / "tables" / "comments.parquet")
    texts = comments.loc[comments["text"].str.contains(PHRASE), "text"]
    assert len(texts) == 1
    # Its neighbours are there, so that the rest was taken out and not overlooked.
    assert "Write to" in texts.iloc[0]
    assert "my card is" in texts.iloc[0]


@pytest.mark.parametrize("secret", NOWHERE)
def test_no_file_and_no_log_holds_it(canary_project: CanaryProject, secret: str) -> None:
    assert secret not in canary_project.said
    holding = [path for path in written(canary_project) if stands_in(path.read_bytes(), secret, path.name)]
    assert holding == []


def test_a_comment_stays_in_the_run_folder(canary_project: CanaryProject) -> None:
    assert PHRASE not in canary_project.said
    folder = canary_project.folder
    told = [folder / "mlflow.db", folder / f"{DATABASE_SECRET}.db", *folder.rglob("manifest.json")]
    told += [path for part in ("mlartifacts", "models") for path in (folder / part).rglob("*") if path.is_file()]
    told += [*folder.rglob("summary.txt"), *folder.glob("runs/published*")]
    assert len(told) > 10
    assert [path for path in told if stands_in(path.read_bytes(), PHRASE, path.name)] == []


def test_mlflow_got_the_settings_with_their_secrets_masked(canary_project: CanaryProject) -> None:
    with closing(sqlite3.connect(canary_project.folder / "mlflow.db")) as connection:
        params = dict(connection.execute("SELECT key, value FROM params").fetchall())
    assert params["delivery.to"] == "['env:CANARY_DELIVERY', 'json://***']"
    assert params["output.database"] == "env:CANARY_DATABASE"


@pytest.mark.parametrize("field", ["score", "responded_at", "response_id", "csat"])
def test_no_error_quotes_a_comment(canary_project: CanaryProject, field: str) -> None:
    given = {
        "input": {"survey": str(canary_project.folder / "data" / "survey.csv")},
        "columns": {field: "Comment", **({} if field == "score" else {"score": "NPS"})},
        "output": {"models": str(canary_project.folder / "models")},
    }
    try:
        said = " ".join(admit(check_settings(given)).admission.notes)
    except NpsInsightsError as error:
        said = str(error)
    assert [text for text in [*PRIVATE, PHRASE] if text in said] == []


def test_no_error_tells_a_password(canary_project: CanaryProject) -> None:
    url = f"postgresql+nodriver://anna:{DATABASE_SECRET}@localhost:9/crm?token={TOKEN}"
    with pytest.raises(NpsInsightsError) as refused:
        refuse_unreachable(url)
    assert DATABASE_SECRET not in str(refused.value)
    assert TOKEN not in str(refused.value)
    with pytest.raises(NpsInsightsError) as wrong:
        checked(ChurnScoringSettings, {"input": {"survey": "a", "accounts": "b"}, "output": {"sql": [url]}})
    assert DATABASE_SECRET not in str(wrong.value)
