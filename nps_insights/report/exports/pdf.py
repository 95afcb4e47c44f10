"""A page on paper: the report as PDF, printed by a Chromium that is installed."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from nps_insights.tables import MissingExtraError, SettingsError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_FLAGS = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--no-pdf-header-footer", "--generate-pdf-document-outline",
    # Its own services ask for their makers' machines all the same; here they find none.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
_MOST_SECONDS = 180
# Of the same length, so that the file's table of positions stays true.
_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")
_NO_DATE = rb"/\1 (D:20000101000000"


def find_browser() -> str:
    """Return the path of the Chromium that prints.

    Raises:
        MissingExtraError: None of `BROWSERS` is on the path.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise MissingExtraError(
            f"a PDF is printed by Chromium, and none of {', '.join(BROWSERS)} is on the path; "
            "install Chromium, or leave the PDF out and print report.html from any browser"
        )
    return found


def write_pdf(page: Path, out: Path) -> None:
    """Print a page of ours as PDF: always light, with its chapters as bookmarks. Equal pages give equal files.

    Args:
        page: HTML file, as `render_report` writes it.
        out: PDF file; it is not there, or whole.

    Raises:
        MissingExtraError: No Chromium is installed.
        SettingsError: Chromium gave no PDF.
    """
    browser = find_browser()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        printed = Path(folder) / "report.pdf"
        command = [browser, *_FLAGS, *_as_root(), f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}"]
        try:
            done = subprocess.run(
                [*command, page.resolve().as_uri()], capture_output=True, text=True, timeout=_MOST_SECONDS, check=False
            )
            told = done.stderr.strip().splitlines()[-1:] or ["nothing was said"]
        except subprocess.TimeoutExpired:
            told = [f"no answer within {_MOST_SECONDS} s"]
        if not printed.is_file():
            raise SettingsError(f"{browser} printed no PDF of {page.name} ({told[0]}); leave the PDF out, or mend it")
        out.write_bytes(_DATE.sub(_NO_DATE, printed.read_bytes()))


def _as_root() -> list[str]:
    """Chromium does not start for root with its sandbox; the page runs nothing but our own script either way."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
