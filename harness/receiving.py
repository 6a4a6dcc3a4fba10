"""What the cases of the receiving side do: a correspondent sends documents, the product treats them.

A product may file by itself or put a mail in its work list: both are right where the text leaves the choice.
`Reception.settled` brings it to the record as its user would.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from harness.artefacts.mail import Mail
from harness.bench import Bench
from harness.checks.filing import Sent, told
from harness.drivers import Answer
from harness.findings import Bilingual
from harness.outcomes import NotTested
from schemas.identifiers.ins import key_of
from simulators.documents import (
    CR_IMG,
    Action,
    BuiltArchive,
    BuiltCda,
    DocumentFactory,
    DocumentModel,
    Envelope,
    Patient,
    build_n1,
    n1_with_copy,
)
from simulators.documents.codes import LOINC, Code
from simulators.documents.cr_bio import (
    BIOCHEMISTRY,
    Chapter,
    Examination,
    LaboratoryReport,
    Result,
    blood,
    build_cr_bio,
)
from simulators.documents.parcels import ZIP, Joined, Letter, Wrapped, build_parcel
from simulators.records import RecordSpec

FIRST, SECOND = "patient-1", "patient-2"
QUALIFIED = (RecordSpec(FIRST),)
TWO = (RecordSpec(FIRST), RecordSpec(SECOND))
POTASSIUM = Code("2823-3", LOINC, "Potassium [Moles/Volume] Sérum/Plasma ; Numérique")
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Mailed:
    """A mail that was posted: its Message-ID, its bytes, the documents in it."""

    message_id: str
    content: bytes
    documents: tuple[Sent, ...]


class Reception:
    """One case's correspondent and what the product shows of its mails."""

    def __init__(self, bench: Bench, records: Sequence[RecordSpec] = QUALIFIED) -> None:
        bench.world(records=tuple(records))
        self.bench = bench
        self._rng = random.Random(f"reception/{bench.info.id}")  # noqa: S311  # invented documents, no secret
        self._collected: dict[str, Mapping[str, Any]] = {}
        self.answers: list[Answer] = []
        self.alerts: list[str] = []
        self._factory: DocumentFactory | None = None

    # --- the correspondent --------------------------------------------------------------------------------

    @property
    def make(self) -> DocumentFactory:
        """Return the maker of documents, on the clock of the case."""
        if self._factory is None:
            self._factory = DocumentFactory(self._rng, self.bench.tenant.clock)
        return self._factory

    def patient(self, key: str = FIRST) -> Patient:
        """Return the identity of a record of the product."""
        return self.bench.tenant.record(key).patient

    def envelope(self, *, asks: bool = False) -> Envelope:
        """Return the usual envelope, from the correspondent to the product's mailbox."""
        sender = self.bench.tenant.correspondent.address
        return Envelope(sender, (self.bench.bal.address,), "4321", acknowledge=asks)

    def post(self, *documents: BuiltCda, action: Action | None = None, asks: bool = False) -> Mailed:
        """Send documents in an ordinary mail."""
        built = self.make.mail(self.envelope(asks=asks), *documents, action=action)
        return self.raw(built.content, built.message_id, documents)

    def archive(self, *documents: BuiltCda) -> BuiltArchive:
        """Return an archive of documents."""
        return self.make.archive([self.make.submission(*documents)])

    def parcel(
        self,
        *parts: Joined | Wrapped,
        documents: Sequence[BuiltCda] = (),
        subject: str | None = None,
        acknowledge_to: tuple[str, ...] = (),
        path: str | None = None,
        copies: bool = True,
    ) -> Mailed:
        """Send a mail whose parts are given, then the copies of the documents.

        `path` is another reverse-path than the sender's.
        """
        if copies:
            parts += tuple(Joined(one.copy_name, "application/pdf", one.copy) for one in documents)
        tenant = self.bench.tenant
        if subject is None:
            subject = self.subject(documents[0]) if documents else "Compte rendu"
        letter = Letter(
            tenant.correspondent.address, self.bench.bal.address, subject, acknowledge_to=acknowledge_to
        )
        built = build_parcel(letter, parts, tenant.clock, self._rng)
        return self.raw(built.content, built.message_id, documents, path=path)

    def zip_parcel(self, content: bytes, *documents: BuiltCda, **more: Any) -> Mailed:
        """Send a mail with this archive."""
        return self.parcel(Joined("IHE_XDM.ZIP", ZIP, content), documents=documents, **more)

    def post_archive(self, document: BuiltCda) -> Mailed:
        """Send a document, whatever became of its content, in a mail without copy."""
        return self.zip_parcel(self.archive(document).content, document)

    def dated(self, model: DocumentModel, patient: Patient, *, days_ago: int) -> BuiltCda:
        """Return an N1 written some days ago."""
        header = self.make.header(model, patient)
        time = header.time - timedelta(days=days_ago)
        acts = tuple(replace(act, start=time, end=None) for act in header.acts)
        return n1_with_copy(replace(header, time=time, acts=acts), "Document daté.")

    def heavy(self, *, octets: int) -> BuiltCda:
        """Return an N1 around that many octets of text that no compression makes smaller."""
        header = self.make.header(CR_IMG, self.patient())
        text = base64.b64encode(self._rng.randbytes(octets * 3 // 4))
        return build_n1(header, text, "text/rtf")

    def biology(self, value: str, *, code: str | None = None) -> BuiltCda:
        """Return a biology report of one potassium, interval 3.5 to 5.1, with this interpretation code.

        None leaves the code that the value gives, an empty one takes it away.
        """
        base = self.make.cr_bio(self.patient()).header
        header = replace(base, acts=base.acts[:1])
        potassium = Result(POTASSIUM, value, "mmol/L", "3.5", "5.1")
        examination = Examination("Ionogramme", (potassium,), blood(header.time, header.time))
        report = LaboratoryReport((Chapter(BIOCHEMISTRY, (examination,)),), header.time)
        cda = build_cr_bio(header, report)
        if code is None:
            return cda
        if code:
            content = re.sub(
                rb'(<interpretationCode code=")[^"]+', rb"\g<1>" + code.encode(), cda.content, count=1
            )
        else:
            content = re.sub(rb"<interpretationCode [^>]*/>", b"", cda.content, count=1)
        return replace(cda, content=content)

    def subject(self, document: BuiltCda) -> str:
        """Return the subject of ECO.2.1.3."""
        patient = document.header.patient
        named = f"{patient.birth_family} {patient.first_given} {patient.birth_date:%d/%m/%Y}"
        return f"XDM/1.0/DDM+{document.header.title} {named}"

    def raw(
        self, content: bytes, message_id: str, documents: Sequence[BuiltCda] = (), path: str | None = None
    ) -> Mailed:
        """Send a mail made elsewhere."""
        self.bench.tenant.post(self.bench.bal.address, content, path=path)
        return Mailed(message_id, content, tuple(sent_of(one) for one in documents))

    # --- the product --------------------------------------------------------------------------------------

    def collect(self) -> Answer:
        """Let the product read and treat its new mails; the answer may be a failure."""
        answer = self.bench.product.call("collect", mailbox=self.bench.bal.address)
        self.answers.append(answer)
        for message in answer.result.get("messages", ()) if answer.status == "done" else ():
            if isinstance(message, Mapping) and message.get("message_id"):
                self._collected[str(message["message_id"])] = message
        if self.bench.product.can("status"):
            self.alerts += [str(alert) for alert in self.bench.product.status().get("alerts", ())]
        return answer

    def treated(self, mailed: Mailed) -> Mapping[str, Any]:
        """Return what the product says it did with a mail; empty when it says nothing of it."""
        return self._collected.get(mailed.message_id, NOTHING)

    def settled(self, mailed: Mailed, patient: str = FIRST) -> Mapping[str, Any]:
        """Collect, and file in the record what waits for the user."""
        self.collect()
        return self.filed(mailed, patient)

    def filed(self, mailed: Mailed, patient: str = FIRST) -> Mapping[str, Any]:
        """File in the record what waits for the user; return what the product said at collection."""
        said = self.treated(mailed)
        if said.get("outcome") == "waiting" and self.bench.product.can("file_document"):
            self.bench.product.file_document(mailed.message_id, patient)
        return said

    def settled_or_refused(self, mailed: Mailed, patient: str = FIRST) -> None:
        """Collect; file what waits, where the product may then refuse."""
        self.collect()
        self.filed(mailed, patient)

    def need_waiting(self, mailed: Mailed) -> None:
        """Go on only if the mail waits for the user."""
        if self.treated(mailed).get("outcome") != "waiting":
            raise NotTested(
                Bilingual(
                    "Le courriel n'attend pas de décision : le produit l'a traité autrement.",
                    "The mail does not wait for a decision: the product treated it otherwise.",
                )
            )

    def need_undecided(self, mailed: Mailed) -> None:
        """Go on only if the product did not file the mail by itself."""
        if self.treated(mailed).get("outcome") == "integrated":
            raise NotTested(
                Bilingual(
                    "Le produit a intégré le document de lui-même : rien n'attend (voir SC.MSS/UX.07).",
                    "The product filed the document by itself: nothing waits (see SC.MSS/UX.07).",
                )
            )

    def need_proposed(self, mailed: Mailed, key: str) -> None:
        """Go on only if the work list names the record."""
        if not any(
            one.get("message_id") == mailed.message_id and one.get("patient") == key for one in self.items()
        ):
            raise NotTested(
                Bilingual(
                    "La liste ne nomme pas le dossier : elle ne peut pas se filtrer par patient ici.",
                    "The list does not name the record: it cannot be filtered by patient here.",
                )
            )

    def count(self, mailed: Mailed, *, filed: bool = False) -> Mapping[str, int]:
        """Return what the statistics must say of a type of which this mail's document is the only one."""
        alone = self.treated(mailed).get("outcome") == "integrated"
        return {
            "automatic": int(alone),
            "manual": int(filed and not alone),
            "not_integrated": int(not filed and not alone),
        }

    def held(self, patient: str = FIRST, **chosen: str) -> Sequence[Mapping[str, Any]]:
        """Return the documents of a record."""
        return self.bench.product.documents(patient, **chosen)

    def items(self, **chosen: Any) -> Sequence[Mapping[str, Any]]:
        """Return the work list, empty for a product that has none."""
        return self.bench.product.worklist(**chosen) if self.bench.product.can("worklist") else ()

    def informed(self, mailed: Mailed) -> bool:
        """Tell whether the user learned something of a mail: a reason, an alert, a line of the work list."""
        return told(self.treated(mailed), self.alerts, self.items(), mailed.message_id)

    def need_held(self, mailed: Mailed, patient: str = FIRST) -> None:
        """Bring documents into the record, as what the case goes on from."""
        self.settled(mailed, patient)
        held = {str(one.get("id")) for one in self.held(patient)}
        if not {one.id for one in mailed.documents} <= held:
            raise NotTested(
                Bilingual(
                    "Le premier document n'est pas dans le dossier : la suite ne se joue pas.",
                    "The first document is not in the record: what follows cannot be played.",
                )
            )


def sent_of(cda: BuiltCda) -> Sent:
    """Return what is compared with what the product shows."""
    header = cda.header
    author = header.authors[0].professional
    return Sent(
        id=header.id,
        set_id=header.set_id,
        version=header.version,
        title=header.title,
        code=header.model.code.code,
        date=header.time,
        act=header.main_act.start,
        author=author.family,
        organisation=author.structure.name,
        sha1=hashlib.sha1(cda.content, usedforsecurity=False).hexdigest(),
    )


def as_delivered(bench: Bench, mailed: Mailed) -> Mail:
    """Return a mail as it lies in the product's mailbox, Return-Path included."""
    lying = [Mail(raw) for raw in bench.tenant.mails_of(bench.bal.address)]
    return next((one for one in reversed(lying) if one.message_id == mailed.message_id), lying[-1])


def other_identity(patient: Patient, **changes: Any) -> Patient:
    """Return the patient with some traits changed."""
    return replace(patient, **changes)


def other_matricule(patient: Patient) -> str:
    """Return another matricule that agrees with the same sex, birth and place, with its key."""
    order = (int(patient.matricule[10:13]) % 999) + 1
    number = f"{patient.matricule[:10]}{order:03d}"
    return number + key_of(number)


def without_birth_date(cda: BuiltCda) -> BuiltCda:
    """Return the document without the patient's birth date: an INS that is not complete."""
    return replace(cda, content=re.sub(rb"<birthTime [^>]*/>", b'<birthTime nullFlavor="UNK"/>', cda.content))
