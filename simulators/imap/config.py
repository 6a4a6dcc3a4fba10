"""What an IMAP server of the space is like: switches, capabilities, limits."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulators.imap.parser.framing import Limits

APPEND_LIMIT = 50_000_000


@dataclass(frozen=True, slots=True)
class ImapConfig:
    """Switches of one server.

    `sasl_ir` and `rev2` say whether SASL-IR and IMAP4rev2 are offered (rev2 includes SASL-IR, so it is only
    offered with it). `hidden` and `extra` change the capability list alone: a wrong list on purpose.
    Times are in seconds of the tenant's clock: `idle_s` without a command before the server says BYE
    (RFC 9051 §5.4: at least 30 minutes), `login_s` for a client that does not authenticate. `errors` is the
    number of wrong commands in a row after which the server says BYE.
    """

    sasl_ir: bool = True
    rev2: bool = True
    literal_plus: bool = True
    hidden: frozenset[str] = frozenset()
    extra: tuple[str, ...] = ()
    idle_s: float = 1860.0
    login_s: float = 180.0
    errors: int = 20
    limits: Limits = field(default_factory=lambda: Limits(message=APPEND_LIMIT))


BASE = ("ID", "ENABLE", "IDLE")
BEFORE_TLS = ("STARTTLS", "LOGINDISABLED")
AUTHENTICATED = (
    "NAMESPACE",
    "UNSELECT",
    "UIDPLUS",
    "CHILDREN",
    "SPECIAL-USE",
    "CREATE-SPECIAL-USE",
    "LIST-EXTENDED",
    "LIST-STATUS",
    "STATUS=SIZE",
    "MOVE",
    "ESEARCH",
    "SEARCHRES",
    "SORT",
    "CONDSTORE",
    "QRESYNC",
    "BINARY",
    "PREVIEW",
    "MULTIAPPEND",
    "UTF8=ACCEPT",
    "QUOTA",
    "QUOTA=RES-STORAGE",
)
"""What an authenticated session is offered; each of these words is a promise kept under `commands`."""


def capabilities(
    config: ImapConfig, *, tls: bool, authenticated: bool, mechanisms: tuple[str, ...], starttls: bool = True
) -> list[str]:
    """Return the capability list for a session in this state.

    `mechanisms` are the SASL mechanisms usable now; none is shown before TLS. LOGIN stands and falls with
    PLAIN.
    """
    words = ["IMAP4rev1"]
    if config.rev2 and config.sasl_ir:
        words.append("IMAP4rev2")
    words.append("LITERAL+" if config.literal_plus else "LITERAL-")
    words += BASE
    if config.sasl_ir:
        words.append("SASL-IR")
    if authenticated:
        words += AUTHENTICATED
        words.append(f"APPENDLIMIT={config.limits.message}")
    elif tls:
        words += [f"AUTH={name}" for name in mechanisms]
        if "PLAIN" not in mechanisms:
            words.append("LOGINDISABLED")
    else:
        words += [word for word in BEFORE_TLS if starttls or word != "STARTTLS"]
    shown = [word for word in words if word.upper() not in config.hidden]
    return shown + [word for word in config.extra if word not in shown]
