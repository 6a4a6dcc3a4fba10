"""Programs that are not ours on the running space: openssl s_client, verify and ocsp, swaks, neomutt."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from real_world import Done, Open, Played, certificates, needs, run

from simulators.pki.flavours import ServerFlavour
from simulators.tenant import LinkProtocol


def s_client(played: Played, protocol: LinkProtocol, *options: str) -> Done:
    endpoint = played.endpoint(protocol)
    return run(
        needs("openssl"), "s_client", "-connect", f"{endpoint.address}:{endpoint.port}",
        "-starttls", protocol, "-servername", endpoint.host, "-verify_hostname", endpoint.host,
        "-CAfile", played.root, "-verify_return_error", "-showcerts", *options,
    )  # fmt: skip


@pytest.mark.parametrize("protocol", ["smtp", "imap"])
def test_s_client_downloads_the_crl_and_is_content(played: Played, protocol: LinkProtocol) -> None:
    done = s_client(played, protocol, "-crl_check", "-crl_download")
    assert "Verify return code: 0 (ok)" in done.text
    requests = [event.text for event in played.space.journal.events(played.tenant.id, protocol="http")]
    assert any(".crl" in text for text in requests), "the CRL was read where the certificate says"


@pytest.mark.parametrize(
    ("flavour", "code"),
    [
        (ServerFlavour.EXPIRED, 10),
        (ServerFlavour.NOT_YET_VALID, 9),
        (ServerFlavour.REVOKED, 23),
        (ServerFlavour.OTHER_AUTHORITY, 20),
        (ServerFlavour.SELF_SIGNED, 18),
        (ServerFlavour.WRONG_HOST, 62),
    ],
)
def test_s_client_names_what_is_wrong(open_tenant: Open, flavour: ServerFlavour, code: int) -> None:
    done = s_client(open_tenant(flavour), "smtp", "-crl_check", "-crl_download")
    assert f"verify error:num={code}:" in done.text, done.text[-600:]
    assert done.code != 0


def chain(played: Played, folder: Path) -> tuple[Path, Path]:
    """Bring leaf and intermediate as openssl shows them, unverified."""
    endpoint = played.tenant.smtp
    shown = run(
        needs("openssl"), "s_client", "-connect", f"{endpoint.address}:{endpoint.port}", "-starttls", "smtp",
        "-showcerts",
    )  # fmt: skip
    leaf, issuer = folder / "leaf.pem", folder / "issuer.pem"
    first, second = certificates(shown.text)[:2]
    leaf.write_text(first, encoding="ascii")
    issuer.write_text(second, encoding="ascii")
    return leaf, issuer


@pytest.mark.parametrize(
    ("flavour", "status"), [(ServerFlavour.GOOD, "good"), (ServerFlavour.REVOKED, "revoked")]
)
def test_ocsp_and_verify_agree(
    open_tenant: Open, tmp_path: Path, flavour: ServerFlavour, status: str
) -> None:
    played = open_tenant(flavour)
    leaf, issuer = chain(played, tmp_path)
    described = run(needs("openssl"), "x509", "-in", leaf, "-noout", "-text").text
    responder = re.search(r"OCSP - URI:(\S+)", described)
    assert responder is not None
    asked = run(
        needs("openssl"), "ocsp", "-issuer", issuer, "-cert", leaf, "-url", responder[1],
        "-CAfile", played.root, "-verify_other", issuer,
    )  # fmt: skip
    assert "Response verify OK" in asked.text, asked.text
    assert f"leaf.pem: {status}" in asked.text
    verified = run(
        needs("openssl"), "verify", "-CAfile", played.root, "-untrusted", issuer, "-crl_check",
        "-crl_download", leaf,
    )  # fmt: skip
    assert (verified.code == 0) == (status == "good"), verified.text


def swaks(played: Played, *options: str | Path) -> Done:
    app = played.bal("APP")
    return run(
        needs("swaks"), "--server", "localhost", "--port", str(played.tenant.smtp.port), "--tls",
        "--auth", "PLAIN", "--auth-user", app.address, "--auth-password", "sans-objet",
        "--from", app.address, "--to", played.tenant.correspondent.address, "--timeout", "30", *options,
    )  # fmt: skip


def test_swaks_shows_the_structures_certificate_then_plain(played: Played, tmp_path: Path) -> None:
    # Given the leaf alone: swaks shows no more than the first certificate of its file anyway
    app = played.bal("APP")
    assert app.certificate and app.key
    leaf = tmp_path / "leaf.pem"
    leaf.write_text(certificates(app.certificate.read_text(encoding="ascii"))[0], encoding="ascii")

    # When
    done = swaks(
        played, "--tls-verify", "--tls-ca-path", played.root, "--tls-cert", leaf, "--tls-key", app.key,
    )  # fmt: skip

    # Then the operator, who knows the intermediates, accepts it
    assert done.code == 0, done.text
    assert "OU=" in played.wait("tls", "established").data["client_certificate"]
    auth = played.wait("smtp", "auth").data
    assert (auth["mechanism"], auth["user"], auth["verdict"]) == ("PLAIN", app.address, "accepted")
    assert played.names("mail").count("message") == 1


def test_swaks_without_the_certificate_is_offered_no_plain(played: Played) -> None:
    assert swaks(played).code == 28, "no authentication type in common"
    assert "message" not in played.names("mail")


def test_neomutt_reads_with_a_token(played: Played, tmp_path: Path) -> None:
    program = needs("neomutt")
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminal")
    address = played.bal("PER").address
    played.tenant.correspond(address, "accented")
    # neomutt asks a command for its token; the file is gone with the test
    token = tmp_path / "jeton"
    token.write_text(played.token(), encoding="ascii")
    rc = tmp_path / "neomuttrc"
    rc.write_text(
        f"""
set imap_authenticators="xoauth2"
set imap_oauth_refresh_command="cat {token}"
set imap_user="{address}"
set ssl_force_tls=yes ssl_starttls=yes ssl_usesystemcerts=no ssl_verify_host=yes
set certificate_file="{played.root}"
set header_cache=""
set folder="imap://localhost:{played.tenant.imap.port}/"
set spoolfile="+INBOX"
set quit=yes
unset wait_key mark_old
push "<display-message><exit><flag-message><quit>"
""",
        encoding="utf-8",
    )
    screen = in_a_terminal(program, "-n", "-F", str(rc), home=tmp_path)
    events = played.space.journal.events(played.tenant.id, protocol="imap")
    assert any(event.name == "auth" and event.data["mechanism"] == "XOAUTH2" for event in events), screen
    assert any("STORE" in event.text and "Flagged" in event.text for event in events), screen


def in_a_terminal(*command: str, home: Path) -> bytes:
    """Run a full-screen program to its end; return what it drew."""
    import pty

    parent, child = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "HOME": str(home), "LC_ALL": "C.UTF-8", "LINES": "30"}
    process = subprocess.Popen(
        command, stdin=child, stdout=child, stderr=child, env=environment, close_fds=True
    )
    os.close(child)
    screen = bytearray()

    def drain() -> None:
        try:
            while data := os.read(parent, 4096):
                screen.extend(data)
        except OSError:
            return  # the terminal closes with the program

    reader = threading.Thread(target=drain)
    reader.start()
    try:
        assert process.wait(60) == 0, bytes(screen)[-2000:]
    finally:
        process.kill()
        process.wait()
        reader.join(5)
        os.close(parent)
    return bytes(screen)[-2000:]
