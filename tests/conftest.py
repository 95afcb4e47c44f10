"""What several test files share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data; tests that need it say so and skip where it is absent."""
    folder = Path(os.environ.get("NPS_INSIGHTS_DATA", Path(__file__).parents[1] / ".." / "shared" / "data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"real data is absent: no folder {folder}; name one with NPS_INSIGHTS_DATA")
    return folder
