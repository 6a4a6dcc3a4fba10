"""What the cases on patients do: the product writes to one of its records; a patient writes, reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.artefacts.mail import Mail
from harness.artefacts.sent import SentMail
from harness.bench import Bench
from harness.checks.delivery import listed
from harness.drivers import Answer
from harness.findings import Bilingual
from harness.outcomes import NotTested
from harness.specimens.scene import Stage
from simulators.documents.patients import Patient

Line = Mapping[str, Any]
SUBJECT = "Question sur mon traitement"
_SENDING = Bilingual("envoyer un document", "send a document")
_WRITING = Bilingual("écrire à un patient choisi dans le dossier", "write to a patient chosen in the record")


def write(bench: Bench, key: str, **more: Any) -> SentMail:
    """Let the product write to the patient of a record and return the mail as the operator accepted it."""
    mark = bench.mark
    bench.need(bench.product.write_to_patient(key, **more), _WRITING)
    return bench.one_sent(mark)


def tried(bench: Bench, key: str) -> tuple[SentMail, ...]:
    """Return what leaves when the user writes to the patient of this record, whatever the product answers."""
    mark = bench.mark
    bench.product.write_to_patient(key)
    return bench.sent(mark)


def documents_sent(bench: Bench, key: str, to: str) -> tuple[Answer, tuple[SentMail, ...]]:
    """Let the user send a document of a patient; return what the product answers and what leaves."""
    mark = bench.mark
    take = Stage(bench).send_first_known(_SENDING, "N1", patient=key, to=[to])
    return take.answer, bench.sent(mark)


def need_on_purpose(bench: Bench, answer: Answer, key: str, to: str) -> None:
    """Go on only if nothing left on purpose: said so, or shown by sending the document of another patient."""
    if answer.status != "refused":
        bench.need(documents_sent(bench, key, to)[0], _SENDING)


def identity(bench: Bench, key: str) -> Patient:
    """Return who the patient of a record is."""
    return bench.tenant.record(key).patient


def patient_writes(bench: Bench, key: str) -> Mail:
    """Let the patient of a record write to the product's mailbox; return the mail as it lies there.

    A patient may do so once a professional wrote to them; whether they may begin is not settled (DOSSIER §4).
    A case that does not let the product write first asks for `Habits(starts=True)`, and says so.
    """
    address, bal = identity(bench, key).mss_address, bench.bal.address
    bench.tenant.with_patients(lambda mes: mes.write(address, bal, SUBJECT, "Bonjour,\r\nmerci.\r\n"))
    return Mail(bench.tenant.mails_of(bal)[-1])


def line_of(bench: Bench, mail: Mail, *told_by: str) -> Line:
    """Return the line of the list that shows a mail; it has to tell at least one of the fields `told_by`."""
    line = listed(bench.product.messages(), mail)
    if line is None:
        raise NotTested(
            Bilingual(
                "Le courriel n'est pas dans la liste du produit.", "The mail is not in the product's list."
            )
        )
    if told_by and not any(line.get(field) for field in told_by):
        raise NotTested(_untold(", ".join(told_by)))
    return line


def bounced(bench: Bench) -> None:
    """Wait for the report by which Mon espace santé returns a mail."""
    bal, limit = bench.bal.address, bench.profile.limits.delivery_s
    if not bench.wait_until(lambda: bool(bench.tenant.delivery_reports(bal)), limit):
        raise RuntimeError("Mon espace santé returned no delivery report")


def read_by(bench: Bench, key: str, sent: SentMail) -> None:
    """Let the patient of a record read the mail just sent and return the receipt that it asks for.

    Raises `NotTested` when the patient did not get it, or when it asks for no receipt at the sender's: these
    are the faults of other cases.
    """
    asks = [
        address for field in sent.mail.all("Disposition-Notification-To") for _, address in field.addresses
    ]
    if not bench.tenant.patient_inbox(key) or bench.bal.address not in asks:
        raise NotTested(
            Bilingual(
                "Le patient n'a pas reçu de courriel qui demande un accusé à la BAL : rien à rapprocher.",
                "The patient got no mail that asks for a receipt at the mailbox: nothing to match.",
            )
        )
    address = identity(bench, key).mss_address
    bench.tenant.with_patients(lambda mes: mes.read(address))


def shown(bench: Bench) -> tuple[Sequence[Line], Sequence[Line]]:
    """Return the sent mails and the received ones, as far as the product shows them.

    Raises `NotTested` for a driver that has neither what became of a mail nor the kind of a received one: a
    person who copies the list down, say.
    """
    product = bench.product
    outbox = product.outbox() if product.can("outbox") else ()
    received = product.messages() if product.can("list") else ()
    if not product.can("outbox") and received and not any("kind" in line for line in received):
        raise NotTested(_untold("outbox, kind, report"))
    return outbox, received


def _untold(names: str) -> Bilingual:
    return Bilingual(
        f"Le pilote ne dit pas ce que le produit montre ({names}) : à déclarer, avec une preuve.",
        f"The driver does not tell what the product shows ({names}): declare it, with a proof.",
    )
