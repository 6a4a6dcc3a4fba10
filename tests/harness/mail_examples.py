"""For each MAIL rule: checks on mails that satisfy it and on mails that break it, built from bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from harness.artefacts.mail import Mail
from harness.checks import mail as checks
from harness.checks.mail_fields import fields
from harness.findings import Finding

PERSON = checks.Sender(
    "claire.testut@banc.mssante.fr", "PER", "Cabinet", family="TESTUT", given="Claire-Élise"
)
SERVICE = checks.Sender("cardio@banc.mssante.fr", "ORG", "Service de cardiologie")
ROBOT = checks.Sender("robot@banc.mssante.fr", "APP", "Laboratoire", contact="secretariat@banc.mssante.fr")

Judged = Callable[[], Iterable[Finding]]

HEAD = (
    "From: Docteur Claire-Elise TESTUT <claire.testut@banc.mssante.fr>",
    "Message-ID: <a.1@banc.mssante.fr>",
    "X-MSS-NIL: 1234",
    "MIME-Version: 1.0",
)

DATE = "Date: Thu, 15 Jan 2026 10:00:00 +0100"


def mail(*changed: str, body: str | bytes = "Bonjour.\r\n", without: tuple[str, ...] = ()) -> Mail:
    """Return a good mail with some header fields replaced (by name), added, or left out."""
    names = {line.partition(":")[0].lower() for line in changed} | {name.lower() for name in without}
    kept = [line for line in HEAD if line.partition(":")[0].lower() not in names]
    octets = body.encode() if isinstance(body, str) else body
    return Mail("\r\n".join([*kept, *changed, "", ""]).encode("utf-8", "surrogateescape") + octets)


def alternative(plain: str, rich: str, *, order: str = "pr", around: str = "") -> Mail:
    """Return a multipart/alternative mail; `around` puts it inside another multipart, with an attachment."""
    versions = {
        "p": f"Content-Type: text/plain; charset=utf-8\r\n\r\n{plain}",
        "r": f"Content-Type: text/html; charset=utf-8\r\n\r\n{rich}",
    }
    inner = "".join(f"--in\r\n{versions[key]}\r\n" for key in order) + "--in--\r\n"
    if not around:
        return mail("Content-Type: multipart/alternative; boundary=in", body=inner)
    return mail(
        f'Content-Type: multipart/{around}; boundary="out er"',
        body='--out er\r\nContent-Type: multipart/alternative; boundary="in"\r\n\r\n'
        f"{inner}--out er\r\n"
        'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--out er--\r\n",
    )


ANSWERED = mail("Message-ID: <q.2@x.mssante.fr>", "References: <q.0@x.mssante.fr> <q.1@x.mssante.fr>")


def reply(*lines: str) -> Judged:
    return lambda: checks.reply_threading(mail(*lines), ANSWERED)


def message_id(value: str) -> Judged:
    return lambda: checks.message_id(mail(f"Message-ID: {value}"))


def utf8(content_type: str, body: bytes) -> Judged:
    lines = [f"Content-Type: {content_type}"] if content_type else []
    return lambda: checks.utf8_text(mail(*lines, body=body))


def from_label(value: str, sender: checks.Sender = PERSON) -> Judged:
    return lambda: checks.from_label(mail(f"From: {value}"), sender)


def automatic(reply_to: str | None, body: str) -> Judged:
    lines = [f"Reply-To: {reply_to}"] if reply_to else []
    return lambda: checks.automatic_mention(mail(*lines, body=body), ROBOT)


def receipt(*lines: str) -> Judged:
    return lambda: checks.receipt_requested(mail(*lines), PERSON)


def nil(*lines: str) -> Judged:
    return lambda: checks.nil(mail(*lines, without=("X-MSS-NIL",)), "1234")


def body_type(built: Mail) -> Judged:
    return lambda: checks.body_type(built)


def wording(plain: str, rich: str) -> Judged:
    return lambda: checks.same_wording(alternative(plain, rich))


ADDRESS = "<claire.testut@banc.mssante.fr>"
WORDS = "Patient revu ce jour, traitement poursuivi à l'identique."
MENTION = "Résultats joints.\r\n\r\nMessage automatique, merci d'écrire à secretariat@banc.mssante.fr\r\n"

PASSING: Mapping[str, Mapping[str, Judged]] = {
    "MAIL-001": {
        "plain": message_id("<a@b>"),
        "with comments": message_id("(envoi (n° 2)) <a.b+c=d@[127.0.0.1]> (relu)"),
        "folded": message_id("\r\n <0123456789abcdef@poste-de-travail.local>"),
        "quoted left part": message_id('<"a b"@c.fr>'),
        "name in lower case": lambda: checks.message_id(
            mail("message-id: <a@b.fr>", without=("Message-ID",))
        ),
        "two mails, two ids": lambda: checks.message_ids_differ(mail(), mail("Message-ID: <b@c>")),
    },
    "MAIL-002": {
        "whole chain": reply(
            "In-Reply-To: <q.2@x.mssante.fr>",
            "References: <q.0@x.mssante.fr> <q.1@x.mssante.fr>\r\n <q.2@x.mssante.fr>",
        ),
        "chain cut in the middle": reply(
            "In-Reply-To: <q.2@x.mssante.fr>", "References: <q.0@x.mssante.fr>\r\n\t<q.2@x.mssante.fr>"
        ),
        "only the answered mail": reply(
            "in-reply-to: (votre avis) <q.2@x.mssante.fr>", "REFERENCES: <q.2@x.mssante.fr>"
        ),
    },
    "MAIL-003": {
        "utf-8": utf8("text/plain; charset=utf-8", "évolution".encode()),
        "upper case and quotes": utf8('TEXT/PLAIN; CharSet="UTF-8"', "évolution".encode()),
        "utf8 without its hyphen": utf8("text/plain; charset=utf8", "évolution".encode()),
        "ASCII without charset": utf8("text/plain", b"evolution"),
        "no Content-Type": utf8("", b"evolution"),
        "quoted-printable": lambda: checks.utf8_text(
            mail(
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: Quoted-Printable",
                body="=C3=A9volution=\r\n tr=C3=A8s favorable",
            )
        ),
        "base64": lambda: checks.utf8_text(
            mail(
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: base64",
                body="w6l2b2x1\r\ndGlvbg==\r\n",
            )
        ),
        "an attached text may be in anything": lambda: checks.utf8_text(
            mail(
                'Content-Type: text/csv; charset=iso-8859-1; name="a.csv"',
                "Content-Disposition: attachment",
                body=b"\xe9",
            )
        ),
    },
    "MAIL-004": {
        "text/plain": body_type(mail("Content-Type: text/plain; charset=utf-8")),
        "no Content-Type": body_type(mail()),
        "alternative": body_type(alternative(WORDS, f"<p>{WORDS}</p>")),
        "alternative inside mixed": body_type(alternative(WORDS, WORDS, around="mixed")),
        "alternative inside related": body_type(alternative(WORDS, WORDS, around="related")),
        "HTML in related inside alternative": body_type(
            mail(
                "Content-Type: multipart/alternative; boundary=a",
                body="--a\r\n\r\ntexte\r\n--a\r\nContent-Type: multipart/related; boundary=r\r\n\r\n"
                "--r\r\nContent-Type: text/html\r\n\r\n<p>texte</p>\r\n"
                "--r\r\nContent-Type: image/png\r\nContent-ID: <i@b>\r\n\r\n.\r\n--r--\r\n--a--\r\n",
            )
        ),
        "text with an attached text file": body_type(
            mail(
                "Content-Type: multipart/mixed; boundary=m",
                body="--m\r\n\r\ncorps\r\n--m\r\nContent-Type: text/html; name=x.html\r\n\r\n<p>\r\n--m--",
            )
        ),
        "text with a forwarded mail": body_type(
            mail(
                "Content-Type: multipart/mixed; boundary=m",
                body="--m\r\n\r\ncorps\r\n--m\r\nContent-Type: message/rfc822\r\n\r\n"
                "Content-Type: text/html\r\n\r\n<p>transmis</p>\r\n--m--",
            )
        ),
    },
    "MAIL-005": {
        "same": wording(WORDS, f"<html><body><p>{WORDS}</p></body></html>"),
        "XHTML with its declaration": wording(
            WORDS, f'<?xml version="1.0" encoding="utf-8"?><html><body><p>{WORDS}</p></body></html>'
        ),
        "Word comments and styles": wording(
            WORDS, f"<style>p {{color: red}}</style><!--[if mso]><p>Autre chose</p><![endif]--><p>{WORDS}</p>"
        ),
        "bold letters inside a word": wording("Résultat conforme", "<b>R</b>ésultat c<i>o</i>nforme"),
        "lines without spaces between": wording("Bonjour\r\nMadame", "Bonjour<br>Madame"),
        "entities and case": wording("L'évolution À SUIVRE", "<p>l&rsquo;&eacute;volution &agrave; suivre"),
        "cells of a table": wording("Na 140 K 4", "<table><tr><td>Na<td>140<tr><td>K<td>4</table>"),
        "one word more in ten": wording("a b c d e f g h i j", "<p>a b c d e f g h i j k</p>"),
        "no HTML": lambda: checks.same_wording(mail()),
    },
    "MAIL-006": {
        "mention and Reply-To": automatic("secretariat@banc.mssante.fr", MENTION),
        "another contact, the same in both": automatic(
            "Secr\u00e9tariat <AUTRE@banc.mssante.fr>", "x\r\nR\u00e9pondre \u00e0 autre@banc.mssante.fr"
        ),
        "label with a comma": automatic('"Labo, accueil" <secretariat@banc.mssante.fr>', MENTION),
    },
    "MAIL-007": {
        "title, names, entity": from_label(f'"Docteur Claire-Élise TESTUT - Cabinet" {ADDRESS}'),
        "other order, no accent, other hyphen": from_label(f"Testut Claire Elise {ADDRESS}"),
        "encoded words": from_label(
            f"=?utf-8?B?RHIgQ2xhaXJlLcOJbGlzZQ==?=\r\n =?UTF-8?q?_TESTUT?= {ADDRESS}"
        ),
        "encoded comma": from_label(f"=?utf-8?q?TESTUT=2C_Claire-=C3=89lise?= {ADDRESS}"),
        "encoded brackets": from_label(f"=?utf-8?q?Claire-=C3=89lise_TESTUT_=28CHU=29?= {ADDRESS}"),
        "quoted comma": from_label(f'"TESTUT, Claire-Elise" {ADDRESS}'),
        "organisation": from_label("Service de Cardiologie - CHU X <cardio@banc.mssante.fr>", SERVICE),
        "ligature": from_label("Coeur et vaisseaux <c@d>", checks.Sender("c@d", "ORG", "Cœur et vaisseaux")),
    },
    "MAIL-008": {
        "address": receipt("Return-Receipt-To: claire.testut@banc.mssante.fr"),
        "label and case": receipt('return-receipt-to: "Testut, C." <Claire.TESTUT@banc.mssante.fr>'),
    },
    "MAIL-009": {"once": nil("X-MSS-NIL: 1234"), "other case": nil("x-mss-nil:1234 ")},
    "MAIL-010": {
        "four digits": lambda: checks.nil_form(mail("X-MSS-NIL: 0042")),
        "none": lambda: checks.nil_form(mail(without=("X-MSS-NIL",))),
    },
    "MAIL-011": {
        "utf-8": lambda: checks.header_words(mail("Subject: =?UTF-8?B?w6k=?= =?utf-8*fr?q?a?=")),
        "raw UTF-8": lambda: checks.header_words(mail("Subject: évolution")),
        "question marks": lambda: checks.header_words(mail("Subject: =?ou pas ?=")),
    },
    "MAIL-012": {
        "whole": lambda: fields(mail(DATE, "Subject: a", "Reply-To: a@b.fr")),
        "other zones": lambda: fields(mail("Date: 5 Jan 2026 9:05 GMT (UTC)")),
    },
    "MAIL-013": {
        "with a version": lambda: fields(mail(DATE, "Content-Type: text/plain")),
        "no MIME": lambda: fields(mail(DATE, without=("MIME-Version",))),
    },
}

FAILING: Mapping[str, Mapping[str, Judged]] = {
    "MAIL-001": {
        "none": lambda: checks.message_id(mail(without=("Message-ID",))),
        "two": lambda: checks.message_id(mail("Message-ID: <a@b>", "Message-ID: <c@d>")),
        "no brackets": message_id("a@b.fr"),
        "no at sign": message_id("<ab.fr>"),
        "empty": message_id(""),
        "two ids": message_id("<a@b> <c@d>"),
        "space inside": message_id("<a b@c.fr>"),
        "the same twice": lambda: checks.message_ids_differ(mail(), mail()),
    },
    "MAIL-002": {
        "no In-Reply-To": reply("References: <q.2@x.mssante.fr>"),
        "no References": reply("In-Reply-To: <q.2@x.mssante.fr>"),
        "another mail": reply("In-Reply-To: <q.1@x.mssante.fr>", "References: <q.2@x.mssante.fr>"),
        "answered mail not last": reply(
            "In-Reply-To: <q.2@x.mssante.fr>", "References: <q.2@x.mssante.fr> <q.1@x.mssante.fr>"
        ),
    },
    "MAIL-003": {
        "latin-1": utf8("text/plain; charset=iso-8859-1", b"\xe9volution"),
        "latin-1 called utf-8": utf8("text/plain; charset=utf-8", b"\xe9volution"),
        "8-bit without charset": utf8("text/plain", "é".encode()),
        "declared us-ascii": utf8("text/plain; charset=us-ascii", b"evolution"),
        "windows-1252 in the HTML part": lambda: checks.utf8_text(
            Mail(alternative("a", "b").raw.replace(b"text/html; charset=utf-8", b"text/html; charset=cp1252"))
        ),
    },
    "MAIL-004": {
        "HTML alone": body_type(mail("Content-Type: text/html; charset=utf-8", body="<p>a</p>")),
        "HTML first": body_type(alternative("a", "a", order="rp")),
        "alternative with HTML alone": body_type(alternative("a", "a", order="r")),
        "text and HTML side by side": body_type(
            Mail(alternative("a", "a").raw.replace(b"multipart/alternative", b"multipart/mixed"))
        ),
        "no text": body_type(mail("Content-Type: application/pdf", body="%PDF")),
    },
    "MAIL-005": {
        "other text": wording("Votre logiciel n'affiche pas le HTML", f"<p>{WORDS}</p>"),
        "empty text": wording("", f"<p>{WORDS}</p>"),
        "empty HTML": wording(WORDS, "<html><body></body></html>"),
        "text only in a style": wording(WORDS, f"<style>{WORDS}</style>"),
    },
    "MAIL-006": {
        "no Reply-To": automatic(None, MENTION),
        "Reply-To is the sender": automatic("robot@banc.mssante.fr", MENTION),
        "no mention": automatic("secretariat@banc.mssante.fr", "Résultats joints.\r\n"),
        "mention far above": automatic("secretariat@banc.mssante.fr", MENTION + "ligne\r\n" * 20),
        "no body": automatic("secretariat@banc.mssante.fr", ""),
    },
    "MAIL-007": {
        "no From": lambda: checks.from_label(mail(without=("From",)), PERSON),
        "address alone": from_label("claire.testut@banc.mssante.fr"),
        "address as label": from_label(f'"claire.testut@banc.mssante.fr" {ADDRESS}'),
        "no first name": from_label(f"Docteur TESTUT {ADDRESS}"),
        "another structure": from_label("Accueil <cardio@banc.mssante.fr>", SERVICE),
        "comments nested without end": from_label("(" * 5000),
        "broken encoded word": from_label(f"=?utf-8?B?A?= {ADDRESS}"),
    },
    "MAIL-008": {
        "none": receipt(),
        "other header": receipt("Disposition-Notification-To: claire.testut@banc.mssante.fr"),
        "other mailbox": receipt("Return-Receipt-To: webmestre@banc.mssante.fr"),
    },
    "MAIL-009": {
        "none": nil(),
        "empty": nil("X-MSS-NIL:"),
        "twice": nil("X-MSS-NIL: 1234", "X-MSS-NIL: 1234"),
        "other": nil("X-MSS-NIL: 4321"),
    },
    "MAIL-010": {
        "words": lambda: checks.nil_form(mail("X-MSS-NIL: Logiciel 12")),
        "other digits": lambda: checks.nil_form(mail("X-MSS-NIL: ١٢٣٤")),
    },
    "MAIL-011": {
        "latin-1": lambda: checks.header_words(mail("Subject: =?iso-8859-1?Q?R=E9sultats?=")),
    },
    "MAIL-012": {
        "no date": lambda: fields(mail()),
        "a date of another form": lambda: fields(mail("Date: 2026-01-15 10:00")),
        "no sender": lambda: fields(mail(DATE, without=("From",))),
        "two subjects": lambda: fields(mail(DATE, "Subject: a", "Subject: b")),
    },
    "MAIL-013": {
        "parts without a version": lambda: fields(
            mail(DATE, "Content-Type: text/plain; charset=utf-8", without=("MIME-Version",))
        ),
    },
}
