"""What a PFI gives the software when documents come by mail: one MDM a document (volet LPS 1.1)."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message as Mail
from email.utils import getaddresses

from lxml import etree

from schemas.identifiers import InsOid
from simulators.documents import BuiltCda
from simulators.product.behaviour import Behaviour
from simulators.product.gateway.cda import patient_ids, read_cda
from simulators.product.gateway.er7 import Peers, Unreadable, escaped, joined, line, msh, stamp
from simulators.product.reports import body_text, header, parse

PROFILE = "1.1^CISIS_CDA_HL7_LPS"
MASKS = ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REP_LEGAUX", "MODIF_CONF_CODE")
OTHERS = (
    "CONNEXION_SECRETE",
    "DESTDMP",
    "DESTMSSANTEPS",
    "DESTMSSANTEPAT",
    "ACK_RECEPTION",
    "ACK_LECTURE_MSS",
)
MASKED_TO = {
    "MASQUE_PS": "MASQUE_PS",
    "INVISIBLE_PATIENT": "INVISIBLE_PATIENT",
    "INVISIBLE_REPRESENTANTS_LEGAUX": "INVISIBLE_REP_LEGAUX",
}
_RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
_CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
_SLOT = "urn:action:extraMetadataSlot"
MOST_OCTETS = 100_000_000
MOST_ENTRIES = 2_000
EVENTS = {"": ("T02", "NW", "F"), "C": ("T10", "RO", "C"), "D": ("T04", "CA", "D")}
LOINC = "2.16.840.1.113883.6.1"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A document of an archive: its file, what is asked (``, `C`, `D`), its masks."""

    content: bytes
    cda: BuiltCda
    action: str
    masks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Letter:
    """The mail that brought documents."""

    raw: bytes
    message_id: str
    subject: str
    sender: str
    reply_to: str
    recipients: tuple[str, ...]
    asks: tuple[str, ...]
    return_path: str
    body: str


def read_letter(raw: bytes) -> Letter:
    """Return what an acknowledgement and a message need of a mail."""
    mail = parse(raw)
    return Letter(
        raw=raw,
        message_id=header(mail, "Message-ID").strip(),
        subject=header(mail, "Subject"),
        sender=next(iter(_addresses(mail, "From")), ""),
        reply_to=next(iter(_addresses(mail, "Reply-To")), ""),
        recipients=tuple(dict.fromkeys([*_addresses(mail, "To"), *_addresses(mail, "Cc")])),
        asks=tuple(_addresses(mail, "Disposition-Notification-To")),
        return_path=header(mail, "Return-Path").strip("<> "),
        body=body_text(raw),
    )


def archives_of(raw: bytes) -> list[bytes]:
    """Return the IHE_XDM archives of a mail, whatever the case of their name."""
    found: list[bytes] = []
    for part in parse(raw).walk():
        name = part.get_filename() or ""
        if name.casefold() == "ihe_xdm.zip" and not part.is_multipart():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                found.append(content)
    return found


def documents_of(archive: bytes) -> Iterator[Arrived]:
    """Yield the documents of an archive in the order of its metadata; raises `Unreadable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            infos = opened.infolist()
            if len(infos) > MOST_ENTRIES or sum(one.file_size for one in infos) > MOST_OCTETS:
                raise Unreadable("207", "Archive trop grosse")
            names = {one.filename.upper(): one for one in infos}
            for name in sorted(one for one in names if one.endswith("/METADATA.XML")):
                folder = name.rpartition("/")[0]
                metadata = etree.fromstring(
                    opened.read(names[name]), etree.XMLParser(resolve_entities=False, no_network=True)
                )
                for entry in metadata.iter(f"{_RIM}ExtrinsicObject"):
                    slots = _slots(entry)
                    info = names[f"{folder}/{slots.get('URI', '')}".upper()]
                    content = opened.read(info)
                    masks = frozenset(_masks(entry))
                    yield Arrived(content, read_cda(content), slots.get(_SLOT, ""), masks)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("207", f"Archive illisible : {type(error).__name__}") from error


def _slots(entry: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for slot in entry.iterfind(f"{_RIM}Slot"):
        value = slot.find(f"{_RIM}ValueList/{_RIM}Value")
        found[slot.get("name", "")] = (value.text or "").strip() if value is not None else ""
    return found


def _masks(entry: etree._Element) -> Iterator[str]:
    for one in entry.iterfind(f"{_RIM}Classification"):
        code = one.get("nodeRepresentation", "")
        if one.get("classificationScheme") == _CONFIDENTIALITY and code in MASKED_TO:
            yield MASKED_TO[code]


def write_message(  # noqa: PLR0917  (a document, the mail that it came by, who speaks to whom)
    arrived: Arrived,
    letter: Letter,
    peers: Peers,
    now: datetime,
    identifier: str,
    behaviour: Behaviour,
) -> bytes:
    """Return the MDM of one document."""
    event, order, status = EVENTS.get(arrived.action, EVENTS[""])
    if arrived.action and behaviour.pfi_event == "always-new":
        event, order, status = EVENTS[""]
    if arrived.action == "D" and behaviour.pfi_event == "deletion-as-new":
        event, order, status = EVENTS[""]
    cda = arrived.cda.header
    code = cda.model.code
    system = "LN" if code.system == LOINC else "TRE_A05"
    typed = f"{code.code}^{escaped(code.display)}^{system}"
    octets = arrived.content
    if behaviour.pfi_document_octets == "rewritten":
        octets = etree.tostring(etree.fromstring(octets), encoding="UTF-8", xml_declaration=True)
    encoded = base64.b64encode(octets).decode("ascii")
    txa = {1: "1", 2: code.code, 3: "TEXT", 4: stamp(cda.time), 12: _entity(cda.id), 17: "AU"}
    if event == "T10":
        txa[13] = _entity(cda.replaces or cda.id)
    lines = [
        msh(peers, now, f"MDM^{event}^MDM_T02", identifier, profile=PROFILE),
        line("EVN", {2: stamp(now)}),
        _pid(arrived, behaviour),
        line("PV1", {1: "1", 2: "N"}),
        line("ORC", {1: order}),
        line("OBR", {1: "1", 4: typed}),
        line("TXA", txa),
        line("OBX", {1: "1", 2: "ED", 3: typed, 5: f"^text^XML^Base64^{encoded}", 11: status}),
        *_participations(letter, behaviour),
        _mail(letter, behaviour),
    ]
    names = MASKS if behaviour.pfi_masks == "volet" else (*MASKS[:3], *OTHERS)
    for number, name in enumerate(names, 3):
        value = "Y" if name in arrived.masks else "N"
        coded = f"{name}^{name}^MetaDMPMSS"
        fields = {1: str(number), 2: "CWE", 3: coded, 5: f"{value}^^expandedYes-NoIndicator", 11: "F"}
        lines.append(line("OBX", fields))
    return joined(lines)


def _entity(identifier: str) -> str:
    """Return an id as TXA-12 has it: `<extension>^^<root>^ISO`, or the root alone."""
    root, _, extension = identifier.partition("^")
    return f"{escaped(extension)}^^{root}^ISO" if extension else root


def _pid(arrived: Arrived, behaviour: Behaviour) -> str:
    patient = arrived.cda.header.patient
    ids: list[str] = []
    for extension, root in patient_ids(arrived.content):
        ins = root in {oid.value for oid in InsOid}
        if ins or behaviour.pfi_patient_ids == "all":
            kind, authority = ("INS", "ASIP-SANTE-INS-NIR") if ins else ("PI", "")
            ids.append(f"{escaped(extension)}^^^{authority}&{root}&ISO^{kind}")
    names = (
        f"{escaped(patient.birth_family)}^{escaped(patient.first_given)}"
        f"^{escaped(' '.join(patient.given_names))}^^^^L"
    )
    return line(
        "PID",
        {
            3: "~".join(ids),
            5: names,
            7: f"{patient.birth_date:%Y%m%d}",
            8: patient.sex,
            11: f"^^^^^^BDL^^{patient.birth_place.cog}",
        },
    )


def _participations(letter: Letter, behaviour: Behaviour) -> Iterator[str]:
    def prt(role: str, address: str) -> str:
        kind = "NET" if behaviour.pfi_addresses == "not-x400" else "X.400"
        return line("PRT", {2: "UC", 4: f"{role}^^participation", 15: f"^^{kind}^{escaped(address)}"})

    if behaviour.pfi_addresses != "no-sender":
        yield prt("SB", letter.sender)
    for address in letter.recipients:
        yield prt("RCT", address)
    if letter.reply_to:
        yield prt("REPLY", letter.reply_to)


def _mail(letter: Letter, behaviour: Behaviour) -> str:
    identifier = letter.message_id if behaviour.pfi_mail_obx != "constant" else "1"
    body = base64.b64encode(letter.body.encode("utf-8")).decode("ascii")
    if behaviour.pfi_mail_obx == "no-body":
        body = ""
    coded = f"{escaped(identifier)}^{escaped(letter.subject)}"
    return line("OBX", {1: "2", 2: "ED", 3: coded, 5: f"^text^^Base64^{body}", 11: "F"})


def _addresses(mail: Mail, name: str) -> list[str]:
    pairs = getaddresses([str(value)[:20_000] for value in mail.get_all(name, [])])
    return [address for _, address in pairs if "@" in address]
