"""Two programs: an IMAP server alone in its process, and a crowd of idle clients.

`serve CERT KEY FOLDER` (its journal goes there) prints its port, then answers each line on its input with its
resident memory in octets and the processor seconds it has used. `crowd PORT COUNT` opens connections, reads
the greetings, prints `open N`; then, at each line on its input, has some do NOOP and prints `alive N`.
Both end with their input.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "dr.house@banc.mssante.fr"
AT_ONCE = 250
SAMPLE = 100


def raise_descriptor_limit() -> int:
    """Raise the soft limit on open files to the hard one; return it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return 1_000_000 if hard == resource.RLIM_INFINITY else hard


def resident() -> int:
    """Return the resident memory in octets (its peak where the system tells no more)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


@dataclass(frozen=True)
class Verdict:
    accepted: bool = True
    ps_idnat: str | None = "8"
    reason: str | None = None


class Tokens:
    def check_token(self, tenant: str, token: str) -> Verdict:
        del tenant, token
        return Verdict()


async def serve(certificate: bytes, key: bytes, folder: Path) -> None:
    sys.path.insert(0, str(ROOT))
    from simulators.clock import SystemClock
    from simulators.imap import ImapServer
    from simulators.journal import Journal
    from simulators.operator import Account, Accounts
    from simulators.store import MailStore
    from simulators.wire import API_LPS, Credential, WireLimits

    clock = SystemClock()
    store = MailStore(clock)
    store.create_account(ADDRESS)
    server = ImapServer(
        store,
        Accounts([Account(ADDRESS, "PER", holders=frozenset(("8",)))]),
        Tokens(),
        journal=Journal(folder),
        tenant="crowd",
        clock=clock,
        tls=API_LPS.with_credential(Credential(certificate, key)),
        limits=WireLimits(connections=20_000),
    )
    print(await server.start(), flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(resident(), time.process_time(), flush=True)


async def crowd(port: int, count: int) -> None:
    async def come() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        greeting = await reader.readline()
        assert greeting.startswith(b"* OK "), greeting
        return reader, writer

    async def noop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"a NOOP\r\n")
        return (await reader.readline()).startswith(b"a OK")

    peers: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    while len(peers) < count:
        peers += await asyncio.gather(*(come() for _ in range(min(AT_ONCE, count - len(peers)))))
    print("open", len(peers), flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        some = peers[:: max(1, count // SAMPLE)]
        print("alive", sum(await asyncio.gather(*(noop(*peer) for peer in some))), flush=True)


if __name__ == "__main__":
    raise_descriptor_limit()
    if sys.argv[1] == "serve":
        asyncio.run(serve(Path(sys.argv[2]).read_bytes(), Path(sys.argv[3]).read_bytes(), Path(sys.argv[4])))
    else:
        asyncio.run(crowd(int(sys.argv[2]), int(sys.argv[3])))
