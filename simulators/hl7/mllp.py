"""MLLP over TCP: VT before a message, FS CR after (HL7 v2, Transport Specification, MLLP release 1)."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal

from simulators.journal import Journal

START, END = b"\x0b", b"\x1c\x0d"
LARGEST = 64 * 1024 * 1024
"""Octets of one message; a document of 25 MB is 34 in base64."""
MOST_CONNECTIONS = 64
IDLE_S = 60.0
_READ = 65_536
_NOISE = 1_024
"""Octets outside a frame that are passed over before the peer is left."""

PeerActor = Literal["software", "gateway"]
Answering = Callable[[bytes], Awaitable[bytes | None]]


class FramingError(Exception):
    """The peer does not speak MLLP; the text says what it did."""


class Frames:
    """Takes octets as they come, gives whole messages; bounded."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._noise = 0

    @property
    def begun(self) -> bool:
        """Tell whether a message has begun and not ended."""
        return bool(self._buffer)

    def feed(self, octets: bytes) -> list[bytes]:
        """Return the messages that these octets complete; raises `FramingError`."""
        searched = max(len(self._buffer) - 1, 0)
        self._buffer += octets
        found: list[bytes] = []
        while self._buffer:
            start = self._buffer.find(START)
            before = len(self._buffer) if start < 0 else start
            if before:
                self._noise += before
                if self._noise > _NOISE:
                    raise FramingError(f"plus de {_NOISE} octets hors d'une trame VT … FS CR")
                del self._buffer[:before]
                searched = 0
                continue
            end = self._buffer.find(END, searched)
            if end < 0:
                if len(self._buffer) > LARGEST:
                    raise FramingError(f"plus de {LARGEST} octets sans FS CR")
                break
            found.append(bytes(self._buffer[1:end]))
            del self._buffer[: end + len(END)]
            searched = 0
        return found


class MllpServer:
    """Listens for messages and hands each to `answer`; what it returns goes back in a frame.

    One event `message` for each message, `answer` for each answer; a peer that breaks the framing, sends too
    much, or stays silent within a message is left, with an event `fault`.
    """

    def __init__(
        self,
        answer: Answering,
        *,
        journal: Journal,
        tenant: str,
        actor: PeerActor,
        address: str = "127.0.0.1",
        port: int = 0,
        idle_s: float = IDLE_S,
    ) -> None:
        self.port = port
        self._answer = answer
        self._journal = journal
        self._tenant = tenant
        self._actor: PeerActor = actor
        self._address = address
        self._idle_s = idle_s
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)

    async def start(self) -> int:
        """Listen; return the port."""
        self._server = await asyncio.start_server(self._connected, self._address, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def stop(self) -> None:
        """Stop listening and leave every peer."""
        if self._server is not None:
            self._server.close()
        for talk in tuple(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        if talk is None or len(self._talks) >= MOST_CONNECTIONS:
            writer.close()
            return
        self._talks.add(talk)
        connection = f"{self._tenant}-hl7-{next(self._numbers)}"
        self._say(connection, "connect", "connexion MLLP ouverte")
        try:
            await self._talk(connection, reader, writer)
        except (FramingError, TimeoutError) as error:
            self._say(connection, "fault", str(error) or f"silence de {self._idle_s:g} s dans un message")
        except (OSError, asyncio.IncompleteReadError):
            pass  # the peer is gone; the end is told below
        except asyncio.CancelledError:
            pass  # the space closes
        finally:
            self._talks.discard(talk)
            self._say(connection, "close", "connexion MLLP fermée")
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _talk(
        self, connection: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        frames = Frames()
        while True:
            # A connection at rest may stay: gateways keep theirs open for days.
            patience = self._idle_s if frames.begun else None
            octets = await asyncio.wait_for(reader.read(_READ), patience)
            if not octets:
                return
            for message in frames.feed(octets):
                note_message(self._journal, self._tenant, connection, message, "product", self._actor)
                answer = await self._answer(message)
                if answer is None:
                    continue
                note_message(self._journal, self._tenant, connection, answer, self._actor, "product")
                writer.write(START + answer + END)
                await writer.drain()

    def _say(self, connection: str, name: str, text: str) -> None:
        self._journal.record(
            self._tenant, "hl7", name, text, source="product", target=self._actor, connection=connection
        )


Side = Literal["product", "software", "gateway"]


def note_message(  # noqa: PLR0917  (who says what to whom)
    journal: Journal, tenant: str, connection: str, message: bytes, source: Side, target: Side
) -> None:
    """Record one message with its octets."""
    fields = msh_fields(message)
    kind, control_id = fields.get(9, "?"), fields.get(10, "")
    name = "answer" if kind.startswith("ACK") else "message"
    text = f"{kind} {control_id}"
    if name == "answer":
        msa = _segment(message, b"MSA")
        text = f"{kind} MSA|{msa.get(1, '')}|{msa.get(2, '')}"
    journal.record(
        tenant,
        "hl7",
        name,
        text,
        source=source,
        target=target,
        connection=connection,
        data={"type": kind, "control_id": control_id, "octets": len(message)},
        raw=message,
        media_type="application/edi-hl7v2",
    )


def msh_fields(message: bytes) -> dict[int, str]:
    """Return the fields of MSH by number, as written; empty when the message does not begin with MSH."""
    line = message.split(b"\r", 1)[0][:2_000].decode("utf-8", "replace")
    if not line.startswith("MSH") or len(line) < 5:
        return {}
    return {number: value for number, value in enumerate(line.split(line[3]), 1) if number > 1}


def _segment(message: bytes, name: bytes) -> dict[int, str]:
    for line in message[:20_000].split(b"\r"):
        if line.startswith(name):
            return dict(enumerate(line.decode("latin-1").split("|")))
    return {}


async def exchange(address: str, port: int, message: bytes, timeout_s: float) -> bytes | None:
    """Send one message and return the answer, None when none came in time.

    Raises `OSError` when nobody listens there, `FramingError` when the answer is not in a frame.
    """
    reader, writer = await asyncio.wait_for(asyncio.open_connection(address, port), timeout_s)
    frames = Frames()
    try:
        writer.write(START + message + END)
        await asyncio.wait_for(writer.drain(), timeout_s)
        async with asyncio.timeout(timeout_s):
            while True:
                octets = await reader.read(_READ)
                if not octets:
                    return None
                found = frames.feed(octets)
                if found:
                    return found[0]
    except TimeoutError:
        return None
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
