"""X-TX-01, DPI.MSS, RIS.MSS, SGL.MSS, SC.MSS/UX.38 — what a software gives the PFI of its hospital."""

from harness.bench import Bench
from harness.beside_pfi import (
    BesidePfi,
    from_product,
    need_messages,
    profiled,
)
from harness.cases import case
from harness.checks import beside_pfi

IMAGING = "18748-4"
BIOLOGY = "11502-2"


@case(
    "X-TX-01/n1",
    requirements=["X-TX-01"],
    needs=["send_documents"],
    level="advanced",
    roles=["send"],
    fr="Document N1 transmis à la PFI",
    en="N1 document given to the PFI",
)
def test_message_n1(bench: Bench) -> None:
    """The user sends a document to a professional.

    EXIGENCE : ORU^R01 ou MDM au profil 2.1^CISIS_CDA_HL7_V2 ; évènement, ORC-1 et OBX-11 en accord ;
      dix métadonnées dans l'ordre ; un PRT RCT par destinataire.
    ATTENDU : un message conforme.
    REQUIREMENT: ORU^R01 or MDM of profile 2.1^CISIS_CDA_HL7_V2; event, ORC-1 and OBX-11 agree; ten
      metadata in order; one PRT RCT a recipient.
    EXPECTED: a conforming message.
    """
    dpi = BesidePfi(bench)
    answer, messages = dpi.sends("LDL-SES", "N1")
    recipient = [bench.tenant.correspondent.address]
    bench.judge(
        beside_pfi.given(messages, answer),
        beside_pfi.recipients_told(messages, recipient),
        profiled(messages),
    )


@case(
    "X-TX-01/biology",
    requirements=["X-TX-01"],
    needs=["send_documents"],
    level="advanced",
    roles=["send"],
    fr="Compte rendu de biologie transmis à la PFI",
    en="Laboratory report given to the PFI",
)
def test_message_biology(bench: Bench) -> None:
    """The user sends a document to a professional.

    EXIGENCE : ORU^R01 ou MDM au profil 2.1^CISIS_CDA_HL7_V2 ; évènement, ORC-1 et OBX-11 en accord ;
      dix métadonnées dans l'ordre ; un PRT RCT par destinataire.
    ATTENDU : un message conforme.
    REQUIREMENT: ORU^R01 or MDM of profile 2.1^CISIS_CDA_HL7_V2; event, ORC-1 and OBX-11 agree; ten
      metadata in order; one PRT RCT a recipient.
    EXPECTED: a conforming message.
    """
    dpi = BesidePfi(bench)
    answer, messages = dpi.sends("CR-BIO", "N3")
    recipient = [bench.tenant.correspondent.address]
    bench.judge(
        beside_pfi.given(messages, answer),
        beside_pfi.recipients_told(messages, recipient),
        profiled(messages),
    )


@case(
    "X-TX-01/replace",
    requirements=["X-TX-01"],
    needs=["send_documents", "replace_documents"],
    level="advanced",
    roles=["send"],
    fr="Remplacement transmis à la PFI",
    en="Replacement given to the PFI",
)
def test_message_replace(bench: Bench) -> None:
    """The user corrects or withdraws a document that was sent.

    EXIGENCE : ORU^R01 ou MDM au profil 2.1^CISIS_CDA_HL7_V2 ; évènement, ORC-1 et OBX-11 en accord ;
      dix métadonnées dans l'ordre ; un PRT RCT par destinataire.
    ATTENDU : un message conforme.
    REQUIREMENT: ORU^R01 or MDM of profile 2.1^CISIS_CDA_HL7_V2; event, ORC-1 and OBX-11 agree; ten
      metadata in order; one PRT RCT a recipient.
    EXPECTED: a conforming message.
    """
    dpi = BesidePfi(bench)
    first, _ = dpi.sends()
    _, messages = dpi.again("replace_documents", first)
    bench.judge(profiled(need_messages(messages)))


@case(
    "X-TX-01/delete",
    requirements=["X-TX-01"],
    needs=["send_documents", "delete_documents"],
    level="advanced",
    roles=["send"],
    fr="Suppression transmise à la PFI",
    en="Deletion given to the PFI",
)
def test_message_delete(bench: Bench) -> None:
    """The user corrects or withdraws a document that was sent.

    EXIGENCE : ORU^R01 ou MDM au profil 2.1^CISIS_CDA_HL7_V2 ; évènement, ORC-1 et OBX-11 en accord ;
      dix métadonnées dans l'ordre ; un PRT RCT par destinataire.
    ATTENDU : un message conforme.
    REQUIREMENT: ORU^R01 or MDM of profile 2.1^CISIS_CDA_HL7_V2; event, ORC-1 and OBX-11 agree; ten
      metadata in order; one PRT RCT a recipient.
    EXPECTED: a conforming message.
    """
    dpi = BesidePfi(bench)
    first, _ = dpi.sends()
    _, messages = dpi.again("delete_documents", first)
    bench.judge(profiled(need_messages(messages)))


@case(
    "DPI.MSS-UX.03/sent",
    requirements=["DPI.MSS/UX.03"],
    needs=["send_documents"],
    level="advanced",
    roles=["send"],
    fr="Émission par le volet HL7",
    en="Sending by the HL7 volet",
)
def test_volet(bench: Bench) -> None:
    """The user sends a document.

    EXIGENCE : le logiciel émet ses documents par le volet TX (ORU ou MDM).
    ATTENDU : un message arrive à la PFI.
    REQUIREMENT: the software sends its documents by the TX volet (ORU or MDM).
    EXPECTED: a message reaches the PFI.
    """
    dpi = BesidePfi(bench)
    answer, messages = dpi.sends()
    bench.judge(beside_pfi.given(messages, answer))


@case(
    "DPI.MSS-va1.23/manual",
    requirements=["DPI.MSS/va1.23"],
    needs=["send_documents"],
    level="advanced",
    roles=["send"],
    fr="Envoi manuel par la PFI",
    en="Manual sending through the PFI",
)
def test_manual(bench: Bench) -> None:
    """The user sends a document from the screen.

    EXIGENCE : l'utilisateur envoie chaque type de document, à son choix, par la PFI.
    ATTENDU : un message arrive à la PFI.
    REQUIREMENT: users send each type of document by choice through the PFI.
    EXPECTED: a message reaches the PFI.
    """
    dpi = BesidePfi(bench)
    answer, messages = dpi.sends(way="form")
    bench.judge(beside_pfi.given(messages, answer))


@case(
    "DPI.MSS-va1.24/automatic",
    requirements=["DPI.MSS/va1.24"],
    needs=["send_documents"],
    level="advanced",
    roles=["send"],
    fr="Envoi automatique par la PFI",
    en="Automatic sending through the PFI",
)
def test_automatic(bench: Bench) -> None:
    """A rule sends a document, nobody acting.

    EXIGENCE : le logiciel envoie de lui-même par la PFI.
    ATTENDU : un message arrive à la PFI.
    REQUIREMENT: the software sends by itself through the PFI.
    EXPECTED: a message reaches the PFI.
    """
    dpi = BesidePfi(bench)
    answer, messages = dpi.sends(way="automatic")
    bench.judge(beside_pfi.given(messages, answer))


@case(
    "RIS.MSS-va1.31/imaging",
    requirements=["RIS.MSS/va1.31"],
    needs=["send_documents"],
    level="advanced",
    roles=["send"],
    fr="Compte rendu d'imagerie par la PFI",
    en="Imaging report through the PFI",
)
def test_imaging(bench: Bench) -> None:
    """The user sends an imaging report to the professional who asked for it.

    EXIGENCE : en établissement, le compte rendu d'imagerie part par la PFI vers les professionnels
      demandeurs choisis.
    ATTENDU : un message pour chaque destinataire, avec le compte rendu.
    REQUIREMENT: in a hospital the imaging report leaves through the PFI for the requesting
      professionals chosen.
    EXPECTED: a message for each recipient, with the report.
    """
    dpi = BesidePfi(bench)
    answer, messages = dpi.sends("IMG-CR-IMG", "N3", way="form")
    bench.judge(
        beside_pfi.given(messages, answer),
        beside_pfi.recipients_told(messages, [bench.tenant.correspondent.address]),
        beside_pfi.document_asked(messages, IMAGING, structured=False),
    )


@case(
    "SGL.MSS-va1.34/biology",
    requirements=["SGL.MSS/va1.34"],
    needs=["send_documents"],
    level="advanced",
    roles=["send"],
    fr="Compte rendu de biologie au patient par la PFI",
    en="Laboratory report to the patient through the PFI",
)
def test_biology(bench: Bench) -> None:
    """The user sends the laboratory report of a stay to the patient.

    EXIGENCE : en établissement, le compte rendu de biologie (N3) part par la PFI vers le patient.
    ATTENDU : un message dont le patient est destinataire, avec le N3.
    REQUIREMENT: in a hospital the laboratory report (N3) leaves through the PFI for the patient.
    EXPECTED: a message of which the patient is a recipient, with the N3.
    """
    dpi = BesidePfi(bench)
    answer, messages = dpi.sends("CR-BIO", "N3", way="form", to=[dpi.patient.mss_address])
    bench.judge(
        beside_pfi.given(messages, answer),
        beside_pfi.recipients_told(messages, [dpi.patient.mss_address]),
        beside_pfi.document_asked(messages, BIOLOGY, structured=True),
    )


@case(
    "SC.MSS-UX.38/replace",
    requirements=["SC.MSS/UX.38"],
    needs=["send_documents", "replace_documents"],
    level="advanced",
    roles=["send"],
    fr="Mise à jour dite à la PFI",
    en="Update told to the PFI",
)
def test_told_replace(bench: Bench) -> None:
    """The user corrects or withdraws a document that was sent.

    EXIGENCE : un document produit par le système et mis à jour ou supprimé est dit à la PFI ; jamais un
      document qu'il n'a pas produit.
    ATTENDU : MDM^T10 ou T04, ou ORU avec ORC-1 RO ou CA et OBX-11 C ou D.
    REQUIREMENT: a document made by the system and updated or deleted is told to the PFI; never one that
      it did not make.
    EXPECTED: MDM^T10 or T04, or ORU with ORC-1 RO or CA and OBX-11 C or D.
    """
    dpi = BesidePfi(bench)
    first, messages = dpi.sends()
    need_messages(messages)
    answer, told = dpi.again("replace_documents", first)
    bench.judge(beside_pfi.action_told(told, "T10", answer))


@case(
    "SC.MSS-UX.38/delete",
    requirements=["SC.MSS/UX.38"],
    needs=["send_documents", "delete_documents"],
    level="advanced",
    roles=["send"],
    fr="Suppression dite à la PFI",
    en="Deletion told to the PFI",
)
def test_told_delete(bench: Bench) -> None:
    """The user corrects or withdraws a document that was sent.

    EXIGENCE : un document produit par le système et mis à jour ou supprimé est dit à la PFI ; jamais un
      document qu'il n'a pas produit.
    ATTENDU : MDM^T10 ou T04, ou ORU avec ORC-1 RO ou CA et OBX-11 C ou D.
    REQUIREMENT: a document made by the system and updated or deleted is told to the PFI; never one that
      it did not make.
    EXPECTED: MDM^T10 or T04, or ORU with ORC-1 RO or CA and OBX-11 C or D.
    """
    dpi = BesidePfi(bench)
    first, messages = dpi.sends()
    need_messages(messages)
    answer, told = dpi.again("delete_documents", first)
    bench.judge(beside_pfi.action_told(told, "T04", answer))


@case(
    "SC.MSS-UX.38/foreign",
    requirements=["SC.MSS/UX.38"],
    needs=["send_documents", "delete_documents"],
    level="advanced",
    roles=["send"],
    fr="Document d'un autre producteur",
    en="Document of another producer",
)
def test_foreign(bench: Bench) -> None:
    """The user asks to delete a document that the PFI had brought.

    EXIGENCE : un document produit par le système et mis à jour ou supprimé est dit à la PFI ; jamais un
      document qu'il n'a pas produit.
    ATTENDU : MDM^T10 ou T04, ou ORU avec ORC-1 RO ou CA et OBX-11 C ou D.
    REQUIREMENT: a document made by the system and updated or deleted is told to the PFI; never one that
      it did not make.
    EXPECTED: MDM^T10 or T04, or ORU with ORC-1 RO or CA and OBX-11 C or D.
    """
    dpi = BesidePfi(bench)
    need_messages(dpi.sends()[1])
    cda = dpi.n1()
    dpi.transfer(cda)
    mark = bench.mark
    bench.product.delete_documents("patient-1", [cda.header.id])
    bench.judge(beside_pfi.only_own(from_product(bench, mark)))
