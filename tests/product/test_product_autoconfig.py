"""Autoconfiguration of a BAL (ECO.1.1.9)."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from product_world import Bench, MakeBench

from simulators.product import variant_named

SERVER = """<{side}Server type="{kind}"><hostname>{{{host}}}</hostname><port>{{{kind}}}</port>
  <socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username>
  <authentication>OAuth2</authentication></{side}Server>
"""
DOCUMENT = (
    """<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1"><emailProvider id="{host}"><domain>{host}</domain>
"""
    + SERVER.format(side="incoming", kind="pop3", host="host")
    + SERVER.format(side="incoming", kind="imap", host="host")
    + SERVER.format(side="outgoing", kind="smtp", host="smtp_host")
    + "</emailProvider></clientConfig>"
)


@dataclass
class Site:
    """What the autoconfiguration host serves, and what was asked of it."""

    document: bytes = b""
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def serving(bench: Bench, folder: Path, certificate: str = "igc") -> Iterator[Site]:
    site, host = Site(), f"autoconfig.{bench.host}"

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            site.asked.append((self.headers["host"], self.path))
            found = self.path == "/mail/config-v1.1.xml"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(site.document if found else b"")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    issue = bench.world.pki.server if certificate == "igc" else bench.world.pki.commercial_server
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*issue([host], tenant=bench.tenant).write(folder, f"{bench.tenant}-auto"))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        port = server.server_address[1]
        bench.configure(
            smtp=None,
            imap=None,
            autoconfig={
                "url": f"https://{host}/mail/config-v1.1.xml",
                "host": host,
                "address": "127.0.0.1",
                "port": port,
            },
        )
        site.document = document(bench)
        try:
            yield site
        finally:
            server.shutdown()
            thread.join(5)


def document(bench: Bench, **changes: object) -> bytes:
    values = {
        "pop3": 1,
        "host": bench.host,
        "smtp_host": bench.host,
        "imap": bench.imap.port,
        "smtp": bench.smtp.port,
    }
    return DOCUMENT.format(**{**values, **changes}).encode()


@pytest.mark.parametrize("certificate", ["igc", "commercial"])
def test_the_servers_are_found_and_tested(make_bench: MakeBench, tmp_path: Path, certificate: str) -> None:
    bench = make_bench()
    with serving(bench, tmp_path, certificate) as site:
        assert bench.do("connect", mailbox=bench.bal)["status"] == "done"
        assert bench.do("list", mailbox=bench.bal)["status"] == "done"
    assert site.asked == [
        (f"autoconfig.{bench.host}:{_port(bench)}", "/mail/config-v1.1.xml")
    ] or site.asked == [(f"autoconfig.{bench.host}", "/mail/config-v1.1.xml")]
    assert (bench.smtp.connections, bench.imap.connections) == (1, 1)


def _port(bench: Bench) -> int:
    port: int = bench.params["autoconfig"]["port"]
    return port


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"smtp_host": "127.0.0.1"}, "refused"),
        ({"smtp_host": "10.0.0.1"}, "refused"),
        ({"smtp_host": "0x7f.1 x"}, "failed"),
        ({"smtp": "0"}, "failed"),
        ({"smtp": "587000"}, "failed"),
        ({"imap": "x"}, "failed"),
    ],
)
def test_a_document_that_leads_elsewhere_is_refused(
    make_bench: MakeBench, tmp_path: Path, change: dict[str, str], status: str
) -> None:
    bench = make_bench()
    with serving(bench, tmp_path) as site:
        site.document = document(bench, **change)
        assert bench.do("connect", mailbox=bench.bal)["status"] == status
    assert bench.smtp.connections == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<clientConfig/>",
        b"\xff\xfe<",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><clientConfig>&b;</clientConfig>',
        b"<a>" * 5000,
    ],
    ids=["empty", "bare", "garbage", "entity", "deep"],
)
def test_a_hostile_document_is_told(make_bench: MakeBench, tmp_path: Path, raw: bytes) -> None:
    bench = make_bench()
    with serving(bench, tmp_path) as site:
        site.document = raw
        answer = bench.do("connect", mailbox=bench.bal)
        assert answer["status"] in ("failed", "refused") and "autoconfiguration" in answer["detail"]


def test_the_variants_of_autoconfiguration(make_bench: MakeBench, tmp_path: Path) -> None:
    elsewhere = make_bench(variant_named("autoconfig-autre-chemin").behaviour)
    with serving(elsewhere, tmp_path) as site:
        assert elsewhere.do("connect", mailbox=elsewhere.bal)["status"] == "failed"
        assert site.asked and all(path != "/mail/config-v1.1.xml" for _, path in site.asked)
    deaf = make_bench(variant_named("autoconfig-ignoree").behaviour)
    with serving(deaf, tmp_path):
        assert deaf.do("connect", mailbox=deaf.bal)["status"] == "failed"
        assert deaf.smtp.connections == 0
    hasty = make_bench(variant_named("autoconfig-sans-essai").behaviour)
    with serving(hasty, tmp_path):
        assert hasty.do("connect", mailbox=hasty.bal)["status"] == "done"
        assert hasty.smtp.connections == hasty.imap.connections == 0
