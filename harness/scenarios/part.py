"""One part of a scenario: the product is one party, simulated structures are the others."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.artefacts.mail import Mail
from harness.artefacts.sent import SentMail
from harness.bench import Bench, sender_of
from harness.checking.kinds import Kind
from harness.checks import delivery, filing, sending
from harness.checks import mail as mail_checks
from harness.drivers import Answer
from harness.findings import Bilingual, Finding
from harness.outcomes import NotTested
from harness.receiving import sent_of
from harness.scenarios import papers
from harness.specimens.scene import codes_of
from harness.specimens.specimen import examine
from schemas.scenarios import Document, Party, Scenario, Step
from simulators.correspondents.letter import Attachment, Heading, Letter, write
from simulators.documents import DocumentFactory, DocumentModel, Envelope
from simulators.documents.codes import MODELS as FULL
from simulators.documents.codes import MORE_MODELS
from simulators.tenant import BalType, Contact

PATIENT = "patient-1"
MODELS: Mapping[str, DocumentModel] = {
    **{model.name: model for model in (*FULL, *MORE_MODELS)},
    "CR-BIO": next(model for model in FULL if model.name == "BIO-CR-BIO"),
}
_NIL = "4321"
"""X-MSS-NIL of the simulated structures' own software, an invented one."""


@dataclass(slots=True)
class PlayedStep:
    """What came of one step: `own` are findings on what the sheet asks, `findings` those of shared checks."""

    own: list[Finding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _checks: dict[str, Bilingual] = field(default_factory=dict)
    _evidence: dict[str, None] = field(default_factory=dict)

    @property
    def checks(self) -> tuple[Bilingual, ...]:
        """Return what was looked at, each once."""
        return tuple(self._checks.values())

    @property
    def evidence(self) -> tuple[str, ...]:
        """Return the mails of the step (SHA-256)."""
        return tuple(self._evidence)

    def looked_at(self, check: Bilingual, evidence: str | None = None) -> None:
        """Note what was looked at, and in which mail."""
        self._checks[check.fr] = check
        if evidence is not None:
            self._evidence[evidence] = None


class Part:
    """Plays the steps of one party, in order; remembers the mails that a later step answers."""

    def __init__(self, bench: Bench, sheet: Scenario, party: Party, box: BalType) -> None:
        self._bench = bench
        self._sheet = sheet
        self._party = party
        self._bal = next(one for one in bench.tenant.mailboxes if one.type == box)
        self._contacts = bench.tenant.parties
        self._rng = random.Random(f"{bench.info.id}/{party.key}")  # noqa: S311  # invented mails, no secret
        self._factory = DocumentFactory(self._rng, bench.tenant.clock)
        self._received: dict[int, Mail] = {}
        self._sent: dict[int, Mail] = {}

    # --- the product writes -------------------------------------------------------------------------------

    def send(self, step: Step) -> PlayedStep:
        """Let the product write what the step says; raises `NotTested` when it cannot."""
        played = PlayedStep()
        to = [self._contacts[key].address for key in step.targets]
        if step.patient_copy:
            to.append(self._bench.tenant.record(PATIENT).patient.mss_address)
            played.looked_at(_PATIENT_COPY)
        answered = self._received.get(step.reply_to) if step.reply_to else None
        made = self._send_cda(step, to, played)
        files = [one for one in step.documents if one not in made]
        if files:
            self._send_files(step, files, to, played)
        elif not step.documents and answered is not None and self._bench.product.can("reply"):
            self._reply(step, answered, to, played)
        elif not step.documents:
            self._write(step, to, (), played)
        return played

    def _send_cda(self, step: Step, to: Sequence[str], played: PlayedStep) -> tuple[Document, ...]:
        """Send the documents that have a model, if the product makes them; return those that left so."""
        modelled = tuple(one for one in step.documents if one.model is not None)
        if not modelled:
            return ()
        claimed = self._bench.profile.claims.documents
        some = tuple(one for one in modelled if {one.model, f"BIO-{one.model}"} & set(claimed))
        problem: NotTested | None = None
        for documents in dict.fromkeys((modelled, some)):
            if not documents:
                continue
            asked = [{"model": one.model, "format": one.form} for one in documents]
            mark = self._bench.mark
            try:
                answer = self._bench.product.send_documents(PATIENT, asked, sender=self._bal.address, to=to)
            except NotTested as why:
                problem = problem or why
                continue
            sent = self._left(answer, mark, played)
            if sent is not None:
                self._judge_documents(sent, documents, to, played)
                self._sent[step.number] = sent.mail
            return documents
        if problem is not None and (step.structured or problem.fault is not None):
            raise problem
        return ()

    def _judge_documents(
        self, sent: SentMail, documents: Sequence[Document], to: Sequence[str], played: PlayedStep
    ) -> None:
        specimen = self._judge_mail(sent, to, played)
        played.looked_at(_DOCUMENTS)
        if not specimen.facts.unread:
            asked = [sending.Asked(str(one.form), codes_of(str(one.model))) for one in documents]
            played.own += sending.carries(specimen.facts, asked, specimen.evidence)

    def _send_files(
        self, step: Step, files: Sequence[Document], to: Sequence[str], played: PlayedStep
    ) -> None:
        tenant = self._bench.tenant
        attachments = []
        for one in files:
            path = self._bench.space.folder / f"{tenant.id}-{self._party.key}-{papers.file_name(one)}"
            path.write_bytes(papers.content(one, tenant.clock.now()))
            attachments.append(
                {"name": papers.file_name(one), "media_type": papers.media_type(one), "path": str(path)}
            )
        sent = self._write(step, to, attachments, played)
        if sent is not None:
            played.looked_at(_FILES)
            names = {part.filename for part in sent.mail.parts if part.filename}
            missing = [papers.file_name(one) for one in files if papers.file_name(one) not in names]
            if missing:
                played.own.append(_lacking(missing, names, sent))

    def _write(
        self, step: Step, to: Sequence[str], attachments: Sequence[Mapping[str, str]], played: PlayedStep
    ) -> SentMail | None:
        mark = self._bench.mark
        more: dict[str, Any] = {"attachments": list(attachments)} if attachments else {}
        answer = self._bench.product.send(
            sender=self._bal.address, to=to, subject=step.says.fr, text=_text_of(step), **more
        )
        sent = self._left(answer, mark, played)
        if sent is not None:
            self._judge_mail(sent, to, played)
            self._sent.setdefault(step.number, sent.mail)
        return sent

    def _reply(self, step: Step, answered: Mail, to: Sequence[str], played: PlayedStep) -> None:
        mark = self._bench.mark
        answer = self._bench.product.call(
            "reply", mailbox=self._bal.address, message_id=answered.message_id, text=_text_of(step)
        )
        sent = self._left(answer, mark, played)
        if sent is None:
            return
        self._judge_mail(sent, to, played)
        played.looked_at(_THREAD, sent.mail.sha256)
        played.own += mail_checks.reply_threading(sent.mail, answered)
        self._sent[step.number] = sent.mail

    def _left(self, answer: Answer, mark: int, played: PlayedStep) -> SentMail | None:
        sent = next(iter(reversed(self._bench.sent(mark))), None)
        played.own += sending.left(answer, sent)
        return sent

    def _judge_mail(self, sent: SentMail, to: Sequence[str], played: PlayedStep) -> Any:
        name = self._party.name
        nil = self._bench.profile.product.nil
        specimen = examine(sent.mail.raw, Kind.MAIL, name, nil)
        played.findings += specimen.findings
        played.findings += mail_checks.from_label(sent.mail, sender_of(self._bal))
        played.own += sending.reaches(sent, to)
        played.own += sending.comes_from(specimen.facts, sent, self._bal.address)
        played.looked_at(_MAIL, sent.mail.sha256)
        played.looked_at(_BOX[self._bal.type])
        played.looked_at(_RECIPIENTS)
        return specimen

    # --- the product is written to ------------------------------------------------------------------------

    def receive(self, step: Step) -> PlayedStep:
        """Let a simulated structure write to the product, and look at what the product shows of it."""
        if not any(map(self._bench.product.can, ("collect", "list"))):
            raise NotTested(_NO_READING)
        played = PlayedStep()
        modelled = [one for one in step.documents if one.model is not None]
        files = [one for one in step.documents if one.model is None]
        if modelled:
            self._receive_cda(step, modelled, played)
        if files or not step.documents:
            self._receive_letter(step, files, played)
        return played

    def _receive_cda(self, step: Step, documents: Sequence[Document], played: PlayedStep) -> None:
        product, tenant = self._bench.product, self._bench.tenant
        patient = tenant.record(PATIENT).patient
        built = [self._built(one, patient) for one in documents]
        envelope = Envelope(self._contacts[step.source].address, (self._bal.address,), _NIL)
        mail = self._factory.mail(envelope, *built)
        received = self._deliver(step, mail.content)
        if not (product.can("collect") and product.can("documents")):
            self._shown(received, played)
            return
        messages = product.collect(self._bal.address)
        said = next((one for one in messages if one.get("message_id") == received.message_id), {})
        if said.get("outcome") == "waiting" and product.can("file_document"):
            product.file_document(str(received.message_id), PATIENT)
        held = product.documents(PATIENT)
        sent = [sent_of(one) for one in built]
        played.looked_at(_INTEGRATED, received.sha256)
        played.own += filing.taken(said, held, sent)
        played.own += filing.faithful(held, sent)

    def _built(self, document: Document, patient: Any) -> Any:
        model = MODELS[str(document.model)]
        number = f"{self._rng.randrange(10**6):06d}"
        if document.form == "N3":
            return self._factory.of_model(model, patient, file_number=number)
        return self._factory.n1(model, patient, file_number=number)

    def _receive_letter(self, step: Step, files: Sequence[Document], played: PlayedStep) -> None:
        instant = self._bench.tenant.clock.now()
        attachments = tuple(
            Attachment(papers.file_name(one), papers.content(one, instant), papers.media_type(one))
            for one in files
        )
        before = self._sent.get(step.reply_to) if step.reply_to else None
        thread = (before.message_id,) if before is not None and before.message_id else ()
        subject = f"Re: {self._sheet.steps[step.reply_to - 1].says.fr}" if step.reply_to else step.says.fr
        letter = Letter(subject, _text_of(step), attachments=attachments, ancestors=thread)
        sender = self._contacts[step.source]
        heading = self._heading(sender)
        received = self._deliver(step, write(letter, heading, self._rng))
        self._shown(received, played)

    def _heading(self, sender: Contact) -> Heading:
        domain = sender.address.rpartition("@")[2]
        number = f"<{self._rng.getrandbits(96):024x}@{domain}>"
        return Heading(
            sender.name, sender.address, (self._bal.address,), number, self._bench.tenant.clock.now()
        )

    def _deliver(self, step: Step, content: bytes) -> Mail:
        """Deliver a mail of the step's source; what lies in the mailbox is what the product may answer."""
        address = self._contacts[step.source].address
        self._bench.tenant.post(self._bal.address, content, path=address)
        received = Mail(f"Return-Path: <{address}>\r\n".encode("ascii") + content)
        self._received[step.number] = received
        return received

    def _shown(self, received: Mail, played: PlayedStep) -> None:
        if not self._bench.product.can("list"):
            raise NotTested(_NO_LIST)
        answer = self._bench.product.list(self._bal.address)
        played.own += delivery.shown(answer, received)
        played.looked_at(_SHOWN, received.sha256)


def _text_of(step: Step) -> str:
    names = "".join(f"- {one.name.fr}\n" for one in step.documents)
    return f"Bonjour,\n\n{step.says.fr}.\n{names}\nBien cordialement\n"


def _lacking(missing: Sequence[str], names: set[str], sent: SentMail) -> Finding:
    from harness.checks.rulebook import finding  # noqa: PLC0415

    return finding(
        "SEND-002",
        expected=", ".join(missing),
        found=", ".join(sorted(names)) or "∅",
        evidence=sent.mail.sha256,
    )


_MAIL = Bilingual("forme du courriel et de ce qu'il porte", "form of the mail and of what it carries")
_RECIPIENTS = Bilingual("destinataires de la fiche tous atteints", "recipients of the sheet all reached")
_BOX = {
    kind: Bilingual(f"courriel parti de la BAL {kind}", f"mail left from the {kind} mailbox")
    for kind in ("PER", "ORG", "APP")
}
_DOCUMENTS = Bilingual(
    "documents CDA présents, avec leur copie PDF", "CDA documents there, with their PDF copy"
)
_FILES = Bilingual("pièces jointes présentes", "attachments there")
_PATIENT_COPY = Bilingual("copie à Mon espace santé du patient", "copy to the patient's Mon espace santé")
_THREAD = Bilingual("réponse rattachée au message d'origine", "reply tied to the message that it answers")
_INTEGRATED = Bilingual("documents au dossier du patient", "documents in the patient's record")
_SHOWN = Bilingual("message montré à l'utilisateur", "message shown to the user")
_NO_READING = Bilingual(
    "Le pilote n'offre ni collect ni list : ce que le produit reçoit ne se voit pas.",
    "The driver has neither collect nor list: what the product receives cannot be seen.",
)
_NO_LIST = Bilingual(
    "Le pilote n'offre pas l'action list : ce que le produit reçoit ne se voit pas.",
    "The driver has no list action: what the product receives cannot be seen.",
)
