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
from simulators.smtp import replies
from simulators.smtp.dialogue import AuthDialogue
from simulators.smtp.envelope import Envelope, Recipient
from simulators.smtp.faults import (
    AcceptUnknownMailbox,
    AnswerInstead,
    CloseAfter,
    GarbageReply,
    GiantReply,
    SplitReplies,
)
from simulators.smtp.policy import may_send_as
from simulators.smtp.receiver import DataReceiver, Received
from simulators.smtp.replies import Reply
from simulators.smtp.syntax import (
    Path,
    SyntaxProblem,
    decode_xtext,
    parse_notify,
    parse_original_recipient,
    parse_path,
)
from simulators.wire import LineBuffer, LineTooLong, TlsState, WireTransport
from simulators.wire.faults import PointFault, StarttlsNotOffered, StarttlsRefused

if TYPE_CHECKING:
    from simulators.smtp.server import SubmissionServer

FaultAt = TypeVar("FaultAt", bound=PointFault)

COMMAND_LIMIT = 2048
"""Octets of a command other than AUTH: 512 and what SIZE, DSN, 8BITMIME and SMTPUTF8 add, rounded up."""

_WITHOUT_TLS = frozenset({"EHLO", "HELO", "STARTTLS", "NOOP", "RSET", "QUIT", "HELP"})
_WITHOUT_AUTH = _WITHOUT_TLS | {"AUTH"}
_MAIL_PARAMETERS = frozenset({"SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH"})
_RCPT_PARAMETERS = frozenset({"NOTIFY", "ORCPT"})


class SubmissionSession(asyncio.Protocol):
    """The SMTP server's side of one connection."""

    transport: WireTransport

    def __init__(self, server: SubmissionServer) -> None:
        self.server = server
        self.helo = ""
        self.user: Account | None = None
        self._lines = LineBuffer(server.limits.line)
        self._auth = AuthDialogue(self)
        self._extended = False
        self._errors = 0
        self._envelope: Envelope | None = None
        self._receiver: DataReceiver | None = None
        self._waiting = False
        self._outgoing: deque[bytes] = deque()
        self._commands: dict[str, Callable[[str], Reply | None]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth.start,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
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
        if self._receiver is not None and not self._waiting:
            self._take_data(data)
        else:
            self._lines.feed(data)
        self._work()

    def eof_received(self) -> bool:
        """Close after the answers to what was received."""
        return self._waiting

    def idle_timeout(self) -> None:
        """Tell the client that it was silent for too long, and close (4.4.2)."""
        if not self._waiting:
            self.answer(replies.IDLE, "IDLE")
            self._flush()
            self.transport.close_because("idle")

    def _work(self) -> None:
        while not (self._waiting or self._receiver is not None or self.transport.is_closing()):
            try:
                line = self._lines.line()
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
        shown = argument
        if verb == "AUTH":
            mechanism, _, initial = argument.strip().partition(" ")
            shown = f"{mechanism} ‹réponse initiale, {len(initial)} octets›" if initial else mechanism
        known = verb if verb in self._commands else line[:80].decode("ascii", "backslashreplace").strip()
        self.transport.record(
            "command",
            f"{known} {shown}".rstrip() if verb in self._commands else known,
            from_product=True,
            data={
                "command": verb if verb in self._commands else "",
                "argument": shown if verb in self._commands else "",
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
            self._flush()
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
            self._flush()
            self.transport.close_because(f"CloseAfter {at}")

    def _refuse(self, reply: Reply) -> None:
        self.answer(reply, "")
        self._count_error()

    def _count_error(self) -> None:
        self._errors += 1
        if self._errors > self.server.policy.errors:
            self.answer(replies.TOO_MANY_ERRORS, "")
            self._flush()
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

    def _flush(self) -> None:
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
        self.helo, self._extended, self._envelope = name, extended, None

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
        self._flush()
        self.helo, self._extended, self._envelope, self.user = "", False, None, None
        ready = replies.READY_FOR_TLS
        self.transport.record(
            "reply",
            str(ready),
            from_product=False,
            data={"code": 220, "enhanced": ready.enhanced, "lines": list(ready.lines), "command": "STARTTLS"},
        )
        self.transport.start_tls(ready.to_bytes(), discarded=self._lines.clear())
        return None

    def _quit(self, _: str) -> Reply | None:
        self.answer(replies.BYE, "QUIT")
        self._flush()
        self.transport.close_because("QUIT")
        return None

    def _rset(self, argument: str) -> Reply | None:
        if argument:
            return replies.SYNTAX
        self._envelope = None
        return replies.OK

    # --- mail ---------------------------------------------------------------------------------------------

    def _mail(self, argument: str) -> Reply | None:
        if self._envelope is not None:
            return replies.BAD_SEQUENCE.with_text("Nested MAIL command")
        path = self._path(argument, "FROM", _MAIL_PARAMETERS)
        if isinstance(path, Reply):
            return path
        size = path.get("SIZE")
        if size is not None and (not size.isascii() or not size.isdigit() or len(size) > 20):
            return replies.SYNTAX
        if size is not None and int(size) > self.server.policy.size:
            return replies.TOO_BIG
        if not may_send_as(self.user, path.address):
            return replies.NOT_YOUR_ADDRESS
        return self._open_envelope(path)

    def _open_envelope(self, path: Path) -> Reply:
        ret, body = (path.get("RET") or "").upper(), (path.get("BODY") or "").upper()
        envid = path.get("ENVID")
        try:
            decoded = decode_xtext(envid) if envid is not None else None
        except SyntaxProblem:
            return replies.SYNTAX
        if ret not in ("", "FULL", "HDRS") or body not in ("", "7BIT", "8BITMIME"):
            return replies.SYNTAX
        if (path.has("RET") and not ret) or path.get("SMTPUTF8") is not None:
            return replies.SYNTAX
        if not path.address.isascii() and not path.has("SMTPUTF8"):
            return replies.BAD_ADDRESS
        self._envelope = Envelope(
            queue_id=self.server.next_queue_id(),
            mail_from=path.address,
            recipients=(),
            content=b"",
            user=self.user.address if self.user else None,
            ret="FULL" if ret == "FULL" else "HDRS" if ret == "HDRS" else None,
            envid=decoded,
            body=body or None,
            smtputf8=path.has("SMTPUTF8"),
            connection=self.transport.connection,
            helo=self.helo,
        )
        return replies.SENDER_OK

    def _path(self, argument: str, keyword: str, known: frozenset[str]) -> Path | Reply:
        try:
            path = parse_path(argument, keyword)
        except SyntaxProblem as problem:
            return replies.BAD_ADDRESS if problem.address else replies.SYNTAX.with_text(str(problem))
        unknown = [name for name, _ in path.parameters if name not in known]
        if unknown or (path.parameters and not self._extended):
            return replies.UNKNOWN_PARAMETER
        return path

    def _rcpt(self, argument: str) -> Reply | None:
        envelope = self._envelope
        if envelope is None:
            return replies.BAD_SEQUENCE.with_text("Send MAIL first")
        path = self._path(argument, "TO", _RCPT_PARAMETERS)
        if isinstance(path, Reply):
            return path
        if not path.address or (not path.address.isascii() and not envelope.smtputf8):
            return replies.BAD_ADDRESS
        if len(envelope.recipients) >= self.server.policy.recipients:
            return replies.TOO_MANY_RECIPIENTS
        try:
            recipient = Recipient(
                path.address,
                parse_notify(path.get("NOTIFY")) if path.has("NOTIFY") else None,
                parse_original_recipient(path.get("ORCPT")) if path.has("ORCPT") else None,
            )
        except SyntaxProblem as problem:
            return replies.SYNTAX.with_text(str(problem))
        lenient = self.server.faults.any() and self.transport.suffers(AcceptUnknownMailbox) is not None
        refusal = self.server.policy.refuses_recipient(
            path.address, self.server.accounts, accept_unknown=lenient
        )
        if refusal is None:
            self._envelope = replace(envelope, recipients=(*envelope.recipients, recipient))
        return refusal or replies.RECIPIENT_OK

    def _data(self, argument: str) -> Reply | None:
        if argument:
            return replies.SYNTAX
        if self._envelope is None:
            return replies.BAD_SEQUENCE.with_text("Send MAIL first")
        if not self._envelope.recipients:
            return replies.NO_RECIPIENT
        self.answer(replies.SEND_DATA, "DATA")
        self._receiver = DataReceiver(self.server.policy.size)
        self._take_data(self._lines.clear())
        return None

    def _take_data(self, octets: bytes) -> None:
        assert self._receiver is not None
        rest = self._receiver.feed(octets)
        if rest is not None:
            received, self._receiver = self._receiver.result(), None
            self._lines.feed(rest)
            self._end_of_data(received)

    def _end_of_data(self, received: Received) -> None:
        assert self._envelope is not None
        envelope, self._envelope = replace(self._envelope, content=received.content), None
        self.transport.at_command(".")
        refusal = None
        if received.too_big:
            refusal = replies.TOO_BIG
        elif received.line_too_long:
            refusal = replies.DATA_LINE_TOO_LONG
        instead = self.fault(AnswerInstead, ".")
        if instead is not None:
            refusal = instead.reply
        if refusal is not None or self.transport.is_closing():
            self.server.record_message(envelope, received, refusal)
            self.settle(".", refusal)
            if instead is not None and instead.then_close:
                self._flush()
                self.transport.close()
            return
        self.server.record_message(envelope, received, None)
        self._waiting = True
        self.transport.pause_reading()
        self.server.spawn(self._hand_over(envelope))

    async def _hand_over(self, envelope: Envelope) -> None:
        delivered = await self.server.hand_over(envelope)
        self._waiting = False
        if self.transport.is_closing():
            return
        queued = replies.QUEUED.with_text(f"Queued as {envelope.queue_id}")
        self.settle(".", queued if delivered else replies.LOCAL_ERROR)
        self.transport.resume_reading()
        self._work()

    @property
    def tls(self) -> TlsState | None:
        """The TLS channel, None in clear."""
        return self.transport.tls
