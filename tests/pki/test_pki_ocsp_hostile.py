"""Whatever octets come as an OCSP request, there is an answer."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulators.clock import FrozenClock
from simulators.journal import Journal
from simulators.pki import OcspFault, OcspOtherSerial, Pki, RevocationBehaviour, revocation_app
from simulators.pki.ocsp import REQUEST_MAX, ocsp_answer

Ask = Callable[..., httpx.Response]

PKI = Pki.build(FrozenClock(), "http://127.0.0.1:9")
GOOD = PKI.server(["smtp.mssante.fr"], tenant="t")


def _request(nonce: bytes | None = None) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(GOOD.certificate, GOOD.chain[0], hashes.SHA256())
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


REQUEST = _request(b"n" * 16)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_octets_are_answered(body: bytes) -> None:
    answer = ocsp_answer(PKI, "t", body, FrozenClock().now())
    assert answer.response_status == "malformedRequest"
    assert (
        ocsp.load_der_ocsp_response(answer.body).response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    )


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(REQUEST) - 1), st.integers(0, 255)), min_size=1, max_size=4))
@example([(97, 128)])  # a negative serial number
def test_a_damaged_request_is_answered(changes: list[tuple[int, int]]) -> None:
    body = bytearray(REQUEST)
    for place, octet in changes:
        body[place] = octet
    answer = ocsp_answer(PKI, "t", bytes(body), FrozenClock().now())
    assert ocsp.load_der_ocsp_response(answer.body).response_status is not None


def test_the_undamaged_request_is_good() -> None:
    assert ocsp_answer(PKI, "t", REQUEST, FrozenClock().now()).status == "good"


@pytest.mark.parametrize(("length", "status"), [(0, None), (1, "good"), (128, "good"), (129, None)])
def test_nonce_lengths(length: int, status: str | None) -> None:
    answer = ocsp_answer(PKI, "t", _request(b"n" * length), FrozenClock().now())
    assert answer.status == status
    if status:
        response = ocsp.load_der_ocsp_response(answer.body)
        assert response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * length


@pytest.mark.parametrize(
    ("serial", "said"),
    [("80", "malformedRequest"), ("00", "successful"), ("01", "successful"), ("7f" * 20, "successful")],
)
@pytest.mark.parametrize("fault", [None, OcspOtherSerial()])
def test_serial_numbers_at_the_edges(serial: str, said: str, fault: OcspFault | None) -> None:
    # Given a request whose serial number (16 octets in ours) is replaced as DER
    algorithm = bytes.fromhex("300d06096086480165030402010500")  # SHA-256
    request = ocsp.load_der_ocsp_request(_request())
    hashed = [b"\x04\x20" + octets for octets in (request.issuer_name_hash, request.issuer_key_hash)]
    number = bytes.fromhex(serial)
    inner = algorithm + b"".join(hashed) + b"\x02" + bytes([len(number)]) + number
    for _ in range(5):  # CertID, Request, requestList, TBSRequest, OCSPRequest
        length = bytes([len(inner)]) if len(inner) < 128 else b"\x81" + bytes([len(inner)])
        inner = b"\x30" + length + inner
    # When it is asked, whatever the fault
    PKI.behave("edges", RevocationBehaviour(ocsp=fault))
    # Then there is an answer
    assert ocsp_answer(PKI, "edges", inner, FrozenClock().now()).response_status == said


def test_no_nonce_asked_none_answered() -> None:
    answer = ocsp_answer(PKI, "t", _request(), FrozenClock().now())
    assert not list(ocsp.load_der_ocsp_response(answer.body).extensions)


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    folder: Path = tmp_path_factory.mktemp("journal")
    journal = Journal(folder)
    journal.close()
    transport = httpx.ASGITransport(revocation_app(PKI, journal))

    def send(method: str, path: str, body: bytes = b"") -> httpx.Response:
        async def exchange() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport, base_url="http://pki") as client:
                return await client.request(method, path, content=body)

        return asyncio.run(exchange())

    return send


BASE64 = st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode())


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(BASE64, st.text(st.characters(exclude_categories=["Cs"]), max_size=60)))
def test_any_path_behind_ocsp_is_answered(ask: Ask, text: str) -> None:
    response = ask("GET", f"/t/t/ocsp/x{quote(text, safe='')}")
    if response.status_code == 404:  # no route has a line feed in it
        assert "\n" in text
        return
    assert response.status_code == 200
    assert ocsp.load_der_ocsp_response(response.content).response_status is not None


def test_a_giant_request_is_malformed(ask: Ask) -> None:
    response = ask("POST", "/t/t/ocsp", REQUEST + b"\0" * (2 * REQUEST_MAX))
    status = ocsp.load_der_ocsp_response(response.content).response_status
    assert status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    assert ask("PUT", "/t/t/ocsp", REQUEST).status_code == 405
