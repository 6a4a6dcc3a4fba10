"""Single faults in the header of a document: envelope, acts, encounter, versions (Structuration minimale)."""

from __future__ import annotations

import random
import re
from typing import Any

from lxml import etree
from mutation_core import (
    NS,
    Kind,
    adding,
    altering,
    cda,
    cda_table,
    doubling,
    found,
    mutation,
    nulling,
    parse,
    pick,
    removing,
    setting,
    writing,
)

TOP = "//h:ClinicalDocument"
ACT = f"{TOP}/h:documentationOf[1]/h:serviceEvent"
VISIT = f"{TOP}/h:componentOf/h:encompassingEncounter"
MODEL = f"{TOP}/h:templateId[starts-with(@root, '1.2.250.1.213.1.1.1.') and @root != '1.2.250.1.213.1.1.1.1']"


def _rename(root: Any, path: str, name: str, rng: random.Random) -> bool:
    node = pick(root, path, rng)
    if node is None:
        return False
    node.tag = f"{{{etree.QName(node).namespace}}}{name}"
    return True


@cda("act-dates-reversed", "beginning of the main act after its end", blind=True)
def act_dates_reversed(root: Any, rng: random.Random) -> bool:
    """Swap low and high; equal bounds come out the same and are not counted."""
    return reverse(root, f"{ACT}/h:effectiveTime")


@cda("visit-dates-reversed", "beginning of the encounter after its end", blind=True)
def visit_dates_reversed(root: Any, rng: random.Random) -> bool:
    """Swap low and high of the encounter."""
    return reverse(root, f"{VISIT}/h:effectiveTime")


def reverse(root: Any, path: str) -> bool:
    """Swap the bounds of the first interval that has two different days or times in the same precision."""
    for node in found(root, path):
        low, high = node.find("h:low", NS), node.find("h:high", NS)
        if low is None or high is None or not low.get("value") or not high.get("value"):
            continue
        first, second = low.get("value"), high.get("value")
        # A day and a moment of that day do not contradict each other whichever comes first.
        width = min(len(re.match(r"[0-9]*", one)[0]) for one in (first, second))
        if first[:width] != second[:width]:
            low.set("value", second)
            high.set("value", first)
            return True
    return False


@cda("children-out-of-order", "title before code")
def children_out_of_order(root: Any, rng: random.Random) -> bool:
    """XSD order of the header."""
    title, code = pick(root, f"{TOP}/h:title", rng), pick(root, f"{TOP}/h:code", rng)
    if title is None or code is None:
        return False
    code.addprevious(title)
    return True


@cda("element-other-namespace", "setId out of the namespace of HL7")
def element_other_namespace(root: Any, rng: random.Random) -> bool:
    """An element that only looks like CDA."""
    node = pick(root, f"{TOP}/h:setId", rng)
    if node is None:
        return False
    node.tag = "{urn:exemple:autre}setId"
    return True


@cda("version-without-replacement", "versionNumber above 1 with nothing replaced")
def version_without_replacement(root: Any, rng: random.Random) -> bool:
    """Only where there is no relatedDocument, and the version was 1."""
    node = pick(root, f"{TOP}[not(h:relatedDocument)]/h:versionNumber[@value='1']", rng)
    if node is None:
        return False
    node.set("value", "2")
    return True


def _related(inner: str, type_code: str = "RPLC") -> str:
    return (
        f'<relatedDocument typeCode="{type_code}"><parentDocument>{inner}</parentDocument></relatedDocument>'
    )


def _replacing(root: Any, fragment: str) -> bool:
    after = found(root, f"{TOP}[not(h:relatedDocument)]/h:componentOf")
    if not after:
        return False
    after[0].addprevious(parse(f'<x xmlns="{NS["h"]}">{fragment}</x>'.encode())[0])
    return True


@cda("replacement-of-itself", "relatedDocument designates the document itself, at version 2")
def replacement_of_itself(root: Any, rng: random.Random) -> bool:
    """A version cannot replace itself."""
    own, version = pick(root, f"{TOP}/h:id", rng), pick(root, f"{TOP}/h:versionNumber", rng)
    if own is None or version is None or not own.get("root"):
        return False
    extension = f' extension="{own.get("extension")}"' if own.get("extension") else ""
    if not _replacing(root, _related(f'<id root="{own.get("root")}"{extension}/>')):
        return False
    version.set("value", "2")
    return True


@cda("replacement-at-version-1", "relatedDocument RPLC at version 1")
def replacement_at_version_1(root: Any, rng: random.Random) -> bool:
    """The first version replaces nothing."""
    version = pick(root, f"{TOP}/h:versionNumber[@value='1']", rng)
    return version is not None and _replacing(root, _related('<id root="1.2.250.1.999.7"/>'))


@cda("replacement-without-id", "relatedDocument that designates nothing")
def replacement_without_id(root: Any, rng: random.Random) -> bool:
    """parentDocument/id is mandatory."""
    return _replacing(root, _related('<setId root="1.2.250.1.999.7"/>'))


@cda("replacement-doubled", "two relatedDocument RPLC")
def replacement_doubled(root: Any, rng: random.Random) -> bool:
    """One version is replaced at most."""
    return doubling(f"{TOP}/h:relatedDocument[@typeCode='RPLC']")(root, rng)


@cda("consent-pending", "a consent that is not completed")
def consent_pending(root: Any, rng: random.Random) -> bool:
    """consent/statusCode is completed or a nullFlavor."""
    after = found(root, f"{TOP}/h:componentOf")
    if not after:
        return False
    consent = '<consent><code code="X" codeSystem="1.2.250.1.999.1"/><statusCode code="active"/></consent>'
    fragment = f'<x xmlns="{NS["h"]}"><authorization>{consent}</authorization></x>'
    after[0].addprevious(parse(fragment.encode())[0])
    return True


@mutation("xml-not-well-formed", Kind.CDA, "an end tag removed")
def not_well_formed(content: bytes, rng: random.Random) -> bytes:
    """Cut the last end tag."""
    return content[: content.rstrip().rfind(b"</")]


@mutation("xml-truncated", Kind.CDA, "cut at two thirds")
def truncated(content: bytes, rng: random.Random) -> bytes:
    """What a broken transfer leaves."""
    return content[: len(content) * 2 // 3]


@mutation("xml-latin-1-undeclared", Kind.CDA, "octets of ISO 8859-1 under a declaration of UTF-8")
def latin_1_undeclared(content: bytes, rng: random.Random) -> bytes | None:
    """The classic: every accent becomes one octet."""
    made = octets_in(content, "iso-8859-1")
    return None if made is None or made.isascii() else made


@mutation("xml-latin-1", Kind.CDA, "written and declared in ISO 8859-1")
def latin_1(content: bytes, rng: random.Random) -> bytes | None:
    """Readable, and forbidden: UTF-8 is mandatory."""
    text = re.sub(r"^<\?xml.*?\?>\s*", "", content.decode("utf-8-sig"))
    return b'<?xml version="1.0" encoding="ISO-8859-1"?>\n' + text.encode("iso-8859-1", "xmlcharrefreplace")


def octets_in(content: bytes, codec: str) -> bytes | None:
    """Return the text in another encoding, None where it holds characters that the encoding has not."""
    try:
        return content.decode("utf-8-sig").encode(codec)
    except UnicodeEncodeError:
        return None


@mutation("xml-external-entity", Kind.CDA, "a DOCTYPE with an external entity")
def external_entity(content: bytes, rng: random.Random) -> bytes | None:
    """XXE: nothing may be loaded, and it has to be told."""
    text = re.sub(rb"^(\xef\xbb\xbf)?<\?xml.*?\?>\s*", b"", content)
    if b"<!DOCTYPE" in text:
        return None
    return b'<!DOCTYPE ClinicalDocument [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n' + text


@mutation("xml-other-namespace", Kind.CDA, "namespace of HL7 misspelt")
def other_namespace(content: bytes, rng: random.Random) -> bytes:
    """urn:hl7-org:v2 is no CDA."""
    return content.replace(b"urn:hl7-org:v3", b"urn:hl7-org:v2")


cda_table([
    ("realm-removed", "realmCode removed", removing(f"{TOP}/h:realmCode")),
    ("realm-foreign", "realmCode US", setting(f"{TOP}/h:realmCode", code="US")),
    ("typeid-removed", "typeId removed", removing(f"{TOP}/h:typeId")),
    ("typeid-extension", "typeId with two digits swapped",
     setting(f"{TOP}/h:typeId", extension="POCD_HD000400")),
    ("typeid-root", "typeId of another standard", setting(f"{TOP}/h:typeId", root="2.16.840.1.113883.1.4")),
    ("template-hl7-removed", "templateId of HL7 France removed",
     removing(f"{TOP}/h:templateId[@root='2.16.840.1.113883.2.8.2.1']")),
    ("template-cisis-removed", "templateId of the CI-SIS header removed",
     removing(f"{TOP}/h:templateId[@root='1.2.250.1.213.1.1.1.1']")),
    ("template-model-removed", "templateId of the model removed", removing(MODEL)),
    ("template-model-unknown", "templateId of a model that does not exist",
     setting(MODEL, root="1.2.250.1.213.1.1.1.9999")),
    ("template-n1-removed", "third templateId of an N1 removed",
     removing(f"{TOP}/h:templateId[@root='1.3.6.1.4.1.19376.1.2.20']")),
    ("template-doubled", "a templateId of the document twice", doubling(f"{TOP}/h:templateId")),
    ("id-removed", "id of the document removed", removing(f"{TOP}/h:id")),
    ("id-null", "id of the document replaced by a nullFlavor", nulling(f"{TOP}/h:id")),
    ("id-root-malformed", "root of the document id is no OID", setting(f"{TOP}/h:id", root="1..2.250")),
    ("id-root-missing", "id of the document without root",
     setting(f"{TOP}/h:id", root=None, extension="1234")),
    ("code-removed", "type code removed", removing(f"{TOP}/h:code")),
    ("code-unknown", "type code outside JDV_J07", setting(f"{TOP}/h:code", code="718-7")),
    ("code-without-system", "type code without codeSystem", setting(f"{TOP}/h:code", codeSystem=None)),
    ("code-other-system", "type code with the OID of SNOMED CT",
     setting(f"{TOP}/h:code", codeSystem="2.16.840.1.113883.6.96")),
    ("code-without-label", "type code without displayName", setting(f"{TOP}/h:code", displayName=None)),
    ("code-of-another-model", "type code of a consultation under the templateId of another model",
     lambda root, rng: bool(found(root, MODEL)) and setting(f"{TOP}/h:code", code="11488-4")(root, rng)),
    ("title-removed", "title removed", removing(f"{TOP}/h:title")),
    ("title-empty", "title emptied", writing(f"{TOP}/h:title", lambda _: "")),
    ("title-too-long", "title of 200 characters",
     writing(f"{TOP}/h:title", lambda text: (text + " …" * 99)[:200])),
    ("date-removed", "effectiveTime removed", removing(f"{TOP}/h:effectiveTime")),
    ("date-month-13", "effectiveTime in month 13",
     altering(f"{TOP}/h:effectiveTime", "value", lambda v: v[:4] + "13" + v[6:])),
    ("date-30-february", "effectiveTime on 30 February",
     altering(f"{TOP}/h:effectiveTime", "value", lambda v: v[:4] + "0230" + v[8:])),
    ("date-without-offset", "effectiveTime without UTC offset",
     altering(f"{TOP}/h:effectiveTime", "value", lambda v: v[:14])),
    ("date-day-only", "effectiveTime to the day",
     altering(f"{TOP}/h:effectiveTime", "value", lambda v: v[:8])),
    ("date-offset-impossible", "effectiveTime with offset +2560",
     altering(f"{TOP}/h:effectiveTime", "value", lambda v: v[:14] + "+2560")),
    ("date-iso-8601", "effectiveTime as 2026-01-15T10:00:00",
     altering(f"{TOP}/h:effectiveTime", "value", lambda v: f"{v[:4]}-{v[4:6]}-{v[6:8]}T10:00:00")),
    ("confidentiality-removed", "confidentialityCode removed", removing(f"{TOP}/h:confidentialityCode")),
    ("confidentiality-unknown", "confidentialityCode of the metadata list",
     setting(f"{TOP}/h:confidentialityCode", code="MASQUE_PS")),
    ("confidentiality-other-system", "confidentialityCode of another system",
     setting(f"{TOP}/h:confidentialityCode", codeSystem="2.16.840.1.113883.5.111")),
    ("confidentiality-without-label", "confidentialityCode without displayName",
     setting(f"{TOP}/h:confidentialityCode", displayName=None)),
    ("language-removed", "languageCode removed", removing(f"{TOP}/h:languageCode")),
    ("language-without-country", "languageCode fr", setting(f"{TOP}/h:languageCode", code="fr")),
    ("language-underscore", "languageCode fr_FR", setting(f"{TOP}/h:languageCode", code="fr_FR")),
    ("setid-removed", "setId removed", removing(f"{TOP}/h:setId")),
    ("setid-root-malformed", "root of setId is no OID", setting(f"{TOP}/h:setId", root="urn:uuid:12")),
    ("version-removed", "versionNumber removed", removing(f"{TOP}/h:versionNumber")),
    ("version-zero", "versionNumber 0", setting(f"{TOP}/h:versionNumber", value="0")),
    ("version-text", "versionNumber 1.0", setting(f"{TOP}/h:versionNumber", value="1.0")),
    ("record-target-removed", "recordTarget removed", removing(f"{TOP}/h:recordTarget")),
    ("record-target-doubled", "a second recordTarget", doubling(f"{TOP}/h:recordTarget")),
    ("custodian-removed", "custodian removed", removing(f"{TOP}/h:custodian")),
    ("custodian-id-removed", "custodian without id", removing(f"{TOP}/h:custodian//h:id")),
    ("custodian-id-foreign", "custodian under the OID of professionals",
     setting(f"{TOP}/h:custodian//h:id", root="1.2.250.1.71.4.2.1")),
    ("custodian-id-doubled", "custodian with two ids", doubling(f"{TOP}/h:custodian//h:id")),
    ("acts-removed", "every documentationOf removed",
     lambda root, rng: [one.getparent().remove(one)
                        for one in found(root, f"{TOP}/h:documentationOf")] != []),
    ("act-date-removed", "main act without effectiveTime", removing(f"{ACT}/h:effectiveTime")),
    ("act-start-removed", "main act without beginning", removing(f"{ACT}/h:effectiveTime/h:low")),
    ("act-start-impossible", "beginning of the main act on day 32",
     altering(f"{ACT}/h:effectiveTime/h:low", "value", lambda v: v[:6] + "32" + v[8:])),
    ("act-start-day-only", "beginning of the main act to the day",
     altering(f"{ACT}/h:effectiveTime/h:low", "value", lambda v: v[:8])),
    ("act-performer-removed", "main act without performer", removing(f"{ACT}/h:performer")),
    ("act-performer-type", "performer of the main act SPRF", setting(f"{ACT}/h:performer", typeCode="SPRF")),
    ("act-performer-id-removed", "performer of the main act without id",
     removing(f"{ACT}/h:performer/h:assignedEntity/h:id")),
    ("setting-removed", "practice setting removed", removing(f"{ACT}//h:standardIndustryClassCode")),
    ("setting-unknown", "practice setting outside JDV_J04",
     setting(f"{ACT}//h:standardIndustryClassCode", code="CABINET")),
    ("setting-other-system", "practice setting of another system",
     setting(f"{ACT}//h:standardIndustryClassCode", codeSystem="1.2.250.1.213.1.1.4.99")),
    ("act-code-without-system", "code of the main act without codeSystem",
     setting(f"{ACT}/h:code[@code]", codeSystem=None)),
    ("visit-removed", "componentOf removed", removing(f"{TOP}/h:componentOf")),
    ("visit-date-removed", "encounter without effectiveTime", removing(f"{VISIT}/h:effectiveTime")),
    ("visit-code-unknown", "kind of encounter outside JDV_J142",
     setting(f"{VISIT}/h:code[@code]", code="HOSPI")),
    ("facility-removed", "healthCareFacility without code",
     removing(f"{VISIT}/h:location/h:healthCareFacility/h:code")),
    ("facility-unknown", "sector of activity outside JDV_J02",
     setting(f"{VISIT}/h:location/h:healthCareFacility/h:code", code="SA99")),
    ("facility-other-system", "sector of activity of another system",
     setting(f"{VISIT}/h:location/h:healthCareFacility/h:code", codeSystem="1.2.250.1.71.4.2.99")),
    ("order-id-doubled", "a prescription with two ids", doubling(f"{TOP}/h:inFulfillmentOf/h:order/h:id")),
    ("order-id-removed", "a prescription without id", removing(f"{TOP}/h:inFulfillmentOf/h:order/h:id")),
    ("accession-removed", "an imaging request without accession number", removing("//ps:accessionNumber")),
    ("element-unknown", "an element that CDA does not know", adding(TOP, "<documentStatus/>", first=True)),
    ("element-misspelt", "author written autor",
     lambda root, rng: _rename(root, f"{TOP}/h:author", "autor", rng)),
    ("attribute-unknown", "an attribute that CDA does not know", setting(f"{TOP}/h:author", role="main")),
    ("root-class", "classCode of the document ACT", setting(TOP, classCode="ACT")),
    ("root-mood", "moodCode of the document RQO", setting(TOP, moodCode="RQO")),
])  # fmt: skip
