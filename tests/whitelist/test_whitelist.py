"""The white list: made, signed, read, verified, kept; altered, foreign and hostile ones refused."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.clock import FrozenClock
from simulators.pki import SPACE_TENANT, ClientFlavour, Credential, Pki, ServerFlavour
from simulators.whitelist import (
    AlteredList,
    Domaine,
    ForeignSigner,
    ListFault,
    Refusal,
    RevokedSigner,
    TruncatedList,
    UnsignedList,
    WhiteList,
    WhiteListError,
    WhiteListKeeper,
    WhiteListPublisher,
    WrappedList,
    read_white_list,
    same_dn,
    signed_list,
    trust_in,
    verify_white_list,
)
from simulators.whitelist.reading import MAX_OCTETS, MAX_TAGS

CLOCK = FrozenClock()
NOW = CLOCK.now()
PKI = Pki.build(CLOCK, "http://127.0.0.1:9")
TRUST = trust_in(PKI)
SIGNER = PKI.signer("alb-test.mssante.fr", tenant=SPACE_TENANT)
ENTRIES = (
    Domaine(
        "chu-a.mssante.fr",
        "Domaine de l'hôpital « A » & Cie",
        "CN=smtp1.a.fr,OU=1990000010,O=TEST A,ST=Paris (75),C=FR",
        "-",
        "x < y",
        NOW,
    ),
    Domaine(
        "chu-a.mssante.fr", "", "CN=smtp2.a.fr,OU=1990000010,O=TEST A\\, SA,ST=Nord (59),C=FR", "-", "-", NOW
    ),
    Domaine(
        "patient.mssante.fr", "Usagers", "CN=p.fr,OU=318003502400041,O=TEST P,ST=Paris (75),C=FR", "", "", NOW
    ),
)
SIGNED = signed_list(ENTRIES, generated=NOW, signer=SIGNER)
REAL = Path(__file__).parents[2].parent / "shared" / "examples" / "listeblanche" / "extract_2025-02-28.xml"
needs_real = pytest.mark.skipif(not REAL.exists(), reason="the extract of the real list is not here")
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def refusal_of(document: bytes) -> Refusal:
    with pytest.raises(WhiteListError) as raised:
        verify_white_list(document, TRUST)
    assert raised.value.message.fr
    assert raised.value.message.en
    return raised.value.refusal


# Good lists -------------------------------------------------------------------------------------------


def test_a_list_says_what_was_put_in() -> None:
    assert verify_white_list(SIGNED, TRUST) == WhiteList(NOW, ENTRIES)


def test_a_domain_may_have_several_certificates() -> None:
    white_list = read_white_list(SIGNED)
    assert white_list.lists("CHU-A.mssante.fr")
    assert not white_list.lists("a.mssante.fr")
    assert len(white_list.of_domain("chu-a.mssante.fr")) == 2
    for entry in ENTRIES[:2]:
        assert white_list.authorises("chu-a.mssante.fr", entry.dn)
        assert not white_list.authorises("patient.mssante.fr", entry.dn)
    assert not white_list.authorises("inconnu.mssante.fr", ENTRIES[0].dn)


def test_dns_are_compared_by_what_they_name() -> None:
    assert same_dn("CN=a, O=B", "CN=a,O=B")
    assert not same_dn("CN=a\\, O=B", "CN=a,O=B")
    assert same_dn("CN=a,O=B\\2c C", "CN=a,O=B\\, C")
    assert not same_dn("CN=a,O=B", "O=B,CN=a")
    assert not same_dn("CN=a", "CN=ab")
    assert not same_dn("not a dn", "not a dn")


def test_an_operators_certificate_is_found_in_the_list() -> None:
    publisher = WhiteListPublisher(PKI, CLOCK)
    credential = PKI.server(["smtp.banc-1.mssante.fr"], tenant="t", organisation="OPÉRATEUR, SA (1)")
    publisher.authorise("banc-1.mssante.fr", credential)
    white_list = verify_white_list(publisher.document(), TRUST)
    assert white_list.authorises("banc-1.mssante.fr", credential.dn)
    other = PKI.server(["smtp.banc-2.mssante.fr"], tenant="t")
    assert not white_list.authorises("banc-1.mssante.fr", other.dn)


def test_a_list_outlives_its_signers_certificate() -> None:
    # The signer is judged at the date of generation: verifying takes no clock at all.
    ended = replace_dates(SIGNER.certificate.not_valid_after_utc - timedelta(days=1))
    assert verify_white_list(ended, TRUST).domaines == ENTRIES


def replace_dates(generated: datetime, signer: Credential = SIGNER) -> bytes:
    return signed_list(ENTRIES, generated=generated.replace(microsecond=0), signer=signer)


@needs_openssl
def test_the_signature_stands_before_programs_that_are_not_ours(tmp_path: Path) -> None:
    # Given the digest and the signature of a list
    signature = SIGNED[SIGNED.index(b"<Signature") : SIGNED.index(b"</ListeBlancheMSSante>")]
    digest = re.search(rb"<DigestValue>(.*?)</DigestValue>", SIGNED)
    value = re.search(rb"<SignatureValue>(.*?)</SignatureValue>", SIGNED, re.S)
    assert digest
    assert value
    # When the content is put in canonical form by the standard library
    content = ET.canonicalize(SIGNED.replace(signature, b"").decode("utf-8"))
    # Then its digest is the signed one
    assert base64.b64decode(digest[1]) == hashlib.sha256(content.encode("utf-8")).digest()
    # And openssl verifies the signature over SignedInfo, itself put in canonical form by the library
    info = signature[signature.index(b"<SignedInfo") : signature.index(b"<SignatureValue")]
    spaced = info.replace(b"<SignedInfo>", b'<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">')
    (tmp_path / "info.xml").write_text(ET.canonicalize(spaced.decode("utf-8")), encoding="utf-8", newline="")
    (tmp_path / "signature").write_bytes(base64.b64decode(value[1]))
    (tmp_path / "key.pem").write_bytes(
        SIGNER.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "info.xml"],
        cwd=tmp_path,
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert b"Verified OK" in done.stdout, done.stderr


@needs_real
def test_the_real_list_reads_and_its_redaction_is_seen() -> None:
    # Given the extract of the real list, whose contacts were blanked after it was signed
    document = REAL.read_bytes()
    # When it is read, then its structure is the expected one
    white_list = read_white_list(document)
    assert white_list.generated == datetime(2025, 2, 28, 15, 42, 7, tzinfo=UTC)
    assert white_list.lists("patient.mssante.fr")
    for entry in white_list.domaines:
        assert re.search(r",OU=(1\d{9}|3\d{14}),", entry.dn)
        assert same_dn(entry.dn, entry.dn)
    # And when it is verified, then the form of its signature passes and its digest does not
    assert refusal_of(document) is Refusal.DIGEST


@needs_real
def test_the_real_signature_over_signed_info_verifies() -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from lxml import etree

    from simulators.whitelist.xmldsig import canonical

    namespaces = {"s": "http://www.w3.org/2000/09/xmldsig#"}
    root = etree.fromstring(REAL.read_bytes())
    (info,) = root.findall(".//s:SignedInfo", namespaces)
    octets = [
        base64.b64decode(root.findtext(f".//s:{name}", "", namespaces))
        for name in ("SignatureValue", "X509Certificate")
    ]
    key = x509.load_der_x509_certificate(octets[1]).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(octets[0], canonical(info), PKCS1v15(), hashes.SHA256())


# Refused lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (AlteredList(), Refusal.DIGEST),
        (TruncatedList(), Refusal.NOT_XML),
        (UnsignedList(), Refusal.UNSIGNED),
        (ForeignSigner(), Refusal.SIGNER_CHAIN),
        (RevokedSigner(), Refusal.SIGNER_REVOKED),
        (WrappedList(), Refusal.SCHEMA),
    ],
)
def test_a_faulty_list_is_refused_and_the_last_valid_kept(fault: ListFault, refusal: Refusal) -> None:
    # Given an operator that has a valid list
    publisher = WhiteListPublisher(PKI, CLOCK)
    publisher.publish(ENTRIES)
    keeper = WhiteListKeeper(TRUST)
    assert keeper.offer(publisher.document()).accepted
    valid = keeper.current
    # When the next one has a fault
    publisher.publish(ENTRIES[:1])
    publisher.fault = fault
    outcome = keeper.offer(publisher.document())
    # Then it is refused for its own reason and the valid one stays in use
    assert outcome.error is not None
    assert outcome.error.refusal is refusal
    assert keeper.current is valid
    # And a good one is taken again
    publisher.fault = None
    assert keeper.offer(publisher.document()).accepted
    assert keeper.current is not None
    assert len(keeper.current.domaines) == 1


def test_before_the_first_valid_list_there_is_none() -> None:
    keeper = WhiteListKeeper(TRUST)
    assert not keeper.offer(b"<html/>").accepted
    assert keeper.current is None


def test_an_older_list_does_not_replace_a_newer_one() -> None:
    keeper = WhiteListKeeper(TRUST)
    assert keeper.offer(SIGNED).accepted
    outcome = keeper.offer(replace_dates(NOW - timedelta(seconds=1)))
    assert outcome.error is not None
    assert outcome.error.refusal is Refusal.OLDER
    assert keeper.offer(SIGNED).accepted


@pytest.mark.parametrize("flavour", [ClientFlavour.EXPIRED])
def test_a_signer_that_had_ended_is_refused(flavour: ClientFlavour) -> None:
    assert (
        refusal_of(replace_dates(NOW, PKI.signer("x", tenant="s", flavour=flavour))) is Refusal.SIGNER_DATES
    )


def test_a_signer_that_ended_since_is_accepted_at_its_time() -> None:
    expired = PKI.signer("x", tenant="s", flavour=ClientFlavour.EXPIRED)
    then = expired.certificate.not_valid_after_utc - timedelta(days=1)
    assert verify_white_list(replace_dates(then, expired), TRUST).generated == then


@pytest.mark.parametrize(
    "flavour",
    [
        ServerFlavour.IMPOSTOR_AUTHORITY,
        ServerFlavour.SELF_SIGNED,
        ServerFlavour.OTHER_AUTHORITY,
        ServerFlavour.WRONG_RANGE,
    ],
)
def test_a_signer_outside_the_range_is_refused(flavour: ServerFlavour) -> None:
    signer = PKI.server(["x.fr"], tenant="s", flavour=flavour)
    assert refusal_of(replace_dates(NOW, signer)) is Refusal.SIGNER_CHAIN


def test_another_range_is_refused_by_its_policy_even_when_its_authority_is_known() -> None:
    person = PKI.server(["x.fr"], tenant="s", flavour=ServerFlavour.WRONG_RANGE)
    knows_all = replace(TRUST, intermediates=(*TRUST.intermediates, *person.chain))
    with pytest.raises(WhiteListError, match="policy"):
        verify_white_list(replace_dates(NOW, person), knows_all)


def test_a_signer_may_not_have_a_weak_key_nor_act_as_an_authority() -> None:
    weak = PKI.server(["x.fr"], tenant="s", flavour=ServerFlavour.WEAK_KEY)
    assert refusal_of(replace_dates(NOW, weak)) is Refusal.SIGNATURE_FORM
    # A leaf of the right range that "issued" another certificate is no intermediate.
    leaf = PKI.server(["x.fr"], tenant="s")
    forged = issued_by(leaf)
    knows_leaf = replace(TRUST, intermediates=(*TRUST.intermediates, leaf.certificate))
    with pytest.raises(WhiteListError) as raised:
        verify_white_list(replace_dates(NOW, forged), knows_leaf)
    assert raised.value.refusal is Refusal.SIGNER_CHAIN


def issued_by(leaf: Credential) -> Credential:
    from cryptography.x509.oid import ExtendedKeyUsageOID

    from simulators.pki.issuing import NO_POINTERS, Issuer, Validity, issue_leaf

    certificate = issue_leaf(
        Issuer(leaf.certificate.subject, leaf.key),
        SIGNER.certificate.subject,
        SIGNER.key.public_key(),
        serial=7,
        validity=Validity(NOW - timedelta(days=1), NOW + timedelta(days=1)),
        policy=TRUST.policy,
        usages=[ExtendedKeyUsageOID.EMAIL_PROTECTION],
        names=[],
        loopback=False,
        pointers=NO_POINTERS,
    )
    return replace(SIGNER, certificate=certificate)


SECOND_SIGNATURE = b"<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>"


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        (b'URI=""', b'URI="#x"', Refusal.SIGNATURE_FORM),
        (b"rsa-sha256", b"rsa-sha1", Refusal.SIGNATURE_FORM),
        (b"2001/04/xmlenc#sha256", b"2000/09/xmldsig#sha1", Refusal.SIGNATURE_FORM),
        (b"<DigestValue>", b"<DigestValue>*", Refusal.SIGNATURE_FORM),
        (b"<X509Certificate>MII", b"<X509Certificate>MIJ", Refusal.SIGNATURE_FORM),
        (b"</SignatureValue>", b"</SignatureValue><Object/>", Refusal.SIGNATURE_FORM),
        (b"<ListeDomaines>", SECOND_SIGNATURE + b"<ListeDomaines>", Refusal.SIGNATURE_FORM),
        (b"patient.mssante.fr", b"patient.mssant\xc3\xa9.fr", Refusal.SCHEMA),
        (b"patient.mssante.fr", b"pat<!-- -->ient.mssante.fr", Refusal.SCHEMA),
        (b"patient.mssante.fr", b"pat<?x y?>ient.mssante.fr", Refusal.SCHEMA),
        (b"patient.mssante.fr", b"patient2.mssante.fr", Refusal.DIGEST),
        (b"<Domaine>", b"<Domaine><Nom>x.fr</Nom>", Refusal.SCHEMA),
        (b"<Domaine>", b"<Domaine>texte", Refusal.SCHEMA),
        (b"<Nom>", b"<Nom a='b'>", Refusal.SCHEMA),
        (b"ListeDomaines>", b"ListeDeDomaines>", Refusal.SCHEMA),
        (b"listeblanche.mssante.fr/schema", b"listeblanche.mssante.fr/autre", Refusal.SCHEMA),
        (b"<DateDeGeneration>2026-01-15T", b"<DateDeGeneration>2026-02-30T", Refusal.SCHEMA),
        (b"<DateDeGeneration>2026", b"<DateDeGeneration>le 2026", Refusal.SCHEMA),
        (ENTRIES[0].dn.encode(), b"", Refusal.SCHEMA),
        (b'encoding="UTF-8"', b'encoding="ISO-8859-1"', Refusal.NOT_XML),
        ("hôpital".encode(), b"h\xf4pital", Refusal.NOT_XML),
        (b"<ListeBlanche", b"<!DOCTYPE x><ListeBlanche", Refusal.DOCTYPE),
    ],
)  # fmt: skip
def test_each_alteration_is_refused_for_its_own_reason(old: bytes, new: bytes, refusal: Refusal) -> None:
    altered = SIGNED.replace(old, new)
    assert altered != SIGNED
    assert refusal_of(altered) is refusal


def test_a_signature_of_another_key_is_refused() -> None:
    other = signed_list(ENTRIES[:2], generated=NOW, signer=PKI.signer("y", tenant="s"))
    ours = re.search(rb"<SignatureValue>.*?</SignatureValue>", SIGNED, re.S)
    theirs = re.search(rb"<SignatureValue>.*?</SignatureValue>", other, re.S)
    assert ours
    assert theirs
    assert refusal_of(SIGNED.replace(ours[0], theirs[0])) is Refusal.SIGNATURE_VALUE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"TEST ESPACE", b"\xffEST ESPACE"),  # a subject that is not UTF-8, read late by the library
        (b"\x06\x03\x55\x1d\x0f", b"\x06\x03\x55\x1d\x0e"),  # key usage turned into a second key identifier
        (b"\x17\x0d25", b"\x17\x0dxx"),  # a date that is none
    ],
)
def test_a_signers_certificate_that_cannot_be_read_is_refused(old: bytes, new: bytes) -> None:
    der = SIGNER.certificate.public_bytes(Encoding.DER)
    damaged = der.replace(old, new)
    assert damaged != der
    ours, theirs = (base64.encodebytes(octets).strip() for octets in (der, damaged))
    assert refusal_of(SIGNED.replace(ours, theirs)) is Refusal.SIGNATURE_FORM


def test_the_line_of_a_fault_is_told() -> None:
    with pytest.raises(WhiteListError, match=r"line \d+") as raised:
        read_white_list(SIGNED.replace(b"patient.mssante.fr", b"-"))
    assert raised.value.line is not None
    assert b"<Nom>patient" in SIGNED.splitlines()[raised.value.line - 1]


# Hostile input ----------------------------------------------------------------------------------------

LAUGHS = b'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'


@pytest.mark.parametrize(
    ("document", "refusal"),
    [
        (LAUGHS, Refusal.DOCTYPE),
        (EXTERNAL, Refusal.DOCTYPE),
        (EXTERNAL.decode().encode("utf-16"), Refusal.NOT_XML),
        (EXTERNAL.decode().encode("utf-16-be"), Refusal.NOT_XML),
        (b"", Refusal.NOT_XML),
        (b"<a>" * 5000, Refusal.NOT_XML),
        (b"<a>" * 200 + b"</a>" * 200, Refusal.SCHEMA),
        (b"<a/>" * (MAX_TAGS + 1), Refusal.TOO_LARGE),
        (b" " * (MAX_OCTETS + 1), Refusal.TOO_LARGE),
        (b"<a>&b;</a>", Refusal.NOT_XML),
        (b"<a>\x00</a>", Refusal.NOT_XML),
    ],
    ids=lambda value: value.name if isinstance(value, Refusal) else "",
)
def test_hostile_documents_are_refused(document: bytes, refusal: Refusal) -> None:
    assert refusal_of(document) is refusal


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
    )
)
def test_arbitrary_octets_are_refused(document: bytes) -> None:
    with pytest.raises(WhiteListError):
        verify_white_list(document, TRUST)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SIGNED) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_no_damage_changes_what_is_believed(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(SIGNED)
    for place, octet in changes:
        damaged[place] = octet
    try:
        believed = verify_white_list(bytes(damaged), TRUST)
    except WhiteListError:
        return
    assert believed == WhiteList(NOW, ENTRIES)


def test_a_list_of_the_real_size_takes_seconds_at_most() -> None:
    entries = [replace(ENTRIES[0], nom=f"domaine-{number}.mssante.fr") for number in range(8655)]
    started = time.perf_counter()
    document = signed_list(entries, generated=NOW, signer=SIGNER)
    assert len(verify_white_list(document, TRUST).domaines) == 8655
    # Under two seconds on an idle core; the bound only catches a change of kind.
    assert time.perf_counter() - started < 20
