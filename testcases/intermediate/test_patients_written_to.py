"""ECO.2.2.6, ECO.2.2.8, ECO.3.1.5, X-ENS-01, 02, 07, SC.MSS/va1.20, va1.22 — who is written to, and how it ends."""

import pytest

from harness.bench import Bench
from harness.cases import case
from harness.checks.addresses import addressed_to, check_addresses, end_of_exchange
from harness.checks.patients import nothing_leaves, subject_kept
from harness.patients import documents_sent, identity, need_on_purpose, tried, write
from harness.scenes import send_one
from harness.world import RecordSpec

FIRST, SECOND, CHILD = "patient-1", "patient-2", "enfant"
QUALIFIED = RecordSpec(FIRST)


def writing(
    id_: str, requirement: str, *, fr: str, en: str, action: str = "write_to_patient"
) -> pytest.MarkDecorator:
    """Mark a case in which something is written to a patient."""
    return case(
        id_,
        requirements=[requirement],
        level="intermediate",
        needs=[action],
        roles=["send"],
        fr=fr,
        en=en,
    )


@writing(
    "ECO.2.2.6/address",
    "ECO.2.2.6",
    fr="Adresse bâtie sur l'INS du dossier",
    en="Address built on the record's INS",
)
def test_address(bench: Bench) -> None:
    """The user writes to the only patient of the records, whose INS is qualified.

    EXIGENCE : l'adresse d'un usager est bâtie sur son INS qualifiée.
    ATTENDU : le courriel part à <matricule du dossier>@patient.mssante.fr, et à nul autre.
    REQUIREMENT: a patient's address is built on their qualified INS.
    EXPECTED: the mail leaves to <matricule of the record>@patient.mssante.fr, and to nobody else.
    """
    bench.world(records=(QUALIFIED,))
    sent = write(bench, FIRST)
    bench.judge(addressed_to(sent.mail, sent.recipients, identity(bench, FIRST).mss_address))


@writing("X-ENS-01/form", "X-ENS-01", fr="Forme de l'adresse d'un usager", en="Form of a patient's address")
def test_form(bench: Bench) -> None:
    """The user writes to a patient of the records.

    EXIGENCE : l'adresse d'un usager est le matricule INS de 15 caractères, suivi de @patient.mssante.fr.
    ATTENDU : 15 caractères, clé juste, domaine exact.
    REQUIREMENT: a patient's address is the INS matricule of 15 characters, then @patient.mssante.fr.
    EXPECTED: 15 characters, right key, exact domain.
    """
    bench.world(records=(QUALIFIED,))
    bench.judge(check_addresses(write(bench, FIRST).mail))


@writing("X-ENS-02/minor", "X-ENS-02", fr="Courriel au sujet d'un mineur", en="Mail about a minor")
def test_minor(bench: Bench) -> None:
    """The user writes about a child whose parent has a record as well.

    EXIGENCE : on écrit à l'adresse du mineur lui-même, bâtie sur son matricule.
    ATTENDU : le courriel part à l'adresse de l'enfant, pas à celle du parent.
    REQUIREMENT: the minor's own address is written to, built on their matricule.
    EXPECTED: the mail leaves to the child's address, not to the parent's.
    """
    bench.world(records=(RecordSpec(CHILD, minor=True, guardian=SECOND), RecordSpec(SECOND)))
    sent = write(bench, CHILD)
    bench.judge(addressed_to(sent.mail, sent.recipients, identity(bench, CHILD).mss_address))


@writing("ECO.3.1.5/record", "ECO.3.1.5", fr="Écrire au patient choisi", en="Writing to the patient chosen")
def test_record(bench: Bench) -> None:
    """Two patients have a record; the user chooses the second.

    EXIGENCE : l'utilisateur choisit un usager dans la base ; le système bâtit l'adresse de destination.
    ATTENDU : le courriel part à l'adresse du patient choisi, et à elle seule.
    REQUIREMENT: the user chooses a patient of the system; the system builds the To address.
    EXPECTED: the mail leaves to the address of the patient chosen, and to it alone.
    """
    bench.world(records=(QUALIFIED, RecordSpec(SECOND)))
    sent = write(bench, SECOND)
    bench.judge(addressed_to(sent.mail, sent.recipients, identity(bench, SECOND).mss_address))


def _unqualified(bench: Bench, rule: str) -> None:
    """Judge that nothing leaves for a retrieved identity, of a product that writes to a qualified one."""
    bench.world(records=(QUALIFIED, RecordSpec(SECOND, ins_status="retrieved")))
    write(bench, FIRST)
    bench.judge(nothing_leaves(tried(bench, SECOND), rule))


@writing(
    "ECO.3.1.5/not-qualified",
    "ECO.3.1.5",
    fr="Identité non qualifiée vérifiée avant d'écrire",
    en="Unqualified identity checked before writing",
)
def test_not_qualified(bench: Bench) -> None:
    """The user chooses a patient whose INS was retrieved and is not qualified.

    EXIGENCE : le système vérifie que l'INS est qualifiée avant de bâtir l'adresse.
    ATTENDU : rien ne part.
    REQUIREMENT: the system checks that the INS is qualified before it builds the address.
    EXPECTED: nothing leaves.
    """
    _unqualified(bench, "PAT-001")


@writing(
    "ECO.2.2.6/not-qualified",
    "ECO.2.2.6",
    fr="Pas d'adresse d'une INS non qualifiée",
    en="No address from an unqualified INS",
)
def test_no_address_from_unqualified(bench: Bench) -> None:
    """The same; a derogation was given until the end of 2023 at least, so a mail that leaves only warns.

    EXIGENCE : l'adresse d'un usager n'est bâtie que sur une INS qualifiée.
    ATTENDU : rien ne part à l'adresse d'une INS récupérée (un avertissement sinon : une dérogation a existé).
    REQUIREMENT: a patient's address is built on a qualified INS only.
    EXPECTED: nothing leaves to the address of a retrieved INS (else a warning: a derogation was given).
    """
    _unqualified(bench, "PAT-002")


@writing("ECO.2.2.8/end", "ECO.2.2.8", fr="Fin d'échange demandée", en="End of exchange asked for")
def test_end(bench: Bench) -> None:
    """The user does not wish an answer.

    EXIGENCE : le client permet de mettre X-MSS-MES: FIN quand le professionnel ne souhaite pas de réponse.
    ATTENDU : X-MSS-MES: FIN dans l'en-tête.
    REQUIREMENT: the client can set X-MSS-MES: FIN when the professional does not wish an answer.
    EXPECTED: X-MSS-MES: FIN in the header.
    """
    bench.need_parameter("write_to_patient", "end")
    bench.world(records=(QUALIFIED,))
    bench.judge(end_of_exchange(write(bench, FIRST, end=True).mail, wanted=True))


@writing(
    "ECO.2.2.8/open",
    "ECO.2.2.8",
    fr="Échange avec un usager laissé ouvert",
    en="Exchange with a patient left open",
)
def test_open(bench: Bench) -> None:
    """The user says nothing of the end of the exchange.

    EXIGENCE : c'est le professionnel qui ferme l'échange.
    ATTENDU : pas de X-MSS-MES.
    REQUIREMENT: it is the professional who closes the exchange.
    EXPECTED: no X-MSS-MES.
    """
    bench.need_parameter("write_to_patient", "end")
    bench.world(records=(QUALIFIED,))
    bench.judge(end_of_exchange(write(bench, FIRST, end=False).mail, wanted=False))


@case(
    "ECO.2.2.8/next-mail",
    requirements=["ECO.2.2.8"],
    level="intermediate",
    needs=["write_to_patient", "send"],
    roles=["send"],
    fr="Fin d'échange limitée à son courriel",
    en="End of exchange limited to its mail",
)
def test_next_mail(bench: Bench) -> None:
    """The user closes an exchange with a patient, then writes to a colleague.

    EXIGENCE : X-MSS-MES n'est mis que dans un courriel à un usager.
    ATTENDU : pas de X-MSS-MES dans le courriel au professionnel.
    REQUIREMENT: X-MSS-MES is set only in a mail to a patient.
    EXPECTED: no X-MSS-MES in the mail to the professional.
    """
    bench.need_parameter("write_to_patient", "end")
    bench.world(records=(QUALIFIED,))
    write(bench, FIRST, end=True)
    bench.judge(end_of_exchange(send_one(bench).mail))


@writing("X-ENS-07/subject", "X-ENS-07", fr="Fin d'échange par l'objet", en="End of exchange by the subject")
def test_subject(bench: Bench) -> None:
    """The user types [FIN] in the subject, the older way to close the exchange.

    EXIGENCE : [FIN] dans l'objet ferme aussi l'échange avec l'usager.
    ATTENDU : l'objet part tel que tapé, [FIN] compris.
    REQUIREMENT: [FIN] in the subject closes the exchange with the patient as well.
    EXPECTED: the subject leaves as typed, [FIN] included.
    """
    bench.world(records=(QUALIFIED,))
    bench.judge(subject_kept(write(bench, FIRST, subject="[FIN] Votre rendez-vous"), "[FIN]"))


@writing(
    "SC.MSS-va1.20/message",
    "SC.MSS/va1.20",
    fr="Message à un patient qui refuse",
    en="Message to a patient who refuses",
)
def test_refusal_of_messages(bench: Bench) -> None:
    """The record says that the patient refuses mail; that this covers plain messages too is inferred.

    EXIGENCE : le refus du patient est enregistré ; aucun courriel ne lui est alors envoyé.
    ATTENDU : rien ne part.
    REQUIREMENT: the patient's refusal is recorded; then no mail is sent to them.
    EXPECTED: nothing leaves.
    """
    bench.world(records=(QUALIFIED, RecordSpec(SECOND, opposed_to=("patient-mail",))))
    write(bench, FIRST)
    bench.judge(nothing_leaves(tried(bench, SECOND), "PAT-003"))


@writing(
    "SC.MSS-va1.20/documents",
    "SC.MSS/va1.20",
    fr="Documents à un patient qui refuse",
    en="Documents to a patient who refuses",
    action="send_documents",
)
def test_refusal_of_documents(bench: Bench) -> None:
    """The user asks to send a document to a patient whose record says that they refuse it.

    EXIGENCE : le refus du patient est enregistré ; aucun courriel ne lui est alors envoyé.
    ATTENDU : rien ne part à la messagerie du patient.
    REQUIREMENT: the patient's refusal is recorded; then no mail is sent to them.
    EXPECTED: nothing leaves to the patient's messaging.
    """
    bench.world(records=(QUALIFIED, RecordSpec(SECOND, opposed_to=("patient-mail",))))
    willing, opposed = (identity(bench, key).mss_address for key in (FIRST, SECOND))
    answer, sent = documents_sent(bench, SECOND, opposed)
    bench.judge(nothing_leaves(sent, "PAT-003", to=[opposed]))
    need_on_purpose(bench, answer, FIRST, willing)


@writing(
    "SC.MSS-va1.22/professional",
    "SC.MSS/va1.22",
    fr="Documents à un professionnel malgré l'opposition",
    en="Documents to a professional despite opposition",
    action="send_documents",
)
def test_opposition(bench: Bench) -> None:
    """The user asks to send to a colleague a document of a patient who opposes it.

    EXIGENCE : l'opposition du patient est enregistrée ; retirer le correspondant, avec trace, suffit.
    ATTENDU : rien ne part au professionnel.
    REQUIREMENT: the patient's opposition is recorded; taking out the correspondent, with a trace, is enough.
    EXPECTED: nothing leaves to the professional.
    """
    bench.world(records=(QUALIFIED, RecordSpec(SECOND, opposed_to=("professional-mail",))))
    colleague = bench.tenant.correspondent.address
    answer, sent = documents_sent(bench, SECOND, colleague)
    bench.judge(nothing_leaves(sent, "PAT-004", to=[colleague]))
    need_on_purpose(bench, answer, FIRST, colleague)
