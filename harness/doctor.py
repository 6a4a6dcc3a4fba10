"""Everything that can be checked before a run: profile, proofs, waivers, driver, ports, clock, machine.

Each check says what is right or wrong and what to do. Nothing here judges the product.
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from harness.drivers import Capabilities, DriverFault, open_driver
from harness.profile import VendorProfile
from schemas.messages import message
from schemas.text import Bilingual
from simulators.clock import Clock
from simulators.journal import Journal

State = Literal["ok", "warning", "error"]
SOON = timedelta(days=30)
MIN_FREE_BYTES = 200_000_000
_OPTIONAL_PROGRAMS = ("openssl", "curl", "swaks")
_ROLE_ACTIONS = {"send": ("send",), "receive": ("list", "fetch")}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor: `fix` says what to do where `state` is not ok."""

    state: State
    text: Bilingual
    fix: Bilingual | None = None


def ask_driver(profile: VendorProfile) -> Capabilities | DriverFault:
    """Ask the product what it can do, then stop what was started; a fault is returned, not raised."""
    with tempfile.TemporaryDirectory(prefix="mssante-") as folder:
        journal = Journal(Path(folder))
        driver = open_driver(profile, journal)
        try:
            return driver.describe()
        except DriverFault as fault:
            return fault
        finally:
            driver.close()
            journal.close()


def examine(profile: VendorProfile, clock: Clock, folder: Path) -> Iterator[Check]:
    """Yield every check of a profile that loads; `folder` is where the report would be written."""
    yield from check_profile(profile, clock.now().date())
    yield from check_machine(folder, clock.now().date())
    yield from check_network(profile)
    yield _said("ok" if profile.driver.kind != "manual" else "warning", f"driver-{profile.driver.kind}")
    answer = ask_driver(profile)
    if isinstance(answer, DriverFault):
        yield Check("error", answer.message, answer.fix)
    else:
        yield from check_capabilities(profile, answer)


def check_profile(profile: VendorProfile, today: date) -> Iterator[Check]:
    """Check what the profile says: doubts, declarations, waivers that end soon."""
    yield _said("ok", "profile", path=profile.path, level=profile.claims.level.value)
    for problem in profile.warnings:
        place = f"{problem.key} : " if problem.key else ""
        text = Bilingual(place + problem.message.fr, place + problem.message.en)
        yield Check("warning", text, problem.expected)
    if profile.declarations:
        proofs = sum(declaration.proof is not None for declaration in profile.declarations.values())
        yield _said("ok", "declarations", count=len(profile.declarations), proofs=proofs)
    for requirement, declaration in profile.declarations.items():
        if declaration.denies:
            yield _said("warning", "declaration-denies", id=requirement, fix=True)
    for waiver in profile.waivers:
        state: State = "warning" if waiver.until - today <= SOON else "ok"
        yield _said(
            state,
            "waiver-soon" if state == "warning" else "waiver",
            id=waiver.requirement,
            until=waiver.until.isoformat(),
            owner=waiver.owner,
        )


def check_capabilities(profile: VendorProfile, capabilities: Capabilities) -> Iterator[Check]:
    """Compare what the driver announces with what the profile claims."""
    named = f"{capabilities.product} {capabilities.version}".strip()
    actions = ", ".join(sorted(capabilities.actions)) or "∅"
    yield _said("ok", "describes", product=named or profile.product.name, actions=actions)
    if capabilities.version and capabilities.version != profile.product.version:
        yield _said(
            "warning", "other-version", found=capabilities.version, claimed=profile.product.version, fix=True
        )
    if capabilities.means != "files" and not capabilities.can("configure"):
        yield _said("error", "no-configure", fix=True)
    for role in sorted(profile.claims.effective_roles) if capabilities.means != "files" else ():
        missing = [action for action in _ROLE_ACTIONS[role] if not capabilities.can(action)]
        if missing:
            yield _said("error", "role-without-action", role=role, actions=", ".join(missing), fix=True)
    if capabilities.means == "product" and not capabilities.can("connect"):
        yield _said("warning", "no-connect", fix=True)
    if capabilities.clock and not capabilities.can("advance"):
        yield _said("error", "clock-without-advance", fix=True)
    elif capabilities.means == "product" and not capabilities.clock:
        yield _said("warning", "no-clock", fix=True)


def check_network(profile: VendorProfile) -> Iterator[Check]:
    """Check that the loopback address can be listened on, and that the fixed ports are free."""
    address = profile.network.address
    reason = _cannot_listen(address, 0)
    if reason:
        yield _said("error", "no-loopback", address=address, detail=reason, fix=True)
        return
    yield _said("ok", "loopback", address=address)
    for key, port in profile.network.ports().items():
        reason = _cannot_listen(address, port) or (
            _cannot_listen(address, port, socket.SOCK_DGRAM) if key == "dns_port" else None
        )
        if reason:
            yield _said("error", "port-taken", key=key, port=port, detail=reason, fix=True)
        else:
            yield _said("ok", "port-free", key=key, port=port)


def check_machine(folder: Path, today: date) -> Iterator[Check]:
    """Check Python, clock, room for evidence, and name the optional programs."""
    version = ".".join(map(str, sys.version_info[:3]))
    supported = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield _said("ok" if supported else "warning", "python", version=version, fix=not supported)
    right = 2025 <= today.year <= 2100
    yield _said("ok" if right else "error", "clock", today=today.isoformat(), fix=not right)
    yield _room(folder)
    present = [name for name in _OPTIONAL_PROGRAMS if shutil.which(name)]
    absent = [name for name in _OPTIONAL_PROGRAMS if name not in present]
    yield _said("ok", "programs", present=", ".join(present) or "∅", absent=", ".join(absent) or "∅")


def exit_code(checks: Sequence[Check]) -> int:
    """Return 1 when a check failed, else 0."""
    return int(any(check.state == "error" for check in checks))


def _room(folder: Path) -> Check:
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        return _said("error", "no-folder", folder=folder, detail=error.strerror or str(error), fix=True)
    megabytes = free // 1_000_000
    if free < MIN_FREE_BYTES:
        return _said("warning", "little-room", folder=folder, free=megabytes, fix=True)
    return _said("ok", "room", folder=folder, free=megabytes)


def _cannot_listen(address: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> str | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, kind) as probe:
            if sys.platform != "win32":  # there it would let two programs share the port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except (OSError, OverflowError) as error:
        return getattr(error, "strerror", None) or str(error)
    return None


def _said(state: State, name: str, /, *, fix: bool = False, **values: object) -> Check:
    text = message(f"doctor.{name}").filled(**values)
    return Check(state, text, message(f"doctor.{name}-fix").filled(**values) if fix else None)
