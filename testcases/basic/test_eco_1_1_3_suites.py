"""ECO.1.1.3 — six cipher suites, DH of 2048 bits and EC of 256 bits at least."""

from harness.bench import Bench
from harness.cases import case
from harness.checks.refusal import not_connected
from harness.checks.tls import LPS_SUITES, offered_suites, only_allowed_suites
from harness.findings import Bilingual
from harness.scenes import OPEN_IMAP, OPEN_SMTP, refuses
from harness.world import DH_1024, FORBIDDEN_SUITE, SINGLE_SUITE, SMALL_CURVE


@case(
    "ECO.1.1.3/offered-suites-smtp",
    requirements=["ECO.1.1.3"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Suites proposées par le produit (SMTP)",
    en="Suites offered by the product (SMTP)",
)
def test_offered_suites_smtp(bench: Bench) -> None:
    """The product's ClientHello is read.

    EXIGENCE : seules les six suites de l'exigence sont utilisées (TLS 1.3 permis par ECO.1.1.2).
    ATTENDU : la liste du ClientHello n'en contient pas d'autre ; valeurs de signalisation et TLS 1.3 mises à part.
    REQUIREMENT: only the six suites of the requirement are used (TLS 1.3 allowed by ECO.1.1.2).
    EXPECTED: the ClientHello's list has no other, signalling values and TLS 1.3 apart.
    """
    bench.need(bench.product.open("smtp"), Bilingual("se connecter", "connect"))
    bench.judge(*(only_allowed_suites(link) for link in bench.connections("smtp")))


@case(
    "ECO.1.1.3/forbidden-suite-smtp",
    requirements=["ECO.1.1.3"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Opérateur limité à une suite interdite (SMTP)",
    en="Operator limited to a forbidden suite (SMTP)",
)
def test_forbidden_suite_smtp(bench: Bench) -> None:
    """The operator offers nothing better.

    EXIGENCE : hors de la liste, le client rejette la connexion.
    ATTENDU : le produit refuse : ni authentification ni message.
    REQUIREMENT: outside the list the client rejects the connection.
    EXPECTED: the product refuses: neither authentication nor message.
    """
    refuses(bench, "smtp", "TLS-011", "suite hors liste refusée", tls=FORBIDDEN_SUITE)


@case(
    "ECO.1.1.3/dh-1024-smtp",
    requirements=["ECO.1.1.3"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Groupe Diffie-Hellman de 1024 bits (SMTP)",
    en="Diffie-Hellman group of 1024 bits (SMTP)",
)
def test_dh_1024_smtp(bench: Bench) -> None:
    """The operator offers nothing better.

    EXIGENCE : un groupe DH de moins de 2048 bits est rejeté.
    ATTENDU : le produit refuse : ni authentification ni message.
    REQUIREMENT: a DH group of less than 2048 bits is rejected.
    EXPECTED: the product refuses: neither authentication nor message.
    """
    refuses(bench, "smtp", "TLS-012", "DH 1024 refusé", tls=DH_1024)


@case(
    "ECO.1.1.3/small-curve-smtp",
    requirements=["ECO.1.1.3"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Courbe elliptique de 224 bits (SMTP)",
    en="Elliptic curve of 224 bits (SMTP)",
)
def test_small_curve_smtp(bench: Bench) -> None:
    """The operator offers nothing better.

    EXIGENCE : une courbe de moins de 256 bits est rejetée.
    ATTENDU : le produit refuse : ni authentification ni message.
    REQUIREMENT: a curve of less than 256 bits is rejected.
    EXPECTED: the product refuses: neither authentication nor message.
    """
    refuses(bench, "smtp", "TLS-013", "courbe de 224 bits refusée", tls=SMALL_CURVE)


@case(
    "ECO.1.1.3/each-suite-smtp",
    requirements=["ECO.1.1.3"],
    needs=[*OPEN_SMTP, "disconnect"],
    roles=["send"],
    fr="Chaque suite annoncée fonctionne (SMTP)",
    en="Each announced suite works (SMTP)",
)
def test_each_suite_smtp(bench: Bench) -> None:
    """The operator is limited in turn to each suite of the list that the product offers.

    EXIGENCE : les suites utilisées sont celles de la liste ; un opérateur peut n'en activer qu'une.
    ATTENDU : le produit se connecte avec chacune de celles qu'il annonce.
    REQUIREMENT: the suites used are those of the list; an operator may enable one only.
    EXPECTED: the product connects with each of those that it announces.
    """
    bench.need(bench.product.open("smtp"), Bilingual("se connecter", "connect"))
    for suite in sorted(offered_suites(bench.connections("smtp")[0]) & LPS_SUITES):
        bench.product.disconnect()
        bench.tenant.change_tls("smtp", SINGLE_SUITE[suite])
        mark = bench.mark
        answer = bench.product.open("smtp")
        links = bench.connections("smtp", mark)
        bench.judge(not_connected(answer, links, "TLS-014", f"0x{suite:04X} établie"))


@case(
    "ECO.1.1.3/offered-suites-imap",
    requirements=["ECO.1.1.3"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Suites proposées par le produit (IMAP)",
    en="Suites offered by the product (IMAP)",
)
def test_offered_suites_imap(bench: Bench) -> None:
    """The product's ClientHello is read.

    EXIGENCE : seules les six suites de l'exigence sont utilisées (TLS 1.3 permis par ECO.1.1.2).
    ATTENDU : la liste du ClientHello n'en contient pas d'autre ; valeurs de signalisation et TLS 1.3 mises à part.
    REQUIREMENT: only the six suites of the requirement are used (TLS 1.3 allowed by ECO.1.1.2).
    EXPECTED: the ClientHello's list has no other, signalling values and TLS 1.3 apart.
    """
    bench.need(bench.product.open("imap"), Bilingual("se connecter", "connect"))
    bench.judge(*(only_allowed_suites(link) for link in bench.connections("imap")))


@case(
    "ECO.1.1.3/forbidden-suite-imap",
    requirements=["ECO.1.1.3"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Opérateur limité à une suite interdite (IMAP)",
    en="Operator limited to a forbidden suite (IMAP)",
)
def test_forbidden_suite_imap(bench: Bench) -> None:
    """The operator offers nothing better.

    EXIGENCE : hors de la liste, le client rejette la connexion.
    ATTENDU : le produit refuse : ni authentification ni message.
    REQUIREMENT: outside the list the client rejects the connection.
    EXPECTED: the product refuses: neither authentication nor message.
    """
    refuses(bench, "imap", "TLS-011", "suite hors liste refusée", tls=FORBIDDEN_SUITE)


@case(
    "ECO.1.1.3/dh-1024-imap",
    requirements=["ECO.1.1.3"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Groupe Diffie-Hellman de 1024 bits (IMAP)",
    en="Diffie-Hellman group of 1024 bits (IMAP)",
)
def test_dh_1024_imap(bench: Bench) -> None:
    """The operator offers nothing better.

    EXIGENCE : un groupe DH de moins de 2048 bits est rejeté.
    ATTENDU : le produit refuse : ni authentification ni message.
    REQUIREMENT: a DH group of less than 2048 bits is rejected.
    EXPECTED: the product refuses: neither authentication nor message.
    """
    refuses(bench, "imap", "TLS-012", "DH 1024 refusé", tls=DH_1024)


@case(
    "ECO.1.1.3/small-curve-imap",
    requirements=["ECO.1.1.3"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Courbe elliptique de 224 bits (IMAP)",
    en="Elliptic curve of 224 bits (IMAP)",
)
def test_small_curve_imap(bench: Bench) -> None:
    """The operator offers nothing better.

    EXIGENCE : une courbe de moins de 256 bits est rejetée.
    ATTENDU : le produit refuse : ni authentification ni message.
    REQUIREMENT: a curve of less than 256 bits is rejected.
    EXPECTED: the product refuses: neither authentication nor message.
    """
    refuses(bench, "imap", "TLS-013", "courbe de 224 bits refusée", tls=SMALL_CURVE)


@case(
    "ECO.1.1.3/each-suite-imap",
    requirements=["ECO.1.1.3"],
    needs=[*OPEN_IMAP, "disconnect"],
    roles=["receive"],
    fr="Chaque suite annoncée fonctionne (IMAP)",
    en="Each announced suite works (IMAP)",
)
def test_each_suite_imap(bench: Bench) -> None:
    """The operator is limited in turn to each suite of the list that the product offers.

    EXIGENCE : les suites utilisées sont celles de la liste ; un opérateur peut n'en activer qu'une.
    ATTENDU : le produit se connecte avec chacune de celles qu'il annonce.
    REQUIREMENT: the suites used are those of the list; an operator may enable one only.
    EXPECTED: the product connects with each of those that it announces.
    """
    bench.need(bench.product.open("imap"), Bilingual("se connecter", "connect"))
    for suite in sorted(offered_suites(bench.connections("imap")[0]) & LPS_SUITES):
        bench.product.disconnect()
        bench.tenant.change_tls("imap", SINGLE_SUITE[suite])
        mark = bench.mark
        answer = bench.product.open("imap")
        links = bench.connections("imap", mark)
        bench.judge(not_connected(answer, links, "TLS-014", f"0x{suite:04X} établie"))
