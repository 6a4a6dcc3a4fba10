"""How the product is made to act: one protocol, four grades (artefacts, manual, command, http)."""

from __future__ import annotations

from harness.drivers.artefacts import ArtefactsDriver
from harness.drivers.command import CommandDriver
from harness.drivers.faults import DriverConfigurationFault, DriverFault, DriverProductFault
from harness.drivers.http import HttpDriver
from harness.drivers.manual import ManualDriver, Prompter, Reply, Step
from harness.drivers.opening import open_driver
from harness.drivers.protocol import ACTIONS, Answer, Capabilities, Driver, Status
from harness.drivers.terminal import TerminalPrompter

__all__ = [
    "ACTIONS",
    "Answer",
    "ArtefactsDriver",
    "Capabilities",
    "CommandDriver",
    "Driver",
    "DriverConfigurationFault",
    "DriverFault",
    "DriverProductFault",
    "HttpDriver",
    "ManualDriver",
    "Prompter",
    "Reply",
    "Status",
    "Step",
    "TerminalPrompter",
    "open_driver",
]
