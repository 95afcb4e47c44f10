"""Malicious model folders: who runs what is planted in them? `python -m benchmarks.churn_malicious`.

Each folder began as a stored churn model and was then changed as somebody could who may write to where models are
kept. What is planted writes a marker file. MLflow's loader, with its defaults and in a process of its own per folder,
is the peer; ours gets the sha256 of the files that were stored and, a second time, those of the changed ones, as if
the attacker had written to the registry too. Where nothing could run (a swapped model, a tree that leads nowhere) the
question to the loader is whether it hands the model out.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.model import ChurnModel
from nps_insights.tables import DataRefusedError
from nps_insights.tracking.churn_files import file_hashes, read_churn_model, write_churn_files
from nps_insights.tracking.skops_files import skops_io

ROOT = Path(__file__).parents[1]
HEADER = ["planted", "MLflow's loader", "ours", "ours, hashes forged too"]
_NAMES = ("score/last", "answers/count", "theme/t01", "attribute/plan=Pro")


@dataclass(frozen=True)
class Attempt:
    """What came of one malicious folder.

    Attributes:
        attack: What was planted.
        mlflow_said: `ran it`, `handed it out`, or why not.
        ours_ran: Whether what was planted ran when our reader read the folder.
        ours_said: Why our reader refused it; empty where it did not.
        ours_said_with_its_own_hashes: The same, where the hashes were those of the changed files.
    """

    attack: str
    mlflow_said: str
    ours_ran: bool
    ours_said: str
    ours_said_with_its_own_hashes: str

    @property
    def mlflow_fooled(self) -> bool:
        """Whether MLflow's loader ran what was planted, or handed the model out."""
        return self.mlflow_said in ("ran it", "handed it out")

    @property
    def ours_refused(self) -> bool:
        """Whether our reader refused the folder."""
        return bool(self.ours_said)

    @property
    def ours_refused_with_its_own_hashes(self) -> bool:
        """Whether our reader refused the folder although the hashes were its own."""
        return bool(self.ours_said_with_its_own_hashes)


def small_model(kind: str, *, random_state: int = 0) -> ChurnModel:
    """Return a churn model of four features, trained on drawn accounts.

    Args:
        kind: `logistic_regression` or `hist_gradient_boosting`.
        random_state: Seed.
    """
    from sklearn.calibration import CalibratedClassifierCV

    from nps_insights.churn.training.candidates import linear_model, tree_model

    rng = np.random.default_rng(random_state)
    features = pd.DataFrame(rng.normal(size=(400, len(_NAMES))), columns=list(_NAMES))
    left = rng.random(400) < 1 / (1 + np.exp(features["score/last"]))
    features = features.mask(rng.random(features.shape) < 0.1)
    base = linear_model(1.0) if kind == "logistic_regression" else tree_model(5, random_state=0)
    classifier = CalibratedClassifierCV(base, method="sigmoid", cv=3, ensemble=False).fit(features, left)
    spec = FeatureSpec(_NAMES, themes={"t01": "outages"}, themes_version="themes@1", levels={"plan": ("Pro",)})
    about = {"trained_at": "2025-12-31", "n": 400, "n_churned": int(left.sum()), "base_rate": float(left.mean())}
    reference = {"score/last": {"edges": [0.0], "shares": [0.5, 0.4, 0.1]}}
    return ChurnModel(classifier, spec, 90, kind, dated=True, reference=reference, about=about)


class _Planted:
    """Whatever unpickles it writes the marker."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


def _pickle(folder: Path, marker: Path) -> None:
    _write_pickle(folder / "model.pkl", marker)
    _edit_mlmodel(folder, "sklearn", pickled_model="model.pkl", serialization_format="pickle")
    _edit_mlmodel(folder, "python_function", model_path="model.pkl")


def _path_outside(folder: Path, marker: Path) -> None:
    outside = folder.parent / "outside.pkl"
    _write_pickle(outside, marker)
    _edit_mlmodel(folder, "sklearn", pickled_model=str(outside), serialization_format="pickle")
    _edit_mlmodel(folder, "python_function", model_path="../outside.pkl")


def _loader_module(folder: Path, marker: Path) -> None:
    _write_pickle(folder / "python_model.pkl", marker)
    other = {"loader_module": "mlflow.pyfunc.model", "python_model": "python_model.pkl", "cloudpickle_version": "3"}
    _edit_mlmodel(folder, "python_function", **other)


def _code(folder: Path, marker: Path) -> None:
    # Found before the package of this name, as MLflow puts the folder first on the path.
    (folder / "code" / "skops").mkdir(parents=True)
    (folder / "code" / "skops" / "__init__.py").write_text(f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n")
    for flavor in ("sklearn", "python_function"):
        _edit_mlmodel(folder, flavor, code="code")


def _widened_types(folder: Path, marker: Path) -> None:
    plant_call(folder / "model.skops", [sys.executable, "-c", f"open({str(marker)!r}, 'w')"])
    _edit_mlmodel(folder, "sklearn", skops_trusted_types=["subprocess.check_output"])


def plant_call(file: Path, command: list[str]) -> None:
    """Make a skops file one whose reading runs a command, for a reader that trusts what it names.

    Args:
        file: A skops file.
        command: The command.
    """

    def called(schema: dict[str, Any]) -> dict[str, Any]:
        argument = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "is_json": True}
        arguments = {"__class__": "tuple", "__module__": "builtins", "__loader__": "TupleNode"}
        call = {"__class__": "check_output", "__module__": "subprocess", "__loader__": "ConstructorFromReduceNode"}
        content = arguments | {"content": [argument | {"content": json.dumps(command)}]}
        return call | {"content": content, "protocol": schema["protocol"]}

    packed = io.BytesIO()
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(packed, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, json.dumps(called(json.loads(content))) if name == "schema.json" else content)
    file.write_bytes(packed.getvalue())


def _wrong_hash(folder: Path, marker: Path) -> None:
    del marker
    other = folder.parent / "other"
    write_churn_files(small_model("hist_gradient_boosting", random_state=1), other)
    (other / "model.skops").replace(folder / "model.skops")


def _crafted_tree(folder: Path, marker: Path) -> None:
    import skops.io

    del marker
    file = folder / "model.skops"
    classifier = skops.io.load(file, trusted=skops.io.get_untrusted_types(file=file))
    # The root leads back to itself: whoever asks this tree waits forever.
    nodes = classifier.calibrated_classifiers_[0].estimator._predictors[0][0].nodes
    nodes["left"][0] = nodes["right"][0] = 0
    skops.io.dump(classifier, file)


ATTACKS: dict[str, Callable[[Path, Path], None]] = {
    "pickle": _pickle,
    "path outside": _path_outside,
    "loader_module": _loader_module,
    "code": _code,
    "widened types": _widened_types,
    "wrong hash": _wrong_hash,
    "crafted tree": _crafted_tree,
}


def _write_pickle(file: Path, marker: Path) -> None:
    import pickle

    file.write_bytes(pickle.dumps(_Planted(marker)))


def _edit_mlmodel(folder: Path, flavor: str, **values: object) -> None:
    import yaml

    told = yaml.safe_load((folder / "MLmodel").read_text())
    told["flavors"][flavor].update(values)
    (folder / "MLmodel").write_text(yaml.safe_dump(told))


def attempts(folder: Path) -> list[Attempt]:
    """Plant every attack, let both loaders read it, and return what came of each.

    Args:
        folder: An empty folder to work in.
    """
    write_churn_files(small_model("hist_gradient_boosting"), folder / "good")
    stored = file_hashes(folder / "good")
    planted = {attack: folder / str(number) / "model" for number, attack in enumerate(ATTACKS)}
    said: dict[str, list[str]] = {}
    ran: dict[str, bool] = {}
    for attack, place in planted.items():
        place.mkdir(parents=True)
        for file in (folder / "good").iterdir():
            (place / file.name).write_bytes(file.read_bytes())
        ATTACKS[attack](place, _marker(place))
        said[attack] = [_refusal(place, hashes) for hashes in (stored, file_hashes(place))]
        ran[attack] = _marker(place).exists()
        _marker(place).unlink(missing_ok=True)
    peer = in_mlflow(list(planted.values()))
    return [Attempt(attack, peer[place], ran[attack], *said[attack]) for attack, place in planted.items()]


def _marker(place: Path) -> Path:
    return place.parent / "ran"


def _refusal(folder: Path, hashes: dict[str, str]) -> str:
    try:
        read_churn_model(folder, hashes, "churn_risk@1")
    except DataRefusedError as error:
        return str(error)
    return ""


def in_mlflow(folders: list[Path]) -> dict[Path, str]:
    """Return what MLflow's loader did with each folder: `ran it`, `handed it out`, or the error."""
    command = [sys.executable, "-m", "benchmarks.churn_malicious", "--mlflow", *map(str, folders)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=300)
    errors = json.loads(done.stdout.strip().splitlines()[-1])
    return {
        folder: "ran it" if _marker(folder).exists() else errors[str(folder)] or "handed it out" for folder in folders
    }


def _load_in_forks(folders: list[str]) -> dict[str, str]:
    """Load each folder in a process of its own, which is a copy of this one: MLflow is imported once."""
    import mlflow.pyfunc
    import mlflow.sklearn

    errors = {}
    for folder in sorted(folders, key=lambda name: not (Path(name) / "code").exists()):
        if not (Path(folder) / "code").exists():
            # Once for all copies, but not for one that brings code of its own to be found in its place.
            skops_io()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            said = _first_error([partial(mlflow.pyfunc.load_model, folder), partial(mlflow.sklearn.load_model, folder)])
            os.write(write, said.encode()[:4096])
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as answer:
            errors[folder] = answer.read()
        os.waitpid(child, 0)
    return errors


def _first_error(loads: list[Callable[[], object]]) -> str:
    """Why neither way of loading gave a model; empty where one did."""
    said = []
    for load in loads:
        try:
            load()
        # Whatever a planted model does, the benchmark goes on.
        except BaseException as error:
            said.append(f"{type(error).__name__}: {error}".splitlines()[0])
        else:
            return ""
    return said[0]


def lines_of(found: list[Attempt]) -> list[str]:
    """Lines of the section: counts in one sentence, then a row per attack."""
    rows = [
        [one.attack, one.mlflow_said, *(_reason(said) for said in (one.ours_said, one.ours_said_with_its_own_hashes))]
        for one in found
    ]
    refused, ran = sum(one.ours_refused for one in found), sum(one.ours_ran for one in found)
    fooled = sum(one.mlflow_said == "ran it" for one in found)
    return [
        f"Ours refused {refused} of {len(found)} and ran {ran}; MLflow's loader ran what was planted in {fooled} (it "
        "asks that models be loaded from trusted sources only). A swapped model of the right make is told "
        "by its hash alone.",
        "",
        *markdown_table(HEADER, rows),
    ]


def _reason(said: str) -> str:
    """The finding of a refusal, without its frame and advice; "read" where there was none."""
    if not said:
        return "read"
    found = said.removeprefix("churn_risk@1 is refused: ").removeprefix("churn_risk@1: ").split(". ")[0]
    return "refused: " + found.split(", and a churn model")[0]


def main() -> None:
    """Print one markdown table and write it to the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mlflow", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--dry", action="store_true", help="print alone, leave the results as they are")
    given = parser.parse_args()
    if given.mlflow:
        print(json.dumps(_load_in_forks(given.mlflow)))
        return
    with tempfile.TemporaryDirectory() as folder:
        found = attempts(Path(folder))
    lines = [*__doc__.split("\n\n")[1:], "", *lines_of(found)]
    print("\n".join(lines))
    if not given.dry:
        packages = ["nps-insights", "mlflow", "skops", "scikit-learn"]
        write_section(
            "Malicious model folders", command="python -m benchmarks.churn_malicious", packages=packages, lines=lines
        )


if __name__ == "__main__":
    main()
