"""The AUTH dialogue (RFC 4954): initial response or challenge, one response, a verdict.

An AUTH line over 512 octets is taken, since operators take it, and its length goes into the journal: RFC
4954 §4 bounds the command with its initial response to the usual 512 octets and asks for the challenge
beyond, which the judge tells apart. After 334 a line may have 12288 octets.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from simulators.operator import Decision, SaslForm, decode_response, read_sasl
from simulators.operator.sasl import MECHANISMS
from simulators.smtp import replies
from simulators.smtp.faults import AnswerInstead, ErrorChallenge
from simulators.smtp.replies import Reply
from simulators.wire import TlsState

if TYPE_CHECKING:
    from simulators.smtp.session import SubmissionSession


class AuthDialogue:
    """Where an authentication stands in one session."""

    def __init__(self, session: SubmissionSession) -> None:
        self._session = session
        self._mechanism: str | None = None
        self._refusal: Reply | None = None

    @property
    def pending(self) -> bool:
        """Whether the next line belongs to the dialogue and is no command."""
        return self._mechanism is not None

    def forget(self) -> None:
        """Give the dialogue up."""
        self._mechanism = self._refusal = None

    def start(self, argument: str) -> Reply | None:
        """Answer `AUTH mechanism [initial-response]`."""
        session = self._session
        if session.user is not None:
            return replies.BAD_SEQUENCE.with_text("Already authenticated")
        words = argument.split()
        if not words or len(words) > 2:
            return replies.SYNTAX
        mechanism = words[0].upper()
        if mechanism not in MECHANISMS:
            return replies.UNKNOWN_MECHANISM
        if len(words) == 1:
            self._mechanism = mechanism
            return replies.CHALLENGE
        length = len(f"AUTH {argument}\r\n".encode())
        return self._judge(mechanism, words[1].encode(), initial=True, length=length)

    def take(self, line: bytes) -> Reply | None:
        """Take the line that follows a challenge."""
        mechanism, refusal = self._mechanism, self._refusal
        self.forget()
        assert mechanism is not None
        octets = line.rstrip(b"\r\n")
        shown = "*" if octets == b"*" else f"‹réponse, {len(octets)} octets›"
        self._session.transport.record(
            "command", shown, from_product=True, data={"command": "", "sasl": True, "length": len(line)}
        )
        if refusal is not None:
            return refusal
        if octets == b"*":
            return replies.CANCELLED
        return self._judge(mechanism, octets, initial=False, length=len(line))

    def _judge(self, mechanism: str, encoded: bytes, *, initial: bool, length: int) -> Reply | None:
        session = self._session
        response, problems = decode_response(encoded)
        form = read_sasl(mechanism, response, problems)
        instead = session.fault(AnswerInstead, "AUTH")

        def decide(form: SaslForm, tls: TlsState | None) -> Decision:
            if instead is not None:
                return Decision(False, f"fault-{instead.reply.code}")
            return session.server.gate.decide(form, tls)

        decision = session.server.gate.attempt(
            form,
            session.tls,
            record=session.transport.record,
            initial_response=initial,
            length=length,
            decide=decide,
        )
        if decision.accepted:
            session.user = decision.account
            return replies.AUTHENTICATED
        if instead is not None:
            session.settle("AUTH", instead.reply)
            if instead.then_close:
                session.transport.close()
            return None
        if "base64" in problems:
            return replies.BAD_BASE64
        return self._refuse(mechanism, decision)

    def _refuse(self, mechanism: str, decision: Decision) -> Reply:
        session = self._session
        refusal = replies.BAD_CREDENTIALS
        told_first = mechanism == "OAUTHBEARER" or (
            mechanism == "XOAUTH2"
            and session.server.faults.any()
            and session.transport.suffers(ErrorChallenge) is not None
        )
        if not told_first:
            return refusal
        self._mechanism, self._refusal = mechanism, refusal
        return replies.CHALLENGE.with_text(base64.b64encode(decision.error_challenge).decode("ascii"))
