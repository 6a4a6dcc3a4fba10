"""ECO.1.3.1 and ECO.2.2.5 — applicative mailboxes: client certificate and PLAIN, automatic mention and Reply-To."""

from harness.bench import Bench
from harness.cases import OPEN_IMAP, OPEN_SMTP, case
from harness.checks.authentication import applicative
from harness.checks.mail import automatic_mention
from harness.checks.refusal import not_connected
from harness.scenes import send_one

APP = ["APP"]


@case(
    "ECO.1.3.1/smtp",
    requirements=["ECO.1.3.1"],
    needs=OPEN_SMTP,
    mailboxes=APP,
    roles=["send"],
    fr="BAL applicative en SMTP",
    en="Applicative mailbox on SMTP",
)
def test_app_smtp(bench: Bench) -> None:
    """The applicative mailbox is opened for sending.

    EXIGENCE : certificat client ORG AUTH_CLI de la structure, puis SASL PLAIN avec l'adresse de la BAL.
    ATTENDU : certificat présenté dans la poignée de main, PLAIN accepté, sans Pro Santé Connect.
    REQUIREMENT: ORG AUTH_CLI client certificate of the structure, then SASL PLAIN with the mailbox address.
    EXPECTED: certificate shown in the handshake, PLAIN accepted, without Pro Santé Connect.
    """
    answer = bench.product.open("smtp")
    links = bench.need_tls("smtp")
    bench.judge(*(applicative(link, bench.bal.address) for link in links))
    bench.judge(not_connected(answer, links, "AUTH-031", "PLAIN accepté"))


@case(
    "ECO.1.3.1/imap",
    requirements=["ECO.1.3.1"],
    needs=OPEN_IMAP,
    mailboxes=APP,
    roles=["receive"],
    fr="BAL applicative en IMAP",
    en="Applicative mailbox on IMAP",
)
def test_app_imap(bench: Bench) -> None:
    """The applicative mailbox is opened for reading.

    EXIGENCE : certificat client ORG AUTH_CLI de la structure, puis SASL PLAIN avec l'adresse de la BAL.
    ATTENDU : certificat présenté dans la poignée de main, PLAIN accepté, sans Pro Santé Connect.
    REQUIREMENT: ORG AUTH_CLI client certificate of the structure, then SASL PLAIN with the mailbox address.
    EXPECTED: certificate shown in the handshake, PLAIN accepted, without Pro Santé Connect.
    """
    answer = bench.product.open("imap")
    links = bench.need_tls("imap")
    bench.judge(*(applicative(link, bench.bal.address) for link in links))
    bench.judge(not_connected(answer, links, "AUTH-031", "PLAIN accepté"))


@case(
    "ECO.2.2.5/automatic-mail",
    requirements=["ECO.2.2.5"],
    needs=["send"],
    mailboxes=APP,
    roles=["send"],
    fr="Courriel automatique d'une BAL applicative",
    en="Automatic mail of an applicative mailbox",
)
def test_automatic_mail(bench: Bench) -> None:
    """The applicative mailbox sends a mail.

    EXIGENCE : le courriel finit par une mention d'envoi automatique avec une adresse de contact, et porte Reply-To.
    ATTENDU : Reply-To présent, son adresse dans les dernières lignes du corps.
    REQUIREMENT: the mail ends with a mention that it is automatic, with a contact address, and has Reply-To.
    EXPECTED: Reply-To present, its address in the last lines of the body.
    """
    bench.judge(automatic_mention(send_one(bench).mail, bench.sender))
