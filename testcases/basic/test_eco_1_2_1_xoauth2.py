"""ECO.1.2.1 and ECO.1.2.4 — XOAUTH2 with the Pro Santé Connect token; SASL-IR is optional."""

from harness.bench import Bench
from harness.cases import OPEN_IMAP, OPEN_SMTP, case
from harness.checks.authentication import attempted, patience, xoauth2
from harness.checks.refusal import not_connected
from harness.checks.session import open_links
from harness.findings import Bilingual
from harness.outcomes import NotTested
from harness.world import PscSpec

MAILBOXES = ["PER", "ORG"]
LONG_TOKEN = 4096
STILL_OPEN = Bilingual(
    "La session SMTP reste ouverte : l'ordre des octets n'est connu qu'à sa fin. L'action disconnect la ferme.",
    "The SMTP session stays open: the order of octets is known at its end only. The disconnect action closes it.",
)


@case(
    "ECO.1.2.1/smtp-sequence",
    requirements=["ECO.1.2.1"],
    needs=OPEN_SMTP,
    mailboxes=MAILBOXES,
    roles=["send"],
    fr="Séquence XOAUTH2 en SMTP",
    en="XOAUTH2 sequence on SMTP",
)
def test_smtp_sequence(bench: Bench) -> None:
    """The mailbox is opened for sending.

    EXIGENCE : STARTTLS, puis AUTH XOAUTH2 avec user=<BAL>^Aauth=Bearer <jeton PSC>^A^A, puis attente.
    ATTENDU : chaîne bien formée, BAL exacte, jeton PSC, sous TLS.
    REQUIREMENT: STARTTLS, then AUTH XOAUTH2 with user=<mailbox>^Aauth=Bearer <PSC token>^A^A, then wait.
    EXPECTED: well-formed string, exact mailbox, PSC token, under TLS.
    """
    bench.product.open("smtp")
    links = bench.need_tls("smtp")
    tried = attempted(links, "AUTH-001", "XOAUTH2")
    bench.judge(tried, *(xoauth2(link, bench.bal.address) for link in links))


@case(
    "ECO.1.2.1/imap-sequence",
    requirements=["ECO.1.2.1"],
    needs=OPEN_IMAP,
    mailboxes=MAILBOXES,
    roles=["receive"],
    fr="Séquence XOAUTH2 en IMAP",
    en="XOAUTH2 sequence on IMAP",
)
def test_imap_sequence(bench: Bench) -> None:
    """The mailbox is opened for reading.

    EXIGENCE : STARTTLS, puis AUTHENTICATE XOAUTH2 avec user=<BAL>^Aauth=Bearer <jeton PSC>^A^A.
    ATTENDU : chaîne bien formée, BAL exacte, jeton PSC, sous TLS.
    REQUIREMENT: STARTTLS, then AUTHENTICATE XOAUTH2 with user=<mailbox>^Aauth=Bearer <PSC token>^A^A.
    EXPECTED: well-formed string, exact mailbox, PSC token, under TLS.
    """
    bench.product.open("imap")
    links = bench.need_tls("imap")
    tried = attempted(links, "AUTH-001", "XOAUTH2")
    bench.judge(tried, *(xoauth2(link, bench.bal.address) for link in links))


@case(
    "ECO.1.2.1/long-token",
    requirements=["ECO.1.2.1"],
    needs=OPEN_SMTP,
    mailboxes=MAILBOXES,
    roles=["send"],
    fr="Jeton de 4 Ko en SMTP",
    en="Token of 4 KB on SMTP",
)
def test_long_token(bench: Bench) -> None:
    """Pro Santé Connect issues a token of four kilobytes.

    EXIGENCE : le jeton PSC est transmis par XOAUTH2 ; la ligne AUTH reste sous 512 octets (RFC 4954 §4).
    ATTENDU : authentification acceptée, le jeton étant envoyé après l'invitation 334.
    REQUIREMENT: the PSC token goes by XOAUTH2; the AUTH line stays under 512 octets (RFC 4954 §4).
    EXPECTED: authentication accepted, the token being sent after the 334 challenge.
    """
    bench.world(psc=PscSpec(token_octets=LONG_TOKEN))
    answer = bench.product.open("smtp")
    links = bench.need_tls("smtp")
    refused = not_connected(answer, links, "AUTH-001", "jeton de 4 Ko accepté")
    bench.judge(refused, *(xoauth2(link, bench.bal.address) for link in links))


@case(
    "ECO.1.2.1/acceptance-awaited",
    requirements=["ECO.1.2.1"],
    needs=["send"],
    mailboxes=MAILBOXES,
    roles=["send"],
    fr="Acceptation attendue avant toute commande",
    en="Acceptance awaited before any command",
)
def test_acceptance_awaited(bench: Bench) -> None:
    """The order of octets on the wire is read.

    EXIGENCE : le client attend l'acceptation de l'authentification, puis envoie ses commandes.
    ATTENDU : rien n'est envoyé entre la chaîne XOAUTH2 et la réponse 235.
    REQUIREMENT: the client waits for the authentication to be accepted, then sends its commands.
    EXPECTED: nothing is sent between the XOAUTH2 string and the answer 235.
    """
    bench.need(bench.product.send(), Bilingual("envoyer un courriel", "send a mail"))
    if bench.product.can("disconnect"):
        bench.product.disconnect()
    bench.wait_until(lambda: not open_links(bench.connections("smtp")), bench.profile.limits.session_end_s)
    links = bench.connections("smtp")
    if open_links(links):
        raise NotTested(STILL_OPEN)
    bench.judge(*(patience(link, bench.transcript(link)) for link in links))


@case(
    "ECO.1.2.4/without-sasl-ir",
    requirements=["ECO.1.2.4"],
    needs=OPEN_IMAP,
    mailboxes=MAILBOXES,
    roles=["receive"],
    fr="Opérateur sans SASL-IR",
    en="Operator without SASL-IR",
)
def test_without_sasl_ir(bench: Bench) -> None:
    """The IMAP server offers XOAUTH2 but not SASL-IR.

    EXIGENCE : SASL-IR (RFC 4959) est permis, pas obligatoire.
    ATTENDU : le produit s'authentifie par AUTHENTICATE XOAUTH2 puis la chaîne après « + ».
    REQUIREMENT: SASL-IR (RFC 4959) is allowed, not mandatory.
    EXPECTED: the product authenticates by AUTHENTICATE XOAUTH2, then the string after “+”.
    """
    bench.need_control("imap")
    bench.endpoint("imap", sasl_ir=False)
    answer = bench.product.open("imap")
    bench.judge(not_connected(answer, bench.connections("imap"), "AUTH-010", "authentification sans SASL-IR"))
