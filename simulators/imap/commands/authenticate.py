"""AUTHENTICATE (RFC 9051 §6.2.2) with SASL-IR (RFC 4959): XOAUTH2, OAUTHBEARER, PLAIN, EXTERNAL."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from simulators.imap.commands.registry import BEFORE, Call, command
from simulators.imap.faults import AuthenticationFailed
from simulators.imap.parser.framing import TooLong
from simulators.imap.parser.reader import Reader, SyntaxProblem
from simulators.imap.responses import Refused, Status, bad, no, ok
from simulators.imap.session import Session
from simulators.operator import Decision, SaslForm, decode_response, read_sasl
from simulators.wire import TlsState

_BEARER = frozenset(("XOAUTH2", "OAUTHBEARER"))
_NOT_ENTITLED = frozenset(("not-a-holder", "closed-mailbox"))


@dataclass(frozen=True, slots=True)
class Response:
    """What the client sent: base64, the length of its line in octets, whether it came with the command."""

    text: bytes
    length: int
    initial: bool


@command("AUTHENTICATE", "RFC 9051 §6.2.2", BEFORE)
async def authenticate(session: Session, call: Call) -> Status:
    """Run a SASL exchange of one client response, initial or after an empty challenge."""
    call.arguments.space()
    mechanism = call.arguments.keyword()
    response = _initial(session, call.arguments)
    require_tls(session)
    if mechanism not in session.services.gate.mechanisms(session.channel.tls_state):
        return no(f"Mechanism {mechanism[:20]} is not available here.", "CANNOT")
    response = response or await _challenge(session)
    octets, problems = decode_response(response.text)
    form = read_sasl(mechanism, octets, problems)
    status = await finish(session, form, length=response.length, initial=response.initial)
    if "base64" in problems:
        return bad("The response is not base64.")
    return status


def _initial(session: Session, arguments: Reader) -> Response | None:
    if arguments.at_end():
        return None
    arguments.space()
    text = arguments.data[arguments.position :]
    arguments.position = len(arguments.data)
    if not session.services.config.sasl_ir:
        raise SyntaxProblem("Initial responses are not supported; wait for the challenge")
    return Response(text, len(arguments.data) + 2, True)


async def _challenge(session: Session) -> Response:
    """Send an empty challenge and return the client's response; raises `SyntaxProblem` when it cancels."""
    session.channel.send(b"+ ")
    await session.channel.drain()
    answer = await session.channel.line()
    if isinstance(answer, TooLong):
        raise SyntaxProblem("The response is too long")
    if answer.octets == b"*":
        raise SyntaxProblem("Authentication cancelled by the client")
    return Response(answer.octets, len(answer.octets) + 2, False)


def require_tls(session: Session) -> None:
    """Refuse to authenticate in clear, from any address (RFC 9051 §11.1, ECO.1.2.1)."""
    if not session.channel.tls:
        raise Refused(no("Use STARTTLS first.", "PRIVACYREQUIRED"))


async def finish(session: Session, form: SaslForm, *, length: int, initial: bool) -> Status:
    """Have the response judged and answer."""
    fault = session.faults.of(AuthenticationFailed, "AUTHENTICATE")

    def refuse(form: SaslForm, tls: TlsState | None) -> Decision:
        del form, tls
        return Decision(False, "fault")

    decision = session.services.gate.attempt(
        form,
        session.channel.tls_state,
        record=session.channel.record,
        initial_response=initial,
        length=length,
        decide=refuse if fault else None,
    )
    if decision.accepted and decision.account is not None:
        session.login(session.services.store.account(decision.account.address))
        return ok("Authenticated.", "CAPABILITY " + " ".join(session.capabilities()))
    if form.mechanism in _BEARER:
        status = fault.status if fault else "401" if decision.reason.startswith("token-") else "400"
        await _error_challenge(session, form.mechanism, decision, status)
    code = "AUTHORIZATIONFAILED" if decision.reason in _NOT_ENTITLED else "AUTHENTICATIONFAILED"
    return no(decision.text, code)


async def _error_challenge(session: Session, mechanism: str, decision: Decision, status: str) -> None:
    """Say in JSON what is wrong, and wait for the client's empty answer (RFC 7628 §3.2.3)."""
    challenge = decision.error_challenge
    if mechanism == "XOAUTH2":
        challenge = json.dumps({"status": status, "schemes": "bearer", "scope": "openid scope_all"}).encode()
    session.channel.send(b"+ " + base64.b64encode(challenge))
    await session.channel.drain()
    await session.channel.line()
