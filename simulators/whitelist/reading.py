"""Reading a white list safely: bounded, no DTD, no entities, the six children in their order (X-OPE-LB1)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from simulators.whitelist.elements import line_of
from simulators.whitelist.entries import NAMESPACE, Domaine, WhiteList
from simulators.whitelist.errors import Refusal, WhiteListError
from simulators.whitelist.xmldsig import SIGNATURE_TAG

MAX_OCTETS: Final = 16 * 1024 * 1024
"""The list of May 2026 had 8 655 entries, about 4 MB."""
MAX_TAGS: Final = 600_000
"""Fourteen to an entry; bounds the memory of the tree."""
CHILDREN: Final = (
    "Nom",
    "Description",
    "DNCertificatOperateur",
    "ResponsableContact",
    "SupportContact",
    "DateMAJ",
)

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})+", re.I)
_ENCODING = re.compile(r"\A<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8[\"'])", re.I)


def read_white_list(document: bytes) -> WhiteList:
    """Return what the list says, its signature unchecked.

    Raises `WhiteListError` when it is too large, has a DTD, is not XML or not of the expected structure.
    """
    return white_list_of(parse(document))


def parse(document: bytes) -> etree._Element:
    """Return the root element of a document that is safe to walk; raises `WhiteListError`."""
    if len(document) > MAX_OCTETS or document.count(b"<") > MAX_TAGS:
        raise WhiteListError(
            Refusal.TOO_LARGE,
            f"liste de plus de {MAX_OCTETS} octets ou {MAX_TAGS} balises",
            f"list above {MAX_OCTETS} octets or {MAX_TAGS} tags",
        )
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WhiteListError(
            Refusal.NOT_XML, f"pas de l'UTF-8 (octet {error.start})", f"not UTF-8 (octet {error.start})"
        ) from error
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise WhiteListError(
            Refusal.DOCTYPE, "une liste blanche n'a pas de DTD", "a white list has no document type"
        )
    if _ENCODING.match(text):
        raise WhiteListError(Refusal.NOT_XML, "codage déclaré autre qu'UTF-8", "declared encoding not UTF-8")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise WhiteListError(
            Refusal.NOT_XML, f"XML mal formé : {error.msg}", f"malformed XML: {error.msg}", line=error.lineno
        ) from error
    _only_elements(root)
    return root


def _only_elements(root: etree._Element) -> None:
    """Refuse comments and instructions: a comment inside a name splits it, and no signature covers it."""
    around = (root.getprevious(), root.getnext())
    for node in (*around, *root.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity)):
        if node is not None:
            raise _wrong(node, "commentaire, instruction ou entité", "comment, instruction or entity")


def _wrong(node: etree._Element, french: str, english: str) -> WhiteListError:
    return WhiteListError(
        Refusal.SCHEMA, f"{french} : inattendu ici", f"{english}: not expected here", line=line_of(node)
    )


def white_list_of(root: etree._Element) -> WhiteList:
    """Return what a parsed list says; raises `WhiteListError` with the line of the first fault."""
    _is(root, "ListeBlancheMSSante")
    if root.attrib:
        raise _wrong(root, "attribut de la racine", "attribute of the root")
    content = [child for child in root if child.tag != SIGNATURE_TAG]
    if len(content) != 2:
        raise _wrong(
            root,
            "racine sans exactement DateDeGeneration et ListeDomaines",
            "root without exactly DateDeGeneration and ListeDomaines",
        )
    generated, domains = content
    _is(generated, "DateDeGeneration")
    _is(domains, "ListeDomaines")
    _no_text(root)
    _no_text(domains)
    return WhiteList(_instant(generated), tuple(_domaine(entry) for entry in domains))


def _domaine(entry: etree._Element) -> Domaine:
    _is(entry, "Domaine")
    _no_text(entry)
    children = list(entry)
    if len(children) != len(CHILDREN):
        raise _wrong(
            entry,
            f"Domaine avec {len(children)} enfants au lieu de {len(CHILDREN)}",
            f"Domaine with {len(children)} children instead of {len(CHILDREN)}",
        )
    for child, expected in zip(children, CHILDREN, strict=True):
        _is(child, expected)
    nom, description, dn, responsable, support, maj = children
    if not _DOMAIN.fullmatch(_text(nom)):
        shown = _text(nom)[:80]
        raise _wrong(nom, f"« {shown} », qui n'est pas un domaine,", f"{shown!r}, which is no domain,")
    if not _text(dn):
        raise _wrong(dn, "DN vide", "empty DN")
    return Domaine(
        _text(nom), _text(description), _text(dn), _text(responsable), _text(support), _instant(maj)
    )


def _is(element: etree._Element, name: str) -> None:
    if element.tag != f"{{{NAMESPACE}}}{name}":
        raise _wrong(element, f"{element.tag} au lieu de {name}", f"{element.tag} instead of {name}")


def _no_text(element: etree._Element) -> None:
    texts = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in texts):
        raise _wrong(element, "texte entre des éléments", "text between elements")


def _text(element: etree._Element) -> str:
    if len(element) or element.attrib:
        raise _wrong(element, "enfant ou attribut", "child or attribute")
    return (element.text or "").strip()


def _instant(element: etree._Element) -> datetime:
    text = _text(element)
    if not _DATE.fullmatch(text):
        raise _wrong(element, f"« {text[:40]} », pas une date en Z", f"{text[:40]!r}, no date in Z")
    try:
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
    except ValueError as error:
        raise _wrong(element, f"« {text[:40]} », date impossible", f"{text[:40]!r}, no such date") from error
