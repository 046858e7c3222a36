"""A real browser for the tests of pages: the Chromium that GATE_CHROMIUM names, over its DevTools pipe.

https://chromedevtools.github.io/devtools-protocol/: messages are JSON, each ended by a NUL byte; the browser reads
them from descriptor 3 and writes to descriptor 4.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",  # as root, which CI often is, there is no other way
    "--no-zygote",
    "--single-process",
    "--disable-dev-shm-usage",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--in-process-gpu",
)
HANG = 60


class Chromium:
    """One browser with one page."""

    def __init__(self, profile: Path) -> None:
        program = os.environ.get("GATE_CHROMIUM")
        if not program:
            pytest.skip("GATE_CHROMIUM names no browser")
        to_it, write = os.pipe()
        read, from_it = os.pipe()
        move = f'exec "$0" "$@" 3<&{to_it} 4>&{from_it}'  # a shell, for the descriptors must have these numbers
        command = ["bash", "-c", move, program, *FLAGS, f"--user-data-dir={profile}"]
        self._process = subprocess.Popen(command, pass_fds=(to_it, from_it), stderr=subprocess.DEVNULL)
        os.close(to_it)
        os.close(from_it)
        self._write, self._read = write, read
        self._data = b""
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What the browser answers; what it tells meanwhile is in `events`."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self._number:
                assert "error" not in found, found
                answer: dict[str, Any] = found["result"]
                return answer
            self.events.append(found)

    def open(self, page: Path, width: int, scheme: str = "light") -> None:
        """Shows the page in a window of this width."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        self.ask("Page.navigate", url=page.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def value(self, expression: str) -> Any:
        """What JavaScript of the tester, not of the page, says about it."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"]["value"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._data:
            assert select.select([self._read], [], [], HANG)[0], "the browser does not answer"
            piece = os.read(self._read, 1 << 16)
            assert piece, "the browser ended"
            self._data += piece
        message, _, self._data = self._data.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found
