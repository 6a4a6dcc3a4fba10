"""What the JSON Schema cannot say: keys that need each other, dates, files, known requirements, loopback."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness.errors import ProfileProblem
from harness.profile.lines import KeyPath
from harness.profile.place import Place, say
from harness.profile.shape import shown
from harness.profile.values import PORT_PLACE
from schemas.requirements import Catalogue
from schemas.text import Bilingual

MAX_SECONDS = 3600
MAX_PROOF_BYTES = 50_000_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NEEDED = {"http": "url", "command": "command", "artefacts": "path"}
_USED = {
    "http": {"url", "command", "cwd", "env", "allow_remote", "parallel"},
    "command": {"command", "cwd", "env", "parallel"},
    "artefacts": {"path"},
    "manual": set[str](),
}
_COMMON = {"kind", "timeout_s"}
_PORT_EXAMPLE = (
    f'url = "http://127.0.0.1:{PORT_PLACE}"\ncommand = ["python", "pilote.py", "--port", "{PORT_PLACE}"]'
)

Section = Mapping[str, Any]
Check = Callable[[Section, Place], Iterator[ProfileProblem]]


def cross_checks(
    data: Section, place: Place, known: Catalogue, today: date, broken: frozenset[str] = frozenset()
) -> list[ProfileProblem]:
    """Return every problem between values; `today` decides which waivers expired.

    `broken` names the sections of which the shape is wrong: nothing more is said of them.
    """
    checks: tuple[tuple[set[str], Check], ...] = (
        ({"product"}, _product),
        ({"product", "claims"}, _corridor),
        ({"driver"}, _driver),
        ({"driver"}, _driver_url),
        ({"limits"}, _limits),
        ({"network"}, _network),
        ({"declarations"}, lambda d, p: _declarations(d, p, known)),
        ({"waivers"}, lambda d, p: _waivers(d, p, known, today)),
    )
    problems = [problem for needs, check in checks if not needs & broken for problem in check(data, place)]
    return sorted(problems, key=lambda problem: (problem.line or 0, problem.key))


def _product(data: Section, place: Place) -> Iterator[ProfileProblem]:
    for key, value in data["product"].items():
        if _CONTROL.search(value):
            yield place.problem(
                ("product", key),
                say("control-character"),
                say("control-character.expected"),
                repr(value)[:80],
            )
    nil = data["product"]["nil"]
    if not (nil.isascii() and nil.isdigit()):
        yield place.problem(
            ("product", "nil"), say("nil-digits"), say("nil-digits.expected"), shown(nil), severity="warning"
        )


def _corridor(data: Section, place: Place) -> Iterator[ProfileProblem]:
    """Warn when mailboxes and corridor do not go together (REM workbook of February 2023, profiles)."""
    corridor, mailboxes = data["product"]["corridor"], data["claims"]["mailboxes"]
    key: KeyPath = ("claims", "mailboxes")
    if "APP" in mailboxes and corridor in {"LGC", "DPI", "SGL"}:
        text = say("corridor-no-app", corridor=corridor)
        expected = say("corridor-no-app.expected")
    elif corridor == "PFI" and "APP" not in mailboxes:
        text, expected = say("corridor-pfi-app"), say("corridor-pfi-app.expected")
    else:
        return
    yield place.problem(key, text, expected, shown(mailboxes), severity="warning")


def _driver(data: Section, place: Place) -> Iterator[ProfileProblem]:
    driver = data["driver"]
    kind = driver["kind"]
    needed = _NEEDED.get(kind)
    if needed and not driver.get(needed):
        yield place.problem(
            ("driver", needed), say("driver-needs", kind=kind, key=needed), say(f"driver-needs.{needed}")
        )
    for key in sorted(set(driver) - _USED[kind] - _COMMON):
        text = say("driver-unused", kind=kind)
        yield place.problem(("driver", key), text, say("driver-unused.expected"), key, "", severity="warning")
    yield from _seconds(driver, "timeout_s", ("driver", "timeout_s"), place)
    for key in ("cwd", "path"):
        if key in _USED[kind] and driver.get(key) and not _is_folder(place.file.parent, driver[key]):
            yield place.problem(
                ("driver", key), say("missing-folder"), say("missing-folder.expected"), shown(driver[key])
            )
    yield from _process_texts(driver, place)


def _process_texts(driver: Section, place: Place) -> Iterator[ProfileProblem]:
    """Find texts that no system takes as an argument or an environment variable."""
    wrong: list[tuple[KeyPath, str]] = []
    for index, text in enumerate(driver.get("command", ())):
        if "\0" in text:
            wrong.append((("driver", "command", index), text))
    for name, value in driver.get("env", {}).items():
        if not name or "=" in name or "\0" in name + value:
            wrong.append((("driver", "env", name), f"{name}={value}"))
    for path, text in wrong:
        yield place.problem(path, say("nul-character"), say("nul-character.expected"), repr(text)[:80])


def _driver_url(data: Section, place: Place) -> Iterator[ProfileProblem]:
    driver = data["driver"]
    url = driver.get("url")
    if driver["kind"] != "http" or not url:
        return
    key: KeyPath = ("driver", "url")
    host = url_host(url)
    if host is None:
        yield place.problem(key, say("url-form"), say("url-form.expected"), shown(url))
    elif not is_loopback(host) and not driver.get("allow_remote", False):
        yield place.problem(key, say("url-remote"), say("url-remote.expected"), shown(url))
    if PORT_PLACE in url and not any(PORT_PLACE in part for part in driver.get("command", ())):
        yield place.problem(
            key,
            say("url-port-place"),
            say("url-port-place.expected"),
            shown(url),
            _PORT_EXAMPLE,
        )


def url_host(url: str) -> str | None:
    """Return the host of a well-formed http(s) URL without credentials, else None."""
    if _CONTROL.search(url) or " " in url:
        return None
    try:
        parts = urlsplit(url.replace(PORT_PLACE, "1"))
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return None
    wrong = parts.scheme not in {"http", "https"} or parts.username is not None or not port_is_right
    return None if wrong else parts.hostname or None


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine's loopback."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _limits(data: Section, place: Place) -> Iterator[ProfileProblem]:
    for key in data.get("limits", {}):
        yield from _seconds(data["limits"], key, ("limits", key), place)


def _seconds(section: Section, key: str, path: KeyPath, place: Place) -> Iterator[ProfileProblem]:
    value = section.get(key)
    if value is None:
        return
    expected = say("seconds.expected", high=MAX_SECONDS)
    if not math.isfinite(value) or value <= 0:
        yield place.problem(path, say("timeout-finite"), expected, shown(value))
    elif value > MAX_SECONDS:
        yield place.problem(path, say("timeout-large"), expected, shown(value))


def _network(data: Section, place: Place) -> Iterator[ProfileProblem]:
    network = data.get("network", {})
    address, domain = network.get("address"), network.get("domain")
    if address is not None and not _is_loopback_address(address):
        yield place.problem(
            ("network", "address"), say("not-loopback"), say("not-loopback.expected"), shown(address)
        )
    if domain is not None and not _DOMAIN.fullmatch(domain):
        yield place.problem(
            ("network", "domain"), say("bad-domain"), say("bad-domain.expected"), shown(domain)
        )
    taken: dict[int, str] = {}
    for key, port in network.items():
        if key.endswith("_port"):
            if port in taken:
                text = say("same-port", other=taken[port])
                yield place.problem(("network", key), text, say("same-port.expected"), shown(port))
            taken.setdefault(port, key)


def _is_loopback_address(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _declarations(data: Section, place: Place, known: Catalogue) -> Iterator[ProfileProblem]:
    for requirement, declaration in data.get("declarations", {}).items():
        path: KeyPath = ("declarations", requirement)
        if requirement not in known:
            yield _unknown_requirement(place, path, requirement, known)
        if "proof" in declaration:
            yield from _proof(declaration["proof"], (*path, "proof"), place)


def _proof(name: str, path: KeyPath, place: Place) -> Iterator[ProfileProblem]:
    file = place.file.parent / name
    try:
        size = file.stat().st_size if file.is_file() else None
    except (OSError, ValueError):
        size = None
    if size is None:
        yield place.problem(path, say("proof-missing"), say("proof-missing.expected"), shown(name))
    elif size == 0:
        yield place.problem(path, say("proof-empty"), say("proof-empty.expected"), shown(name))
    elif size > MAX_PROOF_BYTES:
        expected = say("proof-huge.expected", high=MAX_PROOF_BYTES)
        yield place.problem(path, say("proof-huge"), expected, f"{name} ({size} octets)")


def _waivers(data: Section, place: Place, known: Catalogue, today: date) -> Iterator[ProfileProblem]:
    first: dict[str, int] = {}
    for index, waiver in enumerate(data.get("waivers", ())):
        requirement = waiver["requirement"]
        path: KeyPath = ("waivers", index, "requirement")
        if requirement not in known:
            yield _unknown_requirement(place, path, requirement, known)
        if requirement in first:
            line = place.lines.get(("waivers", first[requirement]), "?")
            text = say("waiver-twice", line=line)
            yield place.problem(path, text, say("waiver-twice.expected"), shown(requirement))
        first.setdefault(requirement, index)
        until = day(waiver["until"])
        key: KeyPath = ("waivers", index, "until")
        if until is None:
            yield place.problem(key, say("waiver-date"), say("waiver-date.expected"), shown(waiver["until"]))
        elif until < today:
            text = say("waiver-expired", owner=waiver["owner"])
            expected = say("waiver-expired.expected", today=today.isoformat())
            yield place.problem(key, text, expected, until.isoformat())


def day(text: str) -> date | None:
    """Return the day that `YYYY-MM-DD` names, or None."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _unknown_requirement(place: Place, path: KeyPath, name: str, known: Catalogue) -> ProfileProblem:
    near = [item.id for item in known.by_alias.get(name, ())]
    near = near or get_close_matches(name.upper(), list(known.by_id), n=1, cutoff=0.5)
    expected: Bilingual = say("unknown-requirement.expected")
    if not near:
        return place.problem(path, say("unknown-requirement"), expected, shown(name), "")
    key = f'[declarations."{near[0]}"]' if path[0] == "declarations" else f'requirement = "{near[0]}"'
    return place.problem(path, say("unknown-requirement-near", near=near[0]), expected, shown(name), key)


def _is_folder(base: Path, name: str) -> bool:
    try:
        return (base / name).is_dir()
    except (OSError, ValueError):
        return False
