"""A small asyncio IMAP client, for programs written like those of vendors who use asyncio.

aioimaplib, the one maintained asyncio client on PyPI, is under GPL-3.0 and so not for this project; this one
stands in for it. Streams of the standard library, TLS by `StreamWriter.start_tls`, many commands under way at
once (each waits for its own tag), untagged responses handed to whoever listens.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from dataclasses import dataclass, field
from itertools import count

_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


@dataclass
class Answer:
    """How a command ended: OK, NO or BAD with its text, and the untagged responses since the one before."""

    kind: str
    text: str
    untagged: list[bytes] = field(default_factory=list)


class AsyncImap:
    """One connection; make it with `connect`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deadline_s: float) -> None:
        self._reader, self._writer, self._deadline_s = reader, writer, deadline_s
        self._tags = count(1)
        self._waiting: dict[bytes, asyncio.Future[Answer]] = {}
        self._untagged: list[bytes] = []
        self._continued: asyncio.Queue[bytes] = asyncio.Queue()
        self._pump: asyncio.Task[None] | None = None
        self.unsolicited: asyncio.Queue[bytes] = asyncio.Queue()

    @classmethod
    async def connect(cls, port: int, context: ssl.SSLContext, deadline_s: float = 10.0) -> AsyncImap:
        """Connect, read the greeting, go under TLS."""
        reader, writer = await asyncio.open_connection("localhost", port)
        client = cls(reader, writer, deadline_s)
        greeting = await client._response()
        assert greeting.startswith(b"* OK"), greeting
        writer.write(b"T STARTTLS\r\n")
        assert (await client._response()).startswith(b"T OK")
        await writer.start_tls(context, server_hostname="localhost")
        client._pump = asyncio.create_task(client._read())
        return client

    async def _response(self) -> bytes:
        """Read one response, its literals included; empty at the end."""
        text = await self._reader.readline()
        while found := _LITERAL.search(text):
            text += await self._reader.readexactly(int(found.group(1)))
            text += await self._reader.readline()
        return text.removesuffix(b"\r\n")

    async def _read(self) -> None:
        while line := await self._response():
            tag, _, rest = line.partition(b" ")
            if tag == b"*":
                self._untagged.append(rest)
                self.unsolicited.put_nowait(rest)
            elif tag == b"+":
                self._continued.put_nowait(rest)
            else:
                kind, _, text = rest.decode("utf-8", "replace").partition(" ")
                untagged, self._untagged = self._untagged, []
                self._waiting.pop(tag).set_result(Answer(kind, text, untagged))

    def start(self, command: bytes) -> asyncio.Future[Answer]:
        """Send a command without waiting for its answer."""
        tag = b"P%d" % next(self._tags)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[tag] = answer
        self._writer.write(tag + b" " + command + b"\r\n")
        return answer

    async def do(self, command: str | bytes) -> Answer:
        """Send a command and wait for its answer."""
        octets = command.encode() if isinstance(command, str) else command
        return await asyncio.wait_for(self.start(octets), self._deadline_s)

    async def login(self, address: str, token: str) -> Answer:
        """Authenticate by XOAUTH2 with an initial response."""
        response = f"user={address}\x01auth=Bearer {token}\x01\x01".encode()
        return await self.do(b"AUTHENTICATE XOAUTH2 " + base64.b64encode(response))

    async def append(self, mailbox: str, message: bytes) -> Answer:
        """Append a message, waiting for the go-ahead as a client without LITERAL+ does."""
        answer = self.start(f"APPEND {mailbox} {{{len(message)}}}".encode())
        await asyncio.wait_for(self._continued.get(), self._deadline_s)
        self._writer.write(message + b"\r\n")
        return await asyncio.wait_for(answer, self._deadline_s)

    async def idle(self) -> asyncio.Future[Answer]:
        """Begin IDLE; what happens comes into `unsolicited` until `done`."""
        answer = self.start(b"IDLE")
        await asyncio.wait_for(self._continued.get(), self._deadline_s)
        while not self.unsolicited.empty():
            self.unsolicited.get_nowait()
        return answer

    async def hear(self) -> bytes:
        """Return the next untagged response."""
        return await asyncio.wait_for(self.unsolicited.get(), self._deadline_s)

    async def done(self, idling: asyncio.Future[Answer]) -> Answer:
        """End IDLE."""
        self._writer.write(b"DONE\r\n")
        return await asyncio.wait_for(idling, self._deadline_s)

    async def close(self) -> None:
        """Log out and wait until the connection is closed."""
        await self.do("LOGOUT")
        if self._pump is not None:
            await asyncio.wait_for(self._pump, self._deadline_s)
        self._writer.close()
        await self._writer.wait_closed()
