"""SC.MSS/va1.14, va1.18, MSS/ENV, ECO.3.1.4 — sent mails: to whom, where answers go, what became of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from harness.bench import Bench
from harness.cases import case
from harness.checks.screen import (
    delivery_shown,
    goes_to,
    reading_shown,
    refusal_told,
    returns_to,
)
from harness.letters import in_outbox, need_own_ids, receive_receipt
from harness.scenes import report_received, send_one

OUTSIDE = "jeanne.testut@messagerie.example"
"""An address that no white list has: `.example` is reserved (RFC 2606)."""


def outbox(id_: str, requirement: str, *, fr: str, en: str) -> pytest.MarkDecorator:
    """Mark a case in which the user looks at what became of a sent mail."""
    return case(
        id_,
        requirements=[requirement],
        level="intermediate",
        needs=["send", "outbox"],
        roles=["receive"],
        fr=fr,
        en=en,
    )


def sending(id_: str, requirement: str, *, fr: str, en: str) -> pytest.MarkDecorator:
    """Mark a case in which the user sends."""
    return case(
        id_,
        requirements=[requirement],
        level="intermediate",
        needs=["send"],
        roles=["send"],
        fr=fr,
        en=en,
    )


@case(
    "SC.MSS-va1.14/delivered",
    requirements=["SC.MSS/va1.14"],
    level="intermediate",
    needs=["send", "outbox|list"],
    roles=["receive"],
    fr="Bonne réception montrée",
    en="Good reception shown",
)
def test_delivered(bench: Bench) -> None:
    """The user asks for a delivery receipt, the operator reports the delivery.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : le courriel envoyé est montré comme remis.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: the sent mail is shown as delivered.
    """
    bench.need_parameter("send", "request_dsn")
    sent = send_one(bench, request_dsn=True)
    need_own_ids(sent)
    report_received(bench)
    if bench.product.can("outbox"):
        bench.judge(in_outbox(bench, lambda shown: delivery_shown(shown, (), sent.mail)))
    else:
        bench.judge(delivery_shown((), bench.product.messages(), sent.mail))


@outbox(
    "SC.MSS-va1.14/read",
    "SC.MSS/va1.14",
    fr="Accusé de lecture montré au courriel envoyé",
    en="Read receipt shown at the sent mail",
)
def test_read(bench: Bench) -> None:
    """The correspondent returns the read receipt.

    EXIGENCE : la bonne réception est tracée ou montrée quand le destinataire gère les accusés.
    ATTENDU : le courriel envoyé est montré comme lu par le destinataire.
    REQUIREMENT: good reception is traced or shown when the recipient handles receipts.
    EXPECTED: the sent mail is shown as read by the recipient.
    """
    bench.need_parameter("send", "request_mdn")
    sent = send_one(bench, request_mdn=True)
    need_own_ids(sent)
    receive_receipt(bench, sent)
    reader = bench.tenant.correspondent.address
    bench.judge(in_outbox(bench, lambda shown: reading_shown(shown, sent.mail, reader)))


@outbox(
    "SC.MSS-va1.14/matched",
    "SC.MSS/va1.14",
    fr="Accusé de lecture du bon courriel",
    en="Read receipt of the right mail",
)
def test_matched(bench: Bench) -> None:
    """Two mails leave with one subject; the second alone is read.

    EXIGENCE : la bonne réception est celle du courriel dont parle l'accusé (Original-Message-ID).
    ATTENDU : le second est montré comme lu, pas le premier.
    REQUIREMENT: good reception is that of the mail that the receipt is about (Original-Message-ID).
    EXPECTED: the second is shown as read, not the first.
    """
    bench.need_parameter("send", "request_mdn")
    first = send_one(bench, request_mdn=True)
    second = send_one(bench, request_mdn=True)
    need_own_ids(first, second)
    receive_receipt(bench, second)
    reader = bench.tenant.correspondent.address
    bench.judge(in_outbox(bench, lambda shown: reading_shown(shown, second.mail, reader, [first.mail])))


@sending(
    "SC.MSS-va1.18/return-address",
    "SC.MSS/va1.18",
    fr="Adresse de retour choisie",
    en="Chosen return address",
)
def test_return_address(bench: Bench) -> None:
    """The answers are to go to the secretariat.

    EXIGENCE : l'adresse de retour (une BAL organisationnelle en général) se règle.
    ATTENDU : Reply-To est cette adresse.
    REQUIREMENT: the return address (an organisational mailbox as a rule) can be set.
    EXPECTED: Reply-To is that address.
    """
    bench.need_parameter("send", "reply_to")
    address = f"secretariat@{bench.tenant.domain}"
    bench.judge(returns_to(send_one(bench, reply_to=address), address))


@sending(
    "MSS-ENV.01/two-addresses",
    "MSS/ENV.01",
    fr="Une adresse de retour par envoi",
    en="One return address a sending",
)
def test_two_addresses(bench: Bench) -> None:
    """Two sendings, each with its own return address.

    EXIGENCE : l'utilisateur peut définir plusieurs adresses MSS de retour, pour chaque document envoyé.
    ATTENDU : le Reply-To de chaque courriel est l'adresse choisie pour lui.
    REQUIREMENT: the user can set several MSS return addresses, for each document sent.
    EXPECTED: the Reply-To of each mail is the address chosen for it.
    """
    bench.need_parameter("send", "reply_to")
    addresses = [f"{name}@{bench.tenant.domain}" for name in ("secretariat", "hospitalisation")]
    sent = [send_one(bench, reply_to=address) for address in addresses]
    bench.judge(*(returns_to(mail, address) for mail, address in zip(sent, addresses, strict=True)))


@sending(
    "MSS-ENV.02/chosen-recipients",
    "MSS/ENV.02",
    fr="Destinataires choisis, et eux seuls",
    en="Chosen recipients, and they alone",
)
def test_chosen_recipients(bench: Bench) -> None:
    """The product knows three correspondents, the user chooses two.

    EXIGENCE : à l'envoi, l'utilisateur choisit les destinataires dans l'annuaire local ou l'Annuaire Santé.
    ATTENDU : l'enveloppe a ces deux destinataires, et pas le troisième.
    REQUIREMENT: when sending, the user chooses recipients from the local directory or the Annuaire Santé.
    EXPECTED: the envelope has these two recipients, and not the third.
    """
    chosen = [one.address for one in bench.tenant.correspondents(3)[::2]]
    bench.judge(goes_to(send_one(bench, to=chosen), chosen))


@sending(
    "ECO.3.1.4/outside-trust",
    "ECO.3.1.4",
    fr="Adresse hors de l'Espace de Confiance",
    en="Address outside the Espace de Confiance",
)
def test_outside(bench: Bench) -> None:
    """The address is no MSSanté address: the operator refuses it.

    EXIGENCE : l'utilisateur écrit à des adresses MSSanté ; les autres sont hors de l'Espace de Confiance.
    ATTENDU : le produit dit à l'utilisateur que le courriel n'est pas parti.
    REQUIREMENT: the user writes to MSSanté addresses; others are outside the Espace de Confiance.
    EXPECTED: the product tells the user that the mail did not leave.
    """
    _judge_refusal(bench, [OUTSIDE])


@sending(
    "ECO.3.1.4/one-outside-trust",
    "ECO.3.1.4",
    fr="Une adresse sur deux hors de l'Espace de Confiance",
    en="One address of two outside the Espace de Confiance",
)
def test_one_outside(bench: Bench) -> None:
    """One recipient is in the Espace de Confiance, the other is not.

    EXIGENCE : l'utilisateur écrit à des adresses MSSanté ; les autres sont hors de l'Espace de Confiance.
    ATTENDU : le produit nomme l'adresse refusée, ou n'envoie rien et le dit.
    REQUIREMENT: the user writes to MSSanté addresses; others are outside the Espace de Confiance.
    EXPECTED: the product names the refused address, or sends nothing and says so.
    """
    _judge_refusal(bench, [bench.tenant.correspondent.address, OUTSIDE])


def _judge_refusal(bench: Bench, to: list[str]) -> None:
    answer = bench.product.send(to=to)
    told: list[object] = []
    if bench.product.can("status"):
        told += bench.product.status().get("alerts") or ()
    if answer.status == "done" and bench.product.can("outbox"):
        told += _failed(bench.product.outbox())
    links = bench.connections("smtp")
    transcript = links[-1].transcript if links else None
    bench.judge(refusal_told(answer, " ".join(map(str, told)), OUTSIDE, transcript))


def _failed(lines: Sequence[Mapping[str, Any]]) -> list[object]:
    return [line.get("failures") for line in lines if line.get("delivery") in {"failed", "partly-failed"}]
