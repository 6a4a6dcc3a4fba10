"""Loopback TCP and TLS under the simulated SMTP and IMAP servers, and all that a judge must know of them.

`WireServer` listens; each connection gives the protocol above a `WireTransport`. `TlsProfile` says what the
endpoint shows in TLS, `faults` what goes wrong on the wire.
"""

from simulators.wire.clienthello import (
    ClientHello,
    ClientHelloError,
    IncompleteClientHello,
    parse_client_hello,
)
from simulators.wire.engine import Alert, TlsState, TlsUnsupported
from simulators.wire.faults import FaultBook, WireFault
from simulators.wire.limits import LineBuffer, LineTooLong, WireLimits
from simulators.wire.profile import API_LPS, PROFILES, Credential, TlsProfile
from simulators.wire.server import WireServer
from simulators.wire.transcript import read_transcript
from simulators.wire.transport import WireTransport

__all__ = [
    "API_LPS",
    "PROFILES",
    "Alert",
    "ClientHello",
    "ClientHelloError",
    "Credential",
    "FaultBook",
    "IncompleteClientHello",
    "LineBuffer",
    "LineTooLong",
    "TlsProfile",
    "TlsState",
    "TlsUnsupported",
    "WireFault",
    "WireLimits",
    "WireServer",
    "WireTransport",
    "parse_client_hello",
    "read_transcript",
]
