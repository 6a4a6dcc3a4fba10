"""Messages that carry a document (MDM, ORU): HL7-010 to 031 (DOSSIER §6.1, §6.2, §6.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.artefacts.hl7 import Hl7Message, Segment, document_of, is_padded
from harness.checks.hl7.saying import at, field, missing
from harness.findings import Finding
from schemas.identifiers.ins import PATIENT_DOMAIN, InsError, parse_address

ACTIONS = {"T02": ("NW", "F"), "T10": ("RO", "C"), "T04": ("CA", "D")}
"""Event → ORC-1 and OBX-11 of the document; an ORU has the last two alone."""
METADATA_TX = (
    "MASQUE_PS",
    "INVISIBLE_PATIENT",
    "INVISIBLE_REP_LEGAUX",
    "CONNEXION_SECRETE",
    "MODIF_CONF_CODE",
    "DESTDMP",
    "DESTMSSANTEPS",
    "DESTMSSANTEPAT",
    "ACK_RECEPTION",
    "ACK_LECTURE_MSS",
)
METADATA_LPS = ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REP_LEGAUX", "MODIF_CONF_CODE")
TEXTS = ("CORPSMAIL_PS", "CORPSMAIL_PATIENT")
_ROLES = {"SB", "RCT", "REPLY"}
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+")
_MSG_ID = re.compile(r"<?[^\s@<>]+@[^\s@<>]+>?")


@dataclass(frozen=True, slots=True)
class DocumentVerdict:
    """What was found, and the document that the first OBX holds."""

    findings: tuple[Finding, ...]
    document: bytes | None


def check_document_message(message: Hl7Message) -> DocumentVerdict:
    """Judge everything after the header of an MDM or ORU."""
    groups = list(message.groups())
    documents = [
        (obx, members) for obx, members in groups if obx.value(3, 3) != "MetaDMPMSS" and _is_document(obx)
    ]
    lps = message.profile == "CISIS_CDA_HL7_LPS"
    found = [*_patient(message, lps), *_action(message, [obx for obx, _ in documents])]
    if not documents:
        found.append(missing(message, "HL7-012", "OBX(1) : document, ED ^text^XML^Base64^…"))
    for obx, members in documents:
        found += _document(message, obx)
        found += _participations(message, members, lps)
    found += _txa(message)
    found += _metadata(message, groups, lps)
    if lps:
        found += _mail(message, groups)
    content = document_of(documents[0][0]) if documents else None
    return DocumentVerdict(tuple(found), content)


def _is_document(obx: Segment) -> bool:
    """Tell whether an OBX is the document's: an ED that says XML, or the first of the message."""
    return obx.component(5, 3).upper() == "XML" or obx.rank == 1


def _patient(message: Hl7Message, lps: bool) -> Iterator[Finding]:
    """HL7-010, 011: PID-3 and PID-5 are there, an INS has its authority and type; PV1-2."""
    pid, pv1 = message.first("PID"), message.first("PV1")
    if pid is not None:
        for number in (3, 5):
            if not pid.raw(number):
                yield field(message, "HL7-010", pid, number, f"PID-{number}")
        for rank, _ in enumerate(pid.repetitions(3), 1):
            root = pid.value(3, 4, 2, rank)
            if root.startswith("1.2.250.1.213.1.4.") and pid.value(3, 5, 1, rank) != "INS":
                place = pid.at(3, 5, rank)
                yield at(message, "HL7-011", "INS", pid.component(3, 5, rank), place)
    if pv1 is not None:
        allowed = {"N"} if lps else {"E", "I", "O", "R", "N"}
        if pv1.value(2) not in allowed:
            yield field(message, "HL7-024", pv1, 2, " | ".join(sorted(allowed)))


def _action(message: Hl7Message, documents: Sequence[Segment]) -> Iterator[Finding]:
    """HL7-013: event, ORC-1 and OBX-11 say the same (X-TX-10)."""
    orc, event = message.first("ORC"), message.type[1]
    if orc is None:
        return
    order = orc.value(1)
    by_order = {one: status for one, status in ACTIONS.values()}
    wanted = ACTIONS.get(event, (order, by_order.get(order, "")))
    if order != wanted[0] or order not in by_order:
        yield field(message, "HL7-013", orc, 1, wanted[0] if order in by_order else "NW | RO | CA")
        return
    for obx in documents:
        if obx.value(11) != wanted[1]:
            yield field(message, "HL7-013", obx, 11, wanted[1])


def _document(message: Hl7Message, obx: Segment) -> Iterator[Finding]:
    """HL7-012, 014, 015: how the document is carried, its type code said once and the same."""
    kind = "TEXT" if message.type[0] == "ORU" else "text"
    shape = (obx.value(2), obx.component(5, 1), obx.component(5, 3).upper(), obx.component(5, 4).upper())
    if shape != ("ED", "", "XML", "BASE64") or obx.component(5, 2).lower() != "text":
        yield field(message, "HL7-012", obx, 5, f"ED ; ^{kind}^XML^Base64^…")
    elif obx.component(5, 2) != kind:
        yield field(message, "HL7-030", obx, 5, kind, 2)
    if document_of(obx) is None:
        yield field(message, "HL7-014", obx, 5, "Base64", 5)
    elif not is_padded(obx):
        yield field(message, "HL7-034", obx, 5, "Base64 (=)", 5)
    codes = [(segment, number) for segment, number in _code_places(message, obx) if segment is not None]
    said = {segment.value(number) for segment, number in codes}
    if len(said) > 1 or "" in said:
        segment, number = next((one for one in codes if one[0].value(one[1]) != obx.value(3)), (obx, 3))
        yield field(message, "HL7-015", segment, number, obx.value(3) or "code", 1)


def _code_places(message: Hl7Message, obx: Segment) -> list[tuple[Segment, int]]:
    before = [one for one in message.all("OBR") if one.line < obx.line]
    places = [(obx, 3)]
    if before:
        places.append((before[-1], 4))
    txa = message.first("TXA")
    return [*places, (txa, 2)] if txa is not None else places


def _txa(message: Hl7Message) -> Iterator[Finding]:
    """HL7-016 to 018: fixed values, the document's id, the id of the one that it replaces."""
    txa = message.first("TXA")
    if txa is None:
        return
    for number, wanted in ((1, "1"), (3, "TEXT"), (17, "AU")):
        if txa.value(number) != wanted:
            yield field(message, "HL7-016", txa, number, wanted)
    if not txa.value(12, 1):
        yield field(message, "HL7-017", txa, 12, "<extension>^^<root>^ISO | <root>")
    if message.type[1] == "T10" and not txa.value(13, 1):
        yield field(message, "HL7-018", txa, 13, "<extension>^^<root>^ISO | <root>")


def _metadata(
    message: Hl7Message, groups: Sequence[tuple[Segment, tuple[Segment, ...]]], lps: bool
) -> Iterator[Finding]:
    """HL7-019 to 023: the Y/N metadata in their order, with their form, and what they forbid together."""
    wanted = METADATA_LPS if lps else METADATA_TX
    found = [obx for obx, _ in groups if obx.value(3, 3) == "MetaDMPMSS" or obx.value(3) in METADATA_TX]
    flags = [obx for obx in found if obx.value(3) not in TEXTS]
    names = [obx.value(3) for obx in flags]
    if names != list(wanted):
        place = next((obx for obx, name in zip(flags, wanted, strict=False) if obx.value(3) != name), None)
        expected = ", ".join(wanted)
        if place is not None:
            yield field(message, "HL7-019", place, 3, expected, 1)
        else:
            yield missing(message, "HL7-019", expected)
    kind = "CE" if message.type[0] == "ORU" else "CWE"
    for obx in flags:
        if obx.value(5) not in {"Y", "N"} or obx.value(5, 3) != "expandedYes-NoIndicator":
            yield field(message, "HL7-020", obx, 5, "Y|N ^^expandedYes-NoIndicator")
        elif obx.value(2) != kind or obx.value(11) != "F":
            yield field(message, "HL7-021", obx, 2, f"{kind} ; OBX-11 F")
    for obx in found:
        if obx.value(3) in TEXTS and (obx.value(2) != "ED" or document_of(obx) is None):
            yield field(message, "HL7-031", obx, 5, "ED ; ^text^^Base64^…")
        elif obx.value(3) in TEXTS and not is_padded(obx):
            yield field(message, "HL7-034", obx, 5, "Base64 (=)", 5)
    if not lps:
        yield from _matrix(message, {obx.value(3): obx for obx in flags})
        yield from _ends(message, groups)


def _matrix(message: Hl7Message, flags: dict[str, Segment]) -> Iterator[Finding]:
    """HL7-022, 023: INVISIBLE_PATIENT forbids the patient; other unlisted combinations only warn (§6.2)."""
    value = {name: segment.value(5) for name, segment in flags.items() if segment.value(5) in {"Y", "N"}}
    if not set(METADATA_TX) <= value.keys():
        return
    professionals, patient = value["DESTMSSANTEPS"] == "Y", value["DESTMSSANTEPAT"] == "Y"
    if patient and value["INVISIBLE_PATIENT"] == "Y":
        yield field(message, "HL7-022", flags["DESTMSSANTEPAT"], 5, "N (INVISIBLE_PATIENT = Y)", 1)
        return
    masks = (value["MASQUE_PS"], value["INVISIBLE_PATIENT"], value["INVISIBLE_REP_LEGAUX"])
    listed = (
        (professionals and patient and masks == ("N", "N", "N"))
        or (professionals and not patient and masks == ("N", "Y", "N"))
        or (
            patient
            and not professionals
            and value["INVISIBLE_PATIENT"] == "N"
            and (value["CONNEXION_SECRETE"], value["DESTDMP"]) == ("N", "N")
        )
        # No row, and the commonest case of all: visible to everybody, sent to professionals alone.
        or (professionals and not patient and masks == ("N", "N", "N"))
    )
    if (professionals or patient) and not listed:
        said = ", ".join(f"{name}={value[name]}" for name in METADATA_TX[:8])
        place = flags["DESTMSSANTEPS"]
        yield at(message, "HL7-023", "matrice / matrix (volet TX)", said, place.at(5, 1))


def _ends(message: Hl7Message, groups: Sequence[tuple[Segment, tuple[Segment, ...]]]) -> Iterator[Finding]:
    """HL7-029: NTE-4 FIN stands under DESTMSSANTEPAT (X-TX-04)."""
    for obx, members in groups:
        for note in members:
            if note.name == "NTE" and note.value(4) == "FIN" and obx.value(3) != "DESTMSSANTEPAT":
                yield field(message, "HL7-029", note, 4, "DESTMSSANTEPAT")


def _participations(message: Hl7Message, members: Sequence[Segment], lps: bool) -> Iterator[Finding]:
    """HL7-025 to 027: who sends, who receives, where to answer."""
    prts = [one for one in members if one.name == "PRT"]
    roles = [one.value(4) for one in prts]
    flags = {o.value(3): o.value(5) for o in message.all("OBX")}
    if lps and "SB" not in roles:
        yield missing(message, "HL7-025", "PRT SB")
    sends = flags.get("DESTMSSANTEPS") == "Y" or flags.get("DESTMSSANTEPAT") == "Y"
    if not lps and sends and "RCT" not in roles:
        yield missing(message, "HL7-025", "PRT RCT")
    for prt in prts:
        if prt.value(2) != "UC" or prt.value(4) not in _ROLES:
            yield field(message, "HL7-026", prt, 4, "PRT-2 UC ; PRT-4 SB | RCT | REPLY")
            continue
        address = prt.value(15, 4)
        needs = prt.value(4) != "SB" or lps
        if needs and (not _ADDRESS.fullmatch(address) or prt.value(15, 3) != "X.400"):
            yield field(message, "HL7-027", prt, 15, "^^X.400^<adresse MSSanté>")
        elif address.lower().endswith(f"@{PATIENT_DOMAIN}"):
            try:
                parse_address(address)
            except InsError:
                yield field(message, "HL7-028", prt, 15, f"<15>@{PATIENT_DOMAIN}", 4)


def _mail(message: Hl7Message, groups: Sequence[tuple[Segment, tuple[Segment, ...]]]) -> Iterator[Finding]:
    """HL7-032, 033: the OBX that follows the document tells the mail it came from (X-LPS-09)."""
    mail = groups[1][0] if len(groups) > 1 else None
    if mail is None or mail.value(3, 3) == "MetaDMPMSS" or mail.value(2) != "ED" or mail.value(11) != "F":
        place = mail.at(3) if mail is not None else message.segments[-1].at()
        yield at(message, "HL7-032", "OBX(2) : ED, Message-ID^objet", mail.raw(3) if mail else "∅", place)
        return
    if not _MSG_ID.fullmatch(mail.value(3)):
        yield field(message, "HL7-033", mail, 3, "Message-ID", 1)
    if document_of(mail) is None and mail.component(5, 5):
        yield field(message, "HL7-031", mail, 5, "Base64", 5)
