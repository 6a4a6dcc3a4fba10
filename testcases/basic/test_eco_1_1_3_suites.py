"""ECO.1.1.3 — six cipher suites, DH of 2048 bits and EC of 256 bits at least."""

from harness.artefacts.connections import LinkProtocol
from harness.bench import Bench
from harness.cases import link_cases
from harness.checks.refusal import not_connected
from harness.checks.tls import LPS_SUITES, offered_suites, only_allowed_suites
from harness.findings import Bilingual
from harness.scenes import refuses
from harness.world import DH_1024, FORBIDDEN_SUITE, SINGLE_SUITE, SMALL_CURVE


@link_cases(
    "ECO.1.1.3/offered-suites",
    requirements=["ECO.1.1.3"],
    fr="Suites proposées par le produit",
    en="Suites offered by the product",
)
def test_offered_suites(bench: Bench, protocol: LinkProtocol) -> None:
    """The product's ClientHello is read.

    EXIGENCE : seules les six suites de l'exigence sont utilisées (TLS 1.3 permis par ECO.1.1.2).
    ATTENDU : la liste du ClientHello n'en contient pas d'autre ; valeurs de signalisation et TLS 1.3 mises à part.
    REQUIREMENT: only the six suites of the requirement are used (TLS 1.3 allowed by ECO.1.1.2).
    EXPECTED: the ClientHello's list has no other, signalling values and TLS 1.3 apart.
    """
    bench.need(bench.product.open(protocol), Bilingual("se connecter", "connect"))
    bench.judge(*(only_allowed_suites(link) for link in bench.connections(protocol)))


@link_cases(
    "ECO.1.1.3/forbidden-suite",
    requirements=["ECO.1.1.3"],
    fr="Opérateur limité à une suite interdite",
    en="Operator limited to a forbidden suite",
)
def test_forbidden_suite(bench: Bench, protocol: LinkProtocol) -> None:
    """The operator offers nothing better.

    EXIGENCE : hors de la liste, le client rejette la connexion.
    ATTENDU : le produit refuse : ni authentification ni message.
    REQUIREMENT: outside the list the client rejects the connection.
    EXPECTED: the product refuses: neither authentication nor message.
    """
    refuses(bench, protocol, "TLS-011", "suite hors liste refusée", tls=FORBIDDEN_SUITE)


@link_cases(
    "ECO.1.1.3/dh-1024",
    requirements=["ECO.1.1.3"],
    fr="Groupe Diffie-Hellman de 1024 bits",
    en="Diffie-Hellman group of 1024 bits",
)
def test_dh_1024(bench: Bench, protocol: LinkProtocol) -> None:
    """The operator offers nothing better.

    EXIGENCE : un groupe DH de moins de 2048 bits est rejeté.
    ATTENDU : le produit refuse : ni authentification ni message.
    REQUIREMENT: a DH group of less than 2048 bits is rejected.
    EXPECTED: the product refuses: neither authentication nor message.
    """
    refuses(bench, protocol, "TLS-012", "DH 1024 refusé", tls=DH_1024)


@link_cases(
    "ECO.1.1.3/small-curve",
    requirements=["ECO.1.1.3"],
    fr="Courbe elliptique de 224 bits",
    en="Elliptic curve of 224 bits",
)
def test_small_curve(bench: Bench, protocol: LinkProtocol) -> None:
    """The operator offers nothing better.

    EXIGENCE : une courbe de moins de 256 bits est rejetée.
    ATTENDU : le produit refuse : ni authentification ni message.
    REQUIREMENT: a curve of less than 256 bits is rejected.
    EXPECTED: the product refuses: neither authentication nor message.
    """
    refuses(bench, protocol, "TLS-013", "courbe de 224 bits refusée", tls=SMALL_CURVE)


@link_cases(
    "ECO.1.1.3/each-suite",
    requirements=["ECO.1.1.3"],
    fr="Chaque suite annoncée fonctionne",
    en="Each announced suite works",
)
def test_each_suite(bench: Bench, protocol: LinkProtocol) -> None:
    """The operator is limited in turn to each suite of the list that the product offers.

    EXIGENCE : les suites utilisées sont celles de la liste ; un opérateur peut n'en activer qu'une.
    ATTENDU : le produit se connecte avec chacune de celles qu'il annonce.
    REQUIREMENT: the suites used are those of the list; an operator may enable one only.
    EXPECTED: the product connects with each of those that it announces.
    """
    bench.need(bench.product.open(protocol), Bilingual("se connecter", "connect"))
    for suite in sorted(offered_suites(bench.connections(protocol)[0]) & LPS_SUITES):
        bench.tenant.change_tls(protocol, SINGLE_SUITE[suite])
        answer, links = bench.reopen(protocol)
        bench.judge(not_connected(answer, links, "TLS-014", f"0x{suite:04X} établie"))
