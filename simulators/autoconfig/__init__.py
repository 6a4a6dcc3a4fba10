"""Autoconfiguration of a mailbox: the HTTPS document of each tenant (ECO.1.1.9)."""

from simulators.autoconfig.document import MailServer, render
from simulators.autoconfig.server import AUTOCONFIG_PATH, Autoconfig

__all__ = ["AUTOCONFIG_PATH", "Autoconfig", "MailServer", "render"]
