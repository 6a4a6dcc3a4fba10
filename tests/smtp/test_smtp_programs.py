"""Our submission server against programs and libraries that are not ours."""

from __future__ import annotations

import smtplib
import ssl
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from shutil import which

import aiosmtplib
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from smtp_world import APP, ELSEWHERE, GOOD_TOKEN, ORG, PER, STRUCTURE, Operator, xoauth2
from wire_world import authority, client_context, server_credential

from simulators.wire.names import LPS_SUITES
from simulators.wire.profile import FORBIDDEN_SUITE, SINGLE_SUITE, TLS_1_3_ONLY


def program(name: str) -> str:
    path = which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def run(*command: str, stdin: str = "", timeout: float = 30) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=timeout, check=False, encoding="utf-8"
    )


@pytest.fixture
def trust(tmp_path: Path) -> Iterator[str]:
    path = tmp_path / "ca.pem"
    path.write_bytes(authority().pem)
    yield str(path)


def delivered(operator: Operator, address: str = ORG) -> str:
    (content,) = operator.store.of(address)
    return content.decode("utf-8")


def test_smtplib(operator: Operator) -> None:
    port = operator.start()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = PER, ORG, "Compte rendu"
    mail.set_content("Élément\n.\n")
    with smtplib.SMTP("localhost", port, timeout=10) as client:
        client.starttls(context=client_context())
        client.ehlo()
        client.auth("XOAUTH2", lambda challenge=None: f"user={PER}\x01auth=Bearer {GOOD_TOKEN}\x01\x01")
        client.send_message(mail)
    assert "Subject: Compte rendu" in delivered(operator)


def test_smtplib_sees_the_refusals(operator: Operator) -> None:
    port = operator.start()
    with smtplib.SMTP("localhost", port, timeout=10) as client:
        client.starttls(context=client_context())
        client.ehlo()
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            client.auth("XOAUTH2", lambda challenge=None: "user=x\x01auth=Bearer y\x01\x01")
        assert refused.value.smtp_code == 535
        client.auth("XOAUTH2", lambda challenge=None: f"user={PER}\x01auth=Bearer {GOOD_TOKEN}\x01\x01")
        with pytest.raises(smtplib.SMTPRecipientsRefused) as recipients:
            client.sendmail(PER, ["x@gmail.com"], "Subject: x\r\n\r\n")
        assert recipients.value.recipients["x@gmail.com"][0] == 550


def test_aiosmtplib(operator: Operator) -> None:
    port = operator.start()

    async def talk() -> None:
        async with aiosmtplib.SMTP(
            hostname="localhost", port=port, start_tls=True, tls_context=client_context(), timeout=10
        ) as client:
            await client.auth_xoauth2(PER, GOOD_TOKEN)
            await client.sendmail(PER, [ORG, ELSEWHERE], b"Subject: x\r\n\r\n" + b"y" * 70 + b"\r\n")

    # On the space's own loop, which outlives the client's closing
    operator.loop.run(talk())
    operator.wait("close")
    assert operator.wait("auth").data["form_problems"] == []
    assert delivered(operator, ELSEWHERE)


def test_curl(operator: Operator, trust: str, tmp_path: Path) -> None:
    curl = program("curl")
    port = operator.start()
    mail = tmp_path / "mail.eml"
    mail.write_bytes(b"Subject: curl\r\n\r\nbonjour\r\n.\r\nfin\r\n")
    done = run(
        curl, "--silent", "--show-error", "--ssl-reqd", "--cacert", trust, "--max-time", "20",
        "--url", f"smtp://localhost:{port}/poste.test", "--login-options", "AUTH=XOAUTH2",
        "--user", PER, "--oauth2-bearer", GOOD_TOKEN,
        "--mail-from", PER, "--mail-rcpt", ORG, "--upload-file", str(mail),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert delivered(operator).endswith("\r\n\r\nbonjour\r\n.\r\nfin\r\n")


def test_curl_refuses_what_it_does_not_trust(operator: Operator, tmp_path: Path) -> None:
    curl = program("curl")
    other = tmp_path / "other.pem"
    other.write_bytes(authority("AUTRE AC").pem)
    port = operator.start()
    done = run(
        curl, "--silent", "--ssl-reqd", "--cacert", str(other), "--max-time", "20",
        "--url", f"smtp://localhost:{port}/poste.test", "--mail-from", PER, "--mail-rcpt", ORG,
        "--user", PER, "--oauth2-bearer", GOOD_TOKEN, "--upload-file", "-",
    )  # fmt: skip
    assert done.returncode == 60
    assert operator.wait("alert", "tls").data["description"] == "unknown_ca"
    assert not operator.events("auth")


def test_msmtp(operator: Operator, trust: str, tmp_path: Path) -> None:
    msmtp = program("msmtp")
    port = operator.start()
    secret = f"{sys.executable} -c \"print('{GOOD_TOKEN}')\""
    done = run(
        msmtp, "--host=localhost", f"--port={port}", "--tls=on", "--tls-starttls=on",
        f"--tls-trust-file={trust}", "--auth=xoauth2", f"--user={PER}", f"--passwordeval={secret}",
        f"--from={PER}", "--dsn-notify=success,failure", "--dsn-return=headers", "--timeout=20",
        "--file=", ORG, stdin="Subject: msmtp\n\nbonjour\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Subject: msmtp" in delivered(operator)
    data = operator.wait("message", "mail").data
    assert data["ret"] == "HDRS"
    assert data["recipients"][0]["notify"] == ["FAILURE", "SUCCESS"]


def test_swaks_with_a_client_certificate(operator: Operator, trust: str, tmp_path: Path) -> None:
    swaks = program("swaks")
    credential = authority().issue(
        organizational_unit=STRUCTURE, common_name="LABO", usage=ExtendedKeyUsageOID.CLIENT_AUTH
    )
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    certificate.write_bytes(credential.chain_pem)
    key.write_bytes(credential.key_pem)
    port = operator.start()
    done = run(
        swaks, "--server", "localhost", "--port", str(port), "--tls", "--tls-verify", "--tls-ca-path", trust,
        "--tls-cert", str(certificate), "--tls-key", str(key), "--auth", "PLAIN", "--auth-user", APP,
        "--auth-password", "sans-objet", "--from", APP, "--to", ORG, "--timeout", "20",
        "--header", "Subject: swaks",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Subject: swaks" in delivered(operator)
    established = operator.wait("established", "tls").data
    assert f"OU={STRUCTURE}" in established["client_certificate"]
    assert established["client_certificate_error"] is None


@pytest.mark.parametrize("code", sorted(SINGLE_SUITE))
def test_openssl_s_client_with_each_suite(operator: Operator, trust: str, code: int) -> None:
    openssl = program("openssl")
    port = operator.start(tls=SINGLE_SUITE[code].with_credential(server_credential()))
    # The group is left to the client's choice of curves, so that no FFDHE group is offered
    done = run(
        openssl, "s_client", "-connect", f"localhost:{port}", "-starttls", "smtp", "-CAfile", trust,
        "-verify_return_error", "-tls1_2", "-cipher", LPS_SUITES[code], "-groups", "P-256:P-384",
        stdin="QUIT\r\n",
    )  # fmt: skip
    assert f"Cipher is {LPS_SUITES[code]}" in done.stdout
    assert "Verify return code: 0 (ok)" in done.stdout
    if LPS_SUITES[code].startswith("DHE"):
        assert "Server Temp Key: DH, 2048 bits" in done.stdout


def test_openssl_s_client_refused_by_a_forbidden_endpoint(operator: Operator, trust: str) -> None:
    openssl = program("openssl")
    port = operator.start(tls=FORBIDDEN_SUITE.with_credential(server_credential()))
    done = run(
        openssl, "s_client", "-connect", f"localhost:{port}", "-starttls", "smtp", "-CAfile", trust,
        "-tls1_2", "-cipher", ":".join(LPS_SUITES.values()), stdin="QUIT\r\n",
    )  # fmt: skip
    assert done.returncode != 0
    assert operator.wait("failed", "tls").data["reason"] == "no shared cipher"


def test_gnutls_cli(operator: Operator, trust: str) -> None:
    gnutls = program("gnutls-cli")
    port = operator.start(tls=TLS_1_3_ONLY.with_credential(server_credential()))
    done = run(
        gnutls, "--starttls-proto=smtp", f"--x509cafile={trust}", "--port", str(port), "localhost",
        stdin="EHLO gnutls\r\nQUIT\r\n",
    )  # fmt: skip
    assert "- Handshake was completed" in done.stdout, done.stdout + done.stderr
    assert operator.wait("established", "tls").data["version"] == "TLSv1.3"


def test_lower_case_everything(operator: Operator) -> None:
    port = operator.start()
    with smtplib.SMTP("localhost", port, timeout=10) as client:
        client.docmd("ehlo", "poste.test")
        assert client.docmd("starttls")[0] == 220
        assert client.sock is not None
        client.sock = ssl.SSLContext.wrap_socket(client_context(), client.sock, server_hostname="localhost")
        client.file = None
        client.docmd("ehlo", "poste.test")
        assert client.docmd("auth", f"xoauth2 {xoauth2()}")[0] == 235
        assert client.docmd("mail", f"from:<{PER}>")[0] == 250
        assert client.docmd("rcpt", f"to:<{ORG}>")[0] == 250
