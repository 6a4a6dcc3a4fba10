"""The server: UDP and TCP on one port of the space's loop."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Awaitable, Callable

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from simulators.dns.faults import DnsFault
from simulators.dns.zone import IndexedZone, Zone
from simulators.journal import Journal

UDP_OCTETS = 1232
"""Largest answer over UDP to a client that announces EDNS (512 without: RFC 1035 §4.2.1)."""
TCP_SECONDS = 10.0
TCP_QUESTIONS = 100
TCP_CONNECTIONS = 64
PENDING = 1000
"""Bound on the questions being answered at a time; those above are dropped, as a busy server does."""

Send = Callable[[bytes], Awaitable[None]]


class DnsServer:
    """Authoritative for the domains of the tenants; every other name is REFUSED.

    Questions and answers are journalled under the tenant of the name (the empty one when there is none).
    `add_tenant`, `remove_tenant` and `break_with` may be called from any thread.
    """

    def __init__(self, *, journal: Journal, address: str = "127.0.0.1", port: int = 0) -> None:
        self.address = address
        self._asked_port = port
        self._journal = journal
        self._zones: dict[str, IndexedZone] = {}
        self._faults: dict[str, tuple[DnsFault, ...]] = {}
        self._sockets: tuple[socket.socket, socket.socket] | None = None
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port of both UDP and TCP; `RuntimeError` before `reserve` or `start`."""
        if self._sockets is None:
            raise RuntimeError("the DNS server has no port yet: call reserve() or start() first")
        port: int = self._sockets[0].getsockname()[1]
        return port

    def reserve(self) -> int:
        """Bind both sockets to one port and return it; raises `OSError` when the asked one is taken."""
        if self._sockets is None:
            self._sockets = _bind_pair(self.address, self._asked_port)
        return self.port

    async def start(self) -> int:
        """Answer; return the port."""
        port = self.reserve()
        if self._udp is None and self._sockets is not None:
            tcp, udp = self._sockets
            loop = asyncio.get_running_loop()
            self._udp, _ = await loop.create_datagram_endpoint(lambda: _Udp(self), sock=udp)
            self._tcp = await asyncio.start_server(self._serve_tcp, sock=tcp, limit=70_000)
        return port

    async def stop(self) -> None:
        """Close both sockets and drop what is being answered."""
        if self._tcp is not None:
            self._tcp.close()
        if self._udp is not None:
            self._udp.close()
        pending = [*self._tasks, *self._connections]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        await asyncio.sleep(0)  # the transports close their sockets on the next turn of the loop
        if self._sockets is not None:
            for bound in self._sockets:
                bound.close()
        self._tcp = self._udp = self._sockets = None

    # Tenants

    def add_tenant(self, zone: Zone) -> None:
        """Answer for a tenant's domain (again, with other records, when it is known already)."""
        self._zones[zone.tenant] = IndexedZone(zone)

    def remove_tenant(self, tenant: str) -> None:
        """Forget a tenant and its faults."""
        self._zones.pop(tenant, None)
        self._faults.pop(tenant, None)

    def break_with(self, tenant: str, *faults: DnsFault) -> None:
        """Switch these faults on for a tenant, and those before off."""
        self._faults[tenant] = faults

    def repair(self, tenant: str) -> None:
        """Switch all faults of a tenant off."""
        self._faults.pop(tenant, None)

    # Wire

    def take(self, wire: bytes, send: Send, *, over_udp: bool, connection: str) -> None:
        """Answer one question in a task of its own."""
        if len(self._tasks) >= PENDING:
            return
        task = asyncio.create_task(self._answer(wire, send, over_udp, connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, wire: bytes, send: Send, over_udp: bool, connection: str) -> None:
        query = _parse(wire)
        if query is None:
            error = _format_error(wire)
            if error is not None:
                await send(error)
            return
        zone = self._zone_of(query)
        tenant = zone.zone.tenant if zone else ""
        self._record_query(tenant, query, wire, over_udp, connection)
        answer: dns.message.Message | None = _resolve(query, zone)
        for fault in self._faults.get(tenant, ()):
            await asyncio.sleep(fault.delay_s())
            if answer is not None:
                answer = fault.spoil(answer, over_udp=over_udp)
        if answer is None:
            return
        sent = _to_wire(query, answer, over_udp)
        self._record_answer(tenant, answer, sent, connection)
        await send(sent)

    def _zone_of(self, query: dns.message.Message) -> IndexedZone | None:
        name = query.question[0].name if query.question else dns.name.root
        matching = [zone for zone in tuple(self._zones.values()) if zone.holds(name)]
        return max(matching, key=lambda zone: len(zone.origin), default=None)

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._connections) >= TCP_CONNECTIONS:
            writer.close()
            return
        self._connections.add(task)
        try:
            await self._converse(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()  # the server stops: nobody awaits this task but `stop`
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            writer.transport.abort()  # the peer left, or said nothing for too long
        finally:
            self._connections.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")

        async def send(wire: bytes) -> None:
            if not writer.is_closing():
                writer.write(struct.pack("!H", len(wire)) + wire)
                await writer.drain()

        for _ in range(TCP_QUESTIONS):
            async with asyncio.timeout(TCP_SECONDS):
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                wire = await reader.readexactly(length)
            await self._answer(wire, send, False, f"dns-tcp-{peer[1]}")

    # Journal

    def _record_query(
        self, tenant: str, query: dns.message.Message, wire: bytes, over_udp: bool, connection: str
    ) -> None:
        name, kind = _question(query)
        self._journal.record(
            tenant,
            "dns",
            "query",
            f"{name} {kind} ?",
            source="product",
            target="dns",
            connection=connection,
            data={"name": name, "type": kind, "transport": "udp" if over_udp else "tcp"},
            raw=wire,
            media_type="application/dns-message",
        )

    def _record_answer(self, tenant: str, answer: dns.message.Message, wire: bytes, connection: str) -> None:
        name, kind = _question(answer)
        records = [item.to_text() for record in answer.answer for item in record]
        rcode = dns.rcode.to_text(answer.rcode())
        self._journal.record(
            tenant,
            "dns",
            "answer",
            f"{name} {kind} : {', '.join(records) or rcode}",
            source="dns",
            target="product",
            connection=connection,
            data={
                "name": name,
                "type": kind,
                "rcode": rcode,
                "records": records,
                "truncated": bool(answer.flags & dns.flags.TC),
            },
            raw=wire,
            media_type="application/dns-message",
        )


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        async def send(wire: bytes) -> None:
            if self._transport is not None and not self._transport.is_closing():
                self._transport.sendto(wire, addr)

        self._server.take(data, send, over_udp=True, connection=f"dns-udp-{addr[1]}")


def _resolve(query: dns.message.Message, zone: IndexedZone | None) -> dns.message.Message:
    answer = dns.message.make_response(query, our_payload=UDP_OCTETS)
    if query.opcode() != dns.opcode.QUERY:
        answer.set_rcode(dns.rcode.NOTIMP)
        return answer
    if len(query.question) != 1:
        answer.set_rcode(dns.rcode.FORMERR)
        return answer
    asked = query.question[0]
    if zone is None or asked.rdclass != dns.rdataclass.IN:
        answer.set_rcode(dns.rcode.REFUSED)
        return answer
    answer.flags |= dns.flags.AA
    found = zone.find(asked.name, asked.rdtype)
    answer.answer.extend(found)
    if not found:
        answer.authority.append(zone.authority)
        if not zone.exists(asked.name):
            answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer


def _parse(wire: bytes) -> dns.message.Message | None:
    try:
        query = dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError, struct.error):
        return None
    return None if query.flags & dns.flags.QR else query


def _format_error(wire: bytes) -> bytes | None:
    """Return FORMERR for what has at least the header of a question, None for what deserves no answer."""
    if len(wire) < 12 or wire[2] & 0x80:
        return None
    return wire[:2] + bytes([0x80 | (wire[2] & 0x79), dns.rcode.FORMERR]) + bytes(8)


def _to_wire(query: dns.message.Message, answer: dns.message.Message, over_udp: bool) -> bytes:
    most = max(512, min(query.payload or 512, UDP_OCTETS)) if over_udp else 65_535
    try:
        return answer.to_wire(max_size=most)
    except dns.exception.TooBig:
        answer.answer.clear()
        answer.authority.clear()
        answer.additional.clear()
        answer.flags |= dns.flags.TC
        return answer.to_wire(max_size=most)


def _question(message: dns.message.Message) -> tuple[str, str]:
    if not message.question:
        return ".", "NONE"
    asked = message.question[0]
    return asked.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(asked.rdtype)


def _bind_pair(address: str, port: int) -> tuple[socket.socket, socket.socket]:
    """Bind TCP and UDP to one port; a free one is found by trying when `port` is 0."""
    attempts = 1 if port else 20
    for attempt in range(attempts):
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if os.name == "posix":  # on Windows the option would let two servers share a port
                tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind((address, port))
            udp.bind((address, tcp.getsockname()[1]))
        except OSError:
            tcp.close()
            udp.close()
            if attempt == attempts - 1:
                raise
        else:
            tcp.setblocking(False)
            udp.setblocking(False)
            return tcp, udp
    raise AssertionError("unreachable: the last attempt raises")
