"""ECO.1.1.9 — autoconfiguration of a mailbox from its address."""

from harness.bench import Bench
from harness.cases import case
from harness.checks.autoconfig import document_read, follow_up_seen, ports_followed

NEEDS = ["connect"]
MAILBOXES = ["PER", "ORG"]


@case(
    "ECO.1.1.9/document-read",
    requirements=["ECO.1.1.9"],
    needs=NEEDS,
    mailboxes=MAILBOXES,
    fr="Lecture du document d'autoconfiguration",
    en="Reading the autoconfiguration document",
)
def test_document_read(bench: Bench) -> None:
    """No server is given to the product, only the mailbox address.

    EXIGENCE : de l'adresse de la BAL, le client lit https://autoconfig.<domaine>/mail/config-v1.1.xml.
    ATTENDU : cette URL exacte est demandée.
    REQUIREMENT: from the mailbox address the client reads https://autoconfig.<domain>/mail/config-v1.1.xml.
    EXPECTED: exactly this URL is asked for.
    """
    bench.world(autoconfig=True)
    bench.product.connect()
    bench.judge(document_read(bench.events("http", "request"), bench.tenant.autoconfig_host))


@case(
    "ECO.1.1.9/settings-used",
    requirements=["ECO.1.1.9"],
    needs=NEEDS,
    mailboxes=MAILBOXES,
    fr="Paramètres du document appliqués",
    en="Settings of the document applied",
)
def test_settings_used(bench: Bench) -> None:
    """The document leads to ports that nothing else tells; decoys listen where the product was before.

    EXIGENCE : le client se configure avec le document lu.
    ATTENDU : les connexions vont aux serveurs et ports du document.
    REQUIREMENT: the client configures itself from the document read.
    EXPECTED: connections go to the servers and ports of the document.
    """
    bench.need_control("smtp" if "send" in bench.profile.claims.roles else "imap")
    bench.world(autoconfig=True)
    bench.product.connect()
    bench.judge(ports_followed(bench.events(), bench.connections("smtp") + bench.connections("imap")))


@case(
    "ECO.1.1.9/connection-tested",
    requirements=["ECO.1.1.9"],
    needs=NEEDS,
    mailboxes=MAILBOXES,
    fr="Connexion testée après l'autoconfiguration",
    en="Connection tested after autoconfiguration",
)
def test_connection_tested(bench: Bench) -> None:
    """The product is asked to open the mailbox for the first time.

    EXIGENCE : après lecture et configuration, le client teste la connexion.
    ATTENDU : une connexion authentifiée suit la lecture du document.
    REQUIREMENT: after reading and configuring the client tests the connection.
    EXPECTED: an authenticated connection follows the reading of the document.
    """
    bench.need_control("smtp" if "send" in bench.profile.claims.roles else "imap")
    bench.world(autoconfig=True)
    bench.product.connect()
    bench.judge(follow_up_seen(bench.events(), bench.connections("smtp") + bench.connections("imap")))
