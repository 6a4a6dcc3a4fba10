"""A BAL as an operator writes it: a ContactPoint read back into a `MssMailbox` (DOSSIER §2.2, §2.3)."""

from __future__ import annotations

import re
from typing import Any

from simulators.annuaire import nos
from simulators.annuaire.fhir.parts import EMAIL_TYPE, MAILBOX_METADATA, MSSANTE
from simulators.annuaire.model import BalType, MssMailbox

_ADDRESS = re.compile(r"[^\s@<>,;]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}", re.ASCII)
_TYPE_SYSTEMS = (nos.BAL_TYPE, nos.MESSAGING_TYPE)
"""The guide writes the type with either code system (DOSSIER §2.3, conflict): both are read."""
MAX_TEXT = 1_000


class BadContact(ValueError):
    """The ContactPoint is not a BAL."""


def mailbox_of(contact: Any) -> MssMailbox:
    """Return the BAL of a ContactPoint; raises `BadContact`.

    The extension of the kind of messaging may be missing, as in the examples of the guide: MSSANTE is meant.
    """
    if not isinstance(contact, dict):
        raise BadContact("a BAL is a ContactPoint")
    address, rank = contact.get("value"), contact.get("rank")
    if contact.get("system") != "email" or not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise BadContact("a BAL has the system email and an address as value")
    if rank is not None and (not isinstance(rank, int) or isinstance(rank, bool) or rank < 1):
        raise BadContact("rank is a positive integer, 1 being preferred")
    extensions = _by_url(contact.get("extension"))
    kind = extensions.get(EMAIL_TYPE)
    if kind is not None and _code(kind.get("valueCoding")) != MSSANTE:
        raise BadContact("the kind of messaging is not MSSANTE")
    metadata = extensions.get(MAILBOX_METADATA)
    inner = _by_url(metadata.get("extension")) if metadata else {}
    bal_type = _type(inner.get("type"))
    responsible = _text(inner, "responsible")
    if responsible and bal_type is BalType.PER:
        raise BadContact("a BAL PER has no responsible")
    return MssMailbox(
        address,
        bal_type,
        rank,
        _flag(inner, "listeRouge") or False,
        _text(inner, "description"),
        _text(inner, "service"),
        responsible,
        _flag(inner, "digitization"),
    )


def _by_url(extensions: Any) -> dict[str, dict[str, Any]]:
    found = extensions if isinstance(extensions, list) else []
    return {one["url"]: one for one in found if isinstance(one, dict) and isinstance(one.get("url"), str)}


def _code(value: Any) -> str:
    code = value.get("code") if isinstance(value, dict) else None
    return code if isinstance(code, str) else ""


def _type(extension: dict[str, Any] | None) -> BalType:
    """Return the type, from a CodeableConcept or, as some examples of the guide have it, a code."""
    told = extension or {}
    code = told.get("valueCode")
    concept = told.get("valueCodeableConcept")
    for coding in concept.get("coding", ()) if isinstance(concept, dict) else ():
        if isinstance(coding, dict) and coding.get("system") in _TYPE_SYSTEMS:
            code = _code(coding)
    try:
        return BalType(str(code))
    except ValueError as error:
        raise BadContact("the type of a BAL is PER, ORG, APP or CAB (TRE_R257)") from error


def _text(inner: dict[str, dict[str, Any]], name: str) -> str:
    value = inner.get(name, {}).get("valueString", "")
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise BadContact(f"{name} is a text of at most {MAX_TEXT} characters")
    return value


def _flag(inner: dict[str, dict[str, Any]], name: str) -> bool | None:
    value = inner.get(name, {}).get("valueBoolean")
    if value is not None and not isinstance(value, bool):
        raise BadContact(f"{name} is a boolean")
    return value
