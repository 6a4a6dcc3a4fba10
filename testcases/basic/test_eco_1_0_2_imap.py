"""ECO.1.0.2 — reading the mailbox by IMAP4rev1 or rev2, upgraded by STARTTLS."""

from harness.bench import Bench
from harness.cases import OPEN_IMAP, case
from harness.checks.delivery import read_back, shown
from harness.checks.starttls import (
    injected_answer_ignored,
    mailbox_read,
    nothing_in_clear,
    starttls_first,
)
from harness.findings import Bilingual
from harness.scenes import receive_one, refuses
from harness.world import InjectedPlaintext, ServerFlavour, StarttlsNotOffered, StarttlsRefused

RECEIVE = ["receive"]


@case(
    "ECO.1.0.2/read-starttls",
    requirements=["ECO.1.0.2"],
    needs=["list"],
    roles=RECEIVE,
    fr="Lecture de la BAL : STARTTLS d'abord",
    en="Reading the mailbox: STARTTLS first",
)
def test_read_starttls(bench: Bench) -> None:
    """One mail waits in INBOX.

    EXIGENCE : le client lit la BAL en IMAP4rev1 (RFC 3501) ou rev2 (RFC 9051) avec STARTTLS.
    ATTENDU : STARTTLS, authentification, SELECT sous TLS ; le courriel présent est listé.
    REQUIREMENT: the client reads the mailbox by IMAP4rev1 (RFC 3501) or rev2 (RFC 9051) with STARTTLS.
    EXPECTED: STARTTLS, authentication, SELECT under TLS; the mail that is there is listed.
    """
    mail = receive_one(bench)
    answer = bench.product.list()
    links = bench.connections("imap")
    bench.judge(*(starttls_first(link) for link in links))
    bench.judge(*(mailbox_read(link) for link in links))
    bench.judge(shown(answer, mail))


@case(
    "ECO.1.0.2/read-content",
    requirements=["ECO.1.0.2"],
    needs=["fetch"],
    roles=RECEIVE,
    fr="Le courriel lu est celui de la BAL",
    en="The mail read is the one in the mailbox",
)
def test_read_content(bench: Bench) -> None:
    """A mail with accents and a binary attachment is read.

    EXIGENCE : le client lit le contenu de la BAL en IMAP.
    ATTENDU : le message rendu par le produit est celui de la BAL, pièce jointe comprise.
    REQUIREMENT: the client reads the contents of the mailbox by IMAP.
    EXPECTED: the message that the product returns is the one in the mailbox, attachment included.
    """
    mail = receive_one(bench, "with_attachments")
    message_id = mail.message_id or ""
    answer = bench.need(bench.product.fetch(message_id), Bilingual("lire le courriel", "read the mail"))
    bench.judge(read_back(answer, mail))


@case(
    "ECO.1.0.2/starttls-not-offered",
    requirements=["ECO.1.0.2"],
    needs=OPEN_IMAP,
    roles=RECEIVE,
    fr="STARTTLS absent : rien ne part en clair (IMAP)",
    en="STARTTLS missing: nothing goes in clear (IMAP)",
)
def test_starttls_not_offered(bench: Bench) -> None:
    """The operator (or someone on the way) does not offer STARTTLS.

    EXIGENCE : la connexion IMAP est élevée par STARTTLS.
    ATTENDU : sans STARTTLS annoncé, le produit renonce : aucune authentification en clair.
    REQUIREMENT: the IMAP connection is upgraded by STARTTLS.
    EXPECTED: when STARTTLS is not offered the product gives up: no authentication in clear.
    """
    bench.need_control("imap")
    bench.endpoint("imap", faults=(StarttlsNotOffered(),))
    bench.product.open("imap")
    bench.judge(*(nothing_in_clear(link) for link in bench.connections("imap")))


@case(
    "ECO.1.0.2/starttls-refused",
    requirements=["ECO.1.0.2"],
    needs=OPEN_IMAP,
    roles=RECEIVE,
    fr="STARTTLS refusé : rien ne part en clair (IMAP)",
    en="STARTTLS refused: nothing goes in clear (IMAP)",
)
def test_starttls_refused(bench: Bench) -> None:
    """STARTTLS is offered, then answered BAD.

    EXIGENCE : la connexion IMAP est élevée par STARTTLS.
    ATTENDU : STARTTLS refusé, le produit renonce : aucune authentification en clair.
    REQUIREMENT: the IMAP connection is upgraded by STARTTLS.
    EXPECTED: STARTTLS refused, the product gives up: no authentication in clear.
    """
    bench.need_control("imap")
    bench.endpoint("imap", faults=(StarttlsRefused(),))
    bench.product.open("imap")
    bench.judge(*(nothing_in_clear(link) for link in bench.connections("imap")))


@case(
    "ECO.1.0.2/injected-answer",
    requirements=["ECO.1.0.2"],
    needs=OPEN_IMAP,
    roles=RECEIVE,
    fr="Texte injecté derrière la réponse à STARTTLS (IMAP)",
    en="Text injected behind the answer to STARTTLS (IMAP)",
)
def test_injected_answer(bench: Bench) -> None:
    """A false farewell follows the answer to STARTTLS in clear, in the same segment.

    EXIGENCE : STARTTLS suit la RFC 9051 §6.2.1 : ce qui précède TLS est écarté.
    ATTENDU : le texte injecté est ignoré ; la session continue sous TLS.
    REQUIREMENT: STARTTLS follows RFC 9051 §6.2.1: what came before TLS is discarded.
    EXPECTED: the injected text is ignored; the session goes on under TLS.
    """
    bench.need_control("imap")
    injected = b"* BYE INJECTE service indisponible\r\n"
    bench.endpoint("imap", faults=(InjectedPlaintext(octets=injected),))
    bench.product.open("imap")
    bench.judge(injected_answer_ignored(bench.connections("imap")))


@case(
    "ECO.1.0.2/other-host",
    requirements=["ECO.1.0.2"],
    needs=OPEN_IMAP,
    roles=RECEIVE,
    fr="Certificat d'un autre serveur (IMAP)",
    en="Certificate of another server (IMAP)",
)
def test_other_host(bench: Bench) -> None:
    """A good certificate of the right range, made for another operator's name.

    EXIGENCE : la RFC 3501 §11.1 fait comparer le nom du serveur au certificat.
    ATTENDU : le produit refuse la connexion.
    REQUIREMENT: RFC 3501 §11.1 has the server name compared with the certificate.
    EXPECTED: the product refuses the connection.
    """
    refuses(bench, "imap", "TLS-060", "nom du serveur contrôlé", certificate=ServerFlavour.WRONG_HOST)
