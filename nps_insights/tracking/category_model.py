"""The category model as versions of one registered MLflow model, stored without pickle."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nps_insights.tables import CATEGORIES, DataRefusedError
from nps_insights.tracking.runs import TrackedRun
from nps_insights.tracking.skops_files import MODEL_FILE, figures, read_skops, save_sklearn
from nps_insights.tracking.versions import fetched, register

if TYPE_CHECKING:
    from mlflow.models import ModelSignature
    from sklearn.pipeline import Pipeline

CATEGORY_MODEL = "nps_category"
_WHAT = "category model"
# All that the pipeline holds beyond what skops trusts of itself: the type of a column, and a dict with attributes.
_TRUSTED = ("numpy.dtype", "sklearn.utils._bunch.Bunch")


def log_category_model(
    run: TrackedRun, pipeline: "Pipeline", read: pd.DataFrame, scores: pd.DataFrame, *, name: str = CATEGORY_MODEL
) -> str:
    """Register a category model as the next version of the MLflow model `name`; return `name@version`.

    MLflow's own `pyfunc` gives the probabilities of detractor, passive and promoter. The scores become metrics of the
    run, such as `category/themes_and_attributes/log_loss`, with `_low` and `_high` beside each.

    Args:
        run: The open run that made the fit.
        pipeline: Fitted, of the drivers' `fit_category_model`.
        read: What it reads, for the names and kinds of its columns; no row of it is stored.
        scores: Table `category_scores`.
        name: Name of the registered model.

    Raises:
        DataRefusedError: The pipeline holds types that would not be loaded again, or MLflow refuses the name.
    """
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "model"
        save_sklearn(pipeline, packed, signature=_signature(read), trusted=_TRUSTED, what=_WHAT)
        description = "Detractor, passive or promoter, from themes and attributes."
        version = register(run, packed, name=name, model_type="classifier", description=description)
    run.log_figures(figures(scores, "category"))
    return version


def load_category_model(tracking_uri: str, named: str) -> "Pipeline":
    """Return a stored category model; nothing in its file is run, and types other than its own are refused.

    Args:
        tracking_uri: MLflow's tracking URI.
        named: `name@version` such as `nps_category@3`, or `name@alias` such as `nps_category@champion`.

    Raises:
        SettingsError: There is no such database, model, version or alias.
        DataRefusedError: The version is no category model, or its file holds types that are not trusted.
    """
    with tempfile.TemporaryDirectory() as folder:
        local = fetched(tracking_uri, named, Path(folder), setting="category model")
        return read_category_model(local / MODEL_FILE, named)


def read_category_model(file: Path, named: str) -> "Pipeline":
    """Return the category model of a skops file.

    Args:
        file: The file.
        named: What messages call it.

    Raises:
        DataRefusedError: There is no such file, or it holds types that are not trusted.
    """
    from sklearn.pipeline import Pipeline

    model = read_skops(file, named, trusted=_TRUSTED, what=_WHAT)
    if not isinstance(model, Pipeline) or list(getattr(model, "classes_", ())) != list(CATEGORIES):
        raise DataRefusedError(f"{named}: is no classifier of {', '.join(CATEGORIES)}; name another version.")
    return model


def _signature(read: pd.DataFrame) -> "ModelSignature":
    """Explicit, since MLflow would guess that of `predict`; a missing attribute value is allowed, a theme's is not."""
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec

    kinds = {
        name: DataType.double if pd.api.types.is_numeric_dtype(read[name]) else DataType.string for name in read.columns
    }
    return ModelSignature(
        Schema([ColSpec(kind, str(name)) for name, kind in kinds.items()]),
        Schema([TensorSpec(np.dtype("float64"), (-1, len(CATEGORIES)))]),
    )
