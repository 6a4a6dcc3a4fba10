"""ECO.1.0.1 — sending by SMTP (RFC 5321) upgraded by STARTTLS (RFC 3207)."""

from harness.bench import Bench
from harness.cases import OPEN_SMTP, case
from harness.checks.delivery import delivered
from harness.checks.starttls import (
    greeting_repeated,
    injected_answer_ignored,
    nothing_in_clear,
    starttls_first,
)
from harness.findings import Bilingual
from harness.scenes import refuses
from harness.world import InjectedPlaintext, ServerFlavour, StarttlsNotOffered, StarttlsRefused


@case(
    "ECO.1.0.1/send-starttls",
    requirements=["ECO.1.0.1"],
    needs=["send"],
    roles=["send"],
    fr="Envoi d'un courriel : STARTTLS d'abord",
    en="Sending a mail: STARTTLS first",
)
def test_send_starttls(bench: Bench) -> None:
    """One mail to one correspondent.

    EXIGENCE : le client envoie par SMTP (RFC 5321) et élève la connexion par STARTTLS (RFC 3207).
    ATTENDU : EHLO, STARTTLS, EHLO, puis authentification et message sous TLS ; le message arrive.
    REQUIREMENT: the client sends by SMTP (RFC 5321) and upgrades the connection by STARTTLS (RFC 3207).
    EXPECTED: EHLO, STARTTLS, EHLO, then authentication and message under TLS; the message arrives.
    """
    answer = bench.product.send()
    links = bench.connections("smtp")
    bench.judge(*(starttls_first(link) for link in links))
    bench.judge(*(greeting_repeated(link) for link in links))
    bench.judge(delivered(answer, bench.sent(), links, [bench.tenant.correspondent.address]))


@case(
    "ECO.1.0.1/several-recipients",
    requirements=["ECO.1.0.1"],
    needs=["send"],
    roles=["send"],
    fr="Envoi à trois destinataires",
    en="Sending to three recipients",
)
def test_several_recipients(bench: Bench) -> None:
    """One mail to two recipients and one in copy.

    EXIGENCE : le client envoie par SMTP (RFC 5321), un RCPT TO par destinataire (§3.3).
    ATTENDU : l'enveloppe reçue par l'opérateur porte les trois adresses.
    REQUIREMENT: the client sends by SMTP (RFC 5321), one RCPT TO for each recipient (§3.3).
    EXPECTED: the envelope received by the operator has the three addresses.
    """
    first, second, third = bench.tenant.correspondents(3)
    answer = bench.product.send(to=[first.address, second.address], cc=[third.address])
    wanted = [first.address, second.address, third.address]
    bench.need(answer, Bilingual("envoyer à trois destinataires", "send to three recipients"))
    bench.judge(delivered(answer, bench.sent(), bench.connections("smtp"), wanted))


@case(
    "ECO.1.0.1/starttls-not-offered",
    requirements=["ECO.1.0.1"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="STARTTLS absent : rien ne part en clair (SMTP)",
    en="STARTTLS missing: nothing goes in clear (SMTP)",
)
def test_starttls_not_offered(bench: Bench) -> None:
    """The operator (or someone on the way) does not offer STARTTLS.

    EXIGENCE : la connexion SMTP est élevée par STARTTLS avant l'envoi.
    ATTENDU : sans STARTTLS annoncé, le produit renonce : ni AUTH ni MAIL en clair.
    REQUIREMENT: the SMTP connection is upgraded by STARTTLS before sending.
    EXPECTED: when STARTTLS is not offered the product gives up: neither AUTH nor MAIL in clear.
    """
    bench.need_control("smtp")
    bench.endpoint("smtp", faults=(StarttlsNotOffered(),))
    bench.product.open("smtp")
    bench.judge(*(nothing_in_clear(link) for link in bench.connections("smtp")))


@case(
    "ECO.1.0.1/starttls-refused",
    requirements=["ECO.1.0.1"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="STARTTLS refusé : rien ne part en clair (SMTP)",
    en="STARTTLS refused: nothing goes in clear (SMTP)",
)
def test_starttls_refused(bench: Bench) -> None:
    """STARTTLS is offered, then answered 454.

    EXIGENCE : la connexion SMTP est élevée par STARTTLS avant l'envoi.
    ATTENDU : STARTTLS refusé, le produit renonce : ni AUTH ni MAIL en clair.
    REQUIREMENT: the SMTP connection is upgraded by STARTTLS before sending.
    EXPECTED: STARTTLS refused, the product gives up: neither AUTH nor MAIL in clear.
    """
    bench.need_control("smtp")
    bench.endpoint("smtp", faults=(StarttlsRefused(code=454),))
    bench.product.open("smtp")
    bench.judge(*(nothing_in_clear(link) for link in bench.connections("smtp")))


@case(
    "ECO.1.0.1/injected-answer",
    requirements=["ECO.1.0.1"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Texte injecté derrière la réponse à STARTTLS (SMTP)",
    en="Text injected behind the answer to STARTTLS (SMTP)",
)
def test_injected_answer(bench: Bench) -> None:
    """A false farewell follows `220` in clear, in the same segment.

    EXIGENCE : STARTTLS suit la RFC 3207, qui fait écarter tout ce qui précède TLS (§4.2).
    ATTENDU : le texte injecté est ignoré ; la session continue sous TLS.
    REQUIREMENT: STARTTLS follows RFC 3207, which has everything before TLS discarded (§4.2).
    EXPECTED: the injected text is ignored; the session goes on under TLS.
    """
    bench.need_control("smtp")
    injected = b"421 4.3.2 INJECTE service indisponible\r\n"
    bench.endpoint("smtp", faults=(InjectedPlaintext(octets=injected),))
    bench.product.open("smtp")
    bench.judge(injected_answer_ignored(bench.connections("smtp")))


@case(
    "ECO.1.0.1/other-host",
    requirements=["ECO.1.0.1"],
    needs=OPEN_SMTP,
    roles=["send"],
    fr="Certificat d'un autre serveur (SMTP)",
    en="Certificate of another server (SMTP)",
)
def test_other_host(bench: Bench) -> None:
    """A good certificate of the right range, made for another operator's name.

    EXIGENCE : STARTTLS suit la RFC 3207, dont le §4.1 fait contrôler l'identité du serveur.
    ATTENDU : le produit refuse la connexion.
    REQUIREMENT: STARTTLS follows RFC 3207, whose §4.1 has the server's identity checked.
    EXPECTED: the product refuses the connection.
    """
    refuses(bench, "smtp", "TLS-060", "nom du serveur contrôlé", certificate=ServerFlavour.WRONG_HOST)
