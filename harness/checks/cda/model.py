"""Which model a document announces, and how far the rules judge it.

The last templateId under 1.2.250.1.213.1.1.1 is the model's, its extension the version; an unstructured
document (N1) bears that of IHE XDS-SD instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.artefacts.cda import HL7
from schemas.models import ROOT, UNSTRUCTURED, Depth, models

if TYPE_CHECKING:
    from lxml.etree import _Element

STRUCTURATION_MINIMALE = ROOT + "1"


@dataclass(frozen=True, slots=True)
class Announced:
    """What a document says that it is."""

    root: str | None
    version: str | None
    unstructured: bool
    depth: Depth

    @property
    def key(self) -> str | None:
        """`root@version`, or the root alone when the document gives no version."""
        return f"{self.root}@{self.version}" if self.root and self.version else self.root


def announced(document: _Element) -> Announced:
    """Read the announcement; `depth` is `header` when there is no body to judge."""
    unstructured = document.find(f"{{{HL7}}}component/{{{HL7}}}nonXMLBody") is not None
    structured = document.find(f"{{{HL7}}}component/{{{HL7}}}structuredBody") is not None
    root = version = None
    for template in document.iterchildren(f"{{{HL7}}}templateId"):
        given = template.get("root", "")
        if (given.startswith(ROOT) and given != STRUCTURATION_MINIMALE) or given == UNSTRUCTURED:
            root, version = given, template.get("extension")
    if not (structured or unstructured):
        return Announced(root, version, False, Depth.HEADER)
    if unstructured:
        return Announced(root, version, True, Depth.FULL)
    known = models().get(root or "")
    return Announced(root, version, False, known.depth if known else Depth.GENERIC)
