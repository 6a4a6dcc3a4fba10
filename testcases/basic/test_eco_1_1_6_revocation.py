"""ECO.1.1.6 — a revoked certificate is refused."""

from harness.bench import Bench
from harness.cases import case
from harness.checks.revocation import revocation_queried
from harness.findings import Bilingual
from harness.scenes import OPEN_IMAP, OPEN_SMTP, refuses
from harness.world import ForgedCrl, OcspForged, RevocationBehaviour, ServerFlavour


@case(
    "ECO.1.1.6/revoked-smtp",
    requirements=["ECO.1.1.6"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Certificat d'opérateur révoqué (SMTP)",
    en="Revoked operator certificate (SMTP)",
)
def test_revoked_smtp(bench: Bench) -> None:
    """The certificate is revoked in the CRL and for OCSP.

    EXIGENCE : le client contrôle la révocation par CRL ou OCSP.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: the client checks revocation by CRL or OCSP.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "smtp", "TLS-030", "certificat révoqué refusé", certificate=ServerFlavour.REVOKED)


@case(
    "ECO.1.1.6/query-smtp",
    requirements=["ECO.1.1.6"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="La révocation est consultée (SMTP)",
    en="Revocation is queried (SMTP)",
)
def test_query_smtp(bench: Bench) -> None:
    """A good certificate; the revocation service is watched.

    EXIGENCE : le client contrôle la révocation par CRL ou OCSP.
    ATTENDU : une CRL ou une réponse OCSP est demandée pour se connecter.
    REQUIREMENT: the client checks revocation by CRL or OCSP.
    EXPECTED: a CRL or an OCSP answer is asked for in order to connect.
    """
    bench.need(bench.product.open("smtp"), Bilingual("se connecter", "connect"))
    bench.judge(revocation_queried(bench.events("http", "request")))


@case(
    "ECO.1.1.6/forged-answers-smtp",
    requirements=["ECO.1.1.6"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Réponses de révocation falsifiées (SMTP)",
    en="Forged revocation answers (SMTP)",
)
def test_forged_answers_smtp(bench: Bench) -> None:
    """The certificate is revoked, but CRL and OCSP answers are signed by a stranger and say that all is well.

    EXIGENCE : le contrôle de révocation repose sur des réponses signées par l'autorité (RFC 5280, RFC 6960).
    ATTENDU : les réponses falsifiées ne suffisent pas à accepter un certificat révoqué.
    REQUIREMENT: the revocation check rests on answers signed by the authority (RFC 5280, RFC 6960).
    EXPECTED: forged answers are not enough to accept a revoked certificate.
    """
    bench.world(revocation=RevocationBehaviour(crl=ForgedCrl(), ocsp=OcspForged()))
    refuses(bench, "smtp", "TLS-032", "réponse falsifiée écartée", certificate=ServerFlavour.REVOKED)


@case(
    "ECO.1.1.6/revoked-imap",
    requirements=["ECO.1.1.6"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Certificat d'opérateur révoqué (IMAP)",
    en="Revoked operator certificate (IMAP)",
)
def test_revoked_imap(bench: Bench) -> None:
    """The certificate is revoked in the CRL and for OCSP.

    EXIGENCE : le client contrôle la révocation par CRL ou OCSP.
    ATTENDU : connexion refusée, aucune authentification.
    REQUIREMENT: the client checks revocation by CRL or OCSP.
    EXPECTED: connection refused, no authentication.
    """
    refuses(bench, "imap", "TLS-030", "certificat révoqué refusé", certificate=ServerFlavour.REVOKED)


@case(
    "ECO.1.1.6/query-imap",
    requirements=["ECO.1.1.6"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="La révocation est consultée (IMAP)",
    en="Revocation is queried (IMAP)",
)
def test_query_imap(bench: Bench) -> None:
    """A good certificate; the revocation service is watched.

    EXIGENCE : le client contrôle la révocation par CRL ou OCSP.
    ATTENDU : une CRL ou une réponse OCSP est demandée pour se connecter.
    REQUIREMENT: the client checks revocation by CRL or OCSP.
    EXPECTED: a CRL or an OCSP answer is asked for in order to connect.
    """
    bench.need(bench.product.open("imap"), Bilingual("se connecter", "connect"))
    bench.judge(revocation_queried(bench.events("http", "request")))


@case(
    "ECO.1.1.6/forged-answers-imap",
    requirements=["ECO.1.1.6"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Réponses de révocation falsifiées (IMAP)",
    en="Forged revocation answers (IMAP)",
)
def test_forged_answers_imap(bench: Bench) -> None:
    """The certificate is revoked, but CRL and OCSP answers are signed by a stranger and say that all is well.

    EXIGENCE : le contrôle de révocation repose sur des réponses signées par l'autorité (RFC 5280, RFC 6960).
    ATTENDU : les réponses falsifiées ne suffisent pas à accepter un certificat révoqué.
    REQUIREMENT: the revocation check rests on answers signed by the authority (RFC 5280, RFC 6960).
    EXPECTED: forged answers are not enough to accept a revoked certificate.
    """
    bench.world(revocation=RevocationBehaviour(crl=ForgedCrl(), ocsp=OcspForged()))
    refuses(bench, "imap", "TLS-032", "réponse falsifiée écartée", certificate=ServerFlavour.REVOKED)
