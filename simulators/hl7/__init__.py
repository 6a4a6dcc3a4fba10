"""The HL7 v2 side of a hospital: its software (DPI, RIS, SGL) or its PFI, over MLLP.

Messages are written here from given values; nothing is shared with what reads and judges them.
"""

from __future__ import annotations

from simulators.hl7.er7 import Charset
from simulators.hl7.messages import Order, Request, write_request, write_zam
from simulators.hl7.peer import Hl7Peer, Hl7Spec, PeerHandle, PeerRole, Reply
from simulators.hl7.transfer import Transfer, write_transfer

__all__ = [
    "Charset",
    "Hl7Peer",
    "Hl7Spec",
    "Order",
    "PeerHandle",
    "PeerRole",
    "Reply",
    "Request",
    "Transfer",
    "write_request",
    "write_transfer",
    "write_zam",
]
