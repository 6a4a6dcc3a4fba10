"""Enveloped XML signatures, in the one form that the white list has (XML-DSig core, exc-c14n, RSA-SHA256).

Anything else is refused rather than interpreted: other transforms, other references or other algorithms are
how signatures are made to cover something else than what is read.
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import (
    Certificate,
    DuplicateExtension,
    InvalidVersion,
    UnsupportedGeneralNameType,
    load_der_x509_certificate,
)
from lxml import etree

from simulators.pki import Credential
from simulators.whitelist.elements import attributes, default_namespace, line_of
from simulators.whitelist.errors import Refusal, WhiteListError

DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED: Final = DSIG + "enveloped-signature"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
SIGNATURE_TAG: Final = f"{{{DSIG}}}Signature"
RSA_BITS_MIN: Final = 2048
UNREADABLE: Final = (InvalidVersion, DuplicateExtension, UnsupportedGeneralNameType)
"""What the library raises beside `ValueError` for a certificate that it cannot read."""


def canonical(element: etree._Element) -> bytes:
    """Return the exclusive canonical form of an element, without comments."""
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _tag(name: str) -> str:
    return f"{{{DSIG}}}{name}"


def _without_signature(root: etree._Element, signature: etree._Element) -> etree._Element:
    """Apply the enveloped-signature transform to a copy; the text behind the signature stays."""
    position = root.index(signature)
    bare = copy.deepcopy(root)
    removed = bare[position]
    if removed.tail:
        if position:
            bare[position - 1].tail = (bare[position - 1].tail or "") + removed.tail
        else:
            bare.text = (bare.text or "") + removed.tail
    bare.remove(removed)
    return bare


# Signing ----------------------------------------------------------------------------------------------


def sign_enveloped(root: etree._Element, signer: Credential) -> None:
    """Append a signature of the whole document to its root element."""
    signature = etree.SubElement(root, SIGNATURE_TAG, nsmap=default_namespace(DSIG))
    signed_info = etree.SubElement(signature, _tag("SignedInfo"))
    etree.SubElement(signed_info, _tag("CanonicalizationMethod"), Algorithm=EXCLUSIVE_C14N)
    etree.SubElement(signed_info, _tag("SignatureMethod"), Algorithm=RSA_SHA256)
    reference = etree.SubElement(signed_info, _tag("Reference"), URI="")
    transforms = etree.SubElement(reference, _tag("Transforms"))
    for algorithm in (ENVELOPED, EXCLUSIVE_C14N):
        etree.SubElement(transforms, _tag("Transform"), Algorithm=algorithm)
    etree.SubElement(reference, _tag("DigestMethod"), Algorithm=SHA256)
    digest = hashlib.sha256(canonical(_without_signature(root, signature))).digest()
    etree.SubElement(reference, _tag("DigestValue")).text = base64.b64encode(digest).decode("ascii")
    value = signer.key.sign(canonical(signed_info), PKCS1v15(), hashes.SHA256())
    etree.SubElement(signature, _tag("SignatureValue")).text = _lines(value)
    key_info = etree.SubElement(signature, _tag("KeyInfo"))
    holder = etree.SubElement(etree.SubElement(key_info, _tag("X509Data")), _tag("X509Certificate"))
    holder.text = _lines(signer.certificate.public_bytes(Encoding.DER))


def _lines(octets: bytes) -> str:
    return base64.encodebytes(octets).decode("ascii").strip()


# Verifying --------------------------------------------------------------------------------------------


def _form(french: str, english: str, element: etree._Element) -> WhiteListError:
    return WhiteListError(Refusal.SIGNATURE_FORM, french, english, line=line_of(element))


def _children(element: etree._Element, *names: str) -> list[etree._Element]:
    found = list(element)
    if [child.tag for child in found] != [_tag(name) for name in names]:
        seen = ", ".join(etree.QName(child).localname for child in found[:8]) or "nothing"
        wanted = ", ".join(names)
        raise _form(
            f"dans {etree.QName(element).localname} : {seen} au lieu de {wanted}",
            f"in {etree.QName(element).localname}: {seen} instead of {wanted}",
            element,
        )
    return found


def _expect(element: etree._Element, attribute: str, value: str) -> None:
    if attributes(element) != {attribute: value} or len(element):
        raise _form(
            f"{etree.QName(element).localname} : {attribute} doit être « {value} », et rien d'autre",
            f"{etree.QName(element).localname}: {attribute} must be {value!r}, and nothing else",
            element,
        )


def _octets(element: etree._Element) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        name = etree.QName(element).localname
        raise _form(f"{name} n'est pas du base64", f"{name} is not base64", element) from error


def _signer_of(holder: etree._Element) -> tuple[Certificate, RSAPublicKey]:
    try:
        certificate = load_der_x509_certificate(_octets(holder))
        key = certificate.public_key()
        # The library reads these late: a damaged one must be known now, not where it is used.
        for part in ("subject", "issuer", "extensions", "not_valid_before_utc", "not_valid_after_utc"):
            getattr(certificate, part)
    except WhiteListError:
        raise
    except (ValueError, TypeError, UnsupportedAlgorithm, *UNREADABLE) as error:
        raise _form(
            "X509Certificate n'est pas un certificat", "X509Certificate is no certificate", holder
        ) from error
    if not isinstance(key, RSAPublicKey) or key.key_size < RSA_BITS_MIN:
        raise _form(
            f"le signataire n'a pas de clé RSA d'au moins {RSA_BITS_MIN} bits",
            f"the signer has no RSA key of at least {RSA_BITS_MIN} bits",
            holder,
        )
    return certificate, key


def verify_enveloped(root: etree._Element) -> Certificate:
    """Check the signature of a document; return the certificate inside it, itself unchecked.

    Raises `WhiteListError`: unsigned, another form than expected, a digest or a signature that is wrong.
    """
    signatures = [child for child in root.iter(SIGNATURE_TAG)]
    if not signatures:
        raise WhiteListError(Refusal.UNSIGNED, "liste sans Signature", "the list has no Signature")
    if len(signatures) > 1 or root[-1] is not signatures[0]:
        raise _form(
            "la Signature doit être unique et le dernier enfant de la racine",
            "there must be one Signature, last child of the root",
            signatures[0],
        )
    signature = signatures[0]
    signed_info, value, key_info = _children(signature, "SignedInfo", "SignatureValue", "KeyInfo")
    claimed = _claimed_digest(signed_info)
    (data,) = _children(key_info, "X509Data")
    (holder,) = _children(data, "X509Certificate")
    certificate, key = _signer_of(holder)
    computed = hashlib.sha256(canonical(_without_signature(root, signature))).digest()
    if not hmac.compare_digest(claimed, computed):
        raise WhiteListError(
            Refusal.DIGEST,
            "l'empreinte signée n'est pas celle du contenu : la liste a été altérée",
            "the signed digest is not that of the content: the list was altered",
            line=line_of(signature),
        )
    try:
        key.verify(_octets(value), canonical(signed_info), PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise WhiteListError(
            Refusal.SIGNATURE_VALUE,
            "SignatureValue n'est pas de la clé du certificat joint",
            "SignatureValue was not made by the key of the certificate inside",
            line=line_of(value),
        ) from error
    return certificate


def _claimed_digest(signed_info: etree._Element) -> bytes:
    method, algorithm, reference = _children(
        signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference"
    )
    _expect(method, "Algorithm", EXCLUSIVE_C14N)
    _expect(algorithm, "Algorithm", RSA_SHA256)
    if attributes(reference) != {"URI": ""}:
        raise _form(
            "Reference doit avoir URI vide (tout le document) et rien d'autre",
            "Reference must have an empty URI (the whole document) and nothing else",
            reference,
        )
    transforms, digest_method, digest = _children(reference, "Transforms", "DigestMethod", "DigestValue")
    first, second = _children(transforms, "Transform", "Transform")
    _expect(first, "Algorithm", ENVELOPED)
    _expect(second, "Algorithm", EXCLUSIVE_C14N)
    _expect(digest_method, "Algorithm", SHA256)
    return _octets(digest)
