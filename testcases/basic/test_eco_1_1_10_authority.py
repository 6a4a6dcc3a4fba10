"""ECO.1.1.10 — only the range Elémentaire Organisation of IGC-Santé is accepted."""

from harness.artefacts.connections import LinkProtocol
from harness.bench import Bench
from harness.cases import link_cases
from harness.scenes import refuses
from harness.world import ServerFlavour


@link_cases(
    "ECO.1.1.10/commercial",
    requirements=["ECO.1.1.10"],
    fr="Certificat d'une autorité commerciale",
    en="Certificate of a commercial authority",
)
def test_commercial(bench: Bench, protocol: LinkProtocol) -> None:
    """The chain ends at a root that a workstation trusts for the web.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(
        bench, protocol, "TLS-050", "autorité étrangère refusée", certificate=ServerFlavour.OTHER_AUTHORITY
    )


@link_cases(
    "ECO.1.1.10/other-range",
    requirements=["ECO.1.1.10"],
    fr="Certificat d'une autre gamme de l'IGC-Santé",
    en="Certificate of another IGC-Santé range",
)
def test_other_range(bench: Bench, protocol: LinkProtocol) -> None:
    """The chain ends at the IGC-Santé root through another intermediate.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, protocol, "TLS-051", "autre gamme refusée", certificate=ServerFlavour.WRONG_RANGE)


@link_cases(
    "ECO.1.1.10/impostor",
    requirements=["ECO.1.1.10"],
    fr="Autorité au nom d'emprunt « IGC-SANTE »",
    en="Authority under the borrowed name “IGC-SANTE”",
)
def test_impostor(bench: Bench, protocol: LinkProtocol) -> None:
    """The issuer's name contains IGC-SANTE; its key is a stranger's.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, protocol, "TLS-052", "imposteur refusé", certificate=ServerFlavour.IMPOSTOR_AUTHORITY)


@link_cases(
    "ECO.1.1.10/self-signed",
    requirements=["ECO.1.1.10"],
    fr="Certificat auto-signé",
    en="Self-signed certificate",
)
def test_self_signed(bench: Bench, protocol: LinkProtocol) -> None:
    """Nobody signed it but itself.

    EXIGENCE : pour l'API LPS, seul un certificat IGC-Santé de la gamme Elémentaire Organisation est accepté.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: for the API LPS only an IGC-Santé certificate of the range Elémentaire Organisation is accepted.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, protocol, "TLS-053", "certificat auto-signé refusé", certificate=ServerFlavour.SELF_SIGNED)
