"""The mail around documents: subject, text, attachments, header (ECO.2.1.1 to 2.1.6, ECO.2.4.1, 2.4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from simulators.documents import Action
from simulators.product.behaviour import Behaviour
from simulators.product.documents.asked import Sending
from simulators.product.documents.copy_faults import copy_name_of
from simulators.product.documents.making import Made
from simulators.product.draft import Attachment, Carried, Draft

SUBJECT_PREFIX = "XDM/1.0/DDM+"
REPLACED = "Ce document annule et remplace la version précédente"
DELETED = "Ce document est à supprimer : il a été envoyé par erreur"
OUTDATED = "Ce document n'est plus à jour"
SENT = "Vous trouverez ci-joint le document"


def write_letter(
    sending: Sending,
    documents: Sequence[Made],
    archives: Sequence[bytes],
    action: Action | None,
    *,
    now: datetime,
    behaviour: Behaviour,
) -> Draft:
    """Return the mail that carries documents."""
    return Draft(
        sender=sending.sender,
        to=sending.to,
        cc=sending.cc,
        subject=_subject(documents[0], behaviour),
        text=_text(sending, documents, action, behaviour),
        attachments=_attachments(sending, documents, archives, now=now, behaviour=behaviour),
        request_dsn=sending.request_dsn,
        request_mdn=sending.request_mdn,
        reply_to=sending.reply_to,
        carried=Carried(
            tuple(made.cda.header.model.code.code for made in documents),
            any(made.cda.header.patient.qualified for made in documents),
        ),
        automatic=sending.way == "automatic",
    )


def _subject(first: Made, behaviour: Behaviour) -> str:
    header = first.cda.header
    patient = header.patient
    label = " ".join(header.title.split())
    name = f"{patient.birth_family} {patient.first_given}"
    prefix, born = SUBJECT_PREFIX, f"{patient.birth_date:%d/%m/%Y}"
    match behaviour.subject:
        case "no-prefix":
            prefix = ""
        case "no-patient":
            return prefix + label.split()[0]
        case "other-patient":
            name = "AUTRE-PATIENT CAMILLE"
        case "birth-date-iso":
            born = f"{patient.birth_date:%Y-%m-%d}"
        case "conforming":
            pass
    return f"{prefix}{label} {name} {born}"


def _text(sending: Sending, documents: Sequence[Made], action: Action | None, behaviour: Behaviour) -> str:
    """Return the body: the user's words and, for a new version or a deletion, the product's own mention."""
    announces = {Action.CHANGE: REPLACED, Action.DELETE: DELETED}
    opening = SENT if action is None else announces[action]
    if action is Action.CHANGE and not behaviour.replacement_mention:
        opening = SENT
    if action is Action.DELETE:
        opening = {"said": DELETED, "absent": SENT, "vague": OUTDATED}[behaviour.deletion_mention]
    told = [f"{opening} : {made.cda.header.title} du {made.cda.header.time:%d/%m/%Y}." for made in documents]
    if sending.text is None:
        return "\n".join(["Bonjour,", "", *told, "", "Cordialement", ""])
    if action is None:
        return sending.text
    return "\n".join([*told, "", sending.text])


def _attachments(
    sending: Sending,
    documents: Sequence[Made],
    archives: Sequence[bytes],
    *,
    now: datetime,
    behaviour: Behaviour,
) -> tuple[Attachment, ...]:
    packed = [Attachment(behaviour.archive_name, behaviour.archive_type, one) for one in archives]
    copies = _copies(documents, now, behaviour)
    carries = behaviour.automatic_carries if sending.way == "automatic" else behaviour.manual_carries
    match carries:
        case "no-copies":
            copies = []
        case "no-archive":
            packed = []
        case "all":
            pass
    return (*packed, *copies)


def _copies(documents: Sequence[Made], now: datetime, behaviour: Behaviour) -> list[Attachment]:
    """Return the PDF/A-1 copies, one a document whatever its forms."""
    if behaviour.copy_fault == "absent":
        return []
    copies = [
        Attachment(copy_name_of(made.cda, now, behaviour), "application/pdf", made.cda.copy)
        for made in documents
    ]
    # The two forms of one document have one copy between them.
    return list(dict.fromkeys(copies))
