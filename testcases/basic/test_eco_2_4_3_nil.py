"""ECO.2.4.3 and ECO.2.3.1 — X-MSS-NIL in every mail; delivery receipt on request."""

from harness.bench import Bench
from harness.cases import case
from harness.checks.mail import nil, nil_form, receipt_requested
from harness.findings import Bilingual
from harness.scenes import receive_one, send_one
from harness.specimens.catalogue import EVERY_MAIL
from harness.specimens.judging import judged_on_files

SEND = ["send"]
ANSWER = ["receive"]
"""Only who reads a mail can answer it: a sending function is not asked."""


@case(
    "ECO.2.4.3/new-mail",
    requirements=["ECO.2.4.3"],
    needs=["send"],
    roles=SEND,
    fr="X-MSS-NIL d'un nouveau courriel",
    en="X-MSS-NIL of a new mail",
    files=EVERY_MAIL.put,
)
def test_new_mail(bench: Bench) -> None:
    """A new mail is sent.

    EXIGENCE : chaque courriel porte X-MSS-NIL, la référence du produit déclarée sur convergence.esante.gouv.fr.
    ATTENDU : l'en-tête est présent une fois et égal à la référence du profil.
    REQUIREMENT: every mail carries X-MSS-NIL, the product reference declared on convergence.esante.gouv.fr.
    EXPECTED: the header is there once and equals the reference of the profile.
    """
    if judged_on_files(bench):
        return
    mail = send_one(bench).mail
    bench.judge(nil(mail, bench.profile.product.nil), nil_form(mail))


@case(
    "ECO.2.4.3/reply",
    requirements=["ECO.2.4.3"],
    needs=["reply"],
    roles=ANSWER,
    fr="X-MSS-NIL d'une réponse",
    en="X-MSS-NIL of a reply",
)
def test_reply(bench: Bench) -> None:
    """A received mail is answered.

    EXIGENCE : chaque courriel porte X-MSS-NIL, les réponses comme les autres.
    ATTENDU : l'en-tête est présent une fois et égal à la référence du profil.
    REQUIREMENT: every mail carries X-MSS-NIL, replies like the others.
    EXPECTED: the header is there once and equals the reference of the profile.
    """
    received = receive_one(bench)
    bench.need(bench.product.reply(received.message_id or ""), Bilingual("répondre", "reply"))
    bench.judge(nil(bench.one_sent().mail, bench.profile.product.nil))


@case(
    "ECO.2.3.1/delivery-receipt",
    requirements=["ECO.2.3.1"],
    needs=["send"],
    roles=SEND,
    fr="Demande d'accusé de remise",
    en="Request for a delivery receipt",
)
def test_delivery_receipt(bench: Bench) -> None:
    """The user asks for a delivery receipt.

    EXIGENCE : le client permet de demander un accusé de remise, par Return-Receipt-To et la BAL de l'expéditeur.
    ATTENDU : Return-Receipt-To présent, avec l'adresse de la BAL.
    REQUIREMENT: the client lets the user ask for a delivery receipt, by Return-Receipt-To and the sender's mailbox.
    EXPECTED: Return-Receipt-To present, with the mailbox address.
    """
    bench.need_parameter("send", "request_dsn")
    bench.judge(receipt_requested(send_one(bench, request_dsn=True).mail, bench.sender))
