"""The driver that a profile asks for."""

from __future__ import annotations

import socket
import sys

from harness.drivers.artefacts import ArtefactsDriver
from harness.drivers.command import CommandDriver
from harness.drivers.http import HttpDriver
from harness.drivers.manual import ManualDriver, Prompter
from harness.drivers.protocol import Driver
from harness.drivers.terminal import TerminalPrompter
from harness.profile import PORT_PLACE, PYTHON_PLACE, VendorProfile
from schemas.text import Language
from simulators.journal import Journal


def open_driver(
    profile: VendorProfile,
    journal: Journal,
    *,
    worker: str = "main",
    prompter: Prompter | None = None,
    language: Language = "fr",
) -> Driver:
    """Return the profile's driver; nothing is started before `describe`.

    `prompter` reaches the person of a manual driver (a terminal by default). `{port}` in url and command
    becomes a port that is free now, `{python}` in the command the Python that runs the bench.
    """
    config = profile.driver
    match config.kind:
        case "manual":
            return ManualDriver(journal, prompter or TerminalPrompter(language), worker)
        case "artefacts":
            return ArtefactsDriver(journal, config.path or profile.path.parent, worker)
    port = str(free_port()) if _wants_port(config.url, config.command) else ""
    command = tuple(
        part.replace(PORT_PLACE, port).replace(PYTHON_PLACE, sys.executable) for part in config.command
    )
    if config.kind == "http":
        return HttpDriver(
            journal,
            (config.url or "").replace(PORT_PLACE, port),
            command=command,
            cwd=config.cwd,
            env=config.env,
            timeout_s=config.timeout_s,
            worker=worker,
        )
    return CommandDriver(
        journal, command, cwd=config.cwd, env=config.env, timeout_s=config.timeout_s, worker=worker
    )


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free now; another program may still take it first."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wants_port(url: str | None, command: tuple[str, ...]) -> bool:
    return PORT_PLACE in (url or "") or any(PORT_PLACE in part for part in command)
