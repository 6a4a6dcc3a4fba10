"""ECO.1.1.2 — later versions of TLS are allowed."""

from harness.bench import Bench
from harness.cases import case
from harness.scenes import OPEN_IMAP, OPEN_SMTP, connects
from harness.world import API_LPS


@case(
    "ECO.1.1.2/tls-1.3-smtp",
    requirements=["ECO.1.1.2"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Opérateur qui propose TLS 1.2 et TLS 1.3 (SMTP)",
    en="Operator that offers TLS 1.2 and TLS 1.3 (SMTP)",
)
def test_tls_1_3_smtp(bench: Bench) -> None:
    """The operator offers both versions.

    EXIGENCE : le client peut utiliser TLS 1.3 ou une version ultérieure.
    ATTENDU : la connexion est établie, en 1.2 ou en 1.3 au choix du client.
    REQUIREMENT: the client may use TLS 1.3 or later.
    EXPECTED: the connection is established, in 1.2 or 1.3 as the client likes.
    """
    bench.need_control("smtp")
    connects(bench, "smtp", "TLS-003", "TLS 1.2 ou 1.3 établi", tls=API_LPS)


@case(
    "ECO.1.1.2/tls-1.3-imap",
    requirements=["ECO.1.1.2"],
    needs=OPEN_IMAP,
    roles=["receive"],
    fr="Opérateur qui propose TLS 1.2 et TLS 1.3 (IMAP)",
    en="Operator that offers TLS 1.2 and TLS 1.3 (IMAP)",
)
def test_tls_1_3_imap(bench: Bench) -> None:
    """The operator offers both versions.

    EXIGENCE : le client peut utiliser TLS 1.3 ou une version ultérieure.
    ATTENDU : la connexion est établie, en 1.2 ou en 1.3 au choix du client.
    REQUIREMENT: the client may use TLS 1.3 or later.
    EXPECTED: the connection is established, in 1.2 or 1.3 as the client likes.
    """
    bench.need_control("imap")
    connects(bench, "imap", "TLS-003", "TLS 1.2 ou 1.3 établi", tls=API_LPS)
