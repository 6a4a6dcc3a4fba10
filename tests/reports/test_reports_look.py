"""The palette, and the page in a real browser."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
STYLE = files("reports.html").joinpath("templates", "style.css").read_text(encoding="utf-8")
ON_PAGE = (
    "text",
    "quiet",
    "accent",
    "passed",
    "warning",
    "failed",
    "not-tested",
    "declared",
    "waived",
    "not-applicable",
)
SEGMENTS = ("passed", "warning", "failed", "declared", "waived")


def palettes() -> dict[str, dict[str, str]]:
    """The colours of each mode, read from the style sheet that is shipped."""
    blocks = re.findall(r":root\{([^}]*--bg[^}]*)\}", STYLE)
    assert len(blocks) == 3
    return {
        name: dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", block))
        for name, block in zip(("light", "dark", "print"), blocks, strict=True)
    }


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_of_contrast() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", ["light", "dark", "print"])
def test_every_text_can_be_read(mode: str) -> None:
    palette = palettes()[mode]
    pairs = [(name, ground) for name in ON_PAGE for ground in ("bg", "panel", "tls")]
    pairs += [("on", segment) for segment in SEGMENTS]
    pairs += [("on-mark", "mark"), ("on-tls", "tls")]
    weak = {
        (text, ground): round(contrast(palette[text], palette[ground]), 2)
        for text, ground in pairs
        if contrast(palette[text], palette[ground]) < 4.5
    }
    assert weak == {}


def test_every_mode_has_every_colour() -> None:
    names = [set(palette) for palette in palettes().values()]
    assert names[0] == names[1] == names[2]
    assert set(re.findall(r"var\(--([\w-]+)\)", STYLE)) == names[0]


class Browser:
    """A headless Chromium spoken to over its debugging socket (RFC 6455), one page."""

    def __init__(self, address: str) -> None:
        host, _, path = address.removeprefix("ws://").partition("/")
        name, _, port = host.partition(":")
        self._socket = socket.create_connection((name, int(port)), timeout=20)
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


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    profile = tmp_path_factory.mktemp("chromium")
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
        page = Browser(_page_address(profile / "DevToolsActivePort", process))
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.call("Page.setLifecycleEventsEnabled", enabled=True)
        yield page
        page.close()
    finally:
        process.terminate()
        process.wait(timeout=20)


def _page_address(port_file: Path, process: subprocess.Popen[bytes]) -> str:
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
    pytest.skip("chromium did not open its debugging port")


def _size(browser: Browser, width: int, height: int) -> None:
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=height,
        deviceScaleFactor=1,
        mobile=width < 500,
    )


@pytest.mark.parametrize("width", [390, 1366])
@pytest.mark.parametrize("language", ["", "#en"])
def test_no_error_no_request_and_no_sideways_scroll(
    browser: Browser, sample_html: Path, width: int, language: str
) -> None:
    _size(browser, width, 900)

    browser.open(sample_html.as_uri() + language)

    assert browser.value("document.documentElement.scrollWidth") <= width
    wrong = [
        message
        for message in browser.messages
        if message.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")
    ]
    assert wrong == []
    asked = [
        message["params"]["request"]["url"]
        for message in browser.messages
        if message.get("method") == "Network.requestWillBeSent"
    ]
    assert all(url.startswith(sample_html.as_uri()) for url in asked)


VISIBLE = "document.querySelector('#failures h2 [lang={}]').getClientRects().length > 0"
HEADING = {"fr": "Échecs", "en": "Failures"}


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(
    ("anchor", "shown", "hidden"),
    [
        ("", "fr", "en"),
        ("#en", "en", "fr"),
        ("#en-c-TLS-REVOKED", "en", "fr"),
        ("#c-TLS-REVOKED", "fr", "en"),
        ("#fr", "fr", "en"),
    ],
)
def test_language_follows_the_address(
    browser: Browser, sample_html: Path, *, anchor: str, shown: str, hidden: str, script: bool
) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=not script)
    try:
        browser.open(sample_html.as_uri() + anchor)
        assert browser.value(VISIBLE.format(shown)) is True
        assert browser.value(VISIBLE.format(hidden)) is False
        assert browser.value("document.querySelector('#failures h2').innerText") == HEADING[shown]
        assert browser.value("document.documentElement.scrollHeight") > 3000
        if anchor.startswith(("#c-", "#en-c-")):
            top = "document.getElementById('c-TLS-REVOKED').getBoundingClientRect().top"
            assert -50 < browser.value(top) < 900
        if script:
            assert browser.value("document.documentElement.lang") == shown
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


def test_a_printed_page_gives_room_to_the_texts(browser: Browser, sample_html: Path) -> None:
    _size(browser, 690, 1000)  # A4 less its margins, in CSS pixels
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        browser.open(sample_html.as_uri())
        assert browser.value("document.documentElement.scrollWidth") <= 690
        assert browser.value("document.querySelector('.requirements td').offsetWidth") > 120
        assert browser.value("document.querySelector('.seq').getBoundingClientRect().width") > 500
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")


def test_a_filter_hides_its_rows(browser: Browser, sample_html: Path) -> None:
    _size(browser, 1366, 900)
    browser.open(sample_html.as_uri())
    height = "document.getElementById('r-ECO-1-1-6').offsetHeight"
    assert browser.value(height) > 0
    browser.value("document.getElementById('f-failed').click()")
    assert browser.value(height) == 0
    assert browser.value("document.getElementById('r-ECO-1-0-1').offsetHeight") > 0


def test_every_control_is_reached_by_keyboard(browser: Browser, sample_html: Path) -> None:
    browser.open(sample_html.as_uri())
    assert (
        browser.value("document.querySelectorAll('[tabindex]:not([tabindex=\"0\"]), [onclick]').length") == 0
    )
    assert browser.value("document.querySelectorAll('input:not([id]), a:not([href])').length") == 0
