"""X-TX-03, X-TX-04, X-TX-09, PFI.MSS/UX.03 — the mail that the PFI makes of a request."""

from harness.bench import Bench
from harness.checks import gateway
from harness.gateways import (
    BOTH,
    PATIENT_TEXT,
    PS_TEXT,
    REPLACED_TEXT,
    Hospital,
    Order,
    gateway_case,
    need_mails,
    sent_as_asked,
)


@gateway_case(
    "X-TX-03/addresses",
    requirements=["X-TX-03"],
    fr="Expéditeur et destinataire",
    en="Sender and recipient",
)
def test_addresses(bench: Bench) -> None:
    """A request for one professional.

    EXIGENCE : From est la BAL APP, To vient des PRT RCT, Reply-To du PRT REPLY, sans Sender ; le corps
      vient de CORPSMAIL.
    ATTENDU : un courriel qui suit la demande.
    REQUIREMENT: From is the APP mailbox, To comes from PRT RCT, Reply-To from PRT REPLY, without
      Sender; the body comes from CORPSMAIL.
    EXPECTED: a mail that follows the request.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request())
    bench.judge(gateway.mapped(need_mails(done), done.wanted))


@gateway_case(
    "X-TX-03/several-recipients",
    requirements=["X-TX-03"],
    fr="Plusieurs destinataires",
    en="Several recipients",
)
def test_several(bench: Bench) -> None:
    """A request with two PRT RCT.

    EXIGENCE : From est la BAL APP, To vient des PRT RCT, Reply-To du PRT REPLY, sans Sender ; le corps
      vient de CORPSMAIL.
    ATTENDU : un courriel qui suit la demande.
    REQUIREMENT: From is the APP mailbox, To comes from PRT RCT, Reply-To from PRT REPLY, without
      Sender; the body comes from CORPSMAIL.
    EXPECTED: a mail that follows the request.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(recipients=hospital.two))
    bench.judge(gateway.mapped(need_mails(done), done.wanted))


@gateway_case(
    "X-TX-03/reply-to",
    requirements=["X-TX-03"],
    fr="Adresse de réponse",
    en="Return address",
)
def test_reply_to(bench: Bench) -> None:
    """A request with PRT REPLY.

    EXIGENCE : From est la BAL APP, To vient des PRT RCT, Reply-To du PRT REPLY, sans Sender ; le corps
      vient de CORPSMAIL.
    ATTENDU : un courriel qui suit la demande.
    REQUIREMENT: From is the APP mailbox, To comes from PRT RCT, Reply-To from PRT REPLY, without
      Sender; the body comes from CORPSMAIL.
    EXPECTED: a mail that follows the request.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(reply_to=hospital.contact))
    bench.judge(gateway.mapped(need_mails(done), done.wanted))


@gateway_case(
    "X-TX-03/body",
    requirements=["X-TX-03"],
    fr="Corps choisi par le logiciel",
    en="Body chosen by the software",
)
def test_body(bench: Bench) -> None:
    """A request with CORPSMAIL_PS.

    EXIGENCE : From est la BAL APP, To vient des PRT RCT, Reply-To du PRT REPLY, sans Sender ; le corps
      vient de CORPSMAIL.
    ATTENDU : un courriel qui suit la demande.
    REQUIREMENT: From is the APP mailbox, To comes from PRT RCT, Reply-To from PRT REPLY, without
      Sender; the body comes from CORPSMAIL.
    EXPECTED: a mail that follows the request.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(bodies={"CORPSMAIL_PS": PS_TEXT}))
    bench.judge(gateway.mapped(need_mails(done), done.wanted))


@gateway_case(
    "X-TX-03/two-bodies",
    requirements=["X-TX-03"],
    fr="Corps différents pour le professionnel et le patient",
    en="Different bodies for professional and patient",
)
def test_two_bodies(bench: Bench) -> None:
    """A request for both, with CORPSMAIL_PS and CORPSMAIL_PATIENT.

    EXIGENCE : From est la BAL APP, To vient des PRT RCT, Reply-To du PRT REPLY, sans Sender ; le corps
      vient de CORPSMAIL.
    ATTENDU : un courriel qui suit la demande.
    REQUIREMENT: From is the APP mailbox, To comes from PRT RCT, Reply-To from PRT REPLY, without
      Sender; the body comes from CORPSMAIL.
    EXPECTED: a mail that follows the request.
    """
    hospital = Hospital(bench)
    done = hospital.give(
        hospital.request(
            recipients=hospital.both,
            flags=BOTH,
            bodies={"CORPSMAIL_PS": PS_TEXT, "CORPSMAIL_PATIENT": PATIENT_TEXT},
        )
    )
    bench.judge(gateway.mapped(need_mails(done), done.wanted))


@gateway_case(
    "X-TX-04/fin",
    requirements=["X-TX-04"],
    fr="Échange clos (FIN)",
    en="Closed exchange (FIN)",
)
def test_nte_fin(bench: Bench) -> None:
    """A document for the professional and the patient.

    EXIGENCE : NTE-4 FIN sous DESTMSSANTEPAT donne X-MSS-MES: FIN.
    ATTENDU : l'en-tête si et seulement si FIN est demandé.
    REQUIREMENT: NTE-4 FIN under DESTMSSANTEPAT gives X-MSS-MES: FIN.
    EXPECTED: the header if and only if FIN is asked.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(recipients=hospital.both, flags=BOTH, finished=True))
    bench.judge(gateway.mapped(need_mails(done), done.wanted))


@gateway_case(
    "X-TX-04/open",
    requirements=["X-TX-04"],
    fr="Échange laissé ouvert",
    en="Exchange left open",
)
def test_nte_open(bench: Bench) -> None:
    """A document for the professional and the patient.

    EXIGENCE : NTE-4 FIN sous DESTMSSANTEPAT donne X-MSS-MES: FIN.
    ATTENDU : l'en-tête si et seulement si FIN est demandé.
    REQUIREMENT: NTE-4 FIN under DESTMSSANTEPAT gives X-MSS-MES: FIN.
    EXPECTED: the header if and only if FIN is asked.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(recipients=hospital.both, flags=BOTH, finished=False))
    bench.judge(gateway.mapped(need_mails(done), done.wanted))


@gateway_case(
    "X-TX-09/replacement",
    requirements=["X-TX-09"],
    fr="Remplacement, corps par défaut",
    en="Replacement, default body",
)
def test_action_replacement(bench: Bench) -> None:
    """A request with ORC-1 RO.

    EXIGENCE : le courriel dit que le document en remplace un autre ou doit être supprimé, et
      METADATA.XML porte le slot C ou D.
    ATTENDU : la mention (corps donné ou par défaut) et le slot.
    REQUIREMENT: the mail tells that the document replaces another or must be deleted, and METADATA.XML
      has the slot C or D.
    EXPECTED: the mention (body given or default) and the slot.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(order=Order.REPLACE))
    bench.judge(gateway.mapped(need_mails(done), done.wanted))


@gateway_case(
    "X-TX-09/deletion",
    requirements=["X-TX-09"],
    fr="Suppression, corps par défaut",
    en="Deletion, default body",
)
def test_action_deletion(bench: Bench) -> None:
    """A request with ORC-1 CA.

    EXIGENCE : le courriel dit que le document en remplace un autre ou doit être supprimé, et
      METADATA.XML porte le slot C ou D.
    ATTENDU : la mention (corps donné ou par défaut) et le slot.
    REQUIREMENT: the mail tells that the document replaces another or must be deleted, and METADATA.XML
      has the slot C or D.
    EXPECTED: the mention (body given or default) and the slot.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(order=Order.DELETE))
    bench.judge(gateway.mapped(need_mails(done), done.wanted))


@gateway_case(
    "X-TX-09/first",
    requirements=["X-TX-09"],
    fr="Premier envoi, sans slot",
    en="First sending, without slot",
)
def test_action_first(bench: Bench) -> None:
    """A request with ORC-1 NW.

    EXIGENCE : le courriel dit que le document en remplace un autre ou doit être supprimé, et
      METADATA.XML porte le slot C ou D.
    ATTENDU : la mention (corps donné ou par défaut) et le slot.
    REQUIREMENT: the mail tells that the document replaces another or must be deleted, and METADATA.XML
      has the slot C or D.
    EXPECTED: the mention (body given or default) and the slot.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(order=Order.NEW))
    bench.judge(gateway.mapped(need_mails(done), done.wanted))


@gateway_case(
    "X-TX-09/replacement-body",
    requirements=["X-TX-09"],
    fr="Remplacement, corps donné",
    en="Replacement, body given",
)
def test_action_replacement_body(bench: Bench) -> None:
    """A request with ORC-1 RO.

    EXIGENCE : le courriel dit que le document en remplace un autre ou doit être supprimé, et
      METADATA.XML porte le slot C ou D.
    ATTENDU : la mention (corps donné ou par défaut) et le slot.
    REQUIREMENT: the mail tells that the document replaces another or must be deleted, and METADATA.XML
      has the slot C or D.
    EXPECTED: the mention (body given or default) and the slot.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(order=Order.REPLACE, bodies={"CORPSMAIL_PS": REPLACED_TEXT}))
    bench.judge(gateway.mapped(need_mails(done), done.wanted))


@gateway_case(
    "PFI.MSS-UX.03/n1",
    requirements=["PFI.MSS/UX.03"],
    fr="Document N1",
    en="N1 document",
)
def test_sends_n1(bench: Bench) -> None:
    """An N1 by MDM.

    EXIGENCE : la PFI reçoit les documents par le volet HL7 et les envoie par MSSanté.
    ATTENDU : ACK AA et un courriel avec l'archive, octet pour octet, et la copie PDF.
    REQUIREMENT: the PFI receives documents by the HL7 volet and sends them by MSSanté.
    EXPECTED: ACK AA and a mail with the archive, octet for octet, and the PDF copy.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request())
    bench.judge(sent_as_asked(done))


@gateway_case(
    "PFI.MSS-UX.03/latin",
    requirements=["PFI.MSS/UX.03"],
    fr="Jeu de caractères 8859/15",
    en="Character set 8859/15",
)
def test_sends_latin(bench: Bench) -> None:
    """An MDM whose MSH-18 is 8859/15.

    EXIGENCE : la PFI reçoit les documents par le volet HL7 et les envoie par MSSanté.
    ATTENDU : ACK AA et un courriel avec l'archive, octet pour octet, et la copie PDF.
    REQUIREMENT: the PFI receives documents by the HL7 volet and sends them by MSSanté.
    EXPECTED: ACK AA and a mail with the archive, octet for octet, and the PDF copy.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(charset="8859/15"))
    bench.judge(sent_as_asked(done))


@gateway_case(
    "PFI.MSS-UX.03/n3",
    requirements=["PFI.MSS/UX.03"],
    fr="Document N3",
    en="N3 document",
)
def test_sends_n3(bench: Bench) -> None:
    """An N3 by MDM.

    EXIGENCE : la PFI reçoit les documents par le volet HL7 et les envoie par MSSanté.
    ATTENDU : ACK AA et un courriel avec l'archive, octet pour octet, et la copie PDF.
    REQUIREMENT: the PFI receives documents by the HL7 volet and sends them by MSSanté.
    EXPECTED: ACK AA and a mail with the archive, octet for octet, and the PDF copy.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(documents=(hospital.n3(),)))
    bench.judge(sent_as_asked(done))
