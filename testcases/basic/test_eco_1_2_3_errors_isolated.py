"""ECO.1.2.3 — technical errors of the connection do not disturb the rest of the system."""

from typing import Any

from harness.bench import Bench
from harness.cases import OPEN_IMAP, OPEN_SMTP, case
from harness.checks.session import still_alive, user_told
from harness.world import AuthenticationRefused, Bye, Close, ServiceUnavailable, Silence

NEEDS = ["status"]
MAILBOXES = ["PER", "ORG"]


def _isolated(bench: Bench, protocol: Any, fault: Any) -> None:
    bench.need_control(protocol)
    bench.endpoint(protocol, faults=(fault,))
    bench.product.deadline_s = min(bench.product.deadline_s, bench.profile.limits.connect_s)
    answer = bench.product.open(protocol)
    after = bench.product.call("status", mailbox=bench.bal.address)
    bench.judge(still_alive(after), user_told(answer, after.result))


@case(
    "ECO.1.2.3/smtp-421",
    requirements=["ECO.1.2.3"],
    needs=[*OPEN_SMTP, *NEEDS],
    mailboxes=MAILBOXES,
    roles=["send"],
    fr="Opérateur indisponible (421)",
    en="Operator unavailable (421)",
)
def test_smtp_421(bench: Bench) -> None:
    """The SMTP server answers 421 at once.

    EXIGENCE : les erreurs techniques SMTP/IMAP ne perturbent pas les autres fonctions du système.
    ATTENDU : l'erreur est dite à l'utilisateur et le produit répond encore.
    REQUIREMENT: technical SMTP/IMAP errors do not disturb the other functions of the system.
    EXPECTED: the user is told of the error and the product still answers.
    """
    _isolated(bench, "smtp", ServiceUnavailable(at="CONNECT"))


@case(
    "ECO.1.2.3/smtp-535",
    requirements=["ECO.1.2.3"],
    needs=[*OPEN_SMTP, *NEEDS],
    mailboxes=MAILBOXES,
    roles=["send"],
    fr="Authentification refusée (535)",
    en="Authentication refused (535)",
)
def test_smtp_535(bench: Bench) -> None:
    """The SMTP server refuses a good token.

    EXIGENCE : les erreurs d'authentification ne perturbent pas les autres fonctions du système.
    ATTENDU : l'erreur est dite à l'utilisateur et le produit répond encore.
    REQUIREMENT: authentication errors do not disturb the other functions of the system.
    EXPECTED: the user is told of the error and the product still answers.
    """
    _isolated(bench, "smtp", AuthenticationRefused())


@case(
    "ECO.1.2.3/smtp-silent",
    requirements=["ECO.1.2.3"],
    needs=[*OPEN_SMTP, *NEEDS],
    mailboxes=MAILBOXES,
    roles=["send"],
    fr="Opérateur muet",
    en="Silent operator",
)
def test_smtp_silent(bench: Bench) -> None:
    """The SMTP server accepts the connection and never says a word.

    EXIGENCE : une erreur de connexion ne bloque pas le système.
    ATTENDU : le produit renonce dans le délai donné et répond encore.
    REQUIREMENT: a connection error does not block the system.
    EXPECTED: the product gives up within the time given and still answers.
    """
    _isolated(bench, "smtp", Silence(at="connect"))


@case(
    "ECO.1.2.3/imap-bye",
    requirements=["ECO.1.2.3"],
    needs=[*OPEN_IMAP, *NEEDS],
    mailboxes=MAILBOXES,
    roles=["receive"],
    fr="Opérateur qui congédie (BYE)",
    en="Operator that dismisses (BYE)",
)
def test_imap_bye(bench: Bench) -> None:
    """The IMAP server says BYE instead of answering AUTHENTICATE.

    EXIGENCE : les erreurs techniques SMTP/IMAP ne perturbent pas les autres fonctions du système.
    ATTENDU : l'erreur est dite à l'utilisateur et le produit répond encore.
    REQUIREMENT: technical SMTP/IMAP errors do not disturb the other functions of the system.
    EXPECTED: the user is told of the error and the product still answers.
    """
    _isolated(bench, "imap", Bye(at="AUTHENTICATE"))


@case(
    "ECO.1.2.3/imap-closed",
    requirements=["ECO.1.2.3"],
    needs=[*OPEN_IMAP, *NEEDS],
    mailboxes=MAILBOXES,
    roles=["receive"],
    fr="Connexion coupée pendant l'authentification",
    en="Connection cut during authentication",
)
def test_imap_closed(bench: Bench) -> None:
    """The IMAP server closes when AUTHENTICATE comes.

    EXIGENCE : les erreurs techniques SMTP/IMAP ne perturbent pas les autres fonctions du système.
    ATTENDU : l'erreur est dite à l'utilisateur et le produit répond encore.
    REQUIREMENT: technical SMTP/IMAP errors do not disturb the other functions of the system.
    EXPECTED: the user is told of the error and the product still answers.
    """
    _isolated(bench, "imap", Close(at="AUTHENTICATE"))
