"""Nothing leaves this machine: the guard of all tests sees and refuses it; of whole runs, see `test_canaries`."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import network_guard
import pytest

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


@pytest.mark.skipif(shutil.which("unshare") is None, reason="only Linux can take a process its network")
def test_the_kernel_counts_what_no_hook_can_see() -> None:
    script = Path(__file__).parent / "without_network.sh"
    allowed = subprocess.run(["unshare", "--map-root-user", "--net", "true"], capture_output=True, check=False)
    if allowed.returncode != 0:
        pytest.skip("this machine gives no network of its own to a user")
    # A network of its own even where all tests run without one: what is tried here on purpose is counted here alone.
    guarded = ("PYTHONPATH", "NPS_INSIGHTS_ALONE")
    free = {name: value for name, value in os.environ.items() if name not in guarded}
    leaving = f"import socket; socket.socket().connect_ex(('{ELSEWHERE}', 80))"
    # What a browser does at its start to learn whether there is IPv6: it joins a socket and sends nothing.
    asking = (
        "import socket; s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.connect(('2001:4860:4860::8888', 443))"
    )
    ipv6 = [(asking, 0), (f"{asking}; s.send(b'?')", 1)] if Path("/proc/net/if_inet6").exists() else []
    for code, n in [(leaving, 1), ("pass", 0), *ipv6]:
        done = subprocess.run(
            [script, sys.executable, "-c", code], env=free, capture_output=True, text=True, check=False
        )
        assert f"beyond loopback: {n}" in done.stdout
        assert done.returncode == n
