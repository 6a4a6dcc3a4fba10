"""What the screen shows of a mail."""

from __future__ import annotations

from simulators.product.behaviour import Behaviour
from simulators.product.reports import header, parse

PREFIX = "XDM/1.0/DDM+"
"""Mark of a mail that carries documents, for machines; hidden from people (ECO.3.1.3)."""


def shown_subject(head: bytes, behaviour: Behaviour) -> str:
    """Return the subject as shown, from the header of a mail."""
    message = parse(head)
    subject = header(message, "Subject")
    if PREFIX not in subject:
        return subject
    match behaviour.list_prefix:
        case "shown":
            return subject
        case "shown-when-encoded":
            hidden = PREFIX in str(message.get("Subject", ""))
            return subject.replace(PREFIX, "", 1) if hidden else subject
        case "subject-lost":
            return "Document reçu"
        case "hidden":
            return subject.replace(PREFIX, "", 1)
