"""The files of a stored churn model: exactly these, of these bytes, and nothing in them is ever run.

Whoever can write into the folder of a stored model must not be able to run code where it is read. So a model is read
by its own short list of files and types, never by what the folder says of itself; MLflow's loader, which follows the
folder, is not called.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.model import ChurnModel
from nps_insights.tables import DataRefusedError
from nps_insights.tracking.churn_structure import TRUSTED, read_classifier
from nps_insights.tracking.skops_files import MODEL_FILE, save_sklearn

if TYPE_CHECKING:
    from mlflow.models import ModelSignature

WHAT = "churn model"
ABOUT_FILE = "churn.json"
LAYOUT = ("MLmodel", ABOUT_FILE, "conda.yaml", MODEL_FILE, "python_env.yaml", "requirements.txt")
# MLflow leaves it in the folder of a model that it serves from there; nothing reads it here.
_LEFT_BY_MLFLOW = "registered_model_meta"
_ABOUT = ("spec", "horizon_days", "kind", "dated", "reference", "about")
# What decides in `MLmodel` which code MLflow runs on which file.
_FLAVORS: dict[str, dict[str, Any]] = {
    "python_function": {
        "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
        "loader_module": "mlflow.sklearn",
        "model_path": MODEL_FILE,
        "predict_fn": "predict_proba",
    },
    "sklearn": {"code": None, "pickled_model": MODEL_FILE, "serialization_format": "skops"},
}
_FREE = {"python_function": {"python_version"}, "sklearn": {"sklearn_version", "skops_trusted_types"}}


def write_churn_files(model: ChurnModel, packed: Path) -> dict[str, str]:
    """Write the folder of a churn model, and return the sha256 of each of its files by name.

    Args:
        model: What training made.
        packed: The folder to make.

    Raises:
        DataRefusedError: The model holds what would not be read again.
    """
    metadata = {"predictions": ["stays", "leaves"], "horizon_days": model.horizon_days}
    save_sklearn(
        model.classifier,
        packed,
        signature=_signature(model.spec),
        trusted=TRUSTED,
        what=WHAT,
        metadata=metadata,
    )
    (packed / ABOUT_FILE).write_text(_about_text(model), encoding="utf-8")
    hashes = file_hashes(packed)
    # What could not be read again is found now rather than on the night it is needed.
    read_churn_model(packed, hashes, "the churn model")
    return hashes


def file_hashes(folder: Path) -> dict[str, str]:
    """Return the sha256 of each file of a stored churn model by name."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in LAYOUT}


def read_churn_model(folder: Path, expected: Mapping[str, str], named: str) -> ChurnModel:
    """Return the churn model of a folder, after everything that could run code or mislead has been ruled out.

    Args:
        folder: Where the files lie.
        expected: The sha256 of each file by name, from the registry rather than from the folder.
        named: What messages call the model, such as `churn_risk@3`.

    Raises:
        DataRefusedError: The folder is anything but the one that was stored: other files, folders, links, other
            bytes, another loader, other types, or a classifier of another make.

    Example:
        >>> read_churn_model(Path("gone"), {}, "churn_risk@1")
        Traceback (most recent call last):
        ...
        nps_insights.tables.errors.DataRefusedError: churn_risk@1 is refused: gone is no folder. Nothing of it was \
run; train and store the model again.
    """
    _refuse_other_layout(folder, named)
    # Read once, so that what was compared is what is used.
    given = {name: (folder / name).read_bytes() for name in LAYOUT}
    _refuse_other_bytes(given, expected, named)
    _refuse_other_loader(given["MLmodel"], named)
    about = _read_about(given[ABOUT_FILE], named)
    spec = _spec(about.pop("spec"), named)
    classifier = read_classifier(given[MODEL_FILE], named, names=spec.names, kind=about["kind"])
    return ChurnModel(classifier, spec, **about)


def _refuse_other_layout(folder: Path, named: str) -> None:
    if folder.is_symlink() or not folder.is_dir():
        raise _refused(named, f"{folder.name} is no folder")
    found = sorted(folder.iterdir())
    for entry in found:
        if entry.is_symlink():
            raise _refused(named, f"{entry.name} is a link, which may lead out of the folder")
        if not entry.is_file():
            raise _refused(named, f"it holds the folder {entry.name}, and a {WHAT} has none (nor any code)")
    unknown = sorted({entry.name for entry in found} - {*LAYOUT, _LEFT_BY_MLFLOW})
    if unknown:
        raise _refused(named, f"it holds {', '.join(unknown)}, and a {WHAT} consists of {', '.join(LAYOUT)} alone")
    missing = sorted(set(LAYOUT) - {entry.name for entry in found})
    if missing:
        raise _refused(named, f"it holds no {', '.join(missing)}")


def _refuse_other_bytes(given: Mapping[str, bytes], expected: Mapping[str, str], named: str) -> None:
    for name, content in given.items():
        stored = expected.get(name)
        if stored is None:
            raise _refused(named, f"the registry has no sha256 of {name}, so it was not stored by nps-insights")
        if hashlib.sha256(content).hexdigest() != stored:
            raise _refused(named, f"{name} is not the file that was stored: its sha256 is not that of the registry")


def _refuse_other_loader(content: bytes, named: str) -> None:
    import yaml  # type: ignore[import-untyped]

    try:
        given = yaml.safe_load(content)["flavors"]
        flavors = {name: dict(values) for name, values in given.items()}
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError):
        raise _refused(named, "MLmodel is no description of a model") from None
    if sorted(flavors) != sorted(_FLAVORS):
        raise _refused(named, f"MLmodel names the flavors {', '.join(sorted(flavors))}, not {', '.join(_FLAVORS)}")
    widened = set(flavors["sklearn"].get("skops_trusted_types") or ()) - set(TRUSTED)
    if widened:
        raise _refused(named, f"MLmodel would trust the types {', '.join(sorted(widened))}")
    for flavor, wanted in _FLAVORS.items():
        found = {key: value for key, value in flavors[flavor].items() if key not in _FREE[flavor]}
        for key in sorted(found.keys() | wanted.keys()):
            if found.get(key) != wanted.get(key):
                raise _refused(named, f"MLmodel has {key} == {found.get(key)!r}, not {wanted.get(key)!r}")


def _about_text(model: ChurnModel) -> str:
    about = {name: getattr(model, name) for name in _ABOUT} | {"spec": asdict(model.spec)}
    try:
        return json.dumps(about, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    except (TypeError, ValueError) as error:
        raise DataRefusedError(
            f"the {WHAT} is not stored: `reference` and `about` must hold what JSON can ({error})."
        ) from None


def _read_about(content: bytes, named: str) -> dict[str, Any]:
    try:
        about = dict(json.loads(content))
    except (ValueError, TypeError):
        raise _refused(named, f"{ABOUT_FILE} is damaged") from None
    if sorted(about) != sorted(_ABOUT):
        raise _refused(named, f"{ABOUT_FILE} holds {', '.join(sorted(about))}, not {', '.join(sorted(_ABOUT))}")
    kinds = {"spec": dict, "horizon_days": int, "kind": str, "dated": bool, "reference": dict, "about": dict}
    odd = [name for name, kind in kinds.items() if not isinstance(about[name], kind)]
    if odd:
        raise _refused(named, f"{ABOUT_FILE} has another kind of value in {', '.join(odd)}")
    return about


def _spec(given: dict[str, Any], named: str) -> FeatureSpec:
    try:
        return FeatureSpec.from_json(json.dumps(given))
    except (KeyError, TypeError, AttributeError) as error:
        raise _refused(named, f"{ABOUT_FILE} holds no features that can be read ({error})") from None


def _refused(named: str, found: str) -> DataRefusedError:
    return DataRefusedError(f"{named} is refused: {found}. Nothing of it was run; train and store the model again.")


def _signature(spec: FeatureSpec) -> "ModelSignature":
    """Explicit, since MLflow would guess that of `predict`; every feature must be given and may be missing (null)."""
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec

    return ModelSignature(
        Schema([ColSpec(DataType.double, name) for name in spec.names]),
        Schema([TensorSpec(np.dtype("float64"), (-1, 2))]),
    )
