"""X-TX-01 to X-TX-13, PFI.MSS/UX.03 — what the software gives the PFI by HL7 v2, and what becomes of it."""

from harness.bench import Bench
from harness.cases import case
from harness.checks import gateway
from harness.gateways import Hospital, Order

NEEDS = ("configure",)
APP = ("APP",)


@case(
    "X-TX-10/event-and-order",
    requirements=["X-TX-10"],
    needs=NEEDS,
    level="advanced",
    mailboxes=APP,
    roles=["send"],
    fr="Évènement et ORC-1 contradictoires",
    en="Event and ORC-1 contradict each other",
)
def test_event_and_order(bench: Bench) -> None:
    """An MDM^T02 (first sending) whose ORC-1 says RO (replacement).

    EXIGENCE : quand l'évènement, ORC-1 et OBX-11 ne disent pas la même action, la PFI rejette le message.
    ATTENDU : ACK AE ou AR avec ERR, aucun courriel.
    REQUIREMENT: when event, ORC-1 and OBX-11 do not tell the same action, the PFI rejects the message.
    EXPECTED: ACK AE or AR with ERR, no mail.
    """
    hospital = Hospital(bench)
    done = hospital.give(hospital.request(order_control="RO"), quiet=True)
    bench.judge(gateway.refused(done.answer, done.sent))
