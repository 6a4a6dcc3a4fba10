"""SMTP replies as named constants: code (RFC 5321), enhanced code (RFC 3463, RFC 5248), text."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `lines` has one entry per line.

    `enhanced` is empty where the RFC gives none (greeting, EHLO, 334, 354).
    """

    code: int
    enhanced: str
    lines: tuple[str, ...]

    def with_text(self, *lines: str) -> Reply:
        """Return the same codes with other words."""
        return replace(self, lines=lines)

    def to_bytes(self) -> bytes:
        """Return the octets to send."""
        prefix = f"{self.enhanced} " if self.enhanced else ""
        last = len(self.lines) - 1
        return b"".join(
            f"{self.code}{'-' if index < last else ' '}{prefix}{line}\r\n".encode()
            for index, line in enumerate(self.lines)
        )

    def __str__(self) -> str:
        """One line for a person."""
        prefix = f"{self.enhanced} " if self.enhanced else ""
        return f"{self.code} {prefix}{' / '.join(self.lines)}"


def _reply(code: int, enhanced: str, text: str) -> Reply:
    return Reply(code, enhanced, (text,))


OK = _reply(250, "2.0.0", "OK")
SENDER_OK = _reply(250, "2.1.0", "Sender OK")
RECIPIENT_OK = _reply(250, "2.1.5", "Recipient OK")
QUEUED = _reply(250, "2.0.0", "Queued")
BYE = _reply(221, "2.0.0", "Bye")
READY_FOR_TLS = _reply(220, "2.0.0", "Ready to start TLS")
AUTHENTICATED = _reply(235, "2.7.0", "Authentication successful")
CHALLENGE = _reply(334, "", "")
SEND_DATA = _reply(354, "", "End data with <CR><LF>.<CR><LF>")
HELP = _reply(214, "2.0.0", "EHLO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT")
CANNOT_VERIFY = _reply(252, "2.5.2", "Cannot VRFY user, but will accept message and attempt delivery")

IDLE = _reply(421, "4.4.2", "Connection closed: idle for too long")
BUSY = _reply(421, "4.7.0", "Too many connections")
TOO_MANY_ERRORS = _reply(421, "4.7.0", "Too many errors")
LOCAL_ERROR = _reply(451, "4.3.0", "Local error in processing")
TOO_MANY_RECIPIENTS = _reply(452, "4.5.3", "Too many recipients")
TLS_UNAVAILABLE = _reply(454, "4.7.0", "TLS not available due to temporary reason")

LINE_TOO_LONG = _reply(500, "5.5.6", "Line too long")
UNKNOWN_COMMAND = _reply(500, "5.5.2", "Command not recognized")
SYNTAX = _reply(501, "5.5.4", "Syntax error in parameters or arguments")
CANCELLED = _reply(501, "5.7.0", "Authentication cancelled")
BAD_BASE64 = _reply(501, "5.5.2", "Cannot decode base64")
NOT_IMPLEMENTED = _reply(502, "5.5.1", "Command not implemented")
BAD_SEQUENCE = _reply(503, "5.5.1", "Bad sequence of commands")
UNKNOWN_MECHANISM = _reply(504, "5.5.4", "Unrecognized authentication type")
MUST_STARTTLS = _reply(530, "5.7.0", "Must issue a STARTTLS command first")
MUST_AUTHENTICATE = _reply(530, "5.7.0", "Authentication required")
BAD_CREDENTIALS = _reply(535, "5.7.8", "Authentication credentials invalid")
ENCRYPTION_REQUIRED = _reply(538, "5.7.11", "Encryption required for requested authentication mechanism")
UNKNOWN_MAILBOX = _reply(550, "5.1.1", "Unknown mailbox")
CLOSED_MAILBOX = _reply(550, "5.2.1", "Mailbox closed")
OUTSIDE_TRUST = _reply(550, "5.7.1", "Recipient domain is not in the Espace de Confiance")
TOO_BIG = _reply(552, "5.3.4", "Message size exceeds fixed limit")
NOT_YOUR_ADDRESS = _reply(553, "5.7.1", "Sender address is not the authenticated mailbox")
BAD_ADDRESS = _reply(553, "5.1.3", "Malformed address")
NO_RECIPIENT = _reply(554, "5.5.1", "No valid recipients")
DATA_LINE_TOO_LONG = _reply(554, "5.6.0", "Message line longer than 998 octets (RFC 5322 2.1.1)")
UNKNOWN_PARAMETER = _reply(555, "5.5.4", "Parameter not recognized or not implemented")

UNAVAILABLE = _reply(421, "4.3.2", "Service not available, closing transmission channel")
AUTH_UNAVAILABLE = _reply(454, "4.7.0", "Temporary authentication failure")
MAILBOX_BUSY = _reply(450, "4.2.1", "Mailbox temporarily unavailable")
NO_DATA_NOW = _reply(554, "5.5.0", "No data accepted now")
MESSAGE_REFUSED = _reply(554, "5.7.1", "Message refused by policy")
NO_STORAGE = _reply(452, "4.3.1", "Insufficient system storage")
