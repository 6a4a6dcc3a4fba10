"""Mails that the product writes and reports that it reads."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.product import REFERENCE, VARIANTS, Behaviour, variant_named
from simulators.product.composer import compose
from simulators.product.draft import Attachment, Draft, Original, clean
from simulators.product.errors import Failed
from simulators.product.reports import body_text, read_delivery_report, show
from simulators.product.settings import Holder, Mailbox
from simulators.product.smtp import dot_stuffed

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
HOLDER = Holder("899700366240", "Dupré", "Jean-Élie", "Dr", "CH de l'Exemple")
PER = Mailbox("jean.dupre@ch.mssante.fr", "PER", "Jean Dupré", HOLDER)
ORG = Mailbox("cardiologie@ch.mssante.fr", "ORG", "Cardiologie", HOLDER)
APP = Mailbox("labo@ch.mssante.fr", "APP", "Laboratoire", contact="secretariat@ch.mssante.fr")
QUESTION = Original("<q@b.mssante.fr>", ("<p@b.mssante.fr>",))
HTML = "<html><body><p>Bonjour à vous</p></body></html>"


def mail(
    sender: Mailbox = PER,
    behaviour: Behaviour = REFERENCE,
    *,
    original: Original | None = None,
    **more: object,
) -> EmailMessage:
    draft = Draft(sender, ("a@b.mssante.fr",), "Été", "Bonjour à vous\n", original=original, **more)  # type: ignore[arg-type]
    data = compose(draft, "1234", NOW, behaviour).data
    assert b"\n" not in data.replace(b"\r\n", b"") and all(len(line) < 998 for line in data.split(b"\r\n"))
    parsed = message_from_bytes(data, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_mail_has_what_the_referentiel_asks() -> None:
    message = mail(request_dsn=True, request_mdn=True)
    assert message["From"].addresses[0].display_name == "Dr Jean-Élie DUPRÉ CH de l'Exemple"
    assert message["From"].addresses[0].addr_spec == PER.address
    assert message["Message-ID"].startswith("<") and message["Message-ID"].endswith("@ch.mssante.fr>")
    assert message["Date"].datetime == NOW
    assert message["Subject"] == "Été"
    assert message.get_all("X-MSS-NIL") == ["1234"]
    assert message["Return-Receipt-To"] == f"<{PER.address}>" == message["Disposition-Notification-To"]
    assert (message.get_content_type(), message.get_content_charset()) == ("text/plain", "utf-8")
    assert message.get_content().splitlines() == ["Bonjour à vous"]


def test_receipts_are_asked_only_when_the_user_asks() -> None:
    assert not {"Return-Receipt-To", "Disposition-Notification-To"} & set(mail().keys())


@pytest.mark.parametrize(("sender", "label"), [(ORG, "Cardiologie"), (APP, "Laboratoire")])
def test_a_functional_mailbox_shows_its_entity(sender: Mailbox, label: str) -> None:
    assert mail(sender)["From"].addresses[0].display_name == label


def test_html_comes_after_the_text_and_both_end_with_the_mention_of_an_app_mailbox() -> None:
    parts = list(mail(APP, html=HTML).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert all("secretariat@ch.mssante.fr" in part.get_content() for part in parts)
    assert mail(APP)["Reply-To"].addresses[0].addr_spec == "secretariat@ch.mssante.fr"
    assert mail(APP).get_content().rstrip().splitlines()[-1].endswith("secretariat@ch.mssante.fr.")


def test_an_app_mailbox_without_contact_cannot_write() -> None:
    with pytest.raises(Failed, match="contact"):
        mail(Mailbox("labo@ch.mssante.fr", "APP", "Laboratoire"))


def test_a_reply_continues_the_thread() -> None:
    message = mail(original=QUESTION)
    assert message["In-Reply-To"] == "<q@b.mssante.fr>"
    assert message["References"].split() == ["<p@b.mssante.fr>", "<q@b.mssante.fr>"]


def test_attachments_keep_their_octets_and_names() -> None:
    files = (
        Attachment("résumé.pdf", "application/pdf", bytes(range(256)) * 9),
        Attachment("note.txt", "text/plain", b"\xe9\r\n"),
        Attachment("avant.eml", "message/rfc822", b"Subject: x\n\ny\n"),
        Attachment("x\r\nBcc: z", "no type\r\n", b""),
    )
    parts = list(mail(attachments=files).iter_attachments())
    assert [part.get_filename() for part in parts[:3]] == ["résumé.pdf", "note.txt", "avant.eml"]
    assert parts[0].get_payload(decode=True) == files[0].data
    assert parts[1].get_payload(decode=True) == files[1].data
    assert parts[2].get_content_type() == "message/rfc822"
    assert parts[3].get_content_type() == "application/octet-stream"


@given(text=st.text(max_size=300), subject=st.text(max_size=300), label=st.text(max_size=80))
def test_any_text_comes_back_and_injects_nothing(text: str, subject: str, label: str) -> None:
    # Given whatever a user can type
    draft = Draft(Mailbox(ORG.address, "ORG", clean(label)), ("a@b.fr",), clean(subject), clean(text))
    data = compose(draft, "1234", NOW, REFERENCE).data
    # Then the header holds our fields and no other
    names = [
        line.split(b":")[0] for line in data.split(b"\r\n\r\n")[0].split(b"\r\n") if line[:1] not in b" \t"
    ]
    assert [name for name in names if name not in _USUAL] == []
    # And the body reads as written
    assert body_text(data).replace("\r\n", "\n").rstrip("\n") == clean(text).rstrip("\n")


_USUAL = {
    *(b"Date", b"From", b"To", b"Subject", b"Message-ID", b"X-MSS-NIL", b"MIME-Version"),
    *(b"Content-Type", b"Content-Transfer-Encoding"),
}


@given(st.binary(max_size=200))
def test_dot_stuffing_keeps_the_mail(data: bytes) -> None:
    lines = data.replace(b"\r", b"").replace(b"\n", b"\r\n")
    sent = dot_stuffed(lines)
    assert sent.endswith(b"\r\n.\r\n") or sent == b".\r\n" or not lines
    inner = sent.removesuffix(b".\r\n")
    assert not any(line == b"." for line in inner.split(b"\r\n"))
    undone = b"\r\n".join(line.removeprefix(b".") for line in inner.split(b"\r\n"))
    assert undone.rstrip(b"\r\n") == lines.rstrip(b"\r\n")


DEFECTS = {
    "message-id-absent": lambda m: "Message-ID" not in m,
    "message-id-constant": lambda m: m["Message-ID"] == "<message@ch.mssante.fr>",
    "message-id-malforme": lambda m: "@" not in m["Message-ID"],
    "reponse-sans-references": lambda m: "References" not in m,
    "reponse-sans-in-reply-to": lambda m: "In-Reply-To" not in m,
    "reponse-a-soi-meme": lambda m: m["In-Reply-To"] == m["Message-ID"],
    "corps-latin-1": lambda m: m.get_content_charset() == "iso-8859-1",
    "html-seul": lambda m: m.get_content_type() == "text/html",
    "html-avant-texte": lambda m: [p.get_content_type() for p in m.walk()][1:2] == ["text/html"],
    "texte-different-du-html": lambda m: "Bonjour" not in m.get_body(("plain",)).get_content(),
    "expediteur-sans-libelle": lambda m: m["From"].addresses[0].display_name == "",
    "expediteur-adresse-pour-libelle": lambda m: m["From"].addresses[0].display_name == PER.address,
    "expediteur-sans-prenom": lambda m: m["From"].addresses[0].display_name == "DUPRÉ",
    "accuse-non-demande": lambda m: "Return-Receipt-To" not in m,
    "accuse-a-un-autre": lambda m: PER.address not in m["Return-Receipt-To"],
    "nil-absent": lambda m: "X-MSS-NIL" not in m,
    "nil-double": lambda m: m.get_all("X-MSS-NIL") == ["1234", "1234"],
    "nil-faux": lambda m: m["X-MSS-NIL"] != "1234",
    "nil-perdu-en-reponse": lambda m: "X-MSS-NIL" not in m,
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_mail_variant_shows_its_defect_and_the_reference_does_not(name: str) -> None:
    seen = DEFECTS[name]
    assert seen(mail(behaviour=variant_named(name).behaviour, original=QUESTION, request_dsn=True))
    assert not seen(mail(original=QUESTION, request_dsn=True))


def test_the_variants_of_functional_mailboxes() -> None:
    def broken(name: str, sender: Mailbox) -> EmailMessage:
        return mail(sender, VARIANTS[name].behaviour)

    assert "secretariat" not in broken("app-sans-mention", APP).get_content()
    assert "secretariat" not in broken("app-mention-sans-contact", APP).get_content()
    assert "Reply-To" not in broken("app-sans-reply-to", APP)
    label = broken("expediteur-personne-pour-structure", ORG)["From"].addresses[0].display_name
    assert label == "Jean-Élie DUPRÉ"


REPORT = b"""\
From: MAILER-DAEMON@ch.mssante.fr\r
Subject: =?utf-8?q?Non_remis_=C3=A0?=\r
Message-ID: <dsn@ch>\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
Echec\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; ch.mssante.fr\r
\r
Final-Recipient: rfc822; absent@b.fr\r
Action: Failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 User unknown\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: <sent@ch>\r
\r
--b--\r
"""


def test_a_delivery_report_is_recognised_and_told() -> None:
    shown = show(REPORT.split(b"\r\n\r\n")[0], REFERENCE)
    assert (shown.kind, shown.subject) == ("delivery-report", "Non remis à")
    told = read_delivery_report(REPORT, REFERENCE)
    assert (told.action, told.status, told.recipient) == ("failed", "5.1.1", "absent@b.fr")
    assert told.diagnostic == "smtp; 550 5.1.1 User unknown"
    assert told.original_message_id == "<sent@ch>"


def test_the_variants_that_ignore_reports() -> None:
    assert show(REPORT, variant_named("avis-montre-comme-courriel").behaviour).kind == "mail"
    assert read_delivery_report(REPORT, variant_named("avis-sans-detail").behaviour).status == ""


@given(
    st.binary(max_size=2000) | st.binary(max_size=300).map(lambda junk: REPORT[:200] + junk + REPORT[200:])
)
def test_any_octets_can_be_shown(raw: bytes) -> None:
    show(raw, REFERENCE)
    read_delivery_report(raw, REFERENCE)
    body_text(raw)
