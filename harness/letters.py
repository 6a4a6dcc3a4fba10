"""Letters that a case lets the correspondent send: with the header fields that the case is about."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.artefacts.mail import Mail
from harness.artefacts.mdn import read_mdn
from harness.artefacts.sent import SentMail
from harness.bench import Bench
from harness.findings import Bilingual, Finding
from harness.outcomes import NotTested
from simulators.correspondents.letter import Heading, Letter, write
from simulators.correspondents.reading import read
from simulators.correspondents.receipt import Receipt, build_mdn
from simulators.tenant import BalType

_MESSAGE_ID = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")
SUBJECT = "Avis sur un patient commun"
_OPEN = Bilingual("ouvrir le message", "open the message")
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


def receive_receipt(bench: Bench, sent: SentMail) -> Mail:
    """Let the correspondent return the read receipt of a mail that the product sent."""
    contact, number = bench.tenant.correspondent, bench.mark
    domain = contact.address.rpartition("@")[2]
    heading = Heading(
        contact.name,
        contact.address,
        (bench.bal.address,),
        f"<{number}.accuse@{domain}>",
        bench.tenant.clock.now(),
    )
    content = build_mdn(Receipt(), heading, read(sent.mail.raw), f"=_accuse{number}")
    return receive_ready(bench, content, path="")


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
    bench.need(answer, _OPEN)
    return bench.sent(mark)


def acknowledged(bench: Bench, mail: Mail, *, mailbox: str | None = None) -> tuple[SentMail, ...]:
    """Let the user open a mail and accept to acknowledge it; return the receipts that left.

    Without one, what a receipt is like cannot be judged: that none leaves is the fault of another case.
    """
    bench.need_parameter("read", "receipt")
    mark = bench.mark
    answer = bench.product.read(mail.message_id or "", receipt="accept", mailbox=mailbox)
    bench.need(answer, _OPEN)
    none_to_come = answer.result.get("receipt") in {"declined", "not-asked", "asked"}
    receipts = () if none_to_come else receipts_since(bench, mark)
    if not receipts:
        raise NotTested(
            Bilingual(
                "Aucun accusé de lecture n'est parti : il n'y a rien à juger ici (voir ECO.3.1.6).",
                "No read receipt left: there is nothing to judge here (see ECO.3.1.6).",
            )
        )
    return receipts


def second_mailbox(bench: Bench) -> str:
    """Give the product a second mailbox for people and return its address.

    A product with one kind of mailbox has none.
    """
    kinds: list[BalType] = [kind for kind in ("PER", "ORG") if kind in bench.profile.claims.mailboxes]
    if len(kinds) < 2:
        raise NotTested(
            Bilingual(
                "Le produit ne gère pas deux sortes de BAL de personnes : il n'y en a qu'une à lire.",
                "The product does not handle two kinds of people's mailboxes: there is one to read.",
            )
        )
    bench.world(mailboxes=tuple(kinds))
    return bench.tenant.mailboxes[1].address


def need_own_ids(*sent: SentMail) -> None:
    """Go on only if each sent mail has a Message-ID of its own, by which what comes back is matched."""
    ids = [one.mail.message_id or "" for one in sent]
    if len({*ids}) < len(ids) or not all(_MESSAGE_ID.fullmatch(one) for one in ids):
        raise NotTested(
            Bilingual(
                "Le courriel n'a pas de Message-ID qui lui soit propre : rien ne peut en être rapproché.",
                "The mail has no Message-ID of its own: nothing can be matched to it.",
            )
        )


def receipts_since(bench: Bench, mark: int) -> tuple[SentMail, ...]:
    """Wait for a read receipt of the product, not longer than a mail may take; return those that left."""
    bench.wait_until(lambda: bool(only_receipts(bench.sent(mark))), bench.profile.limits.delivery_s)
    return only_receipts(bench.sent(mark))


def in_outbox(
    bench: Bench, judged: Callable[[Sequence[Mapping[str, Any]]], Iterable[Finding]]
) -> list[Finding]:
    """Return what there is to say of the sent mails once the product had time to read what came back."""
    found: list[Finding] = []

    def right() -> bool:
        found[:] = judged(bench.product.outbox())
        return not found

    bench.wait_until(right, bench.profile.limits.delivery_s)
    return found


def only_receipts(sent: tuple[SentMail, ...]) -> tuple[SentMail, ...]:
    """Return those of the mails that are read receipts."""
    return tuple(one for one in sent if read_mdn(one.mail) is not None)
