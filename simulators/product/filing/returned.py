"""Acknowledgements of integration that come back about documents sent: read however they are written.

Case, blanks, empty lines and a missing `Disposition` are borne (REAL-DEFECTS, acknowledgements); the error is
looked for in the field `Error`, in the modifier (editions up to 1.1.2 of the volet LPS), in the subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from typing import Any

from simulators.product.behaviour import Behaviour
from simulators.product.filing.parcel import ERROR_MAIL
from simulators.product.reports import MAX_PARTS, header, parse

_MSG_ID = re.compile(r"<[^<>\s]{1,900}>")
_ERROR = re.compile(r"(?P<code>\d{3})\s*\^\s*(?P<label>[^\^\r\n]*)")
_SUBJECT_CODE = re.compile(r"\]\s*\[\s*(?P<code>\d{3})\s*\]")
_DISPOSITION = re.compile(r"[\w-]+\s*/\s*[\w-]+\s*;\s*(?P<type>[\w-]+)\s*(?P<rest>/.*)?", re.DOTALL)
_EXACT = re.compile(r"^Disposition: [a-z]+-action/MDN-sent-[a-z]+; processed(/\S.*)?\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Returned:
    """Who says of which mail that its documents were integrated, or were not (`code`, `text`)."""

    original_id: str
    recipient: str
    failed: bool = False
    code: str = ""
    text: str = ""


def read_returned(raw: bytes, behaviour: Behaviour) -> Returned | None:
    """Return what a mail says of an integration; None when it says nothing of that."""
    message = parse(raw)
    notified = _part(message, "message/disposition-notification")
    subject = header(message, "Subject")
    if notified is None and not ERROR_MAIL.match(subject):
        return None
    text = _text(notified) if notified is not None else ""
    fields = _fields(text)
    disposition = _DISPOSITION.match(fields.get("disposition", ""))
    if disposition is not None and disposition["type"].casefold() != "processed":
        return None
    regular = notified is None or _EXACT.search(text) is not None
    if behaviour.returned_read == "ignored" or (not regular and behaviour.returned_read == "strict"):
        return None
    original = _MSG_ID.findall(fields.get("original-message-id", "")) or _inside(message)
    sender = fields.get("final-recipient", "").rpartition(";")[2].strip() or _sender(message)
    if not original or not sender:
        return None
    modifier = (disposition["rest"] or "") if disposition is not None else ""
    found = _ERROR.search(fields.get("error", "")) or _ERROR.search(modifier)
    failed = bool(found or modifier.strip(" /") or ERROR_MAIL.match(subject))
    if not failed or behaviour.returned_read == "errors-as-success":
        return Returned(original[0], sender) if disposition is not None or failed else None
    in_subject = _SUBJECT_CODE.search(subject)
    code = found["code"] if found else in_subject["code"] if in_subject else ""
    return Returned(original[0], sender, failed=True, code=code, text=found["label"].strip() if found else "")


def with_returned(messages: Iterable[dict[str, Any]], returned: Iterable[Returned]) -> list[dict[str, Any]]:
    """Return the sent mails with who integrated their documents and who did not; each recipient once."""
    told = list(returned)
    shown = []
    for message in messages:
        about = {one.recipient.casefold(): one for one in told if one.original_id == message["message_id"]}
        shown.append(
            {
                **message,
                "integrated_by": [one.recipient for one in about.values() if not one.failed],
                "rejected_by": [
                    {"recipient": one.recipient, "code": one.code, "text": one.text}
                    for one in about.values()
                    if one.failed
                ],
            }
        )
    return shown


def _fields(text: str) -> dict[str, str]:
    """Return the fields by lower-case name, whatever separates them."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines()[:500]:
        if line[:1] in {" ", "\t"} and name:
            found[name] += f" {line.strip()}"
            continue
        key, colon, value = line.partition(":")
        if colon and key.strip():
            name = key.strip().casefold()
            found.setdefault(name, value.strip())
    return found


def _text(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):  # the parser takes any message/* for a mail
        return "\n".join(str(one) for one in payload[:MAX_PARTS])
    octets = part.get_payload(decode=True)
    return octets.decode("utf-8", "replace") if isinstance(octets, bytes) else str(payload)


def _part(message: Message, media_type: str) -> Message | None:
    for count, part in enumerate(message.walk()):
        if count > MAX_PARTS:
            return None
        if part.get_content_type() == media_type:
            return part
    return None


def _inside(message: Message) -> list[str]:
    original = _part(message, "message/rfc822")
    payload = original.get_payload() if original is not None else None
    inner = payload[0] if isinstance(payload, list) and payload else None
    return _MSG_ID.findall(header(inner, "Message-ID")) if isinstance(inner, Message) else []


def _sender(message: Message) -> str:
    found = re.search(r"[^\s<>]+@[^\s<>]+", header(message, "From"))
    return found[0] if found else ""
