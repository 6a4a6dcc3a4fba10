"""The mails by which a PFI sends what the software gave it (volet TX, `mapping-mss`)."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from schemas.identifiers.ins import PATIENT_DOMAIN
from simulators.documents import (
    ARCHIVE_NAME,
    Action,
    Application,
    SubmissionSet,
    SubmittedDocument,
    build_archive,
)
from simulators.documents.patients import oid_from
from simulators.product.behaviour import Behaviour
from simulators.product.composer import compose
from simulators.product.draft import Attachment, Carried, Draft
from simulators.product.gateway.request import Asked
from simulators.product.mime import field
from simulators.product.settings import Mailbox

APPLICATION = Application("PFI de reference", "1.0", "mssante-conformance")
SOURCE_ID = "1.2.250.1.213.1.4.9998"
ANNOUNCES = {
    None: "Vous trouverez ci-joint le document",
    Action.CHANGE: "Ce document annule et remplace la version précédente",
    Action.DELETE: "Ce document est à supprimer",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to send: its octets and its Message-ID, who gets it, whether a delivery report is asked."""

    message_id: str
    recipients: tuple[str, ...]
    data: bytes
    request_dsn: bool


def write_letters(
    asked: Asked, mailbox: Mailbox, nil: str, now: datetime, behaviour: Behaviour
) -> Iterator[Letter]:
    """Yield the mail to professionals and the mail to the patient, as far as each is asked."""
    patients = tuple(one for one in asked.recipients if _is_patient(one))
    others = tuple(one for one in asked.recipients if not _is_patient(one))
    if len(others) > 1 and behaviour.pfi_recipients == "first":
        others = others[:1]
    if asked.flag("DESTMSSANTEPS") and others:
        yield _letter(asked, mailbox, others, nil, now, behaviour, patient=False)
    if asked.flag("DESTMSSANTEPAT") and patients:
        yield _letter(asked, mailbox, patients, nil, now, behaviour, patient=True)


def _letter(  # noqa: PLR0917  (what a mail is made of)
    asked: Asked,
    mailbox: Mailbox,
    to: tuple[str, ...],
    nil: str,
    now: datetime,
    behaviour: Behaviour,
    *,
    patient: bool,
) -> Letter:
    first = asked.documents[0].header
    born = f"{first.patient.birth_date:%d/%m/%Y}"
    reply_to = asked.reply_to
    if reply_to is not None and not behaviour.pfi_reply_to:
        reply_to = None
    read = asked.flag("ACK_LECTURE_MSS")
    draft = Draft(
        sender=mailbox,
        to=to,
        subject=f"XDM/1.0/DDM+{first.title} {first.patient.birth_family} {first.patient.first_given} {born}",
        text=_text(asked, behaviour, patient=patient),
        attachments=tuple(_attachments(asked, now, behaviour)),
        request_dsn=asked.flag("ACK_RECEPTION"),
        request_mdn=read,
        reply_to=reply_to,
        carried=Carried(
            tuple(one.header.model.code.code for one in asked.documents),
            any(one.header.patient.qualified for one in asked.documents),
        ),
        automatic=True,
    )
    mail = compose(draft, nil, now, behaviour)
    more = b""
    if patient and _says_end(asked, behaviour):
        more += field("X-MSS-MES", "FIN")
    if behaviour.pfi_from == "with-sender":
        more += field("Sender", f"<{mailbox.address}>")
    return Letter(mail.message_id or "", mail.recipients, more + mail.data, draft.request_dsn)


def _says_end(asked: Asked, behaviour: Behaviour) -> bool:
    if asked.finished:
        return behaviour.pfi_fin != "lost"
    return behaviour.pfi_fin == "always"


def _text(asked: Asked, behaviour: Behaviour, *, patient: bool) -> str:
    given = asked.texts.get("CORPSMAIL_PATIENT" if patient else "CORPSMAIL_PS")
    if given is not None and behaviour.pfi_body == "given":
        return given
    announced = ANNOUNCES[asked.action]
    if asked.action is not None and not behaviour.pfi_mention:
        announced = ANNOUNCES[None]
    told = [f"{announced} : {one.header.title} du {one.header.time:%d/%m/%Y}." for one in asked.documents]
    return "\n".join(["Bonjour,", "", *told, "", "Cordialement", ""])


def _attachments(asked: Asked, now: datetime, behaviour: Behaviour) -> Iterator[Attachment]:
    action = asked.action
    if action is not None and not behaviour.pfi_slot:
        action = None
    rng = random.Random(secrets.randbits(64))  # noqa: S311  # ids of test objects, no secret
    submission = SubmissionSet(
        tuple(SubmittedDocument(one, action) for one in asked.documents), now, SOURCE_ID, oid_from(rng)
    )
    archive = build_archive([submission], asked.documents[0].header.authors[0].professional, APPLICATION)
    if behaviour.pfi_carries != "no-archive":
        yield Attachment(ARCHIVE_NAME, "application/zip", archive.content)
    if behaviour.pfi_carries != "no-copy":
        for name, copy in {one.copy_name: one.copy for one in asked.documents}.items():
            yield Attachment(name, "application/pdf", copy)


def _is_patient(address: str) -> bool:
    return address.rpartition("@")[2].casefold() == PATIENT_DOMAIN
