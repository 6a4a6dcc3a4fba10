"""X-TX-02 to X-TX-13, PFI.MSS/UX.03 — what the software gives the PFI by HL7 v2, and the mail that leaves."""

from harness.bench import Bench
from harness.checks import gateway
from harness.gateways import (
    Hospital,
    Order,
    acknowledgement,
    gateway_case,
    sent_as_asked,
)


@gateway_case(
    "X-TX-10/event-and-order",
    requirements=["X-TX-10"],
    fr="Évènement et ORC-1 contradictoires",
    en="Event and ORC-1 contradict each other",
)
def test_event_and_order(bench: Bench) -> None:
    """An MDM^T02 (first sending) whose ORC-1 says RO (replacement).

    EXIGENCE : quand l'évènement, ORC-1 et OBX-11 ne disent pas la même action, la PFI rejette le
      message.
    ATTENDU : ACK AE ou AR avec ERR, aucun courriel.
    REQUIREMENT: when event, ORC-1 and OBX-11 do not tell the same action, the PFI rejects the message.
    EXPECTED: ACK AE or AR with ERR, no mail.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(order_control="RO"), quiet=True)
    bench.judge(gateway.refused(done.answer, done.sent))


@gateway_case(
    "X-TX-10/event-and-status",
    requirements=["X-TX-10"],
    fr="Évènement et OBX-11 contradictoires",
    en="Event and OBX-11 contradict each other",
)
def test_event_and_status(bench: Bench) -> None:
    """An MDM^T10 (replacement) whose document says F (first sending).

    EXIGENCE : quand l'évènement, ORC-1 et OBX-11 ne disent pas la même action, la PFI rejette le
      message.
    ATTENDU : ACK AE ou AR avec ERR, aucun courriel.
    REQUIREMENT: when event, ORC-1 and OBX-11 do not tell the same action, the PFI rejects the message.
    EXPECTED: ACK AE or AR with ERR, no mail.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(order=Order.REPLACE, status="F"), quiet=True)
    bench.judge(gateway.refused(done.answer, done.sent))


@gateway_case(
    "X-TX-10/oru",
    requirements=["X-TX-10"],
    fr="ORU : ORC-1 et OBX-11 contradictoires",
    en="ORU: ORC-1 and OBX-11 contradict each other",
)
def test_oru_contradicts(bench: Bench) -> None:
    """An ORU whose ORC-1 says NW (new) and whose document says D (deletion).

    EXIGENCE : quand l'évènement, ORC-1 et OBX-11 ne disent pas la même action, la PFI rejette le
      message.
    ATTENDU : ACK AE ou AR avec ERR, aucun courriel.
    REQUIREMENT: when event, ORC-1 and OBX-11 do not tell the same action, the PFI rejects the message.
    EXPECTED: ACK AE or AR with ERR, no mail.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(kind="ORU", status="D"), quiet=True)
    bench.judge(gateway.refused(done.answer, done.sent))


@gateway_case(
    "X-TX-11/mdm",
    requirements=["X-TX-11"],
    fr="Acquittement d'un MDM",
    en="Acknowledgement of an MDM",
)
def test_ack_mdm(bench: Bench) -> None:
    """A valid MDM^T02.

    EXIGENCE : la PFI répond ACK avec MSA-1, MSA-2 = MSH-10, la version de la demande, applications et
      établissements échangés ; ERR avec AE ou AR.
    ATTENDU : un ACK de cette forme.
    REQUIREMENT: the PFI answers ACK with MSA-1, MSA-2 = MSH-10, the version of the request,
      applications and facilities swapped; ERR with AE or AR.
    EXPECTED: an ACK of that form.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request())
    bench.judge(gateway.taken(done.answer), acknowledgement(done))


@gateway_case(
    "X-TX-11/oru",
    requirements=["X-TX-11"],
    fr="Acquittement d'un ORU",
    en="Acknowledgement of an ORU",
)
def test_ack_oru(bench: Bench) -> None:
    """A valid ORU^R01.

    EXIGENCE : la PFI répond ACK avec MSA-1, MSA-2 = MSH-10, la version de la demande, applications et
      établissements échangés ; ERR avec AE ou AR.
    ATTENDU : un ACK de cette forme.
    REQUIREMENT: the PFI answers ACK with MSA-1, MSA-2 = MSH-10, the version of the request,
      applications and facilities swapped; ERR with AE or AR.
    EXPECTED: an ACK of that form.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(kind="ORU"))
    bench.judge(gateway.answers(done.answer), acknowledgement(done))


@gateway_case(
    "X-TX-11/replacement",
    requirements=["X-TX-11"],
    fr="Acquittement d'un remplacement",
    en="Acknowledgement of a replacement",
)
def test_ack_replacement(bench: Bench) -> None:
    """A valid MDM^T10.

    EXIGENCE : la PFI répond ACK avec MSA-1, MSA-2 = MSH-10, la version de la demande, applications et
      établissements échangés ; ERR avec AE ou AR.
    ATTENDU : un ACK de cette forme.
    REQUIREMENT: the PFI answers ACK with MSA-1, MSA-2 = MSH-10, the version of the request,
      applications and facilities swapped; ERR with AE or AR.
    EXPECTED: an ACK of that form.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(order=Order.REPLACE))
    bench.judge(gateway.taken(done.answer), acknowledgement(done))


@gateway_case(
    "X-TX-11/without-pid",
    requirements=["X-TX-11"],
    fr="Message sans PID",
    en="Message without PID",
)
def test_ack_without_pid(bench: Bench) -> None:
    """An MDM without its mandatory PID segment.

    EXIGENCE : la PFI répond ACK avec MSA-1, MSA-2 = MSH-10, la version de la demande, applications et
      établissements échangés ; ERR avec AE ou AR.
    ATTENDU : un ACK de cette forme.
    REQUIREMENT: the PFI answers ACK with MSA-1, MSA-2 = MSH-10, the version of the request,
      applications and facilities swapped; ERR with AE or AR.
    EXPECTED: an ACK of that form.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(without=frozenset({"PID"})), quiet=True)
    bench.judge(gateway.refused(done.answer, (), rule="PFI-003"), acknowledgement(done))


@gateway_case(
    "X-TX-11/refusal",
    requirements=["X-TX-11"],
    fr="Acquittement d'un refus",
    en="Acknowledgement of a refusal",
)
def test_ack_refusal(bench: Bench) -> None:
    """An MDM^T04 whose ORC-1 says NW: wrong, so refused with its error.

    EXIGENCE : la PFI répond ACK avec MSA-1, MSA-2 = MSH-10, la version de la demande, applications et
      établissements échangés ; ERR avec AE ou AR.
    ATTENDU : un ACK de cette forme.
    REQUIREMENT: the PFI answers ACK with MSA-1, MSA-2 = MSH-10, the version of the request,
      applications and facilities swapped; ERR with AE or AR.
    EXPECTED: an ACK of that form.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(order=Order.DELETE, order_control="NW"), quiet=True)
    bench.judge(gateway.refused(done.answer, (), rule="PFI-003"), acknowledgement(done))


@gateway_case(
    "X-TX-13/oru",
    requirements=["X-TX-13"],
    fr="ORU accepté",
    en="ORU accepted",
)
def test_accepts_oru(bench: Bench) -> None:
    """A document comes by ORU.

    EXIGENCE : le créateur choisit ORU ou MDM ; la PFI doit accepter les deux.
    ATTENDU : ACK AA et le courriel, archive comprise.
    REQUIREMENT: the creator chooses ORU or MDM; the PFI must accept both.
    EXPECTED: ACK AA and the mail with its archive.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(kind="ORU"))
    bench.judge(sent_as_asked(done))


@gateway_case(
    "X-TX-13/mdm",
    requirements=["X-TX-13"],
    fr="MDM accepté",
    en="MDM accepted",
)
def test_accepts_mdm(bench: Bench) -> None:
    """A document comes by MDM.

    EXIGENCE : le créateur choisit ORU ou MDM ; la PFI doit accepter les deux.
    ATTENDU : ACK AA et le courriel, archive comprise.
    REQUIREMENT: the creator chooses ORU or MDM; the PFI must accept both.
    EXPECTED: ACK AA and the mail with its archive.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(kind="MDM"))
    bench.judge(sent_as_asked(done))


@gateway_case(
    "X-TX-02/visible-to-all",
    requirements=["X-TX-02"],
    fr="Document visible : professionnel et patient",
    en="Visible document: professional and patient",
)
def test_row_visible(bench: Bench) -> None:
    """Visible to all, for a professional and the patient.

    EXIGENCE : les combinaisons de métadonnées que le volet énumère mènent à un envoi.
    ATTENDU : ACK AA et le courriel aux destinataires prévus.
    REQUIREMENT: the combinations of metadata that the volet lists lead to a sending.
    EXPECTED: ACK AA and the mail to the recipients foreseen.
    """
    hospital = Hospital(bench)
    request = hospital.request(flags=frozenset({"DESTMSSANTEPS", "DESTMSSANTEPAT"}), recipients=hospital.both)
    done = hospital.give(request)
    bench.judge(gateway.taken(done.answer), gateway.left(done.sent, done.wanted))


@gateway_case(
    "X-TX-02/hidden-from-patient",
    requirements=["X-TX-02"],
    fr="Document invisible au patient : professionnel seul",
    en="Document hidden from the patient: professional only",
)
def test_row_hidden(bench: Bench) -> None:
    """Hidden from the patient, for a professional.

    EXIGENCE : les combinaisons de métadonnées que le volet énumère mènent à un envoi.
    ATTENDU : ACK AA et le courriel aux destinataires prévus.
    REQUIREMENT: the combinations of metadata that the volet lists lead to a sending.
    EXPECTED: ACK AA and the mail to the recipients foreseen.
    """
    hospital = Hospital(bench)
    request = hospital.request(
        flags=frozenset({"INVISIBLE_PATIENT", "DESTMSSANTEPS"}), recipients=hospital.professional
    )
    done = hospital.give(request)
    bench.judge(gateway.taken(done.answer), gateway.left(done.sent, done.wanted))


@gateway_case(
    "X-TX-02/patient-only",
    requirements=["X-TX-02"],
    fr="Document masqué aux professionnels : patient seul",
    en="Document hidden from professionals: patient only",
)
def test_row_patient(bench: Bench) -> None:
    """Hidden from professionals, for the patient alone.

    EXIGENCE : les combinaisons de métadonnées que le volet énumère mènent à un envoi.
    ATTENDU : ACK AA et le courriel aux destinataires prévus.
    REQUIREMENT: the combinations of metadata that the volet lists lead to a sending.
    EXPECTED: ACK AA and the mail to the recipients foreseen.
    """
    hospital = Hospital(bench)
    request = hospital.request(
        flags=frozenset({"MASQUE_PS", "DESTMSSANTEPAT"}), recipients=hospital.patient_only
    )
    done = hospital.give(request)
    bench.judge(gateway.taken(done.answer), gateway.left(done.sent, done.wanted))


@gateway_case(
    "X-TX-02/forbidden",
    requirements=["X-TX-02"],
    fr="Document invisible au patient et destiné au patient",
    en="Document hidden from the patient and meant for the patient",
)
def test_forbidden(bench: Bench) -> None:
    """INVISIBLE_PATIENT and DESTMSSANTEPAT are both Y.

    EXIGENCE : un document invisible au patient ne doit pas lui être envoyé.
    ATTENDU : ACK AE ou AR avec ERR, aucun courriel au patient.
    REQUIREMENT: a document hidden from the patient must not be sent to the patient.
    EXPECTED: ACK AE or AR with ERR, no mail to the patient.
    """
    hospital = Hospital(bench)
    flags = frozenset({"INVISIBLE_PATIENT", "DESTMSSANTEPS", "DESTMSSANTEPAT"})
    done = hospital.give(hospital.request(flags=flags, recipients=hospital.both), quiet=True)
    to_patient = [one for one in done.sent if any(map(gateway.is_patient, one.recipients))]
    bench.judge(gateway.refused(done.answer, to_patient, rule="PFI-017", mails="PFI-017"))


@gateway_case(
    "X-TX-02/unlisted",
    requirements=["X-TX-02"],
    fr="Combinaison hors de la matrice",
    en="Combination outside the matrix",
)
def test_unlisted(bench: Bench) -> None:
    """Visible to all, for professionals only: the commonest case, which the matrix leaves out.

    EXIGENCE : la matrice du volet dit les autres combinaisons en erreur ; ses propres exemples s'en
      servent.
    ATTENDU : rien n'est exigé : ce que fait la PFI est noté.
    REQUIREMENT: the volet's matrix calls other combinations errors; its own examples use them.
    EXPECTED: nothing is demanded: what the PFI does is noted.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request())
    code = done.answer.first("MSA") if done.answer else None
    bench.steps.append(f"MSA-1 {code.value(1) if code else '∅'}, {len(done.sent)} courriel(s)")
