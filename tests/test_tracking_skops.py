import json
import subprocess
import sys

from sklearn.utils import all_estimators
from skops.io._utils import get_type_name


def test_skops_comes_without_torch_and_trusts_all_estimators() -> None:
    code = (
        "import json, sys; from nps_insights.tracking.skops_files import skops_io; skops_io(); "
        "from skops.io._trusted_types import SKLEARN_ESTIMATOR_TYPE_NAMES as names; "
        "held_out = [name for name, module in sys.modules.items() if module is None and 'torch' in name]; "
        "print(json.dumps(['torch' in sys.modules, held_out, sorted(names)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    torch_loaded, held_out, names = json.loads(done.stdout)
    assert not torch_loaded
    assert not held_out, "torch can be imported later"
    known = [get_type_name(estimator) for _, estimator in all_estimators()]
    assert names == sorted(name for name in known if name.startswith("sklearn."))
