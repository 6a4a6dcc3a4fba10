"""A small valid archive made by code, and the means to spoil one thing of it."""

from __future__ import annotations

import base64
import copy
import hashlib
import io
import zipfile

from lxml import etree

from harness.artefacts.ebxml import LCM, RIM
from schemas.rules import rules

DOC_ID = "urn:uuid:7c1d2e3f-4a5b-4c6d-8e9f-0a1b2c3d4e5f"
SET_ID = "urn:uuid:0f2e4a51-9d3b-4c56-8e70-1a2b3c4d5e6f"
SUBSET = "IHE_XDM/SUBSET01"
METADATA = f"{SUBSET}/METADATA.XML"
DOCUMENT = f"{SUBSET}/DOC0001.XML"
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\nnot a whole file, only its octets matter here\n%%EOF\n"
INS = "280017512345610"

# The passing examples of the rules are the pieces of one and the same METADATA.XML.
_SET_PIECES = ("META-045", "META-046", "META-047", "META-048", "META-049", "META-050")
_ENTRY_PIECES = (
    "META-010", "META-011", "META-012", "META-021", "META-022", "META-024", "META-025", "META-026",
    "META-027", "META-028", "META-029", "META-023", "META-032", "META-033", "META-034", "META-035",
    "META-036", "META-037", "META-038", "META-030", "META-031",
)  # fmt: skip


def cda(version: int = 1, related: str = "", pdf: bytes = PDF, **changes: str) -> bytes:
    """A CDA N1 header that agrees with the metadata; `changes` replaces pieces of its text."""
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <realmCode code="FR"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.2.8.2.1"/>
  <templateId root="1.2.250.1.213.1.1.1.1"/>
  <templateId root="1.3.6.1.4.1.19376.1.2.20"/>
  <id root="1.2.250.1.999.1.2" extension="2026.1"/>
  <code code="11488-4" codeSystem="2.16.840.1.113883.6.1"
    displayName="CR ou fiche de consultation ou de visite"/>
  <title>Compte rendu de consultation</title>
  <effectiveTime value="20260105101500+0100"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25" displayName="Normal"/>
  <languageCode code="fr-FR"/>
  <setId root="1.2.250.1.999.1.2" extension="2026"/>
  <versionNumber value="{version}"/>
  <recordTarget><patientRole>
    <id root="1.2.250.1.213.1.4.10" extension="{INS}"/>
    <id root="1.2.250.1.999.1.3" extension="4521"/>
    <patient>
      <name><family qualifier="BR">ESSAI</family><given>LOUISE MARIE</given>
        <given qualifier="BR">LOUISE</given></name>
      <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
      <birthTime value="19800115"/>
      <birthplace><place><addr><county>75112</county></addr></place></birthplace>
    </patient>
  </patientRole></recordTarget>
  <author><time value="20260105101500+0100"/><assignedAuthor>
    <id root="1.2.250.1.71.4.2.1" extension="810000000009"/>
    <code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5"
      displayName="Médecin - Qualifié en Médecine Générale (SM)"/>
    <assignedPerson><name><family>TESTUT</family><given>Claire</given></name></assignedPerson>
    <representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1750000010"/>
      <name>Cabinet des Tests</name></representedOrganization>
  </assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <id root="1.2.250.1.71.4.2.2" extension="1750000010"/><name>Cabinet des Tests</name>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <legalAuthenticator><time value="20260105101500+0100"/><signatureCode code="S"/><assignedEntity>
    <id root="1.2.250.1.71.4.2.1" extension="810000000009"/>
    <assignedPerson><name><family>TESTUT</family><given>Claire</given></name></assignedPerson>
  </assignedEntity></legalAuthenticator>
  <documentationOf><serviceEvent>
    <code code="YYYY001" codeSystem="1.2.250.1.213.2.5" displayName="Acte d'essai"/>
    <effectiveTime><low value="20260105090000+0100"/><high value="20260105093000+0100"/></effectiveTime>
    <performer typeCode="PRF"><assignedEntity><id root="1.2.250.1.71.4.2.1" extension="810000000009"/>
      <representedOrganization><standardIndustryClassCode code="AMBULATOIRE"
        codeSystem="1.2.250.1.213.1.1.4.9" displayName="Ambulatoire"/></representedOrganization>
    </assignedEntity></performer>
  </serviceEvent></documentationOf>
  {related}
  <componentOf><encompassingEncounter><effectiveTime nullFlavor="UNK"/><location><healthCareFacility>
    <code code="SA07" codeSystem="1.2.250.1.71.4.2.4" displayName="Cabinet individuel"/>
  </healthCareFacility></location></encompassingEncounter></componentOf>
  <component><nonXMLBody><text mediaType="application/pdf" representation="B64">
{base64.b64encode(pdf).decode()}</text></nonXMLBody></component>
</ClinicalDocument>
"""
    for old, new in changes.items():
        text = text.replace(old, new)
    return text.encode()


RPLC = (
    '<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.250.1.999.1.2" extension="2025.9"/>'
    "</parentDocument></relatedDocument>"
)


def fragment(text: str):
    """Read an example of a rule: an element whose prefixes are lcm and rim."""
    body = text[text.index("<") :]
    wrapped = f'<x xmlns:rim="{RIM}" xmlns:lcm="{LCM}">{body}</x>'
    return etree.fromstring(wrapped)[0]


def metadata(document: bytes, uri: str = "DOC0001.XML"):
    """A METADATA.XML for one document, as a tree."""
    known = rules()
    root = etree.Element(f"{{{LCM}}}SubmitObjectsRequest", nsmap={"lcm": LCM, "rim": RIM})
    objects = etree.SubElement(root, f"{{{RIM}}}RegistryObjectList")
    package = fragment(known["META-017"].passing)
    package.set("status", "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved")
    entry = fragment(known["META-020"].passing)
    _fill(package, [known[name].passing for name in _SET_PIECES] + [known["META-005"].passing])
    _fill(entry, [known[name].passing for name in _ENTRY_PIECES])
    objects.extend([package, entry, fragment(known["META-007"].passing)])
    facts = {"hash": hashlib.sha1(document).hexdigest(), "size": str(len(document)), "URI": uri}
    for name, value in facts.items():
        slot(entry, name).find(f".//{{{RIM}}}Value").text = value
    return root


def slot(owner, name: str):
    """The slot of this name of an object."""
    return owner.find(f"{{{RIM}}}Slot[@name='{name}']")


def replace(root, piece) -> None:
    """Put an element in the place of its like: same slot name, same scheme, or the object itself."""
    for attribute in ("name", "classificationScheme", "identificationScheme", "classificationNode"):
        value = piece.get(attribute)
        alike = [one for one in root.iter(piece.tag) if value and one.get(attribute) == value]
        if alike:
            break
        if piece.get("id") and value:
            alike = [one for one in root.iter(piece.tag) if one.get("id") == piece.get("id")]
            break
    else:
        entry = next(root.iter(f"{{{RIM}}}ExtrinsicObject"))
        inside = entry if etree.QName(piece).localname == "Name" else root
        new = piece.tag == f"{{{RIM}}}Slot"
        alike = [] if new else list(inside.findall(piece.tag)) or list(inside.iter(piece.tag))
    if not alike:
        entry = next(root.iter(f"{{{RIM}}}ExtrinsicObject"))
        entry.insert(0, piece)
        return
    target = alike[0]
    if etree.QName(piece).localname in {"RegistryPackage", "ExtrinsicObject"}:
        target.attrib.update(piece.attrib)
        for child in piece:
            target.insert(0, child)
    else:
        target.getparent().replace(target, piece)


def _fill(owner, examples: list[str]) -> None:
    order = ("Slot", "Name", "Description", "Classification", "ExternalIdentifier")
    pieces = [copy.deepcopy(fragment(text)) for text in examples]
    owner.extend(sorted(pieces, key=lambda one: order.index(etree.QName(one).localname)))


def text_of(root) -> bytes:
    """A tree as the octets of METADATA.XML."""
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def files(document: bytes | None = None, meta: bytes | None = None) -> dict[str, bytes]:
    """The files of a valid archive by path."""
    document = cda() if document is None else document
    known = rules()
    return {
        "README.TXT": known["XDM-014"].passing.strip().replace("\n", "\r\n").encode() + b"\r\n",
        "INDEX.HTM": known["XDM-017"].passing.strip().encode(),
        "IHE_XDM/": b"",
        f"{SUBSET}/": b"",
        METADATA: text_of(metadata(document)) if meta is None else meta,
        DOCUMENT: document,
    }


def zipped(contents: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in contents.items():
            info = zipfile.ZipInfo(name, (2026, 1, 5, 10, 20, 0))
            info.compress_type = zipfile.ZIP_STORED if name.endswith("/") else method
            archive.writestr(info, content)
    return out.getvalue()


def archive(**changes: bytes) -> bytes:
    """A valid archive, or one with other `document` or `meta`."""
    return zipped(files(**changes))
