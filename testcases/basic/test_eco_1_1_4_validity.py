"""ECO.1.1.4 and ECO.1.1.5 — a good certificate is accepted, one out of its period is refused."""

from harness.artefacts.connections import LinkProtocol
from harness.bench import Bench
from harness.cases import link_cases
from harness.scenes import connects, refuses
from harness.world import ServerFlavour


@link_cases(
    "ECO.1.1.4/good-certificate",
    requirements=["ECO.1.1.4"],
    fr="Certificat IGC-Santé valide",
    en="Valid IGC-Santé certificate",
)
def test_good_certificate(bench: Bench, protocol: LinkProtocol) -> None:
    """Everything is right.

    EXIGENCE : le client se connecte à un opérateur qui présente un certificat serveur IGC-Santé.
    ATTENDU : la connexion est établie et l'authentification acceptée.
    REQUIREMENT: the client connects to an operator that shows an IGC-Santé server certificate.
    EXPECTED: the connection is established and the authentication accepted.
    """
    connects(bench, protocol, "TLS-020", "certificat accepté", certificate=ServerFlavour.GOOD)


@link_cases(
    "ECO.1.1.5/expired",
    requirements=["ECO.1.1.5"],
    fr="Certificat d'opérateur expiré",
    en="Expired operator certificate",
)
def test_expired(bench: Bench, protocol: LinkProtocol) -> None:
    """The certificate expired a month ago.

    EXIGENCE : le client vérifie que le certificat de l'opérateur n'est pas expiré.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: the client checks that the operator's certificate is not expired.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, protocol, "TLS-021", "certificat expiré refusé", certificate=ServerFlavour.EXPIRED)


@link_cases(
    "ECO.1.1.5/not-yet-valid",
    requirements=["ECO.1.1.5"],
    fr="Certificat d'opérateur pas encore valide",
    en="Operator certificate not yet valid",
)
def test_not_yet_valid(bench: Bench, protocol: LinkProtocol) -> None:
    """The certificate becomes valid in five years.

    EXIGENCE : le client contrôle la période de validité du certificat.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: the client checks the validity period of the certificate.
    EXPECTED: connection refused, no authentication.
    """
    refuses(
        bench,
        protocol,
        "TLS-022",
        "certificat refusé avant sa période",
        certificate=ServerFlavour.NOT_YET_VALID,
    )
