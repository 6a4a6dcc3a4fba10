"""The rules on a PFI and on a software beside it: each passes on what is right and fails on what is not."""

import random
from dataclasses import replace
from types import SimpleNamespace

import pytest

from harness.artefacts.hl7 import read_hl7
from harness.artefacts.mail import Mail
from harness.artefacts.mdn import read_mdn
from harness.artefacts.sent import SentMail
from harness.checks import beside_pfi, gateway
from harness.checks.gateway import Back, Brought, Wanted
from schemas.rules import rules
from simulators.clock import FrozenClock
from simulators.documents import CR_BIO, Action, DocumentFactory, Envelope
from simulators.hl7 import Order, Reply, Request, Transfer, write_request, write_transfer, write_zam
from simulators.hl7.er7 import Parties
from simulators.hl7.peer import _error

CLOCK = FrozenClock()
PARTIES = Parties("DPI", "CH", "PFI", "CH")
A, B = "a.b@correspondant.mssante.fr", "c.d@correspondant.mssante.fr"
BOX = "pfi@hopital.mssante.fr"
PATIENT = "279035121518989@patient.mssante.fr"
MADE = DocumentFactory(random.Random(11), CLOCK)
FIRST = MADE.n1(CR_BIO)
CDA = MADE.n1(CR_BIO, replacing=FIRST)


def seen(findings):
    return sorted({one.rule for one in findings})


def ack(reply):
    lines = ["MSH|^~\\&|PFI|CH|DPI|CH|20260101||ACK^T02^ACK|A|P|2.6|||||FRA|UNICODE UTF-8"]
    lines.append(f"MSA|{reply.code}|M-1")
    if reply.code != "AA":
        lines.append(_error(reply))
    return read_hl7("\r".join(lines).encode())


def mail(*, action=None, to=(A,), sender=BOX, more="", text="Bonjour", cda=CDA):
    plain = MADE.submission(cda)
    submission = replace(plain, documents=tuple(replace(one, action=action) for one in plain.documents))
    built = MADE.mail_of(Envelope(sender, to, "1234", text=text), MADE.archive([submission]))
    return Mail(more.encode() + built.content)


def sent(one, to=(A,)):
    return SentMail(one, BOX, tuple(to), BOX, SimpleNamespace())


def wanted(**changes):
    return replace(Wanted(BOX, (A,), (CDA.content,)), **changes)


def message(order=Order.NEW, cda=CDA, **changes):
    made = Transfer(
        cda,
        PARTIES,
        "M-1",
        CLOCK.now(),
        A,
        (BOX,),
        "<m1@correspondant.mssante.fr>",
        "XDM/1.0/DDM+CR",
        "Corps",
    )
    return read_hl7(write_transfer(replace(made, order=order, **changes)))


def zam(event="Z02", address=A, error=None):
    return read_hl7(write_zam(event, PARTIES, "Z", "M-1", CLOCK.now(), address=address, error=error))


def order(kind=Order.NEW, to=(A,), **changes):
    made = Request((CDA,), PARTIES, "M-1", CLOCK.now(), to)
    return read_hl7(write_request(replace(made, order=kind, **changes)))


def brought(action=None, cda=CDA, count=1):
    head = f"From: <{A}>\r\nTo: <{BOX}>\r\nMessage-ID: <m1@correspondant.mssante.fr>\r\n"
    raw = f"{head}Subject: XDM/1.0/DDM+CR\r\nContent-Type: text/plain\r\n\r\nCorps\r\n"
    return Brought(Mail(raw.encode()), ((cda.content, action),) * count)


def edited(told, old, new):
    return read_hl7(told.raw.replace(old.encode(), new.encode()))


def mdn(disposition, error=""):
    kind = "multipart/report; report-type=disposition-notification; boundary=b"
    said = f"Disposition: automatic-action/MDN-sent-automatically; {disposition}\r\n{error}"
    text = (
        f"From: <{BOX}>\r\nContent-Type: {kind}\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Final-Recipient: rfc822; {BOX}\r\n{said}\r\n--b--\r\n"
    )
    return read_mdn(Mail(text.encode()))


DONE = SimpleNamespace(status="done", detail="")
AA, AE = ack(Reply()), ack(Reply("AE", condition="101"))
REFUSED = ack(Reply("AE", application="902"))
MAIL, PLAIN = mail(), Mail(b"From: <%s>\r\nTo: <%s>\r\n\r\nBonjour\r\n" % (BOX.encode(), A.encode()))
TO_PATIENT, CLOSED = mail(to=(PATIENT,)), mail(more="X-MSS-MES: FIN\r\n")

# Rule -> (what passes, what fails): findings of each, the rule alone being looked at.
PAIRS = {
    "PFI-001": (lambda: gateway.taken(AA), lambda: gateway.taken(None)),
    "PFI-002": (lambda: gateway.taken(AA), lambda: gateway.taken(AE)),
    "PFI-003": (lambda: gateway.refused(AE, ()), lambda: gateway.refused(AA, ())),
    "PFI-004": (
        lambda: gateway.refused(AE, ()),
        lambda: gateway.refused(edited(AE, "ERR|||101", "ZZZ|||101"), ()),
    ),
    "PFI-005": (lambda: gateway.left([sent(MAIL)], wanted()), lambda: gateway.left([], wanted())),
    "PFI-006": (lambda: gateway.refused(AE, ()), lambda: gateway.refused(AE, [sent(MAIL)])),
    "PFI-007": (
        lambda: gateway.mapped([sent(MAIL)], wanted()),
        lambda: gateway.mapped([sent(mail(sender=B))], wanted()),
    ),
    "PFI-008": (
        lambda: gateway.mapped([sent(MAIL)], wanted()),
        lambda: gateway.mapped([sent(mail(more=f"Sender: <{B}>\r\n"))], wanted()),
    ),
    "PFI-009": (
        lambda: gateway.mapped([sent(MAIL)], wanted()),
        lambda: gateway.mapped([sent(MAIL)], wanted(recipients=(A, B))),
    ),
    "PFI-010": (
        lambda: gateway.mapped([sent(mail(more=f"Reply-To: <{B}>\r\n"))], wanted(reply_to=B)),
        lambda: gateway.mapped([sent(MAIL)], wanted(reply_to=B)),
    ),
    "PFI-011": (
        lambda: gateway.mapped([sent(MAIL)], wanted(bodies={"CORPSMAIL_PS": "Bonjour"})),
        lambda: gateway.mapped([sent(MAIL)], wanted(bodies={"CORPSMAIL_PS": "Bonsoir"})),
    ),
    "PFI-012": (
        lambda: gateway.mapped([sent(CLOSED, (PATIENT,))], wanted(finished=True)),
        lambda: gateway.mapped([sent(TO_PATIENT, (PATIENT,))], wanted(finished=True)),
    ),
    "PFI-013": (
        lambda: gateway.mapped([sent(MAIL)], wanted()),
        lambda: gateway.mapped([sent(MAIL)], wanted(documents=(b"<autre/>",))),
    ),
    "PFI-014": (
        lambda: gateway.mapped([sent(MAIL)], wanted()),
        lambda: gateway.mapped([sent(PLAIN)], wanted()),
    ),
    "PFI-015": (
        lambda: gateway.mapped([sent(mail(action=Action.CHANGE))], wanted(status="C")),
        lambda: gateway.mapped([sent(MAIL)], wanted(status="D")),
    ),
    "PFI-016": (
        lambda: gateway.mapped([sent(mail(text="Document à supprimer"))], wanted(status="D")),
        lambda: gateway.mapped([sent(MAIL)], wanted(status="D")),
    ),
    "PFI-017": (
        lambda: gateway.refused(AE, (), rule="PFI-017"),
        lambda: gateway.refused(AA, (), rule="PFI-017"),
    ),
    "PFI-018": (lambda: gateway.returned([zam()], [Back(A)]), lambda: gateway.returned([], [Back(A)])),
    "PFI-019": (lambda: gateway.unasked([]), lambda: gateway.unasked([zam()])),
    "PFI-020": (
        lambda: gateway.returned([zam(error=("550", "x"))], [Back(A, "550")]),
        lambda: gateway.returned([zam()], [Back(A, "550")]),
    ),
    "PFI-021": (lambda: gateway.returned([zam()], [Back(A)]), lambda: gateway.returned([zam()], [Back(B)])),
    "PFI-022": (
        lambda: gateway.one_each([message()], brought()),
        lambda: gateway.one_each([message()], brought(count=2)),
    ),
    "PFI-023": (
        lambda: gateway.transferred([message(Order.DELETE)], brought("D")),
        lambda: gateway.transferred([message()], brought("D")),
    ),
    "PFI-024": (
        lambda: gateway.transferred([message()], brought()),
        lambda: gateway.transferred([message(sender=B)], brought()),
    ),
    "PFI-025": (
        lambda: gateway.transferred([message()], brought()),
        lambda: gateway.transferred([edited(message(), f"{CDA.header.patient.ipp}^^^&", "0^^^&")], brought()),
    ),
    "PFI-026": (
        lambda: gateway.transferred([message()], brought()),
        lambda: gateway.transferred([message(cda=FIRST)], brought()),
    ),
    "PFI-027": (
        lambda: gateway.transferred([message()], brought()),
        lambda: gateway.transferred([edited(message(), "PV1|1|N", "PV1|1|I")], brought()),
    ),
    "PFI-028": (
        lambda: gateway.transferred([message()], brought()),
        lambda: gateway.transferred([message(message_id="1")], brought()),
    ),
    "PFI-029": (lambda: gateway.answered([mdn("processed")], None), lambda: gateway.answered([], None)),
    "PFI-030": (
        lambda: gateway.answered([mdn("processed/error", "Error: 902^x\r\n")], "902"),
        lambda: gateway.answered([mdn("processed")], "902"),
    ),
    "PFI-031": (lambda: gateway.success_by_mail([]), lambda: gateway.success_by_mail([sent(MAIL)])),
    "PFI-032": (
        lambda: gateway.transferred([message()], brought()),
        lambda: gateway.transferred([edited(message(), "MASQUE_PS^", "CONNEXION_SECRETE^")], brought()),
    ),
    "PFI-040": (lambda: beside_pfi.given([order()], DONE), lambda: beside_pfi.given([], DONE)),
    "PFI-041": (
        lambda: beside_pfi.action_told([order(Order.REPLACE)], "T10", DONE),
        lambda: beside_pfi.action_told([order()], "T10", DONE),
    ),
    "PFI-042": (
        lambda: beside_pfi.recipients_told([order()], [A]),
        lambda: beside_pfi.recipients_told([order()], [A, B]),
    ),
    "PFI-043": (lambda: beside_pfi.zam_acknowledged(AA), lambda: beside_pfi.zam_acknowledged(AE)),
    "PFI-044": (
        lambda: beside_pfi.failure_shown([{"delivery": "failed"}]),
        lambda: beside_pfi.failure_shown([{"delivery": "sent"}]),
    ),
    "PFI-045": (lambda: beside_pfi.transfer_taken(AA), lambda: beside_pfi.transfer_taken(AE)),
    "PFI-046": (lambda: beside_pfi.integrated([{"id": "1.2"}], "1.2"),
        lambda: beside_pfi.integrated([], "1.2"),
   ),
    "PFI-047": (
        lambda: beside_pfi.transfer_refused(REFUSED, ["902"]),
        lambda: beside_pfi.transfer_refused(AA, ["902"]),
    ),
    "PFI-048": (
        lambda: beside_pfi.document_asked([order()], "11502-2", structured=False),
        lambda: beside_pfi.document_asked([order()], "11502-2", structured=True),
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", PAIRS)
def test_each_rule_passes_and_fails(rule):
    passing, failing = PAIRS[rule]
    assert rule not in seen(passing())
    assert rule in seen(failing())


def test_every_rule_of_the_family_is_tried():
    family = {one.id for one in rules() if one.id.startswith("PFI-")}
    assert family == set(PAIRS)


def test_a_refusal_tells_a_technical_error_without_detail():
    assert seen(beside_pfi.transfer_refused(AE, ["100", "101"])) == []
    assert seen(beside_pfi.transfer_refused(REFUSED, ["100", "101"])) == ["PFI-047"]
    assert seen(beside_pfi.transfer_refused(None, ["902"])) == ["PFI-047"]


def test_a_right_mail_and_a_right_message_give_nothing():
    assert seen(gateway.mapped([sent(MAIL)], wanted())) == []
    assert seen(gateway.transferred([message()], brought())) == []
