"""ECO.1.1.2 — later versions of TLS are allowed."""

from harness.artefacts.connections import LinkProtocol
from harness.bench import Bench
from harness.cases import link_cases
from harness.scenes import connects
from harness.world import API_LPS


@link_cases(
    "ECO.1.1.2/tls-1.3",
    requirements=["ECO.1.1.2"],
    fr="Opérateur qui propose TLS 1.2 et TLS 1.3",
    en="Operator that offers TLS 1.2 and TLS 1.3",
)
def test_tls_1_3(bench: Bench, protocol: LinkProtocol) -> None:
    """The operator offers both versions.

    EXIGENCE : le client peut utiliser TLS 1.3 ou une version ultérieure.
    ATTENDU : la connexion est établie, en 1.2 ou en 1.3 au choix du client.
    REQUIREMENT: the client may use TLS 1.3 or later.
    EXPECTED: the connection is established, in 1.2 or 1.3 as the client likes.
    """
    bench.need_control(protocol)
    connects(bench, protocol, "TLS-003", "TLS 1.2 ou 1.3 établi", tls=API_LPS)
