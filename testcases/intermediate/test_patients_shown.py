"""ECO.3.1.1, ECO.3.1.2, X-ENS-03 to 06, 08 to 10 — what comes back from patients, and what is shown of it."""

import pytest

from harness.artefacts.mail import Mail
from harness.bench import Bench
from harness.cases import case
from harness.checks.patients import (
    answer_read,
    bounce_shown,
    label_shown,
    reading_matched,
    told_apart,
    traits_shown,
)
from harness.patients import bounced, identity, line_of, patient_writes, read_by, shown, write
from harness.scenes import receive_one, send_one
from harness.world import Habits, RecordSpec

PEOPLE = ("PER", "ORG")
FIRST, SECOND = "patient-1", "patient-2"
BEGINS = Habits(starts=True)
"""The patient writes first, so that the product need not: what the sources do not settle (DOSSIER §4)."""
ONE_MEGABYTE = 1_000_000


def reading(id_: str, requirement: str, *, fr: str, en: str) -> pytest.MarkDecorator:
    """Mark a case in which a patient's mail is shown."""
    return case(
        id_,
        requirements=[requirement],
        level="intermediate",
        needs=["list"],
        roles=["receive"],
        mailboxes=PEOPLE,
        fr=fr,
        en=en,
    )


def returned(id_: str, requirement: str, *, fr: str, en: str) -> pytest.MarkDecorator:
    """Mark a case in which Mon espace santé returns a mail written from the record."""
    return case(
        id_,
        requirements=[requirement],
        level="intermediate",
        needs=["write_to_patient", "outbox|list"],
        roles=["receive"],
        mailboxes=PEOPLE,
        fr=fr,
        en=en,
    )


@reading(
    "ECO.3.1.1/patient", "ECO.3.1.1", fr="Courriel d'un usager distingué", en="Patient's mail told apart"
)
def test_patient(bench: Bench) -> None:
    """A patient writes (our simulator lets them begin; the sources do not settle it).

    EXIGENCE : la liste des courriels reçus distingue ceux des professionnels de ceux des usagers.
    ATTENDU : le courriel est marqué comme celui d'un usager.
    REQUIREMENT: the list of received mail distinguishes those of professionals from those of patients.
    EXPECTED: the mail is marked as a patient's.
    """
    bench.world(records=(RecordSpec(FIRST),), patients=BEGINS)
    mail = patient_writes(bench, FIRST)
    bench.judge(told_apart(line_of(bench, mail, "origin"), mail, "patient"))


@reading(
    "ECO.3.1.1/professional",
    "ECO.3.1.1",
    fr="Courriel d'un professionnel distingué",
    en="Professional's mail told apart",
)
def test_professional(bench: Bench) -> None:
    """A colleague writes.

    EXIGENCE : la liste des courriels reçus distingue ceux des professionnels de ceux des usagers.
    ATTENDU : le courriel n'est pas marqué comme celui d'un usager.
    REQUIREMENT: the list of received mail distinguishes those of professionals from those of patients.
    EXPECTED: the mail is not marked as a patient's.
    """
    mail = receive_one(bench)
    bench.judge(told_apart(line_of(bench, mail, "origin"), mail, "professional"))


@reading("ECO.3.1.2/traits", "ECO.3.1.2", fr="Traits de l'usager montrés", en="Patient's traits shown")
def test_traits(bench: Bench) -> None:
    """A patient writes whose used name is not the birth name.

    EXIGENCE : pour le courriel d'un usager, le client affiche nom de naissance, premier prénom et matricule.
    ATTENDU : les trois sont montrés, ceux du dossier de ce matricule.
    REQUIREMENT: for a patient's mail the client shows birth name, first given name and matricule.
    EXPECTED: all three are shown, those of the record of this matricule.
    """
    bench.world(records=(RecordSpec(FIRST, used_family="NOM-UTILISE"),), patients=BEGINS)
    mail = patient_writes(bench, FIRST)
    line = line_of(bench, mail, "from", "label", "patient_traits")
    bench.judge(traits_shown(line, mail, identity(bench, FIRST), FIRST))


@reading("ECO.3.1.2/namesake", "ECO.3.1.2", fr="Usager et son homonyme", en="Patient and their namesake")
def test_namesake(bench: Bench) -> None:
    """Two records have the same names; the patient of the second writes.

    EXIGENCE : pour le courriel d'un usager, le client affiche nom de naissance, premier prénom et matricule.
    ATTENDU : le patient montré est celui du matricule de l'adresse, pas son homonyme.
    REQUIREMENT: for a patient's mail the client shows birth name, first given name and matricule.
    EXPECTED: the patient shown is that of the address's matricule, not the namesake.
    """
    bench.world(records=(RecordSpec(FIRST), RecordSpec(SECOND, namesake_of=FIRST)), patients=BEGINS)
    mail = patient_writes(bench, SECOND)
    line = line_of(bench, mail, "from", "label", "patient_traits")
    bench.judge(traits_shown(line, mail, identity(bench, SECOND), SECOND))


@reading(
    "X-ENS-10/label",
    "X-ENS-10",
    fr="Libellé d'un usager sans dossier",
    en="Label of a patient without a record",
)
def test_label(bench: Bench) -> None:
    """A patient writes of whom the product has no record.

    EXIGENCE : l'identité de l'usager est dans le libellé de From, écrit par Mon espace santé.
    ATTENDU : le prénom et le nom de ce libellé sont montrés.
    REQUIREMENT: the patient's identity is in the label of From, written by Mon espace santé.
    EXPECTED: the given name and the name of this label are shown.
    """
    bench.world(records=(RecordSpec(FIRST), RecordSpec(SECOND, known=False)), patients=BEGINS)
    mail = patient_writes(bench, SECOND)
    bench.judge(label_shown(line_of(bench, mail, "from", "label"), mail, identity(bench, SECOND)))


@returned(
    "X-ENS-03/too-big", "X-ENS-03", fr="Courriel trop gros pour l'usager", en="Mail too big for the patient"
)
def test_too_big(bench: Bench) -> None:
    """A mail is beyond the limit of Mon espace santé (25 MB; set to 1 MB here, so as not to carry 25).

    EXIGENCE : au-delà de 25 Mo au total, Mon espace santé renvoie le courriel à l'expéditeur.
    ATTENDU : le produit dit que le courriel n'est pas arrivé, et pourquoi.
    REQUIREMENT: beyond 25 MB altogether, Mon espace santé returns the mail to the sender.
    EXPECTED: the product says that the mail did not arrive, and why.
    """
    bench.need_parameter("write_to_patient", "attachments")
    bench.world(records=(RecordSpec(FIRST),), patients=Habits(size_limit=ONE_MEGABYTE))
    attachment = bench.attachment("imagerie.pdf", "application/pdf", ONE_MEGABYTE)
    _told(bench, write(bench, FIRST, attachments=[attachment]).recipients[0])


def _told(bench: Bench, patient: str) -> None:
    """Judge that the bounce of the last mail is told."""
    sent = bench.one_sent()
    bounced(bench)
    bench.judge(bounce_shown(*shown(bench), sent, patient))


@returned("X-ENS-04/closed", "X-ENS-04", fr="Messagerie de l'usager fermée", en="Patient's messaging closed")
def test_closed(bench: Bench) -> None:
    """The patient closed the messaging (status 5.2.1; the exact text of the real report is not known).

    EXIGENCE : un courriel à une messagerie fermée revient par un rapport de non-remise.
    ATTENDU : le produit dit que le courriel n'est pas arrivé, et pourquoi.
    REQUIREMENT: a mail to a closed messaging comes back by a delivery report.
    EXPECTED: the product says that the mail did not arrive, and why.
    """
    bench.world(records=(RecordSpec(FIRST, messaging="closed"),))
    _told(bench, write(bench, FIRST).recipients[0])


@returned("X-ENS-05/unknown", "X-ENS-05", fr="Usager sans messagerie", en="Patient without messaging")
def test_unknown(bench: Bench) -> None:
    """Nobody of this matricule has a messaging (status 5.1.1; the exact text is not known).

    EXIGENCE : un courriel à un usager non trouvé revient par un rapport de non-remise.
    ATTENDU : le produit dit que le courriel n'est pas arrivé, et pourquoi.
    REQUIREMENT: a mail to a patient not found comes back by a delivery report.
    EXPECTED: the product says that the mail did not arrive, and why.
    """
    bench.world(records=(RecordSpec(FIRST, messaging="absent"),))
    _told(bench, write(bench, FIRST).recipients[0])


@case(
    "X-ENS-06/invalid",
    requirements=["X-ENS-06"],
    level="intermediate",
    needs=["send", "outbox|list"],
    roles=["receive"],
    mailboxes=PEOPLE,
    fr="Adresse d'usager invalide",
    en="Invalid patient address",
)
def test_invalid(bench: Bench) -> None:
    """The user types a name in the place of the matricule (status 5.1.3; the exact text is not known).

    EXIGENCE : un courriel à une adresse d'usager invalide revient par un rapport de non-remise.
    ATTENDU : le produit dit que le courriel n'est pas arrivé, et pourquoi, ou refuse l'adresse d'emblée.
    REQUIREMENT: a mail to an invalid patient address comes back by a delivery report.
    EXPECTED: the product says that the mail did not arrive, and why, or refuses the address at once.
    """
    address = "jeanne.martin@patient.mssante.fr"
    answer = bench.product.send(to=[address])
    if answer.status == "done":
        _told(bench, address)


@case(
    "X-ENS-08/read",
    requirements=["X-ENS-08"],
    level="intermediate",
    needs=["write_to_patient", "outbox"],
    roles=["receive"],
    mailboxes=PEOPLE,
    fr="Accusé de lecture de l'usager",
    en="Patient's read receipt",
)
def test_read(bench: Bench) -> None:
    """The user asks for a receipt, the patient opens the mail (that the receipt leaves then is inferred).

    EXIGENCE : Mon espace santé répond par un MDN à Disposition-Notification-To.
    ATTENDU : le produit montre, au courriel envoyé, que le patient l'a lu.
    REQUIREMENT: Mon espace santé answers Disposition-Notification-To by an MDN.
    EXPECTED: the product shows, at the sent mail, that the patient has read it.
    """
    bench.need_parameter("write_to_patient", "request_mdn")
    bench.world(records=(RecordSpec(FIRST),))
    sent = write(bench, FIRST, request_mdn=True)
    read_by(bench, FIRST, sent)
    bench.judge(reading_matched(bench.product.outbox(), sent, identity(bench, FIRST).mss_address))


@case(
    "X-ENS-09/reply",
    requirements=["X-ENS-09"],
    level="intermediate",
    needs=["send"],
    roles=["send"],
    mailboxes=["APP"],
    fr="Réponse de l'usager à un envoi automatique",
    en="Patient's answer to an automatic sending",
)
def test_reply(bench: Bench) -> None:
    """The applicative mailbox writes to a patient, who answers.

    EXIGENCE : la réponse de l'usager va à Reply-To.
    ATTENDU : elle arrive à l'adresse de contact, que des personnes lisent.
    REQUIREMENT: the patient's answer goes to Reply-To.
    EXPECTED: it arrives at the contact address, which people read.
    """
    bench.world(records=(RecordSpec(FIRST),))
    address = identity(bench, FIRST).mss_address
    sent = send_one(bench, to=[address])
    (mail,) = bench.tenant.patient_inbox(FIRST)
    answer = Mail(bench.tenant.with_patients(lambda mes: mes.reply(address, mail)))
    bench.judge(answer_read(answer, sent, [bench.bal.contact or ""]))
