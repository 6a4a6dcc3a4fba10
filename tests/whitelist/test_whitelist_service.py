"""The white list over HTTP(S), as an operator downloads it."""

from __future__ import annotations

import asyncio
import shutil
import ssl
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from simulators.clock import FrozenClock, SimulatedClock
from simulators.http.host import HttpHost
from simulators.journal import Journal
from simulators.pki import SPACE_TENANT, Pki
from simulators.whitelist import (
    AlteredList,
    ListUnreachable,
    WhiteListPublisher,
    trust_in,
    verify_white_list,
    white_list_routes,
)

CLOCK = FrozenClock()
PKI = Pki.build(CLOCK, "http://127.0.0.1:9")


def fetch(app: Starlette, path: str) -> httpx.Response:
    async def exchange() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://edc") as client:
            return await client.get(path)

    return asyncio.run(exchange())


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "journal")
    journal.close()
    return journal


def test_each_tenant_has_its_list_and_its_fault(journal: Journal) -> None:
    # Given the space's list and a tenant's own, one of them altered
    publishers = {SPACE_TENANT: WhiteListPublisher(PKI, CLOCK), "t1": WhiteListPublisher(PKI, CLOCK)}
    app = Starlette(routes=white_list_routes(publishers, journal))
    publishers[SPACE_TENANT].authorise("space.mssante.fr", PKI.server(["a.fr"], tenant=SPACE_TENANT))
    entry = publishers["t1"].authorise("t1.mssante.fr", PKI.server(["b.fr"], tenant="t1"))
    publishers["t1"].fault = AlteredList()
    # When they are downloaded
    whole = fetch(app, "/listeblanchemssante.xml")
    altered = fetch(app, "/t/t1/listeblanchemssante.xml")
    # Then each is its own
    assert whole.headers["content-type"] == "application/xml"
    assert verify_white_list(whole.content, trust_in(PKI)).lists("space.mssante.fr")
    assert entry.dn.encode() not in altered.content
    # And the journal tells which was which
    asked, answered = journal.events("t1")
    assert (asked.data["path"], asked.data["kind"]) == ("/t/t1/listeblanchemssante.xml", "white-list")
    assert (answered.data["fault"], answered.data["bytes"]) == ("AlteredList", len(altered.content))
    assert "fault" not in journal.events(SPACE_TENANT)[-1].data


def test_the_list_is_signed_again_only_when_it_changes(journal: Journal) -> None:
    clock = SimulatedClock()
    publisher = WhiteListPublisher(Pki.build(clock, "http://x"), clock)
    first = publisher.document()
    clock.advance(60)
    assert publisher.document() is first
    publisher.publish([])
    publisher.authorise("a.mssante.fr", PKI.server(["a.fr"], tenant="t"))
    assert publisher.document() != first
    publisher.fault = ListUnreachable()
    app = Starlette(routes=white_list_routes({SPACE_TENANT: publisher}, journal))
    assert fetch(app, "/listeblanchemssante.xml").status_code == 503
    assert fetch(app, "/t/nobody/listeblanchemssante.xml").status_code == 404


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_downloads_it_behind_an_igc_sante_certificate(tmp_path: Path, journal: Journal) -> None:
    # Given the list behind HTTPS with a certificate of the accepted range, in real time
    pki = Pki.build(SimulatedClock(), "http://127.0.0.1:9")
    publisher = WhiteListPublisher(pki, pki.clock)
    publisher.authorise("a.mssante.fr", pki.server(["a.fr"], tenant=SPACE_TENANT))
    credential = pki.server(["espacedeconfiance.mssante.fr"], tenant=SPACE_TENANT)
    certificate, key = credential.write(tmp_path, "edc")
    (tmp_path / "root.pem").write_bytes(pki.igc_sante_root_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def download(*options: str) -> tuple[int | None, bytes]:
        app = Starlette(routes=white_list_routes({SPACE_TENANT: publisher}, journal))
        host = HttpHost(app, ssl_context=context)
        port = await host.start()
        try:
            curl = await asyncio.create_subprocess_exec(
                "curl", "-sS", "--max-time", "10", "--noproxy", "*", *options,
                "--resolve", f"espacedeconfiance.mssante.fr:{port}:127.0.0.1",
                f"https://espacedeconfiance.mssante.fr:{port}/listeblanchemssante.xml",
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            output, _ = await curl.communicate()
            return curl.returncode, output
        finally:
            await host.stop()

    # When curl downloads it, with and without the root
    trusted = asyncio.run(download("--cacert", str(tmp_path / "root.pem")))
    untrusted = asyncio.run(download())
    # Then only the first time, and the list is valid
    assert trusted[0] == 0
    assert verify_white_list(trusted[1], trust_in(pki)).lists("a.mssante.fr")
    assert untrusted == (60, b"")
