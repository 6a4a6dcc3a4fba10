"""SMTP intake beside plain aiosmtpd and Postfix smtp-sink: the same load, the same messages, the same run.

`python benchmarks/bench_smtp.py [--quick]`. Each server is a process of its own; the load is one asyncio
client that pipelines its commands over 10 connections. Ours works as in a run: STARTTLS, XOAUTH2, every event
in the journal and every message on disk as evidence. The peers do none of that: what they show is the price
of being watched. Targets, ours against plain aiosmtpd without TLS: at least 0.4 times its rate at 10 KB, and
faster at 1 MB, where aiosmtpd reads line by line.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

CONNECTIONS = 10
SENDER = "bench@banc.mssante.fr"
XOAUTH2 = base64.b64encode(f"user={SENDER}\x01auth=Bearer jeton\x01\x01".encode())
HEAD = b"From: bench@banc.mssante.fr\r\nTo: a@banc.mssante.fr\r\nSubject: charge\r\n\r\n"


def message(octets: int) -> bytes:
    """Return a message of about that many octets in lines of 76."""
    line = b"A" * 76 + b"\r\n"
    return HEAD + line * (octets // len(line))


# -- servers, each run as `python bench_smtp.py --serve KIND PORT` ------------------------------------------


async def serve_ours(port: int) -> None:
    """Serve the simulator's submission as the space does."""
    from bench_imap import make_credential

    from simulators.journal import Journal
    from simulators.operator import Account, Accounts
    from simulators.psc import TokenVerdict
    from simulators.smtp import Envelope, SubmissionPolicy, SubmissionServer
    from simulators.wire import API_LPS, Credential

    class Everyone:
        def check_token(self, tenant: str, token: str) -> TokenVerdict:
            return TokenVerdict(True, "899700000001")

    async def keep(envelope: Envelope) -> None:
        return None

    folder = Path(tempfile.mkdtemp(prefix="bench-smtp-"))
    certificate, key = make_credential(folder)
    server = SubmissionServer(
        journal=Journal(folder),
        tenant="bench",
        tls=API_LPS.with_credential(Credential(certificate.read_bytes(), key.read_bytes())),
        accounts=Accounts([Account(SENDER, "PER", holders=frozenset({"899700000001"}))]),
        tokens=Everyone(),
        deliver=keep,
        policy=SubmissionPolicy("localhost", lambda domain: True),
        port=port,
    )
    await server.start()
    await asyncio.Event().wait()


async def serve_aiosmtpd(port: int) -> None:
    """Serve plain aiosmtpd: no TLS, no authentication, messages thrown away."""
    from aiosmtpd.smtp import SMTP

    class Sink:
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
            return "250 OK"

    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: SMTP(Sink(), data_size_limit=50_000_000), "127.0.0.1", port)
    await asyncio.Event().wait()


@contextmanager
def serving(kind: str) -> Iterator[int]:
    """Run a server in its own process and give its port."""
    port = free_port()
    if kind == "smtp-sink":
        command = [
            shutil.which("smtp-sink") or "/usr/sbin/smtp-sink",
            "-u",
            "nobody",
            f"127.0.0.1:{port}",
            "100",
        ]
    else:
        command = [sys.executable, __file__, "--serve", kind, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 20) -> None:
    """Wait until something listens."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


# -- load ---------------------------------------------------------------------------------------------------


async def client(port: int, content: bytes, count: int, *, secured: bool) -> None:
    """Send `count` messages over one connection, MAIL, RCPT and DATA pipelined."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    await answer(reader)
    await ask(reader, writer, b"EHLO bench\r\n")
    if secured:
        await ask(reader, writer, b"STARTTLS\r\n")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        await writer.start_tls(context)
        await ask(reader, writer, b"EHLO bench\r\n")
        await ask(reader, writer, b"AUTH XOAUTH2 " + XOAUTH2 + b"\r\n")
    head = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{SENDER}>\r\nDATA\r\n".encode()
    for _ in range(count):
        writer.write(head)
        for _ in range(3):
            await answer(reader)
        writer.write(content + b".\r\n")
        await writer.drain()
        await answer(reader)
    writer.write(b"QUIT\r\n")
    await answer(reader)
    writer.close()


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes) -> None:
    """Send a line and read its answer."""
    writer.write(line)
    await answer(reader)


async def answer(reader: asyncio.StreamReader) -> None:
    """Read one answer; raises `ConnectionError` for a refusal."""
    while True:
        line = await reader.readline()
        if line[:1] not in b"23" or not line:
            raise ConnectionError(f"refused: {line!r}")
        if line[3:4] == b" ":
            return


async def load(port: int, content: bytes, messages: int, *, secured: bool) -> float:
    """Send `messages` over all connections; return messages a second."""
    each = messages // CONNECTIONS
    began = time.perf_counter()
    await asyncio.gather(*(client(port, content, each, secured=secured) for _ in range(CONNECTIONS)))
    return each * CONNECTIONS / (time.perf_counter() - began)


def measure(kind: str, octets: int, messages: int) -> float:
    """Return the rate of one server."""
    with serving(kind) as port:
        secured = kind == "ours"
        asyncio.run(load(port, message(octets), CONNECTIONS * 2, secured=secured))
        return asyncio.run(load(port, message(octets), messages, secured=secured))


def main() -> int:
    """Print the table; return 1 when a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="a tenth of the messages")
    options.add_argument("--serve", nargs=2, metavar=("KIND", "PORT"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        kind, port = chosen.serve
        asyncio.run(serve_ours(int(port)) if kind == "ours" else serve_aiosmtpd(int(port)))
        return 0
    scale = 10 if chosen.quick else 1
    peers = ["aiosmtpd", *(["smtp-sink"] if Path("/usr/sbin/smtp-sink").exists() else [])]
    missed = 0
    for octets, messages, target in ((10_000, 4_000 // scale, 0.4), (1_000_000, 300 // scale, 1.0)):
        rates = {kind: measure(kind, octets, max(messages, CONNECTIONS)) for kind in ["ours", *peers]}
        ratio = rates["ours"] / rates["aiosmtpd"]
        shown = ", ".join(f"{kind} {rate:.0f}/s" for kind, rate in rates.items())
        print(f"{octets:>9,} octets: {shown}; ours/aiosmtpd {ratio:.2f} (target {target})", flush=True)
        missed += ratio < target
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
