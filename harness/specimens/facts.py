"""What a specimen is, as far as a scene is recognised by it or judged on it; nothing here judges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from harness.artefacts.cda_header import CdaHeader
from harness.artefacts.mail import Mail
from harness.checking.kinds import Kind
from harness.checks.documents_mail import DocumentsVerdict
from harness.checks.mail import text_of, visible_text
from harness.checks.xdm import CarriedDocument

Form = Literal["N1", "N3"]
_MARK = "XDM/1.0/DDM"
MOST_TEXT = 20_000
"""Characters of a body that are kept to look for a mention."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One CDA document: its form, code, ids and version; `action` is that of METADATA.XML (`C`, `D`).

    `ids` are the identifiers of the patient in the header, `insurance` those whose root is an INS OID.
    """

    form: Form
    code: str
    id: str
    set_id: str
    version: int | None
    replaced: tuple[str, ...]
    action: str | None
    wrapped: bool
    ins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """One mail, archive or document.

    `announced` tells that a mail carries an archive or says so in its subject, `ins` is X-MSS-INS, `text` the
    body as a reader sees it, `sender` the address of From.
    """

    kind: Kind
    documents: tuple[DocumentFacts, ...] = ()
    copies: int = 0
    announced: bool = False
    ins: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""


def facts_of_mail(mail: Mail, verdict: DocumentsVerdict) -> Facts:
    """Return the facts of a mail from what its checks found in it."""
    subject = mail.first("Subject")
    ins = mail.first("X-MSS-INS")
    sender = mail.first("From")
    said = subject.decoded if subject else ""
    addresses = [
        address for name in ("To", "Cc") for header in mail.all(name) for _, address in header.addresses
    ]
    return Facts(
        kind=Kind.MAIL,
        documents=facts_of_documents(verdict.documents),
        copies=len(verdict.copies),
        announced=bool(verdict.archives) or _MARK in said,
        ins=ins.value.strip() if ins else "",
        sender=next((address for _, address in sender.addresses), "") if sender else "",
        recipients=tuple(addresses),
        subject=said,
        text=_text(mail),
    )


def facts_of_documents(documents: Iterable[CarriedDocument]) -> tuple[DocumentFacts, ...]:
    """Return the facts of the documents of an archive, those that do not read left out."""
    return tuple(facts_of_header(one.header, one.action) for one in documents if one.header is not None)


def facts_of_header(header: CdaHeader, action: str | None = None) -> DocumentFacts:
    """Return the facts of one document."""
    known = [one for one in (header.patient.ins,) if one is not None and one.extension]
    return DocumentFacts(
        form="N1" if header.payload_type else "N3",
        code=header.code.code if header.code else "",
        id=str(header.id or ""),
        set_id=str(header.set_id or ""),
        version=header.version,
        replaced=tuple(str(one) for one in header.replaced),
        action=action,
        wrapped=header.wrapped,
        ins=tuple(one.extension for one in known),
    )


def lighter(facts: Facts) -> Facts:
    """Return the facts without a body that nobody looks into: a folder may hold thousands of mails.

    The body counts where a document is replaced or deleted: the mail has to say so.
    """
    spoken = any(one.action or one.replaced or (one.version or 1) > 1 for one in facts.documents)
    return facts if spoken else replace(facts, text="")


def _text(mail: Mail) -> str:
    pieces = (
        visible_text(text_of(part)) if part.content_type == "text/html" else text_of(part)
        for part in mail.body_parts
    )
    return " ".join(pieces)[:MOST_TEXT]
