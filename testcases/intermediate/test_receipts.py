"""ECO.2.3.2, ECO.3.1.6, X-MDN-01 to X-MDN-03 — read receipts asked and returned."""

import pytest

from harness.bench import Bench
from harness.cases import case
from harness.checks.acknowledgement import check_against, check_mdn, check_several
from harness.checks.screen import (
    receipt_asked,
    receipt_kept_back,
    receipt_left,
    receipt_not_automatic,
)
from harness.findings import Bilingual
from harness.letters import (
    Post,
    acknowledged,
    notification,
    only_receipts,
    opened,
    receipts_since,
    receive_letter,
    receive_ready,
    second_mailbox,
)
from harness.scenes import send_one

PEOPLE = ("PER", "ORG")


def reading(id_: str, requirement: str, *, fr: str, en: str) -> pytest.MarkDecorator:
    """Mark a case in which the user opens a received mail."""
    return case(
        id_,
        requirements=[requirement],
        level="intermediate",
        needs=["read"],
        roles=["receive"],
        mailboxes=PEOPLE,
        fr=fr,
        en=en,
    )


@case(
    "ECO.2.3.2/asked",
    requirements=["ECO.2.3.2"],
    level="intermediate",
    needs=["send"],
    roles=["send"],
    mailboxes=PEOPLE,
    fr="Accusé de lecture demandé",
    en="Read receipt asked for",
)
def test_asked(bench: Bench) -> None:
    """The user ticks the option.

    EXIGENCE : le client permet à l'utilisateur de demander un accusé de lecture à l'émission.
    ATTENDU : Disposition-Notification-To est là, une fois, avec la BAL de l'émetteur.
    REQUIREMENT: the client lets the user ask for a read receipt when sending.
    EXPECTED: Disposition-Notification-To is there, once, with the sender's mailbox.
    """
    bench.need_parameter("send", "request_mdn")
    sent = send_one(bench, request_mdn=True)
    bench.judge(receipt_asked(sent, bench.bal.address, wanted=True))


@case(
    "ECO.2.3.2/not-asked",
    requirements=["ECO.2.3.2"],
    level="intermediate",
    needs=["send"],
    roles=["send"],
    mailboxes=PEOPLE,
    fr="Accusé de lecture non demandé",
    en="Read receipt not asked for",
)
def test_not_asked(bench: Bench) -> None:
    """The user leaves the option unticked.

    EXIGENCE : c'est l'utilisateur qui demande l'accusé de lecture.
    ATTENDU : pas de Disposition-Notification-To.
    REQUIREMENT: it is the user who asks for the read receipt.
    EXPECTED: no Disposition-Notification-To.
    """
    bench.need_parameter("send", "request_mdn")
    sent = send_one(bench, request_mdn=False)
    bench.judge(receipt_asked(sent, bench.bal.address, wanted=False))


@reading(
    "ECO.3.1.6/accepted",
    "ECO.3.1.6",
    fr="Accusé de lecture accepté",
    en="Read receipt accepted",
)
def test_accepted(bench: Bench) -> None:
    """A mail asks for a receipt, the user accepts.

    EXIGENCE : le client permet de retourner un accusé de lecture quand un message reçu le demande.
    ATTENDU : un MDN part à l'adresse qui le demande.
    REQUIREMENT: the client allows returning a read receipt when a received mail asks for one.
    EXPECTED: an MDN leaves to the address that asks for it.
    """
    received = receive_letter(bench, Post(asks=(bench.tenant.correspondent.address,)))
    bench.need_parameter("read", "receipt")
    mark = bench.mark
    answer = bench.product.read(received.message_id or "", receipt="accept")
    bench.need(answer, Bilingual("ouvrir le message", "open the message"))
    receipts = receipts_since(bench, mark)
    bench.judge(
        receipt_left(receipts, answer, received),
        *(check_against(one.mail, received) for one in receipts),
    )


@reading(
    "ECO.3.1.6/declined",
    "ECO.3.1.6",
    fr="Accusé de lecture refusé",
    en="Read receipt declined",
)
def test_declined(bench: Bench) -> None:
    """A mail asks for a receipt, the user declines.

    EXIGENCE : l'utilisateur décide de retourner ou non l'accusé de lecture (RFC 8098 §2.1).
    ATTENDU : rien ne part.
    REQUIREMENT: the user decides whether the read receipt is returned (RFC 8098 §2.1).
    EXPECTED: nothing leaves.
    """
    received = receive_letter(bench, Post(asks=(bench.tenant.correspondent.address,)))
    bench.judge(receipt_kept_back(opened(bench, received, receipt="decline")))


@reading(
    "ECO.3.1.6/without-request",
    "ECO.3.1.6",
    fr="Message qui ne demande pas d'accusé",
    en="Mail that asks for no receipt",
)
def test_without_request(bench: Bench) -> None:
    """A mail without Disposition-Notification-To is opened.

    EXIGENCE : l'accusé de lecture est retourné lorsque le message reçu le demande.
    ATTENDU : rien ne part, puisque rien n'est demandé.
    REQUIREMENT: the read receipt is returned when the received mail asks for it.
    EXPECTED: nothing leaves, since nothing is asked.
    """
    received = receive_letter(bench, Post())
    bench.judge(*(check_against(one.mail, received) for one in only_receipts(opened(bench, received))))


@reading(
    "X-MDN-01/envelope",
    "X-MDN-01",
    fr="Enveloppe et en-têtes de l'accusé",
    en="Envelope and header of the receipt",
)
def test_envelope(bench: Bench) -> None:
    """The sender and who asks for the receipt are two addresses.

    EXIGENCE : MAIL FROM <>, From le destinataire concerné, To l'adresse de Disposition-Notification-To.
    ATTENDU : l'accusé va à l'adresse qui le demande, sans expéditeur d'enveloppe, sans demander lui-même d'accusé.
    REQUIREMENT: MAIL FROM <>, From the recipient concerned, To the address of Disposition-Notification-To.
    EXPECTED: the receipt goes to the address that asks for it, without envelope sender, asking for none itself.
    """
    secretary = bench.tenant.correspondents(2)[1].address
    received = receive_letter(bench, Post(asks=(secretary,)))
    for one in acknowledged(bench, received):
        bench.judge(check_mdn(one.mail), check_against(one.mail, received, one.mail_from))


@reading(
    "X-MDN-01/twice",
    "X-MDN-01",
    fr="Même message ouvert deux fois",
    en="Same mail opened twice",
)
def test_twice(bench: Bench) -> None:
    """The user opens the same mail again, and accepts again.

    EXIGENCE : un accusé au plus par destinataire.
    ATTENDU : un seul MDN en tout.
    REQUIREMENT: one receipt at most a recipient.
    EXPECTED: one MDN in all.
    """
    received = receive_letter(bench, Post(asks=(bench.tenant.correspondent.address,)))
    first = acknowledged(bench, received)
    second = only_receipts(opened(bench, received, receipt="accept"))
    bench.judge(check_several([one.mail for one in (*first, *second)]))


@reading(
    "X-MDN-01/of-a-receipt",
    "X-MDN-01",
    fr="Accusé reçu qui demande un accusé",
    en="Received receipt that asks for a receipt",
)
def test_of_a_receipt(bench: Bench) -> None:
    """An MDN comes with Disposition-Notification-To, against RFC 8098.

    EXIGENCE : aucun accusé en réponse à un accusé.
    ATTENDU : rien ne part, quoi que réponde l'utilisateur : deux logiciels s'écriraient sans fin.
    REQUIREMENT: no receipt in answer to a receipt.
    EXPECTED: nothing leaves, whatever the user answers: two products would write to each other without end.
    """
    asks = bench.tenant.correspondent.address
    content = notification(bench, kind="disposition-notification", asks=asks)
    received = receive_ready(bench, content, path="")
    sent = opened(bench, received, receipt="accept")
    bench.judge(*(check_against(one.mail, received) for one in only_receipts(sent)))


@reading(
    "X-MDN-01/of-a-delivery-report",
    "X-MDN-01",
    fr="Rapport de remise qui demande un accusé",
    en="Delivery report that asks for a receipt",
)
def test_of_a_delivery_report(bench: Bench) -> None:
    """A DSN comes with Disposition-Notification-To.

    EXIGENCE : un rapport n'est pas acquitté.
    ATTENDU : rien ne part.
    REQUIREMENT: a report is not acknowledged.
    EXPECTED: nothing leaves.
    """
    content = notification(bench, kind="delivery-status", asks=bench.tenant.correspondent.address)
    received = receive_ready(bench, content, path="")
    sent = opened(bench, received, receipt="accept")
    bench.judge(*(check_against(one.mail, received) for one in only_receipts(sent)))


@reading(
    "X-MDN-01/second-mailbox",
    "X-MDN-01",
    fr="Accusé d'une seconde BAL",
    en="Receipt of a second mailbox",
)
def test_second_mailbox(bench: Bench) -> None:
    """The mail lies in the second mailbox of the product.

    EXIGENCE : From est le destinataire concerné.
    ATTENDU : l'accusé vient de la BAL qui a reçu.
    REQUIREMENT: From is the recipient concerned.
    EXPECTED: the receipt comes from the mailbox that received.
    """
    second = second_mailbox(bench)
    received = receive_letter(bench, Post(asks=(bench.tenant.correspondent.address,)), mailbox=second)
    for one in acknowledged(bench, received, mailbox=second):
        bench.judge(check_mdn(one.mail), check_against(one.mail, received))


@reading(
    "X-MDN-02/structure",
    "X-MDN-02",
    fr="Structure de l'accusé",
    en="Structure of the receipt",
)
def test_structure(bench: Bench) -> None:
    """A mail with Message-ID asks for a receipt.

    EXIGENCE : multipart/report, un texte, puis message/disposition-notification avec Final-Recipient,
      Disposition et Original-Message-ID.
    ATTENDU : chaque champ est là et dit vrai.
    REQUIREMENT: multipart/report, a text, then message/disposition-notification with Final-Recipient,
      Disposition and Original-Message-ID.
    EXPECTED: each field is there and true.
    """
    received = receive_letter(bench, Post(asks=(bench.tenant.correspondent.address,)))
    for one in acknowledged(bench, received):
        bench.judge(check_mdn(one.mail), check_against(one.mail, received))


@reading(
    "X-MDN-02/original-recipient",
    "X-MDN-02",
    fr="Original-Recipient repris dans l'accusé",
    en="Original-Recipient repeated in the receipt",
)
def test_original_recipient(bench: Bench) -> None:
    """The delivering server wrote Original-Recipient, an alias of the mailbox.

    EXIGENCE : Original-Recipient figure dans l'accusé quand le message d'origine porte cet en-tête.
    ATTENDU : le champ est repris.
    REQUIREMENT: Original-Recipient is in the receipt when the original mail has that field.
    EXPECTED: the field is repeated.
    """
    alias = ("Original-Recipient", f"rfc822;accueil@{bench.tenant.domain}")
    received = receive_letter(bench, Post(asks=(bench.tenant.correspondent.address,), headers=(alias,)))
    for one in acknowledged(bench, received):
        bench.judge(check_mdn(one.mail))


@reading(
    "X-MDN-03/other-address",
    "X-MDN-03",
    fr="Accusé demandé pour une autre adresse",
    en="Receipt asked for another address",
)
def test_other_address(bench: Bench) -> None:
    """Disposition-Notification-To is not the Return-Path, and the user answers nothing.

    EXIGENCE : pas d'accusé automatique quand Disposition-Notification-To diffère de Return-Path.
    ATTENDU : rien ne part sans l'accord de l'utilisateur.
    REQUIREMENT: no automatic receipt when Disposition-Notification-To differs from Return-Path.
    EXPECTED: nothing leaves without the user's consent.
    """
    received = receive_letter(bench, Post(asks=(bench.tenant.correspondents(2)[1].address,)))
    why = "Return-Path ≠ Disposition-Notification-To"
    bench.judge(receipt_not_automatic(opened(bench, received), why))


@reading(
    "X-MDN-03/several-addresses",
    "X-MDN-03",
    fr="Accusé demandé pour plusieurs adresses",
    en="Receipt asked for several addresses",
)
def test_several_addresses(bench: Bench) -> None:
    """Disposition-Notification-To has two addresses, the sender's among them.

    EXIGENCE : pas d'accusé automatique quand Disposition-Notification-To a plusieurs adresses.
    ATTENDU : rien ne part sans l'accord de l'utilisateur.
    REQUIREMENT: no automatic receipt when Disposition-Notification-To has several addresses.
    EXPECTED: nothing leaves without the user's consent.
    """
    asks = tuple(one.address for one in bench.tenant.correspondents(2))
    received = receive_letter(bench, Post(asks=asks))
    bench.judge(receipt_not_automatic(opened(bench, received), "Disposition-Notification-To : 2"))
