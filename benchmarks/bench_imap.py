"""The IMAP server beside Dovecot: the same client, the same messages, the same run.

`python benchmarks/bench_imap.py [--quick]` prints one line per measure: ours, Dovecot's, the ratio and the
target. Each server is its own process; the client is imaplib under TLS. Our
server journals as in a run. The servers take turns for some rounds, each with a new mailbox, and the best
round of each counts, so that another program's work on the machine spoils a round and not a ratio. Exit 1
when a target is missed. Targets are those of the project: append as fast as Dovecot, ENVELOPE and
BODYSTRUCTURE at 0.3 times its rate, SEARCH of 50,000 messages under 150 ms (the first as well), 1,000
sessions in IDLE told within 100 ms at the 95th percentile.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import imaplib
import os
import selectors
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "imap")]

ADDRESS = "bench@banc.mssante.fr"
TOKEN = "jeton"
MAIL_10K = (
    b"From: Labo <labo@banc.mssante.fr>\r\nTo: bench@banc.mssante.fr\r\nSubject: Bilan numero %d\r\n"
    b"Date: Thu, 15 Jan 2026 09:00:00 +0100\r\nMessage-ID: <%d@banc>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    b'Bonjour\r\n--b\r\nContent-Type: application/zip; name="IHE_XDM.ZIP"\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="IHE_XDM.ZIP"\r\n\r\n'
    + (b"A" * 76 + b"\r\n") * 120
    + b"--b--\r\n"
)


def message(number: int) -> bytes:
    """Return a message of about 10 KB like those of the Espace de Confiance."""
    return MAIL_10K.replace(b"%d", b"%d" % number)


# -- servers ----------------------------------------------------------------------------------------------


def make_credential(folder: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


def serve(folder: Path, preload: int, on_disk: bool) -> None:
    """Run our server in this process until its input ends; print the port."""
    from dataclasses import dataclass

    from simulators.clock import SystemClock
    from simulators.imap import ImapServer
    from simulators.journal import Journal
    from simulators.operator import Account, Accounts
    from simulators.store import MailStore, SqliteBackend
    from simulators.wire import API_LPS, Credential, WireLimits

    @dataclass(frozen=True)
    class Verdict:
        accepted: bool = True
        ps_idnat: str | None = "8"
        reason: str | None = None

    class Tokens:
        def check_token(self, tenant: str, token: str) -> Verdict:
            return Verdict()

    async def main() -> None:
        clock = SystemClock()
        store = MailStore(clock, backend=SqliteBackend(folder / "mail.db") if on_disk else None)
        store.create_account(ADDRESS)
        store.account(ADDRESS).create("big")
        server = ImapServer(
            store,
            Accounts([Account(ADDRESS, "PER", holders=frozenset(("8",)))]),
            Tokens(),
            journal=Journal(folder / "journal"),
            tenant="bench",
            clock=clock,
            tls=API_LPS.with_credential(
                Credential((folder / "cert.pem").read_bytes(), (folder / "key.pem").read_bytes())
            ),
            limits=WireLimits(connections=20_000, idle_s=3600),
        )
        for number in range(preload):
            store.deliver(
                ADDRESS, message(number)[:900], mailbox="big", flags=["\\Seen"] if number % 7 else []
            )
        print(await server.start(), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await server.stop()

    asyncio.run(main())


class Ours:
    """Our server as a process."""

    def __init__(self, folder: Path, preload: int = 0, on_disk: bool = False) -> None:
        command = [sys.executable, __file__, "--serve", str(folder), "--preload", str(preload)]
        self._process = subprocess.Popen(
            command + (["--disk"] if on_disk else []), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def stop(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)


def insecure() -> ssl.SSLContext:
    """Return a context that takes the benchmark's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def connect(port: int, *, bearer: bool) -> imaplib.IMAP4:
    """Log in as the one user, with a token or a password."""
    imaplib._MAXLINE = 10_000_000  # type: ignore[attr-defined]
    client = imaplib.IMAP4("127.0.0.1", port)
    client.starttls(insecure())
    if bearer:
        client.authenticate("XOAUTH2", lambda _: f"user={ADDRESS}\x01auth=Bearer {TOKEN}\x01\x01".encode())
    else:
        client.login(ADDRESS.partition("@")[0], "x")
    return client


# -- measures ---------------------------------------------------------------------------------------------


def rate(count: int, work: Callable[[], object]) -> float:
    """Return `count` per second of `work`."""
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def best_rates(ports: Mapping[str, tuple[int, bool]], count: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return the best rates of each server, by its name; `ports` also says whether a token logs in."""
    best: dict[str, dict[str, float]] = {name: {} for name in ports}
    for number in range(rounds):
        for name, (port, bearer) in ports.items():
            for measure, value in mailbox_rates(port, f"round{number}", count, bearer=bearer).items():
                best[name][measure] = max(value, best[name].get(measure, 0.0))
    return best


def mailbox_rates(port: int, box: str, count: int, *, bearer: bool) -> dict[str, float]:
    """Append `count` messages to a new mailbox, then fetch them all in several ways."""
    rates: dict[str, float] = {}
    logins = 30

    def log_in() -> None:
        for _ in range(logins):
            connect(port, bearer=bearer).logout()

    rates["connect, TLS, login"] = rate(logins, log_in)
    client = connect(port, bearer=bearer)
    bodies = [message(number) for number in range(count)]

    def append() -> None:
        for body in bodies:
            client.append(box, "", "", body)

    client.create(box)
    rates["append 10 KB"] = rate(count, append)
    client.select(box)
    for name in ("first", "again"):
        rates[f"ENVELOPE+BODYSTRUCTURE, {name}"] = rate(
            count, lambda: client.fetch("1:*", "(ENVELOPE BODYSTRUCTURE)")
        )
    rates["BODY.PEEK[] 10 KB"] = rate(count, lambda: client.fetch("1:*", "(BODY.PEEK[])"))
    rates["FLAGS"] = rate(count, lambda: client.fetch("1:*", "(UID FLAGS)"))
    client.logout()
    return rates


def search_times(port: int) -> dict[str, float]:
    """Return the milliseconds of searches over the mailbox `big`: the first time, then the median of 5."""
    client = connect(port, bearer=True)
    client.select("big")
    times: dict[str, float] = {}
    for program in (
        "UNSEEN",
        "SUBJECT 4999",
        "FROM labo UNSEEN",
        "SENTSINCE 1-Jan-2026 LARGER 100",
        "NOT SEEN SINCE 1-Jan-2020",
        "TEXT numero",
        "BODY bonjour",
        "HEADER Message-ID 4999@",
        "ALL",
    ):
        runs = []
        for _ in range(6):
            started = time.perf_counter()
            client.search(None, *program.split())
            runs.append((time.perf_counter() - started) * 1000)
        times[f"SEARCH {program}, first"] = runs[0]
        times[f"SEARCH {program}"] = statistics.median(runs[1:])
    client.logout()
    return times


def idle_delays(port: int, sessions: int, deliveries: int = 5) -> list[list[float]]:
    """Return how many milliseconds after each delivery each session in IDLE had octets to read, ascending.

    The clock is read when the system says that octets are there, before anything is decrypted: a thousand
    clients in one process would otherwise measure themselves.
    """
    peers = [connect(port, bearer=True) for _ in range(sessions)]
    for peer in peers:
        peer.select("Sent")
        peer.send(b"i IDLE\r\n")
        peer.readline()
    client = connect(port, bearer=True)
    delays: list[list[float]] = []
    with selectors.DefaultSelector() as selector, ThreadPoolExecutor(1) as pool:
        for peer in peers:
            selector.register(peer.sock, selectors.EVENT_READ, peer)
        for _ in range(deliveries):
            started = time.perf_counter()
            append = pool.submit(client.append, "Sent", "", "", b"Subject: x\r\n\r\nx\r\n")
            moments: dict[imaplib.IMAP4, float] = {}
            while len(moments) < sessions:
                ready = selector.select()
                now = time.perf_counter()
                for key, _ in ready:
                    # RECENT comes with EXISTS for the first session that looks, and alone for none.
                    while not key.data.readline().endswith(b" EXISTS\r\n"):
                        pass
                    moments.setdefault(key.data, now)
            append.result()
            delays.append(sorted((moment - started) * 1000 for moment in moments.values()))
    for peer in [*peers, client]:
        peer.shutdown()
    return delays


# -- report -----------------------------------------------------------------------------------------------


class Report:
    """Prints measures and remembers missed targets."""

    def __init__(self) -> None:
        self.missed = 0

    def rates(
        self, ours: dict[str, float], theirs: dict[str, float] | None, targets: dict[str, float]
    ) -> None:
        """Print rates beside Dovecot's; `targets` are ratios."""
        for name, value in ours.items():
            line = f"{name:38} {value:9.0f}/s"
            if theirs:
                ratio = value / theirs[name]
                line += f"   Dovecot {theirs[name]:9.0f}/s   x {ratio:5.2f}"
                if name in targets:
                    line += self._verdict(ratio >= targets[name], f">= {targets[name]}")
            print(line)

    def times(self, name: str, value_ms: float, target_ms: float | None) -> None:
        """Print a time."""
        verdict = "" if target_ms is None else self._verdict(value_ms <= target_ms, f"<= {target_ms:.0f} ms")
        print(f"{name:50} {value_ms:9.1f} ms{verdict}")

    def _verdict(self, good: bool, target: str) -> str:
        self.missed += not good
        return f"   {'ok' if good else 'MISSED'} ({target})"


def compare(report: Report, folder: Path, credential: tuple[Path, Path], count: int) -> None:
    """Measure our server, in memory and on disk, beside Dovecot without and with flushing."""
    from imap_dovecot import Dovecot

    memory, disk = Ours(folder), Ours(folder, on_disk=True)
    ports = {"memory": (memory.port, True), "disk": (disk.port, True)}
    with ExitStack() as stack:
        stack.callback(memory.stop)
        stack.callback(disk.stop)
        if Dovecot.available():
            for fsync in ("never", "optimized"):
                ports[fsync] = (stack.enter_context(Dovecot(credential, fsync=fsync)).port, False)
        else:
            print("dovecot is not installed: no comparison")
        rates = best_rates(ports, count, ROUNDS)
    for name, title, fsync in (("memory", "in memory", "never"), ("disk", "on disk (SQLite)", "optimized")):
        print(f"--- {title}; Dovecot mail_fsync={fsync}; best of {ROUNDS} rounds")
        report.rates(rates[name], rates.get(fsync), TARGETS)


def raise_descriptor_limit() -> None:
    """Let this process, and those that it starts, open as many files as the system allows."""
    try:
        import resource
    except ImportError:
        # Windows has no such limit.
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


ROUNDS = 3
TARGETS = {"append 10 KB": 1.0, "ENVELOPE+BODYSTRUCTURE, first": 0.3, "ENVELOPE+BODYSTRUCTURE, again": 0.3}


def main() -> int:
    """Run all measures."""
    raise_descriptor_limit()
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="a tenth of the volume")
    options.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--preload", type=int, default=0, help=argparse.SUPPRESS)
    options.add_argument("--disk", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        serve(chosen.serve, chosen.preload, chosen.disk)
        return 0
    scale = 10 if chosen.quick else 1
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        credential = make_credential(folder)
        if hasattr(os, "getloadavg"):
            print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; busy means void")
        compare(report, folder, credential, 2000 // scale)
        print(f"--- mailbox of {50_000 // scale} messages")
        ours = Ours(folder, preload=50_000 // scale)
        for program, value in search_times(ours.port).items():
            report.times(program, value, 150)
        ours.stop()
        print(f"--- {1000 // scale} sessions in IDLE, five deliveries, the median one")
        ours = Ours(folder)
        delays = idle_delays(ours.port, 1000 // scale)
        report.times("told, median", statistics.median(map(statistics.median, delays)), None)
        last = statistics.median(one[int(len(one) * 0.95) - 1] for one in delays)
        report.times("told, 95th percentile", last, 100)
        ours.stop()
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
