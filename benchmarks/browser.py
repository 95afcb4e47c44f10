"""A Chromium that opens pages and tells what they did: the DevTools protocol over a pipe, without any package."""

import json
import os
import select
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars",
    "--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)  # fmt: skip
# Runs in every frame before the page's own scripts: what a planted script would do is told, not done.
_WATCH = """
for (const name of ["alert", "confirm", "prompt", "open"]) window[name] = (...said) => noticed("executed: " + said);
document.addEventListener("securitypolicyviolation", (event) =>
  noticed("violation: " + event.effectiveDirective + " " + event.blockedURI + " " + event.sample));
window.addEventListener("error", (event) => noticed("error: " + event.message));
"""
_TIMEOUT = 60.0


def find_browser() -> str | None:
    """Return the path of an installed Chromium, if there is one."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


class Browser:
    """One tab of a running Chromium.

    Attributes:
        noticed: What the page did that it should not: scripts executed, policy violated, errors, in order.
    """

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._rest, self._messages, self._number = b"", deque[dict[str, Any]](), 0
        self._session: str | None = None
        self.noticed: list[str] = []
        self._asked: dict[str, str] = {}
        self._page = ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Runtime.addBinding", name="noticed")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=_WATCH)

    @property
    def requests(self) -> list[str]:
        """Addresses that the page asked for, itself left out; what its policy stopped is noticed and not among them."""
        return list(self._asked.values())

    def visit(self, page: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Open a page and wait until it is loaded; what was noticed before is forgotten."""
        self.noticed, self._asked, self._page = [], {}, page.as_uri()
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=self._page)
        self._await(lambda message: message.get("method") == "Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """Return what a JavaScript expression gives in the page, a promise awaited."""
        told = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            raise RuntimeError(str(told["exceptionDetails"].get("exception", told["exceptionDetails"])))
        return told["result"].get("value")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol and return its result."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params}
        message |= {"sessionId": self._session} if self._session else {}
        content = memoryview(json.dumps(message).encode() + b"\0")
        while content:
            content = content[os.write(self._to, content) :]
        told = self._await(lambda answer: answer.get("id") == number)
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']['message']}")
        result: dict[str, Any] = told["result"]
        return result

    def _await(self, wanted: Any) -> dict[str, Any]:
        until = time.monotonic() + _TIMEOUT
        while True:
            while self._messages:
                message = self._messages.popleft()
                self._keep(message)
                if wanted(message):
                    return message
            self._read(until)

    def _keep(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Runtime.bindingCalled":
                self.noticed.append(params["payload"])
            case "Page.javascriptDialogOpening":
                self.noticed.append(f"executed: dialog {params['message']}")
            case "Log.entryAdded":
                self.noticed.append(f"log: {params['entry']['text']}")
            case "Network.requestWillBeSent" if params["request"]["url"].split("#")[0] != self._page:
                self._asked[params["requestId"]] = params["request"]["url"]
            case "Network.loadingFailed" if "blockedReason" in params:
                self._asked.pop(params["requestId"], None)

    def _read(self, until: float) -> None:
        ready, _, _ = select.select([self._from], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError(f"the browser said nothing for {_TIMEOUT:.0f} s")
        read = os.read(self._from, 1 << 20)
        if not read:
            raise RuntimeError("the browser ended")
        *whole, self._rest = (self._rest + read).split(b"\0")
        self._messages.extend(json.loads(text) for text in whole)


@contextmanager
def browser(program: str) -> Iterator[Browser]:
    """Start a Chromium of its own, and end it.

    Args:
        program: Path of the program.

    Yields:
        Its tab.
    """
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # Chromium reads commands from descriptor 3 and answers on 4.
        wired = ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{from_write}', "bash"]
        command = [*wired, program, *_FLAGS, f"--user-data-dir={profile}"]
        with subprocess.Popen(command, pass_fds=(to_read, from_write), stderr=subprocess.DEVNULL) as process:
            os.close(to_read)
            os.close(from_write)
            try:
                tab = Browser(to_write, from_read)
                yield tab
                with suppress(RuntimeError, BrokenPipeError):
                    tab._session = None
                    tab.call("Browser.close")
            finally:
                os.close(to_write)
                os.close(from_read)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
