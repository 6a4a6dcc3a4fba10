"""The transport room: one connection, its octets in bounded buffers, and its session's task."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from simulators.imap import trace
from simulators.imap.parser.framing import FrameEvent, Framer, Limits, Line, TooLong
from simulators.imap.responses import Status
from simulators.wire import TlsState, WireTransport

UNREAD_LIMIT = 262_144
"""Octets kept of what a client sends ahead; beyond, it is read no further until they are used."""
FLUSH_AT = 65_536
_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class ImapProtocol(asyncio.Protocol):
    """One connection. `run` is the session's conversation, started when the connection is made.

    `may_append` says whether messages (large literals) are welcome yet.
    """

    transport: WireTransport

    def __init__(
        self,
        limits: Limits,
        run: Callable[[ImapProtocol], Awaitable[None]],
        started: Callable[[asyncio.Task[None]], None],
    ) -> None:
        self._framer = Framer(limits, self._appending)
        self._run = run
        self._started = started
        self._news = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._out: list[bytes] = []
        self._out_size = 0
        self._shown = 0
        self._hidden = 0
        self._unwritten: list[tuple[bytes, str | None]] = []
        self._reading = True
        self._established: asyncio.Future[None] | None = None
        self.lost = False
        self.idle = False
        self.may_append = False
        self.closing_reason = "session over"

    def _appending(self, name: str) -> bool:
        return self.may_append and name == "APPEND"

    # -- asyncio ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the conversation."""
        assert isinstance(transport, WireTransport)
        self.transport = transport
        transport.set_write_buffer_limits(high=FLUSH_AT * 4)
        self._started(asyncio.get_running_loop().create_task(self._conversation()))

    async def _conversation(self) -> None:
        try:
            await self._run(self)
        except ConnectionError:
            # The peer left: its session is over, and the wire's journal says how.
            return
        finally:
            self.flush()
            self.transport.close_because(self.closing_reason)

    def data_received(self, data: bytes) -> None:
        """Take octets; stop reading when the session does not keep up."""
        self._acknowledge()
        self._framer.feed(data)
        if self._reading and self._framer.unread > UNREAD_LIMIT:
            self._reading = False
            self.transport.pause_reading()
        self._news.set()

    def _acknowledge(self) -> None:
        """Have the system acknowledge at once what arrived.

        Clients that write in several pieces (imaplib: a literal, then its line end; all of them: the end of
        the TLS handshake, then a command) would otherwise wait 40 ms each time, by Nagle's algorithm on their
        side and delayed acknowledgement on ours. Linux forgets the wish soon, so it is told each time.
        """
        if _QUICK_ACK is not None and not self.transport.is_closing():
            endpoint = self.transport.get_extra_info("socket")
            if endpoint is not None:
                endpoint.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)

    def eof_received(self) -> bool:
        """Answer what was already sent, then close."""
        self.lost = True
        self._news.set()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """End the session."""
        self._write_down()
        self.lost = True
        self._out.clear()
        self._out_size = 0
        self._news.set()
        self._writable.set()
        if self._established is not None and not self._established.done():
            self._established.set_exception(ConnectionResetError("connection lost during the TLS handshake"))

    def pause_writing(self) -> None:
        """Note that the peer reads slowly."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Note that the peer caught up."""
        self._writable.set()

    def idle_timeout(self) -> None:
        """Be told by the wire that the client was silent for too long (RFC 9051 §5.4)."""
        self.say_bye(Status("BYE", "Autologout, the session was idle for too long."), "idle")

    def say_bye(self, status: Status, reason: str) -> None:
        """Say BYE now and close, whatever the session is doing."""
        if self.transport.is_closing():
            return
        self.send(status.line("*"))
        self.flush()
        self.transport.close_because(reason)
        self.lost = True
        self._news.set()

    # -- in -----------------------------------------------------------------------------------------------

    async def event(self) -> FrameEvent:
        """Return the next command or framing event; raises `ConnectionError` when the peer left."""
        while True:
            found = self._framer.next()
            if found is not None:
                return found
            await self._more()

    async def line(self) -> Line | TooLong:
        """Return the next bare line; raises `ConnectionError`."""
        while True:
            found = self._framer.next_line()
            if found is not None:
                return found
            await self._more()

    def waiting_line(self) -> Line | TooLong | None:
        """Return a line that is already there."""
        return self._framer.next_line()

    async def wait(self) -> None:
        """Return when the peer sent something or `notify` was called; raises `ConnectionError`."""
        await self._more()

    async def _more(self) -> None:
        if self.lost:
            raise ConnectionResetError("the client closed the connection")
        await self.drain()
        if not self._reading:
            self._reading = True
            self.transport.resume_reading()
        await self._news.wait()
        self._news.clear()

    def notify(self) -> None:
        """Wake whoever waits while idling: the mailbox changed."""
        if self.idle:
            self._news.set()

    # -- out ----------------------------------------------------------------------------------------------

    def send(self, line: bytes, shown: str | None = None) -> None:
        """Queue one response."""
        self._out.append(line)
        self._out.append(b"\r\n")
        self._out_size += len(line) + 2
        if self._shown < trace.REPLIES_SHOWN:
            self._shown += 1
            self._unwritten.append((line, shown))
            if not self.idle:
                self._write_down()
        else:
            self._hidden += 1
        if self._out_size >= FLUSH_AT:
            self.flush()

    def record(
        self, name: str, text: str, *, from_product: bool, data: Mapping[str, Any] | None = None
    ) -> None:
        """Put an event into the journal."""
        self._write_down()
        self.transport.record(name, text, from_product=from_product, data=data)

    def _write_down(self) -> None:
        """Put the replies that wait for it into the journal."""
        unwritten, self._unwritten = self._unwritten, []
        for line, shown in unwritten:
            text, data = trace.reply_line(line)
            self.transport.record("reply", shown or text, from_product=False, data=data)

    def received(self, octets: bytes) -> None:
        """Put a command into the journal, and begin to count its replies."""
        self._write_down()
        self._shown = self._hidden = 0
        text, data = trace.command_line(octets)
        self.transport.record("command", text, from_product=True, data=data)

    def answer(self, status: Status, tag: str) -> None:
        """Send the tagged answer; it is always shown."""
        self._write_down()
        if self._hidden:
            text = f"… {self._hidden} autres réponses"
            self.transport.record("reply", text, from_product=False, data={"hidden": self._hidden})
        self._shown = self._hidden = 0
        self.send(status.line(tag))

    def flush(self) -> None:
        """Hand what is queued to the transport."""
        if self._out and not self.transport.is_closing():
            self.transport.write(b"".join(self._out))
        self._out.clear()
        self._out_size = 0
        if self._unwritten:
            # One delivery wakes all sessions in IDLE: each is told before the journal is told of any.
            asyncio.get_running_loop().call_soon(self._write_down)

    async def drain(self) -> None:
        """Hand over what is queued; wait while the peer reads slowly."""
        self.flush()
        if not self._writable.is_set():
            await self._writable.wait()
        if self.lost and self.transport.is_closing():
            raise ConnectionResetError("the client closed the connection")

    # -- TLS ----------------------------------------------------------------------------------------------

    @property
    def tls(self) -> bool:
        """Whether the channel is protected."""
        return self.transport.tls is not None

    @property
    def tls_state(self) -> TlsState | None:
        """What is known of the protected channel."""
        return self.transport.tls

    async def start_tls(self, answer: bytes) -> None:
        """Send `answer` in clear, drop what the client sent ahead, and negotiate TLS (RFC 9051 §6.2.1)."""
        self.flush()
        text, data = trace.reply_line(answer)
        self.transport.record("reply", text, from_product=False, data=data)
        self._established = asyncio.get_running_loop().create_future()
        established = self._established

        def stands(state: TlsState) -> None:
            del state
            self._acknowledge()
            if not established.done():
                established.set_result(None)

        self.transport.start_tls(answer + b"\r\n", discarded=self._framer.discard(), on_established=stands)
        await established
        self._established = None
