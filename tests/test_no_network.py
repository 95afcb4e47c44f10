"""Nothing leaves this machine: the guard of all tests sees and refuses it, and the browser stays at home."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import network_guard
import pytest
from canary_project import CanaryProject

from benchmarks.browser import PROGRAMS, find_browser
from nps_insights.report.exports import pdf

TELLING = ("HOST_RESOLVER_MANAGER_REQUEST", "TCP_CONNECT_ATTEMPT", "UDP_CONNECT")
ROUTE_QUESTION = "[2001:4860:4860::8888]:443"
# Of the documentation (RFC 5737): nobody has it.
ELSEWHERE = "192.0.2.1"


@pytest.fixture
def attempts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place of its own for attempts that a test makes on purpose."""
    place = tmp_path / "attempts"
    place.touch()
    monkeypatch.setenv(network_guard.ATTEMPTS, str(place))
    return place


def test_a_connection_is_refused_and_written_down(attempts: Path) -> None:
    with socket.socket() as one, pytest.raises(PermissionError, match="may not leave this machine"):
        one.connect((ELSEWHERE, 80))
    with pytest.raises(PermissionError):
        socket.create_connection((ELSEWHERE, 443), timeout=1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, pytest.raises(PermissionError):
        one.sendto(b"x", (ELSEWHERE, 53))
    assert len(attempts.read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.parametrize("ask", [socket.gethostbyname, lambda name: socket.getaddrinfo(name, 80)])
def test_so_is_a_question_for_a_name(attempts: Path, ask: object) -> None:
    with pytest.raises(PermissionError):
        ask("example.com")  # type: ignore[operator]
    assert "example.com" in attempts.read_text(encoding="utf-8")


def test_a_library_that_swallows_the_refusal_is_seen_all_the_same(attempts: Path) -> None:
    import apprise

    service = apprise.Apprise()
    service.add(f"json://{ELSEWHERE}:80/")
    assert not service.notify("x")
    assert ELSEWHERE in attempts.read_text(encoding="utf-8")


def test_processes_that_a_test_starts_are_guarded_too(attempts: Path) -> None:
    code = "import socket; socket.create_connection(('198.51.100.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "may not leave this machine" in done.stderr
    assert "198.51.100.1" in attempts.read_text(encoding="utf-8")


def test_this_machine_may_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        for host in ("127.0.0.1", "localhost"):
            socket.create_connection((host, server.getsockname()[1]), timeout=5).close()
    assert socket.getaddrinfo("localhost", 80)


def test_a_report_and_a_night_tried_nothing(canary_project: CanaryProject) -> None:
    # That the session's guard has seen nothing of them is asserted after each test; here, that it was there to see.
    assert canary_project.environment[network_guard.ATTEMPTS] == os.environ[network_guard.ATTEMPTS]
    assert str(network_guard.GUARD.parent) in canary_project.environment["PYTHONPATH"]
    assert "may not leave this machine" not in canary_project.said


def test_chromium_prints_a_report_without_a_connection(canary_project: CanaryProject, tmp_path: Path) -> None:
    program = find_browser()
    if program is None:
        message = f"no browser: none of {', '.join(PROGRAMS)} is on the path"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    log, printed = tmp_path / "net.json", tmp_path / "report.pdf"
    flags = [*pdf._FLAGS, *pdf._as_root(), f"--user-data-dir={tmp_path}/profile", f"--log-net-log={log}"]
    page = canary_project.folder / "runs" / "driver_report" / "report.html"
    command = [program, *flags, f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert printed.stat().st_size > 10_000
    told = json.loads(log.read_text(encoding="utf-8"))
    kinds = {number: name for name, number in told["constants"]["logEventTypes"].items()}
    assert set(TELLING) <= set(kinds.values()), "what is looked for is called so in this browser"
    events = [(kinds[one["type"]], one.get("params") or {}) for one in told["events"] if kinds[one["type"]] in TELLING]
    connected = {told["address"] for _, told in events if "address" in told}
    asked = {told["host"].partition("://")[2] for _, told in events if "host" in told}
    # Its question to the kernel whether there is a route for IPv6 sends nothing.
    assert connected <= {ROUTE_QUESTION}
    # Its own services ask at every start; the rule of our flags gives each of them a name that is nowhere looked up.
    assert asked <= {"~notfound"}


@pytest.mark.skipif(shutil.which("unshare") is None, reason="only Linux can take a process its network")
def test_the_kernel_counts_what_no_hook_can_see() -> None:
    script = Path(__file__).parent / "without_network.sh"
    allowed = subprocess.run(["unshare", "--map-root-user", "--net", "true"], capture_output=True, check=False)
    if allowed.returncode != 0:
        pytest.skip("this machine gives no network of its own to a user")
    free = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    leaving = f"import socket; socket.socket().connect_ex(('{ELSEWHERE}', 80))"
    for code, n in ((leaving, 1), ("pass", 0)):
        done = subprocess.run(
            [script, sys.executable, "-c", code], env=free, capture_output=True, text=True, check=False
        )
        assert f"beyond loopback: {n}" in done.stdout
        assert done.returncode == n
