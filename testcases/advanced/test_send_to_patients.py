"""SC.MSS/va1.01, va1.17 and INS/va1.53 — documents sent to the patient; identities that are not qualified."""

from harness.bench import Bench
from harness.specimens.catalogue import TO_PATIENT, TO_PATIENT_AUTOMATIC, TO_UNQUALIFIED_PATIENT, UNQUALIFIED
from harness.specimens.judging import judge_takes, sent_as_asked, withheld, without_ins
from harness.specimens.marks import document_case


@document_case(
    "SC.MSS-va1.01/patient",
    requirements=["SC.MSS/va1.01"],
    scenes=(TO_PATIENT,),
    fr="Documents envoyés au patient",
    en="Documents sent to the patient",
)
def test_patient(bench: Bench) -> None:
    """A document is sent to the mailbox of the patient whom it is about.

    EXIGENCE : le système envoie les documents au patient d'identité qualifiée, en archive IHE_XDM et
      PDF/A-1.
    ATTENDU : le courriel part à la BAL du patient, avec l'archive et la copie.
    REQUIREMENT: the system sends the documents to the patient of qualified identity, as IHE_XDM archive
      and PDF/A-1.
    EXPECTED: the mail leaves to the patient's mailbox, with archive and copy.
    """
    judge_takes(bench, TO_PATIENT, sent_as_asked)


@document_case(
    "SC.MSS-va1.01/not-qualified",
    requirements=["SC.MSS/va1.01"],
    scenes=(TO_UNQUALIFIED_PATIENT,),
    fr="Rien au patient d'identité non qualifiée",
    en="Nothing to a patient of unqualified identity",
)
def test_patient_not_qualified(bench: Bench) -> None:
    """The user asks to send a document to a patient whose identity is not qualified.

    EXIGENCE : les documents s'envoient au patient dont l'INS est qualifiée.
    ATTENDU : le produit refuse, ou n'envoie rien à la BAL du patient.
    REQUIREMENT: documents are sent to the patient whose INS is qualified.
    EXPECTED: the product refuses, or sends nothing to the patient's mailbox.
    """
    judge_takes(bench, TO_UNQUALIFIED_PATIENT, withheld)


@document_case(
    "SC.MSS-va1.17/automatic",
    requirements=["SC.MSS/va1.17"],
    scenes=(TO_PATIENT_AUTOMATIC,),
    fr="Envoi automatique au patient",
    en="Automatic sending to the patient",
)
def test_automatic_to_the_patient(bench: Bench) -> None:
    """A rule of automatic sending applies to a document of the patient.

    EXIGENCE : le système envoie les documents au patient automatiquement, par une BAL applicative.
    ATTENDU : le courriel part de la BAL applicative à la BAL du patient, avec l'archive et la copie.
    REQUIREMENT: the system sends the documents to the patient automatically, by an applicative mailbox.
    EXPECTED: the mail leaves from the applicative mailbox to the patient's, with archive and copy.
    """
    judge_takes(bench, TO_PATIENT_AUTOMATIC, sent_as_asked)


@document_case(
    "INS-va1.53/not-qualified",
    requirements=["INS/va1.53"],
    scenes=(UNQUALIFIED,),
    fr="Pas d'INS d'une identité non qualifiée",
    en="No INS of an unqualified identity",
)
def test_not_qualified(bench: Bench) -> None:
    """Documents of a patient whose identity is not qualified are sent.

    EXIGENCE : quand l'identité n'est pas qualifiée, ni le matricule INS ni son OID ne sont transmis,
      seulement les traits.
    ATTENDU : aucun matricule dans le courriel, l'archive, les documents et leurs copies.
    REQUIREMENT: when the identity is not qualified neither the INS matricule nor its OID are
      transmitted, only the traits.
    EXPECTED: no matricule in the mail, the archive, the documents and their copies.
    """
    judge_takes(bench, UNQUALIFIED, without_ins)
