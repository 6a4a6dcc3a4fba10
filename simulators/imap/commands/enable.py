"""ENABLE (RFC 9051 §6.3.1): IMAP4rev2, UTF8=ACCEPT, CONDSTORE, QRESYNC."""

from __future__ import annotations

from simulators.imap.commands.registry import ONLY_AUTHENTICATED, Call, command
from simulators.imap.responses import Status, ok
from simulators.imap.session import Session

_KNOWN = {
    "IMAP4REV2": "IMAP4rev2",
    "UTF8=ACCEPT": "UTF8=ACCEPT",
    "CONDSTORE": "CONDSTORE",
    "QRESYNC": "QRESYNC",
}


@command("ENABLE", "RFC 9051 §6.3.1", ONLY_AUTHENTICATED)
async def enable(session: Session, call: Call) -> Status:
    """Enable what is known of the list, tell what became enabled, ignore the rest.

    Only before a mailbox is selected: clients MUST NOT send it afterwards (RFC 5161 §3.1).
    """
    asked: list[str] = []
    while True:
        call.arguments.space()
        asked.append(call.arguments.keyword())
        if call.arguments.at_end():
            break
    offered = {word.upper() for word in session.capabilities()}
    enabled: list[str] = []
    for word in asked:
        if word in _KNOWN and word in offered and word not in session.enabled:
            session.enabled.add(word)
            enabled.append(_KNOWN[word])
    if session.enabled & {"CONDSTORE", "QRESYNC"}:
        session.enable_condstore()
    session.send(" ".join(["ENABLED", *enabled]).encode("ascii"))
    return ok("ENABLE completed.")
