"""The category model as versions of one registered MLflow model, stored without pickle."""

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nps_insights.tables import CATEGORIES, DataRefusedError
from nps_insights.tracking.runs import TrackedRun, quiet
from nps_insights.tracking.versions import fetched, pinned, register

if TYPE_CHECKING:
    from mlflow.models import ModelSignature
    from sklearn.pipeline import Pipeline

CATEGORY_MODEL = "nps_category"
_PACKAGES = ("scikit-learn", "skops", "numpy", "scipy", "pandas")
_FILE = "model.skops"
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
        _save(pipeline, packed, read)
        description = "Detractor, passive or promoter, from themes and attributes."
        version = register(run, packed, name=name, model_type="classifier", description=description)
    run.log_figures(_figures(scores))
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
        return read_category_model(local / _FILE, named)


def read_category_model(file: Path, named: str) -> "Pipeline":
    """Return the category model of a skops file.

    MLflow's own loader trusts whatever types the stored model says are to be trusted; this one has its own list.

    Args:
        file: The file.
        named: What messages call it.

    Raises:
        DataRefusedError: There is no such file, or it holds types that are not trusted.
    """
    import skops.io
    from sklearn.pipeline import Pipeline

    if not file.is_file():
        raise DataRefusedError(
            f"{named}: holds no {_FILE}, so it is no category model that nps-insights stored; name another version."
        )
    try:
        foreign = sorted(set(skops.io.get_untrusted_types(file=file)) - set(_TRUSTED))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DataRefusedError(
            f"{named}: {_FILE} is damaged ({type(error).__name__}: {error}); store the model again."
        ) from None
    if foreign:
        raise DataRefusedError(
            f"{named}: holds types that a category model does not need ({', '.join(foreign)}); loading them could run "
            "code, so it is refused. Train the model again."
        )
    model = skops.io.load(file, trusted=list(_TRUSTED))
    if not isinstance(model, Pipeline) or list(getattr(model, "classes_", ())) != list(CATEGORIES):
        raise DataRefusedError(f"{named}: is no classifier of {', '.join(CATEGORIES)}; name another version.")
    return model


def _save(pipeline: "Pipeline", packed: Path, read: pd.DataFrame) -> None:
    with quiet():
        import mlflow.sklearn
        from mlflow.exceptions import MlflowException

        try:
            mlflow.sklearn.save_model(
                pipeline,
                packed,
                serialization_format="skops",
                skops_trusted_types=list(_TRUSTED),
                signature=_signature(read),
                pip_requirements=pinned(*_PACKAGES),
                pyfunc_predict_fn="predict_proba",
            )
        except MlflowException as error:
            raise DataRefusedError(
                f"the category model is not stored, as it could not be loaded again without running code: {error} "
                "Give a pipeline of `category_model`, of scikit-learn's own parts alone."
            ) from error


def _figures(scores: pd.DataFrame) -> dict[str, float]:
    ends = {"estimate": "", "conf_low": "_low", "conf_high": "_high"}
    return {
        f"category/{row.model}/{row.metric}{end}": getattr(row, column)
        for row in scores.itertuples()
        for column, end in ends.items()
    }


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
