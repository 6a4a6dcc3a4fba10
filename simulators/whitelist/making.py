"""Making a signed white list from its entries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from lxml import etree

from simulators.pki import Credential
from simulators.whitelist.elements import default_namespace
from simulators.whitelist.entries import NAMESPACE, Domaine
from simulators.whitelist.reading import CHILDREN
from simulators.whitelist.xmldsig import sign_enveloped


def signed_list(entries: Iterable[Domaine], *, generated: datetime, signer: Credential | None) -> bytes:
    """Return the list as XML in UTF-8; `signer` None leaves it unsigned."""
    root = etree.Element(f"{{{NAMESPACE}}}ListeBlancheMSSante", nsmap=default_namespace(NAMESPACE))
    root.text = "\n    "
    date = etree.SubElement(root, f"{{{NAMESPACE}}}DateDeGeneration")
    date.text, date.tail = _instant(generated), "\n    "
    domains = etree.SubElement(root, f"{{{NAMESPACE}}}ListeDomaines")
    domains.text, domains.tail = "\n", "\n"
    for entry in entries:
        _add(domains, entry)
    if signer is not None:
        sign_enveloped(root, signer)
    return b'<?xml version="1.0" encoding="UTF-8"?>' + etree.tostring(root, encoding="UTF-8")


def _add(domains: etree._Element, entry: Domaine) -> None:
    element = etree.SubElement(domains, f"{{{NAMESPACE}}}Domaine")
    element.text, element.tail = "\n    ", "\n"
    values = (
        entry.nom,
        entry.description,
        entry.dn,
        entry.responsable,
        entry.support,
        _instant(entry.maj),
    )
    for name, value in zip(CHILDREN, values, strict=True):
        child = etree.SubElement(element, f"{{{NAMESPACE}}}{name}")
        child.text, child.tail = value, "\n    "


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
