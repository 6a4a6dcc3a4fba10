"""X-MDN-01 to X-MDN-03, ECO.3.1.6 — what goes back to the sender when documents were treated by the product.

An acknowledgement of integration is no duty of a client: one that sends none is not concerned.
"""

from typing import cast

import pytest

from harness.artefacts.sent import SentMail
from harness.bench import Bench
from harness.cases import case
from harness.checks.acknowledgement import Edition, check_against, check_mdn, check_several
from harness.correspondence import CR_IMG, truncated
from harness.findings import Bilingual
from harness.letters import notification, only_receipts
from harness.outcomes import NotConcerned
from harness.receiving import Mailed, Reception
from harness.receiving import as_delivered as delivered

NO_COLLECTION = Bilingual(
    "Le produit n'intègre pas de documents : il n'en acquitte pas.",
    "The product integrates no documents: it acknowledges none.",
)
NONE_SENT = Bilingual(
    "Le produit n'a envoyé aucun accusé d'intégration : il n'y est pas tenu.",
    "The product sent no acknowledgement of integration: it has no duty to.",
)


def acknowledging(id_: str, requirement: str, *, fr: str, en: str) -> pytest.MarkDecorator:
    """Mark a case on what goes back after documents were received."""
    return case(
        id_,
        requirements=[requirement],
        level="intermediate",
        needs=["collect|read"],
        roles=["receive"],
        fr=fr,
        en=en,
    )


@acknowledging(
    "X-MDN-02/documents-integrated",
    "X-MDN-02",
    fr="Accusé d'intégration de documents",
    en="Acknowledgement of documents integrated",
)
def test_documents_integrated(bench: Bench) -> None:
    """A mail with documents of a known patient asks for an acknowledgement.

    EXIGENCE : multipart/report, un texte, puis message/disposition-notification avec ses champs.
    ATTENDU : s'il en part un, il est ainsi fait.
    REQUIREMENT: multipart/report, a text, then message/disposition-notification with its fields.
    EXPECTED: if one leaves, it is made so.
    """
    reception = receiving(bench)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient()), asks=True)
    for one in answers(reception, mailed):
        bench.judge(check_mdn(one.mail, edition(bench)))
        bench.judge(check_against(one.mail, delivered(bench, mailed)))


@acknowledging(
    "X-MDN-02/documents-refused",
    "X-MDN-02",
    fr="Accusé en erreur d'une archive endommagée",
    en="Acknowledgement in error of a damaged archive",
)
def test_documents_refused(bench: Bench) -> None:
    """A mail with a truncated archive asks for an acknowledgement.

    EXIGENCE : multipart/report, un texte, puis message/disposition-notification avec ses champs.
    ATTENDU : s'il en part un, il est ainsi fait.
    REQUIREMENT: multipart/report, a text, then message/disposition-notification with its fields.
    EXPECTED: if one leaves, it is made so.
    """
    reception = receiving(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    archive = truncated(reception.archive(document).content)
    asking = (bench.tenant.correspondent.address,)
    mailed = reception.zip_parcel(archive, document, acknowledge_to=asking)
    for one in answers(reception, mailed):
        bench.judge(check_mdn(one.mail, edition(bench)))


@acknowledging(
    "X-MDN-01/documents-envelope",
    "X-MDN-01",
    fr="Enveloppe de l'accusé d'intégration",
    en="Envelope of the acknowledgement of integration",
)
def test_documents_envelope(bench: Bench) -> None:
    """A mail with documents asks for an acknowledgement.

    EXIGENCE : MAIL FROM <>, From le destinataire concerné, To l'adresse qui le demande, un au plus.
    ATTENDU : s'il en part un, il est ainsi adressé ; une seconde relève n'en envoie pas d'autre.
    REQUIREMENT: MAIL FROM <>, From the recipient concerned, To the address that asks for it, one at most.
    EXPECTED: if one leaves, it is addressed so; a second collection sends no other.
    """
    reception = receiving(bench)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient()), asks=True)
    sent = answers(reception, mailed, twice=True)
    received = delivered(bench, mailed)
    for one in sent:
        bench.judge(check_mdn(one.mail), check_against(one.mail, received, one.mail_from))
    bench.judge(check_several([one.mail for one in sent]))


@acknowledging(
    "ECO.3.1.6/documents-without-request",
    "ECO.3.1.6",
    fr="Documents sans demande d'accusé",
    en="Documents without request for an acknowledgement",
)
def test_documents_without_request(bench: Bench) -> None:
    """A mail with documents asks for nothing.

    EXIGENCE : l'accusé est retourné lorsque le message reçu le demande.
    ATTENDU : aucun ne part, puisqu'aucun n'est demandé.
    REQUIREMENT: the acknowledgement is returned when the received mail asks for it.
    EXPECTED: none leaves, since none is asked.
    """
    reception = receiving(bench)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient()))
    reception.settled(mailed)
    received = delivered(bench, mailed)
    bench.judge(*(check_against(one.mail, received) for one in only_receipts(bench.sent())))


@acknowledging(
    "X-MDN-03/documents-other-address",
    "X-MDN-03",
    fr="Accusé d'intégration demandé pour une autre adresse",
    en="Acknowledgement of integration asked for another address",
)
def test_documents_other_address(bench: Bench) -> None:
    """Disposition-Notification-To is not the Return-Path, and nobody acts.

    EXIGENCE : pas d'accusé automatique quand Disposition-Notification-To diffère de Return-Path.
    ATTENDU : rien ne part de soi-même.
    REQUIREMENT: no automatic acknowledgement when Disposition-Notification-To differs from Return-Path.
    EXPECTED: nothing leaves by itself.
    """
    reception = receiving(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    other = (bench.tenant.correspondents(2)[1].address,)
    archive = reception.archive(document).content
    mailed = reception.zip_parcel(archive, document, acknowledge_to=other)
    reception.collect()
    received = delivered(bench, mailed)
    bench.judge(*(check_against(one.mail, received) for one in only_receipts(bench.sent())))


@acknowledging(
    "X-MDN-01/collected-receipt",
    "X-MDN-01",
    fr="Accusé relevé qui demande un accusé",
    en="Collected receipt that asks for a receipt",
)
def test_collected_receipt(bench: Bench) -> None:
    """The product collects an MDN with Disposition-Notification-To, against RFC 8098.

    EXIGENCE : aucun accusé en réponse à un accusé.
    ATTENDU : rien ne part : deux logiciels s'écriraient sans fin.
    REQUIREMENT: no acknowledgement in answer to an acknowledgement.
    EXPECTED: nothing leaves: two products would write to each other without end.
    """
    reception = receiving(bench)
    asks = bench.tenant.correspondent.address
    content = notification(bench, kind="disposition-notification", asks=asks)
    mailed = reception.raw(content, "", path="")
    reception.collect()
    received = delivered(bench, mailed)
    bench.judge(*(check_against(one.mail, received) for one in only_receipts(bench.sent())))


def edition(bench: Bench) -> Edition | None:
    """Return the edition of the volet that the profile names, if any."""
    return cast(Edition | None, bench.profile.mdn_edition)


def receiving(bench: Bench) -> Reception:
    """Return the scene of a product that treats the documents that it receives."""
    if not bench.product.can("collect"):
        raise NotConcerned(NO_COLLECTION)
    return Reception(bench)


def answers(reception: Reception, mailed: Mailed, *, twice: bool = False) -> tuple[SentMail, ...]:
    """Let the product treat the mail; return the acknowledgements that left, at least one mail."""
    reception.settled(mailed)
    if twice:
        reception.collect()
    sent = reception.bench.sent()
    if not sent:
        raise NotConcerned(NONE_SENT)
    return only_receipts(sent) or sent
