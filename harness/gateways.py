"""Scenes around a PFI: its hospital software sends and receives HL7 v2, correspondents send and acknowledge.

The product is told of the software at `configure` and answers where it listens itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from harness.artefacts.hl7 import Hl7Error, Hl7Message, read_hl7
from harness.artefacts.mail import Mail
from harness.artefacts.sent import SentMail
from harness.bench import Bench
from harness.cases import case
from harness.checks.gateway import Brought, Wanted
from harness.findings import Bilingual
from harness.gateway_judging import (
    acknowledgement,
    business,
    is_negative,
    need_dmp,
    need_mails,
    need_messages,
    need_notifications,
    notifications,
    offered,
    ordinary,
    profiled,
    returned_mdn,
    sent_as_asked,
)
from harness.outcomes import NotTested
from simulators.correspondents.letter import Heading
from simulators.correspondents.reading import read
from simulators.correspondents.receipt import Receipt, build_mdn
from simulators.documents import (
    CR_BIO,
    CR_IMG,
    Action,
    BuiltCda,
    DocumentFactory,
    DocumentModel,
    Envelope,
)
from simulators.hl7 import (
    Hl7Spec,
    Order,
    PeerHandle,
    Reply,
    Request,
    write_request,
)
from simulators.hl7.er7 import Parties
from simulators.records import RecordSpec
from simulators.smtp.dsn import RecipientReport, build_dsn
from simulators.smtp.envelope import Envelope as SmtpEnvelope
from simulators.smtp.envelope import Recipient

__all__ = [
    "BOTH",
    "CR_BIO",
    "CR_IMG",
    "PATIENT_TEXT",
    "PS_TEXT",
    "REPLACED_TEXT",
    "Action",
    "Brought",
    "Done",
    "Hospital",
    "Order",
    "Receipt",
    "Reply",
    "acknowledgement",
    "business",
    "gateway_case",
    "hl7_place",
    "need_dmp",
    "need_mails",
    "need_messages",
    "need_notifications",
    "notifications",
    "offered",
    "ordinary",
    "profiled",
    "read_answer",
    "returned_mdn",
    "sent_as_asked",
]

QUIET_S = 0.3
"""How long nothing has to come before it is said that nothing comes, once the product has answered."""
ANSWER_S = 15.0
NIL_OF_CORRESPONDENTS = "9999"


def gateway_case(
    id_: str, *, requirements: Iterable[str], fr: str, en: str, role: str = "send"
) -> pytest.MarkDecorator:
    """Mark a case of the PFI corridor; `role` is `send` for HL7 to mail, `receive` for mail to HL7."""
    return case(
        id_,
        requirements=requirements,
        needs=("configure",),
        level="advanced",
        mailboxes=("APP",),
        roles=(role,),
        fr=fr,
        en=en,
    )


@dataclass(frozen=True, slots=True)
class Done:
    """A request with its acknowledgement and the mails that left for it."""

    request: Request
    asked: Hl7Message
    answer: Hl7Message | None
    sent: tuple[SentMail, ...]
    wanted: Wanted


class Hospital:
    """The hospital around a PFI, in one case."""

    def __init__(self, bench: Bench, **world: Any) -> None:
        self.bench = bench
        bench.world(mailboxes=("APP",), hl7=Hl7Spec(), records=(RecordSpec(),), **world)
        self._place = hl7_place(bench)
        tenant = bench.tenant
        self._rng = random.Random(bench.info.id)  # noqa: S311  # invented documents, no secret
        self.documents = DocumentFactory(self._rng, tenant.clock)
        self.patient = tenant.record("patient-1").patient
        self._number = 0

    @property
    def recipient(self) -> str:
        """Return the usual correspondent."""
        return self.bench.tenant.correspondent.address

    @property
    def professional(self) -> tuple[str, ...]:
        """Return one professional."""
        return (self.recipient,)

    @property
    def patient_only(self) -> tuple[str, ...]:
        """Return the patient alone."""
        return (self.patient.mss_address,)

    @property
    def both(self) -> tuple[str, ...]:
        """Return a professional and the patient."""
        return (self.recipient, self.patient.mss_address)

    @property
    def two(self) -> tuple[str, ...]:
        """Return two professionals."""
        return tuple(one.address for one in self.bench.tenant.correspondents(2))

    @property
    def contact(self) -> str:
        """Return where the hospital wants its answers."""
        return f"service.nephrologie@{self.bench.tenant.domain}"

    @property
    def other(self) -> str:
        """Return a correspondent who did not write."""
        return self.bench.tenant.correspondents(2)[1].address

    @property
    def peer(self) -> PeerHandle:
        """Return the software of the hospital."""
        peer = self.bench.tenant.hl7
        if peer is None:
            raise RuntimeError("the tenant was opened without hl7")
        return peer

    def n1(self, model: DocumentModel = CR_BIO, replacing: BuiltCda | None = None) -> BuiltCda:
        """Make a document of the patient."""
        self._number += 1
        return self.documents.n1(model, self.patient, replacing=replacing, file_number=str(self._number))

    def n3(self) -> BuiltCda:
        """Make an N3 of the patient."""
        self._number += 1
        return self.documents.cr_bio(self.patient, file_number=str(self._number))

    # --- software -> PFI ------------------------------------------------------------------------------

    def request(self, *documents: BuiltCda, **changes: Any) -> Request:
        """Return a request about these documents (or a new one), to the correspondent unless told."""
        self._number += 1
        spec = self.peer.spec
        tenant = self.bench.tenant
        made = Request(
            documents=documents or (self.n1(),),
            parties=Parties(spec.application, spec.facility, spec.product_application, spec.facility),
            control_id=f"{tenant.id}-{self._number}",
            now=tenant.clock.now(),
            recipients=(tenant.correspondent.address,),
        )
        return replace(made, **changes)

    def give(self, request: Request, *, quiet: bool = False) -> Done:
        """Send a request, wait for its acknowledgement and for the mails; `quiet`: none is expected."""
        bench = self.bench
        mark = bench.mark
        octets = write_request(request)
        answer = self.peer.send(*self._place, octets, ANSWER_S)
        wanted = self.wanted(request)
        if quiet:
            bench.wait_until(lambda: bool(bench.sent(mark)), min(QUIET_S, bench.profile.limits.delivery_s))
        else:
            asked = {one.lower() for one in wanted.recipients}
            bench.wait_until(
                lambda: asked <= {one.lower() for mail in bench.sent(mark) for one in mail.recipients},
                bench.profile.limits.delivery_s if answer is not None and b"|AA|" in answer else QUIET_S,
            )
        bench.settle()
        return Done(request, read_hl7(octets), read_answer(answer), bench.sent(mark), wanted)

    def wanted(self, request: Request) -> Wanted:
        """Return what the mails of a request must be."""
        patients = "DESTMSSANTEPAT" in request.flags
        professionals = "DESTMSSANTEPS" in request.flags
        mss = self.patient.mss_address
        return Wanted(
            mailbox=self.bench.bal.address,
            recipients=tuple(
                one
                for one in request.recipients
                if (one == mss and patients) or (one != mss and professionals)
            ),
            documents=tuple(
                one.content for one in (request.documents if request.kind == "ORU" else request.documents[:1])
            ),
            status=request.order.value[2],
            reply_to=request.reply_to,
            bodies=request.bodies,
            finished=request.finished,
        )

    # --- what the software receives -------------------------------------------------------------------

    def received(self, kind: str, since: int = 0) -> tuple[Hl7Message, ...]:
        """Return the messages of one type (`MDM`, `ZAM`) that the product gave the software."""
        events = self.bench.events("hl7", "message", since)
        found = [event for event in events if event.source == "product" and event.evidence]
        messages = [read_answer(self.bench.raw(event.evidence)) for event in found if event.evidence]
        return tuple(one for one in messages if one is not None and one.type[0] == kind)

    def collect(self, kind: str, count: int, mark: int) -> tuple[Hl7Message, ...]:
        """Let the product treat its mailbox; return what it gave the software, `count` being expected."""
        self.treat()
        limit = self.bench.profile.limits.delivery_s if count else min(QUIET_S, 1)
        self.bench.wait_until(lambda: len(self.received(kind, mark)) >= max(count, 1), limit)
        return self.received(kind, mark)

    def treat(self) -> None:
        """Let the product read its mailbox now; one without the action does it by itself."""
        if self.bench.product.can("collect"):
            self.bench.product.collect()

    def after(
        self,
        done: Done,
        event: str,
        *,
        delivered: bool = False,
        failed: str = "",
        receipt: Receipt | None = None,
        quiet: bool = False,
    ) -> tuple[Hl7Message, ...]:
        """Let what came back for a mail reach the product; return its business acknowledgements `event`.

        `failed` is the SMTP reply of a failure, `quiet` says that none is expected.
        """
        mark = self.bench.mark
        if delivered or failed or receipt:
            mail = need_mails(done)[0]
            if receipt is not None:
                self.acknowledge(mail, self.recipient, receipt)
            else:
                self.report(mail, self.recipient, failed)
        self.treat()

        def found() -> tuple[Hl7Message, ...]:
            return tuple(one for one in self.received("ZAM", mark) if one.type[1] == event)

        self.bench.wait_until(
            lambda: bool(found()), min(QUIET_S, 1) if quiet else self.bench.profile.limits.delivery_s
        )
        failures = [one for one in found() if failed and is_negative(one)]
        return tuple(failures) or found()

    # --- what comes back by mail ----------------------------------------------------------------------

    def report(self, mail: SentMail, recipient: str, diagnostic: str = "") -> None:
        """Put the operator's delivery report in the product's mailbox, unless the operator did already.

        With `diagnostic` (an SMTP reply) it is a failure.
        """
        tenant, bal = self.bench.tenant, self.bench.bal.address
        if not diagnostic and any(recipient.encode() in one for one in tenant.delivery_reports(bal)):
            return
        now = tenant.clock.now()
        envelope = SmtpEnvelope(
            mail_from=bal,
            recipients=(Recipient(recipient),),
            content=mail.mail.raw,
            queue_id=f"banc{self._number}",
        )
        report = RecipientReport(Recipient(recipient), "5.1.1" if diagnostic else "2.0.0", diagnostic)
        content = build_dsn(
            envelope,
            "failed" if diagnostic else "delivered",
            [report],
            hostname=f"smtp.{tenant.domain}",
            arrived=now,
            now=now,
        )
        tenant.post(bal, content, path="")

    def acknowledge(self, mail: SentMail, recipient: str, receipt: Receipt | None = None) -> None:
        """Let a recipient return a notification for a mail of the product."""
        tenant, bal = self.bench.tenant, self.bench.bal.address
        self._number += 1
        heading = Heading(
            sender=recipient,
            sender_name="",
            recipients=(bal,),
            date=tenant.clock.now(),
            message_id=f"<mdn-{self._number}-{tenant.id}@correspondant.mssante.fr>",
        )
        original = read(mail.mail.raw)
        content = build_mdn(
            receipt or Receipt("processed", automatic=True), heading, original, f"=_mdn{self._number}"
        )
        tenant.post(bal, content, path="")

    # --- mail -> software -----------------------------------------------------------------------------

    def brings(
        self,
        *documents: BuiltCda,
        action: Action | None = None,
        asks: bool = True,
        return_path: str | None = None,
        text: str | None = None,
    ) -> Brought:
        """Let the correspondent send documents to the product's mailbox; return the mail as it lies there."""
        bench = self.bench
        tenant, bal = bench.tenant, bench.bal.address
        documents = documents or (self.n1(),)
        envelope = Envelope(
            sender=tenant.correspondent.address,
            recipients=(bal,),
            nil=NIL_OF_CORRESPONDENTS,
            acknowledge=asks,
            text=text,
        )
        if action is None:
            submission = self.documents.submission(*documents)
            plain = replace(
                submission, documents=tuple(replace(one, action=None) for one in submission.documents)
            )
        else:
            plain = self.documents.submission(*documents, action=action)
        built = self.documents.mail_of(envelope, self.documents.archive([plain]))
        tenant.post(bal, built.content, path=return_path)
        mail = Mail(tenant.mails_of(bal)[-1])
        return Brought(mail, tuple((one.content, action.value if action else None) for one in documents))

    def told(self, mark: int, *, expected: bool) -> tuple[SentMail, ...]:
        """Return the mails that the product sent since `mark`, waiting for one when one is expected."""
        limit = self.bench.profile.limits.delivery_s if expected else QUIET_S
        self.bench.wait_until(lambda: bool(self.bench.sent(mark)), limit)
        self.bench.settle()
        return self.bench.sent(mark)

    def transfers(
        self, *documents: BuiltCda, action: Action | None = None
    ) -> tuple[Brought, tuple[Hl7Message, ...]]:
        """Let a mail bring documents; return it and the messages that the product gave the software."""
        self.peer.answer_with(Reply())
        mark = self.bench.mark
        brought = self.brings(*documents, action=action)
        return brought, self.collect("MDM", len(brought.documents), mark)

    def answers(
        self, reply: Reply, *, asks: bool = True, return_path: str | None = None
    ) -> tuple[Brought, tuple[SentMail, ...]]:
        """Let a mail bring a document that the software answers so; return it and what the product wrote."""
        self.peer.answer_with(reply)
        mark = self.bench.mark
        brought = self.brings(asks=asks, return_path=return_path)
        need_messages(self.collect("MDM", 1, mark))
        return brought, self.told(mark, expected=asks and return_path is None)


def hl7_place(bench: Bench) -> tuple[str, int]:
    """Return where the product listens for HL7 v2; without it, the case cannot be played."""
    place = bench.product.hl7_place()
    if place is None:
        raise NotTested(
            Bilingual(
                "Le produit ne dit pas où il écoute en MLLP (configure.result.hl7).",
                "The product does not say where it listens for MLLP (configure.result.hl7).",
            )
        )
    return place


BOTH = frozenset({"DESTMSSANTEPS", "DESTMSSANTEPAT"})
PS_TEXT = "Cher confrère,\nVous trouverez ci-joint le compte rendu d'examens de votre patient."
PATIENT_TEXT = "Bonjour,\nVos résultats d'examens sont joints à ce message."
REPLACED_TEXT = "Cher confrère,\nLe compte rendu joint annule et remplace le précédent."


def read_answer(octets: bytes | None) -> Hl7Message | None:
    """Return a message, None when there is none that can be read."""
    try:
        return read_hl7(octets) if octets else None
    except Hl7Error:
        return None
