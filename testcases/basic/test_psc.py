"""SC.PSC.01, SC.PSC.08, X-PSC-01 to X-PSC-03 — signing in with Pro Santé Connect and keeping the token fresh."""

from harness.bench import Bench
from harness.cases import OPEN_SMTP, case
from harness.checks.psc import (
    acr_values,
    identity,
    no_expired_token,
    protected,
    recognised_flow,
    renewed,
    scope,
)
from harness.checks.session import open_links, still_usable
from harness.findings import Bilingual
from harness.outcomes import NotTested
from harness.world import PscSpec

MAILBOXES = ["PER", "ORG"]
ACCESS_S = 60.0
REAL_ACCESS_S = 5.0
SESSION_KEPT = Bilingual(
    "Le produit garde sa session SMTP et n'offre pas l'action disconnect : il n'a pas de jeton à présenter de nouveau.",
    "The product keeps its SMTP session and has no disconnect action: it has no token to show again.",
)


@case(
    "SC.PSC.01/flow",
    requirements=["SC.PSC.01"],
    needs=OPEN_SMTP,
    mailboxes=MAILBOXES,
    fr="Parcours Pro Santé Connect reconnu",
    en="Recognised Pro Santé Connect flow",
)
def test_flow(bench: Bench) -> None:
    """The professional signs in to open the messaging.

    EXIGENCE : Pro Santé Connect en mode web, natif avec navigateur externe, natif avec CIBA ou navigateur interne.
    ATTENDU : une demande par code d'autorisation ou par CIBA.
    REQUIREMENT: Pro Santé Connect in web mode, native with external browser, with CIBA or with internal browser.
    EXPECTED: a request by authorization code or by CIBA.
    """
    bench.product.open("smtp")
    bench.judge(recognised_flow(bench.events("oauth")), protected(bench.events("oauth")))


@case(
    "SC.PSC.08/acr-values",
    requirements=["SC.PSC.08"],
    needs=OPEN_SMTP,
    mailboxes=MAILBOXES,
    fr="acr_values=eidas1",
    en="acr_values=eidas1",
)
def test_acr_values(bench: Bench) -> None:
    """The authorization request is read.

    EXIGENCE : la demande d'autorisation porte acr_values=eidas1.
    ATTENDU : le paramètre est présent avec cette valeur.
    REQUIREMENT: the authorization request has acr_values=eidas1.
    EXPECTED: the parameter is there with this value.
    """
    bench.product.open("smtp")
    bench.need_sign_in()
    bench.judge(acr_values(bench.events("oauth"), "PSC-002"))


@case(
    "X-PSC-01/scope",
    requirements=["X-PSC-01"],
    needs=OPEN_SMTP,
    mailboxes=MAILBOXES,
    fr="Portée openid scope_all",
    en="Scope openid scope_all",
)
def test_scope(bench: Bench) -> None:
    """The authorization request is read.

    EXIGENCE : la portée est openid scope_all, avec acr_values=eidas1.
    ATTENDU : les deux sont présents.
    REQUIREMENT: the scope is openid scope_all, with acr_values=eidas1.
    EXPECTED: both are there.
    """
    bench.product.open("smtp")
    bench.need_sign_in()
    bench.judge(scope(bench.events("oauth")), acr_values(bench.events("oauth"), "PSC-005"))


@case(
    "X-PSC-02/just-before-expiry",
    requirements=["X-PSC-02"],
    needs=["send"],
    mailboxes=MAILBOXES,
    roles=["send"],
    fr="Juste avant l'expiration du jeton d'accès",
    en="Just before the access token expires",
)
def test_just_before_expiry(bench: Bench) -> None:
    """Nine tenths of the access token's life have passed.

    EXIGENCE : aucun jeton expiré n'est présenté ; le client renouvelle avant ou à l'expiration.
    ATTENDU : le courriel part, avec le jeton encore valable ou un jeton renouvelé.
    REQUIREMENT: no expired token is shown; the client renews before or at expiry.
    EXPECTED: the mail goes, with the token still valid or a renewed one.
    """
    _send_after(bench, 0.9, renewal=False)


@case(
    "X-PSC-02/just-after-expiry",
    requirements=["X-PSC-02"],
    needs=["send"],
    mailboxes=MAILBOXES,
    roles=["send"],
    fr="Juste après l'expiration du jeton d'accès",
    en="Just after the access token expired",
)
def test_just_after_expiry(bench: Bench) -> None:
    """The access token has expired; the refresh token is good.

    EXIGENCE : le client renouvelle le jeton d'accès avec le jeton de rafraîchissement.
    ATTENDU : renouvellement vu, aucun jeton expiré présenté, courriel parti.
    REQUIREMENT: the client renews the access token with the refresh token.
    EXPECTED: renewal seen, no expired token shown, mail gone.
    """
    _send_after(bench, 1.1, renewal=True)


def _send_after(bench: Bench, share: float, *, renewal: bool) -> None:
    life = bench.seconds(ACCESS_S, REAL_ACCESS_S)
    bench.world(psc=PscSpec(access_s=life))
    bench.need(bench.product.send(), Bilingual("envoyer un premier courriel", "send a first mail"))
    if bench.product.can("disconnect"):
        bench.product.disconnect()
    elif open_links(bench.connections("smtp")):
        raise NotTested(SESSION_KEPT)
    mark = bench.mark
    bench.pass_time(life * share)
    answer = bench.product.send(subject="Second avis")
    links = bench.connections("smtp", mark)
    bench.judge(no_expired_token(links), still_usable(answer))
    if renewal:
        bench.judge(renewed(bench.events("oauth", since=mark), links))


@case(
    "X-PSC-03/identity",
    requirements=["X-PSC-03"],
    needs=["connect", "status"],
    mailboxes=MAILBOXES,
    fr="Identité du professionnel connecté",
    en="Identity of the professional signed in",
)
def test_identity(bench: Bench) -> None:
    """The product says who is signed in.

    EXIGENCE : SubjectNameID (ou preferred_username, de même valeur) porte l'identifiant national du professionnel.
    ATTENDU : le produit montre ce PS_IdNat.
    REQUIREMENT: SubjectNameID (or preferred_username, same value) carries the professional's national identifier.
    EXPECTED: the product shows this PS_IdNat.
    """
    bench.need(bench.product.connect(), Bilingual("se connecter", "connect"))
    holder = bench.bal.holder
    shown = bench.product.status().get("identity")
    bench.judge(identity(shown, holder.ps_idnat if holder else ""))
