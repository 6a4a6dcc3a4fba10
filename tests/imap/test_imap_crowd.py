"""Ten thousand idle connections: bounded memory for each, and who works is served meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from imap_bench import MAIL, Client

from simulators.wire import Credential

resource = pytest.importorskip("resource", reason="no limits of open files here to raise (Windows)")

CONNECTIONS = 10_000
MEMORY_PER_CONNECTION = 32_768
"""Octets in the server, everything counted."""


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "imap_crowd.py"), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    with process:
        try:
            yield process
        finally:
            # Closing 10,000 connections politely writes 10,000 pieces of evidence that nobody reads.
            process.kill()


def ask(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return answer(process)


def answer(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def test_ten_thousand_idle_connections(
    credential: Credential, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < CONNECTIONS + 500:
        pytest.skip(f"a process may open {hard} files only; {CONNECTIONS + 500} are needed")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(credential.chain_pem)
    key.write_bytes(credential.key_pem)
    with program("serve", str(certificate), str(key), str(tmp_path)) as server:
        port = int(answer(server)[0])
        before = int(ask(server)[0])
        with program("crowd", str(port), str(CONNECTIONS)) as crowd:
            # Given ten thousand connections that were greeted and say nothing
            assert answer(crowd) == ["open", str(CONNECTIONS)]
            after, used = ask(server)
            # Then each costs little memory
            per_connection = (int(after) - before) / CONNECTIONS
            assert 0 < per_connection < MEMORY_PER_CONNECTION, per_connection
            # When a client works meanwhile
            started = time.monotonic()
            client = Client(port)
            try:
                client.starttls()
                client.login()
                assert client.append("INBOX", MAIL)[-1].startswith(b"OK")
                client.ok("SELECT INBOX")
                for _ in range(100):
                    client.ok("UID FETCH 1 (FLAGS ENVELOPE)")
            finally:
                client.close()
            waited = time.monotonic() - started
            worked = float(ask(server)[1]) - float(used)
            # Then it is served as if it were alone (processor time, for other programs may be busy)
            assert worked < 1.5, worked
            assert waited < 20, waited
            # And the others are still there, and served
            assert ask(crowd) == ["alive", "100"]
            record_property("octets per connection", round(per_connection))
            record_property("processor seconds of the working client", worked)
