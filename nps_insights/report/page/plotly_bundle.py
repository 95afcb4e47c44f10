"""The script that draws the charts: plotly's basic bundle as the build fetched it, byte for byte as pinned."""

import hashlib
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from nps_insights.tables import MissingExtraError

_AGAIN = "python scripts/fetch_pinned.py nps_insights/report/bundle/pin.toml"


@dataclass(frozen=True)
class ChartScript:
    """The bundle as it stands in a page.

    Attributes:
        text: The script.
        licence: Its licence, whole.
        credit: What it is, whose, and under which licence, in a line.
    """

    text: str
    licence: str
    credit: str


def chart_script() -> ChartScript:
    """Return the script that draws the charts.

    Returns:
        The script with its licence.

    Raises:
        MissingExtraError: It is not there, or not the one that this version was tested with.

    Example:
        >>> chart_script().credit.startswith("Charts drawn by plotly.js 3.")
        True
    """
    pin = tomllib.loads(files("nps_insights.report").joinpath("bundle", "pin.toml").read_text(encoding="utf-8"))
    (script, licence), version = (_pinned(name, digest) for name, digest in pin["sha256"].items()), pin["version"]
    holder = next(line for line in licence.splitlines() if line.startswith("Copyright")).removeprefix("Copyright (c) ")
    name = licence.splitlines()[0].replace("License", "licence")
    return ChartScript(script, licence, f"Charts drawn by plotly.js {version} (basic bundle), © {holder}, {name}.")


def _pinned(name: str, digest: str) -> str:
    file = files("nps_insights.report").joinpath("bundle", name)
    if not file.is_file():
        raise MissingExtraError(
            f"{name}, which draws the report's charts, is not there: the build step of nps-insights did not run; "
            f"install it again, or in the source tree run: {_AGAIN}"
        )
    content = file.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise MissingExtraError(
            f"{name}, which draws the report's charts, is not the one that was pinned (sha256 {found}, not {digest}): "
            f"install nps-insights again, or in the source tree run: {_AGAIN}"
        )
    return content.decode("utf-8")
