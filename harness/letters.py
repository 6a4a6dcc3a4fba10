"""Letters that a case lets the correspondent send: with the header fields that the case is about."""

from __future__ import annotations

import random
from dataclasses import dataclass

from harness.artefacts.mail import Mail
from harness.artefacts.mdn import read_mdn
from harness.artefacts.sent import SentMail
from harness.bench import Bench
from harness.findings import Bilingual
from harness.outcomes import NotTested
from simulators.correspondents.letter import Heading, Letter, write

SUBJECT = "Avis sur un patient commun"
_TEXT = "Cher confrère,\r\n\r\nMerci de votre avis.\r\n"


@dataclass(frozen=True, slots=True)
class Post:
    """A letter to come: subject, to which addresses it asks a receipt, other fields, reverse-path.

    `path` is that of the envelope: None for the correspondent's own, empty for `<>`.
    """

    subject: str = SUBJECT
    asks: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    path: str | None = None


def receive_letter(bench: Bench, post: Post, *, mailbox: str | None = None) -> Mail:
    """Put a letter of the correspondent into a mailbox of the product; return it as it lies there."""
    tenant = bench.tenant
    to, contact = mailbox or bench.bal.address, tenant.correspondent
    rng = random.Random(f"{tenant.id}/{post.subject}")  # noqa: S311  # a boundary and an id, no secret
    domain = contact.address.rpartition("@")[2]
    heading = Heading(
        contact.name,
        contact.address,
        (to,),
        f"<{rng.getrandbits(64):016x}.lettre@{domain}>",
        tenant.clock.now(),
    )
    asks = ", ".join(f"<{address}>" for address in post.asks)
    fields = (("Disposition-Notification-To", asks),) if asks else ()
    letter = Letter(post.subject, _TEXT, headers=(*fields, *post.headers))
    return receive_ready(bench, write(letter, heading, rng), mailbox=to, path=post.path)


def receive_ready(
    bench: Bench, content: bytes, *, mailbox: str | None = None, path: str | None = None
) -> Mail:
    """Put a ready mail of the correspondent into a mailbox of the product; return it as it lies there."""
    to = mailbox or bench.bal.address
    bench.tenant.post(to, content, path=path)
    return Mail(bench.tenant.mails_of(to)[-1])


def notification(bench: Bench, *, kind: str, asks: str) -> bytes:
    """Return a report that wrongly asks for a receipt: `disposition-notification` or `delivery-status`."""
    contact, bal = bench.tenant.correspondent, bench.bal
    machine = {
        "disposition-notification": (
            f"Final-Recipient: rfc822; {contact.address}",
            "Disposition: manual-action/MDN-sent-manually; displayed",
        ),
        "delivery-status": (
            f"Reporting-MTA: dns; smtp.{bench.tenant.domain}",
            "",
            f"Final-Recipient: rfc822; {contact.address}",
            "Action: delivered",
            "Status: 2.1.5",
        ),
    }[kind]
    lines = (
        f"From: <{contact.address}>",
        f"To: <{bal.address}>",
        f"Subject: {'Lu' if kind.startswith('disposition') else 'Remis'}",
        f"Message-ID: <{kind}.1@{contact.address.rpartition('@')[2]}>",
        f"Disposition-Notification-To: <{asks}>",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={kind}; boundary="=_r"',
        "",
        "--=_r",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "Votre message.",
        "--=_r",
        f"Content-Type: message/{kind}",
        "",
        *machine,
        "",
        "--=_r--",
        "",
    )
    return "\r\n".join(lines).encode("ascii")


def opened(
    bench: Bench, mail: Mail, *, receipt: str | None = None, mailbox: str | None = None
) -> tuple[SentMail, ...]:
    """Let the user open a mail and answer, or not, the request for a receipt; return the mails that left."""
    if receipt is not None:
        bench.need_parameter("read", "receipt")
    mark = bench.mark
    answer = bench.product.read(mail.message_id or "", receipt=receipt, mailbox=mailbox)
    bench.need(answer, Bilingual("ouvrir le message", "open the message"))
    return bench.sent(mark)


def acknowledged(bench: Bench, mail: Mail, *, mailbox: str | None = None) -> tuple[SentMail, ...]:
    """Let the user open a mail and accept to acknowledge it; return the receipts that left.

    Without one, what a receipt is like cannot be judged: that none leaves is the fault of another case.
    """
    receipts = only_receipts(opened(bench, mail, receipt="accept", mailbox=mailbox))
    if not receipts:
        raise NotTested(
            Bilingual(
                "Aucun accusé de lecture n'est parti : il n'y a rien à juger ici (voir ECO.3.1.6).",
                "No read receipt left: there is nothing to judge here (see ECO.3.1.6).",
            )
        )
    return receipts


def only_receipts(sent: tuple[SentMail, ...]) -> tuple[SentMail, ...]:
    """Return those of the mails that are read receipts."""
    return tuple(one for one in sent if read_mdn(one.mail) is not None)
