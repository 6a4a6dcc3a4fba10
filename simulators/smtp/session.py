"""One submission session: lines in, replies out, in the order of RFC 5321 with STARTTLS, AUTH and DSN.

Written over `WireTransport` rather than on aiosmtpd: DSN parameters, the long SASL lines, the synchronous
STARTTLS, chunked DATA, enhanced codes and per-connection limits each replace a part of its command loop,
and what is left of it is not worth its 512-octet class-level limits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from simulators.operator import Account
from simulators.operator.gate import printable
from simulators.smtp import replies
from simulators.smtp.dialogue import AuthDialogue
from simulators.smtp.faults import (
    AnswerInstead,
    CloseAfter,
    GarbageReply,
    GiantReply,
    SplitReplies,
)
from simulators.smtp.replies import Reply
from simulators.smtp.transaction import MailTransaction
from simulators.wire import LineBuffer, LineTooLong, TlsState, WireTransport
from simulators.wire.faults import PointFault, StarttlsNotOffered, StarttlsRefused

if TYPE_CHECKING:
    from simulators.smtp.server import SubmissionServer

FaultAt = TypeVar("FaultAt", bound=PointFault)

COMMAND_LIMIT = 2048
"""Octets of a command other than AUTH: 512 and what SIZE, DSN, 8BITMIME and SMTPUTF8 add, rounded up."""

_WITHOUT_TLS = frozenset({"EHLO", "HELO", "STARTTLS", "NOOP", "RSET", "QUIT", "HELP"})
_WITHOUT_AUTH = _WITHOUT_TLS | {"AUTH"}


class SubmissionSession(asyncio.Protocol):
    """The SMTP server's side of one connection."""

    transport: WireTransport

    def __init__(self, server: SubmissionServer) -> None:
        self.server = server
        self.helo = ""
        self.user: Account | None = None
        self.lines = LineBuffer(server.limits.line)
        self._auth = AuthDialogue(self)
        self._mail = MailTransaction(self)
        self.extended = False
        self._errors = 0
        self._outgoing: deque[bytes] = deque()
        self._commands: dict[str, Callable[[str], Reply | None]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth.start,
            "MAIL": self._mail.mail,
            "RCPT": self._mail.rcpt,
            "DATA": self._mail.data,
            "RSET": self._rset,
            "NOOP": lambda _: replies.OK,
            "QUIT": self._quit,
            "VRFY": lambda _: replies.CANNOT_VERIFY,
            "HELP": lambda _: replies.HELP,
            "EXPN": lambda _: replies.NOT_IMPLEMENTED,
        }

    # --- octets -------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, WireTransport)
        self.transport = transport
        self._carry_out("CONNECT", lambda: Reply(220, "", (f"{self.server.policy.hostname} ESMTP",)))

    def data_received(self, data: bytes) -> None:
        """Take octets, in whichever lots they come."""
        if self._mail.receiving:
            self._mail.take(data)
        else:
            self.lines.feed(data)
        self.work()

    def eof_received(self) -> bool:
        """Close after the answers to what was received."""
        return self._mail.waiting

    def idle_timeout(self) -> None:
        """Tell the client that it was silent for too long, and close (4.4.2)."""
        if not self._mail.waiting:
            self.answer(replies.IDLE, "IDLE")
            self.flush()
            self.transport.close_because("idle")

    def work(self) -> None:
        """Handle the whole lines that are there."""
        while not (self._mail.waiting or self._mail.receiving or self.transport.is_closing()):
            try:
                line = self.lines.line()
            except LineTooLong as problem:
                self.transport.record(
                    "command",
                    f"‹{problem}›",
                    from_product=True,
                    data={"command": "", "problem": str(problem)},
                )
                self._auth.forget()
                self._refuse(replies.LINE_TOO_LONG)
                continue
            if line is None:
                return
            if self._auth.pending:
                self.settle("AUTH", self._auth.take(line))
            else:
                self._command(line)

    # --- commands -----------------------------------------------------------------------------------------

    def _command(self, line: bytes) -> None:
        try:
            text = line.rstrip(b"\r\n").decode("utf-8")
        except UnicodeDecodeError:
            text = ""
        verb, _, argument = text.strip().partition(" ")
        verb = verb.upper()
        self._record_command(line, verb, argument)
        if verb not in self._commands or "\0" in text:
            self._refuse(replies.UNKNOWN_COMMAND)
        elif len(line) > COMMAND_LIMIT and verb != "AUTH":
            self._refuse(replies.LINE_TOO_LONG)
        else:
            self.transport.at_command(verb)
            if not self.transport.is_closing():
                refusal = self._not_yet(verb)
                handler = self._commands[verb]
                self._carry_out(verb, lambda: refusal or handler(argument.strip()))

    def _record_command(self, line: bytes, verb: str, argument: str) -> None:
        known = verb in self._commands
        # An unknown command may be a token gone astray: only its first letters are shown.
        shown = argument if known else ""
        name = verb if known else f"‹commande inconnue {_first_letters(verb)}, {len(line)} octets›"
        if verb == "AUTH":
            mechanism, _, initial = argument.strip().partition(" ")
            shown = f"{_first_letters(mechanism, 20)}"
            shown += f" ‹réponse initiale, {len(initial)} octets›" if initial else ""
        self.transport.record(
            "command",
            printable(f"{name} {shown}".rstrip(), COMMAND_LIMIT),
            from_product=True,
            data={
                "command": verb if known else "",
                "argument": shown[:COMMAND_LIMIT],
                "length": len(line),
                "bare_lf": not line.endswith(b"\r\n"),
                "tls": self.transport.tls is not None,
            },
        )

    def _not_yet(self, verb: str) -> Reply | None:
        if self.transport.tls is None and verb not in _WITHOUT_TLS:
            return replies.ENCRYPTION_REQUIRED if verb == "AUTH" else replies.MUST_STARTTLS
        if verb in ("AUTH", "MAIL") and not self.helo:
            return replies.BAD_SEQUENCE.with_text("Send EHLO first")
        if self.user is None and verb not in _WITHOUT_AUTH:
            return replies.MUST_AUTHENTICATE
        return None

    def _carry_out(self, at: str, handler: Callable[[], Reply | None]) -> None:
        # The fault of AUTH comes once the response was read, so that the attempt is known.
        instead = self.fault(AnswerInstead, at) if at != "AUTH" else None
        self.settle(at, instead.reply if instead else handler())
        if instead and instead.then_close:
            self.flush()
            self.transport.close()

    def settle(self, at: str, reply: Reply | None) -> None:
        """Send the answer to the command `at` (None.

        Already sent, or to come) and what a fault adds to it.
        """
        if reply is None:
            return
        self.answer(reply, at)
        if 500 <= reply.code < 600:
            self._count_error()
        closing = self.fault(CloseAfter, at)
        if closing is not None and reply.code != replies.CHALLENGE.code:
            self.flush()
            self.transport.close_because(f"CloseAfter {at}")

    def _refuse(self, reply: Reply) -> None:
        self.answer(reply, "")
        self._count_error()

    def _count_error(self) -> None:
        self._errors += 1
        if self._errors > self.server.policy.errors:
            self.answer(replies.TOO_MANY_ERRORS, "")
            self.flush()
            self.transport.close_because("too many errors")

    # --- answers ------------------------------------------------------------------------------------------

    def fault(self, kind: type[FaultAt], at: str) -> FaultAt | None:
        """Return the fault of `kind` switched on at this point, counting it as used."""
        return self.server.faults.take(kind, at=at) if self.server.faults.any() else None

    def answer(self, reply: Reply, at: str) -> None:
        """Send a reply and put it into the journal; faults of this point change the octets."""
        octets = reply.to_bytes()
        garbage, giant = self.fault(GarbageReply, at), self.fault(GiantReply, at)
        if garbage is not None:
            octets = garbage.octets
        elif giant is not None:
            filler = (("x" * giant.width),) * giant.lines
            octets = replace(reply, lines=(*filler, *reply.lines)).to_bytes()
        self.transport.record(
            "reply",
            f"‹panne› {octets[:60]!r}…" if garbage or giant else str(reply),
            from_product=False,
            data={"code": reply.code, "enhanced": reply.enhanced, "lines": list(reply.lines), "command": at},
        )
        self._send(octets)

    def _send(self, octets: bytes) -> None:
        split = self.transport.suffers(SplitReplies) if self.server.faults.any() else None
        if split is None and not self._outgoing:
            self.transport.write(octets)
            return
        step = split.octets if split else len(octets)
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self._send_next)
        self._outgoing.extend(octets[at : at + step] for at in range(0, len(octets), step))

    def _send_next(self) -> None:
        if self._outgoing:
            self.transport.write(self._outgoing.popleft())
        if self._outgoing:
            asyncio.get_running_loop().call_soon(self._send_next)

    def flush(self) -> None:
        """Send at once what a fault holds back."""
        self.transport.write(b"".join(self._outgoing))
        self._outgoing.clear()

    # --- session ------------------------------------------------------------------------------------------

    def _ehlo(self, name: str) -> Reply | None:
        if not name:
            return replies.SYNTAX
        self._greet(name, extended=True)
        policy, tls = self.server.policy, self.transport.tls
        lines = [policy.hostname, "PIPELINING", f"SIZE {policy.size}"]
        if tls is None and self._starttls_offered():
            lines.append("STARTTLS")
        mechanisms = self.server.gate.mechanisms(tls)
        if mechanisms:
            lines.append("AUTH " + " ".join(mechanisms))
        return Reply(250, "", (*lines, "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "DSN"))

    def _helo(self, name: str) -> Reply | None:
        if not name:
            return replies.SYNTAX
        self._greet(name, extended=False)
        return Reply(250, "", (self.server.policy.hostname,))

    def _greet(self, name: str, *, extended: bool) -> None:
        self.helo, self.extended = name, extended
        self._mail.forget()

    def _starttls_offered(self) -> bool:
        if self.server.wire.tls is None:
            return False
        return not self.server.faults.any() or self.transport.suffers(StarttlsNotOffered) is None

    def _starttls(self, argument: str) -> Reply | None:
        if argument:
            return replies.SYNTAX
        if self.transport.tls is not None:
            return replies.BAD_SEQUENCE
        if not self._starttls_offered():
            return replies.NOT_IMPLEMENTED
        refused = self.transport.suffers(StarttlsRefused) if self.server.faults.any() else None
        if refused is not None:
            family = 4 if refused.code < 500 else 5
            return Reply(refused.code, f"{family}.7.0", ("TLS not available",))
        self.flush()
        self.helo, self.extended, self.user = "", False, None
        self._mail.forget()
        ready = replies.READY_FOR_TLS
        self.transport.record(
            "reply",
            str(ready),
            from_product=False,
            data={"code": 220, "enhanced": ready.enhanced, "lines": list(ready.lines), "command": "STARTTLS"},
        )
        self.transport.start_tls(ready.to_bytes(), discarded=self.lines.clear())
        return None

    def _quit(self, _: str) -> Reply | None:
        self.answer(replies.BYE, "QUIT")
        self.flush()
        self.transport.close_because("QUIT")
        return None

    def _rset(self, argument: str) -> Reply | None:
        if argument:
            return replies.SYNTAX
        self._mail.forget()
        return replies.OK

    @property
    def tls(self) -> TlsState | None:
        """The TLS channel, None in clear."""
        return self.transport.tls


def _first_letters(word: str, limit: int = 8) -> str:
    kept = "".join(
        letter for letter in word[:limit] if letter.isascii() and (letter.isalnum() or letter in "-_")
    )
    return kept + ("…" if kept != word else "")
