"""ECO.1.1.1 — TLS 1.2 at least."""

from harness.artefacts.connections import LinkProtocol
from harness.bench import Bench
from harness.cases import link_cases
from harness.scenes import connects, refuses
from harness.world import TLS_1_1_ONLY, TLS_1_2_ONLY


@link_cases(
    "ECO.1.1.1/tls-1.2",
    requirements=["ECO.1.1.1"],
    fr="Opérateur limité à TLS 1.2",
    en="Operator limited to TLS 1.2",
)
def test_tls_1_2(bench: Bench, protocol: LinkProtocol) -> None:
    """The operator offers TLS 1.2 only.

    EXIGENCE : le client établit une connexion TLS 1.2 avec l'opérateur.
    ATTENDU : la connexion est établie et l'authentification acceptée.
    REQUIREMENT: the client sets up a TLS 1.2 connection with the operator.
    EXPECTED: the connection is established and the authentication accepted.
    """
    bench.need_control(protocol)
    connects(bench, protocol, "TLS-001", "TLS 1.2 établi, authentification acceptée", tls=TLS_1_2_ONLY)


@link_cases(
    "ECO.1.1.1/tls-1.1",
    requirements=["ECO.1.1.1"],
    fr="Opérateur limité à TLS 1.1",
    en="Operator limited to TLS 1.1",
)
def test_tls_1_1(bench: Bench, protocol: LinkProtocol) -> None:
    """The operator offers TLS 1.1 only.

    EXIGENCE : les versions antérieures à TLS 1.2 sont refusées.
    ATTENDU : la poignée de main échoue et rien n'est envoyé.
    REQUIREMENT: versions older than TLS 1.2 are refused.
    EXPECTED: the handshake fails and nothing is sent.
    """
    refuses(bench, protocol, "TLS-002", "TLS 1.1 refusé", tls=TLS_1_1_ONLY)
