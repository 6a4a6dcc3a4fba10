"""IMAP4rev1 and IMAP4rev2: the reading side of a simulated operator."""

from simulators.imap.config import ImapConfig
from simulators.imap.faults import ImapFault
from simulators.imap.server import ImapServer

__all__ = ["ImapConfig", "ImapFault", "ImapServer"]
