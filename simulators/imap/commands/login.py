"""LOGIN (RFC 9051 §6.2.3): the same as AUTHENTICATE PLAIN, and allowed only where PLAIN is."""

from __future__ import annotations

from simulators.imap.commands.authenticate import finish, require_tls
from simulators.imap.commands.registry import BEFORE, Call, command
from simulators.imap.responses import Status, no
from simulators.imap.session import Session
from simulators.operator.sasl import read_sasl


@command("LOGIN", "RFC 9051 §6.2.3", BEFORE)
async def login(session: Session, call: Call) -> Status:
    """Authenticate with a name and a password, under TLS with a client certificate (BAL APP)."""
    call.arguments.space()
    user = call.arguments.astring()
    call.arguments.space()
    password = call.arguments.astring()
    call.arguments.end()
    require_tls(session)
    if "PLAIN" not in session.services.gate.mechanisms(session.channel.tls_state):
        return no("LOGIN is disabled; use AUTHENTICATE XOAUTH2.", "PRIVACYREQUIRED")
    form = read_sasl("PLAIN", b"\x00" + user + b"\x00" + password)
    return await finish(session, form, length=len(call.arguments.data) + 2, initial=True)
