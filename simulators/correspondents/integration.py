"""Acknowledgements of integration that a correspondent's software returns, well formed or as some really are.

Editions of the volet LPS differ (DOSSIER §6.4); deformations are those seen in the field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

Form = Literal[
    "as-written",
    "old-edition",
    "lower-case",
    "blanks",
    "blank-lines",
    "line-feeds",
    "no-disposition",
    "failure",
    "error-mail",
]


@dataclass(frozen=True, slots=True)
class Integration:
    """What is said: success without `code`, else the code and label of an error; in which form."""

    code: str | None = None
    label: str = "Identifiant de patient inconnu"
    form: Form = "as-written"


@dataclass(frozen=True, slots=True)
class About:
    """The mail that is acknowledged: who sent it, to whom, its Message-ID, subject and octets."""

    sender: str
    recipient: str
    message_id: str
    subject: str
    content: bytes


def build_integration(said: Integration, about: About, now: datetime) -> bytes:
    """Return the notification, or the ordinary error mail."""
    domain = about.recipient.rpartition("@")[2]
    subject = f"[KO Intégration système !][{said.code}] XDM/1.0/DDM" if said.code else "XDM/1.0/DDM"
    kind = "multipart/report; report-type=disposition-notification"
    if said.form == "error-mail":
        kind = "multipart/mixed"
    head = [
        f"From: {about.recipient}",
        f"To: {about.sender}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: <integration.{said.form}.{said.code or 'ok'}@{domain}>",
        f"Subject: =?utf-8?q?{''.join(f'={octet:02X}' for octet in subject.encode())}?=",
        "MIME-Version: 1.0",
        f'Content-Type: {kind}; boundary="=_i"',
    ]
    told = f"Erreur {said.code} : {said.label}" if said.code else "Documents intégrés."
    parts = [
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + told.encode(),
        *([_machine(said, about)] if said.form != "error-mail" else []),
        b"Content-Type: message/rfc822\r\n\r\n" + about.content,
    ]
    body = b"".join(b"--=_i\r\n" + part + b"\r\n" for part in parts)
    return "".join(f"{line}\r\n" for line in head).encode("ascii") + b"\r\n" + body + b"--=_i--\r\n"


def _machine(said: Integration, about: About) -> bytes:
    disposition = "automatic-action/MDN-sent-automatically; processed"
    error = f"{said.code}^{said.label}" if said.code else ""
    fields = [
        ("Final-Recipient", f"rfc822; {about.recipient}"),
        ("Original-Message-ID", about.message_id),
    ]
    if error and said.form == "old-edition":
        disposition += f"/Error: {error}"
    elif error:
        disposition += "/failure" if said.form == "failure" else "/error"
        fields.append(("Error", error))
    if said.form != "no-disposition":
        fields.append(("Disposition", disposition))
    written = _FORMS.get(said.form, _plain)(fields)
    return b"Content-Type: message/disposition-notification\r\n\r\n" + written.encode("utf-8")


def _plain(fields: list[tuple[str, str]]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in fields)


def _lower(fields: list[tuple[str, str]]) -> str:
    return "".join(
        f"{name.lower()}: {value.lower() if name == 'Disposition' else value}\r\n" for name, value in fields
    )


def _blanks(fields: list[tuple[str, str]]) -> str:
    spaced = [
        (name, value.replace("/", " / ").replace(";", " ; ") if name != "Original-Message-ID" else value)
        for name, value in fields
    ]
    return "".join(f"{name}:   {value}  \r\n" for name, value in spaced)


def _blank_lines(fields: list[tuple[str, str]]) -> str:
    return "\r\n" + "\r\n\r\n".join(f"{name}: {value}" for name, value in fields) + "\r\n\r\n"


def _line_feeds(fields: list[tuple[str, str]]) -> str:
    return "".join(f"{name}: {value}\n" for name, value in fields)


_FORMS: dict[Form, Callable[[list[tuple[str, str]]], str]] = {
    "lower-case": _lower,
    "blanks": _blanks,
    "blank-lines": _blank_lines,
    "line-feeds": _line_feeds,
}
