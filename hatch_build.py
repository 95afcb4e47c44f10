"""The build fetches the script that draws the charts; without it there is no wheel and no editable install."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FetchCharts(BuildHookInterface):
    """Puts the pinned chart script and its licence into the package before it is packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is not there as pinned.

        Args:
            version: Kind of the build; every kind needs the script.
            build_data: What hatchling passes on; unchanged.
        """
        root = Path(self.root)
        sys.path.insert(0, str(root / "scripts"))
        from fetch_pinned import PinError, fetch_pinned

        try:
            fetch_pinned(root / "nps_insights" / "report" / "bundle" / "pin.toml")
        except PinError as error:
            self.app.abort(str(error))
