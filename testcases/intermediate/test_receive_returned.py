"""SC.MSS/va1.14 — acknowledgements of integration that come back: matched to the sent mail, however written."""

import pytest

from harness.bench import Bench
from harness.cases import case
from harness.checks.filing import integration_shown, tolerated
from harness.correspondence import About, Integration, build_integration
from harness.findings import Bilingual
from harness.letters import in_outbox, need_own_ids
from harness.outcomes import NotConcerned
from harness.scenes import send_one

UNKNOWN = "902"
NOT_SHOWN = Bilingual(
    "Le produit ne montre pas les accusés d'intégration : il n'y est tenu que s'il les gère.",
    "The product does not show acknowledgements of integration: it has to only if it handles them.",
)


def returned(id_: str, *, fr: str, en: str) -> pytest.MarkDecorator:
    """Mark a case on an acknowledgement of integration that comes back."""
    return case(
        id_,
        requirements=["SC.MSS/va1.14"],
        level="intermediate",
        needs=["send", "outbox"],
        roles=["receive"],
        fr=fr,
        en=en,
    )


@returned(
    "SC.MSS-va1.14/integration-integrated",
    fr="Accusé d'intégration reçu",
    en="Acknowledgement of integration received",
)
def test_integration_integrated(bench: Bench) -> None:
    """The recipient's software says that it integrated the documents.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : le courriel envoyé est montré comme intégré par le destinataire.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: the sent mail is shown as integrated by the recipient.
    """
    judge(bench, Integration(), official=True)


@returned(
    "SC.MSS-va1.14/integration-refused",
    fr="Accusé d'intégration en erreur",
    en="Acknowledgement of integration in error",
)
def test_integration_refused(bench: Bench) -> None:
    """The recipient's software answers 902, unknown patient.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : le courriel envoyé est montré comme refusé, avec le code 902.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: the sent mail is shown as refused, with the code 902.
    """
    judge(bench, Integration(UNKNOWN), official=True)


@returned(
    "SC.MSS-va1.14/integration-refused-old-edition",
    fr="Accusé en erreur d'une édition plus ancienne",
    en="Acknowledgement in error of an older edition",
)
def test_integration_refused_old_edition(bench: Bench) -> None:
    """The error is in the modifier of Disposition, as up to edition 1.1.2.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : le refus et son code sont compris.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: refusal and code are understood.
    """
    judge(bench, Integration(UNKNOWN, form="old-edition"))


@returned(
    "SC.MSS-va1.14/integration-lower-case",
    fr="Accusé d'intégration en minuscules",
    en="Acknowledgement of integration in lower case",
)
def test_integration_lower_case(bench: Bench) -> None:
    """Names and values of fields are in lower case.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : l'accusé est compris.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: the acknowledgement is understood.
    """
    judge(bench, Integration(form="lower-case"))


@returned(
    "SC.MSS-va1.14/integration-blanks",
    fr="Accusé d'intégration avec des blancs",
    en="Acknowledgement of integration with blanks",
)
def test_integration_blanks(bench: Bench) -> None:
    """There are blanks around the separators.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : l'accusé est compris.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: the acknowledgement is understood.
    """
    judge(bench, Integration(UNKNOWN, form="blanks"))


@returned(
    "SC.MSS-va1.14/integration-blank-lines",
    fr="Accusé d'intégration avec des lignes vides",
    en="Acknowledgement of integration with empty lines",
)
def test_integration_blank_lines(bench: Bench) -> None:
    """There are empty lines between the fields.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : l'accusé est compris.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: the acknowledgement is understood.
    """
    judge(bench, Integration(UNKNOWN, form="blank-lines"))


@returned(
    "SC.MSS-va1.14/integration-line-feeds",
    fr="Accusé d'intégration sans retours chariot",
    en="Acknowledgement of integration without carriage returns",
)
def test_integration_line_feeds(bench: Bench) -> None:
    """Lines of the machine part end with LF alone.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : l'accusé est compris.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: the acknowledgement is understood.
    """
    judge(bench, Integration(form="line-feeds"))


@returned(
    "SC.MSS-va1.14/integration-without-disposition",
    fr="Accusé d'intégration sans Disposition",
    en="Acknowledgement of integration without Disposition",
)
def test_integration_without_disposition(bench: Bench) -> None:
    """The field Disposition is missing, Error is there.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : le refus et son code sont compris.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: refusal and code are understood.
    """
    judge(bench, Integration(UNKNOWN, form="no-disposition"))


@returned(
    "SC.MSS-va1.14/integration-failure",
    fr="Accusé d'intégration qui dit failure",
    en="Acknowledgement of integration that says failure",
)
def test_integration_failure(bench: Bench) -> None:
    """The modifier is failure instead of error.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : le refus et son code sont compris.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: refusal and code are understood.
    """
    judge(bench, Integration(UNKNOWN, form="failure"))


@returned(
    "SC.MSS-va1.14/integration-error-mail",
    fr="Courriel d'erreur ordinaire reçu",
    en="Ordinary error mail received",
)
def test_integration_error_mail(bench: Bench) -> None:
    """No MDN: an ordinary mail with the error subject and the original inside.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : le refus et son code sont compris.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: refusal and code are understood.
    """
    judge(bench, Integration(UNKNOWN, form="error-mail"))


@returned(
    "SC.MSS-va1.14/integration-twice",
    fr="Accusé d'intégration reçu deux fois",
    en="Acknowledgement of integration received twice",
)
def test_integration_twice(bench: Bench) -> None:
    """The same acknowledgement comes twice.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : le destinataire figure une fois.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: the recipient is there once.
    """
    judge(bench, Integration(), times=2)


@returned(
    "SC.MSS-va1.14/integration-late",
    fr="Accusé d'intégration du lendemain",
    en="Acknowledgement of integration of the next day",
)
def test_integration_late(bench: Bench) -> None:
    """The acknowledgement comes a day later.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : le courriel envoyé est montré comme intégré.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: the sent mail is shown as integrated.
    """
    judge(bench, Integration(), later=86_400)


def judge(
    bench: Bench, said: Integration, *, official: bool = False, times: int = 1, later: float = 0
) -> None:
    """Let the product send a mail, return the acknowledgement, judge what the sent mail then shows."""
    bench.need_parameter("send", "request_mdn")
    sent = send_one(bench, request_mdn=True)
    need_own_ids(sent)
    if later and bench.clocked:  # others learn it from the date of the mail alone
        bench.pass_time(later)
    tenant = bench.tenant
    recipient, message_id = tenant.correspondent.address, sent.mail.message_id or ""
    about = About(bench.bal.address, recipient, message_id, "", sent.mail.raw)
    for _ in range(times):
        tenant.post(bench.bal.address, build_integration(said, about, tenant.clock.now()), path="")
    if not any("integrated_by" in one for one in bench.product.outbox()):
        raise NotConcerned(NOT_SHOWN)
    rule = integration_shown if official else tolerated
    bench.judge(in_outbox(bench, lambda shown: rule(shown, message_id, recipient, said.code)))
