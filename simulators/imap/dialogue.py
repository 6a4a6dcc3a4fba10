"""The conversation of one session: greeting, commands one after the other, answers."""

from __future__ import annotations

from simulators.imap import commands
from simulators.imap.commands import Call, Spec
from simulators.imap.faults import Answer, Bye, QuotaReached, Unsolicited, WrongTag
from simulators.imap.parser.framing import Command, Continue, FrameEvent, TooBig, TooLong
from simulators.imap.parser.reader import ImpossibleName, Reader, SyntaxProblem
from simulators.imap.responses import Refused, Status, bad, bye, no, ok, refusal
from simulators.imap.session import Session
from simulators.imap.transport import ImapProtocol
from simulators.store import StoreError

_CREATING = frozenset(("APPEND", "COPY", "MOVE"))


class Dialogue:
    """Drives one session over one connection."""

    def __init__(self, session: Session, channel: ImapProtocol) -> None:
        self.session = session
        self.channel = channel

    async def run(self) -> None:
        """Talk until the session is over; raises `ConnectionError` when the client leaves."""
        session = self.session
        try:
            words = " ".join(session.capabilities())
            session.status(ok("Service de messagerie MSSanté, simulateur, prêt.", f"CAPABILITY {words}"))
            while not session.over():
                await self._handle(await self.channel.event())
                await self.channel.drain()
        except ConnectionError:
            raise
        except Exception:
            # A defect of ours: the client is told so, and the error goes on to whoever runs the server.
            self.channel.say_bye(bye("Internal error of the simulator.", "SERVERBUG"), "defect")
            raise
        finally:
            session.end()

    async def _handle(self, event: FrameEvent) -> None:
        match event:
            case Command(octets):
                await self._command(octets)
            case Continue():
                self.channel.send(b"+ OK")
            case TooBig(tag, size, limit, fatal):
                text = f"Literal of {size} octets refused, at most {limit}."
                if fatal:
                    self.session.status(bye(text, "TOOBIG"))
                    self._finish("literal too big")
                else:
                    self.session.status(no(text, "TOOBIG"), tag)
            case TooLong(tag, limit):
                if tag != "*":
                    self.session.status(bad(f"Command line longer than {limit} octets."), tag)
                self.session.status(bye(f"Command line longer than {limit} octets."))
                self._finish("line too long")
            case _:
                raise TypeError(f"unexpected event {event!r}")

    def _finish(self, reason: str) -> None:
        self.channel.closing_reason = reason
        self.session.end()

    async def _command(self, octets: bytes) -> None:
        self.channel.received(octets)
        reader = Reader(octets, utf8=self.session.utf8)
        tag = "*"
        try:
            tag = reader.tag()
            reader.space()
            call, spec = self._recognise(tag, reader)
        except SyntaxProblem as problem:
            self._wrong(tag, bad(f"{problem}."))
            return
        self.session.command_name = call.name
        self.channel.transport.at_command(call.name)
        if await self._misbehaves(call):
            return
        status = await self._execute(call, spec)
        if status is None:
            return
        if self.session.over():
            self.channel.answer(status, call.tag)
            return
        if status.kind == "BAD":
            self._wrong(call.tag, status)
            return
        self.session.errors = 0
        self._tell(call, spec)
        if self.session.over():
            return
        wrong = self.session.faults.of(WrongTag, call.name)
        self.channel.answer(status, wrong.tag if wrong else call.tag)

    def _recognise(self, tag: str, reader: Reader) -> tuple[Call, Spec]:
        name = reader.keyword()
        uid = name == "UID"
        if uid:
            reader.space()
            name = reader.keyword()
        spec = commands.find(name)
        if spec is None or (uid and not spec.uid):
            raise SyntaxProblem(f"Unknown command {'UID ' if uid else ''}{name[:20]}")
        return Call(tag, name, uid, reader), spec

    async def _execute(self, call: Call, spec: Spec) -> Status | None:
        if self.session.state not in spec.states:
            return bad(f"{call.name} is not possible in the {self.session.state.value} state.")
        try:
            return await spec.handler(self.session, call)
        except ImpossibleName as problem:
            return no(f"{problem}.", "CANNOT")
        except SyntaxProblem as problem:
            return bad(f"{problem}.")
        except Refused as refused:
            return refused.status
        except StoreError as problem:
            return refusal(problem, creating=call.name in _CREATING)

    def _tell(self, call: Call, spec: Spec) -> None:
        """Tell what happened in the mailbox meanwhile, before the answer."""
        gone = self.session.tell_updates(expunge=spec.expunge or call.uid, uid=call.uid)
        if gone:
            self.session.status(bye(f"{gone}; select again after reconnecting."))
            self._finish(gone)

    def _wrong(self, tag: str, status: Status) -> None:
        """Answer BAD; a client that goes on and on is sent away."""
        self.channel.answer(status, tag)
        self.session.errors += 1
        if self.session.errors >= self.session.services.config.errors:
            self.session.status(bye("Too many wrong commands."))
            self._finish("too many wrong commands")

    async def _misbehaves(self, call: Call) -> bool:
        """Let the faults of this command happen; say whether it is over with that."""
        faults = self.session.faults
        unsolicited = faults.of(Unsolicited, call.name)
        if unsolicited is not None:
            for line in unsolicited.lines:
                self.session.send(line)
        farewell = faults.of(Bye, call.name)
        if farewell is not None:
            self.session.status(bye(farewell.text, farewell.code))
            self._finish("fault: Bye")
            return True
        if faults.of(QuotaReached, call.name) is not None:
            self.channel.answer(no("Quota reached.", "OVERQUOTA"), call.tag)
            return True
        answer = faults.of(Answer, call.name)
        if answer is not None:
            self.channel.answer(Status(answer.kind, answer.text, answer.code), call.tag)
            return True
        return False
