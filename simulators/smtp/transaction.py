"""The mail transaction: MAIL, RCPT, DATA, and what follows the end of data (RFC 5321 §3.3, RFC 3461)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulators.smtp import replies
from simulators.smtp.envelope import Envelope, Recipient
from simulators.smtp.faults import AcceptUnknownMailbox, AnswerInstead
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

if TYPE_CHECKING:
    from simulators.smtp.session import SubmissionSession

_MAIL_PARAMETERS = frozenset({"SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH"})
_RCPT_PARAMETERS = frozenset({"NOTIFY", "ORCPT"})


class MailTransaction:
    """Where the mail of one session stands. While `waiting`, the message is being handed over."""

    def __init__(self, session: SubmissionSession) -> None:
        self.waiting = False
        self._session = session
        self._envelope: Envelope | None = None
        self._receiver: DataReceiver | None = None

    @property
    def receiving(self) -> bool:
        """Whether octets belong to a message."""
        return self._receiver is not None

    def forget(self) -> None:
        """Give up the transaction (RSET, EHLO, STARTTLS)."""
        self._envelope = None

    def mail(self, argument: str) -> Reply | None:
        """Answer MAIL."""
        if self._envelope is not None:
            return replies.BAD_SEQUENCE.with_text("Nested MAIL command")
        path = self._path(argument, "FROM", _MAIL_PARAMETERS)
        if isinstance(path, Reply):
            return path
        size = path.get("SIZE")
        if size is not None and (not size.isascii() or not size.isdigit() or len(size) > 20):
            return replies.SYNTAX
        if size is not None and int(size) > self._session.server.policy.size:
            return replies.TOO_BIG
        if not may_send_as(self._session.user, path.address):
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
            queue_id=self._session.server.next_queue_id(),
            mail_from=path.address,
            recipients=(),
            content=b"",
            user=self._session.user.address if self._session.user else None,
            ret="FULL" if ret == "FULL" else "HDRS" if ret == "HDRS" else None,
            envid=decoded,
            body=body or None,
            smtputf8=path.has("SMTPUTF8"),
            connection=self._session.transport.connection,
            helo=self._session.helo,
        )
        return replies.SENDER_OK

    def _path(self, argument: str, keyword: str, known: frozenset[str]) -> Path | Reply:
        try:
            path = parse_path(argument, keyword)
        except SyntaxProblem as problem:
            return replies.BAD_ADDRESS if problem.address else replies.SYNTAX.with_text(str(problem))
        unknown = [name for name, _ in path.parameters if name not in known]
        if unknown or (path.parameters and not self._session.extended):
            return replies.UNKNOWN_PARAMETER
        return path

    def rcpt(self, argument: str) -> Reply | None:
        """Answer RCPT."""
        envelope = self._envelope
        if envelope is None:
            return replies.BAD_SEQUENCE.with_text("Send MAIL first")
        path = self._path(argument, "TO", _RCPT_PARAMETERS)
        if isinstance(path, Reply):
            return path
        if not path.address or (not path.address.isascii() and not envelope.smtputf8):
            return replies.BAD_ADDRESS
        if len(envelope.recipients) >= self._session.server.policy.recipients:
            return replies.TOO_MANY_RECIPIENTS
        try:
            recipient = Recipient(
                path.address,
                parse_notify(path.get("NOTIFY")) if path.has("NOTIFY") else None,
                parse_original_recipient(path.get("ORCPT")) if path.has("ORCPT") else None,
            )
        except SyntaxProblem as problem:
            return replies.SYNTAX.with_text(str(problem))
        lenient = (
            self._session.server.faults.any()
            and self._session.transport.suffers(AcceptUnknownMailbox) is not None
        )
        refusal = self._session.server.policy.refuses_recipient(
            path.address, self._session.server.accounts, accept_unknown=lenient
        )
        if refusal is None:
            self._envelope = replace(envelope, recipients=(*envelope.recipients, recipient))
        return refusal or replies.RECIPIENT_OK

    def data(self, argument: str) -> Reply | None:
        """Answer DATA."""
        if argument:
            return replies.SYNTAX
        if self._envelope is None:
            return replies.BAD_SEQUENCE.with_text("Send MAIL first")
        if not self._envelope.recipients:
            return replies.NO_RECIPIENT
        self._session.answer(replies.SEND_DATA, "DATA")
        self._receiver = DataReceiver(self._session.server.policy.size)
        self.take(self._session.lines.clear())
        return None

    def take(self, octets: bytes) -> None:
        """Take octets of the message."""
        assert self._receiver is not None
        rest = self._receiver.feed(octets)
        if rest is not None:
            received, self._receiver = self._receiver.result(), None
            self._session.lines.feed(rest)
            self._end_of_data(received)

    def _end_of_data(self, received: Received) -> None:
        assert self._envelope is not None
        envelope, self._envelope = replace(self._envelope, content=received.content), None
        self._session.transport.at_command(".")
        refusal = None
        if received.too_big:
            refusal = replies.TOO_BIG
        elif received.line_too_long:
            refusal = replies.DATA_LINE_TOO_LONG
        instead = self._session.fault(AnswerInstead, ".")
        if instead is not None:
            refusal = instead.reply
        if refusal is not None or self._session.transport.is_closing():
            self._session.server.record_message(envelope, received, refusal)
            self._session.settle(".", refusal)
            if instead is not None and instead.then_close:
                self._session.flush()
                self._session.transport.close()
            return
        self._session.server.record_message(envelope, received, None)
        self.waiting = True
        self._session.transport.pause_reading()
        self._session.server.spawn(self._hand_over(envelope))

    async def _hand_over(self, envelope: Envelope) -> None:
        delivered = await self._session.server.hand_over(envelope)
        self.waiting = False
        if self._session.transport.is_closing():
            return
        queued = replies.QUEUED.with_text(f"Queued as {envelope.queue_id}")
        self._session.settle(".", queued if delivered else replies.LOCAL_ERROR)
        self._session.transport.resume_reading()
        self._session.work()
