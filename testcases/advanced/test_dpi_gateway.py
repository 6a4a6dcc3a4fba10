"""X-TX-01, X-TX-12, X-LPS-02, DPI.MSS, RIS.MSS, SGL.MSS, SC.MSS/UX.38 — a software beside the hospital's PFI."""

from dataclasses import replace

from harness.bench import Bench
from harness.cases import case
from harness.checks import gateway
from harness.gateways import (
    BesidePfi,
    Order,
    Reply,
    answered_in_form,
    from_product,
    need_messages,
    profiled,
)

IMAGING = "18748-4"
BIOLOGY = "11502-2"
OTHER_NAME = "AUTRE-NOM"


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
        gateway.given(messages, answer), gateway.recipients_told(messages, recipient), profiled(messages)
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
        gateway.given(messages, answer), gateway.recipients_told(messages, recipient), profiled(messages)
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
    bench.judge(gateway.given(messages, answer))


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
    bench.judge(gateway.given(messages, answer))


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
    bench.judge(gateway.given(messages, answer))


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
        gateway.given(messages, answer),
        gateway.recipients_told(messages, [bench.tenant.correspondent.address]),
        gateway.document_asked(messages, IMAGING, structured=False),
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
        gateway.given(messages, answer),
        gateway.recipients_told(messages, [dpi.patient.mss_address]),
        gateway.document_asked(messages, BIOLOGY, structured=True),
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
    bench.judge(gateway.action_told(told, "T10", answer))


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
    bench.judge(gateway.action_told(told, "T04", answer))


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
    bench.judge(gateway.only_own(from_product(bench, mark)))


@case(
    "X-TX-12/z01",
    requirements=["X-TX-12"],
    needs=["send_documents"],
    level="advanced",
    roles=["send"],
    fr="Acquittement de ZAM^Z01",
    en="Acknowledgement of ZAM^Z01",
)
def test_z01(bench: Bench) -> None:
    """The PFI returns a business acknowledgement of a sending.

    EXIGENCE : le logiciel répond à un ZAM par ACK^Z01^ACK, ACK^Z02^ACK ou ACK^Z03^ACK.
    ATTENDU : ACK AA, MSA-2 = MSH-10 du ZAM.
    REQUIREMENT: the software answers a ZAM by ACK^Z01^ACK, ACK^Z02^ACK or ACK^Z03^ACK.
    EXPECTED: ACK AA, MSA-2 = MSH-10 of the ZAM.
    """
    dpi = BesidePfi(bench)
    messages = need_messages(dpi.sends(request_dsn=True, request_mdn=True)[1])
    zam, answer = dpi.zam("Z01", messages[0].control_id)
    bench.judge(gateway.zam_acknowledged(answer), answered_in_form(zam, answer))


@case(
    "X-TX-12/z02",
    requirements=["X-TX-12"],
    needs=["send_documents"],
    level="advanced",
    roles=["send"],
    fr="Acquittement de ZAM^Z02",
    en="Acknowledgement of ZAM^Z02",
)
def test_z02(bench: Bench) -> None:
    """The PFI returns a business acknowledgement of a sending.

    EXIGENCE : le logiciel répond à un ZAM par ACK^Z01^ACK, ACK^Z02^ACK ou ACK^Z03^ACK.
    ATTENDU : ACK AA, MSA-2 = MSH-10 du ZAM.
    REQUIREMENT: the software answers a ZAM by ACK^Z01^ACK, ACK^Z02^ACK or ACK^Z03^ACK.
    EXPECTED: ACK AA, MSA-2 = MSH-10 of the ZAM.
    """
    dpi = BesidePfi(bench)
    messages = need_messages(dpi.sends(request_dsn=True, request_mdn=True)[1])
    zam, answer = dpi.zam("Z02", messages[0].control_id)
    bench.judge(gateway.zam_acknowledged(answer), answered_in_form(zam, answer))


@case(
    "X-TX-12/z03",
    requirements=["X-TX-12"],
    needs=["send_documents"],
    level="advanced",
    roles=["send"],
    fr="Acquittement de ZAM^Z03",
    en="Acknowledgement of ZAM^Z03",
)
def test_z03(bench: Bench) -> None:
    """The PFI returns a business acknowledgement of a sending.

    EXIGENCE : le logiciel répond à un ZAM par ACK^Z01^ACK, ACK^Z02^ACK ou ACK^Z03^ACK.
    ATTENDU : ACK AA, MSA-2 = MSH-10 du ZAM.
    REQUIREMENT: the software answers a ZAM by ACK^Z01^ACK, ACK^Z02^ACK or ACK^Z03^ACK.
    EXPECTED: ACK AA, MSA-2 = MSH-10 of the ZAM.
    """
    dpi = BesidePfi(bench)
    messages = need_messages(dpi.sends(request_dsn=True, request_mdn=True)[1])
    zam, answer = dpi.zam("Z03", messages[0].control_id)
    bench.judge(gateway.zam_acknowledged(answer), answered_in_form(zam, answer))


@case(
    "DPI.MSS-UX.04/zam",
    requirements=["DPI.MSS/UX.04"],
    needs=["send_documents", "outbox"],
    level="advanced",
    roles=["send"],
    fr="Échec de remise rendu par la PFI",
    en="Delivery failure returned by the PFI",
)
def test_zam_shown(bench: Bench) -> None:
    """The PFI returns ZAM^Z02 in error 550.

    EXIGENCE : le logiciel traite les acquittements techniques et les accusés métier de la PFI.
    ATTENDU : l'utilisateur voit que l'envoi a échoué.
    REQUIREMENT: the software handles the technical and business acknowledgements of the PFI.
    EXPECTED: the user sees that the sending failed.
    """
    dpi = BesidePfi(bench)
    messages = need_messages(dpi.sends(request_dsn=True)[1])
    dpi.zam("Z02", messages[0].control_id, error=("550", "Boîte inconnue"))
    bench.judge(gateway.failure_shown(bench.product.outbox()))


@case(
    "DPI.MSS-UX.04/ack",
    requirements=["DPI.MSS/UX.04"],
    needs=["send_documents", "outbox"],
    level="advanced",
    roles=["send"],
    fr="Refus de la PFI",
    en="Refusal of the PFI",
)
def test_refusal_shown(bench: Bench) -> None:
    """The PFI answers the message by AE.

    EXIGENCE : le logiciel traite les acquittements techniques et les accusés métier de la PFI.
    ATTENDU : l'utilisateur voit que l'envoi a échoué.
    REQUIREMENT: the software handles the technical and business acknowledgements of the PFI.
    EXPECTED: the user sees that the sending failed.
    """
    dpi = BesidePfi(bench)
    dpi.peer.answer_with(Reply("AE", condition="101"))
    need_messages(dpi.sends()[1])
    bench.judge(gateway.failure_shown(bench.product.outbox()))


@case(
    "DPI.MSS-UX.01/integrated",
    requirements=["DPI.MSS/UX.01"],
    needs=["documents"],
    level="advanced",
    roles=["receive"],
    fr="Document reçu de la PFI",
    en="Document received from the PFI",
)
def test_integrated(bench: Bench) -> None:
    """The PFI gives a document of a known patient.

    EXIGENCE : le logiciel intègre par le transport HL7v2 les documents que la PFI transmet.
    ATTENDU : ACK AA et le document dans le dossier.
    REQUIREMENT: the software integrates by HL7v2 the documents that the PFI gives.
    EXPECTED: ACK AA and the document in the record.
    """
    dpi = BesidePfi(bench)
    cda = dpi.n1()
    _, answer = dpi.transfer(cda)
    shown = bench.product.documents("patient-1")
    bench.judge(gateway.transfer_taken(answer), gateway.integrated(shown, cda.header.id))


@case(
    "X-LPS-02/taken",
    requirements=["X-LPS-02"],
    needs=["configure"],
    level="advanced",
    roles=["receive"],
    fr="Message valide",
    en="Valid message",
)
def test_transfer_taken(bench: Bench) -> None:
    """The PFI gives a document of a known patient.

    EXIGENCE : le logiciel répond ACK avec MSA-1 et MSA-2 = MSH-10 ; avec AE un ERR : ERR-3 207 et ERR-5
      900 à 906 pour un refus applicatif, sinon un autre ERR-3 sans ERR-5.
    ATTENDU : l'acquittement de cette forme, avec l'erreur qui convient.
    REQUIREMENT: the software answers ACK with MSA-1 and MSA-2 = MSH-10; with AE an ERR: ERR-3 207 and
      ERR-5 900 to 906 for an application refusal, otherwise another ERR-3 without ERR-5.
    EXPECTED: the acknowledgement of that form, with the fitting error.
    """
    dpi = BesidePfi(bench)
    request, answer = dpi.transfer(dpi.n1())
    bench.judge(gateway.transfer_taken(answer), answered_in_form(request, answer))


@case(
    "X-LPS-02/unknown-patient",
    requirements=["X-LPS-02"],
    needs=["configure"],
    level="advanced",
    roles=["receive"],
    fr="Patient inconnu",
    en="Unknown patient",
)
def test_transfer_unknown_patient(bench: Bench) -> None:
    """The PFI gives a document of a patient without record.

    EXIGENCE : le logiciel répond ACK avec MSA-1 et MSA-2 = MSH-10 ; avec AE un ERR : ERR-3 207 et ERR-5
      900 à 906 pour un refus applicatif, sinon un autre ERR-3 sans ERR-5.
    ATTENDU : l'acquittement de cette forme, avec l'erreur qui convient.
    REQUIREMENT: the software answers ACK with MSA-1 and MSA-2 = MSH-10; with AE an ERR: ERR-3 207 and
      ERR-5 900 to 906 for an application refusal, otherwise another ERR-3 without ERR-5.
    EXPECTED: the acknowledgement of that form, with the fitting error.
    """
    dpi = BesidePfi(bench)
    request, answer = dpi.transfer(dpi.n1(dpi.documents.patient()))
    bench.judge(gateway.transfer_refused(answer, ["902"]), answered_in_form(request, answer))


@case(
    "X-LPS-02/without-ins",
    requirements=["X-LPS-02"],
    needs=["configure"],
    level="advanced",
    roles=["receive"],
    fr="INS absent du document",
    en="No INS in the document",
)
def test_transfer_without_ins(bench: Bench) -> None:
    """The document has no INS.

    EXIGENCE : le logiciel répond ACK avec MSA-1 et MSA-2 = MSH-10 ; avec AE un ERR : ERR-3 207 et ERR-5
      900 à 906 pour un refus applicatif, sinon un autre ERR-3 sans ERR-5.
    ATTENDU : l'acquittement de cette forme, avec l'erreur qui convient.
    REQUIREMENT: the software answers ACK with MSA-1 and MSA-2 = MSH-10; with AE an ERR: ERR-3 207 and
      ERR-5 900 to 906 for an application refusal, otherwise another ERR-3 without ERR-5.
    EXPECTED: the acknowledgement of that form, with the fitting error.
    """
    dpi = BesidePfi(bench)
    request, answer = dpi.transfer(dpi.n1(dpi.patient.unqualified()))
    bench.judge(gateway.transfer_refused(answer, ["902", "903", "905"]), answered_in_form(request, answer))


@case(
    "X-LPS-02/other-traits",
    requirements=["X-LPS-02"],
    needs=["configure"],
    level="advanced",
    roles=["receive"],
    fr="Traits différents",
    en="Other traits",
)
def test_transfer_other_traits(bench: Bench) -> None:
    """The INS is known, the birth name differs.

    EXIGENCE : le logiciel répond ACK avec MSA-1 et MSA-2 = MSH-10 ; avec AE un ERR : ERR-3 207 et ERR-5
      900 à 906 pour un refus applicatif, sinon un autre ERR-3 sans ERR-5.
    ATTENDU : l'acquittement de cette forme, avec l'erreur qui convient.
    REQUIREMENT: the software answers ACK with MSA-1 and MSA-2 = MSH-10; with AE an ERR: ERR-3 207 and
      ERR-5 900 to 906 for an application refusal, otherwise another ERR-3 without ERR-5.
    EXPECTED: the acknowledgement of that form, with the fitting error.
    """
    dpi = BesidePfi(bench)
    request, answer = dpi.transfer(dpi.n1(replace(dpi.patient, birth_family=OTHER_NAME)))
    bench.judge(gateway.transfer_refused(answer, ["904", "902"]), answered_in_form(request, answer))


@case(
    "X-LPS-02/without-txa",
    requirements=["X-LPS-02"],
    needs=["configure"],
    level="advanced",
    roles=["receive"],
    fr="Segment TXA absent",
    en="No TXA segment",
)
def test_transfer_without_txa(bench: Bench) -> None:
    """The message has no TXA.

    EXIGENCE : le logiciel répond ACK avec MSA-1 et MSA-2 = MSH-10 ; avec AE un ERR : ERR-3 207 et ERR-5
      900 à 906 pour un refus applicatif, sinon un autre ERR-3 sans ERR-5.
    ATTENDU : l'acquittement de cette forme, avec l'erreur qui convient.
    REQUIREMENT: the software answers ACK with MSA-1 and MSA-2 = MSH-10; with AE an ERR: ERR-3 207 and
      ERR-5 900 to 906 for an application refusal, otherwise another ERR-3 without ERR-5.
    EXPECTED: the acknowledgement of that form, with the fitting error.
    """
    dpi = BesidePfi(bench)
    request, answer = dpi.transfer(dpi.n1(), without=frozenset({"TXA"}))
    bench.judge(gateway.transfer_refused(answer, ["100", "101", "198"]), answered_in_form(request, answer))


@case(
    "X-LPS-02/other-version",
    requirements=["X-LPS-02"],
    needs=["configure"],
    level="advanced",
    roles=["receive"],
    fr="Version HL7 inattendue",
    en="Unexpected HL7 version",
)
def test_transfer_other_version(bench: Bench) -> None:
    """MSH-12 says 2.3.

    EXIGENCE : le logiciel répond ACK avec MSA-1 et MSA-2 = MSH-10 ; avec AE un ERR : ERR-3 207 et ERR-5
      900 à 906 pour un refus applicatif, sinon un autre ERR-3 sans ERR-5.
    ATTENDU : l'acquittement de cette forme, avec l'erreur qui convient.
    REQUIREMENT: the software answers ACK with MSA-1 and MSA-2 = MSH-10; with AE an ERR: ERR-3 207 and
      ERR-5 900 to 906 for an application refusal, otherwise another ERR-3 without ERR-5.
    EXPECTED: the acknowledgement of that form, with the fitting error.
    """
    dpi = BesidePfi(bench)
    request, answer = dpi.transfer(dpi.n1(), version="2.3")
    bench.judge(gateway.transfer_refused(answer, ["203"]), answered_in_form(request, answer))


@case(
    "X-LPS-02/older-version",
    requirements=["X-LPS-02"],
    needs=["configure"],
    level="advanced",
    roles=["receive"],
    fr="Version antérieure du document",
    en="Older version of the document",
)
def test_transfer_older_version(bench: Bench) -> None:
    """The PFI gives version 2, then asks to replace it by version 1.

    EXIGENCE : le logiciel répond ACK avec MSA-1 et MSA-2 = MSH-10 ; avec AE un ERR : ERR-3 207 et ERR-5
      900 à 906 pour un refus applicatif, sinon un autre ERR-3 sans ERR-5.
    ATTENDU : l'acquittement de cette forme, avec l'erreur qui convient.
    REQUIREMENT: the software answers ACK with MSA-1 and MSA-2 = MSH-10; with AE an ERR: ERR-3 207 and
      ERR-5 900 to 906 for an application refusal, otherwise another ERR-3 without ERR-5.
    EXPECTED: the acknowledgement of that form, with the fitting error.
    """
    dpi = BesidePfi(bench)
    first = dpi.n1()
    dpi.transfer(dpi.n1(replacing=first))
    request, answer = dpi.transfer(first, order=Order.REPLACE)
    bench.judge(gateway.transfer_refused(answer, ["900"]), answered_in_form(request, answer))
