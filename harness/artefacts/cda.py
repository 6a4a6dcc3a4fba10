"""`CdaDocument`: a CDA R2 document read safely, each node with its line and an XPath that selects it.

No DTD is loaded, no external entity resolved, nothing fetched; size and depth are bounded. The first
`hl7:ClinicalDocument` is the document, whatever surrounds it: a stylesheet (self-presenting form) or a
signature. Sources: Structuration minimale v1.16.8 §3.2.1 (UTF-8), §3.3.2 (forms).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lxml import etree

from harness.findings import Location

if TYPE_CHECKING:
    from lxml.etree import _Element

HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSL = "http://www.w3.org/1999/XSL/Transform"
XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
CLINICAL_DOCUMENT = f"{{{HL7}}}ClinicalDocument"

MAX_OCTETS = 64 * 1024 * 1024
"""Largest document read: far beyond what a mail can carry."""
MAX_CHILDREN = 5_000
"""Most children of one element; real documents stay under a tenth of it.

libxml2 counts siblings to say the place of each schema error: wider documents could take hours.
"""
MAX_ELEMENTS = 200_000
_TOO_WIDE = etree.XPath(f"boolean(//*[*[{MAX_CHILDREN + 1}]])")
_TOO_MANY = etree.XPath(f"boolean((//*)[{MAX_ELEMENTS + 1}])")
_DECLARATION = re.compile(r"""^<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*?\?>""")
_CODECS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "iso-8859-1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "us-ascii": "ascii",
}
_ENTITY = re.compile(r"""<!ENTITY\s+[\w.-]+\s+(?:"([^"<]{0,64})"|'([^'<]{0,64})')\s*>""")
_MAX_SUBSET = 20_000


class Unreadable(StrEnum):
    """Why a document cannot be read at all."""

    MALFORMED = "malformed"
    UNSAFE = "unsafe"
    TOO_LARGE = "too-large"
    NO_DOCUMENT = "no-document"


class CdaError(ValueError):
    """The octets hold no CDA document that can be read; `line` and `column` count from 1."""

    def __init__(
        self, reason: Unreadable, detail: str, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.line = line
        self.column = column


class Form(StrEnum):
    """What surrounds the ClinicalDocument."""

    PLAIN = "plain"
    SELF_PRESENTING = "self-presenting"
    SIGNED = "signed"
    NESTED = "nested"


@dataclass(frozen=True, slots=True)
class CdaDocument:
    """One document: `root` is the `hl7:ClinicalDocument`, `encoding` the one of its octets in lower case."""

    root: _Element
    form: Form
    encoding: str
    bom: bool
    doctype: bool

    @classmethod
    def parse(cls, content: bytes) -> CdaDocument:
        """Read a document. Raises `CdaError`, never anything else, whatever the octets."""
        if len(content) > MAX_OCTETS:
            raise CdaError(Unreadable.TOO_LARGE, f"{len(content)} octets > {MAX_OCTETS}")
        bom = content.startswith(b"\xef\xbb\xbf")
        text, encoding = _decoded(content)
        doctype = _doctype(text)
        top = _tree(text)
        root = top if top.tag == CLINICAL_DOCUMENT else next(top.iter(CLINICAL_DOCUMENT), None)
        if root is None:
            name = etree.QName(top)
            raise CdaError(
                Unreadable.NO_DOCUMENT, f"{{{name.namespace or ''}}}{name.localname}", line_of(top)
            )
        return cls(root, _form(top, root), encoding, bom, doctype)

    def select(self, xpath: str) -> _Element | str | None:
        """Return the one node that the XPath of a `Location` selects, None if there is none."""
        found = self.root.getroottree().xpath(xpath)
        if not isinstance(found, list) or len(found) != 1:
            return None
        node = found[0]
        return node if isinstance(node, (str, etree._Element)) else None


def line_of(element: _Element) -> int | None:
    """Return the line of the start tag, counted from 1."""
    line: object = element.sourceline
    return line if isinstance(line, int) else None


def locate(element: _Element, attribute: str | None = None) -> Location:
    """Return line and XPath of an element or of one of its attributes (`code`, `{namespace}type`).

    The XPath holds no prefix, so that it can be evaluated without a namespace map, and selects this node
    only.
    """
    steps: list[str] = []
    node: _Element | None = element
    while node is not None:
        local = etree.QName(node).localname
        parent = node.getparent()
        step = f"*[local-name()='{local}']"
        if parent is not None:
            same = [each for each in parent.iterchildren("{*}" + local)]
            if len(same) > 1:
                step += f"[{same.index(node) + 1}]"
        steps.append(step)
        node = parent
    path = "/" + "/".join(reversed(steps))
    if attribute is not None and attribute in element.attrib:
        path += f"/@*[local-name()='{etree.QName(attribute).localname}']"
    return Location(xpath=path, line=line_of(element))


def _decoded(content: bytes) -> tuple[str, str]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        declared = "utf-16"
    elif content[:4] in (b"<\x00?\x00", b"\x00<\x00?"):
        declared = "utf-16"
        content = (b"\xff\xfe" if content[:1] == b"<" else b"\xfe\xff") + content
    else:
        head = content.removeprefix(b"\xef\xbb\xbf")[:200].decode("ascii", "replace")
        match = _DECLARATION.match(head)
        declared = match[1].lower() if match else "utf-8"
    codec = _CODECS.get(declared)
    if codec is None:
        raise CdaError(Unreadable.MALFORMED, f"encoding={declared!r}", 1)
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        octets = content[error.start : error.start + 4].hex(" ")
        raise CdaError(
            Unreadable.MALFORMED, f"octets {octets} (position {error.start}) ≠ {declared}", line
        ) from error
    return text.removeprefix("\ufeff"), declared


def _doctype(text: str) -> bool:
    """Tell whether there is a DOCTYPE; refuse one that could fetch or expand anything."""
    start = _after_prolog(text)
    if not text.startswith("<!DOCTYPE", start):
        return False
    line = text.count("\n", 0, start) + 1
    opening = re.compile(r"<!DOCTYPE\s+[\w:.-]+\s*([\[>])").match(text, start)
    if opening is None:
        raise CdaError(Unreadable.UNSAFE, text[start : start + 80], line)
    if opening[1] == ">":
        return True
    end = text.find("]", opening.end(), opening.end() + _MAX_SUBSET)
    subset = text[opening.end() : end if end >= 0 else opening.end()]
    # Character entities (&nbsp; of a stylesheet) are harmless; one that names another can explode.
    for value in _ENTITY.finditer(subset):
        if re.search(r"&(?!#)|%", value[1] or value[2] or ""):
            raise CdaError(Unreadable.UNSAFE, value[0][:80], line)
    if end < 0 or re.search(r"\S", _ENTITY.sub("", subset)):
        raise CdaError(Unreadable.UNSAFE, text[start : start + 80], line)
    return True


def _after_prolog(text: str) -> int:
    position = 0
    while True:
        while position < len(text) and text[position] in " \t\r\n":
            position += 1
        if text.startswith("<?", position):
            end, width = text.find("?>", position), 2
        elif text.startswith("<!--", position):
            end, width = text.find("-->", position), 3
        else:
            return position
        if end < 0:
            return position
        position = end + width


def _tree(text: str) -> _Element:
    match = _DECLARATION.match(text)
    if match:
        text = text[: match.start(1)] + "UTF-8" + text[match.end(1) :]
    # Without `huge_tree` libxml2 stops at 256 levels and 10 million characters of one text.
    # One parser a document: error logs are not shared between threads.
    parser = etree.XMLParser(
        resolve_entities="internal",  # type: ignore[arg-type]
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )
    try:
        top = etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position if error.position else (None, None)
        message = str(error.msg or error)
        large = "HUGE" in message or "Resource limit" in message
        reason = Unreadable.TOO_LARGE if large else Unreadable.MALFORMED
        raise CdaError(reason, message, line, column) from error
    if top is None:
        raise CdaError(Unreadable.MALFORMED, "0 élément / element", 1)
    if _TOO_WIDE(top) or (len(text) > MAX_ELEMENTS and _TOO_MANY(top)):
        limits = f"> {MAX_CHILDREN} éléments frères / siblings, {MAX_ELEMENTS} éléments / elements"
        raise CdaError(Unreadable.TOO_LARGE, limits)
    return top


def _form(top: _Element, root: _Element) -> Form:
    if top is root:
        return Form.PLAIN
    namespace = etree.QName(top).namespace
    if namespace == XSL:
        return Form.SELF_PRESENTING
    return Form.SIGNED if namespace == XMLDSIG else Form.NESTED
