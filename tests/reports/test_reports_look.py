"""The palette, and the page in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

import pytest
from chromium_page import Browser, NoBrowserError, running

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


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with ExitStack() as stack:
        try:
            page = stack.enter_context(running(tmp_path_factory.mktemp("chromium")))
        except NoBrowserError as problem:
            pytest.skip(str(problem))
        yield page


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
