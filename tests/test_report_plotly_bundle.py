"""The script of the charts: fetched as pinned, refused when missing or changed, and small enough to send."""

import io
import shutil
import sys
import tarfile
from importlib.resources import files
from pathlib import Path

import pytest
from report_driver_tables import whole_example
from report_tables import facts_example

from nps_insights.report import chart_script, render_report
from nps_insights.tables import MissingExtraError

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))
from fetch_pinned import PinError, fetch_pinned  # noqa: E402

BUNDLE = ROOT / "nps_insights" / "report" / "bundle"
MOST_BYTES = 2_000_000
PIN = """package = "somebody"\nversion = "1.0.0"\n[sha256]\n"said.txt" = "{digest}"\n"""
HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(whole_example(), facts_example())


def test_the_page_carries_script_and_licence(page: str) -> None:
    script = chart_script()
    assert script.text in page
    assert script.licence in page
    assert "MIT" in script.credit
    assert script.credit in page


def test_the_page_without_its_data_is_small(page: str) -> None:
    data = page.partition('id="chart-data">')[2].partition("</script>")[0]
    body = page.partition("<main>")[2].partition("</main>")[0]
    assert len(page.encode()) - len(data.encode()) - len(body.encode()) < MOST_BYTES


@pytest.mark.parametrize("harm", ["missing", "changed"])
@pytest.mark.parametrize("name", ["plotly-basic.min.js", "LICENSE"])
def test_another_script_is_refused_with_the_command(
    harm: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(files("nps_insights.report").joinpath("bundle"), tmp_path / "bundle")
    monkeypatch.setattr("nps_insights.report.page.plotly_bundle.files", lambda _: tmp_path)
    chart_script()
    target = tmp_path / "bundle" / name
    target.unlink() if harm == "missing" else target.write_bytes(target.read_bytes() + b" ")
    with pytest.raises(MissingExtraError, match=f"{name}, which draws .* run: python scripts/fetch_pinned.py"):
        chart_script()


class TestFetching:
    """A stand-in for npm, so that nothing leaves the machine."""

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        with tarfile.open(tmp_path / "packed.tgz", "w:gz") as archive:
            member = tarfile.TarInfo("package/said.txt")
            member.size = 5
            archive.addfile(member, io.BytesIO(b"hello"))
        npm = tmp_path / "npm"
        npm.write_text(f'#!/bin/sh\n[ "$1" = pack ] && /bin/cp "{tmp_path}/packed.tgz" "$5/somebody-1.0.0.tgz"\n')
        npm.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        return tmp_path

    def pin(self, folder: Path, digest: str = HELLO) -> Path:
        path = folder / "pin.toml"
        path.write_text(PIN.format(digest=digest))
        return path

    def test_files_land_beside_their_pin_and_are_fetched_once(self, folder: Path) -> None:
        assert fetch_pinned(self.pin(folder)) == [folder / "said.txt"]
        assert (folder / "said.txt").read_bytes() == b"hello"
        (folder / "npm").unlink()
        fetch_pinned(self.pin(folder))

    def test_a_changed_file_is_fetched_anew(self, folder: Path) -> None:
        (folder / "said.txt").write_text("other")
        fetch_pinned(self.pin(folder))
        assert (folder / "said.txt").read_bytes() == b"hello"

    def test_bytes_that_differ_from_the_pin_are_not_written(self, folder: Path) -> None:
        with pytest.raises(PinError, match=r"said\.txt has sha256 2cf24.*, the pin says 0000.*; nothing was written"):
            fetch_pinned(self.pin(folder, "0" * 64))
        assert not (folder / "said.txt").exists()

    def test_without_npm_the_error_names_the_command(self, folder: Path) -> None:
        (folder / "npm").unlink()
        with pytest.raises(PinError, match=r"install npm, then run: python scripts/fetch_pinned.py .*pin.toml"):
            fetch_pinned(self.pin(folder))

    def test_what_npm_says_is_passed_on(self, folder: Path) -> None:
        (folder / "npm").write_text("#!/bin/sh\necho no such package >&2\nexit 1\n")
        with pytest.raises(PinError, match=r"npm could not fetch somebody@1\.0\.0: no such package"):
            fetch_pinned(self.pin(folder))
