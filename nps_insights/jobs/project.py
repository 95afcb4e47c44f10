"""Lay out a project: models, pipelines and notebooks, as the repository of nps-insights itself is laid out."""

import shutil
from pathlib import Path

from nps_insights.tables import SettingsError

_PARTS = ("models", "pipelines", "notebooks")
# Customers' words and run folders stay out of version control.
_GITIGNORE = "data/\nruns/\n.cache/\nmlflow.db\nmlartifacts/\n"
_IGNORED = shutil.ignore_patterns(".*", "__pycache__")


def template_folder() -> Path:
    """Return where the project template lies: in the wheel under the package, in a checkout at its top.

    Raises:
        SettingsError: Neither is there; the installation is broken.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "templates", package.parent):
        if all((folder / part).is_dir() for part in _PARTS):
            return folder
    raise SettingsError(f"{package}: the project template is missing; install nps-insights again")


def init_project(folder: Path) -> list[Path]:
    """Write the template of a project into `folder`.

    Args:
        folder: A folder that is empty or does not exist.

    Returns:
        The files written.

    Raises:
        SettingsError: The folder holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError(f"{folder}: is not empty; name a new folder for the project")
    template = template_folder()
    for part in _PARTS:
        shutil.copytree(template / part, folder / part, ignore=_IGNORED)
    (folder / ".gitignore").write_text(_GITIGNORE, encoding="utf-8")
    return sorted(path for path in folder.rglob("*") if path.is_file())
