"""A headless Chromium for the tests of pages and for their benchmark; nothing but the standard library."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class NoBrowserError(Exception):
    """No Chromium on this machine, or one that does not open its debugging port."""


class Browser:
    """A headless Chromium spoken to over its debugging socket (RFC 6455), one page."""

    def __init__(self, address: str) -> None:
        host, _, path = address.removeprefix("ws://").partition("/")
        name, _, port = host.partition(":")
        self._socket = socket.create_connection((name, int(port)), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._stream = self._socket.makefile("rb")
        while self._stream.readline() not in (b"\r\n", b""):
            pass
        self._id = 0
        self.messages: list[dict[str, Any]] = []

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._id += 1
        payload = json.dumps({"id": self._id, "method": method, "params": params}).encode()
        mask = os.urandom(4)
        length = len(payload)
        head = bytes([0x81, 0x80 | length]) if length < 126 else struct.pack("!BBH", 0x81, 0x80 | 126, length)
        masked = bytes(octet ^ mask[index % 4] for index, octet in enumerate(payload))
        self._socket.sendall(head + mask + masked)
        return self._until(lambda message: message.get("id") == self._id).get("result", {})

    def open(self, url: str) -> None:
        """Load `url` anew and wait for its own load event."""
        self._load("about:blank")
        self.messages.clear()
        self._load(url)

    def _load(self, url: str) -> None:
        loader = self.call("Page.navigate", url=url).get("loaderId")

        def loaded(message: dict[str, Any]) -> bool:
            event = message.get("params", {})
            return event.get("loaderId") == loader and event.get("name") == "load"

        if not any(loaded(message) for message in self.messages):
            self._until(loaded)

    def value(self, expression: str) -> Any:
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def _until(self, wanted: Any) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = json.loads(self._frame())
            self.messages.append(message)
            if wanted(message):
                return message

    def _frame(self) -> bytes:
        content = b""
        while True:
            first, second = self._read(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", self._read(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self._read(8))
            content += self._read(length)
            if first & 0x80:
                return content

    def _read(self, size: int) -> bytes:
        content = self._stream.read(size)
        assert len(content) == size, "Chromium closed its socket"
        return content


@contextmanager
def running(profile: Path) -> Iterator[Browser]:
    """Start Chromium with its profile in `profile`, yield its one page, and stop it."""
    if CHROMIUM is None:
        raise NoBrowserError("chromium is not installed")
    process = subprocess.Popen(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--remote-debugging-port=0",
            "--remote-allow-origins=*",
            f"--user-data-dir={profile}",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        page = Browser(page_address(profile / "DevToolsActivePort", process))
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.call("Page.setLifecycleEventsEnabled", enabled=True)
        yield page
        page.close()
    finally:
        process.terminate()
        process.wait(timeout=20)


def page_address(port_file: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            port = port_file.read_text(encoding="ascii").splitlines()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=5) as answer:
                for target in json.load(answer):
                    if target["type"] == "page":
                        return str(target["webSocketDebuggerUrl"])
        except (OSError, IndexError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)  # not started yet; ends at once when it never will
    raise NoBrowserError("chromium did not open its debugging port")
