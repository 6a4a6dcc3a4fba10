"""ECO.1.1.7 — the last valid CRL is kept, so that a failed download does not stop connections."""

from harness.bench import Bench
from harness.cases import OPEN_SMTP, case
from harness.checks.refusal import accepted_anyway, not_connected
from harness.checks.revocation import queries
from harness.findings import Bilingual
from harness.outcomes import NotConcerned
from harness.world import PscSpec, RevocationBehaviour, Unreachable

CRL_LIFETIME_S = 3_600.0
REAL_LIFETIME_S = 20.0
MARGIN = 0.25


def _read_then_break(bench: Bench) -> float:
    """Let the product read a CRL, then take the CRL service away; return the CRL's lifetime in seconds.

    The certificate points to a CRL only, so that OCSP cannot stand in. A product that asks for no CRL is not
    concerned: the requirement begins with “when CRLs are used”.
    """
    lifetime = bench.seconds(CRL_LIFETIME_S, REAL_LIFETIME_S)
    # The Pro Santé Connect session outlives the CRL: its end is for other cases.
    bench.world(
        revocation=RevocationBehaviour(crl_lifetime_s=lifetime),
        psc=PscSpec(access_s=2 * lifetime, refresh_s=3 * lifetime),
    )
    bench.endpoint("smtp", revocation=frozenset({"crl"}))
    answer = bench.product.open("smtp")
    if not queries(bench.events("http", "request"), "crl"):
        raise NotConcerned(
            Bilingual(
                "Le produit n'a demandé aucune CRL : l'exigence ne vise que les clients qui s'en servent.",
                "The product asked for no CRL: the requirement is about clients that use them.",
            )
        )
    bench.need(
        answer, Bilingual("se connecter quand la CRL est disponible", "connect while the CRL is there")
    )
    bench.tenant.revocation(RevocationBehaviour(crl_lifetime_s=lifetime, crl=Unreachable()))
    return lifetime


@case(
    "ECO.1.1.7/within-next-update",
    requirements=["ECO.1.1.7"],
    needs=OPEN_SMTP,
    fr="CRL injoignable, dernière CRL encore valide",
    en="CRL unreachable, last CRL still valid",
)
def test_within_next_update(bench: Bench) -> None:
    """The CRL service fails; three quarters of the CRL's life have passed.

    EXIGENCE : le client conserve la dernière CRL non expirée ; une erreur de téléchargement ne bloque pas.
    ATTENDU : la connexion s'établit.
    REQUIREMENT: the client keeps the last unexpired CRL; a download error does not stop it.
    EXPECTED: the connection is established.
    """
    lifetime = _read_then_break(bench)
    bench.pass_time(lifetime * (1 - MARGIN))
    answer, links = bench.reopen("smtp")
    bench.judge(not_connected(answer, links, "TLS-040", "connexion avec la CRL gardée"))


@case(
    "ECO.1.1.7/beyond-next-update",
    requirements=["ECO.1.1.7"],
    needs=OPEN_SMTP,
    fr="CRL injoignable, dernière CRL expirée",
    en="CRL unreachable, last CRL expired",
)
def test_beyond_next_update(bench: Bench) -> None:
    """The CRL service fails and the kept CRL has expired.

    EXIGENCE : seule une CRL non expirée est conservée.
    ATTENDU : sans CRL valide, le produit ne s'authentifie pas.
    REQUIREMENT: only an unexpired CRL is kept.
    EXPECTED: without a valid CRL the product does not authenticate.
    """
    lifetime = _read_then_break(bench)
    bench.pass_time(lifetime * (1 + MARGIN))
    answer, links = bench.reopen("smtp")
    bench.judge(accepted_anyway(answer, links, "TLS-041", "CRL expirée écartée"))
