"""X-DSN-01 — a delivery failure is shown at the sent mail that it is about, for whom and why."""

import pytest

from harness.artefacts.sent import SentMail
from harness.bench import Bench
from harness.cases import case
from harness.checks.reception import failure_told
from harness.checks.screen import failures_shown
from harness.letters import in_outbox, need_own_ids
from harness.scenes import report_received, send_one

SENT_OR_DELIVERED = ("sent", "delivered")


def sent_mails(id_: str, *, fr: str, en: str) -> pytest.MarkDecorator:
    """Mark a case in which the user looks at what became of a mail, where the product shows it."""
    return case(
        id_,
        requirements=["X-DSN-01"],
        needs=["send", "outbox|list"],
        roles=["receive"],
        fr=fr,
        en=en,
    )


@sent_mails(
    "X-DSN-01/of-two-mails",
    fr="Non-remise d'un courriel, pas du suivant",
    en="Delivery failure of a mail, not of the next",
)
def test_of_two_mails(bench: Bench) -> None:
    """A mail that fails is followed by one that arrives.

    EXIGENCE : un rapport de remise est reconnu ; Action, Status et Diagnostic-Code servent à informer.
    ATTENDU : le premier courriel est montré en échec, avec la cause ; pas le second.
    REQUIREMENT: a delivery report is recognised; Action, Status and Diagnostic-Code serve to inform.
    EXPECTED: the first mail is shown as failed, with the cause; not the second.
    """
    bouncing = bench.tenant.bouncing_address
    first = send_one(bench, to=[bouncing])
    second = send_one(bench)
    need_own_ids(first, second)
    if not bench.product.can("outbox"):
        _judge_list(bench, first)
        return
    report_received(bench)
    bench.judge(
        in_outbox(
            bench,
            lambda shown: (
                *failures_shown(shown, first.mail, [bouncing], [_state(first)]),
                *failures_shown(shown, second.mail, [], SENT_OR_DELIVERED),
            ),
        )
    )


@sent_mails(
    "X-DSN-01/one-of-two-recipients",
    fr="Non-remise à un destinataire sur deux",
    en="Delivery failure for one recipient of two",
)
def test_one_of_two_recipients(bench: Bench) -> None:
    """One of two recipients is unknown.

    EXIGENCE : un rapport de remise est reconnu ; Action, Status et Diagnostic-Code servent à informer.
    ATTENDU : le courriel est montré en échec partiel, pour ce destinataire et lui seul.
    REQUIREMENT: a delivery report is recognised; Action, Status and Diagnostic-Code serve to inform.
    EXPECTED: the mail is shown as partly failed, for this recipient alone.
    """
    bouncing = bench.tenant.bouncing_address
    sent = send_one(bench, to=[bench.tenant.correspondent.address, bouncing])
    need_own_ids(sent)
    if not bench.product.can("outbox"):
        _judge_list(bench, sent)
        return
    report_received(bench)
    state = [_state(sent)]
    bench.judge(in_outbox(bench, lambda shown: failures_shown(shown, sent.mail, [bouncing], state)))


def _state(sent: SentMail) -> str:
    """Return what the mail is shown as when one of those to whom it really went has no mailbox."""
    return "failed" if len(sent.recipients) == 1 else "partly-failed"


def _judge_list(bench: Bench, sent: SentMail) -> None:
    """Judge a product that shows reports in the list of received mails and nowhere else."""
    report = report_received(bench)
    bench.judge(failure_told(bench.product.messages(), report, sent.mail))
