"""Builds CDA R2 documents: N1 (a file in `nonXMLBody`) and N3 (sections and entries)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from lxml import etree

from simulators.documents.codes import N1_FORMATS, Code
from simulators.documents.copies import copy_name, copy_of, copy_of_text
from simulators.documents.header import Header
from simulators.documents.header_xml import write_header
from simulators.documents.sections import Ids, Section, write_section
from simulators.documents.xmltree import HL7, NAMESPACES, add, serialise

PDF = "application/pdf"
_LINE = 76


@dataclass(frozen=True, slots=True)
class BuiltCda:
    """A CDA document and its PDF/A-1 copy.

    `content` is the file; `media_type` is that of the file inside an N1 and is none for an N3; `copy` and
    `copy_name` are the PDF that goes beside the archive.
    """

    header: Header
    content: bytes
    media_type: str | None
    copy: bytes
    copy_name: str

    @property
    def is_n1(self) -> bool:
        """Return whether the body is a file that is not XML."""
        return self.media_type is not None

    @property
    def format_code(self) -> Code:
        """Return the XDS formatCode: by media type for an N1, by model for an N3 (ASS_A11)."""
        return self.header.model.format_code if self.media_type is None else N1_FORMATS[self.media_type]


def build_n1(header: Header, payload: bytes, media_type: str = PDF) -> BuiltCda:
    """Build an N1 that carries `payload` in base64.

    A PDF payload is also the copy, byte for byte (ECO.2.1.5). For another medium the copy has the data of the
    header and, for plain text, the text; the référentiel does not say more [inferred].

    Raises `ValueError` for a medium that the volet does not allow.
    """
    if media_type not in N1_FORMATS:
        raise ValueError(f"{media_type} is no medium of an N1: choose among {', '.join(N1_FORMATS)}")
    root = _document(header, n1=True)
    body = add(add(root, "component"), "nonXMLBody")
    add(body, "text", encode(payload), mediaType=media_type, representation="B64")
    copy = payload if media_type == PDF else copy_of_text(header, _readable(payload, media_type))
    return BuiltCda(header, serialise(root), media_type, copy, copy_name(header))


def n1_with_copy(header: Header, text: str) -> BuiltCda:
    """Build an N1 around a PDF/A-1 made of the header's data and `text`."""
    return build_n1(header, copy_of_text(header, text))


def build_n3(header: Header, sections: tuple[Section, ...]) -> BuiltCda:
    """Build an N3 from its sections, and its copy from the same sections."""
    return assemble_n3(header, sections, copy_of(header, sections))


def assemble_n3(header: Header, sections: tuple[Section, ...], copy: bytes) -> BuiltCda:
    """Build an N3 whose copy is made already, for a model that embeds it."""
    root = _document(header, n1=False)
    body = add(add(root, "component"), "structuredBody")
    ids = Ids(header.id)
    for section in sections:
        write_section(body, section, ids)
    return BuiltCda(header, serialise(root), None, copy, copy_name(header))


def encode(payload: bytes) -> str:
    """Return `payload` in base64, in lines of 76 characters."""
    text = base64.b64encode(payload).decode("ascii")
    return "\n".join(text[start : start + _LINE] for start in range(0, len(text), _LINE))


def _document(header: Header, *, n1: bool) -> etree._Element:
    root = etree.Element(f"{{{HL7}}}ClinicalDocument", nsmap=NAMESPACES)  # type: ignore[arg-type]  # the stubs forget None
    write_header(root, header, n1=n1)
    return root


def _readable(payload: bytes, media_type: str) -> str:
    if media_type == "text/plain":
        return payload.decode("utf-8")
    return f"Le contenu de ce document est un fichier {media_type} qui se lit dans le document CDA."
