"""The churn model as versions of one registered MLflow model, stored without pickle and read without running code."""

import hashlib
import tempfile
from pathlib import Path

import pandas as pd

from nps_insights.churn.model import ChurnModel
from nps_insights.tracking.churn_files import WHAT, read_churn_model, write_churn_files
from nps_insights.tracking.runs import TrackedRun
from nps_insights.tracking.skops_files import figures
from nps_insights.tracking.versions import fetched_version, register, stored_version

CHURN_MODEL = "churn_risk"
_SHA256 = "sha256."


def log_churn_model(
    run: TrackedRun, model: ChurnModel, scores: pd.DataFrame, *, name: str = CHURN_MODEL, simulated: bool = False
) -> str:
    """Register a churn model as the next version of the MLflow model `name`; return `name@version`.

    MLflow's own `pyfunc`, and so `mlflow models serve`, reads every feature of the spec as a number or null and gives
    two probabilities per account: that it stays, and that it leaves within the horizon. The version is tagged with the
    sha256 of each of its files (`sha256.model.skops`, ...), `spec_hash`, `horizon_days`, `kind`, `dated`, `simulated`
    and what the chosen model scored on the last part it was judged on (`out_of_time.log_loss`, ...). The scores
    become metrics of the run, such as `churn/out_of_time/chosen/log_loss`, with `_low` and `_high` beside each.

    Args:
        run: The open run that trained it.
        model: What training made; no row of an account is in it.
        scores: Table `churn_scores`; rows by group are left out.
        name: Name of the registered model.
        simulated: Whether the accounts were generated.

    Raises:
        DataRefusedError: The model holds what would not be read again, or MLflow refuses the name.
    """
    whole = scores[scores["by"] == ""]
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "model"
        hashes = write_churn_files(model, packed)
        tags = {f"{_SHA256}{file}": digest for file, digest in hashes.items()}
        tags |= {"spec_hash": spec_hash(model), "simulated": str(simulated).lower(), **_tags(model, whole)}
        description = "P(an account stays), P(it leaves within the horizon), from what was known of it before a day."
        version = register(run, packed, name=name, model_type="classifier", description=description, tags=tags)
    for part, of_part in whole.groupby("part"):
        run.log_figures(figures(of_part, f"churn/{part}"))
    return version


def load_churn_model(tracking_uri: str, named: str) -> ChurnModel:
    """Return a stored churn model; nothing in its files is run, and anything but what was stored is refused.

    Args:
        tracking_uri: MLflow's tracking URI.
        named: `name@version` such as `churn_risk@3`, or `name@alias` such as `churn_risk@champion`.

    Raises:
        SettingsError: There is no such database, model, version or alias.
        DataRefusedError: The version is no churn model, its files are not those that were stored, or they hold what a
            churn model does not need.
    """
    stored = stored_version(tracking_uri, named, setting=WHAT)
    expected = {tag.removeprefix(_SHA256): value for tag, value in stored.tags.items() if tag.startswith(_SHA256)}
    with tempfile.TemporaryDirectory() as folder:
        local = fetched_version(tracking_uri, stored, Path(folder))
        return read_churn_model(local, expected, f"{stored.name}@{stored.version}")


def spec_hash(model: ChurnModel) -> str:
    """Return the sha256 of which features a model reads and how they are built: the same for the same features.

    Args:
        model: Of which only the spec counts.
    """
    return hashlib.sha256(model.spec.to_json().encode()).hexdigest()


def _tags(model: ChurnModel, scores: pd.DataFrame) -> dict[str, str]:
    facts = {"horizon_days": model.horizon_days, "kind": model.kind, "dated": str(model.dated).lower()}
    facts["themes_version"] = model.spec.themes_version
    part = model.about.get("evaluated_by", "out_of_time" if model.dated else "cross_validation")
    judged = scores[(scores["model"] == "chosen") & (scores["part"] == part)].dropna(subset="estimate")
    facts |= {f"{part}.{row.metric}": f"{row.estimate:.6g}" for row in judged.itertuples()}
    return {name: str(value) for name, value in facts.items() if value != ""}
