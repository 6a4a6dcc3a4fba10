"""Small help to write XML with lxml: one call an element, attributes with value None left out."""

from __future__ import annotations

from lxml import etree

HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LAB = "urn:oid:1.3.6.1.4.1.19376.1.3.2"
SDTC = "urn:hl7-org:sdtc"
PHARM = "urn:ihe:pharm:medication"
DICOM = "urn:dicom-org:ps3-20"
NAMESPACES: dict[str | None, str] = {
    None: HL7,
    "xsi": XSI,
    "lab": LAB,
    "sdtc": SDTC,
    "pharm": PHARM,
    "ps3-20": DICOM,
}


def add(
    parent: etree._Element, name: str, text: str | None = None, /, *, ns: str = HL7, **attributes: str | None
) -> etree._Element:
    """Add a child element to `parent` and return it.

    `xsi_type` writes `xsi:type`; a trailing underscore lets `class_` or `type_` be written.
    """
    child = etree.SubElement(parent, f"{{{ns}}}{name}")
    for key, value in attributes.items():
        if value is None:
            continue
        child.set(f"{{{XSI}}}type" if key == "xsi_type" else key.rstrip("_"), value)
    if text is not None:
        child.text = text
    return child


def serialise(root: etree._Element) -> bytes:
    """Return the document in UTF-8 with its declaration, indented where there is no mixed content."""
    result: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return result
