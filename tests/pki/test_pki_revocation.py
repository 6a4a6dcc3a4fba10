"""CRL and OCSP over HTTP, judged by openssl: what it accepts, what it refuses and why."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pki_openssl import Answer, Verifier, needs_openssl, openssl
from pki_service import Service, serving

from simulators.clock import SimulatedClock
from simulators.pki import (
    SPACE_TENANT,
    ClientFlavour,
    Credential,
    ForgedCrl,
    GarbageCrl,
    OcspExpired,
    OcspFault,
    OcspForged,
    OcspOtherSerial,
    OcspSigner,
    OcspTryLater,
    OcspUndelegated,
    OcspUnknown,
    OcspWrongNonce,
    Outage,
    Pki,
    RevocationBehaviour,
    ServerFlavour,
    StaleCrl,
    Unreachable,
    operator_crls_pem,
)

HOST = "smtp.banc-1.mssante.fr"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("pki")) as running:
        yield running


@pytest.fixture
def tenant(service: Service) -> str:
    name = f"t{next(_numbers)}"
    service.tenant(name)
    return name


@pytest.fixture
def verifier(tmp_path: Path, service: Service) -> Verifier:
    return Verifier(tmp_path, service.pki)


def get(service: Service, path: str) -> httpx.Response:
    return httpx.get(service.base_url + path, timeout=10)


def fetched_crl(
    service: Service, tenant: str, authority: str = "aci-el-org"
) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(get(service, f"/t/{tenant}/crl/{authority}.crl").content)


def ask_openssl(verifier: Verifier, credential: Credential, digest: str = "-sha1") -> Answer:
    """Ask the responder named in the certificate, as openssl's own client does (with a nonce)."""
    verifier.verify(credential)  # writes leaf.pem
    issuer = verifier.folder / "issuer.pem"
    issuer.write_bytes(credential.chain[0].public_bytes(Encoding.PEM))
    url = openssl("x509", "-in", verifier.folder / "leaf.pem", "-noout", "-ocsp_uri").text.strip()
    arguments = (digest, "-issuer", issuer, "-cert", verifier.folder / "leaf.pem", "-url", url)
    return openssl("ocsp", *arguments, "-CAfile", verifier.folder / "root.pem")


# CRL --------------------------------------------------------------------------------------------------


@needs_openssl
@pytest.mark.parametrize(
    ("flavour", "revoked"),
    [
        (ServerFlavour.GOOD, False),
        (ServerFlavour.REVOKED, True),
        (ServerFlavour.REVOKED_CRL_ONLY, True),
        (ServerFlavour.REVOKED_OCSP_ONLY, False),
        (ServerFlavour.INTERMEDIATE_REVOKED, True),
    ],
)
def test_openssl_downloads_the_crl_of_the_certificate(
    service: Service, tenant: str, verifier: Verifier, flavour: ServerFlavour, revoked: bool
) -> None:
    credential = service.pki.server([HOST], tenant=tenant, flavour=flavour)
    # openssl wants a CRL for the root as well, which points to none: given as a file.
    root_crl = verifier.folder / "root.crl"
    root_crl.write_bytes(fetched_crl(service, tenant, "acr-el").public_bytes(Encoding.PEM))
    options = ("-crl_check_all", "-crl_download", "-CRLfile", root_crl, "-x509_strict")
    answer = verifier.verify(credential, *options)
    assert (answer.code == 0) is not revoked, answer.text
    assert ("certificate revoked" in answer.text) is revoked
    # Both the leaf and its intermediate lead to the tenant's own lists.
    if flavour is not ServerFlavour.INTERMEDIATE_REVOKED:
        paths = [event.data["path"] for event in service.journal.events(tenant, name="request")]
        assert f"/t/{tenant}/crl/aci-el-org.crl" in paths
    distribution = credential.chain[0].extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert f"/t/{tenant}/crl/acr-el.crl" in str(distribution[0].full_name)


@needs_openssl
def test_an_operator_judges_client_certificates_by_lists_of_its_own(
    service: Service, tenant: str, verifier: Verifier
) -> None:
    # Given a good and a revoked client, and a CRL fault shown to the product
    def client(flavour: ClientFlavour) -> Credential:
        return service.pki.client(structure_id="1310000000", name="APP", tenant=tenant, flavour=flavour)

    good, revoked = client(ClientFlavour.GOOD), client(ClientFlavour.REVOKED)
    service.pki.behave(tenant, RevocationBehaviour(crl=ForgedCrl()))
    # When the operator verifies them with its own lists
    lists = verifier.folder / "lists.pem"
    lists.write_bytes(b"".join(operator_crls_pem(service.pki, tenant, service.pki.clock_of(tenant).now())))
    options = ("-purpose", "sslclient", "-crl_check_all", "-CRLfile", lists)
    # Then only the good one passes
    assert verifier.verify(good, *options).code == 0
    assert "certificate revoked" in verifier.verify(revoked, *options).text


@needs_openssl
def test_openssl_reads_the_crl(service: Service, tenant: str, verifier: Verifier) -> None:
    credential = service.pki.server([HOST], tenant=tenant, flavour=ServerFlavour.REVOKED)
    response = get(service, f"/t/{tenant}/crl/aci-el-org.crl")
    assert response.headers["content-type"] == "application/pkix-crl"
    chain = verifier.folder / "ca.pem"
    chain.write_bytes(service.pki.igc_sante_chain_pem)
    answer = openssl("crl", "-inform", "DER", "-CAfile", chain, "-noout", "-text", data=response.content)
    assert "verify OK" in answer.text
    assert f"{credential.serial:X}" in answer.text
    assert "Key Compromise" in answer.text


@needs_openssl
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (StaleCrl(), "CRL has expired"),
        (ForgedCrl(), "CRL signature failure"),
        (GarbageCrl(), "unable to get certificate CRL"),
        (Unreachable(Outage.STATUS_503), "unable to get certificate CRL"),
        (Unreachable(Outage.DROPPED), "unable to get certificate CRL"),
    ],
)
def test_openssl_refuses_a_faulty_crl(
    service: Service, tenant: str, verifier: Verifier, fault: StaleCrl | ForgedCrl | GarbageCrl, reason: str
) -> None:
    # Given a revoked certificate, and a CRL that must not clear it
    credential = service.pki.server([HOST], tenant=tenant, flavour=ServerFlavour.REVOKED)
    service.pki.behave(tenant, RevocationBehaviour(crl=fault))
    # When openssl verifies it
    answer = verifier.verify(credential, "-crl_check", "-crl_download")
    # Then it says why not, and the journal names the fault
    assert answer.code != 0
    assert reason in answer.text
    responses = service.journal.events(tenant, name="response")
    assert responses[-1].data["fault"] == type(fault).__name__


def test_the_crl_lives_by_the_tenants_clock(service: Service) -> None:
    # Given a tenant an hour ahead, whose lists live two minutes
    clock = service.tenant("ahead")
    clock.advance(3600)
    service.pki.behave("ahead", RevocationBehaviour(crl_lifetime_s=120))
    # When its CRL is fetched, then again
    first, second = fetched_crl(service, "ahead"), fetched_crl(service, "ahead")
    # Then dates follow its clock and numbers grow
    left = clock.now() - first.last_update_utc
    assert timedelta(seconds=60) <= left < timedelta(seconds=90)
    assert first.next_update_utc is not None
    assert first.next_update_utc - first.last_update_utc == timedelta(seconds=60 + 120)
    numbers = [
        crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for crl in (first, second)
    ]
    assert numbers[0] < numbers[1]


def test_revocation_on_order_shows_at_once_and_only_where_asked(service: Service, tenant: str) -> None:
    # Given three good certificates
    first, second, third = (service.pki.server([HOST], tenant=tenant) for _ in range(3))
    assert len(fetched_crl(service, tenant)) == 0
    # When two are revoked, and one is to be revoked tomorrow
    service.pki.revoke(first)
    service.pki.revoke(second, in_crl=False)
    service.pki.revoke(third, at=service.pki.clock_of(tenant).now() + timedelta(days=1))
    # Then each shows where it was asked and not before its time
    assert [entry.serial_number for entry in fetched_crl(service, tenant)] == [first.serial]
    assert status_of(service, second) is ocsp.OCSPCertStatus.REVOKED
    assert status_of(service, third) is ocsp.OCSPCertStatus.GOOD
    # And when the tenant's tomorrow comes it does
    clock = service.pki.clock_of(tenant)
    assert isinstance(clock, SimulatedClock)
    clock.advance(86_401)
    assert {entry.serial_number for entry in fetched_crl(service, tenant)} == {first.serial, third.serial}


def test_a_tenant_sees_nothing_of_another(service: Service) -> None:
    for name in ("mine", "theirs"):
        service.tenant(name)
    revoked = service.pki.server([HOST], tenant="theirs", flavour=ServerFlavour.REVOKED)
    service.pki.server([HOST], tenant="mine")
    assert len(fetched_crl(service, "mine")) == 0
    assert len(fetched_crl(service, "theirs")) == 1
    assert query_status(service, "mine", revoked) is ocsp.OCSPCertStatus.UNKNOWN


# OCSP -------------------------------------------------------------------------------------------------


def request_for(credential: Credential, algorithm: hashes.HashAlgorithm | None = None) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        credential.certificate, credential.chain[0], algorithm or hashes.SHA1()
    )
    return builder.build().public_bytes(Encoding.DER)


def query(service: Service, tenant: str, credential: Credential) -> ocsp.OCSPResponse:
    answer = httpx.post(f"{service.base_url}/t/{tenant}/ocsp", content=request_for(credential), timeout=10)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/ocsp-response"
    return ocsp.load_der_ocsp_response(answer.content)


def query_status(service: Service, tenant: str, credential: Credential) -> ocsp.OCSPCertStatus:
    return query(service, tenant, credential).certificate_status


def status_of(service: Service, credential: Credential) -> ocsp.OCSPCertStatus:
    return query_status(service, credential.tenant, credential)


@needs_openssl
@pytest.mark.parametrize("signer", list(OcspSigner))
@pytest.mark.parametrize(
    ("flavour", "said"),
    [
        (ServerFlavour.GOOD, ": good"),
        (ServerFlavour.REVOKED, ": revoked"),
        (ServerFlavour.REVOKED_OCSP_ONLY, ": revoked"),
        (ServerFlavour.REVOKED_CRL_ONLY, ": good"),
    ],
)
def test_openssl_ocsp_verifies_the_answer(
    service: Service, verifier: Verifier, signer: OcspSigner, flavour: ServerFlavour, said: str
) -> None:
    tenant = f"{signer}-{flavour}"
    service.tenant(tenant)
    service.pki.behave(tenant, RevocationBehaviour(ocsp_signer=signer))
    credential = service.pki.server([HOST], tenant=tenant, flavour=flavour)
    for digest in ("-sha1", "-sha256"):
        answer = ask_openssl(verifier, credential, digest)
        assert said in answer.text
        assert "Response verify OK" in answer.text
        assert "WARNING: no nonce in response" not in answer.text


@needs_openssl
def test_openssl_ocsp_knows_the_intermediate(service: Service, tenant: str, verifier: Verifier) -> None:
    credential = service.pki.server([HOST], tenant=tenant, flavour=ServerFlavour.INTERMEDIATE_REVOKED)
    (verifier.folder / "int.pem").write_bytes(credential.chain[0].public_bytes(Encoding.PEM))
    root = verifier.folder / "root.pem"
    answer = openssl(
        "ocsp", "-issuer", root, "-cert", verifier.folder / "int.pem", "-CAfile", root,
        "-url", f"{service.base_url}/t/{tenant}/ocsp",
    )  # fmt: skip
    assert ": revoked" in answer.text
    assert "Response verify OK" in answer.text


@needs_openssl
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (OcspTryLater(), "trylater"),
        (OcspForged(), "Response Verify Failure"),
        (OcspUndelegated(), "Response Verify Failure"),
        (OcspOtherSerial(), "ERROR: No Status found"),
        (OcspExpired(), "Status times invalid"),
        (OcspWrongNonce(), "Nonce Verify error"),
        (OcspUnknown(), ": unknown"),
        (Unreachable(Outage.STATUS_503), "Error querying OCSP responder"),
        (Unreachable(Outage.DROPPED), "Error querying OCSP responder"),
    ],
)
def test_openssl_ocsp_refuses_a_faulty_answer(
    service: Service, tenant: str, verifier: Verifier, fault: OcspFault, reason: str
) -> None:
    # Given a revoked certificate, and an answer that must not clear it
    service.pki.behave(tenant, RevocationBehaviour(ocsp=fault))
    credential = service.pki.server([HOST], tenant=tenant, flavour=ServerFlavour.REVOKED)
    # When openssl asks
    answer = ask_openssl(verifier, credential)
    # Then it says why not, and the journal names the fault
    assert reason in answer.text
    if not isinstance(fault, OcspTryLater):
        assert service.journal.events(tenant, name="response")[-1].data["fault"] == type(fault).__name__


@pytest.mark.parametrize("fault", [OcspForged(), OcspUndelegated(), OcspOtherSerial(), OcspExpired()])
def test_a_forged_answer_says_good(service: Service, tenant: str, fault: OcspFault) -> None:
    service.pki.behave(tenant, RevocationBehaviour(ocsp=fault))
    revoked = service.pki.server([HOST], tenant=tenant, flavour=ServerFlavour.REVOKED)
    response = query(service, tenant, revoked)
    assert response.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert (response.serial_number == revoked.serial) is not isinstance(fault, OcspOtherSerial)


def test_get_and_post_say_the_same(service: Service, tenant: str) -> None:
    credential = service.pki.client(
        structure_id="1310000000", name="APP", tenant=tenant, flavour=ClientFlavour.REVOKED
    )
    encoded = quote(base64.b64encode(request_for(credential, hashes.SHA256())).decode(), safe="")
    response = ocsp.load_der_ocsp_response(get(service, f"/t/{tenant}/ocsp/{encoded}").content)
    assert response.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert response.revocation_reason is x509.ReasonFlags.key_compromise
    assert status_of(service, credential) is ocsp.OCSPCertStatus.REVOKED


def test_a_foreign_issuer_is_unauthorized_and_a_foreign_serial_unknown(service: Service, tenant: str) -> None:
    stranger = Pki.build(SimulatedClock(), "http://elsewhere").server([HOST], tenant="x")
    response = query(service, tenant, stranger)
    assert response.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
    never = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        *hashes_of(service.pki.server([HOST], tenant=tenant)), 12345, hashes.SHA1()
    )
    body = never.build().public_bytes(Encoding.DER)
    answer = httpx.post(f"{service.base_url}/t/{tenant}/ocsp", content=body, timeout=10)
    assert ocsp.load_der_ocsp_response(answer.content).certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def hashes_of(credential: Credential) -> tuple[bytes, bytes]:
    request = ocsp.load_der_ocsp_request(request_for(credential))
    return request.issuer_name_hash, request.issuer_key_hash


def test_one_serial_two_issuers_two_answers(service: Service, tenant: str) -> None:
    # Given two certificates with the same serial number from two authorities, one revoked
    good = service.pki.server([HOST], tenant=tenant, serial=4242)
    revoked = service.pki.server([HOST], tenant=tenant, serial=4242, flavour=ServerFlavour.WRONG_RANGE)
    service.pki.revoke(revoked)
    # When / Then each issuer answers for its own
    assert status_of(service, good) is ocsp.OCSPCertStatus.GOOD
    assert status_of(service, revoked) is ocsp.OCSPCertStatus.REVOKED


# HTTP and journal -------------------------------------------------------------------------------------


def test_the_journal_tells_what_was_asked_and_answered(service: Service, tenant: str) -> None:
    # Given a revoked certificate
    credential = service.pki.server([HOST], tenant=tenant, flavour=ServerFlavour.REVOKED)
    # When its status is asked both ways, and its issuer fetched
    query(service, tenant, credential)
    fetched_crl(service, tenant)
    issuer = get(service, f"/t/{tenant}/ca/aci-el-org.cer")
    # Then the journal has each question and each answer, with their octets
    assert x509.load_der_x509_certificate(issuer.content) == credential.chain[0]
    events = service.journal.events(tenant, protocol="http")
    assert [(event.name, event.data["kind"]) for event in events] == [
        (name, kind) for kind in ("ocsp", "crl", "aia") for name in ("request", "response")
    ]
    asked, answered, _, crl, _, aia = events
    assert (asked.source, asked.target, answered.source) == ("product", "pki", "pki")
    assert answered.data["serial"] == f"{credential.serial:x}"
    assert answered.data["status"] == "revoked"
    assert crl.data["revoked"] == [f"{credential.serial:x}"]
    assert aia.data["bytes"] == len(issuer.content)
    assert asked.evidence is not None
    assert service.journal.evidence.read(asked.evidence) == request_for(credential)


@pytest.mark.parametrize("path", ["/t/nobody/crl/aci-el-org.crl", "/t/{t}/crl/x.crl", "/t/nobody/ocsp/AAAA"])
def test_unknown_tenants_and_authorities_are_404(service: Service, tenant: str, path: str) -> None:
    assert get(service, path.format(t=tenant)).status_code == 404
    assert not service.pki.knows("nobody")
    assert service.journal.events(SPACE_TENANT, name="response")[-1].data["http_status"] == 404


def test_a_removed_tenant_is_404(service: Service) -> None:
    service.tenant("gone")
    assert get(service, "/t/gone/crl/aci-el-org.crl").status_code == 200
    service.pki.remove_tenant("gone")
    assert get(service, "/t/gone/crl/aci-el-org.crl").status_code == 404


def test_a_slow_service_answers_rightly_in_the_end(service: Service, tenant: str) -> None:
    service.pki.behave(tenant, RevocationBehaviour(aia=Unreachable(Outage.SLOW, delay_s=0.3)))
    started = datetime.now(UTC)
    assert get(service, f"/t/{tenant}/ca/acr-el.cer").status_code == 200
    assert datetime.now(UTC) - started >= timedelta(seconds=0.3)
    service.pki.behave(tenant, RevocationBehaviour(crl=Unreachable(Outage.SLOW, delay_s=20)))
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{service.base_url}/t/{tenant}/crl/aci-el-org.crl", timeout=0.2)


def test_a_dropped_connection_is_no_answer(
    service: Service, tenant: str, caplog: pytest.LogCaptureFixture
) -> None:
    service.pki.behave(tenant, RevocationBehaviour(crl=Unreachable(Outage.DROPPED)))
    with pytest.raises(httpx.RemoteProtocolError):
        get(service, f"/t/{tenant}/crl/aci-el-org.crl")
    assert [record for record in caplog.records if record.name == "simulators.http"] == []


def test_a_lifetime_below_a_second_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 s"):
        RevocationBehaviour(crl_lifetime_s=0.5)


@needs_openssl
def test_a_request_for_two_certificates_is_malformed(
    service: Service, tenant: str, verifier: Verifier
) -> None:
    first = service.pki.server([HOST], tenant=tenant)
    verifier.verify(first)  # writes leaf.pem
    (verifier.folder / "issuer.pem").write_bytes(first.chain[0].public_bytes(Encoding.PEM))
    leaf = ("-cert", verifier.folder / "leaf.pem")
    answer = openssl(
        "ocsp", "-issuer", verifier.folder / "issuer.pem", *leaf, *leaf,
        "-url", f"{service.base_url}/t/{tenant}/ocsp",
    )  # fmt: skip
    assert "malformedrequest" in answer.text
    assert service.journal.events(tenant, name="response")[-1].data["response_status"] == "malformedRequest"
