"""ECO.2.2.1 to 2.2.4 and 2.2.7 — the form of every mail: identity, threading, encoding, body, sender's label."""

from harness.bench import Bench
from harness.cases import case
from harness.checks.mail import (
    body_type,
    from_label,
    header_words,
    message_id,
    message_ids_differ,
    reply_threading,
    same_wording,
    utf8_text,
)
from harness.findings import Bilingual
from harness.scenes import receive_one, send_one
from harness.specimens.catalogue import EVERY_MAIL
from harness.specimens.judging import judged_on_files

SEND = ["send"]
ANSWER = ["receive"]
"""Only who reads a mail can answer it: a sending function is not asked."""
ACCENTS = "Bonjour,\nL'évolution est très favorable ; œdème résorbé à 90 % — à revoir début août.\n"
REPLY = Bilingual("répondre", "reply")


@case(
    "ECO.2.2.1/message-id",
    requirements=["ECO.2.2.1"],
    needs=["send"],
    roles=SEND,
    fr="Message-ID de chaque courriel",
    en="Message-ID of every mail",
    files=EVERY_MAIL.put,
)
def test_message_id(bench: Bench) -> None:
    """Two mails are sent.

    EXIGENCE : tout nouveau courriel a un Message-ID conforme à la RFC 5322.
    ATTENDU : un seul Message-ID, bien formé, différent d'un courriel à l'autre.
    REQUIREMENT: every new mail has a Message-ID as RFC 5322 writes it.
    EXPECTED: exactly one Message-ID, well formed, different from mail to mail.
    """
    if judged_on_files(bench):
        return
    first = send_one(bench, subject="Premier avis").mail
    second = send_one(bench, subject="Second avis").mail
    bench.judge(message_id(first), message_id(second), message_ids_differ(first, second))


@case(
    "ECO.2.2.2/reply",
    requirements=["ECO.2.2.2"],
    needs=["reply"],
    roles=ANSWER,
    fr="Réponse rattachée au courriel reçu",
    en="Reply tied to the received mail",
)
def test_reply(bench: Bench) -> None:
    """A mail that already belongs to a conversation is answered.

    EXIGENCE : une réponse a Message-ID, In-Reply-To et References selon la RFC 5322.
    ATTENDU : In-Reply-To désigne le courriel reçu et References se termine par lui.
    REQUIREMENT: a reply has Message-ID, In-Reply-To and References as in RFC 5322.
    EXPECTED: In-Reply-To designates the received mail and References ends with it.
    """
    received = receive_one(bench, "in_thread")
    bench.need(bench.product.reply(received.message_id or ""), REPLY)
    answer = bench.one_sent().mail
    bench.judge(reply_threading(answer, received))


@case(
    "ECO.2.2.3/utf-8",
    requirements=["ECO.2.2.3"],
    needs=["send"],
    roles=SEND,
    fr="Corps en UTF-8",
    en="Body in UTF-8",
    files=EVERY_MAIL.put,
)
def test_utf8(bench: Bench) -> None:
    """A mail with accents, a ligature and typographic signs is sent.

    EXIGENCE : les parties texte du corps sont en UTF-8.
    ATTENDU : charset=utf-8 sur chaque partie, octets UTF-8 valides, texte intact.
    REQUIREMENT: the text parts of the body are in UTF-8.
    EXPECTED: charset=utf-8 on every part, valid UTF-8 octets, text unharmed.
    """
    if judged_on_files(bench):
        return
    mail = send_one(bench, subject="Œdème : évolution à 3 mois", text=ACCENTS).mail
    bench.judge(utf8_text(mail), header_words(mail))


@case(
    "ECO.2.2.4/body",
    requirements=["ECO.2.2.4"],
    needs=["send"],
    roles=SEND,
    fr="Type du corps",
    en="Type of the body",
    files=EVERY_MAIL.put,
)
def test_body(bench: Bench) -> None:
    """An ordinary mail is sent.

    EXIGENCE : le corps est text/plain, ou multipart/alternative avec text/plain puis text/html de même contenu.
    ATTENDU : l'une de ces deux formes, et le même texte dans les deux versions.
    REQUIREMENT: the body is text/plain, or multipart/alternative with text/plain then text/html of same wording.
    EXPECTED: one of these two forms, and the same text in both versions.
    """
    if judged_on_files(bench):
        return
    mail = send_one(bench, text=ACCENTS).mail
    bench.judge(body_type(mail), same_wording(mail))


@case(
    "ECO.2.2.7/sender-label",
    requirements=["ECO.2.2.7"],
    needs=["send"],
    roles=SEND,
    fr="Libellé de l'expéditeur",
    en="Sender's label",
)
def test_sender_label(bench: Bench) -> None:
    """A mail is sent from the product's first mailbox.

    EXIGENCE : From porte un libellé ; PER : titre, prénom, nom, entité (prénom et nom obligatoires) ; ORG et APP : entité.
    ATTENDU : libellé présent et conforme au type de la BAL.
    REQUIREMENT: From has a label; PER: title, first name, name, entity (both names mandatory); ORG and APP: entity.
    EXPECTED: label present and as the type of the mailbox asks.
    """
    bench.judge(from_label(send_one(bench).mail, bench.sender))


@case(
    "ECO.2.2.7/sender-label-org",
    requirements=["ECO.2.2.7"],
    needs=["send"],
    mailboxes=["ORG", "APP"],
    roles=SEND,
    fr="Libellé de l'expéditeur d'une BAL de structure",
    en="Sender's label of a structure's mailbox",
)
def test_sender_label_org(bench: Bench) -> None:
    """A mail is sent from an organisational or applicative mailbox.

    EXIGENCE : From d'une BAL ORG ou APP porte le libellé de l'entité fonctionnelle.
    ATTENDU : le libellé contient l'entité.
    REQUIREMENT: From of an ORG or APP mailbox has the label of the functional entity.
    EXPECTED: the label contains the entity.
    """
    bench.judge(from_label(send_one(bench).mail, bench.sender))
