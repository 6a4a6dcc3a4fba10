"""ECO.1.1.10 — only the range Elémentaire Organisation of IGC-Santé is accepted."""

from harness.bench import Bench
from harness.cases import case
from harness.scenes import OPEN_IMAP, OPEN_SMTP, refuses
from harness.world import ServerFlavour


@case(
    "ECO.1.1.10/commercial-smtp",
    requirements=["ECO.1.1.10"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Certificat d'une autorité commerciale (SMTP)",
    en="Certificate of a commercial authority (SMTP)",
)
def test_commercial_smtp(bench: Bench) -> None:
    """The chain ends at a root that a workstation trusts for the web.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "smtp", "TLS-050", "autorité étrangère refusée", certificate=ServerFlavour.OTHER_AUTHORITY)


@case(
    "ECO.1.1.10/other-range-smtp",
    requirements=["ECO.1.1.10"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Certificat d'une autre gamme de l'IGC-Santé (SMTP)",
    en="Certificate of another IGC-Santé range (SMTP)",
)
def test_other_range_smtp(bench: Bench) -> None:
    """The chain ends at the IGC-Santé root through another intermediate.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "smtp", "TLS-051", "autre gamme refusée", certificate=ServerFlavour.WRONG_RANGE)


@case(
    "ECO.1.1.10/impostor-smtp",
    requirements=["ECO.1.1.10"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Autorité au nom d'emprunt « IGC-SANTE » (SMTP)",
    en="Authority under the borrowed name “IGC-SANTE” (SMTP)",
)
def test_impostor_smtp(bench: Bench) -> None:
    """The issuer's name contains IGC-SANTE; its key is a stranger's.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "smtp", "TLS-052", "imposteur refusé", certificate=ServerFlavour.IMPOSTOR_AUTHORITY)


@case(
    "ECO.1.1.10/self-signed-smtp",
    requirements=["ECO.1.1.10"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Certificat auto-signé (SMTP)",
    en="Self-signed certificate (SMTP)",
)
def test_self_signed_smtp(bench: Bench) -> None:
    """Nobody signed it but itself.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "smtp", "TLS-053", "certificat auto-signé refusé", certificate=ServerFlavour.SELF_SIGNED)


@case(
    "ECO.1.1.10/commercial-imap",
    requirements=["ECO.1.1.10"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Certificat d'une autorité commerciale (IMAP)",
    en="Certificate of a commercial authority (IMAP)",
)
def test_commercial_imap(bench: Bench) -> None:
    """The chain ends at a root that a workstation trusts for the web.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "imap", "TLS-050", "autorité étrangère refusée", certificate=ServerFlavour.OTHER_AUTHORITY)


@case(
    "ECO.1.1.10/other-range-imap",
    requirements=["ECO.1.1.10"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Certificat d'une autre gamme de l'IGC-Santé (IMAP)",
    en="Certificate of another IGC-Santé range (IMAP)",
)
def test_other_range_imap(bench: Bench) -> None:
    """The chain ends at the IGC-Santé root through another intermediate.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "imap", "TLS-051", "autre gamme refusée", certificate=ServerFlavour.WRONG_RANGE)


@case(
    "ECO.1.1.10/impostor-imap",
    requirements=["ECO.1.1.10"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Autorité au nom d'emprunt « IGC-SANTE » (IMAP)",
    en="Authority under the borrowed name “IGC-SANTE” (IMAP)",
)
def test_impostor_imap(bench: Bench) -> None:
    """The issuer's name contains IGC-SANTE; its key is a stranger's.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "imap", "TLS-052", "imposteur refusé", certificate=ServerFlavour.IMPOSTOR_AUTHORITY)


@case(
    "ECO.1.1.10/self-signed-imap",
    requirements=["ECO.1.1.10"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Certificat auto-signé (IMAP)",
    en="Self-signed certificate (IMAP)",
)
def test_self_signed_imap(bench: Bench) -> None:
    """Nobody signed it but itself.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "imap", "TLS-053", "certificat auto-signé refusé", certificate=ServerFlavour.SELF_SIGNED)
