"""X-TX-12, X-LPS-02, DPI.MSS/UX.01 and UX.04 — what a software answers to its PFI, files and shows."""

from dataclasses import replace

from harness.bench import Bench
from harness.beside_pfi import (
    BesidePfi,
    Order,
    Reply,
    answered_in_form,
    need_messages,
)
from harness.cases import case
from harness.checks import beside_pfi

OTHER_NAME = "AUTRE-NOM"


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
    bench.judge(beside_pfi.zam_acknowledged(answer), answered_in_form(zam, answer))


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
    bench.judge(beside_pfi.zam_acknowledged(answer), answered_in_form(zam, answer))


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
    bench.judge(beside_pfi.zam_acknowledged(answer), answered_in_form(zam, answer))


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
    bench.judge(beside_pfi.failure_shown(bench.product.outbox()))


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
    bench.judge(beside_pfi.failure_shown(bench.product.outbox()))


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
    bench.judge(beside_pfi.transfer_taken(answer), beside_pfi.integrated(shown, cda.header.id))


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
    bench.judge(beside_pfi.transfer_taken(answer), answered_in_form(request, answer))


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
    bench.judge(beside_pfi.transfer_refused(answer, ["902"]), answered_in_form(request, answer))


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
    bench.judge(beside_pfi.transfer_refused(answer, ["902", "903", "905"]), answered_in_form(request, answer))


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
    bench.judge(beside_pfi.transfer_refused(answer, ["904", "902"]), answered_in_form(request, answer))


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
    bench.judge(beside_pfi.transfer_refused(answer, ["100", "101", "198"]), answered_in_form(request, answer))


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
    bench.judge(beside_pfi.transfer_refused(answer, ["203"]), answered_in_form(request, answer))


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
    bench.judge(beside_pfi.transfer_refused(answer, ["900"]), answered_in_form(request, answer))
