"""Certificates by flavour, judged by openssl and by cryptography's own path validation."""

from __future__ import annotations

import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from pki_openssl import Verifier, needs_openssl, openssl

from simulators.clock import FrozenClock, SimulatedClock
from simulators.pki import (
    CLIENT_FLAVOURS,
    POLICY_ELEMENTAIRE_ORGANISATIONS,
    SERVER_FLAVOURS,
    ClientFlavour,
    Pki,
    ServerFlavour,
)

HOST = "smtp.banc-1.mssante.fr"
POLICY = POLICY_ELEMENTAIRE_ORGANISATIONS.dotted_string
AS_SERVER = ("-purpose", "sslserver", "-verify_hostname", HOST)
IN_RANGE = ("-policy", POLICY, "-explicit_policy", "-policy_check")


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki.build(SimulatedClock(), "http://127.0.0.1:9")


@pytest.fixture
def verifier(tmp_path: Path, pki: Pki) -> Verifier:
    return Verifier(tmp_path, pki)


@needs_openssl
def test_openssl_accepts_the_good_server(verifier: Verifier, pki: Pki) -> None:
    answer = verifier.verify(
        pki.server([HOST], tenant="t"), *AS_SERVER, *IN_RANGE, "-x509_strict", "-auth_level", "2"
    )
    assert answer.code == 0, answer.text


@needs_openssl
@pytest.mark.parametrize(
    ("flavour", "reason"),
    [
        (ServerFlavour.EXPIRED, "certificate has expired"),
        (ServerFlavour.NOT_YET_VALID, "certificate is not yet valid"),
        (ServerFlavour.OTHER_AUTHORITY, "unable to get local issuer certificate"),
        (ServerFlavour.IMPOSTOR_AUTHORITY, "unable to get local issuer certificate"),
        (ServerFlavour.WRONG_RANGE, "no explicit policy"),
        (ServerFlavour.WRONG_HOST, "hostname mismatch"),
        (ServerFlavour.WEAK_KEY, "EE certificate key too weak"),
        (ServerFlavour.SELF_SIGNED, "self-signed certificate"),
    ],
)
def test_openssl_refuses_each_bad_server_for_its_own_reason(
    verifier: Verifier, pki: Pki, flavour: ServerFlavour, reason: str
) -> None:
    # Given a certificate with one fault
    credential = pki.server([HOST], tenant="t", flavour=flavour)
    # When the check that the fault is about is made
    answer = verifier.verify(credential, *AS_SERVER, *IN_RANGE, "-auth_level", "2")
    # Then it is refused for that reason
    assert answer.code != 0
    assert reason.lower() in answer.text.lower().replace("self signed", "self-signed")


@needs_openssl
@pytest.mark.parametrize(
    ("flavour", "anchor"),
    [(ServerFlavour.WRONG_RANGE, "root.pem"), (ServerFlavour.OTHER_AUTHORITY, "public.pem")],
)
def test_only_the_range_is_wrong(verifier: Verifier, pki: Pki, flavour: ServerFlavour, anchor: str) -> None:
    credential = pki.server([HOST], tenant="t", flavour=flavour)
    assert verifier.verify(credential, *AS_SERVER, anchor=anchor).code == 0
    assert verifier.verify(credential, *AS_SERVER, *IN_RANGE, anchor=anchor).code != 0


def test_the_impostor_bears_the_issuer_text_of_the_accepted_range(pki: Pki) -> None:
    good = pki.server([HOST], tenant="t").certificate
    impostor = pki.server([HOST], tenant="t", flavour=ServerFlavour.IMPOSTOR_AUTHORITY).certificate
    assert impostor.issuer == good.issuer
    assert "IGC-SANTE" in impostor.issuer.rfc4514_string()
    with pytest.raises(InvalidSignature):
        impostor.verify_directly_issued_by(pki.authority_certificate("aci-el-org", "t"))


@pytest.mark.parametrize("ahead_s", [0, 3 * 365 * 86400.0])
def test_dates_hold_for_real_and_for_simulated_time(ahead_s: float) -> None:
    # Given a space whose clock may be far ahead of the real one
    clock = SimulatedClock()
    clock.advance(ahead_s)
    pki = Pki.build(clock, "http://127.0.0.1:9")
    for flavour, sign in (
        (ServerFlavour.EXPIRED, 1),
        (ServerFlavour.NOT_YET_VALID, -1),
        (ServerFlavour.GOOD, 0),
    ):
        certificate = pki.server([HOST], tenant="t", flavour=flavour).certificate
        # When its validity is read at either present
        for present in (clock.base.now(), clock.now()):
            after = present > certificate.not_valid_after_utc
            before = present < certificate.not_valid_before_utc
            # Then both agree
            assert (after - before) == sign


@pytest.mark.parametrize("ahead_s", [0, 400 * 86400.0])
def test_dates_hold_for_a_tenant_that_was_moved(ahead_s: float) -> None:
    pki = Pki.build(FrozenClock(), "http://127.0.0.1:9")
    tenant_clock = SimulatedClock(FrozenClock())
    tenant_clock.advance(ahead_s)
    pki.add_tenant("t", tenant_clock)
    good = pki.server([HOST], tenant="t").certificate
    assert good.not_valid_before_utc < FrozenClock().now()
    assert good.not_valid_after_utc > tenant_clock.now()


def test_names_of_a_server_include_where_the_space_is(pki: Pki) -> None:
    def names(flavour: ServerFlavour) -> tuple[list[str], list[object]]:
        certificate = pki.server([HOST, "imap.banc-1.mssante.fr"], tenant="t", flavour=flavour).certificate
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return san.get_values_for_type(x509.DNSName), list(san.get_values_for_type(x509.IPAddress))

    assert names(ServerFlavour.GOOD) == (
        [HOST, "imap.banc-1.mssante.fr", "localhost"],
        [IPv4Address("127.0.0.1")],
    )
    assert names(ServerFlavour.WRONG_HOST) == (["autre-operateur-test.mssante.fr"], [])


def test_the_dn_reads_as_in_the_white_list(pki: Pki) -> None:
    credential = pki.server([HOST], tenant="t", structure_id="3" + "1" * 14, organisation="OPERATEUR A")
    assert credential.dn == f"CN={HOST},OU=311111111111111,O=TEST OPERATEUR A,ST=Paris (75),C=FR"


@pytest.mark.parametrize("revocation", [{"crl"}, {"ocsp"}, {"crl", "ocsp"}, set()])
def test_a_leaf_points_only_to_the_revocation_asked_for(pki: Pki, revocation: set[str]) -> None:
    certificate = pki.server([HOST], tenant="t9", revocation=frozenset(revocation)).certificate  # type: ignore[arg-type]
    text = "".join(str(extension.value) for extension in certificate.extensions)
    assert ("http://127.0.0.1:9/t/t9/crl/aci-el-org.crl" in text) == ("crl" in revocation)
    assert ("'http://127.0.0.1:9/t/t9/ocsp'" in text) == ("ocsp" in revocation)
    assert "http://127.0.0.1:9/t/t9/ca/aci-el-org.cer" in text


@needs_openssl
@pytest.mark.parametrize("flavour", list(ClientFlavour))
def test_client_certificates(verifier: Verifier, pki: Pki, flavour: ClientFlavour) -> None:
    credential = pki.client(structure_id="1310000000", name="APP TEST", tenant="t", flavour=flavour)
    answer = verifier.verify(credential, "-purpose", "sslclient", "-x509_strict")
    expected = {
        ClientFlavour.EXPIRED: "has expired",
        ClientFlavour.OTHER_AUTHORITY: "unable to get local issuer",
        ClientFlavour.SERVER_CERTIFICATE: "unsuitable certificate purpose",
    }
    assert (answer.code == 0) == (flavour not in expected)
    assert expected.get(flavour, "OK") in answer.text.replace("unsupported", "unsuitable")
    assert ("OU=1310000000" in credential.dn) == (flavour is not ClientFlavour.OTHER_STRUCTURE)


@pytest.mark.parametrize(
    ("flavour", "reason"),
    [
        (ServerFlavour.GOOD, None),
        (ServerFlavour.EXPIRED, "not valid at"),
        (ServerFlavour.NOT_YET_VALID, "not valid at"),
        (ServerFlavour.OTHER_AUTHORITY, "candidates exhausted"),
        (ServerFlavour.IMPOSTOR_AUTHORITY, "candidates exhausted"),
        (ServerFlavour.WRONG_HOST, "subjectAltName"),
    ],
)
def test_cryptography_path_validation_agrees(pki: Pki, flavour: ServerFlavour, reason: str | None) -> None:
    # Given the root alone as trust anchor
    root = x509.load_pem_x509_certificate(pki.igc_sante_root_pem)
    verifier = (
        PolicyBuilder().store(Store([root])).time(datetime.now(UTC)).build_server_verifier(x509.DNSName(HOST))
    )
    credential = pki.server([HOST], tenant="t", flavour=flavour)
    # When / Then
    if reason is None:
        assert len(verifier.verify(credential.certificate, list(credential.chain))) == 3
    else:
        with pytest.raises(VerificationError, match=reason):
            verifier.verify(credential.certificate, list(credential.chain))


@needs_openssl
def test_every_certificate_reads_as_a_test_one(pki: Pki, tmp_path: Path) -> None:
    for credential in [pki.server([HOST], tenant="t", flavour=flavour) for flavour in ServerFlavour]:
        for link in (credential.certificate, *credential.chain):
            assert "TEST" in link.subject.rfc4514_string()
    certificate, key = pki.server([HOST], tenant="t").write(tmp_path, "server")
    text = openssl("x509", "-in", certificate, "-noout", "-text").text
    for expected in (POLICY, "CA Issuers - URI", "OCSP - URI", "TLS Web Server Authentication", "CA:FALSE"):
        assert expected in text
    assert openssl("pkey", "-in", key, "-check", "-noout").code == 0


def test_the_credential_loads_into_a_tls_context(pki: Pki, tmp_path: Path) -> None:
    certificate, key = pki.server([HOST], tenant="t").write(tmp_path, "server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    assert pki.igc_sante_chain_pem.count(b"BEGIN CERTIFICATE") == 2
    assert pki.public_root_pem != pki.igc_sante_root_pem


def test_a_seed_gives_the_same_serial_numbers() -> None:
    serials = [
        [Pki.build(FrozenClock(), "http://x", seed=seed).server([HOST], tenant="t").serial for _ in range(2)]
        for seed in (1, 2)
    ]
    assert serials[0][0] == serials[0][1]
    assert serials[0] != serials[1]
    assert Pki.build(FrozenClock(), "http://x").server([HOST], tenant="t", serial=77).serial == 77


def test_mistakes_in_asking_are_named(pki: Pki) -> None:
    with pytest.raises(ValueError, match="host name"):
        pki.server([], tenant="t")
    with pytest.raises(ValueError, match="self-signed"):
        pki.revoke(pki.server([HOST], tenant="t", flavour=ServerFlavour.SELF_SIGNED))


def test_each_flavour_is_described_in_two_languages() -> None:
    assert set(SERVER_FLAVOURS) == set(ServerFlavour)
    assert set(CLIENT_FLAVOURS) == set(ClientFlavour)
    for note in [*SERVER_FLAVOURS.values(), *CLIENT_FLAVOURS.values()]:
        assert note.requirements
        assert note.label.fr
        assert note.label.en


def test_building_and_issuing_are_fast_enough_for_one_space_per_worker() -> None:
    started = time.perf_counter()
    pki = Pki.build(SimulatedClock(), "http://127.0.0.1:9")
    built = time.perf_counter()
    for _ in range(50):
        pki.server([HOST], tenant="t")
    issued = time.perf_counter()
    # Ten times what an idle core needs, so that only a change of kind fails on a loaded machine.
    assert timedelta(seconds=built - started) < timedelta(seconds=7)
    assert (issued - built) / 50 < 0.05
