"""ECO.1.1.4 and ECO.1.1.5 — a good certificate is accepted, one out of its period is refused."""

from harness.bench import Bench
from harness.cases import case
from harness.scenes import OPEN_IMAP, OPEN_SMTP, connects, refuses
from harness.world import ServerFlavour


@case(
    "ECO.1.1.4/good-certificate-smtp",
    requirements=["ECO.1.1.4"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Certificat IGC-Santé valide (SMTP)",
    en="Valid IGC-Santé certificate (SMTP)",
)
def test_good_certificate_smtp(bench: Bench) -> None:
    """Everything is right.

    EXIGENCE : le client se connecte à un opérateur qui présente un certificat serveur IGC-Santé.
    ATTENDU : la connexion est établie et l'authentification acceptée.
    REQUIREMENT: the client connects to an operator that shows an IGC-Santé server certificate.
    EXPECTED: the connection is established and the authentication accepted.
    """
    connects(bench, "smtp", "TLS-020", "certificat accepté", certificate=ServerFlavour.GOOD)


@case(
    "ECO.1.1.4/good-certificate-imap",
    requirements=["ECO.1.1.4"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Certificat IGC-Santé valide (IMAP)",
    en="Valid IGC-Santé certificate (IMAP)",
)
def test_good_certificate_imap(bench: Bench) -> None:
    """Everything is right.

    EXIGENCE : le client se connecte à un opérateur qui présente un certificat serveur IGC-Santé.
    ATTENDU : la connexion est établie et l'authentification acceptée.
    REQUIREMENT: the client connects to an operator that shows an IGC-Santé server certificate.
    EXPECTED: the connection is established and the authentication accepted.
    """
    connects(bench, "imap", "TLS-020", "certificat accepté", certificate=ServerFlavour.GOOD)


@case(
    "ECO.1.1.5/expired-smtp",
    requirements=["ECO.1.1.5"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Certificat d'opérateur expiré (SMTP)",
    en="Expired operator certificate (SMTP)",
)
def test_expired_smtp(bench: Bench) -> None:
    """The certificate expired a month ago.

    EXIGENCE : le client vérifie que le certificat de l'opérateur n'est pas expiré.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: the client checks that the operator's certificate is not expired.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "smtp", "TLS-021", "certificat expiré refusé", certificate=ServerFlavour.EXPIRED)


@case(
    "ECO.1.1.5/not-yet-valid-smtp",
    requirements=["ECO.1.1.5"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Certificat d'opérateur pas encore valide (SMTP)",
    en="Operator certificate not yet valid (SMTP)",
)
def test_not_yet_valid_smtp(bench: Bench) -> None:
    """The certificate becomes valid in five years.

    EXIGENCE : le client contrôle la période de validité du certificat.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: the client checks the validity period of the certificate.
    EXPECTED: connection refused, no authentication.
    """
    refuses(
        bench,
        "smtp",
        "TLS-022",
        "certificat refusé avant sa période",
        certificate=ServerFlavour.NOT_YET_VALID,
    )


@case(
    "ECO.1.1.5/expired-imap",
    requirements=["ECO.1.1.5"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Certificat d'opérateur expiré (IMAP)",
    en="Expired operator certificate (IMAP)",
)
def test_expired_imap(bench: Bench) -> None:
    """The certificate expired a month ago.

    EXIGENCE : le client vérifie que le certificat de l'opérateur n'est pas expiré.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: the client checks that the operator's certificate is not expired.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "imap", "TLS-021", "certificat expiré refusé", certificate=ServerFlavour.EXPIRED)


@case(
    "ECO.1.1.5/not-yet-valid-imap",
    requirements=["ECO.1.1.5"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Certificat d'opérateur pas encore valide (IMAP)",
    en="Operator certificate not yet valid (IMAP)",
)
def test_not_yet_valid_imap(bench: Bench) -> None:
    """The certificate becomes valid in five years.

    EXIGENCE : le client contrôle la période de validité du certificat.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: the client checks the validity period of the certificate.
    EXPECTED: connection refused, no authentication.
    """
    refuses(
        bench,
        "imap",
        "TLS-022",
        "certificat refusé avant sa période",
        certificate=ServerFlavour.NOT_YET_VALID,
    )
