"""ECO.1.1.6 — a revoked certificate is refused."""

from harness.artefacts.connections import LinkProtocol
from harness.bench import Bench
from harness.cases import link_cases
from harness.checks.revocation import revocation_queried
from harness.findings import Bilingual
from harness.scenes import refuses
from harness.world import ForgedCrl, OcspForged, RevocationBehaviour, ServerFlavour


@link_cases(
    "ECO.1.1.6/revoked",
    requirements=["ECO.1.1.6"],
    fr="Certificat d'opérateur révoqué",
    en="Revoked operator certificate",
)
def test_revoked(bench: Bench, protocol: LinkProtocol) -> None:
    """The certificate is revoked in the CRL and for OCSP.

    EXIGENCE : le client contrôle la révocation par CRL ou OCSP.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: the client checks revocation by CRL or OCSP.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, protocol, "TLS-030", "certificat révoqué refusé", certificate=ServerFlavour.REVOKED)


@link_cases(
    "ECO.1.1.6/query",
    requirements=["ECO.1.1.6"],
    fr="La révocation est consultée",
    en="Revocation is queried",
)
def test_query(bench: Bench, protocol: LinkProtocol) -> None:
    """A good certificate; the revocation service is watched.

    EXIGENCE : le client contrôle la révocation par CRL ou OCSP.
    ATTENDU : une CRL ou une réponse OCSP est demandée pour se connecter.
    REQUIREMENT: the client checks revocation by CRL or OCSP.
    EXPECTED: a CRL or an OCSP answer is asked for in order to connect.
    """
    bench.need(bench.product.open(protocol), Bilingual("se connecter", "connect"))
    bench.judge(revocation_queried(bench.events("http", "request")))


@link_cases(
    "ECO.1.1.6/forged-answers",
    requirements=["ECO.1.1.6"],
    fr="Réponses de révocation falsifiées",
    en="Forged revocation answers",
)
def test_forged_answers(bench: Bench, protocol: LinkProtocol) -> None:
    """The certificate is revoked, but CRL and OCSP answers are signed by a stranger and say that all is well.

    EXIGENCE : le contrôle de révocation repose sur des réponses signées par l'autorité (RFC 5280, RFC 6960).
    ATTENDU : les réponses falsifiées ne suffisent pas à accepter un certificat révoqué.
    REQUIREMENT: the revocation check rests on answers signed by the authority (RFC 5280, RFC 6960).
    EXPECTED: forged answers are not enough to accept a revoked certificate.
    """
    bench.world(revocation=RevocationBehaviour(crl=ForgedCrl(), ocsp=OcspForged()))
    refuses(bench, protocol, "TLS-032", "réponse falsifiée écartée", certificate=ServerFlavour.REVOKED)
