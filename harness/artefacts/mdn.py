"""`Mdn`: a message disposition notification (RFC 8098) and, in it, what the volet LPS makes of it.

Any mail gives an `Mdn` or None; what is wrong with it is for the checks to say. The reader is as tolerant as
a receiver must be: case, blanks around `/` and `;`, folded fields, several parts out of order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from harness.artefacts.mail import Header, Mail, Part

NOTIFICATION = "message/disposition-notification"
ORIGINALS = ("message/rfc822", "message/global", "text/rfc822-headers")
"""Types of the third part: the whole message, or its header alone (RFC 8098 §3.1)."""

_DISPOSITION = re.compile(
    r"\s*(?P<action>[\w-]+)\s*/\s*(?P<sending>[\w-]+)\s*;\s*(?P<type>[\w-]+)\s*(?:/\s*(?P<modifier>.*?)\s*)?$",
    re.DOTALL | re.ASCII,
)
_ERROR = re.compile(r"^\s*(?:error\s*:\s*)?(?P<code>[0-9]{3})\s*\^\s*(?P<label>[^\^]*)", re.IGNORECASE)
_SUBJECT = re.compile(
    r"^\s*\[\s*KO\s+Int[eé]gration\s+syst[eè]me\s*!?\s*\]\s*(?:\[\s*(?P<code>[0-9]{3})\s*\]\s*)?(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
XDM_MARK = "XDM/1.0/DDM+"


@dataclass(frozen=True, slots=True)
class Disposition:
    """The field taken apart, in lower case; `modifier` is what follows the last `/`, as written."""

    action: str
    sending: str
    type: str
    modifier: str | None

    @property
    def is_error(self) -> bool:
        """Tell whether it reports an error: `/error`, or the `/Error: …` of the editions up to 1.1.2."""
        return self.modifier is not None and self.modifier.lower().startswith(("error", "failure"))

    @property
    def automatic(self) -> bool:
        """Tell whether nobody acted."""
        return self.sending == "mdn-sent-automatically"


@dataclass(frozen=True, slots=True)
class ErrorText:
    """`<code>^<libellé>` as told to the sender."""

    code: str
    label: str


@dataclass(frozen=True)
class Mdn:
    """A notification: the mail, its machine part with the fields, the message that it answers."""

    mail: Mail
    part: Part | None
    original_part: Part | None

    @cached_property
    def fields(self) -> tuple[Header, ...]:
        """Return the fields of the machine part; none when there is no such part."""
        if self.part is None:
            return ()
        # Each group of fields ends at an empty line; an MDN has one group, some products write two.
        text = re.sub(rb"(\r?\n)(?:[ \t]*\r?\n)+", rb"\1", self.part.content.lstrip(b"\r\n"))
        return Mail(text).headers

    def all(self, name: str) -> tuple[Header, ...]:
        """Return every field of this name."""
        return tuple(field for field in self.fields if field.name.lower() == name.lower())

    def value(self, name: str) -> str | None:
        """Return the value of the first field of this name, decoded, or None."""
        found = self.all(name)
        return found[0].decoded.strip() if found else None

    def address(self, name: str) -> str | None:
        """Return the address of a recipient field (`rfc822; a@b`), without its type; None when absent."""
        value = self.value(name)
        return None if value is None else value.rpartition(";")[2].strip().strip("<>")

    @cached_property
    def disposition(self) -> Disposition | None:
        """Return the field `Disposition`, or None when it is absent or does not read so."""
        match = _DISPOSITION.match(self.value("Disposition") or "")
        if match is None:
            return None
        return Disposition(
            match["action"].lower(), match["sending"].lower(), match["type"].lower(), match["modifier"]
        )

    @cached_property
    def error(self) -> ErrorText | None:
        """Return what the notification says went wrong: field `Error`, else the modifier."""
        disposition = self.disposition
        texts = [self.value("Error"), disposition.modifier if disposition else None]
        found = [error_text(text) for text in texts if text]
        return next((one for one in found if one is not None), None)

    @cached_property
    def original(self) -> Mail | None:
        """Return the message answered as the third part repeats it, whole or its header."""
        return Mail(self.original_part.content) if self.original_part else None

    @property
    def original_is_whole(self) -> bool:
        """Tell whether the third part is the message rather than its header."""
        return self.original_part is not None and self.original_part.content_type in ORIGINALS[:2]

    @property
    def about_documents(self) -> bool:
        """Tell whether it is an acknowledgement of good integration rather than a read receipt.

        `processed` about a mail with documents is one (DOSSIER §6.4); a person who merely opened that mail
        sends `displayed`, an ordinary receipt.
        """
        subjects = [self.mail.first("Subject"), self.original.first("Subject") if self.original else None]
        documents = any(XDM_MARK in one.decoded for one in subjects if one)
        return documents and (self.disposition is None or self.disposition.type == "processed")


def read_mdn(mail: Mail) -> Mdn | None:
    """Return the notification that a mail is, or None when it is something else."""
    parts = mail.parts
    part = next((one for one in parts if one.content_type == NOTIFICATION), None)
    if part is None and not announces_mdn(mail):
        return None
    original = next((one for one in parts if one.content_type in ORIGINALS and one is not part), None)
    return Mdn(mail, part, original)


def announces_mdn(mail: Mail) -> bool:
    """Tell whether the mail says `multipart/report; report-type=disposition-notification`."""
    header = mail.first("Content-Type")
    said = "".join(header.value.lower().replace('"', "").split()) if header else ""
    return said.startswith("multipart/report") and "report-type=disposition-notification" in said


def error_text(text: str) -> ErrorText | None:
    """Read `902^Identifiant de patient inconnu…`, also after `Error:`; None for anything else."""
    match = _ERROR.match(text)
    return ErrorText(match["code"], match["label"].strip()) if match else None


@dataclass(frozen=True, slots=True)
class SubjectSaid:
    """The subject taken apart: is it that of an error, with which code, and the subject of the document."""

    error: bool
    code: str | None
    rest: str


def subject_said(mail: Mail) -> SubjectSaid:
    """Read the subject of an acknowledgement: `[KO Intégration système !][902] XDM/1.0/DDM+…`."""
    header = mail.first("Subject")
    text = " ".join(header.decoded.split()) if header else ""
    match = _SUBJECT.match(text)
    if match is None:
        return SubjectSaid(error=False, code=None, rest=text)
    return SubjectSaid(error=True, code=match["code"], rest=match["rest"].strip())


def is_error_mail(mail: Mail) -> bool:
    """Tell whether a mail is the ordinary error mail of X-LPS-07: error subject, no notification."""
    return subject_said(mail).error and read_mdn(mail) is None
