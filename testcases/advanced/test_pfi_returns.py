"""X-TX-05 to X-TX-08, PFI.MSS/UX.04 — what comes back for a mail of the PFI, and what the software is told."""

from harness.bench import Bench
from harness.checks import gateway
from harness.checks.gateway import ANY_CODE
from harness.gateways import Hospital, Receipt, business, gateway_case, need_dmp, offered


@gateway_case(
    "X-TX-06/delivered",
    requirements=["X-TX-06"],
    fr="DSN de remise : ZAM^Z02",
    en="Delivery DSN: ZAM^Z02",
)
def test_delivered(bench: Bench) -> None:
    """The operator delivers; ACK_RECEPTION is Y.

    EXIGENCE : un DSN revient au logiciel en ZAM^Z02 : OBX-4 = MSH-10 de la demande, l'adresse, Y ou N
      avec ERR et le code SMTP.
    ATTENDU : un ZAM^Z02 par destinataire.
    REQUIREMENT: a DSN comes back to the software as ZAM^Z02: OBX-4 = MSH-10 of the request, the
      address, Y or N with ERR and the SMTP code.
    EXPECTED: one ZAM^Z02 a recipient.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(flags=frozenset({"DESTMSSANTEPS", "ACK_RECEPTION"})))
    zams = hospital.after(done, "Z02", delivered=True)
    bench.judge(gateway.returned(zams, [gateway.Back(hospital.recipient)]), business(zams, done))


@gateway_case(
    "X-TX-06/failed",
    requirements=["X-TX-06"],
    fr="DSN d'échec : ZAM^Z02 en erreur",
    en="Failure DSN: ZAM^Z02 in error",
)
def test_failed(bench: Bench) -> None:
    """The operator reports a failure 550; ACK_RECEPTION is Y.

    EXIGENCE : un DSN revient au logiciel en ZAM^Z02 : OBX-4 = MSH-10 de la demande, l'adresse, Y ou N
      avec ERR et le code SMTP.
    ATTENDU : un ZAM^Z02 par destinataire.
    REQUIREMENT: a DSN comes back to the software as ZAM^Z02: OBX-4 = MSH-10 of the request, the
      address, Y or N with ERR and the SMTP code.
    EXPECTED: one ZAM^Z02 a recipient.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(flags=frozenset({"DESTMSSANTEPS", "ACK_RECEPTION"})))
    zams = hospital.after(done, "Z02", failed="550 5.1.1 boite inconnue")
    bench.judge(gateway.returned(zams, [gateway.Back(hospital.recipient, "550")]), business(zams, done))


@gateway_case(
    "PFI.MSS-UX.04/delivered",
    requirements=["PFI.MSS/UX.04"],
    fr="Retour d'une remise",
    en="Return of a delivery",
)
def test_business_delivered(bench: Bench) -> None:
    """The operator delivers; ACK_RECEPTION is Y.

    EXIGENCE : la PFI rend au logiciel les résultats DMP, patient et professionnel par ZAM.
    ATTENDU : un accusé par destinataire.
    REQUIREMENT: the PFI returns the results of DMP, patient and professional by ZAM.
    EXPECTED: one acknowledgement a recipient.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(flags=frozenset({"DESTMSSANTEPS", "ACK_RECEPTION"})))
    zams = hospital.after(done, "Z02", delivered=True)
    bench.judge(gateway.returned(zams, [gateway.Back(hospital.recipient)]))


@gateway_case(
    "PFI.MSS-UX.04/failed",
    requirements=["PFI.MSS/UX.04"],
    fr="Retour d'un échec",
    en="Return of a failure",
)
def test_business_failed(bench: Bench) -> None:
    """The operator reports a failure; ACK_RECEPTION is Y.

    EXIGENCE : la PFI rend au logiciel les résultats DMP, patient et professionnel par ZAM.
    ATTENDU : un accusé par destinataire.
    REQUIREMENT: the PFI returns the results of DMP, patient and professional by ZAM.
    EXPECTED: one acknowledgement a recipient.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(flags=frozenset({"DESTMSSANTEPS", "ACK_RECEPTION"})))
    zams = hospital.after(done, "Z02", failed="550 5.1.1 boite inconnue")
    bench.judge(gateway.returned(zams, [gateway.Back(hospital.recipient)]))


@gateway_case(
    "X-TX-07/read",
    requirements=["X-TX-07"],
    fr="MDN d'intégration : ZAM^Z03",
    en="Integration MDN: ZAM^Z03",
)
def test_read(bench: Bench) -> None:
    """The recipient integrates; ACK_LECTURE_MSS is Y.

    EXIGENCE : un MDN peut revenir au logiciel en ZAM^Z03 : OBX-4 = MSH-10 de la demande, le lecteur, Y
      ou N avec ERR. Ni le volet ni le Ségur ne l'exigent.
    ATTENDU : rien, ou un ZAM^Z03 de cette forme.
    REQUIREMENT: an MDN may come back to the software as ZAM^Z03: OBX-4 = MSH-10 of the request, the
      reader, Y or N with ERR. Neither the volet nor Ségur demands it.
    EXPECTED: nothing, or a ZAM^Z03 of that form.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(flags=frozenset({"DESTMSSANTEPS", "ACK_LECTURE_MSS"})))
    zams = hospital.after(done, "Z03", receipt=Receipt("processed", automatic=True))
    bench.judge(gateway.returned(offered(zams), [gateway.Back(hospital.recipient)]), business(zams, done))


@gateway_case(
    "X-TX-07/rejected",
    requirements=["X-TX-07"],
    fr="MDN en erreur : ZAM^Z03 en erreur",
    en="MDN in error: ZAM^Z03 in error",
)
def test_rejected(bench: Bench) -> None:
    """The recipient could not integrate; ACK_LECTURE_MSS is Y.

    EXIGENCE : un MDN peut revenir au logiciel en ZAM^Z03 : OBX-4 = MSH-10 de la demande, le lecteur, Y
      ou N avec ERR. Ni le volet ni le Ségur ne l'exigent.
    ATTENDU : rien, ou un ZAM^Z03 de cette forme.
    REQUIREMENT: an MDN may come back to the software as ZAM^Z03: OBX-4 = MSH-10 of the request, the
      reader, Y or N with ERR. Neither the volet nor Ségur demands it.
    EXPECTED: nothing, or a ZAM^Z03 of that form.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(flags=frozenset({"DESTMSSANTEPS", "ACK_LECTURE_MSS"})))
    zams = hospital.after(done, "Z03", receipt=Receipt("processed", automatic=True, error=True))
    bench.judge(
        gateway.returned(offered(zams), [gateway.Back(hospital.recipient, ANY_CODE)]), business(zams, done)
    )


@gateway_case(
    "X-TX-08/reception-not-asked",
    requirements=["X-TX-08"],
    fr="DSN sans ACK_RECEPTION",
    en="DSN without ACK_RECEPTION",
)
def test_reception_not_asked(bench: Bench) -> None:
    """A delivery report comes though ACK_RECEPTION is N.

    EXIGENCE : les accusés métier ne sont rendus que demandés : ACK_RECEPTION = Y pour Z01 et Z02,
      ACK_LECTURE_MSS = Y pour Z03.
    ATTENDU : aucun ZAM non demandé.
    REQUIREMENT: business acknowledgements are returned only when asked for: ACK_RECEPTION = Y for Z01
      and Z02, ACK_LECTURE_MSS = Y for Z03.
    EXPECTED: no ZAM that was not asked for.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(flags=frozenset({"DESTMSSANTEPS", "ACK_LECTURE_MSS"})))
    zams = hospital.after(done, "Z02", delivered=True, quiet=True)
    bench.judge(gateway.unasked(zams))


@gateway_case(
    "X-TX-08/reading-not-asked",
    requirements=["X-TX-08"],
    fr="MDN sans ACK_LECTURE_MSS",
    en="MDN without ACK_LECTURE_MSS",
)
def test_reading_not_asked(bench: Bench) -> None:
    """A notification comes though ACK_LECTURE_MSS is N.

    EXIGENCE : les accusés métier ne sont rendus que demandés : ACK_RECEPTION = Y pour Z01 et Z02,
      ACK_LECTURE_MSS = Y pour Z03.
    ATTENDU : aucun ZAM non demandé.
    REQUIREMENT: business acknowledgements are returned only when asked for: ACK_RECEPTION = Y for Z01
      and Z02, ACK_LECTURE_MSS = Y for Z03.
    EXPECTED: no ZAM that was not asked for.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(flags=frozenset({"DESTMSSANTEPS", "ACK_RECEPTION"})))
    zams = hospital.after(done, "Z03", receipt=Receipt("processed", automatic=True), quiet=True)
    bench.judge(gateway.unasked(zams))


@gateway_case(
    "X-TX-05/dmp",
    requirements=["X-TX-05"],
    fr="Document destiné au DMP : ZAM^Z01",
    en="Document meant for the DMP: ZAM^Z01",
)
def test_dmp(bench: Bench) -> None:
    """DESTDMP and ACK_RECEPTION are Y.

    EXIGENCE : le résultat du DMP revient en ZAM^Z01 : ACK_RECEPTION_DMP, OBX-4 = MSH-10 de la demande,
      Y ou N avec ERR. Le banc n'a pas de DMP.
    ATTENDU : un ZAM^Z01 de cette forme quand il vient ; sinon l'exigence se déclare.
    REQUIREMENT: the result of the DMP comes back as ZAM^Z01: ACK_RECEPTION_DMP, OBX-4 = MSH-10 of the
      request, Y or N with ERR. The bench has no DMP.
    EXPECTED: a ZAM^Z01 of that form when it comes; otherwise the requirement is declared.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(flags=frozenset({"DESTMSSANTEPS", "DESTDMP", "ACK_RECEPTION"})))
    zams = hospital.after(done, "Z01", quiet=True)
    bench.judge(business(need_dmp(zams), done))
