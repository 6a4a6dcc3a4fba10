"""X-DSN-01 and MDV:MSS/va1.13 — delivery reports understood, the operator's size limit respected."""

from harness.bench import Bench
from harness.cases import case
from harness.checks.reception import failure_told, size_told
from harness.scenes import report_received, send_one

TWO_MEGABYTES = 2_000_000


@case(
    "X-DSN-01/failed",
    requirements=["X-DSN-01"],
    needs=["send", "list"],
    roles=["receive"],
    fr="Rapport de non-remise reconnu",
    en="Delivery failure report recognised",
)
def test_failed(bench: Bench) -> None:
    """A mail to an unknown mailbox is accepted, then returned.

    EXIGENCE : un rapport de remise reçu est reconnu ; Action, Status et Diagnostic-Code servent à informer.
    ATTENDU : le produit le montre comme un rapport, avec l'échec et sa cause.
    REQUIREMENT: a delivery report received is recognised; Action, Status and Diagnostic-Code serve to inform.
    EXPECTED: the product shows it as a report, with the failure and its cause.
    """
    sent = send_one(bench, to=[bench.tenant.bouncing_address])
    report = report_received(bench)
    bench.judge(failure_told(bench.product.messages(), report, sent.mail))


@case(
    "MDV-MSS-va1.13/too-big",
    requirements=["MDV:MSS/va1.13"],
    needs=["send"],
    roles=["send"],
    fr="Courriel au-delà de la limite de l'opérateur",
    en="Mail beyond the operator's limit",
)
def test_too_big(bench: Bench) -> None:
    """The operator announces SIZE of one megabyte; the attachment weighs two.

    EXIGENCE : les pièces jointes respectent la taille maximale de l'opérateur.
    ATTENDU : l'utilisateur est prévenu, avant l'envoi ou par le refus ; le produit n'annonce pas de succès.
    REQUIREMENT: attachments respect the operator's maximum size.
    EXPECTED: the user is told, before sending or by the refusal; the product reports no success.
    """
    bench.need_parameter("send", "attachments")
    bench.endpoint("smtp", size_limit=1_000_000)
    attachment = bench.attachment("scanner.dcm", "application/dicom", TWO_MEGABYTES)
    answer = bench.product.send(attachments=[attachment])
    bench.judge(size_told(answer, bench.connections("smtp")))
