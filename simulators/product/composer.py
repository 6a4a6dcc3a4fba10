"""Writing a mail as the référentiel asks (ECO.2.2.1 to ECO.2.2.7, ECO.2.3.1, ECO.2.4.3).

The label of a PER mailbox is written `Titre Prénom NOM Entité` with blanks: the underscores of ECO.2.2.7
separate the elements of the formula and are read as blanks (inferred; a reader has to tolerate both).
"""

from __future__ import annotations

import html
import secrets
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from simulators.product.behaviour import Behaviour
from simulators.product.documents.headers import carried_fields
from simulators.product.draft import Draft
from simulators.product.errors import Failed
from simulators.product.mime import attachment_part, field, labelled, multipart, text_field, text_part
from simulators.product.settings import Mailbox

OTHER_WORDING = "Votre messagerie n'affiche pas ce message : ouvrez-le dans un navigateur."
WRONG_NIL = "v1.0"


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail ready to leave: octets with CRLF, and who gets it."""

    message_id: str | None
    sender: str
    recipients: tuple[str, ...]
    data: bytes


def compose(draft: Draft, nil: str, now: datetime, behaviour: Behaviour) -> Composed:
    """Return the mail of a draft; raises `Failed` when something needed is missing."""
    message_id = _message_id(draft.sender, behaviour)
    header = [
        field("Date", format_datetime(now)),
        field("From", from_value(draft.sender, behaviour)),
        field("To", _address_list(draft.to)),
    ]
    if draft.cc:
        header.append(field("Cc", _address_list(draft.cc)))
    header.append(text_field("Subject", draft.subject))
    if message_id is not None:
        header.append(field("Message-ID", message_id))
    header += _thread(draft, message_id, behaviour)
    reply_to = _reply_to(draft, behaviour)
    if reply_to is not None:
        header.append(field("Reply-To", f"<{reply_to}>"))
    header += _receipts(draft, behaviour)
    header += _nil(nil, draft, behaviour)
    header += carried_fields(draft.carried, behaviour)
    if draft.ends is not None:
        header.append(field("X-MSS-MES", draft.ends))
    header.append(field("MIME-Version", "1.0"))
    return Composed(
        message_id, draft.sender.address, draft.recipients, b"".join(header) + _content(draft, behaviour)
    )


def from_label(mailbox: Mailbox, behaviour: Behaviour) -> str:
    """Return the label of From (ECO.2.2.7).

    PER: title, first name, NAME in capitals, entity; first name and name are mandatory. ORG and APP: the
    functional entity.
    """
    holder = mailbox.holder
    if behaviour.from_label == "absent":
        return ""
    if behaviour.from_label == "address":
        return mailbox.address
    if behaviour.from_label == "person" and mailbox.type == "ORG" and holder is not None:
        return f"{holder.given} {holder.family.upper()}"
    if mailbox.type != "PER":
        return mailbox.label
    if holder is None:
        raise Failed(f"Le titulaire de la BAL {mailbox.address} n'est pas connu : complétez son paramétrage.")
    if behaviour.from_label == "family-only":
        return holder.family.upper()
    return " ".join(filter(None, (holder.title, holder.given, holder.family.upper(), holder.entity)))


def from_value(mailbox: Mailbox, behaviour: Behaviour) -> str:
    """Return the value of From."""
    return labelled(mailbox.address, from_label(mailbox, behaviour))


def _message_id(sender: Mailbox, behaviour: Behaviour) -> str | None:
    match behaviour.message_id:
        case "absent":
            return None
        case "constant":
            return f"<message@{sender.domain}>"
        case "malformed":
            return secrets.token_hex(16)
        case "unique":
            return f"<{secrets.token_hex(16)}@{sender.domain}>"


def _address_list(addresses: tuple[str, ...]) -> str:
    return ",\r\n ".join(f"<{address}>" for address in addresses)


def _thread(draft: Draft, message_id: str | None, behaviour: Behaviour) -> list[bytes]:
    """Return In-Reply-To and References of a reply (RFC 5322 §3.6.4)."""
    if draft.original is None:
        return []
    fields = []
    parent = draft.original.message_id
    if behaviour.reply_headers == "wrong-in-reply-to":
        parent = message_id or parent
    if behaviour.reply_headers != "no-in-reply-to":
        fields.append(field("In-Reply-To", parent))
    if behaviour.reply_headers != "no-references":
        chain = dict.fromkeys((*draft.original.references, draft.original.message_id))
        fields.append(field("References", "\r\n ".join(chain)))
    return fields


def _receipts(draft: Draft, behaviour: Behaviour) -> list[bytes]:
    fields = []
    if draft.request_dsn and behaviour.return_receipt != "absent":
        asks = draft.sender.address
        if behaviour.return_receipt == "other":
            asks = f"accuses@{draft.sender.domain}"
        fields.append(field("Return-Receipt-To", f"<{asks}>"))
    if (draft.request_mdn and behaviour.mdn_request != "never") or behaviour.mdn_always:
        asks = draft.sender.address
        if behaviour.mdn_request == "other-address":
            asks = f"accuses@{draft.sender.domain}"
        fields.append(field("Disposition-Notification-To", f"<{asks}>"))
    return fields


def _nil(nil: str, draft: Draft, behaviour: Behaviour) -> list[bytes]:
    if behaviour.nil == "absent" or (behaviour.nil == "lost-on-reply" and draft.original is not None):
        return []
    one = text_field("X-MSS-NIL", WRONG_NIL if behaviour.nil == "wrong" else nil)
    return [one, one] if behaviour.nil == "twice" else [one]


def _reply_to(draft: Draft, behaviour: Behaviour) -> str | None:
    """Return the return address: the one chosen, else the contact of a mailbox that nobody reads."""
    if draft.reply_to is not None and behaviour.chosen_reply_to:
        return draft.reply_to
    if draft.sender.type == "APP":
        return _contact(draft.sender) if behaviour.app_reply_to else None
    return draft.sender.address if draft.automatic else None


def _contact(sender: Mailbox) -> str:
    if not sender.contact:
        raise Failed(
            f"La BAL applicative {sender.address} n'a pas d'adresse de contact (PER ou ORG) : paramétrez-la."
        )
    return sender.contact


def _mention(draft: Draft, behaviour: Behaviour) -> str:
    """Return the closing mention of an applicative mailbox (ECO.2.2.5) and of what leaves by itself."""
    if not (draft.sender.type == "APP" or draft.automatic) or behaviour.app_mention == "absent":
        return ""
    if behaviour.app_mention == "no-contact":
        return "Ce message a été envoyé automatiquement."
    contact = _reply_to(draft, behaviour) or _contact(draft.sender)
    return f"Ce message a été envoyé automatiquement. Pour y répondre, écrivez à {contact}."


def _content(draft: Draft, behaviour: Behaviour) -> bytes:
    body = _body(draft, behaviour)
    if not draft.attachments:
        return body
    return multipart("mixed", [body, *(attachment_part(item) for item in draft.attachments)])


def _body(draft: Draft, behaviour: Behaviour) -> bytes:
    mention = _mention(draft, behaviour)
    text = draft.text.rstrip("\n") + (f"\n\n{mention}" if mention else "") + "\n"
    rich = _rich(draft, mention, text)
    plain_part = text_part("plain", text, behaviour.charset)
    match behaviour.body:
        case "html-only":
            return text_part("html", rich, behaviour.charset)
        case "html-first":
            return multipart("alternative", [text_part("html", rich, behaviour.charset), plain_part])
        case "other-wording":
            told = text_part("plain", f"{OTHER_WORDING}\n\n{mention}\n", behaviour.charset)
            return multipart("alternative", [told, text_part("html", rich, behaviour.charset)])
        case "conforming":
            if draft.html is None:
                return plain_part
            return multipart("alternative", [plain_part, text_part("html", rich, behaviour.charset)])


def _rich(draft: Draft, mention: str, text: str) -> str:
    """Return the HTML version: the user's with the mention, or one made from the text."""
    if draft.html is None:
        lines = "<br>\n".join(html.escape(line) for line in text.rstrip("\n").split("\n"))
        return f"<!DOCTYPE html>\n<html><body><p>{lines}</p></body></html>\n"
    if not mention:
        return draft.html
    closing = f"<p>{html.escape(mention)}</p>"
    at = draft.html.lower().rfind("</body>")
    return f"{draft.html}\n{closing}" if at < 0 else f"{draft.html[:at]}{closing}\n{draft.html[at:]}"
