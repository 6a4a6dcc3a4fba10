"""Reads mails, archives and CDA with the standard library and lxml only: nothing of the builders' own."""

from __future__ import annotations

import email
import email.policy
import io
import random
import zipfile
from email.message import EmailMessage

from lxml import etree

from simulators.clock import FrozenClock
from simulators.documents import DocumentFactory, Envelope

NS = {
    "h": "urn:hl7-org:v3",
    "lcm": "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0",
    "rim": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0",
    "lab": "urn:oid:1.3.6.1.4.1.19376.1.3.2",
    "ps3-20": "urn:dicom-org:ps3-20",
}
ENVELOPE = Envelope("labo@banc.mssante.fr", ("jeanne.martin@autre.mssante.fr",), "4321")
SEEDS = range(40)


def factory(seed: int = 1) -> DocumentFactory:
    return DocumentFactory(random.Random(seed), FrozenClock())


def parse(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def read_mail(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def attachments(message: EmailMessage) -> dict[str, bytes]:
    return {part.get_filename() or "": part.get_content() for part in message.iter_attachments()}


def unzip(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


def one(node: etree._Element, path: str) -> str:
    found = texts(node, path)
    assert len(found) == 1, f"{path}: {found}"
    return found[0]


def texts(node: etree._Element, path: str) -> list[str]:
    found = node.xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return [item if isinstance(item, str) else item.text or "" for item in found]
