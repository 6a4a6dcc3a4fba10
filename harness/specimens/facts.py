"""What a specimen is, as far as a scene is recognised by it or judged on it; nothing here judges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from harness.artefacts.cda_header import CdaHeader
from harness.artefacts.ebxml import MetadataError, read_metadata
from harness.artefacts.mail import Mail
from harness.artefacts.xdm import XdmArchive
from harness.checking.kinds import Kind
from harness.checks.documents_mail import DocumentsVerdict, announces
from harness.checks.mail import text_of, visible_text
from harness.checks.xdm import CarriedDocument
from harness.checks.xdm.schemes import SET_UNIQUE

Form = Literal["N1", "N3"]
MOST_TEXT = 20_000
"""Characters of a body that are kept to look for a mention."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One CDA document: its form, code, ids and version; `action` is that of METADATA.XML (`C`, `D`).

    `ins` are the matricules of the patient, of whichever INS OID.
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
    title: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """One mail, archive or document.

    `sets` are the uniqueId of the submission sets. `announced` tells that a mail carries an archive or says
    so in its subject. `ins` is X-MSS-INS, `text` the body as a reader sees it, `sender` the address of From.
    """

    kind: Kind
    documents: tuple[DocumentFacts, ...] = ()
    archives: int = 0
    copies: int = 0
    announced: bool = False
    ins: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    message_id: str = ""
    sets: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""

    @property
    def unread(self) -> bool:
        """Tell whether there is an archive of which no document reads: that is said by its own rules."""
        return bool(self.archives) and not self.documents


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
        archives=len(verdict.archives),
        copies=len(verdict.copies),
        announced=bool(verdict.archives) or announces(mail),
        ins=ins.value.strip() if ins else "",
        sender=next((address for _, address in sender.addresses), "") if sender else "",
        recipients=tuple(addresses),
        message_id=mail.message_id or "",
        sets=tuple(one for part, _ in verdict.archives for one in _sets(part.content)),
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
        title=header.title,
    )


def lighter(facts: Facts) -> Facts:
    """Return the facts without a body that nobody looks into: a folder may hold thousands of mails.

    The body counts where a document is replaced or deleted: the mail has to say so.
    """
    spoken = any(one.action or one.replaced or (one.version or 1) > 1 for one in facts.documents)
    return facts if spoken else replace(facts, text="")


def _sets(archive: bytes) -> Iterator[str]:
    for subset in XdmArchive(archive).subsets:
        if subset.metadata is None or subset.metadata.content is None:
            continue
        try:
            packages = read_metadata(subset.metadata.content).submission_sets
        except MetadataError:
            continue
        yield from (one.value for package in packages for one in package.identified(SET_UNIQUE))


def _text(mail: Mail) -> str:
    pieces = (
        visible_text(text_of(part)) if part.content_type == "text/html" else text_of(part)
        for part in mail.body_parts
    )
    return " ".join(pieces)[:MOST_TEXT]
