"""ECO.1.1.1 — TLS 1.2 at least."""

from harness.bench import Bench
from harness.cases import case
from harness.scenes import OPEN_IMAP, OPEN_SMTP, connects, refuses
from harness.world import TLS_1_1_ONLY, TLS_1_2_ONLY


@case(
    "ECO.1.1.1/tls-1.2-smtp",
    requirements=["ECO.1.1.1"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Opérateur limité à TLS 1.2 (SMTP)",
    en="Operator limited to TLS 1.2 (SMTP)",
)
def test_tls_1_2_smtp(bench: Bench) -> None:
    """The operator offers TLS 1.2 only.

    EXIGENCE : le client établit une connexion TLS 1.2 avec l'opérateur.
    ATTENDU : la connexion est établie et l'authentification acceptée.
    REQUIREMENT: the client sets up a TLS 1.2 connection with the operator.
    EXPECTED: the connection is established and the authentication accepted.
    """
    bench.need_control("smtp")
    connects(bench, "smtp", "TLS-001", "TLS 1.2 établi, authentification acceptée", tls=TLS_1_2_ONLY)


@case(
    "ECO.1.1.1/tls-1.1-smtp",
    requirements=["ECO.1.1.1"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Opérateur limité à TLS 1.1 (SMTP)",
    en="Operator limited to TLS 1.1 (SMTP)",
)
def test_tls_1_1_smtp(bench: Bench) -> None:
    """The operator offers TLS 1.1 only.

    EXIGENCE : les versions antérieures à TLS 1.2 sont refusées.
    ATTENDU : la poignée de main échoue et rien n'est envoyé.
    REQUIREMENT: versions older than TLS 1.2 are refused.
    EXPECTED: the handshake fails and nothing is sent.
    """
    refuses(bench, "smtp", "TLS-002", "TLS 1.1 refusé", tls=TLS_1_1_ONLY)


@case(
    "ECO.1.1.1/tls-1.2-imap",
    requirements=["ECO.1.1.1"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Opérateur limité à TLS 1.2 (IMAP)",
    en="Operator limited to TLS 1.2 (IMAP)",
)
def test_tls_1_2_imap(bench: Bench) -> None:
    """The operator offers TLS 1.2 only.

    EXIGENCE : le client établit une connexion TLS 1.2 avec l'opérateur.
    ATTENDU : la connexion est établie et l'authentification acceptée.
    REQUIREMENT: the client sets up a TLS 1.2 connection with the operator.
    EXPECTED: the connection is established and the authentication accepted.
    """
    bench.need_control("imap")
    connects(bench, "imap", "TLS-001", "TLS 1.2 établi, authentification acceptée", tls=TLS_1_2_ONLY)


@case(
    "ECO.1.1.1/tls-1.1-imap",
    requirements=["ECO.1.1.1"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Opérateur limité à TLS 1.1 (IMAP)",
    en="Operator limited to TLS 1.1 (IMAP)",
)
def test_tls_1_1_imap(bench: Bench) -> None:
    """The operator offers TLS 1.1 only.

    EXIGENCE : les versions antérieures à TLS 1.2 sont refusées.
    ATTENDU : la poignée de main échoue et rien n'est envoyé.
    REQUIREMENT: versions older than TLS 1.2 are refused.
    EXPECTED: the handshake fails and nothing is sent.
    """
    refuses(bench, "imap", "TLS-002", "TLS 1.1 refusé", tls=TLS_1_1_ONLY)
