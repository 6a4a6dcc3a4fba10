"""ENABLE (RFC 9051 §6.3.1): IMAP4rev2, UTF8=ACCEPT, CONDSTORE, QRESYNC."""

from __future__ import annotations

from simulators.imap.commands.registry import AUTHENTICATED, Call, command
from simulators.imap.responses import Status, bad, ok
from simulators.imap.session import Session, State

_KNOWN = {
    "IMAP4REV2": "IMAP4rev2",
    "UTF8=ACCEPT": "UTF8=ACCEPT",
    "CONDSTORE": "CONDSTORE",
    "QRESYNC": "QRESYNC",
}


@command("ENABLE", "RFC 9051 §6.3.1", AUTHENTICATED)
async def enable(session: Session, call: Call) -> Status:
    """Enable what is known of the list, tell what became enabled, ignore the rest."""
    asked: list[str] = []
    while True:
        call.arguments.space()
        asked.append(call.arguments.keyword())
        if call.arguments.at_end():
            break
    if session.state is State.SELECTED and "UTF8=ACCEPT" in asked:
        return bad("UTF8=ACCEPT cannot be enabled while a mailbox is selected (RFC 6855 §3).")
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
