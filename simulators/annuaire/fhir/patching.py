"""The draft write API of operators: FHIRPath Patch of the BAL of a record (MSS-IG 0.1.0, DOSSIER §2.3).

By id (`PATCH Practitioner/003-…`) or conditional on an identifier (`PATCH Practitioner?identifier=…`: 404
for none, 412 for several). Only BAL can be written. The address and the type of a BAL are immutable. The
answer is the resource as operators see it, liste rouge included.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from simulators.annuaire.fhir.contacts import BadContact, mailbox_of
from simulators.annuaire.fhir.fhirpath import PathError, Place, Step, read_path, walk
from simulators.annuaire.fhir.outcome import Answer, Refusal, encode
from simulators.annuaire.fhir.parts import EMAIL_TYPE, MAILBOX_METADATA
from simulators.annuaire.fhir.reading import fields_of
from simulators.annuaire.fhir.rendering import render
from simulators.annuaire.model import (
    BalType,
    MssMailbox,
    Organization,
    Practitioner,
    PractitionerRole,
    Record,
    key_of,
)
from simulators.annuaire.parameters import ResourceType
from simulators.annuaire.query import Criterion, Query, TokenValue
from simulators.annuaire.store import DirectoryStore

MAX_OPERATIONS = 100
Carrier = Practitioner | PractitionerRole | Organization
TYPES: dict[str, frozenset[BalType]] = {
    "Practitioner": frozenset({BalType.PER, BalType.CAB}),
    "PractitionerRole": frozenset({BalType.PER, BalType.CAB}),
    "Organization": frozenset({BalType.ORG, BalType.APP}),
}
"""Kinds of BAL that a resource carries (DOSSIER §2.2)."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the body; `name` is the element of an `add`, `value` what comes in."""

    type: str
    path: tuple[Step, ...]
    name: str = ""
    index: int | None = None
    value: Any = None


def patch(
    store: DirectoryStore,
    resource: ResourceType,
    *,
    tail: tuple[str, ...],
    query: str,
    body: bytes,
    at: datetime,
    updated: datetime,
    visible: datetime,
) -> Answer:
    """Change the BAL of one record; raises `Refusal` (400, 404, 412). Everything is applied, or nothing.

    The condition is read as of `at`; the change happens at `updated` and is seen from `visible` on.
    """
    if resource not in TYPES:
        raise Refusal(400, f"{resource} carries no BAL: nothing can be patched")
    operations = read_operations(body)
    key = _by_id(resource, tail[0]) if tail else _by_identifier(store, resource, query, at)

    def change(record: Record) -> Record:
        assert isinstance(record, Carrier)
        return changed(record, operations, updated)

    written = store.patch(resource, key, change, updated=updated, visible=visible)
    if written is None:
        raise Refusal(404, f"Resource not found with id: {tail[0][:100] if tail else key}")
    return Answer(200, encode(render(written, public=False)))


def _by_id(resource: ResourceType, identifier: str) -> int:
    key = key_of(resource, identifier)
    if key is None:
        raise Refusal(404, f"Resource not found with id: {identifier[:100]}")
    return key


def _by_identifier(store: DirectoryStore, resource: ResourceType, query: str, at: datetime) -> int:
    fields = [(name, value) for name, value in fields_of(query) if value]
    if not fields or any(name != "identifier" for name, _ in fields):
        raise Refusal(400, "A conditional patch needs the parameter identifier, and no other")
    criteria = tuple(Criterion("identifier", "token", (_token(value),)) for _, value in fields)
    found = store.search(Query(resource, criteria, total="none", count=2), at).matches
    if not found:
        raise Refusal(404, f"No {resource} matches the condition")
    if len(found) > 1:
        raise Refusal(412, f"Several {resource} match the condition: nothing was changed")
    return found[0].key


def _token(text: str) -> TokenValue:
    system, bar, code = text.partition("|")
    return TokenValue(code or None, system) if bar else TokenValue(text)


# --- the body -------------------------------------------------------------------------------------


def read_operations(body: bytes) -> tuple[Operation, ...]:
    """Return the operations of a `Parameters` body; raises `Refusal`."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "The body of a patch must be JSON (application/fhir+json)") from error
    if not isinstance(read, dict) or read.get("resourceType") != "Parameters":
        raise Refusal(400, "The body of a patch must be a Parameters resource (FHIRPath Patch)")
    parameters = read.get("parameter")
    if not isinstance(parameters, list) or not 0 < len(parameters) <= MAX_OPERATIONS:
        raise Refusal(400, f"A patch has from 1 to {MAX_OPERATIONS} operations")
    return tuple(_operation(one) for one in parameters)


def _operation(parameter: Any) -> Operation:
    if not isinstance(parameter, dict) or parameter.get("name") != "operation":
        raise Refusal(400, "Each parameter of a patch is named operation")
    parts: dict[str, Any] = {}
    for part in parameter.get("part") or ():
        if isinstance(part, dict) and isinstance(part.get("name"), str):
            parts[part["name"]] = next((v for k, v in part.items() if k.startswith("value")), None)
    kind, path = parts.get("type"), parts.get("path")
    if kind not in {"add", "insert", "replace", "delete"} or not isinstance(path, str):
        raise Refusal(400, "An operation needs a type (add, insert, replace, delete) and a path")
    if kind != "delete" and parts.get("value") is None:
        raise Refusal(400, f"An operation {kind} needs a value")
    index = parts.get("index")
    try:
        steps = read_path(path)
    except PathError as error:
        raise Refusal(400, f"Invalid FHIRPath: {error}") from error
    name = parts.get("name")
    return Operation(
        str(kind),
        steps,
        name if isinstance(name, str) else "",
        index if isinstance(index, int) and not isinstance(index, bool) else None,
        parts.get("value"),
    )


# --- the change -----------------------------------------------------------------------------------


def changed(record: Carrier, operations: tuple[Operation, ...], updated: datetime) -> Carrier:
    """Return the record with its BAL changed, operations applied in order; raises `Refusal`."""
    if not record.active:
        raise Refusal(400, "The resource is deleted: it carries no BAL")
    resource = render(record, public=False)
    for operation in operations:
        before = {id(one): _identity(one) for one in resource.get("telecom", [])}
        _apply(resource, operation)
        for one in resource.get("telecom", []):
            if before.get(id(one), _identity(one)) != _identity(one):
                raise Refusal(400, "The address and the type of a BAL cannot be changed: delete and insert")
    contacts = resource.get("telecom", [])
    _unchanged_others(record, contacts)
    return replace(record, mailboxes=tuple(_mailboxes(record, contacts)), updated=updated)


def _apply(resource: dict[str, Any], operation: Operation) -> None:
    if operation.type in {"add", "insert"}:
        _bring_in(resource, operation)
        return
    places = walk(resource, operation.path)
    if len(places) != 1:
        found = "nothing" if not places else f"{len(places)} elements"
        raise Refusal(400, f"The path of an operation {operation.type} must reach one element: {found}")
    place = places[0]
    _in_a_mailbox(resource, place)
    if operation.type == "delete":
        del place.container[place.key]
    else:
        _replace(place, operation.value)


def _replace(place: Place, value: Any) -> None:
    whole = len(place.trail) == 2
    if whole and isinstance(value, dict) and isinstance(place.value, dict):
        # The same object stays, so that who it is can be compared before and after.
        held = place.value
        kept = copy.deepcopy(value)
        held.clear()
        held.update(kept)
    else:
        place.container[place.key] = copy.deepcopy(value)


def _bring_in(resource: dict[str, Any], operation: Operation) -> None:
    """Insert a BAL into `telecom`, or (`add`) a sub-extension into the metadata of one."""
    named = [step.member for step in operation.path if step.member]
    if named and named[0] == resource["resourceType"]:
        named = named[1:]
    if [*named, *([operation.name] if operation.name else [])] == ["telecom"]:
        contacts = resource.setdefault("telecom", [])
        at = len(contacts) if operation.index is None else operation.index
        if not 0 <= at <= len(contacts) or not isinstance(operation.value, dict):
            raise Refusal(400, "A BAL is inserted as a ContactPoint, at an index that telecom has")
        contacts.insert(at, copy.deepcopy(operation.value))
        return
    places = walk(resource, operation.path)
    if len(places) != 1 or not isinstance(places[0].value, dict) or not operation.name:
        raise Refusal(400, "An operation add must reach one element of a BAL and name what it adds")
    _in_a_mailbox(resource, places[0])
    held = places[0].value.setdefault(operation.name, [] if operation.name == "extension" else None)
    if isinstance(held, list):
        held.append(copy.deepcopy(operation.value))
    else:
        places[0].value[operation.name] = copy.deepcopy(operation.value)


def _in_a_mailbox(resource: dict[str, Any], place: Place) -> None:
    trail = place.trail
    if len(trail) < 2 or trail[0] != "telecom" or not isinstance(trail[1], int):
        raise Refusal(400, "Only the BAL of a resource (telecom) can be written")
    if not any(one.get("url") == EMAIL_TYPE for one in resource["telecom"][trail[1]].get("extension", ())):
        raise Refusal(400, "This contact is no BAL MSSanté: it cannot be written here")


def _identity(contact: Any) -> tuple[str, str]:
    """Return the address and type of a contact, as far as they can be read."""
    try:
        read = mailbox_of(contact)
    except BadContact:
        return ("", "")
    return read.address, read.type.value


def _unchanged_others(record: Carrier, contacts: list[Any]) -> None:
    """Refuse a patch by which a contact that is no BAL disappeared or came in."""

    def others(telecom: list[Any]) -> list[Any]:
        return [one for one in telecom if isinstance(one, dict) and one.get("system") in {"phone", "fax"}]

    if others(render(record, public=False).get("telecom", [])) != others(contacts):
        raise Refusal(400, "Only the BAL of a resource (telecom) can be written")


def _mailboxes(record: Carrier, contacts: list[Any]) -> Iterator[MssMailbox]:
    seen: set[str] = set()
    for contact in contacts:
        if _ordinary(record, contact):
            continue
        try:
            read = mailbox_of(contact)
        except BadContact as error:
            raise Refusal(400, f"Invalid BAL: {error}") from error
        if read.type not in TYPES[record.resource]:
            raise Refusal(400, f"A BAL {read.type} cannot be carried by a {record.resource}")
        if read.address.casefold() in seen:
            raise Refusal(400, f"The BAL {read.address} is there already")
        seen.add(read.address.casefold())
        yield read


def _ordinary(record: Carrier, contact: Any) -> bool:
    """Tell whether a contact is one of the structure's own that are no BAL."""
    if not isinstance(contact, dict) or any(
        one.get("url") in {EMAIL_TYPE, MAILBOX_METADATA} for one in contact.get("extension", ())
    ):
        return False
    mine = {record.phone, record.fax, record.email} if isinstance(record, Organization) else set()
    return contact.get("value") in mine
