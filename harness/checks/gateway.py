"""Rules on a PFI: what it makes of a request of the software, of the returns of the operator, of a mail.

A request is told by the values that the bench put in it (`Wanted`), never read back from its octets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from harness.artefacts.cda_header import read_header
from harness.artefacts.ebxml import ACTION_SLOT
from harness.artefacts.hl7 import Hl7Message, Segment, document_of
from harness.artefacts.mail import Mail, decoded_text
from harness.artefacts.mdn import Mdn, subject_said
from harness.artefacts.sent import SentMail
from harness.artefacts.xdm import XdmArchive
from harness.checks.hl7.documents import ACTIONS, METADATA_LPS
from harness.checks.rulebook import finding
from harness.findings import Finding, Location
from schemas.identifiers.ins import PATIENT_DOMAIN

_RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
_SLOT_OF = {"F": None, "C": "C", "D": "D"}
_SAYS = {"C": re.compile(r"rempla|nouvelle version|mis[e]? à jour|corrig", re.IGNORECASE),
         "D": re.compile(r"supprim|annul|retir", re.IGNORECASE)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asked for, and what the mail must therefore be.

    `status` is OBX-11 (`F`, `C`, `D`); `documents` the octets of each CDA; `bodies` the CORPSMAIL_*.
    """

    mailbox: str
    recipients: tuple[str, ...]
    documents: tuple[bytes, ...]
    status: str = "F"
    reply_to: str | None = None
    bodies: Mapping[str, str] = field(default_factory=dict)
    finished: bool = False


# --- acknowledgement of the request ---------------------------------------------------------------------


def answers(answer: Hl7Message | None) -> Iterator[Finding]:
    """PFI-001: there is an acknowledgement."""
    if answer is None:
        yield finding("PFI-001", expected="ACK", found="∅")


def taken(answer: Hl7Message | None) -> Iterator[Finding]:
    """PFI-001, PFI-002: a valid request is acknowledged AA."""
    yield from answers(answer)
    if answer is None:
        return
    msa = answer.first("MSA")
    code = msa.value(1) if msa else ""
    if code != "AA":
        errors = " ; ".join("|".join(("ERR", *one.fields)) for one in answer.all("ERR"))
        yield finding("PFI-002", expected="MSA|AA", found=f"MSA|{code} {errors}", evidence=answer.sha256)


def refused(
    answer: Hl7Message | None, sent: Sequence[SentMail], *, rule: str = "PFI-003", mails: str = "PFI-006"
) -> Iterator[Finding]:
    """PFI-001, `rule`, PFI-004, `mails`: a wrong request is refused with ERR, and nothing leaves."""
    if answer is None:
        yield finding("PFI-001", expected="ACK", found="∅")
    else:
        msa = answer.first("MSA")
        code = msa.value(1) if msa else ""
        if code not in {"AE", "AR"}:
            yield finding(rule, expected="MSA|AE ou MSA|AR", found=f"MSA|{code}", evidence=answer.sha256)
        elif not any(one.value(3) and one.value(4) for one in answer.all("ERR")):
            yield finding("PFI-004", expected="ERR-3, ERR-4", found="∅", evidence=answer.sha256)
    for mail in sent:
        yield finding(mails, expected="∅", found=", ".join(mail.recipients), evidence=mail.mail.sha256)


# --- request -> mail -------------------------------------------------------------------------------------


def left(sent: Sequence[SentMail], wanted: Wanted) -> Iterator[Finding]:
    """PFI-005: at least one mail left for each recipient asked for."""
    reached = {one.lower() for mail in sent for one in mail.recipients}
    if not sent or not any(one.lower() in reached for one in wanted.recipients):
        yield finding("PFI-005", expected=", ".join(wanted.recipients), found="∅")


def mapped(sent: Sequence[SentMail], wanted: Wanted) -> Iterator[Finding]:
    """PFI-007 to PFI-016: what the mails say and carry."""
    reached = {one.lower() for mail in sent for one in mail.recipients}
    asked = {one.lower() for one in wanted.recipients}
    if reached != asked and sent:
        yield finding(
            "PFI-009",
            expected=", ".join(sorted(asked)),
            found=", ".join(sorted(reached)),
            evidence=sent[0].mail.sha256,
        )
    for one in sent:
        yield from _addresses(one.mail, wanted)
        yield from _body(one, wanted)
        yield from _carried(one.mail, wanted)
        if any(is_patient(address) for address in one.recipients):
            said = one.mail.first("X-MSS-MES")
            value = said.value.strip() if said else "∅"
            if (value == "FIN") != wanted.finished:
                yield _in_mail(one.mail, "PFI-012", "FIN" if wanted.finished else "∅", value, "X-MSS-MES")


def is_patient(address: str) -> bool:
    """Tell whether an address is that of a patient at Mon espace santé."""
    return address.lower().endswith(f"@{PATIENT_DOMAIN}")


def _addresses(mail: Mail, wanted: Wanted) -> Iterator[Finding]:
    sender = _address(mail, "From")
    if sender.lower() != wanted.mailbox.lower():
        yield _in_mail(mail, "PFI-007", wanted.mailbox, sender or "∅", "From")
    if mail.first("Sender") is not None:
        yield _in_mail(mail, "PFI-008", "∅", _address(mail, "Sender"), "Sender")
    reply_to = _address(mail, "Reply-To")
    if wanted.reply_to is not None and reply_to.lower() != wanted.reply_to.lower():
        yield _in_mail(mail, "PFI-010", wanted.reply_to, reply_to or "∅", "Reply-To")


def _body(sent: SentMail, wanted: Wanted) -> Iterator[Finding]:
    text = body_of(sent.mail)
    patient = any(is_patient(address) for address in sent.recipients)
    given = wanted.bodies.get("CORPSMAIL_PATIENT" if patient else "CORPSMAIL_PS")
    if given is not None:
        if _words(given) not in _words(text):
            yield _in_mail(sent.mail, "PFI-011", given, text, "Content-Type")
    elif wanted.status in _SAYS and not _SAYS[wanted.status].search(text):
        yield _in_mail(sent.mail, "PFI-016", _SAYS[wanted.status].pattern, text, "Content-Type")


def _carried(mail: Mail, wanted: Wanted) -> Iterator[Finding]:
    archives = [part for part in mail.parts if (part.filename or "").upper() == "IHE_XDM.ZIP"]
    archive = XdmArchive(archives[0].content) if archives else None
    held = {entry.content for entry in archive.entries} if archive else set()
    for content in wanted.documents:
        if content not in held:
            names = ", ".join(entry.name for entry in archive.entries) if archive else "∅"
            yield _in_mail(mail, "PFI-013", f"CDA ({len(content)} octets)", names, "Content-Type")
    copies = [part for part in mail.parts if part.content.startswith(b"%PDF-")]
    if not copies:
        yield _in_mail(mail, "PFI-014", "…pdf", ", ".join(mail.structure), "Content-Type")
    if archive is not None:
        expected = _SLOT_OF[wanted.status]
        for said in slots_of(archive):
            if said != expected:
                yield _in_mail(mail, "PFI-015", expected or "∅", said or "∅", "Content-Type")


def slots_of(archive: XdmArchive) -> list[str | None]:
    """Return the action slot of each entry of the metadata; nothing for metadata that cannot be read."""
    found: list[str | None] = []
    for subset in archive.subsets:
        content = subset.metadata.content if subset.metadata else None
        try:
            root = etree.fromstring(content or b"", etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError:
            continue
        for entry in root.iter(f"{_RIM}ExtrinsicObject"):
            slots = [one for one in entry.iterfind(f"{_RIM}Slot") if one.get("name") == ACTION_SLOT]
            value = slots[0].findtext(f"{_RIM}ValueList/{_RIM}Value") if slots else None
            found.append(value.strip() if value else None)
    return found


def body_of(mail: Mail) -> str:
    """Return the text that a person reads."""
    return "\n".join(
        decoded_text(part.content, part.charset)
        for part in mail.body_parts
        if part.content_type == "text/plain"
    )


# --- returns ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Back:
    """What came back for one recipient: its address, and the code of the error if it failed."""

    address: str
    code: str | None = None


ANY_CODE = "*"
"""A failure whose code the return does not tell."""


def returned(zams: Sequence[Hl7Message], expected: Iterable[Back]) -> Iterator[Finding]:
    """PFI-018, 020, 021: one acknowledgement for each recipient, which tells what came back."""
    said = {_reader(one).lower(): one for one in zams}
    for back in expected:
        zam = said.get(back.address.lower())
        if zam is None and not zams:
            yield finding("PFI-018", expected=f"ZAM ({back.address})", found="∅")
        elif zam is None:
            names = ", ".join(sorted(said)) or "∅"
            yield finding("PFI-021", expected=back.address, found=names, evidence=zams[0].sha256)
            zam = zams[0]
        if zam is not None:
            yield from _told(zam, back)


def _told(zam: Hl7Message, back: Back) -> Iterator[Finding]:
    status = zam.first("OBX")
    outcome = status.value(5) if status else ""
    if outcome != ("N" if back.code else "Y"):
        yield finding("PFI-020", expected="N" if back.code else "Y", found=outcome, evidence=zam.sha256)
    elif back.code:
        errors = zam.all("ERR")
        code = errors[0].value(5) if errors else ""
        if errors and back.code not in {ANY_CODE, code}:
            yield finding("PFI-020", expected=back.code, found=code, evidence=zam.sha256)


def unasked(zams: Sequence[Hl7Message]) -> Iterator[Finding]:
    """PFI-019: no business acknowledgement that was not asked for."""
    for one in zams:
        yield finding("PFI-019", expected="∅", found="^".join(one.type), evidence=one.sha256)


def _reader(zam: Hl7Message) -> str:
    others = zam.all("OBX")[1:]
    return others[0].value(5, 4) if others else ""


# --- mail -> message --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Brought:
    """A mail that brought documents: each with its octets and its action slot (None, `C`, `D`)."""

    mail: Mail
    documents: tuple[tuple[bytes, str | None], ...]


def one_each(messages: Sequence[Hl7Message], brought: Brought) -> Iterator[Finding]:
    """PFI-022: as many messages as documents."""
    if len(messages) != len(brought.documents):
        shown = ", ".join("^".join(one.type[:2]) for one in messages) or "∅"
        yield finding("PFI-022", expected=f"{len(brought.documents)} MDM", found=shown)


def transferred(messages: Sequence[Hl7Message], brought: Brought) -> Iterator[Finding]:
    """PFI-022 to PFI-028, PFI-032: each message beside the mail and its document."""
    yield from one_each(messages, brought)
    by_id = {_cda_id(content): (content, action) for content, action in brought.documents}
    for message in messages:
        document = message.first("OBX")
        octets = document_of(document) if document else None
        content, action = by_id.get(_cda_id(octets or b""), brought.documents[0])
        yield from _event(message, action)
        yield from _prts(message, brought.mail)
        yield from _identity(message, content, octets)
        yield from _mail_obx(message, brought.mail)
        names = tuple(one.value(3) for one in message.all("OBX")[2:])
        if names != METADATA_LPS:
            yield _in_message(message, "PFI-032", ", ".join(METADATA_LPS), ", ".join(names) or "∅")


def _event(message: Hl7Message, action: str | None) -> Iterator[Finding]:
    event = {None: "T02", "C": "T10", "D": "T04"}[action]
    order, status = ACTIONS[event]
    orc, obx = message.first("ORC"), message.first("OBX")
    said = (message.type[1], orc.value(1) if orc else "", obx.value(11) if obx else "")
    if said != (event, order, status):
        yield _in_message(message, "PFI-023", " ".join((event, order, status)), " ".join(said))


def _prts(message: Hl7Message, mail: Mail) -> Iterator[Finding]:
    def told(role: str) -> list[tuple[str, str]]:
        prts = [one for one in message.all("PRT") if one.value(4) == role]
        return [(one.value(15, 3), one.value(15, 4).lower()) for one in prts]

    sender = _address(mail, "From").lower()
    if told("SB") != [("X.400", sender)]:
        yield _in_message(message, "PFI-024", f"SB X.400 {sender}", str(told("SB") or "∅"))
    to = {address.lower() for name in ("To", "Cc") for address in _all_addresses(mail, name)}
    for kind, address in told("RCT"):
        if kind != "X.400" or address not in to:
            yield _in_message(message, "PFI-024", f"RCT X.400 {', '.join(sorted(to))}", f"{kind} {address}")
    reply = {address.lower() for address in _all_addresses(mail, "Reply-To")}
    for kind, address in told("REPLY"):
        if kind != "X.400" or address not in (reply or {sender}):
            yield _in_message(message, "PFI-024", f"REPLY X.400 {', '.join(reply)}", f"{kind} {address}")


def _identity(message: Hl7Message, content: bytes, octets: bytes | None) -> Iterator[Finding]:
    if octets != content:
        found = f"{len(octets)} octets" if octets is not None else "∅"
        yield _in_message(message, "PFI-026", f"{len(content)} octets", found)
    header = read_header(content)
    if header is None:
        return
    pid = message.first("PID")
    said = set(_identifiers(pid)) if pid else set()
    for one in header.patient.ids:
        if (one.extension, one.root) not in said:
            yield _in_message(message, "PFI-025", f"{one.extension} ({one.root})", str(sorted(said)))
    txa, pv1 = message.first("TXA"), message.first("PV1")
    if txa is not None and header.id is not None and not _names(txa, 12, header.id.root, header.id.extension):
        yield _in_message(message, "PFI-027", f"TXA-12 {header.id}", txa.raw(12))
    if txa is not None and message.type[1] == "T10" and header.replaced:
        parent = header.replaced[0]
        if not _names(txa, 13, parent.root, parent.extension):
            yield _in_message(message, "PFI-027", f"TXA-13 {parent}", txa.raw(13))
    code = header.code.code if header.code else ""
    for segment, number in ((txa, 2), (message.first("OBR"), 4), (message.first("OBX"), 3)):
        if segment is not None and segment.value(number) != code:
            yield _in_message(message, "PFI-027", code, segment.value(number) or "∅")
    if pv1 is not None and pv1.value(2) != "N":
        yield _in_message(message, "PFI-027", "PV1-2 N", pv1.value(2) or "∅")


def _identifiers(pid: Segment) -> Iterator[tuple[str, str]]:
    for rank in range(1, len(pid.repetitions(3)) + 1):
        yield pid.value(3, 1, repetition=rank), pid.value(3, 4, 2, repetition=rank)


def _names(segment: Segment, number: int, root: str, extension: str) -> bool:
    if extension:
        return (segment.value(number, 1), segment.value(number, 3)) == (extension, root)
    return segment.value(number, 1) == root


def _mail_obx(message: Hl7Message, mail: Mail) -> Iterator[Finding]:
    obx = next((one for one in message.all("OBX") if one.rank == 2), None)
    if obx is None:
        return
    wanted, said = (mail.message_id or "").strip("<>"), obx.value(3).strip("<>")
    if said != wanted:
        yield _in_message(message, "PFI-028", mail.message_id or "∅", obx.value(3) or "∅")
    subject = mail.first("Subject")
    if subject is not None and _words(obx.value(3, 2)) != _words(subject.decoded):
        yield _in_message(message, "PFI-028", subject.decoded, obx.value(3, 2) or "∅")
    body = (document_of(obx) or b"").decode(message.charset, "replace")
    if _words(body) != _words(body_of(mail)):
        yield _in_message(message, "PFI-028", body_of(mail), body or "∅")


def _cda_id(content: bytes) -> str:
    header = read_header(content)
    return str(header.id) if header and header.id else ""


# --- acknowledgement to the sender ------------------------------------------------------------------------


def answered(notifications: Sequence[Mdn], code: str | None) -> Iterator[Finding]:
    """PFI-029, PFI-030: one notification, which tells what the software answered."""
    if not notifications:
        yield finding("PFI-029", expected="MDN", found="∅")
        return
    one = notifications[0]
    disposition = one.disposition
    failed = disposition is not None and disposition.is_error
    said = one.error.code if one.error else ("error" if failed else "processed")
    if code is None and failed:
        yield finding("PFI-030", expected="processed", found=said, evidence=one.mail.sha256)
    elif code is not None and said != code:
        yield finding("PFI-030", expected=code, found=said, evidence=one.mail.sha256)


def error_subject(sent: Sequence[SentMail]) -> Iterator[Finding]:
    """MDN-013: the ordinary mail about an error bears the error subject."""
    for one in sent:
        said = subject_said(one.mail)
        if not said.error:
            expected = "[KO Intégration système !][9xx] XDM/1.0/DDM+…"
            yield finding("MDN-013", expected=expected, found=said.rest, evidence=one.mail.sha256)


def success_by_mail(sent: Sequence[SentMail]) -> Iterator[Finding]:
    """PFI-031: without a request for a receipt nothing tells a success."""
    for one in sent:
        subject = one.mail.first("Subject")
        yield finding(
            "PFI-031", expected="∅", found=subject.decoded if subject else "", evidence=one.mail.sha256
        )


# --- saying -----------------------------------------------------------------------------------------------


def _in_mail(mail: Mail, rule: str, expected: str, found: str, header: str) -> Finding:
    line = mail.first(header)
    where = Location(header=header, line=line.line if line else None)
    return finding(rule, expected=expected, found=found, location=where, evidence=mail.sha256)


def _in_message(message: Hl7Message, rule: str, expected: str, found: str) -> Finding:
    return finding(rule, expected=expected, found=found, evidence=message.sha256)


def _address(mail: Mail, name: str) -> str:
    return next(iter(_all_addresses(mail, name)), "")


def _all_addresses(mail: Mail, name: str) -> list[str]:
    return [address for header in mail.all(name) for _, address in header.addresses if address]


def _words(text: str) -> str:
    return " ".join(text.split())
