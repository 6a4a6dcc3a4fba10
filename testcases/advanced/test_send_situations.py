"""SC.MSS, LGC.MSS, RIS.MSS, SGL.MSS — the situations in which documents are sent: by hand, by a rule, to ten, again, or to be deleted."""

from harness.bench import Bench
from harness.specimens.catalogue import (
    ATTENDING,
    AUTOMATIC_BIOLOGY,
    AUTOMATIC_IMAGING,
    AUTOMATIC_PERSONAL,
    DELETION,
    MANUAL,
    MANUAL_BIOLOGY,
    MANUAL_IMAGING,
    PARTIAL,
    REPLACEMENT,
    TEN,
    TO_PATIENT_BIOLOGY,
)
from harness.specimens.judging import attended, completed, deleted, judge_takes, replaced, sent_as_asked
from harness.specimens.marks import document_case


@document_case(
    "SC.MSS-va1.02/replacement",
    requirements=["SC.MSS/va1.02"],
    scenes=(REPLACEMENT,),
    fr="Annule et remplace (LGC, RIS)",
    en="Annule et remplace (LGC, RIS)",
)
def test_replacement_lgc_ris(bench: Bench) -> None:
    """A document is sent, corrected, and sent again.

    EXIGENCE : quand un document envoyé est modifié, sa nouvelle version part avec une mention « annule
      et remplace » préétablie.
    ATTENDU : une version suivante du même document, la mention, et les mêmes destinataires.
    REQUIREMENT: when a sent document is modified, its new version leaves with a pre-set mention «
      annule et remplace ».
    EXPECTED: a later version of the same document, the mention, and the same recipients.
    """
    judge_takes(bench, REPLACEMENT, replaced)


@document_case(
    "SC.MSS-va1.13/replacement",
    requirements=["SC.MSS/va1.13"],
    scenes=(REPLACEMENT,),
    fr="Annule et remplace (DPI, PFI)",
    en="Annule et remplace (DPI, PFI)",
)
def test_replacement_dpi_pfi(bench: Bench) -> None:
    """A document is sent, corrected, and sent again.

    EXIGENCE : quand un document envoyé est modifié, sa nouvelle version part avec une mention « annule
      et remplace » préétablie.
    ATTENDU : une version suivante du même document, la mention, et les mêmes destinataires.
    REQUIREMENT: when a sent document is modified, its new version leaves with a pre-set mention «
      annule et remplace ».
    EXPECTED: a later version of the same document, the mention, and the same recipients.
    """
    judge_takes(bench, REPLACEMENT, replaced)


@document_case(
    "SGL.MSS-va1.35/replacement",
    requirements=["SGL.MSS/va1.35"],
    scenes=(REPLACEMENT,),
    fr="Annule et remplace (biologie)",
    en="Annule et remplace (biology)",
)
def test_replacement_biology(bench: Bench) -> None:
    """A document is sent, corrected, and sent again.

    EXIGENCE : quand un document envoyé est modifié, sa nouvelle version part avec une mention « annule
      et remplace » préétablie.
    ATTENDU : une version suivante du même document, la mention, et les mêmes destinataires.
    REQUIREMENT: when a sent document is modified, its new version leaves with a pre-set mention «
      annule et remplace ».
    EXPECTED: a later version of the same document, the mention, and the same recipients.
    """
    judge_takes(bench, REPLACEMENT, replaced)


@document_case(
    "AMBU.MSS-va1.02/replacement",
    requirements=["AMBU.MSS/va1.02"],
    scenes=(REPLACEMENT,),
    fr="Annule et remplace (médecine de ville)",
    en="Annule et remplace (community care)",
)
def test_replacement_ambulatory(bench: Bench) -> None:
    """A document is sent, corrected, and sent again.

    EXIGENCE : quand un document envoyé est modifié, sa nouvelle version part avec une mention « annule
      et remplace » préétablie.
    ATTENDU : une version suivante du même document, la mention, et les mêmes destinataires.
    REQUIREMENT: when a sent document is modified, its new version leaves with a pre-set mention «
      annule et remplace ».
    EXPECTED: a later version of the same document, the mention, and the same recipients.
    """
    judge_takes(bench, REPLACEMENT, replaced)


@document_case(
    "SC.MSS-va1.21/automatic",
    requirements=["SC.MSS/va1.21"],
    scenes=(AUTOMATIC_BIOLOGY,),
    fr="Envoi automatique des CR de biologie",
    en="Automatic sending of biology reports",
)
def test_automatic_biology(bench: Bench) -> None:
    """A biology report is validated.

    EXIGENCE : les comptes rendus de biologie partent d'eux-mêmes, systématiquement, aux correspondants.
    ATTENDU : le courriel part sans que personne n'agisse, avec l'archive et la copie.
    REQUIREMENT: biology reports leave by themselves, systematically, to the correspondents.
    EXPECTED: the mail leaves with nobody acting, with archive and copy.
    """
    judge_takes(bench, AUTOMATIC_BIOLOGY, sent_as_asked)


@document_case(
    "LGC.MSS.02/manual",
    requirements=["LGC.MSS.02"],
    scenes=(MANUAL,),
    fr="Envoi manuel et choisi",
    en="Manual, chosen sending",
)
def test_manual(bench: Bench) -> None:
    """The user chooses a document and sends it.

    EXIGENCE : le professionnel choisit et envoie lui-même les documents, en archive IHE_XDM et PDF/A-1.
    ATTENDU : le courriel part au correspondant choisi, avec l'archive et la copie.
    REQUIREMENT: the professional chooses and sends the documents, as IHE_XDM archive and PDF/A-1.
    EXPECTED: the mail leaves to the chosen correspondent, with archive and copy.
    """
    judge_takes(bench, MANUAL, sent_as_asked)


@document_case(
    "LGC.MSS.03/attending",
    requirements=["LGC.MSS.03"],
    scenes=(ATTENDING,),
    fr="Envoi automatique au médecin traitant",
    en="Automatic sending to the attending physician",
)
def test_attending(bench: Bench) -> None:
    """A document of a patient who has an attending physician is validated.

    EXIGENCE : les documents partent d'eux-mêmes au médecin traitant du patient.
    ATTENDU : le courriel part à la BAL du médecin traitant, avec l'archive et la copie.
    REQUIREMENT: documents leave by themselves to the patient's attending physician.
    EXPECTED: the mail leaves to the attending physician's mailbox, with archive and copy.
    """
    judge_takes(bench, ATTENDING, attended)


@document_case(
    "RIS.MSS-va1.29/automatic",
    requirements=["RIS.MSS/va1.29"],
    scenes=(AUTOMATIC_IMAGING,),
    fr="Envoi automatique des CR d'imagerie",
    en="Automatic sending of imaging reports",
)
def test_automatic_imaging(bench: Bench) -> None:
    """An imaging report is validated.

    EXIGENCE : les comptes rendus d'imagerie validés partent d'eux-mêmes par une BAL applicative.
    ATTENDU : le courriel part de la BAL applicative, avec l'archive et la copie.
    REQUIREMENT: validated imaging reports leave by themselves through an applicative mailbox.
    EXPECTED: the mail leaves from the applicative mailbox, with archive and copy.
    """
    judge_takes(bench, AUTOMATIC_IMAGING, sent_as_asked)


@document_case(
    "RIS.MSS-va1.30/automatic",
    requirements=["RIS.MSS/va1.30"],
    scenes=(AUTOMATIC_PERSONAL,),
    fr="Envoi automatique par une BAL nominative",
    en="Automatic sending through a nominative mailbox",
)
def test_automatic_personal(bench: Bench) -> None:
    """An imaging report is validated in a structure whose professionals send under their own name.

    EXIGENCE : si le produit gère un certificat ORG d'exercice (RPPS-rang), il envoie aussi d'une BAL
      nominative.
    ATTENDU : le courriel part de la BAL nominative ; un produit qui ne le fait pas n'est pas concerné.
    REQUIREMENT: if the product handles an ORG certificate of a practice (RPPS-rang), it also sends from
      a nominative mailbox.
    EXPECTED: the mail leaves from the nominative mailbox; a product that does not do it is not
      concerned.
    """
    judge_takes(bench, AUTOMATIC_PERSONAL, sent_as_asked, offered=True)


@document_case(
    "RIS.MSS-va1.31/manual",
    requirements=["RIS.MSS/va1.31"],
    scenes=(MANUAL_IMAGING,),
    fr="Envoi manuel des CR d'imagerie",
    en="Manual sending of imaging reports",
)
def test_manual_imaging(bench: Bench) -> None:
    """The user sends an imaging report to the professional who asked for it.

    EXIGENCE : en établissement, le compte rendu d'imagerie s'envoie à la main aux professionnels
      demandeurs.
    ATTENDU : le courriel part, avec l'archive du modèle d'imagerie et la copie.
    REQUIREMENT: in a hospital the imaging report is sent by hand to the requesting professionals.
    EXPECTED: the mail leaves, with the archive of the imaging model and the copy.
    """
    judge_takes(bench, MANUAL_IMAGING, sent_as_asked)


@document_case(
    "SGL.MSS-va1.32/partial",
    requirements=["SGL.MSS/va1.32"],
    scenes=(PARTIAL,),
    fr="Compte rendu partiel puis complet",
    en="Partial report, then the complete one",
)
def test_partial(bench: Bench) -> None:
    """A partial biology report is sent on a voluntary act, then the complete one.

    EXIGENCE : un compte rendu partiel peut partir sur un acte volontaire, puis le complet.
    ATTENDU : deux courriels, le second étant la version suivante du premier.
    REQUIREMENT: a partial report can leave on a voluntary act, then the complete one.
    EXPECTED: two mails, the second being the next version of the first.
    """
    judge_takes(bench, PARTIAL, completed)


@document_case(
    "SGL.MSS-va1.33/manual",
    requirements=["SGL.MSS/va1.33"],
    scenes=(MANUAL_BIOLOGY,),
    fr="Envoi manuel des CR de biologie",
    en="Manual sending of biology reports",
)
def test_manual_biology(bench: Bench) -> None:
    """The user sends a biology report to a correspondent.

    EXIGENCE : en établissement, le compte rendu de biologie s'envoie à la main aux correspondants.
    ATTENDU : le courriel part, avec l'archive du modèle de biologie et la copie.
    REQUIREMENT: in a hospital the biology report is sent by hand to the correspondents.
    EXPECTED: the mail leaves, with the archive of the biology model and the copy.
    """
    judge_takes(bench, MANUAL_BIOLOGY, sent_as_asked)


@document_case(
    "SGL.MSS-va1.34/patient",
    requirements=["SGL.MSS/va1.34"],
    scenes=(TO_PATIENT_BIOLOGY,),
    fr="CR de biologie envoyé au patient",
    en="Biology report sent to the patient",
)
def test_patient_biology(bench: Bench) -> None:
    """The user sends the biology report of a stay to the patient.

    EXIGENCE : en établissement, le compte rendu de biologie s'envoie à la main au patient.
    ATTENDU : le courriel part à la BAL du patient, avec l'archive et la copie.
    REQUIREMENT: in a hospital the biology report is sent by hand to the patient.
    EXPECTED: the mail leaves to the patient's mailbox, with archive and copy.
    """
    judge_takes(bench, TO_PATIENT_BIOLOGY, sent_as_asked)


@document_case(
    "SGL.MSS-va1.36/ten",
    requirements=["SGL.MSS/va1.36"],
    scenes=(TEN,),
    fr="Dix correspondants pour un examen",
    en="Ten correspondents for one examination",
)
def test_ten(bench: Bench) -> None:
    """A biology report is sent to ten correspondents.

    EXIGENCE : le dossier d'un examen peut avoir au moins dix correspondants.
    ATTENDU : les dix reçoivent le courriel.
    REQUIREMENT: the record of one examination can have ten correspondents at least.
    EXPECTED: the ten get the mail.
    """
    judge_takes(bench, TEN, sent_as_asked)


@document_case(
    "SGL.MSS-va1.37/deletion",
    requirements=["SGL.MSS/va1.37"],
    scenes=(DELETION,),
    fr="Message de suppression (biologie)",
    en="Message of deletion (biology)",
)
def test_deletion_biology(bench: Bench) -> None:
    """A document is sent, then deleted.

    EXIGENCE : à la suppression d'un document envoyé, un message préétabli en avertit les destinataires.
    ATTENDU : un courriel aux mêmes destinataires, qui le dit.
    REQUIREMENT: on deletion of a sent document a pre-set message warns the recipients.
    EXPECTED: a mail to the same recipients that says so.
    """
    judge_takes(bench, DELETION, deleted)


@document_case(
    "SC.MSS-va1.30/deletion",
    requirements=["SC.MSS/va1.30"],
    scenes=(DELETION,),
    fr="Message de suppression (LGC, RIS)",
    en="Message of deletion (LGC, RIS)",
)
def test_deletion_lgc_ris(bench: Bench) -> None:
    """A document is sent, then deleted.

    EXIGENCE : à la suppression d'un document envoyé, le système peut avertir les destinataires par un
      message préétabli.
    ATTENDU : s'il le fait : un courriel aux mêmes destinataires, qui le dit.
    REQUIREMENT: on deletion of a sent document the system may warn the recipients by a pre-set message.
    EXPECTED: if it does: a mail to the same recipients that says so.
    """
    judge_takes(bench, DELETION, deleted, offered=True)
