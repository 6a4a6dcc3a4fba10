"""What a file is, by its content: an archive, a CDA document, a mail, an mbox, an HL7 v2 message."""

from __future__ import annotations

import re
from enum import StrEnum

from harness.artefacts.hl7 import is_hl7
from harness.artefacts.xdm import is_zip

HEAD = 65_536
"""Octets from which a file is recognised."""

_FIELD = re.compile(rb"(?:[!-9;-~]{1,76})[ \t]*:")
_MAIL_FIELDS = re.compile(
    rb"^(?:from|to|cc|date|subject|message-id|received|return-path|mime-version|content-type|"
    rb"x-mss-[a-z]+)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_NOTIFICATION = re.compile(rb"report-type[ \t]*=[ \t]*\"?disposition-notification", re.IGNORECASE)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CDA = re.compile(rb"urn:hl7-org:v3|<(?:[\w.-]+:)?ClinicalDocument[\s>]")
_SUFFIXES = {".zip": "xdm", ".xml": "cda", ".eml": "mail", ".er7": "hl7", ".hl7": "hl7"}


class Kind(StrEnum):
    """What is judged."""

    CDA = "cda"
    XDM = "xdm"
    MAIL = "mail"
    MDN = "mdn"
    """An acknowledgement: a mail too, told apart by what its header says."""
    HL7 = "hl7"
    """An HL7 v2 message in ER7, framed by MLLP or not."""


def recognise(head: bytes) -> Kind | None:
    """Return the kind of a file from its first octets, or None."""
    if is_zip(head):
        return Kind.XDM
    if is_hl7(head):
        return Kind.HL7
    text = head
    for bom in _BOMS:
        text = text.removeprefix(bom)
    # UTF-16 has a zero in every other octet: without them the names are ASCII again.
    text = text.replace(b"\0", b"").lstrip()
    if text.startswith(b"<"):
        return Kind.CDA if _CDA.search(text) else None
    header = text.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
    if _FIELD.match(text) and _MAIL_FIELDS.search(header):
        return Kind.MDN if _NOTIFICATION.search(header) else Kind.MAIL
    return None


def by_name(name: str) -> Kind | None:
    """Return the kind that a file name announces: what a damaged file was meant to be."""
    suffix = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    return Kind(_SUFFIXES[suffix]) if suffix in _SUFFIXES else None


def is_mbox(head: bytes) -> bool:
    """Tell whether a file is a Unix mailbox: its first line begins with `From `."""
    first, _, rest = head.partition(b"\n")
    return first.startswith(b"From ") and bool(_FIELD.match(rest))
