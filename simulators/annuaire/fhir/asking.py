"""A request to the directory, and what the journal says of its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulators.annuaire.fhir.faults import Operation
from simulators.annuaire.fhir.outcome import Refusal
from simulators.annuaire.fhir.reading import Fields, fields_of
from simulators.annuaire.parameters import RESOURCES, ResourceType

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Ask:
    """A request as the directory sees it: `tail` are the path segments after the base."""

    method: str
    tail: tuple[str, ...]
    query: str = ""
    content_type: str = ""
    body: bytes = b""
    key: str | None = None

    @property
    def operation(self) -> Operation:
        """Return what is being asked, by its path."""
        if self.tail == ("metadata",):
            return "metadata"
        if self.tail == ("_page",):
            return "page"
        if self.method == "PATCH":
            return "patch"
        return "read" if len(self.tail) == 2 and self.tail[1] != "_search" else "search"

    @property
    def resource(self) -> ResourceType | None:
        """Return the resource of the path, None when it names none."""
        return next((one for one in RESOURCES if self.tail[:1] == (one,)), None)


@dataclass(slots=True)
class Note:
    """What the journal says of an answer besides itself; grows while the answer is made."""

    data: dict[str, Any] = field(default_factory=dict)
    store_ms: float = 0.0
    cpu_ms: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the data of the journal event."""
        return {**self.data, "store_ms": round(self.store_ms, 3)}


def page_id_of(ask: Ask) -> str | None:
    """Return the id that a request for a page gives."""
    return next((value for name, value in fields_of(ask.query) if name == "id"), None)


def fields_asked(ask: Ask) -> Fields:
    """Return the fields of the query and, for a POST, of the form; raises `Refusal`."""
    fields = fields_of(ask.query)
    if ask.method != "POST" or not ask.body:
        return fields
    if ask.content_type.partition(";")[0].strip().lower() != FORM:
        raise Refusal(400, f"A search by POST must have the content type {FORM}")
    return [*fields, *fields_of(ask.body.decode("utf-8", "replace"))]
