"""What the user wrote, before it becomes a mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.product.errors import Failed
from simulators.product.settings import Mailbox, Settings

_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:@\"\x00-\x1f\x7f]{1,64}@[^\s<>()\[\]\\,;:@\"\x00-\x1f\x7f]{1,255}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached file, read when the mail is written."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Original:
    """What a reply keeps of the mail that it answers."""

    message_id: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """What the header of a mail says of the CDA documents that it carries (ECO.2.4.1, ECO.2.4.2).

    `codes` is the code of each document, in order; `ins` whether a qualified INS is among them.
    """

    codes: tuple[str, ...]
    ins: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """One mail to write; addresses are bare.

    `reply_to` is the return address that was chosen; `carried` is None for a mail without documents;
    `automatic` when nobody acts; `ends` is the value of X-MSS-MES, None where the exchange stays open.
    """

    sender: Mailbox
    to: tuple[str, ...]
    subject: str
    text: str
    cc: tuple[str, ...] = ()
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    request_dsn: bool = False
    request_mdn: bool = False
    original: Original | None = None
    reply_to: str | None = None
    carried: Carried | None = None
    automatic: bool = False
    ends: str | None = None

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everyone once, in order."""
        return tuple(dict.fromkeys((*self.to, *self.cc)))


def parse_draft(params: Mapping[str, Any], settings: Settings) -> Draft:
    """Read the parameters of `send`; raises `Failed` naming what is wrong."""
    html = params.get("html")
    to = addresses(params.get("to"))
    if not to:
        raise Failed("Indiquez au moins un destinataire.")
    return Draft(
        sender=settings.mailbox(_string(params.get("from"))),
        to=to,
        cc=addresses(params.get("cc") or []),
        subject=clean(_string(params.get("subject"))),
        text=clean(_string(params.get("text"))),
        html=None if html is None else clean(_string(html)),
        attachments=tuple(_attachment(item) for item in params.get("attachments") or []),
        request_dsn=params.get("request_dsn") is True,
        request_mdn=params.get("request_mdn") is True,
        reply_to=None if params.get("reply_to") is None else checked_address(params["reply_to"]),
    )


def clean(text: str) -> str:
    """Return text that UTF-8 can hold, lines ended by LF, without NUL."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def checked_address(value: object) -> str:
    """Return a bare address fit for an SMTP command; raises `Failed`."""
    address = value.strip() if isinstance(value, str) else ""
    if not _ADDRESS.fullmatch(address):
        raise Failed(f"Adresse impossible : {address[:100]!r}. Une adresse s'écrit nom@domaine.")
    return clean(address)


def addresses(value: object) -> tuple[str, ...]:
    """Return a list of bare addresses; raises `Failed`."""
    if not isinstance(value, list):
        raise Failed("Les destinataires se donnent en liste d'adresses.")
    return tuple(checked_address(item) for item in value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise Failed("Un texte était attendu dans la demande.")
    return value


def _attachment(value: Mapping[str, Any]) -> Attachment:
    try:
        path = Path(value["path"])
        return Attachment(clean(str(value["name"])), str(value["media_type"]), path.read_bytes())
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Failed(f"Pièce jointe illisible : {error}.") from error
