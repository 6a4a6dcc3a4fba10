"""ECO.1.2.5 — the Pro Santé Connect access token is never stored on the workstation."""

from harness.bench import Bench
from harness.cases import case
from harness.checks.storage import no_token_stored
from harness.findings import Bilingual
from harness.scenes import OPEN_ANY, open_messaging


@case(
    "ECO.1.2.5/no-token-on-disk",
    requirements=["ECO.1.2.5"],
    needs=[*OPEN_ANY, "files"],
    mailboxes=["PER", "ORG"],
    fr="Aucun jeton dans les fichiers du produit",
    en="No token in the product's files",
)
def test_no_token_on_disk(bench: Bench) -> None:
    """Every file that the product names is searched for the tokens that it received.

    EXIGENCE : le jeton d'accès PSC n'est gardé qu'en mémoire protégée, le temps de sa vie.
    ATTENDU : aucun fichier du produit ne contient un jeton reçu, ni en clair ni en base64.
    REQUIREMENT: the PSC access token is kept only in protected memory, for its life.
    EXPECTED: no file of the product holds a token that it received, in clear or in base64.
    """
    bench.need(open_messaging(bench), Bilingual("se connecter", "connect"))
    bench.judge(no_token_stored(bench.product.files(), bench.issued_tokens()))
