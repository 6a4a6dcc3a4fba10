"""The autoconfiguration document over HTTPS, to programs that are not ours, and each of its faults."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from http_world import make_credential
from lxml import etree

from simulators.autoconfig import Autoconfig, MailServer, faults, render
from simulators.clock import FrozenClock
from simulators.journal import Journal

DOMAIN = "banc-1.mssante.fr"
IMAP, SMTP = MailServer(f"imap.{DOMAIN}", 2143), MailServer(f"smtp.{DOMAIN}", 2587)


@pytest.fixture(scope="module")
def credential(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("autoconfig")
    return make_credential(folder, f"autoconfig.{DOMAIN}", "localhost")[0]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path)
    yield journal
    journal.close()


@pytest.fixture
def server(run: Any, journal: Journal, credential: Path) -> Iterator[Autoconfig]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(credential, credential.with_suffix(".key"))
    made = Autoconfig(
        "t1",
        DOMAIN,
        journal=journal,
        clock=FrozenClock(),
        ssl_context=context,
        incoming=IMAP,
        outgoing=SMTP,
        display_name="CH d'Essai & Cie",
    )
    run(made.start())
    yield made
    run(made.stop())


@pytest.fixture
def client(server: Autoconfig, credential: Path) -> Iterator[httpx.Client]:
    """A product that connects to address:port and keeps the name for SNI, certificate and Host."""
    trust = ssl.create_default_context(cafile=str(credential))
    with httpx.Client(
        base_url=f"https://127.0.0.1:{server.port}", verify=trust, headers={"Host": server.host}
    ) as made:
        yield made


def _get(client: httpx.Client, server: Autoconfig, query: str = "") -> httpx.Response:
    return client.get(f"/mail/config-v1.1.xml{query}", extensions={"sni_hostname": server.host})


def _servers(body: bytes) -> dict[str, tuple[str, str, str, list[str]]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(body, parser)
    assert root.get("version") == "1.1"
    assert root.findtext("emailProvider/domain") == DOMAIN
    return {
        element.get("type"): (
            element.findtext("hostname"),
            element.findtext("port"),
            element.findtext("socketType"),
            [method.text for method in element.findall("authentication")],
        )
        for element in root.iterfind("emailProvider/*[@type]")
    }


@pytest.mark.parametrize("query", ["", f"?emailaddress=marie.curie@{DOMAIN}"])
def test_the_document_with_and_without_the_address(
    client: httpx.Client, server: Autoconfig, journal: Journal, query: str
) -> None:
    answer = _get(client, server, query)
    assert answer.headers["content-type"].startswith("text/xml")
    assert _servers(answer.content) == {
        "imap": (f"imap.{DOMAIN}", "2143", "STARTTLS", ["OAuth2"]),
        "smtp": (f"smtp.{DOMAIN}", "2587", "STARTTLS", ["OAuth2"]),
    }
    asked = journal.events("t1", protocol="http", name="request")[0]
    assert asked.data["path"] == "/mail/config-v1.1.xml"
    assert asked.data["headers"]["host"] == server.host
    assert asked.data["query"] == ({"emailaddress": f"marie.curie@{DOMAIN}"} if query else {})
    assert server.url == f"https://autoconfig.{DOMAIN}/mail/config-v1.1.xml"


def test_other_paths_are_404(client: httpx.Client, server: Autoconfig) -> None:
    assert client.get("/.well-known/autoconfig/mail/config-v1.1.xml").status_code == 404


def test_curl_resolves_and_verifies(server: Autoconfig, credential: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    done = subprocess.run(
        [
            curl,
            "--silent",
            "--show-error",
            "--fail",
            "--noproxy",
            "*",
            "--cacert",
            str(credential),
            "--connect-to",
            f"{server.host}:443:127.0.0.1:{server.port}",
            server.url,
        ],
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert _servers(done.stdout)["imap"][1] == "2143"


def test_a_product_that_refuses_the_certificate_is_journalled(server: Autoconfig, journal: Journal) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"https://127.0.0.1:{server.port}/", verify=ssl.create_default_context())
    alert = journal.wait_for("t1", 5, protocol="tls", name="alert")
    assert alert is not None
    assert "UNKNOWN_CA" in alert.data["reason"]


def test_names_are_escaped() -> None:
    body = render(DOMAIN, '<b>"&', MailServer("a<b", 1), SMTP)
    assert etree.fromstring(body).findtext("emailProvider/displayName") == '<b>"&'


# Faults


def test_other_ports(client: httpx.Client, server: Autoconfig) -> None:
    server.break_with(faults.OtherPorts(imap=11143, smtp=11587))
    served = _servers(_get(client, server).content)
    assert (served["imap"][1], served["smtp"][1]) == ("11143", "11587")
    server.repair()
    assert _servers(_get(client, server).content)["imap"][1] == "2143"


@pytest.mark.parametrize("status", [404, 503])
def test_error_status(client: httpx.Client, server: Autoconfig, status: int) -> None:
    server.break_with(faults.ErrorStatus(status))
    assert _get(client, server).status_code == status


def test_malformed_xml(client: httpx.Client, server: Autoconfig) -> None:
    server.break_with(faults.MalformedXml())
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(_get(client, server).content)


def test_external_entity_points_to_a_canary_and_the_rest_is_right(
    client: httpx.Client, server: Autoconfig, journal: Journal
) -> None:
    server.break_with(faults.ExternalEntity())
    body = _get(client, server).content
    assert _servers(body)["imap"][0] == f"imap.{DOMAIN}"
    entity = next(
        iter(
            etree.fromstring(body, etree.XMLParser(resolve_entities=False))
            .getroottree()
            .docinfo.internalDTD.iterentities()
        )
    )
    assert entity.name == "canari"
    assert f"localhost:{server.port}/canari.txt".encode() in body
    assert not [e for e in journal.events("t1", name="request") if e.data["path"] == "/canari.txt"]
    client.get("/canari.txt")
    assert [e for e in journal.events("t1", name="request") if e.data["path"] == "/canari.txt"]


def test_entity_expansion_is_refused_by_a_bounded_parser(client: httpx.Client, server: Autoconfig) -> None:
    server.break_with(faults.EntityExpansion())
    body = _get(client, server).content
    assert len(body) < 5000
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body, etree.XMLParser(resolve_entities=True, huge_tree=False))


def test_literal_address_and_plain(client: httpx.Client, server: Autoconfig) -> None:
    server.break_with(faults.LiteralAddress(), faults.OtherSocketType())
    served = _servers(_get(client, server).content)
    assert {entry[0] for entry in served.values()} == {"10.66.77.88"}
    assert {entry[2] for entry in served.values()} == {"plain"}


def test_slow_and_huge(client: httpx.Client, server: Autoconfig) -> None:
    server.break_with(faults.Slow(0.15), faults.Huge(300_000))
    began = time.monotonic()
    assert len(_get(client, server).content) > 300_000
    assert time.monotonic() - began >= 0.15
