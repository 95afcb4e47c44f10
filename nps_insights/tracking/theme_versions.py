"""Theme models as versions of one registered MLflow model: written by a run, read by name and version."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nps_insights.tables import SettingsError
from nps_insights.themes import FittedThemes, load_themes, save_themes, themes_fingerprint
from nps_insights.tracking.runs import TrackedRun, quiet
from nps_insights.tracking.versions import fetched, is_named, pinned, register

if TYPE_CHECKING:
    from mlflow.models import ModelSignature

REGISTERED = "themes"
_PACKAGES = ("nps-insights", "torch", "sentence-transformers", "scikit-learn", "numpy", "pandas", "safetensors")


def log_themes(run: TrackedRun, fitted: FittedThemes, *, name: str = REGISTERED) -> str:
    """Register a fit as the next version of the MLflow model `name`; return `name@version`.

    The model is a pyfunc whose code is a file of this package, with safetensors and JSON beside it.

    Args:
        run: The open run that made the fit.
        fitted: What to store; no comment is in it.
        name: Name of the registered model.
    """
    with quiet():
        import mlflow.pyfunc

    with tempfile.TemporaryDirectory() as folder:
        saved, packed = Path(folder) / "themes", Path(folder) / "model"
        save_themes(fitted, saved)
        with quiet():
            mlflow.pyfunc.save_model(
                packed,
                python_model=str(Path(__file__).with_name("theme_pyfunc.py")),
                artifacts={"themes": str(saved)},
                signature=_signature(),
                pip_requirements=pinned(*_PACKAGES),
            )
        return register(run, packed, name=name, model_type="themes", description="Themes of customers' comments.")


def load_theme_version(tracking_uri: str, named: str, *, setting: str = "themes start") -> tuple[FittedThemes, str]:
    """Return a stored fit and the fingerprint of its files.

    Args:
        tracking_uri: MLflow's tracking URI.
        named: `name@version` such as `themes@3`, `name@alias` such as `themes@champion`, or a folder that
            `save_themes` wrote.
        setting: What the user calls the argument, for messages.

    Raises:
        SettingsError: `named` is neither, or there is no such model, version or alias.
        DataRefusedError: The stored files are not those that were written.
    """
    if Path(named).is_dir():
        return load_themes(Path(named)), themes_fingerprint(Path(named))
    if not is_named(named):
        raise SettingsError(
            f"{setting}: {named!r} is no folder here and no stored version such as 'themes@3'; give one of the two. "
            "`nps-insights themes fit` writes the folder."
        )
    with tempfile.TemporaryDirectory() as folder:
        local = fetched(tracking_uri, named, Path(folder), setting=setting)
        return load_themes(local / "artifacts" / "themes"), themes_fingerprint(local / "artifacts" / "themes")


def _signature() -> "ModelSignature":
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    needed = {"comment_id": True, "text": True, "question": False}
    returned = [
        *((one, DataType.string) for one in ("comment_id", "segment_id", "text", "theme_id", "label")),
        *((one, DataType.double) for one in ("strength", "tone")),
    ]
    return ModelSignature(
        Schema([ColSpec(DataType.string, name, required=must) for name, must in needed.items()]),
        Schema([ColSpec(kind, name) for name, kind in returned]),
    )
