"""No connection beyond this machine: refused and written down, in the tests and in every Python that they start.

Python imports this file by its name when its folder is on PYTHONPATH. Its hook sees every connection and every question
for a name, whichever library asks, and it cannot be taken off again.
"""

import ipaddress
import os
import socket
import sys
from typing import Any

ATTEMPTS = "NPS_INSIGHTS_TEST_ATTEMPTS"
_CONNECTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_ASKS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}


def is_here(host: object) -> bool:
    """Return whether an address or a name is this machine itself."""
    if host is None or host in ("", "localhost", socket.gethostname()):
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text == "localhost" or text.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


def _target(event: str, arguments: tuple[Any, ...]) -> object:
    """The host that a call goes to; None where it stays on this machine by its kind."""
    if event not in _CONNECTS:
        return arguments[0][0] if isinstance(arguments[0], tuple) else arguments[0]
    address = arguments[1] if len(arguments) > 1 else None
    # Sockets of a file system and of the kernel have no host.
    return (
        address[0] if isinstance(address, tuple) and arguments[0].family in (socket.AF_INET, socket.AF_INET6) else None
    )


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _CONNECTS and event not in _ASKS:
        return
    host = _target(event, arguments)
    if is_here(host):
        return
    if place := os.environ.get(ATTEMPTS):
        line = f"{event} {host!r} by {' '.join(sys.argv[:3])}\n"
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, line.encode("utf-8", "replace"))
        os.close(handle)
    raise PermissionError(f"a test may not leave this machine: {event} {host!r}")


sys.addaudithook(_refuse)
