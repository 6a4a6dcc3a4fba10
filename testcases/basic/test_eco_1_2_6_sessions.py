"""ECO.1.2.6, ECO.1.2.7 and SC.SSI/IE.38 — sessions live and end with Pro Santé Connect."""

from harness.bench import Bench
from harness.cases import case
from harness.checks.psc import signed_out
from harness.checks.session import ended, left_properly, open_links, reopened, still_usable
from harness.findings import Bilingual
from harness.outcomes import NotTested
from harness.scenes import OPEN_ANY, first_protocol, open_messaging
from harness.world import PscSpec

MAILBOXES = ["PER", "ORG"]
ONLY_IMAP_IS_CLOSED = Bilingual(
    "Le produit ne lit pas et garde sa session SMTP ouverte : le banc ne ferme que des sessions IMAP.",
    "The product does not read and keeps its SMTP session open: the bench closes IMAP sessions only.",
)
CONNECT = Bilingual("ouvrir la messagerie", "open the messaging")
ACCESS_S, REFRESH_S = 120.0, 1800.0
REAL_ACCESS_S, REAL_REFRESH_S = 3.0, 8.0


def _signed_in(bench: Bench) -> None:
    """Open both sessions with lifetimes that can be waited for."""
    access = bench.seconds(ACCESS_S, REAL_ACCESS_S)
    refresh = bench.seconds(REFRESH_S, REAL_REFRESH_S)
    bench.world(psc=PscSpec(access_s=access, refresh_s=refresh))
    bench.need(open_messaging(bench), CONNECT)


@case(
    "ECO.1.2.6/refresh-token-dead",
    requirements=["ECO.1.2.6"],
    needs=[*OPEN_ANY, "status"],
    mailboxes=MAILBOXES,
    fr="Jeton de rafraîchissement invalide : sessions closes",
    en="Refresh token invalid: sessions closed",
)
def test_refresh_token_dead(bench: Bench) -> None:
    """Pro Santé Connect ends the session, then the access token expires.

    EXIGENCE : quand le jeton de rafraîchissement n'est plus valide, le client met fin aux sessions IMAP et SMTP.
    ATTENDU : après invalid_grant, les sessions se ferment dans le délai du profil.
    REQUIREMENT: when the refresh token is no longer valid the client ends the IMAP and SMTP sessions.
    EXPECTED: after invalid_grant the sessions close within the time of the profile.
    """
    _signed_in(bench)
    bench.need_open_session()
    bench.tenant.end_psc_session()
    bench.pass_time(bench.seconds(ACCESS_S, REAL_ACCESS_S) + 1)
    limit = bench.profile.limits.session_end_s
    bench.product.status()
    bench.wait_until(lambda: not open_links(bench.links()), limit)
    bench.judge(ended(bench.links(), limit))


@case(
    "X-PSC-02/messaging-goes-on",
    requirements=["X-PSC-02"],
    needs=OPEN_ANY,
    mailboxes=MAILBOXES,
    fr="Jeton de rafraîchissement valide : messagerie encore utilisable",
    en="Refresh token valid: messaging still usable",
)
def test_refresh_token_alive(bench: Bench) -> None:
    """The access token expires; the refresh token is still good.

    EXIGENCE : le jeton d'accès se renouvelle ; seule l'invalidité du jeton de rafraîchissement met fin aux sessions.
    ATTENDU : la messagerie reste utilisable sans nouvelle action de l'utilisateur.
    REQUIREMENT: the access token is renewed; only the invalidity of the refresh token ends the sessions.
    EXPECTED: the messaging stays usable without any new action of the user.
    """
    _signed_in(bench)
    bench.pass_time(bench.seconds(ACCESS_S, REAL_ACCESS_S) + 1)
    answer = open_messaging(bench)
    bench.judge(still_usable(answer))


@case(
    "ECO.1.2.7/closed-by-operator",
    requirements=["ECO.1.2.7"],
    needs=[*OPEN_ANY, "status"],
    mailboxes=MAILBOXES,
    fr="Session fermée par l'opérateur : réouverture",
    en="Session closed by the operator: reopening",
)
def test_closed_by_operator(bench: Bench) -> None:
    """The operator says BYE while Pro Santé Connect is still valid.

    EXIGENCE : quand l'opérateur ferme la session et que PSC est valide, le client la rouvre sans action humaine.
    ATTENDU : une nouvelle session authentifiée arrive dans le délai du profil.
    REQUIREMENT: when the operator closes the session and PSC is valid the client reopens it without human action.
    EXPECTED: a new authenticated session comes within the time of the profile.
    """
    protocol = first_protocol(bench)
    bench.need(bench.product.open(protocol), CONNECT)
    before = bench.connections(protocol)
    kept = bool(open_links(before))
    if kept and protocol == "smtp":
        raise NotTested(ONLY_IMAP_IS_CLOSED)
    bench.tenant.close_imap_sessions("maintenance")
    if not kept:
        # Without a session that stays open, the next use of the mailbox is what reopens.
        bench.product.open(protocol)
    limit = bench.profile.limits.reopen_s

    def came_back() -> bool:
        return not list(reopened(before, bench.connections(protocol), limit))

    if not bench.wait_until(came_back, bench.seconds(0.5, limit)):
        bench.product.status()
        bench.wait_until(came_back, bench.seconds(0.5, limit))
    bench.judge(reopened(before, bench.connections(protocol), limit))


@case(
    "SC.SSI-IE.38/sign-out",
    requirements=["SC.SSI/IE.38"],
    needs=[*OPEN_ANY, "disconnect"],
    fr="Fermeture de session par le professionnel",
    en="Sign-out by the professional",
)
def test_sign_out(bench: Bench) -> None:
    """The professional signs out.

    EXIGENCE : le professionnel peut fermer sa session.
    ATTENDU : IMAP se ferme par LOGOUT, SMTP se ferme, la session Pro Santé Connect prend fin.
    REQUIREMENT: the professional can close the session.
    EXPECTED: IMAP closes by LOGOUT, SMTP closes, the Pro Santé Connect session ends.
    """
    bench.need(open_messaging(bench), CONNECT)
    bench.need(bench.product.disconnect(psc_logout=True), Bilingual("fermer la session", "sign out"))
    bench.wait_until(lambda: not open_links(bench.links()), bench.profile.limits.session_end_s)
    groups = [left_properly(bench.links())]
    if bench.bal.type != "APP":
        groups.append(signed_out(bench.events("oauth")))
    bench.judge(*groups)
