"""XML as received: parsed without network, without external entities, refused when it declares entities."""

from __future__ import annotations

from lxml import etree

from simulators.product.behaviour import Behaviour

HL7 = "{urn:hl7-org:v3}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


class Unreadable(Exception):
    """What was received cannot be taken; `str()` is what the user is told, `code` the code of the volet."""

    def __init__(self, text: str, code: str = "906") -> None:
        super().__init__(text)
        self.code = code


def parse_xml(content: bytes, name: str, behaviour: Behaviour) -> etree._Element:
    """Return the root; raises `Unreadable` for what is no XML or declares entities."""
    unsafe = b"<!DOCTYPE" in content[:4096] and behaviour.external_entities
    # An N1 of some megabytes is one text node, beyond what libxml2 takes by default; that limit is there
    # against entities, and stays where some could be declared.
    plain = b"<!" not in content.replace(b"<!--", b"") and b"\0" not in content[:64]
    parser = etree.XMLParser(
        resolve_entities=unsafe, no_network=True, load_dtd=unsafe, huge_tree=plain, remove_comments=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"{name} n'est pas du XML lisible ({_first_line(error)})") from error
    if not unsafe and b"<!ENTITY" in content:
        raise Unreadable(f"{name} déclare des entités XML : il n'est pas ouvert")
    return root


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:160] if str(error) else type(error).__name__
