"""Small valid documents made by code: a laboratory report (CR-BIO 2024.01) and an N1; then ways to break them."""
# ruff: noqa: E501

from __future__ import annotations

import base64
import random
from functools import cache

from lxml import etree

from schemas.identifiers import ins
from simulators.clock import FrozenClock
from simulators.documents import MODELS, MORE_MODELS, DocumentFactory

HL7 = "urn:hl7-org:v3"
NAMESPACES = {
    None: HL7,
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "lab": "urn:oid:1.3.6.1.4.1.19376.1.3.2",
    "sdtc": "urn:hl7-org:sdtc",
    "ps3-20": "urn:dicom-org:ps3-20",
}
DECLARED = " ".join(f'xmlns{":" + key if key else ""}="{value}"' for key, value in NAMESPACES.items())
NIR = "2800675056042"
INS = NIR + ins.key_of(NIR)
PDF = base64.b64encode(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n0\n%%EOF\n").decode()

ADDR = "<addr><houseNumber>3</houseNumber><streetName>Rue des Tests</streetName><postalCode>75002</postalCode><city>PARIS</city></addr>"
TEL = '<telecom use="WP" value="tel:0102030405"/>'
BIOLOGIST = (
    '<id root="1.2.250.1.71.4.2.1" extension="899700218896"/>'
    '<code code="G15_10/SM03" codeSystem="1.2.250.1.213.1.1.4.5" displayName="Médecin - Biologie médicale (SM)"/>'
    f"{ADDR}{TEL}"
    "<assignedPerson><name><prefix>MME</prefix><given>Claire</given><family>TESTUT</family><suffix>DR</suffix></name></assignedPerson>"
)
LABORATORY = (
    '<id root="1.2.250.1.71.4.2.2" extension="10B0172805"/><name>Laboratoire des Tests</name>' + TEL + ADDR
)
SETTING = '<standardIndustryClassCode code="AMBULATOIRE" codeSystem="1.2.250.1.213.1.1.4.9" displayName="Ambulatoire"/>'

RECORD_TARGET = f"""<recordTarget><patientRole>
<id root="1.2.250.1.213.1.4.10" extension="{INS}"/><id root="1.2.250.1.213.1.1.9.77" extension="IPP-42"/>
<addr use="H"><streetAddressLine>1 rue du Patient</streetAddressLine><streetAddressLine>75002 PARIS</streetAddressLine></addr>
<telecom use="MC" value="tel:0600000001"/>
<patient><name><family qualifier="BR">PATIENTE</family><given>ALIX MARIE</given><given qualifier="BR">ALIX</given>
<family qualifier="CL">PATIENTE</family><given qualifier="CL">ALIX</given></name>
<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1" displayName="Féminin"/>
<birthTime value="19800612"/>
<guardian><addr nullFlavor="NASK"/><telecom nullFlavor="NASK"/><guardianPerson><name><family>PARENT</family></name></guardianPerson></guardian>
<birthplace><place><addr><county>75056</county></addr></place></birthplace></patient></patientRole></recordTarget>"""

MIDDLE = f"""<author><time value="20260105101500+0100"/><assignedAuthor>{BIOLOGIST}
<representedOrganization>{LABORATORY}</representedOrganization></assignedAuthor></author>
<informant><relatedEntity classCode="ECON"><code code="SIS" codeSystem="2.16.840.1.113883.5.111" displayName="Soeur"/>{TEL}<relatedPerson><name><family>PROCHE</family><given>Anne</given></name></relatedPerson></relatedEntity></informant>
<custodian><assignedCustodian><representedCustodianOrganization>{LABORATORY}</representedCustodianOrganization></assignedCustodian></custodian>
<informationRecipient><intendedRecipient><id root="1.2.250.1.71.4.2.1" extension="899700366240"/><informationRecipient><name><family>LECTEUR</family></name></informationRecipient></intendedRecipient></informationRecipient>
<legalAuthenticator><time value="20260105101500+0100"/><signatureCode code="S"/><assignedEntity>{BIOLOGIST}<representedOrganization>{LABORATORY}</representedOrganization></assignedEntity></legalAuthenticator>
<authenticator><templateId root="1.3.6.1.4.1.19376.1.3.3.1.5"/><time value="20260105101400+0100"/><signatureCode code="S"/><assignedEntity>{BIOLOGIST}</assignedEntity></authenticator>
<participant typeCode="REF"><templateId root="1.3.6.1.4.1.19376.1.3.3.1.6"/><time><high value="20260104083000+0100"/></time><associatedEntity classCode="PROV"><id root="1.2.250.1.71.4.2.1" extension="899700366240"/><code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5" displayName="Médecin - Qualifié en Médecine Générale (SM)"/>{ADDR}<telecom nullFlavor="NASK"/><associatedPerson><name><family>PRESCRIPTEUR</family><given>Paul</given></name></associatedPerson></associatedEntity></participant>
<participant typeCode="INF"><functionCode code="PCP" codeSystem="2.16.840.1.113883.5.88" displayName="Médecin traitant"/><time nullFlavor="NAV"/><associatedEntity classCode="PROV"><id root="1.2.250.1.71.4.2.1" extension="899700366240"/></associatedEntity></participant>
<inFulfillmentOf><order><id root="1.2.250.1.213.1.1.9" extension="ORDRE-1"/></order></inFulfillmentOf>
<documentationOf><serviceEvent><id root="1.2.250.1.213.1.1.9.7" extension="DOSSIER-1"/><code code="18719-5" codeSystem="2.16.840.1.113883.6.1" displayName="Biochimie"/><lab:statusCode code="completed"/>
<effectiveTime><low value="20260105090000+0100"/><high value="20260105101200+0100"/></effectiveTime>
<performer typeCode="PRF"><templateId root="1.3.6.1.4.1.19376.1.3.3.1.7"/><time><high value="20260105100000+0100"/></time><assignedEntity>{BIOLOGIST}
<representedOrganization>{LABORATORY}{SETTING}</representedOrganization></assignedEntity></performer></serviceEvent></documentationOf>
<documentationOf><serviceEvent><code code="18725-2" codeSystem="2.16.840.1.113883.6.1" displayName="Microbiologie"/></serviceEvent></documentationOf>
<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.250.1.213.1.1.9.1.1"/><setId root="1.2.250.1.213.1.1.9.1"/><versionNumber value="1"/></parentDocument></relatedDocument>
<authorization><consent><code code="CONSENT" codeSystem="1.2.250.1.213.1.1.9.9" displayName="Consentement"/><statusCode code="completed"/></consent></authorization>
<componentOf><encompassingEncounter><code code="AMB" codeSystem="2.16.840.1.113883.5.4" displayName="ambulatoire"/><effectiveTime><low value="20260105083000+0100"/></effectiveTime>
<responsibleParty><assignedEntity>{BIOLOGIST}</assignedEntity></responsibleParty>
<encounterParticipant typeCode="ATND"><assignedEntity>{BIOLOGIST}</assignedEntity></encounterParticipant>
<location><healthCareFacility><code code="SA25" codeSystem="1.2.250.1.71.4.2.4" displayName="Laboratoire de biologie médicale"/></healthCareFacility></location></encompassingEncounter></componentOf>"""


def _head(templates: str, title: str) -> str:
    return f"""<realmCode code="FR"/>
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="2.16.840.1.113883.2.8.2.1"/>
<templateId root="1.2.250.1.213.1.1.1.1"/>
{templates}
<id root="1.2.250.1.213.1.1.9.1.2"/>
<code code="11502-2" codeSystem="2.16.840.1.113883.6.1" codeSystemName="LOINC" displayName="CR d'examens biologiques"/>
<title>{title}</title>
<effectiveTime value="20260105101500+0100"/>
<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25" displayName="Normal"/>
<languageCode code="fr-FR"/>
<setId root="1.2.250.1.213.1.1.9.1"/>
<versionNumber value="2"/>
{RECORD_TARGET}
{MIDDLE}
"""


def _document(inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument {DECLARED}>\n{inside}\n</ClinicalDocument>\n'.encode()


OBSERVATION = """<observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.6"/><templateId root="1.2.250.1.213.1.1.3.80"/>
<code code="2345-7" codeSystem="2.16.840.1.113883.6.1" displayName="Glucose"><originalText><reference value="#glucose"/></originalText></code>
<statusCode code="completed"/><effectiveTime value="20260105093000+0100"/><value xsi:type="PQ" value="5.1" unit="mmol/L"/>
<interpretationCode code="N" codeSystem="2.16.840.1.113883.5.83" displayName="Normal"/>
<referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="3.9" unit="mmol/L"/><high value="6.1" unit="mmol/L"/></value></observationRange></referenceRange></observation>"""
SPECIMEN = """<procedure classCode="PROC" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.2"/><templateId root="1.2.250.1.213.1.1.3.77"/>
<effectiveTime value="20260105083000+0100"/><participant typeCode="PRD"><participantRole classCode="SPEC"><id root="1.2.250.1.213.1.1.9.8" extension="ECH-1"/>
<playingEntity><code code="BLD" codeSystem="2.16.840.1.113883.18.311" displayName="Sang total"/></playingEntity></participantRole></participant>
<entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.3"/><templateId root="1.2.250.1.213.1.1.3.107"/>
<code code="SPRECEIVE" codeSystem="1.3.5.1.4.1.19376.1.5.3.2"/><effectiveTime value="20260105091000+0100"/></act></entryRelationship></procedure>"""
BATTERY = f"""<organizer classCode="BATTERY" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.4"/><templateId root="1.2.250.1.213.1.1.3.78"/>
<id root="1.2.250.1.213.1.1.9.8" extension="BAT-1"/><statusCode code="completed"/><component>{OBSERVATION}</component></organizer>"""
ISOLATE = """<organizer classCode="CLUSTER" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.5"/><templateId root="1.2.250.1.213.1.1.3.79"/><statusCode code="completed"/>
<specimen typeCode="SPC"><specimenRole classCode="SPEC"><specimenPlayingEntity classCode="MIC"><code code="112283007" codeSystem="2.16.840.1.113883.6.96" displayName="Escherichia coli"/></specimenPlayingEntity></specimenRole></specimen></organizer>"""
COMMENT = """<act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.1.40"/><templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.2"/><templateId root="1.2.250.1.213.1.1.3.32"/>
<code code="48767-8" codeSystem="2.16.840.1.113883.6.1" displayName="Commentaire"/><text><reference value="#glucose"/></text><statusCode code="completed"/></act>"""
ACT = f"""<act classCode="ACT" moodCode="EVN"><code code="18719-5" codeSystem="2.16.840.1.113883.6.1" displayName="Biochimie"/><statusCode code="completed"/>
<effectiveTime><low value="20260105090000+0100"/><high value="20260105093000+0100"/></effectiveTime>
<entryRelationship typeCode="COMP">{SPECIMEN}</entryRelationship>
<entryRelationship typeCode="COMP">{OBSERVATION}</entryRelationship>
<entryRelationship typeCode="COMP">{BATTERY}</entryRelationship>
<entryRelationship typeCode="COMP">{ISOLATE}</entryRelationship>
<entryRelationship typeCode="COMP">{COMMENT}</entryRelationship></act>"""
CHAPTER = f"""<component><section><templateId root="1.3.6.1.4.1.19376.1.3.3.2.1"/><templateId root="1.2.250.1.213.1.1.2.70"/>
<code code="18719-5" codeSystem="2.16.840.1.113883.6.1" displayName="Biochimie"/><title>BIOCHIMIE</title>
<component><section><templateId root="1.3.6.1.4.1.19376.1.3.3.2.2"/><templateId root="1.2.250.1.213.1.1.2.71"/>
<code code="18719-5" codeSystem="2.16.840.1.113883.6.1" displayName="Biochimie"/><title>Glycémie</title>
<text><table><tbody><tr><td><content ID="glucose">Glucose</content></td><td>5,1 mmol/L</td></tr></tbody></table></text>
<entry typeCode="DRIV"><templateId root="1.3.6.1.4.1.19376.1.3.1"/><templateId root="1.2.250.1.213.1.1.3.21"/>{ACT}</entry></section></component></section></component>"""
COPY = f"""<component><section><templateId root="1.2.250.1.213.1.1.2.243"/><id root="7B0F35C2-5A37-4E0C-9E4C-0E0D1E1C2D3A"/>
<code code="55108-5" codeSystem="2.16.840.1.113883.6.1" displayName="Copie du document"/><title>Copie du document</title>
<text><paragraph ID="copie">Copie PDF <renderMultiMedia referencedObject="media"/></paragraph></text>
<entry><organizer classCode="CLUSTER" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.18"/><id root="7B0F35C2-5A37-4E0C-9E4C-0E0D1E1C2D3B"/>
<code code="55107-7" codeSystem="2.16.840.1.113883.6.1" displayName="Document attaché"/><statusCode code="completed"/>
<component><observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.13"/><templateId root="1.2.250.1.213.1.1.3.48"/><templateId root="1.2.250.1.213.1.1.3.48.18"/>
<id root="7B0F35C2-5A37-4E0C-9E4C-0E0D1E1C2D3C"/><code code="69764-9" codeSystem="2.16.840.1.113883.6.1" displayName="Type de document"/><text><reference value="#copie"/></text>
<statusCode code="completed"/><effectiveTime nullFlavor="NA"/><value xsi:type="CD" code="55108-5" codeSystem="2.16.840.1.113883.6.1" displayName="Copie du document"/></observation></component>
<component><observationMedia classCode="OBS" moodCode="EVN" ID="media"><value mediaType="application/pdf" representation="B64">{PDF}</value></observationMedia></component></organizer></entry></section></component>"""


def report() -> bytes:
    """A laboratory report, CR-BIO 2024.01, version 2 of its set."""
    templates = '<templateId root="1.3.6.1.4.1.19376.1.3.3"/>\n<templateId root="1.2.250.1.213.1.1.1.55" extension="2024.01"/>'
    body = f"<component><structuredBody>{CHAPTER}{COPY}</structuredBody></component>"
    return _document(_head(templates, "Compte rendu d'examens biologiques") + body)


def unstructured() -> bytes:
    """An N1 with a PDF."""
    body = f'<component><nonXMLBody><text mediaType="application/pdf" representation="B64">{PDF}</text></nonXMLBody></component>'
    return _document(
        _head('<templateId root="1.3.6.1.4.1.19376.1.2.20"/>', "Compte rendu de biologie") + body
    )


def self_presenting() -> bytes:
    """The report inside a stylesheet that displays it, with the data types under a prefix of the stylesheet."""
    inside = report().split(b"?>\n", 1)[1].decode()
    inside = inside.replace('xsi:type="', 'xsi:type="c:')
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:c="{HL7}">\n'
        f'<xsl:template match="/"><html/></xsl:template>\n{inside}</xsl:stylesheet>'
    ).encode()


def replaced(content: bytes, xpath: str, fragment: str) -> bytes:
    """Return the document with the first node of `xpath` (prefix h) replaced by the elements of a fragment."""
    root = etree.fromstring(content)
    old = root.xpath(xpath, namespaces={"h": HL7, **{k: v for k, v in NAMESPACES.items() if k}})[0]
    new = etree.fromstring(f"<x {DECLARED}>{fragment}</x>")
    parent = old.getparent()
    place = parent.index(old)
    for position, each in enumerate([child for child in new if isinstance(child.tag, str)]):
        parent.insert(place + position, each)
    old.tail = None
    parent.remove(old)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def changed(content: bytes, old: str, new: str) -> bytes:
    """Return the document with one piece of its text replaced; the piece must be there."""
    assert old.encode() in content, old
    return content.replace(old.encode(), new.encode(), 1)


def of_model(root: str) -> bytes:
    """The report announced under another model."""
    return changed(report(), 'root="1.2.250.1.213.1.1.1.55"', f'root="{root}"')


@cache
def built(name: str, seed: int = 3) -> bytes:
    """A document of a model, made by the builders."""
    model = next(each for each in (*MODELS, *MORE_MODELS) if each.name == name)
    return DocumentFactory(random.Random(seed), FrozenClock()).of_model(model).content


@cache
def built_with(name: str, piece: str) -> bytes:
    """The first built document of a model that holds a piece of text."""
    return next(each for each in (built(name, seed) for seed in range(50)) if piece.encode() in each)


DOCUMENTS = {
    "report": report,
    "unstructured": unstructured,
    "prescription": lambda: of_model("1.2.250.1.213.1.1.1.39"),
    "imaging": lambda: of_model("1.2.250.1.213.1.1.1.45"),
    "built-prescription": lambda: built_with("eP-MED-DM", "1.2.250.1.213.1.1.2.222"),
    "built-imaging": lambda: built("IMG-CR-IMG"),
    "discharge": lambda: built("LDL-SES"),
    "summary": lambda: built("VSM"),
    "rapid-test": lambda: built("BIO-TROD"),
    "dispensation": lambda: built("eDISP-MED"),
    "certificate": lambda: built("CSE-CS8"),
}
