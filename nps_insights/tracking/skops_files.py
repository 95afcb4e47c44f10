"""scikit-learn models in files that run nothing when they are read: skops, with lists of types of our own."""

import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pandas as pd

from nps_insights.tables import DataRefusedError
from nps_insights.tracking.runs import quiet
from nps_insights.tracking.versions import pinned

if TYPE_CHECKING:
    from mlflow.models import ModelSignature

MODEL_FILE = "model.skops"
_PACKAGES = ("scikit-learn", "skops", "numpy", "scipy", "pandas")
_LOADS_TORCH = "sklearn.externals.array_api_compat.torch"


def skops_io() -> ModuleType:
    """Return `skops.io`, imported without torch.

    To list the types that it trusts, skops imports all of scikit-learn, of which one module loads torch: two seconds of
    every cold start, for nothing that a file here holds. The list is the same without, and torch can be imported later.

    Example:
        >>> skops_io().__name__
        'skops.io'
    """
    held_out = "torch" not in sys.modules and _LOADS_TORCH not in sys.modules
    if held_out:
        # Python's own mark of a module that is not to be had.
        sys.modules[_LOADS_TORCH] = None  # type: ignore[assignment]
    try:
        import skops.io
    finally:
        if held_out:
            del sys.modules[_LOADS_TORCH]
    return skops.io


def save_sklearn(
    model: Any,
    packed: Path,
    *,
    signature: "ModelSignature",
    trusted: Sequence[str],
    what: str,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Write an MLflow model whose `pyfunc` gives the probabilities of a fitted classifier.

    Args:
        model: Fitted, of scikit-learn's own parts.
        packed: The folder to make.
        signature: Of its `predict_proba`.
        trusted: Types that it may hold beyond what skops trusts of itself.
        what: What messages call it, such as `category model`.
        metadata: What the file `MLmodel` says of it besides.

    Raises:
        DataRefusedError: The model holds types that would not be loaded again.
    """
    skops_io()
    with quiet():
        import mlflow.sklearn
        from mlflow.exceptions import MlflowException

        try:
            mlflow.sklearn.save_model(
                model,
                packed,
                serialization_format="skops",
                skops_trusted_types=list(trusted),
                signature=signature,
                pip_requirements=pinned(*_PACKAGES),
                pyfunc_predict_fn="predict_proba",
                metadata=metadata,
            )
        except MlflowException as error:
            raise DataRefusedError(
                f"the {what} is not stored, as it could not be loaded again without running code: {error} "
                "Give one of scikit-learn's own parts alone, as training makes it."
            ) from error


def read_skops(file: Path, named: str, *, trusted: Sequence[str], what: str) -> Any:
    """Return what a skops file holds, where it holds nothing but trusted types.

    MLflow's own loader trusts whatever types the stored model says are to be trusted; this one has its own list.

    Args:
        file: The file.
        named: What messages call it.
        trusted: Types that it may hold beyond what skops trusts of itself.
        what: The kind of model, such as `category model`.

    Raises:
        DataRefusedError: There is no such file, it is damaged, or it holds types that are not trusted.
    """
    if not file.is_file():
        raise DataRefusedError(
            f"{named}: holds no {file.name}, so it is no {what} that nps-insights stored; name another version."
        )
    skops = skops_io()
    try:
        foreign = sorted(set(skops.get_untrusted_types(file=file)) - set(trusted))
        refuse_foreign(foreign, named, what=what)
        return skops.load(file, trusted=list(trusted))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DataRefusedError(
            f"{named}: {file.name} is damaged ({type(error).__name__}: {error}); store the model again."
        ) from None


def refuse_foreign(foreign: Sequence[str], named: str, *, what: str) -> None:
    """Refuse a file for the types it holds; nothing to refuse where `foreign` is empty.

    Raises:
        DataRefusedError: `foreign` names types.
    """
    if foreign:
        raise DataRefusedError(
            f"{named}: holds types that a {what} does not need ({', '.join(foreign)}); loading them could run "
            "code, so it is refused. Train the model again."
        )


def figures(scores: pd.DataFrame, prefix: str) -> dict[str, float]:
    """Return the figures of a table as metrics of a run: estimates by name, with `_low` and `_high` beside each.

    Args:
        scores: model, metric, estimate, conf_low, conf_high.
        prefix: What the names begin with.

    Example:
        >>> one = {"model": ["themes"], "metric": "auc", "estimate": 0.8, "conf_low": 0.7, "conf_high": 0.9}
        >>> figures(pd.DataFrame(one), "category")
        {'category/themes/auc': 0.8, 'category/themes/auc_low': 0.7, 'category/themes/auc_high': 0.9}
    """
    ends = {"estimate": "", "conf_low": "_low", "conf_high": "_high"}
    return {
        f"{prefix}/{row.model}/{row.metric}{end}": getattr(row, column)
        for row in scores.itertuples()
        for column, end in ends.items()
    }
